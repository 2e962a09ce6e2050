"""The tables of the five programs that Benchboard replaces, unified (tests/data/schema.yaml), with their triggers.

Written out once and frozen: the helpers below belong to this migration alone and never follow the models.
"""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import SchemaItem

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Part = Callable[[str], list[SchemaItem]]
"""Some columns, constraints and indexes of the table whose name it is given."""

_GLOB_UUID = "-".join("[0-9a-f]" * count for count in (8, 4, 4, 4, 12))
_SQLITE_UUID = (
    "(lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2)"
    " || '-' || substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2)"
    " || '-' || hex(randomblob(6))))"
)
_SQLITE_NOW = "(strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'))"


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _check(table: str, name: str, rule: str) -> SchemaItem:
    return sa.CheckConstraint(rule, name=op.f(f"{table}_{name}_check"))


def _column(name: str, kind: Any, default: str | None = None, *rules: str) -> Part:
    """A column; `name?` may be empty. `rules` are CHECKs that only SQLite needs, whose columns hold anything."""
    bare = name.rstrip("?")
    given = None if default is None else sa.text(default)

    def parts(table: str) -> list[SchemaItem]:
        column = sa.Column(bare, kind, nullable=name.endswith("?"), server_default=given)
        return [column, *(_check(table, bare, rule) for rule in rules if _on_sqlite())]

    return parts


def _uuid(name: str, default: str | None = None, *rules: str) -> Part:
    return _column(name, sa.Text().with_variant(postgresql.UUID(as_uuid=False), "postgresql"), default, *rules)


def _id() -> list[Part]:
    default = _SQLITE_UUID if _on_sqlite() else "gen_random_uuid()"
    return [_uuid("id", default, f"id GLOB '{_GLOB_UUID}'"), _key("id")]


def _moment(name: str, default: str | None = None) -> Part:
    exact = postgresql.TIMESTAMP(timezone=True, precision=6)
    return _column(name, sa.Text().with_variant(exact, "postgresql"), default)


def _now(name: str) -> Part:
    return _moment(name, _SQLITE_NOW if _on_sqlite() else "now()")


def _text(name: str, length: int | None = None, default: str | None = None) -> Part:
    quoted = None if default is None else f"'{default}'"
    return _column(name, sa.Text() if length is None else sa.String(length), quoted)


def _rule(name: str, rule: str) -> Part:
    return lambda table: [_check(table, name, rule)]


def _choice(name: str, values: str, default: str | None = None) -> Part:
    listed = ", ".join(f"'{value}'" for value in values.split())
    return _all(_text(name, None, default), _rule(name, f"{name} IN ({listed})"))


def _hash(name: str = "token_hash") -> Part:
    bare = name.rstrip("?")
    rule = f"length({bare}) = 64 AND {bare} = lower({bare})"
    return _all(_text(name, 64), _unique(bare), _rule(bare, rule))


def _int(name: str, default: str | None = None) -> Part:
    return _column(name, sa.Integer(), default)


def _big(name: str, default: str | None = None) -> Part:
    return _column(name, sa.BigInteger(), default)


def _exact(name: str, precision: int, scale: int) -> Part:
    bare = name.rstrip("?")
    kind = sa.BigInteger().with_variant(sa.Numeric(precision, scale), "postgresql")
    return _column(name, kind, None, f"typeof({bare}) IN ('integer', 'null')")


def _flag(name: str, default: str) -> Part:
    return _column(name, sa.Boolean(), default, f"{name} IN (0, 1)")


def _json(name: str, default: str | None = None) -> Part:
    bare = name.rstrip("?")
    kind = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    return _column(name, kind, None if default is None else f"'{default}'", f"json_valid({bare})")


def _bytes(name: str, length: int | None = None) -> Part:
    bare = name.rstrip("?")
    column = _column(name, sa.LargeBinary())
    if length is None:
        return column
    return _all(column, _rule(bare, f"length({bare}) = {length}"))


def _all(*parts: Part) -> Part:
    return lambda table: [item for part in parts for item in part(table)]


def _key(*columns: str) -> Part:
    return lambda table: [sa.PrimaryKeyConstraint(*columns, name=op.f(f"{table}_pkey"))]


def _names(columns: Sequence[str]) -> str:
    """organisation_id is added to columns, not to names."""
    return "_".join([name for name in columns if name != "organisation_id"] or columns)


def _unique(*columns: str, name: str | None = None) -> Part:
    return lambda table: [sa.UniqueConstraint(*columns, name=op.f(name or f"{table}_{_names(columns)}_key"))]


def _target() -> Part:
    """What composite foreign keys point at."""
    return lambda table: [sa.UniqueConstraint("organisation_id", "id", name=op.f(f"{table}_organisation_id_id_key"))]


def _index(*columns: str, name: str | None = None) -> Part:
    return lambda table: [sa.Index(op.f(name or f"{table}_{_names(columns)}_idx"), *columns)]


def _tenant_index(*columns: str) -> Part:
    return _all(*(_index("organisation_id", column) for column in columns))


def _foreign(columns: Sequence[str], target: str, others: Sequence[str], **options: Any) -> Part:
    name = options.pop("name", f"{_names(columns)}_fkey")
    return lambda table: [
        sa.ForeignKeyConstraint(
            columns, [f"{target}.{other}" for other in others], name=op.f(f"{table}_{name}"), **options
        )
    ]


def _belongs(column: str, target: str, key: str = "id") -> Part:
    """The row goes with the one it belongs to, in the same organisation."""
    return _foreign(["organisation_id", column], target, ["organisation_id", key], ondelete="CASCADE")


def _owner(column: str, target: str) -> Part:
    return _all(_uuid(column), _belongs(column.rstrip("?"), target))


def _mentions(column: str, target: str) -> Part:
    """An empty-able reference: the plain key empties it, the deferred one keeps it within the organisation."""
    return _all(
        _uuid(f"{column}?"),
        _foreign([column], target, ["id"], ondelete="SET NULL"),
        _foreign(
            ["organisation_id", column],
            target,
            ["organisation_id", "id"],
            name=f"{column}_tenant_fkey",
            deferrable=True,
            initially="DEFERRED",
        ),
    )


def _tenant(version: str = "version") -> list[Part]:
    return [_uuid("organisation_id"), _foreign(["organisation_id"], "organisations", ["id"]), _big(version, "1")]


def _table(name: str, *parts: Part, changes: bool = True) -> None:
    dates = [_now("created_at"), _now("updated_at")] if changes else [_now("created_at")]
    items = [item for part in (*parts, *dates) for item in part(name)]
    op.create_table(name, *(item for item in items if not isinstance(item, sa.Index)))
    for item in items:
        if isinstance(item, sa.Index):
            op.create_index(item.name, name, [str(column) for column in item.expressions])


# A table is easier read as a paragraph than as a column.
# fmt: off
def _identity() -> None:
    _table("permissions", *_id(), _text("name", 100), _text("description?"), _unique("name"))
    _table("scopes", *_id(), _text("name", 100), _text("description?"), _unique("name"))
    # The two tables point at each other: SQLite takes the reference at once, PostgreSQL when both exist.
    _table("organisations", *_id(), _text("name", 255), _text("slug", 100), _text("email?", 255), _uuid("owner_id?"),
        _choice("status", "trial active suspended cancelled", "trial"), _json("password_policy?"),
        _json("metadata", "{}"), _moment("deleted_at?"), _big("version", "1"), _unique("slug"), _unique("owner_id"),
        _index("email"), *_owner_keys() if _on_sqlite() else [])
    _table("users", *_id(), *_tenant(), _text("email", 255), _text("email_norm"), _text("password_hash?", 255),
        _text("name", 100), _choice("account_type", "DEMO USER", "USER"),
        _choice("role", "business_user analyst ops_manager admin technician", "business_user"),
        _text("department?", 100), _text("phone?", 50), _text("timezone?", 50, "UTC"), _text("locale?", 20),
        _choice("status", "active inactive pending", "pending"), _text("external_id?", 255), _text("os_user?", 255),
        _moment("last_login_at?"), _moment("deleted_at?"), _target(),
        _unique("organisation_id", "email_norm", name="users_email_key"),
        _unique("organisation_id", "email", name="users_organisation_id_email_key"),
        _unique("organisation_id", "os_user"), _index("email"), _index("organisation_id"),
        _tenant_index("external_id", "role", "department", "status"),
        _rule("email_norm", "email_norm LIKE '%_@_%' AND email_norm NOT LIKE '% %' AND email_norm = lower(email_norm"
            + (")" if _on_sqlite() else ' COLLATE "C")')))
    if not _on_sqlite():
        for key in (item for part in _owner_keys() for item in part("organisations")):
            op.create_foreign_key(
                key.name,
                "organisations",
                "users",
                key.column_keys,
                [element.target_fullname.split(".")[1] for element in key.elements],
                ondelete=key.ondelete,
                deferrable=True,
                initially="DEFERRED",
            )
    _table("jwks", *_id(), _uuid("organisation_id?"), _foreign(["organisation_id"], "organisations", ["id"]),
        _big("version", "1"), _text("kid", 255), _text("algorithm", 20), _json("public_jwk"),
        _int("private_key_version"), _bytes("private_nonce", 12), _bytes("private_ciphertext"),
        _choice("status", "active retired revoked", "active"), _moment("rotated_at?"), _unique("kid"),
        _index("organisation_id"))
    _table("organisation_signing_keys", *_id(), *_tenant(), _int("key_version", "1"), _bytes("public_key", 32),
        _int("private_key_version"), _bytes("private_nonce", 12), _bytes("private_ciphertext"), _moment("retired_at?"),
        _unique("organisation_id", "key_version", name="organisation_signing_keys_organisation_id_key_version_key"))
    _table("sessions", *_id(), *_tenant(), _owner("user_id", "users"), _hash(), _moment("expires_at"),
        _moment("last_used_at?"), _text("host_name?", 255), _text("user_agent?"), _text("ip_address?", 50),
        _tenant_index("user_id"), _index("expires_at"))
    _table("session_history", *_id(), *_tenant(), _owner("user_id", "users"),
        _moment("last_used_at?"), _text("host_name?", 255), _text("user_agent?"), _text("ip_address?", 50),
        _moment("ended_at"), _choice("end_reason", "signed-out revoked expired deleted"),
        _mentions("ended_by", "users"),
        _tenant_index("user_id"), _index("ended_at"), changes=False)
    _table("roles", *_id(), *_tenant(), _text("name", 100), _text("slug", 100), _text("description?"),
        _flag("is_system", "false"), _target(),
        _unique("organisation_id", "slug", name="roles_organisation_id_slug_key"))
    _table("role_permissions", *_id(), *_tenant(), _owner("role_id", "roles"), _uuid("permission_id"),
        _foreign(["permission_id"], "permissions", ["id"], ondelete="CASCADE"), _unique("role_id", "permission_id"),
        _index("permission_id"), changes=False)
    _table("user_roles", *_id(), *_tenant(), _owner("user_id", "users"), _owner("role_id", "roles"),
        _mentions("granted_by", "users"), _unique("user_id", "role_id"), _tenant_index("role_id"), changes=False)
    _table("teams", *_id(), *_tenant(), _text("name", 100), _text("slug", 100), _target(),
        _unique("organisation_id", "slug", name="teams_organisation_id_slug_key"))
    _table("team_members", *_id(), *_tenant(), _owner("team_id", "teams"), _owner("user_id", "users"),
        _unique("team_id", "user_id"), _tenant_index("user_id"), changes=False)
    _table("invitations", *_id(), *_tenant(), _text("email", 255), _owner("role_id", "roles"), _hash(),
        _mentions("invited_by", "users"), _moment("expires_at"), _moment("accepted_at?"),
        _tenant_index("email", "role_id"))
    for name in ("email_verification_tokens", "password_reset_tokens"):
        _table(name, *_id(), *_tenant(), _owner("user_id", "users"), _hash(), _moment("expires_at"),
            _moment("used_at?"), _tenant_index("user_id"), changes=False)
    _table("email_outbox", *_id(), *_tenant(), _text("recipient", 255), _text("subject", 255), _text("body"),
        _choice("status", "pending sent failed", "pending"), _int("attempts", "0"), _moment("sent_at?"),
        _index("status", "created_at"))
    _table("audit_logs", *_id(), *_tenant(), _uuid("user_id?"), _text("action", 100), _text("event_type?", 100),
        _text("resource_type", 100), _text("resource_id?"), _text("ip_address?", 50), _text("user_agent?"),
        _json("details", "{}"), _index("organisation_id"), _tenant_index("user_id", "event_type", "created_at"),
        _index("organisation_id", "resource_type", "resource_id", name="audit_logs_resource_idx"), changes=False)


def _owner_keys() -> list[Part]:
    deferred = {"deferrable": True, "initially": "DEFERRED"}
    return [
        _foreign(["owner_id"], "users", ["id"], ondelete="SET NULL", **deferred),
        _foreign(["id", "owner_id"], "users", ["organisation_id", "id"], name="owner_id_tenant_fkey", **deferred),
    ]


def _programs() -> None:
    _table("api_keys", *_id(), *_tenant(), _owner("user_id", "users"), _text("name", 255), _text("key_hash", 255),
        _json("permissions", "[]"), _moment("expires_at?"), _moment("last_used_at?"), _flag("is_active", "true"),
        _unique("key_hash"), _tenant_index("user_id"))
    _table("clients", *_id(), *_tenant(), _text("client_id", 255), _text("name", 255),
        _choice("type", "confidential public"), _text("secret_hash?", 255), _json("redirect_uris", "[]"),
        _json("scopes", "[]"), _moment("deleted_at?"), _unique("client_id"), _target())
    _table("tokens", *_id(), *_tenant(), _text("jti", 255), _owner("client_id", "clients"),
        _owner("user_id?", "users"), _json("scopes", "[]"), _moment("expires_at"), _moment("revoked_at?"),
        _unique("jti"), _tenant_index("client_id", "user_id"), _index("expires_at"))
    _table("refresh_tokens", *_id(), *_tenant(), _hash(), _owner("client_id", "clients"), _owner("user_id?", "users"),
        _moment("expires_at"), _moment("revoked_at?"), _tenant_index("client_id", "user_id"), _index("expires_at"))
    _table("authorization_codes", *_id(), *_tenant(), _hash("code_hash"), _owner("client_id", "clients"),
        _owner("user_id", "users"), _text("redirect_uri"), _text("code_challenge?"), _moment("expires_at"),
        _moment("used_at?"), _tenant_index("client_id", "user_id"), _index("expires_at"), changes=False)
    _table("consents", *_id(), *_tenant(), _owner("user_id", "users"), _owner("client_id", "clients"),
        _json("scopes", "[]"), _moment("revoked_at?"), _unique("user_id", "client_id"), _tenant_index("client_id"))
    _table("webhook_endpoints", *_id(), *_tenant(), _text("url"), _json("events", "[]"), _flag("is_active", "true"),
        _int("secret_key_version"), _bytes("secret_nonce", 12), _bytes("secret_ciphertext"), _index("organisation_id"))
    _table("saml_connections", *_id(), *_tenant(), _text("name", 255), _text("idp_entity_id"), _text("idp_sso_url"),
        _text("idp_certificate"), _json("attribute_map", "{}"), _flag("is_active", "true"), _index("organisation_id"))


def _analytics() -> None:
    _table("data_sources", *_id(), *_tenant(), _text("name", 255),
        _choice("type", "postgresql mysql rest_api csv sqlite duckdb parquet can"), _json("connection_config", "{}"),
        _choice("status", "connected error disconnected pending", "disconnected"), _moment("last_sync?"),
        _json("metadata", "{}"), _target(), _tenant_index("status"),
        _unique("organisation_id", "name", name="data_sources_organisation_id_name_key"))
    _table("metrics", *_id(), *_tenant(), _text("name", 255), _text("description?"),
        _mentions("data_source_id", "data_sources"), _text("query?"), _text("unit?", 50),
        _mentions("created_by", "users"), _unique("organisation_id", "name"), _target(),
        _tenant_index("data_source_id"))
    _table("alerts", *_id(), *_tenant(), _owner("user_id", "users"), _mentions("metric_id", "metrics"),
        _text("name", 255), _choice("threshold_type", "above below change_percent"), _exact("threshold_value", 15, 2),
        _json("channels", "[]"), _choice("frequency", "immediate digest", "immediate"),
        _choice("status", "active triggered snoozed resolved inactive", "inactive"), _flag("is_active", "true"),
        _tenant_index("user_id", "metric_id", "status", "is_active"))
    _table("dashboard_layouts", *_id(), *_tenant(), _owner("user_id", "users"), _json("config"), _unique("user_id"))
    _table("dashboards", *_id(), *_tenant(), _owner("user_id", "users"), _text("name", 255), _text("description?"),
        _json("layout", "{}"), _flag("is_public", "false"), _target(), _tenant_index("user_id", "created_at"))
    _table("widgets", *_id(), *_tenant(), _owner("dashboard_id", "dashboards"),
        _mentions("data_source_id", "data_sources"),
        _choice("type", "line_chart bar_chart pie_chart area_chart table metric_card text image kpi chart"
            " gauge signal dongle_status placeholder"),
        _json("config", "{}"), _text("query?"), _json("position", "{}"),
        _tenant_index("dashboard_id", "data_source_id"))
    _table("dashboard_shares", *_tenant(), _owner("dashboard_id", "dashboards"), _owner("user_id", "users"),
        _choice("permission", "view edit", "view"), _now("shared_at"), _mentions("shared_by", "users"),
        _key("dashboard_id", "user_id"), _tenant_index("user_id"))
    _table("reports", *_id(), *_tenant(), _owner("dashboard_id", "dashboards"), _owner("created_by", "users"),
        _text("name", 255), _json("schedule", "{}"), _json("recipients", "[]"),
        _choice("format", "pdf excel csv", "pdf"), _flag("is_active", "true"), _moment("last_sent?"),
        _tenant_index("dashboard_id", "created_by", "is_active"))
    _table("data_models", *_id(), *_tenant(), _owner("created_by", "users"), _text("name", 255), _text("description?"),
        _json("tables", "[]"), _json("joins", "[]"), _json("calculated_fields", "[]"), _tenant_index("created_by"))
    _table("workflows", *_id(), *_tenant(), _owner("requester_id", "users"), _mentions("approver_id", "users"),
        _text("type", 100), _choice("status", "pending approved rejected completed", "pending"),
        _choice("priority", "low normal high critical", "normal"), _json("details", "{}"), _moment("resolved_at?"),
        _tenant_index("requester_id", "approver_id", "status"))


def _dongles() -> None:
    _table("agents", *_id(), *_tenant("row_version"), _owner("user_id", "users"), _text("name", 255),
        _text("hostname?", 255), _text("os?", 100), _text("version?", 50), _moment("last_seen_at?"), _target(),
        _tenant_index("user_id"))
    _table("agent_tokens", *_id(), *_tenant(), _owner("agent_id", "agents"), _hash(), _moment("revoked_at?"),
        _tenant_index("agent_id"))
    sixteen = f"GLOB '{'[0-9a-f]' * 16}'" if _on_sqlite() else "~ '^[0-9a-f]{16}$'"
    _table("dongles", *_id(), *_tenant(), _text("device_id", 16), _text("name?", 100),
        _mentions("owner_user_id", "users"),
        _choice("ownership_state", "UNCLAIMED CLAIM_PENDING CLAIMED_ACTIVE TRANSFER_PENDING REVOKED LOST", "UNCLAIMED"),
        _choice("identity_kind", "observed proven verified", "observed"), _bytes("public_key?", 32),
        _uuid("claim_id?"), _text("dialect?", 50), _text("firmware?", 100), _moment("last_seen_at?"),
        _unique("organisation_id", "device_id"), _target(), _tenant_index("owner_user_id"),
        _rule("device_id", f"device_id {sixteen}"),
        _rule("proof", "identity_kind = 'observed' OR public_key IS NOT NULL"))
    proved = ("key_version", "data_key_version", "nonce", "ciphertext")
    pending = ("pending_claim_id", *(f"pending_{column}" for column in proved))
    _table("dongle_tokens", *_id(), *_tenant(), _owner("dongle_id", "dongles"), _int("key_version?"),
        _int("data_key_version?"), _bytes("nonce?", 12), _bytes("ciphertext?"), _uuid("pending_claim_id?"),
        _int("pending_key_version?"), _int("pending_data_key_version?"), _bytes("pending_nonce?", 12),
        _bytes("pending_ciphertext?"), _unique("dongle_id"),
        _rule("proved", _together(proved)), _rule("pending", _together(pending)),
        _rule("ciphertext", "ciphertext IS NOT NULL OR pending_ciphertext IS NOT NULL"),
        _rule("pending_key_version", "pending_key_version > key_version"))
    _table("dongle_groups", *_id(), *_tenant(), _owner("user_id", "users"), _owner("dongle_a_id", "dongles"),
        _owner("dongle_b_id", "dongles"), _choice("mode", "ACTIVE LISTEN_ONLY A_TO_B B_TO_A PAUSED", "ACTIVE"),
        _unique("dongle_a_id"), _unique("dongle_b_id"), _target(), _tenant_index("user_id"),
        _rule("distinct", "dongle_a_id <> dongle_b_id"))
    _table("dongle_group_members", *_tenant(), _owner("dongle_id", "dongles"), _owner("group_id", "dongle_groups"),
        _key("dongle_id"), _tenant_index("group_id"), changes=False)
    _table("can_configs", *_id(), *_tenant(), _owner("dongle_id", "dongles"), _text("controller", 50),
        _big("clock_hz"), _int("bitrate"), _exact("sample_point?", 6, 3), _int("prescaler"), _int("prop_seg"),
        _int("phase_seg1"), _int("phase_seg2"), _int("sjw"), _flag("fd_enabled", "false"), _int("data_bitrate?"),
        _exact("data_sample_point?", 6, 3), _int("data_prescaler?"), _int("data_prop_seg?"), _int("data_phase_seg1?"),
        _int("data_phase_seg2?"), _int("data_sjw?"), _flag("tdc_enabled", "false"), _int("tdc_offset?"),
        _choice("mode", "NORMAL LISTEN_ONLY LOOPBACK SILENT_LOOPBACK", "NORMAL"), _flag("auto_retransmit", "true"),
        _int("auto_restart_ms?"), _flag("triple_sampling", "false"), _int("termination_ohm?"), _json("filters", "[]"),
        _unique("dongle_id"))
    _table("commands", *_id(), *_tenant(), _owner("dongle_id", "dongles"), _mentions("agent_id", "agents"),
        _mentions("user_id", "users"), _text("type", 50), _json("arguments", "{}"),
        _choice("status", "QUEUED SENT RUNNING SUCCEEDED FAILED TIMED_OUT CANCELLED", "QUEUED"), _json("result?"),
        _text("error?"), _moment("started_at?"), _moment("finished_at?"),
        _index("organisation_id", "dongle_id", "created_at"))


def _together(columns: Sequence[str]) -> str:
    """The columns are set together or not at all."""
    empty, full = (" AND ".join(f"{column} IS {state}" for column in columns) for state in ("NULL", "NOT NULL"))
    return f"({empty}) OR ({full})"


def _merchants() -> None:
    _table("merchant_dashboards", *_tenant(), _text("domain", 255), _text("created_by?"), _text("owner_email?", 255),
        _mentions("owner_user_id", "users"), _choice("status", "pending active suspended", "pending"), _text("notes?"),
        _json("info", "{}"), _key("organisation_id", "domain"), _tenant_index("owner_user_id"))
    _table("merchant_team", *_tenant(), _text("merchant_domain", 255),
        _belongs("merchant_domain", "merchant_dashboards", "domain"), _owner("user_id", "users"),
        _text("user_email?", 255), _choice("role", "owner editor viewer"), _now("granted_at"),
        _mentions("granted_by", "users"), _key("organisation_id", "merchant_domain", "user_id"),
        _tenant_index("user_id"))
    _table("orders", *_tenant(), _text("id", 255), _text("shop_id", 255), _text("app_id?", 255),
        _text("platform_order_number?", 255), _exact("order_total", 19, 4), _text("currency", 3), _text("status", 50),
        _moment("created_dt"), _json("order_info", "{}"), _key("organisation_id", "id"),
        _index("organisation_id", "shop_id", "created_dt"))
    _table("app_identifiers", *_tenant(), _text("key", 255), _json("info", "{}"), _key("organisation_id", "key"))


# fmt: on


_POSTGRESQL_TRIGGERS = (
    """CREATE FUNCTION audit_logs_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'audit_logs is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    """CREATE TRIGGER audit_logs_append_only BEFORE UPDATE OR DELETE ON audit_logs
    FOR EACH ROW EXECUTE FUNCTION audit_logs_refuse()""",
    """CREATE TRIGGER audit_logs_no_truncate BEFORE TRUNCATE ON audit_logs
    FOR EACH STATEMENT EXECUTE FUNCTION audit_logs_refuse()""",
    """CREATE FUNCTION dongle_groups_keep_members() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' THEN DELETE FROM dongle_group_members WHERE group_id = OLD.id; END IF;
        INSERT INTO dongle_group_members (organisation_id, dongle_id, group_id) VALUES
            (NEW.organisation_id, NEW.dongle_a_id, NEW.id), (NEW.organisation_id, NEW.dongle_b_id, NEW.id);
        RETURN NULL;
    END $$""",
    """CREATE TRIGGER dongle_groups_members AFTER INSERT OR UPDATE OF id, organisation_id, dongle_a_id, dongle_b_id
    ON dongle_groups FOR EACH ROW EXECUTE FUNCTION dongle_groups_keep_members()""",
)

# The explicit refusal is needed: INSERT OR REPLACE and OR IGNORE carry over to the statements of a trigger, so that
# the primary key alone would be obeyed by moving, or by leaving out, a member.
_SQLITE_MEMBERS = """
    SELECT RAISE(ABORT, 'UNIQUE constraint failed: dongle_group_members.dongle_id')
        FROM dongle_group_members WHERE dongle_id IN (NEW.dongle_a_id, NEW.dongle_b_id);
    INSERT INTO dongle_group_members (organisation_id, dongle_id, group_id) VALUES
        (NEW.organisation_id, NEW.dongle_a_id, NEW.id), (NEW.organisation_id, NEW.dongle_b_id, NEW.id);
END"""
_SQLITE_LEAVE = """
    DELETE FROM dongle_group_members WHERE group_id = OLD.id;"""
_SQLITE_TRIGGERS = (
    """CREATE TRIGGER audit_logs_no_update BEFORE UPDATE ON audit_logs
    BEGIN SELECT RAISE(ABORT, 'audit_logs is append-only'); END""",
    """CREATE TRIGGER audit_logs_no_delete BEFORE DELETE ON audit_logs
    BEGIN SELECT RAISE(ABORT, 'audit_logs is append-only'); END""",
    # INSERT OR REPLACE deletes without firing a delete trigger.
    """CREATE TRIGGER audit_logs_no_replace BEFORE INSERT ON audit_logs
    WHEN EXISTS (SELECT 1 FROM audit_logs WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'audit_logs is append-only'); END""",
    "CREATE TRIGGER dongle_groups_members_insert AFTER INSERT ON dongle_groups BEGIN" + _SQLITE_MEMBERS,
    "CREATE TRIGGER dongle_groups_members_update AFTER UPDATE OF id, organisation_id, dongle_a_id, dongle_b_id"
    " ON dongle_groups BEGIN" + _SQLITE_LEAVE + _SQLITE_MEMBERS,
)


def upgrade() -> None:
    _identity()
    _programs()
    _analytics()
    _dongles()
    _merchants()
    for statement in _SQLITE_TRIGGERS if _on_sqlite() else _POSTGRESQL_TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    if not _on_sqlite():
        op.drop_constraint("organisations_owner_id_fkey", "organisations", type_="foreignkey")
        op.drop_constraint("organisations_owner_id_tenant_fkey", "organisations", type_="foreignkey")
    for table in _DROPPED:
        op.drop_table(table)
    if not _on_sqlite():
        op.execute("DROP FUNCTION audit_logs_refuse()")
        op.execute("DROP FUNCTION dongle_groups_keep_members()")


_DROPPED = """
app_identifiers orders merchant_team merchant_dashboards
commands can_configs dongle_group_members dongle_groups dongle_tokens dongles agent_tokens agents
workflows data_models reports dashboard_shares widgets dashboards dashboard_layouts alerts metrics data_sources
saml_connections webhook_endpoints consents authorization_codes refresh_tokens tokens clients api_keys
audit_logs email_outbox password_reset_tokens email_verification_tokens invitations team_members teams user_roles
role_permissions roles session_history sessions organisation_signing_keys jwks users organisations scopes permissions
""".split()  # noqa: SIM905  # a paragraph again

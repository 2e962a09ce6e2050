"""What the lists of people, sessions and audit entries are sorted, filtered and searched by, within an organisation.

Columns that a list is sorted by may not be empty: an index serves a keyset page only then. An audit entry names the
person it was done to (`target_user_id`) in a column of its own. Nothing else changes in the append-only table: the
column is filled from what the row says, and an empty `event_type` gets the row's `action`, as the list showed it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(postgresql.UUID(as_uuid=False), "postgresql")
_MOMENT = sa.Text().with_variant(postgresql.TIMESTAMP(timezone=True, precision=6), "postgresql")
_SQLITE_NOW = "(strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'))"

_INDEXES = (
    # Search and filters are answered from the index alone, without the row.
    ("users_listing_idx", "users", ["name", "id", "email", "role", "status", "deleted_at"]),
    ("users_role_id_idx", "users", ["role", "id"]),
    ("users_status_id_idx", "users", ["status", "id"]),
    ("users_created_at_id_idx", "users", ["created_at", "id"]),
    ("sessions_created_at_id_idx", "sessions", ["created_at", "id"]),
    ("sessions_host_name_id_idx", "sessions", ["host_name", "id"]),
    ("session_history_ended_at_id_idx", "session_history", ["ended_at", "id"]),
    ("audit_logs_event_type_id_idx", "audit_logs", ["event_type", "id"]),
    ("audit_logs_user_id_created_at_id_idx", "audit_logs", ["user_id", "created_at", "id"]),
    ("audit_logs_target_user_id_created_at_id_idx", "audit_logs", ["target_user_id", "created_at", "id"]),
    ("audit_logs_resource_id_created_at_id_idx", "audit_logs", ["resource_id", "created_at", "id"]),
)

_SQLITE_NO_UPDATE = """CREATE TRIGGER audit_logs_no_update BEFORE UPDATE ON audit_logs
    BEGIN SELECT RAISE(ABORT, 'audit_logs is append-only'); END"""
_HEX = [count * "[0-9a-f]" for count in (8, 4, 4, 4, 12)]
_SQLITE_FILL = f"""UPDATE audit_logs SET target_user_id = who FROM (
    SELECT id, CASE WHEN resource_type = 'user' THEN resource_id ELSE json_extract(details, '$.user_id') END AS who
    FROM audit_logs) AS said WHERE said.id = audit_logs.id AND who GLOB '{"-".join(_HEX)}'"""  # noqa: S608  # our own
_POSTGRESQL_FILL = f"""UPDATE audit_logs SET target_user_id = who::uuid FROM (
    SELECT id, CASE WHEN resource_type = 'user' THEN resource_id ELSE details ->> 'user_id' END AS who
    FROM audit_logs) AS said WHERE said.id = audit_logs.id AND who ~ '^{"-".join(_HEX)}$'"""  # noqa: S608  # our own


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _fill_audit_logs() -> None:
    """The one update that these rows ever see: the trigger that refuses it is away for as long."""
    if _on_sqlite():
        op.execute("DROP TRIGGER audit_logs_no_update")
        op.execute(_SQLITE_FILL)
    else:
        op.execute("ALTER TABLE audit_logs DISABLE TRIGGER audit_logs_append_only")
        op.execute(_POSTGRESQL_FILL)
    op.execute("UPDATE audit_logs SET event_type = action WHERE event_type IS NULL")
    if _on_sqlite():
        op.execute(_SQLITE_NO_UPDATE)
    else:
        op.execute("ALTER TABLE audit_logs ENABLE TRIGGER audit_logs_append_only")


def upgrade() -> None:
    op.execute("UPDATE sessions SET last_used_at = created_at WHERE last_used_at IS NULL")
    op.execute("UPDATE sessions SET host_name = '' WHERE host_name IS NULL")
    now = sa.text(_SQLITE_NOW if _on_sqlite() else "now()")
    with op.batch_alter_table("sessions") as batch:
        batch.alter_column("last_used_at", existing_type=_MOMENT, nullable=False, server_default=now)
        batch.alter_column("host_name", existing_type=sa.String(255), nullable=False, server_default="")
    op.add_column("audit_logs", sa.Column("target_user_id", _ID))
    _fill_audit_logs()
    with op.batch_alter_table("audit_logs") as batch:
        batch.alter_column("event_type", existing_type=sa.String(100), nullable=False)
    for name, table, columns in _INDEXES:
        op.create_index(name, table, ["organisation_id", *columns])
    op.drop_index("users_name_id_idx", "users")  # the listing index begins as it does


def downgrade() -> None:
    op.create_index("users_name_id_idx", "users", ["organisation_id", "name", "id"])
    for name, table, _columns in reversed(_INDEXES):
        op.drop_index(name, table)
    with op.batch_alter_table("audit_logs") as batch:
        batch.alter_column("event_type", existing_type=sa.String(100), nullable=True)
        batch.drop_column("target_user_id")
    with op.batch_alter_table("sessions") as batch:
        batch.alter_column("host_name", existing_type=sa.String(255), nullable=True, server_default=None)
        batch.alter_column("last_used_at", existing_type=_MOMENT, nullable=True, server_default=None)

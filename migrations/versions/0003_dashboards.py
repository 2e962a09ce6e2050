"""Many dashboards a person: their versions, shares with teams, and the trash.

The rules for ids, moments and flags are written out here as revision 0001 states them, since a migration never
follows the models.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(postgresql.UUID(as_uuid=False), "postgresql")
_MOMENT = sa.Text().with_variant(postgresql.TIMESTAMP(timezone=True, precision=6), "postgresql")
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_GLOB_UUID = "-".join("[0-9a-f]" * count for count in (8, 4, 4, 4, 12))
_SQLITE_UUID = (
    "(lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2)"
    " || '-' || substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2)"
    " || '-' || hex(randomblob(6))))"
)
_SQLITE_NOW = "(strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'))"


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _now(name: str) -> sa.Column[Any]:
    return sa.Column(name, _MOMENT, nullable=False, server_default=sa.text(_SQLITE_NOW if _on_sqlite() else "now()"))


def _tenant() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("organisation_id", _ID, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False, server_default=sa.text("1")),
    ]


def _inside(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id"], ["organisations.id"], name=op.f(f"{table}_organisation_id_fkey")
    )


def _belongs(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """The row goes with the one it belongs to, in the same organisation."""
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{target}.organisation_id", f"{target}.id"],
        name=op.f(f"{table}_{column}_fkey"),
        ondelete="CASCADE",
    )


def _mentions(table: str, column: str) -> list[sa.ForeignKeyConstraint]:
    """A person who may go: the plain key empties the column, the deferred one keeps it within the organisation."""
    return [
        sa.ForeignKeyConstraint([column], ["users.id"], name=op.f(f"{table}_{column}_fkey"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["organisation_id", column],
            ["users.organisation_id", "users.id"],
            name=op.f(f"{table}_{column}_tenant_fkey"),
            deferrable=True,
            initially="DEFERRED",
        ),
    ]


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"{table}_{name}_check"))


def _trash() -> None:
    with op.batch_alter_table("dashboards") as batch:
        batch.add_column(sa.Column("deleted_at", _MOMENT))
        batch.add_column(sa.Column("deleted_by", _ID))
        batch.create_foreign_key(
            op.f("dashboards_deleted_by_fkey"), "users", ["deleted_by"], ["id"], ondelete="SET NULL"
        )
        batch.create_foreign_key(
            op.f("dashboards_deleted_by_tenant_fkey"),
            "users",
            ["organisation_id", "deleted_by"],
            ["organisation_id", "id"],
            deferrable=True,
            initially="DEFERRED",
        )
    op.create_index("dashboards_updated_at_id_idx", "dashboards", ["organisation_id", "updated_at", "id"])
    op.create_index("dashboards_name_id_idx", "dashboards", ["organisation_id", "name", "id"])
    op.create_index("dashboards_deleted_at_idx", "dashboards", ["organisation_id", "deleted_at"])


def _versions() -> None:
    table = "dashboard_versions"
    on_sqlite = [
        _check(table, "id", f"id GLOB '{_GLOB_UUID}'"),
        _check(table, "automatic", "automatic IN (0, 1)"),
        _check(table, "document", "json_valid(document)"),
    ]
    op.create_table(
        table,
        sa.Column(
            "id", _ID, nullable=False, server_default=sa.text(_SQLITE_UUID if _on_sqlite() else "gen_random_uuid()")
        ),
        *_tenant(),
        sa.Column("dashboard_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("author_id", _ID),
        sa.Column("automatic", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("restored_from", sa.Integer()),
        sa.Column("stored_version", sa.BigInteger(), nullable=False),
        sa.Column("document", _JSON, nullable=False),
        _now("saved_at"),
        _now("created_at"),
        _now("updated_at"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"{table}_pkey")),
        sa.UniqueConstraint("dashboard_id", "number", name=op.f(f"{table}_dashboard_id_number_key")),
        _inside(table),
        _belongs(table, "dashboard_id", "dashboards"),
        *_mentions(table, "author_id"),
        *(on_sqlite if _on_sqlite() else []),
    )
    op.create_index(f"{table}_dashboard_id_idx", table, ["organisation_id", "dashboard_id"])


def _team_shares() -> None:
    table = "dashboard_team_shares"
    op.create_table(
        table,
        *_tenant(),
        sa.Column("dashboard_id", _ID, nullable=False),
        sa.Column("team_id", _ID, nullable=False),
        sa.Column("permission", sa.Text(), nullable=False, server_default=sa.text("'view'")),
        _now("shared_at"),
        sa.Column("shared_by", _ID),
        _now("created_at"),
        _now("updated_at"),
        sa.PrimaryKeyConstraint("dashboard_id", "team_id", name=op.f(f"{table}_pkey")),
        _inside(table),
        _belongs(table, "dashboard_id", "dashboards"),
        _belongs(table, "team_id", "teams"),
        *_mentions(table, "shared_by"),
        _check(table, "permission", "permission IN ('view', 'edit')"),
    )
    op.create_index(f"{table}_team_id_idx", table, ["organisation_id", "team_id"])


def upgrade() -> None:
    _trash()
    _versions()
    _team_shares()


def downgrade() -> None:
    op.drop_table("dashboard_team_shares")
    op.drop_table("dashboard_versions")
    op.drop_index("dashboards_deleted_at_idx", "dashboards")
    op.drop_index("dashboards_name_id_idx", "dashboards")
    op.drop_index("dashboards_updated_at_id_idx", "dashboards")
    with op.batch_alter_table("dashboards") as batch:
        batch.drop_constraint(op.f("dashboards_deleted_by_tenant_fkey"), type_="foreignkey")
        batch.drop_constraint(op.f("dashboards_deleted_by_fkey"), type_="foreignkey")
        batch.drop_column("deleted_by")
        batch.drop_column("deleted_at")

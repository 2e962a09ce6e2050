"""Folders of dashboards, and each person's favourites and last opened dashboards.

The rules for ids, moments and flags are written out here as revision 0001 states them, since a migration never
follows the models.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(postgresql.UUID(as_uuid=False), "postgresql")
_MOMENT = sa.Text().with_variant(postgresql.TIMESTAMP(timezone=True, precision=6), "postgresql")
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


def _folders() -> None:
    table = "dashboard_folders"
    random_id = sa.text(_SQLITE_UUID if _on_sqlite() else "gen_random_uuid()")
    is_id = sa.CheckConstraint(f"id GLOB '{_GLOB_UUID}'", name=op.f(f"{table}_id_check"))
    op.create_table(
        table,
        sa.Column("id", _ID, nullable=False, server_default=random_id),
        *_tenant(),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("parent_id", _ID),
        _now("created_at"),
        _now("updated_at"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"{table}_pkey")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f(f"{table}_organisation_id_id_key")),
        _inside(table),
        sa.ForeignKeyConstraint(
            ["parent_id"], [f"{table}.id"], name=op.f(f"{table}_parent_id_fkey"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "parent_id"],
            [f"{table}.organisation_id", f"{table}.id"],
            name=op.f(f"{table}_parent_id_tenant_fkey"),
            deferrable=True,
            initially="DEFERRED",
        ),
        *([is_id] if _on_sqlite() else []),
    )
    op.create_index(f"{table}_parent_id_idx", table, ["organisation_id", "parent_id"])


def _entries() -> None:
    table = "dashboard_folder_entries"
    op.create_table(
        table,
        *_tenant(),
        sa.Column("dashboard_id", _ID, nullable=False),
        sa.Column("folder_id", _ID, nullable=False),
        _now("created_at"),
        _now("updated_at"),
        sa.PrimaryKeyConstraint("dashboard_id", name=op.f(f"{table}_pkey")),
        _inside(table),
        _belongs(table, "dashboard_id", "dashboards"),
        _belongs(table, "folder_id", "dashboard_folders"),
    )
    op.create_index(f"{table}_folder_id_idx", table, ["organisation_id", "folder_id"])


def _of_people(table: str, *columns: sa.Column[Any]) -> None:
    """A table with a row for a dashboard and a person."""
    op.create_table(
        table,
        *_tenant(),
        sa.Column("dashboard_id", _ID, nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        *columns,
        _now("created_at"),
        _now("updated_at"),
        sa.PrimaryKeyConstraint("dashboard_id", "user_id", name=op.f(f"{table}_pkey")),
        _inside(table),
        _belongs(table, "dashboard_id", "dashboards"),
        _belongs(table, "user_id", "users"),
    )
    names = ["user_id", *(column.name for column in columns)]
    op.create_index(f"{table}_{'_'.join(names)}_idx", table, ["organisation_id", *names])


def upgrade() -> None:
    _folders()
    _entries()
    _of_people("dashboard_favourites")
    _of_people("dashboard_openings", _now("opened_at"))


def downgrade() -> None:
    for table in ("dashboard_openings", "dashboard_favourites", "dashboard_folder_entries", "dashboard_folders"):
        op.drop_table(table)

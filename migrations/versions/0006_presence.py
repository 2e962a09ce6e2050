"""Which windows show a dashboard, and how many commits have changed the database.

The rules for ids, moments and flags are written out here as revision 0001 states them, since a migration never
follows the models.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
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


def _belongs(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """The row goes with the one it belongs to, in the same organisation."""
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{target}.organisation_id", f"{target}.id"],
        name=op.f(f"{table}_{column}_fkey"),
        ondelete="CASCADE",
    )


def _presence() -> None:
    table = "dashboard_presence"
    random_id = sa.text(_SQLITE_UUID if _on_sqlite() else "gen_random_uuid()")
    checks = [
        sa.CheckConstraint(f"id GLOB '{_GLOB_UUID}'", name=op.f(f"{table}_id_check")),
        sa.CheckConstraint("json_valid(selected)", name=op.f(f"{table}_selected_check")),
    ]
    op.create_table(
        table,
        sa.Column("id", _ID, nullable=False, server_default=random_id),
        sa.Column("organisation_id", _ID, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False, server_default=sa.text("1")),
        sa.Column("session_id", _ID, nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("dashboard_id", _ID, nullable=False),
        sa.Column("selected", _JSON, nullable=False, server_default=sa.text("'[]'")),
        sa.Column("seen_at", _MOMENT, nullable=False),
        _now("created_at"),
        _now("updated_at"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"{table}_pkey")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f(f"{table}_organisation_id_fkey")),
        _belongs(table, "dashboard_id", "dashboards"),
        _belongs(table, "user_id", "users"),
        *(checks if _on_sqlite() else []),
    )
    op.create_index(f"{table}_dashboard_id_idx", table, ["organisation_id", "dashboard_id"])
    op.create_index(f"{table}_session_id_idx", table, ["session_id"])


def upgrade() -> None:
    _presence()
    op.create_table(
        "commit_count",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("commits", sa.BigInteger(), nullable=False),
        _now("created_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("commit_count_pkey")),
    )


def downgrade() -> None:
    op.drop_table("commit_count")
    op.drop_table("dashboard_presence")

"""Who may use a restricted data source.

The rules for ids, moments and flags are written out here as revision 0001 states them, since a migration never
follows the models.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
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


def _belongs(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """The row goes with the one it belongs to, in the same organisation."""
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{target}.organisation_id", f"{target}.id"],
        name=op.f(f"{table}_{column}_fkey"),
        ondelete="CASCADE",
    )


def upgrade() -> None:
    table = "data_source_grants"
    random_id = sa.text(_SQLITE_UUID if _on_sqlite() else "gen_random_uuid()")
    check = sa.CheckConstraint(f"id GLOB '{_GLOB_UUID}'", name=op.f(f"{table}_id_check"))
    op.create_table(
        table,
        sa.Column("id", _ID, nullable=False, server_default=random_id),
        sa.Column("organisation_id", _ID, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False, server_default=sa.text("1")),
        sa.Column("data_source_id", _ID, nullable=False),
        sa.Column("user_id", _ID, nullable=True),
        sa.Column("team_id", _ID, nullable=True),
        _now("created_at"),
        _now("updated_at"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"{table}_pkey")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f(f"{table}_organisation_id_fkey")),
        _belongs(table, "data_source_id", "data_sources"),
        _belongs(table, "user_id", "users"),
        _belongs(table, "team_id", "teams"),
        sa.UniqueConstraint("data_source_id", "user_id", name=op.f(f"{table}_data_source_id_user_id_key")),
        sa.UniqueConstraint("data_source_id", "team_id", name=op.f(f"{table}_data_source_id_team_id_key")),
        sa.CheckConstraint("user_id IS NULL OR team_id IS NULL", name=op.f(f"{table}_recipient_check")),
        *([check] if _on_sqlite() else []),
    )
    op.create_index(f"{table}_data_source_id_idx", table, ["organisation_id", "data_source_id"])


def downgrade() -> None:
    op.drop_table("data_source_grants")

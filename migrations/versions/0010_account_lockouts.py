"""Failed tries to sign in, counted for each account and computer.

The rules for ids and moments are written out here as revision 0001 states them, since a migration never follows the
models.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
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


def upgrade() -> None:
    table = "account_lockouts"
    now = sa.text(_SQLITE_NOW if _on_sqlite() else "now()")
    random_id = sa.text(_SQLITE_UUID if _on_sqlite() else "gen_random_uuid()")
    checks = [sa.CheckConstraint(f"id GLOB '{_GLOB_UUID}'", name=op.f(f"{table}_id_check"))]
    op.create_table(
        table,
        sa.Column("id", _ID, nullable=False, server_default=random_id),
        sa.Column("subject_hash", sa.String(64), nullable=False),
        sa.Column("source", sa.String(255), nullable=False, server_default=sa.text("''")),
        sa.Column("email_norm", sa.Text()),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failed_at", _MOMENT, nullable=False),
        sa.Column("locked_until", _MOMENT),
        sa.Column("created_at", _MOMENT, nullable=False, server_default=now),
        sa.Column("updated_at", _MOMENT, nullable=False, server_default=now),
        sa.PrimaryKeyConstraint("id", name=op.f(f"{table}_pkey")),
        sa.UniqueConstraint("subject_hash", "source", name=op.f(f"{table}_subject_hash_source_key")),
        sa.CheckConstraint(
            "length(subject_hash) = 64 AND subject_hash = lower(subject_hash)", name=op.f(f"{table}_subject_hash_check")
        ),
        *(checks if _on_sqlite() else []),
    )
    op.create_index(f"{table}_email_norm_idx", table, ["email_norm"])
    op.create_index(f"{table}_last_failed_at_idx", table, ["last_failed_at"])


def downgrade() -> None:
    op.drop_table("account_lockouts")

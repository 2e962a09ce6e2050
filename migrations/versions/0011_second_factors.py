"""Second factors, and the recovery codes for when one is lost.

The rules for ids and moments are written out here as revision 0001 states them, since a migration never follows the
models.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
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


def _create(table: str, *parts: Any, dated: tuple[str, ...]) -> None:
    """A table of rows that go with a person."""
    now = sa.text(_SQLITE_NOW if _on_sqlite() else "now()")
    random_id = sa.text(_SQLITE_UUID if _on_sqlite() else "gen_random_uuid()")
    checks = [sa.CheckConstraint(f"id GLOB '{_GLOB_UUID}'", name=op.f(f"{table}_id_check"))]
    op.create_table(
        table,
        sa.Column("id", _ID, nullable=False, server_default=random_id),
        sa.Column("organisation_id", _ID, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False, server_default=sa.text("1")),
        sa.Column("user_id", _ID, nullable=False),
        *parts,
        *(sa.Column(name, _MOMENT, nullable=False, server_default=now) for name in dated),
        sa.PrimaryKeyConstraint("id", name=op.f(f"{table}_pkey")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f(f"{table}_organisation_id_fkey")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "user_id"],
            ["users.organisation_id", "users.id"],
            name=op.f(f"{table}_user_id_fkey"),
            ondelete="CASCADE",
        ),
        *(checks if _on_sqlite() else []),
    )


def upgrade() -> None:
    factors, codes = "mfa_factors", "recovery_codes"
    _create(
        factors,
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("secret_key_version", sa.Integer(), nullable=False),
        sa.Column("secret_salt", sa.LargeBinary(), nullable=False),
        sa.Column("secret_nonce", sa.LargeBinary(), nullable=False),
        sa.Column("secret_ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("last_used_step", sa.BigInteger()),
        sa.UniqueConstraint("user_id", "kind", name=op.f(f"{factors}_user_id_kind_key")),
        sa.CheckConstraint("kind IN ('totp')", name=op.f(f"{factors}_kind_check")),
        sa.CheckConstraint("length(secret_salt) = 16", name=op.f(f"{factors}_secret_salt_check")),
        sa.CheckConstraint("length(secret_nonce) = 12", name=op.f(f"{factors}_secret_nonce_check")),
        dated=("created_at", "updated_at"),
    )
    _create(
        codes,
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used_at", _MOMENT),
        sa.UniqueConstraint("user_id", "code_hash", name=op.f(f"{codes}_user_id_code_hash_key")),
        sa.CheckConstraint(
            "length(code_hash) = 64 AND code_hash = lower(code_hash)", name=op.f(f"{codes}_code_hash_check")
        ),
        dated=("created_at",),
    )


def downgrade() -> None:
    op.drop_table("recovery_codes")
    op.drop_table("mfa_factors")

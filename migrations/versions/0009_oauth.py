"""What OAuth clients, their tokens and signing keys need to issue tokens: grants, secrets that overlap, families.

Columns are added by plain statements: SQLite then keeps the tables as they are, and Alembic has no form for a column
with a CHECK of its own.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_MOMENT = ("TEXT", "TIMESTAMP(6) WITH TIME ZONE")
_ID = ("TEXT", "UUID")
_JSON_LIST = ("JSON", "JSONB")
_HASH = ("VARCHAR(255)", "VARCHAR(255)")
_HINT = ("VARCHAR(40)", "VARCHAR(40)")
_TEXT = ("TEXT", "TEXT")
_COLUMNS = {
    "jwks": {"signing_since": _MOMENT, "published_until": _MOMENT},
    "clients": {
        "grant_types": _JSON_LIST,
        "secret_hint": _HINT,
        "secret_set_at": _MOMENT,
        "previous_secret_hash": _HASH,
        "previous_secret_hint": _HINT,
        "previous_secret_until": _MOMENT,
        "disabled_at": _MOMENT,
        "last_used_at": _MOMENT,
    },
    "tokens": {"family_id": _ID},
    "refresh_tokens": {"scopes": _JSON_LIST, "family_id": _ID, "used_at": _MOMENT},
    "authorization_codes": {"scopes": _JSON_LIST, "nonce": _TEXT, "family_id": _ID},
}
_INDEXES = (
    ("clients_name_id_idx", "clients", ["organisation_id", "name", "id"]),
    ("tokens_family_id_idx", "tokens", ["organisation_id", "family_id"]),
    ("refresh_tokens_family_id_idx", "refresh_tokens", ["organisation_id", "family_id"]),
)


def _definition(table: str, column: str, kinds: tuple[str, str]) -> str:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    kind = kinds[0 if on_sqlite else 1]
    if kinds != _JSON_LIST:
        return kind
    rule = f" CONSTRAINT {table}_{column}_check CHECK (json_valid({column}))" if on_sqlite else ""
    return f"{kind} DEFAULT '[]' NOT NULL{rule}"


def upgrade() -> None:
    for table, columns in _COLUMNS.items():
        for column, kinds in columns.items():
            op.execute(sa.text(f"ALTER TABLE {table} ADD COLUMN {column} {_definition(table, column, kinds)}"))
    # What clients of older systems could do, whose tables don't say it.
    op.execute(sa.text('UPDATE clients SET grant_types = \'["authorization_code", "refresh_token"]\''))
    op.execute(sa.text("UPDATE jwks SET signing_since = created_at WHERE status = 'active'"))
    for name, table, columns in _INDEXES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, table, _columns in reversed(_INDEXES):
        op.drop_index(name, table)
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.execute(sa.text(f"ALTER TABLE {table} DROP COLUMN {column}"))

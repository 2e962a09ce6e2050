"""Seals of the audit log, and the seals of all entries there are, in the order of their times.

What is sealed is the format of `benchboard.storage.audit_seals`, which never changes. On SQLite, the details of the
older entries are written in that format first: names in order, no spaces. They say what they said before.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from benchboard.storage import audit_seals

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(postgresql.UUID(as_uuid=False), "postgresql")
_MOMENT = sa.Text().with_variant(postgresql.TIMESTAMP(timezone=True, precision=6), "postgresql")
_SQLITE_NOW = "(strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'))"
_SQLITE_NO_UPDATE = """CREATE TRIGGER audit_logs_no_update BEFORE UPDATE ON audit_logs
    BEGIN SELECT RAISE(ABORT, 'audit_logs is append-only'); END"""
_SQLITE_TRIGGERS = (
    """CREATE TRIGGER audit_seals_no_update BEFORE UPDATE ON audit_seals
    BEGIN SELECT RAISE(ABORT, 'audit_seals is append-only'); END""",
    """CREATE TRIGGER audit_seals_no_delete BEFORE DELETE ON audit_seals
    BEGIN SELECT RAISE(ABORT, 'audit_seals is append-only'); END""",
    # INSERT OR REPLACE deletes without firing a delete trigger.
    """CREATE TRIGGER audit_seals_no_replace BEFORE INSERT ON audit_seals
    WHEN EXISTS (SELECT 1 FROM audit_seals WHERE organisation_id = NEW.organisation_id AND seq = NEW.seq
        OR audit_id = NEW.audit_id)
    BEGIN SELECT RAISE(ABORT, 'audit_seals is append-only'); END""",
)
_POSTGRESQL_TRIGGERS = (
    """CREATE FUNCTION audit_seals_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'audit_seals is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    """CREATE TRIGGER audit_seals_append_only BEFORE UPDATE OR DELETE ON audit_seals
    FOR EACH ROW EXECUTE FUNCTION audit_seals_refuse()""",
    """CREATE TRIGGER audit_seals_no_truncate BEFORE TRUNCATE ON audit_seals
    FOR EACH STATEMENT EXECUTE FUNCTION audit_seals_refuse()""",
)
_AT_ONCE = 2000


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _parts(query: str, **parameters: object) -> Iterator[list[str]]:
    """The ids that a query finds, in parts."""
    ids = list(op.get_bind().scalars(sa.text(query), parameters))
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


def _write_details() -> None:
    """Bring the details of the entries on SQLite into the form that is sealed; what is no JSON stays as it is."""
    op.execute("DROP TRIGGER IF EXISTS audit_logs_no_update")  # a rebuilt table has none until the end
    connection = op.get_bind()
    read = sa.text("SELECT id, details FROM audit_logs WHERE id IN :ids").bindparams(
        sa.bindparam("ids", expanding=True)
    )
    change = sa.text("UPDATE audit_logs SET details = :details WHERE id = :id")
    for ids in _parts("SELECT id FROM audit_logs"):
        changed = []
        for row in connection.execute(read, {"ids": ids}):
            try:
                details = audit_seals.canonical_json(row.details)
            except (TypeError, ValueError, RecursionError):
                continue
            if details != row.details:
                changed.append({"id": row.id, "details": details})
        if changed:
            connection.execute(change, changed)
    op.execute(_SQLITE_NO_UPDATE)


def _seal() -> None:
    """Seal the entries of each organisation, oldest first."""
    connection = op.get_bind()
    query = "SELECT CAST(id AS text) FROM audit_logs WHERE organisation_id = :organisation_id ORDER BY created_at, id"
    organisations = connection.scalars(sa.text("SELECT DISTINCT CAST(organisation_id AS text) FROM audit_logs")).all()
    for organisation_id in organisations:
        seq, seal = 0, audit_seals.first_seal(organisation_id)
        for ids in _parts(query, organisation_id=organisation_id):
            entries = audit_seals.read_entries(connection, ids)
            sealed = []
            for audit_id in ids:
                if audit_id in entries:
                    seq, seal = seq + 1, audit_seals.next_seal(seal, seq + 1, entries[audit_id])
                    sealed.append((organisation_id, seq, audit_id, seal))
            audit_seals.insert_seals(connection, sealed)


def upgrade() -> None:
    now = sa.text(_SQLITE_NOW if _on_sqlite() else "now()")
    op.create_table(
        "audit_seals",
        sa.Column("organisation_id", _ID, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("audit_id", _ID, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False, server_default=now),
        sa.PrimaryKeyConstraint("organisation_id", "seq", name=op.f("audit_seals_pkey")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("audit_seals_organisation_id_fkey")
        ),
        sa.UniqueConstraint("audit_id", name=op.f("audit_seals_audit_id_key")),
        sa.CheckConstraint("length(hash) = 32", name=op.f("audit_seals_hash_check")),
    )
    if _on_sqlite():
        _write_details()
    _seal()
    for statement in _SQLITE_TRIGGERS if _on_sqlite() else _POSTGRESQL_TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("audit_seals")
    if not _on_sqlite():
        op.execute("DROP FUNCTION audit_seals_refuse()")

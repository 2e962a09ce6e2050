"""Changes to an audit log by somebody with the key of its database, as an attacker may make them."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from benchboard.storage.engine import Database

_LAST = "(SELECT max(seq) FROM audit_seals)"
CUT_OFF = (
    f"DELETE FROM audit_logs WHERE id = (SELECT audit_id FROM audit_seals WHERE seq = {_LAST})",
    f"DELETE FROM audit_seals WHERE seq = {_LAST}",
)
"""Removes the last entry and its seal, where there is one organisation."""


@contextmanager
def without_triggers(database: Database) -> Iterator[Connection]:
    """A transaction without the triggers that keep the log as it is."""
    with database.writing.begin() as connection:
        if database.dialect != "sqlite":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            yield connection
            return
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit_%'"
        held = connection.execute(text(query)).all()
        for name, _sql in held:
            connection.execute(text(f"DROP TRIGGER {name}"))
        yield connection
        for _name, sql in held:
            connection.exec_driver_sql(sql)


def tamper(database: Database, *statements: str) -> None:
    """Run statements without those triggers."""
    with without_triggers(database) as connection:
        for statement in statements:
            connection.execute(text(statement))

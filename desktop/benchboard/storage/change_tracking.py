"""Tracks what a transaction changed: one notice of its changes, after the commit.

It refreshes the screens today and will feed the outbox. It also enforces that no change is unaudited: a transaction
that changed rows and wrote no audit row is rejected before it commits.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

Changes = Mapping[str, frozenset[str]]
"""Table name → ids of the rows touched; an empty set means "some rows of it" (a bulk statement)."""

# Rows that record, rather than make, a change; and the catalogue rows every database is given by `db seed`.
_UNAUDITED = frozenset({"audit_logs", "session_history", "permissions", "scopes", "dashboard_presence"})
UNNOTICED = frozenset({"dashboard_presence"})
"""Tables whose changes other programs don't notice: their rows change every few seconds, and screens read them then."""


class UnrecordedChange(AssertionError):
    """A service changed rows and did not call `audit.record`: a bug in that service, caught before the commit."""


def watch(session: Session) -> None:
    """Keep account of what `session` flushes or executes in bulk."""
    session.info["changes"] = {}
    event.listen(session, "after_flush", _flushed)
    event.listen(session, "do_orm_execute", _executed)


def touched(session: Session) -> Changes:
    """What the session's open transaction has touched so far."""
    return {table: frozenset(ids) for table, ids in _account(session).items()}


def require_recorded(session: Session) -> None:
    """Raise `UnrecordedChange` unless the transaction left an audit row, or touched nothing that needs one."""
    account = _account(session)
    quiet: frozenset[str] = session.info.get("unaudited", frozenset())
    if "audit_logs" not in account and (loud := account.keys() - _UNAUDITED - quiet):
        raise UnrecordedChange(f"changed without an audit row: {', '.join(sorted(loud))}")


def unaudited(session: Session, *tables: str) -> None:
    """Let this transaction touch `tables` without an audit row (keeping a session's last use true, for one)."""
    session.info["unaudited"] = session.info.get("unaudited", frozenset()) | frozenset(tables)


def _account(session: Session) -> dict[str, set[str]]:
    account: dict[str, set[str]] = session.info["changes"]
    return account


def _flushed(session: Session, _context: UOWTransaction) -> None:
    account = _account(session)
    for row in (*session.new, *session.deleted, *(r for r in session.dirty if session.is_modified(r))):
        state = inspect(row)
        key = state.mapper.primary_key_from_instance(row)
        account.setdefault(str(state.mapper.local_table), set()).add("/".join(str(part) for part in key))


def _executed(execution: ORMExecuteState) -> None:
    if execution.is_insert or execution.is_update or execution.is_delete:
        statement: Any = execution.statement
        _account(execution.session).setdefault(statement.table.name, set())

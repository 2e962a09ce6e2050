"""The plans of the statements that a service emits, with enough rows for them to matter."""

import hashlib
import random
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, insert
from sqlalchemy.orm import Session

from benchboard.storage.engine import Database
from benchboard.storage.models.identity import AuditLog, SessionHistory, SignInSession, User
from support.databases import unbound
from support.people import Town, settle

PEOPLE = 2000
EVENTS = ("session.sign-in", "session.revoke", "user.create", "dashboard.save", "dongle.pair", "team.add")


def settle_crowd(database: Database, folder: Path) -> Town:
    """`settle`, and in north 2,000 people, each with a session, an ended session and two audit rows; then ANALYZE."""
    town = settle(database, folder)
    draw, now = random.Random(7), datetime.now(UTC)
    ids = [str(uuid.UUID(int=draw.getrandbits(128), version=4)) for _ in range(PEOPLE)]
    with database.engine.begin() as connection:
        for table, row in (
            (User, _user),
            (SignInSession, _session),
            (SessionHistory, _ended_session),
            (AuditLog, _audit_row),
            (AuditLog, _audit_row),
        ):
            connection.execute(
                insert(table),
                [{"organisation_id": town.north, **row(ids, number, now)} for number in range(PEOPLE)],
            )
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
    return town


def _user(ids: list[str], number: int, now: datetime) -> dict[str, Any]:
    email = f"person{number}@north.example"
    return {"id": ids[number], "email": email, "email_norm": email, "name": f"Person {number}", "status": "active",
            "created_at": now}  # fmt: skip


def _session(ids: list[str], number: int, now: datetime) -> dict[str, Any]:
    return {
        "user_id": ids[number],
        "token_hash": hashlib.sha256(str(number).encode()).hexdigest(),
        "expires_at": now + timedelta(hours=23, seconds=number % 3600),
        "last_used_at": now - timedelta(seconds=number),
        "host_name": f"bench-{number}",
        "created_at": now - timedelta(seconds=number),
    }


def _ended_session(ids: list[str], number: int, now: datetime) -> dict[str, Any]:
    return {
        "user_id": ids[number],
        "ended_at": now - timedelta(seconds=number),
        "end_reason": "expired",
        "host_name": f"bench-{number}",
    }


def _audit_row(ids: list[str], number: int, now: datetime) -> dict[str, Any]:
    event_type = EVENTS[number % len(EVENTS)]
    resource_type, _dot, action = event_type.partition(".")
    return {
        "user_id": ids[-number],
        "action": action,
        "event_type": event_type,
        "resource_type": resource_type,
        "resource_id": ids[number],
        "details": {"user_id": ids[number]} if event_type == "session.revoke" else {},
        "created_at": now - timedelta(seconds=number),
    }


def query_plans(database: Database, operation: Callable[[Session], Any]) -> list[str]:
    """The plans of the SELECTs that `operation` emits, in their order, as the engine's EXPLAIN prints them."""
    emitted: list[tuple[str, Any]] = []

    def note(_connection: Connection, _cursor: Any, statement: str, parameters: Any, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            emitted.append((statement, parameters))

    with unbound(database).read() as session:
        event.listen(database.engine, "before_cursor_execute", note)
        try:
            operation(session)
        finally:
            event.remove(database.engine, "before_cursor_execute", note)
        return [_plan(session.connection(), statement, parameters) for statement, parameters in emitted]


def _plan(connection: Connection, statement: str, parameters: Any) -> str:
    word = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{word} {statement}", parameters))

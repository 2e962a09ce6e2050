"""Runs a migration in forked children, each killed (SIGKILL) at the next of its SQL statements.

As a program: `python -m support.killed URL KEYHEX MIGRATIONS`. Everything is imported once; each line it prints is the
number of the statement its child died at, the last line `done N`. Before each child it waits for a line on standard
input, so that the caller can look at what the one before left.
"""

import os
import signal
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from benchboard import package_data
from benchboard.storage import upgrade
from benchboard.storage.engine import Database
from support import forked


def main(url: str, key: str, migrations: str) -> None:
    package_data.migrations_folder = lambda: Path(migrations)
    _warm_up()
    number = 0
    while sys.stdin.readline():
        number += 1
        status = forked.run(partial(_upgrade, url, key, number))
        if status == -signal.SIGKILL:
            print(number, flush=True)
        elif status == 0:
            print(f"done {number}", flush=True)
            return
        else:
            raise SystemExit(f"child {number} failed with status {status}")


def _upgrade(url: str, key: str, fatal: int) -> None:
    """Upgrade, and die at the statement of that number."""
    _die_at(fatal)
    database = Database.open(url, key=bytes.fromhex(key) or None)
    upgrade.upgrade(database)
    database.dispose()


def _warm_up() -> None:
    """Import and compile what a migration needs, on a database of no consequence, which is closed before any fork."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(f"sqlite:///{folder}/warm.db")
        upgrade.upgrade(database)
        database.dispose()


def _die_at(number: int) -> None:
    """Count every statement: SQLite's own trace sees pragmas, COMMIT and VACUUM too; elsewhere SQLAlchemy's events."""
    left = number

    def count(*facts: object) -> None:
        nonlocal left
        # Not counted: what VACUUM INTO does within itself, on a file that nobody uses yet, and Alembic's look at the
        # catalogue before it rebuilds a table, which leaves what the statement after it leaves.
        left -= not any(sign in str(fact) for fact in facts for sign in ("vacuum_", "PRAGMA main.", "SELECT sql FROM"))
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def connected(driver: Any, _record: object) -> None:
        if hasattr(driver, "set_trace_callback"):
            driver.set_trace_callback(count)

    event.listen(Engine, "connect", connected)
    for name in ("before_cursor_execute", "after_cursor_execute", "commit", "begin"):
        event.listen(Engine, name, _unless_traced(count))


def _unless_traced(count: Any) -> Any:
    def counted(connection: Any, *_facts: object) -> None:
        if connection.dialect.name != "sqlite":
            count()

    return counted


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Runs a migration in forked children, each killed (SIGKILL) at one of its SQL statements.

As a program: `python -m support.killed URL KEYHEX MIGRATIONS`. Everything is imported once. For each number read from
standard input a child dies at the statement of that number; printed is `killed`, or `done N` from a child that ended
after N statements. The caller can look at what each child left before it asks for the next.
"""

import os
import signal
import sys
import tempfile
from collections.abc import Callable
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
    for line in sys.stdin:
        status = forked.run(partial(_upgrade, url, key, int(line)))
        if status == -signal.SIGKILL:
            print("killed", flush=True)
        elif status != 0:
            raise SystemExit(f"child {line.strip()} failed with status {status}")


def _upgrade(url: str, key: str, fatal: int) -> None:
    """Upgrade, and die at the statement of that number."""
    counted = _die_at(fatal)
    database = Database.open(url, key=bytes.fromhex(key) or None)
    upgrade.upgrade(database)
    print(f"done {counted()}", flush=True)
    database.dispose()


def _warm_up() -> None:
    """Import and compile what a migration needs, on a database of no consequence, which is closed before any fork."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(f"sqlite:///{folder}/warm.db")
        upgrade.upgrade(database)
        database.dispose()


def _die_at(number: int) -> Callable[[], int]:
    """Count every statement: SQLite's own trace sees pragmas, COMMIT and VACUUM too; elsewhere SQLAlchemy's events.

    Answers how many there were so far.
    """
    counted = 0

    def count(*facts: object) -> None:
        nonlocal counted
        # Not counted: what VACUUM INTO does within itself, on a file that nobody uses yet, and Alembic's look at the
        # catalogue before it rebuilds a table, which leaves what the statement after it leaves.
        skipped = ("vacuum_", "PRAGMA main.", "SELECT sql FROM")
        counted += not any(sign in str(fact) for fact in facts for sign in skipped)
        if counted >= number:
            os.kill(os.getpid(), signal.SIGKILL)

    def connected(driver: Any, _record: object) -> None:
        if hasattr(driver, "set_trace_callback"):
            driver.set_trace_callback(count)

    event.listen(Engine, "connect", connected)
    for name in ("before_cursor_execute", "after_cursor_execute", "commit", "begin"):
        event.listen(Engine, name, _unless_traced(count))
    return lambda: counted


def _unless_traced(count: Any) -> Any:
    def counted(connection: Any, *_facts: object) -> None:
        if connection.dialect.name != "sqlite":
            count()

    return counted


if __name__ == "__main__":
    main(*sys.argv[1:])

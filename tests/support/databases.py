"""Databases for tests: fresh, real, on either engine; migrated ones are copies of one that was migrated once."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from benchboard.storage import upgrade
from benchboard.storage.engine import Database, Transactions
from support.postgres import Server

KEY = bytes(range(32))
T = TypeVar("T")


def file_url(path: Path) -> str:
    return f"sqlite:///{path}"


def unbound(database: Database) -> Transactions:
    """Transactions without an actor, with which tests prepare and inspect a database."""
    return Transactions(database, None)


def migrated_file(path: Path) -> Path:
    """An encrypted SQLite database at the newest revision, with nothing in it."""
    database = Database.open(file_url(path), key=KEY)
    upgrade.upgrade(database)
    database.dispose()
    return path


def migrated_database(server: Server) -> str:
    """The name of a database at the newest revision, with nothing in it."""
    name = server.create()
    database = Database.open(server.url(name))
    upgrade.upgrade(database)
    database.dispose()
    return name


@contextmanager
def on_postgres(server: Server, *, template: str | None) -> Iterator[Database]:
    """A database of its own on `server`, dropped afterwards."""
    name = server.create(template=template)
    database = Database.open(server.url(name))
    try:
        yield database
    finally:
        database.dispose()
        server.drop(name)


class Copies:
    """Databases prepared once and copied for each test: creating organisations is slow."""

    def __init__(self, folder: Path, sqlite_template: Path, server: Callable[[], tuple[Server, str]]) -> None:
        self._folder, self._sqlite_template, self._server = folder, sqlite_template, server
        self._made: dict[tuple[str, Callable[..., Any]], tuple[str, Any]] = {}

    @contextmanager
    def of(self, engine: str, make: Callable[[Database, Path], T], folder: Path) -> Iterator[tuple[Database, T]]:
        """A database of the test's own as `make` left it, and what `make` answered about it."""
        if (engine, make) not in self._made:
            self._made[engine, make] = self._make(engine, make)
        template, answer = self._made[engine, make]
        if engine == "postgresql":
            with on_postgres(self._server()[0], template=template) as database:
                yield database, answer
            return
        database = Database.open(file_url(Path(shutil.copyfile(template, folder / "bench.db"))), key=KEY)
        yield database, answer
        database.dispose()

    def _make(self, engine: str, make: Callable[[Database, Path], T]) -> tuple[str, T]:
        if engine == "postgresql":
            server, migrated = self._server()
            name = server.create(template=migrated)
            database = Database.open(server.url(name))
        else:
            name = str(self._folder / f"{len(self._made)}.db")
            shutil.copyfile(self._sqlite_template, name)
            database = Database.open(file_url(Path(name)), key=KEY)
        answer = make(database, self._folder)
        database.dispose()
        return name, answer

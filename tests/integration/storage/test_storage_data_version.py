"""Noticing what another program committed to the same file."""

import threading
from pathlib import Path

from benchboard.storage.engine import Database
from benchboard.storage.models.identity import Permission
from support import databases
from support.databases import unbound
from support.postgres import Server


def add(database: Database, name: str) -> None:
    with unbound(database).change() as session:
        session.add(Permission(name=name, description=""))


def test_data_version_after_another_programs_commit_changes(sqlite_database: Database, tmp_path: Path) -> None:
    other = Database.open(databases.file_url(tmp_path / "bench.db"), key=databases.KEY)
    first = sqlite_database.data_version()
    assert sqlite_database.data_version() == first
    with unbound(other).read() as session:
        session.query(Permission).count()
    assert sqlite_database.data_version() == first
    add(other, "one")
    second = sqlite_database.data_version()
    assert second != first
    assert sqlite_database.data_version() == second
    other.dispose()


def test_data_version_after_own_commits_stays(sqlite_database: Database, tmp_path: Path) -> None:
    other = Database.open(databases.file_url(tmp_path / "bench.db"), key=databases.KEY)
    first = sqlite_database.data_version()
    for number in range(3):
        thread = threading.Thread(target=add, args=(sqlite_database, f"own {number}"))
        thread.start()
        thread.join()
    assert sqlite_database.data_version() == first
    add(other, "theirs")
    add(sqlite_database, "after theirs")
    assert sqlite_database.data_version() != first
    other.dispose()


def test_data_version_during_a_change_does_not_wait(sqlite_database: Database) -> None:
    first = sqlite_database.data_version()
    with unbound(sqlite_database).change() as session:
        session.add(Permission(name="one", description=""))
        session.flush()
        assert sqlite_database.data_version() == first


def test_data_version_holds_no_transaction(sqlite_database: Database, tmp_path: Path) -> None:
    sqlite_database.data_version()
    other = Database.open(databases.file_url(tmp_path / "bench.db"), key=databases.KEY)
    add(other, "one")
    add(sqlite_database, "two")
    with other.engine.connect() as connection:
        busy, _pages, _moved = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    assert busy == 0
    other.dispose()


def test_data_version_after_dispose_answers_again(sqlite_database: Database) -> None:
    first = sqlite_database.data_version()
    assert first is not None
    sqlite_database.dispose()
    assert sqlite_database.data_version() not in (None, first)  # who knows what came meanwhile


def test_data_version_of_a_server_is_none(pg_server: Server, pg_template: str) -> None:
    with databases.on_postgres(pg_server, template=pg_template) as database:
        assert database.data_version() is None

"""Noticing what another program committed to the same database."""

import threading
from collections.abc import Iterator

import pytest

from benchboard.dashboards import presence
from benchboard.storage.engine import Database
from benchboard.storage.models.base import new_id
from benchboard.storage.models.identity import Permission
from support import databases
from support.databases import unbound
from support.papers import Office
from support.people import Town


def add(database: Database, name: str) -> None:
    with unbound(database).change() as session:
        session.add(Permission(name=name, description=""))


def commits(database: Database) -> tuple[int, int]:
    with unbound(database).read() as session:
        return database.others_commits(session)


@pytest.fixture
def other(database: Database) -> Iterator[Database]:
    """Another program's connection to the same database."""
    opened = second(database)
    yield opened
    opened.dispose()


def second(database: Database) -> Database:
    url = database.engine.url
    if database.file is not None:
        return Database.open(databases.file_url(database.file), key=databases.KEY)
    return Database.open(url.set(drivername="postgresql").render_as_string(hide_password=False))


def test_others_commits_after_another_programs_commit_are_another_number(database: Database, other: Database) -> None:
    first = commits(database)
    assert commits(database) == first
    with unbound(other).read() as session:
        session.query(Permission).count()
    with unbound(other).change() as session:
        session.query(Permission).count()  # changes nothing
    assert commits(database) == first
    add(other, "one")
    later = commits(database)
    assert later != first
    assert commits(database) == later


def test_others_commits_after_own_ones_are_the_same_number(database: Database, other: Database) -> None:
    first = commits(database)
    for number in range(3):
        thread = threading.Thread(target=add, args=(database, f"own {number}"))
        thread.start()
        thread.join()
    assert commits(database) == first
    add(other, "theirs")
    add(database, "after theirs")
    assert commits(database) != first


def test_others_commits_after_an_own_change_that_failed_are_noticed(database: Database, other: Database) -> None:
    first = commits(database)
    for _time in range(3):
        with pytest.raises(ZeroDivisionError), unbound(database).change() as session:
            session.add(Permission(name="one", description=""))
            1 / 0  # noqa: B018  # whatever fails
    add(other, "theirs")
    assert commits(database) != first


def test_others_commits_of_many_threads_at_once_are_all_counted(database: Database, other: Database) -> None:
    first = commits(database)
    own = [threading.Thread(target=add, args=(database, f"own {n}")) for n in range(8)]
    theirs = [threading.Thread(target=add, args=(other, f"theirs {n}")) for n in range(8)]
    for thread in (*own, *theirs):
        thread.start()
    for thread in (*own, *theirs):
        thread.join()
    assert commits(database) == (first[0], first[1] + 8)
    assert commits(other)[1] >= 8


def test_others_commits_that_only_say_who_is_where_are_not_noticed(town: Town, office: Office) -> None:
    ada = office.actor("ada")
    dashboard_id = office.make(ada).card.id
    watching = second(town.database)
    first = commits(watching)
    assert office.do(presence.report, ada, new_id(), dashboard_id)
    assert commits(watching) == first
    watching.dispose()


def test_others_commits_hold_no_transaction(sqlite_database: Database) -> None:
    commits(sqlite_database)
    other = second(sqlite_database)
    add(other, "one")
    add(sqlite_database, "two")
    with other.engine.connect() as connection:
        busy, _pages, _moved = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    assert busy == 0
    other.dispose()


def test_others_commits_after_dispose_are_another_number(database: Database) -> None:
    first = commits(database)
    database.dispose()
    assert commits(database) != first  # who knows what came meanwhile

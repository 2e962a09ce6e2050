"""A database file that disappears while it is open: nothing is reported as saved that no file holds."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from benchboard.errors import Unavailable
from benchboard.storage.engine import Database
from benchboard.storage.models.identity import Permission
from support.databases import unbound


def add(database: Database, name: str) -> None:
    with unbound(database).change() as session:
        session.add(Permission(name=name, description=""))


def names(database: Database) -> set[str]:
    with unbound(database).read() as session:
        return {row.name for row in session.query(Permission)}


def delete(file: Path) -> None:
    file.rename(file.with_suffix(".away"))


def replace(file: Path) -> None:
    shutil.copyfile(file, file.with_suffix(".copy"))
    delete(file)
    file.with_suffix(".copy").rename(file)


@pytest.mark.parametrize(
    ("strike", "what", "why"),
    [
        (delete, "The database file is gone.", "was deleted or moved"),
        (replace, "The database file was replaced.", "Another file took the place of"),
    ],
)
def test_change_after_the_file_went_is_refused_until_it_is_back(
    sqlite_database: Database, strike: Callable[[Path], None], what: str, why: str
) -> None:
    file = sqlite_database.file
    assert file is not None
    add(sqlite_database, "before")
    assert "before" in names(sqlite_database)
    strike(file)
    for attempt in (lambda: add(sqlite_database, "lost"), sqlite_database.require_file):
        with pytest.raises(Unavailable, match=why) as refused:
            attempt()
        assert (refused.value.code, refused.value.what) == ("storage.file-gone", what)
        assert str(file) in refused.value.why
    known = names(sqlite_database)  # what is open can still be read, and so exported
    assert "before" in known
    assert "lost" not in known
    file.with_suffix(".away").replace(file)
    add(sqlite_database, "after")
    sqlite_database.require_file()
    assert {"before", "after"} <= names(sqlite_database)


def test_new_connection_after_the_file_went_creates_no_empty_one(sqlite_database: Database) -> None:
    file = sqlite_database.file
    assert file is not None
    assert names(sqlite_database) == set()
    delete(file)
    with unbound(sqlite_database).read() as first:
        first.query(Permission).count()
        with pytest.raises(Unavailable, match="is gone"), unbound(sqlite_database).read() as second:
            second.query(Permission).count()
    assert not file.exists()
    file.with_suffix(".away").rename(file)


def test_dispose_after_the_file_was_replaced_opens_the_new_one(sqlite_database: Database) -> None:
    file = sqlite_database.file
    assert file is not None
    add(sqlite_database, "before")
    sqlite_database.dispose()
    replace(file)
    add(sqlite_database, "after")
    assert {"before", "after"} <= names(sqlite_database)

"""A database's URL without its password."""

import pytest

from benchboard.storage.database_url import without_password


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("postgresql://bench:hunter2@db/work", "postgresql://bench@db/work"),
        ("postgresql://bench:hun@ter2@db:5/work?sslmode=require", "postgresql://bench@db:5/work?sslmode=require"),
        ("postgresql://bench@db/work?password=hunter2", "postgresql://bench@db/work"),
        ("postgresql:///work?host=/run&%70assword=hunter2", "postgresql:///work?host=/run"),
        ("postgresql:///work?host=/run", "postgresql:///work?host=/run"),
        ("postgresql://[hunter2/work", ""),
    ],
)
def test_without_password_url_with_one_loses_it(url: str, kept: str) -> None:
    assert without_password(url) == kept

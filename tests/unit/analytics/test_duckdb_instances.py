"""DuckDB instances that are kept between queries: nothing of one query, and of no older file, reaches the next."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from benchboard.analytics import duckdb_engine, duckdb_instances, duckdb_session
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.duckdb_engine import FileView
from benchboard.analytics.duckdb_instances import MAX_IDLE, close_instances, instance_for
from benchboard.errors import AppError, Cancelled


@pytest.fixture(autouse=True)
def _none_kept() -> Iterator[None]:
    close_instances()
    yield
    close_instances()


class Opened:
    """How often an instance was made ready."""

    def __init__(self) -> None:
        self.connections: list[duckdb.DuckDBPyConnection] = []

    def __call__(self, connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("CREATE VIEW numbers AS SELECT 1 AS n")
        duckdb_session.lock(connection)
        self.connections.append(connection)


class OneTable:
    """A catalog of one table."""

    def __init__(self, view: FileView) -> None:
        self._view = view

    def find(self, _source: str, _table: str) -> FileView | None:
        return self._view

    def names(self) -> list[str]:
        return ["sales"]

    def sources_of(self, _table: str, /) -> list[str]:
        return []


def asked(key: str, opened: Opened, paths: tuple[Path, ...] = (), text: str = "SELECT n FROM numbers") -> object:
    with instance_for(key, paths, opened, time.monotonic() + 60, CancelToken()) as connection:
        return connection.execute(text).fetchall()


def total(view: FileView) -> object:
    found = duckdb_engine.run(
        "SELECT sum(amount) AS total FROM sales", OneTable(view), limit=1, timeout=60, cancel_token=CancelToken(),
        variables={},
    )  # fmt: skip
    return found.rows[0][0]


def write(path: Path, amount: int) -> None:
    if path.suffix == ".csv":
        path.write_text(f"amount\n{amount}\n")
    else:
        duckdb.sql(f"COPY (SELECT {amount}::INTEGER AS amount) TO '{path}' (FORMAT parquet)")


def test_instance_for_same_key_is_opened_once() -> None:
    opened = Opened()
    assert asked("a", opened) == asked("a", opened) == [(1,)]
    assert len(opened.connections) == 1


def test_instance_for_another_key_opens_another() -> None:
    opened = Opened()
    asked("a", opened)
    asked("b", opened)
    assert len(opened.connections) == 2


def test_instance_for_two_at_once_has_one_each() -> None:
    opened, token = Opened(), CancelToken()
    with (
        instance_for("a", (), opened, time.monotonic() + 60, token) as first,
        instance_for("a", (), opened, time.monotonic() + 60, token) as second,
    ):
        assert first.execute("SELECT 1").fetchall() == second.execute("SELECT 1").fetchall()
    assert len(opened.connections) == 2


def test_instance_for_failed_query_is_closed() -> None:
    opened = Opened()
    with pytest.raises(duckdb.Error):
        asked("a", opened, text="SELECT missing FROM numbers")
    with pytest.raises(duckdb.ConnectionException):
        opened.connections[0].execute("SELECT 1")
    asked("a", opened)
    assert len(opened.connections) == 2


def test_instance_for_cancelled_token_runs_nothing_in_a_kept_instance() -> None:
    opened, token = Opened(), CancelToken()
    asked("a", opened)
    token.cancel()
    with pytest.raises(Cancelled), instance_for("a", (), opened, time.monotonic() + 60, token):
        pytest.fail("a cancelled query was started")


def test_instance_for_next_query_has_no_settings_or_seed_of_the_last() -> None:
    opened = Opened()
    asked("a", opened, text="SELECT setseed(0.5)")
    first = asked("a", opened, text="SELECT random()")
    asked("a", opened, text="SELECT setseed(0.5)")
    assert asked("a", opened, text="SELECT random()") != first


def test_instance_for_connection_is_locked_and_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    rows, opened = [(1,)], Opened()
    try:
        for _turn in range(2):
            assert asked("a", opened, text="SELECT current_setting('TimeZone')") == [("UTC",)]
    finally:
        monkeypatch.undo()
        time.tzset()
    for text in ("SET TimeZone = 'Asia/Tokyo'", "SELECT * FROM rows", "SELECT * FROM read_text('/etc/hostname')"):
        with pytest.raises(duckdb.Error):
            asked("a", opened, text=text)
    assert rows


def test_instance_for_more_keys_than_are_kept_closes_the_oldest() -> None:
    opened = Opened()
    for number in range(MAX_IDLE + 1):
        asked(str(number), opened)
    with pytest.raises(duckdb.ConnectionException):
        opened.connections[0].execute("SELECT 1")
    assert opened.connections[1].execute("SELECT 1").fetchall() == [(1,)]


def test_instances_unused_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duckdb_instances, "KEPT_SECONDS", 0.1)
    opened = Opened()
    asked("a", opened)
    for thread in threading.enumerate():
        if thread.name == "benchboard-instances":
            thread.join(60)
    with pytest.raises(duckdb.ConnectionException):
        opened.connections[0].execute("SELECT 1")


@pytest.mark.parametrize("name", ["sales.parquet", "sales.csv"])
def test_run_file_rewritten_with_same_size_and_time_reads_the_new_rows(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write(path, 11)
    before = path.stat()
    reader = "read_parquet" if path.suffix == ".parquet" else "read_csv"
    view = FileView(f"SELECT amount FROM {reader}('{path}')", (path,))
    assert total(view) == 11
    write(path, 22)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert total(view) == 22


def test_run_file_removed_after_a_query_says_so(tmp_path: Path) -> None:
    path = tmp_path / "sales.parquet"
    write(path, 1)
    view = FileView(f"SELECT amount FROM read_parquet('{path}')", (path,))
    assert total(view) == 1
    path.unlink()
    with pytest.raises(AppError) as caught:
        total(view)
    assert caught.value.code == "source.moved"


def test_run_column_that_is_of_another_type_since_the_last_query_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sales.parquet"
    write(path, 3)
    view = FileView(f"SELECT * FROM read_parquet('{path}')", (path,))
    assert total(view) == 3
    duckdb.sql(f"COPY (SELECT 4.5::DOUBLE AS amount) TO '{path}' (FORMAT parquet)")
    assert float(str(total(view))) == 4.5

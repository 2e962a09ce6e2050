"""Reduced results: a line through their rows covers the same pixels as one through all rows, on the real engine."""

import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics import duckdb_engine
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.duckdb_engine import FileResult, FileView
from benchboard.analytics.line_reduction import (
    MOST_ROWS,
    LineColumns,
    LineExtent,
    Reduction,
    buckets_for,
    line_columns,
)
from benchboard.errors import Cancelled
from support.examples import examples
from support.line_pixels import columns_of

Row = tuple[Any, ...]


class Log:
    """A catalog with one table: `log`."""

    def __init__(self, sql: str, *paths: Path) -> None:
        self.view = FileView(sql, paths)

    def find(self, _source: str, table: str) -> FileView | None:
        return self.view if table == "log" else None

    def names(self) -> list[str]:
        return ["log"]

    def sources_of(self, _table: str) -> list[str]:
        return []


def run(sql: str, text: str = "SELECT * FROM log", **options: Any) -> FileResult:
    chosen: dict[str, Any] = {"limit": 10, "timeout": 30.0, "cancel_token": CancelToken(), "variables": {}} | options
    return duckdb_engine.run(text, Log(sql), **chosen)


def values_sql(rows: Sequence[Row], types: Sequence[str]) -> str:
    """A SELECT of rows, of which each value is text in quotes or None."""
    shown = ", ".join("(" + ", ".join("NULL" if one is None else f"'{one}'" for one in row) + ")" for row in rows)
    names = [f"c{at}" for at in range(len(types))]
    cast = ", ".join(f"CAST({name} AS {type_name}) AS {name}" for name, type_name in zip(names, types, strict=True))
    return f"SELECT {cast} FROM (VALUES {shown}) AS v({', '.join(names)})"


_NUMBERS = st.integers(-1000, 1000)
_ROWS = st.lists(
    st.tuples(_NUMBERS, st.one_of(st.none(), _NUMBERS), st.one_of(st.none(), _NUMBERS), st.sampled_from("abc")),
    min_size=11,
    max_size=200,
    unique_by=lambda row: (row[0], row[3]),
)


@given(_ROWS, st.integers(2, 24))
@examples(150, deadline=None)
def test_reduced_rows_cover_the_same_pixels_as_all_rows(rows: list[Row], buckets: int) -> None:
    if min(row[0] for row in rows) == max(row[0] for row in rows):
        return
    sql = values_sql(rows, ("BIGINT", "BIGINT", "DOUBLE", "VARCHAR"))
    found = run(sql, "SELECT * FROM log ORDER BY c0 DESC", reduction=Reduction(buckets))
    assert found.reduced is not None
    assert not found.truncated
    assert (found.reduced.rows, found.reduced.buckets) == (len(rows), buckets)
    low, high = found.reduced.low, found.reduced.high
    assert (low, high) == (min(row[0] for row in rows), max(row[0] for row in rows))
    for measure in (1, 2):
        drawn = columns_of(found.rows, low, high, buckets, measure, (3,))
        assert drawn == columns_of(rows, low, high, buckets, measure, (3,))
    assert {tuple(row) for row in found.rows} <= set(rows)  # each is one of the query's own
    assert len(found.rows) == len(set(found.rows)) <= 4 * buckets * 2 * len({row[3] for row in rows})
    assert [row[0] for row in found.rows] == sorted(row[0] for row in found.rows)


@given(_ROWS, st.integers(2, 24), _NUMBERS, st.integers(1, 500))
@examples(100, deadline=None)
def test_a_window_has_the_pixels_of_its_part_of_the_axis(rows: list[Row], buckets: int, low: int, width: int) -> None:
    sql = values_sql(rows, ("BIGINT", "BIGINT", "DOUBLE", "VARCHAR"))
    found = run(sql, reduction=Reduction(buckets, (float(low), float(low + width))))
    inside = [row for row in rows if low <= row[0] <= low + width]
    if found.reduced is None:
        assert len({row[0] for row in inside}) < 2
        return
    assert found.reduced.rows == len(inside)
    drawn = columns_of(found.rows, low, low + width, buckets, 1, (3,))
    assert drawn == columns_of(inside, low, low + width, buckets, 1, (3,))


def test_a_bucket_without_values_keeps_a_row_so_that_the_line_has_a_gap() -> None:
    rows = [(x, None if 20 <= x < 40 else x, None) for x in range(100)]
    found = run(values_sql(rows, ("BIGINT", "DOUBLE", "BIGINT")), reduction=Reduction(10))
    assert [row[0] // 10 for row in found.rows if row[1] is None] == [2, 3]


@pytest.mark.parametrize("type_name", ["TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMP_NS", "TIMESTAMP_S", "DATE"])
def test_times_are_seconds_since_1970(type_name: str) -> None:
    days = [datetime(2026, 1, 1) + timedelta(days=day) for day in range(100)]
    sql = values_sql([(f"{one:%Y-%m-%d}", one.day) for one in days], (type_name, "DECIMAL(9, 2)"))
    found = run(sql, reduction=Reduction(4))
    assert found.reduced is not None
    assert found.reduced.low == datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    assert found.reduced.high - found.reduced.low == 99 * 86_400
    first, one = found.rows[0][0], days[0].date()
    assert first == (one if type_name == "DATE" else datetime(one.year, one.month, one.day, tzinfo=UTC))
    window = (found.reduced.low + 10 * 86_400, found.reduced.low + 20 * 86_400)
    part = run(sql, reduction=Reduction(64, window))
    shown = [x if isinstance(x, date) and not isinstance(x, datetime) else x.date() for x, *_rest in part.rows]  # type: ignore[union-attr]  # times
    assert shown == [one.date() for one in days[10:21]]


def test_values_that_are_no_numbers_are_no_extremes() -> None:
    rows = [(x, "nan" if x == 5 else "inf" if x == 6 else x) for x in range(40)]
    found = run(values_sql(rows, ("DOUBLE", "DOUBLE")), reduction=Reduction(2))
    assert max(row[1] for row in found.rows if row[1] is not None) == Decimal(39)  # type: ignore[type-var]  # numbers
    assert Decimal(4) not in [row[1] for row in found.rows]


def test_variables_and_errors_are_those_of_any_query() -> None:
    sql = "SELECT range AS x, range * 2 AS y FROM range(1000)"
    found = run(sql, "SELECT x, y FROM log WHERE x < CAST(:most AS BIGINT) -- all", variables={"most": ["500"]},
                reduction=Reduction(8))  # fmt: skip
    assert found.reduced is not None
    assert found.reduced.rows == 500


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("SELECT y::VARCHAR, y FROM log", "names have no place on an axis"),
        ("SELECT x, 'a' FROM log", "nothing is measured"),
        ("SELECT 1 AS x, y FROM log", "all rows are at one place"),
        ("SELECT x, y, y::VARCHAR FROM log", "each row is a series"),
    ],
)
def test_what_has_no_lines_keeps_its_first_rows(text: str, why: str) -> None:
    found = run("SELECT range AS x, range AS y FROM range(5000)", text, reduction=Reduction(400))
    assert found.truncated, why
    assert len(found.rows) == 10
    assert found.reduced is None


def test_few_rows_are_all_there() -> None:
    found = run("SELECT range AS x, range AS y FROM range(10)", reduction=Reduction(2))
    assert len(found.rows) == 10
    assert found.reduced is None


def test_a_reduction_can_be_cancelled() -> None:
    token = CancelToken()
    timer = threading.Timer(0.3, token.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        run("SELECT range AS x, sin(range) AS y FROM range(20000000000)", reduction=Reduction(100), cancel_token=token)
    timer.join()


def test_a_reduction_that_takes_too_long_leaves_the_first_rows() -> None:
    found = run("SELECT range AS x, sin(range) AS y FROM range(20000000000)", reduction=Reduction(100), timeout=0.5)
    assert found.truncated
    assert len(found.rows) == 10


def test_many_series_have_wider_buckets() -> None:
    lines = LineColumns(3, is_time=False, measures=(1,), names=(2,))
    assert buckets_for(Reduction(1000), lines, LineExtent(10**6, 0.0, 1.0, 1)) == 1000
    found = buckets_for(Reduction(1000), lines, LineExtent(10**6, 0.0, 1.0, 8))
    assert found is not None
    assert 4 * 8 * found <= MOST_ROWS
    assert buckets_for(Reduction(1000), lines, LineExtent(10**6, 0.0, 1.0, 500)) is None


def test_an_identifier_is_no_line() -> None:
    assert line_columns(["timestamp", "integer"], [False, True]) is None
    assert line_columns(["integer", "integer"], [True, False]) is None
    found = line_columns(["date", "integer", "text", "decimal"], [False, True, False, False])
    assert found == LineColumns(4, is_time=True, measures=(3,), names=(1, 2))

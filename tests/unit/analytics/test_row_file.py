"""Rows that arrive in batches and become a typed Parquet file, with and without older rows."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.kept_rows import KeptRows
from benchboard.analytics.files.row_file import ArrivingColumn, row_file
from benchboard.analytics.query_types import ValueKind

KINDS: tuple[tuple[str, ValueKind], ...] = (
    ("n", "integer"), ("amount", "decimal"), ('a "b"', "text"), ("day", "date"), ("moment", "timestamp"),
    ("ok", "boolean"),
)  # fmt: skip
COLUMNS = [ArrivingColumn(*one) for one in KINDS]
MOMENTS = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)).map(
    lambda one: one.replace(tzinfo=UTC)
)
AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=6)
ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(-(2**63) + 1, 2**63 - 1),
        st.none() | AMOUNTS,
        st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
        st.none() | st.dates(date(1, 1, 2), date(9999, 12, 30)),
        st.none() | MOMENTS,
        st.none() | st.booleans(),
    ),
    max_size=20,
)


def written(folder: Path, *batches: list[tuple[Any, ...]], kept: KeptRows | None = None) -> Path | None:
    target = folder / ("second" if kept else "first")
    with row_file("rows", CancelToken(), folder, kept=kept.path if kept else None) as made:
        for batch in ([], *batches):
            made.add(COLUMNS, batch)
        return target if made.write(target, kept) else None


def read(path: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        rows = connection.execute(f"SELECT * FROM read_parquet('{path}')").fetchall()
    return [(*row[:4], row[4] and row[4].replace(tzinfo=UTC), row[5]) for row in rows]


@settings(max_examples=25)
@given(first=ROWS, second=ROWS)
def test_write_has_the_values_that_arrived(
    tmp_path_factory: pytest.TempPathFactory, first: list[tuple[Any, ...]], second: list[tuple[Any, ...]]
) -> None:
    path = written(tmp_path_factory.mktemp("rows"), first, second)

    assert path is not None
    assert read(path) == [*first, *second]


@settings(max_examples=25)
@given(first=ROWS, second=ROWS)
def test_write_begins_with_the_rows_that_are_kept(
    tmp_path_factory: pytest.TempPathFactory, first: list[tuple[Any, ...]], second: list[tuple[Any, ...]]
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    before = written(folder, first)
    assert before is not None

    path = written(folder, second, kept=KeptRows(before, f"SELECT * FROM read_parquet('{before}')"))

    assert path is not None
    assert read(path) == [*first, *second]


def test_write_with_kept_rows_of_another_kind_says_that_it_cant(tmp_path: Path) -> None:
    before = written(tmp_path, [(1, Decimal(1), "a", None, None, True)])
    assert before is not None
    names = 'n, amount, 5 AS "a ""b""", day, moment, ok'

    assert written(tmp_path, kept=KeptRows(before, f"SELECT {names} FROM read_parquet('{before}')")) is None
    assert written(tmp_path, kept=KeptRows(before, f"SELECT n FROM read_parquet('{before}')")) is None


def test_write_numbers_with_too_many_digits(tmp_path: Path) -> None:
    path = written(tmp_path, [(10**40, Decimal("1e-25"), None, None, None, None), (1, None, None, None, None, None)])

    assert path is not None
    assert [row[:2] for row in read(path)] == [(str(10**40), 1e-25), ("1", None)]


def test_write_a_number_that_was_a_double_stays_one(tmp_path: Path) -> None:
    before = written(tmp_path, [(1, Decimal("1e-25"), None, None, None, None)])
    assert before is not None

    path = written(
        tmp_path,
        [(2, Decimal("2.5"), None, None, None, None)],
        kept=KeptRows(before, f"SELECT * FROM read_parquet('{before}')"),
    )

    assert path is not None
    assert [row[1] for row in read(path)] == [1e-25, 2.5]


def test_write_decimals_that_are_zeros_keep_numbers_exact(tmp_path: Path) -> None:
    path = written(tmp_path, [(1, Decimal("9.9700000000000000000000"), None, None, None, None)])

    assert path is not None
    assert read(path)[0][1] == Decimal("9.97")

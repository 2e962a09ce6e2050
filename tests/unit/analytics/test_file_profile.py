"""What the columns of a table hold, held against Python's own counting."""

import csv
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files import profile
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.files.profile import MAX_BUCKETS, Bucket, ColumnProfile, profile_table
from benchboard.errors import Cancelled
from support.examples import examples


def _profiles(path: Path) -> dict[str, ColumnProfile]:
    return {each.name: each for each in profile_table(inspect_file(path).tables[0].scan)}


def _write(path: Path, rows: list[tuple[object, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.mark.parametrize(
    ("exact", "held", "few"),
    [(True, True, True), (False, True, True), (False, True, False), (False, False, True)],
)
def test_profile_counts_what_is_in_the_columns(
    tmp_path: Path, exact: bool, held: bool, few: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not few:
        monkeypatch.setattr(profile, "MOST_GROUPED", 1)
    if not held:
        monkeypatch.setattr(profile, "HELD_BYTES", 0)
    if not exact:
        monkeypatch.setattr(profile, "EXACT_BYTES", 0)
    start = datetime(2026, 5, 1)
    rows = [
        (n, n / 4 if n % 10 else "", start + timedelta(hours=n), start.date() + timedelta(days=n % 3), "AB"[n % 3 == 0])
        for n in range(100)
    ]
    found = _profiles(_write(tmp_path / "a.csv", [("n", "v", "t", "d", "note"), *rows]))
    assert (found["n"].minimum, found["n"].maximum, found["n"].empty, found["n"].rows) == (0, 99, 0, 100)
    assert (found["v"].minimum, found["v"].maximum, found["v"].empty) == (0.25, 24.75, 10)
    assert found["t"].maximum == rows[-1][2]
    assert found["note"].frequent == (("A", 66), ("B", 34))
    assert (found["note"].minimum, found["note"].histogram) == (None, ())
    assert found["note"].distinct_is_exact is exact
    assert found["note"].frequent_is_exact is (exact or (held and few))
    assert found["d"].histogram == tuple(
        Bucket(start + timedelta(days=n), start + timedelta(days=n + 1), count) for n, count in enumerate((34, 33, 33))
    )
    for name in ("n", "v", "t"):
        assert len(found[name].histogram) == MAX_BUCKETS
        assert sum(bucket.count for bucket in found[name].histogram) == 100 - found[name].empty
    if exact:
        assert (found["n"].distinct, found["note"].distinct) == (100, 2)


def test_profile_of_an_empty_column_has_no_range(tmp_path: Path) -> None:
    found = _profiles(_write(tmp_path / "a.csv", [("n", "v"), *((n, "") for n in range(5))]))
    assert (found["v"].empty, found["v"].distinct, found["v"].frequent) == (5, 0, ())
    assert [bucket.count for bucket in found["n"].histogram] == [1, 1, 1, 1, 1]


def test_profile_of_numbers_that_are_not_finite_counts_them_as_empty(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT unnest([1.0, 'nan'::DOUBLE, 'inf'::DOUBLE, -1e308, 1e308]) AS v)"
            f" TO '{path}' (FORMAT parquet)"
        )
    (found,) = profile_table(inspect_file(path).tables[0].scan)
    assert (found.minimum, found.maximum, found.empty, found.distinct) == (-1e308, 1e308, 2, 3)
    assert sum(bucket.count for bucket in found.histogram) == 3


def test_profile_of_a_constant_has_one_bucket(tmp_path: Path) -> None:
    found = _profiles(_write(tmp_path / "a.csv", [("n", "t"), (7, "x"), (7, "y")]))
    assert found["n"].histogram == (Bucket(7, 7, 2),)


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_profile_of_text_alone_has_no_histogram(tmp_path: Path, rows: int) -> None:
    found = _profiles(_write(tmp_path / "a.csv", [("s", "t"), *(("x", "y") for _row in range(rows))]))
    assert [(one.histogram, one.frequent) for one in found.values()] == [
        ((), (("x", rows),) if rows else ()), ((), (("y", rows),) if rows else ())
    ]  # fmt: skip


def test_cancelled_profile_ends(tmp_path: Path) -> None:
    scan = inspect_file(_write(tmp_path / "a.csv", [("n", "t"), (7, "x")])).tables[0].scan
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        profile_table(scan, cancel_token=token)


@examples(60, costly=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(-50, 50), st.dates(date(1990, 1, 1), date(2030, 1, 1))), min_size=2, max_size=60))
def test_histogram_and_frequent_values_are_those_that_python_counts(
    tmp_path: Path, rows: list[tuple[int, date]]
) -> None:
    found = _profiles(_write(tmp_path / "a.csv", [("n", "d", "t"), *((*row, "x") for row in rows)]))
    numbers = [number for number, _day in rows]
    counted = Counter(numbers)
    assert found["n"].frequent == tuple(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:5])
    for name, values in (("n", numbers), ("d", [datetime(day.year, day.month, day.day) for _n, day in rows])):
        buckets = found[name].histogram
        assert sum(bucket.count for bucket in buckets) == len(rows)
        assert 1 <= len(buckets) <= MAX_BUCKETS
        if len(buckets) > 1 and len(buckets) < MAX_BUCKETS:
            expected = [sum(bucket.start <= value < bucket.end for value in values) for bucket in buckets]
            assert [bucket.count for bucket in buckets] == expected

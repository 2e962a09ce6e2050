"""What the columns of a table hold: range, empty and different values, the most frequent ones, a histogram.

A small table is counted exactly. The different and the most frequent values of a larger one are found approximately,
which the profile says. A file is read once, and its typed columns held; only a very large one is read twice.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.formats import file_error
from benchboard.analytics.files.inspection_types import FileValue, ReportProgress
from benchboard.analytics.files.opened_tables import opened_table
from benchboard.analytics.files.scan import FileScan, ScanColumn
from benchboard.analytics.files.sql_text import identifier
from benchboard.analytics.files.value_expressions import ColumnKind

if TYPE_CHECKING:
    import duckdb

EXACT_BYTES: Final = 64_000_000
"""Bytes of a file up to which its different and most frequent values are counted exactly."""
HELD_BYTES: Final = 2_000_000_000
"""Bytes of a file up to which its typed columns are held while they are counted, what memory can't hold in a temporary
file. Reading a CSV file takes longer than counting."""
MAX_BUCKETS: Final = 12
FREQUENT: Final = 5
_MAX_TEXT: Final = 200
_NUMBERS: Final[tuple[ColumnKind, ...]] = ("integer", "decimal", "float")
_TIMES: Final[tuple[ColumnKind, ...]] = ("timestamp", "date")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many values are at least `start` and below `end`; in the last bucket of a column, at most `end`."""

    start: int | float | datetime
    end: int | float | datetime
    count: int


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """What one column holds. Numbers that aren't finite count as empty."""

    name: str
    kind: ColumnKind
    rows: int
    empty: int
    distinct: int
    distinct_is_exact: bool
    minimum: FileValue = None
    maximum: FileValue = None
    """The smallest and the largest number, date or timestamp; None for other kinds, and if all values are empty."""
    frequent: tuple[tuple[FileValue, int], ...] = ()
    """The most frequent values, with how often each occurs; texts shortened to 200 characters."""
    frequent_is_exact: bool = True
    """Whether no other value can be more frequent. The counts are exact in any case."""
    histogram: tuple[Bucket, ...] = ()
    """Buckets of equal width over the range of numbers or times; none for other kinds."""


def profile_table(
    scan: FileScan, *, cancel_token: CancelToken | None = None, progress: ReportProgress | None = None
) -> tuple[ColumnProfile, ...]:
    """The profiles of the kept columns of a table, in their order. Run it as background work.

    Raises `AppError`, among them `Invalid` if no column is kept, and `Cancelled`.
    """
    token, report = cancel_token or CancelToken(), progress or (lambda _done, _total: None)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="benchboard-") as folder,
            opened_table(scan, token, report, scratch=Path(folder)) as (connection, read, relation),
        ):
            selected = read.select_from(relation)
            size = sum(path.stat().st_size for path in read.paths)
            exact = size <= EXACT_BYTES
            if size <= HELD_BYTES and read.format == "csv":
                connection.execute(f"CREATE TEMP TABLE profiled AS {selected}")
            else:
                connection.execute(f"CREATE TEMP VIEW profiled AS {selected}")
            report(1, 3)
            return _profiles(connection, read.kept_columns, exact, report)
    except OSError as error:
        raise file_error(scan.path, error) from error


def _profiles(
    connection: "duckdb.DuckDBPyConnection", columns: Sequence[ScanColumn], exact: bool, report: ReportProgress
) -> tuple[ColumnProfile, ...]:
    expressions = ["count(*)"]
    for column in columns:
        value = _value(column)
        ordered = column.kind in _NUMBERS + _TIMES
        expressions += [
            f"count({value})",
            f"count(DISTINCT {value})" if exact else f"approx_count_distinct({value})",
            f"min({value})" if ordered else "NULL",
            f"max({value})" if ordered else "NULL",
            "NULL" if exact else f"approx_top_k({value}, {FREQUENT})",
        ]
    first: Iterator[Any] = iter(_row(connection, expressions))
    rows = next(first)
    found = [(next(first), next(first), next(first), next(first), next(first)) for _column in columns]
    report(2, 3)
    ranges = [_Range.of(column, each[2], each[3]) for column, each in zip(columns, found, strict=True)]
    expressions = [
        f"histogram({place.bucket_sql(_value(column))})" if place else "NULL"
        for column, place in zip(columns, ranges, strict=True)
    ]
    parameters: list[Any] = []
    if not exact:
        for column, each in zip(columns, found, strict=True):
            for value in each[4] or ():
                expressions.append(f"count_if({_value(column)} = ?)")
                parameters.append(value)
    second = _row(connection, expressions, parameters)
    counts = iter(second[len(columns) :])
    profiles = []
    for column, place, buckets, (present, distinct, low, high, top) in zip(
        columns, ranges, second, found, strict=False
    ):  # fmt: skip
        if exact:
            frequent = _frequent(connection, column)
        else:
            frequent = sorted(((value, int(next(counts))) for value in top or ()), key=lambda pair: -pair[1])
        profiles.append(
            ColumnProfile(
                column.name,
                column.kind,
                int(rows),
                int(rows - present),
                min(int(distinct), int(present)),
                exact,
                low,
                high,
                tuple((_shortened(value), count) for value, count in frequent),
                exact,
                place.buckets(buckets or {}) if place else (),
            )
        )
    report(3, 3)
    return tuple(profiles)


def _row(
    connection: "duckdb.DuckDBPyConnection", expressions: Sequence[str], parameters: Sequence[Any] = ()
) -> tuple[Any, ...]:
    # Without an aggregate, the query would answer each row of the table.
    query = f"SELECT count(*), {', '.join(expressions)} FROM profiled"  # noqa: S608  # quoted names
    ((_count, *found),) = connection.execute(query, list(parameters)).fetchall()
    return tuple(found)


def _value(column: ScanColumn) -> str:
    name = identifier(column.name)
    return f"CASE WHEN isfinite({name}) THEN {name} END" if column.kind == "float" else name


def _frequent(connection: "duckdb.DuckDBPyConnection", column: ScanColumn) -> list[tuple[Any, int]]:
    # Of equally frequent values, those that come first in their order: the same file has the same profile.
    return connection.execute(
        f"SELECT {_value(column)} AS v, count(*) FROM profiled GROUP BY 1 HAVING v IS NOT NULL"  # noqa: S608  # quoted
        f" ORDER BY 2 DESC, 1 LIMIT {FREQUENT}"
    ).fetchall()


def _shortened(value: FileValue) -> FileValue:
    return value[:_MAX_TEXT] if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class _Range:
    """The buckets of a column: numbers as they are, times as microseconds since 1970."""

    kind: ColumnKind
    low: float | int
    high: float | int
    count: int

    @classmethod
    def of(cls, column: ScanColumn, low: FileValue, high: FileValue) -> "_Range | None":
        """The range of a column's values; None for a column without one."""
        if low is None or high is None:
            return None
        first, last = _position(low), _position(high)
        if first == last:
            return cls(column.kind, first, last, 1)
        if column.kind == "integer" and last - first < MAX_BUCKETS:
            return cls(column.kind, first, last + 1, int(last - first) + 1)
        days = column.kind == "date" and (last - first) // _DAY_US < MAX_BUCKETS
        if days:
            return cls(column.kind, first, last + _DAY_US, int((last - first) // _DAY_US) + 1)
        return cls(column.kind, first, last, MAX_BUCKETS)

    def bucket_sql(self, value: str) -> str:
        """The number of the bucket of a value; NULL for NULL."""
        if self.low == self.high:
            return f"CASE WHEN {value} IS NOT NULL THEN 0 END"
        position = f"epoch_us(CAST({value} AS TIMESTAMP))" if self.kind in _TIMES else value
        # Halves, so that the width of a range of the largest numbers is finite.
        part = f"(CAST({position} AS DOUBLE) / 2 - {self.low / 2!r}) / {self.high / 2 - self.low / 2!r}"
        bucket = f"CAST(least(greatest(floor({part} * {self.count}), 0), {self.count - 1}) AS INTEGER)"
        return f"CASE WHEN {value} IS NOT NULL THEN {bucket} END"  # least() passes over NULL

    def buckets(self, counts: dict[int, int]) -> tuple[Bucket, ...]:
        """The buckets with their counts, empty ones too."""
        edges = [self._edge(place) for place in range(self.count + 1)]
        return tuple(Bucket(edges[k], edges[k + 1], int(counts.get(k, 0))) for k in range(self.count))

    def _edge(self, place: int) -> int | float | datetime:
        if self.kind == "integer" and self.high - self.low == self.count:
            return int(self.low) + place
        part = place / self.count
        edge = self.low * (1 - part) + self.high * part
        return _EPOCH + timedelta(microseconds=round(edge)) if self.kind in _TIMES else edge


_DAY_US: Final = 86_400_000_000


def _position(value: Any) -> float | int:
    if isinstance(value, datetime):
        return (value - _EPOCH) // timedelta(microseconds=1)
    if isinstance(value, date):
        return (value - _EPOCH.date()).days * _DAY_US
    return float(value) if isinstance(value, Decimal) else value

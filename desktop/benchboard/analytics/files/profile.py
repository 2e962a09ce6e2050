"""What the columns of a table hold: range, empty and different values, the most frequent ones, a histogram.

A small table is counted exactly. The different values of a larger one are found approximately, and the most frequent of
a column with very many too, which the profile says. A file is read once, and its typed columns held; only a very large
one is read twice.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

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
MOST_GROUPED: Final = 100_000
"""Different values up to which those of a column that is held are all counted: that is faster than to guess which are
the most frequent ones, and exact."""
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
            selected = read.relation_sql() if read.readable_in_place else read.select_from(relation)
            size = sum(path.stat().st_size for path in read.paths)
            exact = size <= EXACT_BYTES
            is_held = size <= HELD_BYTES and read.format == "csv"
            if is_held:
                connection.execute(f"CREATE TEMP TABLE profiled AS {selected}")
            else:
                connection.execute(f"CREATE TEMP VIEW profiled AS {selected}")
            report(1, 3)
            return _profiles(connection, read.kept_columns, report, exact=exact, is_held=is_held)
    except OSError as error:
        raise file_error(scan.path, error) from error


def _profiles(
    connection: "duckdb.DuckDBPyConnection",
    columns: Sequence[ScanColumn],
    report: ReportProgress,
    *,
    exact: bool,
    is_held: bool,
) -> tuple[ColumnProfile, ...]:
    reads_once = not exact and not is_held
    found = _counted(connection, columns, exact=exact, with_top=reads_once)
    # A table that is held is grouped as often as it has columns; a file is read again each time.
    grouped = {place for place, one in enumerate(found) if exact or (is_held and one.distinct <= MOST_GROUPED)}
    many = [place for place in range(len(columns)) if place not in grouped]
    tops = () if reads_once or not many else _row(connection, [_top_sql(columns[place]) for place in many])
    top = {place: found[place].top for place in many} if reads_once else dict(zip(many, tops, strict=True))
    report(2, 3)
    ranges = [_Range.of(column, one.low, one.high) for column, one in zip(columns, found, strict=True)]
    expressions = [
        f"histogram({place.bucket_sql(_value(column))})" if place else "NULL"
        for column, place in zip(columns, ranges, strict=True)
    ]
    parameters: list[Any] = []
    for at in many:
        for value in top[at] or ():
            expressions.append(f"count_if({_value(columns[at])} = ?)")
            parameters.append(value)
    second = _row(connection, expressions, parameters)
    counts = iter(second[len(columns) :])
    profiles = []
    for at, (column, place, one) in enumerate(zip(columns, ranges, found, strict=True)):
        if at in grouped:
            frequent = _frequent(connection, column)
        else:
            frequent = sorted(((value, int(next(counts))) for value in top[at] or ()), key=lambda pair: -pair[1])
        profiles.append(
            ColumnProfile(
                column.name,
                column.kind,
                one.rows,
                one.rows - one.present,
                min(one.distinct, one.present),
                exact,
                one.low,
                one.high,
                tuple((_shortened(value), count) for value, count in frequent),
                at in grouped,
                place.buckets(second[at] or {}) if place else (),
            )
        )
    report(3, 3)
    return tuple(profiles)


class _Counted(NamedTuple):
    """Of a column, how many rows there are, values and different ones, the least and the greatest, and the most
    frequent ones, if they were counted too."""

    rows: int
    present: int
    distinct: int
    low: Any
    high: Any
    top: Any


def _counted(
    connection: "duckdb.DuckDBPyConnection", columns: Sequence[ScanColumn], *, exact: bool, with_top: bool
) -> list[_Counted]:
    expressions = ["count(*)"]
    for column in columns:
        value = _value(column)
        ordered = column.kind in _NUMBERS + _TIMES
        expressions += [
            f"count({value})",
            f"count(DISTINCT {value})" if exact else f"approx_count_distinct({value})",
            f"min({value})" if ordered else "NULL",
            f"max({value})" if ordered else "NULL",
            _top_sql(column) if with_top else "NULL",
        ]
    first: Iterator[Any] = iter(_row(connection, expressions))
    rows = int(next(first))
    return [
        _Counted(rows, int(next(first)), int(next(first)), next(first), next(first), next(first)) for _column in columns
    ]


def _top_sql(column: ScanColumn) -> str:
    """Candidates for the most frequent values."""
    return f"approx_top_k({_value(column)}, {FREQUENT})"


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

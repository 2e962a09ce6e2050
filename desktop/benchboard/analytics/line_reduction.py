"""Reduces the rows of a query to those that a line drawn over them needs, in SQL, where the rows are.

The x axis is cut into buckets, one for each pixel. Of each bucket and series the rows with the first, the last, the
least and the greatest value stay: a line through them covers the same pixels as one through all rows (M4: Jugel et al.,
“M4: A Visualization-Oriented Time Series Data Aggregation”, VLDB 2014). Every row that stays is a row of the query.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from benchboard.analytics.query_types import NUMBERS, ValueKind

Engine = Literal["duckdb", "postgresql", "mysql", "sqlite"]

MOST_ROWS: Final = 8_000
"""Most rows of a reduced result: with many series, its buckets are wider than a pixel."""
LEAST_BUCKETS: Final = 32
"""With fewer buckets than these, a line has little to do with its rows: there are too many series to be drawn."""
QUERY: Final = "bb_q"
"""The name of the query that is reduced, a common table expression with the columns c0, c1 …"""
_ROWS_PER_BUCKET: Final = 4
_SLACK: Final = 1 + 1e-9
"""By how much buckets are wider: the last value is in the last bucket, not after it."""
_EPOCH: Final = datetime(1970, 1, 1)  # in the UTC of the engines' sessions
_FIRST: Final = (datetime(2, 1, 1) - _EPOCH).total_seconds()  # as above
_LAST: Final = (datetime(9998, 1, 1) - _EPOCH).total_seconds()  # as above
_EPOCH_DAY: Final = "2440587.5"
"""The first of January 1970 as a Julian day."""


@dataclass(frozen=True, slots=True)
class Reduction:
    """What a chart asks for. `buckets`: how many pixels wide it is; `window`: the ends of the part of the x axis that
    it shows, in seconds since 1970 or as numbers; None for all of it."""

    buckets: int
    window: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class ReducedRows:
    """What a reduced result stands for: how many rows of the query, in how many buckets, between which ends of the x
    axis (in seconds since 1970, or numbers)."""

    rows: int
    buckets: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class LineColumns:
    """The columns of a result by their indexes: the measures that are lines over the first column, and those that name
    series. `is_time`: whether the first column has times or dates."""

    count: int
    is_time: bool
    measures: tuple[int, ...]
    names: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LineExtent:
    """How many rows there are to reduce, the ends of their x axis, and how many series they are of."""

    rows: int
    low: float
    high: float
    series: int


def line_columns(kinds: Sequence[ValueKind], identifiers: Sequence[bool]) -> LineColumns | None:
    """The columns of a result of these kinds, of which some are identifiers; None where it has no lines over times or
    numbers. All columns that aren't measured name the series."""
    if not kinds or not (kinds[0] in ("timestamp", "date") or (kinds[0] in NUMBERS and not identifiers[0])):
        return None
    measures = tuple(at for at in range(1, len(kinds)) if kinds[at] in NUMBERS and not identifiers[at])
    names = tuple(at for at in range(1, len(kinds)) if at not in measures)
    return LineColumns(len(kinds), kinds[0] in ("timestamp", "date"), measures, names) if measures else None


def column_names(count: int) -> str:
    """The names of the columns of `QUERY`."""
    return ", ".join(f"c{at}" for at in range(count))


class LineSql:
    """Writes the SELECTs that reduce `QUERY` on an engine. `scale`: the decimals of the first column where it is a
    scaled whole number; `not_finite`: the columns whose values may be infinite or NaN, which isn't a number."""

    def __init__(self, columns: LineColumns, engine: Engine, *, scale: int = 0, not_finite: Sequence[int] = ()) -> None:
        self._columns, self._engine = columns, engine
        self._scale, self._not_finite = scale, frozenset(not_finite)

    def extent(self, window: tuple[float, float] | None) -> str:
        """The SELECT of the four numbers of a `LineExtent`."""
        names = [f"c{at}" for at in self._columns.names]
        series = "1"
        if len(names) == 1:
            series = f"count(DISTINCT {names[0]}) + max(CASE WHEN {names[0]} IS NULL THEN 1 ELSE 0 END)"
        elif names:
            series = (
                f"(SELECT count(*) FROM (SELECT DISTINCT {', '.join(names)} FROM {QUERY} {self._within(window)}) AS s)"  # noqa: S608  # our own names and numbers
            )
        low, high = self._place("low"), self._place("high")
        return (
            f"SELECT n, {low}, {high}, series FROM (SELECT"  # noqa: S608  # as above
            f" count(*) AS n, min(c0) AS low, max(c0) AS high, {series} AS series FROM {QUERY} {self._within(window)})"
            " AS e"
        )

    def rows(self, low: float, high: float, buckets: int, window: tuple[float, float] | None) -> str:
        """The SELECT of the rows that stay, in the order of x: c0, c1 …"""
        width = (high - low) / buckets * _SLACK
        place = f"({self._place('c0')} - ({low!r})) / ({width!r})"
        bucket = f"CAST({place} AS INTEGER)" if self._engine == "sqlite" else f"floor({place})"
        return self._grouped(bucket, window) if self._engine == "duckdb" else self._ranked(bucket, window)

    def _grouped(self, bucket: str, window: tuple[float, float] | None) -> str:
        """With DuckDB's aggregates of whole rows: one pass, and memory for the groups alone."""
        columns = self._columns
        packed = ", ".join(f"c{at} := {self._cell(at)}" for at in range(columns.count))
        by = ", ".join(["k", *(f"c{at}" for at in columns.names)])
        found, kept = ["any_value(r) AS a"], list[str]()
        for at in columns.measures:
            first, last = (f"{name}(r, c0) FILTER (m{at} IS NOT NULL)" for name in ("arg_min", "arg_max"))
            found += [f"{first} AS f{at}", f"{last} AS l{at}", f"arg_min(r, m{at}) AS lo{at}"]
            found += [f"arg_max(r, m{at}) AS hi{at}"]
            # Where a bucket has no value at all, one of its rows stays: the line has a gap there.
            kept += [f"coalesce(f{at}, a)", *(f"coalesce({one}{at}, f{at}, a)" for one in ("l", "lo", "hi"))]
        measured = ", ".join(f"{self._cell(at)} AS m{at}" for at in columns.measures)
        names = "".join(f", c{at}" for at in columns.names)
        shown = ", ".join(f"r.c{at} AS c{at}" for at in range(columns.count))
        return (
            f"SELECT {shown} FROM (SELECT DISTINCT unnest([{', '.join(kept)}]) AS r FROM (SELECT {', '.join(found)}"  # noqa: S608  # our own names and numbers
            f" FROM (SELECT {bucket} AS k, struct_pack({packed}) AS r, c0, {measured}{names} FROM {QUERY}"
            f" {self._within(window)}) AS b GROUP BY {by}) AS g) AS d ORDER BY c0"
        )

    def _ranked(self, bucket: str, window: tuple[float, float] | None) -> str:
        """With the ranks of rows in their buckets, which all of these engines have."""
        columns = self._columns
        by = ", ".join(["k", *(f"c{at}" for at in columns.names)])
        ranks = list[str]()
        for at in columns.measures:
            for order in ("c0", "c0 DESC", f"c{at}, c0", f"c{at} DESC, c0"):
                ranks.append(f"row_number() OVER (PARTITION BY {by} ORDER BY c{at} IS NULL, {order}) AS r{len(ranks)}")
        first = " OR ".join(f"r{place} = 1" for place in range(len(ranks)))
        names = column_names(columns.count)
        return (
            f"SELECT {names} FROM (SELECT {names}, {', '.join(ranks)} FROM (SELECT {names}, {bucket} AS k FROM {QUERY}"  # noqa: S608  # our own names and numbers
            f" {self._within(window)}) AS b) AS d WHERE {first} ORDER BY c0"
        )

    def _cell(self, column: int) -> str:
        """The value of a column; none in place of one that is no number."""
        return f"CASE WHEN isfinite(c{column}) THEN c{column} END" if column in self._not_finite else f"c{column}"

    def _within(self, window: tuple[float, float] | None) -> str:
        known = "c0 IS NOT NULL" + (" AND isfinite(c0)" if 0 in self._not_finite else "")
        if window is None:
            return f"WHERE {known}"
        low, high = (self._literal(end) for end in window)
        x = "c0" if self._columns.is_time and self._engine != "sqlite" else self._place("c0")
        return f"WHERE {known} AND {x} >= {low} AND {x} <= {high}"

    def _literal(self, end: float) -> str:
        """An end of the axis as a value to compare with: a time, which an index or the statistics of a file can use."""
        if not self._columns.is_time or self._engine == "sqlite":
            return f"({end!r})"
        type_name = "DATETIME(6)" if self._engine == "mysql" else "TIMESTAMP"
        time = _EPOCH + timedelta(microseconds=round(min(max(end, _FIRST), _LAST) * 1e6))
        return f"CAST('{time.isoformat(sep=' ')}' AS {type_name})"

    def _place(self, x: str) -> str:
        """Where a value of the first column is on the axis: seconds since 1970, or a number."""
        if not self._columns.is_time:
            number = {"mysql": "({x} + 0e0)", "sqlite": "({x} * 1.0)"}.get(
                self._engine, "CAST({x} AS DOUBLE PRECISION)"
            )
            return number.format(x=x) + (f" / 1e{self._scale}" if self._scale else "")
        return {
            "duckdb": "epoch_us(CAST({x} AS TIMESTAMP)) / 1e6",
            "postgresql": "CAST(extract(epoch FROM {x}) AS DOUBLE PRECISION)",
            "mysql": "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', {x}) / 1e6",
            "sqlite": "(julianday({x}) - " + _EPOCH_DAY + ") * 86400.0",
        }[self._engine].format(x=x)


def buckets_for(reduction: Reduction, columns: LineColumns, extent: LineExtent) -> int | None:
    """Into how many buckets the rows are put; None where they can't be reduced: they are all at one place of the axis,
    or of too many series."""
    if not extent.rows or not math.isfinite(extent.high - extent.low) or extent.high <= extent.low:
        return None
    lines = max(1, extent.series) * len(columns.measures)
    found = min(reduction.buckets, MOST_ROWS // (_ROWS_PER_BUCKET * lines))
    return found if found >= min(LEAST_BUCKETS, reduction.buckets) else None

"""What is in the columns of a table: how many values, from where to where, which ones, and how they are spread.

It is found by queries, so that each source answers for its own tables, within the rights and limits of its queries.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.query_builder.sql_words import quote_name, quote_table, quote_text, quote_value
from benchboard.analytics.query_types import NUMBERS, ValueKind
from benchboard.errors import Invalid

BUCKETS: Final = 10
"""Bars of a histogram; `LISTED` values of a text."""
LISTED: Final = 12
SELECTABLE: Final = 50
"""Values of a column from which one is selected without a search."""
EXACT_ROWS: Final = 1_000_000
MAX_COLUMNS: Final = 60
"""Columns of a table that are looked at: the first ones."""
_AT_ONCE: Final = 12
"""Columns in one query, which has limits of length."""
_SIGNIFICANT: Final = 6

RunQuery = Callable[[str], ResultTable]


@dataclass(frozen=True, slots=True)
class ColumnStatistics:
    """What is in a column. `distinct` counts different values, of files of more than `EXACT_ROWS` roughly; `least` and
    `greatest` are None where there are no values or they have no order.

    `listed` are the most frequent values with their counts, of texts and booleans; `buckets` counts the values of
    numbers and times in as many parts of equal width between `least` and `greatest`.
    """

    filled: int
    distinct: int
    least: Cell = None
    greatest: Cell = None
    listed: tuple[tuple[Cell, int], ...] = ()
    buckets: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TableStatistics:
    """How many rows a table has, and what is in its columns, by name."""

    rows: int
    columns: Mapping[str, ColumnStatistics]

    def is_unique(self, column: str) -> bool:
        """Whether each row has a value of its own in a column."""
        found = self.columns.get(column)
        return found is not None and self.rows > 1 and found.distinct == found.filled == self.rows

    def most_selectable(self, columns: Sequence[tuple[str, ValueKind]]) -> str:
        """Of some columns, each with its kind, the one whose values are most likely selected from a list: the first
        text with few values, else the first column with few, else the first that isn't unique; empty without one."""

        def rank(name: str, kind: ValueKind) -> int:
            found = self.columns.get(name)
            if found is None or self.is_unique(name):
                return 3
            is_listed = 2 <= found.distinct <= SELECTABLE
            return 2 if not is_listed else 0 if kind == "text" else 1

        return min(columns, key=lambda one: rank(*one), default=("", "text"))[0]


def describe_table(
    run: RunQuery, table: str, columns: Sequence[tuple[str, ValueKind]], dialect: Dialect
) -> TableStatistics:
    """Look at a table by a few queries, each of which `run` runs. Raises what `run` raises."""
    source = quote_table(table, dialect)
    rows, found = _count(run(f"SELECT count(*) FROM {source}").rows[0][0]), dict[str, ColumnStatistics]()  # noqa: S608  # a quoted name
    roughly = dialect == "duckdb" and rows > EXACT_ROWS
    for start in range(0, min(len(columns), MAX_COLUMNS), _AT_ONCE):
        part = columns[start : min(start + _AT_ONCE, MAX_COLUMNS)]
        try:
            found |= _describe(run, source, part, dialect, roughly=roughly)
        except Invalid:
            # A server can have columns without an order, such as JSON: they stay unknown, beside the others.
            for one in part:
                with suppress(Invalid):
                    found |= _describe(run, source, [one], dialect, roughly=roughly)
    return TableStatistics(rows, found)


def _describe(
    run: RunQuery, source: str, columns: Sequence[tuple[str, ValueKind]], dialect: Dialect, *, roughly: bool
) -> dict[str, ColumnStatistics]:
    found: dict[str, ColumnStatistics] = {}
    outputs = [output for name, kind in columns for output in _range_outputs(quote_name(name, dialect), kind, roughly)]
    cells = iter(run(f"SELECT {', '.join(outputs)} FROM {source}").rows[0])  # noqa: S608  # quoted names
    for name, kind in columns:
        filled, distinct = _count(next(cells)), _count(next(cells))
        least, greatest = (None, None) if kind == "boolean" else (next(cells), next(cells))
        found[name] = ColumnStatistics(filled, distinct, least, greatest)
    return found | _spread(run, source, columns, found, dialect)


def _range_outputs(column: str, kind: ValueKind, roughly: bool) -> list[str]:
    distinct = f"approx_count_distinct({column})" if roughly else f"count(DISTINCT {column})"
    order = [] if kind == "boolean" else [f"min({column})", f"max({column})"]
    return [f"count({column})", distinct, *order]


def _spread(
    run: RunQuery,
    source: str,
    columns: Sequence[tuple[str, ValueKind]],
    known: Mapping[str, ColumnStatistics],
    dialect: Dialect,
) -> dict[str, ColumnStatistics]:
    """The columns of `known` with their most frequent values, or how their values are spread."""
    found: dict[str, ColumnStatistics] = {}
    edges_of: dict[str, Sequence[str]] = {}
    for name, kind in columns:
        one, column = known[name], quote_name(name, dialect)
        if kind in NUMBERS or kind in ("timestamp", "date"):
            edges_of[name] = _edges(one.least, one.greatest)
        elif one.filled and one.distinct < one.filled:
            query = (
                f"SELECT {column}, count(*) AS amount FROM {source} WHERE {column} IS NOT NULL"  # noqa: S608  # quoted names
                f" GROUP BY 1 ORDER BY amount DESC, 1 LIMIT {LISTED}"
            )
            listed = tuple((value, _count(count)) for value, count in run(query).rows)
            found[name] = _with(one, listed=listed)
    outputs = [
        _count_between(quote_name(name, dialect), low, high, dialect)
        for name, edges in edges_of.items()
        for low, high in zip(edges, [*edges[1:], ""], strict=False)
    ]
    if outputs:
        counts = iter(run(f"SELECT {', '.join(outputs)} FROM {source}").rows[0])  # noqa: S608  # quoted names
        for name, edges in edges_of.items():
            found[name] = _with(known[name], buckets=tuple(_count(next(counts)) for _edge in edges))
    return found


def _count_between(column: str, low: str, high: str, dialect: Dialect) -> str:
    condition = f"{column} >= {low}" + (f" AND {column} < {high}" if high else "")
    if dialect == "mysql":  # it has no FILTER
        return f"count(CASE WHEN {condition} THEN 1 END)"
    return f"count(*) FILTER (WHERE {condition})"


def _with(
    one: ColumnStatistics, *, listed: tuple[tuple[Cell, int], ...] = (), buckets: tuple[int, ...] = ()
) -> ColumnStatistics:
    return ColumnStatistics(one.filled, one.distinct, one.least, one.greatest, listed, buckets)


def _count(value: Cell) -> int:
    return value if isinstance(value, int) else 0


def _edges(least: Cell, greatest: Cell) -> Sequence[str]:
    """The beginnings of the buckets between two values, as SQL; none where these are the same."""
    if isinstance(least, datetime) and isinstance(greatest, datetime):
        moments = [least + (greatest - least) * place / BUCKETS for place in range(BUCKETS)]
        return [quote_text(_written(one)) for one in moments] if least < greatest else []
    if isinstance(least, date) and isinstance(greatest, date):
        days = (greatest - least).days
        dates = sorted({least + timedelta(days=days * place // BUCKETS) for place in range(BUCKETS)})
        return [quote_text(one.isoformat()) for one in dates] if days else []
    if isinstance(least, int | Decimal) and isinstance(greatest, int | Decimal) and least < greatest:
        low, width = Decimal(least), Decimal(greatest) - Decimal(least)
        digits = max(0, _SIGNIFICANT - width.adjusted())
        edges = {round(low + width * place / BUCKETS, min(digits, 9)) for place in range(1, BUCKETS)} | {low}
        return [quote_value(one) for one in sorted(edges) if one >= low]
    return []


def _written(moment: datetime) -> str:
    aware = moment.astimezone(UTC) if moment.tzinfo is not None else moment
    return aware.replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")

"""Which columns of a result a chart draws as what: the axes of a scatter chart, the groups of a heatmap, the values of
a histogram.

They are found by kind and order alone, so that the same query gives the same chart everywhere.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from benchboard.analytics.queries import ResultTable
from benchboard.analytics.query_types import NUMBERS

TIMES: Final = ("timestamp", "date")
MOST_SERIES: Final = 8
"""A column with more values than these names points one by one: so many colours can't be told apart."""
MOST_ROW_GROUPS: Final = 3
"""How many groups the rows of a pivot table may be of, one inside the other."""


@dataclass(frozen=True, slots=True)
class ScatterColumns:
    """The columns of a scatter chart, by their indexes. `names`: those that name a point."""

    x: int
    y: int
    size: int | None = None
    series: int | None = None
    names: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class HeatmapColumns:
    """The columns of a heatmap, by their indexes: its two axes, and the number that is the colour."""

    x: int
    y: int
    value: int


@dataclass(frozen=True, slots=True)
class PivotColumns:
    """The columns of a pivot table, by their indexes: up to three that its rows are of, the outermost first, the one
    that its columns are of, and the numbers in its cells. Without `column` each number has one column."""

    rows: tuple[int, ...]
    column: int | None
    values: tuple[int, ...]

    @property
    def groups(self) -> tuple[int, ...]:
        """The columns that are groups: those of the rows, then that of the columns."""
        return self.rows if self.column is None else (*self.rows, self.column)


def number_columns(table: ResultTable) -> list[int]:
    """The indexes of the columns with numbers that measure something: an identifier doesn't."""
    return [place for place, one in enumerate(table.columns) if one.kind in NUMBERS and one.format != "identifier"]


def scatter_columns(table: ResultTable) -> ScatterColumns | None:
    """The columns of a scatter chart: the first two of numbers are its axes, a third one is the size of the points.

    The first other column with a few values is the series, rather one that several rows share. The rest name the
    points. None for a result with fewer than two columns of numbers.
    """
    numbers = number_columns(table)
    if len(numbers) < 2:
        return None
    x, y = numbers[:2]
    size = numbers[2] if len(numbers) > 2 else None
    others = [place for place in range(len(table.columns)) if place not in numbers]
    few = [place for place in others if _tells_series(table, place)]
    repeated = (place for place in few if len({row[place] for row in table.rows}) < len(table.rows))
    texts = (place for place in few if table.columns[place].kind == "text")
    series = next(repeated, next(texts, None))
    return ScatterColumns(x, y, size, series, tuple(place for place in others if place != series))


def _tells_series(table: ResultTable, place: int) -> bool:
    if table.columns[place].kind not in ("text", "boolean") and table.columns[place].format != "identifier":
        return False
    values = {row[place] for row in table.rows}
    return 1 < len(values) <= MOST_SERIES


def pivot_columns(table: ResultTable, measures: Collection[str] = (), *, across: bool = True) -> PivotColumns | None:
    """The columns of a pivot table. In its cells are the last column of numbers, those with decimals, and those that
    are among `measures` by name; the others are its groups. The last of several groups names the columns, unless only
    the rows have groups (`across`). That of a currency all amounts are in is no group. None for a result with other
    columns, or with too many groups."""
    numbers = number_columns(table)
    if not numbers:
        return None
    values = [
        place
        for place in numbers
        if place == numbers[-1] or table.columns[place].kind == "decimal" or table.columns[place].name in measures
    ]
    groups = [place for place in range(len(table.columns)) if place not in values]
    for currency in {table.currency_column(place) for place in values}:
        if currency in groups and len(groups) > 1 and len({row[currency] for row in table.rows}) == 1:
            groups.remove(currency)
    column = groups[-1] if across and len(groups) > 1 else None
    rows = groups[:-1] if column is not None else groups
    if not 1 <= len(rows) <= MOST_ROW_GROUPS:
        return None
    return PivotColumns(tuple(rows), column, tuple(values))


def histogram_column(table: ResultTable) -> int | None:
    """The index of the column whose values a histogram counts: the first of numbers; None without one."""
    return next(iter(number_columns(table)), None)


def counted_groups(table: ResultTable, additive: frozenset[str]) -> bool:
    """Whether the numbers of a histogram are those of groups, each the count or sum of several rows, rather than one
    for each row. `additive`: the names of the columns that are counts or sums."""
    place = histogram_column(table)
    return (
        place is not None and table.columns[place].name in additive and (len(table.columns) > 1 or len(table.rows) == 1)
    )


def heatmap_columns(table: ResultTable) -> HeatmapColumns | None:
    """The columns of a heatmap: the first two are its axes, the next one of numbers is the colour.

    Time goes from left to right, whichever of the two it is; otherwise the first column does. None for a result without
    such a column.
    """
    value = next((place for place in number_columns(table) if place > 1), None)
    if value is None:
        return None
    kinds = [table.columns[place].kind for place in (0, 1)]
    x = 1 if kinds[1] in TIMES and kinds[0] not in TIMES else 0
    return HeatmapColumns(x, 1 - x, value)

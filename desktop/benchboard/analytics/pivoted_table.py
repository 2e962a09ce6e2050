"""A result as a pivot table: a row for each value of one column, a column for each value of another, and the number of
both where they meet.

There are totals only of counts and sums (`additive_columns`): the sum of averages is the average of nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal, localcontext
from typing import Final

from benchboard.analytics.additive_columns import additive_columns
from benchboard.analytics.chart_columns import PivotColumns, pivot_columns
from benchboard.analytics.column_presentation import NOTHING, Presentation
from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.i18n import _

MOST_COLUMNS: Final = 100
"""More columns than these are no table that anybody reads."""
_EXACT: Final = Context(prec=60)

Order = Callable[[ResultTable, int], Sequence[Cell]]
"""Returns the different values of a column in the order in which they are shown."""
Namer = Callable[[ResultTable, int, Cell], str]
"""Returns what a value of a column is called as a heading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PivotTable(ResultTable):
    """A pivot table: its first column has the names of its rows. `source` is the result that it was made of."""

    source: ResultTable
    places: PivotColumns
    row_keys: tuple[Cell, ...]
    column_keys: tuple[Cell, ...]
    origins: tuple[tuple[int, ...], ...]
    """The row of the result that each cell has its number from, by row and column of numbers; -1: there is none."""
    has_total_row: bool
    has_total_column: bool
    fill_ends: tuple[Decimal, Decimal] | None
    """The least and the largest number in the cells, totals left out, whose colours are the first and the last one;
    None where cells have no colours."""

    @property
    def caption(self) -> str:
        """What its cells show: the number by its groups."""
        places, titles = self.places, [one.title for one in self.source.columns]
        if places.column is None:
            return _("{value} by {x}").format(value=titles[places.value], x=titles[places.row])
        sentence = _("{value} by {x} and {y}")
        return sentence.format(value=titles[places.value], x=titles[places.row], y=titles[places.column])

    @property
    def data_row_count(self) -> int:
        """The number of rows without that of totals."""
        return len(self.rows) - self.has_total_row

    def is_total(self, row: int, column: int) -> bool:
        """Whether a cell, or the name of a row, is that of a total."""
        return (self.has_total_row and row == len(self.rows) - 1) or (
            self.has_total_column and column == len(self.columns) - 1
        )


def several_numbers(table: ResultTable, query: str) -> bool:
    """Whether what would be the groups of a pivot table are numbers of their own: a count, a sum, a decimal."""
    places, additive = pivot_columns(table), additive_columns(query)
    groups = [places.row, places.column] if places is not None else []
    return any(
        place is not None and (table.columns[place].kind == "decimal" or table.columns[place].name in additive)
        for place in groups
    )


def can_pivot(table: ResultTable, query: str) -> bool:
    """Whether a result has the columns of a pivot table, not too many of them, and a row at most for each cell."""
    places = pivot_columns(table)
    if places is None or several_numbers(table, query) or repeats_pair(table, places):
        return False
    return places.column is None or len({row[places.column] for row in table.rows}) <= MOST_COLUMNS


def repeats_pair(table: ResultTable, places: PivotColumns) -> bool:
    """Whether several rows of a result would be in the same cell."""
    return len({_pair(row, places) for row in table.rows}) < len(table.rows)


def pivoted(
    table: ResultTable,
    query: str,
    *,
    order: Order,
    name: Namer,
    totals: bool = True,
    fills: bool = False,
    blank: Cell = None,
) -> PivotTable:
    """A result as a pivot table. `blank` is in the cells that no row is of; `totals` are wanted where they add up,
    `fills` where all cells can be compared.

    The result has the columns of one (`pivot_columns`), and a row at most for each cell.
    """
    places = pivot_columns(table)
    if places is None:
        raise ValueError("a result without groups and a number is no pivot table")
    row_keys = tuple(order(table, places.row))
    column_keys = tuple(order(table, places.column)) if places.column is not None else (None,)
    found = {_pair(row, places): at for at, row in enumerate(table.rows)}
    origins = tuple(tuple(found.get((one, other), -1) for other in column_keys) for one in row_keys)
    adds_up = totals and not table.truncated and table.columns[places.value].name in additive_columns(query)
    codes, currency = table.currencies(places.value), table.currency_column(places.value)
    is_mixed = len(codes) > 1
    total_row = adds_up and len(row_keys) > 1 and not (is_mixed and currency == places.row)
    total_column = adds_up and len(column_keys) > 1 and not (is_mixed and currency == places.column)
    rows: list[tuple[Cell, ...]] = []
    for key, line in zip(row_keys, origins, strict=True):
        cells = [table.rows[at][places.value] if at >= 0 else blank for at in line]
        heading = name(table, places.row, key) if key in (None, "") else key
        rows.append((heading, *cells, *((added_up(cells),) if total_column else ())))
    if total_row:
        sums = [added_up([row[place] for row in rows]) for place in range(1, len(rows[0]))]
        rows.append((_("Total"), *sums))
    return PivotTable(
        columns=_columns(table, places, column_keys, name, total_column=total_column),
        rows=tuple(rows),
        truncated=table.truncated,
        read_at=table.read_at,
        source=table,
        places=places,
        row_keys=row_keys,
        column_keys=column_keys,
        origins=origins,
        has_total_row=total_row,
        has_total_column=total_column,
        fill_ends=_ends(table, places.value) if fills and not is_mixed else None,
    )


def added_up(cells: Sequence[Cell]) -> Cell:
    """The exact sum of the numbers among these cells; None if there are none."""
    found = [one for one in cells if isinstance(one, int | Decimal) and not isinstance(one, bool)]
    numbers = [one for one in found if not isinstance(one, Decimal) or one.is_finite()]
    with localcontext(_EXACT):
        return sum(numbers[1:], numbers[0]) if numbers else None


def plain_order(table: ResultTable, column: int) -> Sequence[Cell]:
    """The values of a column, numbers and times ascending, texts by their letters, last what is empty."""

    def key(value: Cell) -> tuple[int, int | Decimal, str]:
        if value is None or (isinstance(value, Decimal) and not value.is_finite()):
            return 2, 0, ""
        return (0, value, "") if isinstance(value, int | Decimal) else (1, 0, str(value).casefold())

    return sorted(dict.fromkeys(_group(row[column]) for row in table.rows), key=key)


def plain_name(_table: ResultTable, _column: int, value: Cell) -> str:
    """A value as text: a date as ISO 8601."""
    return _("(empty)") if value in (None, "") else str(value)


def _columns(
    table: ResultTable, places: PivotColumns, keys: Sequence[Cell], name: Namer, *, total_column: bool
) -> tuple[ResultColumn, ...]:
    value, first = table.columns[places.value], table.columns[places.row]
    codes, currency = table.currencies(places.value), table.currency_column(places.value)
    shown = value.presentation
    if len(codes) == 1:
        shown = replace(shown, currency=next(iter(codes)), currency_origin="")

    def column(title: str, name_of: str, code: Cell = None) -> ResultColumn:
        own = _titled(shown, title)
        if isinstance(code, str) and len(codes) > 1:
            own = replace(own, currency=code, currency_origin="")
        return ResultColumn(name_of, value.kind, own)

    if places.column is None:
        return first, ResultColumn(value.name, value.kind, shown)
    by = table.columns[places.column]
    head = ResultColumn(first.name, first.kind, _titled(first.presentation, f"{first.title} / {by.title}"))
    named = [name(table, places.column, key) for key in keys]
    is_currency = currency == places.column
    found = [column(title, title, key if is_currency else None) for title, key in zip(named, keys, strict=True)]
    return (head, *found, *((column(_("Total"), "(total)"),) if total_column else ()))


def _titled(shown: Presentation, title: str) -> Presentation:
    return replace(shown if shown is not NOTHING else Presentation(), written=title, title="", patterns=())


def _pair(row: Sequence[Cell], places: PivotColumns) -> tuple[Cell, Cell]:
    return _group(row[places.row]), _group(row[places.column]) if places.column is not None else None


def _group(value: Cell) -> Cell:
    """A value as a group: what is no number is the same as no value."""
    return None if isinstance(value, Decimal) and not value.is_finite() else value


def _ends(table: ResultTable, column: int) -> tuple[Decimal, Decimal] | None:
    """The least and the largest finite number of a column."""
    cells = [row[column] for row in table.rows]
    known = [Decimal(one) for one in cells if isinstance(one, int | Decimal) and not isinstance(one, bool)]
    finite = [one for one in known if one.is_finite()]
    return (min(finite), max(finite)) if finite else None

"""A result as a pivot table: a row for each value of up to three columns, one inside the other, a column for each value
of another or for each number, and the numbers where they meet.

There are totals only of counts and sums (`additive_columns`): the sum of averages is the average of nothing. What is in
a total is added up from the rows of the result, never from other totals.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal, localcontext
from typing import Final, Literal, cast

from benchboard.analytics.additive_columns import additive_columns, measured_columns
from benchboard.analytics.chart_columns import PivotColumns, pivot_columns
from benchboard.analytics.column_presentation import NOTHING, Comparison, Presentation
from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.i18n import _

MOST_COLUMNS: Final = 100
"""More columns than these are no table that anybody reads."""
_EXACT: Final = Context(prec=60)

Order = Callable[[ResultTable, int], Sequence[Cell]]
"""Returns the different values of a column in the order in which they are shown."""
Namer = Callable[[ResultTable, int, Cell], str]
"""Returns what a value of a column is called as a heading."""
RowOrder = Literal["auto", "descending", "largest", "smallest"]
"""The order of the rows: each group by its names or times, the outermost group the other way round, or each by the
numbers."""
Key = tuple[Cell, ...]
"""The groups of a row, from the outermost one; a total has only those that it is of."""


@dataclass(frozen=True, slots=True)
class PivotColumn:
    """A column of numbers of a pivot table. `value`: the column of the result that has them; `key`: the index of the
    group that it is of, None for all of them; `comparison`: what it has of the period before."""

    value: int
    key: int | None
    comparison: Comparison = ""
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class PivotComparison:
    """What a pivot table needs to compare with the period before. `before_of`: for each column of numbers of its
    result, the column with those of the period before; `columns` makes the three columns behind one of numbers,
    `cells` their cells from both numbers."""

    before_of: Mapping[int, int]
    columns: Callable[[ResultColumn], Sequence[ResultColumn]]
    cells: Callable[[Cell, Cell], Sequence[Cell]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PivotTable(ResultTable):
    """A pivot table: its first columns have the names of its rows. `source` is the result that it was made of."""

    source: ResultTable
    places: PivotColumns
    row_keys: tuple[Key, ...]
    """The groups of each row."""
    column_keys: tuple[Cell, ...]
    number_columns: tuple[PivotColumn, ...]
    """What its columns after those of names are of."""
    origins: tuple[tuple[int, ...], ...]
    """The row of the result that each cell has its number from, by row and column of numbers; -1: there is none."""
    has_total_row: bool
    has_total_column: bool
    fill_ends: Mapping[int, tuple[Decimal, Decimal]]
    """For each column of numbers of the result whose cells have colours, the least and the largest number in them,
    totals left out: those of the first and the last colour."""
    unadded: frozenset[tuple[int, int]] = frozenset()
    """The cells, by row and column, of totals that would add up amounts in several currencies: they have none."""
    sorted_by: str = ""
    """The title of the column that the rows are sorted by; empty where they are in the order of their names."""
    no_total: str = ""
    """Why numbers that are no amounts have no totals; empty where they have, or none are wanted."""

    @property
    def heading_count(self) -> int:
        """The number of columns with the names of the rows."""
        return len(self.places.rows)

    @property
    def own_column_count(self) -> int:
        """How many columns `source` has without those of the period before, which are behind them."""
        is_compared = any(one.comparison for one in self.number_columns)
        return len(self.source.columns) - len(self.places.values) * is_compared

    @property
    def caption(self) -> str:
        """What its cells show: the numbers by their groups."""
        places, titles = self.places, [one.title for one in self.source.columns]
        values = ", ".join(titles[place] for place in places.values)
        *first, last = [titles[place] for place in places.groups]
        if not first:
            text = _("{value} by {x}").format(value=values, x=last)
        else:
            text = _("{value} by {x} and {y}").format(value=values, x=", ".join(first), y=last)
        if self.sorted_by:
            text = _("{caption}, sorted by {column}").format(caption=text, column=self.sorted_by)
        return " · ".join(part for part in (text, self.no_total, no_total_text() if self.unadded else "") if part)

    @property
    def data_row_count(self) -> int:
        """The number of rows without those of totals."""
        return sum(not self.is_total_row(row) for row in range(len(self.rows)))

    @property
    def total_column_count(self) -> int:
        """The number of columns of totals, with what they have of the period before."""
        return sum(one.is_total for one in self.number_columns)

    def is_total_row(self, row: int) -> bool:
        """Whether a row is that of a total or of a subtotal."""
        return len(self.row_keys[row]) < self.heading_count

    def is_total(self, row: int, column: int) -> bool:
        """Whether a cell, or the name of a row, is that of a total."""
        at = column - self.heading_count
        return self.is_total_row(row) or (at >= 0 and self.number_columns[at].is_total)

    def repeats(self, above: int, row: int, column: int) -> bool:
        """Whether a name of a row is that of the row above, of which it is a part."""
        end = column + 1
        return len(self.row_keys[row]) >= end and self.row_keys[above][:end] == self.row_keys[row][:end]

    def shown_columns(self) -> list[int]:
        """The indexes of the columns that a table shows: all, also a currency that names rows."""
        return list(range(len(self.columns)))

    def sorted_rows(self, keys: Sequence[object | None], *, descending: bool) -> list[int]:
        """The rows by keys of their own, each group by that of its total; those without a key are last. Groups that
        have no total stay in their order, and totals below what they are of."""
        return self._sorted(range(len(self.rows)), 0, keys, descending=descending)

    def _sorted(self, rows: Iterable[int], level: int, keys: Sequence[object | None], *, descending: bool) -> list[int]:
        parts: dict[Cell, list[int]] = {}
        totals: list[int] = []
        for row in rows:
            if len(self.row_keys[row]) == level:
                totals.append(row)
            else:
                parts.setdefault(self.row_keys[row][level], []).append(row)
        heads = {key: self._head(part, level) for key, part in parts.items()}
        known = [(keys[head], key) for key, head in heads.items() if head is not None and keys[head] is not None]
        known.sort(key=lambda pair: pair[0], reverse=descending)  # type: ignore[arg-type, return-value]  # keys of one column compare
        order = [key for _key, key in known]
        sorted_keys = set(order)
        order += [key for key in parts if key not in sorted_keys]
        if level + 1 < self.heading_count:
            parts = {key: self._sorted(part, level + 1, keys, descending=descending) for key, part in parts.items()}
        return [*(row for key in order for row in parts[key]), *totals]

    def _head(self, rows: Sequence[int], level: int) -> int | None:
        """The row that has the number of a group: its only one, or its total."""
        if len(rows) == 1:
            return rows[0]
        return next((row for row in rows if len(self.row_keys[row]) == level + 1), None)


def can_pivot(table: ResultTable, query: str, *, across: bool = True) -> bool:
    """Whether a result has the columns of a pivot table, not too many of them, and a row at most for each cell."""
    places = places_of(table, query, across=across)
    if places is None or repeats_group(table, places):
        return False
    return places.column is None or column_count(table, places) <= MOST_COLUMNS


def places_of(table: ResultTable, query: str, *, across: bool = True) -> PivotColumns | None:
    """The columns of a pivot table of a query's result; None for one that can't be one."""
    return pivot_columns(table, additive_columns(query) | measured_columns(query), across=across)


def column_count(table: ResultTable, places: PivotColumns) -> int:
    """How many columns of numbers a pivot table has, without totals."""
    keys = {_group(row[places.column]) for row in table.rows} if places.column is not None else {None}
    return len(keys) * len(places.values)


def repeats_group(table: ResultTable, places: PivotColumns) -> bool:
    """Whether several rows of a result would be in the same cell."""
    return len({_key(row, places.groups) for row in table.rows}) < len(table.rows)


def pivoted(
    table: ResultTable,
    query: str,
    *,
    order: Order,
    name: Namer,
    totals: bool = True,
    fills: bool = False,
    across: bool = True,
    row_order: RowOrder = "auto",
    comparison: PivotComparison | None = None,
    blank: Cell = None,
) -> PivotTable:
    """A result as a pivot table. `blank` is in the cells that no row is of; `totals` are wanted where they add up,
    `fills` where all cells can be compared; the last of several groups names the columns if it goes `across`. With a
    `comparison` the result has the columns of the period before behind its own.

    The result has the columns of one (`places_of`), and a row at most for each cell.
    """
    own = table
    if comparison is not None:
        count = len(table.columns) - len(comparison.before_of)
        own = replace(table, columns=table.columns[:count], rows=tuple(row[:count] for row in table.rows))
    places = places_of(own, query, across=across)
    if places is None:
        raise ValueError("a result without groups and a number is no pivot table")
    names = additive_columns(query) if totals and not table.truncated else frozenset[str]()
    additive = frozenset(place for place in places.values if table.columns[place].name in names)
    why = _no_total(own, places, additive) if totals and len(own.rows) > 1 else ""
    found = _Pivoting(table, places, additive, order, name, comparison).table(fills=fills, sort=row_order, blank=blank)
    return replace(found, no_total=why)


def _no_total(table: ResultTable, places: PivotColumns, additive: frozenset[int]) -> str:
    """Why some numbers have no totals; empty if all have."""
    if table.truncated:
        return _("No total: the query returns more rows")
    if not additive:
        return _("No total: no column is a count or a sum")
    titles = [table.columns[place].title for place in places.values if place not in additive]
    return _("No total of {columns}: only counts and sums add up").format(columns=", ".join(titles)) if titles else ""


class _Pivoting:
    """Makes a pivot table of a result."""

    def __init__(
        self, table: ResultTable, places: PivotColumns, additive: frozenset[int], order: Order, name: Namer,
        comparison: PivotComparison | None,
    ) -> None:  # fmt: skip
        self._table, self._places, self._additive = table, places, additive
        self._name, self._comparison = name, comparison
        self._currency = {place: table.currency_column(place) for place in places.values}
        self._mixed = {place for place in places.values if len(self._codes(place)) > 1}
        self._unsaid = {place for place in places.values if place not in self._mixed and self._is_several(place)}
        """The numbers in several currencies that no column of the result says."""
        self._one_currency: dict[tuple[Key, int | None, int], bool] = {}
        self._column_keys: tuple[Cell, ...] = (None,)
        if places.column is not None:
            self._column_keys = tuple(order(table, places.column))
        self._key_places = {key: at for at, key in enumerate(self._column_keys)}
        self._ranks = [{key: at for at, key in enumerate(order(table, place))} for place in places.rows]
        self._sums: dict[tuple[Key, int | None, int], Cell] = {}
        """The totals that were added up, by their groups and the column of their numbers."""
        self._cells: dict[tuple[Key, int], int] = {}
        """The row of the result by the groups of a row, and the index of that of a column."""
        self._parts: dict[tuple[Key, int | None], list[int]] = {}
        """The rows of the result of a total, by its groups; None: of all columns."""
        self._numbers = self._number_columns()
        self._places_of: dict[int | None, list[int]] = {}
        """The columns of numbers that are of a group."""
        for at, one in enumerate(self._numbers):
            self._places_of.setdefault(one.key, []).append(at)
        self._filled: dict[Key, dict[int | None, None]] = {}
        """The groups of columns that a row has any rows of the result in."""
        for at, row in enumerate(table.rows):
            key = _key(row, places.rows)
            column = self._key_places[_group(row[places.column]) if places.column is not None else None]
            self._cells[key, column] = at
            for end in range(len(key) + 1):
                self._parts.setdefault((key[:end], column), []).append(at)
                self._parts.setdefault((key[:end], None), []).append(at)
                self._filled.setdefault(key[:end], {}).update({column: None, None: None})

    def _is_several(self, place: int) -> bool:
        return len(self._table.added_currencies(place)) > 1

    def _codes(self, place: int) -> frozenset[str]:
        codes = self._table.currencies(place)
        if self._comparison is not None:
            codes |= self._table.currencies(self._comparison.before_of[place])
        return codes

    def table(self, *, fills: bool, sort: RowOrder, blank: Cell) -> PivotTable:
        table, places, numbers = self._table, self._places, self._numbers
        by = self._sorting_column() if sort in ("largest", "smallest") else None
        order = self._leaves(sort, by)
        keys = self._with_subtotals(order, 0)
        has_total_row = len(order) > 1 and self._adds_up(())
        if has_total_row:
            keys.append(())
        rows, origins = [], []
        for key in keys:
            cells, sources = self._row(key, blank)
            rows.append((*self._names(key), *cells))
            origins.append(tuple(sources))
        fixed = [place for place in places.values if fills and place not in self._mixed | self._unsaid]
        ends = {place: found for place in fixed if (found := _ends(table, place)) is not None}
        columns = self._columns()
        return PivotTable(
            columns=columns,
            rows=tuple(rows),
            truncated=table.truncated,
            read_at=table.read_at,
            source=table,
            places=places,
            row_keys=tuple(keys),
            column_keys=self._column_keys,
            number_columns=tuple(numbers),
            origins=tuple(origins),
            has_total_row=has_total_row,
            has_total_column=any(one.is_total for one in numbers),
            fill_ends=ends,
            unadded=frozenset(
                (y, len(places.rows) + x)
                for y, key in enumerate(keys)
                for x, one in enumerate(numbers)
                if self._unsaid and not self._is_one_currency(key, one.value, one.key)
            ),
            sorted_by=columns[len(places.rows) + numbers.index(by)].title if by is not None else "",
        )

    # The columns

    def _number_columns(self) -> list[PivotColumn]:
        found = [PivotColumn(place, at) for at in range(len(self._column_keys)) for place in self._places.values]
        if len(self._column_keys) > 1:
            found += [
                PivotColumn(place, None, is_total=True) for place in self._places.values if self._has_total(place)
            ]
        if self._comparison is None:
            return found
        kinds = cast("tuple[Comparison, ...]", ("", "before", "change", "change_percent"))
        return [replace(one, comparison=kind) for one in found for kind in kinds]

    def _has_total(self, place: int) -> bool:
        """Whether the numbers of all columns may be added up in a row."""
        return place in self._additive and not (place in self._mixed and self._currency[place] == self._places.column)

    def _columns(self) -> tuple[ResultColumn, ...]:
        table, places = self._table, self._places
        heads = [table.columns[place] for place in places.rows]
        if places.column is not None:
            last, by = heads[-1], table.columns[places.column]
            heads[-1] = ResultColumn(last.name, last.kind, _titled(last.presentation, f"{last.title} / {by.title}"))
        found: list[ResultColumn] = []
        for one in self._numbers:
            if one.comparison:
                continue
            plain = self._column(one)
            found += [plain] if self._comparison is None else self._comparison.columns(plain)
        return (*heads, *found)

    def _column(self, one: PivotColumn) -> ResultColumn:
        table, place = self._table, self._places.column
        value, codes = table.columns[one.value], self._codes(one.value)
        shown = value.presentation
        if len(codes) == 1:
            shown = replace(shown, currency=next(iter(codes)), currency_origin="")
        if place is None:
            return ResultColumn(value.name, value.kind, shown)
        title = _("Total") if one.key is None else self._name(table, place, self._column_keys[one.key])
        name = "(total)" if one.key is None else title
        if len(self._places.values) > 1:
            title, name = f"{title} · {value.title}", f"{name} · {value.name}"
        shown = _titled(shown, title)
        code = self._column_keys[one.key] if one.key is not None else None
        if len(codes) > 1 and self._currency[one.value] == place and isinstance(code, str):
            shown = replace(shown, currency=code, currency_origin="")
        return ResultColumn(name, value.kind, shown)

    # The rows

    def _leaves(self, sort: RowOrder, by: PivotColumn | None) -> list[Key]:
        """The groups of all rows that aren't totals, in their order."""
        found = {key for key, _column in self._cells}

        def ranks(key: Key) -> tuple[object, ...]:
            places = [self._ranks[level][one] for level, one in enumerate(key)]
            if sort == "descending":
                places[0] = -places[0]
            if by is None:
                return tuple(places)
            return tuple((*self._rank(key[: level + 1], by, sort), place) for level, place in enumerate(places))

        return sorted(found, key=ranks)

    def _rank(self, key: Key, by: PivotColumn, sort: RowOrder) -> tuple[bool, Decimal]:
        """The place of a group among those beside it, by its number; last without one."""
        cell = self._number(key, by.value, by.key)
        if not isinstance(cell, int | Decimal) or (isinstance(cell, Decimal) and not cell.is_finite()):
            return True, Decimal(0)
        return False, Decimal(cell).copy_negate() if sort == "largest" else Decimal(cell)

    def _sorting_column(self) -> PivotColumn | None:
        """The column that rows are sorted by: the total of the first number, or else its first column; None for
        amounts in several currencies, of which none is more than another."""
        first = self._places.values[0]
        if first in self._unsaid or (first in self._mixed and self._currency[first] != self._places.column):
            return None
        of_first = [one for one in self._numbers if one.value == first and not one.comparison]
        return next((one for one in of_first if one.is_total), of_first[0])

    def _with_subtotals(self, keys: Sequence[Key], level: int) -> list[Key]:
        """The rows with a total below each group of several that adds up."""
        if level + 1 >= len(self._places.rows):
            return list(keys)
        parts: dict[Key, list[Key]] = {}
        for key in keys:
            parts.setdefault(key[: level + 1], []).append(key)
        found: list[Key] = []
        for head, part in parts.items():
            found += self._with_subtotals(part, level + 1)
            if len(part) > 1 and self._adds_up(head):
                found.append(head)
        return found

    def _names(self, key: Key) -> list[Cell]:
        """The names of a row, one for each of its groups; “Total” behind those of a total."""
        places = self._places.rows
        named = [one if one not in (None, "") else self._name(self._table, place, one)
                 for place, one in zip(places, key, strict=False)]  # fmt: skip
        return [*named, *([_("Total"), "", ""][: len(places) - len(key)])]

    # The numbers

    def _row(self, key: Key, blank: Cell) -> tuple[list[Cell], list[int]]:
        """The numbers of a row, and the row of the result that each is from; `blank` and -1 where no row is of a cell.
        Most cells of a large table are blank."""
        cells, origins = [blank] * len(self._numbers), [-1] * len(self._numbers)
        is_leaf = len(key) == len(self._places.rows)
        for column in self._filled[key]:
            for at in self._places_of.get(column, ()):
                one = self._numbers[at]
                if is_leaf and column is not None:
                    origins[at], cells[at] = self._cells[key, column], self._cell(key, one)
                elif self._may_add(key, one.value, column):
                    cells[at] = self._cell(key, one)
                elif not self._is_one_currency(key, one.value, column):
                    cells[at] = None  # a dash
        return cells, origins

    def _cell(self, key: Key, one: PivotColumn) -> Cell:
        """The number of a cell that has one."""
        now = self._number(key, one.value, one.key)
        if not one.comparison or self._comparison is None:
            return now
        before = self._number(key, one.value, one.key, self._comparison.before_of[one.value])
        parts = dict(zip(("before", "change", "change_percent"), self._comparison.cells(now, before), strict=True))
        return parts[one.comparison]

    def _may_add(self, key: Key, value: int, column: int | None) -> bool:
        """Whether the numbers of a total are of a kind that adds up, in one currency."""
        if value not in self._additive:
            return False
        if value not in self._mixed:
            return self._is_one_currency(key, value, column)
        currency = self._currency[value]
        if column is not None and currency == self._places.column:
            return True
        return currency in self._places.rows[: len(key)]

    def _is_one_currency(self, key: Key, value: int, column: int | None) -> bool:
        """Whether the amounts of a cell are in one currency, as far as it is read from the rows behind the result. That
        of a row of the result, not of a total, is what it is."""
        is_total = column is None or len(key) < len(self._places.rows)
        if value not in self._unsaid or value not in self._additive or not is_total:
            return True
        asked = key, column, value
        if asked not in self._one_currency:
            rows = [self._table.rows[at] for at in self._parts.get((key, column), ())]
            self._one_currency[asked] = len(self._table.added_currencies(value, rows)) < 2
        return self._one_currency[asked]

    def _adds_up(self, key: Key) -> bool:
        """Whether a row of totals has any number, or says why it has none."""
        return any(
            self._may_add(key, one.value, one.key) or not self._is_one_currency(key, one.value, one.key)
            for one in self._numbers
        )

    def _number(self, key: Key, value: int, column: int | None, read: int | None = None) -> Cell:
        """The number of a cell, from the column `read` of the result: that of its row, or the sum of its rows. None
        where there is no row, or where it doesn't add up."""
        place = value if read is None else read
        if len(key) == len(self._places.rows) and column is not None:
            at = self._cells.get((key, column))
            return self._table.rows[at][place] if at is not None else None
        asked = key, column, place
        if asked not in self._sums:  # a group is sorted by its total once for each of its rows
            parts = self._parts.get((key, column), ()) if self._may_add(key, value, column) else ()
            self._sums[asked] = added_up([self._table.rows[at][place] for at in parts])
        return self._sums[asked]


def no_total_text() -> str:
    """Why amounts in several currencies have no total."""
    return _("No total: the amounts are in different currencies")


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


def _titled(shown: Presentation, title: str) -> Presentation:
    return replace(shown if shown is not NOTHING else Presentation(), written=title, title="", patterns=())


def _key(row: Sequence[Cell], places: Iterable[int]) -> Key:
    return tuple(_group(row[place]) for place in places)


def _group(value: Cell) -> Cell:
    """A value as a group: what is no number is the same as no value."""
    return None if isinstance(value, Decimal) and not value.is_finite() else value


def _ends(table: ResultTable, column: int) -> tuple[Decimal, Decimal] | None:
    """The least and the largest finite number of a column."""
    cells = [row[column] for row in table.rows]
    known = [Decimal(one) for one in cells if isinstance(one, int | Decimal) and not isinstance(one, bool)]
    finite = [one for one in known if one.is_finite()]
    return (min(finite), max(finite)) if finite else None

"""Which colour each value has: the same one in all charts of a page and, as far as eight colours go, on all pages.

Values are told apart within the column that names series or slices (“status”), known by its name. The rules:

- The first colour is that of a measure, such as the bars of one number by status: the eighth value of a column is the
  first that has it too.
- Words for a state that many columns have (“fulfilled”, “pending”, “error”: `state_words`) have colours of their own.
- The other values of a column are in the order of the language, and have the next colours in that order. All that its
  table has count, also those that a filter hides: no page and no filter gives a value another colour then. Where those
  aren't known (a query that the builder can't read), the values on the page count.
- Once all queries of a page have run, a value keeps its colour as long as the page is open: a filter, another chart or
  a refresh never changes it. A value that is new gets the next colour, one that no value beside it in a chart has.
- Up to `MAX_COLOURS` values of a chart have different colours. Of a column with more values than that, the colours
  begin again after the eighth; only where two values with one colour meet in a chart has the later one another.
- A measure with the name of such a value, “Shipped” beside the status “shipped”, has the value's colour as long as
  a chart of that column is on the page, and one with the name of a state always has that of the state; the others of
  its chart have those of their places. Currencies give no measure their colour: an amount called “eur” isn't one of
  them.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from benchboard.analytics.queries import Cell, ResultColumn
from benchboard.ui.studio.tiles.numbers.collation import text_ranks
from benchboard.ui.studio.tiles.series.state_words import plain_name, state_colour

MAX_COLOURS: Final = 8
_MEASURE_COLOURS: Final = 1
"""How many colours are those of measures, as long as others are left for the values."""
_CURRENCY: Final = re.compile("[A-Z]{3}")
Key = tuple[Cell, ...]
"""A value of the columns that name what a chart draws: one cell of each."""
Colours = Mapping[Key, int]
"""The number of the colour of each value in a chart (`Theme.chart`)."""


@dataclass(frozen=True, slots=True)
class ChartValues:
    """The values that a chart draws, and those its table has as far as they are known. `columns`: which values they
    are (`value_column`); empty for a chart that draws measures (`measure_key`)."""

    columns: tuple[str, ...]
    drawn: tuple[Key, ...]
    known: tuple[Key, ...] = ()

    @property
    def order(self) -> list[int]:
        """The places of the columns in the order of their names: that of GROUP BY makes no other values."""
        return sorted(range(len(self.columns)), key=self.columns.__getitem__)


def value_column(column: ResultColumn) -> str:
    """What the values of a column are known by: its name, however it is written; of orders' statuses, that they are."""
    return "status" if column.format == "order_status" else plain_name(column.name)


def measure_key(column: ResultColumn) -> Key:
    """What a measure is known by: what its column is called, and what people read."""
    return column.name, column.title


class PageColours:
    """The colours of the values on a page, and which of its charts draw them."""

    def __init__(self) -> None:
        self._colours: dict[tuple[str, ...], dict[Key, int]] = {}
        """By the columns, the number of the colour of each value; the one that had its colour first is the first."""
        self._charts: dict[str, ChartValues] = {}
        self._copied: frozenset[tuple[str, ...]] = frozenset()
        """The columns whose values the page draws that this one was copied from."""
        self._is_settled = False

    def copy(self) -> "PageColours":
        """Those of a page with the same charts, such as its export: the values have the same colours."""
        found = PageColours()
        found._colours = {columns: dict(numbers) for columns, numbers in self._colours.items()}
        found._copied = self._drawn_columns()
        found._is_settled = bool(self._colours)
        return found

    def settle(self) -> None:
        """From now on values keep their colours: all charts have been read."""
        self._is_settled = True

    def update(self, chart: str, values: ChartValues | None) -> frozenset[str]:
        """What a chart draws now; None if it has no such values. Returns the charts whose colours may be others."""
        before = self._charts.get(chart)
        if values == before:
            return frozenset()
        of_measures = {name for name, one in self._charts.items() if not one.columns}
        if values is None:
            del self._charts[chart]
            return frozenset(of_measures - {chart})
        self._charts[chart] = values
        columns = _columns(values)
        if not columns:
            return frozenset({chart} | of_measures)
        beside = {name: one for name, one in self._charts.items() if _columns(one) == columns}
        numbers = self._colours.setdefault(columns, {})
        if not self._is_settled:
            numbers.clear()  # in the order of the language, whichever query ran first
        _assign(numbers, [_sorted_values(one) for one in beside.values()])
        return frozenset(beside) | of_measures

    def of(self, chart: str) -> Colours | None:
        """The colours of the values in a chart, or of its measures if any has the name of a value; else None."""
        values = self._charts.get(chart)
        if values is None:
            return None
        if not values.columns:
            return self._of_measures(values.drawn)
        numbers = self._colours.get(_columns(values), {})
        age = {key: place for place, key in enumerate(numbers)}
        order = values.order
        found = [(tuple(key[place] for place in order), key) for key in values.drawn]
        found.sort(key=lambda pair: age.get(pair[0], len(age)))
        wanted = distinct([numbers.get(sorted_key) for sorted_key, _key in found])
        return {key: number for (_sorted_key, key), number in zip(found, wanted, strict=True)}

    def _drawn_columns(self) -> frozenset[tuple[str, ...]]:
        return self._copied.union(map(_columns, self._charts.values()))

    def _of_measures(self, measures: Sequence[Key]) -> Colours | None:
        known: dict[str, int] = {}
        for columns in sorted(self._colours.keys() & self._drawn_columns()):
            for key, number in self._colours[columns].items():
                if len(key) == 1 and isinstance(key[0], str) and not _CURRENCY.fullmatch(key[0]):
                    known.setdefault(plain_name(key[0]), number)
        named = [_named_colour([str(part) for part in key], known) for key in measures]
        if all(number is None for number in named):
            return None
        free = [place if place not in named and place < MAX_COLOURS else None for place in range(len(measures))]
        wanted = [own if number is None else number for number, own in zip(named, free, strict=True)]
        return dict(zip(measures, distinct(wanted), strict=True))


def colours_alone(values: ChartValues) -> Colours:
    """The colours of the values in a chart that is on no page with others."""
    alone = PageColours()
    alone.update("", values)
    return alone.of("") or {}


def distinct(wanted: Sequence[int | None]) -> tuple[int, ...]:
    """A colour for each: the one that is wanted, for the first that wants it; for the others, the next that none has.
    Of more than `MAX_COLOURS`, some have the same."""
    found: dict[int, int] = {}
    for place, number in enumerate(wanted):
        if number is not None and number not in found.values():
            found[place] = number
    for place, number in enumerate(wanted):
        if place not in found:
            found[place] = _next_free(number if number is not None else 0, found.values())
    return tuple(found[place] for place in range(len(wanted)))


def key_name(key: Key) -> str:
    """What the settings of a widget call a value, in every language: its cells as they are in the data."""
    return " · ".join("" if cell is None else str(cell) for cell in key)


def with_own(numbers: Sequence[int], own: Sequence[int | None]) -> tuple[int, ...]:
    """The colours with those that somebody chose (`own`, else None). Others that had one of them get the next colour
    that none has."""
    chosen = {one for one in own if one is not None}
    taken = chosen | {number for number, mine in zip(numbers, own, strict=True) if mine is None}
    found = []
    for number, mine in zip(numbers, own, strict=True):
        shown = number if mine is None else mine
        if mine is None and number in chosen:
            shown = _next_free(number, taken)
            taken.add(shown)
        found.append(shown)
    return tuple(found)


def colour_of_place(place: int) -> int:
    """The colour of a value with so many others before it."""
    return (place + _MEASURE_COLOURS) % MAX_COLOURS


def in_order(keys: Collection[Key]) -> list[Key]:
    """Values as series are ordered: numbers, times, texts as the language sorts them, and last what is empty."""
    rank = text_ranks({cell for key in keys for cell in key if isinstance(cell, str)})
    return sorted(keys, key=lambda key: tuple(_sort_key(cell, rank) for cell in key))


def _sort_key(cell: Cell, rank: Mapping[str, int]) -> tuple[int, float | Decimal | str]:
    if isinstance(cell, int | Decimal):
        return 0, cell
    if isinstance(cell, date):
        return 1, cell.isoformat()
    return (2, rank[cell]) if isinstance(cell, str) else (3, 0)


def _columns(values: ChartValues) -> tuple[str, ...]:
    return tuple(sorted(values.columns))


def _sorted_values(values: ChartValues) -> tuple[frozenset[Key], frozenset[Key]]:
    """What a chart draws, and what is known, with the cells of each value in the order of the columns' names."""
    order = values.order
    drawn, known = (
        frozenset(tuple(key[place] for place in order) for key in keys) for keys in (values.drawn, values.known)
    )
    return drawn, known


def _named_colour(names: Sequence[str], known: Mapping[str, int]) -> int | None:
    """The colour of a measure called so: that of the value of the page with one of the names, or of a state."""
    on_page = next((known[name] for name in map(plain_name, names) if name in known), None)
    return on_page if on_page is not None else next((one for one in map(state_colour, names) if one is not None), None)


def _assign(numbers: dict[Key, int], charts: Sequence[tuple[frozenset[Key], frozenset[Key]]]) -> None:
    """Give a colour to each value that has none: first to the states, which have theirs by their words."""
    drawn: frozenset[Key] = frozenset().union(*(one for one, _known in charts))
    all_known = drawn.union(*(known for _drawn, known in charts))
    is_few = len(all_known | numbers.keys()) <= MAX_COLOURS
    new = in_order((all_known if is_few else drawn) - numbers.keys())
    # Of a column with many values, each wants the colour of its place among all of them, wherever it's drawn.
    is_column_known = any(known for _drawn, known in charts)
    places = {key: place for place, key in enumerate(in_order(all_known))} if is_column_known and not is_few else {}
    states = {key: state for key in new if (state := _state_of(key)) is not None}
    for key in sorted(new, key=lambda key: key not in states):
        taken = set(numbers.values())
        beside = {numbers[other] for one, _known in charts if key in one for other in one if other in numbers}
        if key in states:
            wanted = states[key]
        elif is_few:
            wanted = next(one for place in range(MAX_COLOURS) if (one := colour_of_place(place)) not in taken)
        else:
            wanted = colour_of_place(places.get(key, len(numbers)))
        numbers[key] = _next_free(wanted, taken if is_few else beside)


def _state_of(key: Key) -> int | None:
    """The colour of a value that is the word for a state; None of any other."""
    return state_colour(key[0]) if len(key) == 1 and isinstance(key[0], str) else None


def _next_free(number: int, taken: Collection[int]) -> int:
    """This colour, or the next one that isn't taken; this one if all are."""
    free = ((number + step) % MAX_COLOURS for step in range(MAX_COLOURS))
    return next((one for one in free if one not in taken), number)

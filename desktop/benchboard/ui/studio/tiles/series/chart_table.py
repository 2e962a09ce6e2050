"""The form of a result that charts of lines and bars draw: a row for each place on the x axis, a column for a series.

A result has that form (wide), or it has rows of the same x that other columns tell apart (long): GROUP BY week, status.
The values of those columns then name the series. The forms are those of Wickham, “Tidy Data”, section 3 (J. Stat.
Softw. 59(10), 2014).

Series are in the order of their names in the language, whatever order the rows arrive in: a database returns the rows
of one week in any order. A series that a value names has the colour that the value has on its page (`value_colours`);
one that is a column has that of its place, or of the value that it is named after.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import islice
from typing import Final, Literal, NamedTuple

from benchboard.analytics import periods
from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.i18n import _
from benchboard.ui.studio.tiles.axes.axis_scale import AxisChoice
from benchboard.ui.studio.tiles.axes.thresholds import Threshold
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.numbers.ordinal_names import ordinal_places
from benchboard.ui.studio.tiles.series.value_colours import (
    MAX_COLOURS,
    Colours,
    Key,
    colour_of_place,
    distinct,
    in_order,
    key_name,
    measure_key,
)

MAX_SERIES: Final = MAX_COLOURS
MAX_NAMED: Final = 50
"""How many of the series that aren't drawn are named."""
_SEPARATOR: Final = " · "
_Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class SeriesNames:
    """The series that the table of a query has, those that the result lacks included: the values of some columns."""

    columns: tuple[str, ...] = ()
    values: tuple[tuple[Cell, ...], ...] = ()


class SeriesOrigin(NamedTuple):
    """The column of a result that a series has the values of, and the values of other columns that name it."""

    column: int
    cells: tuple[tuple[int, Cell], ...] = ()


@dataclass(frozen=True, slots=True)
class ChartTable(ResultTable):
    """A result as a chart draws it: the first column is the x axis, each numeric one after it a series."""

    origins: tuple[SeriesOrigin, ...] = ()
    """What of the result each series is; empty where each is the column of the same place."""
    series_by: str = ""
    """The titles of the columns whose values name the series; empty where the columns themselves are the series."""
    undrawn: int = 0
    """How many series beyond `MAX_SERIES` are left out: those with the smallest sums of absolute values, the earliest
    of times, or the last columns."""
    undrawn_names: tuple[str, ...] = ()
    """The names of the first `MAX_NAMED` of these, the largest first."""
    colours: tuple[int, ...] = ()
    """The number of the colour of each series; empty where they have the colours of their places."""
    keys: tuple[Key, ...] = ()
    """The values that name the series drawn; empty where the columns themselves are the series."""
    key_columns: tuple[ResultColumn, ...] = ()
    """The columns of those values."""
    by_week: bool | None = None
    """Whether its query groups by week; None if it doesn't say by what."""
    repeats_x: bool = False
    """Whether several rows have the same x, and no column tells them apart. A series then has one of them."""
    undated_note: str = ""
    """How many rows have no date, and so no place on its axis of times, as text."""
    added: int = 0
    """How many rows were added for periods without rows (`missing_periods`)."""
    missing_note: str = ""
    """What is shown for those periods, and in series without a row, as text."""
    connects: bool = False
    """Whether lines go on over missing values and periods, because somebody wanted that."""
    title: str = ""
    """That of its widget."""
    hidden: frozenset[str] = frozenset()
    """The names of the columns of series that a reader hides (`chart_legend`)."""
    legend_beside: bool = False
    """Whether a table beside the chart is its legend."""
    stack: Literal["off", "stacked", "percent"] = "off"
    """Whether its series lie on each other (`stacking`)."""
    axis: AxisChoice = field(default_factory=AxisChoice)
    """What is set of its axis of values."""
    decimals: int | None = None
    """How many decimals its values are written with; None: as many as they have."""
    thresholds: tuple[Threshold, ...] = ()
    """The warning and critical values of its widget, its reference line and its target."""
    target: float | None = None
    """What the values on the left axis are to reach."""
    target_name: str = ""
    """The setting name of the series that the others are to reach in each row; empty where none is."""
    setting_names: tuple[str, ...] = ()
    """What the settings of a widget call each series, in every language; empty where by the names of its columns."""
    own_colours: Mapping[str, int] = field(default_factory=dict)
    """The numbers of the colours that somebody chose, by these names."""
    right: frozenset[str] = frozenset()
    """The names of the series on the right axis."""
    right_axis: AxisChoice = field(default_factory=AxisChoice)
    right_unit: str = ""
    right_decimals: int | None = None
    """What is set of the right axis and its values."""
    before_of: tuple[int, ...] = ()
    """The columns of the series that the last columns have the values of the period before of, in their order."""
    uncompared: frozenset[int] = frozenset()
    """The rows whose values and those of the period before are other parts of a period, so that no change is known."""
    window: tuple[float, float] | None = None
    """The part of the x axis that is shown, in seconds since 1970 or as numbers; None: all of it."""
    known_from: datetime | None = None
    """Where the time range or the data begin: within the first period, its value is only of a part of it."""
    known_until: datetime | None = None
    """Where the time range or the data end; None: when the data were read."""

    def series_before(self, column: int) -> int | None:
        """The column of the series that a column has the values of the period before of; None for any other."""
        first = len(self.columns) - len(self.before_of)
        return self.before_of[column - first] if column >= first else None

    def is_right(self, column: int) -> bool:
        """Whether a series is on the right axis; the period before is where its series is."""
        return bool(self.right) and self.setting_name(column) in self.right

    def setting_name(self, column: int) -> str:
        """What the settings of a widget call a series; the period before has the name of its series."""
        base = self.series_before(column)
        own = base if base is not None else column
        return self.setting_names[own - 1] if self.setting_names else self.columns[own].name

    @property
    def partial_rows(self) -> frozenset[int]:
        """The rows of the first and the last period, if these are only partly in the time range and the data."""
        if self.reduced is not None:
            return frozenset()  # no row is a period
        times, found = periods.moments([row[0] for row in self.rows]), set[int]()
        last = periods.unfinished_start(self._own_places, self.read_at, self.step, known_until=self.known_until)
        if last is not None:
            found |= {at for at, time in enumerate(times or ()) if time == last}
        if self.known_from is not None and times is not None and len(times) > 1:
            found |= {0} if times[0] < self.known_from < times[1] else set()
        return frozenset(found)

    @property
    def goes_on(self) -> bool:
        """Whether the last period wasn't over when the data were read; else it is the data or the range that end."""
        is_period = self.reduced is None
        return is_period and periods.unfinished_start(self._own_places, self.read_at, self.step) is not None

    @property
    def _own_places(self) -> list[Cell]:
        """The places of the rows, without those that only the period before has: it may go on further."""
        if not self.before_of:
            return [row[0] for row in self.rows]
        own = len(self.columns) - len(self.before_of)
        return [row[0] for row in self.rows if any(cell is not None for cell in row[1:own])]


def chart_table(table: ResultTable, colours: Colours | None = None, keys: Sequence[Key] = ()) -> ChartTable:
    """The form of a result that charts draw, with these colours of the values that name series. Of more series than are
    drawn, those of `keys` are, else the largest. Rows without a date aren't part of a chart over time. Cost grows with
    its cells."""
    if undated_rows(table):
        table = replace(table, rows=tuple(row for row in table.rows if row[0] is not None))
    numeric = [index for index in range(1, len(table.columns)) if number_format.is_numeric(table.columns[index])]
    is_single = len({row[0] for row in table.rows}) == len(table.rows)
    if is_single and periods.moments([row[0] for row in table.rows]) is None:
        return _as_it_is(table, numeric, colours)
    measures = [index for index in numeric if table.columns[index].format != "identifier"]
    names = _naming_columns(table, measures)
    # A line over times goes from one row to the next of the same thing. A text that no other row has is a label.
    if is_single and len({tuple(row[index] for index in names) for row in table.rows}) == len(table.rows):
        return _as_it_is(table, numeric, colours)
    if not names or not measures:
        # A line through a reduced result goes up and down where several of its rows have the same x.
        return replace(_as_it_is(table, numeric, colours), repeats_x=not is_single and table.reduced is None)
    return _widened(table, names, measures, colours or {}, keys)


def undated_rows(table: ResultTable) -> tuple[_Row, ...]:
    """The rows without a place on the axis of times of a chart; none where the axis isn't one, or no row has a time."""
    if not table.columns or table.columns[0].kind not in ("date", "timestamp"):
        return ()
    found = tuple(row for row in table.rows if row[0] is None)
    return found if len(found) < len(table.rows) else ()


def measure_columns(table: ChartTable) -> list[ResultColumn]:
    """The columns that are series, where no values name those."""
    return [one for one in table.columns[1:] if number_format.is_numeric(one)][:MAX_SERIES]


def _as_it_is(table: ResultTable, numeric: Sequence[int], colours: Colours | None) -> ChartTable:
    fields = table.columns, table.rows, table.truncated, table.read_at, table.empty_relation
    found = [(colours or {}).get(measure_key(table.columns[index])) for index in numeric[:MAX_SERIES]]
    known = tuple(number for number in found if number is not None)
    own = known if len(known) == len(found) else ()
    left = tuple(table.columns[index].title for index in numeric[MAX_SERIES:])
    return ChartTable(
        *fields, undrawn=len(left), undrawn_names=left[:MAX_NAMED], colours=own, reduced=table.reduced
    )  # fmt: skip


def _naming_columns(table: ResultTable, measures: Sequence[int]) -> list[int]:
    """The columns after the first that tell rows of the same x apart. That of currencies only if there are several:
    one currency is the unit of all amounts."""
    found = []
    currencies = {place for index in measures if (place := table.currency_column(index)) is not None}
    for index in range(1, len(table.columns)):
        values = {row[index] for row in table.rows} if index not in measures else ()
        if len(values) > 1 or (values and index not in currencies):
            found.append(index)
    return found


def _widened(
    table: ResultTable, names: Sequence[int], measures: Sequence[int], colours: Colours, wanted_keys: Sequence[Key]
) -> ChartTable:
    rows: dict[tuple[Cell, int], dict[Key, _Row]] = {}
    sums: dict[Key, float] = {}
    repeats = False
    for row in table.rows:
        key = tuple(row[index] for index in names)
        cells = rows.setdefault((row[0], 0), {})
        if table.reduced is not None:  # each is drawn, at the same x if need be
            at = next(at for at in range(len(table.rows)) if key not in rows.get((row[0], at), {}))
            cells = rows.setdefault((row[0], at), {})
        repeats = repeats or key in cells
        cells[key] = row
        sizes = (abs(number_format.to_float(row[index]) or 0.0) for index in measures)
        sums[key] = sums.get(key, 0.0) + sum(sizes)
    most = max(1, MAX_SERIES // len(measures))
    order = in_order(sums)
    place = {key: at for at, key in enumerate(order)}
    by_size = sorted(sums, key=lambda key: (-sums[key], place[key]))
    largest = set(wanted_keys or _successive(order, most) or by_size[:most])
    series = [(key, index) for key in order if key in largest for index in measures]
    drawn = series[:MAX_SERIES]
    left = ((key, index) for key in by_size for index in measures if (key, index) not in drawn)
    keys = tuple(dict.fromkeys(key for key, _index in drawn))
    known = {key: colours.get(key, colour_of_place(place)) for place, key in enumerate(keys)}
    # With several measures, the first one has the colour of the value.
    wanted = [known[key] if index == measures[0] else None for key, index in drawn]
    return ChartTable(
        (
            table.columns[0],
            *(_series_column(table, names, key, index, alone=len(measures) == 1) for key, index in drawn),
        ),
        tuple((x, *(cells[key][at] if key in cells else None for key, at in drawn)) for (x, _), cells in rows.items()),
        table.truncated,
        table.read_at,
        origins=tuple(SeriesOrigin(at, tuple(zip(names, key, strict=True))) for key, at in drawn),
        setting_names=tuple(_setting_name(table, key, at, alone=len(measures) == 1) for key, at in drawn),
        series_by=_SEPARATOR.join(table.columns[index].title for index in names),
        undrawn=len(sums) * len(measures) - len(drawn),
        undrawn_names=tuple(
            _series_column(table, names, key, index, alone=len(measures) == 1).title
            for key, index in islice(left, MAX_NAMED)
        ),
        colours=distinct(wanted),
        keys=keys,
        key_columns=tuple(table.columns[index] for index in names),
        repeats_x=repeats,
        reduced=table.reduced,
        connects=table.reduced is not None,  # each series has rows of its own
    )


def _successive(keys: Sequence[Key], most: int) -> Sequence[Key]:
    """Of values in an order of their own, such as months, those that are drawn: without a gap in the middle, where
    nobody would look for one. The latest times, the first months of a year; none of any other values."""
    values = [key[0] for key in keys if len(key) == 1]
    if len(values) < len(keys) or not values:
        return ()
    if all(isinstance(value, date) for value in values):
        return keys[-most:]
    places = ordinal_places([value for value in values if isinstance(value, str)])
    if places is None or len(places) < len(values):
        return ()
    return [key for _place, key in sorted(zip(places, keys, strict=True))][:most]


def _setting_name(table: ResultTable, key: Key, index: int, *, alone: bool) -> str:
    return key_name(key) if alone else key_name((*key, table.columns[index].name))


def _series_column(table: ResultTable, names: Sequence[int], key: Key, index: int, *, alone: bool) -> ResultColumn:
    """A series of a long result; with several measures it has the measure in its title."""
    row: list[Cell] = [None] * len(table.columns)
    for place, value in zip(names, key, strict=True):
        row[place] = value
    parts = [_name(table, row, place) for place in names]
    title = _SEPARATOR.join(parts if alone else [*parts, table.columns[index].title])
    shown, origin = table.columns[index].presentation, table.currency_column(index)
    currency = shown.currency
    if origin is not None and not currency:
        known = key[names.index(origin)] if origin in names else next(iter(table.currencies(index)), "")
        currency = known if isinstance(known, str) else ""
    shown = replace(shown, written=title, title="", patterns=(), currency=currency, currency_origin="")
    return replace(table.columns[index], name=title, presentation=shown)


def _name(table: ResultTable, row: Sequence[Cell], column: int) -> str:
    value = row[column]
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if value in (None, ""):
        return _("(empty)")
    return number_format.format_value(table, row, column, decimals=number_format.name_decimals(table, column))

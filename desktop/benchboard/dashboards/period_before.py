"""Figures beside those of the period before: which rows belong together, and how much has changed."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal
from typing import Any, Final

from benchboard.analytics import periods
from benchboard.analytics.additive_columns import additive_columns, gathers_rows
from benchboard.analytics.column_presentation import Presentation
from benchboard.analytics.period_step import Step
from benchboard.analytics.pivoted_table import added_up
from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.analytics.query_types import NUMBERS
from benchboard.analytics.row_limit import is_cut
from benchboard.dashboards.absent_places import AbsentPlaces
from benchboard.dashboards.document.time_range import Period
from benchboard.dashboards.document.widget_kinds import WidgetContent, has_period_before
from benchboard.i18n import _

_EXACT: Final = Context(prec=14)
"""Of a change in percent, so many digits are calculated with: as many as a spreadsheet keeps. People see fewer."""
_MONTH_DAYS: Final = 30.44
_DAY: Final = 86_400
_HOUR: Final = timedelta(hours=1)
_SMALL_COUNT: Final = 10
_MOST_PERCENT: Final = 1_000
_IDS: Final = ("identifier",)

_Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class PeriodBefore:
    """What a query returned for the period before, and both periods."""

    table: ResultTable
    period: Period
    shown: Period


def can_compare(widget: WidgetContent) -> bool:
    """Whether a widget can be compared with the period before: the rows that a table lists aren't those of before."""
    is_listing = widget.type == "table" and not gathers_rows(widget.query)
    return widget.kind is not None and has_period_before(widget.kind) and not is_listing


def percent_change(now: Cell, before: Cell) -> Decimal | None:
    """The change of a number in percent; None without one of them, and from 0."""
    new, old = _number(now), _number(before)
    return (new - old) * 100 / abs(old) if new is not None and old else None


def has_small_base(now: Cell, before: Cell) -> bool:
    """Whether a change is said by its difference, as its percentage would say nothing: a count that doubled or more
    from below 10, and any number that is more than 10 times as large."""
    change, old = percent_change(now, before), _number(before)
    if change is None or old is None:
        return False
    is_small = isinstance(now, int) and isinstance(before, int) and abs(old) < _SMALL_COUNT
    return abs(change) >= (100 if is_small and change > 0 else _MOST_PERCENT)


def _number(cell: Cell) -> Decimal | None:
    """The finite number of a cell; None if it has none."""
    if not isinstance(cell, int | Decimal) or isinstance(cell, bool):
        return None
    return found if (found := Decimal(cell)).is_finite() else None


def difference(now: Cell, before: Cell) -> int | Decimal | None:
    """The change of a number; None without one of them."""
    if not isinstance(now, int | Decimal) or not isinstance(before, int | Decimal):
        return None
    return now - before


def moved(known: PeriodBefore, step: Step | None) -> Callable[[datetime], datetime]:
    """Moves a time of the period before to the place in the shown period that it belongs to: whole periods later of
    those that the query groups by. Seven days may have parts of one month, and the seven before them of two: what would
    be beyond the shown days then belongs to the first or the last of its months."""
    later, shown = _later(known, step), known.shown
    if step is None or _is_aligned(known, step):
        return later

    def within(moment: datetime) -> datetime:
        place = later(moment)
        if place >= shown.end > (before := _steps_later(place, step, -1)):
            return before
        return after if (after := step.next(place)) <= shown.start < step.next(after) else place

    return within


def _later(known: PeriodBefore, step: Step | None) -> Callable[[datetime], datetime]:
    length = known.shown.start - known.period.start
    if step is None:
        return lambda moment: moment + length
    return lambda moment: _steps_later(moment, step, _steps(known, step))


def _steps(known: PeriodBefore, step: Step) -> int:
    """How many of the query's periods the shown one is later."""
    length = known.shown.start - known.period.start
    count = length.days / _MONTH_DAYS / step.months if step.months else length.total_seconds() / step.seconds
    return max(1, round(count))


def _steps_later(moment: datetime, step: Step, count: int) -> datetime:
    if step.months:
        return _months_later(moment, step.months * count)
    return moment + timedelta(seconds=step.seconds * count)


def _is_aligned(known: PeriodBefore, step: Step) -> bool:
    """Whether each of the query's periods has the same part in the shown period as that of the same place has in the
    period before: the days of a week do, seven days of a month don't. Summer time moves both by an hour."""
    tolerance = _HOUR if step.months or step.seconds >= _DAY else timedelta()
    return abs(_later(known, step)(known.period.start) - known.shown.start) <= tolerance


def comparable(known: PeriodBefore, step: Step | None) -> Callable[[datetime], bool]:
    """Tells of the beginning of a period that the query groups by whether its number may be compared with that of the
    same place before: both are whole, or the same part of one, or all that there is of both periods."""
    shown, before = known.shown, known.period
    if step is None or _is_aligned(known, step):
        return lambda _start: True

    move = moved(known, step)

    def is_comparable(start: datetime) -> bool:
        end, other = step.next(start), _steps_later(start, step, -_steps(known, step))
        if start <= shown.start and shown.end <= end:
            return True
        then = step.next(other)
        is_whole = shown.start <= start and end <= shown.end and before.start <= other and then <= before.end
        # A part at an end of the period before may belong to the same place.
        return is_whole and move(then) != start and move(_steps_later(other, step, -1)) != start

    return is_comparable


def _months_later(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, 28))


def titled_before(column: ResultColumn) -> Presentation:
    """The presentation of a measure's column, for its values of the period before."""
    title = _("{measure} before").format(measure=column.title)
    return replace(column.presentation, written=title, title="", patterns=())


def compared_rows(
    table: ResultTable,
    known: PeriodBefore,
    step: Step | None,
    query: str = "",
    *,
    first_is_key: bool = False,
) -> ResultTable:
    """A table with three columns after each measure: that of the period before, the change, and that in percent. Its
    rows are those of `joined_rows`."""
    measures = _measures(table, first_is_key=first_is_key)
    if not measures:
        return table
    columns = [part for at, one in enumerate(table.columns) for part in _columns(one, is_measure=at in measures)]
    may_compare = _comparable_rows(table, known, step, measures)
    made = []
    for row, other in joined_rows(table, known, step, query, first_is_key=first_is_key):
        cells: list[Cell] = []
        for at, cell in enumerate(row):
            cells.append(cell)
            if at in measures:
                before = other[at] if other is not None else None
                cells += _change(cell, before) if may_compare(row) else (before, None, None)
        made.append(tuple(cells))
    return replace(table, columns=tuple(columns), rows=tuple(made))


def _comparable_rows(
    table: ResultTable, known: PeriodBefore, step: Step | None, measures: Collection[int]
) -> Callable[[_Row], bool]:
    """Tells of a row whether the times in it are `comparable`."""
    times = [at for at, one in enumerate(table.columns) if at not in measures and one.kind in ("date", "timestamp")]
    is_comparable = comparable(known, step)

    def may_compare(row: _Row) -> bool:
        found = [moment for at in times if (moment := periods.moment(row[at])) is not None]
        try:
            return all(map(is_comparable, found))
        except (ValueError, OverflowError):  # at the end of the calendar
            return False

    return may_compare


def cells_of_change(
    table: ResultTable, known: PeriodBefore, step: Step | None, measures: Collection[int]
) -> Callable[[Cell, Cell], Sequence[Cell]]:
    """What is in the three columns behind a measure: the number before, the change, and that in percent. These two
    are unknown in all rows if the times of some aren't `comparable`: a pivot table adds rows up."""
    if all(map(_comparable_rows(table, known, step, measures), table.rows)):
        return _change
    return lambda _now, before: (before, None, None)


def compared_card(table: ResultTable, known: PeriodBefore, query: str) -> tuple[ResultTable, PeriodBefore]:
    """The numbers of a card in both periods: of a count or a sum also where one period has no row, as a whole or in one
    of its currencies. A card with other columns is as it is: what it shows is the last of its rows."""
    measures = _measures(table, first_is_key=False)
    currencies = {table.currency_column(at) for at in measures}
    if any(at not in measures and at not in currencies for at in range(len(table.columns))):
        return table, known
    pairs = joined_rows(table, known, None, query, first_is_key=False)
    before = tuple(row for _now, row in pairs if row is not None and any(row[at] is not None for at in measures))
    then = replace(table, rows=before, truncated=known.table.truncated)
    return replace(table, rows=tuple(row for row, _before in pairs)), replace(known, table=then)


def with_before(
    table: ResultTable, known: PeriodBefore, step: Step | None, measures: Sequence[int], query: str
) -> tuple[ResultTable, Mapping[int, int]]:
    """A table with a column of the period before for each of its `measures`, at its end, and which column that is.

    It also has the rows that only the period before has, so that totals of it are whole. Rows of that period that are
    of the same place are added up in the columns that `query` adds up, and unknown in others.
    """
    keys, additive = [at for at in range(len(table.columns)) if at not in measures], additive_columns(query)
    earlier = _in_columns_of(table, known.table)
    move = moved(known, step)
    places: dict[_Row, list[_Row]] = {}
    for row in earlier:
        places.setdefault(tuple(_moved_cell(row[at], move) for at in keys), []).append(row)
    own = [tuple(_place(row[at]) for at in keys) for row in table.rows]
    absent_now = AbsentPlaces(table, own, query, is_cut=is_cut(table, query))
    absent_before = AbsentPlaces(table, list(places), query, is_cut=is_cut(known.table, query))
    rows = []
    for row, where in zip(table.rows, own, strict=True):
        others = places.pop(where, None) or [absent_before.row(where)]
        rows.append((*row, *_before_cells(table, others, measures, additive)))
    shown = {(at, _place(row[at])): row[at] for row in table.rows for at in keys if isinstance(row[at], date)}
    for place, others in places.items():
        cells = list(absent_now.row(place))
        for at, cell in zip(keys, place, strict=True):
            is_day = isinstance(cell, datetime) and table.columns[at].kind == "date"
            cells[at] = shown.get((at, cell), cell.date() if is_day and isinstance(cell, datetime) else cell)
        rows.append((*cells, *_before_cells(table, others, measures, additive)))
    count = len(table.columns)
    columns = [
        replace(table.columns[at], name=f"{table.columns[at].name}\0", presentation=titled_before(table.columns[at]))
        for at in measures
    ]
    found = replace(
        table, columns=(*table.columns, *columns), rows=tuple(rows), truncated=table.truncated or known.table.truncated
    )
    return found, {at: count + place for place, at in enumerate(measures)}


def _before_cells(
    table: ResultTable, rows: Sequence[_Row], measures: Sequence[int], additive: Collection[str]
) -> Iterator[Cell]:
    """The numbers of the rows of the period before that are of one place."""
    for at in measures:
        if len(rows) == 1:
            yield rows[0][at]
        else:
            yield added_up([row[at] for row in rows]) if table.columns[at].name in additive else None


def change_columns(column: ResultColumn) -> Sequence[ResultColumn]:
    """A measure's column, then those of the period before, of the change, and of that in percent."""
    return _columns(column, is_measure=True)


def joined_rows(
    table: ResultTable,
    known: PeriodBefore,
    step: Step | None,
    query: str = "",
    *,
    first_is_key: bool = True,
    fills: bool = True,
) -> list[tuple[_Row, _Row | None]]:
    """The rows of both periods, each with that of the period before, if there is one.

    Rows belong together if all but their measures is the same; a time is that of the same place in its period. A row
    that only the period before has is there too, but for a table that is cut: of what a limit left out nobody knows
    that it is missing. With `fills`, counts and sums are 0 where a period has no row, other measures empty. Rows that
    can't be told apart have none before. `first_is_key`: a number in the first column is no measure."""
    measures = _measures(table, first_is_key=first_is_key)
    keys = [at for at in range(len(table.columns)) if at not in measures]
    found = _by_place(table, _in_columns_of(table, known.table), keys, moved(known, step), additive_columns(query))
    places = [tuple(_place(row[at]) for at in keys) for row in table.rows]
    counts = Counter(places)
    named = query if fills else ""
    absent_now = AbsentPlaces(table, places, named, is_cut=is_cut(table, query))
    absent_before = AbsentPlaces(table, list(found), named, is_cut=is_cut(known.table, query))

    def before(place: _Row) -> _Row | None:
        if counts[place] > 1:
            return None
        return found[place] if place in found else _row_at(table, place, keys, absent_before.row(place))

    rows = [(row, before(place)) for row, place in zip(table.rows, places, strict=True)]
    if not keys and fills:
        rows = [(absent_now.with_zeros(row, other) if other is not None else row, other) for row, other in rows]
    if is_cut(table, query):
        return rows
    added = [
        (_row_at(table, place, keys, absent_now.row(place)), row)
        for place, row in found.items()
        if row is not None and place not in counts
    ]
    return _in_order(table, [*rows, *added], keys) if added else rows


def _measures(table: ResultTable, *, first_is_key: bool) -> list[int]:
    return [
        at
        for at, one in enumerate(table.columns)
        if one.kind in NUMBERS and one.format not in _IDS and not (first_is_key and at == 0)
    ]


def _row_at(table: ResultTable, place: _Row, keys: Sequence[int], measures: _Row) -> _Row:
    """A row at a place, with these measures."""
    cells = list(measures)
    for key, cell in zip(keys, place, strict=True):
        is_day = not isinstance(table.rows[0][key], datetime) if table.rows else table.columns[key].kind == "date"
        cells[key] = cell.date() if isinstance(cell, datetime) and is_day else cell
    return tuple(cells)


def _in_order(
    table: ResultTable, rows: list[tuple[_Row, _Row | None]], keys: Sequence[int]
) -> list[tuple[_Row, _Row | None]]:
    """The rows in the order of the first column that those of `table` are in the order of: of times or of numbers."""
    for at in keys:
        cells = [row[at] for row in table.rows]
        numbers = [one for one in cells if isinstance(one, int | Decimal)]
        own: Sequence[Any] = periods.moments(cells) or (numbers if len(numbers) == len(cells) else [])
        rising = sorted(own)
        if not own or list(own) not in (rising, rising[::-1]):
            continue

        def size(pair: tuple[_Row, _Row | None], at: int = at) -> Any:
            return periods.moment(pair[0][at]) or pair[0][at]

        if all(size(pair) is not None for pair in rows):
            return sorted(rows, key=size, reverse=list(own) != rising)
    return rows


def _in_columns_of(table: ResultTable, before: ResultTable) -> Sequence[_Row]:
    """The rows of the period before with the columns of `table` alone; nothing in one that they lack."""
    places = {one.name: at for at, one in enumerate(before.columns)}
    order = [places.get(one.name) for one in table.columns]
    return [tuple(row[at] if at is not None else None for at in order) for row in before.rows]


def _by_place(
    table: ResultTable,
    rows: Sequence[_Row],
    keys: Sequence[int],
    move: Callable[[datetime], datetime],
    additive: Collection[str],
) -> dict[_Row, _Row | None]:
    """The rows of the period before, each by the place that it belongs to; None where several can't be told apart.
    Several times that belong to one place are added up in the `additive` columns, and unknown in others."""
    found: dict[_Row, dict[_Row, _Row | None]] = {}
    for row in rows:
        own = tuple(row[at] for at in keys)
        place = found.setdefault(tuple(_moved_cell(cell, move) for cell in own), {})
        place[own] = row if own not in place else None
    return {place: _one_row(table, list(several.values()), keys, additive) for place, several in found.items()}


def _one_row(
    table: ResultTable, rows: Sequence[_Row | None], keys: Sequence[int], additive: Collection[str]
) -> _Row | None:
    known = [row for row in rows if row is not None]
    if len(known) < len(rows):
        return None
    if len(known) == 1:
        return known[0]
    return tuple(
        cell if at in keys else added_up([row[at] for row in known]) if table.columns[at].name in additive else None
        for at, cell in enumerate(known[0])
    )


def _place(cell: Cell) -> Cell:
    moment = periods.moment(cell)
    return cell if moment is None else moment.astimezone(UTC)


def _moved_cell(cell: Cell, move: Callable[[datetime], datetime]) -> Cell:
    moment = periods.moment(cell) if isinstance(cell, date) else None
    try:
        return cell if moment is None else move(moment).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _change(now: Cell, before: Cell) -> list[Cell]:
    percent = percent_change(now, before)
    return [before, difference(now, before), _EXACT.plus(percent) if percent is not None else None]


def _columns(column: ResultColumn, *, is_measure: bool) -> Sequence[ResultColumn]:
    if not is_measure:
        return [column]
    shown = replace(titled_before(column), comparison="before")
    before = replace(column, name=f"{column.name}_before", presentation=shown)
    title = column.title
    change = replace(
        column, name=f"{column.name}_change",
        presentation=replace(shown, written=_("{measure} change").format(measure=title), comparison="change"),
    )  # fmt: skip
    written = _("{measure} change %").format(measure=title)
    part = Presentation(written=written, format="percent", comparison="change_percent")
    return [column, before, change, ResultColumn(f"{column.name}_change_percent", "decimal", part)]

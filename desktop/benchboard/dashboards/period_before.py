"""Figures beside those of the period before: which rows belong together, and how much has changed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from benchboard.analytics import periods
from benchboard.analytics.column_presentation import Presentation
from benchboard.analytics.period_step import Step
from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.analytics.query_types import NUMBERS
from benchboard.dashboards.document.time_range import Period
from benchboard.i18n import _

_PLACES: Final = Decimal("0.1")
_MONTH_DAYS: Final = 30.44
_IDS: Final = ("identifier",)

_Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class PeriodBefore:
    """What a query returned for the period before, and both periods."""

    table: ResultTable
    period: Period
    shown: Period


def percent_change(now: Cell, before: Cell) -> Decimal | None:
    """The change of a number in percent; None without one of them, and from 0."""
    new, old = _number(now), _number(before)
    return (new - old) * 100 / abs(old) if new is not None and old else None


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
    those that the query groups by."""
    length = known.shown.start - known.period.start
    if step is None:
        return lambda moment: moment + length
    if step.months:
        months = max(1, round(length.days / _MONTH_DAYS / step.months)) * step.months
        return lambda moment: _months_later(moment, months)
    seconds = max(1, round(length.total_seconds() / step.seconds)) * step.seconds
    return lambda moment: moment + timedelta(seconds=seconds)


def _months_later(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, 28))


def titled_before(column: ResultColumn) -> Presentation:
    """The presentation of a measure's column, for its values of the period before."""
    title = _("{measure} before").format(measure=column.title)
    return replace(column.presentation, written=title, title="", patterns=())


def compared_rows(
    table: ResultTable, known: PeriodBefore, step: Step | None, *, with_gaps: bool = False
) -> ResultTable:
    """A table with three columns after each measure: that of the period before, the change, and that in percent. Rows
    belong together if all else in them is the same; a time is that of the same place in its period. `with_gaps`: also
    the rows of the period before whose place, between the first and the last time, has no row now."""
    measures = [at for at, one in enumerate(table.columns) if one.kind in NUMBERS and one.format not in _IDS]
    keys = [at for at in range(len(table.columns)) if at not in measures]
    if not measures:
        return table
    earlier = _in_columns_of(table, known.table)
    found = _by_place(earlier, keys, moved(known, step))
    columns = [part for at, one in enumerate(table.columns) for part in _columns(one, is_measure=at in measures)]
    now = {tuple(_place(row[at]) for at in keys) for row in table.rows}
    rows: list[tuple[_Row, _Row | None]] = [
        (row, found.get(tuple(_place(row[at]) for at in keys))) for row in table.rows
    ]
    if with_gaps:
        rows = _with_gaps(table, rows, {place: row for place, row in found.items() if place not in now}, keys)
    made = []
    for row, other in rows:
        cells: list[Cell] = []
        for at, cell in enumerate(row):
            cells.append(cell)
            if at in measures:
                cells += _change(cell, other[at] if other is not None else None)
        made.append(tuple(cells))
    return replace(table, columns=tuple(columns), rows=tuple(made))


def _in_columns_of(table: ResultTable, before: ResultTable) -> Sequence[_Row]:
    """The rows of the period before with the columns of `table` alone; nothing in one that they lack."""
    places = {one.name: at for at, one in enumerate(before.columns)}
    order = [places.get(one.name) for one in table.columns]
    return [tuple(row[at] if at is not None else None for at in order) for row in before.rows]


def _by_place(
    rows: Sequence[_Row], keys: Sequence[int], move: Callable[[datetime], datetime]
) -> dict[_Row, _Row | None]:
    """The rows of the period before, each by the place that it belongs to; None where several can't be told apart."""
    found: dict[_Row, _Row | None] = {}
    for row in rows:
        place = tuple(_moved_cell(row[at], move) for at in keys)
        found[place] = row if place not in found else None
    return found


def _with_gaps(
    table: ResultTable,
    rows: list[tuple[_Row, _Row | None]],
    missing: Mapping[_Row, _Row | None],
    keys: Sequence[int],
) -> list[tuple[_Row, _Row | None]]:
    """The rows with those that only the period before has, where the times are in order."""
    at = next((at for at in keys if periods.moments([row[at] for row in table.rows]) is not None), None)
    if at is None:
        return rows
    times = periods.moments([row[at] for row in table.rows]) or []
    order = sorted(times)
    if times not in (order, order[::-1]):
        return rows
    added = list(_gap_rows(table, missing, keys, at, (order[0], order[-1])))

    def time(pair: tuple[_Row, _Row | None]) -> datetime:
        return periods.moment(pair[0][at]) or order[0]

    return sorted([*rows, *added], key=time, reverse=times != order)


def _gap_rows(
    table: ResultTable,
    missing: Mapping[_Row, _Row | None],
    keys: Sequence[int],
    at: int,
    ends: tuple[datetime, datetime],
) -> Iterator[tuple[_Row, _Row]]:
    """Rows without measures for each place between two times that only the period before has."""
    is_day = not isinstance(table.rows[0][at], datetime)
    for place, before in missing.items():
        moment = place[keys.index(at)]
        if before is None or not isinstance(moment, datetime) or not ends[0] <= moment <= ends[1]:
            continue
        cells: list[Cell] = [None] * len(table.columns)
        for key in keys:
            cells[key] = before[key]
        cells[at] = moment.date() if is_day else moment
        yield tuple(cells), before


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
    return [before, difference(now, before), percent.quantize(_PLACES) if percent is not None else None]


def _columns(column: ResultColumn, *, is_measure: bool) -> Sequence[ResultColumn]:
    if not is_measure:
        return [column]
    before = replace(column, name=f"{column.name}_before", presentation=titled_before(column))
    title = column.title
    change = replace(
        column, name=f"{column.name}_change",
        presentation=replace(before.presentation, written=_("{measure} change").format(measure=title)),
    )  # fmt: skip
    shown = Presentation(written=_("{measure} change %").format(measure=title), format="percent")
    return [column, before, change, ResultColumn(f"{column.name}_change_percent", "decimal", shown)]

"""Figures beside those of the period before: which rows and columns belong together, and how much has changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from benchboard.analytics.column_presentation import Presentation
from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.dashboards.document.time_range import Period
from benchboard.i18n import _, percent
from benchboard.ui.studio.tiles.numbers import number_format, periods
from benchboard.ui.studio.tiles.numbers.period_step import Step
from benchboard.ui.studio.tiles.series.chart_table import ChartTable

_PLACES: Final = Decimal("0.1")
_LARGE: Final = 100
"""Percent from which a change has no decimals."""
_MONTH_DAYS: Final = 30.44


@dataclass(frozen=True, slots=True)
class PeriodBefore:
    """What a query returned for the period before, and both periods."""

    table: ResultTable
    period: Period
    shown: Period


def percent_change(now: Cell, before: Cell) -> Decimal | None:
    """The change of a number in percent; None without one of them, and from 0."""
    if not isinstance(now, int | Decimal) or not isinstance(before, int | Decimal) or not before:
        return None
    if number_format.to_float(now) is None or number_format.to_float(before) is None:
        return None
    return (Decimal(now) - Decimal(before)) * 100 / abs(Decimal(before))


def signed_percent(change: Decimal) -> str:
    """A change in percent with its sign: `+6.1 %`."""
    sign = "+" if change > 0 else "−" if change < 0 else ""  # a minus sign
    return sign + percent(abs(change), 0 if abs(change) >= _LARGE or not change else 1)


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


def compared_chart(drawn: ChartTable, before: ChartTable, move: Callable[[datetime], datetime]) -> ChartTable:
    """A chart with a series of the period before for each of its series, at the end of its columns."""
    places = {one.name: at for at, one in enumerate(before.columns)}
    series = [at for at, one in enumerate(drawn.columns) if at and number_format.is_numeric(one)]
    found = _rows_at(before, move)
    columns = tuple(
        replace(drawn.columns[at], name=f"{drawn.columns[at].name}\0", presentation=_titled(drawn.columns[at]))
        for at in series
    )
    rows = []
    for row in drawn.rows:
        other = found.get(_place(row[0]))
        added = [
            other[places[name]] if other is not None and (name := drawn.columns[at].name) in places else None
            for at in series
        ]
        rows.append((*row, *added))
    return replace(drawn, columns=(*drawn.columns, *columns), rows=tuple(rows), before_of=tuple(series))


def _rows_at(before: ChartTable, move: Callable[[datetime], datetime]) -> dict[Cell, tuple[Cell, ...]]:
    """The rows of the period before, each by the place on the x axis that it belongs to."""
    found: dict[Cell, tuple[Cell, ...]] = {}
    for row in before.rows:
        moment = periods.moment(row[0])
        try:
            found[_place(row[0]) if moment is None else move(moment).astimezone(UTC)] = row
        except (ValueError, OverflowError):
            continue  # beyond the calendar
    return found


def _place(cell: Cell) -> Cell:
    moment = periods.moment(cell)
    return cell if moment is None else moment.astimezone(UTC)


def _titled(column: ResultColumn) -> Presentation:
    title = _("{measure} before").format(measure=column.title)
    return replace(column.presentation, written=title, title="", patterns=())


def compared_rows(table: ResultTable, known: PeriodBefore, step: Step | None) -> ResultTable:
    """A table with three columns after each measure: that of the period before, the change, and that in percent. Rows
    belong together if all else in them is the same; a time is that of the same place in its period."""
    measures = [at for at, one in enumerate(table.columns) if number_format.is_numeric(one) and one.format not in _IDS]
    keys = [at for at in range(len(table.columns)) if at not in measures]
    if not measures:
        return table
    move = moved(known, step)
    found: dict[tuple[Cell, ...], tuple[Cell, ...] | None] = {}
    for row in known.table.rows:
        key = tuple(_moved_cell(row[at], move) for at in keys)
        found[key] = row if key not in found else None  # several rows can't be told apart
    columns = [part for at, one in enumerate(table.columns) for part in _columns(one, is_measure=at in measures)]
    rows = []
    for row in table.rows:
        other = found.get(tuple(_place(row[at]) for at in keys))
        cells: list[Cell] = []
        for at, cell in enumerate(row):
            cells.append(cell)
            if at in measures:
                cells += _change(cell, other[at] if other is not None else None)
        rows.append(tuple(cells))
    return replace(table, columns=tuple(columns), rows=tuple(rows))


_IDS: Final = ("identifier",)


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
    before = replace(column, name=f"{column.name}_before", presentation=_titled(column))
    title = column.title
    change = replace(
        column, name=f"{column.name}_change",
        presentation=replace(before.presentation, written=_("{measure} change").format(measure=title)),
    )  # fmt: skip
    shown = Presentation(written=_("{measure} change %").format(measure=title), format="percent")
    return [column, before, change, ResultColumn(f"{column.name}_change_percent", "decimal", shown)]

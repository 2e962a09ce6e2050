"""The series of the period before in a chart, and a change in percent as text."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from benchboard.analytics import periods
from benchboard.analytics.period_step import Step
from benchboard.analytics.queries import Cell, ResultTable
from benchboard.dashboards.period_before import PeriodBefore, joined_rows, titled_before
from benchboard.i18n import percent
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.numbers.collation import collated
from benchboard.ui.studio.tiles.numbers.ordinal_names import ordinal_places
from benchboard.ui.studio.tiles.series.chart_table import ChartTable

_LARGE: Final = 100
"""Percent from which a change has no decimals."""


def signed_percent(change: Decimal) -> str:
    """A change in percent with its sign: `+6.1 %`."""
    sign = "+" if change > 0 else "−" if change < 0 else ""  # a minus sign
    return sign + percent(abs(change), 0 if abs(change) >= _LARGE or not change else 1)


def both_periods(
    table: ResultTable, known: PeriodBefore, step: Step | None, query: str
) -> tuple[ResultTable, ResultTable]:
    """A result and that of the period before with the same places in both, each with 0 or without measures where it
    has no row. Places that only the period before has are where the order of the others puts them, if those have one.
    What is missing on an axis of times isn't filled here: `missing_periods` does that."""
    is_time = bool(table.columns) and table.columns[0].kind in ("date", "timestamp")
    pairs = joined_rows(table, known, step, query, fills=not is_time)
    now = collated(replace(table, rows=tuple(row for row, _before in pairs)), query)
    measures = [at for at, one in enumerate(table.columns) if at and number_format.is_numeric(one)]
    then = []
    for row, before in pairs:
        cells = list(row)
        for at in measures:
            cells[at] = before[at] if before is not None else None
        then.append(tuple(cells))
    return _in_ordinal_order(table, now), replace(table, rows=tuple(then))


def _in_ordinal_order(table: ResultTable, joined: ResultTable) -> ResultTable:
    """With the weekdays or months that only the period before has in their places, if those of `table` are in order."""
    names = [row[0] for row in joined.rows if isinstance(row[0], str)]
    places = ordinal_places(names) if len(names) == len(joined.rows) else None
    if places is None:
        return joined
    order = dict(zip(names, places, strict=True))
    own = [order[name] for row in table.rows if isinstance(name := row[0], str)]
    if own != sorted(own):
        return joined
    return replace(joined, rows=tuple(sorted(joined.rows, key=lambda row: order[str(row[0])])))


def compared_chart(
    drawn: ChartTable, before: ChartTable, move: Callable[[datetime], datetime] = lambda moment: moment
) -> ChartTable:
    """A chart with a series of the period before for each of its series, at the end of its columns. `move`: from a time
    in `before` to that of the same place."""
    places = {one.name: at for at, one in enumerate(before.columns)}
    series = [at for at, one in enumerate(drawn.columns) if at and number_format.is_numeric(one)]
    found = _rows_at(before, move)
    columns = tuple(
        replace(drawn.columns[at], name=f"{drawn.columns[at].name}\0", presentation=titled_before(drawn.columns[at]))
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

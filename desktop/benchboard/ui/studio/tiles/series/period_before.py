"""The series of the period before in a chart, and a change in percent as text."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from benchboard.analytics import periods
from benchboard.analytics.queries import Cell
from benchboard.dashboards.period_before import titled_before
from benchboard.i18n import percent
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.series.chart_table import ChartTable

_LARGE: Final = 100
"""Percent from which a change has no decimals."""


def signed_percent(change: Decimal) -> str:
    """A change in percent with its sign: `+6.1 %`."""
    sign = "+" if change > 0 else "−" if change < 0 else ""  # a minus sign
    return sign + percent(abs(change), 0 if abs(change) >= _LARGE or not change else 1)


def compared_chart(drawn: ChartTable, before: ChartTable, move: Callable[[datetime], datetime]) -> ChartTable:
    """A chart with a series of the period before for each of its series, at the end of its columns."""
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

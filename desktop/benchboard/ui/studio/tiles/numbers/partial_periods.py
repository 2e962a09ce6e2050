"""The last period of a result that isn't over, in words and in the cells of a table."""

from datetime import datetime, timedelta
from typing import NamedTuple

from benchboard.analytics import periods
from benchboard.analytics.pivoted_table import PivotTable
from benchboard.analytics.queries import Cell, ResultTable
from benchboard.i18n import _
from benchboard.ui.time_format import short_date


class PartialPeriod(NamedTuple):
    """The column of a table's periods, and the beginning of its last one, of which there is only a part. `goes_on`:
    it wasn't over when the data were read; else the data or the time range end within it."""

    column: int
    start: datetime
    goes_on: bool

    def is_in(self, column: int, value: Cell) -> bool:
        """Whether a cell is that period."""
        return column == self.column and periods.moment(value) == self.start


def partial_period(table: ResultTable) -> PartialPeriod | None:
    """The last period of a result whose query groups by periods, if it isn't over; None if it is, or isn't known. Of a
    pivot table, that of its rows; one that heads a column is in the result that it was made of."""
    if isinstance(table, PivotTable):
        found = partial_period(table.source)
        if found is None or found.column not in table.places.rows:
            return None
        return found._replace(column=table.places.rows.index(found.column))
    if table.step is None:
        return None
    for column, one in enumerate(table.columns):
        cells = [row[column] for row in table.rows if row[column] is not None]
        times = periods.moments(cells) if one.kind in ("date", "timestamp") else None
        if times is None or not periods.begin_periods(sorted(set(times)), table.step):
            continue
        start = periods.unfinished_start(cells, table.read_at, table.step, known_until=table.known_until)
        if start is None:
            return None
        return PartialPeriod(column, start, periods.unfinished_start(cells, table.read_at, table.step) is not None)
    return None


def data_end_text(until: datetime | None, *, goes_on: bool) -> str:
    """What is said beside a number of a part of a period: of one that wasn't over, so far, else where the data end."""
    if goes_on or until is None:
        return _("so far")
    return _("data until {day}").format(day=short_date(until - timedelta(microseconds=1)))


def partial_text(when: str, *, goes_on: bool) -> str:
    """What a period is called of which there is only a part."""
    return (_("{when}, so far") if goes_on else _("{when}, only a part")).format(when=when)

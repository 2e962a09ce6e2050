"""The rows of a result that a metric card or a gauge shows one number of: one after the other in time, or none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from benchboard.analytics import periods
from benchboard.analytics.queries import Cell, ResultTable
from benchboard.i18n import _, ngettext, number
from benchboard.ui.studio.tiles.numbers.partial_periods import data_end_text
from benchboard.ui.studio.tiles.numbers.week_labels import week_name
from benchboard.ui.time_format import month_name, short_date

_PERIOD: Final = re.compile(r"\d{4}(?:-(?:\d{2}(?:-\d{2})?|[WQ]\d{1,2}))?", re.IGNORECASE | re.ASCII)
"""The texts of periods: 2026, 2026-03, 2026-03-31, 2026-W14, 2026-Q1."""
_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class StatRows:
    """The rows of one series, the oldest first. `periods`: the names of their periods; empty where they have no times.
    `is_unfinished`: whether the period of the last wasn't over when the data were read, or where they end. `goes_on`:
    whether it is the former."""

    rows: tuple[tuple[Cell, ...], ...]
    periods: tuple[str, ...] = ()
    is_unfinished: bool = False
    goes_on: bool = False
    ends: str = ""
    """Of an unfinished period, that it goes on, or where the data end in it, as text."""


def stat_rows(table: ResultTable) -> StatRows:
    """The rows in the order of their times, without those that have none; without times, in that of the result."""
    place = time_column(table)
    if place is None:
        return StatRows(table.rows)
    dated = [row for row in table.rows if row[place] is not None]
    rows = tuple(sorted(dated, key=lambda row: _moment(row[place])))
    cells = [row[place] for row in rows]
    if periods.unfinished_start(cells, table.read_at, table.step, known_until=table.known_until) is None:
        return StatRows(rows, tuple(_names(table, place, cells)))
    goes_on = periods.unfinished_start(cells, table.read_at, table.step) is not None
    ends = data_end_text(table.known_until, goes_on=goes_on)
    return StatRows(rows, tuple(_names(table, place, cells)), is_unfinished=True, goes_on=goes_on, ends=ends)


def several_series_reason(table: ResultTable) -> str | None:
    """Why the rows aren't one series, whose last number could be shown; None if they are."""
    if len(table.rows) < 2 or time_column(table) is not None:
        return None
    names = [one.title for place, one in enumerate(table.columns) if _tells_apart(table, place)]
    if not names:
        return None
    listed = ", ".join(f"“{name}”" for name in names[:_NAMED])
    count = len(table.rows)
    text = ngettext("There is {count} row, by {columns}.", "There are {count} rows, by {columns}.", count)
    return text.format(count=number(count), columns=listed)


def several_series_advice() -> str:
    """What to do about rows that aren't one series."""
    return _("Remove the group or filter by one value, or use bars or a table.")


def time_column(table: ResultTable) -> int | None:
    """The first column of times, which rows may lack; None if several rows have the same time."""
    for place in range(len(table.columns)):
        times = periods.moments([row[place] for row in table.rows if row[place] is not None])
        if times is not None:
            return place if len(set(times)) == len(times) else None
    return None


def _tells_apart(table: ResultTable, place: int) -> bool:
    """Whether a column names different things. Texts of periods, each later than the one before, don't."""
    kind = table.columns[place].kind
    if kind not in ("text", "boolean", "date", "timestamp"):
        return False
    values = [row[place] for row in table.rows]
    if len(set(values)) == 1:
        return False
    texts = [value for value in values if isinstance(value, str) and _PERIOD.fullmatch(value)]
    return len(texts) < len(values) or texts != sorted(set(texts))


def _moment(cell: Cell) -> datetime:
    found = periods.moment(cell)
    assert found is not None, "rows without a time are left out"
    return found


def _names(table: ResultTable, place: int, cells: Sequence[Cell]) -> list[str]:
    times = [_moment(cell) for cell in cells]
    if table.columns[place].format == "week":
        return [week_name(time.date()) for time in times]
    size = periods.granularity(times)
    if size == "month":
        return [month_name(time.date()) for time in times]
    days = [short_date(time.date()) for time in times]
    if size != "time":
        return days
    return [f"{day} {time:%H:%M}" for day, time in zip(days, times, strict=True)]

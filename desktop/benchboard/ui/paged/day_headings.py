"""The headings above the days of a list that is sorted by time."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final

from benchboard.i18n import ngettext, number
from benchboard.paging import Unreadable
from benchboard.ui.paged.paged_model import PagedTableModel
from benchboard.ui.time_format import day_title

HEADING_HEIGHT: Final = 28


class DayHeadings:
    """Which rows begin a day. Without `day`, or while the list is sorted by something else, none does."""

    def __init__(self, model: "PagedTableModel[Any]", day: Callable[[Any], datetime] | None) -> None:
        self._model, self._day = model, day
        self._counts: dict[int, str] = {}
        """What `count_text` found, for the rows that are loaded now."""
        for changed in (model.modelReset, model.rowsInserted, model.rowsRemoved, model.loaded):
            changed.connect(self._forget_counts)

    @property
    def has_days(self) -> bool:
        """Whether rows have days, whatever the list is sorted by."""
        return self._day is not None

    def height(self, row: int) -> int:
        """The height of the heading above a row, in pixels; 0 if the row does not begin a day."""
        return HEADING_HEIGHT if self.text(row) else 0

    def text(self, row: int) -> str:
        """The heading above a row; empty if the row does not begin a day."""
        if self._day is None or self._model.listing.sort != "at":
            return ""
        title = self._title(row)
        return title if row == 0 or title != self._title(row - 1) else ""

    def count_text(self, row: int) -> str:
        """How many entries the day has that begins at a row; empty while not all of them are loaded."""
        if row not in self._counts:
            day, count, at = self._date(row), 0, row
            while at < self._model.rowCount() and self._date(at) == day:
                line = self._model.line(at)
                count += len(line.run) if line.folded else 1
                at += 1
            whole = at < self._model.rowCount() or self._model.at_end
            entries = ngettext("{count} entry", "{count} entries", count).format(count=number(count))
            self._counts[row] = entries if whole else ""
        return self._counts[row]

    def _forget_counts(self) -> None:
        self._counts.clear()

    def _date(self, row: int) -> date | None:
        """The day of a row by the clock here; None where its time can't be read."""
        time = self._day(self._model.row(row)) if self._day is not None else None
        return time.astimezone().date() if time is not None and not isinstance(time, Unreadable) else None

    def _title(self, row: int) -> str:
        entry = self._model.row(row)
        time = self._day(entry) if self._day is not None and entry is not None else None
        return day_title(time) if time is not None and not isinstance(time, Unreadable) else ""

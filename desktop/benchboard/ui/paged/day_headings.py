"""The headings above the days of a list that is sorted by time."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from benchboard.paging import Unreadable
from benchboard.ui.paged.paged_model import PagedTableModel
from benchboard.ui.time_format import day_title

HEADING_HEIGHT: Final = 32


class DayHeadings:
    """Which rows begin a day. Without `day`, or while the list is sorted by something else, none does."""

    def __init__(self, model: "PagedTableModel[Any]", day: Callable[[Any], datetime] | None) -> None:
        self._model, self._day = model, day

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

    def _title(self, row: int) -> str:
        entry = self._model.row(row)
        time = self._day(entry) if self._day is not None and entry is not None else None
        return day_title(time) if time is not None and not isinstance(time, Unreadable) else ""

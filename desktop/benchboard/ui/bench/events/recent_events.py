"""RecentEvents: the latest events of the dongles, below their list."""

from datetime import datetime
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.bench.dongle_names import DongleNames
from benchboard.ui.bench.events.dongle_events import DongleEvents
from benchboard.ui.context import Context
from benchboard.ui.time_format import full_time, relative_time
from benchboard.ui.widgets import hairline
from benchboard.ui.widgets.detail_pane import DetailSection
from benchboard.ui.widgets.labels import Text
from benchboard.ui.widgets.readable_rows import ReadableList
from benchboard.ui.widgets.surfaces import set_surface
from benchboard.ui.widgets.timeline_row import TimelineRow

_MOST: Final = 6
_HEIGHT: Final = 216
"""Pixels of the title and of so many rows."""


class RecentEvents(QWidget):
    """The last few events, with the names that the dongles have now."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setObjectName("bench_recent_events")
        set_surface(self, "surface")
        self._events, self._names = DongleEvents.of(context), DongleNames.of(context)
        self._shown: list[tuple[datetime, str, str]] = []
        self._rows = ReadableList(_("Recent events"))
        note = Text(_("Connections: since this window was opened"), "caption", "muted")
        section = DetailSection(_("Recent events"), note)
        section.fill(self._rows)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(hairline())
        column.addWidget(section)
        column.addStretch(1)
        self._events.changed.connect(self._show)
        self._names.changed.connect(self._show)
        self._show()

    def sizeHint(self) -> QSize:
        """As high as with all rows: what comes in moves nothing."""
        hint = super().sizeHint()
        return QSize(hint.width(), max(hint.height(), _HEIGHT))

    @property
    def rows(self) -> tuple[TimelineRow, ...]:
        """The rows, the newest first."""
        return tuple(row for row in self._rows.rows if isinstance(row, TimelineRow))

    def refresh_times(self) -> None:
        """Show the times as of now."""
        for row, (at, _text, _why) in zip(self.rows, self._shown, strict=True):
            row.show_when(relative_time(at))

    def _show(self) -> None:
        latest = self._events.latest(_MOST)
        shown = [(event.at, event.text(self._names.name), event.why) for event in latest]
        if shown == self._shown:
            self.refresh_times()
            return
        self._shown = shown
        rows = [TimelineRow(relative_time(at), text, why, exact=full_time(at)) for at, text, why in shown]
        self._rows.show_rows(rows)

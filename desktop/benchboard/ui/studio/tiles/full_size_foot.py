"""What stands around a widget in full size: what of the data it shows, and below it the keys that do something."""

from datetime import datetime
from typing import Final

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from benchboard.i18n import _, ngettext, number
from benchboard.ui.commands import key_cap
from benchboard.ui.studio.tiles.enlarged_view import EnlargedContent, EnlargedDrawing
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.tables.table_widget import TableWidget
from benchboard.ui.time_format import clock_minutes, day_and_time, period_name
from benchboard.ui.widgets.labels import Elided, KeyCap, Text

_HEIGHT: Final = 32
_GAP: Final = 20
_LEAST_NOTE: Final = 200
"""Pixels that are left to the note before a hint goes."""


def about_result(result: QueryResult | None, *, counted: bool) -> str:
    """Which days and filters a result is of, how many rows it has unless they are `counted` already, and when it was
    read; empty without one."""
    if result is None or result.table is None or result.error is not None:
        return ""
    count = len(result.table.rows)
    parts = [
        period_name(result.period.start, result.period.end) if result.period is not None else "",
        result.filters,
        "" if counted else ngettext("{count} row", "{count} rows", count).format(count=number(count)),
        _("read at {time}").format(time=_when(result.read_at)) if result.read_at is not None else "",
    ]
    return " · ".join(part for part in parts if part)


def _when(time: datetime) -> str:
    """A time by the clock, with its day if that is over."""
    is_today = time.astimezone().date() == datetime.now().astimezone().date()
    return clock_minutes(time) if is_today else day_and_time(time)


class FullSizeFoot(QWidget):
    """A note about the numbers at the left, and the keys at the right, the most useful ones where room is short."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(_HEIGHT)
        self.note = Elided("", "caption", "muted")
        self.note.setObjectName("view_note")
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(_GAP)
        self._line.addWidget(self.note, 1)
        self.hints: list[QWidget] = []
        self._named: list[tuple[tuple[str, ...], str]] = []

    def show_hints(self, content: EnlargedContent) -> None:
        """Show the keys that do something in what is shown."""
        self.note.setText(content.series_note)
        named = _hints(content)
        if named != self._named:
            self._named = named
            for hint in self.hints:
                self._line.removeWidget(hint)
                hint.deleteLater()
            self.hints = [_hint(keys, text) for keys, text in named]
            for hint in self.hints:
                self._line.addWidget(hint)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Leave out the last hints that have no room."""
        room = self.width() - (min(_LEAST_NOTE, self.note.sizeHint().width()) if self.note.text() else 0)
        for hint in self.hints:
            room -= hint.sizeHint().width() + _GAP
            hint.setVisible(room >= 0)


def _hints(content: EnlargedContent) -> list[tuple[tuple[str, ...], str]]:
    shown = content.content
    if isinstance(shown, TableWidget):
        return [(("Return",), _("Actions")), (("Ctrl+C",), _("Copy"))]
    if not isinstance(shown, EnlargedDrawing) or not shown.is_walked:
        return []
    found: list[tuple[tuple[str, ...], str]] = [(("Left", "Right"), _("Values")), (("Return",), _("Actions"))]
    if shown.zoom.whole is not None:
        found.append((("+", "-"), _("Zoom")))
    if shown.has_legend:
        found.append((("L",), _("Legend")))
    return found


def _hint(keys: tuple[str, ...], text: str) -> QWidget:
    """Keys and what they do."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    for one in keys:
        row.addWidget(KeyCap(key_cap(one)))
    row.addSpacing(2)
    row.addWidget(Text(text, "caption", "muted"))
    return holder

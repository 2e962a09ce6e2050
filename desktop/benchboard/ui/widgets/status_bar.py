"""The status bar: data location, save state, dongles, notices | running tasks, recording, content, organisation.

Every cell is a button that opens a popover upwards. Rooms set their own cells; a colour always comes with a word.
"""

from collections.abc import Callable
from typing import Final, Literal

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role, announce, untold
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.focus import Pressable
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.popover import Popover
from benchboard.ui.widgets.surfaces import set_surface
from benchboard.ui.widgets.tab_order import focus_content, one_tab_stop, step_by_key

Tone = Literal["plain", "ok", "info", "warn", "error"]
Fill = Callable[[Popover], None]
_ORDER: Final = ("where", "saved", "dongles", "live", "notice")
_RIGHT: Final = ("work", "recording", "hint", "content", "organisation")
_GIVES_WAY: Final = ("notice", "work")
"""The cells whose texts are shortened where there isn't room for all: what they say stands in the window, too."""
_LEAST: Final = 120
_AFTER: Final = 10
"""Pixels after a text."""


class StatusBar(QWidget):
    """26 px at the bottom of every screen."""

    accessible_role = Role.StatusBar

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "rail")
        one_tab_stop(self)
        self.setFixedHeight(theme().px("shell.statusbar"))
        self._cells: dict[str, _StatusCell] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(8, 1, 8, 0)
        self._row.setSpacing(0)
        self._row.addStretch(1)

    def set(
        self,
        key: str,
        icon: str,
        text: str,
        fill: Fill | None = None,
        *,
        tone: Tone = "plain",
        tip: str = "",
        share: float | None = None,
        announced: bool = False,
        name: str = "",
        act: Callable[[], object] | None = None,
    ) -> None:
        """Show cell `key` (`dongles`, `notice`, …); `fill` puts the content into its popover each time it opens, or a
        click does `act`, which the `tip` says.

        `share` draws a bar of that length (0 to 1) before the text: progress. A changed text is read out if
        `announced`. A screen reader calls the cell by its text, or by `name` if the text changes with every second.
        """
        cell = self._cells.get(key)
        if cell is None:
            cell = _StatusCell(key)
            self._cells[key] = cell
            self._row.insertWidget(self._cell_index(key), cell)
        before = cell.shown_text
        cell.set_content(icon, text, fill, tone, tip, share, act, name or text)
        if announced and before not in ("", text):
            announce(cell, text, urgent=tone == "error")

    def remove(self, key: str) -> None:
        """Remove cell `key`."""
        cell = self._cells.pop(key, None)
        if cell is not None:
            self._row.removeWidget(cell)
            cell.hide()
            cell.deleteLater()

    def text(self, key: str) -> str:
        """The text of cell `key`; empty if there is none."""
        return self._cells[key].shown_text if key in self._cells else ""

    def cell(self, key: str) -> QAbstractButton | None:
        return self._cells.get(key)

    def clear(self) -> None:
        for key in tuple(self._cells):
            self.remove(key)

    def _cell_index(self, key: str) -> int:
        """The index of a cell: known cells have a fixed order, others follow them on the left."""
        right = key in _RIGHT
        order = (
            _RIGHT if right else (*_ORDER, *(other for other in self._cells if other not in (*_ORDER, *_RIGHT)), key)
        )
        rank = order.index(key)
        preceding = sum(1 for other in self._cells if other != key and other in order and order.index(other) < rank)
        lefts = sum(1 for other in self._cells if other != key and other not in _RIGHT)
        return lefts + 1 + preceding if right else preceding

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            painter.fillRect(QRect(0, 0, self.width(), 1), theme().color("border"))


class _StatusCell(Pressable):
    shows_focus_ring = False

    def __init__(self, key: str) -> None:
        super().__init__()
        self.setObjectName(f"status_{key}")
        self._right, self._gives_way = key in _RIGHT, key in _GIVES_WAY
        self._icon = ""
        self._tone: Tone = "plain"
        self._share: float | None = None
        self.shown_text = ""
        self._fill: Fill | None = None
        self._act: Callable[[], object] | None = None
        across = QSizePolicy.Policy.Maximum if key in _GIVES_WAY else QSizePolicy.Policy.Fixed
        self.setSizePolicy(across, QSizePolicy.Policy.Expanding)
        self.clicked.connect(self._open)

    def set_content(
        self,
        icon: str,
        text: str,
        fill: Fill | None,
        tone: Tone,
        tip: str,
        share: float | None,
        act: Callable[[], object] | None,
        name: str,
    ) -> None:
        changed = (self._icon, self.shown_text, self._tone, self._share) != (icon, text, tone, share)
        tenths = [None if one is None else int(10 * one) for one in (self._share, share)]
        self._icon, self._fill, self._tone, self._share, self.shown_text = icon, fill, tone, share, text
        self._act = act
        is_button = fill is not None or act is not None
        self.setToolTip(plain_tooltip(tip))
        # A screen reader is told of progress ten times at most, not of every step.
        if text != self.text() and (share is None or tenths[0] != tenths[1]):
            with untold():  # Qt would tell of a name that is the same as before
                self.setText(text)
            if name != self.accessibleName():
                self.setAccessibleName(name)
        details = _("Press Enter to see details.") if fill is not None else ""
        self.setAccessibleDescription(". ".join(filter(None, (tip.rstrip("."), details))))
        self.setEnabled(is_button)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if is_button else Qt.FocusPolicy.NoFocus)
        if changed:
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        width = QFontMetrics(_font()).horizontalAdvance(self.shown_text) + 21
        return QSize(width + (20 if self._icon else 0) + (88 if self._share is not None else 0), 25)

    def minimumSizeHint(self) -> QSize:
        """One that gives way is shortened; its tooltip says all of it."""
        hint = self.sizeHint()
        return QSize(min(hint.width(), _LEAST), hint.height()) if self._gives_way else hint

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not step_by_key(self, event.key()):
            super().keyPressEvent(event)

    def _open(self) -> None:
        if self._act is not None:
            self._act()
        elif self._fill is not None:
            by_key = self.hasFocus() and self.focused_by_key
            popover = Popover(self, width=320, name=f"{self.objectName()}_popover")
            self._fill(popover)
            popover.open()
            if by_key:
                focus_content(popover)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            if self.underMouse() and self.isEnabled():
                painter.fillRect(self.rect(), theme().color("border"))
            ink = theme().color("text.secondary" if self._tone == "plain" else self._tone)
            left = 10.0
            if self._icon:
                paint_icon(painter, self._icon, QRectF(left, (self.height() - 14) / 2, 14, 14), ink)
                left += 19
            if self._share is not None:
                self._bar(painter, left)
                left += 88
            painter.setPen(ink)
            painter.setFont(_font())
            room = QRectF(left, 0, self.width() - left, self.height())
            text = painter.fontMetrics().elidedText(
                self.shown_text, Qt.TextElideMode.ElideRight, int(room.width()) - _AFTER + 1
            )
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
            x = 0 if self._right else self.width() - 1
            painter.fillRect(QRect(x, 0, 1, self.height()), theme().color("border"))
            if self.hasFocus() and self.focused_by_key:
                painter.setPen(theme().color("focus"))
                painter.drawRect(self.rect().adjusted(1, 1, -2, -2))

    def _bar(self, painter: QPainter, left: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(left, self.height() / 2 - 2, 80, 4)
        painter.setBrush(theme().color("border.strong"))
        painter.drawRoundedRect(track, 2, 2)
        painter.setBrush(theme().color("accent"))
        painter.drawRoundedRect(QRectF(left, track.y(), max(4.0, 80 * min(self._share or 0.0, 1.0)), 4), 2, 2)


def _font() -> QFont:
    return theme().font("caption")

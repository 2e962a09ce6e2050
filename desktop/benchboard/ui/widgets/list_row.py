"""ListRow: a row of its own, drawn as a list's rows are: what is open and not in the list yet, or leads elsewhere."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy

from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import list_row
from benchboard.ui.widgets.badges import Kind, badge_width, paint_badge, paint_icon
from benchboard.ui.widgets.focus import Pressable, asked_by_key, came_by_key
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.tab_order import scroll_into_view, step_by_key

_ICON: Final = 16
_ICON_ROOM: Final = 26
_HEIGHT: Final = 44
_EDGE: Final = 3
_LINE: Final = 18
"""The height of one of its two lines, in pixels."""


def _title_font() -> QFont:
    font = theme().font("body")
    font.setWeight(QFont.Weight.Medium)
    return font


class ListRow(Pressable):
    """A title above a smaller line, after an `icon`, and a badge at the right end. It is checked while it is the one
    that is open; one that `leads` elsewhere never is. `menu_requested` is emitted, with a point of the
    screen, on a right click or the Menu key."""

    menu_requested = Signal(QPoint)

    def __init__(self, run: Callable[[], object], *, name: str = "", icon: str = "", leads: bool = False) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setCheckable(not leads)
        if not leads:
            list_row(self)
        self._icon = icon
        self._pad = theme().px("spacing.2" if leads else "spacing.4")
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._second, self._badge = "", ""
        self._kind: Kind = "info"
        self.clicked.connect(lambda _checked=False: run())

    def show_row(self, title: str, second: str, badge: str = "", kind: Kind = "info", *, place: str = "") -> None:
        """Show these texts; without a badge, the lines have its room. Screen readers are told its `place` too."""
        self.setText(title)
        self._second, self._badge, self._kind = second, badge, kind
        self.setAccessibleName(", ".join(part for part in (title, badge) if part))
        self.setAccessibleDescription(", ".join(filter(None, (second, place))))
        self._show_tip()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up, Down, Home and End go through the rows of a list that is one stop of Tab; Enter and Space open one."""
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            self.menu_requested.emit(self.mapToGlobal(self.rect().center()))
        elif not (plain and step_by_key(self, event.key())):
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = asked_by_key(event)
        self.menu_requested.emit(self.mapToGlobal(self.rect().center()) if by_key else event.globalPos())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if came_by_key(event):
            scroll_into_view(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_tip()

    def _show_tip(self) -> None:
        """Let the tooltip say what doesn't fit."""
        second = QFontMetricsF(theme().font("caption")).horizontalAdvance(self._second)
        lines = ((self.text(), self._title_width()), (self._second, second))
        self.setToolTip(plain_tooltip("\n".join(text for text, width in lines if width > self._title_room())))

    def sizeHint(self) -> QSize:
        return QSize(160, _HEIGHT)

    def _title_width(self) -> float:
        return QFontMetricsF(_title_font()).horizontalAdvance(self.text())

    def _title_room(self) -> float:
        ends = 2 * self._pad + theme().px("spacing.2")
        badge = badge_width(self._badge) if self._badge else 0
        return max(0.0, self.width() - ends - badge - (_ICON_ROOM if self._icon else 0))

    def paintEvent(self, event: QPaintEvent) -> None:
        box = QRectF(self.rect())
        left, room = float(self._pad), self._title_room()
        fill = "selection" if self.isChecked() else "row.hover" if self.underMouse() else "surface"
        with QPainter(self) as painter:
            painter.fillRect(box, theme().color(fill))
            painter.fillRect(QRectF(0, box.height() - 1, box.width(), 1), theme().color("grid"))
            if self.isChecked():
                painter.fillRect(QRectF(0, 0, _EDGE, box.height()), theme().color("accent"))
            top = (box.height() - 2 * _LINE) / 2
            if self._icon:
                icon = QRectF(left, (box.height() - _ICON) / 2, _ICON, _ICON)
                paint_icon(painter, self._icon, icon, theme().color("text.secondary"))
                left += _ICON_ROOM
            lines = ((self.text(), _title_font(), "text"), (self._second, theme().font("caption"), "text.muted"))
            for at, (text, font, ink) in enumerate(lines):
                painter.setFont(font)
                painter.setPen(theme().color(ink))
                shown = QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, room)
                line = QRectF(left, top + at * _LINE, room, _LINE)
                painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, shown)
            if self._badge:
                spot = QPointF(box.width() - self._pad - badge_width(self._badge), box.center().y() - 10)
                paint_badge(painter, spot, self._kind, self._badge)

"""The rail: a button for each room that the user may enter, with settings at the bottom."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.sections import Room
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import page_tab
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.focus import Pressable
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.surfaces import Icon, set_surface
from benchboard.ui.widgets.tab_order import one_tab_stop_choices


class Rail(QWidget):
    """64 px wide; in a window narrower than 1024 px it shows only icons."""

    def __init__(self, rooms: Sequence[Room], foot: Sequence[Room], go: Callable[[str], None]) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setAccessibleName(_("Main navigation"))
        set_surface(self, "rail")
        one_tab_stop_choices(self)
        self.setFixedWidth(theme().px("shell.rail"))
        self._buttons: dict[str, RailButton] = {}
        self._foot, self._go = foot, go
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 10, 6, 8)
        column.setSpacing(4)
        column.addWidget(Icon("bb.benchboard", size=26), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(8)
        self._above, self._below = QVBoxLayout(), QVBoxLayout()
        for part in (self._above, self._below):
            part.setSpacing(4)
        column.addLayout(self._above)
        column.addStretch(1)
        column.addLayout(self._below)
        self._add_buttons(rooms)

    def show_rooms(self, rooms: Sequence[Room]) -> None:
        """Show these rooms from now on, in their order."""
        current = next((key for key, button in self._buttons.items() if button.isChecked()), "")
        for button in self._buttons.values():
            button.hide()
            button.setParent(None)
            button.deleteLater()
        self._buttons.clear()
        self._add_buttons(rooms)
        self.mark_current(current)
        self.fit_width(self.window().width())

    def _add_buttons(self, rooms: Sequence[Room]) -> None:
        for column, part in ((self._above, rooms), (self._below, self._foot)):
            for room in part:
                column.addWidget(self._button(room))

    def mark_current(self, key: str) -> None:
        """Show the room `key` as the current one."""
        for other, button in self._buttons.items():
            button.setChecked(other == key)

    def first_focus(self) -> QWidget | None:
        """The widget that gets the focus when it moves to the rail."""
        current = next((button for button in self._buttons.values() if button.isChecked()), None)
        return current or next(iter(self._buttons.values()), None)

    def fit_width(self, window_width: int) -> None:
        """Show labels below the icons if the window is wide enough."""
        wide = window_width >= theme().px("breakpoint.rail_icons")
        for button in self._buttons.values():
            button.show_title(wide)
        self.setFixedWidth(theme().px("shell.rail") if wide else 48)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            painter.fillRect(QRect(self.width() - 1, 0, 1, self.height()), theme().color("border"))

    def _button(self, room: Room) -> "RailButton":
        button = RailButton(room)
        button.clicked.connect(lambda: self._go(room.key))
        self._buttons[room.key] = button
        return button


class RailButton(Pressable):
    """An icon and a label; the current room has a filled icon and the accent colour."""

    def __init__(self, room: Room) -> None:
        super().__init__()
        self._icon = room.icon
        self._shows_title = True
        self.setText(_(room.title))
        self.setObjectName(f"rail_{room.key}")
        self.setAccessibleName(_(room.title))
        self.setCheckable(True)
        self.setAutoExclusive(True)
        page_tab(self)
        self.setFixedHeight(48)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(lambda: self.setChecked(True))

    def show_title(self, show: bool) -> None:
        self._shows_title = show
        self.setToolTip("" if show else plain_tooltip(self.text()))
        self.setFixedHeight(48 if show else 36)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys move the focus, and only Enter or Space opens a room."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        parent = self.parentWidget()
        if not step or parent is None:
            super().keyPressEvent(event)
            return
        buttons = parent.findChildren(RailButton)
        buttons[(buttons.index(self) + step) % len(buttons)].setFocus(Qt.FocusReason.TabFocusReason)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Every room can have the focus: Qt would leave it to the current one."""
        super().focusInEvent(event)
        parent = self.parentWidget()
        for button in parent.findChildren(RailButton) if parent is not None else ():
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def sizeHint(self) -> QSize:
        return QSize(36, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            on = self.isChecked()
            if on or self.underMouse():
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme().color("accent.soft" if on else "border"))
                painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
            side = theme().px("icon.rail")
            top = 6 if self._shows_title else (self.height() - side) / 2
            spot = QRectF((self.width() - side) / 2, top, side, side)
            ink = theme().color("accent.text" if on else "text.secondary")
            paint_icon(painter, f"{self._icon}-fill" if on else self._icon, spot, ink)
            if self._shows_title:
                font = theme().font("micro")
                font.setWeight(QFont.Weight.Medium)
                painter.setFont(font)
                painter.setPen(ink)
                room = QRect(QPoint(-4, 27), QSize(self.width() + 8, 18))
                painter.drawText(room, Qt.AlignmentFlag.AlignCenter, self.text())

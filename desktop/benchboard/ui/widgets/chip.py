"""A chip: a part of the question as a small button, with a cross that removes it."""

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.focus import Pressable
from benchboard.ui.widgets.labels import plain_tooltip

HEIGHT: Final = 28
_PAD: Final = 8
_ICON: Final = 14
_CROSS: Final = 24
_WIDEST: Final = 360


class Chip(Pressable):
    """Enter, Space or a click edits it; Delete or a click on the cross removes it; Alt with Left and Right moves it."""

    remove_requested = Signal()
    move_requested = Signal(int)

    def __init__(
        self, text: str, icon: str, *, removable: bool = True, name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._icon, self._removable = icon, removable
        self._over_cross = False
        self.setText(text)
        self.setObjectName(name)
        self.setAccessibleName(text)
        if removable:
            self.setAccessibleDescription(_("Press Enter to change it or Delete to remove it."))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def show_text(self, text: str) -> None:
        """Stand for another part of the question."""
        self.setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        words = QFontMetricsF(theme().font("body")).horizontalAdvance(self.text())
        end = _CROSS if self._removable else _PAD + 12
        width = _PAD + _ICON + 6 + words + 2 + end
        return QSize(int(min(width, _WIDEST)) + 1, HEIGHT)

    minimumSizeHint = sizeHint

    def _cross(self) -> QRectF:
        return QRectF(self.width() - _CROSS, 0, _CROSS, self.height())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        over = self._removable and self._cross().contains(event.position())
        if over != self._over_cross:
            self._over_cross = over
            self.setToolTip(plain_tooltip(_("Remove") if over else self._whole_text()))
            self.update()

    def _whole_text(self) -> str:
        return self.text() if self.sizeHint().width() > self.width() or self.width() >= _WIDEST else ""

    def leaveEvent(self, event: QEvent) -> None:
        self._over_cross = False
        super().leaveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        on_cross = self._removable and self._cross().contains(event.position())
        if on_cross and self.isDown() and event.button() == Qt.MouseButton.LeftButton:
            self.setDown(False)
            self.remove_requested.emit()
            return
        super().mouseReleaseEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._moves(event):
            event.accept()  # Alt+Left and Alt+Right go back and forward in the window
            return True
        return super().event(event)

    def _moves(self, event: QKeyEvent) -> bool:
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        return self._removable and alt and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if self._removable and key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_requested.emit()
        elif self._moves(event):
            self.move_requested.emit(-1 if key == Qt.Key.Key_Left else 1)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            hot = self.underMouse() or self.hasFocus()
            painter.setPen(QPen(theme().color("border.control" if hot else "border.strong"), 1))
            painter.setBrush(theme().color("row.hover" if self.underMouse() else "surface"))
            radius = theme().px("radius.control")
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
            middle = self.height() / 2
            secondary = theme().color("text.secondary")
            paint_icon(painter, self._icon, QRectF(_PAD, middle - _ICON / 2, _ICON, _ICON), secondary)
            left = _PAD + _ICON + 6
            end = self.width() - (_CROSS if self._removable else _PAD + 12)
            font = theme().font("body")
            painter.setFont(font)
            painter.setPen(theme().color("text"))
            room = QRectF(left, 0, end - left, self.height())
            shown = QFontMetricsF(font).elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
            if self._removable:
                spot = self._cross().center() - QPointF(7, 6)
                tone = theme().color("text" if self._over_cross else "text.muted")
                paint_icon(painter, "ph.x", QRectF(spot.x(), spot.y(), 12, 12), tone)
            else:
                paint_icon(painter, "ph.caret-down", QRectF(self.width() - 18, middle - 5, 10, 10), secondary)

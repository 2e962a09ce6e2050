"""The field in which a cell of the send table is edited, over that cell; what it refuses is said below it."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from benchboard.errors import Invalid
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Edit, Floating, Text
from benchboard.ui.widgets.accessible import announce, focus_told_once

_FOLLOWS_MS: Final = 50


class SendCellEditor(Edit):
    """Enter and Tab `take` what was typed, which raises `Invalid` to refuse it: then it stays, with the reason. Esc
    leaves the cell as it was. `ended` says whether Tab asks for the next cell."""

    ended = Signal(bool)

    def __init__(self, parent: QWidget, *, label: str, text: str, name: str, take: Callable[[str], object]) -> None:
        super().__init__(mono=True, name=name, label=label, parent=parent)
        self._take = take
        self._is_over = False
        self.setText(text)
        self.selectAll()
        self._refusal: _Refusal | None = None
        self.textEdited.connect(lambda _text: self._show_refusal(""))

    def place(self, cell: QRect) -> None:
        """Lie over a cell, in pixels of the parent."""
        self.setFixedHeight(min(theme().px("control_height.md"), cell.height() - 2))
        self.setFixedWidth(cell.width() - 4)
        self.move(cell.left() + 2, cell.top() + (cell.height() - self.height()) // 2)
        if self._refusal is not None:
            self._refusal.place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._end(goes_on=False)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._accept(goes_on=False)
        else:
            super().keyPressEvent(event)
            if not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier:
                event.accept()  # the rows below don't move

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
            self.leave()

    def event(self, event: QEvent) -> bool:
        is_key = event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride)
        if is_key and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab and not event.modifiers():
            event.accept()
            if event.type() == QEvent.Type.KeyPress:
                self._accept(goes_on=True)
            return True
        return super().event(event)

    def leave(self) -> None:
        """The focus goes elsewhere: take what was typed, or say why not and leave the cell as it was."""
        if not self._is_over and not self._accept(goes_on=False, stays=False):
            self._end(goes_on=False)

    def _accept(self, *, goes_on: bool, stays: bool = True) -> bool:
        try:
            self._take(self.text())
        except Invalid as error:
            why = " ".join(part for part in (error.what, error.do) if part)
            if stays:
                self._show_refusal(why)
            return False
        self._end(goes_on=goes_on)
        return True

    def _show_refusal(self, why: str) -> None:
        self.set_invalid(bool(why))
        self.setAccessibleDescription(why)
        if self._refusal is not None:
            self._refusal.hide()
            self._refusal.deleteLater()
            self._refusal = None
        if why:
            self._refusal = _Refusal(self, why)
            self._refusal.place()
            announce(self, why, urgent=True, again=True)

    def _end(self, *, goes_on: bool) -> None:
        if self._is_over:
            return
        self._is_over = True
        self._show_refusal("")
        with focus_told_once():  # Tab passes the list on its way to the next cell
            self.hide()
            self.deleteLater()
            self.ended.emit(goes_on)


class _Refusal(Floating):
    """Why a value was refused, below its field, or above it at the end of the window."""

    def __init__(self, editor: QWidget, why: str) -> None:
        super().__init__(editor.window(), radius="control")
        self._editor = editor
        self.setObjectName("send_cell_refusal")
        row = QHBoxLayout(self.body)
        row.setContentsMargins(10, 6, 10, 6)
        row.addWidget(Text(why, "caption", "error"))
        # What is around the field moves it without a word, such as a banner that comes.
        self._timer = QTimer(self, interval=_FOLLOWS_MS)
        self._timer.timeout.connect(self.place)
        self._timer.start()

    def place(self) -> None:
        """Stand beside the field."""
        self.adjustSize()
        inset, window = self.frame().topLeft(), self._editor.window()
        spot = self._editor.mapTo(window, QPoint(0, self._editor.height() + 2)) - inset
        if spot.y() + self.height() - inset.y() > window.height():
            spot = self._editor.mapTo(window, QPoint(0, -2)) - QPoint(inset.x(), self.height() - inset.y())
        spot.setX(max(0, min(spot.x(), window.width() - self.width())))
        if spot != self.pos():
            self.move(spot)
        if self.isHidden():
            self.show()
            self.raise_()

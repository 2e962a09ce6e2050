"""Undo and redo keys: on a page they undo and redo the page's steps, in its text fields too."""

from typing import Final, Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent

from benchboard.ui.widgets.fields import Edit

_CTRL: Final = Qt.KeyboardModifier.ControlModifier
_SHIFT: Final = Qt.KeyboardModifier.ShiftModifier


def undo_direction(event: QKeyEvent) -> Literal["undo", "redo"] | None:
    """Whether a key press means undo or redo; None for any other key."""
    keys = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if event.key() == Qt.Key.Key_Z and keys == _CTRL:
        return "undo"
    if (event.key() == Qt.Key.Key_Z and keys == _CTRL | _SHIFT) or (event.key() == Qt.Key.Key_Y and keys == _CTRL):
        return "redo"
    return None


class UndoLineEdit(Edit):
    """A line edit whose undo and redo are the page's."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if undo_direction(event):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def show_text(self, text: str) -> None:
        """Show the page's text, unless the field has it already: the cursor keeps its position."""
        if self.text().strip() != text:
            self.setText(text)


class TitleEdit(UndoLineEdit):
    """A line edit whose text the page has as it is typed. Enter and Esc emit `finished`, Esc after it has restored the
    text that the field had when it was focused.
    """

    finished = Signal()
    _before = ""

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        # A window that is activated again, or a menu that closes, is no new beginning.
        if event.reason() not in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
            self._before = self.text()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modified = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if modified or key not in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            super().keyPressEvent(event)
            return
        if key == Qt.Key.Key_Escape and self.text() != self._before:
            self.setText(self._before)
            self.textEdited.emit(self._before)
        self.finished.emit()

"""Undo and redo keys: on a page they undo and redo the page's steps, in its text fields too."""

from typing import Final, Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

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

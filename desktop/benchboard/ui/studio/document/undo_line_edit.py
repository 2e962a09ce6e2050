"""The keys that go a step back or forward: everywhere on a page they are the page's, in its fields too."""

from typing import Final, Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from benchboard.ui.widgets.fields import Edit

_CTRL: Final = Qt.KeyboardModifier.ControlModifier
_SHIFT: Final = Qt.KeyboardModifier.ShiftModifier


def undo_direction(event: QKeyEvent) -> Literal["undo", "redo"] | None:
    """Whether a key asks for the step back or the step again."""
    keys = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if event.key() == Qt.Key.Key_Z and keys == _CTRL:
        return "undo"
    if (event.key() == Qt.Key.Key_Z and keys == _CTRL | _SHIFT) or (event.key() == Qt.Key.Key_Y and keys == _CTRL):
        return "redo"
    return None


class UndoLineEdit(Edit):
    """A line of text whose steps back are the page's."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if undo_direction(event):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def show_text(self, text: str) -> None:
        """Show what the page says, unless that is what stands there: the cursor stays where it is."""
        if self.text().strip() != text:
            self.setText(text)

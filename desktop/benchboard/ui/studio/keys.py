"""What keys do on the canvas; those of `acts`, and the ones that move."""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from benchboard.ui.studio.acts import BY_KEYS

if TYPE_CHECKING:
    from benchboard.ui.studio.canvas import Canvas

_ARROWS: Final = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_SAME: Final = {Qt.Key.Key_Enter: Qt.Key.Key_Return, Qt.Key.Key_Backspace: Qt.Key.Key_Delete}
_SHIFT, _ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


def pressed(canvas: "Canvas", event: QKeyEvent) -> bool:
    """Do what a key asks for; answers whether it asked for anything."""
    key = _SAME.get(Qt.Key(event.key()), Qt.Key(event.key()))
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    editor = canvas.editor
    if key == Qt.Key.Key_Escape:
        if canvas.busy or canvas.pointer.band is not None:
            canvas.cancel()
        elif editor.chosen:
            editor.choose(())
        else:
            return False
        return True
    if canvas.busy:
        return False
    if key in _ARROWS and editor.chosen:
        dx, dy = _ARROWS[key]
        if held & _SHIFT:
            editor.stretch(dx, dy)
        elif held & _ALT:
            editor.jump(dx, dy)
        else:
            editor.nudge(dx, dy)
        return True
    act = BY_KEYS.get((key, held))
    if act is None or act.why_not(editor):
        return False
    act.run(canvas)
    return True

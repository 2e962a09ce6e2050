"""What keys do on the canvas: what `chosen` knows, and moving."""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from benchboard.ui.studio.canvas import chosen, menu
from benchboard.ui.studio.canvas.edges import move_edge
from benchboard.ui.studio.canvas.refusing import why_it_stays, why_no_change, why_no_other_grid, why_no_size
from benchboard.ui.studio.document import placing

if TYPE_CHECKING:
    from benchboard.ui.studio.canvas.canvas import Canvas

_ARROWS: Final = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_SAME: Final = {Qt.Key.Key_Enter: Qt.Key.Key_Return, Qt.Key.Key_Backspace: Qt.Key.Key_Delete}
_DEEDS: Final = chosen.by_keys()
_SHIFT, _ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
_CTRL: Final = Qt.KeyboardModifier.ControlModifier


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
    if key == Qt.Key.Key_F10 and held == _SHIFT:
        menu.open_at_chosen(canvas)  # the Menu key arrives as an event of its own
        return True
    deed = _DEEDS.get((key, held))
    if deed is not None and not deed.why_not(editor):
        deed.run(canvas)
        return True
    if key == Qt.Key.Key_Return and not held and editor.chosen and not editor.editable:
        canvas.living.open(editor.chosen[0])
        return True
    if deed is not None and deed.barred(editor) and (why := why_no_change(editor)):
        canvas.refused.emit(why)
        return True
    if held == _CTRL and key in _ARROWS:
        canvas.roving.go(*_ARROWS[key])
        return True
    if held == _CTRL and key == Qt.Key.Key_Space:
        canvas.roving.add()
        return True
    if key in _ARROWS and editor.chosen and not held & _CTRL:
        dx, dy = _ARROWS[key]
        if held == _SHIFT | _ALT:
            _move_edge(canvas, dx, dy)
            return True
        move = placing.stretch if held & _SHIFT else placing.jump if held & _ALT else placing.nudge
        before = editor.document
        move(editor, dx, dy)
        canvas.reveal(editor.chosen)
        if editor.document is before:
            _say_why(canvas, sizing=bool(held & _SHIFT), high=dx == 0)
        elif move is placing.nudge and placing.left_behind(editor):
            canvas.refused.emit(why_no_other_grid())
        return True
    return False


def pressed_beside(canvas: "Canvas", event: QKeyEvent) -> bool:
    """The same for a list of what is on the page, which has arrows, Shift, Ctrl with arrows and Space for itself."""
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    own = event.key() == Qt.Key.Key_Space or (event.key() in _ARROWS and held == _CTRL)
    return bool(held & (_CTRL | _ALT)) and not own and pressed(canvas, event)


def _move_edge(canvas: "Canvas", dx: int, dy: int) -> None:
    editor = canvas.editor
    if why := move_edge(editor, dx, dy) if editor.editable else editor.why_not:
        canvas.refused.emit(why)
    canvas.reveal(editor.chosen)


def _say_why(canvas: "Canvas", *, sizing: bool, high: bool) -> None:
    editor = canvas.editor
    why = why_no_size(editor, editor.chosen, high=high) if sizing else why_it_stays(editor, editor.chosen)
    if why:
        canvas.refused.emit(why)

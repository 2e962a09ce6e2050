"""Handles keys on the page: they move and resize the selection, move the focus ring, and run commands."""

from typing import Final, Protocol

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent

from benchboard.dashboards.editing import placement_edits
from benchboard.dashboards.editing.undo import UndoStep
from benchboard.dashboards.layout import document_cell
from benchboard.ui.studio.canvas.interaction.canvas_protocol import InputViewProtocol
from benchboard.ui.studio.canvas.interaction.item_focus import ItemFocus
from benchboard.ui.studio.canvas.interaction.pointer import Pointer
from benchboard.ui.studio.canvas.interaction.rejections import (
    why_not_another_grid,
    why_not_further,
    why_not_larger,
    why_not_movable,
    why_not_resizable,
)
from benchboard.ui.studio.canvas.interaction.shared_edge import move_edge
from benchboard.ui.studio.canvas.scene.step_words import result_text
from benchboard.ui.widgets.focus import note_input

_ARROWS: Final = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_SAME: Final = {Qt.Key.Key_Enter: Qt.Key.Key_Return, Qt.Key.Key_Backspace: Qt.Key.Key_Delete}
_SHIFT, _ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
_CTRL: Final = Qt.KeyboardModifier.ControlModifier


class CommandKeys(Protocol):
    """The commands that shortcuts run on the page."""

    def run(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        """Run the command with these keys; False if there is none, or it can't be run now."""

    def why_not_allowed(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> str:
        """Why the command with these keys may not edit the page; empty if it may, or there is none."""


class Keyboard(QObject):
    """Handles the keys that are pressed on the page. `commands` is set later."""

    menu_requested = Signal()
    open_requested = Signal(str)
    """The user wants to open this widget."""
    rejected = Signal(str)
    """Why an action isn't possible, as text for the user."""

    def __init__(self, view: InputViewProtocol, item_focus: ItemFocus, pointer: Pointer, parent: QObject) -> None:
        super().__init__(parent)
        self._view, self._editor, self._item_focus, self._pointer = view, view.editor, item_focus, pointer
        self.commands: CommandKeys | None = None

    def handle(self, event: QKeyEvent) -> bool:
        """Handle a key; returns False if the key isn't used here."""
        key = _SAME.get(Qt.Key(event.key()), Qt.Key(event.key()))
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key == Qt.Key.Key_Escape:
            return self._escape()
        if self._view.busy:
            return False
        note_input(key=True)
        if key == Qt.Key.Key_F10 and modifiers == _SHIFT:
            self.menu_requested.emit()  # the Menu key arrives as an event of its own
            return True
        return self._run_command(key, modifiers) or self._move(key, modifiers)

    def handle_from_list(self, event: QKeyEvent) -> bool:
        """Handle keys that are pressed in a list of the page's items.

        The list itself handles Space, and arrows, also with Shift or Ctrl.
        """
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        own = event.key() == Qt.Key.Key_Space or (event.key() in _ARROWS and modifiers == _CTRL)
        return bool(modifiers & (_CTRL | _ALT)) and not own and self.handle(event)

    def _escape(self) -> bool:
        if self._view.busy or self._pointer.marquee is not None:
            self._pointer.cancel()
        elif not self._editor.editable and self._editor.remove_last_point_selection():
            pass
        elif self._editor.selection:
            self._editor.select(())
        elif self._editor.remove_last_point_selection():
            pass
        else:
            return False
        return True

    def _run_command(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        editor, commands = self._editor, self.commands
        if commands is not None and commands.run(key, modifiers):
            return True
        if key == Qt.Key.Key_Return and not modifiers and editor.selection and not editor.editable:
            self.open_requested.emit(editor.selection[0])
            return True
        if commands is not None and (why := commands.why_not_allowed(key, modifiers)):
            self.rejected.emit(why)
            return True
        return False

    def _move(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        if modifiers == _CTRL and key in _ARROWS:
            self._item_focus.move(*_ARROWS[key])
            return True
        if modifiers == _CTRL and key == Qt.Key.Key_Space:
            self._item_focus.toggle_selection()
            return True
        if not modifiers and (key in _ARROWS or key == Qt.Key.Key_Return) and not self._item_focus.current:
            return self._item_focus.step(1)
        if key in _ARROWS and self._editor.selection and not modifiers & _CTRL:
            self._move_selection(*_ARROWS[key], modifiers)
            return True
        return False

    def _show_group_result(self) -> None:
        """Show what the keys did to several items, or to a container with what is in it: they may have gone far."""
        editor = self._editor
        selection, step = editor.selection, editor.undo_stack.history.step("undo")
        alone = selection[0] if len(selection) == 1 else ""
        if isinstance(step, UndoStep) and (not alone or editor.page.item(alone).panes):
            cell = document_cell(editor.page, alone) if alone in editor.page.shown else None
            editor.message_shown.emit(result_text(step, cell), False)

    def _move_selection(self, dx: int, dy: int, modifiers: Qt.KeyboardModifier) -> None:
        """Arrows move the selection by one grid unit, with Shift they resize it, with Alt they move it past a
        neighbour, and with both they move the shared edge.
        """
        editor = self._editor
        if modifiers == _SHIFT | _ALT:
            if why := move_edge(editor, dx, dy) if editor.editable else editor.read_only_reason:
                self.rejected.emit(why)
            self._view.reveal(editor.selection)
            return
        before = editor.document
        if modifiers & _SHIFT:
            editor.apply(placement_edits.resize, dx, dy)
        elif modifiers & _ALT:
            editor.apply(placement_edits.jump, dx, dy)
        else:
            editor.apply(placement_edits.nudge, dx, dy)
        self._view.reveal(editor.selection)
        if editor.document is before:
            sizing = bool(modifiers & _SHIFT)
            why = (
                why_not_resizable(editor, editor.selection, high=dx == 0)
                if sizing
                else why_not_movable(editor, editor.selection)
            )
            if editor.editable:
                why = why or (why_not_larger(dx, dy) if sizing else why_not_further(editor, dx, dy))
            if why:
                self.rejected.emit(why)
            return
        self._show_group_result()
        if not modifiers & (_SHIFT | _ALT) and placement_edits.leaves_some_behind(editor.state):
            self.rejected.emit(why_not_another_grid())

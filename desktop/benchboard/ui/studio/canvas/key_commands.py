"""The commands with shortcuts on the page."""

from PySide6.QtCore import Qt

from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.canvas.interaction.rejections import why_not_editable
from benchboard.ui.studio.canvas.selection_commands import SELECTION_COMMANDS, ids_by_keys


class KeyCommands:
    """Runs the selection command that has a shortcut, if it is available now."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._by_keys = {keys: SELECTION_COMMANDS[command_id] for keys, command_id in ids_by_keys().items()}

    def run(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        command = self._by_keys.get((key, modifiers))
        if command is None or command.why_not(self._canvas.editor):
            return False
        command.run(self._canvas)
        return True

    def why_not_allowed(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> str:
        command, editor = self._by_keys.get((key, modifiers)), self._canvas.editor
        return why_not_editable(editor) if command is not None and command.is_blocked(editor) else ""

"""A list of rows of texts that are worked by commands: each by its key, or by a click."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent

from benchboard.ui.bench.cell_list import NARROW, CellList, RowsModel
from benchboard.ui.commands import REGISTRY, CommandScope


class CommandList(CellList):
    """`asked` has the id of a command for the current row: by a key of the `scope`, by a click on the row's tick the
    one that `toggles` it, by a double click the one that `opens` the row.
    """

    asked = Signal(str)

    def __init__(
        self,
        model: RowsModel,
        widths: Mapping[int, int],
        scope: CommandScope,
        *,
        toggles: str,
        opens: str,
        name: str,
        label: str,
        narrow: int = NARROW,
    ) -> None:
        super().__init__(model, widths, name=name, label=label, narrow=narrow)
        self._toggles, self._opens = toggles, opens
        self._keys = {
            QKeySequence(keys): command.id for command in REGISTRY.of_scope(scope) for keys in command.shortcuts
        }

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Run the command of the key; the arrow keys move."""
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        key = Qt.Key.Key_Return if event.key() == Qt.Key.Key_Enter else Qt.Key(event.key())
        command = self._keys.get(QKeySequence(modifiers.value | key.value))
        if command is None:
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():
            self.asked.emit(command)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on the tick of a row changes it."""
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and self._is_on_tick(event):
            self.asked.emit(self._toggles)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double click opens the row; on its tick it is two clicks."""
        if self.indexAt(event.position().toPoint()).isValid():
            self.asked.emit(self._toggles if self._is_on_tick(event) else self._opens)

    def _is_on_tick(self, event: QMouseEvent) -> bool:
        index = self.indexAt(event.position().toPoint())
        return index.isValid() and index.column() == 0 and self.rows.checked(index.row()) is not None

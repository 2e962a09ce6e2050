"""The lists of triggers, and of those that were met: their columns and keys."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent

from benchboard.ui.bench.bench_commands import TRIGGERS
from benchboard.ui.bench.cell_list import CellList, RowsModel
from benchboard.ui.bench.triggers.trigger_models import (
    ARMED,
    COUNT,
    FRAME,
    LAST,
    NAME,
    TIME,
    TRIGGER,
    FiredModel,
    TriggerModel,
)
from benchboard.ui.commands import REGISTRY

_TRIGGER_WIDTHS: Final = {ARMED: 96, NAME: 160, LAST: 176, COUNT: 88}
_FIRED_WIDTHS: Final = {TIME: 176, TRIGGER: 180, FRAME: 300}


class TriggerRowList(CellList):
    """`asked` has the id of a command for the current row, by its key or a click."""

    asked = Signal(str)

    def __init__(self, model: RowsModel, widths: Mapping[int, int], *, name: str, label: str) -> None:
        """`widths` of columns in pixels; the others share the rest."""
        super().__init__(model, widths, name=name, label=label)
        self._keys = {
            QKeySequence(keys): command.id for command in REGISTRY.of_scope(TRIGGERS) for keys in command.shortcuts
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
        """A click on the tick of a row arms or disarms it."""
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        is_left = event.button() == Qt.MouseButton.LeftButton
        if is_left and index.isValid() and index.column() == 0 and self.rows.checked(index.row()) is not None:
            self.asked.emit("bench.toggle_trigger")

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double click opens the row; on its tick it is two clicks."""
        index = self.indexAt(event.position().toPoint())
        if index.isValid():
            has_tick = index.column() == 0 and self.rows.checked(index.row()) is not None
            self.asked.emit("bench.toggle_trigger" if has_tick else "bench.open_trigger")


def trigger_list(model: TriggerModel, label: str) -> TriggerRowList:
    """The list of triggers."""
    return TriggerRowList(model, _TRIGGER_WIDTHS, name="triggers", label=label)


def fired_list(model: FiredModel, label: str) -> TriggerRowList:
    """The list of triggers that were met."""
    return TriggerRowList(model, _FIRED_WIDTHS, name="fired_triggers", label=label)

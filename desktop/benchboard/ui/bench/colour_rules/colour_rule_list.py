"""The list of colour rules: its model, columns and keys."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QWidget

from benchboard.canbus.colour_rules import RULE_COLOURS, ColourRule, ColourRules
from benchboard.i18n import _
from benchboard.ui.bench.bench_commands import COLOUR_RULES
from benchboard.ui.bench.cell_list import ROW, CellList, Index, RowsModel
from benchboard.ui.commands import REGISTRY
from benchboard.ui.theme import theme

ON, NAME, CONDITION, COLOUR = range(4)
_WIDTHS: Final = {ON: 72, NAME: 144, COLOUR: 92}
_MOST_SHOWN: Final = 6


class ColourRuleModel(RowsModel):
    """Shows the rules in their order."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.titles = (_("On"), _("Name"), _("Frames"), _("Colour"))
        self.mono = (CONDITION,)
        self.rules = ColourRules()

    def show_rules(self, rules: ColourRules) -> None:
        """Show these rules."""
        self.beginResetModel()
        self.rules = rules
        self.endResetModel()

    def row_at(self, row: int) -> ColourRule | None:
        """The rule at this place, if there is one."""
        return self.rules.rows[row] if 0 <= row < len(self.rules.rows) else None

    def cell(self, row: int, column: int) -> str:
        one = self.rules.rows[row]
        if column == ON:
            return _("on") if one.on else _("off")
        if column == NAME:
            return one.name or "–"
        return one.condition if column == CONDITION else _(RULE_COLOURS[one.colour])

    def ground(self, row: int, column: int) -> str:
        return f"rule.{self.rules.rows[row].colour}" if column == COLOUR else ""

    def is_muted(self, row: int) -> bool:
        return not self.rules.rows[row].on

    def checked(self, row: int) -> bool | None:
        return self.rules.rows[row].on

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rules.rows)


class ColourRuleList(CellList):
    """`asked` has the id of a command for the current rule, by its key or a click."""

    asked = Signal(str)

    def __init__(self, model: ColourRuleModel, *, name: str) -> None:
        super().__init__(model, _WIDTHS, name=name, label=_("Colour rules"), narrow=0)
        self._keys = {
            QKeySequence(keys): command.id for command in REGISTRY.of_scope(COLOUR_RULES) for keys in command.shortcuts
        }

    def fit(self) -> None:
        """Be as high as the rules, or as the most that are shown at once."""
        rows = min(max(self.rows.rowCount(), 1), _MOST_SHOWN)
        self.setFixedHeight(theme().px("table.header") + rows * ROW)

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
        """A click on the tick of a rule turns it on or off."""
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and self._is_on_tick(event):
            self.asked.emit("bench.toggle_colour_rule")

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double click edits the rule; on its tick it is two clicks."""
        if self.indexAt(event.position().toPoint()).isValid():
            self.asked.emit("bench.toggle_colour_rule" if self._is_on_tick(event) else "bench.edit_colour_rule")

    def _is_on_tick(self, event: QMouseEvent) -> bool:
        index = self.indexAt(event.position().toPoint())
        return index.isValid() and index.column() == ON

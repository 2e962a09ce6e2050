"""The list of colour rules: its model, columns and keys."""

from typing import Final

from PySide6.QtWidgets import QWidget

from benchboard.canbus.colour_rules import RULE_COLOURS, ColourRule, ColourRules
from benchboard.i18n import _
from benchboard.ui.bench.bench_commands import COLOUR_RULES
from benchboard.ui.bench.cell_list import ROW, Index, RowsModel
from benchboard.ui.bench.command_list import CommandList
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


class ColourRuleList(CommandList):
    """As high as its rules."""

    def __init__(self, model: ColourRuleModel, *, name: str) -> None:
        super().__init__(
            model, _WIDTHS, COLOUR_RULES, toggles="bench.toggle_colour_rule", opens="bench.edit_colour_rule",
            name=name, label=_("Colour rules"), narrow=0,
        )  # fmt: skip

    def fit(self) -> None:
        """Be as high as the rules, or as the most that are shown at once."""
        rows = min(max(self.rows.rowCount(), 1), _MOST_SHOWN)
        self.setFixedHeight(theme().px("table.header") + rows * ROW)

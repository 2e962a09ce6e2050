"""Adds, changes, orders and deletes the rules that give frames a colour: a button, and the popover it opens."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QWidget

from benchboard.canbus.colour_rules import (
    MAX_CONDITION,
    MAX_NAME,
    RULE_COLOURS,
    ColourRule,
    require_rule,
)
from benchboard.canbus.dbc import CanDatabase
from benchboard.canbus.frame_filter import is_unfinished
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.ui.bench.bench_commands import COLOUR_RULE_MENU, COLOUR_RULES
from benchboard.ui.bench.colour_rules.colour_rule_list import ColourRuleList, ColourRuleModel
from benchboard.ui.bench.colour_rules.kept_colour_rules import KeptColourRules
from benchboard.ui.command_menu import command_menu
from benchboard.ui.commands import REGISTRY, Handler, Handlers, run_handler
from benchboard.ui.context import Context
from benchboard.ui.widgets import Button, Edit, Field, Paragraph, Popover, Select, heading, row
from benchboard.ui.widgets.accessible import row_told_once
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.popover import is_accepting

_WIDTH: Final = 520
_REST_MS: Final = 700
"""So long after the last letter what is wrong with the condition is said."""
_ON_BUTTONS: Final = ("bench.edit_colour_rule", "bench.move_colour_rule_up", "bench.move_colour_rule_down",
                      "bench.delete_colour_rule")  # fmt: skip


class ColourRulesButton(Button):
    """Opens the rules. `place` names its widgets; `database` says what names there are."""

    def __init__(self, context: Context, database: Callable[[], CanDatabase], *, place: str) -> None:
        super().__init__(
            "", self.open, kind="quiet", icon="ph.palette", tip=_("Colour rules"), name=f"{place}_colour_rules"
        )
        self._context, self._database, self._place = context, database, place

    def open(self, condition: str = "") -> None:
        """Show the rules, and begin a new one with this condition."""
        ColourRulesPopover(self, self._context, self._database(), condition, place=self._place).open()


class ColourRulesPopover(Popover):
    """The rules in their order, and the fields of one: a new one, unless one of the list is edited."""

    is_form = True
    takes_ctrl_enter = True

    def __init__(self, anchor: QWidget, context: Context, database: CanDatabase, condition: str, *, place: str) -> None:
        super().__init__(anchor, width=_WIDTH, name=f"{place}_colour_popover")
        self._context, self._database, self._place = context, database, place
        self._kept = KeptColourRules.of(context)
        self._edited: ColourRule | None = None
        """The rule of the list that is in the fields; None for a new one."""
        self._rest = QTimer(self, interval=_REST_MS, singleShot=True)
        self._rest.timeout.connect(self._show_typed)
        self.model = ColourRuleModel(self)
        self.list = ColourRuleList(self.model, name=f"{place}_colour_list")
        self.list.asked.connect(lambda command: run_handler(self.handlers()[command], context.problems.refuse))
        self.list.menu_requested.connect(self._open_menu)
        self.list.selectionModel().currentChanged.connect(lambda *_indexes: self._show_buttons())
        self.column.addWidget(heading(_("Colour rules")))
        self._about = Paragraph(_("The first rule that a frame fits gives it its colour."), "caption", "muted")
        self.column.addWidget(self._about)
        self.column.addWidget(self.list)
        self._tools = QWidget()
        self._build_tools()
        self.column.addWidget(self._tools)
        self._build_form()
        self._kept.changed.connect(self._show)
        self._show()
        self._fill(ColourRule(condition, self._kept.rules.free_colour()), None)

    # ---- layout

    def _build_tools(self) -> None:
        line = QHBoxLayout(self._tools)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        self._buttons: dict[str, Button] = {}
        for command_id in _ON_BUTTONS:
            command = REGISTRY[command_id]
            run = partial(self.list.asked.emit, command_id)
            name = f"{self._place}_{command_id.removeprefix('bench.')}"
            button = Button("", run, kind="quiet", icon=command.icon, tip=command.text, name=name)
            button.setToolTip(plain_tooltip(command.tooltip))  # only the list reads the key
            self._buttons[command_id] = button
            line.addWidget(button)
        line.addStretch(1)

    def _build_form(self) -> None:
        place = self._place
        edit = Edit(mono=True, placeholder=_("ID, name or signal>value"), name=f"{place}_colour_condition")
        edit.setMaxLength(MAX_CONDITION)
        edit.textEdited.connect(lambda _text: self._follow_typing())
        self._condition = Field(_("Frames"), edit, note=_("As in the filter: 18F, 100-1FF, Speed>100, error"), lines=1)
        self._name = Field(_("Name"), Edit(name=f"{place}_colour_name"))
        self._name.edit.setMaxLength(MAX_NAME)
        colours = tuple((key, _(title)) for key, title in RULE_COLOURS.items())
        self._colour = Select(colours, name=f"{place}_colour_choice")
        self._cancel = Button(_("Cancel"), self._begin_new, name=f"{place}_colour_cancel")
        self._save = Button(_("Add rule"), self.accept, kind="primary", name=f"{place}_colour_save")
        for one in (edit, self._name.edit):
            one.returnPressed.connect(self.accept)
        self.column.addWidget(self._condition)
        line = row(self._name, Field(_("Colour"), self._colour), spacing=16)
        line.setStretch(0, 3)
        line.setStretch(1, 2)
        self.column.addLayout(line)
        buttons = row(self._cancel, self._save)
        buttons.insertStretch(0, 1)
        self.column.addLayout(buttons)

    def open(self) -> None:
        super().open()
        self._condition.edit.setFocus(Qt.FocusReason.PopupFocusReason)
        self._condition.edit.selectAll()

    # ---- the list

    def _show(self) -> None:
        """Show the present rules; the current one stays so, or the next one where it was deleted."""
        place = self.list.currentIndex().row()
        key = current.key if (current := self.model.row_at(place)) is not None else 0
        had_focus = any(one.hasFocus() for one in (self.list, *self._buttons.values()))
        rules = self._kept.rules
        with row_told_once(self.list):
            self.model.show_rules(rules)
            if rules.rows:
                found = rules.place_of(key) if key else -1
                place = found if found >= 0 else max(0, min(place, len(rules.rows) - 1))
                self.list.setCurrentIndex(self.model.index(place, 0))
            elif had_focus:
                self._condition.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        for part in (self.list, self._tools):
            part.setVisible(bool(rules.rows))
        self.list.fit()
        self._show_buttons()
        if self._edited is not None and rules.find(self._edited.key) is None:
            self._begin_new()
        if self.isVisible():
            self.move_into_place()

    @property
    def current(self) -> ColourRule | None:
        """The rule of the current row."""
        return self.model.row_at(self.list.currentIndex().row())

    def handlers(self) -> Handlers:
        """The commands of the current rule; those that can't be run say why."""
        rule = self.current
        place, last = self.list.currentIndex().row(), self.model.rowCount() - 1

        def why_none() -> str:
            return "" if rule is not None else _("Select a rule first.")

        def of_rule(run: Callable[[ColourRule], object]) -> Callable[[], object]:
            return lambda: run(rule) if rule is not None else None

        on = rule is not None and rule.on
        return {
            "bench.toggle_colour_rule": Handler(
                of_rule(lambda one: self._kept.turn(one, on=not one.on)),
                why_none,
                _("Turn rule off") if on else _("Turn rule on"),
            ),
            "bench.edit_colour_rule": Handler(of_rule(self._edit), why_none),
            "bench.move_colour_rule_up": Handler(
                of_rule(lambda one: self._kept.move(one, -1)),
                lambda: why_none() or (_("It is the first rule.") if place == 0 else ""),
            ),
            "bench.move_colour_rule_down": Handler(
                of_rule(lambda one: self._kept.move(one, 1)),
                lambda: why_none() or (_("It is the last rule.") if place == last else ""),
            ),
            "bench.delete_colour_rule": Handler(of_rule(self._kept.delete), why_none),
        }

    def _show_buttons(self) -> None:
        handlers = self.handlers()
        for command_id, button in self._buttons.items():
            button.setEnabled(not handlers[command_id].why_not())

    def _open_menu(self, spot: QPoint) -> None:
        command_menu(
            self.list, COLOUR_RULE_MENU, self.handlers(), scope=COLOUR_RULES, label=_("Actions"),
            name="colour_rule_menu",
        ).popup(spot)  # fmt: skip

    # ---- the fields

    def _fill(self, rule: ColourRule, edited: ColourRule | None) -> None:
        """Have this rule in the fields: `edited`, or a new one."""
        self._edited = edited
        self._rest.stop()
        self._condition.set_error("")
        self._condition.edit.setText(rule.condition)
        self._name.edit.setText(rule.name)
        self._colour.set_current_key(rule.colour)
        self._cancel.setVisible(edited is not None)
        self._save.setText(_("Save rule") if edited is not None else _("Add rule"))
        self._save.updateGeometry()

    def _edit(self, rule: ColourRule) -> None:
        self._fill(rule, rule)
        self._condition.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self._condition.edit.selectAll()

    def _begin_new(self) -> None:
        """Have a new rule in the fields, and go on to the list from the button that vanishes."""
        if self._cancel.hasFocus():
            self._condition.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self._fill(ColourRule("", self._kept.rules.free_colour()), None)

    def _follow_typing(self) -> None:
        """What was said of the condition is over; what is wrong with it now is said once the user rests."""
        self._condition.set_error("")
        self._rest.start()

    def _show_typed(self) -> None:
        """Say at the condition what can't be read in it, or what no database has: no frame would fit it."""
        text = self._condition.text()
        if not text.strip() or is_unfinished(text):
            return
        try:
            unknown = ColourRule(text, "").filter.unknown_names(self._database)
        except Invalid as error:
            self._condition.set_error(_sentence(error))
            return
        if unknown:
            self._condition.set_warning(_("No database has {names}").format(names=", ".join(unknown)))

    def accept(self) -> None:
        """Take the rule in the fields, or say at the condition what is wrong with it."""
        self._rest.stop()
        condition, name = (" ".join(one.text().split()) for one in (self._condition, self._name))
        of = self._edited if self._edited is not None else ColourRule("", "")
        present = self._kept.rules.find(of.key) or of
        rule = replace(present, condition=condition, name=name, colour=self._colour.current_key())
        try:
            require_rule(rule)
            if self._edited is not None:
                self._kept.change(rule)
            else:
                self._kept.add(rule)
        except Invalid as error:
            self._condition.set_error(_sentence(error), again=True)
            self._condition.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            self.move_into_place()
            return
        self._begin_new()
        self.list.setCurrentIndex(self.model.index(self._kept.rules.place_of(rule.key), 0))
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    # ---- keys

    def event(self, event: QEvent) -> bool:
        """Undo, redo and Ctrl+Enter are for the rules here, not for the view behind."""
        is_override = event.type() == QEvent.Type.ShortcutOverride
        if is_override and isinstance(event, QKeyEvent) and (_is_undo(event) or is_accepting(event)):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves the rule that is edited first."""
        if event.key() == Qt.Key.Key_Escape and self._edited is not None:
            self._begin_new()
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        elif event.matches(QKeySequence.StandardKey.Undo):
            self._context.problems.undo_last()
        elif _is_undo(event):
            self._context.problems.redo_last()
        else:
            super().keyPressEvent(event)


def _is_undo(event: QKeyEvent) -> bool:
    return any(event.matches(one) for one in (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo))


def _sentence(error: Invalid) -> str:
    return " ".join(part for part in (error.what, error.do) if part)

"""The popovers in which a part of the question is chosen: a group, a measure, a sorting, the limit."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPlainTextEdit, QWidget

from benchboard.analytics.query_builder.question import (
    CLOCK_UNITS,
    MAX_LIMIT,
    TIMES,
    Derived,
    Function,
    Group,
    Measure,
    PlainColumn,
    Question,
    Sort,
    Unit,
    free_name,
    measure_name,
    measures_for,
    units_for,
    usual_unit,
)
from benchboard.analytics.query_types import NUMBERS
from benchboard.analytics.table_browser import BrowsedTable
from benchboard.i18n import TwoReadings, _, number, parse_number
from benchboard.ui.studio.data.explore.part_text import (
    direction_title,
    function_title,
    kind_of,
    output_title,
    unit_title,
)
from benchboard.ui.widgets import Button, Edit, Field, Popover, Select, heading, row
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.fields import SearchField
from benchboard.ui.widgets.paragraph import Paragraph

_WIDTH: Final = 280
_PADDING: Final = 14
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class PartPopover(Popover):
    """A few fields and *Apply*; Enter in a field applies too."""

    is_form = True

    def __init__(self, anchor: QWidget, title: str, name: str, *, width: int = _WIDTH) -> None:
        super().__init__(anchor, width=width, padding=_PADDING, name=name)
        self._warning = Paragraph("", "caption", "warn", parent=self)
        self._warning.setObjectName("part_discard_warning")
        self._warning.hide()
        self._warned_of: list[str] | None = None
        """What was typed as it was warned that closing it loses that; None while it isn't."""
        self.column.addWidget(heading(title))

    def add_apply(self, title: str = "") -> Button:
        """Add the button at the end, and return it."""
        button = Button(title or _("Apply"), self.apply, kind="primary", name="part_apply")
        buttons = row(button)
        buttons.insertStretch(0, 1)
        self.column.addWidget(self._warning)
        self.column.addLayout(buttons)
        return button

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and event.key() in _ENTER and isinstance(self.focusWidget(), QComboBox | QCheckBox):
            self.apply()  # as in a line of text, which takes the key itself
        elif event.key() != Qt.Key.Key_Escape or not self._warns(_("Press Esc again to discard what you typed.")):
            super().keyPressEvent(event)

    def leave(self) -> bool:
        return not self._warns(_("Click outside again to discard what you typed.")) and super().leave()

    def _warns(self, text: str) -> bool:
        """Warn, once, if closing it would lose something that was typed. Returns whether it did. Who types on is warned
        again."""
        if not self._is_typed() or self._warned_of is not None:
            return False
        self._warned_of = self._typed_texts()
        self._warning.setText(text)
        self._warning.show()
        self.move_into_place()
        announce(self, text, urgent=True, again=True)
        return True

    def _forget_warning(self) -> None:
        """Take the warning back once another text is typed; a change of colours is none."""
        if self._warned_of is not None and self._warned_of != self._typed_texts():
            self._warned_of = None
            self._warning.hide()
            self.move_into_place()

    def _typed_texts(self) -> list[str]:
        texts = [one.toPlainText() for one in self.findChildren(QPlainTextEdit)]
        return [*(one.text() for one in self.findChildren(QLineEdit)), *texts]

    def _is_typed(self) -> bool:
        """Whether closing it would lose something that was typed."""
        lines = [one for one in self.findChildren(QLineEdit) if not isinstance(one, SearchField)]
        texts = self.findChildren(QPlainTextEdit)
        return any(one.isModified() for one in lines) or any(one.document().isModified() for one in texts)

    def apply(self) -> None:
        """Take what was chosen; wrong values stay, with what is wrong."""
        raise NotImplementedError

    def accept(self) -> None:
        self.apply()  # also where its button isn't the blue one, because what it does isn't advised

    def open(self) -> None:
        super().open()
        for line in self.findChildren(QLineEdit):
            line.textChanged.connect(self._forget_warning)
        for text in self.findChildren(QPlainTextEdit):
            text.textChanged.connect(self._forget_warning)
        self.focusNextPrevChild(True)


def column_choices(table: BrowsedTable) -> list[tuple[str, str]]:
    """The columns of a table, as a drop-down list offers them."""
    return [(one.name, one.title) for one in table.columns]


class GroupPopover(PartPopover):
    """A column, and for times the unit that they are rounded down to."""

    def __init__(
        self,
        anchor: QWidget,
        table: BrowsedTable,
        question: Question,
        shown: Group | None,
        applied: Callable[[Group], object],
        *,
        column: str = "",
    ) -> None:
        super().__init__(anchor, _("Group by"), "group_popover")
        self._table, self._question, self._shown, self._applied = table, question, shown, applied
        self._column = Select(column_choices(table), name="group_column", label=_("Column"))
        self._column.set_current_key(shown.column if shown is not None else column or table.columns[0].name)
        self._unit = Select(name="group_unit", label=_("Unit of time"))
        self.column.addWidget(self._column)
        self.column.addWidget(self._unit)
        self.add_apply()
        self._column.currentIndexChanged.connect(self._show_unit)
        self._show_unit()

    def _show_unit(self) -> None:
        """Offer the units of the column: of a date no parts of a day, but for one that it has already."""
        kind = kind_of(self._table, self._column.current_key())
        before = self._unit.current_key() or (self._shown.unit if self._shown is not None else "")
        units = [
            one
            for one in units_for(self._question.dialect)
            if kind != "date" or one not in CLOCK_UNITS or (self._shown is not None and one == self._shown.unit)
        ]
        self._unit.set_choices([(one, unit_title(one)) for one in units])
        self._unit.set_current_key(before if before in units else usual_unit(self._question.dialect))
        self._unit.setVisible(kind in TIMES)
        if self.isVisible():
            self.move_into_place()

    def apply(self) -> None:
        column = self._column.current_key()
        unit: Unit = self._unit.currentData() if not self._unit.isHidden() else ""
        others = [name for name in self._question.outputs if self._shown is None or name != self._shown.output]
        name = free_name({"": column, "interval": "period"}.get(unit, unit), others)
        self.close()
        self._applied(Group(column, unit, name if unit or name != column else ""))


class MeasurePopover(PartPopover):
    """What is calculated, of which column, and what the result is called."""

    def __init__(
        self,
        anchor: QWidget,
        table: BrowsedTable,
        question: Question,
        shown: Measure | None,
        applied: Callable[[Measure], object],
        *,
        column: str = "",
    ) -> None:
        super().__init__(anchor, _("Measure"), "measure_popover")
        self._table, self._question, self._shown, self._applied = table, question, shown, applied
        rows = [("", _("Rows"))]
        self._column = Select([*rows, *column_choices(table)], name="measure_column", label=_("Column"))
        self._column.set_current_key(shown.column if shown is not None else column)
        self._function = Select([], name="measure_function", label=_("Calculation"))
        numbers = [(one.name, one.title) for one in table.columns if one.kind in NUMBERS and one.aggregate is None]
        self._divisor = Select([*numbers, *rows], name="measure_divisor", label=_("Divided by the sum of"))
        self._name = Field(_("Name in the result"), Edit(name="measure_name"), lines=1)
        self._name.edit.setMaxLength(50)
        self._name.edit.returnPressed.connect(self.apply)
        for field in (self._column, self._function, self._divisor, self._name):
            self.column.addWidget(field)
        self.add_apply()
        self._show_functions(shown.function if shown is not None else None)
        if shown is not None:
            self._divisor.set_current_key(shown.divisor)
            self._name.edit.setText(shown.name)
        self._column.currentIndexChanged.connect(lambda: self._show_functions(None))
        self._function.currentIndexChanged.connect(self._show_name)
        self._divisor.currentIndexChanged.connect(self._show_name)

    def _show_functions(self, chosen: Function | Derived | None) -> None:
        column = self._column.current_key()
        offered = measures_for(kind_of(self._table, column) if column else None, self._question.dialect)
        self._function.set_choices([(one, function_title(one)) for one in offered])
        self._function.set_current_key(chosen or offered[0])
        self._show_name()

    def _show_name(self) -> None:
        column, function = self._column.current_key(), self._function.current_key()
        is_ratio = function == "ratio"
        if is_ratio == self._divisor.isHidden():
            self._divisor.setVisible(is_ratio)
            if self.isVisible():
                self.move_into_place()
        if function in ("share", "ratio"):
            wanted = measure_name(self._question, self._function.currentData(), column, self._divisor.current_key())
        else:
            wanted = f"{function}_{column}" if column else self._table.name
        others = [name for name in self._question.outputs if self._shown is None or name != self._shown.output]
        self._name.edit.setText(free_name(wanted, others))
        self._name.set_error("")

    def apply(self) -> None:
        name = " ".join(self._name.text().split())
        others = [one for one in self._question.outputs if self._shown is None or one != self._shown.output]
        if not name or not name.isprintable():
            self._name.set_error(_("Enter a name."))
        elif name.casefold() in {one.casefold() for one in others}:
            self._name.set_error(_("Another column of the result already has this name."))
        else:
            self.close()
            function = self._function.currentData()
            divisor = self._divisor.current_key() if function == "ratio" else ""
            self._applied(Measure(function, self._column.current_key(), name, divisor))
            return
        self.move_into_place()
        self._name.edit.setFocus(Qt.FocusReason.OtherFocusReason)


class SortPopover(PartPopover):
    """A column of the result, and the direction."""

    def __init__(
        self,
        anchor: QWidget,
        table: BrowsedTable,
        question: Question,
        shown: Sort | None,
        applied: Callable[[Sort], object],
    ) -> None:
        super().__init__(anchor, _("Sort"), "sort_popover")
        self._table, self._question, self._applied = table, question, applied
        names = question.outputs or tuple(one.name for one in table.columns)
        taken = {one.name for one in question.sorts} - ({shown.name} if shown is not None else set())
        free = [name for name in names if name not in taken] or list(names)
        choices = [(name, output_title(question, name, table)) for name in free]
        self._by = Select(choices, name="sort_column", label=_("Column"))
        self._by.set_current_key(shown.name if shown is not None else free[0])
        self._direction = Select([], name="sort_direction", label=_("Direction"))
        self.column.addWidget(self._by)
        self.column.addWidget(self._direction)
        self.add_apply()
        self._show_directions(descending=shown.descending if shown is not None else True)
        self._by.currentIndexChanged.connect(
            lambda: self._show_directions(descending=self._direction.current_key() == "desc")
        )

    def _show_directions(self, *, descending: bool) -> None:
        name = self._by.current_key()
        titles = [
            (key, direction_title(self._question, Sort(name, key == "desc"), self._table)) for key in ("desc", "asc")
        ]
        self._direction.set_choices(titles)
        self._direction.set_current_key("desc" if descending else "asc")

    def apply(self) -> None:
        self.close()
        self._applied(Sort(self._by.current_key(), self._direction.current_key() == "desc"))


class PlainColumnPopover(PartPopover):
    """A column of the rows themselves, of those that aren't shown yet."""

    def __init__(
        self,
        anchor: QWidget,
        table: BrowsedTable,
        question: Question,
        shown: PlainColumn | None,
        applied: Callable[[PlainColumn], object],
    ) -> None:
        super().__init__(anchor, _("Column"), "plain_column_popover")
        self._applied = applied
        taken = {one.column for one in question.columns} - ({shown.column} if shown is not None else set())
        plain = [one for one in table.columns if one.aggregate is None]
        choices = [(one.name, one.title) for one in plain if one.name not in taken]
        self._by = Select(choices or [(one.name, one.title) for one in plain], name="plain_column", label=_("Column"))
        if shown is not None:
            self._by.set_current_key(shown.column)
        self.column.addWidget(self._by)
        self.add_apply()

    def apply(self) -> None:
        self.close()
        self._applied(PlainColumn(self._by.current_key()))


class LimitPopover(PartPopover):
    """How many rows there are at most."""

    def __init__(self, anchor: QWidget, shown: int | None, applied: Callable[[int | None], object]) -> None:
        super().__init__(anchor, _("Limit"), "limit_popover")
        self._applied = applied
        note = _("Leave empty for no limit. A query returns at most {count} rows.").format(count=number(MAX_LIMIT))
        self._rows = Field(_("Rows"), Edit(name="limit_rows"), note=note)
        self._rows.edit.setText("" if shown is None else str(shown))
        self._rows.edit.returnPressed.connect(self.apply)
        self.column.addWidget(self._rows)
        self.add_apply()

    def apply(self) -> None:
        text = self._rows.text().strip()
        try:
            rows = parse_number(text) if text else None
        except TwoReadings as error:
            rows = error.whole  # there are no parts of a row
        except ValueError:
            rows = 0.5
        if rows is not None and (rows != int(rows) or not 1 <= rows <= MAX_LIMIT):
            self._rows.set_error(_("Enter a whole number from 1 to {most}.").format(most=number(MAX_LIMIT)))
            self.move_into_place()
            self._rows.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.close()
        self._applied(None if rows is None else int(rows))

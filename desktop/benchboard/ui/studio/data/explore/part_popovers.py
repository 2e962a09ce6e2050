"""The popovers in which a part of the question is chosen: a filter, a group, a measure, a sorting, the limit."""

import csv
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from benchboard.analytics.column_statistics import TableStatistics
from benchboard.analytics.query_builder.question import (
    MAX_LIMIT,
    TIMES,
    WITH_VALUES,
    WITHOUT_VALUE,
    Filter,
    Function,
    Group,
    Measure,
    Operator,
    Question,
    Sort,
    Unit,
    Value,
    free_name,
    functions_for,
    operators_for,
    parse_value,
    units_for,
)
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.table_browser import BrowsedTable
from benchboard.errors import Invalid
from benchboard.i18n import _, number, parse_number
from benchboard.ui.studio.data.explore.part_text import (
    direction_title,
    function_title,
    kind_of,
    operator_title,
    output_title,
    time_operator_title,
    unit_title,
)
from benchboard.ui.widgets import Button, Edit, Field, Popover, Select, heading, row
from benchboard.ui.widgets.flow_layout import FlowLayout

_WIDTH: Final = 280
_EMPTY_TEXT: Final = '""'
"""What is typed for the text without characters."""
_PADDING: Final = 14
_SUGGESTED: Final = 8


class PartPopover(Popover):
    """A few fields and *Apply*; Enter in a field applies too."""

    def __init__(self, anchor: QWidget, title: str, name: str, *, width: int = _WIDTH) -> None:
        super().__init__(anchor, width=width, padding=_PADDING, name=name)
        self.column.addWidget(heading(title))

    def add_apply(self, title: str = "") -> Button:
        """Add the button at the end, and return it."""
        button = Button(title or _("Apply"), self.apply, kind="primary", size="sm", name="part_apply")
        buttons = row(button)
        buttons.addStretch(1)
        self.column.addLayout(buttons)
        return button

    def apply(self) -> None:
        """Take what was chosen; wrong values stay, with what is wrong."""
        raise NotImplementedError

    def open(self) -> None:
        super().open()
        self.focusNextPrevChild(True)


def _columns(table: BrowsedTable) -> list[tuple[str, str]]:
    return [(one.name, one.title) for one in table.columns]


class FilterPopover(PartPopover):
    """A column, an operator, and its value or values."""

    def __init__(
        self,
        anchor: QWidget,
        table: BrowsedTable,
        statistics: TableStatistics | None,
        shown: Filter | None,
        applied: Callable[[Filter], object],
        *,
        column: str = "",
    ) -> None:
        super().__init__(anchor, _("Filter"), "filter_popover")
        self._table, self._statistics, self._applied = table, statistics, applied
        self._column = Select(_columns(table), name="filter_column", label=_("Column"))
        self._column.set_current_key(shown.column if shown is not None else column or table.columns[0].name)
        self._operator = Select([], name="filter_operator", label=_("Operator"))
        self._value = Field(_("Value"), Edit(name="filter_value"))
        self._suggestions = QWidget()
        self._flow = FlowLayout(self._suggestions, spacing=6)
        for field in (self._column, self._operator, self._value, self._suggestions):
            self.column.addWidget(field)
        self.add_apply()
        self._value.edit.returnPressed.connect(self.apply)
        self._value.edit.textEdited.connect(lambda: self._value.set_error(""))
        self._show_operators(shown.operator if shown is not None else None)
        if shown is not None:
            self._value.edit.setText(_written(shown.values))
        self._column.currentIndexChanged.connect(lambda: self._show_operators(None))
        self._operator.currentIndexChanged.connect(self._show_value)

    @property
    def _kind(self) -> ValueKind:
        return kind_of(self._table, self._column.current_key())

    def _show_operators(self, chosen: Operator | None) -> None:
        kind = self._kind
        offered = list(operators_for(kind))
        if chosen is not None and chosen not in offered:
            offered.append(chosen)
        title = time_operator_title if kind in TIMES else operator_title
        self._operator.set_choices([(one, title(one)) for one in offered])
        self._operator.set_current_key(chosen or offered[0])
        self._value.edit.setText("")
        self._show_value()

    def _show_value(self) -> None:
        operator = self._operator.current_key()
        self._value.setVisible(operator not in WITHOUT_VALUE)
        self._value.set_error("")
        several, kind = operator in WITH_VALUES, self._kind
        note = _("Separate values with commas.") if several else ""
        if kind in TIMES:
            note = _("For example {example}, in UTC.").format(example="2026-03-31")
        elif kind == "boolean":
            note = _("{yes} or {no}").format(yes="true", no="false")
        self._value.set_note(note)
        self._show_suggestions(several=several)
        if self.isVisible():
            self.move_into_place()

    def _show_suggestions(self, *, several: bool) -> None:
        while (item := self._flow.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        known = self._statistics.columns.get(self._column.current_key()) if self._statistics is not None else None
        visible = not self._value.isHidden() and self._operator.current_key() not in ("contains", "starts")
        values = [value for value, _count in known.listed][:_SUGGESTED] if known is not None and visible else []
        for value in values:
            text = _written((value,)) if isinstance(value, str | bool | int) else ""
            button = Button(text, partial(self._suggest, text, several=several), size="xs", name="filter_suggestion")
            self._flow.addWidget(button)
            button.show()  # a hidden one has no size
        self._suggestions.setVisible(bool(values))
        self._suggestions.setFixedHeight(self._flow.heightForWidth(_WIDTH - 2 * _PADDING))

    def _suggest(self, text: str, *, several: bool) -> None:
        before = self._value.edit.text().strip()
        if several and before:
            listed = _split(before)
            text = before if text in [_written((one,)) for one in listed] else f"{before}, {text}"
        self._value.edit.setText(text)
        self._value.set_error("")
        self._value.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def apply(self) -> None:
        operator: Operator = self._operator.currentData()
        try:
            values = self._values(operator)
        except Invalid as error:
            self._value.set_error(" ".join(part for part in (error.what, error.do) if part))
            self.move_into_place()
            self._value.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.close()
        self._applied(Filter(self._column.current_key(), operator, values))

    def _values(self, operator: Operator) -> tuple[Value, ...]:
        if operator in WITHOUT_VALUE:
            return ()
        text = self._value.edit.text()
        if not text.strip():
            do = _('For empty text, enter "".') if self._kind == "text" else ""
            raise Invalid("question.value", _("Enter a value."), do=do, field="value")
        if text.strip() == _EMPTY_TEXT and self._kind == "text":
            return ("",)
        if operator in WITH_VALUES:
            return tuple(parse_value(one, self._kind) for one in _split(text))
        return (parse_value(text, self._kind),)


def _split(text: str) -> list[str]:
    """The values in a text, separated by commas; one in double quotes may hold commas itself."""
    return [one.strip() for one in next(csv.reader([text], skipinitialspace=True), []) if one.strip()]


def _written(values: Sequence[Value]) -> str:
    """Values as they are typed; those with commas in double quotes, if there are several."""
    if len(values) == 1 and isinstance(values[0], bool):
        return "true" if values[0] else "false"
    if list(values) == [""]:
        return _EMPTY_TEXT
    texts = [str(one) for one in values]
    if len(texts) > 1:
        texts = ['"' + one.replace('"', '""') + '"' if "," in one or '"' in one else one for one in texts]
    return ", ".join(texts)


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
        self._column = Select(_columns(table), name="group_column", label=_("Column"))
        self._column.set_current_key(shown.column if shown is not None else column or table.columns[0].name)
        units = units_for(question.dialect)
        self._unit = Select([(one, unit_title(one)) for one in units], name="group_unit", label=_("Unit of time"))
        usual: Unit = "interval" if "interval" in units else "day"
        self._unit.set_current_key(shown.unit if shown is not None and shown.unit else usual)
        self.column.addWidget(self._column)
        self.column.addWidget(self._unit)
        self.add_apply()
        self._column.currentIndexChanged.connect(self._show_unit)
        self._show_unit()

    def _show_unit(self) -> None:
        self._unit.setVisible(kind_of(self._table, self._column.current_key()) in TIMES)
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
        self._column = Select([*rows, *_columns(table)], name="measure_column", label=_("Column"))
        self._column.set_current_key(shown.column if shown is not None else column)
        self._function = Select([], name="measure_function", label=_("Calculation"))
        self._name = Field(_("Name in the result"), Edit(name="measure_name"))
        self._name.edit.setMaxLength(50)
        self._name.edit.returnPressed.connect(self.apply)
        for field in (self._column, self._function, self._name):
            self.column.addWidget(field)
        self.add_apply()
        self._show_functions(shown.function if shown is not None else None)
        if shown is not None:
            self._name.edit.setText(shown.name)
        self._column.currentIndexChanged.connect(lambda: self._show_functions(None))
        self._function.currentIndexChanged.connect(self._show_name)

    def _show_functions(self, chosen: Function | None) -> None:
        column = self._column.current_key()
        offered = functions_for(kind_of(self._table, column) if column else None, self._question.dialect)
        self._function.set_choices([(one, function_title(one)) for one in offered])
        self._function.set_current_key(chosen or offered[0])
        self._show_name()

    def _show_name(self) -> None:
        column, function = self._column.current_key(), self._function.current_key()
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
            self._applied(Measure(self._function.currentData(), self._column.current_key(), name))
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
        except ValueError:
            rows = 0.5
        if rows is not None and (rows != int(rows) or not 1 <= rows <= MAX_LIMIT):
            self._rows.set_error(_("Enter a whole number from 1 to {most}.").format(most=number(MAX_LIMIT)))
            self.move_into_place()
            self._rows.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.close()
        self._applied(None if rows is None else int(rows))

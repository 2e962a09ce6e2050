"""The popover of a filter: a column, an operator, and its value or values, typed or selected in the list of them."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from benchboard.analytics.column_values import LISTED_KINDS
from benchboard.analytics.query_builder.question import (
    TIMES,
    WITH_VALUES,
    WITHOUT_VALUE,
    Filter,
    Operator,
    Question,
    Value,
    operators_for,
    parse_value,
    values_filter,
)
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.table_browser import BrowsedTable, is_small
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.ui.studio.data.explore.column_value_list import ColumnValueList, ListedColumn
from benchboard.ui.studio.data.explore.part_popovers import PartPopover, column_choices
from benchboard.ui.studio.data.explore.part_text import kind_of, operator_title, time_operator_title
from benchboard.ui.widgets import Edit, Field, Select

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_WIDTH: Final = 320
_EMPTY_TEXT: Final = '""'
"""What is typed for the text without characters."""
_LISTED: Final[tuple[Operator, ...]] = ("eq", "ne", "one_of", "none_of")
"""The operators whose values are selected in a list."""
_NAMED: Final = 3
"""Variables that are named as examples."""
_ALONE: Final[tuple[Operator, ...]] = ("eq", "ne")


@dataclass(frozen=True, slots=True)
class FilteredRows:
    """What is filtered: the question without this filter, its columns, and the variables of the period it names."""

    question: Question
    table: BrowsedTable
    variables: dict[str, Sequence[str]]


class FilterPopover(PartPopover):
    """A column, an operator, and its values. The field of the value also searches the list of values."""

    def __init__(
        self,
        context: "Context",
        anchor: QWidget,
        filtered: FilteredRows,
        shown: Filter | None,
        applied: Callable[[Filter], object],
        *,
        column: str = "",
        named: Sequence[str] = (),
        suggested: str = "",
    ) -> None:
        """`column` is one that was chosen; without it and a filter `shown`, it begins at the one `suggested`. `named`:
        the variables whose values a condition may have."""
        super().__init__(anchor, _("Filter"), "filter_popover", width=_WIDTH)
        self._filtered, self._table, self._applied = filtered, filtered.table, applied
        self._named = named
        self._begins_at_value = shown is not None or bool(column)
        self._enters = False
        """Whether Enter was pressed before the values were there that decide what it does."""
        self._column = Select(column_choices(self._table), name="filter_column", label=_("Column"))
        self._column.set_current_key(shown.column if shown is not None else column or suggested)
        self._operator = Select([], name="filter_operator", label=_("Operator"))
        self._value = Field(_("Value"), Edit(name="filter_value"))
        self.values = ColumnValueList(context)
        for field in (self._column, self._operator, self._value, self.values):
            self.column.addWidget(field)
        self.add_apply()
        self._value.edit.returnPressed.connect(self._enter)
        self._value.edit.textEdited.connect(self._edited)
        self._show_operators(shown.operator if shown is not None else None, _ticked(shown))
        if shown is not None and not self._is_listed:
            self._value.edit.setText(_written(shown.values))
        self._column.currentIndexChanged.connect(lambda: self._show_operators(None, ()))
        self._operator.currentIndexChanged.connect(self._show_value)
        self.values.changed.connect(self._fit)
        self.values.answered.connect(self._answered)
        self.values.entered.connect(self.apply)
        self.values.left.connect(self._continue_search)
        self.closed.connect(self.values.stop)

    @property
    def _kind(self) -> ValueKind:
        return kind_of(self._table, self._column.current_key())

    @property
    def _chosen_operator(self) -> Operator:
        operator: Operator = self._operator.currentData()
        return operator

    @property
    def _is_listed(self) -> bool:
        return self._chosen_operator in _LISTED and self._kind in LISTED_KINDS

    def _show_operators(self, chosen: Operator | None, ticked: Sequence[Value | None]) -> None:
        kind = self._kind
        offered = list(operators_for(kind))
        if chosen == "one_of_or_empty":
            chosen = "one_of"
        if chosen is None and kind == "text":
            chosen = "one_of"  # what a list is for
        if chosen is not None and chosen not in offered:
            offered.append(chosen)
        title = time_operator_title if kind in TIMES else operator_title
        self._operator.set_choices([(one, title(one)) for one in offered])
        self._operator.set_current_key(chosen or offered[0])
        self._value.edit.setText("")
        self._enters = False
        self._list_values(ticked)
        self._show_value()

    def _list_values(self, ticked: Sequence[Value | None]) -> None:
        """Show the values of the column, as far as it is one whose values are listed."""
        name, question = self._column.current_key(), self._filtered.question
        if self._kind not in LISTED_KINDS:
            self.values.stop()
            return
        large = bool(question.server) and not is_small(self._table)
        column = ListedColumn(question, name, self._kind, self._filtered.variables, large)
        self.values.show_column(column, ticked, alone=self._chosen_operator in _ALONE)

    def _show_value(self) -> None:
        operator, kind = self._chosen_operator, self._kind
        listed = self._is_listed
        self._value.setVisible(operator not in WITHOUT_VALUE)
        self._value.set_error("")
        note = _("Separate values with commas.") if operator in WITH_VALUES and not listed else ""
        if kind in TIMES:
            note = _("For example {example}, in UTC.").format(example="2026-03-31")
        elif operator in ("ne", "none_of"):
            note = _("Rows without a value are left out too.")
        elif operator in ("eq", "one_of") and kind == "text" and self._named:
            note = _("Or enter a variable: {names}").format(
                names=", ".join(f":{name}" for name in self._named[:_NAMED])
            )
        self._value.set_note(note)
        self._value.edit.setPlaceholderText(_("Search or enter a value") if listed else "")
        self.values.setVisible(listed)
        if listed:
            self.values.set_alone(operator in _ALONE)
        self._fit()

    def open(self) -> None:
        super().open()
        if self._begins_at_value and self._is_listed:
            self._value.edit.setFocus(Qt.FocusReason.PopupFocusReason)

    def _fit(self) -> None:
        self.values.updateGeometry()
        if self.isVisible():
            self.move_into_place()

    def _edited(self, text: str) -> None:
        self._value.set_error("")
        self._enters = False
        if self._is_listed:
            self.values.search(text)

    def _continue_search(self, typed: str) -> None:
        """Move the focus from the list to the search field, and append what was typed."""
        self._value.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        if typed:
            self._value.edit.insert(typed)
            self._edited(self._value.edit.text())

    def _enter(self) -> None:
        """Apply what is typed: as it is, if it is a value or none contains it; else go to the values that do."""
        text = self._value.text().strip()
        if not self._is_listed or not text or text == _EMPTY_TEXT:
            self.apply()
        elif self.values.is_pending:
            self._enters = True
        else:
            self._enter_search(text)

    def _answered(self) -> None:
        if self._enters and not self.values.is_pending:
            self._enters = False
            self._enter_search(self._value.text().strip())

    def _enter_search(self, text: str) -> None:
        rows, failed = self.values.rows, self.values.has_failed
        if failed or not rows.size() or text in [str(one) for one in rows.shown if one is not None]:
            self._apply_typed()
        else:
            self.values.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def apply(self) -> None:
        if self._is_listed and self.values.rows.ticked and self._value.text().strip() != _EMPTY_TEXT:
            self._finish(self.values.rows.ticked)
        else:
            self._apply_typed()

    def _apply_typed(self) -> None:
        """Apply what is typed, with what is selected if several values can be."""
        operator = self._chosen_operator
        try:
            values = self._typed_values(operator)
        except Invalid as error:
            self._value.set_error(" ".join(part for part in (error.what, error.do) if part))
            self.move_into_place()
            self._value.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        if self._is_listed:
            self.values.rows.tick(values)
            self._finish(self.values.rows.ticked)
        else:
            self._finish(values)

    def _finish(self, values: Sequence[Value | None]) -> None:
        column, operator = self._column.current_key(), self._chosen_operator
        found = values_filter(column, operator, values) if operator in _LISTED else None
        if found is None:
            found = Filter(column, operator, tuple(one for one in values if one is not None))
        self.close()
        self._applied(found)

    def _typed_values(self, operator: Operator) -> tuple[Value, ...]:
        if operator in WITHOUT_VALUE:
            return ()
        text = self._value.text()
        if not text.strip():
            do = _('For empty text, enter "".') if self._kind == "text" else ""
            what = _("Select or enter a value.") if self._is_listed else _("Enter a value.")
            raise Invalid("question.value", what, do=do, field="value")
        if text.strip() == _EMPTY_TEXT and self._kind == "text":
            return ("",)
        if operator in WITH_VALUES:
            return tuple(parse_value(one, self._kind) for one in _split(text))
        return (parse_value(text, self._kind),)


def without_filter(question: Question, place: int) -> Question:
    """The question without one of its filters; with all of them where `place` is negative."""
    filters = tuple(one for at, one in enumerate(question.filters) if at != place)
    return replace(question, filters=filters)


def _ticked(shown: Filter | None) -> tuple[Value | None, ...]:
    """What the list shows as selected for a filter."""
    if shown is None or shown.operator not in (*_LISTED, "one_of_or_empty"):
        return ()
    return (*shown.values, None) if shown.operator == "one_of_or_empty" else shown.values


def _split(text: str) -> list[str]:
    """The values in a text, separated by commas; one in double quotes may hold commas itself."""
    return [one.strip() for one in next(csv.reader([text], skipinitialspace=True), []) if one.strip()]


def _written(values: Sequence[Value]) -> str:
    """Values as they are typed; those with commas in double quotes, if there are several."""
    if list(values) == [""]:
        return _EMPTY_TEXT
    texts = [str(one) for one in values]
    if len(texts) > 1:
        texts = ['"' + one.replace('"', '""') + '"' if "," in one or '"' in one else one for one in texts]
    return ", ".join(texts)

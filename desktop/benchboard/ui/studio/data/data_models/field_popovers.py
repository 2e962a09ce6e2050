"""The popovers of a model's field, how it is shown, and of a measure, what it calculates."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from PySide6.QtWidgets import QWidget

from benchboard.analytics.data_models.definition import (
    FORMATS,
    Field,
    FieldDisplay,
    FieldFormat,
    ModelMeasure,
)
from benchboard.analytics.model_services import MAX_DESCRIPTION, MAX_NAME, MAX_TITLE
from benchboard.analytics.query_builder.combined import check_expression
from benchboard.analytics.query_builder.question import Dialect, Function, free_name
from benchboard.errors import Invalid
from benchboard.i18n import _, is_currency
from benchboard.ui.studio.data.explore.part_popovers import PartPopover
from benchboard.ui.widgets import CheckBox, Edit, Select
from benchboard.ui.widgets import Field as FormField

_WIDTH: Final = 340


def format_title(format_: FieldFormat) -> str:
    """A format as people call it."""
    return {
        "": _("Automatic"),
        "text": _("Text"),
        "identifier": _("Identifier"),
        "integer": _("Whole number"),
        "decimal": _("Decimal number"),
        "money": _("Money"),
        "percent": _("Percent"),
        "date": _("Date"),
        "time": _("Date and time"),
    }[format_]


def aggregate_title(function: Function) -> str:
    """What a measure calculates, as people call it."""
    return {
        "count": _("Number of rows"),
        "count_distinct": _("Distinct values"),
        "sum": _("Sum"),
        "avg": _("Average"),
        "min": _("Minimum"),
        "max": _("Maximum"),
        "median": _("Median"),
    }[function]


def measure_text(measure: ModelMeasure) -> str:
    """A measure as its chip names it: `revenue = Sum of fare`."""
    if measure.aggregate == "count":
        return f"{measure.name} = {aggregate_title('count')}"
    expression = " ".join(measure.expression.split())
    return _("{name} = {function} of {expression}").format(
        name=measure.name, function=aggregate_title(measure.aggregate), expression=expression
    )


class _DisplayFields:
    """The fields of a popover that say how a model's field is shown."""

    def __init__(self, popover: PartPopover, display: FieldDisplay, placeholder: str) -> None:
        self.title = FormField(_("Title"), Edit(name="model_field_title", placeholder=placeholder), parent=popover)
        self.unit = FormField(_("Unit"), Edit(name="model_field_unit"), parent=popover)
        self._format = Select([(one, format_title(one)) for one in FORMATS], name="model_field_format")
        self.format = FormField(_("Format"), self._format, parent=popover)
        self.description = FormField(_("Description"), Edit(name="model_field_description"), parent=popover)
        for field, text, most in (
            (self.title, display.title, MAX_TITLE),
            (self.unit, display.unit, MAX_TITLE),
            (self.description, display.description, MAX_DESCRIPTION),
        ):
            field.edit.setMaxLength(most)
            field.edit.setText(text)
            field.edit.returnPressed.connect(popover.apply)
            field.edit.textEdited.connect(lambda _text, field=field: field.set_error(""))
        self._format.set_current_key(display.format)
        for field in (self.title, self.unit, self.format, self.description):
            popover.column.addWidget(field)

    def display(self, *, hidden: bool) -> FieldDisplay | None:
        """What is entered; None, with the error shown, if that can't be."""
        format_: FieldFormat = self._format.currentData()
        unit = self.unit.text().strip()
        if format_ == "money" and is_currency(unit.upper()):
            unit = unit.upper()
        elif format_ == "money" and unit:
            self.unit.set_error(_("Enter a currency code, such as EUR."))
            return None
        return FieldDisplay(self.title.text().strip(), unit, format_, self.description.text().strip(), hidden)


class FieldPopover(PartPopover):
    """How a field of a model is shown."""

    def __init__(
        self, anchor: QWidget, field: Field, placeholder: str, applied: Callable[[FieldDisplay], object]
    ) -> None:
        super().__init__(anchor, field.name, "model_field_popover", width=_WIDTH)
        self._applied = applied
        self._fields = _DisplayFields(self, field.display, placeholder)
        self._shown = CheckBox(_("Show in Explore and in editors"))
        self._shown.setObjectName("model_field_shown")
        self._shown.setChecked(not field.display.hidden)
        self.column.addWidget(self._shown)
        self.add_apply()

    def apply(self) -> None:
        display = self._fields.display(hidden=not self._shown.isChecked())
        if display is None:
            self.move_into_place()
            return
        self.close()
        self._applied(display)


class ModelMeasurePopover(PartPopover):
    """A measure: its name, what it calculates, and how it is shown."""

    def __init__(
        self,
        anchor: QWidget,
        shown: ModelMeasure | None,
        taken: Iterable[str],
        dialect: Dialect,
        applied: Callable[[ModelMeasure], object],
    ) -> None:
        title = _("Add measure") if shown is None else _("Measure")
        super().__init__(anchor, title, "model_measure_popover", width=_WIDTH)
        self._shown, self._dialect, self._applied = shown, dialect, applied
        self._taken = {one.casefold() for one in taken} - ({shown.name.casefold()} if shown is not None else set())
        functions: list[Function] = ["sum", "avg", "min", "max", "count", "count_distinct"]
        if dialect == "duckdb":
            functions.insert(4, "median")
        self._function = Select([(one, aggregate_title(one)) for one in functions], name="model_measure_function")
        self._expression = FormField(
            _("Of the field or expression"),
            Edit(name="model_measure_expression", mono=True, placeholder="price * quantity"),
            parent=self,
        )
        self._name = FormField(_("Name in queries"), Edit(name="model_measure_name"), parent=self)
        self._name.edit.setMaxLength(MAX_NAME)
        for part in (FormField(_("Calculate"), self._function, parent=self), self._expression, self._name):
            self.column.addWidget(part)
        measure = shown or ModelMeasure(free_name("measure", self._taken), "sum", "", "decimal")
        self._display = _DisplayFields(self, measure.display, "")
        self._function.set_current_key(measure.aggregate)
        self._expression.edit.setText(measure.expression)
        self._name.edit.setText(measure.name)
        for field in (self._expression, self._name):
            field.edit.returnPressed.connect(self.apply)
            field.edit.textEdited.connect(lambda _text, field=field: field.set_error(""))
        self._function.currentIndexChanged.connect(self._show_expression)
        self.add_apply(title if shown is None else _("Apply"))
        self._show_expression()

    def _show_expression(self) -> None:
        self._expression.setVisible(self._function.current_key() != "count")
        if self.isVisible():
            self.move_into_place()

    def apply(self) -> None:
        name = " ".join(self._name.text().split())
        function: Function = self._function.currentData()
        expression = "" if function == "count" else self._expression.text().strip()
        if not name or not name.isprintable():
            self._name.set_error(_("Enter a name."))
        elif name.casefold() in self._taken:
            self._name.set_error(_("Another field already has this name."))
        elif self._is_wrong(expression, function):
            pass
        elif (display := self._display.display(hidden=False)) is not None:
            self.close()
            before = self._shown or ModelMeasure(name, function, expression, "decimal")
            self._applied(replace(before, name=name, aggregate=function, expression=expression, display=display))
            return
        self.move_into_place()

    def _is_wrong(self, expression: str, function: Function) -> bool:
        """Show what is wrong with the expression, if anything is."""
        if function == "count":
            return False
        try:
            check_expression(expression, self._dialect)
        except Invalid as error:
            self._expression.set_error(" ".join(part for part in (error.what, error.do) if part))
            return True
        return False

"""The popover of a model's field: how it is shown; the words for formats and measures."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from benchboard.analytics.data_models.definition import (
    FORMATS,
    Aggregate,
    Field,
    FieldDisplay,
    FieldFormat,
    ModelMeasure,
    field_title,
)
from benchboard.analytics.model_services import MAX_DESCRIPTION, MAX_TITLE
from benchboard.i18n import _, is_currency
from benchboard.ui.studio.data.explore.part_popovers import PartPopover
from benchboard.ui.widgets import CheckBox, Edit, Select
from benchboard.ui.widgets import Field as FormField
from benchboard.ui.widgets.accessible import announce, focus_told_once, untold

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


def aggregate_title(function: Aggregate) -> str:
    """What a measure calculates, as people call it."""
    return {
        "count": _("Number of rows"),
        "count_distinct": _("Distinct values"),
        "sum": _("Sum"),
        "avg": _("Average"),
        "min": _("Minimum"),
        "max": _("Maximum"),
        "median": _("Median"),
        "formula": _("Formula over measures"),
    }[function]


def measure_text(measure: ModelMeasure) -> str:
    """A measure as its chip names it: `Revenue (EUR) = Sum of fare`."""
    name, expression = field_title(measure), " ".join(measure.expression.split())
    if measure.aggregate == "formula":
        return f"{name} = {expression}"
    if measure.aggregate == "count":
        text = f"{name} = {aggregate_title('count')}"
    else:
        text = _("{name} = {function} of {expression}").format(
            name=name, function=aggregate_title(measure.aggregate), expression=expression
        )
    condition = " ".join(measure.condition.split())
    return _("{measure} where {condition}").format(measure=text, condition=condition) if condition else text


class DisplayFields:
    """The fields that say how a model's field is shown. Enter in one calls `entered`; where they stand decides who
    makes them."""

    def __init__(self, parent: QWidget, entered: Callable[[], object], *, name: str = "model_field") -> None:
        self.title = FormField(_("Title"), Edit(name=f"{name}_title"), parent=parent)
        self.unit = FormField(_("Unit"), Edit(name=f"{name}_unit"), parent=parent)
        self.choice = Select([(one, format_title(one)) for one in FORMATS], name=f"{name}_format")
        self.format = FormField(_("Format"), self.choice, parent=parent)
        self.description = FormField(_("Description"), Edit(name=f"{name}_description"), parent=parent)
        for field, most in (
            (self.title, MAX_TITLE), (self.unit, MAX_TITLE), (self.description, MAX_DESCRIPTION)
        ):  # fmt: skip
            field.edit.setMaxLength(most)
            field.edit.returnPressed.connect(entered)
            field.edit.textEdited.connect(lambda _text, field=field: field.set_error(""))
        self.all = (self.title, self.unit, self.format, self.description)

    def show(self, display: FieldDisplay, placeholder: str = "") -> None:
        """Show how a field is shown; `placeholder` is its title where none was given."""
        self.title.edit.setPlaceholderText(placeholder)
        for field, text in (
            (self.title, display.title), (self.unit, display.unit), (self.description, display.description)
        ):  # fmt: skip
            field.set_error("")
            if field.edit.text() != text:
                field.edit.setText(text)
        self.choice.set_current_key(display.format)

    def display(self, *, hidden: bool) -> FieldDisplay | None:
        """What is entered; None, with the error shown, if that can't be."""
        format_: FieldFormat = self.choice.currentData()
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
        self, anchor: QWidget, field: Field, placeholder: str, applied: Callable[[FieldDisplay], object],
        told: Callable[[], AbstractContextManager[None]] = focus_told_once,
    ) -> None:  # fmt: skip
        """`told` is what tells a screen reader once where the focus is in the end."""
        super().__init__(anchor, field.name, "model_field_popover", width=_WIDTH)
        self._field, self._applied, self._told_once = field, applied, told
        self._fields = DisplayFields(self, self.apply)
        self._fields.show(field.display, placeholder)
        for one in self._fields.all:
            self.column.addWidget(one)
        self._shown = CheckBox(_("Show in Explore and in editors"))
        self._shown.setObjectName("model_field_shown")
        with untold():  # it isn't shown yet
            self._shown.setChecked(not field.display.hidden)
        self.column.addWidget(self._shown)
        self.add_apply()

    def begin_at(self, part: str) -> None:
        """Go on at one part of how the field is shown, by its name in `FieldDisplay`."""
        parts = {
            "unit": self._fields.unit.edit,
            "format": self._fields.choice,
            "description": self._fields.description.edit,
            "hidden": self._shown,
        }
        if part in parts:
            parts[part].setFocus(Qt.FocusReason.TabFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc gives back how the field was shown: that is typed again at once, so nothing is asked."""
        if event.key() != Qt.Key.Key_Escape or event.modifiers():
            super().keyPressEvent(event)
            return
        if not self._is_changed():
            self.close()
            return
        with self._told_once():
            self.close()
            text = _("Changes to “{name}” discarded.").format(name=self._field.name)
            announce(self.parentWidget() or self, text, again=True)

    def _is_changed(self) -> bool:
        return self._fields.display(hidden=not self._shown.isChecked()) != self._field.display

    def apply(self) -> None:
        display = self._fields.display(hidden=not self._shown.isChecked())
        if display is None:
            self.move_into_place()
            return
        with self._told_once():
            self.close()
            self._applied(display)

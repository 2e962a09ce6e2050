"""The editor of the field that is selected on a model's canvas: its title, unit, format and formula."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from benchboard.analytics.data_models.definition import CalculatedField, Field, FieldDisplay, ModelMeasure
from benchboard.analytics.queries import ResultTable
from benchboard.analytics.query_builder.question import Calculation
from benchboard.analytics.query_types import kind_name
from benchboard.analytics.table_browser import BrowsedColumn
from benchboard.errors import AppError
from benchboard.i18n import _
from benchboard.ui.studio.data.data_models.field_popovers import DisplayFields, measure_text
from benchboard.ui.studio.data.data_models.model_parts import changed_text, shown_text
from benchboard.ui.studio.data.explore.calculation_check import CalculationCheck
from benchboard.ui.studio.data.explore.calculation_popover import with_titles
from benchboard.ui.studio.data.explore.expression_edit import ExpressionEdit
from benchboard.ui.studio.data.value_text import kind_title
from benchboard.ui.studio.kind_icons import KIND_ICONS
from benchboard.ui.widgets import Button, CheckBox, Elided, Icon, Paragraph, Text
from benchboard.ui.widgets import Field as FormField
from benchboard.ui.widgets.accessible import announce, untold
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.surfaces import set_surface

if TYPE_CHECKING:
    from benchboard.analytics.data_models.definition import ModelDefinition
    from benchboard.analytics.query_builder.question import Question
    from benchboard.ui.context import Context
    from benchboard.ui.studio.data.data_models.model_draft import ModelDraft, ModelState
    from benchboard.ui.studio.data.explore.exploration import Exploration

_CHECK_MS: Final = 400
_FORMULA: Final = 58
"""Height of the formula, in pixels: three lines."""


class FieldEditing(Protocol):
    """What the form needs of the editor that it is part of."""

    draft: "ModelDraft | None"
    exploration: "Exploration"
    why_read_only: str

    def question(self) -> "Question": ...
    def broken_texts(self) -> dict[str, str]: ...
    def titles(self) -> dict[str, str]: ...
    def title_placeholder(self, field: Field) -> str: ...
    def presented(self, table: ResultTable) -> ResultTable: ...
    def edit_definition(self, definition: "ModelDefinition") -> None: ...
    def apply_state(self, state: "ModelState", *, group: str = "") -> None: ...
    def open_field(self, name: str, anchor: QWidget) -> None: ...


class FieldForm(QWidget):
    """Shows one field. A value is taken when it is left or Enter is pressed; a formula, as soon as the source says that
    it is right: what is wrong with it stands below it, and it stays as it was typed while others are shown."""

    left = Signal()
    """Esc was pressed."""

    def __init__(self, context: "Context", editor: FieldEditing) -> None:
        super().__init__()
        set_surface(self, "surface")
        self._editor = editor
        self._field: Field | None = None
        self._wrong: dict[str, str] = {}
        """Formulas that can't be taken as they were typed, by field."""
        self._icon = Icon("ph.columns", "text.secondary", 16)
        self.heading = Elided("", "body_strong", fits_text=True)
        self.heading.setObjectName("model_form_heading")
        self._kind = Text("", "caption", "muted")
        self._shown = CheckBox(_("Show in Explore and in editors"))
        self._shown.setObjectName("model_form_shown")
        self._fields = DisplayFields(self, self._take, name="model_form")
        self.formula = ExpressionEdit(context, "model_form_formula", dict)
        self.formula.offer(self._columns_before, lambda: editor.question().dialect)
        self.formula.setUndoRedoEnabled(True)
        self.formula.setFixedHeight(_FORMULA)
        self._formula = FormField(_("Formula in SQL, for each row"), self.formula, parent=self)
        self._said = Paragraph("", "caption", "muted", parent=self)
        self._said.setObjectName("model_form_said")
        self._measure = Button(
            _("Edit measure…"), self._open_measure, kind="plain", icon="ph.pencil-simple", size="sm",
            name="model_form_measure",
        )  # fmt: skip
        self._lay_out()
        self._timer = QTimer(self, interval=_CHECK_MS, singleShot=True)
        self._timer.timeout.connect(self._check)
        self._asking = CalculationCheck(context, editor.exploration, self)
        self._asking.found.connect(self._right)
        self._asking.failed.connect(self._failed)
        self._edits = (self._fields.title.edit, self._fields.unit.edit, self._fields.description.edit)
        for edit in self._edits:
            edit.editingFinished.connect(self._take)
        self._fields.choice.activated.connect(lambda _index: self._take())
        self._shown.clicked.connect(lambda _checked: self._take())
        self.formula.textChanged.connect(self._typed)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        for widget, stretch in ((self._icon, 0), (self.heading, 0), (self._kind, 0)):
            head.addWidget(widget, stretch)
        head.addStretch(1)
        head.addWidget(self._measure)
        head.addWidget(self._shown)
        self._form = QWidget(self)
        grid = QGridLayout(self._form)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(8)
        for place, (field, stretch) in enumerate(
            ((self._fields.title, 4), (self._fields.unit, 2), (self._fields.format, 3))
        ):
            grid.addWidget(field, 0, place)
            grid.setColumnStretch(place, stretch)
        lines: tuple[QWidget, ...] = (self._formula, self._said, self._fields.description)
        for row, line in enumerate(lines, 1):
            grid.addWidget(line, row, 0, 1, 3)
        grid.setRowStretch(4, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._form, 1)

    # What is shown

    def focus_title(self) -> None:
        """Go on in the title."""
        self._fields.title.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._fields.title.edit.selectAll()

    def show_nothing(self) -> None:
        """Take what is typed: no field is selected any more."""
        self.commit()
        self._asking.stop()
        self._timer.stop()
        self._field = None

    def show_field(self, field: Field, problem: str = "") -> None:
        """Show a field as it is now; `problem` is what the source says of it as it is stored."""
        before = self._field
        if before is not None and before.name != field.name:
            self.commit()
        if before == field:
            return
        self._field = field
        is_other = before is None or before.name != field.name
        why, is_calculated = self._editor.why_read_only, isinstance(field, CalculatedField)
        self._icon.show_icon("ph.calculator" if isinstance(field, ModelMeasure) else "ph.math-operations"
                             if is_calculated else KIND_ICONS[field.kind])  # fmt: skip
        self.heading.setText(field.name)
        self.setAccessibleName(_("Selected field {name}").format(name=field.name))
        kinds = {ModelMeasure: _("measure"), CalculatedField: _("calculated")}
        self._kind.setText(kinds.get(type(field), kind_title(field.kind) if field.kind != "null" else ""))
        self._fields.show(field.display, self._editor.title_placeholder(field))
        with untold():  # it is the value of another field: nobody checked it
            self._shown.setChecked(not field.display.hidden)
        for edit in self._edits:
            edit.setReadOnly(bool(why))
        for part in (self._fields.choice, self._shown):
            part.setEnabled(not why)
            part.setToolTip(plain_tooltip(why))
            part.setAccessibleDescription(why)
        self.formula.setReadOnly(bool(why))
        self._formula.setVisible(is_calculated)
        self._fields.description.setVisible(not is_calculated)
        self._measure.setVisible(isinstance(field, ModelMeasure) and not why)
        if isinstance(field, CalculatedField):
            self._show_formula(field, problem, is_other=is_other)
        else:
            self._say(measure_text(field) if isinstance(field, ModelMeasure) else problem, wrong=bool(problem))

    def _show_formula(self, field: CalculatedField, problem: str, *, is_other: bool) -> None:
        text = self._wrong.get(field.name, field.expression)
        if self.formula.toPlainText().strip() != text.strip() or is_other:
            self.formula.blockSignals(True)
            self.formula.setPlainText(text)
            self.formula.blockSignals(False)
            self.formula.show_error(None)
            self._say(problem, wrong=bool(problem))
            self._check()

    def _say(self, text: str, *, wrong: bool = False) -> None:
        self._said.setText(text)
        self._said.set_tone("error" if wrong else "muted")
        self._said.setVisible(bool(text))

    # Edits

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc takes back what is typed and not yet taken, and leaves the field."""
        if event.key() != Qt.Key.Key_Escape or event.modifiers() or self._field is None:
            super().keyPressEvent(event)
            return
        self._fields.show(self._field.display, self._editor.title_placeholder(self._field))
        self.left.emit()

    def commit(self) -> None:
        """Take what is typed and not yet left."""
        self._take()

    def _take(self) -> None:
        field, draft = self._field, self._editor.draft
        if field is None or draft is None or self._editor.why_read_only:
            return
        definition = draft.state.definition
        now = definition.field(field.name)
        display = self._fields.display(hidden=not self._shown.isChecked())
        if now is None or display is None or display in (now.display, field.display):
            return
        self._field = _with_display(now, display)
        before = draft.state
        self._editor.edit_definition(definition.with_display(field.name, display))
        for edit in self._edits:
            edit.forget_undo()
        if any(edit.hasFocus() for edit in self._edits):  # by Enter: else the next control is told
            announce(self, changed_text(shown_text(before, draft.state)), again=True)

    def _open_measure(self) -> None:
        if self._field is not None:
            self._editor.open_field(self._field.name, self._measure)

    def _typed(self) -> None:
        self._asking.stop()
        if not self.formula.isReadOnly():
            self._timer.start()

    def _columns_before(self) -> Sequence[BrowsedColumn]:
        """The columns that the formula may name: those that don't come after its field."""
        question, table, field = self._editor.question(), self._editor.exploration.table, self._field
        places = [k for k, one in enumerate(question.calculations) if field is not None and one.name == field.name]
        later = {one.name for one in question.calculations[places[0] :]} if places else set()
        columns = [one for one in table.columns if one.name not in later] if table is not None else []
        return with_titles(columns, self._editor.titles())

    def _check(self) -> None:
        """Ask the source what the formula is."""
        self._timer.stop()
        field, draft = self._field, self._editor.draft
        if not isinstance(field, CalculatedField) or draft is None:
            return
        question = self._editor.question()
        place = next((k for k, one in enumerate(question.calculations) if one.name == field.name), -1)
        if place < 0:
            return
        columns = [one.name for one in self._columns_before()]
        asked = replace(question, calculations=question.calculations[:place])
        calculation = Calculation(field.name, self.formula.toPlainText().strip())
        self._asking.start(asked, calculation, columns, name=field.name)

    def _right(self, calculation: Calculation, found: ResultTable) -> None:
        field, draft = self._field, self._editor.draft
        if not isinstance(field, CalculatedField) or field.name != calculation.name or draft is None:
            return
        self._wrong.pop(field.name, None)
        kind = found.columns[-1].kind
        text = _("Each row has {kind}.").format(kind=kind_name(kind))
        self.formula.show_error(None)
        self.formula.describe(text, told=False)
        self._say(text)
        if field.expression == calculation.expression or self._editor.why_read_only:
            return
        state = draft.state
        changed = replace(field, expression=calculation.expression, kind=kind)
        calculations = tuple(changed if one.name == field.name else one for one in state.definition.calculations)
        self._field = changed
        definition = replace(state.definition, calculations=calculations)
        self._editor.apply_state(replace(state, definition=definition), group=f"formula {field.name}")

    def _failed(self, error: AppError, start: int) -> None:
        field = self._field
        if not isinstance(field, CalculatedField):
            return
        self._wrong[field.name] = self.formula.toPlainText()
        self.formula.mark(error, start)
        text = " ".join(part for part in (error.what, error.why, error.do) if part)
        self.formula.describe(text)
        self._say(text, wrong=True)


def _with_display(field: Field, display: FieldDisplay) -> Field:
    return replace(field, display=display)

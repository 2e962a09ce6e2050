"""The editor of a data model: its tables and joins, calculated fields, measures, the fields, and the first rows."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from benchboard.analytics.data_models.definition import (
    CalculatedField,
    Field,
    FieldDisplay,
    ModelDefinition,
    ModelField,
    ModelMeasure,
    field_title,
)
from benchboard.analytics.data_models.problems import ModelProblem, broken_expressions, dependants
from benchboard.analytics.likely_measure import is_amount
from benchboard.analytics.model_rates import rates_place, with_converted_field
from benchboard.analytics.model_services import MAX_DESCRIPTION, MAX_NAME
from benchboard.analytics.queries import ResultTable
from benchboard.analytics.query_builder.combined import without_columns, without_join
from benchboard.analytics.query_builder.question import Question
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.query_types import NUMBERS, kind_name
from benchboard.analytics.table_browser import BrowsedSource, BrowsedTable
from benchboard.i18n import _, in_sentence, is_currency, ngettext
from benchboard.ui.studio.data.data_models.field_popovers import (
    FieldPopover,
    format_title,
    measure_text,
)
from benchboard.ui.studio.data.data_models.measure_popover import ModelMeasurePopover
from benchboard.ui.studio.data.data_models.model_draft import (
    ModelDraft,
    ModelState,
    preview_question,
    renamed_calculation,
    with_canvas_tables,
    with_measure,
    with_question,
    without_measure,
)
from benchboard.ui.studio.data.data_models.model_parts import (
    changed_text,
    discard_step_text,
    expression_step_text,
    join_kind_text,
    moved_text,
    shown_text,
    step_parts,
)
from benchboard.ui.studio.data.data_models.rows_pane import with_fields
from benchboard.ui.studio.data.data_models.tables_page import TablesPage
from benchboard.ui.studio.data.data_models.uses_page import UsesPage
from benchboard.ui.studio.data.explore.builder import BuilderRow
from benchboard.ui.studio.data.explore.calculation_popover import CalculationPopover
from benchboard.ui.studio.data.explore.exploration import Exploration, ExplorationState
from benchboard.ui.studio.data.explore.part_changes import Step, step_text
from benchboard.ui.studio.data.text_table import TextRow, TextTable, is_menu_key
from benchboard.ui.studio.kind_icons import KIND_ICONS
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, MenuItem, Paragraph, SegmentedControl, Text, hairline, menu
from benchboard.ui.widgets.accessible import announce, describe, focus_told_once, row_told_once
from benchboard.ui.widgets.chip import Chip
from benchboard.ui.widgets.heading_edit import HeadingEdit
from benchboard.ui.widgets.surfaces import set_surface

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_PREVIEW_ROWS: Final = 5
_NAME_WIDTH: Final = 420
_TEXT_EDGE: Final = 6
"""Pixels left of the heading, whose text is set in by its frame: it begins where the headings below do."""
PAGES: Final = ("tables", "fields", "uses")
_NAME, _TITLE, _TABLE, _FORMAT, _UNIT, _VISIBILITY, _DESCRIPTION = range(7)
"""The places of these columns in the list of fields."""
_PARTS: Final = {_FORMAT: "format", _UNIT: "unit", _VISIBILITY: "hidden", _DESCRIPTION: "description"}
"""What of `FieldDisplay` they show."""
_WISHES: Final = {_TITLE: 200, _UNIT: 96}
"""What is written here has more room than its first words need, in pixels."""


class FieldChip(Chip):
    """The chip of a calculated field or measure: F2 edits it, as in the list of fields; Shift+F10, the Menu key or a
    right click asks for its menu."""

    menu_requested = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F2 and not event.modifiers():
            self.click()
        elif is_menu_key(event):
            self.menu_requested.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, _event: QContextMenuEvent) -> None:
        self.menu_requested.emit()


class ModelEditor(QWidget):
    """Shows a draft and edits it. `edited` after every edit, also one that was taken back."""

    edited = Signal()

    def __init__(self, context: "Context") -> None:
        super().__init__()
        self.setObjectName("model_editor")
        set_surface(self, "surface")
        self._context = context
        self.draft: ModelDraft | None = None
        self.why_read_only = ""
        self._parts_shown: object = None
        self._keeps_lost = True
        self._new_measure: Button | None = None
        """What opens the popover of a new measure."""
        self.exploration = Exploration(context, self)
        self.name = HeadingEdit("section", name="model_name", label=_("Name"))
        self.name.setMaxLength(MAX_NAME)
        self.name.editingFinished.connect(self._rename)
        self.name.textChanged.connect(self._mark_name)
        self.name.left.connect(self._restore_name)
        self.description = HeadingEdit(
            "caption", name="model_description", label=_("Description"), placeholder=_("What this model is for")
        )
        self.description.setMaxLength(MAX_DESCRIPTION)
        self.description.editingFinished.connect(self._describe)
        self.description.escaped.connect(self._say_description_kept)
        self.problems = Paragraph("", "body", "warn")
        self.problems.setObjectName("model_problems")
        self.calculations = BuilderRow(_("Calculate"), "ph.math-operations", "model_calculations")
        self.measures = BuilderRow(_("Measure"), "ph.calculator", "model_measures")
        self.fields = TextTable("model_fields", _("Fields"), opens=True)
        self.fields.opened.connect(self.edit_field)
        self.fields.removed.connect(self._remove_row)
        self.fields.menu_requested.connect(self._open_field_menu)
        self.preview = TextTable("model_preview", _("First rows"), opens=False)
        self._preview_note = Paragraph("", "caption", "muted")
        self.tables = TablesPage(context, self)
        self.uses = UsesPage(context, self)
        self.segments = SegmentedControl(
            [("tables", _("Tables")), ("fields", _("Fields")), ("uses", _("Used by"))], label=_("Part of the model")
        )
        self.contents = Text("", "caption", "muted")
        self.contents.setObjectName("model_contents")
        self._lay_out()
        self.exploration.changed.connect(self._question_changed)
        self.exploration.sources_changed.connect(self._sources_changed)
        self.exploration.result_changed.connect(self._show_preview)
        self.exploration.joined_tables.changed.connect(self._sources_changed)
        self.exploration.read_sources()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.name.setMaximumWidth(_NAME_WIDTH)
        head = QHBoxLayout()
        head.setContentsMargins(_TEXT_EDGE, 6, 16, 6)
        head.setSpacing(12)
        head.addLayout(self._heading(), 1)
        head.addWidget(self.segments)
        head.addWidget(self.tables.why_no_more)
        head.addWidget(self.tables.add)
        column.addLayout(head)
        self.problems.setContentsMargins(16, 0, 16, 8)
        column.addWidget(self.problems)
        column.addWidget(hairline())
        self._pages = QStackedWidget()
        self._pages.addWidget(self.tables)
        self._pages.addWidget(self._fields_page())
        self._pages.addWidget(self.uses)
        column.addWidget(self._pages, 1)
        self.segments.selected.connect(self.show_page)

    def _heading(self) -> QVBoxLayout:
        """The name with what the model has, above what it is for; both are edited where they stand."""
        first, heading = QHBoxLayout(), QVBoxLayout()
        first.setSpacing(8)
        first.addWidget(self.name)
        first.addWidget(self.contents)
        first.addStretch(1)
        heading.setSpacing(0)
        heading.addLayout(first)
        heading.addWidget(self.description)
        return heading

    def _fields_page(self) -> QWidget:
        page = QWidget(self)
        set_surface(page, "surface")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(0)
        for row in (self.calculations, self.measures):
            column.addWidget(row)
        column.addSpacing(8)
        column.addWidget(hairline())
        column.addWidget(self.fields, 1)
        column.addWidget(hairline())
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 16, 8)
        head.addWidget(Text(_("First rows"), "body_strong"))
        head.addWidget(self._preview_note, 1)
        column.addLayout(head)
        self.preview.setFixedHeight(theme().px("table.header") + _PREVIEW_ROWS * theme().px("table.row.compact") + 2)
        column.addWidget(self.preview)
        return page

    def show_page(self, key: str) -> None:
        """Show the page of this name: `tables`, `fields` or `uses`."""
        self._turn_to(key)
        if key == "uses" and self.draft is not None:
            self.uses.choose(self.draft)

    def _turn_to(self, key: str) -> None:
        self.segments.set_current(key)
        if key == "uses" and self.draft is not None:
            self.uses.show_draft(self.draft)  # before the page is laid out
        self._pages.setCurrentIndex(PAGES.index(key))
        self.tables.add.setVisible(key == "tables")
        self.tables.why_no_more.setVisible(key == "tables")

    # What is shown

    def show_draft(self, draft: ModelDraft, why_read_only: str) -> None:
        """Show another draft; `why_read_only` is empty where it may be edited."""
        self.draft, self.why_read_only = draft, why_read_only
        for edit in (self.name, self.description):
            edit.setReadOnly(bool(why_read_only))
        self.show_state()

    def show_state(self) -> None:
        """Show the draft as it is now."""
        if self.draft is None:
            return
        state = self.draft.state
        self.name.setText(state.name)
        self.description.setText(state.description)
        self._explore()
        self._show_parts()

    def card_places(self) -> dict[str, tuple[int, int]]:
        """Where the tables stand on the canvas, in its pixels."""
        canvas = self.tables.canvas
        boxes = zip(canvas.scene.cards, canvas.boxes, strict=True)
        return {card.table: (round(box.rect.x()), round(box.rect.y())) for card, box in boxes}

    def undo(self) -> None:
        """Take back the last edit."""
        self.take_step("undo")

    def take_step(self, step: Step) -> None:
        """Take back the last edit, or make it again, and say what that changed."""
        draft = self.draft
        if draft is None:
            return
        before, places, is_discard = draft.state, self.card_places(), draft.steps_over_discard(step)
        with row_told_once(self.fields) if self.fields.hasFocus() else focus_told_once():
            draft.undo() if step == "undo" else draft.redo()
            self.show_state()
            self.edited.emit()
            joins = join_kind_text(before.definition, draft.state.definition)
            otherwise = joins or moved_text(places, self.card_places()) or shown_text(before, draft.state)
            otherwise = otherwise or _("a change of the model")
            text = discard_step_text(step) if is_discard else ""
            text = text or step_text(step, *step_parts(before, draft.state), otherwise)
            announce(self, text, again=True)

    def say(self, text: str, *, warning: bool = False) -> None:
        """Say what an edit did; it can be undone there while nothing else was edited."""
        draft, state = self.draft, self.draft.state if self.draft is not None else None

        def undo() -> None:
            self._context.problems.step_is_said()
            if draft is not None and draft is self.draft and draft.state is state:
                self.undo()
            else:
                self._context.problems.undo_last()  # it was taken back already

        self._context.problems.toast(text, undo, warning=warning)

    @property
    def _definition(self) -> ModelDefinition:
        assert self.draft is not None
        return self.draft.state.definition

    def question(self) -> Question:
        """The question whose rows are shown."""
        source = self.exploration.source(self._definition.source_id)
        names = {one.id: one.name for one in self.exploration.sources}
        return preview_question(self._definition, source.server if source is not None else "", names)

    def _explore(self) -> None:
        """Let the exploration read the first rows, what matches, and the kinds of what is calculated."""
        if self.draft is None or not self.exploration.sources_read:
            return
        question = self.question()
        if question != self.exploration.state.question:
            self.exploration.restore(ExplorationState(question, to_sql(question), question.source_id))

    def _sources_changed(self) -> None:
        if self.draft is not None:
            self._explore()
            self._show_parts()

    def _question_changed(self) -> None:
        """A popover changed joins or calculations."""
        question = self.exploration.state.question
        if self.draft is None or question is None or question == self.question():
            return
        table = self.exploration.table
        kinds = {one.name: one.kind for one in table.columns} if table is not None else {}
        definition = with_question(
            self._definition, question, partial(self._find, question), lambda name: kinds.get(name, "decimal")
        )
        before = self._definition
        self.edit_definition(definition)
        if before.joins == definition.joins or renamed_calculation(before, definition) is not None:
            self._say_expression(before, definition)

    def _say_expression(self, before: ModelDefinition, after: ModelDefinition) -> None:
        """Say which calculated field or measure was added or changed, and which others have its new name."""
        text = expression_step_text(before, after)
        if text and len(after.expressions()) > len(before.expressions()):
            announce(self, text, again=True)
        elif text:
            self.say(text)

    def _find(self, question: Question, source: str, table: str) -> tuple[BrowsedSource, BrowsedTable] | None:
        found = next((one for one in question.joins if (one.source, one.table) == (source, table)), None)
        if found is None:
            return None
        return self.exploration.joined_tables.joined(question, found, self.exploration.sources)

    def edit_definition(self, definition: ModelDefinition) -> None:
        """Change the definition, as one step. Tables that it has no longer stay on the canvas."""
        assert self.draft is not None
        self.apply_state(with_canvas_tables(self.draft.state, definition, keep=self._keeps_lost))

    def apply_state(self, state: ModelState, *, group: str = "") -> None:
        """Change the draft, as one step; see `ModelDraft.edit`."""
        assert self.draft is not None
        self.draft.edit(state, group=group)
        self._explore()
        self._show_parts()
        self.edited.emit()

    def _rename(self) -> None:
        if self.draft is None:
            return
        if name := " ".join(self.name.text().split()):
            before = self.draft.state.name
            self.draft.edit(replace(self.draft.state, name=name))
            self.name.forget_undo()
            if (clash := self._name_clash(name)) and (name != before or self.name.hasFocus()):
                self.name.set_invalid(True)
                describe(self.name, f"{clash} {_('Choose another name.')}", told=True, again=True)
            elif name != before and self.name.hasFocus():  # else the focus goes on, and that is told
                announce(self.name, _("Renamed to “{name}”. Not saved yet.").format(name=name), again=True)
            self.tables.show_selection()
            self.edited.emit()
        elif self.name.hasFocus():
            self.name.set_invalid(True)
            describe(self.name, _("Enter a name."), told=True, again=True)

    def _name_clash(self, name: str) -> str:
        """Why the model can't have this name: another model, or a table of its source, has it; empty if none has."""
        assert self.draft is not None
        own = self.draft.stored.id if self.draft.stored is not None else ""
        for source in self.exploration.sources:
            for table in source.tables:
                if table.name.casefold() != name.casefold():
                    continue
                if table.model_id and table.model_id != own:
                    return _("A data model named “{name}” already exists.").format(name=name)
                if not table.model_id and source.id == self._definition.source_id:
                    return _("The data source has a table named “{name}”.").format(name=name)
        return ""

    def focus_fault(self, field: str, *, is_name: bool = False) -> None:
        """Go to the field that keeps the model from being saved, or to its name."""
        names = self._definition.names()
        if is_name:
            self.name.setFocus(Qt.FocusReason.OtherFocusReason)
            self.name.selectAll()
        elif field in names:
            self.show_page("fields")
            self.fields.setCurrentIndex(self.fields.texts.index(names.index(field), _NAME))
            self.fields.setFocus(Qt.FocusReason.OtherFocusReason)

    def _restore_name(self) -> None:
        """Show the name again that the model keeps, where no other was written."""
        if self.draft is not None and not self.name.text().strip():
            self.name.setText(self.draft.state.name)

    def _mark_name(self, text: str) -> None:
        """Take back that the name is missing, once there is one."""
        if self.name.property("wrong") and text.strip():
            self.name.set_invalid(False)
            describe(self.name, "")

    @property
    def is_unnamed(self) -> bool:
        """Whether somebody emptied the name and is about to write another one."""
        return self.draft is not None and not self.name.text().strip() and not self.why_read_only

    def _describe(self) -> None:
        if self.draft is None:
            return
        before, text = self.draft.state.description, self.description.text().strip()
        self.draft.edit(replace(self.draft.state, description=text))
        self.description.forget_undo()
        if text != before and self.description.hasFocus():
            announce(self.description, _("Description changed. Not saved yet."), again=True)
        self.edited.emit()

    def _say_description_kept(self, is_restored: bool) -> None:
        if is_restored:
            announce(self.description, _("Description unchanged."), again=True)

    def commit(self) -> None:
        """Take what is typed and not yet left."""
        if self.draft is not None and not self.why_read_only:
            self._rename()
            self._describe()
            self.tables.below.form.commit()

    def _show_parts(self) -> None:
        """Show what changed: a popover that is open stands at one of the chips."""
        definition, why = self._definition, self.why_read_only
        self._show_problems()
        self.contents.setText(contents_text(definition))
        self._show_fields()
        self._show_preview()
        if self.draft is not None:
            self.tables.show_draft(self.draft)
            if self.segments.current() == "uses":
                self.uses.show_draft(self.draft)
        not_known = "" if self.exploration.table is not None else _("The table isn't available.")
        key = (definition, why, not_known, self.question())
        if key == self._parts_shown:
            return
        self._parts_shown = key
        self._show_calculations(definition, why or not_known)
        self._show_measures(definition, why)

    def _show_calculations(self, definition: ModelDefinition, why: str) -> None:
        chips = []
        broken = self.broken_texts()
        for place, one in enumerate(definition.calculations):
            text, wrong = f"{one.name} = {' '.join(one.expression.split())}", broken.get(one.name, "")
            chip = FieldChip(text, "ph.warning" if wrong else "ph.math-operations", removable=not why,
                        name=f"model_calculation_{place}", parent=self.calculations)  # fmt: skip
            chip.setAccessibleDescription(" ".join(one for one in (wrong, chip.accessibleDescription()) if one))
            chip.clicked.connect(partial(self._edit_calculation, chip, place))
            chip.menu_requested.connect(partial(self._open_chip_menu, chip, one.name))
            chip.remove_requested.connect(partial(self._remove_calculation, one.name))
            chips.append(chip)
        text = _("Add calculated field")
        button = self._add_button(self.calculations, text, "model_add_calculation", self._add_calculation)
        button.disable(why)
        self.calculations.show_parts(chips, button)

    def _show_measures(self, definition: ModelDefinition, why: str) -> None:
        chips = []
        broken = self.broken_texts()
        for place, measure in enumerate(definition.measures):
            wrong = broken.get(measure.name, "")
            chip = FieldChip(measure_text(measure), "ph.warning" if wrong else "ph.calculator", removable=not why,
                        name=f"model_measure_{place}", parent=self.measures)  # fmt: skip
            chip.setAccessibleDescription(" ".join(one for one in (wrong, chip.accessibleDescription()) if one))
            chip.clicked.connect(partial(self.edit_measure, chip, place))
            chip.menu_requested.connect(partial(self._open_chip_menu, chip, measure.name))
            chip.remove_requested.connect(partial(self._remove_measure, place))
            chips.append(chip)
        button = self._add_button(self.measures, _("Add measure"), "model_add_measure", self.edit_measure)
        button.disable(why)
        self._new_measure = button
        self.measures.show_parts(chips, button)

    def _add_button(self, holder: BuilderRow, text: str, name: str, run: Callable[[QWidget], object]) -> Button:
        button = Button(text, icon="ph.plus", size="sm", name=name, parent=holder)
        button.clicked.connect(lambda: run(button))
        return button

    def _show_problems(self) -> None:
        stored = self.draft.stored if self.draft is not None else None
        text = "\n".join(one.sentence for one in stored.problems) if stored is not None else ""
        self.problems.setText(text)
        self.problems.setVisible(bool(text))

    def _show_fields(self) -> None:
        definition = self._definition
        broken = self.broken_texts()
        places = {field.name: table.table for table in definition.tables for field in table.fields}
        add_unit, add_description = ("", "") if self.why_read_only else (_("Add unit"), _("Add description"))
        rows = [
            TextRow(
                (
                    one.name,
                    self._title_of(one),
                    places.get(one.name) or (_("measure") if isinstance(one, ModelMeasure) else _("calculated")),
                    format_title(one.display.format),
                    one.display.unit or add_unit,
                    _("Hidden") if one.display.hidden else _("Visible"),
                    one.display.description or add_description,
                ),
                _field_icon(one),
                one.display.hidden,
                broken.get(one.name, ""),
                kind_name(one.kind),
                frozenset(
                    at
                    for at, given in ((_UNIT, one.display.unit), (_DESCRIPTION, one.display.description))
                    if not given
                ),
                frozenset(
                    at
                    for at, is_default in (
                        (_TABLE, one.name in places),
                        (_FORMAT, not one.display.format),
                        (_VISIBILITY, not one.display.hidden),
                    )
                    if is_default
                ),
            )
            for one in definition.fields()
        ]
        heads = (
            _("Field"), _("Title"), _("From table"), _("Format"), _("Unit"), _("Visibility"), _("Description")
        )  # fmt: skip
        self.fields.show_rows(heads, rows, wishes=_WISHES)

    def _show_preview(self) -> None:
        result = self.exploration.result
        if self.draft is None or result is None:
            self.preview.show_rows((), ())
            return
        if result.table is None:
            error = result.error
            self._preview_note.setText(
                " ".join(part for part in (error.what, error.why) if part) if error is not None else ""
            )
            self.preview.show_rows((), ())
            return
        self._preview_note.setText("")
        table = self.presented(result.table)
        shown = [place for place, one in enumerate(table.columns) if not self._is_hidden(one.name)]
        rows = [
            TextRow(tuple(
                number_format.format_value(table, row, place) if row[place] is not None else "–" for place in shown
            ))
            for row in table.rows
        ]  # fmt: skip
        right = frozenset(at for at, place in enumerate(shown) if table.columns[place].kind in NUMBERS)
        self.preview.show_rows([table.columns[place].title for place in shown], rows, right)

    def presented(self, table: ResultTable) -> ResultTable:
        """Rows of the model with the titles, units and formats of its fields."""
        return with_fields(table, {one.name: one for one in self._definition.fields()})

    def _is_hidden(self, name: str) -> bool:
        field = self._definition.field(name)
        return field is None or field.display.hidden

    def _title_of(self, field: Field) -> str:
        """The title of a field; where the model says none, that of Benchboard's own data."""
        source = self.exploration.source("") if not self._definition.source_id else None
        known = source.table(self._definition.tables[0].table) if source is not None else None
        column = known.column(field.name) if known is not None and not field.display.title else None
        return column.title if column is not None and not field.display.unit else field_title(field)

    def broken_texts(self) -> dict[str, str]:
        """What is wrong with each field that is broken, as it is stored or edited."""
        stored = self.draft.stored if self.draft is not None else None
        known = [*(stored.problems if stored is not None else ()), *self.broken()]
        return {name: one.sentence for one in known for name in one.fields}

    def broken(self) -> list[ModelProblem]:
        """What is wrong with the calculated fields and measures as they are edited."""
        return broken_expressions(self._definition, (), self.question().dialect)

    # Edits

    def show_uses(self, name: str = "") -> None:
        """Show what uses a field; without a name, the whole model."""
        self._turn_to("uses")
        if self.draft is not None:
            self.uses.choose(self.draft, name)

    def remove_join(self, place: int, *, keep: bool) -> None:
        """Remove a join with what is calculated from its table; with `keep`, its table stays on the canvas."""
        question = self.exploration.state.question
        if question is None:
            return
        gone = {output for _column, output in question.joins[place].columns}
        self._keeps_lost = keep
        try:
            self.exploration.set_question(without_join(question, place))
            self._drop_measures(gone)
        finally:
            self._keeps_lost = True

    def _add_calculation(self, anchor: QWidget) -> None:
        self._edit_calculation(anchor, -1)

    def _edit_calculation(self, anchor: QWidget, place: int) -> None:
        question = self.exploration.state.question
        if question is not None and self.exploration.table is not None and not self.why_read_only:
            CalculationPopover(
                self._context, self.exploration, anchor, question, place=place, title=_("Calculated field"),
                add=_("Add calculated field"), titles=self.titles(),
            ).open()  # fmt: skip

    def _remove_calculation(self, name: str) -> None:
        """Remove a calculated field with what is calculated from it, and say so."""
        question = self.exploration.state.question
        if question is None:
            return
        before = self._definition.names()
        with focus_told_once():
            self.exploration.set_question(without_columns(question, {name}))
            self._drop_measures({name})
            kept = set(self._definition.names())
            gone = [_("“{name}”").format(name=one) for one in before if one not in kept and one != name]
            text = _("Removed “{name}”.").format(name=name)
            if gone:
                also = _("Removed “{name}”, and {others}, which need it.")
                text = also.format(name=name, others=in_sentence(gone))
            self.say(text)

    def _drop_measures(self, gone: set[str]) -> None:
        """Remove the measures of fields that were removed, as part of the same step."""
        dialect = self.question().dialect
        names = {one for name in gone for one in dependants(self._definition, name, dialect)}
        kept = tuple(one for one in self._definition.measures if one.name not in names)
        if self.draft is not None and kept != self._definition.measures:
            self.draft.amend(replace(self._definition, measures=kept))
            self._show_parts()

    def add_measure(self) -> None:
        """Open the popover of a new measure, where the measures are."""
        if self._new_measure is not None:
            self.show_page("fields")
            self.edit_measure(self._new_measure)

    def edit_measure(self, anchor: QWidget, place: int = -1) -> None:
        """Open the popover of a measure; without a place, of a new one."""
        if self.why_read_only:
            return
        definition = self._definition
        shown = definition.measures[place] if place >= 0 else None
        ModelMeasurePopover(
            self._context, self.exploration, anchor, self.question(), shown, definition,
            partial(self._apply_measure, place), self.titles(),
        ).open()  # fmt: skip

    def _apply_measure(self, place: int, measure: ModelMeasure) -> None:
        before = self._definition
        if place < 0:
            self.edit_definition(with_measure(before, measure))
        elif self.draft is not None:
            self.edit_definition(self.draft.with_measure(measure, place))
        if self._definition == before:
            announce(self, changed_text(""), again=True)
        self._say_expression(before, self._definition)

    def _remove_measure(self, place: int) -> None:
        """Remove a measure; say so, with the measures that need it."""
        name, dialect = self._definition.measures[place].name, self.question().dialect
        needing = set(dependants(self._definition, name, dialect))
        with focus_told_once():
            self._say_removed_measure(place, name, needing)

    def _say_removed_measure(self, place: int, name: str, needing: set[str]) -> None:
        self.edit_definition(without_measure(self._definition, place))
        left = [_("“{name}”").format(name=one.name) for one in self._definition.measures if one.name in needing]
        text = _("Removed “{name}”.").format(name=name)
        if left:
            words = _("{names} can't be calculated without it.")
            text = f"{text} {words.format(names=in_sentence(left))}"
        self.say(text, warning=bool(left))

    def edit_field(self, place: int) -> None:
        """Open the popover of the field in a row, at what its current cell shows: of a measure its own, at the name of
        a calculated field that of its expression."""
        if self.why_read_only:
            self._context.problems.refuse(self.why_read_only)
            return
        field = list(self._definition.fields())[place]
        column = self.fields.currentIndex().column()
        is_formula = isinstance(field, CalculatedField) and column in (_NAME, _TABLE)
        if not isinstance(field, ModelMeasure) and not is_formula:
            part = _PARTS.get(column, "")
            self._open_display(field, self.fields.row_anchor(place), part)
        else:
            self.open_field(field.name, self.fields.row_anchor(place))

    def _open_field_menu(self, place: int) -> None:
        """The menu of the field in a row."""
        menu(
            self.fields.row_anchor(place),
            self.field_items(place, partial(self.edit_field, place)),
            name="model_field_menu",
        )

    def _open_chip_menu(self, chip: QWidget, name: str) -> None:
        """The menu of the calculated field or measure that a chip stands for."""
        items = self.field_items(self._definition.names().index(name), partial(self.open_field, name, chip))
        menu(chip, items, name="model_field_menu")

    def field_items(self, place: int, edit_field: Callable[[], object]) -> list[MenuItem]:
        """What can be done with a field; `edit_field` opens its popover."""
        field = list(self._definition.fields())[place]
        items = [MenuItem(_("Used by"), partial(self.show_uses, field.name), "ph.git-fork", name="field_uses")]
        if not self.why_read_only:
            edit = MenuItem(_("Edit field…"), edit_field, "ph.pencil-simple", name="field_edit")
            title, icon = _("Remove field"), "ph.trash"
            if isinstance(field, ModelField):
                title, icon = (_("Show field"), "ph.eye") if field.display.hidden else (_("Hide field"), "ph.eye-slash")
            items = [edit, *items, MenuItem(title, partial(self.remove_field, place), icon, name="field_remove",
                                            danger=not isinstance(field, ModelField))]  # fmt: skip
            at = rates_place(self._definition)
            rates = self._definition.joins[at].rates if at is not None else None
            if rates is not None and is_amount(field.name, field.kind) and not is_currency(field.display.unit):
                convert = _("Convert to {currency}").format(currency=rates.target)
                items.insert(1, MenuItem(convert, partial(self.convert_field, field.name), "ph.currency-circle-dollar",
                                         name="field_convert"))  # fmt: skip
        return items

    def convert_field(self, name: str) -> None:
        """Add a calculated field: an amount converted by the model's table of rates."""
        before = self._definition
        self.edit_definition(with_converted_field(before, name, self.question().dialect))
        self._say_expression(before, self._definition)

    def open_field(self, name: str, anchor: QWidget) -> None:
        """Open the popover of a field at a widget: of a calculated one that of its expression."""
        field = self._definition.field(name)
        if self.why_read_only or field is None:
            self._context.problems.refuse(self.why_read_only)
        elif isinstance(field, CalculatedField):
            self._edit_calculation(anchor, self._definition.calculations.index(field))
        elif isinstance(field, ModelMeasure):
            self.edit_measure(anchor, self._definition.measures.index(field))
        else:
            self._open_display(field, anchor)

    def titles(self) -> dict[str, str]:
        """The titles of the fields as they are edited, by name."""
        return {one.name: self._title_of(one) for one in self._definition.fields()}

    def title_placeholder(self, field: Field) -> str:
        """What a field is called where it has no title of its own."""
        return self._title_of(replace(field, display=replace(field.display, title="")))

    def _open_display(self, field: Field, anchor: QWidget, part: str = "") -> None:
        """Open the popover of how a field is shown, at one part of it."""
        popover = FieldPopover(anchor, field, self.title_placeholder(field), partial(self._apply_display, field.name),
                               partial(row_told_once, self.fields))  # fmt: skip
        with focus_told_once():
            popover.open()
            popover.begin_at(part)

    def _apply_display(self, name: str, display: FieldDisplay) -> None:
        """Take how a field is shown from its popover, and say what changed."""
        assert self.draft is not None
        before = self.draft.state
        self._set_display(name, display)
        changed = shown_text(before, self.draft.state)
        announce(self, changed_text(changed), again=True)

    def _set_display(self, name: str, display: FieldDisplay) -> None:
        self.edit_definition(self._definition.with_display(name, display))

    def remove_field(self, place: int) -> None:
        """Remove the calculated field or measure in a row; hide or show a column of a table."""
        if self.why_read_only:
            self._context.problems.refuse(self.why_read_only)
            return
        field = list(self._definition.fields())[place]
        if isinstance(field, ModelMeasure):
            self._remove_measure(self._definition.measures.index(field))
        elif isinstance(field, CalculatedField):
            self._remove_calculation(field.name)
        else:
            hidden = not field.display.hidden
            self._set_display(field.name, replace(field.display, hidden=hidden))
            self.say((_("Hidden: “{name}”.") if hidden else _("Visible: “{name}”.")).format(name=field.name))

    def _remove_row(self, place: int) -> None:
        """Do what Delete does in a row; what is current then is told once, before what was done."""
        with row_told_once(self.fields):
            self.remove_field(place)

    def panes(self) -> Sequence[QWidget]:
        """The panes in F6 order."""
        if self.segments.current() == "tables":
            pane = [self.tables.pane] if self.tables.pane.isVisible() else []
            lower = [self.tables.below] if self.tables.below.isVisible() else []
            return [self.segments, self.tables.canvas, *lower, *pane]
        if self.segments.current() == "uses":
            return [self.segments, self.uses]
        return [self.segments, self.calculations, self.fields, self.preview]


def contents_text(definition: ModelDefinition) -> str:
    """How many tables and fields a model has, and how many sources where it has several."""
    tables, sources = len(definition.tables), len({one.source_id for one in definition.tables})
    fields = len(definition.names())
    parts = [ngettext("{count} table", "{count} tables", tables).format(count=tables)]
    if sources > 1:
        parts.append(ngettext("{count} source", "{count} sources", sources).format(count=sources))
    parts.append(ngettext("{count} field", "{count} fields", fields).format(count=fields))
    return ", ".join(parts)


def _field_icon(field: Field) -> str:
    if isinstance(field, ModelMeasure):
        return "ph.calculator"
    return "ph.math-operations" if isinstance(field, CalculatedField) else KIND_ICONS[field.kind]

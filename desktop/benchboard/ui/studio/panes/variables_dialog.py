"""The dialog that defines the variables of a dashboard."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QPlainTextEdit, QVBoxLayout, QWidget

from benchboard.analytics.queries import Variables
from benchboard.dashboards.document.document import MAX_NAME, MAX_VALUES, MAX_VARIABLES, NAME, Document, Variable
from benchboard.dashboards.document.time_range import TimeRange
from benchboard.dashboards.document.widget_kinds import MAX_QUERY
from benchboard.dashboards.variables import variable_editing, variable_queries
from benchboard.dashboards.variables.variable_editing import VariableRow
from benchboard.dashboards.variables.variable_queries import VariableOptions
from benchboard.dashboards.variables.variable_references import rename_in_layout, usage_counts
from benchboard.errors import AppError, Invalid
from benchboard.i18n import _, ngettext, number
from benchboard.ui.commands import REGISTRY, Handler, install_shortcuts
from benchboard.ui.studio.document.undo_line_edit import undo_direction
from benchboard.ui.studio.panes.value_list import value_label
from benchboard.ui.studio.panes.value_query_editor import ValueQueryEditor
from benchboard.ui.studio.studio_commands import VARIABLES
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, CheckBox, Dialog, Edit, EmptyState, Field, Paragraph, SegmentedControl
from benchboard.ui.widgets.fields import is_plain_key, row
from benchboard.ui.widgets.surfaces import scroll_area

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MAX_NAME: Final = 63
_DRAFT_DELAY_MS: Final = 150
"""A draft is written to the journal this long after a change."""
_MAX_NAMED: Final = 3
"""Most variables that are named in a sentence."""


class VariablesDialog(Dialog):
    """Defines the variables of a document."""

    asks_before_losing = False  # a draft is kept
    saved = Signal(object, object)
    """The rows, and the variables that they were made from: the page may have changed by then."""
    discarded = Signal(str)
    """The dialog was closed without saving: the draft, as text for `restore_draft`."""
    drafted = Signal(object)
    """The draft as text for `restore_draft`; None: it equals the page's variables."""

    def __init__(
        self, window: QWidget, context: "Context", document: Document, chosen: Variables, shown: TimeRange
    ) -> None:
        """`chosen` are the values selected on the page, `shown` is its time range."""
        super().__init__(window, _("Variables"), size=QSize(760, 744), name="variables")
        self._rows = variable_editing.rows_of(document.variables)
        self._base = {one.name: one for one in document.variables}
        """The variables that the rows were made from."""
        self._layout, self._uses = document.layout, usage_counts(document.layout)
        self._page_values, self._time_range = chosen, shown
        self._undo_rows: list[list[VariableRow]] = []
        """The rows before each addition or removal, for undo."""
        self._showing = False
        self._draft_timer = QTimer(self, interval=_DRAFT_DELAY_MS, singleShot=True)
        self._draft_timer.timeout.connect(self._emit_draft)
        self._list = QListWidget()
        self._list.setObjectName("variables_list")
        self._list.setAccessibleName(_("Variables"))
        self._list.setFixedWidth(190)
        self._name = Edit(name="variable_name", label=_("Name"))
        self._label = Edit(name="variable_label", label=_("Label"))
        kinds = (("list", _("List")), ("query", _("Query")), ("text", _("Text")))
        self._kind = SegmentedControl(kinds, label=_("Type"))
        self._range = Paragraph("", tone="muted")
        self._range.setObjectName("variable_range")
        self._values = QPlainTextEdit()
        self._values.setObjectName("variable_values")
        self._values.setTabChangesFocus(True)
        self._query = ValueQueryEditor(context, self._query_values)
        self._multiple = CheckBox(_("Allow multiple values"))
        self._multiple.setObjectName("variable_multiple")
        self._all = CheckBox(_("Include “All” option"))
        self._all.setObjectName("variable_all")
        self._name_field = Field(_("Name"), self._name, lines=1)
        self._values_field = Field(_("Values, one per line"), self._values)
        self._lay_out()
        self._connect()
        self._fill(0)

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(theme().px("spacing.2"))
        left.addWidget(self._list, 1)
        self._add = Button(_("Add variable"), self._add_variable, icon="ph.plus", size="sm", name="variable_add")
        self._remove = Button(
            _("Remove variable"), self._remove_variable, icon="ph.trash", size="sm", name="variable_remove"
        )
        left.addWidget(self._add)
        left.addWidget(self._remove)
        self._form = QWidget()
        right = QVBoxLayout(self._form)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(8)
        right.addLayout(row(self._name_field, Field(_("Label"), self._label)))
        self._used_by = Paragraph("", "caption", "muted")
        self._used_by.setObjectName("variable_used_by")
        right.addWidget(self._used_by)
        right.addWidget(self._range)
        for widget, share in ((self._kind, 0), (self._values_field, 1), (self._query, 1)):
            right.addWidget(widget, share)
        ticks = row(self._multiple, self._all, spacing=20)
        ticks.addStretch(1)
        right.addLayout(ticks)
        right.addStretch(0)
        self._none = EmptyState(
            "ph.funnel",
            _("No variables yet"),
            _("Add variable"),
            self._add_variable,
            why=_("Viewers pick a variable's value, such as a shop, to change what the dashboard shows."),
        )
        self._none.action.setObjectName("variable_add_first")
        both = QHBoxLayout()
        both.setSpacing(16)
        both.addLayout(left)
        self._form.setProperty("plain", "true")
        self._form_area = scroll_area(self._form)
        both.addWidget(self._form_area, 1)
        both.addWidget(self._none, 1)
        self.content.addLayout(both, 1)
        self._removed_note = Paragraph("", tone="warn")
        self._removed_note.setObjectName("variables_missed")
        self._removed_note.hide()
        self.content.addWidget(self._removed_note)
        self.add_button(Button(_("Cancel"), self.leave, name="variables_leave"))
        self._save_button = self.add_button(
            Button(_("Save variables"), self._save, kind="primary", name="variables_take")
        )
        self._save_button.add_key_cap("Ctrl Enter")

    def _connect(self) -> None:
        for edit in (self._name, self._label):
            edit.setMaxLength(_MAX_NAME)
            edit.textEdited.connect(self._edited)
        self._kind.selected.connect(self._type_changed)
        self._values.textChanged.connect(self._edited)
        self._query.edited.connect(self._edited)
        self._query.answered.connect(self._answered)
        self._multiple.clicked.connect(self._edited)
        self._all.clicked.connect(self._edited)
        self._list.currentRowChanged.connect(self._show)
        install_shortcuts(self._list, VARIABLES, {"studio.remove_variable": Handler(self._remove_variable)})

    def open(self) -> None:
        """Show it with the focus in the list, or on the button that adds the first variable."""
        super().open()
        if not self._rows:
            self._none.action.setFocus(Qt.FocusReason.TabFocusReason)

    def restore_draft(self, draft: str) -> None:
        """Show an earlier session's draft; undo shows the page's variables."""
        parsed = variable_editing.parse_draft(draft)
        if parsed is not None:
            rows, base = parsed
            self._undo_rows.append(self._rows)
            if base is not None:
                self._base = {variable.name: variable for variable in base}
            self._rows = [row if row.was in self._base else VariableRow.added(row.variable) for row in rows]
            self._fill(0)

    @property
    def _variables(self) -> list[Variable]:
        """The variables in their present draft."""
        return [one.variable for one in self._rows]

    @property
    def _draft(self) -> str | None:
        """The draft as text; None if nothing was changed."""
        base = [*self._base.values()]
        return None if self._variables == base else variable_editing.serialise_draft(self._rows, base)

    def _emit_draft(self) -> None:
        self.drafted.emit(self._draft)

    def _fill(self, place: int) -> None:
        self._list.blockSignals(True)
        self._list.clear()
        self._list.addItems([_variable_title(one) for one in self._variables])
        self._list.blockSignals(False)
        self._list.setCurrentRow(min(place, len(self._rows) - 1))
        self._show(self._list.currentRow())

    def _show(self, place: int) -> None:
        self._rows = variable_editing.propagate_renames(self._rows)
        there = 0 <= place < len(self._rows)
        self._form_area.setVisible(there)
        self._none.setVisible(not there)
        self._add.setVisible(there)  # without variables, the empty state has this button
        self._remove.setVisible(there)
        full = len(self._rows) >= MAX_VARIABLES
        self._add.disable(
            _("A dashboard can have up to {limit} variables.").format(limit=MAX_VARIABLES) if full else ""
        )
        if there:
            one = self._rows[place].variable
            self._showing = True
            self._name.setText(one.name)
            self._label.setText(one.label)
            if one.column is not None:
                text = _("A range of “{column}” in “{table}”. Its ends are chosen on the dashboard.")
                self._range.setText(text.format(column=one.column.name, table=one.column.table))
            else:
                self._kind.set_current(one.type)
            self._values.setPlainText("\n".join(one.values))
            self._multiple.setChecked(one.multiple)
            self._all.setChecked(one.include_all)
            self._query.show_query(one.query if one.type == "query" else "", one.data_source_id)
            self._showing = False
        self._check()

    def _type_changed(self, kind: str) -> None:
        """Apply the new type; for a query, run it and focus it."""
        self._edited()
        if kind == "query":
            self._query.run()

    def _edited(self) -> None:
        place = self._list.currentRow()
        if self._showing or place < 0:
            return
        one, kind = self._rows[place].variable, self._current_kind()
        if kind == "range":
            self._show_edited(place, replace(one, name=self._name.text().strip(), label=self._label.text().strip()))
            return
        typed = tuple(dict.fromkeys(line.strip() for line in self._values.toPlainText().splitlines() if line.strip()))
        values = typed if kind == "list" else one.values if kind == "query" else ()
        chosen = one.chosen
        if kind == "list":
            chosen = tuple(value for value in one.chosen if value in set(values)) or values[:1]
        include_all = kind != "text" and self._all.isChecked()
        edited = replace(
            one, name=self._name.text().strip(), label=self._label.text().strip(), type=kind, values=values,
            chosen=chosen, multiple=self._multiple.isChecked(), include_all=include_all,
            query=self._query.text() if kind == "query" else one.query if kind == "list" else "",
            all_chosen=one.all_chosen and include_all,
            data_source_id=self._query.source_id() if kind == "query" else one.data_source_id if kind == "list" else "",
        )  # fmt: skip
        self._show_edited(place, edited)

    def _show_edited(self, place: int, edited: Variable) -> None:
        self._rows[place] = self._rows[place]._replace(variable=edited)
        item = self._list.item(place)
        if item is not None:
            item.setText(_variable_title(edited))
        self._check()

    def _answered(self, offer: VariableOptions) -> None:
        """Show the values that the query returned; without a selection, the first value becomes the default."""
        place = self._list.currentRow()
        if not 0 <= place < len(self._rows):
            return
        one = self._rows[place].variable
        stored = self._base.get(self._rows[place].was)
        fresh = stored is None or (stored.type, stored.query, stored.data_source_id) != (
            one.type,
            one.query,
            one.data_source_id,
        )
        if fresh and not one.chosen and not one.all_chosen:
            self._rows[place] = self._rows[place]._replace(variable=replace(one, chosen=offer.values[:1]))

    def _query_values(self) -> Variables:
        """The variable values that the query runs with: those selected on the page, or else the default values; and
        the page's time range."""
        own = {one.name: self._page_values.get(was or one.name, one.chosen) for one, was, _known in self._rows}
        try:
            return {**self._time_range.period(datetime.now(UTC)).values, **own}
        except Invalid:
            return own

    def _uses_of(self, name: str) -> str:
        """Where the variable of this name would be used after saving, as text; empty if nowhere."""
        names = variable_editing.renames_of(self._rows)
        count = sum(count for was, count in self._uses.items() if names.get(was, was) == name)
        parts = []
        if count:
            parts.append(ngettext("{count} widget uses it.", "{count} widgets use it.", count).format(count=count))
        variables = [one.variable for one in variable_editing.propagate_renames(self._rows)]
        asked = [
            _variable_title(one)
            for one in variables
            if one.type == "query" and name in variable_queries.names_in(one.query)
        ]
        if asked:
            words = ngettext("{names} depends on it.", "{names} depend on it.", len(asked))
            parts.append(words.format(names=_quoted_list(asked)))
        return " ".join(parts)

    def _show_uses(self, place: int) -> None:
        """Show where the current variable is used, and which uses removed variables would break."""
        names = {one.name for one in self._variables}
        removed = [name for name in self._base.keys() - names - {one.was for one in self._rows} if self._uses_of(name)]
        sentences = [
            " ".join(
                (_("“{name}” will be removed.").format(name=_variable_title(self._base[name])), self._uses_of(name))
            )
            for name in sorted(removed)[:_MAX_NAMED]
        ]
        undo = _("Press {keys} in the list to undo.").format(keys=REGISTRY["studio.undo"].key)
        self._removed_note.setText(" ".join([*sentences, undo]) if sentences else "")
        self._removed_note.setVisible(bool(sentences))
        if 0 <= place < len(self._rows):
            one = self._rows[place].variable
            is_applied = one.type == "range" or bool(one.filters)  # every query with its column has its condition
            unused = "" if is_applied else _("Not used yet.")
            self._used_by.setText(self._uses_of(one.name) or unused)

    def _current_kind(self) -> str:
        """The type of the variable that is shown; that of a range can't be changed."""
        place = self._list.currentRow()
        is_range = 0 <= place < len(self._rows) and self._rows[place].variable.type == "range"
        return "range" if is_range else self._kind.current()

    def _check(self) -> None:
        kind = self._current_kind()
        self._kind.setVisible(kind != "range")
        self._range.setVisible(kind == "range")
        self._values_field.setVisible(kind == "list")
        self._query.setVisible(kind == "query")
        for widget in (self._multiple, self._all):
            widget.setVisible(kind not in ("text", "range"))
        cycles = variable_queries.query_order(self._variables).errors
        names = [one.name for one in self._variables]
        if not self._draft_timer.isActive():
            self._draft_timer.start()
        place = self._list.currentRow()
        self._show_uses(place)
        if 0 <= place < len(names):
            mine = self._variables[place]
            note = _("Use :{name} in queries and ${name} in titles and text.")
            if mine.type == "range":  # it filters queries without being named in them
                note = _("Use ${name} in titles and text.")
            self._name_field.set_note(note.format(name=mine.name))
            self._name_field.set_error(_name_error(mine.name, names))
            self._values_field.set_error(_values_error(mine))
            self._query.set_definition_error(_missing_query_error(mine) or cycles.get(mine.name))
        self._save_button.disable("\n".join(self._why_not_saved(names, cycles)))

    def _why_not_saved(self, names: list[str], cycles: Mapping[str, AppError]) -> list[str]:
        """All that is wrong with the variables, a sentence each."""
        invalid, unqueried, oversized = (
            _("“{name}” isn't a valid name."),
            _("“{name}” has no query yet."),
            _("“{name}” exceeds a limit."),
        )
        rows = self._variables
        whys = [
            *(invalid.format(name=one.name) for one in rows if _name_error(one.name, names)),
            *(unqueried.format(name=one.name) for one in rows if _missing_query_error(one)),
            *(one.what for one in cycles.values()),
            *(oversized.format(name=one.name) for one in rows if _values_error(one) or len(one.query) > MAX_QUERY),
        ]
        return list(dict.fromkeys(whys))

    def _add_variable(self) -> None:
        self._undo_rows.append(list(self._rows))
        names = {one.name for one in self._variables}
        name = next(name for k in range(1, 200) if (name := f"choice{k}") not in names)
        self._rows = [*variable_editing.propagate_renames(self._rows), VariableRow.added(Variable(name, "", "list"))]
        self._fill(len(self._rows) - 1)
        self._name.setFocus()
        self._name.selectAll()

    def _remove_variable(self) -> None:
        place = self._list.currentRow()
        if place >= 0:
            self._undo_rows.append(list(self._rows))
            self._rows = variable_editing.propagate_renames(self._rows)
            del self._rows[place]
            self._fill(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if undo_direction(event) == "undo" and self._undo_rows:
            self._rows = self._undo_rows.pop()
            self._fill(self._list.currentRow())
            event.accept()
        elif self.focusWidget() in (self._name, self._label) and any(is_plain_key(event, key) for key in _ENTER):
            # The blue button would save all and close, while the next field is still to be filled in.
            self.focusNextPrevChild(True)
            event.accept()
        else:
            super().keyPressEvent(event)

    def dismiss(self) -> None:
        """Close without saving."""
        draft = self._draft
        self._close()
        if draft is not None:
            self.discarded.emit(draft)

    def _close(self) -> None:
        self._query.stop()
        self._draft_timer.stop()
        self.drafted.emit(None)
        super().dismiss()

    def _save(self) -> None:
        if self._save_button.isEnabled():
            self._rows = variable_editing.propagate_renames(self._rows)
            try:
                rename_in_layout(self._layout, variable_editing.renames_of(self._rows))
            except Invalid as error:
                self._removed_note.setText(str(error))
                self._removed_note.show()
                return
            self.saved.emit(self._rows, tuple(self._base.values()))
            self._close()


def _quoted_list(titles: Sequence[str]) -> str:
    names = ", ".join(_("“{name}”").format(name=title) for title in titles[:_MAX_NAMED])
    return f"{names} +{len(titles) - _MAX_NAMED}" if len(titles) > _MAX_NAMED else names


def _variable_title(variable: Variable) -> str:
    return value_label(variable.label or variable.name)


def _name_error(name: str, names: Sequence[str]) -> str:
    """The error in a name; empty if it is valid."""
    if not NAME.fullmatch(name):
        return _("Use letters, digits and _. Don't start with a digit.")
    return _("Another variable already uses this name.") if names.count(name) > 1 else ""


def _missing_query_error(variable: Variable) -> Invalid | None:
    """The error for a query variable without a query."""
    if variable.type != "query" or variable.query.strip():
        return None
    return Invalid("variables.no-query", _("No query yet."), do=_("Write one that starts with SELECT."), field="query")


def _values_error(variable: Variable) -> str:
    """The error in the values of a list; empty if they are valid."""
    if variable.type != "list":
        return ""
    if len(variable.values) > MAX_VALUES:
        return _("A list can have up to {limit} values.").format(limit=number(MAX_VALUES))
    if any(len(value) > MAX_NAME for value in variable.values):
        return _("A value can have up to {limit} characters.").format(limit=MAX_NAME)
    return ""

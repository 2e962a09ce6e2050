"""The sheet that defines the variables of a dashboard."""

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QPlainTextEdit, QVBoxLayout, QWidget

from benchboard.analytics.queries import Variables
from benchboard.dashboards import asking
from benchboard.dashboards.asking import Offer
from benchboard.dashboards.catalogue import MAX_QUERY
from benchboard.dashboards.document import MAX_NAME, MAX_VALUES, MAX_VARIABLES, NAME, Variable
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.ui.studio.document.steps import step_of
from benchboard.ui.studio.panes.valuelist import value_words
from benchboard.ui.studio.panes.valuequery import ValueQuery
from benchboard.ui.widgets import Button, CheckBox, Dialog, Edit, Field, SegmentedControl, Text
from benchboard.ui.widgets.fields import row

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_LONGEST_NAME: Final = 63
_KEEP_MS: Final = 150
"""After a change, so much later what they are is on its way to the journal."""
_FIELDS: Final = tuple(one.name for one in fields(Variable))


class VariablesSheet(Dialog):
    """Defines the variables of a document. `taken` has all of them, as a tuple: the page may be another by then."""

    taken = Signal(object)
    drafted = Signal(object)
    """What they are so far, as a text to `go_on` with; None: nothing that is not the page's."""

    def __init__(self, window: QWidget, context: "Context", variables: Sequence[Variable], chosen: Variables) -> None:
        super().__init__(window, _("Variables"), size=QSize(760, 680), name="variables")
        self._variables = list(variables)
        self._stored = {one.name: one for one in variables}
        self._chosen = chosen
        self._past: list[list[Variable]] = []
        """What they were before each one that was added or removed."""
        self._showing = False
        self._keep = QTimer(self, interval=_KEEP_MS, singleShot=True)
        self._keep.timeout.connect(self._kept)
        self._list = QListWidget()
        self._list.setObjectName("variables_list")
        self._list.setAccessibleName(_("Variables"))
        self._list.setFixedWidth(190)
        self._name = Edit(name="variable_name", label=_("Name"))
        self._label = Edit(name="variable_label", label=_("Label"))
        kinds = (("list", _("List")), ("query", _("Query")), ("text", _("Text")))
        self._kind = SegmentedControl(kinds, label=_("Kind"))
        self._values = QPlainTextEdit()
        self._values.setObjectName("variable_values")
        self._values.setTabChangesFocus(True)
        self._query = ValueQuery(context, self._values_now)
        self._multiple = CheckBox(_("Several can be chosen"))
        self._multiple.setObjectName("variable_multiple")
        self._all = CheckBox(_("“All” can be chosen"))
        self._all.setObjectName("variable_all")
        self._name_field = Field(_("Name"), self._name)
        self._values_field = Field(_("Values, one a line"), self._values)
        self._lay_out()
        self._hear()
        self._fill(0)

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.addWidget(self._list, 1)
        self._add = Button(_("Add a variable"), self._append, icon="ph.plus", size="sm", name="variable_add")
        self._remove = Button(_("Remove"), self._drop, icon="ph.trash", size="sm", name="variable_remove")
        left.addWidget(self._add)
        left.addWidget(self._remove)
        self._form = QWidget()
        right = QVBoxLayout(self._form)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(10)
        right.addLayout(row(self._name_field, Field(_("Label"), self._label)))
        for widget, share in ((self._kind, 0), (self._values_field, 1), (self._query, 1)):
            right.addWidget(widget, share)
        ticks = row(self._multiple, self._all, spacing=20)
        ticks.addStretch(1)
        right.addLayout(ticks)
        right.addStretch(0)
        self._none = Text(_("A variable is something a reader chooses, for example the shop."), tone="muted", wrap=True)
        both = QHBoxLayout()
        both.setSpacing(16)
        both.addLayout(left)
        both.addWidget(self._form, 1)
        both.addWidget(self._none, 1)
        self.content.addLayout(both, 1)
        self.add_button(Button(_("Leave them"), self.leave, name="variables_leave"))
        self._take_button = self.add_button(Button(_("Take these"), self._take, kind="primary", name="variables_take"))

    def _hear(self) -> None:
        for edit in (self._name, self._label):
            edit.setMaxLength(_LONGEST_NAME)
            edit.textEdited.connect(self._edited)
        self._kind.chosen.connect(self._turned)
        self._values.textChanged.connect(self._edited)
        self._query.edited.connect(self._edited)
        self._query.answered.connect(self._answered)
        self._multiple.clicked.connect(self._edited)
        self._all.clicked.connect(self._edited)
        self._list.currentRowChanged.connect(self._show)
        away = QShortcut(QKeySequence(Qt.Key.Key_Delete), self._list, self._drop)
        away.setContext(Qt.ShortcutContext.WidgetShortcut)

    def go_on(self, draft: str) -> None:
        """Show what they had become before; a step back shows the page's."""
        variables = _read(draft)
        if variables is not None:
            self._past.append(self._variables)
            self._variables = variables
            self._fill(0)

    def _kept(self) -> None:
        same = self._variables == [*self._stored.values()]
        self.drafted.emit(None if same else _written(self._variables))

    def _fill(self, place: int) -> None:
        self._list.blockSignals(True)
        self._list.clear()
        self._list.addItems([_called(one) for one in self._variables])
        self._list.blockSignals(False)
        self._list.setCurrentRow(min(place, len(self._variables) - 1))
        self._show(self._list.currentRow())

    def _show(self, place: int) -> None:
        there = 0 <= place < len(self._variables)
        self._form.setVisible(there)
        self._none.setVisible(not there)
        self._remove.setEnabled(there)
        full = len(self._variables) >= MAX_VARIABLES
        self._add.disable(_("A dashboard has {limit} variables at most.").format(limit=MAX_VARIABLES) if full else "")
        if there:
            one = self._variables[place]
            self._showing = True
            self._name.setText(one.name)
            self._label.setText(one.label)
            self._kind.choose(one.type)
            self._values.setPlainText("\n".join(one.values))
            self._multiple.setChecked(one.multiple)
            self._all.setChecked(one.include_all)
            self._query.show_query(one.query if one.type == "query" else "")
            self._showing = False
        self._check()

    def _turned(self, kind: str) -> None:
        """It is of another kind now; the keyboard goes on where that is filled in."""
        self._edited()
        if kind == "query":
            self._query.look()

    def _edited(self) -> None:
        place = self._list.currentRow()
        if self._showing or place < 0:
            return
        one, kind = self._variables[place], self._kind.current()
        typed = tuple(dict.fromkeys(line.strip() for line in self._values.toPlainText().splitlines() if line.strip()))
        values = typed if kind == "list" else one.values if kind == "query" else ()
        chosen = one.chosen
        if kind == "list":
            chosen = tuple(value for value in one.chosen if value in set(values)) or values[:1]
        include_all = kind != "text" and self._all.isChecked()
        self._variables[place] = replace(
            one, name=self._name.text().strip(), label=self._label.text().strip(), type=kind, values=values,
            chosen=chosen, multiple=self._multiple.isChecked(), include_all=include_all,
            query=self._query.text() if kind == "query" else one.query if kind == "list" else "",
            all_chosen=one.all_chosen and include_all,
        )  # fmt: skip
        item = self._list.item(place)
        if item is not None:
            item.setText(_called(self._variables[place]))
        self._check()

    def _answered(self, offer: Offer) -> None:
        """The query one is writing answered: what is chosen by nobody yet begins with its first value."""
        place = self._list.currentRow()
        if not 0 <= place < len(self._variables):
            return
        one = self._variables[place]
        stored = self._stored.get(one.name)
        fresh = stored is None or (stored.type, stored.query) != (one.type, one.query)
        if fresh and not one.chosen and not one.all_chosen:
            self._variables[place] = replace(one, chosen=offer.values[:1])

    def _values_now(self) -> Variables:
        """What the query one is writing is asked with: what is chosen on the page, else what everybody begins with."""
        return {one.name: self._chosen.get(one.name, one.chosen) for one in self._variables}

    def _check(self) -> None:
        kind = self._kind.current()
        self._values_field.setVisible(kind == "list")
        self._query.setVisible(kind == "query")
        for widget in (self._multiple, self._all):
            widget.setVisible(kind != "text")
        circles = asking.order_of(self._variables).refused
        names = [one.name for one in self._variables]
        if not self._keep.isActive():
            self._keep.start()
        place = self._list.currentRow()
        if 0 <= place < len(names):
            mine = self._variables[place]
            told = _("A query says :{name} for what is chosen, a title or text ${name}.")
            self._name_field.set_note(told.format(name=mine.name))
            self._name_field.fail(_wrong_name(mine.name, names))
            self._values_field.fail(_wrong_values(mine))
            self._query.refuse(_unwritten(mine) or circles.get(mine.name))
        wrong = next((one for one in self._variables if _wrong_name(one.name, names)), None)
        unwritten = next((one for one in self._variables if _unwritten(one)), None)
        unfit = next((one for one in self._variables if _wrong_values(one) or len(one.query) > MAX_QUERY), None)
        if wrong is not None:
            self._take_button.disable(_("“{name}” cannot be a name.").format(name=wrong.name))
        elif unwritten is not None:
            self._take_button.disable(_("“{name}” has no query yet.").format(name=unwritten.name))
        elif circles:
            self._take_button.disable(next(iter(circles.values())).what)
        elif unfit is not None:
            self._take_button.disable(_("“{name}” says more than a dashboard keeps.").format(name=unfit.name))
        else:
            self._take_button.disable("")

    def _append(self) -> None:
        self._past.append(list(self._variables))
        names = {one.name for one in self._variables}
        name = next(name for k in range(1, 200) if (name := f"choice{k}") not in names)
        self._variables.append(Variable(name, "", "list"))
        self._fill(len(self._variables) - 1)
        self._name.setFocus()
        self._name.selectAll()

    def _drop(self) -> None:
        place = self._list.currentRow()
        if place >= 0:
            self._past.append(list(self._variables))
            del self._variables[place]
            self._fill(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if step_of(event) == "undo" and self._past:
            self._variables = self._past.pop()
            self._fill(self._list.currentRow())
            event.accept()
        else:
            super().keyPressEvent(event)

    def leave(self) -> None:
        """Close, and stop asking."""
        self._query.stop()
        self._keep.stop()
        self.drafted.emit(None)
        super().leave()

    def _take(self) -> None:
        if self._take_button.isEnabled():
            self.taken.emit(tuple(self._variables))
            self.leave()


def _written(variables: Sequence[Variable]) -> str:
    """Variables as a text, however wrong they still are."""
    return json.dumps([{key: getattr(one, key) for key in _FIELDS} for one in variables], default=dict)


def _read(text: str) -> list[Variable] | None:
    """What `_written` wrote; None where a program did that which keeps something else."""
    try:
        said = [{key: one[key] for key in _FIELDS} for one in json.loads(text)]
        lists = ("values", "chosen")
        return [Variable(**{**one, **{key: tuple(map(str, one[key])) for key in lists}}) for one in said]
    except (KeyError, TypeError, ValueError):
        return None


def _called(variable: Variable) -> str:
    return value_words(variable.label or variable.name)


def _wrong_name(name: str, names: Sequence[str]) -> str:
    """What is wrong with a name, in words; nothing where it is right."""
    if not NAME.fullmatch(name):
        return _("Letters, digits and _, not beginning with a digit.")
    return _("Another variable is called that.") if names.count(name) > 1 else ""


def _unwritten(variable: Variable) -> Invalid | None:
    """That it is to be answered by a query, and has none."""
    if variable.type != "query" or variable.query.strip():
        return None
    return Invalid(
        "variables.no-query", _("There is no query yet."), do=_("Write one that begins with SELECT."), field="query"
    )


def _wrong_values(variable: Variable) -> str:
    """The same of the values of a list."""
    if variable.type != "list":
        return ""
    if len(variable.values) > MAX_VALUES:
        return _("A list has {limit} values at most.").format(limit=f"{MAX_VALUES:,}")
    if any(len(value) > MAX_NAME for value in variable.values):
        return _("A value has {limit} characters at most.").format(limit=MAX_NAME)
    return ""

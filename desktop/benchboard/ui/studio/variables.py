"""What a reader chooses for the queries: one field a variable below the toolbar, and the sheet that defines them."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListWidget, QPlainTextEdit, QVBoxLayout, QWidget

from benchboard.dashboards.document import MAX_NAME, NAME, Variable
from benchboard.i18n import _
from benchboard.ui.studio.editor import Editor
from benchboard.ui.widgets import Button, CheckBox, Dialog, Edit, Field, Popover, SegmentedControl, Text, heading

_SHOWN = 3
"""Values named on a field before it says how many there are."""


class VariablesBar(QWidget):
    """One field for each variable of the document; nothing where there are none."""

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self._shown: tuple[Variable, ...] | None = None
        self._fields: list[_TextField | _ListField] = []
        self.setProperty("surface", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(_("Variables"))
        self.setFixedHeight(40)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(14, 0, 14, 0)
        self._row.setSpacing(8)
        editor.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        variables = self._editor.seen.variables
        if variables == self._shown:
            return
        if self._shown is not None and _bare(variables) == _bare(self._shown):
            # The fields stay: the values one is choosing from hang on theirs.
            self._shown = variables
            for field, variable in zip(self._fields, variables, strict=True):
                field.say(variable)
            return
        focus = self.focusWidget()
        held = focus.objectName() if focus is not None and self.isAncestorOf(focus) else ""
        self._shown = variables
        while (item := self._row.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        self._fields = [
            _TextField(one, self._editor) if one.type == "text" else _ListField(one, self._editor) for one in variables
        ]
        for field in self._fields:
            self._row.addWidget(field)
            if field.objectName() == held:
                field.setFocus()
        self._row.addStretch(1)
        self.setVisible(bool(variables))


class _ListField(Button):
    """A variable with its chosen values; pressed, it offers all."""

    def __init__(self, variable: Variable, editor: Editor) -> None:
        title = variable.label or variable.name
        super().__init__(
            _("{name}: {values}").format(name=title, values=_said(variable)), self._offer, icon="ph.funnel", menu=True,
            tip=_("Choose for {name}").format(name=title), name=f"variable_{variable.name}",
        )  # fmt: skip
        self._variable, self._editor = variable, editor

    def say(self, variable: Variable) -> None:
        """Name what is chosen now."""
        self._variable = variable
        text = _("{name}: {values}").format(name=variable.label or variable.name, values=_said(variable))
        self.setText(text)
        self.setAccessibleName(text)

    def _offer(self) -> None:
        _Choice(self, self._variable, self._editor).open()


class _Choice(Popover):
    """The values of a variable, to tick one or several."""

    def __init__(self, anchor: QWidget, variable: Variable, editor: Editor) -> None:
        super().__init__(anchor, width=310, name="variable_choice")
        self._variable, self._editor = variable, editor
        self.column.addWidget(heading(variable.label or variable.name))
        offered = tuple(dict.fromkeys((*variable.values, *variable.chosen)))
        if not offered:
            self.column.addWidget(
                Text(_("It has no values yet. “Define the variables” in the menu sets them."), tone="muted", wrap=True)
            )
        for value in offered:
            box = CheckBox(value or _("empty"))
            box.setObjectName(f"value_{value}")
            box.setChecked(value in variable.chosen)
            box.clicked.connect(lambda ticked, value=value: self._tick(value, ticked))
            self.column.addWidget(box)
        self._everybody = _Everybody(variable, editor, self.close, self)
        self.column.addWidget(self._everybody)

    def _tick(self, value: str, ticked: bool) -> None:
        chosen = self._now()
        if not self._variable.multiple:
            chosen = (value,) if ticked else ()
            self.close()
        elif ticked:
            order = (*self._variable.values, *self._variable.chosen)
            chosen = tuple(sorted({*chosen, value}, key=order.index))
        else:
            chosen = tuple(one for one in chosen if one != value)
        self._editor.choose_value(self._variable.name, chosen)
        self._everybody.follow()

    def _now(self) -> tuple[str, ...]:
        return self._editor.seen.chosen.get(self._variable.name, ())


class _Everybody(Button):
    """Makes what is chosen here what everybody begins with; there for those who may, where it is not that already."""

    def __init__(self, variable: Variable, editor: Editor, done: Callable[[], object], parent: QWidget) -> None:
        super().__init__(
            _("Make this everybody's first choice"), self._share, icon="ph.share-network", size="sm",
            name=f"everybody_{variable.name}", parent=parent,
        )  # fmt: skip
        self._name, self._editor, self._done = variable.name, editor, done
        self.follow()

    def follow(self) -> None:
        """Be offered, or not."""
        editor = self._editor
        same = editor.seen.chosen.get(self._name) == editor.document.chosen.get(self._name)
        self.setVisible(not editor.read_only)
        self.disable(_("Everybody begins with this already.") if same else "")

    def _share(self) -> None:
        if self.isEnabled():
            self._editor.share_choice(self._name)
            self._done()


class _TextField(QWidget):
    """A variable one types."""

    def __init__(self, variable: Variable, editor: Editor) -> None:
        super().__init__()
        title = variable.label or variable.name
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(Text(title, tone="secondary"))
        edit = Edit(name=f"variable_{variable.name}", label=title)
        edit.setMaxLength(MAX_NAME)
        edit.setFixedWidth(140)
        edit.editingFinished.connect(self._take)
        row.addWidget(edit)
        self._edit, self._variable, self._editor = edit, variable, editor
        self._everybody = _Everybody(variable, editor, lambda: None, self)
        self._everybody.hide()
        row.addWidget(self._everybody)
        self.say(variable)

    def say(self, variable: Variable) -> None:
        """Show what is chosen now."""
        self._variable = variable
        self._edit.setText(variable.chosen[0] if variable.chosen else "")
        self._everybody.follow()
        self._everybody.setVisible(self._everybody.isEnabled() and not self._editor.read_only)

    def _take(self) -> None:
        typed = (self._edit.text(),) if self._edit.text() else ()
        if typed != self._variable.chosen:
            self._editor.choose_value(self._variable.name, typed)


def _bare(variables: Sequence[Variable]) -> tuple[Variable, ...]:
    """What they are, whatever is chosen."""
    return tuple(replace(one, chosen=()) for one in variables)


def _said(variable: Variable) -> str:
    if not variable.chosen:
        return _("none")
    named = ", ".join(variable.chosen[:_SHOWN])
    return f"{named} +{len(variable.chosen) - _SHOWN}" if len(variable.chosen) > _SHOWN else named


class VariablesSheet(Dialog):
    """Defines the variables of a document. `taken` has all of them, as a tuple: the page may be another by then."""

    taken = Signal(object)

    def __init__(self, window: QWidget, variables: Sequence[Variable]) -> None:
        super().__init__(window, _("Variables"), size=QSize(680, 520), name="variables")
        self._variables = list(variables)
        self._list = QListWidget()
        self._list.setObjectName("variables_list")
        self._list.setAccessibleName(_("Variables"))
        self._list.setFixedWidth(190)
        self._name = Edit(name="variable_name", label=_("Name"))
        self._label = Edit(name="variable_label", label=_("Label"))
        self._kind = SegmentedControl((("list", _("List")), ("text", _("Text"))), label=_("Kind"))
        self._values = QPlainTextEdit()
        self._values.setObjectName("variable_values")
        self._values.setAccessibleName(_("Values, one a line"))
        self._values.setTabChangesFocus(True)
        self._multiple = CheckBox(_("Several can be chosen"))
        self._multiple.setObjectName("variable_multiple")
        self._name_field = Field(_("Name"), self._name, note=_("A query says :name for what is chosen."))
        self._lay_out()
        for edit in (self._name, self._label):
            edit.setMaxLength(63)
            edit.textEdited.connect(self._edited)
        self._kind.chosen.connect(lambda _key: self._edited())
        self._values.textChanged.connect(self._edited)
        self._multiple.clicked.connect(self._edited)
        self._list.currentRowChanged.connect(self._show)
        self._showing = False
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
        self._values_label = QLabel(_("Values, one a line"))
        for widget in (self._name_field, Field(_("Label"), self._label), self._kind, self._values_label, self._values,
                       self._multiple):  # fmt: skip
            right.addWidget(widget)
        self._none = Text(_("A variable is something a reader chooses, for example the shop."), tone="muted", wrap=True)
        both = QHBoxLayout()
        both.setSpacing(16)
        both.addLayout(left)
        both.addWidget(self._form, 1)
        both.addWidget(self._none, 1)
        self.content.addLayout(both, 1)
        self.add_button(Button(_("Leave them"), self.leave, name="variables_leave"))
        self._take_button = self.add_button(Button(_("Take these"), self._take, kind="primary", name="variables_take"))

    def _fill(self, row: int) -> None:
        self._list.blockSignals(True)
        self._list.clear()
        self._list.addItems([one.label or one.name for one in self._variables])
        self._list.blockSignals(False)
        self._list.setCurrentRow(min(row, len(self._variables) - 1))
        self._show(self._list.currentRow())

    def _show(self, row: int) -> None:
        there = 0 <= row < len(self._variables)
        self._form.setVisible(there)
        self._none.setVisible(not there)
        self._remove.setEnabled(there)
        if not there:
            self._check()
            return
        one = self._variables[row]
        self._showing = True
        self._name.setText(one.name)
        self._label.setText(one.label)
        self._kind.choose(one.type)
        self._values.setPlainText("\n".join(one.values))
        self._multiple.setChecked(one.multiple)
        self._showing = False
        self._check()

    def _edited(self) -> None:
        row = self._list.currentRow()
        if self._showing or row < 0:
            return
        values = tuple(dict.fromkeys(line.strip() for line in self._values.toPlainText().splitlines() if line.strip()))
        one, kind = self._variables[row], self._kind.current()
        chosen = one.chosen if kind == "text" else tuple(value for value in one.chosen if value in values) or values[:1]
        self._variables[row] = replace(
            one, name=self._name.text().strip(), label=self._label.text().strip(), type=kind,
            values=values if kind == "list" else (), chosen=chosen, multiple=self._multiple.isChecked(),
        )  # fmt: skip
        item = self._list.item(row)
        if item is not None:
            item.setText(self._variables[row].label or self._variables[row].name)
        self._check()

    def _check(self) -> None:
        row = self._list.currentRow()
        is_list = self._kind.current() == "list"
        for widget in (self._values, self._values_label, self._multiple):
            widget.setVisible(is_list)
        names = [one.name for one in self._variables]
        wrong = next((one for one in names if not NAME.fullmatch(one) or names.count(one) > 1), None)
        mine = names[row] if 0 <= row < len(names) else None
        said = ""
        if mine is not None and not NAME.fullmatch(mine):
            said = _("Letters, digits and _, not beginning with a digit.")
        elif mine is not None and names.count(mine) > 1:
            said = _("Another variable is called that.")
        self._name_field.fail(said)
        self._take_button.disable("" if wrong is None else _("“{name}” cannot be a name.").format(name=wrong))

    def _append(self) -> None:
        names = {one.name for one in self._variables}
        name = next(name for k in range(1, 200) if (name := f"choice{k}") not in names)
        self._variables.append(Variable(name, "", "list"))
        self._fill(len(self._variables) - 1)
        self._name.setFocus()
        self._name.selectAll()

    def _drop(self) -> None:
        row = self._list.currentRow()
        if row >= 0:
            del self._variables[row]
            self._fill(row)

    def _take(self) -> None:
        if self._take_button.isEnabled():
            self.leave()
            self.taken.emit(tuple(self._variables))

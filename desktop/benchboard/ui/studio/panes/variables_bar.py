"""The bar below the toolbar with a field for each variable."""

from collections.abc import Callable, Collection, Mapping
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QWidget

from benchboard.dashboards.document.document import MAX_NAME, Variable
from benchboard.i18n import _, number
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.panes.value_list import value_label
from benchboard.ui.studio.panes.value_picker import SetDefaultButton, ValuePicker
from benchboard.ui.studio.tiles.variable_options import OptionsState, VariableQueryRunner
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Edit, Text
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.surfaces import set_surface

_SHOWN: Final = 3
"""Values named on a field; more are only counted."""
_HEIGHT: Final = 40


class VariablesBar(QScrollArea):
    """One field for each variable of the document; hidden without variables."""

    edit_requested = Signal()
    """The user wants to edit the variables."""

    def __init__(self, editor: Editor, variable_runner: VariableQueryRunner) -> None:
        super().__init__()
        self._editor, self._variable_runner = editor, variable_runner
        self._shown: tuple[Variable, ...] | None = None
        self._fields: list[_TextField | _ListField] = []
        self.setAccessibleName(_("Variables"))
        self.setFixedHeight(_HEIGHT)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        strip = QWidget()
        set_surface(strip, "surface")
        self._row = QHBoxLayout(strip)
        self._row.setContentsMargins(14, 0, 14, 0)
        self._row.setSpacing(8)
        self.setWidget(strip)
        self.horizontalScrollBar().rangeChanged.connect(self._fit_scroll_bar)
        editor.changed.connect(self._refresh)
        editor.options_changed.connect(self._refresh)
        variable_runner.state_changed.connect(self._answered)
        self._refresh()

    def _fit_scroll_bar(self, _least: int, most: int) -> None:
        """Add the height of the horizontal scroll bar while it is shown, so that it doesn't cover the fields."""
        self.setFixedHeight(_HEIGHT + (self.horizontalScrollBar().sizeHint().height() if most else 0))

    def _refresh(self) -> None:
        variables = self._editor.reader_document.variables
        if variables == self._shown:
            return
        if self._shown is not None and _kinds(variables) == _kinds(self._shown):
            # The fields are kept: an open value picker is anchored at its field.
            self._shown = variables
            for field, variable in zip(self._fields, variables, strict=True):
                field.show_variable(variable)
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
            _TextField(one, self._editor)
            if one.type == "text"
            else _ListField(one, self._editor, self._variable_runner, self.edit_requested.emit)
            for one in variables
        ]
        for field in self._fields:
            self._row.addWidget(field)
            if field.objectName() == held:
                field.setFocus()
        self._row.addStretch(1)
        self.setVisible(bool(variables))

    def _answered(self, name: str) -> None:
        for field, variable in zip(self._fields, self._shown or (), strict=True):
            if variable.name == name:
                field.show_variable(variable)


class _ListField(Button):
    """A field with a variable's selected values and the state of its query; pressing it opens the value picker."""

    def __init__(
        self, variable: Variable, editor: Editor, variable_runner: VariableQueryRunner, define: Callable[[], object]
    ) -> None:
        super().__init__("", self._open, icon="ph.funnel", menu=True, name=f"variable_{variable.name}")
        self._variable, self._editor, self._variable_runner, self._define = variable, editor, variable_runner, define
        self.show_variable(variable)

    def show_variable(self, variable: Variable) -> None:
        """Show the selected values and their state."""
        self._variable = variable
        options_state, unavailable = (
            self._variable_runner.state_of(variable.name),
            self._variable_runner.unavailable_values(variable),
        )
        title = value_label(variable.label or variable.name)
        text = _("{name}: {values}").format(name=title, values=_selection_text(variable, options_state.labels))
        state, icon, ink = _state(options_state, unavailable)
        if state:
            text = _("{field} · {state}").format(field=text, state=state)
        self.setText(text)
        self.setAccessibleName(text)
        self.setIcon(theme().icon(icon, ink))
        description = _description(variable, options_state, unavailable)
        self.setAccessibleDescription(description)
        self.setToolTip(plain_tooltip(description or _("Choose a value for {name}").format(name=title)))

    def _open(self) -> None:
        ValuePicker(self, self._variable, self._editor, self._variable_runner, self._define).open()


class _TextField(QWidget):
    """The field of a text variable."""

    def __init__(self, variable: Variable, editor: Editor) -> None:
        super().__init__()
        title = value_label(variable.label or variable.name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(Text(title, tone="secondary"))
        edit = Edit(name=f"variable_{variable.name}", label=title)
        edit.setMaxLength(MAX_NAME)
        edit.setFixedWidth(140)
        edit.editingFinished.connect(self._apply)
        row.addWidget(edit)
        self._edit, self._variable, self._editor = edit, variable, editor
        self._set_default = SetDefaultButton(variable, editor, lambda: None, self)
        self._set_default.hide()
        row.addWidget(self._set_default)
        self.show_variable(variable)

    def show_variable(self, variable: Variable) -> None:
        """Show the present value."""
        self._variable = variable
        self._edit.setText(variable.chosen[0] if variable.chosen else "")
        self._set_default.refresh()
        self._set_default.setVisible(self._set_default.isEnabled() and not self._editor.read_only)

    def _apply(self) -> None:
        typed = (self._edit.text(),) if self._edit.text() else ()
        if typed != self._variable.chosen:
            self._editor.select_values(self._variable.name, typed)


def _kinds(variables: tuple[Variable, ...]) -> list[tuple[str, str, bool]]:
    """What determines the fields, whatever their values and options."""
    return [(one.name, one.label, one.type == "text") for one in variables]


def _selection_text(variable: Variable, labels: Mapping[str, str]) -> str:
    chosen = variable.chosen
    if variable.all_chosen:
        return _("All ({count})").format(count=number(len(chosen)))
    if not chosen:
        return _("none")
    named = ", ".join(value_label(labels.get(value, value)) for value in chosen[:_SHOWN])
    return f"{named} +{len(chosen) - _SHOWN}" if len(chosen) > _SHOWN else named


def _state(options_state: OptionsState, unavailable: Collection[str]) -> tuple[str, str, str]:
    """A word for the state of the values, an icon and its colour."""
    if options_state.loading:
        return _("loading"), "ph.circle-dashed", "text.muted"
    if options_state.error is not None:
        return _("failed to load"), "ph.warning-circle", "error"
    if unavailable:
        return _("no longer available"), "ph.warning", "warn"
    return "", "ph.funnel", "text"


def _description(variable: Variable, options_state: OptionsState, unavailable: Collection[str]) -> str:
    """The state in full sentences; empty if there is nothing to mention."""
    if options_state.loading:
        return _("Loading values. Your last selection applies until they arrive.")
    if options_state.error is not None:
        return _("Couldn't load values. {why}").format(why=str(options_state.error))
    if unavailable:
        named = ", ".join(value_label(value) for value in variable.chosen if value in unavailable)
        return _("Selected but no longer available: {values}. This stays selected until you change it.").format(
            values=named if len(named) < 200 else f"{named[:200]}…"
        )
    return options_state.options.note if options_state.options is not None else ""

"""The fields of a page's variables: beside the tabs, in a bar below the toolbar, or beside a presentation's title."""

from collections.abc import Callable, Collection, Mapping
from typing import Final, Literal

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
from benchboard.ui.widgets.labels import plain_tooltip, restyle
from benchboard.ui.widgets.surfaces import set_surface

_SHOWN: Final = 3
"""Values named on a field; more are only counted."""
_SHOWN_BESIDE: Final = 1
"""Values named on a field beside the tabs or a title, where the room is shared."""
_HEIGHT: Final = 40
Place = Literal["tabs", "bar", "wall"]
"""Where the fields are: beside the tabs, in a bar of their own, or beside a presentation's title."""


class VariablesBar(QScrollArea):
    """One field for each variable of the document; hidden without variables."""

    edit_requested = Signal()
    """The user wants to edit the variables."""
    width_changed = Signal()
    """The fields may need another width."""

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
        self._strip = strip = QWidget()
        set_surface(strip, "surface")
        self._place: Place = "bar"
        self._scale = 1.0
        self._row = QHBoxLayout(strip)
        self._row.setContentsMargins(14, 0, 14, 0)
        self._row.setSpacing(8)
        self.setWidget(strip)
        self.horizontalScrollBar().rangeChanged.connect(self._fit_scroll_bar)
        editor.changed.connect(self._refresh)
        editor.options_changed.connect(self._refresh)
        variable_runner.state_changed.connect(self._answered)
        self._refresh()

    def _fit_scroll_bar(self) -> None:
        """Add the height of the horizontal scroll bar while it is shown, so that it doesn't cover the fields."""
        bar = self.horizontalScrollBar()
        height = round(_HEIGHT * self._scale)
        if self._place == "tabs":
            self.setMinimumHeight(0)
            self.setMaximumHeight(_HEIGHT)  # as high as the tabs
        else:
            self.setFixedHeight(height + (bar.sizeHint().height() if bar.maximum() else 0))

    def set_place(self, place: Place, scale: float = 1.0) -> None:
        """Fit the fields to where they are, and their heights to `scale`; 1 is 100 %."""
        if (place, scale) == (self._place, self._scale):
            return
        self._place, self._scale = place, scale
        set_surface(self._strip, {"tabs": "window", "bar": "surface", "wall": "canvas"}[place])
        restyle(self._strip)
        for field, variable in zip(self._fields, self._shown or (), strict=True):
            if isinstance(field, _ListField):
                field.show_variable(variable, self._named)
        self._fit_fields()
        self._fit_scroll_bar()

    @property
    def width_beside_tabs(self) -> int:
        """The width, in pixels, that the fields take beside the tabs; 0 without variables."""
        if not self._fields:
            return 0
        margins = self._row.contentsMargins()
        fields = sum(field.width_with(_SHOWN_BESIDE) for field in self._fields)
        return fields + self._row.spacing() * (len(self._fields) + 1) + margins.left() + margins.right()

    @property
    def _named(self) -> int:
        return _SHOWN if self._place == "bar" else _SHOWN_BESIDE

    def _fit_fields(self) -> None:
        for field in self._fields:
            if isinstance(field, _ListField):
                field.set_scale(self._scale)
                field.setProperty("kind", "quiet" if self._place == "wall" else "plain")
                restyle(field)

    def _refresh(self) -> None:
        variables = self._editor.reader_document.variables
        if variables == self._shown:
            return
        if self._shown is not None and _kinds(variables) == _kinds(self._shown):
            # The fields are kept: an open value picker is anchored at its field.
            self._shown = variables
            for field, variable in zip(self._fields, variables, strict=True):
                field.show_variable(variable, self._named)
            self.width_changed.emit()
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
            else _ListField(one, self._editor, self._variable_runner, self.edit_requested.emit, self._named)
            for one in variables
        ]
        for field in self._fields:
            self._row.addWidget(field)
            if field.objectName() == held:
                field.setFocus()
        self._row.addStretch(1)
        self._fit_fields()
        self.setVisible(bool(variables))
        self.width_changed.emit()

    def _answered(self, name: str) -> None:
        for field, variable in zip(self._fields, self._shown or (), strict=True):
            if variable.name == name:
                field.show_variable(variable, self._named)
        self.width_changed.emit()


class _ListField(Button):
    """A field with a variable's selected values and the state of its query; pressing it opens the value picker."""

    def __init__(
        self,
        variable: Variable,
        editor: Editor,
        variable_runner: VariableQueryRunner,
        define: Callable[[], object],
        named: int,
    ) -> None:
        super().__init__("", self._open, icon="ph.funnel", menu=True, name=f"variable_{variable.name}")
        self._variable, self._editor, self._variable_runner, self._define = variable, editor, variable_runner, define
        self.show_variable(variable, named)

    def show_variable(self, variable: Variable, named: int) -> None:
        """Show the selected values, the first of them by name, and their state."""
        self._variable = variable
        options_state, unavailable = self._options()
        _word, icon, ink = _state(options_state, unavailable)
        self.setText(self._text(named))
        self.setAccessibleName(self._text(_SHOWN))
        self.setIcon(theme().icon(icon, ink))
        description = _description(variable, options_state, unavailable)
        self.setAccessibleDescription(description)
        title = value_label(variable.label or variable.name)
        self.setToolTip(plain_tooltip(description or _("Choose a value for {name}").format(name=title)))

    def width_with(self, named: int) -> int:
        """The width, in pixels, that the field takes with this many values named."""
        metrics = self.fontMetrics()
        grown = metrics.horizontalAdvance(self._text(named)) - metrics.horizontalAdvance(self.text())
        return self.sizeHint().width() + grown

    def _options(self) -> tuple[OptionsState, Collection[str]]:
        runner = self._variable_runner
        return runner.state_of(self._variable.name), runner.unavailable_values(self._variable)

    def _text(self, named: int) -> str:
        options_state, unavailable = self._options()
        title = value_label(self._variable.label or self._variable.name)
        values = _selection_text(self._variable, options_state.labels, named)
        text = _("{name}: {values}").format(name=title, values=values)
        state = _state(options_state, unavailable)[0]
        return _("{field} · {state}").format(field=text, state=state) if state else text

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
        self.show_variable(variable, 1)

    def width_with(self, _named: int) -> int:
        """The width that the field takes, in pixels."""
        return self.sizeHint().width()

    def show_variable(self, variable: Variable, _named: int) -> None:
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


def _selection_text(variable: Variable, labels: Mapping[str, str], most: int) -> str:
    chosen = variable.chosen
    if variable.all_chosen:
        return _("All ({count})").format(count=number(len(chosen)))
    if not chosen:
        return _("none")
    named = ", ".join(value_label(labels.get(value, value)) for value in chosen[:most])
    return f"{named} +{len(chosen) - most}" if len(chosen) > most else named


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

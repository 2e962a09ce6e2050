"""The fields of a page's time range and variables: in the toolbar, a bar below it, or beside a presentation's title."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Final, Literal

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QWidget

from benchboard.dashboards.document.document import MAX_NAME, Variable
from benchboard.dashboards.variables.range_text import range_text
from benchboard.i18n import _, ngettext, number
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.panes.range_picker import RangePicker
from benchboard.ui.studio.panes.time_range_field import CLEARING_KEYS, TimeRangeField, usage
from benchboard.ui.studio.panes.value_list import value_label
from benchboard.ui.studio.panes.value_picker import SetDefaultButton, ValuePicker
from benchboard.ui.studio.tiles.variable_options import OptionsState, VariableQueryRunner
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Edit
from benchboard.ui.widgets.labels import Elided, plain_tooltip, restyle
from benchboard.ui.widgets.popover import MenuItem, Popover, menu
from benchboard.ui.widgets.surfaces import set_surface
from benchboard.ui.widgets.tab_order import one_tab_stop, own_tab_stops

_SHOWN: Final = 3
"""Values named on a field; more are only counted."""
_SHOWN_BESIDE: Final = 1
"""Values named on a field beside a title, where the room is shared."""
_HEIGHT: Final = 40
_LEAST_FIELD: Final = 96
"""The least width of a shortened field, in pixels at 100 %."""
_READABLE_VALUE: Final = 168
"""The pixels for a value beside its field's name with which fields stand in the toolbar; with less they have a bar:
about 24 letters, or 20 and how many more values are selected."""
_LEAST_VALUE: Final = 48
"""The pixels for a value below which its field shows it without the name."""
_GAP: Final = 6
"""Pixels between a text variable's title and its field."""
_TEXT_WIDTH: Final = 140
"""The width of the field of a text variable beside its title, in pixels."""
_UNLIMITED: Final = 16_777_215  # QWIDGETSIZE_MAX, which PySide does not have
_MARGIN: Final = 14
_FIELD_GAP: Final = 8
Place = Literal["bar", "toolbar", "wall"]
"""Where the fields are: in a bar of their own, in the toolbar, or beside a presentation's title."""


class VariablesBar(QScrollArea):
    """A field for the time range, and one for each variable of the document; hidden without any."""

    edit_requested = Signal()
    """The user wants to edit the variables."""
    filter_requested = Signal(QWidget)
    """The user wants to filter the page by a column; with the widget to offer the columns at."""
    clear_requested = Signal(str)
    """The user wants to clear the filter with this name; empty: the time range."""
    width_changed = Signal()
    """The fields may need another width."""

    def __init__(self, editor: Editor, variable_runner: VariableQueryRunner, parent: QWidget) -> None:
        super().__init__(parent)
        self._editor, self._variable_runner = editor, variable_runner
        self._shown: tuple[Variable, ...] | None = None
        self._fields: list[_TextField | _ListField] = []
        self._hidden: tuple[Variable, ...] = ()
        """The variables whose fields have no room beside other controls."""
        self._place: Place = "bar"
        self._scale = 1.0
        self.setAccessibleName(_("Variables"))
        self.setFixedHeight(_HEIGHT)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._strip = strip = _Strip()
        self._more = self._more_button()
        set_surface(strip, "surface")
        one_tab_stop(strip)
        line = QHBoxLayout(strip)
        line.setContentsMargins(self._margin, 0, self._margin, 0)
        line.setSpacing(_FIELD_GAP)
        self._line = line
        self.time_range = TimeRangeField(editor)
        self.time_range.clear_requested.connect(partial(self.clear_requested.emit, ""))
        line.addWidget(self.time_range)
        self._add = Button(
            _("Add filter"), lambda: self.filter_requested.emit(self._add), kind="quiet", icon="ph.funnel", menu=True,
            tip=_("Add filter"), name="add_filter",
        )  # fmt: skip
        self._add.hide()
        self._offered_filter = False
        """Whether a filter can be added, if there is room for the button."""
        line.addWidget(self._add)
        self._row = QHBoxLayout()
        self._row.setSpacing(_FIELD_GAP)
        line.addLayout(self._row, 1)
        self.setWidget(strip)
        editor.changed.connect(self._refresh)
        editor.options_changed.connect(self._refresh)
        variable_runner.state_changed.connect(self._answered)
        self._refresh()

    def set_place(self, place: Place, scale: float = 1.0) -> None:
        """Fit the fields to where they are, and their heights to `scale`; 1 is 100 %."""
        if (place, scale) == (self._place, self._scale):
            return
        self._more.hide()
        self.time_range.limit_width(0)
        for field in self._fields:
            field.limit_width(0)
            field.show()
        self._place, self._scale = place, scale
        self._line.setContentsMargins(self._margin, 0, self._margin, 0)
        if place != "toolbar":  # it has the width of its row
            self.setMinimumWidth(0)
            self.setMaximumWidth(_UNLIMITED)
        set_surface(self._strip, "canvas" if place == "wall" else "surface")
        self._strip.is_ruled = place == "bar"
        restyle(self._strip)
        for field, variable in zip(self._fields, self._shown or (), strict=True):
            if isinstance(field, _ListField):
                field.show_variable(variable, self._named)
        self._fit_fields()
        self._offered_filter = self._offers_filter
        self._add.setVisible(self._offered_filter)
        self.setFixedHeight(round(_HEIGHT * scale))

    @property
    def natural_width(self) -> int:
        """The width, in pixels, at which no field beside a title is shortened; 0 without fields."""
        widths = [field.width_with(_SHOWN_BESIDE) for field in self._fields]
        if not self.time_range.isHidden():
            widths.append(self.time_range.whole_width)
        if self._offered_filter:
            widths.append(self._add.sizeHint().width())
        return sum(widths) + _FIELD_GAP * (len(widths) + 1) + 2 * self._margin if widths else 0

    @property
    def dated_width(self) -> int:
        """As `natural_width`, with the days of the time range."""
        days = self.time_range.dated_width - self.time_range.whole_width
        return self.natural_width + (0 if self.time_range.isHidden() else days)

    @property
    def least_width(self) -> int:
        """The width, in pixels, at which every field beside other controls shows its name and most values whole, with
        the button that adds a filter; 0 without fields. It is the same whatever is selected."""
        return self._width_of([field.reserved_width for field in self._fields])

    @property
    def compact_width(self) -> int:
        """As `least_width`, with the beginning of each value."""
        return self._width_of([field.compact_width for field in self._fields])

    def _width_of(self, fields: Sequence[int]) -> int:
        widths = list(fields)
        if not self.time_range.isHidden():  # whatever its range is: the fields stay in their row when it changes
            widths.append(self.time_range.reserved_width)
        if self._offered_filter:
            widths.append(self._add.sizeHint().width())
        return sum(widths) + _FIELD_GAP * (len(widths) + 1) if widths else 0

    @property
    def _offers_filter(self) -> bool:
        return self._place != "wall" and self._editor.editable and usage(self._editor)[1] > 0

    @property
    def _margin(self) -> int:
        return 0 if self._place == "toolbar" else _MARGIN

    def fit_to(self, width: int) -> None:
        """Shorten the fields, the longest first, to stand side by side in `width` pixels; those that don't fit even so
        are counted at the end.
        """
        gap = _FIELD_GAP
        added = self._add.sizeHint().width() + gap
        self._add.setVisible(self._offered_filter)
        if self._place == "toolbar":
            self.setFixedWidth(width)
            # The range stays whole before the filters do: part of it would be another range.
            filters = sum(min(field.width_with(_SHOWN_BESIDE), _LEAST_FIELD) + gap for field in self._fields)
            others = filters + 2 * gap + (added if self._offered_filter else 0)
            self.time_range.limit_width(max(self.time_range.reserved_width, width - others))
        width -= 2 * self._margin + gap  # the stretch at the end takes a gap as well
        if self._place == "bar" and not self.time_range.isHidden():  # its days have the room that the filters leave
            filters = sum(field.width_with(self._named) + gap for field in self._fields)
            rest = width - filters - gap - (added if self._offered_filter else 0)
            self.time_range.limit_width(max(self.time_range.whole_width, rest))
        if not self.time_range.isHidden():
            width -= self.time_range.sizeHint().width() + gap
        if not self._add.isHidden():
            width -= added
        self._more.setText(f"+{len(self._fields)}")
        counted = self._more.sizeHint().width() + gap
        natural = [field.width_with(self._named) for field in self._fields]
        least = [min(whole, self._least(field)) for whole, field in zip(natural, self._fields, strict=True)]
        shown = len(natural)
        while shown > 1 and sum(one + gap for one in least[:shown]) + counted * (shown < len(natural)) > width + gap:
            shown -= 1
        room = width - gap * (shown - 1) - (counted if shown < len(natural) else 0)
        for field, limit, whole in zip(self._fields, _grown(least[:shown], natural, room), natural, strict=False):
            field.limit_width(limit if limit < whole else 0)
            field.show()
        for field in self._fields[shown:]:
            field.hide()
        hidden = self._hidden = (self._shown or ())[shown:]
        names = [value_label(one.label or one.name) for one in hidden]
        self._more.setText(f"+{len(hidden)}")
        more = ngettext("{count} more variable: {names}", "{count} more variables: {names}", len(hidden))
        self._more.setAccessibleName(more.format(count=len(hidden), names=", ".join(names)))
        self._more.setToolTip(plain_tooltip("\n".join(names)))
        self._more.setVisible(bool(hidden))

    def _least(self, field: "_TextField | _ListField") -> int:
        """The width below which a field is counted at the end rather than shortened."""
        return field.compact_width if self._place == "bar" else round(_LEAST_FIELD * self._scale)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._place == "bar":  # elsewhere it has the width that it is fitted to
            self.fit_to(self.width())

    def _more_button(self) -> Button:
        """The button at the end of the fields that counts those without room, and opens them."""
        button = Button("+0", self._open_more, kind="quiet", name="variables_more", parent=self._strip)
        button.hide()
        return button

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The variables that have a field."""
        return self._shown or ()

    def focus_fields(self) -> None:
        """Focus the first field, of a filter before that of the time range."""
        shown = [field for field in self._fields if not field.isHidden()]
        field: QWidget = shown[0] if shown else self.time_range if not self.time_range.isHidden() else self._add
        if isinstance(field, _TextField):
            field.focus_edit()
        else:
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.ensureWidgetVisible(field)

    def open_variable(self, name: str) -> None:
        """Open the field of a variable, also where it has no room."""
        for field, variable in zip(self._fields, self._shown or (), strict=True):
            if variable.name != name:
                continue
            if field.isHidden():
                self._open_hidden(variable)
                return
            self.ensureWidgetVisible(field)
            if isinstance(field, _TextField):
                field.focus_edit()
            else:
                field.open_picker()

    def _open_more(self) -> None:
        items = [MenuItem(self._text_of(one), partial(self._open_hidden, one), name=f"more_{one.name}")
                 for one in self._hidden]  # fmt: skip
        menu(self._more, items, name="variables_more_menu")

    def _text_of(self, variable: Variable) -> str:
        title = value_label(variable.label or variable.name)
        return _("{name}: {values}").format(name=title, values=self.selection_text(variable))

    def selection_text(self, variable: Variable) -> str:
        """The selected values of a variable, the first of them by name."""
        labels = self._variable_runner.state_of(variable.name).labels
        return _selection_text(variable, labels, _SHOWN_BESIDE)

    def _open_hidden(self, variable: Variable) -> None:
        if variable.type != "text":
            _open_picker(self._more, variable, self._editor, self._variable_runner, self.edit_requested.emit)
            return
        popover = Popover(self._more, name="variables_more_text")
        field = _TextField(variable, self._editor)
        popover.column.addWidget(field)
        popover.open()
        field.focus_edit()

    @property
    def _named(self) -> int:
        return _SHOWN if self._place == "bar" else _SHOWN_BESIDE

    def _fit_fields(self) -> None:
        for field in (self.time_range, self._add, *self._fields, self._more):
            if isinstance(field, Button):
                field.set_scale(self._scale)
                quiet = self._place == "wall" or field is self._add
                field.setProperty("kind", "quiet" if quiet else "plain")
                restyle(field)

    def _refresh(self) -> None:
        variables = self._editor.reader_document.variables
        if variables == self._shown:
            self._show_time_range()
            return
        if self._shown is not None and _kinds(variables) == _kinds(self._shown):
            # The fields are kept: an open value picker is anchored at its field.
            self._update_time_range()
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
            if isinstance(field, _ListField):
                field.clear_requested.connect(self.clear_requested)
        for field in self._fields:
            self._row.addWidget(field)
            field.show()  # at once, as its focus needs: the bar may be visible already
            if field.objectName() == held:
                field.setFocus()
        self._more.deleteLater()
        self._more = self._more_button()
        self._row.addWidget(self._more)
        self._row.addStretch(1)
        self._fit_fields()
        self._update_time_range()
        self.width_changed.emit()

    def _show_time_range(self) -> None:
        if self._update_time_range():
            self.width_changed.emit()

    def _update_time_range(self) -> bool:
        """Show the time range; returns whether it takes another width."""
        before, offered = self.time_range.whole_width * (not self.time_range.isHidden()), self._offered_filter
        self.time_range.refresh()
        self._offered_filter = self._offers_filter
        if self._offered_filter != offered:
            self._add.setVisible(self._offered_filter)
        self.setVisible(bool(self._fields) or not self.time_range.isHidden())
        width = self.time_range.whole_width * (not self.time_range.isHidden())
        return (width, self._offered_filter) != (before, offered)

    def _answered(self, name: str) -> None:
        for field, variable in zip(self._fields, self._shown or (), strict=True):
            if variable.name == name:
                field.show_variable(variable, self._named)
        self.width_changed.emit()


class _Strip(QWidget):
    """What the fields stand on. In a bar of its own it has a line at its lower edge."""

    is_ruled = True

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.is_ruled:
            with QPainter(self) as painter:
                painter.fillRect(QRect(0, self.height() - 1, self.width(), 1), theme().color("border"))


class _ListField(Button):
    """A field with a variable's selected values and the state of its query; pressing it opens the value picker, and
    Delete asks to clear it."""

    clear_requested = Signal(str)

    def __init__(
        self,
        variable: Variable,
        editor: Editor,
        variable_runner: VariableQueryRunner,
        define: Callable[[], object],
        named: int,
    ) -> None:
        super().__init__("", self.open_picker, icon="ph.funnel", menu=True, name=f"variable_{variable.name}")
        self._variable, self._editor, self._variable_runner, self._define = variable, editor, variable_runner, define
        self._named, self._limit, self._tip = named, 0, ""
        self.show_variable(variable, named)

    def show_variable(self, variable: Variable, named: int) -> None:
        """Show the selected values, the first of them by name, and their state."""
        self._variable, self._named = variable, named
        options_state, unavailable = self._options()
        _word, icon, ink = _state(options_state, unavailable)
        self._elide()
        self.setAccessibleName(self._text(_SHOWN))
        self.setIcon(theme().icon(icon, ink))
        description = _description(variable, options_state, unavailable)
        keys = _("Press Enter to change it or Delete to clear it.")
        values = self._values(_SHOWN, counted=False)
        first = f"{values}." if values != self._values(_SHOWN) else ""
        self.setAccessibleDescription(" ".join(part for part in (first, description, keys) if part))
        title = value_label(variable.label or variable.name)
        self._tip = description or _("Choose a value for {name}").format(name=title)
        self._elide()

    def limit_width(self, width: int) -> None:
        """Shorten the text to a field of this width in pixels; 0 shows all of it."""
        if width != self._limit:
            self._limit = width
            self._elide()

    def _elide(self) -> None:
        whole = shown = self._text(self._named)
        if self._limit:
            metrics = self.fontMetrics()
            frame = self.width_with(self._named) - metrics.horizontalAdvance(whole)
            room = max(0, self._limit - frame)
            fewer = (self._text(named) for named in range(self._named, 0, -1))
            shown = next((text for text in fewer if metrics.horizontalAdvance(text) <= room), "")
            if not shown:
                name, values = self._name_part, self._values(1)
                beside = room - metrics.horizontalAdvance(name)
                shown = name + elided_values(values, metrics, beside)
                if beside < _LEAST_VALUE:  # the values say more than the name
                    shown = elided_values(values, metrics, room)
        if shown != self.text():
            self.setText(shown)
        named = self._text(_SHOWN, counted=False)
        self.setToolTip(plain_tooltip(self._tip if shown == named else f"{named}\n{self._tip}"))

    def width_with(self, named: int) -> int:
        """The width, in pixels, that the field takes with this many values named."""
        metrics = self.fontMetrics()
        grown = metrics.horizontalAdvance(self._text(named)) - metrics.horizontalAdvance(self.text())
        return self.sizeHint().width() + grown

    @property
    def reserved_width(self) -> int:
        """The width, in pixels, for its name and most of its value, whatever that is."""
        return self._width_beside_name(_READABLE_VALUE)

    @property
    def compact_width(self) -> int:
        """The width, in pixels, for its name and the beginning of its value."""
        return self._width_beside_name(_LEAST_FIELD)

    def _width_beside_name(self, value: int) -> int:
        metrics = self.fontMetrics()
        frame = self.sizeHint().width() - metrics.horizontalAdvance(self.text())
        return frame + metrics.horizontalAdvance(self._name_part) + value

    @property
    def _name_part(self) -> str:
        title = value_label(self._variable.label or self._variable.name)
        return _("{name}: {values}").format(name=title, values="")

    def _options(self) -> tuple[OptionsState, Collection[str]]:
        runner = self._variable_runner
        return runner.state_of(self._variable.name), runner.unavailable_values(self._variable)

    def _text(self, named: int, *, counted: bool = True) -> str:
        """Its name and value; of more values than `named`, how many of all they are, or if not `counted` the first."""
        options_state, unavailable = self._options()
        title = value_label(self._variable.label or self._variable.name)
        text = _("{name}: {values}").format(name=title, values=self._values(named, counted=counted))
        state = _state(options_state, unavailable)[0]
        return _("{field} · {state}").format(field=text, state=state) if state else text

    def _values(self, named: int, *, counted: bool = True) -> str:
        return _selection_text(self._variable, self._options()[0].labels, named, counted=counted)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in CLEARING_KEYS and not event.modifiers():
            self.clear_requested.emit(self._variable.name)
        else:
            super().keyPressEvent(event)

    def open_picker(self) -> None:
        """Open the value picker."""
        _open_picker(self, self._variable, self._editor, self._variable_runner, self._define)


def _open_picker(
    anchor: QWidget,
    variable: Variable,
    editor: Editor,
    variable_runner: VariableQueryRunner,
    define: Callable[[], object],
) -> None:
    if variable.type == "range":
        RangePicker(anchor, variable, editor, variable_runner).open()
    else:
        ValuePicker(anchor, variable, editor, variable_runner, define).open()


class _TextField(QWidget):
    """The field of a text variable."""

    def __init__(self, variable: Variable, editor: Editor) -> None:
        super().__init__()
        title = value_label(variable.label or variable.name)
        own_tab_stops(self)  # arrows move the cursor in it
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP)
        self._title = Elided(title, tone="secondary", fits_text=True)
        row.addWidget(self._title)
        edit = Edit(name=f"variable_{variable.name}", label=title)
        edit.setMaxLength(MAX_NAME)
        edit.setFixedWidth(_TEXT_WIDTH)
        edit.editingFinished.connect(self._apply)
        row.addWidget(edit)
        self._edit, self._variable, self._editor = edit, variable, editor
        self._set_default = SetDefaultButton(variable, editor, lambda: None, self)
        self._set_default.hide()
        row.addWidget(self._set_default)
        self.show_variable(variable, 1)

    def focus_edit(self) -> None:
        """Put the cursor into it."""
        self._edit.setFocus(Qt.FocusReason.PopupFocusReason)
        self._edit.selectAll()

    def width_with(self, _named: int) -> int:
        """The width that the field takes, in pixels."""
        return self.sizeHint().width() + _TEXT_WIDTH - self._edit.width()

    @property
    def reserved_width(self) -> int:
        """The width that the field takes, in pixels."""
        return self.width_with(1)

    compact_width = reserved_width

    def limit_width(self, width: int) -> None:
        """Shorten the title and the edit to this width in pixels; 0 shows them whole."""
        self._edit.setFixedWidth(min(_TEXT_WIDTH, max(width // 2 - _GAP, 1)) if width else _TEXT_WIDTH)
        self.setMaximumWidth(width or _UNLIMITED)

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


def elided_values(text: str, metrics: QFontMetrics, room: int) -> str:
    """The first of several values shortened to `room` pixels, with the count of the others behind it."""
    first, plus, count = text.rpartition(" +")
    if not plus or not count.isdigit():
        return metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
    end = f"{plus}{count}"
    return metrics.elidedText(first, Qt.TextElideMode.ElideRight, room - metrics.horizontalAdvance(end)) + end


def _grown(least: Sequence[int], natural: Sequence[int], room: int) -> list[int]:
    """Widths of at least `least`, up to `natural`, in `room` together; a single one also less."""
    spare = room - sum(least)
    if spare < 0:
        return shares(least, room)
    more = shares([whole - one for one, whole in zip(least, natural, strict=False)], spare)
    return [one + added for one, added in zip(least, more, strict=True)]


def shares(natural: Sequence[int], room: int) -> list[int]:
    """Widths for fields of these natural widths that fit in `room` together: the longest are cut to equal widths."""
    left, widths = room, dict[int, int]()
    for rank, place in enumerate(sorted(range(len(natural)), key=lambda one: natural[one])):
        widths[place] = min(natural[place], max(0, left // (len(natural) - rank)))
        left -= widths[place]
    return [widths[place] for place in range(len(natural))]


def _kinds(variables: tuple[Variable, ...]) -> list[tuple[str, str, str]]:
    """What determines the fields, whatever their values and options."""
    return [(one.name, one.label, one.type if one.type in ("text", "range") else "") for one in variables]


def _selection_text(variable: Variable, labels: Mapping[str, str], most: int, *, counted: bool = True) -> str:
    """The selected values. Of more than `most`: how many of all they are, as `4 of 6`; if not `counted`, or if one is
    no longer available, the first and how many more."""
    chosen = variable.chosen
    if variable.type == "range":
        return range_text(variable)
    if variable.all_chosen or (len(chosen) > 1 and set(variable.values) == set(chosen)):
        return _("All ({count})").format(count=number(len(chosen)))
    if not chosen:
        return _("none")
    if counted and len(chosen) > most and set(chosen) <= set(variable.values):
        return _("{shown} of {all}").format(shown=number(len(chosen)), all=number(len(variable.values)))
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

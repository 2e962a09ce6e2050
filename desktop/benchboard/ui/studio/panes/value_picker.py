"""The popover of a variable's field: its values, to select one, several or all, and the state of its query."""

from collections.abc import Callable, Collection, Sequence
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from benchboard.dashboards.document.document import MAX_VALUES, Variable
from benchboard.dashboards.variables.filter_variables import is_values_query
from benchboard.i18n import _, ngettext, number, pgettext
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.panes.check_list import ROW, CheckList
from benchboard.ui.studio.panes.value_list import ValueListModel, value_label
from benchboard.ui.studio.tiles.variable_options import OptionsState, VariableQueryRunner
from benchboard.ui.widgets import Button, Edit, Paragraph, Popover, heading
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.fields import row
from benchboard.ui.widgets.no_match import NoMatchLine, results_text

_MANY: Final = 10
"""Lists with more values have a search field."""
_ROWS: Final = 9
"""Rows that are visible at once."""
_WIDTH: Final = 310
_PAUSE_MS: Final = 200
"""How long after a letter the source is searched."""


class _ValueSearchField(Edit):
    """The search field: Down and Enter move the focus to the values."""

    def __init__(self, into: Callable[[], object]) -> None:
        super().__init__(placeholder=_("Search values"), icon="ph.magnifying-glass", name="choice_find")
        self._into = into

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._into()
        else:
            super().keyPressEvent(event)


class ValuePicker(Popover):
    """A variable's values.

    Arrows move, Space and Enter select, typing searches, Esc closes. If only one value can be selected, selecting it
    closes the popover.
    """

    def __init__(
        self,
        anchor: QWidget,
        variable: Variable,
        editor: Editor,
        variable_runner: VariableQueryRunner,
        define: Callable[[], object],
    ) -> None:
        super().__init__(anchor, width=_WIDTH, name="variable_choice")
        self._name, self._editor, self._variable_runner = variable.name, editor, variable_runner
        self._variable = variable
        self._touched = False
        """Whether the user selected something: the values stay in their order then."""
        self._values = ValueListModel(self)
        self._list = CheckList(self._values, self._tick, self._select_only, self._continue_search)
        self._find = _ValueSearchField(self._focus_list)
        self._find.textChanged.connect(self._search)
        self._none = Paragraph("", tone="muted")
        self._no_match = NoMatchLine(pgettext("no match", "values"), self._find)
        self._note = Paragraph("", "caption", "muted")
        self._all = Button(_("Select all"), self._select_shown, kind="link", size="sm", name="choice_all")
        self._nothing = Button(_("Select none"), self._unselect_shown, kind="link", size="sm", name="choice_nothing")
        self._counts = variable_runner.value_counts(variable.name, self)
        self._pause = QTimer(self, interval=_PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(lambda: self._counts.read(self._find.text().strip()))
        self._refresh = Button(
            _("Refresh"), self._refresh_values, icon="ph.arrows-clockwise", size="sm", name="choice_again"
        )
        self._stop = Button(_("Stop"), lambda: variable_runner.cancel(self._name), size="sm", name="choice_stop")
        self._define = Button(
            _("Edit variables"),
            lambda: self._close_and_run(define),
            icon="ph.funnel",
            size="sm",
            name="choice_define",
        )
        self._clear = Button(_("Clear selection"), self._clear_selection, size="sm", name="choice_none")
        self._set_default = SetDefaultButton(variable, editor, self.close, self)
        self.column.addWidget(heading(value_label(variable.label or variable.name)))
        for part in (self._find, self._none, self._no_match, self._list):
            self.column.addWidget(part)
        self._several = QWidget()
        line = row(self._all, self._nothing)
        line.setContentsMargins(0, 0, 0, 0)
        line.addStretch(1)
        self._several.setLayout(line)
        self.column.addWidget(self._several)
        self.column.addWidget(self._note)
        buttons = row(self._clear, self._refresh, self._stop, self._define)
        buttons.addStretch(1)
        self.column.addLayout(buttons)
        self.column.addWidget(self._set_default)
        editor.changed.connect(self._follow)
        editor.options_changed.connect(self._follow)
        variable_runner.state_changed.connect(self._answered)
        self._show(variable)
        self._list.setCurrentIndex(self._values.index(self._first_ticked()))
        self._counts.changed.connect(self._counted)
        self.closed.connect(self._counts.stop)
        self._counts.read()

    def _counted(self) -> None:
        """Show the counts. A filter's values are ordered by them unless the user is already busy with the list; the
        order of other lists is their author's."""
        is_new = self._list.verticalScrollBar().value() == 0 and not self._find.text() and not self._touched
        self._values.show_counts(
            self._counts.counts, self._counts.found, ordered=is_new and is_values_query(self._variable.query)
        )
        at_first = is_new and self._list.currentIndex().row() <= 0
        self._follow()
        if at_first and self._values.rowCount():
            self._list.setCurrentIndex(self._values.index(0))
        self._list.viewport().update()

    def open(self) -> None:
        """Open it with the focus in the search field, or in the values."""
        super().open()
        field: QWidget = self._list if self._find.isHidden() else self._find
        if self._list.isHidden() and not self._define.isHidden():
            field = self._define
        field.setFocus(Qt.FocusReason.PopupFocusReason)
        self._list.scrollTo(self._list.currentIndex(), QAbstractItemView.ScrollHint.PositionAtCenter)

    def _first_ticked(self) -> int:
        count = self._values.rowCount()
        return next((place for place in range(count) if self._values.is_ticked(place)), 0)

    def _follow(self) -> None:
        variable = next((one for one in self._editor.reader_document.variables if one.name == self._name), None)
        if variable is not None:
            self._show(variable)

    def _answered(self, name: str) -> None:
        if name == self._name:
            self._follow()

    def _show(self, variable: Variable) -> None:
        self._variable, index = variable, self._list.currentIndex()
        held = self._values.value(index.row()) if index.isValid() else None
        state = self._variable_runner.state_of(self._name)
        self._values.show_variable(variable, state, self._variable_runner.unavailable_values(variable))
        self._list.setCurrentIndex(self._values.index(self._values.row_of(held)))
        self._show_state(state)
        self._set_default.refresh()
        if self.isVisible():
            self.move_into_place()

    def _show_state(self, state: OptionsState) -> None:
        count, shown = self._values.count, self._values.rowCount()
        is_query = self._variable.type == "query"
        self._find.setVisible(count > _MANY)
        self._list.setVisible(shown > 0)
        self._list.setFixedHeight(min(shown, _ROWS) * ROW + 2)
        self._none.setText(_empty_text(state, is_query))
        self._none.setVisible(not count and not shown)
        self._no_match.show_search(found=shown > 0 or not count, counted=results_text(shown))
        text, tone = _query_state(state)
        self._note.setText(text)
        self._note.set_tone("error" if tone == "error" else "muted")
        self._note.setVisible(bool(text))
        self._several.setVisible(not self._values.alone and count > 1)
        chosen = set(self._variable.chosen)
        self._all.disable("" if set(self._values.shown) - chosen else _("All of them are selected."))
        self._nothing.disable("" if chosen & set(self._values.shown) else _("No value is selected."))
        self._clear.setVisible(self._default_is_empty and bool(self._variable.chosen))
        self._refresh.setVisible(self._variable_runner.has_query(self._name) and not state.loading)
        self._stop.setVisible(is_query and state.loading)
        self._define.setVisible(not count and not state.loading and not self._editor.read_only)

    @property
    def _default_is_empty(self) -> bool:
        """Whether a single-value variable has no default value: readers can't return to that by selecting a value."""
        theirs = next((one for one in self._editor.document.variables if one.name == self._name), None)
        return theirs is not None and not (theirs.multiple or theirs.chosen or theirs.all_chosen)

    def _clear_selection(self) -> None:
        self._editor.select_values(self._name, ())
        self.close()

    def _search(self, part: str) -> None:
        self._values.find(part)
        options = self._variable_runner.state_of(self._name).options
        if part.strip() and options is not None and options.truncated:
            self._pause.start()  # the source has values that the list doesn't
        self._list.setCurrentIndex(self._values.index(0))
        self._show_state(self._variable_runner.state_of(self._name))
        self.move_into_place()

    def _focus_list(self) -> None:
        if self._values.rowCount():
            self._list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _continue_search(self, typed: str) -> None:
        """Move the focus from the values back to the search field, and append what was typed."""
        if not self._find.isHidden():
            self._find.setFocus(Qt.FocusReason.OtherFocusReason)
            self._find.insert(typed)

    def _close_and_run(self, act: Callable[[], object]) -> None:
        self.close()
        act()

    def _refresh_values(self) -> None:
        self._list.setFocus(Qt.FocusReason.OtherFocusReason)
        self._variable_runner.retry(self._name)

    def _select_shown(self) -> None:
        """Select all values that are searched for; without a search, all."""
        self._touched = True
        if self._variable.include_all and not self._find.text().strip():
            self._editor.select_all_values(self._name)
        else:
            shown = self._values.shown
            self._editor.select_values(self._name, self._in_order({*self._variable.chosen, *shown}, shown))

    def _unselect_shown(self) -> None:
        """Unselect what is searched for; without a search, everything."""
        self._touched = True
        gone = set(self._values.shown)
        self._editor.select_values(self._name, tuple(one for one in self._variable.chosen if one not in gone))

    def _tick(self, place: int) -> None:
        self._touched = True
        value, ticked = self._values.value(place), not self._values.is_ticked(place)
        if self._values.alone:
            if ticked and value is None:
                self._editor.select_all_values(self._name)
            elif ticked and value is not None:
                self._editor.select_values(self._name, (value,))
            self.close()
        elif value is not None:
            self._editor.select_values(self._name, self._values_with(value, ticked))
        elif ticked:
            self._editor.select_all_values(self._name)
        else:
            self._editor.select_values(self._name, ())

    def _select_only(self, place: int) -> None:
        self._touched = True
        value = self._values.value(place)
        if value is not None:
            announce(self._list, _("Only {value} is selected.").format(value=self._values.words(place)))
            self._editor.select_values(self._name, (value,))

    def _values_with(self, value: str, ticked: bool) -> tuple[str, ...]:
        """The selected values with a value added or removed, in the order of the list."""
        if not ticked:
            return tuple(one for one in self._variable.chosen if one != value)
        return self._in_order({*self._variable.chosen, value}, (value,))

    def _in_order(self, values: Collection[str], added: Sequence[str]) -> tuple[str, ...]:
        """Values in the order of the list, those that are no longer in it first."""
        ranks = {one: rank for rank, one in enumerate((*self._variable.chosen, *added, *self._variable.values))}
        return tuple(sorted(values, key=ranks.__getitem__))


def _empty_text(state: OptionsState, is_query: bool) -> str:
    """Why there are no values."""
    if not is_query:
        return _("This variable has no values. Add some under “Edit variables”.")
    if state.error is not None:
        return _("No values to choose from.")
    return _("The query returned no values.") if state.options is not None else _("Values haven't loaded yet.")


def _query_state(state: OptionsState) -> tuple[str, str]:
    """The text for the state of a variable's query, and its colour."""
    if state.loading:
        return _("Loading values…"), "muted"
    if state.error is not None:
        return str(state.error), "error"
    if state.options is None:
        return "", "muted"
    count = len(state.options.values)
    counted = ngettext("{count} value.", "{count} values.", count).format(count=number(count))
    return f"{counted} {state.options.note}".strip(), "muted"


class SetDefaultButton(Button):
    """Makes this window's selection the default values for all readers.

    Shown to editors, if it differs from the default.
    """

    def __init__(self, variable: Variable, editor: Editor, done: Callable[[], object], parent: QWidget) -> None:
        super().__init__(
            _("Set as default"), self._share, icon="ph.share-network", size="sm",
            name=f"everybody_{variable.name}", parent=parent,
        )  # fmt: skip
        self._name, self._editor, self._done = variable.name, editor, done
        self.refresh()

    def refresh(self) -> None:
        """Update whether it is enabled."""
        mine, theirs = (
            next((one for one in document.variables if one.name == self._name), None)
            for document in (self._editor.reader_document, self._editor.document)
        )
        self.setVisible(not self._editor.read_only)
        if mine is None or theirs is None or _same_selection(mine, theirs):
            self.disable(_("This is already the default."))
        elif len(mine.chosen) > MAX_VALUES and not mine.all_chosen:
            self.disable(_("A default can have up to {limit} values.").format(limit=number(MAX_VALUES)))
        else:
            self.disable("")

    def _share(self) -> None:
        if self.isEnabled():
            self._editor.share_values(self._name)
            self._done()


def _same_selection(mine: Variable, theirs: Variable) -> bool:
    """Whether both select the same values; All equals All, whatever values it meant at the time."""
    return mine.all_chosen == theirs.all_chosen and (mine.all_chosen or mine.chosen == theirs.chosen)

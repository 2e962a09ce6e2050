"""The editor of one page: holds its `EditingState` and emits signals when it changes.

What an edit changes is decided in `dashboards.editing`; `apply` runs its transitions.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Concatenate, Literal, ParamSpec

from PySide6.QtCore import QObject, Signal

from benchboard.dashboards.document.document import Document, Variable
from benchboard.dashboards.document.time_range import TimeRange
from benchboard.dashboards.document.widget_kinds import WidgetContent, WidgetKind, with_fields
from benchboard.dashboards.editing import (
    clipboard,
    filter_clearing,
    page_edits,
    passed_filters,
    point_selections,
    selection_edits,
    state,
    undo,
)
from benchboard.dashboards.editing.filter_clearing import ReaderFilters
from benchboard.dashboards.editing.passed_filters import PassedFilters
from benchboard.dashboards.editing.reader_filters import PointSelection
from benchboard.dashboards.editing.state import EditingState, StateChange
from benchboard.dashboards.editing.undo import AnyStep, Direction, Reordered, UndoStep
from benchboard.dashboards.editing.view import Repeats
from benchboard.dashboards.journal.recoverable_steps import EditStep
from benchboard.dashboards.layout import Cell, Item, Layout, PageIndex
from benchboard.dashboards.variables.repeat_expansion import Values, VariableChoice
from benchboard.dashboards.variables.variable_state import Selections
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.ui.studio.document.undo_stack import UndoStack

DataOffer = Literal["", "add", "choose"]
"""What helps a widget without a query: to add data, as there are none; to choose a source; or neither."""
_P = ParamSpec("_P")
Transition = Callable[Concatenate[EditingState, _P], EditingState | StateChange | None]
"""Returns the state after an action, or a change of the document; None if nothing changes.

Raises `Invalid` if the action isn't possible.
"""


class Editor(QObject):
    """A document being edited in one window. Canvas, panes and saving all follow this editor."""

    changed = Signal()
    """The document changed, or how it is shown."""
    selection_changed = Signal()
    options_changed = Signal()
    """Variable queries returned other options; the document and its page are unchanged."""
    permission_changed = Signal()
    """The user's edit permission changed, or whether copies of repeated items are shown."""
    rejected = Signal(object)
    """An edit that isn't possible: the `AppError` that says why."""
    message_shown = Signal(str, bool)
    """Any other message to the user about a step."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = UndoStack(self._go_to, self)
        self.undo_stack.reordered.connect(self._report_superseded)
        self._state = state.initial()
        self._serial = 0
        self.starting_fields: Callable[[WidgetKind], Mapping[str, object]] = lambda _kind: {}
        """The fields of a new widget that aren't those of its kind; None takes one away."""
        self.data_offer: DataOffer = ""
        self._showing = False
        self.is_following = False
        """Whether what is shown now was stored elsewhere, or on another screen: who did it is said there."""
        self._selected_at = -1
        """How many steps were applied when something was selected at a value of a chart last."""
        self._cleared: tuple[ReaderFilters, ReaderFilters, int] | None = None
        """The filters before they were cleared last and after it, and how many steps were applied then."""

    # Reading the state

    @property
    def state(self) -> EditingState:
        """The whole state, as transitions take it."""
        return self._state

    @property
    def document(self) -> Document:
        """The document as it is edited now."""
        return self._state.document

    @property
    def reader_document(self) -> Document:
        """The document with the variable values that are selected in this window."""
        return self._state.view.document

    @property
    def page(self) -> PageIndex:
        """The items of the page as they are shown."""
        return self._state.view.page

    @property
    def layout(self) -> Layout:
        """The layout as it is shown."""
        return self._state.view.layout

    @property
    def selection(self) -> tuple[str, ...]:
        """The ids of the selected items, in the order in which they were selected."""
        return self._state.selection

    @property
    def breakpoint(self) -> str:
        """The breakpoint that is shown and arranged (`tablet`, `phone`); empty for the desktop."""
        return self._state.reader.breakpoint

    @property
    def choices(self) -> Mapping[str, VariableChoice]:
        """Variable values selected in this window: name → choice."""
        return self._state.reader.choices

    @property
    def labels(self) -> Mapping[str, Mapping[str, str]]:
        """The labels of variable values: name → value → label."""
        return self._state.reader.labels

    @property
    def own_values(self) -> Mapping[str, Values]:
        """The variable values of each repeated widget: id → variable → values."""
        return self._state.view.own_values

    @property
    def sources(self) -> Mapping[str, str]:
        """Which widget of the document each copy of a repeated item shows: id → id."""
        return self._state.view.sources

    @property
    def expands_repeats(self) -> bool:
        """Whether repeated items are shown once for each value."""
        return self._state.reader.expands_repeats

    @property
    def previews_copies(self) -> bool:
        """Whether copies of repeated items are shown while editing, each with a badge."""
        return self._state.reader.repeats == "preview"

    @property
    def read_only(self) -> bool:
        """Whether the user has no permission to change the document."""
        return self._state.read_only

    @read_only.setter
    def read_only(self, only: bool) -> None:
        if only != self.read_only:
            self._adopt(state.set_read_only(self._state, only))
            self.permission_changed.emit()

    @property
    def loading(self) -> bool:
        """Whether the document isn't loaded yet, or couldn't be loaded: an edit made now would be lost."""
        return self._state.loading

    @loading.setter
    def loading(self, loading: bool) -> None:
        self._state = state.set_loading(self._state, loading)

    @property
    def read_only_reason(self) -> str:
        """Why the document can't be changed now, as text for the user; empty if it can, or while it is presented."""
        return self._state.read_only_reason

    @property
    def editable(self) -> bool:
        """Whether the page can be edited as it is shown now."""
        return self._state.editable

    def rendered(self, item: Item) -> Item:
        """An item with the variables in its texts replaced by their values."""
        return self._state.view.rendered(item)

    @property
    def rendered_page(self) -> PageIndex:
        """The page with the variables in all texts replaced by their values."""
        return self._state.view.rendered_page

    def values_of(self, item_id: str) -> Values:
        """The values that a widget's query is run with: variable → values."""
        return self._state.view.values_of(item_id)

    @property
    def selected_time(self) -> TimeRange | None:
        """The time range selected in this window; None: the document's."""
        return self._state.reader.time

    @property
    def time_range(self) -> TimeRange:
        """The time range that this window shows."""
        return self._state.view.time

    def uses_time(self, query: str) -> bool:
        """Whether a query names the time range."""
        return self._state.view.uses_time(query)

    def query_values(self, item_id: str, query: str, now: datetime) -> Values:
        """The values that a widget's `query` is run with, with the time range as it is at `now` (UTC).

        Raises `Invalid` for a time range without a period then.
        """
        return self._state.view.query_values(item_id, query, now)

    def check_values(self, item_id: str = "") -> Values:
        """The values that a widget's query, or a variable's, is checked with while it is written."""
        return self._state.view.check_values(item_id)

    def repeated_by(self, item: Item) -> tuple[str, tuple[str, ...]] | None:
        """The label of the variable by which an item is repeated, and its values; None if the item isn't repeated."""
        return state.repeated_by(self._state, item)

    def widget(self, item_id: str) -> WidgetContent:
        """The content of a widget in the document."""
        return self._state.view.widget(item_id)

    def widgets(self) -> list[WidgetContent]:
        """The content of all items that are shown, including containers and the items in them."""
        return [self.widget(item_id) for item_id in self.page.shown]

    def name(self, item_id: str) -> str:
        """An item's name for the user."""
        return self._state.name(item_id)

    def is_revealed(self, item_id: str) -> bool:
        """Whether a row is expanded, or a tab switched, in this window only."""
        return state.is_revealed(self._state, item_id)

    def is_locked(self, lock: page_edits.Lock) -> bool:
        """Whether any of the selected items has this lock."""
        return selection_edits.is_locked(self._state, lock)

    def copy(self) -> str:
        """The selected items as JSON; empty if none is selected."""
        return selection_edits.copy(self._state)

    def copied(self, ids: Iterable[str]) -> clipboard.ClipboardContent:
        """These items, and the variables they depend on."""
        return selection_edits.copied(self._state, ids)

    def new_widget(self, kind: WidgetKind) -> tuple[Item, Cell]:
        """A new item of this kind with an unused id and data to begin with, and its size."""
        item, size = self._blank_widget(kind)
        return with_fields(item, **self.starting_fields(kind)), size

    def _blank_widget(self, kind: WidgetKind) -> tuple[Item, Cell]:
        self._serial += 1
        return selection_edits.new_widget(self.page, kind, self._serial)

    # Replacing the document

    def load(self, document: Document, selected: Selections | None = None) -> None:
        """Load a stored document and clear the undo history.

        `selected` is what was selected in an earlier session; what is already in this window takes precedence.
        """
        self.undo_stack.clear()
        if selected is not None:
            reader = self._state.reader
            choices, time = {**selected.choices, **reader.choices}, reader.time or selected.time
            self._state = replace(self._state, reader=replace(reader, choices=choices, time=time))
        self._show(state.load(self._state, document))

    def restore(self, steps: Sequence[EditStep], position: int, past: Callable[[int], Document]) -> None:
        """Restore an earlier session's steps, the first `position` of them applied.

        `past` returns the document after a given number of steps.
        """
        self.undo_stack.restore(steps, position, past)
        self.show_document(past(position), ())

    def show_document(self, document: Document, selection: Sequence[str]) -> None:
        """Show this document with these items selected, without recording a step."""
        self._show(state.show(self._state, document, selection))

    def show_as_reader(self, editor: "Editor") -> None:
        """Show another editor's document as a user with view-only access sees it."""
        reader = replace(editor.state.reader, read_only=True, revealed={}, repeats="collapsed")
        self._show(state.show(self._state, editor.document, (), reader))

    def replace_document(self, title: str, document: Document) -> None:
        """Replace the document as one step, also while presenting: another user may have stored it."""
        self.apply(state.replace_document, title, document)

    def follow_document(self, title: str, document: Document, *, own: bool = False) -> None:
        """Show what other users stored. An undo passes over it: it takes back the user's own edits alone, `own`: such
        as what the user stored in this window, on a screen of its own that said so.
        """
        self.is_following = True
        try:
            change = state.replace_document(self._state, title, document)
            step = self.undo_stack.direction_to(title, change.state.document) if own and change is not None else None
            if change is not None and step is not None:  # else the next undo would bring back what was undone there
                self._show(change.state)
                self.undo_stack.follow(step)
            else:
                self._perform(change, remote=not own)
        finally:
            self.is_following = False

    def resolve_conflict(self, titles: tuple[str, str], merged: Document, document: Document) -> None:
        """Show a resolved conflict: `merged` brings in what others stored, with the user's own values where both made
        changes; what was decided differently there is a step of the user's. `titles` of both.
        """
        if merged != self.document:
            self.undo_stack.announce(self.undo_stack.record(UndoStep(titles[0], self.document, merged, remote=True)))
        if document == merged:
            self._show(state.show(self._state, document))
            return
        change = state.replace_document(self._state, titles[1], document)
        if change is not None:
            self._perform(change, before=merged)

    def apply_document(self, title: str, document: Document, burst: str | None = None) -> None:
        """Replace the document by one with the same layout; changes of one `burst` in quick succession are one step."""
        self.apply(state.apply_document, title, document, burst)

    def rename(self, title: str) -> None:
        """Give the document this title, as one step; nothing if it has it."""
        if title != self.document.title:
            self.apply_document(_("Rename dashboard to {name}").format(name=title), replace(self.document, title=title))

    def apply_layout(
        self,
        title: str,
        layout: Layout,
        selection: Sequence[str] | None = None,
        clip: clipboard.ClipboardContent | None = None,
    ) -> None:
        """Replace the page's layout, normalised, as one step.

        Items from elsewhere (`clip`) bring the variables that they name.
        """
        self.apply(state.apply_layout, title, layout, selection, clip)

    def set_property(self, item_id: str, key: str, value: object) -> Invalid | None:
        """Set `title`, `query` or (as `config.<key>`) a setting of a widget. Returns the error if it can't be set."""
        return self.set_properties([item_id], key, value)

    def set_properties(self, ids: Sequence[str], key: str, value: object) -> Invalid | None:
        """Set the same property of several widgets, as one step. Returns the error if it can't be set."""
        if self._showing:
            return None  # a field that disappears because of the step being applied must not record another
        return self.apply(state.set_property, ids, key, value)

    def set_source(self, item_id: str, source_id: str, query: str) -> None:
        """Let a widget read another data source, with this query."""
        self.apply(state.set_source, item_id, source_id, query)

    def set_explored(
        self, item_id: str, query: str, kind: WidgetKind | None, settings: Mapping[str, str]
    ) -> Invalid | None:
        """Give a widget the query, kind and settings that it has in Explore. Returns the error if it can't be set."""
        return self.apply(state.set_explored, item_id, query, kind, settings)

    def set_kind(self, ids: Sequence[str], kind: WidgetKind) -> None:
        """Show widgets that have a query as another kind."""
        self.apply(state.set_kind, ids, kind)

    def add(self, kind: WidgetKind, cell: Cell | None = None) -> str:
        """Add a new widget at `cell`, or in the first free cell; returns its id."""
        new = self.new_widget(kind)
        self.apply(selection_edits.add_widget, kind, new, cell)
        return new[0].id

    def add_with(self, kind: WidgetKind, time: TimeRange | None = None, **fields: object) -> str:
        """Add a new widget with these fields (`title`, `query`, …) in the first free cell; returns its id. `time`
        becomes the time range of a document that follows none yet."""
        item, size = self._blank_widget(kind)
        self.apply(selection_edits.add_widget, kind, (with_fields(item, **fields), size), None, time)
        return item.id

    def remove(self) -> None:
        """Remove the selected items and the items in them."""
        self.apply(selection_edits.remove)

    def duplicate(self) -> None:
        """Add a copy of each selected item in the first free cell, and select the copies."""
        self.apply(selection_edits.duplicate)

    def paste(self, text: str, at: tuple[int, int] | None = None) -> None:
        """Paste copied items at a cell of the page, or in the first free cell."""
        self.apply(selection_edits.paste, text, at)

    def lock(self, lock: page_edits.Lock, on: bool) -> None:
        """Lock the position, size or content of the selected items, or unlock it."""
        self.apply(selection_edits.lock, lock, on)

    def follow_desktop(self, ids: Sequence[str] | None = None) -> None:
        """Reset these items, or all, at this breakpoint to the layout derived from the desktop."""
        self.apply(state.follow_desktop, ids)

    # Selection and display: the document stays the same

    def select(self, ids: Iterable[str]) -> None:
        """Select these items and no others; ids that are not shown are ignored."""
        self.apply(state.select, ids)

    def toggle(self, item_id: str) -> None:
        """Add an item to the selection, or remove it."""
        self.apply(state.toggle, item_id)

    def select_all(self) -> None:
        """Select all items of the grid that the selection is in; if they are selected already, the whole page."""
        self.apply(state.select_all)

    def show_breakpoint(self, name: str) -> None:
        """Show and arrange the page as on a `tablet` or `phone`, or ("") on the desktop."""
        if name != self.breakpoint:
            self.apply(state.show_breakpoint, name)

    def show_repeats(self, shown: bool, *, preview: bool = False) -> None:
        """Show repeated items once for each value (nothing can be edited then), or as one item."""
        repeats: Repeats = "preview" if preview else "expanded" if shown else "collapsed"
        if repeats == self._state.reader.repeats:
            return
        reason = self.read_only_reason
        self._adopt(state.show_repeats(self._state, repeats))
        if self.read_only_reason != reason:
            self.permission_changed.emit()

    def reveal(self, ids: Sequence[str], tabs: Sequence[tuple[str, int]] = ()) -> None:
        """Select these items and show them in this window only: expand the containers around them, and switch to their
        tabs and to `tabs` (id, index).
        """
        self.apply(state.reveal_items, ids, tabs)

    def conceal(self, ids: Iterable[str]) -> None:
        """Show these containers as the document has them, ending `reveal`."""
        self.apply(state.conceal, ids)

    def answer_options(
        self, name: str, values: tuple[str, ...] | None, labels: Mapping[str, str] | None = None
    ) -> None:
        """Set the options that a variable's query returned; None: there is no valid result."""
        before, self._state = self._state, state.answer_options(self._state, name, values, labels)
        if self.page is not before.page:
            self._show(self._state)
        elif self._state is not before:
            self.options_changed.emit()

    def forget_options(self, name: str) -> None:
        """Discard the query's options of a variable that was deleted."""
        self._state = state.forget_options(self._state, name)

    def select_values(self, name: str, values: Sequence[str]) -> None:
        """Select these values of a variable in this window. Not a step, and other users don't see it."""
        self.apply(state.select_values, name, VariableChoice(tuple(values)))

    def select_all_values(self, name: str) -> None:
        """Select all values of a variable, present and future, in this window."""
        self.apply(state.select_values, name, VariableChoice(all=True))

    def share_values(self, name: str) -> None:
        """Make the values selected in this window the default values for all readers: a step, also while presenting."""
        self.apply(state.share_values, name)

    def select_time(self, shown: TimeRange) -> None:
        """Select a time range in this window. Not a step, and other users don't see it."""
        self.apply(state.select_time, shown)

    def select_refresh(self, seconds: int) -> None:
        """Select after how many seconds this window reads its data again; 0: not by itself."""
        self.apply(state.select_refresh, seconds)

    @property
    def point_selections(self) -> tuple[PointSelection, ...]:
        """What was selected at values of charts in this window, the latest last."""
        return point_selections.present(self._state)

    def add_point_selection(self, selection: PointSelection) -> None:
        """Select something at a value of a chart, in this window. Not a step, and other users don't see it."""
        self._selected_at = self.undo_stack.position()
        self.apply(point_selections.add, selection)

    def passed_filters(self, point: Sequence[PointSelection] = ()) -> PassedFilters:
        """What this page passes on to a dashboard that one of its widgets leads to, with the value that was clicked."""
        return passed_filters.passed_filters(self._state, point)

    def receive_filters(self, passed: PassedFilters) -> None:
        """Filter this page as the one from which it was opened, in this window. Not a step."""
        self._selected_at = self.undo_stack.position()
        self.apply(passed_filters.receive, passed)

    def remove_point_selection(self, selection: PointSelection) -> None:
        """Remove what was selected at a value of a chart: what was selected before it is again."""
        self.apply(point_selections.remove, selection)

    def remove_last_point_selection(self) -> bool:
        """Remove what was selected at a value of a chart last; False if nothing is."""
        if not self.point_selections:
            return False
        self.remove_point_selection(self.point_selections[-1])
        return True

    def remove_all_point_selections(self) -> None:
        """Remove all that was selected at values of charts."""
        self.apply(point_selections.remove_all)

    @property
    def undoes_point_selection(self) -> bool:
        """Whether the latest change is a selection at a value of a chart, rather than a step."""
        return bool(self.point_selections) and (not self.editable or self._selected_at == self.undo_stack.position())

    def clear_filter(self, name: str) -> bool:
        """Clear a variable in this window, or with an empty name the time range; False if nothing changes. Not a step;
        `restore_filters` undoes it."""
        if not name:
            return self._clear(filter_clearing.reset_time(self._state))
        return self._clear(filter_clearing.clear_variables(self._state, (name,)))

    def clear_filters(self) -> bool:
        """Clear all filters but the time range in this window; False if nothing changes. As `clear_filter`."""
        return self._clear(filter_clearing.clear_all(self._state))

    @property
    def can_clear_filters(self) -> bool:
        """Whether `clear_filters` would change anything."""
        return filter_clearing.clear_all(self._state) is not None

    def restore_filters(self) -> bool:
        """Set the filters as they were before they were cleared; False if the clearing isn't the latest change."""
        before, self._cleared = self._cleared, None
        if before is None or before[1:] != (filter_clearing.filters_of(self._state), self.undo_stack.position()):
            return False
        self.apply(filter_clearing.with_filters, before[0])
        return True

    def _clear(self, after: EditingState | None) -> bool:
        if after is None:
            return False
        before = filter_clearing.filters_of(self._state)
        self._adopt(after)
        self._cleared = (before, filter_clearing.filters_of(after), self.undo_stack.position())
        return True

    def share_time(self) -> None:
        """Make the time range and refresh selected in this window the dashboard's: a step, also while presenting."""
        self.apply(state.share_time)

    def define_variables(self, variables: tuple[Variable, ...], renames: Mapping[str, str]) -> None:
        """Replace the document's variables as one step; references to a renamed one (old → new) are updated.

        Raises `Invalid` naming the widget whose content would become too large.
        """
        self._perform(state.define_variables(self._state, variables, renames))

    # Applying transitions

    def apply(self, transition: Transition[_P], *args: _P.args, **kwargs: _P.kwargs) -> Invalid | None:
        """Apply a transition, as one step if it changes the document.

        If it isn't possible, `rejected` is emitted and the error returned.
        """
        try:
            after = transition(self._state, *args, **kwargs)
        except Invalid as error:
            self.rejected.emit(error)
            return error
        if isinstance(after, EditingState):
            self._adopt(after)
        else:
            self._perform(after)
        return None

    def _report_superseded(self, reordered: Reordered) -> None:
        if not reordered.superseded:
            return
        undone = _("“{title}” was undone in part: others have changed the same since.")
        kept = _("“{title}” can't be undone: others have changed the same since.")
        sentence = undone if len(reordered.steps) > 1 else kept
        self.message_shown.emit(sentence.format(title=reordered.title), True)

    def _perform(self, change: StateChange | None, *, before: Document | None = None, remote: bool = False) -> None:
        """Make a change. `before`: the document before it, if that isn't the one shown."""
        if change is None:
            return
        if change.title is None:
            self._adopt(change.state)
        else:
            shown, after = self._state, change.state
            step = UndoStep(
                change.title, before or shown.document, after.document, shown.selection, after.selection,
                change.renames, change.burst, time.monotonic(), remote=remote,
            )  # fmt: skip
            recorded = self.undo_stack.record(step)
            self._show(after)
            self.undo_stack.announce(recorded)
        if change.message:
            self.message_shown.emit(change.message, change.warns)

    def _go_to(self, step: AnyStep, direction: Direction) -> None:
        self._show(undo.go_to(self._state, step, direction))

    def _adopt(self, after: EditingState) -> None:
        if after.view is not self._state.view:
            self._show(after)
            return
        before, self._state = self._state, after
        if after.selection != before.selection:
            self.selection_changed.emit()

    def _show(self, after: EditingState) -> None:
        """Show this state. Listeners of `changed` still find the old selection, as far as its items are shown."""
        before, wanted = self._state.selection, after.selection
        self._state = state.select(replace(after, selection=()), before)
        left = self._state.selection
        for problem in after.view.problems:
            self.rejected.emit(problem)
        self._showing = True
        try:
            self.changed.emit()
            self.select(wanted)
            if self._state.selection == left != before:
                self.selection_changed.emit()
        finally:
            self._showing = False

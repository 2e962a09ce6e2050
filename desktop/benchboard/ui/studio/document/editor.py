"""The editor of one page for the window: holds its `EditingState` and says with signals what has changed in it.

What an edit leads to is decided in `dashboards.editing`; `apply` takes its transitions.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Concatenate, ParamSpec

from PySide6.QtCore import QObject, Signal

from benchboard.dashboards.document.document import Document, Variable
from benchboard.dashboards.document.widget_kinds import WidgetContent, WidgetKind
from benchboard.dashboards.editing import clipboard, page_edits, selection_edits, state, undo
from benchboard.dashboards.editing.state import EditingState, StateChange
from benchboard.dashboards.editing.undo import AnyStep, Direction, UndoStep
from benchboard.dashboards.editing.view import Repeats
from benchboard.dashboards.journal.recoverable_steps import EditStep
from benchboard.dashboards.layout import Cell, Item, Layout, PageIndex
from benchboard.dashboards.variables.repeat_expansion import Values, VariableChoice
from benchboard.errors import Invalid
from benchboard.ui.studio.document.undo_stack import UndoStack

_P = ParamSpec("_P")
Transition = Callable[Concatenate[EditingState, _P], EditingState | StateChange | None]
"""Gives the state after something was done, or a change of the document; None where nothing happens. Raises `Invalid`
where it can't be done."""


class Editor(QObject):
    """A document being edited in one window. Canvas, panes and saving all follow this one."""

    changed = Signal()
    """The document is another one, or is shown otherwise."""
    selection_changed = Signal()
    options_changed = Signal()
    """Queries of variables were answered otherwise; the document and its page are what they were."""
    permission_changed = Signal()
    """This person may change the document now, or not any more; or copies are shown, or not any more."""
    rejected = Signal(object)
    """What somebody asked for can't be done: the `AppError` that says why."""
    message_shown = Signal(str)
    """What else there is to tell the person of a step."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = UndoStack(self._go_to, self)
        self._state = state.initial()
        self._serial = 0
        self._showing = False

    # What there is

    @property
    def state(self) -> EditingState:
        """All of it, as transitions take it."""
        return self._state

    @property
    def document(self) -> Document:
        """What the dashboard says now."""
        return self._state.document

    @property
    def reader_document(self) -> Document:
        """The document with the values of its variables that are chosen in this window."""
        return self._state.view.document

    @property
    def page(self) -> PageIndex:
        """What is shown of it."""
        return self._state.view.page

    @property
    def layout(self) -> Layout:
        """The layout that is shown."""
        return self._state.view.layout

    @property
    def selection(self) -> tuple[str, ...]:
        """The ids of the selected items, the one selected first at the front."""
        return self._state.selection

    @property
    def breakpoint(self) -> str:
        """The narrower page that is shown and arranged (`tablet`, `phone`); empty for the desktop."""
        return self._state.reader.breakpoint

    @property
    def choices(self) -> Mapping[str, VariableChoice]:
        """Values chosen for variables in this window: name → choice."""
        return self._state.reader.choices

    @property
    def labels(self) -> Mapping[str, Mapping[str, str]]:
        """What to show for values of variables: name → value → label."""
        return self._state.reader.labels

    @property
    def own_values(self) -> Mapping[str, Values]:
        """Values of widgets that are repeated: id → variable → values."""
        return self._state.view.own_values

    @property
    def sources(self) -> Mapping[str, str]:
        """Which widget of the document each copy shows: id → id."""
        return self._state.view.sources

    @property
    def expands_repeats(self) -> bool:
        """Whether what is repeated is shown once for each value."""
        return self._state.reader.expands_repeats

    @property
    def previews_copies(self) -> bool:
        """Whether copies are shown between the editing panes, each with a badge."""
        return self._state.reader.repeats == "preview"

    @property
    def read_only(self) -> bool:
        """Whether this person may not change the document."""
        return self._state.read_only

    @read_only.setter
    def read_only(self, only: bool) -> None:
        if only != self.read_only:
            self._adopt(state.set_read_only(self._state, only))
            self.permission_changed.emit()

    @property
    def loading(self) -> bool:
        """Whether the document is still being read, or could not be: an edit made now would be lost."""
        return self._state.loading

    @loading.setter
    def loading(self, loading: bool) -> None:
        self._state = state.set_loading(self._state, loading)

    @property
    def read_only_reason(self) -> str:
        """Why it can't be changed here now, for the person; empty where it can, or is presented."""
        return self._state.read_only_reason

    @property
    def editable(self) -> bool:
        """Whether what is shown can be changed now."""
        return self._state.editable

    def rendered(self, item: Item) -> Item:
        """An item with the values of the variables that its texts name."""
        return self._state.view.rendered(item)

    @property
    def rendered_page(self) -> PageIndex:
        """The page with the texts of all its items filled in."""
        return self._state.view.rendered_page

    def values_of(self, item_id: str) -> Values:
        """The values that a widget's query is run with: variable → values."""
        return self._state.view.values_of(item_id)

    def repeated_by(self, item: Item) -> tuple[str, tuple[str, ...]] | None:
        """The label of the variable that an item is repeated by, and its values; None for one that is not."""
        return state.repeated_by(self._state, item)

    def widget(self, item_id: str) -> WidgetContent:
        """What the document says of a widget."""
        return self._state.view.widget(item_id)

    def widgets(self) -> list[WidgetContent]:
        """What is shown, containers and what they hold included."""
        return [self.widget(item_id) for item_id in self.page.shown]

    def name(self, item_id: str) -> str:
        """What people call an item."""
        return self._state.name(item_id)

    def is_revealed(self, item_id: str) -> bool:
        """Whether a row is open, or tabs are turned, in this window only."""
        return state.is_revealed(self._state, item_id)

    def is_locked(self, lock: page_edits.Lock) -> bool:
        """Whether any of the selected items has this lock."""
        return selection_edits.is_locked(self._state, lock)

    def copy(self) -> str:
        """The selected items as JSON; empty where nothing is selected."""
        return selection_edits.copy(self._state)

    def copied(self, ids: Iterable[str]) -> clipboard.ClipboardContent:
        """These items, and the variables they cannot do without."""
        return selection_edits.copied(self._state, ids)

    def new_widget(self, kind: WidgetKind) -> tuple[Item, Cell]:
        """A new item of a kind with an id that was not used before, and its size."""
        self._serial += 1
        return selection_edits.new_widget(self.page, kind, self._serial)

    # Another document

    def load(self, document: Document, choices: Mapping[str, VariableChoice] | None = None) -> None:
        """Start again with a stored document; there is nothing to undo. `choices` are those of an earlier session:
        what was chosen in this window goes before them."""
        self.undo_stack.clear()
        if choices:
            reader = replace(self._state.reader, choices={**choices, **self.choices})
            self._state = replace(self._state, reader=reader)
        self._show(state.load(self._state, document))

    def restore(self, steps: Sequence[EditStep], position: int, past: Callable[[int], Document]) -> None:
        """Take an earlier session's steps, `position` of them applied. `past` gives the document after the first so
        many."""
        self.undo_stack.restore(steps, position, past)
        self.show_document(past(position), ())

    def show_document(self, document: Document, selection: Sequence[str]) -> None:
        """Show this document with these items selected, without a step."""
        self._show(state.show(self._state, document, selection))

    def show_as_reader(self, editor: "Editor") -> None:
        """Show what another editor shows, as somebody with view-only access sees it."""
        reader = replace(editor.state.reader, read_only=True, revealed={}, repeats="collapsed")
        self._show(state.show(self._state, editor.document, (), reader))

    def replace_document(self, title: str, document: Document) -> None:
        """Take another document as one step, also while one presents: somebody else may have stored it."""
        self.apply(state.replace_document, title, document)

    def apply_document(self, title: str, document: Document, burst: str | None = None) -> None:
        """Take a document with the same layout; changes of one `burst` that follow closely are one step."""
        self.apply(state.apply_document, title, document, burst)

    def apply_layout(
        self,
        title: str,
        layout: Layout,
        selection: Sequence[str] | None = None,
        clip: clipboard.ClipboardContent | None = None,
    ) -> None:
        """Take another layout of the page, normalised, as one step. What came from elsewhere (`clip`) brings the
        variables it names."""
        self.apply(state.apply_layout, title, layout, selection, clip)

    def set_property(self, item_id: str, key: str, value: object) -> Invalid | None:
        """Set `title`, `query` or (as `config.<key>`) a setting of a widget. Returns why it can't be."""
        return self.set_properties([item_id], key, value)

    def set_properties(self, ids: Sequence[str], key: str, value: object) -> Invalid | None:
        """Set the same of several widgets, as one step. Returns why it can't be."""
        if self._showing:
            return None  # a field that goes away with the step being taken has nothing more to say
        return self.apply(state.set_property, ids, key, value)

    def add(self, kind: WidgetKind, cell: Cell | None = None) -> str:
        """Put a new widget at `cell`, or in the first free place; returns its id."""
        new = self.new_widget(kind)
        self.apply(selection_edits.add_widget, kind, new, cell)
        return new[0].id

    def remove(self) -> None:
        """Remove the selected items with what they hold."""
        self.apply(selection_edits.remove)

    def duplicate(self) -> None:
        """Put a copy of each selected item in the first place free for it, and select the copies."""
        self.apply(selection_edits.duplicate)

    def paste(self, text: str, at: tuple[int, int] | None = None) -> None:
        """Put in what was copied, at a cell of the page, or in the first free place."""
        self.apply(selection_edits.paste, text, at)

    def lock(self, lock: page_edits.Lock, on: bool) -> None:
        """Lock the position, size or content of the selected items, or unlock it."""
        self.apply(selection_edits.lock, lock, on)

    def follow_desktop(self, ids: Sequence[str] | None = None) -> None:
        """Reset these items, or all, at this breakpoint to where they follow from the desktop."""
        self.apply(state.follow_desktop, ids)

    # The same document, shown otherwise

    def select(self, ids: Iterable[str]) -> None:
        """Select these items and no others; ids that are not shown are ignored."""
        self.apply(state.select, ids)

    def toggle(self, item_id: str) -> None:
        """Add an item to the selection, or remove it from there."""
        self.apply(state.toggle, item_id)

    def select_all(self) -> None:
        """Select everything in the grid of the selection; where that is selected already, the whole page."""
        self.apply(state.select_all)

    def show_breakpoint(self, name: str) -> None:
        """Show and arrange the page as it is on a `tablet` or `phone`, or ("") on the desktop."""
        if name != self.breakpoint:
            self.apply(state.show_breakpoint, name)

    def show_repeats(self, shown: bool, *, preview: bool = False) -> None:
        """Show what is repeated once for each value (nothing can be edited then), or as the one widget it is."""
        repeats: Repeats = "preview" if preview else "expanded" if shown else "collapsed"
        if repeats == self._state.reader.repeats:
            return
        reason = self.read_only_reason
        self._adopt(state.show_repeats(self._state, repeats))
        if self.read_only_reason != reason:
            self.permission_changed.emit()

    def reveal(self, ids: Sequence[str], tabs: Sequence[tuple[str, int]] = ()) -> None:
        """Select these, with the containers around them open, and tabs turned to them and to these `tabs` (id, place),
        in this window only."""
        self.apply(state.reveal_items, ids, tabs)

    def conceal(self, ids: Iterable[str]) -> None:
        """Show these containers as the document has them."""
        self.apply(state.conceal, ids)

    def answer_options(
        self, name: str, values: tuple[str, ...] | None, labels: Mapping[str, str] | None = None
    ) -> None:
        """A variable's query was answered with these values, or (None) has no answer that still holds."""
        before, self._state = self._state, state.answer_options(self._state, name, values, labels)
        if self.page is not before.page:
            self._show(self._state)
        elif self._state is not before:
            self.options_changed.emit()

    def forget_options(self, name: str) -> None:
        """A variable is gone, and what its query answered with it."""
        self._state = state.forget_options(self._state, name)

    def select_values(self, name: str, values: Sequence[str]) -> None:
        """Choose these values of a variable in this window: no step, and nothing others see."""
        self.apply(state.select_values, name, VariableChoice(tuple(values)))

    def select_all_values(self, name: str) -> None:
        """Choose all values that a variable has, now and later, in this window."""
        self.apply(state.select_values, name, VariableChoice(all=True))

    def share_values(self, name: str) -> None:
        """Make the values chosen in this window those that everyone starts with: a step, also while one presents."""
        self.apply(state.share_values, name)

    def define_variables(self, variables: tuple[Variable, ...], renames: Mapping[str, str]) -> None:
        """Let the document have these variables, as one step. What names one that is renamed (old → new) follows.
        Raises `Invalid` naming the widget that would say too much."""
        self._perform(state.define_variables(self._state, variables, renames))

    # How a state is taken

    def apply(self, transition: Transition[_P], *args: _P.args, **kwargs: _P.kwargs) -> Invalid | None:
        """Take the state that a transition leads to, as one step where the document is another one. Where it can't be
        done, `rejected` says why; that is returned, too."""
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

    def _perform(self, change: StateChange | None) -> None:
        if change is None:
            return
        if change.title is None:
            self._adopt(change.state)
        else:
            before, after = self._state, change.state
            step = UndoStep(
                change.title, before.document, after.document, before.selection, after.selection, change.renames,
                change.burst, time.monotonic(),
            )  # fmt: skip
            recorded = self.undo_stack.record(step)
            self._show(after)
            self.undo_stack.announce(recorded)
        if change.message:
            self.message_shown.emit(change.message)

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
        """Be at this state. Who hears of it in `changed` still finds the old selection, as far as it is shown."""
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

"""The state of an editor, and its transitions: a document, its selection and how it is shown.

A state is immutable. A transition takes one and returns another, or a `StateChange` if it may be a step of the undo
history; one whose result isn't a valid document raises `Invalid`. The view (`view`) depends only on the document and
the reader's state.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, NamedTuple, TypeVar

from benchboard.dashboards.document import breakpoints
from benchboard.dashboards.document.document import MAX_VALUES, Document, Variable, empty, fitted_document, require_rows
from benchboard.dashboards.document.time_range import TimeRange
from benchboard.dashboards.document.widget_kinds import WidgetKind, widget_of
from benchboard.dashboards.editing import clipboard, page_edits, reveal
from benchboard.dashboards.editing.view import (
    ReaderState,
    RenderedPage,
    Repeats,
    render,
    render_options,
    repeats_anything,
)
from benchboard.dashboards.layout import Compact, Item, Layout, PageIndex, fitted, repeat_of
from benchboard.dashboards.variables.repeat_expansion import VariableChoice
from benchboard.dashboards.variables.variable_references import rename_in_layout
from benchboard.errors import Invalid
from benchboard.i18n import _, ngettext

_T = TypeVar("_T")
_NO_RENAMES: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class EditingState:
    """A document being edited in one window."""

    document: Document
    view: RenderedPage = field(repr=False)
    selection: tuple[str, ...] = ()
    """The ids of the selected items, in the order in which they were selected; all of them are shown."""
    reader: ReaderState = field(default_factory=ReaderState)
    loading: bool = False
    """Whether the document isn't loaded yet, or couldn't be loaded: an edit made now would be lost."""

    @property
    def page(self) -> PageIndex:
        """The items of the page as they are shown."""
        return self.view.page

    @property
    def layout(self) -> Layout:
        """The layout as it is shown."""
        return self.view.layout

    @property
    def compact(self) -> Compact:
        """In which direction the page's items are compacted."""
        return self.document.compact

    @property
    def read_only(self) -> bool:
        """Whether the user has no permission to change the document."""
        return self.reader.read_only

    @property
    def editable(self) -> bool:
        """Whether the page can be edited as it is shown now."""
        return not self.reader.expands_repeats and not self.loading

    @property
    def read_only_reason(self) -> str:
        """Why it can't be edited, as text for the user; empty if it can, and while it is presented."""
        if self.read_only:
            return _("You have view-only access to “{name}”.").format(name=self.document.title)
        if self.reader.repeats == "preview":
            return _("You're previewing repeats. Exit the preview to edit.")
        return ""

    def name(self, item_id: str) -> str:
        """An item's name for the user."""
        return self.view.widget(item_id).title or item_id


class StateChange(NamedTuple):
    """The state after a transition. `title` is the undo step's; None if the document didn't change."""

    state: EditingState
    title: str | None = None
    message: str = ""
    """Another message for the user."""
    warns: bool = False
    """Whether the message says what wasn't done."""
    burst: str | None = None
    """Identifies the text being typed: changes of one burst in quick succession are one step."""
    renames: Mapping[str, str] = _NO_RENAMES
    """Variables that the step renames: old → new name."""


def initial(document: Document | None = None) -> EditingState:
    """The state of an editor that was just opened."""
    document = empty() if document is None else document
    return EditingState(document, render(document, ReaderState()))


# What is shown


def show(
    state: EditingState,
    document: Document | None = None,
    selection: Sequence[str] | None = None,
    reader: ReaderState | None = None,
) -> EditingState:
    """Replace document, selection or reader's state, and keep the others.

    Selected items that are not shown any more are deselected.
    """
    document = state.document if document is None else document
    reader = state.reader if reader is None else reader
    view = render(document, reader, state.view)
    if view.revealed is not reader.revealed:
        reader = replace(reader, revealed=view.revealed)
    after = replace(state, document=document, view=view, reader=reader, selection=())
    return select(after, state.selection if selection is None else selection)


def load(state: EditingState, document: Document) -> EditingState:
    """Replace the document by a stored one, with its overlaps resolved."""
    return show(state, fitted_document(document), ())


def set_read_only(state: EditingState, read_only: bool) -> EditingState:
    """Set whether the user may edit the document; otherwise they see repeats as readers do."""
    reader = replace(state.reader, read_only=read_only)
    if reader.expands_repeats == state.reader.expands_repeats or not repeats_anything(state.document):
        return replace(state, reader=reader)
    return show(state, reader=reader)


def set_loading(state: EditingState, loading: bool) -> EditingState:
    """Set whether the document is being loaded."""
    return replace(state, loading=loading)


def show_breakpoint(state: EditingState, name: str) -> EditingState:
    """Show the page as it is on a `tablet` or `phone`, or ("") on the desktop."""
    return show(state, reader=replace(state.reader, breakpoint=name))


def show_repeats(state: EditingState, repeats: Repeats) -> EditingState:
    """Show repeated items in another way.

    A selected copy is replaced by its source, and in the other direction by the first copy.
    """
    selection = [state.view.sources.get(one, one) for one in state.selection]
    after = show(state, selection=selection, reader=replace(state.reader, repeats=repeats))
    sources = after.view.sources
    if not sources or after.read_only:
        return after
    first = {sources.get(one, one): one for one in reversed([*after.page.shown])}
    return select(after, [first.get(one, one) for one in selection])


# Selection


def select(state: EditingState, ids: Iterable[str]) -> EditingState:
    """Select these items and no others; ids that are not shown are ignored."""
    shown = state.page.shown
    selection = tuple(dict.fromkeys(one for one in ids if one in shown))
    return state if selection == state.selection else replace(state, selection=selection)


def toggle(state: EditingState, item_id: str) -> EditingState:
    """Add an item to the selection, or remove it."""
    rest = [one for one in state.selection if one != item_id]
    return select(state, rest if item_id in state.selection else [*state.selection, item_id])


def select_all(state: EditingState) -> EditingState:
    """Select all items in the grid of the selection; if they are selected already, the whole page."""
    page = state.page
    path = page.path(state.selection[0]) if state.selection else ()
    same = [one for one in page.shown if page.path(one) == path]
    return select(state, list(page.shown) if set(same) <= set(state.selection) else same)


# Containers that are open in this window only


def reveal_items(state: EditingState, ids: Sequence[str], tabs: Sequence[tuple[str, int]] = ()) -> EditingState:
    """Select these items with the rows around them expanded, and switch to their tabs and to `tabs` (id, index).

    The document doesn't change. Raises `Invalid` if the page would be too long.
    """
    revealed = {**state.reader.revealed, **reveal.panes_around(state.page, ids, tabs)}
    if reveal.with_revealed(state.layout, revealed, state.compact) == state.layout:
        return select(state, ids)
    return show(state, selection=ids, reader=replace(state.reader, revealed=revealed))


def conceal(state: EditingState, ids: Iterable[str]) -> EditingState:
    """Show these containers as the document has them, ending `reveal_items`."""
    gone = frozenset(ids)
    revealed = {one: pane for one, pane in state.reader.revealed.items() if one not in gone}
    return show(state, reader=replace(state.reader, revealed=revealed))


def is_revealed(state: EditingState, item_id: str) -> bool:
    """Whether a row is expanded, or a tab switched, in this window only."""
    return item_id in reveal.only_revealed(state.view.unrevealed, state.reader.revealed)


def show_containers(
    state: EditingState, title: str, change: Callable[[PageIndex], Layout], selection: Sequence[str] | None = None
) -> StateChange | None:
    """Expand or collapse containers: a step if the document is editable; if the user may not edit it, they stay so
    until it is loaded again. Repeated copies don't change. None: nothing happens.
    """
    if state.editable:
        return apply_layout(state, title, change(state.page), selection)
    try:
        after = replace(state.document, layout=change(PageIndex(state.document.layout)))
    except Invalid:
        return None
    require_rows(after.layout)
    if state.read_only:
        return StateChange(show(state, after, selection))
    return StateChange(show(state, after, selection), title) if after.layout != state.document.layout else None


# Edits of the document


def apply_layout(
    state: EditingState,
    title: str,
    layout: Layout,
    selection: Sequence[str] | None = None,
    clip: clipboard.ClipboardContent | None = None,
) -> StateChange | None:
    """Replace the layout of the page that is shown, normalised.

    None: it is the same, or can't be changed now. Items from elsewhere (`clip`) bring the variables that they name.
    Raises `Invalid` if the result isn't a valid document.
    """
    layout = fitted(layout, state.compact)
    if layout == state.layout:
        return None
    page_edits.checked(layout)
    page_edits.require_room(state.layout, layout)
    if not state.editable:
        return None
    selection = state.selection if selection is None else selection
    revealed = reveal.still_revealed(layout, state.reader.revealed)
    state = replace(state, reader=replace(state.reader, revealed=revealed))
    after, message, warns = with_layout(state, layout, selection), "", False
    if clip is not None:
        after, message, warns = clipboard.with_variables(after, clip)
    changed = after != state.document  # otherwise a container was only opened or closed in this window
    return StateChange(show(state, after, selection), title if changed else None, message, warns)


def with_layout(state: EditingState, layout: Layout, ids: Sequence[str]) -> Document:
    """The document after its shown page got this layout by moving `ids`."""
    layout = reveal.without_revealed(layout, state.layout, state.view.unrevealed, state.reader.revealed, state.compact)
    if state.reader.breakpoint:
        return breakpoints.with_overrides(state.document, state.reader.breakpoint, layout, ids)
    return breakpoints.with_layout(state.document, layout)


def apply_document(state: EditingState, title: str, document: Document, burst: str | None = None) -> StateChange | None:
    """Replace the document by one with the same layout. None: it is the same, or can't be changed now."""
    if document == state.document or not state.editable:
        return None
    return StateChange(show(state, document), title, burst=burst)


def replace_document(state: EditingState, title: str, document: Document) -> StateChange | None:
    """Replace the document, also while presenting: another user may have stored it."""
    return None if state.read_only else StateChange(show(state, fitted_document(document)), title)


def set_property(state: EditingState, ids: Sequence[str], key: str, value: object) -> StateChange | None:
    """Set `title`, `query`, `repeat` or (as `config.<key>`) a setting of items.

    Items with locked content are unchanged. None: nothing changes. Raises `Invalid` if the value isn't valid.
    """
    page = page_edits.with_property(state.page, ids, key, value, state.compact)
    if page is state.page:
        return None
    title = _("Edit {title}").format(title=state.name(ids[0]))
    if len(ids) > 1:
        title = ngettext("Edit {count} widget", "Edit {count} widgets", len(ids)).format(count=len(ids))
    burst = None if isinstance(value, list) else f"{' '.join(ids)}.{key}"  # a list isn't typed: each change is a step
    return apply_document(state, title, with_layout(state, page.layout, ids), burst=burst)


def set_source(state: EditingState, item_id: str, source_id: str, query: str) -> StateChange | None:
    """Let a widget read another data source (empty: Benchboard's own data), with this query. None: nothing changes."""
    page = page_edits.with_property(state.page, [item_id], "data_source_id", source_id or None, state.compact)
    page = page_edits.with_property(page, [item_id], "query", query, state.compact)
    if page is state.page:
        return None
    title = _("Change data of {title}").format(title=state.name(item_id))
    return apply_document(state, title, with_layout(state, page.layout, [item_id]))


def set_kind(state: EditingState, ids: Sequence[str], kind: WidgetKind) -> StateChange | None:
    """Show items that have a query as another kind of widget. None: nothing changes."""
    page = page_edits.with_kind(state.page, ids, kind, state.compact)
    if page is state.page:
        return None
    title = _("Show {title} as {kind}").format(title=state.name(ids[0]), kind=_(kind.title))
    if len(ids) > 1:
        text = ngettext("Show {count} widget as {kind}", "Show {count} widgets as {kind}", len(ids))
        title = text.format(count=len(ids), kind=_(kind.title))
    return apply_document(state, title, with_layout(state, page.layout, ids))


def set_explored(
    state: EditingState, item_id: str, query: str, kind: WidgetKind | None, settings: Mapping[str, str]
) -> StateChange | None:
    """Give a widget what was made of its query in Explore: the query, the kind of chart (None: as it was) and those
    of its `settings` that the kind has. None: nothing changes. Raises `Invalid` if the query isn't valid."""
    page = page_edits.with_property(state.page, [item_id], "query", query, state.compact)
    if kind is not None:
        page = page_edits.with_kind(page, [item_id], kind, state.compact)
    shown = widget_of(page.item(item_id))
    for one in shown.kind.settings if shown.kind is not None else ():
        value = settings.get(one.key)
        if value is not None and value in dict(one.choices) and value != shown.setting(one.key):
            page = page_edits.with_property(page, [item_id], f"config.{one.key}", value, state.compact)
    if page is state.page:
        return None
    title = _("Edit {title}").format(title=state.name(item_id))
    return apply_document(state, title, with_layout(state, page.layout, [item_id]))


def follow_desktop(state: EditingState, ids: Sequence[str] | None = None) -> StateChange | None:
    """Reset these items, or all, at this breakpoint to the layout derived from the desktop."""
    if not state.reader.breakpoint:
        return None
    document = breakpoints.without_overrides(state.document, state.reader.breakpoint, ids)
    return apply_document(state, _("Reset to desktop layout"), document)


# Variables


def select_values(state: EditingState, name: str, choice: VariableChoice) -> EditingState:
    """Select values of a variable in this window."""
    return show(state, reader=replace(state.reader, choices={**state.reader.choices, name: choice}))


def share_values(state: EditingState, name: str) -> StateChange | None:
    """Make the values of variable `name` selected in this window its default values; also while presenting.

    None: there is no such variable, or the page is read-only or still loading.
    """
    own = {one.name: one for one in state.view.document.variables}.get(name)
    if own is None or state.read_only or state.loading:
        return None
    chosen = own.chosen[:MAX_VALUES]
    variables = tuple(
        replace(one, chosen=chosen, all_chosen=own.all_chosen) if one.name == name else one
        for one in state.document.variables
    )
    choices = {
        known: choice for known, choice in state.reader.choices.items() if known != name
    }  # so that an undo is visible
    after = replace(state.document, variables=variables)
    title = _("Set default for {name}").format(name=own.label or name) if after != state.document else None
    return StateChange(show(state, after, reader=replace(state.reader, choices=choices)), title)


# The time range


def select_time(state: EditingState, shown: TimeRange) -> EditingState:
    """Select a time range in this window."""
    return show(state, reader=replace(state.reader, time=shown))


def select_refresh(state: EditingState, seconds: int) -> EditingState:
    """Select after how many seconds this window reads its data again; 0: not by itself."""
    return show(state, reader=replace(state.reader, refresh=seconds))


def share_time(state: EditingState) -> StateChange | None:
    """Make the time range and refresh selected in this window the document's; also while presenting.

    None: the page is read-only or still loading.
    """
    if state.read_only or state.loading:
        return None
    shown = state.view.document
    after = replace(state.document, time=shown.time, refresh=shown.refresh)
    reader = replace(state.reader, time=None, refresh=None)  # so that an undo is visible
    return StateChange(
        show(state, after, reader=reader), _("Set default time range") if after != state.document else None
    )


# Variables, as a whole


def define_variables(
    state: EditingState, variables: tuple[Variable, ...], renames: Mapping[str, str]
) -> StateChange | None:
    """Replace the document's variables; references to a renamed one (old → new) are updated.

    Raises `Invalid` naming the widget whose content would become too large.
    """
    after = replace(state.document, variables=variables, layout=rename_in_layout(state.document.layout, renames))
    if after == state.document:
        return None
    reader = rename_variables(state.reader, renames)
    return StateChange(show(state, after, reader=reader), _("Edit variables"), renames=dict(renames))


def rename_variables(reader: ReaderState, renames: Mapping[str, str]) -> ReaderState:
    """The reader's selected values with variables renamed (old → new)."""
    if not renames:
        return reader
    return replace(
        reader,
        choices=_renamed(reader.choices, renames),
        options=_renamed(reader.options, renames),
        labels=_renamed(reader.labels, renames),
    )


def _renamed(known: Mapping[str, _T], renames: Mapping[str, str]) -> dict[str, _T]:
    unchanged = {name: value for name, value in known.items() if name not in renames}
    return unchanged | {new: known[old] for old, new in renames.items() if old in known}


def answer_options(
    state: EditingState, name: str, values: tuple[str, ...] | None, labels: Mapping[str, str] | None = None
) -> EditingState:
    """Set the options that a variable's query returned; None: there is no valid result.

    The page is another object only if the options can change it.
    """
    reader, labels = state.reader, labels or {}
    if reader.options.get(name) == values and reader.labels.get(name, {}) == labels:
        return state
    reader = replace(reader, labels={**reader.labels, name: labels}, options=_with_option(reader, name, values))
    view = render_options(state.document, reader, state.view)
    after = replace(state, reader=reader, view=view)
    return after if view.page is state.page else select(replace(after, selection=()), state.selection)


def forget_options(state: EditingState, name: str) -> EditingState:
    """Discard the options of a variable that was deleted, without rendering the view again."""
    return replace(state, reader=replace(state.reader, options=_with_option(state.reader, name, None)))


def _with_option(reader: ReaderState, name: str, values: tuple[str, ...] | None) -> Mapping[str, tuple[str, ...]]:
    rest = {known: answered for known, answered in reader.options.items() if known != name}
    return rest if values is None else {**rest, name: values}


def repeated_by(state: EditingState, item: Item) -> tuple[str, tuple[str, ...]] | None:
    """The label of the variable by which an item is repeated, and its values; None for an item that isn't repeated, or
    is a copy.
    """
    try:
        repeat = None if state.reader.expands_repeats else repeat_of(item)
    except Invalid:
        return None
    if repeat is None:
        return None
    known = {one.name: one for one in state.view.document.variables}.get(repeat.variable)
    return (known.label or known.name, known.chosen) if known is not None else (repeat.variable, ())

"""What a reader sees of a document: `render` makes a view from a document and a reader's state.

The pipeline has five steps, in this order: `choose_variables`, `expand_repeats`, `apply_breakpoint`,
`reveal_containers`, `fill_templates`. Nothing here changes the document, and an earlier view is used only for texts
that were rendered already.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

from benchboard.dashboards.document import breakpoints, time_range
from benchboard.dashboards.document.document import Document
from benchboard.dashboards.document.time_range import TimeRange
from benchboard.dashboards.document.widget_kinds import WidgetContent, widget_of
from benchboard.dashboards.editing import reveal
from benchboard.dashboards.editing.range_filters import range_selections
from benchboard.dashboards.editing.reader_filters import FilteredQuery, PointSelection, filtered_query
from benchboard.dashboards.editing.value_filters import value_filters, with_value_filters
from benchboard.dashboards.layout import Compact, Item, Layout, PageIndex, map_items
from benchboard.dashboards.variables import repeat_expansion
from benchboard.dashboards.variables.filter_variables import is_unfiltered, open_conditions, without_conditions
from benchboard.dashboards.variables.repeat_expansion import Values, VariableChoice
from benchboard.dashboards.variables.templating import Labels, TemplateRenderer
from benchboard.dashboards.variables.variable_queries import names_in
from benchboard.errors import Invalid

Repeats = Literal["collapsed", "expanded", "preview"]
"""How repeated widgets are shown: each as the one widget that can be edited; once for each value; or once for each
value between the editing panes, with a badge on each copy.
"""

_CHECKED_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""What `now` is in the time range of a query that is only checked."""
_NONE: Final[Mapping[str, Any]] = MappingProxyType({})


def _nothing() -> Mapping[str, Any]:
    return _NONE


@dataclass(frozen=True, slots=True)
class ReaderState:
    """The settings of a reader in one window. None of them is stored in the document."""

    breakpoint: str = ""
    """The breakpoint that is shown and arranged (`tablet`, `phone`); empty for the desktop."""
    revealed: reveal.Revealed = field(default_factory=_nothing)
    """Containers that are open in this window only: id → pane id."""
    choices: Mapping[str, VariableChoice] = field(default_factory=_nothing)
    """Variable values selected in this window: name → choice."""
    options: Mapping[str, tuple[str, ...]] = field(default_factory=_nothing)
    """The options that the variables' queries returned: name → values."""
    labels: Labels = field(default_factory=_nothing)
    """The labels of these values, if the query returned some: name → value → label."""
    time: TimeRange | None = None
    """The time range selected in this window; None: the document's."""
    refresh: int | None = None
    """After how many seconds this window reads its data again; None: as the document says."""
    repeats: Repeats = "collapsed"
    point_selections: tuple[PointSelection, ...] = ()
    """What was selected at the values of charts, the latest last."""
    read_only: bool = False
    """Whether this reader may not change the document. Their repeats are always expanded."""

    @property
    def expands_repeats(self) -> bool:
        """Whether repeated widgets are shown once for each value."""
        return self.read_only or self.repeats != "collapsed"


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """A document rendered for one reader: its page with repeats expanded and titles filled in."""

    document: Document
    """The document with this reader's values of its variables."""
    page: PageIndex = field(compare=False)
    layout: Layout
    """The layout of `page`."""
    unrevealed: Layout
    """The same layout with the containers open or closed as the document says."""
    revealed: reveal.Revealed
    """What is revealed; empty if that would have made the page too long."""
    own_values: Mapping[str, Values]
    """Values of widgets that are repeated: id → variable → values."""
    sources: Mapping[str, str]
    """Which widget of the document each copy shows: id → id."""
    templating: TemplateRenderer = field(compare=False)
    problems: tuple[Invalid, ...] = field(default=(), compare=False)
    """Why steps of the pipeline were skipped."""
    filters: tuple[PointSelection, ...] = ()
    """The ranges and the selections of this reader that are conditions of the widgets' queries."""
    _contents: dict[str, WidgetContent] = field(init=False, default_factory=dict, compare=False, repr=False)
    """The widgets that were asked for: many parts of the window ask for all of them after every change."""
    _time_use: dict[str, bool] = field(init=False, default_factory=dict, compare=False, repr=False)
    """Whether a query names the time range, for those that were asked about."""

    def rendered(self, item: Item) -> Item:
        """An item with the variables in its texts replaced by their values."""
        return self.templating.item(item)

    @property
    def rendered_page(self) -> PageIndex:
        """The page with the variables in all texts replaced by their values."""
        layout = map_items(self.layout, lambda item, cell: (self.rendered(item), cell))
        return self.page if layout is self.layout else PageIndex(layout)

    def values_of(self, item_id: str) -> Values:
        """The values that a widget's query is run with: variable → values."""
        return {**self.document.chosen, **self.own_values.get(item_id, {})}

    @property
    def time(self) -> TimeRange:
        """The time range that queries are run with, unless the document has variables of the same names."""
        return self.document.time or time_range.DEFAULT

    def uses_time(self, query: str) -> bool:
        """Whether a query names the time range, rather than variables of the document with the same names."""
        uses = self._time_use.get(query)
        if uses is None:
            own = {one.name for one in self.document.variables}
            uses = any(name in time_range.VARIABLES and name not in own for name in names_in(query))
            self._time_use[query] = uses
        return uses

    def query_values(self, item_id: str, query: str, now: datetime) -> Values:
        """The values of the variables that a widget's `query` names, with the time range as it is at `now` (UTC).

        Raises `Invalid` for a time range without a period then.
        """
        known = self.values_of(item_id)
        if self.uses_time(query):
            known = {**self.time.period(now).values, **known}
        return {name: known[name] for name in names_in(query) if name in known}

    def check_values(self, item_id: str) -> Values:
        """The values that a query is checked with while it is written: with the time range as it was once, so that
        they change with what was selected and not with the clock.
        """
        try:
            period = self.time.period(_CHECKED_AT).values
        except Invalid:
            period = time_range.DEFAULT.period(_CHECKED_AT).values
        return {**period, **self.values_of(item_id)}

    def widget(self, item_id: str) -> WidgetContent:
        """A widget of the page, with its texts as in the document."""
        content = self._contents.get(item_id)
        if content is None:
            content = self._contents[item_id] = widget_of(self.page.item(item_id))
        return content

    def value_filtered(self, item_id: str) -> str:
        """The query of a widget with the conditions of variables that it doesn't name: of one that was written by hand,
        whose text has none."""
        widget = self.widget(item_id)
        if widget.kind is None or not widget.kind.query or not widget.query.strip():
            return widget.query
        own = self.own_values.get(item_id, {})
        narrowing = [one for one in self.document.variables if one.name in own or not is_unfiltered(one)]
        return with_value_filters(widget.query, widget.data_source_id, value_filters(narrowing))

    def filtered_query(self, item_id: str) -> FilteredQuery:
        """The query of a widget with the conditions of the reader's filters that it can take."""
        widget = self.widget(item_id)
        if widget.kind is None or not widget.kind.query or not widget.query.strip():
            return FilteredQuery(widget.query)
        conditions = [one.filter for one in self.filters if one.filter is not None]
        return filtered_query(self.value_filtered(item_id), widget.data_source_id, conditions)

    def query_of(self, item_id: str) -> str:
        """The query that a widget runs: with the conditions of the reader's filters that it can take, and without those
        of variables all of whose values are selected, even if they have none."""
        own, chosen = self.own_values.get(item_id, {}), self.document.chosen
        variables = [one for one in self.document.variables if one.all_chosen and one.type in ("list", "query")]
        empty = [one.name for one in variables if not (one.name in own or chosen[one.name])]
        return open_conditions(self._narrowed_query(item_id), empty)

    def opened_query(self, item_id: str) -> str:
        """The query of a widget as another screen shows it, from where it may come back to the document: one that was
        written by hand is without the conditions of the reader's filters, which must not stay in it."""
        stored = self.widget(item_id).query
        if self.filtered_query(item_id).by_hand or self.value_filtered(item_id) != stored:
            return self._without_conditions(item_id, stored)
        return self._narrowed_query(item_id)

    def _narrowed_query(self, item_id: str) -> str:
        return self._without_conditions(item_id, self.filtered_query(item_id).text)

    def _without_conditions(self, item_id: str, query: str) -> str:
        """A query of a widget without the conditions of variables all of whose values are selected."""
        own = self.own_values.get(item_id, {})
        unfiltered = [one.name for one in self.document.variables if one.name not in own and is_unfiltered(one)]
        return without_conditions(query, unfiltered)

    def missed_filters(self, item_id: str) -> tuple[str, ...]:
        """The titles of the reader's filters that a widget's query can't take."""
        return tuple(dict.fromkeys(self.filters[place].title for place in self.filtered_query(item_id).missed))

    def taken_filters(self, item_id: str) -> tuple[str, ...]:
        """The titles of the reader's filters that a widget's query takes."""
        missed = self.filtered_query(item_id).missed
        return tuple(dict.fromkeys(one.title for place, one in enumerate(self.filters) if place not in missed))


class ExpandedRepeats(NamedTuple):
    """The result of `expand_repeats`."""

    document: Document
    own_values: Mapping[str, Values] = _NONE
    sources: Mapping[str, str] = _NONE
    problem: Invalid | None = None


class RevealedContainers(NamedTuple):
    """The result of `reveal_containers`."""

    layout: Layout
    revealed: reveal.Revealed = _NONE
    problem: Invalid | None = None


def render(document: Document, reader: ReaderState, previous: RenderedPage | None = None) -> RenderedPage:
    """The view of a document for one reader. Texts that `previous` has rendered with the same values are reused."""
    chosen = choose_variables(document, reader)
    expanded = expand_repeats(chosen, reader)
    narrow = apply_breakpoint(expanded.document, reader)
    shown = reveal_containers(narrow, reader, document.compact)
    return RenderedPage(
        chosen,
        PageIndex(shown.layout),
        shown.layout,
        narrow,
        shown.revealed,
        expanded.own_values,
        expanded.sources,
        fill_templates(chosen, reader, expanded.own_values, previous),
        tuple(problem for problem in (expanded.problem, shown.problem) if problem is not None),
        (*range_selections(chosen.variables), *(one for one in reader.point_selections if one.filter is not None)),
    )


def render_options(document: Document, reader: ReaderState, view: RenderedPage) -> RenderedPage:
    """The view after variable queries returned options.

    If they can't change the page, only the variables and texts are rendered again, and the page is the same object.
    """
    chosen = choose_variables(document, reader)
    if chosen.chosen != view.document.chosen and repeats_anything(document):
        return render(document, reader, view)
    return replace(view, document=chosen, templating=fill_templates(chosen, reader, view.own_values, view))


def repeats_anything(document: Document) -> bool:
    """Whether the page depends on the values of variables, including repeats that can't be shown."""
    try:
        return repeat_expansion.has_repeats(document)
    except Invalid:
        return True


def choose_variables(document: Document, reader: ReaderState) -> Document:
    """The document with the reader's values of its variables, and their time range."""
    chosen = repeat_expansion.with_choices(document, reader.choices, reader.options)
    if reader.time is None and reader.refresh is None:
        return chosen
    refresh = document.refresh if reader.refresh is None else reader.refresh
    return replace(chosen, time=reader.time or document.time, refresh=refresh)


def expand_repeats(document: Document, reader: ReaderState) -> ExpandedRepeats:
    """The document with its repeats once for each value, or each as one widget with the first value.

    If a repeat is invalid, or makes too many widgets, none are expanded, with the reason.
    """
    try:
        if not repeat_expansion.has_repeats(document):
            return ExpandedRepeats(document)
        if reader.expands_repeats:
            shown = repeat_expansion.expand_repeats(document)
            return ExpandedRepeats(shown.document, shown.chosen, shown.sources)
        return ExpandedRepeats(document, repeat_expansion.first_values(document))
    except Invalid as problem:
        return ExpandedRepeats(document, problem=problem)


def apply_breakpoint(document: Document, reader: ReaderState) -> Layout:
    """The layout of the page at the reader's breakpoint."""
    return breakpoints.layout_at(document, reader.breakpoint) if reader.breakpoint else document.layout


def reveal_containers(layout: Layout, reader: ReaderState, compact: Compact) -> RevealedContainers:
    """The layout with the reader's containers open; none of them if the page would be too long."""
    if not reader.revealed:
        return RevealedContainers(layout)
    try:
        return RevealedContainers(reveal.with_revealed(layout, reader.revealed, compact), reader.revealed)
    except Invalid as problem:
        return RevealedContainers(layout, problem=problem)


def fill_templates(
    document: Document, reader: ReaderState, own_values: Mapping[str, Values], previous: RenderedPage | None
) -> TemplateRenderer:
    """The renderer of the texts with variables; that of `previous` if it gives the same texts."""
    templating = TemplateRenderer(document.variables, reader.labels, own_values)
    return previous.templating if previous is not None and templating.same_as(previous.templating) else templating

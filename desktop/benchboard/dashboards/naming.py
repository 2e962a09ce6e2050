"""Which parts of a document name variables, and another name for one carried into all of them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from benchboard.dashboards import asking, wording
from benchboard.dashboards import layout as grid
from benchboard.dashboards.catalogue import MAX_QUERY, MAX_TITLE, changed, widget_of
from benchboard.dashboards.layout import Item, Layout, repeat_of
from benchboard.errors import Invalid
from benchboard.i18n import _

Names = Mapping[str, str]
"""What variables are called from now on, by what they were called."""


def names_in(item: Item) -> frozenset[str]:
    """The variables an item itself names: in its words and its tabs', in its query and by what it is repeated."""
    widget, repeat = widget_of(item), repeat_of(item)
    text = widget.config.get("text")
    words = [widget.title, text if isinstance(text, str) else "", *(pane.title for pane in item.panes)]
    named = {name for part in words for name in wording.named_in(part)}
    return frozenset(named | {*asking.names_in(widget.query)} | ({repeat.variable} if repeat is not None else set()))


def users(layout: Layout) -> Counter[str]:
    """How many items name each variable."""
    return Counter(name for found in grid.everything(layout) for name in names_in(found.item))


def in_query(query: str, names: Names) -> str:
    """The query with other names for these variables."""
    return asking.with_names(query, {was: f":{name}" for was, name in names.items()})


def renamed(layout: Layout, names: Names) -> Layout:
    """The layout with other names for these variables. Raises `Invalid` naming the item that would say too much."""
    return grid.mapped(layout, lambda item, cell: (_renamed(item, names), cell)) if names else layout


def _renamed(item: Item, names: Names) -> Item:
    if not names_in(item) & names.keys():
        return item
    widget, repeat, text = widget_of(item), item.source.get("repeat"), widget_of(item).config.get("text")
    fields: dict[str, object] = {}
    if widget.title:
        fields["title"] = _within(item, wording.renamed(widget.title, names), MAX_TITLE)
    if widget.query:
        fields["query"] = _within(item, in_query(widget.query, names), MAX_QUERY)
    if isinstance(text, str):
        fields["config"] = {**widget.config, "text": wording.renamed(text, names)}
    if isinstance(repeat, Mapping):
        by = str(repeat["variable"])
        fields["repeat"] = {**repeat, "variable": names.get(by, by)}
    panes = (
        replace(pane, title=_within(item, wording.renamed(pane.title, names), MAX_TITLE)) if pane.title else pane
        for pane in item.panes
    )
    return replace(changed(item, **fields), panes=tuple(panes))


def _within(item: Item, words: str, most: int) -> str:
    if len(words) <= most:
        return words
    what = _("With its new name a variable makes what “{title}” says longer than {limit} characters.")
    title = widget_of(item).title[:60] or item.id
    raise Invalid(
        "variables.long-name", what.format(title=title, limit=most), do=_("Take a shorter name."), item=item.id
    )

"""Which parts of a document name variables, and renaming a variable in all of them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from benchboard.dashboards.document.widget_kinds import MAX_QUERY, MAX_TITLE, widget_of, with_fields
from benchboard.dashboards.layout import Item, Layout, map_items, repeat_of, walk_items
from benchboard.dashboards.variables import templating, variable_queries
from benchboard.errors import Invalid
from benchboard.i18n import _

Renames = Mapping[str, str]
"""Renamed variables: old → new name."""


def names_in(item: Item) -> frozenset[str]:
    """The variables that an item itself names: in its texts and its tabs', in its query and as its repeat."""
    widget, repeat = widget_of(item), repeat_of(item)
    text = widget.config.get("text")
    words = [widget.title, text if isinstance(text, str) else "", *(pane.title for pane in item.panes)]
    named = {name for part in words for name in templating.variables_in(part)}
    return frozenset(
        named | {*variable_queries.names_in(widget.query)} | ({repeat.variable} if repeat is not None else set())
    )


def usage_counts(layout: Layout) -> Counter[str]:
    """How many items name each variable."""
    return Counter(name for found in walk_items(layout) for name in names_in(found.item))


def rename_in_query(query: str, names: Renames) -> str:
    """The query with these variables renamed."""
    return variable_queries.replace_names(query, {was: f":{name}" for was, name in names.items()})


def rename_in_layout(layout: Layout, names: Renames) -> Layout:
    """The layout with these variables renamed. Raises `Invalid` naming the item that would become too large."""
    return map_items(layout, lambda item, cell: (_renamed(item, names), cell)) if names else layout


def _renamed(item: Item, names: Renames) -> Item:
    if not names_in(item) & names.keys():
        return item
    widget, repeat, text = widget_of(item), item.source.get("repeat"), widget_of(item).config.get("text")
    fields: dict[str, object] = {}
    if widget.title:
        fields["title"] = _within(item, templating.rename_variables(widget.title, names), MAX_TITLE)
    if widget.query:
        fields["query"] = _within(item, rename_in_query(widget.query, names), MAX_QUERY)
    if isinstance(text, str):
        fields["config"] = {**widget.config, "text": templating.rename_variables(text, names)}
    if isinstance(repeat, Mapping):
        by = str(repeat["variable"])
        fields["repeat"] = {**repeat, "variable": names.get(by, by)}
    panes = (
        replace(pane, title=_within(item, templating.rename_variables(pane.title, names), MAX_TITLE))
        if pane.title
        else pane
        for pane in item.panes
    )
    return replace(with_fields(item, **fields), panes=tuple(panes))


def _within(item: Item, words: str, most: int) -> str:
    if len(words) <= most:
        return words
    what = _("The new variable name makes text in “{title}” longer than {limit} characters.")
    title = widget_of(item).title[:60] or item.id
    raise Invalid(
        "variables.long-name", what.format(title=title, limit=most), do=_("Choose a shorter name."), item=item.id
    )

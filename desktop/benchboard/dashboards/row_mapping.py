"""Convert a document to rows of the tables `dashboards` and `widgets`, and back.

Each fact is stored once. In `dashboards`, name and description are the document's title and description; `layout` is
the rest of the document, whose `items` is the tree of containers, in which a string stands for a widget: the id of its
row. A row of `widgets` has the item's type, query, config and position, config and position as in the document. The
item's other data are in `config` under "benchboard":

    {"id": the document's id if it is not the row's, "type": a type that the table does not know (the row then has
     chart for a kind of chart, otherwise placeholder), "item": all other fields, and query and config if their values
     do not fit the columns}

An item's data_source_id is in the column of that name if it is a source of the organisation, which the database checks;
and always among the other fields, because the column is emptied when the source is removed, and a query over a source
must not become one over Benchboard's own data. Where they differ, the column is what another system wrote.

A row without "benchboard" is an item too: another system wrote it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from benchboard.dashboards.document.document import FORMAT, VERSION
from benchboard.dashboards.document.widget_kinds import STORED_AS
from benchboard.dashboards.layout import CONTAINERS, TABS, Layout, quote_id, quote_value
from benchboard.dashboards.layout.containers import DEEPEST
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.storage.models.base import new_id
from benchboard.storage.models.dashboards import WIDGET_TYPES

EXTRA: Final = "benchboard"
SOURCE: Final = "data_source_id"
_UNKNOWN: Final = "placeholder"
_ELSEWHERE: Final = frozenset(("format", "version", "title", "description"))
_COLUMNS: Final = frozenset(("id", "type", "query", "config", "position"))

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class WidgetRow:
    """A row of `widgets`; `id` is the row's."""

    id: str
    type: str
    config: Any
    query: str | None
    position: Any
    data_source_id: str | None = None


@dataclass(frozen=True, slots=True)
class DashboardRows:
    """A document as rows of the two tables."""

    name: str
    description: str | None
    layout: Any
    widgets: tuple[WidgetRow, ...] = field(default=())


def item_id(widget: WidgetRow) -> str:
    """The id of the row's item in the document."""
    stored_id = _extra(widget).get("id", widget.id)
    return stored_id if isinstance(stored_id, str) else widget.id


def named_sources(layout: Layout) -> frozenset[str]:
    """The data sources that the items of a document name, as they name them."""
    found: set[str] = set()
    layouts = [layout]
    while layouts:
        for item in layouts.pop().items:
            source = item.source.get(SOURCE)
            if isinstance(source, str):
                found.add(source)
            if item.panes:
                layouts += [pane.layout for pane in item.panes]
    return frozenset(found)


MadeRows = dict[str, tuple[Json, WidgetRow]]
"""The rows that were made last: by item id, the JSON of the item, and its row."""
_NOT_MADE: Final = (None, None)


def to_rows(
    written: Mapping[str, Any],
    rows: Mapping[str, str],
    sources: Collection[str] = frozenset(),
    known: MadeRows | None = None,
) -> DashboardRows:
    """The rows of a document of the newest version (`write_document`), which must be valid.

    `rows` maps document ids to the ids of existing rows; other items get new ones. `sources` are those of the
    organisation's data sources that the document names. `known` is kept from one time to the next: an item with the
    same JSON, as the same object, has the same row again.
    """
    widgets: list[WidgetRow] = []
    made: MadeRows = {} if known is None else known

    def nodes(items: Iterable[Json]) -> list[Any]:
        found: list[Any] = []
        for item in items:
            last, row = made.get(item["id"], _NOT_MADE)
            if last is not item or row is None or SOURCE in item or rows.get(item["id"]) != row.id:
                found.append(container(item) if item["type"] in CONTAINERS else widget(item))
            else:  # as it was made: most are
                widgets.append(row)
                found.append(row.id)
        return found

    def container(item: Json) -> Json:
        if item["type"] == TABS:
            return {**item, "tabs": [{**tab, "items": nodes(tab["items"])} for tab in item["tabs"]]}
        return {**item, "items": nodes(item["items"])}

    def widget(item: Json) -> str:
        row_id = rows.get(item["id"]) or new_id()
        last, row = made.get(item["id"], _NOT_MADE)
        if last is not item or row is None or row.id != row_id or row.data_source_id != _source(item, sources):
            row = _widget(item, row_id, sources)
            made[item["id"]] = (item, row)
        widgets.append(row)
        return row_id

    layout = {key: value for key, value in written.items() if key not in _ELSEWHERE} | {
        "items": nodes(written["items"])
    }
    return DashboardRows(str(written["title"]), str(written["description"]), layout, tuple(widgets))


def _widget(item: Json, row_id: str, sources: Collection[str]) -> WidgetRow:
    extra: Json = {}
    if item["id"] != row_id:
        extra["id"] = item["id"]
    if item["type"] not in WIDGET_TYPES:
        extra["type"] = item["type"]
    rest = {key: value for key, value in item.items() if key not in _COLUMNS}
    query = item.get("query")
    if "query" in item and not isinstance(query, str):
        rest["query"], query = query, None
    config = item.get("config")
    if "config" in item and (not config or not isinstance(config, dict) or EXTRA in config):
        rest["config"], config = config, None
    if rest:
        extra["item"] = rest
    stored = {**(config or {}), **({EXTRA: extra} if extra else {})}
    return WidgetRow(
        row_id,
        _row_type(item["type"]),
        stored,
        query,
        item["position"],
        _source(item, sources),
    )


def _row_type(item_type: str) -> str:
    if item_type in WIDGET_TYPES:
        return item_type
    return STORED_AS.get(item_type, _UNKNOWN)


def _source(item: Json, sources: Collection[str]) -> str | None:
    source = item.get(SOURCE)
    return source if isinstance(source, str) and source in sources else None


def from_rows(parts: DashboardRows) -> Json:
    """The document of these rows, as JSON for `parse_document`, which validates the rest.

    Widgets that the tree does not contain are added at its end. Raises `Invalid` naming item and field if the tree
    contains a missing widget, contains one twice, or isn't a tree.
    """
    if not isinstance(parts.layout, dict):
        _refuse("bad-layout", _("This dashboard must be an object, not {value}."), parts.layout)
    tree = _TreeReader(parts.widgets)
    items = list(tree.nodes(parts.layout.get("items", []), _("the dashboard"), 0))
    return {
        **parts.layout,
        "format": FORMAT,
        "version": VERSION,
        "title": parts.name,
        "description": parts.description or "",
        "items": [*items, *(_item(widget) for widget in tree.left.values())],
    }


class _TreeReader:
    """Reads one tree of containers; `left` are the widgets that have not occurred in it so far."""

    def __init__(self, widgets: Iterable[WidgetRow]) -> None:
        self.left = {widget.id: widget for widget in widgets}

    def nodes(self, items: object, where: str, depth: int) -> Iterator[object]:
        """The items of the container that errors call `where`."""
        if not isinstance(items, list) or depth > DEEPEST:
            what = _("The items of {item} must be a list nested at most eight levels deep, not {value}.")
            _refuse("bad-tree", what, items, where)
        for entry in items:
            if isinstance(entry, str):
                yield _item(self._taken(entry, where))
            elif isinstance(entry, dict):
                yield self._container(entry, where, depth)
            else:
                _refuse("bad-tree", _("In {item}, expected a widget or a container, but found {value}."), entry, where)

    def _taken(self, row_id: str, where: str) -> WidgetRow:
        if row_id not in self.left:
            what = _("In {item}, widget {value} is missing or listed twice.")
            _refuse("no-such-item", what, row_id, where)
        return self.left.pop(row_id)

    def _container(self, entry: Json, where: str, depth: int) -> Json:
        if entry.get("type") not in CONTAINERS:  # a whole widget, as in a document
            return entry
        where = str(entry.get("id", where))
        if isinstance(tabs := entry.get("tabs"), list) and entry["type"] == TABS:
            return {**entry, "tabs": [self._tab(tab, where, depth) for tab in tabs]}
        return {**entry, "items": list(self.nodes(entry.get("items", []), where, depth + 1))}

    def _tab(self, tab: object, where: str, depth: int) -> object:
        if not isinstance(tab, dict):
            return tab
        return {**tab, "items": list(self.nodes(tab.get("items", []), where, depth + 1))}


def _item(widget: WidgetRow) -> Json:
    extra = _extra(widget)
    config = {key: value for key, value in widget.config.items() if key != EXTRA}
    rest = extra.get("item", {})
    if not isinstance(rest, dict):
        _refuse(
            "bad-item",
            _("config.benchboard.item of item {item} must be an object, not {value}."),
            rest,
            item_id(widget),
        )
    item = {"id": extra.get("id", widget.id), "type": extra.get("type", widget.type), "position": widget.position}
    item |= {"query": widget.query} if widget.query is not None else {}
    item |= {"config": config} if config else {}
    item |= {SOURCE: widget.data_source_id} if widget.data_source_id is not None else {}
    return {**rest, **item, **{key: rest[key] for key in ("query", "config") if key in rest}}


def _extra(widget: WidgetRow) -> Json:
    config = widget.config
    if not isinstance(config, dict):
        _refuse("bad-config", _("config of item {item} must be an object, not {value}."), config, widget.id)
    extra = config.get(EXTRA, {})
    if not isinstance(extra, dict):
        _refuse("bad-config", _("config.benchboard of item {item} must be an object, not {value}."), extra, widget.id)
    return extra


def _refuse(code: str, what: str, value: object, item: str = "") -> NoReturn:
    field_name = {"bad-layout": "layout", "bad-config": "config", "bad-item": "config"}.get(code, "items")
    sentence = what.format(item=quote_id(item) if item else "", value=quote_value(value))
    raise Invalid(f"layout.{code}", sentence, item=item or None, field=field_name)

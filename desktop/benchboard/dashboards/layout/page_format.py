"""Read and write a page in the documented form (docs/dashboard-format.md), containers included."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from benchboard.dashboards.layout.containers import (
    CONTAINERS,
    DEEPEST,
    HEADING,
    MAX_TABS,
    ROW,
    TABS,
    PageIndex,
    Path,
    height,
)
from benchboard.dashboards.layout.model import (
    MAX_HEIGHT,
    MAX_ID,
    MAX_ITEMS,
    Cell,
    Item,
    Layout,
    Pane,
    parse_columns,
    parse_item,
    quote_id,
    quote_value,
    refuse,
    written_item,
)
from benchboard.i18n import _

ItemParser = Callable[[object, int], tuple[Item, Cell]]


def parse_page(value: object, *, columns: int = 12, parse: ItemParser = parse_item) -> Layout:
    """The layout that decoded JSON describes, containers included. Raises `Invalid` with item and field as `parse`
    does, also for an id used twice in different containers and for containers more than eight deep. `parse` stands for
    `parse_item`, where items are known already."""
    return _Reader(parse).layout(value, parse_columns(columns), "items", 0)


WrittenItems = dict[str, tuple[Item, Cell, dict[str, object]]]
"""The last written items: by id, the item, its cell, and its JSON."""


def serialise_page(layout: Layout, known: WrittenItems | None = None) -> list[dict[str, object]]:
    """The layout in the documented form, containers included.

    `known` is kept from one layout of a page to the next: an unchanged item in an unchanged cell is the same object
    again, and costs next to nothing. The result must then not be changed.
    """
    written = []
    lasts: WrittenItems = {} if known is None else known
    for item, cell in zip(layout.items, layout.cells, strict=True):
        last = lasts.get(item.id)
        if last is not None and last[0] is item and last[1] == cell:
            written.append(last[2])
            continue
        entry = written_item(item, cell)
        if item.panes:
            _write_panes(item, cell, entry, known)
        written.append(entry)
        if known is not None:
            known[item.id] = (item, cell, entry)
    return written


class _Reader:
    """Reads one document, with the ids seen so far in any container."""

    def __init__(self, parse: ItemParser) -> None:
        self._seen: set[str] = set()
        self._parse = parse

    def layout(self, value: object, columns: int, where: str, depth: int) -> Layout:
        if value is None and where == "items":
            refuse("not-a-list", _("There's no list of widgets: “items” is missing."), None, where)
        if not isinstance(value, list):
            what = _("{field} is {value}; it must be a list.").format(field=where, value=quote_value(value))
            refuse("not-a-list", what, None, where)
        if len(self._seen) + len(value) > MAX_ITEMS:
            what = _("There are more than {limit} items, the limit for a dashboard.").format(limit=MAX_ITEMS)
            refuse("too-many-items", what, None, where)
        return Layout.of(columns, [self._item(entry, k, columns, depth) for k, entry in enumerate(value)])

    def _item(self, entry: object, place: int, columns: int, depth: int) -> tuple[Item, Cell]:
        item, cell = self._parse(entry, place)
        if item.id in self._seen:
            refuse("duplicate-id", _("Two items have the ID {item}.").format(item=quote_id(item.id)), item.id, "id")
        self._seen.add(item.id)
        if item.type not in CONTAINERS:
            return item, cell
        if depth == DEEPEST:
            what = _("Item {item} is nested more than {limit} containers deep.").format(
                item=quote_id(item.id), limit=DEEPEST
            )
            refuse("too-deep", what, item.id, "items")
        item = self._tabs(item, cell, depth) if item.type == TABS else self._single(item, cell, columns, depth)
        return item, cell._replace(h=height(item))

    def _single(self, item: Item, cell: Cell, columns: int, depth: int) -> Item:
        collapsed = item.source.get("collapsed", False)
        if not isinstance(collapsed, bool):
            what = _("collapsed of item {item} is {value}; it must be true or false.")
            refuse(
                "bad-collapsed",
                what.format(item=quote_id(item.id), value=quote_value(collapsed)),
                item.id,
                "collapsed",
            )
        is_row = item.type == ROW
        inside = self.layout(item.source.get("items", []), columns if is_row else cell.w, f"{item.id}.items", depth + 1)
        top = 0
        if is_row:
            highest = min((inner.y for inner in inside.cells), default=cell.y + HEADING)
            top = highest if collapsed else min(highest, cell.y + HEADING)
            inside = inside.moved_to([inner._replace(y=inner.y - top) for inner in inside.cells])
        pane = Pane(inside, top=top if collapsed and is_row else 0)
        return replace(item, source=_less(item.source, "items"), panes=(pane,), collapsed=collapsed and is_row)

    def _tabs(self, item: Item, cell: Cell, depth: int) -> Item:
        tabs = item.source.get("tabs")
        if not isinstance(tabs, list) or not 0 < len(tabs) <= MAX_TABS:
            what = _("tabs of item {item} is {value}; it must be a list of 1 to {limit} tabs.")
            refuse(
                "bad-tabs",
                what.format(item=quote_id(item.id), value=quote_value(tabs), limit=MAX_TABS),
                item.id,
                "tabs",
            )
        panes = [self._tab(item, tab, k, cell.w, depth) for k, tab in enumerate(tabs)]
        names = [pane.id for pane in panes]
        if len(set(names)) != len(names):
            twice = next(name for k, name in enumerate(names) if name in names[:k])
            what = _("Two tabs of item {item} have the ID {tab}.").format(item=quote_id(item.id), tab=quote_id(twice))
            refuse("duplicate-id", what, item.id, "tabs")
        active = item.source.get("active", names[0])
        if active not in names:
            what = _("active of item {item} is {value}; it must be the ID of one of its tabs.")
            refuse("bad-active", what.format(item=quote_id(item.id), value=quote_value(active)), item.id, "active")
        return replace(item, source=_less(item.source, "tabs"), panes=tuple(panes), active=names.index(str(active)))

    def _tab(self, item: Item, tab: object, place: int, columns: int, depth: int) -> Pane:
        where = f"tabs.{place}"
        if not isinstance(tab, dict):
            what = _("Tab {place} of item {item} is {value}; it must be an object.")
            refuse(
                "bad-tab",
                what.format(place=place + 1, item=quote_id(item.id), value=quote_value(tab)),
                item.id,
                where,
            )
        name, title = tab.get("id"), tab.get("title", "")
        for key, value, least in (("id", name, 1), ("title", title, 0)):
            if not isinstance(value, str) or not least <= len(value) <= MAX_ID:
                what = _(
                    "{field} of tab {place} of item {item} is {value}; it must be text of up to {limit} characters."
                )
                facts = {
                    "field": key,
                    "place": place + 1,
                    "item": quote_id(item.id),
                    "value": quote_value(value),
                    "limit": MAX_ID,
                }
                refuse("bad-tab", what.format(**facts), item.id, f"{where}.{key}")
        inside = self.layout(tab.get("items", []), columns, f"{item.id}.{where}.items", depth + 1)
        return Pane(inside, str(name), str(title), source=_less(tab, "items"))


def _less(source: Mapping[str, object], key: str) -> Mapping[str, object]:
    return MappingProxyType({name: value for name, value in source.items() if name != key})


def _write_panes(item: Item, cell: Cell, written: dict[str, object], known: WrittenItems | None) -> None:
    position = written["position"]
    assert isinstance(position, dict)
    position["h"] = HEADING if item.type == ROW else min(cell.h, MAX_HEIGHT)
    if item.type == TABS:
        written["active"] = item.panes[item.active].id
        written["tabs"] = [
            {**pane.source, "id": pane.id, "title": pane.title, "items": serialise_page(pane.layout, known)}
            for pane in item.panes
        ]
        return
    inside = item.panes[0].layout
    if item.type == ROW:
        top = item.panes[0].top if item.collapsed else cell.y + HEADING
        inside = inside.moved_to([inner._replace(y=inner.y + top) for inner in inside.cells])
        if item.collapsed or "collapsed" in item.source:
            written["collapsed"] = item.collapsed
    written["items"] = serialise_page(inside, known)


def written_rows(layout: Layout, top: int = 0) -> Iterator[tuple[str, int]]:
    """The ids of all items, each with the row that `serialise_page` writes for it."""
    for item, cell in layout:
        row = cell.y + top
        yield item.id, row
        for pane in item.panes:
            beginning = 0 if item.type != ROW else pane.top if item.collapsed else row + HEADING
            yield from written_rows(pane.layout, beginning)


def numbering_grid(page: PageIndex, path: Path) -> Path:
    """The path of the grid whose rows are counted in a grid's document cells: its own, or for a row's grid the one
    around the row."""
    while path and page.item(path[-1][0]).type == ROW:
        path = path[:-1]
    return path


def document_cell(page: PageIndex, item_id: str) -> Cell:
    """An item's cell as its document writes it. The cells in groups and tabs are relative to their own grid; those in a
    row continue the row numbers of the grid around it. Raises `Invalid` if there is no such item."""
    cell = page.cell(item_id)
    return cell._replace(y=cell.y + rows_above(page, page.path(item_id)))


def rows_above(page: PageIndex, path: Path) -> int:
    """How many rows are above the first one of a grid where its document counts them: 0 unless the grid is a row's."""
    y = 0
    for outer, _k in reversed(path):
        row = page.item(outer)
        if row.type != ROW:
            break
        if row.collapsed:
            y += row.panes[0].top
            break
        y += page.cell(outer).y + HEADING
    return y

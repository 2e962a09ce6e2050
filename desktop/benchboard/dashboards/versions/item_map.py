"""A dashboard as a map of its items: each item's fields as JSON, and its position, by id.

Two or three dashboards are compared and merged item by item in this form, and any result becomes a document again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

from benchboard.dashboards.document.document import (
    FORMAT,
    VERSION,
    Document,
    fitted_document,
    parse_document,
    write_document,
)
from benchboard.dashboards.layout import (
    CONTAINERS,
    DEEPEST,
    HEADING,
    MAX_COLUMNS,
    MAX_ROW,
    ROW,
    TABS,
    Cell,
    Item,
    Layout,
    Pane,
    fitted,
    parse_item,
    serialise,
)
from benchboard.dashboards.versions.json_fields import Tree, tree_of


class ItemPosition(NamedTuple):
    """An item's position: its container ("" is the page), the container's pane ("" unless it is a tab), and its
    cell.
    """

    container: str
    pane: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class MappedItem:
    """One item without its children. `fields` is its JSON without id and position; tabs are in it as
    `{"order": […], "each": {…}}`, like the variables in a document's fields."""

    id: str
    fields: Tree
    position: ItemPosition
    top: int = 0
    """Where the items of a collapsed row began in its document."""

    @property
    def type(self) -> str:
        return str(self.fields["type"])

    @property
    def is_container(self) -> bool:
        """Whether it is a container."""
        return self.type in CONTAINERS


@dataclass(frozen=True, slots=True)
class ItemMap:
    """A dashboard's fields besides its items, and its items by id in the document's order."""

    fields: Tree
    items: dict[str, MappedItem]
    form: int = VERSION


# From a document


def to_item_map(document: Document) -> ItemMap:
    """The map of a document, with the positions at which its items are shown (`fitted_document`)."""
    document = fitted_document(document)
    written = write_document(replace(document, layout=Layout.of(document.layout.columns, ())))
    fields: Tree = {
        key: value for key, value in written.items() if key not in ("format", "version", "items", "variables")
    }
    variables = {str(variable["name"]): variable for variable in _objects(written["variables"])}
    fields["variables"] = {"order": list(variables), "each": variables}
    return ItemMap(fields, dict(_mapped_items(document.layout, "", "")), document.form)


def _mapped_items(layout: Layout, container: str, pane_id: str) -> Iterator[tuple[str, MappedItem]]:
    for (item, cell), written in zip(layout, serialise(layout), strict=True):
        top = item.panes[0].top if item.panes else 0
        yield item.id, MappedItem(item.id, _fields_of(item, written), ItemPosition(container, pane_id, cell), top)
        for pane in item.panes:
            yield from _mapped_items(pane.layout, item.id, pane.id)


def _fields_of(item: Item, written: Tree) -> Tree:
    position = written.pop("position")
    del written["id"]
    more = {key: value for key, value in tree_of(position).items() if key not in Cell._fields}
    if more:
        written["position"] = more
    if item.panes and item.type == TABS:
        written["active"] = item.panes[item.active].id
        each = {pane.id: {**pane.source, "title": pane.title} for pane in item.panes}
        for tab in each.values():
            tab.pop("id", None)
        written["tabs"] = {"order": list(each), "each": each}
    elif item.panes and item.type == ROW and (item.collapsed or "collapsed" in written):
        written["collapsed"] = item.collapsed
    return written


def _objects(value: object) -> Iterator[Tree]:
    assert isinstance(value, list)
    yield from value


# To a document


def from_item_map(item_map: ItemMap, removed: Mapping[str, ItemPosition] = MappingProxyType({})) -> Document:
    """The document of these items, fitted.

    An item whose container is missing, is no container or is nested too deep goes to the surrounding grid, in the same
    position; `removed` has the positions of removed containers. Containers must not contain each other (`find_cycle`).
    """
    positions = {**removed, **{item.id: item.position for item in item_map.items.values()}}
    inside: dict[tuple[str, str], list[MappedItem]] = {}
    for item in item_map.items.values():
        position = _home_position(item, positions, item_map.items)
        inside.setdefault((position.container, position.pane), []).append(replace(item, position=position))
    bare = parse_document(
        {
            **item_map.fields,
            "format": FORMAT,
            "version": VERSION,
            "variables": _variables(tree_of(item_map.fields["variables"])),
            "items": [],
        }
    )
    layout = _layout(inside, "", "", bare.layout.columns)
    return replace(bare, layout=fitted(layout, bare.compact), form=item_map.form)


def _variables(variables: Tree) -> list[object]:
    each, order = tree_of(variables["each"]), variables["order"]
    assert isinstance(order, list)
    return [each[name] for name in order]


def _home_position(
    item: MappedItem, positions: Mapping[str, ItemPosition], items: Mapping[str, MappedItem]
) -> ItemPosition:
    """Its position, in a grid that exists."""
    position, deepest = item.position, DEEPEST - item.is_container
    for _step in range(len(positions)):
        container = items.get(position.container)
        if not position.container:
            return position
        if container is not None and container.is_container and _depth(container, positions) < deepest:
            panes = pane_ids(container)
            return position if position.pane in panes else position._replace(pane=panes[0])
        around = positions.get(position.container)
        if around is None:
            break
        x, y = position.cell.x + around.cell.x, position.cell.y + around.cell.y + HEADING
        position = around._replace(cell=position.cell._replace(x=min(x, MAX_COLUMNS - 1), y=min(y, MAX_ROW)))
    return position._replace(container="", pane="")


def _depth(item: MappedItem, positions: Mapping[str, ItemPosition]) -> int:
    depth, container = 0, item.position.container
    while container in positions and depth <= DEEPEST:
        depth, container = depth + 1, positions[container].container
    return depth


def pane_ids(item: MappedItem) -> list[str]:
    """The ids of a container's panes: those of its tabs, or the one empty id of a row or group."""
    if item.type != TABS:
        return [""]
    tabs = tree_of(item.fields.get("tabs", {}))
    order = tabs.get("order")
    return [name for name in order if isinstance(name, str)] or ["1"] if isinstance(order, list) else ["1"]


def _layout(inside: Mapping[tuple[str, str], list[MappedItem]], container: str, pane_id: str, columns: int) -> Layout:
    items = inside.get((container, pane_id), [])
    return Layout.of(columns, [_placed(item, inside, columns) for item in items])


def _placed(mapped: MappedItem, inside: Mapping[tuple[str, str], list[MappedItem]], columns: int) -> tuple[Item, Cell]:
    fields, cell = dict(mapped.fields), mapped.position.cell
    tabs = fields.pop("tabs", None) if mapped.type == TABS else None
    item, cell = parse_item(
        {"id": mapped.id, **fields, "position": {**tree_of(fields.get("position", {})), **cell._asdict()}}
    )
    if not mapped.is_container:
        return item, cell
    wide = columns if item.type == ROW else min(cell.w, columns)
    if item.type == TABS:
        panes = tuple(_tab(item.id, name, tree_of(tabs or {}), inside, wide) for name in pane_ids(mapped))
        active = next((k for k, pane in enumerate(panes) if pane.id == fields.get("active")), 0)
        return replace(item, panes=panes, active=active), cell
    collapsed = item.type == ROW and fields.get("collapsed") is True
    pane = Pane(_layout(inside, item.id, "", wide), top=mapped.top if collapsed else 0)
    return replace(item, panes=(pane,), collapsed=collapsed), cell


def _tab(
    container: str, name: str, tabs: Tree, inside: Mapping[tuple[str, str], list[MappedItem]], columns: int
) -> Pane:
    own = tree_of(tree_of(tabs.get("each", {})).get(name, {}))
    source = MappingProxyType({"id": name, **own})
    return Pane(_layout(inside, container, name, columns), name, str(own.get("title", "")), source=source)


def find_cycle(positions: Mapping[str, ItemPosition]) -> tuple[str, ...]:
    """Containers that lie in each other, each in the next; () if there are none."""
    free: set[str] = set()
    for start in positions:
        trail: dict[str, None] = {}
        name = start
        while name in positions and name not in free and name not in trail:
            trail[name] = None
            name = positions[name].container
        if name in trail:
            names = list(trail)
            return tuple(names[names.index(name) :])
        free.update(trail)
    return ()


def same_position(one: MappedItem, other: MappedItem) -> bool:
    """Whether two items have the same position, apart from derived values: a container's height (from its content) and
    a row's width (from its grid).
    """
    return _put(one) == _put(other)


def _put(item: MappedItem) -> ItemPosition:
    cell = item.position.cell
    if item.is_container:
        cell = cell._replace(h=0, **({"x": 0, "w": 0} if item.type == ROW else {}))
    return item.position._replace(cell=cell)

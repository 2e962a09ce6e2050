"""A dashboard as a map of its items: each item's fields as JSON, and its position, by id.

Two or three dashboards are compared and merged item by item in this form, and any result becomes a document again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, NamedTuple

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
    written_item,
)
from benchboard.dashboards.versions.json_fields import Tree, tree_of

_CELL: Final = frozenset(Cell._fields)


class ItemPosition(NamedTuple):
    """An item's position: its container ("" is the page), the container's pane ("" unless it is a tab), and its
    cell.
    """

    container: str
    pane: str
    cell: Cell

    def resized(self, before: "ItemPosition") -> bool:
        """Whether this is another size than `before`, and not another place: dragging a left or upper edge changes
        both. A lower height elsewhere is a move, as groups shrink with their content.
        """
        return self.cell.w != before.cell.w or (
            self[:2] == before[:2] and self.cell[:2] == before.cell[:2] and self.cell.h != before.cell.h
        )


@dataclass(frozen=True, slots=True)
class MappedItem:
    """One item without its children. `fields` is its JSON without id and position; tabs are in it as
    `{"order": […], "each": {…}}`, like the variables in a document's fields."""

    id: str
    fields: Tree
    position: ItemPosition
    top: int = 0
    """Where the items of a collapsed row began in its document."""
    origin: tuple[Item, Tree] | None = field(default=None, compare=False, repr=False)
    """An item of a document, and the fields that were read from it: while `fields` are these, it is that item."""

    @property
    def type(self) -> str:
        return str(self.fields["type"])

    @property
    def is_container(self) -> bool:
        """Whether it is a container."""
        return self.type in CONTAINERS

    @property
    def unchanged_item(self) -> Item | None:
        """The item that the document has it from, if only its position can be another."""
        if self.origin is None or self.origin[1] is not self.fields or self.origin[0].id != self.id:
            return None
        return self.origin[0]


@dataclass(frozen=True, slots=True)
class ItemMap:
    """A dashboard's fields besides its items, and its items by id in the document's order."""

    fields: Tree
    items: dict[str, MappedItem]
    form: int = VERSION


# From a document


def to_item_map(document: Document, like: ItemMap | None = None) -> ItemMap:
    """The map of a document, with the positions at which its items are shown (`fitted_document`).

    `like` is the map of another version of the document. Items that both have, as the same objects in the same cells,
    are the same objects in both maps: what compares two versions can pass over them.
    """
    document = fitted_document(document)
    written = write_document(replace(document, layout=Layout.of(document.layout.columns, ())))
    fields: Tree = {
        key: value for key, value in written.items() if key not in ("format", "version", "items", "variables")
    }
    variables = {str(variable["name"]): variable for variable in _objects(written["variables"])}
    fields["variables"] = {"order": list(variables), "each": variables}
    items: dict[str, MappedItem] = {}
    _map_items(document.layout, "", "", like.items if like is not None else {}, items)
    return ItemMap(fields, items, document.form)


def _map_items(
    layout: Layout, container: str, pane_id: str, like: Mapping[str, MappedItem], items: dict[str, MappedItem]
) -> None:
    """Add the items of a grid, and of the grids inside it, to `items`."""
    for item, cell in zip(layout.items, layout.cells, strict=True):
        known = like.get(item.id)
        if known is None or known.origin is None or known.origin[0] is not item:
            fields = _fields_of(item, cell)
            top = item.panes[0].top if item.panes else 0
            position = ItemPosition(container, pane_id, cell)
            items[item.id] = MappedItem(item.id, fields, position, top, (item, fields))
        elif known.position == (container, pane_id, cell):
            items[item.id] = known
        else:
            items[item.id] = replace(known, position=ItemPosition(container, pane_id, cell))
        for pane in item.panes:
            _map_items(pane.layout, item.id, pane.id, like, items)


def _fields_of(item: Item, cell: Cell) -> Tree:
    written = {**item.source, "type": item.type} if item.source else written_item(item, cell)
    written.pop("id", None)
    position = tree_of(written.pop("position", None))
    if not position.keys() <= _CELL:
        written["position"] = {key: value for key, value in position.items() if key not in _CELL}
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
    positions = {**removed, **{item_id: item.position for item_id, item in item_map.items.items()}}
    inside: dict[tuple[str, str], list[MappedItem]] = {}
    for item in item_map.items.values():
        position = _home_position(item, positions, item_map.items) if item.position.container else item.position
        placed = item if position is item.position else replace(item, position=position)
        inside.setdefault((position.container, position.pane), []).append(placed)
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
    placed = []
    for item in inside.get((container, pane_id), []):
        unchanged = item.unchanged_item
        if unchanged is not None and unchanged.type not in CONTAINERS:
            placed.append((unchanged, item.position.cell))
        else:
            placed.append(_placed(item, inside, columns))
    return Layout.of(columns, placed)


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

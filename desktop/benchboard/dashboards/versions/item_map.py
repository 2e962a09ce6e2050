"""A dashboard taken apart: each item by itself, what it says as a tree of JSON and where it lies, so that two or three
dashboards can be compared and mixed item by item, and put together again whatever the mixture."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

from benchboard.dashboards import layout as grid
from benchboard.dashboards.document.document import FORMAT, VERSION, Document, fitted, parse_document, write_document
from benchboard.dashboards.layout import Cell, Item, Layout, Pane
from benchboard.dashboards.versions.json_fields import Tree, tree_of


class ItemPosition(NamedTuple):
    """Where an item lies: in which pane of which container ("" is the page, and a pane that is no tab), and its cell
    there."""

    container: str
    pane: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class MappedItem:
    """An item by itself. `says` is its JSON without id and place; tabs stand in it as `{"order": […], "each": {…}}`, as
    variables do in a document's."""

    id: str
    says: Tree
    place: ItemPosition
    top: int = 0
    """Where the items of a collapsed row began in its document."""

    @property
    def type(self) -> str:
        return str(self.says["type"])

    @property
    def holds(self) -> bool:
        """Whether it is a container."""
        return self.type in grid.CONTAINERS


@dataclass(frozen=True, slots=True)
class ItemMap:
    """A dashboard taken apart: what it says besides its items, and its items in the document's order."""

    says: Tree
    pieces: dict[str, MappedItem]
    form: int = VERSION


# Taking apart


def to_item_map(document: Document) -> ItemMap:
    """The document's pieces, each where it is shown: the layout is `fitted` before."""
    document = fitted(document)
    said = write_document(replace(document, layout=Layout.of(document.layout.columns, ())))
    says: Tree = {key: value for key, value in said.items() if key not in ("format", "version", "items", "variables")}
    variables = {str(variable["name"]): variable for variable in _objects(said["variables"])}
    says["variables"] = {"order": list(variables), "each": variables}
    return ItemMap(says, dict(_mapped_items(document.layout, "", "")), document.form)


def _mapped_items(layout: Layout, container: str, pane_id: str) -> Iterator[tuple[str, MappedItem]]:
    for (item, cell), written in zip(layout, grid.serialise(layout), strict=True):
        top = item.panes[0].top if item.panes else 0
        yield item.id, MappedItem(item.id, _fields_of(item, written), ItemPosition(container, pane_id, cell), top)
        for pane in item.panes:
            yield from _mapped_items(pane.layout, item.id, pane.id)


def _fields_of(item: Item, written: Tree) -> Tree:
    position = written.pop("position")
    del written["id"]
    more = {key: value for key, value in dict(position).items() if key not in Cell._fields}  # type: ignore[call-overload]  # it is an object
    if more:
        written["position"] = more
    if item.panes and item.type == grid.TABS:
        written["active"] = item.panes[item.active].id
        each = {pane.id: {**pane.source, "title": pane.title} for pane in item.panes}
        for tab in each.values():
            tab.pop("id", None)
        written["tabs"] = {"order": list(each), "each": each}
    elif item.panes and item.type == grid.ROW and (item.collapsed or "collapsed" in written):
        written["collapsed"] = item.collapsed
    return written


def _objects(value: object) -> Iterator[Tree]:
    assert isinstance(value, list)
    yield from value


# Putting together


def from_item_map(whole: ItemMap, gone: Mapping[str, ItemPosition] = MappingProxyType({})) -> Document:
    """The document of these pieces, fitted. What lies in no container there is, in none that holds, or too deep, goes
    to the grid around it, to where it was seen; `gone` says where containers were. Containers that lie in each other
    must not be there (`find_cycle`)."""
    places = {**gone, **{piece.id: piece.place for piece in whole.pieces.values()}}
    inside: dict[tuple[str, str], list[MappedItem]] = {}
    for piece in whole.pieces.values():
        place = _homed(piece, places, whole.pieces)
        inside.setdefault((place.container, place.pane), []).append(replace(piece, place=place))
    bare = parse_document(
        {
            **whole.says,
            "format": FORMAT,
            "version": VERSION,
            "variables": _variables(tree_of(whole.says["variables"])),
            "items": [],
        }
    )
    layout = _layout(inside, "", "", bare.layout.columns)
    return replace(bare, layout=grid.fitted(layout, bare.compact), form=whole.form)


def _variables(said: Tree) -> list[object]:
    each, order = tree_of(said["each"]), said["order"]
    assert isinstance(order, list)
    return [each[name] for name in order]


def _homed(piece: MappedItem, places: Mapping[str, ItemPosition], pieces: Mapping[str, MappedItem]) -> ItemPosition:
    """Its place, in a grid that exists."""
    place, deepest = piece.place, grid.DEEPEST - piece.holds
    for _step in range(len(places)):
        holder = pieces.get(place.container)
        if not place.container:
            return place
        if holder is not None and holder.holds and _depth(holder, places) < deepest:
            panes = pane_ids(holder)
            return place if place.pane in panes else place._replace(pane=panes[0])
        around = places.get(place.container)
        if around is None:
            break
        x, y = place.cell.x + around.cell.x, place.cell.y + around.cell.y + grid.HEADING
        place = around._replace(cell=place.cell._replace(x=min(x, grid.MAX_COLUMNS - 1), y=min(y, grid.MAX_ROW)))
    return place._replace(container="", pane="")


def _depth(piece: MappedItem, places: Mapping[str, ItemPosition]) -> int:
    depth, container = 0, piece.place.container
    while container in places and depth <= grid.DEEPEST:
        depth, container = depth + 1, places[container].container
    return depth


def pane_ids(piece: MappedItem) -> list[str]:
    """The names of a container's panes: of tabs theirs, else the one without a name."""
    if piece.type != grid.TABS:
        return [""]
    tabs = tree_of(piece.says.get("tabs", {}))
    return [name for name in tabs.get("order", []) if isinstance(name, str)] or ["1"]  # type: ignore[attr-defined]


def _layout(inside: Mapping[tuple[str, str], list[MappedItem]], container: str, pane_id: str, columns: int) -> Layout:
    pieces = inside.get((container, pane_id), [])
    return Layout.of(columns, [_placed(piece, inside, columns) for piece in pieces])


def _placed(piece: MappedItem, inside: Mapping[tuple[str, str], list[MappedItem]], columns: int) -> tuple[Item, Cell]:
    says, cell = dict(piece.says), piece.place.cell
    tabs = says.pop("tabs", None) if piece.type == grid.TABS else None
    item, cell = grid.parse_item(
        {"id": piece.id, **says, "position": {**tree_of(says.get("position", {})), **cell._asdict()}}
    )
    if not piece.holds:
        return item, cell
    wide = columns if piece.type == grid.ROW else min(cell.w, columns)
    if piece.type == grid.TABS:
        panes = tuple(_tab(piece.id, name, tree_of(tabs or {}), inside, wide) for name in pane_ids(piece))
        active = next((k for k, pane in enumerate(panes) if pane.id == says.get("active")), 0)
        return replace(item, panes=panes, active=active), cell
    collapsed = piece.type == grid.ROW and says.get("collapsed") is True
    pane = Pane(_layout(inside, piece.id, "", wide), top=piece.top if collapsed else 0)
    return replace(item, panes=(pane,), collapsed=collapsed), cell


def _tab(
    container: str, name: str, tabs: Tree, inside: Mapping[tuple[str, str], list[MappedItem]], columns: int
) -> Pane:
    own = tree_of(tree_of(tabs.get("each", {})).get(name, {}))
    source = MappingProxyType({"id": name, **own})
    return Pane(_layout(inside, container, name, columns), name, str(own.get("title", "")), source=source)


def find_cycle(places: Mapping[str, ItemPosition]) -> tuple[str, ...]:
    """Containers that lie in each other, each in the next; () if there are none."""
    free: set[str] = set()
    for start in places:
        trail: dict[str, None] = {}
        name = start
        while name in places and name not in free and name not in trail:
            trail[name] = None
            name = places[name].container
        if name in trail:
            names = list(trail)
            return tuple(names[names.index(name) :])
        free.update(trail)
    return ()


def same_position(one: MappedItem, other: MappedItem) -> bool:
    """Whether two pieces lie in the same place, as far as somebody put them there: a container's height follows from
    what it holds, a row's width from its grid."""
    return _put(one) == _put(other)


def _put(piece: MappedItem) -> ItemPosition:
    cell = piece.place.cell
    if piece.holds:
        cell = cell._replace(h=0, **({"x": 0, "w": 0} if piece.type == grid.ROW else {}))
    return piece.place._replace(cell=cell)

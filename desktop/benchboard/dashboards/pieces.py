"""A dashboard taken apart: each item by itself, what it says as a tree of JSON and where it lies, so that two or three
dashboards can be compared and mixed item by item, and put together again whatever the mixture."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, NamedTuple

from benchboard.dashboards import layout as grid
from benchboard.dashboards.document import FORMAT, VERSION, Document, fitted, parse_document, write_document
from benchboard.dashboards.layout import Cell, Item, Layout, Pane

Path = tuple[str, ...]
"""A field of an item or a document: `("config", "unit")`."""
PLACE: Final[Path] = ("position",)
"""The one field that is where an item lies: its grid and its cell there."""
WHOLE: Final[Path] = ()
"""The one field that is an item as such."""


class _Absent:
    """What a field is that is not there."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()
Tree = dict[str, object]


class Place(NamedTuple):
    """Where an item lies: in which pane of which container ("" is the page, and a pane that is no tab), and its cell
    there."""

    container: str
    pane: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class Piece:
    """An item by itself. `says` is its JSON without id and place; tabs stand in it as `{"order": […], "each": {…}}`, as
    variables do in a document's."""

    id: str
    says: Tree
    place: Place
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
class Apart:
    """A dashboard taken apart: what it says besides its items, and its items in the document's order."""

    says: Tree
    pieces: dict[str, Piece]
    form: int = VERSION


class Change(NamedTuple):
    """A field that says something else; `ABSENT` where it says nothing."""

    path: Path
    old: object
    new: object


# Taking apart


def apart(document: Document) -> Apart:
    """The document's pieces, each where it is shown: the layout is `fitted` before."""
    document = fitted(document)
    said = write_document(replace(document, layout=Layout.of(document.layout.columns, ())))
    says: Tree = {key: value for key, value in said.items() if key not in ("format", "version", "items", "variables")}
    variables = {str(variable["name"]): variable for variable in _objects(said["variables"])}
    says["variables"] = {"order": list(variables), "each": variables}
    return Apart(says, dict(_pieces(document.layout, "", "")), document.form)


def _pieces(layout: Layout, container: str, pane_id: str) -> Iterator[tuple[str, Piece]]:
    for (item, cell), written in zip(layout, grid.serialise(layout), strict=True):
        top = item.panes[0].top if item.panes else 0
        yield item.id, Piece(item.id, _says(item, written), Place(container, pane_id, cell), top)
        for pane in item.panes:
            yield from _pieces(pane.layout, item.id, pane.id)


def _says(item: Item, written: Tree) -> Tree:
    position = written.pop("position")
    del written["id"]
    more = {key: value for key, value in dict(position).items() if key not in Cell._fields}  # type: ignore[call-overload]
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


def together(whole: Apart, gone: Mapping[str, Place] = MappingProxyType({})) -> Document:
    """The document of these pieces, fitted. What lies in no container there is, in none that holds, or too deep, goes
    to the grid around it, to where it was seen; `gone` says where containers were. Containers that lie in each other
    must not be there (`loop`)."""
    places = {**gone, **{piece.id: piece.place for piece in whole.pieces.values()}}
    inside: dict[tuple[str, str], list[Piece]] = {}
    for piece in whole.pieces.values():
        place = _homed(piece, places, whole.pieces)
        inside.setdefault((place.container, place.pane), []).append(replace(piece, place=place))
    bare = parse_document(
        {
            **whole.says,
            "format": FORMAT,
            "version": VERSION,
            "variables": _variables(_tree(whole.says["variables"])),
            "items": [],
        }
    )
    layout = _layout(inside, "", "", bare.layout.columns)
    return replace(bare, layout=grid.fitted(layout, bare.compact), form=whole.form)


def _variables(said: Tree) -> list[object]:
    each, order = _tree(said["each"]), said["order"]
    assert isinstance(order, list)
    return [each[name] for name in order]


def _homed(piece: Piece, places: Mapping[str, Place], pieces: Mapping[str, Piece]) -> Place:
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


def _depth(piece: Piece, places: Mapping[str, Place]) -> int:
    depth, container = 0, piece.place.container
    while container in places and depth <= grid.DEEPEST:
        depth, container = depth + 1, places[container].container
    return depth


def pane_ids(piece: Piece) -> list[str]:
    """The names of a container's panes: of tabs theirs, else the one without a name."""
    if piece.type != grid.TABS:
        return [""]
    tabs = _tree(piece.says.get("tabs", {}))
    return [name for name in tabs.get("order", []) if isinstance(name, str)] or ["1"]  # type: ignore[attr-defined]


def _layout(inside: Mapping[tuple[str, str], list[Piece]], container: str, pane_id: str, columns: int) -> Layout:
    pieces = inside.get((container, pane_id), [])
    return Layout.of(columns, [_placed(piece, inside, columns) for piece in pieces])


def _placed(piece: Piece, inside: Mapping[tuple[str, str], list[Piece]], columns: int) -> tuple[Item, Cell]:
    says, cell = dict(piece.says), piece.place.cell
    tabs = says.pop("tabs", None) if piece.type == grid.TABS else None
    item, cell = grid.parse_item(
        {"id": piece.id, **says, "position": {**_tree(says.get("position", {})), **cell._asdict()}}
    )
    if not piece.holds:
        return item, cell
    wide = columns if piece.type == grid.ROW else min(cell.w, columns)
    if piece.type == grid.TABS:
        panes = tuple(_tab(piece.id, name, _tree(tabs or {}), inside, wide) for name in pane_ids(piece))
        active = next((k for k, pane in enumerate(panes) if pane.id == says.get("active")), 0)
        return replace(item, panes=panes, active=active), cell
    collapsed = piece.type == grid.ROW and says.get("collapsed") is True
    pane = Pane(_layout(inside, piece.id, "", wide), top=piece.top if collapsed else 0)
    return replace(item, panes=(pane,), collapsed=collapsed), cell


def _tab(container: str, name: str, tabs: Tree, inside: Mapping[tuple[str, str], list[Piece]], columns: int) -> Pane:
    own = _tree(_tree(tabs.get("each", {})).get(name, {}))
    source = MappingProxyType({"id": name, **own})
    return Pane(_layout(inside, container, name, columns), name, str(own.get("title", "")), source=source)


def _tree(value: object) -> Tree:
    return value if isinstance(value, dict) else {}


def loop(places: Mapping[str, Place]) -> tuple[str, ...]:
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


# Fields


def is_open(path: Path) -> bool:
    """Whether an object in this field is compared field by field, and not as one value."""
    if path[0] == "breakpoints":
        return len(path) < 3 or (len(path) == 3 and path[2] == "places")
    if path[0] in ("variables", "tabs"):
        return len(path) == 1 or (path[1] == "each" and len(path) < 4)
    return len(path) == 1 and path[0] in ("config", "position")


def changes(old: object, new: object, path: Path = ()) -> Iterator[Change]:
    """The fields in which two trees differ."""
    if isinstance(old, dict) and isinstance(new, dict) and (not path or is_open(path)):
        for key in dict.fromkeys((*old, *new)):
            yield from changes(old.get(key, ABSENT), new.get(key, ABSENT), (*path, key))
    elif not same(old, new):
        yield Change(path, old, new)


def with_field(tree: Tree, path: Path, value: object) -> Tree:
    """The tree with a field set, or without it if the value is `ABSENT`."""
    key, *rest = path
    changed = dict(tree)
    if rest:
        inner = with_field(_tree(tree.get(key, {})), tuple(rest), value)
        if inner or key in tree or value is not ABSENT:
            changed[key] = inner
    elif value is ABSENT:
        changed.pop(key, None)
    else:
        changed[key] = value
    return changed


def same(one: object, other: object) -> bool:
    """Whether two JSON values are the same; unlike Python's ==, true is not 1."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


# Places


def lies_alike(one: Piece, other: Piece) -> bool:
    """Whether two pieces lie in the same place, as far as somebody put them there: a container's height follows from
    what it holds, a row's width from its grid."""
    return _put(one) == _put(other)


def _put(piece: Piece) -> Place:
    cell = piece.place.cell
    if piece.holds:
        cell = cell._replace(h=0, **({"x": 0, "w": 0} if piece.type == grid.ROW else {}))
    return piece.place._replace(cell=cell)


_TRIES: Final = 12
_CROWD: Final = 2_000
"""Items of one grid up to which all pairs are looked at."""


def moved(before: Apart, after: Apart) -> tuple[frozenset[str], frozenset[str]]:
    """The items that lie elsewhere: those somebody moved or sized, and those that only gave way to these, or rose
    where something was taken away. The latter keep their row's order among each other and what stayed."""
    both = before.pieces.keys() & after.pieces.keys()
    elsewhere = {name for name in both if not lies_alike(before.pieces[name], after.pieces[name])}
    maybe = {name for name in elsewhere if _only_row(before.pieces[name], after.pieces[name])}
    meant = elsewhere - maybe
    if after.says["compact"] == "vertical":
        meant |= _out_of_turn(before, after, maybe, meant)
        return frozenset(meant), frozenset(maybe - meant)
    # Where gaps stay, the row says nothing: let the grid settle around what was moved, and see what it explains.
    for _try in range(_TRIES):
        unexplained = _unexplained(before, after, meant, maybe)
        if not unexplained:
            return frozenset(meant), frozenset(maybe)
        far = max(unexplained, key=lambda name: (_far(before, after, name), name))
        meant.add(far)
        maybe.discard(far)
    unexplained = _unexplained(before, after, meant, maybe)
    return frozenset(meant | unexplained), frozenset(maybe - unexplained)


def _out_of_turn(before: Apart, after: Apart, maybe: set[str], meant: set[str]) -> set[str]:
    """The fewest of `maybe` without which all others lie above and below each other as before, as far as that is
    quickly found: first whoever passed the most, of two that passed each other the one that went farther."""
    grids: dict[tuple[str, str], list[str]] = {}
    for name, piece in after.pieces.items():
        if name in before.pieces and name not in meant:
            grids.setdefault(piece.place[:2], []).append(name)
    passed: dict[str, set[str]] = {}
    for names in grids.values():
        if len(names) > _CROWD:
            continue
        for name in names:
            if name in maybe:
                for other in names:
                    if _passed(before, after, name, other):
                        passed.setdefault(name, set()).add(other)
                        passed.setdefault(other, set()).add(name)
    taken: set[str] = set()
    while free := [name for name, others in passed.items() if others and name in maybe]:
        first = max(free, key=lambda name: (len(passed[name]), _far(before, after, name), name))
        taken.add(first)
        for other in passed.pop(first):
            passed[other].discard(first)
    return taken


def _passed(before: Apart, after: Apart, one: str, other: str) -> bool:
    a, b = after.pieces[one].place.cell, after.pieces[other].place.cell
    if a.x >= b.right or b.x >= a.right:
        return False
    return (a.y < b.y) != (before.pieces[one].place.cell.y < before.pieces[other].place.cell.y) and one != other


def _only_row(old: Piece, new: Piece) -> bool:
    lower = old.place._replace(cell=old.place.cell._replace(y=new.place.cell.y))
    static = new.says.get("static") is True
    return not static and lies_alike(replace(old, place=lower), new)


def _far(before: Apart, after: Apart, name: str) -> int:
    return abs(before.pieces[name].place.cell.y - after.pieces[name].place.cell.y)


def _unexplained(before: Apart, after: Apart, meant: set[str], maybe: set[str]) -> set[str]:
    """Those of `maybe` that would lie elsewhere if only `meant`, and what is new or gone, had changed."""
    grids: dict[tuple[str, str], list[tuple[Item, Cell]]] = {}
    asked = {after.pieces[name].place[:2] for name in maybe}
    for piece in after.pieces.values():
        container, pane, cell = piece.place
        if (container, pane) not in asked:
            continue
        old = before.pieces.get(piece.id)
        is_held = old is None or piece.id in meant or piece.says.get("static") is True
        if old is not None and not is_held:
            cell = cell._replace(y=old.place.cell.y)
        grids.setdefault((container, pane), []).append((Item(piece.id, "text", static=is_held), cell))
    wrong = set()
    compact = grid.parse_compact(after.says["compact"])
    for pairs in grids.values():
        page = Layout.of(grid.MAX_COLUMNS, pairs)
        held = frozenset(place for place, item in enumerate(page.items) if item.static)
        # First all that is not held rises as if the held were in the air, then it gives way to them.
        risen = grid.settled(page, compact, without=held)
        for item, cell in grid.settled(risen, compact):
            if item.id in maybe and cell.y != after.pieces[item.id].place.cell.y:
                wrong.add(item.id)
    return wrong


def fresh_id(stem: str, taken: Callable[[str], bool]) -> str:
    """An id like `stem` that is not taken."""
    names = (f"{stem[:190]}-{number}" for number in range(2, 10**6))
    return next(name for name in names if not taken(name))

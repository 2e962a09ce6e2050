"""Rows, groups and tabs: items with a grid of their own (docs/dashboard-format.md).

A container is an `Item` with panes. In its own grid it is a rectangle like any other: a heading one row high, and below
it the height of its children. A pane has as many columns as its container is wide, so that columns and rows are the
same size at every level. `PageIndex` finds items in containers.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from operator import attrgetter
from types import MappingProxyType
from typing import Final, NamedTuple

from benchboard.dashboards.layout.model import Cell, Compact, Item, Layout, Pane, quote_id, refuse
from benchboard.dashboards.layout.normalize import normalized
from benchboard.i18n import _

ROW: Final = "row"
GROUP: Final = "group"
TABS: Final = "tabs"
CONTAINERS: Final = (ROW, GROUP, TABS)
HEADING: Final = 1
"""The height of a container's heading, in rows."""
EMPTY: Final = 2
"""The height of an open, empty pane, in rows."""
DEEPEST: Final = 8
"""Levels of containers inside each other."""
MAX_TABS: Final = 50
"""Tabs of one container."""
_IS_STATIC: Final = attrgetter("static")
_PANES: Final = attrgetter("panes")
_NONE: Final[Mapping[int, int]] = MappingProxyType({})

Path = tuple[tuple[str, int], ...]
"""The path to a grid: the containers on the way down, each with the index of its pane; () is the page itself."""


class LocatedItem(NamedTuple):
    """An item with the path of its grid and its cell there."""

    path: Path
    item: Item
    cell: Cell


# Heights


def height(item: Item, bottoms: Mapping[int, int] = _NONE) -> int:
    """A container's height in rows: its heading and the highest of its panes, hidden ones included, so that changing
    tabs moves nothing. `bottoms` replaces the heights of some panes."""
    if item.collapsed:
        return HEADING
    highs = (bottoms.get(k, pane.layout.bottom) for k, pane in enumerate(item.panes))
    return HEADING + max(high or EMPTY for high in highs)


def bottom_bound(layout: Layout) -> int:
    """An upper bound for the rows of a fitted layout: no item is written or ends below it. It is seldom the least
    one."""
    # An item that is pushed down lies right below another, and so on up to one that is not pushed. A static item may
    # have been pushed by an item that ends elsewhere, and items below a container move down as it grows.
    times = 2 if any(map(_IS_STATIC, layout.items)) else 1
    row = max([cell.y for cell in layout.cells], default=0)
    if not any(map(_PANES, layout.items)):
        return row + times * sum([cell.h for cell in layout.cells])
    for item, cell in layout:
        inside = max((pane.top + bottom_bound(pane.layout) for pane in item.panes), default=0)
        row += (HEADING + max(EMPTY, inside)) * (times + 1) if item.panes else cell.h * times
    return row


def overfull_item(layout: Layout, limit: int) -> Item | None:
    """An item that no longer fits by area into a grid of `limit` rows, so that the layout can't be fitted; None if
    unknown. A quick check before a long one."""
    room = limit * layout.columns
    for item, cell in layout:
        room -= 0 if item.static or item.panes else min(cell.w, layout.columns) * cell.h
        if room < 0:
            return item
    inside = (
        overfull_item(replace(pane.layout, columns=min(pane.layout.columns, layout.columns)), limit)
        for item in layout.items
        for pane in item.panes
    )
    return next((item for item in inside if item is not None), None)


def fitted(layout: Layout, compact: Compact = "vertical", *, known: Mapping[int, int] = _NONE) -> Layout:
    """The layout with every container as high as its children, and all items inside their grids without overlaps, at
    every level. A layout that is fitted already comes back equal. `known` maps the `id()`s of containers that are
    fitted inside (as long as they keep their width) to their heights: a gesture calls this sixty times a second."""
    if layout.fitted_for == compact:
        return layout
    if any(item.panes for item in layout.items):
        placed = [fitted_item(item, cell, layout.columns, compact, known) for item, cell in layout]
        result = normalized(Layout.of(layout.columns, _make_room(placed, layout.cells)), compact)
    else:
        result = normalized(layout, compact)
    object.__setattr__(result, "fitted_for", compact)  # it is new, and no one else has it yet
    return result


def _make_room(placed: list[tuple[Item, Cell]], before: Sequence[Cell]) -> list[tuple[Item, Cell]]:
    """Move all items below a container that grew down by as much. Normalising alone would put a low item above a
    container that became high."""
    for k, (grown, cell) in enumerate(placed):
        growth = cell.h - before[k].h
        if not grown.panes or growth <= 0:
            continue
        for other, (item, there) in enumerate(placed):
            below = before[other].y >= before[k].bottom and there.x < cell.right and cell.x < there.right
            if below and not item.static:
                placed[other] = (item, there._replace(y=there.y + growth))
    return placed


def with_container_height(layout: Layout, place: int, high: int, compact: Compact = "vertical") -> Layout:
    """A fitted layout with one of its containers `high` rows high, as `fitted` leaves it when its children need
    that."""
    if layout.cells[place].h == high:
        return layout
    placed = list(layout)
    placed[place] = layout.items[place], layout.cells[place]._replace(h=high)
    return normalized(layout.moved_to([cell for _item, cell in _make_room(placed, layout.cells)]), compact)


def fitted_item(
    item: Item, cell: Cell, columns: int, compact: Compact = "vertical", known: Mapping[int, int] = _NONE
) -> tuple[Item, Cell]:
    """An item as `fitted` leaves it on a grid of this many columns, but for its row."""
    if not item.panes:
        return item, cell
    cell = cell._replace(x=0, w=columns) if item.type == ROW else cell._replace(w=min(cell.w, columns))
    high = known.get(id(item))
    if high is None or item.panes[0].layout.columns != cell.w:
        panes = tuple(_fitted_pane(pane, cell.w, compact, known, collapsed=item.collapsed) for pane in item.panes)
        item = replace(item, panes=panes)
        high = height(item)
    return item, cell if cell.h == high else cell._replace(h=high)


def _fitted_pane(pane: Pane, columns: int, compact: Compact, known: Mapping[int, int], *, collapsed: bool) -> Pane:
    inside = pane.layout if pane.layout.columns == columns else replace(pane.layout, columns=columns)
    inside = fitted(inside, compact, known=known)
    # A collapsed row only has the relative positions of its items: the gap above them would be lost when it is written.
    gap = min((cell.y for cell in inside.cells), default=0) if collapsed else 0
    if gap:
        inside = inside.moved_to([cell._replace(y=cell.y - gap) for cell in inside.cells])
    return replace(pane, layout=inside, top=pane.top + gap)


# Going through


def walk_items(layout: Layout, path: Path = ()) -> Iterator[LocatedItem]:
    """Every item at every level, hidden ones included, a container before its children."""
    for item, cell in layout:
        yield LocatedItem(path, item, cell)
        for k, pane in enumerate(item.panes):
            yield from walk_items(pane.layout, (*path, (item.id, k)))


def widget_count(layout: Layout) -> int:
    """The number of widgets at all levels, hidden ones included. Containers aren't widgets; their content counts."""
    return sum(not found.item.panes for found in walk_items(layout))


def map_items(layout: Layout, change: Callable[[Item, Cell], tuple[Item, Cell] | None]) -> Layout:
    """The layout with `change` applied to every item at every level, children first; None removes the item. Nothing is
    normalised. What does not change stays the same object."""
    kept, same = [], True
    for item, cell in layout:
        inside = [map_items(pane.layout, change) for pane in item.panes]
        changed = item
        if any(new is not pane.layout for new, pane in zip(inside, item.panes, strict=True)):
            panes = (replace(pane, layout=new) for new, pane in zip(inside, item.panes, strict=True))
            changed = replace(item, panes=tuple(panes))
        answer = change(changed, cell)
        same = same and answer is not None and answer[0] is item and answer[1] is cell
        if answer is not None:
            kept.append(answer)
    return layout if same else Layout.of(layout.columns, kept)


def without(layout: Layout, ids: Iterable[str], compact: Compact = "vertical") -> Layout:
    """The layout without these items and their children, in all containers; the rest is fitted."""
    removed = frozenset(ids)
    return fitted(map_items(layout, lambda item, cell: None if item.id in removed else (item, cell)), compact)


def visible_cells(item: Item, cell: Cell) -> Iterator[tuple[str, Cell]]:
    """An item in a cell of the page, and all items visible in it, with their ids and cells on the page."""
    yield item.id, cell
    if item.panes and not item.collapsed:
        yield from _shown(visible_pane(item).layout, cell.x, cell.y + HEADING)


def visible_pane(item: Item) -> Pane:
    """The visible pane of an open container."""
    return item.panes[item.active if item.type == TABS else 0]


class PageIndex:
    """A layout indexed by item id. It has to be `fitted`."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout

    @cached_property
    def paths(self) -> Mapping[str, Path]:
        """The path of every item's grid, hidden ones included."""
        return {found.item.id: found.path for found in walk_items(self.layout)}

    @cached_property
    def known(self) -> Mapping[int, int]:
        """What `fitted` can skip: the `id()`s of the page's containers, which stay valid as long as this index
        exists."""
        return dict(_heights(self.layout))

    @cached_property
    def shown(self) -> Mapping[str, Cell]:
        """The cells on the page of everything visible, a container before its children."""
        return dict(_shown(self.layout, 0, 0))

    @cached_property
    def reading_order(self) -> tuple[str, ...]:
        """The visible items from top to bottom and, in one row, from left to right; a container before its children,
        and these before what follows it."""
        inside: dict[str, list[str]] = {}
        for name, _cell in sorted(self.shown.items(), key=lambda pair: (pair[1].y, pair[1].x)):
            path = self.paths[name]
            inside.setdefault(path[-1][0] if path else "", []).append(name)
        found, waiting = list[str](), inside.get("", [])[::-1]
        while waiting:
            found.append(waiting.pop())
            waiting += inside.get(found[-1], [])[::-1]
        return tuple(found)

    @cached_property
    def contents(self) -> Mapping[str, frozenset[str]]:
        """The visible items in each container, at any depth."""
        found: dict[str, set[str]] = {}
        for name in self.shown:
            for outer, _k in self.paths[name]:
                found.setdefault(outer, set()).add(name)
        return {outer: frozenset(names) for outer, names in found.items()}

    def path(self, item_id: str) -> Path:
        """The path of an item's grid. Raises `Invalid` if there is no such item."""
        found = self.paths.get(item_id)
        if found is None:
            refuse("no-such-item", _("This layout has no widget {item}.").format(item=quote_id(item_id)), item_id, "id")
        return found

    def item(self, item_id: str) -> Item:
        """An item at any level. Raises `Invalid` if there is none."""
        pane = self.pane(self.path(item_id))
        return pane.items[pane.index(item_id)]

    def cell(self, item_id: str) -> Cell:
        """An item's cell in its grid."""
        return self.pane(self.path(item_id)).cell(item_id)

    def pane(self, path: Path) -> Layout:
        """The grid at a path."""
        layout = self.layout
        for item_id, k in path:
            layout = layout.items[layout.index(item_id)].panes[k].layout
        return layout

    def origin(self, path: Path) -> tuple[int, int]:
        """The column and row of the page where a grid begins."""
        layout, x, y = self.layout, 0, 0
        for item_id, k in path:
            place = layout.index(item_id)
            cell = layout.cells[place]
            x, y = x + cell.x, y + cell.y + HEADING
            layout = layout.items[place].panes[k].layout
        return x, y

    def without(self, ids: Iterable[str], compact: Compact = "vertical") -> Layout:
        """The page without these items and their children; the rest is fitted."""
        removed = frozenset(ids)
        around = {outer for item_id in removed for outer, _pane in self.paths.get(item_id, ())}
        return fitted(_without_nested(self.layout, removed, around), compact, known=self.known)

    def with_pane(self, path: Path, layout: Layout, compact: Compact = "vertical") -> Layout:
        """The page with another grid at `path`; the containers around it grow or shrink, and displace their
        neighbours.
        """
        if not path:
            return fitted(layout, compact, known=self.known)
        (item_id, k), outer = path[-1], self.pane(path[:-1])
        place = outer.index(item_id)
        item = outer.items[place]
        panes = (*item.panes[:k], replace(item.panes[k], layout=layout), *item.panes[k + 1 :])
        items = (*outer.items[:place], replace(item, panes=panes), *outer.items[place + 1 :])
        return self.with_pane(path[:-1], replace(outer, items=items), compact)

    def with_item(self, item: Item, compact: Compact = "vertical") -> Layout:
        """The page with an item replaced, in the same cell."""
        path = self.path(item.id)
        pane = self.pane(path)
        place = pane.index(item.id)
        items = (*pane.items[:place], item, *pane.items[place + 1 :])
        return self.with_pane(path, replace(pane, items=items), compact)

    def pane_at(self, x: int, y: int) -> Path:
        """The innermost visible grid at a column and row of the page. A row (the container) at the bottom of its grid
        also has all positions below it."""
        layout, path = self.layout, ()  # type: Layout, Path
        while True:
            step = next((k for k, pair in enumerate(layout) if _contains_point(layout, *pair, x, y)), None)
            if step is None:
                return path
            item, cell = layout.items[step], layout.cells[step]
            active = item.active if item.type == TABS else 0
            path = (*path, (item.id, active))
            layout, x, y = item.panes[active].layout, x - cell.x, y - cell.y - HEADING


def _contains_point(layout: Layout, item: Item, cell: Cell, x: int, y: int) -> bool:
    if not item.panes or item.collapsed or not cell.x <= x < cell.right or y < cell.y + HEADING:
        return False
    return y < cell.bottom or (item.type == ROW and cell.bottom == layout.bottom)


def _shown(layout: Layout, x: int, y: int) -> Iterator[tuple[str, Cell]]:
    for item, cell in layout:
        yield item.id, Cell(cell.x + x, cell.y + y, cell.w, cell.h)
        if item.panes and not item.collapsed:
            yield from _shown(visible_pane(item).layout, x + cell.x, y + cell.y + HEADING)


def _heights(layout: Layout) -> Iterator[tuple[int, int]]:
    for item, cell in zip(layout.items, layout.cells, strict=True):
        if item.panes:
            yield id(item), cell.h
            for pane in item.panes:
                yield from _heights(pane.layout)


def _without_nested(layout: Layout, removed: frozenset[str], around: Collection[str]) -> Layout:
    """The layout without the items in `removed`, which are in it and in the containers `around`. Nothing is fitted."""
    kept = []
    for item, cell in zip(layout.items, layout.cells, strict=True):
        if item.id in around and item.id not in removed:
            panes = (replace(pane, layout=_without_nested(pane.layout, removed, around)) for pane in item.panes)
            kept.append((replace(item, panes=tuple(panes)), cell))
        elif item.id not in removed:
            kept.append((item, cell))
    return Layout.of(layout.columns, kept)


def collapsed(page: PageIndex, item_id: str, is_collapsed: bool, compact: Compact = "vertical") -> Layout:
    """The page with a row collapsed or expanded; its children keep their relative positions."""
    item = page.item(item_id)
    if not item.panes or item.type != ROW:
        refuse("not-a-row", _("Item {item} isn't a row.").format(item=quote_id(item_id)), item_id, "collapsed")
    top = page.cell(item_id).y + HEADING if is_collapsed else 0
    return page.with_item(replace(item, collapsed=is_collapsed, panes=(replace(item.panes[0], top=top),)), compact)

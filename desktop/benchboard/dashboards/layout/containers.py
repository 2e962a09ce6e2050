"""Rows, groups and tabs: items that hold a grid of their own (docs/dashboard-format.md).

A container is an `Item` with panes. On its own grid it is a rectangle like any other, one field of heading and below it
as high as what it holds; a pane is as wide in fields as its container, so that every item's fields are the page's
fields too. `Page` says where that is.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType
from typing import Final, NamedTuple

from benchboard.i18n import _

from .document import (
    MAX_HEIGHT,
    MAX_ID,
    MAX_ITEMS,
    Cell,
    Compact,
    Item,
    Layout,
    Pane,
    parse_columns,
    parse_item,
    refuse,
    shown,
    written_item,
)
from .settling import settled

ROW: Final = "row"
GROUP: Final = "group"
TABS: Final = "tabs"
CONTAINERS: Final = (ROW, GROUP, TABS)
HEADING: Final = 1
"""Fields a container's heading is high."""
EMPTY: Final = 2
"""Fields an open pane with nothing in it is high."""
_NONE: Final[Mapping[int, int]] = MappingProxyType({})
DEEPEST: Final = 8
MAX_TABS: Final = 50

Path = tuple[tuple[str, int], ...]
"""Where a grid is: the containers on the way down, each with which of its panes; () is the page itself."""


class Found(NamedTuple):
    """An item with the grid it lies in and its cell there."""

    path: Path
    item: Item
    cell: Cell


# Reading and writing


def parse_page(value: object, *, columns: int = 12) -> Layout:
    """The layout that decoded JSON describes, with everything in its containers. Raises `Invalid` naming item and field
    as `parse` does, also for an id used twice in different containers and for containers more than eight deep."""
    return _Reader().layout(value, parse_columns(columns), "items", 0)


Known = dict[str, tuple[Item, Cell, dict[str, object]]]
"""What was written last: by id, the item, its cell, and what it became."""


def serialise_page(layout: Layout, known: Known | None = None) -> list[dict[str, object]]:
    """The layout in the documented form, what containers hold included.

    `known` is kept from one layout to the next one of the same page: what stayed the same item in the same place is
    the same object again, and costs next to nothing. What is answered is not to be changed then.
    """
    written = []
    for item, cell in layout:
        last = known.get(item.id) if known is not None else None
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
    """One document being read: the ids seen so far, in whichever container."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def layout(self, value: object, columns: int, where: str, depth: int) -> Layout:
        if not isinstance(value, list):
            what = _("{field} is {value}; it must be a list.").format(field=where, value=shown(value))
            refuse("not-a-list", what, None, where)
        if len(self._seen) + len(value) > MAX_ITEMS:
            what = _("There are more than {limit} items; a layout holds no more.").format(limit=MAX_ITEMS)
            refuse("too-many-items", what, None, where)
        return Layout.of(columns, [self._item(entry, k, columns, depth) for k, entry in enumerate(value)])

    def _item(self, entry: object, place: int, columns: int, depth: int) -> tuple[Item, Cell]:
        item, cell = parse_item(entry, place)
        if item.id in self._seen:
            refuse("duplicate-id", _("Two items are called {item}.").format(item=shown(item.id)), item.id, "id")
        self._seen.add(item.id)
        if item.type not in CONTAINERS:
            return item, cell
        if depth == DEEPEST:
            what = _("Item {item} lies more than {limit} containers deep.").format(item=shown(item.id), limit=DEEPEST)
            refuse("too-deep", what, item.id, "items")
        item = self._tabs(item, cell, depth) if item.type == TABS else self._single(item, cell, columns, depth)
        return item, cell._replace(h=height(item))

    def _single(self, item: Item, cell: Cell, columns: int, depth: int) -> Item:
        collapsed = item.source.get("collapsed", False)
        if not isinstance(collapsed, bool):
            what = _("collapsed of item {item} is {value}; it must be true or false.")
            refuse("bad-collapsed", what.format(item=shown(item.id), value=shown(collapsed)), item.id, "collapsed")
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
            refuse("bad-tabs", what.format(item=shown(item.id), value=shown(tabs), limit=MAX_TABS), item.id, "tabs")
        panes = [self._tab(item, tab, k, cell.w, depth) for k, tab in enumerate(tabs)]
        names = [pane.id for pane in panes]
        if len(set(names)) != len(names):
            twice = next(name for k, name in enumerate(names) if name in names[:k])
            what = _("Two tabs of item {item} are called {tab}.").format(item=shown(item.id), tab=shown(twice))
            refuse("duplicate-id", what, item.id, "tabs")
        active = item.source.get("active", names[0])
        if active not in names:
            what = _("active of item {item} is {value}; it must be the id of one of its tabs.")
            refuse("bad-active", what.format(item=shown(item.id), value=shown(active)), item.id, "active")
        return replace(item, source=_less(item.source, "tabs"), panes=tuple(panes), active=names.index(str(active)))

    def _tab(self, item: Item, tab: object, place: int, columns: int, depth: int) -> Pane:
        where = f"tabs.{place}"
        if not isinstance(tab, dict):
            what = _("Tab {place} of item {item} is {value}; it must be an object.")
            refuse("bad-tab", what.format(place=place + 1, item=shown(item.id), value=shown(tab)), item.id, where)
        name, title = tab.get("id"), tab.get("title", "")
        for key, value, least in (("id", name, 1), ("title", title, 0)):
            if not isinstance(value, str) or not least <= len(value) <= MAX_ID:
                what = _(
                    "{field} of tab {place} of item {item} is {value}; it must be text of at most {limit} characters."
                )
                facts = {
                    "field": key,
                    "place": place + 1,
                    "item": shown(item.id),
                    "value": shown(value),
                    "limit": MAX_ID,
                }
                refuse("bad-tab", what.format(**facts), item.id, f"{where}.{key}")
        inside = self.layout(tab.get("items", []), columns, f"{item.id}.{where}.items", depth + 1)
        return Pane(inside, str(name), str(title), source=_less(tab, "items"))


def _less(source: Mapping[str, object], key: str) -> Mapping[str, object]:
    return MappingProxyType({name: value for name, value in source.items() if name != key})


def _write_panes(item: Item, cell: Cell, written: dict[str, object], known: Known | None) -> None:
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


# Heights


def height(item: Item) -> int:
    """How many fields high a container is: its heading and the highest of its panes, also of those not shown, so that
    changing tabs moves nothing."""
    if item.collapsed:
        return HEADING
    return HEADING + max(pane.layout.bottom or EMPTY for pane in item.panes)


def reach(layout: Layout) -> int:
    """A row below which nothing is written once the layout is fitted, and nothing ends; seldom the lowest such row."""
    # What is pushed lies right below something else, down to what is pushed by none; statics may have been pushed by
    # what is elsewhere in the end, and what lies below a container goes down with its growth.
    times = 2 if any(item.static for item in layout.items) else 1
    row = max((cell.y for cell in layout.cells), default=0)
    for item, cell in layout:
        inside = max((pane.top + reach(pane.layout) for pane in item.panes), default=0)
        row += (HEADING + max(EMPTY, inside)) * (times + 1) if item.panes else cell.h * times
    return row


def crowded(layout: Layout, limit: int) -> Item | None:
    """The item with which more fields are taken than a grid of `limit` rows has, so that it cannot be fitted; None says
    nothing. A quick look before a long one."""
    room = limit * layout.columns
    for item, cell in layout:
        room -= 0 if item.static or item.panes else min(cell.w, layout.columns) * cell.h
        if room < 0:
            return item
    inside = (
        crowded(replace(pane.layout, columns=min(pane.layout.columns, layout.columns)), limit)
        for item in layout.items
        for pane in item.panes
    )
    return next((item for item in inside if item is not None), None)


def written_rows(layout: Layout, top: int = 0) -> Iterator[tuple[str, int]]:
    """The row that every item is written in, with its id, as `serialise_page` writes it."""
    for item, cell in layout:
        row = cell.y + top
        yield item.id, row
        for pane in item.panes:
            beginning = 0 if item.type != ROW else pane.top if item.collapsed else row + HEADING
            yield from written_rows(pane.layout, beginning)


def fitted(layout: Layout, compact: Compact = "vertical", *, known: Mapping[int, int] = _NONE) -> Layout:
    """The layout with every container as high as what it holds, and everything inside its grid and free of overlaps, at
    every level. One that is so already comes back equal. `known` are the `id()`s of containers that are so inside, as
    long as they keep their width, with their heights: a gesture asks for this sixty times a second."""
    if not any(item.panes for item in layout.items):
        return settled(layout, compact)
    placed = [_fitted_item(item, cell, layout.columns, compact, known) for item, cell in layout]
    return settled(Layout.of(layout.columns, _given_way(placed, layout.cells)), compact)


def _given_way(placed: list[tuple[Item, Cell]], before: Sequence[Cell]) -> list[tuple[Item, Cell]]:
    """The pairs with all that lay below a container that grew moved down by as much. Settling alone would put a low
    item above a container that became high."""
    for k, (grown, cell) in enumerate(placed):
        growth = cell.h - before[k].h
        if not grown.panes or growth <= 0:
            continue
        for other, (item, there) in enumerate(placed):
            below = before[other].y >= before[k].bottom and there.x < cell.right and cell.x < there.right
            if below and not item.static:
                placed[other] = (item, there._replace(y=there.y + growth))
    return placed


def _fitted_item(item: Item, cell: Cell, columns: int, compact: Compact, known: Mapping[int, int]) -> tuple[Item, Cell]:
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
    inside = fitted(replace(pane.layout, columns=columns), compact, known=known)
    # A closed row says only how its items lie to each other: the gap above them would be lost when it is written.
    gap = min((cell.y for cell in inside.cells), default=0) if collapsed else 0
    if gap:
        inside = inside.moved_to([cell._replace(y=cell.y - gap) for cell in inside.cells])
    return replace(pane, layout=inside, top=pane.top + gap)


# Going through


def everything(layout: Layout, path: Path = ()) -> Iterator[Found]:
    """Every item at every level, hidden ones too, a container before what it holds."""
    for item, cell in layout:
        yield Found(path, item, cell)
        for k, pane in enumerate(item.panes):
            yield from everything(pane.layout, (*path, (item.id, k)))


def mapped(layout: Layout, change: Callable[[Item, Cell], tuple[Item, Cell] | None]) -> Layout:
    """The layout with every item at every level as `change` answers, children first; None takes it away. Nothing is
    settled. What nothing changes in stays the same object."""
    kept, same = [], True
    for item, cell in layout:
        inside = [mapped(pane.layout, change) for pane in item.panes]
        changed = item
        if any(new is not pane.layout for new, pane in zip(inside, item.panes, strict=True)):
            panes = (replace(pane, layout=new) for new, pane in zip(inside, item.panes, strict=True))
            changed = replace(item, panes=tuple(panes))
        answer = change(changed, cell)
        same = same and answer is not None and answer[0] is item and answer[1] is cell
        if answer is not None:
            kept.append(answer)
    return layout if same else Layout.of(layout.columns, kept)


def without(
    layout: Layout, ids: Iterable[str], compact: Compact = "vertical", *, known: Mapping[int, int] = _NONE
) -> Layout:
    """The layout without these items, wherever they lie, with what they hold; what is left is fitted. `known` is
    `fitted`'s."""
    gone = frozenset(ids)
    return fitted(mapped(layout, lambda item, cell: None if item.id in gone else (item, cell)), compact, known=known)


class Page:
    """A layout made ready to be asked where things are. It has to be `fitted`."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout

    @cached_property
    def paths(self) -> Mapping[str, Path]:
        """The grid every item lies in, hidden ones too."""
        return {found.item.id: found.path for found in everything(self.layout)}

    @cached_property
    def known(self) -> Mapping[int, int]:
        """What `fitted` need not look into: the page's containers, and nobody else has their `id()`s meanwhile."""
        return {id(found.item): found.cell.h for found in everything(self.layout) if found.item.panes}

    @cached_property
    def shown(self) -> Mapping[str, Cell]:
        """The page's fields of everything that can be seen, a container before what it holds."""
        return dict(_shown(self.layout, 0, 0))

    @cached_property
    def reading_order(self) -> tuple[str, ...]:
        """What can be seen from top to bottom and, in one row, from left to right; a container before what it holds."""
        return tuple(name for name, _cell in sorted(self.shown.items(), key=lambda pair: (pair[1].y, pair[1].x)))

    def path(self, item_id: str) -> Path:
        """The grid an item lies in. Invalid if there is no such item."""
        found = self.paths.get(item_id)
        if found is None:
            refuse("no-such-item", _("This layout has no item {item}.").format(item=shown(item_id)), item_id, "id")
        return found

    def item(self, item_id: str) -> Item:
        """An item, wherever it lies. Invalid if there is none."""
        pane = self.pane(self.path(item_id))
        return pane.items[pane.index(item_id)]

    def cell(self, item_id: str) -> Cell:
        """An item's cell in the grid it lies in."""
        return self.pane(self.path(item_id)).cell(item_id)

    def pane(self, path: Path) -> Layout:
        """The grid at a path."""
        layout = self.layout
        for item_id, k in path:
            layout = layout.items[layout.index(item_id)].panes[k].layout
        return layout

    def origin(self, path: Path) -> tuple[int, int]:
        """The page's field where a grid begins."""
        layout, x, y = self.layout, 0, 0
        for item_id, k in path:
            place = layout.index(item_id)
            cell = layout.cells[place]
            x, y = x + cell.x, y + cell.y + HEADING
            layout = layout.items[place].panes[k].layout
        return x, y

    def without(self, ids: Iterable[str], compact: Compact = "vertical") -> Layout:
        """The page without these items and what they hold; what is left is fitted."""
        return without(self.layout, ids, compact, known=self.known)

    def with_pane(self, path: Path, layout: Layout, compact: Compact = "vertical") -> Layout:
        """The page with another grid at `path`; the containers on the way grow or shrink with it, and what lies around
        them gives way."""
        if not path:
            return fitted(layout, compact, known=self.known)
        (item_id, k), outer = path[-1], self.pane(path[:-1])
        place = outer.index(item_id)
        item = outer.items[place]
        panes = (*item.panes[:k], replace(item.panes[k], layout=layout), *item.panes[k + 1 :])
        items = (*outer.items[:place], replace(item, panes=panes), *outer.items[place + 1 :])
        return self.with_pane(path[:-1], replace(outer, items=items), compact)

    def with_item(self, item: Item, compact: Compact = "vertical") -> Layout:
        """The page with what an item says replaced; it stays where it is."""
        path = self.path(item.id)
        pane = self.pane(path)
        place = pane.index(item.id)
        items = (*pane.items[:place], item, *pane.items[place + 1 :])
        return self.with_pane(path, replace(pane, items=items), compact)

    def pane_at(self, x: int, y: int) -> Path:
        """The innermost grid in sight at a field of the page. Below the last row everything is that row's."""
        layout, path = self.layout, ()  # type: Layout, Path
        while True:
            step = next((k for k, pair in enumerate(layout) if _holds(layout, *pair, x, y)), None)
            if step is None:
                return path
            item, cell = layout.items[step], layout.cells[step]
            active = item.active if item.type == TABS else 0
            path = (*path, (item.id, active))
            layout, x, y = item.panes[active].layout, x - cell.x, y - cell.y - HEADING


def _holds(layout: Layout, item: Item, cell: Cell, x: int, y: int) -> bool:
    if not item.panes or item.collapsed or not cell.x <= x < cell.right or y < cell.y + HEADING:
        return False
    return y < cell.bottom or (item.type == ROW and cell.bottom == layout.bottom)


def _shown(layout: Layout, x: int, y: int) -> Iterator[tuple[str, Cell]]:
    for item, cell in layout:
        yield item.id, Cell(cell.x + x, cell.y + y, cell.w, cell.h)
        if item.panes and not item.collapsed:
            active = item.panes[item.active if item.type == TABS else 0]
            yield from _shown(active.layout, x + cell.x, y + cell.y + HEADING)


def collapsed(page: Page, item_id: str, is_collapsed: bool, compact: Compact = "vertical") -> Layout:
    """The page with a row closed or opened; what it holds keeps its places to each other."""
    item = page.item(item_id)
    if not item.panes or item.type != ROW:
        refuse("not-a-row", _("Item {item} is no row.").format(item=shown(item_id)), item_id, "collapsed")
    top = page.cell(item_id).y + HEADING if is_collapsed else 0
    return page.with_item(replace(item, collapsed=is_collapsed, panes=(replace(item.panes[0], top=top),)), compact)

"""A document at breakpoints: layouts for narrower pages, derived from the desktop plus custom positions.

The items of a page are the same at every breakpoint: a widget that is added, removed, changed or moved to another
container on a narrower page is so everywhere. Only its position is the breakpoint's own, and only if a user has set it
there.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from benchboard.dashboards.document.document import BREAKPOINTS, Breakpoint, Document
from benchboard.dashboards.document.widget_kinds import kind_of
from benchboard.dashboards.layout import (
    ROW,
    Cell,
    Compact,
    Item,
    Layout,
    derive_layout,
    first_free,
    fitted,
    height,
    placed,
    walk_items,
)

COLUMNS: Final = {"tablet": 6, "phone": 2}
"""The number of columns of a breakpoint, if the document doesn't set it."""


def layout_at(document: Document, name: str) -> Layout:
    """The document's layout at a breakpoint (`tablet`, `phone`), in every container, fitted."""
    point = _point(document, name)
    return fitted(_narrow_layout(document.layout, point.columns, point.places, document.compact), document.compact)


def fit_to_columns(layout: Layout, columns: int) -> Layout:
    """A layout on a page with another number of columns: all items keep their share of the width, in every container,
    as far as their limits allow.
    """
    return layout if layout.columns == columns else fitted(_narrow_layout(layout, columns, {}, "vertical"))


def overridden_ids(document: Document, name: str) -> frozenset[str]:
    """The ids of the items with custom positions at a breakpoint."""
    point = document.breakpoints.get(name)
    return frozenset(point.places) if point is not None else frozenset()


def with_overrides(document: Document, name: str, after: Layout, ids: Collection[str]) -> Document:
    """The document after an edit at a breakpoint that changed `layout_at` to `after`, by moving or resizing `ids`. If
    the edit only moved other items, all of these get custom positions.

    Other changes in `after`, added and removed items apply to every breakpoint.
    """
    point, before = _point(document, name), layout_at(document, name)
    was, now = _cells(before), _cells(after)
    changed = {item_id for item_id, there in now.items() if was.get(item_id) != there}
    meant = changed & frozenset(ids) or (
        changed if _items_without_cells(before) == _items_without_cells(after) else frozenset()
    )
    kept = {item_id: cell for item_id, cell in point.places.items() if item_id in now}
    wide = with_layout(document, fitted(_widen_layout(document.layout, after), document.compact))
    if not meant:
        return wide
    kept |= {item_id: now[item_id][1] for item_id in now if item_id in meant or item_id in kept}
    points = {**wide.breakpoints, name: replace(point, places=MappingProxyType(kept))}
    return replace(wide, breakpoints=MappingProxyType(points))


def with_layout(document: Document, layout: Layout) -> Document:
    """The document with another desktop layout.

    Custom positions of removed items are removed, so that a new item with such an id starts with its derived position.
    """
    if not any(point.places for point in document.breakpoints.values()):
        return replace(document, layout=layout)
    left = {found.item.id for found in walk_items(layout)}
    points = {
        name: replace(point, places=MappingProxyType({i: cell for i, cell in point.places.items() if i in left}))
        for name, point in document.breakpoints.items()
    }
    return replace(document, layout=layout, breakpoints=MappingProxyType(points))


def without_overrides(document: Document, name: str, ids: Collection[str] | None = None) -> Document:
    """The document with these items, or all, reset to the derived layout at a breakpoint."""
    point = document.breakpoints.get(name)
    if point is None:
        return document
    places = {item_id: cell for item_id, cell in point.places.items() if ids is not None and item_id not in ids}
    points = {**document.breakpoints, name: replace(point, places=MappingProxyType(places))}
    return replace(document, breakpoints=MappingProxyType(points))


def _point(document: Document, name: str) -> Breakpoint:
    if name not in BREAKPOINTS:
        raise KeyError(name)
    return document.breakpoints.get(name) or Breakpoint(COLUMNS[name])


def _narrow_layout(layout: Layout, columns: int, places: Mapping[str, Cell], compact: Compact) -> Layout:
    """One grid and all below it.

    A container's height depends on its width: so all cells are computed with the desktop's heights first, then the
    containers' content, and then the cells are moved up or down by the new heights. Their columns stay: else content
    could be laid out for another width than its container gets.
    """
    narrow = derive_layout(layout, columns, places, compact=compact, least=_minimum_size)
    if not any(item.panes for item in layout.items):
        return narrow
    pairs = [
        _narrow_item(item, desktop, narrow.cell(item.id), places, compact)
        if item.panes
        else (item, narrow.cell(item.id))
        for item, desktop in layout
    ]
    own = {item.id: places[item.id]._replace(h=cell.h) for item, cell in pairs if item.id in places}
    return placed(Layout.of(columns, pairs), own, compact=compact)


def _minimum_size(item: Item) -> int:
    """The minimum width of a widget in columns: its document's, or else its kind's."""
    kind = kind_of(item.type)
    return item.min_w or (kind.min_w if kind is not None else 1)


def _narrow_item(
    item: Item, desktop: Cell, cell: Cell, places: Mapping[str, Cell], compact: Compact
) -> tuple[Item, Cell]:
    """A container with its grids as wide as `cell`, which is made as high as they need."""
    panes = tuple(
        replace(pane, layout=_narrow_layout(replace(pane.layout, columns=desktop.w), cell.w, places, compact))
        for pane in item.panes
    )
    narrow = replace(item, panes=panes)
    return narrow, cell._replace(h=height(narrow))


_Home = tuple[tuple[str, str], ...]
"""The grid of an item: containers and, of tabs, the tab's id."""


def _cells(layout: Layout, home: _Home = ()) -> dict[str, tuple[_Home, Cell]]:
    """Every item's grid and its cell in it."""
    found: dict[str, tuple[_Home, Cell]] = {}
    for item, cell in layout:
        # A container's height depends on its content: it isn't a custom position.
        found[item.id] = (home, cell._replace(h=1) if item.panes else cell)
        for pane in item.panes:
            found |= _cells(pane.layout, (*home, (item.id, pane.id)))
    return found


def _items_without_cells(layout: Layout) -> dict[str, tuple[_Home, Item]]:
    """Every item with the grid it is in, without its cell there."""
    homes = _cells(layout)
    items = {found.item.id: found.item for found in walk_items(layout)}
    return {item_id: (homes[item_id][0], replace(item, panes=())) for item_id, item in items.items()}


def _widen_layout(desktop: Layout, after: Layout) -> Layout:
    """The desktop's layout with the items of `after`: items in the same grid keep their cells, others get the first
    free cell, with the same width if they come from another grid, and in proportion if they are new.
    """
    cells = {item_id: (home, cell) for item_id, (home, cell) in _cells(desktop).items()}
    heights = {found.item.id: found.cell.h for found in walk_items(desktop)}
    return _widen_grid(after, desktop.columns, cells, heights, ())


def _widen_grid(
    after: Layout, columns: int, cells: Mapping[str, tuple[_Home, Cell]], heights: Mapping[str, int], home: _Home
) -> Layout:
    stay: list[tuple[Item, Cell]] = []
    come: list[tuple[Item, Cell]] = []
    order = {item.id: place for place, item in enumerate(after.items)}
    for item, cell in after:
        known = cells.get(item.id)
        stays = known is not None and known[0] == home
        if known is not None:
            there = known[1]._replace(h=heights[item.id])
        else:
            there = Cell(0, 0, max(1, round(cell.w * columns / after.columns)), cell.h)
        if not stays:
            there = there._replace(x=0, w=columns if item.type == ROW else min(there.w, columns))
        pair = (item, there)
        if item.panes:
            panes = tuple(
                replace(pane, layout=_widen_grid(pane.layout, there.w, cells, heights, (*home, (item.id, pane.id))))
                for pane in item.panes
            )
            wide = replace(item, panes=panes)
            pair = (wide, there._replace(h=height(wide)))
        (stay if stays else come).append(pair)
    layout = Layout.of(columns, stay)
    for item, size in come:
        place = first_free(layout, size.w, size.h)
        layout = Layout.of(columns, [*layout, (item, place)])
    return Layout.of(columns, sorted(layout, key=lambda pair: order[pair[0].id]))

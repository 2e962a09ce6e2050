"""Narrower pages: derived from the desktop layout each time, except for custom positions that a user has set there.

Only what a user moved or resized is stored, not what was displaced by it: everything else continues to follow the
desktop. The others flow around the custom positions, as they did when these were dropped.
"""

from collections.abc import Callable, Collection, Mapping

from benchboard.dashboards.layout.breakpoint_layout import fit_columns, minimum_width
from benchboard.dashboards.layout.drag_preview import placed
from benchboard.dashboards.layout.model import Cell, Compact, Item, Layout
from benchboard.dashboards.layout.normalize import normalized
from benchboard.dashboards.layout.placement import Occupancy, reading_order

_SINGLE = 2
"""On so few columns everything is as wide as the page."""


def derive_layout(
    layout: Layout,
    columns: int,
    places: Mapping[str, Cell],
    *,
    compact: Compact = "vertical",
    least: Callable[[Item], int] = minimum_width,
) -> Layout:
    """The desktop's `layout` on a page of `columns`, `fit_columns`: what stood side by side does so as long as there is
    room, and what filled the page still does; everything as high as on the desktop.

    Widths are held to the items' limits, and to what `least` says they need; on one or two columns, and for a row's
    heading, they are the whole page, and nothing comes above a heading it stood below. Where a static was put by hand,
    the others flow around it in reading order, each to the topmost place that is free. `places` (id → cell there) are
    put into their cells, lowered where two of them cover each other; under `vertical` they rise to what is above them.
    Ids this layout does not have are passed over: they are of another grid, or gone. On as many columns as the desktop
    has, nothing is derived but what gives way to `places`.
    """
    known = {name: _inside(cell, columns) for name, cell in places.items() if name in layout.places}
    if columns == layout.columns and not known:
        return normalized(layout, compact)
    fixed = {name: cell for name, cell in known.items() if layout.items[layout.places[name]].static}
    if columns == layout.columns:
        cells = [fixed.get(item.id, cell) for item, cell in layout]
    elif columns <= _SINGLE or fixed:
        cells = _flowed(layout, columns, fixed)
    else:
        cells = fit_columns(layout, columns, least)
    page = Layout(columns, layout.items, tuple(cells), layout.places)
    return placed(page, known, compact=compact)


def overrides_after(before: Layout, after: Layout, ids: Collection[str], places: Mapping[str, Cell]) -> dict[str, Cell]:
    """The custom positions after a gesture that moved or resized `ids` and changed one layout of this breakpoint to
    another.

    Those of `ids` that changed are new. Earlier ones are stored with their present cells, even if they were only
    displaced: of two stored cells that overlap neither could be kept. Nothing else is stored. Other grids' positions
    are unchanged. To reset an item to the desktop layout, leave it out.
    """
    kept = dict(places)
    for name in (item.id for item in after.items):
        if name in kept or (name in ids and before.cell(name) != after.cell(name)):
            kept[name] = after.cell(name)
    return kept


def _inside(cell: Cell, columns: int) -> Cell:
    w = min(cell.w, columns)
    return cell._replace(x=min(cell.x, columns - w), w=w)


def _flowed(layout: Layout, columns: int, fixed: Mapping[str, Cell]) -> list[Cell]:
    """Every item's cell on the narrower page; those in `fixed` are placed already."""
    cells = list(layout.cells)
    taken = Occupancy(fixed.values())
    floor = bottom = 0
    for name in reading_order(layout):
        place = layout.places[name]
        item, cell = layout.items[place], layout.cells[place]
        floor = bottom if item.type == "row" else floor
        if name in fixed:
            cells[place] = fixed[name]
            continue
        w = _width(item, cell, layout.columns, columns)
        cells[place] = new = taken.topmost(w, cell.h, columns, floor)
        taken.put(new)
        bottom = max(bottom, new.bottom)
        floor = new.y if item.type == "row" else floor
    return cells


def _width(item: Item, cell: Cell, wide: int, columns: int) -> int:
    if columns <= _SINGLE or item.type == "row":
        return columns
    w = (2 * cell.w * columns + wide) // (2 * wide)
    w = max(item.min_w or 1, min(item.max_w or columns, w))
    return max(1, min(w, columns))

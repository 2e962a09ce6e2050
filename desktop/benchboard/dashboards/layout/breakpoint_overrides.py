"""Tablet and phone layouts: derived from the desktop layout each time, except for custom positions that a user has set
for that width.

Only the positions of items that a user moved or resized are stored, not those of items displaced by that: everything
else continues to follow the desktop layout. The other items are arranged around the custom positions, as they were when
these were set.
"""

from collections.abc import Callable, Collection, Mapping

from benchboard.dashboards.layout.breakpoint_layout import fit_columns, minimum_width
from benchboard.dashboards.layout.drag_preview import placed
from benchboard.dashboards.layout.model import Cell, Compact, Item, Layout
from benchboard.dashboards.layout.normalize import normalized
from benchboard.dashboards.layout.placement import Occupancy, reading_order

_SINGLE = 2
"""With this many columns or fewer, every item is as wide as the page."""


def derive_layout(
    layout: Layout,
    columns: int,
    places: Mapping[str, Cell],
    *,
    compact: Compact = "vertical",
    least: Callable[[Item], int] = minimum_width,
) -> Layout:
    """The desktop's `layout` on a page of `columns` columns (`fit_columns`): items side by side stay so if there is
    space, and items that fill the page's width still do. Heights are those of the desktop.

    Widths are within the items' limits and not less than `least` returns. On one or two columns all items, and always
    the headings of rows, are as wide as the page, and no item moves above a heading that it was below. If a static item
    has a custom position, the others are placed around it in reading order, each at the topmost free position.

    `places` are the custom positions (id → cell on this page). Their items are put into these cells, and moved down
    where two of them overlap; under `vertical` they are then compacted upwards. Ids that are not in this layout are
    ignored: they are in another grid, or were deleted. If `columns` is the desktop's number of columns, only the items
    displaced by `places` differ from the desktop.
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
    """The custom positions after a gesture that moved or resized `ids`, and so changed one layout of this breakpoint
    from `before` to `after`.

    Items of `ids` whose cells changed get a custom position. Items that had one before are stored with their present
    cells, even if they were only displaced: two stored cells that overlap could not both be used. No other items are
    stored. Positions in other grids are unchanged. To reset an item to the desktop layout, remove it from the result.
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
    """Every item's cell on the page of `columns` columns: those in `fixed` as given, the others in reading order at the
    topmost free position."""
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

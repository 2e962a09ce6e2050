"""Move, resize, add, remove and compact with exactly the results of react-grid-layout 2.3.0, for compatibility with
other programs. Where its results overlap, these do too.

The requested position or size is first clamped to the grid, as its component does with pointer input. Items that reach
beyond the grid are first moved or cut to fit. With `prevent_collision`, a move or resize without free space does
nothing.
"""

from benchboard.dashboards.layout.compaction import compact_horizontally, compact_vertically
from benchboard.dashboards.layout.grid_arrays import GridArrays
from benchboard.dashboards.layout.model import (
    MAX_ITEMS,
    MAX_ROW,
    Cell,
    Compact,
    Item,
    Layout,
    quote_id,
    refuse,
)
from benchboard.dashboards.layout.resize_limits import Handle, limited_size, resized_cell
from benchboard.dashboards.layout.rgl_moves import Push
from benchboard.i18n import _


def move(
    layout: Layout,
    item_id: str,
    x: int,
    y: int,
    *,
    compact: Compact = "vertical",
    prevent_collision: bool = False,
) -> Layout:
    """Move `item_id` to column `x`, row `y`, clamped to the grid. A static item doesn't move. Raises `Invalid` if there
    is no such item."""
    place = layout.index(item_id)
    board = _board(layout)
    x = max(0, min(x, board.columns - board.ws[place]))
    Push(board, compact, prevent=prevent_collision).run(place, x, max(0, min(y, MAX_ROW)))
    return _compacted(layout, board, compact)


def resize(
    layout: Layout,
    item_id: str,
    w: int,
    h: int,
    handle: Handle = "se",
    *,
    compact: Compact = "vertical",
    prevent_collision: bool = False,
) -> Layout:
    """Resize `item_id` to `w` columns and `h` rows at `handle`; the opposite edge stays. A static item keeps its size.
    With a handle on the top edge, the item keeps its new row even if it overlaps others there, as in react-grid-layout.
    Raises `Invalid` if there is no such item."""
    place = layout.index(item_id)
    board = _board(layout)
    if board.static[place]:
        return _compacted(layout, board, compact)
    x, y = board.xs[place], board.ys[place]
    old = Cell(x, y, board.ws[place], board.hs[place])
    new = resized_cell(old, *limited_size(layout.items[place], old, w, h, handle, board.columns), handle)
    others = (i for i in range(board.count) if i != place)
    if prevent_collision and next(board.colliding(others, *new), None) is not None:
        new = old
    board.ws[place], board.hs[place] = new.w, new.h
    board.remask(place)
    if "n" in handle:
        board.ys[place] = new.y
    if new.x != x:
        Push(board, compact, prevent=prevent_collision).run(place, new.x, new.y)
    return _compacted(layout, board, compact, keeps_row=place if "n" in handle else None)


def add(layout: Layout, item: Item, cell: Cell, *, compact: Compact = "vertical") -> Layout:
    """The layout with one more item, added as the last. Raises `Invalid` if its id is in use or the layout is full."""
    if item.id in layout.places:
        refuse("duplicate-id", _("Two items have the ID {item}.").format(item=quote_id(item.id)), item.id, "id")
    if len(layout) >= MAX_ITEMS:
        what = _("The dashboard is full: it can have up to {limit} widgets and containers.").format(limit=MAX_ITEMS)
        refuse("too-many-items", what, item.id, None)
    more = Layout.of(layout.columns, [*layout, (item, cell)])
    board = GridArrays(more)
    board.bring_in()
    return _compacted(more, board, compact)


def remove(layout: Layout, item_id: str, *, compact: Compact = "vertical") -> Layout:
    """The layout without `item_id`. Raises `Invalid` if there is no such item."""
    place = layout.index(item_id)
    cells = _board(layout).cells(layout.cells)
    rest = [pair for number, pair in enumerate(zip(layout.items, cells, strict=True)) if number != place]
    less = Layout.of(layout.columns, rest)
    board = GridArrays(less)
    board.bring_in()  # like the original component, which corrects the bounds of the others whenever an item is removed
    return _compacted(less, board, compact)


def compacted(layout: Layout, *, compact: Compact = "vertical") -> Layout:
    """The layout after compaction."""
    return _compacted(layout, _board(layout), compact)


def _board(layout: Layout) -> GridArrays:
    board = GridArrays(layout)
    if board.sticks_out:
        board.bring_in()
    return board


def _compacted(layout: Layout, board: GridArrays, compact: Compact, keeps_row: int | None = None) -> Layout:
    """Compact the arrays, and return them as a layout. The item `keeps_row` is compacted with the others, but ends in
    the row that it had when its turn came."""
    kept = 0 if keeps_row is None else board.ys[board.ids.index(keeps_row)]
    if compact == "vertical":
        kept = compact_vertically(board, -1 if keeps_row is None else keeps_row)
    elif compact == "horizontal":
        compact_horizontally(board)
    if keeps_row is not None:
        board.ys[board.ids.index(keeps_row)] = kept
    return layout.moved_to(board.cells(layout.cells))

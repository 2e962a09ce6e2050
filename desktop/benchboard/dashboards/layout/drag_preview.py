"""Preview the layout while items are dragged, resized or placed.

Every preview is computed from the layout at the start of the gesture and the present pointer position alone. It does
not depend on the pointer's path, so displaced items return to their original positions when the pointer moves back. No
items overlap in the result, static ones included (static items that overlapped each other before still do).

The items of the gesture, "the body", are taken out of the layout once, at the start, and the others are normalised
without them (`lifted`). Every result is the set of cells that differ from that. Items that collide with the body and
come after it in the order are pushed down, and keep their order.

- `vertical`: the gap that the body leaves is closed, and the body and all other items are compacted upwards. In a drag,
  the body comes after the items whose vertical middle (in the layout without the body) is above its top edge, and
  before the others; in a resize, after those that end at or above its top edge. An item that moved up by more than the
  body's height ranks lower, so that the body fits into its original position again; but a body that is dragged to free
  cells away from there pushes nothing. If several dragged items would not all move up by the same number of rows, they
  stay in one piece, at the nearest rows where they are supported from above, and push down what they overlap; if there
  are no such rows nearby, each moves up by itself. The preview shows which of the two a drop will do.
- `none`, `horizontal`: the gap stays open, the body stays at the pointer, and items that it overlaps are pushed below
  it.

A top edge under `vertical`, and a left edge under `horizontal`, can't be pulled past the items there (`resize_limits`).
"""

from collections.abc import Mapping, Sequence
from functools import cached_property

from benchboard.dashboards.layout.displacement import BodyShape, Displacement
from benchboard.dashboards.layout.drop_position import DropBody
from benchboard.dashboards.layout.grid_arrays import ColumnOccupancy, GridArrays, RowBlocks
from benchboard.dashboards.layout.model import MAX_ROW, Cell, Compact, Layout
from benchboard.dashboards.layout.normalize import normalized
from benchboard.dashboards.layout.ordering import Ranks
from benchboard.dashboards.layout.resize_limits import Handle, Stops, limited_size, resized_cell


class _LayoutGesture:
    """The layout at the start of a gesture, with and without the body, indexed so that many previews can be computed
    from it."""

    def __init__(self, layout: Layout, lifted: Sequence[int], compact: Compact, *, by_middle: bool) -> None:
        self.layout = normalized(layout, compact)
        self.compact = compact
        self.body = [self.layout.cells[place] for place in lifted]
        self.places = list(lifted)
        without = frozenset(lifted)
        self.lifted = normalized(self.layout, compact, without=without)
        """The layout without the body: all other items in the cells that they have without it. The items of the body
        have their cells of the start."""
        slack = min((cell.h for cell in self.body), default=0)
        middle = by_middle and compact == "vertical"
        self.ranks = Ranks(self.layout, self.lifted, without, slack, by_middle=middle)

    def _around(self, shape: BodyShape, dx: int, dy: int, until: int | None) -> dict[int, Cell]:
        """The cells that differ from `lifted`, by index, with the body moved by (dx, dy) in one piece; under `vertical`
        it is then compacted upwards, still in one piece. Changes in rows from `until` on may be missing."""
        if not shape.parts:
            return {}
        ranks, lower = self.ranks, 0
        dy = ranks.sunk(shape.parts, dx, dy)
        if self.compact == "vertical":
            lower = max(
                ranks.floor(x + dx, x + dx + w, ranks.key(y + dy)) - y - dy for (x, y, w, _h), _place in shape.parts
            )
            lower = ranks.sunk(shape.parts, dx, dy + lower) - dy
        displacement = Displacement(ranks, shape, dx, dy, until=until, falls=False, lower=lower)
        displacement.run()
        return displacement.changed

    def _dropped(self, changed: dict[int, Cell]) -> Layout:
        cells = list(self.lifted.cells)
        for place, cell in changed.items():
            cells[place] = cell
        return normalized(self.layout.moved_to(cells), self.compact)


class Drag(_LayoutGesture):
    """Items dragged together as one rigid body. `ids` names them, the item under the pointer first; static items are
    left out. The positions of the items relative to each other are those in the normalised layout, or with `shaped`
    those in `layout` as it is given."""

    def __init__(
        self, layout: Layout, ids: Sequence[str], *, compact: Compact = "vertical", shaped: bool = False
    ) -> None:
        places = dict.fromkeys(layout.index(item_id) for item_id in ids)
        super().__init__(layout, [p for p in places if not layout.items[p].static], compact, by_middle=True)
        if shaped:
            self.body = [layout.cells[place] for place in self.places]
        self._shape = BodyShape(list(zip(self.body, self.places, strict=True)))
        self._resting = DropBody(self.ranks, self._shape) if compact == "vertical" else None

    @cached_property
    def _resting_in_gap(self) -> DropBody:
        """The body over free cells: the items that moved up when it was taken out keep what they moved up to."""
        ranks = Ranks(self.lifted, self.lifted, frozenset(self.places), 0, by_middle=True)
        return DropBody(ranks, self._shape)

    @cached_property
    def _taken(self) -> ColumnOccupancy:
        """The rows of all other items, and those that the body had."""
        taken = ColumnOccupancy(self.layout.columns)
        for cell in (*self.lifted.cells, *self.body):
            taken.put(*cell)
        return taken

    def _is_free(self, dx: int, dy: int) -> bool:
        parts = ((cell.x + dx, cell.y + dy, cell.w, cell.h) for cell in self.body)
        return all(self._taken.free_row(x, y, w, h) == y for x, y, w, h in parts)

    def at(self, x: int, y: int, *, until: int | None = None) -> dict[int, Cell]:
        """The cells that differ from `lifted` (index in the layout → cell) with the first item at column `x`, row `y`,
        or as near to it as the grid and the static items allow for the whole body. Changes in rows from `until` on,
        below the visible ones, may be missing."""
        if not self.body:
            return {}
        box, grabbed = self._shape.box, self.body[0]
        dx = max(-box.x, min(x - grabbed.x, self.layout.columns - box.right))
        dy = max(-box.y, min(y - grabbed.y, MAX_ROW - box.y))
        if self._resting is not None:
            body = self._resting_in_gap if self._is_free(dx, dy) else self._resting
            return body.resting_position(dx, dy, until)
        return self._around(self._shape, dx, dy, until)

    def drop(self, x: int, y: int) -> Layout:
        """The layout after a drop there, the same as `at` shows. A drop at the original position changes nothing."""
        return self._dropped(self.at(x, y))


class Resize(_LayoutGesture):
    """One item resized at one of its handles. A static item keeps its size."""

    def __init__(self, layout: Layout, item_id: str, handle: Handle, *, compact: Compact = "vertical") -> None:
        place = layout.index(item_id)
        fixed = layout.items[place].static
        super().__init__(layout, [] if fixed else [place], compact, by_middle=False)
        self.handle = handle
        self._old, others = self.layout.cells[place], (cell for k, cell in enumerate(self.layout.cells) if k != place)
        self._stops = Stops(others, handle, compact)

    def at(self, w: int, h: int, *, until: int | None = None) -> dict[int, Cell]:
        """The cells that differ from `lifted` (index in the layout → cell) with the item `w` columns wide and `h` rows
        high, or as near to that as its size limits and the items around it allow. Changes in rows from `until` on may
        be missing."""
        if not self.body:
            return {}
        return self._around(BodyShape([(self.within(w, h), self.places[0])]), 0, 0, until)

    def within(self, w: int, h: int) -> Cell:
        """The item's cell with this size, or as near to it as its size limits and the items around it allow, before it
        is compacted upwards."""
        return self._stops.held(self._old, self._free_of_statics(w, h)) if self.body else self._old

    def drop(self, w: int, h: int) -> Layout:
        """The layout after the resize ends at this size."""
        return self._dropped(self.at(w, h))

    def _free_of_statics(self, w: int, h: int) -> Cell:
        old, item = self._old, self.layout.items[self.places[0]]
        w, h = limited_size(item, old, w, h, self.handle, self.layout.columns)
        # The item must fit into the grid, even if it is then smaller than its own minimum size.
        w = min(w, old.right if "w" in self.handle else self.layout.columns - old.x)
        h = min(h, old.bottom) if "n" in self.handle else h
        while w > old.w and self.ranks.fixed.first(*resized_cell(old, w, old.h, self.handle)) is not None:
            w -= 1
        while h > old.h and self.ranks.fixed.first(*resized_cell(old, w, h, self.handle)) is not None:
            h -= 1
        return resized_cell(old, w, h, self.handle)


class Placing(_LayoutGesture):
    """Several items moved in one step, each into a given cell; they do not form a rigid body."""

    def __init__(self, layout: Layout, places: Sequence[int], compact: Compact) -> None:
        super().__init__(layout, places, compact, by_middle=False)

    def drop(self, cells: Sequence[Cell]) -> Layout:
        """The layout with the items in these cells, in the order of `places`."""
        return self._dropped(self._around(BodyShape(list(zip(cells, self.places, strict=True))), 0, 0, None))


def placed(layout: Layout, cells: Mapping[str, Cell], *, compact: Compact = "vertical") -> Layout:
    """The layout with these items in the given cells and the others pushed down; static items don't move.

    The given cells are clamped to the grid. Of two that overlap, the later one in reading order is moved below the
    other, and one that overlaps a static item is moved below it. Under `vertical`, everything is then compacted
    upwards. If all of the items are in the given cells already, nothing changes. Raises `Invalid` if there is no such
    item.
    """
    layout = normalized(layout, compact)
    asked = {layout.index(item_id): _inside(cell, layout.columns) for item_id, cell in cells.items()}
    wanted = {place: cell for place, cell in asked.items() if not layout.items[place].static}
    if all(layout.cells[place] == cell for place, cell in wanted.items()):
        return layout
    wanted = separated(layout, wanted)
    return Placing(layout, list(wanted), compact).drop(list(wanted.values()))


def _inside(cell: Cell, columns: int) -> Cell:
    w = max(1, min(cell.w, columns))
    return Cell(max(0, min(cell.x, columns - w)), max(0, min(cell.y, MAX_ROW)), w, max(1, cell.h))


def separated(layout: Layout, wanted: Mapping[int, Cell]) -> dict[int, Cell]:
    """The given cells, by index in the layout, moved down until they overlap neither each other nor a static item; the
    upper ones are placed first."""
    board = GridArrays(layout)
    taken = RowBlocks(board, board.statics)
    sky = [0] * layout.columns
    for place in sorted(wanted, key=lambda place: (wanted[place].y, wanted[place].x, place)):
        x, y, w, h = wanted[place]
        board.xs[place], board.ys[place], board.ws[place], board.hs[place] = x, y, w, h
        board.remask(place)
        hit = taken.first(x, y, w, h)
        if hit is not None and not board.static[hit]:
            y = max(sky[x : x + w])
        while (hit := taken.first(x, y, w, h)) is not None:
            y = board.ys[hit] + board.hs[hit]
        board.ys[place] = y
        taken.put(place)
        sky[x : x + w] = [max(old, y + h) for old in sky[x : x + w]]
    return {place: Cell(board.xs[place], board.ys[place], board.ws[place], board.hs[place]) for place in wanted}

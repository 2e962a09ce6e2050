"""Place the dragged items (the body) among the others: items that come later in the order are pushed down and keep
their order."""

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from operator import or_

from benchboard.dashboards.layout.grid_arrays import BLOCK, ColumnOccupancy
from benchboard.dashboards.layout.model import Cell, bounding_box
from benchboard.dashboards.layout.ordering import DisplacementOrder, Ranks

Part = tuple[Cell, int]
"""One item of the body: its cell, and its index in the layout."""

_new = tuple.__new__  # half the cost of calling Cell, a hundred times per preview


class BodyShape:
    """The parts of a body in their original cells, sorted by row."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = sorted(parts, key=lambda part: (part[0].y, part[0].x))
        self.box = bounding_box([cell for cell, _place in self.parts])
        self.ahead: list[int] = []
        """Only for several parts: for each, the columns of it and of all later ones, as bits from the bounding box's
        first column on."""
        self.heads: dict[int, tuple[int, int]] = {}
        """Only for several parts: those with no other part directly above them, by index in the layout; each with its
        row and its columns, as bits from the bounding box's first column on."""
        self.taken = ColumnOccupancy(self.box.right)
        """Only for several parts: the rows that they occupy in their original cells."""
        if len(self.parts) > 1:
            self._index()

    def _index(self) -> None:
        masks = [((1 << cell.w) - 1) << (cell.x - self.box.x) for cell, _place in self.parts]
        self.ahead = list(accumulate(reversed(masks), or_))[::-1]
        lows: dict[int, int] = {}
        for (cell, _place), mask in zip(self.parts, masks, strict=True):
            lows[cell.bottom] = lows.get(cell.bottom, 0) | mask
            self.taken.put(*cell)
        self.heads = {
            place: (cell.y, mask)
            for (cell, place), mask in zip(self.parts, masks, strict=True)
            if not mask & lows.get(cell.y, 0)
        }


class Displacement:
    """One preview, computed part by part from top to bottom: after a part is placed, the items that rank after it and
    before the next part are pushed down until they overlap neither the body nor each other.

    The parts of the `shape` are moved by `dx` columns and `dy` rows. With `falls`, the body can come apart: each part
    moves up by itself as far as it can. Without it, the body stays in one piece and is moved down by another `lower`
    rows (up if negative); the caller makes sure that it overlaps no static item there. Items are displaced in `order`,
    by default that of `ranks`. Changes in rows from `until` on may be missing.
    """

    def __init__(
        self,
        ranks: Ranks,
        shape: BodyShape,
        dx: int = 0,
        dy: int = 0,
        *,
        until: int | None,
        falls: bool,
        lower: int = 0,
        order: DisplacementOrder | None = None,
    ) -> None:
        self.ranks, self.shape, self.falls, self.lower = ranks, shape, falls, lower
        self.parts, self.order = shape.parts, order or ranks.order
        self.dx, self.dy = dx, dy
        self.changed: dict[int, Cell] = {}
        """The cells that have changed so far, by index in the layout."""
        self._next_part = self._active = self._reach = 0
        self._rise = 0
        keys, key = self.order.keys, self.order.key
        self._from = bisect_left(keys, key(self.parts[0][0].y + dy))
        self._end = len(keys)
        if until is not None:
            in_sight = bisect_left(self.order.lows, until)
            self._end = max(in_sight, bisect_left(keys, key(self.parts[-1][0].y + dy), self._from))
        self._pushed = [0] * ranks.columns

    @cached_property
    def _floors(self) -> list[int]:
        ranks, dx, dy = self.ranks, self.dx, self.dy
        return [ranks.floor(x + dx, x + dx + w, ranks.key(y + dy)) for (x, y, w, _h), _place in self.parts]

    @property
    def torn(self) -> bool:
        """Whether it is certain, before any part is placed, that an item above stops a part after fewer rows than the
        first, so that the body comes apart."""
        down = self._floors[0] - self.parts[0][0].y
        if down > self.dy and self.ranks.obstructed:
            return False  # the first part may be moved down further, below a static item
        return any(floor - cell.y > down for floor, (cell, _place) in zip(self._floors, self.parts, strict=True))

    def run(self, *, whole: bool = False) -> bool:
        """Place all parts; returns True when done. With `whole`, stop and return False at the first part that moves up
        by another number of rows than the first part or that, without `falls`, is not supported from above; the next
        call continues from there."""
        while True:
            if self._next_part:
                self._push_items()
            if self._next_part == len(self.parts):
                return True
            part = self.parts[self._next_part]
            supported = self.falls or not whole or part[1] not in self.shape.heads or self._is_supported(part[0])
            rise = self._place_part(*part)
            if not self._next_part:
                self._rise = rise
            self._next_part += 1
            if not supported or (whole and rise != self._rise):
                return False

    def _is_supported(self, cell: Cell) -> bool:
        """Whether a part with no other part directly above it is supported at its new position: by the top of the page,
        or by an item that ends at the part's top edge."""
        row, pushed, changed = cell.y + self.dy + self.lower, self._pushed, self.changed
        left, right = cell.x + self.dx, cell.right + self.dx
        if not row or row in pushed[left:right]:
            return True
        columns = ((1 << cell.w) - 1) << left
        return any(columns & there and place not in changed for there, place in self.ranks.ends.get(row, ()))

    def _place_part(self, cell: Cell, place: int) -> int:
        """Place a part. Returns the number of rows by which it moved up from where the pointer puts it."""
        ranks, pushed = self.ranks, self._pushed
        x, y, w, h = cell
        x, y = x + self.dx, y + self.dy
        right = x + w
        if self.falls:
            row = max(self._floors[self._next_part], *pushed[x:right])
            if row > y and ranks.obstructed:
                row = ranks.taken.free_row(x, row, w, h)
            bottom = row + h
            pushed[x:right] = [bottom] * w
        else:
            row = y + self.lower
            bottom = row + h
            pushed[x:right] = [max(old, bottom) for old in pushed[x:right]]
        self.changed[place] = _new(Cell, (x, row, w, h))
        self._active |= ((1 << w) - 1) << x
        if bottom > self._reach:
            self._reach = bottom
        return y - row

    def _push_items(self) -> None:
        """Push down the items that rank before the next part and overlap the body or an item that was pushed down. It
        ends when all remaining items begin at or below the lowest bottom edge so far; a column is done at the first
        item that stays where it is."""
        ranks, order = self.ranks, self.order
        start, end, last = self._from, self._end, self._next_part == len(self.parts)
        if not last:
            end = bisect_left(order.keys, order.key(self.parts[self._next_part][0].y + self.dy), start, end)
        if start >= end:
            return
        pushed, changed = self._pushed, self.changed
        active, reach, fixed = self._active, self._reach, ranks.near if ranks.obstructed else None
        ahead, top = 0, 0
        if not self.falls and not last:
            ahead = self.shape.ahead[self._next_part] << self.shape.box.x + self.dx
            top = self.parts[self._next_part][0].y + self.dy + self.lower
        for low, mask, y, x, right, h, place in order.rest[start:end]:
            if low >= reach:
                break
            if not mask & active:
                continue
            row = max(pushed[x:right])
            if row <= y:
                active &= ~mask
                continue
            if (mask & ahead and row + h > top) or (fixed and mask & fixed(row >> BLOCK)):
                row = self._free_row(x, row, right - x, h)
            bottom = row + h
            changed[place] = _new(Cell, (x, row, right - x, h))
            pushed[x:right] = [bottom] * (right - x)
            active |= mask
            if bottom > reach:
                reach = bottom
        self._active, self._reach, self._from = active, reach, end

    def _free_row(self, x: int, row: int, w: int, h: int) -> int:
        """The first row from `row` on where the rectangle overlaps no static item and, unless the body can come apart,
        no part of the body."""
        left, down = max(0, x - self.dx), self.dy + self.lower
        while True:
            start = row
            if self.ranks.obstructed:
                row = self.ranks.taken.free_row(x, row, w, h)
            if not self.falls:
                row = self.shape.taken.free_row(left, row - down, x + w - self.dx - left, h) + down
            if row == start:
                return row

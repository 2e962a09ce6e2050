"""Limits of a resize: an item's own minimum and maximum size, the grid, and the items that stop a dragged edge.

An edge can't be pulled past items on the side to which the layout is compacted: under `vertical` an item above a widget
can't be pushed up, so a top edge stops at the lowest of them in the widget's columns; under `horizontal` items to the
left stop a left edge in the widget's rows. In all other cases items that are overlapped are pushed down, and only the
grid and static items stop an edge.
"""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import repeat
from typing import Literal, get_args

from benchboard.dashboards.layout.model import MAX_HEIGHT, Cell, Compact, Item

Handle = Literal["n", "ne", "e", "se", "s", "sw", "w", "nw"]
HANDLES: tuple[Handle, ...] = get_args(Handle)


def limited_size(item: Item, cell: Cell, w: int, h: int, handle: Handle, columns: int) -> tuple[int, int]:
    """The requested size (columns, rows), clamped to the grid and then to the item's own limits; the minimum takes
    precedence over the maximum."""
    widest = cell.right if "w" in handle else columns - cell.x
    tallest = cell.bottom if "n" in handle else MAX_HEIGHT
    w, h = max(1, min(w, widest)), max(1, min(h, tallest))
    w = max(item.min_w or 1, min(item.max_w or w, w))
    return w, max(item.min_h or 1, min(item.max_h or h, h))


def resized_cell(cell: Cell, w: int, h: int, handle: Handle) -> Cell:
    """`cell` with this size; the edge opposite `handle` stays where it is. If it would extend beyond the left or upper
    border, it is put at the border with its old size on that axis."""
    x, y = cell.x, cell.y
    if "w" in handle:
        x = cell.right - w
        w, x = (cell.w, 0) if x < 0 else (w, x)
    if "n" in handle:
        y = cell.bottom - h
        h, y = (cell.h, 0) if y < 0 else (h, y)
    return Cell(x, y, w, h)


class Stops:
    """The positions at which an edge dragged at `handle` stops, among these `cells`, which do not include the resized
    items. If `free`, no item stops it."""

    def __init__(self, cells: Iterable[Cell], handle: Handle, compact: Compact) -> None:
        self.up = compact == "vertical" and "n" in handle
        self.left = compact == "horizontal" and "w" in handle
        self.free = not (self.up or self.left)
        self._ends: dict[int, list[int]] = {}
        """For each column (or row), the sorted positions of the edges in it."""
        for cell in () if self.free else cells:
            lanes, end = self._lanes(cell), cell.bottom if self.up else cell.right
            for lane in lanes:
                self._ends.setdefault(lane, []).append(end)
        for ends in self._ends.values():
            ends.sort()

    def held(self, old: Cell, new: Cell) -> Cell:
        """`old` resized to `new`, or as far as its edge can be pulled."""
        if self.free:
            return new
        least = max(map(self._last_before, self._lanes(new), repeat(old.y if self.up else old.x)))
        top, left = (max(new.y, least), new.x) if self.up else (new.y, max(new.x, least))
        return Cell(left, top, new.right - left, new.bottom - top)

    def _last_before(self, lane: int, edge: int) -> int:
        ends = self._ends.get(lane, ())
        before = bisect_right(ends, edge)
        return ends[before - 1] if before else 0

    def _lanes(self, cell: Cell) -> range:
        return range(cell.x, cell.right) if self.up else range(cell.y, cell.bottom)

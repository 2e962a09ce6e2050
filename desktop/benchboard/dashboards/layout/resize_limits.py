"""Limits of a resize: an item's own least and greatest size, the grid, and what lies in an edge's way.

An edge cannot be pulled past items on the side to which things rise: under `vertical` an item above a widget cannot
be displaced upwards, so a top edge stops at the lowest of them in the widget's columns; under `horizontal` items to the
left stop a left edge in the widget's rows. Otherwise what is overlapped goes below, and only the grid and the statics
stop an edge.
"""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import repeat
from typing import Literal, get_args

from benchboard.dashboards.layout.model import MAX_HEIGHT, Cell, Compact, Item

Handle = Literal["n", "ne", "e", "se", "s", "sw", "w", "nw"]
HANDLES: tuple[Handle, ...] = get_args(Handle)


def limited_size(item: Item, cell: Cell, w: int, h: int, handle: Handle, columns: int) -> tuple[int, int]:
    """The size asked for, held to the grid and then to the item's own limits; the minimum wins over the maximum."""
    widest = cell.right if "w" in handle else columns - cell.x
    tallest = cell.bottom if "n" in handle else MAX_HEIGHT
    w, h = max(1, min(w, widest)), max(1, min(h, tallest))
    w = max(item.min_w or 1, min(item.max_w or w, w))
    return w, max(item.min_h or 1, min(item.max_h or h, h))


def resized_cell(cell: Cell, w: int, h: int, handle: Handle) -> Cell:
    """`cell` with this size, its far edge (seen from `handle`) where it was; held at the left and upper border."""
    x, y = cell.x, cell.y
    if "w" in handle:
        x = cell.right - w
        w, x = (cell.w, 0) if x < 0 else (w, x)
    if "n" in handle:
        y = cell.bottom - h
        h, y = (cell.h, 0) if y < 0 else (h, y)
    return Cell(x, y, w, h)


class Stops:
    """Where the edge pulled at `handle` stops, among these `cells`, which are not resized themselves. Nothing stops it
    if it is `free`."""

    def __init__(self, cells: Iterable[Cell], handle: Handle, compact: Compact) -> None:
        self.up = compact == "vertical" and "n" in handle
        self.left = compact == "horizontal" and "w" in handle
        self.free = not (self.up or self.left)
        self._ends: dict[int, list[int]] = {}
        """For each column, or row, the edges in it, in order."""
        for cell in () if self.free else cells:
            lanes, end = self._lanes(cell), cell.bottom if self.up else cell.right
            for lane in lanes:
                self._ends.setdefault(lane, []).append(end)
        for ends in self._ends.values():
            ends.sort()

    def held(self, old: Cell, new: Cell) -> Cell:
        """`old` resized to `new`, or as far as its edge can go."""
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

"""Find a free position for a new item, and the reading order of items."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from benchboard.dashboards.layout.grid_arrays import GridArrays
from benchboard.dashboards.layout.model import Cell, Layout


def first_free(layout: Layout, w: int, h: int) -> Cell:
    """The topmost, then leftmost position where a new item of `w` columns and `h` rows overlaps nothing. An item wider
    than the grid is cut to its width."""
    board = GridArrays(layout)
    board.arrange("rows")
    w = max(1, min(w, layout.columns))
    h = max(1, h)
    tallest = max(board.hs, default=0)
    # The topmost free position is in row 0 or right below an item: otherwise the row above it would be free too.
    for row in sorted({0, *(y + height for y, height in zip(board.ys, board.hs, strict=True))}):
        taken = 0
        for i in range(bisect_left(board.ys, row - tallest + 1), bisect_left(board.ys, row + h)):
            if board.ys[i] + board.hs[i] > row:
                taken |= board.masks[i]
        wanted = (1 << w) - 1
        for x in range(layout.columns - w + 1):
            if not taken >> x & wanted:
                return Cell(x, row, w, h)
    return Cell(0, layout.bottom, w, h)


def reading_order(layout: Layout) -> tuple[str, ...]:
    """The ids from top to bottom and, within a row, from left to right: the tab order."""
    ranked = sorted((cell.y, cell.x, place) for place, cell in enumerate(layout.cells))
    return tuple(layout.items[place].id for _y, _x, place in ranked)


class Occupancy:
    """Which parts of a grid are occupied. Consecutive rows with the same occupied columns are stored as one strip, its
    columns as the bits of a number: the cost does not depend on the heights of items."""

    def __init__(self, cells: Iterable[Cell] = ()) -> None:
        self.tops = [0]
        """The first row of each strip; the last strip has no end and is free."""
        self.masks = [0]
        self.failed: dict[tuple[int, int], int] = {}
        """For a size (w, h), the row above which it doesn't fit, nor does a larger one. It stays valid while cells are
        only added."""
        for cell in cells:
            self.put(cell)

    def put(self, cell: Cell) -> None:
        """Mark the cell as occupied."""
        mask = ((1 << cell.w) - 1) << cell.x
        for strip in range(self._cut(cell.y), self._cut(cell.bottom)):
            self.masks[strip] |= mask

    def take_away(self, cell: Cell) -> None:
        """Mark the cell as free."""
        self.failed.clear()
        mask = ((1 << cell.w) - 1) << cell.x
        for strip in range(self._cut(cell.y), self._cut(cell.bottom)):
            self.masks[strip] &= ~mask

    def _cut(self, row: int) -> int:
        """The index of the strip that begins at this row; the strip around it is split if there is none."""
        strip = bisect_left(self.tops, row)
        if strip == len(self.tops) or self.tops[strip] != row:
            self.tops.insert(strip, row)
            self.masks.insert(strip, self.masks[strip - 1])
        return strip

    def _in(self, strip: int, bottom: int) -> int:
        """The columns, as bits, that are occupied in any row from this strip's first to above row `bottom`."""
        bits = 0
        for k in range(strip, bisect_left(self.tops, bottom, strip)):
            bits |= self.masks[k]
        return bits

    def _columns(self, cell: Cell) -> int:
        return self._in(bisect_right(self.tops, cell.y) - 1, cell.bottom)

    def covers(self, cell: Cell) -> bool:
        """Whether any part of this cell is occupied."""
        return self._columns(cell) & (((1 << cell.w) - 1) << cell.x) != 0

    def room(self, cell: Cell, columns: int) -> int:
        """How many columns right of the cell are free in all its rows."""
        beside = self._columns(cell) >> cell.right
        free = columns - cell.right
        return min(free, (beside & -beside).bit_length() - 1) if beside else free

    def topmost(self, w: int, h: int, columns: int, floor: int = 0) -> Cell:
        """The topmost, then leftmost free position from row `floor` on. `floor` must not be smaller than in earlier
        calls."""
        known = (row for (wide, high), row in self.failed.items() if wide <= w and high <= h)
        cell = self.first(w, h, max(floor, max(known, default=0)), columns)
        self.failed[w, h] = cell.y
        return cell

    def first(self, w: int, h: int, y: int, columns: int, x: int = 0) -> Cell:
        """The topmost, then leftmost free position from row `y` on; in row `y` only from column `x` on."""
        full = (1 << columns) - 1
        free = full >> x << x
        strip = bisect_right(self.tops, y) - 1
        while True:
            free &= ~self._in(strip, y + h)
            wide = 1
            while wide < w:
                step = min(wide, w - wide)
                free &= free >> step
                wide += step
            if free:
                return Cell((free & -free).bit_length() - 1, y, w, h)
            if strip + 1 == len(self.tops):  # only the columns asked for were in the way
                y, free = y + 1, full
                continue
            strip += 1
            y, free = self.tops[strip], full

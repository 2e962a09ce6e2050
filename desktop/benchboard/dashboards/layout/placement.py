"""Find room for a new item, and the reading order of items."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from benchboard.dashboards.layout.grid_arrays import GridArrays
from benchboard.dashboards.layout.model import Cell, Layout


def first_free(layout: Layout, w: int, h: int) -> Cell:
    """The topmost, then leftmost position where a new item of `w` by `h` overlaps nothing. It is cut to the grid's
    width."""
    board = GridArrays(layout)
    board.arrange("rows")
    w = max(1, min(w, layout.columns))
    h = max(1, h)
    tallest = max(board.hs, default=0)
    # The topmost free place lies at the very top or right below some item: else it could lie a row higher.
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
    """The ids from top to bottom and, in one row, from left to right: the tab order."""
    ranked = sorted((cell.y, cell.x, place) for place, cell in enumerate(layout.cells))
    return tuple(layout.items[place].id for _y, _x, place in ranked)


class Occupancy:
    """Which fields are taken. Rows between which nothing changes are one strip, with its columns as the bits of a
    number: the cost does not grow with an item's height."""

    def __init__(self, cells: Iterable[Cell] = ()) -> None:
        self.tops = [0]
        """The row where each strip begins; the last one is endless and free."""
        self.masks = [0]
        self.failed: dict[tuple[int, int], int] = {}
        """Above which row there is no room for a size, nor for a larger one: room only gets scarcer."""
        for cell in cells:
            self.put(cell)

    def put(self, cell: Cell) -> None:
        """Take the cell's fields."""
        mask = ((1 << cell.w) - 1) << cell.x
        for strip in range(self._cut(cell.y), self._cut(cell.bottom)):
            self.masks[strip] |= mask

    def take_away(self, cell: Cell) -> None:
        """Free the cell's fields."""
        self.failed.clear()
        mask = ((1 << cell.w) - 1) << cell.x
        for strip in range(self._cut(cell.y), self._cut(cell.bottom)):
            self.masks[strip] &= ~mask

    def _cut(self, row: int) -> int:
        """The strip that begins at this row, from now on."""
        strip = bisect_left(self.tops, row)
        if strip == len(self.tops) or self.tops[strip] != row:
            self.tops.insert(strip, row)
            self.masks.insert(strip, self.masks[strip - 1])
        return strip

    def _in(self, strip: int, bottom: int) -> int:
        """The columns taken anywhere from this strip down to a row."""
        bits = 0
        for k in range(strip, bisect_left(self.tops, bottom, strip)):
            bits |= self.masks[k]
        return bits

    def _columns(self, cell: Cell) -> int:
        return self._in(bisect_right(self.tops, cell.y) - 1, cell.bottom)

    def covers(self, cell: Cell) -> bool:
        """Whether a field of this cell is taken."""
        return self._columns(cell) & (((1 << cell.w) - 1) << cell.x) != 0

    def room(self, cell: Cell, columns: int) -> int:
        """How many columns right of the cell are free in all its rows."""
        beside = self._columns(cell) >> cell.right
        free = columns - cell.right
        return min(free, (beside & -beside).bit_length() - 1) if beside else free

    def topmost(self, w: int, h: int, columns: int, floor: int = 0) -> Cell:
        """The topmost, then leftmost free position below a floor, which must not rise from one call to the next."""
        known = (row for (wide, high), row in self.failed.items() if wide <= w and high <= h)
        cell = self.first(w, h, max(floor, max(known, default=0)), columns)
        self.failed[w, h] = cell.y
        return cell

    def first(self, w: int, h: int, y: int, columns: int, x: int = 0) -> Cell:
        """The topmost free position from row `y` on, in that row from column `x` on, then the leftmost."""
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

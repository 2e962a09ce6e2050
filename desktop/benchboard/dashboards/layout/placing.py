"""Where a new item fits, and in which order a reader meets the items."""

from bisect import bisect_left
from collections.abc import Iterable

from .board import Board
from .document import Cell, Layout


def first_free(layout: Layout, w: int, h: int) -> Cell:
    """The topmost, then leftmost place where a new item of `w` by `h` covers nothing. Wider than the grid, it
    is cut."""
    board = Board(layout)
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
    """The ids from top to bottom and, in one row, from left to right: the order of Tab."""
    ranked = sorted((cell.y, cell.x, place) for place, cell in enumerate(layout.cells))
    return tuple(layout.items[place].id for _y, _x, place in ranked)


class Taken:
    """Which fields are taken: a row's columns as the bits of one number."""

    def __init__(self, cells: Iterable[Cell] = ()) -> None:
        self.rows: dict[int, int] = {}
        for cell in cells:
            self.put(cell)

    def put(self, cell: Cell) -> None:
        mask = ((1 << cell.w) - 1) << cell.x
        for row in range(cell.y, cell.bottom):
            self.rows[row] = self.rows.get(row, 0) | mask

    def take_away(self, cell: Cell) -> None:
        mask = ((1 << cell.w) - 1) << cell.x
        for row in range(cell.y, cell.bottom):
            self.rows[row] &= ~mask

    def _in(self, y: int, h: int) -> int:
        bits = 0
        for row in range(y, y + h):
            bits |= self.rows.get(row, 0)
        return bits

    def covers(self, cell: Cell) -> bool:
        """Whether a field of this cell is taken."""
        return self._in(cell.y, cell.h) & (((1 << cell.w) - 1) << cell.x) != 0

    def room(self, cell: Cell, columns: int) -> int:
        """How many columns right of the cell are free in all its rows."""
        beside = self._in(cell.y, cell.h) >> cell.right
        free = columns - cell.right
        return min(free, (beside & -beside).bit_length() - 1) if beside else free

    def first(self, w: int, h: int, y: int, columns: int, x: int = 0) -> Cell:
        """The topmost free place from row `y` on, in that row from column `x` on, then the leftmost."""
        full = (1 << columns) - 1
        free = full >> x << x
        while True:
            free &= ~self._in(y, h)
            wide = 1
            while wide < w:
                step = min(wide, w - wide)
                free &= free >> step
                wide += step
            if free:
                return Cell((free & -free).bit_length() - 1, y, w, h)
            y, free = y + 1, full

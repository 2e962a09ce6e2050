"""Where a new item fits, and in which order a reader meets the items."""

from bisect import bisect_left

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

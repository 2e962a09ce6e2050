"""Everything in a layout but what is lifted, in the order in which it gives way, made ready to be asked many times."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

from .board import BLOCK, Blocks, Board, Taken
from .document import Cell, Layout

Rest = tuple[int, int, int, int, int, int, int]
"""One item that is not lifted: the highest row of it and of all that rank after it, its columns as bits, its row, first
column, the column after its last, its height, its place in the layout. A plain tuple: a step goes through a hundred."""


class Ranks:
    """The order of `lifted` without the places `without`. What rose from `before` when the body was lifted ranks as if
    it had risen by no more than `slack`: so the body fits in again exactly where it came from."""

    def __init__(self, before: Layout, lifted: Layout, without: frozenset[int], slack: int, *, by_middle: bool) -> None:
        self.cells, self.columns, self.by_middle = lifted.cells, lifted.columns, by_middle
        board = Board(lifted)
        ranked = sorted(
            (2 * row + cell.h if by_middle else 2 * (row + cell.h), place)
            for place, (old, cell) in enumerate(zip(before.cells, lifted.cells, strict=True))
            if place not in without and not board.static[place]
            for row in (max(cell.y, old.y - slack),)
        )
        self.keys = [key for key, _place in ranked]
        rows = [lifted.cells[place].y for _key, place in ranked]
        self.lows = list(accumulate(reversed(rows), min))[::-1]
        """From each item on, the highest row of all that is left."""
        self.rest: list[Rest] = [
            (low, board.masks[place], y, x, x + w, h, place)
            for low, (_key, place) in zip(self.lows, ranked, strict=True)
            for x, y, w, h in (lifted.cells[place],)
        ]
        statics = [place for place in board.statics if place not in without]
        self._index_columns([*ranked, *((self.key(lifted.cells[place].bottom) - 1, place) for place in statics)])
        self._index_statics(board, statics)

    def _index_columns(self, ranked: list[tuple[int, int]]) -> None:
        self.in_columns: list[tuple[list[int], list[int]]] = [([], [0]) for _ in range(self.columns)]
        """For each column the keys in it and the bottom edges, the top of the page before them. A static is above
        whatever begins below it."""
        for key, place in sorted(ranked):
            cell = self.cells[place]
            for keys, bottoms in self.in_columns[cell.x : cell.right]:
                keys.append(key)
                bottoms.append(cell.bottom)

    def _index_statics(self, board: Board, statics: list[int]) -> None:
        self.fixed = Blocks(board, statics)
        self.taken = Taken(self.columns)
        for place in statics:
            self.taken.put(*self.cells[place])
        self.obstructed = bool(statics)
        self._tallest = max((h for _x, _y, _w, h in self.cells), default=1)
        self._span = ((self._tallest - 2) >> BLOCK) + 2
        self._near: dict[int, int] = {}

    def near(self, block: int) -> int:
        """The columns, as bits, in which an item whose row is in this block may meet a static."""
        known = self._near.get(block)
        if known is None:
            known = 0
            for below in range(block, block + self._span):
                known |= self.fixed.masks.get(below, 0)
            self._near[block] = known
        return known

    def key(self, row: int) -> int:
        """How a part of the body ranks with its top edge in this row."""
        return 2 * row if self.by_middle else 2 * row + 1

    def floor(self, x: int, right: int, key: int) -> int:
        """How far up a part with this key can rise in these columns: to what ranks before, and to the statics above."""
        return max([bottoms[bisect_left(keys, key)] for keys, bottoms in self.in_columns[x:right]])

    def sunk(self, parts: Sequence[tuple[Cell, int]], dx: int, dy: int) -> int:
        """How many rows, `dy` or more, the body as one has to go down to lie on no static."""
        start = None if self.obstructed else dy
        while start != dy:
            start = dy
            for (x, y, w, h), _place in parts:
                row = y + dy
                if h > self._tallest or ((1 << w) - 1 << x + dx) & self.near(row >> BLOCK):
                    dy = self.taken.free_row(x + dx, row, w, h) - y
        return dy

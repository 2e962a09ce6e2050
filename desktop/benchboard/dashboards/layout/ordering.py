"""The order in which the items around a body are pushed down, indexed for many previews."""

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property, reduce
from itertools import accumulate
from operator import or_

from benchboard.dashboards.layout.grid_arrays import BLOCK, ColumnOccupancy, GridArrays, RowBlocks
from benchboard.dashboards.layout.model import Cell, Layout

Rest = tuple[int, int, int, int, int, int, int]
"""One item outside the body: the topmost row of it and of all that rank after it, its columns as bits, its row, its
first column, the column after its last, its height, and its index in the layout. A plain tuple for speed: a preview
goes through a hundred."""


class DisplacementOrder:
    """Items in the order of displacement. `ranked` has each item's rank, which is twice the row of its middle or of its
    bottom edge, and its index in the layout."""

    def __init__(
        self, board: GridArrays, cells: Sequence[Cell], ranked: list[tuple[int, int]], *, by_middle: bool
    ) -> None:
        self.by_middle = by_middle
        self.keys = [key for key, _place in ranked]
        rows = [cells[place].y for _key, place in ranked]
        self.lows = list(accumulate(reversed(rows), min))[::-1]
        """For each item, the topmost row of it and of all that rank after it."""
        self.rest: list[Rest] = [
            (low, board.masks[place], y, x, x + w, h, place)
            for low, (_key, place) in zip(self.lows, ranked, strict=True)
            for x, y, w, h in (cells[place],)
        ]

    def key(self, row: int) -> int:
        """The rank of a part of the body whose top edge is in this row."""
        return 2 * row if self.by_middle else 2 * row + 1


class Ranks:
    """The ranks of all items of the `lifted` layout except the body's, the indexes in `without`. An item that moved up
    from its row in `before` when the body was taken out ranks as if it had moved up by no more than `slack` rows, so
    that the body fits exactly into its original position again."""

    def __init__(self, before: Layout, lifted: Layout, without: frozenset[int], slack: int, *, by_middle: bool) -> None:
        self.cells, self.columns = lifted.cells, lifted.columns
        self._board = board = GridArrays(lifted)
        self._free = [place for place in range(board.count) if place not in without and not board.static[place]]
        ranked = sorted(
            (2 * row + cell.h if by_middle else 2 * (row + cell.h), place)
            for place in self._free
            for cell in (lifted.cells[place],)
            for row in (max(cell.y, before.cells[place].y - slack),)
        )
        self.order = DisplacementOrder(board, self.cells, ranked, by_middle=by_middle)
        self.key = self.order.key
        self._statics = [place for place in board.statics if place not in without]
        fixed = ((self.key(self.cells[place].bottom) - 1, place) for place in self._statics)
        self._index_columns([*ranked, *fixed])
        self._index_statics()

    def _index_columns(self, ranked: list[tuple[int, int]]) -> None:
        self.in_columns: list[tuple[list[int], list[int]]] = [([], [0]) for _ in range(self.columns)]
        """For each column, the ranks of the items in it, and their bottom edges after a first 0 for the top of the
        page. A static item ranks before all parts that begin below it."""
        for key, place in sorted(ranked):
            cell = self.cells[place]
            for keys, bottoms in self.in_columns[cell.x : cell.right]:
                keys.append(key)
                bottoms.append(cell.bottom)

    @cached_property
    def by_bottom(self) -> DisplacementOrder:
        """The order in which items that end above a row rank before a part in that row, and items that reach into it
        after."""
        ranked = sorted((2 * self.cells[place].bottom, place) for place in self._free)
        return DisplacementOrder(self._board, self.cells, ranked, by_middle=False)

    @cached_property
    def ends(self) -> dict[int, list[tuple[int, int]]]:
        """For each row the items that end right above it: columns as bits, index in the layout."""
        found: dict[int, list[tuple[int, int]]] = {}
        for place in [*self._free, *self._statics]:
            found.setdefault(self.cells[place].bottom, []).append((self._board.masks[place], place))
        return found

    @cached_property
    def edges(self) -> dict[int, int]:
        """For each row the columns, as bits, in which an item ends right above it."""
        return {row: reduce(or_, (mask for mask, _place in some)) for row, some in self.ends.items()}

    def _index_statics(self) -> None:
        self.fixed = RowBlocks(self._board, self._statics)
        self.taken = ColumnOccupancy(self.columns)
        for place in self._statics:
            self.taken.put(*self.cells[place])
        self.obstructed = bool(self._statics)
        self._tallest = max((h for _x, _y, _w, h in self.cells), default=1)
        self._span = ((self._tallest - 2) >> BLOCK) + 2
        self._near: dict[int, int] = {}

    def near(self, block: int) -> int:
        """The columns, as bits, in which an item with its top row in this block of rows may overlap a static item."""
        known = self._near.get(block)
        if known is None:
            known = 0
            for below in range(block, block + self._span):
                known |= self.fixed.masks.get(below, 0)
            self._near[block] = known
        return known

    def floor(self, x: int, right: int, key: int) -> int:
        """The topmost row that a part with this rank can move up to in these columns: below the items that rank before
        it and the static items above."""
        return max([bottoms[bisect_left(keys, key)] for keys, bottoms in self.in_columns[x:right]])

    def sunk(self, parts: Sequence[tuple[Cell, int]], dx: int, dy: int) -> int:
        """The row offset, `dy` or more, at which the body in one piece overlaps no static item."""
        start = None if self.obstructed else dy
        while start != dy:
            start = dy
            for (x, y, w, h), _place in parts:
                row = y + dy
                if h > self._tallest or ((1 << w) - 1 << x + dx) & self.near(row >> BLOCK):
                    dy = self.taken.free_row(x + dx, row, w, h) - y
        return dy

    def clear(self, parts: Sequence[tuple[Cell, int]], dx: int, dy: int) -> bool:
        """Whether the body, moved by (dx, dy), overlaps no static item."""
        return not self.obstructed or not any(
            self.fixed.first(x + dx, y + dy, w, h) is not None for (x, y, w, h), _place in parts
        )

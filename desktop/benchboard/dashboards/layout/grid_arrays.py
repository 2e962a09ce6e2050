"""A layout as parallel lists of numbers, on which plain Python works many times faster than on objects."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from operator import add
from typing import Literal

from benchboard.dashboards.layout.model import Cell, Layout, refuse
from benchboard.i18n import _

BLOCK = 3
"""Rows are indexed in blocks of 2**BLOCK."""
MAX_STEPS = 48_000_000
"""The number of steps that one operation may take: less than three seconds. A drag among 5,000 widgets needs a
thousandth of it; 5,000 at random positions in less space than they need take nearly all; thousands of items on top of
each other need time that grows with the cube of their number, because of react-grid-layout's rule itself."""


class GridArrays:
    """The mutable geometry of one layout while one operation works on it.

    An item is identified by its index in these lists. `arrange` changes the indexes; `ids` maps them to indexes in the
    layout.
    """

    __slots__ = (
        "columns",
        "count",
        "displaced",
        "ghost",
        "hs",
        "ids",
        "masks",
        "ranks",
        "span",
        "static",
        "statics",
        "steps_left",
        "ws",
        "xs",
        "ys",
    )  # fmt: skip

    def __init__(self, layout: Layout) -> None:
        cells = layout.cells
        self.columns = layout.columns
        self.count = len(cells)
        self.ids = list(range(self.count))
        axes = [list(axis) for axis in zip(*cells, strict=True)] if cells else [[], [], [], []]
        self.xs, self.ys, self.ws, self.hs = axes
        full = [(1 << w) - 1 for w in range(max(self.ws, default=0) + 1)]
        self.masks = [full[w] << x for x, w in zip(self.xs, self.ws, strict=True)]
        """The columns that each item occupies, as bits; call `remask` after changing a column or a width."""
        self.statics = [place for place, item in enumerate(layout.items) if item.static]
        """The indexes of the static items, always in the layout's order."""
        self.static = [False] * self.count
        for place in self.statics:
            self.static[place] = True
        self.ranks: list[int] = []
        """Once arranged by rows, each item's sort key; the keys of items `displaced` since then are out of date."""
        self.displaced: set[int] | None = None
        self.span = 0
        self.steps_left = MAX_STEPS
        # react-grid-layout's probe rectangle has the id "-1", and nothing collides with its own id.
        self.ghost = layout.places.get("-1", -1)

    @property
    def sticks_out(self) -> bool:
        """Whether an item extends beyond the last column."""
        return max(map(add, self.xs, self.ws), default=0) > self.columns

    def spend(self, steps: int) -> None:
        """Account for this many steps of the operation. Raises `Invalid` (`layout.too-tangled`) when none are left."""
        self.steps_left -= steps
        if self.steps_left < 0:
            what = _("These {count} items overlap too much to compact.").format(count=self.count)
            refuse("too-tangled", what, None, "items")

    def cells(self, before: tuple[Cell, ...]) -> tuple[Cell, ...]:
        """The cells in the layout's order; unchanged ones are those of `before`."""
        cells = list(before)
        for place, x, y, w, h in zip(self.ids, self.xs, self.ys, self.ws, self.hs, strict=True):
            if cells[place] != (x, y, w, h):
                cells[place] = Cell(x, y, w, h)
        return tuple(cells)

    def arrange(self, along: Literal["rows", "columns"]) -> None:
        """Sort the items from top to bottom, then left to right, then as given; or the other way round."""
        if along == "rows" and self.displaced is not None and self.ghost < 0:
            self._rearrange(self.displaced)
            return
        first, second = (self.ys, self.xs) if along == "rows" else (self.xs, self.ys)
        count, self.span = self.count, max(max(second, default=0) + 1, self.columns)
        span = self.span
        ranks = [(a * span + b) * count + i for a, b, i in zip(first, second, self.ids, strict=True)]
        turns = sorted(range(count), key=ranks.__getitem__)
        self._reorder(0, turns)
        self.ranks = [ranks[k] for k in turns]
        self.displaced = None
        if self.ghost >= 0:
            self.ghost = turns.index(self.ghost)

    def _rearrange(self, displaced: set[int]) -> None:
        """Restore the order by rows after the `displaced` items moved; quick if they moved only a little."""
        ranks, low, high = self.ranks, self.count, 0
        now = {i: (self.ys[i] * self.span + self.xs[i]) * self.count + self.ids[i] for i in displaced}
        for i, rank in now.items():
            place = bisect_left(ranks, rank)
            low, high = min(low, i, place), max(high, i + 1, place)
        near = ranks[low:high]
        for i, rank in now.items():
            near[i - low] = rank
        self._reorder(low, [low + k for k in sorted(range(len(near)), key=near.__getitem__)])
        self.displaced = None

    def _reorder(self, low: int, turns: list[int]) -> None:
        high = low + len(turns)
        for some in (self.ids, self.xs, self.ys, self.ws, self.hs, self.masks):
            some[low:high] = map(some.__getitem__, turns)
        if self.statics:
            self.static[low:high] = map(self.static.__getitem__, turns)
            self.statics = sorted((k for k, fixed in enumerate(self.static) if fixed), key=self.ids.__getitem__)

    def remask(self, i: int) -> None:
        """Update the column bits of item `i` after its column or width changed."""
        self.masks[i] = ((1 << self.ws[i]) - 1) << max(self.xs[i], 0)

    def colliding(self, items: Iterable[int], x: int, y: int, w: int, h: int) -> Iterator[int]:
        """Those of `items` that overlap the rectangle, in their order."""
        xs, ys, ws, hs, right, bottom = self.xs, self.ys, self.ws, self.hs, x + w, y + h
        return (i for i in items if ys[i] < bottom and y < ys[i] + hs[i] and xs[i] < right and x < xs[i] + ws[i])

    def bring_in(self) -> None:
        """Correct a layout as react-grid-layout corrects one that it is given: move items that extend beyond the last
        column left, cut those wider than the grid, and move static items down until they overlap neither the items
        before them nor other static ones. Only valid while the items are in the layout's order."""
        waiting = dict.fromkeys(self.statics)
        taken = ColumnOccupancy(self.columns)
        for i in range(self.count):
            if self.xs[i] + self.ws[i] > self.columns:
                self.xs[i] = self.columns - self.ws[i]
                if self.xs[i] < 0:
                    self.xs[i], self.ws[i] = 0, self.columns
                self.remask(i)
            if self.static[i]:
                del waiting[i]
                self._lower(i, waiting, taken)
            taken.put(self.xs[i], self.ys[i], self.ws[i], self.hs[i])

    def _lower(self, i: int, waiting: Iterable[int], taken: "ColumnOccupancy") -> None:
        # The order of collisions doesn't matter: it ends in the first row where it collides with nothing, which
        # repeated passes downwards find.
        xs, ys, ws, hs = self.xs, self.ys, self.ws, self.hs
        left, right, row, h = xs[i], xs[i] + ws[i], ys[i], hs[i]
        beside = sorted(
            (ys[j], ys[j] + hs[j]) for j in waiting if xs[j] < right and ys[j] + hs[j] > row and left < xs[j] + ws[j]
        )
        while True:
            row = start = taken.free_row(left, row, ws[i], h)
            for top, bottom in beside:
                if top >= row + h:
                    break
                row = max(row, bottom)
            if row == start:
                break
        ys[i] = row


class ColumnOccupancy:
    """The occupied rows of each column, as intervals that don't touch. Nothing is ever removed."""

    __slots__ = ("bottoms", "tops")

    def __init__(self, columns: int) -> None:
        self.tops: list[list[int]] = [[] for _ in range(columns)]
        self.bottoms: list[list[int]] = [[] for _ in range(columns)]

    def put(self, x: int, y: int, w: int, h: int) -> None:
        """Mark a rectangle as occupied; parts outside the columns are ignored."""
        for column in range(x, min(x + w, len(self.tops))):
            tops, bottoms = self.tops[column], self.bottoms[column]
            first, end = bisect_left(bottoms, y), bisect_right(tops, y + h)
            if end - first == 1 and tops[first] <= y and y + h <= bottoms[first]:
                continue
            top = min(y, tops[first]) if first < end else y
            bottom = max(y + h, bottoms[end - 1]) if first < end else y + h
            tops[first:end] = [top]
            bottoms[first:end] = [bottom]

    def free_row(self, x: int, y: int, w: int, h: int) -> int:
        """The first row from `y` on where the rectangle overlaps nothing."""
        columns = range(x, min(x + w, len(self.tops)))
        while True:
            row = y
            for column in columns:
                tops, bottoms = self.tops[column], self.bottoms[column]
                place = bisect_right(bottoms, row)
                while place < len(tops) and tops[place] < row + h:
                    row = bottoms[place]
                    place += 1
            if row == y:
                return row
            y = row

    def ceiling(self, x: int, w: int, y: int) -> int:
        """The lowest bottom edge at or above row `y` in these columns, in which row `y` must be free; 0 if there is
        none."""
        edge = 0
        for bottoms in self.bottoms[x : x + w]:
            place = bisect_right(bottoms, y)
            if place and bottoms[place - 1] > edge:
                edge = bottoms[place - 1]
        return edge


class RowBlocks:
    """Index of items by blocks of rows, which also knows the order in which they were added."""

    __slots__ = ("blocks", "board", "masks", "ranks")

    def __init__(self, board: GridArrays, items: Iterable[int]) -> None:
        self.board = board
        self.blocks: dict[int, list[int]] = {}
        self.masks: dict[int, int] = {}
        """The columns that are occupied anywhere in a block, as bits."""
        self.ranks: dict[int, int] = {}
        for i in items:
            self.put(i)

    def put(self, i: int) -> None:
        """Add an item at its present position. It must not move while it is in the index."""
        board = self.board
        self.ranks[i] = len(self.ranks)
        top, height, mask = board.ys[i], board.hs[i], board.masks[i]
        for block in range(top >> BLOCK, ((top + height - 1) >> BLOCK) + 1):
            self.blocks.setdefault(block, []).append(i)
            self.masks[block] = self.masks.get(block, 0) | mask

    def may_meet(self, mask: int, top: int, bottom: int) -> bool:
        """A quick check: False means that no item of the index is in these columns and rows."""
        taken = 0
        for block in range(top >> BLOCK, ((bottom - 1) >> BLOCK) + 1):
            taken |= self.masks.get(block, 0)
        return taken & mask != 0

    def first(self, x: int, y: int, w: int, h: int) -> int | None:
        """Of the items that overlap the rectangle, the one that was added first."""
        best: int | None = None
        for block in range(y >> BLOCK, ((y + h - 1) >> BLOCK) + 1):
            hit = next(self.board.colliding(self.blocks.get(block, ()), x, y, w, h), None)
            if hit is not None and (best is None or self.ranks[hit] < self.ranks[best]):
                best = hit
        return best

    def ceiling(self, x: int, w: int, y: int) -> int:
        """The lowest bottom edge at or above row `y` in these columns; 0 if there is none."""
        board = self.board
        if y >> BLOCK > len(self.ranks):  # with fewer items than blocks it is faster to check each item
            above = (i for i in self.ranks if board.xs[i] < x + w and x < board.xs[i] + board.ws[i])
            return max((b for i in above if (b := board.ys[i] + board.hs[i]) <= y), default=0)
        for block in range((y - 1) >> BLOCK, -1, -1):
            near = board.colliding(self.blocks.get(block, ()), x, 0, w, y)
            bottom = max((b for i in near if (b := board.ys[i] + board.hs[i]) <= y), default=0)
            if bottom:
                return bottom
        return 0

    def wall(self, y: int, h: int, x: int) -> int:
        """The rightmost right edge at or left of column `x` in these rows; 0 if there is none."""
        board, edge = self.board, 0
        for block in range(y >> BLOCK, ((y + h - 1) >> BLOCK) + 1):
            for i in board.colliding(self.blocks.get(block, ()), 0, y, x, h):
                right = board.xs[i] + board.ws[i]
                if edge < right <= x:
                    edge = right
        return edge

"""Compact a layout with the same results as react-grid-layout 2.3.0, including every side effect, in near-linear time.

Items are processed in order. Each moves up (or left) until an item placed before stops it, and pushes on the later
items that it collides with. A skyline, the lowest bottom edge in each column, answers for nearly every item in constant
time; items below an overhang, and items that collide with a static item, take the slow path.
"""

from bisect import bisect_left
from operator import add
from typing import Literal

from benchboard.dashboards.layout.grid_arrays import BLOCK, ColumnOccupancy, GridArrays, RowBlocks

_NEVER = 1 << 62
_EACH = 3
"""The steps accounted for each pushed item, besides those of comparing it."""
_AT_ONCE = 10_000
"""A push accounts for its steps in portions of this size."""

_FAR = 4
"""Number of steps down after which it is checked whether the remaining steps can be taken at once."""


def compact_vertically(board: GridArrays, watched: int = -1) -> int:
    """Move all items except static ones up. Returns the row that the layout's item `watched` had when its turn came,
    before it moved up; items processed earlier may have pushed it there (0 without one)."""
    return _Compaction(board, "rows").rise(watched)


def compact_horizontally(board: GridArrays) -> None:
    """Move all items except static ones left; an item without room in its rows moves on to the next row."""
    _Compaction(board, "columns").slide()


class _Compaction:
    """One compaction pass: the items placed so far, and the pushing of later items along one axis."""

    def __init__(self, board: GridArrays, along: Literal["rows", "columns"]) -> None:
        board.arrange(along)
        self.board = board
        self.fixed = RowBlocks(board, board.statics)
        self.placed = 0
        self.solid: RowBlocks | None = None
        self.taken: ColumnOccupancy | None = None
        """The rows that the items of `solid` occupy in each column; created only when an item has to move down far."""
        self.began = [*(board.ys if along == "rows" else board.xs), _NEVER]
        """Each item's row (or column) before anything moved: sorted, with a sentinel at the end for loops that look
        ahead."""

    def rise(self, watched: int) -> int:
        board, began, masks = self.board, self.began, self.board.masks
        ys, static, fixed = board.ys, board.static, self.fixed if board.statics else None
        sky = [0] * max(map(add, board.xs, board.ws), default=0)
        lowest = max((ys[i] + board.hs[i] for i in board.statics), default=0)
        row, turn = 0, board.ids.index(watched) if watched >= 0 else -1
        # `ys` changes meanwhile: an item that has been pushed is read with its new row when its turn comes.
        for i, (x, y, w, h, mask) in enumerate(zip(board.xs, ys, board.ws, board.hs, masks, strict=True)):
            if fixed and static[i]:
                continue
            right = x + w
            if i == turn:
                row = y
            top = max(sky[x:right])
            if y < top or (fixed and self._meets_fixed(i, top, min(lowest, y) + h)):
                self.placed = i
                self._rise_around(i, min(lowest, y))
                bottom = ys[i] + h
                sky[x:right] = [max(old, bottom) for old in sky[x:right]]
            else:
                if y != top:
                    ys[i] = top
                bottom = top + h
                ahead = i + 1
                while began[ahead] < bottom:
                    if masks[ahead] & mask and top:
                        ys[i] = top - 1
                        self._push_down(i, top)
                        break
                    ahead += 1
                sky[x:right] = [bottom] * w
            if bottom > lowest:
                lowest = bottom
            if self.solid is not None:
                self.solid.put(i)
            if self.taken is not None:
                self.taken.put(x, ys[i], w, h)
        return row

    def slide(self) -> None:
        board = self.board
        xs, ys, columns = board.xs, board.ys, board.columns
        walls: list[int] = []
        for i, (w, h) in enumerate(zip(board.ws, board.hs, strict=True)):
            if board.static[i]:
                continue
            x, y = xs[i], ys[i]
            edge = max(walls[y : y + h], default=0)
            if x < edge or x + w > columns or self.fixed.first(edge, y, x + w - edge, h) is not None:
                self._slide_around(i)
            elif edge:
                xs[i] = edge - 1
                self._push_right(i, edge)
            else:
                xs[i] = 0
            y, right = ys[i], xs[i] + w
            walls += [0] * (y + h - len(walls))
            walls[y : y + h] = [max(old, right) for old in walls[y : y + h]]
            if self.solid is not None:
                self.solid.put(i)
            self.placed = i + 1

    def _meets_fixed(self, i: int, top: int, bottom: int) -> bool:
        board, fixed = self.board, self.fixed
        return (
            fixed.may_meet(board.masks[i], top, bottom)
            and fixed.first(board.xs[i], top, board.ws[i], bottom - top) is not None
        )

    def _look(self, h: int) -> None:
        """Account for a search of the blocks of `h` rows; each may hold dozens of items."""
        self.board.spend(32 * ((h >> BLOCK) + 2))

    def _solid(self) -> RowBlocks:
        """Index of the items that an item can collide with: static items first, then those placed so far. Created only
        when needed."""
        if self.solid is None:
            placed = (i for i in range(self.placed) if not self.board.static[i])
            self.solid = RowBlocks(self.board, [*self.board.statics, *placed])
        return self.solid

    def _rise_around(self, i: int, y: int) -> None:
        """From row `y`, move the item up to the first item above it; if it collides with something at `y`, move it down
        below everything in the way."""
        board, solid = self.board, self._solid()
        x, w, h, ys = board.xs[i], board.ws[i], board.hs[i], board.ys
        self._look(h)
        hit = solid.first(x, y, w, h)
        if hit is None:
            ceiling = solid.ceiling(x, w, y)
            ys[i] = ceiling - 1 if ceiling else 0
            if ceiling:
                self._push_down(i, ceiling)
            return
        ys[i], steps = y, 0
        while hit is not None:
            if steps % _FAR == 0 and (self.taken or steps):
                row = self._all_taken().free_row(x, ys[i], w, h)
                if self._sinks_alone(i, ys[i], row):
                    ys[i] = row
                    return
            self._push_down(i, ys[hit] + board.hs[hit])
            self._look(h)
            hit = solid.first(x, ys[i], w, h)
            steps += 1

    def _all_taken(self) -> ColumnOccupancy:
        if self.taken is None:
            board = self.board
            self.taken = ColumnOccupancy(max(map(add, board.xs, board.ws)))
            for i in self._solid().ranks:
                self.taken.put(board.xs[i], board.ys[i], board.ws[i], board.hs[i])
        return self.taken

    def _sinks_alone(self, i: int, y: int, row: int) -> bool:
        """Whether item `i` pushes no other item on its way from row `y` down to row `row`. It is told without moving
        through that many rows one by one; False if it is uncertain. The items that could be pushed are examined in
        order, up to the first one below; see `_push_down`."""
        board, began = self.board, self.began
        ys, hs, masks, static, free = board.ys, board.hs, board.masks, board.static, not board.statics
        mask, h, bottom, lowest = masks[i], hs[i], row + hs[i], -1
        j, alone = i + 1, True
        while alone and began[j] < bottom and lowest <= bottom:
            top, end = ys[j], ys[j] + hs[j]
            if masks[j] & mask and not static[j]:
                alone = top >= bottom or end <= y + 1 or lowest >= end + h
            if free and top > lowest:
                lowest = top
            j += 1
        self.board.spend((j - i) * 3 // 2)
        return alone

    def _slide_around(self, i: int) -> None:
        """Move the item left; where there is no room, move it right past the items in the way, and beyond the last
        column to the next row."""
        board, solid = self.board, self._solid()
        xs, ys, w, h = board.xs, board.ys, board.ws[i], board.hs[i]
        hit = self._slide_to_wall(i)
        while hit is not None:
            self._push_right(i, xs[hit] + board.ws[hit])
            if xs[i] + w > board.columns:
                xs[i] = board.columns - w
                ys[i] += 1
                hit = self._slide_to_wall(i)
            else:
                hit = solid.first(xs[i], ys[i], w, h)
        xs[i] = max(xs[i], 0)

    def _slide_to_wall(self, i: int) -> int | None:
        """Move the item left up to the first item in its way (one column too far, as react-grid-layout does) and return
        that item; None if there is none."""
        board, solid = self.board, self._solid()
        x, y, w, h = board.xs[i], board.ys[i], board.ws[i], board.hs[i]
        self._look(h)
        hit = solid.first(x, y, w, h)
        if hit is not None or x <= 0:
            return hit
        wall = solid.wall(y, h, x)
        board.xs[i] = wall - 1 if wall else 0
        return solid.first(wall - 1, y, w, h) if wall else None

    def _push_down(self, i: int, target: int) -> None:
        """Move item `i` to row `target`. Later items that it overlaps one row further down are pushed below it, and
        push others in turn. Depth first, without recursion: a chain of pushes can be as long as the layout."""
        board, began = self.board, self.began
        ys, hs, masks, static, free = board.ys, board.hs, board.masks, board.static, not board.statics
        stack: list[tuple[int, int, int]] = []
        ys[i] += 1
        j, spent = i + 1, 0
        while True:
            top, h, mask = ys[i], hs[i], masks[i]
            bottom = top + h
            spent += _EACH - j
            met = False
            # Later items only ever move down, so one that began below can't collide.
            while began[j] < bottom:
                y = ys[j]
                if y < bottom:
                    if masks[j] & mask and top < y + hs[j] and not static[j]:
                        met = True
                        break
                elif y > bottom and free:
                    # react-grid-layout looks no further here, even where a pushed item is out of order.
                    break
                j += 1
            spent += j
            if spent > _AT_ONCE:
                self.board.spend(spent)
                spent = 0
            if met:
                ys[j] = y + 1
                stack.append((i, j + 1, target))
                i, j, target = j, j + 1, target + h
                continue
            ys[i] = target
            if not stack:
                break
            i, j, target = stack.pop()
        self.board.spend(spent)

    def _push_right(self, i: int, target: int) -> None:
        """Move item `i` right to column `target`, pushing later items, as `_push_down` does downwards."""
        board, stack = self.board, [(i, i + 1, target)]
        board.xs[i] += 1
        while stack:
            i, start, target = stack.pop()
            met = self._next_in_rows(i, start)
            if met < 0:
                board.xs[i] = target
            else:
                board.xs[met] += 1
                stack += [(i, met + 1, target), (met, met + 1, target + board.ws[i])]

    def _next_in_rows(self, i: int, start: int) -> int:
        """The first item from `start` on, other than a static, that overlaps item `i`; -1 if there is none."""
        board = self.board
        xs, ys, hs, static, some_fixed = board.xs, board.ys, board.hs, board.static, bool(board.statics)
        left, top = xs[i], ys[i]
        right, bottom = left + board.ws[i], top + hs[i]
        met, j = -1, start
        for j in range(start, bisect_left(self.began, right, start)):
            y = ys[j]
            if y > bottom and not some_fixed:
                break
            if y < bottom and top < y + hs[j] and left < xs[j] + board.ws[j] and xs[j] < right and not static[j]:
                met = j
                break
        self.board.spend(j - start + 8)
        return met

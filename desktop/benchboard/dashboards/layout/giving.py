"""A body among what it is let down on: later items give way downwards and keep their order."""

from bisect import bisect_left
from collections.abc import Sequence

from .board import BLOCK
from .document import Cell
from .ranks import Ranks

Part = tuple[Cell, int]
"""A part of the body: where it is, its place in the layout."""

_new = tuple.__new__  # half of what calling Cell costs, a hundred times a step


class GivingWay:
    """One answer, worked out part by part in the order of the rows: a part comes to its place, then what ranks after it
    and before the next part goes below it, or below what went.

    `parts` are sorted by row and stand `dx` columns and `dy` rows from there. A body that `falls` comes apart: each
    part, when its turn comes, rises as far as it can and lies on what went before it. One that does not is put `lower`
    rows further down, clear of the statics.
    """

    def __init__(
        self,
        ranks: Ranks,
        parts: Sequence[Part],
        dx: int = 0,
        dy: int = 0,
        *,
        until: int | None,
        falls: bool,
        lower: int = 0,
    ) -> None:
        self.ranks, self.parts, self.falls, self.lower = ranks, parts, falls, lower
        self.dx, self.dy = dx, dy
        self.changed: dict[int, Cell] = {}
        """What differs so far: places in the layout and their cells."""
        self._rise = self._turn = self._active = self._reach = 0
        self._from = bisect_left(ranks.keys, ranks.key(parts[0][0].y + dy))
        self._end = len(ranks.rest)
        if until is not None:
            in_sight = bisect_left(ranks.lows, until)
            self._end = max(in_sight, bisect_left(ranks.keys, ranks.key(parts[-1][0].y + dy), self._from))
        self._pushed = [0] * ranks.columns

    def run(self, *, whole: bool = False) -> bool:
        """Go on to the end. With `whole`, stop as soon as a part rises unlike the first, and say False; the next call
        goes on from there."""
        while True:
            if self._turn:
                self._press()
            if self._turn == len(self.parts):
                return True
            rise = self._land(*self.parts[self._turn])
            if not self._turn:
                self._rise = rise
            self._turn += 1
            if whole and rise != self._rise:
                return False

    def _land(self, cell: Cell, place: int) -> int:
        """Bring a part to its place; answers how far it rose."""
        ranks, pushed = self.ranks, self._pushed
        x, y, w, h = cell
        x, y = x + self.dx, y + self.dy
        right = x + w
        if self.falls:
            row = max(ranks.floor(x, right, ranks.key(y)), *pushed[x:right])
            if row > y and ranks.obstructed:
                row = ranks.taken.free_row(x, row, w, h)
            bottom = row + h
            pushed[x:right] = [bottom] * w
        else:
            row = y + self.lower
            bottom = row + h
            pushed[x:right] = [max(old, bottom) for old in pushed[x:right]]
        self.changed[place] = _new(Cell, (x, row, w, h))
        self._active |= ((1 << w) - 1) << x
        if bottom > self._reach:
            self._reach = bottom
        return y - row

    def _press(self) -> None:
        """Let go below the body, or below what went, all that ranks before the next part. Once nothing that is left
        begins above the lowest edge so far, all is done; and a column is done with what stays in it."""
        ranks, pushed, changed = self.ranks, self._pushed, self.changed
        start, end, last = self._from, self._end, self._turn == len(self.parts)
        if not last:
            end = bisect_left(ranks.keys, ranks.key(self.parts[self._turn][0].y + self.dy), start, end)
        active, reach, fixed = self._active, self._reach, ranks.near if ranks.obstructed else None
        hanging = not self.falls and not last
        for low, mask, y, x, right, h, place in ranks.rest[start:end]:
            if low >= reach:
                break
            if not mask & active:
                continue
            row = max(pushed[x:right])
            if row <= y:
                active &= ~mask
                continue
            if hanging or (fixed and mask & fixed(row >> BLOCK)):
                row = self._free_row(x, row, right - x, h)
            bottom = row + h
            changed[place] = _new(Cell, (x, row, right - x, h))
            pushed[x:right] = [bottom] * (right - x)
            active |= mask
            if bottom > reach:
                reach = bottom
        self._active, self._reach, self._from = active, reach, end

    def _free_row(self, x: int, row: int, w: int, h: int) -> int:
        """The first row from `row` on where there is neither a static nor, of a body that hangs, a part still to
        come."""
        coming = () if self.falls else self.parts[self._turn :]
        while True:
            if self.ranks.obstructed:
                row = self.ranks.taken.free_row(x, row, w, h)
            cell = Cell(x, row - self.lower, w, h)
            part = next((part for part, _place in coming if part.overlaps(cell)), None)
            if part is None:
                return row
            row = part.bottom + self.lower

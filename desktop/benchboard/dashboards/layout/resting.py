"""Where a body of several comes to rest when everything rises: in one piece in the nearest place that holds it so."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from .document import Cell
from .giving import GivingWay, Part
from .ranks import Ranks

_FARTHEST = 12
"""So many rows from the pointer, at most, a body of several is put where it stays in one piece."""


class _Seam(NamedTuple):
    """A column in which one part lies right on another: the top rows of the two."""

    column: int
    high: int
    low: int


class Body:
    """The parts of a body as they lie to each other, over what they are let down on."""

    def __init__(self, ranks: Ranks, parts: Sequence[Part]) -> None:
        self.ranks = ranks
        self.parts = sorted(parts, key=lambda part: (part[0].y, part[0].x))
        cells = [cell for cell, _place in self.parts]
        over: dict[tuple[int, int], list[int]] = {}
        for x, y, w, h in cells:
            for column in range(x, x + w):
                over.setdefault((column, y + h), []).append(y)
        self._seams = sorted(
            (
                _Seam(column, high, cell.y)
                for cell in cells
                for column in range(cell.x, cell.right)
                for high in over.get((column, cell.y), ())
            ),
            key=lambda seam: seam.high - seam.low,  # the likeliest to be torn first
        )
        low = {(seam.column, seam.low) for seam in self._seams}
        shape = [(x, y, w, any((column, y) in low for column in range(x, x + w))) for x, y, w, _h in cells]
        self._shape = sorted(shape, key=lambda part: part[3])
        """Where the parts are, how wide, and whether each lies right on another: those that do not, first."""
        self._top = min((cell.y for cell in cells), default=0)
        near = min(max((cell.bottom for cell in cells), default=0) - self._top, _FARTHEST)
        self._near = sorted((by for by in range(-near, near + 1) if by), key=abs)
        self._known: dict[tuple[int, int], bool] = {}

    def rested(self, dx: int, dy: int, until: int | None) -> dict[int, Cell]:
        """What differs with the body let down that far from where its parts lie: in the nearest place where all of
        them rise equally far, or else each for itself."""
        dy = self.ranks.sunk(self.parts, dx, dy)
        here = GivingWay(self.ranks, self.parts, dx, dy, until=until, falls=True)
        if not self._torn(dx, dy) and here.run(whole=True):
            return here.changed
        for by in self._near:
            if self._holds(dx, dy + by) and self.ranks.sunk(self.parts, dx, dy + by) == dy + by:
                there = GivingWay(self.ranks, self.parts, dx, dy + by, until=until, falls=True)
                if there.run(whole=True):
                    return there.changed
                self._known[dx, dy + by] = False
        here.run()
        return here.changed

    def _holds(self, dx: int, dy: int) -> bool:
        """Whether all parts would rise equally far there, as far as that can be told without the others' giving way."""
        known = self._known.get((dx, dy))
        if known is None:
            known = self._known[dx, dy] = self._top + dy >= 0 and not self._torn(dx, dy) and self._level(dx, dy)
        return known

    def _torn(self, dx: int, dy: int) -> bool:
        """Whether something would come between two parts that touch."""
        ranks = self.ranks
        for column, high, low in self._seams:
            keys = ranks.in_columns[column + dx][0]
            first = bisect_left(keys, ranks.key(high + dy))
            if first < len(keys) and keys[first] < ranks.key(low + dy):
                return True
        return False

    def _level(self, dx: int, dy: int) -> bool:
        """Whether no part would be held up more than the first, and none less but those that lie on another."""
        ranks, rise = self.ranks, None
        for x, y, w, carried in self._shape:
            gap = ranks.floor(x + dx, x + dx + w, ranks.key(y + dy)) - y
            if rise is None:
                rise = gap
            elif gap > rise or (gap < rise and not carried):
                return False
        return True

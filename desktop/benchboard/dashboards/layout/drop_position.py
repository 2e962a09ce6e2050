"""Where a body of several items comes to rest when everything rises: in one piece, at the nearest position that holds
it so."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from benchboard.dashboards.layout.displacement import BodyShape, Displacement
from benchboard.dashboards.layout.model import Cell
from benchboard.dashboards.layout.ordering import Ranks

_FARTHEST = 12
"""The most rows from the pointer at which a body of several items is put to stay in one piece."""
_NEAR = sorted(range(-_FARTHEST, _FARTHEST + 1), key=abs)


class _Seam(NamedTuple):
    """A column in which one part lies right on another: the top rows of the two."""

    column: int
    high: int
    low: int


class DropBody:
    """The parts of a body over what they are let down on."""

    def __init__(self, ranks: Ranks, shape: BodyShape) -> None:
        self.ranks, self.shape = ranks, shape
        cells = [cell for cell, _place in shape.parts]
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
        several = len(cells) > 1  # one alone rests wherever it is let down
        self._order, self._edges = (ranks.by_bottom, ranks.edges) if several else (ranks.order, {})
        self._known: set[tuple[int, int]] = set()
        """Offsets, in columns and rows, that were tried and do not hold the body."""

    def resting_position(self, dx: int, dy: int, until: int | None) -> dict[int, Cell]:
        """What changes with the body dropped at this offset: where all parts rise equally far, at the nearest position
        where something holds it, or else each by itself."""
        ranks, parts = self.ranks, self.shape.parts
        asked, dy = dy, ranks.sunk(parts, dx, dy)
        here = Displacement(ranks, self.shape, dx, dy, until=until, falls=True)
        if not self._torn(dx, dy) and not here.torn and here.run(whole=True):
            return here.changed
        for row in self._places(dx, asked):
            there = Displacement(ranks, self.shape, dx, row, until=until, falls=False, order=self._order)
            if there.run(whole=True):
                return there.changed
            self._known.add((dx, row))
        here.run()
        return here.changed

    def _places(self, dx: int, dy: int) -> Iterator[int]:
        """Offsets by distance, nearest first: rows where each part would rest on something or on top of the page, and
        none on a static."""
        ranks, top, left, edges = self.ranks, -self.shape.box.y, self.shape.box.x + dx, self._edges
        heads = self.shape.heads.values()
        for row in (dy + by for by in _NEAR):
            for y, columns in heads:
                if y + row and not columns << left & edges.get(y + row, 0):
                    break
            else:
                if row >= top and (dx, row) not in self._known and ranks.clear(self.shape.parts, dx, row):
                    yield row

    def _torn(self, dx: int, dy: int) -> bool:
        """Whether something would come between two parts that touch."""
        ranks = self.ranks
        for column, high, low in self._seams:
            keys = ranks.in_columns[column + dx][0]
            first = bisect_left(keys, ranks.key(high + dy))
            if first < len(keys) and keys[first] < ranks.key(low + dy):
                return True
        return False

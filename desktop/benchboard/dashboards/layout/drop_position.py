"""Find the final position of several dragged items under vertical compaction: in one piece, at the nearest position
where they are supported from above.

Supported means that every part of the body touches the top of the page, another item or another part with its top edge,
so that compacting does not move it.
"""

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from benchboard.dashboards.layout.displacement import BodyShape, Displacement
from benchboard.dashboards.layout.model import Cell
from benchboard.dashboards.layout.ordering import Ranks

_FARTHEST = 12
"""The greatest distance from the pointer, in rows, at which a body is placed so that it stays in one piece."""
_NEAR = sorted(range(-_FARTHEST, _FARTHEST + 1), key=abs)


class _Seam(NamedTuple):
    """A column in which one part is directly below another, with the top rows of the upper (`high`) and the lower part
    (`low`)."""

    column: int
    high: int
    low: int


class DropBody:
    """The dragged items, to be dropped on the layout without them."""

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
            key=lambda seam: seam.high - seam.low,  # below tall parts, where an item most likely comes between, first
        )
        several = len(cells) > 1  # a single item can't come apart
        self._order, self._edges = (ranks.by_bottom, ranks.edges) if several else (ranks.order, {})
        self._known: set[tuple[int, int]] = set()
        """Offsets, in columns and rows, that were tried and where the body is not supported."""

    def resting_position(self, dx: int, dy: int, until: int | None) -> dict[int, Cell]:
        """The cells that change with the body dropped at this offset. If all parts move up by the same number of rows,
        that is the result; else the body goes in one piece to the nearest rows where it is supported; if there are
        none, each part moves up by itself."""
        ranks, parts = self.ranks, self.shape.parts
        asked, dy = dy, ranks.sunk(parts, dx, dy)
        here = Displacement(ranks, self.shape, dx, dy, until=until, falls=True)
        if not self._torn(dx, dy) and not here.torn and here.run(whole=True):
            return here.changed
        for row in self._candidate_rows(dx, asked):
            there = Displacement(ranks, self.shape, dx, row, until=until, falls=False, order=self._order)
            if there.run(whole=True):
                return there.changed
            self._known.add((dx, row))
        here.run()
        return here.changed

    def _candidate_rows(self, dx: int, dy: int) -> Iterator[int]:
        """Row offsets to try, nearest first: those where each part would touch the top of the page, another item or
        another part from below, and none would overlap a static item."""
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
        """Whether the order puts another item between two parts that touch, so that the body comes apart."""
        ranks = self.ranks
        for column, high, low in self._seams:
            keys = ranks.in_columns[column + dx][0]
            first = bisect_left(keys, ranks.key(high + dy))
            if first < len(keys) and keys[first] < ranks.key(low + dy):
                return True
        return False

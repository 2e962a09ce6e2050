"""Move one item as react-grid-layout 2.3.0 does: items that it collides with move away one step at a time.

Each item moves away at most once per operation; the items that it then collides with move away in turn, depth first.
The compaction afterwards turns these small steps into the final positions.
"""

from bisect import bisect_left, insort
from typing import NamedTuple

from benchboard.dashboards.layout.grid_arrays import GridArrays
from benchboard.dashboards.layout.model import Compact

_EACH = 4
"""The steps accounted for each item that is examined, and again for each that collides."""


class _Step(NamedTuple):
    item: int
    x: int | None
    y: int | None
    unless_hit: bool


class Push:
    """One move of an item. `run` leaves the arrays with all colliding items pushed away, but not compacted."""

    def __init__(self, board: GridArrays, compact: Compact, *, prevent: bool) -> None:
        board.arrange("rows")
        self.board = board
        self.compact = compact
        self.prevent = prevent
        self.began = list(board.ys)
        """Each item's row at the start, sorted. It is valid for all items that are not in `displaced`."""
        self.tallest = max(board.hs, default=0)
        self.moved: set[int] = set()
        """The items that have moved away, each of them once."""
        self.displaced: set[int] = set()
        """The items that were moved, even if moved back: their rows are no longer those of `began`."""
        self.away: list[tuple[int, int]] = []
        """(row, item) of the displaced items, sorted."""

    def run(self, place: int, x: int, y: int) -> None:
        """Move the layout's item `place` to (x, y). A static item stays; with `prevent`, so does an item without free
        space there."""
        item = self.board.ids.index(place)
        stack = [(item, iter(self._enter(_Step(item, x, y, self.prevent))))]
        simple = self.compact == "vertical" and not self.board.statics
        while stack:
            mover, hits = stack[-1]
            by_user = len(stack) == 1
            for hit in hits:
                if hit in self.moved:
                    continue
                pushed = hit
                if simple and not by_user:
                    met = self._nudge(hit)
                else:
                    pusher, pushed = (hit, mover) if self.board.static[hit] else (mover, hit)
                    step = self._make_way(pusher, pushed, by_user=by_user)
                    if step is None:
                        continue
                    pushed, met = step.item, self._enter(step)
                if met:
                    stack.append((pushed, iter(met)))
                    break
            else:
                stack.pop()
        self.board.displaced = self.displaced

    def _nudge(self, i: int) -> list[int]:
        """Push an item one row down, the most frequent case. Returns the items that it then overlaps and that have not
        moved yet. Only for layouts without static items: no item ever moves back there, so displaced ones need not be
        searched."""
        board, displaced, masks, began = self.board, self.displaced, self.board.masks, self.began
        self._put(i, board.xs[i], board.ys[i] + 1)
        self.moved.add(i)
        mask, top, hs = masks[i], board.ys[i], board.hs
        low, high = bisect_left(began, top - self.tallest + 1), bisect_left(began, top + hs[i])
        board.spend(high - low)
        return [j for j in range(low, high) if masks[j] & mask and j not in displaced and began[j] + hs[j] > top]

    def _enter(self, step: _Step) -> list[int]:
        """Take the step, unless the item is static or already there. Returns the items that it then overlaps, in the
        order in which they move away."""
        board, i = self.board, step.item
        old_x, old_y = board.xs[i], board.ys[i]
        if board.static[i] or (step.x == old_x and step.y == old_y):
            return []
        x = old_x if step.x is None else step.x
        y = old_y if step.y is None else step.y
        self._put(i, x, y)
        self.moved.add(i)
        hits = [j for j in self._overlapping(x, y, board.ws[i], board.hs[i]) if j != i]
        if hits and step.unless_hit:
            self._put(i, old_x, old_y)
            self.moved.discard(i)
            return []
        return self._in_turn(hits, step, old_x, old_y)

    def _in_turn(self, hits: list[int], step: _Step, old_x: int, old_y: int) -> list[int]:
        xs, ys, ids = self.board.xs, self.board.ys, self.board.ids
        if self.compact == "vertical":
            hits.sort(key=lambda j: (ys[j], xs[j], ids[j]), reverse=step.y is not None and old_y >= step.y)
        elif self.compact == "horizontal":
            hits.sort(key=lambda j: (xs[j], ys[j], ids[j]), reverse=step.x is not None and old_x >= step.x)
        else:
            hits.sort(key=ids.__getitem__)
        return hits

    def _make_way(self, pusher: int, pushed: int, *, by_user: bool) -> _Step | None:
        """The step by which `pushed` gets out of the way of `pusher`. An item that collides with the one the user moves
        goes above it (or left of it, under `horizontal`) if there is space; else it goes one step down (or right). None
        if it has moved already or does not move."""
        board, along, down = self.board, self.compact == "horizontal", self.compact == "vertical"
        unless_hit = board.static[pusher]
        x, y, w, h = board.xs[pushed], board.ys[pushed], board.ws[pushed], board.hs[pushed]
        if by_user:
            over_x = max(board.xs[pusher] - w, 0) if along else x
            over_y = max(board.ys[pusher] - h, 0) if down else y
            hits = (j for j in self._overlapping(over_x, over_y, w, h) if j != board.ghost)
            first = min(hits, key=board.ids.__getitem__, default=None)
            if first is None:
                return _Step(pushed, over_x if along else None, over_y if down else None, unless_hit)
            if along and board.xs[pusher] + board.ws[pusher] > board.xs[first]:
                return _Step(pusher, x, None, unless_hit)
            if not along and not down and board.ys[first] + board.hs[first] > board.ys[pusher]:
                self._put(pusher, board.xs[pusher], y)
                self._put(pushed, x, y + board.hs[pusher])
                return None
        if along:
            return _Step(pushed, x + 1, None, unless_hit)
        return _Step(pushed, None, y + 1, unless_hit) if down else None

    def _put(self, i: int, x: int, y: int) -> None:
        board = self.board
        if i in self.displaced:
            del self.away[bisect_left(self.away, (board.ys[i], i))]
        self.displaced.add(i)
        if board.xs[i] != x:
            board.xs[i] = x
            board.remask(i)
        board.ys[i] = y
        insort(self.away, (y, i))

    def _overlapping(self, x: int, y: int, w: int, h: int) -> list[int]:
        """The items that overlap the rectangle now."""
        board, displaced, began = self.board, self.displaced, self.began
        low, high = y - self.tallest + 1, y + h
        near = range(bisect_left(began, low), bisect_left(began, high))
        hits = [i for i in board.colliding(near, x, y, w, h) if i not in displaced]
        if self.away:
            span = self.away[bisect_left(self.away, (low, -1)) : bisect_left(self.away, (high, -1))]
            hits += board.colliding((i for _row, i in span), x, y, w, h)
            board.spend(len(span) * _EACH)
        board.spend((len(near) + len(hits)) * _EACH)
        return hits

"""Snap guides for a drag or resize: which edges of the dragged items are in line with edges of others, and which
distances to the others are equal.

All positions and sizes are in grid units (columns or rows). A drag always lies on the grid, so guides do not pull the
dragged items anywhere; they only show what is in line.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from benchboard.dashboards.layout.alignment import Axis
from benchboard.dashboards.layout.model import Cell

_BLOCK = 5
"""Neighbours are searched in strips of 2**_BLOCK grid units."""
_FAR = 1 << 40


class Guide(NamedTuple):
    """A line that edges of several items lie on. `across`: a vertical line at column `at`, from row `begin` to `end`;
    `down`: a horizontal line at row `at`, from column to column. `at` is in half grid units, because the middle of an
    item can lie between two. `free` has the begin and end of the distances along the line to the items on it."""

    axis: Axis
    at: int
    begin: int
    end: int
    free: tuple[tuple[int, int], ...] = ()


class Gap(NamedTuple):
    """One of several equal distances: `size` grid units from `begin` to `end`, columns for `across` and rows for
    `down`. It is best drawn at `beside` on the other axis, in half grid units: the middle of the range that both sides
    share."""

    axis: Axis
    begin: int
    end: int
    beside: int
    size: int


class SnapHints(NamedTuple):
    """The guides and gaps to draw for a body. Each side of the body is in at most one relation of either sort."""

    guides: tuple[Guide, ...]
    gaps: tuple[Gap, ...]


class _Span(NamedTuple):
    """A cell projected on one axis: `start` to `end` on that axis, `low` to `high` on the other."""

    start: int
    end: int
    low: int
    high: int

    def beside(self, other: "_Span") -> bool:
        """Whether the two overlap on the other axis."""
        return self.low < other.high and other.low < self.high


class Guides:
    """The items that a body is compared with, indexed once when the gesture begins.

    `cells` has them by any number, best the index in the layout (the items of `Drag.lifted` that are not in
    `Drag.places`).
    """

    def __init__(self, cells: Mapping[int, Cell]) -> None:
        self._across = _Index({place: _Span(x, x + w, y, y + h) for place, (x, y, w, h) in cells.items()})
        self._down = _Index({place: _Span(y, y + h, x, x + w) for place, (x, y, w, h) in cells.items()})

    def for_body(
        self, body: Sequence[Cell], changed: Mapping[int, Cell] | None = None, *, view: Cell | None = None
    ) -> SnapHints:
        """The guides and gaps for a body of these cells, of which only the bounding box counts.

        `changed` has the present cells of the indexed items that are elsewhere now (the result of `Drag.at`; numbers
        that are not indexed are ignored). Items outside `view` are not compared. For each edge only the nearest item on
        either side counts: there are at most six guides and eight gaps.
        """
        if not body:
            return SnapHints((), ())
        left, top = min(c.x for c in body), min(c.y for c in body)
        right, bottom = max(c.x + c.w for c in body), max(c.y + c.h for c in body)
        x0, y0, wide, high = view or (left - _FAR, top - _FAR, 2 * _FAR, 2 * _FAR)
        x1, y1 = x0 + wide, y0 + high
        moved = changed or {}
        indexed = self._across.spans
        now = [
            cell
            for place, cell in moved.items()
            if cell[1] < y1 and y0 < cell[1] + cell[3] and cell[0] < x1 and x0 < cell[0] + cell[2] and place in indexed
        ]
        across, down = (
            [_Span(x, x + w, y, y + h) for x, y, w, h in now],
            [_Span(y, y + h, x, x + w) for x, y, w, h in now],
        )
        columns = _VisibleIndex(self._across, moved, across, _Span(x0, x1, y0, y1))
        rows = _VisibleIndex(self._down, moved, down, _Span(y0, y1, x0, x1))
        here, there = _Span(left, right, top, bottom), _Span(top, bottom, left, right)
        guides = (*columns.guides("across", here), *rows.guides("down", there))
        return SnapHints(guides, (*columns.gaps("across", here), *rows.gaps("down", there)))


class _Sorted:
    """Numbers of cells, sorted by one bound of their spans."""

    __slots__ = ("bounds", "places")

    def __init__(self, bounds: Mapping[int, int], places: Iterable[int]) -> None:
        self.places = sorted(places, key=bounds.__getitem__)
        self.bounds = [bounds[place] for place in self.places]

    def down(self, start: int, stop: int) -> Iterator[int]:
        """The numbers with a bound of `start` or less but more than `stop`, the greatest bound first."""
        bounds = self.bounds
        return (self.places[k] for k in range(bisect_right(bounds, start) - 1, bisect_right(bounds, stop) - 1, -1))

    def up(self, start: int, stop: int) -> Iterator[int]:
        """The numbers with a bound of `start` or more but less than `stop`, the least bound first."""
        bounds = self.bounds
        return (self.places[k] for k in range(bisect_left(bounds, start), bisect_left(bounds, stop)))


class _Index:
    """Spans by the positions of their edges and middles, and by the strips of the other axis that they reach into."""

    def __init__(self, spans: dict[int, _Span]) -> None:
        self.spans = spans
        edges: dict[int, dict[int, None]] = {}
        middles: dict[int, list[int]] = {}
        strips: dict[int, list[int]] = {}
        for place, (start, end, low, high) in spans.items():
            edges.setdefault(2 * start, {})[place] = None
            edges.setdefault(2 * end, {})[place] = None
            middles.setdefault(start + end, []).append(place)
            for strip in range(low >> _BLOCK, ((high - 1) >> _BLOCK) + 1):
                strips.setdefault(strip, []).append(place)
        starts = {place: span.start for place, span in spans.items()}
        ends = {place: span.end for place, span in spans.items()}
        lows = {place: span.low for place, span in spans.items()}
        highs = {place: span.high for place, span in spans.items()}
        self.edges = {at: (_Sorted(highs, on), _Sorted(lows, on)) for at, on in edges.items()}
        self.middles = {at: (_Sorted(highs, on), _Sorted(lows, on)) for at, on in middles.items()}
        self.strips = {strip: (_Sorted(ends, held), _Sorted(starts, held)) for strip, held in strips.items()}


class _VisibleIndex:
    """An index as it is now: moved items count with their present cells, and only items in the view count."""

    def __init__(self, index: _Index, moved: Mapping[int, Cell], now: Sequence[_Span], view: _Span) -> None:
        self.index = index
        self.moved = moved
        self.now = now
        self.view = view

    def _seen(self, span: _Span) -> bool:
        view = self.view
        return span.beside(view) and span.start < view.end and view.start < span.end

    def guides(self, axis: Axis, body: _Span) -> Iterator[Guide]:
        """Guides at the edges of the body, and at its middle unless both edges have one."""
        ends = [self._line(axis, 2 * at, body, middle=False) for at in (body.start, body.end)]
        middle = None if all(ends) else self._line(axis, body.start + body.end, body, middle=True)
        return (guide for guide in (*ends, middle) if guide is not None)

    def _line(self, axis: Axis, at: int, body: _Span, *, middle: bool) -> Guide | None:
        lines = (self.index.middles if middle else self.index.edges).get(at)
        begin, end, view = body.low, body.high, self.view
        before, after = -_FAR, _FAR
        if lines is not None:
            near = self._first(lines[0].down(body.low, view.low))
            if near is not None:
                before, begin = near.high, near.low
            near = self._first(lines[1].up(body.high, view.high))
            if near is not None:
                after, end = near.low, near.high
        for span in self.now:
            if at != span.start + span.end if middle else at not in (2 * span.start, 2 * span.end):
                continue
            if before < span.high <= body.low:
                before, begin = span.high, span.low
            elif body.high <= span.low < after:
                after, end = span.low, span.high
        if (begin, end) == (body.low, body.high):
            return None
        free = ((before, body.low), (body.high, after))
        return Guide(axis, at, begin, end, tuple((one, two) for one, two in free if -_FAR < one <= two < _FAR))

    def _first(self, places: Iterator[int]) -> _Span | None:
        spans, moved = self.index.spans, self.moved
        return next((span for place in places if place not in moved and self._seen(span := spans[place])), None)

    def gaps(self, axis: Axis, body: _Span) -> Iterator[Gap]:
        """The distances to the nearest items on both sides, where they equal each other or the distance from that item
        to the next one beyond it."""
        before, after = self._before(body, body), self._after(body, body)
        ahead, behind = _distance(before, body), _distance(body, after)
        pairs: dict[tuple[_Span, _Span], None] = {}
        if before and after and ahead == behind:
            pairs |= {(before, body): None, (body, after): None}
        if before and ahead:
            further = self._before(before, body)
            if further and further.beside(before) and _distance(further, before) == ahead:
                pairs |= {(further, before): None, (before, body): None}
        if after and behind:
            further = self._after(after, body)
            if further and further.beside(after) and _distance(after, further) == behind:
                pairs |= {(body, after): None, (after, further): None}
        return (
            Gap(axis, one.end, two.start, max(one.low, two.low) + min(one.high, two.high), two.start - one.end)
            for one, two in pairs
            if one.end < two.start
        )

    def _before(self, span: _Span, body: _Span) -> _Span | None:
        """The nearest item before the span, among those that overlap the body on the other axis."""
        found = (self._beside(ends.down(span.start, self.view.start), body) for ends, _starts in self._strips(body))
        here = (now for now in self.now if now.end <= span.start and now.beside(body))
        near = [other for other in (*found, *here) if other is not None]
        return max(near, key=lambda other: other.end, default=None)

    def _after(self, span: _Span, body: _Span) -> _Span | None:
        found = (self._beside(starts.up(span.end, self.view.end), body) for _ends, starts in self._strips(body))
        here = (now for now in self.now if now.start >= span.end and now.beside(body))
        near = [other for other in (*found, *here) if other is not None]
        return min(near, key=lambda other: other.start, default=None)

    def _strips(self, body: _Span) -> Iterator[tuple[_Sorted, _Sorted]]:
        strips = self.index.strips
        reached = range(body.low >> _BLOCK, ((body.high - 1) >> _BLOCK) + 1)
        return (strips[strip] for strip in reached if strip in strips)

    def _beside(self, places: Iterator[int], body: _Span) -> _Span | None:
        spans, moved = self.index.spans, self.moved
        for place in places:
            span = spans[place]
            if span.low < body.high and body.low < span.high and place not in moved and self._seen(span):
                return span
        return None


def _distance(one: _Span | None, two: _Span | None) -> int:
    """The free grid units between two spans; 0 if one is missing."""
    return two.start - one.end if one and two else 0

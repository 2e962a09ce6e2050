"""Routes the arrows of a diff from an old position to the new one, along the gaps between tiles where possible."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QPointF, QRectF

Path = tuple[QPointF, ...]
_CROSSING_COST: Final = 40.0
"""Extra length in pixels that an arrow takes to avoid crossing one pixel of a tile, and so its text."""
_SIDE: Final = 12.0
_HALF: Final = 4.0
"""Half the gap between two tiles, in pixels: arrows run in the middle."""
_LANES: Final = (0.0, 3.0, -3.0, 6.0)
"""Offsets in pixels from the middle of a gap for arrows that would overlap."""
_NEAR: Final = 60
"""Most tiles considered for one arrow; on a long page, distant ones don't matter."""


def route(old: QRectF, new: QRectF, tiles: Sequence[QRectF], page: QRectF) -> Path:
    """The corners of an arrow that begins in `old` or at its edge and ends at an edge of `new`.

    `page` is the area that it may use.
    """
    whole = old.united(new).adjusted(-1, -2 * _HALF, 1, 2 * _HALF)
    near = [tile for tile in tiles if tile != new and tile.top() < whole.bottom() and whole.top() < tile.bottom()]
    near = [*near[:_NEAR], new.adjusted(1, 1, -1, -1)]
    boxes = [(tile.left(), tile.top(), tile.right(), tile.bottom()) for tile in near]
    ways = _around_overlap(old, new) if old.intersects(new) else _candidates(old, new, near, page)
    return min(ways, key=lambda way: _length(way) + _CROSSING_COST * _covered_length(way, boxes))


def _around_overlap(old: QRectF, new: QRectF) -> Iterable[Path]:
    """Arrows between overlapping positions: beside them, from an edge to the same edge, in the direction of the
    move.
    """
    by = new.topLeft() - old.topLeft()
    if abs(by.y()) >= abs(by.x()):
        far = by.y() > 0 and new.bottom() > old.bottom()
        ends = (old.bottom(), new.bottom()) if far else (old.top(), new.top())
        for x in (new.right() + _HALF, new.left() - _HALF, old.right() + _HALF, old.left() - _HALF):
            yield (QPointF(x, ends[0]), QPointF(x, ends[1]))
        return
    far = by.x() > 0 and new.right() > old.right()
    ends = (old.right(), new.right()) if far else (old.left(), new.left())
    for y in (new.bottom() + _HALF, new.top() - _HALF, old.bottom() + _HALF, old.top() - _HALF):
        yield (QPointF(ends[0], y), QPointF(ends[1], y))


def avoid_overlap(way: Path, others: Sequence[Path]) -> Path:
    """The arrow, moved aside if it would run along another one; its ends stay at their edges."""
    for aside in _LANES:
        moved = _shifted(way, aside)
        if not any(_runs_along(moved, other) for other in others):
            return moved
    return way


def _shifted(way: Path, by: float) -> Path:
    inner = [QPointF(corner.x() + by, corner.y() + by) for corner in way[1:-1]]
    ends = [
        QPointF(end.x(), end.y() + by) if end.y() == next_to.y() else QPointF(end.x() + by, end.y())
        for end, next_to in ((way[0], way[1]), (way[-1], way[-2]))
    ]
    return (ends[0], *inner, ends[1])


def _runs_along(way: Path, other: Path) -> bool:
    for a, b in pairwise(way):
        leg = QRectF(a, b).normalized().adjusted(-1, -1, 1, 1)
        for c, d in pairwise(other):
            both = leg.intersected(QRectF(c, d).normalized().adjusted(-1, -1, 1, 1))
            if max(both.width(), both.height()) > 4:  # arrows that only cross share two pixels
                return True
    return False


def _candidates(old: QRectF, new: QRectF, tiles: Sequence[QRectF], page: QRectF) -> Iterable[Path]:
    top, bottom = max(old.top(), new.top()), min(old.bottom(), new.bottom())
    left, right = max(old.left(), new.left()), min(old.right(), new.right())
    start = old.center()
    across = {page.left() - _SIDE, page.right() + _SIDE}
    across |= {edge for tile in tiles for edge in (tile.left() - _HALF, tile.right() + _HALF)}
    if any(tile.intersects(old) for tile in tiles):  # its middle is behind tiles: the arrow leaves in a gap
        yield from _in_gutters(old, new, across)
        return
    if bottom - top > 24:
        y = (top + bottom) / 2
        if new.right() <= old.left() + 4:
            yield (QPointF(min(start.x(), old.left() + 40), y), QPointF(new.right(), y))
        elif new.left() >= old.right() - 4:
            yield (QPointF(max(start.x(), old.right() - 40), y), QPointF(new.left(), y))
    if right - left > 24:
        x = (left + right) / 2
        if new.bottom() <= old.top() + 4:
            yield (QPointF(x, min(start.y(), old.top() + 40)), QPointF(x, new.bottom()))
        elif new.top() >= old.bottom() - 4:
            yield (QPointF(x, max(start.y(), old.bottom() - 40)), QPointF(x, new.top()))
    for x in across:
        edge = new.left() if x < new.center().x() else new.right()
        if new.left() < x < new.right():
            edge_y = new.top() if start.y() < new.top() else new.bottom()
            yield (start, QPointF(x, start.y()), QPointF(x, edge_y))
        else:
            end = QPointF(edge, new.center().y())
            yield (start, QPointF(x, start.y()), QPointF(x, end.y()), end)
    yield from _in_gutters(old, new, across)


def _in_gutters(old: QRectF, new: QRectF, across: Iterable[float]) -> Iterable[Path]:
    """Arrows that stay in the gaps: out at an edge of the old position, in at one of the new.

    `across` are the positions of the vertical gaps.
    """
    out_x, in_x = _edges_with_gutters(old.left(), old.right()), _edges_with_gutters(new.left(), new.right())
    out_y, in_y = _edges_with_gutters(old.top(), old.bottom()), _edges_with_gutters(new.top(), new.bottom())
    was, now = old.center(), new.center()
    for edge, x in out_x:
        begin = (QPointF(edge, was.y()), QPointF(x, was.y()))
        for end, y in in_y:
            yield (*begin, QPointF(x, y), QPointF(now.x(), y), QPointF(now.x(), end))
        for end, last in in_x:
            if last == x:
                yield (*begin, QPointF(x, now.y()), QPointF(end, now.y()))
                continue
            for _edge, y in (*out_y, *in_y):
                yield (*begin, QPointF(x, y), QPointF(last, y), QPointF(last, now.y()), QPointF(end, now.y()))
    for edge, y in out_y:
        begin = (QPointF(was.x(), edge), QPointF(was.x(), y))
        for end, x in in_x:
            yield (*begin, QPointF(x, y), QPointF(x, now.y()), QPointF(end, now.y()))
        for end, last in in_y:
            if last == y:
                yield (*begin, QPointF(now.x(), y), QPointF(now.x(), end))
                continue
            for x in across:
                yield (*begin, QPointF(x, y), QPointF(x, last), QPointF(now.x(), last), QPointF(now.x(), end))


def _edges_with_gutters(low: float, high: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Two edges of a tile, each with the gap beyond it."""
    return (low, low - _HALF), (high, high + _HALF)


def _length(way: Path) -> float:
    return sum((b - a).manhattanLength() for a, b in pairwise(way)) + 8 * len(way)


def _covered_length(way: Path, boxes: Sequence[tuple[float, float, float, float]]) -> float:
    """How many pixels of an arrow run over tiles, which are given by their edges."""
    crossed = 0.0
    for a, b in pairwise(way):
        left, right = sorted((a.x(), b.x()))
        top, bottom = sorted((a.y(), b.y()))
        for low_x, low_y, high_x, high_y in boxes:
            if left < high_x and right > low_x and top < high_y and bottom > low_y:
                crossed += max(min(right, high_x) - max(left, low_x), min(bottom, high_y) - max(top, low_y))
    return crossed

"""Where the arrows of a diff run: from an old place to the new one, in the gutters between tiles as far as they can."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QPointF, QRectF

Path = tuple[QPointF, ...]
_CROSSING: Final = 6.0
"""How much farther an arrow goes rather than cross a tile by a pixel."""
_SIDE: Final = 12.0
_LANE: Final = 8.0
_LANES: Final = 4
"""How far apart arrows run that would cover each other, and how many of them at most."""
_NEAR: Final = 60
"""Tiles looked at for one arrow; those of a long page that lie elsewhere do not matter."""


def route(old: QRectF, new: QRectF, tiles: Sequence[QRectF], page: QRectF) -> Path:
    """The corners of an arrow that begins inside `old` and ends at an edge of `new`. `page` is the width it may use."""
    if old.intersects(new):
        return _within(old, new)
    whole = old.united(new).adjusted(-1, -1, 1, 1)
    near = [tile for tile in tiles if tile != new and tile.top() < whole.bottom() and whole.top() < tile.bottom()]
    near = near[:_NEAR]
    return min(_ways(old, new, near, page), key=lambda way: _length(way) + _CROSSING * _covered(way, near))


def _within(old: QRectF, new: QRectF) -> Path:
    """Between two places that overlap there is no way around: from an edge to the same edge, the way it moved."""
    both, by = old.intersected(new), new.topLeft() - old.topLeft()
    if abs(by.y()) >= abs(by.x()):
        x = both.center().x()
        far = by.y() > 0 and new.bottom() > old.bottom()
        return (QPointF(x, old.bottom()), QPointF(x, new.bottom())) if far else (
            QPointF(x, old.top()), QPointF(x, new.top())
        )  # fmt: skip
    y = both.center().y()
    far = by.x() > 0 and new.right() > old.right()
    return (QPointF(old.right(), y), QPointF(new.right(), y)) if far else (
        QPointF(old.left(), y), QPointF(new.left(), y)
    )  # fmt: skip


def beside(way: Path, others: Iterable[Path]) -> Path:
    """The arrow a little aside where it would run along another one, or against it."""
    for aside in range(_LANES):
        straight = len(way) == 2  # it goes aside only, so that it still ends at an edge
        across = 0.0 if straight and way[0].y() == way[1].y() else aside * _LANE
        down = 0.0 if straight and way[0].x() == way[1].x() else aside * _LANE
        moved = tuple(QPointF(corner.x() + across, corner.y() + down) for corner in way)
        if not any(_runs_along(moved, other) for other in others):
            return moved
    return way


def _runs_along(way: Path, other: Path) -> bool:
    for a, b in pairwise(way):
        leg = QRectF(a, b).normalized().adjusted(-2, -2, 2, 2)
        for c, d in pairwise(other):
            both = leg.intersected(QRectF(c, d).normalized().adjusted(-2, -2, 2, 2))
            if max(both.width(), both.height()) > 6:  # two that only cross share four
                return True
    return False


def _ways(old: QRectF, new: QRectF, tiles: Sequence[QRectF], page: QRectF) -> Iterable[Path]:
    top, bottom = max(old.top(), new.top()), min(old.bottom(), new.bottom())
    left, right = max(old.left(), new.left()), min(old.right(), new.right())
    start = old.center()
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
    gutters = {page.left() - _SIDE, page.right() + _SIDE}
    gutters |= {edge for tile in tiles for edge in (tile.left() - 4, tile.right() + 4)}
    for x in gutters:
        edge = new.left() if x < new.center().x() else new.right()
        if new.left() < x < new.right():
            edge_y = new.top() if start.y() < new.top() else new.bottom()
            yield (start, QPointF(x, start.y()), QPointF(x, edge_y))
        else:
            end = QPointF(edge, new.center().y())
            yield (start, QPointF(x, start.y()), QPointF(x, end.y()), end)


def _length(way: Path) -> float:
    return sum((b - a).manhattanLength() for a, b in pairwise(way)) + 8 * len(way)


def _covered(way: Path, tiles: Sequence[QRectF]) -> float:
    """How many pixels of it run over tiles."""
    crossed = 0.0
    for a, b in pairwise(way):
        leg = QRectF(a, b).normalized().adjusted(-0.5, -0.5, 0.5, 0.5)
        for tile in tiles:
            both = leg.intersected(tile)
            if not both.isEmpty():
                crossed += max(both.width(), both.height())
    return crossed

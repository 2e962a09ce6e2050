"""Which points of a scatter chart have their names beside them, and where: those far from the others, and of a few
points all that have room."""

from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import Final, NamedTuple

from PySide6.QtCore import QPointF, QRectF

_FEW: Final = 16
"""Up to so many points may all be named."""
_MOST: Final = 5
"""Of more points, so many are named: those farthest from the middle of all."""
_GAP: Final = 4.0
"""Pixels between a point and its name."""
_HEIGHT: Final = 14.0


class LabelledPoint(NamedTuple):
    """A point: where it is, and its radius."""

    at: QPointF
    radius: float


def label_boxes(points: Sequence[LabelledPoint], plot: QRectF, width_of: Callable[[int], float]) -> dict[int, QRectF]:
    """The boxes of the names by the places of their points. None is outside the plot, on a point or on another name.
    `width_of` returns the pixels of the name of a point."""
    if not points:
        return {}
    middle = median(one.at.x() for one in points), median(one.at.y() for one in points)
    width, height = plot.width() or 1.0, plot.height() or 1.0

    def farness(place: int) -> float:
        at = points[place].at
        return float(((at.x() - middle[0]) / width) ** 2 + ((at.y() - middle[1]) / height) ** 2)

    order = sorted(range(len(points)), key=lambda place: (-farness(place), place))
    if len(points) > _FEW:
        order = order[:_MOST]
    found: dict[int, QRectF] = {}
    for place in order:
        around = _around(points[place], width_of(place))
        free = (box for box in around if plot.contains(box) and _is_free(box, points, found, place))
        if (box := next(free, None)) is not None:
            found[place] = box
    return found


def _around(point: LabelledPoint, width: float) -> Iterator[QRectF]:
    """The boxes of a name at the right of its point, at its left, above it and below it."""
    x, y, off = point.at.x(), point.at.y(), point.radius + _GAP
    yield QRectF(x + off, y - _HEIGHT / 2, width, _HEIGHT)
    yield QRectF(x - off - width, y - _HEIGHT / 2, width, _HEIGHT)
    yield QRectF(x - width / 2, y - off - _HEIGHT, width, _HEIGHT)
    yield QRectF(x - width / 2, y + off, width, _HEIGHT)


def _is_free(box: QRectF, points: Sequence[LabelledPoint], taken: dict[int, QRectF], own: int) -> bool:
    if any(box.intersects(other) for other in taken.values()):
        return False
    return not any(
        box.adjusted(-one.radius, -one.radius, one.radius, one.radius).contains(one.at)
        for place, one in enumerate(points)
        if place != own
    )

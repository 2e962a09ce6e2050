"""Points of a scatter chart thinned to those that can be seen: of many in the same place, one that counts for all.

Each cell of a grid keeps its first point of each series, so that no outlier is lost, and knows how many it stands for.
"""

from collections.abc import Iterable
from typing import NamedTuple


class ThinnedPoint(NamedTuple):
    """A point in pixels: its row and series, and for how many points of its series it stands, itself included."""

    x: float
    y: float
    row: int
    series: int
    stands_for: int


def thinned(points: Iterable[tuple[float, float, int, int]], cell: float) -> list[ThinnedPoint]:
    """The first point of each series in each cell, which is a square of so many pixels. A point is its x and y, its row
    and its series. Cost grows with the points."""
    firsts: dict[tuple[int, int, int], tuple[float, float, int, int]] = {}
    counts: dict[tuple[int, int, int], int] = {}
    for point in points:
        key = (int(point[0] // cell), int(point[1] // cell), point[3])
        if key in counts:
            counts[key] += 1
        else:
            counts[key] = 1
            firsts[key] = point
    return [ThinnedPoint(*firsts[key], count) for key, count in counts.items()]

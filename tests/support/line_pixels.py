"""What a line covers of the columns of pixels that it crosses: to compare all rows of a query with a reduced result."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

Row = Sequence[Any]


def columns_of(
    rows: Iterable[Row], low: float, high: float, buckets: int, measure: int, names: Sequence[int]
) -> dict[Any, tuple[Any, ...]]:
    """What a line covers in each column of pixels, for each series: its first, last, least and greatest value."""
    found = defaultdict[Any, list[tuple[float, Any]]](list)
    width = (high - low) / buckets * (1 + 1e-9)
    for row in rows:
        if row[measure] is not None and row[0] is not None:
            key = (math.floor((place_of(row[0]) - low) / width), *(row[at] for at in names))
            found[key].append((row[0], row[measure]))
    return {
        key: (min(points)[1], max(points)[1], min(y for _x, y in points), max(y for _x, y in points))
        for key, points in found.items()
    }


def place_of(x: Any) -> float:
    """Where a value is on the x axis: seconds since 1970, or a number."""
    return float(x.timestamp() if hasattr(x, "timestamp") else x)

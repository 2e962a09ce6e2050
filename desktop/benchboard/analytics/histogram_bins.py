"""The bins of a histogram: intervals of equal width between round numbers, and how many values each has.

Their width follows Freedman and Diaconis, “On the histogram as a density estimator: L2 theory” (1981), or Sturges, “The
choice of a class interval” (1926), whichever is narrower, as in NumPy's automatic bins; then it is rounded.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from statistics import quantiles
from typing import Final

_MOST_BINS: Final = 100
"""More bins than these can't be told apart."""
_ROUND: Final = tuple(map(Decimal, ("1", "2", "2.5", "5")))
_FINER: Final = tuple(map(Decimal, ("1", "1.5", "2", "2.5", "3", "4", "5", "6", "8", "10")))
"""The widths that are tried where somebody wants a number of bins, as multiples of a power of ten."""
_LEAST_PART: Final = Decimal("1e-12")
"""A width below this part of the largest value isn't exact as a float."""


@dataclass(frozen=True, slots=True)
class Bins:
    """Bins side by side, the first of which begins at `first` times the width.

    A bin has the values from its lower edge to below the upper one, the last bin also its upper edge. Bins of `whole`
    numbers never have their upper edge: those of width 3 have 0 to 2, 3 to 5 and so on.
    """

    first: int
    width: Decimal
    counts: tuple[int, ...]
    whole: bool

    def edge(self, place: int) -> Decimal:
        """The lower edge of a bin; with the number of bins, the upper edge of the last one."""
        return (self.first + place) * self.width

    @property
    def is_each_number(self) -> bool:
        """Whether each bin has one whole number."""
        return self.whole and self.width == 1


def bins_of(values: Sequence[float], *, whole: bool, wanted: int | None = None) -> Bins:
    """The bins of some finite numbers, at least one; `whole`: all are whole numbers. Of `wanted` bins there are about
    as many as round edges allow. Cost grows with the number of values."""
    low, high = (Decimal(repr(end)) for end in (min(values), max(values)))
    width = _wanted_width(low, high, wanted, whole=whole) if wanted else _width(sorted(values), low, high, whole=whole)
    first, last = _ends(low, high, width, whole=whole)
    counts = [0] * (last - first)
    edges = [float((first + place) * width) for place in range(last - first)]
    for value in values:
        counts[bisect_right(edges, value) - 1] += 1
    return Bins(first, width, tuple(counts), whole)


def _ends(low: Decimal, high: Decimal, width: Decimal, *, whole: bool) -> tuple[int, int]:
    """The edges of the first and the last bin, as multiples of the width."""
    first = int((low / width).to_integral_value(ROUND_FLOOR))
    if whole:
        return first, int((high / width).to_integral_value(ROUND_FLOOR)) + 1
    return first, max(first + 1, int((high / width).to_integral_value(ROUND_CEILING)))


def _width(ordered: Sequence[float], low: Decimal, high: Decimal, *, whole: bool) -> Decimal:
    """The round width that fits these numbers, wider where there would be too many bins."""
    least = max(abs(low), abs(high)) * _LEAST_PART
    if low == high:
        return next(_rounded_up(abs(low) / 10, whole=whole)) if low and not whole else max(Decimal(1), least)
    raw = float(high - low) / (math.log2(len(ordered)) + 1)
    if len(ordered) > 1:
        lower, _median, upper = quantiles(ordered, n=4, method="inclusive")
        freedman = 2 * (upper - lower) / len(ordered) ** (1 / 3)
        raw = min(raw, freedman) if freedman > 0 else raw
    widths = _rounded_up(max(Decimal(repr(raw * 0.8)), least), whole=whole)  # to the nearest, rather than always up
    return next(width for width in widths if _count(low, high, width, whole=whole) <= _MOST_BINS)


def _wanted_width(low: Decimal, high: Decimal, wanted: int, *, whole: bool) -> Decimal:
    """The width of the round ones that makes the most nearly so many bins."""
    if low == high:
        return _width([float(low)], low, high, whole=whole)
    least = max(abs(low), abs(high)) * _LEAST_PART
    raw = max((high - low) / wanted, least)
    power = Decimal(1).scaleb(raw.adjusted())
    widths = [power * factor / 10 for factor in _FINER] + [power * factor for factor in _FINER]
    widths = [width for width in widths if width >= least and (not whole or _is_whole(width))] or [Decimal(1)]
    fitting = [width for width in widths if _count(low, high, width, whole=whole) <= _MOST_BINS] or widths[-1:]
    return min(fitting, key=lambda width: abs(_count(low, high, width, whole=whole) - wanted))


def _count(low: Decimal, high: Decimal, width: Decimal, *, whole: bool) -> int:
    first, last = _ends(low, high, width, whole=whole)
    return last - first


def _rounded_up(width: Decimal, *, whole: bool) -> Iterator[Decimal]:
    """The round widths that aren't below this one, ascending."""
    width = max(width, Decimal(1)) if whole else width
    power = Decimal(1).scaleb(width.adjusted())
    while True:
        for factor in _ROUND:
            found = power * factor
            if found >= width and (not whole or _is_whole(found)):
                yield found
        power *= 10


def _is_whole(width: Decimal) -> bool:
    return width == width.to_integral_value()

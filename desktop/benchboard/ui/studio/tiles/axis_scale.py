"""Finds round ticks for an axis, and where the axis ends."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from benchboard.ui.studio.tiles.number_format import MOST_DRAWN

_STEPS: Final = (
    (1, 0.0), (1.5, 0.08), (2, 0.02), (2.5, 0.04), (3, 0.1), (4, 0.1), (5, 0.02),
    (10, 0.0), (15, 0.08), (20, 0.02),
)  # fmt: skip
"""The steps of an axis, as multiples of a power of ten, and how much harder than by ones it is to count in them."""
_FEWER_TICKS: Final = 0.03
"""What a tick less than there may be speaks against an axis, where the part of it beyond all values counts 1."""
_EXTRA_DECIMAL: Final = 0.1
"""What speaks against a step of one and a half that makes labels longer by a digit."""


@dataclass(frozen=True, slots=True)
class AxisScale:
    """The ends of an axis, and its evenly spaced ticks in ascending order."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def part(self, value: float) -> float:
        """Where a value is: 0 at the low end, 1 at the high one."""
        return (value - self.low) / ((self.high - self.low) or 1.0)


def axis_scale(low: float, high: float, max_ticks: int = 5, *, whole: bool = False) -> AxisScale:
    """An axis for values from `low` to `high` with two to `max_ticks` round ticks, `whole` numbers for such values.

    It has a tick at both ends: a line above the last one would have a value that nobody can read.
    """
    if not _is_drawn(low, high):
        return AxisScale(0.0, 1.0, (0.0, 1.0))
    low, high = _apart(low, high)
    return min(_scales(low, high, max_ticks, whole=whole), key=lambda pair: pair[0])[1]


def axis_ticks(low: float, high: float, max_ticks: int = 5, *, whole: bool = False) -> list[float]:
    """The ticks of `axis_scale`."""
    return list(axis_scale(low, high, max_ticks, whole=whole).ticks)


def _is_drawn(low: float, high: float) -> bool:
    return abs(low) <= MOST_DRAWN and abs(high) <= MOST_DRAWN  # not so if one isn't a number


def _apart(low: float, high: float) -> tuple[float, float]:
    """The ends of an axis for values that are practically equal: it starts at zero."""
    least = 1e-9 * max(abs(low), abs(high), 1e-3)
    if high - low >= least:
        return low, high
    low, high = min(low, 0.0), max(high, 0.0)
    return low, high if high - low >= least else low + 1.0


def _scales(low: float, high: float, max_ticks: int, *, whole: bool) -> Iterator[tuple[float, AxisScale]]:
    """Axes of at most `max_ticks` ticks, each with what speaks against it: the part of it beyond the values, a step
    that is hard to count in, and few ticks."""
    raw = (high - low) / max(max_ticks - 1, 1)
    unit = 10.0 ** math.floor(math.log10(raw))
    unit = max(unit, 1.0) if whole else unit
    for factor, oddness in _STEPS:
        step = unit * factor
        if whole and step != round(step):
            continue
        longer = _EXTRA_DECIMAL if factor == 1.5 and unit <= 1 else 0.0
        first, last = math.floor(low / step), math.ceil(high / step)
        if last - first > max_ticks - 1 and factor != _STEPS[-1][0]:
            continue
        scale = AxisScale(first * step, last * step, tuple(k * step for k in range(first, last + 1)))
        beyond = 1 - (high - low) / (scale.high - scale.low)
        few = _FEWER_TICKS * (max_ticks - 1 - (last - first))
        yield beyond + oddness + longer + few, scale

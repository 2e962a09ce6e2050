"""Finds round ticks for an axis, and where the axis ends."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from benchboard.ui.studio.tiles.numbers.number_format import MOST_DRAWN

_STEPS: Final = (
    (1, 0.0), (1.5, 0.08), (2, 0.02), (2.5, 0.04), (3, 0.1), (4, 0.1), (5, 0.02),
    (10, 0.0), (15, 0.08), (20, 0.02),
)  # fmt: skip
"""The steps of an axis, as multiples of a power of ten, and how much harder than by ones it is to count in them."""
_FEWER_TICKS: Final = 0.03
"""What a tick less than there may be speaks against an axis, where the part of it beyond all values counts 1."""
_COUNTED_FROM_ZERO: Final = (1.5, 3, 4, 15)
"""Steps that are counted in only from zero: far from it, 0.004, 0.007 and 0.010 look like any numbers."""
_MOST_COUNTED: Final = 10
_UNROUND: Final = 0.2
"""What speaks against such a step where zero is more than `_MOST_COUNTED` steps away."""
_EXTRA_DECIMAL: Final = 0.1
"""What speaks against a step of one and a half that makes labels longer by a digit."""


@dataclass(frozen=True, slots=True)
class AxisScale:
    """The ends of an axis, and its evenly spaced ticks in ascending order."""

    low: float
    high: float
    ticks: tuple[float, ...]
    is_log: bool = False
    """Whether equal distances are equal ratios; its ticks are powers of ten then."""

    def part(self, value: float) -> float:
        """Where a value is: 0 at the low end, 1 at the high one. Zero is at the low end of a logarithmic axis."""
        if self.is_log:
            if value <= 0:
                return 0.0
            return math.log10(value / self.low) / (math.log10(self.high / self.low) or 1.0)
        return (value - self.low) / ((self.high - self.low) or 1.0)


@dataclass(frozen=True, slots=True)
class AxisChoice:
    """What somebody set of an axis: its ends (None: found by themselves), and whether it is logarithmic."""

    low: float | None = None
    high: float | None = None
    is_log: bool = False

    @property
    def is_automatic(self) -> bool:
        """Whether nothing is set."""
        return self == AxisChoice()

    def scale(self, low: float, high: float, max_ticks: int, *, whole: bool) -> AxisScale:
        """The axis for values from `low` to `high`; of a logarithmic one these are above zero."""
        if self.is_log:
            return self._log_scale(low, high, max_ticks)
        if self.low is None and self.high is None:
            return axis_scale(low, high, max_ticks, whole=whole)
        begin, end = self._ends(axis_scale(low, high, max_ticks, whole=whole))
        inside = tuple(one for one in axis_ticks(begin, end, max_ticks) if begin <= one <= end)
        return AxisScale(begin, end, inside if len(inside) > 1 else (begin, end))

    def _ends(self, found: AxisScale) -> tuple[float, float]:
        begin = self.low if self.low is not None else found.low
        end = self.high if self.high is not None else found.high
        if begin < end:
            return begin, end
        size = abs(begin) or 1.0  # all values are beyond the end that is set
        return (begin, begin + size) if self.low is not None else (end - size, end)

    def _log_scale(self, low: float, high: float, max_ticks: int) -> AxisScale:
        low, high = (low, high) if 0 < low <= high <= MOST_DRAWN else (1.0, 10.0)
        first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
        begin = self.low if self.low is not None and self.low > 0 else 10.0**first
        end = self.high if self.high is not None and self.high > 0 else 10.0 ** max(last, first + 1)
        if begin >= end:
            begin, end = (begin, begin * 10) if self.low is not None else (end / 10, end)
        powers = range(math.ceil(math.log10(begin) - 1e-9), math.floor(math.log10(end) + 1e-9) + 1)
        step = max(1, math.ceil(len(powers) / max_ticks))
        ticks = tuple(10.0**power for power in powers[::step])
        return AxisScale(begin, end, ticks if len(ticks) > 1 else (begin, end), is_log=True)


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
        longer += _UNROUND if factor in _COUNTED_FROM_ZERO and min(abs(first), abs(last)) > _MOST_COUNTED else 0.0
        if last - first > max_ticks - 1 and factor != _STEPS[-1][0]:
            continue
        scale = AxisScale(first * step, last * step, tuple(k * step for k in range(first, last + 1)))
        beyond = 1 - (high - low) / (scale.high - scale.low)
        few = _FEWER_TICKS * (max_ticks - 1 - (last - first))
        yield beyond + oddness + longer + few, scale

"""A part of an axis that is shown: zoomed and moved within the whole."""

import math
from dataclasses import dataclass
from typing import Final

from benchboard.analytics.line_reduction import Reduction

_STEP: Final = 128
"""Plots that differ by less than so many pixels ask for the same intervals."""
_MARGIN: Final = 0.25
"""The part of a range that is read on either side of it, for the next small movement."""


@dataclass(frozen=True, slots=True)
class AxisRange:
    """A range of an axis, in seconds since 1970 or as numbers; `low` is below `high`."""

    low: float
    high: float

    @property
    def size(self) -> float:
        """How long it is."""
        return self.high - self.low

    def at(self, part: float) -> float:
        """The value at a part of it: 0 is its low end, 1 its high one."""
        return self.low + self.size * part

    def zoomed(self, factor: float, part: float = 0.5) -> "AxisRange":
        """The range that is `factor` times as long, in which the value at `part` stays where it is."""
        size, value = self.size * factor, self.at(part)
        return AxisRange(value - size * part, value + size * (1 - part))

    def moved(self, by: float) -> "AxisRange":
        """The range moved by a part of its length."""
        return AxisRange(self.low + self.size * by, self.high + self.size * by)

    def showing(self, value: float) -> "AxisRange":
        """The range moved as little as possible to have a value within it."""
        if self.low <= value <= self.high:
            return self
        return self.moved(((value - self.low) if value < self.low else (value - self.high)) / self.size)

    def within(self, whole: "AxisRange", least: float) -> "AxisRange":
        """The range, no longer than the whole and no shorter than `least`, moved to be inside the whole."""
        size = min(max(self.size, least), whole.size)
        middle = (self.low + self.high) / 2
        low = self.low if size == self.size else middle - size / 2
        low = min(max(low, whole.low), whole.high - size)
        return AxisRange(low, low + size)


def detail(shown: AxisRange, whole: AxisRange, pixels: float) -> Reduction:
    """What to ask for to draw a range of so many pixels: a little more than it, in intervals about as wide as a pixel.
    Their ends are the same for all ranges of about this length, so that a small movement changes none of them."""
    across = max(1, math.ceil(pixels / _STEP)) * _STEP
    step = whole.size / across / 2 ** max(0, round(math.log2(whole.size / shown.size)))
    low = max(0, math.floor((shown.low - shown.size * _MARGIN - whole.low) / step))
    high = min(round(whole.size / step), math.ceil((shown.high + shown.size * _MARGIN - whole.low) / step))
    return Reduction(high - low, (whole.low + low * step, whole.low + high * step))

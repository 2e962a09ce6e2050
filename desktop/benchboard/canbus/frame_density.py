"""How many frames and error frames a recording has in each of a few thousand equal spans of time. No I/O."""

from array import array
from collections.abc import Sequence
from itertools import accumulate, pairwise
from math import floor
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

BINS: Final = 4_096
_FIRST_WIDTH_S: Final = 0.001
_SECOND: Final = 1 - 1e-6
"""So that frames just a second apart aren't in one: Unix time as a float is exact to 0.24 µs."""


class FrameDensity:
    """Counts frames as they are read, before anyone knows how long the recording is: whenever a frame lies beyond the
    last span, each two spans become one, so that the memory stays the same. Times before the first frame count as its.
    """

    def __init__(self) -> None:
        self.width_s = _FIRST_WIDTH_S
        self._start: float | None = None
        self._frames, self._errors = _zeros(), _zeros()
        self.most_in_a_second = 0
        """The most frames, without error frames, in any one second."""
        self._second = np.empty(0)
        """The times of the frames in the second until the latest one."""

    def emptied(self) -> "FrameDensity":
        """One without frames, whose spans begin where those of this one do."""
        other = FrameDensity()
        other._start, other.width_s = self._start, self.width_s
        return other

    def add(self, seconds: NDArray[np.float64], errors: NDArray[np.bool_]) -> None:
        """Count frames at these times, at least one, and which of them are error frames."""
        if self._start is None:
            self._start = float(seconds[0])
        after = np.maximum(0.0, seconds - self._start)
        while after.max() / self.width_s >= BINS:
            self._frames, self._errors = halved(self._frames), halved(self._errors)
            self.width_s *= 2
        places = (after / self.width_s).astype(np.int64)
        add_counts(self._errors, places[errors])
        add_counts(self._frames, places[~errors])
        self._add_to_second(seconds[~errors])

    def _add_to_second(self, seconds: NDArray[np.float64]) -> None:
        if not len(seconds):
            return
        times = np.maximum.accumulate(np.concatenate((self._second, seconds)))  # one before another counts as its
        begins = np.searchsorted(times, times - _SECOND, side="right")
        self.most_in_a_second = max(self.most_in_a_second, int((np.arange(1, len(times) + 1) - begins).max()))
        self._second = times[begins[-1] :]

    def spans(self, start: float, end: float, count: int) -> tuple[list[float], list[int]]:
        """The mean frames a second, and the error frames, in each of `count` equal spans from `start` to `end` (s). A
        span narrower than those that were counted has the rate of the one that it is in.
        """
        if self._start is None or count < 1:
            return [0.0] * count, [0] * count
        first, last = ((at - self._start) / self.width_s for at in (start, end))
        edges = _edges(first, last, count)
        errors = []
        for low, high in pairwise(edges):
            place = min(max(int(low), 0), BINS - 1)
            after = int(high) + (high == edges[-1])  # a frame at the very end belongs to the last span
            errors.append(sum(self._errors[place : max(after, place + 1)]))
        return rates_between(self._frames, self.width_s, start - self._start, end - self._start, count), errors


def rates_between(counts: Sequence[int], width_s: float, start: float, end: float, count: int) -> list[float]:
    """The mean frames a second in each of `count` equal spans from `start` to `end` (s), of how many there are in each
    of the spans of `width_s` from 0 on. A span narrower than those has the rate of the one that it is in.
    """
    until = list(accumulate(counts, initial=0))
    rates = []
    for low, high in pairwise(_edges(start / width_s, end / width_s, count)):
        # A narrow span has the rate of the counted one that it is in.
        left, right = (low, high) if high - low >= 1 else (floor(low), floor(low) + 1)
        rates.append((_until(until, right) - _until(until, left)) / (right - left) / width_s)
    return rates


def _edges(first: float, last: float, count: int) -> list[float]:
    return [first + (last - first) * place / count for place in range(count + 1)]


def _until(counts: Sequence[int], at: float) -> float:
    """How many frames there were until a time, counted in spans: those of a span are spread evenly in it."""
    bins = len(counts) - 1
    at = min(max(at, 0.0), float(bins))
    place = min(int(at), bins - 1)
    return counts[place] + (at - place) * (counts[place + 1] - counts[place])


def _zeros() -> "array[int]":
    return array("Q", bytes(8 * BINS))


def add_counts(counts: "array[int]", places: NDArray[Any]) -> None:
    """Count one at each of these places."""
    np.frombuffer(counts, np.uint64)[:] += np.bincount(places, minlength=len(counts)).astype(np.uint64)


def halved(counts: Sequence[int]) -> "array[int]":
    """Each two neighbours added up, and zeros after them."""
    added = array("Q", (one + other for one, other in zip(counts[::2], counts[1::2], strict=True)))
    return added + array("Q", bytes(8 * (len(counts) - len(added))))

"""The mean cycle of each identifier on the live bus, and how far its last cycles were from it."""

import itertools
from collections import deque
from typing import Final

from benchboard.canbus.error_frame import is_state_report
from benchboard.canbus.frame import Frame, Timestamp
from benchboard.canbus.traffic_shares import TrafficKey
from benchboard.i18n import number

_KEPT: Final = 64
"""The last frames of an identifier that its cycle is the mean of."""


class RecentCycles:
    """Takes the frames in their order."""

    def __init__(self) -> None:
        self._stamps: dict[TrafficKey, deque[Timestamp]] = {}

    def note(self, frame: Frame, key: TrafficKey, *, follows: bool) -> None:
        """A frame came; `follows`: the one before it of its identifier surely is known."""
        if frame.timestamp is None or (frame.error and is_state_report(frame)):  # reported as often as a dongle likes
            return
        stamps = self._stamps.get(key)
        if stamps is None or not follows:
            stamps = self._stamps[key] = deque(maxlen=_KEPT)
        stamps.append(frame.timestamp)

    def clear(self) -> None:
        """Forget all frames."""
        self._stamps.clear()

    def mean_ms(self, key: TrafficKey) -> float:
        """The mean of its last cycles (ms); 0 where none is known."""
        stamps = self._stamps.get(key)
        if stamps is None or len(stamps) < 2:
            return 0.0
        return (stamps[-1].seconds - stamps[0].seconds) * 1000 / (len(stamps) - 1)

    def texts(self, key: TrafficKey) -> tuple[str, ...]:
        """The mean of its last cycles, and how far the farthest of them was from it (ms), both no finer than the
        stamps; then the same in fewer digits, and the mean alone, for less room. Empty where none is known.
        """
        stamps = list(self._stamps.get(key, ()))
        if len(stamps) < 2:
            return ()
        mean = self.mean_ms(key)
        gaps = [(after.seconds - before.seconds) * 1000 for before, after in itertools.pairwise(stamps)]
        digits = min(one.decimals for one in stamps) - 3
        finenesses = range(digits, min(digits, 0) - 1, -1)
        means = tuple(_figure(mean, fineness) for fineness in finenesses)
        if len(gaps) == 1:
            return means
        jitter = max(abs(gap - mean) for gap in gaps)
        both = (f"{text} ±{_figure(jitter, fineness)}" for text, fineness in zip(means, finenesses, strict=True))
        return *both, means[-1]


def _figure(milliseconds: float, digits: int) -> str:
    return number(round(milliseconds, digits), max(digits, 0))

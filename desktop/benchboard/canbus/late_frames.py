"""Frames that a dongle hands over long after they were on the bus, such as those that it kept while it hung."""

from collections.abc import Sequence
from typing import Final

from benchboard.canbus.frame import Frame, TimeSource

LATE_S: Final = 1.5
"""Seconds by which a frame comes later than others of its dongle; USB and a busy computer take tenths of that."""
_ROTATED: Final = 1_000
"""Batches after which the shortest way is measured anew: clocks drift, or are set."""


class LateFrames:
    """Tells them by their own stamps. What the host stamped when it had them says nothing of that."""

    def __init__(self) -> None:
        # The least difference between when a frame came and its stamp, in these batches and in those before.
        self._least, self._least_before = float("inf"), float("inf")
        self._batches = 0

    def in_time(self, frames: Sequence[Frame], now: float) -> Sequence[Frame]:
        """Those of a batch that came at `now` (s, of any clock that runs on evenly) which aren't late."""
        if not frames:
            return frames
        oldest, newest = (_delay(one, now) for one in (frames[0], frames[-1]))
        if oldest is None or newest is None:
            return frames
        self._note(min(oldest, newest))
        latest = min(self._least, self._least_before) + LATE_S
        if oldest <= latest and newest <= latest:
            return frames
        return [one for one in frames if (delay := _delay(one, now)) is None or delay <= latest]

    def _note(self, delay: float) -> None:
        self._batches += 1
        if self._batches >= _ROTATED:
            self._batches, self._least_before, self._least = 0, self._least, float("inf")
        self._least = min(self._least, delay)


def _delay(frame: Frame, now: float) -> float | None:
    stamp = frame.timestamp
    return now - stamp.seconds if stamp is not None and stamp.source is TimeSource.DEVICE else None

"""How often each ID of a recording comes in each of a few hundred equal spans of time. No I/O."""

from array import array
from typing import Final

from benchboard.canbus.frame_density import halved, rates_between
from benchboard.canbus.frame_statistics import FrameKey

BINS: Final = 512
MOST_IDS: Final = 4_096
"""IDs whose frames are counted: a hostile log has another one in each line."""
_FIRST_WIDTH_S: Final = 0.01


class IdDensities:
    """Counts frames as they are read, before anyone knows how long the recording is: whenever one lies beyond the last
    span, each two spans become one. Times before the first frame count as its.
    """

    def __init__(self) -> None:
        self.width_s = _FIRST_WIDTH_S
        self.start = self.end = 0.0
        """The times (s) of the first and the latest frame; 0 without any."""
        self._counts: dict[FrameKey, array[int]] = {}

    def add(self, key: FrameKey, seconds: float) -> None:
        """Count a frame of an ID at this time."""
        if not self._counts:
            self.start = self.end = seconds
        self.end = max(self.end, seconds)
        counts = self._counts.get(key)
        if counts is None:
            if len(self._counts) >= MOST_IDS:
                return
            counts = self._counts[key] = array("Q", bytes(8 * BINS))
        place = int(max(0.0, seconds - self.start) / self.width_s)
        while place >= BINS:
            for one, before in self._counts.items():
                self._counts[one] = halved(before)
            counts = self._counts[key]
            self.width_s *= 2
            place //= 2
        counts[place] += 1

    def knows(self, key: FrameKey) -> bool:
        """Whether frames of this ID were counted."""
        return key in self._counts

    @property
    def seconds(self) -> float:
        """From the first frame to the latest one."""
        return self.end - self.start

    def rates(self, key: FrameKey, seconds: float, count: int) -> list[float]:
        """The mean frames a second of this ID, in each of `count` equal spans of the first `seconds`."""
        counts = self._counts.get(key) or [0] * BINS
        return rates_between(counts, self.width_s, 0.0, seconds, count)

"""How often each ID of a recording comes in each of a few hundred equal spans of time. No I/O."""

from array import array
from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchboard.canbus.frame_block import FrameGroup
from benchboard.canbus.frame_density import add_counts, halved, rates_between
from benchboard.canbus.frame_statistics import FrameKey, key_of_group

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

    def add(self, groups: Iterable[FrameGroup], seconds: NDArray[np.float64]) -> None:
        """Count the frames of a block, which came at these times, by their groups."""
        groups = [group for group in groups if not group.is_error]
        if not groups:
            return
        if not self._counts:
            self.start = self.end = float(seconds[groups[0].members[0]])
        counted = []
        for group in groups:
            self.end = max(self.end, float(seconds[group.members].max()))
            key = key_of_group(group)
            if key not in self._counts and len(self._counts) < MOST_IDS:
                self._counts[key] = array("Q", bytes(8 * BINS))
            if key in self._counts:
                counted.append((key, np.maximum(0.0, seconds[group.members] - self.start)))
        longest = max((float(after.max()) for _key, after in counted), default=0.0)
        while longest / self.width_s >= BINS:
            for key, before in self._counts.items():
                self._counts[key] = halved(before)
            self.width_s *= 2
        for key, after in counted:
            add_counts(self._counts[key], (after / self.width_s).astype(np.int64))

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

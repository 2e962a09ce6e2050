"""Timestamps for frames that arrive in chunks, from the host's clock or a device's milliseconds. No I/O."""

from typing import Final

from benchboard.canbus.frame import TimeSource, Timestamp

# A full-speed USB device hands its bytes over once a millisecond (USB 2.0, 5.3.3: frames of 1 ms).
HOST_DELAY_S: Final = 0.001
# How fast the estimate of a device's clock may move: CAN allows oscillators 1.58 % at most, crystals have 100 ppm.
MAX_DRIFT: Final = 200e-6


class FrameClock(dict[float | None, Timestamp]):
    """The timestamps of the frames of one channel, by the device's count (s or any unit), or by None without one.

    Tell it when a chunk arrived, then look each of its frames up. A mapping, because most frames share their count
    with the one before, and nothing finds that out faster.

    A device's count becomes Unix time by the host's clock: the first frame sets how far apart the two are, and from
    then on that follows what arrives by `MAX_DRIFT` at most, so that the time between two frames stays the device's.
    """

    def __init__(self, unix_offset: float, *, tick: float = 0.001, wrap: int | None = None) -> None:
        """`unix_offset` (s) added to the times of `arrived` gives Unix time.

        The device counts in `tick` s, and begins at 0 again instead of reaching `wrap`.
        """
        super().__init__()
        self._unix_offset = unix_offset
        self._tick = tick
        self._wrap = None if wrap is None else wrap * tick
        self._arrival = 0.0  # of the latest chunk, Unix time
        self._ahead: float | None = None  # Unix time less the device's
        self._newest: float | None = None  # the latest count in the chunk that was not there before

    def restart(self) -> None:
        """Forget the device's count: it has restarted."""
        self.clear()
        self._ahead = self._newest = None

    def arrived(self, since: float, until: float) -> None:
        """The frames that are looked up next became readable between `since` and `until` (s)."""
        arrival = until + self._unix_offset
        if self._newest is not None and self._ahead is not None:
            newest = self[self._newest]
            most = MAX_DRIFT * (arrival - self._arrival)
            self._ahead += max(-most, min(most, self._arrival - newest.seconds))
            self.clear()
            # The last one stays: a frame of the same tick must not get an earlier stamp.
            self[self._newest] = newest
            self._newest = None
        self._arrival = arrival
        self[None] = Timestamp(arrival, TimeSource.HOST, until - since + HOST_DELAY_S)

    def __missing__(self, count: float | None) -> Timestamp:
        assert count is not None  # a frame that arrived: None is there from the first chunk on
        seconds = count * self._tick
        if self._ahead is None:
            self._ahead = self._arrival - seconds
        seconds += self._ahead
        if self._wrap is not None:
            # The time of arrival determines the wraps of the counter, however long no frame came.
            seconds += self._wrap * round((self._arrival - seconds) / self._wrap)
        self._newest = count
        found = self[count] = Timestamp(seconds, TimeSource.DEVICE, self._tick)
        return found

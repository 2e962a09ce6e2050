"""Which identifiers take the bus: the share of each in the time in which frames were on it lately. No Qt."""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Final

from benchboard.canbus.frame import Frame
from benchboard.i18n import percent

TrafficKey = tuple[int, bool, bool, bool, bool]
"""ID, whether it is extended, whether it is a remote frame, whether it is an error, whether it was sent."""
WINDOW_S: Final = 10.0
"""The seconds that a share is of: a node that begins to flood the bus is seen at once, after an hour too."""
_EVERY_S: Final = 1.0


def traffic_key(frame: Frame) -> TrafficKey:
    """Which frames are counted together."""
    return frame.id, frame.extended, frame.remote, frame.error, frame.sent


def share_text(share: float) -> str:
    """A share (0..1) in whole percent, below 10 % with a decimal; one that is less than that is no zero."""
    shown = round(100 * share, 1)
    if share > 0 and not shown:
        return f"<{percent(0.1, 1)}"
    return percent(shown, 1 if 0 < shown < 10 else 0)


class TrafficShares:
    """Shares from totals that only grow, such as those of `Capture.busy`; times by the clock of whoever asks (s)."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, Mapping[TrafficKey, float]]] = deque()

    def update(self, busy: Callable[[], Mapping[TrafficKey, float]], now: float) -> dict[TrafficKey, float] | None:
        """The share (0..1) of each key that came in the last `WINDOW_S`; None if a second hasn't passed since the last
        ones. `busy` gives the seconds that each key has taken until now.
        """
        if self._samples and now - self._samples[-1][0] < _EVERY_S:
            return None
        totals = busy()
        self._samples.append((now, totals))
        while len(self._samples) > 2 and self._samples[1][0] <= now - WINDOW_S:
            self._samples.popleft()
        before = self._samples[0][1] if len(self._samples) > 1 else {}
        lately = {key: total - before.get(key, 0.0) for key, total in totals.items()}
        whole = sum(lately.values())
        return {key: one / whole for key, one in lately.items() if one > 0} if whole > 0 else {}

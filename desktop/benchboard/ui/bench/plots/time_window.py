"""The range of time that plots show: it follows the present, or stands still. Times are Unix, in ns. No Qt."""

from collections.abc import Callable
from typing import Final

SECOND: Final = 1_000_000_000
_NARROWEST: Final = SECOND // 10_000
_WIDEST: Final = 48 * 3600 * SECOND
_DELAY_NS: Final = 120_000_000
"""How far the right end is behind the clock: until then frames of the bus have come and been decoded."""


class TimeWindow:
    """`now` is the clock of this computer."""

    def __init__(self, now: Callable[[], int], width: int = 10 * SECOND) -> None:
        self._now = now
        self.width = width
        self._end: int | None = None
        """The right end while it stands still."""

    @property
    def follows(self) -> bool:
        """Whether it follows the present."""
        return self._end is None

    @property
    def range(self) -> tuple[int, int]:
        """The times of the left and the right end."""
        end = self._now() - _DELAY_NS if self._end is None else self._end
        return end - self.width, end

    def follow(self) -> None:
        """Follow the present again, with the same width."""
        self._end = None

    def stand(self, at_least: int = 0) -> None:
        """Stand still where it is, or a moment later: with this time at the right end."""
        self._end = max(self.range[1], at_least)

    def show(self, begin: int, end: int) -> None:
        """Stand still at this range."""
        self.width = min(max(end - begin, _NARROWEST), _WIDEST)
        self._end = end

    def pan(self, by: int) -> None:
        """Stand still, that much later."""
        self._end = self.range[1] + by

    def zoom(self, factor: float, at: float = 0.5) -> None:
        """Show `factor` times as much time. What is at this share of the width stays where it is; while it follows the
        present, the right end does.
        """
        begin, _end = self.range
        width = round(min(max(self.width * factor, _NARROWEST), _WIDEST))
        if not self.follows:
            self._end = begin + round(self.width * at) + round(width * (1 - at))
        self.width = width

"""Finds the bit rate of a bus by listening at one after the other, without sending or acknowledging anything.

At a wrong bit rate a controller receives errors and no frames. Listening only, it disturbs no other node by that.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from benchboard.canbus.bus import Bus
from benchboard.canbus.timing.figures import bit_rate
from benchboard.i18n import _

USUAL_BIT_RATES: Final = (
    500_000, 250_000, 125_000, 1_000_000, 800_000, 100_000, 83_300, 50_000, 20_000, 10_000,
)  # fmt: skip
"""In bit/s, the most usual first."""
LISTEN_S: Final = 0.7
ENOUGH_FRAMES: Final = 5
"""So many frames without an error are no chance."""
_READ_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class RateHeard:
    """What was heard at a bit rate (bit/s)."""

    bitrate: int
    frames: int
    errors: int


@dataclass(frozen=True, slots=True)
class Detection:
    """What was heard at each bit rate that was tried."""

    heard: tuple[RateHeard, ...]

    @property
    def bitrate(self) -> int | None:
        """The bit rate of the bus in bit/s: where frames arrived, most of them per error. None if none arrived."""
        received = [one for one in self.heard if one.frames > one.errors]
        return max(received, key=lambda one: one.frames / (1 + one.errors)).bitrate if received else None

    @property
    def is_silent(self) -> bool:
        """Whether nothing happened on the bus: then no bit rate is ruled out."""
        return not any(one.frames or one.errors for one in self.heard)

    @property
    def sentence(self) -> str:
        """What was found."""
        if self.bitrate is not None:
            return _("The bus runs at {rate}.").format(rate=bit_rate(self.bitrate))
        if self.is_silent:
            return _("No node is sending. The bit rate of a silent bus can't be detected.")
        return _("There are errors at every usual bit rate. Check the wiring and the termination.")


def detect_bit_rate(
    open_bus: Callable[[int], Bus],
    bitrates: Sequence[int] = USUAL_BIT_RATES,
    *,
    seconds: float = LISTEN_S,
    on_rate: Callable[[int, int], None] = lambda _done, _bitrate: None,
    on_heard: Callable[[RateHeard], None] = lambda _heard: None,
    goes_on: Callable[[], bool] = lambda: True,
    clock: Callable[[], float] = time.monotonic,
) -> Detection:
    """Listen for `seconds` at each of `bitrates` (bit/s) until frames arrive without errors.

    `open_bus` opens the interface at a bit rate, listening only; each bus is closed before the next is opened.
    `on_rate` is called before each, with how many are done, `on_heard` after each; what they or a bus raise ends the
    detection. It also ends, with what was heard so far, once `goes_on` says no.
    """
    heard: list[RateHeard] = []
    for done, bitrate in enumerate(bitrates):
        if not goes_on():
            break
        on_rate(done, bitrate)
        bus = open_bus(bitrate)
        try:
            found = _listen(bus, bitrate, seconds, clock, goes_on)
        finally:
            bus.close()
        heard.append(found)
        on_heard(found)
        if found.frames >= ENOUGH_FRAMES and not found.errors:
            break
    return Detection(tuple(heard))


def _listen(
    bus: Bus, bitrate: int, seconds: float, clock: Callable[[], float], goes_on: Callable[[], bool]
) -> RateHeard:
    end, frames, errors = clock() + seconds, 0, 0
    while clock() < end and goes_on() and not (frames >= ENOUGH_FRAMES and not errors):
        for frame in bus.recv(_READ_S):
            frames += not frame.error
            errors += frame.error
        errors = max(errors, bus.state().bus_errors)
    return RateHeard(bitrate, frames, errors)

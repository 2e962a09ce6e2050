"""Faults of a simulated bus and its dongles: those that it is started with, and those that are typed while it runs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchboard.dongles.simulator.bus import VirtualBus
from benchboard.dongles.simulator.node import SimulatedDongle
from benchboard.i18n import _

_TYPED: Final = re.compile(rb"(press|stall|cut) (\d{1,2})(?: (\d{1,4}))?|disturb (\d{1,6})")
_STALL_S: Final = 5


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares in percent: of the frames on the bus that interference destroys, and of those received that a dongle loses
    on the way to the host.
    """

    disturbed: float = 0.0
    dropped: float = 0.0

    def apply(self, bus: VirtualBus, dongles: Sequence[SimulatedDongle]) -> None:
        """Let them happen from now on."""
        bus.disturb_share(self.disturbed / 100)
        for dongle in dongles:
            dongle.drop_share(self.dropped / 100)


def do_typed(command: bytes, bus: VirtualBus, dongles: Sequence[SimulatedDongle], now: float) -> bool:
    """Do a command as it was typed; returns False if it is none.

    `press N` presses the button of dongle N, `cut N` its power, `stall N SECONDS` lets it answer nothing for a while,
    `disturb FRAMES` destroys the next frames on the bus.
    """
    match = _TYPED.fullmatch(b" ".join(command.split()))
    if match is None:
        return False
    verb, which, seconds, frames = match.groups()
    if frames is not None:
        bus.disturb(int(frames))
        return True
    if not 1 <= int(which) <= len(dongles) or (seconds is not None and verb != b"stall"):
        return False
    dongle = dongles[int(which) - 1]
    if verb == b"press":
        dongle.press(now)
    elif verb == b"cut":
        dongle.cut_power()
    else:
        dongle.stall(now + int(seconds or _STALL_S))
    return True


def typed_help(count: int) -> str:
    """What can be typed, where there are `count` dongles."""
    return _("Type “press N”, “cut N” or “stall N SECONDS”, where N is 1 to {most}, or “disturb FRAMES”.").format(
        most=count
    )

"""Cyclic frames with changing data on a virtual bus, like those of a small machine."""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchboard.canbus.frame import Frame
from benchboard.dongles.simulator.bus import STANDARD, BitTiming, SimulatedController, VirtualBus, standard_nominal

_RESTART_MS: Final = 100  # after bus-off, as machines usually restart


@dataclass(frozen=True, slots=True)
class _Message:
    id: int
    weight: float  # share of the whole rate
    size: int
    extended: bool = False


# Cycle times as on a powertrain's bus: two fast messages, some slower, a slow one like J1939's.
_MESSAGES: Final = (
    _Message(0x0C9, 0.30, 8),
    _Message(0x1A0, 0.25, 8),
    _Message(0x244, 0.15, 6),
    _Message(0x3D1, 0.12, 8),
    _Message(0x420, 0.10, 4),
    _Message(0x5F0, 0.05, 2),
    _Message(0x18FEF100, 0.03, 8, extended=True),
)


class Traffic:
    """Sends `rate` frames a second in all, at its own bit rate: dongles with another one receive none of them.

    A second node acknowledges them, so that a dongle which only listens sees them too. Both have the standard data
    phase, so that dongles with the same one can exchange CAN FD frames beside them.
    """

    def __init__(self, bus: VirtualBus, rate: float, bitrate: int, dongles: Sequence[SimulatedController]) -> None:
        """`bitrate` in bit/s. Nothing is sent while none of `dongles` has its channel open."""
        self._node = SimulatedController(lambda _frame, _now: None)
        self._partner = SimulatedController(lambda _frame, _now: None)
        bus.attach(self._node)
        bus.attach(self._partner)
        self._timing = BitTiming(standard_nominal(bitrate), STANDARD.data)
        self._dongles = dongles
        self._periods = [1 / (rate * message.weight) for message in _MESSAGES]
        self._due: list[tuple[float, int]] = []
        self._counts = [0] * len(_MESSAGES)

    def advance(self, now: float) -> float | None:
        """Queue the frames that are due; returns when the next one is, None while no channel is open."""
        if not any(one.is_open for one in self._dongles):
            self._node.close()
            self._partner.close()
            return None
        if not self._node.is_open:
            self._node.open(self._timing, mode="NORMAL", auto_restart_ms=_RESTART_MS)
            self._partner.open(self._timing, mode="NORMAL", auto_restart_ms=_RESTART_MS)
            self._due = [(now + period, index) for index, period in enumerate(self._periods)]
            heapq.heapify(self._due)
        while self._due[0][0] <= now:
            at, index = self._due[0]
            heapq.heapreplace(self._due, (max(at + self._periods[index], now - 0.5), index))
            self._node.send(self._frame(index, at), at)
        return self._due[0][0]

    def _frame(self, index: int, at: float) -> Frame:
        """The message's next frame: a rolling counter in the first byte, slow waves, a checksum in the last."""
        message = _MESSAGES[index]
        self._counts[index] += 1
        wave = [round(127.5 + 127.5 * math.sin(at / (1.5 + place) + message.id)) for place in range(message.size - 2)]
        body = [self._counts[index] & 0xFF, *wave]
        return Frame(message.id, extended=message.extended, data=bytes([*body, sum(body) & 0xFF]))

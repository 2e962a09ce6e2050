"""Cyclic frames on a virtual bus: those of a small conveyor, as `resources/demo/conveyor.dbc` defines them."""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchboard.canbus.dbc import Message
from benchboard.canbus.dbc_files import load_databases
from benchboard.canbus.frame import Frame, TimeSource, Timestamp, wire_bits
from benchboard.dongles.simulator import conveyor
from benchboard.dongles.simulator.bus import STANDARD, BitTiming, SimulatedController, VirtualBus, standard_nominal

_RESOLUTION_S: Final = 1e-6
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


def rate_for_load(percent: float, bitrate: int) -> float:
    """How many of these frames a second keep a bus of `bitrate` (bit/s) busy for `percent` of the time."""
    weights = sum(message.weight for message in _MESSAGES)
    frames = ((message.weight, Frame(message.id, extended=message.extended, data=bytes(message.size)))
              for message in _MESSAGES)  # fmt: skip
    bits = sum(weight * wire_bits((frame,))[0] for weight, frame in frames) / weights
    return percent / 100 * bitrate / bits


class _Conveyor:
    """The messages of the conveyor: how often each is sent, and its next frame."""

    def __init__(self, rate: float) -> None:
        """`rate`: frames a second in all."""
        self.periods = [1 / (rate * message.weight) for message in _MESSAGES]
        self._counts = [0] * len(_MESSAGES)
        database = load_databases([conveyor.database_file()])
        found = (database.find(Frame(one.id, extended=one.extended)) for one in _MESSAGES)
        self._messages = [message for message in found if message is not None]

    def frame(self, index: int, at: float) -> Frame:
        """The message's next frame, with the conveyor's values at a time."""
        message = self._messages[index]
        self._counts[index] += 1
        data = _packed(message, conveyor.values(message.name, at, self._counts[index]))
        return Frame(message.frame_id, extended=message.extended, data=data)


def sample_frames(rate: float, seconds: float, start: float) -> Iterator[Frame]:
    """What would be recorded of the conveyor in `seconds` from `start` on (Unix time), with `rate` frames a second."""
    source = _Conveyor(rate)
    due = [(period, index) for index, period in enumerate(source.periods)]
    heapq.heapify(due)
    while due[0][0] <= seconds:
        at, index = due[0]
        heapq.heapreplace(due, (at + source.periods[index], index))
        yield source.frame(index, at)._replace(timestamp=Timestamp(start + at, TimeSource.DEVICE, _RESOLUTION_S))


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
        self._source = _Conveyor(rate)
        self._due: list[tuple[float, int]] = []

    def advance(self, now: float) -> float | None:
        """Queue the frames that are due; returns when the next one is, None while no channel is open."""
        if not any(one.is_open for one in self._dongles):
            self._node.close()
            self._partner.close()
            return None
        if not self._node.is_open:
            self._node.open(self._timing, mode="NORMAL", auto_restart_ms=_RESTART_MS)
            self._partner.open(self._timing, mode="NORMAL", auto_restart_ms=_RESTART_MS)
            self._due = [(now + period, index) for index, period in enumerate(self._source.periods)]
            heapq.heapify(self._due)
        while self._due[0][0] <= now:
            at, index = self._due[0]
            heapq.heapreplace(self._due, (max(at + self._source.periods[index], now - 0.5), index))
            self._node.send(self._source.frame(index, at), at)
        return self._due[0][0]


def _packed(message: Message, values: Mapping[str, float]) -> bytes:
    """The data of a message with these values of its signals, which are whole numbers in little-endian order."""
    word = 0
    for signal in message.signals:
        raw = round((values[signal.name] - signal.offset) / signal.scale)
        word |= (raw & ((1 << signal.length) - 1)) << signal.start
    return word.to_bytes(message.length, "little")

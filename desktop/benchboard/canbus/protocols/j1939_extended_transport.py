"""J1939's extended transport protocol: messages of 1,786 to 117,440,505 bytes, of one node to another, from ETP.CM and
ETP.DT (ISO 11783-3; SAE J1939-21, 5.11). No I/O.

It only listens: what it knows of a transfer is what was on the bus.
"""

import enum
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Final

from benchboard.canbus.frame import Frame, Timestamp
from benchboard.canbus.protocols.j1939 import ETP_CM, ETP_DT, TO_ALL
from benchboard.canbus.protocols.j1939_transport import MAX_LENGTH as MAX_PLAIN_LENGTH
from benchboard.canbus.protocols.j1939_transport import T1, T2, T3, T4, transferred_pgn
from benchboard.canbus.protocols.messages import Problem, Protocol, ProtocolMessage
from benchboard.canbus.protocols.sessions import NEVER, WaitingMessages

MAX_LENGTH: Final = 117_440_505
"""Bytes of the longest message: 2^24 - 1 packets of 7."""
_PACKET: Final = 7
_SINGLE: Final = 8
_MOST_AHEAD: Final = 255
"""Packets that are kept behind one that is missing: those of one window."""
_PERIODS: Final = {Problem.T1: T1, Problem.T2: T2, Problem.T3: T3, Problem.T4: T4}


class ExtendedControl(enum.IntEnum):
    """The first byte of ETP.CM."""

    RTS = 20
    CTS = 21
    DPO = 22
    """From which packet on the next ones are counted."""
    END = 23
    ABORT = 255


class _ExtendedPhase(enum.Enum):
    OPEN = enum.auto()
    WHOLE = enum.auto()
    """All of it came, and was told; its acknowledgement is still to come."""
    FAILED = enum.auto()
    """It was told what is wrong with it; the rest of its frames is swallowed."""


@dataclass(slots=True)
class _ExtendedTransfer:
    """A message in transfer from `source` to `target`; `deadline` (s), and what it means if it passes."""

    begun: Frame
    source: int
    target: int
    pgn: int
    length: int
    phase: _ExtendedPhase = _ExtendedPhase.OPEN
    deadline: float = NEVER
    late: Problem = Problem.T3
    in_order: bytearray = field(default_factory=bytearray)
    """The bytes of all packets before the first one that is missing."""
    ahead: dict[int, bytes] = field(default_factory=dict)
    """The packets behind it, by their number."""
    offset: int = 0
    """How many packets are before those that are counted from 1 now."""
    window: int = 0
    """How many packets follow the offset."""
    frames: int = 1
    repeats: int = 0
    last: Timestamp | None = None

    @property
    def size(self) -> int:
        return len(self.in_order) + _PACKET * len(self.ahead)

    @property
    def packets(self) -> int:
        """How many packets it has."""
        return -(-self.length // _PACKET)

    def wait(self, problem: Problem, now: Timestamp | None) -> None:
        """From `now` on it is late after the time that `problem` is named after."""
        self.late = problem
        self.deadline = NEVER if now is None else now.seconds + _PERIODS[problem] + now.uncertainty

    def take(self, number: int, part: bytes) -> bool:
        """Keep a packet; returns whether it is what came before, if it came before."""
        missing = len(self.in_order) // _PACKET + 1
        if number < missing:
            self.repeats += 1
            start = (number - 1) * _PACKET
            return self.in_order[start : start + _PACKET] == part
        if number > missing:
            known = self.ahead.get(number)
            if len(self.ahead) < _MOST_AHEAD:
                self.ahead.setdefault(number, part)
            self.repeats += known is not None
            return known is None or known == part
        self.in_order += part
        while (follows := self.ahead.pop(missing + 1, None)) is not None:
            self.in_order += follows
            missing += 1
        return True

    @property
    def is_whole(self) -> bool:
        return len(self.in_order) >= self.length

    def forget(self) -> None:
        """Keep no bytes of it any more."""
        self.in_order.clear()
        self.ahead.clear()

    def message(self, problem: Problem | None = None, abort: int | None = None) -> ProtocolMessage:
        """It as it is now."""
        return ProtocolMessage(
            Protocol.J1939, self.begun.id, True, bytes(self.in_order[: self.length]), self.length, self.frames,
            self.begun.timestamp, self.last, self.pgn, self.source, self.target, problem, abort, self.repeats, None,
            self.begun.channel, self.begun.sent,
        )  # fmt: skip


class J1939ExtendedTransport:
    """Puts messages together, of any number of senders and receivers at the same time."""

    def __init__(self) -> None:
        self._waiting: WaitingMessages[_ExtendedTransfer] = WaitingMessages()

    @property
    def kept(self) -> tuple[int, int]:
        """How many messages are unfinished, and the bytes that are kept of them."""
        return len(self._waiting), self._waiting.bytes

    def add(self, frame: Frame, pgn: int, source: int, target: int) -> list[ProtocolMessage]:
        """Take a frame of ETP.CM or ETP.DT. Returns the messages that it ends, one way or the other."""
        ended = self.late(frame.timestamp)
        if len(frame.data) != _SINGLE or target == TO_ALL:
            return ended  # both have eight bytes and one receiver; a node ignores others
        if pgn == ETP_DT:
            return ended + self._data(frame, source, target)
        if pgn != ETP_CM:
            return ended
        match frame.data[0]:
            case ExtendedControl.RTS:
                return ended + self._begin(frame, source, target)
            case ExtendedControl.CTS:
                self._asked_for(frame, source, target)
            case ExtendedControl.DPO:
                return ended + self._counted_from(frame, source, target)
            case ExtendedControl.END:
                return ended + self._acknowledged(frame, source, target)
            case ExtendedControl.ABORT:
                return ended + self._aborted(frame, source, target)
        return ended

    def late(self, now: Timestamp | None) -> list[ProtocolMessage]:
        """The messages that waited too long."""
        if now is None:
            return []
        return self._told(self._waiting.late(now.seconds), None)

    def end(self) -> list[ProtocolMessage]:
        """No frame comes any more: the messages that aren't finished."""
        return self._told(self._waiting.clear(), Problem.ENDED)

    @staticmethod
    def _told(found: Iterable[_ExtendedTransfer], problem: Problem | None) -> list[ProtocolMessage]:
        """What is said of those of them that weren't whole: this problem, or if None that they were late."""
        return [one.message(problem or one.late) for one in found if one.phase is _ExtendedPhase.OPEN]

    def _begin(self, frame: Frame, source: int, target: int) -> list[ProtocolMessage]:
        key = (frame.channel, source, target)
        length = int.from_bytes(frame.data[1:5], "little")
        begun = _ExtendedTransfer(frame, source, target, transferred_pgn(frame.data), length, last=frame.timestamp)
        before = self._waiting.pop(key)
        ended = self._told([before] if before is not None else [], Problem.REPLACED)
        if not MAX_PLAIN_LENGTH < length <= MAX_LENGTH:
            begun.phase = _ExtendedPhase.FAILED
            ended.append(begun.message(Problem.MALFORMED))
        begun.wait(Problem.T3, frame.timestamp)
        return ended + self._told(self._waiting.put(key, begun), Problem.GIVEN_UP)

    def _of(self, frame: Frame, sender: int, receiver: int) -> _ExtendedTransfer | None:
        """The transfer that a frame of ETP.CM is about."""
        found = self._waiting.find((frame.channel, sender, receiver))
        return found if found is not None and found.pgn == transferred_pgn(frame.data) else None

    def _asked_for(self, frame: Frame, receiver: int, sender: int) -> None:
        """The receiver asks for packets, or to hold (CTS)."""
        found = self._of(frame, sender, receiver)
        if found is None or found.phase is _ExtendedPhase.FAILED:
            return
        found.wait(Problem.T2 if frame.data[1] else Problem.T4, frame.timestamp)
        found.frames, found.last = found.frames + 1, frame.timestamp
        self._waiting.grown((frame.channel, sender, receiver), found)

    def _counted_from(self, frame: Frame, source: int, target: int) -> list[ProtocolMessage]:
        """The sender says from which packet on the next ones are counted (DPO)."""
        found = self._of(frame, source, target)
        if found is None or found.phase is not _ExtendedPhase.OPEN:
            return []
        count, offset = frame.data[1], int.from_bytes(frame.data[2:5], "little")
        found.frames, found.last = found.frames + 1, frame.timestamp
        found.wait(Problem.T1, frame.timestamp)
        key = (frame.channel, source, target)
        if not count or offset + count > found.packets:
            return self._fail(key, found, Problem.SEQUENCE)  # packets that it doesn't have
        found.offset, found.window = offset, count
        return self._told(self._waiting.grown(key, found), Problem.GIVEN_UP)

    def _data(self, frame: Frame, source: int, target: int) -> list[ProtocolMessage]:
        key = (frame.channel, source, target)
        found, number = self._waiting.find(key), frame.data[0]
        if found is None:
            return self._without_beginning(frame, source, target)
        found.wait(Problem.T1, frame.timestamp)
        if found.phase is not _ExtendedPhase.OPEN:
            self._waiting.grown(key, found)
            return []
        found.frames, found.last = found.frames + 1, frame.timestamp
        if not 1 <= number <= found.window:
            return self._fail(key, found, Problem.SEQUENCE)
        if not found.take(found.offset + number, frame.data[1:]):
            return self._fail(key, found, Problem.CHANGED)
        if found.is_whole:
            return self._whole(key, found, frame.timestamp)
        if number == found.window:
            found.wait(Problem.T3, frame.timestamp)
        return self._told(self._waiting.grown(key, found), Problem.GIVEN_UP)

    def _whole(self, key: Hashable, found: _ExtendedTransfer, now: Timestamp | None) -> list[ProtocolMessage]:
        message = found.message()
        found.phase = _ExtendedPhase.WHOLE
        found.forget()
        found.wait(Problem.T3, now)
        return [message, *self._told(self._waiting.grown(key, found), Problem.GIVEN_UP)]

    def _fail(self, key: Hashable, found: _ExtendedTransfer, problem: Problem) -> list[ProtocolMessage]:
        message = found.message(problem)
        found.phase = _ExtendedPhase.FAILED
        found.forget()
        return [message, *self._told(self._waiting.grown(key, found), Problem.GIVEN_UP)]

    def _without_beginning(self, frame: Frame, source: int, target: int) -> list[ProtocolMessage]:
        """Data that nothing announced: said once, until its sender begins a message."""
        lost = _ExtendedTransfer(frame, source, target, ETP_DT, 0, _ExtendedPhase.FAILED, last=frame.timestamp)
        lost.wait(Problem.T1, frame.timestamp)
        given_up = self._told(self._waiting.put((frame.channel, source, target), lost), Problem.GIVEN_UP)
        return [*given_up, lost.message(Problem.NO_BEGINNING)]

    def _acknowledged(self, frame: Frame, receiver: int, sender: int) -> list[ProtocolMessage]:
        """The receiver has all of it."""
        found = self._of(frame, sender, receiver)
        if found is None:
            return []
        self._waiting.pop((frame.channel, sender, receiver))
        found.frames, found.last = found.frames + 1, frame.timestamp
        return self._told([found], Problem.MISSING)

    def _aborted(self, frame: Frame, source: int, target: int) -> list[ProtocolMessage]:
        """One of the two nodes aborts."""
        for sender, receiver in ((source, target), (target, source)):
            found = self._of(frame, sender, receiver)
            if found is None:
                continue
            self._waiting.pop((frame.channel, sender, receiver))
            found.frames, found.last = found.frames + 1, frame.timestamp
            if found.phase is _ExtendedPhase.FAILED:
                return []
            return [found.message(Problem.ABORTED, frame.data[1])]
        return []

"""J1939's transport protocol: messages of 9 to 1,785 bytes from TP.CM and TP.DT (SAE J1939-21, 5.10). No I/O.

It only listens: what it knows of a transfer is what was on the bus.
"""

import enum
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Final

from benchboard.canbus.frame import Frame, Timestamp
from benchboard.canbus.protocols.j1939 import MAX_PGN, TO_ALL, TP_CM, TP_DT
from benchboard.canbus.protocols.messages import Problem, Protocol, ProtocolMessage
from benchboard.canbus.protocols.sessions import NEVER, WaitingMessages

MAX_LENGTH: Final = 1785
"""Bytes of the longest message: 255 packets of 7."""
_PACKET: Final = 7
_SINGLE: Final = 8
"""Bytes that fit a single frame."""
T1: Final = 0.75
T2: Final = 1.25
T3: Final = 1.25
T4: Final = 1.05
"""How long (s) a node waits: for the next packet, for data that it asked for, for an answer, for data to be asked for
after it was told to hold.
"""
_PERIODS: Final = {Problem.T1: T1, Problem.T2: T2, Problem.T3: T3, Problem.T4: T4}


class Control(enum.IntEnum):
    """The first byte of TP.CM."""

    RTS = 16
    CTS = 17
    END = 19
    BAM = 32
    ABORT = 255


class _TransferPhase(enum.Enum):
    OPEN = enum.auto()
    WHOLE = enum.auto()
    """All of it came, and was told; its acknowledgement is still to come."""
    FAILED = enum.auto()
    """It was told what is wrong with it; the rest of its frames is swallowed."""


@dataclass(slots=True)
class _J1939Transfer:
    """A message in transfer from `source` to `target`; `deadline` (s), and what it means if it passes."""

    begun: Frame
    source: int
    target: int
    pgn: int
    length: int
    packets: int
    phase: _TransferPhase = _TransferPhase.OPEN
    deadline: float = NEVER
    late: Problem = Problem.T1
    expected: int = 1
    """The number of the next packet."""
    window_ends: int = 0
    """The last packet that the receiver asked for, 0 before it asked."""
    parts: dict[int, bytes] = field(default_factory=dict)
    frames: int = 1
    repeats: int = 0
    last: Timestamp | None = None

    @property
    def size(self) -> int:
        return _PACKET * len(self.parts)

    @property
    def in_order(self) -> bytes:
        """The bytes from its beginning to the first packet that is missing."""
        found: list[bytes] = []
        while (part := self.parts.get(len(found) + 1)) is not None:
            found.append(part)
        return b"".join(found)[: self.length]

    def wait(self, problem: Problem, now: Timestamp | None) -> None:
        """From `now` on it is late after the time that `problem` is named after."""
        self.late = problem
        # Without a stamp nobody knows whether it is late; a stamp may be off by its uncertainty.
        self.deadline = NEVER if now is None else now.seconds + _PERIODS[problem] + now.uncertainty

    def message(self, problem: Problem | None = None, abort: int | None = None) -> ProtocolMessage:
        """It as it is now."""
        return ProtocolMessage(
            Protocol.J1939, self.begun.id, True, self.in_order, self.length, self.frames, self.begun.timestamp,
            self.last, self.pgn, self.source, self.target, problem, abort, self.repeats, None, self.begun.channel,
            self.begun.sent,
        )  # fmt: skip


class J1939Transport:
    """Puts messages together, of any number of senders and receivers at the same time."""

    def __init__(self) -> None:
        self._waiting: WaitingMessages[_J1939Transfer] = WaitingMessages()

    @property
    def kept(self) -> tuple[int, int]:
        """How many messages are unfinished, and the bytes that are kept of them."""
        return len(self._waiting), self._waiting.bytes

    def add(self, frame: Frame, pgn: int, source: int, target: int) -> list[ProtocolMessage]:
        """Take a frame of TP.CM or TP.DT. Returns the messages that it ends, one way or the other."""
        ended = self.late(frame.timestamp)
        if len(frame.data) != _SINGLE:
            return ended  # both have eight bytes; a node ignores another length
        if pgn == TP_DT:
            return ended + self._data(frame, source, target)
        if pgn != TP_CM:
            return ended
        match frame.data[0]:
            case Control.RTS | Control.BAM as control:
                return ended + self._begin(frame, source, target, is_bam=control == Control.BAM)
            case Control.CTS:
                self._asked_for(frame, source, target)
            case Control.END:
                return ended + self._acknowledged(frame, source, target)
            case Control.ABORT:
                return ended + self._aborted(frame, source, target)
        return ended

    def late(self, now: Timestamp | None) -> list[ProtocolMessage]:
        """The messages that waited too long."""
        if now is None:
            return []
        return [one.message(one.late) for one in self._waiting.late(now.seconds) if one.phase is _TransferPhase.OPEN]

    def end(self) -> list[ProtocolMessage]:
        """No frame comes any more: the messages that aren't finished."""
        return [one.message(Problem.ENDED) for one in self._waiting.clear() if one.phase is _TransferPhase.OPEN]

    def _begin(self, frame: Frame, source: int, target: int, *, is_bam: bool) -> list[ProtocolMessage]:
        data = frame.data
        length, packets = data[1] | data[2] << 8, data[3]
        begun = _J1939Transfer(frame, source, target, transferred_pgn(data), length, packets, last=frame.timestamp)
        if is_bam != (target == TO_ALL):
            return []  # a broadcast to one node, or a connection with all of them: neither exists
        ended = self._replaced((frame.channel, source, target))
        if not _SINGLE < length <= MAX_LENGTH or packets != -(-length // _PACKET):
            begun.phase = _TransferPhase.FAILED
            ended.append(begun.message(Problem.MALFORMED))
        begun.window_ends = packets if is_bam else 0
        begun.wait(Problem.T1 if is_bam else Problem.T3, frame.timestamp)
        return ended + self._given_up(self._waiting.put((frame.channel, source, target), begun))

    def _replaced(self, key: Hashable) -> list[ProtocolMessage]:
        before = self._waiting.pop(key)
        return [before.message(Problem.REPLACED)] if before is not None and before.phase is _TransferPhase.OPEN else []

    def _given_up(self, found: list[_J1939Transfer]) -> list[ProtocolMessage]:
        return [one.message(Problem.GIVEN_UP) for one in found if one.phase is _TransferPhase.OPEN]

    def _asked_for(self, frame: Frame, receiver: int, sender: int) -> None:
        """The receiver asks for packets, or to hold (CTS)."""
        found = self._waiting.find((frame.channel, sender, receiver))
        count, first = frame.data[1], frame.data[2]
        if found is None or found.phase is _TransferPhase.FAILED or found.pgn != transferred_pgn(frame.data):
            return
        if not count:
            found.wait(Problem.T4, frame.timestamp)
        elif 1 <= first <= found.packets:
            found.expected, found.window_ends = first, min(first + count - 1, found.packets)
            found.wait(Problem.T2, frame.timestamp)
        else:
            return  # packets that don't exist: the sender ignores it or aborts
        found.frames, found.last = found.frames + 1, frame.timestamp
        self._waiting.grown((frame.channel, sender, receiver), found)

    def _data(self, frame: Frame, source: int, target: int) -> list[ProtocolMessage]:
        key = (frame.channel, source, target)
        found, packet, part = self._waiting.find(key), frame.data[0], frame.data[1:]
        if found is None:
            return self._without_beginning(frame, source, target)
        found.wait(Problem.T1, frame.timestamp)
        if found.phase is not _TransferPhase.OPEN:
            self._waiting.grown(key, found)
            return []
        found.frames, found.last = found.frames + 1, frame.timestamp
        known = found.parts.get(packet)
        if known is not None:
            if known != part:
                return self._fail(key, found, Problem.CHANGED)
            found.repeats += 1
        elif not 1 <= packet <= found.packets or packet < found.expected:
            return self._fail(key, found, Problem.SEQUENCE)
        elif packet != found.expected and target == TO_ALL:
            return self._fail(key, found, Problem.SEQUENCE)  # nobody can ask for the one that is missing
        found.parts[packet] = part
        found.expected = max(found.expected, packet + 1)
        given_up = self._given_up(self._waiting.grown(key, found))
        if len(found.parts) == found.packets:
            return [*given_up, self._whole(key, found, frame.timestamp)]
        if packet >= found.window_ends > 0 and target != TO_ALL:
            found.wait(Problem.T3, frame.timestamp)
        return given_up

    def _whole(self, key: Hashable, found: _J1939Transfer, now: Timestamp | None) -> ProtocolMessage:
        message = found.message()
        if found.target == TO_ALL:
            self._waiting.pop(key)
        else:
            # Its receiver may have missed some, and ask for them again.
            found.phase = _TransferPhase.WHOLE
            found.parts.clear()
            found.wait(Problem.T3, now)
            self._waiting.grown(key, found)
        return message

    def _fail(self, key: Hashable, found: _J1939Transfer, problem: Problem) -> list[ProtocolMessage]:
        message = found.message(problem)
        found.phase = _TransferPhase.FAILED
        found.parts.clear()
        return [message, *self._given_up(self._waiting.grown(key, found))]

    def _without_beginning(self, frame: Frame, source: int, target: int) -> list[ProtocolMessage]:
        """Data that nothing announced: said once, until its sender begins a message."""
        lost = _J1939Transfer(frame, source, target, TP_DT, 0, 0, _TransferPhase.FAILED, last=frame.timestamp)
        lost.wait(Problem.T1, frame.timestamp)
        given_up = self._given_up(self._waiting.put((frame.channel, source, target), lost))
        return [*given_up, lost.message(Problem.NO_BEGINNING)]

    def _acknowledged(self, frame: Frame, receiver: int, sender: int) -> list[ProtocolMessage]:
        """The receiver has all of it."""
        key = (frame.channel, sender, receiver)
        found = self._waiting.find(key)
        if found is None or found.pgn != transferred_pgn(frame.data):
            return []
        self._waiting.pop(key)
        found.frames, found.last = found.frames + 1, frame.timestamp
        return [found.message(Problem.MISSING)] if found.phase is _TransferPhase.OPEN else []

    def _aborted(self, frame: Frame, source: int, target: int) -> list[ProtocolMessage]:
        """One of the two nodes aborts."""
        for key in ((frame.channel, source, target), (frame.channel, target, source)):
            found = self._waiting.find(key)
            if found is None or found.pgn != transferred_pgn(frame.data):
                continue
            self._waiting.pop(key)
            found.frames, found.last = found.frames + 1, frame.timestamp
            if found.phase is _TransferPhase.FAILED:
                return []
            return [found.message(Problem.ABORTED, frame.data[1])]
        return []


def transferred_pgn(data: bytes) -> int:
    """The PGN of the message that a frame of TP.CM is about."""
    return int.from_bytes(data[5:8], "little") & MAX_PGN

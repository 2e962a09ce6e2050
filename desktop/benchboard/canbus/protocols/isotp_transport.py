"""ISO-TP: messages from single, first and consecutive frames (ISO 15765-2:2016). No I/O.

It only listens: what it knows of a transfer is what was on the bus.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

from benchboard.canbus.frame import Frame, Timestamp
from benchboard.canbus.protocols.isotp_addresses import IsotpAddress
from benchboard.canbus.protocols.isotp_frames import FlowStatus, FrameKind, IsotpFrame, parse_isotp
from benchboard.canbus.protocols.messages import Problem, Protocol, ProtocolMessage
from benchboard.canbus.protocols.sessions import NEVER, WaitingMessages

N_BS: Final = 1.0
N_CR: Final = 1.0
"""How long (s) a sender waits for flow control, and a receiver for the next frame."""
MAX_LENGTH: Final = 1_048_576
"""Bytes of the longest message that is put together; its announcement may claim four gigabytes."""
_PERIODS: Final = {Problem.N_BS: N_BS, Problem.N_CR: N_CR}


@dataclass(slots=True)
class _IsotpTransfer:
    """A message in transfer; `deadline` (s), and what it means if it passes."""

    begun: Frame
    address: IsotpAddress
    length: int
    data: bytearray
    frame_size: int
    """The data length of its first frame, which all but its last one have."""
    failed: bool = False
    deadline: float = NEVER
    late: Problem = Problem.N_BS
    sequence: int = 0
    newest: bytes = b""
    """The data of the last consecutive frame."""
    frames: int = 1
    repeats: int = 0
    last: Timestamp | None = None
    pace: tuple[int, int] | None = None
    left_in_block: int = 0
    """Consecutive frames until the next flow control; 0 if there is none any more."""

    @property
    def size(self) -> int:
        return len(self.data)

    def wait(self, problem: Problem, now: Timestamp | None) -> None:
        """From `now` on it is late after the time that `problem` is named after."""
        self.late = problem
        self.deadline = NEVER if now is None else now.seconds + _PERIODS[problem] + now.uncertainty

    def message(self, problem: Problem | None = None) -> ProtocolMessage:
        """It as it is now."""
        return _message(
            self.begun, self.address, bytes(self.data[: self.length]), self.length, self.frames, self.last, problem,
            self.repeats, self.pace,
        )  # fmt: skip


def _message(
    frame: Frame,
    address: IsotpAddress,
    data: bytes,
    length: int,
    frames: int = 1,
    last: Timestamp | None = None,
    problem: Problem | None = None,
    repeats: int = 0,
    pace: tuple[int, int] | None = None,
) -> ProtocolMessage:
    return ProtocolMessage(
        Protocol.ISOTP, frame.id, frame.extended, data, length, frames, frame.timestamp, last, None, address.source,
        address.target, problem, None, repeats, pace, frame.channel, frame.sent,
    )  # fmt: skip


class IsotpTransport:
    """Puts messages together, on any number of identifiers at the same time."""

    def __init__(self) -> None:
        self._waiting: WaitingMessages[_IsotpTransfer] = WaitingMessages()
        self._senders: dict[Hashable, Hashable] = {}
        """By the identifier that flow control comes on: the message that waits for it."""

    @property
    def kept(self) -> tuple[int, int]:
        """How many messages are unfinished, and the bytes that are kept of them."""
        return len(self._waiting), self._waiting.bytes

    def add(self, frame: Frame, address: IsotpAddress) -> list[ProtocolMessage]:
        """Take a frame. Returns the messages that it ends, one way or the other."""
        ended = self.late(frame.timestamp)
        parsed = parse_isotp(frame.data, address.prefix)
        if parsed is None:
            return ended
        byte = frame.data[0] if address.prefix else -1
        key = (frame.channel, frame.id, frame.extended, byte)
        match parsed.kind:
            case FrameKind.SINGLE:
                ended += self._replaced(key)
                ended.append(_message(frame, address, parsed.payload, parsed.length, last=frame.timestamp))
            case FrameKind.FIRST:
                ended += self._begin(key, frame, address, parsed)
            case FrameKind.CONSECUTIVE:
                ended += self._data(key, frame, address, parsed)
            case FrameKind.FLOW:
                ended += self._flow(frame, parsed)
        return ended

    def late(self, now: Timestamp | None) -> list[ProtocolMessage]:
        """The messages that waited too long."""
        if now is None:
            return []
        return [one.message(one.late) for one in self._waiting.late(now.seconds) if not one.failed]

    def end(self) -> list[ProtocolMessage]:
        """No frame comes any more: the messages that aren't finished."""
        self._senders.clear()
        return [one.message(Problem.ENDED) for one in self._waiting.clear() if not one.failed]

    def _replaced(self, key: Hashable) -> list[ProtocolMessage]:
        before = self._waiting.pop(key)
        return [before.message(Problem.REPLACED)] if before is not None and not before.failed else []

    def _grown(self, key: Hashable, found: _IsotpTransfer) -> list[ProtocolMessage]:
        return [one.message(Problem.GIVEN_UP) for one in self._waiting.grown(key, found) if not one.failed]

    def _begin(self, key: Hashable, frame: Frame, address: IsotpAddress, first: IsotpFrame) -> list[ProtocolMessage]:
        ended = self._replaced(key)
        begun = _IsotpTransfer(
            frame, address, first.length, bytearray(first.payload), len(frame.data), last=frame.timestamp
        )
        begun.wait(Problem.N_BS, frame.timestamp)
        if first.length > MAX_LENGTH:
            ended.append(begun.message(Problem.OVERFLOW))
            begun.failed = True
            begun.data.clear()
        if address.reply is not None:
            self._senders[frame.channel, address.reply, frame.extended] = key
            while len(self._senders) > 2 * len(self._waiting) + 16:
                self._senders.pop(next(iter(self._senders)))
        given_up = self._waiting.put(key, begun)
        return ended + [one.message(Problem.GIVEN_UP) for one in given_up if not one.failed]

    def _data(self, key: Hashable, frame: Frame, address: IsotpAddress, part: IsotpFrame) -> list[ProtocolMessage]:
        found = self._waiting.find(key)
        if found is None:
            lost = _IsotpTransfer(frame, address, 0, bytearray(), len(frame.data), failed=True, last=frame.timestamp)
            lost.wait(Problem.N_CR, frame.timestamp)
            given_up = [one for one in self._waiting.put(key, lost) if not one.failed]
            return [lost.message(Problem.NO_BEGINNING), *(one.message(Problem.GIVEN_UP) for one in given_up)]
        if found.failed:
            found.wait(Problem.N_CR, frame.timestamp)
            return self._grown(key, found)
        found.frames, found.last = found.frames + 1, frame.timestamp
        expected = (found.sequence + 1) & 0xF
        if part.sequence != expected:
            if part.sequence == found.sequence and frame.data == found.newest:
                found.repeats += 1  # the bus sent it twice: it is the same one
                return []
            return self._fail(key, found, Problem.SEQUENCE)
        missing = found.length - len(found.data)
        if len(part.payload) < missing and len(frame.data) < found.frame_size:
            return self._fail(key, found, Problem.SHORT_FRAME)
        found.data += part.payload[:missing]
        found.sequence, found.newest = expected, frame.data
        if len(found.data) >= found.length:
            self._waiting.pop(key)
            return [found.message()]
        found.wait(Problem.N_CR, frame.timestamp)
        if found.left_in_block:
            found.left_in_block -= 1
            if not found.left_in_block:
                found.wait(Problem.N_BS, frame.timestamp)
        return self._grown(key, found)

    def _fail(self, key: Hashable, found: _IsotpTransfer, problem: Problem) -> list[ProtocolMessage]:
        message = found.message(problem)
        found.failed = True
        found.data.clear()
        found.wait(Problem.N_CR, found.last)
        return [message, *self._grown(key, found)]

    def _flow(self, frame: Frame, flow: IsotpFrame) -> list[ProtocolMessage]:
        """The receiver lets the sender go on, wait, or end."""
        key = self._senders.get((frame.channel, frame.id, frame.extended))
        found = self._waiting.find(key) if key is not None else None
        if key is None or found is None or found.failed:
            return []
        found.frames, found.last = found.frames + 1, frame.timestamp
        if flow.status is FlowStatus.OVERFLOW:
            self._waiting.pop(key)
            return [found.message(Problem.OVERFLOW)]
        if flow.status is FlowStatus.WAIT:
            found.wait(Problem.N_BS, frame.timestamp)
        else:
            found.pace = found.pace or (flow.block_size, flow.stmin)
            found.left_in_block = flow.block_size
            found.wait(Problem.N_CR, frame.timestamp)
        return self._grown(key, found)

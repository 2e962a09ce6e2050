"""A message of a protocol over CAN, of one frame or of many, and what can go wrong while it comes in. No I/O."""

import enum
from typing import Final, NamedTuple

from benchboard.canbus.frame import Frame, Timestamp
from benchboard.canbus.protocols.j1939 import TO_ALL, make_id
from benchboard.i18n import N_, _

MAX_SESSIONS: Final = 256
"""Messages of several frames that are put together at the same time; for one more, the oldest is given up."""
MAX_BYTES: Final = 4_194_304
"""Bytes of all unfinished messages; beyond it, the oldest is given up."""


class Protocol(enum.Enum):
    """The protocols that are understood."""

    J1939 = "j1939"
    ISOTP = "isotp"
    CANOPEN = "canopen"

    @property
    def title(self) -> str:
        """Its name, as its users write it."""
        return {"j1939": "J1939", "isotp": "ISO-TP", "canopen": "CANopen"}[self.value]


class Problem(enum.Enum):
    """Why a message isn't whole."""

    SEQUENCE = "sequence"
    NO_BEGINNING = "no-beginning"
    REPLACED = "replaced"
    ABORTED = "aborted"
    OVERFLOW = "overflow"
    MALFORMED = "malformed"
    SHORT_FRAME = "short-frame"
    CHANGED = "changed"
    MISSING = "missing"
    GIVEN_UP = "given-up"
    ENDED = "ended"
    T1 = "t1"
    T2 = "t2"
    T3 = "t3"
    T4 = "t4"
    N_BS = "n-bs"
    N_CR = "n-cr"

    @property
    def text(self) -> str:
        """What happened, as a sentence without its point."""
        return _(_PROBLEMS[self])


_PROBLEMS: Final = {
    Problem.SEQUENCE: N_("a frame is missing or out of order"),
    Problem.NO_BEGINNING: N_("its first frame wasn't received"),
    Problem.REPLACED: N_("its sender began another one"),
    Problem.ABORTED: N_("it was aborted"),
    Problem.OVERFLOW: N_("it is too long for its receiver"),
    Problem.MALFORMED: N_("its length isn't allowed"),
    Problem.SHORT_FRAME: N_("a frame in it is too short"),
    Problem.CHANGED: N_("a frame came again with other data"),
    Problem.MISSING: N_("frames of it weren't received"),
    Problem.GIVEN_UP: N_("too many messages came at once"),
    Problem.ENDED: N_("it isn't finished"),
    Problem.T1: N_("the next frame didn't come within 750 ms (T1)"),
    Problem.T2: N_("no data came within 1,250 ms after they were asked for (T2)"),
    Problem.T3: N_("the receiver didn't answer within 1,250 ms (T3)"),
    Problem.T4: N_("the receiver didn't ask for data within 1,050 ms (T4)"),
    Problem.N_BS: N_("no flow control came within 1,000 ms (N_Bs)"),
    Problem.N_CR: N_("the next frame didn't come within 1,000 ms (N_Cr)"),
}


class ProtocolMessage(NamedTuple):
    """A message, whole unless it has a `problem`.

    `first` and `last` are the stamps of its first and last frame, `frames` how many it took. `id`, `extended`, `sent`
    and `channel` are those of its first frame. `code`: its PGN, else None. `source` and `target` are addresses of
    J1939, nodes of CANopen, or identifiers or addresses of ISO-TP, None where they aren't known; for J1939, `TO_ALL` is
    everybody. `data`: its bytes, of which `length` were announced; with a problem, those that came in order.
    `abort`: the reason that the protocol has for an abort.
    `repeats`: frames that came twice. `pace`: the block size and shortest time between frames (STmin) that the receiver
    asked for. `guessed`: nobody said that this protocol is on the bus.
    """

    protocol: Protocol
    id: int
    extended: bool
    data: bytes
    length: int
    frames: int = 1
    first: Timestamp | None = None
    last: Timestamp | None = None
    code: int | None = None
    source: int | None = None
    target: int | None = None
    problem: Problem | None = None
    abort: int | None = None
    repeats: int = 0
    pace: tuple[int, int] | None = None
    channel: str = ""
    sent: bool = False
    guessed: bool = False

    @property
    def carrier(self) -> Frame:
        """A frame as if it had carried the whole message: a database finds it, and a filter matches it. With J1939 it
        has the message's own PGN, where the frames that it came in have that of the transport protocol.
        """
        frame_id = self.id
        if self.protocol is Protocol.J1939 and self.code is not None and self.source is not None:
            frame_id = make_id(self.id >> 26, self.code, self.source, TO_ALL if self.target is None else self.target)
        return Frame(
            frame_id, extended=self.extended, data=self.data, timestamp=self.last, sent=self.sent, channel=self.channel
        )

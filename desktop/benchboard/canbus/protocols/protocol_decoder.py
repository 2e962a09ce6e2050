"""Frames of a bus into messages of the protocol that its user chose. No I/O."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from benchboard.canbus.frame import Frame, Timestamp
from benchboard.canbus.protocols.canopen import CanopenKind, parse_canopen
from benchboard.canbus.protocols.canopen_blocks import BlockTransfers
from benchboard.canbus.protocols.isotp_addresses import STANDARD_IDS, IsotpAddress
from benchboard.canbus.protocols.isotp_transport import IsotpTransport
from benchboard.canbus.protocols.j1939 import (
    ACKM,
    ADDRESS_CLAIMED,
    ETP_CM,
    ETP_DT,
    RQST,
    TO_ALL,
    TP_CM,
    TP_DT,
    J1939Id,
    parse_id,
)
from benchboard.canbus.protocols.j1939_extended_transport import J1939ExtendedTransport
from benchboard.canbus.protocols.j1939_transport import J1939Transport
from benchboard.canbus.protocols.messages import Protocol, ProtocolMessage
from benchboard.canbus.protocols.protocol_choice import ProtocolChoice, ProtocolMode
from benchboard.canbus.protocols.protocol_guess import ProtocolGuess
from benchboard.canbus.protocols.uds import parse_uds

_MOST_KNOWN: Final = 4_096
"""Identifiers of which it is remembered what they are; hostile traffic has half a billion."""
_EVENTS: Final = frozenset({
    RQST, ACKM, ADDRESS_CLAIMED, 0xFED8,
    0xFECA, 0xFECB, 0xFECC, 0xFECD, 0xFECE, 0xFECF, 0xFED3, 0xFED4, 0xDF00, 0xD900, 0xD800, 0xD700, 0xD300,
})  # fmt: skip
"""Groups whose single frames are messages of interest too: network management and diagnostics."""
_PERIODIC: Final = frozenset({CanopenKind.SYNC, CanopenKind.TIME}) | {
    kind for kind in CanopenKind if kind.value[1:4] == "PDO"
}
_SDO: Final = (CanopenKind.SDO_REQUEST, CanopenKind.SDO_RESPONSE)
_Take = Callable[[Frame], Sequence[ProtocolMessage]]
_NOTHING: Final[Sequence[ProtocolMessage]] = ()


class ProtocolDecoder:
    """Takes every frame of a bus, in order, and returns the messages that end with it.

    Frames that are messages by themselves come only where they are events: a request, a claim, a diagnostic message, a
    node's new state. With `every`, all of them come: each EEC1, each PDO.
    """

    def __init__(self, choice: ProtocolChoice, *, every: bool = False) -> None:
        self.choice = choice
        self._every = every
        self._guess = ProtocolGuess() if choice.mode is ProtocolMode.AUTO else None
        self._ids = choice.ids if choice.mode is ProtocolMode.ISOTP else STANDARD_IDS
        self._j1939 = J1939Transport()
        self._extended = J1939ExtendedTransport()
        self._isotp = IsotpTransport()
        self._said_something = False
        """Whether a message of ISO-TP came that was guessed."""
        self._blocks = BlockTransfers()
        self._states: dict[tuple[str, int], bytes] = {}
        self._takes: dict[tuple[int, bool], _Take | None] = {}
        """How the frames of an identifier are taken, None for those that are nothing."""

    @property
    def seen(self) -> frozenset[Protocol]:
        """The protocols that frames are named by: the chosen one, or those that were guessed."""
        if self._guess is not None:
            return self._guess.seen | {Protocol.ISOTP}
        mode = self.choice.mode
        return frozenset({Protocol(mode.value)} if mode is not ProtocolMode.NONE else ())

    @property
    def seen_so_far(self) -> frozenset[Protocol]:
        """The protocols of the messages that came: of those that are guessed, ISO-TP only once one said something."""
        if self._guess is None:
            return self.seen
        return self._guess.seen | ({Protocol.ISOTP} if self._said_something else frozenset())

    @property
    def is_guessing(self) -> bool:
        """Whether nobody said which protocols these are."""
        return self._guess is not None

    @property
    def kept(self) -> tuple[int, int]:
        """How many messages are unfinished, and the bytes that are kept of them."""
        parts = (self._j1939.kept, self._extended.kept, self._isotp.kept)
        return sum(count for count, _bytes in parts), sum(size for _count, size in parts)

    def isotp_address(self, frame: Frame) -> IsotpAddress | None:
        """Who sends this frame of ISO-TP to whom; None if it isn't one."""
        if Protocol.ISOTP in self.seen or (Protocol.J1939 in self.seen and frame.extended):
            return self._ids.address(frame)
        return None

    def add(self, frame: Frame) -> Sequence[ProtocolMessage]:
        """Take a frame. Returns the messages that it ends, or that waited too long for it."""
        return [message for _frame, message in self.add_all((frame,))]

    def add_all(self, frames: Iterable[Frame]) -> list[tuple[Frame, ProtocolMessage]]:
        """Take frames. Returns the messages that they end, each after the frame that did."""
        found: list[tuple[Frame, ProtocolMessage]] = []
        takes, guess = self._takes, self._guess
        # Most frames of a bus are of no message: one look into a dictionary is all that they cost.
        for frame in frames:
            try:
                take = takes[frame.id, frame.extended]
            except KeyError:
                take = self._taken(frame)
                if len(takes) < _MOST_KNOWN:
                    takes[frame.id, frame.extended] = take
            if guess is not None:
                guess.look(frame)
            if take is None or frame.error or frame.remote:
                continue
            messages = take(frame)
            if messages:
                kept = messages if guess is None else self._marked(messages)
                found += [(frame, message) for message in kept]
        return found

    def late(self, now: Timestamp) -> list[ProtocolMessage]:
        """The messages that waited too long, where no frame came that would have told."""
        found = [*self._j1939.late(now), *self._extended.late(now), *self._isotp.late(now)]
        return self._marked(found) if self._guess is not None else found

    def end(self) -> list[ProtocolMessage]:
        """No frame comes any more: the messages that aren't finished."""
        found = [*self._j1939.end(), *self._extended.end(), *self._isotp.end()]
        return self._marked(found) if self._guess is not None else found

    def _taken(self, frame: Frame) -> _Take | None:
        """How frames of this identifier are taken."""
        mode = self.choice.mode
        if mode is ProtocolMode.NONE:
            return None
        address = self._ids.address(frame) if mode is not ProtocolMode.CANOPEN else None
        if address is not None and (mode is not ProtocolMode.J1939 or frame.extended):
            found = address
            return lambda one: self._isotp.add(one, found)
        if mode is ProtocolMode.ISOTP or (mode is ProtocolMode.CANOPEN and frame.extended):
            return None
        if not frame.extended:
            return self._taken_canopen(frame) if mode is not ProtocolMode.J1939 else None
        parsed = parse_id(frame.id)
        if parsed.pgn in (TP_CM, TP_DT) and parsed.target is not None:
            target = parsed.target
            return lambda one: self._j1939.add(one, parsed.pgn, parsed.source, target)
        if parsed.pgn in (ETP_CM, ETP_DT) and parsed.target is not None:
            receiver = parsed.target
            return lambda one: self._extended.add(one, parsed.pgn, parsed.source, receiver)
        if self._every or parsed.pgn in _EVENTS:
            return lambda one: (_single(one, parsed),)
        return None

    def _marked(self, found: Sequence[ProtocolMessage]) -> list[ProtocolMessage]:
        """The messages of the protocols that the bus looks like; what looks like ISO-TP has to say something, too."""
        kept = [
            one._replace(guessed=True)
            for one in found
            if one.protocol in self.seen and (one.protocol is not Protocol.ISOTP or parse_uds(one.data) is not None)
        ]
        self._said_something = self._said_something or any(one.protocol is Protocol.ISOTP for one in kept)
        return kept

    def _taken_canopen(self, frame: Frame) -> _Take | None:
        parsed = parse_canopen(Frame(frame.id, data=bytes(2)))  # of any data: these say it for each frame
        if parsed is None or (parsed.kind in _PERIODIC and not self._every):
            return None
        return self._take_canopen

    def _take_canopen(self, frame: Frame) -> Sequence[ProtocolMessage]:
        parsed = parse_canopen(frame)
        if parsed is None:
            return _NOTHING
        if parsed.kind is CanopenKind.HEARTBEAT and not self._every:
            state = bytes(one & 0x7F for one in frame.data)
            if self._states.get((frame.channel, parsed.node)) == state:
                return _NOTHING
            if len(self._states) >= _MOST_KNOWN:
                self._states.clear()
            self._states[frame.channel, parsed.node] = state
        elif parsed.kind in _SDO and self._blocks.is_segment(frame.channel, parsed.kind, parsed.node, frame.data):
            return _NOTHING
        source, target = (None, parsed.node) if parsed.to_node else (parsed.node or None, None)
        return (
            ProtocolMessage(
                Protocol.CANOPEN, frame.id, False, frame.data, len(frame.data), 1, frame.timestamp, frame.timestamp,
                None, source, target, channel=frame.channel, sent=frame.sent,
            ),
        )  # fmt: skip


def _single(frame: Frame, parsed: J1939Id) -> ProtocolMessage:
    target = TO_ALL if parsed.target is None else parsed.target
    return ProtocolMessage(
        Protocol.J1939, frame.id, True, frame.data, len(frame.data), 1, frame.timestamp, frame.timestamp, parsed.pgn,
        parsed.source, target, channel=frame.channel, sent=frame.sent,
    )  # fmt: skip

"""What a bus looks like, where nobody said which protocols are on it. No I/O.

It is a guess, and has to be shown as one: another protocol may use the same identifiers.
"""

from typing import Final

from benchboard.canbus.frame import Frame
from benchboard.canbus.protocols.j1939 import (
    ACKM,
    ADDRESS_CLAIMED,
    ETP_CM,
    ETP_DT,
    RQST,
    TP_CM,
    TP_DT,
    group_name,
    parse_id,
)
from benchboard.canbus.protocols.messages import Protocol

_ENOUGH_GROUPS: Final = 2
"""Different known groups, from which on extended identifiers hardly are those of anything else."""
_HEARTBEATS: Final = range(0x701, 0x780)
_STATES: Final = (0, 4, 5, 127)
_NETWORK: Final = {RQST: 3, ACKM: 8, TP_CM: 8, TP_DT: 8, ETP_CM: 8, ETP_DT: 8, ADDRESS_CLAIMED: 8}
"""Groups of J1939's own services, and how many bytes they have."""


class ProtocolGuess:
    """Looks at frames until it has seen what is typical of a protocol."""

    def __init__(self) -> None:
        self.seen: frozenset[Protocol] = frozenset()
        self._groups: set[int] = set()

    def look(self, frame: Frame) -> None:
        """Take a frame into account."""
        if frame.error or frame.remote or frame.fd:
            return
        if frame.extended:
            if Protocol.J1939 not in self.seen and self._looks_like_j1939(frame):
                self.seen |= {Protocol.J1939}
        elif frame.id in _HEARTBEATS and len(frame.data) == 1 and frame.data[0] in _STATES:
            self.seen |= {Protocol.CANOPEN}

    def _looks_like_j1939(self, frame: Frame) -> bool:
        pgn = parse_id(frame.id).pgn
        if _NETWORK.get(pgn) == len(frame.data):
            return True
        if group_name(pgn):
            self._groups.add(pgn)
        return len(self._groups) >= _ENOUGH_GROUPS

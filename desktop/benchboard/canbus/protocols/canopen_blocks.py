"""Which frames of SDO are segments of a block transfer: their first byte counts them, and says no command (CiA 301,
7.2.4.3.9 to 7.2.4.3.15). No I/O.
"""

from typing import Final

from benchboard.canbus.protocols.canopen import CanopenKind

_ABORT: Final = 0x80
_LAST: Final = 0x80
_MOST_KEPT: Final = 4_096
"""Nodes of all channels together that are followed; hostile recordings have channels without end."""
_Key = tuple[str, int]


class BlockTransfers:
    """Follows the block transfers of each node: who sends segments now, and whether the last one came."""

    def __init__(self) -> None:
        self._sends: dict[_Key, CanopenKind] = {}
        """By channel and node: the direction in which segments come next."""
        self._ends: set[_Key] = set()
        """Where the last segment came, which is still to be acknowledged."""

    def is_segment(self, channel: str, kind: CanopenKind, node: int, data: bytes) -> bool:
        """Take a frame of SDO; whether it is a segment of a block."""
        key = (channel, node)
        if not data:
            return False
        if self._sends.get(key) is kind and data[0] != _ABORT:
            if data[0] & _LAST:
                del self._sends[key]
                self._ends.add(key)
            return True
        if data[0] == _ABORT:
            self._sends.pop(key, None)
            self._ends.discard(key)
            return False
        self._follow(key, kind, data[0])
        return False

    def _follow(self, key: _Key, kind: CanopenKind, command: int) -> None:
        """A command: it may let segments follow."""
        if command >> 5 != 5:
            return
        part = command & 3
        if kind is CanopenKind.SDO_RESPONSE:
            # The server lets the client begin (0), or acknowledged a block of it (2).
            begins, acknowledged, sender = part == 0, part == 2, CanopenKind.SDO_REQUEST
        else:
            # The client lets the server begin (3), or acknowledged a block of it (2).
            begins, acknowledged, sender = part == 3, part == 2, CanopenKind.SDO_RESPONSE
        if begins or (acknowledged and key not in self._ends):
            if len(self._sends) >= _MOST_KEPT:
                self._sends.clear()
            self._sends[key] = sender
        self._ends.discard(key)

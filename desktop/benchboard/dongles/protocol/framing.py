"""SMP over a serial console: one packet is a few lines of base64 between which other lines may stand.

A first line starts with 06 09, the next ones with 04 14; each is at most 127 bytes with its LF. Inside:
length (16 bits), packet, CRC-16/XMODEM. The packet is MCUmgr's 8-byte header and a CBOR map. Nothing here
raises on what arrives: a damaged packet is counted and dropped, and its sender asks again.
"""

import base64
import binascii
import struct
from dataclasses import dataclass, field
from typing import Any, Final

import cbor2
from smp import packet as smp_packet
from smp.exceptions import SMPException

MAX_PACKET: Final = 2048  # header and body; what `MCUmgr parameters` answers as buf_size
MAX_LINE: Final = 127
MAX_TEXT_LINE: Final = 512
_CRC_SIZE: Final = 2
# MCUmgr's header: version and operation, flags, length, group, sequence, command.
_HEADER: Final = struct.Struct(">BBHHBB")
_MAX_LINES: Final = 32
# CBOR's initial byte (RFC 8949, 3): major types, and "of indefinite length" in the low five bits.
_TAG: Final = 6
_STRINGS: Final = (2, 3)
_PIECES: Final = 31

Body = dict[str, Any]  # CBOR is a foreign boundary; messages.py types what it reads from here


@dataclass(frozen=True, slots=True)
class Packet:
    """One SMP packet. `version` 2 packets carry errors as `{"err": {"group", "rc"}}`, version 1 as
    `{"rc"}`."""

    op: int
    group: int
    command: int
    sequence: int
    body: Body = field(default_factory=dict)
    version: int = 2
    raw: bytes = b""  # the body as it arrived, for checks that need its very bytes


def canonical(value: object) -> bytes:
    """`value` as deterministic CBOR (RFC 8949, 4.2.1): shortest forms, definite lengths, sorted keys."""
    return cbor2.dumps(value, canonical=True)


def read_canonical(raw: bytes) -> Body | None:
    """The map in `raw` if it is deterministic CBOR of a map with text keys and nothing behind it."""
    body = _read_map(raw)
    try:
        return body if body is not None and canonical(body) == raw else None
    except (cbor2.CBORError, ValueError, TypeError, RecursionError, OverflowError):
        return None


def _tagged(raw: bytes) -> bool:
    """Whether a tag (major type 6) stands anywhere in CBOR, well-formed or not."""
    place = 0
    while place < len(raw):
        major, info = raw[place] >> 5, raw[place] & 0x1F
        if major == _TAG:
            return True
        size = {24: 1, 25: 2, 26: 4, 27: 8}.get(info, 0)
        value = int.from_bytes(raw[place + 1 : place + 1 + size], "big") if size else info
        place += 1 + size
        if major in _STRINGS and info != _PIECES:
            place += value
    return False


def _read_map(raw: bytes) -> Body | None:
    # No message has tags, and a few bytes of those that share a value unfold to more than a computer holds.
    if _tagged(raw):
        return None
    try:
        body = cbor2.loads(raw)
    except Exception:  # noqa: BLE001 - a decoder of hostile bytes; nothing is kept of what it did
        return None
    return body if isinstance(body, dict) and all(isinstance(key, str) for key in body) else None


def encode(packet: Packet) -> bytes:
    """The lines of `packet`, each ended by LF. Raises ValueError for a packet longer than `MAX_PACKET`."""
    body = canonical(packet.body)
    if len(body) > MAX_PACKET - _HEADER.size:
        raise ValueError("a packet longer than the other side can take")
    head = (packet.version - 1) << 3 | packet.op
    raw = _HEADER.pack(head, 0, len(body), packet.group, packet.sequence & 0xFF, packet.command) + body
    return b"".join(smp_packet.encode(raw, line_length=MAX_LINE))


def _payload(line: bytes) -> bytes | None:
    if len(line) >= MAX_LINE:
        return None
    try:
        return base64.b64decode(line[2:], validate=True)
    except binascii.Error:
        return None


def _packet(lines: list[bytes]) -> Packet | None:
    decoder = smp_packet.decode()
    next(decoder)
    raw = b""
    try:
        for line in lines:
            decoder.send(line + b"\n")
    except StopIteration as done:
        raw = done.value
    except (SMPException, struct.error, binascii.Error, ValueError):
        return None
    if len(raw) < _HEADER.size:
        return None
    head, _flags, length, group, sequence, command = _HEADER.unpack_from(raw)
    version, op = (head >> 3 & 0x03) + 1, head & 0x07
    body = _read_map(raw[_HEADER.size :])
    if body is None or length != len(raw) - _HEADER.size or op > 3 or version > 2:
        return None
    return Packet(op, group, command, sequence, body, version, bytes(raw[_HEADER.size :]))


class Console:
    """Takes a serial stream apart, whatever the chunks: packets, and the lines that belong to somebody else.

    Lines end in CR or LF. `damaged` counts packets and lines that were dropped.
    """

    def __init__(self) -> None:
        self.damaged = 0
        self._rest = b""
        self._skipping = False
        self._lines: list[bytes] = []
        self._wanted = 0

    def feed(self, chunk: bytes) -> list[Packet | bytes]:
        """What `chunk` completed, in order: packets, and other lines without their end. Empty lines are
        dropped."""
        *lines, rest = (self._rest + chunk).replace(b"\n", b"\r").split(b"\r")
        found: list[Packet | bytes] = []
        for line in lines:
            if self._skipping:
                self._skipping = False
            elif line[:2] in (smp_packet.START_DELIMITER, smp_packet.CONTINUE_DELIMITER):
                if packet := self._smp_line(line):
                    found.append(packet)
            elif line:
                found.append(line)
        if self._skipping or len(rest) > MAX_TEXT_LINE:
            self.damaged += not self._skipping
            self._skipping, rest = True, b""
        self._rest = rest
        return found

    def _smp_line(self, line: bytes) -> Packet | None:
        payload = _payload(line)
        first = line[:2] == smp_packet.START_DELIMITER
        if first:
            self.damaged += bool(self._lines)  # the one before never ended
            self._lines, self._wanted = [], 0
        elif not self._lines:
            self.damaged += 1
            return None
        if payload is None or (first and len(payload) < 2):
            self._drop()
            return None
        if first:
            self._wanted = int.from_bytes(payload[:2], "big")
            payload = payload[2:]
        self._lines.append(line)
        self._wanted -= len(payload)
        if not -1 < self._wanted <= MAX_PACKET + _CRC_SIZE or len(self._lines) > _MAX_LINES:
            self._drop()
            return None
        if self._wanted:
            return None
        packet = _packet(self._lines)
        self._lines = []
        self.damaged += packet is None
        return packet

    def _drop(self) -> None:
        self.damaged += 1
        self._lines = []

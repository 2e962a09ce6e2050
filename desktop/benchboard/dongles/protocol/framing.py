"""SMP over a serial console: a packet is some lines of base64, and other lines may be between packets.

The first line starts with 06 09, the others with 04 14; each is at most 127 bytes with its LF. Inside: length (16
bits), packet, CRC-16/XMODEM. A packet is MCUmgr's 8-byte header and a CBOR map. A damaged packet is counted and
dropped, and never raises: its sender asks again.
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
MAX_LINES: Final = 32  # of one packet
MAX_TEXT_LINE: Final = 512
_CRC_SIZE: Final = 2
# MCUmgr's header: version and operation, flags, length, group, sequence, command.
_HEADER: Final = struct.Struct(">BBHHBB")
# CBOR's initial byte (RFC 8949, 3): major types in the high three bits, "of indefinite length" in the low five.
_TAG: Final = 6
_STRINGS: Final = (2, 3)
_INDEFINITE: Final = 31

Body = dict[str, Any]
"""A decoded CBOR map. Its members have any type until `messages.validate` has checked them."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One SMP packet. Errors are `{"err": {"group", "rc"}}` in version 2 packets, `{"rc"}` in version 1 packets."""

    op: int
    group: int
    command: int
    sequence: int
    body: Body = field(default_factory=dict)
    version: int = 2
    raw: bytes = b""  # the body as it arrived, which must be deterministic CBOR in our group


def encode_cbor(value: object) -> bytes:
    """`value` as deterministic CBOR (RFC 8949, 4.2.1): shortest forms, definite lengths, sorted keys."""
    return cbor2.dumps(value, canonical=True)


def decode_cbor(raw: bytes) -> Body | None:
    """The map in `raw`; None unless `raw` is deterministic CBOR of one map with text keys and nothing behind it."""
    body = _read_map(raw)
    try:
        return body if body is not None and encode_cbor(body) == raw else None
    except (cbor2.CBORError, ValueError, TypeError, RecursionError, OverflowError):
        return None


def _has_tag(raw: bytes) -> bool:
    """Whether CBOR, well-formed or not, contains a tag (major type 6)."""
    at = 0
    while at < len(raw):
        major, info = raw[at] >> 5, raw[at] & 0x1F
        if major == _TAG:
            return True
        size = {24: 1, 25: 2, 26: 4, 27: 8}.get(info, 0)
        value = int.from_bytes(raw[at + 1 : at + 1 + size], "big") if size else info
        at += 1 + size
        if major in _STRINGS and info != _INDEFINITE:
            at += value
    return False


def _read_map(raw: bytes) -> Body | None:
    # No message has tags, and a few bytes with shared-value tags can decode to more than memory holds.
    if _has_tag(raw):
        return None
    try:
        body = cbor2.loads(raw)
    except Exception:  # noqa: BLE001 - hostile bytes make the decoder raise anything; nothing of it is kept
        return None
    return body if isinstance(body, dict) and all(isinstance(key, str) for key in body) else None


MESSAGE_START: Final[bytes] = smp_packet.START_DELIMITER
"""What the first line of every packet begins with."""


def encode(packet: Packet) -> bytes:
    """The lines of `packet`, each ended by LF. Raises ValueError for a packet longer than `MAX_PACKET`."""
    body = encode_cbor(packet.body)
    if len(body) > MAX_PACKET - _HEADER.size:
        raise ValueError("a packet longer than the other side accepts")
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


def _is_smp(line: bytes) -> bool:
    """Whether a line belongs to a packet."""
    return line[:2] in (smp_packet.START_DELIMITER, smp_packet.CONTINUE_DELIMITER)


class ConsoleDecoder:
    """Splits a serial stream, in chunks of any size, into packets and other lines.

    Lines end in CR or LF. `damaged` counts packets and lines that were dropped, `overlong` those of them that were text
    and too long to be a command, once they have ended.
    """

    def __init__(self) -> None:
        self.damaged = self.overlong = 0
        self._unfinished = b""
        self._skipping = self._skips_text = False
        self._lines: list[bytes] = []
        self._missing = 0

    def feed(self, chunk: bytes) -> list[Packet | bytes]:
        """What `chunk` completed, in order: packets, and other lines without their end. Empty lines are left out."""
        *lines, rest = (self._unfinished + chunk).replace(b"\n", b"\r").split(b"\r")
        found: list[Packet | bytes] = []
        for line in lines:
            if self._skipping:
                self._skipping = False  # the end of a line that was too long
                self.overlong += self._skips_text
            elif len(line) > MAX_TEXT_LINE:
                self.damaged += 1
                self.overlong += not _is_smp(line)
            elif _is_smp(line):
                if packet := self._smp_line(line):
                    found.append(packet)
            elif line:
                found.append(line)
        if self._skipping or len(rest) > MAX_TEXT_LINE:
            if not self._skipping:
                self.damaged += 1
                self._skips_text = not _is_smp(rest)
            self._skipping, rest = True, b""
        self._unfinished = rest
        return found

    def _smp_line(self, line: bytes) -> Packet | None:
        payload = _payload(line)
        first = line[:2] == smp_packet.START_DELIMITER
        if first:
            self.damaged += bool(self._lines)  # the packet before it was never completed
            self._lines, self._missing = [], 0
        elif not self._lines:
            self.damaged += 1
            return None
        if payload is None or (first and len(payload) < 2):
            self._drop()
            return None
        if first:
            self._missing = int.from_bytes(payload[:2], "big")
            payload = payload[2:]
        too_long = self._missing > MAX_PACKET + _CRC_SIZE
        self._lines.append(line)
        self._missing -= len(payload)
        if too_long or self._missing < 0 or len(self._lines) > MAX_LINES:
            self._drop()
            return None
        if self._missing:
            return None
        packet = _packet(self._lines)
        self._lines = []
        self.damaged += packet is None
        return packet

    def _drop(self) -> None:
        self.damaged += 1
        self._lines = []

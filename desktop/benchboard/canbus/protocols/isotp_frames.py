"""The four frames of ISO-TP: single, first, consecutive and flow control (ISO 15765-2:2016, 9). No I/O."""

import enum
from typing import Final, NamedTuple

MAX_SHORT: Final = 4095
"""The longest message whose length is in twelve bits of its first frame; a longer one has 32 bits (CAN FD)."""
_CLASSIC: Final = 8
_MAX_STMIN_MS: Final = 0x7F


class FrameKind(enum.Enum):
    """The kinds, by their usual abbreviations."""

    SINGLE = "SF"
    FIRST = "FF"
    CONSECUTIVE = "CF"
    FLOW = "FC"


class FlowStatus(enum.IntEnum):
    """What a receiver says in a flow control frame."""

    CONTINUE = 0
    WAIT = 1
    OVERFLOW = 2


class IsotpFrame(NamedTuple):
    """A frame's parts: of a single or first one the `length` of the message, of a consecutive one the sequence number,
    of a flow control one the status, block size and STmin (as its byte). `payload`: what it carries of the message.
    """

    kind: FrameKind
    length: int = 0
    payload: bytes = b""
    sequence: int = 0
    status: FlowStatus = FlowStatus.CONTINUE
    block_size: int = 0
    stmin: int = 0


def parse_isotp(data: bytes, prefix: int = 0) -> IsotpFrame | None:
    """The parts of a frame's data; None if it is no frame of ISO-TP.

    `prefix`: the bytes before, 1 with extended or mixed addressing.
    """
    if len(data) <= prefix:
        return None
    first, size = data[prefix], len(data)
    match first >> 4:
        case 0:
            return _single(data, prefix, first & 0xF)
        case 1 if size >= _CLASSIC:
            return _first(data, prefix)
        case 2 if size > prefix + 1:
            return IsotpFrame(FrameKind.CONSECUTIVE, payload=data[prefix + 1 :], sequence=first & 0xF)
        case 3 if size >= prefix + 3 and first & 0xF <= FlowStatus.OVERFLOW:
            status = FlowStatus(first & 0xF)
            return IsotpFrame(FrameKind.FLOW, status=status, block_size=data[prefix + 1], stmin=data[prefix + 2])
    return None


def _single(data: bytes, prefix: int, length: int) -> IsotpFrame | None:
    at = prefix + 1
    if len(data) > _CLASSIC:  # its length is in the next byte
        if length or len(data) <= at:
            return None
        length, at = data[at], at + 1
    if not 0 < length <= len(data) - at:
        return None
    return IsotpFrame(FrameKind.SINGLE, length, data[at : at + length])


def _first(data: bytes, prefix: int) -> IsotpFrame | None:
    at = prefix + 2
    length = (data[prefix] & 0xF) << 8 | data[prefix + 1]
    if not length:
        if len(data) < at + 5:
            return None
        length, at = int.from_bytes(data[at : at + 4], "big"), at + 4
        if length <= MAX_SHORT:
            return None  # it belongs into the twelve bits (9.6.3.1)
    # A shorter message would have fitted a single frame.
    fits = len(data) - prefix - (1 if len(data) == _CLASSIC else 2)
    return IsotpFrame(FrameKind.FIRST, length, data[at:]) if length > fits else None


def stmin_text(stmin: int) -> str:
    """The shortest time between consecutive frames, as “10 ms”; a reserved value counts as 127 ms (9.6.5.5)."""
    if 0xF1 <= stmin <= 0xF9:
        return f"{100 * (stmin - 0xF0)} µs"
    return f"{min(stmin, _MAX_STMIN_MS)} ms"

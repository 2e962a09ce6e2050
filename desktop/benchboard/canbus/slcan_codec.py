"""slcan: CAN frames as lines of ASCII. Bytes in, frames and replies out, and back. No I/O.

The line forms are LAWICEL's (CAN232/CANUSB manual): `t T r R` with a 3 or 8 digit identifier, one DLC
digit, the data in hex and, after `Z1`, four digits of milliseconds. CAN FD adds `d D` and, with bit rate
switching, `b B` (CANable 2 firmware). Two lines are ours (docs/protocol.md): a trailing `S` on an FD line is
the error state indicator, and `E` + 8 digits + DLC + data is an error frame with SocketCAN's error class bits
as its identifier.

A reply is a line ended by CR; a refusal is BEL alone. Whatever is none of these is counted and skipped.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from benchboard.canbus.frame import (
    FD_LENGTHS,
    MAX_EXTENDED_ID,
    MAX_STANDARD_ID,
    Frame,
    TimeSource,
    Timestamp,
    is_valid,
)

CR: Final = b"\r"
BEL: Final = b"\a"
MAX_LINE: Final = 512  # the longest frame line has 143 characters; version texts of some dialects are longer
TIMESTAMP_WRAP_MS: Final = 60_000
STANDARD_BITRATES: Final = {
    10_000: "S0", 20_000: "S1", 50_000: "S2", 100_000: "S3", 125_000: "S4",
    250_000: "S5", 500_000: "S6", 800_000: "S7", 1_000_000: "S8", 83_300: "S9",
}  # fmt: skip
_H = "[0-9A-Fa-f]"
_LINE: Final = re.compile(rf"(?:([trdb])({_H}{{3}})|([TRDBE])({_H}{{8}}))({_H})({_H}*)(S)?")

# Of each kind of line: extended, remote, fd, brs, error, the greatest identifier.
_KINDS: Final = {
    "t": (False, False, False, False, False, MAX_STANDARD_ID),
    "r": (False, True, False, False, False, MAX_STANDARD_ID),
    "d": (False, False, True, False, False, MAX_STANDARD_ID),
    "b": (False, False, True, True, False, MAX_STANDARD_ID),
    "T": (True, False, False, False, False, MAX_EXTENDED_ID),
    "R": (True, True, False, False, False, MAX_EXTENDED_ID),
    "D": (True, False, True, False, False, MAX_EXTENDED_ID),
    "B": (True, False, True, True, False, MAX_EXTENDED_ID),
    "E": (False, False, False, False, True, MAX_EXTENDED_ID),
}

# A frame's timestamp by the device's milliseconds modulo 60 s, or by None for a line without them.
Stamps = Mapping[float | None, Timestamp | None]


class _AsCounted(dict[float | None, Timestamp | None]):
    """The device's count in seconds modulo 60: not yet a time of day."""

    def __missing__(self, milliseconds: float | None) -> Timestamp | None:
        return None if milliseconds is None else Timestamp(milliseconds / 1000, TimeSource.DEVICE, 0.001)


_AS_COUNTED: Final = _AsCounted()


@dataclass(frozen=True, slots=True)
class Reply:
    """What a dongle answered: `ok` False is BEL; `text` is the line without its CR (`z`, `V1013` …)."""

    ok: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one chunk of bytes held, in order of arrival within each list."""

    frames: list[Frame]
    replies: list[Reply]


def encode(frame: Frame, milliseconds: int | None = None) -> bytes:
    """The line for `frame`, with its CR, and with the device's milliseconds if given (modulo 60 s).

    Raises ValueError for a frame that is not valid.
    """
    if not is_valid(frame):
        raise ValueError("a frame that slcan cannot carry")
    kind = "E" if frame.error else "r" if frame.remote else ("b" if frame.brs else "d") if frame.fd else "t"
    ident = f"{frame.id:08X}" if frame.extended or frame.error else f"{frame.id:03X}"
    stamp = "" if milliseconds is None else f"{milliseconds % TIMESTAMP_WRAP_MS:04X}"
    kind = kind.upper() if frame.extended else kind
    return f"{kind}{ident}{frame.dlc:X}{frame.data.hex().upper()}{stamp}{'S' if frame.esi else ''}\r".encode()


def decode(line: str, stamps: Stamps = _AS_COUNTED) -> Frame | None:
    """The frame in a line without its CR, stamped from `stamps`; None if it is not exactly one frame."""
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    short, short_id, long, long_id, code, rest, esi = match.groups()
    extended, remote, fd, brs, error, greatest = _KINDS[short or long]
    dlc = int(code, 16)
    ident = int(short_id or long_id, 16)
    if ident > greatest or (not fd and (dlc > 8 or esi)):
        return None
    digits = 0 if remote else 2 * FD_LENGTHS[dlc]
    milliseconds = None
    if len(rest) != digits:
        if len(rest) != digits + 4:
            return None
        milliseconds, rest = int(rest[digits:], 16), rest[:digits]
    # By position: names would cost a fifth of the whole.
    return Frame(
        ident, extended, remote, fd, brs, esi is not None, error, bytes.fromhex(rest), dlc if remote else 0,
        stamps[milliseconds],
    )  # fmt: skip


class Parser:
    """Cuts a stream into frames and replies, whatever the chunks. Never raises; keeps ≤ `MAX_LINE` bytes.

    `malformed` counts lines that were neither, overlong ones included.
    """

    def __init__(self, stamps: Stamps = _AS_COUNTED) -> None:
        self.malformed = 0
        self._stamps = stamps
        self._rest = ""
        self._skipping = False  # the rest of a line that was too long

    def feed(self, chunk: bytes) -> Parsed:
        """Everything completed by `chunk`."""
        frames: list[Frame] = []
        replies: list[Reply] = []
        # Latin-1 maps every byte to one character, so hostile bytes cannot fail here.
        *lines, rest = (self._rest + chunk.decode("latin-1")).split("\r")
        for line in lines:
            if self._skipping:
                self._skipping = False
            elif frame := decode(line, self._stamps):
                frames.append(frame)
            else:
                self._read_reply(line, frames, replies)
        if "\a" in rest and not self._skipping:
            rest = self._read_refusals(rest, replies)
        if len(rest) > MAX_LINE or self._skipping:
            self.malformed += not self._skipping
            self._skipping, rest = True, ""
        self._rest = rest
        return Parsed(frames, replies)

    def _read_refusals(self, text: str, replies: list[Reply]) -> str:
        """Take every BEL of `text` for a refusal; what comes after the last one."""
        *before, rest = text.split("\a")
        self.malformed += sum(1 for part in before if part.strip("\n"))
        replies.extend(Reply(False) for _ in before)
        return rest

    def _read_reply(self, line: str, frames: list[Frame], replies: list[Reply]) -> None:
        """A line that is not a frame alone: BELs or line feeds before a frame, a reply, or nonsense."""
        if "\a" in line:
            line = self._read_refusals(line, replies)
        line = line.strip("\n")
        if frame := decode(line, self._stamps):
            frames.append(frame)
        elif len(line) <= MAX_LINE and (
            not line or (line[0] not in "tTrRdDbBE" and line.isascii() and line.isprintable())
        ):
            replies.append(Reply(True, line))
        else:
            self.malformed += 1

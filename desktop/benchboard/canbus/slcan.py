"""slcan: CAN frames as lines of ASCII. Bytes in, frames and replies out, and back. No I/O.

The line forms are LAWICEL's (CAN232/CANUSB manual): `t T r R` with a 3 or 8 digit identifier, one DLC
digit, the data in hex and, after `Z1`, four digits of milliseconds. CAN FD adds `d D` and, with bit rate
switching, `b B` (CANable 2 firmware). Two lines are ours (docs/protocol.md): a trailing `S` on an FD line is
the error state indicator, and `E` + 8 digits + DLC + data is an error frame with SocketCAN's error class bits
as its identifier.

A reply is a line ended by CR; a refusal is BEL alone. Whatever is none of these is counted and skipped.
"""

import re
from dataclasses import dataclass, field
from typing import Final

CR: Final = b"\r"
BEL: Final = b"\a"
MAX_LINE: Final = 512  # the longest frame line has 143 characters; version texts of some dialects are longer
TIMESTAMP_WRAP_MS: Final = 60_000
STANDARD_BITRATES: Final = {
    10_000: "S0", 20_000: "S1", 50_000: "S2", 100_000: "S3", 125_000: "S4",
    250_000: "S5", 500_000: "S6", 800_000: "S7", 1_000_000: "S8", 83_300: "S9",
}  # fmt: skip
FD_LENGTHS: Final = (0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64)
_DLC_OF: Final = {length: code for code, length in enumerate(FD_LENGTHS)}
_STANDARD_MAX: Final = 0x7FF
_EXTENDED_MAX: Final = 0x1FFF_FFFF
_H = "[0-9A-Fa-f]"
_LINE: Final = re.compile(rf"(?:([trdb])({_H}{{3}})|([TRDBE])({_H}{{8}}))({_H})({_H}*)(S)?")


@dataclass(frozen=True, slots=True)
class Frame:
    """One CAN frame.

    `timestamp` is in seconds, None if unknown; straight from a dongle it is whole milliseconds modulo 60 s.
    `remote_dlc` is the DLC a remote frame asks for; other frames carry `data` of a length their format allows
    (0..8, with `fd` also 12, 16, 20, 24, 32, 48, 64). An `error` frame's `id` is SocketCAN's error class.
    """

    id: int
    extended: bool = False
    remote: bool = False
    fd: bool = False
    brs: bool = False
    esi: bool = False
    error: bool = False
    data: bytes = b""
    timestamp: float | None = None
    remote_dlc: int = 0

    @property
    def dlc(self) -> int:
        """The data length code, 0..15 (ISO 11898-1:2015, table 5)."""
        return self.remote_dlc if self.remote else _DLC_OF[len(self.data)]


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


def valid(frame: Frame) -> bool:
    """Whether slcan can carry `frame`: identifier, flags and length agree with its format."""
    limit = _EXTENDED_MAX if frame.extended or frame.error else _STANDARD_MAX
    if not 0 <= frame.id <= limit or (frame.error and (frame.extended or frame.remote or frame.fd)):
        return False
    if frame.remote:
        return not frame.fd and not frame.esi and not frame.brs and not frame.data and 0 <= frame.remote_dlc <= 8
    if frame.remote_dlc or (not frame.fd and (frame.brs or frame.esi)):
        return False
    return len(frame.data) in _DLC_OF and (frame.fd or len(frame.data) <= 8)


def encode(frame: Frame, *, timestamps: bool = False) -> bytes:
    """The line for `frame`, with its CR. Raises ValueError if the frame is not `valid`."""
    if not valid(frame):
        raise ValueError("a frame that slcan cannot carry")
    kind = "E" if frame.error else "r" if frame.remote else ("b" if frame.brs else "d") if frame.fd else "t"
    ident = f"{frame.id:08X}" if frame.extended or frame.error else f"{frame.id:03X}"
    stamp = ""
    if timestamps:
        stamp = f"{round((frame.timestamp or 0.0) * 1000) % TIMESTAMP_WRAP_MS:04X}"
    kind = kind.upper() if frame.extended else kind
    return f"{kind}{ident}{frame.dlc:X}{frame.data.hex().upper()}{stamp}{'S' if frame.esi else ''}\r".encode()


def decode(line: str) -> Frame | None:
    """The frame in a line without its CR; None if it is not exactly one frame."""
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    short, short_id, long, long_id, code, rest, esi = match.groups()
    kind = short or long.lower()
    dlc = int(code, 16)
    fd = kind in "db"
    ident = int(short_id or long_id, 16)
    if (not fd and (dlc > 8 or esi)) or ident > (_STANDARD_MAX if short else _EXTENDED_MAX):
        return None
    remote = kind == "r"
    digits = 0 if remote else 2 * FD_LENGTHS[dlc]
    stamp = None
    if len(rest) != digits:
        if len(rest) != digits + 4:
            return None
        stamp = int(rest[digits:], 16) / 1000
    error = kind == "e"
    extended = short is None and not error
    data = bytes.fromhex(rest[:digits])
    # By position: names would cost a fifth of the whole.
    return Frame(ident, extended, remote, fd, kind == "b", esi is not None, error, data, stamp, dlc if remote else 0)


@dataclass(slots=True)
class Parser:
    """Cuts a stream into frames and replies, whatever the chunks. Never raises; keeps ≤ `MAX_LINE` bytes.

    `malformed` counts lines that were neither, overlong ones included.
    """

    malformed: int = 0
    _rest: str = ""
    _skipping: bool = field(default=False)

    def feed(self, chunk: bytes) -> Parsed:
        """Everything completed by `chunk`."""
        frames: list[Frame] = []
        replies: list[Reply] = []
        # Latin-1 maps every byte to one character, so hostile bytes cannot fail here.
        *lines, rest = (self._rest + chunk.decode("latin-1")).split("\r")
        for line in lines:
            if self._skipping:
                self._skipping = False
                continue
            self._line(self._refusals(line, replies) if "\a" in line else line, frames, replies)
        if "\a" in rest and not self._skipping:
            rest = self._refusals(rest, replies)
        if len(rest) > MAX_LINE or self._skipping:
            self.malformed += not self._skipping
            self._skipping, rest = True, ""
        self._rest = rest
        return Parsed(frames, replies)

    def _refusals(self, text: str, replies: list[Reply]) -> str:
        *before, rest = text.split("\a")
        self.malformed += sum(1 for part in before if part.strip("\n"))
        replies.extend(Reply(False) for _ in before)
        return rest

    def _line(self, line: str, frames: list[Frame], replies: list[Reply]) -> None:
        line = line.strip("\n")
        if frame := decode(line):
            frames.append(frame)
        elif len(line) <= MAX_LINE and (
            not line or (line[0] not in "tTrRdDbBE" and line.isascii() and line.isprintable())
        ):
            replies.append(Reply(True, line))
        else:
            self.malformed += 1


def wire_bits(frame: Frame) -> tuple[int, int]:
    """Bits of `frame` on the bus: (at the nominal rate, at the data rate), with the interframe space,
    unstuffed.

    Field lengths: ISO 11898-1:2015, 10.4.
    """
    size = 8 * len(frame.data)
    if not frame.fd:
        return (67 if frame.extended else 47) + size, 0
    head = 36 if frame.extended else 17
    crc = 28 if len(frame.data) <= 16 else 33  # stuff count, CRC 17 or 21, fixed stuff bits, rounded as the CRC field
    data = 5 + size + crc
    return (head + 13, data) if frame.brs else (head + 13 + data, 0)

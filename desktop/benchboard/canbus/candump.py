"""Frames as text in can-utils' form, `123#DEADBEEF`, `18FEF100#R8`, `123##1AABB`, and back. No I/O.

The forms are those of `cansend` and `candump -L` (can-utils, lib.h): three digits name a standard identifier, eight an
extended one; `#R` and a digit ask for data; `##` and a flags digit (1 bit rate switch, 2 error state) make it CAN FD.
"""

import re
from typing import Final

from benchboard.canbus.frame import Frame, is_valid

_H = "[0-9A-Fa-f]"
_FORM: Final = re.compile(rf"({_H}{{3}}|{_H}{{8}})#(?:(R)([0-8])?|(#)({_H}))?((?:{_H}{{2}}\.?)*)")
_MAX_LENGTH: Final = 256


def parse(text: str) -> Frame | None:
    """The frame that the whole of `text` describes; None for anything else. Dots between data bytes are allowed."""
    match = _FORM.fullmatch(text) if len(text) <= _MAX_LENGTH else None
    if match is None:
        return None
    ident, remote, dlc, fd, flags, digits = match.groups()
    bits = int(flags, 16) if fd else 0
    if bits > 3 or (remote and digits):
        return None
    frame = Frame(
        int(ident, 16),
        extended=len(ident) == 8,
        remote=remote is not None,
        fd=fd is not None,
        brs=bool(bits & 1),
        esi=bool(bits & 2),
        data=bytes.fromhex(digits.replace(".", "")),
        remote_dlc=int(dlc or 0) if remote else 0,
    )
    return frame if is_valid(frame) else None


def text(frame: Frame) -> str:
    """`frame` as text; an error frame has its class as identifier, as candump shows it."""
    ident = (
        f"{frame.id | (0x2000_0000 if frame.error else 0):08X}" if frame.extended or frame.error else f"{frame.id:03X}"
    )
    if frame.remote:
        return f"{ident}#R{frame.remote_dlc or ''}"
    mark = f"##{frame.brs | frame.esi << 1:X}" if frame.fd else "#"
    return f"{ident}{mark}{frame.data.hex().upper()}"

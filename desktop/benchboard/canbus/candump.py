"""Frames as text in can-utils' form, `123#DEADBEEF`, `18FEF100#R8`, `123##1AABB`, and back. No I/O.

The forms are those of `cansend` and `candump -L` (can-utils, lib.h): three digits name a standard identifier, eight an
extended one; `#R` and a digit ask for data; `##` and a flags digit (1 bit rate switch, 2 error state) make it CAN FD.
"""

import re
from typing import Final

from benchboard.canbus.frame import FD_LENGTHS, MAX_EXTENDED_ID, MAX_STANDARD_ID, Frame, is_valid
from benchboard.i18n import _

_H = "[0-9A-Fa-f]"
_FORM: Final = re.compile(rf"({_H}{{3}}|{_H}{{8}})#(?:(R)([0-8])?|(#)({_H}))?((?:{_H}{{2}}\.?)*)")
_NOT_HEX: Final = re.compile(r"[^0-9A-Fa-f]+")
_MAX_LENGTH: Final = 256
_ERROR_FLAG: Final = 0x2000_0000  # CAN_ERR_FLAG of linux/can.h


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


def parse_logged(text: str) -> Frame | None:
    """As `parse`; also an error frame, whose class a log marks by the bit above the identifier."""
    ident, mark, data = text.partition("#")
    if len(ident) != 8 or not mark or _NOT_HEX.search(ident) or not int(ident, 16) & _ERROR_FLAG:
        return parse(text)
    classed = parse(f"{int(ident, 16) & MAX_EXTENDED_ID:08X}#{data}")
    if classed is None or classed.remote or classed.fd:
        return None
    return classed._replace(extended=False, error=True)


def why_invalid(text: str) -> str:
    """All that is wrong with `text`, for which `parse` has no frame, and where: a sentence for its ID, one for what
    follows.
    """
    ident, mark, rest = text.partition("#")
    if not mark:
        return _("There's no # between ID and data.")
    return " ".join(reason for reason in (_why_invalid_id(ident, rest), _why_invalid_rest(rest)) if reason)


def _why_invalid_id(ident: str, rest: str) -> str:
    if wrong := _NOT_HEX.search(ident):
        return _("“{part}” in the ID isn't hexadecimal.").format(part=wrong[0][:20])
    if len(ident) not in (3, 8):
        return _("A standard ID has 3 hex digits, an extended ID 8. This one has {count}.").format(count=len(ident))
    limit = MAX_STANDARD_ID if len(ident) == 3 else MAX_EXTENDED_ID
    if int(ident, 16) <= limit:
        return ""
    text = _("ID {id} is above {limit}.")
    if len(ident) == 3:
        text = _("ID {id} is above {limit}. For an extended ID, write 8 digits: {example}.")
    return text.format(id=ident, limit=f"{limit:X}", example=f"{ident:0>8}#{rest[:20]}")


def _why_invalid_rest(rest: str) -> str:
    """What is wrong with what follows the first #; empty if nothing is."""
    if parse(f"123#{rest}") is not None:
        return ""
    if rest.startswith("R"):
        return _("Only a length from 0 to 8 can follow R.")
    if rest.startswith("#"):
        if rest[1:2] not in ("0", "1", "2", "3"):
            return _("After ## comes a digit from 0 to 3: the flags of CAN FD.")
        return _why_invalid_data(rest[2:], fd=True)
    return _why_invalid_data(rest, fd=False)


def format_hint(text: str = "") -> str:
    """How to write a frame, by the example nearest to `text`, or by one of each kind: a sentence."""
    if "#" in text:
        ident, _mark, rest = text.partition("#")
        number = "18FEF100" if len(ident) > 3 else "123"  # the digits of a standard ID
        data = {"R": "R4", "#": "#1AABB"}.get(rest[:1].upper(), "DEADBEEF")
        return _("Use a format such as {example}.").format(example=f"{number}#{data}")
    return _("Use a format such as 123#DEADBEEF, 18FEF100#00, 123#R4 or 123##1AABB.")


def _why_invalid_data(data: str, *, fd: bool) -> str:
    digits = data.replace(".", "")
    if wrong := _NOT_HEX.search(digits):
        return _("“{part}” in the data isn't hexadecimal.").format(part=wrong[0][:20])
    if len(digits) % 2:
        return _("The last byte of the data has one digit instead of two.")
    count = len(digits) // 2
    if fd and count not in FD_LENGTHS:
        sentence = _("The data is {count} bytes. A CAN FD frame holds {allowed}.")
        return sentence.format(count=count, allowed="0–8, " + ", ".join(map(str, FD_LENGTHS[9:])))
    if not fd and count > 8:
        return _("The data is {count} bytes. A classic frame holds at most 8.").format(count=count)
    return _("A dot can only stand after a whole byte of the data.")


def text(frame: Frame) -> str:
    """`frame` as text; an error frame has its class as identifier, as candump shows it."""
    ident = (
        f"{frame.id | (_ERROR_FLAG if frame.error else 0):08X}" if frame.extended or frame.error else f"{frame.id:03X}"
    )
    if frame.remote:
        return f"{ident}#R{frame.remote_dlc or ''}"
    mark = f"##{frame.brs | frame.esi << 1:X}" if frame.fd else "#"
    return f"{ident}{mark}{frame.data.hex().upper()}"

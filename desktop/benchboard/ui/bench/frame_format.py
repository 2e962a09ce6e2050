"""Formats a frame's time, cycle time, ID and data, for all tables of frames."""

from decimal import Decimal
from typing import Final

from benchboard.canbus.frame import Frame, Timestamp
from benchboard.i18n import _, number

_TO_MILLISECONDS: Final = len("12.804")


def clock(stamp: Timestamp | None) -> str:
    """Seconds of the minute, no finer than the stamp: `12.804`, with microseconds `12.804 113`, else `12.8` or `12`."""
    if stamp is None:
        return ""
    ticks = round(stamp.seconds * 10**stamp.decimals) % (60 * 10**stamp.decimals)
    second = Decimal(ticks).scaleb(-stamp.decimals)
    written = ("0" if second < 10 else "") + number(second, stamp.decimals)
    return f"{written[:_TO_MILLISECONDS]} {written[_TO_MILLISECONDS:]}".rstrip()


def cycle(previous: Timestamp | None, current: Timestamp | None) -> str:
    """Milliseconds between two frames, no finer than the coarser of their stamps; empty if one has none."""
    if previous is None or current is None:
        return ""
    digits = min(previous.decimals, current.decimals) - 3
    return number(round((current.seconds - previous.seconds) * 1000, digits), max(digits, 0))


def identifier(frame: Frame) -> str:
    """`0x18F`, or eight digits for an extended one."""
    return f"0x{frame.id:08X}" if frame.extended or frame.error else f"0x{frame.id:03X}"


def payload(frame: Frame) -> str:
    """The data as pairs of hex digits; a word if there is none."""
    if frame.error:
        return _("error frame")
    if frame.remote:
        return _("remote frame")
    return frame.data.hex(" ").upper()

"""Formats a frame's time, cycle time, ID and data, for all tables of frames."""

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

from benchboard.canbus.error_frame import error_title
from benchboard.canbus.frame import Frame, Timestamp
from benchboard.i18n import _, ngettext, number

_TO_MILLISECONDS: Final = len("12.804")
_MINUTES_FROM_S: Final = 120
_MINUTES: Final = 64
"""Minutes whose text is kept: a table shows hundreds of times, of few minutes."""


def clock(stamp: Timestamp | None) -> str:
    """The local time, no finer than the stamp: `22:47:12.804`, with microseconds `22:47:12.804 113`, else `22:47:12.8`
    or `22:47:12`.
    """
    if stamp is None:
        return ""
    minute, ticks = divmod(round(stamp.seconds * 10**stamp.decimals), 60 * 10**stamp.decimals)
    second = Decimal(ticks).scaleb(-stamp.decimals)
    written = ("0" if second < 10 else "") + number(second, stamp.decimals)
    return f"{_minute_text(minute)}:{written[:_TO_MILLISECONDS]} {written[_TO_MILLISECONDS:]}".rstrip()


@lru_cache(_MINUTES)
def _minute_text(minute: int) -> str:
    return datetime.fromtimestamp(60 * minute).astimezone().strftime("%H:%M")


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
    """The data as pairs of hex digits; of an error frame, what it reports; a word if there is none."""
    if frame.error:
        return error_title(frame) or _("error frame")
    if frame.remote:
        return _("remote frame")
    return frame.data.hex(" ").upper()


def size_text(frame: Frame) -> str:
    """How long the data is, and of which type the frame is unless it is a classic one with data."""
    if frame.remote:
        return "RTR"
    count = len(frame.data)
    size = ngettext("{count} byte", "{count} bytes", count).format(count=number(count))
    return f"FD{' BRS' if frame.brs else ''}, {size}" if frame.fd else size


def seconds_since(zero: Timestamp | None, stamp: Timestamp | None) -> str:
    """Seconds from one frame to another, no finer than the coarser of their stamps; empty if one has none."""
    if zero is None or stamp is None:
        return ""
    decimals = min(zero.decimals, stamp.decimals)
    return number(round(stamp.seconds - zero.seconds, decimals) + 0.0, decimals)


def elapsed(seconds: float) -> str:
    """A time that has passed, in whole seconds or minutes: `54 s`, `3 min`."""
    if seconds >= _MINUTES_FROM_S:
        return _("{number} min").format(number=number(seconds // 60))
    return _("{number} s").format(number=number(seconds // 1))

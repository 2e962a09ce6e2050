"""Round ticks for the axes of plots: values, and times of the day."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from PySide6.QtCore import QRectF

from benchboard.i18n import _, number
from benchboard.ui.bench.plots.time_window import SECOND

_STEPS: Final = (1, 2, 2.5, 5, 10)
_TIME_STEPS: Final = (
    *(10**digits * factor for digits in range(4, 9) for factor in (1, 2, 5)),
    *(SECOND * count for count in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600,
                                   43_200, 86_400)),
)  # fmt: skip
_LABEL_GAP: Final = 110
"""Pixels between two times with labels, at least."""
_LEAST_SHARE: Final = 0.3
"""An axis stays as it is while values take up at least this much of it: else it would move with each of them."""


def axis_range(low: float, high: float, before: tuple[float, float] | None) -> tuple[float, float]:
    """The ends of an axis for these extremes, which are round values; those of `before` while they fit."""
    if before is not None:
        first, last = before
        if first <= low and high <= last and high - low >= _LEAST_SHARE * (last - first):
            return before
    if not high > low:
        room = abs(high) * 0.05 or 1.0
        low, high = low - room, high + room
    step = _round_step((high - low) / 2)
    if not step:
        return low, high
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step


def _round_step(least: float) -> float:
    """The least round step that is no less than this; 0 for what has none."""
    if not math.isfinite(least) or least <= 0:
        return 0.0
    unit = 10.0 ** math.floor(math.log10(least))
    return next(unit * factor for factor in _STEPS if unit * factor >= least * 0.999 or factor == _STEPS[-1])


def value_ticks(low: float, high: float, most: int) -> list[tuple[float, str]]:
    """At most `most` round values between these, and their labels."""
    step = _round_step((high - low) / max(most, 1))
    if not step:
        return []
    digit = -math.floor(math.log10(step) + 1e-9)
    decimals = min(max(0, digit + (round(step * 10.0**digit, 6) == 2.5)), 12)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [(place * step, number(place * step, decimals)) for place in range(first, last + 1)]


def time_ticks(begin: int, end: int, most: int) -> list[tuple[int, str]]:
    """At most `most` round times of the local day (Unix, ns) between these, and their labels."""
    day = _TIME_STEPS[-1]
    days = (end - begin) // (most * day) + 1
    step = next((one for one in _TIME_STEPS if (end - begin) // one < most), days * day)
    zone = datetime.fromtimestamp(end / SECOND).astimezone().utcoffset()
    offset = round(zone.total_seconds()) * SECOND if zone is not None else 0
    first = -((-begin - offset) // step) * step - offset
    return [(at, time_text(at, step)) for at in range(first, end + 1, step)]


@dataclass(frozen=True, slots=True)
class TimeMark:
    """A time (Unix, ns) at `x`, and the label that is centred there; none where it would be cut."""

    at: int
    x: float
    label: str


def time_marks(row: QRectF, span: tuple[int, int], width_of: Callable[[str], float]) -> list[TimeMark]:
    """Round times of `span` in a row of that length. A label stands on no other and reaches at most as far over an end
    as `row` is from the left of what it is in."""
    begin, end = span
    margin, marks, free_from = row.left(), list[TimeMark](), 0.0
    for at, text in time_ticks(begin, end, max(1, int(row.width() / _LABEL_GAP))):
        x = row.left() + row.width() * (at - begin) / max(end - begin, 1)
        half = width_of(text) / 2
        fits = free_from <= x - half and x + half <= row.right() + margin
        marks.append(TimeMark(at, x, text if fits else ""))
        free_from = x + half + 1 if fits else free_from
    return marks


def time_text(at: int, step: int = SECOND) -> str:
    """The local time of the day, with as many decimals of a second as steps of `step` ns need."""
    second, rest = divmod(at, SECOND)
    form = "%H:%M" if step % (60 * SECOND) == 0 else "%H:%M:%S"
    text = datetime.fromtimestamp(second).astimezone().strftime(form)
    if step % SECOND == 0:
        return text
    decimals = next((digits for digits in range(1, 7) if step % 10 ** (9 - digits) == 0), 6)
    return text + number(0.0, 1)[1] + f"{rest // 10 ** (9 - decimals):0{decimals}d}"


def duration_text(nanoseconds: int) -> str:
    """A time span: `1.250 s`, `640 µs`, `2.5 min`."""
    seconds = abs(nanoseconds) / SECOND
    if seconds >= 7200:
        return _("{number} h").format(number=number(seconds / 3600, most=1))
    if seconds >= 120:
        return _("{number} min").format(number=number(seconds / 60, most=1))
    if seconds >= 1:
        return _("{number} s").format(number=number(seconds, most=3))
    if seconds >= 0.001 or not seconds:
        return _("{number} ms").format(number=number(seconds * 1000, most=3))
    return _("{number} µs").format(number=number(seconds * 1_000_000, most=1))

"""The values of plotted signals as people read them. No Qt."""

import math
from typing import Final

from benchboard.canbus.dbc import Signal, SignalValue
from benchboard.canbus.signal_history import Extent, ValueAt
from benchboard.i18n import _, number

_FLOAT_DIGITS: Final = 6
"""Digits of a floating-point value that are shown: 32 bits hold seven."""


def figure(signal: Signal | None, value: float | None) -> str:
    """A value without its unit, or its name; a dash without any."""
    if value is None or not math.isfinite(value):
        return "–"
    if signal is None:
        return number(value)
    raw = round((value - signal.offset) / signal.scale) if signal.scale else 0
    return SignalValue(signal, raw, value).choice or number(value, _decimals(signal, value))


def _decimals(signal: Signal, value: float) -> int:
    """As many decimals as the signal's steps need; of a floating-point one, as many as its size leaves it."""
    if not signal.is_float or not value or not math.isfinite(value):
        return signal.decimals
    return min(max(_FLOAT_DIGITS - 1 - math.floor(math.log10(abs(value))), 0), _FLOAT_DIGITS)


def value_text(signal: Signal | None, value: float | None) -> str:
    """A value with its unit, or its name."""
    shown = figure(signal, value)
    has_unit = signal is not None and signal.unit and shown != "–" and not signal.choices
    return f"{shown} {signal.unit}" if signal is not None and has_unit else shown


def known_text(signal: Signal | None, at: ValueAt | None) -> str:
    """The value at a time; where only a bucket is known anymore, the values that it was between."""
    if at is None or at.is_exact:
        return figure(signal, at.value if at is not None else None)
    return _("{low} to {high}").format(low=figure(signal, at.low), high=figure(signal, at.high))


def extent_texts(signal: Signal | None, extent: Extent | None) -> tuple[str, str, str]:
    """The least value, the greatest and the mean; “about” before one that only buckets tell. Names have no mean."""
    if extent is None:
        return "–", "–", "–"
    about = _("about {value}")
    ends = [figure(signal, extent.low), figure(signal, extent.high)]
    if not extent.has_exact_ends:
        ends = [about.format(value=one) for one in ends]
    mean = "–"
    if signal is None or not signal.choices:
        mean = number(extent.mean, max(_decimals(signal, extent.mean), 1) if signal is not None else 1)
        mean = mean if extent.has_exact_mean else about.format(value=mean)
    return ends[0], ends[1], mean


def difference_text(signal: Signal | None, one: ValueAt | None, other: ValueAt | None) -> str:
    """How much more the second value is; a dash if it isn't known, or the values have names."""
    if (
        one is None
        or other is None
        or not one.is_exact
        or not other.is_exact
        or (signal is not None and signal.choices)
    ):
        return "–"
    decimals = min(_decimals(signal, one.value), _decimals(signal, other.value)) if signal is not None else None
    shown = number(other.value - one.value, decimals)
    return f"+{shown}" if other.value > one.value and shown.strip("0.,") else shown

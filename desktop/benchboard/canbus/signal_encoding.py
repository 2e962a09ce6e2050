"""The data of a frame from values of its message's signals, in their units. No I/O.

cantools encodes; what it would refuse in its own words is refused here before, by the signal's name.
"""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from benchboard.canbus.dbc import Message, Signal, SignalValue
from benchboard.canbus.frame import FD_LENGTHS, Frame
from benchboard.errors import Invalid
from benchboard.i18n import TwoReadings, _, number, parse_number

if TYPE_CHECKING:
    from cantools.database.can import Message as CodecMessage

_MAX_LENGTH: Final = 64
_LARGEST: Final = {16: 65504.0, 32: 3.4028234663852886e38, 64: math.inf}
"""The largest finite values of floats with these bits."""


def message_frame(message: Message) -> Frame:
    """A frame of this message: every signal 0, or the value in its limits that is nearest to 0.

    Raises `Invalid` (`send.message`) for a message that fits into no frame.
    """
    length = next((one for one in FD_LENGTHS if one >= message.length), None)
    if length is None:
        raise Invalid(
            "send.message",
            _("{message} is longer than a frame.").format(message=message.name),
            why=_("It has {count} bytes, and CAN FD carries {most}.").format(
                count=number(message.length), most=_MAX_LENGTH
            ),
            do=_("Select another message."),
        )
    data = bytes(length)
    # A multiplexer comes before what it selects, so each round can show further signals.
    done: set[str] = set()
    while new := [one for one in message.decode(data) if one.signal.name not in done]:
        done |= {one.signal.name for one in new}
        data = encode_signals(message, {one.signal.name: _nearest_to_zero(one) for one in new}, data)
    return Frame(message.frame_id, extended=message.extended, fd=length > 8, brs=length > 8, data=data)


def _nearest_to_zero(value: SignalValue) -> float:
    signal = value.signal
    low, high = limits(signal)
    if signal.choices and not value.choice and not signal.is_float and not value.in_range:
        first = min(signal.choices, key=abs)
        return first * signal.scale + signal.offset
    return min(max(0.0, low), high)


def limits(signal: Signal) -> tuple[float, float]:
    """The least and the greatest value of a signal: those that the database gives and that its bits can hold."""
    if signal.is_float:
        least, most = -_LARGEST[signal.length], _LARGEST[signal.length]
    elif signal.signed:
        least, most = -(1 << signal.length - 1), (1 << signal.length - 1) - 1
    else:
        least, most = 0, (1 << signal.length) - 1
    ends = sorted((least * signal.scale + signal.offset, most * signal.scale + signal.offset))
    low = ends[0] if signal.minimum is None else max(ends[0], signal.minimum)
    high = ends[1] if signal.maximum is None else min(ends[1], signal.maximum)
    # Some databases give limits that no value can meet.
    return (low, high) if low <= high else (ends[0], ends[1])


def parse_value(signal: Signal, text: str) -> float:
    """The value that a user entered: a name that the database gives, or a figure in the signal's unit.

    Raises `Invalid` (`send.value`), which says what is possible.
    """
    wanted = text.strip()
    for raw, title in (signal.choices or {}).items():
        if title.casefold() == wanted.casefold():
            return raw * signal.scale + signal.offset
    figure = wanted.removesuffix(signal.unit).strip() if signal.unit else wanted
    try:
        value = parse_number(figure)
    except TwoReadings as error:
        raise Invalid("send.value", str(error), field=signal.name) from error
    except ValueError as error:
        names = ", ".join(list((signal.choices or {}).values())[:4])
        do = _("Enter a number, or one of: {names}.").format(names=names) if names else _("Enter a number.")
        what = _("“{text}” isn't a value of {signal}.").format(text=wanted[:40], signal=signal.name)
        raise Invalid("send.value", what, do=do, field=signal.name) from error
    require_in_range(signal, value)
    return value


def require_in_range(signal: Signal, value: float) -> None:
    """Raise `Invalid` (`send.range`) for a value outside of the signal's limits."""
    low, high = limits(signal)
    named = {raw * signal.scale + signal.offset for raw in signal.choices or {}}
    slack = abs(signal.scale) * 1e-6
    if value in named or low - slack <= value <= high + slack:
        return
    digits = signal.decimals
    raise Invalid(
        "send.range",
        _("{signal} can be {low} to {high} {unit}")
        .format(signal=signal.name, low=number(low, digits), high=number(high, digits), unit=signal.unit)
        .rstrip()
        + ".",
        field=signal.name,
    )


def encode_signals(message: Message, values: Mapping[str, float], data: bytes) -> bytes:
    """`data` with these signals set to their values, the nearest that their bits can hold. All other bits stay.

    Raises `Invalid` (`send.range`), and (`send.value`) for a signal that this message or this data doesn't have.
    """
    for name, value in values.items():
        signal = next((one for one in message.signals if one.name == name), None)
        if signal is None:
            raise Invalid("send.value", _("{message} has no signal {signal}.").format(
                message=message.name, signal=name), field=name)  # fmt: skip
        require_in_range(signal, value)
    # Multiplexers first: what they select depends on them.
    for signal in message.signals:
        if signal.name in values:
            data = _set(signal, values[signal.name], data)
    present = {one.signal.name for one in message.decode(data)}
    if missing := [name for name in values if name not in present]:
        raise Invalid(
            "send.value",
            _("{signal} isn't in this frame: another group of signals is selected, or the data is too short.").format(
                signal=missing[0]
            ),
            field=missing[0],
        )
    return data


def _set(signal: Signal, value: float, data: bytes) -> bytes:
    """`data` with one signal set; unchanged if it is too short for it."""
    codec = _codec(signal, len(data))
    if codec is None:
        return data
    raw = value if signal.is_float else _raw(signal, value)
    scaled = (value - signal.offset) / signal.scale if signal.is_float else raw
    encoded = codec.encode({signal.name: scaled}, scaling=False, strict=False)
    ones = (1 << signal.length) - 1
    mask = _mask_codec(signal, len(data)).encode({signal.name: ones}, scaling=False, strict=False)
    return bytes(new | old & ~bits & 0xFF for new, old, bits in zip(encoded, data, mask, strict=True))


def _raw(signal: Signal, value: float) -> int:
    raw = round((value - signal.offset) / signal.scale)
    least = -(1 << signal.length - 1) if signal.signed else 0
    return min(max(raw, least), least + (1 << signal.length) - 1)


def _codec(signal: Signal, length: int) -> "CodecMessage | None":
    first = signal.start if signal.little_endian else (signal.start & ~7) + 7 - (signal.start & 7)
    if first + signal.length > 8 * length:
        return None
    return _message(signal, length, is_signed=signal.signed, is_float=signal.is_float)


def _mask_codec(signal: Signal, length: int) -> "CodecMessage":
    return _message(signal, length, is_signed=False, is_float=False)


def _message(signal: Signal, length: int, *, is_signed: bool, is_float: bool) -> "CodecMessage":
    """cantools' message of this one signal, for its raw values."""
    from cantools.database.can import Message as CodecMessage  # imported late: it takes 0.1 s
    from cantools.database.can import Signal as CodecSignal
    from cantools.database.conversion import BaseConversion

    order: Any = "little_endian" if signal.little_endian else "big_endian"
    conversion = BaseConversion.factory(is_float=is_float)
    one: CodecSignal = CodecSignal(signal.name, signal.start, signal.length, order, is_signed, conversion=conversion)
    return CodecMessage(0, "signal", length, [one], strict=False)

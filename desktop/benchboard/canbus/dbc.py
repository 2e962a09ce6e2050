"""Messages and signals of CAN databases (DBC, KCD, SYM, ARXML), and the decoding of frames with them. No I/O.

cantools parses the files; the bits are taken apart here, which costs a fraction of its own decoding.
"""

import math
import re
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from benchboard.canbus.frame import Frame
from benchboard.errors import Invalid
from benchboard.i18n import _, number

if TYPE_CHECKING:
    from cantools.database.can import Message as ParsedMessage
    from cantools.database.can import Signal as ParsedSignal

FORMATS: Final = ("dbc", "kcd", "sym", "arxml")
"""The extensions of the files, which are also cantools' names of the formats."""
_XML: Final = ("kcd", "arxml")
_MAX_BITS: Final = 8 * 1785
"""Bits of the longest message, J1939's transport protocol (SAE J1939-21)."""
_DIGITS: Final = 9
"""Digits of a number that is looked at at all."""
_MAX_DECIMALS: Final = 6
_EXACT_DECIMALS: Final = 3
"""Decimals up to which a factor's own are all shown."""
_MAX_FACTOR_DECIMALS: Final = 12
_MAX_REASON: Final = 300
_QUOTED: Final = re.compile(r'"[^"]*"')
_DEFINED: Final = re.compile(r"^\s*(?:BO_\s+\d+|SG_)\s+(?!VECTOR__)(\w+)", re.MULTILINE)
"""The messages and signals that a DBC file without its texts defines."""
_SIZES: Final = re.compile(
    r"^\s*BO_\s+\d+\s+(?P<message>\w+)\s*:\s*(?P<bytes>\d+)"
    r"|^\s*SG_\s+(?P<signal>\w+)[^:\n]{0,40}:\s*(?P<start>\d+)\s*\|\s*(?P<length>\d+)\s*@",
    re.MULTILINE,
)
"""The sizes of messages and signals in a DBC file."""
_FLOATS: Final = {16: "e", 32: "f", 64: "d"}
_FIRST_PDU2: Final = 240
"""The PDU format from which on the PDU specific byte is part of the PGN, rather than an address (SAE J1939-21)."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal: where its bits are, and what they mean.

    `start` counts bits as DBC does: the least significant one of a little-endian signal, else the most significant
    one, byte by byte from bit 0. `minimum` and `maximum` are in the signal's unit, None without a limit. It is only
    there if the signal named `selector`, where there is one, has one of the values `selected_by`.
    """

    name: str
    start: int
    length: int
    little_endian: bool = True
    signed: bool = False
    is_float: bool = False
    scale: float = 1
    offset: float = 0
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    choices: Mapping[int, str] | None = None
    selector: str = ""
    selected_by: frozenset[int] = frozenset()

    @property
    def decimals(self) -> int:
        """How many decimals its values have: all of those of a usual factor, such as 0.25; of one with many, such as
        1/256, as many as tell one step from the next. At most six.
        """
        if self.is_float:
            return 3
        places = max(_places(self.scale), _places(self.offset))
        if places > _EXACT_DECIMALS and self.scale:
            places = max(_EXACT_DECIMALS, math.ceil(-math.log10(abs(self.scale))))
        return min(places, _MAX_DECIMALS)

    @property
    def bits(self) -> str:
        """Where its bits are and how they are scaled, such as “bits 16 | 16 LE signed, × 0.1”."""
        order = "" if self.length <= 8 and self.little_endian else " LE" if self.little_endian else " BE"
        kind = " float" if self.is_float else " signed" if self.signed else ""
        parts = [f"bits {self.start} | {self.length}{order}{kind}"]
        if self.scale != 1:
            parts.append(f"× {number(self.scale, min(_places(self.scale), _MAX_FACTOR_DECIMALS))}")
        if self.offset:
            offset = number(abs(self.offset), min(_places(self.offset), _MAX_FACTOR_DECIMALS))
            parts.append(f"{'+' if self.offset > 0 else '−'}{offset}")
        return ", ".join(parts)


class SignalValue(NamedTuple):
    """A signal of one frame: its bits as a number (`raw`), and its `value` in the signal's unit."""

    # A tuple, because recordings have millions of them: a frozen dataclass takes five times as long.
    signal: Signal
    raw: float
    value: float

    @property
    def choice(self) -> str:
        """The name that the database gives this value; empty if it has none."""
        choices = self.signal.choices
        return choices.get(int(self.raw), "") if choices and not self.signal.is_float else ""

    @property
    def in_range(self) -> bool:
        """Whether the value is within the signal's limits. One that has a name is."""
        low, high = self.signal.minimum, self.signal.maximum
        if self.choice:
            return True
        return (low is None or self.value >= low) and (high is None or self.value <= high)

    @property
    def text(self) -> str:
        """The value as people read it: its name, or its figure and unit."""
        if self.choice:
            return self.choice
        figure = number(self.value, self.signal.decimals) if _is_finite(self.value) else str(self.value)
        return f"{figure} {self.signal.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Message:
    """A message and its signals, a multiplexer before the signals that it selects."""

    name: str
    frame_id: int
    extended: bool
    length: int
    signals: tuple[Signal, ...] = ()
    cycle_ms: int | None = None
    is_j1939: bool = False
    source: str = ""
    """The name of the file."""
    sender: str = ""
    """The node that sends it, or several of them; empty if the file doesn't say."""
    is_multiplexed: bool = field(init=False)
    _plan: tuple["_Step", ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_multiplexed", any(signal.selector for signal in self.signals))
        object.__setattr__(self, "_plan", tuple(map(_step, self.signals)))

    def decode(self, data: bytes) -> tuple[SignalValue, ...]:
        """The signals in `data`. Those that a multiplexer doesn't select aren't there; nor is any if it is shorter than
        the message: then it is another one with the same ID, and its values would be invented.
        """
        if len(data) < self.length:
            return ()
        bits = 8 * len(data)
        little, big = int.from_bytes(data, "little"), int.from_bytes(data, "big")
        found: list[SignalValue] = []
        selectors: dict[str, int] = {}
        for signal, first, end, mask, sign, scale, offset in self._plan:
            if end > bits or (signal.selector and selectors.get(signal.selector) not in signal.selected_by):
                continue
            raw = (little >> first if first >= 0 else big >> bits - end) & mask
            if raw & sign:
                raw -= mask + 1
            if self.is_multiplexed:
                selectors[signal.name] = raw
            if signal.is_float:
                (unpacked,) = struct.unpack(f">{_FLOATS[signal.length]}", raw.to_bytes(signal.length // 8, "big"))
                found.append(_new_value(SignalValue, (signal, unpacked, unpacked * scale + offset)))
            else:
                found.append(_new_value(SignalValue, (signal, raw, raw * scale + offset)))
        return tuple(found)


class DatabaseConflict(NamedTuple):
    """Messages with the same ID: the one that is `used`, because its file comes first, and one that isn't."""

    used: Message
    unused: Message


def conflict_text(conflict: DatabaseConflict) -> str:
    """Which message isn't used, and which one is in its place."""
    used, unused = conflict.used, conflict.unused
    text = _("{message} of {file} (used: {other} of {first})")
    return text.format(message=unused.name, file=unused.source, other=used.name, first=used.source)


def short_text(message: Message, data: bytes) -> str:
    """Why `data` isn't decoded: that it is shorter than the message; empty if it isn't."""
    if len(data) >= message.length:
        return ""
    text = _("{present} of {count} bytes, not decoded")
    return text.format(present=number(len(data)), count=number(message.length))


class CanDatabase:
    """The messages of several files. Where two define the same ID, the first one counts."""

    def __init__(self, messages: Iterable[Message] = ()) -> None:
        self.messages: tuple[Message, ...] = tuple(messages)
        self._by_id: dict[tuple[int, bool], Message] = {}
        self._by_pgn: dict[int, Message] = {}
        repeated: list[Message] = []  # a message with the names of values can't be hashed
        for message in self.messages:
            if self._by_id.setdefault((message.frame_id, message.extended), message) is not message:
                repeated.append(message)
            if message.is_j1939 and message.extended:
                self._by_pgn.setdefault(pgn(message.frame_id), message)
        self.repeated: tuple[Message, ...] = tuple(repeated)
        """The messages whose ID one before them has."""

    @property
    def conflicts(self) -> tuple[DatabaseConflict, ...]:
        """The messages that another one of their ID, with other signals, takes the place of."""
        found = (DatabaseConflict(self._by_id[one.frame_id, one.extended], one) for one in self.repeated)
        return tuple(one for one in found if (one.used.name, one.used.signals) != (one.unused.name, one.unused.signals))

    def find(self, frame: Frame) -> Message | None:
        """The message that `frame` carries, None for one that no file defines, an error or a remote frame. A J1939
        message is found by its PGN, whatever its priority and addresses.
        """
        if frame.error or frame.remote:
            return None
        message = self._by_id.get((frame.id, frame.extended))
        if message is None and frame.extended and self._by_pgn:
            return self._by_pgn.get(pgn(frame.id))
        return message


_NO_NODE: Final = "Vector__XXX"
"""What DBC files name instead of a node that nobody knows."""
_Step = tuple[Signal, int, int, int, int, float, float]
"""How a signal is read: it, its first bit in little-endian data (-1 for a big-endian signal), the bit after its last
in that order, the masks of its bits and of its sign (0 without one), its scale and offset.
"""
_new_value: Final = tuple.__new__  # what a named tuple's own constructor does, in half the time


def _step(signal: Signal) -> _Step:
    mask = (1 << signal.length) - 1
    first = signal.start if signal.little_endian else (signal.start & ~7) + 7 - (signal.start & 7)
    sign = 1 << (signal.length - 1) if signal.signed and not signal.is_float else 0
    shift = first if signal.little_endian else -1
    return signal, shift, first + signal.length, mask, sign, signal.scale, signal.offset


def pgn(frame_id: int) -> int:
    """The parameter group number in an extended identifier (SAE J1939-21, 5.2)."""
    number_ = frame_id >> 8 & 0x3FFFF
    return number_ if number_ >> 8 & 0xFF >= _FIRST_PDU2 else number_ & 0x3FF00


def parse_database(name: str, content: bytes) -> tuple[Message, ...]:
    """The messages in the file `name`. Raises `Invalid` (`dbc.format`, `dbc.unreadable`)."""
    kind = name.rpartition(".")[2].lower()
    if kind not in FORMATS:
        raise Invalid(
            "dbc.format",
            _("“{name}” isn't a CAN database.").format(name=name),
            do=_("Choose a DBC, KCD, SYM or ARXML file."),
        )
    import cantools.database  # imported late: it takes 0.1 s

    try:
        if kind in _XML:
            _require_plain_xml(content)
        text = _text(content)
        if kind == "dbc":
            _require_bounded(text)
        loaded = cantools.database.load_string(text, database_format=kind, strict=False)
        parsed = getattr(loaded, "messages", None)
        if parsed is None:  # a diagnostics database
            raise ValueError(_("It has no messages."))
        if kind == "dbc":
            _require_whole(content, parsed)
        return tuple(_message(one, name) for one in parsed)
    except Exception as error:  # a hostile file makes its parsers raise about anything
        raise Invalid(
            "dbc.unreadable",
            _("“{name}” can't be read as {format}.").format(name=name, format=kind.upper()),
            why=_reason(error),
            do=_("Correct the file, or export it again from the program that made it."),
        ) from error


def _text(content: bytes) -> str:
    """The text of a file: UTF-8, else Windows-1252, in which most DBC files are written."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _require_plain_xml(content: bytes) -> None:
    """Raise for XML that declares entities: they could expand without end."""
    import defusedxml.ElementTree

    defusedxml.ElementTree.fromstring(content, forbid_dtd=True)


def _require_bounded(text: str) -> None:
    """Raise for a DBC file with a signal that no message has room for: cantools would make a mask of its bits, of
    gigabytes.
    """
    message = ""
    for found in _SIZES.finditer(_QUOTED.sub('""', text)):
        if (name := found["message"]) is not None:
            message = name
            if len(found["bytes"]) > _DIGITS or int(found["bytes"]) * 8 > _MAX_BITS:
                raise ValueError(
                    _("Message {message} has {length} bytes.").format(message=message, length=found["bytes"][:20])
                )
        elif max(len(found["start"]), len(found["length"])) > _DIGITS or (
            not 0 < int(found["length"]) <= _MAX_BITS or int(found["start"]) >= _MAX_BITS
        ):
            start, length = found["start"][:20], found["length"][:20]
            raise ValueError(_out_of_bounds(found["signal"], message, length, start))


def _out_of_bounds(signal: str, message: str, length: object, start: object) -> str:
    sentence = _("Signal {signal} of {message} has {length} bits from bit {start}.")
    return sentence.format(signal=signal, message=message, length=length, start=start)


def _require_whole(content: bytes, parsed: "Sequence[ParsedMessage]") -> None:
    """Raise for a DBC file whose last message or signal is missing: cantools reads a file that was cut off up to there
    without a word.
    """
    found = _DEFINED.findall(_QUOTED.sub('""', _text(content)))
    known = {one.name for one in parsed} | {signal.name for one in parsed for signal in one.signals}
    if found and found[-1] not in known:
        raise ValueError(_("It ends in the middle of {name}.").format(name=found[-1]))


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return _("It is nested too deeply.")
    if isinstance(error, KeyError):
        return _("It refers to {name}, which it doesn't define.").format(name=error)
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= _MAX_REASON else f"{text[:_MAX_REASON]} …"


def _message(parsed: "ParsedMessage", source: str) -> Message:
    signals = [_signal(one, parsed.name) for one in parsed.signals] if not parsed.is_container else []
    return Message(
        parsed.name,
        parsed.frame_id,
        parsed.is_extended_frame,
        parsed.length,
        _selectors_first(signals),
        parsed.cycle_time if isinstance(parsed.cycle_time, int) and parsed.cycle_time > 0 else None,
        parsed.protocol == "j1939",
        source,
        ", ".join(one for one in parsed.senders if one != _NO_NODE),
    )


def _signal(parsed: "ParsedSignal", message: str) -> Signal:
    fits = 0 < parsed.length <= _MAX_BITS and 0 <= parsed.start < _MAX_BITS
    if not fits or (parsed.is_float and parsed.length not in _FLOATS):
        raise ValueError(_out_of_bounds(parsed.name, message, parsed.length, parsed.start))
    choices: Mapping[Any, Any] = parsed.choices or {}
    return Signal(
        parsed.name,
        parsed.start,
        parsed.length,
        parsed.byte_order == "little_endian",
        parsed.is_signed,
        parsed.is_float,
        parsed.scale,
        parsed.offset,
        parsed.minimum,
        parsed.maximum,
        parsed.unit or "",
        {int(value): str(title) for value, title in choices.items()} or None,
        parsed.multiplexer_signal or "",
        frozenset(parsed.multiplexer_ids or ()),
    )


def _selectors_first(signals: Iterable[Signal]) -> tuple[Signal, ...]:
    """In this order, but a signal after the one that selects it; those whose selector is missing are left out."""
    waiting = list(signals)
    placed: dict[str, Signal] = {}
    while ready := [one for one in waiting if not one.selector or one.selector in placed]:
        placed |= {one.name: one for one in ready}
        waiting = [one for one in waiting if one not in ready]
    return tuple(placed.values())


def _places(factor: float) -> int:
    exponent = Decimal(str(factor)).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _is_finite(value: float) -> bool:
    return value - value == 0

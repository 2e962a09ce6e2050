"""One row of frames: the newest of an identifier, or one frame, with its signals, changed bytes, and its cells."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from benchboard.canbus.colour_rules import ColourRule, ColourRuleMatcher
from benchboard.canbus.dbc import CanDatabase, Message, SignalValue, short_text
from benchboard.canbus.error_frame import is_recovery, is_state_report
from benchboard.canbus.frame import Frame, Timestamp
from benchboard.canbus.traffic_shares import TrafficKey, traffic_key
from benchboard.i18n import _, number
from benchboard.ui.bench.frame_format import clock, cycle, identifier, payload, seconds_since

TimeMode = Literal["clock", "start", "delta", "zero"]
"""What the column of times shows: the time of day, or the time since the first frame, the frame before, or the frame
that was set as time zero.
"""
TIME, ID, TYPE, DLC, CYCLE, COUNT, DATA, NAME, SIGNALS, CHANNEL, NODE, SHARE = range(12)
"""The columns, in the order in which they are numbered; the live bus has no channel, only it has nodes and shares."""
_LEAST_NAMED: Final = 3
"""Letters that a name keeps at least."""
_MOST_IN_CELL: Final = 8
"""Signals in the cell of a frame; the row expands into all of them."""


class FrameRow:
    """A frame, the one before it with the same identifier, and how many there were."""

    __slots__ = ("_decoded", "_fit", "count", "frame", "message", "previous")

    def __init__(self, frame: Frame, previous: Frame | None, count: int) -> None:
        self.frame, self.previous, self.count = frame, previous, count
        self.message: Message | None = None
        self._decoded: tuple[SignalValue, ...] | None = None
        self._fit: tuple[ColourRuleMatcher, ColourRule | None] | None = None
        """The rule that it fits, and who found that."""

    @property
    def key(self) -> TrafficKey:
        """Which frames have one row."""
        return traffic_key(self.frame)

    def name_by(self, database: CanDatabase) -> None:
        """Look its message up in this database."""
        self.message, self._decoded, self._fit = database.find(self.frame), None, None

    def colour_rule(self, matcher: ColourRuleMatcher) -> ColourRule | None:
        """The rule that gives it a colour, found when it is first asked for: only what is drawn is."""
        if self._fit is None or self._fit[0] is not matcher:
            self._fit = matcher, matcher.first_fit(self.frame, self.message, self.previous)
        return self._fit[1]

    @property
    def signals(self) -> tuple[SignalValue, ...]:
        """The values of its signals, decoded when they are first asked for: only what is shown is."""
        if self._decoded is None:
            self._decoded = self.message.decode(self.frame.data) if self.message is not None else ()
        return self._decoded


@dataclass(frozen=True, slots=True)
class TimeBase:
    """What times are shown from: the `mode`, the first frame, and the one that was set as time zero."""

    mode: TimeMode = "clock"
    start: Timestamp | None = None
    zero: Timestamp | None = None

    def text(self, row: FrameRow, before: Timestamp | None) -> str:
        """The time of the row; `before`: the stamp of the row before it."""
        stamp = row.frame.timestamp
        if self.mode == "clock":
            return clock(stamp)
        if self.mode == "delta":
            return cycle(before, stamp) or "–"
        return seconds_since(self.start if self.mode == "start" else self.zero, stamp) or "–"


def kind(frame: Frame) -> str:
    """What kind of frame it is, as CAN tools abbreviate it."""
    if frame.error:
        return "STATE" if is_state_report(frame) else "ERR"
    return "RTR" if frame.remote else "FD" if frame.fd else "CAN"


def is_error(row: FrameRow) -> bool:
    """Whether the row is about an error, and not about the end of one."""
    return row.frame.error and not is_recovery(row.frame)


def cycle_ms(row: FrameRow) -> float | None:
    """The milliseconds since the frame before; None where that isn't known or is no cycle of the bus."""
    previous = row.previous.timestamp if row.previous is not None else None
    current = row.frame.timestamp
    # The dongle reports its state as often as it likes.
    if previous is None or current is None or kind(row.frame) == "STATE":
        return None
    return (current.seconds - previous.seconds) * 1000


def _cycle(row: FrameRow) -> str:
    return "–" if cycle_ms(row) is None or row.previous is None else cycle(row.previous.timestamp, row.frame.timestamp)


def is_off_cycle(row: FrameRow) -> bool:
    """Whether the time since the frame before differs from the database's cycle by more than a fifth, and by more than
    the stamps are exact.
    """
    measured, expected = cycle_ms(row), row.message.cycle_ms if row.message is not None else None
    if measured is None or not expected or row.frame.timestamp is None:
        return False
    return abs(measured - expected) > max(0.2 * expected, 2000 * row.frame.timestamp.uncertainty)


def type_text(row: FrameRow) -> str:
    """The kind of the frame, and whether it was sent."""
    return _("{type}, sent").format(type=kind(row.frame)) if row.frame.sent else kind(row.frame)


def signals_text(row: FrameRow, fits: Callable[[str], bool] = lambda _text: True) -> str:
    """The first signals of the frame with their values, as many as fit, and how many more there are: a number that is
    cut off would be read as another one."""
    text, every = "", len(row.signals)
    if row.message is not None and not every and not row.frame.remote:
        return short_text(row.message, row.frame.data)
    for shown, one in enumerate(row.signals[:_MOST_IN_CELL], 1):
        pairs = f"{text}, {one.signal.name} {one.text}" if shown > 1 else f"{one.signal.name} {one.text}"
        if not fits(_and_more(pairs, every - shown)):
            if shown == 1 and (shortened := _shortened(one, every - 1, fits)):
                return shortened
            return _and_more(text, every - shown + 1)
        text = pairs
    return _and_more(text, max(0, every - _MOST_IN_CELL))


def _shortened(one: SignalValue, more: int, fits: Callable[[str], bool]) -> str:
    """A signal with as much of its name as fits beside its value; empty if hardly any does."""
    name = one.signal.name
    texts = (_and_more(f"{name[:size]}… {one.text}", more) for size in range(len(name) - 1, _LEAST_NAMED - 1, -1))
    return next((text for text in texts if fits(text)), "")


def _and_more(text: str, more: int) -> str:
    return ", ".join(part for part in (text, f"+{number(more)}" if more else "") if part)


CELLS: Final[tuple[Callable[[FrameRow], str], ...]] = (
    lambda row: clock(row.frame.timestamp),
    lambda row: "–" if row.frame.error else identifier(row.frame),
    type_text,
    lambda row: "–" if row.frame.error else str(row.frame.dlc),
    _cycle,
    lambda row: number(row.count),
    lambda row: payload(row.frame),
    lambda row: row.message.name if row.message is not None else "",
    signals_text,
    lambda row: row.frame.channel,
    lambda row: row.message.sender if row.message is not None else "",
)
"""The text of each column."""


def signal_cell(column: int, signal: str, value: SignalValue | None, bits: str) -> str:
    """The text of a signal's line in a column; `value` is None while no frame had the signal."""
    if column == NAME:
        return signal
    if column == SIGNALS:
        return "–" if value is None else value.text if value.in_range else _out_of_range(value)
    return f"{raw_text(value)}  {bits}".strip() if column == DATA else ""


def raw_text(value: SignalValue | None) -> str:
    """The raw value of a signal: the digits of its bits, or a number where they are one; empty without a value."""
    if value is None:
        return ""
    return number(value.raw, 3) if value.signal.is_float else _hex(value)


def _hex(value: SignalValue) -> str:
    digits = (value.signal.length + 3) // 4
    return f"0x{int(value.raw) & ((1 << value.signal.length) - 1):0{digits}X}"


def _out_of_range(value: SignalValue) -> str:
    low, high, digits = value.signal.minimum, value.signal.maximum, value.signal.decimals
    limit = _("below {limit}") if low is not None and value.value < low else _("above {limit}")
    edge = low if low is not None and value.value < low else high
    return f"{value.text}, {limit.format(limit=number(edge or 0, digits))}"


def sort_key(row: FrameRow, column: int) -> tuple[object, ...]:
    """What rows are sorted by in this column; those that are equal, by their ID."""
    stamp = row.frame.timestamp
    by: dict[int, Callable[[], object]] = {
        TIME: lambda: stamp.seconds if stamp is not None else 0.0,
        TYPE: lambda: type_text(row),
        DLC: lambda: row.frame.dlc,
        CYCLE: lambda: cycle_ms(row) or 0.0,
        COUNT: lambda: row.count,
        DATA: lambda: row.frame.data,
        NAME: lambda: (row.message is None, row.message.name if row.message is not None else ""),
        SIGNALS: lambda: signals_text(row),
        NODE: lambda: (not CELLS[NODE](row), CELLS[NODE](row)),
    }
    return (by[column](), row.key) if column in by else (row.key,)


def changed_bytes(row: FrameRow) -> list[bool]:
    """Of each byte of the row's data, whether the frame before it with the same identifier had another one there, or
    none; nothing is known to have changed where that frame may be missing. Empty for a frame whose data isn't shown.
    """
    data = b"" if row.frame.error else row.frame.data
    before = data if row.previous is None else row.previous.data
    return differing(data, before)


def differing(data: bytes, before: bytes) -> list[bool]:
    """Of each byte of `data`, whether `before` has another one there, or none."""
    return [at >= len(before) or byte != before[at] for at, byte in enumerate(data)]


class ChangeTimes:
    """When each byte of each identifier changed last (s), so that the mark of a change can fade."""

    def __init__(self) -> None:
        self._at: dict[TrafficKey, list[float]] = {}

    def note(self, key: TrafficKey, changed: Sequence[bool], now: float) -> None:
        """These bytes changed now."""
        times = self._at.setdefault(key, [])
        times.extend([0.0] * (len(changed) - len(times)))
        for at, one in enumerate(changed):
            if one:
                times[at] = now

    def fresh(self, key: TrafficKey, count: int, now: float, fades_s: float) -> list[float]:
        """How fresh the change of each of `count` bytes is: 1 for now, 0 from `fades_s` seconds on."""
        times = self._at.get(key, ())
        ages = [now - times[at] if at < len(times) else fades_s for at in range(count)]
        return [max(0.0, 1.0 - age / fades_s) for age in ages]

    def clear(self) -> None:
        self._at.clear()

"""What differs between two recordings: IDs that only one has, how often an ID comes, the lengths of its data, which
bytes change, and what those are that don't. No I/O.
"""

import enum
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from benchboard.canbus.compared_signals import changing_signals, constant_signals
from benchboard.canbus.dbc import Message
from benchboard.canbus.frame import TimeSource, Timestamp
from benchboard.canbus.frame_statistics import IdStatistics
from benchboard.i18n import _, number, percent

TOLERANCE: Final = 0.2
"""How much periods may differ at first, as a share of the shorter one."""
_MOST_NAMED: Final = 3
"""Bytes, and signals, that are named of those that differ."""
_FEWEST: Final = 3
"""Frames of an ID, in both recordings, from which on their mean period says something."""


class IdDifference(enum.Enum):
    """How an ID differs. `FREEZES` and `CHANGES`: its data changed in the first recording alone, in the second alone.
    `ALWAYS`: in one recording alone it was another one in each frame. `LENGTH`: data came with other lengths.
    `CONSTANT`: bytes that never change have other values. `BYTES`: the data changed in both, but in other bytes.
    """

    ONLY_FIRST = "only-first"
    ONLY_SECOND = "only-second"
    PERIOD = "period"
    FREEZES = "freezes"
    CHANGES = "changes"
    ALWAYS = "always"
    LENGTH = "length"
    CONSTANT = "constant"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class ComparedId:
    """An ID, its statistics in each recording (None where it doesn't come), and how they differ, if they do."""

    id: int
    extended: bool
    remote: bool
    first: IdStatistics | None
    second: IdStatistics | None
    differences: tuple[IdDifference, ...]
    channel: str = ""
    """The channel that both have it on; empty where channels aren't compared with each other by their names."""

    @property
    def period_change(self) -> float | None:
        """The second period less the first one as a share of it; None where one isn't known or is zero."""
        periods = _periods(self.first, self.second)
        return periods[1] / periods[0] - 1 if periods else None

    @property
    def weight(self) -> float:
        """How much the ID differs, to sort by: most if it is missing, then by how often it comes; then by how many
        times its period is another one, by whether its data stand still, and by their other differences.
        """
        return sum(_weight(one, self) for one in self.differences)

    @property
    def has_compared_period(self) -> bool:
        """Whether there are enough frames in both recordings for their periods to be compared."""
        first, second = self.first, self.second
        return first is not None and second is not None and _compared_periods(first, second) is not None

    @property
    def constants(self) -> list[tuple[int, int, int]]:
        """The bytes that are constant in each of the recordings: their place from 0 on, and what they are in each."""
        if self.first is None or self.second is None:
            return []
        ones, others = self.first.data.constant, self.second.data.constant
        return [(place, ones[place], others[place]) for place in sorted(ones.keys() & others.keys())]

    @property
    def text(self) -> str:
        """How the ID differs in words, else what was compared and is the same. Bytes count from 0."""
        return self.text_by(None)

    def signals_by(self, message: Message | None) -> list[str]:
        """The names of the signals of this message that differ, in its order."""
        if message is None or self.first is None or self.second is None:
            return []
        one, other = self.first.data, self.second.data
        found = {each.first.signal.name for each in constant_signals(message, one, other)}
        found |= {*changing_signals(message, one, other), *changing_signals(message, other, one)}
        return [signal.name for signal in message.signals if signal.name in found]

    @property
    def tells_bytes(self) -> bool:
        """Whether the text may name bytes by their place."""
        return bool({IdDifference.CONSTANT, IdDifference.BYTES} & set(self.differences))

    def text_by(self, message: Message | None) -> str:
        """The text, with the signals of this message that differ before the bytes that do."""
        if self.differences:
            return self.text_of(self.differences, message)
        if self.has_compared_period:
            return _("Same period, length and constant bytes") if self.constants else _("Same period and length")
        return _("Same length and constant bytes") if self.constants else _("Same length")

    def text_of(self, differences: Iterable[IdDifference], message: Message | None) -> str:
        """What these of its differences are, in words, with the signals of this message."""
        return ", ".join(_said(one, self, message) for one in differences)


def compare_ids(
    first: Iterable[IdStatistics], second: Iterable[IdStatistics], *, tolerance: float = TOLERANCE
) -> list[ComparedId]:
    """Every ID of either recording, in their order. Periods that differ by more than `tolerance` (as a share of the
    shorter one, and by more than the stamps are exact) are a difference.

    Who sent a frame depends on where it was recorded, so that sent and received ones are compared with each other,
    except where one recording has both of an ID. Channels are compared by their names, unless each side has only one.
    """
    first, second = list(first), list(second)
    by_channel = any(len({row.channel for row in side}) > 1 for side in (first, second))
    ones, others = _by_id(first, by_channel), _by_id(second, by_channel)
    return [
        _compared(key, one, other, tolerance)
        for key in sorted(ones.keys() | others.keys())
        for one, other in _pairs(ones.get(key, []), others.get(key, []))
    ]


_WEIGHTS: Final = {
    IdDifference.FREEZES: 20.0, IdDifference.CHANGES: 20.0, IdDifference.LENGTH: 8.0, IdDifference.CONSTANT: 6.0,
    IdDifference.ALWAYS: 4.0, IdDifference.BYTES: 3.0,
}  # fmt: skip
_MISSING: Final = 1_000.0
_PERIOD: Final = 10.0


def _weight(one: IdDifference, row: ComparedId) -> float:
    if one in (IdDifference.ONLY_FIRST, IdDifference.ONLY_SECOND):
        side = row.first or row.second
        return _MISSING + math.log10(max(side.count if side is not None else 0, 1))
    if one is IdDifference.PERIOD:
        return _PERIOD * (1 + abs(math.log(1 + (row.period_change or 0.0))))
    return _WEIGHTS[one]


_Key = tuple[int, bool, bool, str]
"""An ID, whether it is extended, whether it is that of remote frames, and its channel."""


def _by_id(rows: Iterable[IdStatistics], by_channel: bool) -> dict[_Key, list[IdStatistics]]:
    found: dict[_Key, list[IdStatistics]] = defaultdict(list)
    for row in rows:
        found[row.id, row.extended, row.remote, row.channel if by_channel else ""].append(row)
    return found


def _pairs(
    ones: Sequence[IdStatistics], others: Sequence[IdStatistics]
) -> list[tuple[IdStatistics | None, IdStatistics | None]]:
    if len(ones) == len(others) == 1:
        return [(ones[0], others[0])]
    first, second = {row.sent: row for row in ones}, {row.sent: row for row in others}
    return [(first.get(sent), second.get(sent)) for sent in sorted(first.keys() | second.keys())]


def _compared(key: _Key, first: IdStatistics | None, second: IdStatistics | None, tolerance: float) -> ComparedId:
    ident, extended, remote, channel = key
    differences = tuple(_differences(first, second, tolerance))
    return ComparedId(ident, extended, remote, first, second, differences, channel)


def _differences(first: IdStatistics | None, second: IdStatistics | None, tolerance: float) -> Iterable[IdDifference]:
    if first is None or second is None:
        yield IdDifference.ONLY_SECOND if first is None else IdDifference.ONLY_FIRST
        return
    if periods := _compared_periods(first, second):
        off = abs(periods[0] - periods[1])
        # A mean over n periods is n times as exact as its two stamps.
        exact = sum(2 * one.uncertainty_s / (one.count - 1) for one in (first, second))
        if off > max(tolerance * min(periods), exact):
            yield IdDifference.PERIOD
    yield from _data_differences(first, second)


def _data_differences(first: IdStatistics, second: IdStatistics) -> Iterable[IdDifference]:
    one, other, fewest = first.data, second.data, min(first.count, second.count)
    if one.lengths != other.lengths:
        yield IdDifference.LENGTH
    constant, others = one.constant, other.constant
    if any(constant[place] != others[place] for place in constant.keys() & others.keys()):
        yield IdDifference.CONSTANT
    if fewest > 1 and bool(first.changes) != bool(second.changes):
        yield IdDifference.FREEZES if first.changes else IdDifference.CHANGES
    elif fewest >= _FEWEST:
        if _always(first) != _always(second):
            yield IdDifference.ALWAYS
        if _bytes_of_one(first, second) or _bytes_of_one(second, first):
            yield IdDifference.BYTES


def _bytes_of_one(first: IdStatistics, second: IdStatistics) -> list[int]:
    """The bytes that change in `first` and are constant in `second`."""
    return sorted(first.data.changed & second.data.constant.keys())


def _always(row: IdStatistics) -> bool:
    return row.changes == row.count - 1


def _periods(first: IdStatistics | None, second: IdStatistics | None) -> tuple[float, float] | None:
    if first is None or second is None or not first.mean_s or not second.mean_s:
        return None
    return (first.mean_s, second.mean_s) if min(first.mean_s, second.mean_s) > 0 else None


def _compared_periods(first: IdStatistics, second: IdStatistics) -> tuple[float, float] | None:
    return _periods(first, second) if min(first.count, second.count) >= _FEWEST else None


def _said(one: IdDifference, row: ComparedId, message: Message | None) -> str:
    if one is IdDifference.LENGTH:
        return _two(_("Length {first} in A, {second} in B"), *(_lengths(side) for side in (row.first, row.second)))
    if one is IdDifference.CONSTANT:
        return ", ".join((*_constant_signals_text(row, message), _constants_text(row)))
    if one is IdDifference.BYTES:
        return _changing_text(row, message)
    if one in (IdDifference.FREEZES, IdDifference.CHANGES):
        return _never_text(row, message, freezes=one is IdDifference.FREEZES)
    if one is IdDifference.PERIOD:
        return _periods_text(row)
    return {
        IdDifference.ONLY_FIRST: _("Only in A"),
        IdDifference.ONLY_SECOND: _("Only in B"),
        IdDifference.ALWAYS: _("Data changes in every frame of one"),
    }[one]


def _periods_text(row: ComparedId) -> str:
    """Both periods, no finer than the stamps of either, and by how much the second one differs."""
    change = row.period_change or 0.0
    shown = _("Period {first} ms in A, {second} ms in B ({change})")
    sides = [side for side in (row.first, row.second) if side is not None]
    decimals = min((_decimals(side) for side in sides), default=0)
    first, second = (_milliseconds(side, decimals) for side in (row.first, row.second))
    return shown.format(first=first, second=second, change=("+" if change > 0 else "") + percent(100 * change, 0))


def _milliseconds(side: IdStatistics | None, decimals: int) -> str:
    seconds = side.rounded(side.mean_s) if side is not None else None
    if side is None or seconds is None:
        return "–"
    return number(1000 * seconds, decimals)


def _decimals(side: IdStatistics) -> int:
    """The decimals of a millisecond that the stamps have."""
    decimals = Timestamp(0.0, TimeSource.DEVICE, side.uncertainty_s).decimals if side.uncertainty_s else 6
    return max(decimals - 3, 0)


def _two(text: str, first: str, second: str) -> str:
    return text.format(first=first, second=second)


def _lengths(side: IdStatistics | None) -> str:
    return "/".join(map(str, sorted(side.data.lengths))) if side is not None else "–"


def _constants_text(row: ComparedId) -> str:
    """Both payloads where the data never change and are short, else the bytes that differ."""
    first, second = row.first, row.second
    assert first is not None  # both have the ID
    assert second is not None
    payloads = (first.data.first, second.data.first)
    if not first.changes and not second.changes and max(map(len, payloads)) <= 8:
        return _two(_("Data {first} in A, {second} in B"), *(one.hex().upper() for one in payloads))
    apart = [one for one in row.constants if one[1] != one[2]]
    said = [
        _("Byte {place}: {first} in A, {second} in B").format(place=place, first=f"{one:02X}", second=f"{other:02X}")
        for place, one, other in apart[:_MOST_NAMED]
    ]
    return ", ".join(said) + ("…" if len(apart) > _MOST_NAMED else "")


def _constant_signals_text(row: ComparedId, message: Message | None) -> list[str]:
    if message is None or row.first is None or row.second is None:
        return []
    found = constant_signals(message, row.first.data, row.second.data)
    said = [_("{signal}: {first} in A, {second} in B").format(signal=signal, first=one, second=other)
            for signal, one, other in (each.text for each in found[:_MOST_NAMED])]  # fmt: skip
    return [*said, "…"] if len(found) > _MOST_NAMED else said


def _changing_text(row: ComparedId, message: Message | None) -> str:
    assert row.first is not None  # both have the ID
    assert row.second is not None
    said = []
    for one, other, by_bytes, by_signals in (
        (row.first, row.second, _("Only in A bytes change: {bytes}"),
         _("Only in A signals change: {signals} (bytes {bytes})")),
        (row.second, row.first, _("Only in B bytes change: {bytes}"),
         _("Only in B signals change: {signals} (bytes {bytes})")),
    ):  # fmt: skip
        if places := " ".join(map(str, _bytes_of_one(one, other))):
            signals = _names(message, one, other)
            said.append((by_signals if signals else by_bytes).format(signals=signals, bytes=places))
    return ", ".join(said)


def _never_text(row: ComparedId, message: Message | None, *, freezes: bool) -> str:
    assert row.first is not None  # both have the ID
    assert row.second is not None
    moving, still = (row.first, row.second) if freezes else (row.second, row.first)
    signals = _names(message, moving, still)
    if freezes:
        text = _("Data never changes in B, in A: {signals}") if signals else _("Data never changes in B")
    else:
        text = _("Data never changes in A, in B: {signals}") if signals else _("Data never changes in A")
    return text.format(signals=signals)


def counting_text() -> str:
    """How the bytes that a text names are counted."""
    return _("Bytes count from 0.")


def _names(message: Message | None, moving: IdStatistics, still: IdStatistics) -> str:
    """The signals that change in one recording alone; empty if none is known."""
    names = changing_signals(message, moving.data, still.data) if message is not None else []
    return " ".join(names[:_MOST_NAMED]) + ("…" if len(names) > _MOST_NAMED else "")

"""Statistics of frames by identifier: how many, how often, how regularly. No I/O."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.frame_block import ERROR, EXTENDED, REMOTE, SENT, FrameBlock, FrameGroup
from benchboard.canbus.stuffing import bits_of_block, bits_on_bus

FrameKey = tuple[int, bool, bool, bool, str]
"""ID, whether it is extended, whether it is a remote frame, whether it was sent, and its channel."""


def key_of(frame: Frame) -> FrameKey:
    """What its statistics are kept by."""
    return frame.id, frame.extended, frame.remote, frame.sent, frame.channel


def key_of_group(group: FrameGroup) -> FrameKey:
    """What the statistics of its frames are kept by."""
    flags = group.flags
    return group.id, bool(flags & EXTENDED), bool(flags & REMOTE), bool(flags & SENT), group.channel


_REMEMBERED: Final = 512
"""Payloads of an identifier whose bits are kept: most identifiers repeat few, and to count them anew takes longer."""


@dataclass(frozen=True, slots=True)
class DataShape:
    """What the data of an identifier were like: the lengths that came (those that remote frames ask for), the first
    data, and which bytes (from 0 on) and bits weren't always as in the first frame that has them. Bit 8n + k of
    `changed_bits` is bit k, from the least one, of byte n.
    """

    lengths: frozenset[int]
    first: bytes
    changed: frozenset[int]
    changed_bits: int = 0

    @property
    def constant(self) -> dict[int, int]:
        """The bytes that every frame has with one value, by their place."""
        shortest = min(*self.lengths, len(self.first))
        return {place: self.first[place] for place in range(shortest) if place not in self.changed}


@dataclass(frozen=True, slots=True)
class IdStatistics:
    """Of one identifier: frames, the times between them (s), how much these vary (`jitter_s`, the standard deviation),
    and how often the data changed. Times are None with fewer than two frames that have them.

    `uncertainty_s` is that of the stamps: no time means more than it. `bits` are those of all its frames on the bus,
    with their stuff bits and at whatever rate, as a recording doesn't say the bit rates.
    """

    id: int
    extended: bool
    remote: bool
    sent: bool
    count: int
    changes: int
    rate: float | None
    min_s: float | None
    mean_s: float | None
    max_s: float | None
    jitter_s: float | None
    uncertainty_s: float
    data: DataShape
    channel: str = ""
    bits: int = 0

    def rounded(self, seconds: float | None) -> float | None:
        """A time between frames, as exact as the stamps are: a float of Unix time has noise below."""
        decimals = Timestamp(0.0, TimeSource.DEVICE, self.uncertainty_s).decimals
        return None if seconds is None else round(seconds, decimals)

    @property
    def key(self) -> FrameKey:
        """What identifies it."""
        return self.id, self.extended, self.remote, self.sent, self.channel

    @property
    def rounded_rate(self) -> float | None:
        """The rate, as exact as the stamps allow: each may be off by its uncertainty, over all the times between."""
        return None if self.rate is None else round(self.rate, self._rate_digits)

    @property
    def rate_decimals(self) -> int:
        """How many decimals of the rate mean something, at most one."""
        return max(0, min(1, self._rate_digits))

    @property
    def _rate_digits(self) -> int:
        """The digits of the rate that mean something, counted from the point to the right."""
        off = (self.rate or 0.0) ** 2 * 2 * self.uncertainty_s / max(self.count - 1, 1)
        return min(6, -math.ceil(math.log10(off))) if off > 0 else 6


class _Row:
    __slots__ = (
        "bits", "changed", "changes", "count", "data", "first", "first_bits", "first_data", "gaps", "known_bits",
        "last", "lengths", "max", "mean", "min", "squares",
    )  # fmt: skip

    def __init__(self) -> None:
        self.count = self.changes = self.gaps = 0
        self.data: bytes | None = None
        self.first_data = b""
        self.first_bits = self.changed = self.lengths = 0
        self.bits = 0
        self.known_bits: dict[tuple[bytes, bool, bool, bool, int], int] = {}
        """The bits of frames with these data, FD flags and DLC that is asked for."""
        self.first: Timestamp | None = None
        self.last: Timestamp | None = None
        self.min, self.max, self.mean, self.squares = math.inf, 0.0, 0.0, 0.0

    def add(self, frame: Frame) -> None:
        self.count += 1
        data = frame.data
        self.bits += self._bits_of(frame)
        if data != self.data:
            # Little-endian, so that a byte keeps its place whatever the length is.
            bits = int.from_bytes(data, "little")
            if self.data is None:
                self.first_data, self.first_bits = data, bits
            else:
                self.changes += 1
                self.changed |= bits ^ self.first_bits
            self.data = data
        self.lengths |= 1 << (frame.remote_dlc if frame.remote else len(data))
        stamp = frame.timestamp
        if stamp is None:
            return
        if self.last is not None:
            gap = stamp.seconds - self.last.seconds
            self.gaps += 1
            off = gap - self.mean  # Welford's way: no sum of squares grows beyond what a float holds exactly
            self.mean += off / self.gaps
            self.squares += off * (gap - self.mean)
            self.min, self.max = min(self.min, gap), max(self.max, gap)
        else:
            self.first = stamp
        self.last = stamp

    def add_block(self, block: FrameBlock, members: NDArray[np.intp], bits: NDArray[np.int64]) -> None:
        """Add those frames of the block, which take so many bits on the bus."""
        self.count += len(members)
        self.bits += int(bits.sum())
        self._add_data(block.data[members], block.sizes[members])
        for length in np.unique(block.length[members]).tolist():
            self.lengths |= 1 << length
        timed = members[~np.isnan(block.seconds[members])]
        if len(timed):
            self._add_times(block.seconds[timed])
            first, last = (
                Timestamp(float(block.seconds[place]), TimeSource.DEVICE, float(block.uncertainty[place]))
                for place in (timed[0], timed[-1])
            )
            self.first, self.last = self.first or first, last

    def _add_data(self, data: NDArray[np.uint8], sizes: NDArray[np.uint8]) -> None:
        if self.data is None:
            self.data = self.first_data = data[0, : sizes[0]].tobytes()
            self.first_bits = int.from_bytes(self.first_data, "little")
        self.changes += bool(data[0, : sizes[0]].tobytes() != self.data)
        self.changes += int(np.count_nonzero((data[1:] != data[:-1]).any(1) | (sizes[1:] != sizes[:-1])))
        self.data = data[-1, : sizes[-1]].tobytes()
        some = int.from_bytes(np.bitwise_or.reduce(data).tobytes(), "little")
        every = int.from_bytes(np.bitwise_and.reduce(data).tobytes(), "little")
        self.changed |= some & ~self.first_bits | self.first_bits & ~every

    def _add_times(self, seconds: NDArray[np.float64]) -> None:
        gaps = np.diff(seconds if self.last is None else np.concatenate(([self.last.seconds], seconds)))
        if not len(gaps):
            return
        before, self.gaps = self.gaps, self.gaps + len(gaps)
        mean = float(gaps.mean())
        off = mean - self.mean  # two parts are put together as Chan, Golub and LeVeque do
        self.mean += off * len(gaps) / self.gaps
        self.squares += float(np.square(gaps - mean).sum()) + off * off * before * len(gaps) / self.gaps
        self.min, self.max = min(self.min, float(gaps.min())), max(self.max, float(gaps.max()))

    def _bits_of(self, frame: Frame) -> int:
        payload = (frame.data, frame.fd, frame.brs, frame.esi, frame.remote_dlc)
        bits = self.known_bits.get(payload)
        if bits is None:
            if len(self.known_bits) >= _REMEMBERED:
                self.known_bits.clear()
            bits = self.known_bits[payload] = sum(bits_on_bus((frame,)))
        return bits


@dataclass(slots=True)
class FrameTotals:
    """How many frames and error frames there are, and the times (s) of the first and the last of all of them."""

    frames: int = 0
    errors: int = 0
    first: float | None = None
    last: float = 0.0

    def add(self, seconds: NDArray[np.float64], errors: int) -> None:
        """Frames at these times, NaN where it isn't known, of which so many are error frames."""
        self.frames += len(seconds) - errors
        self.errors += errors
        timed = seconds[~np.isnan(seconds)]
        if len(timed):
            self.first = float(timed[0]) if self.first is None else self.first
            self.last = float(timed[-1])

    @property
    def count(self) -> int:
        """Frames and error frames."""
        return self.frames + self.errors

    @property
    def seconds(self) -> float:
        """From the first frame to the last one."""
        return 0.0 if self.first is None else self.last - self.first


class FrameStatistics:
    """Adds up frames, oldest first, an ID of each channel for itself. Error frames are only counted."""

    def __init__(self) -> None:
        self._rows: dict[FrameKey, _Row] = {}
        self._totals: dict[str, FrameTotals] = {}
        """By channels, in the order in which they came."""

    def add(self, frames: Iterable[Frame]) -> None:
        """Add frames."""
        for frame in frames:
            totals = self._totals.get(frame.channel)
            if totals is None:
                totals = self._totals[frame.channel] = FrameTotals()
            if frame.timestamp is not None:
                totals.last = frame.timestamp.seconds
                if totals.first is None:
                    totals.first = totals.last
            if frame.error:
                totals.errors += 1
                continue
            totals.frames += 1
            key = key_of(frame)
            row = self._rows.get(key)
            if row is None:
                row = self._rows[key] = _Row()
            row.add(frame)

    def add_block(self, block: FrameBlock, groups: Iterable[FrameGroup]) -> None:
        """Add the frames of a block, with its groups, as `add` does them one by one."""
        bits = bits_of_block(block)
        errors = block.flags & ERROR != 0
        every, firsts = np.unique(block.channel, return_index=True)
        for place in np.argsort(firsts):
            of_channel = block.channel == every[place]
            totals = self._totals.setdefault(block.channels[every[place]], FrameTotals())
            totals.add(block.seconds[of_channel], int(np.count_nonzero(errors[of_channel])))
        for group in groups:
            if not group.is_error:
                row = self._rows.setdefault(key_of_group(group), _Row())
                row.add_block(block, group.members, bits[group.members])

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that frames came of, in their order; empty if they don't say."""
        return tuple(name for name in self._totals if name)

    def totals(self, channel: str | None = None) -> FrameTotals:
        """How many frames there are, of this channel or of all."""
        if channel is not None:
            return self._totals.get(channel, FrameTotals())
        every = self._totals.values()
        firsts = [one.first for one in every if one.first is not None]
        lasts = [one.last for one in every if one.first is not None]
        frames, errors = sum(one.frames for one in every), sum(one.errors for one in every)
        return FrameTotals(frames, errors, min(firsts, default=None), max(lasts, default=0.0))

    def ids(self, channel: str | None = None) -> list[IdStatistics]:
        """The statistics of each identifier, in their order, of this channel or of all."""
        rows = sorted(self._rows.items())
        return [_statistics(key, row) for key, row in rows if channel is None or key[4] == channel]


def _statistics(key: FrameKey, row: _Row) -> IdStatistics:
    ident, extended, remote, sent, channel = key
    known = row.gaps > 0
    uncertainty = max((stamp.uncertainty for stamp in (row.first, row.last) if stamp is not None), default=0.0)
    return IdStatistics(
        ident, extended, remote, sent, row.count, row.changes,
        1 / row.mean if known and row.mean > 0 else None,
        row.min if known else None,
        row.mean if known else None,
        row.max if known else None,
        math.sqrt(row.squares / row.gaps) if known else None,
        uncertainty,
        _shape(row),
        channel,
        row.bits,
    )  # fmt: skip


def bus_shares(ids: Iterable[IdStatistics], traffic: Iterable[IdStatistics] | None = None) -> list[float]:
    """Of each identifier, the share (0..1) that its frames have in the bits of all frames of its channel. `traffic`:
    what all of these are, if `ids` are only of some of them, such as those that a filter matches.
    """
    rows = list(ids)
    totals: dict[str, int] = {}
    for one in rows if traffic is None else traffic:
        totals[one.channel] = totals.get(one.channel, 0) + one.bits
    return [one.bits / totals[one.channel] if totals.get(one.channel) else 0.0 for one in rows]


def _shape(row: _Row) -> DataShape:
    changed = row.changed.to_bytes((row.changed.bit_length() + 7) // 8, "little")
    return DataShape(
        frozenset(length for length in range(row.lengths.bit_length()) if row.lengths >> length & 1),
        row.first_data,
        frozenset(place for place, bits in enumerate(changed) if bits),
        row.changed,
    )

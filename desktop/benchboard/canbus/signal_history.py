"""The history of a signal: its newest values one by one, older ones as buckets at ever coarser levels. No I/O.

Level 0 has each value. A bucket of the next level sums up `FACTOR` of the level before: the times of its first and last
value, both values, the least and the largest one. Each level keeps its newest rows; the coarsest one never forgets, but
halves its resolution when it is full. So memory is bounded, no extreme is lost, and a range of any length is read in
time that depends only on how many columns are drawn.
"""

import threading
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

FACTOR: Final = 8
"""Rows of a level that become one of the next."""
LEVELS: Final = 5
"""Levels of buckets, above that of the values."""
VALUES: Final = 65_536
"""Most values that are kept one by one; at least half of them are."""
BUCKETS: Final = 16_384
"""Most buckets of each level; at least half of them are kept."""
ROW_BYTES: Final = 57
"""Bytes of a row in memory."""
_FIRST_SIZE: Final = 256

Times = NDArray[np.int64]
Values = NDArray[np.float64]
Flags = NDArray[np.bool_]


class SignalRows(NamedTuple):
    """Values or buckets in the order of time, as columns of equal length.

    `begin` and `end` are the times (Unix, ns) of the first and the last value, `first` and `last` what these are, `low`
    and `high` the extremes (NaN if none of its values is a number). `gap`: nothing is known between the row before and
    this one. `start` numbers the first value of the row.
    """

    begin: Times
    end: Times
    first: Values
    last: Values
    low: Values
    high: Values
    gap: Flags
    start: Times

    @property
    def size(self) -> int:
        """How many rows there are."""
        return len(self.begin)

    def part(self, first: int, last: int) -> "SignalRows":
        """The rows from `first` up to, without, `last`."""
        return SignalRows._make(column[first:last] for column in self)


class ValueAt(NamedTuple):
    """A signal at a time: the value that it had then, and between which values it was. These differ where only the
    bucket is known anymore.
    """

    value: float
    low: float
    high: float

    @property
    def is_exact(self) -> bool:
        """Whether the value itself is still known."""
        return self.low == self.high


class Extent(NamedTuple):
    """The values of a signal between two times: the least, the greatest, their mean, and which of these are exact:
    others are taken from buckets.
    """

    low: float
    high: float
    mean: float
    has_exact_ends: bool
    has_exact_mean: bool


class _Cut(NamedTuple):
    """Rows of a level, from `first` up to, without, `last`."""

    level: int
    first: int
    last: int


class _HistoryLevel:
    """Rows in one array a column; when these are full, the older half is dropped. `dropped` counts those."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._rows = _empty(min(_FIRST_SIZE, most))
        self.rows = self._rows.part(0, 0)
        """Those that are there now."""
        self.dropped = 0
        self.taken = 0
        """How many of its rows, with those dropped, are in buckets of the next level."""

    @property
    def size(self) -> int:
        """How many rows there is memory for."""
        return self._rows.size

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self.rows.size

    def part(self, first: int, last: int) -> SignalRows:
        """The rows from `first` up to, without, `last`."""
        return self.rows.part(first, last)

    def replace(self, rows: SignalRows) -> None:
        """Have these rows instead, half as many as there may be at most."""
        self.rows = self._rows.part(0, 0)
        self.append(rows)

    def append(self, rows: SignalRows) -> None:
        """Add at most half as many rows as there may be."""
        count, size = self.count, self._rows.size
        if count + rows.size > size and size < self._most:
            grown = _empty(min(self._most, max(2 * size, count + rows.size)))
            _copy(self.rows, grown, 0)
            self._rows = grown
        if count + rows.size > self._rows.size:
            drop = max(count - (self._most - self._most // 2), 0)
            for column in self._rows:
                column[: count - drop] = column[drop:count].copy()
            count -= drop
            self.dropped += drop
        _copy(rows, self._rows, count)
        self.rows = self._rows.part(0, count + rows.size)


class SignalHistory:
    """The values of one signal. `append` on one thread while others read.

    `gap_ns`: values that are further apart have a gap between them (0: never): the frames between them are missing.
    """

    def __init__(self, gap_ns: int = 0, *, values: int = VALUES, buckets: int = BUCKETS, levels: int = LEVELS) -> None:
        self._gap_ns = gap_ns
        self._levels = [_HistoryLevel(values), *(_HistoryLevel(buckets) for _level in range(levels))]
        self._buckets = buckets
        self._batch = min(values, buckets) // 2
        self._coarsest = FACTOR
        """Rows of the level before that become one of the coarsest."""
        self._gap_next = False
        self._lock = threading.Lock()
        self.total = 0
        """How many values there were."""

    @property
    def memory_bytes(self) -> int:
        """What its rows take in memory."""
        return sum(level.size for level in self._levels) * ROW_BYTES

    @property
    def span(self) -> tuple[int, int] | None:
        """The times of the first and the last value, of which something is known; None without any."""
        with self._lock:
            levels = [level.rows for level in self._levels if level.count]
            return (min(int(rows.begin[0]) for rows in levels), int(levels[0].end[-1])) if levels else None

    @property
    def last(self) -> float | None:
        """The newest value; None without any."""
        with self._lock:
            rows = self._levels[0].rows
            return float(rows.last[-1]) if rows.size else None

    def mark_gap(self) -> None:
        """Values may be missing before the next one: the bus was closed, or frames were lost."""
        with self._lock:
            self._gap_next = self.total > 0

    def append(self, times: Times, values: Values) -> None:
        """Add values in the order of time. One with a time before that of the last one counts as of that time; one that
        is no finite number is kept as NaN.
        """
        with self._lock:
            for at in range(0, len(times), self._batch):
                self._append(times[at : at + self._batch], values[at : at + self._batch])

    def _append(self, times: Times, values: Values) -> None:
        raw = self._levels[0]
        before = int(raw.rows.end[-1]) if raw.count else int(times[0])
        times = np.maximum.accumulate(np.maximum(times, before))
        values = np.where(np.isfinite(values), values, np.nan)
        gap = np.zeros(len(times), np.bool_)
        if self._gap_ns:
            gap = np.diff(times, prepend=before) > self._gap_ns
        gap[0] |= self._gap_next
        self._gap_next = False
        start = np.arange(self.total, self.total + len(times), dtype=np.int64)
        self.total += len(times)
        raw.append(SignalRows(times, times, values, values, values, values, gap, start))
        for finer, coarser in zip(self._levels[:-1], self._levels[1:-1], strict=False):
            _sum_up(finer, coarser, FACTOR)
        _sum_up(self._levels[-2], self._levels[-1], self._coarsest)
        if self._levels[-1].count > self._buckets * 3 // 4:
            self._halve(self._levels[-1])

    def _halve(self, level: _HistoryLevel) -> None:
        """Sum up pairs of the coarsest buckets, and have new ones twice as long. Where that doesn't go on, or gaps keep
        too many of them apart, the oldest ones are forgotten.
        """
        rows, most = level.rows, self._buckets // 2
        if self._coarsest <= self._buckets // 4:  # the level before must have the rows of a whole one
            self._coarsest *= 2
            rows = _summed(rows, _group_starts(rows.gap, 2))
        level.replace(rows.part(max(rows.size - most, 0), rows.size))

    def read(self, begin: int, end: int, columns: int) -> SignalRows:
        """What is known from `begin` to `end` (ns), with a row before and one after them where there are any; of the
        finest level that doesn't have many more rows than `columns`, reduced to about one row for each.
        """
        with self._lock:
            rows = self._joined(begin, end, 4 * columns)
        if rows.size <= 2 * columns or end <= begin:
            return rows
        column = np.clip((rows.begin - begin) * columns // (end - begin), -1, columns)
        starts = np.flatnonzero((np.diff(column, prepend=column[0] - 1) != 0) | rows.gap)
        return _summed(rows, starts)

    def _joined(self, begin: int, end: int, most: int) -> SignalRows:
        """A copy of the rows of a range: of the finest level with which they are at most `most`."""
        cuts: list[_Cut] = []
        for finest in range(len(self._levels)):
            found = self._cuts(finest, begin, end)
            if found and (not cuts or sum(cut.last - cut.first for cut in cuts) > most):
                cuts = found
        parts = [self._levels[cut.level].part(cut.first, cut.last) for cut in reversed(cuts)]
        if not parts:
            return _empty(0)
        rows = SignalRows._make(np.concatenate(columns) for columns in zip(*parts, strict=True))
        # Each level gave the rows beside the range that it has itself.
        first, last = int(np.searchsorted(rows.end, begin)) - 1, int(np.searchsorted(rows.begin, end, "right")) + 1
        return SignalRows._make(column[max(first, 0) : last] for column in rows)

    def _cuts(self, finest: int, begin: int, end: int) -> list["_Cut"]:
        """The rows of a range, newest first, with those of the level `finest`: after it the newest values that it
        hasn't summed up yet, before it what only coarser levels still know. Empty if it has none.
        """
        cuts: list[_Cut] = []
        if not self._levels[finest].count:
            return cuts
        until = self.total
        """The number of the first value that newer cuts have."""
        for place, level in enumerate(self._levels):
            rows = level.rows
            first = level.taken - level.dropped if place < finest else self._first_beside(place)
            last = int(rows.start.searchsorted(until))
            if first >= last:
                continue
            until = int(rows.start[first])
            first = max(first, int(rows.end.searchsorted(begin)) - 1)
            last = min(last, int(rows.begin.searchsorted(end, "right")) + 1)
            if first < last:
                cuts.append(_Cut(place, first, last))
        return cuts

    def _first_beside(self, place: int) -> int:
        """The first row of a level that doesn't share values with a row of the next level before it."""
        level = self._levels[place]
        if not level.dropped or level is self._levels[-1]:
            return 0
        starts = self._levels[place + 1].rows.start
        at = int(starts.searchsorted(level.rows.start[0]))
        return int(level.rows.start.searchsorted(starts[at])) if at < len(starts) else level.taken - level.dropped

    def value_at(self, time: int) -> ValueAt | None:
        """The value at a time (ns): that of the newest row until then. None before the first one and in a gap."""
        with self._lock:
            for level in self._levels:
                rows = level.rows
                place = int(np.searchsorted(rows.begin, time, "right")) - 1
                if place < 0:
                    continue  # a coarser level may go further back
                if place + 1 < rows.size and rows.gap[place + 1] and time > rows.end[place]:
                    return None
                if time >= rows.end[place]:
                    return _known(rows.last[place], rows.last[place], rows.last[place])
                return _known(rows.first[place], rows.low[place], rows.high[place])
        return None

    def extent(self, begin: int, end: int) -> Extent | None:
        """What the values from `begin` to `end` (ns) were between, and their mean; None if there were none. The value
        that is valid at `begin` is one of them, also if it came before that.
        """
        held = self.value_at(begin)
        with self._lock:
            rows, total = self._joined(begin, end, self.total + 1), self.total
        counts = np.diff(rows.start, append=total)
        if np.any((rows.begin <= begin) & (rows.end >= begin)):
            held = None  # it is in one of the rows
        chosen = (rows.end >= begin) & (rows.begin <= end) & ~np.isnan(rows.low)
        if not chosen.any():
            return None if held is None else Extent(held.value, held.value, held.value, True, True)
        low, high, counts = rows.low[chosen], rows.high[chosen], counts[chosen]
        is_inside = (rows.begin[chosen] >= begin) & (rows.end[chosen] <= end)
        if held is not None:
            low, high, counts = np.append(low, held.value), np.append(high, held.value), np.append(counts, 1)
        mean = float(np.average((low + high) / 2, weights=counts))
        is_known = bool(np.all(low == high) and is_inside.all())
        return Extent(float(low.min()), float(high.max()), mean, bool(is_inside.all()), is_known)


def _known(value: np.float64, low: np.float64, high: np.float64) -> ValueAt | None:
    return None if np.isnan(value) else ValueAt(float(value), float(low), float(high))


def _empty(size: int) -> SignalRows:
    kinds = (np.int64, np.int64, np.float64, np.float64, np.float64, np.float64, np.bool_, np.int64)
    return SignalRows._make(np.empty(size, kind) for kind in kinds)


def _copy(rows: SignalRows, target: SignalRows, at: int) -> None:
    for column, into in zip(rows, target, strict=True):
        into[at : at + len(column)] = column


def _sum_up(finer: _HistoryLevel, coarser: _HistoryLevel, factor: int) -> None:
    """Sum up the rows of a level in buckets of the next one. Each has `factor` rows, or less before a gap."""
    rows = finer.part(finer.taken - finer.dropped, finer.count)
    groups = _group_starts(rows.gap, factor)
    if not len(groups):
        return
    whole = rows.size
    if whole - int(groups[-1]) < factor:
        whole, groups = int(groups[-1]), groups[:-1]
    if len(groups):
        coarser.append(_summed(rows.part(0, whole), groups))
        finer.taken += whole


def _group_starts(gap: Flags, size: int) -> NDArray[np.intp]:
    """Where groups of `size` rows begin; a new one begins at each gap."""
    places = np.arange(len(gap))
    since = places - np.maximum.accumulate(np.where(gap, places, 0))
    return np.flatnonzero(since % size == 0)


def _summed(rows: SignalRows, starts: NDArray[np.intp]) -> SignalRows:
    """One row for each group of rows that begins at these places."""
    ends = np.append(starts[1:], rows.size) - 1
    return SignalRows(
        rows.begin[starts],
        rows.end[ends],
        rows.first[starts],
        rows.last[ends],
        np.fmin.reduceat(rows.low, starts),
        np.fmax.reduceat(rows.high, starts),
        rows.gap[starts],
        rows.start[starts],
    )

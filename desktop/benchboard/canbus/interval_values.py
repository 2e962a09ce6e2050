"""All signals of a bus as rows: of each signal and interval of time the last value, the extremes and how many there
were. No I/O.

A slow signal has each of its values; a fast one a row for each interval, and no extreme is lost.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchboard.canbus.dbc import CanDatabase, Message, Signal
from benchboard.canbus.frame import Frame
from benchboard.canbus.signal_decoder import FrameId, SignalDecoder, SignalKey

INTERVAL_S: Final = 0.1
"""Of a signal that has more than one value in this time, there is one row."""


class IntervalRows(NamedTuple):
    """Rows in the order of their times, as columns of equal length. `time` (Unix, ns) and `value` are those of the last
    value in the interval; `low` and `high` its extremes, NaN if none is a number; `signal` is a place in
    `IntervalValues.signals`."""

    time: NDArray[np.int64]
    signal: NDArray[np.int64]
    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    samples: NDArray[np.int64]

    @property
    def size(self) -> int:
        """How many rows there are."""
        return len(self.time)

    def where(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> "IntervalRows":
        """The rows that are chosen, by whether each is or by their places."""
        return IntervalRows._make(column[chosen] for column in self)


class IntervalValues:
    """Takes frames and gives rows of the signals that a database defines in them. Not for several threads at once."""

    def __init__(self, database: CanDatabase, *, interval_s: float = INTERVAL_S) -> None:
        self._database, self._interval_ns = database, round(interval_s * 1_000_000_000)
        self._wanted: dict[SignalKey, Message] = {}
        self._places: dict[SignalKey, int] = {}
        self._known: set[FrameId] = set()
        self._decoder = SignalDecoder({})
        self.signals: list[tuple[Message, Signal]] = []
        """The signals that were seen so far, each with its message. One is only ever added at the end."""
        self._open = _NONE
        """The rows of the last interval, which may get more values."""

    def add(self, frames: Iterable[Frame]) -> IntervalRows:
        """Take frames, which come after those before. Returns the rows of the intervals that are over by them."""
        taken = list(frames)
        if not taken:
            return _NONE
        self._discover(taken)
        parts = [self._open]
        for key, samples in self._decoder.decode(taken).items():
            size = len(samples.times)
            place = np.full(size, self._places[key], np.int64)
            values = samples.values
            parts.append(IntervalRows(samples.times, place, values, values, values, np.ones(size, np.int64)))
        rows = self._grouped(joined_rows(parts))
        if not rows.size:
            return _NONE
        interval = rows.time // self._interval_ns
        goes_on = interval == interval[-1]
        self._open = rows.where(goes_on)
        return rows.where(~goes_on)

    def open_rows(self) -> IntervalRows:
        """The rows of the last interval, as far as they are known."""
        return self._open

    def _discover(self, frames: Iterable[Frame]) -> None:
        """Decode the messages of identifiers that weren't seen before."""
        new = {(one.id, one.extended): one for one in frames if (one.id, one.extended) not in self._known}
        found = False
        for ident, frame in new.items():
            if frame.error or frame.remote:
                continue
            self._known.add(ident)
            message = self._database.find(frame)
            if message is None:
                continue
            for signal in message.signals:
                key = SignalKey(frame.id, frame.extended, message.name, signal.name)
                self._wanted[key], self._places[key] = message, len(self.signals)
                self.signals.append((message, signal))
                found = True
        if found:
            self._decoder = SignalDecoder(self._wanted)

    def _grouped(self, rows: IntervalRows) -> IntervalRows:
        """One row for each signal and interval, in the order of time."""
        if not rows.size:
            return rows
        order = np.lexsort((rows.time, rows.signal))
        rows = rows.where(order)
        interval = rows.time // self._interval_ns
        begins = np.flatnonzero(np.r_[True, (np.diff(rows.signal) != 0) | (np.diff(interval) != 0)])
        ends = np.r_[begins[1:], rows.size] - 1
        grouped = IntervalRows(
            rows.time[ends], rows.signal[ends], rows.value[ends], np.fmin.reduceat(rows.low, begins),
            np.fmax.reduceat(rows.high, begins), np.add.reduceat(rows.samples, begins),
        )  # fmt: skip
        return grouped.where(np.argsort(grouped.time, kind="stable"))


def joined_rows(parts: Iterable[IntervalRows]) -> IntervalRows:
    """The rows of these parts, one after the other."""
    return IntervalRows._make(np.concatenate(columns) for columns in zip(_NONE, *parts, strict=True))


_NONE: Final = IntervalRows(
    np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0), np.empty(0, np.int64)
)

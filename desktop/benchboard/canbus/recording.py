"""A recording that was read once, so that any of its frames can be had at once, by its number or its time, and the one
before it of the same ID. The frames are in a temporary file: ten million of them have no room in memory.
"""

import mmap
import struct
import tempfile
from array import array
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchboard.atomic_write import explain_write_error, replacing
from benchboard.canbus.dbc import CanDatabase
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.frame_block import (
    BRS,
    ERROR,
    ESI,
    EXTENDED,
    FD,
    LONG,
    REMOTE,
    SENT,
    SHORT,
    FrameBlock,
    FrameGroup,
)  # fmt: skip
from benchboard.canbus.frame_density import FrameDensity
from benchboard.canbus.frame_filter import FrameFilter
from benchboard.canbus.frame_statistics import FrameStatistics, IdStatistics
from benchboard.canbus.id_blocks import IdBlocks, IdKey
from benchboard.canbus.id_densities import IdDensities
from benchboard.canbus.recording_reader import read_blocks
from benchboard.canbus.recording_writer import open_recording
from benchboard.canbus.unreadable_parts import UnreadableParts
from benchboard.errors import Invalid, Unavailable
from benchboard.i18n import _

_ROW: Final = struct.Struct("<dIIIBBBx8s")
"""Seconds, ID, the frame before of the same ID, which one of its ID it is, flags, length, the number of its channel,
and the data: those beyond eight bytes are in a file of their own, at the place that is here instead.
"""
_COLUMNS: Final = np.dtype(
    {
        "names": ["seconds", "ident", "previous", "ordinal", "flags", "length", "channel", "data", "place"],
        "formats": ["<f8", "<u4", "<u4", "<u4", "u1", "u1", "u1", "8u1", "<u8"],
        "offsets": [0, 8, 12, 16, 20, 21, 22, 24, 24],
        "itemsize": _ROW.size,
    }
)
"""The same for many rows at once; `place` is that of data beyond eight bytes."""
_NOT, _ALL, _BY_DATA = range(3)
_Row = tuple[float, int, int, int, int, int, int, bytes]
_NONE: Final = 0xFFFF_FFFF
MAX_FRAMES: Final = 50_000_000
"""What a table has rows for: Qt counts the pixels of all of them with 31 bits."""
_PLACE: Final = struct.Struct("<Q")
_CHUNK: Final = 4_096
_AT_ONCE: Final = 65_536
"""Rows that a search looks at together."""
_MARK_EVERY: Final = 1_024
OnStep = Callable[[int, int], None]
"""Told how much of how much is done; what it raises ends the work."""


class RecordedFrame(NamedTuple):
    """A frame, the number of the one before with its ID, direction, kind and channel (None for the first), and which of
    them it is, from 1 on.
    """

    frame: Frame
    previous: int | None
    ordinal: int


class Matching(NamedTuple):
    """The numbers of the frames that a filter matches, their IDs, each with whether it is extended, and which of these
    come where in `numbers`.
    """

    numbers: Sequence[int]
    ids: frozenset[tuple[int, bool]]
    blocks: IdBlocks


@dataclass(frozen=True, slots=True)
class Recording:
    """The frames of the file `path`, numbered from 0 in its order, its statistics, and how full the bus was when.

    `start` and `end` are the times (s) of the earliest and the latest frame, 0 without any.
    """

    path: Path
    count: int
    start: float
    end: float
    statistics: FrameStatistics
    ids: Sequence[IdStatistics]
    densities: Mapping[str | None, FrameDensity]
    """How full the bus was when: that of each channel by its name, that of all by None."""
    id_densities: IdDensities
    """How often each ID came when."""
    channels: tuple[str, ...]
    """The channels that the file has frames of, as it calls them, in their order; empty if it doesn't say. One of
    several is empty if only some of the frames say theirs.
    """
    _uncertainty: float
    _rows: mmap.mmap | bytes
    _long_data: mmap.mmap | None
    _marks: "array[float]"
    """The latest time until the end of each `_MARK_EVERY` frames, in which times are searched."""
    _blocks: IdBlocks
    _names: Sequence[str]
    """What the numbers of channels are called."""
    unreadable: UnreadableParts
    """What of the file couldn't be read."""

    @property
    def has_channels(self) -> bool:
        """Whether its frames are of several channels."""
        return len(self.channels) > 1

    @property
    def seconds(self) -> float:
        """From the earliest frame to the latest one."""
        return self.end - self.start

    def at(self, number: int) -> RecordedFrame:
        """The frame of this number."""
        return self._decoded(_ROW.unpack_from(self._rows, number * _ROW.size))

    def frame(self, number: int) -> Frame:
        """The frame of this number alone."""
        return self.at(number).frame

    def time_of(self, number: int) -> float:
        """When the frame of this number was on the bus (s)."""
        seconds: float = _ROW.unpack_from(self._rows, number * _ROW.size)[0]
        return seconds

    def first_at(self, seconds: float) -> int:
        """The number of the first frame at this time or after it; `count` if there is none."""
        begin = bisect_left(self._marks, seconds) * _MARK_EVERY
        found = (one for one in range(begin, min(begin + _MARK_EVERY, self.count)) if self.time_of(one) >= seconds)
        return next(found, self.count)

    def frames(self, first: int = 0, end: int | None = None) -> Iterator[Frame]:
        """The frames with the numbers from `first` to before `end`."""
        until = self.count if end is None else min(end, self.count)
        for begin in range(first, until, _CHUNK):
            yield from self._block(begin, min(begin + _CHUNK, until)).frames()

    def _block(self, first: int, end: int) -> FrameBlock:
        rows = np.frombuffer(self._rows, _COLUMNS, end - first, first * _ROW.size)
        data = rows["data"]
        long = np.flatnonzero((rows["length"] > SHORT) & (rows["flags"] & REMOTE == 0))
        if len(long) and self._long_data is not None:
            data = np.pad(data, ((0, 0), (0, LONG - SHORT)))
            for number, place, size in zip(
                long.tolist(), rows["place"][long].tolist(), rows["length"][long].tolist(), strict=True
            ):
                data[number, :size] = np.frombuffer(self._long_data, np.uint8, size, place)
        return FrameBlock(
            rows["seconds"], np.full(len(rows), self._uncertainty), rows["ident"], rows["flags"], rows["length"],
            rows["channel"], data, tuple(self._names),
        )  # fmt: skip

    def frames_of(
        self, ids: Collection[IdKey], on_step: OnStep = lambda _done, _total: None, channel: str | None = None
    ) -> Iterator[Frame]:
        """The frames with these IDs, of this channel or of all, in the order of the file."""
        wanted = self._names.index(channel) if channel is not None else None
        rows = _ROW.iter_unpack(memoryview(self._rows)[: self.count * _ROW.size])
        for number, row in enumerate(rows):
            if not number % _CHUNK:
                on_step(number, self.count)
            if _id_key(row[1], row[4]) in ids and (wanted is None or row[6] == wanted):
                yield self._decoded(row).frame

    def count_between(self, first: int, end: int, on_step: OnStep = lambda _done, _total: None) -> FrameStatistics:
        """The statistics of the frames with the numbers from `first` to before `end`."""
        found = FrameStatistics()
        for begin in range(first, end, _AT_ONCE):
            on_step(begin - first, end - first)
            block = self._block(begin, min(begin + _AT_ONCE, end))
            found.add_block(block, block.groups())
        return found

    def ids_between(self, first: int, end: int, matching: "Matching | None" = None) -> frozenset[IdKey]:
        """The IDs, each with whether it is extended, of the frames with the numbers from `first` to before `end`; only
        of those of `matching` if it isn't None. Error frames have none.
        """
        if matching is None:
            return self._blocks.between(first, end, self._id_of)
        numbers = matching.numbers
        begin, until = bisect_left(numbers, first), bisect_left(numbers, end)
        return matching.blocks.between(begin, until, lambda place: self._id_of(numbers[place]))

    def _id_of(self, number: int) -> IdKey | None:
        row = _ROW.unpack_from(self._rows, number * _ROW.size)
        return _id_key(row[1], row[4])

    def matching(
        self,
        frame_filter: FrameFilter,
        database: CanDatabase,
        on_step: OnStep = lambda _done, _total: None,
        channel: str | None = None,
    ) -> "Matching":
        """The frames that the filter matches, of this channel or of all, and their IDs."""
        found: array[int] = array("I")
        blocks = IdBlocks()
        kinds = _Kinds(self, frame_filter, database)
        wanted = self._names.index(channel) if channel is not None else None
        rows = np.frombuffer(self._rows, _COLUMNS, self.count) if self.count else np.empty(0, _COLUMNS)
        for first in range(0, self.count, _AT_ONCE):
            on_step(first, self.count)
            part = rows[first : first + _AT_ONCE]
            every, place = np.unique(part["ident"].astype(np.uint64) << 8 | part["flags"], return_inverse=True)
            verdicts = np.array([kinds.verdict(int(key), first, place, at) for at, key in enumerate(every)], np.uint8)
            matches = verdicts[place]
            if wanted is not None:
                matches[part["channel"] != wanted] = _NOT
            for at in np.flatnonzero(matches == _BY_DATA).tolist():
                matches[at] = _ALL if kinds.matches_data(first + at) else _NOT
            shown = np.flatnonzero(matches == _ALL)
            found.frombytes((shown + first).astype(np.uint32).tobytes())
            ids = [_id_key(int(key) >> 8, int(key) & 0xFF) for key in every]
            blocks.add(ids, place[shown])
            kinds.note(ids[at] for at in np.unique(place[shown]).tolist())
        return Matching(found, frozenset(kinds.shown), blocks)

    def _decoded(self, row: _Row) -> RecordedFrame:
        seconds, ident, previous, ordinal, flags, length, channel, data = row
        remote = bool(flags & REMOTE)
        if length > SHORT and self._long_data is not None:
            place = _PLACE.unpack(data)[0]
            data = self._long_data[place : place + length]
        frame = Frame(
            ident, bool(flags & EXTENDED), remote, bool(flags & FD), bool(flags & BRS), bool(flags & ESI),
            bool(flags & ERROR), b"" if remote else data[:length], length if remote else 0,
            Timestamp(seconds, TimeSource.DEVICE, self._uncertainty), bool(flags & SENT),
            self._names[channel],
        )  # fmt: skip
        return RecordedFrame(frame, None if previous == _NONE else previous, ordinal)


class _Kinds:
    """What a filter has to say of the frames of each ID with its flags: all of them, none, or by their data."""

    def __init__(self, recording: Recording, frame_filter: FrameFilter, database: CanDatabase) -> None:
        self._recording, self._database = recording, database
        self._of_id, self._of_data = frame_filter.parts()
        self._known: dict[int, int] = {}
        self.shown: set[IdKey] = set()
        """The IDs of the frames that were shown."""

    def verdict(self, key: int, first: int, place: "np.ndarray[Any, Any]", at: int) -> int:
        """Of the kind `key`, whose frames are those from the number `first` on whose `place` is `at`."""
        known = self._known.get(key)
        if known is None:
            frame = self._recording.frame(first + int(np.argmax(place == at)))
            message = self._database.find(frame)
            may = self._of_id.matches(frame, message) and self._of_data.may_match(message)
            known = self._known[key] = _NOT if not may else _BY_DATA if self._of_data.terms else _ALL
        return known

    def matches_data(self, number: int) -> bool:
        """Whether the data of this frame, whose ID matches, do."""
        one = self._recording.at(number)
        before = None
        if self._of_data.needs_previous and one.previous is not None:
            before = self._recording.frame(one.previous)
        return self._of_data.matches(one.frame, self._database.find(one.frame), before)

    def note(self, shown: Iterable[IdKey | None]) -> None:
        """Frames of these IDs are shown."""
        self.shown.update(key for key in shown if key is not None)


def _id_key(ident: int, flags: int) -> IdKey | None:
    return None if flags & ERROR else (ident, bool(flags & EXTENDED))


def load_recording(path: Path, on_bytes: OnStep = lambda _done, _total: None) -> Recording:
    """Read the recording at `path`. `on_bytes` is told how many bytes of how many were read; what it raises ends it.

    Raises the errors of `read_frames`, `Invalid` (`can.too-long`) and `Unavailable`
    (`recording.no-room`).
    """
    unreadable = UnreadableParts()
    return _indexed(path, read_blocks(path, on_bytes, unreadable), unreadable)


def index_frames(path: Path, frames: Iterator[Frame]) -> Recording:
    """The recording of these frames, which are called `path`. Errors as for `load_recording`."""
    return _indexed(path, (FrameBlock.of(chunk) for chunk in iter(lambda: list(islice(frames, _CHUNK)), [])))


def _indexed(path: Path, blocks: Iterable[FrameBlock], unreadable: UnreadableParts | None = None) -> Recording:
    try:
        with closing(_RecordingIndex()) as index:
            for block in blocks:
                index.add(block)
                if index.count > MAX_FRAMES:
                    what = _("“{name}” has too many frames.").format(name=path.name)
                    raise Invalid("can.too-long", what, do=_("Choose a shorter recording."))
            return index.finish(path, unreadable if unreadable is not None else UnreadableParts())
    except OSError as error:
        why, do = explain_write_error(error)
        what = _("There's no room to open “{name}”.").format(name=path.name)
        raise Unavailable("recording.no-room", what, why=why, do=do) from error


class _RecordingIndex:
    def __init__(self) -> None:
        self.count = 0
        self._rows = tempfile.TemporaryFile(prefix="benchboard-")  # noqa: SIM115 - the recording keeps it open
        self._long_data: IO[bytes] | None = None
        self._last: dict[tuple[int, int, str], tuple[int, int]] = {}
        """Of each ID with its flags and channel, the number of its last frame, and how many it has."""
        self._statistics, self._density, self._id_densities = FrameStatistics(), FrameDensity(), IdDensities()
        self._channels: dict[str, int] = {}
        self._densities: list[FrameDensity] = []
        """That of each channel, once there are two."""
        self._marks: array[float] = array("d")
        self._blocks = IdBlocks()
        self._start = self._end = 0.0
        self._uncertainty = 0.0

    def add(self, block: FrameBlock) -> None:
        """Add frames. Where the second channel begins, those of the first one so far are counted apart from it."""
        begin = 0
        for place in self._new_channels(block):
            if place > begin and self._channels:
                self._add(block.taken(slice(begin, place)))
                begin = place
            self._open_channel(block.channels[block.channel[place]])
        self._add(block.taken(slice(begin, None)))

    def _new_channels(self, block: FrameBlock) -> list[int]:
        """The places of the first frames of channels that no frame had before."""
        every, firsts = np.unique(block.channel, return_index=True)
        names = zip((block.channels[one] for one in every), firsts.tolist(), strict=True)
        return sorted(place for name, place in names if name not in self._channels)

    def _open_channel(self, name: str) -> None:
        number = self._channels[name] = len(self._channels)
        if number == 1:
            self._densities.append(deepcopy(self._density))
        if number:
            self._densities.append(self._density.emptied())

    def _add(self, block: FrameBlock) -> None:
        groups = block.groups()
        self._statistics.add_block(block, groups)
        seconds = self._times(block)
        numbers = np.array([self._channels.get(name, 0) for name in block.channels], np.uint8)[block.channel]
        errors = block.flags & ERROR != 0
        self._density.add(seconds, errors)
        for number, density in enumerate(self._densities):
            of_channel = numbers == number
            if of_channel.any():
                density.add(seconds[of_channel], errors[of_channel])
        self._id_densities.add(groups, seconds)
        ids, which = np.unique(block.ident.astype(np.uint64) << 8 | block.flags, return_inverse=True)
        self._blocks.add([_id_key(int(one) >> 8, int(one) & 0xFF) for one in ids], which)
        rows = np.zeros(len(block), _COLUMNS)
        rows["seconds"], rows["channel"] = seconds, numbers
        rows["ident"], rows["flags"], rows["length"] = block.ident, block.flags, block.length
        self._note_order(rows, groups)
        self._put_data(rows, block)
        self._rows.write(rows.tobytes())
        self.count += len(block)

    def _times(self, block: FrameBlock) -> NDArray[np.float64]:
        """When the frames came (s): one without a stamp, with the latest before it."""
        timed = ~np.isnan(block.seconds)
        if not self.count:
            self._start = self._end = float(block.seconds[0]) if timed[0] else 0.0
            self._uncertainty = float(block.uncertainty[0])
        if timed.any():  # a zero at the end may be left out
            self._uncertainty = min(self._uncertainty, float(block.uncertainty[timed].min()))
        latest = np.fmax.accumulate(np.concatenate(([self._end], block.seconds)))[1:]
        seconds = np.where(timed, block.seconds, latest)
        self._start, self._end = min(self._start, float(seconds.min())), float(latest[-1])
        first, end = self.count // _MARK_EVERY, self.count + len(block)
        del self._marks[first:]  # that of frames which go on in this block
        marked = np.arange(first + 1, -(-end // _MARK_EVERY) + 1) * _MARK_EVERY
        self._marks.extend(latest[np.minimum(marked, end) - self.count - 1].tolist())
        return seconds

    def _note_order(self, rows: NDArray[Any], groups: Iterable[FrameGroup]) -> None:
        """Say in the rows which frame was before, and which of its ID each one is."""
        for group in groups:
            key = (group.id, group.flags, group.channel)
            previous, ordinal = self._last.get(key, (_NONE, 0))
            numbers = group.members + self.count
            rows["previous"][group.members] = np.concatenate(([previous], numbers[:-1]))
            rows["ordinal"][group.members] = np.arange(ordinal + 1, ordinal + 1 + len(numbers))
            self._last[key] = (int(numbers[-1]), ordinal + len(numbers))

    def _put_data(self, rows: NDArray[Any], block: FrameBlock) -> None:
        """Put the data into the rows; those that are longer into their file, and their places into the rows."""
        rows["data"] = block.data[:, :SHORT]
        sizes = block.sizes
        long = np.flatnonzero(sizes > SHORT)
        if not len(long):
            return
        if self._long_data is None:
            self._long_data = tempfile.TemporaryFile(prefix="benchboard-")  # noqa: SIM115 - likewise
        ends = np.cumsum(sizes[long].astype(np.int64))
        rows["place"][long] = self._long_data.tell() + np.concatenate(([0], ends[:-1]))
        self._long_data.write(block.data[long][np.arange(LONG) < sizes[long][:, None]].tobytes())

    def close(self) -> None:
        """Leave the temporary files to what reads them."""
        self._rows.close()
        if self._long_data is not None:
            self._long_data.close()

    def finish(self, path: Path, unreadable: UnreadableParts) -> Recording:
        rows = _mapped(self._rows) if self.count else b""  # nothing can't be mapped
        long_data = _mapped(self._long_data) if self._long_data is not None else None
        names = tuple(self._channels)
        densities: dict[str | None, FrameDensity] = dict(zip(names, self._densities, strict=False))
        densities[None] = self._density
        return Recording(
            path, self.count, self._start, self._end, self._statistics, self._statistics.ids(), densities,
            self._id_densities, names if any(names) else (), self._uncertainty, rows, long_data, self._marks,
            self._blocks, names, unreadable,
        )  # fmt: skip


def _mapped(file: IO[bytes]) -> mmap.mmap:
    """What was written to the file, which is gone once nothing reads that any more."""
    file.flush()
    return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


@dataclass(frozen=True, slots=True)
class CountedRecording:
    """What another recording is compared with: its statistics, how full its bus was when, and from when to when (s)."""

    statistics: FrameStatistics
    density: FrameDensity
    id_densities: IdDensities
    start: float
    end: float


def count_recording(
    path: Path, on_bytes: OnStep = lambda _done, _total: None, unreadable: UnreadableParts | None = None
) -> CountedRecording:
    """Count the frames of the recording at `path`, of which nothing else is kept; what can't be read is noted in
    `unreadable`. Errors as for `read_frames`.
    """
    statistics, density, id_densities = FrameStatistics(), FrameDensity(), IdDensities()
    start, end = np.inf, -np.inf
    for block in read_blocks(path, on_bytes, unreadable):
        groups = block.groups()
        statistics.add_block(block, groups)
        timed = block.taken(~np.isnan(block.seconds))
        if len(timed):
            start, end = min(start, float(timed.seconds.min())), max(end, float(timed.seconds.max()))
            density.add(timed.seconds, timed.flags & ERROR != 0)
            id_densities.add(timed.groups(), timed.seconds)
    return CountedRecording(statistics, density, id_densities, *((start, end) if start <= end else (0.0, 0.0)))


def save_frames(
    recording: Recording, numbers: Sequence[int], path: Path, on_step: OnStep = lambda _done, _total: None
) -> int:
    """Write these frames of a recording to `path`, in the form that its name says; a file that was there before stays
    as it was after an error. Returns how many of them the form can't hold.

    `on_step` is told how many of how many are written; what it raises ends it. Raises `Invalid` (`recording.form`) and
    `Unavailable` (`recording.failed`).
    """
    try:
        with replacing(path) as new:
            writer = open_recording(new, named=path, channels=recording.channels)
            try:
                for first in range(0, len(numbers), _CHUNK):
                    on_step(first, len(numbers))
                    writer.write([recording.frame(number) for number in numbers[first : first + _CHUNK]])
            finally:
                writer.close()
    except OSError as error:
        why, do = explain_write_error(error)
        what = _("Can't record to {path}.").format(path=path)
        raise Unavailable("recording.failed", what, why=why, do=do) from error
    return writer.left_out

"""Reads the CAN frames of a Vector BLF file. What is damaged is left out, and the reading goes on after it.

The layout is that of Vector's binlog, as python-can and Toby Lorenz' vector_blf have it: a header, then objects; most
of them are containers of compressed data, which goes on from one to the next, and has the objects of the frames. These
are found one after the other, and decoded many at once.
"""

import struct
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchboard.canbus.frame import FD_LENGTHS, MAX_STANDARD_ID
from benchboard.canbus.frame_block import BRS, ERROR, ESI, EXTENDED, FD, LONG, REMOTE, SENT, SHORT, FrameBlock
from benchboard.canbus.recording_channels import ChannelNames
from benchboard.canbus.unreadable_parts import UnreadableParts

SIGNATURE: Final = b"LOGG"
_OBJECT: Final = b"LOBJ"
_FILE: Final = struct.Struct("<4sL32x8H")
"""Signature, size of the header, and when the recording was begun: year, month, day of the week, day, hour, minute,
second, millisecond.
"""
_BASE: Final = struct.Struct("<4sHHLL")
"""Signature, size and version of the header, size and type of the object."""
_CONTAINER: Final = struct.Struct("<H6xL4x")
_HEAD: Final = np.dtype(
    {
        "names": ["header", "version", "size", "kind"],
        "formats": ["<u2", "<u2", "<u4", "<u4"],
        "offsets": [4, 6, 8, 12],
        "itemsize": 16,
    }
)
"""The same."""
_PADDING: Final = 4
"""Bytes between an object and the next one, at most."""
_TIME_SIZE: Final = 16
"""Of what all frames' objects have after `_BASE`: what the time counts in, and the time since the start; alike in both
versions of the header."""
_TIME: Final = np.dtype({"names": ["unit", "ticks"], "formats": ["<u4", "<u8"], "offsets": [0, 8], "itemsize": 16})
_CLASSIC: Final = np.dtype([("channel", "<u2"), ("flags", "u1"), ("length", "u1"), ("ident", "<u4"), ("data", "8u1")])
_ERROR: Final = np.dtype(
    {
        "names": ["channel", "length", "ident", "data"],
        "formats": ["<u2", "u1", "<u4", "8u1"],
        "offsets": [0, 10, 16, 24],
        "itemsize": 32,
    }
)
_FD: Final = np.dtype(
    {
        "names": ["channel", "flags", "dlc", "ident", "fd", "size", "data"],
        "formats": ["<u2", "u1", "u1", "<u4", "u1", "u1", "64u1"],
        "offsets": [0, 2, 3, 4, 13, 14, 20],
        "itemsize": 84,
    }
)
_FD_64: Final = np.dtype(
    {
        "names": ["channel", "dlc", "size", "ident", "flags", "direction", "more", "data"],
        "formats": ["u1", "u1", "u1", "<u4", "<u4", "u1", "u1", "64u1"],
        "offsets": [0, 1, 2, 4, 12, 34, 35, 40],
        "itemsize": 104,
    }
)
"""Its data are as long as it says; what more it may have begins at the place `more` of the object."""
_FD_64_HEAD: Final = 40
_CONTAINER_TYPE: Final = 10
_CLASSIC_TYPES, _ERROR_TYPE, _FD_TYPE, _FD_64_TYPE = (1, 86), 73, 100, 101
_FRAME_TYPES: Final = (*_CLASSIC_TYPES, _ERROR_TYPE, _FD_TYPE, _FD_64_TYPE)
_TEN_MICROSECONDS: Final = 1
_LARGEST: Final = 1 << 24
"""Bytes of an object, or of what a container has: Vector's have 128 KiB."""
_STEP: Final = 1 << 20
_EXTENDED, _ID = 0x8000_0000, 0x1FFF_FFFF
_LENGTHS: Final = np.isin(np.arange(256), FD_LENGTHS)
"""Whether data can be so many bytes long."""
_DLC_LENGTHS: Final = np.array([*FD_LENGTHS, *[255] * 240], np.uint8)


def blf_blocks(file: BinaryIO, names: ChannelNames, unreadable: UnreadableParts) -> Iterator[FrameBlock]:
    """The frames in the file, which is at its start, each with the number of its channel as text in `names`."""
    head = file.read(_FILE.size)
    if len(head) < _FILE.size:
        unreadable.note_part(0)
        return
    _signature, size, *begun = _FILE.unpack(head)
    file.read(max(min(size, _STEP) - _FILE.size, 0))
    yield from _Objects(_start(begun), names, unreadable).blocks(_Contents(file, unreadable))


def _start(begun: list[int]) -> float:
    year, month, _weekday, day, hour, minute, second, milliseconds = begun
    try:
        return datetime(year, month, day, hour, minute, second, milliseconds * 1_000, UTC).timestamp()
    except (ValueError, OverflowError):
        return 0.0


class _Contents:
    """The content of the containers of a file, in their order, each with its place in it. None stands for some that
    can't be read.
    """

    def __init__(self, file: BinaryIO, unreadable: UnreadableParts) -> None:
        self._file, self._unreadable = file, unreadable
        self._place = file.tell()
        """Where in the file `_read` begins."""
        self._read = bytearray()
        self._at = 0
        """How much of it is done with."""

    def __iter__(self) -> Iterator[tuple[int, bytes | bytearray | None]]:
        while self._fill(_BASE.size):
            signature, header, _version, size, kind = _BASE.unpack_from(self._read, self._at)
            if signature != _OBJECT or not _BASE.size <= header <= size <= _LARGEST:
                self._unreadable.note_part(self._place + self._at)
                self._seek_object()
                yield self._place + self._at, None
                continue
            is_whole, place = self._fill(size), self._place + self._at
            content = self._read[self._at : self._at + size]
            if kind == _CONTAINER_TYPE:
                data = _decompressed(bytes(content[_BASE.size :]), is_whole=is_whole)
                if data is None:
                    self._unreadable.note_part(place)
                yield place, data
            elif is_whole and kind in _FRAME_TYPES:  # an object that is in no container
                yield place, content + bytes(4)
            if not is_whole:
                return
            self._fill(size + size % 4)
            self._skip(size + size % 4)

    def _fill(self, size: int) -> bool:
        """Have this many bytes more read; whether there are so many."""
        while (lacking := size - (len(self._read) - self._at)) > 0:
            more = self._file.read(lacking)
            if not more:
                return False
            self._read += more
        return True

    def _skip(self, size: int) -> None:
        self._at = min(self._at + size, len(self._read))
        if self._at >= _STEP or self._at == len(self._read):
            self._place += self._at
            del self._read[: self._at]
            self._at = 0

    def _seek_object(self) -> None:
        """Go on at the next object."""
        self._skip(1)
        while (found := self._read.find(_OBJECT, self._at)) < 0:
            kept = min(len(_OBJECT) - 1, len(self._read) - self._at)
            self._skip(len(self._read) - self._at - kept)
            more = self._file.read(_STEP)
            if not more:
                self._skip(kept)
                return
            self._read += more
        self._skip(found - self._at)


def _decompressed(content: bytes, *, is_whole: bool) -> bytes | None:
    """What a container has; None if it is damaged. Of one that the end of the file cuts off, what can be had."""
    if len(content) < _CONTAINER.size:
        return None if is_whole else b""
    method, size = _CONTAINER.unpack_from(content)
    data = content[_CONTAINER.size :]
    if method == 0:
        return data
    if method != 2 or size > _LARGEST:
        return None
    unpacked = zlib.decompressobj()
    try:
        found = unpacked.decompress(data, _LARGEST)
    except zlib.error:
        return None
    # Only at its end it is known by its checksum to be what was written.
    return found if unpacked.eof or not is_whole else None


_Found = NDArray[np.int64]
"""Objects of frames, a row each: its place in the data, the size of its header, its own, and its type."""


class _Runs:
    """The runs of objects in the data that follow one after the other as they should, which most do all."""

    def __init__(self, data: bytearray) -> None:
        octets = np.frombuffer(bytes(data[: 2 * _STEP]), np.uint8)  # more is there only after an object of that size
        is_begin = np.ones(max(len(octets) - _BASE.size + 1, 0), np.bool_)
        for place, one in enumerate(_OBJECT):
            is_begin &= octets[place : place + len(is_begin)] == one
        self._begins = np.flatnonzero(is_begin)
        heads = _records(octets, self._begins, _HEAD)
        header, size, kind = (heads[name].astype(np.int64) for name in ("header", "size", "kind"))
        self._rows = np.stack((self._begins, header, size, kind), 1)
        self._is_frame = np.isin(heads["version"], (1, 2)) & np.isin(kind, _FRAME_TYPES)
        is_object = (header >= _BASE.size + _TIME_SIZE) & (header <= size) & (size <= _LARGEST)
        between = self._begins[1:] - self._begins[:-1] - size[:-1]
        self._last = np.flatnonzero(~np.append(is_object[:-1] & (between >= 0) & (between <= _PADDING), False))
        """The objects that aren't followed by another one, or are none."""

    def after(self, at: int) -> tuple[_Found, int]:
        """The objects of frames in the run that begins at this place, without the last one, and where that begins."""
        first = int(np.searchsorted(self._begins, at))
        if first == len(self._begins) or self._begins[first] - at > _PADDING:
            return self._rows[:0], at
        last = int(self._last[np.searchsorted(self._last, first)])
        run = slice(first, last)
        return self._rows[run][self._is_frame[run]], int(self._begins[last]) if last > first else at


class _Objects:
    """The frames in what the containers have, one after the other."""

    def __init__(self, start: float, names: ChannelNames, unreadable: UnreadableParts) -> None:
        self._start, self._names, self._unreadable = start, names, unreadable
        self._data = bytearray()
        self._places: list[tuple[int, int]] = []
        """Where in `_data` the content of a container begins, and where in the file this is."""
        self._needed = 0
        """Bytes from which on an object that began in `_data` may be whole."""
        self._is_lost = False
        """Whether what comes may begin in the middle of an object, as what was before can't be read."""

    def blocks(self, contents: _Contents) -> Iterator[FrameBlock]:
        for place, content in contents:
            if content is None:
                yield from self._decoded()
                self._data, self._places, self._needed, self._is_lost = bytearray(), [], 0, True
                continue
            self._places.append((len(self._data), place))
            for begin in range(0, len(content), _STEP):
                self._data += content[begin : begin + _STEP]
                if len(self._data) >= max(self._needed, _STEP):
                    yield from self._decoded()
        yield from self._decoded()

    def _decoded(self) -> Iterator[FrameBlock]:
        """The frames of the objects that are whole; the rest of the data is kept."""
        found, end = self._find()
        if len(found):
            block, is_frame = self._block(found)
            for at in found[~is_frame, 0].tolist():
                self._note(at)
            if is_frame.any():
                yield block if is_frame.all() else block.taken(is_frame)
        kept = self._place(end)
        self._places = [(0, kept), *((at - end, place) for at, place in self._places if at > end)]
        del self._data[:end]

    def _find(self) -> tuple[_Found, int]:
        """The objects of frames, and where the first one begins that isn't whole."""
        data, at, end = self._data, 0, len(self._data)
        runs, all_found = _Runs(data), [np.empty((0, 4), np.int64)]
        self._needed = 0
        while True:
            # Not among what is unreadable: a hostile file has a million beginnings of objects there, and no run.
            run, after = runs.after(at) if not self._is_lost else (all_found[0], at)
            if after > at:
                all_found.append(run)
                at = after
            found = data.find(_OBJECT, at, at + len(_OBJECT) + _PADDING)
            if (found < 0 and at + len(_OBJECT) + _PADDING > end) or found + _BASE.size > end:
                return np.concatenate(all_found), at
            header = size = kind = version = 0
            if found >= 0:
                _signature, header, version, size, kind = _BASE.unpack_from(data, found)
            if not _BASE.size + _TIME_SIZE <= header <= size <= _LARGEST:
                if not self._is_lost:
                    self._note(max(found, at))
                self._is_lost = True
                next_one = data.find(_OBJECT, max(found, at) + 1)
                at = next_one if next_one >= 0 else max(at + 1, end - len(_OBJECT) + 1)
                continue
            if found + size > end:
                self._needed = found + size - at
                return np.concatenate(all_found), at
            self._is_lost = False
            if version in (1, 2) and kind in _FRAME_TYPES:
                all_found.append(np.array([[found, header, size, kind]]))
            at = found + size

    def _place(self, at: int) -> int:
        """The place in the file of the container that has this byte of the data."""
        number = bisect_right(self._places, at, key=lambda one: one[0])
        return self._places[max(number - 1, 0)][1] if self._places else 0

    def _note(self, at: int) -> None:
        self._unreadable.note_part(self._place(at))

    def _block(self, found: _Found) -> tuple[FrameBlock, NDArray[np.bool_]]:
        """What the objects say, and which of them can be frames."""
        data = np.frombuffer(bytes(self._data) + bytes(_FD_64.itemsize), np.uint8)
        at, header, size, kind = found.T
        times = _records(data, at + _BASE.size, _TIME)
        is_coarse = times["unit"] == _TEN_MICROSECONDS
        ticks = times["ticks"].astype(np.float64)
        count, width = len(found), SHORT if np.all(kind < _FD_TYPE) else LONG
        decoded = _Decoded(count, width)
        for form in _FORMS:
            places = np.flatnonzero(np.isin(kind, form.kinds))
            if len(places):
                one, room = _records(data, (at + header)[places], form.record), (size - header)[places]
                flags, length = form.read(one, room, header[places])
                decoded.put(places, one, flags, length, room >= form.least)
        channel, channels = self._channels(decoded.channel)
        block = FrameBlock(
            self._start + np.where(is_coarse, ticks / 1e5, ticks / 1e9), np.where(is_coarse, 1e-5, 1e-6),
            decoded.ident, decoded.flags, decoded.length, channel, decoded.data, channels,
        )  # fmt: skip
        return block, decoded.is_whole & _can_be(block)

    def _channels(self, numbers: NDArray[np.uint16]) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
        """Of the numbers of channels, the place of each one's name, and the names."""
        every, firsts, which = np.unique(numbers, return_index=True, return_inverse=True)
        names: dict[str, int] = {}
        places = np.zeros(len(every), np.uint8)
        for place in np.argsort(firsts):
            places[place] = names.setdefault(self._names.of(str(every[place])), len(names))
        return places[which], tuple(names)


class _Decoded:
    """What is read of the objects of some frames; `is_whole` where an object is as long as its type says."""

    def __init__(self, count: int, width: int) -> None:
        self.channel = np.zeros(count, np.uint16)
        self.ident = np.zeros(count, np.uint32)
        self.flags = np.zeros(count, np.uint8)
        self.length = np.zeros(count, np.uint8)
        self.data = np.zeros((count, width), np.uint8)
        self.is_whole = np.zeros(count, np.bool_)

    def put(
        self, places: NDArray[Any], one: NDArray[Any], flags: NDArray[Any], length: NDArray[Any], whole: NDArray[Any]
    ) -> None:
        """The records `one` of the objects at `places`, with what their flags, lengths and being whole are."""
        self.channel[places] = one["channel"]
        self.ident[places] = one["ident"] & _ID
        self.flags[places] = flags
        self.length[places] = length
        self.is_whole[places] = whole
        data = one["data"]
        # What is beyond the length is no part of the frame.
        size = np.where(flags & REMOTE, 0, length)[:, None]
        self.data[places, : data.shape[1]] = np.where(np.arange(data.shape[1]) < size, data, 0)


def _records(data: NDArray[np.uint8], begins: NDArray[Any], dtype: "np.dtype[Any]") -> NDArray[Any]:
    """The records of the data that begin there."""
    anywhere = np.ndarray((max(len(data) - dtype.itemsize + 1, 0),), dtype, data, strides=(1,))
    found: NDArray[Any] = anywhere[begins]
    return found


def _bit(values: NDArray[Any], mask: int, flag: int) -> NDArray[np.uint8]:
    """The flag where a bit of the mask is set."""
    return np.where(values & mask, np.uint8(flag), np.uint8(0))


_Read = tuple[NDArray[np.uint8], NDArray[Any]]
"""The flags and lengths of frames."""


def _classic(one: NDArray[Any], _room: NDArray[Any], _header: NDArray[Any]) -> _Read:
    flags = _bit(one["ident"], _EXTENDED, EXTENDED) | _bit(one["flags"], 0x80, REMOTE) | _bit(one["flags"], 1, SENT)
    return flags, np.where(flags & REMOTE, one["length"], np.minimum(one["length"], SHORT))


def _error(one: NDArray[Any], _room: NDArray[Any], _header: NDArray[Any]) -> _Read:
    return np.full(len(one), ERROR, np.uint8), np.minimum(one["length"], SHORT)


def _fd(one: NDArray[Any], _room: NDArray[Any], _header: NDArray[Any]) -> _Read:
    flags = (
        _bit(one["ident"], _EXTENDED, EXTENDED) | _bit(one["flags"], 0x80, REMOTE) | _bit(one["flags"], 1, SENT)
        | _bit(one["fd"], 1, FD) | _bit(one["fd"], 2, BRS) | _bit(one["fd"], 4, ESI)
    )  # fmt: skip
    return flags, np.where(flags & REMOTE, one["dlc"], np.minimum(one["size"], LONG))


def _fd_64(one: NDArray[Any], room: NDArray[Any], header: NDArray[Any]) -> _Read:
    flags = (
        _bit(one["ident"], _EXTENDED, EXTENDED) | _bit(one["flags"], 0x10, REMOTE) | _bit(one["direction"], 0xFF, SENT)
        | _bit(one["flags"], 0x1000, FD) | _bit(one["flags"], 0x2000, BRS) | _bit(one["flags"], 0x4000, ESI)
    )  # fmt: skip
    # As CANoe does: bytes that aren't there are zero.
    there = np.where(one["more"], one["more"].astype(np.int64), room + header) - header - _FD_64_HEAD
    one["data"][np.arange(LONG) >= there[:, None]] = 0
    return flags, np.where(flags & REMOTE, _DLC_LENGTHS[one["dlc"]], one["size"])


class _Form(NamedTuple):
    """How the objects of some types have a frame: the record after the header, the bytes it has at least, and what
    reads its flags and lengths, of records, the bytes that each object has for it, and the sizes of their headers."""

    kinds: tuple[int, ...]
    record: "np.dtype[Any]"
    least: int
    read: Callable[[NDArray[Any], NDArray[Any], NDArray[Any]], _Read]


_FORMS: Final = (
    _Form(_CLASSIC_TYPES, _CLASSIC, _CLASSIC.itemsize, _classic),
    _Form((_ERROR_TYPE,), _ERROR, _ERROR.itemsize, _error),
    _Form((_FD_TYPE,), _FD, _FD.itemsize, _fd),
    _Form((_FD_64_TYPE,), _FD_64, _FD_64_HEAD, _fd_64),
)


def _can_be(block: FrameBlock) -> NDArray[np.bool_]:
    """Which of the frames can be on a bus, as `frame.is_valid` says of one."""
    flags, length = block.flags, block.length
    known = (flags & (EXTENDED | ERROR) != 0) | (block.ident <= MAX_STANDARD_ID)
    no_fd = flags & (FD | BRS | ESI) == 0
    remote = no_fd & (length <= 8)
    data = np.where(flags & FD, _LENGTHS[length], no_fd & (length <= 8))
    found: NDArray[np.bool_] = known & np.where(flags & REMOTE, remote, data)
    return found

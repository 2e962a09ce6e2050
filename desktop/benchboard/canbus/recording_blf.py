"""Reads the CAN frames of a Vector BLF file. What is damaged is left out, and the reading goes on after it.

The layout is that of Vector's binlog, as python-can and Toby Lorenz' vector_blf have it: a header, then objects; most
of them are containers of compressed data, which goes on from one to the next, and has the objects of the frames.
"""

import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO, Final

from benchboard.canbus.frame import FD_LENGTHS, Frame, TimeSource, Timestamp, is_valid
from benchboard.canbus.unreadable_parts import UnreadableParts

SIGNATURE: Final = b"LOGG"
_OBJECT: Final = b"LOBJ"
_FILE: Final = struct.Struct("<4sL32x8H")
"""Signature, size of the header, and when the recording was begun: year, month, day of the week, day, hour, minute,
second, millisecond.
"""
_BASE: Final = struct.Struct("<4sHHLL")
"""Signature, size and version of the header, size and type of the object."""
_TIME: Final = struct.Struct("<L4xQ")
"""What the time counts in, and the time since the start: alike in both versions of the header."""
_CONTAINER: Final = struct.Struct("<H6xL4x")
_CLASSIC: Final = struct.Struct("<HBBL8s")
_ERROR: Final = struct.Struct("<HHLBBBxLLH2x8s")
_FD: Final = struct.Struct("<HBBLLBBB5x64s")
_FD_64: Final = struct.Struct("<BBBBLLLLLLLHBBL")
_CONTAINER_TYPE: Final = 10
_CLASSIC_TYPES, _ERROR_TYPE, _FD_TYPE, _FD_64_TYPE = (1, 86), 73, 100, 101
_FRAME_TYPES: Final = (*_CLASSIC_TYPES, _ERROR_TYPE, _FD_TYPE, _FD_64_TYPE)
_TEN_MICROSECONDS: Final = 1
_LARGEST: Final = 1 << 24
"""Bytes of an object, or of what a container has: Vector's have 128 KiB."""
_STEP: Final = 1 << 20
_EXTENDED, _ID = 0x8000_0000, 0x1FFF_FFFF


def blf_frames(file: BinaryIO, unreadable: UnreadableParts) -> Iterator[Frame]:
    """The frames in the file, which is at its start, each with the number of its channel as text."""
    head = file.read(_FILE.size)
    if len(head) < _FILE.size:
        unreadable.note_part(0)
        return
    _signature, size, *begun = _FILE.unpack(head)
    file.read(max(min(size, _STEP) - _FILE.size, 0))
    yield from _Objects(_start(begun), unreadable).frames(_Blocks(file, unreadable))


def _start(begun: list[int]) -> float:
    year, month, _weekday, day, hour, minute, second, milliseconds = begun
    try:
        return datetime(year, month, day, hour, minute, second, milliseconds * 1_000, UTC).timestamp()
    except (ValueError, OverflowError):
        return 0.0


class _Blocks:
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


class _Objects:
    """The frames in what the containers have, one after the other."""

    def __init__(self, start: float, unreadable: UnreadableParts) -> None:
        self._start, self._unreadable = start, unreadable
        self._data = bytearray()
        self._needed = 0
        """Bytes from which on an object that began in `_data` may be whole."""
        self._is_lost = False
        """Whether what comes may begin in the middle of an object, as what was before can't be read."""

    def frames(self, blocks: _Blocks) -> Iterator[Frame]:
        for place, block in blocks:
            if block is None:
                self._data, self._needed, self._is_lost = bytearray(), 0, True
                continue
            self._data += block
            if len(self._data) >= self._needed:
                yield from self._frames(place)

    def _frames(self, place: int) -> Iterator[Frame]:
        data, at, end = self._data, 0, len(self._data)
        self._needed = 0
        while True:
            found = data.find(_OBJECT, at, at + 8)
            if (found < 0 and at + 8 > end) or found + _BASE.size > end:
                break
            header = size = kind = version = 0
            if found >= 0:
                _signature, header, version, size, kind = _BASE.unpack_from(data, found)
            if not _BASE.size + _TIME.size <= header <= size <= _LARGEST:
                if not self._is_lost:
                    self._unreadable.note_part(place)
                self._is_lost = True
                after = data.find(_OBJECT, max(found, at) + 1)
                at = after if after >= 0 else max(at + 1, end - len(_OBJECT) + 1)
                continue
            if found + size > end:
                self._needed = found + size - at
                break
            self._is_lost = False
            if version in (1, 2) and kind in _FRAME_TYPES:
                frame = self._frame(bytes(data[found : found + size]), header, kind)
                if frame is None:
                    self._unreadable.note_part(place)
                else:
                    yield frame
            at = found + size
        del data[:at]

    def _frame(self, one: bytes, header: int, kind: int) -> Frame | None:
        """The frame of an object; None if it can't be one."""
        flags, ticks = _TIME.unpack_from(one, _BASE.size)
        is_coarse = flags == _TEN_MICROSECONDS
        seconds = self._start + (ticks / 1e5 if is_coarse else ticks / 1e9)
        stamp = Timestamp(seconds, TimeSource.DEVICE, 1e-5 if is_coarse else 1e-6)
        try:
            frame = _classic(one, header) if kind in _CLASSIC_TYPES else _READ[kind](one, header)
        except (struct.error, IndexError):
            return None
        return frame._replace(timestamp=stamp) if is_valid(frame) else None


def _classic(one: bytes, at: int) -> Frame:
    channel, flags, length, ident, data = _CLASSIC.unpack_from(one, at)
    remote = bool(flags & 0x80)
    return Frame(
        ident & _ID, bool(ident & _EXTENDED), remote, data=b"" if remote else data[: min(length, 8)],
        remote_dlc=length if remote else 0, sent=bool(flags & 1), channel=str(channel),
    )  # fmt: skip


def _error(one: bytes, at: int) -> Frame:
    found = _ERROR.unpack_from(one, at)
    return Frame(found[7] & _ID, error=True, data=found[9][: found[5]], channel=str(found[0]))


def _fd(one: bytes, at: int) -> Frame:
    channel, flags, length, ident, _length, _bits, fd, valid, data = _FD.unpack_from(one, at)
    remote = bool(flags & 0x80)
    return Frame(
        ident & _ID, bool(ident & _EXTENDED), remote, bool(fd & 1), bool(fd & 2), bool(fd & 4),
        data=b"" if remote else data[:valid], remote_dlc=length if remote else 0, sent=bool(flags & 1),
        channel=str(channel),
    )  # fmt: skip


def _fd_64(one: bytes, at: int) -> Frame:
    channel, code, valid, _tries, ident, _length, flags, *_others, direction, extra, _crc = _FD_64.unpack_from(one, at)
    remote = bool(flags & 0x10)
    data = one[at + _FD_64.size :][: min(valid, (extra or len(one)) - at - _FD_64.size)]
    # As CANoe does: bytes that aren't there are zero.
    return Frame(
        ident & _ID, bool(ident & _EXTENDED), remote, bool(flags & 0x1000), bool(flags & 0x2000),
        bool(flags & 0x4000), data=b"" if remote else data.ljust(valid, b"\0"),
        remote_dlc=FD_LENGTHS[code] if remote else 0, sent=bool(direction), channel=str(channel),
    )  # fmt: skip


_READ: Final = {_ERROR_TYPE: _error, _FD_TYPE: _fd, _FD_64_TYPE: _fd_64}

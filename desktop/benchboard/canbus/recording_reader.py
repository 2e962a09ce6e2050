"""Reads the frames of a CAN recording from a file: candump, ASC, TRC or BLF, compressed by gzip or not."""

import gzip
import os
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final, cast

import numpy as np

from benchboard.canbus import candump
from benchboard.canbus.can_messages import to_frame
from benchboard.canbus.frame import Frame, TimeSource, Timestamp, is_valid
from benchboard.canbus.frame_block import FrameBlock
from benchboard.canbus.recording_blf import SIGNATURE, blf_blocks
from benchboard.canbus.recording_channels import ChannelNames, channel_name
from benchboard.canbus.recording_lines import TextLines
from benchboard.canbus.recording_text import TextForm, text_form, text_messages
from benchboard.canbus.unreadable_parts import UnreadableParts
from benchboard.errors import AppError, Invalid, NotFound, Unavailable
from benchboard.file_ownership import kind_text
from benchboard.i18n import _, system_reason

_HEAD: Final = 4_096
_NAMES: Final = re.compile(r".\.(log|asc|blf|trc)(\.gz)?$", re.IGNORECASE)
_CANDUMP: Final = re.compile(r"\s*\((\d{1,12}\.\d{1,9})\)\s+(\S+)\s+(\S+)(?:\s+([RT]))?\s*")
_GZIP: Final = b"\x1f\x8b"
_STAMPS: Final = {"asc": re.compile(r"\s*\d+\.(\d+)"), "trc": re.compile(r"\s*\d+\)?\s+\d+(?:\.(\d+))?")}
"""The decimals of the time in a line: of seconds in ASC, of milliseconds in TRC."""
_EXACT: Final = tuple(10.0**-digits for digits in range(7))
"""How exact a time with so many decimals of a second is."""


_LOOKED_AT: Final = 64
"""Frames at the beginning that tell whether the times are whole milliseconds."""
_FEWEST: Final = 8
"""Frames from which on this can't be by chance."""
_MS: Final = 0.001
_REPORT_EVERY: Final = 4_096


def read_frames(
    path: Path,
    on_bytes: Callable[[int, int], None] = lambda _done, _total: None,
    unreadable: UnreadableParts | None = None,
) -> Iterator[Frame]:
    """The frames of the recording at `path`, in its order, of all its channels, each with what the file calls that,
    and with a time that is as exact as its digits, which are milliseconds where those below are zero in the first
    frames. `on_bytes` is told now and then how many bytes of how many of the file were read; what it raises ends the
    reading. What can't be read is noted in `unreadable`, and left out.

    A file that is called as a recording and in which there is nothing is one without frames.

    Raises `NotFound` (`files.gone`), `Unavailable` (`files.not-read`), and `Invalid` (`files.unreadable`) for a file
    that is no recording, or of which most can't be read. One that ends in the middle of a frame has those before it.
    """
    for part in _no_finer_than_kept(_read(path, on_bytes, unreadable)):
        if isinstance(part, FrameBlock):
            yield from part.frames()
        else:
            yield part


def read_blocks(
    path: Path,
    on_bytes: Callable[[int, int], None] = lambda _done, _total: None,
    unreadable: UnreadableParts | None = None,
) -> Iterator[FrameBlock]:
    """The same frames in blocks of a few thousand, those of a BLF file as fast as they can be decompressed."""
    parts = _no_finer_than_kept(_read(path, on_bytes, unreadable))
    frames: list[Frame] = []
    for part in parts:
        if isinstance(part, FrameBlock):
            yield part
            continue
        frames.append(part)
        if len(frames) == _REPORT_EVERY:
            yield FrameBlock.of(frames)
            frames.clear()
    if frames:
        yield FrameBlock.of(frames)


def _no_finer_than_kept(parts: Iterator[Frame | FrameBlock]) -> Iterator[Frame | FrameBlock]:
    """The frames with the stamps that their recorder kept: most formats have six digits of a second, so that a clock
    of milliseconds is written with three zeros.
    """
    first: list[Frame | FrameBlock] = []
    failure: AppError | None = None
    try:
        while sum(len(part) if isinstance(part, FrameBlock) else 1 for part in first) < _LOOKED_AT:
            first.append(next(parts))
    except StopIteration:
        pass
    except AppError as error:
        failure = error
    times = [time for part in first for time in _times(part)][:_LOOKED_AT]
    coarse = len(times) >= _FEWEST and all(map(_is_whole_ms, times))
    for part in chain(first, parts):
        if not coarse:
            yield part
        elif isinstance(part, FrameBlock):
            whole = np.logical_and.accumulate(np.isnan(part.seconds) | (np.rint(part.seconds * 1e6) % 1_000 == 0))
            yield replace(part, uncertainty=np.where(whole, np.maximum(part.uncertainty, _MS), part.uncertainty))
            coarse = bool(whole[-1])
        else:
            stamp = part.timestamp
            coarse = stamp is None or _is_whole_ms(stamp.seconds)
            is_finer = coarse and stamp is not None and stamp.uncertainty < _MS
            yield part._replace(timestamp=stamp._replace(uncertainty=_MS)) if is_finer and stamp is not None else part
    if failure is not None:
        raise failure


def _times(part: Frame | FrameBlock) -> list[float]:
    """The times (s) of the first frames."""
    if isinstance(part, FrameBlock):
        seconds: list[float] = part.seconds[:_LOOKED_AT].tolist()
        return seconds
    return [part.timestamp.seconds] if part.timestamp is not None else []


def _is_whole_ms(seconds: float) -> bool:
    return not round(seconds * 1_000_000) % 1_000


def _read(
    path: Path,
    on_bytes: Callable[[int, int], None],
    unreadable: UnreadableParts | None,
) -> Iterator[Frame | FrameBlock]:
    found, count, told = unreadable if unreadable is not None else UnreadableParts(), 0, 0
    try:
        if path.exists() and not path.is_file():
            raise Invalid("files.unreadable", _not_a_recording(path), why=kind_text(path))
        with path.open("rb") as raw:
            size = os.fstat(raw.fileno()).st_size
            compressed = raw.read(2) == _GZIP
            raw.seek(0)
            with cast(BinaryIO, gzip.open(raw) if compressed else raw) as file:
                for part in _frames(path, file, found):
                    if count >= told:
                        on_bytes(min(raw.tell(), size), size)
                        found.require_mostly_read(path.name, count, at_end=False)
                        told = count + _REPORT_EVERY
                    count += len(part) if isinstance(part, FrameBlock) else 1
                    yield part
    except FileNotFoundError as error:
        what = _("“{name}” doesn't exist in {folder}.").format(name=path.name, folder=path.parent)
        raise NotFound("files.gone", what, do=_("Check the file's name and its folder.")) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        if not count:
            what = _("“{name}” can't be decompressed.").format(name=path.name)
            raise Invalid("files.unreadable", what, do=_("Choose another file.")) from error
        found.is_cut = True
    except OSError as error:
        what = _("“{name}” can't be read.").format(name=path.name)
        raise Unavailable("files.not-read", what, why=system_reason(error)) from error
    found.require_mostly_read(path.name, count, at_end=True)


def _frames(path: Path, file: BinaryIO, unreadable: UnreadableParts) -> Iterator[Frame | FrameBlock]:
    head = file.read(_HEAD)
    file.seek(0)
    names = ChannelNames()
    if head.startswith(SIGNATURE):
        yield from blf_blocks(file, names, unreadable)
        return
    form = text_form(head)
    if form is None and is_blank_recording(path, head):
        return
    if form is None:
        raise Invalid("files.unreadable", _not_a_recording(path), do=_("Choose a candump, ASC, TRC or BLF file."))
    lines = TextLines(file)
    try:
        if form == "candump":
            yield from _candump_frames(lines, names, unreadable)
        else:
            yield from _other_frames(path, lines, form, names, unreadable)
    finally:
        lines.detach()


def has_recording_name(name: str) -> bool:
    """Whether a file with this name may be a recording."""
    return _NAMES.search(name) is not None


def is_blank_recording(path: Path, head: bytes) -> bool:
    """Whether a file that begins with `head` is a recording into which nothing was written. Formats have no head
    before the first frame, or are cut off before it; what the file is called is all that says that it is one.
    """
    return not head.strip() and len(head) < _HEAD and has_recording_name(path.name)


def _candump_frames(lines: TextLines, names: ChannelNames, unreadable: UnreadableParts) -> Iterator[Frame]:
    """As python-can reads them, but with every class of error frames and the length that remote frames ask for."""
    for line in lines:
        matched = _CANDUMP.fullmatch(line)
        frame = candump.parse_logged(matched[3]) if matched else None
        if matched and frame is not None:
            exact = _EXACT[min(len(matched[1]) - matched[1].index(".") - 1, 6)]
            stamp = Timestamp(float(matched[1]), TimeSource.DEVICE, exact)
            yield frame._replace(timestamp=stamp, sent=matched[4] == "T", channel=names.of(matched[2]))
        elif lines.is_cut_off:
            return
        elif line.strip():
            unreadable.note_line(lines.count, line)


def _other_frames(
    path: Path, lines: TextLines, form: TextForm, names: ChannelNames, unreadable: UnreadableParts
) -> Iterator[Frame]:
    """The frames of an ASC or TRC file, by python-can's readers."""
    written, more = _STAMPS[form], 3 if form == "trc" else 0
    for message in text_messages(path.name, lines, form, unreadable):
        matched = written.match(lines.last)
        digits = len(matched[1] or "") + more if matched else 6
        stamp = Timestamp(message.timestamp, TimeSource.DEVICE, _EXACT[min(digits, 6)])
        frame = to_frame(message, stamp, names.of(channel_name(message.channel, form)))
        if is_valid(frame):
            yield frame
        else:
            unreadable.note_line(lines.count, lines.last)


def _not_a_recording(path: Path) -> str:
    return _("“{name}” isn't a CAN recording.").format(name=path.name)

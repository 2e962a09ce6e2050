"""Reads the frames of a CAN recording from a file: candump, ASC, TRC or BLF, compressed by gzip or not."""

import gzip
import os
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, cast

from benchboard.canbus import candump
from benchboard.canbus.can_messages import to_frame
from benchboard.canbus.frame import Frame, TimeSource, Timestamp, is_valid
from benchboard.canbus.recording_channels import ChannelNames, channel_name
from benchboard.canbus.recording_text import TextLines, not_a_frame, text_form, text_messages
from benchboard.errors import Invalid, NotFound, Unavailable
from benchboard.file_ownership import kind_text
from benchboard.i18n import _, system_reason

_HEAD: Final = 4_096
_CANDUMP: Final = re.compile(r"\s*\((\d{1,12}\.\d{1,9})\)\s+(\S+)\s+(\S+)(?:\s+([RT]))?\s*")
_BLF: Final = b"LOGG"
_GZIP: Final = b"\x1f\x8b"
_RESOLUTIONS: Final = {"candump": 1e-6, "asc": 1e-6, "trc": 1e-4, "blf": 1e-6}
"""Seconds that the times of each form have at least."""


_REPORT_EVERY: Final = 4_096


def read_frames(path: Path, on_bytes: Callable[[int, int], None] = lambda _done, _total: None) -> Iterator[Frame]:
    """The frames of the recording at `path`, in its order, of all its channels, each with what the file calls that.
    `on_bytes` is told now and then how many bytes of how many of the file were read; what it raises ends the reading.

    Raises `NotFound` (`files.gone`), `Unavailable` (`files.not-read`), and `Invalid` (`files.unreadable`) for a file
    that is no recording or is damaged. One that ends in the middle of a frame has those before it.
    """
    try:
        if path.exists() and not path.is_file():
            raise Invalid("files.unreadable", _not_a_recording(path), why=kind_text(path))
        with path.open("rb") as raw:
            size = os.fstat(raw.fileno()).st_size
            compressed = raw.read(2) == _GZIP
            raw.seek(0)
            with cast(BinaryIO, gzip.open(raw) if compressed else raw) as file:
                for count, frame in enumerate(_frames(path, file)):
                    if not count % _REPORT_EVERY:
                        on_bytes(min(raw.tell(), size), size)
                    yield frame
    except FileNotFoundError as error:
        what = _("“{name}” doesn't exist in {folder}.").format(name=path.name, folder=path.parent)
        raise NotFound("files.gone", what, do=_("Check the file's name and its folder.")) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        what = _("“{name}” can't be decompressed.").format(name=path.name)
        raise Invalid("files.unreadable", what, do=_("Choose another file.")) from error
    except OSError as error:
        what = _("“{name}” can't be read.").format(name=path.name)
        raise Unavailable("files.not-read", what, why=system_reason(error)) from error


def _frames(path: Path, file: BinaryIO) -> Iterator[Frame]:
    head = file.read(_HEAD)
    file.seek(0)
    if head.startswith(_BLF):
        yield from _blf_frames(path, file)
        return
    form = text_form(head)
    if form is None:
        raise Invalid(
            "files.unreadable",
            _not_a_recording(path),
            do=_("Choose a candump, ASC, TRC or BLF file."),
        )
    lines, names = TextLines(file), ChannelNames()
    try:
        if form == "candump":
            yield from _candump_frames(path, lines, names)
            return
        for message in text_messages(path.name, lines, form):
            stamp = Timestamp(message.timestamp, TimeSource.DEVICE, _RESOLUTIONS[form])
            frame = to_frame(message, stamp, names.of(channel_name(message.channel, form)))
            if is_valid(frame):
                yield frame
    finally:
        lines.detach()


def _candump_frames(path: Path, lines: TextLines, names: ChannelNames) -> Iterator[Frame]:
    """As python-can reads them, but with every class of error frames and the length that remote frames ask for."""
    for line in lines:
        matched = _CANDUMP.fullmatch(line)
        frame = candump.parse_logged(matched[3]) if matched else None
        if matched and frame is not None:
            stamp = Timestamp(float(matched[1]), TimeSource.DEVICE, _RESOLUTIONS["candump"])
            yield frame._replace(timestamp=stamp, sent=matched[4] == "T", channel=names.of(matched[2]))
        elif lines.is_cut_off:
            return
        elif line.strip():
            raise not_a_frame(path.name, lines)


def _blf_frames(path: Path, file: BinaryIO) -> Iterator[Frame]:
    from can import BLFReader
    from can.io.blf import BLFParseError

    names = ChannelNames()
    try:
        try:
            reader = BLFReader(file)
        except struct.error as error:  # not even its header is whole
            raise _damaged(path) from error
        for message in reader:
            stamp = Timestamp(message.timestamp, TimeSource.DEVICE, _RESOLUTIONS["blf"])
            frame = to_frame(message, stamp, names.of(channel_name(message.channel, "blf")))
            if is_valid(frame):
                yield frame
    except struct.error:
        if file.read(1):
            raise _damaged(path) from None
        return  # whoever wrote it was ended in the middle
    except (BLFParseError, ValueError, OverflowError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> Invalid:
    what = _("“{name}” is damaged.").format(name=path.name)
    return Invalid("files.unreadable", what, do=_("Choose another file, or record it again."))


def _not_a_recording(path: Path) -> str:
    return _("“{name}” isn't a CAN recording.").format(name=path.name)

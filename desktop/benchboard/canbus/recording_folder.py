"""The recordings in a folder: their names and sizes at once, what they hold once they were looked into."""

import os
import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchboard.canbus.frame_statistics import FrameStatistics
from benchboard.canbus.recording_blf import SIGNATURE
from benchboard.canbus.recording_reader import has_recording_name, is_blank_recording, read_frames
from benchboard.canbus.recording_text import text_form
from benchboard.errors import AppError, Conflict, Invalid, NotFound, Unavailable
from benchboard.i18n import _, system_reason

MOST_FILES: Final = 1_000
"""Recordings of a folder that are listed, the newest ones."""
_MOST_BYTES: Final = 16_000_000
"""A file that is larger isn't read for the list: that takes seconds."""
_CANDUMP: Final = re.compile(rb"\s*\((\d{1,12}\.\d{1,9})\)\s")
_BLOCK: Final = 1 << 20
_TAIL: Final = 8_192
_GZIP: Final = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class RecordingContent:
    """What a recording holds: the time (Unix, s) of its first frame, its length (s), and its frames with the error
    frames. None: it isn't known, as the file is large or damaged; of one without frames the start and the length are.
    Other logs than those of a bus are no recordings.
    """

    begun: float | None = None
    seconds: float | None = None
    frames: int | None = None
    is_recording: bool = True


@dataclass(frozen=True, slots=True)
class RecordingFile:
    """A recording in a folder: its size (bytes) and when it was changed last (Unix, s). `content` is None until it was
    looked into.
    """

    path: Path
    size: int
    modified: float
    content: RecordingContent | None = None

    @property
    def name(self) -> str:
        return self.path.name


class RecordingFolder:
    """The recordings of a folder. Safe to be used by several threads; a file is looked into again once it changed."""

    def __init__(self) -> None:
        self._known: dict[tuple[Path, int, float], RecordingContent] = {}
        self._lock = threading.Lock()

    def files(self, folder: Path) -> list[RecordingFile]:
        """The recordings of this folder, the newest first. Raises `Unavailable` (`recording.folder`)."""
        found = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if has_recording_name(entry.name) and entry.is_file():
                        status = entry.stat()
                        found.append(RecordingFile(Path(entry.path), status.st_size, status.st_mtime))
        except OSError as error:
            what = _("The recordings in {folder} can't be listed.").format(folder=folder)
            do = _("Choose another folder.")
            raise Unavailable("recording.folder", what, why=system_reason(error), do=do) from error
        newest = sorted(found, key=lambda one: (-one.modified, one.name))[:MOST_FILES]
        with self._lock:
            known = {_key(one): self._known.get(_key(one)) for one in newest}
        return [RecordingFile(one.path, one.size, one.modified, known[_key(one)]) for one in newest]

    def follow(self, old: Path, new: Path) -> None:
        """What is known of the recording at `old` is that of `new`: it was moved there."""
        with self._lock:
            for path, size, modified in [key for key in self._known if key[0] == old]:
                self._known[new, size, modified] = self._known[path, size, modified]

    def look_into(self, file: RecordingFile) -> RecordingContent:
        """What the file holds, which takes up to some seconds."""
        with self._lock:
            known = self._known.get(_key(file))
        if known is None:
            known = _content(file)
            with self._lock:
                self._known[_key(file)] = known
        return known


def _key(file: RecordingFile) -> tuple[Path, int, float]:
    return file.path, file.size, file.modified


def _content(file: RecordingFile) -> RecordingContent:
    try:
        with file.path.open("rb") as opened:
            head = opened.read(_TAIL)
        if head[:2] != _GZIP and not head.startswith(SIGNATURE) and text_form(head) is None:
            is_blank = is_blank_recording(file.path, head)
            return RecordingContent(frames=0) if is_blank else RecordingContent(is_recording=False)
        if file.size <= _MOST_BYTES and not file.name.lower().endswith(".gz"):
            found = FrameStatistics()
            found.add(read_frames(file.path))
            totals = found.totals()
            return RecordingContent(totals.first, totals.seconds if totals.count else None, totals.count)
        return _candump_content(file.path)
    except (AppError, OSError):
        return RecordingContent()


def _candump_content(path: Path) -> RecordingContent:
    """What a large candump log holds, by its lines: each is a frame."""
    lines, last = 0, b""
    with path.open("rb") as file:
        first = _CANDUMP.match(file.read(_TAIL))
        if first is None:
            return RecordingContent()
        file.seek(0)
        while block := file.read(_BLOCK):
            lines += block.count(b"\n")
            last = (last + block)[-_TAIL:]
    whole = last[: last.rfind(b"\n") + 1].splitlines()  # a program may not have ended writing the last one
    end = _CANDUMP.match(whole[-1]) if whole else None
    begun = float(first[1])
    return RecordingContent(begun, max(float(end[1]) - begun, 0.0) if end is not None else None, lines)


def renamed(path: Path, name: str) -> Path:
    """Give a recording another name in its folder, and return its path. Its form stays, as its name tells that.

    Raises `Invalid` (`recording.name`), `Conflict` (`recording.exists`), `NotFound` (`files.gone`) and `Unavailable`
    (`recording.failed`).
    """
    kind = "".join(path.suffixes[-2:]) if path.name.lower().endswith(".gz") else path.suffix
    name = name.strip()
    whole = name if name.lower().endswith(kind.lower()) else name + kind
    if not name or name.startswith(".") or "/" in name or "\\" in name or "\0" in name or whole == kind:
        do = _("Enter a name without / and \\, which doesn't begin with a dot.")
        raise Invalid("recording.name", _("A file can't be called that."), do=do, field="name")
    target = path.with_name(whole)
    if target == path:
        return path
    if os.path.lexists(target):
        what = _("There's a “{name}” in this folder already.").format(name=whole)
        raise Conflict("recording.exists", what, do=_("Enter another name."), field="name")
    try:
        path.rename(target)
    except FileNotFoundError as error:
        what = _("“{name}” doesn't exist in {folder}.").format(name=path.name, folder=path.parent)
        raise NotFound("files.gone", what, do=_("Check the file's name and its folder.")) from error
    except OSError as error:
        what = _("“{name}” can't be renamed.").format(name=path.name)
        raise Unavailable("recording.failed", what, why=system_reason(error)) from error
    return target

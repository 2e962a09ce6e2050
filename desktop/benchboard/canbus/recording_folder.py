"""The recordings in a folder: their names and sizes at once, what they hold once they were looked into."""

import os
import threading
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchboard.canbus.recording_content import RecordingContent, is_recording, recording_content
from benchboard.canbus.recording_reader import has_recording_name
from benchboard.errors import Conflict, Invalid, NotFound, Unavailable
from benchboard.i18n import _, system_reason

MOST_FILES: Final = 1_000
"""Recordings of a folder that are listed, the newest ones."""


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
        self._known: dict[_Key, RecordingContent] = {}
        self._recognised: dict[_Key, bool] = {}
        """Whether a file is a recording, by how it begins."""
        self._lock = threading.Lock()

    def files(self, folder: Path, own: Collection[Path] = ()) -> list[RecordingFile]:
        """The recordings of this folder, the newest first; other programs' logs are none. `own`: those that this
        program recorded, which are also while nothing is in them. Raises `Unavailable` (`recording.folder`).
        """
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
        shown = [one for one in newest if self._is_recording(one, own)]
        with self._lock:
            known = {_key(one): self._known.get(_key(one)) for one in shown}
            listed = {_key(one) for one in newest}  # one that is being written is another one at each look
            self._recognised = {key: kind for key, kind in self._recognised.items() if key in listed}
        return [RecordingFile(one.path, one.size, one.modified, known[_key(one)]) for one in shown]

    def _is_recording(self, file: RecordingFile, own: Collection[Path]) -> bool:
        if not file.size and file.path in own:
            return True
        with self._lock:
            known = self._recognised.get(_key(file))
        if known is None:
            known = is_recording(file.path)
            with self._lock:
                self._recognised[_key(file)] = known
        return known

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
            known = recording_content(file.path, file.size)
            with self._lock:
                self._known[_key(file)] = known
        return known


_Key = tuple[Path, int, float]
"""The path of a file, its size and when it was changed last."""


def _key(file: RecordingFile) -> _Key:
    return file.path, file.size, file.modified


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

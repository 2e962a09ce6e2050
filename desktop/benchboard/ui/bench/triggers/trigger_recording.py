"""Records the live bus when a trigger is met: from some seconds before it, into the folder of the recordings."""

import re
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from benchboard.canbus.trigger_table import TriggerActions
from benchboard.i18n import _
from benchboard.ui.bench.kept_recordings.recording_bookmarks import (
    MAX_BOOKMARKS,
    MAX_NAME,
    Bookmark,
    RecordingBookmarks,
)
from benchboard.ui.bench.kept_recordings.recordings_folder import keep_recordings_folder, recordings_folder
from benchboard.ui.bench.recording_controls import RecordingControls
from benchboard.ui.context import Context

_WITH_UNIX_TIMES: Final = ".log"
"""The files whose frames have the times of the live bus: those of candump."""


class TriggerRecording:
    """One recording at a time: a trigger that is met while one goes on only makes its own last longer."""

    def __init__(
        self, context: Context, controls: RecordingControls, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._context, self._controls, self._clock = context, controls, clock
        self._bookmarks = RecordingBookmarks(context)
        self._path: Path | None = None
        """The file of the recording that a trigger began, while it goes on."""
        self._until: float | None = None
        """When it ends, by the clock (s); None: when somebody stops it."""

    def begin(self, title: str, actions: TriggerActions, seconds: float) -> str:
        """A trigger was met at a time (Unix, s): record from before it. Returns what was done."""
        until = None if actions.after_s is None else self._clock() + actions.after_s
        if self._path is not None:
            self._until = None if until is None or self._until is None else max(until, self._until)
            return _("recording to {file} goes on").format(file=self._path.name)
        if self._controls.recording or self._controls.is_busy:
            return _("already recording")
        self._path, self._until = self._new_path(title), until
        keep_recordings_folder(self._context, self._path.parent)  # where it is found afterwards
        self._controls.start(self._path, since=seconds - actions.before_s)
        said = _("starting to record to {file} in {folder}")
        return said.format(file=self._path.name, folder=self._path.parent)

    def bookmark(self, title: str, seconds: float) -> None:
        """Bookmark the time (Unix, s) in the recording that goes on, if its frames have such times and it has room."""
        path = self._path or self._controls.path
        if path is None or path.suffix != _WITH_UNIX_TIMES:
            return
        present = self._bookmarks.of(path)
        if len(present) < MAX_BOOKMARKS:
            self._bookmarks.keep(path, (*present, Bookmark(seconds, title[:MAX_NAME])))

    def follow(self) -> None:
        """End the recording once its time is over, and notice that it has ended."""
        if self._path is None or self._controls.is_busy:
            return
        if not self._controls.recording:
            self._path = None
        elif self._until is not None and self._clock() >= self._until:
            self._path = None
            self._controls.stop()

    @property
    def folder(self) -> Path:
        """The folder of the recordings, or else the home folder, which becomes it with the first recording."""
        return recordings_folder(self._context) or Path.home()

    def _new_path(self, title: str) -> Path:
        """A file in the folder of its own: the name has the time to the millisecond."""
        now = datetime.now()
        name = f"{title} {now:%Y-%m-%d %H-%M-%S}-{now.microsecond // 1000:03d}"
        return self.folder / (re.sub(r"[^\w .()-]", "_", name) + _WITH_UNIX_TIMES)

"""Sets, renames and removes bookmarks of the open recording, and goes to the next one."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QHBoxLayout, QWidget

from benchboard.canbus.recording import Recording
from benchboard.i18n import _, number
from benchboard.ui.bench.kept_recordings.recording_bookmarks import (
    MAX_BOOKMARKS,
    MAX_NAME,
    Bookmark,
    RecordingBookmarks,
)
from benchboard.ui.bench.recording_time_line import RecordingTimeLine
from benchboard.ui.context import Context
from benchboard.ui.widgets import Button, Edit, Popover
from benchboard.ui.widgets.accessible import announce


class BookmarkEditing(QObject):
    """Shows the bookmarks of a recording in `time_line`, and edits them; `seek` goes to a time (s)."""

    def __init__(
        self, context: Context, view: QWidget, time_line: RecordingTimeLine, seek: Callable[[float], object]
    ) -> None:
        super().__init__(view)
        self._context, self._view, self._time_line, self._seek = context, view, time_line, seek
        self.kept = RecordingBookmarks(context)
        self._recording: Recording | None = None
        self.bookmarks: tuple[Bookmark, ...] = ()
        """Those in the open recording, in the order of time."""

    def show_recording(self, recording: Recording | None) -> None:
        """Show the bookmarks of another recording."""
        self._recording = recording
        self._show()

    def why_none(self) -> str:
        """Why there is no next bookmark; empty if there is one."""
        return "" if self.bookmarks else _("The recording has no bookmarks.")

    def why_not_added(self) -> str:
        """Why no bookmark can be set here; empty if one can."""
        if self._at() is not None or len(self.bookmarks) < MAX_BOOKMARKS:
            return ""
        return _("A recording has at most {count} bookmarks.").format(count=number(MAX_BOOKMARKS))

    def next(self) -> None:
        """Go to the next bookmark, after the last one to the first again."""
        if self.bookmarks:
            here = self._time_line.playhead
            target = next((one for one in self.bookmarks if one.seconds > here), self.bookmarks[0])
            self._seek(target.seconds)
            announce(self._time_line, target.name, again=True)

    def ask(self, anchor: QWidget) -> None:
        """Ask for the name of a bookmark at the playhead, or for another one of that which is there."""
        at, seconds = self._at(), self._time_line.playhead
        popover = Popover(anchor, width=320, name="recording_bookmark_popover")
        field = Edit(name="recording_bookmark_name", label=_("Name of the bookmark"))
        field.setMaxLength(MAX_NAME)
        new = _("Bookmark {number}").format(number=number(len(self.bookmarks) + 1))
        field.setText(at.name if at is not None else new)
        field.selectAll()

        def save() -> None:
            name = " ".join(field.text().split())
            if name:
                popover.close()
                others = [one for one in self.bookmarks if one is not at]
                self._edit((*others, Bookmark(at.seconds if at is not None else seconds, name)))
                announce(self._time_line, _("Bookmark “{name}” set").format(name=name), again=True)

        def remove() -> None:
            popover.close()
            if at is not None:
                self._remove(at)

        line = QHBoxLayout()
        line.addStretch(1)
        if at is not None:
            line.addWidget(Button(_("Remove"), remove, name="recording_bookmark_remove"))
        title = _("Rename") if at is not None else _("Set bookmark")
        line.addWidget(Button(title, save, kind="primary", name="recording_bookmark_save"))
        field.returnPressed.connect(save)
        popover.column.addWidget(field)
        popover.column.addLayout(line)
        popover.open()
        field.setFocus()

    def _at(self) -> Bookmark | None:
        """The bookmark at the playhead."""
        return next((one for one in self.bookmarks if one.seconds == self._time_line.playhead), None)

    def _remove(self, bookmark: Bookmark) -> None:
        before = self.bookmarks
        self._edit(tuple(one for one in before if one is not bookmark))
        said = _("Removed the bookmark “{name}”.").format(name=bookmark.name)
        self._context.problems.toast(said, partial(self._edit, before, self._recording))

    def _edit(self, bookmarks: tuple[Bookmark, ...], of: Recording | None = None) -> None:
        recording = of or self._recording
        if recording is not None:
            self.kept.keep(recording.path, tuple(sorted(bookmarks)))
            self._show()

    def _show(self) -> None:
        recording = self._recording
        found = self.kept.of(recording.path) if recording is not None else ()
        if recording is not None:  # another file may have come there
            found = tuple(one for one in found if recording.start <= one.seconds <= recording.end)
        self.bookmarks = found
        self._time_line.show_bookmarks(found)

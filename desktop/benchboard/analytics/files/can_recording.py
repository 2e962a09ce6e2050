"""The frames of a CAN recording: a candump log, a Vector ASC file or a PEAK TRC file, one row each."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from benchboard.analytics.files.formats import open_text_bytes, read_head
from benchboard.canbus.recording_lines import TextLines
from benchboard.canbus.recording_text import TextForm, text_form, text_messages
from benchboard.errors import Invalid
from benchboard.i18n import _

if TYPE_CHECKING:
    from can import Message

TABLE: Final = "frames"
TITLES: Final = ("Time", "Elapsed (s)", "Channel", "ID", "Extended", "Type", "Length", "Data", "Direction")
"""The columns. The frames of a recording that doesn't say when it began have no time."""
_FIRST_DATE: Final = 86_400 * 366.0
"""Seconds from which on a time counts from 1970; below, it counts from when something was started."""


class CanRecording:
    """A recording, open for reading."""

    has_titles = True

    def __init__(self, path: Path, lines: TextLines, form: TextForm) -> None:
        self._path, self._lines, self._form = path, lines, form

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[Self]:
        """The recording at `path`. Raises `Invalid` if it is none."""
        form = text_form(read_head(path, 4_096))
        if form is None:
            raise Invalid("files.unreadable", _("“{name}” isn't a CAN recording.").format(name=path.name))
        with open_text_bytes(path) as file:
            yield cls(path, TextLines(file), form)

    def tables(self) -> tuple[str, ...]:
        """Its only table."""
        return (TABLE,)

    def rows(self, table: str) -> Iterator[Sequence[object]]:
        """The titles, then a row for each frame. Raises `Invalid`."""
        if table != TABLE:
            what = _("“{name}” has no table “{table}”.").format(name=self._path.name, table=table)
            raise Invalid("files.table", what)
        frames = text_messages(self._path.name, self._lines, self._form)
        first = next(frames, None)
        if first is None:
            return
        begun = float(first.timestamp)
        skipped = 0 if begun >= _FIRST_DATE else 1
        yield TITLES[skipped:]
        for frame in itertools.chain((first,), frames):
            yield self._row(frame, begun)[skipped:]

    def _row(self, frame: "Message", begun: float) -> Sequence[object]:
        ident = f"{frame.arbitration_id:0{8 if frame.is_extended_id else 3}X}"
        kind = (
            "error" if frame.is_error_frame else "remote" if frame.is_remote_frame else "FD" if frame.is_fd else "data"
        )
        return (
            self._time(frame.timestamp),
            round(frame.timestamp - begun, 6),
            None if frame.channel is None else str(frame.channel),
            None if frame.is_error_frame else ident,
            frame.is_extended_id,
            kind,
            frame.dlc,
            bytes(frame.data).hex(" ").upper(),
            "received" if frame.is_rx else "sent",
        )

    def _time(self, seconds: float) -> datetime | None:
        """A time as the file shows it: an ASC file begins with one of the clock on the wall, the others with UTC."""
        if seconds < _FIRST_DATE:
            return None
        try:
            zone = None if self._form == "asc" else UTC
            return datetime.fromtimestamp(round(seconds, 6), zone).replace(tzinfo=None)
        except (OverflowError, ValueError, OSError):
            return None

"""The frames of a CAN recording: a candump log, a Vector ASC file or a PEAK TRC file, one row each.

python-can reads the forms. A program may not have ended writing a recording: a last line without an end is left out if
it isn't a frame. Any other wrong line is an error that names it.
"""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Self

from benchboard.analytics.files.formats import RecordingForm, open_text_bytes, read_head, recording_form
from benchboard.errors import Invalid
from benchboard.i18n import _, number

if TYPE_CHECKING:
    from can import Message

TABLE: Final = "frames"
TITLES: Final = ("Time", "Elapsed (s)", "Channel", "ID", "Extended", "Type", "Length", "Data", "Direction")
"""The columns. The frames of a recording that doesn't say when it began have no time."""
_FIRST_DATE: Final = 86_400 * 366.0
"""Seconds from which on a time counts from 1970; below, it counts from when something was started."""
_MAX_LINE: Final = 4_096
"""Characters. The longest frame, of CAN FD, has under 300."""
_WRONG: Final = (ValueError, IndexError, KeyError, TypeError, OverflowError, NotImplementedError)
"""What python-can's readers raise for a line that isn't a frame."""


class CanRecording:
    """A recording, open for reading."""

    has_titles = True

    def __init__(self, path: Path, lines: "_Lines", form: RecordingForm) -> None:
        self._path, self._lines, self._form = path, lines, form

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[Self]:
        """The recording at `path`. Raises `Invalid` if it is none."""
        form = recording_form(read_head(path, 4_096))
        if form is None:
            raise Invalid("files.unreadable", _("“{name}” isn't a CAN recording.").format(name=path.name))
        with open_text_bytes(path) as file:
            yield cls(path, _Lines(file), form)

    def tables(self) -> tuple[str, ...]:
        """Its only table."""
        return (TABLE,)

    def rows(self, table: str) -> Iterator[Sequence[object]]:
        """The titles, then a row for each frame. Raises `Invalid`."""
        if table != TABLE:
            what = _("“{name}” has no table “{table}”.").format(name=self._path.name, table=table)
            raise Invalid("files.table", what)
        frames = self._frames()
        first = next(frames, None)
        if first is None:
            return
        begun = float(first.timestamp)
        skipped = 0 if begun >= _FIRST_DATE else 1
        yield TITLES[skipped:]
        for frame in itertools.chain((first,), frames):
            yield self._row(frame, begun)[skipped:]

    def _frames(self) -> Iterator["Message"]:
        frames = iter(_reader(self._form, self._lines))
        while True:
            try:
                frame = next(frames, None)
            except _WRONG as error:
                if self._lines.is_cut_off:
                    return
                what = _("Line {line} of “{name}” isn't a CAN frame.")
                raise Invalid(
                    "files.unreadable",
                    what.format(line=number(self._lines.count), name=self._path.name),
                    do=_("Correct or remove the line, then try again."),
                ) from error
            if frame is None:
                return
            yield frame

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


class _Lines:
    """The lines of a text file as python-can's readers take them, counted. Whoever opened the file closes it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._text = TextIOWrapper(file, encoding="utf-8-sig", errors="replace")
        self.count = 0
        self.is_cut_off = False
        """Whether the line that was read last has no end, and so is the last one."""

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(_MAX_LINE):
            self.count += 1
            self.is_cut_off = not line.endswith("\n") and len(line) < _MAX_LINE
            yield line

    def close(self) -> None:
        """A reader does this at its end."""


def _reader(form: RecordingForm, lines: _Lines) -> Any:
    # Imported late: python-can takes 0.1 s, which the start of the program doesn't pay.
    from can import ASCReader, CanutilsLogReader, TRCReader

    file: Any = lines  # readers only iterate over their file, and close it
    if form == "asc":
        return ASCReader(file, relative_timestamp=False)
    return (CanutilsLogReader if form == "candump" else TRCReader)(file)

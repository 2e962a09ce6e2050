"""Writes frames to a CAN recording: candump, ASC, BLF, TRC or CSV. What was flushed survives the program's end."""

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from benchboard.canbus import candump
from benchboard.canbus.can_messages import to_message
from benchboard.canbus.frame import Frame
from benchboard.canbus.recording_channels import interface_name, numbered
from benchboard.csv_text import FORMULA_STARTS
from benchboard.errors import Invalid
from benchboard.i18n import _

if TYPE_CHECKING:
    from can import Message, TRCWriter

FORMS: Final = {".log": "candump", ".asc": "asc", ".blf": "blf", ".trc": "trc", ".csv": "csv"}
"""The form that a file of each extension has."""
_CSV_TITLES: Final = "time,id,extended,type,dlc,data,direction\n"


class RecordingWriter(Protocol):
    """An open recording. Every method may raise `OSError`."""

    left_out: int
    """Frames that the form has no way to write: TRC none of CAN FD, remote and error frames."""

    def write(self, frames: Sequence[Frame]) -> None:
        """Add frames, oldest first. Each has its time."""
        ...

    def flush(self) -> None:
        """Hand what was added to the system, which keeps it if this program is killed."""
        ...

    def close(self) -> None:
        """End the recording."""
        ...


def recording_form(path: Path) -> str:
    """The form that a file with this name is written in. Raises `Invalid` (`recording.form`)."""
    form = FORMS.get(path.suffix.lower())
    if form is None:
        raise Invalid(
            "recording.form",
            _("“{name}” doesn't say what to record as.").format(name=path.name),
            do=_("Let its name end in one of: {list}.").format(list=", ".join(FORMS)),
            field="file",
        )
    return form


def open_recording(path: Path, *, named: Path | None = None, channels: Sequence[str] = ()) -> RecordingWriter:
    """Create the recording at `path`, in place of a file that is there. `named` is its path later, if that is another
    one: its name says the form. `channels`: those of its frames, which it keeps apart.

    Raises `Invalid` (`recording.form`) and `OSError`.
    """
    form = recording_form(named or path)
    if form == "candump":
        return _TextWriter(path, "", _candump_line)
    if form == "csv":
        return _TextWriter(
            path, _csv_titles(has_channels=bool(channels)), partial(_csv_line, has_channels=bool(channels))
        )
    numbers = numbered(channels)
    return _BlfWriter(path, numbers) if form == "blf" else _PythonCanWriter(path, form, named or path, numbers)


class _TextWriter:
    def __init__(self, path: Path, head: str, line: Callable[[Frame], str]) -> None:
        self.left_out = 0
        self._line = line
        self._file = path.open("w", encoding="utf-8", newline="")
        self._file.write(head)
        self._file.flush()

    def write(self, frames: Sequence[Frame]) -> None:
        self._file.write("".join(map(self._line, frames)))

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def _seconds(frame: Frame) -> float:
    """The time of a frame, no finer than its stamp: a format has six digits, those that the stamp hasn't are zero."""
    stamp = frame.timestamp
    return round(stamp.seconds, stamp.decimals) if stamp is not None else 0.0


def _message(frame: Frame, numbers: Mapping[str, int]) -> "Message":
    message = to_message(frame)
    message.timestamp = _seconds(frame)
    message.channel = numbers.get(frame.channel, 1) - 1  # python-can's writers count from 0 on
    return message


def _candump_line(frame: Frame) -> str:
    direction = "T" if frame.sent else "R"
    return f"({_seconds(frame):.6f}) {interface_name(frame.channel)} {candump.text(frame)} {direction}\n"


def _csv_text(text: str) -> str:
    text = f"'{text}" if text.startswith(FORMULA_STARTS) else text
    return '"' + text.replace('"', '""') + '"' if set(text) & set('",\r\n') else text


def _csv_titles(*, has_channels: bool) -> str:
    return _CSV_TITLES.replace("\n", ",channel\n") if has_channels else _CSV_TITLES


def _csv_line(frame: Frame, *, has_channels: bool) -> str:
    kind = "error" if frame.error else "remote" if frame.remote else "fd" if frame.fd else "data"
    ident = f"{frame.id:0{8 if frame.extended else 3}X}"
    direction = "sent" if frame.sent else "received"
    data = frame.data.hex(" ").upper()
    channel = f",{_csv_text(frame.channel)}" if has_channels else ""
    return f"{_seconds(frame):.6f},{ident},{int(frame.extended)},{kind},{frame.dlc},{data},{direction}{channel}\n"


def _stop(writer: Any) -> None:
    """Stop a writer of python-can, which leaves its file open where that fails."""
    try:
        writer.stop()
    except OSError:
        with contextlib.suppress(OSError):
            writer.file.close()
        raise


def _trc_writer(writer: "TRCWriter", named: Path) -> "TRCWriter":
    writer.filepath = str(named.absolute())  # the head of the file has it
    return writer


class _PythonCanWriter:
    """ASC and TRC, by python-can's writers."""

    def __init__(self, path: Path, form: str, named: Path, numbers: Mapping[str, int]) -> None:
        from can import ASCWriter, TRCWriter

        self.left_out, self._numbers = 0, numbers
        self._writes_all = form == "asc"
        self._has_head = form == "asc"
        # Its own `newline`: TRC files end their lines as on Windows, wherever they are written.
        self._writer: Any = ASCWriter(path) if form == "asc" else _trc_writer(TRCWriter(path), named)

    def write(self, frames: Sequence[Frame]) -> None:
        for frame in frames:
            if self._writes_all or not (frame.fd or frame.remote or frame.error):
                self._has_head = True
                self._writer.on_message_received(_message(frame, self._numbers))
            else:
                self.left_out += 1

    def flush(self) -> None:
        self._writer.file.flush()

    def close(self) -> None:
        if not self._has_head:
            self._writer.write_header(time.time())  # python-can writes that of a TRC file with its first frame
        _stop(self._writer)


class _BlfWriter:
    """BLF, by python-can's writer, which has written nothing until it is stopped: it is, at each flush."""

    def __init__(self, path: Path, numbers: Mapping[str, int]) -> None:
        from can import BLFWriter

        self.left_out, self._numbers = 0, numbers
        self._path, self._new = path, BLFWriter
        self._writer: Any = BLFWriter(path)
        self._is_open = True

    def write(self, frames: Sequence[Frame]) -> None:
        if frames and not self._is_open:
            self._writer, self._is_open = self._new(self._path, append=True), True
        for frame in frames:
            self._writer.on_message_received(_message(frame, self._numbers))

    def flush(self) -> None:
        if self._is_open:
            self._is_open = False
            _stop(self._writer)

    def close(self) -> None:
        self.flush()

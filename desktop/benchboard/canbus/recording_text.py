"""The messages in the lines of a CAN recording: a candump log, a Vector ASC file or a PEAK TRC file.

python-can reads the forms. A program may not have ended writing a recording: a last line without an end is left out if
it isn't a frame. Any other wrong line is an error that names it, or is noted, and those after it are read.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, Literal

from benchboard.canbus.recording_lines import TextLines
from benchboard.canbus.unreadable_parts import UnreadableParts
from benchboard.errors import Invalid
from benchboard.i18n import _, number

if TYPE_CHECKING:
    from can import Message

TextForm = Literal["candump", "asc", "trc"]
_FORMS: Final[tuple[tuple[re.Pattern[str], TextForm], ...]] = (
    (re.compile(r"\s*\(\d{1,12}\.\d{1,9}\)\s+\S+\s+[0-9A-Fa-f]{3,8}#"), "candump"),
    (re.compile(r"\s*date\s+\w+\s[^\n]+\n(\s*//[^\n]*\n)*\s*base\s+(hex|dec)\b", re.IGNORECASE), "asc"),
    (re.compile(r"\s*;\$FILEVERSION=\d"), "trc"),
)
"""How recordings of a CAN bus begin: can-utils' `candump -L`, Vector's ASC, PEAK's TRC."""
_WRONG: Final = (ValueError, IndexError, KeyError, TypeError, OverflowError, NotImplementedError)
"""What python-can's readers raise for a line that isn't a frame."""


def text_form(head: bytes) -> TextForm | None:
    """Which form of CAN recording a text file is that begins like this; None if it is none."""
    text = head.decode("utf-8", "replace").removeprefix("\ufeff")
    return next((form for begin, form in _FORMS if begin.match(text)), None)


def text_messages(
    name: str, lines: TextLines, form: TextForm, unreadable: UnreadableParts | None = None
) -> Iterator["Message"]:
    """The messages of the file `name`. Lines that aren't any though they should be are noted in `unreadable`; without
    it, the first one raises `Invalid` (`files.unreadable`).
    """
    reader = _reader(form, lines)
    frames = iter(reader)
    while True:
        try:
            frame = next(frames, None)
        except _WRONG as error:
            if lines.is_cut_off:
                return
            if unreadable is None:
                raise not_a_frame(name, lines) from error
            unreadable.note_line(lines.count, lines.last)
            frames = iter(reader)  # what raised has ended
            continue
        if frame is None:
            return
        yield frame


def not_a_frame(name: str, lines: TextLines) -> Invalid:
    """That the line of the file `name` that was read last isn't a frame."""
    what = _("Line {line} of “{name}” isn't a CAN frame.").format(line=number(lines.count), name=name)
    return Invalid("files.unreadable", what, do=_("Correct or remove the line, then try again."))


def _reader(form: TextForm, lines: TextLines) -> Any:
    # Imported late: python-can takes 0.1 s, which the start of the program doesn't pay.
    from can import CanutilsLogReader

    from benchboard.canbus.recording_readers import AscLines, TrcLines

    if form == "candump":
        file: Any = lines  # readers only iterate over their file, and close it
        return CanutilsLogReader(file)
    return AscLines(lines) if form == "asc" else TrcLines(lines)

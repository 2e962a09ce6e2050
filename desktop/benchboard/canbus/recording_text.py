"""The messages in the lines of a CAN recording: a candump log, a Vector ASC file or a PEAK TRC file.

python-can reads the forms. A program may not have ended writing a recording: a last line without an end is left out if
it isn't a frame. Any other wrong line is an error that names it.
"""

import re
from collections.abc import Iterator
from io import TextIOWrapper
from typing import IO, TYPE_CHECKING, Any, Final, Literal

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
_MAX_LINE: Final = 4_096
"""Characters. The longest frame, of CAN FD, has under 300."""
_WRONG: Final = (ValueError, IndexError, KeyError, TypeError, OverflowError, NotImplementedError)
"""What python-can's readers raise for a line that isn't a frame."""


def text_form(head: bytes) -> TextForm | None:
    """Which form of CAN recording a text file is that begins like this; None if it is none."""
    text = head.decode("utf-8", "replace").removeprefix("\ufeff")
    return next((form for begin, form in _FORMS if begin.match(text)), None)


class TextLines:
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

    def detach(self) -> None:
        """Leave the file to whoever opened it: it would be closed with these lines otherwise."""
        self._text.detach()


def text_messages(name: str, lines: TextLines, form: TextForm) -> Iterator["Message"]:
    """The messages of the file `name`. Raises `Invalid` (`files.unreadable`) for a line that is none."""
    frames = iter(_reader(form, lines))
    while True:
        try:
            frame = next(frames, None)
        except _WRONG as error:
            if lines.is_cut_off:
                return
            raise not_a_frame(name, lines) from error
        if frame is None:
            return
        yield frame


def not_a_frame(name: str, lines: TextLines) -> Invalid:
    """That the line of the file `name` that was read last isn't a frame."""
    what = _("Line {line} of “{name}” isn't a CAN frame.").format(line=number(lines.count), name=name)
    return Invalid("files.unreadable", what, do=_("Correct or remove the line, then try again."))


def _reader(form: TextForm, lines: TextLines) -> Any:
    # Imported late: python-can takes 0.1 s, which the start of the program doesn't pay.
    from can import ASCReader, CanutilsLogReader, TRCReader

    file: Any = lines  # readers only iterate over their file, and close it
    if form == "asc":
        return ASCReader(file, relative_timestamp=False)
    return (CanutilsLogReader if form == "candump" else TRCReader)(file)

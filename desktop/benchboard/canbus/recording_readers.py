"""python-can's readers of ASC and TRC files, so that they can go on after a line that isn't a frame though it should
be, and take none for a frame that isn't one whole. Either raises for such a line; iterated over again, it reads on.
"""

import re
from typing import Any, Final

from can import ASCReader, Message, TRCFileVersion, TRCReader
from can.io.asc import ASC_MESSAGE_REGEX

from benchboard.canbus.recording_lines import TextLines

_ASC_HEAD_END: Final = re.compile(r"\s*(no)?\s*internal\s+events\s+logged", re.IGNORECASE)
_ASC_TIME: Final = re.compile(r"\s*\d+\.\d+\s")
_ASC_FRAME: Final = re.compile(r"\s*\d+\.\d+\s+(CANFD\s|\d+\s+[0-9A-Fa-f]{1,8}x?\s+\S+\s+[dr]\s)", re.IGNORECASE)
"""What looks like a frame of an ASC file, whatever its direction is."""
_ASC_WITHOUT_TIME: Final = re.compile(r"\s*\d|.*\s(Rx|Tx)\s", re.IGNORECASE)
"""What looks like one if it doesn't begin with a time."""
_TRC_TYPE: Final = re.compile(r"[A-Za-z]{2,8}")


class AscLines(ASCReader):
    """The messages of an ASC file."""

    def __init__(self, lines: TextLines) -> None:
        file: Any = _Checked(lines)
        super().__init__(file, relative_timestamp=False)
        self._lines, self._has_begun = lines, False

    def _extract_header(self) -> None:
        if self._has_begun:
            return
        self._has_begun = True
        super()._extract_header()
        if not _ASC_HEAD_END.match(self._lines.last):
            self._lines.push_back()  # python-can leaves the first line after the head out

    def _process_classic_can_frame(self, line: str, msg_kwargs: dict[str, Any]) -> Message:
        return _whole(super()._process_classic_can_frame(line, msg_kwargs), most=8)

    def _process_fd_can_frame(self, line: str, msg_kwargs: dict[str, Any]) -> Message:
        return _whole(super()._process_fd_can_frame(line, msg_kwargs), most=64)


class _Checked:
    """The lines for `AscLines`: it leaves out what isn't like a frame, of which that is an error that is damaged."""

    def __init__(self, lines: TextLines) -> None:
        self._lines = lines
        self.close = lines.close

    def __iter__(self) -> Any:
        for line in self._lines:
            like = _ASC_FRAME if _ASC_TIME.match(line) else _ASC_WITHOUT_TIME
            if not ASC_MESSAGE_REGEX.match(line.strip()) and like.match(line):
                raise ValueError(line)
            yield line


def _whole(message: Message, most: int) -> Message:
    """The message, if it has as many bytes as it says."""
    has_data = not (message.is_remote_frame or message.is_error_frame)
    if has_data and len(message.data) != min(message.dlc, most):
        raise ValueError(message.dlc)
    return message


class TrcLines(TRCReader):
    """The messages of a TRC file."""

    def __init__(self, lines: TextLines) -> None:
        file: Any = lines
        super().__init__(file)
        self._lines, self._has_begun = lines, False

    def _extract_header(self) -> str:
        if self._has_begun:
            return ""
        self._has_begun = True
        return super()._extract_header()

    def _parse_line(self, line: str) -> Message | None:
        if not line:
            return None
        columns = tuple(line.split(maxsplit=self._num_columns))
        message = self._parse_cols(columns)
        if message is None:
            place = self.columns.get("T", 3 if self.file_version == TRCFileVersion.V1_3 else 2)
            if not _TRC_TYPE.fullmatch(columns[place]) and columns[2] != "FFFFFFFF":
                raise ValueError(line)
            return None
        return _whole(message, most=64)

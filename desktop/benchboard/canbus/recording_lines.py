"""The lines of a text file, as python-can's readers take them."""

from collections.abc import Iterator
from io import TextIOWrapper
from typing import IO, Final

_MAX_LINE: Final = 4_096
"""Characters. The longest frame, of CAN FD, has under 300."""


class TextLines:
    """The lines of a text file as python-can's readers take them, counted. Whoever opened the file closes it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._text = TextIOWrapper(file, encoding="utf-8-sig", errors="replace")
        self.count = 0
        self.last = ""
        """The line that was read last, or the beginning of a very long one."""
        self._again = False
        self.is_cut_off = False
        """Whether the line that was read last has no end, and so is the last one."""

    def __iter__(self) -> Iterator[str]:
        while True:
            if self._again:
                self._again = False
            elif not self._read():
                return
            yield self.last

    def _read(self) -> bool:
        self.last = line = self._text.readline(_MAX_LINE)
        self.count += bool(line)
        while len(line) == _MAX_LINE and not line.endswith("\n"):
            line = self._text.readline(_MAX_LINE)
        self.is_cut_off = not line.endswith("\n")
        return bool(self.last)

    def push_back(self) -> None:
        """Read the last line once more."""
        self._again = bool(self.last)

    def close(self) -> None:
        """A reader does this at its end."""

    def detach(self) -> None:
        """Leave the file to whoever opened it: it would be closed with these lines otherwise."""
        self._text.detach()

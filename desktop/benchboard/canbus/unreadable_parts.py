"""What of a recording couldn't be read, while the rest was: how much, and where it begins. No I/O."""

from typing import Final

from benchboard.errors import Invalid
from benchboard.i18n import _, ngettext, number

_ENOUGH: Final = 1_000
"""Unreadable parts from which on a file that has fewer frames than these is given up."""
_LONGEST: Final = 60
"""Characters of a line that are quoted."""


class UnreadableParts:
    """The lines of a text file, or the parts of a binary one, that aren't frames though they should be."""

    def __init__(self) -> None:
        self.count = 0
        self.is_cut = False
        """Whether the rest of the file can't be decompressed."""
        self._first = ""
        self._in_lines = False

    def __bool__(self) -> bool:
        return bool(self.count) or self.is_cut

    def note_line(self, line: int, text: str) -> None:
        """This line isn't a frame."""
        if not self.count:
            self._in_lines = True
            shown = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text.strip())
            quoted = shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
            self._first = _("The first is line {line}: “{text}”.").format(line=number(line), text=quoted)
        self.count += 1

    def note_part(self, place: int) -> None:
        """What is at this byte of the file isn't readable."""
        if not self.count:
            self._first = _("The first is at byte {place}.").format(place=number(place))
        self.count += 1

    def what(self, name: str) -> str:
        """How much of the recording called `name` couldn't be read, in a sentence."""
        if not self.count:
            return _("The end of “{name}” can't be decompressed.").format(name=name)
        lines = ngettext(
            "{count} line of “{name}” can't be read.", "{count} lines of “{name}” can't be read.", self.count
        )
        parts = ngettext(
            "{count} part of “{name}” can't be read.", "{count} parts of “{name}” can't be read.", self.count
        )
        return (lines if self._in_lines else parts).format(count=number(self.count), name=name)

    @property
    def why(self) -> str:
        """Where that begins, and what it means, in a sentence or two."""
        cut = _("Its end can't be decompressed.") if self.count and self.is_cut else ""
        return " ".join(text for text in (self._first, cut, _("The frames in it are missing.")) if text)

    def require_mostly_read(self, name: str, frames: int, *, at_end: bool) -> None:
        """Raise `Invalid` (`files.unreadable`) if nothing of the file, or less than half of it, is frames."""
        if self.count <= frames or not (at_end or self.count >= _ENOUGH):
            return
        do = _("Choose another file, or record it again.")
        if not frames:
            raise Invalid("files.unreadable", _("“{name}” is damaged.").format(name=name), why=self._first, do=do)
        what = _("Most of “{name}” can't be read.").format(name=name)
        raise Invalid("files.unreadable", what, why=self._first, do=do)

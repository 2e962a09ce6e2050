"""A filter of frames by identifier, as it is typed: `18F`, `100-1FF`, `100&700`, or several of them."""

import re
from dataclasses import dataclass
from typing import Final

from benchboard.canbus.frame import MAX_EXTENDED_ID, Frame
from benchboard.errors import Invalid
from benchboard.i18n import _

_EXTENDED_DIGITS: Final = 8
_TERM: Final = re.compile(r"(?:0x)?([0-9a-f]{1,8})(?:([-&])(?:0x)?([0-9a-f]{1,8}))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Term:
    """IDs from `first` to `last` whose bits in `mask` are those of `first`."""

    first: int
    last: int
    mask: int
    extended: bool
    """Whether it was written with eight digits: then it is no standard ID."""

    def matches(self, frame: Frame) -> bool:
        if self.extended and not frame.extended:
            return False
        in_range = self.first <= frame.id <= self.last
        return in_range if self.mask == MAX_EXTENDED_ID else frame.id & self.mask == self.first & self.mask


@dataclass(frozen=True, slots=True)
class IdFilter:
    """Matches frames that one of its terms matches; without terms, all. Error frames have no ID, and always match."""

    terms: tuple[_Term, ...] = ()

    def matches(self, frame: Frame) -> bool:
        """Whether the frame is shown."""
        return not self.terms or frame.error or any(term.matches(frame) for term in self.terms)


def parse_id_filter(text: str) -> IdFilter:
    """The filter that `text` describes: hexadecimal IDs, ranges (`100-1FF`) and IDs with a mask (`100&700`), separated
    by commas or spaces. An ID of eight digits is an extended one. Raises `Invalid` (`can.id-filter`).
    """
    joined = re.sub(r"\s*([-&])\s*", r"\1", text)
    return IdFilter(tuple(_term(one) for one in re.split(r"[\s,;]+", joined) if one))


def _term(text: str) -> _Term:
    matched = _TERM.fullmatch(text)
    if matched is None:
        raise _invalid(_("“{text}” isn't an ID in hexadecimal digits.").format(text=text))
    low, sign, high = matched.groups()
    first, second = int(low, 16), int(high or low, 16)
    if max(first, second) > MAX_EXTENDED_ID:
        raise _invalid(_("“{text}” is beyond the largest ID, 1FFFFFFF.").format(text=text))
    if sign == "-" and second < first:
        raise _invalid(_("The range “{text}” ends before it begins.").format(text=text))
    extended = len(low) == _EXTENDED_DIGITS
    if sign == "&":
        return _Term(first, first, second, extended)
    return _Term(first, second, MAX_EXTENDED_ID, extended)


def _invalid(what: str) -> Invalid:
    return Invalid("can.id-filter", what, do=_("Enter for example 18F, 100-1FF or 100&700."))

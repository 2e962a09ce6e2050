"""Which IDs frames get in place of those that they were recorded with, as it is typed: `123=456, 18FEF100=18FEF200`."""

import re
from collections.abc import Mapping
from typing import Final

from benchboard.canbus.frame import MAX_EXTENDED_ID, MAX_STANDARD_ID, Frame
from benchboard.errors import Invalid
from benchboard.i18n import _

_EXTENDED_DIGITS: Final = 8
_PAIR: Final = re.compile(r"(?:0x)?([0-9a-f]{1,8})=(?:0x)?([0-9a-f]{1,8})", re.IGNORECASE)
IdMap = Mapping[tuple[int, bool], tuple[int, bool]]
"""The new ID of an ID, each with whether it is extended."""


def parse_id_map(text: str) -> IdMap:
    """The IDs that `text` describes: pairs in hexadecimal digits, separated by commas or spaces. An ID of eight digits
    is an extended one. Raises `Invalid` (`can.id-map`).
    """
    joined = re.sub(r"\s*=\s*", "=", text)
    found: dict[tuple[int, bool], tuple[int, bool]] = {}
    for pair in filter(None, re.split(r"[\s,;]+", joined)):
        matched = _PAIR.fullmatch(pair)
        if matched is None:
            raise _invalid(_("“{text}” isn't a pair of IDs.").format(text=pair))
        old, new = (_ident(digits) for digits in matched.groups())
        if old in found and found[old] != new:
            raise _invalid(_("ID {id} gets two others.").format(id=matched[1]))
        found[old] = new
    return found


def with_new_id(frame: Frame, id_map: IdMap) -> Frame:
    """The frame with the ID that the map has for its own."""
    new = id_map.get((frame.id, frame.extended)) if id_map else None
    return frame if new is None else frame._replace(id=new[0], extended=new[1])


def _ident(digits: str) -> tuple[int, bool]:
    extended, ident = len(digits) == _EXTENDED_DIGITS, int(digits, 16)
    limit = MAX_EXTENDED_ID if extended else MAX_STANDARD_ID
    if ident > limit:
        what = _("ID {id} is above {limit}.").format(id=digits, limit=f"{limit:X}")
        raise _invalid(what)
    return ident, extended


def _invalid(what: str) -> Invalid:
    return Invalid("can.id-map", what, do=_("Enter for example 123=456 or 18FEF100=18FEF200."), field="map")

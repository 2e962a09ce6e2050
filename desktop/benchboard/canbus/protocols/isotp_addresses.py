"""Which identifiers carry ISO-TP, and who talks to whom on them (ISO 15765-2, ISO 15765-4). No I/O."""

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from benchboard.canbus.frame import MAX_EXTENDED_ID, MAX_STANDARD_ID, Frame
from benchboard.errors import Invalid
from benchboard.i18n import _

MAX_PAIRS: Final = 256
_FUNCTIONAL: Final = 0x7DF
_REQUESTS: Final = range(0x7E0, 0x7E8)
_RESPONSES: Final = range(0x7E8, 0x7F0)
_APART: Final = 8
"""11-bit identifiers of legislated OBD: functional and physical requests, and how far the responses are from these
(ISO 15765-4).
"""
_FIXED: Final = (0xDA, 0xDB)
_MIXED: Final = (0xCE, 0xCD)
"""PDU formats of normal fixed and of mixed addressing with 29 bits, physical and functional (ISO 15765-2)."""
_PAIR: Final = re.compile(r"(?:0x)?([0-9a-f]{1,8})[:/](?:0x)?([0-9a-f]{1,8})", re.IGNORECASE)
_STANDARD_DIGITS: Final = 3


class Addressing(enum.Enum):
    """Where the addresses of a message are: in the identifier alone, or also in the first byte of the data."""

    NORMAL = "normal"
    EXTENDED = "extended"
    MIXED = "mixed"


class IsotpAddress(NamedTuple):
    """Who sends a frame, to whom, and how many bytes of its data are part of the address (0 or 1).

    `reply` is the identifier that its receiver answers on, None if nobody knows; addresses are identifiers with normal
    addressing of 11 bits.
    """

    source: int | None
    target: int | None
    prefix: int = 0
    reply: int | None = None


@dataclass(frozen=True)
class IsotpIds:
    """The identifiers that carry ISO-TP: pairs of a request and its response, each (identifier, whether extended).

    Without pairs, those that ISO 15765 sets: 7DF and 7E0 to 7EF, and 29-bit ones of the PDU formats DA, DB, CE and CD.
    `addressing` is that of the pairs.
    """

    pairs: tuple[tuple[tuple[int, bool], tuple[int, bool]], ...] = ()
    addressing: Addressing = Addressing.NORMAL

    @cached_property
    def _partners(self) -> Mapping[tuple[int, bool], tuple[int, bool]]:
        found: dict[tuple[int, bool], tuple[int, bool]] = {}
        for request, response in self.pairs:
            found.setdefault(request, response)
            found.setdefault(response, request)
        return found

    def address(self, frame: Frame) -> IsotpAddress | None:
        """Who sends this frame to whom; None if it carries no ISO-TP."""
        if frame.remote or frame.error:
            return None
        if self.pairs:
            partner = self._partners.get((frame.id, frame.extended))
            if partner is None:
                return None
            prefix = 0 if self.addressing is Addressing.NORMAL else 1
            return IsotpAddress(frame.id, partner[0], prefix, partner[0])
        return _set_by_standard(frame.id, extended=frame.extended)

    @property
    def text(self) -> str:
        """The pairs as they are typed."""
        return ", ".join(f"{_digits(*request)}:{_digits(*response)}" for request, response in self.pairs)


STANDARD_IDS: Final = IsotpIds()


def _set_by_standard(frame_id: int, *, extended: bool) -> IsotpAddress | None:
    if not extended:
        if frame_id in _REQUESTS:
            return IsotpAddress(frame_id, frame_id + _APART, reply=frame_id + _APART)
        if frame_id in _RESPONSES:
            return IsotpAddress(frame_id, frame_id - _APART, reply=frame_id - _APART)
        return IsotpAddress(frame_id, None) if frame_id == _FUNCTIONAL else None
    form, target, source = frame_id >> 16 & 0x3FF, frame_id >> 8 & 0xFF, frame_id & 0xFF
    if form not in _FIXED + _MIXED:
        return None
    turned = frame_id & 0x1FFF_0000 | source << 8 | target
    return IsotpAddress(source, target, 1 if form in _MIXED else 0, turned)


def parse_pairs(text: str, addressing: Addressing = Addressing.NORMAL) -> IsotpIds:
    """The identifiers in `text`, as “7E0:7E8, 18DA10F1:18DAF110”: a request and its response, in hexadecimal digits; of
    more than three digits they have 29 bits. Raises `Invalid` (`can.isotp-pairs`).
    """
    pairs = tuple(_pair(one) for one in re.split(r"[\s,;]+", re.sub(r"\s*:\s*", ":", text)) if one)
    if len(pairs) > MAX_PAIRS:
        raise Invalid(
            "can.isotp-pairs",
            _("{count} pairs of IDs are too many.").format(count=len(pairs)),
            do=_("Enter {most} at most.").format(most=MAX_PAIRS),
        )
    return IsotpIds(pairs, addressing)


def _pair(text: str) -> tuple[tuple[int, bool], tuple[int, bool]]:
    found = _PAIR.fullmatch(text)
    if found is not None:
        first, second = _identifier(found[1]), _identifier(found[2])
        if first is not None and second is not None and first != second:
            return first, second
    raise Invalid(
        "can.isotp-pairs",
        _("“{text}” isn't a pair of IDs.").format(text=text),
        do=_("Enter the IDs of requests and responses, such as 7E0:7E8."),
    )


def _identifier(digits: str) -> tuple[int, bool] | None:
    value, extended = int(digits, 16), len(digits) > _STANDARD_DIGITS
    return (value, extended) if value <= (MAX_EXTENDED_ID if extended else MAX_STANDARD_ID) else None


def _digits(frame_id: int, extended: bool) -> str:
    return f"{frame_id:08X}" if extended else f"{frame_id:03X}"

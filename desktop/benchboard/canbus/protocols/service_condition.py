"""Which service of UDS or OBD a frame of ISO-TP carries, as a filter asks for it. No I/O."""

from dataclasses import dataclass
from typing import Final

from benchboard.canbus.frame import Frame
from benchboard.canbus.protocols.isotp_addresses import STANDARD_IDS, IsotpIds
from benchboard.canbus.protocols.isotp_frames import FrameKind, parse_isotp
from benchboard.canbus.protocols.uds import parse_uds
from benchboard.canbus.protocols.uds_names import OBD_SERVICES, SERVICES

_BEGIN: Final = (FrameKind.SINGLE, FrameKind.FIRST)
"""The frames that have the first bytes of a message, which say its service."""


@dataclass(frozen=True, slots=True)
class ServiceCondition:
    """One of these services: asked for, answered or refused, on the identifiers `ids`."""

    services: frozenset[int]
    ids: IsotpIds = STANDARD_IDS

    def matches(self, frame: Frame) -> bool:
        """Whether a frame begins a message of one of them; the frames that follow don't say their service."""
        address = self.ids.address(frame)
        part = parse_isotp(frame.data, address.prefix) if address is not None else None
        return part is not None and part.kind in _BEGIN and self.matches_message(part.payload)

    def matches_message(self, payload: bytes) -> bool:
        """Whether a message of ISO-TP, whole or its first bytes, is of one of them."""
        message = parse_uds(payload)
        return message is not None and message.service in self.services


def services_of(text: str) -> frozenset[int]:
    """The services that `text` means: a number in hexadecimal digits, with or without 0x, or part of a name, in which
    spaces are left out. None if it means none.
    """
    word = text.lower().removeprefix("0x")
    if len(word) <= 2 and all(one in "0123456789abcdef" for one in word):
        return frozenset({int(word, 16)}) if word else frozenset()
    names = {**OBD_SERVICES, **SERVICES}
    return frozenset(number for number, name in names.items() if word in name.lower().replace(" ", ""))

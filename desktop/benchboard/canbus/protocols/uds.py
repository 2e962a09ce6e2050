"""What a message of UDS says: the service, whether it asks or answers, and what about (ISO 14229-1). No I/O."""

import enum
from typing import Final, NamedTuple

from benchboard.canbus.protocols.obd import parameters_text, vehicle_text
from benchboard.canbus.protocols.uds_names import (
    DATA_IDENTIFIERS,
    OBD_SERVICES,
    RESPONSE_CODES,
    SERVICES,
    SUB_FUNCTIONS,
)
from benchboard.i18n import _

_NEGATIVE: Final = 0x7F
_ANSWER: Final = 0x40
_PENDING: Final = 0x78
_SUPPRESSES: Final = 0x80
"""The bit of a sub-function by which the sender wants no positive answer."""
_SECURITY_ACCESS: Final = 0x27
_IDENTIFIED: Final = (0x22, 0x24, 0x2E, 0x2F)
"""Services that name a data identifier after their own byte."""
_ROUTINE: Final = 0x31
_CURRENT_DATA, _VEHICLE = 0x01, 0x09
_LONGEST_TEXT: Final = 64
_OBD_WITH_PID: Final = (0x01, 0x02, 0x05, 0x06, 0x08, 0x09)


class UdsKind(enum.Enum):
    """Whether a message asks or answers."""

    REQUEST = "request"
    POSITIVE = "positive"
    NEGATIVE = "negative"


class UdsMessage(NamedTuple):
    """A message of UDS or OBD: the service's number and name, and what it is about (`detail`, may be empty)."""

    kind: UdsKind
    service: int
    name: str
    detail: str = ""
    is_pending: bool = False
    """Whether a negative response only says that the answer comes later."""

    @property
    def title(self) -> str:
        """Which service it is, and whether it asks or answers."""
        if self.kind is UdsKind.NEGATIVE:
            sentence = _("{service} goes on") if self.is_pending else _("{service} refused")
        else:
            sentence = _("{service} request") if self.kind is UdsKind.REQUEST else _("{service} response")
        return sentence.format(service=self.name)

    @property
    def text(self) -> str:
        """Its title, and what it is about."""
        return f"{self.title}: {self.detail}" if self.detail else self.title


def parse_uds(data: bytes) -> UdsMessage | None:
    """What a message says; None for one of no service that is known. It may be cut off."""
    if not data:
        return None
    if data[0] == _NEGATIVE:
        if len(data) < 2:
            return None
        code = f"{RESPONSE_CODES.get(data[2], '')} (0x{data[2]:02X})".lstrip() if len(data) > 2 else ""
        name = _service_name(data[1]) or f"0x{data[1]:02X}"
        return UdsMessage(UdsKind.NEGATIVE, data[1], name, code, len(data) > 2 and data[2] == _PENDING)
    service = data[0] & ~_ANSWER
    name = _service_name(service)
    if not name:
        return None
    kind = UdsKind.POSITIVE if data[0] & _ANSWER else UdsKind.REQUEST
    return UdsMessage(kind, service, name, _detail(kind, service, data))


def _service_name(service: int) -> str:
    return SERVICES.get(service) or OBD_SERVICES.get(service, "")


def _detail(kind: UdsKind, service: int, data: bytes) -> str:
    if service == _CURRENT_DATA and len(data) > 1:
        return parameters_text(data[1:], answers=kind is UdsKind.POSITIVE)
    if service == _VEHICLE:
        return vehicle_text(data[1:], answers=kind is UdsKind.POSITIVE)
    if service in OBD_SERVICES:
        return f"PID 0x{data[1]:02X}" if service in _OBD_WITH_PID and len(data) > 1 else ""
    if service in _IDENTIFIED and len(data) > 2:
        found = [_identifier(data[1:3])]
        if kind is UdsKind.REQUEST and service in (0x22, 0x24):
            found = [_identifier(data[at : at + 2]) for at in range(1, len(data) - 1, 2)]
        text = ", ".join(found[:4]) + (f" +{len(found) - 4}" if len(found) > 4 else "")
        value = _readable(data[3:]) if (service, kind) in _WITH_VALUE else ""
        return f"{text} = “{value}”" if value else text
    if (service in SUB_FUNCTIONS or service == _SECURITY_ACCESS) and len(data) > 1:
        routine = f", 0x{data[2]:02X}{data[3]:02X}" if service == _ROUTINE and len(data) > 3 else ""
        return _sub_function(kind, service, data[1]) + routine
    return ""


_WITH_VALUE: Final = ((0x22, UdsKind.POSITIVE), (0x2E, UdsKind.REQUEST))


def _identifier(two: bytes) -> str:
    found = int.from_bytes(two, "big")
    name = DATA_IDENTIFIERS.get(found)
    return f"{name} (0x{found:04X})" if name else f"0x{found:04X}"


def _sub_function(kind: UdsKind, service: int, byte: int) -> str:
    code = byte & ~_SUPPRESSES
    if service == _SECURITY_ACCESS:
        name = f"requestSeed, 0x{code:02X}" if code % 2 else f"sendKey, 0x{code:02X}"
    else:
        name = SUB_FUNCTIONS[service].get(code) or f"0x{code:02X}"
    if kind is UdsKind.REQUEST and byte & _SUPPRESSES:
        return _("{function}, no answer wanted").format(function=name)
    return name


def _readable(data: bytes) -> str:
    """Data as text if all of it is; empty otherwise. Some pad texts with spaces or zeros."""
    text = data.rstrip(b"\0 \xff")
    is_text = len(text) > 2 and all(0x20 <= one < 0x7F for one in text)
    return text[:_LONGEST_TEXT].decode("ascii") if is_text else ""

"""What the messages of J1939's own services say: requests, acknowledgements, address claims, transfers and trouble
codes (SAE J1939-21, -73, -81). No I/O.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from benchboard.canbus.protocols.j1939 import (
    ACKM,
    ADDRESS_CLAIMED,
    DM1,
    DM2,
    ETP_CM,
    ETP_DT,
    MAX_PGN,
    RQST,
    TO_ALL,
    TP_CM,
    TP_DT,
    group_text,
)
from benchboard.canbus.protocols.j1939_extended_transport import ExtendedControl
from benchboard.canbus.protocols.j1939_transport import Control, transferred_pgn
from benchboard.i18n import _, in_sentence, ngettext

ABORT_REASONS: Final[Mapping[int, str]] = {
    1: "already in one or more connection-managed sessions",
    2: "system resources were needed for another task",
    3: "a timeout occurred",
    4: "CTS received while data transfer is in progress",
    5: "maximum retransmit request limit reached",
    6: "unexpected data transfer packet",
    7: "bad sequence number",
    8: "duplicate sequence number",
    9: "total message size is greater than 1785 bytes",
}
"""Why a node aborts a connection (SAE J1939-21, 5.10.2.4)."""
FAILURE_MODES: Final[Mapping[int, str]] = {
    0: "data above normal range, most severe",
    1: "data below normal range, most severe",
    2: "data erratic",
    3: "voltage above normal",
    4: "voltage below normal",
    5: "current below normal or open circuit",
    6: "current above normal or grounded circuit",
    7: "mechanical system not responding",
    8: "abnormal frequency or pulse width",
    9: "abnormal update rate",
    10: "abnormal rate of change",
    11: "root cause not known",
    12: "bad intelligent device",
    13: "out of calibration",
    14: "special instructions",
    15: "data above normal range, least severe",
    16: "data above normal range, moderately severe",
    17: "data below normal range, least severe",
    18: "data below normal range, moderately severe",
    19: "received network data in error",
    31: "condition exists",
}
"""What a failure mode identifier means (SAE J1939-73, Appendix A)."""
_ANSWERS: Final = ("ACK", "NACK", "access denied", "cannot respond")
_NO_DTC: Final = (0, 0)
_MOST_DTCS: Final = 6


class TroubleCode(NamedTuple):
    """A diagnostic trouble code: suspect parameter number, failure mode, occurrences (127: unknown)."""

    spn: int
    fmi: int
    occurrences: int


def trouble_codes(data: bytes) -> tuple[TroubleCode, ...]:
    """The codes of DM1 or DM2, after the two bytes of lamps: SPNs in the form of version 4 (SAE J1939-73, 5.7.1)."""
    found = []
    for at in range(2, len(data) - 3, 4):
        low, mid, high, count = data[at : at + 4]
        spn, fmi = low | mid << 8 | high >> 5 << 16, high & 0x1F
        if (spn, fmi) != _NO_DTC and low & mid & high & count != 0xFF:  # neither “no code” nor padding
            found.append(TroubleCode(spn, fmi, count & 0x7F))
    return tuple(found)


def lamps_text(data: bytes) -> str:
    """Which lamps of DM1 or DM2 are on, by its first byte (SAE J1939-73, 5.7.1); empty if none is."""
    lamps = ((6, _("malfunction lamp")), (4, _("red stop lamp")), (2, _("amber warning lamp")), (0, _("protect lamp")))
    on = [name for shift, name in lamps if data and data[0] >> shift & 3 == 1]
    return _("{lamps} on").format(lamps=in_sentence(on)) if on else ""


def _codes_text(data: bytes) -> str:
    codes, lamps = trouble_codes(data), lamps_text(data)
    texts = [_code_text(one) for one in codes[:_MOST_DTCS]] or [_("no trouble codes")]
    more = len(codes) - _MOST_DTCS
    return ", ".join([*([lamps] if lamps else []), *texts, *([f"+{more}"] if more > 0 else [])])


def _code_text(code: TroubleCode) -> str:
    """A code with what its failure mode means, in the words of SAE J1939-73, Appendix A."""
    meaning = FAILURE_MODES.get(code.fmi, "")
    text = f"SPN {code.spn} FMI {code.fmi}"
    return f"{text} ({meaning}) × {code.occurrences}" if meaning else f"{text} × {code.occurrences}"


def _requested(data: bytes) -> str:
    return group_text(int.from_bytes(data[:3], "little") & MAX_PGN) if len(data) >= 3 else ""


def _acknowledged(data: bytes) -> str:
    if len(data) < 8:
        return ""
    answer = _ANSWERS[data[0]] if data[0] < len(_ANSWERS) else f"0x{data[0]:02X}"
    return f"{answer}, {group_text(transferred_pgn(data))}"


def _name(data: bytes) -> str:
    """A node's NAME (SAE J1939-81, 4.1.1): who made it and what it does."""
    if len(data) != 8:
        return ""
    name = int.from_bytes(data, "little")
    text = _("manufacturer {manufacturer}, function {function}, identity number {identity}")
    return text.format(manufacturer=name >> 21 & 0x7FF, function=name >> 40 & 0xFF, identity=name & 0x1F_FFFF)


def _transfer(data: bytes) -> str:
    if len(data) != 8:
        return ""
    group, length = group_text(transferred_pgn(data)), data[1] | data[2] << 8
    match data[0]:
        case Control.RTS | Control.BAM | Control.END as control:
            name = {Control.RTS: "RTS", Control.BAM: "BAM", Control.END: "EndOfMsgACK"}[Control(control)]
            size = ngettext("{count} byte", "{count} bytes", length).format(count=length)
            return f"{name} {group}, {size}"
        case Control.CTS:
            return f"CTS {group}, {data[1]} × {data[2]}" if data[1] else f"CTS {group}, 0"
        case Control.ABORT:
            return f"Abort {group}, {abort_text(data[1])}"
    return ""


def _extended_transfer(data: bytes) -> str:
    if len(data) != 8:
        return ""
    group, length = group_text(transferred_pgn(data)), int.from_bytes(data[1:5], "little")
    match data[0]:
        case ExtendedControl.RTS | ExtendedControl.END as control:
            name = "RTS" if control == ExtendedControl.RTS else "EndOfMsgACK"
            size = ngettext("{count} byte", "{count} bytes", length).format(count=length)
            return f"{name} {group}, {size}"
        case ExtendedControl.CTS | ExtendedControl.DPO as control:
            name = "CTS" if control == ExtendedControl.CTS else "DPO"
            place = int.from_bytes(data[2:5], "little")
            return f"{name} {group}, {data[1]} × {place}" if data[1] else f"{name} {group}, 0"
        case ExtendedControl.ABORT:
            return f"Abort {group}, {abort_text(data[1])}"
    return ""


def abort_text(reason: int) -> str:
    """Why a connection was aborted."""
    return ABORT_REASONS.get(reason, str(reason))


_TEXTS: Final[Mapping[int, Callable[[bytes], str]]] = {
    RQST: _requested,
    ACKM: _acknowledged,
    ADDRESS_CLAIMED: _name,
    TP_CM: _transfer,
    TP_DT: lambda data: str(data[0]) if data else "",
    ETP_CM: _extended_transfer,
    ETP_DT: lambda data: str(data[0]) if data else "",
    DM1: _codes_text,
    DM2: _codes_text,
}


def content_text(pgn: int, data: bytes) -> str:
    """What a message of this group says; empty where only a database would know."""
    tell = _TEXTS.get(pgn)
    return tell(data) if tell is not None else ""


def address_text(address: int | None) -> str:
    """An address, as “0x00” or “all”; a message without one (PDU2) is to all."""
    return _("all") if address is None or address == TO_ALL else f"0x{address:02X}"

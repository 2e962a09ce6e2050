"""J1939: what a 29-bit identifier says, and the names of parameter groups (SAE J1939-21). No I/O."""

from collections.abc import Mapping
from typing import Final, NamedTuple

TO_ALL: Final = 0xFF
"""The global address: to every node (SAE J1939-81)."""
NO_ADDRESS: Final = 0xFE
"""The null address of a node that has none (SAE J1939-81)."""
FIRST_PDU2: Final = 0xF0
"""The PDU format from which on the PDU specific byte is part of the PGN, rather than an address."""
MAX_PGN: Final = 0x3FFFF

RQST: Final = 0xEA00
ACKM: Final = 0xE800
TP_CM: Final = 0xEC00
TP_DT: Final = 0xEB00
ETP_CM: Final = 0xC800
ETP_DT: Final = 0xC700
ADDRESS_CLAIMED: Final = 0xEE00
DM1: Final = 0xFECA
DM2: Final = 0xFECB

_NAMES: Final[Mapping[int, str]] = {
    # SAE J1939-21, ISO 11783-3: the data link layer.
    RQST: "RQST",
    ACKM: "ACKM",
    TP_CM: "TP.CM",
    TP_DT: "TP.DT",
    ETP_CM: "ETP.CM",
    ETP_DT: "ETP.DT",
    0xEF00: "PropA",
    0x1EF00: "PropA2",
    # SAE J1939-81: network management.
    ADDRESS_CLAIMED: "AC",
    0xFED8: "CA",
    # SAE J1939-73: diagnostics.
    DM1: "DM1",
    DM2: "DM2",
    0xFECC: "DM3",
    0xFECD: "DM4",
    0xFECE: "DM5",
    0xFECF: "DM6",
    0xFED3: "DM11",
    0xFED4: "DM12",
    0xDF00: "DM13",
    0xD900: "DM14",
    0xD800: "DM15",
    0xD700: "DM16",
    0xD300: "DM19",
    # SAE J1939-71: the vehicle.
    0x0000: "TSC1",
    0x0100: "TC1",
    0xF000: "ERC1",
    0xF001: "EBC1",
    0xF002: "ETC1",
    0xF003: "EEC2",
    0xF004: "EEC1",
    0xF005: "ETC2",
    0xFE6C: "TCO1",
    0xFEBF: "EBC2",
    0xFEC1: "VDHR",
    0xFEDA: "SOFT",
    0xFEDF: "EEC3",
    0xFEE0: "VD",
    0xFEE1: "RC",
    0xFEE3: "EC1",
    0xFEE4: "SHUTDN",
    0xFEE5: "HOURS",
    0xFEE6: "TD",
    0xFEE7: "VH",
    0xFEE8: "VDS",
    0xFEE9: "LFC",
    0xFEEA: "VW",
    0xFEEB: "CI",
    0xFEEC: "VI",
    0xFEEE: "ET1",
    0xFEEF: "EFL/P1",
    0xFEF1: "CCVS1",
    0xFEF2: "LFE",
    0xFEF5: "AMB",
    0xFEF6: "IC1",
    0xFEF7: "VEP1",
    0xFEFC: "DD",
}
"""The acronyms of parameter groups, by PGN: those of the standards' transport, network management and diagnostics, and
of the groups that most vehicles send (SAE J1939DA).
"""
_PROP_B: Final = range(0xFF00, 0x10000)
"""PGNs that each manufacturer gives its own meaning (SAE J1939-21, 5.4.6)."""


class J1939Id(NamedTuple):
    """What an extended identifier says: `target` is None where the message is to everybody by its format (PDU2)."""

    priority: int
    pgn: int
    source: int
    target: int | None


def parse_id(frame_id: int) -> J1939Id:
    """The parts of an extended identifier (SAE J1939-21, 5.2)."""
    group = frame_id >> 8 & MAX_PGN
    if group >> 8 & 0xFF >= FIRST_PDU2:
        return J1939Id(frame_id >> 26, group, frame_id & 0xFF, None)
    return J1939Id(frame_id >> 26, group & 0x3FF00, frame_id & 0xFF, group & 0xFF)


def make_id(priority: int, pgn: int, source: int, target: int = TO_ALL) -> int:
    """The extended identifier of a message; `target` counts where the PGN has one (PDU1)."""
    addressed = pgn >> 8 & 0xFF < FIRST_PDU2
    return priority << 26 | (pgn | target if addressed else pgn) << 8 | source


def group_name(pgn: int) -> str:
    """The acronym of a parameter group; empty for one that isn't known here."""
    return _NAMES.get(pgn) or ("PropB" if pgn in _PROP_B else "")


def group_text(pgn: int) -> str:
    """The acronym of a parameter group, else its number, as “PGN 65280”."""
    return group_name(pgn) or f"PGN {pgn}"

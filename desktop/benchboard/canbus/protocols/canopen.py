"""CANopen: what a frame is by the predefined connection set, and what it says (CiA 301, 7.3.5 and 7.2). No I/O.

A network may give its PDOs other identifiers, and a segment of an SDO block looks like a command: a frame alone doesn't
tell. `canopen_blocks` tells such segments from commands where all frames are seen.
"""

import enum
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from benchboard.canbus.frame import Frame
from benchboard.canbus.protocols.canopen_names import ABORT_CODES, ERROR_CLASSES, ERROR_CODES, NMT_COMMANDS, STATES

_NODE: Final = 0x7F
_EPOCH: Final = datetime(1984, 1, 1)
_TIME_SIZE: Final = 6
_SDO_SIZE: Final = 8


class CanopenKind(enum.Enum):
    """The communication objects, by their usual names."""

    NMT = "NMT"
    SYNC = "SYNC"
    TIME = "TIME"
    EMCY = "EMCY"
    TPDO1 = "TPDO1"
    RPDO1 = "RPDO1"
    TPDO2 = "TPDO2"
    RPDO2 = "RPDO2"
    TPDO3 = "TPDO3"
    RPDO3 = "RPDO3"
    TPDO4 = "TPDO4"
    RPDO4 = "RPDO4"
    SDO_RESPONSE = "SDO response"
    SDO_REQUEST = "SDO request"
    HEARTBEAT = "Heartbeat"
    LSS = "LSS"


_BY_FUNCTION: Final[Mapping[int, CanopenKind]] = {
    0x1: CanopenKind.EMCY,
    0x3: CanopenKind.TPDO1,
    0x4: CanopenKind.RPDO1,
    0x5: CanopenKind.TPDO2,
    0x6: CanopenKind.RPDO2,
    0x7: CanopenKind.TPDO3,
    0x8: CanopenKind.RPDO3,
    0x9: CanopenKind.TPDO4,
    0xA: CanopenKind.RPDO4,
    0xB: CanopenKind.SDO_RESPONSE,
    0xC: CanopenKind.SDO_REQUEST,
    0xE: CanopenKind.HEARTBEAT,
}
"""By the four upper bits of the identifier, where the lower seven are a node."""
_WITHOUT_NODE: Final[Mapping[int, CanopenKind]] = {
    0x000: CanopenKind.NMT,
    0x080: CanopenKind.SYNC,
    0x100: CanopenKind.TIME,
    0x7E4: CanopenKind.LSS,
    0x7E5: CanopenKind.LSS,
}
_TO_NODE: Final = frozenset({
    CanopenKind.RPDO1, CanopenKind.RPDO2, CanopenKind.RPDO3, CanopenKind.RPDO4, CanopenKind.SDO_REQUEST,
})  # fmt: skip


class CanopenFrame(NamedTuple):
    """What a frame is: `node` sends it, or with `to_node` receives it; 0 for all nodes. `detail` may be empty."""

    kind: CanopenKind
    node: int
    detail: str = ""

    @property
    def to_node(self) -> bool:
        """Whether `node` is who receives it."""
        return self.kind in _TO_NODE or self.kind is CanopenKind.NMT


def parse_canopen(frame: Frame) -> CanopenFrame | None:
    """What a frame is; None for one that the predefined connection set doesn't have."""
    if frame.extended or frame.error:
        return None
    kind = _WITHOUT_NODE.get(frame.id)
    node = 0
    if kind is None:
        kind, node = _BY_FUNCTION.get(frame.id >> 7), frame.id & _NODE
        if kind is None or not node:
            return None
    if kind is CanopenKind.NMT:
        if len(frame.data) != 2 or frame.data[1] > _NODE:
            return None
        node = frame.data[1]
    tell = _DETAILS.get(kind)
    return CanopenFrame(kind, node, tell(frame.data) if tell is not None and not frame.remote else "")


def _nmt(data: bytes) -> str:
    return NMT_COMMANDS.get(data[0], f"0x{data[0]:02X}")


def _state(data: bytes) -> str:
    """The state of a node; bit 7 alternates in answers to node guarding."""
    if len(data) != 1:
        return ""
    return STATES.get(data[0] & 0x7F, f"0x{data[0]:02X}")


def _sync(data: bytes) -> str:
    return str(data[0]) if len(data) == 1 else ""


def _time(data: bytes) -> str:
    """TIME_OF_DAY: milliseconds after midnight in 28 bits, and days since 1984."""
    if len(data) != _TIME_SIZE:
        return ""
    ms, days = int.from_bytes(data[:4], "little") & 0x0FFF_FFFF, int.from_bytes(data[4:], "little")
    return (_EPOCH + timedelta(days=days, milliseconds=ms)).isoformat(" ", "milliseconds")


def _emergency(data: bytes) -> str:
    if len(data) < 3:
        return ""
    code = int.from_bytes(data[:2], "little")
    name = ERROR_CODES.get(code) or ERROR_CLASSES.get(code >> 8, "")
    return f"0x{code:04X} {name}".rstrip() + f", register 0x{data[2]:02X}"


def _object(data: bytes) -> str:
    return f"0x{int.from_bytes(data[1:3], 'little'):04X}:{data[3]:02X}"


def _abort(data: bytes) -> str:
    code = int.from_bytes(data[4:8], "little")
    return f"abort {_object(data)}, 0x{code:08X} {ABORT_CODES.get(code, '')}".rstrip()


def _initiate_value(data: bytes) -> str:
    """The value of an expedited transfer, else the size that a longer one announces (bits e, s and n)."""
    expedited, sized = data[0] & 2, data[0] & 1
    if expedited:
        size = 4 - (data[0] >> 2 & 3) if sized else 4
        return f" = {data[4 : 4 + size].hex(' ').upper()}"
    return f", {int.from_bytes(data[4:8], 'little')} bytes" if sized else ""


def _sdo_request(data: bytes) -> str:
    if len(data) != _SDO_SIZE:
        return ""
    match data[0] >> 5:
        case 0:
            return "write segment"
        case 1:
            return f"write {_object(data)}{_initiate_value(data)}"
        case 2:
            return f"read {_object(data)}"
        case 3:
            return "read next segment"
        case 4:
            return _abort(data)
        case 5:
            return f"block read {_object(data)}" if not data[0] & 3 else "block read"
        case 6:
            return f"block write {_object(data)}" if not data[0] & 1 else "end block write"
    return ""


def _sdo_response(data: bytes) -> str:
    if len(data) != _SDO_SIZE:
        return ""
    match data[0] >> 5:
        case 0:
            return "segment"
        case 1:
            return "segment written"
        case 2:
            return f"{_object(data)}{_initiate_value(data)}"
        case 3:
            return f"written {_object(data)}"
        case 4:
            return _abort(data)
        case 5:
            return f"block write {_object(data)}" if not data[0] & 3 else "block written"
        case 6:
            return f"block read {_object(data)}" if not data[0] & 1 else "end block read"
    return ""


_DETAILS: Final[Mapping[CanopenKind, Callable[[bytes], str]]] = {
    CanopenKind.NMT: _nmt,
    CanopenKind.HEARTBEAT: _state,
    CanopenKind.SYNC: _sync,
    CanopenKind.TIME: _time,
    CanopenKind.EMCY: _emergency,
    CanopenKind.SDO_REQUEST: _sdo_request,
    CanopenKind.SDO_RESPONSE: _sdo_response,
}

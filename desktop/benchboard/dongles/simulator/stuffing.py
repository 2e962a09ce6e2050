"""How many stuff bits a frame takes on the bus: after five equal bits, one of the other value (ISO 11898-1, 10.5).

Classic frames are stuffed from SOF to the end of the CRC. CAN FD frames are to the end of their data; the fixed stuff
bits of their CRC field are part of its length (`frame.wire_bits`).
"""

import re
from collections.abc import Iterator
from typing import Final

from benchboard.canbus.frame import Frame

_RUN: Final = re.compile("0+|1+")
_AFTER: Final = 5
_AFTER_BRS: Final = 6
"""Bits of the head from BRS on: BRS, ESI and the DLC."""
_CRC15: Final = 0x4599


def _crc_table() -> Iterator[int]:
    for byte in range(256):
        crc = byte << 7
        for _bit in range(8):
            crc = (crc << 1 ^ (_CRC15 if crc & 0x4000 else 0)) & 0x7FFF
        yield crc


_TABLE: Final = tuple(_crc_table())


def stuff_bits(frame: Frame) -> tuple[int, int]:
    """The stuff bits of `frame`: (at the nominal rate, at the data rate)."""
    head = _head(frame)
    data = "".join(f"{byte:08b}" for byte in frame.data)
    if not frame.fd:
        bits = head + data
        return _count(f"{bits}{_crc15(bits):015b}"), 0
    # The first fixed stuff bit stands where one more would come after the last bit of data.
    whole = _count((head + data)[:-1])
    if not frame.brs:
        return whole, 0
    nominal = _count(head[:-_AFTER_BRS])  # one that follows BRS itself is in the data phase
    return nominal, whole - nominal


def _head(frame: Frame) -> str:
    """The bits from SOF to the DLC."""
    last = f"{int(frame.brs)}{int(frame.esi)}{frame.dlc:04b}" if frame.fd else f"{frame.dlc:04b}"
    remote = "1" if frame.remote else "0"  # RRS, which is 0, in CAN FD
    control = "10" if frame.fd else "0"  # FDF and a reserved bit; the reserved bit alone
    if not frame.extended:
        return f"0{frame.id:011b}{remote}0{control}{last}"
    reserved = control if frame.fd else "00"
    return f"0{frame.id >> 18:011b}11{frame.id & 0x3FFFF:018b}{remote}{reserved}{last}"


def _count(bits: str) -> int:
    """The stuff bits in and after `bits`. A stuff bit belongs to the run that follows it, if that has its value."""
    stuffed = carried = 0
    for run in _RUN.findall(bits):
        length = len(run) + carried
        stuffed += length // _AFTER
        carried = int(length % _AFTER == 0)
    return stuffed


def _crc15(bits: str) -> int:
    crc = 0
    value = int(bits, 2)  # leading zeros change nothing in a CRC that begins with 0
    for byte in value.to_bytes(len(bits) // 8 + 1, "big"):
        crc = (crc << 8 ^ _TABLE[(crc >> 7 ^ byte) & 0xFF]) & 0x7FFF
    return crc

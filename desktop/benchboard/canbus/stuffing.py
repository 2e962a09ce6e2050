"""How many bits a frame takes on the bus, with its stuff bits: after five equal bits, one of the other value (ISO
11898-1, 10.5).

Classic frames are stuffed from SOF to the end of the CRC. CAN FD frames are to the end of their data; the fixed stuff
bits of their CRC field are part of its length (`frame.wire_bits`).
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchboard.canbus.frame import FD_LENGTHS, Frame, wire_bits
from benchboard.canbus.frame_block import BRS, ERROR, ESI, EXTENDED, FD, REMOTE, FrameBlock

_AFTER: Final = 5
_AFTER_BRS: Final = 6
"""Bits of the head from BRS on: BRS, ESI and the DLC."""
_CRC15: Final = 0x4599
_STATES: Final = 9
"""What the next bit's stuffing depends on: 0 at the start, then one to four zeros, 1 to 4, or ones, 5 to 8."""


def bits_on_bus(frames: Iterable[Frame]) -> tuple[int, int]:
    """The bits that `frames` take on the bus: (at the nominal rate, at the data rate), with their stuff bits and the
    interframe spaces. Error frames take none: they report what happened, and when isn't known.
    """
    nominal = data = 0
    for frame in frames:
        if frame.error:
            continue
        fixed, stuffed = wire_bits((frame,)), stuff_bits(frame)
        nominal += fixed[0] + stuffed[0]
        data += fixed[1] + stuffed[1]
    return nominal, data


def bits_of_block(block: FrameBlock) -> NDArray[np.int64]:
    """The bits that each frame of the block (n) takes on the bus, at whatever rate: the sums of `bits_on_bus`."""
    found = np.zeros(len(block), np.int64)
    sizes = block.sizes
    kinds = (block.flags & np.uint8(FD | EXTENDED | ERROR)).astype(np.int64) << 8 | sizes
    for kind in np.unique(kinds).tolist():
        flags, size = kind >> 8, kind & 0xFF
        if not flags & ERROR:
            places = np.flatnonzero(kinds == kind)
            frame = Frame(0, bool(flags & EXTENDED), fd=bool(flags & FD), data=bytes(size))
            found[places] = sum(wire_bits((frame,))) + _stuffed(block, places, frame)
    return found


def _stuffed(block: FrameBlock, places: NDArray[Any], like: Frame) -> NDArray[np.int64]:
    """The stuff bits of the frames at these places, which all are as long as `like`, and in its format."""
    head, width = _heads(block, places, like), _head(like)[1]
    octets = [*(head >> shift & 0xFF for shift in range(width // 8 * 8 - 8, -1, -8)),
              *block.data[places, : len(like.data)].T.astype(np.int64)]  # fmt: skip
    begun = head >> width // 8 * 8
    if like.fd:  # the first fixed stuff bit stands where one more would come after the last bit of data
        last = [(octets.pop() >> 1, 7)]
    else:
        crc = np.zeros(len(places), np.int64)
        for one in (begun, *octets):
            crc = (crc << 8 ^ _CRCS[(crc >> 7 ^ one) & 0xFF]) & 0x7FFF
        last = [(crc >> 8, 7), (crc & 0xFF, 8)]
    after = _FIRSTS.take(begun + (1 << width % 8) - 1)
    stuffed = after & 3
    for bits, count in (*((one, 8) for one in octets), *last):
        after = _TABLES[count].take((after >> 2 << count) + bits)
        stuffed += after & 3
    return stuffed


def _heads(block: FrameBlock, places: NDArray[Any], like: Frame) -> NDArray[np.int64]:
    """The bits of each frame from SOF to the DLC, as `_head` has those of one."""
    ident, flags, length = (column[places].astype(np.int64) for column in (block.ident, block.flags, block.length))
    last: NDArray[np.int64] = _DLCS[length]
    if like.fd:
        last |= 1 << 7 | (flags & BRS != 0) << 5 | (flags & ESI != 0) << 4
    else:
        last |= (flags & REMOTE != 0) << 6
    if like.extended:
        after = 9 if like.fd else 7
        last |= ident >> 18 << after + 20 | 3 << after + 18 | (ident & 0x3FFFF) << after
    else:
        last |= ident << (10 if like.fd else 7)
    return last


def stuff_bits(frame: Frame) -> tuple[int, int]:
    """The stuff bits of `frame`: (at the nominal rate, at the data rate)."""
    head, width = _head(frame)
    bits, length = head << 8 * len(frame.data) | int.from_bytes(frame.data, "big"), width + 8 * len(frame.data)
    if not frame.fd:
        return _count(bits << 15 | _crc15(bits, length), length + 15), 0
    # The first fixed stuff bit stands where one more would come after the last bit of data.
    whole = _count(bits >> 1, length - 1)
    if not frame.brs:
        return whole, 0
    nominal = _count(head >> _AFTER_BRS, width - _AFTER_BRS)  # one that follows BRS itself is in the data phase
    return nominal, whole - nominal


def _head(frame: Frame) -> tuple[int, int]:
    """The bits from SOF to the DLC, as a number, and how many they are."""
    if frame.fd:  # RRS 0 before, FDF 1 and a reserved bit 0
        last = 1 << 7 | frame.brs << 5 | frame.esi << 4 | frame.dlc
        if frame.extended:
            return frame.id >> 18 << 29 | 3 << 27 | (frame.id & 0x3FFFF) << 9 | last, 41
        return frame.id << 10 | last, 22
    last = frame.remote << 6 | frame.dlc
    if frame.extended:  # SRR 1 and IDE 1 between the parts of the identifier
        return frame.id >> 18 << 27 | 3 << 25 | (frame.id & 0x3FFFF) << 7 | last, 39
    return frame.id << 7 | last, 19


def _next_state(state: int, bit: int) -> tuple[int, int]:
    """The state after `bit`, and how many stuff bits it is followed by: 0 or 1."""
    before, equal = divmod(state - 1, 4) if state else (-1, 0)
    run = equal + 2 if before == bit else 1
    if run == _AFTER:
        return 1 + 4 * (1 - bit), 1  # a stuff bit belongs to the run that follows it, if that has its value
    return 4 * bit + run, 0


def _after(state: int, bits: int, length: int) -> tuple[int, int]:
    """The state after the lowest `length` bits of `bits`, times 256, and how many stuff bits they are followed by."""
    stuffed = 0
    for place in reversed(range(length)):
        state, more = _next_state(state, bits >> place & 1)
        stuffed += more
    return state << 8, stuffed


_FIRST: Final = tuple(_after(0, bits, bits.bit_length() - 1) for bits in range(1, 256))
"""What follows the first bits, less than a byte, by their number with a 1 before them, less 1."""
_STEPS: Final = tuple(_after(state, byte, 8) for state in range(_STATES) for byte in range(256))
"""What follows a byte, by the state before it times 256, plus the byte."""


def _count(bits: int, length: int) -> int:
    """The stuff bits in and after the lowest `length` bits."""
    first, *rest = bits.to_bytes(length // 8 + 1, "big")
    state, stuffed = _FIRST[first + (1 << length % 8) - 1]
    for byte in rest:
        state, more = _STEPS[state | byte]
        stuffed += more
    return stuffed


def _crc_table() -> Iterator[int]:
    for byte in range(256):
        crc = byte << 7
        for _bit in range(8):
            crc = (crc << 1 ^ (_CRC15 if crc & 0x4000 else 0)) & 0x7FFF
        yield crc


_TABLE: Final = tuple(_crc_table())


_CRCS: Final = np.array(_TABLE, np.int64)
_DLCS: Final = np.zeros(256, np.int64)
_DLCS[list(FD_LENGTHS)] = range(len(FD_LENGTHS))
_FIRSTS: Final = np.array([0, *(state >> 6 | stuffed for state, stuffed in _FIRST[1:])])
_TABLES: Final = {
    count: np.array(
        [
            after >> 6 | stuffed
            for state in range(_STATES)
            for after, stuffed in (_after(state, bits, count) for bits in range(1 << count))
        ]
    )
    for count in (7, 8)
}
"""What follows so many bits, by the state before them: the state after them times 4, plus how many stuff bits, up to
two.
"""


def _crc15(bits: int, length: int) -> int:
    crc = 0
    # Leading zeros change nothing in a CRC that begins with 0.
    for byte in bits.to_bytes(length // 8 + 1, "big"):
        crc = (crc << 8 ^ _TABLE[(crc >> 7 ^ byte) & 0xFF]) & 0x7FFF
    return crc

"""Stuff bits and lengths of frames, against a bit-by-bit transmitter that knows nothing of runs and tables."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchboard.canbus.frame import FD_LENGTHS, Frame
from benchboard.canbus.frame_block import FrameBlock
from benchboard.canbus.stuffing import bits_of_block, bits_on_bus, stuff_bits


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    """Any frame; its bytes are often all 0 or all 1, which are stuffed most."""
    fd, extended = draw(st.booleans()), draw(st.booleans())
    ident = draw(st.integers(0, 0x1FFF_FFFF if extended else 0x7FF) | st.sampled_from((0, 0x7FF)))
    if not fd and draw(st.booleans()):
        return Frame(ident, extended, remote=True, remote_dlc=draw(st.integers(0, 8)))
    size = draw(st.sampled_from(FD_LENGTHS if fd else range(9)))
    data = bytes(draw(st.lists(st.sampled_from((0, 0xFF, 0x0F, 0x83)) | st.integers(0, 255), min_size=size,
                               max_size=size)))  # fmt: skip
    return Frame(ident, extended, fd=fd, brs=fd and draw(st.booleans()), esi=fd and draw(st.booleans()), data=data)


def _bits(value: int, width: int) -> list[int]:
    return [value >> place & 1 for place in reversed(range(width))]


def _transmitted(frame: Frame) -> tuple[int, int]:
    """Sends the frame bit by bit, and counts the bits it has to insert before and after BRS."""
    return _sent(frame)[0]


def _on_bus(frame: Frame) -> tuple[int, int]:
    """Sends the frame bit by bit up to the end of the interframe space; how many bits are sent before and after BRS."""
    (nominal, fast), before, after = _sent(frame)
    if frame.fd:  # stuff count, parity and CRC, each four of them after a fixed stuff bit
        for place in range(4 + (17 if len(frame.data) <= 16 else 21)):
            after += 1 + (place % 4 == 0)
        after += 1  # CRC delimiter
        tail = 1 + 1 + 7 + 3  # ACK, its delimiter, end of frame, intermission
    else:
        tail = 1 + 1 + 1 + 7 + 3
    if not (frame.fd and frame.brs):
        before, after = before + after, 0
    return nominal + before + tail, fast + after


def _sent(frame: Frame) -> tuple[tuple[int, int], int, int]:
    """The stuff bits before and after BRS, then the bits up to and with BRS, and those after it up to where the CRC of
    CAN FD begins."""
    bits = [0]
    if frame.extended:
        bits += [*_bits(frame.id >> 18, 11), 1, 1, *_bits(frame.id & 0x3FFFF, 18)]
        bits += [0, 1, 0] if frame.fd else [int(frame.remote), 0, 0]
    else:
        bits += _bits(frame.id, 11) + ([0, 0, 1, 0] if frame.fd else [int(frame.remote), 0, 0])
    switch = None
    if frame.fd:
        switch = len(bits) if frame.brs else None
        bits += [int(frame.brs), int(frame.esi)]
    bits += _bits(frame.dlc, 4)
    for byte in frame.data:
        bits += _bits(byte, 8)
    if not frame.fd:
        crc = 0
        for bit in bits:  # Bosch CAN 2.0, 3.1.1
            crc_next = bit ^ (crc >> 14 & 1)
            crc = crc << 1 & 0x7FFF
            if crc_next:
                crc ^= 0x4599
        bits += _bits(crc, 15)
    counts = [0, 0]
    sent: list[int] = []
    for place, bit in enumerate(bits):
        sent.append(bit)
        if len(sent) >= 5 and len(set(sent[-5:])) == 1 and not (frame.fd and place == len(bits) - 1):
            sent = [1 - bit]
            counts[switch is not None and place >= switch] += 1
    return (
        (counts[0], counts[1]),
        len(bits) if switch is None else switch + 1,
        0 if switch is None else len(bits) - switch - 1,
    )


@given(frames())
@example(Frame(0, data=bytes(8)))
@example(Frame(0x78, data=b"\x3c" * 8))
@example(Frame(0x7FF, fd=True, brs=True, data=b"\xff" * 64))
def test_stuff_bits_are_those_that_a_transmitter_inserts(frame: Frame) -> None:
    assert stuff_bits(frame) == _transmitted(frame)


@given(frames())
@example(Frame(0, data=bytes(8)))
@example(Frame(1, fd=True, data=bytes(16)))
@example(Frame(1, fd=True, brs=True, data=bytes(20)))
@example(Frame(0x1FFF_FFFF, True, fd=True, brs=True, data=b"\xff" * 64))
def test_bits_on_bus_are_those_of_a_transmitter_at_each_rate(frame: Frame) -> None:
    assert bits_on_bus((frame,)) == _on_bus(frame)


def test_bits_on_bus_of_frames_are_the_sum_and_error_frames_take_none() -> None:
    one, other = Frame(0x123, data=b"\x00\x11"), Frame(0x18FF0000, True, fd=True, brs=True, data=bytes(24))
    each = [bits_on_bus((frame,)) for frame in (one, other)]
    assert bits_on_bus((one, Frame(4, error=True, data=bytes(8)), other)) == tuple(map(sum, zip(*each, strict=True)))


@pytest.mark.parametrize("size", range(9))
def test_stuff_bits_never_exceed_the_worst_case(size: int) -> None:
    # (34 + 8 s - 1) / 4 for a standard frame: one after the first five bits, then one after each four.
    for byte in (0x00, 0xFF, 0x0F, 0x1F, 0x3C, 0x78, 0x87, 0xC3, 0xE1, 0xF0):
        for ident in (0, 0x78, 0x7C1, 0x7FF):
            assert stuff_bits(Frame(ident, data=bytes([byte]) * size))[0] <= (34 + 8 * size - 1) // 4


@given(st.lists(frames() | st.just(Frame(0x20, error=True, data=bytes(8))), min_size=1, max_size=40))
def test_frames_of_a_block_take_as_many_bits_as_one_by_one(all_frames: list[Frame]) -> None:
    assert bits_of_block(FrameBlock.of(all_frames)).tolist() == [sum(bits_on_bus((frame,))) for frame in all_frames]

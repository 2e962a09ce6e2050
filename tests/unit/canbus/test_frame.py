"""Frames: which can be on a bus, how long they are, and what their timestamps can say."""

import pytest

from benchboard.canbus.frame import Frame, TimeSource, Timestamp, is_valid, wire_bits


@pytest.mark.parametrize(
    "frame",
    [
        Frame(0x800), Frame(-1), Frame(1 << 29, extended=True), Frame(1, data=bytes(9)),
        Frame(1, fd=True, data=bytes(9)), Frame(1, fd=True, data=bytes(65)),
        Frame(1, remote=True, fd=True), Frame(1, brs=True), Frame(1, esi=True), Frame(1, remote_dlc=1),
        Frame(1, remote=True, remote_dlc=9), Frame(1, remote=True, data=b"1"), Frame(1, error=True, extended=True),
    ],
)  # fmt: skip
def test_is_valid_frame_that_no_controller_sends_is_refused(frame: Frame) -> None:
    assert not is_valid(frame)


@pytest.mark.parametrize(
    "frame",
    [
        # ISO 11898-1: 11 and 29 bits of identifier, 8 and 64 bytes of data, DLC 8 at most in a classical frame.
        Frame(0), Frame(0x7FF), Frame(0x1FFF_FFFF, extended=True), Frame(1, data=bytes(8)),
        Frame(1, fd=True, data=bytes(64)), Frame(1, remote=True, remote_dlc=8), Frame(0x1FFF_FFFF, error=True),
    ],
)  # fmt: skip
def test_is_valid_frame_at_the_limits_of_iso_11898_is_accepted(frame: Frame) -> None:
    assert is_valid(frame)


def test_wire_bits_frames_of_8_bytes_take_111_and_131_bits() -> None:
    # ISO 11898-1: 8 bytes of data in 111 bits with the interframe space, with an extended identifier 131.
    assert wire_bits([Frame(1, data=bytes(8))]) == (111, 0)
    assert wire_bits([Frame(1, extended=True, data=bytes(8))]) == (131, 0)


@pytest.mark.parametrize(
    ("size", "extended", "brs", "bits"),
    [
        # ISO 11898-1:2015, 10.4: SOF to BRS 17 bits (36 extended), ACK to interframe space 12, ESI and DLC 5, the data,
        # then stuff count and CRC 17 with 6 fixed stuff bits and the CRC delimiter 28, or CRC 21 from 20 bytes on 33.
        (16, False, True, (29, 161)), (20, False, True, (29, 198)), (64, True, True, (48, 550)),
        (16, False, False, (190, 0)), (20, True, False, (246, 0)),
    ],
)  # fmt: skip
def test_wire_bits_fd_frame_counts_its_fields_at_their_rates(
    size: int, extended: bool, brs: bool, bits: tuple[int, int]
) -> None:
    assert wire_bits([Frame(1, extended=extended, fd=True, brs=brs, data=bytes(size))]) == bits


@pytest.mark.parametrize(
    ("uncertainty", "decimals"),
    [(1e-7, 6), (1e-6, 6), (1.1e-6, 5), (0.0009, 3), (0.001, 3), (0.0011, 2), (0.01, 2), (0.05, 1), (0.1, 1), (0.11, 0),
     (3.0, 0)],
)  # fmt: skip
def test_timestamp_decimals_are_never_finer_than_the_uncertainty(uncertainty: float, decimals: int) -> None:
    assert Timestamp(0.0, TimeSource.HOST, uncertainty).decimals == decimals

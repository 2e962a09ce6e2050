"""CANopen: what frames are by the predefined connection set."""

import pytest
from canopen.sdo.exceptions import SdoAbortedError

from benchboard.canbus.frame import Frame
from benchboard.canbus.protocols.canopen import parse_canopen
from benchboard.canbus.protocols.canopen_names import ABORT_CODES
from benchboard.canbus.protocols.protocol_text import canopen_text


def test_abort_codes_are_those_that_python_canopen_knows() -> None:
    assert ABORT_CODES.keys() == SdoAbortedError.CODES.keys()


@pytest.mark.parametrize(
    ("frame_id", "data", "text"),
    [
        (0x000, "0105", "NMT · to node 5 · start"),
        (0x000, "8100", "NMT · to all nodes · reset node"),
        (0x080, "", "SYNC"),
        (0x085, "10810100000000", "EMCY · node 5 · 0x8110 CAN overrun, register 0x01"),
        (0x085, "0023010000000000", "EMCY · node 5 · 0x2300 current, device output side, register 0x01"),
        (0x100, "00000000" + "0000", "TIME · 1984-01-01 00:00:00.000"),
        (0x185, "0102", "TPDO1 · node 5"),
        (0x205, "0102", "RPDO1 · to node 5"),
        (0x505, "", "RPDO4 · to node 5"),
        (0x605, "4041600000000000", "SDO request · to node 5 · read 0x6041:00"),
        (0x585, "4b41600037020000", "SDO response · node 5 · 0x6041:00 = 37 02"),
        (0x605, "2b4060000f000000", "SDO request · to node 5 · write 0x6040:00 = 0F 00"),
        (0x585, "6040600000000000", "SDO response · node 5 · written 0x6040:00"),
        (0x585, "8041600000000206",
         "SDO response · node 5 · abort 0x6041:00, 0x06020000 object does not exist"),
        (0x585, "4108100014000000", "SDO response · node 5 · 0x1008:00, 20 bytes"),
        (0x705, "00", "Heartbeat · node 5 · boot-up"),
        (0x705, "05", "Heartbeat · node 5 · operational"),
        (0x705, "ff", "Heartbeat · node 5 · pre-operational"),
    ],
    ids=range(18),
)  # fmt: skip
def test_frame_says_what_it_is(frame_id: int, data: str, text: str) -> None:
    parsed = parse_canopen(Frame(frame_id, data=bytes.fromhex(data)))
    assert parsed is not None
    assert canopen_text(parsed) == text


@pytest.mark.parametrize("frame_id", [0x180, 0x7E0, 0x101, 0x701 - 0x81])
def test_frame_that_the_connection_set_lacks_is_none(frame_id: int) -> None:
    assert parse_canopen(Frame(frame_id, data=b"\0")) is None
    assert parse_canopen(Frame(0x185, extended=True)) is None

"""Hostile bytes at both ends of a port: no crash, no hang, bounded memory, and the next command works.

The parsers by themselves are in test_slcan_codec and test_protocol_framing; here are those who act on what was parsed.
`make fuzz` draws new examples.
"""

import contextlib
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchboard.canbus import slcan_codec
from benchboard.canbus.backends.slcan import SlcanBus
from benchboard.canbus.frame import Frame, is_valid
from benchboard.canbus.link import Chunk
from benchboard.dongles.firmware_detection import probe_open
from benchboard.dongles.protocol import framing
from benchboard.dongles.simulator.bus import VirtualBus
from benchboard.dongles.simulator.flash import Flash
from benchboard.dongles.simulator.node import SimulatedDongle
from benchboard.errors import AppError, DeviceFailure
from support.cable import Clock, seeded

# Mostly what is nearly right: random bytes alone seldom get past the first letter.
COMMANDS = [b"C", b"O", b"L", b"S6", b"s001C", b"Y2", b"t1232AABB", b"T1FFFFFFF0", b"r1230", b"b7FFF" + b"00" * 64,
            b"Z1", b"E1", b"V", b"v", b"N", b"F", b"e", b"M00000000",
            b"\x06\x09AAA=", b"\x04\x14AAAA", b"\a", b""]  # fmt: skip
REPLIES = [b"V1010", b"N12AB", b"z", b"Z", b"\a", b"F08", b"e0000000000000000" + b"0", b"eFFFFFFFFFFFFFFFF9", b"t1000",
           b"E000000048" + b"00" * 8, b"\x06\x09AAA=", b"+Board: x", b""]  # fmt: skip


@st.composite
def nearly(draw: st.DrawFn, lines: list[bytes]) -> bytes:
    """A line with some bytes changed, doubled or cut, and an end."""
    line = bytearray(draw(st.sampled_from(lines)))
    for _edit in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(line)))
        line[place : place + draw(st.integers(0, 2))] = draw(st.binary(max_size=3))
    return bytes(line) * draw(st.sampled_from((1, 1, 1, 2, 300))) + draw(st.sampled_from((b"\r", b"\r", b"\n", b"")))


def chunks(lines: list[bytes]) -> st.SearchStrategy[list[bytes]]:
    return st.lists(nearly(lines) | st.binary(max_size=600), max_size=30)


@given(chunks(COMMANDS))
def test_dongle_fed_hostile_bytes_answers_the_next_command(sent: list[bytes]) -> None:
    dongle = SimulatedDongle(Flash(), VirtualBus(), random=seeded(1))
    for number, chunk in enumerate(sent):
        dongle.feed(chunk, number / 100)
        assert len(dongle.take_output()) <= 64 * (len(chunk) + 64) + 1024
    dongle.feed(b"\rC\r", 10.0)
    dongle.take_output()
    dongle.feed(b"V\r", 10.0)
    assert dongle.take_output() == b"V1010\r"


@pytest.mark.parametrize("size", [framing.MAX_TEXT_LINE + 1, 10_000_000])
@pytest.mark.parametrize("piece", [64, 65_536])
def test_dongle_refuses_a_command_that_never_seems_to_end(size: int, piece: int) -> None:
    dongle = SimulatedDongle(Flash(), VirtualBus(), random=seeded(1))
    line = b"x" * size
    tracemalloc.start()
    try:
        for place in range(0, size, piece):
            dongle.feed(line[place : place + piece], 0.0)
        assert tracemalloc.get_traced_memory()[0] < 100_000, "it is dropped as it comes"
    finally:
        tracemalloc.stop()
    assert dongle.take_output() == b""
    dongle.feed(b"\r", 0.0)
    assert dongle.take_output() == b"\a"
    dongle.feed(b"V\r", 0.0)
    assert dongle.take_output() == b"V1010\r"


def test_dongle_says_nothing_to_an_overlong_line_of_a_packet() -> None:
    dongle = SimulatedDongle(Flash(), VirtualBus(), random=seeded(1))
    dongle.feed(b"\x06\x09" + b"A" * 5_000 + b"\n" + b"V\r", 0.0)
    assert dongle.take_output() == b"V1010\r"


class _Port:
    """A port that says yes to what opens a channel, then sends what it is given, chunk by chunk."""

    def __init__(self, sent: list[bytes]) -> None:
        self.path = "/dev/ttyHOSTILE"
        self._opening, self._sent = [b"\r"] * 3 + [b"K1\r", b"\r"], sent

    def write(self, data: bytes) -> None:
        """Whatever is written is ignored."""

    def read_chunk(self, timeout: float) -> Chunk:
        left = self._opening or self._sent
        return Chunk(left.pop(0) if left else b"", 0.0, timeout)

    def close(self) -> None:
        """Nothing is held."""


@given(chunks(REPLIES))
@example([b"z\r", b"k\r", b"k2\r", b"k1\r", b"k1zz\r", b"k1 1_2\r", b"k0\r"])
@example([b"e\r", b"e00\r", b"eFFFFFFFFFFFFFFFF9\r", b"Fzz\r", b"F\r"])
def test_slcan_bus_fed_hostile_bytes_receives_the_next_frame(sent: list[bytes]) -> None:
    last = Frame(0x123, data=b"ok")
    bus = SlcanBus(_Port([*sent, b"\r", slcan_codec.encode(last)]), bitrate=500_000)
    frames: list[Frame] = []
    for _chunk in range(len(sent) + 3):
        frames += bus.recv(0.0)
    state = bus.state()
    assert frames[-1]._replace(timestamp=None) == last
    assert all(is_valid(frame) for frame in frames)
    assert min(state.tx_errors, state.rx_errors, state.bus_errors, state.overruns, state.malformed) >= 0


class _HostileDevice:
    """Sends the next of `sent` whenever it is read, over and over; a read takes 10 ms of the clock's."""

    path = "/dev/ttyHOSTILE"

    def __init__(self, clock: Clock, sent: list[bytes]) -> None:
        self._clock, self._sent, self._reads = clock, sent or [b""], 0

    def write(self, data: bytes) -> None:
        """Nobody listens."""

    def read(self, timeout: float) -> bytes:
        self._clock.now += min(timeout, 0.01)
        self._reads += 1
        return self._sent[self._reads % len(self._sent)]

    def close(self) -> None:
        """Nothing is held."""


@given(chunks(REPLIES))
def test_probe_of_a_hostile_device_ends_in_an_answer_or_an_error(sent: list[bytes]) -> None:
    clock = Clock()
    begun = clock.now
    with contextlib.suppress(DeviceFailure):
        info = probe_open(_HostileDevice(clock, sent), clock=clock)
        assert not info.is_benchboard, "an identity was proven by nobody"
        assert len(info.firmware) <= 64
        assert info.firmware.isprintable()
    assert clock.now - begun < 6


def test_python_can_slcan_refuses_the_rate_that_would_be_another() -> None:
    from benchboard.canbus.backends.python_can import PythonCanBus

    with pytest.raises(AppError, match=r"750 kbit/s.*S7.*800 kbit/s"):
        PythonCanBus("slcan", "/dev/null", bitrate=750_000)

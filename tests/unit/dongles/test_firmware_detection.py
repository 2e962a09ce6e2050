"""Finding out what firmware a port has: ours, stock slcan firmware of several makers, and what only looks like one."""

import re
from collections.abc import Callable
from itertools import count

import pytest

from benchboard.canbus import link
from benchboard.dongles.firmware_detection import observed_id, probe_open
from benchboard.errors import DeviceFailure
from support.cable import Cable, Clock, new_dongle


def test_probe_of_a_dongle_with_an_open_channel_closes_it() -> None:
    dongle, clock = new_dongle(), Clock()
    dongle.feed(b"O\rt12", clock.now)
    dongle.take_output()
    info = probe_open(Cable(dongle, clock), clock=clock)
    assert (info.dialect, info.device_id, info.ownership_state) == (
        "benchboard",
        dongle.device_id,
        "UNCLAIMED",
    )
    assert info.is_benchboard
    assert info.config == dongle.persistent.config, "the stored bit timing is read as well"
    assert not dongle.controller.is_open


class Stock:
    """Firmware that knows slcan only: answers by line, BEL to anything else."""

    path = "/dev/ttySTOCK"

    def __init__(self, clock: Clock, answers: dict[bytes, bytes]) -> None:
        self._clock, self._answers = clock, answers
        self._line = self._output = b""

    def write(self, data: bytes) -> None:
        *lines, self._line = (self._line + data).split(b"\r")
        self._output += b"".join(self._answers.get(line, b"\a") for line in lines)

    def read(self, timeout: float) -> bytes:
        output, self._output = self._output, b""
        if not output:
            self._clock.now += timeout
        return output

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("answers", "dialect", "firmware", "number"),
    [
        ({b"C": b"\r", b"V": b"V1013\r", b"N": b"NA123\r"}, "lawicel", "13", "A123"),
        ({b"C": b"\r", b"V": b"CANable-b158aa7 github.com/normaldotcom/canable-fw.git\r"}, "canable",
         "CANable-b158aa7 github.com/normaldotcom/canable-fw.git", None),
        ({b"V": b"something else\r", b"N": b"\r"}, "slcan", "something else", None),
    ],
)  # fmt: skip
def test_probe_of_stock_firmware_finds_its_dialect(
    answers: dict[bytes, bytes], dialect: str, firmware: str, number: str | None
) -> None:
    clock = Clock()
    info = probe_open(Stock(clock, answers), clock=clock)
    assert (info.dialect, info.firmware, info.serial_number) == (dialect, firmware, number)
    assert info.device_id is None
    assert not info.is_benchboard
    assert clock.now - 1000 < 3


def test_probe_of_firmware_that_rejects_a_command_does_not_wait_for_its_timeout() -> None:
    clock = Clock()
    probe_open(Stock(clock, {b"C": b"\r", b"V": b"V1013\r"}), clock=clock)  # BEL to N
    with_a_number = Clock()
    probe_open(Stock(with_a_number, {b"C": b"\r", b"V": b"V1013\r", b"N": b"NA123\r"}), clock=with_a_number)
    assert clock.now == with_a_number.now


class Echo(Stock):
    """A terminal, modem or loopback plug: sends back what it gets, `before` and `after` each line."""

    def __init__(self, clock: Clock, before: bytes = b"", after: bytes = b"") -> None:
        super().__init__(clock, {})
        self._before, self._after = before, after

    def write(self, data: bytes) -> None:
        self._output += data.replace(b"\r", self._after + b"\r" + self._before)


class Stream(Stock):
    """Sends the same bytes over and over, whatever it is told; each read gets the next `size` of them."""

    def __init__(self, clock: Clock, data: bytes, size: int) -> None:
        super().__init__(clock, {})
        self._data, self._size, self._sent = data, size, 0

    def write(self, data: bytes) -> None:
        """Nobody listens."""

    def read(self, timeout: float) -> bytes:
        self._clock.now += min(timeout, 0.01)
        begin = self._sent % len(self._data)
        self._sent += self._size
        return (self._data * (2 + self._size // len(self._data)))[begin : begin + self._size]


class Repeater(Stock):
    """Answers every line alike; a `#` in the answer is the line's number."""

    def __init__(self, clock: Clock, answer: bytes) -> None:
        super().__init__(clock, {})
        self._answer, self._lines = answer, count(1)

    def write(self, data: bytes) -> None:
        for _line in range(data.count(b"\r")):
            self._output += self._answer.replace(b"#", b"%d" % next(self._lines))


FRAMES = b"t12381122334455667788\rT1ABCDEF0812233445566778899\r"


@pytest.mark.parametrize(
    "make",
    [
        lambda clock: Stock(clock, {}),
        Echo,
        lambda clock: Echo(clock, before=b"> "),
        lambda clock: Echo(clock, after=b": not found"),
        *(lambda clock, size=size: Stream(clock, FRAMES, size) for size in (1, 17, 30, 31, 49)),
        *(lambda clock, size=size: Stream(clock, FRAMES[-18:], size) for size in (7, 18, 36)),
        lambda clock: Repeater(clock, b"line #\r"),
        lambda clock: Repeater(clock, b"OK\r"),
        lambda clock: Repeater(clock, b"12233445566778899\r"),
        lambda clock: Repeater(clock, b"\a"),
        lambda clock: Repeater(clock, b"\r"),
        lambda clock: Stock(clock, {b"C": b"\r", b"V": b"V\r", b"N": b"N\r"}),
        lambda clock: Stock(clock, {b"C": b"\r", b"V": b"12233445566778899\r"}),
    ],
)
def test_probe_of_what_is_no_dongle_finds_none(make: Callable[[Clock], Stock]) -> None:
    clock = Clock()
    with pytest.raises(DeviceFailure) as silent:
        probe_open(make(clock), clock=clock)
    assert silent.value.code == "dongle.silent"
    assert clock.now - 1000 < 3


@pytest.mark.parametrize(
    "altered",
    [
        lambda line: line[:-9] + b"AAAA" + line[-5:],
        lambda line: line[:40],
        lambda line: line + b"!",
        lambda line: b"\x06\x09" + b"/" * 30_000,
        lambda _line: b"\x06\x09//8AAAAA",
    ],
)
def test_probe_of_a_dongle_with_a_damaged_answer_does_not_take_it_for_stock_firmware(
    altered: Callable[[bytes], bytes],
) -> None:
    dongle, clock = new_dongle(), Clock()
    cable = Cable(dongle, clock)

    def tamper(way: int, data: bytes) -> bytes:
        return re.sub(rb"\x06\x09[^\n]*", lambda line: altered(line[0]), data) if way else data

    cable.tamper = tamper
    with pytest.raises(DeviceFailure) as unreadable:
        probe_open(cable, clock=clock)
    assert unreadable.value.code == "dongle.unreadable"
    assert "identity couldn't be read" in unreadable.value.what


def test_probe_of_a_stock_dongle_whose_channel_is_open_reads_past_its_frames() -> None:
    clock = Clock()
    stock = Stock(clock, {b"C": b"\r", b"V": b"V1013\r", b"N": b"NA123\r"})
    stock._output = FRAMES[5:] * 3 + FRAMES[:11]
    assert probe_open(stock, clock=clock).firmware == "13"


def test_observed_id_of_a_port_depends_on_its_serial_number() -> None:
    def port(number: str | None) -> link.Port:
        return link.Port("/dev/ttyACM0", "CANable", 0xAD50, 0x60C4, number, False, "usb")

    assert observed_id(port(None)) is None
    assert observed_id(port("")) is None
    one = observed_id(port("001"))
    assert one is not None
    assert len(one) == 16
    assert one != observed_id(port("002"))


@pytest.mark.parametrize("data", [b"A", b"\x00\xff\x81zq", FRAMES])
def test_probe_of_a_port_that_sends_other_data_says_so(data: bytes) -> None:
    """It said that nothing responded."""
    clock = Clock()
    with pytest.raises(DeviceFailure) as unreadable:
        probe_open(Stream(clock, data, 31), clock=clock)
    assert unreadable.value.what.startswith("Unknown firmware on ")
    assert "unplug it" in unreadable.value.do


def test_probe_of_a_silent_port_says_that_nothing_responded() -> None:
    clock = Clock()
    with pytest.raises(DeviceFailure) as silent:
        probe_open(Stock(clock, {}), clock=clock)
    assert silent.value.what.startswith("No CAN dongle responded on ")

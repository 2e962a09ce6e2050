"""What every CAN bus promises, whatever its backend: the same tests on slcan and on python-can's interfaces."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from can import CanProtocol

from benchboard.canbus import link
from benchboard.canbus.backends.python_can import PythonCanBus
from benchboard.canbus.backends.slcan import SlcanBus
from benchboard.canbus.bus import Bus, ErrorState
from benchboard.canbus.bus_check import BusCheck, check_bus
from benchboard.canbus.capture import Capture
from benchboard.canbus.frame import Frame, TimeSource
from benchboard.dongles.device import Device
from benchboard.errors import DeviceFailure, Invalid, Unavailable
from support.simulator import simulator
from support.waiting import until

BITRATE = 500_000
MIXED = [
    Frame(
        0x100 + n if n % 3 else 0x1000_0000 + n,
        extended=n % 3 == 0,
        remote=n % 4 == 3,
        data=b"" if n % 4 == 3 else bytes((n + k) & 0xFF for k in range(n % 9)),
        remote_dlc=n % 9 if n % 4 == 3 else 0,
    )
    for n in range(60)
]


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Two simulated dongles on one bus, each on its pseudo-terminal."""
    with simulator(tmp_path_factory.mktemp("home"), count=2) as running:
        yield running.ports


def _slcan(port: str) -> Bus:
    return SlcanBus(link.open_port(port), bitrate=BITRATE)


def _python_can_slcan(port: str) -> Bus:
    return PythonCanBus("slcan", port, bitrate=BITRATE, sleep_after_open=0)


def _python_can_virtual(_port: str) -> Bus:
    return PythonCanBus("virtual", "a bus within this process")


@pytest.fixture(params=[_slcan, _python_can_slcan, _python_can_virtual], ids=lambda make: make.__name__[1:])
def buses(request: pytest.FixtureRequest, ports: list[str]) -> Iterator[tuple[Bus, Bus]]:
    """Two ends of one bus."""
    with ExitStack() as stack:
        one, other = (_closing(stack, request.param(port)) for port in ports)
        yield one, other


def _closing(stack: ExitStack, bus: Bus) -> Bus:
    stack.callback(bus.close)
    return bus


def received(bus: Bus, count: int) -> list[Frame]:
    """The next `count` frames, within a minute."""
    frames: list[Frame] = []
    deadline = time.monotonic() + 60
    while len(frames) < count:
        assert time.monotonic() < deadline, frames
        frames += bus.recv(0.05)
    return frames


def without_stamps(frames: list[Frame]) -> list[Frame]:
    return [frame._replace(timestamp=None) for frame in frames]


def test_recv_frames_sent_at_one_end_arrive_in_order_at_the_other(buses: tuple[Bus, Bus]) -> None:
    one, other = buses
    for frame in MIXED:
        one.send(frame)
    assert without_stamps(received(other, len(MIXED))) == MIXED
    assert other.recv(0) == []
    assert one.state().sent == len(MIXED)
    assert other.state().sent == 0


def test_recv_gives_what_was_sent_too_in_order_and_marked(buses: tuple[Bus, Bus]) -> None:
    one, other = buses
    for frame in MIXED:
        one.send(frame)
    sent = received(one, len(MIXED))
    assert without_stamps(sent) == [frame._replace(sent=True) for frame in MIXED]
    assert all(frame.timestamp is not None for frame in sent)
    assert without_stamps(received(other, len(MIXED))) == MIXED


def test_recv_every_frame_has_its_own_time_and_where_it_came_from(buses: tuple[Bus, Bus]) -> None:
    one, other = buses
    before = time.time()
    for frame in MIXED:
        one.send(frame)
    frames = received(other, len(MIXED))
    after = time.time()
    stamps = [frame.timestamp for frame in frames]
    for stamp in stamps:
        assert stamp is not None
        assert stamp.source is other.capabilities.time_source
        assert stamp.uncertainty >= 1e-6
        # A device's clock is set by the first frame to arrive, which may have been late.
        assert before - 0.05 <= stamp.seconds <= after + (5 if stamp.source is TimeSource.DEVICE else 0.05)
    assert all(a is not None and b is not None and a.seconds <= b.seconds for a, b in pairwise(stamps))


def test_recv_without_frames_is_empty_after_the_timeout(buses: tuple[Bus, Bus]) -> None:
    one, _other = buses
    began = time.monotonic()
    assert one.recv(0.05) == []
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    "frame", [Frame(0x800), Frame(1, data=bytes(9)), Frame(1, fd=True, data=bytes(12)), Frame(1, remote=True, esi=True)]
)
def test_send_frame_that_the_bus_cannot_carry_is_refused(buses: tuple[Bus, Bus], frame: Frame) -> None:
    one, other = buses
    assert not one.capabilities.fd
    with pytest.raises(Invalid) as refused:
        one.send(frame)
    assert refused.value.code == "bus.frame"
    assert one.state().sent == 0
    one.send(Frame(0x123))
    assert without_stamps(received(other, 1)) == [Frame(0x123)]


def test_close_twice_is_no_error_and_nothing_is_received_or_sent_any_more(buses: tuple[Bus, Bus]) -> None:
    one, _other = buses
    one.close()
    one.close()
    with pytest.raises(DeviceFailure):
        one.recv(0.05)
    with pytest.raises(DeviceFailure):
        one.send(Frame(1))


def test_state_is_readable_before_and_after_frames(buses: tuple[Bus, Bus]) -> None:
    one, other = buses
    assert (one.state().malformed, one.state().rejected, one.state().bus_off) == (0, 0, False)
    one.send(Frame(1))
    received(other, 1)
    if one.capabilities.error_counters:
        deadline = time.monotonic() + 60
        while one.state().error_state is None:
            assert time.monotonic() < deadline
            one.recv(0.05)
        assert one.state().error_state is ErrorState.ACTIVE


def test_capture_keeps_what_comes_over_the_bus(buses: tuple[Bus, Bus]) -> None:
    one, other = buses
    capture = Capture(other, bitrate=BITRATE)
    capture.start()
    try:
        for frame in MIXED:
            one.send(frame)
        until(lambda: capture.counters().frames >= len(MIXED))
        new = capture.since(0)
        assert without_stamps(new.frames) == MIXED
        assert (new.next, new.dropped) == (len(MIXED), 0)
        assert capture.since(new.next).frames == []
        capture.send(Frame(0x55))
        heard = received(one, len(MIXED) + 1)
        assert without_stamps([frame for frame in heard if not frame.sent]) == [Frame(0x55)]
        until(lambda: len(capture.since(new.next).frames) == 1)
        assert without_stamps(capture.since(new.next).frames) == [Frame(0x55, sent=True)]
        assert capture.counters().frames == len(MIXED)
        assert capture.counters().bus.sent == 1

        def busy() -> bool:
            one.send(Frame(1))
            return (capture.counters().load or 0) > 0  # of the last second alone, so frames have to go on

        until(busy)
    finally:
        capture.stop()
    assert capture.failure is None
    assert not capture.running


# ---- what only some of them can


def test_slcan_dongle_stamps_frames_in_its_own_milliseconds_however_they_arrive(tmp_path: Path) -> None:
    with simulator(tmp_path, "--traffic", "1000") as running:
        bus = SlcanBus(link.open_port(running.ports[0]), bitrate=BITRATE)
        assert bus.capabilities.time_source is TimeSource.DEVICE
        stamps = [frame.timestamp for frame in received(bus, 500)]
        bus.close()
    assert {(stamp.source, stamp.decimals) for stamp in stamps if stamp} == {(TimeSource.DEVICE, 3)}
    gaps = [1000 * (b.seconds - a.seconds) for a, b in pairwise(stamps) if a and b]
    assert len({round(gap) for gap in gaps}) > 1
    assert all(gap >= 0 and abs(gap - round(gap)) < 0.1 for gap in gaps)


@pytest.mark.parametrize(("rate", "verdict"), [(500_000, BusCheck.ERRORS), (250_000, BusCheck.PASSED)])
def test_bus_check_of_a_simulated_bus_passes_at_its_bit_rate_alone(
    tmp_path: Path, rate: int, verdict: BusCheck
) -> None:
    with simulator(tmp_path, "--traffic", "500", "--bitrate", "250000") as running:
        capture = Capture(SlcanBus(link.open_port(running.ports[0]), bitrate=rate, override=True), bitrate=rate)
        capture.start()
        try:
            until(lambda: capture.counters().frames >= 300 or capture.counters().bus.bus_errors >= 300)
            counters = capture.counters()
        finally:
            capture.stop()
    assert check_bus(counters) is verdict
    if verdict is BusCheck.ERRORS:
        assert counters.bus.error_state is ErrorState.PASSIVE
        assert counters.frames == 0
        reported = capture.since(0).frames  # the dongle's changes to warning and passive, and no frame of the bus
        states = [frame for frame in reported if frame.data[1]]  # others are of errors that were counted
        assert [(frame.error, frame.data[1]) for frame in states] == [(True, 0x04), (True, 0x10)]


def test_frames_over_a_simulated_bus_take_the_time_of_their_bits(tmp_path: Path) -> None:
    with simulator(tmp_path, count=2) as running, ExitStack() as stack:
        one, other = (
            _closing(stack, SlcanBus(link.open_port(port), bitrate=125_000, override=True)) for port in running.ports
        )
        for _frame in range(200):
            one.send(Frame(0x123, data=bytes(8)))
        stamps = [frame.timestamp for frame in received(other, 200)]
    first, last = stamps[0], stamps[-1]
    assert first is not None
    assert last is not None
    assert last.seconds - first.seconds >= 199 * 111 / 125_000 - 0.001, "the stamps count whole milliseconds"


FD_FRAMES = [
    Frame(0x123, fd=True, brs=True, data=bytes(range(64))),
    Frame(0x18FEF100, extended=True, fd=True, data=b"12"),
]


def test_fd_frames_pass_between_dongles_that_store_a_data_phase(tmp_path: Path) -> None:
    with simulator(tmp_path, count=2) as running, ExitStack() as stack:
        ends = []
        for port in running.ports:
            handle = link.open_port(port)
            device = Device(handle)
            config = device.config_read().config
            device.config_write(
                replace(
                    config, fd_enabled=True, data_bitrate=2_000_000, data_sample_point=75.0, data_prescaler=1,
                    data_prop_seg=14, data_phase_seg1=15, data_phase_seg2=10, data_sjw=10,
                )
            )  # fmt: skip
            ends.append(_closing(stack, SlcanBus(handle, bitrate=BITRATE, data_bitrate=2_000_000)))
        one, other = ends
        assert one.capabilities.fd
        for frame in FD_FRAMES:
            one.send(frame)
        assert without_stamps(received(other, 2)) == FD_FRAMES


def test_fd_frames_pass_over_a_python_can_interface_that_speaks_can_fd() -> None:
    with ExitStack() as stack:
        one, other = (
            _closing(stack, PythonCanBus("virtual", "an FD bus", protocol=CanProtocol.CAN_FD)) for _end in range(2)
        )
        assert one.capabilities.fd
        for frame in FD_FRAMES:
            one.send(frame)
        assert without_stamps(received(other, 2)) == FD_FRAMES


@pytest.mark.parametrize(
    ("interface", "channel", "options", "kind", "code"),
    [
        ("no-such-interface", "0", {}, Invalid, "bus.interface"),
        ("slcan", "", {}, Invalid, "bus.interface"),
        ("slcan", "/dev/ttyNONE", {}, Unavailable, "bus.unavailable"),
        ("socketcan", "no-such-channel", {}, Unavailable, "bus.unavailable"),
    ],
)
def test_python_can_interface_that_cannot_be_opened_is_one_of_our_errors(
    interface: str, channel: str, options: dict[str, object], kind: type[Exception], code: str
) -> None:
    with pytest.raises(kind) as refused:
        PythonCanBus(interface, channel, **options)
    assert refused.value.code == code
    assert "\n" not in str(refused.value)

"""The ring and the counters, fed by a scripted dongle."""

import queue
import threading
import time
from collections.abc import Callable

import pytest

from benchboard.canbus import slcan
from benchboard.canbus.live import LiveBus
from benchboard.canbus.slcan import Frame
from benchboard.errors import AppError, DeviceFailure, Invalid


class Script:
    """A port whose far end answers each command and says what the test tells it to."""

    def __init__(self, refuse: bytes = b"", after_open: bytes = b"") -> None:
        self.written: list[bytes] = []
        self.closed = False
        self._refuse, self._after_open = refuse, after_open
        self._coming: queue.Queue[bytes | AppError] = queue.Queue()

    def say(self, data: bytes | AppError) -> None:
        self._coming.put(data)

    def write(self, data: bytes) -> None:
        self.written.append(data)
        if data not in (b"e\r", b"F\r"):
            more = self._after_open if data in (b"O\r", b"L\r") else b""
            self.say(b"\a" if data == self._refuse else b"\r" + more)

    def read(self, timeout: float) -> bytes:
        try:
            said = self._coming.get(timeout=timeout)
        except queue.Empty:
            return b""
        if isinstance(said, AppError):
            raise said
        return said

    def close(self) -> None:
        self.closed = True


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it never came to be"
        threading.Event().wait(0.005)


def stream(first: int, count: int) -> bytes:
    return b"".join(slcan.encode(Frame(n % 0x800)) for n in range(first, first + count))


def test_the_ring_keeps_the_newest_and_says_what_was_lost() -> None:
    port = Script()
    bus = LiveBus(port, capacity=100)
    bus.start(bitrate=500_000)
    port.say(stream(0, 70))
    until(lambda: bus.counters().frames == 70)
    taken = bus.take(0)
    assert ([frame.id for frame in taken.frames], taken.next, taken.lost) == (list(range(70)), 70, 0)
    port.say(stream(70, 20))
    port.say(stream(90, 160))
    until(lambda: bus.counters().frames == 250)
    taken = bus.take(taken.next)
    assert ([frame.id for frame in taken.frames], taken.next, taken.lost) == (list(range(150, 250)), 250, 80)
    assert [frame.id for frame in bus.take(240).frames] == list(range(240, 250))
    assert bus.take(250).frames == []
    newest = bus.take(0, limit=5)
    assert [frame.id for frame in newest.frames] == [245, 246, 247, 248, 249]
    port.say(stream(250, 130))  # more at once than the ring holds
    until(lambda: bus.counters().frames == 380)
    taken = bus.take(250)
    assert ([frame.id for frame in taken.frames], taken.lost) == (list(range(280, 380)), 30)
    assert len(taken.times) == 100
    bus.stop()
    assert port.closed
    assert port.written[-1] == b"C\r"


def test_frames_in_the_chunk_that_opens_the_channel_count() -> None:
    port = Script(after_open=stream(0, 3))
    bus = LiveBus(port)
    bus.start(bitrate=500_000)
    assert [frame.id for frame in bus.take(0).frames] == [0, 1, 2]
    bus.stop()


def test_the_stored_settings_are_used_unless_told_otherwise() -> None:
    for ours, override, wanted in ((True, False, False), (True, True, True), (False, False, True)):
        port = Script()
        bus = LiveBus(port, ours=ours)
        bus.start(bitrate=250_000, override=override, listen_only=True)
        bus.stop()
        assert (b"S5\r" in port.written) is wanted
        assert (b"E1\r" in port.written) is ours
        assert b"L\r" in port.written


def test_what_cannot_start_says_why() -> None:
    with pytest.raises(Invalid):
        LiveBus(Script(), ours=False).start(bitrate=123_456)
    with pytest.raises(DeviceFailure) as refused:
        LiveBus(Script(refuse=b"O\r")).start(bitrate=500_000)
    assert refused.value.code == "bus.refused"
    with pytest.raises(Invalid):
        LiveBus(Script()).send(Frame(0x800))


def test_counters_are_what_the_dongle_says() -> None:
    port = Script()
    bus = LiveBus(port)
    bus.start(bitrate=500_000)
    port.say(b"e0080000900000123" + b"2\r\a\rnonsense\xff\rt9\r")
    until(lambda: bus.counters().malformed == 2)
    counters = bus.counters()
    assert (counters.tx_errors, counters.rx_errors, counters.bus_errors, counters.bus_off) == (
        0x80,
        9,
        0x123,
        False,
    )
    assert counters.refused == 1
    port.say(b"e0100000900000124" + b"3\r")
    until(lambda: bus.counters().bus_off)
    bus.stop()


def test_a_stock_dongle_tells_overruns() -> None:
    port = Script()
    bus = LiveBus(port, ours=False)
    bus.start(bitrate=500_000)
    port.say(b"F08\rF00\rF0G\r")
    until(lambda: bus.counters().malformed == 1)
    assert bus.counters().overruns == 1
    bus.stop()


def test_a_port_that_goes_ends_the_thread_and_leaves_its_reason() -> None:
    port = Script()
    bus = LiveBus(port)
    bus.start(bitrate=500_000)
    port.say(DeviceFailure("port.gone", "The device is gone."))
    until(lambda: not bus.running)
    assert bus.failure is not None
    assert bus.failure.code == "port.gone"
    bus.stop()
    bus.stop()
    assert port.closed

"""The ring that screens poll, fed by python-can's bus within this process."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from benchboard.canbus.backends.python_can import PythonCanBus
from benchboard.canbus.capture import Capture, CapturedFrames
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.frame_statistics import FrameStatistics, bus_shares
from benchboard.canbus.stuffing import bits_on_bus, stuff_bits
from benchboard.canbus.traffic_shares import TrafficShares, traffic_key
from benchboard.errors import DeviceFailure
from support.waiting import until


@pytest.fixture
def sender() -> Iterator[PythonCanBus]:
    bus = PythonCanBus("virtual", "capture")
    yield bus
    bus.close()


@contextmanager
def capture(sender: PythonCanBus, *, capacity: int, first: int = 0) -> Iterator[Capture]:
    """A capture of what `sender` sends, `first` frames of it before receiving begins, so that they come at once."""
    made = Capture(PythonCanBus("virtual", "capture"), bitrate=500_000, capacity=capacity)
    send(sender, 0, first)
    made.start()
    yield made
    made.stop()


def send(bus: PythonCanBus, first: int, count: int) -> None:
    for number in range(first, first + count):
        bus.send(Frame(number))


def load_of(count: int) -> float:
    """The load of a second in which the first `count` frames came that `send` sends."""
    return bits_on_bus(Frame(number) for number in range(count))[0] / 500_000


def ids(frames: list[Frame]) -> list[int]:
    return [frame.id for frame in frames]


def test_since_gives_what_came_since_and_how_much_had_left_the_ring(sender: PythonCanBus) -> None:
    with capture(sender, capacity=100) as ring:
        send(sender, 0, 70)
        until(lambda: ring.counters().frames == 70)
        new = ring.since(0)
        assert (ids(new.frames), new.next, new.dropped) == (list(range(70)), 70, 0)
        send(sender, 70, 180)
        until(lambda: ring.counters().frames == 250)
        new = ring.since(new.next)
        assert (ids(new.frames), new.next, new.dropped) == (list(range(150, 250)), 250, 80)
        assert ids(ring.since(240).frames) == list(range(240, 250))
        assert ring.since(250).frames == []


def test_since_limit_gives_the_newest_and_counts_only_what_left_the_ring_as_dropped(sender: PythonCanBus) -> None:
    with capture(sender, capacity=100) as ring:
        send(sender, 0, 50)
        until(lambda: ring.counters().frames == 50)
        newest = ring.since(0, limit=5)
        assert (ids(newest.frames), newest.next, newest.dropped) == ([45, 46, 47, 48, 49], 50, 0)
        assert ring.since(0, limit=0) == CapturedFrames([], 50, 0)
        assert ids(ring.since(0, limit=50).frames) == list(range(50))
        send(sender, 50, 80)
        until(lambda: ring.counters().frames == 130)
        newest = ring.since(10, limit=2)
        assert (ids(newest.frames), newest.next, newest.dropped) == ([128, 129], 130, 20)
        assert ring.since(10, limit=0) == CapturedFrames([], 130, 20)
        assert ring.since(130) == CapturedFrames([], 130, 0)


@pytest.mark.parametrize("count", [99, 100, 101, 130])
def test_since_batch_as_large_as_the_ring_or_larger_keeps_the_newest(sender: PythonCanBus, count: int) -> None:
    with capture(sender, capacity=100, first=count) as ring:
        until(lambda: ring.counters().frames == count)
        new = ring.since(0)
        assert ids(new.frames) == list(range(max(0, count - 100), count))
        assert new.dropped == max(0, count - 100)


def test_load_is_unknown_until_a_full_second_has_passed(sender: PythonCanBus) -> None:
    now = [100.0]
    ring = Capture(PythonCanBus("virtual", "capture"), bitrate=500_000, clock=lambda: now[0])
    ring.start()
    assert ring.counters().load is None
    send(sender, 0, 100)
    until(lambda: ring.counters().frames == 100)
    now[0] = 100.999
    assert ring.counters().load is None
    now[0] = 101.0
    assert ring.counters().load == pytest.approx(load_of(100))
    ring.stop()


def test_load_of_a_silent_bus_is_zero_after_a_full_second(sender: PythonCanBus) -> None:
    now = [100.0]
    ring = Capture(PythonCanBus("virtual", "capture"), bitrate=500_000, clock=lambda: now[0])
    ring.start()
    now[0] = 101.0
    assert ring.counters().load == 0.0
    ring.stop()


def test_load_of_more_frames_than_fit_in_a_second_is_full(sender: PythonCanBus) -> None:
    """Frames that were waiting in the dongle or the port come at once, and count to the second in which they come."""
    now = [100.0]
    ring = Capture(PythonCanBus("virtual", "capture"), bitrate=1_000, clock=lambda: now[0])
    ring.start()
    send(sender, 0, 30)  # 47 bits each: 1.41 s
    until(lambda: ring.counters().frames == 30)
    now[0] = 101.0
    assert ring.counters().load == 1.0
    ring.stop()


def test_load_is_of_the_last_whole_second(sender: PythonCanBus) -> None:
    now = [100.0]
    ring = Capture(PythonCanBus("virtual", "capture"), bitrate=500_000, clock=lambda: now[0])
    ring.start()
    one, three = load_of(100), load_of(200) + load_of(100)
    for second, count, before in ((100.0, 100, None), (101.0, 200, one), (101.9, 100, one)):
        now[0] = second
        seen = ring.counters().frames
        send(sender, 0, count)
        until(lambda seen=seen, count=count: ring.counters().frames == seen + count)
        assert ring.counters().load == pytest.approx(before)
    for later, load in ((101.999, one), (102.0, three), (102.999, three), (103.0, 0.0)):
        now[0] = later
        assert ring.counters().load == pytest.approx(load)
    ring.stop()


def test_stop_twice_or_without_a_start_closes_the_bus(sender: PythonCanBus) -> None:
    bus = PythonCanBus("virtual", "capture")
    never_started = Capture(bus, bitrate=500_000)
    never_started.stop()
    never_started.stop()
    assert not never_started.running
    with pytest.raises(DeviceFailure):
        bus.recv(0)


def test_failure_of_the_bus_ends_the_capture_and_says_why(sender: PythonCanBus) -> None:
    bus = PythonCanBus("virtual", "capture")
    ring = Capture(bus, bitrate=500_000)
    ring.start()
    assert ring.failure is None
    bus.close()
    until(lambda: not ring.running)
    assert ring.failure is not None
    assert ring.failure.code == "bus.failed"
    ring.stop()


def test_load_at_the_first_frame_after_silence_is_of_the_silent_second(sender: PythonCanBus) -> None:
    now = [0.5]
    bus = PythonCanBus("virtual", "capture")
    ring = Capture(bus, bitrate=500_000, capacity=200, clock=lambda: now[0])
    ring.start()
    send(sender, 0, 100)
    until(lambda: ring.counters().frames == 100)
    now[0] = 5.0
    send(sender, 100, 1)
    until(lambda: ring.counters().frames == 101)
    assert ring.counters().load == 0.0
    ring.stop()


def test_sent_frames_are_in_the_ring_and_not_counted_as_received(sender: PythonCanBus) -> None:
    with capture(sender, capacity=10) as running:
        running.send(Frame(0x321, data=b"\x01"))
        send(sender, 0, 1)
        until(lambda: running.since().next == 2)
        assert sorted((frame.id, frame.sent) for frame in running.since().frames) == [(0, False), (0x321, True)]
        counters = running.counters()
        assert (counters.frames, counters.sent, counters.on_bus) == (1, 1, 2)


def test_time_on_the_bus_is_counted_by_identifier_with_stuff_bits(sender: PythonCanBus) -> None:
    with capture(sender, capacity=10) as running:
        for frame in (stuffed := Frame(0, data=bytes(8)), Frame(0x2AA, data=b"\x55"), stuffed):
            sender.send(frame)
        until(lambda: running.since().next == 3)
        expected = {traffic_key(one): bits_on_bus([one])[0] / 500_000 for one in (stuffed, Frame(0x2AA, data=b"U"))}
        expected[traffic_key(stuffed)] *= 2
        assert running.busy() == pytest.approx(expected)


def test_load_has_the_stuff_bits_of_its_frames(sender: PythonCanBus) -> None:
    """It left out up to a fifth of a frame."""
    now = [100.0]
    ring = Capture(PythonCanBus("virtual", "capture"), bitrate=500_000, clock=lambda: now[0])
    ring.start()
    for _one in range(100):
        sender.send(Frame(0x7FF, data=b"\xff" * 8))
    until(lambda: ring.counters().frames == 100)
    now[0] = 101.0
    assert ring.counters().load == pytest.approx(100 * (111 + stuff_bits(Frame(0x7FF, data=b"\xff" * 8))[0]) / 500_000)
    ring.stop()


def test_load_of_a_second_has_no_frame_of_the_next(sender: PythonCanBus) -> None:
    """A second lasted until the first batch after it."""
    now = [100.0]
    ring = Capture(PythonCanBus("virtual", "capture"), bitrate=500_000, clock=lambda: now[0])
    ring.start()
    for place, at in enumerate((100.5, 101.9, 102.1)):
        now[0] = at
        send(sender, place, 1)
        until(lambda place=place: ring.counters().frames == place + 1)
    assert ring.counters().load == pytest.approx(bits_on_bus((Frame(1),))[0] / 500_000)
    ring.stop()


def test_an_id_has_one_share_live_and_in_a_recording_of_it(sender: PythonCanBus) -> None:
    with capture(sender, capacity=100) as ring:
        # As many bits by their lengths, but the second one is stuffed most.
        for frame in (Frame(0x100, data=b"\x55" * 8), Frame(0x000, data=bytes(8)), Frame(0x200, extended=True)):
            sender.send(frame)
        until(lambda: ring.counters().frames == 3)
        live = TrafficShares().update(ring.busy, 0.0)
        recorded = FrameStatistics()
        recorded.add(ring.since(0).frames)
    assert live is not None
    assert [live[one.id, one.extended, one.remote, False, one.sent] for one in recorded.ids()] == pytest.approx(
        bus_shares(recorded.ids())
    )


class _Restamped(PythonCanBus):
    """A bus whose frames say that they were on it at the second that is their identifier."""

    def recv(self, timeout: float) -> list[Frame]:
        found = super().recv(timeout)
        return [one._replace(timestamp=Timestamp(float(one.id), TimeSource.DEVICE, 0.001)) for one in found]


def test_load_has_no_frames_that_were_on_the_bus_long_before_they_came(sender: PythonCanBus) -> None:
    now = [100.5]
    ring = Capture(_Restamped("virtual", "capture"), bitrate=500_000, clock=lambda: now[0])
    ring.start()
    sender.send(Frame(100))
    until(lambda: ring.counters().frames == 1)
    now[0] = 110.2
    for second in (102, 103, 104, 110):  # the dongle hung until then
        sender.send(Frame(second))
    until(lambda: ring.counters().frames == 5)
    now[0] = 111.0
    assert ring.counters().load == pytest.approx(bits_on_bus((Frame(110),))[0] / 500_000)
    assert sum(ring.busy().values()) > 4 * 40 / 500_000
    ring.stop()

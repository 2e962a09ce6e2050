"""The python-can backend: whose clock stamps a frame, and in which batches frames come."""

import time
from collections.abc import Iterator
from itertools import pairwise

import can
import pytest

from benchboard.canbus.backends import python_can
from benchboard.canbus.backends.python_can import PythonCanBus
from benchboard.canbus.frame import Frame, TimeSource
from support.scripted_dongle import scripted_dongle


@pytest.fixture
def sender() -> Iterator[can.BusABC]:
    """The other end of the virtual bus, which keeps the timestamps it is given."""
    with can.Bus(interface="virtual", channel="python-can", preserve_timestamps=True) as bus:
        yield bus


def send(bus: can.BusABC, first: int, count: int, seconds: float = 0.0, every: float = 0.0) -> None:
    for number in range(count):
        bus.send(can.Message(arbitration_id=first + number, timestamp=seconds + number * every, is_extended_id=False))


def test_recv_stamp_of_an_interface_with_a_device_clock_keeps_the_devices_distances(
    sender: can.BusABC, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(python_can._DEVICE_RESOLUTION, "virtual", 1e-6)
    bus = PythonCanBus("virtual", "python-can")
    assert bus.capabilities.time_source is TimeSource.DEVICE
    send(sender, 0, 5, seconds=123.0, every=0.000_250)  # since the device was plugged in
    stamps = [frame.timestamp for frame in bus.recv(60)]
    bus.close()
    assert [(stamp.source, stamp.uncertainty) for stamp in stamps if stamp] == [(TimeSource.DEVICE, 1e-6)] * 5
    assert all(abs(b.seconds - a.seconds - 0.000_250) < 1e-6 for a, b in pairwise(stamps) if a and b)
    assert stamps[0] is not None
    assert abs(stamps[0].seconds - time.time()) < 60


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        ({}, {}),
        ({"bitrate": 250_000}, {"bitrate": 250_000}),
        ({"bitrate": 250_000, "data_bitrate": 2_000_000}, {"bitrate": 250_000, "data_bitrate": 2_000_000, "fd": True}),
    ],
)
def test_open_passes_only_the_bitrates_it_is_given(
    given: dict[str, int], passed: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    true_bus, arguments = can.Bus, []

    def record(**named: object) -> can.BusABC:
        arguments.append({key: named[key] for key in ("bitrate", "data_bitrate", "fd") if key in named})
        return true_bus(interface="virtual", channel="python-can")

    monkeypatch.setattr(can, "Bus", record)
    PythonCanBus("virtual", "python-can", **given).close()
    assert arguments == [passed]


def test_recv_stamp_of_an_interface_that_the_host_stamps_is_passed_on(sender: can.BusABC) -> None:
    bus = PythonCanBus("virtual", "python-can")
    send(sender, 0, 2, seconds=1_700_000_000.0, every=0.5)
    stamps = [frame.timestamp for frame in bus.recv(60)]
    bus.close()
    assert [(stamp.seconds, stamp.source) for stamp in stamps if stamp] == [
        (1_700_000_000.0, TimeSource.HOST),
        (1_700_000_000.5, TimeSource.HOST),
    ]


def test_recv_stamp_of_any_other_interface_is_as_uncertain_as_the_frame_may_have_waited() -> None:
    with scripted_dongle() as dongle:
        bus = PythonCanBus("slcan", dongle.port, bitrate=500_000, sleep_after_open=0)
        while bus.recv(0) or dongle.unread():
            pass
        emptied = time.monotonic()
        dongle.say(b"t1000\r")
        while not dongle.unread():
            pass
        came = time.monotonic()
        frames: list[Frame] = []
        while not frames:
            frames = bus.recv(1)
        bus.close()
    stamp = frames[0].timestamp
    assert stamp is not None
    assert stamp.source is TimeSource.HOST
    assert came - emptied <= stamp.uncertainty


def test_recv_batch_is_no_larger_than_its_limit_and_the_rest_comes_next(
    sender: can.BusABC, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(python_can, "_MAX_BATCH", 4)
    monkeypatch.setattr(python_can, "_HOST_STAMPED", frozenset())
    bus = PythonCanBus("virtual", "python-can")
    assert bus.recv(0) == []
    send(sender, 0, 6)
    first, second = bus.recv(60), bus.recv(60)
    bus.close()
    assert [[frame.id for frame in batch] for batch in (first, second)] == [[0, 1, 2, 3], [4, 5]]
    # Those of the second were waiting since before the first was taken.
    starts = [stamp.seconds - stamp.uncertainty for batch in (first, second) if (stamp := batch[0].timestamp)]
    assert starts[1] == pytest.approx(starts[0], abs=1e-6)


def test_recv_error_frame_has_its_class_as_identifier(sender: can.BusABC) -> None:
    bus = PythonCanBus("virtual", "python-can")
    sender.send(can.Message(arbitration_id=0x40, is_error_frame=True, is_extended_id=True, data=bytes(8)))
    (frame,) = bus.recv(60)
    bus.close()
    assert frame._replace(timestamp=None) == Frame(0x40, error=True, data=bytes(8))

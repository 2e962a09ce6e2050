"""The sender of a live bus, on a pseudo-terminal that may stop reading, and on a bus whose frames a test lets go."""

import threading
from collections.abc import Iterator
from queue import SimpleQueue

import pytest

from benchboard.canbus import link
from benchboard.canbus.backends.slcan import SlcanBus
from benchboard.canbus.bus import BusState, Capabilities, ErrorState, OnResult, SendResult, ignore_result
from benchboard.canbus.frame import Frame, TimeSource
from benchboard.canbus.frame_sender import MAX_WAITING, FrameSender, SendOutcome
from benchboard.errors import DeviceFailure, Invalid, Unavailable
from support.scripted_dongle import scripted_dongle


class GatedBus:
    """A bus that takes a frame when the test calls `let_go`, and fails with the `error` that is set then."""

    capabilities = Capabilities(fd=False, listen_only=False, error_counters=True, time_source=TimeSource.HOST)

    def __init__(self) -> None:
        self.sent: list[int] = []
        self.error: Exception | None = None
        self.bus_off = False
        self.on_result: OnResult = ignore_result
        self.begun = threading.Semaphore(0)
        self._gate = threading.Semaphore(0)

    def let_go(self, count: int = 1) -> None:
        self._gate.release(count)

    def send(self, frame: Frame, on_result: OnResult = ignore_result) -> None:
        self.on_result = on_result
        self.begun.release()
        assert self._gate.acquire(timeout=60)
        if self.error is not None:
            raise self.error
        self.sent.append(frame.id)

    def recv(self, timeout: float) -> list[Frame]:
        return []

    def state(self) -> BusState:
        return BusState(ErrorState.BUS_OFF if self.bus_off else ErrorState.ACTIVE)

    def close(self) -> None:
        pass


@pytest.fixture
def bus() -> GatedBus:
    return GatedBus()


@pytest.fixture
def outcomes() -> SimpleQueue[SendOutcome]:
    return SimpleQueue()


@pytest.fixture
def sender(bus: GatedBus, outcomes: SimpleQueue[SendOutcome]) -> Iterator[FrameSender]:
    made = FrameSender(bus, outcomes.put)
    yield made
    bus.let_go(MAX_WAITING)
    made.stop()


def ids(outcome: SendOutcome) -> list[int]:
    return [frame.id for frame in outcome.frames]


def test_send_hands_frames_over_in_order_and_says_so_only_then(
    bus: GatedBus, sender: FrameSender, outcomes: SimpleQueue[SendOutcome]
) -> None:
    numbers = [sender.send(Frame(ident)) for ident in (5, 3, 4)]
    assert bus.begun.acquire(timeout=60)
    assert outcomes.empty()
    bus.let_go(3)
    found = [outcomes.get(timeout=60) for _one in numbers]
    assert [(one.last, ids(one), one.error) for one in found] == [
        (numbers[0], [5], None), (numbers[1], [3], None), (numbers[2], [4], None),
    ]  # fmt: skip
    assert bus.sent == [5, 3, 4]


def test_send_that_fails_takes_the_waiting_frames_along_and_later_ones_are_tried(
    bus: GatedBus, sender: FrameSender, outcomes: SimpleQueue[SendOutcome]
) -> None:
    bus.error = stuck = DeviceFailure("port.stuck", "The port stopped accepting data.")
    last = [sender.send(Frame(ident)) for ident in (1, 2, 3)][-1]
    bus.let_go()
    failed = outcomes.get(timeout=60)
    assert (failed.last, ids(failed), failed.error) == (last, [1, 2, 3], stuck)
    bus.error = None
    again = sender.send(Frame(9))
    bus.let_go()
    sent = outcomes.get(timeout=60)
    assert (sent.last, ids(sent), sent.error) == (again, [9], None)
    assert bus.sent == [9]


def test_send_invalid_or_too_many_is_refused_at_once(bus: GatedBus, sender: FrameSender) -> None:
    with pytest.raises(Invalid):
        sender.send(Frame(0x123, fd=True, data=b"1"))
    sender.send(Frame(0))
    assert bus.begun.acquire(timeout=60)
    for ident in range(MAX_WAITING):
        sender.send(Frame(ident))
    with pytest.raises(Unavailable, match=f"{MAX_WAITING} frames are still waiting to be sent") as full:
        sender.send(Frame(1))
    assert full.value.code == "bus.send-full"


def test_stop_drops_what_waits_with_an_outcome_and_ends_after_the_frame_on_its_way(
    bus: GatedBus, sender: FrameSender, outcomes: SimpleQueue[SendOutcome]
) -> None:
    for ident in (1, 2, 3):
        sender.send(Frame(ident))
    assert bus.begun.acquire(timeout=60)
    stopping = threading.Thread(target=sender.stop)
    stopping.start()
    dropped = outcomes.get(timeout=60)
    assert (ids(dropped), dropped.error.code) == ([2, 3], "bus.send-closed")
    with pytest.raises(Unavailable):
        sender.send(Frame(4))
    bus.let_go()
    stopping.join(60)
    assert not stopping.is_alive()
    assert not outcomes.empty()  # it had waited for the frame on its way
    assert ids(outcomes.get(timeout=60)) == bus.sent == [1]
    sender.stop()
    assert outcomes.empty()


def test_send_after_a_bug_is_reported_as_unsent_and_the_next_frame_goes_out(
    bus: GatedBus, sender: FrameSender, outcomes: SimpleQueue[SendOutcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: SimpleQueue[threading.ExceptHookArgs] = SimpleQueue()
    monkeypatch.setattr(threading, "excepthook", reported.put)
    bus.error = RuntimeError("a bug")
    sender.send(Frame(1))
    bus.let_go()
    assert outcomes.get(timeout=60).error.code == "bus.send-bug"
    assert reported.get(timeout=60).exc_value is bus.error
    bus.error = None
    sender.send(Frame(2))
    bus.let_go()
    assert ids(outcomes.get(timeout=60)) == [2]


def test_send_to_a_port_that_takes_nothing_returns_at_once_and_fails_as_stuck(
    outcomes: SimpleQueue[SendOutcome],
) -> None:
    with scripted_dongle() as dongle:
        bus = SlcanBus(link.open_port(dongle.port), bitrate=500_000)
        sender = FrameSender(bus, outcomes.put)
        first = sender.send(Frame(0x111))
        assert outcomes.get(timeout=60) == SendOutcome(first, (Frame(0x111),))
        dongle.stop_reading()
        frames = [Frame(0x222), Frame(0x333)]
        last = [sender.send(frame) for frame in frames][-1]
        assert outcomes.empty()
        failed = outcomes.get(timeout=60)
        assert (failed.last, failed.frames, failed.error.code) == (last, tuple(frames), "port.stuck")
        assert bus.state().sent == 1
        sender.stop()
        bus.close()


@pytest.mark.parametrize(
    ("result", "bus_off", "code"),
    [
        (SendResult.REJECTED, True, "bus.off"),
        (SendResult.REJECTED, False, "bus.rejected"),
        (SendResult.GIVEN_UP, False, "bus.given-up"),
        (SendResult.GIVEN_UP, True, "bus.off"),
    ],
)
def test_send_frame_that_the_dongle_refuses_once_it_has_it_is_told_as_not_sent(
    bus: GatedBus,
    sender: FrameSender,
    outcomes: SimpleQueue[SendOutcome],
    result: SendResult,
    *,
    bus_off: bool,
    code: str,
) -> None:
    """It was told as sent."""
    bus.bus_off = bus_off
    first = sender.send(Frame(5))
    bus.let_go()
    assert outcomes.get(timeout=60).error is None
    bus.on_result(result)
    refused = outcomes.get(timeout=60)
    assert (refused.last, ids(refused)) == (first, [5])
    assert refused.error is not None
    assert refused.error.code == code


def test_send_frame_that_the_dongle_refuses_at_once_is_never_told_as_sent(
    bus: GatedBus, sender: FrameSender, outcomes: SimpleQueue[SendOutcome]
) -> None:
    first = sender.send(Frame(5))
    assert bus.begun.acquire(timeout=60)
    bus.on_result(SendResult.GIVEN_UP)
    bus.let_go(2)
    second = sender.send(Frame(6))
    assert [(one.last, one.error is None) for one in (outcomes.get(timeout=60), outcomes.get(timeout=60))] == [
        (first, False), (second, True),
    ]  # fmt: skip


def test_send_frame_that_the_dongle_acknowledges_has_one_outcome(
    bus: GatedBus, sender: FrameSender, outcomes: SimpleQueue[SendOutcome]
) -> None:
    sender.send(Frame(5))
    bus.let_go()
    assert outcomes.get(timeout=60).error is None
    bus.on_result(SendResult.ACKNOWLEDGED)
    assert outcomes.empty()

"""The verdict on a bus that was listened to."""

import pytest

from benchboard.canbus.bus import BusState, ErrorState
from benchboard.canbus.bus_check import (
    AcknowledgementWatch,
    BusCheck,
    ReceptionWatch,
    check_bus,
    lacks_acknowledgement,
    require_no_errors,
)
from benchboard.canbus.capture import Counters
from benchboard.errors import DeviceFailure

OFF, PASSIVE = ErrorState.BUS_OFF, ErrorState.PASSIVE


@pytest.mark.parametrize(
    ("frames", "bus", "verdict"),
    [
        (7, BusState(ErrorState.ACTIVE), BusCheck.PASSED),
        (7, BusState(), BusCheck.PASSED),
        (0, BusState(ErrorState.ACTIVE), BusCheck.SILENT),
        (7, BusState(ErrorState.ACTIVE, bus_errors=1), BusCheck.ERRORS),
        (0, BusState(PASSIVE, bus_errors=2), BusCheck.ERRORS),
        (7, BusState(OFF, bus_errors=0), BusCheck.BUS_OFF),
        (0, BusState(OFF, bus_errors=32), BusCheck.BUS_OFF),
    ],
)
def test_check_bus_of_counters_is_their_verdict(frames: int, bus: BusState, verdict: BusCheck) -> None:
    assert check_bus(Counters(frames, None, bus)) is verdict
    assert verdict.failed == (verdict in (BusCheck.ERRORS, BusCheck.BUS_OFF))


@pytest.mark.parametrize(
    ("frames", "bus", "lacks"),
    [
        (0, BusState(PASSIVE, tx_errors=128, bus_errors=310), True),
        (0, BusState(PASSIVE, tx_errors=128, rx_errors=9, bus_errors=310), False),
        (0, BusState(PASSIVE, rx_errors=128, bus_errors=310), False),
        (3, BusState(ErrorState.ACTIVE, tx_errors=8, bus_errors=1), False),
        (0, BusState(OFF, tx_errors=256, bus_errors=32), False),
        (0, BusState(), False),
    ],
)
def test_acknowledgement_is_lacking_where_a_node_that_sends_is_alone(frames: int, bus: BusState, lacks: bool) -> None:
    assert lacks_acknowledgement(Counters(frames, None, bus)) is lacks


@pytest.mark.parametrize(
    ("bus", "code", "what"),
    [
        (BusState(ErrorState.ACTIVE, bus_errors=1), "bus.errors", "1 error on the bus."),
        (BusState(PASSIVE, bus_errors=12), "bus.errors", "12 errors on the bus."),
        (BusState(OFF), "bus.off", "The dongle went bus off."),
    ],
)
def test_require_no_errors_says_what_failed(bus: BusState, code: str, what: str) -> None:
    with pytest.raises(DeviceFailure) as failure:
        require_no_errors(Counters(5, None, bus))
    assert (failure.value.code, failure.value.what) == (code, what)


def test_require_no_errors_of_a_silent_bus_passes() -> None:
    require_no_errors(Counters(0, None, BusState(ErrorState.ACTIVE)))


def test_acknowledgement_lacks_until_the_transmit_error_counter_falls() -> None:
    """A node that joins and sends nothing acknowledged every frame, and “no node acknowledges” stayed."""
    watch, seen = AcknowledgementWatch(), []
    for tx_errors in (0, 64, 128, 128, 127, 127, 126, 134, 134, 133, 0):
        now = Counters(0, None, BusState(PASSIVE, tx_errors=tx_errors, bus_errors=310))
        watch.update(now)
        seen.append(watch.lacks(now))
    assert seen == [False, True, True, True, False, False, False, True, True, False, False]


def _counters(frames: int, errors: int, **bus: int) -> Counters:
    return Counters(frames, None, BusState(PASSIVE if bus else ErrorState.ACTIVE, bus_errors=errors, **bus))


def test_reception_that_turns_into_errors_alone_fails_after_two_seconds_and_works_with_the_next_frame() -> None:
    watch = ReceptionWatch()
    watch.update(_counters(100, 0), 0.0)
    for tenth in range(1, 20):
        watch.update(_counters(100, 50 * tenth, rx_errors=128), tenth / 10)
        assert not watch.fails, "a gap between two frames"
    watch.update(_counters(100, 1000, rx_errors=128), 2.0)
    assert watch.fails
    watch.update(_counters(101, 1001, rx_errors=128), 2.1)
    assert not watch.fails


def test_reception_of_a_bus_that_fell_silent_or_lacks_acknowledgement_doesnt_fail() -> None:
    silent, alone = ReceptionWatch(), ReceptionWatch()
    silent.update(_counters(100, 0), 0.0)
    alone.update(_counters(100, 0), 0.0)
    for second in range(1, 9):
        silent.update(_counters(100, 1, rx_errors=1), second)  # one as it was switched off
        alone.update(_counters(100, 50 * second, tx_errors=128), second)
    assert not silent.fails
    assert not alone.fails


def test_reception_without_any_frame_is_told_by_the_check_of_the_bus() -> None:
    watch = ReceptionWatch()
    for second in range(9):
        watch.update(_counters(0, 50 * second, rx_errors=128), second)
    assert not watch.fails


def test_node_that_nobody_acknowledges_is_alone_until_one_does_or_a_frame_comes() -> None:
    watch = AcknowledgementWatch()
    for tx_errors, rx_errors, frames, is_alone in (
        (64, 0, 5, False), (128, 0, 5, True), (128, 0, 6, False), (128, 0, 6, True), (127, 0, 6, False),
        (128, 3, 6, False),
    ):  # fmt: skip
        watch.update(Counters(frames, None, BusState(PASSIVE, tx_errors, rx_errors, 7_000)))
        assert watch.is_alone is is_alone
    watch = AcknowledgementWatch()
    watch.update(Counters(0, None, BusState(OFF, 256, 0, 32)))
    assert not watch.is_alone, "that it is bus off says more"

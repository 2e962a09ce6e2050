"""Sending a table on its thread: what each row counts, and when it stops by itself."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from benchboard.canbus.bus import BusState, Capabilities, ErrorState, OnResult, SendResult, ignore_result
from benchboard.canbus.capture import Capture
from benchboard.canbus.frame import Frame, TimeSource
from benchboard.canbus.send_rules import ChecksumKind, SendRules
from benchboard.canbus.send_table import SendRow, SendTable
from benchboard.canbus.table_sender import MAX_UNCONFIRMED, TableSender
from benchboard.errors import AppError, DeviceFailure, Invalid, Unavailable
from support.waiting import until

ROW = SendRow(Frame(0x123, data=b"\x01"), "One", 1.0, key=1)
ONCE = SendRow(Frame(0x200), key=2)


class Recorder:
    """A bus that keeps what it was given, and answers each frame with `result`."""

    def __init__(self, *, listen_only: bool = False) -> None:
        self.capabilities = Capabilities(False, listen_only, True, TimeSource.HOST, True)
        self.frames: list[Frame] = []
        self.result: SendResult | None = SendResult.ACKNOWLEDGED
        self.error: AppError | None = None
        self.error_state = ErrorState.ACTIVE
        self.closed = False

    def recv(self, timeout: float) -> list[Frame]:
        return []

    def send(self, frame: Frame, on_result: OnResult = ignore_result) -> None:
        assert not self.closed, "a closed port was written to"
        if self.error is not None:
            raise self.error
        self.frames.append(frame)
        if self.result is not None:
            on_result(self.result)

    def state(self) -> BusState:
        return BusState(self.error_state)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def bus() -> Recorder:
    return Recorder()


@pytest.fixture
def sender(bus: Recorder) -> Iterator[TableSender]:
    sender = TableSender(bus)
    yield sender
    sender.close()


def stopped(sender: TableSender, key: int = 1) -> Callable[[], bool]:
    return lambda: not sender.states()[key].running


def test_a_row_is_sent_at_its_period_until_it_is_stopped(bus: Recorder, sender: TableSender) -> None:
    sender.start([ROW])
    until(lambda: sender.states()[1].sent >= 5)
    sender.stop([1])
    assert not sender.states()[1].running
    until(lambda: sender.states()[1].sent == len(bus.frames))
    assert set(bus.frames) == {ROW.frame}
    assert sender.states()[1].error is None


def test_a_row_without_a_period_is_sent_once(bus: Recorder, sender: TableSender) -> None:
    sender.start([ONCE])
    until(lambda: sender.states()[2].sent == 1)
    assert not sender.states()[2].running
    sender.start([ONCE])
    until(lambda: sender.states()[2].sent == 2)


@pytest.mark.parametrize("result", [SendResult.REJECTED, SendResult.GIVEN_UP])
def test_frames_that_are_refused_or_given_up_count_as_failed(
    bus: Recorder, sender: TableSender, result: SendResult
) -> None:
    bus.result = result
    sender.start([ONCE])
    until(lambda: sender.states()[2].failed == 1)
    assert sender.states()[2].sent == 0


def test_a_row_misses_its_turns_while_none_of_its_frames_is_acknowledged(bus: Recorder, sender: TableSender) -> None:
    bus.result = None
    sender.start([ROW])
    until(lambda: sender.states()[1].unconfirmed == MAX_UNCONFIRMED)
    missed = sender.states()[1].missed
    until(lambda: sender.states()[1].missed > missed + 3)
    assert len(bus.frames) == MAX_UNCONFIRMED
    assert sender.states()[1].sent == 0


def test_an_edited_row_sends_its_new_frame_and_a_removed_one_stops(bus: Recorder, sender: TableSender) -> None:
    table = SendTable((ROW,))
    sender.start(table.rows)
    until(lambda: bool(bus.frames))
    other = Frame(0x456)
    table = table.replaced(SendRow(other, "One", 2.0, key=1))
    sender.update(table.rows)
    until(lambda: bus.frames[-1] == other)
    sender.update(table.replaced(SendRow(other, key=1)).rows)
    assert not sender.states()[1].running, "without a period it is sent only when it is asked for"
    sender.start(table.rows)
    sender.update([])
    assert not sender.states()[1].running


def test_an_edit_that_the_bus_cannot_carry_stops_the_row(sender: TableSender) -> None:
    sender.start([ROW])
    sender.update([SendRow(Frame(0x123, fd=True, data=bytes(12)), "", 1.0, key=1)])
    error = sender.states()[1].error
    assert error is not None
    assert error.facts["needs_fd"]


def test_nothing_is_sent_in_listen_only_and_the_reason_is_said() -> None:
    bus = Recorder(listen_only=True)
    sender = TableSender(bus)
    with pytest.raises(Invalid) as refused:
        sender.start([ONCE, ROW])
    assert refused.value.why == "This channel is listen-only."
    assert sender.states() == {}
    assert bus.frames == []


@pytest.mark.parametrize("state", [ErrorState.PASSIVE, ErrorState.BUS_OFF])
def test_all_rows_stop_when_the_dongle_becomes_error_passive(
    bus: Recorder, sender: TableSender, state: ErrorState
) -> None:
    sender.start([ROW, SendRow(Frame(3), "", 60_000.0, key=3)])
    until(lambda: sender.states()[1].sent > 0)
    bus.error_state = state
    until(stopped(sender))
    for row in sender.states().values():
        assert not row.running
        assert row.error is not None
        assert row.error.code == ("bus.passive" if state is ErrorState.PASSIVE else "bus.off")


def test_rows_started_while_error_passive_run_on_and_stop_at_bus_off(bus: Recorder, sender: TableSender) -> None:
    """Somebody who has repaired the bus may start again: each acknowledged frame brings the dongle back."""
    bus.error_state = ErrorState.PASSIVE
    sender.start([ROW])
    until(lambda: sender.states()[1].sent > 2)
    assert sender.states()[1].running
    bus.error_state = ErrorState.BUS_OFF
    until(stopped(sender))
    error = sender.states()[1].error
    assert error is not None
    assert error.code == "bus.off"


def test_nothing_is_started_while_the_dongle_is_bus_off(bus: Recorder, sender: TableSender) -> None:
    bus.error_state = ErrorState.BUS_OFF
    with pytest.raises(DeviceFailure) as refused:
        sender.start([ONCE, ROW])
    assert str(refused.value) == "The dongle is bus off, so it sends nothing. Restart it first."
    assert sender.states() == {}
    bus.error_state = ErrorState.ACTIVE
    sender.start([ROW])
    until(lambda: sender.states()[1].sent > 0)


def test_all_rows_stop_when_the_dongle_leaves(bus: Recorder, sender: TableSender) -> None:
    gone = DeviceFailure("port.gone", "The device was unplugged.")
    sender.start([SendRow(Frame(3), "", 60_000.0, key=3)])
    until(lambda: sender.states()[3].sent == 1)
    bus.error = gone
    sender.start([ONCE])
    until(lambda: sender.states()[2].failed == 1)
    until(stopped(sender, 3))
    assert sender.states()[3].error is gone
    assert sender.states()[2].error is gone


def test_a_closed_bus_is_never_written_to(bus: Recorder) -> None:
    capture = Capture(bus, bitrate=500_000)
    capture.start()
    sender = capture.table_sender
    sender.start([ROW])
    until(lambda: len(bus.frames) > 2)
    capture.stop()
    assert bus.closed
    state = sender.states()[1]
    assert not state.running
    assert state.error is not None
    assert state.error.what == "The live bus was closed."
    assert not [one for one in threading.enumerate() if one.name == "table-sender"]
    with pytest.raises(Unavailable):
        sender.start([ROW])


def test_counts_begin_again_when_they_are_cleared(sender: TableSender) -> None:
    sender.start([ONCE])
    until(lambda: sender.states()[2].sent == 1)
    sender.clear_counts()
    assert sender.states()[2].sent == 0


def test_counts_of_a_bus_that_was_restarted_go_on(bus: Recorder, sender: TableSender) -> None:
    """The row that had sent 38 frames said “Sent 0, Not sent yet” after a restart."""
    row = SendRow(Frame(0x123))
    for sent in (1, 2):
        sender.start([row])
        until(lambda sent=sent: sender.states()[row.key].sent == sent)
    with closing(TableSender(Recorder())) as after:
        after.continue_counts(sender)
        state = after.states()[row.key]
        assert (state.sent, state.running, state.error) == (2, False, None)
        after.start([row])
        until(lambda: after.states()[row.key].sent == 3)


def test_counter_and_checksum_of_a_row_go_on_with_each_frame(bus: Recorder, sender: TableSender) -> None:
    row = SendRow(
        Frame(0x123, data=bytes(2)), period_ms=1.0, rules=SendRules(0, checksum=1, checksum_kind=ChecksumKind.XOR)
    )
    sender.start([row])
    until(lambda: len(bus.frames) >= 18)
    sender.stop()
    assert [one.data for one in bus.frames[:18]] == [bytes((at % 16, at % 16)) for at in range(18)]

"""Triggers on a running capture: what is met, what is sent in answer, and what isn't."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from queue import SimpleQueue

import pytest

from benchboard.canbus.bus import BusState, Capabilities, ErrorState, OnResult, ignore_result
from benchboard.canbus.capture import Capture
from benchboard.canbus.dbc import CanDatabase
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.trigger_runner import FiredTrigger, TriggerRunner
from benchboard.canbus.trigger_table import TriggerActions, TriggerRow
from benchboard.canbus.triggers import Trigger


class ScriptedBus:
    """A bus that hands over what a test gives it."""

    def __init__(self, *, listen_only: bool = False) -> None:
        self.capabilities = Capabilities(
            fd=False, listen_only=listen_only, error_counters=True, time_source=TimeSource.HOST
        )
        self.batches: list[list[Frame]] = []
        self.bus_off = False
        self.sent: SimpleQueue[Frame] = SimpleQueue()
        self.empty = threading.Event()

    def recv(self, timeout: float) -> list[Frame]:
        if self.batches:
            return self.batches.pop(0)
        self.empty.set()
        time.sleep(0.001)
        return []

    def send(self, frame: Frame, on_result: OnResult = ignore_result) -> None:
        self.sent.put(frame)

    def state(self) -> BusState:
        return BusState(ErrorState.BUS_OFF if self.bus_off else ErrorState.ACTIVE)

    def close(self) -> None: ...


class Watched:
    """A bus with triggers, and what was met."""

    def __init__(self, *, listen_only: bool = False) -> None:
        self.bus = ScriptedBus(listen_only=listen_only)
        self.fired: SimpleQueue[FiredTrigger] = SimpleQueue()
        self.capture = Capture(self.bus, bitrate=500_000)
        self.capture.start()
        self.triggers = TriggerRunner(self.capture, self.take, every_s=0.001)
        self.triggers.start()

    def take(self, found: list[FiredTrigger]) -> None:
        for one in found:
            self.fired.put(one)

    def hear(self, *frames: Frame) -> None:
        self.bus.batches = [list(frames)]

    def next(self) -> FiredTrigger:
        return self.fired.get(timeout=60)


@pytest.fixture
def watched() -> Iterator[Watched]:
    found = Watched()
    yield found
    found.triggers.stop()
    found.capture.stop()


ANSWER = Frame(0x321, data=b"\x01")
REPLY = TriggerRow(Trigger("100", hold_off_s=10.0), "Reply", TriggerActions(frame=ANSWER))


def frame(ident: int, seconds: float = 0.0) -> Frame:
    return Frame(ident, data=b"\x00", timestamp=Timestamp(time.time() + seconds, TimeSource.HOST, 1e-3))


def test_an_armed_trigger_is_met_and_its_frame_sent_and_one_that_is_not_armed_is_not(watched: Watched) -> None:
    off = TriggerRow(Trigger("100"), "Off", armed=False)
    watched.triggers.watch([off, REPLY], CanDatabase())
    watched.hear(frame(0x200), frame(0x100))
    fired = watched.next()
    assert (fired.row, fired.not_sent) == (REPLY, "")
    assert fired.number > 0
    assert watched.bus.sent.get(timeout=60).id == ANSWER.id
    assert watched.fired.empty()


def test_nothing_is_sent_while_bus_off_or_while_nobody_may_see_it_and_the_reason_is_said(watched: Watched) -> None:
    watched.triggers.watch([REPLY], CanDatabase())
    watched.bus.bus_off = True
    watched.hear(frame(0x100))
    assert watched.next().not_sent == "The dongle is bus off, so it sends nothing."
    watched.bus.bus_off = False
    watched.triggers.why_not_sent = "You left the live bus."
    watched.hear(frame(0x100, 20.0))
    assert watched.next().not_sent == "You left the live bus."
    assert watched.bus.sent.empty()


def test_nothing_is_sent_in_listen_only() -> None:
    watched = Watched(listen_only=True)
    try:
        watched.triggers.watch([REPLY], CanDatabase())
        watched.hear(frame(0x100))
        assert watched.next().not_sent == "The live bus listens only."
        assert watched.bus.sent.empty()
    finally:
        watched.triggers.stop()
        watched.capture.stop()


def test_an_edit_of_the_actions_keeps_the_hold_off_and_one_of_the_condition_ends_it(watched: Watched) -> None:
    database = CanDatabase()
    watched.triggers.watch([REPLY], database)
    watched.hear(frame(0x100))
    watched.next()
    quiet = replace(REPLY, actions=TriggerActions(sounds=True))
    watched.triggers.watch([quiet], database)
    watched.bus.empty.clear()
    watched.hear(frame(0x100, 1.0), frame(0x100, 11.0))
    assert watched.next().row.actions.sounds
    assert watched.fired.empty(), "the first of the two came in the hold-off"
    watched.triggers.watch([replace(quiet, trigger=Trigger("100-1FF", hold_off_s=10.0))], database)
    watched.hear(frame(0x100, 12.0))
    assert watched.next().row.trigger.condition == "100-1FF"


def test_another_trigger_that_is_added_or_disarmed_leaves_the_others_as_they_are(watched: Watched) -> None:
    other = TriggerRow(Trigger("200"))
    missing = TriggerRow(Trigger("300", 0.2))
    watched.triggers.watch([missing, REPLY], CanDatabase())
    watched.hear(frame(0x100))
    assert {watched.next().row.key, watched.next().row.key} == {REPLY.key, missing.key}
    watched.triggers.watch([other, REPLY, missing], CanDatabase())
    watched.hear(frame(0x100, 1.0), frame(0x200, 1.0))
    assert watched.next().row.key == other.key, "the hold-off goes on"
    watched.triggers.watch([missing, replace(other, armed=False), REPLY], CanDatabase())
    watched.hear(frame(0x100, 2.0), frame(0x200, 2.0), frame(0x100, 11.0))
    assert watched.next().row.key == REPLY.key
    assert watched.fired.empty(), "the silence was told already"


def test_every_frame_of_a_full_bus_is_looked_at(watched: Watched) -> None:
    rows = [TriggerRow(Trigger(f"{ident:03X}", hold_off_s=0.1)) for ident in range(0x100, 0x110)]
    watched.triggers.watch(rows, CanDatabase())
    start, step = time.time(), 1 / 20_000
    frames = [
        Frame(0x100 + n % 16, data=b"\x00", timestamp=Timestamp(start + n * step, TimeSource.HOST, 1e-3))
        for n in range(20_000)
    ]
    watched.bus.batches = [frames[n : n + 500] for n in range(0, 20_000, 500)]
    found = [watched.next() for _n in range(16 * 10)]
    assert len({one.row.key for one in found}) == 16
    assert watched.triggers.dropped == 0

"""The live trace of a dongle's pane: its frames per second."""

import time
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pytestqt.qtbot import QtBot

from benchboard.canbus.backends.python_can import PythonCanBus
from benchboard.canbus.bus import BusState
from benchboard.canbus.bus_recorder import BusRecorder
from benchboard.canbus.capture import Capture, CapturedFrames
from benchboard.canbus.frame import Frame
from benchboard.ui.bench.device_manager import LiveBus
from benchboard.ui.bench.mini_trace import MiniTrace
from benchboard.ui.theme import Theme


def test_rate_after_a_pause_is_the_mean_of_the_pause(qtbot: QtBot, light: Theme) -> None:
    """200 frames/s were shown as 6,000 after 30 s: all that came meanwhile counted as of one poll."""
    sender, capture = PythonCanBus("virtual", "trace"), Capture(PythonCanBus("virtual", "trace"), bitrate=500_000)
    capture.start()
    seconds = [0.0]
    trace = MiniTrace(now=lambda: seconds[0])
    qtbot.addWidget(trace)
    trace.set_bus(LiveBus("", "", None, cast(Any, None), capture, BusRecorder(capture)))
    trace.paused = True
    for number in range(600):
        sender.send(Frame(number))
    qtbot.waitUntil(lambda: capture.since().next == 600)
    seconds[0] = 3.0
    trace.paused = False
    trace._poll()
    assert trace.summary.startswith("200 frames/s")
    capture.stop()
    sender.close()


def test_rate_of_a_silent_dongle_isnt_drawn_nor_what_it_hands_over_afterwards(qtbot: QtBot, light: Theme) -> None:
    now, received, silent = [0.0], [0], list[float | None]([None])
    trace = MiniTrace(now=lambda: now[0])
    qtbot.addWidget(trace)

    def counters() -> Any:
        return SimpleNamespace(bus=BusState(unanswered_since=silent[0]))

    def since(_first: int = 0, limit: int | None = None) -> CapturedFrames:
        return CapturedFrames([], received[0], 0)

    trace.set_bus(cast(LiveBus, SimpleNamespace(capture=SimpleNamespace(counters=counters, since=since))))

    def poll(frames: int, seconds: float = 0.1) -> str:
        received[0] += frames
        now[0] += seconds
        trace._poll()
        return trace.summary

    for _poll in range(5):
        assert poll(10) == "100 frames/s"
    poll(0)
    poll(0)
    silent[0] = time.time() - 0.15
    assert poll(0) == "– frames/s"
    assert list(trace._rates) == pytest.approx([100.0] * 5)
    silent[0] = None
    poll(500)
    assert poll(500) == "– frames/s"
    assert poll(10, 1.1).startswith("8")

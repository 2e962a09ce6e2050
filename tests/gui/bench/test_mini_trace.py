"""The live trace of a dongle's pane: its frames per second."""

from typing import Any, cast

from pytestqt.qtbot import QtBot

from benchboard.canbus.backends.python_can import PythonCanBus
from benchboard.canbus.bus_recorder import BusRecorder
from benchboard.canbus.capture import Capture
from benchboard.canbus.frame import Frame
from benchboard.ui.bench.device_manager import LiveBus
from benchboard.ui.bench.mini_trace import MiniTrace
from benchboard.ui.theme import Theme


def test_rate_after_a_pause_is_the_mean_of_the_pause(qtbot: QtBot, light: Theme) -> None:
    """200 frames/s were shown as 6,000 after 30 s: all that came meanwhile counted as of one poll."""
    sender, capture = PythonCanBus("virtual", "trace"), Capture(PythonCanBus("virtual", "trace"), bitrate=500_000)
    capture.start()
    time = [0.0]
    trace = MiniTrace(now=lambda: time[0])
    qtbot.addWidget(trace)
    trace.set_bus(LiveBus("", "", None, cast(Any, None), capture, BusRecorder(capture)))
    trace.paused = True
    for number in range(600):
        sender.send(Frame(number))
    qtbot.waitUntil(lambda: capture.since().next == 600)
    time[0] = 3.0
    trace.paused = False
    trace._poll()
    assert trace.summary.startswith("200 frames/s")
    capture.stop()
    sender.close()

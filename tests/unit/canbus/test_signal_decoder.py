"""Signals read from many frames at once are those that each frame's own message decodes; histories get all of them."""

import math
import struct
import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.canbus.bus import BusState, Capabilities, OnResult, ignore_result
from benchboard.canbus.capture import Capture
from benchboard.canbus.dbc import Message, Signal
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.signal_decoder import SignalDecoder, SignalKey
from benchboard.canbus.signal_histories import SignalHistories
from benchboard.canbus.signal_recorder import SignalRecorder

SPEED = Signal("Speed", 0, 16, scale=0.25)
STATUS = Message("Status", 0x100, False, 8, (SPEED, Signal("Torque", 16, 16, signed=True, scale=0.1)), cycle_ms=10)
SPEED_KEY = SignalKey(0x100, False, "Status", "Speed")


def at(seconds: float) -> Timestamp:
    return Timestamp(seconds, TimeSource.DEVICE, 1e-6)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    """Signals anywhere in 16 bytes, in both orders, of all kinds; one may select others."""
    found = []
    for place in range(draw(st.integers(1, 5))):
        is_float = draw(st.booleans())
        length = draw(st.sampled_from((16, 32, 64)) if is_float else st.integers(1, 64))
        start = draw(st.integers(0, 127))
        selector = "S0" if place and draw(st.booleans()) and not found[0].is_float else ""
        found.append(
            Signal(
                f"S{place}", start, length, draw(st.booleans()), draw(st.booleans()), is_float,
                draw(st.sampled_from((1, 0.1, 0.5, 3))), draw(st.sampled_from((0, -40, 0.5))),
                selector=selector, selected_by=frozenset(draw(st.sets(st.integers(-2, 5)))),
            )
        )  # fmt: skip
    return Message("M", 0x100, False, 16, tuple(found))


@given(messages(), st.lists(st.binary(max_size=16), min_size=1, max_size=20))
def test_values_are_those_that_each_message_decodes(message: Message, contents: list[bytes]) -> None:
    frames = [Frame(0x100, data=data, timestamp=at(place)) for place, data in enumerate(contents)]
    keys = {SignalKey(0x100, False, "M", one.name): message for one in message.signals}
    found = SignalDecoder(keys).decode(frames)
    for key in keys:
        wanted = [
            (round(frame.timestamp.seconds * 1e9), value.value)
            for frame in frames
            for value in message.decode(frame.data)
            if value.signal.name == key.signal and frame.timestamp is not None
        ]
        samples = found.get(key)
        assert (samples.times.tolist() if samples else []) == [time for time, _value in wanted]
        with np.errstate(all="ignore"):
            values = samples.values if samples else np.array([])
            assert np.allclose(values, [value for _time, value in wanted], rtol=1e-12, atol=0, equal_nan=True)


def test_other_frames_have_no_values() -> None:
    data = struct.pack("<HhI", 400, -5, 0)
    frames = [
        Frame(0x101, data=data, timestamp=at(1)),
        Frame(0x100, extended=True, data=data, timestamp=at(2)),
        Frame(0x100, remote=True, timestamp=at(3)),
        Frame(0x100, error=True, data=data, timestamp=at(4)),
        Frame(0x100, data=data),
        Frame(0x100, data=data[:1], timestamp=at(5)),
    ]
    assert not SignalDecoder({SPEED_KEY: STATUS}).decode(frames)
    (samples,) = SignalDecoder({SPEED_KEY: STATUS}).decode([Frame(0x100, data=data, timestamp=at(6))]).values()
    assert (samples.times.tolist(), samples.values.tolist()) == ([6_000_000_000], [100.0])


class FramesBus:
    """A bus that hands over what a test gives it."""

    capabilities = Capabilities(fd=False, listen_only=False, error_counters=False, time_source=TimeSource.DEVICE)

    def __init__(self) -> None:
        self.batches: list[list[Frame]] = []
        self.empty = threading.Event()

    def recv(self, timeout: float) -> list[Frame]:
        if self.batches:
            return self.batches.pop(0)
        self.empty.set()
        time.sleep(0.001)
        return []

    def send(self, frame: Frame, on_result: OnResult = ignore_result) -> None: ...

    def state(self) -> BusState:
        return BusState()

    def close(self) -> None: ...


def speeds(first: int, count: int) -> list[Frame]:
    return [
        Frame(0x100, data=struct.pack("<Hhi", n % 65_536, 0, 0), timestamp=at(n / 1000))
        for n in range(first, first + count)
    ]


def test_recorder_takes_every_frame_also_those_from_before_the_signal_was_added() -> None:
    bus, histories = FramesBus(), SignalHistories(is_live=True)
    bus.batches = [speeds(n, 250) for n in range(0, 10_000, 250)]
    capture = Capture(bus, bitrate=500_000)
    capture.start()
    recorder = SignalRecorder(capture, histories, every_s=0.001)
    recorder.start()
    assert bus.empty.wait(60)
    recorder.add(SPEED_KEY, STATUS)
    bus.batches = [speeds(n, 250) for n in range(10_000, 15_000, 250)]
    bus.empty.clear()
    assert bus.empty.wait(60)
    capture.stop()
    recorder.stop()
    history = histories.history(SPEED_KEY)
    assert history is not None
    assert history.total == 15_000
    rows = history.read(0, 20_000_000_000, 20_000)
    assert rows.first.tolist() == [n * 0.25 for n in range(15_000)]
    assert not rows.gap.any()


def test_frames_that_the_recorder_has_not_taken_yet_are_added_once() -> None:
    bus, histories = FramesBus(), SignalHistories(is_live=True)
    bus.batches = [speeds(0, 100)]
    capture = Capture(bus, bitrate=500_000)
    capture.start()
    assert bus.empty.wait(60)
    recorder = SignalRecorder(capture, histories)
    recorder.add(SPEED_KEY, STATUS)
    recorder.start()
    capture.stop()
    recorder.stop()
    history = histories.history(SPEED_KEY)
    assert history is not None
    assert history.total == 100


def test_closed_bus_and_missing_cycles_leave_gaps() -> None:
    histories = SignalHistories(is_live=True)
    histories.add(SPEED_KEY, STATUS)
    histories.add_frames(speeds(0, 3))
    histories.mark_gap()
    histories.add_frames(speeds(10, 2))
    histories.add_frames(speeds(5_000, 2))  # the sender was off for seconds
    history = histories.history(SPEED_KEY)
    assert history is not None
    assert history.read(0, 10**10, 100).gap.tolist() == [False, False, False, True, False, True, False]
    assert histories.span == (0, 5_001_000_000)


def test_removed_signal_is_forgotten_and_no_longer_decoded() -> None:
    histories = SignalHistories()
    histories.add(SPEED_KEY, STATUS)
    histories.remove(SPEED_KEY)
    histories.add_frames(speeds(0, 3))
    assert histories.keys == ()
    assert histories.span is None


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_float_that_is_no_number_is_kept_as_none(value: float) -> None:
    message = Message("M", 1, False, 8, (Signal("F", 0, 32, is_float=True),))
    key, histories = SignalKey(1, False, "M", "F"), SignalHistories()
    histories.add(key, message)
    histories.add_frames([Frame(1, data=struct.pack("<ff", value, 0), timestamp=at(1))])
    history = histories.history(key)
    assert history is not None
    assert history.value_at(10**9) is None

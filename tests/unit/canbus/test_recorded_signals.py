"""The values of signals in a recording, to be plotted."""

from pathlib import Path

import numpy as np
import pytest

from benchboard.canbus.dbc import CanDatabase, Message, Signal
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.recorded_signals import recorded_histories, recorded_signals
from benchboard.canbus.recording import Recording, index_frames
from benchboard.canbus.signal_decoder import SignalKey
from benchboard.errors import Cancelled

BEGUN = 1_763_627_400
SPEED = Message("Drive", 0x100, False, 2, signals=(Signal("Speed", 0, 8), Signal("Torque", 8, 8)))
KEY = SignalKey(0x100, False, "Drive", "Speed")


def recording(count: int = 10_000) -> Recording:
    """Every second frame has the speed, on two channels in turn."""
    frames = (
        Frame(
            0x100 if place % 2 else 0x200, data=bytes([place // 2 % 200, 7]), channel=f"can{place // 2 % 2}",
            timestamp=Timestamp(BEGUN + place / 1_000, TimeSource.DEVICE, 1e-6),
        )
        for place in range(count)
    )  # fmt: skip
    return index_frames(Path("a.log"), frames)


def values(found: Recording, channel: str | None = None) -> list[float]:
    history = recorded_histories(found, {KEY: SPEED}, channel=channel).history(KEY)
    assert history is not None
    assert history.span is not None
    return [float(one) for one in np.unique(history.read(*history.span, 100_000).last)]


def test_signals_of_a_recording_are_those_that_a_database_defines_in_it() -> None:
    other = Message("Other", 0x300, False, 8, signals=(Signal("Level", 0, 8),))
    assert recorded_signals(recording(), CanDatabase([SPEED, other])) == [KEY, KEY._replace(signal="Torque")]
    assert recorded_signals(recording(), CanDatabase()) == []


def test_values_are_those_of_all_frames_or_of_a_channel() -> None:
    found = recording()
    assert values(found) == [float(one) for one in range(200)]
    assert values(found, "can1") == [float(one) for one in range(1, 200, 2)]
    histories = recorded_histories(found, {KEY: SPEED})
    assert not histories.is_live
    assert histories.span == (
        pytest.approx(BEGUN * 10**9 + 10**6),
        pytest.approx((BEGUN + 10) * 10**9 - 10**6, abs=999),
    )


def test_reading_says_how_far_it_is_and_ends_when_it_is_stopped() -> None:
    steps: list[tuple[int, int]] = []

    def step(done: int, total: int) -> None:
        steps.append((done, total))
        if done:
            raise Cancelled("tasks.cancelled", "Stopped.")

    with pytest.raises(Cancelled):
        recorded_histories(recording(), {KEY: SPEED}, step)
    assert steps == [(0, 10_000), (4_096, 10_000)]

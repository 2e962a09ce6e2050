"""Timestamps of frames that arrive in chunks."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.canbus.clock import HOST_DELAY_S, MAX_DRIFT, FrameClock
from benchboard.canbus.frame import TimeSource, Timestamp

UNIX = 1_700_000_000.0


def device_stamp(clock: FrameClock, milliseconds: float) -> Timestamp:
    return clock[milliseconds % 60_000]


def test_host_stamp_is_as_uncertain_as_its_chunk_took_to_arrive() -> None:
    clock = FrameClock(UNIX, wrap=60_000)
    clock.arrived(10.0, 10.012)
    first, second = clock[None], clock[None]
    assert first == second == Timestamp(UNIX + 10.012, TimeSource.HOST, pytest.approx(0.012 + HOST_DELAY_S))
    clock.arrived(10.020, 10.020)
    assert clock[None] == Timestamp(UNIX + 10.020, TimeSource.HOST, HOST_DELAY_S)


@given(
    st.lists(st.integers(0, 200_000), min_size=1, max_size=40),
    st.floats(0, 0.05),
    st.integers(0, 59_999),
)
def test_device_stamps_keep_the_devices_distances_over_gaps_wraps_and_late_chunks(
    gaps: list[int], latest: float, offset: int
) -> None:
    clock, now, stamps, times = FrameClock(UNIX, wrap=60_000), 0, [], []
    for number, gap in enumerate(gaps):
        now += gap
        delay = latest * (number % 3) / 3
        clock.arrived(now / 1000 + delay, now / 1000 + delay)
        stamps.append(device_stamp(clock, now + offset))
        times.append(now / 1000)
    assert all(stamp.source is TimeSource.DEVICE and stamp.decimals == 3 for stamp in stamps)
    for (a, b), (before, after) in zip(pairwise(times), pairwise(stamps), strict=True):
        assert after.seconds - before.seconds == pytest.approx(b - a, abs=MAX_DRIFT * (b - a + latest) + 1e-6)
    for time, stamp in zip(times, stamps, strict=True):
        assert UNIX + time - 1e-6 <= stamp.seconds <= UNIX + time + latest + 1e-6 + MAX_DRIFT * time


def test_device_that_restarted_counts_anew_from_its_first_frame() -> None:
    clock = FrameClock(UNIX, wrap=60_000)
    clock.arrived(0.0, 0.0)
    before = device_stamp(clock, 5)
    clock.restart()
    clock.arrived(9.0, 9.0)
    assert device_stamp(clock, 5).seconds - before.seconds == pytest.approx(9.0)


def test_device_stamps_of_one_tick_are_equal_across_chunks() -> None:
    clock = FrameClock(UNIX, wrap=60_000)
    clock.arrived(0.0, 0.010)
    device_stamp(clock, 5)
    clock.arrived(0.010, 0.015)
    # 10 ms after the first by the device, 5 ms by the host: the offset moves back by the next chunk.
    second = device_stamp(clock, 15)
    clock.arrived(0.015, 0.115)
    assert device_stamp(clock, 15) == second
    assert second.seconds < device_stamp(clock, 16).seconds < second.seconds + 0.001


def test_device_stamps_follow_a_device_clock_that_drifts() -> None:
    # 100 ppm in an hour are 360 ms; never more than a few milliseconds off the host's clock.
    clock = FrameClock(UNIX, wrap=60_000)
    for second in range(3600):
        clock.arrived(float(second), float(second))
        stamp = device_stamp(clock, round(second * 1000 * (1 - 100e-6)))
        assert abs(stamp.seconds - UNIX - second) < 0.005


def test_device_stamps_of_a_counter_without_wrap_begin_at_the_arrival() -> None:
    clock = FrameClock(UNIX, tick=1e-6)
    clock.arrived(1.0, 1.0)
    first = clock[86_400_500_000]
    assert first == Timestamp(UNIX + 1.0, TimeSource.DEVICE, 1e-6)
    assert clock[86_400_500_123].seconds - first.seconds == pytest.approx(123e-6, abs=3e-7)

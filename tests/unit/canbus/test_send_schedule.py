"""The schedule of a send table: no row drifts, none is sent in bursts, none starves."""

import math

from hypothesis import given
from hypothesis import strategies as st

from benchboard.canbus.pacing import wait_until
from benchboard.canbus.send_schedule import SendSchedule

PERIODS = st.floats(0.001, 5.0)


@given(PERIODS, st.floats(0.0, 1e6), st.lists(st.floats(0.0, 10.0), max_size=50))
def test_every_turn_is_at_a_multiple_of_the_period_from_the_start(
    period: float, start: float, waits: list[float]
) -> None:
    schedule, now, turns = SendSchedule(), start, 0
    schedule.start(1, period, start)
    for waited in waits:
        now += waited
        for due in schedule.take_due(now):
            turns += 1 + due.missed
            assert math.isclose(now - due.late, start + (turns - 1) * period, rel_tol=1e-9, abs_tol=1e-9)
            assert 0 <= due.late <= period * (1 + 1e-6) + 1e-9, "a turn later than its period is missed"
        assert schedule.next_due is not None
        assert schedule.next_due > now
        assert schedule.next_due == start + turns * period


@given(st.lists(PERIODS, min_size=1, max_size=8), st.integers(0, 2**32))
def test_rows_do_not_drift_though_the_computer_is_late_each_time(periods: list[float], seed: int) -> None:
    now = 100.0
    sent: dict[int, list[float]] = {key: [] for key in range(len(periods))}
    late = iter(((seed >> shift) % 7) / 50_000 for _ever in iter(int, 1) for shift in range(0, 32, 3))

    def wait(seconds: float) -> None:
        nonlocal now
        now += seconds + next(late)  # an operating system wakes nobody early

    schedule = SendSchedule()
    for key, period in enumerate(periods):
        schedule.start(key, period, now)
    for _turn in range(200):
        due = schedule.next_due
        assert due is not None
        assert wait_until(due, goes_on=lambda: True, clock=lambda: now, wait=wait) is not None
        for one in schedule.take_due(now):
            sent[one.key].append(now)
    for key, times in sent.items():
        for at in times:
            off = (at - 100.0) % periods[key]
            assert min(off, periods[key] - off) < 0.0009, "late once, but never later and later"


def test_a_row_without_a_period_is_due_once() -> None:
    schedule = SendSchedule()
    schedule.start(1, None, 5.0)
    assert schedule.next_due == 5.0
    assert [(one.key, one.late) for one in schedule.take_due(5.5)] == [(1, 0.5)]
    assert schedule.next_due is None
    assert not schedule.running


def test_rows_are_due_in_the_order_of_their_times() -> None:
    schedule = SendSchedule()
    schedule.start(1, 1.0, 0.3)
    schedule.start(2, 1.0, 0.1)
    schedule.start(3, None, 0.2)
    assert [one.key for one in schedule.take_due(0.35)] == [2, 3, 1]


def test_turns_that_were_slept_through_are_counted_not_sent_in_a_burst() -> None:
    schedule = SendSchedule()
    schedule.start(1, 0.01, 0.0)
    (due,) = schedule.take_due(1.0)
    assert due.missed in (99, 100)
    assert schedule.take_due(1.0) == []


def test_a_stopped_row_is_not_due() -> None:
    schedule = SendSchedule()
    schedule.start(1, 1.0, 0.0)
    schedule.stop(1)
    schedule.stop(7)
    assert schedule.take_due(9.0) == []


def test_waiting_ends_when_it_is_told_to() -> None:
    told = iter([True, False])
    assert wait_until(9.0, goes_on=lambda: next(told), clock=lambda: 0.0, wait=lambda _seconds: None) is None

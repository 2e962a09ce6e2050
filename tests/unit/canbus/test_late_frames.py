"""Frames that came long after they were on the bus."""

from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.late_frames import LateFrames

UNIX = 1_800_000_000.0
"""The stamps' clock, when the other one is at 0."""


def frames(*seconds: float, source: TimeSource = TimeSource.DEVICE) -> list[Frame]:
    return [Frame(number, timestamp=Timestamp(UNIX + one, source, 0.001)) for number, one in enumerate(seconds)]


def test_in_time_leaves_out_what_a_dongle_kept_while_it_hung() -> None:
    late = LateFrames()
    assert len(late.in_time(frames(0.98, 0.99), 1.0)) == 2

    backlog = frames(1.5, 4.0, 8.2, 8.6)
    assert list(late.in_time(backlog, 9.0)) == backlog[2:]
    assert len(late.in_time(frames(9.1), 9.2)) == 1


def test_in_time_of_frames_that_the_host_stamped_is_all() -> None:
    late = LateFrames()
    late.in_time(frames(0.98, source=TimeSource.HOST), 1.0)
    assert len(late.in_time(frames(1.0, 5.0, source=TimeSource.HOST), 9.0)) == 2
    assert len(late.in_time([Frame(1), Frame(2)], 9.0)) == 2
    assert list(late.in_time([], 9.0)) == []


def test_in_time_after_the_clock_of_the_stamps_was_set_back_is_right_again() -> None:
    late = LateFrames()
    late.in_time(frames(0.99), 1.0)
    assert list(late.in_time(frames(1.0), 11.0)) == []
    for batch in range(2_000):
        late.in_time(frames(batch), batch + 10.0)
    assert len(late.in_time(frames(3_000.0), 3_010.0)) == 1

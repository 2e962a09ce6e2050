"""Times and cycles in the live trace: no finer than the stamps they come from."""

from datetime import datetime

import pytest

from benchboard import i18n, package_data
from benchboard.canbus.frame import TimeSource, Timestamp
from benchboard.ui.bench.frame_format import clock, cycle

MINUTE = 1_700_000_040.0  # a whole minute of Unix time


def stamp(seconds: float, uncertainty: float = 0.001) -> Timestamp:
    return Timestamp(MINUTE + seconds, TimeSource.HOST, uncertainty)


@pytest.mark.parametrize(
    ("seconds", "uncertainty", "text"),
    [
        (12.804113, 1e-6, "12.804 113"),
        (12.804113, 0.0001, "12.804 1"),
        (12.804113, 0.001, "12.804"),
        (12.804113, 0.0012, "12.80"),
        (12.804113, 0.05, "12.8"),
        (12.804113, 0.3, "13"),
        (59.9996, 0.001, "00.000"),
        (3.0, 2.0, "03"),
    ],
)
def test_clock_shows_no_more_digits_than_the_stamp_has(seconds: float, uncertainty: float, text: str) -> None:
    minute = datetime.fromtimestamp(MINUTE + (60 if seconds > 59.9 else 0)).astimezone()
    assert clock(stamp(seconds, uncertainty)) == f"{minute:%H:%M}:{text}"


@pytest.mark.parametrize(
    ("before", "now", "text"),
    [
        (stamp(1.0, 1e-6), stamp(1.0100042, 1e-6), "10.004"),
        (stamp(1.0), stamp(1.0100042), "10"),
        (stamp(1.0), stamp(1.0103, 0.004), "10"),
        (stamp(1.0), stamp(1.237, 0.03), "200"),
        (stamp(1.0, 0.3), stamp(3.4), "2\u202f000"),
    ],
)
def test_cycle_is_no_finer_than_the_coarser_stamp(before: Timestamp, now: Timestamp, text: str) -> None:
    assert cycle(before, now) == text


def test_clock_and_cycle_have_the_decimal_point_of_the_language() -> None:
    before, now = stamp(1.0, 1e-6), stamp(12.804113, 1e-6)
    try:
        i18n.use("tr", package_data.resources_folder() / "i18n")
        assert (clock(now), cycle(before, now)) == (
            f"{datetime.fromtimestamp(MINUTE).astimezone():%H:%M}:12,804 113",
            "11\u202f804,113",
        )
    finally:
        i18n.use("en", package_data.resources_folder() / "i18n")

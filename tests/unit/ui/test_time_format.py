"""Relative times: which words they are, whatever the language."""

from datetime import UTC, datetime, timedelta

from benchboard.ui.time_format import clock_time, full_time, relative_time


def test_relative_time_in_a_sentence_differs_only_for_never() -> None:
    now = datetime.now(UTC)
    assert (relative_time(now), relative_time(now, in_sentence=True)) == ("just now", "just now")
    assert (relative_time(None), relative_time(None, in_sentence=True)) == ("Never", "never")
    assert relative_time(now - timedelta(seconds=20), in_sentence=True) == "20 s ago"
    assert relative_time(now - timedelta(minutes=14, seconds=5), in_sentence=True) == "14 min ago"


def test_clock_time_of_today_has_seconds_and_of_another_day_its_date() -> None:
    now = datetime.now(UTC).astimezone()
    today = now.replace(hour=0, minute=1, second=7)
    assert clock_time(today) == "00:01:07"
    before = clock_time(now.replace(hour=23, minute=59) - timedelta(days=1))
    assert before.endswith(" 23:59")
    assert len(before) > len(" 23:59")


def test_full_time_has_its_day_as_charts_write_it() -> None:
    local = datetime(2026, 11, 7, 9, 30, 5).astimezone()
    assert full_time(local) == f"7 Nov 2026 09:30:05 {local:%Z}"

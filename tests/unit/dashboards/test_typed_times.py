"""Dates and periods as people type them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.document.time_range import TimeRange
from benchboard.dashboards.document.typed_times import from_typed, named_period


@pytest.mark.parametrize(
    ("typed", "expression"),
    [
        ("31.08.2026", "2026-08-31"), (" 1.6.2026 ", "2026-06-01"), ("31.08.2026 9:05", "2026-08-31T09:05"),
        ("now-7d", "now-7d"), ("2026-08-31 ", "2026-08-31"), ("31.08.26", "31.08.26"),
        ("28 Jul 2025", "2025-07-28"), ("6 january 2025", "2025-01-06"), ("6 Oca 2025", "2025-01-06"),
        ("28 Şub 2025 9:05", "2025-02-28T09:05"), ("Jul 28, 2025", "2025-07-28"), ("28 Foo 2025", "28 Foo 2025"),
    ],
)  # fmt: skip
def test_date_typed_with_dots_is_that_date(typed: str, expression: str) -> None:
    assert from_typed(typed) == expression


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("2026-W32", "2026-08-03", "2026-08-09"), ("2026W32", "2026-08-03", "2026-08-09"),
        (" 2026-W01 ", "2025-12-29", "2026-01-04"), ("2026-W53", "2026-12-28", "2027-01-03"),
        ("2026-08", "2026-08-01", "2026-08-31"), ("2024-02", "2024-02-01", "2024-02-29"),
        ("Feb 2024", "2024-02-01", "2024-02-29"), ("Ağustos 2026", "2026-08-01", "2026-08-31"),
        ("2026-Q3", "2026-07-01", "2026-09-30"), ("2026-Q4", "2026-10-01", "2026-12-31"),
        ("2026", "2026-01-01", "2026-12-31"),
    ],
)  # fmt: skip
def test_period_as_iso_8601_writes_it_is_its_days(typed: str, first: str, last: str) -> None:
    assert (from_typed(typed), from_typed(typed, ends=True)) == (first, last)
    period = TimeRange(from_typed(typed), from_typed(typed, ends=True)).period(datetime(2026, 1, 1, tzinfo=UTC))
    assert period.end.date() - timedelta(days=1) == date.fromisoformat(last)


@pytest.mark.parametrize(
    "typed",
    [
        "W32 2026", "2026-w32", "2026-W54", "2025-W53", "2026-W00", "2026-13", "2026-Q5", "26", "202608", "2026-8",
        "0000", "9999-12", "2026-W3", "",
    ],
)  # fmt: skip
def test_what_is_no_such_period_is_left_as_it_is(typed: str) -> None:
    assert named_period(typed) is None
    assert from_typed(typed) == typed


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_the_week_of_a_day_has_that_day(day: date) -> None:
    period = named_period(f"{day:%G-W%V}")
    assert period is not None
    assert period.first <= day <= period.last

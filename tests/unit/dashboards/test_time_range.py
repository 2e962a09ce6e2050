"""Time ranges: expressions to periods, and the periods around one."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.document import time_range
from benchboard.dashboards.document.time_range import Period, TimeRange
from benchboard.errors import Invalid

NOW = datetime(2026, 11, 20, 14, 37, 12, 345_678, tzinfo=UTC)  # a Friday


def _day(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("now-7d", "now", (NOW - timedelta(days=7), NOW)),
        ("now/d", "now/d", (_day(2026, 11, 20), _day(2026, 11, 21))),
        ("now-1d/d", "now-1d/d", (_day(2026, 11, 19), _day(2026, 11, 20))),
        ("now/w", "now/w", (_day(2026, 11, 16), _day(2026, 11, 23))),
        ("now-1M/M", "now-1M/M", (_day(2026, 10, 1), _day(2026, 11, 1))),
        ("now/y", "now/y", (_day(2026, 1, 1), _day(2027, 1, 1))),
        ("now/h", "now/m", (_day(2026, 11, 20, 14), _day(2026, 11, 20, 14, 38))),
        ("now-12M", "now", (NOW.replace(year=2025), NOW)),
        ("2026-03-31", "2026-03-31T14:05:00+02:00", (_day(2026, 3, 31), _day(2026, 3, 31, 12, 5))),
        ("2026-03-31", "2026-03-31/d", (_day(2026, 3, 31), _day(2026, 4, 1))),
        ("2024-02-29-1y", "2024-02-29", (_day(2023, 2, 28), _day(2024, 3, 1))),
        ("2026-06-01", "2026-08-31", (_day(2026, 6, 1), _day(2026, 9, 1))),
        ("2026-06-01", "2026-06-01", (_day(2026, 6, 1), _day(2026, 6, 2))),
        ("2026-06-01", "2026-08-31T00:00", (_day(2026, 6, 1), _day(2026, 8, 31))),
        ("2026-03-31-1M", "now", (_day(2026, 2, 28), NOW)),
        ("now-1d/d+8h", "now-1d/d+2h", (_day(2026, 11, 19, 8), _day(2026, 11, 20, 2))),
    ],
)
def test_period_of_a_range_is_what_its_expressions_say(
    start: str, end: str, expected: tuple[datetime, datetime]
) -> None:
    assert TimeRange(start, end).period(NOW) == expected


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "now-", "now-7", "now-7D", "now/Q", "now -7d", "2026-13-01", "2026-02-30", "2026-1-1",
     "now-7d" * 20, "now-٣d", "2026-03-31T25:00", "now-99999y", "2026-03-31\n"],
)  # fmt: skip
def test_period_of_a_wrong_expression_is_refused_with_its_field(text: str) -> None:
    with pytest.raises(Invalid) as start:
        TimeRange(text, "now").period(NOW)
    assert start.value.facts["field"] == "from"
    with pytest.raises(Invalid) as end:
        TimeRange("2026-01-01", text).period(NOW)
    assert end.value.facts["field"] == "to"


def test_period_that_ends_before_it_starts_is_refused() -> None:
    for shown in (TimeRange("now", "now"), TimeRange("2026-02-01", "2026-01-01")):
        with pytest.raises(Invalid, match="ends before it starts"):
            shown.period(NOW)


def test_presets_are_periods_around_now() -> None:
    for shown in time_range.PRESETS:
        period = shown.period(NOW)
        assert period.start < period.end
        assert period.start < NOW


@pytest.mark.parametrize(
    ("start", "end", "unit"),
    [
        ("now-2m", "now", "second"),
        ("now-15m", "now", "minute"), ("now-24h", "now", "hour"), ("now-7d", "now", "day"), ("now/M", "now/M", "day"),
        ("now-13w", "now", "week"), ("now-12M", "now", "week"), ("now-5y", "now", "month"), ("now-40y", "now", "year"),
    ],
)  # fmt: skip
def test_interval_gives_a_chart_neither_few_nor_many_points(start: str, end: str, unit: str) -> None:
    assert TimeRange(start, end).period(NOW).interval == unit


def test_values_are_the_texts_that_queries_are_run_with() -> None:
    values = TimeRange("now/d", "now").period(NOW).values
    assert values == {"from": ("2026-11-20T00:00:00Z",), "to": ("2026-11-20T14:37:12.345678Z",), "interval": ("hour",)}
    assert tuple(values) == time_range.VARIABLES


def test_period_before_and_after_a_calendar_unit_are_the_units_around_it() -> None:
    month = TimeRange("now/M", "now/M")
    assert time_range.before(month, NOW) == (_day(2026, 10, 1), _day(2026, 11, 1))
    assert time_range.after(month, NOW) == (_day(2026, 12, 1), _day(2027, 1, 1))
    year = TimeRange("now-1y/y", "now-1y/y")
    assert time_range.before(year, NOW) == (_day(2024, 1, 1), _day(2025, 1, 1))
    week = TimeRange("now-7d", "now")
    assert time_range.before(week, NOW) == (NOW - timedelta(days=14), NOW - timedelta(days=7))


def test_last_days_weeks_and_months_are_whole_with_that_of_today() -> None:
    """From the same time of day, a table of dates alone lacked the first day, which the calendar marked."""
    assert time_range.last(7, "d").period(NOW) == (_day(2026, 11, 14), _day(2026, 11, 21))
    assert time_range.last(13, "w").period(NOW) == (_day(2026, 8, 24), _day(2026, 11, 23))
    assert time_range.last(12, "M").period(NOW) == (_day(2025, 12, 1), _day(2026, 12, 1))
    assert time_range.before(time_range.last(7, "d"), NOW) == (_day(2026, 11, 7), _day(2026, 11, 14))
    assert time_range.before(time_range.last(12, "M"), NOW) == (_day(2024, 12, 1), _day(2025, 12, 1))
    assert time_range.after(time_range.last(3, "M"), NOW) == (_day(2026, 12, 1), _day(2027, 3, 1))
    titles = [time_range.title(time_range.last(count, unit)) for count, unit in ((7, "d"), (13, "w"), (12, "M"))]
    assert titles == ["Last 7 days", "Last 13 weeks", "Last 12 months"]
    assert [time_range.title(TimeRange(*ends)) for ends in (("now-7d", "now"), ("now-6d/d", "now"))] == [
        "Last 7 days",
        "",
    ]
    for shown in time_range.PRESETS[4:]:
        start, end = shown.period(NOW)
        assert start.time() == end.time() == time()


def test_range_since_a_period_goes_on_until_now_unless_that_ends_later() -> None:
    now, start = datetime(2026, 11, 22, 9, tzinfo=UTC), datetime(2026, 8, 5, tzinfo=UTC)
    assert time_range.since(Period(start, datetime(2026, 11, 1, tzinfo=UTC)), now) == TimeRange(
        "2026-08-05T00:00:00Z", "now"
    )
    later = time_range.since(Period(start, datetime(2026, 12, 24, tzinfo=UTC)), now)
    assert later == TimeRange("2026-08-05T00:00:00Z", "2026-12-24T00:00:00Z")


def test_period_before_the_year_1_is_refused() -> None:
    with pytest.raises(Invalid, match="years 1 to 9999"):
        time_range.before(TimeRange("0001-01-02", "now"), NOW)
    with pytest.raises(Invalid, match="years 1 to 9999"):
        time_range.wider(TimeRange("0001-01-02", "now").period(NOW))


_MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))


@given(st.lists(_MOMENTS, min_size=2, max_size=2, unique=True))
def test_absolute_range_means_its_period_at_any_time(moments: list[datetime]) -> None:
    period = Period(*sorted(moments))
    shown = time_range.absolute(period)
    assert shown.is_absolute
    assert shown.period(NOW) == shown.period(NOW + timedelta(days=1000)) == period


@given(st.lists(_MOMENTS, min_size=2, max_size=2, unique=True))
def test_periods_around_one_touch_it(moments: list[datetime]) -> None:
    period = Period(*sorted(moments))
    shown = time_range.absolute(period)
    assert time_range.before(shown, NOW).end == period.start
    assert time_range.after(shown, NOW).start == period.end
    wide = time_range.wider(period)
    assert wide.start < period.start < period.end < wide.end


@given(st.text(max_size=30))
def test_any_text_is_a_period_or_refused(text: str) -> None:
    try:
        period = TimeRange(text, "now+1y").period(NOW)
    except Invalid:
        return
    assert period.start < period.end


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        (("2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z"), ("2024-01-01", "2024-01-31")),
        (("2024-01-01T08:30:00Z", "now"), ("2024-01-01 08:30", "now")),
        (("2024-01-01T08:30:05Z", "2024-01-02T10:00:00Z"), ("2024-01-01T08:30:05Z", "2024-01-02 10:00")),
        (("now-7d", "now/d"), ("now-7d", "now/d")),
        (("2024-01-01", "2024-01-31"), ("2024-01-01", "2024-01-31")),
        (("2024-99-01T00:00:00Z", "now"), ("2024-99-01T00:00:00Z", "now")),
    ],
)
def test_range_is_offered_for_editing_as_a_person_types_it(stored: tuple[str, str], typed: tuple[str, str]) -> None:
    assert time_range.as_typed(TimeRange(*stored)) == TimeRange(*typed)
    if "99" not in stored[0]:
        now = datetime(2026, 11, 20, 14, tzinfo=UTC)
        assert TimeRange(*typed).period(now) == TimeRange(*stored).period(now)


def test_whole_days_are_those_of_utc() -> None:
    east = timezone(timedelta(hours=5))
    period = time_range.whole_days(datetime(2026, 5, 2, 3, tzinfo=east), datetime(2026, 5, 3, 23))
    assert period == Period(datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 4, tzinfo=UTC))
    assert time_range.whole_days(date(2026, 5, 1), date(2026, 5, 3)) == period
    assert time_range.whole_days("2026-05-01", date(2026, 5, 3)) is None
    assert time_range.whole_days(date(2026, 5, 1), date(9999, 12, 31)) is None

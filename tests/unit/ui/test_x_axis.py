"""The x axis of charts: times and numbers at their distances, round ticks with labels that don't repeat."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from benchboard.analytics import periods
from benchboard.analytics.column_presentation import Presentation
from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.analytics.query_types import ValueKind
from benchboard.dashboards.document.widget_kinds import KINDS, new_item, widget_of
from benchboard.ui.studio.tiles.axes import axis_scale, time_ticks
from benchboard.ui.studio.tiles.kinds import x_axis
from benchboard.ui.studio.tiles.kinds.missing_periods import drawn_table
from benchboard.ui.studio.tiles.kinds.x_axis import is_by_week
from benchboard.ui.studio.tiles.numbers.number_format import format_value
from benchboard.ui.studio.tiles.numbers.week_labels import week_title, with_weeks
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.series.chart_table import ChartTable
from support.chart_cases import HOSTILE_CELLS

READ_AT = datetime(2026, 11, 21, 14, tzinfo=UTC)


def _table(*first: Cell, column: ResultColumn | None = None) -> ResultTable:
    heads = (column or ResultColumn("x", "timestamp"), ResultColumn("n", "integer"))
    return ResultTable(heads, tuple((cell, k) for k, cell in enumerate(first)), truncated=False, read_at=READ_AT)


def _days(start: str, count: int, step: int = 1) -> list[date]:
    return [date.fromisoformat(start) + timedelta(days=step * k) for k in range(count)]


def _times(start: str, count: int, **step: float) -> list[datetime]:
    return [datetime.fromisoformat(start).replace(tzinfo=UTC) + timedelta(**step) * k for k in range(count)]


def _months(year: int, month: int, count: int) -> list[date]:
    return [date(year + (month - 1 + k) // 12, (month - 1 + k) % 12 + 1, 1) for k in range(count)]


def _labels(axis: x_axis.XAxis, most: int) -> list[str]:
    """The labels of the first choice with at most so many; of weeks, without their days."""
    found = ([tick.label for tick in choice] for choice in axis.choices if len(choice) <= most)
    return next(labels for labels in found if " · " not in labels[0])


def test_line_axis_has_times_at_their_distances() -> None:
    uneven = [date(2026, 1, 1), date(2026, 1, 3), date(2026, 1, 11)]
    assert x_axis.line_axis(_table(*uneven)).places == (0.0, 0.2, 1.0)
    assert x_axis.line_axis(_table(date(2026, 1, 1))).places == (0.5,)


def test_line_axis_has_numbers_at_their_distances_unless_they_are_identifiers() -> None:
    assert x_axis.line_axis(_table(0, 1, 10, column=ResultColumn("delay", "integer"))).places == (0.0, 0.1, 1.0)
    identifier = ResultColumn("id", "integer", Presentation(format="identifier"))
    assert x_axis.line_axis(_table(0, 1, 10, column=identifier)).places == (0.0, 0.5, 1.0)
    numbers = x_axis.line_axis(_table(3, 17, 96, column=ResultColumn("delay", "integer")))
    assert _labels(numbers, 6) == ["20", "40", "60", "80"]


@pytest.mark.parametrize("cells", [["b", "a", "c"], [date(2026, 1, 1), None, date(2026, 1, 9)], [3, 1, 1], [None]])
def test_line_axis_of_other_values_keeps_their_order_at_even_distances(cells: list[Cell]) -> None:
    column = ResultColumn("x", "integer" if 3 in cells else "text")
    table = _table(*cells, column=column)
    assert x_axis.in_order(table) is table
    count = len(cells)
    assert x_axis.line_axis(table).places == tuple(k / (count - 1) if count > 1 else 0.5 for k in range(count))


def test_rows_that_begin_with_the_newest_are_drawn_from_the_oldest() -> None:
    weeks = _days("2026-10-05", 5, 7)
    newest_first = _table(*weeks[::-1])
    for ordered in (x_axis.in_order(newest_first), x_axis.bars_in_order(newest_first)):
        assert [row[0] for row in ordered.rows] == weeks
        assert [row[1] for row in ordered.rows] == [4, 3, 2, 1, 0]
    mixed = _table(weeks[1], weeks[0], weeks[2])
    assert [row[0] for row in x_axis.in_order(mixed).rows] == weeks[:3]
    assert x_axis.bars_in_order(mixed) is mixed, "bars in another order are sorted by their value"


def test_bar_axis_leaves_room_for_periods_without_a_row() -> None:
    days = [day for day in _days("2026-09-01", 10) if day.day not in (4, 5)]
    axis = x_axis.bar_axis(_table(*days))
    assert axis.slots == 10
    assert axis.places[2:4] == (0.25, 0.55)
    months = x_axis.bar_axis(_table(date(2026, 1, 1), date(2026, 2, 1), date(2026, 5, 1)))
    assert (months.slots, months.places) == (5, (0.1, 0.3, 0.9))
    sparse = x_axis.bar_axis(_table(date(2026, 1, 1), date(2026, 1, 2), date(2026, 12, 31)))
    assert (sparse.slots, sparse.places) == (3, (0.5 / 3, 1.5 / 3, 2.5 / 3))


@pytest.mark.parametrize(
    ("times", "most", "labels"),
    [
        (_days("2026-08-01", 90), 7, ["1 Aug", "15 Aug", "1 Sep", "15 Sep", "1 Oct", "15 Oct"]),
        (_days("2026-08-01", 90), 4, ["Aug", "Sep", "Oct"]),
        (_days("2026-08-24", 13, 7), 7, ["W35", "W37", "W39", "W41", "W43", "W45", "W47"]),
        (_days("2025-12-01", 50), 4, ["1 Dec 2025", "15 Dec", "1 Jan 2026", "15 Jan"]),
        (_months(2024, 1, 35), 6, ["2024", "Jul", "2025", "Jul", "2026", "Jul"]),
        (_months(2024, 3, 4), 4, ["Mar 2024", "Apr", "May", "Jun"]),
        (_months(2026, 3, 4), 4, ["Mar", "Apr", "May", "Jun"]),
        (_times("2026-11-19 22:00", 41, hours=1), 7, ["20 Nov", "06:00", "12:00", "18:00", "21 Nov", "06:00", "12:00"]),
        (_times("2026-11-21 10:00", 7, minutes=30), 4, ["10:00", "11:00", "12:00", "13:00"]),
        (_times("2026-11-20 10:00", 7, minutes=30), 4, ["20 Nov 10:00", "11:00", "12:00", "13:00"]),
        (_times("2026-11-21 10:41:31", 60, seconds=1), 4, ["10:41:45", "10:42:00", "10:42:15", "10:42:30"]),
        (_times("2026-03-28 20:00", 24, minutes=30), 3, ["29 Mar", "06:00"]),
        ([date(year, 7, 1) for year in range(1990, 2027)], 5, ["2000", "2010", "2020"]),
    ],
)
def test_ticks_are_round_times_and_name_the_day_and_year_where_they_change(
    times: list[Cell], most: int, labels: list[str]
) -> None:
    assert _labels(x_axis.line_axis(_table(*times)), most) == labels


def test_ticks_of_times_leave_out_the_day_rather_than_every_second_tick() -> None:
    choices = x_axis.line_axis(_table(*_times("2026-11-20 10:00", 7, minutes=30))).choices
    labels = [[tick.label for tick in choice] for choice in choices if len(choice) == 4]
    assert labels == [["20 Nov 10:00", "11:00", "12:00", "13:00"], ["10:00", "11:00", "12:00", "13:00"]]


def test_ticks_of_bars_are_at_their_bars() -> None:
    weeks = x_axis.bar_axis(_table(*_days("2026-08-26", 13, 7)))
    for choice in weeks.choices:
        assert all(any(abs(tick.at - place) < 1e-9 for place in weeks.places) for tick in choice)
    assert _labels(weeks, 4) == ["26 Aug", "23 Sep", "21 Oct", "18 Nov"]


def test_weeks_from_monday_have_their_numbers_and_the_year_where_it_changes() -> None:
    weeks = _table(*_days("2026-11-23", 9, 7))
    for axis in (x_axis.bar_axis(weeks), x_axis.line_axis(weeks)):
        assert _labels(axis, 9) == ["W48", "W49", "W50", "W51", "W52", "W53", "2027-W01", "W02", "W03"]
    old = _table(*_days("2019-12-30", 3, 7))  # a Monday of the week in which most days are of 2020
    assert x_axis.row_names(old) == ["2020-W01", "W02", "W03"]
    assert week_title(date(2019, 12, 30)) == "W01 · 30 Dec 2019 – 5 Jan 2020"
    two = _table(*_days("2026-08-03", 2, 7))
    fields = two.columns, two.rows, two.truncated, two.read_at
    assert (is_by_week(two), is_by_week(ChartTable(*fields, by_week=True))) == (False, True)
    assert not is_by_week(ChartTable(weeks.columns, weeks.rows, truncated=False, by_week=False))  # Mondays alone
    query = "SELECT date_trunc('week', day) AS week, count(*) AS n FROM t GROUP BY 1"
    bars = widget_of(new_item(next(one for one in KINDS if one.type == "bar_chart"), "w"))
    assert drawn_table(bars, QueryResult(query, weeks)).by_week
    assert drawn_table(bars, QueryResult(query.replace("week'", "day'"), weeks)).by_week is False


def test_weeks_are_called_the_same_on_the_axis_in_the_table_and_in_the_tooltip() -> None:
    """The axis said “W35”, the table below it “24 Aug 2026”."""
    query = "SELECT date_trunc('week', day) AS week, count(*) AS n FROM t GROUP BY 1"
    weeks = with_weeks(_table(*_days("2026-08-24", 2, 7), column=ResultColumn("x", "date")), query)
    assert [format_value(weeks, row, 0) for row in weeks.rows] == ["W35 · 24 Aug 2026", "W36 · 31 Aug 2026"]
    midnights = with_weeks(_table(*_times("2026-08-24", 2, days=7)), query.replace("'week'", ":interval"), "week")
    assert format_value(midnights, midnights.rows[0], 0, decimals=0) == "W35 · 24 Aug 2026"
    for axis in (x_axis.line_axis(weeks), x_axis.bar_axis(weeks)):
        labels = [[tick.label for tick in choice] for choice in axis.choices]
        assert labels[:2] == [["W35 · 24 Aug", "W36 · 31 Aug"], ["W35", "W36"]]
    assert week_title(date(2026, 8, 24)) == "W35 · 24 Aug 2026 – 30 Aug 2026"


@pytest.mark.parametrize(
    ("query", "days", "is_week"),
    [
        ("SELECT date_trunc('week', day) AS x, count(*) AS n FROM t GROUP BY 1", _days("2026-08-24", 1), True),
        ("SELECT date_trunc('day', day) AS x, count(*) AS n FROM t GROUP BY 1", _days("2026-08-24", 5, 7), False),
        ("SELECT date_trunc('week', day) AS x, count(*) AS n FROM t GROUP BY 1", _days("2026-08-26", 5, 7), False),
        ("SELECT week AS x, n FROM weekly", _days("2026-08-24", 5, 7), True),
        ("SELECT week AS x, n FROM weekly", _days("2026-08-24", 2, 7), False),
        ("SELECT day AS x, n FROM daily", _days("2026-08-24", 5), False),
        ("SELECT month AS x, n FROM monthly", _months(2026, 1, 5), False),
    ],
)
def test_column_of_weeks_is_found_by_the_query_or_by_its_mondays(query: str, days: list[Cell], is_week: bool) -> None:
    table = with_weeks(_table(*days, None, column=ResultColumn("x", "date")), query)
    assert [one.format for one in table.columns] == ["week" if is_week else "", ""]


@given(st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)), st.integers(1, 10**9), st.integers(2, 50))
def test_tick_choices_of_any_times_are_few_different_and_inside(start: datetime, step: int, count: int) -> None:
    first = start.replace(tzinfo=UTC, microsecond=0)
    times = [first + timedelta(seconds=step * k) for k in range(count)]
    choices = list(time_ticks.tick_choices(times, READ_AT))
    for choice in choices:
        assert 2 <= len(choice) <= time_ticks.MAX_TICKS + 2
        assert all(times[0] <= time <= times[-1] for time, _label in choice)
        assert all(before[0] < after[0] for before, after in pairwise(choice))
        assert all(before[1] != after[1] for before, after in pairwise(choice))


@given(st.lists(st.integers(0, 60), min_size=2, max_size=30, unique=True), st.sampled_from([60, 3600, 86_400, 604_800]))
def test_period_row_has_each_time_at_its_place(places: list[int], length: int) -> None:
    first = datetime(2026, 2, 2, tzinfo=UTC)
    times = [first + timedelta(seconds=length * place) for place in sorted(places)]
    row = periods.period_row(times)
    if row is not None:
        indexes = [row.index(time) for time in times]
        assert indexes[0] == 0
        assert all(after > before for before, after in pairwise(indexes))  # type: ignore[operator]  # none is None
        assert row.index(times[0] + timedelta(seconds=1)) is None


@pytest.mark.parametrize("kind", HOSTILE_CELLS)
@given(
    data=st.data(),
    read_at=st.sampled_from([READ_AT, datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]),
)
def test_axis_of_any_values_has_finite_places_and_ticks_on_it(
    kind: ValueKind, data: st.DataObject, read_at: datetime
) -> None:
    """9999-12-31 raised OverflowError: a tick was counted that no calendar has."""
    cells = data.draw(st.lists(st.sampled_from(HOSTILE_CELLS[kind]), max_size=8))
    table = replace(_table(*cells, column=ResultColumn("x", kind)), read_at=read_at)
    for axis in (x_axis.line_axis(x_axis.in_order(table)), x_axis.bar_axis(x_axis.bars_in_order(table))):
        assert len(axis.places) == len(cells)
        assert all(0 <= place <= 1 for place in axis.places)
        assert all(-1e-9 <= tick.at <= 1 + 1e-9 for choice in axis.choices for tick in choice)
    periods.is_unfinished(cells, read_at)


@pytest.mark.parametrize("step", [timedelta(days=1), timedelta(days=40), timedelta(hours=5), timedelta(days=3000)])
def test_ticks_reach_the_last_day_of_the_calendar(step: timedelta) -> None:
    last = datetime(9999, 12, 31, tzinfo=UTC)
    for ends in ([last - step, last], [datetime(1, 1, 1, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC) + step]):
        axis = x_axis.line_axis(_table(*ends))
        assert axis.places == (0.0, 1.0)
        assert axis.choices


@pytest.mark.parametrize("low", [-math.inf, math.nan, -1.7e308, -1e300, 0.0, 5e-324])
@pytest.mark.parametrize("high", [math.inf, math.nan, 1.7e308, 1e300, 5e-324, 1.0])
@pytest.mark.parametrize("whole", [False, True])
def test_axis_ticks_of_any_ends_are_finite_and_ascend(low: float, high: float, whole: bool) -> None:
    for most in (2, 3, 5, 9):
        ticks = axis_scale.axis_ticks(low, high, most, whole=whole)
        assert len(ticks) > 1
        assert all(math.isfinite(tick) for tick in ticks)
        assert all(before < after for before, after in pairwise(ticks))


def test_axis_of_one_value_a_hundred_thousand_times_keeps_the_rows_apart() -> None:
    axis = x_axis.line_axis(_table(*[date.max] * 100_000))
    assert (axis.places[0], axis.places[-1], axis.choices) == (0.0, 1.0, ())


def test_row_at_of_bars_is_none_where_a_period_has_no_row() -> None:
    plot = QRectF(0, 0, 100, 50)
    bars = x_axis.bar_axis(_table(*[day for day in _days("2026-09-01", 10) if day.day != 4]))
    assert [bars.row_at(plot, x) for x in (-5, 5, 25, 35, 45, 99, 200)] == [0, 0, 2, None, 3, 8, 8]
    line = x_axis.line_axis(_table(date(2026, 1, 1), date(2026, 1, 3), date(2026, 1, 11)))
    assert [line.row_at(plot, x) for x in (0, 9, 11, 59, 61)] == [0, 0, 1, 1, 2]

"""Figures beside those of the period before: in a card, in lines, in a table, from the real queries of a page."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF

from benchboard.analytics.period_step import WEEK, Step
from benchboard.analytics.queries import Cell, ResultColumn, ResultTable, check_query, run_query
from benchboard.dashboards.document import time_range
from benchboard.dashboards.document.time_range import Period, TimeRange
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of
from benchboard.dashboards.period_before import PeriodBefore, compared_card, compared_rows, moved, percent_change
from benchboard.dashboards.widget_rows import WidgetRows, compares
from benchboard.ui.studio.tiles import renderers, value_readout
from benchboard.ui.studio.tiles.kinds import charts
from benchboard.ui.studio.tiles.kinds.missing_periods import drawn_table
from benchboard.ui.studio.tiles.points import point_finder
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.stats import metric_card
from benchboard.ui.studio.tiles.stats.currency_card import currency_amounts
from benchboard.ui.studio.tiles.stats.stat_tiles import StatValue
from benchboard.ui.studio.tiles.tables.table_painting import TableLayout
from support.databases import unbound
from support.examples import examples
from support.painted_texts import painted_texts

if TYPE_CHECKING:
    from conftest import Studio

pytestmark = pytest.mark.usefixtures("light")

DAY = ResultColumn("day", "timestamp")
ORDERS = ResultColumn("orders", "integer")
SHOP = ResultColumn("shop", "text")
DAY_STEP = Step(seconds=86_400)
NOVEMBER = Period(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
OCTOBER = Period(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
BY_DAY = "SELECT date_trunc('day', created_dt) AS day, max(x) AS orders FROM t WHERE x >= :from AND x < :to GROUP BY 1"


def _table(columns: tuple[ResultColumn, ...], *rows: tuple[Cell, ...]) -> ResultTable:
    return ResultTable(columns, rows, truncated=False)


def _widget(kind: str, query: str = BY_DAY, **config: object) -> WidgetContent:
    return WidgetContent("w", kind, kind_of(kind), "Title", query, {"before": "on", **config})


def _texts(widget: WidgetContent, result: QueryResult, size: QSize | None = None) -> list[str]:
    size = size or QSize(460, 250)
    found = painted_texts(size, lambda painter: renderers.paint_content(painter, QSizeF(size), widget, result))
    return [one.text for one in found]


def _before(*rows: tuple[Cell, ...], columns: tuple[ResultColumn, ...] = (DAY, ORDERS)) -> PeriodBefore:
    return PeriodBefore(_table(columns, *rows), OCTOBER, NOVEMBER)


@pytest.mark.parametrize(
    ("step", "then", "now"),
    [
        (Step(seconds=86_400), (2026, 10, 5), (2026, 11, 5)),
        (Step(months=1), (2026, 10, 1), (2026, 11, 1)),
        (WEEK, (2026, 10, 5), (2026, 11, 2)),
    ],
)
def test_moved_a_period_before_is_beside_that_of_the_same_place(
    step: Step, then: tuple[int, int, int], now: tuple[int, int, int]
) -> None:
    move = moved(_before(), step)
    assert move(datetime(*then, tzinfo=UTC)) == datetime(*now, tzinfo=UTC)


WEEK_IN_AUGUST = Period(datetime(2026, 8, 3, tzinfo=UTC), datetime(2026, 8, 10, tzinfo=UTC))
WEEK_BEFORE = Period(datetime(2026, 7, 27, tzinfo=UTC), datetime(2026, 8, 3, tzinfo=UTC))
BY_MONTH = BY_DAY.replace("'day'", "'month'").replace("max(x)", "sum(x)")


def test_before_a_week_within_a_month_are_the_parts_of_two_months_added_up() -> None:
    """They were drawn at August and at September, and the tooltip said that more was sold, not less."""
    july, august = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC)
    known = PeriodBefore(_table((DAY, ORDERS), (july, 248), (august, 129)), WEEK_BEFORE, WEEK_IN_AUGUST)
    table = _table((DAY, ORDERS), (august, 289))
    step = Step(months=1)
    drawn = drawn_table(_widget("area_chart", BY_MONTH), QueryResult(table=table, query=BY_MONTH, before=known))
    assert drawn.rows == ((august, 289, 377),)
    (row,) = compared_rows(table, known, step, BY_MONTH).rows
    assert row[:4] == (august, 289, 377, -88)
    averages = BY_MONTH.replace("sum(x)", "avg(x)")
    (row,) = compared_rows(table, known, step, averages).rows
    assert row == (august, 289, None, None, None), "two averages have no sum"


def test_table_that_lists_rows_is_not_compared() -> None:
    """Each of its rows is of one time: it had three empty columns for each number."""
    listed = "SELECT number, created_dt, order_total FROM orders WHERE created_dt >= :from ORDER BY 2 LIMIT 20"
    assert not compares(_widget("table", listed))
    assert compares(_widget("table", "SELECT shop, sum(order_total) FROM orders WHERE created_dt >= :from GROUP BY 1"))
    assert compares(_widget("table", "SELECT max ( order_total ) FROM orders WHERE created_dt >= :from"))


def test_parts_of_months_that_are_not_the_same_have_no_change() -> None:
    shown = Period(datetime(2026, 7, 15, tzinfo=UTC), datetime(2026, 9, 13, tzinfo=UTC))
    earlier = Period(datetime(2026, 5, 16, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC))
    months = [datetime(2026, month, 1, tzinfo=UTC) for month in range(5, 10)]
    known = PeriodBefore(
        _table((DAY, ORDERS), (months[0], 10), (months[1], 20), (months[2], 30)), earlier, shown
    )  # fmt: skip
    table = _table((DAY, ORDERS), (months[2], 11), (months[3], 22), (months[4], 33))
    found = compared_rows(table, known, Step(months=1), BY_MONTH).rows
    assert [row[2] for row in found] == [10, 20, 30]
    assert [row[3] for row in found] == [None, 2, None], "only August and June are whole"
    drawn = drawn_table(_widget("line_chart", BY_MONTH), QueryResult(table=table, query=BY_MONTH, before=known))
    assert drawn.uncompared == {0, 2}


@examples(200)
@given(
    start=st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1)),
    days=st.integers(1, 400),
    step=st.sampled_from([DAY_STEP, WEEK, Step(months=1), Step(months=3), Step(months=12)]),
)
def test_no_row_of_the_period_before_is_lost_or_beyond_the_shown_one_by_more_than_its_length(
    start: datetime, days: int, step: Step
) -> None:
    """Whatever range and step, the numbers of the period before add up to the same as without steps."""
    begin = start.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC)
    shown = Period(begin, begin + timedelta(days=days))
    earlier = Period(begin - timedelta(days=days), begin)

    def by_step(period: Period) -> ResultTable:
        counts: dict[datetime, int] = {}
        for day in range((period.end - period.start).days):
            at = period.start + timedelta(days=day)
            counts[_begin(at, step)] = counts.get(_begin(at, step), 0) + 1
        return _table((DAY, ORDERS), *counts.items())

    known = PeriodBefore(by_step(earlier), earlier, shown)
    found = compared_rows(by_step(shown), known, step, BY_MONTH).rows
    assert sum(row[2] for row in found if isinstance(row[2], int)) == days
    for row in found:
        if row[3] is not None:
            assert row[1] == row[2] or step.months, "whole periods of the same length, or the same parts"


def _begin(day: datetime, step: Step) -> datetime:
    if step.months:
        month = (day.month - 1) // step.months * step.months + 1
        return day.replace(month=month, day=1)
    return day - timedelta(days=day.weekday()) if step == WEEK else day


@pytest.mark.parametrize(
    ("now", "before", "percent"),
    [(110, 100, 10), (Decimal(5), Decimal(-10), 150), (5, 0, None), (0, 4, -100), (5, None, None), (None, 5, None)],
)
def test_percent_change_is_unknown_from_nothing_and_from_zero(now: Cell, before: Cell, percent: int | None) -> None:
    assert percent_change(now, before) == percent


def test_compared_rows_have_the_figure_before_and_both_changes() -> None:
    now = _table((SHOP, ORDERS), ("a", 12), ("b", 5), ("c", 7))
    before = _before(("b", 4), ("a", 0), columns=(SHOP, ORDERS))
    found = compared_rows(now, before, None)
    assert [one.title for one in found.columns] == [
        "Shop", "Orders", "Orders before", "Orders change", "Orders change %",
    ]  # fmt: skip
    assert found.rows == (("a", 12, 0, 12, None), ("b", 5, 4, 1, Decimal("25.0")), ("c", 7, None, None, None))


@given(
    width=st.integers(150, 900), measures=st.integers(1, 4), value=st.integers(-(10**9), 10**9),
    then=st.integers(-(10**9), 10**9),
)  # fmt: skip
@examples(40, deadline=None)
def test_table_compared_shows_changes_before_the_numbers_before_and_cuts_no_number(
    width: int, measures: int, value: int, then: int
) -> None:
    """In a table of one measure the changes were the columns left out."""
    columns = (SHOP, *(replace(ORDERS, name=f"measure_number_{at}") for at in range(measures)))
    now, before = ((("a", *([number] * measures)),) for number in (value, then))
    table = compared_rows(_table(columns, *now), _before(*before, columns=columns), None)
    layout = TableLayout(QRectF(0, 0, width, 120), table)
    kinds = [table.columns[at].presentation.comparison for at in layout.places]
    if kinds.count("before") or kinds.count("change"):
        assert kinds.count("change_percent") == measures
    if kinds.count("before"):
        assert kinds.count("change") == measures
    assert layout.has_more_columns == (len(kinds) < len(table.columns))
    shown = [box.shown for box in layout.lines[1]]
    assert not any("…" in text for text in shown[1:])
    for kind, text in zip(kinds, shown, strict=True):
        if kind in ("change", "change_percent") and text not in ("–", "0.0 %", "0"):
            assert text.startswith("+" if value > then else "−"), text


def test_headings_of_changes_are_short_and_their_tooltips_whole() -> None:
    table = compared_rows(_table((SHOP, ORDERS), ("a", 12)), _before(("a", 10), columns=(SHOP, ORDERS)), None)
    layout = TableLayout(QRectF(0, 0, 460, 120), table)
    assert [box.shown for box in layout.lines[0]] == ["Shop", "Orders", "Before", "Change", "Change %"]
    assert layout.lines[0][4].whole == "Orders change %"
    assert [box.shown for box in layout.lines[1]] == ["a", "12", "10", "+2", "+20.0 %"]


@given(
    values=st.lists(st.tuples(st.integers(-500, 500), st.none() | st.integers(-500, 500)), min_size=1, max_size=8),
    width=st.integers(160, 700), height=st.integers(90, 400),
    kind=st.sampled_from(["line_chart", "area_chart"]), compares=st.booleans(),
)  # fmt: skip
@examples(60, deadline=None)
def test_points_of_a_single_period_have_their_values_beside_them(
    values: list[tuple[int, int | None]], width: int, height: int, kind: str, compares: bool
) -> None:
    """They were dots above each other without names."""
    rows = [(datetime(2026, 11, 1, tzinfo=UTC), f"shop {at}", now) for at, (now, _then) in enumerate(values)]
    then = [(datetime(2026, 10, 1, tzinfo=UTC), f"shop {at}", old) for at, (_now, old) in enumerate(values) if old]
    columns = (DAY, SHOP, ORDERS)
    before = _before(*then, columns=columns) if compares else None
    result = QueryResult(BY_DAY, _table(columns, *rows), period=NOVEMBER, before=before)
    drawn = drawn_table(_widget(kind, stack="off"), result)
    series = charts.series_of(drawn, "")
    plot = charts.chart_plot(QRectF(0, 0, width, height), drawn, series, kind)
    for is_before in (True, False):
        labels = [one for one in plot.end_values if one.is_before == is_before]
        known = [one for one in series if one.is_before == is_before and one.values[0] is not None]
        assert len(labels) == min(len(known), int(plot.box.height() / 14) + 1)
        heights = sorted(one.y for one in labels)
        assert all(after - before >= 13.99 for before, after in pairwise(heights))
        assert all(one.text.split()[-1] == series[one.series].last for one in labels if one.text)
    assert plot.scale.low <= 0 <= plot.scale.high, "heights are compared with zero"


@given(
    rows=st.lists(st.tuples(*[st.none() | st.integers(-50, 50)] * 2), min_size=1, max_size=4),
    gap=st.booleans(), starts_late=st.booleans(), ends_early=st.booleans(), compares=st.booleans(),
    kind=st.sampled_from(["line_chart", "area_chart", "bar_chart"]),
    stack=st.sampled_from(["off", "stacked", "percent"]), width=st.integers(60, 700),
)  # fmt: skip
@examples(150, deadline=None)
def test_chart_of_few_periods_is_drawn_whichever_of_them_are_parts(
    rows: list[tuple[int | None, int | None]], gap: bool, starts_late: bool, ends_early: bool, compares: bool,
    kind: str, stack: str, width: int,
) -> None:  # fmt: skip
    """A line of one week that was both the first and the last, and a part, raised an error."""
    monday, week = datetime(2025, 8, 4, tzinfo=UTC), timedelta(days=7)
    weeks = [monday + (at + (gap and at > 1) * 3) * week for at in range(len(rows))]
    columns, day = (DAY, ORDERS, replace(ORDERS, name="other")), timedelta(days=1)
    now = replace(
        _table(columns, *((moment, *row) for moment, row in zip(weeks, rows, strict=True))),
        step=WEEK, read_at=weeks[-1] + 50 * week,
    )  # fmt: skip
    shown = Period(weeks[0] + day * starts_late, weeks[-1] + (day * 4 if ends_early else week))
    earlier = Period(shown.start - len(rows) * week, shown.start)
    then = _table(columns, *((moment - len(rows) * week, *row) for moment, row in zip(weeks, rows, strict=True)))
    before = PeriodBefore(then, earlier, shown) if compares else None
    result = QueryResult(BY_DAY.replace("'day'", "'week'"), now, period=shown, before=before)
    _texts(_widget(kind, result.query, stack=stack), result, QSize(width, 200))


_NAMES = st.sampled_from(["Leipzig", "Dresden", "Ulm", "Jena", "Mon", "Tue"])
_AMOUNTS = st.integers(-99, 99)
_ADDED_UP = ("sum(x)", "count(*)", "count(DISTINCT x)", "round(sum(x), 2)", "coalesce(sum(x), 0)", "sum(x) / 100.0")


@given(
    now=st.dictionaries(st.tuples(_NAMES, _NAMES), _AMOUNTS, min_size=1, max_size=5),
    then=st.dictionaries(st.tuples(_NAMES, _NAMES), _AMOUNTS, min_size=1, max_size=5),
    by_two=st.booleans(), kind=st.sampled_from(["bar_chart", "line_chart", "area_chart"]),
    measure=st.sampled_from([*_ADDED_UP, "avg(x)", "max(x)", "sum(x) / count(*)", "coalesce(sum(x), 7)"]),
)  # fmt: skip
@examples(200, deadline=None)
def test_compared_charts_tables_and_files_have_the_categories_of_both_periods(
    now: dict[tuple[str, str], int], then: dict[tuple[str, str], int], by_two: bool, kind: str, measure: str
) -> None:
    """A shop that sold nothing now was missing, and the bars of the period before had another sum than its card. What
    it sold was then “–” rather than 0; of an average nothing is known."""
    if not by_two:
        now, then = ({(key, ""): value for (key, _other), value in one.items()} for one in (now, then))
    columns = (SHOP, ResultColumn("payment", "text"), ORDERS) if by_two else (SHOP, ORDERS)

    def table(values: dict[tuple[str, str], int]) -> ResultTable:
        return _table(columns, *((*key[: len(columns) - 1], value) for key, value in values.items()))

    before = PeriodBefore(table(then), OCTOBER, NOVEMBER)
    places = {*now, *then}
    by = "shop, payment" if by_two else "shop"
    query = f"SELECT {by}, {measure} AS orders FROM t WHERE x >= :from AND x < :to GROUP BY {by}"
    found = compared_rows(table(now), before, None, query)
    assert len(found.rows) == len(places)
    count, nothing = len(columns), 0 if measure in _ADDED_UP else None
    assert {row[: count - 1]: row[count - 1 : count + 2] for row in found.rows} == {
        key[: count - 1]: (
            new := now.get(key, nothing), old := then.get(key, nothing),
            new - old if new is not None and old is not None else None,
        )
        for key in places
    }  # fmt: skip
    widget = _widget(kind, query, stack="off")
    assert WidgetRows(widget, query, table(now), before).compared().rows == found.rows
    result = QueryResult(query, table(now), period=NOVEMBER, before=before)
    drawn = drawn_table(widget, result)
    if drawn.repeats_x:
        return
    series = charts.named_series(drawn, "")
    for is_before, values in ((False, now), (True, then)):
        shown = sum(value or 0 for one in series if one.is_before == is_before for value in one.values)
        assert shown == sum(values.values()), "as on a card"
    assert len(drawn.rows) == len({key[0] for key in places})
    values = {(row[0], one.name): one.values[at] for one in series for at, row in enumerate(drawn.rows)}
    for shop, payment in places:
        for suffix, known in (("", now), (" before", then)):
            name = f"{payment if by_two else 'Orders'}{suffix}"
            if (shop, name) in values:
                assert values[shop, name] == known.get((shop, payment), nothing)
    _texts(widget, result)


@pytest.mark.parametrize(
    ("change", "is_zero"),
    [
        ("", True), (" ORDER BY 2 LIMIT 9", True), (" ORDER BY 2 LIMIT 1", False), (" HAVING sum(x) > 1", False),
        (" LIMIT 9 OFFSET 1", False),
    ],
)  # fmt: skip
def test_no_group_that_a_query_may_have_left_out_is_called_zero(change: str, is_zero: bool) -> None:
    query = f"SELECT shop, sum(x) AS orders FROM t WHERE x >= :from GROUP BY 1{change}"
    now = _table((SHOP, ORDERS), ("a", 9))
    found = compared_rows(now, _before(("b", 4), columns=(SHOP, ORDERS)), None, query)
    assert found.rows[0] == ("a", 9, *((0, 9, None) if is_zero else (None, None, None)))
    assert [row[1] for row in found.rows[1:]] == ([0] if is_zero else [None] * (len(found.rows) - 1))


def test_times_are_zero_within_the_data_alone_and_nothing_is_where_a_period_has_no_data() -> None:
    query = BY_DAY.replace("max(x)", "sum(x)")
    now = _table((DAY, ORDERS), *((datetime(2026, 11, day, tzinfo=UTC), day) for day in (2, 4)))
    before = _before(*((datetime(2026, 10, day, tzinfo=UTC), 7) for day in (1, 2, 3, 4, 5)))
    found = compared_rows(now, before, DAY_STEP, query)
    assert [row[1] for row in found.rows] == [None, 2, 0, 4, None], "the 5th is to come"
    assert [row[1] for row in compared_rows(replace(now, rows=()), before, DAY_STEP, query).rows] == [None] * 5


@given(
    now=st.dictionaries(st.sampled_from(["CHF", "EUR", "USD"]), st.decimals(1, 99, places=2), min_size=1),
    then=st.dictionaries(st.sampled_from(["CHF", "EUR", "USD"]), st.decimals(1, 99, places=2)),
    measure=st.sampled_from(["sum", "max"]),
)
@examples(60, deadline=None)
def test_card_compared_has_zero_for_a_currency_without_amounts_in_one_period(
    now: dict[str, Decimal], then: dict[str, Decimal], measure: str
) -> None:
    query = f"SELECT currency, {measure}(order_total) AS revenue FROM orders GROUP BY 1"
    columns = check_query(query)
    known = PeriodBefore(_table(columns, *then.items()), OCTOBER, NOVEMBER)
    table, known = compared_card(_table(columns, *now.items()), known, query)
    codes = {*now, *then}
    nothing = Decimal(0) if measure == "sum" else None
    assert dict(table.rows) == {code: now.get(code, nothing) for code in codes}
    for one in currency_amounts(table, known):
        assert one.stat is not None
        assert (one.stat.current, one.stat.previous) == (
            now.get(one.currency, nothing),
            then.get(one.currency, nothing if then else None),
        )


@pytest.mark.parametrize(("measure", "current"), [("sum(x)", 0), ("avg(x)", None)])
def test_card_of_a_sum_without_rows_now_is_zero_and_no_dash(measure: str, current: int | None) -> None:
    query = f"SELECT {measure} AS orders FROM t WHERE x >= :from"
    table, known = compared_card(_table((ORDERS,), (None,)), _before((8,), columns=(ORDERS,)), query)
    stat = StatValue.of(table, known)
    assert (stat.current, stat.previous) == (current, 8)
    assert stat.percent_change() == (-100 if current == 0 else None)


def test_category_beyond_a_limit_is_not_called_missing() -> None:
    query = "SELECT shop, sum(x) AS orders FROM t WHERE x >= :from AND x < :to GROUP BY 1 ORDER BY 2 DESC LIMIT 2"
    now = _table((SHOP, ORDERS), ("a", 9), ("b", 5))
    before = _before(("b", 4), ("c", 3), columns=(SHOP, ORDERS))
    assert [row[0] for row in WidgetRows(_widget("bar_chart", query), query, now, before).compared().rows] == ["a", "b"]
    drawn = drawn_table(_widget("bar_chart", query), QueryResult(query, now, period=NOVEMBER, before=before))
    assert [row[0] for row in drawn.rows] == ["a", "b"]


@pytest.mark.parametrize(
    ("query", "now", "then", "order"),
    [
        ("ORDER BY shop", ["Aue", "Ulm"], ["Jena"], ["Aue", "Jena", "Ulm"]),
        ("ORDER BY orders DESC", ["Ulm", "Aue"], ["Jena"], ["Ulm", "Aue", "Jena"]),
        ("", ["Mon", "Sun"], ["Tue"], ["Mon", "Tue", "Sun"]),
    ],
)
def test_category_of_the_period_before_alone_is_in_its_place(
    query: str, now: list[str], then: list[str], order: list[str]
) -> None:
    table = _table((SHOP, ORDERS), *((name, 5 - at) for at, name in enumerate(now)))
    before = _before(*((name, 1) for name in then), columns=(SHOP, ORDERS))
    query = f"SELECT shop, sum(x) AS orders FROM t WHERE x >= :from AND x < :to GROUP BY 1 {query}"
    drawn = drawn_table(_widget("bar_chart", query), QueryResult(query, table, period=NOVEMBER, before=before))
    assert [row[0] for row in drawn.rows] == order


def test_period_that_goes_on_has_its_part_hollow_and_the_whole_period_before() -> None:
    days = [datetime(2026, 11, day, tzinfo=UTC) for day in (1, 2, 3)]
    query = BY_DAY.replace("max(x)", "count(*)")
    now = replace(_table((DAY, ORDERS), *zip(days, (10, 20, 3), strict=True)), read_at=days[-1].replace(hour=9))
    before = _before(*((datetime(2026, 10, day, tzinfo=UTC), 20) for day in range(1, 31)))
    drawn = drawn_table(_widget("line_chart", query), QueryResult(query, now, period=NOVEMBER, before=before))
    assert drawn.partial_rows == {2}
    assert [row[1] for row in drawn.rows] == [10, 20, 3, *[None] * 27], "no 0 for days to come"
    assert sum(row[2] or 0 for row in drawn.rows if isinstance(row[2], int)) == 600


def test_last_value_of_a_period_that_is_not_over_says_so_far() -> None:
    days = [datetime(2026, 11, day, tzinfo=UTC) for day in (1, 2, 3)]
    for read_at, found in ((days[-1].replace(hour=9), ["so far"]), (days[-1].replace(day=9), [])):
        table = replace(_table((DAY, ORDERS), *zip(days, (10, 20, 3), strict=True)), read_at=read_at, step=DAY_STEP)
        texts = _texts(_widget("line_chart"), QueryResult(BY_DAY, table))
        assert [one for one in texts if one == "so far"] == found


def test_last_value_of_a_period_in_which_the_data_end_says_when() -> None:
    """It said “so far” of a week that was over 14 months ago."""
    mondays = [datetime(2025, 9, day, tzinfo=UTC) for day in (15, 22, 29)]
    query, until = BY_DAY.replace("'day'", "'week'"), datetime(2025, 10, 1, tzinfo=UTC)
    table = _table((DAY, ORDERS), *zip(mondays, (10, 20, 3), strict=True))
    table = replace(table, read_at=datetime(2026, 11, 24, tzinfo=UTC), step=WEEK, known_until=until)
    result = QueryResult(query, table, data_span=Period(mondays[0], until))
    for kind in ("line_chart", "metric_card"):
        texts = _texts(WidgetContent("w", kind, kind_of(kind), "Title", query, {}), result)
        assert any("data until 30 Sep" in one for one in texts), texts
        assert not any("so far" in one for one in texts)


def test_rows_that_only_the_period_before_has_are_in_the_order_of_the_times() -> None:
    now = _table(
        (DAY, SHOP, ORDERS),
        *((datetime(2026, 11, day, tzinfo=UTC), shop, value) for day, shop, value in ((4, "a", 4), (2, "a", 2))),
    )
    then = [(2, "a", 1), (3, "a", 9), (4, "b", 8), (20, "a", 7)]
    rows = [(datetime(2026, 10, day, tzinfo=UTC), shop, value) for day, shop, value in then]
    before = _before(*rows, columns=(DAY, SHOP, ORDERS))
    found = compared_rows(now, before, Step(seconds=86_400))
    assert [(row[0].day, *row[1:5]) for row in found.rows if isinstance(row[0], datetime)] == [
        (20, "a", None, 7, None), (4, "a", 4, None, None), (4, "b", None, 8, None), (3, "a", None, 9, None),
        (2, "a", 2, 1, 1),
    ]  # fmt: skip


def test_every_series_has_its_bar_of_the_period_before_beside_it() -> None:
    """Of bars by two dimensions, at most eight in all were drawn: some of the period before were missing in silence."""
    shops = [f"shop {number}" for number in range(9)]
    state = ResultColumn("state", "text")
    now = _table((state, SHOP, ORDERS), *(("open", shop, 90 - at) for at, shop in enumerate(shops)))
    then = [("open", shop, 10 + at) for at, shop in enumerate(shops)]  # the last one is the largest
    before = _before(*then, columns=(state, SHOP, ORDERS))
    widget = _widget("bar_chart", stack="off")
    drawn = drawn_table(widget, QueryResult(BY_DAY, now, period=NOVEMBER, before=before))
    series = charts.series_of(drawn, "")
    assert [(one.name, one.values) for one in series] == [
        found for at, shop in enumerate(shops[:8]) for found in ((shop, [90 - at]), (f"{shop} before", [10 + at]))
    ]
    assert drawn.undrawn == 1


def test_line_of_the_period_before_is_dashed_lighter_and_in_the_readout() -> None:
    days = [datetime(2026, 11, day, tzinfo=UTC) for day in (1, 2, 3)]
    now = _table((DAY, ORDERS), *zip(days, (10, 20, 30), strict=True))
    before = _before(*((datetime(2026, 10, day, tzinfo=UTC), value) for day, value in ((1, 20), (3, 0), (20, 99))))
    result, widget = QueryResult(BY_DAY, now, period=NOVEMBER, before=before), _widget("line_chart")
    drawn = drawn_table(widget, result)
    assert [row[1:] for row in drawn.rows[:3]] == [(10, 20), (20, None), (30, 0)]
    assert [row[1] for row in drawn.rows[3:]] == [None] * 17
    assert (drawn.rows[-1][0], drawn.rows[-1][2]) == (datetime(2026, 11, 20, tzinfo=UTC), 99)
    lines = charts.series_of(drawn, "")
    assert [one.name for one in lines] == ["Orders", "Orders before"]
    assert lines[1].dash
    assert lines[1].is_before
    assert lines[1].colour != lines[0].colour
    reader = value_readout.body_reader(QRectF(0, 0, 600, 300), widget, result)
    assert isinstance(reader, value_readout.ChartReader)
    texts = [
        [line.text for line in found.lines][1:3]
        for row in range(3)
        if (found := reader(reader.spots(row)[0])) is not None
    ]
    assert [one[0] for one in texts] == ["Orders: 10 (−50.0 %)", "Orders: 20 (no data before)", "Orders: 30"]
    few = QueryResult(BY_DAY, now, period=NOVEMBER, before=_before((datetime(2026, 10, 1, tzinfo=UTC), 1)))
    reader = value_readout.body_reader(QRectF(0, 0, 600, 300), widget, few)
    assert isinstance(reader, value_readout.ChartReader)
    found = reader(reader.spots(0)[0])
    assert found is not None
    assert found.lines[1].text == "Orders: 10 (+9)", "no 900 % from one order"
    assert texts[0][1] == "Orders before: 20"


def test_line_without_data_before_says_so() -> None:
    now = _table((DAY, ORDERS), (datetime(2026, 11, 1, tzinfo=UTC), 1), (datetime(2026, 11, 2, tzinfo=UTC), 2))
    result = QueryResult(BY_DAY, now, period=NOVEMBER, before=_before())
    assert len(drawn_table(_widget("line_chart"), result).columns) == 2
    assert "The period before has no data." in renderers.summary(_widget("line_chart"), result)


@pytest.mark.parametrize(
    ("now", "before", "size", "words", "sign"),
    [
        (110, 100, "10.0 %", "vs Oct 2026: 100", 1),
        (5, 8, "37.5 %", "vs Oct 2026: 8", -1),
        (7, 0, "7", "vs Oct 2026: 0", 1),
        (7, 1, "6", "vs Oct 2026: 1", 1),
        (1, 7, "85.7 %", "vs Oct 2026: 7", -1),
        (70, 10, "600 %", "vs Oct 2026: 10", 1),
        (900, 50, "850", "vs Oct 2026: 50", 1),
        (7, None, "", "no earlier data", 0),
    ],
)
def test_card_says_the_figure_before(now: int, before: int | None, size: str, words: str, sign: int) -> None:
    known = PeriodBefore(_table((ORDERS,), *([(before,)] if before is not None else [])), OCTOBER, NOVEMBER)
    change = metric_card.card_change(_widget("metric_card"), StatValue.of(_table((ORDERS,), (now,)), known))
    assert change == metric_card.CardChange(size, words, sign)
    result = QueryResult("q", _table((ORDERS,), (now,)), before=known)
    assert renderers.card_of(_widget("metric_card"), result, QSizeF(300, 150)) is not None
    told = renderers.summary(_widget("metric_card"), result)
    mark = {1: "+", -1: "−", 0: ""}[sign]
    assert told == ", ".join(filter(None, (str(now), mark + size, words, "compared with 1 Oct 2026 – 31 Oct 2026")))


@pytest.mark.usefixtures("demo_home")
def test_widgets_of_a_page_ask_for_the_period_before(studio: "Studio") -> None:
    editor = studio.page.editor
    counted = "SELECT count(*) AS orders\nFROM orders\nWHERE created_dt >= :from\n  AND created_dt < :to"
    editor.set_property("orders-week", "query", counted)
    editor.select_time(TimeRange("2026-01-01", "2026-01-31"))
    studio.wait_until_saved()
    result = studio.page.query_runner.result("orders-week")
    assert result is not None
    assert result.before is None, "nobody asked for it"
    editor.set_property("orders-week", "config", {"before": "on"})
    studio.wait_until_saved()
    result = studio.page.query_runner.result("orders-week")
    assert result is not None
    assert result.before is not None
    known = time_range.before(TimeRange("2026-01-01", "2026-01-31"), datetime.now(UTC))
    assert result.before.period == known
    with unbound(studio.workspace.database).read() as session:
        rows = run_query(session, studio.actor, counted, variables=known.values).rows
    assert result.before.table.rows == rows


def test_point_of_the_period_before_has_no_menu_of_its_own() -> None:
    days = [datetime(2026, 11, day, tzinfo=UTC) for day in (1, 2, 3)]
    now = _table((DAY, ORDERS), *zip(days, (10, 20, 30), strict=True))
    before = _before(*((datetime(2026, 10, day, tzinfo=UTC), 100) for day in (1, 2, 3)))
    result, body = QueryResult(BY_DAY, now, period=NOVEMBER, before=before), QRectF(0, 0, 600, 300)
    find, reader = (
        point_finder(body, _widget("line_chart"), result),
        value_readout.body_reader(body, _widget("line_chart"), result),
    )
    assert isinstance(reader, value_readout.ChartReader)
    top, bottom = reader.spots(1)
    assert find(top) is None
    point = find(QPointF(bottom))
    assert point is not None
    assert point.cells == ((0, days[1]), (1, 20))

"""Which rows a metric card shows a number and a change of: those of one series, in the order of their times."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF

from benchboard.analytics.column_presentation import Presentation
from benchboard.analytics.period_step import Step
from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of
from benchboard.ui.studio.tiles.points import point_finder
from benchboard.ui.studio.tiles.renderers import mismatch_advice, mismatch_reason, summary
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.stats.metric_card import CardChange, card_change
from benchboard.ui.studio.tiles.stats.stat_tiles import StatValue

pytestmark = pytest.mark.usefixtures("light")

WEEK = ResultColumn("week", "date", Presentation(format="week"))
DAY = ResultColumn("day", "date")
SITE = ResultColumn("site", "text")
PRODUCT = ResultColumn("product", "text")
REVENUE = ResultColumn("revenue", "decimal")
LATER = datetime(2027, 1, 1, tzinfo=UTC)
TUESDAY = datetime(2026, 10, 6, tzinfo=UTC)


def _table(columns: tuple[ResultColumn, ...], *rows: tuple[Cell, ...], read_at: datetime = LATER) -> ResultTable:
    return ResultTable(columns, rows, truncated=False, read_at=read_at)


def _card(kind: str = "metric_card", **config: object) -> WidgetContent:
    return WidgetContent("w", kind, kind_of(kind), "Title", "SELECT 1", {"decimals": 0, **config})


def _weeks(*values: int, read_at: datetime = LATER) -> ResultTable:
    rows = tuple((date.fromordinal(date(2026, 9, 21).toordinal() + 7 * at), value) for at, value in enumerate(values))
    return _table((WEEK, REVENUE), *rows, read_at=read_at)


@pytest.mark.parametrize("kind", ["metric_card", "gauge"])
def test_rows_of_several_things_have_no_one_number(kind: str) -> None:
    by_two = _table((SITE, PRODUCT, REVENUE), ("Lyon", "A", 5), ("Lyon", "B", 6), ("Izmir", "A", 7))
    assert mismatch_reason(_card(kind), by_two) == "There are 3 rows, by “Site”, “Product”."
    assert mismatch_advice(_card(kind), by_two) == ("Remove the group or filter by one value, or use bars or a table.")
    in_time = _table((DAY, SITE, REVENUE), (date(2026, 9, 21), "Lyon", 5), (date(2026, 9, 21), "Izmir", 7))
    assert mismatch_reason(_card(kind), in_time) == "There are 2 rows, by “Site”."
    assert mismatch_reason(_card(kind), _table((SITE, REVENUE), ("Lyon", 5))) is None
    assert mismatch_reason(_card(kind), _table((SITE, REVENUE), ("Lyon", 5), ("Lyon", 6))) is None


@pytest.mark.parametrize(
    ("texts", "is_series"),
    [
        (("2026-08", "2026-09"), True),
        (("2026-W08", "2026-W09"), True),
        (("2025", "2026"), True),
        (("2026-09", "2026-08"), False),
        (("Lyon", "Paris"), False),
    ],
)
def test_texts_of_periods_in_their_order_are_a_series(texts: tuple[str, str], is_series: bool) -> None:
    table = _table((SITE, REVENUE), (texts[0], 5), (texts[1], 6))
    assert (mismatch_reason(_card(), table) is None) == is_series


def test_change_is_from_the_week_before_by_its_name_whatever_the_order_of_rows() -> None:
    found = _weeks(100, 200, 150)
    for table in (found, _table(found.columns, *reversed(found.rows))):
        stat = StatValue.of(table)
        assert (stat.current, stat.previous, stat.history) == (150, 200, [100, 200, 150])
        assert card_change(_card(), stat) == CardChange("25.0 %", "vs W40", -1)
        point = point_finder(QRectF(0, 0, 200, 100), _card(), QueryResult("", table))(QPointF(9, 9))
        assert point is not None
        assert point.text == "150"
    assert card_change(_card(compare="than before"), StatValue.of(found)) == CardChange("25.0 %", "than before", -1)


def test_week_that_is_not_over_has_no_change_and_no_place_in_the_history() -> None:
    stat = StatValue.of(_weeks(100, 200, 30, read_at=TUESDAY))
    assert (stat.current, stat.previous, stat.history) == (30, 200, [100, 200])
    assert card_change(_card(), stat) == CardChange("", "W41 so far; W40: 200", 0)


def test_week_that_the_data_do_not_reach_the_end_of_is_not_compared() -> None:
    """A file ended on the second day of a week: a drop by 39 % was shown."""
    weeks = _weeks(100, 200, 30)
    monday = weeks.rows[-1][0]
    assert isinstance(monday, date)
    ends = datetime.combine(monday + timedelta(days=2), time(), UTC)
    assert card_change(_card(), StatValue.of(replace(weeks, known_until=ends))) == CardChange(
        "", "W41, data until 6 Oct; W40: 200", 0
    )
    whole = datetime.combine(monday + timedelta(days=7), time(), UTC)
    assert card_change(_card(), StatValue.of(replace(weeks, known_until=whole))) == CardChange("85.0 %", "vs W40", -1)


def test_only_week_is_not_over_either_and_a_week_without_neighbours_is() -> None:
    """The length of a period was that between two times: of one there was none, and of two with a gap a longer one."""
    weeks = _weeks(100, 200, 30)
    monday = weeks.rows[-1][0]
    assert isinstance(monday, date)
    ends = datetime.combine(monday + timedelta(days=2), time(), UTC)
    alone = replace(weeks, rows=weeks.rows[-1:], known_until=ends, step=Step(seconds=604_800))
    assert StatValue.of(alone).is_unfinished
    assert not StatValue.of(replace(alone, known_until=ends + timedelta(days=5))).is_unfinished
    # A time range that ends as the week begins: “data until 4 Oct” was said beside the value of the 5th.
    assert not StatValue.of(replace(alone, known_until=ends - timedelta(days=2))).is_unfinished
    gap = replace(alone, rows=(weeks.rows[0], weeks.rows[-1]), known_until=ends + timedelta(days=5))
    assert not StatValue.of(gap).is_unfinished


@pytest.mark.parametrize(
    ("days", "name"),
    [
        ((date(2026, 8, 1), date(2026, 9, 1)), "vs Aug 2026"),
        ((date(2026, 8, 2), date(2026, 8, 3)), "vs 2 Aug"),
        ((datetime(2026, 8, 2, 8, tzinfo=UTC), datetime(2026, 8, 2, 9, tzinfo=UTC)), "vs 2 Aug 08:00"),
    ],
)
def test_periods_are_named_by_their_size(days: tuple[date, date], name: str) -> None:
    change = card_change(_card(), StatValue.of(_table((DAY, REVENUE), (days[0], 5), (days[1], 6))))
    assert change is not None
    assert change.words == name


def test_reason_is_read_out() -> None:
    table = _table((SITE, REVENUE), ("Lyon", Decimal(5)), ("Paris", Decimal(6)))
    assert "2 rows" in summary(_card(), QueryResult("", table))


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=12, unique=True), st.randoms(use_true_random=False))
def test_change_is_that_of_the_last_two_times_in_any_order(values: list[int], order: object) -> None:
    rows = list(_weeks(*values).rows)
    order.shuffle(rows)  # type: ignore[attr-defined]  # a `Random`
    stat = StatValue.of(_table((WEEK, REVENUE), *rows))
    change = stat.percent_change()
    assert change is not None
    assert float(change) == pytest.approx((values[-1] - values[-2]) * 100 / values[-2])
    assert stat.history == values

"""Figures beside those of the period before: in a card, in lines, in a table, from the real queries of a page."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPointF, QRectF, QSizeF

from benchboard.analytics.period_step import WEEK, Step
from benchboard.analytics.queries import Cell, ResultColumn, ResultTable, run_query
from benchboard.dashboards.document import time_range
from benchboard.dashboards.document.time_range import Period, TimeRange
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of
from benchboard.dashboards.period_before import PeriodBefore, compared_rows, moved, percent_change
from benchboard.ui.studio.tiles import renderers, value_readout
from benchboard.ui.studio.tiles.kinds import charts
from benchboard.ui.studio.tiles.kinds.missing_periods import drawn_table
from benchboard.ui.studio.tiles.points import point_finder
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.stats import metric_card
from benchboard.ui.studio.tiles.stats.stat_tiles import StatValue
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio

pytestmark = pytest.mark.usefixtures("light")

DAY = ResultColumn("day", "timestamp")
ORDERS = ResultColumn("orders", "integer")
SHOP = ResultColumn("shop", "text")
NOVEMBER = Period(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
OCTOBER = Period(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
BY_DAY = "SELECT date_trunc('day', created_dt) AS day, max(x) AS orders FROM t WHERE x >= :from AND x < :to GROUP BY 1"


def _table(columns: tuple[ResultColumn, ...], *rows: tuple[Cell, ...]) -> ResultTable:
    return ResultTable(columns, rows, truncated=False)


def _widget(kind: str, query: str = BY_DAY, **config: object) -> WidgetContent:
    return WidgetContent("w", kind, kind_of(kind), "Title", query, {"before": "on", **config})


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


def test_rows_that_only_the_period_before_has_are_in_the_gaps_of_the_times() -> None:
    now = _table(
        (DAY, SHOP, ORDERS),
        *((datetime(2026, 11, day, tzinfo=UTC), shop, value) for day, shop, value in ((4, "a", 4), (2, "a", 2))),
    )
    then = [(2, "a", 1), (3, "a", 9), (4, "b", 8), (20, "a", 7)]
    rows = [(datetime(2026, 10, day, tzinfo=UTC), shop, value) for day, shop, value in then]
    before = _before(*rows, columns=(DAY, SHOP, ORDERS))
    found = compared_rows(now, before, Step(seconds=86_400), with_gaps=True)
    assert [(row[0].day, *row[1:5]) for row in found.rows if isinstance(row[0], datetime)] == [
        (4, "a", 4, None, None), (4, "b", None, 8, None), (3, "a", None, 9, None), (2, "a", 2, 1, 1),
    ]  # fmt: skip
    assert len(compared_rows(now, before, Step(seconds=86_400)).rows) == 2


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
    assert [row[1:] for row in drawn.rows] == [(10, 20), (20, None), (30, 0)]
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

"""Rows without a date: charts over time leave them out and say so, tables and exports have them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from PySide6.QtCore import QRectF

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.dashboards.document.time_range import Period
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of
from benchboard.dashboards.period_before import PeriodBefore
from benchboard.ui.studio.tiles.kinds.missing_periods import drawn_table
from benchboard.ui.studio.tiles.renderers import mismatch_reason, paint_body, summary
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.stats.stat_tiles import StatValue
from benchboard.ui.theme import Theme
from support.kind_cases import table
from support.painted_texts import painted_texts

BODY = QRectF(0, 0, 600, 300)
SUM = "SELECT date_trunc('week', day) AS week, sum(amount) AS amount FROM orders GROUP BY 1 ORDER BY 1"
COUNT = "SELECT date_trunc('week', day) AS week, count(*) AS orders FROM orders GROUP BY 1 ORDER BY 1"
PLAIN = "SELECT day, amount FROM orders"
WEEKS = [date(2025, 1, 6), date(2025, 1, 13), date(2025, 1, 20)]


def _widget(kind: str, query: str = SUM) -> WidgetContent:
    return WidgetContent("w", kind, kind_of(kind), "Orders", query, {})


def _amounts(*without: str) -> ResultTable:
    rows: list[tuple[Cell, ...]] = [(week, Decimal("470.50")) for week in WEEKS]
    return table([("week", "date"), ("amount", "decimal")], [*rows, *((None, Decimal(one)) for one in without)])


@pytest.mark.parametrize("kind", ["line_chart", "area_chart", "bar_chart"])
def test_a_row_without_a_date_is_no_point_of_a_chart_over_time(light: Theme, kind: str) -> None:
    result = QueryResult(SUM, _amounts("20.00"))
    drawn = drawn_table(_widget(kind), result)
    assert [row[0] for row in drawn.rows] == WEEKS
    said = "Rows without a date (20.00) aren't drawn"
    painted = painted_texts(BODY.size().toSize(), lambda on: paint_body(on, BODY, _widget(kind), result))
    texts = [one.text for one in painted]
    assert said in texts
    assert "–" not in texts
    assert said in summary(_widget(kind), result)
    assert result.table is not None
    assert len(result.table.rows) == 4, "the table and exports have it"


def test_rows_that_a_query_counts_or_lists_are_told_by_their_number(light: Theme) -> None:
    listed = QueryResult(PLAIN, _amounts("20.00"))
    assert drawn_table(_widget("line_chart", PLAIN), listed).undated_note == (
        "1 row without a date (20.00) isn't drawn"
    )
    several = QueryResult(PLAIN, _amounts("20.00", "5.50"))
    assert mismatch_reason(_widget("line_chart", PLAIN), _amounts("20.00", "5.50")) is None
    assert drawn_table(_widget("line_chart", PLAIN), several).undated_note == (
        "2 rows without a date (25.50) aren't drawn"
    )
    counted = table([("week", "date"), ("orders", "integer")], [*((one, 9) for one in WEEKS), (None, 5)])
    assert drawn_table(_widget("line_chart", COUNT), QueryResult(COUNT, counted)).undated_note == (
        "5 rows without a date aren't drawn"
    )


def test_a_whole_number_that_counts_something_else_is_not_taken_for_the_number_of_rows(light: Theme) -> None:
    """“Rows without a date (3)” was one row, of which three were sold."""
    found = table([("week", "date"), ("quantity", "integer")], [*((one, 9) for one in WEEKS), (None, 3)])
    query = SUM.replace("amount", "quantity")
    drawn = drawn_table(_widget("line_chart", query), QueryResult(query, found))
    assert drawn.undated_note == f"Rows without a date ({found.columns[1].title} 3) aren't drawn"


def test_averages_are_not_added_up(light: Theme) -> None:
    query = "SELECT date_trunc('week', day) AS week, shop, avg(amount) AS amount FROM orders GROUP BY 1, 2"
    rows: list[tuple[Cell, ...]] = [(week, shop, Decimal(4)) for week in (*WEEKS, None) for shop in ("A", "B")]
    found = table([("week", "date"), ("shop", "text"), ("amount", "decimal")], rows)
    drawn = drawn_table(_widget("line_chart", query), QueryResult(query, found))
    assert drawn.undated_note == "Rows without a date aren't drawn"
    added = query.replace("avg(", "sum(")
    assert drawn_table(_widget("line_chart", added), QueryResult(added, found)).undated_note == (
        "Rows without a date (8.00) aren't drawn"
    )


def test_names_without_a_value_stay_in_charts_that_are_not_over_time(light: Theme) -> None:
    found = table([("shop", "text"), ("amount", "decimal")], [("A", Decimal(1)), (None, Decimal(2))])
    drawn = drawn_table(_widget("bar_chart", PLAIN), QueryResult(PLAIN, found))
    assert (len(drawn.rows), drawn.undated_note) == (2, "")


def test_the_period_before_is_compared_without_them(light: Theme) -> None:
    now, then = _amounts("20.00"), _amounts("7.00")
    earlier = tuple((date(2024, 12, week.day) if week else None, value) for week, value in then.rows)  # type: ignore[union-attr, arg-type]
    shown = Period(datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 2, 1, tzinfo=UTC))
    before = Period(datetime(2024, 12, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC))
    result = QueryResult(SUM, now, before=PeriodBefore(replace(then, rows=earlier), before, shown))
    drawn = drawn_table(_widget("line_chart"), result)
    assert None not in {row[0] for row in drawn.rows}
    assert drawn.undated_note == "Rows without a date (20.00) aren't drawn"


def test_a_sparkline_and_its_number_end_at_the_last_date(light: Theme) -> None:
    found = _amounts("20.00")
    stat = StatValue.of(found)
    assert stat.current == Decimal("470.50")
    assert stat.history == [470.5, 470.5, 470.5]
    assert mismatch_reason(_widget("metric_card"), found) is None

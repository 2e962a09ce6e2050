"""The figures of a chart that screen readers are told at once."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from benchboard.analytics.queries import Cell, ResultColumn, ResultTable, check_query
from benchboard.dashboards.document.widget_kinds import kind_of, new_item, widget_of
from benchboard.ui.studio.tiles.renderers import summary
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.theme import Theme

_DAYS = [date(2026, 7, day) for day in (1, 2, 3)]


def _told(kind: str, columns: list[ResultColumn], rows: list[tuple[Cell, ...]]) -> str:
    chart = kind_of(kind)
    assert chart is not None
    table = ResultTable(tuple(columns), tuple(rows), truncated=False, read_at=datetime(2027, 1, 1, tzinfo=UTC))
    return summary(widget_of(new_item(chart, "w")), QueryResult("q", table))


@pytest.mark.parametrize("kind", ["line_chart", "area_chart", "bar_chart"])
def test_chart_over_time_tells_its_last_highest_and_lowest_value(light: Theme, kind: str) -> None:
    columns = [ResultColumn("day", "date"), ResultColumn("orders", "integer")]
    told = _told(kind, columns, list(zip(_DAYS, (4, 9, 2), strict=True)))
    assert told.startswith("3 rows, last 2 (3 Jul 2026), highest 9 (2 Jul 2026), lowest 2 (3 Jul 2026)")
    moments = [datetime(2026, 7, day, tzinfo=UTC) for day in (1, 2)]
    told = _told(kind, [ResultColumn("day", "timestamp"), columns[1]], list(zip(moments, (4, 9), strict=True)))
    assert "highest 9 (2 Jul 2026)" in told, "midnights are days"
    assert _told(kind, columns, [(_DAYS[0], 4)]).startswith("1 row, last 4 (1 Jul 2026)"), "and nothing twice"


def test_bars_of_categories_have_no_last_value(light: Theme) -> None:
    columns = [ResultColumn("shop", "text"), ResultColumn("orders", "integer")]
    told = _told("bar_chart", columns, [("Harbour", 4), ("Birch", 9), ("Lumen", 2)])
    assert told == "3 rows, highest 9 (Birch), lowest 2 (Lumen)"


def test_chart_of_many_series_tells_three_by_name_and_counts_the_rest(light: Theme) -> None:
    columns = [ResultColumn("shop", "text"), *(ResultColumn(name, "integer") for name in ("a", "b", "c", "d"))]
    told = _told("bar_chart", columns, [("Harbour", 1, 2, 3, 4), ("Birch", 5, 6, 7, 8)])
    assert "A: highest 5 (Birch), lowest 1 (Harbour); B: " in told
    assert told.endswith("; 1 more series")
    assert "D: " not in told


def test_pie_tells_its_largest_slices_with_their_shares(light: Theme) -> None:
    columns = [ResultColumn("status", "text"), ResultColumn("orders", "integer")]
    rows = list(zip(("paid", "refunded", "open"), (60, 10, 30), strict=True))
    assert _told("pie_chart", columns, rows) == "3 rows; paid 60 (60 %); open 30 (30 %); refunded 10 (10 %)"


def test_amounts_in_several_currencies_are_not_compared(light: Theme) -> None:
    heads = check_query("select shop_id, order_total, currency from orders")
    told = _told("bar_chart", list(heads), [("a", Decimal(5), "EUR"), ("b", Decimal(9), "USD")])
    assert "highest" not in told

"""The marks of series and the bars of measures in the table below a chart."""

from datetime import date

from benchboard.analytics.column_presentation import Presentation
from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of, new_item, widget_of
from benchboard.ui.studio.kind_icons import KIND_ICONS
from benchboard.ui.studio.tiles.result_looks import table_looks
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.tables.table_looks import TableLooks
from benchboard.ui.theme import Theme

WEEK = ResultColumn("week", "date")
ORDERS, REFUNDS = ResultColumn("orders", "integer"), ResultColumn("refunds", "integer")


def _looks(heads: list[ResultColumn], rows: list[tuple[Cell, ...]], kind: str = "line_chart") -> TableLooks:
    known = kind_of(kind)
    assert known is not None
    widget: WidgetContent = widget_of(new_item(known, "w"))
    table = ResultTable(tuple(heads), tuple(rows), truncated=False)
    return table_looks(table, widget, QueryResult("", table), KIND_ICONS)


def test_each_column_that_is_a_series_has_its_mark_and_bars(light: Theme) -> None:
    rows: list[tuple[Cell, ...]] = [(date(2026, 11, 2), 4, 1), (date(2026, 11, 9), 8, 0)]
    looks = _looks([WEEK, ORDERS, REFUNDS], rows)
    assert looks.largest == {1: 8, 2: 1}
    assert [looks.columns[place].colour for place in (1, 2)] == [light.chart(0), light.chart(1)]
    assert looks.icons[0] == KIND_ICONS["date"]


def test_values_that_name_series_have_their_marks(light: Theme) -> None:
    status = ResultColumn("status", "text")
    rows: list[tuple[Cell, ...]] = [(date(2026, 11, 2), "paid", 4), (date(2026, 11, 2), "new", 8)]
    looks = _looks([WEEK, status, ORDERS], rows)
    paid, new = looks.mark(1, "paid"), looks.mark(1, "new")
    assert paid is not None
    assert new is not None
    assert paid.colour != new.colour
    assert looks.mark(1, "gone") is None


def test_identifiers_and_numbers_below_zero_have_no_bars(light: Theme) -> None:
    number = ResultColumn("no", "integer", Presentation(format="identifier"))
    looks = _looks([ResultColumn("shop", "text"), number, ORDERS], [("a", 1, -4), ("b", 2, 8)], "table")
    assert looks.largest == {}
    assert not looks.columns

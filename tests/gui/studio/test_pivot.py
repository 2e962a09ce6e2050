"""Pivot tables: what is refused, what a cell is of, headings that stay, totals that stay below, copies and files."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from pytestqt.qtbot import QtBot

from benchboard.analytics.column_presentation import Presentation
from benchboard.analytics.period_step import Step
from benchboard.analytics.pivoted_table import PivotTable
from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.analytics.query_types import ValueKind
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.time_range import Period
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of
from benchboard.dashboards.period_before import PeriodBefore
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.tiles.kinds import pivot
from benchboard.ui.studio.tiles.renderers import body_of, mismatch_advice, mismatch_reason, summary
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.results.tile_point import cell_point
from benchboard.ui.studio.tiles.tables import table_painting
from benchboard.ui.studio.tiles.tables.table_painting import ShownTable, TableLayout, row_texts
from benchboard.ui.studio.tiles.tables.table_widget import TableState, TableWidget
from benchboard.ui.theme import Theme, theme
from support.kind_cases import table
from support.painted_texts import painted_texts

if TYPE_CHECKING:
    from conftest import Studio

QUERY = "SELECT month, status, count(*) AS orders FROM orders GROUP BY 1, 2"
MONTHS = [date(2026, month, 1) for month in range(1, 9)]


_SECOND = date(2026, 1, 2)


def _orders() -> ResultTable:
    """Two statuses of eight months; May has one alone."""
    rows: list[tuple[Cell, ...]] = [(month, "paid", month.month) for month in reversed(MONTHS)]
    rows += [(month, "late", 100 - month.month) for month in MONTHS if month.month != 5]
    return table([("month", "date"), ("status", "text"), ("orders", "integer")], rows)


def _widget(query: str = QUERY, **config: object) -> WidgetContent:
    return WidgetContent("w", "pivot_table", kind_of("pivot_table"), "", query, config)


def _shown(data: ResultTable, **config: object) -> PivotTable:
    found = pivot.shown_table(_widget(**config), QueryResult(QUERY, data))
    assert isinstance(found, PivotTable)
    return found


def _mismatch(data: ResultTable, query: str = QUERY) -> tuple[str, str]:
    return mismatch_reason(_widget(query), data) or "", mismatch_advice(_widget(query), data)


def test_period_that_is_not_over_says_so_in_its_row_or_its_heading(light: Theme) -> None:
    until = datetime(2026, 8, 10, tzinfo=UTC)
    data = replace(_orders(), step=Step(months=1), known_until=until, read_at=datetime(2026, 9, 1, tzinfo=UTC))
    shown = _shown(data, totals="off")
    names = [texts[0] for texts in row_texts(shown, shown.rows, [0])]
    assert names[-2:] == ["Jul 2026", "Aug 2026, only a part"]
    turned = replace(data, columns=(data.columns[1], data.columns[0], data.columns[2]),
                     rows=tuple((status, month, count) for month, status, count in data.rows))  # fmt: skip
    titles = [one.title for one in _shown(turned, totals="off").columns]
    assert titles[-2:] == ["Jul 2026", "Aug 2026, only a part"]
    over = replace(data, known_until=datetime(2026, 9, 1, tzinfo=UTC))
    assert row_texts(_shown(over), over.rows[:1], [0]) == [["Aug 2026"]]


def test_results_that_are_no_pivot_table_are_refused_with_what_to_do(light: Theme) -> None:
    three = [("a", "text"), ("b", "text"), ("n", "integer")]
    assert _mismatch(table([("a", "text")], [("x",)]))[0] == (
        "A pivot table needs one to 4 columns to group by and a number."
    )
    assert _mismatch(table(three, [("x", "y", 1), ("x", "y", 2)])) == (  # type: ignore[arg-type]  # kinds
        "Several rows have the same “A” and “B”.", "Group by both in the query, or use a table.",
    )  # fmt: skip
    assert _mismatch(table([("a", "text"), ("n", "integer")], [("x", 1), ("x", 2)]))[1] == (
        "Group by it in the query, or use a table."
    )
    many = table(three, [("x", str(k), k) for k in range(101)])  # type: ignore[arg-type]  # kinds
    assert _mismatch(many)[0] == "“B” has 101 values. A pivot table has 100 columns at most."
    assert _mismatch(many)[1].startswith("Put it first in the query")
    four = [("a", "text"), ("b", "text"), ("c", "text"), ("n", "integer")]
    assert _mismatch(table(four, [("x", "y", "z", 1), ("x", "y", "z", 2)])) == (  # type: ignore[arg-type]  # kinds
        "Several rows have the same “A”, “B” and “C”.", "Group by all of them in the query, or use a table.",
    )  # fmt: skip
    assert _mismatch(table(three, [("x", "y", None)]))[0] == "The query returned no numbers."  # type: ignore[arg-type]  # kinds
    assert pivot.shown_table(_widget(), QueryResult(QUERY, many)) is None


def test_a_tile_has_its_totals_at_the_end_and_says_what_its_cells_are(light: Theme) -> None:
    shown = _shown(_orders())
    layout = TableLayout(body_of(QSizeF(460, 200)), shown)
    texts = [[box.shown for box in line] for line in layout.lines]
    assert texts[0] == ["Month / Status", "late", "paid", "Total"]
    assert texts[1] == ["Jan 2026", "99", "1", "100"]
    assert texts[-1] == ["Total", "669", "36", "705"]
    count = len(texts) - 2
    assert layout.footer == f"Orders by Month and Status · {count} of 8 rows"
    assert layout.place_at(layout.lines[-1][1].box.center()) == (8, 1)
    narrow = TableLayout(QRectF(0, 0, 190, 400), shown)
    assert [box.shown for box in narrow.lines[1]] == ["Jan 2026", "99", "100"]
    assert narrow.place_at(narrow.lines[1][2].box.center()) == (0, 3)
    assert narrow.footer.endswith(" · 1 of 2 columns")
    whole = TableLayout(QRectF(0, 0, 460, 400), shown)
    assert whole.lines[5][1].shown == ""  # of May, there is no row
    assert summary(_widget(), QueryResult(QUERY, _orders())) == "Orders by Month and Status, 8 rows, 2 columns"


def test_a_cell_is_the_value_of_its_row_and_a_total_of_its_group_alone(light: Theme) -> None:
    data = _orders()
    shown = _shown(data)

    def of(row: int, column: int) -> tuple[dict[int, Cell], int, str] | None:
        point = cell_point(shown, row, column)
        return (dict(point.cells), point.column, point.text) if point is not None else None

    assert of(0, 1) == ({0: MONTHS[0], 1: "late", 2: 99}, 2, "99")
    assert of(4, 1) is None  # blank
    assert of(0, 0) == ({0: MONTHS[0]}, 0, "Jan 2026")
    assert of(0, 3) == ({0: MONTHS[0]}, 2, "100")
    assert of(8, 2) == ({1: "paid"}, 2, "36")
    assert of(8, 3) == ({}, 2, "705")
    assert of(8, 0) is None


def test_cells_have_the_colours_of_their_numbers_where_they_can_be_compared(light: Theme) -> None:
    assert pivot.cell_colour(_shown(_orders()), 0, 1) is None
    shown = _shown(_orders(), fill="value")
    assert pivot.cell_colour(shown, 0, 2) == theme().ramp(0)
    assert pivot.cell_colour(shown, 0, 1) == theme().ramp(1)
    for row, column in ((4, 1), (8, 1), (0, 3), (0, 0)):  # blank, totals, a heading
        assert pivot.cell_colour(shown, row, column) is None
    money, codes = Presentation(format="money", currency_origin="o.c"), Presentation(origin="o.c")
    mixed = table([("m", "text"), ("c", "text"), ("n", "decimal")],
                  [("a", "EUR", Decimal(1)), ("a", "USD", Decimal(2))], n=money, c=codes)  # fmt: skip
    assert pivot.cell_colour(_shown(mixed, fill="value"), 0, 1) is None


def test_headings_stay_while_columns_scroll_and_totals_stay_below(light: Theme, qtbot: QtBot) -> None:
    rows: list[tuple[Cell, ...]] = [(month, f"s{k:02}", k * month.month) for month in MONTHS for k in range(30)
                                    if (k, month.month) != (0, 3)]  # fmt: skip
    data = table([("month", "date"), ("status", "text"), ("orders", "integer")], rows)
    shown = TableWidget(_shown(data), TableState())
    qtbot.addWidget(shown)
    shown.resize(460, 220)
    shown.show()
    view = shown.view
    assert view.headings.isVisible()
    assert view.headings.title.text == "Month / Status"
    assert view.viewport().x() >= view.headings.width() > 60
    view.horizontalScrollBar().setValue(view.horizontalScrollBar().maximum())
    assert view.headings.isVisible()
    model = shown.rows
    view.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    named = [model.headerData(row, Qt.Orientation.Vertical) for row in range(9)]
    assert named[-2:] == ["Mar 2026", "Total"]  # a blank cell is below all numbers
    view.sortByColumn(29, Qt.SortOrder.DescendingOrder)
    named = [model.headerData(row, Qt.Orientation.Vertical) for row in range(9)]
    assert named[0::8] == ["Aug 2026", "Total"]
    assert model.tsv([(0, 0), (8, 0), (8, 30)]) == ("Month / Status\ts00\tTotal\n2026-08-01\t0\t\nTotal\t0\t15660")
    assert model.tsv([(0, 29)]) == "232"
    assert shown.footer.text() == "Orders by Month and Status · 8 rows"
    plain = TableWidget(data, TableState())
    qtbot.addWidget(plain)
    assert plain.view.headings.isHidden()


def test_a_file_has_the_pivoted_rows_with_nothing_in_blank_cells(light: Theme) -> None:
    found = pivot.exported(_orders(), _widget())
    assert [one.title for one in found.columns] == ["Month / Status", "late", "paid", "Total"]
    assert found.rows[4] == (MONTHS[4], None, 5, 5)
    assert found.rows[-1] == ("Total", 669, 36, 705)
    across = table([("status", "text"), ("month", "date"), ("n", "integer")], [("a", one, 1) for one in MONTHS[:2]])
    assert [one.title for one in pivot.exported(across, _widget()).columns][1:3] == ["Jan 2026", "Feb 2026"]
    daily = table([("day", "date"), ("status", "text"), ("n", "integer")], [(MONTHS[0], "a", 1), (_SECOND, "a", 1)])
    assert TableLayout(body_of(QSizeF(460, 200)), _shown(daily)).lines[1][0].shown == "1 Jan 2026"
    flat = table([("a", "text")], [("x",)])
    assert pivot.exported(flat, _widget()) is flat


def test_a_pivot_table_on_a_page_scrolls_and_follows_its_settings(studio: "Studio") -> None:
    query = "SELECT date_trunc('month', created_dt) AS month, status, count(*) AS orders FROM orders GROUP BY 1, 2"
    item = {"id": "p", "type": "pivot_table", "title": "Orders", "query": query,
            "position": {"x": 0, "y": 0, "w": 8, "h": 8}}  # fmt: skip
    studio.page.editor.load(parse_document([item]))
    runner = studio.page.query_runner
    studio.wait(lambda: (found := runner.result("p")) is not None and found.table is not None and not runner.busy)
    tile = studio.canvas.tiles["p"]
    assert isinstance(tile, Tile)
    assert tile.has_rows
    tables = studio.canvas.interactive_table
    assert tables.enter("p")
    assert tables.table is not None
    shown = tables.table.rows.table
    assert isinstance(shown, PivotTable)
    assert shown.has_total_row
    studio.page.editor.set_property("p", "config.totals", "off")
    studio.wait(lambda: tables.table is not None and tables.table.rows.table is not shown)
    changed = tables.table.rows.table
    assert isinstance(changed, PivotTable)
    assert not changed.has_total_row
    studio.page.editor.set_property("p", "config.columns", "measures")
    studio.wait(lambda: tables.table is not None and tables.table.rows.table is not changed)
    flat = tables.table.rows.table
    assert isinstance(flat, PivotTable)
    assert [flat.heading_count, len(flat.number_columns)] == [2, 1]
    corner = tables.table.view.headings.title
    assert corner.accessibleName() == "Month, Status"
    studio.page.run("studio.undo")
    studio.wait(lambda: tables.table is not None and tables.table.rows.table is not flat)
    again = tables.table.rows.table
    assert isinstance(again, PivotTable)
    assert again.heading_count == 1
    tables.leave()


def test_rows_of_several_groups_are_sorted_within_them_by_a_heading_and_copied_with_their_names(
    light: Theme, qtbot: QtBot
) -> None:
    rows: list[tuple[Cell, ...]] = [(MONTHS[0], "a", 1), (MONTHS[0], "b", 2), (MONTHS[1], "a", 9), (MONTHS[1], "b", 3)]
    data = table([("month", "date"), ("status", "text"), ("orders", "integer")], rows)
    shown = TableWidget(_shown(data, columns="measures"), TableState())
    qtbot.addWidget(shown)
    shown.resize(460, 220)
    shown.show()
    model = shown.rows
    shown.view.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    named = [model.headerData(row, Qt.Orientation.Vertical) for row in range(7)]
    assert named == ["Feb 2026, a", "Feb 2026, b", "Feb 2026, Total", "Jan 2026, b", "Jan 2026, a", "Jan 2026, Total",
                     "Total"]  # fmt: skip
    assert [model.repeated_names(row) for row in range(7)] == [0, 1, 1, 0, 1, 1, 0]
    assert model.tsv([(0, 0), (2, 0)]) == "Month\tStatus\tOrders\n2026-02-01\ta\t9\n2026-02-01\tTotal\t12"
    assert shown.footer.text() == "Orders by Month and Status · 4 rows"
    ordered = _shown(data, columns="measures", order="descending")
    assert ordered.rows[0][:2] == (MONTHS[1], "a")


def test_pivot_table_on_a_wall_is_smaller_until_it_fits(light: Theme) -> None:
    """Nobody scrolls there: half of its columns were never seen."""
    heads = [("city", "text"), ("month", "date"), ("orders", "integer")]
    cells: list[tuple[Cell, ...]] = [(f"City {at}", month, 1000 + at) for at in range(8) for month in MONTHS]
    found, body = _shown(table(heads, cells)), QRectF(12, 32, 600, 214)
    page, wall = ShownTable(body, found), ShownTable(body, found, "wall")
    assert (page.scale, wall.scale) == (1.0, 0.8)
    last = [wall.place_at(QPointF(x, y)) for x in (body.right() - 3,) for y in range(33, 246)]
    assert {place for place in last if place is not None} == {(row, len(found.columns) - 1) for row in range(9)}
    many = [*cells, *((f"City {at}", date(2027, month, 1), 7) for at in range(8) for month in range(1, 13))]
    crowded = ShownTable(body, _shown(table(heads, many)), "wall")
    assert crowded.scale == 0.7
    texts = painted_texts(QSize(640, 260), crowded.paint)
    assert any(" of 20 columns" in one.text for one in texts), "what isn't shown is told"


def test_cell_of_the_period_before_has_no_rows_to_show_and_one_of_now_has_its_own(light: Theme) -> None:
    grouped = "SELECT date_trunc('month', created_dt) AS day, shop, count(*) AS orders FROM orders GROUP BY 1, 2"
    heads: list[tuple[str, ValueKind]] = [("day", "timestamp"), ("shop", "text"), ("orders", "integer")]
    april, january = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
    known = PeriodBefore(
        table(heads, [(january, "a", 4), (january, "c", 2)]),
        Period(january, april),
        Period(april, datetime(2026, 7, 1, tzinfo=UTC)),
    )
    widget = _widget(grouped, before="on")
    result = QueryResult(grouped, table(heads, [(april, "a", 5), (april, "b", 1)]), before=known)
    shown = pivot.shown_table(widget, result)
    assert shown is not None
    assert pivot.shown_table(widget, result) is shown
    point = cell_point(shown, 0, 1)
    assert point is not None
    assert point.cells == ((0, april), (1, "a"), (2, 5))
    assert [cell_point(shown, 0, column) for column in (2, 3, 4)] == [None, None, None]
    layout = TableLayout(QRectF(0, 0, 330, 120), shown)
    assert [one.heading for one in (shown.columns[at] for at in layout.places) if not one.presentation.comparison] == [
        "Day / Shop", "a", "b", "c", "Total",
    ], "the numbers of now are the last to be left out"  # fmt: skip
    assert layout.footer.endswith(" of 12 columns")


def test_pivot_table_of_a_page_is_made_on_a_worker_and_drawn_from_it(
    studio: "Studio", monkeypatch: pytest.MonkeyPatch
) -> None:
    """That of 10,000 rows took up to a second of the window's thread."""
    threads: list[threading.Thread] = []
    made = pivot._made

    def recorded(*given: Any) -> PivotTable:
        threads.append(threading.current_thread())
        return made(*given)

    monkeypatch.setattr(pivot, "_made", recorded)
    query = "SELECT status, currency, count(*) AS orders FROM orders GROUP BY 1, 2"
    item = {"id": "p", "type": "pivot_table", "title": "Orders", "query": query,
            "position": {"x": 0, "y": 0, "w": 8, "h": 8}}  # fmt: skip
    studio.page.editor.load(parse_document([item]))
    runner = studio.page.query_runner
    studio.wait(lambda: (found := runner.result("p")) is not None and found.table is not None and not runner.busy)
    tile = studio.canvas.tiles["p"]
    assert isinstance(tile, Tile)
    assert not tile.current_pixmap().isNull()
    assert tile.has_rows
    assert threads
    assert threading.main_thread() not in threads


def test_only_the_columns_of_a_wide_pivot_table_that_may_be_seen_are_measured(
    light: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "SELECT shop, item, count(*) AS orders FROM orders GROUP BY 1, 2"
    columns = (ResultColumn("shop", "text"), ResultColumn("item", "text"), ResultColumn("orders", "integer"))
    rows = tuple((f"shop {a}", f"item {b}", a * b) for a in range(5) for b in range(90))
    made = pivot.pivot_of(_widget(query), ResultTable(columns, rows, truncated=False))
    measured = list[int]()
    real = table_painting.row_texts

    def counted(table: ResultTable, rows: Any, columns: Any) -> list[list[str]]:
        measured.extend(columns)
        return real(table, rows, columns)

    monkeypatch.setattr(table_painting, "row_texts", counted)
    layout = TableLayout(QRectF(0, 0, 500, 200), made)
    assert layout.has_more_columns
    assert 4 < len(layout.places) < 16
    assert len(measured) < 40, "of 92"

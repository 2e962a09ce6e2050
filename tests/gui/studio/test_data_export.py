"""A widget's rows as a CSV file, from its context menu."""

import csv
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import openpyxl
import pytest
from PySide6.QtWidgets import QFileDialog, QMenu

from benchboard.analytics import queries
from benchboard.analytics.queries import ResultColumn, ResultTable
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.time_range import TimeRange
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of
from benchboard.ui.studio.canvas.context_menu import build_menu
from benchboard.ui.studio.import_export.export_dialog import ExportDialog
from benchboard.ui.studio.tiles.hidden_series import visible_rows
from benchboard.ui.studio.tiles.kinds import charts
from benchboard.ui.studio.tiles.kinds.missing_periods import drawn_table
from benchboard.ui.studio.tiles.legend_menu import legend_names
from benchboard.ui.studio.tiles.page_picture import PagePicture
from benchboard.ui.studio.tiles.series.chart_legend import OTHER, LegendChoice
from benchboard.ui.studio.tiles.series.chart_table import chart_table
from benchboard.ui.system_clipboard import clipboard_data
from benchboard.ui.widgets.toasts import Toast

if TYPE_CHECKING:
    from conftest import Studio

QUERY = "SELECT status, count(*) AS n FROM orders GROUP BY status ORDER BY status"


def _export(studio: "Studio", item: dict[str, object], file: Path) -> list[list[str]]:
    _start_export(studio, item, file, "studio.export_data", f"{item['title']}.csv")
    return list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))


def _show(studio: "Studio", item: dict[str, object]) -> None:
    studio.page.editor.load(parse_document([item]))
    studio.wait(lambda: not studio.page.query_runner.busy)
    studio.click(str(item["id"]))


def _start_export(studio: "Studio", item: dict[str, object], file: Path, command_id: str, name: str = "") -> None:
    _show(studio, item)
    studio.page.run(command_id)
    _choose(studio, file, name)


def _choose(studio: "Studio", file: Path, name: str = "") -> None:
    (dialog,) = studio.application.window.findChildren(QFileDialog, "data_export")
    assert Path(dialog.selectedFiles()[0]).name.endswith(name)
    dialog.fileSelected.emit(str(file))
    dialog.close()
    studio.wait(lambda: not studio.application.window.findChildren(QFileDialog, "data_export"))
    studio.wait(file.exists)


def _widget(query: str, kind: str = "line_chart", title: str = "Orders by status") -> dict[str, object]:
    place = {"x": 0, "y": 0, "w": 6, "h": 6}
    return {"id": "a", "type": kind, "title": title, "query": query, "position": place}


def test_rows_of_a_widget_are_exported_under_the_titles_of_its_columns(studio: "Studio", tmp_path: Path) -> None:
    found = _export(studio, _widget(QUERY), tmp_path / "rows.csv")
    table = studio.page.query_runner.result("a")
    assert table is not None
    assert table.table is not None
    assert found == [["Status", "N"], *([str(cell) for cell in row] for row in table.table.rows)]
    assert len(found) > 3
    studio.wait(lambda: any("rows to rows.csv" in one for one in _toasts(studio)))


def test_all_rows_are_exported_and_a_query_with_more_says_so(
    studio: "Studio", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "DEFAULT_ROWS", 2)  # what a tile loads
    query = "SELECT created_dt, order_total FROM orders ORDER BY created_dt LIMIT 50"
    assert len(_export(studio, _widget(query, "table", "t"), tmp_path / "all.csv")) == 51
    monkeypatch.setattr(queries, "MAX_ROWS", 7)
    assert len(_export(studio, _widget(query, "table", "t"), tmp_path / "part.csv")) == 8
    studio.wait(lambda: any("The query returns more." in one for one in _toasts(studio)))


def test_menu_offers_the_rows_of_widgets_with_a_query_alone(studio: "Studio") -> None:
    for item, offered in ((_widget(QUERY), True), (_widget("", "text"), False), (_widget(""), False)):
        studio.page.editor.load(parse_document([item]))
        studio.click("a")
        titles = _titles(build_menu(studio.canvas))
        for title in ("Export data as CSV", "Export data as Excel", "Export data as Parquet", "Copy data"):
            assert (title in titles) is offered
        assert "Copy picture" in titles


def test_rows_of_a_widget_are_exported_as_excel_and_parquet(studio: "Studio", tmp_path: Path) -> None:
    query = "SELECT created_dt, order_total, currency FROM orders ORDER BY created_dt, id LIMIT 3"
    _start_export(studio, _widget(query, "table", "Sales: 2026"), tmp_path / "a.xlsx", "studio.export_data_xlsx")
    _start_export(studio, _widget(query, "table", "Sales: 2026"), tmp_path / "a.parquet", "studio.export_data_parquet")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert sheet.title == "Sales 2026"
    found = list(sheet.values)
    assert len(found) == 4
    assert isinstance(found[1][0], datetime)
    assert f"[${found[1][2]}]" in sheet["B2"].number_format
    with duckdb.connect() as made:
        rows = made.execute(f"SELECT order_total, currency FROM '{tmp_path / 'a.parquet'}'").fetchall()
    assert [(float(amount), currency) for amount, currency in rows] == [row[1:] for row in found[1:]]


def _chart(kind: str, rows: dict[str, list[int]]) -> tuple[WidgetContent, ResultTable]:
    columns = (ResultColumn("x", "text"), *(ResultColumn(name, "integer") for name in rows))
    table = ResultTable(columns, tuple(zip("abcd", *rows.values(), strict=True)), truncated=False)
    return WidgetContent("w", kind, kind_of(kind), "T", "SELECT 1", {}), table


COMPARED = (
    "SELECT date_trunc('day', created_dt) AS day, status, count(*) AS orders FROM orders"
    " WHERE created_dt >= :from AND created_dt < :to GROUP BY 1, 2 ORDER BY 1, 2"
)


@pytest.mark.usefixtures("demo_home")
def test_exports_of_a_widget_that_compares_have_the_period_before_as_drawn(studio: "Studio", tmp_path: Path) -> None:
    items = [
        {**_widget(COMPARED, kind, kind), "id": kind, "config": {"before": "on"}} for kind in ("line_chart", "table")
    ]
    for place, item in enumerate(items):
        item["position"] = {"x": 6 * place, "y": 0, "w": 6, "h": 6}
    studio.page.editor.load(parse_document(items))
    studio.page.editor.select_time(TimeRange("now-9d/d", "now-3d/d"))
    studio.wait(lambda: not studio.page.query_runner.busy)
    results = {item: studio.page.query_runner.result(item) for item in ("line_chart", "table")}
    line, table = results["line_chart"], results["table"]
    assert line is not None
    assert line.table is not None
    assert line.before is not None
    assert table is not None
    assert table.table is not None
    studio.click("table")
    studio.page.run("studio.export_data")
    _choose(studio, tmp_path / "table.csv")
    with (tmp_path / "table.csv").open(encoding="utf-8-sig") as file:
        written = list(csv.reader(file))
    assert written[0] == ["Day", "Status", "Orders", "Orders before", "Orders change", "Orders change %"]
    assert [[row[1], *row[2:4]] for row in written[1:]] == [
        ["" if cell is None else str(cell) for cell in row[1:4]] for row in table.table.rows
    ]
    studio.click("line_chart")
    for command, name in (("studio.export_data_xlsx", "line.xlsx"), ("studio.export_data_parquet", "line.parquet")):
        studio.page.run(command)
        _choose(studio, tmp_path / name)
    rows = [row for row in openpyxl.load_workbook(tmp_path / "line.xlsx").active.values if isinstance(row[0], datetime)]
    drawn = drawn_table(studio.page.editor.widget("line_chart"), line)
    series = {one.setting_name: one for one in charts.series_of(drawn, "") if one.is_before}
    assert series
    for at, row in enumerate(drawn.rows):
        for status, one in series.items():
            told = [line[3] for line in rows if line[0].replace(tzinfo=UTC) == row[0] and line[1] == status]
            # A file has the rows that there are: a count without any is drawn as 0.
            assert told == [one.values[at]] or (told in ([], [None]) and not one.values[at])
    with duckdb.connect() as made:
        titles = [one[0] for one in made.execute(f"SELECT * FROM '{tmp_path / 'line.parquet'}'").description or ()]
    assert titles == ["day", "status", "orders", "orders_before", "orders_change", "orders_change_percent"]
    studio.page.run("studio.export_all_data")
    _choose(studio, tmp_path / "all.xlsx")
    book = openpyxl.load_workbook(tmp_path / "all.xlsx")
    for sheet in book:
        assert any("Orders before" in row for row in sheet.values), sheet.title
        assert any(str(row[0]).startswith("Compared with ") for row in sheet.values), sheet.title


def test_what_a_legend_hides_is_left_out_of_a_result(qapp: object) -> None:
    widget, wide = _chart("line_chart", {"n": [1, 2, 3, 4], "m": [5, 6, 7, 8]})
    shown, count = visible_rows(widget, wide, LegendChoice(frozenset({"n"})))
    assert ([one.name for one in shown.columns], shown.rows[0], count) == (["x", "m"], ("a", 5), 1)
    for hidden in (frozenset[str](), frozenset({"n", "m"}), frozenset({"gone"})):
        assert visible_rows(widget, wide, LegendChoice(hidden)) == (wide, 0)
    names = ResultTable(
        (
            ResultColumn("x", "text"),
            ResultColumn("s", "text"),
            ResultColumn("n", "integer"),
            ResultColumn("m", "integer"),
        ),
        tuple((x, s, 1, 2) for x in "ab" for s in ("paid", "open")),
        truncated=False,
    )
    single = replace(names, columns=names.columns[:3], rows=tuple(row[:3] for row in names.rows))
    shown, count = visible_rows(widget, single, LegendChoice(frozenset({"paid"})))
    assert (shown.rows, count) == ((("a", "open", 1), ("b", "open", 1)), 1)
    drawn = chart_table(names).columns
    shown, count = visible_rows(widget, names, LegendChoice(frozenset({drawn[1].name})))
    assert count == 1
    assert sum(cell is None for row in shown.rows for cell in row) == 2, "of one measure its numbers alone"
    pie, slices = _chart("pie_chart", {"n": [900, 90, 9, 1]})
    shown, count = visible_rows(pie, slices, LegendChoice(frozenset({"a"})))
    assert ([row[0] for row in shown.rows], count) == (["b", "c", "d"], 1)
    shown, count = visible_rows(pie, slices, LegendChoice(frozenset({OTHER})))
    assert ([row[0] for row in shown.rows], count) == (["a", "b"], 1)


def test_exports_leave_out_what_the_legend_hides_and_say_so(studio: "Studio", tmp_path: Path) -> None:
    _show(studio, _widget(QUERY, "pie_chart"))
    result = studio.page.query_runner.result("a")
    assert result is not None
    names = [name for _key, name in legend_names(studio.page.editor.widget("a"), result)]
    studio.page.query_runner.choose_in_legend("a", LegendChoice(frozenset(names[:1])))
    studio.page.run("studio.export_data")
    _choose(studio, tmp_path / "part.csv")
    found = (tmp_path / "part.csv").read_text(encoding="utf-8-sig").splitlines()
    assert result.table is not None
    assert len(found) == len(result.table.rows)
    studio.wait(lambda: any("part.csv. Without 1 series hidden" in one for one in _toasts(studio)))
    studio.page.run("studio.copy_picture")
    assert any("Picture copied. Without 1 series hidden in a legend." in one for one in _toasts(studio))
    studio.page.run("studio.export_all_data")
    _choose(studio, tmp_path / "all.xlsx")
    notes = [row[0] for row in openpyxl.load_workbook(tmp_path / "all.xlsx").active.values]
    assert "Without 1 series hidden in a legend." in notes
    studio.page.run("studio.export_png")
    (dialog,) = studio.application.window.findChildren(ExportDialog)
    sheet = PagePicture.of(studio.page.editor.rendered_page, 900.0)
    assert "Without 1 series hidden in a legend." in dialog.facts(sheet)
    dialog.dismiss()


def test_data_are_copied_as_text_and_as_a_table(studio: "Studio") -> None:
    query = "SELECT status, count(*) AS n FROM orders GROUP BY status ORDER BY status LIMIT 2"
    _show(studio, _widget(query, "table"))
    studio.page.run("studio.copy_data")
    studio.wait(lambda: any("Copied 2 rows" in one for one in _toasts(studio)))
    lines = clipboard_data().text().splitlines()
    assert lines[0] == "Status\tN"
    assert len(lines) == 3
    assert "<th>Status</th>" in clipboard_data().html()


def test_picture_of_a_widget_is_copied_at_twice_its_size(studio: "Studio") -> None:
    _show(studio, _widget(QUERY))
    studio.page.run("studio.copy_picture")
    image = clipboard_data().imageData()
    tile = PagePicture.of(studio.page.editor.rendered_page, float(studio.canvas.viewport().width()), ("a",)).size
    assert (image.width(), image.height()) == (round(tile.width() * 2), round(tile.height() * 2))
    colours = {image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
    assert len(colours) > 2


def test_data_of_all_widgets_are_one_excel_file_with_a_sheet_each(studio: "Studio", tmp_path: Path) -> None:
    place = {"x": 6, "y": 0, "w": 6, "h": 6}
    wrong = {**_widget("SELECT nothing FROM orders", title="Wrong"), "id": "b", "position": place}
    studio.page.editor.load(parse_document([_widget(QUERY), wrong]))
    studio.wait(lambda: not studio.page.query_runner.busy)
    studio.page.run("studio.export_all_data")
    _choose(studio, tmp_path / "all.xlsx")
    book = openpyxl.load_workbook(tmp_path / "all.xlsx")
    assert book.sheetnames == ["Orders by status", "Wrong"]
    assert ("Status", "N") in list(book["Orders by status"].values)
    assert "nothing" in str([row[0] for row in book["Wrong"].values][-1])
    studio.wait(lambda: any("of 2 widgets to all.xlsx. The query of 1 failed" in one for one in _toasts(studio)))


def test_page_without_queries_has_no_data_to_export(studio: "Studio") -> None:
    studio.page.editor.load(parse_document([_widget("", "text")]))
    handler = studio.page.command_handlers()["studio.export_all_data"]
    assert handler.why_not() == "No widget on this page has a query."


def _titles(menu: QMenu) -> list[str]:
    """The titles of a menu's actions and of those in its submenus."""
    found = []
    for action in menu.actions():
        found.append(action.text().split("\t")[0])
        if isinstance(inner := action.menu(), QMenu):
            found += _titles(inner)
    return found


def _toasts(studio: "Studio") -> list[str]:
    return [toast.accessibleName() for toast in studio.application.window.findChildren(Toast)]

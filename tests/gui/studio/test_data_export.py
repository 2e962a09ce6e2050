"""A widget's rows as a CSV file, from its context menu."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QFileDialog

from benchboard.analytics import queries
from benchboard.dashboards.document.document import parse_document
from benchboard.ui.studio.canvas.context_menu import build_menu
from benchboard.ui.widgets.toasts import Toast

if TYPE_CHECKING:
    from conftest import Studio

QUERY = "SELECT status, count(*) AS n FROM orders GROUP BY status ORDER BY status"


def _export(studio: "Studio", item: dict[str, object], file: Path) -> list[list[str]]:
    studio.page.editor.load(parse_document([item]))
    studio.wait(lambda: not studio.page.query_runner.busy)
    studio.click(str(item["id"]))
    studio.page.run("studio.export_data")
    (dialog,) = studio.application.window.findChildren(QFileDialog, "data_export")
    assert Path(dialog.selectedFiles()[0]).name == f"{item['title']}.csv"
    dialog.fileSelected.emit(str(file))
    dialog.close()
    studio.wait(lambda: not studio.application.window.findChildren(QFileDialog, "data_export"))
    studio.wait(file.exists)
    return list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))


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
        titles = [action.text().split("\t")[0] for action in build_menu(studio.canvas).actions()]
        assert ("Export data as CSV" in titles) is offered


def _toasts(studio: "Studio") -> list[str]:
    return [toast.accessibleName() for toast in studio.application.window.findChildren(Toast)]

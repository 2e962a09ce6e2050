"""Importing dashboards: errors of one attempt, and the report."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from dashboards_driver import DashboardsDriver
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QPlainTextEdit, QScrollArea
from pytestqt.qtbot import QtBot
from test_explore_joins import add_file

from benchboard.dashboards.interchange.conversion_report import ConversionReport, ReportLine
from benchboard.ui.studio.import_export.report_dialog import ConversionReportDialog
from benchboard.ui.studio.import_export.report_rows import ReportTree
from benchboard.ui.studio.panes.original_query import OriginalQueryView
from benchboard.ui.theme import Theme
from benchboard.ui.widgets import Select
from benchboard.ui.widgets.stat_strip import StatStrip
from benchboard.ui.widgets.toasts import Toast
from support.painted_text import painted_texts

if TYPE_CHECKING:
    from conftest import Studio

GOOD = {"title": "Good", "items": [{"id": "w1", "type": "text", "position": {"x": 0, "y": 0, "w": 3, "h": 2}}]}


def test_import_error_goes_with_the_next_error_or_success(dashboards: DashboardsDriver, tmp_path: Path) -> None:
    problems = dashboards.studio.context.problems
    for name, text in (("utf.json", "\x00\x01"), ("cut.json", '{"title": "cut off'), ("gone.json", None)):
        file = tmp_path / name
        if text is not None:
            file.write_text(text)
        dashboards.place.library.import_file(str(file))
        dashboards.studio.wait(lambda name=name: problems.current is not None and name in problems.current.what)
    good = tmp_path / "good.json"
    good.write_text(json.dumps(GOOD))
    dashboards.place.library.import_file(str(good))
    assert dashboards.front_page().name == "Good"
    assert problems.current is None


def _panels(count: int) -> dict[str, object]:
    panels: list[dict[str, object]] = [
        {"id": k, "type": "stat", "title": f"Stat {k}", "gridPos": {"x": 0, "y": 4 * k, "w": 12, "h": 4},
         "targets": [{"expr": "up"}] * (1 + k % 2)}
        for k in range(1, count + 1)
    ]  # fmt: skip
    heat = {"id": 99, "type": "nodeGraph", "title": "Heat", "gridPos": {"x": 12, "y": 0, "w": 12, "h": 8}}
    return {"title": "From Grafana", "schemaVersion": 39, "panels": [*panels, heat]}


@pytest.fixture
def imported(dashboards: DashboardsDriver, tmp_path: Path) -> DashboardsDriver:
    """A Grafana dashboard just imported, with its report open."""
    file = tmp_path / "grafana.json"
    file.write_text(json.dumps(_panels(9)))
    dashboards.place.library.import_file(str(file))
    dashboards.front_page()
    dashboards.find("import_report_lines")
    return dashboards


def _tree(dashboards: DashboardsDriver) -> ReportTree:
    found = dashboards.find("import_report_lines")
    assert isinstance(found, ReportTree)
    return found


def test_import_report_is_grouped_counted_and_collapsed(imported: DashboardsDriver) -> None:
    counts = imported.find("import_report_counts")
    assert isinstance(counts, StatStrip)
    assert [stat.name for stat in counts.stats] == ["widgets", "placeholder", "need a query", "unsupported settings"]
    assert int(counts.stats[0].value) > int(counts.stats[1].value) > 0
    assert counts.stats[1].tone == "warn"
    tree = _tree(imported)
    tops = [tree.topLevelItem(k) for k in range(tree.topLevelItemCount())]
    assert [top.text(0) for top in tops] == ["Replaced with a placeholder  1", "Not supported, kept for export  9"]
    (heat,), (stats,) = ([top.child(k) for k in range(top.childCount())] for top in tops)
    assert heat.text(0).startswith("Heat: ")
    assert stats.text(0) == "Write an SQL query for it.  9"
    assert not stats.isExpanded()
    tree.setCurrentItem(stats)
    imported.qtbot.keyClick(tree, Qt.Key.Key_Return)
    assert stats.isExpanded()
    assert [stats.child(k).text(0) for k in range(2)] == [
        "Stat 1: Its 2 Grafana queries were kept for export.", "Stat 2: Its Grafana query was kept for export."
    ]  # fmt: skip
    imported.qtbot.keyClick(tree, Qt.Key.Key_Return)
    assert not stats.isExpanded()


def test_short_names_in_the_import_report_are_whole(light: Theme, qtbot: QtBot) -> None:
    """“Stat 1” was cut by a part of a pixel."""
    names = [f"Stat {k}" for k in range(1, 10)]
    lines = [ReportLine(name, name, "kept", "Its Grafana query was kept.", "") for name in names]
    tree = ReportTree(ConversionReport.of(9, 0, lines), lambda _id: None, None)
    qtbot.addWidget(tree)
    tree.resize(720, 600)
    tree.expandAll()
    texts = {one.text for one in painted_texts(tree)}
    assert set(names) <= texts
    assert light is not None


def test_import_report_line_opened_selects_its_widget(imported: DashboardsDriver) -> None:
    tree, page = _tree(imported), imported.front_page()
    tree.setCurrentItem(tree.topLevelItem(0).child(0))
    imported.qtbot.keyClick(tree, Qt.Key.Key_Return)
    imported.studio.wait(lambda: bool(page.editor.selection))
    (chosen,) = page.editor.selection
    assert page.editor.widget(chosen).title == "Heat"
    assert page.canvas.visible_rect().intersects(page.canvas.tiles[chosen].rect)
    assert imported.studio.application.window.focusWidget() is page.canvas
    assert not imported.studio.application.window.findChildren(ConversionReportDialog) or not tree.isVisible()


def test_import_report_line_that_needs_a_query_opened_goes_to_the_query(imported: DashboardsDriver) -> None:
    tree, page = _tree(imported), imported.front_page()
    stats = tree.topLevelItem(1).child(0)
    tree.expandItem(stats)
    tree.scrollToItem(stats.child(8))
    spot = tree.link_rect(stats.child(8)).center()
    imported.qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    imported.studio.wait(lambda: bool(page.editor.selection))
    (chosen,) = page.editor.selection
    assert page.editor.widget(chosen).title == "Stat 9"
    focused = imported.studio.application.window.focusWidget()
    assert focused is not None
    assert page.inspector.isAncestorOf(focused)


def test_import_report_opens_on_the_first_query_to_write(imported: DashboardsDriver) -> None:
    tree, page = _tree(imported), imported.front_page()
    assert not tree.selectedItems()
    button = imported.find("import_report_query")
    assert button.hasFocus()
    assert button.text() == "Write the first of 9 queries"
    imported.click("import_report_query")
    imported.studio.wait(lambda: bool(page.editor.selection))
    (chosen,) = page.editor.selection
    assert page.editor.widget(chosen).title == "Stat 1"


def test_import_report_does_not_repeat_what_a_placeholder_keeps(studio: "Studio") -> None:
    lines = [
        ReportLine("a", "Graph", "placeholder", "Benchboard can't show “Graph”.", "Its settings are kept."),
        ReportLine("a", "Graph", "kept", "Not supported, kept for export: 1 query.", ""),
        ReportLine("b", "Rate", "kept", "Not supported, kept for export: links.", ""),
    ]
    report = ConversionReport.of(2, 0, lines)
    dialog = ConversionReportDialog(studio.application.window, studio.context, "Read", report, lambda _id: None)
    tops = [dialog.lines.topLevelItem(k) for k in range(dialog.lines.topLevelItemCount())]
    assert [top.text(0) for top in tops if top] == [
        "Replaced with a placeholder  1", f"Not supported, kept for export  {report.kept}"
    ]  # fmt: skip


def test_one_data_source_is_chosen_for_all_widgets_without_a_query(
    dashboards: DashboardsDriver, tmp_path: Path
) -> None:
    studio = dashboards.studio
    for name in ("First", "Second"):  # two have the table: neither is taken by itself
        (tmp_path / name).mkdir()
        add_file(studio, tmp_path / name / "rides.csv", name, "id,km\n1,2.5\n2,4\n")
    panels = [
        {"id": k, "type": "stat", "title": f"Stat {k}", "gridPos": {"x": 0, "y": 4 * k, "w": 12, "h": 4},
         "targets": [{"rawSql": f"SELECT sum(km) AS km FROM {table}"}]}
        for k, table in enumerate(("rides", "rides", "nothing"), 1)
    ]  # fmt: skip
    file = tmp_path / "grafana.json"
    file.write_text(json.dumps({"title": "From Grafana", "schemaVersion": 39, "panels": panels}))
    dashboards.place.library.import_file(str(file))
    page = dashboards.front_page()
    select = dashboards.find("import_report_source")
    assert isinstance(select, Select)
    assert [select.itemText(at) for at in range(select.count())] == ["First", "Second"]
    assert select.accessibleName() == "Data source of all 3 widgets without a query"
    select.setCurrentIndex(1)
    second = select.itemData(1)
    dashboards.click("import_report_use_source")
    studio.wait(lambda: page.editor.widget("panel-1").query != "")
    assert page.editor.widget("panel-2").query == "SELECT sum(km) AS km FROM rides"
    assert {page.editor.widget(f"panel-{k}").data_source_id for k in (1, 2, 3)} == {second}
    told = "2 of 3 widgets run over “Second”."
    toasts = studio.application.window.findChildren
    studio.wait(lambda: told in [one.accessibleName() for one in toasts(Toast)])
    tree = dashboards.find("import_report_lines")  # the one that still needs a query
    assert isinstance(tree, ReportTree)
    dashboards.click("import_report_close")
    assert [one.accessibleName() for one in toasts(Toast) if one.isVisible()] == [told]
    dashboards.click("toast_undo")
    studio.wait(lambda: page.editor.widget("panel-1").query == "")
    assert page.editor.widget("panel-3").data_source_id == ""


def test_imported_widget_shows_the_grafana_query_read_only(imported: DashboardsDriver) -> None:
    imported.click("import_report_close")
    page = imported.front_page()
    page.editor.select(["panel-1"])
    theirs = imported.find("inspector_their_query")
    assert isinstance(theirs, QPlainTextEdit)
    assert theirs.toPlainText() == "up\n\nup"
    imported.qtbot.keyClicks(theirs, "x")
    assert theirs.toPlainText() == "up\n\nup"
    area = next(one for one in page.findChildren(QScrollArea) if one.accessibleName() == "Properties of the selection")
    assert area.widget().width() <= area.viewport().width()  # nothing is cut off at the right edge
    imported.click("inspector_copy_theirs")
    assert QApplication.clipboard().text() == "up\n\nup"


def test_import_report_is_copied_and_saved(imported: DashboardsDriver, tmp_path: Path) -> None:
    imported.click("import_report_copy")
    text = QApplication.clipboard().text()
    assert text.startswith("Imported “From Grafana”\n")
    assert text.count("Stat ") == 9
    imported.click("import_report_save")
    (dialog,) = imported.studio.application.window.findChildren(QFileDialog, "report_file")
    file = tmp_path / "report.txt"
    dialog.fileSelected.emit(str(file))
    dialog.close()
    imported.studio.wait(file.exists)
    assert file.read_text(encoding="utf-8") == text


def test_import_report_is_reopened_from_the_dashboards_menu(imported: DashboardsDriver) -> None:
    imported.click("import_report_close")
    imported.studio.wait(lambda: not imported.studio.application.window.findChildren(ConversionReportDialog))
    commands = imported.place.library.commands
    card = imported.cards()["From Grafana"]
    again = commands.handlers_for(card.id, card.name, card.level)["studio.dashboards.report"]
    again.run()
    assert _tree(imported).topLevelItemCount() == 2
    other = imported.cards()["Shop review"]
    assert "studio.dashboards.report" not in commands.handlers_for(other.id, other.name, other.level)


def test_import_report_long_line_is_wrapped_whole(studio: "Studio") -> None:
    lines = [ReportLine("a", "", "changed", "Short.", ""), ReportLine("b", "", "changed", "A long sentence. " * 20, "")]
    window = studio.application.window
    dialog = ConversionReportDialog(window, studio.context, "Read", ConversionReport.of(2, 0, lines), lambda _id: None)
    dialog.open()
    top = dialog.lines.topLevelItem(0)
    assert top is not None
    short, long = (dialog.lines.visualItemRect(top.child(at)) for at in range(2))
    line = dialog.lines.fontMetrics().height()
    assert short.height() < 3 * line <= long.height()
    assert long.width() <= dialog.lines.viewport().width()


def test_original_query_says_whether_the_query_above_is_translated_from_it(
    dashboards: DashboardsDriver, tmp_path: Path
) -> None:
    """Of a panel that showed its number it said that its query can't run."""
    studio = dashboards.studio
    add_file(studio, tmp_path / "rides.csv", "Rides", "id,km\n1,2.5\n2,4\n")
    panels = [
        {"id": k, "type": "stat", "title": f"Stat {k}", "gridPos": {"x": 0, "y": 4 * k, "w": 12, "h": 4},
         "targets": [{"rawSql": f"SELECT sum(km) AS km FROM {table}"}]}
        for k, table in enumerate(("rides", "nothing"), 1)
    ]  # fmt: skip
    file = tmp_path / "grafana.json"
    file.write_text(json.dumps({"title": "From Grafana", "schemaVersion": 39, "panels": panels}))
    dashboards.place.library.import_file(str(file))
    page = dashboards.front_page()
    dashboards.click("import_report_close")

    def said() -> str:
        view = dashboards.find("inspector_their_query").parent()
        assert isinstance(view, OriginalQueryView)
        return view.note.text()

    page.editor.select(["panel-1"])
    studio.wait(lambda: said() == "The query above is translated from this one.")
    page.editor.set_property("panel-1", "query", "SELECT max(km) AS km FROM rides")
    assert said() == "The query above runs instead of this one."
    page.editor.set_property("panel-1", "query", "SELECT sum(km) AS km FROM rides")
    assert said() == "The query above is translated from this one."
    page.editor.select(["panel-2"])
    studio.wait(lambda: said() == "This query can't run here: rewrite it in SQL above.")

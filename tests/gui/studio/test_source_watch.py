"""What is said while Explore, a dashboard and the list of sources are open, and a file changes."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QWidget

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.sources import services
from benchboard.analytics.sources.configuration import tables_of
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.source_reading import read_source_again
from benchboard.analytics.sources.state import examine
from benchboard.ui.studio.data.data_view import DataView
from benchboard.ui.studio.data.explore.explore_view import ExploreView
from benchboard.ui.studio.source_watch import SourceWatch
from benchboard.ui.widgets import Banner
from benchboard.ui.widgets.toasts import Toast
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio


def _write(file: Path, count: int) -> None:
    file.write_text("meter,reading\n" + "".join(f"m{k % 3},{k}\n" for k in range(count)))
    later = file.stat().st_mtime + count  # within the resolution of any disk
    os.utime(file, (later, later))


def _add(studio: "Studio", file: Path) -> SourceSummary:
    _write(file, 10)
    tables = tables_of(tuple(table.scan for table in inspect_file(file).tables))
    with unbound(studio.workspace.database).change() as session:
        return services.add_source(
            session, studio.actor, name="Readings", kind="csv", tables=tables, state=examine(tables, CancelToken())
        )


def _banners(studio: "Studio") -> list[str]:
    shown = [one for one in studio.application.window.findChildren(Banner) if one.isVisible()]
    return [label.text() for one in shown for label in one.findChildren(QLabel)]


def _toasts(studio: "Studio") -> list[str]:
    shown = [one for one in studio.application.window.findChildren(Toast) if one.isVisible()]
    return [one.accessibleName() or " ".join(label.text() for label in one.findChildren(QLabel)) for one in shown]


def _change(studio: "Studio", page: QWidget, file: Path) -> None:
    """Change a file, and come back to the window."""
    (watch,) = page.findChildren(SourceWatch)
    studio.wait(lambda: watch.is_ready)
    _write(file, 20)
    QApplication.sendEvent(page, QEvent(QEvent.Type.WindowActivate))
    studio.wait(lambda: bool(_banners(studio)))


def _press(studio: "Studio", text: str) -> None:
    (button,) = [
        one
        for banner in studio.application.window.findChildren(Banner)
        for one in banner.findChildren(QWidget)
        if one.isVisible() and str(one.property("text")) == text
    ]
    studio.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def _explore(studio: "Studio", source: SourceSummary) -> ExploreView:
    studio.context.go(f"studio/explore/{source.id}/{source.tables[0]}")
    (view,) = studio.application.window.findChildren(ExploreView)
    studio.wait(lambda: view.exploration.result is not None and not view.exploration.running)
    return view


def test_explore_says_that_the_file_changed_and_runs_again(studio: "Studio", tmp_path: Path) -> None:
    source = _add(studio, tmp_path / "readings.csv")
    view = _explore(studio, source)
    before = view.exploration.result
    _change(studio, view, tmp_path / "readings.csv")
    assert any("The file of “Readings” changed at " in text for text in _banners(studio))
    _press(studio, "Run again")
    studio.wait(lambda: view.exploration.result is not before and not view.exploration.running)
    studio.wait(lambda: not _banners(studio))


def test_explore_says_when_a_colleague_refreshed_the_source(studio: "Studio", tmp_path: Path) -> None:
    source = _add(studio, tmp_path / "readings.csv")
    view = _explore(studio, source)
    before = view.exploration.result
    _write(tmp_path / "readings.csv", 20)
    read_source_again(studio.workspace.database.bind(studio.actor), studio.actor, source.id)
    studio.wait(lambda: view.exploration.result is not before and not view.exploration.running)
    studio.wait(lambda: any("“Readings” was refreshed at " in text for text in _toasts(studio)))
    assert not _banners(studio)  # nothing that is read moves


def test_refresh_in_the_list_is_told_once_and_moves_nothing(studio: "Studio", tmp_path: Path) -> None:
    source = _add(studio, tmp_path / "readings.csv")
    view = _explore(studio, source)
    before = view.exploration.result
    studio.context.go(f"studio/data/{source.id}")
    (place,) = studio.application.window.findChildren(DataView)
    table = place.list.findChild(QAbstractItemView, "sources_table")
    assert table is not None
    studio.wait(table.isVisible)
    top = table.mapTo(place, QPoint()).y()
    _write(tmp_path / "readings.csv", 20)
    place.list.actions_for_sources.refresh(source.id, source.name)
    studio.wait(lambda: any(text.startswith("Refreshed “Readings”") for text in _toasts(studio)))
    studio.wait(lambda: view.exploration.result is not before and not view.exploration.running)
    assert not _banners(studio)
    assert len(_toasts(studio)) == 1
    assert table.mapTo(place, QPoint()).y() == top


def test_mark_of_a_changed_source_refreshes_it(studio: "Studio", tmp_path: Path) -> None:
    source = _add(studio, tmp_path / "readings.csv")
    _write(tmp_path / "readings.csv", 20)
    studio.context.go("studio/data")
    table = next(
        one for one in studio.application.window.findChildren(QAbstractItemView, "sources_table") if one.isVisible()
    )
    model = table.model()
    studio.wait(lambda: model.rowCount() == 1 and model.index(0, 1).data() == "File changed")
    assert "Ctrl R" in model.index(0, 1).data(Qt.ItemDataRole.ToolTipRole)
    box = table.visualRect(model.index(0, 1))
    studio.qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=box.topLeft() + QPoint(30, 12))
    studio.wait(lambda: model.index(0, 1).data() == "Up to date")
    with unbound(studio.workspace.database).read() as session:
        assert services.get_source(session, studio.actor, source.id).rows == 20


@pytest.mark.usefixtures("demo_home")
def test_dashboard_says_that_a_file_changed(studio: "Studio", tmp_path: Path) -> None:
    source = _add(studio, tmp_path / "readings.csv")
    editor = studio.page.editor
    editor.set_property("orders-week", "data_source_id", source.id)
    editor.set_property("orders-week", "query", f"SELECT count(*) AS n FROM {source.tables[0]}")
    studio.wait_until_saved()
    studio.wait(lambda: source.id in studio.page.query_runner.tables_by_source())
    _change(studio, studio.page, tmp_path / "readings.csv")
    assert any("The file of “Readings” changed at " in text for text in _banners(studio))
    _press(studio, "Run again")

    def counted() -> bool:
        result = studio.page.query_runner.result("orders-week")
        return result is not None and result.table is not None and result.table.rows == ((20,),)

    studio.wait(counted)
    studio.wait(lambda: not any("changed at" in text for text in _banners(studio)))

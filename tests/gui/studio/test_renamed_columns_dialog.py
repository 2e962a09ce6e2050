"""A column that was renamed in one file of a folder, in the window: asked about, accepted by one click, taken back."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from test_data_view import CTRL, LEFT, Data

from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.sources.file_import import import_files
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.source_reading import read_source_again
from benchboard.errors import Conflict
from benchboard.ui.studio.outdated_sources import OutdatedSources
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.tile_notes import source_text
from benchboard.ui.widgets import Banner, Button, Select
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio


@pytest.fixture
def data(open_studio: Callable[..., "Studio"], tmp_path: Path) -> Data:
    return Data(open_studio(), tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "shops"
    path.mkdir()
    for at, name in enumerate(("bonn", "kiel", "york"), 1):
        _write(path, name, "revenue", at, 10 * at)
    return path


def _write(folder: Path, name: str, title: str, *amounts: int) -> None:
    lines = [f"2026-08-0{at};shop {at};{n};x\n" for at, n in enumerate(amounts, 1)]
    (folder / f"{name}.csv").write_text(f"day;shop;{title};note\n" + "".join(lines), encoding="utf-8")


def _total(source: SourceSummary) -> str:
    return f"SELECT sum(revenue) FROM {source.tables[0]}"


def _labels(data: Data) -> list[str]:
    return [one.text() for one in data.window.findChildren(QLabel) if one.isVisible()]


@pytest.mark.parametrize("linked", [False, True])
def test_refresh_asks_which_column_a_renamed_one_is_and_one_click_accepts_the_suggestion(
    data: Data, folder: Path, linked: bool
) -> None:
    data.drop(folder)
    if linked:
        data.page.pane.follow.click()
    source = data.add()
    data.select("shops")
    assert data.query(source.id, _total(source)) == 66
    _write(folder, "kiel", "turnover", 2, 25)
    data.click("source_refresh")
    data.find("renamed_accept")
    said = "“kiel.csv” has “turnover” where it had “revenue”."
    assert "Which column is this?" in _labels(data)
    assert said in _labels(data)
    select = data.find("renamed_column_0")
    assert isinstance(select, Select)
    assert [select.itemText(at) for at in range(select.count())] == ["The column “revenue”", "A new column"]
    assert select.current_key() == "revenue"
    data.click("renamed_keep")
    assert data.query(source.id, _total(source)) == 66, "the last good rows"
    data.studio.wait(lambda: data.status() == "Column renamed")
    data.studio.wait(lambda: any(said in text for text in data.texts()))

    data.click("source_refresh")
    data.click("renamed_accept")
    undo = data.find("toast_undo")
    assert data.query(source.id, _total(source)) == 71
    data.studio.wait(lambda: data.status() == "Up to date")
    data.qtbot.mouseClick(undo, LEFT)
    data.studio.wait(lambda: data.said("“shops” is as it was before."))
    assert data.query(source.id, _total(source)) == 66


def test_refresh_reads_a_renamed_column_as_a_new_one_if_told_so_and_the_old_name_put_back_is_no_error(
    data: Data, folder: Path
) -> None:
    data.drop(folder)
    source = data.add()
    data.select("shops")
    _write(folder, "kiel", "turnover", 2, 25)
    data.click("source_refresh")
    select = data.find("renamed_column_0")
    data.qtbot.keyClick(select, Qt.Key.Key_Down)
    data.qtbot.keyClick(select, Qt.Key.Key_Return, CTRL)
    new = f"SELECT sum(turnover) FROM {source.tables[0]}"
    data.studio.wait(lambda: data.said("New column: “turnover”, in 1 of 3 files."))
    assert (data.query(source.id, _total(source)), data.query(source.id, new)) == (44, 27)
    assert data.said("“revenue” is in 2 of 3 files.")

    _write(folder, "kiel", "revenue", 2, 26)
    data.click("source_refresh")
    data.studio.wait(lambda: data.said("No longer in the files: “turnover”."))
    assert data.query(source.id, _total(source)) == 72
    assert not data.is_shown("confirm_act")
    data.studio.wait(lambda: data.status() == "Up to date")


def test_import_offers_to_read_a_column_as_that_of_the_other_files_and_undo_takes_it_back(
    data: Data, folder: Path
) -> None:
    _write(folder, "kiel", "turnover", 2, 25)
    data.drop(folder)
    said = "“kiel.csv” has “turnover” where other files have “revenue”."
    data.find("import_renamed")
    assert said in data.texts()
    assert data.columns(data.page) == ["day", "shop", "revenue", "note", "turnover"]
    data.click("import_renamed")
    data.studio.wait(lambda: data.is_shown("import_keep_apart"))
    assert "Columns with other titles are read as one: “turnover” is “revenue”." in data.texts()
    assert data.columns(data.page) == ["day", "shop", "revenue", "note"]
    data.studio.key(Qt.Key.Key_Z, CTRL)
    data.studio.wait(lambda: data.is_shown("import_renamed"))
    data.click("import_renamed")
    data.studio.wait(lambda: data.is_shown("import_keep_apart"))
    data.click("import_keep_apart")
    data.studio.wait(lambda: data.is_shown("import_renamed"))
    data.click("import_renamed")
    data.studio.wait(lambda: data.is_shown("import_keep_apart"))
    source = data.add()
    assert data.query(source.id, _total(source)) == 71


@pytest.mark.usefixtures("demo_home")
@pytest.mark.parametrize("copied", [False, True])
def test_dashboard_says_which_column_may_be_renamed_and_asks(
    studio: "Studio", folder: Path, tmp_path: Path, copied: bool
) -> None:
    scans = [table.scan for table in inspect_file(folder).tables]
    source = import_files(
        unbound(studio.workspace.database), studio.actor, name="Shops", scans=scans, keeps_last_good=True,
        folder=tmp_path / "kept" if copied else None,
    )  # fmt: skip
    editor = studio.page.editor
    editor.set_property("orders-week", "data_source_id", source.id)
    editor.set_property("orders-week", "query", _total(source))
    studio.wait_until_saved()

    def shown() -> QueryResult | None:
        return studio.page.query_runner.result("orders-week")

    studio.wait(lambda: (found := shown()) is not None and found.table is not None and found.table.rows == ((66,),))
    _write(folder, "kiel", "turnover", 2, 25)
    if copied:
        with pytest.raises(Conflict):
            read_source_again(unbound(studio.workspace.database), studio.actor, source.id, keeps_last_good=True)
    (sources,) = studio.page.findChildren(OutdatedSources)
    sources.refresh()

    def banners() -> list[str]:
        found = [one for one in studio.application.window.findChildren(Banner) if one.isVisible()]
        return [label.text() for one in found for label in one.findChildren(QLabel)]

    studio.wait(lambda: any("“Shops” has a column that may be renamed." in text for text in banners()))
    assert any("“kiel.csv” has “turnover” where it had “revenue”." in text for text in banners())
    found = shown()
    assert found is not None
    assert found.table is not None
    assert found.table.rows == ((66,),), "the last good rows"
    assert found.source is not None
    assert "“kiel.csv” has “turnover” where it had “revenue”." in source_text(found.source)

    button = next(
        one for banner in studio.application.window.findChildren(Banner) for one in banner.findChildren(Button)
        if one.isVisible() and one.text() == "Choose column…"
    )  # fmt: skip
    studio.qtbot.mouseClick(button, LEFT)
    studio.wait(lambda: studio.application.window.findChild(Button, "renamed_accept") is not None)
    accept = studio.application.window.findChild(Button, "renamed_accept")
    assert accept is not None
    studio.qtbot.mouseClick(accept, LEFT)
    studio.wait(lambda: (found := shown()) is not None and found.table is not None and found.table.rows == ((71,),))
    studio.wait(lambda: not any("may be renamed" in text for text in banners()))

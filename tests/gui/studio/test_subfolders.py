"""A folder with subfolders is dropped: they are read if chosen, and their names are columns."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QLabel
from test_data_view import Data

from benchboard.ui.widgets import CheckBox

if TYPE_CHECKING:
    from conftest import Studio


@pytest.fixture
def data(studio: "Studio", tmp_path: Path) -> Data:
    return Data(studio, tmp_path)


def _folder(folder: Path, names: tuple[str, ...]) -> Path:
    for at, name in enumerate(names, 1):
        path = folder / "sales" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"shop,total\nUlm,{at}\nBern,{at}\n", encoding="utf-8")
    return folder / "sales"


def test_folder_of_subfolders_alone_is_read_with_them(data: Data, tmp_path: Path) -> None:
    folder = _folder(tmp_path, ("year=2025/month=12/a.csv", "year=2026/month=01/a.csv"))
    data.drop(folder)
    page = data.page
    box = data.find("import_subfolders")
    assert isinstance(box, CheckBox)
    assert box.isChecked()
    said = data.find("import_partitions")
    assert isinstance(said, QLabel)
    assert said.text() == "Columns from their names: “year”, “month”."
    assert not page.pane.follow.isEnabled()
    assert "copied" in page.pane.follow.toolTip()
    source = data.add()
    assert data.query(source.id, f"SELECT sum(total) FROM {source.tables[0]} WHERE year = 2026") == 4


def test_subfolders_are_read_if_chosen_and_not_otherwise(data: Data, tmp_path: Path) -> None:
    folder = _folder(tmp_path, ("a.csv", "north/b.csv"))
    data.drop(folder)
    table = data.page.preview.preview.table
    assert table is not None
    assert table.rows == 2
    box = data.find("import_subfolders")
    assert isinstance(box, CheckBox)
    assert not box.isChecked()
    assert data.page.pane.follow.isEnabled()
    data.click("import_follow")
    data.click("import_subfolders")
    data.studio.wait(lambda: not data.page.busy and not data.page.pane.follow.isEnabled())
    assert data.page.pane.copy.isChecked()
    source = data.add()
    assert data.query(source.id, f"SELECT sum(total) FROM {source.tables[0]} WHERE folder_1 = 'north'") == 4
    assert data.query(source.id, f"SELECT sum(total) FROM {source.tables[0]} WHERE folder_1 IS NULL") == 2

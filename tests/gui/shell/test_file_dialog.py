"""File dialogs select the path that is typed into them."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QTreeView, QWidget
from pytestqt.qtbot import QtBot

from benchboard.ui.widgets import open_file_dialog


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    shown = QWidget()
    qtbot.addWidget(shown)
    shown.show()
    return shown


@pytest.fixture(params=["open", "save"])
def dialog(request: pytest.FixtureRequest, window: QWidget, tmp_path: Path) -> QFileDialog:
    made = QFileDialog(window, "Which file", str(tmp_path))
    if request.param == "open":
        made.setFileMode(QFileDialog.FileMode.ExistingFile)
    else:
        made.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        made.setOption(QFileDialog.Option.DontConfirmOverwrite)
    open_file_dialog(made)
    return made


def _file(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}")
    return path


def _type(dialog: QFileDialog, text: str) -> None:
    """Replace what the field holds, then Return, as fast as keys can come."""
    name = dialog.findChild(QLineEdit, "fileNameEdit")
    assert isinstance(name, QLineEdit)
    name.setFocus()
    QTest.keyClick(name, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(name, text)
    QTest.keyClick(QApplication.focusWidget() or name, Qt.Key.Key_Return)


@pytest.mark.parametrize("folder", ["b/x", "h/b/x", "benchboard/x", "bench/tour"])
def test_file_dialog_typed_path_through_folders_is_selected(
    dialog: QFileDialog, qtbot: QtBot, tmp_path: Path, folder: str
) -> None:
    file = _file(tmp_path / folder / "grafana.json")
    chosen: list[str] = []
    dialog.fileSelected.connect(chosen.append)
    _type(dialog, str(file))
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert chosen == [str(file)]


def test_file_dialog_typed_folder_is_opened(dialog: QFileDialog, tmp_path: Path) -> None:
    file = _file(tmp_path / "b" / "x" / "grafana.json")
    _type(dialog, str(file.parent))
    assert dialog.isVisible()
    assert dialog.directory().path() == str(file.parent)


def test_file_dialog_file_clicked_after_typing_is_selected(dialog: QFileDialog, qtbot: QtBot, tmp_path: Path) -> None:
    file = _file(tmp_path / "other.json")
    chosen: list[str] = []
    dialog.fileSelected.connect(chosen.append)
    name, files = dialog.findChild(QLineEdit, "fileNameEdit"), dialog.findChild(QTreeView, "treeView")
    assert isinstance(name, QLineEdit)
    assert isinstance(files, QTreeView)
    name.setFocus()
    QTest.keyClicks(name, "grafana")
    qtbot.waitUntil(lambda: files.model().rowCount(files.rootIndex()) == 1)
    index = files.model().index(0, 0, files.rootIndex())
    QTest.mouseClick(files.viewport(), Qt.MouseButton.LeftButton, pos=files.visualRect(index).center())
    assert name.text() == "other.json"
    dialog.accept()
    assert chosen == [str(file)]

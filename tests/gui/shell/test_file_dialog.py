"""File dialogs select the path that is typed into them."""

import os
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QTreeView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from benchboard.settings import Appearance
from benchboard.ui.theme import Theme, contrast, theme
from benchboard.ui.widgets.file_dialog import FileDialog, keep_folders, open_file_dialog


@pytest.fixture
def window(qtbot: QtBot, light: Theme) -> QWidget:
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


def test_file_dialog_is_the_platforms_or_has_our_icons(dialog: QFileDialog, qtbot: QtBot, tmp_path: Path) -> None:
    assert not dialog.testOption(QFileDialog.Option.DontUseNativeDialog)
    ink = theme().color("text.secondary")
    buttons = [one for one in dialog.findChildren(QToolButton) if not one.icon().isNull()]
    assert len(buttons) >= 6
    _file(tmp_path / "folder" / "a.json")
    view = dialog.findChild(QListView, "listView")
    assert isinstance(view, QListView)
    qtbot.waitUntil(lambda: view.model().rowCount(view.rootIndex()) == 1)
    option = QStyleOptionViewItem()
    delegate = view.itemDelegate()
    assert isinstance(delegate, QStyledItemDelegate)
    delegate.initStyleOption(option, view.model().index(0, 0, view.rootIndex()))
    icons = [*(button.icon() for button in buttons), option.icon]  # type: ignore[attr-defined]
    for icon in icons:
        image = icon.pixmap(48, 48).toImage()
        pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
        seen = [pixel for pixel in pixels if pixel.alpha() > 200]
        assert seen
        assert all(abs(pixel.red() - ink.red()) + abs(pixel.blue() - ink.blue()) < 12 for pixel in seen)


def test_file_dialog_has_words_times_and_sizes_of_ours(dialog: QFileDialog, qtbot: QtBot, tmp_path: Path) -> None:
    file = _file(tmp_path / "a.json")
    file.write_bytes(b"x" * 198_600)
    os.utime(file, (time.time(), time.mktime((2026, 11, 25, 1, 42, 0, 0, 0, -1))))
    saves = dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave
    assert (dialog.labelText(QFileDialog.DialogLabel.LookIn) == "Save in") == saves
    left, right = sorted(dialog.findChildren(QPushButton), key=lambda one: one.mapTo(dialog, QPoint()).x())
    assert (left.text(), left.y(), left.icon().isNull()) == ("Cancel", right.y(), True)
    view = dialog.findChild(QTreeView, "treeView")
    assert isinstance(view, QTreeView)
    qtbot.waitUntil(lambda: view.model().rowCount(view.rootIndex()) == 1)
    delegate = view.itemDelegate()
    assert isinstance(delegate, QStyledItemDelegate)

    def shown(column: int) -> str:
        option = QStyleOptionViewItem()
        delegate.initStyleOption(option, view.model().index(0, column, view.rootIndex()))
        return str(option.text)  # type: ignore[attr-defined]

    qtbot.waitUntil(lambda: (shown(1), shown(3)) == ("198.6 kB", "25 Nov 2026, 01:42"))


@pytest.mark.parametrize("appearance", ["light", "dark"])
def test_the_list_of_paths_that_completes_what_is_typed_has_the_colours_of_the_theme(
    dialog: QFileDialog, tmp_path: Path, qtbot: QtBot, appearance: Appearance
) -> None:
    theme().set_appearance(appearance)
    for name in ("reports", "readings"):
        (tmp_path / name).mkdir()
    field = dialog.findChild(QLineEdit, "fileNameEdit")
    assert isinstance(field, QLineEdit)
    field.setFocus()
    field.clear()
    popup = field.completer().popup()

    def is_completed() -> bool:
        field.clear()
        QTest.keyClicks(field, "re")
        return popup.isVisible()

    qtbot.waitUntil(is_completed)
    picture = popup.grab().toImage()
    if folder := os.environ.get("PICTURE"):
        picture.save(f"{folder}-{appearance}.png")
    raised = theme().color("raised")
    assert picture.pixelColor(picture.width() // 2, picture.height() // 2).name() == raised.name()
    colours = {
        picture.pixelColor(x, y).rgb() for x in range(picture.width() // 2) for y in range(min(picture.height(), 80))
    }
    assert max(contrast(QColor.fromRgb(one), raised) for one in colours) > 7, "its words can be read"


@pytest.mark.parametrize("saves", [False, True])
def test_dialog_begins_in_the_folder_that_was_used_last_for_its_kind(
    window: QWidget, tmp_path: Path, saves: bool
) -> None:
    kept: dict[str, str] = {}

    def asked(kind: str) -> QFileDialog:
        start = tmp_path / "new.json" if saves else tmp_path
        dialog = QFileDialog(window, "Which file", str(start))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave if saves else QFileDialog.AcceptMode.AcceptOpen)
        open_file_dialog(dialog, kind)
        return dialog

    keep_folders(lambda: kept, kept.update)
    try:
        chosen = _file(tmp_path / "trips" / "old.json")
        asked("recording").filesSelected.emit([str(chosen)])
        assert kept == {"recording": str(chosen.parent)}
        again = asked("recording")
        assert Path(again.directory().path()) == chosen.parent
        name = again.findChild(QLineEdit, "fileNameEdit")
        assert isinstance(name, QLineEdit)
        assert name.text() == ("new.json" if saves else "")
        assert Path(asked("database").directory().path()) == tmp_path
    finally:
        keep_folders(dict, lambda _folders: None)


def test_file_dialog_offers_home_desktop_downloads_and_the_folders_used_last(
    window: QWidget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, used = tmp_path / "home", tmp_path / "measured"
    for folder in (home / "Desktop", home / "Downloads", used):
        folder.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    keep_folders(lambda: {"csv": str(home), "log": str(tmp_path / "gone"), "dbc": str(used)}, lambda _folders: None)
    made = QFileDialog(window, "Which file", str(tmp_path))
    open_file_dialog(made)
    assert [url.toLocalFile() for url in made.sidebarUrls()] == [
        str(one) for one in (home, home / "Desktop", home / "Downloads", used)
    ]
    sidebar = made.findChild(QListView, "sidebar")
    assert isinstance(sidebar, QListView)
    delegate, shown = sidebar.itemDelegate(), []
    assert isinstance(delegate, QStyledItemDelegate)
    for row in range(sidebar.model().rowCount()):
        option = QStyleOptionViewItem()
        delegate.initStyleOption(option, sidebar.model().index(row, 0))
        shown.append(option.text)
    assert shown == ["Home", "Desktop", "Downloads", "measured"]
    keep_folders(dict, lambda _folders: None)


@pytest.mark.parametrize("is_folder", [False, True])
@pytest.mark.parametrize("by_key", [False, True])
def test_name_that_does_not_exist_is_said_in_the_dialog_in_our_words(
    qtbot: QtBot, window: QWidget, tmp_path: Path, is_folder: bool, by_key: bool
) -> None:
    """Qt's own message was an English box: “File not found. Please verify the correct file name was given.”"""
    made = FileDialog(window, "Which", str(tmp_path))
    modes = QFileDialog.FileMode
    made.setFileMode(modes.Directory if is_folder else modes.ExistingFile)
    open_file_dialog(made)
    chosen: list[str] = []
    made.fileSelected.connect(chosen.append)
    field = made.findChild(QLineEdit, "fileNameEdit")
    button = made.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Open)  # type: ignore[union-attr]
    button = button or made.findChild(QDialogButtonBox).buttons()[0]  # type: ignore[union-attr]
    assert isinstance(field, QLineEdit)
    field.setText("none.blf")
    if by_key:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    else:
        button.setEnabled(True)
        button.click()
    assert QApplication.activeModalWidget() is made, "no message box"
    assert made.isVisible()
    assert chosen == []
    (said,) = [one for one in made.findChildren(QLabel) if one.objectName() == "file_dialog_problem"]
    assert said.isVisible()
    assert said.text() == f"“none.blf” doesn't exist in {tmp_path}. Check the file's name and its folder."
    assert made.focusWidget() is field
    if folder := os.environ.get("BENCH_SHOTS"):
        for mode in ("light", "dark"):
            theme().set_appearance(mode)
            made.grab().save(f"{folder}/file_dialog_{mode}.png")
    there = tmp_path / "there.blf"
    if is_folder:
        there.mkdir()
    else:
        there.touch()
    field.setText(str(there))
    assert not said.isVisible()
    made.accept()
    assert chosen == [str(there)]

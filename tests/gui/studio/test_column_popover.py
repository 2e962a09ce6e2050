"""What can be changed about a column of a file, by keys."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from benchboard.analytics.files.scan import ScanColumn
from benchboard.ui.studio.data.column_popover import ColumnPopover
from benchboard.ui.theme import Theme
from support.window import ShownWindows


def test_column_popover_opens_at_the_present_kind_and_arrows_move_from_there(qtbot: QtBot, light: Theme) -> None:
    window, chosen = QMainWindow(), list[str]()
    qtbot.addWidget(window)
    anchor = QWidget(window)
    window.resize(600, 600)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    column = ScanColumn("when", "When", "timestamp")
    ColumnPopover(anchor, column, (), chosen.append, lambda _unit, _name, _title: None).open()

    def focused() -> QWidget:
        widget = window.focusWidget()
        assert widget is not None
        return widget

    assert focused().objectName() == "kind_timestamp"
    qtbot.keyClick(focused(), Qt.Key.Key_Down)
    assert focused().objectName() == "kind_date"
    qtbot.keyClick(focused(), Qt.Key.Key_Return)
    assert chosen == ["date"]


def test_column_popover_esc_keeps_neither_unit_nor_name_and_enter_keeps_both(qtbot: QtBot, light: Theme) -> None:
    window, written = QMainWindow(), list[tuple[str, ...]]()
    qtbot.addWidget(window)
    anchor = QWidget(window)
    window.resize(600, 600)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    column = ScanColumn("depth", "Depth", "decimal")

    added = list[str]()
    shortcut = QShortcut(QKeySequence("Ctrl+Return"), window)
    shortcut.activated.connect(lambda: added.append("file"))

    def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        popover = ColumnPopover(anchor, column, (), lambda _kind: None, lambda *texts: written.append(texts))
        popover.open()
        popover.unit.setFocus()
        popover.unit.clear()
        qtbot.keyClicks(popover.unit, "mm")
        qtbot.keyClick(popover.unit, key, modifier)

    press(Qt.Key.Key_Escape)
    assert written == []
    press(Qt.Key.Key_Return)
    assert written == [("mm", "depth", "Depth")]
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)  # the page behind would add the file without them
    assert written == [("mm", "depth", "Depth")] * 2
    assert added == []


def test_column_popover_kinds_are_one_stop_of_tab_before_the_unit(qtbot: QtBot, light: Theme) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    anchor = QWidget(window)
    window.resize(600, 600)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    column = ScanColumn("when", "When", "integer")
    ColumnPopover(anchor, column, (), lambda _kind: None, lambda _unit, _name, _title: None).open()

    def after(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> str:
        widget = window.focusWidget()
        assert widget is not None
        qtbot.keyClick(widget, key, modifier)
        focused = window.focusWidget()
        assert focused is not None
        return focused.objectName()

    assert after(Qt.Key.Key_Down) == "kind_text"
    assert after(Qt.Key.Key_Up) == "kind_integer"
    assert after(Qt.Key.Key_End) == "kind_leave-out"
    assert after(Qt.Key.Key_Home) == "kind_float"
    assert after(Qt.Key.Key_Tab) == "column_unit"
    assert after(Qt.Key.Key_Tab) == "column_title"
    assert after(Qt.Key.Key_Tab) == "column_name"
    assert after(Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier) == "column_title"
    assert after(Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier) == "column_unit"
    assert after(Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier) == "kind_float", "where the focus was last"


def test_column_popover_is_made_without_showing_another_window(qtbot: QtBot, qapp: QApplication, light: Theme) -> None:
    window, windows = QMainWindow(), ShownWindows()
    qtbot.addWidget(window)
    anchor = QWidget(window)
    window.resize(600, 600)
    window.show()
    qapp.installEventFilter(windows)
    try:
        for has_unit in (True, False):
            column = ScanColumn("depth", "Depth", "float")
            popover = ColumnPopover(anchor, column, (), lambda _kind: None, lambda *_texts: None, has_unit=has_unit)
            popover.open()
            assert popover.unit.isVisible() is has_unit
    finally:
        qapp.removeEventFilter(windows)
    assert windows.shown == []

"""Facts and rows that are read by keys: one stop of Tab, arrows from row to row, Ctrl+C copies."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from benchboard.ui.app import Window
from benchboard.ui.theme import Theme
from benchboard.ui.widgets import Button, KeyValue, Text, accessible_factory, copyable
from benchboard.ui.widgets.readable_rows import ReadableList
from benchboard.ui.widgets.tab_order import tab_stops
from benchboard.ui.widgets.timeline_row import TimelineRow


@pytest.fixture
def page(qtbot: QtBot, light: Theme) -> QWidget:
    """The page of a window."""
    accessible_factory.install()
    window = Window(lambda: True)
    qtbot.addWidget(window)
    page = QWidget()
    QVBoxLayout(page)
    window.setCentralWidget(page)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return page


def _add(page: QWidget, widget: QWidget) -> None:
    layout = page.layout()
    assert layout is not None
    layout.addWidget(widget)
    QApplication.processEvents()


def _read() -> str:
    """What a screen reader reads of what has the focus."""
    focused = QApplication.focusWidget()
    found = QAccessible.queryAccessibleInterface(focused) if focused is not None else None
    return found.text(QAccessible.Text.Name) if found is not None else ""


def _press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> str:
    """Press a key where the focus is; returns what is read then."""
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key, modifiers)
    return _read()


def test_facts_are_one_stop_and_read_row_by_row_with_their_names(page: QWidget) -> None:
    _add(page, Button("Before"))
    facts = KeyValue(
        [("Email", Text("ada@example.com")), ("Entry ID", copyable("3ec6", "Entry ID")), ("Role", Text("Admin"))]
    )
    _add(page, facts)
    _add(page, Button("After"))
    stops = tab_stops(page)
    assert len(stops) == 3
    stops[0].setFocus(Qt.FocusReason.TabFocusReason)
    assert _press(Qt.Key.Key_Tab) == "Email: ada@example.com"
    assert _press(Qt.Key.Key_Down) == "Entry ID: 3ec6"
    assert _press(Qt.Key.Key_Right) == "Copy entry ID"
    assert _press(Qt.Key.Key_Down) == "Role: Admin"
    assert _press(Qt.Key.Key_Down) == "Role: Admin"
    assert _press(Qt.Key.Key_Home) == "Email: ada@example.com"
    assert _press(Qt.Key.Key_End) == "Role: Admin"
    assert _press(Qt.Key.Key_Up) == "Entry ID: 3ec6"
    assert _press(Qt.Key.Key_Tab) == "After"
    assert _press(Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier) == "Entry ID: 3ec6"


def test_ctrl_c_copies_the_value_of_the_fact(page: QWidget) -> None:
    facts = KeyValue([("Email", Text("ada@example.com")), ("Entry ID", copyable("3ec6", "Entry ID"))])
    _add(page, facts)
    tab_stops(page)[0].setFocus(Qt.FocusReason.TabFocusReason)
    _press(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "ada@example.com"
    _press(Qt.Key.Key_Down)
    _press(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "3ec6"


def test_facts_that_are_shown_anew_keep_the_focus_at_their_name(page: QWidget) -> None:
    facts = KeyValue([("Email", Text("ada@example.com")), ("Role", Text("Admin"))])
    _add(page, facts)
    tab_stops(page)[0].setFocus(Qt.FocusReason.TabFocusReason)
    _press(Qt.Key.Key_Down)
    facts.show_rows([("Teams", Text("Bench")), ("Email", Text("ada@example.com")), ("Role", Text("Analyst"))])
    QApplication.processEvents()
    assert _read() == "Role: Analyst"
    assert _press(Qt.Key.Key_Up) == "Email: ada@example.com"
    assert _press(Qt.Key.Key_End) == "Role: Analyst"
    facts.show_rows([("Email", Text("ada@example.com"))])
    assert _read() == "Email: ada@example.com"


def test_fact_is_read_as_it_is_now_and_described_by_its_tooltip(page: QWidget) -> None:
    value = Text("3 s ago")
    value.setToolTip("23 Nov 2026 10:47:22")
    _add(page, KeyValue([("Signed in", value)]))
    tab_stops(page)[0].setFocus(Qt.FocusReason.TabFocusReason)
    value.setText("4 s ago")
    assert _read() == "Signed in: 4 s ago"
    found = QAccessible.queryAccessibleInterface(QApplication.focusWidget())
    assert found is not None
    assert found.text(QAccessible.Text.Description) == "23 Nov 2026 10:47:22"
    assert found.role() == QAccessible.Role.ListItem
    around = found.parent()
    assert around is not None
    assert (around.role(), around.text(QAccessible.Text.Name)) == (QAccessible.Role.List, "Details")


def test_rows_of_a_list_are_one_stop_whose_buttons_the_arrows_reach(page: QWidget) -> None:
    rows = ReadableList("Activity")
    fold = Button("3 times", kind="link", name="fold")
    rows.show_rows([TimelineRow("now", "Signed in"), TimelineRow("1 h ago", "Saved “Line 2”", "by Ines", action=fold)])
    _add(page, rows)
    assert len(tab_stops(page)) == 1
    tab_stops(page)[0].setFocus(Qt.FocusReason.TabFocusReason)
    assert _read() == "now, Signed in"
    assert _press(Qt.Key.Key_Down) == "1 h ago, Saved “Line 2”, by Ines"
    _press(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "1 h ago, Saved “Line 2”, by Ines"
    assert _press(Qt.Key.Key_Right) == "3 times"
    assert _press(Qt.Key.Key_Left) == "1 h ago, Saved “Line 2”, by Ines"


def test_a_row_that_is_being_read_keeps_its_name_while_its_time_goes_on(page: QWidget) -> None:
    """It was renamed every two seconds under the focus."""
    rows = ReadableList("Recent events")
    first, second = TimelineRow("2 s ago", "Dongle BE3D connected"), TimelineRow("1 min ago", "Recording stopped")
    rows.show_rows([first, second])
    _add(page, rows)
    tab_stops(page)[0].setFocus(Qt.FocusReason.TabFocusReason)
    for row, now in ((first, "4 s ago"), (second, "2 min ago")):
        row.show_when(now)
    assert first.accessibleName() == "2 s ago, Dongle BE3D connected"
    assert _press(Qt.Key.Key_Down) == "2 min ago, Recording stopped"
    assert first.accessibleName() == "4 s ago, Dongle BE3D connected"


def test_rows_that_are_replaced_keep_the_focus_or_give_it_to_the_next(page: QWidget) -> None:
    def row(key: str) -> TimelineRow:
        made = TimelineRow("now", key, action=Button("End", name="end"))
        made.setObjectName(key)
        return made

    rows = ReadableList("Sessions")
    rows.show_rows([row("a"), row("b"), row("c")])
    _add(page, rows)
    tab_stops(page)[0].setFocus(Qt.FocusReason.TabFocusReason)
    _press(Qt.Key.Key_Down)
    rows.show_rows([row("x"), row("a"), row("b"), row("c")])
    assert _read() == "now, b"
    assert _press(Qt.Key.Key_Right) == "End"
    rows.show_rows([row("a"), row("b"), row("c")])
    focused = QApplication.focusWidget()
    assert focused is not None
    parent = focused.parentWidget()
    assert (focused.objectName(), parent.objectName() if parent is not None else "") == ("end", "b")
    rows.show_rows([row("a"), row("c")])
    assert _read() == "now, c", "not the button, which would act on another one"
    rows.show_rows([row("a")])
    assert _read() == "now, a"


def test_rows_that_replace_others_stand_at_the_top_at_once(page: QWidget) -> None:
    """A picture taken before the next turn of the event loop had a hole of the old rows' height above the new ones."""
    rows = ReadableList("Activity")
    _add(page, rows)
    for text in ("Signed in", "Signed out"):
        rows.show_rows([TimelineRow("now", text)])
        (row,) = rows.rows
        page.grab()
        assert row.y() == 0
        assert rows.sizeHint().height() == row.sizeHint().height()


def test_list_of_facts_has_only_its_rows_and_the_buttons_in_them_as_items(page: QWidget) -> None:
    """Names, values and what is hidden counted too: the third fact was the seventh item."""
    facts = KeyValue(
        [("Email", Text("ada@example.com")), ("Entry ID", copyable("3ec6", "Entry ID")), ("Role", Text("Admin"))]
    )
    _add(page, facts)
    hidden = QWidget(facts)
    hidden.hide()
    told = QAccessible.queryAccessibleInterface(facts)
    assert told is not None
    items = [told.child(at) for at in range(told.childCount())]
    names = [item.text(QAccessible.Text.Name) for item in items if item.role() == QAccessible.Role.ListItem]
    assert names == ["Email: ada@example.com", "Entry ID: 3ec6", "Role: Admin"]
    assert [told.indexOfChild(item) for item in items] == list(range(len(items)))
    assert [item.role() == QAccessible.Role.ListItem for item in items] == [True] * 3 + [False] * (len(items) - 3)
    assert len(items) == 4, "and the button that copies"

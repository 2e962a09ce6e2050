"""Tab goes through a window as it is read, and the focus is never lost to nothing or to something destructive."""

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QTableWidget,
    QVBoxLayout,
    QWidget,
    QWidgetItem,
)
from pytestqt.qtbot import QtBot

from benchboard.ui.app import Window
from benchboard.ui.theme import Theme
from benchboard.ui.widgets import Button, SegmentedControl
from benchboard.ui.widgets.focus import FocusRing
from benchboard.ui.widgets.pane_tabs import PaneTabs, ViewTab
from benchboard.ui.widgets.tab_order import one_tab_stop


def _shown(qtbot: QtBot, inside: QWidget) -> Window:
    window = Window(lambda: True)
    window.setMinimumSize(100, 100)
    qtbot.addWidget(window)
    window.setCentralWidget(inside)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def _focused() -> str:
    widget = QApplication.focusWidget()
    return widget.objectName() if widget is not None else ""


def _tabs(count: int, *, back: bool = False) -> list[str]:
    names = []
    for _press in range(count):
        widget = QApplication.focusWidget()
        assert widget is not None
        QTest.keyClick(widget, Qt.Key.Key_Backtab if back else Qt.Key.Key_Tab)
        names.append(_focused())
    return names


def test_tab_visits_controls_made_later_where_they_are_laid_out(qtbot: QtBot, light: Theme) -> None:
    page = QWidget()
    whole, left, right = QHBoxLayout(page), QVBoxLayout(), QVBoxLayout()
    whole.addLayout(left)
    whole.addLayout(right)
    left.addWidget(Button("First", name="first"))
    left.addStretch(1)
    right.addWidget(Button("Last", name="last"))
    window = _shown(qtbot, page)
    left.insertWidget(1, Button("Made later", name="later"))
    QApplication.processEvents()
    first = window.findChild(QWidget, "first")
    assert first is not None
    first.setFocus()
    assert _tabs(3) == ["later", "last", "first"]
    assert _tabs(2, back=True) == ["last", "later"]


def test_focus_of_a_button_that_is_disabled_goes_to_its_neighbour_but_never_to_one_that_destroys(
    qtbot: QtBot, light: Theme
) -> None:
    page = QWidget()
    row = QHBoxLayout(page)
    keep, revoke = Button("Keep", name="keep"), Button("Revoke", name="revoke")
    for button in (keep, revoke, Button("Disable", kind="danger", name="disable")):
        row.addWidget(button)
    _shown(qtbot, page)
    revoke.setFocus(Qt.FocusReason.TabFocusReason)
    revoke.disable("Nothing left to revoke.")
    assert _focused() == "keep"


def test_button_that_waited_for_what_it_does_has_the_focus_again_unless_the_user_moved_it(
    qtbot: QtBot, light: Theme
) -> None:
    page = QWidget()
    row, field = QHBoxLayout(page), QLineEdit()
    field.setObjectName("field")
    save = Button("Save", name="save")
    for widget in (field, Button("Cancel", name="cancel"), save):
        row.addWidget(widget)
    _shown(qtbot, page)
    save.setFocus(Qt.FocusReason.TabFocusReason)
    save.wait("Saving…")
    assert not save.isEnabled()
    save.disable("")
    assert _focused() == "save"
    save.wait("Saving…")
    field.setFocus(Qt.FocusReason.TabFocusReason)
    save.disable("")
    assert _focused() == "field"


def test_focus_of_a_pane_that_is_hidden_goes_to_the_pane_around_it(qtbot: QtBot, light: Theme) -> None:
    page, pane = QWidget(), QWidget()
    column, inner = QVBoxLayout(page), QVBoxLayout(pane)
    column.addWidget(Button("Before", name="before"))
    column.addWidget(pane)
    column.addWidget(Button("After", name="after"))
    inside = Button("Inside", name="inside")
    inner.addWidget(inside)
    _shown(qtbot, page)
    inside.setFocus(Qt.FocusReason.TabFocusReason)
    pane.hide()
    assert _focused() == "after"


def test_focus_that_the_program_moves_after_a_key_has_its_ring(qtbot: QtBot, light: Theme) -> None:
    page = QWidget()
    row, field = QHBoxLayout(page), QLineEdit()
    target = Button("Next", name="next")
    go = Button("Go", lambda: target.setFocus(Qt.FocusReason.OtherFocusReason), name="go")
    for widget in (field, go, target):
        row.addWidget(widget)
    window = _shown(qtbot, page)

    def ringed() -> list[str]:
        return [ring.widget.objectName() for ring in window.findChildren(FocusRing) if ring.isVisible()]

    QTest.mouseClick(go, Qt.MouseButton.LeftButton)
    assert (_focused(), ringed()) == ("next", [])
    go.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(go, Qt.Key.Key_Return)
    assert (_focused(), ringed()) == ("next", ["next"])


def test_tab_enters_and_leaves_a_segmented_control_and_a_table_once(qtbot: QtBot, light: Theme) -> None:
    page = QWidget()
    row, table = QHBoxLayout(page), QTableWidget(3, 3)
    table.setObjectName("table")
    table.setTabKeyNavigation(False)
    for widget in (Button("A", name="a"), SegmentedControl([("x", "X"), ("y", "Y")], label="Which"), table):
        row.addWidget(widget)
    window = _shown(qtbot, page)
    first = window.findChild(QWidget, "a")
    assert first is not None
    first.setFocus()
    assert _tabs(3) == ["segment_x", "table", "a"]
    choice = window.findChild(SegmentedControl)
    assert choice is not None
    choice.set_current("y")
    assert _tabs(3) == ["segment_y", "table", "a"]
    assert _tabs(2, back=True) == ["table", "segment_y"]


def test_tab_enters_choices_that_never_had_the_focus_at_the_selected_one(qtbot: QtBot, light: Theme) -> None:
    page = QWidget()
    row, choice = QHBoxLayout(page), SegmentedControl([("x", "X"), ("y", "Y"), ("z", "Z")], label="Which")
    choice.set_current("y")
    for widget in (Button("A", name="a"), choice, QRadioButton("P"), QRadioButton("Q")):
        row.addWidget(widget)
    p, q = page.findChildren(QRadioButton)
    p.setObjectName("p")
    q.setObjectName("q")
    q.setChecked(True)
    window = _shown(qtbot, page)
    first = window.findChild(QWidget, "a")
    assert first is not None
    first.setFocus()
    assert _tabs(3) == ["segment_y", "q", "a"]


def test_tab_keeps_no_object_of_a_place_that_qt_deletes(qtbot: QtBot, light: Theme) -> None:
    """Another object that Qt made at its address was taken for it: a document's layout had no `draw`."""
    inside = QWidget()
    row = QHBoxLayout(inside)
    for name in ("one", "two"):
        row.addWidget(Button(name))
    window = _shown(qtbot, inside)
    held = {id(one) for one in shiboken6.getAllValidWrappers() if isinstance(one, QWidgetItem)}
    window.setFocus()
    _tabs(1)
    made = [one for one in shiboken6.getAllValidWrappers() if isinstance(one, QWidgetItem) and id(one) not in held]
    assert [one.widget() for one in made] == []


def test_toolbar_that_is_one_stop_is_walked_by_arrows_home_and_end(qtbot: QtBot, light: Theme) -> None:
    page, bar = QWidget(), QWidget()
    column, tools = QVBoxLayout(page), QHBoxLayout(bar)
    one_tab_stop(bar)
    column.addWidget(Button("Before", name="before"))
    column.addWidget(bar)
    column.addWidget(Button("After", name="after"))
    off = Button("Off", name="off")
    off.setEnabled(False)
    for tool in (Button("Undo", name="undo"), off, SegmentedControl((("a", "A"), ("b", "B")), label="Size")):
        tools.addWidget(tool)
    window = _shown(qtbot, page)
    first = window.findChild(QWidget, "before")
    assert first is not None
    first.setFocus()
    assert _tabs(3) == ["undo", "after", "before"]
    assert _tabs(1) == ["undo"]

    def keys(*pressed: Qt.Key) -> str:
        for key in pressed:
            widget = QApplication.focusWidget()
            assert widget is not None
            QTest.keyClick(widget, key)
        return _focused()

    assert keys(Qt.Key.Key_Right) == "segment_a"
    assert keys(Qt.Key.Key_Right) == "segment_b"
    assert bar.findChildren(SegmentedControl)[0].current() == "a", "the arrows only move"
    assert keys(Qt.Key.Key_Right) == "undo"
    assert keys(Qt.Key.Key_End) == "segment_b"
    assert _tabs(1) == ["after"]
    assert _tabs(1, back=True) == ["segment_b"], "back where it was"
    assert keys(Qt.Key.Key_Home) == "undo"


def test_home_and_end_go_to_the_first_and_the_last_tab(qtbot: QtBot, light: Theme) -> None:
    strip = PaneTabs([("overview", "Overview"), ("access", "Access"), ("log", "Audit log")])
    qtbot.addWidget(strip)
    strip.show()
    strip.activateWindow()
    qtbot.waitUntil(strip.isActiveWindow)
    first, middle, last = strip.findChildren(ViewTab)
    middle.setFocus(Qt.FocusReason.TabFocusReason)
    for tab, key, target in (
        (middle, Qt.Key.Key_End, last),
        (last, Qt.Key.Key_Home, first),
        (first, Qt.Key.Key_Left, last),
    ):
        QTest.keyClick(tab, key)
        assert (target.hasFocus(), target.isChecked()) == (True, True)

"""F6 and Shift+F6 cycle through the visible panes, each time to the last focus there."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QWidget

from benchboard.ui.shell.header import Header
from benchboard.ui.shell.rail import Rail
from benchboard.ui.studio.dashboards_view import DashboardsView
from benchboard.ui.widgets.status_bar import StatusBar

if TYPE_CHECKING:
    from conftest import Studio

Key, SHIFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier


def _named(studio: "Studio") -> Callable[[], str]:
    """A function that names the pane with the focus."""
    window, page = studio.application.window, studio.page
    (rail,), (header,) = window.findChildren(Rail), window.findChildren(Header)
    (status,) = window.findChildren(StatusBar)
    panes: dict[str, QWidget] = {
        "rail": rail, "header": header, "variables": page.variables, "bar": page.bar, "side": page.sidebar,
        "page": studio.canvas, "inspector": page.inspector, "json": page.json_view, "status": status,
    }  # fmt: skip

    def now() -> str:
        focus = window.focusWidget()
        assert focus is not None
        return next(name for name, pane in panes.items() if pane is focus or pane.isAncestorOf(focus))

    return now


def _round(studio: "Studio", shift: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> list[str]:
    now, went = _named(studio), list[str]()
    studio.canvas.setFocus()
    while not went or went[-1] != "page":
        studio.key(Key.Key_F6, shift)
        went.append(now())
        assert len(went) < 12
    return went


@pytest.mark.usefixtures("demo_home")
def test_f6_cycles_through_visible_panes_and_back(studio: "Studio") -> None:
    studio.page.editor.select([next(iter(studio.cells()))])
    there = _round(studio)
    assert [one for one in there if one != "status"] == [
        "inspector",
        "rail",
        "header",
        "bar",
        "variables",
        "side",
        "page",
    ]
    assert _round(studio, SHIFT)[:-1] == there[:-1][::-1]


def test_f6_skips_panes_without_focus_and_visits_json(studio: "Studio") -> None:
    studio.page.editor.select(())
    assert "inspector" not in _round(studio)
    studio.page.run("studio.show_json")
    assert "json" in _round(studio)


def test_f6_back_to_a_pane_restores_its_focus(studio: "Studio") -> None:
    studio.page.editor.select([next(iter(studio.cells()))])
    field = studio.find("inspector_title")
    field.setFocus()
    studio.key(Key.Key_F6, SHIFT)
    assert studio.canvas.hasFocus()
    studio.key(Key.Key_F6)
    assert field.hasFocus()


def test_f6_on_an_open_dashboard_visits_tabs_and_panes(studio: "Studio") -> None:
    shell = studio.application.shell
    assert shell is not None
    shell.go("studio/dashboards/new")
    (place,) = studio.application.window.findChildren(DashboardsView)
    studio.wait(lambda: place.page is not None and place.page.saving.state == "saved")
    studio.key(Key.Key_Escape)  # keep the name that it asks for
    page = place.page
    assert page is not None
    assert [pane for pane in place.panes() if pane.isVisible()] == [place.tabs, *page.panes()]
    page.canvas.setFocus()
    for _k in range(3):
        studio.key(Key.Key_F6, SHIFT)
    assert studio.application.window.focusWidget() is place.tabs


def test_left_panes_tabs_are_page_tabs_for_screen_readers(studio: "Studio") -> None:
    for name, chosen in (("pane_add", True), ("pane_outline", False)):
        told = QAccessible.queryAccessibleInterface(studio.find(name))
        assert told is not None
        assert (told.role(), bool(told.state().selected)) == (QAccessible.Role.PageTab, chosen)
    studio.press_button("pane_outline")
    assert studio.page.sidebar.pane == "outline"
    studio.press_button("pane_add")
    assert studio.page.sidebar.pane == "add"


def test_widget_that_is_found_gets_the_focus_at_once(studio: "Studio", told_focus: list[str]) -> None:
    """The width of the pane at the right was read on the way."""
    studio.canvas.setFocus()
    studio.page.run("studio.find")
    field = QApplication.focusWidget()
    assert field is not None
    assert told_focus[-1:] == [field.objectName()] == ["find_field"]
    told_focus.clear()
    studio.qtbot.keyClick(field, Qt.Key.Key_Return)
    studio.wait(studio.canvas.hasFocus)
    QApplication.processEvents()
    assert told_focus == [studio.canvas.objectName()]


def test_popover_that_is_left_returns_the_focus_at_once(studio: "Studio", told_focus: list[str]) -> None:
    studio.canvas.setFocus()
    studio.page.run("studio.find")
    field = QApplication.focusWidget()
    assert field is not None
    assert told_focus[-1:] == [field.objectName()] == ["find_field"]
    told_focus.clear()
    studio.qtbot.keyClick(field, Qt.Key.Key_Escape)
    studio.wait(studio.canvas.hasFocus)
    assert told_focus == [studio.canvas.objectName()]

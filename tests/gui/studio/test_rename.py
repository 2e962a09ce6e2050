"""Renaming a dashboard: on its tab, by key, from its row menu, and with its first template."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from dashboards_driver import DashboardsDriver
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QWidget

from benchboard.dashboards.document.widget_kinds import KINDS, kind_of
from benchboard.dashboards.templates import TEMPLATES
from benchboard.ui.shell.shortcuts_dialog import shortcut_rows
from benchboard.ui.studio.editor_page import StudioPage
from benchboard.ui.widgets.focus import Pressable

if TYPE_CHECKING:
    from conftest import Studio

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def dashboards(studio: "Studio") -> Iterator[DashboardsDriver]:
    yield DashboardsDriver(studio)
    for menu in studio.application.window.findChildren(QMenu):
        menu.close()


def _write(dashboards: DashboardsDriver, name: str) -> None:
    edit = dashboards.find("rename_name")
    assert isinstance(edit, QLineEdit)
    edit.selectAll()
    dashboards.qtbot.keyClicks(edit, name)
    dashboards.qtbot.keyClick(edit, Qt.Key.Key_Return)


def _ask(widget: QWidget, at: QPoint, reason: QContextMenuEvent.Reason = QContextMenuEvent.Reason.Mouse) -> None:
    QApplication.sendEvent(widget, QContextMenuEvent(reason, at, widget.mapToGlobal(at)))


def _select_in_menu(dashboards: DashboardsDriver, name: str) -> None:
    """Choose a line of the menu that is open, with the mouse."""
    menu = dashboards.find("dashboard_menu")
    assert isinstance(menu, QMenu)
    (action,) = [one for one in menu.actions() if one.objectName() == f"command_{name}"]
    dashboards.qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())


def _at(dashboards: DashboardsDriver, name: str) -> QPoint:
    view = dashboards.table.view
    row = next(k for k, card in enumerate(dashboards.model.rows) if card.name == name)
    return view.visualRect(dashboards.model.index(row, 1)).center()


def test_rename_by_double_click_on_the_tab_is_undone(dashboards: DashboardsDriver) -> None:
    page = dashboards.open("Shop review")
    tabs = dashboards.place.tabs
    dashboards.qtbot.mouseDClick(tabs, LEFT, pos=tabs.tabRect(1).center())
    _write(dashboards, "Monday review")
    dashboards.studio.wait(lambda: "Monday review" in dashboards.cards())
    assert tabs.tabText(1) == "Monday review"
    page.undo()
    dashboards.studio.wait(lambda: "Shop review" in dashboards.cards())


def test_f2_without_selection_renames_the_dashboard(dashboards: DashboardsDriver) -> None:
    page = dashboards.open("Shop review")
    page.canvas.setFocus()
    dashboards.qtbot.keyClick(page.canvas, Qt.Key.Key_F2)
    _write(dashboards, "Tuesday review")
    dashboards.studio.wait(lambda: "Tuesday review" in dashboards.cards())


def test_f2_with_a_widget_selected_renames_it(dashboards: DashboardsDriver) -> None:
    page = dashboards.open("Shop review")
    widget = next(one for one in page.editor.page.reading_order if not page.editor.page.item(one).panes)
    page.editor.select([widget])
    page.canvas.setFocus()
    dashboards.qtbot.keyClick(page.canvas, Qt.Key.Key_F2)
    title = dashboards.find("inspector_title")
    assert isinstance(title, QLineEdit)
    assert title.hasFocus()
    assert title.selectedText() == page.editor.widget(widget).title
    dashboards.qtbot.keyClicks(title, "Mine")
    assert page.editor.widget(widget).title == "Mine"
    assert not dashboards.studio.application.window.findChildren(QWidget, "rename")


def test_f2_with_locked_content_is_rejected(dashboards: DashboardsDriver) -> None:
    page = dashboards.open("Shop review")
    widget = next(one for one in page.editor.page.reading_order if not page.editor.page.item(one).panes)
    page.editor.select([widget])
    page.editor.lock("content", True)
    page.canvas.setFocus()
    dashboards.qtbot.keyClick(page.canvas, Qt.Key.Key_F2)
    assert page.canvas.hasFocus()
    notice = dashboards.studio.application.problems.current
    assert notice is not None
    assert "The content of" in notice.what


def test_key_sheet_lists_both_uses_of_f2() -> None:
    told = [title for _group, title, keys in shortcut_rows() if "F2" in keys]
    assert "Rename widget" in told
    assert "Rename dashboard, with nothing selected" in told


def test_f2_on_home_page_does_nothing(studio: "Studio") -> None:
    studio.canvas.setFocus()
    studio.key(Qt.Key.Key_F2)
    assert not studio.application.window.findChildren(QWidget, "rename")


def test_row_menu_by_right_click_renames(dashboards: DashboardsDriver) -> None:
    _ask(dashboards.table.view.viewport(), _at(dashboards, "Shop review"))
    _select_in_menu(dashboards, "rename")
    _write(dashboards, "Row review")
    dashboards.studio.wait(lambda: "Row review" in dashboards.cards())


@pytest.mark.parametrize("by", ["menu key", "shift f10"])
def test_row_menu_by_key_duplicates(dashboards: DashboardsDriver, by: str) -> None:
    view = dashboards.table.view
    view.setFocus()
    row = next(k for k, card in enumerate(dashboards.model.rows) if card.name == "Shop review")
    view.setCurrentIndex(dashboards.model.index(row, 0))
    if by == "menu key":
        _ask(view, QPoint(5, 5), QContextMenuEvent.Reason.Keyboard)
    else:
        dashboards.qtbot.keyClick(view, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    _select_in_menu(dashboards, "duplicate")
    dashboards.studio.wait(lambda: "Shop review (copy)" in dashboards.cards())


def test_tab_menu_delete_saves_the_last_edit_first(dashboards: DashboardsDriver) -> None:
    page = dashboards.open("Shop review")
    count = dashboards.cards()["Shop review"].widgets
    page.add(kind_of("text") or KINDS[0])
    tabs = dashboards.place.tabs
    _ask(tabs, tabs.tabRect(1).center())
    _select_in_menu(dashboards, "discard")
    dashboards.studio.wait(lambda: tabs.count() == 1)
    assert dashboards.cards("trash")["Shop review"].widgets == count + 1


def _more(dashboards: DashboardsDriver) -> dict[str, Pressable]:
    """The rows of the page's More menu, open, by name."""
    dashboards.click("studio_more")
    menu = dashboards.find("more_menu")
    return {row.objectName(): row for row in menu.findChildren(Pressable)}


def test_more_menu_duplicates_the_dashboard_with_its_last_edit(dashboards: DashboardsDriver) -> None:
    page = dashboards.open("Shop review")
    count = dashboards.cards()["Shop review"].widgets
    page.add(kind_of("text") or KINDS[0])
    row = _more(dashboards)["command_duplicate"]
    assert row.accessibleName() == "Duplicate dashboard"
    dashboards.qtbot.mouseClick(row, LEFT)
    dashboards.studio.wait(lambda: "Shop review (copy)" in dashboards.cards())
    assert dashboards.cards()["Shop review (copy)"].widgets == count + 1


def test_more_menu_moves_the_dashboard_to_the_trash(dashboards: DashboardsDriver) -> None:
    dashboards.open("Shop review")
    row = _more(dashboards)["command_discard"]
    assert row.accessibleName() == "Move dashboard to the trash"
    dashboards.qtbot.mouseClick(row, LEFT)
    dashboards.studio.wait(lambda: dashboards.place.tabs.count() == 1)
    assert "Shop review" in dashboards.cards("trash")


def test_palette_of_a_dashboard_offers_its_whole_dashboard_commands_without_the_lists_keys(
    dashboards: DashboardsDriver,
) -> None:
    shell = dashboards.studio.application.shell
    assert shell is not None
    dashboards.open("Shop review")
    entries = {entry.title: entry.keys for entry in shell.palette_entries()}
    assert (entries["Duplicate dashboard"], entries["Move dashboard to the trash"]) == ("", "")
    assert entries["Rename dashboard"] == "F2"


def test_tab_menu_of_the_list_tab_is_absent(dashboards: DashboardsDriver) -> None:
    dashboards.open("Shop review")
    tabs = dashboards.place.tabs
    _ask(tabs, tabs.tabRect(0).center())
    assert not dashboards.studio.application.window.findChildren(QMenu, "dashboard_menu")


def _new(dashboards: DashboardsDriver) -> StudioPage:
    dashboards.click("library_new")
    page = dashboards.front_page()
    dashboards.click("rename_keep")
    return page


def test_letters_typed_after_creating_a_dashboard_are_its_name(dashboards: DashboardsDriver) -> None:
    dashboards.click("library_new")
    edit = dashboards.find("rename_name")
    assert isinstance(edit, QLineEdit)
    assert edit.hasFocus()
    assert edit.selectedText() == "New dashboard"
    dashboards.qtbot.keyClicks(edit, "Line two")
    dashboards.studio.key(Qt.Key.Key_Return)
    dashboards.studio.wait(lambda: "Line two" in dashboards.cards())
    page = dashboards.front_page()
    assert dashboards.place.tabs.tabText(1) == page.name == "Line two"
    assert not page.editor.layout
    assert page.canvas.hasFocus()
    page.undo()
    dashboards.studio.wait(lambda: "New dashboard" in dashboards.cards())


def test_escape_after_creating_a_dashboard_keeps_its_first_name(dashboards: DashboardsDriver) -> None:
    dashboards.click("library_new")
    dashboards.find("rename_name")
    dashboards.studio.key(Qt.Key.Key_Escape)
    page = dashboards.front_page()
    assert page.name == "New dashboard" in dashboards.cards()
    assert not page.editor.undo_stack.can_undo()


def test_template_in_an_unnamed_dashboard_names_it(dashboards: DashboardsDriver) -> None:
    page = _new(dashboards)
    page.commands.start_from_template(TEMPLATES[0])
    assert page.name == "Orders overview"
    page.undo()
    assert page.name == "New dashboard"
    assert not page.editor.layout
    dashboards.qtbot.keyClick(page.canvas, Qt.Key.Key_F2)
    _write(dashboards, "Mine")
    page.commands.start_from_template(TEMPLATES[1])
    assert page.name == "Mine"


@pytest.mark.parametrize(("key", "title"), [(Qt.Key.Key_Return, "Valve"), (Qt.Key.Key_Escape, "Pressure")])
def test_key_in_the_title_of_a_widget_returns_to_the_canvas(studio: "Studio", key: Qt.Key, title: str) -> None:
    kind = kind_of("text")
    assert kind is not None
    studio.page.add(kind)
    (name,) = studio.page.editor.selection
    studio.page.editor.set_properties([name], "title", "Pressure")
    studio.key(Qt.Key.Key_F2)
    edit = studio.find("inspector_title")
    assert edit.hasFocus()
    studio.qtbot.keyClicks(edit, "Valve")
    studio.qtbot.keyClick(edit, key)
    assert studio.canvas.hasFocus()
    assert studio.page.editor.widget(name).title == title
    assert studio.page.editor.selection == (name,)
    before = studio.cells()[name]
    studio.key(Qt.Key.Key_Right)
    assert studio.cells()[name].x == before.x + 1


def test_undo_in_the_title_until_the_widget_is_gone_focuses_the_canvas(studio: "Studio") -> None:
    kind = kind_of("gauge")
    assert kind is not None
    studio.page.add(kind)
    (name,) = studio.page.editor.selection
    studio.key(Qt.Key.Key_F2)
    edit = studio.find("inspector_title")
    studio.qtbot.keyClick(edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert name not in studio.page.editor.page.shown
    assert studio.canvas.hasFocus()

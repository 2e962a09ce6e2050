"""Many dashboards: opened in tabs, created, imported, shared, deleted and restored; real mouse and keys."""

import json
import os
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from dashboards_driver import DashboardsDriver
from open_dashboards import restored
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QAction, QHelpEvent, QResizeEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QTabBar,
    QToolTip,
    QTreeWidget,
    QWidget,
)

from benchboard.dashboards import library
from benchboard.dashboards.access import sharing
from benchboard.dashboards.document.widget_kinds import KINDS, with_fields
from benchboard.dashboards.journal.crash_journal import open_journal
from benchboard.dashboards.layout import widget_count
from benchboard.dashboards.library import DashboardSummary
from benchboard.dashboards.open_tabs import OpenTab
from benchboard.dashboards.versions import version_store
from benchboard.paging import Listing
from benchboard.ui.commands import REGISTRY
from benchboard.ui.shell.fuzzy_search import search
from benchboard.ui.shell.header import Header
from benchboard.ui.studio.canvas.context_menu import build_menu
from benchboard.ui.studio.dashboards_view import DashboardsView
from benchboard.ui.studio.document.recovery import account_of
from benchboard.ui.studio.editor_page import StudioPage
from benchboard.ui.studio.versions.diff_view import DiffPage
from benchboard.ui.studio.versions.difference_list import DifferenceListModel
from benchboard.ui.studio.versions.json_diff_view import JsonDiff
from benchboard.ui.studio.versions.version_list import VersionList
from benchboard.ui.studio.versions.versions_view import VersionsScreen
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.surfaces import Toolbar
from benchboard.ui.widgets.toasts import Toast
from benchboard.ui.window_commands import SHORTCUTS
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio

CTRL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


def test_dashboard_opened_in_a_tab_is_edited_saved_and_closed(dashboards: DashboardsDriver) -> None:
    page = dashboards.open("Shop review")
    assert dashboards.place.tabs.tabText(1) == "Shop review"
    before = dashboards.cards()["Shop review"].version
    page.editor.select([page.editor.page.reading_order[0]])
    page.canvas.setFocus()
    dashboards.qtbot.keyClick(page.canvas, Qt.Key.Key_D, CTRL)
    dashboards.studio.wait(lambda: not page.saving.dirty and page.saving.state == "saved")
    assert dashboards.cards()["Shop review"].version > before
    dashboards.qtbot.keyClick(page.canvas, Qt.Key.Key_W, CTRL)
    dashboards.studio.wait(lambda: dashboards.place.tabs.count() == 1)


def test_tab_names_too_long_are_elided_at_the_end(dashboards: DashboardsDriver) -> None:
    page, tabs = dashboards.open("Shop review"), dashboards.place.tabs
    for name in ("Kubernetes / Views / <b>Global</b>", "R&D"):
        page.name_changed.emit(name)
        assert tabs.tabText(1) == name.replace("&", "&&")
        assert tabs.tabToolTip(1) == "", "it would be read out after the name, which is the same"
        spot = tabs.tabRect(1).center()
        QApplication.sendEvent(tabs, QHelpEvent(QEvent.Type.ToolTip, spot, tabs.mapToGlobal(spot)))
        assert QToolTip.text() == plain_tooltip(name)
    assert tabs.elideMode() == Qt.TextElideMode.ElideRight


@pytest.mark.parametrize("key", ["11111111-1111-4111-8111-111111111111", "nonsense"])
def test_tab_of_a_dashboard_that_does_not_exist_says_so_and_closes(dashboards: DashboardsDriver, key: str) -> None:
    place = dashboards.place
    dashboards.studio.wait(lambda: restored(place))
    page = place.open(key)
    dashboards.studio.wait(lambda: page.saving.state == "failed")
    assert place.tabs.tabText(1) == "Couldn't open"
    shown = {label.text() for label in page.findChildren(QLabel) if label.isVisible()}
    assert {"Dashboard not found"} <= shown
    assert any("Check the list of dashboards." in text for text in shown)
    shut = place.tabs.tabButton(1, QTabBar.ButtonPosition.RightSide)
    dashboards.qtbot.mouseClick(shut, LEFT)
    assert place.tabs.count() == 1


def test_page_that_could_not_be_opened_offers_only_what_works(dashboards: DashboardsDriver) -> None:
    place, shell = dashboards.place, dashboards.studio.application.shell
    assert shell is not None
    dashboards.studio.wait(lambda: restored(place))
    page = place.open("11111111-1111-4111-8111-111111111111")
    dashboards.studio.wait(lambda: page.saving.state == "failed")
    assert [pane.isVisible() for pane in (page.bar, page.sidebar, page.inspector)] == [False, False, False]
    assert page.canvas.isVisible()
    assert page.command_handlers().keys() == {SHORTCUTS}
    titles = {entry.title for entry in shell.palette_entries()}
    assert "Close dashboard" in titles
    assert not titles & {"Export as PNG", "Share dashboard", "Add widget", "Present dashboard"}
    page.run("studio.print")
    toasts = dashboards.studio.application.window.findChildren(Toast)
    assert [toast.accessibleName() for toast in toasts] == ["Dashboard not found."]


def test_link_to_a_widget_that_does_not_exist_says_so(dashboards: DashboardsDriver) -> None:
    problems = dashboards.studio.context.problems
    shell = dashboards.studio.application.shell
    assert shell is not None
    key = dashboards.cards()["Shop review"].id
    for address, name in (("studio/home", "Home"), (f"studio/dashboards/{key}", "Shop review")):
        shell.go(f"{address}/show/nothing")
        dashboards.studio.wait(lambda: problems.current is not None)
        assert problems.current is not None
        assert problems.current.what == "Widget not found."
        assert problems.current.why.startswith(f"“{name}” has no widget with the ID “nothing”.")
        problems.dismiss()


def test_link_to_a_page_that_does_not_exist_says_so(dashboards: DashboardsDriver) -> None:
    problems = dashboards.studio.context.problems
    shell = dashboards.studio.application.shell
    assert shell is not None
    shell.go("settings")
    key = dashboards.cards()["Shop review"].id
    for address in ("studio/home", f"studio/dashboards/{key}", shell.address):
        shell.go(f"{address}/nowhere")
        assert problems.current is not None, address
        assert problems.current.what == "The link's page can't be opened."
        assert problems.current.why.startswith(f"benchboard://{address}/nowhere doesn't exist")
        problems.dismiss()


def test_tabs_take_a_row_only_while_a_dashboard_is_open(dashboards: DashboardsDriver) -> None:
    place = dashboards.place
    assert not place.tabs.isVisible()
    assert place.library.mapTo(place, QPoint(0, 0)).y() == 0
    page = dashboards.open("Shop review")
    assert place.tabs.isVisible()
    dashboards.qtbot.keyClick(page.canvas, Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    assert not place.tabs.isVisible()
    dashboards.qtbot.keyClick(page.canvas, Qt.Key.Key_Escape)
    assert place.tabs.isVisible()
    place.close_page(page)
    assert not place.tabs.isVisible()


def test_many_tabs_keep_a_readable_width_and_are_all_in_a_menu(dashboards: DashboardsDriver) -> None:
    studio, place = dashboards.studio, dashboards.place
    studio.application.window.resize(1024, 700)
    dashboards.open("Shop review")
    menu_button = studio.application.window.findChild(QPushButton, "studio_all_tabs")
    assert menu_button is not None
    QApplication.processEvents()
    assert not menu_button.isVisible()
    for number in range(9):
        place.insert_tab(place.tabs.count(), OpenTab(str(number)), f"Overview of the orders of line {number}")
    studio.wait(menu_button.isVisible)
    bar = place.tabs
    for tab in filter(bar.isTabVisible, range(1, bar.count())):
        assert bar.tabRect(tab).width() >= min(bar.tabSizeHint(tab).width(), 136)
    assert place.tabs.tabRect(0).width() == place.tabs.tabSizeHint(0).width()
    assert not bar.isTabVisible(bar.count() - 1)
    assert bar.isTabVisible(0)
    assert bar.isTabVisible(bar.currentIndex())
    assert menu_button.text() == f"{sum(not bar.isTabVisible(tab) for tab in range(bar.count()))} more"
    assert menu_button.geometry().left() >= bar.geometry().right()
    menu_button.click()
    (menu,) = place.findChildren(QMenu, "all_tabs_menu")
    assert [action.text() for action in menu.actions()] == [
        place.tabs.tabText(tab) for tab in range(place.tabs.count())
    ]
    assert [action.isChecked() for action in menu.actions()].index(True) == place.tabs.currentIndex() == 1
    menu.actions()[0].trigger()
    menu.close()
    assert place.tabs.currentIndex() == 0


def _variables_box(page: StudioPage) -> QRect:
    """The rectangle of the variables in the page."""
    return QRect(page.variables.mapTo(page, QPoint(0, 0)), page.variables.size())


def test_a_dashboard_has_one_name_on_its_tab_in_the_windows_title_and_in_the_list(
    dashboards: DashboardsDriver,
) -> None:
    """The window was called “Dashboards”, whichever was open."""
    page, place, window = dashboards.open("Shop review"), dashboards.place, dashboards.studio.application.window

    def title() -> str:
        return window.windowTitle().split(" · ")[0]

    def tab() -> str:
        return place.tabs.tab_name(place.tabs.currentIndex())

    assert title() == tab() == page.name == "Shop review"
    page.editor.apply_document("Rename", replace(page.editor.document, title="Shops & stalls"))
    assert title() == tab() == page.name == page.presented.title.text() == "Shops & stalls"
    dashboards.studio.wait(lambda: page.saving.state == "saved" and not page.saving.dirty)
    place.tabs.setCurrentIndex(0)
    dashboards.studio.wait(lambda: "Shops & stalls" in [card.name for card in dashboards.model.rows])
    shell = dashboards.studio.application.shell
    assert shell is not None
    shell.go("studio/home")
    assert title() == "Home"


def test_the_list_of_dashboards_is_named_after_what_it_lists(dashboards: DashboardsDriver) -> None:
    """Its tab was called “All dashboards”, its heading “Dashboards”, and its row “All”, also over the favourites."""
    dashboards.open("Shop review")
    dashboards.place.tabs.setCurrentIndex(0)
    library, window = dashboards.place.library, dashboards.studio.application.window

    def heading() -> str:
        (toolbar,) = [one for one in library.findChildren(Toolbar) if one.isVisible()]
        return toolbar.title()

    assert heading() == library.pane.title == dashboards.place.tabs.tab_name(0) == "All dashboards"
    assert window.windowTitle().startswith("All dashboards · ")
    dashboards.choose("favourites")
    assert heading() == library.pane.title == "Favourites"
    assert window.windowTitle().startswith("Favourites · ")


def test_tabs_are_in_the_header_and_in_a_wide_window_variables_in_the_toolbar(
    dashboards: DashboardsDriver,
) -> None:
    page, place, window = dashboards.open("Shop review"), dashboards.place, dashboards.studio.application.window
    dashboards.studio.wait(page.variables.isVisible)
    (header,) = window.findChildren(Header)
    (field,) = page.findChildren(QPushButton, "variable_shop")
    for width, wide in ((2400, True), (1024, False), (2400, True)):
        window.resize(width, 900)
        dashboards.studio.wait(lambda width=width: window.width() == width)
        dashboards.studio.wait(lambda wide=wide: page.bar.isAncestorOf(page.variables) == wide)
        QApplication.processEvents()
        toolbar = page.bar.mapTo(page, page.bar.rect().bottomLeft()).y()
        assert (header.isAncestorOf(place.tabs), page.bar.isAncestorOf(page.variables)) == (True, wide)
        assert header.account.text() == "Mert Aydın"
        assert (header.search.width() > 100) == wide, "its words make room for the tabs"
        assert page.variables.isVisible()
        assert place.tabs.isVisible()
        if wide:
            dashboards.studio.wait(lambda: page.canvas.mapTo(window, QPoint(0, 0)).y() <= 104)
            assert field.text().endswith("4 of 6"), "with how many are selected"
        else:
            assert (_variables_box(page).left(), _variables_box(page).top()) == (0, toolbar + 1)
            assert page.bar.view.mapTo(page, page.bar.view.rect().topRight()).x() == page.width() - 13
            assert field.text() == "Shop: 4 of 6"
    window.resize(1024, 900)
    names = [f"Overview of the orders of line {number}" for number in range(3)]
    for number, name in enumerate(names):
        place.insert_tab(place.tabs.count(), OpenTab(str(number)), name)
    dashboards.studio.wait(lambda: not header.isAncestorOf(place.tabs))
    assert header.search.width() > 100
    for _name in names:
        place.tabs.tabButton(place.tabs.count() - 1, QTabBar.ButtonPosition.RightSide).click()
    window.resize(1440, 900)
    dashboards.studio.wait(lambda: header.isAncestorOf(place.tabs))
    dashboards.studio.context.go("studio/data")
    assert not place.tabs.isVisible()
    assert not header.isAncestorOf(place.tabs)
    dashboards.studio.context.go("studio/dashboards")
    assert header.isAncestorOf(place.tabs)
    place.tabs.setCurrentIndex(0)
    assert not page.variables.isVisible()
    place.tabs.setCurrentIndex(1)
    page.run("studio.show_versions")
    assert not page.variables.isVisible()


def test_undo_among_versions_says_why_it_leaves_the_dashboard(
    dashboards: DashboardsDriver, announcements: list[str]
) -> None:
    page = dashboards.open("Shop review")
    dashboards.studio.wait(lambda: page.saving.state == "saved")
    page.add(KINDS[0])
    added = page.editor.document
    page.run("studio.show_versions")
    dashboards.studio.wait(lambda: page.screens.screen is not None and not page.screens.screen.busy)
    dashboards.qtbot.keyClick(QApplication.focusWidget() or page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert page.editor.document == added
    assert "The dashboard can't be edited among its versions. Esc goes back to it." in announcements


def test_what_an_undone_difference_brings_back_is_selected(dashboards: DashboardsDriver) -> None:
    page = dashboards.open("Shop review")
    dashboards.studio.wait(lambda: page.saving.state == "saved")
    gone = next(iter(page.canvas.tiles))
    page.editor.select([gone])
    page.editor.remove()
    page.run("studio.show_versions")
    dashboards.studio.wait(lambda: page.screens.screen is not None and not page.screens.screen.busy)
    screen = page.screens.screen
    assert isinstance(screen, VersionsScreen)
    (differences,) = screen.findChildren(DifferenceListModel)
    dashboards.studio.wait(lambda: not screen.busy and differences.row_of(("removed", gone)) is not None)
    place = differences.row_of(("removed", gone))
    assert place is not None
    differences.toggle(place)
    screen.revert_selected()
    dashboards.studio.wait(lambda: page.screens.screen is None and page.editor.selection == (gone,))
    assert page.canvas.hasFocus()


def test_palette_says_where_a_command_works_that_the_list_lacks(dashboards: DashboardsDriver) -> None:
    shell = dashboards.studio.application.shell
    assert shell is not None

    def why_not() -> list[str]:
        title = REGISTRY["studio.show_versions"].text
        return [one.why_not for one in (*shell.palette_entries(), *shell.elsewhere_entries()) if one.title == title]

    dashboards.studio.context.go("studio/dashboards/list")
    assert why_not() == ["Open a dashboard first."]
    page = dashboards.open("Shop review")
    dashboards.studio.wait(lambda: page.saving.state == "saved")
    assert why_not() == [""]


@pytest.mark.parametrize("keys", ["Del", "Ctrl+W"])
def test_tab_with_the_focus_is_closed_by_its_keys(dashboards: DashboardsDriver, keys: str) -> None:
    page = dashboards.open("Shop review")
    dashboards.studio.wait(lambda: page.saving.state == "saved")
    tabs = dashboards.place.tabs
    count = tabs.count()
    tabs.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keySequence(tabs, keys)
    dashboards.studio.wait(lambda: tabs.count() == count - 1)
    assert QApplication.focusWidget() is not None


def test_variables_after_a_presentation_stand_where_they_stood(dashboards: DashboardsDriver) -> None:
    page = dashboards.open("Shop review")
    dashboards.studio.wait(page.variables.isVisible)
    QApplication.processEvents()
    (field,) = page.findChildren(QPushButton, "variable_shop")
    before = _variables_box(page), field.geometry()
    field.setFocus()
    page.run("studio.present")
    dashboards.studio.wait(lambda: page.variables.isVisible() and _variables_box(page) != before[0])
    page.stop_presenting()
    dashboards.studio.wait(lambda: (_variables_box(page), field.geometry()) == before)


def test_keys_of_the_page_work_in_the_variables_bar(dashboards: DashboardsDriver) -> None:
    page = dashboards.open("Shop review")
    dashboards.studio.wait(lambda: page.variables.isVisible() and page.saving.state == "saved")
    page.editor.select([page.editor.page.reading_order[0]])
    page.run("studio.duplicate")
    (field,) = page.findChildren(QPushButton, "variable_shop")
    field.setFocus()
    dashboards.qtbot.keyClick(field, Qt.Key.Key_Z, CTRL)
    assert not page.editor.undo_stack.can_undo()


def test_palette_entry_of_the_dashboards_opens_the_list_though_a_dashboard_was_left_open(
    dashboards: DashboardsDriver,
) -> None:
    page, studio = dashboards.open("Shop review"), dashboards.studio
    named = QAccessible.queryAccessibleInterface(page.canvas)
    assert named is not None
    count = widget_count(page.editor.page.layout)
    assert named.text(QAccessible.Text.Name) == f"Dashboard Shop review, {count} widgets"
    shell = studio.application.shell
    assert shell is not None
    shell.go("studio/home")
    (entry,) = [one for one in shell.palette_entries() if one.title == "Studio: Dashboards"]
    entry.run()
    assert dashboards.place.page is None
    assert dashboards.place.library.isAncestorOf(QApplication.focusWidget())


def test_alt_left_returns_to_the_list_that_a_dashboard_was_opened_from(dashboards: DashboardsDriver) -> None:
    shell = dashboards.studio.application.shell
    assert shell is not None
    page = dashboards.open("Shop review")
    alt = Qt.KeyboardModifier.AltModifier
    dashboards.qtbot.keyClick(page.canvas, Qt.Key.Key_Left, alt)
    assert (shell.address, dashboards.place.page) == ("studio/dashboards", None)
    assert dashboards.place.library.isAncestorOf(QApplication.focusWidget())
    dashboards.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Left, alt)
    assert shell.address != "studio/dashboards"


def test_restored_dashboard_is_named(dashboards: DashboardsDriver, announcements: list[str]) -> None:
    key = dashboards.cards()["Shop review"].id
    commands = dashboards.place.library.commands
    commands.move([key], into=True)
    dashboards.studio.wait(lambda: "Shop review" not in dashboards.cards())
    commands.move([key], into=False)
    dashboards.studio.wait(lambda: any("Restored" in one for one in announcements))
    assert [one for one in announcements if "Restored" in one] == ["Restored “Shop review”. Undo: Ctrl Z"]


def test_version_restored_here_is_not_told_as_a_change_made_elsewhere(
    dashboards: DashboardsDriver, announcements: list[str]
) -> None:
    page, studio = dashboards.open("Shop review"), dashboards.studio
    key, item = page.store.dashboard_id, page.editor.page.reading_order[0]
    assert key is not None
    before = page.editor.widget(item).title
    with unbound(studio.workspace.database).change() as session:
        document = page.editor.document
        library.save(session, studio.actor, key, replace(document, title="Named"), base_version=None, note="Kept")
    studio.wait(lambda: page.saving.refresh() or page.editor.document.title == "Named")
    page.editor.set_property(item, "title", "Second")
    page.saving.save("Mine")
    studio.wait(lambda: page.saving.state == "saved" and not page.saving.dirty)
    page.run("studio.show_versions")
    screen = page.screens.screen
    assert isinstance(screen, VersionsScreen)
    studio.wait(lambda: not screen.busy and bool(screen.findChild(DiffPage).accessibleName()))
    announcements.clear()
    screen.restore()
    studio.wait(lambda: page.editor.widget(item).title == before and page.screens.screen is None)
    (toast,) = [one for one in studio.application.window.findChildren(Toast) if one.isVisible()]
    assert toast.accessibleName().startswith("Restored version")
    (undo,) = [one for one in toast.findChildren(QWidget) if one.accessibleName() == "Undo"]
    dashboards.qtbot.mouseClick(undo, Qt.MouseButton.LeftButton)
    studio.wait(lambda: page.editor.widget(item).title == "Second")
    assert [one for one in announcements if "elsewhere" in one] == []
    assert announcements[0].startswith("Restored version")
    assert [one for one in announcements if one.startswith("Undone")] == announcements[-1:]  # by the toast
    page.undo()
    assert "Restore" not in announcements[-1]  # that was undone: not undone again, as if it had been done
    assert announcements[-1].startswith("Undone: ")


def test_restored_version_is_undone_on_the_page_by_name(dashboards: DashboardsDriver, announcements: list[str]) -> None:
    """Once its toast was gone, Ctrl+Z passed over it to an earlier edit."""
    page, studio = dashboards.open("Shop review"), dashboards.studio
    item = page.editor.page.reading_order[0]
    before = page.editor.widget(item).title
    page.saving.save("Before")
    studio.wait(lambda: page.saving.state == "saved" and not page.saving.dirty)
    page.editor.set_property(item, "title", "Second")
    page.saving.save("Mine")
    studio.wait(lambda: page.saving.state == "saved" and not page.saving.dirty)
    page.run("studio.show_versions")
    screen = page.screens.screen
    assert isinstance(screen, VersionsScreen)
    studio.wait(lambda: not screen.busy and bool(screen.findChild(DiffPage).accessibleName()))
    announcements.clear()
    screen.restore()
    studio.wait(lambda: page.editor.widget(item).title == before and page.screens.screen is None)
    assert [one for one in announcements if one.startswith("Restore")] == announcements[:1]
    for toast in studio.application.window.findChildren(Toast):
        toast.dismiss()
    page.undo()
    assert page.editor.widget(item).title == "Second"
    assert announcements[-1].startswith("Undone: Restore version ")
    studio.wait(lambda: page.saving.state == "saved" and not page.saving.dirty)
    page.redo()
    assert page.editor.widget(item).title == before
    assert announcements[-1].startswith("Redone: Restore version ")


def test_versions_opened_right_after_an_edit_include_it(dashboards: DashboardsDriver) -> None:
    page, studio = dashboards.open("Shop review"), dashboards.studio
    key = page.store.dashboard_id
    assert key is not None
    goes_on = threading.Event()
    studio.application.tasks.change(page, lambda _session: goes_on.wait(60), lambda _done: None)
    page.editor.set_property(page.editor.page.reading_order[0], "title", "Second")
    page.run("studio.show_versions")
    screen = page.screens.screen
    assert isinstance(screen, VersionsScreen)
    studio.wait(
        lambda: not screen.busy and bool(screen.findChild(VersionList).model().rows)
    )  # the list as it is without the edit
    number = screen.findChild(VersionList).model().rows[0].number
    goes_on.set()
    studio.wait(lambda: screen.findChild(VersionList).model().rows[0].number == number + 1 and not screen.busy)
    studio.wait(
        lambda: (
            (screen.findChild(VersionList).model().before, screen.findChild(VersionList).model().after)
            == (number, number + 1)
        )
    )
    with unbound(studio.workspace.database).change() as session:
        # A later save does not change which version is selected.
        document = library.get_dashboard(session, studio.actor, key).document
        library.save(session, studio.actor, key, replace(document, title="Later"), base_version=None, merged=True)
    studio.wait(lambda: screen.findChild(VersionList).model().rows[0].number == number + 2 and not screen.busy)
    assert (screen.findChild(VersionList).model().before, screen.findChild(VersionList).model().after) == (
        number,
        number + 1,
    )
    compared = screen.findChild(DiffPage)
    assert compared.accessibleName()
    with unbound(studio.workspace.database).change() as session:
        library.save(session, studio.actor, key, replace(document, title="Last"), base_version=None)
    studio.wait(lambda: screen.findChild(VersionList).model().rows[0].number == number + 3 and not screen.busy)
    screen.findChild(VersionList).version_selected.emit(number + 3)
    studio.wait(lambda: not screen.busy and f"→ Version {number + 3}:" in compared.accessibleName())
    with unbound(studio.workspace.database).change() as session:  # soon after, which the same version takes in
        library.save(session, studio.actor, key, replace(document, title="Later still"), base_version=None)
    studio.wait(lambda: not screen.busy and "Later still" in screen.findChild(JsonDiff).toPlainText())


def test_new_dashboard_is_opened_at_once(dashboards: DashboardsDriver) -> None:
    dashboards.click("library_new")
    page = dashboards.front_page()
    assert page.name == "New dashboard" in dashboards.cards()
    assert len(page.editor.page.shown) == 0


def test_deleted_dashboard_closes_its_tab_and_is_restored(dashboards: DashboardsDriver) -> None:
    dashboards.open("Shop review")
    dashboards.place.tabs.setCurrentIndex(0)
    dashboards.tick("Shop review")
    dashboards.click("library_discard")
    dashboards.studio.wait(lambda: "Shop review" in dashboards.cards("trash"))
    dashboards.studio.wait(lambda: dashboards.place.tabs.count() == 1)
    dashboards.choose("trash")
    dashboards.studio.wait(lambda: [card.name for card in dashboards.model.rows] == ["Shop review"])
    dashboards.tick("Shop review")
    dashboards.click("library_restore")
    dashboards.studio.wait(lambda: "Shop review" in dashboards.cards())


def test_deleted_dashboard_runs_no_more_queries(dashboards: DashboardsDriver) -> None:
    page = dashboards.open("Shop review")
    dashboards.studio.wait(lambda: page.saving.state == "saved")
    page.query_runner.refresh()
    assert page.query_runner.busy
    dashboards.place.library.commands.removed.emit((page.store.dashboard_id,))
    assert not page.query_runner.busy


@pytest.mark.usefixtures("demo_home")
def test_close_blocked_by_one_page_leaves_the_others_running(dashboards: DashboardsDriver) -> None:
    studio, home, page = dashboards.studio, dashboards.studio.page, dashboards.open("Shop review")
    studio.wait(lambda: page.saving.state == "saved")
    key, document, editor = page.store.dashboard_id, page.editor.document, page.editor
    assert key is not None
    item_id = next(iter(editor.page.shown))
    layout = editor.page.with_item(with_fields(editor.page.item(item_id), title="Theirs"), document.compact)
    editor.set_property(item_id, "title", "Mine")
    with unbound(studio.workspace.database).change() as session:
        library.save(session, studio.actor, key, replace(document, layout=layout), base_version=None)
    page.save()
    studio.wait(lambda: page.saving.state == "conflict")
    asked = [one for one in home.editor.page.shown if home.query_runner.result(one) is not None]
    for one in asked:
        home.query_runner.retry(one)
    assert home.query_runner.busy
    assert studio.application.shell is not None
    assert not studio.application.shell.may_close()
    studio.wait(lambda: not home.query_runner.busy)
    answers = [home.query_runner.result(one) for one in asked]
    assert [one.table is not None for one in answers if one is not None] == [True] * len(asked)


def test_rename_dashboard_is_undone(dashboards: DashboardsDriver) -> None:
    dashboards.tick("Shop review")
    dashboards.click("library_rename")
    edit = dashboards.find("rename_name")
    assert isinstance(edit, QLineEdit)
    edit.selectAll()
    dashboards.qtbot.keyClicks(edit, "Monday review")
    dashboards.qtbot.keyClick(edit, Qt.Key.Key_Return)
    dashboards.studio.wait(lambda: "Monday review" in dashboards.cards())
    dashboards.studio.wait(lambda: any(card.name == "Monday review" for card in dashboards.model.rows))
    dashboards.click("toast_undo")
    dashboards.studio.wait(lambda: "Shop review" in dashboards.cards())


def test_page_with_view_only_access_ignores_edits(dashboards: DashboardsDriver) -> None:
    actor = dashboards.studio.actor
    with unbound(dashboards.studio.workspace.database).read() as session:
        card = next(c for c in library.list_dashboards(session, actor, Listing()).rows if c.name == "My shops")
    owner = _owner(dashboards, card)
    with unbound(dashboards.studio.workspace.database).change() as session:
        sharing.share(session, owner, card.id, "person", actor.user_id, "view")
    page = dashboards.open("My shops")
    assert page.editor.read_only
    before = page.editor.document
    page.canvas.setFocus()
    dashboards.qtbot.keyClick(page.canvas, Qt.Key.Key_A, CTRL)
    dashboards.qtbot.keyClick(page.canvas, Qt.Key.Key_Delete)
    assert page.editor.document == before
    assert not page.saving.dirty


def _share_with_me(dashboards: DashboardsDriver, level: str = "view") -> DashboardSummary:
    """Share another person's dashboard with the person at the window."""
    actor = dashboards.studio.actor
    with unbound(dashboards.studio.workspace.database).read() as session:
        card = next(c for c in library.list_dashboards(session, actor, Listing()).rows if c.name == "My shops")
    owner = _owner(dashboards, card)
    with unbound(dashboards.studio.workspace.database).change() as session:
        sharing.share(session, owner, card.id, "person", actor.user_id, level)
    return card


def test_page_with_view_only_access_reports_it_and_starts_no_edit(dashboards: DashboardsDriver) -> None:
    _share_with_me(dashboards)
    page = dashboards.open("My shops")
    editor, canvas, view = page.editor, page.canvas, page.canvas.viewport()
    before, why = editor.document, "You have view-only access to “My shops”."
    assert why in [text.text() for text in page.read_only_bar.findChildren(QLabel)]
    shown = {one.objectName() for one in page.findChildren(QWidget) if one.isVisible()}
    assert not {"palette_search", "studio_save", "studio_share", "pane_add"} & shown
    assert {"studio_duplicate_to_change", "studio_export", "studio_versions", "pane_outline"} <= shown
    name = editor.page.reading_order[0]
    box = canvas.mapFromScene(canvas.tiles[name].rect).boundingRect()
    start, far = QPoint(box.left() + 40, box.top() + 16), QPoint(box.left() + 40, box.top() + 200)
    dashboards.qtbot.mousePress(view, LEFT, pos=start)
    for k in range(1, 5):
        QTest.mouseMove(view, start + (far - start) * k / 4)
        assert not canvas.busy
    dashboards.qtbot.mouseRelease(view, LEFT, pos=far)
    dashboards.qtbot.mouseClick(view, LEFT, pos=start)
    assert editor.selection == (name,)
    fields = [one for one in page.inspector.findChildren(QWidget) if one.objectName().startswith("inspector_")]
    assert len(fields) > 8
    assert [one.objectName() for one in fields if one.isEnabled()] == ["inspector_explore"], "which only reads"
    assert page.inspector.findChild(QWidget, "inspector_remove").toolTip() == why
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Delete, Qt.Key.Key_A):
        dashboards.qtbot.keyClick(canvas, key)
    for key in (Qt.Key.Key_D, Qt.Key.Key_X, Qt.Key.Key_L, Qt.Key.Key_G):
        dashboards.qtbot.keyClick(canvas, key, CTRL)
    menu = build_menu(canvas)
    acts = {action.objectName() for action in menu.findChildren(QAction) if action.objectName()}
    assert acts == {
        "command_enlarge", "command_copy", "command_copy_data", "command_copy_picture", "command_export_data",
        "command_export_data_xlsx", "command_export_data_parquet", "command_enter_table", "command_open_in_explore",
        "command_choose_series",
    }  # fmt: skip
    menu.deleteLater()
    outline = page.outline
    outline.setFocus()
    dashboards.qtbot.keyClick(outline, Qt.Key.Key_F2)
    assert outline.state() != outline.State.EditingState
    page.run_when_loaded("studio.add_widget.text")
    assert editor.document == before
    assert editor.undo_stack.count() == 0
    assert not page.saving.dirty


def test_duplicate_of_a_view_only_dashboard_opens_for_editing(dashboards: DashboardsDriver) -> None:
    card = _share_with_me(dashboards)
    page = dashboards.open("My shops")
    count = len(page.editor.document.layout)
    dashboards.click("studio_duplicate_to_change")
    dashboards.studio.wait(lambda: dashboards.place.page not in (None, page))
    copy = dashboards.front_page()
    assert copy.store.dashboard_id != card.id
    assert not copy.editor.read_only
    assert len(copy.editor.document.layout) == count
    assert copy.read_only_bar.isHidden()
    assert copy.palette_pane.search.isVisible()


def test_page_open_when_its_share_changes_follows_it(dashboards: DashboardsDriver) -> None:
    _share_with_me(dashboards, "edit")
    page = dashboards.open("My shops")
    assert page.read_only_bar.isHidden()
    page.editor.select([page.editor.page.reading_order[0]])
    _share_with_me(dashboards, "view")
    dashboards.studio.wait(page.read_only_bar.isVisible)
    assert not dashboards.find("inspector_title").isEnabled()
    assert page.bar.state.text() == "Up to date"
    _share_with_me(dashboards, "edit")
    dashboards.studio.wait(page.read_only_bar.isHidden)
    page.editor.select([page.editor.page.reading_order[0]])
    assert dashboards.find("inspector_title").isEnabled()
    assert dashboards.find("studio_save").isVisible()


def test_save_of_unchanged_dashboard_names_its_version(dashboards: DashboardsDriver) -> None:
    page = dashboards.open("Shop review")
    page.editor.apply_document("Rename", replace(page.editor.document, title="Shops reviewed"))
    page.saving.save("First")
    dashboards.studio.wait(lambda: page.saving.state == "saved")
    with unbound(dashboards.studio.workspace.database).read() as session:
        newest = version_store.list_versions(session, dashboards.studio.actor, str(page.store.dashboard_id)).rows[0]
    dashboards.studio.qtbot.keyClick(page, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    unchanged = f"All changes are saved. Nothing new since version {newest.number}."
    toasts = page.window().findChildren
    dashboards.studio.wait(
        lambda: [one.accessibleName() for one in toasts(Toast) if one.isVisible()][-1:] == [unchanged]
    )
    with unbound(dashboards.studio.workspace.database).read() as session:
        after = version_store.list_versions(session, dashboards.studio.actor, str(page.store.dashboard_id)).rows[0]
    assert after == newest
    dashboards.click("studio_save")
    dashboards.click("version_keep")
    name = dashboards.find("version_note")
    assert (name.hasFocus(), name.accessibleDescription()) == (True, "Enter a version name.")
    dashboards.studio.qtbot.keyClicks(name, "Second")
    assert name.accessibleDescription() != "Enter a version name."
    dashboards.click("version_keep")
    dashboards.studio.wait(lambda: page.saving.state == "saved" and not page.saving.machine.has_work)
    with unbound(dashboards.studio.workspace.database).read() as session:
        after = version_store.list_versions(session, dashboards.studio.actor, str(page.store.dashboard_id)).rows[0]
    assert (after.number, after.note) == (newest.number + 1, "Second")
    assert [one.accessibleName() for one in toasts(Toast) if one.isVisible()][-1] == "Saved version “Second”."


def _owner(dashboards: DashboardsDriver, card: DashboardSummary) -> "library.Actor":
    from benchboard.identity import authentication
    from benchboard.identity.permissions import Client

    with unbound(dashboards.studio.workspace.database).change() as session:
        return authentication.sign_in_demo(session, user_id=card.owner_id, client=Client.here()).actor


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('{"items": [{"id": "w1", "type": "text", "position": {"x": 0, "y": 0, "w": -3, "h": 2}}]}', "w1"),
        ('{"title": "cut off', "Incomplete JSON"),
    ],
)
def test_import_file_without_a_dashboard_is_rejected_in_one_sentence(
    dashboards: DashboardsDriver, tmp_path: Path, text: str, named: str
) -> None:
    file = tmp_path / "broken.json"
    file.write_text(text)
    dashboards.place.library.import_file(str(file))
    problems = dashboards.studio.context.problems
    dashboards.studio.wait(lambda: problems.current is not None)
    said = problems.current
    assert said is not None
    assert "broken.json" in said.what
    assert named in said.why
    assert said.why.lower().endswith("use a json file of a dashboard that benchboard or grafana exported.")
    assert len(dashboards.cards()) == 3


def test_failed_import_notice_goes_when_another_dashboard_is_opened(
    dashboards: DashboardsDriver, tmp_path: Path
) -> None:
    file = tmp_path / "broken.json"
    file.write_text("{")
    dashboards.place.library.import_file(str(file))
    problems = dashboards.studio.context.problems
    dashboards.studio.wait(lambda: problems.current is not None)
    dashboards.open("Shop review")
    assert problems.current is None


def test_failed_import_notice_goes_when_the_page_is_left(dashboards: DashboardsDriver, tmp_path: Path) -> None:
    file = tmp_path / "broken.json"
    file.write_text("{")
    dashboards.place.library.import_file(str(file))
    context = dashboards.studio.context
    dashboards.studio.wait(lambda: context.problems.current is not None)
    context.go("studio/dashboards")
    assert context.problems.current is not None
    context.go("settings")
    assert context.problems.current is None


def test_import_grafana_dashboard_opens_it_with_its_report(dashboards: DashboardsDriver, tmp_path: Path) -> None:
    panels = [
        {"id": 1, "type": "text", "title": "Hello", "gridPos": {"x": 0, "y": 0, "w": 12, "h": 4},
         "options": {"content": "Hi", "mode": "markdown"}},
        {"id": 2, "type": "nodeGraph", "title": "Heat", "gridPos": {"x": 12, "y": 0, "w": 12, "h": 8}},
    ]  # fmt: skip
    file = tmp_path / "grafana.json"
    file.write_text(json.dumps({"title": "From Grafana", "schemaVersion": 39, "panels": panels}))
    dashboards.place.library.import_file(str(file))
    page = dashboards.front_page()
    assert page.name == "From Grafana" in dashboards.cards()
    lines = dashboards.find("import_report_lines")
    assert isinstance(lines, QTreeWidget)
    assert "nodeGraph" in lines.topLevelItem(0).child(0).toolTip(0)
    dashboards.click("import_report_close")
    assert {cell[:4] for cell in page.editor.page.shown.values()} == {(0, 0, 12, 4), (12, 0, 12, 8)}


def test_journals_of_missing_dashboards_are_deleted_after_a_month(studio: "Studio") -> None:
    account = account_of(studio.context)
    with unbound(studio.workspace.database).read() as session:
        known = library.list_dashboards(session, studio.actor, Listing()).rows[0].id
    for key in (known, "a dashboard that is gone"):
        journal = open_journal(studio.home, studio.workspace.vault, (*account, key))
        journal.start(1, [], lambda: [])
        journal.close()
    folder = studio.home / "journal"
    studio.wait(lambda: len(list(folder.glob("*.bbj"))) == 3)  # the home layout's too, which a worker opens
    files = list(folder.glob("*.bbj"))
    month_ago = time.time() - 31 * 86_400  # a younger one is kept: its dashboard may be out of sight for a while
    for file in files:
        os.utime(file, (month_ago, month_ago))
    DashboardsDriver(studio)
    studio.wait(lambda: len(list(folder.glob("*.bbj"))) == 2)
    kept = open_journal(studio.home, studio.workspace.vault, (*account, known))
    assert kept.recovered is not None
    kept.close()


def test_palette_opens_a_dashboard_by_name(dashboards: DashboardsDriver) -> None:
    window = dashboards.studio.application.window
    dashboards.qtbot.keyClick(window.focusWidget(), Qt.Key.Key_K, CTRL)
    field = dashboards.find("palette_field")
    dashboards.qtbot.keyClicks(field, "shop rev")
    palette = window.findChild(QWidget, "palette")
    dashboards.studio.wait(lambda: palette.titles()[:1] == ["Shop review"])  # type: ignore[attr-defined]
    dashboards.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert dashboards.front_page().name == "Shop review"


def test_tick_of_a_row_moves_no_row(dashboards: DashboardsDriver) -> None:
    view = dashboards.table.view

    def tops() -> list[int]:
        boxes = (view.visualRect(dashboards.model.index(row, 0)) for row in range(3))
        return [view.viewport().mapToGlobal(box.topLeft()).y() for box in boxes]

    before, names = tops(), [card.name for card in dashboards.model.rows]
    dashboards.tick(names[0])
    bar = dashboards.find("bulk_bar")
    assert tops() == before
    assert view.horizontalHeader().isVisible()
    assert not view.horizontalHeader().visibleRegion().isEmpty()
    assert bar.mapToGlobal(QPoint()).y() > before[-1] + view.rowHeight(2)
    dashboards.tick(names[1])
    assert [card.name for card in dashboards.model.ticks()] == names[:2]
    discard = dashboards.find("library_discard")
    assert bar.rect().contains(discard.mapTo(bar, discard.rect().topLeft()))
    assert bar.rect().contains(discard.mapTo(bar, discard.rect().bottomRight()))
    view.setFocus()
    seen = set()
    for _turn in range(40):
        dashboards.qtbot.keyClick(dashboards.studio.application.window.focusWidget(), Qt.Key.Key_Tab)
        seen.add(dashboards.studio.application.window.focusWidget().objectName())
    assert "library_duplicate" in seen


@pytest.mark.parametrize("width", [1100, 1280, 1440])
def test_toolbar_with_any_save_state_keeps_its_layout(studio: "Studio", width: int) -> None:
    studio.application.window.resize(width, 900)
    bar = studio.page.bar
    studio.wait(lambda: bar.window().width() == width)

    def places() -> dict[str, tuple[bool, int, int]]:
        bar.layout().activate()
        return {
            child.objectName(): (child.isVisible(), child.x(), child.width())
            for child in bar.findChildren(QWidget)
            if child.parent() is bar and child.objectName()
        }

    seen = []
    for text in (
        "Saved",
        "Saved 5 s ago",
        "Saving",
        "The database cannot be reached, and that is a long story",
    ):
        bar.show_state(text, "ph.check", "ok", may_save=True)
        bar.resizeEvent(QResizeEvent(bar.size(), bar.size()))
        seen.append(places())
    assert all(one == seen[0] for one in seen)
    assert bar.mark.isVisible()
    assert bar.mark.toolTip() == bar.mark.accessibleName() == text, "where the text has no room, its icon has it"
    bar.show_state("Not saved", "ph.warning-fill", "warn", may_save=True)
    assert places()["studio_saved"][0], "a problem is said in words"


def test_dashboard_deleted_by_another_person_is_reported_and_restored(dashboards: DashboardsDriver) -> None:
    _page, card = dashboards.open("Shop review"), dashboards.cards()["Shop review"]
    problems = dashboards.studio.context.problems
    with unbound(dashboards.studio.workspace.database).change() as session:  # as another window of theirs does
        library.discard(session, dashboards.studio.actor, [card.id])
    dashboards.studio.wait(lambda: problems.current is not None)
    assert problems.current is not None
    assert "“Shop review” to the trash" in problems.current.what
    (action,) = problems.current.actions
    assert action.title == "Restore dashboard"
    dashboards.place.tabs.setCurrentIndex(0)
    dashboards.choose("trash")
    dashboards.studio.wait(lambda: [one.name for one in dashboards.model.rows] == ["Shop review"])
    second = dashboards.model.columns[0].second
    assert second is not None
    assert second(dashboards.model.rows[0]).endswith("30 days left")
    action.run()
    dashboards.studio.wait(lambda: problems.current is None and "Shop review" in dashboards.cards())


def test_trash_notice_after_another_person_restores_goes(dashboards: DashboardsDriver) -> None:
    card = _share_with_me(dashboards, "edit")
    dashboards.open("My shops")
    problems, owner = dashboards.studio.context.problems, _owner(dashboards, card)
    with unbound(dashboards.studio.workspace.database).change() as session:
        library.discard(session, owner, [card.id])
    dashboards.studio.wait(lambda: problems.current is not None)
    with unbound(dashboards.studio.workspace.database).change() as session:
        library.restore(session, owner, [card.id])
    dashboards.studio.wait(lambda: problems.current is None)


def test_versions_just_opened_close_with_escape(dashboards: DashboardsDriver) -> None:
    page = dashboards.open("Shop review")
    dashboards.click("studio_versions")
    assert page.screens.screen is not None
    dashboards.studio.key(Qt.Key.Key_Escape)
    assert page.screens.screen is None


def test_dashboard_row_f2_renames_it_and_delete_moves_it_to_the_trash(dashboards: DashboardsDriver) -> None:
    view = dashboards.table.view
    row = next(k for k, card in enumerate(dashboards.model.rows) if card.name == "Shop review")
    dashboards.qtbot.mouseClick(view.viewport(), LEFT, pos=view.visualRect(dashboards.model.index(row, 2)).center())
    dashboards.studio.key(Qt.Key.Key_F2)
    edit = dashboards.find("rename_name")
    assert isinstance(edit, QLineEdit)
    assert edit.text() == "Shop review"
    dashboards.click("rename_keep")
    view.setFocus()
    dashboards.studio.key(Qt.Key.Key_Delete)
    dashboards.studio.wait(lambda: "Shop review" in dashboards.cards("trash"))
    dashboards.click("toast_undo")
    dashboards.studio.wait(lambda: "Shop review" in dashboards.cards())


def test_dashboard_list_ctrl_z_undoes_also_after_the_toast_is_gone(dashboards: DashboardsDriver) -> None:
    view = dashboards.table.view
    toasts = dashboards.studio.application.window.findChildren
    dashboards.studio.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    dashboards.studio.wait(lambda: any(one.accessibleName() == "Nothing to undo" for one in toasts(Toast)))
    row = next(k for k, card in enumerate(dashboards.model.rows) if card.name == "Shop review")
    dashboards.qtbot.mouseClick(view.viewport(), LEFT, pos=view.visualRect(dashboards.model.index(row, 2)).center())
    dashboards.studio.key(Qt.Key.Key_Delete)
    dashboards.find("toast_undo")
    dashboards.studio.key(Qt.Key.Key_Escape)
    dashboards.studio.wait(lambda: not any(one.isVisible() for one in toasts(Toast)))
    dashboards.studio.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    dashboards.studio.wait(lambda: "Shop review" in dashboards.cards())
    assert not any(one.isVisible() for one in toasts(QWidget, "toast_undo"))  # Ctrl+Z doesn't repeat the action
    dashboards.studio.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    dashboards.studio.wait(lambda: any(one.accessibleName() == "Nothing to undo" for one in toasts(Toast)))
    assert "Shop review" in dashboards.cards()


def test_dashboard_row_is_opened_by_enter_and_by_a_double_click(dashboards: DashboardsDriver) -> None:
    view = dashboards.table.view

    def spot(name: str) -> QPoint:
        row = next(k for k, card in enumerate(dashboards.model.rows) if card.name == name)
        return view.visualRect(dashboards.model.index(row, 2)).center()

    dashboards.qtbot.mouseClick(view.viewport(), LEFT, pos=spot("Shop review"))
    dashboards.studio.key(Qt.Key.Key_Return)
    dashboards.studio.wait(lambda: dashboards.place.page is not None and dashboards.place.page.name == "Shop review")
    dashboards.place.tabs.setCurrentIndex(0)
    dashboards.qtbot.mouseClick(view.viewport(), LEFT, pos=spot("Orders wall"))
    dashboards.qtbot.mouseDClick(view.viewport(), LEFT, pos=spot("Orders wall"))
    dashboards.studio.wait(lambda: dashboards.place.page is not None and dashboards.place.page.name == "Orders wall")


def test_click_on_a_dashboards_name_opens_it_and_one_beside_it_only_selects_its_row(
    dashboards: DashboardsDriver,
) -> None:
    view = dashboards.table.view
    row = next(k for k, card in enumerate(dashboards.model.rows) if card.name == "Orders wall")
    name, owner = (view.visualRect(dashboards.model.index(row, at)) for at in (0, 2))
    dashboards.qtbot.mouseClick(view.viewport(), LEFT, pos=owner.center())
    dashboards.tick("Orders wall")
    dashboards.qtbot.mouseClick(view.viewport(), LEFT, Qt.KeyboardModifier.ControlModifier, pos=name.center())
    assert dashboards.place.page is None
    dashboards.qtbot.mouseMove(view.viewport(), name.center())
    dashboards.studio.wait(lambda: view.viewport().cursor().shape() == Qt.CursorShape.PointingHandCursor)
    dashboards.qtbot.mouseClick(view.viewport(), LEFT, pos=name.center())
    dashboards.studio.wait(lambda: dashboards.place.page is not None and dashboards.place.page.name == "Orders wall")


def test_versions_opened_from_the_palette_have_the_keys_at_once(dashboards: DashboardsDriver) -> None:
    """They had no ring, and Down, B and Esc did nothing."""
    page = dashboards.open("Shop review")
    window, qtbot = dashboards.studio.application.window, dashboards.qtbot
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    field = dashboards.find("palette_field")
    qtbot.keyClicks(field, "show vers")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    screen = page.screens.screen
    assert isinstance(screen, VersionsScreen)
    versions = dashboards.find("versions_list")
    dashboards.studio.wait(lambda: not screen.busy)
    assert versions.hasFocus()
    for name in ("versions_filter", "versions_back", "versions_list"):
        dashboards.find(name).setFocus()
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Escape)
    assert page.screens.screen is None


def test_ctrl_o_on_home_opens_the_list_of_dashboards(studio: "Studio") -> None:
    studio.canvas.setFocus()
    studio.key(Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    shell = studio.application.shell
    assert shell is not None
    assert shell.address == "studio/dashboards"
    (view,) = studio.application.window.findChildren(DashboardsView)
    assert view.page is None
    focused = QApplication.focusWidget()
    assert focused is not None
    assert view.library.isAncestorOf(focused)
    titles = [entry.title for entry in shell.palette_entries()]
    assert [title for title in titles if "Explore" in title] == ["Studio: Explore"]
    found = search("explore data", shell.palette_entries())
    assert [hit.entry.title for hit in found] == ["Studio: Explore"]
    assert search("sign out", shell.palette_entries())[0].entry.title == "Leave demo"

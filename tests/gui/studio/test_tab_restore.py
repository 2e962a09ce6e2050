"""Open dashboards are restored after a restart and after a crash, each with its view and for its person only."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import shiboken6
from open_dashboards import OpenDashboards, create_dashboards, dashboards_view_of, sign_in_as
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QTabBar
from two_dashboards import FIRST, SECOND, TwoDashboards

from benchboard import i18n, package_data
from benchboard.dashboards import library
from benchboard.ui.studio.editor_page import StudioPage
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio

Open = Callable[..., "Studio"]
LEFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
LONG = [{"id": f"w{k}", "type": "text", "title": f"w{k}", "position": {"x": 0, "y": 4 * k, "w": 6, "h": 4}}
        for k in range(40)]  # fmt: skip


def opened(open_studio: Open, **items: list[dict[str, object]]) -> tuple[OpenDashboards, dict[str, str]]:
    """A window with these dashboards made and opened in this order, and their ids."""
    studio = open_studio()
    keys = create_dashboards(studio, **items)
    dashboards = OpenDashboards(studio)
    for key in keys.values():
        dashboards.open(key)
    return dashboards, keys


def reopened(open_studio: Open, dashboards: OpenDashboards, address: str = "studio/dashboards") -> OpenDashboards:
    """The window closed, and another one opened on the same computer."""
    dashboards.studio.close()
    return OpenDashboards(open_studio(), address)


def texts(studio: "Studio") -> list[str]:
    return [label.text() for label in studio.application.window.findChildren(QLabel)]


def test_tabs_after_a_restart_are_restored_with_order_and_view(open_studio: Open) -> None:
    dashboards, _keys = opened(open_studio, Three=SECOND, One=FIRST, Two=LONG)
    page = dashboards.read()
    page.run("studio.tablet")
    page.canvas.set_zoom(0.8)
    page.canvas.verticalScrollBar().setValue(700)
    at = page.canvas.verticalScrollBar().value()
    assert at == 700
    dashboards = reopened(open_studio, dashboards)
    assert (dashboards.tabs, dashboards.front) == (["Three", "One", "Two"], "Two")
    page = dashboards.read()
    assert (page.editor.breakpoint, page.canvas.zoom, page.canvas.verticalScrollBar().value()) == ("tablet", 0.8, at)
    assert page.bar.breakpoints.current() == "tablet"
    assert page.editor.undo_stack.count() == 0
    assert not page.saving.dirty
    assert dashboards.place.pages == [page]  # the others are read when somebody looks at them
    dashboards.qtbot.keyClick(page.canvas, Qt.Key.Key_Tab, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert dashboards.read().name == "One"
    assert len(dashboards.place.pages) == 2


def test_tabs_not_opened_after_a_restart_keep_their_view(open_studio: Open) -> None:
    first = open_studio()
    keys = create_dashboards(first, One=LONG, Two=SECOND)
    dashboards = OpenDashboards(first)
    dashboards.open(keys["One"]).canvas.verticalScrollBar().setValue(500)
    dashboards.open(keys["Two"])
    dashboards = reopened(open_studio, dashboards)
    dashboards.read()
    dashboards = reopened(open_studio, dashboards)
    dashboards.read()
    assert dashboards.open(keys["One"]).canvas.verticalScrollBar().value() == 500
    assert dashboards.tabs == ["One", "Two"]


def test_tabs_after_a_restart_resume_the_presentation(open_studio: Open) -> None:
    dashboards, _keys = opened(open_studio, One=LONG)
    dashboards.read().run("studio.present")
    dashboards = reopened(open_studio, dashboards)
    page = dashboards.read()
    dashboards.studio.wait(lambda: page.presentation.on)
    assert not page.bar.isVisible()


def test_tab_not_opened_after_a_restart_is_presented_from_its_last_screen_when_going_back(open_studio: Open) -> None:
    dashboards, _keys = opened(open_studio, One=LONG, Two=FIRST)
    dashboards = reopened(open_studio, dashboards)
    second = dashboards.read()
    assert dashboards.place.pages == [second]
    context = dashboards.studio.context
    context.apply_settings(replace(context.settings, present_every="300"))
    dashboards.qtbot.keyClick(second.canvas, Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    dashboards.qtbot.keyClick(second.canvas, Qt.Key.Key_Left)
    canvas = dashboards.read().canvas
    dashboards.studio.wait(lambda: canvas.wall is not None and len(canvas.wall.screens) > 1)
    assert canvas.wall is not None
    assert canvas.screen_index == len(canvas.wall.screens) - 1
    assert dashboards.place.pages == [dashboards.place.page, second]
    last = canvas.screen_index
    dashboards.qtbot.keyClick(canvas, Qt.Key.Key_Left)
    canvas.sync()
    assert canvas.screen_index == last - 1


def test_tabs_with_the_list_in_front_restore_it_in_front(open_studio: Open) -> None:
    dashboards, _keys = opened(open_studio, One=FIRST)
    dashboards.place.tabs.setCurrentIndex(0)
    dashboards = reopened(open_studio, dashboards)
    assert (dashboards.tabs, dashboards.place.page, dashboards.place.pages) == (["One"], None, [])


def test_tabs_with_a_link_open_it_in_front_once(open_studio: Open) -> None:
    dashboards, keys = opened(open_studio, One=FIRST, Two=SECOND)
    keys |= create_dashboards(dashboards.studio, Three=LONG)
    dashboards = reopened(open_studio, dashboards, f"studio/dashboards/{keys['One']}")
    assert (dashboards.read().name, dashboards.tabs) == ("One", ["One", "Two"])
    dashboards = reopened(open_studio, dashboards, f"studio/dashboards/{keys['Three']}")
    assert (dashboards.read().name, dashboards.tabs) == ("Three", ["One", "Two", "Three"])
    assert len(dashboards.place.pages) == 1


def test_tabs_of_deleted_dashboards_are_dropped_with_one_notice(open_studio: Open) -> None:
    dashboards, keys = opened(open_studio, One=FIRST, Two=SECOND, Three=LONG)
    dashboards.studio.close()
    second = open_studio()
    with unbound(second.workspace.database).change() as session:
        library.discard(session, second.actor, [keys["Two"], keys["Three"]])
    dashboards = OpenDashboards(second)
    said = "2 open dashboards were deleted or are no longer shared with you."
    assert dashboards.tabs == ["One"]
    assert dashboards.place.page is None
    assert said in texts(second)
    assert second.application.problems.current is None
    dashboards = reopened(open_studio, dashboards)
    assert dashboards.tabs == ["One"]
    assert said not in texts(dashboards.studio)


def test_tabs_of_a_damaged_file_are_said_once_and_it_is_set_aside(open_studio: Open) -> None:
    dashboards, _keys = opened(open_studio, One=FIRST)
    dashboards.written()
    dashboards.studio.close()
    (file,) = (dashboards.studio.home / "open").glob("*.json")
    file.write_text("[")
    dashboards = OpenDashboards(open_studio())
    said = dashboards.studio.application.problems.current
    assert said is not None
    assert said.what.startswith("The list of the dashboards that you had open can't be read")
    assert [one.name for one in file.parent.glob("*.json*")] == [f"{file.name}.broken"]
    dashboards = reopened(open_studio, dashboards)
    assert dashboards.studio.application.problems.current is None


def test_tab_that_could_not_be_opened_is_not_opened_again(open_studio: Open) -> None:
    dashboards, _keys = opened(open_studio, One=FIRST)
    page = dashboards.place.open("11111111-1111-4111-8111-111111111111")
    dashboards.studio.wait(lambda: page.saving.state == "failed")
    assert dashboards.tabs == ["One", "Couldn't open"]
    dashboards = reopened(open_studio, dashboards)
    assert dashboards.tabs == ["One"]
    assert not [text for text in texts(dashboards.studio) if "was deleted or is no longer" in text]


def test_tabs_of_two_people_are_kept_apart(open_studio: Open) -> None:
    dashboards, keys = opened(open_studio, One=FIRST, Two=SECOND)
    studio = dashboards.studio
    sign_in_as(studio, "admin")
    theirs = dashboards_view_of(studio)
    assert theirs.tabs.count() == 1  # an admin may see both: they are not theirs to come back to
    theirs.open(keys["Two"])
    studio.wait(lambda: theirs.page is not None and theirs.page.saving.state == "saved")
    sign_in_as(studio, "analyst")
    place = dashboards_view_of(studio)
    assert [place.tabs.tabText(k) for k in range(1, place.tabs.count())] == ["One", "Two"]
    sign_in_as(studio, "admin")
    place = dashboards_view_of(studio)
    assert [place.tabs.tabText(k) for k in range(1, place.tabs.count())] == ["Two"]


def test_result_for_a_page_whose_session_is_already_deleted_does_no_harm(studio: "Studio") -> None:
    page, session = studio.page, studio.context.session
    studio.application.choose_location()
    QCoreApplication.sendPostedEvents(session, QEvent.Type.DeferredDelete)
    assert not shiboken6.isValid(session)
    assert shiboken6.isValid(page)
    page.query_runner.result_changed.emit("a")


def test_tabs_of_a_killed_window_are_restored_with_their_edits(open_studio: Open, tmp_path: Path) -> None:
    dashboards, _keys = opened(open_studio, Two=SECOND, One=FIRST)
    first, page = dashboards.studio, dashboards.read()
    page.editor.set_property("a", "title", "Mine")
    page.saving.findChild(QTimer).stop()  # killed before it is saved
    dashboards.written()
    assert first.journals.flush(first.home, page)
    home = Path(shutil.copytree(first.home, tmp_path / "killed", ignore=shutil.ignore_patterns("run")))
    first.close()
    second = open_studio(home)
    dashboards = OpenDashboards(second)
    assert (dashboards.tabs, dashboards.front) == (["Two", "One"], "One")
    second.wait(lambda: dashboards.place.page is not None and dashboards.place.page.saving.stored is not None)
    page = dashboards.place.page
    assert page is not None
    assert page.editor.widget("a").title == "Mine"
    said = second.application.problems.current
    assert said is not None
    assert said.what.startswith("Recovered 1 unsaved edit from ")
    second.application.problems.dismiss()
    assert second.application.problems.current is None
    assert dashboards.tabs == ["Two", "One"]
    page.undo()
    assert page.editor.widget("a").title == "a"


def test_tabs_closed_before_they_were_opened_stay_closed(open_studio: Open) -> None:
    dashboards, _keys = opened(open_studio, One=FIRST, Two=SECOND)
    dashboards = reopened(open_studio, dashboards)
    dashboards.read()
    button = dashboards.place.tabs.tabButton(1, QTabBar.ButtonPosition.RightSide)
    dashboards.qtbot.mouseClick(button, LEFT)
    assert dashboards.tabs == ["Two"]
    assert len(dashboards.place.pages) == 1
    assert reopened(open_studio, dashboards).tabs == ["Two"]


def test_drag_over_a_tab_not_loaded_yet_loads_it(open_studio: Open) -> None:
    first = open_studio()
    two = TwoDashboards(first)
    two.place.bring_to_front(two.second)
    two.place.bring_to_front(two.first)
    first.close()
    second = open_studio()
    dashboards = OpenDashboards(second)
    page = dashboards.read()
    second.wait(lambda: not page.query_runner.busy)
    view = page.canvas.viewport()
    box = page.canvas.mapFromScene(page.canvas.tiles["a"].rect).boundingRect()
    at = QPoint(box.left() + 40, box.top() + 14)
    second.qtbot.mousePress(view, LEFT, pos=at)
    for k in range(1, 4):
        QTest.mouseMove(view, at + QPoint(8 * k, 8 * k))
    bar = dashboards.place.tabs
    tab = next(k for k in range(1, bar.count()) if bar.tabText(k) == "Second")
    QTest.mouseMove(view, view.mapFromGlobal(bar.mapToGlobal(bar.tabRect(tab).center())))
    second.wait(lambda: dashboards.place.page not in (None, page))
    other = dashboards.read()
    for y in (300, 340):
        QTest.mouseMove(other.canvas.viewport(), QPoint(400, y))
    QTest.mouseRelease(other.canvas.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, QPoint(400, 340))
    assert set(other.editor.page.paths) == {"a", "b", "a-2"}
    assert "a" not in page.editor.page.paths


def test_tabs_after_a_language_change_are_the_same(open_studio: Open) -> None:
    dashboards, _keys = opened(open_studio, One=FIRST, Two=SECOND)
    studio, application = dashboards.studio, dashboards.studio.application
    try:
        application.apply_settings(replace(application.settings, language="tr"))
        place = dashboards_view_of(studio)
        assert [place.tabs.tabText(k) for k in range(place.tabs.count())] == ["Tüm panolar", "One", "Two"]
    finally:
        application.apply_settings(replace(application.settings, language="en"))


def test_close_right_after_a_language_change_does_not_wait_for_the_page_that_was_replaced(open_studio: Open) -> None:
    """The new page's task waited for the crash journal of the old one, which the window was to delete: five seconds."""
    studio = open_studio()
    page, application = studio.page, studio.application
    try:
        application.apply_settings(replace(application.settings, language="tr"))
        assert shiboken6.isValid(page)
        studio.close()
        assert not shiboken6.isValid(page)
    finally:
        i18n.use("en", package_data.resources_folder() / "i18n")


@pytest.mark.usefixtures("demo_home")
def test_home_page_after_a_language_change_keeps_zoom_and_scroll(open_studio: Open) -> None:
    studio = open_studio()
    studio.page.canvas.set_zoom(1.4)
    scroll = studio.page.canvas.verticalScrollBar()
    scroll.setValue(100)
    OpenDashboards(studio)
    application = studio.application
    assert application.shell is not None
    application.shell.go("settings")
    try:
        application.apply_settings(replace(application.settings, language="tr"))
        shell = application.shell
        assert shell.address == "settings/general"
        shell.go("studio")
        assert shell.address == "studio/dashboards"
        shell.go("studio/home")
        (page,) = shell.findChildren(StudioPage, "studio_home")
        studio.wait(lambda: page.saving.state == "saved")
        assert (page.canvas.zoom, page.canvas.verticalScrollBar().value()) == (1.4, 100)
    finally:
        application.apply_settings(replace(application.settings, language="en"))


def test_tabs_with_an_unreadable_file_start_empty(open_studio: Open) -> None:
    dashboards, keys = opened(open_studio, One=FIRST)
    first = dashboards.studio
    first.close()
    (file,) = (first.home / "open").glob("*.json")
    assert json.loads(file.read_text())["front"] == keys["One"]
    file.write_text('{"views": [')
    second = open_studio()
    dashboards = OpenDashboards(second)
    assert dashboards.tabs == []
    dashboards.open(keys["One"])
    dashboards.written()
    assert json.loads(file.read_text())["front"] == keys["One"]


def test_tab_menu_of_a_tab_not_loaded_yet_opens_when_loaded(open_studio: Open) -> None:
    dashboards, _keys = opened(open_studio, One=FIRST, Two=SECOND)
    dashboards = reopened(open_studio, dashboards)
    front = dashboards.read()
    bar = dashboards.place.tabs
    at = bar.tabRect(1).center()
    QApplication.sendEvent(bar, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, bar.mapToGlobal(at)))
    dashboards.studio.wait(lambda: bool(dashboards.place.findChildren(QMenu, "dashboard_menu")))
    (menu,) = dashboards.place.findChildren(QMenu, "dashboard_menu")
    assert {"command_close_dashboard", "command_rename"} <= {action.objectName() for action in menu.actions()}
    assert dashboards.place.page is front
    menu.close()

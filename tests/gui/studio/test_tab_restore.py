"""The open dashboards come back after a restart and after a kill, each as it was shown, and nobody else's."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QTabBar
from test_cross_page_drag import FIRST, SECOND, Two

from benchboard.dashboards import library
from benchboard.dashboards.document.document import parse_document
from benchboard.identity import authentication
from benchboard.identity.permissions import Client
from benchboard.ui.sign_in.session_opening import Entered
from benchboard.ui.studio.dashboards_view import Dashboards
from benchboard.ui.studio.editor_page import StudioPage
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio

Open = Callable[..., "Studio"]
LEFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
LONG = [{"id": f"w{k}", "type": "text", "title": f"w{k}", "position": {"x": 0, "y": 4 * k, "w": 6, "h": 4}}
        for k in range(40)]  # fmt: skip


class OpenDashboards:
    """The place of dashboards in an open window."""

    def __init__(self, studio: "Studio", address: str = "studio/dashboards") -> None:
        self.studio, self.qtbot = studio, studio.qtbot
        shell = studio.application.shell
        assert shell is not None
        shell.go(address)
        (self.place,) = studio.application.window.findChildren(Dashboards)
        studio.wait(lambda: self.place._reopening._kept is not None)

    @property
    def tabs(self) -> list[str]:
        bar = self.place.tabs
        return [bar.tabText(k) for k in range(1, bar.count())]

    @property
    def front(self) -> str:
        return self.place.tabs.tabText(self.place.tabs.currentIndex())

    def read(self) -> StudioPage:
        """The page in front, when it has been read."""
        self.studio.wait(lambda: self.place.page is not None and self.place.page.saving.state == "saved")
        page = self.place.page
        assert page is not None
        return page

    def open(self, key: str) -> StudioPage:
        self.place.open(key)
        return self.read()

    def written(self) -> None:
        """Wait until what is open is on the disk, as it is after a moment."""
        kept = self.place._reopening
        self.studio.wait(lambda: not kept._timer.isActive() and kept._kept == kept._sitting())
        self.studio.wait(lambda: kept._store._written == kept._store._turn)


def make(studio: "Studio", **items: list[dict[str, object]]) -> dict[str, str]:
    documents = [{"format": "benchboard/dashboard", "version": 2, "title": title, "items": said}
                 for title, said in items.items()]  # fmt: skip
    with unbound(studio.workspace.database).change() as session:
        return {
            one["title"]: library.create(session, studio.actor, parse_document(one)).card.id  # type: ignore[misc]
            for one in documents
        }


def opened(open_studio: Open, **items: list[dict[str, object]]) -> tuple[OpenDashboards, dict[str, str]]:
    """A window with these dashboards made and opened in this order, and their ids."""
    studio = open_studio()
    keys = make(studio, **items)
    shelf = OpenDashboards(studio)
    for key in keys.values():
        shelf.open(key)
    return shelf, keys


def reopened(open_studio: Open, shelf: OpenDashboards, address: str = "studio/dashboards") -> OpenDashboards:
    """The window closed, and another one opened on the same computer."""
    shelf.studio.close()
    return OpenDashboards(open_studio(), address)


def texts(studio: "Studio") -> list[str]:
    return [label.text() for label in studio.application.window.findChildren(QLabel)]


def test_tabs_after_a_restart_are_restored_with_order_and_view(open_studio: Open) -> None:
    shelf, _keys = opened(open_studio, Three=SECOND, One=FIRST, Two=LONG)
    page = shelf.read()
    page.run("studio.tablet")
    page.canvas.set_zoom(0.8)
    page.canvas.verticalScrollBar().setValue(700)
    at = page.canvas.verticalScrollBar().value()
    assert at == 700
    shelf = reopened(open_studio, shelf)
    assert (shelf.tabs, shelf.front) == (["Three", "One", "Two"], "Two")
    page = shelf.read()
    assert (page.editor.breakpoint, page.canvas.zoom, page.canvas.verticalScrollBar().value()) == ("tablet", 0.8, at)
    assert page.bar.breakpoints.current() == "tablet"
    assert page.editor.undo_stack.count() == 0
    assert not page.saving.dirty
    assert shelf.place.pages == [page]  # the others are read when somebody looks at them
    shelf.qtbot.keyClick(page.canvas, Qt.Key.Key_Tab, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert shelf.read().name == "One"
    assert len(shelf.place.pages) == 2


def test_tabs_not_opened_after_a_restart_keep_their_view(open_studio: Open) -> None:
    first = open_studio()
    keys = make(first, One=LONG, Two=SECOND)
    shelf = OpenDashboards(first)
    shelf.open(keys["One"]).canvas.verticalScrollBar().setValue(500)
    shelf.open(keys["Two"])
    shelf = reopened(open_studio, shelf)
    shelf.read()
    shelf = reopened(open_studio, shelf)
    shelf.read()
    assert shelf.open(keys["One"]).canvas.verticalScrollBar().value() == 500
    assert shelf.tabs == ["One", "Two"]


def test_tabs_after_a_restart_resume_the_presentation(open_studio: Open) -> None:
    shelf, _keys = opened(open_studio, One=LONG)
    shelf.read().run("studio.present")
    shelf = reopened(open_studio, shelf)
    page = shelf.read()
    shelf.studio.wait(lambda: page.presentation.on)
    assert not page.bar.isVisible()


def test_tabs_with_the_list_in_front_restore_it_in_front(open_studio: Open) -> None:
    shelf, _keys = opened(open_studio, One=FIRST)
    shelf.place.tabs.setCurrentIndex(0)
    shelf = reopened(open_studio, shelf)
    assert (shelf.tabs, shelf.place.page, shelf.place.pages) == (["One"], None, [])


def test_tabs_with_a_link_open_it_in_front_once(open_studio: Open) -> None:
    shelf, keys = opened(open_studio, One=FIRST, Two=SECOND)
    keys |= make(shelf.studio, Three=LONG)
    shelf = reopened(open_studio, shelf, f"studio/dashboards/{keys['One']}")
    assert (shelf.read().name, shelf.tabs) == ("One", ["One", "Two"])
    shelf = reopened(open_studio, shelf, f"studio/dashboards/{keys['Three']}")
    assert (shelf.read().name, shelf.tabs) == ("Three", ["One", "Two", "Three"])
    assert len(shelf.place.pages) == 1


def test_tabs_of_deleted_dashboards_are_dropped_with_one_notice(open_studio: Open) -> None:
    shelf, keys = opened(open_studio, One=FIRST, Two=SECOND, Three=LONG)
    shelf.studio.close()
    second = open_studio()
    with unbound(second.workspace.database).change() as session:
        library.discard(session, second.actor, [keys["Two"], keys["Three"]])
    shelf = OpenDashboards(second)
    said = "2 open dashboards were deleted or are no longer shared with you."
    assert shelf.tabs == ["One"]
    assert shelf.place.page is None
    assert said in texts(second)
    assert second.application.problems.current is None
    shelf = reopened(open_studio, shelf)
    assert shelf.tabs == ["One"]
    assert said not in texts(shelf.studio)


def enter(studio: "Studio", role: str) -> None:
    """Somebody else signs in at the same window."""
    application = studio.application
    with unbound(studio.workspace.database).read() as session:
        person = next(p for p in authentication.demo_people(session) if p.role == role)
    with unbound(studio.workspace.database).change() as session:
        signed_in = authentication.sign_in_demo(session, user_id=person.user_id, client=Client.here())
    assert application.shell is not None
    assert application.shell.may_close()
    application._leave_session()
    application.show_sign_in()
    application._enter(Entered(studio.workspace, signed_in, "demo", False))


def place_of(studio: "Studio") -> Dashboards:
    """The place of whoever is signed in now."""
    shell = studio.application.shell
    assert shell is not None
    shell.go("studio/dashboards")
    (place,) = shell.findChildren(Dashboards)
    studio.wait(lambda: place._reopening._kept is not None)
    return place


def test_tabs_of_two_people_are_kept_apart(open_studio: Open) -> None:
    shelf, keys = opened(open_studio, One=FIRST, Two=SECOND)
    studio = shelf.studio
    enter(studio, "admin")
    theirs = place_of(studio)
    assert theirs.tabs.count() == 1  # an admin may see both: they are not theirs to come back to
    theirs.open(keys["Two"])
    studio.wait(lambda: theirs.page is not None and theirs.page.saving.state == "saved")
    enter(studio, "analyst")
    place = place_of(studio)
    assert [place.tabs.tabText(k) for k in range(1, place.tabs.count())] == ["One", "Two"]
    enter(studio, "admin")
    place = place_of(studio)
    assert [place.tabs.tabText(k) for k in range(1, place.tabs.count())] == ["Two"]


def test_tabs_of_a_killed_window_are_restored_with_their_edits(open_studio: Open, tmp_path: Path) -> None:
    shelf, _keys = opened(open_studio, Two=SECOND, One=FIRST)
    first, page = shelf.studio, shelf.read()
    page.editor.set_property("a", "title", "Mine")
    page.saving._timer.stop()  # killed before it is saved
    shelf.written()
    journal = page.saving.recovery._journal
    assert journal is not None
    assert journal.flush()
    home = Path(shutil.copytree(first.home, tmp_path / "killed"))
    first.close()
    second = open_studio(home)
    shelf = OpenDashboards(second)
    assert (shelf.tabs, shelf.front) == (["Two", "One"], "One")
    second.wait(lambda: shelf.place.page is not None and shelf.place.page.saving.stored is not None)
    page = shelf.place.page
    assert page is not None
    assert page.editor.widget("a").title == "Mine"
    said = second.application.problems.current
    assert said is not None
    assert said.what.startswith("Recovered 1 unsaved edit from ")
    assert len(second.application.problems._waiting) == 1
    assert shelf.tabs == ["Two", "One"]
    page.undo()
    assert page.editor.widget("a").title == "a"


def test_tabs_closed_before_they_were_opened_stay_closed(open_studio: Open) -> None:
    shelf, _keys = opened(open_studio, One=FIRST, Two=SECOND)
    shelf = reopened(open_studio, shelf)
    shelf.read()
    button = shelf.place.tabs.tabButton(1, QTabBar.ButtonPosition.RightSide)
    shelf.qtbot.mouseClick(button, LEFT)
    assert shelf.tabs == ["Two"]
    assert len(shelf.place.pages) == 1
    assert reopened(open_studio, shelf).tabs == ["Two"]


def test_drag_over_a_tab_not_loaded_yet_loads_it(open_studio: Open) -> None:
    first = open_studio()
    two = Two(first)
    two.place.bring_up(two.second)
    two.place.bring_up(two.first)
    first.close()
    second = open_studio()
    shelf = OpenDashboards(second)
    page = shelf.read()
    second.wait(lambda: not page.query_runner.busy)
    view = page.canvas.viewport()
    box = page.canvas.mapFromScene(page.canvas.tiles["a"].rect).boundingRect()
    at = QPoint(box.left() + 40, box.top() + 14)
    second.qtbot.mousePress(view, LEFT, pos=at)
    for k in range(1, 4):
        QTest.mouseMove(view, at + QPoint(8 * k, 8 * k))
    bar = shelf.place.tabs
    tab = next(k for k in range(1, bar.count()) if bar.tabText(k) == "Second")
    QTest.mouseMove(view, view.mapFromGlobal(bar.mapToGlobal(bar.tabRect(tab).center())))
    second.wait(lambda: shelf.place.page not in (None, page))
    other = shelf.read()
    for y in (300, 340):
        QTest.mouseMove(other.canvas.viewport(), QPoint(400, y))
    QTest.mouseRelease(other.canvas.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, QPoint(400, 340))
    assert set(other.editor.page.paths) == {"a", "b", "a-2"}
    assert "a" not in page.editor.page.paths


def test_tabs_after_a_language_change_are_the_same(open_studio: Open) -> None:
    shelf, _keys = opened(open_studio, One=FIRST, Two=SECOND)
    studio, application = shelf.studio, shelf.studio.application
    try:
        application.remember(replace(application.settings, language="tr"))
        place = place_of(studio)
        assert [place.tabs.tabText(k) for k in range(place.tabs.count())] == ["Tüm panolar", "One", "Two"]
    finally:
        application.remember(replace(application.settings, language="en"))


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
        application.remember(replace(application.settings, language="tr"))
        shell = application.shell
        assert shell.address == "settings/general"
        shell.go("studio")
        assert shell.address == "studio/dashboards"
        shell.go("studio/home")
        (page,) = shell.findChildren(StudioPage, "studio_home")
        studio.wait(lambda: page.saving.state == "saved")
        assert (page.canvas.zoom, page.canvas.verticalScrollBar().value()) == (1.4, 100)
    finally:
        application.remember(replace(application.settings, language="en"))


def test_tabs_with_an_unreadable_file_start_empty(open_studio: Open) -> None:
    shelf, keys = opened(open_studio, One=FIRST)
    first = shelf.studio
    first.close()
    (file,) = (first.home / "open").glob("*.json")
    assert json.loads(file.read_text())["front"] == keys["One"]
    file.write_text('{"views": [')
    second = open_studio()
    shelf = OpenDashboards(second)
    assert shelf.tabs == []
    shelf.open(keys["One"])
    shelf.written()
    assert json.loads(file.read_text())["front"] == keys["One"]


def test_tab_menu_of_a_tab_not_loaded_yet_opens_when_loaded(open_studio: Open) -> None:
    shelf, _keys = opened(open_studio, One=FIRST, Two=SECOND)
    shelf = reopened(open_studio, shelf)
    front = shelf.read()
    bar = shelf.place.tabs
    at = bar.tabRect(1).center()
    QApplication.sendEvent(bar, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, bar.mapToGlobal(at)))
    shelf.studio.wait(lambda: bool(shelf.place.findChildren(QMenu, "dashboard_menu")))
    (menu,) = shelf.place.findChildren(QMenu, "dashboard_menu")
    assert {"command_close_dashboard", "command_rename"} <= {action.objectName() for action in menu.actions()}
    assert shelf.place.page is front
    menu.close()

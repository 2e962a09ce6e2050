"""Dragging between the home page and an open dashboard, over their tabs, with real mouse and keys."""

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from two_dashboards import SECOND

from benchboard.dashboards import library
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.editing.save_machine import SaveMachine
from benchboard.ui.studio.cross_page_drag import SinglePage
from benchboard.ui.studio.dashboards_view import DashboardsView
from benchboard.ui.studio.editor_page import StudioPage
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio

CTRL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton
OURS = {"id": "own", "type": "text", "title": "Ours", "position": {"x": 0, "y": 0, "w": 4, "h": 4},
        "source-field": {"kept": [1, 2]}}  # fmt: skip


class Both:
    """The home page and a dashboard in a tab; drags between them with the mouse."""

    def __init__(self, studio: "Studio") -> None:
        self.studio, self.home = studio, studio.page
        studio.store([OURS, {**OURS, "id": "other", "position": {"x": 4, "y": 0, "w": 4, "h": 4}}])
        studio.wait(lambda: set(self.home.editor.page.paths) == {"own", "other"})
        document = {"format": "benchboard/dashboard", "version": 2, "title": "Second", "items": SECOND}
        with unbound(studio.workspace.database).change() as session:
            self.key = library.create(session, studio.actor, parse_document(document)).card.id
        self.go("dashboards")
        (self.place,) = studio.application.window.findChildren(DashboardsView)
        self.second = self.place.open(self.key)
        self.read(self.second)
        self.crossing = self.place.cross_page_drag
        self.began = self.home.editor.undo_stack.count()

    def go(self, place: str) -> None:
        assert self.studio.application.shell is not None
        self.studio.application.shell.go(f"studio/{place}")
        self._lay_out()

    def _lay_out(self) -> None:
        """Lay out the page that was hidden: a canvas that is resized meanwhile cancels a drag."""
        sizes: list[QSize] = []
        while (size := self.home.canvas.size()) not in sizes[-1:]:
            sizes.append(size)
            QApplication.processEvents()

    def read(self, page: StudioPage) -> None:
        self.studio.wait(lambda: page.saving.state == "saved" and not page.query_runner.busy)

    def ids(self, page: StudioPage) -> set[str]:
        return set(page.editor.page.paths)

    def start_drag(self, page: StudioPage, item_id: str) -> None:
        view = page.canvas.viewport()
        box = page.canvas.mapFromScene(page.canvas.tiles[item_id].rect).boundingRect()
        at = QPoint(box.left() + 40, box.top() + 14)
        self.studio.qtbot.mousePress(view, LEFT, pos=at)
        for k in range(1, 4):
            QTest.mouseMove(view, at + QPoint(8 * k, 8 * k))
        assert page.canvas.busy

    def over(self, pressed: StudioPage, widget: QWidget, at: QPoint) -> None:
        """Move the mouse that was pressed on a page over a widget."""
        view = pressed.canvas.viewport()
        QTest.mouseMove(view, view.mapFromGlobal(widget.mapToGlobal(at)))

    def over_header(self, pressed: StudioPage, place: str) -> None:
        tab = self.studio.application.window.findChild(QWidget, f"tab_studio_{place}")
        assert tab is not None
        self.over(pressed, tab, tab.rect().center())

    def label_texts(self) -> list[str]:
        return [label.text() for label in self.studio.application.window.findChildren(QLabel) if label.isVisible()]


@pytest.fixture
def both(studio: "Studio") -> Both:
    return Both(studio)


def _drag_to_dashboard(both: Both) -> None:
    """Drag “own” from the home page over the dashboards tab onto the dashboard."""
    both.go("home")
    both.start_drag(both.home, "own")
    both.over_header(both.home, "dashboards")
    both.studio.wait(both.second.isVisible)
    assert both.crossing.active
    for y in (300, 340):
        both.over(both.home, both.second.canvas.viewport(), QPoint(400, y))
    assert both.second.canvas.busy


def test_drag_from_home_to_dashboard_moves_every_field(both: Both) -> None:
    _drag_to_dashboard(both)
    QTest.mouseRelease(both.second.canvas.viewport(), LEFT, NONE, QPoint(400, 340))
    assert not both.crossing.active
    assert both.ids(both.second) == {"a", "b", "own"}
    assert both.second.editor.page.item("own").source["source-field"] == {"kept": [1, 2]}
    assert both.ids(both.home) == {"other"}
    assert "Home" in both.second.editor.undo_stack.undo_title()
    assert "Second" in both.home.editor.undo_stack.undo_title()
    both.studio.wait(lambda: not both.home.saving.dirty and not both.second.saving.dirty)
    stored = both.studio.stored()
    assert isinstance(stored.document, list)  # the home layout stays the sources' bare list
    both.studio.qtbot.keyClick(both.second.canvas, Qt.Key.Key_Z, CTRL)
    assert both.ids(both.second) == {"a", "b"}
    assert both.ids(both.home) == {"own", "other"}, "it was one move"


def test_drag_from_home_with_ctrl_copies(both: Both) -> None:
    _drag_to_dashboard(both)
    QTest.mouseRelease(both.second.canvas.viewport(), LEFT, CTRL, QPoint(400, 340))
    assert both.ids(both.second) == {"a", "b", "own"}
    assert both.ids(both.home) == {"own", "other"}
    assert both.home.editor.undo_stack.count() == both.began


def test_drag_from_dashboard_to_home_moves(both: Both) -> None:
    both.start_drag(both.second, "b")
    both.over_header(both.second, "home")
    both.studio.wait(both.home.isVisible)
    for y in (400, 420):
        both.over(both.second, both.home.canvas.viewport(), QPoint(300, y))
    assert both.home.canvas.busy
    QTest.mouseRelease(both.home.canvas.viewport(), LEFT, NONE, QPoint(300, 420))
    assert both.ids(both.home) == {"own", "other", "b"}
    assert both.ids(both.second) == {"a"}
    assert both.home.editor.selection == ("b",)
    both.studio.wait(lambda: not both.home.saving.dirty)
    stored = both.studio.stored()
    assert isinstance(stored.document, list)
    assert {item["id"] for item in stored.items} == {"own", "other", "b"}
    both.studio.key(Qt.Key.Key_Z, CTRL)
    assert both.ids(both.home) == {"own", "other"}
    assert both.ids(both.second) == {"a", "b"}


def test_drag_over_list_and_another_tab_reaches_its_page(both: Both) -> None:
    both.place.tabs.setCurrentIndex(0)
    both.go("home")
    both.start_drag(both.home, "own")
    both.over_header(both.home, "dashboards")
    both.studio.wait(both.place.library.isVisible)
    both.over(both.home, both.place.library, QPoint(300, 300))
    bar = both.place.tabs

    def rests_until_page_is_shown() -> bool:
        both.over(both.home, bar, bar.tabRect(1).center())  # the bar may be laid out only now
        return both.second.isVisible()

    both.studio.wait(rests_until_page_is_shown)
    for y in (300, 340):
        both.over(both.home, both.second.canvas.viewport(), QPoint(400, y))
    QTest.mouseRelease(both.second.canvas.viewport(), LEFT, NONE, QPoint(400, 340))
    assert both.ids(both.second) == {"a", "b", "own"}


def test_drag_released_over_list_changes_nothing(both: Both) -> None:
    both.place.tabs.setCurrentIndex(0)
    both.go("home")
    both.start_drag(both.home, "own")
    both.over_header(both.home, "dashboards")
    both.studio.wait(both.place.library.isVisible)
    both.over(both.home, both.place.library, QPoint(300, 300))
    QTest.mouseRelease(both.place.library, LEFT, NONE, QPoint(300, 300))
    assert not both.crossing.active
    assert both.home.isVisible()
    assert both.ids(both.home) == {"own", "other"}
    assert both.home.editor.undo_stack.count() == both.began


def _escape(both: Both) -> bool:
    both.studio.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    return True


def _beside(both: Both) -> bool:
    both.over(both.home, both.second.canvas.viewport(), QPoint(-30, 300))
    QTest.mouseRelease(both.second.canvas.viewport(), LEFT, NONE, QPoint(-30, 300))
    return True


def _go_home(both: Both) -> bool:
    both.go("home")
    return True


def _settings(both: Both) -> bool:
    assert both.studio.application.shell is not None
    both.studio.application.shell.go("settings")
    return False


@pytest.mark.parametrize("leave", [_escape, _beside, _go_home, _settings])
def test_drag_from_home_cancelled_changes_neither(both: Both, leave: object) -> None:
    before = both.home.editor.document, both.second.editor.document
    _drag_to_dashboard(both)
    assert callable(leave)
    at_home = leave(both)
    assert not both.crossing.active
    assert both.home.isVisible() == at_home
    assert not both.second.canvas.busy
    assert not both.home.canvas.busy
    assert (both.home.editor.document, both.second.editor.document) == before
    assert both.home.editor.undo_stack.count() - both.began + both.second.editor.undo_stack.count() == 0


def test_drag_to_view_only_dashboard_is_rejected(both: Both) -> None:
    both.second.editor.read_only = True
    both.go("home")
    both.start_drag(both.home, "own")
    both.over_header(both.home, "dashboards")
    both.studio.wait(both.second.isVisible)
    both.over(both.home, both.second.canvas.viewport(), QPoint(400, 300))
    assert not both.second.canvas.busy
    assert "“Second” can't be edited right now." in both.label_texts()
    QTest.mouseRelease(both.second.canvas.viewport(), LEFT, NONE, QPoint(400, 300))
    assert both.home.isVisible()
    assert both.ids(both.home) == {"own", "other"}


def test_drag_from_home_and_back_moves_at_home(both: Both) -> None:
    _drag_to_dashboard(both)
    both.over_header(both.home, "home")
    both.studio.wait(both.home.isVisible)
    view = both.home.canvas.viewport()
    both.over(both.home, view, QPoint(view.width() // 2, 500))
    assert both.home.canvas.busy
    QTest.mouseRelease(view, LEFT, NONE, QPoint(view.width() // 2, 500))
    assert both.ids(both.second) == {"a", "b"}
    assert both.ids(both.home) == {"own", "other"}
    assert both.home.editor.undo_stack.count() == both.began + 1


def test_drag_to_home_not_loaded_yet_drops_when_loaded(both: Both) -> None:
    saving, read = both.home.saving, both.home.saving.machine
    saving.machine = SaveMachine()  # as it is before the page was read
    both.start_drag(both.second, "b")
    both.over_header(both.second, "home")
    both.studio.wait(both.home.isVisible)
    both.over(both.second, both.home.canvas.viewport(), QPoint(300, 400))
    assert not both.home.canvas.busy
    saving.machine = read
    both.over(both.second, both.home.canvas.viewport(), QPoint(300, 420))
    assert both.home.canvas.busy
    assert [one for one in both.crossing._containers if isinstance(one, SinglePage)]
    QTest.mouseRelease(both.home.canvas.viewport(), LEFT, CTRL, QPoint(300, 420))
    assert both.ids(both.home) == {"own", "other", "b"}

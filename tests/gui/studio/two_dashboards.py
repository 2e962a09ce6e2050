"""Two dashboards open in tabs, to drag from one to the other."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from benchboard.dashboards import library
from benchboard.dashboards.document.document import parse_document
from benchboard.ui.studio.dashboards_view import DashboardsView
from benchboard.ui.studio.editor_page import StudioPage
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio


CTRL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
SHIFT_CTRL = CTRL | Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


def _item(item_id: str, x: int, **fields: object) -> dict[str, object]:
    return {"id": item_id, "type": "text", "title": item_id, "position": {"x": x, "y": 0, "w": 4, "h": 4}, **fields}


FIRST = [_item("a", 0), _item("g", 4, type="group", items=[_item("inner", 0)]), _item("c", 8, static=True)]
SECOND = [_item("a", 0), _item("b", 6)]


class TwoDashboards:
    """Two dashboards open in tabs, the first in front; drags items of the first with the mouse."""

    def __init__(self, studio: "Studio", columns: int = 12) -> None:
        self.studio, self.qtbot = studio, studio.qtbot
        documents = [{"format": "benchboard/dashboard", "version": 2, "title": title, "columns": wide, "items": items}
                     for title, items, wide in (("First", FIRST, 12), ("Second", SECOND, columns))]  # fmt: skip
        with unbound(studio.workspace.database).change() as session:
            made = [library.create(session, studio.actor, parse_document(one)).card for one in documents]
        assert studio.application.shell is not None
        studio.application.shell.go("studio/dashboards")
        (self.place,) = studio.application.window.findChildren(DashboardsView)
        self.second, self.first = (self._opened(card.id) for card in reversed(made))

    def _opened(self, key: str) -> StudioPage:
        page = self.place.open(key)
        self.studio.wait(lambda: page.saving.state == "saved" and not page.query_runner.busy)
        return page

    def ids(self, page: StudioPage) -> set[str]:
        return set(page.editor.page.paths)

    def start_drag(self, item_id: str) -> None:
        """Press a tile of the first dashboard and move it a little."""
        QApplication.processEvents()  # what was just loaded is laid out
        view = self.first.canvas.viewport()
        box = self.first.canvas.mapFromScene(self.first.canvas.tiles[item_id].rect).boundingRect()
        at = QPoint(box.left() + 40, box.top() + 14)
        self.qtbot.mousePress(view, LEFT, pos=at)
        for k in range(1, 4):
            QTest.mouseMove(view, at + QPoint(8 * k, 8 * k))
        assert self.first.canvas.busy

    def tab_of(self, page: StudioPage) -> QPoint:
        """The middle of a dashboard's tab, on the screen."""
        tabs = self.place.tabs
        (tab,) = (k for k in range(1, tabs.count()) if self.place.page_at(k) is page)
        return tabs.mapToGlobal(tabs.tabRect(tab).center())

    def over_tab(self, page: StudioPage) -> None:
        """Hold what is dragged over a tab until its dashboard is in front."""
        spot = self.tab_of(page)
        view = self.first.canvas.viewport()
        QTest.mouseMove(view, view.mapFromGlobal(spot))
        self.studio.wait(lambda: self.place.page is page)

    def over(self, page: StudioPage, at: QPoint) -> None:
        QTest.mouseMove(page.canvas.viewport(), at)

    def release(self, page: StudioPage, at: QPoint, modifier: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseRelease(page.canvas.viewport(), LEFT, modifier, at)

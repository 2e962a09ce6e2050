"""Links of widgets to dashboards: added in the inspector, followed from a value and from the widget's menu."""

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QPushButton

from benchboard.dashboards import library
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.widget_links import linked_dashboards
from benchboard.ui.studio.dashboards_view import DashboardsView
from benchboard.ui.studio.editor_page import StudioPage
from benchboard.ui.studio.panes.dashboard_picker import DashboardPicker
from benchboard.ui.studio.tiles.results.tile_point import TilePoint
from benchboard.ui.widgets.menus import Menu
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio

BY_STATUS = "SELECT status, count(*) AS orders\nFROM orders\nGROUP BY 1\nORDER BY orders DESC"


def _item(item_id: str, kind: str, x: int, query: str) -> dict[str, Any]:
    return {"id": item_id, "type": kind, "title": item_id, "position": {"x": x, "y": 0, "w": 5, "h": 5}, "query": query}


class Linked:
    """Two dashboards; the first is in front, with a chart by status, the second counts orders."""

    def __init__(self, studio: "Studio") -> None:
        self.studio = studio
        bars, count = _item("bars", "bar_chart", 0, BY_STATUS), "SELECT count(*) AS n\nFROM orders"
        documents = [
            parse_document({"format": "benchboard/dashboard", "version": 2, "title": title, "items": [item]})
            for title, item in (("Overview", bars), ("Details", _item("count", "metric_card", 0, count)),
                                ("Other & more", _item("x", "metric_card", 0, count)))
        ]  # fmt: skip
        with unbound(studio.workspace.database).change() as session:
            self.ids = [library.create(session, studio.actor, one).card.id for one in documents]
        assert studio.application.shell is not None
        studio.application.shell.go(f"studio/dashboards/{self.ids[0]}")
        (self.view,) = studio.application.window.findChildren(DashboardsView)
        self.page = self.front("Overview")

    def front(self, name: str) -> StudioPage:
        """The page in front, once it is the one of this name and has its data."""
        self.studio.wait(lambda: self.view.page is not None and self.view.page.name == name)
        page = self.view.page
        assert page is not None
        self.studio.wait(lambda: page.saving.state == "saved" and not page.query_runner.busy)
        return page

    def link(self, *names: str) -> None:
        """Link the chart to dashboards, as in the inspector."""
        for name in names:
            self.page.editor.select(["bars"])
            self.studio.wait(lambda: self._button("inspector_link") is not None)
            button = self._button("inspector_link")
            assert button is not None
            button.click()
            picker = self.picker()
            next(one for one in picker.buttons if one.text() == name).click()

    def picker(self) -> DashboardPicker:
        found: list[DashboardPicker] = []

        def is_listed() -> bool:
            found[:] = [one for one in self.studio.application.window.findChildren(DashboardPicker) if one.isVisible()]
            return bool(found and found[-1].buttons)

        self.studio.wait(is_listed)
        return found[-1]

    def links(self) -> tuple[str, ...]:
        return linked_dashboards(self.page.editor.widget("bars").config)

    def _button(self, name: str) -> QPushButton | None:
        return next((one for one in self.page.inspector.findChildren(QPushButton, name) if one.isVisible()), None)

    def menu(self, name: str) -> Menu:
        found: list[Menu] = []

        def is_open() -> bool:
            popup = QApplication.activePopupWidget()
            if isinstance(popup, Menu) and popup.objectName() == name:
                found.append(popup)
            return bool(found)

        self.studio.wait(is_open)
        return found[0]

    def count(self, page: StudioPage) -> object:
        result = page.query_runner.result("count")
        assert result is not None
        assert result.table is not None
        return result.table.rows[0][0]


@pytest.fixture
def linked(studio: "Studio") -> Linked:
    return Linked(studio)


def test_value_opens_the_linked_dashboard_filtered_by_it_and_links_are_undone(linked: Linked) -> None:
    overview, details, other = linked.ids
    linked.link("Details", "Other & more")
    assert linked.links() == (details, other)
    linked.page.run("studio.undo")
    assert linked.links() == (details,)
    result = linked.page.query_runner.result("bars")
    assert result is not None
    assert result.table is not None
    counts = dict(result.table.rows)
    linked.page.canvas.point_requested.emit("bars", TilePoint(((0, "refunded"),), 1, "Refunded"), QPoint(), False)
    shown = linked.menu("point_menu")
    action = next(one for one in shown.actions() if one.objectName() == "open_linked_0")
    assert action.text() == "Open “Details”"
    action.trigger()
    shown.close()
    page = linked.front("Details")
    linked.studio.wait(lambda: bool(page.point_selections.chips) and not page.query_runner.busy)
    assert [one.text() for one in page.point_selections.chips] == ["Status: Refunded · from bars"]
    assert linked.count(page) == counts["refunded"]
    assert overview not in linked.links()


def test_picker_leaves_out_the_page_and_its_links_and_searches(linked: Linked) -> None:
    linked.link("Details")
    linked.page.run("studio.link_dashboard")
    picker = linked.picker()
    names = [one.text() for one in picker.buttons]
    assert "Other & more" in names
    assert not {"Overview", "Details"} & set(names)
    linked.studio.qtbot.keyClicks(picker.focusWidget(), "other")
    linked.studio.wait(lambda: [one.text() for one in picker.buttons if one.isVisible()] == ["Other & more"])
    linked.studio.qtbot.keyClick(picker.focusWidget(), Qt.Key.Key_Down)
    assert picker.buttons[0].hasFocus()
    linked.studio.qtbot.keyClick(picker.buttons[0], Qt.Key.Key_Up)
    linked.studio.qtbot.keyClick(picker.focusWidget(), Qt.Key.Key_Return)
    assert linked.links() == tuple(linked.ids[1:])


def test_widget_opens_its_linked_dashboard_or_lists_several(linked: Linked) -> None:
    linked.page.editor.select(["bars"])
    handlers = linked.page.command_handlers()
    assert handlers["studio.open_linked"].why_not() == "This widget has no links."
    linked.link("Details", "Other & more")
    linked.page.editor.select(["bars"])
    linked.page.run("studio.open_linked")
    shown = linked.menu("linked_dashboards")
    assert [one.text() for one in shown.actions()] == ["Details", "Other && more"]
    shown.actions()[1].trigger()
    shown.close()
    linked.front("Other & more")


def test_renamed_or_deleted_dashboard_is_said_in_the_inspector_and_not_offered(linked: Linked) -> None:
    linked.link("Details")
    linked.page.editor.select(["bars"])
    database = unbound(linked.studio.workspace.database)

    def texts() -> str:
        found = linked.page.inspector.findChildren(QPushButton, "inspector_unlink_0")
        return " ".join(one.toolTip() for one in found if one.isVisible())

    linked.studio.wait(lambda: "Details" in texts())
    with database.change() as session:
        stored = library.get_dashboard(session, linked.studio.actor, linked.ids[1])
        library.describe(session, linked.studio.actor, stored.card.id, name="Refunds")
    linked.studio.wait(lambda: "Refunds" in texts())
    with database.change() as session:
        library.discard(session, linked.studio.actor, [linked.ids[1]])
    linked.studio.wait(lambda: "In the trash" in texts())
    linked.page.canvas.point_requested.emit("bars", TilePoint(((0, "refunded"),), 1, "Refunded"), QPoint(), False)
    shown = linked.menu("point_menu")
    assert not [one for one in shown.actions() if one.objectName().startswith("open_linked")]
    shown.close()

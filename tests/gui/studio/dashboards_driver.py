"""The screen of dashboards in an open window, driven by mouse and keys."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from benchboard.dashboards import library
from benchboard.dashboards.access import sharing
from benchboard.dashboards.library import DashboardSummary
from benchboard.identity.share_candidates import Candidate
from benchboard.paging import Listing
from benchboard.ui.paged.paged_view import PagedTable
from benchboard.ui.studio.dashboards_view import DashboardsView
from benchboard.ui.studio.editor_page import StudioPage
from benchboard.ui.studio.library.folder_pane import FOLDER
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio

LEFT = Qt.MouseButton.LeftButton


class DashboardsDriver:
    """Opens the screen of dashboards and works it by mouse and keys."""

    def __init__(self, studio: "Studio") -> None:
        self.studio, self.qtbot = studio, studio.qtbot
        assert studio.application.shell is not None
        studio.application.shell.go("studio/dashboards")
        (self.place,) = studio.application.window.findChildren(DashboardsView)
        (self.table,) = self.place.library.findChildren(PagedTable)
        self.model = self.table.model
        studio.wait(lambda: len(self.model.rows) == 3)

    def cards(self, which: str = "") -> dict[str, DashboardSummary]:
        """The dashboards in the database, by name."""
        listing = Listing(filters={"which": which} if which else {})
        with unbound(self.studio.workspace.database).read() as session:
            page = library.list_dashboards(session, self.studio.actor, listing)
        return {card.name: card for card in page.rows}

    def find(self, name: str) -> QWidget:
        """The visible widget of that name; waits for it."""
        window = self.studio.application.window
        self.studio.wait(lambda: any(one.isVisible() for one in window.findChildren(QWidget, name)))
        (found,) = [one for one in window.findChildren(QWidget, name) if one.isVisible()]
        return found

    def click(self, name: str) -> None:
        self.qtbot.mouseClick(self.find(name), LEFT)

    def choose(self, key: str) -> None:
        """Click a row of the pane beside the list: a filter, or a folder by its name."""
        pane = self.place.library.pane
        named = [FOLDER + one.id for one in pane.folders if one.name == key]
        at = pane.tree.visualItemRect(pane.tree.item_of(named[0] if named else key)).center()
        self.qtbot.mouseClick(pane.tree.viewport(), LEFT, pos=at)

    def tick(self, name: str) -> None:
        """Tick a row with the mouse."""
        view = self.table.view
        row = next(k for k, card in enumerate(self.model.rows) if card.name == name)
        box = view.visualRect(self.model.index(row, 0))
        self.qtbot.mouseClick(view.viewport(), LEFT, pos=QPoint(16, box.center().y()))

    def open(self, name: str) -> StudioPage:
        """Open a dashboard by double click."""
        view = self.table.view
        row = next(k for k, card in enumerate(self.model.rows) if card.name == name)
        at = view.visualRect(self.model.index(row, 2)).center()
        self.qtbot.mouseClick(view.viewport(), LEFT, pos=at)
        self.qtbot.mouseDClick(view.viewport(), LEFT, pos=at)
        return self.front_page()

    def front_page(self) -> StudioPage:
        """The page in front, once it is loaded and its queries are answered."""
        self.studio.wait(lambda: self.place.page is not None)
        page = self.place.page
        assert page is not None
        self.studio.wait(lambda: page.saving.state == "saved" and not page.query_runner.busy)
        return page


def open_sharing(dashboards: DashboardsDriver, address: str) -> tuple[Candidate, Callable[[], dict[str, str]]]:
    """Open the share dialog of “Shop review”; returns a person to share with, and a function that reads its shares."""
    with unbound(dashboards.studio.workspace.database).read() as session:
        who = sharing.get_candidate(session, dashboards.studio.actor, address)
    dashboards.tick("Shop review")
    dashboards.click("library_share")
    card = dashboards.cards()["Shop review"]

    def given() -> dict[str, str]:
        with unbound(dashboards.studio.workspace.database).read() as session:
            found = sharing.sharing_of(session, dashboards.studio.actor, card.id)
        return {one.to.id: one.permission for one in found.people}

    return who, given

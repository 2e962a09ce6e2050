"""The dashboards that are open in a window, also after a restart and for another person."""

from typing import TYPE_CHECKING

from benchboard.dashboards import library, open_tabs
from benchboard.dashboards.document.document import parse_document
from benchboard.ui.studio.dashboards_view import DashboardsView
from benchboard.ui.studio.document.recovery import account_of
from benchboard.ui.studio.editor_page import StudioPage
from benchboard.ui.studio.tab_restore import TabRestorer
from support.databases import unbound
from support.window import Clicker

if TYPE_CHECKING:
    from conftest import Studio


def restored(place: DashboardsView) -> bool:
    """Whether the tabs that were open before have been read, and there may have been none."""
    restorer = place.findChild(TabRestorer)
    return restorer is not None and restorer._written is not None


class OpenDashboards:
    """The dashboards screen of a window, once its open tabs are restored."""

    def __init__(self, studio: "Studio", address: str = "studio/dashboards") -> None:
        self.studio, self.qtbot = studio, studio.qtbot
        shell = studio.application.shell
        assert shell is not None
        shell.go(address)
        (self.place,) = studio.application.window.findChildren(DashboardsView)
        studio.wait(lambda: restored(self.place))

    @property
    def tabs(self) -> list[str]:
        bar = self.place.tabs
        return [bar.tabText(k) for k in range(1, bar.count())]

    @property
    def front(self) -> str:
        return self.place.tabs.tabText(self.place.tabs.currentIndex())

    def read(self) -> StudioPage:
        """The page in front, once it is loaded."""
        self.studio.wait(lambda: self.place.page is not None and self.place.page.saving.state == "saved")
        page = self.place.page
        assert page is not None
        return page

    def open(self, key: str) -> StudioPage:
        self.place.open(key)
        return self.read()

    def written(self) -> None:
        """Wait until the open tabs are stored, a moment after they changed."""
        account, place = account_of(self.studio.context), self.place
        front = (place.page.store.dashboard_id or "") if place.page is not None else ""

        def stored() -> bool:
            found = open_tabs.load(self.studio.home, account)
            shown = {page.save_state() for page in place.pages}
            return shown <= {*found.views} and len(found.views) == len(self.tabs) and found.front == front

        self.studio.wait(stored)


def create_dashboards(studio: "Studio", **items: list[dict[str, object]]) -> dict[str, str]:
    documents = [{"format": "benchboard/dashboard", "version": 2, "title": title, "items": listed}
                 for title, listed in items.items()]  # fmt: skip
    with unbound(studio.workspace.database).change() as session:
        return {
            one["title"]: library.create(session, studio.actor, parse_document(one)).card.id  # type: ignore[misc]
            for one in documents
        }


def sign_in_as(studio: "Studio", role: str) -> None:
    """Become the demo's person with a role, at the same window; not the one who is signed in."""
    application = studio.application
    before = application.shell
    application.sign_out()
    Clicker(studio.qtbot)(application.window, f"demo_{role}")
    studio.wait(lambda: application.shell not in (None, before))
    studio.workspace = studio.context.workspace


def dashboards_view_of(studio: "Studio") -> DashboardsView:
    """The dashboards screen of whoever is signed in now."""
    shell = studio.application.shell
    assert shell is not None
    shell.go("studio/dashboards")
    (place,) = shell.findChildren(DashboardsView)
    studio.wait(lambda: restored(place))
    return place

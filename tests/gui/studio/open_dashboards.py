"""The dashboards that are open in a window, also after a restart and for another person."""

from typing import TYPE_CHECKING

from benchboard.dashboards import library
from benchboard.dashboards.document.document import parse_document
from benchboard.identity import authentication
from benchboard.identity.permissions import Client
from benchboard.ui.sign_in.session_opening import ActiveSession
from benchboard.ui.studio.dashboards_view import DashboardsView
from benchboard.ui.studio.editor_page import StudioPage
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio


class OpenDashboards:
    """The dashboards screen of a window, once its open tabs are restored."""

    def __init__(self, studio: "Studio", address: str = "studio/dashboards") -> None:
        self.studio, self.qtbot = studio, studio.qtbot
        shell = studio.application.shell
        assert shell is not None
        shell.go(address)
        (self.place,) = studio.application.window.findChildren(DashboardsView)
        studio.wait(lambda: self.place._tab_restorer._written is not None)

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
        kept = self.place._tab_restorer
        self.studio.wait(lambda: not kept._timer.isActive() and kept._written == kept._tabs())
        self.studio.wait(lambda: kept._file._last_written == kept._file._write_number)


def create_dashboards(studio: "Studio", **items: list[dict[str, object]]) -> dict[str, str]:
    documents = [{"format": "benchboard/dashboard", "version": 2, "title": title, "items": listed}
                 for title, listed in items.items()]  # fmt: skip
    with unbound(studio.workspace.database).change() as session:
        return {
            one["title"]: library.create(session, studio.actor, parse_document(one)).card.id  # type: ignore[misc]
            for one in documents
        }


def sign_in_as(studio: "Studio", role: str) -> None:
    """Sign in the demo's first person with a role, at the same window."""
    application = studio.application
    with unbound(studio.workspace.database).read() as session:
        person = next(p for p in authentication.demo_people(session) if p.role == role)
    with unbound(studio.workspace.database).change() as session:
        signed_in = authentication.sign_in_demo(session, user_id=person.user_id, client=Client.here())
    assert application.shell is not None
    assert application.shell.may_close()
    application._detach_session()
    application.show_sign_in()
    assert application.sign_in is not None
    application.sign_in.session_opened.emit(ActiveSession(studio.workspace, signed_in, "demo", False))


def dashboards_view_of(studio: "Studio") -> DashboardsView:
    """The dashboards screen of whoever is signed in now."""
    shell = studio.application.shell
    assert shell is not None
    shell.go("studio/dashboards")
    (place,) = shell.findChildren(DashboardsView)
    studio.wait(lambda: place._tab_restorer._written is not None)
    return place

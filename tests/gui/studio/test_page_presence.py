"""Two windows on one dashboard: each shows who else is there, and what they have selected."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import pytest
from open_dashboards import OpenDashboards, create_dashboards
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from sqlalchemy import select

from benchboard.dashboards.access import sharing
from benchboard.storage.models.dashboards import DashboardPresence
from benchboard.ui.studio import page_presence
from benchboard.ui.studio.editor_page import StudioPage
from benchboard.ui.widgets.toasts import Toast
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio

ITEMS: list[dict[str, object]] = [
    {"id": name, "type": "text", "title": f"Text {name}", "position": {"x": x, "y": y, "w": 4, "h": h}}
    for name, x, y, h in (("a", 0, 0, 3), ("b", 4, 0, 3), ("high", 0, 3, 40), ("c", 0, 43, 3))
]


class Pair:
    """Two people's windows over one file, both with the same dashboard in front: Ines's own, and an admin's."""

    def __init__(self, open_studio: "Callable[..., Studio]", monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(page_presence, "POLL_MS", 50)
        self.one = open_studio()
        self.keys = create_dashboards(self.one, Belt=ITEMS, Oven=ITEMS)
        self.key = self.keys["Belt"]
        self.first = OpenDashboards(self.one)
        self.mine = self.first.open(self.key)
        self.other = open_studio(role="admin")
        self.second = OpenDashboards(self.other)
        self.theirs = self.second.open(self.key)

    @property
    def their_name(self) -> str:
        return self.other.actor.name

    def seen(self, page: StudioPage) -> list[tuple[str, str]]:
        return [(one.name, one.doing) for one in page.bar.people.people]

    def wait(self, condition: Callable[[], bool]) -> None:
        self.one.wait(condition)

    def rows(self) -> list[DashboardPresence]:
        with unbound(self.one.workspace.database).read() as session:
            return list(session.scalars(select(DashboardPresence)))


@pytest.fixture
def pair(open_studio: "Callable[..., Studio]", monkeypatch: pytest.MonkeyPatch) -> Pair:
    made = Pair(open_studio, monkeypatch)
    made.wait(lambda: bool(made.seen(made.mine) and made.seen(made.theirs)))
    return made


def test_windows_show_each_other_and_what_is_selected(pair: Pair) -> None:
    assert pair.seen(pair.mine) == [(pair.their_name, f"{pair.their_name} is on this dashboard")]
    assert pair.seen(pair.theirs)[0][0] == pair.one.actor.name
    pair.theirs.editor.select(["b"])
    pair.wait(lambda: pair.seen(pair.mine) == [(pair.their_name, f"{pair.their_name} has selected Text b")])
    pair.theirs.editor.select(["a", "b"])
    pair.wait(lambda: pair.seen(pair.mine) == [(pair.their_name, f"{pair.their_name} has selected 2 widgets")])
    assert pair.mine.editor.selection == ()
    pair.theirs.editor.select([])
    pair.wait(lambda: pair.seen(pair.mine) == [(pair.their_name, f"{pair.their_name} is on this dashboard")])


def test_click_on_a_person_goes_to_what_they_have_selected(pair: Pair) -> None:
    pair.one.application.window.activateWindow()
    button = next(one for one in pair.mine.bar.people.findChildren(QWidget) if one.objectName() == "studio_people_0")
    pair.one.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    toasts = [one.accessibleName() for one in pair.one.application.window.findChildren(Toast)]
    assert f"{pair.their_name} has nothing selected." in toasts
    pair.theirs.editor.select(["c"])
    pair.wait(lambda: "Text c" in pair.seen(pair.mine)[0][1])
    assert pair.mine.canvas.verticalScrollBar().value() == 0
    pair.one.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert pair.mine.editor.selection == ("c",)
    assert pair.mine.canvas.verticalScrollBar().value() > 0


def test_frame_of_another_is_drawn_below_the_own_one_and_not_while_presenting(pair: Pair) -> None:
    def drawn() -> bytes:
        return bytes(pair.mine.canvas.viewport().grab().toImage().constBits())

    before = drawn()
    pair.theirs.editor.select(["b"])
    pair.wait(lambda: "Text b" in pair.seen(pair.mine)[0][1])
    assert drawn() != before
    pair.mine.presentation.start()
    pair.wait(lambda: pair.mine.presentation.on)
    presented = drawn()
    pair.theirs.editor.select(["a"])
    pair.wait(lambda: "Text a" in pair.seen(pair.mine)[0][1])
    assert drawn() == presented
    pair.mine.presentation.end()


def test_name_of_another_is_not_struck_through_by_the_own_selection(pair: Pair) -> None:
    def name() -> QImage:
        canvas = pair.mine.canvas
        corner = canvas.mapFromScene(canvas.tiles["b"].outline.bottomLeft())
        inside = QRect(corner.x() + 14, corner.y() - 4, 40, 12)
        return canvas.viewport().grab(inside).toImage().convertToFormat(QImage.Format.Format_RGB32)

    pair.theirs.editor.select(["b"])
    pair.wait(lambda: "Text b" in pair.seen(pair.mine)[0][1])
    alone = name()
    for own in (["b"], ["a", "b"]):
        pair.mine.editor.select(own)
        assert name() == alone, own


def test_who_goes_to_another_dashboard_or_closes_is_gone(pair: Pair) -> None:
    oven = pair.second.open(pair.keys["Oven"])
    pair.wait(lambda: pair.seen(pair.mine) == [])
    assert pair.mine.bar.people.isHidden()
    assert pair.seen(oven) == []
    pair.second.open(pair.key)
    pair.wait(lambda: len(pair.seen(pair.mine)) == 1)
    pair.other.close()
    pair.wait(lambda: pair.seen(pair.mine) == [])
    assert [row.user_id for row in pair.rows()] == [pair.one.actor.user_id]


def test_who_loses_access_no_longer_sees_who_is_there(pair: Pair, open_studio: "Callable[..., Studio]") -> None:
    reader = open_studio(role="business_user")
    with unbound(pair.one.workspace.database).change() as session:
        sharing.share(session, pair.one.actor, pair.key, "person", reader.actor.user_id, "view")
    page = OpenDashboards(reader).open(pair.key)
    pair.wait(lambda: len(pair.seen(page)) == 2)
    pair.wait(lambda: len(pair.seen(pair.mine)) == 2)
    with unbound(pair.one.workspace.database).change() as session:
        sharing.unshare(session, pair.one.actor, pair.key, "person", reader.actor.user_id)
    pair.wait(lambda: pair.seen(page) == [])


def test_reports_of_who_is_where_refresh_no_screen_of_another_window(pair: Pair) -> None:
    database = pair.one.context.workspace.database

    def commits() -> tuple[int, int]:
        with unbound(database).read() as session:
            return database.others_commits(session)

    before = commits()
    for chosen in (["a"], ["b"], []):
        pair.theirs.editor.select(chosen)
        pair.wait(partial(lambda wanted: any(row.selected == wanted for row in pair.rows()), chosen))
    assert commits() == before

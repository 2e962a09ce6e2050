"""Sharing a dashboard with a person or team, by mouse and by keyboard alone."""

import pytest
from dashboards_driver import DashboardsDriver, open_sharing
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QScrollArea, QWidget
from sqlalchemy import update

from benchboard.dashboards.access import access_list, sharing
from benchboard.dashboards.access.dashboard_permissions import shares_title
from benchboard.storage.models.identity import User
from benchboard.ui.studio.library.share_dialog import ShareDialog, dashboard_link
from benchboard.ui.widgets import Select
from benchboard.ui.widgets.tab_order import tab_stops
from support.databases import unbound


def test_share_by_name_is_granted_and_revoked(dashboards: DashboardsDriver) -> None:
    who, given = open_sharing(dashboards, "technician@example.com")
    window = dashboards.studio.application.window
    assert "Who has access" in {label.text() for label in window.findChildren(QLabel)}  # its owner too
    search = dashboards.find("share_search")
    dashboards.qtbot.keyClicks(search, who.name.split()[-1][:4])
    dashboards.click(f"share_view_{who.id}")
    dashboards.studio.wait(lambda: given().get(who.id) == "view")
    dashboards.click(f"unshare_{who.id}")
    dashboards.studio.wait(lambda: who.id not in given())


def test_share_copies_the_link_to_the_dashboard(dashboards: DashboardsDriver) -> None:
    open_sharing(dashboards, "technician@example.com")
    dashboards.click("share_copy_link")
    (dialog,) = dashboards.studio.application.window.findChildren(ShareDialog)
    assert QApplication.clipboard().text() == dashboard_link(dialog.dashboard_id)
    assert dashboards.find("share_copy_link").text() == "Link copied"


def test_fields_of_the_share_dialog_stand_in_line_with_title_and_buttons(dashboards: DashboardsDriver) -> None:
    open_sharing(dashboards, "technician@example.com")
    (dialog,) = dashboards.studio.application.window.findChildren(ShareDialog)
    search, done = dashboards.find("share_search"), dashboards.find("share_done")
    dashboards.studio.wait(lambda: right(dialog, search) == right(dialog, done))
    assert search.mapTo(dialog, QPoint(0, 0)).x() == dialog.heading.mapTo(dialog, QPoint(0, 0)).x()


def right(dialog: ShareDialog, widget: QWidget) -> int:
    return widget.mapTo(dialog, QPoint(widget.width(), 0)).x()


def test_access_beside_a_long_name_is_read_whole(dashboards: DashboardsDriver) -> None:
    """It was cut to “Can vi…”."""
    who, given = open_sharing(dashboards, "technician@example.com")
    dashboards.qtbot.keyClicks(dashboards.find("share_search"), who.name.split()[-1][:4])
    dashboards.click(f"share_view_{who.id}")
    dashboards.studio.wait(lambda: given().get(who.id) == "view")
    choice = dashboards.find(f"share_level_{who.id}")
    dashboards.studio.wait(lambda: choice.width() >= choice.sizeHint().width())


def test_share_dialog_lists_everyone_with_access_under_one_heading(dashboards: DashboardsDriver) -> None:
    open_sharing(dashboards, "technician@example.com")
    (dialog,) = dashboards.studio.application.window.findChildren(ShareDialog)
    dashboards.click("share_public")
    dashboards.studio.wait(lambda: len(dialog._access.rows) > 2)
    labels = [label for label in dialog.findChildren(QLabel) if label.isVisible()]
    assert not [label for label in labels if "people with access" in label.text()]
    (heading,) = [label for label in labels if label.text() == "Who has access"]

    def in_order() -> bool:
        parts = (dialog._public, heading, *dialog._access.rows)
        tops = [one.mapTo(dialog, one.rect().topLeft()).y() for one in parts]
        return tops == sorted(set(tops))

    dashboards.studio.wait(in_order)


def test_share_revoked_from_someone_who_can_still_view_says_so(dashboards: DashboardsDriver) -> None:
    who, given = open_sharing(dashboards, "technician@example.com")
    dashboards.click("share_public")
    dashboards.qtbot.keyClicks(dashboards.find("share_search"), who.name.split()[-1][:4])
    dashboards.click(f"share_view_{who.id}")
    dashboards.studio.wait(lambda: given().get(who.id) == "view")
    dashboards.click(f"unshare_{who.id}")
    window = dashboards.studio.application.window
    said = f"No longer shared with {who.name}. {who.name} can still view it: everyone can view."
    dashboards.studio.wait(lambda: said in {label.text() for label in window.findChildren(QLabel)})


def test_who_has_access_is_a_list_read_row_by_row(dashboards: DashboardsDriver) -> None:
    """They were loose texts in a scroll area, which took the focus without a ring."""
    who, given = open_sharing(dashboards, "technician@example.com")
    dashboards.click("share_public")
    dashboards.qtbot.keyClicks(dashboards.find("share_search"), who.name)
    dashboards.click("share_done")
    dashboards.studio.wait(lambda: given().get(who.id) == "view")
    dashboards.click("library_share")
    dialog = dashboards.studio.application.window.findChildren(ShareDialog)[-1]
    dashboards.studio.wait(lambda: len(dialog._access.rows) > 2)
    rows, stops = dialog._access.rows, tab_stops(dialog)
    assert not [one for one in stops if isinstance(one, QScrollArea)]
    assert [one for one in stops if one in rows] == [rows[0]]
    found = QAccessible.queryAccessibleInterface(dialog._access)
    assert found.role() == QAccessible.Role.List
    assert found.text(QAccessible.Text.Name) == "Who has access"
    told = [QAccessible.queryAccessibleInterface(row) for row in rows]
    names = [one.text(QAccessible.Text.Name) for one in told]
    assert {one.role() for one in told} == {QAccessible.Role.ListItem}
    assert any(name.startswith(f"{who.name}, Can view, ") for name in names)
    assert sum(", Can view, " in name and "veryone" in name for name in names) >= 1, names
    assert told[1].text(QAccessible.Text.Description) == f"2 of {len(rows)}"
    rows[0].setFocus(Qt.FocusReason.TabFocusReason)
    dashboards.qtbot.keyClick(rows[0], Qt.Key.Key_Down)
    assert rows[1].hasFocus()
    assert dashboards.find(f"unshare_{who.id}") in stops


def test_share_by_keys_selects_the_person(dashboards: DashboardsDriver) -> None:
    who, given = open_sharing(dashboards, "technician@example.com")
    (dialog,) = dashboards.studio.application.window.findChildren(ShareDialog)
    search, found = dashboards.find("share_search"), dialog._results
    dashboards.qtbot.keyClicks(search, "example")
    dashboards.studio.wait(lambda: found.selected is not None)
    seen = [found.selected]
    while who not in seen:
        dashboards.qtbot.keyClick(search, Qt.Key.Key_Down)
        seen.append(found.selected)
    assert len(seen) == len(set(seen))
    dashboards.qtbot.keyClick(search, Qt.Key.Key_Down)
    dashboards.qtbot.keyClick(search, Qt.Key.Key_Up)
    assert found.selected == who
    dashboards.qtbot.keyClick(search, Qt.Key.Key_Return)
    dashboards.studio.wait(lambda: given().get(who.id) == "view")
    assert isinstance(search, QLineEdit)
    assert search.text() == ""


def test_share_done_with_an_exact_name_shares(dashboards: DashboardsDriver) -> None:
    who, given = open_sharing(dashboards, "technician@example.com")
    dashboards.qtbot.keyClicks(dashboards.find("share_search"), who.name.upper())
    dashboards.click("share_done")
    dashboards.studio.wait(lambda: given().get(who.id) == "view")
    dashboards.studio.wait(lambda: not dashboards.studio.application.window.findChildren(ShareDialog))


def test_share_done_without_an_exact_match_reports_it(dashboards: DashboardsDriver) -> None:
    who, given = open_sharing(dashboards, "technician@example.com")
    before = given()
    search = dashboards.find("share_search")
    assert isinstance(search, QLineEdit)
    none = "No other people or teams match “Nobody At All”. Check the spelling; people with access are listed below."
    for written, said in (
        (who.name[:3], f"No exact match for “{who.name[:3]}”. Choose one below or clear the field."),
        ("Nobody At All", none),
    ):
        search.clear()
        dashboards.qtbot.keyClicks(search, written)
        dashboards.click("share_done")
        dashboards.studio.wait(lambda said=said: search.accessibleDescription() == said)  # type: ignore[misc]
        dashboards.qtbot.keyClick(search, Qt.Key.Key_Backspace)
        assert search.accessibleDescription() == ""
    assert given() == before
    search.clear()
    dashboards.click("share_done")
    dashboards.studio.wait(lambda: not dashboards.studio.application.window.findChildren(ShareDialog))


def test_share_by_address_does_not_match_a_name(dashboards: DashboardsDriver) -> None:
    """Who has it already is left out of what is found; one who is called like their address is not taken instead."""
    who, given = open_sharing(dashboards, "technician@example.com")
    dashboards.qtbot.keyClicks(dashboards.find("share_search"), who.name)
    dashboards.click("share_done")
    dashboards.studio.wait(lambda: given().get(who.id) == "view")
    dashboards.studio.wait(lambda: not dashboards.studio.application.window.findChildren(ShareDialog))
    before, address = given(), who.email
    assert address is not None
    with unbound(dashboards.studio.workspace.database).read() as session:
        found = sharing.candidates(session, dashboards.studio.actor, dashboards.cards()["Shop review"].id, "")
        mallory = next(one for one in found if one.kind == "person")
    with unbound(dashboards.studio.workspace.database).change() as session:
        session.info["unaudited"] = frozenset({"users"})
        session.execute(update(User).where(User.id == mallory.id).values(name=address))
    dashboards.click("library_share")
    search = dashboards.find("share_search")
    dashboards.qtbot.keyClicks(search, address)
    dashboards.click("share_done")
    dashboards.studio.wait(lambda: search.accessibleDescription().startswith("No other people or teams match"))
    assert given() == before


def test_share_revoked_is_undone_after_the_dialog(dashboards: DashboardsDriver) -> None:
    who, given = open_sharing(dashboards, "technician@example.com")
    dashboards.qtbot.keyClicks(dashboards.find("share_search"), who.name)
    dashboards.click(f"share_edit_{who.id}")
    dashboards.studio.wait(lambda: given().get(who.id) == "edit")
    dashboards.click(f"unshare_{who.id}")
    dashboards.studio.wait(lambda: who.id not in given())
    dashboards.click("share_done")
    dashboards.studio.wait(lambda: not dashboards.studio.application.window.findChildren(ShareDialog))
    dashboards.click("toast_undo")
    dashboards.studio.wait(lambda: given().get(who.id) == "edit")


def test_share_with_a_team_is_granted(dashboards: DashboardsDriver) -> None:
    open_sharing(dashboards, "technician@example.com")
    (dialog,) = dashboards.studio.application.window.findChildren(ShareDialog)
    search, card = dashboards.find("share_search"), dashboards.cards()["Shop review"]
    dashboards.qtbot.keyClicks(search, "shop desk")
    dashboards.studio.wait(lambda: dialog._results.selected is not None)
    assert dialog._results.rows[0].says_enter  # one sees what Enter would do
    dashboards.qtbot.keyClick(search, Qt.Key.Key_Return)

    def given() -> list[tuple[str, int | None]]:
        with unbound(dashboards.studio.workspace.database).read() as session:
            found = sharing.sharing_of(session, dashboards.studio.actor, card.id)
        return [(one.to.name, one.to.members) for one in found.teams]

    dashboards.studio.wait(lambda: given() == [("Shop desk", 2)])


def test_share_without_matches_says_so_once(dashboards: DashboardsDriver) -> None:
    open_sharing(dashboards, "technician@example.com")
    (dialog,) = dashboards.studio.application.window.findChildren(ShareDialog)
    said = "No other people or teams match “nobody at all”. Check the spelling; people with access are listed below."

    def shown() -> list[str]:
        return [label.text() for label in dialog.findChildren(QLabel) if label.isVisible() and said in label.text()]

    search = dashboards.find("share_search")
    dashboards.qtbot.keyClicks(search, "nobody at all")
    dashboards.studio.wait(lambda: shown() == [said])
    dashboards.qtbot.keyClick(search, Qt.Key.Key_Return)
    dashboards.studio.wait(lambda: search.accessibleDescription() == said)
    assert shown() == [said]


def test_share_lists_the_owner_once(dashboards: DashboardsDriver) -> None:
    open_sharing(dashboards, "technician@example.com")
    (dialog,) = dashboards.studio.application.window.findChildren(ShareDialog)
    owner = dashboards.studio.actor.name
    dashboards.studio.wait(lambda: bool(dialog._access.rows))
    texts = [label.text() for label in dialog.findChildren(QLabel) if not label.isHidden()]
    assert texts.count(owner) == 1
    assert "You: owner" in texts


def test_share_lists_a_person_with_a_share_and_a_role_once(dashboards: DashboardsDriver) -> None:
    open_sharing(dashboards, "technician@example.com")
    (dialog,) = dashboards.studio.application.window.findChildren(ShareDialog)

    def texts() -> list[str]:
        return [label.text() for label in dialog.findChildren(QLabel) if not label.isHidden()]

    dashboards.studio.wait(lambda: "Ines Okafor" in texts())
    assert texts().count("Ines Okafor") == 1  # shared with, as an editor; as an admin she has full access
    assert "Full access as admin" in texts()
    assert (
        access_list.grants_text([access_list.Grant("role", "own")], yourself=True) == "You have full access as admin."
    )


@pytest.mark.parametrize(
    ("public", "people", "teams", "text"),
    [
        (False, 0, 0, "Not shared"),
        (True, 0, 0, "Everyone"),
        (False, 1, 0, "1 person"),
        (True, 1, 0, "Everyone and 1 person"),
        (False, 1, 1, "1 person and 1 team"),
        (True, 2, 3, "Everyone, 2 people and 3 teams"),
    ],
)
def test_shares_are_counted_as_people_and_teams(public: bool, people: int, teams: int, text: str) -> None:
    assert shares_title(public=public, people=people, teams=teams) == text


def test_share_dialog_tells_the_focus_once_as_it_opens(dashboards: DashboardsDriver, told_focus: list[str]) -> None:
    key = dashboards.cards()["Shop review"].id
    told_focus.clear()
    dialog = ShareDialog(dashboards.studio.application.window, dashboards.studio.context, key, "Shop review")
    dialog.open()
    dashboards.studio.wait(lambda: bool(told_focus))
    dashboards.studio.wait(lambda: len(dialog.findChildren(QWidget, "share_search")) == 1)
    assert told_focus == ["share_search"]


def test_team_to_share_with_is_read_as_a_team(dashboards: DashboardsDriver, announcements: list[str]) -> None:
    open_sharing(dashboards, "technician@example.com")
    dashboards.qtbot.keyClicks(dashboards.find("share_search"), "shop desk")
    told = "Shop desk, Team · 2 members, 1 of 1. Enter shares to view."
    dashboards.studio.wait(lambda: told in announcements)


def test_switch_for_everyone_says_what_it_gives_and_what_it_did(
    dashboards: DashboardsDriver, announcements: list[str]
) -> None:
    open_sharing(dashboards, "technician@example.com")
    public = dashboards.find("share_public")
    read = QAccessible.queryAccessibleInterface(public)
    assert read is not None
    assert "Which data they see depends on their role." in read.text(QAccessible.Text.Description)
    public.setFocus()
    announcements.clear()
    dashboards.qtbot.keyClick(public, Qt.Key.Key_Space)
    organisation = dashboards.studio.actor.organisation
    dashboards.studio.wait(lambda: f"Everyone in {organisation} can now view this dashboard." in announcements)
    dashboards.qtbot.keyClick(public, Qt.Key.Key_Space)
    text = f"No longer shared with everyone in {organisation}. Only those listed have access."
    dashboards.studio.wait(lambda: text in announcements)


def test_access_is_changed_by_enter_in_the_list_of_choices_not_by_an_arrow(dashboards: DashboardsDriver) -> None:
    who, given = open_sharing(dashboards, "technician@example.com")
    dashboards.qtbot.keyClicks(dashboards.find("share_search"), who.name.split()[-1][:4])
    dashboards.click(f"share_view_{who.id}")
    dashboards.studio.wait(lambda: given().get(who.id) == "view")
    choice = dashboards.find(f"share_level_{who.id}")
    assert isinstance(choice, Select)
    choice.setFocus(Qt.FocusReason.TabFocusReason)
    dashboards.qtbot.keyClick(choice, Qt.Key.Key_Down)
    assert choice.view().isVisible()
    assert choice.current_key() == "view"
    dashboards.qtbot.keyClick(choice.view(), Qt.Key.Key_Down)
    assert given().get(who.id) == "view"
    dashboards.qtbot.keyClick(choice.view(), Qt.Key.Key_Return)
    dashboards.studio.wait(lambda: given().get(who.id) == "edit")


def test_search_that_finds_nobody_is_told(dashboards: DashboardsDriver, announcements: list[str]) -> None:
    open_sharing(dashboards, "technician@example.com")
    dashboards.qtbot.keyClicks(dashboards.find("share_search"), "zzqq")
    dashboards.studio.wait(lambda: any("zzqq" in one for one in announcements))
    assert len([one for one in announcements if "zzqq" in one]) == 1

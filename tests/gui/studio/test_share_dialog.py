"""Sharing a dashboard with somebody by name, with the mouse and with the keys alone."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit
from sqlalchemy import update
from test_dashboards_view import Shelves
from test_dashboards_view import shelves as shelves

from benchboard.dashboards.access import sharing
from benchboard.dashboards.access.sharing import Candidate
from benchboard.storage.models.identity import User
from benchboard.ui.studio.library.share_dialog import ShareDialog
from support import demo
from support.databases import unbound


def sharing_of(shelves: Shelves, address: str) -> tuple[Candidate, Callable[[], dict[str, str]]]:
    """Open the sharing of “Shop review”; answers somebody to share it with, and with whom it is shared."""
    with unbound(shelves.studio.workspace.database).read() as session:
        who = sharing.find_candidate(session, shelves.studio.actor, address)
    shelves.tick("Shop review")
    shelves.click("library_share")
    card = shelves.cards()["Shop review"]

    def given() -> dict[str, str]:
        with unbound(shelves.studio.workspace.database).read() as session:
            found = sharing.sharing_of(session, shelves.studio.actor, card.id)
        return {one.to.id: one.permission for one in found.people}

    return who, given


def test_share_by_name_is_granted_and_revoked(shelves: Shelves) -> None:
    who, given = sharing_of(shelves, "technician@shopify-dashboard.com")
    search = shelves.find("share_search")
    shelves.qtbot.keyClicks(search, who.name.split()[-1][:4])
    shelves.click(f"share_view_{who.id}")
    shelves.studio.wait(lambda: given().get(who.id) == "view")
    shelves.click(f"unshare_{who.id}")
    shelves.studio.wait(lambda: who.id not in given())


def test_share_by_keys_selects_the_person(shelves: Shelves) -> None:
    who, given = sharing_of(shelves, "technician@shopify-dashboard.com")
    (dialog,) = shelves.studio.application.window.findChildren(ShareDialog)
    search, found = shelves.find("share_search"), dialog._found
    shelves.qtbot.keyClicks(search, "shopify")
    shelves.studio.wait(lambda: found.chosen is not None)
    seen = [found.chosen]
    while who not in seen:
        shelves.qtbot.keyClick(search, Qt.Key.Key_Down)
        seen.append(found.chosen)
    assert len(seen) == len(set(seen))
    shelves.qtbot.keyClick(search, Qt.Key.Key_Down)
    shelves.qtbot.keyClick(search, Qt.Key.Key_Up)
    assert found.chosen == who
    shelves.qtbot.keyClick(search, Qt.Key.Key_Return)
    shelves.studio.wait(lambda: given().get(who.id) == "view")
    assert isinstance(search, QLineEdit)
    assert search.text() == ""


def test_share_done_with_an_exact_name_shares(shelves: Shelves) -> None:
    who, given = sharing_of(shelves, "technician@shopify-dashboard.com")
    shelves.qtbot.keyClicks(shelves.find("share_search"), who.name.upper())
    shelves.click("share_done")
    shelves.studio.wait(lambda: given().get(who.id) == "view")
    shelves.studio.wait(lambda: not shelves.studio.application.window.findChildren(ShareDialog))


def test_share_done_without_an_exact_match_reports_it(shelves: Shelves) -> None:
    who, given = sharing_of(shelves, "technician@shopify-dashboard.com")
    before = given()
    search = shelves.find("share_search")
    assert isinstance(search, QLineEdit)
    for written in (who.name[:3], "Nobody At All"):
        search.clear()
        shelves.qtbot.keyClicks(search, written)
        shelves.click("share_done")
        said = f"No exact match for “{written}”. Choose one below or clear the field."
        shelves.studio.wait(lambda said=said: search.accessibleDescription() == said)  # type: ignore[misc]
        shelves.qtbot.keyClick(search, Qt.Key.Key_Backspace)
        assert search.accessibleDescription() == ""
    assert given() == before
    search.clear()
    shelves.click("share_done")
    shelves.studio.wait(lambda: not shelves.studio.application.window.findChildren(ShareDialog))


def test_share_by_address_does_not_match_a_name(shelves: Shelves) -> None:
    """Who has it already is left out of what is found; one who is called like their address is not taken instead."""
    who, given = sharing_of(shelves, "technician@shopify-dashboard.com")
    shelves.qtbot.keyClicks(shelves.find("share_search"), who.name)
    shelves.click("share_done")
    shelves.studio.wait(lambda: given().get(who.id) == "view")
    shelves.studio.wait(lambda: not shelves.studio.application.window.findChildren(ShareDialog))
    before, address = given(), who.email
    assert address is not None
    with unbound(shelves.studio.workspace.database).read() as session:
        found = sharing.candidates(session, shelves.studio.actor, shelves.cards()["Shop review"].id, "")
        mallory = next(one for one in found if one.kind == "person")
    with unbound(shelves.studio.workspace.database).change() as session:
        session.info["unaudited"] = frozenset({"users"})
        session.execute(update(User).where(User.id == mallory.id).values(name=address))
    shelves.click("library_share")
    search = shelves.find("share_search")
    shelves.qtbot.keyClicks(search, address)
    shelves.click("share_done")
    shelves.studio.wait(lambda: search.accessibleDescription().startswith("No exact match for"))
    assert given() == before


def test_share_revoked_is_undone_after_the_dialog(shelves: Shelves) -> None:
    who, given = sharing_of(shelves, "technician@shopify-dashboard.com")
    shelves.qtbot.keyClicks(shelves.find("share_search"), who.name)
    shelves.click(f"share_edit_{who.id}")
    shelves.studio.wait(lambda: given().get(who.id) == "edit")
    shelves.click(f"unshare_{who.id}")
    shelves.studio.wait(lambda: who.id not in given())
    shelves.click("share_done")
    shelves.studio.wait(lambda: not shelves.studio.application.window.findChildren(ShareDialog))
    shelves.click("toast_undo")
    shelves.studio.wait(lambda: given().get(who.id) == "edit")


def test_share_with_a_team_is_granted(shelves: Shelves) -> None:
    sharing_of(shelves, "technician@shopify-dashboard.com")
    (dialog,) = shelves.studio.application.window.findChildren(ShareDialog)
    search, card = shelves.find("share_search"), shelves.cards()["Shop review"]
    shelves.qtbot.keyClicks(search, "shop desk")
    shelves.studio.wait(lambda: dialog._found.chosen is not None)
    assert dialog._found._lines[0]._enter.isVisible()  # one sees what Enter would do
    shelves.qtbot.keyClick(search, Qt.Key.Key_Return)

    def given() -> list[tuple[str, int | None]]:
        with unbound(shelves.studio.workspace.database).read() as session:
            found = sharing.sharing_of(session, shelves.studio.actor, card.id)
        return [(one.to.name, one.to.members) for one in found.teams]

    shelves.studio.wait(lambda: given() == [("Shop desk", 2)])


@pytest.mark.parametrize("role", ["analyst", "admin"])
def test_share_without_matches_tells_admins_how_to_create_teams(shelves: Shelves, role: str) -> None:
    signed_in, context = demo.sign_in(shelves.studio.workspace, role), shelves.place._context
    page = shelves.opened("Shop review")
    card = shelves.cards()["Shop review"]
    dialog = ShareDialog(page, replace(context, actor=signed_in.actor), card.id, card.name)
    dialog.open()
    shelves.qtbot.keyClicks(shelves.find("share_search"), "nobody at all")
    shelves.studio.wait(lambda: any("No matches" in one.text() for one in dialog.findChildren(QLabel)))
    told = next(one.text() for one in dialog.findChildren(QLabel) if "No matches" in one.text())
    assert ("benchboard team create" in told) is (role == "admin")

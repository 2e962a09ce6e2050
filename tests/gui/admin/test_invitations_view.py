"""Invitations in the window. On this computer nobody else signs in, so that the view says so and offers nothing."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from benchboard.identity import authentication, invitations
from benchboard.identity.permissions import Client
from benchboard.paging import Listing
from benchboard.ui.admin.invitations_view import InvitationsView, why_not_invited
from benchboard.ui.widgets import Button, Paragraph
from benchboard.ui.widgets.readable_rows import ReadableRow
from support.admin import Admin
from support.databases import unbound


def test_people_are_added_on_this_computer_where_nobody_is_invited(admin: Admin) -> None:
    admin.go("admin/invitations")
    admin.find("invitations_add_person")
    assert not [one for one in admin.window.findChildren(Button, "invitations_invite") if one.isVisible()]
    admin.click("invitations_location")
    admin.find("settings_choose_location")
    admin.go("admin/invitations")
    admin.click("invitations_add_person")
    admin.find("add_person")


def test_invitation_is_made_shown_once_renewed_and_revoked(
    admin: Admin, monkeypatch: pytest.MonkeyPatch, announcements: list[str]
) -> None:
    """As on a server: the demo's database takes its place."""
    assert admin.application.shell is not None
    context = admin.application.shell.context
    workspace = context.workspace
    monkeypatch.setattr(context, "workspace", replace(workspace, location=replace(workspace.location, kind="server")))
    assert why_not_invited(context) == ""
    admin.go("admin/invitations")
    (view,) = admin.window.findChildren(InvitationsView)
    admin.click("invitations_invite")
    admin.type("invite_email", "no address")
    admin.click("invite_act")
    admin.wait(lambda: admin.find("invite_act").isEnabled())
    admin.key(Qt.Key.Key_Backspace)  # it is selected
    admin.type("invite_email", "new@example.com")
    admin.click("invite_act")
    first = _shown(admin)
    (copy,) = admin.find("shown_code_text").findChildren(Button)
    copy.click()
    assert announcements[-1] == "Copied Invitation code"
    assert not any(first in one for one in announcements), "it isn't for everybody who hears the screen reader"
    admin.click("shown_code_done")
    admin.wait(lambda: admin.column("invitations_table") == ["new@example.com"])
    admin.press_row("invitations_table", "new@example.com")
    detail = admin.find("invitation_detail")
    assert detail in view.panes()
    told = [one.accessible_text() for one in detail.findChildren(ReadableRow)]
    assert [one.partition(":")[0] for one in told] == ["Invited by", "Invited", "Expires"]
    admin.click("detail_resend_invitation")
    second = _shown(admin)
    assert second != first
    admin.click("shown_code_done")
    # Another program accepts it: the list follows.
    password = "four unrelated words"
    with unbound(workspace.database).change() as session:
        client = Client("rig", "test")
        joined = invitations.accept(session, code=second, name="New", password=password, client=client)
    assert joined.actor.email == "new@example.com"
    admin.wait(lambda: admin.column("invitations_table") == [])
    with unbound(workspace.database).change() as session:
        operator = authentication.operator_actor(session, client=Client.here())
        invitations.invite(session, operator, email="other@example.com", role="analyst")
    menu = admin.row_menu("invitations_table", "other@example.com", "invitations_menu")
    admin.choose(menu, "command_revoke_invitation")
    admin.click("confirm_act")
    admin.wait(lambda: admin.column("invitations_table") == [])
    found = admin.ask(lambda session, actor: invitations.list_invitations(session, actor, Listing()).rows)
    assert [one.state for one in found] == ["accepted"]
    assert view.isVisible()


def _shown(admin: Admin) -> str:
    """The code that is shown."""
    shown = admin.find("shown_code_text")
    (code,) = [one.text() for one in shown.findChildren(Paragraph) if one.text().startswith("bi_")]
    return code

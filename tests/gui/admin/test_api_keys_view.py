"""API keys in the window: one's own in Settings, everyone's in Admin, and on a person's page."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from benchboard.identity import api_keys, authentication
from benchboard.identity.api_keys import ApiKeyRecord
from benchboard.identity.permissions import Actor, Client
from benchboard.identity.roles import ability_title
from benchboard.paging import Listing
from benchboard.ui.widgets import Button, CheckBox
from benchboard.ui.widgets.readable_rows import ReadableRow
from support.admin import Admin
from support.databases import unbound


def _keys(admin: Admin) -> Sequence[ApiKeyRecord]:
    found: Any = admin.ask(lambda session, actor: api_keys.list_keys(session, actor, Listing()).rows)
    rows: Sequence[ApiKeyRecord] = found
    return rows


def _add(admin: Admin, name: str, email: str) -> None:
    """A key of somebody else, made by another program."""
    assert admin.application.shell is not None
    with unbound(admin.application.shell.context.workspace.database).change() as session:
        operator = authentication.operator_actor(session, client=Client.here())
        other = authentication.actor_for_email(session, operator, email=email)
        person = Actor(other.user_id, other.organisation_id, "", email, other.name, other.client, grants=other.grants)
        api_keys.create_key(session, person, name=name, permissions=["studio:enter"], expires_at=None)


def test_key_that_was_made_is_told_with_the_focus_on_what_copies_it(
    admin: Admin, announcements: list[str], told_focus: list[str]
) -> None:
    admin.go("settings/keys")
    admin.click("keys_create")
    admin.type("key_name", "Nightly export")
    admin.click("key_scope_studio:enter")
    told_focus.clear()
    admin.click("create_key_act")
    copy = admin.find("shown_key_secret_copy")
    admin.wait(copy.hasFocus)
    assert copy.accessibleName() == "Copy API key"
    admin.wait(lambda: "“Nightly export” created" in announcements)
    assert told_focus[-1] == "shown_key_secret_copy"
    assert "keys_create" not in told_focus  # where the focus passed by


def test_own_key_is_created_shown_once_and_revoked_in_settings(admin: Admin) -> None:
    admin.go("settings/keys")
    admin.click("keys_create")
    admin.click("create_key_act")
    admin.wait(lambda: admin.find("create_key_act").isEnabled())
    assert not _keys(admin)
    admin.type("key_name", "Nightly export")
    admin.click("key_scope_users:write")
    needed = admin.find("key_scope_admin:enter")
    assert isinstance(needed, CheckBox)
    assert needed.isChecked(), "it is of no use without"
    admin.click("create_key_act")
    shown = admin.find("shown_key_secret")
    assert isinstance(shown, QLineEdit)
    secret = shown.text()
    (key,) = _keys(admin)
    assert secret.startswith(f"{key.prefix}_")
    assert "users:write" in key.permissions
    admin.qtbot.keyClick(admin.find("shown_key"), Qt.Key.Key_Escape)
    stored = admin.find("shown_key_stored")
    assert stored.hasFocus(), "the key would be lost"
    assert not admin.find("shown_key_done").isEnabled()
    admin.click("shown_key_stored")
    admin.wait(lambda: admin.column("keys_table") == ["Nightly export"])
    admin.click("shown_key_done")
    assert admin.table("keys_table").hasFocus()
    assert admin.table("keys_table").currentIndex().row() == 0
    menu = admin.row_menu("keys_table", "Nightly export", "keys_menu")
    admin.choose(menu, "command_revoke")
    admin.click("confirm_act")
    admin.wait(lambda: admin.column("keys_table") == [])
    assert _keys(admin)[0].state == "revoked"
    admin.click("keys_show_all")
    admin.wait(lambda: admin.column("keys_table") == ["Nightly export"])


def test_a_key_in_an_open_menu_closes_it_before_it_acts(admin: Admin) -> None:
    """Delete asked for its confirmation behind the menu, which then took the Enter that was meant for the dialog."""
    _add(admin, "Nightly export", "analyst@example.com")
    admin.go("admin/keys")
    admin.wait(lambda: admin.column("keys_table") == ["Nightly export"])
    menu = admin.row_menu("keys_table", "Nightly export", "keys_menu")
    assert QApplication.activePopupWidget() is menu
    focused = QApplication.focusWidget()
    assert focused is not None
    admin.qtbot.keyClick(focused, Qt.Key.Key_Delete)
    admin.find("confirm_act")
    assert QApplication.activePopupWidget() is None
    admin.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    admin.wait(lambda: QApplication.activeModalWidget() is None)
    assert [key.state for key in _keys(admin)] == ["active"], "Enter took the safe button"


def test_empty_list_of_keys_has_one_primary_button_in_its_middle(admin: Admin) -> None:
    admin.go("settings/keys")

    def primary() -> list[str]:
        buttons = [one for one in admin.window.findChildren(Button) if one.isVisible()]
        return [one.text() for one in buttons if one.property("kind") == "primary"]

    admin.find("keys_create")
    admin.wait(lambda: primary() == ["Create API key"])
    assert not [one for one in admin.window.findChildren(Button, "keys_show_all") if one.isVisible()], "there is none"


def test_select_all_ticks_every_permission_and_clears_them(admin: Admin) -> None:
    admin.go("settings/keys")
    admin.click("keys_create")
    boxes = [one for one in admin.find("create_key").findChildren(CheckBox) if one.objectName().startswith("key_scope")]
    admin.click("key_all")
    assert all(one.isChecked() for one in boxes)
    admin.click("key_all")
    assert not any(one.isChecked() for one in boxes)


def test_permission_that_is_ticked_with_another_is_told_with_the_reason(admin: Admin, announcements: list[str]) -> None:
    """Space at one box ticked another one without a word."""
    admin.go("settings/keys")
    admin.click("keys_create")
    box = admin.find("key_scope_users:write")
    box.setFocus(Qt.FocusReason.TabFocusReason)
    announcements.clear()
    admin.key(Qt.Key.Key_Space)
    assert announcements == ["Also ticked, because it needs them: see people, sessions and the audit log."]
    admin.find("key_scope_admin:enter").setFocus(Qt.FocusReason.TabFocusReason)
    admin.key(Qt.Key.Key_Space)
    assert announcements[1:] == [f"Also unticked, because they need it: {ability_title('users:write')}."]
    admin.click("key_all")
    count = len([one for one in admin.window.findChildren(CheckBox) if one.objectName().startswith("key_scope_")])
    assert announcements[2:] == [f"{count} permissions selected"]


def test_a_key_without_permissions_is_refused_aloud_where_they_are_ticked(
    admin: Admin, announcements: list[str], told_focus: list[str]
) -> None:
    """It was red text only: a screen reader heard nothing, and the focus stayed. Then it was told twice."""
    admin.go("settings/keys")
    admin.click("keys_create")
    admin.type("key_name", "Nightly export")
    announcements.clear()
    told_focus.clear()
    admin.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    refused = "An API key needs at least one permission."
    admin.wait(lambda: isinstance(QApplication.focusWidget(), CheckBox))
    focused = QApplication.focusWidget()
    assert isinstance(focused, CheckBox)
    assert focused.accessibleDescription().startswith(refused)
    admin.wait(lambda: admin.find("create_key_act").isEnabled())
    assert (told_focus, announcements) == ([focused.objectName()], [])
    admin.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    admin.wait(lambda: any(one.startswith(refused) for one in announcements))
    assert len(told_focus) == 1


def test_admin_sees_everyones_keys_as_other_programs_make_them(admin: Admin) -> None:
    admin.go("admin/keys")
    admin.wait(lambda: admin.find("keys_create").isVisible())
    _add(admin, "Line export", "oz@example.com")
    admin.wait(lambda: admin.column("keys_table") == ["Line export"])
    assert admin.column("keys_table", 1) == ["Öz Işık"]
    admin.go("settings/keys")
    admin.wait(lambda: admin.column("keys_table") == [])
    oz = admin.person("Öz Işık")
    admin.go(f"admin/people/{oz.id}")
    admin.click("person_sessions")
    admin.click("key_revoke")
    admin.click("confirm_act")
    admin.wait(lambda: _keys(admin)[0].state == "revoked")


def test_details_of_a_key_list_its_permissions_and_act_and_esc_closes_them(admin: Admin) -> None:
    admin.go("settings/keys")
    admin.click("keys_create")
    admin.type("key_name", "Nightly export")
    admin.click("key_scope_users:write")
    admin.click("create_key_act")
    admin.click("shown_key_stored")
    admin.wait(lambda: admin.column("keys_table") == ["Nightly export"])
    admin.click("shown_key_done")
    detail = admin.find("key_detail")
    rows = [one.accessibleName() for one in detail.findChildren(ReadableRow) if one.isVisible()]
    assert rows[-2:] == ["See people, sessions and the audit log", "Change people, teams and roles"]
    assert admin.column("keys_table", 1) == ["2 permissions"], "as many as the details list"
    admin.key(Qt.Key.Key_Return)
    admin.wait(lambda: detail.isAncestorOf(admin.window.focusWidget()))
    admin.key(Qt.Key.Key_Escape)
    assert not detail.isVisible()
    assert admin.table("keys_table").hasFocus()
    assert admin.application.shell is not None
    assert admin.application.shell.address == "settings/keys", "Esc closes what is open, and nothing else"
    admin.key(Qt.Key.Key_Escape)
    assert admin.application.shell.address == "settings/keys"
    admin.press_row("keys_table", "Nightly export")
    admin.click("key_detail_revoke")
    admin.click("confirm_act")
    admin.wait(lambda: admin.column("keys_table") == [])

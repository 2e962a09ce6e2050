"""OAuth clients in the window: registered, changed, rotated, disabled, deleted and undone; others' changes followed."""

import os
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QLineEdit, QMenu, QWidget

from benchboard.identity import audit, authentication
from benchboard.identity.oauth import client_test, clients, consents, signing_keys
from benchboard.identity.oauth.client_fields import ClientFields
from benchboard.identity.oauth.clients import ClientRecord
from benchboard.identity.permissions import Actor, Client
from benchboard.paging import Listing
from benchboard.storage.models.credentials import Consent, Token
from benchboard.ui import system_browser
from benchboard.ui.widgets import SegmentedControl, Select
from benchboard.ui.widgets.detail_pane import DetailPane
from benchboard.ui.widgets.labels import Text
from support.admin import Admin
from support.databases import unbound
from support.oauth import Browser

URI = "https://line2.example.com/auth/back"


def _change(admin: Admin, op: Any) -> Any:
    """Change the window's database as another program does."""
    assert admin.application.shell is not None
    with unbound(admin.application.shell.context.workspace.database).change() as session:
        return op(session, authentication.operator_actor(session, client=Client.here()))


def _made(admin: Admin, name: str = "Line 2 display") -> clients.IssuedSecret:
    fields = ClientFields(name, (URI,), ("openid",), ("authorization_code", "refresh_token"))
    issued: clients.IssuedSecret = _change(
        admin, lambda session, actor: clients.create_client(session, actor, "confidential", fields)
    )
    return issued


def _stored(admin: Admin) -> dict[str, ClientRecord]:
    found = admin.ask(lambda session, actor: clients.list_clients(session, actor, Listing()).rows)
    return {one.name: one for one in found}


def _texts(holder: QWidget) -> str:
    return " ".join(one.text() for one in holder.findChildren(Text) if one.isVisible())


def _open(admin: Admin) -> None:
    admin.go("admin/clients")
    admin.find("clients_new")


def test_registering_a_client_shows_its_secret_once(admin: Admin) -> None:
    _open(admin)
    admin.click("clients_new")
    admin.type("client_name", "Line 2 display")
    admin.type("client_uri", "http://line2-tv/auth/back")
    admin.wait(lambda: "the code sent to line2-tv could be read" in _texts(admin.find("client_dialog")))
    admin.click("client_save")
    admin.wait(lambda: admin.find("client_save").isEnabled())
    assert _stored(admin) == {}
    uri = admin.find("client_uri")
    assert isinstance(uri, QLineEdit)
    uri.clear()
    admin.type("client_uri", URI)
    assert admin.find("client_uri_remove").accessibleName() == f"Remove URI: {URI}"
    admin.click("client_save")
    value = admin.find("new_secret_value")
    assert isinstance(value, QLineEdit)
    secret = value.text()
    assert not admin.find("new_secret_done").isEnabled()
    admin.key(Qt.Key.Key_Escape)
    assert admin.find("new_secret").isVisible()
    admin.click("new_secret_stored")
    admin.click("new_secret_done")
    record = _stored(admin)["Line 2 display"]
    assert record.secret_hint == secret[-4:]
    assert record.redirect_uris == (URI,)
    admin.wait(lambda: admin.column("clients_table") == ["Line 2 display"])
    assert secret not in _texts(admin.window)
    admin.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    admin.wait(lambda: not _stored(admin))


def test_fields_of_a_client_end_where_the_buttons_do_and_stand_as_near_their_titles(admin: Admin) -> None:
    _open(admin)
    admin.click("clients_new")
    dialog, name, save = (admin.find(f"client_{one}") for one in ("dialog", "name", "save"))

    def edge(widget: QWidget) -> int:
        return widget.mapTo(dialog, QPoint(widget.width(), 0)).x()

    admin.wait(lambda: edge(name) == edge(save))
    titles = {one.text(): one for one in dialog.findChildren(Text) if one.isVisible()}
    (kinds,) = dialog.findChildren(SegmentedControl)
    gaps = [
        below.mapTo(dialog, QPoint(0, 0)).y() - titles[title].mapTo(dialog, QPoint(0, titles[title].height())).y()
        for title, below in (("Name", name), ("Type", kinds))
    ]
    assert gaps == [4, 4]
    if folder := os.environ.get("BENCH_SHOTS"):
        dialog.window().grab().save(f"{folder}/client_dialog.png")


def test_service_is_registered_without_what_people_would_need(admin: Admin) -> None:
    _open(admin)
    admin.click("clients_new")
    admin.type("client_name", "Nightly export")
    admin.click("segment_service")
    assert not [one for one in admin.window.findChildren(QWidget, "client_uri") if one.isVisible()]
    admin.click("client_save")
    admin.click("new_secret_stored")
    admin.click("new_secret_done")
    record = _stored(admin)["Nightly export"]
    assert (record.type, record.grant_types) == ("confidential", ("client_credentials",))
    assert (record.redirect_uris, record.scopes) == ((), ())


def test_editing_a_client_is_saved_and_undone(admin: Admin) -> None:
    _made(admin)
    _open(admin)
    admin.press_row("clients_table", "Line 2 display")
    admin.click("client_edit")
    box = admin.find("client_scope_email")
    assert isinstance(box, QCheckBox)
    assert not box.isChecked()
    admin.click("client_scope_email")
    admin.click("client_save")
    admin.wait(lambda: _stored(admin)["Line 2 display"].scopes == ("openid", "email"))
    admin.wait(lambda: "See your email address" in _texts(admin.find("client_detail")))
    admin.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    admin.wait(lambda: _stored(admin)["Line 2 display"].scopes == ("openid",))


def test_rotating_a_secret_keeps_the_old_one_until_it_is_ended(admin: Admin, announcements: list[str]) -> None:
    made = _made(admin)
    _open(admin)
    admin.press_row("clients_table", "Line 2 display")
    admin.click("client_rotate")
    overlap = admin.find("rotate_overlap")
    assert isinstance(overlap, Select)
    assert overlap.shown_text() == "In 1 day"
    admin.click("rotate_act")
    client_id = admin.find("new_secret").findChild(QWidget, "fact_0")
    assert client_id is not None
    client_id.setFocus()
    read = QAccessible.queryAccessibleInterface(client_id)
    assert read is not None
    assert made.client.client_id in read.text(QAccessible.Text.Name)
    assert read.text(QAccessible.Text.Description) == "Space copies it."
    admin.key(Qt.Key.Key_Space)
    assert announcements[-1] == "Copied client ID"
    admin.click("new_secret_stored")
    admin.click("new_secret_done")
    begin = f"Secret of “Line 2 display” rotated. The old one, ending in {made.secret[-4:]}, works until "
    admin.wait(lambda: any(one.startswith(begin) for one in announcements))
    assert _stored(admin)["Line 2 display"].previous_secret_hint == made.secret[-4:]
    admin.wait(lambda: made.secret[-4:] in _texts(admin.find("client_detail")))
    admin.click("client_end_secret")
    admin.click("confirm_act")
    admin.wait(lambda: _stored(admin)["Line 2 display"].previous_secret_hint is None)


def test_disabling_and_deleting_a_client_are_undone(admin: Admin) -> None:
    _made(admin)
    _open(admin)
    admin.press_row("clients_table", "Line 2 display")
    admin.click("client_more")
    opened = admin.find("client_menu")
    assert isinstance(opened, QMenu)
    admin.choose(opened, "command_disable_client")
    admin.wait(lambda: admin.cell("clients_table", "Line 2 display", 2) == "Disabled")
    admin.click("client_enable")
    admin.wait(lambda: admin.cell("clients_table", "Line 2 display", 2) == "Active")
    menu = admin.row_menu("clients_table", "Line 2 display", "clients_menu")
    admin.choose(menu, "command_delete_client")
    admin.wait(lambda: not _stored(admin))
    admin.wait(lambda: not admin.column("clients_table"))
    admin.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    admin.wait(lambda: "Line 2 display" in _stored(admin))


def test_clients_of_other_programs_appear_and_go(admin: Admin) -> None:
    _open(admin)
    made = _made(admin)
    admin.wait(lambda: admin.column("clients_table") == ["Line 2 display"])
    admin.press_row("clients_table", "Line 2 display")
    _change(admin, lambda session, actor: clients.change_client(session, actor, made.client.id, ClientFields("Line 3")))
    admin.wait(lambda: "Line 3" in _texts(admin.find("client_detail")))
    _change(admin, lambda session, actor: clients.delete_client(session, actor, made.client.id))
    admin.wait(lambda: not admin.column("clients_table"))
    assert not [one for one in admin.window.findChildren(QWidget, "client_detail") if one.isVisible()]


def test_the_details_stay_where_they_were_scrolled_to_when_another_program_changes_the_client(admin: Admin) -> None:
    made = _made(admin)
    _open(admin)
    admin.press_row("clients_table", "Line 2 display")
    pane = admin.find("client_detail")
    assert isinstance(pane, DetailPane)
    admin.window.resize(1440, 600)
    bar = pane.area.verticalScrollBar()
    admin.wait(bar.maximum)
    bar.setValue(bar.maximum() // 2)  # what is read after the list's own data may still change the range
    before = bar.value()
    assert before > 0
    ranges: list[int] = []
    bar.rangeChanged.connect(lambda _least, most: ranges.append(most))
    for name in ("Line 3", "Line 4"):
        ranges.clear()
        _change(admin, lambda session, actor, name=name: clients.change_client(
            session, actor, made.client.id, ClientFields(name)
        ))  # fmt: skip
        admin.wait(lambda name=name: name in _texts(pane))
        admin.wait(lambda: ranges and ranges[-1] >= before)
        assert bar.value() == before


def test_signing_keys_are_published_rotated_and_retired(admin: Admin) -> None:
    def states() -> list[str]:
        return [key.state for key in admin.ask(signing_keys.list_keys)]

    _open(admin)
    admin.click("clients_keys")
    assert not admin.find("keys_rotate").isEnabled()
    admin.click("keys_generate")
    admin.wait(lambda: states() == ["signing"])
    admin.click("keys_generate")
    admin.wait(lambda: states() == ["published", "signing"])
    admin.wait(admin.find("keys_rotate").isEnabled)
    admin.click("keys_rotate")
    admin.wait(lambda: states() == ["signing", "retired"])
    old = admin.ask(signing_keys.list_keys)[1].kid
    admin.click(f"key_retire_{old}")
    admin.click("confirm_act")
    admin.wait(lambda: states() == ["signing", "ended"])
    _change(admin, lambda session, actor: signing_keys.generate_key(session, actor, "RS256"))
    admin.wait(lambda: "RS256" in _texts(admin.find("signing_keys")))


def test_testing_a_client_in_the_browser_goes_on_once_the_number_is_confirmed(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(system_browser, "open_in_browser", lambda url: bool(opened.append(url)) or True)
    made = _made(admin)
    _open(admin)
    admin.press_row("clients_table", "Line 2 display")
    admin.click("client_test")
    admin.click("test_run")
    admin.wait(lambda: opened)
    assert made.secret not in opened[0]
    browser = Browser()
    page = browser.open(opened[0])
    early = browser.decide(page, decision="window")
    assert "Confirm the number in Benchboard first." in early.text
    (shown,) = re.findall(r"<code>(\d{4})</code>", page.text)
    admin.click("test_confirm")
    assert shown in page.text
    assert "You can close this page." in browser.decide(page, decision="window").text
    admin.wait(lambda: "It works." in _texts(admin.find("client_detail")))
    assert "Checked the ID token" in _texts(admin.find("client_detail"))
    assert _stored(admin)["Line 2 display"].tokens == 0
    record = _stored(admin)["Line 2 display"]
    assert (record.people, record.last_used_at) == (0, None)


def test_stopping_a_test_waits_for_the_browser_no_longer(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(system_browser, "open_in_browser", lambda url: bool(opened.append(url)) or True)
    _made(admin)
    _open(admin)
    admin.press_row("clients_table", "Line 2 display")
    admin.click("client_test")
    admin.click("test_run")
    admin.wait(lambda: opened)
    admin.click("test_stop")
    admin.wait(admin.find("test_run").isVisible)
    with pytest.raises(requests.ConnectionError):
        Browser().open(opened[0])


def test_course_of_a_test_is_told_and_the_focus_stays_on_what_runs_or_stops_it(
    admin: Admin, monkeypatch: pytest.MonkeyPatch, announcements: list[str], told_focus: list[str]
) -> None:
    """The focus went back to the redirect URI, and nothing was told of what the test did."""
    monkeypatch.setattr(system_browser, "open_in_browser", lambda _url: False)
    _made(admin)
    _open(admin)
    admin.press_row("clients_table", "Line 2 display")
    admin.click("client_test")
    admin.find("test_run").setFocus(Qt.FocusReason.TabFocusReason)
    told_focus.clear()
    announcements.clear()
    admin.key(Qt.Key.Key_Return)
    assert told_focus == ["test_stop"]
    admin.wait(lambda: any(one.startswith("No browser could be opened.") for one in announcements))
    assert announcements[0].startswith("OK, ")
    admin.key(Qt.Key.Key_Return)
    admin.wait(lambda: announcements[-1] == "Stopped.")
    assert announcements.count("Stopped.") == 1
    assert admin.window.focusWidget() is admin.find("test_run")


def test_without_a_browser_the_address_is_offered_to_copy_and_widens_nothing(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses: list[str] = []
    monkeypatch.setattr(system_browser, "open_in_browser", lambda url: bool(addresses.append(url)) or False)
    _made(admin)
    _open(admin)
    admin.press_row("clients_table", "Line 2 display")
    admin.click("client_test")
    admin.click("test_run")
    card = admin.find("test_address")
    assert "No browser could be opened." in _texts(card)
    pane = admin.find("client_detail")
    assert isinstance(pane, DetailPane)
    inner = pane.area.widget()
    assert inner is not None
    assert inner.minimumSizeHint().width() <= pane.area.viewport().width()
    (copy,) = [one for one in card.findChildren(QAbstractButton) if one.isVisible()]
    copy.click()
    assert QApplication.clipboard().text() == addresses[0]
    admin.click("test_stop")
    admin.wait(admin.find("test_run").isVisible)
    assert "Stopped." in _texts(pane)
    assert not [one for one in pane.findChildren(QWidget, "test_address") if one.isVisible()]


@pytest.mark.parametrize("act", [clients.disable_client, clients.delete_client])
def test_a_test_ends_when_its_client_is_disabled_or_deleted(
    admin: Admin, monkeypatch: pytest.MonkeyPatch, act: Any
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(system_browser, "open_in_browser", lambda url: bool(opened.append(url)) or True)
    made = _made(admin)
    _open(admin)
    assert admin.application.shell is not None
    tasks = admin.application.shell.context.tasks
    admin.press_row("clients_table", "Line 2 display")
    admin.click("client_test")
    admin.click("test_run")
    admin.wait(lambda: opened)
    assert any(work.title.startswith("Testing") for work in tasks.running)
    _change(admin, lambda session, actor: act(session, actor, made.client.id))
    admin.wait(lambda: not any(work.title.startswith("Testing") for work in tasks.running))


def test_a_test_that_nobody_answers_ends_by_itself(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_browser, "open_in_browser", lambda _url: True)
    monkeypatch.setattr(client_test, "CONSENT_S", 0)
    _made(admin)
    _open(admin)
    admin.press_row("clients_table", "Line 2 display")
    admin.click("client_test")
    admin.click("test_run")
    admin.wait(lambda: "Nobody decided in the browser" in _texts(admin.find("client_detail")))
    admin.wait(admin.find("test_run").isVisible)


def _consented(admin: Admin) -> tuple[clients.IssuedSecret, str]:
    """A client that the signed-in admin agreed to, with an access token; and the admin's ID."""
    made = _made(admin)
    assert admin.application.shell is not None
    context = admin.application.shell.context

    def token(session: Any, actor: Actor) -> None:
        expires = datetime.now(UTC) + timedelta(hours=1)
        keys = {"organisation_id": actor.organisation_id, "client_id": made.client.id, "user_id": context.actor.user_id}
        session.add(Consent(scopes=["openid"], **keys))
        session.add(Token(jti="one", scopes=["openid"], expires_at=expires, **keys))
        audit.record(session, actor, "client.update", made.client.id)

    _change(admin, token)
    return made, context.actor.user_id


def test_consent_and_tokens_are_revoked_from_the_clients_details(admin: Admin) -> None:
    _consented(admin)
    _open(admin)
    admin.press_row("clients_table", "Line 2 display")
    (token,) = admin.ask(lambda session, actor: consents.list_tokens(session, actor, Listing()).rows)
    admin.click("client_people")
    admin.click(f"token_revoke_{token.id}")
    admin.click("confirm_act")
    admin.wait(lambda: "No token of this client works now." in _texts(admin.find("client_detail")))
    (consent,) = admin.ask(lambda session, actor: consents.list_consents(session, actor, Listing()).rows)
    admin.click(f"consent_revoke_{consent.id}")
    admin.click("confirm_act")
    admin.wait(lambda: "Nobody has agreed to this client yet." in _texts(admin.find("client_detail")))
    assert admin.ask(lambda session, actor: consents.list_consents(session, actor, Listing()).rows) == ()


def test_consent_is_listed_and_revoked_in_the_persons_details(admin: Admin) -> None:
    _made_client, user_id = _consented(admin)
    admin.go(f"admin/people/{user_id}")
    (consent,) = admin.ask(lambda session, actor: consents.list_consents(session, actor, Listing()).rows)
    admin.click(f"consent_revoke_{consent.id}")
    confirm = admin.find("confirm")
    assert "1 token ends." in _texts(confirm)
    admin.click("confirm_act")
    admin.wait(lambda: "Apps with access" not in _texts(admin.window))


def test_what_a_client_lacks_is_told_and_described_where_it_is_mended(admin: Admin, announcements: list[str]) -> None:
    """It was red text only: a screen reader heard the name of the field that got the focus, and no reason."""
    _open(admin)
    admin.click("clients_new")
    admin.type("client_name", "Line 2 display")
    announcements.clear()
    admin.click("client_save")
    uri = admin.find("client_uri")
    admin.wait(uri.hasFocus)
    assert "redirect URI" in uri.accessibleDescription()
    assert uri.accessibleDescription() not in announcements, "it is read with the field"
    assert "redirect URI." in _texts(admin.find("client_dialog"))
    admin.type("client_uri", "https://line2.example.com/back")
    assert "redirect URI." not in _texts(admin.find("client_dialog")), "it is put right"
    assert uri.accessibleDescription() == ""
    admin.click("client_save")
    admin.wait(lambda: len(admin.column("clients_table")) == 1)


def test_what_is_wrong_with_a_client_moves_the_focus_once_and_is_read_once(
    admin: Admin, announcements: list[str], told_focus: list[str]
) -> None:
    """The focus went to the last of the problems, then to the one before it, and both were read."""
    admin.go("admin/clients")
    admin.click("clients_new")
    name = admin.find("client_name")
    admin.find("client_uri").setFocus(Qt.FocusReason.TabFocusReason)
    told_focus.clear()
    announcements.clear()
    admin.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    admin.wait(name.hasFocus)
    admin.wait(lambda: announcements)
    assert told_focus == ["client_name"]
    assert name.accessibleDescription() == "Enter a name."
    (told,) = announcements
    assert told.startswith("A client that people sign in to needs a redirect URI.")


def test_refused_submit_from_the_wrong_field_is_told_each_time(admin: Admin, announcements: list[str]) -> None:
    _open(admin)
    admin.click("clients_new")
    admin.type("client_name", "B")
    admin.type("client_uri", "http://x")
    uri = admin.find("client_uri")
    for _again in range(2):
        announcements.clear()
        admin.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        admin.wait(lambda: len(announcements) > 0)
        assert announcements == [uri.accessibleDescription()]
        assert "the code sent to x could be read" in announcements[0]
        assert uri.hasFocus()


def test_problem_of_a_uri_is_told_once_typing_pauses(admin: Admin, announcements: list[str]) -> None:
    _open(admin)
    admin.click("clients_new")
    admin.find("client_uri").setFocus()
    announcements.clear()
    admin.type("client_uri", "http://x")
    uri = admin.find("client_uri")
    assert not uri.accessibleDescription(), "it is typed"
    admin.wait(lambda: len(announcements) > 0)
    assert announcements == [uri.accessibleDescription()]
    admin.type("client_uri", "y")
    admin.key(Qt.Key.Key_Tab)
    assert "sent to xy" in uri.accessibleDescription(), "it is left"


def test_type_of_a_client_is_described_by_its_sentence(admin: Admin) -> None:
    _open(admin)
    admin.click("clients_new")
    assert admin.find("segment_service").accessibleDescription().startswith("Runs by itself")
    assert admin.find("segment_web").accessibleDescription() == "Runs on a server and keeps a secret."


def test_ticks_of_a_client_are_read_with_what_they_are_about(admin: Admin) -> None:
    """“See your name” alone doesn't say that it is what the client may ask people for."""
    _open(admin)
    admin.click("clients_new")
    for name, group in (
        ("client_grant_refresh_token", "How it gets tokens"),
        ("client_scope_profile", "What it may ask people for"),
    ):
        told = QAccessible.queryAccessibleInterface(admin.find(name))
        around = told.parent() if told is not None else None
        assert around is not None
        assert (around.role(), around.text(QAccessible.Text.Name)) == (QAccessible.Role.Grouping, group)

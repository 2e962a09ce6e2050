"""The sign-in rules of an organisation in Admin, and a person who meets them at the next sign-in, on a server."""

import time
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from benchboard.identity import invitations, password_sign_in, second_factor, sessions
from benchboard.identity.sign_in_policy import SignInPolicy, change_policy, get_policy
from benchboard.paging import Listing
from benchboard.ui.app import Application
from benchboard.ui.shell.change_password_dialog import ChangePasswordDialog
from benchboard.ui.sign_in.set_up_two_step_dialog import SetUpTwoStepDialog
from benchboard.ui.widgets import Confirm, Select
from support.admin import Admin
from support.people import PASSWORD, Town
from support.window import Clicker

ANA = "ana@north.example"
ADMIN = "admin@north.example"


@pytest.fixture
def engine_name() -> str:
    return "postgresql"


@pytest.fixture
def application(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    """The window at its sign-in screen."""
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("BENCHBOARD_DATABASE_URL", raising=False)
    opened = Application(tmp_path / "home")
    opened.window.setMinimumSize(800, 560)
    opened.window.resize(1440, 900)
    opened.start()
    opened.window.activateWindow()
    qtbot.waitUntil(opened.window.isActiveWindow)
    yield opened
    opened.close()
    opened.window.close()
    opened.window.deleteLater()
    opened.deleteLater()


def _use_two_step(town: Town) -> str:
    """Turn two-step sign-in on for North's admin; answers a recovery code."""
    secret = second_factor.new_secret(email=ADMIN, organisation="North").text
    own = town.database.bind(town.actor)
    code = pyotp.TOTP(secret).now()
    return second_factor.turn_on(own, town.actor, password=PASSWORD, secret=secret, code=code)[0]


def _sign_in(application: Application, town: Town, click: Clicker, email: str) -> None:
    url, window = town.database.engine.url, application.window
    bare = f"postgresql://{url.username}@{url.host}:{url.port}/{url.database}"
    for name, text in (("server_url", bare), ("server_email", email), ("server_password", PASSWORD)):
        field = click.find(window, name)
        assert isinstance(field, QLineEdit)
        field.setText(text)
    click(window, "server_more")
    click.type(window, "server_role_password", url.password or "")
    click(window, "sign_in_server")


def _policy(town: Town) -> SignInPolicy:
    with town.database.bind(town.actor).read() as session:
        return get_policy(session, town.actor)


def test_admin_requires_it_after_a_question_in_numbers_and_the_next_person_sets_it_up(
    qtbot: QtBot, town: Town, application: Application, click: Clicker
) -> None:
    town.add(ANA, "Ana Lyst", role="analyst")
    ana = town.sign_in(ANA)
    recovery = _use_two_step(town)
    window = application.window
    _sign_in(application, town, click, ADMIN)
    click.type(window, "sign_in_code_edit", recovery)
    click(window, "sign_in_code_act")
    qtbot.waitUntil(lambda: application.shell is not None)
    admin = Admin(qtbot, click, application)
    admin.go("admin/settings")
    rules = click.find(window, "rules_two_step")
    assert isinstance(rules, Select)
    qtbot.waitUntil(rules.isEnabled)
    assert rules.current_key() == "nobody"

    rules.setCurrentIndex(2)
    qtbot.waitUntil(lambda: bool(window.findChildren(Confirm)))
    (question,) = window.findChildren(Confirm)
    asked = question.accessibleDescription()
    assert asked.startswith("It concerns 2 people. 1 of them hasn't set it up, and does so at the next sign-in")
    admin.click("confirm_keep")
    qtbot.waitUntil(lambda: rules.current_key() == "nobody")
    assert _policy(town) == SignInPolicy()

    rules.setCurrentIndex(2)
    qtbot.waitUntil(lambda: any(one.isVisible() for one in window.findChildren(Confirm)))
    admin.click("confirm_act")
    qtbot.waitUntil(lambda: _policy(town).two_step == "everybody")
    qtbot.waitUntil(lambda: any("1 of 2" in one.text() for one in window.findChildren(QLabel) if one.isVisible()))
    revoke = window.findChild(QWidget, "rules_revoke_sessions")
    assert isinstance(revoke, QWidget)
    qtbot.waitUntil(revoke.isVisible)
    qtbot.waitUntil(lambda: any("1 is signed in without" in one.text() for one in window.findChildren(QLabel)))
    admin.click("rules_revoke_sessions")
    admin.click("confirm_act")
    qtbot.waitUntil(lambda: "1 session revoked" in admin.toast())
    qtbot.waitUntil(lambda: not revoke.isVisible())
    with town.database.bind(town.actor).read() as session:
        left = {one.id for one in sessions.list_sessions(session, town.actor, Listing()).rows}
    assert ana.actor.session_id not in left
    admin.click("rules_show")
    admin.wait(lambda: admin.column("people_table") == ["Ana Lyst"])
    assert "Needs two-step" in admin.column("people_table", 2) + admin.column("people_table", 3)

    application.sign_out()
    qtbot.waitUntil(lambda: application.sign_in is not None and application.sign_in.isVisible())
    qtbot.waitUntil(lambda: click.find(window, "sign_in_server").isEnabled())
    _sign_in(application, town, click, ANA)
    qtbot.waitUntil(lambda: bool(window.findChildren(SetUpTwoStepDialog)))
    shown = "".join("".join(one.text().split()) for one in window.findChildren(QLabel) if one.isVisible())
    click.type(window, "set_up_two_step_edit", "000000")
    click(window, "set_up_two_step_act")
    qtbot.waitUntil(lambda: any("incorrect" in one.accessibleDescription() for one in window.findChildren(QLineEdit)))
    (dialog,) = [one for one in window.findChildren(SetUpTwoStepDialog) if one.isVisible()]
    secret = dialog.secret.text
    assert secret in shown  # the same one, which the phone has by now
    again = click.find(window, "set_up_two_step_edit")
    assert isinstance(again, QLineEdit)
    again.setText(pyotp.TOTP(secret).at(int(time.time())))
    click(window, "set_up_two_step_act")
    qtbot.waitUntil(lambda: application.shell is not None)
    stored = click.find(window, "recovery_stored")
    assert isinstance(stored, QCheckBox)
    stored.setChecked(True)
    click(window, "recovery_done")
    assert application.shell is not None
    application.shell.go("settings")
    qtbot.waitUntil(lambda: bool(click.find(window, "settings_two_step").accessibleDescription()))
    turn_off = click.find(window, "settings_two_step")
    assert not turn_off.isEnabled()
    assert "North requires it." in turn_off.accessibleDescription()


def test_admin_who_does_not_use_it_is_told_to_turn_it_on_first(
    qtbot: QtBot, town: Town, application: Application, click: Clicker
) -> None:
    _sign_in(application, town, click, ADMIN)
    qtbot.waitUntil(lambda: application.shell is not None)
    admin = Admin(qtbot, click, application)
    admin.go("admin/settings")
    length = click.find(application.window, "rules_password_length")
    assert isinstance(length, Select)
    qtbot.waitUntil(length.isEnabled)
    assert not click.find(application.window, "rules_two_step").isEnabled()
    length.setCurrentIndex(length.findData("20"))
    qtbot.waitUntil(lambda: _policy(town).shortest_password == 20)
    qtbot.waitUntil(lambda: "saved" in admin.toast())
    assert application.shell is not None
    application.shell.context.problems.undo_last()
    qtbot.waitUntil(lambda: _policy(town).shortest_password == 12)


def test_invited_person_sets_it_up_and_a_cancelled_set_up_keeps_what_was_typed(
    qtbot: QtBot, town: Town, application: Application, click: Clicker
) -> None:
    _use_two_step(town)
    with town.database.bind(town.actor).change() as session:
        change_policy(session, town.actor, SignInPolicy("everybody"))
        made = invitations.invite(session, town.actor, email=ANA, role="analyst")
    window, url = application.window, town.database.engine.url
    field = click.find(window, "server_url")
    assert isinstance(field, QLineEdit)
    field.setText(f"postgresql://{url.username}@{url.host}:{url.port}/{url.database}")
    click(window, "server_more")
    click.type(window, "server_role_password", url.password or "")
    click(window, "server_invitation")
    for name, text in (("join_code", made.code), ("join_name", "Ana"), ("join_password", PASSWORD)):
        click.type(window, name, text)
    click(window, "join_act")
    click(window, "set_up_two_step_cancel")
    typed = click.find(window, "join_name")
    assert isinstance(typed, QLineEdit)
    assert typed.text() == "Ana"
    click(window, "join_act")
    click.find(window, "set_up_two_step_edit")
    (dialog,) = [one for one in window.findChildren(SetUpTwoStepDialog) if one.isVisible()]
    click.type(window, "set_up_two_step_edit", pyotp.TOTP(dialog.secret.text).at(int(time.time())))
    click(window, "set_up_two_step_act")
    qtbot.waitUntil(lambda: application.shell is not None)
    assert click.find(window, "recovery_stored").isVisible()


def test_own_password_is_changed_in_settings_and_from_admin_with_the_current_one_and_a_code(
    qtbot: QtBot, town: Town, application: Application, click: Clicker
) -> None:
    secret = second_factor.new_secret(email=ADMIN, organisation="North").text
    own = town.database.bind(town.actor)
    code = pyotp.TOTP(secret).now()
    codes = second_factor.turn_on(own, town.actor, password=PASSWORD, secret=secret, code=code)
    with own.change() as session:
        change_policy(session, town.actor, SignInPolicy(shortest_password=16))
    window, new = application.window, "five quite unrelated words"
    _sign_in(application, town, click, ADMIN)
    click.type(window, "sign_in_code_edit", codes[0])
    click(window, "sign_in_code_act")
    qtbot.waitUntil(lambda: application.shell is not None)
    assert application.shell is not None
    application.shell.go("settings")
    click(window, "settings_change_password")
    qtbot.waitUntil(lambda: any(isinstance(one, ChangePasswordDialog) for one in window.findChildren(QWidget)))
    (dialog,) = window.findChildren(ChangePasswordDialog)
    assert any(one.text().startswith("At least 16 characters") for one in dialog.findChildren(QLabel))
    for name, text in (("current", "wrong"), ("code", codes[1]), ("new", new)):
        click.type(window, f"change_password_{name}", text)
    click(window, "change_password_act")
    current = click.find(window, "change_password_current")
    qtbot.waitUntil(lambda: "incorrect" in current.accessibleDescription())
    assert isinstance(current, QLineEdit)
    current.setText(PASSWORD)
    click(window, "change_password_act")
    admin = Admin(qtbot, click, application)
    qtbot.waitUntil(lambda: "Password changed, 1 session ended" in admin.toast())
    assert password_sign_in.sign_in(
        town.database, email=ADMIN, password=new, client=town.actor.client, code=codes[2]
    ).actor.email == (ADMIN)

    admin.go(f"admin/people/{town.actor.user_id}")
    click(window, "person_set_password")
    qtbot.waitUntil(lambda: any(one.isVisible() for one in window.findChildren(ChangePasswordDialog)))


def test_password_hints_follow_the_rule(qtbot: QtBot, town: Town, application: Application, click: Clicker) -> None:
    town.add(ANA, "Ana Lyst")
    _sign_in(application, town, click, ADMIN)
    qtbot.waitUntil(lambda: application.shell is not None)
    admin = Admin(qtbot, click, application)
    admin.go("admin/people")
    admin.click("people_add")
    click.find(application.window, "add_password")

    def hints(count: int) -> bool:
        shown = [one.text() for one in application.window.findChildren(QLabel) if one.isVisible()]
        return any(one.startswith(f"At least {count} characters") for one in shown)

    qtbot.waitUntil(lambda: hints(12))
    with town.database.bind(town.actor).change() as session:
        change_policy(session, town.actor, SignInPolicy(shortest_password=16))
    qtbot.waitUntil(lambda: hints(16))

"""Who is locked after failed sign-ins is shown in the list and on the person's page, and unlocked there."""

import time
from dataclasses import replace
from typing import Any

import pyotp
import pytest
from PySide6.QtWidgets import QWidget

from benchboard.errors import Denied
from benchboard.identity import audit, lockouts, organisations, password_sign_in, passwords, second_factor
from benchboard.identity.permissions import Actor, Client
from benchboard.ui.widgets import Paragraph
from benchboard.ui.widgets.labels import Text
from support.admin import Admin
from support.databases import unbound
from support.people import CLIENT, PASSWORD

EMAIL = "mia@example.com"
OZ = "Öz Işık"


def _lock(admin: Admin, email: str) -> None:
    """Let tries at an account fail on another computer, as another program counts them."""
    assert admin.application.shell is not None
    database = admin.application.shell.context.workspace.database
    for _count in range(lockouts.LOCKING_TRIES):
        with unbound(database).change() as session:
            lockouts.count_try(session, email=email, client=Client("cell-lab-3", "Benchboard/test (Linux)"))


def _shown(admin: Admin, name: str) -> list[QWidget]:
    return [one for one in admin.window.findChildren(QWidget, name) if one.isVisible()]


def test_locked_person_is_shown_in_list_and_details_and_unlocked(admin: Admin) -> None:
    admin.press_row("people_table", OZ)
    admin.wait(lambda: "Active" in admin.column("people_table", 3))
    assert not _shown(admin, "person_unlock")
    _lock(admin, "oz@example.com")
    admin.wait(lambda: "Locked" in admin.column("people_table", 3))
    admin.wait(lambda: _shown(admin, "person_unlock"))
    notes = [one.text() for one in admin.find("person_detail").findChildren(Paragraph) if one.isVisible()]
    assert any(text.startswith("Too many failed sign-ins: locked until ") for text in notes)
    admin.click("person_unlock")
    admin.wait(lambda: admin.toast() == f"{OZ} can sign in again.")
    admin.wait(lambda: "Locked" not in admin.column("people_table", 3))
    admin.wait(lambda: not _shown(admin, "person_unlock"))


def test_two_step_sign_in_is_shown_and_reset_on_a_server(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    assert admin.application.shell is not None
    context = admin.application.shell.context
    workspace = context.workspace
    monkeypatch.setattr(context, "workspace", replace(workspace, location=replace(workspace.location, kind="server")))
    made = second_factor.new_secret(email=EMAIL, organisation="North")
    with unbound(workspace.database).change() as session:
        user_id = organisations.create_account(
            session, context.actor.organisation_id, email=EMAIL, name="Mia Roth", role="analyst",
            password_hash=passwords.hash_password(PASSWORD),
        )  # fmt: skip
        audit.record(session, context.actor, "user.create", user_id)
    actor = password_sign_in.sign_in(workspace.database, email=EMAIL, password=PASSWORD, client=CLIENT).actor
    admin.press_row("people_table", "Mia Roth")
    admin.wait(lambda: "Off" in _texts(admin))
    code = pyotp.TOTP(made.text).at(time.time())
    own = workspace.database.bind(actor)
    second_factor.turn_on(own, actor, password=PASSWORD, secret=made.text, code=code)
    admin.wait(lambda: _shown(admin, "person_reset_second_factor"))
    model: Any = admin.table("people_table").model()
    admin.wait(lambda: any(one.has_second_factor for one in model.rows))
    menu = admin.row_menu("people_table", "Mia Roth", "people_menu")
    admin.choose(menu, "command_set_password")
    told = [one.text() for one in admin.find("set_password").findChildren(Paragraph)]
    assert "It turns off two-step sign-in too: Mia Roth sets it up again in Settings." in told
    admin.click("set_password_cancel")
    admin.click("person_reset_second_factor")
    admin.click("confirm_act")
    admin.wait(lambda: admin.toast() == "Two-step sign-in of Mia Roth was reset.")
    admin.wait(lambda: "Off" in _texts(admin))
    assert end_reason_of(admin, actor) == "revoked"


def _texts(admin: Admin) -> set[str]:
    return {one.text() for one in admin.find("person_detail").findChildren(Text) if one.isVisible()}


def end_reason_of(admin: Admin, actor: Actor) -> object:
    """Why the session of an actor has ended."""
    assert admin.application.shell is not None
    with pytest.raises(Denied) as ended, admin.application.shell.context.workspace.database.bind(actor).read():
        pass
    return ended.value.facts["reason"]

"""Two-step sign-in in the window, on a shared server: turned on in Settings, asked for at the next sign-in."""

import time
from collections.abc import Callable

import pyotp
import pytest
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from benchboard.ui.app import Application
from benchboard.ui.shell.two_step_dialogs import RecoveryCodesDialog, TurnOnDialog
from benchboard.ui.widgets.buttons import Button
from support.people import PASSWORD, Town
from support.window import Clicker

EMAIL = "nora@north.example"


@pytest.fixture
def engine_name() -> str:
    return "postgresql"


@pytest.fixture
def moments(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time now; the test changes it."""
    now = [1_764_000_015.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    return now


def _sign_in(application: Application, town: Town, click: Clicker) -> None:
    url = town.database.engine.url
    window = application.window
    bare = f"postgresql://{url.username}@{url.host}:{url.port}/{url.database}"
    for name, text in (("server_url", bare), ("server_email", EMAIL), ("server_password", PASSWORD)):
        field = click.find(window, name)
        assert isinstance(field, QLineEdit)
        field.setText(text)
    click(window, "server_more")
    click.type(window, "server_role_password", url.password or "")
    click(window, "sign_in_server")


def test_two_step_sign_in_is_turned_on_and_asked_for(
    qtbot: QtBot, town: Town, start: Callable[..., Application], click: Clicker, moments: list[float]
) -> None:
    town.add(EMAIL, "Nora Berg", role="analyst")
    application = start()
    window = application.window
    _sign_in(application, town, click)
    qtbot.waitUntil(lambda: application.shell is not None)
    assert application.shell is not None
    application.shell.go("settings")

    def button() -> str:
        shown = [one for one in window.findChildren(Button, "settings_two_step") if one.isVisible()]
        return shown[-1].text() if shown else ""

    qtbot.waitUntil(lambda: button() == "Turn on")
    click(window, "settings_two_step")
    (dialog,) = window.findChildren(TurnOnDialog)
    assert dialog.findChild(QWidget, "qr_code") is not None
    secret = dialog._secret.text
    assert any(secret in "".join(one.text().split()) for one in dialog.findChildren(QLabel) if one.isVisible())
    click.type(window, "two_step_password", "wrong")
    click.type(window, "two_step_code", pyotp.TOTP(secret).at(int(moments[0])))
    click(window, "two_step_act")
    password = click.find(window, "two_step_password")
    qtbot.waitUntil(lambda: "incorrect" in password.accessibleDescription())
    assert isinstance(password, QLineEdit)
    password.setText(PASSWORD)
    click(window, "two_step_act")
    qtbot.waitUntil(lambda: bool(window.findChildren(RecoveryCodesDialog)))
    (codes,) = window.findChildren(RecoveryCodesDialog)
    assert not click.find(window, "recovery_done").isEnabled()
    stored = click.find(window, "recovery_stored")
    assert isinstance(stored, QCheckBox)
    stored.setChecked(True)
    click(window, "recovery_done")
    qtbot.waitUntil(lambda: button() == "Turn off")

    application.sign_out()
    qtbot.waitUntil(lambda: application.sign_in is not None and application.sign_in.isVisible())
    click.find(window, "sign_in_server")
    qtbot.waitUntil(lambda: click.find(window, "sign_in_server").isEnabled())
    _sign_in(application, town, click)
    click.type(window, "sign_in_code_edit", "000000")
    click(window, "sign_in_code_act")
    qtbot.waitUntil(lambda: any("incorrect" in one.accessibleDescription() for one in window.findChildren(QLineEdit)))
    again = click.find(window, "sign_in_code_edit")
    assert isinstance(again, QLineEdit)
    again.setText(codes._codes[0])
    click(window, "sign_in_code_act")
    qtbot.waitUntil(lambda: application.shell is not None)

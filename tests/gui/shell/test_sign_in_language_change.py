"""A change of language keeps what was typed on the sign-in screen, and its notice."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from benchboard.settings import Settings
from benchboard.ui.app import Application
from benchboard.ui.problems import Notice
from benchboard.ui.sign_in.sign_in import SignIn
from benchboard.ui.widgets.banners import Banner
from benchboard.ui.widgets.buttons import CheckBox
from benchboard.ui.widgets.fields import Edit


def _edit(view: QWidget, name: str) -> Edit:
    edit = view.findChild(Edit, name)
    assert isinstance(edit, Edit)
    return edit


def _in_turkish(application: Application, then: Callable[[], None]) -> None:
    english = application.settings
    application.apply_settings(Settings(language="tr"))
    try:
        then()
    finally:
        application.apply_settings(english)


def test_sign_in_form_keeps_what_was_typed_in_another_language(
    qtbot: QtBot, start: Callable[[], Application], tmp_path: Path
) -> None:
    (tmp_path / "home").mkdir(mode=0o700)  # the language is saved there
    starting = start()
    before = starting.sign_in
    assert before is not None
    typed = {"server_url": "postgresql://bb@host/db", "server_role_password": "one", "server_email": "a@b.cc",
             "server_password": "two"}  # fmt: skip
    for name, text in typed.items():
        qtbot.keyClicks(_edit(before, name), text)
    box = before.findChild(CheckBox, "stay_server")
    assert isinstance(box, CheckBox)
    box.setChecked(True)
    _edit(before, "server_email").setFocus()
    before.show_notice(Notice("Your session has ended."))

    def check() -> None:
        after = starting.sign_in
        assert isinstance(after, SignIn)
        assert after is not before
        assert {name: _edit(after, name).text() for name in typed} == typed
        assert _edit(after, "server_role_password").isVisibleTo(after)
        kept = after.findChild(CheckBox, "stay_server")
        assert isinstance(kept, CheckBox)
        assert kept.isChecked()
        qtbot.waitUntil(_edit(after, "server_email").hasFocus)
        assert [banner.accessibleName().strip() for banner in after.findChildren(Banner)] == ["Your session has ended."]

    _in_turkish(starting, check)

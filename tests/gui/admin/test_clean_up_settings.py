"""What has expired is cleared from Admin's settings after a question, and once a day by the window itself."""

from datetime import timedelta
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from benchboard.identity import audit, clean_up
from benchboard.paging import Listing
from benchboard.storage import clock
from benchboard.storage.models.identity import SignInSession
from benchboard.ui.daily_clean_up import DailyCleanUp
from benchboard.ui.shell.settings_section import ReadableSetting
from benchboard.ui.widgets import Button, Confirm
from support.admin import Admin
from support.databases import unbound


def _expire_sessions(admin: Admin) -> None:
    """Let every session but the window's have expired."""
    assert admin.application.shell is not None
    context = admin.application.shell.context
    with unbound(context.workspace.database).change() as session:
        for row in session.query(SignInSession).filter(SignInSession.id != context.actor.session_id):
            row.expires_at = clock.now() - timedelta(minutes=1)
        audit.record(session, context.actor, "session.sign-out", None)


def _entries(admin: Admin) -> list[audit.AuditEntry]:
    def op(session: Any, actor: Any) -> list[audit.AuditEntry]:
        listing = Listing(filters={"event": "organisation.clean-up"})
        return list(audit.list_entries(session, actor, listing).rows)

    found: list[audit.AuditEntry] = admin.ask(op)
    return found


def _shown(admin: Admin) -> str:
    return " ".join(one.text() for one in admin.window.findChildren(QLabel) if one.isVisible())


def test_clean_up_is_asked_in_numbers_and_says_when_it_was(admin: Admin) -> None:
    admin.go("admin/settings")
    button = admin.find("clean_up_now")
    admin.wait(lambda: "Last cleared: Never." in _shown(admin))
    assert "Benchboard does it once a day while it's open." in _shown(admin)
    assert not button.isEnabled()
    assert "There's nothing to clear." in _shown(admin)
    _expire_sessions(admin)
    admin.wait(lambda: "Due now: 3 sessions." in _shown(admin))
    assert "There's nothing to clear." not in _shown(admin)
    admin.click("clean_up_now")
    (question,) = admin.window.findChildren(Confirm)
    assert question.accessibleDescription().startswith("3 sessions. None of it can be used any more.")
    admin.click("confirm_act")
    admin.wait(lambda: admin.toast() == "Cleared 3 sessions")
    admin.wait(lambda: "Last cleared: Just now." in _shown(admin) and not button.isEnabled())
    (entry,) = _entries(admin)
    assert entry.details["cleared"] == {"sessions": 3}


def test_window_on_this_computer_clears_once_a_day(admin: Admin) -> None:
    _expire_sessions(admin)
    daily = admin.application.findChild(DailyCleanUp)
    assert daily is not None
    daily.run()
    admin.wait(lambda: len(_entries(admin)) == 1)
    assert admin.ask(lambda session, actor: clean_up.get_state(session, actor).due.total) == 0
    assert not admin.ask(clean_up.is_due)


def test_what_stands_in_the_settings_is_reached_by_keys_where_nothing_can_be_changed(admin: Admin) -> None:
    """The focus was on the page, which had no name, and no key came to its sentences."""
    admin.go("admin/settings")
    button = admin.find("clean_up_now")
    assert isinstance(button, Button)
    admin.wait(lambda: button.reason != "Loading…")

    def read() -> str:
        focused = admin.window.focusWidget()
        assert isinstance(focused, ReadableSetting)
        return focused.accessible_text()

    if not admin.window.findChildren(ReadableSetting)[0].hasFocus():
        admin.key(Qt.Key.Key_F6)
    assert read().startswith("Nobody signs in with a password here.")
    if not button.isEnabled():
        admin.key(Qt.Key.Key_Tab)
        assert read().startswith("What has expired: ")
        assert read().endswith("There's nothing to clear.")

"""The audit log's seals in the window: verified up to where, and what a broken one leads to."""

import json

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel
from sqlalchemy import text

from benchboard.identity import audit, kept_seals
from benchboard.identity.audit_verification import AuditFault
from benchboard.identity.permissions import Client
from benchboard.storage.engine import Database
from benchboard.ui.admin.audit_seal_strip import AuditSealStrip
from benchboard.ui.widgets import Button
from support.admin import Admin
from support.databases import unbound
from support.tampered_log import CUT_OFF, tamper


def _strip(admin: Admin) -> AuditSealStrip:
    admin.go("admin/audit")
    admin.wait(lambda: admin.column("audit_table"))
    (strip,) = admin.window.findChildren(AuditSealStrip)
    return strip


def _database(admin: Admin) -> Database:
    shell = admin.application.shell
    assert shell is not None
    return shell.context.workspace.database


def test_audit_says_verified_only_after_a_verification(admin: Admin, announcements: list[str]) -> None:
    strip = _strip(admin)
    assert strip.title.text() == "Not verified yet"
    admin.click("audit_verify")
    admin.wait(lambda: strip.title.text().startswith("Sealed, verified up to entry "))
    assert "newer" not in strip.more.text()
    assert any(one.startswith("Sealed, verified up to entry ") for one in announcements)
    button = admin.find("audit_verify")
    assert isinstance(button, Button)
    assert button.isEnabled()
    assert button.accessibleDescription().startswith(f"{strip.title.text()}. Each of them is as it was sealed.")
    announcements.clear()
    admin.click("audit_verify")
    admin.wait(lambda: [one for one in announcements if one.startswith("Sealed, ")])
    database = _database(admin)
    with database.engine.connect() as connection:
        where = str(connection.scalar(text("SELECT organisation_id FROM audit_seals LIMIT 1")))
    with unbound(database).change() as session:
        audit.append(session, Client("rig", "test"), "dongle.rename", "d1", where, None)
    admin.wait(lambda: strip.more.text().endswith("1 newer entry isn't verified yet."))
    admin.click("audit_verify")
    admin.wait(lambda: "newer" not in strip.more.text() and strip.title.text().startswith("Sealed"))


def test_changed_entry_is_named_by_a_red_banner_that_leads_to_it(admin: Admin) -> None:
    strip = _strip(admin)
    database = _database(admin)
    tamper(
        database, "UPDATE audit_logs SET user_agent = 'x' WHERE id = (SELECT audit_id FROM audit_seals WHERE seq = 3)"
    )
    admin.click("audit_verify")
    admin.wait(lambda: strip.title.text() == "Verified up to entry 2 only")
    assert strip.more.text() == "Entry 3 of the audit log was changed."
    assert "Entry 3 of the audit log was changed." in admin.banner()
    admin.click("banner_action")
    admin.wait(lambda: len(admin.column("audit_table")) == 1)
    assert admin.find("audit_entry").accessibleName() == "Entry 3"
    admin.wait(lambda: admin.find("audit_detail").isVisible())
    admin.click("audit_clear")
    admin.wait(lambda: len(admin.column("audit_table")) > 1)
    # It stays known until a verification finds otherwise.
    assert strip.title.text() == "Verified up to entry 2 only"


def test_strip_follows_what_another_program_of_this_computer_verified(admin: Admin) -> None:
    strip = _strip(admin)
    database, shell = _database(admin), admin.application.shell
    assert shell is not None
    home, actor = shell.context.workspace.home, shell.context.actor
    admin.click("audit_verify")
    admin.wait(lambda: strip.title.text().startswith("Sealed, verified up to entry "))
    sound = kept_seals.find(home, actor.organisation_id)
    assert sound is not None
    kept_seals.keep_fault(home, actor.organisation_id, AuditFault("changed", 3, None), 2)
    strip.refresh()
    admin.wait(lambda: strip.title.text() == "Verified up to entry 2 only")
    kept_seals.keep(home, actor.organisation_id, sound)
    strip.refresh()
    admin.wait(lambda: strip.title.text().startswith("Sealed, verified up to entry "))
    # So is a fault that this window found itself, and its banner.
    third = "WHERE id = (SELECT audit_id FROM audit_seals WHERE seq = 3)"
    tamper(database, f"UPDATE audit_logs SET user_agent = 'x' || user_agent {third}")
    admin.click("audit_verify")
    admin.wait(lambda: "Entry 3 of the audit log was changed." in admin.banner())
    assert kept_seals.find_fault(home, actor.organisation_id) is not None
    kept_seals.keep(home, actor.organisation_id, sound)
    strip.refresh()
    admin.wait(lambda: strip.title.text().startswith("Sealed, verified up to entry "))
    admin.wait(lambda: not admin.banner())


def test_removed_and_rewritten_entries_are_told_by_what_was_kept(admin: Admin) -> None:
    strip = _strip(admin)
    database = _database(admin)
    admin.click("audit_verify")
    admin.wait(lambda: strip.title.text().startswith("Sealed, verified up to entry "))
    tamper(database, *CUT_OFF)
    strip.refresh()
    admin.wait(lambda: strip.title.text().endswith("or one before it, isn't what it was"))
    admin.click("audit_verify")
    admin.wait(lambda: strip.more.text() == "1 entry is missing at the end of the audit log.")


def test_log_that_was_sealed_anew_is_verified_no_further_than_it_is_known_to_be_the_same(admin: Admin) -> None:
    """“Verified up to entry 6 only” stood below “rewritten up to entry 7 or further”."""
    strip = _strip(admin)
    admin.click("audit_verify")
    admin.wait(lambda: strip.title.text().startswith("Sealed, verified up to entry "))
    assert "Each of them is as it was sealed." in [one.text() for one in strip.findChildren(QLabel) if one.isVisible()]
    shell = admin.application.shell
    assert shell is not None
    kept = shell.context.workspace.home / "audit-seals.json"
    other = {key: {**one, "seal": "00" * 32} for key, one in json.loads(kept.read_bytes()).items()}
    kept.write_text(json.dumps(other))
    admin.click("audit_verify")
    admin.wait(lambda: strip.title.text() == "No entry is verified")
    assert "or one before it, isn't what it was." in strip.more.text()


def test_cut_end_is_told_at_once_without_a_verification(admin: Admin) -> None:
    """The window has seen the last entry; nobody has verified the log."""
    strip = _strip(admin)
    database = _database(admin)
    admin.wait(database.seen_seals.all)
    tamper(database, *CUT_OFF)
    timer = strip.findChild(QTimer, "audit_seals_again")
    assert timer is not None
    assert timer.isActive()
    timer.timeout.emit()  # nobody announces it
    admin.wait(lambda: strip.title.text().endswith("or one before it, isn't what it was"))
    assert "This computer saw it" in strip.more.text()
    admin.click("audit_verify")
    admin.wait(lambda: strip.more.text() == "1 entry is missing at the end of the audit log.")
    assert "A database that was restored from an older backup doesn't fit either." in admin.banner()
    buttons = admin.window.findChildren(Button, "banner_action")
    next(one for one in buttons if one.text() == "Accept the log as it is").click()
    admin.click("accept_act")  # nothing is accepted without a reason
    assert admin.find("accept_log").isVisible()
    admin.type("accept_reason", "Restored the backup of Monday.")
    admin.click("accept_act")
    admin.wait(lambda: strip.title.text().startswith("Sealed, verified up to entry "))
    admin.wait(lambda: admin.column("audit_table", 3)[0].startswith("Accepted an audit log"))
    assert not admin.banner()
    admin.click("audit_verify")
    admin.wait(lambda: "newer" not in strip.more.text() and strip.title.text().startswith("Sealed"))

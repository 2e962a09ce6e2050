"""Periods, links and exports of the audit log in the window."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from benchboard.identity import audit
from benchboard.identity.permissions import Client
from benchboard.paging import Listing
from benchboard.ui.widgets import Select
from support.admin import Admin
from support.databases import unbound

_EARLIER = timedelta(days=40)


def _open(admin: Admin, rest: str = "") -> int:
    """Show the log; how many rows it has."""
    admin.go(f"admin/audit{rest}")
    admin.wait(lambda: admin.column("audit_table"))
    return len(admin.column("audit_table"))


def _select(admin: Admin, name: str, key: str) -> Select:
    """Choose in a drop-down list as somebody does."""
    select = admin.find(name)
    assert isinstance(select, Select)
    select.setCurrentIndex(select.findData(key))
    select.activated.emit(select.currentIndex())
    return select


def _refuse(admin: Admin) -> None:
    shell = admin.application.shell
    assert shell is not None
    with unbound(shell.context.workspace.database).change() as session:
        organisation = shell.context.actor.organisation_id
        audit.append(session, Client("rig", "test"), "session.refuse", None, organisation, None)


def test_periods_narrow_and_widen(admin: Admin) -> None:
    everything = _open(admin)
    _select(admin, "audit_period", "yesterday")
    admin.wait(lambda: not admin.column("audit_table"))
    _select(admin, "audit_period", "last-7-days")
    admin.wait(lambda: len(admin.column("audit_table")) == everything)
    assert " – " in admin.find("audit_all_times").accessibleName()
    admin.click("audit_all_times")
    period = admin.find("audit_period")
    assert isinstance(period, Select)
    admin.wait(lambda: period.current_key() == "")


def test_other_days_are_asked_for_and_a_wrong_one_is_told(admin: Admin) -> None:
    everything = _open(admin)
    period = _select(admin, "audit_period", "other")
    admin.type("audit_first_day", "2026-13-01")
    admin.key(Qt.Key.Key_Return)
    assert admin.find("audit_days").isVisible()
    first = admin.find("audit_first_day")
    assert first.hasFocus()
    assert first.property("wrong") is True
    assert first.accessibleDescription().startswith("“2026-13-01” isn't a date or time.")
    first.clear()  # type: ignore[attr-defined]
    admin.type("audit_first_day", str((datetime.now(UTC) - _EARLIER).date()))
    admin.key(Qt.Key.Key_Return)
    admin.wait(lambda: admin.find("audit_all_times").accessibleName().startswith("From "))
    assert len(admin.column("audit_table")) == everything
    assert period.current_key() == "other"
    admin.click("audit_clear")
    admin.wait(lambda: period.current_key() == "")


def test_what_was_refused_is_shown_alone(admin: Admin) -> None:
    _refuse(admin)
    _open(admin)
    _select(admin, "audit_event", "refused")
    admin.wait(lambda: admin.column("audit_table", 3) == ["Failed to sign in"])


def test_link_narrows_as_the_command_does(admin: Admin) -> None:
    _refuse(admin)
    everything = _open(admin)
    admin.go("admin/audit/?event=user.create&period=today&search=ada")
    admin.wait(lambda: admin.column("audit_table", 3) == ["Added Ada Lovelace"])
    admin.go("admin/audit/?result=refused")
    admin.wait(lambda: admin.column("audit_table", 3) == ["Failed to sign in"])
    admin.go("admin/audit/?until=2020-01-01")
    admin.wait(lambda: not admin.column("audit_table"))
    admin.go("admin/audit/?event=nonsense&since=nonsense&more=1")
    admin.wait(lambda: len(admin.column("audit_table")) == everything)


def test_export_is_what_is_filtered_and_is_recorded(
    admin: Admin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _open(admin, "/?event=user.create")
    admin.wait(lambda: all(what.startswith("Added ") for what in admin.column("audit_table", 3)))
    count = len(admin.column("audit_table"))
    file = tmp_path / "log.json"
    admin.click("audit_export")
    admin.click("audit_export_json")
    (dialog,) = admin.window.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(file))
    dialog.done(0)
    admin.wait(file.exists)
    entries = json.loads(file.read_text("utf-8"))
    assert [one["event"] for one in entries] == ["user.create"] * count
    (entry,) = admin.ask(
        lambda session, actor: audit.list_entries(session, actor, Listing(filters={"event": "audit.export"})).rows
    )
    assert entry.details == {"count": count, "filters": {"event": "user.create"}, "format": "json"}


def test_clearing_the_filters_leads_to_the_entries_at_once(admin: Admin, told_focus: list[str]) -> None:
    _open(admin)
    _select(admin, "audit_period", "today")
    admin.find("audit_clear").setFocus(Qt.FocusReason.TabFocusReason)
    told_focus.clear()
    admin.key(Qt.Key.Key_Return)
    admin.wait(admin.table("audit_table").hasFocus)
    assert told_focus == ["audit_table"]

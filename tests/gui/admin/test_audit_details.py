"""The details of an audit entry in words."""

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QRegularExpression
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from benchboard.identity.audit import AuditEntry
from benchboard.ui.admin.audit_details import changed_fields, detail_rows, value_text
from benchboard.ui.admin.change_table import ChangeTable
from benchboard.ui.theme import Theme
from benchboard.ui.widgets import Badge
from benchboard.ui.widgets.readable_rows import ReadableRow
from benchboard.ui.widgets.tab_order import tab_stops
from support.admin import Admin


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("data_bitrate", None, "none"),
        ("mode", "NORMAL", "Normal"),
        ("mode", "LISTEN_ONLY", "Listen only"),
        ("mode", "ELSE", "ELSE"),
        ("controller", "fdcan", "FDCAN (M_CAN 3.1 and later)"),
        ("controller", "nobody's", "nobody's"),
        ("permission", "view", "Can view"),
        ("count", 3, "3"),
        ("changed", True, "Yes"),
        ("changed", 1, "1 widget"),
        ("removed", 2, "2 widgets"),
        ("scopes", ["openid", "email"], "openid\nemail"),
        ("scopes", [], "none"),
        ("two_step", "everybody", "Everyone"),
        ("cleared", {"sessions": 3, "account_tokens": 1}, "Sessions: 3\nCodes of accounts: 1"),
        ("records", {"api_keys": 2, "gone": 1}, "API keys: 2\ngone: 1"),
    ],
)
def test_audit_detail_is_shown_in_words(key: str, value: object, shown: str) -> None:
    assert value_text(key, value) == shown


def test_audit_detail_bit_rate_has_grouped_digits() -> None:
    assert value_text("bitrate", 500_000).startswith("500")
    assert value_text("bitrate", 500_000) != "500000"


def test_audit_details_are_read_in_order_and_say_nothing_of_what_is_empty(qtbot: QtBot, light: Theme) -> None:
    details = {
        "acted_by": "u1", "claim_id": "c1", "count": 0, "data_bitrate": None, "host_name": "rig-12", "name": "Line 2",
        "before": "", "after": "Line 2", "changed": "timing", "version": 4, "added": [],
    }  # fmt: skip
    entry = AuditEntry(
        "e1", datetime(2026, 11, 22, tzinfo=UTC), "u2", "Mert", None, "dongle.configure", "dongle", "d1", None, None,
        details,
    )  # fmt: skip
    rows = detail_rows(entry)
    for _title, widget in rows:
        qtbot.addWidget(widget)
    assert [title for title, _widget in rows] == [
        "Changed", "Name", "Done by (ID)", "Computer", "Pairing ID",
    ]  # fmt: skip
    assert changed_fields(entry) == [("Name", "none", "Line 2")]


def test_change_of_a_name_is_shown_before_and_after_side_by_side(qtbot: QtBot, light: Theme) -> None:
    details = {"name": "Line 3", "before": "Line 2"}
    at = datetime(2026, 11, 22, tzinfo=UTC)
    entry = AuditEntry(
        "e1", at, "u2", "Mert", None, "dashboard_folder.rename", "dashboard_folder", "f1", None, None, details
    )
    assert changed_fields(entry) == [("Name", "Line 2", "Line 3")]
    table = ChangeTable(("Name", "Line 2", "Line 3"))
    qtbot.addWidget(table)
    table.resize(400, 60)
    table.show()
    texts = {label.text(): label for label in table.findChildren(QLabel)}
    assert list(texts) == ["Field", "Before", "After", "Name", "Line 2", "Line 3"]
    assert texts["Line 2"].y() == texts["Line 3"].y()
    assert texts["Line 2"].geometry().right() < texts["Line 3"].x()
    assert texts["Line 2"].accessibleDescription() == "Before"
    (row,) = table.findChildren(ReadableRow)
    assert row.accessibleName() == "Name: before Line 2, after Line 3"
    assert row.geometry().contains(texts["Name"].geometry().united(texts["Line 3"].geometry()))
    assert tab_stops(table) == [row]
    create = AuditEntry("e2", at, "u2", "Mert", None, "dongle.claim", "dongle", "d1", None, None, {"name": "Line 2"})
    assert changed_fields(create) == []


def test_changed_field_of_a_role_has_its_title_and_values_in_words() -> None:
    at, details = datetime(2026, 11, 22, tzinfo=UTC), {"before": "ops_manager", "after": "admin"}
    entry = AuditEntry("e1", at, "u2", "Mert", "Ada", "user.change-role", "user", "u3", None, None, details)
    assert changed_fields(entry) == [("Role", "Operations manager", "Admin")]


def test_changed_fields_of_a_deleted_role_are_a_line_each_in_words() -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    details = {
        "name": "Line lead", "people": ["u1", "u2"], "permissions": ["bench:enter", "dongles:read"],
        "changes": {"people": [2, 0], "permissions": [["bench:enter", "dongles:read"], None],
                    "name": ["Line lead", None]},
    }  # fmt: skip
    entry = AuditEntry("e1", at, "u2", "Mert", None, "role.delete", "role", "r1", None, None, details)
    assert changed_fields(entry) == [
        ("Name", "Line lead", "none"), ("People", "2", "0"), ("Permissions", "open Bench", "none"),
    ]  # fmt: skip
    assert detail_rows(entry) == []  # they are all in the comparison


def test_changed_fields_of_accounts_sessions_and_members_are_in_words() -> None:
    for field, before, after, shown in (
        ("status", "pending", "deleted", ("Status", "Invited", "Deleted")),
        ("status", None, "active", ("Status", "none", "Active")),
        ("in_team", False, True, ("In the team", "No", "Yes")),
        ("has_role", True, False, ("Has the role", "Yes", "No")),
        ("role", None, "admin", ("Role", "none", "Admin")),
        ("email", None, "ada@example.com", ("Email", "none", "ada@example.com")),
    ):
        details = {"changes": {field: [before, after]}}
        at = datetime(2026, 11, 22, tzinfo=UTC)
        entry = AuditEntry("e1", at, "u2", "Mert", None, "user.create", "user", "u3", None, None, details)
        assert changed_fields(entry) == [shown]


def test_details_show_the_entry_in_the_chain_of_seals(admin: Admin) -> None:
    admin.go("admin/audit")
    view = admin.table("audit_table")
    admin.wait(lambda: view.model().rowCount() > 2)
    view.setCurrentIndex(view.model().index(1, 0))
    detail = admin.find("audit_detail")

    def rows() -> list[str]:
        return [one.accessibleName() for one in detail.findChildren(ReadableRow, QRegularExpression("^chain_"))]

    admin.wait(lambda: len(rows()) == 3)
    following, current, previous = rows()
    assert following.startswith("Next, ")
    assert current.startswith("This entry, ")
    assert previous.startswith("Previous, ")
    badges = [one.accessibleName() for one in detail.findChildren(Badge) if one.isVisible()]
    assert badges == ["Seal fits"]
    view.setCurrentIndex(view.model().index(0, 0))
    admin.wait(lambda: [one.partition(",")[0] for one in rows()] == ["This entry", "Previous"])

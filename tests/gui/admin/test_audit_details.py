"""The details of an audit entry in words."""

from datetime import UTC, datetime

import pytest
from pytestqt.qtbot import QtBot

from benchboard.identity.audit import AuditEntry
from benchboard.ui.admin.audit_details import detail_rows, value_text
from benchboard.ui.theme import Theme


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
        "Changed", "Name", "Before", "After", "Done by (ID)", "Computer", "Pairing ID",
    ]  # fmt: skip

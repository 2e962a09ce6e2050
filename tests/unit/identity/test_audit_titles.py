"""Audit log entries as sentences."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchboard.dashboards import library
from benchboard.identity.audit import AuditEntry
from benchboard.identity.audit_titles import entry_title, event_title


@pytest.mark.parametrize(
    ("event", "details", "sentence"),
    [
        ("dongle.claim", {"device_id": "ab04e233fc7c11b2"}, "Paired a dongle: Dongle 11B2"),
        ("dongle.rename", {"before": None, "after": "Brake rig"}, "Renamed a dongle: Brake rig"),
        ("dongle.rename", {"before": "Brake rig", "after": None}, "Renamed a dongle: Brake rig"),
        ("dongle.claim", {"device_id": "ab04e233fc7c11b2", "name": "Brake rig"}, "Paired a dongle: Brake rig"),
        ("dongle.token-store", {"key_version": 1}, "Stored a dongle's token"),
        ("dongle.claim", {"device_id": 7}, "Paired a dongle"),
        ("session.sign-in", {"device_id": "ab04e233fc7c11b2"}, "Signed in"),
    ],
)
def test_what_of_a_dongle_entry_names_the_dongle(event: str, details: dict[str, object], sentence: str) -> None:
    entry = AuditEntry(
        "1", datetime.now(UTC), None, None, None, event, event.partition(".")[0], "2", None, None, details
    )
    assert entry_title(entry) == sentence


@pytest.mark.parametrize(
    ("event", "whom", "sentence"),
    [
        ("dashboard.save", None, "Saved a dashboard: Line 2"),
        ("dashboard.share", "Mert", "Shared “Line 2” with Mert"),
        ("dashboard.share", None, "Shared a dashboard: Line 2"),
        ("dashboard.publish", None, "Shared “Line 2” with everyone"),
        ("dashboard.unpublish", None, "Stopped sharing “Line 2” with everyone"),
        ("dashboard.unshare", "Mert", "Revoked Mert's access to “Line 2”"),
    ],
)
def test_what_of_a_dashboard_entry_names_the_dashboard(event: str, whom: str | None, sentence: str) -> None:
    entry = AuditEntry(
        "1", datetime.now(UTC), None, None, whom, event, "dashboard", "2", None, None, {"name": "Line 2", "number": 3}
    )
    assert entry_title(entry) == sentence


def test_event_title_of_every_dashboard_event_is_defined() -> None:
    rooms = Path(library.__file__).parent.rglob("*.py")
    recorded = {event for room in rooms for event in re.findall(r'"(dashboard\.[a-z-]+)"', room.read_text())}
    assert len(recorded) > 10
    assert not [event for event in recorded if event_title(event) == event]

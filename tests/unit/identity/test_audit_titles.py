"""Audit log entries as sentences."""

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

import benchboard
from benchboard.dashboards import library
from benchboard.identity.audit import AuditEntry
from benchboard.identity.audit_titles import detail_title, entry_title, event_title


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


def recorded_details() -> set[str]:
    """The names of the details that the package's own calls record, dictionaries apart."""
    calls = (
        node
        for path in Path(benchboard.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2].strip("_") in ("record", "record_event", "record_config")
    )
    return {keyword.arg for call in calls for keyword in call.keywords if keyword.arg is not None}


def test_detail_title_of_every_recorded_detail_is_defined() -> None:
    recorded = recorded_details()
    assert {"device_id", "key_version", "permission"} <= recorded
    assert sorted(key for key in recorded if detail_title(key) == key) == []

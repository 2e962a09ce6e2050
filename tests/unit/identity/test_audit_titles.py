"""Audit log entries as sentences."""

import ast
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import benchboard
from benchboard import i18n, package_data
from benchboard.dashboards import library
from benchboard.identity.audit import AuditEntry
from benchboard.identity.audit_titles import detail_title, details_with_names, entry_title
from benchboard.identity.event_titles import event_title, known_events
from benchboard.identity.roles import role_title
from support.source import walked


@pytest.mark.parametrize(
    ("event", "details", "sentence"),
    [
        ("dongle.claim", {"device_id": "ab04e233fc7c11b2"}, "Paired “Dongle 11B2”"),
        ("dongle.rename", {"before": None, "after": "Brake rig"}, "Renamed the dongle “Brake rig”"),
        ("dongle.rename", {"before": "Brake rig", "after": None}, "Renamed the dongle “Brake rig”"),
        ("dongle.rename", {"before": "Rig A", "after": "Rig B"}, "Renamed the dongle “Rig A” to “Rig B”"),
        (
            "dongle.rename",
            {"before": None, "after": "Rig A", "device_id": "ab04e233fc7c11b2"},
            "Renamed the dongle “Dongle 11B2” to “Rig A”",
        ),
        ("dongle.claim", {"device_id": "ab04e233fc7c11b2", "name": "Brake rig"}, "Paired the dongle “Brake rig”"),
        ("dongle.token-store", {"key_version": 1}, "Stored a dongle's pairing key"),
        ("dongle.claim", {"device_id": 7}, "Paired a dongle"),
        ("dongle.configure", {"name": "Rig"}, "Wrote the bit timing to the dongle “Rig”"),
        ("dongle.configure", {"name": "Rig", "changed": "timing"}, "Wrote the bit timing to the dongle “Rig”"),
        (
            "dongle.configure",
            {"name": "Rig", "changed": "mode", "mode": "LISTEN_ONLY"},
            "Set the mode of the dongle “Rig” to listen only",
        ),
        (
            "dongle.configure",
            {"name": "Rig", "changed": "timing, mode", "mode": "NORMAL"},
            "Wrote the bit timing to the dongle “Rig” and set its mode to normal",
        ),
        ("dongle.configure", {"name": "Rig", "changed": ""}, "Wrote the settings to the dongle “Rig” again, unchanged"),
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
        ("dashboard.save", None, "Saved the dashboard “Line 2”"),
        ("dashboard.share", "Mert", "Shared the dashboard “Line 2” with Mert"),
        ("dashboard.share", None, "Shared the dashboard “Line 2”"),
        ("dashboard.publish", None, "Shared the dashboard “Line 2” with everyone"),
        ("dashboard.unpublish", None, "Stopped sharing the dashboard “Line 2” with everyone"),
        ("dashboard.unshare", "Mert", "Revoked Mert's access to the dashboard “Line 2”"),
    ],
)
def test_what_of_a_dashboard_entry_names_the_dashboard(event: str, whom: str | None, sentence: str) -> None:
    entry = AuditEntry(
        "1", datetime.now(UTC), None, None, whom, event, "dashboard", "2", None, None, {"name": "Line 2", "number": 3}
    )
    assert entry_title(entry) == sentence


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        ("dashboard.share", "Shared the dashboard “Line 2” with the team “Rig”"),
        ("dashboard.unshare", "Revoked the access of the team “Rig” to the dashboard “Line 2”"),
    ],
)
def test_what_of_a_team_share_names_the_team(event: str, sentence: str) -> None:
    details = {"name": "Line 2", "team_id": "7", "team": "Rig"}
    entry = AuditEntry("1", datetime.now(UTC), None, None, None, event, "dashboard", "2", None, None, details)
    assert entry_title(entry) == sentence
    assert details_with_names(entry) == [("name", "Name", "Line 2"), ("team", "Team", "Rig")]


def test_details_name_people_and_roles_and_leave_the_id_of_a_deleted_person() -> None:
    details = {"user_id": "7", "acted_by": "8", "role": "business_user"}
    entry = AuditEntry("1", datetime.now(UTC), "8", "Ada", "Mert", "x.y", "x", "2", None, None, details, "Ines")
    assert [(title, value) for _key, title, value in details_with_names(entry)] == [
        ("Done by", "Ines"),
        ("Role", role_title("business_user")),
        ("Person", "Mert"),
    ]
    deleted = details_with_names(replace(entry, whom=None))
    assert ("user_id", "Person ID", "7") in deleted


@pytest.mark.parametrize(
    "event", [event for event in known_events() if event.partition(".")[0] in ("dashboard", "dongle", "team")]
)
@pytest.mark.parametrize("language", ["en", "tr"])
def test_what_of_every_entry_about_one_object_says_what_it_is_and_quotes_its_name(event: str, language: str) -> None:
    kind = event.partition(".")[0]
    entry = AuditEntry("1", datetime.now(UTC), None, None, None, event, kind, "2", None, None, {"name": "Line 2"})
    i18n.use(language, package_data.resources_folder() / "i18n")
    try:
        title, phrase = entry_title(entry), event_title(event)
    finally:
        i18n.use("en", package_data.resources_folder() / "i18n")
    noun = {"en": kind, "tr": {"dashboard": "pano", "dongle": "aygıt", "team": "eki"}[kind]}[language]
    assert "“Line 2”" in title
    assert noun in title
    assert not title.startswith(f"{phrase}:")


def test_event_title_of_every_dashboard_event_is_defined() -> None:
    rooms = Path(library.__file__).parent.rglob("*.py")
    recorded = {event for room in rooms for event in re.findall(r'"(dashboard\.[a-z-]+)"', room.read_text())}
    assert len(recorded) > 10
    assert not [event for event in recorded if event_title(event) == event]


def recorded_details() -> set[str]:
    """The names of the details that the package's own calls record, dictionaries apart."""
    calls = (
        node
        for nodes in walked(Path(benchboard.__file__).parent).values()
        for node in nodes
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2].strip("_") in ("record", "record_event", "record_config")
    )
    return {keyword.arg for call in calls for keyword in call.keywords if keyword.arg is not None}


def test_detail_title_of_every_recorded_detail_is_defined() -> None:
    recorded = recorded_details()
    assert {"device_id", "key_version", "permission"} <= recorded
    assert sorted(key for key in recorded if detail_title(key) == key) == []


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        ("source.create", "Added the data source “Trips”"),
        ("source.update", "Changed the data source “Trips”"),
        ("source.refresh", "Refreshed the data source “Trips”"),
        ("source.remove", "Removed the data source “Trips”"),
        ("source.restore", "Restored the data source “Trips”"),
        ("model.create", "Created the data model “Trips”"),
        ("model.update", "Changed the data model “Trips”"),
        ("model.delete", "Deleted the data model “Trips”"),
    ],
)
def test_what_of_an_entry_of_a_source_or_model_names_it(event: str, sentence: str) -> None:
    kind, details = event.partition(".")[0], {"name": "Trips"}
    entry = AuditEntry("1", datetime.now(UTC), None, None, None, event, kind, "2", None, None, details)
    assert entry_title(entry) == sentence


def test_what_of_an_account_is_a_sentence_after_the_name_of_who_did_it() -> None:
    for event, sentence in (
        ("user.activate", "Enabled the account of Bob"),
        ("user.disable", "Disabled the account of Bob"),
        ("user.reinvite", "Set the account of Bob back to invited"),
    ):
        entry = AuditEntry("1", datetime.now(UTC), None, None, "Bob", event, "user", "2", None, None, {})
        assert entry_title(entry) == sentence

"""What an audit entry says of a dongle."""

from datetime import UTC, datetime

import pytest

from benchboard.identity.audit import Entry
from benchboard.ui.admin.words import what


@pytest.mark.parametrize(
    ("event", "details", "sentence"),
    [
        ("dongle.claim", {"device_id": "ab04e233fc7c11b2"}, "Paired a dongle: Dongle 11B2"),
        ("dongle.rename", {"before": None, "after": "Brake rig"}, "Renamed a dongle: Brake rig"),
        ("dongle.rename", {"before": "Brake rig", "after": None}, "Renamed a dongle: Brake rig"),
        ("dongle.token-store", {"key_version": 1}, "Kept a dongle's token"),
        ("dongle.claim", {"device_id": 7}, "Paired a dongle"),
        ("session.sign-in", {"device_id": "ab04e233fc7c11b2"}, "Signed in"),
    ],
)
def test_an_entry_names_its_dongle_where_it_can(event: str, details: dict[str, object], sentence: str) -> None:
    entry = Entry("1", datetime.now(UTC), None, None, None, event, event.partition(".")[0], "2", None, None, details)
    assert what(entry) == sentence

"""What is told of the dongles' past: by the names of then, and in words."""

import pytest

from benchboard.dongles import fleet, recorded_events
from benchboard.dongles.device_errors import error_for
from benchboard.dongles.protocol import ErrorCode
from benchboard.identity.audit_titles import reason_title
from support.benchdata import Bench, paired
from support.databases import unbound
from support.loopback_dongle import LoopbackDongle


def told(bench: Bench) -> list[str]:
    with unbound(bench.database).read() as session:
        events = recorded_events.latest_events(session, bench.technician, limit=50)
        titles = fleet.dongle_titles(session, bench.technician)
    return [event.text(lambda device_id: titles[device_id]) for event in events]


def rename(bench: Bench, dongle_id: str, name: str) -> None:
    with unbound(bench.database).change() as session:
        fleet.rename_dongle(session, bench.technician, dongle_id, name)


def test_rename_is_told_by_the_names_of_its_time_and_what_else_was_done_by_the_one_of_now(bench: Bench) -> None:
    dongle = paired(bench, LoopbackDongle(), "Rig 1")
    for name in ("Rig 2", "", "Rig 1"):
        rename(bench, dongle.id, name)
    default = f"Dongle {dongle.device_id[-4:].upper()}"
    texts = told(bench)
    assert texts[:4] == [
        f"{default} renamed to Rig 1",
        f"Rig 2 renamed to {default}",
        "Rig 1 renamed to Rig 2",
        f"{default} renamed to Rig 1",
    ]
    assert "Rig 1 paired" in texts[4:]


def test_name_that_a_dongle_had_anyway_is_no_event(bench: Bench) -> None:
    dongle = paired(bench, LoopbackDongle())
    rename(bench, dongle.id, f"Dongle {dongle.device_id[-4:].upper()}")
    assert not [text for text in told(bench) if "renamed" in text]


_OF_SETTINGS = (ErrorCode.CONFIG_REFUSED, ErrorCode.REVISION_CONFLICT)


@pytest.mark.parametrize(
    "code",
    [
        *("dongle.claim-lost", "dongle.silent", "dongle.untrusted", "port.busy", "port.gone", "port.stuck"),
        *(error_for(code).code for code in ErrorCode if code not in _OF_SETTINGS),
    ],
)
def test_why_a_pairing_ended_is_told_in_words(code: str) -> None:
    assert code not in reason_title(code)

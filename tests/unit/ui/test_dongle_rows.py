"""A row of the dongle list: its key, and the device id that it may not have yet."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from benchboard.canbus.bus_load import BusLoad
from benchboard.canbus.link import Port
from benchboard.dongles import fleet
from benchboard.dongles.dongle_status import connection_title, pairing_title
from benchboard.dongles.firmware_detection import DongleInfo
from benchboard.dongles.fleet import DongleRecord
from benchboard.errors import AppError
from benchboard.paging import Listing
from benchboard.ui.bench.bench_format import state_mark
from benchboard.ui.bench.dongle_rows import DongleRow, columns, count_dongles, fetch
from benchboard.ui.bench.port_scanner import DetectedDevice
from benchboard.ui.time_format import full_time

UNKNOWN = DetectedDevice(Port("/dev/ttyACM7", "CAN adapter", 0x16D0, 0x117E, None, False, "usb:16d0:117e:1-2"))


def test_row_without_a_device_id_is_identified_by_its_port() -> None:
    row = DongleRow(None, UNKNOWN)
    assert (row.device_id, row.key, row.subtitle) == (None, "/dev/ttyACM7", "CAN adapter")


def test_bus_load_of_a_row_is_a_meter_with_its_percentage_and_a_dash_without_a_live_bus() -> None:
    row = DongleRow(None, UNKNOWN)
    for load, text in ((0.384, "38 %"), (0.0, "0 %"), (None, "–")):
        shown = BusLoad(load)
        (column,) = (column for column in columns(lambda _row, shown=shown: shown) if column.title == "Bus load")
        assert column.text(row) == text
        assert column.meter is not None
        assert column.meter(row) == load


def test_row_with_a_device_id_is_identified_by_it() -> None:
    port = Port("/dev/ttyACM7", "CAN adapter", 0x16D0, 0x117E, "205A3", False, "usb:16d0:117e:205A3")
    row = DongleRow(None, DetectedDevice(port))
    assert row.device_id is not None
    assert row.key == row.subtitle == row.device_id


def test_status_of_a_dongle_that_another_database_paired_is_paired_elsewhere() -> None:
    (column,) = (column for column in columns() if column.key == "state")
    info = DongleInfo("/dev/ttyACM7", "benchboard", "1.0.0", "", device_id="2" * 16, ownership_state="CLAIMED_ACTIVE")
    assert column.text(DongleRow(None, replace(UNKNOWN, info=info))) == "Paired elsewhere"
    assert (
        column.text(DongleRow(None, replace(UNKNOWN, info=replace(info, ownership_state="UNCLAIMED")))) == "Not paired"
    )


def test_identity_is_verified_only_while_the_dongle_is_there_to_prove_it() -> None:
    """An absent dongle was “Verified”: it proved that once, and nothing knows where it is now."""
    known = replace(fleet.unpaired_dongle("2" * 16, None, None), last_seen_at=datetime(2026, 11, 20, 9, tzinfo=UTC))
    info = DongleInfo("/dev/ttyACM7", "benchboard", "1.0.0", "", device_id="2" * 16, ownership_state="CLAIMED_ACTIVE")
    here = replace(UNKNOWN, info=info, last_id="2" * 16)
    (column,) = (column for column in columns() if column.key == "identity")

    def shown(device: DetectedDevice | None) -> tuple[str, str]:
        row = DongleRow(known, device)
        return column.text(row), column.tooltip(row) if column.tooltip is not None else ""

    assert shown(here)[0] == "Verified"
    text, why = shown(None)
    assert text == "Verified earlier"
    assert why.startswith("It isn't connected, so its identity can't be checked now. Last verified: ")
    assert shown(replace(UNKNOWN, last_id="2" * 16))[0] == "Verified earlier"  # hasn't answered yet
    proved = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    assert column.tooltip is not None
    reason = column.tooltip(DongleRow(known, None, verified_at=proved))
    assert reason.endswith(full_time(proved)), "when it was seen last is later"
    busy = AppError("port.busy", "The port is in use.")
    assert shown(replace(UNKNOWN, last_id="2" * 16, problem=busy))[1].startswith("The port is in use. Last verified")


def test_last_seen_of_a_disconnected_dongle_is_said_as_elsewhere_in_the_window() -> None:
    """It was a dash for never and a time of day for today, and its tooltip named no time zone."""
    (column,) = (column for column in columns() if column.key == "state")

    def shown(seen: datetime | None) -> tuple[str, str]:
        now = datetime.now(UTC)
        record = DongleRecord(
            "1", "2" * 16, None, "CLAIMED_ACTIVE", "proven", None, None, seen, now, None, None, None, None
        )
        row = DongleRow(record, None)
        assert column.tooltip is not None
        when = "" if seen is None else f"{seen.astimezone():%H:%M:%S %Z}"
        assert bool(column.tooltip(row)) == bool(when)
        assert column.tooltip(row).endswith(when)
        assert column.second is not None
        (seen_at,) = (column for column in columns() if column.key == "last_seen_at")
        return column.second(row), seen_at.text(row)

    assert shown(None) == ("Never connected", "–")
    assert shown(datetime.now(UTC) - timedelta(minutes=14, seconds=5)) == ("Disconnected", "14 min ago")


def test_pairing_and_connection_are_two_facts_with_the_words_of_the_command_line() -> None:
    """A paired dongle that was unplugged was “Disconnected” in the window and “Paired” in `dongle list`."""
    now = datetime.now(UTC)
    record = DongleRecord("1", "2" * 16, None, "CLAIMED_ACTIVE", "proven", None, None, now, now, None, None, None, None)
    busy = replace(UNKNOWN, problem=AppError("port.busy", "In use."))
    failed = replace(UNKNOWN, problem=AppError("port.disturbed", "No answer."))
    claimed = DongleInfo("p", "benchboard", "1", "h", device_id="3" * 16, ownership_state="CLAIMED_ACTIVE")
    elsewhere = replace(UNKNOWN, info=claimed)

    def facts(dongle: DongleRecord | None, device: DetectedDevice | None) -> tuple[str, str]:
        row = DongleRow(dongle, device)
        (column,) = (column for column in columns() if column.key == "state")
        assert column.second is not None
        return column.text(row), column.second(row)

    assert facts(record, None) == ("Paired", "Disconnected")
    answered = replace(elsewhere, info=replace(claimed, device_id="2" * 16))
    assert facts(record, answered) == ("Paired", ""), "connected is what a listed dongle usually is"
    assert facts(record, UNKNOWN) == ("Paired", "Checking")
    assert facts(record, busy) == ("Paired", "In use")
    assert facts(replace(record, ownership_state="REVOKED"), failed)[0] == "Released"
    assert facts(None, busy) == ("In use", ""), "it isn't said twice"
    assert facts(None, elsewhere) == ("Paired elsewhere", "")
    # As the columns of `dongle list` say it.
    assert pairing_title("CLAIMED_ACTIVE", failure="In use") == "Paired"
    assert connection_title(connected=True) == "Connected"
    assert connection_title(connected=True, checked=False) == "Not checked"


def test_mark_of_a_dongle_paired_elsewhere_rests_on_its_state_not_on_a_translated_title(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    info = DongleInfo("p", "benchboard", "1", "h", device_id="3" * 16, ownership_state="CLAIMED_ACTIVE")
    monkeypatch.setattr("benchboard.dongles.dongle_status._", lambda _message: "Same word")
    for state, kind in (("CLAIMED_ACTIVE", "warn"), ("UNCLAIMED", "neutral")):
        device = replace(UNKNOWN, info=replace(info, ownership_state=state))
        assert state_mark(None, device).kind == kind


@pytest.mark.parametrize("act", ["count", "here"])
def test_connected_dongles_are_read_with_one_query(monkeypatch: pytest.MonkeyPatch, act: str) -> None:
    asked: list[set[str]] = []

    def find_dongles(_session: object, _actor: object, device_ids: Collection[str]) -> list[DongleRecord]:
        asked.append(set(device_ids))
        return []

    monkeypatch.setattr(fleet, "find_dongles", find_dongles)
    monkeypatch.setattr(fleet, "group_partners", lambda _session, _actor, ids: dict.fromkeys(ids, ""))
    monkeypatch.setattr(fleet, "count_dongles", lambda _session, _actor, paired=False: 0)
    ports = [Port(f"/dev/p{k}", "", 0x16D0, 0x117E, f"205A{k}", False, f"usb:16d0:117e:205A{k}") for k in range(3)]
    connected = [DetectedDevice(port, DongleInfo(port.path, "slcan", "1", "")) for port in ports]
    context: Any = SimpleNamespace(actor=None)
    unknown = replace(UNKNOWN, info=DongleInfo(UNKNOWN.port.path, "slcan", "1", ""))
    devices: Any = SimpleNamespace(devices=(*connected, unknown), verified_at={})
    session: Any = None
    if act == "count":
        assert count_dongles(context, devices, session).total == 4
    else:
        rows = fetch(context, devices, session, Listing(sort="name", filters={"scope": "here"}), None, 50).rows
        assert len(rows) == 4
    assert asked == [{device.device_id for device in connected}]

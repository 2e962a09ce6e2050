"""A row of the dongle list: its key, and the device id that it may not have yet."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from benchboard.canbus.link import Port
from benchboard.dongles import fleet
from benchboard.dongles.fleet import DongleRecord
from benchboard.paging import Listing
from benchboard.ui.bench.dongle_rows import DongleRow, columns, count_dongles, fetch
from benchboard.ui.bench.port_scanner import DetectedDevice

UNKNOWN = DetectedDevice(Port("/dev/ttyACM7", "CAN adapter", 0x16D0, 0x117E, None, False, "usb:16d0:117e:1-2"))


def test_row_without_a_device_id_is_identified_by_its_port() -> None:
    row = DongleRow(None, UNKNOWN)
    assert (row.device_id, row.key, row.subtitle) == (None, "/dev/ttyACM7", "CAN adapter")


def test_row_with_a_device_id_is_identified_by_it() -> None:
    port = Port("/dev/ttyACM7", "CAN adapter", 0x16D0, 0x117E, "205A3", False, "usb:16d0:117e:205A3")
    row = DongleRow(None, DetectedDevice(port))
    assert row.device_id is not None
    assert row.key == row.subtitle == row.device_id


def test_last_seen_of_a_disconnected_dongle_is_said_as_elsewhere_in_the_window() -> None:
    """It was a dash for never and a time of day for today, and its tooltip named no time zone."""
    (column,) = (column for column in columns() if column.key == "last_seen_at")

    def shown(seen: datetime | None) -> str:
        now = datetime.now(UTC)
        record = DongleRecord(
            "1", "2" * 16, None, "CLAIMED_ACTIVE", "proven", None, None, seen, now, None, None, None, None
        )
        row = DongleRow(record, None)
        assert column.tooltip is not None
        assert column.tooltip(row) == ("" if seen is None else f"{seen.astimezone():%Y-%m-%d %H:%M:%S %Z}")
        return column.text(row)

    assert shown(None) == "never"
    assert shown(datetime.now(UTC) - timedelta(minutes=14, seconds=5)) == "14 min ago"


@pytest.mark.parametrize("act", ["count", "here"])
def test_connected_dongles_are_read_with_one_query(monkeypatch: pytest.MonkeyPatch, act: str) -> None:
    asked: list[set[str]] = []

    def find_dongles(_session: object, _actor: object, device_ids: Collection[str]) -> list[DongleRecord]:
        asked.append(set(device_ids))
        return []

    monkeypatch.setattr(fleet, "find_dongles", find_dongles)
    monkeypatch.setattr(fleet, "count_dongles", lambda _session, _actor: 0)
    ports = [Port(f"/dev/p{k}", "", 0x16D0, 0x117E, f"205A{k}", False, f"usb:16d0:117e:205A{k}") for k in range(3)]
    connected = [DetectedDevice(port) for port in ports]
    context: Any = SimpleNamespace(actor=None)
    devices: Any = SimpleNamespace(devices=(*connected, UNKNOWN))
    session: Any = None
    if act == "count":
        assert count_dongles(context, devices, session).total == 4
    else:
        rows = fetch(context, devices, session, Listing(sort="name", filters={"scope": "here"}), None, 50).rows
        assert len(rows) == 4
    assert asked == [{device.device_id for device in connected}]

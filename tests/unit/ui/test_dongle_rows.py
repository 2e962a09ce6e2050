"""A row of the dongle list: its key, and the device id that it may not have yet."""

from datetime import UTC, datetime, timedelta

from benchboard.canbus.link import Port
from benchboard.dongles.fleet import DongleRecord
from benchboard.ui.bench.dongle_rows import DongleRow, columns
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

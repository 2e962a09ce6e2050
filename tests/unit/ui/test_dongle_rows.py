"""A row of the dongle list: its key, and the device id that it may not have yet."""

from benchboard.canbus.link import Port
from benchboard.ui.bench.dongle_rows import DongleRow
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

"""Why no dongle's live bus can be opened."""

from benchboard.canbus.link import Port
from benchboard.dongles.firmware_detection import DongleInfo
from benchboard.errors import DeviceFailure
from benchboard.ui.bench.live_bus_reasons import why_none_selectable
from benchboard.ui.bench.port_scanner import DetectedDevice

_PORT = Port("/dev/ttyACM0", "CANable", 0x16D0, 0x117E, None, False, "usb:1")


def test_why_none_selectable_is_true_for_its_cause() -> None:
    failed = DetectedDevice(_PORT, problem=DeviceFailure("dongle.silent", "It is silent."))
    stock = DetectedDevice(_PORT, DongleInfo(_PORT.path, "lawicel", "V1013", ""))
    for devices, simulating, words in (
        ((), False, "No dongle is connected to this computer."),
        ((), True, "are starting"),
        ((DetectedDevice(_PORT),), False, "is being checked"),
        ((failed,), False, "can't be opened"),
        ((failed, stock), False, "“benchboard can monitor --port /dev/ttyACM0 --bitrate 500000”"),
    ):
        assert words in why_none_selectable(devices, simulating=simulating)

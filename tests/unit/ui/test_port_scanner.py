"""Ports that are scanned and probed, without a window."""

import threading
from collections.abc import Iterator

import pytest

from benchboard.canbus import link
from benchboard.canbus.link import Port
from benchboard.dongles.firmware_detection import DongleInfo
from benchboard.errors import AppError, DeviceFailure
from benchboard.ui.bench import port_scanner
from benchboard.ui.bench.port_scanner import DetectedDevice, PortScanner

PORT = Port("/dev/ttyACM0", "stick", 0x16D0, 0x117E, "3A71", False, "usb:1")
INFO = DongleInfo(PORT.path, "canable", "normaldotcom", "")


@pytest.fixture
def outcomes(monkeypatch: pytest.MonkeyPatch) -> list[AppError | None]:
    """What the next probes of the only port meet: an error, or None; each is taken once."""
    planned: list[AppError | None] = []

    def probe_port(_scanner: PortScanner, port: Port) -> tuple[DongleInfo | None, AppError | None, None]:
        problem = planned.pop(0) if planned else None
        return (None, problem, None) if problem is not None else (INFO, None, None)

    monkeypatch.setattr(link, "discover", lambda: [PORT])
    monkeypatch.setattr(PortScanner, "_probe_port", probe_port)
    monkeypatch.setattr(port_scanner, "_SCAN_INTERVAL_S", 0.001)
    monkeypatch.setattr(port_scanner, "_RETRY_S", (0.001, 0.002))
    return planned


@pytest.fixture
def seen() -> Iterator[tuple[PortScanner, list[DetectedDevice], threading.Event]]:
    """A scanner, what it has told of the port, and the event that a probe succeeded."""
    told: list[DetectedDevice] = []
    answered = threading.Event()

    def on_devices(devices: dict[str, DetectedDevice]) -> None:
        told.append(devices[PORT.path])
        if told[-1].info is not None:
            answered.set()

    scanner = PortScanner(on_devices, None)
    yield scanner, told, answered
    scanner.stop()


def test_dongle_whose_probe_failed_is_probed_again_until_it_answers(
    outcomes: list[AppError | None], seen: tuple[PortScanner, list[DetectedDevice], threading.Event]
) -> None:
    scanner, told, answered = seen
    outcomes += [DeviceFailure("port.gone", "It disconnected.")] * 4
    scanner.start()
    assert answered.wait(60)
    assert any(device.problem is not None for device in told)
    assert told[-1].problem is None


@pytest.mark.parametrize("fails", [False, True])
def test_scan_that_stop_overtakes_neither_acts_nor_fails(monkeypatch: pytest.MonkeyPatch, fails: bool) -> None:
    began, stopped = threading.Event(), threading.Event()
    others = set(threading.enumerate())
    told: list[object] = []
    raised: list[object] = []

    def discover() -> list[Port]:
        began.set()
        assert stopped.wait(60)
        if fails:
            raise OSError("the home is gone")
        return [PORT]

    monkeypatch.setattr(link, "discover", discover)
    monkeypatch.setattr(threading, "excepthook", raised.append)
    scanner = PortScanner(told.append, None)
    scanner.start()
    assert began.wait(60)
    (thread,) = set(threading.enumerate()) - others
    scanner.stop()
    stopped.set()
    thread.join(60)
    assert (told, raised) == ([], [])


def test_stop_waits_for_a_report_under_way_and_none_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A window that was deleted meanwhile must not get one: that ended the program."""
    monkeypatch.setattr(link, "discover", lambda: [])
    monkeypatch.setattr(port_scanner, "_SCAN_INTERVAL_S", 0.001)
    began, allowed = threading.Event(), threading.Event()
    order: list[str] = []

    def on_devices(_devices: object) -> None:
        order.append("began")
        began.set()
        assert allowed.wait(60)
        order.append("reported")

    others = set(threading.enumerate())
    scanner = PortScanner(on_devices, None)
    scanner.start()
    assert began.wait(60)
    (scanning,) = set(threading.enumerate()) - others

    def stop() -> None:
        scanner.stop()
        order.append("stopped")

    stopping = threading.Thread(target=stop)
    stopping.start()
    stopping.join(0.2)  # enough for a stop that doesn't wait
    allowed.set()
    stopping.join(60)
    scanning.join(60)
    assert order[:2] == ["began", "reported"]
    assert order[-1] == "stopped"

"""What the list of ports knows of a dongle that another program uses: enough not to list it twice."""

import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from serial.tools.list_ports_common import ListPortInfo

from benchboard.canbus import link
from benchboard.ui.bench.bench_format import connection_mark
from benchboard.ui.bench.port_scanner import DetectedDevice, PortScanner
from support.simulator import simulator

Devices = dict[str, DetectedDevice]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path))
    monkeypatch.setattr(link.list_ports, "comports", lambda: [])
    return tmp_path


@pytest.fixture
def scanned(home: Path) -> Iterator[Callable[[Callable[[Devices], bool]], Devices]]:
    """Waits until a scan finds what is asked for, and answers all that it found."""
    found: queue.Queue[Devices] = queue.Queue()
    others = set(threading.enumerate())
    scanner = PortScanner(found.put, None)
    scanner.start()

    def until(condition: Callable[[Devices], bool]) -> Devices:
        deadline = time.monotonic() + 60
        while not condition(devices := found.get(timeout=60)):
            assert time.monotonic() < deadline, devices
        return devices

    yield until
    scanner.stop()
    for thread in set(threading.enumerate()) - others:  # else it scans on, without this test's home
        thread.join(60)


def is_busy(devices: Devices) -> bool:
    return [one.problem.code for one in devices.values() if one.problem is not None] == ["port.busy"]


def test_simulated_dongle_in_use_has_its_id(
    home: Path, scanned: Callable[[Callable[[Devices], bool]], Devices]
) -> None:
    with simulator(home) as running, link.open_port(running.ports[0]):
        (device,) = scanned(is_busy).values()
    assert (device.device_id, device.info) == (running.device_ids[0], None)


def test_usb_dongle_that_comes_back_in_use_has_the_id_it_had(
    home: Path, scanned: Callable[[Callable[[Devices], bool]], Devices], monkeypatch: pytest.MonkeyPatch
) -> None:
    with simulator(home / "elsewhere") as running:
        usb = ListPortInfo(str(Path(running.ports[0]).resolve()))
        usb.vid, usb.pid, usb.serial_number, usb.hwid = 0x16D0, 0x117E, "3A71", "USB"
        monkeypatch.setattr(link.list_ports, "comports", lambda: [usb])
        (device,) = scanned(lambda devices: any(one.info is not None for one in devices.values())).values()
        assert device.device_id == running.device_ids[0]
        monkeypatch.setattr(link.list_ports, "comports", lambda: [])
        scanned(lambda devices: not devices)
        with link.open_port(usb.device):
            monkeypatch.setattr(link.list_ports, "comports", lambda: [usb])
            (device,) = scanned(is_busy).values()
    assert (device.device_id, device.info) == (running.device_ids[0], None)


_HOLD = "import serial, sys; port = serial.Serial(sys.argv[1], exclusive=True); print(flush=True); sys.stdin.read()"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who holds a lock")
def test_known_dongle_that_another_process_opens_is_in_use_until_it_ends(
    home: Path, scanned: Callable[[Callable[[Devices], bool]], Devices]
) -> None:
    with simulator(home) as running:
        (device,) = scanned(lambda devices: any(one.info is not None for one in devices.values())).values()
        assert connection_mark(None, device).text == "Connected"
        command = [sys.executable, "-c", _HOLD, running.ports[0]]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
            assert other.stdout is not None
            other.stdout.readline()
            (device,) = scanned(is_busy).values()
            assert (device.device_id, connection_mark(None, device).text) == (running.device_ids[0], "In use")
            assert device.info is not None
            assert device.checked_at is not None
            assert device.problem is not None
            assert f"({other.pid}) has it open." in device.problem.why
            (again,) = scanned(is_busy).values()
            assert again == device, "the same use is no change"
            other.communicate()
        before = device.checked_at
        (device,) = scanned(lambda devices: bool(devices) and not is_busy(devices)).values()
        assert connection_mark(None, device).text == "Connected"
        # The other program may have changed it: it is asked again.
        scanned(
            lambda devices: (
                bool(devices)
                and all(one.checked_at is not None and one.checked_at > before for one in devices.values())
            )
        )

"""A dongle that is plugged in but stops responding: found without asking, told once, and over by itself."""

import os
import queue
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from benchboard.canbus import link
from benchboard.errors import DeviceFailure
from benchboard.ui.bench.bench_format import connection_mark, identity_mark, state_mark
from benchboard.ui.bench.bus_counters import BusCounters
from benchboard.ui.bench.device_manager import DeviceManager, LiveBus
from benchboard.ui.bench.dongle_pane import why_not_reachable
from benchboard.ui.bench.dongles_view import DonglesView
from benchboard.ui.bench.events.dongle_events import DongleEvents
from benchboard.ui.bench.live_bus_view import LiveBusView
from benchboard.ui.bench.port_scanner import DetectedDevice, PortScanner
from benchboard.ui.paged.paged_model import Mark
from benchboard.ui.shell.shell import Shell
from benchboard.ui.widgets import Toast
from benchboard.ui.widgets.stat_strip import StatStrip
from support.benchsim import Simulator
from support.simulator import simulator as serve
from support.window import Clicker

Until = Callable[[Callable[[DetectedDevice], bool]], DetectedDevice]


@pytest.fixture
def scanned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Until]:
    """Waits until the one dongle is as asked for, and answers it. It is asked ten times a second."""
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path))
    monkeypatch.setattr(link.list_ports, "comports", lambda: [])
    found: queue.Queue[dict[str, DetectedDevice]] = queue.Queue()
    others = set(threading.enumerate())
    scanner = PortScanner(found.put, None, ask_every_s=0.1)
    scanner.start()

    def until(condition: Callable[[DetectedDevice], bool]) -> DetectedDevice:
        deadline = time.monotonic() + 60
        while True:
            for device in found.get(timeout=60).values():
                if condition(device):
                    return device
            assert time.monotonic() < deadline

    yield until
    scanner.stop()
    for thread in set(threading.enumerate()) - others:
        thread.join(60)


def test_dongle_that_stops_responding_is_found_unasked_and_recovers_by_itself(tmp_path: Path, scanned: Until) -> None:
    with serve(tmp_path, "--manual") as running:
        before = scanned(lambda device: device.info is not None)
        running.say("stall 1 9")
        hung = scanned(lambda device: device.is_silent)
        assert hung.info == before.info, "what it is stays known"
        assert hung.problem is not None
        assert re.fullmatch(r"Not responding since \d\d:\d\d:\d\d", connection_mark(None, hung).text)
        assert hung.problem.do == "Unplug it and plug it back in."
        assert before.checked_at is not None
        again = scanned(lambda device: not device.is_silent)
        assert (again.problem, connection_mark(None, again).text) == (None, "Connected")
        assert again.checked_at is not None
        assert again.checked_at > before.checked_at


def test_dongle_whose_port_is_used_is_not_asked(tmp_path: Path, scanned: Until) -> None:
    with serve(tmp_path, "--manual") as running:
        scanned(lambda device: device.info is not None)
        with link.open_port(running.ports[0]):
            running.say("stall 1 4")
            time_over = time.monotonic() + 3
            scanned(lambda device: device.is_silent or time.monotonic() > time_over)
            assert not scanned(lambda _device: True).is_silent


def test_known_dongle_whose_check_fails_is_shown_with_the_reason_until_one_succeeds(
    tmp_path: Path, scanned: Until
) -> None:
    """It was shown as connected, and its identity as proven."""
    with serve(tmp_path, "--manual", count=2) as running:
        first, second = map(Path, running.ports)
        own = first.readlink()

        def point_at(target: Path) -> None:
            """Have another dongle at the first one's port, as when the cables are swapped between two looks."""
            (tmp_path / "swapped").symlink_to(target)
            (tmp_path / "swapped").rename(first)

        before = scanned(lambda device: device.port.path == str(first) and device.info is not None)
        point_at(second.readlink())
        failed = scanned(lambda device: device.port.path == str(first) and device.problem is not None)
        assert failed.info == before.info, "what it was stays known"
        assert connection_mark(None, failed) == Mark("error", "Identity not proven")
        assert identity_mark(None, failed).text == "Not proven"
        point_at(own)
        again = scanned(lambda device: device.port.path == str(first) and device.problem is None)
        assert connection_mark(None, again).text == "Connected"


def test_hung_dongle_is_told_in_the_list_the_banner_and_the_events(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager, pair_one: Callable[[], str]
) -> None:
    device_id = pair_one()
    name = f"Dongle {device_id[-4:].upper()}"
    (view,) = shell.findChildren(DonglesView)
    events = DongleEvents.of(shell.context)
    qtbot.waitUntil(lambda: view.table.make_current(device_id))
    simulator.say(f"stall {list(simulator.ports).index(device_id) + 1} 20")
    qtbot.waitUntil(lambda: any(one.is_silent for one in manager.devices))
    qtbot.waitUntil(lambda: _what(shell).startswith(f"{name} hasn't responded since"))
    qtbot.waitUntil(lambda: "Not responding since" in _second_line(view, device_id))
    row = view.table.current()
    assert row is not None
    assert why_not_reachable(row).startswith(f"{name} hasn't responded since")
    stopped = [one for one in events.latest(50) if one.what == "{name} stopped responding"]
    assert [one.device_id for one in stopped] == [device_id]
    qtbot.waitUntil(lambda: not any(one.is_silent for one in manager.devices))
    qtbot.waitUntil(lambda: not _what(shell))
    assert [one.device_id for one in events.latest(50) if one.what == "{name} responds again"] == [device_id]
    toasts = [one.accessibleName() for one in shell.window().findChildren(Toast)]
    assert f"{name} responds again. Status: Paired." in toasts


def _says_silent(shell: Shell, view: DonglesView, device_id: str) -> bool:
    """Whether the page of the dongles says everywhere that this one doesn't respond."""
    row = view.table.current()
    return (
        row is not None
        and row.is_silent
        and "hasn't responded since" in why_not_reachable(row)
        and "Not responding since" in state_mark(row.dongle, row.device).text + _second_line(view, device_id)
        and "hasn't responded since" in _what(shell)
    )


def _second_line(view: DonglesView, device_id: str) -> str:
    (column,) = (one for one in view.model.columns if one.key == "state")
    (row,) = (one for one in view.model.rows if one.device_id == device_id)
    assert column.second is not None
    return column.second(row)


def _what(shell: Shell) -> str:
    notice = shell.context.problems.current
    return notice.what if notice is not None and notice.kind == "error" else ""


def _opened_bus(qtbot: QtBot, shell: Shell, manager: DeviceManager, click: Clicker) -> tuple[LiveBus, str]:
    """The live bus of the first dongle, opened by hand, and its ID."""
    shell.go("bench/live")
    qtbot.waitUntil(lambda: click.find(shell.window(), "live_start").isEnabled())
    click(shell.window(), "live_start")
    qtbot.waitUntil(lambda: manager.live is not None)
    assert manager.live is not None
    assert manager.live.device_id is not None
    return manager.live, manager.live.device_id


@pytest.mark.parametrize("seconds", [3, 20], ids=["for-a-while", "beyond-the-end"])
def test_frames_counted_by_a_dongle_that_stops_responding_verify_nothing(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager, seconds: int
) -> None:
    """It had received frames without an error, and passed."""
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    device_id, port = min(simulator.ports.items())
    detected = manager.find(device_id)
    assert detected is not None
    stall = f"stall {list(simulator.ports).index(device_id) + 1} {seconds}"
    ended: list[object] = []
    shell.context.tasks.run(
        shell,
        lambda progress: manager.count_frames(detected, "A", 3.0, progress, lambda: simulator.say(stall)),
        ended.append,
        ended.append,
        title="Listening",
    )
    qtbot.waitUntil(lambda: bool(ended))
    (error,) = ended
    assert isinstance(error, DeviceFailure), "it passed"
    assert error.what == f"{port} stopped responding during the bus test."
    assert "aren't verified" in error.why


def test_open_live_bus_of_a_dongle_that_stops_responding_says_so_and_goes_on(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager, click: Clicker, tmp_path: Path
) -> None:
    """It stayed open, with a load of 0 % and an error state, and said nothing."""
    window = shell.window()
    live, device_id = _opened_bus(qtbot, shell, manager, click)
    (view,) = shell.findChildren(LiveBusView)
    click(window, "live_record")
    qtbot.waitUntil(lambda: window.findChild(QFileDialog, "live_record_dialog") is not None)
    dialog = window.findChild(QFileDialog, "live_record_dialog")
    assert dialog is not None
    name = dialog.findChild(QLineEdit, "fileNameEdit")
    assert name is not None
    name.setText(str(tmp_path / "drive.blf"))
    dialog.accept()
    qtbot.waitUntil(lambda: view.recording.recording and live.capture.counters().bus.error_state is not None)
    simulator.say(f"stall {list(simulator.ports).index(device_id) + 1} 12")
    qtbot.waitUntil(lambda: bool(re.fullmatch(rf"{live.title} hasn't responded since \d\d:\d\d:\d\d\.", _what(shell))))
    notice = shell.context.problems.current
    assert notice is not None
    assert notice.why == "Unplug it and plug it back in."
    if folder := os.environ.get("BENCH_SHOTS"):
        for appearance in ("dark", "light"):
            shell.context.theme.set_appearance(appearance)
            window.grab().save(f"{folder}/live_silent_{appearance}.png")
    (counters,) = view.findChildren(BusCounters)
    qtbot.waitUntil(lambda: "State unknown" in counters.accessible_text() and counters.value("Bus load") == "–")
    assert (counters.value("Frames/s"), counters.value("TEC –, REC –")) == ("–", "State unknown")
    shell.go("bench/dongles")
    (dongles,) = shell.findChildren(DonglesView)
    qtbot.waitUntil(lambda: dongles.table.make_current(device_id))
    qtbot.waitUntil(lambda: _says_silent(shell, dongles, device_id))
    assert _what(shell) == notice.what
    (stats,) = (one for one in dongles.findChildren(StatStrip) if one.objectName() == "bench_detail_errors")
    qtbot.waitUntil(lambda: {one.name: one.value for one in stats.stats}["TEC"] == "–")
    if folder := os.environ.get("BENCH_SHOTS"):
        window.grab().save(f"{folder}/dongles_silent_live.png")
    shell.go("bench/live")
    qtbot.waitUntil(lambda: _what(shell).startswith(f"{live.title} hasn't responded since"))
    frames = live.capture.counters().frames
    qtbot.waitUntil(lambda: not _what(shell))
    assert f"{live.title} responds again." in [one.accessibleName() for one in window.findChildren(Toast)]
    qtbot.waitUntil(
        lambda: live.capture.counters().frames > frames and "State unknown" not in counters.accessible_text()
    )
    assert (manager.live, view.recording.recording) == (live, True)

    def said() -> list[str]:
        return [one.what for one in reversed(DongleEvents.of(shell.context).latest(50)) if one.device_id == device_id]

    qtbot.waitUntil(lambda: said()[-2:] == ["{name} stopped responding", "{name} responds again"])
    assert not any(one.is_silent for one in manager.devices)


def test_hung_dongle_whose_live_bus_is_closed_stopped_responding_once(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager, click: Clicker
) -> None:
    _live, device_id = _opened_bus(qtbot, shell, manager, click)
    simulator.say(f"stall {list(simulator.ports).index(device_id) + 1} 14")

    def silent() -> DetectedDevice | None:
        device = manager.find(device_id)
        return device if device is not None and device.is_silent else None

    qtbot.waitUntil(lambda: silent() is not None)
    before = silent()
    assert before is not None
    shell.go("bench/dongles")
    manager.close_bus()
    qtbot.waitUntil(lambda: manager.live is None)
    after = silent()
    assert after is not None, "nobody has heard of it since"
    assert after.problem == before.problem
    qtbot.waitUntil(lambda: silent() is None)
    said = [one.what for one in reversed(DongleEvents.of(shell.context).latest(50)) if one.device_id == device_id]
    assert (said.count("{name} stopped responding"), said[-1]) == (1, "{name} responds again")

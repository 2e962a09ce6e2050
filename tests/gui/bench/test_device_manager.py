"""The session's open bus: opened on a worker, adopted on the window's thread, and never left behind."""

import shutil
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from benchboard.canbus import link
from benchboard.canbus.backends.slcan import SlcanBus
from benchboard.canbus.link import Port, PortHandle
from benchboard.dongles.fleet import DongleRecord
from benchboard.errors import AppError, Cancelled, Unavailable
from benchboard.ui.bench.device_manager import DeviceManager, LiveBus
from benchboard.ui.bench.port_scanner import DetectedDevice
from benchboard.ui.bench.simulator_process import SimulatorProcess
from benchboard.ui.shell.shell import Shell
from benchboard.vault import Vault
from support.benchsim import Simulator
from support.window import Clicker


@pytest.fixture
def dongles_here(qtbot: QtBot, manager: DeviceManager, simulator: Simulator) -> list[DetectedDevice]:
    """Both simulated dongles, recognised."""
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == len(simulator.ports))
    return list(manager.devices)


def on_worker(pool: ThreadPoolExecutor, manager: DeviceManager, here: DetectedDevice) -> "Future[LiveBus]":
    return pool.submit(manager.open_bus, here, "a bus")


def port_is_free(path: str) -> bool:
    try:
        with link.open_port(path):
            return True
    except AppError as error:
        assert error.code == "port.busy"
        return False


def test_open_bus_that_nobody_adopts_ends_at_sign_out(
    qtbot: QtBot, shell: Shell, manager: DeviceManager, dongles_here: list[DetectedDevice]
) -> None:
    """Its screen was closed while it was opened, so its result is delivered to nobody."""
    with ThreadPoolExecutor(1) as pool:
        live = on_worker(pool, manager, dongles_here[0]).result(60)
    assert live.capture.running
    shell.context.sign_out()
    qtbot.waitUntil(lambda: not live.capture.running)
    assert port_is_free(live.path)


def test_open_bus_that_is_still_opening_at_sign_out_is_closed_again(
    qtbot: QtBot,
    shell: Shell,
    manager: DeviceManager,
    dongles_here: list[DetectedDevice],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opening, signed_out = threading.Event(), threading.Event()
    path, open_port = dongles_here[0].port.path, link.open_port

    def slow_open(asked: str) -> PortHandle:
        handle = open_port(asked)
        if asked == path and threading.current_thread().name.startswith("opener"):
            opening.set()
            assert signed_out.wait(60)
        return handle

    monkeypatch.setattr(link, "open_port", slow_open)
    with ThreadPoolExecutor(1, "opener") as pool:
        opened = on_worker(pool, manager, dongles_here[0])
        assert opening.wait(60)
        with qtbot.waitSignal(manager.destroyed, timeout=60_000):
            shell.context.sign_out()
        signed_out.set()
        with pytest.raises(Cancelled):
            opened.result(60)
    assert port_is_free(path)


def test_open_bus_ends_the_bus_before_it_whether_it_was_adopted_or_not(
    qtbot: QtBot, manager: DeviceManager, dongles_here: list[DetectedDevice]
) -> None:
    first, second = dongles_here
    with ThreadPoolExecutor(1) as pool:
        unadopted = on_worker(pool, manager, first).result(60)
        live = on_worker(pool, manager, second).result(60)
        assert not unadopted.capture.running
        assert port_is_free(unadopted.path)
        manager.set_live(unadopted)
        assert manager.live is None
        manager.set_live(live)
        assert manager.live is live
        again = on_worker(pool, manager, first).result(60)
        assert not live.capture.running
        qtbot.waitUntil(lambda: manager.live is None)
    manager.set_live(again)
    assert manager.live is again
    manager.close_bus()
    qtbot.waitUntil(lambda: not again.capture.running)


class SilentDongle:
    """Lets no bus close before `answer`, as a dongle that doesn't answer delays it; then `closed` is set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.closed, self._answered = threading.Event(), threading.Event()
        close = SlcanBus.close

        def slow_close(bus: SlcanBus) -> None:
            assert self._answered.wait(60), "the test waits for the dongle itself"
            close(bus)
            self.closed.set()

        monkeypatch.setattr(SlcanBus, "close", slow_close)

    def answer(self) -> None:
        self._answered.set()


def test_close_bus_does_not_wait_for_the_dongle_but_the_next_to_open_its_port_does(
    manager: DeviceManager, dongles_here: list[DetectedDevice], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, silent = dongles_here[0], SilentDongle(monkeypatch)
    with ThreadPoolExecutor(1) as pool:
        manager.set_live(on_worker(pool, manager, here).result(60))
        manager.close_bus()
        assert manager.live is None
        assert not silent.closed.is_set()
        again = on_worker(pool, manager, here)
        with pytest.raises(TimeoutError):
            again.result(0.1)
        silent.answer()
        live = again.result(60)
    assert silent.closed.is_set()
    manager.set_live(live)
    assert manager.live is live
    assert live.capture.running


def test_sign_out_does_not_wait_for_the_dongle_of_the_open_bus(
    qtbot: QtBot,
    shell: Shell,
    manager: DeviceManager,
    dongles_here: list[DetectedDevice],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    silent = SilentDongle(monkeypatch)
    with ThreadPoolExecutor(1) as pool:
        live = on_worker(pool, manager, dongles_here[0]).result(60)
    manager.set_live(live)
    with qtbot.waitSignal(manager.destroyed, timeout=60_000):
        shell.context.sign_out()
    assert not silent.closed.is_set()
    silent.answer()
    qtbot.waitUntil(silent.closed.is_set)
    assert port_is_free(live.path)


def test_live_changed_is_emitted_on_the_windows_thread_alone(
    qtbot: QtBot, manager: DeviceManager, dongles_here: list[DetectedDevice]
) -> None:
    threads: list[threading.Thread] = []
    manager.live_changed.connect(lambda: threads.append(threading.current_thread()), Qt.ConnectionType.DirectConnection)
    here = dongles_here[0]

    def use() -> None:
        with manager.device(here.port.path) as device:
            device.identify(0)

    with ThreadPoolExecutor(1) as pool:
        live = on_worker(pool, manager, here).result(60)
        assert manager.live is None
        assert threads == []
        manager.set_live(live)
        pool.submit(use).result(60)
    assert manager.live is live, "only the window's thread changes what is live"
    qtbot.waitUntil(lambda: manager.live is None)
    assert not live.capture.running
    assert set(threads) == {threading.main_thread()}
    assert len(threads) == 2


def test_start_simulator_that_ends_after_sign_out_leaves_no_process(
    qtbot: QtBot, shell: Shell, manager: DeviceManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[SimulatorProcess] = []

    def make(*, demo: bool) -> SimulatorProcess:
        made.append(SimulatorProcess(demo=demo))
        return made[0]

    monkeypatch.setattr("benchboard.ui.bench.device_manager.SimulatorProcess", make)
    with qtbot.waitSignal(manager.destroyed, timeout=60_000):
        shell.context.sign_out()
    with pytest.raises(Cancelled):
        manager.start_simulator()
    assert not made[0].alive


def test_start_simulator_after_the_data_folder_was_removed_makes_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("BENCHBOARD_HOME", str(home))
    Vault(home).put("a", b"1")
    shutil.rmtree(home)
    with pytest.raises(Unavailable) as refused:
        SimulatorProcess()
    assert refused.value.code == "vault.home-gone"
    assert not home.exists()


def test_simulated_dongles_of_the_demo_are_others_than_those_of_the_own_bench(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path / "home"))
    ids: list[list[str]] = []
    for demo in (False, True, False):
        running = SimulatorProcess(demo=demo)
        try:
            ids.append(running.device_ids)
        finally:
            running.stop()
    own, of_demo, own_again = ids
    assert own_again == own
    assert not set(own) & set(of_demo)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> "list[subprocess.Popen[str]]":
    """The processes that were started, in their order."""
    made, start = [], subprocess.Popen

    def noted(*command: Any, **more: Any) -> "subprocess.Popen[str]":
        made.append(start(*command, **more))
        return made[-1]

    monkeypatch.setattr(subprocess, "Popen", noted)
    return made


def test_simulator_ends_with_the_window(
    qtbot: QtBot, shell: Shell, click: Clicker, manager: DeviceManager, started: "list[subprocess.Popen[str]]"
) -> None:
    click(shell.window(), "bench_simulate_empty")
    qtbot.waitUntil(lambda: len(manager.devices) == 2)
    (process,), resources = started, manager._resources
    assert process.poll() is None
    resources.release()
    qtbot.waitUntil(lambda: process.poll() is not None)


def test_simulator_ends_when_the_window_is_killed(
    qtbot: QtBot, shell: Shell, click: Clicker, manager: DeviceManager, started: "list[subprocess.Popen[str]]"
) -> None:
    click(shell.window(), "bench_simulate_empty")
    qtbot.waitUntil(lambda: len(manager.devices) == 2)
    (process,) = started
    assert process.stdin is not None
    process.stdin.close()  # what the kernel does to a killed window's pipes
    qtbot.waitUntil(lambda: process.poll() is not None)
    qtbot.waitUntil(lambda: len(manager.devices) == 0)


def test_last_seen_of_an_unplugged_dongle_is_the_moment_it_was_unplugged(
    qtbot: QtBot,
    manager: DeviceManager,
    simulator: Simulator,
    pair_one: Callable[[], str],
    dongles: Callable[[], list[DongleRecord]],
) -> None:
    """Also where its time was stored less than a minute before, as it was paired just now."""
    device_id = pair_one()
    qtbot.waitUntil(lambda: manager.find(device_id) is not None)
    device = manager.find(device_id)
    assert device is not None
    plugged_in_until = datetime.now(UTC)
    simulator.process.terminate()
    qtbot.waitUntil(lambda: not manager.devices)
    assert device.checked_at is not None
    assert device.checked_at <= manager.verified_at[device_id] < plugged_in_until, "it is when it was verified"

    def seen_at() -> datetime:
        (dongle,) = dongles()
        assert dongle.last_seen_at is not None
        return dongle.last_seen_at

    qtbot.waitUntil(lambda: seen_at() > plugged_in_until)


def test_bench_says_what_of_it_ends_with_the_session(
    shell: Shell, manager: DeviceManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shell.ends_with_session() == ""
    monkeypatch.setattr(DeviceManager, "simulating", True)
    assert shell.ends_with_session() == "The simulated dongles of this window will stop."


def test_dongle_on_the_open_bus_stays_known_in_another_language(
    qtbot: QtBot, manager: DeviceManager, dongles_here: list[DetectedDevice], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ports are described in the language of the window; the dongle can't be asked while its bus is open."""
    with ThreadPoolExecutor(1) as pool:
        manager.set_live(on_worker(pool, manager, dongles_here[0]).result(60))
    discover = link.discover

    def described_anew() -> tuple[Port, ...]:
        return tuple(replace(port, description=f"Simüle {port.key}") for port in discover())

    monkeypatch.setattr(link, "discover", described_anew)
    qtbot.waitUntil(lambda: all(port.description.startswith("Simüle") for port in manager.all_ports()))
    assert {device.device_id for device in manager.devices} == {device.device_id for device in dongles_here}
    assert all(device.info is not None and device.problem is None for device in manager.devices)

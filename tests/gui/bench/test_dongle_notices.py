"""The banner of the bench: it never outlives what it says, nor follows to another page."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from benchboard.canbus import link
from benchboard.canbus.link import PortHandle
from benchboard.errors import AppError
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.dongles_view import DonglesView
from benchboard.ui.shell.shell import Shell
from support.benchsim import Simulator, simulated
from support.window import Clicker


@pytest.fixture
def select(qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager) -> Callable[[str], DonglesView]:
    """Selects a dongle in the list, once both have answered."""
    (view,) = shell.findChildren(DonglesView)

    def select(device_id: str) -> DonglesView:
        qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
        qtbot.waitUntil(lambda: view.table.make_current(device_id))
        return view

    return select


@pytest.fixture
def busy(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, select: Callable[[str], DonglesView]
) -> Iterator[PortHandle]:
    """The first dongle is used by another program, and the banner says so."""
    device_id, port = min(simulator.ports.items())
    select(device_id)
    with link.open_port(port) as handle:
        click(shell.window(), "bench_blink")
        qtbot.waitUntil(lambda: bool(_what(shell)))
        assert _what(shell) == f"Dongle {device_id[-4:].upper()} is in use."
        if folder := os.environ.get("BENCH_SHOTS"):
            shell.window().grab().save(f"{folder}/in_use.png")
        yield handle


def _what(shell: Shell) -> str:
    notice = shell.context.problems.current
    return notice.what if notice is not None and notice.kind == "error" else ""


def test_port_in_use_is_no_longer_said_once_the_port_is_free(qtbot: QtBot, shell: Shell, busy: PortHandle) -> None:
    busy.close()
    qtbot.waitUntil(lambda: not _what(shell))


def test_port_in_use_is_no_longer_said_once_the_dongle_disconnects(
    qtbot: QtBot, shell: Shell, busy: PortHandle, simulator: Simulator
) -> None:
    simulator.process.kill()
    qtbot.waitUntil(lambda: not _what(shell))


def test_port_in_use_is_no_longer_said_of_another_dongle(
    shell: Shell, busy: PortHandle, simulator: Simulator, select: Callable[[str], DonglesView]
) -> None:
    select(max(simulator.ports))
    assert not _what(shell)


def test_port_in_use_is_no_longer_said_on_another_page(shell: Shell, busy: PortHandle) -> None:
    shell.go("bench/live")
    assert not _what(shell)
    shell.go("bench/dongles")
    assert not _what(shell)


def test_live_bus_that_ends_by_itself_is_said_wherever_one_is_and_its_error_on_its_own_page(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager
) -> None:
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    shell.go(f"bench/live/{min(simulator.ports)}")
    qtbot.waitUntil(lambda: manager.live is not None)
    shell.go("bench/timing")
    simulator.process.kill()
    qtbot.waitUntil(lambda: manager.live is None)
    assert _what(shell).endswith(" has ended.")
    shell.go("bench/live")
    assert _what(shell).endswith("disconnected.")


def test_simulated_dongle_that_runs_again_is_not_said_to_be_missing(
    qtbot: QtBot,
    shell: Shell,
    home: Path,
    simulator: Simulator,
    manager: DeviceManager,
    select: Callable[[str], DonglesView],
) -> None:
    device_id, port = min(simulator.ports.items())
    view = select(device_id)
    simulator.process.kill()
    simulator.process.wait()
    view.detail.notices.show(_open_error(port), path=port, device_id=device_id)
    qtbot.waitUntil(lambda: not manager.devices)
    assert _what(shell) == f"Dongle {device_id[-4:].upper()} isn't running."
    with simulated(home, 2):
        qtbot.waitUntil(lambda: manager.find(device_id) is not None)
        qtbot.waitUntil(lambda: not _what(shell))


def _open_error(path: str) -> AppError:
    with pytest.raises(AppError) as raised:
        link.open_port(path)
    return raised.value

"""The banner of the bench: it never outlives what it says, nor follows to another page."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from benchboard.canbus import link
from benchboard.canbus.link import PortHandle
from benchboard.dongles import fleet
from benchboard.errors import AppError, DeviceFailure, Unavailable
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.dongles_view import DonglesView
from benchboard.ui.shell.shell import Shell
from benchboard.ui.widgets import Toast
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


def test_dongle_that_stalls_is_named_and_once_it_answers_again_its_status_is_told(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, select: Callable[[str], DonglesView]
) -> None:
    device_id = min(simulator.ports)
    select(device_id)
    simulator.say(f"stall {list(simulator.ports).index(device_id) + 1} 6")
    click(shell.window(), "bench_blink")
    name = f"Dongle {device_id[-4:].upper()}"
    qtbot.waitUntil(lambda: _what(shell).startswith(name))
    qtbot.waitUntil(lambda: not _what(shell))
    toasts = shell.window().findChildren(Toast)
    assert [one.accessibleName() for one in toasts] == [f"{name} responds again. Status: Not paired."]


def test_refusal_is_said_until_the_dongle_is_in_another_state_and_not_only_until_it_answers(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    manager: DeviceManager,
    select: Callable[[str], DonglesView],
) -> None:
    device_id, port = min(simulator.ports.items())
    view, context = select(device_id), shell.context
    view.detail.notices.show(DeviceFailure("dongle.storage", "It can't save."), path=port, device_id=device_id)
    for _check in range(2):
        asked_at = datetime.now(UTC)
        view.detail.try_again()
        qtbot.waitUntil(lambda asked_at=asked_at: _checked_at(manager, port) > asked_at)
    assert _what(shell) == "It can't save."
    data_key = context.workspace.data_keys.of(context.actor.organisation_id)
    with manager.device(port) as device:
        config = replace(device.config_read().config, mode="LISTEN_ONLY")
        fleet.write_config(context.database, context.actor, data_key, device, config)
    view.detail.try_again()
    qtbot.waitUntil(lambda: not _what(shell))


def _checked_at(manager: DeviceManager, port: str) -> datetime:
    device = manager.at(port)
    assert device is not None
    assert device.checked_at is not None
    return device.checked_at


def test_unknown_outcome_is_said_while_the_dongle_is_away_and_until_it_has_answered(
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
    view.detail.notices.show(Unavailable("dongle.release-unknown", "Unknown."), path=port, device_id=device_id)
    qtbot.waitUntil(lambda: not manager.devices)
    assert _what(shell) == "Unknown."
    with simulated(home, 2):
        qtbot.waitUntil(lambda: not _what(shell))


def test_dongle_that_is_not_found_is_no_longer_said_to_be_so_once_it_is(
    qtbot: QtBot, shell: Shell, home: Path, simulator: Simulator, manager: DeviceManager
) -> None:
    device_id = min(simulator.ports)
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    simulator.process.kill()
    simulator.process.wait()
    (view,) = shell.findChildren(DonglesView)
    qtbot.waitUntil(lambda: not manager.devices and not view.model.rows)
    shell.go(f"bench/dongles/{device_id}")
    qtbot.waitUntil(lambda: _what(shell) == "Dongle not found.")
    with simulated(home, 2):
        qtbot.waitUntil(lambda: not _what(shell))


def test_banner_follows_when_its_dongle_is_renamed(
    qtbot: QtBot, shell: Shell, simulator: Simulator, pair_one: Callable[[], str]
) -> None:
    device_id, context = pair_one(), shell.context
    (view,) = shell.findChildren(DonglesView)
    qtbot.waitUntil(lambda: view.table.make_current(device_id))
    error = Unavailable("port.denied", "You can't.", path="p")
    view.detail.notices.show(error, path=simulator.ports[device_id], device_id=device_id)
    assert _what(shell) == f"You don't have permission to open Dongle {device_id[-4:].upper()}."
    with context.database.change() as session:
        record = fleet.find_dongle(session, context.actor, device_id)
        assert record is not None
        fleet.rename_dongle(session, context.actor, record.id, "Rig 11")
    qtbot.waitUntil(lambda: _what(shell) in ("", "You don't have permission to open Rig 11."))

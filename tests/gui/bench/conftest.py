"""The window with the bench, on a local database, and simulated dongles."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from benchboard.dongles import fleet
from benchboard.dongles.fleet import DongleRecord
from benchboard.paging import Listing
from benchboard.ui.bench import ROOM
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.pairing_wizard import PairingWizard
from benchboard.ui.shell.shell import Shell
from support.benchsim import Simulator, simulated
from support.databases import unbound
from support.window import Clicker, visible


@pytest.fixture
def home(local_home: Path) -> Path:
    return local_home


@pytest.fixture
def shell(open_local: Callable[..., Shell]) -> Shell:
    """The window with the bench alone, at its dongles."""
    return open_local("bench/dongles", lambda: (ROOM,))


@pytest.fixture
def simulator(home: Path) -> Iterator[Simulator]:
    """Two simulated dongles whose buttons the test presses, on a bus with traffic."""
    with simulated(home, 2, "--manual", "--traffic", "200") as running:
        yield running


@pytest.fixture
def dongles(shell: Shell) -> Callable[[], list[DongleRecord]]:
    """Reads the registered dongles."""

    def read() -> list[DongleRecord]:
        context = shell.context
        with unbound(context.workspace.database).read() as session:
            return list(fleet.list_dongles(session, context.actor, Listing()).rows)

    return read


@pytest.fixture
def manager(shell: Shell) -> DeviceManager:
    return DeviceManager.of(shell.context)


@pytest.fixture
def at_the_button(qtbot: QtBot, shell: Shell, click: Clicker, manager: DeviceManager) -> Callable[[], PairingWizard]:
    """Pairs the first dongle through the wizard up to where it waits for its button; answers the wizard."""

    def begin() -> PairingWizard:
        window = shell.window()
        qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
        click(window, "bench_pair")
        click(window, "pair_next")
        click(window, "pair_next")
        wizard = click.find(window, "pairing_wizard")
        assert isinstance(wizard, PairingWizard)
        qtbot.waitUntil(lambda: wizard.steps.marks[3] == "now")
        return wizard

    return begin


@pytest.fixture
def pair_one(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, at_the_button: Callable[[], PairingWizard]
) -> Callable[[], str]:
    """Pairs the first dongle through the wizard, pressing its button; answers its device id."""

    def pair() -> str:
        window, wizard = shell.window(), at_the_button()
        shown = " ".join(label.text() for label in wizard.findChildren(QLabel))
        (device_id,) = (one for one in simulator.ports if one in shown)
        simulator.say(f"press {list(simulator.ports).index(device_id) + 1}")
        qtbot.waitUntil(lambda: visible(window, "pair_bitrate"))
        click(window, "pair_close")
        qtbot.waitUntil(lambda: not visible(window, "pairing_wizard"))
        return device_id

    return pair

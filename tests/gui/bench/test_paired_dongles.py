"""The names of the paired dongles, for every view of the bench."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from benchboard.dongles import fleet
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.paired_dongles import PairedDongles
from benchboard.ui.bench.timing_view import TimingView
from benchboard.ui.shell.shell import Shell
from benchboard.ui.widgets import Button, Select
from support.benchsim import simulated
from support.databases import unbound
from support.window import Clicker


def test_views_that_open_have_the_dongles_name_when_they_get_the_focus(
    qtbot: QtBot, shell: Shell, click: Clicker, pair_one: Callable[[], str]
) -> None:
    """A screen reader read “No dongles connected” in bit timing, and the name before the last on the live bus."""
    context, device_id = shell.context, pair_one()
    with unbound(context.workspace.database).change() as session:
        dongle = fleet.find_dongle(session, context.actor, device_id)
        assert dongle is not None
        fleet.rename_dongle(session, context.actor, dongle.id, "Rig A")
    paired = PairedDongles.of(context)
    qtbot.waitUntil(lambda: paired.titles == {device_id: "Rig A"})
    for address, name in (("bench/timing", "timing_dongle"), ("bench/live", "live_dongle")):
        shell.go(address)
        chosen = click.find(shell.window(), name)
        assert isinstance(chosen, Select)
        assert (chosen.currentText(), chosen.hasFocus()) == ("Rig A", True)


def test_live_bus_shows_a_new_name_as_soon_as_it_is_read(
    qtbot: QtBot, shell: Shell, click: Clicker, pair_one: Callable[[], str]
) -> None:
    context, device_id = shell.context, pair_one()
    shell.go("bench/live")
    chosen = click.find(shell.window(), "live_dongle")
    assert isinstance(chosen, Select)

    def is_called(name: str) -> bool:
        return chosen.currentText() == name

    for name in ("Rig A", "Rig B"):
        with unbound(context.workspace.database).change() as session:
            dongle = fleet.find_dongle(session, context.actor, device_id)
            assert dongle is not None
            fleet.rename_dongle(session, context.actor, dongle.id, name)
        qtbot.waitUntil(partial(is_called, name))


def test_views_say_that_dongles_are_loading_before_they_were_read_and_checked(
    qtbot: QtBot, shell: Shell, home: Path, click: Clicker, manager: DeviceManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    paired = PairedDongles.of(shell.context)
    qtbot.waitUntil(lambda: paired.records is not None)
    monkeypatch.setattr(paired, "records", None)
    shell.go("bench/timing")
    (view,) = shell.findChildren(TimingView)
    chosen, write = click.find(shell.window(), "timing_dongle"), click.find(shell.window(), "timing_write")
    assert isinstance(chosen, Select)
    assert isinstance(write, Button)
    assert (chosen.currentText(), write.reason) == ("Loading dongles…", "Loading dongles…")
    assert not write.isEnabled()
    paired.refresh()
    qtbot.waitUntil(lambda: chosen.currentText() == "No dongles connected")
    shell.go("bench/live")
    live = click.find(shell.window(), "live_dongle")
    assert isinstance(live, Select)
    shown: list[str] = []
    manager.changed.connect(lambda: shown.append(live.currentText()))
    with simulated(home, 1):
        qtbot.waitUntil(lambda: any(one.info is not None for one in manager.devices))
        assert shown[0] == "Loading dongles…", "while it is checked"
        assert "No dongles connected" not in shown
        assert view.isHidden()

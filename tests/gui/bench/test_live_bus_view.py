"""The live bus, by mouse and keys, against simulated dongles."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import insert

from benchboard.canbus import link
from benchboard.canbus.backends.slcan import SlcanBus
from benchboard.canbus.capture import Capture
from benchboard.dongles import fleet
from benchboard.dongles.device import Device
from benchboard.storage.models.dongles import Dongle as DongleRow
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.live_bus_view import LiveBusView
from benchboard.ui.shell.shell import Shell
from support.benchsim import Simulator, simulated
from support.databases import unbound
from support.window import Clicker


def _type(qtbot: QtBot, click: Clicker, window: QWidget, name: str, text: str) -> None:
    edit = click.find(window, name)
    assert isinstance(edit, QLineEdit)
    qtbot.mouseDClick(edit, Qt.MouseButton.LeftButton)
    edit.selectAll()
    qtbot.keyClicks(edit, text)


def test_live_bus_shows_frames_of_another_node_and_sends(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    click: Clicker,
    manager: DeviceManager,
    pair_one: Callable[[], str],
) -> None:
    window, device_id = shell.window(), pair_one()
    other_id, other_port = next((ident, port) for ident, port in simulator.ports.items() if ident != device_id)
    qtbot.waitUntil(lambda: manager.find(other_id) is not None)
    with link.open_port(other_port) as handle:
        Device(handle).close_channel()
        listener = Capture(SlcanBus(handle, bitrate=500_000), bitrate=500_000)
        listener.start()
        shell.go("bench/live")
        view = window.findChild(LiveBusView)
        view._dongle.set_current_key(device_id)
        click(window, "live_start")
        qtbot.waitUntil(lambda: view.model.rowCount() >= 6)
        click(window, "segment_rolling")
        qtbot.waitUntil(lambda: view.model.rowCount() > 30)
        _type(qtbot, click, window, "live_frame", "321#C0FFEE")
        click(window, "live_send")
        qtbot.waitUntil(lambda: any(one.id == 0x321 for one in listener.since().frames))
        counts = view._counters
        qtbot.waitUntil(lambda: counts.value("Sent") == "1")
        assert counts.value("Dropped") == "0"
        click(window, "live_pause")
        shown = view.model.rowCount()
        heard = manager.live.capture.counters().frames
        qtbot.waitUntil(lambda: manager.live.capture.counters().frames > heard + 20)
        assert view.model.rowCount() == shown
        click(window, "segment_fixed")
        click(window, "live_pause")
        # What came during the pause is counted too.
        qtbot.waitUntil(lambda: _shown_frames(view) >= heard + 20)
        _type(qtbot, click, window, "live_frame", "nonsense")
        click(window, "live_send")
        assert click.find(window, "live_frame").property("wrong")
        # A classic dongle can't send a CAN FD frame. The error is beside the field, and goes with the next edit.
        _type(qtbot, click, window, "live_frame", "123##1AABB")
        assert not click.find(window, "live_frame").property("wrong")
        assert not view._sent.text()
        click(window, "live_send")
        assert "this dongle is set to classic CAN" in view._sent.text()
        assert shell.context.problems.current is None
        _type(qtbot, click, window, "live_frame", "123#DEADBEEF")
        click(window, "live_send")
        assert view._sent.text() == "Sent 123#DEADBEEF to the dongle"
        assert not click.find(window, "live_frame").property("wrong")
        click(window, "live_stop")
        qtbot.waitUntil(lambda: manager.live is None)
        listener.stop()


def _shown_frames(view: LiveBusView) -> int:
    """The sum of the column Count."""
    model = view.model
    counts = (model.data(model.index(row, 5)) for row in range(model.rowCount()))
    return sum(int(str(count).replace(",", "")) for count in counts)


def test_live_bus_frames_beyond_the_ring_are_counted_as_not_shown(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    manager: DeviceManager,
    click: Clicker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A ring that forgets everything but the last three frames: the screen comes too late for the rest.
    monkeypatch.setattr("benchboard.ui.bench.device_manager.Capture", partial(Capture, capacity=3))
    window = shell.window()
    shell.go("bench/live")
    view = window.findChild(LiveBusView)
    qtbot.waitUntil(lambda: click.find(window, "live_start").isEnabled())
    click(window, "live_start")
    qtbot.waitUntil(lambda: view._counters.value("Not shown") not in ("", "0"))
    assert view._counters.value("Dropped") == "0"


def test_closed_live_bus_says_so_once(qtbot: QtBot, shell: Shell, manager: DeviceManager) -> None:
    shell.go("bench/live")
    (view,) = shell.findChildren(LiveBusView)
    shown = [one for one in view.findChildren(QWidget) if one.isVisible()]
    closed = "The live bus is closed."
    texts = [one.text() if isinstance(one, QLabel) else one.accessibleName() for one in shown]
    assert texts.count(closed) == 1


def test_live_bus_and_simulator_survive_a_change_of_language(
    qtbot: QtBot, shell: Shell, manager: DeviceManager, click: Clicker
) -> None:
    window, context = shell.window(), shell.context
    click(window, "bench_simulate")
    qtbot.waitUntil(lambda: len(manager.devices) == 2)
    shell.go("bench/live")
    qtbot.waitUntil(lambda: click.find(window, "live_start").isEnabled())
    click(window, "live_start")
    qtbot.waitUntil(lambda: manager.live is not None)
    try:
        context.apply_settings(replace(context.settings, language="tr"))
        qtbot.waitUntil(lambda: not shiboken6.isValid(shell))
        (rebuilt,) = window.findChildren(LiveBusView)
        assert click.find(window, "live_stop").text() == "Canlı veri yolunu kapat"
        assert manager.live is not None
        assert manager.live.capture.running
        qtbot.waitUntil(lambda: rebuilt.model.rowCount() > 0)
    finally:
        context.apply_settings(replace(context.settings, language="en"))


def test_live_bus_ends_when_the_device_leaves(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager, click: Clicker
) -> None:
    window = shell.window()
    shell.go("bench/live")
    qtbot.waitUntil(lambda: click.find(window, "live_start").isEnabled())
    click(window, "live_start")
    qtbot.waitUntil(lambda: manager.live is not None)
    device_id = manager.live.device_id
    view = window.findChild(LiveBusView)
    qtbot.waitUntil(lambda: view.model.rowCount() > 0)
    _type(qtbot, click, window, "live_frame", "12Z#00")
    click(window, "live_send")
    qtbot.waitUntil(lambda: "“Z” in the ID isn't hexadecimal." in _labels(view))
    _type(qtbot, click, window, "live_frame", "321#C0FFEE")
    click(window, "live_send")
    qtbot.waitUntil(lambda: "Sent 321#C0FFEE to the dongle" in _labels(view))
    simulator.process.kill()
    qtbot.waitUntil(lambda: manager.live is None)
    ended = click.find(window, "live_counters").accessibleName()
    title = f"Dongle {device_id[-4:].upper()}"
    assert ended.startswith(f"{title} disconnected.")
    assert ended.endswith("The frames below were received before.")
    assert view.model.ended
    assert not [text for text in _labels(view) if text.startswith("Sent ")]
    notice = shell.context.problems.current
    assert (notice.what, notice.why) == (f"{title} disconnected.", "Its simulator stopped.")
    assert [action.title for action in notice.actions] == ["Start simulated dongles"]


def test_live_bus_of_an_organisation_with_very_many_dongles_names_those_it_lists(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager, pair_one: Callable[[], str]
) -> None:
    """Only the first 1,000 names were read. The names also follow a dongle that is renamed or disconnected."""
    context, device_id = shell.context, pair_one()
    database, actor = context.workspace.database, context.actor
    with database.engine.execution_options(bb_writing=True).begin() as connection:
        organisation = actor.organisation_id
        others = [
            {"organisation_id": organisation, "device_id": f"{k:016x}", "name": f"A {k:04}"} for k in range(1_000)
        ]
        connection.execute(insert(DongleRow), others)

    def rename(name: str) -> None:
        with unbound(database).change() as session:
            dongle = fleet.find_dongle(session, actor, device_id)
            assert dongle is not None
            fleet.rename_dongle(session, actor, dongle.id, name)

    rename("Zeppelin")
    shell.go("bench/live")
    view = shell.window().findChild(LiveBusView)
    view._select_dongle(device_id)
    qtbot.waitUntil(lambda: view._dongle.currentText() == "Zeppelin")
    rename("Zebra")
    qtbot.waitUntil(lambda: view._dongle.currentText() == "Zebra")
    simulator.process.kill()
    qtbot.waitUntil(lambda: view._dongle.currentText() == "Zebra (disconnected)")
    rename("Zoo")
    qtbot.waitUntil(lambda: view._dongle.currentText() == "Zoo (disconnected)")


@pytest.mark.parametrize("end", ["closed", "disconnected"])
def test_live_bus_frames_since_the_last_poll_are_shown_at_its_end(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager, click: Clicker, end: str
) -> None:
    window = shell.window()
    shell.go("bench/live")
    qtbot.waitUntil(lambda: click.find(window, "live_start").isEnabled())
    click(window, "live_start")
    view = window.findChild(LiveBusView)
    qtbot.waitUntil(lambda: view.model.rowCount() > 0)
    capture = manager.live.capture
    shell.go("bench/dongles")  # a hidden view doesn't poll
    shown = _shown_frames(view)
    qtbot.waitUntil(lambda: capture.counters().frames > shown + 20)
    received = capture.counters().frames
    if end == "closed":
        manager.close_bus()
    else:
        simulator.process.kill()
    qtbot.waitUntil(lambda: manager.live is None)
    assert _shown_frames(view) >= received
    assert view.model.ended


def test_live_bus_that_ends_while_paused_leaves_the_display_as_it_was(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager, click: Clicker
) -> None:
    window = shell.window()
    shell.go("bench/live")
    qtbot.waitUntil(lambda: click.find(window, "live_start").isEnabled())
    click(window, "live_start")
    view = window.findChild(LiveBusView)
    qtbot.waitUntil(lambda: view.model.rowCount() > 0)
    click(window, "live_pause")
    shown, capture = _shown_frames(view), manager.live.capture
    qtbot.waitUntil(lambda: capture.counters().frames > shown + 20)
    click(window, "live_stop")
    qtbot.waitUntil(lambda: manager.live is None)
    assert _shown_frames(view) == shown


def _labels(view: LiveBusView) -> list[str]:
    return [label.text() for label in view.findChildren(QLabel)]


def test_live_bus_dongle_replugged_stays_selected(
    qtbot: QtBot, shell: Shell, home: Path, simulator: Simulator, manager: DeviceManager, click: Clicker
) -> None:
    window = shell.window()
    shell.go("bench/live")
    view = window.findChild(LiveBusView)
    problems = shell.context.problems
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    device_id = max(simulator.ports)  # the list begins with the other one
    view._dongle.set_current_key(device_id)
    click(window, "live_start")
    qtbot.waitUntil(lambda: view.model.rowCount() > 0)
    simulator.process.kill()
    qtbot.waitUntil(lambda: manager.live is None and not manager.devices)
    assert view._dongle.current_key() == device_id
    assert "disconnected" in view._dongle.currentText()
    start = click.find(window, "live_start")
    assert not start.isEnabled()
    assert "isn't connected" in start.toolTip()
    with simulated(home, 2, "--traffic", "200"):
        qtbot.waitUntil(start.isEnabled)
        assert view._dongle.current_key() == device_id
        assert not problems.has("port.gone")
        click(window, "live_start")
        qtbot.waitUntil(lambda: manager.live is not None)
        assert manager.live.device_id == device_id
        manager.close_bus()

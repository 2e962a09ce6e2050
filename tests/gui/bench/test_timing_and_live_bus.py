"""The timing panel and the live bus, by mouse and keys, against simulated dongles."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from benchboard.canbus import link
from benchboard.canbus.backends.slcan import SlcanBus
from benchboard.canbus.capture import Capture
from benchboard.dongles.device import Device
from benchboard.dongles.fleet import DongleRecord
from benchboard.ui import app
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.live_bus_view import LiveBusView
from benchboard.ui.bench.timing_view import TimingView
from benchboard.ui.shell.shell import Shell
from benchboard.ui.widgets import Select
from support.benchsim import Simulator, simulated
from support.window import Clicker


def _type(qtbot: QtBot, click: Clicker, window: QWidget, name: str, text: str) -> None:
    edit = click.find(window, name)
    assert isinstance(edit, QLineEdit)
    qtbot.mouseDClick(edit, Qt.MouseButton.LeftButton)
    edit.selectAll()
    qtbot.keyClicks(edit, text)


def test_timing_written_to_dongle_is_verified_on_the_bus(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    click: Clicker,
    hub: DeviceManager,
    dongles: Callable[[], list[DongleRecord]],
    pair_one: Callable[[], str],
) -> None:
    window, device_id = shell.window(), pair_one()
    shell.go(f"bench/timing/{device_id}")
    qtbot.waitUntil(lambda: click.find(window, "timing_write").isEnabled())
    _type(qtbot, click, window, "timing_bitrate", "250")
    # At once: what is written is what the fields say, solved or not yet.
    qtbot.keyClick(click.find(window, "timing_bitrate"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: dongles()[0].config.bitrate == 250_000)
    assert simulator.persistent(device_id).config == dongles()[0].config
    said = click.find(window, "timing_verified")
    qtbot.waitUntil(lambda: "error" in said.text() and "frame" in said.text())
    assert said.text().startswith("0 errors in ")
    qtbot.waitUntil(lambda: hub.live is None)


def test_timing_fields_edited_before_dongles_load_are_kept(
    qtbot: QtBot, shell: Shell, click: Clicker, pair_one: Callable[[], str]
) -> None:
    window, device_id = shell.window(), pair_one()
    shell.go(f"bench/timing/{device_id}")
    place = window.findChild(TimingView)
    assert not place._dongles
    assert place._selected_id == device_id
    _type(qtbot, click, window, "timing_bitrate", "250")
    qtbot.waitUntil(lambda: click.find(window, "timing_write").isEnabled())
    assert place._dongle.current_key() == device_id
    assert click.find(window, "timing_bitrate").text() == "250"


def _drag_border(qtbot: QtBot, bar: QWidget, x: int) -> None:
    """Drag the border at `x` 60 px to the left."""
    qtbot.mousePress(bar, Qt.MouseButton.LeftButton, pos=QPoint(x, 45))
    for at in range(x, x - 61, -8):
        qtbot.mouseMove(bar, QPoint(at, 45))
    qtbot.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=QPoint(x - 60, 45))


@pytest.mark.parametrize(("controller", "moves"), [("mcan-v3.1+", False), ("mcp251x", True)])
def test_bit_diagram_moves_propagation_only_where_the_controller_stores_it(
    qtbot: QtBot, shell: Shell, click: Clicker, controller: str, moves: bool
) -> None:
    """Elsewhere the cable decides it, and the card of the cable says the same."""
    window = shell.window()
    shell.go("bench/timing")
    place = window.findChild(TimingView)
    qtbot.waitUntil(lambda: place._timing is not None)
    choice = click.find(window, "timing_controller")
    assert isinstance(choice, Select)
    choice.set_current_key(controller)
    if controller == "mcp251x":
        _type(qtbot, click, window, "timing_clock", "16")
    qtbot.waitUntil(lambda: place._inputs.last_request.controller == controller and not place._solve_timer.isActive())
    before = place._bar.timing
    _drag_border(qtbot, place._bar, round((1 + before.prop_seg) / before.quanta * (place._bar.width() - 2)))
    assert (place._bar.timing.prop_seg < before.prop_seg) is moves
    assert place._bar.timing.tseg1 == before.tseg1


def test_timing_written_in_another_way_does_not_differ_from_the_dongle(
    qtbot: QtBot, shell: Shell, click: Clicker, pair_one: Callable[[], str]
) -> None:
    window, device_id = shell.window(), pair_one()
    shell.go(f"bench/timing/{device_id}")
    qtbot.waitUntil(lambda: click.find(window, "timing_write").isEnabled())
    place = window.findChild(TimingView)
    timing = place._timing
    place._show(replace(timing, prop_seg=timing.prop_seg - 1, phase_seg1=timing.phase_seg1 + 1))
    assert not place._differs.isVisible()
    place._show(replace(timing, phase_seg1=timing.phase_seg1 - 1))
    assert place._differs.isVisible()


def test_timing_invalid_bitrate_takes_the_old_solutions_away(qtbot: QtBot, shell: Shell, click: Clicker) -> None:
    window = shell.window()
    shell.go("bench/timing")
    place = window.findChild(TimingView)
    qtbot.waitUntil(lambda: place._timing is not None)
    _type(qtbot, click, window, "timing_bitrate", "5x")
    qtbot.waitUntil(lambda: place._timing is None)
    texts = [label.text() for label in place.findChildren(QLabel) if label.isVisible()]
    assert not [text for text in texts if re.match(r"[\d.,]+ solutions|in [\d.]+ ms", text)]
    assert "No solutions" in texts
    assert not place.findChildren(QWidget, "timing_best_1")
    assert not place._plot._points


def test_timing_click_in_plot_and_drag_in_bit_diagram_select(qtbot: QtBot, shell: Shell, click: Clicker) -> None:
    window = shell.window()
    shell.go("bench/timing")
    place = window.findChild(TimingView)
    qtbot.waitUntil(lambda: place._timing is not None)
    cloud, bar = place._plot, place._bar
    point = next(one for one in cloud._points if abs(one.sample_point - 75) < 0.5 and one.error < 0.01)
    qtbot.mouseClick(cloud, Qt.MouseButton.LeftButton, pos=cloud.position(point.sample_point, point.error).toPoint())
    assert abs(place._timing.sample_point - 75) < 1
    before = place._timing
    bar.setFocus()
    qtbot.keyClick(bar, Qt.Key.Key_Down)
    qtbot.keyClick(bar, Qt.Key.Key_Right)
    after = place._timing
    assert (after.tseg1, after.phase_seg2) == (before.tseg1 + 1, before.phase_seg2 - 1)
    assert after.quanta == before.quanta
    _drag_border(qtbot, bar, round((1 + after.tseg1) / after.quanta * (bar.width() - 2)))
    assert place._timing.tseg1 < after.tseg1
    assert place._timing.quanta == after.quanta
    click(window, "segment_c")
    click(window, "timing_copy")
    assert "#define CAN_NBTP_VALUE" in QApplication.clipboard().text()


def test_node_comparison_other_bitrate_is_incompatible(qtbot: QtBot, shell: Shell, click: Clicker) -> None:
    window = shell.window()
    shell.go("bench/timing")
    verdict = click.find(window, "second_verdict")
    qtbot.waitUntil(lambda: verdict.accessibleName().startswith("Compatible"))
    _type(qtbot, click, window, "second_bitrate", "250")
    assert verdict.accessibleName() == (
        "Not compatible The bit rates differ: This node 500 kbit/s, The other node 250 kbit/s."
    )
    _type(qtbot, click, window, "second_bitrate", "500")
    assert verdict.accessibleName().startswith("Compatible")
    _type(qtbot, click, window, "second_clock", "much")
    assert "Enter numbers" in verdict.accessibleName()


def test_simulator_ends_with_the_window(qtbot: QtBot, shell: Shell, click: Clicker, hub: DeviceManager) -> None:
    click(shell.window(), "bench_simulate")
    qtbot.waitUntil(lambda: len(hub.devices) == 2)
    process, resources = hub._simulator._process, hub._resources
    assert process.poll() is None
    resources.release()
    assert process.returncode is not None


def test_simulator_ends_when_the_window_is_killed(
    qtbot: QtBot, shell: Shell, click: Clicker, hub: DeviceManager
) -> None:
    click(shell.window(), "bench_simulate")
    qtbot.waitUntil(lambda: len(hub.devices) == 2)
    process = hub._simulator._process
    process.stdin.close()  # what the kernel does to a killed window's pipes
    qtbot.waitUntil(lambda: process.poll() is not None)
    qtbot.waitUntil(lambda: len(hub.devices) == 0)


def test_timing_invalid_clock_is_reported_at_its_field(qtbot: QtBot, shell: Shell, click: Clicker) -> None:
    window = shell.window()
    shell.go("bench/timing")
    place = window.findChild(TimingView)
    _type(qtbot, click, window, "timing_clock", "fast")
    qtbot.waitUntil(lambda: place._timing is None)
    edit = click.find(window, "timing_clock")
    assert edit.property("wrong")
    assert edit.accessibleDescription()
    _type(qtbot, click, window, "timing_clock", "80")
    qtbot.waitUntil(lambda: place._timing is not None)
    assert not edit.property("wrong")


def test_live_bus_shows_frames_of_another_node_and_sends(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, hub: DeviceManager, pair_one: Callable[[], str]
) -> None:
    window, device_id = shell.window(), pair_one()
    other_id, other_port = next((ident, port) for ident, port in simulator.ports.items() if ident != device_id)
    qtbot.waitUntil(lambda: hub.find(other_id) is not None)
    with link.open_port(other_port) as handle:
        Device(handle).close_channel()
        listener = Capture(SlcanBus(handle, bitrate=500_000), bitrate=500_000)
        listener.start()
        shell.go("bench/live")
        place = window.findChild(LiveBusView)
        place._dongle.set_current_key(device_id)
        click(window, "live_start")
        qtbot.waitUntil(lambda: place.model.rowCount() >= 6)
        click(window, "segment_rolling")
        qtbot.waitUntil(lambda: place.model.rowCount() > 30)
        _type(qtbot, click, window, "live_frame", "321#C0FFEE")
        click(window, "live_send")
        qtbot.waitUntil(lambda: any(one.id == 0x321 for one in listener.since().frames))
        counts = place._counters
        qtbot.waitUntil(lambda: counts.value("Sent") == "1")
        assert counts.value("Dropped") == "0"
        click(window, "live_pause")
        shown = place.model.rowCount()
        heard = hub.live.capture.counters().frames
        qtbot.waitUntil(lambda: hub.live.capture.counters().frames > heard + 20)
        assert place.model.rowCount() == shown
        click(window, "segment_fixed")
        click(window, "live_pause")
        # What came during the pause is counted too.
        qtbot.waitUntil(lambda: _shown_frames(place) >= heard + 20)
        _type(qtbot, click, window, "live_frame", "nonsense")
        click(window, "live_send")
        assert click.find(window, "live_frame").property("wrong")
        click(window, "live_stop")
        qtbot.waitUntil(lambda: hub.live is None)
        listener.stop()


def _shown_frames(place: LiveBusView) -> int:
    """The sum of the column Count."""
    model = place.model
    counts = (model.data(model.index(row, 5)) for row in range(model.rowCount()))
    return sum(int(str(count).replace(",", "")) for count in counts)


def test_live_bus_frames_beyond_the_ring_are_counted_as_not_shown(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    hub: DeviceManager,
    click: Clicker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A ring that forgets everything but the last three frames: the screen comes too late for the rest.
    monkeypatch.setattr("benchboard.ui.bench.device_manager._CAPACITY", 3)
    window = shell.window()
    shell.go("bench/live")
    place = window.findChild(LiveBusView)
    qtbot.waitUntil(lambda: click.find(window, "live_start").isEnabled())
    click(window, "live_start")
    qtbot.waitUntil(lambda: place._counters.value("Not shown") not in ("", "0"))
    assert place._counters.value("Dropped") == "0"


def test_live_bus_and_simulator_survive_a_change_of_language(
    qtbot: QtBot, shell: Shell, hub: DeviceManager, click: Clicker
) -> None:
    window = shell.window()
    click(window, "bench_simulate")
    qtbot.waitUntil(lambda: len(hub.devices) == 2)
    shell.go("bench/live")
    qtbot.waitUntil(lambda: click.find(window, "live_start").isEnabled())
    click(window, "live_start")
    qtbot.waitUntil(lambda: hub.live is not None)
    try:
        shell.context.apply_settings(replace(shell.context.settings, language="tr"))
        qtbot.waitUntil(lambda: not shiboken6.isValid(shell))
        (rebuilt,) = window.findChildren(LiveBusView)
        assert click.find(window, "live_stop").text() == "Durdur"
        assert hub.live is not None
        assert hub.live.capture.running
        qtbot.waitUntil(lambda: rebuilt.model.rowCount() > 0)
    finally:
        app._use_language("en")


def test_live_bus_ends_when_the_device_leaves(
    qtbot: QtBot, shell: Shell, simulator: Simulator, hub: DeviceManager, click: Clicker
) -> None:
    window = shell.window()
    shell.go("bench/live")
    qtbot.waitUntil(lambda: click.find(window, "live_start").isEnabled())
    click(window, "live_start")
    qtbot.waitUntil(lambda: hub.live is not None)
    simulator.process.kill()
    qtbot.waitUntil(lambda: hub.live is None)


def test_live_bus_dongle_replugged_stays_selected(
    qtbot: QtBot, shell: Shell, home: Path, simulator: Simulator, hub: DeviceManager, click: Clicker
) -> None:
    window = shell.window()
    shell.go("bench/live")
    place = window.findChild(LiveBusView)
    problems = shell.context.problems
    qtbot.waitUntil(lambda: sum(one.info is not None for one in hub.devices) == 2)
    device_id = max(simulator.ports)  # the list begins with the other one
    place._dongle.set_current_key(device_id)
    click(window, "live_start")
    qtbot.waitUntil(lambda: place.model.rowCount() > 0)
    simulator.process.kill()
    qtbot.waitUntil(lambda: hub.live is None and not hub.devices)
    assert place._dongle.current_key() == device_id
    assert "disconnected" in place._dongle.currentText()
    start = click.find(window, "live_start")
    assert not start.isEnabled()
    assert "isn't connected" in start.toolTip()
    with simulated(home, 2, "--traffic", "200"):
        qtbot.waitUntil(start.isEnabled)
        assert place._dongle.current_key() == device_id
        assert not problems.has("port.gone")
        click(window, "live_start")
        qtbot.waitUntil(lambda: hub.live is not None)
        assert hub.live.device_id == device_id
        hub.close_bus()


def test_dongle_detail_in_a_narrow_window_lies_over_the_list(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, pair_one: Callable[[], str]
) -> None:
    window = shell.window()
    pair_one()
    table, detail = click.find(window, "bench_dongles_table"), click.find(window, "bench_detail")
    beside = table.width()
    window.resize(1024, 640)
    qtbot.waitUntil(lambda: table.width() > 900)
    assert detail.isVisible()
    assert table.mapTo(window, table.rect().topRight()).x() > detail.mapTo(window, detail.rect().topLeft()).x()
    click(window, "bench_detail_close")
    qtbot.waitUntil(lambda: not detail.isVisible())
    window.resize(1440, 900)
    qtbot.waitUntil(lambda: table.width() > beside)

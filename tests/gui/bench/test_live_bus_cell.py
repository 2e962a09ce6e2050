"""The status bar's cell of an open live bus."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.live_bus.live_load import LiveLoad
from benchboard.ui.bench.live_bus_view import LiveBusView
from benchboard.ui.shell.shell import Shell
from support.benchsim import Simulator
from support.window import Clicker


def test_status_bar_says_whose_bus_is_open_and_a_click_shows_it(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, manager: DeviceManager
) -> None:
    status = shell.context.status
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    assert not status.text("live")
    shell.go("bench/live")
    click(shell.window(), "live_start")
    qtbot.waitUntil(lambda: manager.live is not None)
    assert manager.live is not None
    name = manager.live.title
    qtbot.waitUntil(lambda: status.text("live").startswith(f"{name}: 500 kbit/s, "))
    cell = status.cell("live")
    assert isinstance(cell, QWidget)
    assert status.text("live").endswith(" % load") or "\nLoad: " in cell.toolTip()
    qtbot.waitUntil(lambda: status.text("live").endswith(" % load"))
    for address, pressed in (("bench/timing", False), ("bench/dongles", True)):
        shell.go(address)
        cell = status.cell("live")
        assert isinstance(cell, QWidget)
        assert cell.toolTip() == f"Show live bus of {name}"
        assert cell.accessibleName() == status.text("live")
        if pressed:
            cell.setFocus(Qt.FocusReason.TabFocusReason)
            qtbot.keyClick(cell, Qt.Key.Key_Space)
        else:
            qtbot.mouseClick(cell, Qt.MouseButton.LeftButton)
        assert shell.address == "bench/live"
    manager.close_bus()
    qtbot.waitUntil(lambda: status.cell("live") is None)


def test_load_is_the_same_in_the_status_bar_the_live_bus_and_the_dongles(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, manager: DeviceManager
) -> None:
    """Each sampled by itself: the status bar's was up to half a second older than the live bus's."""
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    shell.go("bench/live")
    click(shell.window(), "live_start")
    view = shell.window().findChild(LiveBusView)
    assert isinstance(view, LiveBusView)
    load = LiveLoad.of(shell.context)
    seen: list[tuple[str, str]] = []
    load.sampled.connect(lambda: seen.append((view._counters.load_text, shell.context.status.text("live"))))
    qtbot.waitUntil(lambda: sum("%" in one for one, _cell in seen) >= 6)
    for strip, cell in seen[2:]:
        assert cell.endswith(f"{strip} load")

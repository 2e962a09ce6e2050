"""The status bar's cell of an open live bus."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from benchboard.canbus.frame_filter import parse_frame_filter
from benchboard.ui.bench.device_manager import DeviceManager
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
    assert status.text("live").endswith(" % load") or ". Load: " in cell.toolTip()
    qtbot.waitUntil(lambda: status.text("live").endswith(" % load"))
    for address, pressed in (("bench/timing", False), ("bench/dongles", True)):
        shell.go(address)
        cell = status.cell("live")
        assert isinstance(cell, QWidget)
        assert cell.toolTip() == f"Show live bus of {name}"
        # What of the text changes with every second isn't in its name.
        assert status.text("live").startswith(f"{cell.accessibleName()}, ")
        if pressed:
            cell.setFocus(Qt.FocusReason.TabFocusReason)
            qtbot.keyClick(cell, Qt.Key.Key_Space)
        else:
            qtbot.mouseClick(cell, Qt.MouseButton.LeftButton)
        assert shell.address == "bench/live"
    manager.close_bus()
    qtbot.waitUntil(lambda: status.cell("live") is None)


def test_status_bar_says_how_much_the_page_shows(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, manager: DeviceManager
) -> None:
    status = shell.context.status
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    qtbot.waitUntil(lambda: status.text("content") == "2 dongles")
    shell.go("bench/live")
    qtbot.waitUntil(lambda: status.text("content") == "")
    click(shell.window(), "live_start")
    view = shell.window().findChild(LiveBusView)
    assert isinstance(view, LiveBusView)
    qtbot.waitUntil(lambda: status.text("content") == "7 IDs")
    view.model.set_filter(parse_frame_filter("0C9"))
    qtbot.waitUntil(lambda: status.text("content") == "1 ID")
    shell.go("bench/timing")
    qtbot.waitUntil(lambda: status.text("content") == "")

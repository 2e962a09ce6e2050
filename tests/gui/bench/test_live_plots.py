"""Signals of the live bus are plotted from its rows, by keys and mouse, against simulated dongles; plots are kept."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QSplitter
from pytestqt.qtbot import QtBot

from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.frame_rows import ID, NAME
from benchboard.ui.bench.live_bus_view import LiveBusView
from benchboard.ui.bench.plots.live_plots import LivePlots
from benchboard.ui.bench.signals.signal_drag import dragged_signal
from benchboard.ui.bench.signals.signal_line import square_box
from benchboard.ui.shell.shell import Shell
from support.benchsim import Simulator
from support.window import Clicker

LINE = """VERSION ""
BU_: A B
BO_ 201 MotorStatus: 8 A
 SG_ AliveCounter : 0|8@1+ (1,0) [0|255] "" B
 SG_ MotorSpeed : 8|16@1+ (0.0625,0) [0|3000] "rpm" B

BO_ 580 DriveState: 6 A
 SG_ Mode : 8|2@1+ (1,0) [0|3] "" B
"""


@pytest.fixture
def view(qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, tmp_path: Path) -> LiveBusView:
    """The live bus of a simulated dongle, open, with frames that a database names."""
    (tmp_path / "line.dbc").write_text(LINE, encoding="utf-8")
    shell.go("bench/live")
    qtbot.waitUntil(lambda: click.find(shell.window(), "live_start").isEnabled())
    click(shell.window(), "live_start")
    (view,) = shell.findChildren(LiveBusView)
    view.filter_bar.databases.add([tmp_path / "line.dbc"])
    qtbot.waitUntil(lambda: "MotorStatus" in names(view))
    return view


def names(view: LiveBusView) -> list[str]:
    return [view.model.cell(row, NAME) for row in range(view.model.rowCount())]


def select(view: LiveBusView, name: str) -> int:
    row = names(view).index(name)
    view.table.setFocus()
    view.table.setCurrentIndex(view.model.index(row, 0))
    return row


def plotted(view: LiveBusView) -> list[str]:
    return [one.key.signal for one in view.plots.plots.signals]


def values(view: LiveBusView) -> int:
    """How many values the plots have."""
    source = view.plots.canvas.source
    histories = [source.history(one.key) for one in view.plots.plots.signals]
    return sum(history.total for history in histories if history is not None)


def test_signals_of_rows_are_plotted_by_key_and_by_their_square(qtbot: QtBot, view: LiveBusView) -> None:
    assert view.plots.isHidden()
    select(view, "MotorStatus")
    qtbot.keyClick(view.table, Qt.Key.Key_Return)
    row = select(view, "MotorSpeed")
    qtbot.keyClick(view.table, Qt.Key.Key_G)
    assert view.plots.isVisible()
    assert plotted(view) == ["MotorSpeed"]
    spot = square_box(view.table.signal_line(row - 1)).center().toPoint()
    qtbot.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert plotted(view) == ["MotorSpeed", "AliveCounter"]
    assert sorted(view.model.plotted.values()) == [0, 1]
    qtbot.waitUntil(lambda: values(view) > 20)
    painted = view.plots.canvas.painted
    qtbot.waitUntil(lambda: view.plots.canvas.painted > painted + 3)
    qtbot.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert plotted(view) == ["MotorSpeed"]
    handlers = view.command_handlers()
    assert handlers["bench.plot_signal"].title == "Plot AliveCounter"
    select(view, view.model.cell(0, NAME))
    assert view.model.signal_keys(0)


def test_row_of_a_signal_is_dragged(qtbot: QtBot, view: LiveBusView, monkeypatch: pytest.MonkeyPatch) -> None:
    dragged = []
    monkeypatch.setattr("benchboard.ui.bench.signals.signal_drag.QDrag.exec", lambda drag, *_a: dragged.append(drag))
    select(view, "MotorStatus")
    qtbot.keyClick(view.table, Qt.Key.Key_Return)
    cell = view.table.visualRect(view.model.index(select(view, "MotorSpeed"), ID)).center()
    qtbot.mousePress(view.table.viewport(), Qt.MouseButton.LeftButton, pos=cell)
    qtbot.mouseMove(view.table.viewport(), cell + QPoint(4, 2))
    qtbot.mouseMove(view.table.viewport(), cell + QPoint(40, 8))
    (drag,) = dragged
    key = dragged_signal(drag.mimeData())
    assert key is not None
    assert (key.frame_id, key.message, key.signal) == (201, "MotorStatus", "MotorSpeed")


def test_plots_go_on_with_a_gap_once_the_bus_is_open_again_and_are_kept_for_their_dongle(
    qtbot: QtBot, shell: Shell, view: LiveBusView, manager: DeviceManager, click: Clicker
) -> None:
    first, second = sorted(one.device_id or "" for one in manager.devices)
    live = manager.live
    assert live is not None
    opened = live.device_id
    (key,) = (one for one in view.model.seen_signals() if one.signal == "MotorSpeed")
    view.plots.add_signal(key)
    view.plots.show_pane(True)
    qtbot.waitUntil(lambda: values(view) > 10)
    view.plots.toggle_cursors()
    manager.close_bus()
    before = values(view)
    assert not view.plots.canvas.time_window.follows
    click(shell.window(), "live_start")
    qtbot.waitUntil(lambda: values(view) > before + 10)
    assert view.plots.canvas.time_window.follows, "its cursors' values would be taken for live ones"
    assert view.plots.canvas.cursors is None
    span, history = view.plots.canvas.source.span, view.plots.canvas.source.history(key)
    assert span is not None
    assert history is not None
    assert history.read(*span, 100_000).gap.sum() == 1
    other = second if opened == first else first
    manager.close_bus()
    shell.go(f"bench/live/{other}")
    qtbot.waitUntil(lambda: manager.live is not None and manager.live.device_id == other)
    assert plotted(view) == []
    assert f'"{opened}"' in shell.context.settings.live_plots
    manager.close_bus()
    shell.go(f"bench/live/{opened}")
    qtbot.waitUntil(lambda: plotted(view) == ["MotorSpeed"])
    qtbot.waitUntil(lambda: values(view) > 10)
    LivePlots.of(shell.context).edit(view.plots.plots.without(key))
    assert opened not in shell.context.settings.live_plots.split('"pane"')[0]


def test_space_ticks_the_signal_of_a_row_and_pauses_on_that_of_a_frame(
    qtbot: QtBot, shell: Shell, view: LiveBusView
) -> None:
    """It paused the display on a row that has a square to tick."""
    select(view, "MotorStatus")
    qtbot.keyClick(view.table, Qt.Key.Key_Return)
    select(view, "MotorSpeed")
    qtbot.keyClick(view.table, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: plotted(view) == ["MotorSpeed"])
    assert not view.model.paused
    select(view, "MotorSpeed")
    qtbot.keyClick(view.table, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: plotted(view) == [])
    select(view, "MotorStatus")
    qtbot.keyClick(view.table, Qt.Key.Key_Space)
    assert view.model.paused


def test_plots_are_below_the_frames_in_a_narrow_window_and_keep_their_height(
    qtbot: QtBot, shell: Shell, view: LiveBusView
) -> None:
    splitter = view.findChild(QSplitter, "live_split")
    assert splitter is not None
    side = splitter.widget(1)
    shell.window().resize(1440, 900)
    select(view, "MotorStatus")
    qtbot.keyClick(view.table, Qt.Key.Key_Return)
    select(view, "MotorSpeed")
    qtbot.keyClick(view.table, Qt.Key.Key_G)
    qtbot.waitUntil(lambda: side.x() > 0)
    shell.window().resize(1024, 700)
    qtbot.waitUntil(lambda: side.y() > 0)
    assert view.plots.width() == view.table.width()
    assert view.plots.height() >= 150
    assert view.table.height() >= 100
    splitter.moveSplitter(side.y() + 20, 1)
    height = view.plots.height()
    shell.window().resize(1440, 900)
    qtbot.waitUntil(lambda: side.x() > 0)
    shell.window().resize(1024, 700)
    qtbot.waitUntil(lambda: side.y() > 0)
    assert view.plots.height() == height

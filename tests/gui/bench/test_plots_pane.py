"""The pane of plots over histories of its own: what is drawn, time, cursors, drops, files, with mouse and keys."""

import csv
import os
import struct
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from benchboard.canbus.dbc import Message, Signal
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.plot_set import PlotSet
from benchboard.canbus.signal_decoder import SignalKey
from benchboard.canbus.signal_histories import SignalHistories
from benchboard.ui.bench.plots.plot_painting import AXIS
from benchboard.ui.bench.plots.plots_pane import PlotsPane
from benchboard.ui.bench.plots.time_window import TimeWindow
from benchboard.ui.bench.signals.signal_drag import signal_data
from benchboard.ui.shell.shell import Shell
from benchboard.ui.theme import Theme, theme
from support.painted_text import painted_texts

NOW = 1_700_000_000
MESSAGE = Message(
    "Drive", 0x100, False, 8, cycle_ms=10, signals=
    (
        Signal("Speed", 0, 16, scale=0.5, unit="rpm"),
        Signal("State", 16, 8, choices={0: "Off", 1: "Ready", 2: "Running"}),
        Signal("Torque", 24, 16, signed=True, scale=0.1, unit="Nm"),
    ),
)  # fmt: skip
SPEED, STATE, TORQUE = (SignalKey(0x100, False, "Drive", one.name) for one in MESSAGE.signals)


def frames(seconds: float = 20.0, rate: int = 100) -> list[Frame]:
    """Up to `NOW`: a speed of 100 rpm with a peak of 500 rpm in one frame 6 s ago, without frames from 9 to 8 s ago."""
    found = []
    for place in range(round(seconds * rate)):
        ago = seconds - place / rate
        if 8 < ago <= 9:
            continue
        raw = 1000 if abs(ago - 6) < 0.5 / rate else 200
        data = struct.pack("<HBh", raw, 2 if ago < 5 else 1, -50) + bytes(3)
        found.append(Frame(0x100, data=data, timestamp=Timestamp(NOW - ago, TimeSource.DEVICE, 1e-6)))
    return found


@pytest.fixture
def histories() -> SignalHistories:
    return SignalHistories(is_live=True)


@pytest.fixture
def pane(qtbot: QtBot, shell: Shell, histories: SignalHistories) -> PlotsPane:
    """The pane in a window of its own; an edit gets histories of all values."""
    pane = PlotsPane(shell.context, histories, lambda: (SPEED, STATE, TORQUE), empty_advice="Drag a signal here.")
    pane.canvas.time_window = TimeWindow(lambda: NOW * 10**9 + 120_000_000)  # so that the right end is NOW

    def edit(plots: PlotSet) -> None:
        for key in {one.key for one in plots.signals} - {*histories.keys}:
            histories.add(key, MESSAGE, frames())
        pane.show_plots(plots)

    pane.edited.connect(edit)
    qtbot.addWidget(pane)
    pane.resize(420, 640)
    pane.show()
    qtbot.waitExposed(pane)
    return pane


def drop(pane: PlotsPane, data: QMimeData, at: QPoint, target: QWidget | None = None) -> None:
    button, none, copy = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
    target = target or pane.canvas
    QApplication.sendEvent(target, QDragEnterEvent(at, copy, data, button, none))
    QApplication.sendEvent(target, QDropEvent(QPointF(at), copy, data, button, none))


def plotted(pane: PlotsPane) -> list[list[str]]:
    return [[one.key.signal for one in plot] for plot in pane.plots.plots]


def spots_of_colour(image: QImage, colour: int) -> set[tuple[int, int]]:
    """The pixels in the chart that have nearly the colour of a series: smooth lines are paler at their edges."""
    wanted = theme().chart(colour)

    def is_near(x: int, y: int) -> bool:
        one = image.pixelColor(x, y)
        parts = ((one.red(), wanted.red()), (one.green(), wanted.green()), (one.blue(), wanted.blue()))
        return sum(abs(a - b) for a, b in parts) < 150

    return {(x, y) for x in range(70, image.width() - 20) for y in range(30, image.height() - 30) if is_near(x, y)}


def test_signals_are_dropped_onto_plots_and_removed_with_undo(
    qtbot: QtBot, shell: Shell, pane: PlotsPane, histories: SignalHistories
) -> None:
    pane.add_signal(SPEED)
    drop(pane, signal_data(STATE), pane.canvas.rect().bottomLeft() + QPoint(200, 100))
    assert plotted(pane) == [["Speed"], ["State"]]
    drop(pane, signal_data(TORQUE), QPoint(200, 60))
    assert plotted(pane) == [["Speed", "Torque"], ["State"]]
    other = QMimeData()
    other.setText("no signal")
    drop(pane, other, QPoint(200, 60))
    assert plotted(pane) == [["Speed", "Torque"], ["State"]]
    assert pane.canvas.accessible_text() == "Plots: Speed 100.0 rpm, Torque −5.0 Nm, State Running"
    pane.canvas.setFocus()
    qtbot.keyClick(pane.canvas, Qt.Key.Key_Down)
    qtbot.keyClick(pane.canvas, Qt.Key.Key_Delete)
    assert plotted(pane) == [["Speed", "Torque"]]
    qtbot.keyClick(pane.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert plotted(pane) == [["Speed", "Torque"], ["State"]]


def test_last_plot_that_is_removed_and_is_back_tells_the_focus_once_and_the_undo(
    qtbot: QtBot, pane: PlotsPane, announcements: list[str], told_focus: list[str]
) -> None:
    pane.add_signal(SPEED)
    pane.canvas.setFocus()
    told_focus.clear()
    qtbot.keyClick(pane.canvas, Qt.Key.Key_Delete)
    assert told_focus == ["plots_empty_add"]
    told_focus.clear()
    pane._context.problems.undo_last()
    assert plotted(pane) == [["Speed"]]
    assert told_focus == ["plots_canvas"]
    assert "Undone: Speed removed from plots" in announcements


def test_single_peak_is_drawn_and_a_gap_is_none(pane: PlotsPane) -> None:
    pane.add_signal(SPEED)
    pane.canvas.zoom(2.0)
    rows = [y for _x, y in spots_of_colour(pane.canvas.grab().toImage(), 0)]
    assert max(rows) - min(rows) > 100, "the one frame of 500 rpm among 2,000, on an axis from 0 to 600"
    pane.canvas.time_window.show(NOW * 10**9 - 10 * 10**9, NOW * 10**9)
    columns = sorted({x for x, _y in spots_of_colour(pane.canvas.grab().toImage(), 0)})
    second = (columns[-1] - columns[0]) / 10
    steps = [after - before for before, after in pairwise(columns)]
    assert max(steps) == pytest.approx(second, abs=3), "the second without frames"
    assert sorted(steps)[-2] <= 2


def test_time_is_zoomed_panned_and_follows_again(qtbot: QtBot, pane: PlotsPane, announcements: list[str]) -> None:
    pane.add_signal(SPEED)
    live = pane.findChild(type(pane._live), "plots_live")
    assert not live.isVisible()
    canvas, second = pane.canvas, 10**9
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.time_window.follows
    assert canvas.span[1] - canvas.span[0] < 8 * second
    qtbot.keyClick(canvas, Qt.Key.Key_Left)
    assert not canvas.time_window.follows
    assert live.isVisible()
    assert pane._time.text().startswith("Held at ")
    assert announcements[-1] == f"{pane._time.text()}, {canvas.values_text()}", "the time alone was told"
    assert canvas.values_text().startswith("Speed ")
    before = canvas.span
    at = QPointF(canvas.width() / 2, 200)
    spot = canvas.mapToGlobal(at)
    none, begin = Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    wheel = QWheelEvent(at, spot, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, none, begin, False)
    QApplication.sendEvent(canvas, wheel)
    assert before[0] < canvas.span[0] < canvas.span[1] < before[1]
    before = canvas.span
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(150, 200))
    for x in (170, 250):
        QTest.mouseMove(canvas, QPoint(x, 200))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(250, 200))
    assert canvas.span[0] < before[0]
    assert canvas.span[1] - canvas.span[0] == before[1] - before[0]
    qtbot.keyClick(canvas, Qt.Key.Key_Home)
    assert canvas.span[0] < (NOW - 19) * second
    qtbot.keyClick(canvas, Qt.Key.Key_End)
    assert canvas.time_window.follows
    assert not live.isVisible()


def test_cursors_give_values_and_their_difference(qtbot: QtBot, pane: PlotsPane, announcements: list[str]) -> None:
    pane.add_signal(SPEED)
    pane.add_signal(STATE)
    canvas, second = pane.canvas, 10**9
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_A)
    assert canvas.cursors is not None
    assert not canvas.time_window.follows
    canvas.set_cursor(0, NOW * second - 6 * second + second // 1000)  # in the frame of the peak
    canvas.set_cursor(1, NOW * second - 2 * second)
    assert pane.values.rows == [(0, "Speed", "500.0", "100.0", "−400.0"), (1, "State", "Ready", "Running", "–")]
    assert pane.values.title.startswith("Δt 3.999 s")
    first, last = (f"{datetime.fromtimestamp(NOW - ago).astimezone():%H:%M:%S}" for ago in (6, 2))
    assert pane.values.times == f"A {first}.001, B {last}.000"
    assert pane.values.between == [(0, "Speed", "100.0", "500.0", "101.0"), (1, "State", "Ready", "Running", "–")]
    canvas.set_cursor(0, NOW * second - 6 * second - second // 100)
    assert pane.values.between[0] == (0, "Speed", "100.0", "500.0", "101.0")
    canvas.set_cursor(0, NOW * second - 6 * second + second // 1000)
    qtbot.keyClick(canvas, Qt.Key.Key_B)
    before = canvas.cursors.times
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.cursors.times[0] == before[0]
    assert canvas.cursors.times[1] > before[1]
    before = canvas.cursors.times
    qtbot.keyClick(canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert before[0] - canvas.cursors.times[0] == before[1] - canvas.cursors.times[1] > 0
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.cursors is None
    assert pane.values.isHidden()
    assert announcements[-1] == "Cursors hidden"


def test_values_and_picture_are_exported(qtbot: QtBot, pane: PlotsPane, tmp_path: Path) -> None:
    pane.add_signal(SPEED)
    pane.add_signal(STATE)
    for run, file in ((pane.export_csv, tmp_path / "signals.csv"), (pane.export_png, tmp_path / "plots.png")):
        export(qtbot, pane, run, file)
    rows = list(csv.DictReader((tmp_path / "signals.csv").read_text("utf-8-sig").splitlines()))
    speeds = [row for row in rows if row["signal"] == "Speed"]
    assert 880 <= len(speeds) <= 900  # ten seconds without the one that has no frames
    assert [row["value"] for row in speeds].count("500.0") == 1
    assert {row["name"] for row in rows if row["signal"] == "State"} == {"Ready", "Running"}
    assert speeds[0]["time"].endswith("Z")
    image = QImage(str(tmp_path / "plots.png"))
    assert image.width() == 2 * pane.canvas.width()
    assert spots_of_colour(image, 0)


def export(qtbot: QtBot, pane: PlotsPane, run: Callable[[], None], file: Path) -> None:
    run()
    (dialog,) = pane.window().findChildren(QFileDialog)
    dialog.fileSelected.emit(str(file))
    dialog.reject()
    qtbot.waitUntil(file.exists)
    qtbot.waitUntil(lambda: not pane.window().findChildren(QFileDialog))


def test_empty_pane_says_what_to_do_and_offers_signals(qtbot: QtBot, pane: PlotsPane) -> None:
    assert pane._empty.isVisible()
    assert pane._empty.why.text() == "Drag a signal here."
    assert pane.handlers()["bench.export_plots_csv"].why_not() == "Add a signal first."
    drop(pane, signal_data(STATE), QPoint(200, 300), pane)
    assert plotted(pane) == [["State"]]
    assert not pane._empty.isVisible()
    assert pane.handlers()["bench.export_plots_csv"].why_not() == ""


def test_plots_stand_still_while_nothing_comes_and_follow_again(pane: PlotsPane, histories: SignalHistories) -> None:
    pane.add_signal(SPEED)
    last = Frame(0x100, data=bytes([250, *bytes(7)]), timestamp=Timestamp(NOW + 0.1, TimeSource.DEVICE, 1e-6))
    histories.add_frames([last])  # it came in the moment by which the plots are behind the clock
    assert "Speed 100.0 rpm" in pane.canvas.accessible_text()
    histories.is_live = False
    pane.canvas.update_live()
    assert not pane.canvas.time_window.follows
    assert "Speed 125.0 rpm" in pane.canvas.accessible_text(), "as the table says"
    assert pane.handlers()["bench.follow_plots"].why_not() == "No new values are coming in."
    histories.is_live = True
    pane.canvas.update_live()
    assert pane.canvas.time_window.follows
    pane.canvas.pan(-1)
    pane.canvas.update_live()
    assert not pane.canvas.time_window.follows, "the user wanted it so"


def test_plot_without_any_value_has_no_figures_on_its_axis(pane: PlotsPane, histories: SignalHistories) -> None:
    histories.add(SPEED, MESSAGE)
    pane.add_signal(SPEED)
    empty = pane.canvas.grab().toImage()
    figures = [empty.pixelColor(x, y).rgb() for x in range(8, 56) for y in range(60, empty.height() - 60)]
    assert len({*figures}) == 1, "figures of an axis from 0 to 1"


@pytest.mark.parametrize("width", [260, 330, 960])
def test_cursors_leave_room_for_plots_their_axis_and_a_whole_title(pane: PlotsPane, width: int) -> None:
    """The title was cut, and the values at the cursors pushed the axis of time out of sight."""
    pane.resize(width, 300)
    for key in (SPEED, STATE, TORQUE):
        pane.add_signal(key)
    pane.canvas.show_cursors(True)
    QApplication.processEvents()
    shown = QLabel.text(pane._time)
    assert shown == "" or shown.startswith("Held at ")
    assert "…" not in shown
    seen = pane.canvas.visibleRegion().boundingRect()
    assert seen.height() >= 96 + AXIS
    image = pane.canvas.grab().toImage()
    strip = {
        image.pixelColor(x, y).rgb()
        for y in range(seen.bottom() - round(AXIS) + 6, seen.bottom() - 6)
        for x in range(pane.canvas.width())
    }
    assert theme().color("accent").rgb() in strip, "the letters of the cursors, on the axis of time"
    first = seen.bottom()
    pane._area.verticalScrollBar().setValue(pane._area.verticalScrollBar().maximum())
    assert pane.canvas.axis_bottom >= pane.canvas.height() - 1 >= first


def test_each_signal_has_one_row_of_values_at_the_cursors(pane: PlotsPane) -> None:
    pane.add_signal(SPEED)
    pane.add_signal(TORQUE)
    pane.canvas.show_cursors(True)
    compact = theme().px("table.row.compact")
    pane.resize(960, 640)
    assert pane.values.sizeHint().height() == (1 + 2) * compact, "one table, as there is room"
    pane.resize(260, 640)
    assert pane.values.sizeHint().height() == (3 + 2) * compact + 2 * 2 * 22, "the values are below the names"


@pytest.mark.parametrize("width", [320, 420, 700, 1100])
def test_names_that_begin_alike_are_not_cut_at_the_cursors(
    qtbot: QtBot, shell: Shell, light: Theme, width: int
) -> None:
    """There were two rows of “Motor…” in a pane of 320 pixels."""
    names = ("MotorTemperatureWinding", "MotorTemperatureBearing")
    signals = tuple(Signal(name, 16 * at, 16, scale=0.1, unit="°C") for at, name in enumerate(names))
    message = Message("Motor", 0x100, False, 8, signals=signals)
    histories, plots = SignalHistories(is_live=True), PlotSet()
    for name in names:
        key = SignalKey(0x100, False, "Motor", name)
        histories.add(key, message, frames())
        plots = plots.with_signal(key)
    pane = PlotsPane(shell.context, histories, lambda: (), empty_advice="")
    pane.canvas.time_window = TimeWindow(lambda: NOW * 10**9 + 120_000_000)
    qtbot.addWidget(pane)
    pane.resize(width, 640)
    pane.show()
    pane.show_plots(plots)
    pane.canvas.show_cursors(True)
    qtbot.waitExposed(pane)
    shown = [one.text for one in painted_texts(pane.values)]
    assert [one for one in shown if one.startswith("Motor")] == list(names)
    if folder := os.environ.get("BENCH_SHOTS"):
        pane.grab().save(f"{folder}/plots-{width}.png")

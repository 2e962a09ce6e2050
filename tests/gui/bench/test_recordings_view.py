"""The page of recordings: opened, looked through, filtered, played, saved and compared, by its widgets."""

import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAccessible, QColor, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from benchboard.canbus.dbc import CanDatabase, Message
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.frame_statistics import FrameStatistics
from benchboard.canbus.recorded_signals import recorded_signals
from benchboard.canbus.recording_reader import read_frames
from benchboard.canbus.recording_writer import open_recording
from benchboard.dongles.simulator import conveyor
from benchboard.dongles.simulator.traffic import sample_frames
from benchboard.ui.bench.bus_end import unless_in_use, writing
from benchboard.ui.bench.channel_select import ChannelSelect
from benchboard.ui.bench.compared.rate_plot import LEAST_BIN
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.frame_rows import CHANNEL, CYCLE, DLC, ID, TIME
from benchboard.ui.bench.kept_recordings.recent_recordings import RecentRecordings
from benchboard.ui.bench.kept_recordings.recording_sources import RecordingSource, RecordingSources
from benchboard.ui.bench.recording_lists import nodes_text, rest_of_nodes
from benchboard.ui.bench.recording_tables import difference_badges, node_shares, pace_text, statistics_rows
from benchboard.ui.bench.recordings_view import RecordingsView
from benchboard.ui.paged.paged_model import PagedTableModel
from benchboard.ui.shell.shell import Shell
from benchboard.ui.widgets import Button, Confirm, Elided, EmptyState, Select, Text, Toast
from benchboard.ui.widgets.key_value import FigureColumns
from benchboard.ui.widgets.legend import Legend
from benchboard.ui.widgets.menus import Menu
from benchboard.ui.widgets.no_match import NoMatch
from benchboard.ui.widgets.readable_rows import ReadableRow
from benchboard.ui.widgets.stat_strip import StatStrip
from benchboard.ui.widgets.tab_order import tab_stops
from support.benchsim import Simulator
from support.window import Clicker, visible

BEGUN = 1_763_627_400.0
COUNT = 3_000


def at(seconds: float) -> Timestamp:
    return Timestamp(BEGUN + seconds, TimeSource.DEVICE, 1e-6)


def drive(*, slower: bool = False) -> list[Frame]:
    """30 s: two IDs and an error frame now and then."""
    frames = []
    for place in range(COUNT):
        seconds = place / 100
        if place % 1_000 == 500:
            frames.append(Frame(0x40, error=True, data=bytes(8), timestamp=at(seconds)))
        elif not place % 2:
            frames.append(Frame(0x0C9, data=(place % 256).to_bytes(8, "little"), timestamp=at(seconds)))
        elif not slower or place % 20 == 1:
            frames.append(
                Frame(0x300 if slower and place < 100 else 0x1A0, data=bytes(range(8)), timestamp=at(seconds))
            )
    return frames


def written(path: Path, frames: list[Frame]) -> Path:
    writer = open_recording(path)
    writer.write(frames)
    writer.close()
    return path


def shoot(shell: Shell, name: str) -> None:
    if folder := os.environ.get("BENCH_SHOTS"):
        for mode in ("light", "dark"):
            shell.context.theme.set_appearance(mode)
            shell.window().grab().save(f"{folder}/{name}_{mode}.png")


@pytest.fixture
def view(qtbot: QtBot, shell: Shell) -> RecordingsView:
    shell.go("bench/recordings")
    (view,) = shell.findChildren(RecordingsView)
    return view


@pytest.fixture
def opened(qtbot: QtBot, view: RecordingsView, tmp_path: Path) -> RecordingsView:
    """The page with a recording of 30 s."""
    view.open(written(tmp_path / "drive.log", drive()))
    qtbot.waitUntil(lambda: view.frames.model.rowCount() == COUNT)
    return view


@pytest.fixture
def choose(qtbot: QtBot, shell: Shell) -> Callable[[str, Path], None]:
    """Chooses a file in the dialog of this name that is open."""

    def choose_file(name: str, path: Path) -> None:
        qtbot.waitUntil(lambda: shell.window().findChild(QFileDialog, name) is not None)
        dialog = shell.window().findChild(QFileDialog, name)
        assert dialog is not None
        edit = dialog.findChild(QLineEdit, "fileNameEdit")
        assert edit is not None
        edit.setText(str(path))
        dialog.accept()
        qtbot.waitUntil(lambda: shell.window().findChild(QFileDialog, name) is None)

    return choose_file


def toasts(shell: Shell) -> str:
    return " ".join(toast.accessibleName() for toast in shell.window().findChildren(Toast))


def test_empty_page_opens_a_file_and_says_what_is_wrong_with_one(
    qtbot: QtBot,
    shell: Shell,
    view: RecordingsView,
    click: Clicker,
    choose: Callable[[str, Path], None],
    tmp_path: Path,
) -> None:
    window = shell.window()
    shoot(shell, "recordings_empty")
    wrong = tmp_path / "wrong.log"
    wrong.write_text("(1.0) can0 123#0\nnonsense\n(1.0) can0 123#00\n")
    click(window, "recording_open_empty")
    choose("recording_dialog", wrong)
    qtbot.waitUntil(lambda: shell.context.problems.current is not None)
    problem = shell.context.problems.current
    assert problem is not None
    assert problem.what == "Most of “wrong.log” can't be read."
    assert problem.why.startswith("The first is line 1: “(1.0) can0 123#0”.")
    assert view.recording is None
    click(window, "recording_open")
    choose("recording_dialog", written(tmp_path / "drive.blf", drive()))
    qtbot.waitUntil(lambda: view.frames.model.rowCount() == COUNT)
    assert shell.context.problems.current is None
    assert window.focusWidget() is view.frames.table


def test_sample_of_the_conveyor_opens(qtbot: QtBot, shell: Shell, view: RecordingsView, click: Clicker) -> None:
    click(shell.window(), "recording_open_sample")
    qtbot.waitUntil(lambda: view.recording is not None)
    assert view.recording is not None
    assert view.recording.count > 30_000
    assert len(view.recording.ids) == 7
    assert view.recording.seconds == pytest.approx(90, abs=1)
    shoot(shell, "recordings_sample")


def test_file_that_is_dropped_opens(qtbot: QtBot, view: RecordingsView, tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(written(tmp_path / "drive.log", drive())))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entered = QDragEnterEvent(QPointF(9, 9).toPoint(), Qt.DropAction.CopyAction, data, buttons, keys)
    view.dragEnterEvent(entered)
    assert entered.isAccepted()
    view.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, buttons, keys))
    qtbot.waitUntil(lambda: view.frames.model.rowCount() == COUNT)


def test_list_time_line_and_errors_lead_to_each_other(
    qtbot: QtBot, shell: Shell, opened: RecordingsView, click: Clicker
) -> None:
    model, table, line = opened.frames.model, opened.frames.table, opened.time_line
    assert [model.cell(2_001, column) for column in (ID, CYCLE)] == ["0x1A0", "20"]
    table.setCurrentIndex(model.index(1_000, 0))
    assert line.playhead == pytest.approx(BEGUN + 10)
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=QPointF(line.width() / 2, 40).toPoint())
    assert table.currentIndex().row() == pytest.approx(1_500, abs=40)
    table.setCurrentIndex(model.index(600, 0))
    table.setFocus()
    rows = []
    for _time in range(3):
        before = table.currentIndex().row()
        qtbot.keyClick(table, Qt.Key.Key_E)
        qtbot.waitUntil(lambda before=before: table.currentIndex().row() != before)
        rows.append(table.currentIndex().row())
    assert rows == [1_500, 2_500, 500]
    table.show_times("start")
    assert model.cell(500, TIME) == "5.000 000" or model.cell(500, TIME).startswith("5.0")


def test_frame_that_is_current_stays_so_in_sight_or_the_next_one_does_where_a_filter_is_typed(
    qtbot: QtBot, shell: Shell, opened: RecordingsView, click: Clicker
) -> None:
    model, table = opened.frames.model, opened.frames.table

    def in_sight() -> bool:
        box = table.visualRect(table.currentIndex())
        return table.currentIndex().isValid() and table.viewport().rect().contains(box)

    table.setFocus()
    table.setCurrentIndex(model.index(2_001, 0))
    playhead = opened.time_line.playhead
    click.type(shell.window(), "recording_filter", "1A0")
    qtbot.waitUntil(lambda: model.rowCount() == COUNT // 2 + 3)
    assert model.number_at(table.currentIndex().row()) == 2_001
    assert in_sight()
    opened.frames.filter_bar.set_text("!1A0")
    qtbot.waitUntil(lambda: model.rowCount() == COUNT // 2)
    assert model.number_at(table.currentIndex().row()) == 2_002
    assert in_sight()
    assert opened.time_line.playhead == playhead, "the user moved nothing"


def test_filter_tells_the_counts_that_are_shown_once_the_recording_was_searched(
    qtbot: QtBot, shell: Shell, opened: RecordingsView, click: Clicker, announcements: list[str]
) -> None:
    """It told how many IDs there were before."""
    click.type(shell.window(), "recording_filter", "1A0,!error")
    qtbot.waitUntil(lambda: bool(announcements))
    assert announcements == ["1 of 2 IDs, 1\u202f500 frames"]
    announcements.clear()
    opened.frames.filter_bar.clear()
    qtbot.waitUntil(lambda: announcements[:1] == ["2 IDs, 3\u202f000 frames"])


def test_frame_that_is_current_stays_in_sight_as_the_plots_open_below_and_comes_back_into_it_by_its_key(
    qtbot: QtBot, opened: RecordingsView
) -> None:
    table = opened.frames.table

    def in_sight() -> bool:
        return table.viewport().rect().contains(table.visualRect(table.currentIndex()))

    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_End)
    assert in_sight()
    height = table.viewport().height()
    opened.frames.plots.show_pane(True)
    qtbot.waitUntil(lambda: table.viewport().height() < height)
    assert in_sight()
    table.scrollToTop()
    assert not in_sight()
    qtbot.keyClick(table, Qt.Key.Key_End)
    assert in_sight()


def test_keys_on_the_time_line_move_by_steps_and_pages_and_each_place_is_told(
    qtbot: QtBot, opened: RecordingsView, announcements: list[str]
) -> None:
    line = opened.time_line
    line.setFocus()
    places = []
    for key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp, Qt.Key.Key_End, Qt.Key.Key_Home):
        announcements.clear()
        qtbot.keyClick(line, key)
        places.append(round(line.playhead - BEGUN, 1))
        assert len(announcements) == 1
        assert announcements[0].startswith("At ")
    assert places == [3.0, 6.0, 3.0, 30.0, 0.0]
    announcements.clear()
    qtbot.keyClick(line, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ShiftModifier)
    assert line.selected == pytest.approx((BEGUN, BEGUN + 2.999), abs=0.001)
    assert announcements[-1].startswith("2.999 s selected")


def test_mark_of_a_time_is_drawn_where_the_playhead_stands_then(shell: Shell, opened: RecordingsView) -> None:
    line = opened.time_line
    shoot(shell, "recordings_marks")
    row = line.axis_row()
    marks = line.time_marks()
    assert len(marks) > 3
    image = line.grab().toImage()
    scale = image.devicePixelRatio()

    def colour(x: float, below: float) -> str:
        return image.pixelColor(int((x + 0.5) * scale), int((row.top() + below + 0.5) * scale)).name()

    for mark in marks[1:-1]:
        x = 16 + (line.width() - 32) * (mark.at / 1e9 - BEGUN) / 29.99
        assert mark.x == pytest.approx(x, abs=1)
        assert {colour(round(mark.x), below) for below in (1, 2, 3)} == {colour(round(mark.x), 0)}
        assert colour(round(mark.x) + 3, 2) != colour(round(mark.x), 2)


def test_filter_range_and_their_frames_are_saved(
    qtbot: QtBot, shell: Shell, opened: RecordingsView, click: Clicker, choose: Callable[[str, Path], None],
    tmp_path: Path,
) -> None:  # fmt: skip
    window, model = shell.window(), opened.frames.model
    click.type(window, "recording_filter", "1A0")
    qtbot.waitUntil(lambda: model.rowCount() == COUNT // 2 + 3)  # error frames have no ID, and stay
    opened.time_line.setFocus()
    for key, shift in ((Qt.Key.Key_Home, False), *((Qt.Key.Key_Right, True),) * 10):
        modifier = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
        qtbot.keyClick(opened.time_line, key, modifier)
    assert opened.time_line.selected == pytest.approx((BEGUN, BEGUN + 2.999), abs=0.001)
    assert model.rowCount() == 150
    shoot(shell, "recordings_range")
    click(window, "recording_save")
    choose("live_record_dialog", tmp_path / "part.asc")
    qtbot.waitUntil(lambda: "150 frames saved to part.asc." in toasts(shell))
    assert click.find(window, "toast_action").text() == "Open"
    saved = list(read_frames(tmp_path / "part.asc"))
    assert {frame.id for frame in saved} == {0x1A0}
    assert len(saved) == 150
    click.type(window, "recording_filter", " 7FF,!1A0,!error")
    qtbot.waitUntil(lambda: visible(window, "recording_clear_filter"))
    click(window, "recording_clear_filter")
    qtbot.waitUntil(lambda: model.rowCount() == 300)


def test_statistics_lead_to_the_frames_of_an_id(
    qtbot: QtBot, shell: Shell, opened: RecordingsView, click: Clicker
) -> None:
    window = shell.window()
    click(window, "segment_ids")
    qtbot.waitUntil(lambda: len(opened.statistics.model.rows) == 2)
    shoot(shell, "recordings_statistics")
    shown = [(row.id, row.count, row.changes) for row in opened.statistics.model.rows]
    assert shown == [("0x0C9", 1_497, 1_496), ("0x1A0", 1_500, 0)]
    opened.statistics.table.make_current((0x0C9, False, False, False, "can0"))
    qtbot.keyClick(opened.statistics.table.view, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: opened.frames.model.rowCount() == 1_500)
    assert opened.frames.isVisible()


def test_comparison_shows_what_differs_and_exports_it(
    qtbot: QtBot, shell: Shell, opened: RecordingsView, click: Clicker, choose: Callable[[str, Path], None],
    tmp_path: Path,
) -> None:  # fmt: skip
    window = shell.window()
    click(window, "segment_compare")
    shoot(shell, "recordings_compare_empty")
    click(window, "recording_compare_choose")
    choose("recording_dialog", written(tmp_path / "other.asc", drive(slower=True)))
    qtbot.waitUntil(lambda: len(opened.comparison.model.rows) == 2)
    shoot(shell, "recordings_compare")
    rows = opened.comparison.model.rows
    assert [(row.id, row.difference) for row in rows] == [
        ("0x300", "only-second"),
        ("0x1A0", "period"),
    ]  # as they weigh
    click(window, "recording_comparison_export")
    choose("export_dialog", tmp_path / "compared.csv")
    qtbot.waitUntil((tmp_path / "compared.csv").exists)
    lines = (tmp_path / "compared.csv").read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("channel,id,name,type,count_a,count_b")
    assert len(lines) == 3
    click(window, "segment_")
    qtbot.waitUntil(lambda: len(opened.comparison.model.rows) == 3)


def test_selected_id_is_drawn_and_told_as_both_recordings_have_it(
    qtbot: QtBot, shell: Shell, opened: RecordingsView, click: Clicker, tmp_path: Path
) -> None:
    comparison, window = opened.comparison, shell.window()
    details = comparison.details
    opened.compare_with(written(tmp_path / "other.log", [one for one in drive(slower=True) if one.id != 0x0C9][:80]))
    qtbot.waitUntil(lambda: comparison.model.rowCount() == 3)
    rows = {row.id: place for place, row in enumerate(comparison.model.rows)}

    def select(ident: str) -> None:
        comparison.table.view.setCurrentIndex(comparison.model.index(rows[ident], 0))
        qtbot.waitUntil(lambda: details.isVisible() and details.accessible_text() == f"Details of {ident}")

    select("0x1A0")
    texts = [one.text() for one in details.findChildren(QLabel)]
    assert any(one.startswith("Period 20 ms in A, 200 ms in B") for one in texts)
    first, second = details.plot.rates
    assert first
    assert sum(first) / len(first) == pytest.approx(50, rel=0.1)
    assert sum(second) / len(second) == pytest.approx(5, rel=0.2)
    assert len(second) < len(first)  # B has fewer frames, and is shorter
    assert details.plot.width() / len(first) >= LEAST_BIN
    name = details.plot.accessibleName()
    assert name.startswith("Frames over time. A: 5")
    assert "B: " in name
    said = [one.accessibleName() for one in details.findChildren(FigureColumns)]
    assert {"A, B", "Mean (ms) 20 in A, 200 in B"} <= set(said)
    shoot(shell, "recordings_compared_id")
    assert opened.panes()[-2:] == [comparison.table, details]
    select("0x0C9")
    assert details.plot.rates[1] == []
    assert details.plot.accessibleName().endswith("B: not at all")
    frames = click.find(window, "compared_show_frames")
    assert isinstance(frames, Button)
    select("0x300")
    assert frames.reason == "Only in B"
    assert "Only in B" in [one.text() for one in frames.parentWidget().findChildren(Text) if one.isVisible()]
    qtbot.keyClick(details, Qt.Key.Key_Escape)
    assert not details.isVisible()
    assert comparison.table.view.hasFocus()
    select("0x1A0")
    click(window, "compared_show_frames")
    assert opened.frames.isVisible()
    assert "1A0" in opened.frames.filter_bar.text


def test_comparison_without_a_difference_says_so_and_shows_all_ids(
    qtbot: QtBot, shell: Shell, opened: RecordingsView, click: Clicker, choose: Callable[[str, Path], None],
    tmp_path: Path,
) -> None:  # fmt: skip
    """It said that no ID matches filters that nobody had set, and its button did nothing."""
    window, compared = shell.window(), opened.comparison
    click(window, "segment_compare")
    click(window, "recording_compare_choose")
    choose("recording_dialog", written(tmp_path / "same.log", drive()))
    (none,) = compared.table.findChildren(NoMatch)
    qtbot.waitUntil(none.isVisible)
    assert none.sentence.text() == "No differences: 2 IDs compared"
    assert (none.action.text(), none.action.accessibleDescription()) == ("Show all", "No differences: 2 IDs compared.")
    shoot(shell, "recordings_compare_same")
    compared.show_kind("periods")
    qtbot.waitUntil(lambda: none.sentence.text() == "No period differs: 2 IDs compared")
    none.action.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(none.action, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [row.id for row in compared.model.rows] == ["0x0C9", "0x1A0"])
    qtbot.waitUntil(lambda: window.focusWidget() is compared.table.view)
    compared.show_kind("ids")
    field = click.find(window, "recording_comparison_search")
    assert isinstance(field, QLineEdit)
    field.setText("zzz")
    qtbot.waitUntil(lambda: none.isVisible() and none.sentence.text() == "No IDs match “zzz” and the filters")
    none.action.click()
    qtbot.waitUntil(lambda: len(compared.model.rows) == 2)


def test_comparison_has_the_focus_at_its_first_row_and_gives_it_back_where_it_was_asked_for(
    qtbot: QtBot, opened: RecordingsView, click: Clicker, shell: Shell, announcements: list[str], tmp_path: Path
) -> None:
    """The focus went to the field that filters, and was lost as the comparison ended."""
    rows = opened.comparison.table.view
    opened.frames.focus_frames()
    opened.compare_with(written(tmp_path / "other.log", drive(slower=True)))
    qtbot.waitUntil(rows.hasFocus)
    assert rows.currentIndex().row() == 0
    assert announcements.count("Compared with other.log.") == 1
    click(shell.window(), "recording_compare_end")
    qtbot.waitUntil(opened.frames.table.hasFocus)
    assert "The comparison has ended." in announcements


def test_comparison_is_there_again_once_its_recording_is_until_it_is_ended(
    qtbot: QtBot, shell: Shell, opened: RecordingsView, click: Clicker, tmp_path: Path
) -> None:
    other = written(tmp_path / "other.log", drive(slower=True))
    opened.compare_with(other)
    qtbot.waitUntil(lambda: opened.comparison.is_filled)

    def reopen(path: Path) -> None:
        before = opened.recording
        opened.open(path)
        qtbot.waitUntil(lambda: opened.recording not in (None, before))

    reopen(other)
    assert not opened.comparison.is_filled
    reopen(tmp_path / "drive.log")
    qtbot.waitUntil(lambda: opened.comparison.is_filled)
    assert opened.frames.isVisible(), "the page isn't turned by what nobody asked for"
    click(shell.window(), "segment_compare")
    click(shell.window(), "recording_compare_end")
    reopen(tmp_path / "drive.log")
    assert not opened.comparison.is_filled
    assert shell.context.settings.recording_comparisons == ""


def test_columns_that_a_narrow_list_leaves_out_leave_no_gap(
    qtbot: QtBot, shell: Shell, opened: RecordingsView, tmp_path: Path
) -> None:
    table = opened.frames.table
    opened.frames.filter_bar.databases.add([conveyor.database_file()])
    qtbot.waitUntil(lambda: bool(table.frames.database.messages))
    table.setMaximumWidth(700)
    header = table.horizontalHeader()
    qtbot.waitUntil(lambda: header.isSectionHidden(DLC))
    shoot(shell, "recordings_narrow")
    assert header.length() == sum(map(header.sectionSize, range(header.count())))


def test_playhead_goes_to_the_time_that_is_chosen_in_the_plots_by_click_and_by_key(
    qtbot: QtBot, view: RecordingsView, tmp_path: Path, announcements: list[str]
) -> None:
    frames, canvas = view.frames, view.frames.plots.canvas
    frames.filter_bar.databases.read((conveyor.database_file(),))
    qtbot.waitUntil(lambda: bool(frames.model.database.messages))
    view.open(written(tmp_path / "plotted.log", list(sample_frames(200.0, 5.0, BEGUN))))
    qtbot.waitUntil(lambda: frames.model.rowCount() > 0)
    assert view.recording is not None
    keys = recorded_signals(view.recording, frames.model.database)[:2]
    frames.plots.show_pane(True)
    for count, key in enumerate(keys):
        frames.plots.add_signal(key)
        qtbot.waitUntil(lambda count=count: len(canvas.plots.plots) == count + 1)
    begin, end = canvas.span
    middle = (begin + end) / 2e9
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(canvas.width() // 3, 40))
    clicked = view.time_line.playhead
    assert BEGUN < clicked < middle
    assert frames.model.number_at(frames.table.currentIndex().row()) == view.recording.first_at(clicked)
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert view.time_line.playhead == pytest.approx(middle, abs=0.001)
    assert announcements[-1] == view.time_line.place_text()
    announcements.clear()
    for key, start in ((Qt.Key.Key_Down, keys[1].signal), (Qt.Key.Key_Plus, ""), (Qt.Key.Key_Right, "")):
        qtbot.keyClick(canvas, key)
        assert announcements[-1].startswith(start)
    assert len(announcements) == 3, "each key is told once"
    assert " from " in announcements[-1]


def test_signals_of_a_recording_are_plotted_below_its_frames(
    qtbot: QtBot, shell: Shell, view: RecordingsView, click: Clicker, tmp_path: Path
) -> None:
    window, plots, frames = shell.window(), view.frames.plots, view.frames
    frames.filter_bar.databases.read((conveyor.database_file(),))
    qtbot.waitUntil(lambda: bool(frames.model.database.messages))
    for name in ("first.log", "second.log"):
        written(tmp_path / name, list(sample_frames(200.0, 5.0 if name == "first.log" else 10.0, BEGUN)))
    view.open(tmp_path / "first.log")
    qtbot.waitUntil(lambda: frames.model.rowCount() > 0)
    assert not plots.isVisible()
    frames.table.setFocus()
    qtbot.keyClick(frames.table, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    assert plots.isVisible()
    assert view.panes()[-1] is plots
    assert window.focusWidget() is click.find(window, "plots_empty_add")
    signals = {key.signal: key for key in recorded_signals(view.recording, frames.model.database)}  # type: ignore[arg-type]  # one is open
    frames.table.setCurrentIndex(frames.model.index(0, 0))
    frames.table.set_expanded(0, True)
    frames.table.setCurrentIndex(frames.model.index(1, 0))
    (first,) = frames.model.signal_keys(1)
    for key, is_plotted in ((Qt.Key.Key_Space, True), (Qt.Key.Key_Space, False), (Qt.Key.Key_G, True)):
        qtbot.keyClick(frames.table, key)  # on the row of a signal, Space ticks it and plays nothing
        qtbot.waitUntil(lambda is_plotted=is_plotted: (plots.plots.find(first) is not None) == is_plotted)
        assert not view.playback.playing
    assert frames.model.plotted == {first: 0}

    def seconds() -> float:
        history = plots.canvas.source.history(first)
        span = history.span if history is not None else None
        return (span[1] - span[0]) / 1e9 if span is not None else 0.0

    assert seconds() == pytest.approx(5, abs=0.2)
    begin, end = plots.canvas.span
    assert end - begin >= 4.8e9  # all of it is shown
    view.time_line.select((BEGUN + 1, BEGUN + 2))
    assert plots.canvas.span == pytest.approx(((BEGUN + 1) * 1e9, (BEGUN + 2) * 1e9))
    plots.add_signal(next(key for key in signals.values() if key != first))
    qtbot.waitUntil(lambda: len(plots.plots.plots) == 2)
    plots.remove_plot(1)
    assert len(plots.plots.plots) == 1
    shell.context.problems.undo_last()
    assert len(plots.plots.plots) == 2
    view.open(tmp_path / "second.log")
    qtbot.waitUntil(lambda: seconds() == pytest.approx(10, abs=0.2))
    assert len(plots.plots.plots) == 2
    shoot(shell, "recordings_plots")
    qtbot.keyClick(frames.table, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    assert not plots.isVisible()


def test_bookmarks_are_set_renamed_reached_removed_and_kept(
    qtbot: QtBot,
    shell: Shell,
    opened: RecordingsView,
    click: Clicker,
    tmp_path: Path,
    told_events: list[tuple[str, int]],
) -> None:
    window, line = shell.window(), opened.time_line

    def bookmark(at: float, name: str) -> None:
        opened._go_to(BEGUN + at)
        opened.frames.table.setFocus()
        qtbot.keyClick(opened.frames.table, Qt.Key.Key_B)
        field = click.find(window, "recording_bookmark_name")
        assert isinstance(field, QLineEdit)
        field.setText(name)
        qtbot.keyClick(field, Qt.Key.Key_Return)

    height = line.sizeHint().height()
    assert opened.bookmarks.why_none()
    bookmark(20, "Fuel stop")
    bookmark(10, "Cold start")
    assert [(one.seconds - BEGUN, one.name) for one in opened.bookmarks.bookmarks] == [
        (10, "Cold start"), (20, "Fuel stop"),
    ]  # fmt: skip
    assert line.sizeHint().height() > height
    assert "Bookmarks: Cold start" in line.accessibleDescription()
    shoot(shell, "recordings_bookmarks")
    opened.frames.table.setFocus()
    reached = []
    for _again in range(2):
        told_events.clear()
        qtbot.keyClick(opened.frames.table, Qt.Key.Key_N)
        rows = [child for kind, child in told_events if kind == QAccessible.Event.Focus.name]
        assert len(set(rows)) == 1, "the row before it was told, too"
        reached.append(line.playhead - BEGUN)
    assert reached == [20, 10]
    bookmark(10, "Start")
    assert [one.name for one in opened.bookmarks.bookmarks] == ["Start", "Fuel stop"]
    click(window, "recording_bookmark")
    click(window, "recording_bookmark_remove")
    assert [one.name for one in opened.bookmarks.bookmarks] == ["Fuel stop"]
    shell.context.problems.undo_last()
    assert [one.name for one in opened.bookmarks.bookmarks] == ["Start", "Fuel stop"]
    opened.open_sample()
    qtbot.waitUntil(lambda: opened.recording is not None and opened.recording.path.name != "drive.log")
    assert opened.bookmarks.bookmarks == ()
    opened.open(tmp_path / "drive.log")
    qtbot.waitUntil(lambda: len(opened.bookmarks.bookmarks) == 2)
    shell.context.apply_settings(replace(shell.context.settings, recording_bookmarks='{"a": [1'))
    assert opened.bookmarks.kept.of(tmp_path / "drive.log") == ()


def test_playing_in_the_window_moves_the_list_and_pauses(
    qtbot: QtBot, shell: Shell, opened: RecordingsView, click: Clicker
) -> None:
    window, table = shell.window(), opened.frames.table
    opened.playback.speed.set_current_key("10")
    click(window, "recording_play")
    qtbot.waitUntil(lambda: table.currentIndex().row() > 100)
    shoot(shell, "recordings_playing")
    click(window, "recording_play")
    paused = table.currentIndex().row()
    assert not opened.playback.playing
    click(window, "recording_step")
    assert table.currentIndex().row() == paused + 1
    click(window, "recording_back")
    click(window, "recording_back")
    assert table.currentIndex().row() == paused - 1
    opened.playback.speed.set_current_key("50")
    table.setCurrentIndex(opened.frames.model.index(2_900, 0))
    click(window, "recording_play")
    qtbot.waitUntil(lambda: table.currentIndex().row() == COUNT - 1)
    qtbot.waitUntil(lambda: not opened.playback.playing)


def test_filter_by_a_value_tells_how_many_ids_and_frames_are_left_once_it_is_known(
    qtbot: QtBot, opened: RecordingsView, announcements: list[str]
) -> None:
    """It told the count of IDs that the filter before had left."""
    opened.frames.filter_bar.set_text("100")
    qtbot.waitUntil(lambda: bool(announcements))
    count = opened.frames.filter_bar.count.text()
    assert " of " in count
    assert announcements == [f"{count}, {opened.frames.frames_text()}"]


def test_frames_that_are_played_are_not_told_but_the_one_at_which_it_pauses(
    qtbot: QtBot, opened: RecordingsView, click: Clicker, told_events: list[tuple[str, int]]
) -> None:
    """Each was, a dozen fields three times a second."""
    table, active = opened.frames.table, list[bool]()
    table.setFocus()
    opened.playback.speed.set_current_key("10")
    opened.playback.toggle()
    table.selectionModel().currentChanged.connect(lambda _now, _before: active.append(QAccessible.isActive()))
    told_events.clear()
    qtbot.waitUntil(lambda: table.currentIndex().row() > 100)
    assert active
    assert not any(active)
    assert not told_events
    opened.playback.toggle()
    assert [kind for kind, _child in told_events if kind == "Focus"] == ["Focus"]


def test_playing_onto_a_bus_is_refused_while_none_is_open(
    qtbot: QtBot, shell: Shell, opened: RecordingsView, click: Clicker
) -> None:
    window = shell.window()
    opened.playback.target.set_current_key("bus")
    opened.playback.target.activated.emit(1)
    click.type(window, "recording_ids", "123")
    assert "isn't a pair of IDs" in click.find(window, "recording_played").text()
    click.type(window, "recording_ids", "=456")
    click(window, "recording_play")
    refused = "The live bus is closed. Open a dongle's live bus, then play."
    assert click.find(window, "recording_played").text() == refused
    assert not opened.playback.playing


def test_playing_onto_the_bus_sends_the_frames_with_their_new_ids(
    qtbot: QtBot, shell: Shell, opened: RecordingsView, simulator: Simulator, manager: DeviceManager, click: Clicker
) -> None:
    window = shell.window()
    shell.go("bench/live")
    qtbot.waitUntil(lambda: click.find(window, "live_start").isEnabled())
    click(window, "live_start")
    qtbot.waitUntil(lambda: manager.live is not None)
    shell.go("bench/recordings")
    live = manager.live
    assert live is not None
    opened.playback.target.set_current_key("bus")
    opened.playback.target.activated.emit(1)
    click.type(window, "recording_ids", "1A0=18FEF1AA")
    click(window, "recording_play")
    qtbot.waitUntil(lambda: live.capture.counters().bus.sent >= 50)
    shoot(shell, "recordings_onto_bus")
    click(window, "recording_play")
    sent = [frame for frame in live.capture.since().frames if frame.sent]
    assert {frame.id for frame in sent} == {0x0C9, 0x18FEF1AA}
    taken: list[bool] = []
    unless_in_use(opened, manager, frozenset({live.path}), lambda: taken.append(True), writing())
    (asking,) = window.findChildren(Confirm)
    said = f"Writing closes {live.title}'s live bus, which ends playing onto the bus."
    assert asking.accessibleDescription() == said
    click(window, "confirm_keep")
    assert not taken
    opened.playback.speed.set_current_key("50")
    click(window, "recording_play")
    opened.playback.speed.activated.emit(7)
    assert "needs" in click.find(window, "recording_played").text()
    assert not opened.playback.playing


def test_playing_onto_the_bus_goes_on_in_other_views_and_is_stopped_in_the_status_bar(
    qtbot: QtBot, shell: Shell, opened: RecordingsView, simulator: Simulator, manager: DeviceManager, click: Clicker
) -> None:
    """It paused without a word when the technician went to look at the bus."""
    window, status = shell.window(), shell.context.status
    shell.go("bench/live")
    qtbot.waitUntil(lambda: click.find(window, "live_start").isEnabled())
    click(window, "live_start")
    qtbot.waitUntil(lambda: manager.live is not None)
    live = manager.live
    assert live is not None
    shell.go("bench/recordings")
    select(opened.playback.target, "bus")
    click(window, "recording_play")
    shell.go("bench/live")
    assert not opened.playback.isVisible()
    sent = live.capture.counters().bus.sent
    qtbot.waitUntil(lambda: live.capture.counters().bus.sent >= sent + 50)
    assert opened.playback.playing
    assert status.text("replay").startswith("Replaying drive.log: ")
    shoot(shell, "live_bus_replaying")
    shell.go("bench/recordings")
    assert opened.frames.table.currentIndex().row() > 0, "the list is where it is"
    opened.playback.seek(0)
    qtbot.waitUntil(lambda: "frames sent" in click.find(window, "recording_played").text())
    shell.go("bench/timing")
    stop = status.cell("replay_stop")
    assert stop is not None
    stop.click()
    assert not opened.playback.playing
    assert status.cell("replay") is None
    assert manager.playing_onto is None
    shell.go("bench/recordings")
    assert click.find(window, "recording_played").text().startswith("Stopped, ")
    click(window, "recording_play")
    shell.go("bench/timing")
    manager.close_bus()
    qtbot.waitUntil(lambda: "The live bus was closed. Playing has ended." in toasts(shell))
    assert status.cell("replay") is None


def test_playing_in_the_window_alone_says_that_it_paused_when_it_was_left(
    qtbot: QtBot, shell: Shell, opened: RecordingsView, click: Clicker
) -> None:
    window = shell.window()
    click(window, "recording_play")
    shell.go("bench/timing")
    assert not opened.playback.playing
    shell.go("bench/recordings")
    assert click.find(window, "recording_played").text() == "Paused because it wasn't shown any more."


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """A recording of two channels: 0x0C9 every 10 ms on can0, every 20 ms on can1, which has an error frame too."""
    lines = [
        f"({BEGUN + place / 100:.6f}) can{channel} 0C9#{place % 256:02X}{'0F'[channel]}0"
        for place in range(1_000)
        for channel in ((0, 1) if place % 2 else (0,))
    ]
    path = tmp_path / "two.log"
    path.write_text("\n".join([*lines, f"({BEGUN + 10:.6f}) can1 20000004#0000000000000000", ""]))
    return path


def select(widget: Select, key: str) -> None:
    widget.set_current_key(key)
    widget.activated.emit(widget.currentIndex())


def test_channels_are_told_apart_in_every_page_and_one_can_be_chosen(
    qtbot: QtBot, shell: Shell, view: RecordingsView, click: Clicker, choose: Callable[[str, Path], None],
    tmp_path: Path, two: Path,
) -> None:  # fmt: skip
    window, model = shell.window(), view.frames.model
    view.open(two)
    qtbot.waitUntil(lambda: model.rowCount() == 1_501)
    assert view.channel.isVisible()
    assert not view.frames.table.isColumnHidden(CHANNEL)
    assert [model.cell(row, CHANNEL) for row in range(3)] == ["can0", "can0", "can1"]
    assert [model.cell(row, CYCLE) for row in (4, 5)] == ["10", "20"]
    shoot(shell, "recordings_channels")
    click(window, "segment_ids")
    qtbot.waitUntil(lambda: [row.channel for row in view.statistics.model.rows] == ["can0", "can1"])
    assert [row.mean_ms for row in view.statistics.model.rows] == [10.0, 20.0]
    assert not view.playback.isVisible()
    shoot(shell, "recordings_channels_statistics")
    select(view.channel, "=can1")
    qtbot.waitUntil(lambda: [row.count for row in view.statistics.model.rows] == [500])
    assert "Of can1." in view.statistics.said
    shoot(shell, "recordings_channel_statistics")
    click(window, "segment_frames")
    qtbot.waitUntil(lambda: model.rowCount() == 501)
    shoot(shell, "recordings_channel")
    assert "Busiest second: 50 frames" in view.time_line.busiest_text()
    click(window, "recording_save")
    choose("live_record_dialog", tmp_path / "part.blf")
    qtbot.waitUntil(lambda: "501 frames saved to part.blf." in toasts(shell))
    assert {frame.channel for frame in read_frames(tmp_path / "part.blf")} == {"2"}
    select(view.playback.target, "bus")
    assert "channels" not in click.find(window, "recording_played").text()
    select(view.channel, "*")
    qtbot.waitUntil(lambda: model.rowCount() == 1_501)
    assert "Frames of 2 channels go onto one bus." in click.find(window, "recording_played").text()
    shoot(shell, "recordings_channels_onto_bus")
    view.open(written(tmp_path / "drive.log", drive()))
    qtbot.waitUntil(lambda: model.rowCount() == COUNT)
    assert not view.channel.isVisible()
    assert view.frames.table.isColumnHidden(CHANNEL)


def test_channels_of_both_sides_are_chosen_to_compare(
    qtbot: QtBot, shell: Shell, view: RecordingsView, two: Path
) -> None:
    view.open(two)
    qtbot.waitUntil(lambda: view.frames.model.rowCount() == 1_501)
    view.compare_with(two)
    comparison = view.comparison
    qtbot.waitUntil(lambda: comparison.is_filled)
    other = shell.window().findChild(ChannelSelect, "recording_compare_channel")
    assert other is not None
    assert other.isVisible()
    comparison.show_kind("")
    qtbot.waitUntil(lambda: [row.channel for row in comparison.model.rows] == ["can0", "can1"])
    assert not any(row.difference for row in comparison.model.rows)
    shoot(shell, "recordings_channels_compared")
    select(view.channel, "=can0")
    assert other.channel == "can0"
    select(other, "=can1")
    qtbot.waitUntil(lambda: len(comparison.model.rows) == 1 and comparison.model.rows[0].difference != "")
    (row,) = comparison.model.rows
    assert (row.channel, row.mean_ms_a, row.mean_ms_b, row.difference) == ("", 10.0, 20.0, "period, constant")
    assert comparison.said == "A: two.log, can0, B: two.log, can1"
    shoot(shell, "recordings_channels_compared_other")
    select(click_first(shell), "=can1")
    qtbot.waitUntil(lambda: view.channel.channel == "can1")
    qtbot.waitUntil(lambda: comparison.said == "A: two.log, can1, B: two.log, can1")
    shell.window().resize(1024, 700)
    qtbot.waitUntil(lambda: view.width() < 1_024)
    field = shell.window().findChild(QLineEdit, "recording_comparison_search")
    assert field is not None
    qtbot.waitUntil(lambda: field.mapTo(view, QPoint(0, 0)).y() > other.mapTo(view, QPoint(0, 0)).y())
    shoot(shell, "recordings_channels_narrow")


def test_bar_of_the_comparison_is_one_line_also_in_a_narrow_window(
    qtbot: QtBot, shell: Shell, opened: RecordingsView, click: Clicker, tmp_path: Path
) -> None:
    opened.compare_with(written(tmp_path / "the other drive of that day.log", drive(slower=True)))
    qtbot.waitUntil(lambda: opened.comparison.model.rowCount() > 0)
    other, field = (click.find(shell.window(), f"recording_{one}") for one in ("compare_other", "comparison_search"))

    def top(widget: QWidget) -> int:
        return widget.mapTo(opened, QPoint(0, 0)).y()

    for width, title in ((1440, "Other recording"), (1024, "")):
        shell.window().resize(width, 800)
        qtbot.waitUntil(lambda title=title: other.text() == title)
        assert top(other) == top(field)


def test_other_recording_is_drawn_downwards_up_to_its_end(
    qtbot: QtBot, opened: RecordingsView, shell: Shell, tmp_path: Path
) -> None:
    opened.compare_with(written(tmp_path / "other.log", drive()[:1_500]))
    qtbot.waitUntil(lambda: opened.comparison.is_filled)
    line = opened.time_line
    qtbot.waitUntil(lambda: line.height() == line.sizeHint().height())
    image, scale = line.grab().toImage(), line.devicePixelRatio()
    middle = line.axis_row().top() - 35

    def colour(share: float, below: int) -> QColor:
        return image.pixelColor(round(share * line.width() * scale), round((middle + below) * scale))

    above, below = colour(0.3, -8), colour(0.3, 8)
    assert above.blue() > above.red()
    assert below.red() > below.blue()
    assert colour(0.8, -8) == above
    assert colour(0.8, 8) == shell.context.theme.color("surface")


def click_first(shell: Shell) -> ChannelSelect:
    """The choice of the channel of A, beside that of B."""
    found = shell.window().findChild(ChannelSelect, "recording_compare_first")
    assert found is not None
    assert found.isVisible()
    return found


def test_two_channels_of_a_recording_are_compared_beside_each_other(
    qtbot: QtBot, shell: Shell, view: RecordingsView, click: Clicker, two: Path
) -> None:
    window = shell.window()
    view.open(two)
    qtbot.waitUntil(lambda: view.frames.model.rowCount() == 1_501)
    click(window, "segment_compare")
    click(window, "recording_compare_channels")
    qtbot.waitUntil(lambda: view.comparison.said == "A: two.log, can0, B: two.log, can1")
    assert click_first(shell).channel == "can0"
    assert not view.channel.isVisible()
    figures = window.findChild(StatStrip, "recording_figures")
    assert figures is not None
    assert figures.stats[0].spoken == "Frames 1\u202f000 in A, 500 in B"
    assert not view.playback.isVisible()
    qtbot.waitUntil(lambda: bool(view.comparison.model.rows))
    marks, _detail = difference_badges(view.comparison.model.rows[0])
    assert [mark.text for mark in marks] == ["B 100 % slower", "Data"]
    assert view.time_line.other_rates
    click(window, "segment_frames")
    assert figures.stats[0].spoken == "Frames 1\u202f000"
    assert view.playback.isVisible()
    assert view.channel.isVisible()
    assert not view.time_line.other_rates


@pytest.mark.parametrize(
    ("change", "told"),
    [(0.35, "35 % slower"), (-0.2, "25 % faster"), (9.0, "10 × slower"), (-0.9, "10 × faster")],
)
def test_pace_is_told_as_percent_or_as_times(change: float, told: str) -> None:
    assert pace_text(change) == told


def test_statistics_are_of_the_selected_range_and_the_comparison_of_both_wholes_says_so(
    qtbot: QtBot, shell: Shell, view: RecordingsView, click: Clicker, tmp_path: Path
) -> None:
    frames = [Frame(0x100, data=bytes(1), timestamp=at(n / 100)) for n in range(1_000)]
    frames += [Frame(0x100, data=bytes(1), timestamp=at(10 + n / 10)) for n in range(101)]
    path = written(tmp_path / "slower.log", frames)
    view.open(path)
    qtbot.waitUntil(lambda: view.frames.model.rowCount() == 1_101)
    view.time_line.select((BEGUN + 11, BEGUN + 20))
    click(shell.window(), "segment_ids")
    qtbot.waitUntil(lambda: [row.count for row in view.statistics.model.rows] == [91])
    assert [row.mean_ms for row in view.statistics.model.rows] == [100.0]
    begin, end = view.time_line.span_text().split(" to ")
    assert view.statistics.said.startswith(f"Of {begin} to {end}.")
    shoot(shell, "recordings_range_statistics")
    view.compare_with(path)
    qtbot.waitUntil(lambda: view.comparison.is_filled)
    view.comparison.show_kind("")
    qtbot.waitUntil(lambda: len(view.comparison.model.rows) == 1)
    compared = view.comparison.model.rows[0].compared
    assert [side.count for side in (compared.first, compared.second) if side is not None] == [1_101, 1_101]
    note = click.find(shell.window(), "recording_compare_whole")
    assert isinstance(note, Text)
    assert note.text() == "The selected range isn't used here: A and B are compared over their whole lengths."
    shoot(shell, "recordings_range_compared")
    view.time_line.select(None)
    qtbot.waitUntil(note.isHidden)
    view.time_line.select((BEGUN + 12, BEGUN + 20))
    qtbot.waitUntil(note.isVisible)
    assert view.comparison.said == "A: slower.log, B: slower.log"
    view.time_line.select(None)
    assert view.comparison.said == "A: slower.log, B: slower.log"
    assert view.time_line.other_rates
    assert "A: slower.log, B: slower.log" in [one.accessibleName() for one in view.comparison.findChildren(Legend)]
    click(shell.window(), "recording_compare_end")
    assert not view.comparison.is_filled
    view.compare_with(path)
    qtbot.waitUntil(lambda: view.comparison.is_filled)
    click(shell.window(), "segment_ids")
    qtbot.waitUntil(lambda: [row.count for row in view.statistics.model.rows] == [1_101])
    assert view.statistics.said.startswith("Of the whole recording.")


def test_line_that_cannot_be_read_is_said_as_long_as_the_recording_is_open(
    qtbot: QtBot, shell: Shell, view: RecordingsView, tmp_path: Path
) -> None:
    problems, damaged = shell.context.problems, tmp_path / "damaged.log"
    lines = written(damaged, drive()).read_text().splitlines()
    lines[10] = lines[10].replace("#", "!")
    damaged.write_text("\n".join([*lines, ""]))
    view.open(damaged)
    qtbot.waitUntil(lambda: view.frames.model.rowCount() == COUNT - 1)
    assert problems.current is not None
    assert problems.current.what == "1 line of “damaged.log” can't be read."
    assert problems.current.why.startswith("The first is line 11: “(17636274")
    shoot(shell, "recordings_damaged")
    shell.go("bench/dongles")
    assert problems.current is None
    shell.go("bench/recordings")
    view.open(written(tmp_path / "drive.log", drive()))
    qtbot.waitUntil(lambda: view.frames.model.rowCount() == COUNT)
    assert not problems.waiting
    view.compare_with(damaged)
    qtbot.waitUntil(lambda: bool(problems.waiting))
    view.open_sample()
    qtbot.waitUntil(lambda: not problems.waiting)


def test_recent_recordings_are_offered_and_missing_ones_named(
    qtbot: QtBot, shell: Shell, view: RecordingsView, click: Clicker, tmp_path: Path
) -> None:
    window = shell.window()
    assert not visible(window, "recording_recent")
    assert not visible(window, "recent_link_0")
    for name in ("first.log", "second.log", "first.log"):
        view.open(written(tmp_path / name, drive()))
        qtbot.waitUntil(lambda name=name: view.recording is not None and view.recording.path.name == name)
    assert json.loads(shell.context.settings.recent_recordings) == [
        str(tmp_path / name) for name in ("first.log", "second.log")
    ]
    (tmp_path / "second.log").unlink()
    click(window, "recording_recent")
    qtbot.waitUntil(lambda: visible(window, "recent_0"))
    assert not click.find(window, "recent_1").isEnabled()
    assert click.find(window, "recent_1").accessibleDescription() == f"It isn't in {tmp_path} any more."
    shoot(shell, "recordings_recent_menu")
    click(window, "recent_0")
    qtbot.waitUntil(lambda: not shell.context.tasks.running)
    view.show_recording(None)
    qtbot.waitUntil(lambda: visible(window, "recent_link_0"))
    assert [click.find(window, f"recent_link_{n}").text() for n in (0, 1)] == ["first.log", "second.log (missing)"]
    shoot(shell, "recordings_recent")
    click(window, "recent_link_0")
    qtbot.waitUntil(lambda: view.recording is not None)


def test_recent_recordings_are_ten_and_broken_settings_are_none(shell: Shell, view: RecordingsView) -> None:
    recent = RecentRecordings(shell.context, view)
    for place in range(14):
        recent.add(Path(f"/gone/{place}.log"))
    assert [one.name for one in recent.paths] == [f"{place}.log" for place in range(13, 3, -1)]
    shell.context.apply_settings(replace(shell.context.settings, recent_recordings="[1, {"))
    assert recent.paths == []


def test_renamed_recording_is_recent_compared_and_open_by_its_new_name(
    qtbot: QtBot, shell: Shell, folder: Path, view: RecordingsView, click: Clicker
) -> None:
    window, actions = shell.window(), view.folder.file_actions
    view.open(folder / "drive.log")
    qtbot.waitUntil(lambda: view.recording is not None)
    view.compare_with(folder / "slower.blf")
    qtbot.waitUntil(lambda: view.comparison.is_filled)
    click(window, "recording_list")
    for old, new in (("drive.log", "first drive"), ("slower.blf", "second drive")):
        actions.ask_name(folder / old)
        field = click.find(window, "rename_recording_name")
        assert isinstance(field, QLineEdit)
        field.setText(new)
        click(window, "rename_recording_save")
        qtbot.waitUntil(lambda old=old: not (folder / old).exists())
    qtbot.waitUntil(lambda: "second drive.blf" in shell.context.settings.recording_comparisons)
    assert json.loads(shell.context.settings.recent_recordings) == [str(folder / "first drive.log")]
    assert json.loads(shell.context.settings.recording_comparisons) == {
        str(folder / "first drive.log"): str(folder / "second drive.blf")
    }
    back = click.find(window, "recording_shown_again")
    assert isinstance(back, Button)
    assert back.text() == "Back to first drive.log"
    assert view.comparison.said == "A: first drive.log, B: second drive.blf"
    click(window, "recording_shown_again")
    assert view.toolbar.title() == "first drive.log"
    shell.context.problems.undo_last()
    qtbot.waitUntil(lambda: "slower.blf" in shell.context.settings.recording_comparisons)
    assert view.comparison.said == "A: first drive.log, B: slower.blf"


def test_statistics_say_which_node_takes_most_of_the_bus() -> None:
    found = FrameStatistics()
    stamp = Timestamp(1_700_000_000.0, TimeSource.DEVICE, 1e-6)
    for ident, count in ((0x100, 30), (0x200, 10), (0x300, 10)):
        found.add(Frame(ident, data=bytes(8), timestamp=stamp) for _one in range(count))
    messages = [
        Message(f"M{ident:X}", ident, False, 8, sender=node) for ident, node in ((0x100, "Drive"), (0x200, "Belt"))
    ]
    rows = statistics_rows(found.ids(), CanDatabase(messages))
    assert [(row.id, row.node, row.bus_share) for row in rows] == [
        ("0x100", "Drive", 0.6), ("0x200", "Belt", 0.2), ("0x300", "", 0.2),
    ]  # fmt: skip
    assert node_shares(rows) == [("Drive", 0.6), ("Belt", 0.2)]
    rest = rest_of_nodes(rows)
    assert rest is not None
    assert (rest[0], round(rest[1], 6)) == ("Unknown", 0.2)
    assert nodes_text(rows) == "Bus share of the nodes: Drive 60 %, Belt 20 %, no node known: 20 %."
    assert node_shares(statistics_rows(found.ids(), CanDatabase())) == []
    assert nodes_text(statistics_rows(found.ids(), CanDatabase())) == ""


def test_recording_without_frames_opens_says_so_and_is_compared_and_saved(
    qtbot: QtBot,
    shell: Shell,
    view: RecordingsView,
    click: Clicker,
    choose: Callable[[str, Path], None],
    tmp_path: Path,
) -> None:
    window = shell.window()
    view.open(written(tmp_path / "empty.log", []))
    qtbot.waitUntil(lambda: view.recording is not None)
    assert shell.context.problems.current is None
    said = [one.text() for one in view.frames.findChildren(QLabel) if one.isVisible()]
    assert "No frames" in said
    assert any("Nothing was received" in one for one in said)
    assert not view.time_line.isVisible()
    assert not view.playback.isVisible()
    for command in ("bench.play_recording", "bench.next_error"):
        assert view.command_handlers()[command].why_not()
    shoot(shell, "recording_without_frames")
    view.pages.selected.emit("ids")
    assert "The recording has no frames." in [one.text() for one in view.statistics.findChildren(QLabel)]
    view.compare_with(written(tmp_path / "drive.log", drive()))
    qtbot.waitUntil(lambda: view.comparison.model.rowCount() == 2)
    click(window, "recording_save")
    choose("live_record_dialog", tmp_path / "saved.asc")
    qtbot.waitUntil(lambda: "0 frames saved to saved.asc." in toasts(shell))
    assert list(read_frames(tmp_path / "saved.asc")) == []
    view.open(tmp_path / "drive.log")
    qtbot.waitUntil(lambda: view.frames.model.rowCount() == COUNT)
    assert view.time_line.isVisible()
    assert view.frames.table.isVisible()


# ---- the list of the folder


@pytest.fixture
def folder(shell: Shell, tmp_path: Path) -> Path:
    """A folder with two recordings and another file, in which the live bus recorded last."""
    path = tmp_path / "recorded"
    path.mkdir()
    written(path / "drive.log", drive())
    written(path / "slower.blf", drive(slower=True))
    (path / "notes.txt").write_text("no recording")
    for one in path.iterdir():
        os.utime(one, (BEGUN, BEGUN))
    context = shell.context
    context.apply_settings(replace(context.settings, folders=json.dumps({"recording": str(path)})))
    return path


def shown_texts(model: PagedTableModel[Any], key: str) -> list[str]:
    """What the column with this key shows in each row."""
    place = [column.key for column in model.columns].index(key)
    return [str(model.index(row, place).data()) for row in range(model.rowCount())]


def listed(view: RecordingsView) -> list[tuple[str, str, str]]:
    """The name, the duration and the frames of each row."""
    model = view.folder.model
    columns = [column.key for column in model.columns]
    places = [columns.index(key) for key in ("name", "seconds", "frames")]
    return [tuple(str(model.index(row, place).data()) for place in places) for row in range(model.rowCount())]  # type: ignore[misc]  # three of them


def test_recordings_of_the_folder_are_listed_with_what_they_hold_and_opened(
    qtbot: QtBot, shell: Shell, folder: Path, view: RecordingsView, click: Clicker
) -> None:
    whole = {("drive.log", "30.0 s", "3\u202f000"), ("slower.blf", "30.0 s", "1\u202f650")}
    qtbot.waitUntil(lambda: {name for name, *_rest in listed(view)} == {"drive.log", "slower.blf"})
    qtbot.waitUntil(lambda: all(frames != "–" for _name, _seconds, frames in listed(view)))
    assert {one[:2] for one in listed(view)} == {one[:2] for one in whole}
    shoot(shell, "recordings_folder")
    view.folder.table.make_current(str(folder / "drive.log"))
    qtbot.keyClick(view.folder.table.view, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: view.frames.model.rowCount() == COUNT)
    click(shell.window(), "recording_list")
    assert view.folder.isVisible()
    assert not visible(shell.window(), "recording_save")
    click(shell.window(), "recording_shown_again")
    assert view.frames.isVisible()
    assert visible(shell.window(), "recording_save")


def test_view_is_entered_at_the_list_once_it_is_known_and_its_count_is_told(
    qtbot: QtBot, shell: Shell, folder: Path, click: Clicker, announcements: list[str]
) -> None:
    """It was entered at the button that chooses another folder."""
    shell.go("bench/recordings")
    (view,) = shell.findChildren(RecordingsView)
    qtbot.waitUntil(view.folder.table.view.hasFocus)
    assert f"2 recordings in {folder}" in announcements
    assert not view.folder.details.isVisible()
    button = click.find(shell.window(), "recordings_folder")
    button.setFocus()
    written(folder / "later.log", drive())
    qtbot.waitUntil(lambda: len(view.folder.files) == 3)
    assert button.hasFocus(), "what comes later leads nobody away"


def test_figures_of_a_recording_are_reached_by_tab_and_read(opened: RecordingsView) -> None:
    figures = opened.findChild(StatStrip, "recording_figures")
    assert figures is not None
    assert figures in tab_stops(opened)
    figures.setFocus(Qt.FocusReason.TabFocusReason)
    assert figures.hasFocus()
    told = QAccessible.queryAccessibleInterface(figures)
    assert told is not None
    assert told.text(QAccessible.Text.Name).startswith("Frames 2\u202f997, First frame on ")


def test_open_recording_says_where_it_is_and_leads_back(
    qtbot: QtBot, shell: Shell, folder: Path, view: RecordingsView, click: Clicker
) -> None:
    window = shell.window()
    assert not visible(window, "recording_list")
    view.open(folder / "drive.log")
    qtbot.waitUntil(lambda: view.frames.model.rowCount() == COUNT)
    crumb = click.find(window, "recording_list")
    assert isinstance(crumb, Button)
    assert (crumb.text(), view.toolbar.title()) == ("Recordings", "drive.log")
    title = next(one for one in view.toolbar.findChildren(QLabel) if one.text() == "drive.log")
    assert crumb.geometry().right() < title.geometry().left()
    assert crumb.focusPolicy() & Qt.FocusPolicy.TabFocus
    shoot(shell, "recordings_crumb")
    crumb.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(crumb, Qt.Key.Key_Return)
    assert view.folder.isVisible()
    assert view.folder.table.view.hasFocus()
    assert view.toolbar.title() == "Recordings"
    assert not visible(window, "recording_list")
    shoot(shell, "recordings_back")
    back = click.find(window, "recording_shown_again")
    assert isinstance(back, Button)
    assert back.text() == "Back to drive.log"
    qtbot.keyClick(back, Qt.Key.Key_Return)
    assert view.frames.isVisible()
    assert window.focusWidget() is view.frames.table
    assert not visible(window, "recording_shown_again")


def test_crumb_has_no_slash_where_the_name_has_no_room(
    qtbot: QtBot, shell: Shell, folder: Path, view: RecordingsView, click: Clicker
) -> None:
    window = shell.window()
    path = written(folder / f"{'a long name ' * 8}.log", drive())
    view.open(path)
    qtbot.waitUntil(lambda: view.frames.model.rowCount() == COUNT)
    window.resize(1024, 700)
    qtbot.waitUntil(lambda: view.toolbar.missing_width() <= 0 and view.toolbar.width() < 1024)
    shoot(shell, "recordings_crumb_narrow")
    assert visible(window, "recording_list")
    labels = [one.text() for one in view.toolbar.findChildren(QLabel) if one.isVisible()]
    assert path.name not in labels
    assert "/" not in labels


def test_list_of_the_folder_follows_it_and_its_files_are_renamed_and_deleted_with_undo(
    qtbot: QtBot, shell: Shell, folder: Path, view: RecordingsView, click: Clicker, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))  # the trash is there

    def names() -> set[str]:
        return {row[0] for row in listed(view)}

    qtbot.waitUntil(lambda: names() == {"drive.log", "slower.blf"})
    written(folder / "new.asc", drive())
    qtbot.waitUntil(lambda: "new.asc" in names())
    actions = view.folder.file_actions
    actions.ask_name(folder / "new.asc")
    field = click.find(shell.window(), "rename_recording_name")
    assert isinstance(field, QLineEdit)
    assert field.selectedText() == "new"
    field.setText("drive.log")
    click(shell.window(), "rename_recording_save")
    qtbot.waitUntil(lambda: "drive.log.asc" in names())
    shell.context.problems.undo_last()
    qtbot.waitUntil(lambda: "new.asc" in names())
    actions.delete([folder / "new.asc"])
    qtbot.waitUntil(lambda: names() == {"drive.log", "slower.blf"})
    shell.context.problems.undo_last()
    qtbot.waitUntil(lambda: "new.asc" in names())
    assert (folder / "new.asc").is_file()


def test_keys_of_a_recording_do_nothing_while_the_list_is_shown_in_its_place(
    qtbot: QtBot, shell: Shell, folder: Path, view: RecordingsView, click: Clicker
) -> None:
    view.open(folder / "drive.log")
    qtbot.waitUntil(lambda: view.frames.model.rowCount() == COUNT)
    click(shell.window(), "recording_list")
    qtbot.waitUntil(lambda: view.folder.model.rowCount() == 2)
    before = view.frames.current_number()
    rows = view.folder.table.view
    for key in (Qt.Key.Key_E, Qt.Key.Key_P, Qt.Key.Key_Period, Qt.Key.Key_Comma):
        qtbot.keyClick(rows, key)
        assert view.folder.isVisible()
        assert rows.hasFocus()
    qtbot.keyClick(rows, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert "The list is shown. Go back to drive.log first." in toasts(shell)
    assert not view.playback.playing
    assert view.frames.current_number() == before
    assert view.folder.isVisible()
    assert not shell.window().findChildren(QFileDialog)
    handlers = view.command_handlers()
    assert "bench.copy_frame" not in handlers
    assert all(handlers[one].why_not() for one in ("bench.play_recording", "bench.next_error", "bench.save_recorded"))
    click(shell.window(), "recording_shown_again")
    handlers = view.command_handlers()
    assert not any(handlers[one].why_not() for one in ("bench.play_recording", "bench.next_error"))
    assert "bench.copy_frame" in handlers


def test_details_of_the_current_recording_are_beside_the_list(
    qtbot: QtBot, shell: Shell, folder: Path, view: RecordingsView, click: Clicker
) -> None:
    window, details = shell.window(), view.folder.details
    source = RecordingSource("Conveyor A, node 3", 500_000, 2_000_000, BEGUN)
    RecordingSources(shell.context).remember(folder / "drive.log", source)
    RecordingSources(shell.context).remember(folder / "slower.blf", replace(source, since=BEGUN + 3_600))
    qtbot.waitUntil(lambda: len(listed(view)) == 2 and all(row.content for row in view.folder.model.rows))
    qtbot.waitUntil(lambda: "Conveyor A, node 3" in shown_texts(view.folder.model, "source"))
    assert shown_texts(view.folder.model, "source").count("Conveyor A, node 3") == 1  # the other is from before
    assert not details.isVisible()
    view.folder.table.view.setFocus()
    view.folder.table.make_current(str(folder / "drive.log"))
    qtbot.waitUntil(details.isVisible)
    assert details.accessible_text() == "Details of drive.log"
    facts = [one.accessible_text() for one in details.findChildren(ReadableRow)]
    assert {
        "Duration: 30.0 s", "Frames: 2\u202f997", "Error frames: 3", "IDs: 2", "Dongle: Conveyor A, node 3",
        "Bit rate: 500 kbit/s / 2 Mbit/s", "0x0C9: 1\u202f497 frames, 50 %",
    } <= set(facts)  # fmt: skip
    assert view.panes() == [view.toolbar, view.folder.table, details]
    assert details.chart.isVisible()
    assert details.chart.accessibleName().startswith("Frames over time, 100 frames/s on average, at most ")
    assert details.chart.accessibleName().endswith(", 3 error frames")
    assert ", most at " in details.chart.accessibleName()
    assert details.chart.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert view.folder.path_label.accessible_text() == f"Folder: {folder}"
    assert view.folder.path_label in tab_stops(view)
    view.folder.table.make_current(str(folder / "slower.blf"))
    qtbot.waitUntil(lambda: details.accessible_text() == "Details of slower.blf")
    facts = [one.accessible_text() for one in details.findChildren(ReadableRow)]
    assert {"Dongle: –", "Bit rate: –", "Channels: Channel 1"} <= set(facts)
    click(window, "recording_details_rename")
    assert visible(window, "rename_recording_name")
    click(window, "rename_recording_cancel")
    click(window, "recording_more")
    menu = click.find(window, "recording_file_menu")
    assert isinstance(menu, Menu)
    assert "Show in folder" in [one.text() for one in menu.actions()]
    menu.close()
    qtbot.keyClick(details, Qt.Key.Key_Escape)
    assert not details.isVisible()
    assert view.folder.table.view.hasFocus()


def test_listed_recording_is_compared_with_one_that_is_chosen(
    qtbot: QtBot, shell: Shell, folder: Path, view: RecordingsView, click: Clicker,
    choose: Callable[[str, Path], None],
) -> None:  # fmt: skip
    qtbot.waitUntil(lambda: len(listed(view)) == 2)
    view.folder.table.make_current(str(folder / "slower.blf"))
    click(shell.window(), "recording_details_compare")
    choose("recording_dialog", folder / "drive.log")
    qtbot.waitUntil(lambda: view.comparison.isVisible() and view.comparison.model.rowCount() > 0)
    assert view.comparison.said == "A: slower.blf, B: drive.log"


def test_slash_filters_the_list_by_name_and_dongle(
    qtbot: QtBot, shell: Shell, folder: Path, view: RecordingsView
) -> None:
    rows, field = view.folder.table.view, view.folder.search
    RecordingSources(shell.context).remember(folder / "slower.blf", RecordingSource("Spare stick", 500_000, None, 0.0))
    (folder / "other.log").write_text("Nov 25 sshd: started\n")
    (folder / "empty.log").touch()
    qtbot.waitUntil(lambda: len(listed(view)) == 2)
    rows.setFocus()
    qtbot.keyClick(rows, Qt.Key.Key_Slash)
    assert field.hasFocus()
    qtbot.keyClicks(field, "spare")
    qtbot.waitUntil(lambda: [name for name, *_rest in listed(view)] == ["slower.blf"])
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert rows.hasFocus()
    qtbot.keyClick(rows, Qt.Key.Key_Slash)
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(listed(view)) == 2)


def test_days_stand_above_the_recordings_while_they_are_sorted_by_time(
    qtbot: QtBot, folder: Path, view: RecordingsView
) -> None:
    qtbot.waitUntil(lambda: len(listed(view)) == 2 and all(row.content for row in view.folder.model.rows))
    headings = view.folder.table.view.day_headings
    assert "20 Nov 2025" in headings.text(0)
    assert headings.text(1) == ""
    assert all(re.fullmatch(r"\d\d:30:00", one) for one in shown_texts(view.folder.model, "at"))
    view.folder.model.listing = replace(view.folder.model.listing, sort="name")
    qtbot.waitUntil(lambda: not view.folder.model.loading)
    assert headings.text(0) == ""
    assert all("20 Nov 2025" in one for one in shown_texts(view.folder.model, "at"))


@pytest.fixture
def trash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A trash of the test's own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def current_name(view: RecordingsView) -> str:
    row = view.folder.table.current()
    return row.name if row is not None else ""


def many(folder: Path, qtbot: QtBot, view: RecordingsView) -> None:
    """60 recordings, `r00` to `r59`, sorted by their names."""
    for place in range(60):
        path = written(folder / f"r{place:02}.log", drive()[:3])
        os.utime(path, (BEGUN + place, BEGUN + place))
    view.folder.model.listing = replace(view.folder.model.listing, sort="name", descending=False)
    qtbot.waitUntil(lambda: view.folder.model.rowCount() == 62)


def test_recording_is_renamed_by_key_and_stays_current_focused_and_in_sight(
    qtbot: QtBot, shell: Shell, folder: Path, view: RecordingsView, click: Clicker
) -> None:
    many(folder, qtbot, view)
    table = view.folder.table
    table.view.setFocus()
    table.make_current(str(folder / "r05.log"))
    qtbot.keyClick(table.view, Qt.Key.Key_F2)
    field = click.find(shell.window(), "rename_recording_name")
    assert isinstance(field, QLineEdit)
    field.setText("zz last")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: current_name(view) == "zz last.log")
    assert shell.window().focusWidget() is table.view
    index = table.view.currentIndex()
    assert index.row() == 61
    assert table.view.viewport().rect().contains(table.view.visualRect(index))
    shell.context.problems.undo_last()
    qtbot.waitUntil(lambda: current_name(view) == "r05.log")
    assert table.view.viewport().rect().contains(table.view.visualRect(table.view.currentIndex()))


@pytest.mark.usefixtures("trash")
def test_recording_is_trashed_by_key_the_next_is_current_and_undo_makes_it_current_again(
    qtbot: QtBot, shell: Shell, folder: Path, view: RecordingsView
) -> None:
    many(folder, qtbot, view)
    table = view.folder.table
    table.view.setFocus()
    table.make_current(str(folder / "r05.log"))
    qtbot.keyClick(table.view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: not (folder / "r05.log").exists())
    qtbot.waitUntil(lambda: view.folder.model.rowCount() == 61 and current_name(view) == "r06.log")
    assert shell.window().focusWidget() is table.view
    qtbot.keyClick(table.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: current_name(view) == "r05.log")
    table.make_current(str(folder / "slower.blf"))
    qtbot.keyClick(table.view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: view.folder.model.rowCount() == 61 and current_name(view) == "r59.log")


@pytest.mark.usefixtures("trash")
def test_selected_recordings_are_trashed_and_come_back_together(
    qtbot: QtBot, shell: Shell, folder: Path, view: RecordingsView, click: Clicker
) -> None:
    many(folder, qtbot, view)
    table = view.folder.table
    table.view.setFocus()
    table.make_current(str(folder / "r05.log"))
    for _again in range(2):
        qtbot.keyClick(table.view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert [row.name for row in table.selected()] == ["r05.log", "r06.log", "r07.log"]
    button = click.find(shell.window(), "recordings_trash")
    qtbot.waitUntil(
        lambda: button.width() >= button.sizeHint().width() > 2 * button.height()
    )  # its whole text is there
    shoot(shell, "recordings_folder_selected")
    click(shell.window(), "recordings_trash")
    qtbot.waitUntil(lambda: view.folder.model.rowCount() == 59 and current_name(view) == "r08.log")
    assert "Moved 3 recordings to the trash." in toasts(shell)
    shell.context.problems.undo_last()
    qtbot.waitUntil(lambda: view.folder.model.rowCount() == 62 and current_name(view) == "r05.log")


@pytest.mark.parametrize("way", ["button", "key", "menu"])
def test_two_selected_recordings_are_compared(
    qtbot: QtBot, shell: Shell, folder: Path, view: RecordingsView, click: Clicker, way: str
) -> None:
    """The older one is A, in whichever order they were selected."""
    os.utime(folder / "slower.blf", (BEGUN + 9, BEGUN + 9))
    table = view.folder.table
    qtbot.waitUntil(lambda: all(frames != "–" for _name, _seconds, frames in listed(view)) and len(listed(view)) == 2)
    table.view.setFocus()
    table.make_current(str(folder / "slower.blf"))
    qtbot.keyClick(table.view, Qt.Key.Key_Space)
    compare = click.find(shell.window(), "recordings_compare")
    assert isinstance(compare, Button)
    assert compare.reason == "Select two recordings to compare them."
    qtbot.keyClick(table.view, Qt.Key.Key_C)
    assert "Select two recordings to compare them." in toasts(shell)
    table.make_current(str(folder / "drive.log"))
    qtbot.keyClick(table.view, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: compare.isVisible() and not compare.reason)
    assert not view.command_handlers()["bench.compare_recording"].why_not()
    shoot(shell, f"recordings_two_selected_{way}")
    if way == "button":
        compare.setFocus(Qt.FocusReason.TabFocusReason)
        qtbot.keyClick(compare, Qt.Key.Key_Return)
    elif way == "key":
        qtbot.keyClick(table.view, Qt.Key.Key_C)
    else:
        qtbot.keyClick(table.view, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
        menu = click.find(shell.window(), "recording_file_menu")
        assert isinstance(menu, Menu)
        (action,) = [one for one in menu.actions() if one.text() == "Compare selected recordings"]
        assert action.isEnabled()
        action.trigger()
        menu.close()
    qtbot.waitUntil(lambda: view.comparison.isVisible() and view.comparison.model.rowCount() > 0)
    assert view.recording is not None
    assert view.recording.path == folder / "drive.log"
    assert view.comparison.said == "A: drive.log, B: slower.blf"


def test_recording_that_is_put_into_an_empty_folder_is_listed(
    qtbot: QtBot, folder: Path, view: RecordingsView, tmp_path: Path
) -> None:
    qtbot.waitUntil(lambda: len(listed(view)) == 2)
    folder.rename(tmp_path / "elsewhere")
    qtbot.waitUntil(lambda: not view.folder.isVisible())
    (tmp_path / "elsewhere").rename(folder)
    qtbot.waitUntil(lambda: view.folder.isVisible() and len(listed(view)) == 2)


def test_folder_that_is_gone_is_said_beside_an_open_recording(
    qtbot: QtBot, shell: Shell, folder: Path, view: RecordingsView, tmp_path: Path, click: Clicker
) -> None:
    def said() -> list[str]:
        return [one.text() for one in view.toolbar.findChildren(Elided) if one.isVisible()]

    view.open(folder / "drive.log")
    qtbot.waitUntil(lambda: view.frames.model.rowCount() == COUNT)
    click(shell.window(), "recording_list")
    qtbot.waitUntil(lambda: str(folder) in said())
    folder.rename(tmp_path / "elsewhere")
    qtbot.waitUntil(lambda: any("can't be listed" in one for one in said()))
    (tmp_path / "elsewhere").rename(folder)
    qtbot.waitUntil(lambda: str(folder) in said())


def test_recording_that_opens_tells_the_focus_once(
    qtbot: QtBot, view: RecordingsView, tmp_path: Path, told_focus: list[str]
) -> None:
    """Where to play and the filter were read on the way to the frames."""
    (empty,) = [one for one in view.findChildren(EmptyState) if one.isVisible()]
    empty.action.setFocus(Qt.FocusReason.OtherFocusReason)
    told_focus.clear()
    view.open(written(tmp_path / "drive.log", drive()))
    qtbot.waitUntil(lambda: view.recording is not None)
    qtbot.waitUntil(view.frames.table.hasFocus)
    assert told_focus == [view.frames.table.objectName()]

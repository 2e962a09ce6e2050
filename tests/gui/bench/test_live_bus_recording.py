"""Recording the live bus, by its buttons, against simulated dongles."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from benchboard.canbus.recording_reader import read_frames
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.live_bus_view import LiveBusView
from benchboard.ui.bench.recording_clock import RecordingClock
from benchboard.ui.bench.recordings_view import RecordingsView
from benchboard.ui.bench.selected_dongle import SelectedDongle
from benchboard.ui.shell.shell import Shell
from benchboard.ui.widgets import Button, Confirm, Select, Toast
from support.benchsim import Simulator
from support.window import Clicker, visible


@pytest.fixture
def view(qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker) -> LiveBusView:
    """The live bus of a simulated dongle, open and with frames."""
    shell.go("bench/live")
    qtbot.waitUntil(lambda: click.find(shell.window(), "live_start").isEnabled())
    click(shell.window(), "live_start")
    (view,) = shell.findChildren(LiveBusView)
    qtbot.waitUntil(lambda: view.model.rowCount() >= 6)
    return view


@pytest.fixture
def choose(qtbot: QtBot, shell: Shell) -> Callable[[Path], None]:
    """Chooses a file in the dialog that is open."""

    def choose_file(path: Path) -> None:
        qtbot.waitUntil(lambda: shell.window().findChild(QFileDialog, "live_record_dialog") is not None)
        dialog = shell.window().findChild(QFileDialog, "live_record_dialog")
        assert dialog is not None
        edit = dialog.findChild(QLineEdit, "fileNameEdit")
        assert edit is not None
        edit.setText(str(path))
        dialog.accept()
        qtbot.waitUntil(lambda: shell.window().findChild(QFileDialog, "live_record_dialog") is None)

    return choose_file


def toasts(shell: Shell) -> str:
    return " ".join(toast.accessibleName() for toast in shell.window().findChildren(Toast))


def test_record_button_records_until_it_is_pressed_again(
    qtbot: QtBot, shell: Shell, view: LiveBusView, click: Clicker, choose: Callable[[Path], None], tmp_path: Path
) -> None:
    window, file = shell.window(), tmp_path / "drive.blf"
    click(window, "live_record")
    choose(file)
    button = click.find(window, "live_record")
    qtbot.waitUntil(lambda: button.text() == "Stop recording 00:00:01")
    if folder := os.environ.get("BENCH_SHOTS"):
        window.grab().save(f"{folder}/live_recording_light.png")
        shell.context.theme.set_appearance("dark")
        window.grab().save(f"{folder}/live_recording_dark.png")
        shell.context.theme.set_appearance("light")
    click(window, "live_record")
    qtbot.waitUntil(lambda: button.text() == "Record")
    frames = list(read_frames(file))
    assert len(frames) > 100
    qtbot.waitUntil(lambda: f"{len(frames)} frames recorded to drive.blf." in toasts(shell))
    assert click.find(window, "toast_action").text() == "Open"
    click(window, "toast_action")
    (recordings,) = shell.findChildren(RecordingsView)
    qtbot.waitUntil(lambda: recordings.recording is not None)
    assert recordings.recording is not None
    assert (recordings.recording.path, recordings.recording.count) == (file, len(frames))


def test_focus_stays_at_the_button_that_records_and_its_name_has_no_clock(
    qtbot: QtBot, shell: Shell, view: LiveBusView, click: Clicker, choose: Callable[[Path], None], tmp_path: Path,
    told_focus: list[str],
) -> None:  # fmt: skip
    """It went on to the button that clears the frames; the time was told each second."""
    window = shell.window()
    button = click.find(window, "live_record")
    button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(button, Qt.Key.Key_Return)
    choose(tmp_path / "drive.log")
    qtbot.waitUntil(lambda: button.text() == "Stop recording 00:00:01")
    assert window.focusWidget() is button
    assert button.accessibleName() == "Stop recording"
    told_focus.clear()
    qtbot.keyClick(button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: button.text() == "Record")
    qtbot.waitUntil(lambda: "recorded to drive.log" in toasts(shell))
    assert window.focusWidget() is button
    assert button.accessibleName() == "Record"
    assert not told_focus


def test_frames_that_are_cleared_are_told(shell: Shell, view: LiveBusView, announcements: list[str]) -> None:
    clear = view.findChild(Button, "live_clear")
    assert clear.accessibleName() == "Clear frames"
    clear.click()
    assert announcements == ["Frames cleared"]


def test_recording_ends_with_the_bus_and_the_last_minutes_can_be_saved_after_it(
    qtbot: QtBot, shell: Shell, view: LiveBusView, manager: DeviceManager, click: Clicker,
    choose: Callable[[Path], None], tmp_path: Path,
) -> None:  # fmt: skip
    window, file = shell.window(), tmp_path / "drive.log"
    click(window, "live_record")
    choose(file)
    qtbot.waitUntil(lambda: view.recording.recording)
    click(window, "live_stop")
    qtbot.waitUntil(lambda: "recorded to drive.log" in toasts(shell))
    assert not visible(window, "live_record")
    click(window, "live_keep")
    choose(tmp_path / "kept.asc")
    qtbot.waitUntil(lambda: "recorded to kept.asc" in toasts(shell))
    kept, recorded = list(read_frames(tmp_path / "kept.asc")), list(read_frames(file))
    assert len(kept) > len(recorded), "what came before the recording too"


def test_recording_that_cannot_be_written_says_why(
    qtbot: QtBot, shell: Shell, view: LiveBusView, tmp_path: Path
) -> None:
    view.recording.start(tmp_path / "gone" / "drive.log")
    qtbot.waitUntil(lambda: shell.context.problems.current is not None)
    problem = shell.context.problems.current
    assert problem is not None
    assert problem.what == f"Can't record to {tmp_path / 'gone' / 'drive.log'}."
    assert not view.recording.recording


def test_recording_is_in_the_status_bar_in_every_room_and_what_would_end_it_asks(
    qtbot: QtBot, shell: Shell, view: LiveBusView, manager: DeviceManager, click: Clicker, tmp_path: Path
) -> None:
    window, status = shell.window(), shell.context.status
    view.recording.start(tmp_path / "drive.log")
    qtbot.waitUntil(lambda: status.text("recording").startswith("Recording 00:00:0"))
    assert manager.live is not None
    device_id = manager.live.device_id
    shell.go(f"bench/dongles/{device_id}")
    qtbot.waitUntil(lambda: visible(window, "bench_blink"))
    assert status.text("recording")
    click(window, "bench_blink")
    (asking,) = window.findChildren(Confirm)
    assert asking.accessibleDescription() == (
        f"Identifying closes {manager.live.title}'s live bus, which ends the recording to drive.log. "
        "It keeps what it has."
    )
    click(window, "confirm_keep")
    assert view.recording.recording
    click(window, "bench_blink")
    click(window, "confirm_act")
    qtbot.waitUntil(lambda: manager.live is None)
    qtbot.waitUntil(lambda: status.cell("recording") is None)
    assert list(read_frames(tmp_path / "drive.log"))


@pytest.mark.parametrize("elsewhere", ["bench/live", "bench/dongles"])
def test_recording_that_the_loss_of_its_dongle_ends_is_reported_as_a_warning_that_stays(
    qtbot: QtBot, shell: Shell, view: LiveBusView, simulator: Simulator, manager: DeviceManager, tmp_path: Path,
    elsewhere: str,
) -> None:  # fmt: skip
    """It said “✓ 1 803 frames recorded”."""
    problems = shell.context.problems
    view.recording.start(tmp_path / "full.log")
    qtbot.waitUntil(lambda: view.recording.recording)
    live = manager.live
    assert live is not None
    title = live.title
    qtbot.waitUntil(lambda: live.recorder.state is not None and live.recorder.state.frames > 1)
    shell.go(elsewhere)
    simulator.process.kill()
    qtbot.waitUntil(lambda: problems.has("bench.recording-ended"))
    (said,) = (one for one in problems.waiting if one.key == "bench.recording-ended")
    assert said.kind == "warn"
    assert re.fullmatch(r"The recording to full\.log ended at \d\d:\d\d:\d\d\.", said.what)
    count = len(list(read_frames(tmp_path / "full.log")))
    assert said.why == f"{title} disconnected. {count} frames recorded to full.log."
    assert said.what in toasts(shell)
    assert not any(toast.accessibleName().startswith(str(count)) for toast in shell.window().findChildren(Toast))


def test_warning_of_an_ended_recording_is_on_the_live_bus_alone_and_ends_once_its_bus_is_open_again(
    qtbot: QtBot, shell: Shell, view: LiveBusView, simulator: Simulator, manager: DeviceManager, click: Clicker,
    tmp_path: Path,
) -> None:  # fmt: skip
    """It stayed over the healthy bus and on Bit timing until somebody dismissed it."""
    problems, file = shell.context.problems, tmp_path / "full.log"

    def lose_bus_while_recording() -> None:
        live = manager.live
        assert live is not None
        view.recording.start(file)
        qtbot.waitUntil(lambda: view.recording.recording and not problems.has("bench.recording-ended"))
        qtbot.waitUntil(lambda: live.recorder.state is not None and live.recorder.state.frames > 1)
        simulator.say(f"cut {list(simulator.ports).index(live.device_id or '') + 1}")
        qtbot.waitUntil(lambda: problems.has("bench.recording-ended"))

    lose_bus_while_recording()
    (said,) = (one for one in problems.waiting if one.key == "bench.recording-ended")
    shell.go("bench/timing")
    assert said not in problems.here
    shell.go("bench/live")
    assert said in problems.here
    qtbot.waitUntil(lambda: click.find(shell.window(), "live_start").isEnabled())
    click(shell.window(), "live_start")
    qtbot.waitUntil(lambda: manager.live is not None)
    assert not problems.has("bench.recording-ended")
    lose_bus_while_recording()
    shell.go("bench/recordings")
    (recordings,) = shell.findChildren(RecordingsView)
    recordings.open(file)
    qtbot.waitUntil(lambda: not problems.has("bench.recording-ended"))


def test_another_dongle_is_opened_only_after_asking_while_one_is_recorded(
    qtbot: QtBot, shell: Shell, view: LiveBusView, simulator: Simulator, manager: DeviceManager, click: Clicker,
    tmp_path: Path,
) -> None:  # fmt: skip
    window = shell.window()
    view.recording.start(tmp_path / "drive.log")
    qtbot.waitUntil(lambda: view.recording.recording)
    assert manager.live is not None
    recorded = str(manager.live.device_id)
    (other,) = simulator.ports.keys() - {recorded}
    field = click.find(window, "live_dongle")
    assert isinstance(field, Select)
    qtbot.waitUntil(lambda: field.findData(other) >= 0)

    def choose() -> None:
        field.setCurrentIndex(field.findData(other))
        field.activated.emit(field.currentIndex())

    choose()
    assert field.current_key() == recorded, "the bus that is open, until it is answered"
    click(window, "confirm_keep")
    assert view.recording.recording
    assert field.current_key() == recorded
    choose()
    click(window, "confirm_act")
    qtbot.waitUntil(lambda: manager.live is not None and manager.live.device_id == other)
    assert list(read_frames(tmp_path / "drive.log"))


def test_simulated_dongles_are_stopped_only_after_asking_while_one_is_recorded(
    qtbot: QtBot, shell: Shell, click: Clicker, manager: DeviceManager, tmp_path: Path
) -> None:
    window = shell.window()
    shell.command_handlers()["bench.simulate"].run()
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    shell.go("bench/live")
    click(window, "live_start")
    (view,) = shell.findChildren(LiveBusView)
    qtbot.waitUntil(lambda: manager.live is not None)
    view.recording.start(tmp_path / "full.log")
    qtbot.waitUntil(lambda: view.recording.recording)
    shell.command_handlers()["bench.simulate"].run()
    click(window, "confirm_keep")
    assert manager.simulating
    assert view.recording.recording
    click(window, "bench_stop_simulator")
    click(window, "confirm_act")
    qtbot.waitUntil(lambda: not manager.simulating and "recorded to full.log" in toasts(shell))


def test_button_and_status_bar_say_the_same_time_of_a_recording(
    qtbot: QtBot, shell: Shell, view: LiveBusView, click: Clicker, tmp_path: Path
) -> None:
    """The status bar was up to half a second behind."""
    button, status = click.find(shell.window(), "live_record"), shell.context.status
    said: list[tuple[str, str]] = []
    clock = RecordingClock.of(shell.context)
    clock.ticked.connect(lambda: said.append((button.text()[-8:], status.text("recording")[-8:])))
    view.recording.start(tmp_path / "drive.log")
    qtbot.waitUntil(lambda: len(said) == 3)
    assert said == [(time, time) for time in ("00:00:00", "00:00:01", "00:00:02")]


def test_warning_of_an_ended_recording_is_shown_beside_its_own_dongle_only(
    qtbot: QtBot, shell: Shell, view: LiveBusView, simulator: Simulator, manager: DeviceManager, tmp_path: Path
) -> None:
    problems, selected = shell.context.problems, SelectedDongle.of(shell.context)
    view.recording.start(tmp_path / "full.log")
    qtbot.waitUntil(lambda: view.recording.recording)
    live = manager.live
    assert live is not None
    assert live.device_id is not None
    (other,) = simulator.ports.keys() - {live.device_id}
    simulator.say(f"cut {list(simulator.ports).index(live.device_id) + 1}")
    qtbot.waitUntil(lambda: problems.has("bench.recording-ended"))
    selected.select(other)
    assert not problems.has("bench.recording-ended")
    selected.select(live.device_id)
    assert problems.has("bench.recording-ended")
    problems.dismiss("bench.recording-ended")
    selected.select(other)
    selected.select(live.device_id)
    assert not problems.has("bench.recording-ended"), "somebody has read it"

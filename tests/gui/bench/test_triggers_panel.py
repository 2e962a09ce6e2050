"""The triggers of the live bus, by mouse and keys, on the simulated bus."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QLineEdit, QListView, QWidget
from pytestqt.qtbot import QtBot

from benchboard.canbus import link
from benchboard.canbus.backends.slcan import SlcanBus
from benchboard.canbus.capture import Capture
from benchboard.canbus.dbc import CanDatabase, Message, Signal
from benchboard.canbus.frame import Frame
from benchboard.canbus.recording_reader import read_frames
from benchboard.canbus.trigger_table import TriggerActions, TriggerRow
from benchboard.canbus.triggers import Trigger
from benchboard.dongles.device import Device
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.kept_recordings.recording_bookmarks import RecordingBookmarks
from benchboard.ui.bench.kept_recordings.recordings_folder import recordings_folder
from benchboard.ui.bench.live_bus_view import LiveBusView
from benchboard.ui.bench.triggers.trigger_dialog import TriggerDialog
from benchboard.ui.bench.triggers.trigger_examples import example_rows
from benchboard.ui.bench.triggers.trigger_models import ACTIONS, ARMED, CONDITION, COUNT, DONE, NAME
from benchboard.ui.bench.triggers.triggers_panel import TriggersPanel
from benchboard.ui.shell.shell import Shell
from benchboard.ui.widgets import Select, Toast
from support.benchsim import Simulator
from support.window import Clicker

DATABASE = CanDatabase([Message("Engine", 0x100, False, 8, (Signal("EngineSpeed", 0, 16),))])


@pytest.fixture
def other(simulator: Simulator) -> Iterator[Capture]:
    """The bus as the second dongle hears it, which also sends."""
    with link.open_port(list(simulator.ports.values())[1]) as handle:
        Device(handle).close_channel()
        capture = Capture(SlcanBus(handle, bitrate=500_000), bitrate=500_000)
        capture.start()
        yield capture
        capture.stop()


@pytest.fixture
def view(shell: Shell, qtbot: QtBot) -> LiveBusView:
    """The live bus, closed."""
    shell.go("bench/live")
    view = shell.window().findChild(LiveBusView)
    assert view is not None
    return view


@pytest.fixture
def live(
    view: LiveBusView, qtbot: QtBot, simulator: Simulator, other: Capture, click: Clicker, manager: DeviceManager
) -> LiveBusView:
    """The live bus of the first dongle, open, with the focus in its frames."""
    first = next(iter(simulator.ports))
    qtbot.waitUntil(lambda: manager.find(first) is not None)
    dongle = view.findChild(Select, "live_dongle")
    assert dongle is not None
    dongle.set_current_key(first)
    click(view.window(), "live_start")
    qtbot.waitUntil(lambda: manager.live is not None)
    qtbot.waitUntil(lambda: view.table.isVisible() and view.model.rowCount() > 0)
    view.table.setFocus()
    return view


def dialog_of(window: QWidget) -> TriggerDialog:
    (dialog,) = (one for one in window.findChildren(TriggerDialog) if one.isVisible())
    return dialog


def enter(qtbot: QtBot, dialog: QWidget, name: str, text: str) -> QLineEdit:
    field = dialog.findChild(QLineEdit, name)
    assert field is not None
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    return field


def tick(dialog: QWidget, name: str, *, on: bool = True) -> None:
    box = dialog.findChild(QCheckBox, name)
    assert box is not None
    box.setChecked(on)


def put(panel: TriggersPanel, *rows: TriggerRow) -> None:
    """Add triggers as an edit does."""
    for row in rows:
        panel.add(row)


def column(panel: TriggersPanel, number: int) -> list[str]:
    return [panel.model.cell(row, number) for row in range(panel.model.rowCount())]


def toasts(window: QWidget) -> list[str]:
    return [one.accessibleName() or one.text for one in window.findChildren(Toast) if one.isVisible()]


def said(dialog: QWidget) -> str:
    return " ".join(one.text() for one in dialog.findChildren(QLabel) if one.isVisible())


def test_a_trigger_is_added_edited_duplicated_deleted_and_restored_by_keys(
    qtbot: QtBot, view: LiveBusView, shell: Shell
) -> None:
    panel, window = view.triggers, view.window()
    assert not panel.isVisible()
    qtbot.keyClick(view, Qt.Key.Key_T, Qt.KeyboardModifier.ShiftModifier)
    assert panel.isVisible()
    assert view.focusWidget() is not None
    assert view.focusWidget().objectName() == "triggers_empty_add"
    qtbot.keyClick(view.focusWidget(), Qt.Key.Key_Return)
    dialog = dialog_of(window)
    enter(qtbot, dialog, "trigger_condition", "12G")
    qtbot.waitUntil(lambda: "12G" in said(dialog))  # what can't be read is said at the field
    enter(qtbot, dialog, "trigger_condition", "321")
    enter(qtbot, dialog, "trigger_name", "Setpoint")
    tick(dialog, "trigger_sound")
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert column(panel, NAME) == ["Setpoint"]
    assert column(panel, CONDITION) == ["321"]
    assert column(panel, ACTIONS) == ["mark, sound"]
    assert panel.list.hasFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_Space)
    assert column(panel, ARMED) == ["off"]
    qtbot.keyClick(panel.list, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert column(panel, NAME) == ["Setpoint", "Setpoint"]
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    enter(qtbot, dialog_of(window), "trigger_name", "Copy")
    qtbot.keyClick(dialog_of(window).focusWidget(), Qt.Key.Key_Return)
    assert column(panel, NAME) == ["Setpoint", "Copy"]
    qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    assert column(panel, NAME) == ["Setpoint"]
    assert any("Copy deleted" in one for one in toasts(window))
    qtbot.keyClick(panel.list, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert column(panel, NAME) == ["Setpoint", "Copy"]
    for _n in range(4):
        qtbot.keyClick(panel.list, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert column(panel, NAME) == []
    qtbot.keyClick(view, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert column(panel, NAME) == ["Setpoint"]


@pytest.mark.parametrize(
    ("name", "condition", "actions"),
    [
        ("trigger_example_errors", "error", "mark, notify"),
        ("trigger_example_record", "error", "mark, record"),
        ("trigger_example_silence", "no frame for 1 s", "mark, notify"),
    ],
)
def test_an_example_is_added_by_one_press_and_undone(
    qtbot: QtBot, view: LiveBusView, click: Clicker, told_focus: list[str], name: str, condition: str, actions: str
) -> None:
    panel, window = view.triggers, view.window()
    panel.toggle()
    click.find(window, name).setFocus()
    told_focus.clear()
    qtbot.keyClick(click.find(window, name), Qt.Key.Key_Return)
    assert told_focus == [panel.list.objectName()]
    told_focus.clear()
    assert column(panel, CONDITION) == [condition]
    assert column(panel, ACTIONS)[0].startswith(actions)
    assert panel.list.hasFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert column(panel, CONDITION) == []
    assert told_focus == ["triggers_empty_add"]


def test_a_name_of_a_database_is_completed_and_one_of_none_is_said(qtbot: QtBot, view: LiveBusView) -> None:
    panel = view.triggers
    panel.set_database(DATABASE)
    panel.add_trigger()
    dialog = dialog_of(view.window())
    field = enter(qtbot, dialog, "trigger_condition", "ginesp")
    popup = next(one for one in _popups() if one.isVisible())
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert field.text() == "EngineSpeed"
    assert not popup.isVisible()
    qtbot.keyClicks(field, ">3000")
    assert "No database has" not in said(dialog)
    enter(qtbot, dialog, "trigger_condition", "Torque>3")
    qtbot.waitUntil(lambda: "No database has Torque" in said(dialog))


def test_arrow_keys_select_a_completion_which_enter_takes_and_tells(
    qtbot: QtBot, view: LiveBusView, announcements: list[str]
) -> None:
    """Down at the last of them selected none; Enter then closed the list alone."""
    panel = view.triggers
    panel.set_database(DATABASE)
    panel.add_trigger()
    field = enter(qtbot, dialog_of(view.window()), "trigger_condition", "EngineSp")
    popup = next(one for one in _popups() if one.isVisible())
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Up):
        qtbot.keyClick(popup, key)
        assert popup.currentIndex().data() == "EngineSpeed"
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert field.text() == "EngineSpeed"
    assert announcements[-1] == "EngineSpeed"


def test_a_condition_that_names_nothing_known_is_saved_only_once_that_was_said(
    qtbot: QtBot, view: LiveBusView, announcements: list[str]
) -> None:
    panel = view.triggers
    panel.set_database(DATABASE)
    panel.add_trigger()
    dialog = dialog_of(view.window())
    field = enter(qtbot, dialog, "trigger_condition", "EngineSp>3")
    save = (Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(dialog.findChild(QLineEdit, "trigger_name"), *save)
    assert column(panel, CONDITION) == []
    assert field.hasFocus()
    assert "No database has EngineSp: this never fires. Save again to keep it." in said(dialog)
    assert "No database has EngineSp: this never fires. Save again to keep it." in announcements
    qtbot.keyClick(field, *save)
    assert [one.startswith("EngineSp>3") for one in column(panel, CONDITION)] == [True]
    panel.list.setFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    enter(qtbot, dialog_of(view.window()), "trigger_name", "Later")
    qtbot.keyClick(dialog_of(view.window()).focusWidget(), *save)
    assert column(panel, NAME) == ["Later"]


def test_the_dialog_says_when_a_trigger_fires_and_speaks_of_no_unfinished_comparison(
    qtbot: QtBot, view: LiveBusView, announcements: list[str]
) -> None:
    """Each signal that is typed was called wrong on the way, and nobody knew that a condition fires as it begins."""
    panel = view.triggers
    panel.set_database(DATABASE)
    panel.add_trigger()
    dialog = dialog_of(view.window())
    kind = dialog.findChild(Select, "trigger_kind")
    assert kind is not None
    field = enter(qtbot, dialog, "trigger_condition", "100")
    qtbot.waitUntil(lambda: "Fires with each frame that matches" in said(dialog))
    assert "at most once in each hold-off" in kind.accessibleDescription()
    field.selectAll()
    announcements.clear()
    qtbot.keyClicks(field, "EngineSpeed>")
    rested = dialog.findChild(QTimer, "trigger_rest")
    assert rested is not None
    qtbot.waitUntil(lambda: not rested.isActive())
    assert not any("isn't an ID" in one or "compares" in one for one in announcements)
    qtbot.keyClicks(field, "3")
    qtbot.waitUntil(lambda: "once while it stays met, not with each frame" in said(dialog))
    assert "once while it stays met" in kind.accessibleDescription()
    kind.showPopup()
    qtbot.keyClick(kind.view(), Qt.Key.Key_Down)
    qtbot.keyClick(kind.view(), Qt.Key.Key_Return)
    assert "again only after they came back" in said(dialog)


def _popups() -> list[QListView]:
    return [one for one in QApplication.topLevelWidgets() if isinstance(one, QListView)]


def test_what_the_dialog_refuses_is_said_at_its_field(qtbot: QtBot, view: LiveBusView) -> None:
    view.triggers.add_trigger("123")
    dialog = dialog_of(view.window())
    tick(dialog, "trigger_mark", on=False)
    save = dialog.findChild(QWidget, "trigger_save")
    assert save is not None
    qtbot.mouseClick(save, Qt.MouseButton.LeftButton)
    assert "Select at least one action." in said(dialog)
    tick(dialog, "trigger_mark")
    enter(qtbot, dialog, "trigger_hold_off", "0")
    qtbot.mouseClick(save, Qt.MouseButton.LeftButton)
    assert "Enter a time from 0.1 to" in said(dialog)
    enter(qtbot, dialog, "trigger_hold_off", "soon")
    qtbot.mouseClick(save, Qt.MouseButton.LeftButton)
    assert "Enter a number of seconds." in said(dialog)
    assert dialog.isVisible()


def test_a_met_trigger_is_counted_marked_listed_and_answers(qtbot: QtBot, live: LiveBusView, other: Capture) -> None:
    panel = live.triggers
    reply = TriggerActions(frame=Frame(0x322, data=b"\x07"), notifies=True)
    put(panel, TriggerRow(Trigger("321"), "Setpoint", reply), TriggerRow(Trigger("321"), "Off", armed=False))
    other.send(Frame(0x321, data=b"\x01"))
    qtbot.waitUntil(lambda: column(panel, COUNT) == ["1", "0"])
    qtbot.waitUntil(lambda: any(frame.id == 0x322 for frame in other.since().frames))
    assert any("Setpoint at" in one for one in toasts(live.window()))
    (entry,) = panel.fired.entries
    assert panel.fired.cell(0, DONE) == "marked, sent 0x322, notified"
    assert entry.frame is not None
    qtbot.waitUntil(lambda: live.model.place_of(entry.frame) >= 0)  # type: ignore[arg-type]
    place = live.model.place_of(entry.frame)
    assert live.model.mark_of(place).startswith("Setpoint at")
    assert "Setpoint at" in live.model.row_state(place)
    panel.toggle()
    panel.show_fired()
    panel.fired_list.setCurrentIndex(panel.fired.index(0, 0))
    panel.fired_list.setFocus()
    qtbot.keyClick(panel.fired_list, Qt.Key.Key_Return)
    assert live.table.hasFocus()
    assert live.table.currentIndex().row() == live.model.place_of(entry.frame)


def test_nothing_is_sent_once_the_live_bus_is_left_and_that_is_said(
    qtbot: QtBot, live: LiveBusView, other: Capture, shell: Shell
) -> None:
    panel = live.triggers
    put(panel, TriggerRow(Trigger("321"), "Setpoint", TriggerActions(frame=Frame(0x322, data=b"\x07"))))
    shell.go("bench/dongles")
    other.send(Frame(0x321, data=b"\x01"))
    qtbot.waitUntil(lambda: column(panel, COUNT) == ["1"])
    assert panel.fired.entries[0].problem == "Not sent: You left the live bus."
    assert not any(frame.id == 0x322 for frame in other.since().frames)


def test_a_row_of_the_send_table_is_started_and_a_missing_one_is_said(
    qtbot: QtBot, live: LiveBusView, other: Capture
) -> None:
    panel = live.triggers
    live.send_panel.add_frame(Frame(0x330, data=b"\x01"), "Beat", None)
    put(panel, TriggerRow(Trigger("321"), "A", TriggerActions(row="Beat")))
    put(panel, TriggerRow(Trigger("321"), "B", TriggerActions(row="Gone")))
    other.send(Frame(0x321, data=b"\x01"))
    qtbot.waitUntil(lambda: column(panel, COUNT) == ["1", "1"])
    qtbot.waitUntil(lambda: any(frame.id == 0x330 for frame in other.since().frames))
    problems = {entry.name: entry.problem for entry in panel.fired.entries}
    assert problems == {"A": "", "B": "Not sent: The send table has no row “Gone”."}


def test_a_trigger_records_from_before_it_until_after_it(
    qtbot: QtBot, live: LiveBusView, other: Capture, shell: Shell, tmp_path: Path
) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    settings = shell.context.settings
    shell.context.apply_settings(replace(settings, folders=json.dumps({"recording": str(folder)})))
    recorder = live._devices.live
    assert recorder is not None
    other.send(Frame(0x320, data=b"\x05"))
    qtbot.waitUntil(lambda: recorder.recorder.kept_s > 0.5)
    actions = TriggerActions(records=True, before_s=60.0, after_s=0.5)
    put(live.triggers, TriggerRow(Trigger("321"), "Fault: now", actions))
    other.send(Frame(0x321, data=b"\x01"))
    qtbot.waitUntil(lambda: live.recording.recording, timeout=20_000)
    qtbot.waitUntil(lambda: not live.recording.recording and not live.recording.is_busy, timeout=20_000)
    (path,) = folder.iterdir()
    assert path.name.startswith("Fault_ now ")
    ids = [frame.id for frame in read_frames(path)]
    assert ids.index(0x320) < ids.index(0x321), "what came before the trigger is in the file"
    ((seconds, name),) = RecordingBookmarks(shell.context).of(path)
    assert name == "Fault: now"
    stamp = next(frame.timestamp for frame in read_frames(path) if frame.id == 0x321)
    assert stamp is not None
    assert seconds == pytest.approx(stamp.seconds, abs=1e-3)


def test_the_example_that_records_says_where_and_its_folder_becomes_that_of_the_recordings(
    qtbot: QtBot, live: LiveBusView, other: Capture, shell: Shell, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """It went to the home folder, which the list of recordings didn't show."""
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = shell.context.settings
    shell.context.apply_settings(replace(settings, folders=""))
    (row,) = (row for name, _title, row in example_rows() if name == "trigger_example_record")
    live.triggers._add_example(replace(row, trigger=Trigger("321")))
    said = [one.accessibleName() for one in shell.window().findChildren(Toast)]
    assert f"It records to new files in {tmp_path}." in said
    other.send(Frame(0x321, data=b"\x01"))
    qtbot.waitUntil(lambda: live.recording.recording, timeout=20_000)
    assert recordings_folder(shell.context) == tmp_path
    (entry,) = live.triggers.fired.entries
    assert f" in {tmp_path}" in entry.done


def test_triggers_are_kept_for_each_dongle_and_the_send_table_gives_way(
    qtbot: QtBot, live: LiveBusView, shell: Shell
) -> None:
    panel = live.triggers
    put(panel, TriggerRow(Trigger("Speed>5", hold_off_s=2.5), "Fast"))
    (kept,) = json.loads(shell.context.settings.live_triggers).values()
    assert [one["name"] for one in kept] == ["Fast"]
    live.send_panel.toggle()
    panel.toggle()
    assert panel.isVisible()
    assert not live.send_panel.isVisible()
    live.send_panel.toggle()
    assert not panel.isVisible()


def test_a_trigger_is_added_from_the_menu_of_a_frame(qtbot: QtBot, live: LiveBusView) -> None:
    live.table.setCurrentIndex(live.model.index(0, 0))
    live.command_handlers()["bench.trigger_on_id"].run()
    dialog = dialog_of(live.window())
    field = dialog.findChild(QLineEdit, "trigger_condition")
    assert field is not None
    assert int(field.text(), 16) == live.model.row_at(0).frame.id


def test_a_condition_that_every_frame_meets_is_met_in_measure(qtbot: QtBot, live: LiveBusView) -> None:
    panel = live.triggers
    put(panel, TriggerRow(Trigger("000-7FF", hold_off_s=0.5), "All"))
    begun = time.monotonic()
    qtbot.waitUntil(lambda: len(panel.fired.entries) >= 3, timeout=20_000)
    assert time.monotonic() - begun >= 0.9
    times = [entry.seconds for entry in panel.fired.entries]
    assert all(later - earlier >= 0.5 for later, earlier in pairwise(times))

"""The send table of the live bus, by mouse and keys, on the simulated bus."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from benchboard.canbus import link
from benchboard.canbus.backends.slcan import SlcanBus
from benchboard.canbus.bus import ErrorState
from benchboard.canbus.capture import Capture
from benchboard.canbus.frame import Frame
from benchboard.canbus.send_table_file import read_table
from benchboard.dongles.device import Device
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.live_bus_view import LiveBusView
from benchboard.ui.bench.send_panel import SendPanel
from benchboard.ui.bench.send_row_dialog import SendRowDialog
from benchboard.ui.bench.send_table_model import ACT, DATA, FAILED, ID, NAME, PERIOD, SENT, STATE
from benchboard.ui.shell.shell import Shell
from benchboard.ui.widgets import Select, Toast
from benchboard.ui.widgets.tab_order import tab_stops
from support.benchsim import Simulator, simulated
from support.window import Clicker, visible

DBC = """VERSION ""
BU_: A
BO_ 801 OperatorRequest: 8 A
 SG_ Setpoint : 0|16@1+ (0.25,0) [0|8000] "rpm" A
 SG_ Mode : 36|4@1+ (1,0) [0|3] "" A
VAL_ 801 Mode 0 "Stop" 1 "Run" 2 "Jog" ;
BA_DEF_ BO_  "GenMsgCycleTime" INT 0 65535;
BA_ "GenMsgCycleTime" BO_ 801 20;
"""


@pytest.fixture
def listener(simulator: Simulator) -> Iterator[Capture]:
    """The bus as the second dongle hears it."""
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
    view: LiveBusView, qtbot: QtBot, simulator: Simulator, listener: Capture, click: Clicker, manager: DeviceManager
) -> LiveBusView:
    """The live bus of the first dongle, open, with the focus in its frames."""
    first = next(iter(simulator.ports))
    qtbot.waitUntil(lambda: manager.find(first) is not None)
    select_dongle(view, first)
    click(view.window(), "live_start")
    qtbot.waitUntil(lambda: manager.live is not None)
    qtbot.waitUntil(lambda: view.table.isVisible() and view.model.rowCount() > 0)
    view.table.setFocus()
    return view


def select_dongle(view: LiveBusView, device_id: str) -> None:
    dongle = view.findChild(Select, "live_dongle")
    assert dongle is not None
    dongle.set_current_key(device_id)


def add(panel: SendPanel, text: str, period_ms: float | None = None, name: str = "") -> int:
    """Add a row; returns its key."""
    ident, _mark, data = text.partition("#")
    panel.add_frame(Frame(int(ident, 16), extended=len(ident) > 3, data=bytes.fromhex(data)), name, period_ms)
    return panel.model.table.rows[-1].key


def column(panel: SendPanel, number: int) -> list[str]:
    return [panel.model.cell(row, number) for row in range(panel.model.rowCount())]


def heard(listener: Capture, ident: int) -> list[Frame]:
    return [frame for frame in listener.since().frames if frame.id == ident]


def dialog_of(window: QWidget) -> SendRowDialog:
    (dialog,) = (one for one in window.findChildren(SendRowDialog) if one.isVisible())
    return dialog


def enter(qtbot: QtBot, dialog: QWidget, name: str, text: str) -> None:
    field = dialog.findChild(QLineEdit, name)
    assert field is not None
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)


def choose(dialog: QWidget, name: str, title: str) -> None:
    select = dialog.findChild(Select, name)
    assert select is not None
    place = select.findText(title, Qt.MatchFlag.MatchStartsWith)
    assert place >= 0, [select.itemText(one) for one in range(select.count())]
    QComboBox.setCurrentIndex(select, place)
    select.activated.emit(place)


def note_has_room(dialog: SendRowDialog) -> bool:
    """Whether what is said of the period stands below its field."""
    period = dialog.findChild(QLineEdit, "send_row_period")
    note = next(one for one in dialog.findChildren(QLabel) if one.text().startswith("The bus carries up to"))
    return note.mapTo(dialog, QPoint(0, 0)).y() >= period.mapTo(dialog, period.rect().bottomLeft()).y()


def toasts(window: QWidget) -> list[str]:
    return [one.accessibleName() or one.text for one in window.findChildren(Toast) if one.isVisible()]


def test_a_row_is_added_by_keys_started_by_space_and_stopped_with_all(
    qtbot: QtBot, live: LiveBusView, listener: Capture, click: Clicker
) -> None:
    panel, window = live.send_panel, live.window()
    assert not panel.isVisible()
    qtbot.keyClick(live.table, Qt.Key.Key_T)
    assert panel.isVisible()
    assert click.find(window, "send_all").reason == "Add a row first."
    qtbot.keyClick(live.focusWidget(), Qt.Key.Key_N)
    dialog = dialog_of(window)
    qtbot.waitUntil(lambda: note_has_room(dialog))
    field = dialog.focusWidget()
    assert isinstance(field, QLineEdit)
    assert (field.objectName(), field.selectedText()) == ("send_row_id", field.text()), "its first field"
    assert tab_stops(dialog)[1] is field, "after the ×"
    enter(qtbot, dialog, "send_row_id", "5A5")
    enter(qtbot, dialog, "send_row_data", "11 22")
    enter(qtbot, dialog, "send_row_period", "20")
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: column(panel, ID) == ["0x5A5"])
    assert (column(panel, DATA), column(panel, PERIOD)) == (["11 22"], ["20"])
    assert column(panel, STATE) == ["Not sent yet"]
    panel.list.setFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: len(heard(listener, 0x5A5)) > 3)
    assert heard(listener, 0x5A5)[0].data == b"\x11\x22"
    qtbot.waitUntil(lambda: int(column(panel, SENT)[0]) > 3)
    assert column(panel, STATE)[0].startswith("Running for")
    assert "1 running" in click.find(window, "send_summary").text()
    assert panel.fold_button.text() == "Send table, 1 running"
    qtbot.keyClick(panel.list, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: column(panel, STATE)[0].startswith("Stopped"))
    assert click.find(window, "send_all").text() == "Start all"
    # What was counted is what the other dongle heard.
    qtbot.waitUntil(lambda: str(len(heard(listener, 0x5A5))) == column(panel, SENT)[0])
    assert column(panel, FAILED) == ["0"]


def test_counter_and_checksum_are_chosen_in_the_dialog_and_sent(
    qtbot: QtBot, live: LiveBusView, listener: Capture, click: Clicker
) -> None:
    """The technician looked for them in *Add row*, and there were none."""
    panel, window = live.send_panel, live.window()
    qtbot.keyClick(live.table, Qt.Key.Key_T)
    qtbot.keyClick(live.focusWidget(), Qt.Key.Key_N)
    dialog = dialog_of(window)
    enter(qtbot, dialog, "send_row_id", "5A5")
    enter(qtbot, dialog, "send_row_data", "00 00")
    enter(qtbot, dialog, "send_row_period", "20")
    choose(dialog, "send_row_counter", "A whole byte")
    choose(dialog, "send_row_checksum", "XOR")
    enter(qtbot, dialog, "send_row_counter_byte", "0")
    click(window, "send_row_save")
    assert dialog.findChild(QLineEdit, "send_row_checksum_byte").property("wrong"), "byte 7 of two"
    enter(qtbot, dialog, "send_row_checksum_byte", "1")
    if folder := os.environ.get("BENCH_SHOTS"):
        dialog.grab().save(f"{folder}/send_rules.png")
    click(window, "send_row_save")
    qtbot.waitUntil(lambda: column(panel, ID) == ["0x5A5"])
    assert panel.model.cell(0, DATA) == "00 00  ·  Counter in byte 0, XOR in byte 1"
    panel.list.setFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: [one.data for one in heard(listener, 0x5A5)][:2] == [b"\0\0", b"\1\1"])


def test_a_click_starts_a_row_and_a_row_without_period_is_sent_once(
    qtbot: QtBot, live: LiveBusView, listener: Capture
) -> None:
    panel = live.send_panel
    add(panel, "18EAFFF9#EBFE00")
    box = panel.list.visualRect(panel.model.index(0, ACT))
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    qtbot.waitUntil(lambda: column(panel, STATE) == ["Sent"])
    qtbot.waitUntil(lambda: bool(heard(listener, 0x18EAFFF9)))  # the other dongle's thread may come later
    assert [(frame.extended, frame.data) for frame in heard(listener, 0x18EAFFF9)] == [(True, b"\xeb\xfe\x00")]
    assert column(panel, SENT) == ["1"]
    # The trace shows it, too.
    qtbot.waitUntil(lambda: any(live.model.row_at(row).frame.sent for row in range(live.model.rowCount())))


def test_signals_of_a_message_are_entered_in_their_units(
    qtbot: QtBot, live: LiveBusView, listener: Capture, click: Clicker, tmp_path: Path
) -> None:
    dbc = tmp_path / "line.dbc"
    dbc.write_text(DBC)
    live.filter_bar.databases.add([dbc])
    qtbot.waitUntil(lambda: bool(live.filter_bar.databases.database.messages))
    panel, window = live.send_panel, live.window()
    qtbot.keyClick(live.table, Qt.Key.Key_N)
    dialog = dialog_of(window)
    qtbot.waitUntil(dialog.frame.isVisible)
    without = dialog.frame.height()
    choose(dialog, "send_row_message", "OperatorRequest")
    assert dialog.findChild(QLineEdit, "send_row_period").text() == "20", "the cycle time of the message"
    qtbot.waitUntil(lambda: dialog.frame.height() > without)  # the signals have room, which isn't there without them
    mode = dialog.findChild(Select, "send_signal_Mode")
    qtbot.waitUntil(lambda: not mode.visibleRegion().isEmpty() and note_has_room(dialog))
    enter(qtbot, dialog, "send_signal_Setpoint", "9000")
    click(window, "send_row_save")
    assert dialog.isVisible()
    assert dialog.findChild(QLineEdit, "send_signal_Setpoint").property("wrong")
    described = dialog.findChild(QLineEdit, "send_signal_Setpoint").accessibleDescription()
    assert described.startswith("Setpoint can be 0.00 to 8")
    enter(qtbot, dialog, "send_signal_Setpoint", "1485.3")
    choose(dialog, "send_signal_Mode", "Run")
    assert dialog.findChild(QLineEdit, "send_row_data").text() == "35 17 00 00 10 00 00 00"
    assert dialog.findChild(QLineEdit, "send_signal_Setpoint").text() == "1485.25", "the nearest that its bits hold"
    click(window, "send_row_save")
    assert (column(panel, NAME), column(panel, PERIOD)) == (["OperatorRequest"], ["20"])
    click(window, "send_all")
    qtbot.waitUntil(lambda: len(heard(listener, 801)) > 2)
    assert heard(listener, 801)[0].data.hex() == "3517000010000000"
    # An edit is sent from the next turn on.
    panel.list.setFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    choose(dialog_of(window), "send_signal_Mode", "Jog")
    click(window, "send_row_save")
    qtbot.waitUntil(lambda: heard(listener, 801)[-1].data[4] == 0x20)


def test_rows_are_duplicated_moved_removed_and_edits_undone(qtbot: QtBot, live: LiveBusView) -> None:
    panel, rows = live.send_panel, live.send_panel.list
    for text in ("100#00", "200#00", "300#00"):
        add(panel, text)
    rows.setFocus()
    rows.setCurrentIndex(panel.model.index(0, 0))
    qtbot.keyClick(rows, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert column(panel, ID) == ["0x100", "0x100", "0x200", "0x300"]
    assert rows.currentIndex().row() == 1, "the copy"
    qtbot.keyClick(rows, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert column(panel, ID) == ["0x100", "0x200", "0x100", "0x300"]
    assert rows.currentIndex().row() == 2
    qtbot.keyClick(rows, Qt.Key.Key_Delete)
    assert column(panel, ID) == ["0x100", "0x200", "0x300"]
    qtbot.keyClick(rows, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert column(panel, ID) == ["0x100", "0x200", "0x100", "0x300"]
    for _step in range(2):
        panel.undo()
    assert column(panel, ID) == ["0x100", "0x200", "0x300"]
    panel.redo()
    assert len(column(panel, ID)) == 4


def test_what_becomes_of_the_rows_is_told_once(
    qtbot: QtBot, live: LiveBusView, click: Clicker, announcements: list[str], told_focus: list[str]
) -> None:
    panel, rows = live.send_panel, live.send_panel.list
    for text in ("100#00", "200#00"):
        add(panel, text, 50)
    rows.setFocus()
    rows.setCurrentIndex(panel.model.index(0, ID))
    assert panel.model.data(rows.currentIndex(), Qt.ItemDataRole.AccessibleDescriptionRole) == "1 of 2"
    spoken = panel.model.data(rows.currentIndex(), Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "ID 0x100, Type Data, DLC 1, Data 00, Every (ms) 50, Sent 0, Failed 0, Not sent yet"

    def said(step: Callable[[], object]) -> list[str]:
        qtbot.wait(0)
        announcements.clear()
        step()
        qtbot.waitUntil(lambda: bool(announcements))
        return list(announcements)

    assert said(lambda: qtbot.keyClick(rows, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)) == [
        "Sending started"
    ]
    assert said(lambda: qtbot.keyClick(rows, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)) == [
        "Sending stopped"
    ]
    qtbot.keyClick(rows, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(rows, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert announcements == ["Sending stopped"], "rows are told with their places"
    assert said(panel.undo) == ["Undone: Move row"]
    assert said(panel.undo) == ["Undone: Duplicate row"]
    assert said(panel.redo) == ["Redone: Duplicate row"]
    # Tab from the data to the period passes the list without a word.
    qtbot.keyClick(rows, Qt.Key.Key_F2)
    told_focus.clear()
    data = rows.viewport().findChild(QLineEdit, "send_cell_data")
    assert data is not None
    qtbot.keyClick(data, Qt.Key.Key_Tab)
    assert [one for one in told_focus if one] == ["send_cell_period"]
    period = rows.viewport().findChild(QLineEdit, "send_cell_period")
    assert period is not None
    qtbot.keyClick(period, Qt.Key.Key_Escape)


def test_undoing_the_first_row_leaves_the_focus_in_the_table(qtbot: QtBot, live: LiveBusView, click: Clicker) -> None:
    panel, window = live.send_panel, live.window()
    add(panel, "100#00", 50)
    start = click.find(window, "send_all")
    start.setFocus()
    panel.undo()
    assert window.focusWidget() is click.find(window, "send_empty_add")


def test_data_and_period_are_edited_in_the_row_by_keys_and_a_refused_value_stays_with_its_reason(
    qtbot: QtBot, live: LiveBusView
) -> None:
    panel, rows, window = live.send_panel, live.send_panel.list, live.window()
    for text in ("100#00", "200#1122"):
        add(panel, text)

    def editor(name: str) -> QLineEdit:
        (found,) = (one for one in rows.findChildren(QLineEdit, name) if one.isVisible())
        return found

    qtbot.waitUntil(lambda: rows.height() >= rows.rowHeight(0) * 3)  # laid out
    rows.setFocus()
    rows.setCurrentIndex(panel.model.index(1, ID))
    qtbot.keyClick(rows, Qt.Key.Key_F2)
    data = editor("send_cell_data")
    assert (data.text(), data.selectedText(), data.hasFocus()) == ("11 22", "11 22", True)
    assert data.accessibleName() == "Data (hexadecimal)"
    qtbot.keyClicks(data, "aa b")
    qtbot.keyClick(data, Qt.Key.Key_Return)
    refusal = window.findChild(QWidget, "send_cell_refusal")
    assert refusal is not None
    assert [one.text() for one in refusal.findChildren(QLabel)] == [
        "The last byte of the data has one digit instead of two."
    ]
    assert data.accessibleDescription() == "The last byte of the data has one digit instead of two."
    assert data.property("wrong")
    assert (data.text(), column(panel, DATA)) == ("aa b", ["00", "11 22"]), "what was typed stays"
    if folder := os.environ.get("BENCH_SHOTS"):
        QTest.qWait(500)
        window.grab().save(f"{folder}/send-refused.png")
    qtbot.keyClicks(data, "c")
    assert not visible(window, "send_cell_refusal")
    qtbot.keyClick(data, Qt.Key.Key_Down)
    assert rows.currentIndex().row() == 1, "the rows don't move under the field"
    qtbot.keyClick(data, Qt.Key.Key_Tab)
    assert column(panel, DATA) == ["00", "AA BC"]
    period = editor("send_cell_period")
    qtbot.keyClicks(period, "0.1")
    qtbot.keyClick(period, Qt.Key.Key_Return)
    assert period.accessibleDescription().startswith("0.1 ms isn't possible.")
    period.selectAll()
    qtbot.keyClicks(period, "50")
    qtbot.keyClick(period, Qt.Key.Key_Return)
    assert column(panel, PERIOD)[1] == "50"
    assert rows.hasFocus()
    assert not rows.findChildren(QLineEdit, "send_cell_period") or not visible(window, "send_cell_period")
    # Esc leaves the cell as it was; a double click edits the one under the pointer.
    spot = rows.visualRect(panel.model.index(0, DATA)).center()
    qtbot.mouseDClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    qtbot.keyClicks(editor("send_cell_data"), "ff")
    qtbot.keyClick(editor("send_cell_data"), Qt.Key.Key_Escape)
    assert column(panel, DATA) == ["00", "AA BC"]
    assert rows.hasFocus()
    # One undo for each.
    panel.undo()
    assert (column(panel, DATA)[1], column(panel, PERIOD)[1] == "50") == ("AA BC", False)
    panel.undo()
    assert column(panel, DATA)[1] == "11 22"


def test_a_row_that_runs_and_is_removed_is_not_sent_any_more(
    qtbot: QtBot, live: LiveBusView, listener: Capture
) -> None:
    panel = live.send_panel
    add(panel, "5A5#00", 10.0)
    panel.list.setFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: len(heard(listener, 0x5A5)) > 2)
    qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    assert panel._sender is not None
    assert not any(state.running for state in panel._sender.states().values())


def test_a_frame_of_the_trace_is_added_with_its_menu(qtbot: QtBot, live: LiveBusView) -> None:
    live.table.setCurrentIndex(live.model.index(0, 0))
    frame = live.model.row_at(0).frame
    live.command_handlers()["bench.add_to_send_table"].run()
    (row,) = live.send_panel.model.table.rows
    assert (row.frame.id, row.frame.extended, row.frame.timestamp) == (frame.id, frame.extended, None)
    assert live.send_panel.isVisible()


def test_toast_stands_above_the_send_table(qtbot: QtBot, live: LiveBusView, shell: Shell) -> None:
    panel, window = live.send_panel, live.window()
    add(panel, "5A5#00", 10.0)
    qtbot.waitUntil(panel.isVisible)
    shell.context.problems.toast("Done")
    toast = next(one for one in window.findChildren(Toast) if one.isVisible())

    def is_above() -> bool:
        return toast.geometry().bottom() < panel.mapTo(window, QPoint(0, 0)).y()

    qtbot.waitUntil(is_above)


def test_sending_stops_when_the_view_is_left_and_says_so(
    qtbot: QtBot, live: LiveBusView, shell: Shell, listener: Capture
) -> None:
    panel = live.send_panel
    add(panel, "5A5#00", 10.0)
    panel.toggle_all()
    qtbot.waitUntil(lambda: len(heard(listener, 0x5A5)) > 2)
    shell.go("bench/dongles")
    assert panel._sender is not None
    assert not any(state.running for state in panel._sender.states().values())
    qtbot.waitUntil(lambda: "Sending stopped. You left the live bus." in toasts(shell.window()))
    shell.go("bench/live")
    assert column(panel, STATE) == ["You left the live bus"]


def test_sending_stops_when_the_dongle_leaves_and_when_the_bus_is_closed(
    qtbot: QtBot, live: LiveBusView, manager: DeviceManager, simulator: Simulator, click: Clicker
) -> None:
    panel = live.send_panel
    add(panel, "5A5#00", 10.0)
    panel.toggle_all()
    click(live.window(), "live_stop")
    qtbot.waitUntil(lambda: column(panel, STATE) == ["The live bus was closed"])
    assert click.find(live.window(), "send_all").reason == "The live bus is closed."
    qtbot.waitUntil(lambda: click.find(live.window(), "live_start").isEnabled())
    click(live.window(), "live_start")
    qtbot.waitUntil(lambda: manager.live is not None)
    panel.toggle_all()
    qtbot.waitUntil(lambda: int(column(panel, SENT)[0]) > 2)
    simulator.process.kill()
    qtbot.waitUntil(lambda: manager.live is None)
    qtbot.waitUntil(lambda: not column(panel, STATE)[0].startswith("Running"))
    assert column(panel, STATE)[0] not in ("Stopped", "Sent")


def test_a_dongle_that_goes_bus_off_stops_the_table_with_a_notice(
    qtbot: QtBot, live: LiveBusView, simulator: Simulator, shell: Shell
) -> None:
    panel = live.send_panel
    add(panel, "5A5#00", 10.0)
    panel.toggle_all()
    qtbot.waitUntil(lambda: int(column(panel, SENT)[0]) > 2)
    simulator.say("disturb 9999")
    qtbot.waitUntil(lambda: column(panel, STATE)[0] in ("Stopped: error passive", "Stopped: bus off"))
    problems = shell.context.problems  # that of a bus off has its remedy: one of the table would hide it
    qtbot.waitUntil(lambda: problems.has("bench.send-table") or problems.has("bench.bus-off"))
    assert not (problems.has("bench.send-table") and column(panel, STATE)[0] == "Stopped: bus off")


def test_a_row_started_on_a_bus_with_another_bit_rate_stops_at_bus_off_and_cannot_be_started(
    qtbot: QtBot, view: LiveBusView, home: Path, click: Clicker, manager: DeviceManager
) -> None:
    """It was said to run, in green, on a dongle that was bus off: it was error passive before the row was started."""
    with simulated(home, 1, "--traffic", "200", "--bitrate", "250000") as simulator:
        (device_id,) = simulator.ports
        qtbot.waitUntil(lambda: manager.find(device_id) is not None)
        select_dongle(view, device_id)
        click(view.window(), "live_start")
        qtbot.waitUntil(lambda: manager.live is not None)
        live, panel = manager.live, view.send_panel
        assert live is not None
        add(panel, "100#00", 100.0)
        qtbot.waitUntil(lambda: live.capture.counters().bus.error_state is ErrorState.PASSIVE)
        panel.toggle_all()
        assert column(panel, STATE)[0].startswith("Running")
        qtbot.waitUntil(lambda: column(panel, STATE) == ["Stopped: bus off"], timeout=10_000)
        assert panel.model.state_tone(0) == "error"
        refusal = "The dongle is bus off, so it sends nothing. Restart it first."
        qtbot.waitUntil(lambda: click.find(view.window(), "send_all").reason == refusal)
        assert click.find(view.window(), "send_summary").text() == "1 row"
        assert panel.handlers()["bench.toggle_send_row"].why_not() == refusal
        panel.list.setFocus()
        qtbot.keyClick(panel.list, Qt.Key.Key_Space)
        qtbot.waitUntil(lambda: refusal in toasts(view.window()))
        assert column(panel, STATE) == ["Stopped: bus off"]


def test_nothing_is_sent_in_listen_only_and_the_reason_is_said(
    qtbot: QtBot, view: LiveBusView, simulator: Simulator, click: Clicker, manager: DeviceManager, listener: Capture
) -> None:
    first = next(iter(simulator.ports))
    qtbot.waitUntil(lambda: manager.find(first) is not None)
    select_dongle(view, first)
    click(view.window(), "live_listen_only")
    click(view.window(), "live_start")
    qtbot.waitUntil(lambda: manager.live is not None)
    panel = view.send_panel
    add(panel, "5A5#00", 10.0)
    reason = "The live bus was opened to listen only. To send, close it and open it without."
    assert click.find(view.window(), "send_all").reason == reason
    panel.list.setFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: reason in toasts(view.window()))
    assert column(panel, STATE) == ["Not sent yet"]
    assert heard(listener, 0x5A5) == []


def test_tables_are_kept_with_the_dongle_by_name_and_in_files(
    qtbot: QtBot, live: LiveBusView, shell: Shell, tmp_path: Path
) -> None:
    panel = live.send_panel
    add(panel, "5A5#00", 10.0, "One")
    kept = json.loads(shell.context.settings.live_send_tables)
    assert list(kept["dongles"].values()) == [[{"frame": "5A5#00", "name": "One", "period_ms": 10.0}]]
    panel.saved.save("Line 2")
    file = tmp_path / "line.json"
    panel.saved.write(file)
    qtbot.waitUntil(file.exists)
    assert read_table(file) == panel.model.table
    add(panel, "123#00")
    panel.saved.save("Line 2")
    assert len(panel.saved.named["Line 2"].rows) == 2
    panel.saved.read(file)
    qtbot.waitUntil(lambda: column(panel, NAME) == ["One"])
    panel.undo()
    assert column(panel, ID) == ["0x5A5", "0x123"]
    panel.saved.remove("Line 2")
    assert panel.saved.named == {}
    file.write_text("{}")
    panel.saved.read(file)
    qtbot.waitUntil(lambda: shell.context.problems.current is not None)
    assert shell.context.problems.current.what == "“line.json” isn't a send table."


def test_a_frame_that_the_dongle_cannot_send_is_said_in_the_dialog_and_at_the_start(
    qtbot: QtBot, live: LiveBusView, click: Clicker
) -> None:
    panel, window = live.send_panel, live.window()
    panel.add_frame(Frame(0x51E, fd=True, brs=True, data=bytes(12)), "Long", 20.0)
    panel.list.setFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: any("Long: This dongle is set to classic CAN." in one for one in toasts(window)))
    assert column(panel, STATE) == ["Not sent yet"]
    qtbot.keyClick(panel.list, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    assert "set to classic CAN" in dialog_of(window).findChild(Select, "send_row_type").accessibleDescription()
    enter(qtbot, dialog_of(window), "send_row_data", "1")
    click(window, "send_row_save")
    assert dialog_of(window).findChild(QLineEdit, "send_row_data").property("wrong")
    click(window, "send_row_cancel")
    click(window, "confirm_act")  # what was typed is lost
    qtbot.waitUntil(lambda: not visible(window, "send_row"))


def test_the_table_survives_a_change_of_language_with_its_counts(
    qtbot: QtBot, live: LiveBusView, shell: Shell, listener: Capture
) -> None:
    panel = live.send_panel
    add(panel, "5A5#00", None, "One")
    panel.list.setFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: column(panel, SENT) == ["1"])
    state = live.save_state()
    again = LiveBusView(shell.context)
    again.setParent(shell)
    again.restore_state(state)
    assert column(again.send_panel, NAME) == ["One"]
    assert column(again.send_panel, SENT) == ["1"]
    again.deleteLater()
    assert panel.list.mapTo(live, QPoint(0, 0)).y() > live.table.y()

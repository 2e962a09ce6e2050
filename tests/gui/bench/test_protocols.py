"""Protocols in the window: frames have names, messages are listed, and the choice is kept, on a bus and in a file."""

import json
import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from benchboard.canbus.frame import Frame
from benchboard.canbus.protocols.protocol_choice import ProtocolChoice, ProtocolMode
from benchboard.canbus.recording_writer import open_recording
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.frame_rows import ID, NAME, SIGNALS
from benchboard.ui.bench.live_bus_view import LiveBusView
from benchboard.ui.bench.protocols.message_model import FROM, LENGTH, MESSAGE, MOST_LISTED, SAYS, TO, MessageModel
from benchboard.ui.bench.protocols.messages_pane import MessagesPane
from benchboard.ui.bench.recordings_view import RecordingsView
from benchboard.ui.shell.shell import Shell
from benchboard.ui.widgets import Button, Elided
from support.benchsim import Simulator
from support.protocol_frames import broadcast, segmented, stamped
from support.window import Clicker

BEGUN = 1_763_627_400.0
CODES = bytes.fromhex("00ff6e0000015d000306ffffffffffffffffffff")
VIN = bytes.fromhex("62f190") + b"WDB1234567890ABCD"


def truck() -> list[Frame]:
    """Two seconds of a truck and its tester."""
    engine = Frame(0x0CF00400, extended=True, data=bytes.fromhex("f07d920000000f7d"))
    frames = [Frame(0x18EA0BF9, extended=True, data=bytes.fromhex("cafe00")), *broadcast(CODES, 0xFECA, 0)]
    answer = segmented(VIN, 0x7E8)
    frames += [engine, *segmented(b"\x22\xf1\x90", 0x7E0), answer[0], Frame(0x7E0, data=b"\x30\x00\x0a"), *answer[1:]]
    lost = broadcast(bytes(20), 0xFEEB, 3)
    frames += [engine, *lost[:2], lost[3], *segmented(bytes.fromhex("7f2231"), 0x7E8), engine]
    return stamped(frames, BEGUN, 0.05)


def column(model: MessageModel, at: int) -> list[str]:
    return [model.cell(row, at) for row in range(model.rowCount())]


def shoot(shell: Shell, name: str) -> None:
    if folder := os.environ.get("BENCH_SHOTS"):
        before = shell.window().size()
        for mode, size in (("light", (1024, 700)), ("dark", (1440, 900))):
            shell.context.theme.set_appearance(mode)
            shell.window().resize(*size)
            for _turn in range(20):
                QApplication.processEvents()
            shell.window().grab().save(f"{folder}/{name}_{mode}.png")
        shell.window().resize(before)


@pytest.fixture
def opened(qtbot: QtBot, shell: Shell, tmp_path: Path) -> RecordingsView:
    """The page with a recording of a truck."""
    shell.go("bench/recordings")
    (view,) = shell.findChildren(RecordingsView)
    path = tmp_path / "truck.log"
    writer = open_recording(path)
    writer.write(truck())
    writer.close()
    view.open(path)
    qtbot.waitUntil(lambda: view.frames.model.rowCount() == len(truck()))
    return view


@pytest.fixture
def live(qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker) -> LiveBusView:
    """The live bus of a simulated dongle, open and with frames."""
    shell.go("bench/live")
    qtbot.waitUntil(lambda: click.find(shell.window(), "live_start").isEnabled())
    click(shell.window(), "live_start")
    (view,) = shell.findChildren(LiveBusView)
    qtbot.waitUntil(lambda: view.model.rowCount() >= 6)
    return view


def choose(view: LiveBusView | RecordingsView, mode: ProtocolMode) -> None:
    bar = view.filter_bar if isinstance(view, LiveBusView) else view.frames.filter_bar
    bar.protocol.choose(ProtocolChoice(mode))


def test_recording_names_frames_and_lists_the_messages_of_its_protocol(
    qtbot: QtBot, shell: Shell, opened: RecordingsView, click: Clicker
) -> None:
    frames, messages = opened.frames, opened.frames.messages
    assert frames.table.isColumnHidden(NAME)
    assert messages.isHidden()
    click(shell.window(), "recording_protocol")
    click(shell.window(), "recording_protocol_j1939")
    qtbot.waitUntil(lambda: messages.model.rowCount() == 3)
    assert click.find(shell.window(), "recording_protocol").text() == "J1939"
    assert messages.isVisible()
    assert column(messages.model, MESSAGE) == ["RQST", "DM1", "CI"]
    assert column(messages.model, FROM) == ["0xF9", "0x00", "0x03"]
    assert column(messages.model, TO) == ["0x0B", "all", "all"]
    assert column(messages.model, LENGTH) == ["3", "20", "20"]
    assert column(messages.model, SAYS) == [
        "DM1",
        "SPN 110 FMI 0 (data above normal range, most severe) × 1, SPN 93 FMI 3 (voltage above normal) × 6",
        "incomplete, 7 of 20 bytes: a frame is missing or out of order",
    ]
    assert not frames.table.isColumnHidden(NAME)
    assert frames.table.isColumnHidden(SIGNALS)
    assert frames.model.cell(0, NAME) == "RQST DM1 · from 0xF9 to 0x0B"
    shoot(shell, "recording_j1939")


def test_recording_enter_goes_to_the_frame_and_ctrl_c_copies_all_bytes(qtbot: QtBot, opened: RecordingsView) -> None:
    choose(opened, ProtocolMode.ISOTP)
    messages = opened.frames.messages
    qtbot.waitUntil(lambda: messages.model.rowCount() == 3)
    messages.list.setCurrentIndex(messages.model.index(1, 0))
    messages.list.setFocus()
    qtbot.keyClick(messages.list, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QApplication.clipboard().text()
    assert "VIN (0xF190) = “WDB1234567890ABCD”, block size 0, STmin 10 ms" in copied
    assert copied.endswith(VIN.hex(" ").upper())
    qtbot.keyClick(messages.list, Qt.Key.Key_Return)
    table = opened.frames.table
    qtbot.waitUntil(table.hasFocus)
    assert opened.frames.model.cell(table.current_row(), NAME) == "Consecutive frame 2"


def test_recording_keeps_its_protocol_and_filters_its_messages(
    qtbot: QtBot, shell: Shell, opened: RecordingsView
) -> None:
    choose(opened, ProtocolMode.J1939)
    messages = opened.frames.messages
    qtbot.waitUntil(lambda: messages.model.rowCount() == 3)
    opened.frames.filter_bar.set_text("pgn:65226 src:0")
    qtbot.waitUntil(lambda: messages.model.rowCount() == 1)
    assert column(messages.model, MESSAGE) == ["DM1"]
    recording = opened.recording
    assert recording is not None
    assert json.loads(shell.context.settings.protocols) == {str(recording.path): "j1939"}
    opened.show_recording(None)
    opened.show_recording(recording)
    qtbot.waitUntil(lambda: messages.model.rowCount() == 3)
    renamed = recording.path.with_name("lorry.log")
    recording.path.rename(renamed)
    opened.folder.renamed.emit(recording.path, renamed)
    assert json.loads(shell.context.settings.protocols) == {str(renamed): "j1939"}
    choose(opened, ProtocolMode.NONE)
    assert shell.context.settings.protocols == ""
    assert messages.isHidden()


def test_recording_pairs_are_asked_for_and_what_is_wrong_with_them_is_said(
    qtbot: QtBot, shell: Shell, opened: RecordingsView, click: Clicker
) -> None:
    click(shell.window(), "recording_protocol")
    click(shell.window(), "recording_protocol_pairs")
    field = click.find(shell.window(), "recording_pairs")
    assert isinstance(field, QLineEdit)
    field.setText("7E0")
    shoot(shell, "recording_pairs")
    click(shell.window(), "recording_pairs_apply")
    assert "isn't a pair of IDs" in field.accessibleDescription()
    field.setText("7E0:7E8")
    click(shell.window(), "recording_pairs_apply")
    qtbot.waitUntil(lambda: opened.frames.messages.model.rowCount() == 3)
    assert opened.frames.filter_bar.protocol.choice.text == "isotp normal 7E0:7E8"


def test_recording_guess_says_that_it_is_one(qtbot: QtBot, shell: Shell, opened: RecordingsView) -> None:
    choose(opened, ProtocolMode.AUTO)
    messages, button = opened.frames.messages, opened.frames.filter_bar.protocol
    qtbot.waitUntil(lambda: messages.model.rowCount() == 6)
    assert button.text() == "Guessed: J1939, ISO-TP"
    assert "The protocol is guessed." in messages.findChild(Elided, "recording_messages_summary").text()
    assert opened.frames.model.cell(0, NAME) == "RQST DM1 (guessed) · from 0xF9 to 0x0B"
    shoot(shell, "recording_guess")


def test_live_bus_lists_messages_and_keeps_the_protocol_of_the_dongle(
    qtbot: QtBot, shell: Shell, live: LiveBusView, manager: DeviceManager, announcements: list[str]
) -> None:
    choose(live, ProtocolMode.J1939)
    assert manager.live is not None
    for frame in truck():
        manager.live.capture.request_send(frame._replace(timestamp=None))
    model = live.messages.model
    qtbot.waitUntil(lambda: column(model, MESSAGE) == ["RQST", "DM1", "CI"])
    qtbot.waitUntil(
        lambda: "EEC1 · from 0x00 to all" in [live.model.cell(at, NAME) for at in range(live.model.rowCount())]
    )
    assert live.messages in live.panes()
    assert json.loads(shell.context.settings.protocols) == {manager.live.device_id: "j1939"}
    shoot(shell, "live_j1939")
    row = model.rowCount() - 1
    live.messages.list.setCurrentIndex(model.index(row, 0))
    live.messages.list.setFocus()
    qtbot.keyClick(live.messages.list, Qt.Key.Key_Return)
    qtbot.waitUntil(live.table.hasFocus)
    assert live.model.cell(live.table.current_row(), ID).endswith("EBFF03")
    qtbot.keyClick(live, Qt.Key.Key_M)
    assert live.messages.isHidden()
    live.command_handlers()["bench.show_messages"].run()
    assert live.messages.list.hasFocus()
    live.send_panel.toggle()
    assert live.messages.isHidden()


def test_messages_are_bounded_and_the_latest_stay_in_sight(qtbot: QtBot) -> None:
    from benchboard.canbus.protocols.messages import Protocol, ProtocolMessage
    from benchboard.ui.bench.protocols.message_model import ListedMessage

    pane = MessagesPane(place="live")
    qtbot.addWidget(pane)
    pane.show_open(True)
    batch = [
        ListedMessage(ProtocolMessage(Protocol.ISOTP, 0x7E0, False, bytes([0x3E, 0]), 2, source=place), None)
        for place in range(MOST_LISTED + 10)
    ]
    pane.model.add(batch[:5])
    pane.model.add(batch[5:])
    assert pane.model.rowCount() == MOST_LISTED
    assert column(pane.model, FROM)[0] == "0x00A"
    large = ProtocolMessage(Protocol.ISOTP, 0x7E0, False, bytes(1_000_000), 1_000_000)
    pane.model.add([ListedMessage(large, None)] * 5)
    assert pane.model.rowCount() < 5


def test_button_of_a_bus_without_a_protocol_says_so(live: LiveBusView, click: Clicker, shell: Shell) -> None:
    button = click.find(shell.window(), "live_protocol")
    assert isinstance(button, Button)
    assert button.text() == "Protocol"
    assert live.command_handlers()["bench.show_messages"].why_not() == "Choose a protocol first."


def test_recording_another_protocol_is_undone_and_redone(qtbot: QtBot, shell: Shell, opened: RecordingsView) -> None:
    button, problems = opened.frames.filter_bar.protocol, shell.context.problems
    button.choose(ProtocolChoice(ProtocolMode.J1939))
    button.choose(ProtocolChoice(ProtocolMode.CANOPEN))
    problems.undo_last()
    assert button.choice.mode is ProtocolMode.J1939
    problems.undo_last()
    assert button.choice.mode is ProtocolMode.NONE
    problems.redo_last()
    assert button.choice.mode is ProtocolMode.J1939


def test_live_bus_another_protocol_is_undone_by_ctrl_z_and_said(
    qtbot: QtBot, live: LiveBusView, announcements: list[str]
) -> None:
    button = live.filter_bar.protocol
    live.table.setFocus()
    button.choose(ProtocolChoice(ProtocolMode.J1939))
    assert "Protocol: J1939. Undo: Ctrl Z" in announcements
    button.choose(ProtocolChoice(ProtocolMode.J1939))
    assert announcements[-1] == "Protocol: J1939", "it was before"
    live.command_handlers()["bench.undo_send_table"].run()
    assert button.choice.mode is ProtocolMode.NONE
    live.command_handlers()["bench.redo_send_table"].run()
    assert button.choice.mode is ProtocolMode.J1939

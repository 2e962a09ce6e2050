"""Pairing a dongle in the wizard by mouse and keys, and what remains when it is interrupted."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from benchboard.canbus.link import Port
from benchboard.dongles import provisioning
from benchboard.dongles.firmware_detection import DongleInfo
from benchboard.dongles.fleet import DongleRecord
from benchboard.dongles.protocol import OwnershipState
from benchboard.dongles.provisioning import PairingStep
from benchboard.errors import Conflict
from benchboard.paging import Listing
from benchboard.storage.models.identity import AuditLog
from benchboard.ui.bench.device_manager import DeviceManager, LiveBus
from benchboard.ui.bench.dongle_counter import DongleCounter
from benchboard.ui.bench.dongle_rows import DongleCounts
from benchboard.ui.bench.dongles_view import DonglesView
from benchboard.ui.bench.pairing_graphics import DongleChoice, DonglePicture, PairingOverview
from benchboard.ui.bench.pairing_pages import ClaimPage, IdentifyPage
from benchboard.ui.bench.pairing_wizard import PairingWizard
from benchboard.ui.bench.port_scanner import DetectedDevice
from benchboard.ui.shell.shell import Shell
from benchboard.ui.theme import Theme
from benchboard.ui.widgets import Select, Text, Toolbar
from benchboard.ui.widgets.tab_order import tab_stops
from support.benchsim import Simulator, simulated
from support.databases import unbound
from support.window import Clicker, visible


def test_each_step_is_told_with_the_button_that_enter_presses(
    qtbot: QtBot, shell: Shell, click: Clicker, manager: DeviceManager, announcements: list[str]
) -> None:
    window = shell.window()
    click(window, "bench_simulate_empty")
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    click(window, "banner_action")

    def told(sentence: str) -> None:
        qtbot.waitUntil(lambda: sentence in announcements)

    wizard = click.find(window, "pairing_wizard")
    forward = click.find(window, "pair_next")
    first = "Step 1 of 6: Find. Dongles that aren't paired. Select the one to pair. Selected: Dongle "
    last = "Identify dongle, button"
    qtbot.waitUntil(lambda: any(one.startswith(first) and one.endswith(last) for one in announcements))
    focused: list[str] = []

    def note(_before: QWidget | None, now: QWidget | None) -> None:
        focused.append(now.accessibleName() if now is not None else "")

    application = QApplication.instance()
    assert isinstance(application, QApplication)
    application.focusChanged.connect(note)
    qtbot.keyClick(forward, Qt.Key.Key_Return)
    asked = "Step 2 of 6: Identify. Is this the dongle to pair? "  # then its facts
    qtbot.waitUntil(lambda: any(one.startswith(asked) and one.endswith("dongle, button") for one in announcements))
    qtbot.keyClick(forward, Qt.Key.Key_Return)
    told("Step 3 of 6: Pair")  # the dongle's button is next
    qtbot.waitUntil(lambda: visible(wizard, "pair_press"))
    click(window, "pair_press")
    rate = "Choose a bit rate. Every node on the bus needs the same bit rate. Bit rate: 500 kbit/s."
    data = " CAN FD data bit rate: None (classic CAN)"
    told(f"Step 4 of 6: Bit timing. {rate}{data}. Keep this bit timing, button")
    assert sum(one.endswith(" is paired.") for one in announcements) == 1, "at the press"
    qtbot.keyClick(forward, Qt.Key.Key_Return)
    test = "Test the dongle on the bus. The dongle listens to the bus for 3 seconds."
    arrive = " If frames arrive without errors, it can read this bus. Start test, button"
    told(f"Step 5 of 6: Test on the bus. {test}{arrive}")
    qtbot.keyClick(forward, Qt.Key.Key_Return)
    # Its field takes the focus, which a screen reader is told of, as soon as the page is shown.
    qtbot.waitUntil(lambda: any(one.startswith("Step 6 of 6: Name. The dongle is paired.") for one in announcements))
    application.focusChanged.disconnect(note)
    assert "Write and verify" not in focused, "what the button does was said after its focus"
    assert "Done" not in focused


def test_pairing_with_the_windows_own_simulator_completes(
    qtbot: QtBot, shell: Shell, click: Clicker, manager: DeviceManager, dongles: Callable[[], list[DongleRecord]]
) -> None:
    window = shell.window()
    click(window, "bench_simulate_empty")
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    click(window, "banner_action")
    click(window, "pair_next")
    places = [_picture_place(qtbot, window)]
    click(window, "pair_next")
    places.append(_picture_place(qtbot, window))
    (overview,) = window.findChildren(PairingOverview)
    assert {slot.accessibleName().partition(", ")[2] for slot in overview.slots} == {"Pairing now", "Not paired"}
    click(window, "pair_press")
    qtbot.waitUntil(lambda: visible(window, "pair_bitrate"))
    assert overview.isHidden(), "the bit rate needs the room"
    rate = click.find(window, "pair_bitrate")
    rate.setFocus()
    qtbot.keyClick(rate, Qt.Key.Key_Up)
    click(window, "pair_next")
    qtbot.waitUntil(lambda: dongles()[0].config.bitrate == 250_000)
    # The simulated bus has 500 kbit/s: the test fails, in words, and a button leads back to the bit rate.
    click(window, "pair_next")
    qtbot.waitUntil(click.find(window, "pair_back").isEnabled)
    words = " ".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())
    assert re.search(r"[1-9]\d* errors on the bus", words)
    advice = "This dongle runs at 250 kbit/s. Go back and choose the bus's bit rate, or check wiring and termination."
    assert advice in words
    wizard = window.findChild(PairingWizard)
    assert wizard._test_page.steps.marks == ("done", "failed", "todo")
    assert wizard.stepper.caption(3) == "Set to 250 kbit/s"
    assert not visible(window, "pair_name")
    click(window, "pair_back")
    qtbot.waitUntil(lambda: visible(window, "pair_bitrate"))
    rate.setFocus()
    qtbot.keyClick(rate, Qt.Key.Key_Down)
    click(window, "pair_next")
    qtbot.waitUntil(lambda: dongles()[0].config.bitrate == 500_000)
    click(window, "pair_next")
    qtbot.waitUntil(lambda: visible(window, "pair_name"))
    words = " ".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())
    assert re.search(r"[1-9]\d* frames in 3 s, no errors\.", words)
    places.append(_picture_place(qtbot, window))
    assert len({(place.x(), place.y()) for place in places}) == 1, "the picture stays where it is from step to step"
    qtbot.keyClicks(click.find(window, "pair_name"), "Conveyor A, node 3")
    click(window, "pair_another")
    qtbot.waitUntil(lambda: dongles()[0].name is not None)
    # The name is stored before the window is notified.
    qtbot.waitUntil(lambda: sum(one.isVisible() for one in window.findChildren(DongleChoice)) == 1)
    click(window, "pair_close")
    qtbot.waitUntil(lambda: not visible(window, "pairing_wizard"))
    (found,) = dongles()
    assert (found.name, found.ownership_state, found.identity_kind) == (
        "Conveyor A, node 3",
        "CLAIMED_ACTIVE",
        "proven",
    )
    assert found.key_version == 1
    with unbound(shell.context.workspace.database).read() as session:
        events = set(session.scalars(select(AuditLog.event_type).where(AuditLog.resource_id == found.id)))
    assert {"dongle.claim", "dongle.configure", "dongle.rename"} <= events
    qtbot.waitUntil(lambda: shell.context.status.text("dongles") == "2 of 2 dongles connected")


def _picture_place(qtbot: QtBot, window: QWidget) -> QPoint:
    """Where the picture of the dongle is in the window, once the page with it is shown and laid out."""

    def pictures() -> list[DonglePicture]:
        return [one for one in window.findChildren(DonglePicture) if one.isVisible()]

    qtbot.waitUntil(lambda: len(pictures()) == 1)
    window.grab()
    return pictures()[0].mapTo(window, QPoint(0, 0))


def test_pairing_with_a_failed_and_skipped_bus_test_recalls_the_failure_at_the_end(
    qtbot: QtBot, shell: Shell, click: Clicker, manager: DeviceManager, dongles: Callable[[], list[DongleRecord]]
) -> None:
    window = shell.window()
    click(window, "bench_simulate_empty")
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    click(window, "banner_action")
    click(window, "pair_next")
    click(window, "pair_next")
    click(window, "pair_press")
    qtbot.waitUntil(lambda: visible(window, "pair_bitrate"))
    wizard = window.findChild(PairingWizard)
    qtbot.keyClick(click.find(window, "pair_bitrate"), Qt.Key.Key_Up)
    click(window, "pair_next")
    qtbot.waitUntil(lambda: visible(window, "pair_skip") and wizard.stepper.caption(3) == "Set to 250 kbit/s")
    click(window, "pair_next")
    qtbot.waitUntil(click.find(window, "pair_back").isEnabled)
    assert click.find(window, "pair_skip").text() == "Continue anyway"
    click(window, "pair_back")
    qtbot.waitUntil(lambda: click.find(window, "pair_next").text() == "Keep this bit timing")
    click(window, "pair_next")
    # This wizard changed it, and the test that failed hasn't started again.
    assert wizard.stepper.caption(3) == "Set to 250 kbit/s"
    assert wizard._test_page.steps.marks == ("todo", "todo", "todo")
    click(window, "pair_skip")
    qtbot.waitUntil(lambda: visible(window, "pair_name"))
    words = " ".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())
    assert re.search(r"The bus test failed: \S+ errors on the bus\. This dongle runs at 250 kbit/s\.", words)
    assert "can't read it until its bit timing or the wiring is right" in words
    assert (wizard.stepper.caption(4), wizard.stepper.failed, wizard.stepper.without_result) == ("Failed", {4}, set())
    click(window, "pair_close")


def test_pairing_at_a_wrong_bit_rate_detects_that_of_the_bus_and_writes_a_data_phase(
    qtbot: QtBot,
    shell: Shell,
    click: Clicker,
    manager: DeviceManager,
    dongles: Callable[[], list[DongleRecord]],
    announcements: list[str],
) -> None:
    window = shell.window()
    click(window, "bench_simulate_empty")
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    click(window, "banner_action")
    click(window, "pair_next")
    click(window, "pair_next")
    click(window, "pair_press")
    qtbot.waitUntil(lambda: visible(window, "pair_bitrate"))
    qtbot.keyClick(click.find(window, "pair_bitrate"), Qt.Key.Key_Up)
    click(window, "pair_next")
    wizard = window.findChild(PairingWizard)
    qtbot.waitUntil(lambda: visible(window, "pair_skip") and wizard.stepper.caption(3) == "Set to 250 kbit/s")
    assert not visible(window, "pair_detect")
    click(window, "pair_next")
    qtbot.waitUntil(lambda: visible(window, "pair_detect"))
    click(window, "pair_detect")
    qtbot.waitUntil(lambda: visible(window, "pair_bitrate"))
    assert wizard._hint.text() == "The bus runs at 500 kbit/s."
    assert wizard._bitrate_page.planned.bitrate == 500_000
    assert dongles()[0].config.bitrate == 250_000, "detecting writes nothing"
    data = click.find(window, "pair_data_bitrate")
    assert isinstance(data, Select)
    data.setCurrentIndex(data.findData("2000000"))
    solved = click.find(window, "pair_solved")
    assert isinstance(solved, QLabel)
    assert "Arbitration phase: sample point 87.5 %, " in solved.text()
    assert re.search(r"Data phase: sample point [\d.]+ %, \d+ time quanta of [\d.]+ ns, prescaler ", solved.text())
    announcements.clear()
    click(window, "pair_next")
    qtbot.waitUntil(lambda: "The bit timing is written and verified." in announcements)
    qtbot.waitUntil(lambda: dongles()[0].config.fd_enabled)
    config = dongles()[0].config
    assert (config.bitrate, config.data_bitrate, config.tdc_enabled) == (500_000, 2_000_000, True)
    qtbot.waitUntil(lambda: wizard.stepper.caption(3) == "Set to 500 kbit/s / 2 Mbit/s")
    click(window, "pair_next")
    qtbot.waitUntil(lambda: visible(window, "pair_name"))
    click(window, "pair_close")


def test_pairing_from_a_dongles_details_begins_with_its_identification(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, manager: DeviceManager
) -> None:
    window, device_id = shell.window(), max(simulator.ports)
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    (view,) = shell.findChildren(DonglesView)
    qtbot.waitUntil(lambda: view.table.make_current(device_id))
    qtbot.waitUntil(lambda: visible(window, "bench_detail_pair"))
    click(window, "bench_detail_pair")
    wizard = window.findChild(PairingWizard)
    assert wizard.heading.text().startswith("Identify Dongle ")
    assert wizard._device.device_id == device_id
    click(window, "pair_back")
    assert wizard.heading.text() == "Find"
    click(window, "pair_close")


def test_pairing_on_a_silent_bus_says_that_nothing_was_tested(
    qtbot: QtBot, shell: Shell, home: Path, click: Clicker, manager: DeviceManager
) -> None:
    window = shell.window()
    with simulated(home):
        qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 1)
        click(window, "banner_action")
        click(window, "pair_next")
        click(window, "pair_next")
        qtbot.waitUntil(lambda: visible(window, "pair_bitrate"))  # its button presses itself
        click(window, "pair_next")
        wizard = window.findChild(PairingWizard)

        def words() -> str:
            return " ".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())

        silence = "No frames arrived in 3 s, so bit timing and wiring aren't verified."
        advice = f"{silence} Check that another node is sending, then test again."
        for button in ("Start test", "Test again"):
            assert click.find(window, "pair_next").text() == button
            click(window, "pair_next")
            assert advice not in words()
            qtbot.waitUntil(lambda: advice in words())
            assert wizard.stepper.caption(4) == "No frames received"
            assert wizard._test_page.steps.marks == ("done", "unverified", "done")
        assert (click.find(window, "pair_skip").text(), visible(window, "pair_back")) == ("Continue", True)
        click(window, "pair_skip")
        qtbot.waitUntil(lambda: visible(window, "pair_name"))
        assert silence in words()
        assert wizard.stepper.caption(4) == "No frames received"
        assert wizard.stepper.without_result == {4}  # no green check
        click(window, "pair_close")


def test_pairing_closed_while_waiting_claims_nothing_until_repeated(
    qtbot: QtBot,
    simulator: Simulator,
    dongles: Callable[[], list[DongleRecord]],
    at_the_button: Callable[[], PairingWizard],
    pair_one: Callable[[], str],
) -> None:
    wizard = at_the_button()
    device_id = wizard._device.device_id
    qtbot.keyClick(wizard, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: [one.ownership_state for one in dongles()] == ["UNCLAIMED"])
    assert simulator.persistent(device_id).state == OwnershipState.UNCLAIMED
    assert pair_one() == device_id
    assert simulator.persistent(device_id).state == OwnershipState.CLAIMED_ACTIVE
    assert [one.ownership_state for one in dongles()] == ["CLAIMED_ACTIVE"]


def test_back_from_the_wait_for_the_button_stops_the_claim_and_closing_says_that_nothing_was_paired(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    click: Clicker,
    dongles: Callable[[], list[DongleRecord]],
    at_the_button: Callable[[], PairingWizard],
    announcements: list[str],
) -> None:
    """There was no way back, and closing said nothing."""
    wizard, window = at_the_button(), shell.window()
    device_id, stopped = wizard._device.device_id, "Pairing stopped; nothing was paired."
    click(window, "pair_back")
    assert wizard.heading.text().startswith("Identify Dongle")
    assert stopped in announcements
    qtbot.waitUntil(lambda: [one.ownership_state for one in dongles()] == ["UNCLAIMED"])
    forward = click.find(window, "pair_next")
    assert forward.isEnabled()
    assert not visible(wizard, "pair_problem")
    click(window, "pair_next")
    qtbot.waitUntil(lambda: wizard.steps.marks[3] == "now")
    announcements.clear()
    click(window, "pair_close")
    assert stopped in announcements
    qtbot.waitUntil(lambda: simulator.persistent(device_id).state == OwnershipState.UNCLAIMED)


def test_words_of_each_step_are_a_stop_and_the_main_button_comes_before_skip(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, at_the_button: Callable[[], PairingWizard]
) -> None:
    wizard, window = at_the_button(), shell.window()
    simulator.say(f"press {list(simulator.ports).index(wizard._device.device_id) + 1}")
    forward, back = (click.find(window, name) for name in ("pair_next", "pair_back"))
    qtbot.waitUntil(lambda: visible(wizard, "pair_bitrate") and forward.isEnabled())
    assert not back.isEnabled()
    assert back.reason == "The dongle is paired, which can't be undone here."

    def stops() -> list[str]:
        return [one.objectName() for one in tab_stops(wizard)]

    assert {"pair_words", "pair_solved", "pair_bitrate"} <= set(stops())
    click(window, "pair_next")
    qtbot.waitUntil(lambda: visible(wizard, "pair_skip") and back.isEnabled())
    assert stops()[-3:] == ["pair_next", "pair_back", "pair_skip"]
    assert "pair_words" in stops()
    click(window, "pair_skip")
    click(window, "pair_back")
    qtbot.waitUntil(lambda: forward.text() == "Start test")
    click(window, "pair_back")
    qtbot.waitUntil(lambda: visible(wizard, "pair_bitrate"))
    click(window, "pair_close")
    assert wizard.closing_text.endswith(" is paired.")


def test_pairing_dongle_unplugged_while_claimed_reports_it(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    dongles: Callable[[], list[DongleRecord]],
    at_the_button: Callable[[], PairingWizard],
) -> None:
    window, wizard = shell.window(), at_the_button()
    simulator.process.kill()
    qtbot.waitUntil(lambda: visible(window, "pair_problem"))
    words = window.findChild(QWidget, "pair_problem").label.text()
    assert "disconnected. Its simulated port is no longer available." in words or "respond" in words
    assert wizard.steps.marks == ("done", "done", "done", "failed", "todo", "todo")
    assert not wizard._claim_page.picture.blinking
    assert wizard._hint.text() == ""
    assert [one.ownership_state for one in dongles()] == ["UNCLAIMED"]


@pytest.mark.parametrize("is_tested", [False, True])
def test_wizard_of_a_dongle_that_another_program_released_says_so_and_begins_again(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    manager: DeviceManager,
    click: Clicker,
    at_the_button: Callable[[], PairingWizard],
    is_tested: bool,
) -> None:
    """It went on to say that only people in this organisation can change it."""
    window, wizard = shell.window(), at_the_button()
    simulator.say("press 1")
    simulator.say("press 2")
    qtbot.waitUntil(lambda: visible(window, "pair_bitrate"))
    if is_tested:
        for button in ("pair_next", "pair_skip"):
            click(window, button)
        qtbot.waitUntil(lambda: visible(window, "pair_name"))
    device_id, context = wizard.paired_id, shell.context
    assert device_id is not None
    data_key = context.workspace.data_keys.of(context.actor.organisation_id)
    with manager.device(simulator.ports[device_id]) as device:
        provisioning.release(context.database, context.actor, data_key, device)
    qtbot.waitUntil(lambda: visible(window, "pair_problem"))
    words = window.findChild(QWidget, "pair_problem").label.text()
    assert words == "It was released meanwhile. Pair it again."
    assert wizard.paired_id is None
    assert not any(visible(window, name) for name in ("pair_name", "pair_skip", "pair_another"))
    assert wizard._next_button.text() == "Pair again"
    click(window, "pair_next")
    qtbot.waitUntil(lambda: wizard.steps.marks[3] == "now")
    simulator.say("press 1")
    simulator.say("press 2")
    qtbot.waitUntil(lambda: visible(window, "pair_bitrate"))
    assert wizard.paired_id == device_id


def test_pairing_dongle_that_restarts_while_claimed_says_so(
    qtbot: QtBot, shell: Shell, simulator: Simulator, at_the_button: Callable[[], PairingWizard]
) -> None:
    """It said that the button wasn't pressed in time."""
    window, wizard = shell.window(), at_the_button()
    for number in (1, 2):
        simulator.say(f"cut {number}")
    qtbot.waitUntil(lambda: visible(window, "pair_problem"))
    words = window.findChild(QWidget, "pair_problem").label.text()
    assert words.startswith("The pairing was interrupted. The dongle restarted")
    (overview,) = window.findChildren(PairingOverview)
    assert "Pairing failed" in {slot.accessibleName().partition(", ")[2].partition(",")[0] for slot in overview.slots}
    assert wizard.steps.marks == ("done", "done", "done", "failed", "todo", "todo")


def test_bus_test_of_a_dongle_that_restarts_fails_and_can_be_repeated(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    click: Clicker,
    at_the_button: Callable[[], PairingWizard],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It counted the frames until then, and passed."""
    opened: list[LiveBus] = []
    open_bus = DeviceManager.open_bus

    def keep(manager: DeviceManager, detected: DetectedDevice, title: str) -> LiveBus:
        opened.append(open_bus(manager, detected, title))
        return opened[-1]

    monkeypatch.setattr(DeviceManager, "open_bus", keep)
    window, wizard = shell.window(), at_the_button()
    simulator.say("press 1")
    simulator.say("press 2")
    qtbot.waitUntil(lambda: visible(window, "pair_bitrate"))
    click(window, "pair_next")
    qtbot.waitUntil(lambda: wizard._stack.currentIndex() == 4)
    click(window, "pair_next")
    qtbot.waitUntil(lambda: bool(opened))
    bus = opened[0].capture
    qtbot.waitUntil(lambda: bus.counters().frames > 0 and bus.counters().bus.error_state is not None)
    for number in (1, 2):
        simulator.say(f"cut {number}")
    qtbot.waitUntil(lambda: visible(window, "pair_problem"))
    words = window.findChild(QWidget, "pair_problem").label.text()
    assert words.startswith("The dongle restarted. This closed its bus.")
    click(window, "pair_next")
    qtbot.waitUntil(lambda: visible(window, "pair_name"))


def test_rename_in_place_is_undone(
    qtbot: QtBot,
    shell: Shell,
    click: Clicker,
    dongles: Callable[[], list[DongleRecord]],
    pair_one: Callable[[], str],
    announcements: list[str],
) -> None:
    window = shell.window()
    pair_one()
    qtbot.waitUntil(lambda: visible(window, "bench_rename_start"))
    click(window, "bench_rename_start")
    edit = click.find(window, "bench_rename")
    qtbot.keyClicks(edit, "Brake rig")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dongles()[0].name == "Brake rig")
    assert QApplication.focusWidget() is click.find(window, "bench_rename_start")
    click(window, "toast_undo")
    qtbot.waitUntil(lambda: dongles()[0].name is None)
    qtbot.waitUntil(lambda: announcements[-1].startswith("Undone: it is named Dongle "))
    click(window, "toast_action")
    qtbot.waitUntil(lambda: dongles()[0].name == "Brake rig")


def test_a_name_that_was_typed_is_kept_by_tab_and_not_by_escape(
    qtbot: QtBot,
    shell: Shell,
    click: Clicker,
    dongles: Callable[[], list[DongleRecord]],
    pair_one: Callable[[], str],
) -> None:
    """Tab left the field and dropped what was typed, in silence."""
    window = shell.window()
    pair_one()
    qtbot.waitUntil(lambda: visible(window, "bench_rename_start"))
    click(window, "bench_rename_start")
    edit = click.find(window, "bench_rename")
    qtbot.keyClicks(edit, "Door rig")
    qtbot.keyClick(edit, Qt.Key.Key_Escape)
    assert not edit.isVisible()
    assert QApplication.focusWidget() is click.find(window, "bench_rename_start")
    click(window, "bench_rename_start")
    qtbot.keyClicks(edit, "Brake rig")
    qtbot.keyClick(edit, Qt.Key.Key_Tab)
    assert not edit.isVisible()
    qtbot.waitUntil(lambda: dongles()[0].name == "Brake rig")


def test_pairing_by_a_command_updates_the_window(
    qtbot: QtBot, shell: Shell, home: Path, simulator: Simulator, manager: DeviceManager
) -> None:
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    device_id, port = next(iter(simulator.ports.items()))
    environment = {**os.environ, "BENCHBOARD_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "benchboard", "dongle", "pair", "--port", port, "--yes"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as pairing:
        assert any("Press the button" in line for line in pairing.stderr)
        simulator.say(f"press {list(simulator.ports).index(device_id) + 1}")
        pairing.stderr.read()
    assert pairing.returncode == 0

    def known() -> bool:
        here = manager.find(device_id)
        return here is not None and here.info is not None and here.info.ownership_state == "CLAIMED_ACTIVE"

    qtbot.waitUntil(known)
    # Counts and banner follow the registry and the ports, whichever of them changed.
    problems, toolbar = shell.context.problems, shell.findChild(Toolbar)
    assert toolbar is not None
    qtbot.waitUntil(
        lambda: problems.current is not None and problems.current.what.startswith("New simulated dongle: Dongle ")
    )
    qtbot.waitUntil(lambda: toolbar.count() == "2 of 2 connected")
    simulator.process.kill()
    qtbot.waitUntil(lambda: toolbar.count() == "0 of 1 connected")
    qtbot.waitUntil(lambda: problems.current is None)
    assert shell.context.status.text("dongles") == "No dongle connected, 1 paired"


def test_dongles_plugged_and_unplugged_appear_and_disappear(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, manager: DeviceManager
) -> None:
    window = shell.window()
    qtbot.waitUntil(lambda: len(manager.devices) == 2)
    table = click.find(window, "bench_dongles_table")
    qtbot.waitUntil(lambda: table.model().rowCount() == 2)
    simulator.process.kill()
    qtbot.waitUntil(lambda: len(manager.devices) == 0)
    qtbot.waitUntil(lambda: visible(window, "bench_simulate_empty"))
    qtbot.waitUntil(lambda: shell.context.problems.current is None)  # the counts are read after the list


def test_pairing_by_enter_alone_completes(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    click: Clicker,
    manager: DeviceManager,
    dongles: Callable[[], list[DongleRecord]],
) -> None:
    window = shell.window()
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    click(window, "bench_pair")
    wizard, forward = click.find(window, "pairing_wizard"), click.find(window, "pair_next")

    def at(title: str) -> None:
        qtbot.waitUntil(lambda: forward.text() == title and forward.isEnabled())
        focus = QApplication.focusWidget()
        assert focus is forward or focus.objectName() == "pair_name"

    def enter() -> None:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)

    at("Identify dongle")
    enter()
    at("Pair this dongle")
    chosen = wizard._device
    click(window, "pair_back")
    at("Identify dongle")
    assert wizard._device.key == chosen.key
    enter()
    at("Pair this dongle")
    enter()
    qtbot.waitUntil(lambda: wizard.steps.marks[3] == "now")
    assert QApplication.focusWidget() is not wizard.close_button
    simulator.say(f"press {list(simulator.ports).index(wizard._device.device_id) + 1}")
    at("Keep this bit timing")
    assert wizard.stepper.caption(3) == "Written or kept as it is"
    enter()
    at("Start test")
    assert wizard.stepper.caption(3) == "Kept as it was"
    enter()
    at("Done")
    captions = [wizard.stepper.caption(step) for step in (1, 2)]
    assert captions == ["Its light blinked", "Button pressed"]
    assert wizard.stepper.caption(4).endswith(" frames, no errors")
    qtbot.keyClicks(QApplication.focusWidget(), "Oven 2")
    assert forward.text() == "Save name"
    enter()
    qtbot.waitUntil(lambda: not visible(window, "pairing_wizard"))
    assert [one.name for one in dongles()] == ["Oven 2"]


@pytest.mark.parametrize("descending", [False, True])
def test_wizard_lists_dongles_as_the_list_does_and_selects_its_row(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, manager: DeviceManager, descending: bool
) -> None:
    (view,) = shell.findChildren(DonglesView)
    view.model.listing = Listing(sort="name", descending=descending)
    qtbot.waitUntil(lambda: len(view.model.rows) == 2 and all(row.pairable for row in view.model.rows))
    listed = [row.key for row in view.model.rows]
    for key in listed:
        qtbot.waitUntil(lambda key=key: view.table.make_current(key))
        click(shell.window(), "bench_pair")
        choices = sorted(
            (one for one in shell.window().findChildren(DongleChoice) if one.isVisible()), key=lambda one: one.y()
        )
        assert [one.objectName() for one in choices] == [f"pair_choice_{one}" for one in listed]
        assert [one.isChecked() for one in choices] == [one == key for one in listed]
        click(shell.window(), "pair_close")
        qtbot.waitUntil(lambda: not visible(shell.window(), "pairing_wizard"))


def test_pairing_without_dongles_offers_simulated_ones(
    qtbot: QtBot, shell: Shell, click: Clicker, manager: DeviceManager
) -> None:
    window = shell.window()
    click(window, "bench_pair")
    forward = click.find(window, "pair_next")
    assert (forward.text(), forward.isEnabled()) == ("Start simulated dongles", True)
    said = [text.text() for text in click.find(window, "pairing_wizard").findChildren(Text) if text.isVisible()]
    assert "No dongles connected" in said
    assert not any("These dongles" in text for text in said)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: forward.text() == "Identify dongle" and forward.isEnabled())
    assert QApplication.focusWidget() is forward
    qtbot.waitUntil(lambda: [one.isVisible() for one in window.findChildren(DongleChoice)] == [True, True])


def test_pairing_buttons_pressed_by_key_keep_focus_on_next(
    qtbot: QtBot, shell: Shell, click: Clicker, manager: DeviceManager
) -> None:
    window = shell.window()
    click(window, "bench_simulate_empty")
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    click(window, "bench_pair")
    wizard, forward = click.find(window, "pairing_wizard"), click.find(window, "pair_next")
    for _step in range(2):
        qtbot.waitUntil(forward.isEnabled)
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    press = click.find(window, "pair_press")
    assert QApplication.focusWidget() is press
    qtbot.keyClick(press, Qt.Key.Key_Return)
    for title in ("Keep this bit timing", "Start test"):
        qtbot.waitUntil(lambda title=title: forward.text() == title and forward.isEnabled())
        assert QApplication.focusWidget() is forward
        qtbot.keyClick(forward, Qt.Key.Key_Return)
        assert QApplication.focusWidget() is not wizard.close_button
    click(window, "pair_skip")
    qtbot.waitUntil(lambda: visible(window, "pair_name"))
    assert wizard.stepper.caption(4) == "Skipped"
    words = " ".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())
    assert "The bus wasn't tested." in words
    click(window, "pair_another")
    assert (wizard.stepper.caption(3), wizard.stepper.caption(4)) == (
        "Written or kept as it is",
        "Listens for 3 seconds",
    )
    click(window, "pair_close")


@pytest.mark.parametrize(
    ("simulated", "sentence"),
    [
        (
            False,
            "The light of the dongle you selected blinks for 5 seconds. Check that it's the one in your hand.",
        ),
        (True, "It's simulated, so its light blinks in the picture for 5 seconds."),
    ],
)
def test_identify_page_speaks_of_a_hand_only_for_a_real_dongle(
    qtbot: QtBot, light: Theme, simulated: bool, sentence: str
) -> None:
    page = IdentifyPage()
    qtbot.addWidget(page)
    port = Port("/dev/ttyACM0", "a dongle", None, None, None, simulated, "usb-1")
    page.show_dongle(DetectedDevice(port, DongleInfo("/dev/ttyACM0", "benchboard", "1.0.0", "Dongle One")))
    assert sentence in {label.text() for label in page.findChildren(Text)}
    words = " ".join(label.text() for label in page.findChildren(QLabel))
    assert ("press its button" in words) is not simulated
    (picture,) = page.findChildren(DonglePicture)
    (until,) = (one for one in page.findChildren(QTimer) if one.interval() == 5_000)
    assert picture.blinking
    until.timeout.emit()
    assert not picture.blinking


@pytest.mark.parametrize(
    ("simulated", "on_screen", "prompt"),
    [
        (False, False, "Press the small button on the blinking dongle."),
        (True, True, "Press the simulated button below."),
        (True, False, "Waiting for the simulator to press the button."),
    ],
)
def test_claim_page_says_who_presses_the_button(
    qtbot: QtBot, light: Theme, announcements: list[str], simulated: bool, on_screen: bool, prompt: str
) -> None:
    page = ClaimPage(lambda: None)
    qtbot.addWidget(page)
    page.show()
    page.start("0011223344556677", simulated=simulated)
    page.show_step(PairingStep.PRESENCE, 40.0, on_screen=on_screen)
    assert prompt in {label.text() for label in page.findChildren(QLabel)}
    limit = " You have 40 seconds." if on_screen or not simulated else ""
    qtbot.waitUntil(lambda: f"{prompt}{limit}" in announcements)


def test_wizard_that_has_paired_a_dongle_leaves_the_focus_in_the_list(
    qtbot: QtBot, shell: Shell, click: Clicker, pair_one: Callable[[], str]
) -> None:
    """What had opened the wizard was gone then, and the focus went to a scroll area without a name."""
    pair_one()
    view = shell.findChild(DonglesView)
    assert view is not None
    qtbot.waitUntil(view.table.view.hasFocus)


@pytest.mark.parametrize(
    ("connected", "elsewhere", "title"),
    [
        (0, 0, "No dongles connected"),
        (2, 0, "All connected dongles are paired"),
        (2, 1, "All connected dongles are paired"),
        (1, 1, "The connected dongle is paired with another organisation"),
        (2, 2, "All connected dongles are paired with other organisations"),
    ],
)
def test_wizard_without_a_dongle_to_pair_says_who_has_paired_the_connected_ones(
    qtbot: QtBot, shell: Shell, click: Clicker, connected: int, elsewhere: int, title: str
) -> None:
    counter = DongleCounter.of(shell.context)
    qtbot.waitUntil(lambda: counter.counts is not None)
    click(shell.window(), "bench_pair")
    wizard = click.find(shell.window(), "pairing_wizard")
    counter.show_counts(DongleCounts(connected, connected, (), elsewhere))
    assert title in [label.text() for label in wizard.findChildren(QLabel) if label.isVisible()]
    click(shell.window(), "pair_close")


def test_dongle_that_turns_out_to_be_paired_elsewhere_is_asked_again_and_can_be_reset(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    click: Clicker,
    manager: DeviceManager,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise Conflict("dongle.already-claimed", "This dongle is already paired with another organisation.")

    window = shell.window()
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    asked: list[str] = []
    monkeypatch.setattr(manager, "probe_again", asked.append)
    monkeypatch.setattr(provisioning, "pair", refuse)
    click(window, "bench_pair")
    click(window, "pair_next")
    click(window, "pair_next")
    qtbot.waitUntil(lambda: visible(window, "pair_reset"))
    assert len(asked) == 1
    assert asked[0] in simulator.ports.values()
    click(window, "pair_reset")
    qtbot.waitUntil(lambda: visible(window, "reset_dialog"))
    assert not visible(window, "pairing_wizard")


def test_steps_of_pairing_are_seen_whole_below_an_error_of_several_lines(
    qtbot: QtBot, shell: Shell, simulator: Simulator, at_the_button: Callable[[], PairingWizard]
) -> None:
    shell.window().resize(1_280, 800)
    wizard = at_the_button()
    number = list(simulator.ports).index(wizard._device.device_id) + 1
    simulator.say(f"stall {number} 20")
    qtbot.waitUntil(lambda: visible(shell.window(), "pair_problem"))
    qtbot.waitUntil(lambda: wizard.steps.visibleRegion().boundingRect().height() == wizard.steps.height())
    qtbot.waitUntil(lambda: wizard._next_button.visibleRegion().boundingRect() == wizard._next_button.rect())

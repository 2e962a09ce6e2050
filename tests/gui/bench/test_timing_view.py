"""The timing panel, by mouse and keys, against simulated dongles."""

import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QFontMetrics
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QScrollArea, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import insert

from benchboard.canbus.bus import BusState, ErrorState
from benchboard.canbus.capture import Counters
from benchboard.canbus.timing import Timing, cia_sample_point, controller
from benchboard.dongles import device, fleet, provisioning
from benchboard.dongles.fleet import DongleRecord
from benchboard.errors import AppError
from benchboard.storage.models.dongles import Dongle as DongleRow
from benchboard.ui.bench import ROOM, timing_view
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.dongles_view import DonglesView
from benchboard.ui.bench.paired_dongles import PairedDongles
from benchboard.ui.bench.solution_plot import SolutionPlot, SolutionPoint
from benchboard.ui.bench.timing_cards import VerificationCard
from benchboard.ui.bench.timing_request import Phases, config_at, nominal_timing
from benchboard.ui.bench.timing_view import TimingView
from benchboard.ui.commands import Handler
from benchboard.ui.shell.shell import Shell
from benchboard.ui.theme import Theme
from benchboard.ui.widgets import CheckBox, Select, Toast
from benchboard.ui.widgets.key_value import Figure
from benchboard.ui.widgets.stepper import StepRow
from benchboard.ui.widgets.tab_order import tab_stops
from support.benchsim import Simulator, simulated
from support.loopback_dongle import CONFIG
from support.painted_text import painted_texts
from support.window import Clicker, visible


def _type(qtbot: QtBot, click: Clicker, window: QWidget, name: str, text: str) -> None:
    edit = click.find(window, name)
    assert isinstance(edit, QLineEdit)
    qtbot.mouseDClick(edit, Qt.MouseButton.LeftButton)
    edit.selectAll()
    qtbot.keyClicks(edit, text)


def test_timing_written_to_dongle_passes_on_the_bus_at_its_bit_rate_alone(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    click: Clicker,
    manager: DeviceManager,
    dongles: Callable[[], list[DongleRecord]],
    pair_one: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(timing_view, "_COUNT_S", 1.0)
    window, device_id = shell.window(), pair_one()
    shell.go(f"bench/timing/{device_id}")
    qtbot.waitUntil(lambda: click.find(window, "timing_write").isEnabled())
    _type(qtbot, click, window, "timing_bitrate", "250")
    # At once: what is written is what the fields say, solved or not yet.
    qtbot.keyClick(click.find(window, "timing_bitrate"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: dongles()[0].config.bitrate == 250_000)
    assert simulator.persistent(device_id).config == dongles()[0].config
    said = click.find(window, "timing_verified")
    # The simulated bus has 500 kbit/s: nothing is received at 250.
    qtbot.waitUntil(lambda: said.text().startswith("No frames, "))
    assert not said.text().startswith("0 errors")
    assert said.property("tone") == "error"
    assert click.find(window, "timing_verified_why").text() == (
        "Another node uses a different bit rate, or the wiring is wrong."
        " Write a different bit rate, or check the termination."
    )
    # What to do is on screen, however low the card is.
    explanation = click.find(window, "timing_verified_why")
    qtbot.waitUntil(lambda: explanation.visibleRegion().boundingRect() == explanation.rect())
    qtbot.waitUntil(lambda: click.find(window, "timing_write").isEnabled())
    click(window, "timing_detect")
    detected = "The bus runs at 500 kbit/s. It's filled in: write it to the dongle."
    qtbot.waitUntil(lambda: explanation.text() == detected)
    assert said.property("tone") == "error", "what was written is wrong still"
    assert not visible(window, "timing_detect")
    assert dongles()[0].config.bitrate == 250_000, "detecting writes nothing"
    qtbot.waitUntil(lambda: click.find(window, "timing_write").isEnabled())
    assert click.find(window, "timing_bitrate").text() == "500"
    # What was filled in isn't any more: neither it nor what was written is in the fields.
    steps = window.findChild(QWidget, "timing_steps")
    _type(qtbot, click, window, "timing_bitrate", "333")
    qtbot.waitUntil(lambda: explanation.text() == "The bus runs at 500 kbit/s.")
    assert said.text().startswith("Last written: 250 kbit/s")
    assert "failed" not in steps.accessibleName()
    assert "filled in" not in steps.accessibleDescription()
    _type(qtbot, click, window, "timing_bitrate", "500")
    qtbot.waitUntil(lambda: explanation.text() == detected)
    qtbot.keyClick(click.find(window, "timing_bitrate"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: said.text().startswith("0 errors in "))
    assert not said.text().endswith(" 0 frames")
    assert said.property("tone") == "ok"
    assert not visible(window, "timing_verified_why")
    qtbot.waitUntil(lambda: manager.live is None)


def test_write_to_a_dongle_with_a_live_bus_says_that_it_closes_and_opens_it_again_at_the_new_rate(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    click: Clicker,
    manager: DeviceManager,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was closed without a word."""
    monkeypatch.setattr(timing_view, "_COUNT_S", 0.5)
    window, device_id = shell.window(), max(simulator.ports)
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    shell.go(f"bench/live/{device_id}")
    qtbot.waitUntil(lambda: manager.live is not None)
    live = manager.live
    assert live is not None
    shell.go(f"bench/timing/{device_id}")
    view = window.findChild(TimingView)

    def said() -> str:
        return " ".join(label.text() for label in view.verification.findChildren(QLabel) if label.isVisible())

    qtbot.waitUntil(lambda: f"Writing closes {live.title}'s live bus, then opens it again." in said())
    qtbot.waitUntil(lambda: click.find(window, "timing_write").isEnabled())
    _type(qtbot, click, window, "timing_bitrate", "250")
    qtbot.keyClick(click.find(window, "timing_bitrate"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: f"The live bus of {live.title} is closed until this is done." in said())
    qtbot.waitUntil(lambda: manager.live is not None and manager.live.config.bitrate == 250_000)
    assert f"Writing closes {live.title}'s live bus" in said()
    text = f"{live.title}'s live bus is open again at 250 kbit/s."
    assert [one.accessibleName() for one in window.findChildren(Toast)][-1:] == [text]
    # The simulated bus runs at 500 kbit/s. A detection closes the live bus, too, and wasn't followed by anything.
    closed, before = f"The live bus of {live.title} is closed until this is done.", manager.live
    qtbot.waitUntil(lambda: click.find(window, "timing_write").isEnabled())
    notes: list[str] = []  # a look at it now and then may come too late
    manager.live_changed.connect(lambda: notes.append(said()))
    click(window, "timing_detect")
    qtbot.waitUntil(lambda: manager.live not in (None, before))
    assert any(closed in one for one in notes)
    assert [one.accessibleName() for one in window.findChildren(Toast)][-1:] == [text]


@pytest.mark.parametrize(
    ("counters", "said", "why", "tone"),
    [
        (Counters(7, 0.1, BusState()), "0 errors in 7 frames", "", "ok"),
        (
            Counters(0, 0.1, BusState(bus_errors=1167)),
            "No frames, 1\N{NARROW NO-BREAK SPACE}167 errors",
            "different bit rate",
            "error",
        ),
        (Counters(0, 0.0, BusState()), "0 errors, but no frames received", "No frames arrived in 10 s", "secondary"),
        (Counters(7, 0.1, BusState(bus_errors=1)), "1 error in 7 frames", "check the termination", "error"),
        (Counters(0, 0.0, BusState(ErrorState.BUS_OFF)), "Bus off", "check the termination", "error"),
    ],
)
def test_timing_result_on_the_bus_is_explained_unless_it_passed(
    qtbot: QtBot, shell: Shell, counters: Counters, said: str, why: str, tone: str
) -> None:
    shell.go("bench/timing")
    view = shell.window().findChild(TimingView)
    view.verification.set_step(3)
    view._show_counts(counters)
    explanation = view.verification.findChild(QLabel, "timing_verified_why")
    assert (view.verification.status.text(), view.verification.status.property("tone")) == (said, tone)
    assert why in explanation.text()
    assert explanation.isVisible() == bool(why)
    # A check mark at "Listen" says that the bus was heard without an error.
    heard = view.verification.findChild(StepRow).accessibleName().endswith("Listen: done")
    assert heard == (tone == "ok")


def test_bit_rate_is_detected_by_a_command_from_any_view(
    qtbot: QtBot, shell: Shell, click: Clicker, home: Path, manager: DeviceManager
) -> None:
    def handler() -> Handler:
        return ROOM.handlers(shell.context)["bench.detect_bit_rate"]

    assert handler().why_not() == "Connect a dongle first."
    with simulated(home, 2, "--manual", "--traffic", "200"):
        qtbot.waitUntil(lambda: any(one.has_answered for one in manager.devices))
        assert not handler().why_not()
        shell.go("bench/recordings")
        handler().run()
        explanation = click.find(shell.window(), "timing_verified_why")
        assert isinstance(explanation, QLabel)
        qtbot.waitUntil(lambda: explanation.text().startswith("The bus runs at 500 kbit/s."))
        assert shell.address == "bench/timing"


def test_timing_fields_edited_before_dongles_load_are_kept(
    qtbot: QtBot, shell: Shell, click: Clicker, pair_one: Callable[[], str]
) -> None:
    window, device_id = shell.window(), pair_one()
    _pair_others(shell, 210)  # whose names come first
    paired = PairedDongles.of(shell.context)
    paired.records = None  # as if none had been read yet
    shell.go(f"bench/timing/{device_id}")
    view = window.findChild(TimingView)
    assert not view._dongles
    assert view._selected_id == device_id
    _type(qtbot, click, window, "timing_bitrate", "250")
    paired.refresh()
    qtbot.waitUntil(lambda: view._dongle.count() == 212)  # or some dongles can't be selected
    qtbot.waitUntil(lambda: click.find(window, "timing_write").isEnabled())
    assert view._dongle.current_key() == device_id
    assert click.find(window, "timing_bitrate").text() == "250"


def _pair_others(shell: Shell, count: int) -> None:
    context = shell.context
    organisation = context.actor.organisation_id
    paired = {"ownership_state": "CLAIMED_ACTIVE", "identity_kind": "proven", "organisation_id": organisation}
    others = [
        {**paired, "device_id": f"{k:016x}", "name": f"A {k:04}", "public_key": k.to_bytes(32)} for k in range(count)
    ]
    with context.workspace.database.engine.execution_options(bb_writing=True).begin() as connection:
        connection.execute(insert(DongleRow), others)


def _drag_border(qtbot: QtBot, bar: QWidget, x: int) -> None:
    """Drag the border at `x` 60 px to the left."""
    qtbot.mousePress(bar, Qt.MouseButton.LeftButton, pos=QPoint(x, 45))
    for at in range(x, x - 61, -8):
        qtbot.mouseMove(bar, QPoint(at, 45))
    qtbot.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=QPoint(x - 60, 45))


@pytest.mark.parametrize(("controller", "moves"), [("mcan-v3.1+", False), ("mcp251x", True)])
def test_bit_diagram_moves_propagation_only_where_the_controller_stores_it(
    qtbot: QtBot, shell: Shell, click: Clicker, controller: str, moves: bool
) -> None:
    """Elsewhere the cable decides it, and the card of the cable says the same."""
    window = shell.window()
    shell.go("bench/timing")
    view = window.findChild(TimingView)
    qtbot.waitUntil(lambda: view._phases is not None)
    choice = click.find(window, "timing_controller")
    assert isinstance(choice, Select)
    choice.set_current_key(controller)
    if controller == "mcp251x":
        _type(qtbot, click, window, "timing_clock", "16")
    qtbot.waitUntil(lambda: view._inputs.last_request.controller == controller and not view._solve_timer.isActive())
    before = view._bar.timing
    _drag_border(qtbot, view._bar, round((1 + before.prop_seg) / before.quanta * (view._bar.width() - 2)))
    assert (view._bar.timing.prop_seg < before.prop_seg) is moves
    assert view._bar.timing.tseg1 == before.tseg1


def test_timing_written_in_another_way_does_not_differ_from_the_dongle(
    qtbot: QtBot, shell: Shell, click: Clicker, pair_one: Callable[[], str]
) -> None:
    window, device_id = shell.window(), pair_one()
    shell.go(f"bench/timing/{device_id}")
    qtbot.waitUntil(lambda: click.find(window, "timing_write").isEnabled())
    view = window.findChild(TimingView)
    timing = view._phases.nominal
    view._show(Phases(replace(timing, prop_seg=timing.prop_seg - 1, phase_seg1=timing.phase_seg1 + 1)))
    assert not view._differs.isVisible()
    view._show(Phases(replace(timing, phase_seg1=timing.phase_seg1 - 1)))
    assert view._differs.isVisible()


def test_timing_is_written_after_its_form_in_the_order_of_tab(
    qtbot: QtBot, shell: Shell, click: Clicker, pair_one: Callable[[], str]
) -> None:
    window, device_id = shell.window(), pair_one()
    shell.go(f"bench/timing/{device_id}")
    qtbot.waitUntil(lambda: click.find(window, "timing_write").isEnabled())
    view = window.findChild(TimingView)
    stops = [widget.objectName() for widget in tab_stops(view)]
    assert stops[0] == "timing_dongle"
    assert stops[-1] == "timing_write"
    assert stops.count("timing_write") == 1


def test_timing_of_another_clock_than_the_dongles_is_not_written(
    qtbot: QtBot, shell: Shell, click: Clicker, pair_one: Callable[[], str]
) -> None:
    window, device_id = shell.window(), pair_one()
    shell.go(f"bench/timing/{device_id}")
    qtbot.waitUntil(lambda: click.find(window, "timing_write").isEnabled())
    _type(qtbot, click, window, "timing_clock", "40")
    qtbot.waitUntil(lambda: not click.find(window, "timing_write").isEnabled())
    texts = [label.text() for label in window.findChild(TimingView).findChildren(QLabel) if label.isVisible()]
    assert any(re.fullmatch(r"Can't write: the CAN clock of .+ is 80 MHz, not 40 MHz\.", text) for text in texts)


def test_timing_of_a_disconnected_dongle_says_when_it_was_read_and_why_it_cannot_be_written(
    qtbot: QtBot, shell: Shell
) -> None:
    shell.go("bench/timing")
    view = shell.window().findChild(TimingView)
    qtbot.waitUntil(lambda: view._loaded)
    read_at = datetime.now(UTC) - timedelta(minutes=11, seconds=5)
    paired = PairedDongles.of(shell.context)
    paired.records = (fleet.unpaired_dongle("ab" * 16, CONFIG, read_at),)
    paired.changed.emit()
    rate = f"{CONFIG.bitrate // 1000} kbit/s, 87.5 %"
    assert view._stored.text() == f"Last read 11 min ago: {rate}"
    view._stored.resize(QFontMetrics(view._stored.font()).horizontalAdvance(rate) + 2, 20)
    assert QLabel.text(view._stored) == rate
    view._stored.resize(view._stored.minimumSizeHint())
    assert QLabel.text(view._stored) == "500 kbit/s"
    assert view._write_button.toolTip() == view._write_button.reason
    assert "isn't connected to this computer" in view._write_button.reason


def test_f6_visits_the_inputs_the_bit_the_plot_and_the_results_of_the_timing(qtbot: QtBot, shell: Shell) -> None:
    """It went from the toolbar out of the view."""
    shell.go("bench/timing")
    view = shell.window().findChild(TimingView)
    assert view is not None
    qtbot.waitUntil(view.isVisible)
    panes = [pane for pane in view.panes() if pane.isVisible() and (tab_stops(pane) or pane.focusPolicy().value)]
    qtbot.waitUntil(lambda: bool(tab_stops(panes[0])))
    tab_stops(panes[0])[0].setFocus()
    assert len(panes) > 3
    for pane in panes[1:]:
        qtbot.keyClick(shell.window(), Qt.Key.Key_F6)
        focus = shell.window().focusWidget()
        assert focus is not None
        assert pane is focus or pane.isAncestorOf(focus), (pane.objectName(), focus.objectName())
    assert not [one for one in tab_stops(view) if not any(pane is one or pane.isAncestorOf(one) for pane in panes)]


@pytest.mark.parametrize("width", [1440, 1000])
def test_f6_goes_from_the_registers_to_the_results(qtbot: QtBot, shell: Shell, click: Clicker, width: int) -> None:
    """It went back to the toolbar: they were in no pane."""
    window = shell.window()
    window.resize(width, 900)
    shell.go("bench/timing")
    (view,) = shell.findChildren(TimingView)
    qtbot.waitUntil(lambda: visible(window, "timing_copy"))
    copy = next(one for one in window.findChildren(QAbstractButton, "timing_copy") if one.isVisible())
    copy.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(window, Qt.Key.Key_F6)
    focus = window.focusWidget()
    assert focus is not None
    assert view.panes()[-1].isAncestorOf(focus)


def test_ctrl_enter_at_the_navigation_does_not_write_the_timing(
    qtbot: QtBot, shell: Shell, click: Clicker, pair_one: Callable[[], str], dongles: Callable[[], list[DongleRecord]]
) -> None:
    window, device_id = shell.window(), pair_one()
    shell.go(f"bench/timing/{device_id}")
    qtbot.waitUntil(lambda: click.find(window, "timing_write").isEnabled())
    before = dongles()[0].config
    _type(qtbot, click, window, "timing_bitrate", "250")
    rail = click.find(window, "rail_bench")
    rail.setFocus()
    qtbot.keyClick(rail, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert click.find(window, "timing_write").isEnabled(), "nothing is being written"
    assert dongles()[0].config == before


def test_timing_fields_of_all_pairs_have_one_width(qtbot: QtBot, shell: Shell, click: Clicker) -> None:
    context = shell.context
    window = shell.window()
    try:
        for language in ("en", "tr"):
            context.apply_settings(replace(context.settings, language=language))
            qtbot.waitUntil(
                lambda language=language: context.settings.language == language and bool(window.findChildren(Shell))
            )
            (present,) = (one for one in window.findChildren(Shell) if one.isVisible())
            present.go("bench/timing")
            names = ("clock", "tolerance", "bitrate", "point", "length", "delay")
            fields = [click.find(window, f"timing_{name}") for name in names]
            qtbot.waitUntil(lambda fields=fields: len({field.width() for field in fields}) == 1)
    finally:
        context.apply_settings(replace(context.settings, language="en"))


def test_timing_faster_than_can_says_so_and_meets_nothing(qtbot: QtBot, shell: Shell, click: Clicker) -> None:
    window = shell.window()
    shell.go("bench/timing")
    view = window.findChild(TimingView)
    qtbot.waitUntil(lambda: view._phases is not None)
    assert view._bit_problem.isHidden()
    view._show(Phases(Timing(80_000_000, 2, 5, 4, 4, 4)))
    text = "2.857143 Mbit/s is too fast: classic CAN and the arbitration phase of CAN FD end at 1 Mbit/s (ISO 11898-1)."
    assert (view._bit_problem.isVisible(), view._bit_problem.text()) == (True, text)
    figures = [one.accessibleName() for one in view.findChildren(Figure) if one.isVisible()]
    assert not [name for name in figures if re.search(r"(?<!not )enough", name)]


def test_timing_outside_the_controllers_limits_is_not_written_and_meets_nothing(
    qtbot: QtBot, shell: Shell, click: Clicker, pair_one: Callable[[], str]
) -> None:
    window, device_id = shell.window(), pair_one()
    shell.go(f"bench/timing/{device_id}")
    button = click.find(window, "timing_write")
    qtbot.waitUntil(button.isEnabled)
    view = window.findChild(TimingView)

    def met() -> list[Figure]:
        figures = (one for one in view.findChildren(Figure) if one.isVisible())
        return [one for one in figures if re.search(r"(?<!not )enough", one.accessibleName())]

    qtbot.waitUntil(lambda: bool(met()))
    view._show(Phases(Timing(80_000_000, 1, 200, 99, 99, 99)))
    reason = "Propagation and phase 1 is 299; FDCAN allows 2 to 256."
    assert (button.isEnabled(), button.reason) == (False, reason)
    shown = [label.text() for label in view.verification.findChildren(QLabel) if label.isVisible()]
    assert reason in shown
    qtbot.waitUntil(lambda: not met())


def test_timing_every_card_splits_tseg1_alike(qtbot: QtBot, shell: Shell, click: Clicker) -> None:
    window = shell.window()
    shell.go("bench/timing")
    view = window.findChild(TimingView)
    qtbot.waitUntil(lambda: view._phases is not None)
    timing = view._phases.nominal
    view._show(Phases(replace(timing, prop_seg=timing.prop_seg - 1, phase_seg1=timing.phase_seg1 + 1)))
    drawn = view._bar.timing
    click(window, "segment_ip")
    assert f"prop-seg {drawn.prop_seg} phase-seg1 {drawn.phase_seg1} " in view._registers.text()
    assert view._phases.nominal == drawn


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("bitrate", "0.1", "Enter a number from 0.404 to 1\u202f000 kbit/s."),
        (
            "bitrate",
            "2000",
            "2 Mbit/s is too fast: classic CAN and the arbitration phase of CAN FD end at 1 Mbit/s (ISO 11898-1).",
        ),
        ("clock", "0", "Enter a number from 1 to 500 MHz."),
        ("length", "200000", "Enter a number from 0 to 100\u202f000 m."),
        ("delay", "0", "Enter a number from 1 to 100 ns/m."),
        ("tolerance", "200", "Enter a number from 0 to 100 %."),
        ("bitrate", "1,000", "“1,000” can be read in two ways. Write it as 1000 or 1.000."),
    ],
)
def test_timing_number_out_of_range_is_reported_at_its_field_in_its_unit(
    qtbot: QtBot, shell: Shell, click: Clicker, field: str, value: str, message: str
) -> None:
    window = shell.window()
    shell.go("bench/timing")
    view = window.findChild(TimingView)
    qtbot.waitUntil(lambda: view._phases is not None)
    _type(qtbot, click, window, f"timing_{field}", value)
    qtbot.waitUntil(lambda: view._phases is None)
    edit = click.find(window, f"timing_{field}")
    assert edit.property("wrong")
    assert edit.accessibleDescription().replace("\N{WORD JOINER}", "") == message


def test_timing_inputs_with_two_errors_stay_as_wide_as_their_pane(qtbot: QtBot, shell: Shell, click: Clicker) -> None:
    window = shell.window()
    shell.go("bench/timing")
    view = window.findChild(TimingView)
    qtbot.waitUntil(lambda: view._phases is not None)
    _type(qtbot, click, window, "timing_bitrate", "5000")
    _type(qtbot, click, window, "timing_point", "200")
    text = "No bit timings. Correct “Bit rate” and “Sample point”."
    qtbot.waitUntil(lambda: view._inputs.why_none() == text)
    scroll = view._inputs.findChild(QScrollArea)
    assert scroll.widget().minimumSizeHint().width() <= scroll.viewport().width()
    label = next(one for one in view._inputs.findChildren(QLabel) if one.text() == text)
    qtbot.waitUntil(lambda: label.height() >= label.heightForWidth(label.width()))


def test_timing_invalid_bitrate_takes_the_old_solutions_away(qtbot: QtBot, shell: Shell, click: Clicker) -> None:
    window = shell.window()
    shell.go("bench/timing")
    view = window.findChild(TimingView)
    qtbot.waitUntil(lambda: view._phases is not None)
    _type(qtbot, click, window, "timing_bitrate", "5x")
    qtbot.waitUntil(lambda: view._phases is None)

    def shown() -> list[str]:
        return [label.text() for label in view.findChildren(QLabel) if label.isVisible()]

    # The list names the field; the cards only say what they would show.
    qtbot.waitUntil(lambda: shown().count("No bit timings. Correct “Bit rate”.") == 1)
    # Qt shows a label that is added to a visible card a moment later.
    qtbot.waitUntil(
        lambda: "Shows the bit timing as register values, C, or for ip link, python-can, Kvaser or PCAN." in shown()
    )
    texts = shown()
    assert "Shows how long the cable may be." in texts
    assert "Shows how far each node's oscillator may deviate." in texts
    assert not [text for text in texts if re.match(r"[\d.,]+ bit timings|in [\d.]+ ms", text)]
    assert click.find(window, "second_verdict").accessibleName() == "No bit timing to compare"
    assert "All bit timings" in texts
    assert not view._legend.isVisible()
    assert [one.text for one in painted_texts(view._plot)] == ["No bit timings to plot"]
    assert "No bit timings" not in texts
    qtbot.waitUntil(lambda: not view.findChildren(QWidget, "timing_best_1"))
    assert not view._plot._points
    if folder := os.environ.get("BENCH_SHOTS"):
        window.grab().save(f"{folder}/timing_invalid.png")
    _type(qtbot, click, window, "timing_bitrate", "500")
    qtbot.waitUntil(lambda: view._phases is not None)
    texts = [label.text() for label in view.findChildren(QLabel) if label.isVisible()]
    assert not [text for text in texts if text.startswith("Correct")]
    assert "All bit timings: oscillator tolerance by sample point" in texts
    assert view._legend.isVisible()


def test_timing_chosen_by_hand_is_kept_over_a_wrong_value_and_left_by_another_method(
    qtbot: QtBot, shell: Shell, click: Clicker
) -> None:
    window = shell.window()
    shell.go("bench/timing")
    view = window.findChild(TimingView)
    qtbot.waitUntil(lambda: view._phases is not None)
    best = view._phases
    click(window, "segment_hand")
    assert (view._inputs.method.current(), view._phases) == ("hand", best), "the present one can now be changed"
    click(window, "timing_best_3")
    chosen = view._phases
    assert chosen != best
    for wrong in ("5x", "250"):
        _type(qtbot, click, window, "timing_bitrate", wrong)
        qtbot.waitUntil(lambda: view._phases != chosen)
        _type(qtbot, click, window, "timing_bitrate", "500")
        qtbot.waitUntil(lambda: view._phases == chosen)
        assert view._inputs.method.current() == "hand"
    _type(qtbot, click, window, "timing_length", "10")
    qtbot.waitUntil(lambda: not view._solve_timer.isActive())
    assert (view._inputs.method.current(), view._phases.nominal.sample_point) == ("hand", chosen.nominal.sample_point)
    click(window, "segment_cia")
    assert (view._inputs.method.current(), view._phases.nominal.sample_point) == ("cia", best.nominal.sample_point)


def test_timing_that_cannot_be_written_for_a_wrong_field_gets_the_focus_there_without_a_toast(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, manager: DeviceManager
) -> None:
    window = shell.window()
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    shell.go("bench/timing")
    view = window.findChild(TimingView)
    qtbot.waitUntil(lambda: click.find(window, "timing_write").isEnabled())
    _type(qtbot, click, window, "timing_bitrate", "7777")
    view._bar.setFocus()
    for _once in ("before it is solved", "after"):
        qtbot.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        assert click.find(window, "timing_bitrate").hasFocus()
        assert not visible(window, "toast")
        qtbot.waitUntil(lambda: view._phases is None)
        view._bar.setFocus()


def test_released_dongle_with_a_name_is_called_by_it_beside_the_button_too(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    click: Clicker,
    manager: DeviceManager,
    pair_one: Callable[[], str],
) -> None:
    """The selector said “Rig 2”, and the note below it “Dongle 5375 isn't paired”."""
    window, context, device_id = shell.window(), shell.context, pair_one()
    data_key = context.workspace.data_keys.of(context.actor.organisation_id)
    with manager.device(simulator.ports[device_id]) as opened:
        dongle_id = provisioning.release(context.database, context.actor, data_key, opened)
    with context.database.change() as session:
        fleet.rename_dongle(session, context.actor, dongle_id, "Rig 2")
    (dongles,) = shell.findChildren(DonglesView)
    qtbot.waitUntil(lambda: dongles.table.make_current(device_id))
    click(window, "bench_timing")
    view = window.findChild(TimingView)

    def said() -> list[str]:
        return [label.text() for label in view.verification.findChildren(QLabel) if label.isVisible()]

    qtbot.waitUntil(lambda: any("isn't paired" in text for text in said()))
    qtbot.waitUntil(lambda: "Rig 2 isn't paired: anyone can change its bit timing." in said())


def test_timing_of_an_unpaired_dongle_is_written_as_the_command_writes_it(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    click: Clicker,
    manager: DeviceManager,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(timing_view, "_COUNT_S", 0.5)
    window, device_id = shell.window(), max(simulator.ports)
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    (dongles,) = shell.findChildren(DonglesView)
    qtbot.waitUntil(lambda: dongles.table.make_current(device_id))
    click(window, "bench_timing")
    write = click.find(window, "timing_write")
    qtbot.waitUntil(write.isEnabled)
    view = window.findChild(TimingView)
    assert view._dongle.current_key() == device_id
    said = [label.text() for label in view.verification.findChildren(QLabel) if label.isVisible()]
    assert any(text.endswith(" isn't paired: anyone can change its bit timing.") for text in said)
    qtbot.waitUntil(lambda: not view._differs.isVisible())
    _type(qtbot, click, window, "timing_point", "80")
    qtbot.waitUntil(view._differs.isVisible)
    click(window, "timing_write")
    qtbot.waitUntil(lambda: view.verification.status.text().startswith("0 errors in "))
    assert not view._differs.isVisible(), "what was read back is known"
    choice = click.find(window, "timing_controller")
    assert isinstance(choice, Select)
    choice.setCurrentIndex(choice.findData("mcp251xfd"))
    qtbot.waitUntil(lambda: not write.isEnabled())
    assert write.reason.startswith("Can't write: the controller of Dongle ")
    assert write.reason.endswith(" is FDCAN, not MCP2517FD, MCP2518FD.")
    shell.go(f"bench/timing/{device_id}")
    assert view.verification.status.text()
    assert view._phases.nominal.sample_point == 80
    if folder := os.environ.get("BENCH_SHOTS"):
        window.grab().save(f"{folder}/timing.png")
    shell.go(f"bench/timing/{min(simulator.ports)}")
    assert not view.verification.status.text(), "it is of the other dongle"


def test_result_of_a_write_is_shown_only_beside_the_timing_that_was_written(
    qtbot: QtBot, shell: Shell, click: Clicker, pair_one: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timing_view, "_COUNT_S", 0.5)
    window, device_id = shell.window(), pair_one()
    shell.go(f"bench/timing/{device_id}")
    qtbot.waitUntil(lambda: click.find(window, "timing_write").isEnabled())
    view = window.findChild(TimingView)
    steps = view.verification.findChild(StepRow)
    click(window, "timing_write")
    qtbot.waitUntil(lambda: view.verification.status.text().startswith("0 errors in "))
    passed, ticks, written = view.verification.status.text(), steps.accessibleName(), view._phases
    nominal = written.nominal
    view._show(Phases(replace(nominal, phase_seg1=nominal.phase_seg1 - 1)))
    caption = view.verification.status
    rate = re.escape(f"{nominal.sample_point:.1f} %")
    assert re.fullmatch(rf"Last written: 500 kbit/s, {rate}, \d\d:\d\d:\d\d", caption.text())
    assert caption.property("tone") == "muted"
    assert "done" not in steps.accessibleName()
    view._show(written)
    assert (caption.text(), caption.property("tone"), steps.accessibleName()) == (passed, "ok", ticks)


@pytest.mark.parametrize("is_paired", [True, False])
def test_result_of_a_write_ends_when_another_timing_is_written_elsewhere(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    click: Clicker,
    manager: DeviceManager,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    *,
    is_paired: bool,
) -> None:
    """The card still said "No frames" after the live bus had written the bit rate that fits."""
    monkeypatch.setattr(timing_view, "_COUNT_S", 0.5)
    window = shell.window()
    device_id = request.getfixturevalue("pair_one")() if is_paired else max(simulator.ports)
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    shell.go(f"bench/timing/{device_id}")
    qtbot.waitUntil(lambda: click.find(window, "timing_write").isEnabled())
    _type(qtbot, click, window, "timing_bitrate", "250")
    qtbot.keyClick(click.find(window, "timing_bitrate"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    said = click.find(window, "timing_verified")
    qtbot.waitUntil(lambda: said.text().startswith("No frames, "))
    shell.go("bench/live")
    context, detected = shell.context, manager.find(device_id)
    assert detected is not None

    def write(bitrate: int) -> None:
        data_key = context.workspace.data_keys.of(context.actor.organisation_id)
        with manager.device(detected.port.path) as device:
            planned = config_at(device.config_read().config, bitrate, None)
            assert planned is not None
            stored = fleet.write_config(context.database, context.actor, data_key, device, planned).config
            manager.store_config(detected.port.path, stored)

    for rate in ("500", "125"):
        write(int(rate) * 1000)
        qtbot.waitUntil(lambda rate=rate: said.text().startswith(f"Last written: {rate} kbit/s, 87.5 %, "))
        assert said.property("tone") == "muted"
        card = window.findChild(TimingView).verification
        assert "failed" not in card.findChild(StepRow).accessibleName()
        shell.go("bench/timing")
        assert not visible(window, "timing_verified_why")
        assert not visible(window, "timing_detect")


def test_result_of_a_write_that_failed_is_not_shown_beside_another_timing(
    qtbot: QtBot, shell: Shell, light: Theme
) -> None:
    card = VerificationCard()
    qtbot.addWidget(card)
    card.start("500 kbit/s", "87.5")
    card.show_failure("The dongle stopped responding.")
    card.show_written(is_shown=False)
    assert not card.status.text(), "nothing was written"
    card.show_written(is_shown=True)
    assert card.status.text() == "The dongle stopped responding."


def test_timing_marks_every_wrong_field(qtbot: QtBot, shell: Shell, click: Clicker) -> None:
    """Those out of range too, although the solver reports the first alone."""
    window = shell.window()
    shell.go("bench/timing")
    view = window.findChild(TimingView)
    wrong = {"clock": "fast", "bitrate": "2000", "length": "200000", "delay": "0"}
    for field, value in wrong.items():
        _type(qtbot, click, window, f"timing_{field}", value)
    qtbot.waitUntil(lambda: view._phases is None and not view._solve_timer.isActive())
    fields = ("clock", "tolerance", "bitrate", "point", "length", "delay", "loop", "error")
    assert {name for name in fields if click.find(window, f"timing_{name}").property("wrong")} == set(wrong)
    texts = [label.text() for label in view.findChildren(QLabel) if label.isVisible()]
    fields_named = "No bit timings. Correct “CAN clock”, “Bit rate”, “Cable length” and “Cable delay”."
    assert {text for text in texts if text.startswith("No bit timings. C")} == {fields_named}
    for field, value in (("clock", "80"), ("bitrate", "500"), ("length", "20"), ("delay", "5")):
        _type(qtbot, click, window, f"timing_{field}", value)
    qtbot.waitUntil(lambda: view._phases is not None)
    assert not [name for name in fields if click.find(window, f"timing_{name}").property("wrong")]


def test_timing_cards_are_whole_in_turkish(qtbot: QtBot, shell: Shell, click: Clicker) -> None:
    window, context = shell.window(), shell.context
    context.apply_settings(replace(context.settings, language="tr"))
    try:
        qtbot.waitUntil(lambda: not shiboken6.isValid(shell))
        window.resize(1100, 720)
        click(window, "tab_bench_timing")
        (view,) = window.findChildren(TimingView)
        qtbot.waitUntil(lambda: view._phases is not None)
        (cards,) = (one for one in view.findChildren(QScrollArea) if one.isAncestorOf(view.verification))
        qtbot.waitUntil(lambda: cards.isVisible() and cards.horizontalScrollBar().maximum() == 0)
    finally:
        context.apply_settings(replace(context.settings, language="en"))


def test_plot_of_solutions_without_error_shows_the_tolerance_that_each_allows(qtbot: QtBot, light: Theme) -> None:
    plot = SolutionPlot()
    qtbot.addWidget(plot)
    plot.resize(600, 300)
    exact = [SolutionPoint(70.0 + k, 0.0, 0.2 * k, (1, k, 2)) for k in range(1, 8)]
    plot.show_points(exact, target=75, max_error=0.5, clock_tolerance=0.3)
    heights = [plot.spot(point).y() for point in exact]
    assert heights == sorted(set(heights), reverse=True), "a larger tolerance is higher"
    assert plot.title == plot.accessibleName() == "All bit timings: oscillator tolerance by sample point"
    plot.show_points([*exact, SolutionPoint(80.0, 0.4, 0.2, (2, 9, 2))], target=75, max_error=0.5, clock_tolerance=0.3)
    assert len({plot.spot(point).y() for point in exact}) == 1
    assert plot.title == "All bit timings: bit rate error by sample point"


def test_timing_click_in_plot_and_drag_in_bit_diagram_select(qtbot: QtBot, shell: Shell, click: Clicker) -> None:
    window = shell.window()
    shell.go("bench/timing")
    view = window.findChild(TimingView)
    qtbot.waitUntil(lambda: view._phases is not None)
    cloud, bar = view._plot, view._bar
    point = next(one for one in cloud._points if abs(one.sample_point - 75) < 0.5 and one.error < 0.01)
    qtbot.mouseClick(cloud, Qt.MouseButton.LeftButton, pos=cloud.spot(point).toPoint())
    assert abs(view._phases.nominal.sample_point - 75) < 1
    before = view._phases.nominal
    bar.setFocus()
    qtbot.keyClick(bar, Qt.Key.Key_Down)
    qtbot.keyClick(bar, Qt.Key.Key_Right)
    after = view._phases.nominal
    assert (after.tseg1, after.phase_seg2) == (before.tseg1 + 1, before.phase_seg2 - 1)
    assert after.quanta == before.quanta
    _drag_border(qtbot, bar, round((1 + after.tseg1) / after.quanta * (bar.width() - 2)))
    assert view._phases.nominal.tseg1 < after.tseg1
    assert view._phases.nominal.quanta == after.quanta
    click(window, "segment_c")
    click(window, "timing_copy")
    assert "#define CAN_NBTP_VALUE" in QApplication.clipboard().text()


def test_node_comparison_other_bitrate_is_incompatible(
    qtbot: QtBot, shell: Shell, click: Clicker, announcements: list[str]
) -> None:
    window = shell.window()
    shell.go("bench/timing")
    verdict = click.find(window, "second_verdict")
    qtbot.waitUntil(lambda: verdict.accessibleName().startswith("The two nodes can communicate,"))
    _type(qtbot, click, window, "second_bitrate", "250")
    assert verdict.accessibleName() == (
        "The two nodes can't communicate: their bit rates differ."
        " 500 kbit/s and 250 kbit/s. All nodes on a bus need the same bit rate."
    )
    qtbot.waitUntil(lambda: verdict.accessibleName() in announcements)
    # However poor the oscillators are: the bit rates come first.
    _type(qtbot, click, window, "timing_tolerance", "5")
    qtbot.waitUntil(lambda: any("allowed, yours 5.00 %" in one for one in announcements))
    assert not any("allowed, yours 5.00 %" in one and "bit rates differ" in one for one in announcements), (
        "only the news"
    )
    _type(qtbot, click, window, "second_bitrate", "125")
    qtbot.waitUntil(
        lambda: verdict.accessibleName().startswith(
            "The two nodes can't communicate: their bit rates differ. 500 kbit/s and 125 kbit/s"
        )
    )
    _type(qtbot, click, window, "timing_tolerance", "0.3")
    _type(qtbot, click, window, "second_bitrate", "500")
    qtbot.waitUntil(lambda: verdict.accessibleName().startswith("The two nodes can communicate,"))
    assert verdict.accessibleName().startswith("The two nodes can communicate,")
    _type(qtbot, click, window, "second_clock", "much")
    assert "Enter numbers" in verdict.accessibleName()


def test_clock_above_the_controllers_greatest_gives_no_result(qtbot: QtBot, shell: Shell, click: Clicker) -> None:
    """An MCP2515 at 80 MHz had “at most 20 MHz” beside registers and “Compatible”."""
    window = shell.window()
    shell.go("bench/timing")
    view = window.findChild(TimingView)
    choice = click.find(window, "timing_controller")
    assert isinstance(choice, Select)
    choice.set_current_key("mcp251x")
    _type(qtbot, click, window, "timing_clock", "40")
    qtbot.waitUntil(lambda: view._phases is None and not view._solve_timer.isActive())
    edit = click.find(window, "timing_clock")
    assert edit.property("wrong")
    assert "at most 20 MHz" in edit.accessibleDescription()
    assert "Correct “CAN clock”" in view._inputs.why_none()
    _type(qtbot, click, window, "timing_clock", "20")
    qtbot.waitUntil(lambda: view._phases is not None)


def test_data_sample_point_is_that_of_the_command_line(qtbot: QtBot, shell: Shell, click: Clicker) -> None:
    """The window had 80 % where `timing solve` had 75 % for the same bit rates."""
    window = shell.window()
    shell.go("bench/timing")
    view = window.findChild(TimingView)
    click(window, "timing_fd")
    qtbot.waitUntil(lambda: view._phases is not None and view._phases.data is not None)
    request = view._inputs.last_request
    assert request.data.sample_point == cia_sample_point(round(request.data.bitrate)) == 75.0
    assert click.find(window, "second_data_point").text() == "75"


def test_timing_invalid_clock_is_reported_at_its_field(qtbot: QtBot, shell: Shell, click: Clicker) -> None:
    window = shell.window()
    shell.go("bench/timing")
    view = window.findChild(TimingView)
    _type(qtbot, click, window, "timing_clock", "fast")
    qtbot.waitUntil(lambda: view._phases is None)
    edit = click.find(window, "timing_clock")
    assert edit.property("wrong")
    assert edit.accessibleDescription()
    _type(qtbot, click, window, "timing_clock", "80")
    qtbot.waitUntil(lambda: view._phases is not None)
    assert not edit.property("wrong")


def test_timing_field_esc_restores_its_value_enter_applies_and_arrows_step(
    qtbot: QtBot, shell: Shell, click: Clicker
) -> None:
    window = shell.window()
    shell.go("bench/timing")
    view = window.findChild(TimingView)
    rate = click.find(window, "timing_bitrate")
    assert isinstance(rate, QLineEdit)
    _type(qtbot, click, window, "timing_bitrate", "333x")
    qtbot.waitUntil(lambda: bool(rate.property("wrong")))
    qtbot.keyClick(rate, Qt.Key.Key_Escape)
    assert (rate.text(), rate.hasFocus()) == ("500", True)
    qtbot.waitUntil(lambda: view._phases is not None and not rate.property("wrong"))
    qtbot.keyClick(rate, Qt.Key.Key_Up)
    assert rate.text() == "800"
    qtbot.keyClick(rate, Qt.Key.Key_Return)
    assert (view._phases.nominal.bitrate, rate.selectedText()) == (800_000, "800")
    qtbot.keyClick(rate, Qt.Key.Key_Down)
    qtbot.keyClick(rate, Qt.Key.Key_Down)
    assert rate.text() == "250"
    qtbot.keyClick(rate, Qt.Key.Key_Escape)
    assert rate.text() == "800", "what was applied is the value before"
    point = click.find(window, "timing_point")
    point.setFocus()
    qtbot.keyClick(point, Qt.Key.Key_Down)
    assert isinstance(point, QLineEdit)
    assert point.text() == "87"


def test_timing_without_a_bit_timing_offers_the_nearest_bit_rate(qtbot: QtBot, shell: Shell, click: Clicker) -> None:
    window = shell.window()
    shell.go("bench/timing")
    view = window.findChild(TimingView)
    _type(qtbot, click, window, "timing_clock", "8")
    _type(qtbot, click, window, "timing_bitrate", "333")
    _type(qtbot, click, window, "timing_error", "0")
    qtbot.waitUntil(lambda: visible(window, "timing_allow_nearest"))
    texts = [label.text() for label in view.findChildren(QLabel) if label.isVisible()]
    assert "No bit timings" in texts
    assert "The nearest bit rate is 333.333 kbit/s, 0.1 % off. Change the CAN clock or the bit rate." in texts
    assert click.find(window, "timing_allow_nearest").text() == "Allow 0.11 % error"
    click(window, "timing_allow_nearest")
    qtbot.waitUntil(lambda: view._phases is not None)
    assert not visible(window, "timing_allow_nearest")
    # Nothing can be written before a dongle is there: that is said, and a button leads on.
    texts = [label.text() for label in view.findChildren(QLabel) if label.isVisible()]
    assert "Plug in a dongle first." in texts
    click(window, "timing_pair")
    qtbot.waitUntil(lambda: visible(window, "pairing_wizard"))


@pytest.mark.parametrize("size", [(1024, 700), (1440, 900)])
def test_long_error_of_verification_wraps_within_its_column(
    qtbot: QtBot, shell: Shell, click: Clicker, size: tuple[int, int]
) -> None:
    window = shell.window()
    window.resize(*size)
    shell.go("bench/timing")
    view = window.findChild(TimingView)
    assert view is not None
    view.verification.show_failure(
        "Demo dongle stopped accepting data, and didn't answer the request to read its bit timing within 2 seconds."
    )
    status = view.verification.status
    qtbot.waitUntil(lambda: status.height() > 2 * status.fontMetrics().height())
    area = next(one for one in view.findChildren(QScrollArea) if one.isAncestorOf(view.verification))
    inside = area.widget()
    assert inside is not None
    assert inside.width() <= area.viewport().width()
    assert status.mapTo(area.viewport(), status.rect().topRight()).x() < area.viewport().width()


def test_result_of_a_write_stays_in_view_below_the_cards_that_scroll(
    qtbot: QtBot, shell: Shell, click: Clicker
) -> None:
    window = shell.window()
    shell.go("bench/timing")
    view = window.findChild(TimingView)
    assert view is not None
    card = view.verification
    for size in ((1440, 760), (1024, 700), (1440, 760)):
        window.resize(*size)
        wide = size[0] > 1024
        qtbot.waitUntil(lambda wide=wide: card.isVisible() and (card.width() < 400) is wide)
        qtbot.waitUntil(lambda wide=wide: (card.mapTo(view, card.rect().bottomLeft()).y() < view.height()) is wide)


def test_timing_bit_rates_out_of_the_controllers_reach_are_out_of_the_fields_range(
    qtbot: QtBot, shell: Shell, click: Clicker
) -> None:
    """Both ends of the range that the error names are accepted."""
    window = shell.window()
    shell.go("bench/timing")
    view = window.findChild(TimingView)
    qtbot.waitUntil(lambda: view._phases is not None)
    _type(qtbot, click, window, "timing_clock", "2")
    edit = click.find(window, "timing_bitrate")
    _type(qtbot, click, window, "timing_bitrate", "600")
    qtbot.waitUntil(lambda: bool(edit.property("wrong")))
    found = re.search("from ([0-9.]+) to ([0-9.]+) kbit", edit.accessibleDescription().replace("\N{WORD JOINER}", ""))
    assert found is not None
    for value in found.groups():
        _type(qtbot, click, window, "timing_bitrate", value)
        qtbot.waitUntil(lambda: not edit.property("wrong") and view._phases is not None)


def test_timing_clock_that_no_controller_has_is_pointed_out_at_its_field(
    qtbot: QtBot, shell: Shell, click: Clicker
) -> None:
    window = shell.window()
    shell.go("bench/timing")
    view = window.findChild(TimingView)
    qtbot.waitUntil(lambda: view._phases is not None)
    _type(qtbot, click, window, "timing_clock", "800")
    edit = click.find(window, "timing_clock")
    qtbot.waitUntil(lambda: edit.accessibleDescription() == "800 MHz is too fast for a CAN clock.")
    assert not edit.property("wrong")
    assert "800 MHz is too fast for a CAN clock." in {label.text() for label in window.findChildren(QLabel)}
    _type(qtbot, click, window, "timing_clock", "80")
    qtbot.waitUntil(lambda: not edit.accessibleDescription())


def _undo(qtbot: QtBot, window: QWidget) -> None:
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def _redo(qtbot: QtBot, window: QWidget) -> None:
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)


def test_selecting_in_the_plot_by_keys_is_undone_and_redone(
    qtbot: QtBot, shell: Shell, announcements: list[str]
) -> None:
    window = shell.window()
    shell.go("bench/timing")
    (view,) = shell.findChildren(TimingView)
    qtbot.waitUntil(lambda: view._phases is not None)
    best, plot = view._phases, view._plot
    plot.setFocus()
    qtbot.keyClick(plot, Qt.Key.Key_Left)
    assert view._phases == best
    qtbot.keyClick(plot, Qt.Key.Key_Return)
    taken = view._phases
    assert taken is not None
    assert best is not None
    assert taken.nominal.sample_point < best.nominal.sample_point
    assert view._inputs.method.current() == "hand"
    assert announcements[-1].startswith("Selected: ")
    _undo(qtbot, window)
    assert (view._phases, view._inputs.method.current()) == (best, "cia")
    assert announcements[-1] == plot.accessibleDescription()
    _redo(qtbot, window)
    assert (view._phases, view._inputs.method.current()) == (taken, "hand")
    _undo(qtbot, window)
    _undo(qtbot, window)
    assert view._phases == best


def test_fields_controller_method_and_dragged_bit_are_undone_one_by_one(
    qtbot: QtBot, shell: Shell, click: Clicker
) -> None:
    window = shell.window()
    shell.go("bench/timing")
    (view,) = shell.findChildren(TimingView)
    qtbot.waitUntil(lambda: view._phases is not None)
    states = [view._choice()]

    def edited() -> None:
        view._solve_now()
        assert view._choice() != states[-1]
        states.append(view._choice())

    rate = click.find(window, "timing_bitrate")
    assert isinstance(rate, QLineEdit)
    rate.setFocus()
    rate.selectAll()
    qtbot.keyClicks(rate, "250")
    edited()
    controller = click.find(window, "timing_controller")
    assert isinstance(controller, Select)
    controller.setCurrentIndex(controller.findData("mcan-v3.0"))
    edited()
    click(window, "segment_linux")
    edited()
    view._bar.setFocus()
    qtbot.keyClick(view._bar, Qt.Key.Key_Down)
    qtbot.keyClick(view._bar, Qt.Key.Key_Left)
    edited()
    view._plot.setFocus()
    for state in reversed(states[:-1]):
        _undo(qtbot, window)
        assert view._choice() == state
    for state in states[1:]:
        _redo(qtbot, window)
        assert view._choice() == state


def test_write_is_enabled_only_once_the_dongles_own_timing_is_solved(
    qtbot: QtBot, shell: Shell, click: Clicker, pair_one: Callable[[], str]
) -> None:
    """Just paired, it was known without its own timing for a moment, and Write was enabled with that of the fields."""
    device_id = pair_one()
    paired = PairedDongles.of(shell.context)
    qtbot.waitUntil(lambda: device_id in paired.titles)
    shell.go(f"bench/timing/{device_id}")
    (view,) = shell.findChildren(TimingView)
    write = click.find(shell.window(), "timing_write")
    qtbot.waitUntil(write.isEnabled)
    (record,) = paired.records or ()
    assert record.config is not None
    assert view._phases is not None
    assert controller(record.config.controller).nominal.store_alike(view._phases.nominal, nominal_timing(record.config))
    assert not view._solve_timer.isActive()
    assert not view._edited_by_hand


# ---- CAN FD


def _choose_preset(shell: Shell, key: str) -> None:
    """Choose a preset or a profile, as a click in the open list does."""
    preset = shell.window().findChild(Select, "timing_preset")
    preset.set_current_key(key)
    preset.activated.emit(preset.currentIndex())


def test_fd_both_phases_are_solved_drawn_and_written_with_delay_compensation(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    click: Clicker,
    dongles: Callable[[], list[DongleRecord]],
    pair_one: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(timing_view, "_COUNT_S", 0.5)
    window, device_id = shell.window(), pair_one()
    shell.go(f"bench/timing/{device_id}")
    qtbot.waitUntil(lambda: click.find(window, "timing_write").isEnabled())
    view = window.findChild(TimingView)
    assert not visible(window, "timing_data_bitrate")
    assert not visible(window, "timing_data_bit")
    click(window, "timing_fd")
    qtbot.waitUntil(lambda: view._phases is not None and view._phases.data is not None)
    phases = view._phases
    assert (phases.nominal.bitrate, phases.data.bitrate, phases.data.sample_point) == (500_000, 2_000_000, 75)
    assert visible(window, "timing_data_bit")
    assert visible(window, "timing_pairs")
    assert not visible(window, "timing_cloud")
    assert view._tolerance.delay.isVisible()
    assert [line.split()[0] for line in view._registers.text().splitlines()] == ["NBTP", "DBTP", "TDCR"]
    click(window, "timing_write")
    qtbot.waitUntil(lambda: dongles()[0].config.fd_enabled)
    config = simulator.persistent(device_id).config
    assert config == dongles()[0].config
    assert (config.data_bitrate, config.tdc_enabled, config.tdc_offset) == (2_000_000, True, 30)
    qtbot.waitUntil(lambda: view.verification.status.text().startswith("0 errors in "))
    assert not view._differs.isVisible()
    click(window, "timing_tdc")
    qtbot.waitUntil(view._differs.isVisible)
    click(window, "timing_fd")
    qtbot.waitUntil(lambda: view._phases is not None and view._phases.data is None)
    qtbot.waitUntil(lambda: click.find(window, "timing_write").isEnabled())
    click(window, "timing_write")
    qtbot.waitUntil(lambda: not dongles()[0].config.fd_enabled)
    assert simulator.persistent(device_id).config.data_bitrate is None


def test_fd_panel_without_a_dongle_undoes_its_boxes_and_selects_pairs(
    qtbot: QtBot, shell: Shell, click: Clicker
) -> None:
    window = shell.window()
    shell.go("bench/timing")
    view = window.findChild(TimingView)
    qtbot.waitUntil(lambda: view._phases is not None)
    click(window, "timing_fd")
    qtbot.waitUntil(lambda: view._phases.data is not None)
    best, plot = view._phases, view._pair_plot
    point = next(one for one in plot._points if abs(one.nominal_point - 70) < 0.3 and abs(one.data_point - 70) < 0.3)
    qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=plot.spot(point).toPoint())
    assert abs(view._phases.nominal.sample_point - 70) < 1
    assert abs(view._phases.data.sample_point - 70) < 1
    assert view._inputs.method.current() == "hand"
    view._undo()
    assert (view._phases, view._inputs.method.current()) == (best, "cia")
    view._undo()
    assert view._phases.data is None
    assert not view._inputs.is_fd
    view._redo()
    assert view._phases == best


def test_pair_plot_keys_move_a_ring_and_enter_selects(
    qtbot: QtBot, shell: Shell, click: Clicker, announcements: list[str]
) -> None:
    window = shell.window()
    shell.go("bench/timing")
    view = window.findChild(TimingView)
    click(window, "timing_fd")
    qtbot.waitUntil(lambda: view._phases is not None and view._phases.data is not None)
    before, plot = view._phases, view._pair_plot
    plot.setFocus()
    qtbot.keyClick(plot, Qt.Key.Key_Up)
    assert view._phases == before
    assert announcements[-1] == plot.accessibleDescription()
    assert not plot.accessibleDescription().startswith("Selected")
    qtbot.keyClick(plot, Qt.Key.Key_Return)
    assert announcements[-1] == plot.accessibleDescription()
    assert plot.accessibleDescription().startswith("Selected")
    assert view._phases.data.sample_point > before.data.sample_point
    assert view._phases.nominal.sample_point == before.nominal.sample_point


def test_fd_is_off_for_a_controller_without_a_data_phase(qtbot: QtBot, shell: Shell, click: Clicker) -> None:
    window = shell.window()
    shell.go("bench/timing")
    view = window.findChild(TimingView)
    click(window, "timing_fd")
    qtbot.waitUntil(lambda: view._phases is not None and view._phases.data is not None)
    select = click.find(window, "timing_controller")
    assert isinstance(select, Select)
    select.setCurrentIndex(select.findData("sja1000"))
    qtbot.waitUntil(lambda: view._phases is None)
    box = click.find(window, "timing_fd")
    assert not box.isEnabled()
    assert box.toolTip() == "This controller has no CAN FD data phase."
    assert not visible(window, "timing_data_bitrate")
    assert "12 MHz" in view._inputs._fields["clock"].edit.accessibleDescription()
    _type(qtbot, click, window, "timing_clock", "8")
    qtbot.waitUntil(lambda: view._phases is not None and view._phases.data is None)


def test_fd_no_pair_says_which_phase_and_the_nearest(qtbot: QtBot, shell: Shell, click: Clicker) -> None:
    window = shell.window()
    shell.go("bench/timing")
    view = window.findChild(TimingView)
    click(window, "timing_fd")
    _type(qtbot, click, window, "timing_data_bitrate", "7600")
    qtbot.waitUntil(lambda: view._phases is None)
    said = [label.text() for label in view._inputs.findChildren(QLabel) if label.isVisible()]
    assert any(text.startswith("Data phase: The nearest bit rate is 7.272") for text in said)
    _type(qtbot, click, window, "timing_data_bitrate", "300")
    qtbot.waitUntil(lambda: view._inputs.wrong_fields == ("Data bit rate",))


@pytest.mark.parametrize(("name", "rates"), [("fd-1m-8m", (1_000_000, 8_000_000)), ("isobus", (250_000, None))])
def test_preset_fills_in_rates_and_sample_points_and_can_be_undone(
    qtbot: QtBot, shell: Shell, name: str, rates: tuple[int, int | None]
) -> None:
    shell.go("bench/timing")
    view = shell.window().findChild(TimingView)
    qtbot.waitUntil(lambda: view._phases is not None)
    before = view._phases
    _choose_preset(shell, name)
    view._solve_now()
    data = view._phases.data
    assert (view._phases.nominal.bitrate, data.bitrate if data else None) == rates
    view._undo()
    assert view._phases == before


# ---- profiles


def test_profile_is_saved_offered_and_filled_in_as_it_was_saved(qtbot: QtBot, shell: Shell, click: Clicker) -> None:
    window = shell.window()
    shell.go("bench/timing")
    view = window.findChild(TimingView)
    click(window, "timing_fd")
    qtbot.waitUntil(lambda: view._phases is not None and view._phases.data is not None)
    view._bar.setFocus()
    qtbot.keyClick(view._bar, Qt.Key.Key_Down)
    qtbot.keyClick(view._bar, Qt.Key.Key_Right)  # not one of the best: it is kept as it is
    saved, offset = view._phases, view._tdc_offset
    click(window, "timing_save_profile")
    click(window, "profile_save")
    assert visible(window, "save_profile"), "it asks for a name"
    qtbot.keyClicks(click.find(window, "profile_name"), "Line 2")
    click(window, "profile_save")
    qtbot.waitUntil(lambda: view._inputs.profile_names == ("Line 2",))
    click(window, "timing_fd")
    qtbot.waitUntil(lambda: view._phases.data is None)
    _choose_preset(shell, "profile:Line 2")
    assert (view._phases, view._tdc_offset) == (saved, offset)
    assert view._inputs.method.current() == "hand"
    click(window, "timing_save_profile")
    qtbot.keyClicks(click.find(window, "profile_name"), "Line 2")
    assert click.find(window, "profile_save").text() == "Replace profile"


def test_write_to_several_dongles_writes_each_that_it_fits(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    click: Clicker,
    pair_one: Callable[[], str],
    manager: DeviceManager,
) -> None:
    window, device_id = shell.window(), pair_one()
    (other,) = (one for one in simulator.ports if one != device_id)
    shell.go(f"bench/timing/{device_id}")
    qtbot.waitUntil(lambda: click.find(window, "timing_write").isEnabled())
    _type(qtbot, click, window, "timing_bitrate", "250")
    click(window, "timing_many")
    dialog = click.find(window, "write_to_many")
    assert click.find(window, "many_write").text() == "Write to 2 dongles"
    click(window, "many_write")
    qtbot.waitUntil(lambda: not visible(window, "many_write"))
    shown = [label.text() for label in dialog.findChildren(QLabel)]
    assert shown.count("Written and read back") == 2
    assert {simulator.persistent(one).config.bitrate for one in (device_id, other)} == {250_000}
    click(window, "many_cancel")
    # What is shown now is for another controller: each row says why it can't be written.
    view = window.findChild(TimingView)
    view._inputs.set_controller("bxcan")
    view._on_edited()
    view._solve_now()
    click(window, "timing_many")
    dialog = click.find(window, "write_to_many")
    assert not any(box.isEnabled() for box in dialog.findChildren(CheckBox))
    assert not click.find(window, "many_write").isEnabled()
    assert sum("the controller of" in label.text() for label in dialog.findChildren(QLabel)) == 2


def test_steps_of_writing_and_the_result_are_told_once_each(shell: Shell, announcements: list[str]) -> None:
    shell.go("bench/timing")
    view = shell.window().findChild(TimingView)
    assert view is not None
    for _time in range(2):  # a second write tells the same again
        announcements.clear()
        view.verification.start("500 kbit/s", "87.5")
        view.verification.set_step(3)
        view.verification.show_passed("0 errors in 9 frames")
        assert announcements == [
            "Writing 500 kbit/s, 87.5 %",
            "Written, read back and compared. Listening to the bus",
            "Write and verify: 0 errors in 9 frames",
        ]
    view.verification.show_failure("4 errors", detectable=True)
    view.verification.show_detecting()
    assert announcements[-1] == "Listening at the usual bit rates."


def test_undo_that_brings_a_wrong_value_back_tells_which_is_to_be_corrected(
    qtbot: QtBot, shell: Shell, announcements: list[str]
) -> None:
    window = shell.window()
    shell.go("bench/timing")
    (view,) = shell.findChildren(TimingView)
    qtbot.waitUntil(lambda: view._phases is not None)
    field = window.findChild(QLineEdit, "timing_bitrate")
    assert field is not None
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "x")
    qtbot.waitUntil(lambda: view._phases is None)
    field = window.findChild(QLineEdit, "timing_point")
    assert field is not None
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "80")
    view._solve_now()
    view._inputs.fill_in(view._inputs.controller_name(), {"bitrate": "500"}, view._inputs.boxes)
    view._solve_edited()
    assert view._phases is not None
    announcements.clear()
    _undo(qtbot, window)
    assert view._phases is None
    assert announcements[-2:] == ["Undone: Bit rate", "No bit timings. Correct “Bit rate”."]
    _redo(qtbot, window)
    assert announcements[-2] == "Redone: Bit rate"
    assert announcements[-1].startswith("Selected: ")
    assert window.focusWidget() is field


def test_failed_verification_is_told_as_sentences(shell: Shell, announcements: list[str]) -> None:
    shell.go("bench/timing")
    view = shell.window().findChild(TimingView)
    assert view is not None
    view.verification.show_failure("No frames, 4 errors", "Another node uses a different bit rate.")
    assert announcements[-1].endswith("No frames, 4 errors. Another node uses a different bit rate.")


def test_undo_in_the_list_of_bit_timings_keeps_the_focus_in_it_and_says_what_was_undone(
    qtbot: QtBot, shell: Shell, announcements: list[str], told_focus: list[str]
) -> None:
    """The list was built anew, and the focus went on to the methods."""
    window = shell.window()
    shell.go("bench/timing")
    (view,) = shell.findChildren(TimingView)
    qtbot.waitUntil(lambda: view._phases is not None)
    first, third = (window.findChild(QAbstractButton, f"timing_best_{place}") for place in (1, 3))
    assert first is not None
    assert third is not None
    third.setFocus(Qt.FocusReason.TabFocusReason)
    third.click()
    announcements.clear()
    told_focus.clear()
    _undo(qtbot, window)
    assert first.isChecked()
    assert window.focusWidget() is first
    assert told_focus == ["timing_best_1"]
    assert announcements[0] == "Undone: selection of a bit timing"


def test_undo_at_a_copy_button_leaves_the_focus_at_it(
    qtbot: QtBot, shell: Shell, announcements: list[str], told_focus: list[str]
) -> None:
    """The registers were built anew, and the focus went on to their formats, then to the plot."""
    window = shell.window()
    shell.go("bench/timing")
    (view,) = shell.findChildren(TimingView)
    qtbot.waitUntil(lambda: view._phases is not None)
    third = window.findChild(QAbstractButton, "timing_best_3")
    assert third is not None
    third.click()
    copy = next(one for one in window.findChildren(QAbstractButton, "timing_copy") if one.isVisible())
    copy.setFocus(Qt.FocusReason.TabFocusReason)
    before = copy.accessibleDescription()
    for box in view.findChildren(CheckBox):
        assert not box.hasFocus()
    announcements.clear()
    told_focus.clear()
    for act, told in ((_undo, "Undone: selection of a bit timing"), (_redo, "Redone: selection of a bit timing")):
        act(qtbot, window)
        assert window.focusWidget() is copy
        assert announcements[0] == told
        announcements.clear()
    assert told_focus == []
    assert copy.accessibleDescription() == before
    copy.click()
    assert announcements == ["Copied NBTP"]


def test_what_a_dongle_has_is_read_and_told_once_as_it_differs_and_as_it_no_longer_does(
    qtbot: QtBot, shell: Shell, click: Clicker, pair_one: Callable[[], str], announcements: list[str]
) -> None:
    """A badge appeared and went, and no key reached what the dongle has."""
    device_id, window = pair_one(), shell.window()
    shell.go(f"bench/timing/{device_id}")
    (view,) = shell.findChildren(TimingView)
    qtbot.waitUntil(view._write_button.isEnabled)
    qtbot.waitUntil(lambda: "On the dongle" in view._stored.text())
    told = QAccessible.queryAccessibleInterface(view._stored)
    assert view._stored in tab_stops(view)
    assert told.text(QAccessible.Text.Name) == "On the dongle: 500 kbit/s, 87.5 %. It is what is shown."
    assert not [one for one in announcements if "On the dongle" in one]
    announcements.clear()
    fifth = click.find(window, "timing_best_6")
    fifth.click()
    qtbot.waitUntil(lambda: any("Differs from the dongle." in one for one in announcements))
    assert told.text(QAccessible.Text.Name).endswith("What is shown differs.")
    assert sum("Differs from the dongle." in one for one in announcements) == 1
    announcements.clear()
    _undo(qtbot, window)
    qtbot.waitUntil(lambda: any("As on the dongle." in one for one in announcements))
    assert not any("On the dongle:" in one for one in announcements)


def test_pairs_whose_texts_have_no_room_beside_each_other_take_a_second_line(
    qtbot: QtBot, shell: Shell, click: Clicker
) -> None:
    """At 777 kbit/s the sizes were painted over the sample points."""
    window = shell.window()
    shell.go("bench/timing")
    (view,) = shell.findChildren(TimingView)
    click(window, "timing_fd")
    _type(qtbot, click, window, "timing_bitrate", "777")
    qtbot.waitUntil(lambda: view._phases is not None and round(view._phases.nominal.bitrate / 1000) in range(770, 785))
    row = click.find(window, "timing_best_1")
    qtbot.waitUntil(lambda: row.height() > 28)
    first, second = painted_texts(row)
    assert not first.ink.intersects(second.ink)
    assert "…" not in second.text
    click(window, "timing_fd")
    qtbot.waitUntil(lambda: click.find(window, "timing_best_1").height() == 28)


def _show_pairs_with_a_moved_border(qtbot: QtBot, shell: Shell, click: Clicker) -> TimingView:
    """The pairs at 250 kbit/s, one of them with a jump width of its own: 20 of 21 time quanta."""
    shell.go("bench/timing")
    (view,) = shell.findChildren(TimingView)
    click(shell.window(), "timing_fd")
    _type(qtbot, click, shell.window(), "timing_bitrate", "250")
    qtbot.waitUntil(lambda: view._phases is not None and view._phases.nominal.bitrate == 250_000)
    view._bar.setFocus()
    qtbot.keyClick(view._bar, Qt.Key.Key_Left)
    assert view._phases is not None
    assert view._phases.nominal.sjw < view._phases.nominal.phase_seg2
    return view


def test_selected_point_of_the_plot_chosen_again_changes_nothing(
    qtbot: QtBot, shell: Shell, click: Clicker, announcements: list[str]
) -> None:
    """The jump width became the widest one, and with it the registers."""
    view = _show_pairs_with_a_moved_border(qtbot, shell, click)
    before, registers, choice = view._phases, view._registers.text(), view._choice()
    view._pair_plot.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(view._pair_plot, key)
    assert announcements[-1].startswith("Selected: "), "the arrows lead back"
    qtbot.keyClick(view._pair_plot, Qt.Key.Key_Return)
    assert announcements[-1].startswith("Selected: ")
    assert (view._phases, view._registers.text(), view._choice()) == (before, registers, choice)


def test_arrows_of_the_plot_of_pairs_go_back_the_way_they_came(qtbot: QtBot, shell: Shell, click: Clicker) -> None:
    view = _show_pairs_with_a_moved_border(qtbot, shell, click)
    plot, told = view._pair_plot, list[str]()
    plot.setFocus()
    way = [Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Right, Qt.Key.Key_Down]
    opposite = {way[0]: Qt.Key.Key_Left, way[1]: Qt.Key.Key_Down, way[3]: Qt.Key.Key_Up}
    for key in way:
        told.append(plot.accessibleDescription())
        qtbot.keyClick(plot, key)
    assert len(set(told)) == len(told)
    for key in reversed(way):
        qtbot.keyClick(plot, opposite[key])
        assert plot.accessibleDescription() == told.pop()


def test_jump_width_that_changes_is_told(qtbot: QtBot, shell: Shell, click: Clicker, announcements: list[str]) -> None:
    view = _show_pairs_with_a_moved_border(qtbot, shell, click)
    qtbot.waitUntil(lambda: any("SJW " in one for one in announcements))
    announcements.clear()
    qtbot.keyClick(view._bar, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: any("SJW 1 and " in one for one in announcements))


def test_arrows_select_in_the_list_of_bit_timings_where_none_is_selected(
    qtbot: QtBot, shell: Shell, click: Clicker
) -> None:
    """They moved the focus alone, and Tab came to the last of them."""
    window = shell.window()
    shell.go("bench/timing")
    (view,) = shell.findChildren(TimingView)
    qtbot.waitUntil(lambda: view._phases is not None)
    first, second, third = (click.find(window, f"timing_best_{place}") for place in (1, 2, 3))
    for one in (first, second, third):
        assert isinstance(one, QAbstractButton)
    third.click()
    view._bar.setFocus()
    qtbot.keyClick(view._bar, Qt.Key.Key_End)
    rows = [one for one in tab_stops(view) if one.objectName().startswith("timing_best_")]
    assert rows == [first]
    first.setFocus(Qt.FocusReason.TabFocusReason)
    for key, chosen in ((Qt.Key.Key_Down, second), (Qt.Key.Key_Right, third), (Qt.Key.Key_Up, second)):
        qtbot.keyClick(window.focusWidget(), key)
        assert window.focusWidget() is chosen
        assert chosen.isChecked()


def test_up_and_down_choose_a_calculation_method_as_left_and_right_do(
    qtbot: QtBot, shell: Shell, click: Clicker
) -> None:
    window = shell.window()
    shell.go("bench/timing")
    (view,) = shell.findChildren(TimingView)
    qtbot.waitUntil(lambda: view._phases is not None)
    click.find(window, "segment_cia").setFocus(Qt.FocusReason.TabFocusReason)
    for key, method in ((Qt.Key.Key_Down, "linux"), (Qt.Key.Key_Down, "hand"), (Qt.Key.Key_Up, "linux")):
        qtbot.keyClick(window.focusWidget(), key)
        assert view._inputs.method.current() == method


def test_timing_is_written_to_no_dongle_if_another_is_plugged_in_where_the_shown_one_was(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    click: Clicker,
    manager: DeviceManager,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two dongles are swapped between the click and the write: as long as no scan has noticed."""
    window, (shown_id, other_id) = shell.window(), sorted(simulator.ports)
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    shell.go(f"bench/timing/{shown_id}")
    qtbot.waitUntil(lambda: click.find(window, "timing_write").isEnabled())
    _type(qtbot, click, window, "timing_bitrate", "250")
    view = window.findChild(TimingView)
    other = manager.find(other_id)
    assert other is not None
    found = manager.find
    # A link names its dongle: a real port doesn't, and there only the dongle itself can say which it is.
    monkeypatch.setattr(device, "linked_id", lambda _path: None)
    monkeypatch.setattr(device, "require_linked_id", lambda _path, _device_id: None)
    monkeypatch.setattr(
        manager, "find", lambda one: replace(found(shown_id), port=other.port) if one == shown_id else found(one)
    )
    before = {one: simulator.persistent(one).config for one in simulator.ports}
    click(window, "timing_write")
    qtbot.waitUntil(lambda: view.verification.status.text() == "A different dongle is on this port now.")
    notice = shell.context.problems.current
    assert notice is not None
    assert f"but Dongle {other_id[-4:].upper()} responded. Nothing was changed." in notice.why
    click(window, "timing_many")
    dialog = click.find(window, "write_to_many")
    click(window, "many_write")
    qtbot.waitUntil(lambda: not visible(window, "many_write"))
    shown = [label.text() for label in dialog.findChildren(QLabel)]
    assert "A different dongle is on this port now." in shown
    click(window, "many_cancel")
    assert simulator.persistent(shown_id).config == before[shown_id]
    swapped = replace(found(shown_id), port=other.port)
    with pytest.raises(AppError, match="A different dongle"):
        manager.open_bus(swapped, "Rig 1")

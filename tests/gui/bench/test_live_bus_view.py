"""The live bus, by mouse and keys, against simulated dongles."""

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
import shiboken6
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QScrollArea, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import insert

from benchboard.canbus import candump, link
from benchboard.canbus.backends.slcan import SlcanBus
from benchboard.canbus.bus import BusState
from benchboard.canbus.bus_load import BusLoad
from benchboard.canbus.capture import Capture, Counters
from benchboard.canbus.frame import Frame
from benchboard.dongles import fleet
from benchboard.dongles.device import Device
from benchboard.errors import AppError, DeviceFailure
from benchboard.i18n import number
from benchboard.storage.models.dongles import Dongle as DongleRow
from benchboard.ui.bench.bus_counters import BusCounters
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.frame_rows import ID
from benchboard.ui.bench.live_bus.live_load import LiveLoad
from benchboard.ui.bench.live_bus.past_bar import PastBar
from benchboard.ui.bench.live_bus_view import LiveBusView
from benchboard.ui.bench.selected_dongle import SelectedDongle
from benchboard.ui.bench.timing_request import config_at
from benchboard.ui.shell.shell import Shell
from benchboard.ui.theme import theme
from benchboard.ui.widgets import CheckBox, Popover, Select, accessible
from benchboard.ui.widgets.badges import Badge
from benchboard.ui.widgets.banners import Banner
from benchboard.ui.widgets.tab_order import tab_stops
from support.benchsim import Simulator, simulated
from support.databases import unbound
from support.loopback_dongle import CONFIG
from support.window import Clicker, visible


def _type(qtbot: QtBot, click: Clicker, window: QWidget, name: str, text: str) -> None:
    edit = click.find(window, name)
    assert isinstance(edit, QLineEdit)
    qtbot.mouseDClick(edit, Qt.MouseButton.LeftButton)
    edit.selectAll()
    qtbot.keyClicks(edit, text)


def _start(qtbot: QtBot, shell: Shell, click: Clicker) -> LiveBusView:
    """Go to the live bus and start it, without a wait for its first frames."""
    window = shell.window()
    shell.go("bench/live")
    qtbot.waitUntil(lambda: click.find(window, "live_start").isEnabled())
    click(window, "live_start")
    view = window.findChild(LiveBusView)
    assert view is not None
    return view


def _copied_command(click: Clicker, window: QWidget) -> str:
    """The command that the live bus helps with, copied from its popover."""
    click(window, "live_help")
    popover = click.find(window, "live_help_popover")
    assert isinstance(popover, Popover)
    (copy,) = popover.findChildren(QAbstractButton)
    copy.click()
    popover.close()
    return QApplication.clipboard().text()


def test_live_bus_shows_frames_of_another_node_and_sends(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    click: Clicker,
    manager: DeviceManager,
    pair_one: Callable[[], str],
) -> None:
    window, device_id = shell.window(), pair_one()
    other_id, other_port = next((ident, port) for ident, port in simulator.ports.items() if ident != device_id)
    qtbot.waitUntil(lambda: manager.find(other_id) is not None)
    with link.open_port(other_port) as handle:
        Device(handle).close_channel()
        listener = Capture(SlcanBus(handle, bitrate=500_000), bitrate=500_000)
        listener.start()
        shell.go("bench/live")
        view = window.findChild(LiveBusView)
        view._dongle.set_current_key(device_id)
        click(window, "live_start")
        qtbot.waitUntil(lambda: view.model.rowCount() >= 6)
        click(window, "segment_rolling")
        qtbot.waitUntil(lambda: view.model.rowCount() > 30)
        _type(qtbot, click, window, "live_frame", "321#C0FFEE")
        click(window, "live_send")
        qtbot.waitUntil(lambda: any(one.id == 0x321 for one in listener.since().frames))
        counts = view._counters
        qtbot.waitUntil(lambda: counts.value("Sent") == "1")
        assert counts.value("Dropped") == "0"
        click(window, "live_pause")
        shown = view.model.rowCount()
        heard = manager.live.capture.counters().frames
        qtbot.waitUntil(lambda: manager.live.capture.counters().frames > heard + 20)
        assert view.model.rowCount() == shown
        click(window, "segment_fixed")
        click(window, "live_pause")
        # What came during the pause is counted too.
        qtbot.waitUntil(lambda: _shown_frames(view) >= heard + 20)
        table = view.table.geometry()
        _type(qtbot, click, window, "live_frame", "nonsense")
        click(window, "live_send")
        field = click.find(window, "live_frame")
        assert field.property("wrong")
        assert field.accessibleDescription() == view.send_bar.refusal.text() != ""  # whoever comes back hears it
        # A classic dongle can't send a CAN FD frame. The error is below the field, and goes with the next edit.
        _type(qtbot, click, window, "live_frame", "123##1AABB")
        assert (field.property("wrong"), field.accessibleDescription()) == (False, "")
        assert not visible(window, "live_refusal")
        click(window, "live_send")
        assert view.send_bar.refusal.text() == "This dongle is set to classic CAN. Send a classic frame."
        assert visible(window, "live_set_fd")
        click(window, "live_send_classic")
        qtbot.waitUntil(lambda: view.send_bar.said.text() == "Sent 123#AABB to the dongle.")
        assert not visible(window, "live_refusal")
        current = shell.context.problems.current
        assert current is None or current.what.startswith("New simulated dongle"), "the error is below the field alone"
        _type(qtbot, click, window, "live_frame", "123#DEADBEEF")
        qtbot.waitUntil(lambda: view.table.geometry() == table)
        click(window, "live_send")
        qtbot.waitUntil(lambda: view.send_bar.said.text() == "Sent 123#DEADBEEF to the dongle.")
        assert not click.find(window, "live_frame").property("wrong")
        click(window, "live_stop")
        qtbot.waitUntil(lambda: manager.live is None)
        listener.stop()


def test_a_can_fd_frame_on_classic_can_leads_to_can_fd_in_bit_timing(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager, click: Clicker
) -> None:
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    shell.go(f"bench/live/{min(simulator.ports)}")
    qtbot.waitUntil(lambda: manager.live is not None)
    window = shell.window()
    _type(qtbot, click, window, "live_frame", "123##1112233445566778899AABBCC")
    click(window, "live_send")
    classic = click.find(window, "live_send_classic")
    assert classic.text() == "Send its first 8 bytes as a classic frame"
    click(window, "live_set_fd")
    qtbot.waitUntil(lambda: visible(window, "timing_fd"))
    box = click.find(window, "timing_fd")
    assert isinstance(box, CheckBox)
    assert box.isChecked()
    shell.go("bench/live")


class SlowPort:
    """Makes the bus's port take each frame only when the test lets it, or fail with the `error` that is set then."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent: list[str] = []
        self.error: AppError | None = None
        self.begun = threading.Semaphore(0)
        self._gate = threading.Semaphore(0)
        monkeypatch.setattr(SlcanBus, "send", lambda _bus, frame, _on_result: self._send(frame))

    def let_go(self, error: AppError | None = None) -> None:
        self.error = error
        self._gate.release()

    def _send(self, frame: Frame) -> None:
        self.begun.release()
        assert self._gate.acquire(timeout=60), "the test never let it go"
        if self.error is not None:
            raise self.error
        self.sent.append(candump.text(frame))


def test_live_bus_slow_port_never_blocks_and_each_outcome_names_its_own_frame(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    manager: DeviceManager,
    click: Clicker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port, window, problems = SlowPort(monkeypatch), shell.window(), shell.context.problems
    view = _start(qtbot, shell, click)
    qtbot.waitUntil(lambda: manager.live is not None)

    def send(text: str) -> None:
        _type(qtbot, click, window, "live_frame", text)
        click(window, "live_send")

    send("101#AA")
    assert "Sending 101#AA." in _labels(view)
    # It fails while the next frame is being typed: the error is not beside that one.
    _type(qtbot, click, window, "live_frame", "102#BB")
    port.let_go(DeviceFailure("port.stuck", "The port stopped accepting data."))
    qtbot.waitUntil(lambda: problems.has("bench.send"))
    assert (problems.current.what, problems.current.why) == ("101#AA wasn't sent.", "The port stopped accepting data.")
    said = {label.text() for banner in view.findChildren(Banner) for label in banner.findChildren(QLabel)}
    assert not [text for text in _labels(view) if "101#AA" in text and text not in said]
    assert not click.find(window, "live_frame").property("wrong")
    click(window, "live_send")
    assert problems.has("bench.send")
    port.let_go()
    qtbot.waitUntil(lambda: "Sent 102#BB to the dongle." in _labels(view))
    assert not problems.has("bench.send")
    # Closed with one frame on its way and two waiting: at once, and with a notice of those two.
    for _one in range(2):
        assert port.begun.acquire(timeout=60)
    for text in ("103#CC", "104#DD", "105#EE"):
        send(text)
    assert port.begun.acquire(timeout=60)
    click(window, "live_stop")
    assert manager.live is None
    qtbot.waitUntil(lambda: problems.has("bench.send"))
    assert problems.current.what == "2 frames weren't sent: 104#DD, 105#EE"
    assert problems.current.why == "The live bus was closed first."
    port.let_go()
    qtbot.waitUntil(lambda: port.sent == ["102#BB", "103#CC"])


def _shown_frames(view: LiveBusView) -> int:
    """The sum of the column Count."""
    model = view.model
    counts = (model.data(model.index(row, 5)) for row in range(model.rowCount()))
    return sum(int(str(count).replace(",", "")) for count in counts)


def test_live_bus_frames_beyond_the_ring_are_counted_as_not_shown(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    manager: DeviceManager,
    click: Clicker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A ring that forgets everything but the last three frames: the screen comes too late for the rest.
    monkeypatch.setattr("benchboard.ui.bench.device_manager.Capture", partial(Capture, capacity=3))
    view = _start(qtbot, shell, click)
    qtbot.waitUntil(lambda: view._counters.value("Not shown") not in ("", "0"))
    assert view._counters.value("Dropped") == "0"


def _figure(view: LiveBusView, name: str) -> int:
    """A total above the frames, 0 where it isn't shown."""
    return int("".join(filter(str.isdigit, view._counters.value(name))) or 0)


def _cells(view: LiveBusView) -> set[str]:
    """The data of all rows."""
    return {str(view.model.index(row, 6).data()) for row in range(view.model.rowCount())}


def test_live_bus_of_a_dongle_that_is_alone_says_what_it_waits_for_and_that_no_node_acknowledges(
    qtbot: QtBot, shell: Shell, home: Path, click: Clicker, manager: DeviceManager
) -> None:
    """An empty table, then the bit rate of “the other nodes” of which there are none."""
    with simulated(home, 1) as simulator:
        (device_id,) = simulator.ports
        qtbot.waitUntil(lambda: manager.find(device_id) is not None)
        view, window = _start(qtbot, shell, click), shell.window()

        def shown() -> str:
            return " ".join(label.text() for label in view.findChildren(QLabel) if label.isVisible())

        qtbot.waitUntil(
            lambda: "No frames yet Listening at 500 kbit/s. If another node is sending, check its bit rate" in shown()
        )
        _type(qtbot, click, window, "live_frame", "123#00")
        click(window, "live_send")
        qtbot.waitUntil(lambda: "No node acknowledges what this dongle sends" in shown())
        assert "Connect another node, or check that every node runs at 500 kbit/s, then the wiring" in shown()
        assert "Only errors" not in shown()
        qtbot.waitUntil(lambda: view.send_bar.said.text() == "Sent 123#00 to the dongle, but no node acknowledges it.")
        qtbot.waitUntil(lambda: view._counters.value("TEC 128, REC 0") == "Error passive")
        qtbot.waitUntil(lambda: "Controller: error passive" in _cells(view))
        if folder := os.environ.get("BENCH_SHOTS"):
            window.grab().save(f"{folder}/live_alone.png")
        simulator.process.kill()
        qtbot.waitUntil(lambda: manager.live is None)
        counts = view._counters
        assert counts.value("Last counts") == "Disconnected"
        assert (counts.value("TEC 128, REC 0"), counts.value("Sent")) == ("Error passive", "0"), (
            "nobody acknowledged it"
        )
        assert int("".join(filter(str.isdigit, counts.value("Bus errors")))) > 0
        assert {stat.ink for stat in counts.stats} == {"text.muted"}
        assert "The errors below are from before that." in shown()  # nobody acknowledged the frame, so it was not sent
        if folder := os.environ.get("BENCH_SHOTS"):
            window.resize(1024, 700)
            window.grab().save(f"{folder}/live_ended.png")


def test_live_bus_at_a_wrong_bit_rate_says_why_it_is_empty_and_leads_to_bit_timing(
    qtbot: QtBot, shell: Shell, home: Path, click: Clicker, manager: DeviceManager
) -> None:
    """It showed red error counters over an empty table."""
    with simulated(home, 1, "--traffic", "200", "--bitrate", "250000") as simulator:
        (device_id,) = simulator.ports
        qtbot.waitUntil(lambda: manager.find(device_id) is not None)
        view, window = _start(qtbot, shell, click), shell.window()
        qtbot.waitUntil(lambda: visible(window, "live_open_timing"))
        assert not view.table.isVisible()
        shown = " ".join(label.text() for label in view.findChildren(QLabel) if label.isVisible())
        assert "Only errors on the bus, no frames" in shown
        assert "can be read at 500 kbit/s. Check that this is the bit rate of the other nodes" in shown
        click(window, "live_open_timing")
        qtbot.waitUntil(lambda: visible(window, "timing_write"))
        shell.go("bench/live")
        qtbot.waitUntil(lambda: shell.context.problems.has("bench.unreadable"))  # which it leaves with the page
        # The controller's state and the errors that it counted, which only the other view lists.
        qtbot.waitUntil(lambda: view.model.rowCount() == 2)
        assert visible(window, "live_open_timing")
        advice = "To list what the controller reports, select All frames."
        qtbot.waitUntil(lambda: any(label.text().endswith(advice) for label in view.findChildren(QLabel)))
        assert view.content_text() == "", "errors have no ID"
        _shoot(window, "only-errors")
        click(window, "segment_rolling")
        qtbot.waitUntil(view.table.isVisible)
        kinds = {view.model.index(row, 2).data() for row in range(view.model.rowCount())}
        assert kinds == {"STATE", "ERR"}
        click(window, "segment_fixed")
        qtbot.waitUntil(lambda: visible(window, "live_open_timing"))
        manager.close_bus()
        assert not visible(window, "live_open_timing")
        assert not visible(window, "bit_rate_pane")


def _shoot(window: QWidget, name: str) -> None:
    """Take pictures in both themes and two sizes, where they are asked for."""
    if folder := os.environ.get("BENCH_SHOTS"):
        for mode in ("light", "dark"):
            theme().set_appearance(mode)
            for width, height in ((1024, 700), (1440, 900)):
                window.resize(width, height)
                QTest.qWait(300)
                window.grab().save(f"{folder}/{name}-{mode}-{width}.png")
        theme().set_appearance("light")


def _write_rate(manager: DeviceManager, path: str, bitrate: int) -> None:
    """Write another bit rate to the dongle, as another program would."""
    with manager.device(path) as device:
        stored = device.config_read()
        planned = config_at(stored.config, bitrate, None)
        assert planned is not None
        device.config_write(planned, revision=stored.revision, signer=None)


def test_bus_in_trouble_keeps_the_last_good_frames_detects_the_bit_rate_and_writes_it_when_told(
    qtbot: QtBot, shell: Shell, home: Path, click: Clicker, manager: DeviceManager
) -> None:
    with simulated(home, 1, "--traffic", "200") as simulator:
        ((device_id, port),) = simulator.ports.items()
        qtbot.waitUntil(lambda: manager.find(device_id) is not None)
        view, window = _start(qtbot, shell, click), shell.window()
        qtbot.waitUntil(lambda: view.model.rowCount() >= 6)
        manager.close_bus()
        good = [view.model.index(row, ID).data() for row in range(view.model.rowCount())]
        _write_rate(manager, port, 125_000)
        click(window, "live_start")
        click.find(window, "bit_rate_pane")
        notice = shell.context.problems.current
        assert notice is not None
        assert notice.what.endswith("receives only errors.")
        assert "Nothing sent on its bus can be read at 125 kbit/s." in notice.why
        assert [one.title for one in notice.actions] == ["Detect bit rate", "Open bit timing"]
        assert not any(one.primary for one in notice.actions), "the pane beside the frames has the one primary button"
        # What was read at the right bit rate stays, as of then.
        shown = [view.model.index(row, ID).data() for row in range(view.model.rowCount())]
        assert [one for one in shown if one != "–"] == good
        assert view.table.isVisible()
        assert all(view.model.is_past(row) for row in range(view.model.rowCount()) if shown[row] != "–")
        past = click.find(window, "live_past")
        assert isinstance(past, PastBar)
        assert past.text().startswith("The last frames that could be read. Nothing could be read for")
        (as_of,) = past.findChildren(Badge)
        last = view.model.last_stamp
        assert last is not None
        assert as_of.accessibleName() == f"as of {datetime.fromtimestamp(last.seconds).strftime('%H:%M:%S')}"
        # The likeliest is what was read here before; the present one comes last, with what was measured.
        lines = view._search.lines()
        assert lines[0].bitrate == 500_000
        assert lines[0].why.startswith("Frames were read at it until ")
        assert (lines[-1].bitrate, lines[-1].state) == (125_000, "present")
        qtbot.waitUntil(lambda: view._search.lines()[-1].heard.errors > 100)
        assert view._search.lines()[-1].heard.frames == 0
        _shoot(window, "trouble")
        pane = click.find(window, "bit_rate_pane")
        (scrolled,) = pane.findChildren(QScrollArea)
        # Rows of another order are gone with the next turn of the events.
        ticks = pane.findChildren(QWidget, "try_rate_125000")
        (present,) = [tick for tick in ticks if (row := tick.parentWidget()) is not None and row.isVisible()]
        assert not scrolled.isAncestorOf(present), "it stays in sight below those that scroll"
        assert scrolled.isAncestorOf(click.find(window, "try_rate_500000"))
        # Nor does it lie over another where the window is low and the send table needs room, too.
        size = window.size()
        window.resize(1024, 700)
        click(window, "live_send")
        qtbot.waitUntil(
            lambda: present.mapTo(pane, QPoint()).y() >= scrolled.mapTo(pane, QPoint(0, scrolled.height())).y()
        )
        assert pane.rect().contains(QRect(present.mapTo(pane, QPoint()), present.size()))
        click(window, "live_send")
        window.resize(size)
        # One that is left out isn't tried. Detecting writes nothing.
        click(window, "try_rate_500000")
        assert 500_000 not in view._search.to_try()
        click(window, "try_rate_500000")
        buttons = window.findChildren(QAbstractButton, "banner_action")
        next(one for one in buttons if one.isVisible() and one.text() == "Detect bit rate").click()
        qtbot.waitUntil(lambda: view._search.detection is not None)
        assert view._search.detection.bitrate == 500_000
        use = click.find(window, "live_use_rate")
        assert use.text() == "Use 500 kbit/s"
        qtbot.waitUntil(lambda: manager.live is not None and view._only_errors)
        assert manager.live.config.bitrate == 125_000
        shown = [view.model.index(row, ID).data() for row in range(view.model.rowCount())]
        assert [one for one in shown if one != "–"] == good
        _shoot(window, "trouble-detected")
        click(window, "live_use_rate")
        qtbot.waitUntil(lambda: manager.live is not None and manager.live.config.bitrate == 500_000)
        qtbot.waitUntil(lambda: not visible(window, "bit_rate_pane"))
        assert not visible(window, "live_past")
        assert shell.context.problems.current is None or not shell.context.problems.current.what.endswith(
            "only errors."
        )
        qtbot.waitUntil(lambda: view.model.rowCount() >= 6)
        assert not any(view.model.is_past(row) for row in range(view.model.rowCount()))
        # The way back.
        shell.context.problems.undo_last()
        qtbot.waitUntil(lambda: manager.live is not None and manager.live.config.bitrate == 125_000)
        qtbot.waitUntil(lambda: visible(window, "bit_rate_pane"))


def test_bit_rate_pane_says_until_when_frames_were_read_while_another_view_was_shown(
    qtbot: QtBot, shell: Shell, home: Path, click: Clicker, manager: DeviceManager
) -> None:
    """It said until when the view was looked at: two minutes before the time of the last frames beside it."""
    with simulated(home, 1, "--traffic", "200") as simulator:
        ((device_id, port),) = simulator.ports.items()
        qtbot.waitUntil(lambda: manager.find(device_id) is not None)
        view, window = _start(qtbot, shell, click), shell.window()
        qtbot.waitUntil(lambda: view.model.rowCount() >= 6)
        shell.go("bench/timing")
        qtbot.waitUntil(lambda: not view.isVisible())
        assert manager.live is not None
        view._search.note_read(manager.live, "the view was left")
        manager.close_bus()
        _write_rate(manager, port, 250_000)
        shell.go(f"bench/live/{device_id}")
        click.find(window, "bit_rate_pane")
        last = view.model.past_until
        assert last is not None
        until = datetime.fromtimestamp(last.seconds).strftime("%H:%M")
        first = view._search.lines()[0]
        assert (first.bitrate, first.why) == (500_000, f"Frames were read at it until {until}")
        # The likeliest is the one at which frames were read last, whichever was first.
        for bitrate in (800_000, 500_000):
            read = SimpleNamespace(device_id=device_id, config=SimpleNamespace(bitrate=bitrate))
            view._search.note_read(read, "09:59")  # type: ignore[arg-type]
            assert view._search.lines()[0].bitrate == bitrate


def test_bus_of_a_dongle_set_to_another_bit_rate_tells_what_is_known_and_contradicts_no_finding(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, manager: DeviceManager
) -> None:
    """It said that nothing was known of the bit rate that the dongle had a minute ago and its neighbour has, and that
    the bit rate may be wrong beside the one it had found."""
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    device_id, other = sorted(simulator.ports)
    neighbour = manager.find(other)
    assert neighbour is not None
    path = simulator.ports[device_id]
    _write_rate(manager, path, 250_000)
    manager.probe_again(path)
    qtbot.waitUntil(lambda: 500_000 in manager.earlier_rates.get(device_id, {}))
    shell.go(f"bench/live/{device_id}")
    (view,), window = shell.findChildren(LiveBusView), shell.window()
    qtbot.waitUntil(lambda: visible(window, "bit_rate_pane") and shell.context.problems.current is not None)
    first = view._search.lines()[0]
    assert (first.bitrate, first.why[:-5]) == (500_000, "This dongle was set to it until ")
    sentence = click.find(window, "bit_rate_sentence")
    qtbot.waitUntil(lambda: sentence.text() == "500 kbit/s is the likeliest")
    manager.earlier_rates.clear()
    qtbot.waitUntil(lambda: view._search.lines()[0].why == f"{neighbour.port_name} is set to it")
    click(window, "live_detect")
    qtbot.waitUntil(lambda: view._search.detection is not None and view._only_errors)
    qtbot.waitUntil(lambda: shell.context.problems.current is not None)
    notice = shell.context.problems.current
    assert notice.why == "The bus runs at 500 kbit/s, the dongle at 250 kbit/s."
    assert [(one.title, one.primary) for one in notice.actions] == [("Open bit timing", False)]
    shown = " ".join(label.text() for label in view.findChildren(QLabel) if label.isVisible())
    assert "No frames at 250 kbit/s" in shown
    assert "They appear here once the dongle runs at 500 kbit/s." in shown
    assert "may be wrong" not in shown
    assert "Check that" not in shown
    _shoot(window, "trouble-found")


def test_detection_and_its_result_are_told_once_and_the_focus_goes_nowhere_on_the_way(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, manager: DeviceManager,
    announcements: list[str], told_focus: list[str],
) -> None:  # fmt: skip
    """Five sentences came at once, and the focus went through six controls; on an open bus it lay on no control."""
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    device_id = sorted(simulator.ports)[0]
    _write_rate(manager, simulator.ports[device_id], 250_000)
    manager.probe_again(simulator.ports[device_id])
    shell.go("bench/live")
    (view,), window = shell.findChildren(LiveBusView), shell.window()
    view._select_dongle(device_id)
    start = click.find(window, "live_empty_action")
    qtbot.waitUntil(lambda: start.text() == "Open live bus")
    start.setFocus(Qt.FocusReason.TabFocusReason)
    told_focus.clear()
    qtbot.keyClick(start, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: visible(window, "bit_rate_pane") and shell.context.problems.current is not None)
    assert sum("only errors" in one.lower() for one in announcements) == 1
    focused = window.focusWidget()
    assert focused is not None
    page = QAccessible.queryAccessibleInterface(focused)
    assert page.text(QAccessible.Text.Name)
    detect = click.find(window, "live_detect")
    detect.setFocus(Qt.FocusReason.TabFocusReason)
    announcements.clear()
    qtbot.keyClick(detect, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: view._search.detection is not None and manager.live is not None and view._only_errors)
    assert [one for one in announcements if "live bus of" in one or "No frames" in one] == []
    assert sum(one.startswith("The bus runs at 500 kbit/s.") for one in announcements) == 1
    pane = QAccessible.queryAccessibleInterface(click.find(window, "bit_rate_pane"))
    assert ".." not in pane.text(QAccessible.Text.Name)
    use = click.find(window, "live_use_rate")
    use.setFocus(Qt.FocusReason.TabFocusReason)
    told_focus.clear()
    qtbot.keyClick(use, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not visible(window, "bit_rate_pane") and manager.live is not None)
    assert told_focus == ["live_detect_stop", "live_use_rate", "live_table"]


def test_detection_of_a_bus_that_is_cancelled_opens_the_bus_again(
    qtbot: QtBot, shell: Shell, home: Path, click: Clicker, manager: DeviceManager
) -> None:
    with simulated(home, 1, "--traffic", "200", "--bitrate", "10000") as simulator:
        (device_id,) = simulator.ports
        qtbot.waitUntil(lambda: manager.find(device_id) is not None)
        view, window = _start(qtbot, shell, click), shell.window()
        click(window, "live_detect")
        qtbot.waitUntil(lambda: any(one.state == "listening" for one in view._search.lines()))
        assert manager.live is None
        click(window, "live_detect_stop")
        qtbot.waitUntil(lambda: manager.live is not None)
        assert not view._search.is_running
        assert shell.address == "bench/live"
        assert visible(window, "live_detect")


def test_closed_live_bus_says_so_once(qtbot: QtBot, shell: Shell, manager: DeviceManager) -> None:
    shell.go("bench/live")
    (view,) = shell.findChildren(LiveBusView)
    shown = [one for one in view.findChildren(QWidget) if one.isVisible()]
    closed = "No dongles connected"
    texts = [
        one.text()
        if isinstance(one, QLabel)
        else one.accessible_text()
        if isinstance(one, BusCounters)
        else one.accessibleName()
        for one in shown
    ]
    assert [text.rstrip(".") for text in texts].count(closed) == 1
    # Whatever keeps it closed, a button leads on: to simulated dongles where none is connected.
    assert visible(shell.window(), "live_empty_action")


def test_live_bus_page_without_frames_opens_the_bus_of_the_selected_dongle(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager, click: Clicker
) -> None:
    window = shell.window()
    shell.go("bench/live")
    qtbot.waitUntil(lambda: click.find(window, "live_start").isEnabled())
    assert click.find(window, "live_empty_action").text() == "Open live bus"
    click(window, "live_empty_action")
    qtbot.waitUntil(lambda: manager.live is not None)


def test_live_bus_of_another_dongle_takes_the_place_of_the_open_one(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager, click: Clicker, told_focus: list[str]
) -> None:
    def is_open(device_id: str) -> bool:
        return manager.live is not None and manager.live.device_id == device_id

    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    first, second = simulator.ports
    shell.go(f"bench/live/{first}")
    qtbot.waitUntil(lambda: is_open(first))
    view = shell.window().findChild(LiveBusView)
    assert view is not None
    qtbot.waitUntil(view.table.hasFocus)
    shell.go(f"bench/live/{second}")
    qtbot.waitUntil(lambda: is_open(second))
    chosen = click.find(shell.window(), "live_dongle")
    assert isinstance(chosen, Select)
    keys = [chosen.itemData(place) for place in range(chosen.count())]
    qtbot.waitUntil(view.table.hasFocus)
    assert "live_dongle" not in told_focus, "an arrow key that was meant for the frames chose another dongle"
    step = Qt.Key.Key_Up if keys.index(first) < keys.index(second) else Qt.Key.Key_Down
    chosen.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(chosen, step)
    assert is_open(second), "an arrow key closes no bus"
    assert chosen.view().isVisible()
    qtbot.keyClick(chosen.view(), step)
    assert is_open(second)
    qtbot.keyClick(chosen.view(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: is_open(first))
    assert chosen.current_key() == first


def test_live_bus_and_simulator_survive_a_change_of_language(
    qtbot: QtBot, shell: Shell, manager: DeviceManager, click: Clicker
) -> None:
    window, context = shell.window(), shell.context
    click(window, "bench_simulate_empty")
    qtbot.waitUntil(lambda: len(manager.devices) == 2)
    _start(qtbot, shell, click)
    qtbot.waitUntil(lambda: manager.live is not None)
    try:
        context.apply_settings(replace(context.settings, language="tr"))
        qtbot.waitUntil(lambda: not shiboken6.isValid(shell))
        (rebuilt,) = window.findChildren(LiveBusView)
        assert click.find(window, "live_stop").text() == "Canlı veri yolunu kapat"
        assert manager.live is not None
        assert manager.live.capture.running
        qtbot.waitUntil(lambda: rebuilt.model.rowCount() > 0)
    finally:
        context.apply_settings(replace(context.settings, language="en"))


def test_live_bus_ends_when_the_device_leaves(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager, click: Clicker
) -> None:
    window = shell.window()
    view = _start(qtbot, shell, click)
    qtbot.waitUntil(lambda: manager.live is not None)
    device_id = manager.live.device_id
    qtbot.waitUntil(lambda: view.model.rowCount() > 0)
    _type(qtbot, click, window, "live_frame", "12Z#00")
    click(window, "live_send")
    wrong = "“Z” in the ID isn't hexadecimal. Use a format such as 123#DEADBEEF."
    qtbot.waitUntil(lambda: wrong in _labels(view))
    _type(qtbot, click, window, "live_frame", "321#C0FFEE")
    click(window, "live_send")
    qtbot.waitUntil(lambda: "Sent 321#C0FFEE to the dongle." in _labels(view))
    simulator.process.kill()
    qtbot.waitUntil(lambda: manager.live is None)
    ended = click.find(window, "live_past").text()
    title = f"Dongle {device_id[-4:].upper()}"
    assert ended.startswith(f"{title} disconnected.")
    assert ended.endswith("The frames below are from before that.")
    assert view.model.ended
    assert not [text for text in _labels(view) if text.startswith("Sent ")]
    notice = shell.context.problems.current
    assert (notice.what, notice.why) == (f"{title} disconnected.", "Its simulated port is no longer available.")
    assert [action.title for action in notice.actions] == ["Start simulated dongles"]


def test_bus_that_ends_while_another_view_is_shown_says_so_there(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager, click: Clicker
) -> None:
    """It ended without a word: only the entry in the status bar was gone."""
    _start(qtbot, shell, click)
    qtbot.waitUntil(lambda: manager.live is not None)
    title = manager.live.title
    shell.go("bench/timing")
    simulator.process.kill()
    qtbot.waitUntil(lambda: manager.live is None)
    notice = shell.context.problems.current
    assert notice.what == f"The live bus of {title} has ended."
    assert [action.title for action in notice.actions] == ["Open again"]


def test_live_bus_of_a_dongle_that_restarts_ends_and_opens_again(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager, click: Clicker
) -> None:
    """It stayed green, with no frame and no error."""
    window = shell.window()
    view = _start(qtbot, shell, click)
    qtbot.waitUntil(lambda: manager.live is not None)
    device_id = manager.live.device_id
    qtbot.waitUntil(lambda: view.model.rowCount() > 0 and manager.live.capture.counters().bus.error_state is not None)
    simulator.say(f"cut {list(simulator.ports).index(device_id) + 1}")
    qtbot.waitUntil(lambda: manager.live is None)
    title = f"Dongle {device_id[-4:].upper()}"
    assert click.find(window, "live_past").text() == f"{title} restarted. The frames below are from before that."
    assert "Restarted" in view._counters.accessibleName() + view._counters.accessible_text()
    notice = shell.context.problems.current
    assert (notice.what, notice.why.partition(".")[0]) == (f"{title} restarted.", "This closed its bus")
    (again,) = notice.actions
    assert again.title == "Open again"
    qtbot.waitUntil(lambda: click.find(window, "live_start").isEnabled())
    again.run()
    qtbot.waitUntil(lambda: manager.live is not None)
    qtbot.waitUntil(lambda: manager.live.capture.counters().frames > 0)
    assert shell.context.problems.current is None


def test_live_bus_that_is_bus_off_says_so_refuses_to_send_and_restarts(
    qtbot: QtBot, shell: Shell, home: Path, click: Clicker, manager: DeviceManager
) -> None:
    """Its only sign was a red word, and what was sent was told as sent."""
    with simulated(home, 1, "--traffic", "200", "--bitrate", "250000") as simulator:
        (device_id,) = simulator.ports
        qtbot.waitUntil(lambda: manager.find(device_id) is not None)
        view, window, problems = _start(qtbot, shell, click), shell.window(), shell.context.problems
        qtbot.waitUntil(lambda: manager.live is not None)
        _type(qtbot, click, window, "live_frame", "321#C0FFEE")
        click(window, "live_send")  # which is retried until the controller leaves the bus
        qtbot.waitUntil(lambda: problems.has("bench.bus-off"))
        qtbot.waitUntil(lambda: problems.has("bench.send"))
        (unsent,) = (one for one in problems.waiting if one.key == "bench.send")
        assert (unsent.what, unsent.why) == ("321#C0FFEE wasn't sent: the dongle went bus off first.", "")
        (notice,) = (one for one in problems.waiting if one.key == "bench.bus-off")
        assert notice.what == f"Dongle {device_id[-4:].upper()} went bus off."
        assert "it sends and receives nothing. Check the bit rate" in notice.why
        refusal = "The dongle is bus off, so it sends nothing. Restart it first."
        qtbot.waitUntil(lambda: refusal in _labels(view))
        assert click.find(window, "live_send").reason == refusal
        qtbot.keyClick(click.find(window, "live_frame"), Qt.Key.Key_Return)
        assert refusal in _labels(view)
        before, rows = manager.live, view.model.rowCount()
        errors = _figure(view, "Bus errors")
        assert errors > 0
        notice.actions[0].run()
        qtbot.waitUntil(lambda: manager.live is not None and manager.live is not before)
        qtbot.waitUntil(lambda: _figure(view, "Restarts") == 1)
        assert _figure(view, "Bus errors") >= errors, "the totals go on"
        assert view.model.rowCount() >= rows, "and so do the frames"
        assert "Controller restarted" in _cells(view)
        qtbot.waitUntil(lambda: click.find(window, "live_send").isEnabled() and not problems.has("bench.bus-off"))
        assert not problems.has("bench.send"), "what the bus before didn't send"


def test_live_bus_of_an_organisation_with_very_many_dongles_names_those_it_lists(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager, pair_one: Callable[[], str]
) -> None:
    """Only the first 1,000 names were read. The names also follow a dongle that is renamed or disconnected."""
    context, device_id = shell.context, pair_one()
    database, actor = context.workspace.database, context.actor
    with database.engine.execution_options(bb_writing=True).begin() as connection:
        organisation = actor.organisation_id
        others = [
            {"organisation_id": organisation, "device_id": f"{k:016x}", "name": f"A {k:04}"} for k in range(1_000)
        ]
        connection.execute(insert(DongleRow), others)

    def rename(name: str) -> None:
        with unbound(database).change() as session:
            dongle = fleet.find_dongle(session, actor, device_id)
            assert dongle is not None
            fleet.rename_dongle(session, actor, dongle.id, name)

    rename("Zeppelin")
    shell.go("bench/live")
    view = shell.window().findChild(LiveBusView)
    view._select_dongle(device_id)
    qtbot.waitUntil(lambda: view._dongle.currentText() == "Zeppelin")
    rename("Zebra")
    qtbot.waitUntil(lambda: view._dongle.currentText() == "Zebra")
    simulator.process.kill()
    qtbot.waitUntil(lambda: view._dongle.currentText() == "Zebra (disconnected)")
    rename("Zoo")
    qtbot.waitUntil(lambda: view._dongle.currentText() == "Zoo (disconnected)")


@pytest.mark.parametrize("end", ["closed", "disconnected"])
def test_live_bus_frames_since_the_last_poll_are_shown_at_its_end(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager, click: Clicker, end: str
) -> None:
    view = _start(qtbot, shell, click)
    qtbot.waitUntil(lambda: view.model.rowCount() > 0)
    capture = manager.live.capture
    shell.go("bench/dongles")  # a hidden view doesn't poll
    shown, loads = _shown_frames(view), len(view._counters.loads)
    qtbot.waitUntil(lambda: len(view._counters.loads) > loads)  # but the load goes on while it is away
    qtbot.waitUntil(lambda: capture.counters().frames > shown + 20)
    received = capture.counters().frames
    if end == "closed":
        manager.close_bus()
    else:
        simulator.process.kill()
    qtbot.waitUntil(lambda: manager.live is None)
    assert _shown_frames(view) >= received
    assert view.model.ended


def test_live_bus_that_ends_while_paused_shows_all_that_it_counted(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager, click: Clicker
) -> None:
    """The strip counted 1 434 frames, the rows below it 642."""
    window = shell.window()
    view = _start(qtbot, shell, click)
    qtbot.waitUntil(lambda: view.model.rowCount() > 0)
    click(window, "live_pause")
    shown, capture = _shown_frames(view), manager.live.capture
    qtbot.waitUntil(lambda: capture.counters().frames > shown + 20)
    click(window, "live_stop")
    qtbot.waitUntil(lambda: manager.live is None)
    assert _shown_frames(view) == capture.counters().frames
    assert view._counters.value("Frames") == number(_shown_frames(view))


def _labels(view: LiveBusView) -> list[str]:
    return [label.text() for label in view.findChildren(QLabel)]


def test_live_bus_of_a_dongle_set_to_listen_only_says_that_it_sends_nothing(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager, click: Clicker
) -> None:
    """It let the user send, and then the dongle rejected the frame."""
    port = min(simulator.ports.items())[1]
    with link.open_port(port) as handle:
        device = Device(handle)
        device.close_channel()
        device.config_write(replace(device.config_read().config, mode="LISTEN_ONLY"))
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    shell.go(f"bench/live/{min(simulator.ports)}")
    qtbot.waitUntil(lambda: manager.live is not None)
    send, window = click.find(shell.window(), "live_send"), shell.window()
    assert not send.isEnabled()
    assert not click.find(window, "live_frame").isEnabled()
    assert "The dongle is set to listen only, so it sends nothing." in send.toolTip()
    assert _copied_command(click, window) == f"benchboard dongle config --port {port} --mode normal"
    if folder := os.environ.get("BENCH_SHOTS"):
        window.grab().save(f"{folder}/listen_only.png")
    manager.close_bus()
    shell.go(f"bench/live/{max(simulator.ports)}")
    qtbot.waitUntil(lambda: send.isEnabled() and not visible(window, "live_help"))


def test_live_bus_dongle_replugged_stays_selected(
    qtbot: QtBot, shell: Shell, home: Path, simulator: Simulator, manager: DeviceManager, click: Clicker
) -> None:
    window = shell.window()
    shell.go("bench/live")
    view = window.findChild(LiveBusView)
    problems = shell.context.problems
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    device_id = max(simulator.ports)  # the list begins with the other one
    view._dongle.set_current_key(device_id)
    click(window, "live_start")
    qtbot.waitUntil(lambda: view.model.rowCount() > 0)
    simulator.process.kill()
    qtbot.waitUntil(lambda: manager.live is None and not manager.devices)
    assert view._dongle.current_key() == device_id
    text = view._dongle.currentText()
    assert text.endswith(" (disconnected)")
    qtbot.waitUntil(lambda: view._dongle.shown_text() == text)
    view._dongle.setFixedWidth(120)
    qtbot.waitUntil(lambda: view._dongle.shown_text().endswith("…") and view._dongle.toolTip() == text)
    start = click.find(window, "live_start")
    assert not start.isEnabled()
    assert "isn't connected" in start.toolTip()
    with simulated(home, 2, "--traffic", "200"):
        qtbot.waitUntil(start.isEnabled)
        assert view._dongle.current_key() == device_id
        assert not problems.has("port.gone")
        click(window, "live_start")
        qtbot.waitUntil(lambda: manager.live is not None)
        assert manager.live.device_id == device_id
        manager.close_bus()


def test_opening_the_bus_by_keyboard_keeps_the_focus_in_the_toolbar_and_tab_leaves_the_frames(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    click: Clicker,
    pair_one: Callable[[], str],
) -> None:
    """The button that opens the bus is hidden then, and the focus went to the rail; Tab moved among the cells."""
    window, device_id = shell.window(), pair_one()
    shell.go(f"bench/live/{device_id}")
    view = window.findChild(LiveBusView)
    assert view is not None
    qtbot.waitUntil(lambda: view.model.rowCount() >= 3)
    stop = click.find(window, "live_stop")
    stop.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(stop, Qt.Key.Key_Return)
    start = click.find(window, "live_start")
    qtbot.waitUntil(start.hasFocus)
    qtbot.keyClick(start, Qt.Key.Key_Return)
    qtbot.waitUntil(click.find(window, "live_stop").hasFocus)
    qtbot.waitUntil(lambda: view.model.rowCount() >= 3)
    view.table.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(view.table, Qt.Key.Key_Tab)
    assert not view.table.hasFocus()


@pytest.mark.usefixtures("simulator")
def test_keys_of_the_live_bus_pause_send_close_and_open_it(
    qtbot: QtBot, shell: Shell, click: Clicker, announcements: list[str]
) -> None:
    view = _start(qtbot, shell, click)
    devices = DeviceManager.of(shell.context)
    qtbot.waitUntil(lambda: devices.live is not None)
    assert shell.command_handlers()["bench.monitor"].title == "Close live bus"
    view.table.setFocus()
    qtbot.keyClick(view.table, Qt.Key.Key_P)
    assert view.model.paused
    assert "Display paused" in [badge.accessibleName() for badge in view.findChildren(Badge) if badge.isVisible()]
    assert shell.command_handlers()["bench.pause_live"].title == "Resume display"
    for paused in (False, True):
        qtbot.keyClick(view.table, Qt.Key.Key_Space)
        assert view.model.paused == paused
        assert view.table.hasFocus()
    assert [one for one in announcements if "Display" in one] == ["Display paused", "Display resumed", "Display paused"]
    qtbot.keyClick(view.table, Qt.Key.Key_S)
    assert click.find(shell.window(), "live_frame").hasFocus()
    view.table.setFocus()
    qtbot.keyClick(view.table, Qt.Key.Key_O)
    assert devices.live is None
    shell.run_command("bench.monitor")
    qtbot.waitUntil(lambda: devices.live is not None)
    devices.close_bus()
    click.find(shell.window(), "live_dongle").setFocus()
    qtbot.waitUntil(lambda: click.find(shell.window(), "live_start").isEnabled())
    qtbot.keyClick(click.find(shell.window(), "live_dongle"), Qt.Key.Key_O)
    qtbot.waitUntil(view.table.hasFocus)
    stop = click.find(shell.window(), "live_stop")
    stop.setFocus(Qt.FocusReason.TabFocusReason)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right):
        qtbot.keyClick(stop, key)
        assert stop.hasFocus()
    qtbot.keyClick(stop, Qt.Key.Key_F6)
    assert view.table.hasFocus()
    devices.close_bus()


def test_closed_live_bus_with_error_frames_alone_speaks_of_no_frames(qtbot: QtBot, shell: Shell) -> None:
    shell.go("bench/live")
    (view,) = shell.findChildren(LiveBusView)

    def ended(*frames: Frame) -> str:
        view.model.add_frames(list(frames))
        view._show_ended()
        return view.findChild(BusCounters, "live_counters").accessible_text()

    assert ended(Frame(0x4, error=True, data=bytes(8))).endswith("The errors below are from before that.")
    assert ended(Frame(0x123)).endswith("The frames below are from before that.")


def test_errors_without_frames_are_announced_once_for_each_bus(
    shell: Shell, announcements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.go("bench/live")
    (view,) = shell.findChildren(LiveBusView)
    counters = Counters(0, 0.0, BusState())
    live = SimpleNamespace(
        capture=SimpleNamespace(counters=lambda: counters, listen_only=False),
        recorder=SimpleNamespace(recording=False, state=None, kept_s=0.0),
        config=CONFIG,
        device_id="",
        path="",
        title="",
    )
    view._explain_no_frames(live)
    told = " receives only errors. Nothing sent on its bus can be read at"  # by the notice, which the page repeated
    assert not [text for text in announcements if text.startswith(told)]
    for count in (7, 8, 9):
        counters = Counters(0, 0.0, BusState(bus_errors=count, rx_errors=count))
        view._explain_no_frames(live)
    assert len([text for text in announcements if text.startswith(told)]) == 1
    monkeypatch.setattr(accessible, "queue", accessible.AnnouncementQueue())  # as if seconds later
    view._explain_no_frames(live)
    assert len([text for text in announcements if text.startswith(told)]) == 1
    view._notices.dismiss("bench.unreadable")  # as the bus closes
    view._show_bus(live)
    view._explain_no_frames(live)
    assert len([text for text in announcements if text.startswith(told)]) == 2
    assert not [text for text in announcements if text.startswith("Only errors")]


@pytest.mark.usefixtures("simulator")
def test_pause_of_the_display_ends_with_the_bus(qtbot: QtBot, shell: Shell, click: Clicker) -> None:
    view, devices = _start(qtbot, shell, click), DeviceManager.of(shell.context)
    qtbot.waitUntil(lambda: view.model.rowCount() > 0)
    window = shell.window()
    click(window, "live_pause")
    assert view.model.paused
    click(window, "live_stop")
    qtbot.waitUntil(lambda: devices.live is None)
    click(window, "live_start")
    qtbot.waitUntil(lambda: devices.live is not None)
    assert not view.model.paused
    assert not any(
        badge.isVisible() for badge in view.findChildren(Badge) if badge.accessibleName() == "Display paused"
    )
    qtbot.waitUntil(lambda: view.model.rowCount() > 0)


@pytest.mark.usefixtures("simulator")
def test_esc_leaves_the_field_of_the_frame_to_send(qtbot: QtBot, shell: Shell, click: Clicker) -> None:
    view, devices = _start(qtbot, shell, click), DeviceManager.of(shell.context)
    qtbot.waitUntil(lambda: devices.live is not None and view.model.rowCount() > 0)
    window = shell.window()
    field = click.find(window, "live_frame")
    field.setFocus()
    qtbot.keyClicks(field, "123#")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert view.table.hasFocus()
    field.setFocus()
    devices.close_bus()  # the field is disabled with what is around it
    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus.isEnabled()


def test_live_bus_prefers_a_paired_dongle_and_the_one_worked_on_last(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    manager: DeviceManager,
    pair_one: Callable[[], str],
    click: Clicker,
) -> None:
    def listed() -> list[str]:
        chosen = click.find(shell.window(), "live_dongle")
        assert isinstance(chosen, Select)
        return [chosen.current_key(), *(chosen.itemData(place) for place in range(chosen.count()))]

    paired = pair_one()
    (unpaired,) = (one for one in simulator.ports if one != paired)
    SelectedDongle.of(shell.context).select("")
    shell.go("bench/live")
    qtbot.waitUntil(lambda: listed() == [paired, paired, unpaired])
    shell.go(f"bench/timing/{unpaired}")
    shell.go("bench/live")
    assert listed() == [unpaired, paired, unpaired]
    shell.go(f"bench/live/{unpaired}")
    qtbot.waitUntil(lambda: manager.live is not None)
    manager.close_bus()
    shell.go(f"bench/timing/{paired}")
    shell.go("bench/live")
    assert listed() == [paired, paired, unpaired]


def test_palettes_live_bus_is_that_of_the_selected_dongle(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager
) -> None:
    first, second = sorted(simulator.ports)
    qtbot.waitUntil(lambda: all(manager.find(one) is not None for one in (first, second)))
    shell.go(f"bench/live/{first}")
    qtbot.waitUntil(lambda: manager.live is not None)
    manager.close_bus()
    shell.go(f"bench/dongles/{second}")
    qtbot.waitUntil(lambda: SelectedDongle.of(shell.context).id == second)
    shell.run_command("bench.monitor")
    qtbot.waitUntil(lambda: manager.live is not None)
    assert manager.live is not None
    assert manager.live.device_id == second


def test_palettes_live_bus_opens_once_a_dongle_has_answered(
    qtbot: QtBot, shell: Shell, manager: DeviceManager, announcements: list[str]
) -> None:
    shell.go("bench/live")  # shown without dongles
    shell.go("bench/dongles/!simulate")
    qtbot.waitUntil(lambda: manager.simulating)
    assert not SelectedDongle.of(shell.context).id
    shell.run_command("bench.monitor")
    qtbot.waitUntil(lambda: manager.live is not None)
    assert manager.live is not None
    qtbot.waitUntil(lambda: f"The live bus of {manager.live.title} is open." in announcements)


def test_palettes_live_bus_that_cannot_be_opened_says_why(
    qtbot: QtBot, shell: Shell, manager: DeviceManager, announcements: list[str]
) -> None:
    qtbot.waitUntil(lambda: not manager.devices)
    shell.run_command("bench.monitor")
    why = "No dongle is connected to this computer. Plug one in, or start simulated dongles."
    qtbot.waitUntil(lambda: why in announcements)
    assert manager.live is None


def test_bus_counters_are_read_out_by_a_key_and_reached_by_tab(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, announcements: list[str]
) -> None:
    view = _start(qtbot, shell, click)
    (strip,) = view.findChildren(BusCounters)
    qtbot.waitUntil(lambda: bool(strip.stats))
    view.table.setFocus()
    qtbot.keyClick(view.table, Qt.Key.Key_C)
    qtbot.waitUntil(lambda: any(text.startswith("Bus load ") for text in announcements))
    told = next(text for text in announcements if text.startswith("Bus load "))
    assert all(name in told for name in ("Frames/s", "TEC", "REC"))
    assert "Malformed" not in told
    assert strip in tab_stops(view)


def test_bus_load_is_the_same_in_the_status_bar_and_above_the_frames(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, manager: DeviceManager
) -> None:
    """Each sampled by itself: the status bar's was up to half a second older."""
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    view, load = _start(qtbot, shell, click), LiveLoad.of(shell.context)
    qtbot.waitUntil(lambda: load.load.share is not None)
    load.load = BusLoad(0.77)
    load.sampled.emit()
    assert view._counters.load_text == "77 %"
    assert shell.context.status.text("live").endswith("77 % load")
    view._poll()
    assert view._counters.load_text == "77 %"


def test_live_bus_that_is_opened_by_key_tells_the_focus_once(
    qtbot: QtBot, shell: Shell, manager: DeviceManager, simulator: Simulator, click: Clicker, told_focus: list[str]
) -> None:
    """What stands beside its button was read, which is hidden in turn."""
    window = shell.window()
    shell.go("bench/live")
    qtbot.waitUntil(lambda: click.find(window, "live_start").isEnabled())
    button = click.find(window, "live_start")
    button.setFocus(Qt.FocusReason.TabFocusReason)
    told_focus.clear()
    qtbot.keyClick(button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: click.find(window, "live_stop").hasFocus())
    assert told_focus == ["live_stop"]
    for fold in ("send_fold", "triggers_fold"):
        click.find(window, fold).setFocus()
        told_focus.clear()
        qtbot.keyClick(click.find(window, fold), Qt.Key.Key_Return)
        assert len(told_focus) == 1, "the button hides"
        assert told_focus != ["triggers_fold"]


def test_every_part_that_names_itself_can_be_asked_as_soon_as_it_has_a_name(
    shell: Shell, simulator: Simulator, click: Clicker, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A screen reader asks at once: with one, the live bus couldn't be opened."""
    named: Callable[[QWidget, str], None] = QWidget.setAccessibleName
    asked: list[str] = []

    def name(widget: QWidget, text: str) -> None:
        named(widget, text)
        if isinstance(widget, accessible.NamesItself):
            asked.append(widget.accessible_text())

    monkeypatch.setattr(QWidget, "setAccessibleName", name)
    shell.go("bench/live")
    qtbot.waitUntil(lambda: click.find(shell.window(), "live_start").isEnabled())
    assert any(text.startswith("Bit rate") for text in asked)

"""The list of dongles and the details beside it, by mouse and keys."""

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible, QContextMenuEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QMenu, QTableView, QWidget
from pytestqt.qtbot import QtBot

from benchboard.canbus import link
from benchboard.dongles import fleet
from benchboard.dongles.device import OpenPort
from benchboard.dongles.firmware_detection import DongleInfo, probe_open
from benchboard.errors import AppError, DeviceFailure
from benchboard.paging import Listing
from benchboard.ui.bench import ROOM, port_scanner
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.dongle_counter import DongleCounter
from benchboard.ui.bench.dongle_pane import why_not_timed
from benchboard.ui.bench.dongle_rows import DongleCounts, DongleRow, columns, count_dongles
from benchboard.ui.bench.dongles_view import DonglesView
from benchboard.ui.bench.pairing_graphics import DongleChoice
from benchboard.ui.bench.selected_dongle import SelectedDongle
from benchboard.ui.paged.paged_model import count_text
from benchboard.ui.paged.paged_view import PagedTable
from benchboard.ui.problems import Problems
from benchboard.ui.shell.shell import Shell
from benchboard.ui.widgets import accessible
from benchboard.ui.widgets.meter import Meter
from benchboard.ui.widgets.status_bar import StatusBar
from benchboard.ui.widgets.toasts import Toast
from support.benchsim import Simulator, simulated
from support.databases import unbound
from support.hostile_devices import hostile_devices
from support.window import Clicker, visible


def test_dongle_detail_in_a_narrow_window_lies_over_the_list(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, pair_one: Callable[[], str]
) -> None:
    window = shell.window()
    pair_one()
    table, detail = click.find(window, "bench_dongles_table"), click.find(window, "bench_detail")
    beside = table.width()
    window.resize(1024, 640)
    qtbot.waitUntil(lambda: table.width() > 900)
    assert detail.isVisible()
    assert table.mapTo(window, table.rect().topRight()).x() > detail.mapTo(window, detail.rect().topLeft()).x()
    assert detail.mapTo(window, detail.rect().topRight()).x() == table.mapTo(window, table.rect().topRight()).x()
    qtbot.keyClick(click.find(window, "bench_detail_close"), Qt.Key.Key_Escape)
    assert not detail.isVisible()
    window.resize(1440, 900)
    qtbot.waitUntil(lambda: table.width() > beside)


def test_counts_that_were_asked_for_earlier_never_replace_later_ones(
    qtbot: QtBot, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    (view,) = shell.findChildren(DonglesView)
    asked: list[Callable[[DongleCounts], None]] = []

    def read(_owner: object, op: object, done: Callable[[Any], None], *_more: object, **_options: object) -> None:
        if getattr(op, "func", None) is count_dongles:
            asked.append(done)

    monkeypatch.setattr(shell.context.tasks, "read", read)
    for number in (1, 2):
        shell.context.changed.tables_changed.emit(frozenset({"dongles"}))
        qtbot.waitUntil(lambda number=number: len(asked) >= number)
    asked[-1](DongleCounts(1, 1, ()))
    for earlier in asked[:-1]:
        earlier(DongleCounts(5, 5, ()))
    assert view.toolbar.count() == "1 of 1 connected"


def test_empty_list_on_this_computer_says_what_the_other_rooms_are_for(qtbot: QtBot, shell: Shell) -> None:
    (view,) = shell.findChildren(DonglesView)
    qtbot.waitUntil(lambda: visible(shell.window(), "bench_simulate_empty"))
    shown = " ".join(label.text() for label in view.table.findChildren(QLabel) if label.isVisible())
    assert "Studio is for your data and dashboards, Admin for people and the audit log." in shown


def test_count_after_a_filter_was_cleared_is_of_all(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, manager: DeviceManager
) -> None:
    window = shell.window()

    def shows(text: str) -> bool:
        (table,) = [one for one in shell.findChildren(PagedTable) if one.isVisible()]
        return count_text(table.model) == text

    qtbot.waitUntil(lambda: shows("2 total"))
    qtbot.keyClicks(click.find(window, "bench_filter"), min(simulator.ports))
    qtbot.waitUntil(lambda: shows("1 matching"))
    click.find(window, "bench_filter").clear()
    qtbot.waitUntil(lambda: shows("2 total"))
    click(window, "segment_here")
    qtbot.waitUntil(lambda: shows("2 matching"))
    click(window, "segment_all")
    qtbot.waitUntil(lambda: shows("2 total"))


def test_dongles_are_listed_in_the_order_the_header_shows(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager, pair_one: Callable[[], str]
) -> None:
    """Registered and unregistered ones, with a name or without."""
    paired = pair_one()
    (view,) = shell.findChildren(DonglesView)
    with unbound(shell.context.workspace.database).change() as session:
        dongle = fleet.find_dongle(session, shell.context.actor, paired)
        assert dongle is not None
        fleet.rename_dongle(session, shell.context.actor, dongle.id, "Axle 1")
    for scope in ("all", "here"):
        for descending in (False, True):
            filters = {} if scope == "all" else {"scope": scope}
            view.model.listing = Listing(sort="name", descending=descending, filters=filters)
            qtbot.waitUntil(lambda: view.model.at_end and "Axle 1" in {row.title for row in view.model.rows})
            titles = [row.title for row in view.model.rows]
            assert len(titles) == 2
            assert titles == sorted(titles, reverse=descending), (scope, descending)


def _hints(shell: Shell) -> set[str]:
    """The commands whose keys are named below the list."""
    names = ("move", "filter", "blink", "show_timing")
    return {name for name in names if shell.findChild(QWidget, f"hint_{name}").isVisible()}


def test_key_hints_name_only_what_can_be_done_now(
    qtbot: QtBot, shell: Shell, home: Path, click: Clicker, manager: DeviceManager
) -> None:
    qtbot.waitUntil(lambda: _hints(shell) == {"filter"})
    with simulated(home, 1):
        qtbot.waitUntil(lambda: any(one.info is not None for one in manager.devices))
        (view,) = shell.findChildren(DonglesView)

        def none_current() -> bool:  # the list may have taken its first row with the focus
            view.table.clear_current()
            return _hints(shell) == {"move", "filter"}

        qtbot.waitUntil(none_current)
        qtbot.waitUntil(lambda: view.table.make_current(manager.devices[0].device_id))
        # Its settings are free to write while nobody has paired it, as with “dongle config”.
        qtbot.waitUntil(lambda: _hints(shell) == {"move", "filter", "blink", "show_timing"})


def test_bit_timing_of_an_unpaired_dongle_is_what_was_read_from_it(
    qtbot: QtBot, shell: Shell, simulator: Simulator, pair_one: Callable[[], str]
) -> None:
    (view,) = shell.findChildren(DonglesView)
    paired = pair_one()
    (unpaired,) = (key for key in simulator.ports if key != paired)

    def said(key: str) -> str:
        qtbot.waitUntil(lambda: view.table.make_current(key) and view.detail.row is not None)
        timing = view.detail.findChild(QWidget, "bench_detail_timing")
        assert timing.isVisible()
        return " ".join(label.text() for label in timing.findChildren(QLabel) if label.isVisible())

    rate = f"{view.detail.row.bitrates} ·" if said(unpaired) else ""
    assert said(unpaired).startswith("Bit timing Read ")
    assert rate.startswith("500 kbit/s")
    assert rate in said(unpaired)
    qtbot.waitUntil(lambda: said(paired).startswith("Bit timing Read "))
    assert "hasn't" not in said(paired)
    said(unpaired)
    section = view.detail.findChild(QWidget, "bench_detail_timing")
    assert section.focusPolicy() & Qt.FocusPolicy.TabFocus  # keys couldn't reach it
    read = QAccessible.queryAccessibleInterface(section).text(QAccessible.Text.Name)
    assert read.startswith("Bit timing: Arbitration 500 kbit/s · ")
    assert ", Oscillator tolerance " in read


def test_key_hints_of_a_paired_dongle_include_its_bit_timing(
    qtbot: QtBot, shell: Shell, simulator: Simulator, pair_one: Callable[[], str]
) -> None:
    pair_one()
    qtbot.waitUntil(lambda: _hints(shell) == {"move", "filter", "blink", "show_timing"})


def test_times_in_the_detail_follow_the_clock(
    qtbot: QtBot, shell: Shell, simulator: Simulator, pair_one: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    device_id = pair_one()
    (view,) = shell.findChildren(DonglesView)
    qtbot.waitUntil(lambda: view.table.make_current(device_id))

    def times() -> list[str]:
        texts = [label.text() for label in view.detail.findChildren(QLabel)]
        named = [" ".join(pair) for pair in pairwise(texts) if pair[0] in ("Paired", "Verified")]
        return sorted([*named, *(text for text in texts if text.startswith("Read "))])

    qtbot.waitUntil(lambda: len(times()) == 3)
    shown = view.detail.row
    monkeypatch.setattr("benchboard.ui.bench.dongle_pane.relative_time", lambda _time, in_sentence=False: "9 min ago")
    (clock,) = view.table.view.viewport().findChildren(QTimer)
    clock.timeout.emit()
    assert times() == ["Paired 9 min ago", "Read 9 min ago", "Verified 9 min ago"]
    assert view.detail.row is shown


def test_connected_without_a_connected_dongle_says_to_plug_one_in(qtbot: QtBot, shell: Shell, click: Clicker) -> None:
    window = shell.window()
    shell.go("bench/dongles")
    (view,) = shell.findChildren(DonglesView)
    qtbot.waitUntil(lambda: view.model.at_end)
    click(window, "segment_here")

    def texts() -> list[str]:
        return [label.text() for label in view.findChildren(QLabel) if label.isVisible()]

    qtbot.waitUntil(lambda: {"No dongles connected", "Plug one in."} <= set(texts()))
    qtbot.keyClicks(click.find(window, "bench_filter"), "x")
    qtbot.waitUntil(lambda: "No dongles match “x” and the filters" in texts())


def _row_menu(qtbot: QtBot, shell: Shell, click: Clicker) -> dict[str, bool]:
    """The menu of the current row by the Menu key: the title of each entry, and whether it can be chosen."""
    table = click.find(shell.window(), "bench_dongles_table")
    assert isinstance(table, QTableView)
    qtbot.waitUntil(lambda: table.currentIndex().isValid())
    at = table.viewport().rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, at, table.viewport().mapToGlobal(at))
    QApplication.sendEvent(table.viewport(), event)
    menu = click.find(shell.window(), "bench_dongle_menu")
    assert isinstance(menu, QMenu)
    entries = {action.text(): action.isEnabled() for action in menu.actions()}
    menu.close()
    qtbot.waitUntil(lambda: not shell.window().findChildren(QMenu))
    return entries


def test_row_menu_of_an_unpaired_dongle_offers_to_pair_it(
    qtbot: QtBot, shell: Shell, home: Path, click: Clicker, manager: DeviceManager
) -> None:
    with simulated(home, 1):
        qtbot.waitUntil(lambda: any(one.info is not None for one in manager.devices))
        (view,) = shell.findChildren(DonglesView)
        qtbot.waitUntil(lambda: view.table.make_current(manager.devices[0].device_id))
        assert _row_menu(qtbot, shell, click) == {
            f"Pair Dongle {manager.devices[0].device_id[-4:].upper()}": True,
            "Open live bus": True,
            "Identify dongle": True,
            "Set bit timing": True,
            "": True,  # a line
            "Reset dongle": True,
        }


def test_row_menu_pairs_from_the_identification_on(
    qtbot: QtBot, shell: Shell, home: Path, click: Clicker, manager: DeviceManager
) -> None:
    """As in the details: the dongle is chosen already."""
    with simulated(home, 1):
        qtbot.waitUntil(lambda: any(one.info is not None for one in manager.devices))
        (view,) = shell.findChildren(DonglesView)
        qtbot.waitUntil(lambda: view.table.make_current(manager.devices[0].device_id))
        table = click.find(shell.window(), "bench_dongles_table")
        assert isinstance(table, QTableView)
        spot = table.viewport().rect().center()
        event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, spot, table.viewport().mapToGlobal(spot))
        QApplication.sendEvent(table.viewport(), event)
        menu = click.find(shell.window(), "bench_dongle_menu")
        assert isinstance(menu, QMenu)
        next(action for action in menu.actions() if action.text().startswith("Pair ")).trigger()
        menu.close()
        qtbot.waitUntil(lambda: click.find(shell.window(), "pair_next").text() == "Pair this dongle")
        click(shell.window(), "pair_close")


def test_row_menu_of_a_paired_dongle_opens_its_bit_timing(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, pair_one: Callable[[], str]
) -> None:
    device_id = pair_one()
    (view,) = shell.findChildren(DonglesView)
    # The list is read again after the pairing.
    qtbot.waitUntil(lambda: any(row.key == device_id and row.paired for row in view.model.rows))
    assert view.table.make_current(device_id)
    assert _row_menu(qtbot, shell, click) == {
        "Open live bus": True,
        "Identify dongle": True,
        "Set bit timing": True,
        "": True,  # a line
        "Replace pairing key": True,
        "Release dongle": True,
        "Reset dongle": True,
    }


def test_dongle_is_released_from_its_menu_once_it_is_confirmed(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, pair_one: Callable[[], str]
) -> None:
    device_id = pair_one()
    (view,) = shell.findChildren(DonglesView)
    qtbot.waitUntil(lambda: any(row.key == device_id and row.paired for row in view.model.rows))
    assert view.table.make_current(device_id)
    view.command_handlers()["bench.release"].run()
    click(shell.window(), "confirm_keep")
    assert simulator.persistent(device_id).token is not None
    view.command_handlers()["bench.release"].run()
    said = click.find(shell.window(), "confirm").accessibleDescription()
    assert "anyone can pair it or change its settings" in said
    click(shell.window(), "confirm_act")
    qtbot.waitUntil(lambda: simulator.persistent(device_id).token is None)
    qtbot.waitUntil(lambda: any(row.key == device_id and row.pairable for row in view.model.rows))
    (row,) = [row for row in view.model.rows if row.key == device_id]
    assert row.dongle is not None
    assert row.dongle.ownership_state == "REVOKED"
    assert view.command_handlers()["bench.release"].why_not() == "It isn't paired with your organisation."
    assert "Release dongle" not in _row_menu(qtbot, shell, click)


def test_simulated_dongles_are_stopped_by_the_palettes_command(
    qtbot: QtBot, shell: Shell, click: Clicker, manager: DeviceManager
) -> None:
    handler = shell.command_handlers()["bench.simulate"]
    assert handler.title == ""
    handler.run()
    qtbot.waitUntil(lambda: len(manager.devices) == 2)
    assert click.find(shell.window(), "bench_stop_simulator").isVisible()
    handler = shell.command_handlers()["bench.simulate"]
    assert handler.title == "Stop simulated dongles"
    handler.run()
    qtbot.waitUntil(lambda: not manager.devices and not manager.simulating)
    assert click.find(shell.window(), "bench_simulate_empty").isVisible()


def test_new_dongle_notice_is_shown_once_for_a_dongle_and_leads_to_the_bench(
    qtbot: QtBot, shell: Shell, manager: DeviceManager, click: Clicker, announcements: list[str]
) -> None:
    problems, notice = shell.context.problems, "bench.new-dongle"
    counted: list[int] = []
    DongleCounter.of(shell.context).changed.connect(lambda counts: counted.append(len(counts.new)))
    shell.go("bench/dongles/!simulate")
    qtbot.waitUntil(lambda: counted[-1:] == [2])
    assert problems.has(notice)
    for elsewhere in ("settings", "bench/timing", "bench/live"):
        shell.go(elsewhere)
        assert problems.has(notice)
        assert not visible(shell.window(), "banner"), "it would lie over another view's content"
    accessible.queue = accessible.AnnouncementQueue()  # as if it were a while ago
    shell.go("bench/dongles")
    assert visible(shell.window(), "banner")
    assert sum("2 new dongles found." in one for one in announcements) == 1, announcements
    click(shell.window(), "banner_action")
    assert shell.address == "bench/dongles"
    click(shell.window(), "pair_close")
    shell.go("bench/dongles/!stop-simulator")
    qtbot.waitUntil(lambda: counted[-1:] == [0] and not manager.simulating)
    shell.go("bench/dongles/!simulate")
    qtbot.waitUntil(lambda: counted[-1:] == [2])
    assert not problems.has(notice)


def test_new_dongle_that_comes_while_another_room_is_shown_is_told_there_in_a_toast(
    qtbot: QtBot, shell: Shell, home: Path, manager: DeviceManager
) -> None:
    shell.go("settings")
    with simulated(home, 1):
        qtbot.waitUntil(lambda: bool(shell.window().findChildren(Toast)))
        (toast,) = shell.window().findChildren(Toast)
        assert toast.accessibleName().startswith("New simulated dongle: Dongle ")
        assert toast.accessibleName().endswith(" Pair it in Bench.")
        assert shell.context.problems.current is None
        shell.go("bench/dongles")
        current = shell.context.problems.current
        assert current is not None
        assert current.key == "bench.new-dongle"


def _chosen_to_pair(shell: Shell) -> str:
    """The name of the dongle that the wizard has chosen."""
    (choice,) = [one for one in shell.window().findChildren(DongleChoice) if one.isVisible() and one.isChecked()]
    return choice.accessibleName()


def test_new_dongle_notice_for_several_pairs_the_selected_one(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker
) -> None:
    problems, (view,) = shell.context.problems, shell.findChildren(DonglesView)
    qtbot.waitUntil(lambda: problems.current is not None and problems.current.what.startswith("2 new dongles"))
    last = max(simulator.ports)  # the wizard lists it last
    qtbot.waitUntil(lambda: view.table.make_current(last))
    click(shell.window(), "banner_action")
    assert last in _chosen_to_pair(shell)
    click(shell.window(), "pair_close")


def test_new_dongle_notice_for_one_names_it_and_pairs_it(
    qtbot: QtBot, shell: Shell, home: Path, click: Clicker, manager: DeviceManager
) -> None:
    problems = shell.context.problems
    with simulated(home, 1):
        qtbot.waitUntil(lambda: problems.current is not None)
        name = f"Dongle {str(manager.devices[0].device_id)[-4:].upper()}"
        assert problems.current is not None
        assert problems.current.what == f"New simulated dongle: {name}."
        assert [action.title for action in problems.current.actions] == [f"Pair {name}"]
        click(shell.window(), "banner_action")
        assert str(manager.devices[0].device_id) in _chosen_to_pair(shell)
        click(shell.window(), "pair_close")


def test_new_dongle_notice_is_true_and_stays_dismissed_in_another_language(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager
) -> None:
    context, problems = shell.context, shell.context.problems
    qtbot.waitUntil(lambda: problems.current is not None and problems.current.what.startswith("2 new dongles"))
    only = f"Pair them so that only people in “{context.actor.organisation}” can change them."
    assert problems.current.why == only
    problems.dismiss()
    (before,) = shell.findChildren(DonglesView)
    context.apply_settings(replace(context.settings, language="tr"))
    try:
        qtbot.waitUntil(lambda: any(view is not before for view in shell.window().findChildren(DonglesView)))
        (view,) = (view for view in shell.window().findChildren(DonglesView) if view is not before)
        qtbot.waitUntil(lambda: view.toolbar.count() != "")
        assert problems.current is None
    finally:
        context.apply_settings(replace(context.settings, language="en"))


def test_times_in_the_list_are_repainted_every_second_as_those_beside_it(shell: Shell) -> None:
    (view,) = shell.findChildren(DonglesView)
    assert [clock.interval() for clock in view.table.view.viewport().findChildren(QTimer)] == [1_000]


@pytest.mark.parametrize("by", ["key", "button"])
def test_dongle_whose_check_was_disturbed_is_read_by_try_again(
    qtbot: QtBot,
    shell: Shell,
    home: Path,
    click: Clicker,
    manager: DeviceManager,
    monkeypatch: pytest.MonkeyPatch,
    by: str,
) -> None:
    disturbed = True

    def probe(handle: OpenPort) -> DongleInfo:
        if disturbed:
            raise DeviceFailure("port.disturbed", "The dongle's answer couldn't be read.")
        return probe_open(handle)

    monkeypatch.setattr(port_scanner, "_RETRY_S", (3600.0,))
    monkeypatch.setattr(port_scanner, "probe_open", probe)
    with simulated(home, 1):
        qtbot.waitUntil(lambda: any(one.problem is not None for one in manager.devices))
        (view,) = shell.findChildren(DonglesView)
        qtbot.waitUntil(lambda: any(row.device and row.device.problem for row in view.model.rows))
        view.table.make_current(view.model.rows[0].key)
        # One status: the check isn't said to run still.
        words = {column.title: column.text(view.model.rows[0]) for column in columns()}
        assert (words["Status"], words["Identity"]) == ("Check failed", "Unknown")
        disturbed = False
        if by == "key":
            table = click.find(shell.window(), "bench_dongles_table")
            table.setFocus()
            qtbot.keyClick(table, Qt.Key.Key_R)
        else:
            assert _row_menu(qtbot, shell, click)["Check again"]
            click(shell.window(), "bench_try_again")
        qtbot.waitUntil(lambda: all(one.info is not None and one.problem is None for one in manager.devices))
        qtbot.waitUntil(lambda: not visible(shell.window(), "bench_try_again"))


def test_working_dongle_that_is_checked_again_is_reported_as_a_success(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, manager: DeviceManager
) -> None:
    (view,) = shell.findChildren(DonglesView)
    qtbot.waitUntil(lambda: len([row for row in view.model.rows if row.connected]) == 2)
    row = view.model.rows[0]
    view.table.make_current(row.key)
    table = click.find(shell.window(), "bench_dongles_table")
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_R)
    toast = click.find(shell.window(), "toast")
    assert isinstance(toast, Toast)
    assert (toast.accessibleName(), toast.warning) == (f"Checked {row.title}: it responds.", False)


def test_simulated_dongle_paired_by_another_organisation_says_how_to_pair_it_here(
    shell: Shell, simulator: Simulator, manager: DeviceManager, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    device = manager.devices[0]
    assert device.info is not None
    elsewhere = replace(device, info=replace(device.info, ownership_state="CLAIMED_ACTIVE"))
    reason = why_not_timed(DongleRow(None, elsewhere))
    assert reason.startswith("This simulated dongle is paired in the demo or another organisation on this computer.")
    assert reason.endswith("To pair it here, reset it.")
    real = replace(elsewhere, port=replace(device.port, simulated=False))
    assert why_not_timed(DongleRow(None, real)).startswith("Paired with another organisation.")


def test_devices_that_fail_their_check_are_not_connected_and_say_what_failed(
    qtbot: QtBot, shell: Shell, home: Path, manager: DeviceManager
) -> None:
    with hostile_devices() as ids, simulated(home, 2) as running:
        (busy, _other) = running.ports
        with link.open_port(running.ports[busy]):
            qtbot.waitUntil(lambda: len(manager.devices) == 5)
            qtbot.waitUntil(lambda: all(one.info or one.problem for one in manager.devices), timeout=30_000)
            (view,) = shell.findChildren(DonglesView)
            qtbot.waitUntil(lambda: sum(bool(row.device and row.device.problem) for row in view.model.rows) == 4)
            shown = {row.key: row for row in view.model.rows}
            texts = {column.title: column.text for column in columns()}
            said = {key: (texts["Status"](row), texts["Identity"](row)) for key, row in shown.items()}
            assert said[ids["flood"]] == said[ids["noise"]] == ("No valid response", "Unknown")
            assert said[ids["forger"]] == ("Identity not proven", "Not proven")
            assert said[busy] == ("In use", "Unknown")
            (identity,) = (column for column in columns() if column.title == "Identity")
            assert identity.badge is not None
            assert identity.badge(shown[ids["forger"]]).kind == "error"
            (status,) = (column for column in columns() if column.title == "Status")
            assert status.second is not None
            assert not any(status.second(shown[key]) for key in (*ids.values(), busy)), "it is said once"
            qtbot.waitUntil(lambda: "1 of 5 connected" in _texts(view))
            assert "Connected 1" in _texts(view)
            view.table.make_current(ids["forger"])
            qtbot.waitUntil(lambda: "Not verified: the device couldn't prove its identity" in _texts(view.detail))
            assert "Simulated on this computer" not in _texts(view.detail)
            if folder := os.environ.get("ATTACK_SHOTS"):
                shell.window().grab().save(f"{folder}/hostile.png")


def _texts(place: QWidget) -> set[str]:
    return {one.text() for kind in (QLabel, QAbstractButton) for one in place.findChildren(kind)}


@pytest.mark.parametrize("view", ["dongles", "live", "timing"])
def test_link_to_a_dongle_that_does_not_exist_says_so(qtbot: QtBot, shell: Shell, view: str) -> None:
    shell.go(f"bench/{view}/{'f' * 16}")
    problems = shell.context.problems
    qtbot.waitUntil(lambda: problems.current is not None and problems.current.what == "Dongle not found.")


def test_link_to_a_dongle_before_the_list_is_loaded_selects_it(
    qtbot: QtBot, shell: Shell, pair_one: Callable[[], str]
) -> None:
    device_id = pair_one()
    view = shell.findChild(DonglesView)
    assert view is not None
    view.table.clear_current()
    view.model.listing = Listing(search="nothing like it")
    qtbot.waitUntil(lambda: view.model.at_end and view.model.rowCount() == 0)
    shell.go(f"bench/dongles/{device_id}")
    view.model.listing = Listing(sort="name")
    qtbot.waitUntil(lambda: view.table.current() is not None)
    assert view.table.current().device_id == device_id
    assert shell.context.problems.current is None or shell.context.problems.current.what != "Dongle not found."


@pytest.mark.parametrize("route", ["dongles/{key}", "live/{key}", "dongles/pair/{key}"])
def test_link_to_an_unpaired_dongle_at_start_waits_for_the_first_scan(
    qtbot: QtBot, home: Path, open_local: Callable[..., Shell], monkeypatch: pytest.MonkeyPatch, route: str
) -> None:
    discover, may_scan, reads = link.discover, threading.Event(), []
    find = fleet.find_dongle

    def discover_late() -> tuple[link.Port, ...]:
        assert may_scan.wait(60)
        return discover()

    def counted(*arguments: Any) -> Any:
        reads.append(arguments)
        return find(*arguments)

    monkeypatch.setattr(link, "discover", discover_late)
    monkeypatch.setattr(fleet, "find_dongle", counted)
    with simulated(home, 1) as simulator:
        (key,) = simulator.ports
        shell = open_local(f"bench/{route.format(key=key)}", lambda: (ROOM,))
        manager, problems = DeviceManager.of(shell.context), shell.context.problems
        shown = spy_on(problems, monkeypatch)
        qtbot.waitUntil(lambda: bool(reads) and not manager.devices)
        may_scan.set()
        qtbot.waitUntil(lambda: manager.find(key) is not None)
        if route.startswith("dongles/pair"):
            qtbot.waitUntil(lambda: visible(shell.window(), "pairing_wizard"))
        elif route.startswith("dongles"):
            view = shell.findChild(DonglesView)
            qtbot.waitUntil(lambda: view is not None and view.table.current() is not None)
        assert not shown


@pytest.mark.parametrize("linked", [True, False])
def test_row_of_a_port_that_is_current_stays_so_once_its_dongle_answers(
    qtbot: QtBot, home: Path, open_local: Callable[..., Shell], monkeypatch: pytest.MonkeyPatch, linked: bool
) -> None:
    """A port the user selected; or one the list took with the focus, while the dongle of a link hadn't answered."""
    probe, may_probe = port_scanner.probe_open, threading.Event()

    def probe_late(*arguments: Any) -> Any:
        assert may_probe.wait(60)
        return probe(*arguments)

    monkeypatch.setattr(port_scanner, "probe_open", probe_late)
    with simulated(home, 1) as simulator:
        (key,) = simulator.ports
        shell = open_local(f"bench/dongles/{key}" if linked else "bench/dongles", lambda: (ROOM,))
        view = shell.findChild(DonglesView)
        assert view is not None
        qtbot.waitUntil(lambda: view.model.rowCount() == 1)
        view.toolbar.setFocus()
        if linked:
            view.table.view.setFocus(Qt.FocusReason.TabFocusReason)
        else:

            def selected() -> bool:  # the list may be about to be read again
                place = view.table.view.visualRect(view.model.index(0, 0)).center()
                qtbot.mouseClick(view.table.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
                return bool(view._unanswered_port)

            qtbot.waitUntil(selected)
        qtbot.waitUntil(lambda: view.table.current() is not None)
        assert view.table.current().device_id is None
        may_probe.set()
        qtbot.waitUntil(lambda: view.table.current() is not None and view.table.current().device_id == key)
        assert SelectedDongle.of(shell.context).id == key


@pytest.mark.parametrize("key", ["f" * 16, "/dev/ttyNONE"])
def test_link_that_pairs_a_dongle_that_does_not_exist_says_so(qtbot: QtBot, shell: Shell, key: str) -> None:
    shell.go(f"bench/dongles/pair/{key}")
    problems = shell.context.problems
    qtbot.waitUntil(lambda: problems.current is not None and problems.current.what == "Dongle not found.")
    assert not visible(shell.window(), "pairing_wizard")


def spy_on(problems: Problems, monkeypatch: pytest.MonkeyPatch) -> list[AppError]:
    """The errors shown from now on."""
    shown: list[AppError] = []
    monkeypatch.setattr(problems, "show", lambda error, *_more, **_options: shown.append(error))
    return shown


def test_dongle_count_is_in_the_status_bar_in_every_room_from_the_start_and_in_another_language(
    qtbot: QtBot, open_local: Callable[..., Shell], home: Path
) -> None:
    shell = open_local("settings", lambda: (ROOM,))
    window, context = shell.window(), shell.context
    qtbot.waitUntil(lambda: context.status.text("dongles") == "0 dongles connected")
    with simulated(home, 1):
        qtbot.waitUntil(lambda: context.status.text("dongles") == "1 of 1 dongles connected")
        assert not shell.findChildren(DonglesView)
        context.apply_settings(replace(context.settings, language="tr"))
        try:
            (bar,) = [one for one in window.findChildren(StatusBar) if one.isVisible()]
            qtbot.waitUntil(lambda: bar.text("dongles") == "1 / 1 aygıt bağlı")
        finally:
            context.apply_settings(replace(context.settings, language="en"))
    (bar,) = [one for one in window.findChildren(StatusBar) if one.isVisible()]
    qtbot.waitUntil(lambda: bar.text("dongles") == "0 dongles connected")


def test_opening_the_wizard_keeps_the_list_below_the_banner_in_place(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker
) -> None:
    problems, (view,) = shell.context.problems, shell.findChildren(DonglesView)

    def top() -> int:
        QApplication.processEvents()  # lays out
        return view.table.mapTo(shell.window(), view.table.rect().topLeft()).y()

    qtbot.waitUntil(lambda: problems.has("bench.new-dongle") and view.model.rowCount() == 2)
    before = top()
    for opener in ("banner_action", "bench_pair"):
        click(shell.window(), opener)
        qtbot.waitUntil(lambda: visible(shell.window(), "pair_close"))
        assert top() == before
        click(shell.window(), "pair_close")
        qtbot.waitUntil(lambda: not visible(shell.window(), "pair_close"))
        assert top() == before


def test_enter_goes_to_a_dongles_details_where_its_keys_work_too(
    qtbot: QtBot, shell: Shell, click: Clicker, pair_one: Callable[[], str]
) -> None:
    device_id, window = pair_one(), shell.window()
    shell.go(f"bench/dongles/{device_id}")
    table, detail = click.find(window, "bench_dongles_table"), click.find(window, "bench_detail")
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Return)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert detail.isAncestorOf(focus)
    qtbot.keyClick(focus, Qt.Key.Key_Escape)
    assert not detail.isVisible()
    assert table.hasFocus()
    qtbot.keyClick(table, Qt.Key.Key_Return)
    focus = QApplication.focusWidget()
    assert focus is not None
    qtbot.keyClick(focus, Qt.Key.Key_T)
    assert shell.address == "bench/timing"


def test_f6_enters_the_details_at_what_can_be_done_not_at_the_button_that_closes_them(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker
) -> None:
    """It went to Close, where the next Enter took away what was to be read."""
    window = shell.window()
    (view,) = shell.findChildren(DonglesView)
    qtbot.waitUntil(lambda: len(view.model.rows) == 2 and click.find(window, "bench_detail").isVisible())
    click.find(window, "bench_filter").setFocus()
    seen = []
    for _turn in range(2):
        qtbot.keyClick(window, Qt.Key.Key_F6)
        seen.append(window.focusWidget())
    assert seen[0] is view.table.view
    assert view.table.current() is not None
    assert view.detail.isAncestorOf(seen[1])
    assert seen[1].objectName() != "bench_detail_close"


def test_enter_in_the_filter_goes_to_the_list_and_esc_clears_it(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, manager: DeviceManager
) -> None:
    window = shell.window()
    qtbot.waitUntil(lambda: len(manager.devices) == 2)
    qtbot.keyClick(window, Qt.Key.Key_Slash)
    field = click.find(window, "bench_filter")
    assert field.hasFocus()
    qtbot.keyClicks(field, "nothing has this name")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert isinstance(field, QLineEdit)
    assert not field.text()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: click.find(window, "bench_dongles_table").hasFocus())


def test_paired_dongle_is_found_by_the_palette(shell: Shell, pair_one: Callable[[], str]) -> None:
    device_id, context = pair_one(), shell.context
    with unbound(context.workspace.database).read() as session:
        found = ROOM.search(context, session, device_id[-6:])
    assert [one.address for one in found] == [f"bench/dongles/{device_id}"]


def test_that_a_dongle_is_connected_is_said_by_when_it_was_last_seen(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, manager: DeviceManager
) -> None:
    (view,) = shell.findChildren(DonglesView)
    qtbot.waitUntil(lambda: len([row for row in view.model.rows if row.connected]) == 2)
    titles = [column.title for column in columns()]
    assert "Connection" not in titles
    row = view.model.rows[0]
    (status,) = (column for column in columns() if column.title == "Status")
    assert status.second is not None
    assert (status.text(row), status.second(row)) == ("Not paired", "")
    assert "Last seen: now" in view.model.row_text(0)
    load = titles.index("Bus load")
    assert not view.table.view.isColumnHidden(load)
    assert view.model.index(0, load).data() == "–"
    view.table.make_current(row.key)
    meter = click.find(shell.window(), "bench_detail_load")
    assert isinstance(meter, Meter)
    assert meter.accessible_text() == "–, Shown while the live bus is open."
    click(shell.window(), "bench_trace_open")
    qtbot.waitUntil(lambda: manager.live is not None)
    qtbot.waitUntil(lambda: meter.accessible_text().endswith(" %"))
    qtbot.waitUntil(lambda: view._bus_load(view.model.rows[0]).text == meter.accessible_text())


def test_details_count_the_rows_that_are_shown(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker
) -> None:
    """A reader counts the items of a list to say which of how many one is: those that are hidden counted too."""
    window = shell.window()
    (view,) = shell.findChildren(DonglesView)
    qtbot.waitUntil(lambda: len(view.model.rows) == 2 and click.find(window, "bench_detail").isVisible())
    lists = 0
    for holder in view.detail.findChildren(QWidget):
        told = QAccessible.queryAccessibleInterface(holder)
        if not holder.isVisible() or told is None or told.role() != QAccessible.Role.List:
            continue
        lists += 1
        children = [told.child(at) for at in range(told.childCount())]
        assert children
        assert not [one for one in children if one.object().isHidden()]
        assert [told.indexOfChild(one) for one in children] == list(range(len(children)))
        hidden = QWidget(holder)
        hidden.hide()
        assert told.childCount() == len(children)
    assert lists >= 2

"""The live bus decodes, filters, sorts and sends again, against simulated dongles; what is set up is kept."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.frame_rows import COUNT, CYCLE, DLC, ID, NAME, SHARE, SIGNALS, TYPE
from benchboard.ui.bench.live_bus_view import LiveBusView
from benchboard.ui.shell.shell import Shell
from benchboard.ui.widgets import Toast
from benchboard.ui.widgets.badges import Badge
from benchboard.ui.widgets.menus import Menu
from support.benchsim import Simulator
from support.window import Clicker, visible

LINE = """VERSION ""
BU_: A B
BO_ 201 MotorStatus: 8 A
 SG_ AliveCounter : 0|8@1+ (1,0) [0|255] "" B
 SG_ MotorSpeed : 8|16@1+ (0.0625,0) [0|3000] "rpm" B
 SG_ MotorTemp : 32|8@1+ (0.5,-40) [-40|60] "°C" B
 SG_ Checksum : 56|8@1+ (1,0) [0|255] "" B

BO_ 416 BeltPosition: 8 A
 SG_ Position : 8|16@1+ (0.1,0) [0|6553] "mm" B

BO_ 580 DriveState: 6 A
 SG_ Mode : 8|2@1+ (1,0) [0|3] "" B

BO_ 801 OperatorRequest: 8 B
 SG_ Setpoint : 0|16@1+ (1,0) [0|3000] "rpm" A

VAL_ 580 Mode 0 "Off" 1 "Ready" 2 "Running" 3 "Fault" ;
BA_DEF_ BO_ "GenMsgCycleTime" INT 0 65535;
BA_DEF_DEF_ "GenMsgCycleTime" 0;
BA_ "GenMsgCycleTime" BO_ 201 16;
"""


@pytest.fixture
def dbc(tmp_path: Path) -> Path:
    path = tmp_path / "line2.dbc"
    path.write_text(LINE, encoding="utf-8")
    return path


@pytest.fixture
def view(qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker) -> LiveBusView:
    """The live bus of a simulated dongle, open and with frames."""
    shell.go("bench/live")
    qtbot.waitUntil(lambda: click.find(shell.window(), "live_start").isEnabled())
    click(shell.window(), "live_start")
    (view,) = shell.findChildren(LiveBusView)
    qtbot.waitUntil(lambda: view.model.rowCount() >= 6)
    return view


def column(view: LiveBusView, at: int) -> list[str]:
    return [view.model.cell(row, at) for row in range(view.model.rowCount())]


def shoot(shell: Shell, name: str) -> None:
    if folder := os.environ.get("BENCH_SHOTS"):
        shell.window().grab().save(f"{folder}/{name}.png")


def action(menu_name: str, title: str) -> QAction:
    """What a menu that is open has under this title."""
    menus = (one for one in QApplication.topLevelWidgets() if isinstance(one, Menu) and one.isVisible())
    menu = next(one for one in menus if one.objectName() == menu_name)
    QTimer.singleShot(0, menu, menu.close)
    return next(one for one in menu.actions() if one.text().partition("\t")[0] == title)


def test_database_names_frames_and_a_row_expands_into_its_signals(
    qtbot: QtBot, shell: Shell, view: LiveBusView, dbc: Path, click: Clicker, announcements: list[str]
) -> None:
    assert view.table.isColumnHidden(NAME)
    view.filter_bar.databases.add([dbc])
    qtbot.waitUntil(lambda: "MotorStatus" in column(view, NAME))
    assert not view.table.isColumnHidden(NAME)
    assert click.find(shell.window(), "live_databases").text() == "line2.dbc"
    row = column(view, ID).index("0x0C9")
    qtbot.waitUntil(lambda: " rpm" in column(view, SIGNALS)[row])
    view.table.setFocus()
    view.table.setCurrentIndex(view.model.index(row, 0))
    qtbot.keyClick(view.table, Qt.Key.Key_Return)
    assert column(view, NAME)[row + 1 : row + 5] == ["AliveCounter", "MotorSpeed", "MotorTemp", "Checksum"]
    qtbot.waitUntil(lambda: "4 signals shown below." in announcements)
    counter = column(view, SIGNALS)[row + 1]
    qtbot.waitUntil(lambda: column(view, SIGNALS)[row + 1] != counter)
    assert view.table.currentIndex().row() == row
    shoot(shell, "live_decoded_light")
    shell.context.theme.set_appearance("dark")
    qtbot.wait(300) if os.environ.get("BENCH_SHOTS") else None
    shoot(shell, "live_decoded_dark")
    shell.context.theme.set_appearance("light")
    qtbot.keyClick(view.table, Qt.Key.Key_Left)
    assert "AliveCounter" not in column(view, NAME)
    qtbot.waitUntil(lambda: "Signals hidden." in announcements)
    assert shell.context.settings.live_databases == str(dbc)


def test_databases_with_the_same_id_say_so_and_their_order_can_be_changed_and_undone(
    qtbot: QtBot, shell: Shell, view: LiveBusView, dbc: Path, tmp_path: Path, click: Clicker
) -> None:
    """The later one lost without a word, and a shorter frame was decoded into values that nobody sent."""
    truck = tmp_path / "truck.dbc"
    truck.write_text('VERSION ""\nBU_: ECU\nBO_ 201 Alive: 64 ECU\n SG_ Speed : 0|8@1+ (1,0) [0|0] "" ECU\n')
    databases = view.filter_bar.databases
    databases.add([dbc])
    qtbot.waitUntil(lambda: "MotorStatus" in column(view, NAME))
    databases.add([truck])
    said = "Not used, because another database has the same ID: Alive of truck.dbc (used: MotorStatus of line2.dbc)."
    qtbot.waitUntil(lambda: said in [one.accessibleName() for one in shell.window().findChildren(Toast)])
    assert said in databases.toolTip()
    databases.use_first(truck)
    qtbot.waitUntil(lambda: "Alive" in column(view, NAME))
    row = column(view, ID).index("0x0C9")
    qtbot.waitUntil(lambda: "of 64 bytes, not decoded" in column(view, SIGNALS)[row])
    assert shell.context.settings.live_databases == f"{truck}\n{dbc}"
    shoot(shell, "live_databases_conflict")
    shell.context.problems.undo_last()
    qtbot.waitUntil(lambda: "MotorStatus" in column(view, NAME))


def test_database_that_cannot_be_read_says_why_and_keeps_the_others(
    qtbot: QtBot, shell: Shell, view: LiveBusView, dbc: Path, tmp_path: Path
) -> None:
    view.filter_bar.databases.add([dbc])
    qtbot.waitUntil(lambda: "MotorStatus" in column(view, NAME))
    broken = tmp_path / "broken.dbc"
    broken.write_bytes(LINE.replace("0|8@1+", "0|8@x").encode())
    view.filter_bar.databases.add([broken])
    qtbot.waitUntil(lambda: shell.context.problems.current is not None)
    problem = shell.context.problems.current
    assert problem is not None
    assert problem.what == "“broken.dbc” can't be read as DBC."
    assert "line 4" in problem.why
    assert view.filter_bar.databases.paths == (dbc,)
    assert "MotorStatus" in column(view, NAME)


def test_filter_by_name_and_by_the_menu_of_a_row(
    qtbot: QtBot, shell: Shell, view: LiveBusView, dbc: Path, click: Clicker
) -> None:
    view.filter_bar.databases.add([dbc])
    qtbot.waitUntil(lambda: "MotorStatus" in column(view, NAME))
    field = click.find(shell.window(), "live_filter")
    assert isinstance(field, QLineEdit)
    qtbot.keyClicks(field, "belt")
    qtbot.waitUntil(lambda: column(view, ID) == ["0x1A0"])
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    row = column(view, ID).index("0x0C9")
    view.table.setCurrentIndex(view.model.index(row, 0))
    view.open_frame_menu(row, QPoint(400, 400))
    shoot(shell, "live_menu")
    action("live_frame_menu", "Hide 0x0C9").trigger()
    assert field.text() == "!0C9"
    assert "0x0C9" not in column(view, ID)
    view.table.setCurrentIndex(view.model.index(0, 0))
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None)
    view.open_frame_menu(0, QPoint(400, 400))
    action("live_frame_menu", "Show only 0x1A0").trigger()
    assert column(view, ID) == ["0x1A0"]


def test_sent_frame_is_in_the_list_and_is_sent_again_from_its_menu(
    qtbot: QtBot, shell: Shell, view: LiveBusView, manager: DeviceManager, click: Clicker, simulator: Simulator
) -> None:
    from benchboard.canbus import link
    from benchboard.canbus.backends.slcan import SlcanBus
    from benchboard.dongles.device import Device

    assert manager.live is not None
    (other,) = (port for ident, port in simulator.ports.items() if ident != manager.live.device_id)
    with link.open_port(other) as handle:  # a second node, which acknowledges
        Device(handle).close_channel()
        SlcanBus(handle, bitrate=500_000)
        field = click.find(shell.window(), "live_frame")
        qtbot.keyClicks(field, "321#CD05")
        click(shell.window(), "live_send")
        qtbot.waitUntil(lambda: "CAN, sent" in column(view, TYPE))
        row = column(view, TYPE).index("CAN, sent")
        assert column(view, ID)[row] == "0x321"
        view.table.setCurrentIndex(view.model.index(row, 0))
        view.open_frame_menu(row, QPoint(400, 400))
        action("live_frame_menu", "Send again").trigger()
        qtbot.waitUntil(lambda: view.model.row_at(column(view, TYPE).index("CAN, sent")).count == 2)
        qtbot.keyClick(view.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        assert QApplication.clipboard().text() == "321#CD05"
        shoot(shell, "live_sent")


def test_listen_only_opens_a_bus_that_sends_nothing_and_says_so(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, manager: DeviceManager
) -> None:
    window = shell.window()
    shell.go("bench/live")
    qtbot.waitUntil(lambda: click.find(window, "live_start").isEnabled())
    click(window, "live_listen_only")
    click(window, "live_start")
    qtbot.waitUntil(lambda: manager.live is not None)
    assert manager.live is not None
    assert manager.live.capture.listen_only
    assert not visible(window, "live_listen_only")
    assert not click.find(window, "live_send").isEnabled()
    (view,) = shell.findChildren(LiveBusView)
    assert "listen only" in click.find(window, "live_sent").text()
    assert any("listen only" in badge.accessibleName() for badge in view.findChildren(Badge))
    qtbot.waitUntil(lambda: view.model.rowCount() >= 4)
    shoot(shell, "live_listen_only")


def test_columns_are_checked_by_space_one_after_the_other_in_their_menu(
    qtbot: QtBot, view: LiveBusView, manager: DeviceManager
) -> None:
    """Space did nothing, and Enter closed the menu after each of them."""
    table = view.table
    table.open_menu(QPoint(300, 300))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, Menu)
    rows = {one.text(): one for one in menu.actions()}
    for title in ("Type", "DLC", "Time since start"):
        menu.setActiveAction(rows[title])
        qtbot.keyClick(menu, Qt.Key.Key_Space)
        assert menu.isVisible()
    assert (table.isColumnHidden(TYPE), table.isColumnHidden(DLC), table.frames.times.mode) == (True, True, "start")
    checked = [title for title, one in rows.items() if one.isChecked() and title.startswith("Time")]
    assert checked == ["Time since start"]
    menu.close()


def test_columns_and_times_are_kept_for_the_next_window(
    qtbot: QtBot, shell: Shell, view: LiveBusView, manager: DeviceManager, open_local: Callable[..., Shell]
) -> None:
    table = view.table
    table.open_menu(QPoint(300, 300))
    shoot(shell, "live_columns")
    action("live_columns_menu", "Type").trigger()
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None)
    table.open_menu(QPoint(300, 300))
    action("live_columns_menu", "Time since start").trigger()
    table.setColumnWidth(ID, 171)
    table.horizontalHeader().sectionClicked.emit(5)
    qtbot.waitUntil(lambda: shell.context.settings.live_columns != "")
    kept = shell.context.settings.live_columns
    other = type(table)(type(view.model)(view))
    other.restore_columns(kept)
    assert other.isColumnHidden(TYPE)
    assert other.columnWidth(ID) == 171
    assert (other.frames.times.mode, other.frames.sorted_by) == ("start", (5, False))
    for wrong in (
        "",
        "clock",
        "clock 0 0 1 AAAA",
        "later 0 0 - AAAA",
        "clock 0 0 - !!",
        kept.replace("start 5", "x 99"),
    ):
        other.restore_columns(wrong)
        assert other.columnWidth(ID) == 171


def test_narrow_list_leaves_out_columns_rather_than_the_data(
    qtbot: QtBot, shell: Shell, view: LiveBusView, dbc: Path
) -> None:
    view.filter_bar.databases.add([dbc])
    qtbot.waitUntil(lambda: "MotorStatus" in column(view, NAME))
    assert not view.table.isColumnHidden(DLC)
    view.table.setMaximumWidth(700)
    qtbot.waitUntil(lambda: view.table.isColumnHidden(DLC))
    assert view.table.horizontalHeader().length() <= view.table.viewport().width()
    view.table.setMaximumWidth(2_000)
    qtbot.waitUntil(lambda: not view.table.isColumnHidden(DLC))


@pytest.mark.parametrize("width", [1024, 1440])
def test_columns_become_narrower_before_one_is_left_out(
    qtbot: QtBot, shell: Shell, view: LiveBusView, dbc: Path, click: Clicker, width: int
) -> None:
    """Type, DLC and count were gone beside plots in a window of 1440 px."""
    view.filter_bar.databases.add([dbc])
    qtbot.waitUntil(lambda: "MotorStatus" in column(view, NAME))
    shell.window().resize(width, 900)
    if width == 1440:
        click(shell.window(), "live_plots")
    header = view.table.horizontalHeader()
    qtbot.waitUntil(lambda: view.table.viewport().width() < 1_100)
    qtbot.waitUntil(lambda: header.length() == view.table.viewport().width())
    assert not [one for one in (DLC, COUNT, CYCLE) if view.table.isColumnHidden(one)]
    assert view.table.isColumnHidden(TYPE) == (width == 1024), "the signals need it more"
    assert view.table.columnWidth(SIGNALS) >= 200
    shoot(shell, f"live_narrow_columns_{width}")


def test_narrow_list_that_is_sorted_by_the_share_keeps_it_and_the_signals(
    qtbot: QtBot, shell: Shell, view: LiveBusView, dbc: Path
) -> None:
    view.filter_bar.databases.add([dbc])
    qtbot.waitUntil(lambda: "MotorStatus" in column(view, NAME))
    shell.window().resize(1024, 700)
    qtbot.waitUntil(lambda: view.table.viewport().width() < 1_100)
    qtbot.waitUntil(lambda: view.table.isColumnHidden(SHARE))
    view.table.horizontalHeader().sectionClicked.emit(SHARE)
    assert not view.table.isColumnHidden(SHARE)
    assert view.table.isColumnHidden(COUNT)
    assert view.table.columnWidth(SIGNALS) >= 190
    view.table.reset_columns()
    assert view.table.isColumnHidden(SHARE)


def test_filter_is_saved_by_name_applied_and_removed(
    qtbot: QtBot, shell: Shell, view: LiveBusView, click: Clicker
) -> None:
    window = shell.window()
    field = click.find(window, "live_filter")
    assert isinstance(field, QLineEdit)
    qtbot.keyClicks(field, "0C9 1A0")
    view.filter_bar.saved.ask_name()
    name = click.find(window, "live_filter_name")
    assert isinstance(name, QLineEdit)
    qtbot.keyClicks(name, "Motor")
    click(window, "live_filter_save")
    assert view.filter_bar.saved.filters == {"Motor": "0C9 1A0"}
    field.clear()
    qtbot.waitUntil(lambda: len(column(view, ID)) > 2)
    click(window, "live_saved_filters")
    shoot(shell, "live_saved_filters")
    click(window, "live_filter_0")
    assert column(view, ID) == ["0x0C9", "0x1A0"]
    view.filter_bar.saved.remove("Motor")
    assert view.filter_bar.saved.filters == {}
    shell.context.problems.undo_last()
    assert view.filter_bar.saved.filters == {"Motor": "0C9 1A0"}
    view.filter_bar.saved.save("Motor", "0C9")
    assert view.filter_bar.saved.filters == {"Motor": "0C9"}
    shell.context.problems.undo_last()
    assert view.filter_bar.saved.filters == {"Motor": "0C9 1A0"}, "the filter that had the name"

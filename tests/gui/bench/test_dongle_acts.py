"""What changes whose a dongle is, in the window: another key, reset, lost and found again, written off."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from benchboard.canbus.link import Port
from benchboard.dongles import fleet, provisioning, write_offs
from benchboard.dongles.firmware_detection import DongleInfo
from benchboard.dongles.fleet import DongleRecord
from benchboard.dongles.protocol import OwnershipState
from benchboard.dongles.simulator.flash import Flash
from benchboard.dongles.ways_out import WayOut
from benchboard.errors import DeviceFailure
from benchboard.storage import change_tracking
from benchboard.storage.models.dongles import Dongle
from benchboard.ui.bench.bench_format import state_mark
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.dongle_rows import DongleRow
from benchboard.ui.bench.dongles_view import DonglesView
from benchboard.ui.bench.pairing_wizard import PairingWizard
from benchboard.ui.bench.port_scanner import DetectedDevice
from benchboard.ui.bench.reset_dialog import ResetDialog
from benchboard.ui.shell.shell import Shell
from benchboard.ui.widgets import Toast
from support.benchsim import Simulator, simulated
from support.loopback_dongle import after_reset
from support.window import Clicker, visible


def _view(shell: Shell) -> DonglesView:
    (view,) = shell.findChildren(DonglesView)
    return view


def _row(shell: Shell, device_id: str) -> DongleRow | None:
    return next((row for row in _view(shell).model.rows if row.key == device_id), None)


def _state(shell: Shell, device_id: str) -> str:
    row = _row(shell, device_id)
    return row.dongle.ownership_state if row is not None and row.dongle is not None else ""


def _select(qtbot: QtBot, shell: Shell, device_id: str) -> None:
    qtbot.waitUntil(lambda: _view(shell).table.make_current(device_id))


def _events(shell: Shell) -> str:
    listed = shell.findChild(QWidget, "bench_recent_events")
    return " ".join(label.text() for label in listed.findChildren(QLabel))


def test_pairing_key_is_replaced_from_the_menu_once_it_is_confirmed(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, pair_one: Callable[[], str]
) -> None:
    device_id = pair_one()
    qtbot.waitUntil(lambda: _state(shell, device_id) == "CLAIMED_ACTIVE")
    _select(qtbot, shell, device_id)
    before = simulator.persistent(device_id)
    _view(shell).command_handlers()["bench.rotate"].run()
    assert "stays paired" in click.find(shell.window(), "confirm").accessibleDescription()
    click(shell.window(), "confirm_act")
    qtbot.waitUntil(lambda: simulator.persistent(device_id).key_version == before.key_version + 1)
    assert simulator.persistent(device_id).claim_id == before.claim_id
    qtbot.waitUntil(lambda: "Pairing key of" in _events(shell))

    def stored() -> tuple[str, int] | None:
        row = _row(shell, device_id)
        dongle = row.dongle if row is not None else None
        return (dongle.ownership_state, dongle.key_version) if dongle is not None else None

    qtbot.waitUntil(lambda: stored() == ("CLAIMED_ACTIVE", before.key_version + 1))


def test_dongle_is_reset_at_its_button_and_closing_the_dialog_before_that_cancels(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, pair_one: Callable[[], str]
) -> None:
    device_id = pair_one()
    qtbot.waitUntil(lambda: _state(shell, device_id) == "CLAIMED_ACTIVE")
    _select(qtbot, shell, device_id)
    window = shell.window()

    def ask() -> None:
        _view(shell).command_handlers()["bench.reset"].run()
        assert "forgets who has paired it" in click.find(window, "reset_dialog").accessibleDescription()
        click(window, "reset_act")
        dialog = click.find(window, "reset_dialog")
        qtbot.waitUntil(lambda: any("It is blinking." in one.text() for one in dialog.findChildren(QLabel)))

    ask()
    click(window, "reset_cancel")
    qtbot.waitUntil(lambda: not shell.context.tasks.running)
    simulator.say(f"press {list(simulator.ports).index(device_id) + 1}")
    assert simulator.persistent(device_id).state == OwnershipState.CLAIMED_ACTIVE
    ask()
    simulator.say(f"press {list(simulator.ports).index(device_id) + 1}")
    qtbot.waitUntil(lambda: simulator.persistent(device_id).state == OwnershipState.UNCLAIMED)
    qtbot.waitUntil(lambda: not visible(window, "reset_dialog"))
    qtbot.waitUntil(lambda: _state(shell, device_id) == "REVOKED")
    qtbot.waitUntil(lambda: " reset" in _events(shell))
    assert "released" not in _events(shell)


def test_act_on_a_dongle_is_not_done_to_another_that_is_plugged_in_there_by_now(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, manager: DeviceManager
) -> None:
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    asked, other = (manager.find(one) for one in simulator.ports)
    assert asked is not None
    assert other is not None
    dialog = ResetDialog(shell.window(), shell.context, manager, replace(asked, port=other.port), "Rig 11", list)
    dialog.open()
    click(shell.window(), "reset_act")
    qtbot.waitUntil(lambda: click.find(shell.window(), "reset_act").text() == "Try again")
    assert any(
        f"but Dongle {str(other.device_id)[-4:].upper()} responded" in one.text() for one in dialog.findChildren(QLabel)
    )


def test_reset_that_failed_no_longer_says_that_the_dongle_is_blinking(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, manager: DeviceManager
) -> None:
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    _select(qtbot, shell, next(iter(simulator.ports)))
    window = shell.window()
    _view(shell).command_handlers()["bench.reset"].run()
    click(window, "reset_act")
    dialog = click.find(window, "reset_dialog")

    def says(text: str) -> bool:
        return any(text in one.text() and one.isVisible() for one in dialog.findChildren(QLabel))

    qtbot.waitUntil(lambda: says("It is blinking."))
    simulator.process.terminate()
    qtbot.waitUntil(lambda: click.find(window, "reset_act").text() == "Try again")
    assert not says("It is blinking.")
    assert says("It forgets who has paired it")


def test_wizard_calls_a_dongle_that_has_a_name_by_it(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    click: Clicker,
    manager: DeviceManager,
    pair_one: Callable[[], str],
) -> None:
    device_id, context = pair_one(), shell.context
    row = _row(shell, device_id)
    assert row is not None
    assert row.dongle is not None
    with context.database.change() as session:
        fleet.rename_dongle(session, context.actor, row.dongle.id, "Rig 11")
    with manager.device(simulator.ports[device_id]) as device:
        data_key = context.workspace.data_keys.of(context.actor.organisation_id)
        provisioning.release(context.database, context.actor, data_key, device)
    _view(shell).model.refresh()
    _select(qtbot, shell, device_id)
    qtbot.waitUntil(lambda: _title_of(shell, device_id) == "Rig 11" and visible(shell.window(), "bench_detail_pair"))
    click(shell.window(), "bench_detail_pair")
    wizard = click.find(shell.window(), "pairing_wizard")
    assert isinstance(wizard, PairingWizard)
    assert "Rig 11" in wizard.heading.text()


def _title_of(shell: Shell, device_id: str) -> str:
    row = _row(shell, device_id)
    return row.title if row is not None else ""


def test_lost_dongle_that_is_connected_is_asked_again_and_found(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager, pair_one: Callable[[], str]
) -> None:
    device_id = pair_one()
    # Else it may be found before the list ever has it as lost: it is asked after the pairing.
    qtbot.waitUntil(lambda: _state(shell, device_id) == "CLAIMED_ACTIVE" and _is_known_paired(manager, device_id))
    with shell.context.database.change() as session:
        change_tracking.unaudited(session, "dongles")
        session.scalars(select(Dongle).where(Dongle.device_id == device_id)).one().ownership_state = "LOST"
    _view(shell).model.refresh()
    qtbot.waitUntil(lambda: "found: it holds the pairing key again" in _events(shell))
    qtbot.waitUntil(lambda: _state(shell, device_id) == "CLAIMED_ACTIVE")


def _is_known_paired(manager: DeviceManager, device_id: str) -> bool:
    device = manager.find(device_id)
    return device is not None and device.info is not None and device.info.ownership_state == "CLAIMED_ACTIVE"


def test_dongle_that_was_released_in_a_terminal_is_asked_again_and_can_be_paired(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    click: Clicker,
    manager: DeviceManager,
    pair_one: Callable[[], str],
) -> None:
    device_id, context = pair_one(), shell.context
    qtbot.waitUntil(lambda: _state(shell, device_id) == "CLAIMED_ACTIVE" and _is_known_paired(manager, device_id))
    _select(qtbot, shell, device_id)
    titles = []
    _view(shell).model.loaded.connect(lambda: titles.append(_title(shell, device_id)))
    with manager.device(simulator.ports[device_id]) as device:  # which, unlike an act of the window, asks nothing after
        data_key = context.workspace.data_keys.of(context.actor.organisation_id)
        provisioning.release(context.database, context.actor, data_key, device)
    _view(shell).model.refresh()
    qtbot.waitUntil(lambda: _state(shell, device_id) == "REVOKED" and visible(shell.window(), "bench_detail_pair"))
    assert "Paired elsewhere" not in titles
    assert not click.find(shell.window(), "bench_timing").toolTip().startswith("This simulated dongle is paired")


def test_connected_dongle_that_was_written_off_in_a_terminal_is_asked_again_and_found(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager, pair_one: Callable[[], str]
) -> None:
    device_id, context = pair_one(), shell.context
    qtbot.waitUntil(lambda: _state(shell, device_id) == "CLAIMED_ACTIVE" and _is_known_paired(manager, device_id))
    row = _row(shell, device_id)
    assert row is not None
    assert row.dongle is not None
    titles = []
    _view(shell).model.loaded.connect(lambda: titles.append(_title(shell, device_id)))
    with context.database.change() as session:
        write_offs.write_off(session, context.actor, row.dongle.id)
    _view(shell).model.refresh()
    qtbot.waitUntil(lambda: "found" in _events(shell))
    qtbot.waitUntil(lambda: _state(shell, device_id) == "CLAIMED_ACTIVE")
    assert "Paired elsewhere" not in titles


def test_lost_dongle_is_not_said_to_be_paired_again_before_it_was_asked_and_not_checked_at_an_open_bus(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager, pair_one: Callable[[], str]
) -> None:
    device_id = pair_one()
    qtbot.waitUntil(lambda: _is_known_paired(manager, device_id))
    pane = _view(shell).detail
    lost = replace(_RECORD, ownership_state="LOST")
    info = replace(_INFO, ownership_state="CLAIMED_ACTIVE")
    asked = DetectedDevice(_PORT, info=info, checked_at=datetime.now(UTC), asked_as=("CLAIMED_ACTIVE", 1))
    pane.show_row(DongleRow(lost, asked))
    reason = pane.findChild(QLabel, "bench_detail_reason")
    assert reason.text().endswith("when it last answered. Check it again.")
    pane.show_row(DongleRow(lost, replace(asked, asked_as=lost.standing)))
    assert "it has been paired again since" in reason.text()
    device = manager.find(device_id)
    assert device is not None
    manager.set_live(manager.open_bus(device, "Rig 1"))
    pane.show_row(DongleRow(lost, replace(asked, port=device.port)))
    retry = pane.findChild(QAbstractButton, "bench_try_again")
    assert not retry.isHidden()
    assert "Its live bus is open." in retry.toolTip()
    manager.close_bus()
    qtbot.waitUntil(lambda: "Its live bus is open." not in retry.toolTip())


def _title(shell: Shell, device_id: str) -> str:
    row = _row(shell, device_id)
    return state_mark(row.dongle, row.device).text if row is not None else ""


def test_dongle_that_was_reset_elsewhere_is_lost_and_paired_again(
    qtbot: QtBot, shell: Shell, home: object, click: Clicker, manager: DeviceManager
) -> None:
    with simulated(home, 1, "--manual") as simulator:  # type: ignore[arg-type]
        (device_id,) = simulator.ports
        qtbot.waitUntil(lambda: any(one.info is not None for one in manager.devices))
        _pair(qtbot, shell, click, simulator)
        qtbot.waitUntil(lambda: _state(shell, device_id) == "CLAIMED_ACTIVE")
    qtbot.waitUntil(lambda: not manager.devices)
    (path,) = (simulator.home / "simulated").glob("*.flash")
    Flash(path=path).save(after_reset(simulator.persistent(device_id)).encode())
    with simulated(home, 1, "--manual") as simulator:  # type: ignore[arg-type]
        qtbot.waitUntil(lambda: _state(shell, device_id) == "LOST")
        _select(qtbot, shell, device_id)
        window = shell.window()
        pair = click.find(window, "bench_detail_pair")
        assert isinstance(pair, QAbstractButton)
        qtbot.waitUntil(lambda: pair.isVisible() and pair.text() == "Pair again")
        assert "it was reset. Pair it again." in click.find(window, "bench_detail_reason").text()
        qtbot.waitUntil(lambda: "lost: it no longer holds the pairing key" in _events(shell))
        _pair(qtbot, shell, click, simulator)
        qtbot.waitUntil(lambda: _state(shell, device_id) == "CLAIMED_ACTIVE")


def _pair(qtbot: QtBot, shell: Shell, click: Clicker, simulator: Simulator) -> None:
    window = shell.window()
    click(window, "bench_pair")
    click(window, "pair_next")
    click(window, "pair_next")
    wizard = click.find(window, "pairing_wizard")
    qtbot.waitUntil(lambda: wizard.steps.marks[3] == "now")
    simulator.say("press 1")
    qtbot.waitUntil(lambda: visible(window, "pair_bitrate"))
    click(window, "pair_close")
    qtbot.waitUntil(lambda: not visible(window, "pairing_wizard"))


def test_dongle_that_is_gone_is_written_off_and_is_back_once_it_turns_up(
    qtbot: QtBot, shell: Shell, home: object, click: Clicker, manager: DeviceManager
) -> None:
    window = shell.window()
    with simulated(home, 1, "--manual") as simulator:  # type: ignore[arg-type]
        (device_id,) = simulator.ports
        qtbot.waitUntil(lambda: any(one.info is not None for one in manager.devices))
        _pair(qtbot, shell, click, simulator)
    qtbot.waitUntil(lambda: not manager.devices and _state(shell, device_id) == "CLAIMED_ACTIVE")
    _select(qtbot, shell, device_id)
    qtbot.waitUntil(lambda: visible(window, "bench_detail_write_off"))
    click(window, "bench_detail_write_off")
    assert "If it turns up and is plugged in, it is paired as before." in (
        click.find(window, "confirm").accessibleDescription()
    )
    click(window, "confirm_act")
    qtbot.waitUntil(lambda: _state(shell, device_id) == "REVOKED")
    qtbot.waitUntil(lambda: "Written off." in click.find(window, "bench_detail_reason").text())
    assert _title(shell, device_id) == "Written off"
    qtbot.waitUntil(lambda: "written off" in _events(shell))
    with simulated(home, 1, "--manual"):  # type: ignore[arg-type]
        qtbot.waitUntil(lambda: _state(shell, device_id) == "CLAIMED_ACTIVE")
        qtbot.waitUntil(lambda: "found: it holds the pairing key again" in _events(shell))


_BUTTONS = {
    WayOut.CHECK: "bench_try_again",
    WayOut.PAIR: "bench_detail_pair",
    WayOut.WRITE_OFF: "bench_detail_write_off",
    WayOut.RESET: "bench_detail_reset",
}
_RECORD = DongleRecord(
    "d" * 36, "a1b2c3d4e5f60718", "Rig 1", "LOST", "proven", "benchboard", "1.0.0", datetime.now(UTC),
    datetime.now(UTC), 1, datetime.now(UTC), None, None,
)  # fmt: skip
_PORT = Port("/dev/ttyACM7", "dongle", 0x16D0, 0x117E, "3A71", False, "usb:1")
_INFO = DongleInfo(
    _PORT.path, "benchboard", "1.0.0", "Test", device_id=_RECORD.device_id, device_key=b"k" * 32, key_version=1,
    controller="FDCAN", clock_hz=80_000_000, fd=True,
)  # fmt: skip
_ROWS = (
    None, "UNCLAIMED", "CLAIM_PENDING", "CLAIMED_ACTIVE", "TRANSFER_PENDING", "LOST", "REVOKED", "REVOKED, written off",
)  # fmt: skip
_DONGLES = ("gone", "silent", "UNCLAIMED", "CLAIM_PENDING", "CLAIMED_ACTIVE", "REVOKED")


def _pair_of_states(registered: str | None, reported: str) -> DongleRow:
    dongle = device = None
    if registered is not None:
        state, _comma, written_off = registered.partition(", ")
        holds = state in ("CLAIMED_ACTIVE", "TRANSFER_PENDING", "LOST") or written_off
        dongle = replace(_RECORD, ownership_state=state, key_version=1 if holds else None)
    if reported == "silent":
        problem = DeviceFailure("dongle.silent", "The dongle on /dev/ttyACM7 didn't respond.")
        device = DetectedDevice(_PORT, problem=problem, last_id=_RECORD.device_id)
    elif reported != "gone":
        device = DetectedDevice(_PORT, info=replace(_INFO, ownership_state=reported), checked_at=datetime.now(UTC))
    return DongleRow(dongle, device)


def test_details_offer_each_way_out_of_each_pair_of_states(qtbot: QtBot, shell: Shell, click: Clicker) -> None:
    """By a button of its own, or, for a dongle that is as it should be, in its menu."""
    view = _view(shell)
    qtbot.waitUntil(lambda: view.model.at_end)
    pane = view.detail
    seen = set()
    for registered, reported in product(_ROWS, _DONGLES):
        row = _pair_of_states(registered, reported)
        if row.dongle is None and row.device is None:
            continue
        pane.show_row(row)
        ways = row.ways_out
        shown = {way for way, name in _BUTTONS.items() if not pane.findChild(QWidget, name).isHidden()}
        assert shown == set(ways) - {WayOut.RELEASE}, (registered, reported)
        assert not pane.findChild(QWidget, "bench_detail_more").isHidden()
        for way in shown:
            assert pane.findChild(QAbstractButton, _BUTTONS[way]).isEnabled(), (registered, reported, way)
        reason = pane.findChild(QLabel, "bench_detail_reason")
        if registered == "LOST":
            assert "pairing key" in reason.text(), (registered, reported)
        seen |= set(ways)
        assert ways or (reported == "gone" and registered in ("UNCLAIMED", "REVOKED", "REVOKED, written off"))
    assert seen == set(WayOut)


def test_write_off_and_rename_are_undone_by_ctrl_z_unless_another_window_changed_the_dongle_since(
    qtbot: QtBot, shell: Shell, home: object, click: Clicker, manager: DeviceManager
) -> None:
    window, context = shell.window(), shell.context
    with simulated(home, 1, "--manual") as simulator:  # type: ignore[arg-type]
        (device_id,) = simulator.ports
        qtbot.waitUntil(lambda: any(one.info is not None for one in manager.devices))
        _pair(qtbot, shell, click, simulator)
    qtbot.waitUntil(lambda: not manager.devices and _state(shell, device_id) == "CLAIMED_ACTIVE")
    _select(qtbot, shell, device_id)
    click(window, "bench_rename_start")
    edit = click.find(window, "bench_rename")
    qtbot.keyClicks(edit, "Rig 11")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: _title_of(shell, device_id) == "Rig 11")
    qtbot.waitUntil(lambda: visible(window, "bench_detail_write_off"))
    click(window, "bench_detail_write_off")
    click(window, "confirm_act")
    qtbot.waitUntil(lambda: _state(shell, device_id) == "REVOKED")

    def undo() -> None:
        _view(shell).table.view.setFocus()
        qtbot.keyClick(_view(shell).table.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)

    undo()
    qtbot.waitUntil(lambda: _state(shell, device_id) == "CLAIMED_ACTIVE")
    qtbot.waitUntil(lambda: "no longer written off" in _events(shell))
    row = _row(shell, device_id)
    assert row is not None
    assert row.dongle is not None
    with context.database.change() as session:
        fleet.rename_dongle(session, context.actor, row.dongle.id, "Rig 12")  # as another window does
    qtbot.waitUntil(lambda: _title_of(shell, device_id) == "Rig 12")
    undo()
    qtbot.waitUntil(lambda: "It was renamed to “Rig 12” since." in _toast(shell))
    assert _title_of(shell, device_id) == "Rig 12"


def _toast(shell: Shell) -> str:
    toasts = [one for one in shell.window().findChildren(Toast) if one.isVisible()]
    return " ".join(label.text() for toast in toasts for label in toast.findChildren(QLabel))

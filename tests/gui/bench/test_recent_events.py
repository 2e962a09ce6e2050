"""What happened to dongles, told below their list."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from benchboard.dongles import fleet, provisioning
from benchboard.ui.bench import ROOM
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.dongles_view import DonglesView
from benchboard.ui.bench.events.dongle_events import DongleEvents
from benchboard.ui.bench.events.recent_events import RecentEvents
from benchboard.ui.shell.shell import Shell
from benchboard.ui.studio import ROOM as STUDIO
from support.benchsim import Simulator, simulated
from support.window import Clicker


def test_connections_and_pairing_are_listed_by_name_below_the_dongles_while_there_is_room(
    qtbot: QtBot, shell: Shell, simulator: Simulator, pair_one: Callable[[], str]
) -> None:
    pair_one()
    (view,) = shell.findChildren(DonglesView)
    (recent,) = view.findChildren(RecentEvents)

    def said() -> list[str]:
        return [row.accessibleName().partition(", ")[2] for row in recent.rows]

    names = [row.title for row in view.model.rows]
    qtbot.waitUntil(lambda: {f"{name} connected" for name in names} <= set(said()))
    qtbot.waitUntil(lambda: any(row.paired for row in view.model.rows))
    (paired,) = (row.title for row in view.model.rows if row.paired)
    qtbot.waitUntil(lambda: f"{paired} paired" in said())
    assert recent.isVisible()
    view.window().resize(1440, 900)
    view.table.resize(view.table.width(), 200)
    assert recent.isHidden(), "rows come first"
    view.table.resize(view.table.width(), 600)
    assert recent.isVisible()


def test_events_leave_the_footer_its_place_at_any_height(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager, click: Clicker
) -> None:
    (view,) = shell.findChildren(DonglesView)
    (recent,) = view.findChildren(RecentEvents)
    qtbot.waitUntil(lambda: recent.isVisible() and view.model.rowCount() == 2)
    qtbot.waitUntil(lambda: sum(one.info is not None for one in manager.devices) == 2)
    footer = click.find(shell.window(), "hint_filter")
    while footer.parentWidget() is not view.table:
        above = footer.parentWidget()
        assert above is not None
        footer = above
    shown = 0
    for height in range(1_000, 600, -25):
        view.window().resize(1_440, height)
        qtbot.waitUntil(lambda: footer.geometry().bottom() == view.table.height() - 1)
        shown += recent.isVisible()
        qtbot.waitUntil(lambda: recent.isHidden() or recent.geometry().bottom() < footer.y())
    assert shown > 3


def test_dongle_that_is_unplugged_is_an_event(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = DongleEvents.of(shell.context)
    qtbot.waitUntil(lambda: len([one for one in manager.devices if one.has_answered]) == 2)
    device_id = manager.devices[0].device_id
    assert device_id is not None
    rest = manager.devices[1:]
    monkeypatch.setattr(DeviceManager, "devices", property(lambda _self: rest))
    manager.changed.emit()
    (event,) = (one for one in events.latest(50) if "disconnected" in one.what)
    assert event.device_id == device_id
    assert event.text(lambda _id: "Conveyor A") == "Conveyor A disconnected"
    assert DongleEvents.of(shell.context) is events


def test_list_goes_on_after_more_connections_than_are_kept(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the last 50 are kept: from then on their number stayed the same, and nobody was told of another one."""
    events = DongleEvents.of(shell.context)
    qtbot.waitUntil(lambda: len([one for one in manager.devices if one.has_answered]) == 2)
    there = list(manager.devices)
    shown = there
    monkeypatch.setattr(DeviceManager, "devices", property(lambda _self: shown))
    for time in range(60):
        shown = there if time % 2 else []
        with qtbot.waitSignal(events.changed):
            manager.changed.emit()


def test_what_was_done_is_told_by_what_did_it_whatever_is_filtered_and_in_a_second_window_too(
    qtbot: QtBot,
    shell: Shell,
    simulator: Simulator,
    manager: DeviceManager,
    pair_one: Callable[[], str],
    open_local: Callable[..., Shell],
) -> None:
    """A write isn't told as a read, nor a reset as a release."""
    device_id, context = pair_one(), shell.context
    (view,) = shell.findChildren(DonglesView)
    name = f"Dongle {device_id[-4:].upper()}"
    data_key = context.workspace.data_keys.of(context.actor.organisation_id)
    with manager.device(simulator.ports[device_id]) as device:
        config = replace(device.config_read().config, mode="LISTEN_ONLY")
        fleet.write_config(context.database, context.actor, data_key, device, config)
        press = f"press {list(simulator.ports).index(device_id) + 1}"
        provisioning.factory_reset(
            context.database, context.actor, data_key, device, on_wait=lambda _seconds: simulator.say(press)
        )
    done = [f"{name} reset", f"Mode of {name} set", f"Bit timing of {name} read", f"{name} paired"]

    def told(window: Shell) -> list[str]:
        (recent,) = window.findChildren(RecentEvents)
        texts = [row.accessibleName().partition(", ")[2] for row in recent.rows]
        texts = [text for text in texts if "connected" not in text and "plugged in" not in text]
        return [text for text in texts if text.startswith(name) or " of " in text]

    qtbot.waitUntil(lambda: told(shell) == done)
    field = view.findChild(QLineEdit, "bench_filter")
    field.setText("nothing has this name")
    qtbot.waitUntil(lambda: view.model.rowCount() == 0)
    assert told(shell) == done
    field.clear()
    other = open_local("bench/dongles", lambda: (ROOM,))
    qtbot.waitUntil(lambda: told(other) == done)


def test_dongle_that_was_plugged_in_before_the_window_opened_is_not_told_to_be_connected_just_now(
    qtbot: QtBot, home: Path, open_local: Callable[..., Shell]
) -> None:
    with simulated(home, 1):
        shell = open_local("bench/dongles", lambda: (ROOM,))
        manager = DeviceManager.of(shell.context)
        qtbot.waitUntil(lambda: any(one.has_answered for one in manager.devices))
        (event,) = DongleEvents.of(shell.context).latest(50)
        assert event.text(lambda _id: "Rig") == "Rig was plugged in when Benchboard opened"
    qtbot.waitUntil(lambda: "disconnected" in " ".join(one.what for one in DongleEvents.of(shell.context).latest(50)))
    with simulated(home, 1):
        qtbot.waitUntil(lambda: any(" connected" in one.what for one in DongleEvents.of(shell.context).latest(50)))


def test_dongle_that_is_plugged_in_while_another_room_is_shown_is_told_to_be_connected_then(
    qtbot: QtBot, home: Path, open_local: Callable[..., Shell]
) -> None:
    """It was told with the time at which the list was opened."""
    shell = open_local("studio", lambda: (STUDIO, ROOM))
    manager = DeviceManager.of(shell.context)
    with simulated(home, 1):
        qtbot.waitUntil(lambda: any(one.has_answered for one in manager.devices))
        answered = datetime.now(UTC)
        shell.go("bench/dongles")
        (event,) = DongleEvents.of(shell.context).latest(50)
        assert event.what == "{name} connected"
        assert event.at <= answered


def test_age_of_an_event_goes_on_every_second_under_a_minute(
    qtbot: QtBot, shell: Shell, simulator: Simulator, pair_one: Callable[[], str]
) -> None:
    """As the ages in the pane beside it do."""
    pair_one()
    (view,) = shell.findChildren(DonglesView)
    (recent,) = view.findChildren(RecentEvents)
    qtbot.waitUntil(lambda: any("paired" in row.accessibleName() for row in recent.rows))

    def age() -> str:
        (row,) = (row for row in recent.rows if row.accessibleName().endswith(" paired"))
        return row.accessibleName().partition(",")[0]

    qtbot.waitUntil(lambda: " s ago" in age())
    ages = [age()]
    for _ in range(4):
        qtbot.waitUntil(partial(_differs, age, ages[-1]))
        ages.append(age())
    assert all(text.endswith(" s ago") for text in ages), ages
    assert int(ages[-1].split()[0]) < 25, ages


def _differs(text: Callable[[], str], before: str) -> bool:
    return text() != before

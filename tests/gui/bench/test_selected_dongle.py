"""The dongle that is selected in one view of the bench is selected in the others, and at the next start."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from benchboard import settings
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.dongles_view import DonglesView
from benchboard.ui.bench.selected_dongle import SelectedDongle
from benchboard.ui.shell.shell import Shell
from benchboard.ui.widgets import Select
from support.benchsim import Simulator
from support.window import Clicker


def _found(qtbot: QtBot, shell: Shell, simulator: Simulator) -> tuple[str, str]:
    """The ids of both simulated dongles, once they have answered."""
    first, second = sorted(simulator.ports)
    manager = DeviceManager.of(shell.context)
    qtbot.waitUntil(lambda: all(manager.find(one) is not None for one in (first, second)))
    return first, second


def _listed(shell: Shell) -> str:
    """The id of the row that is selected in the list of dongles."""
    row = shell.window().findChild(DonglesView).table.current()
    return (row.device_id or "") if row is not None else ""


def test_dongle_selected_in_one_view_is_selected_in_the_others(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker
) -> None:
    def chosen(name: str) -> str:
        choice = click.find(shell.window(), name)
        assert isinstance(choice, Select)
        return choice.current_key()

    first, second = _found(qtbot, shell, simulator)
    for one in (second, first):
        shell.go("bench/dongles")
        view = shell.window().findChild(DonglesView)
        qtbot.waitUntil(lambda view=view, one=one: view.table.make_current(one))
        shell.go("bench/live")
        qtbot.waitUntil(lambda one=one: chosen("live_dongle") == one)
        shell.go("bench/timing")
        qtbot.waitUntil(lambda one=one: chosen("timing_dongle") == one)
    choice = click.find(shell.window(), "timing_dongle")
    assert isinstance(choice, Select)
    choice.setCurrentIndex(choice.findData(second))
    assert SelectedDongle.of(shell.context).id == second
    shell.go("bench/live")
    assert chosen("live_dongle") == second
    shell.go("bench/dongles")
    assert _listed(shell) == second
    shell.go("bench/live")
    live = click.find(shell.window(), "live_dongle")
    assert isinstance(live, Select)
    live.setCurrentIndex(live.findData(first))
    live.activated.emit(live.currentIndex())
    shell.go("bench/dongles")
    assert _listed(shell) == first


def test_timing_typed_before_another_dongle_was_selected_stays(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker
) -> None:
    first, second = _found(qtbot, shell, simulator)
    shell.go(f"bench/timing/{first}")
    qtbot.waitUntil(lambda: click.find(shell.window(), "timing_write").isEnabled())
    rate = click.find(shell.window(), "timing_bitrate")
    rate.setFocus()
    rate.selectAll()
    qtbot.keyClicks(rate, "250")
    shell.go("bench/dongles")
    SelectedDongle.of(shell.context).select(second)
    shell.go("bench/timing")
    assert click.find(shell.window(), "timing_dongle").current_key() == second
    assert rate.text() == "250"


@pytest.fixture
def again(qtbot: QtBot, shell: Shell, click: Clicker) -> Callable[[], Shell]:
    """Signs out and in again: a new session, which begins with what the settings keep."""

    def sign_in() -> Shell:
        window = shell.window()
        shell.context.sign_out()
        click(window, "sign_in_local")
        qtbot.waitUntil(lambda: any(one.isVisible() for one in window.findChildren(Shell)))
        (opened,) = (one for one in window.findChildren(Shell) if one.isVisible())
        opened.go("bench/dongles")
        return opened

    return sign_in


def test_selected_dongle_is_selected_in_the_next_session_while_it_is_there(
    qtbot: QtBot, shell: Shell, simulator: Simulator, home: Path, again: Callable[[], Shell]
) -> None:
    _first, second = _found(qtbot, shell, simulator)
    SelectedDongle.of(shell.context).select(second)
    qtbot.waitUntil(lambda: settings.load(home).bench_dongle.endswith(second))
    opened = again()
    qtbot.waitUntil(lambda: _listed(opened) == second)


def test_dongle_of_the_last_session_that_is_not_there_is_forgotten_without_a_word(
    qtbot: QtBot, shell: Shell, again: Callable[[], Shell]
) -> None:
    """Simulated dongles end with the program: nothing is wrong, and there is nothing to do."""
    gone = "0123456789abcdef"
    kept = f"{shell.context.actor.user_id} {gone}"
    shell.context.apply_settings(replace(shell.context.settings, bench_dongle=kept))
    opened = again()
    qtbot.waitUntil(lambda: SelectedDongle.of(opened.context).id == "")
    said = _said(opened)
    assert "gone" not in said
    assert gone not in said


def test_selected_dongle_that_is_removed_is_said_to_be_gone(qtbot: QtBot, shell: Shell) -> None:
    shell.go("bench/dongles")
    SelectedDongle.of(shell.context).select("0123456789abcdef")
    shell.context.changed.tables_changed.emit(frozenset({"dongles"}))
    qtbot.waitUntil(lambda: SelectedDongle.of(shell.context).id == "")
    assert "The dongle selected last is gone." in _said(shell)
    assert "0123456789abcdef" in _said(shell)


def _said(shell: Shell) -> str:
    return " ".join(label.text() for label in shell.window().findChildren(QLabel) if label.isVisible())


def test_dongle_that_another_account_selected_is_not_selected(shell: Shell, again: Callable[[], Shell]) -> None:
    shell.context.apply_settings(replace(shell.context.settings, bench_dongle="another-account 0123456789abcdef"))
    assert SelectedDongle.of(again().context).id == ""

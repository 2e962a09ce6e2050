"""What the palette offers in each room, with the program's own rooms, and what shortcuts say that can't be used now."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from benchboard.ui.app import Application
from benchboard.ui.commands import REGISTRY
from benchboard.ui.shell.shell import Shell
from benchboard.ui.shell.shortcuts_dialog import ShortcutsDialog
from benchboard.ui.widgets.banners import Toast
from support.window import Hand

KEYBOARD_ONLY = {"window.palette", "window.next_pane", "window.previous_pane"}
"""These only make sense where the keyboard is, or open the palette itself."""
ANYWHERE = {
    "New dashboard", "Import dashboard", "Pair a dongle", "Calculate bit timing", "Monitor a bus",
    "Start simulated dongles", "Add person", "Revoke sessions", "View audit log", "Toggle full screen", "Sign out",
    "Quit Benchboard", "Show keyboard shortcuts",
}  # fmt: skip
HERE = {
    "studio/home": {"Undo", "Add row", "Zoom in", "Add widget: table"},
    "studio/dashboards": set(),
    "bench/dongles": {"Filter dongles", "Blink dongle", "Show dongle's bit timing"},
    "bench/live": set(),
    "bench/timing": {"Write to dongle and verify"},
    "admin/people": set(),
    "settings": set(),
}
"""By address, commands that are offered there alone."""


@pytest.fixture
def everywhere(
    qtbot: QtBot, tmp_path: Path, made_home: Path, monkeypatch: pytest.MonkeyPatch, click: Hand
) -> Iterator[Shell]:
    """The operator of this computer, in a window with all rooms."""
    home = shutil.copytree(made_home, tmp_path / "home")
    monkeypatch.setenv("BENCHBOARD_HOME", str(home))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("BENCHBOARD_DATABASE_URL", raising=False)
    application = Application(home)
    application.window.resize(1440, 900)
    application.start("bench/live")
    application.window.activateWindow()
    qtbot.waitUntil(application.window.isActiveWindow)
    click(application.window, "sign_in_local")
    qtbot.waitUntil(lambda: application.shell is not None)
    assert application.shell is not None
    yield application.shell
    application.close()
    application.window.close()
    application.window.deleteLater()
    application.deleteLater()


def offered(shell: Shell) -> dict[str, str]:
    """The titles in the palette, with the reason why each can't be run now."""
    return {entry.title: entry.why_not for entry in shell.palette_entries()}


def said(shell: Shell) -> list[str]:
    return [toast.accessibleName() for toast in shell.window().findChildren(Toast)]


def test_palette_in_each_room_offers_only_what_can_run_there(everywhere: Shell) -> None:
    in_menus = {command.id for name in REGISTRY.menus() for command in REGISTRY.menu_commands(name)}
    for address, here in HERE.items():
        everywhere.go(address)
        titles = offered(everywhere).keys()
        assert ANYWHERE | here <= titles
        for other, there in HERE.items():
            assert other == address or not there & titles, (address, other)
        handled = everywhere.command_handlers().keys()
        assert {one for one in handled if not REGISTRY[one].icon} - in_menus <= KEYBOARD_ONLY, address


def test_palette_lists_commands_of_the_current_room_first(everywhere: Shell) -> None:
    everywhere.go("admin/people")
    assert next(entry.title for entry in everywhere.palette_entries()) == "Add person"
    everywhere.go("bench/live")
    assert next(entry.title for entry in everywhere.palette_entries()) == "Pair a dongle"


def test_palette_and_shortcut_say_why_a_command_cannot_run_now(qtbot: QtBot, everywhere: Shell) -> None:
    everywhere.go("bench/timing")
    assert offered(everywhere)["Write to dongle and verify"] == "Pair a dongle first."
    qtbot.keyClick(everywhere.window(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert "Pair a dongle first." in said(everywhere)
    everywhere.go("bench/dongles")
    assert offered(everywhere)["Blink dongle"] == "Select a dongle first."


@pytest.mark.parametrize(("address", "group"), [("bench/live", "Dongles"), ("admin/people", "Edit")])
def test_key_sheet_opens_in_every_room_with_its_own_keys_first(
    qtbot: QtBot, everywhere: Shell, address: str, group: str
) -> None:
    everywhere.go(address)
    qtbot.keyClick(everywhere.window(), Qt.Key.Key_F1)
    (sheet,) = everywhere.window().findChildren(ShortcutsDialog)
    assert len(sheet.visible_titles()) == sum(1 for command in REGISTRY if command.shortcuts)
    assert {"Filter dongles", "Undo", "Search or run a command", "Select all rows"} <= set(sheet.visible_titles())
    sheet.dismiss()

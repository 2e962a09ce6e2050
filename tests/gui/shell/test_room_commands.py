"""What the palette offers in each room, with the program's own rooms, and what shortcuts report that can't run now."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from benchboard.ui.commands import REGISTRY
from benchboard.ui.shell.shell import Shell
from benchboard.ui.shell.shortcuts_dialog import ShortcutsDialog
from benchboard.ui.widgets.labels import Text
from benchboard.ui.widgets.toasts import Toast

KEYBOARD_ONLY = {
    "bench.toggle_live", "window.palette", "window.next_pane", "window.previous_pane", "window.next_view",
    "window.previous_view", "window.bench", "window.studio", "window.admin",
}  # fmt: skip
"""These only make sense where the keyboard is, open the palette itself, or go where the palette's views go."""
ANYWHERE = {
    "Create dashboard", "Import dashboard", "Pair a dongle", "Calculate bit timing", "Open live bus",
    "Start simulated dongles", "Add person", "Revoke sessions", "Open audit log", "Toggle full screen", "Sign out",
    "Quit Benchboard", "Show keyboard shortcuts",
}  # fmt: skip
HERE = {
    "studio/home": {"Add row", "Zoom in", "Add widget: table"},
    "studio/dashboards": set(),
    "bench/dongles": {"Filter dongles", "Identify dongle", "Set bit timing"},
    "bench/live": set(),
    "bench/timing": {"Write to dongle and verify"},
    "admin/people": set(),
    "settings": set(),
}
"""By address, commands that are offered there alone."""


@pytest.fixture
def everywhere(open_local: Callable[..., Shell]) -> Shell:
    """The window with all rooms."""
    return open_local("bench/live")


def offered(shell: Shell) -> dict[str, str]:
    """The titles in the palette, with the reason why each can't be run now."""
    return {entry.title: entry.why_not for entry in shell.palette_entries()}


def visible_titles(sheet: ShortcutsDialog) -> list[str]:
    sheet.fill_all()
    return [line.text() for line in sheet.findChildren(Text, "keys_line")]


def toast_texts(shell: Shell) -> list[str]:
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
    assert offered(everywhere)["Write to dongle and verify"] == "Plug in a dongle first."
    qtbot.keyClick(everywhere.window(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert "Plug in a dongle first." in toast_texts(everywhere)
    (toast,) = everywhere.window().findChildren(Toast)
    everywhere.go("bench/timing")
    assert toast.isVisible()
    everywhere.go("bench/dongles")
    assert not toast.isVisible()
    assert offered(everywhere)["Identify dongle"] == "Select a dongle first."


@pytest.mark.parametrize(("address", "group"), [("bench/live", "Dongles"), ("admin/people", "Edit")])
def test_key_sheet_opens_in_every_room_with_its_own_keys_first(
    qtbot: QtBot, everywhere: Shell, address: str, group: str
) -> None:
    everywhere.go(address)
    qtbot.keyClick(everywhere.window(), Qt.Key.Key_F1)
    (sheet,) = everywhere.window().findChildren(ShortcutsDialog)
    assert len(visible_titles(sheet)) == sum(1 for command in REGISTRY if command.shortcuts)
    assert {"Filter dongles", "Undo", "Search or run a command", "Select all rows"} <= set(visible_titles(sheet))
    sheet.dismiss()


def test_key_sheet_scrolls_by_key_from_its_search_field(qtbot: QtBot, everywhere: Shell) -> None:
    everywhere.go("bench/live")
    qtbot.keyClick(everywhere.window(), Qt.Key.Key_F1)
    (sheet,) = everywhere.window().findChildren(ShortcutsDialog)
    (area,) = sheet.findChildren(QScrollArea)
    bar = area.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    places = []
    keys = (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp, Qt.Key.Key_End, Qt.Key.Key_Home)
    for key in keys:
        qtbot.keyClick(sheet.search, key)
        places.append(bar.value())
    assert places[0] > 0
    assert places[1:] == [0, bar.maximum(), 0]
    qtbot.keyClicks(sheet.search, "a")
    qtbot.keyClick(sheet.search, Qt.Key.Key_Home)
    qtbot.keyClicks(sheet.search, "b")
    assert sheet.search.text() == "ba", "in a text, Home goes to its beginning"
    sheet.search.setText("palette")
    assert visible_titles(sheet) == ["Search or run a command"]
    sheet.dismiss()


def _made(sheet: ShortcutsDialog) -> int:
    return len(sheet.findChildren(Text, "keys_line"))


def test_key_sheet_makes_only_the_shortcuts_in_view_and_the_rest_as_one_goes_there(
    qtbot: QtBot, everywhere: Shell
) -> None:
    """All 260 of them took most of a second to open."""
    everywhere.go("bench/live")
    every = sum(1 for command in REGISTRY if command.shortcuts)
    for key in (Qt.Key.Key_PageDown, Qt.Key.Key_End, Qt.Key.Key_Tab):
        qtbot.keyClick(everywhere.window(), Qt.Key.Key_F1)
        (sheet,) = everywhere.window().findChildren(ShortcutsDialog)
        first = _made(sheet)
        assert 40 < first < every / 2
        (area,) = sheet.findChildren(QScrollArea)
        qtbot.waitUntil(lambda area=area: area.verticalScrollBar().maximum() > 0)
        height = area.verticalScrollBar().maximum()
        qtbot.keyClick(sheet.search, key)
        if key == Qt.Key.Key_PageDown:
            assert first < _made(sheet) < every
        else:
            qtbot.waitUntil(lambda sheet=sheet: _made(sheet) == every)
            QApplication.processEvents()
            assert abs(area.verticalScrollBar().maximum() - height) < 0.1 * height
        sheet.dismiss()
        qtbot.waitUntil(lambda: not everywhere.window().findChildren(ShortcutsDialog))


def test_screen_reader_can_go_through_all_of_the_key_sheet(
    qtbot: QtBot, everywhere: Shell, announcements: list[str]
) -> None:
    everywhere.go("bench/live")
    qtbot.keyClick(everywhere.window(), Qt.Key.Key_F1)
    (sheet,) = everywhere.window().findChildren(ShortcutsDialog)
    qtbot.waitUntil(lambda: _made(sheet) == sum(1 for command in REGISTRY if command.shortcuts))
    sheet.dismiss()


def test_key_sheet_is_read_shortcut_by_shortcut_after_tab(qtbot: QtBot, everywhere: Shell) -> None:
    everywhere.go("bench/live")
    qtbot.keyClick(everywhere.window(), Qt.Key.Key_F1)
    (sheet,) = everywhere.window().findChildren(ShortcutsDialog)
    (area,) = sheet.findChildren(QScrollArea)
    titles = visible_titles(sheet)

    def read() -> str:
        focused = QApplication.focusWidget()
        assert focused is not None
        return focused.accessibleName().rpartition(": ")[0]

    qtbot.keyClick(sheet.search, Qt.Key.Key_Tab)
    assert read() == titles[0]
    for title in titles[1:30]:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
        assert read() == title
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_End)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert read() == titles[-1]
    assert not focused.visibleRegion().isEmpty(), "it was scrolled to"
    assert area.isAncestorOf(focused)
    qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is sheet.findChild(QWidget, "keys_close")
    sheet.dismiss()


def test_down_leads_from_the_search_to_the_shortcuts_and_what_is_typed_there_back(
    qtbot: QtBot, everywhere: Shell
) -> None:
    everywhere.go("bench/live")
    qtbot.keyClick(everywhere.window(), Qt.Key.Key_F1)
    (sheet,) = everywhere.window().findChildren(ShortcutsDialog)
    qtbot.keyClick(sheet.search, Qt.Key.Key_Down)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert focused.accessibleName().rpartition(": ")[0] == visible_titles(sheet)[0]
    qtbot.keyClicks(focused, "p")
    assert sheet.search.hasFocus()
    qtbot.keyClicks(sheet.search, "alette")
    assert visible_titles(sheet) == ["Search or run a command"]
    sheet.dismiss()


def test_count_of_a_search_for_shortcuts_is_told_once_nothing_is_typed(
    qtbot: QtBot, everywhere: Shell, announcements: list[str]
) -> None:
    everywhere.go("admin/people")
    qtbot.keyClick(everywhere.window(), Qt.Key.Key_F1)
    (sheet,) = everywhere.window().findChildren(ShortcutsDialog)
    announcements.clear()
    qtbot.keyClicks(sheet.search, "sort")
    qtbot.waitUntil(lambda: len(announcements) > 0)
    assert announcements == [f"{len(visible_titles(sheet))} shortcuts"]
    groups = {one.accessibleName(): one for one in sheet.findChildren(QWidget) if one.accessibleName()}
    rows = groups["Lists"].findChildren(Text, "keys_line")
    assert [row.accessibleDescription() for row in rows] == [f"{at} of {len(rows)}" for at in range(1, len(rows) + 1)]
    sheet.search.setText("Revoke invitation")
    assert "Admin: Invitations" in {one.accessibleName() for one in sheet.findChildren(QWidget)}
    sheet.dismiss()


def test_settings_open_by_key_at_their_first_page(qtbot: QtBot, everywhere: Shell) -> None:
    everywhere.go("settings/keys")
    everywhere.go("admin/people")
    qtbot.keyClick(everywhere.window(), Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: everywhere.address == "settings/general")

"""The commands of the window in all rooms, and the shortcuts of lists."""

from typing import Final

from PySide6.QtCore import Qt

from benchboard.i18n import N_
from benchboard.ui.commands import REGISTRY, SHELL, WINDOW, Command, CommandScope, Handler, Handlers, MenuSection
from benchboard.ui.commands import CommandGroup as Group
from benchboard.ui.problems import Problems

SIGN_IN: Final = CommandScope("sign-in", WINDOW, Qt.ShortcutContext.WindowShortcut)
LIST_VIEW: Final = CommandScope("list-view", SHELL, Qt.ShortcutContext.WindowShortcut)
"""A view with a list and a field that filters it, while it is shown, wherever the focus is."""
LIST: Final = CommandScope("list", LIST_VIEW, None)
LIST_UNDO: Final = CommandScope("list-undo", SHELL, Qt.ShortcutContext.WindowShortcut)
"""A view, most with a list, whose actions can be undone, while it is shown, unless a field undoes what was typed."""
CELLS: Final = CommandScope("cells", SHELL, None)
"""A table whose arrow keys go from cell to cell."""
SETTINGS: Final = CommandScope("settings", SHELL, None)
"""In the settings, unless the focused widget has a use for the key."""
NOTICE: Final = CommandScope("notice", SHELL, None)
"""While a notice is shown that can be dismissed, unless the focused widget has a use for the key."""
PALETTE: Final = "window.palette"
FULL_SCREEN: Final = "window.full_screen"
QUIT: Final = "window.quit"
FILTER: Final = "list.filter"
UNDO: Final = "list.undo"
REDO: Final = "list.redo"
SHORTCUTS: Final = "window.shortcuts"
ACCOUNT_MENU: Final = "window.account"

_THEMES: Final = N_("appearance, colours, colors, mode, color scheme, night mode")
_LANGUAGES: Final = N_("language, use English, use Turkish, switch language, locale, translation")

# fmt: off
REGISTRY.register(
    Command(PALETTE, N_("Search or run a command"), Group.WINDOW, ("Ctrl+K",), "", N_("command palette")),
    Command(SHORTCUTS, N_("Show keyboard shortcuts"), Group.WINDOW, ("?", "F1"), "ph.keyboard",
            N_("hotkeys, key bindings, keys, help, cheat sheet")),
    Command("window.settings", N_("Open settings"), Group.WINDOW, ("Ctrl+,",), "",
            N_("preferences, options, configuration, language, theme, account")),
    Command("window.bench", N_("Open Bench"), Group.WINDOW, ("Alt+1",)),
    Command("window.studio", N_("Open Studio"), Group.WINDOW, ("Alt+2",)),
    Command("window.admin", N_("Open Admin"), Group.WINDOW, ("Alt+3",)),
    Command("window.next_view", N_("Open next view"), Group.WINDOW, ("Ctrl+PgDown",)),
    Command("window.previous_view", N_("Open previous view"), Group.WINDOW, ("Ctrl+PgUp",)),
    Command("window.back", N_("Go back"), Group.WINDOW, ("Alt+Left",), "ph.arrow-left",
            N_("return, previous view")),
    Command("window.forward", N_("Go forward"), Group.WINDOW, ("Alt+Right",), "ph.arrow-right",
            N_("next view, undo going back")),
    Command("window.refresh", N_("Refresh"), Group.WINDOW, ("F5",), "ph.arrows-clockwise",
            N_("reload, read again, update")),
    Command("window.repeat_announcement", N_("Repeat last announcement"), Group.WINDOW, ("Alt+Shift+R",),
            "ph.clock-counter-clockwise",
            N_("screen reader, say again, read again, history of announcements")),
    Command("window.close_settings", N_("Close settings"), Group.WINDOW, ("Esc",), "", "", SETTINGS),
    Command("window.dismiss_notice", N_("Dismiss notice"), Group.WINDOW, ("Esc",), "", "", NOTICE),
    Command("window.next_pane", N_("Go to next pane"), Group.WINDOW, ("F6",)),
    Command("window.previous_pane", N_("Go to previous pane"), Group.WINDOW, ("Shift+F6",)),
    Command(FULL_SCREEN, N_("Toggle full screen"), Group.WINDOW, ("F11",), "ph.corners-out",
            N_("fullscreen, maximize, maximise, window, expand"), WINDOW),
    Command("window.sign_out", N_("Sign out"), Group.WINDOW, (), "ph.sign-out",
            N_("log out, logout, log off, sign off, switch user")),
    Command("window.switch_person", N_("Switch person"), Group.WINDOW, (), "ph.users",
            N_("switch user, change account, demo, role")),
    Command("window.leave_demo", N_("Leave demo"), Group.WINDOW, (), "ph.sign-out",
            N_("exit demo, sign out, log out, own data")),
    Command(QUIT, N_("Quit Benchboard"), Group.WINDOW, ("Ctrl+Q",), "ph.power",
            N_("exit, close, close app, close program"), WINDOW),
    Command("window.light_theme", N_("Use light theme"), Group.WINDOW, (), "ph.sun", _THEMES),
    Command("window.dark_theme", N_("Use dark theme"), Group.WINDOW, (), "ph.moon", _THEMES),
    Command("window.english", N_("English"), Group.WINDOW, (), "ph.globe", _LANGUAGES),
    Command("window.turkish", N_("Türkçe"), Group.WINDOW, (), "ph.globe", _LANGUAGES),
    Command("sign_in.local", N_("Start on this computer"), Group.SIGN_IN, ("Alt+1",), "", "", SIGN_IN),
    Command("sign_in.server", N_("Sign in to a shared server"), Group.SIGN_IN, ("Alt+2",), "", "", SIGN_IN),
    Command("sign_in.demo", N_("Open demo"), Group.SIGN_IN, ("Alt+3",), "", "", SIGN_IN),
    Command("sign_in.shortcuts", N_("Show keyboard shortcuts"), Group.SIGN_IN, ("?", "F1"), "", "", SIGN_IN),
    Command(FILTER, N_("Filter list"), Group.LISTS, ("/",), "", "", LIST_VIEW),
    Command(UNDO, N_("Undo last action"), Group.LISTS, ("Ctrl+Z",), "", "", LIST_UNDO),
    Command(REDO, N_("Redo what was undone"), Group.LISTS, ("Ctrl+Shift+Z", "Ctrl+Y"), "", "", LIST_UNDO),
    Command("list.open", N_("Open row, as a double click does"), Group.LISTS, ("Return",), "", "", LIST),
    Command("list.toggle", N_("Select row"), Group.LISTS, ("Space",), "", "", LIST),
    Command("list.extend", N_("Extend selection"), Group.LISTS, ("Shift+Down", "Shift+Up"), "", "",
            LIST),
    Command("list.select_all", N_("Select all rows"), Group.LISTS, ("Ctrl+A",), "", "", LIST),
    Command("list.clear", N_("Clear selection"), Group.LISTS, ("Esc",), "", "", LIST),
    Command("list.sort", N_("Sort list"), Group.LISTS, ("S",), "", "", LIST),
    Command("list.column_width", N_("Make column wider or narrower, in a table"), Group.LISTS,
            ("Alt+Shift+Right", "Alt+Shift+Left"), "", N_("resize column, column width"), CELLS),
    Command("list.open_menu", N_("Open row's menu"), Group.LISTS, ("Shift+F10",), "", "", LIST),
)
# fmt: on
REGISTRY.register_menu(
    ACCOUNT_MENU, MenuSection(("window.settings", "window.switch_person", "window.leave_demo", "window.sign_out"))
)


def undo_handlers(problems: Problems) -> Handlers:
    """Undo and redo of what is done in a view, for its scope `LIST_UNDO`."""
    return {UNDO: Handler(problems.undo_last), REDO: Handler(problems.redo_last)}

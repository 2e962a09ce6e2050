"""The commands of the window, whichever room is shown in it, and the keys of lists in all rooms."""

from typing import Final

from benchboard.i18n import N_
from benchboard.ui.commands import REGISTRY, WINDOW, Command, CommandScope, MenuSection

SIGN_IN: Final = CommandScope("sign-in", WINDOW)
LIST: Final = CommandScope("list", WINDOW)
PALETTE: Final = "window.palette"
FULL_SCREEN: Final = "window.full_screen"
QUIT: Final = "window.quit"
SHORTCUTS: Final = "window.shortcuts"
ACCOUNT_MENU: Final = "window.account"

_WINDOW: Final = N_("Window")
_SIGN_IN: Final = N_("Sign in")
_LISTS: Final = N_("Lists")
_THEMES: Final = N_("appearance, colours, colors, mode, color scheme, night mode")

# fmt: off
REGISTRY.register(
    Command(PALETTE, N_("Search or run a command"), _WINDOW, ("Ctrl+K",)),
    Command(SHORTCUTS, N_("Show keyboard shortcuts"), _WINDOW, ("?", "F1"), "ph.keyboard",
            N_("hotkeys, key bindings, keys, help, cheat sheet")),
    Command("window.settings", N_("Open settings"), _WINDOW, ("Ctrl+,",), "",
            N_("preferences, options, configuration, language, theme, account")),
    Command("window.next_pane", N_("Go to next pane"), _WINDOW, ("F6",)),
    Command("window.previous_pane", N_("Go to previous pane"), _WINDOW, ("Shift+F6",)),
    Command(FULL_SCREEN, N_("Toggle full screen"), _WINDOW, ("F11",), "ph.corners-out",
            N_("fullscreen, maximize, maximise, window, expand")),
    Command("window.sign_out", N_("Sign out"), _WINDOW, (), "ph.sign-out",
            N_("log out, logout, log off, sign off, switch user")),
    Command(QUIT, N_("Quit Benchboard"), _WINDOW, ("Ctrl+Q",), "ph.power",
            N_("exit, close, close app, close program")),
    Command("window.light_theme", N_("Use light theme"), _WINDOW, (), "ph.sun", _THEMES),
    Command("window.dark_theme", N_("Use dark theme"), _WINDOW, (), "ph.moon", _THEMES),
    Command("sign_in.local", N_("Start on this computer"), _SIGN_IN, ("Alt+1",), "", "", SIGN_IN),
    Command("sign_in.server", N_("Sign in to a shared server"), _SIGN_IN, ("Alt+2",), "", "", SIGN_IN),
    Command("sign_in.demo", N_("Open demo"), _SIGN_IN, ("Alt+3",), "", "", SIGN_IN),
    Command("list.open", N_("Open row"), _LISTS, ("Return",), "", "", LIST),
    Command("list.toggle", N_("Select row"), _LISTS, ("Space",), "", "", LIST),
    Command("list.select_all", N_("Select all rows"), _LISTS, ("Ctrl+A",), "", "", LIST),
    Command("list.open_menu", N_("Open row's menu"), _LISTS, ("Shift+F10",), "", "", LIST),
)
# fmt: on
REGISTRY.register_menu(ACCOUNT_MENU, MenuSection(("window.settings", "window.sign_out")))

"""What Studio does by name: the one table of which shortcuts, the palette's commands and the sheet of keys are made.

Titles and groups are marked here and translated where they are shown. Keys are written as Qt writes them (`Ctrl+S`).
"""

from dataclasses import dataclass
from typing import Final, Literal

from benchboard.i18n import N_


@dataclass(frozen=True, slots=True)
class Act:
    """Something a page does. `taken` says who hears its keys: the page by shortcut, or whoever has the keyboard then.
    One without an icon is no command of the palette: it means something only where one is. `when` says for the sheet
    when its keys are its."""

    key: str
    title: str
    group: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    taken: Literal["shortcut", "page", "canvas", "table", "outline", "presentation", "place", "versions", "merge"] = (
        "shortcut"
    )
    when: str = ""


_STEPS: Final = N_("Steps")
_FIND: Final = N_("Find your way")
_SEE: Final = N_("See")
_CHOSEN: Final = N_("What is chosen")
_ORDER: Final = N_("Bring into order")
_HOLD: Final = N_("Rows, groups and tabs")
_LIVE: Final = N_("In a table one went into")
_OUTLINE: Final = N_("In the outline")
_OUT: Final = N_("Show and hand on")
_OPEN: Final = N_("Open dashboards")
_WINDOW: Final = N_("The window")
_VERSIONS: Final = N_("Among the versions")
_MERGE: Final = N_("Where two people changed the same")


def _with(held: str) -> tuple[str, ...]:
    return tuple(f"{held}+{arrow}" for arrow in ("Left", "Up", "Right", "Down"))


ACTS: Final = (
    Act("undo", N_("Take a step back"), _STEPS, ("Ctrl+Z",), "ph.arrow-u-up-left", "page"),
    Act("redo", N_("Take the step again"), _STEPS, ("Ctrl+Shift+Z", "Ctrl+Y"), "ph.arrow-u-up-right", "page"),
    Act("save", N_("Save now"), _STEPS, ("Ctrl+S",), "ph.check"),
    Act("find", N_("Find a widget on the page"), _FIND, ("Ctrl+F",), "ph.magnifying-glass"),
    Act("find_next", N_("Go to the next one found"), _FIND, ("F3",), "ph.arrow-down"),
    Act("find_previous", N_("Go to the one found before"), _FIND, ("Shift+F3",), "ph.arrow-up"),
    Act("outline", N_("Show the outline"), _FIND, ("Ctrl+Shift+O",), "ph.tree-structure"),
    Act("add", N_("Find a widget to add"), _FIND, ("A",), "ph.plus"),
    Act("tab", N_("Choose the next widget"), _FIND, ("Tab",), "", "canvas"),
    Act("pane", N_("Go to the next pane, or back"), _FIND, ("F6", "Shift+F6"), "", "place"),
    Act("zoom_in", N_("Larger"), _SEE, ("Ctrl++", "Ctrl+="), "ph.magnifying-glass-plus"),
    Act("zoom_out", N_("Smaller"), _SEE, ("Ctrl+-",), "ph.magnifying-glass-minus"),
    Act("zoom_reset", N_("Show at 100 %"), _SEE, ("Ctrl+0",), "ph.magnifying-glass"),
    Act("fit", N_("Show the whole page"), _SEE, ("Ctrl+9",), "ph.corners-out"),
    Act("desktop", N_("Show the page as on a desktop"), _SEE, ("Ctrl+1",), "ph.desktop"),
    Act("tablet", N_("Show the page as on a tablet"), _SEE, ("Ctrl+2",), "ph.device-tablet"),
    Act("phone", N_("Show the page as on a phone"), _SEE, ("Ctrl+3",), "ph.device-mobile"),
    Act("follow", N_("Let it follow the desktop again"), _SEE, ("Ctrl+4",), "ph.link-simple"),
    Act("fold_left", N_("Fold the left pane, or show it"), _SEE, ("Ctrl+B",), "bb.pane-left"),
    Act("fold_right", N_("Fold the right pane, or show it"), _SEE, ("Ctrl+Shift+B",), "bb.pane-right"),
    Act("copies", N_("Show all copies, or go back to arranging"), _SEE, ("Ctrl+5",), "ph.copy"),
    Act("json", N_("Show the page as JSON"), _SEE, ("Ctrl+J",), "ph.brackets-curly"),
    Act("choose_all", N_("Choose everything"), _CHOSEN, ("Ctrl+A",), "ph.selection-all"),
    Act("rove", N_("Go to a neighbour, what is chosen stays chosen"), _CHOSEN, _with("Ctrl"), "", "canvas"),
    Act("choose_too", N_("Choose it too, or no longer"), _CHOSEN, ("Ctrl+Space",), "", "canvas"),
    Act("move", N_("Move it"), _CHOSEN, ("Left", "Up", "Right", "Down"), "", "canvas"),
    Act("resize", N_("Resize it"), _CHOSEN, ("Shift+Right", "Shift+Down"), "", "canvas"),
    Act("duplicate", N_("Duplicate it"), _CHOSEN, ("Ctrl+D",), "ph.copy"),
    Act("remove", N_("Remove it"), _CHOSEN, ("Del",), "ph.trash", "canvas"),
    Act("open", N_("Write its query or text"), _CHOSEN, ("Return",), "ph.pencil-simple", "canvas"),
    Act("rename_widget", N_("Rename the widget"), _CHOSEN, ("F2",), "ph.pencil-simple", "canvas"),
    Act("repeat", N_("Repeat it for each value"), _CHOSEN, (), "ph.arrows-clockwise", "canvas"),
    Act("picture", N_("Choose a picture"), _CHOSEN, ("Ctrl+Shift+I",), "ph.image", "canvas"),
    Act("view", N_("See it large"), _CHOSEN, ("V",), "ph.arrows-out-simple", "canvas"),
    Act(
        "enter", N_("Go into a table, as a double click on its rows"), _CHOSEN, ("Shift+Return",), "ph.table", "canvas"
    ),
    Act("leave", N_("Let go of it"), _CHOSEN, ("Esc",), "", "canvas"),
    Act("jump", N_("Move it past a neighbour"), _CHOSEN, _with("Alt"), "", "canvas"),
    Act("edge", N_("Move the edge it shares with a neighbour"), _CHOSEN, _with("Alt+Shift"), "", "canvas"),
    Act("cut", N_("Cut"), _CHOSEN, ("Ctrl+X",), "ph.scissors", "canvas"),
    Act("copy", N_("Copy"), _CHOSEN, ("Ctrl+C",), "ph.copy", "canvas"),
    Act("paste", N_("Paste"), _CHOSEN, ("Ctrl+V",), "ph.clipboard", "canvas"),
    Act("keep_place", N_("Keep in place"), _CHOSEN, ("Ctrl+L",), "ph.lock-simple", "canvas"),
    Act("keep_size", N_("Keep its size"), _CHOSEN, (), "ph.lock-simple", "canvas"),
    Act("keep_content", N_("Keep its content"), _CHOSEN, (), "ph.lock-simple", "canvas"),
    Act("menu", N_("Show what can be done with it"), _CHOSEN, ("Shift+F10",), "", "canvas"),
    Act("align_left", N_("Align left edges"), _ORDER, ("Ctrl+Shift+Left",), "ph.align-left", "canvas"),
    Act("align_centre", N_("Align centres"), _ORDER, ("Ctrl+Shift+C",), "ph.align-center-horizontal", "canvas"),
    Act("align_right", N_("Align right edges"), _ORDER, ("Ctrl+Shift+Right",), "ph.align-right", "canvas"),
    Act("align_top", N_("Align top edges"), _ORDER, ("Ctrl+Shift+Up",), "ph.align-top", "canvas"),
    Act("align_middle", N_("Align middles"), _ORDER, ("Ctrl+Shift+M",), "ph.align-center-vertical", "canvas"),
    Act("align_bottom", N_("Align bottom edges"), _ORDER, ("Ctrl+Shift+Down",), "ph.align-bottom", "canvas"),
    Act("spread_across", N_("Spread across evenly"), _ORDER, ("Ctrl+Shift+X",), "ph.columns", "canvas"),
    Act("spread_down", N_("Spread down evenly"), _ORDER, ("Ctrl+Shift+Y",), "ph.rows", "canvas"),
    Act("same_width", N_("Make equally wide"), _ORDER, ("Ctrl+Shift+W",), "ph.arrows-out-line-horizontal", "canvas"),
    Act("same_height", N_("Make equally high"), _ORDER, ("Ctrl+Shift+H",), "ph.arrows-out-line-vertical", "canvas"),
    Act("swap", N_("Swap the two"), _ORDER, ("Ctrl+Shift+E",), "ph.swap", "canvas"),
    Act("arrange", N_("Arrange the page, or the container"), _ORDER, ("Ctrl+Shift+R",), "ph.squares-four", "canvas"),
    Act("row", N_("Add row"), _HOLD, (), "ph.rows", "canvas"),
    Act("group", N_("Group"), _HOLD, ("Ctrl+G",), "ph.selection", "canvas"),
    Act("tabs", N_("Put into tabs"), _HOLD, ("Ctrl+Shift+T",), "ph.browser", "canvas"),
    Act("ungroup", N_("Ungroup"), _HOLD, ("Ctrl+Shift+G",), "ph.selection-slash", "canvas"),
    Act("collapse", N_("Close or open the row"), _HOLD, ("Space",), "ph.caret-down", "canvas"),
    Act("add_tab", N_("Add a tab"), _HOLD, (), "ph.plus", "canvas"),
    Act("next_tab", N_("Next tab"), _HOLD, ("Ctrl+]",), "ph.caret-right", "canvas"),
    Act("previous_tab", N_("Previous tab"), _HOLD, ("Ctrl+[",), "ph.caret-left", "canvas"),
    Act("live_rows", N_("Go through its rows"), _LIVE, ("Up", "Down", "PgUp", "PgDown", "Home", "End"), "", "table"),
    Act("live_sort", N_("Sort by this column, as a click on its heading"), _LIVE, ("S",), "", "table"),
    Act("live_copy", N_("Copy the chosen cells"), _LIVE, ("Ctrl+C",), "", "table"),
    Act("live_view", N_("See it large, or on the page again"), _LIVE, ("V",), "", "table"),
    Act("live_leave", N_("Leave it"), _LIVE, ("Esc",), "", "table"),
    Act("rename", N_("Rename it"), _OUTLINE, ("F2",), "", "outline"),
    Act("outline_remove", N_("Remove it"), _OUTLINE, ("Del",), "", "outline"),
    Act("outline_go", N_("Go to it on the page"), _OUTLINE, ("Return",), "", "outline"),
    Act("present", N_("Present the page"), _OUT, ("F5",), "ph.play"),
    Act("present_scroll", N_("Scroll while presenting"), _OUT, ("Down", "PgDown"), "", "presentation"),
    Act("present_into", N_("Go into a table; see another widget large"), _OUT, ("Return",), "", "presentation"),
    Act("present_leave", N_("Stop presenting"), _OUT, ("Esc",), "", "presentation"),
    Act("export_png", N_("Export as a picture (PNG)"), _OUT, (), "ph.image"),
    Act("export_svg", N_("Export as a drawing (SVG)"), _OUT, (), "ph.file"),
    Act("export_pdf", N_("Export as PDF"), _OUT, (), "ph.file-pdf"),
    Act("export_json", N_("Export as a Benchboard document (JSON)"), _OUT, (), "ph.brackets-curly"),
    Act("export_grafana", N_("Export as a Grafana dashboard (JSON)"), _OUT, (), "ph.brackets-curly"),
    Act("print", N_("Print the page"), _OUT, ("Ctrl+P",), "ph.printer"),
    Act("versions", N_("Show the versions"), _OUT, (), "ph.clock-counter-clockwise"),
    Act("name_version", N_("Keep a version"), _OUT, ("Ctrl+Alt+S",), "ph.bookmark-simple"),
    Act(
        "rename_dashboard",
        N_("Rename the dashboard"),
        _OUT,
        ("F2",),
        "ph.pencil-simple",
        "page",
        N_("with nothing chosen"),
    ),
    Act("share", N_("Share the dashboard"), _OUT, (), "ph.share-network"),
    Act("variables", N_("Define the variables"), _OUT, (), "ph.funnel"),
    Act("ask_variables", N_("Ask again what the variables offer"), _OUT, (), "ph.arrows-clockwise"),
    Act("templates", N_("Start from a template"), _OUT, (), "ph.layout"),
    Act("keys", N_("Show all keys"), _OUT, ("?", "F1"), "ph.keyboard"),
    Act("close_page", N_("Close the dashboard"), _OPEN, ("Ctrl+W",), "", "place"),
    Act("next_page", N_("Go to the next one"), _OPEN, ("Ctrl+Tab",), "", "place"),
    Act("previous_page", N_("Go to the one before"), _OPEN, ("Ctrl+Shift+Tab",), "", "place"),
    Act("palette", N_("Go anywhere, do anything"), _WINDOW, ("Ctrl+K",), "", "place"),
    Act("settings", N_("Go to the settings"), _WINDOW, ("Ctrl+,",), "", "place"),
    Act("full_screen", N_("Fill the screen, or no longer"), _WINDOW, ("F11",), "", "place"),
    Act("quit", N_("Quit Benchboard"), _WINDOW, ("Ctrl+Q",), "", "place"),
    Act("versions_since", N_("Compare with the version in the list"), _VERSIONS, ("B",), "", "versions"),
    Act("versions_next", N_("Go to the next difference"), _VERSIONS, ("J",), "", "versions"),
    Act("versions_previous", N_("Go to the difference before"), _VERSIONS, ("K",), "", "versions"),
    Act("versions_restore", N_("Go back to this version"), _VERSIONS, ("Ctrl+Return",), "", "versions"),
    Act("versions_leave", N_("Leave the versions"), _VERSIONS, ("Esc",), "", "versions"),
    Act("merge_mine", N_("Take yours"), _MERGE, ("1",), "", "merge"),
    Act("merge_theirs", N_("Take theirs"), _MERGE, ("2",), "", "merge"),
    Act("merge_next", N_("Go to the next one that is open"), _MERGE, ("N",), "", "merge"),
    Act("merge_use", N_("Use the result"), _MERGE, ("Ctrl+Return",), "", "merge"),
    Act("merge_undo", N_("Take the last decision back"), _MERGE, ("Ctrl+Z",), "", "merge"),
    Act("merge_leave", N_("Decide later"), _MERGE, ("Esc",), "", "merge"),
)
"""In the order the sheet shows them."""


def act(key: str) -> Act:
    """The act called so."""
    return next(known for known in ACTS if known.key == key)


def cap(keys: str) -> str:
    """Keys as a key cap shows them: `Ctrl+S` → `Ctrl S`."""
    shown = {"Ctrl++": "Ctrl +", "Ctrl+-": "Ctrl -"}.get(keys, keys.replace("+", " "))
    return shown.replace("Return", "Enter")

"""What Studio does by name: the one table of which shortcuts, the palette's commands and the sheet of keys are made.

Titles and groups are marked here and translated where they are shown. Keys are written as Qt writes them (`Ctrl+S`).
"""

from dataclasses import dataclass
from typing import Final, Literal

from benchboard.i18n import N_


@dataclass(frozen=True, slots=True)
class PageAct:
    """Something a page does. `taken` says who hears its keys: the page by shortcut, or whoever has the keyboard then.
    One without an icon is no command of the palette: it means something only where one is."""

    key: str
    title: str
    group: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    taken: Literal["shortcut", "page", "canvas", "outline", "presentation"] = "shortcut"


_STEPS: Final = N_("Steps")
_FIND: Final = N_("Find your way")
_SEE: Final = N_("See")
_CHOSEN: Final = N_("What is chosen")
_OUTLINE: Final = N_("In the outline")
_OUT: Final = N_("Show and hand on")

PAGE_ACTS: Final = (
    PageAct("undo", N_("Take a step back"), _STEPS, ("Ctrl+Z",), "ph.arrow-u-up-left", "page"),
    PageAct("redo", N_("Take the step again"), _STEPS, ("Ctrl+Shift+Z", "Ctrl+Y"), "ph.arrow-u-up-right", "page"),
    PageAct("save", N_("Save now"), _STEPS, ("Ctrl+S",), "ph.check"),
    PageAct("find", N_("Find a widget on the page"), _FIND, ("Ctrl+F",), "ph.magnifying-glass"),
    PageAct("find_next", N_("Go to the next one found"), _FIND, ("F3",), "ph.arrow-down"),
    PageAct("find_previous", N_("Go to the one found before"), _FIND, ("Shift+F3",), "ph.arrow-up"),
    PageAct("outline", N_("Show the outline"), _FIND, ("Ctrl+Shift+O",), "ph.tree-structure"),
    PageAct("add", N_("Find a widget to add"), _FIND, ("A",), "ph.plus"),
    PageAct("tab", N_("Choose the next widget"), _FIND, ("Tab",), "", "canvas"),
    PageAct("zoom_in", N_("Larger"), _SEE, ("Ctrl++", "Ctrl+="), "ph.magnifying-glass-plus"),
    PageAct("zoom_out", N_("Smaller"), _SEE, ("Ctrl+-",), "ph.magnifying-glass-minus"),
    PageAct("zoom_reset", N_("Show at 100 %"), _SEE, ("Ctrl+0",), "ph.magnifying-glass"),
    PageAct("fit", N_("Show the whole page"), _SEE, ("Ctrl+9",), "ph.corners-out"),
    PageAct("json", N_("Show the page as JSON"), _SEE, ("Ctrl+J",), "ph.brackets-curly"),
    PageAct("choose_all", N_("Choose everything"), _CHOSEN, ("Ctrl+A",), "ph.selection-all"),
    PageAct("move", N_("Move it"), _CHOSEN, ("Left", "Up", "Right", "Down"), "", "canvas"),
    PageAct("resize", N_("Resize it"), _CHOSEN, ("Shift+Right", "Shift+Down"), "", "canvas"),
    PageAct("duplicate", N_("Duplicate it"), _CHOSEN, ("Ctrl+D",), "ph.copy"),
    PageAct("remove", N_("Remove it"), _CHOSEN, ("Del",), "", "canvas"),
    PageAct("open", N_("Write its query or text"), _CHOSEN, ("Return",), "", "canvas"),
    PageAct("leave", N_("Let go of it"), _CHOSEN, ("Esc",), "", "canvas"),
    PageAct("rename", N_("Rename it"), _OUTLINE, ("F2",), "", "outline"),
    PageAct("outline_remove", N_("Remove it"), _OUTLINE, ("Del",), "", "outline"),
    PageAct("outline_go", N_("Go to it on the page"), _OUTLINE, ("Return",), "", "outline"),
    PageAct("present", N_("Present the page"), _OUT, ("F5",), "ph.play"),
    PageAct("present_scroll", N_("Scroll while presenting"), _OUT, ("Down", "PgDown"), "", "presentation"),
    PageAct("present_leave", N_("Stop presenting"), _OUT, ("Esc",), "", "presentation"),
    PageAct("export_png", N_("Export as a picture (PNG)"), _OUT, (), "ph.image"),
    PageAct("export_svg", N_("Export as a drawing (SVG)"), _OUT, (), "ph.file"),
    PageAct("export_pdf", N_("Export as PDF"), _OUT, (), "ph.file-pdf"),
    PageAct("print", N_("Print the page"), _OUT, ("Ctrl+P",), "ph.printer"),
    PageAct("variables", N_("Define the variables"), _OUT, (), "ph.funnel"),
    PageAct("templates", N_("Start from a template"), _OUT, (), "ph.layout"),
    PageAct("keys", N_("Show all keys"), _OUT, ("?", "F1"), "ph.keyboard"),
)
"""In the order the sheet shows them."""


def page_act(key: str) -> PageAct:
    """The act called so."""
    return next(known for known in PAGE_ACTS if known.key == key)


def cap(keys: str) -> str:
    """Keys as a key cap shows them: `Ctrl+S` → `Ctrl S`."""
    return {"Ctrl++": "Ctrl +", "Ctrl+-": "Ctrl -"}.get(keys, keys.replace("+", " "))

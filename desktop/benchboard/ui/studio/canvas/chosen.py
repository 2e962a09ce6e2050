"""What can be done with what is chosen on a page: for keys, the context menu, the inspector and the palette's commands.

How each is called, and its keys, says `acts`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

from benchboard.dashboards import layout as grid
from benchboard.dashboards.catalogue import kind_of
from benchboard.dashboards.editing import Lock, locks
from benchboard.dashboards.layout import GROUP, ROW, TABS, Axis, Edge, Layout
from benchboard.errors import Invalid
from benchboard.i18n import N_, _
from benchboard.ui.studio.canvas import clipboard
from benchboard.ui.studio.canvas.refusing import why_no_change
from benchboard.ui.studio.document import containers, placing
from benchboard.ui.studio.document.acts import act
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.document.pictures import chosen_image

if TYPE_CHECKING:
    from benchboard.ui.studio.canvas.canvas import Canvas


_LOOKING: Final = ("view", "enter", "repeat", "copy", "collapse", "next_tab", "previous_tab", "choose_all")
"""What one may do who may only look."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One act of the canvas. `possible` answers (marked) words for why what is chosen does not allow it; `section` says
    what it stands beside in a menu."""

    key: str
    section: str
    run: "Callable[[Canvas], object]"
    possible: Callable[[Editor], str]

    def why_not(self, editor: Editor) -> str:
        """Why it cannot be done now, in marked words; nothing where it can."""
        if not self.barred(editor):
            return self.possible(editor)
        if editor.marking:
            return N_("All copies are shown: go back to arranging first.")
        return N_("One may look at this page, and not change it.")

    def barred(self, editor: Editor) -> bool:
        """Whether it changes what nobody can change now. Of a copy these lead to what it is a copy of."""
        if editor.marking and self.key in ("open", "rename_widget"):
            return False
        return not editor.editable and self.key not in _LOOKING


def _any(editor: Editor) -> str:
    return "" if editor.chosen else N_("Choose a widget first.")


def _one_to_change(editor: Editor) -> str:
    if editor.read_only:
        return N_("One may look at this page, and not change it.")
    return "" if len(editor.chosen) == 1 else N_("Choose one widget first.")


def _free(editor: Editor) -> str:
    if editor.chosen and all(editor.page.item(one).static for one in editor.chosen):
        return N_("It is kept in its place.")
    return _any(editor)


def _container(editor: Editor) -> str:
    held = any(editor.page.item(one).panes for one in editor.chosen)
    return _free(editor) if held else N_("Choose a row, a group or tabs first.")


def _image(editor: Editor) -> str:
    """With nothing chosen it is for a new image."""
    return "" if chosen_image(editor) or not editor.chosen else N_("Choose an image first, or nothing for a new one.")


def _widget(editor: Editor) -> str:
    seen = len(editor.chosen) == 1 and not editor.page.item(editor.chosen[0]).panes
    return "" if seen else N_("Choose one widget first.")


def _table(editor: Editor) -> str:
    table = len(editor.chosen) == 1 and editor.page.item(editor.chosen[0]).type == "table"
    return "" if table else N_("Choose a table first.")


def _row(editor: Editor) -> str:
    rows = any(editor.page.item(one).type == ROW for one in editor.chosen)
    return "" if rows else N_("Choose a row first.")


def _tabs(editor: Editor) -> str:
    tabs = len(editor.chosen) == 1 and editor.page.item(editor.chosen[0]).type == TABS
    return "" if tabs else N_("Choose tabs first.")


def _in_tabs(editor: Editor) -> str:
    there = [outer for one in editor.chosen[:1] for outer, _k in editor.page.path(one)]
    tabs = any(editor.page.item(one).type == TABS for one in (*there, *editor.chosen[:1]))
    return "" if tabs else N_("Choose tabs first.")


def _always(_editor: Editor) -> str:
    return ""


def _several(least: int, most: int = 0) -> Callable[[Editor], str]:
    """Whether so many of one grid are chosen."""
    words = {2: N_("Choose two or more widgets of one grid first."), 3: N_("Choose three or more of one grid first.")}

    def why_not(editor: Editor) -> str:
        path = editor.page.path(editor.chosen[0]) if editor.chosen else ()
        count = sum(editor.page.path(one) == path for one in editor.chosen)
        if most and count != most:
            return N_("Choose two widgets of one grid first.")
        return words[least] if count < least else ""

    return why_not


def _add_row(canvas: "Canvas") -> None:
    kind = kind_of(ROW)
    assert kind is not None
    canvas.editor.add(kind)


def _ask_for_picture(canvas: "Canvas") -> None:
    canvas.image_wanted.emit()


def _ask_for_repeat(canvas: "Canvas") -> None:
    canvas.repeat_wanted.emit(canvas.editor.chosen[0])


def _ask_for_name(canvas: "Canvas") -> None:
    if not containers.kept(canvas.editor, canvas.editor.chosen[0]):
        canvas.name_wanted.emit("title")


def _add_tab(canvas: "Canvas") -> None:
    containers.add_tab(canvas.editor, canvas.editor.chosen[0])
    canvas.name_wanted.emit("tab")


def _lock(lock: Lock) -> "Callable[[Canvas], object]":
    return lambda canvas: canvas.editor.lock(lock, not canvas.editor.locked(lock))


def _arrange(key: str, edit: Callable[[Editor, Layout, Sequence[str]], Layout]) -> "Callable[[Canvas], object]":
    def run(canvas: "Canvas") -> None:
        editor = canvas.editor
        placing.arrange(editor, _(act(key).title), lambda pane, ids: edit(editor, pane, ids))

    return run


def _align(edge: Edge) -> "Callable[[Canvas], object]":
    def edit(editor: Editor, pane: Layout, ids: Sequence[str]) -> Layout:
        return grid.align(pane, ids, edge, compact=editor.document.compact)

    return _arrange(f"align_{edge}", edit)


def _spread(axis: Axis) -> "Callable[[Canvas], object]":
    def edit(editor: Editor, pane: Layout, ids: Sequence[str]) -> Layout:
        return grid.distribute(pane, ids, axis, compact=editor.document.compact)

    return _arrange(f"spread_{axis}", edit)


def _width(editor: Editor, pane: Layout, ids: Sequence[str]) -> Layout:
    return grid.equalise(pane, _sizable(pane, ids), "width", compact=editor.document.compact)


def _height(editor: Editor, pane: Layout, ids: Sequence[str]) -> Layout:
    return grid.equalise(pane, _sizable(pane, ids), "height", compact=editor.document.compact)


def _swap(editor: Editor, pane: Layout, ids: Sequence[str]) -> Layout:
    return grid.swap(pane, ids[0], ids[1], compact=editor.document.compact)


def _sizable(pane: Layout, ids: Sequence[str]) -> list[str]:
    """The first, which is the model, and of the others those whose size is not kept."""
    return [one for one in ids if one == ids[0] or "size" not in locks(pane.items[pane.index(one)])]


DEEDS: Final[tuple[Deed, ...]] = (
    Deed("open", "open", lambda canvas: canvas.edit(), _any),
    Deed("picture", "open", _ask_for_picture, _image),
    Deed("view", "open", lambda canvas: canvas.living.view_wanted.emit(canvas.editor.chosen[0]), _widget),
    Deed("enter", "open", lambda canvas: canvas.living.open(canvas.editor.chosen[0]), _table),
    Deed("rename_widget", "open", _ask_for_name, _one_to_change),
    Deed("repeat", "open", _ask_for_repeat, _one_to_change),
    Deed("collapse", "open", lambda canvas: containers.collapse(canvas.editor, canvas.editor.chosen), _row),
    Deed("add_tab", "open", _add_tab, _tabs),
    Deed("next_tab", "open", lambda canvas: containers.turn(canvas.editor, 1), _in_tabs),
    Deed("previous_tab", "open", lambda canvas: containers.turn(canvas.editor, -1), _in_tabs),
    Deed("cut", "copy", clipboard.cut, _any),
    Deed("copy", "copy", clipboard.copy, _any),
    Deed("paste", "copy", clipboard.paste, _always),
    Deed("duplicate", "copy", lambda canvas: canvas.editor.duplicate(), _any),
    Deed("group", "group", lambda canvas: containers.group(canvas.editor, GROUP), _free),
    Deed("tabs", "group", lambda canvas: containers.group(canvas.editor, TABS), _free),
    Deed("ungroup", "group", lambda canvas: containers.ungroup(canvas.editor), _container),
    Deed("row", "group", _add_row, _always),
    Deed("align_left", "order", _align("left"), _several(2)),
    Deed("align_centre", "order", _align("centre"), _several(2)),
    Deed("align_right", "order", _align("right"), _several(2)),
    Deed("align_top", "order", _align("top"), _several(2)),
    Deed("align_middle", "order", _align("middle"), _several(2)),
    Deed("align_bottom", "order", _align("bottom"), _several(2)),
    Deed("spread_across", "order", _spread("across"), _several(3)),
    Deed("spread_down", "order", _spread("down"), _several(3)),
    Deed("same_width", "order", _arrange("same_width", _width), _several(2)),
    Deed("same_height", "order", _arrange("same_height", _height), _several(2)),
    Deed("swap", "order", _arrange("swap", _swap), _several(2, 2)),
    Deed("arrange", "order", lambda canvas: placing.tidy(canvas.editor), _always),
    Deed("keep_place", "lock", _lock("place"), _any),
    Deed("keep_size", "lock", _lock("size"), _any),
    Deed("keep_content", "lock", _lock("content"), _any),
    Deed("choose_all", "end", lambda canvas: canvas.editor.choose_all(), _always),
    Deed("remove", "end", lambda canvas: canvas.editor.remove(), _any),
)
KEEPS: Final[dict[str, Lock]] = {"keep_place": "place", "keep_size": "size", "keep_content": "content"}
"""The deeds that are on or off."""
ORDER: Final = tuple(deed for deed in DEEDS if deed.section == "order")
_BY_KEY: Final = {deed.key: deed for deed in DEEDS}


def do(canvas: "Canvas", deed: Deed) -> None:
    """Do it, or say why it cannot be done."""
    why_not = deed.why_not(canvas.editor)
    if deed.barred(canvas.editor) and (still := why_no_change(canvas.editor)):
        canvas.refused.emit(still)
    elif why_not:
        canvas.editor.refused.emit(Invalid("studio.not-now", _(act(deed.key).title) + ".", why=_(why_not)))
    else:
        deed.run(canvas)


def run_of(canvas: "Canvas", key: str) -> Callable[[], object] | None:
    """Doing the act called so; None if it is none of the canvas's."""
    deed = _BY_KEY.get(key)
    return None if deed is None else partial(do, canvas, deed)


def by_keys() -> dict[tuple[Qt.Key, Qt.KeyboardModifier], Deed]:
    """What the keys on the canvas do."""
    return {_chord(keys): deed for deed in DEEDS for keys in act(deed.key).keys}


def _chord(keys: str) -> tuple[Qt.Key, Qt.KeyboardModifier]:
    """Keys as an event has them."""
    combination = QKeySequence(keys)[0]  # type: ignore[index]  # PySide does not say that it can be
    return combination.key(), combination.keyboardModifiers()

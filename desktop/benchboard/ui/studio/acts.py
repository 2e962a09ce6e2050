"""What can be done with what is chosen on a page, once: for keys, the context menu, the inspector and the palette."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt

from benchboard.dashboards import editing
from benchboard.dashboards.layout import GROUP, ROW, TABS
from benchboard.i18n import N_
from benchboard.ui.studio import clipboard
from benchboard.ui.studio.editor import Editor

if TYPE_CHECKING:
    from benchboard.ui.studio.canvas import Canvas

Reason = Callable[[Editor], str]


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do. `why_not` answers (marked) words for why it cannot be done now, nothing where it can; `section`
    says what it stands beside in a menu. Titles are marked and translated where they are shown."""

    name: str
    title: str
    icon: str
    keys: str
    section: str
    run: "Callable[[Canvas], object]"
    why_not: Reason


def _any(editor: Editor) -> str:
    return "" if editor.chosen else N_("Choose a widget first.")


def _free(editor: Editor) -> str:
    if editor.chosen and all(editor.page.item(one).static for one in editor.chosen):
        return N_("It is kept in its place.")
    return _any(editor)


def _container(editor: Editor) -> str:
    held = any(editor.page.item(one).panes for one in editor.chosen)
    return _free(editor) if held else N_("Choose a row, a group or tabs first.")


def _row(editor: Editor) -> str:
    rows = any(editor.page.item(one).type == ROW for one in editor.chosen)
    return "" if rows else N_("Choose a row first.")


def _tabs(editor: Editor) -> str:
    tabs = any(editor.page.item(one).type == TABS for one in editor.chosen)
    return "" if tabs else N_("Choose tabs first.")


def _always(_editor: Editor) -> str:
    return ""


def _add_row(canvas: "Canvas") -> None:
    from benchboard.dashboards.catalogue import kind_of

    kind = kind_of(ROW)
    assert kind is not None
    canvas.editor.add(kind)


def _lock(lock: editing.Lock) -> "Callable[[Canvas], object]":
    return lambda canvas: canvas.editor.lock(lock, not canvas.editor.locked(lock))


ACTS: Final[tuple[Act, ...]] = (
    Act("edit", N_("Edit"), "ph.pencil-simple", "Enter", "open",
        lambda canvas: canvas.edit(), _any),
    Act("collapse", N_("Close or open the row"), "ph.caret-down", "Space", "open",
        lambda canvas: canvas.editor.collapse(canvas.editor.chosen), _row),
    Act("add-tab", N_("Add a tab"), "ph.plus", "", "open",
        lambda canvas: canvas.editor.add_tab(canvas.editor.chosen[0]), _tabs),
    Act("next-tab", N_("Next tab"), "ph.caret-right", "Ctrl+]", "open", lambda canvas: canvas.editor.turn(1), _tabs),
    Act("previous-tab", N_("Previous tab"), "ph.caret-left", "Ctrl+[", "open",
        lambda canvas: canvas.editor.turn(-1), _tabs),
    Act("cut", N_("Cut"), "ph.scissors", "Ctrl+X", "copy", clipboard.cut, _any),
    Act("copy", N_("Copy"), "ph.copy", "Ctrl+C", "copy", clipboard.copy, _any),
    Act("paste", N_("Paste"), "ph.clipboard", "Ctrl+V", "copy", clipboard.paste, _always),
    Act("duplicate", N_("Duplicate"), "ph.copy-simple", "Ctrl+D", "copy",
        lambda canvas: canvas.editor.duplicate(), _any),
    Act("group", N_("Group"), "ph.selection", "Ctrl+G", "group", lambda canvas: canvas.editor.group(GROUP), _free),
    Act("tabs", N_("Put into tabs"), "ph.browser", "Ctrl+Shift+T", "group",
        lambda canvas: canvas.editor.group(TABS), _free),
    Act("ungroup", N_("Ungroup"), "ph.selection-slash", "Ctrl+Shift+G", "group",
        lambda canvas: canvas.editor.ungroup(), _container),
    Act("row", N_("Add row"), "ph.rows", "", "group", _add_row, _always),
    Act("keep-place", N_("Keep in place"), "ph.lock-simple", "Ctrl+L", "lock", _lock("place"), _any),
    Act("keep-size", N_("Keep its size"), "ph.lock-simple", "", "lock", _lock("size"), _any),
    Act("keep-content", N_("Keep its content"), "ph.lock-simple", "", "lock", _lock("content"), _any),
    Act("all", N_("Choose all"), "ph.selection-all", "Ctrl+A", "end",
        lambda canvas: canvas.editor.choose_all(), _always),
    Act("remove", N_("Remove"), "ph.trash", "Delete", "end", lambda canvas: canvas.editor.remove(), _any),
)  # fmt: skip
KEEPS: Final[dict[str, editing.Lock]] = {"keep-place": "place", "keep-size": "size", "keep-content": "content"}
"""The acts that are on or off."""

_BY_NAME: Final = {act.name: act for act in ACTS}


def act_of(name: str) -> Act | None:
    """The act called so."""
    return _BY_NAME.get(name)


def shown_keys(act: Act) -> str:
    """Its keys as a key cap shows them: `Ctrl Shift G`."""
    return act.keys.replace("+", " ") if len(act.keys) > 1 else act.keys


_SPOKEN: Final = {
    "Delete": Qt.Key.Key_Delete,
    "Enter": Qt.Key.Key_Return,
    "Space": Qt.Key.Key_Space,
    "[": Qt.Key.Key_BracketLeft,
    "]": Qt.Key.Key_BracketRight,
}
_MODIFIERS: Final = {
    "Ctrl": Qt.KeyboardModifier.ControlModifier,
    "Shift": Qt.KeyboardModifier.ShiftModifier,
    "Alt": Qt.KeyboardModifier.AltModifier,
}


def chord(act: Act) -> tuple[Qt.Key, Qt.KeyboardModifier]:
    """Its keys as an event has them."""
    *held, key = act.keys.split("+")
    modifiers = Qt.KeyboardModifier.NoModifier
    for name in held:
        modifiers |= _MODIFIERS[name]
    return _SPOKEN.get(key) or Qt.Key[f"Key_{key}"], modifiers


BY_KEYS: Final = {chord(act): act for act in ACTS if act.keys}

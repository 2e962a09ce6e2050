"""The messages for moves and resizes that are not possible."""

from collections.abc import Sequence

from benchboard.dashboards.editing.page_edits import landing, locks
from benchboard.dashboards.layout import ROW
from benchboard.i18n import _
from benchboard.ui.commands import REGISTRY
from benchboard.ui.studio import studio_commands as studio_commands  # registers them
from benchboard.ui.studio.document.editor import Editor


def why_not_editable(editor: Editor) -> str:
    """Why nothing on the page can be edited now, with the shortcut that helps; empty if it can, or while presenting."""
    if editor.previews_copies and not editor.read_only:
        return _("You're previewing repeats. Press {keys} to go back to editing.").format(
            keys=REGISTRY["studio.preview_repeats"].key
        )
    return "" if editor.editable else editor.read_only_reason


def why_not_movable(editor: Editor, ids: Sequence[str]) -> str:
    """Why none of these items can be moved; empty if one can."""
    if not editor.editable:
        return why_not_editable(editor)
    if not all(editor.page.item(one).static for one in ids):
        return ""
    keys = REGISTRY["studio.lock_position"].key
    if len(ids) == 1:
        words = _("The position of “{title}” is locked. Press {keys} to unlock it.")
        return words.format(title=_title(editor, ids[0]), keys=keys)
    return _("The selection's position is locked. Press {keys} to unlock it.").format(keys=keys)


def why_not_further(editor: Editor, dx: int, dy: int) -> str:
    """Why the layout has no other position for the selection in a direction."""
    if dx:
        return _("It can't move further left.") if dx < 0 else _("It can't move further right.")
    if dy < 0:
        return _("It can't move further up.")
    if editor.document.compact == "vertical":
        return _("It can't move further down: widgets move up until they touch another one.")
    return _("It can't move further down.")


def why_not_larger(dx: int, dy: int) -> str:
    """Why the layout has no other size for the selection in a direction."""
    if dx:
        return _("It can't get narrower.") if dx < 0 else _("It can't get wider here.")
    return _("It can't get lower.") if dy < 0 else _("It can't get higher here.")


def why_not_resizable(editor: Editor, ids: Sequence[str], *, high: bool) -> str:
    """Why none of these items can be resized in width, or (`high`) height; empty if one can."""
    if (reason := why_not_movable(editor, ids)) or not editor.editable:
        return reason
    items = [editor.page.item(one) for one in ids]
    if all(locks(item) & {"place", "size"} for item in items):
        if len(ids) > 1:
            return _("The selection's size is locked.")
        return _("The size of “{title}” is locked.").format(title=_title(editor, ids[0]))
    if all(item.type == ROW for item in items):
        return _("A row spans the dashboard, and its height follows its content.")
    if high and all(item.panes for item in items):
        if len(ids) > 1:
            return _("The selection's height follows its content.")
        return _("The height of “{title}” follows its content.").format(title=_title(editor, ids[0]))
    return ""


def why_not_another_grid() -> str:
    """Why an item can't be moved into or out of a container on a narrow page."""
    return _("To move it to another container, switch to the desktop layout.")


def why_not_into_container(editor: Editor, at: tuple[int, int]) -> str:
    """Why an item inserted at a cell doesn't land in the container there; empty if it does."""
    page = editor.page
    path, _at = landing(page, editor.selection, at, stays=bool(editor.breakpoint))
    return why_not_another_grid() if path != page.pane_at(*at) else ""


def _title(editor: Editor, item_id: str) -> str:
    widget = editor.widget(item_id)
    return widget.title or widget.kind_name

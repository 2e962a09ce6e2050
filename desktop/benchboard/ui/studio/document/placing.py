"""What an editor does with several widgets by numbers: each is one step."""

from collections.abc import Sequence

from benchboard.dashboards import layout as grid
from benchboard.dashboards.editing import locks, outermost
from benchboard.dashboards.layout import Page
from benchboard.i18n import _
from benchboard.ui.studio.document.editor import Editor


def movable(editor: Editor, ids: Sequence[str]) -> tuple[str, ...]:
    """Those that move when all are moved together: what is kept in its place stays."""
    page = editor.page
    return tuple(one for one in outermost(page, ids) if one in page.shown and not page.item(one).static)


def sizable(editor: Editor, ids: Sequence[str], *, high: bool) -> tuple[str, ...]:
    """Those whose width, or height, can be another one."""
    items = [editor.page.item(one) for one in ids]
    free = [item for item in items if not locks(item) & {"place", "size"} and item.type != grid.ROW]
    return tuple(item.id for item in free if not (high and item.panes))


def move_together(editor: Editor, ids: Sequence[str], dx: int, dy: int) -> None:
    """Move widgets of one grid by so many columns and rows."""
    carry = grid.Carry(editor.page, movable(editor, ids), compact=editor.document.compact)
    if carry.body:
        first = carry.body[0][1]
        editor.take(_("Move"), carry.drop(carry.home, first.x + dx, first.y + dy))


def size_each(editor: Editor, ids: Sequence[str], key: str, value: int) -> None:
    """Make each of these so wide (`w`) or so high (`h`), as near as its limits and its grid let it."""
    page = editor.page
    for one in sizable(editor, ids, high=key == "h"):
        cell = page.cell(one)._replace(**{key: value})
        page = Page(grid.Stretch(page, one, "se", compact=editor.document.compact).drop(cell.w, cell.h))
    editor.take(_("Resize"), page.layout)

"""What an editor does with the places and sizes of what is chosen: each is one step."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from benchboard.dashboards import layout as grid
from benchboard.dashboards.editing import locks, outermost
from benchboard.dashboards.layout import Carry, Cell, Layout, Page, Path
from benchboard.i18n import _
from benchboard.ui.studio.document.editor import Editor

_FARTHEST: Final = 200


def movable(editor: Editor, ids: Sequence[str]) -> tuple[str, ...]:
    """Those that move when all are moved together: what is kept in its place stays, and on a narrow page what lies in
    another grid than the first of them."""
    page, free = editor.page, _free(editor, ids)
    return tuple(one for one in free if not editor.breakpoint or page.path(one) == page.path(free[0]))


def left_behind(editor: Editor) -> bool:
    """Whether something of what is chosen stays because it lies in another grid."""
    return len(movable(editor, editor.chosen)) < len(_free(editor, editor.chosen))


def _free(editor: Editor, ids: Sequence[str]) -> tuple[str, ...]:
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


def nudge(editor: Editor, dx: int, dy: int) -> None:
    """Move the chosen widgets one step as one body; where the next row leads nowhere, or nothing holds it there as it
    is, as far as it takes to get anywhere. Only where nothing does it comes apart, as when it is dropped there."""
    carry = grid.Carry(editor.page, movable(editor, editor.chosen), compact=editor.document.compact)
    if not carry.body:
        return
    start, torn = carry.body[0][1], None
    for k in range(1, 2 if dx else _FARTHEST + 1):
        there = start.x + dx * k, start.y + dy * k
        steps = _steps(carry, carry.at(carry.home, *there))
        if len(steps) == 1 and any(dx * right + dy * down > 0 for right, down in steps):
            editor.take(_("Move"), carry.drop(carry.home, *there))
            return
        torn = torn or (there if len(steps) > 1 else None)
    if torn:
        editor.take(_("Move"), carry.drop(carry.home, *torn))


def _steps(carry: Carry, cells: Mapping[str, Cell]) -> set[tuple[int, int]]:
    """How far each of the body goes, each answer once."""
    ways = ((old, cells.get(item.id, old)) for item, old in carry.body)
    return {(new.x - old.x, new.y - old.y) for old, new in ways}


def jump(editor: Editor, dx: int, dy: int) -> None:
    """Move the chosen widgets past their next neighbour that way, in the grid the first of them lies in."""
    way: grid.Way = "right" if dx > 0 else "left" if dx < 0 else "down" if dy > 0 else "up"
    arrange(editor, _("Move"), lambda pane, ids: grid.jumped(pane, ids, way, compact=editor.document.compact))


def tidy(editor: Editor) -> None:
    """Arrange what the chosen container shows, or the grid the chosen widgets lie in, or the page."""
    page, compact = editor.page, editor.document.compact
    path: Path = ()
    if editor.chosen:
        item, path = page.item(editor.chosen[0]), page.path(editor.chosen[0])
        if item.panes and len(editor.chosen) == 1:
            path = (*path, (item.id, item.active))
    editor.take(_("Arrange"), page.with_pane(path, grid.arranged(page.pane(path)), compact))


def arrange(editor: Editor, title: str, edit: Callable[[Layout, Sequence[str]], Layout]) -> None:
    """Bring the chosen widgets of one grid into order, as one step: those that lie where the first one does. What keeps
    its size keeps it."""
    if editor.chosen:
        path = editor.page.path(editor.chosen[0])
        ids = [item_id for item_id in editor.chosen if editor.page.path(item_id) == path]
        pane = editor.page.pane(path)
        editor.take(title, editor.page.with_pane(path, edit(pane, ids), editor.document.compact))


def stretch(editor: Editor, dw: int, dh: int) -> None:
    """Make the chosen widgets one column or row larger or smaller."""
    page, compact = editor.page, editor.document.compact
    free = [one for one in editor.chosen if "size" not in locks(page.item(one))]
    for path in dict.fromkeys(map(page.path, free)):
        ids = [one for one in free if editor.page.path(one) == path]
        page = Page(page.with_pane(path, grid.grow(page.pane(path), ids, dw, dh, compact=compact), compact))
    editor.take(_("Resize"), page.layout)


def put(editor: Editor, item_id: str, cell: Cell) -> None:
    """Bring one widget to a place and size of the grid it lies in, as near as the grid and its locks let it."""
    page, compact = editor.page, editor.document.compact
    if "size" not in locks(page.item(item_id)):
        page = Page(grid.Stretch(page, item_id, "se", compact=compact).drop(cell.w, cell.h))
    carry = grid.Carry(page, [item_id], compact=compact)
    left, top = page.origin(page.path(item_id))
    title = _("Place {title}").format(title=editor.name(item_id))
    editor.take(title, carry.drop(carry.home, cell.x + left, cell.y + top))

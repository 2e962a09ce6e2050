"""Edits of the position and size of the selected items. Each takes a state and returns a change."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from benchboard.dashboards.editing.page_edits import locks, outermost
from benchboard.dashboards.editing.state import EditingState, StateChange, apply_layout
from benchboard.dashboards.layout import (
    ROW,
    Cell,
    ContainerDrag,
    ContainerResize,
    Direction,
    Layout,
    PageIndex,
    Path,
    arranged,
    grow,
    nudged,
)
from benchboard.i18n import _

_FARTHEST: Final = 200
"""Most rows further down in which a nudge looks for a free position."""


def movable(state: EditingState, ids: Sequence[str]) -> tuple[str, ...]:
    """The items that move when all are moved together: without those with a locked position and, on a narrow page,
    those in another grid than the first.
    """
    page, free = state.page, _unlocked(state, ids)
    return tuple(one for one in free if not state.reader.breakpoint or page.path(one) == page.path(free[0]))


def leaves_some_behind(state: EditingState) -> bool:
    """Whether a part of the selection doesn't move because it is in another grid."""
    return len(movable(state, state.selection)) < len(_unlocked(state, state.selection))


def _unlocked(state: EditingState, ids: Sequence[str]) -> tuple[str, ...]:
    page = state.page
    return tuple(one for one in outermost(page, ids) if one in page.shown and not page.item(one).static)


def sizable(state: EditingState, ids: Sequence[str], *, high: bool) -> tuple[str, ...]:
    """The items whose width, or (`high`) height, can be set."""
    items = [state.page.item(one) for one in ids]
    free = [item for item in items if not locks(item) & {"place", "size"} and item.type != ROW]
    return tuple(item.id for item in free if not (high and item.panes))


def move(state: EditingState, ids: Sequence[str], dx: int, dy: int) -> StateChange | None:
    """Move items of one grid by columns and rows."""
    carry = ContainerDrag(state.page, movable(state, ids), compact=state.compact)
    if not carry.body:
        return None
    first = carry.body[0][1]
    return apply_layout(state, _("Move"), carry.drop(carry.home, first.x + dx, first.y + dy))


def resize_each(state: EditingState, ids: Sequence[str], key: str, value: int) -> StateChange | None:
    """Set the width (`w`) or height (`h`) of each of these items, within its limits and its grid."""
    page = state.page
    for one in sizable(state, ids, high=key == "h"):
        cell = page.cell(one)._replace(**{key: value})
        page = PageIndex(ContainerResize(page, one, "se", compact=state.compact).drop(cell.w, cell.h))
    return apply_layout(state, _("Resize"), page.layout)


def nudge(state: EditingState, dx: int, dy: int) -> StateChange | None:
    """Move the selection by one grid unit as one body; if the next row isn't possible, or nothing holds it there, by as
    many as needed. Only if that fails, its items move independently, as when it is dropped there.
    """
    carry = ContainerDrag(state.page, movable(state, state.selection), compact=state.compact)
    if not carry.body:
        return None
    start, torn = carry.body[0][1], None
    for k in range(1, 2 if dx else _FARTHEST + 1):
        there = start.x + dx * k, start.y + dy * k
        steps = _steps(carry, carry.at(carry.home, *there))
        if len(steps) == 1 and any(dx * right + dy * down > 0 for right, down in steps):
            return apply_layout(state, _("Move"), carry.drop(carry.home, *there))
        torn = torn or (there if len(steps) > 1 else None)
    return apply_layout(state, _("Move"), carry.drop(carry.home, *torn)) if torn else None


def _steps(carry: ContainerDrag, cells: Mapping[str, Cell]) -> set[tuple[int, int]]:
    """The distances that the items of the body move, each once."""
    ways = ((old, cells.get(item.id, old)) for item, old in carry.body)
    return {(new.x - old.x, new.y - old.y) for old, new in ways}


def jump(state: EditingState, dx: int, dy: int) -> StateChange | None:
    """Move the selection past its next neighbour in a direction, in the grid of its first item."""
    way: Direction = "right" if dx > 0 else "left" if dx < 0 else "down" if dy > 0 else "up"
    return arrange(state, _("Move"), lambda pane, ids: nudged(pane, ids, way, compact=state.compact))


def auto_arrange(state: EditingState) -> StateChange | None:
    """Arrange the content of the selected container, or the grid that the selection is in, or the page."""
    page = state.page
    path: Path = ()
    if state.selection:
        item, path = page.item(state.selection[0]), page.path(state.selection[0])
        if item.panes and len(state.selection) == 1:
            path = (*path, (item.id, item.active))
    return apply_layout(state, _("Arrange"), page.with_pane(path, arranged(page.pane(path)), state.compact))


def arrange(
    state: EditingState, title: str, operation: Callable[[Layout, Sequence[str]], Layout]
) -> StateChange | None:
    """Arrange the selected items that are in the grid of the first one."""
    if not state.selection:
        return None
    page = state.page
    path = page.path(state.selection[0])
    ids = [item_id for item_id in state.selection if page.path(item_id) == path]
    return apply_layout(state, title, page.with_pane(path, operation(page.pane(path), ids), state.compact))


def resize(state: EditingState, dw: int, dh: int) -> StateChange | None:
    """Resize the selected items by columns and rows."""
    page, compact = state.page, state.compact
    free = [one for one in state.selection if "size" not in locks(page.item(one))]
    for path in dict.fromkeys(map(page.path, free)):
        ids = [one for one in free if state.page.path(one) == path]
        page = PageIndex(page.with_pane(path, grow(page.pane(path), ids, dw, dh, compact=compact), compact))
    return apply_layout(state, _("Resize"), page.layout)


def place(state: EditingState, item_id: str, cell: Cell) -> StateChange | None:
    """Set one item's position and size in its grid, as close as the grid and its locks allow."""
    page, compact = state.page, state.compact
    if "size" not in locks(page.item(item_id)):
        page = PageIndex(ContainerResize(page, item_id, "se", compact=compact).drop(cell.w, cell.h))
    carry = ContainerDrag(page, [item_id], compact=compact)
    left, top = page.origin(page.path(item_id))
    title = _("Move or resize {title}").format(title=state.name(item_id))
    return apply_layout(state, title, carry.drop(carry.home, cell.x + left, cell.y + top))

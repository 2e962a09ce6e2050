"""The outline of a page: its items in reading order, hidden ones included, and moves within the outline."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchboard.dashboards.layout import ROW, Cell, Compact, ContainerDrag, Item, Layout, PageIndex, Path, first_free


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """An item of an outline.

    `path` is the grid it is in; `panes` has, for a container, the title of each pane (empty for rows and groups) and
    the entries in it.
    """

    path: Path
    item: Item
    cell: Cell
    panes: tuple[tuple[str, tuple["OutlineEntry", ...]], ...] = ()


def outline_entries(layout: Layout, path: Path = ()) -> tuple[OutlineEntry, ...]:
    """All items of a layout in reading order, hidden ones included, containers with their children."""
    return tuple(_entries(layout, path))


def _entries(layout: Layout, path: Path) -> Iterator[OutlineEntry]:
    order = sorted(range(len(layout)), key=lambda k: (layout.cells[k].y, layout.cells[k].x, k))
    for k in order:
        item = layout.items[k]
        panes = tuple(
            (pane.title, outline_entries(pane.layout, (*path, (item.id, n)))) for n, pane in enumerate(item.panes)
        )
        yield OutlineEntry(path, item, layout.cells[k], panes)


def move_beside(page: PageIndex, item_id: str, target: str, *, below: bool, compact: Compact = "vertical") -> Layout:
    """Move an item right above or below another one, in that one's grid. Returns the same layout if it can't go there:
    a container into itself, or a row into a row."""
    path, cell = page.path(target), page.cell(target)
    left, top = page.origin(path)
    return _move_to(page, item_id, path, left + cell.x, top + (cell.bottom if below else cell.y), compact)


def move_into(page: PageIndex, item_id: str, path: Path, compact: Compact = "vertical") -> Layout:
    """Move an item to the first free position of the grid at `path`. Returns the same layout if it can't go there."""
    pane, size = page.pane(path), page.cell(item_id)
    place = first_free(pane, size.w, size.h)
    left, top = page.origin(path)
    return _move_to(page, item_id, path, left + place.x, top + place.y, compact)


def _move_to(page: PageIndex, item_id: str, path: Path, x: int, y: int, compact: Compact) -> Layout:
    row = page.item(item_id).type == ROW
    if any(outer == item_id or (row and page.item(outer).type == ROW) for outer, _k in path):
        return page.layout
    return ContainerDrag(page, [item_id], compact=compact).drop(path, x, y)

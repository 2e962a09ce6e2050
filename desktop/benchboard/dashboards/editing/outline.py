"""A page as it is told in order, with what cannot be seen, and what is dragged about in that telling."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchboard.dashboards import layout as grid
from benchboard.dashboards.layout import Cell, Compact, Item, Layout, PageIndex, Path


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """An item as an outline tells it. `path` is the grid it lies in; `panes` holds, for a container, each grid with
    the tab's title (empty for rows and groups) and what lies in it."""

    path: Path
    item: Item
    cell: Cell
    panes: tuple[tuple[str, tuple["OutlineEntry", ...]], ...] = ()


def told(layout: Layout, path: Path = ()) -> tuple[OutlineEntry, ...]:
    """Everything of a layout in reading order, what cannot be seen included, containers with what they hold."""
    return tuple(_told(layout, path))


def _told(layout: Layout, path: Path) -> Iterator[OutlineEntry]:
    order = sorted(range(len(layout)), key=lambda k: (layout.cells[k].y, layout.cells[k].x, k))
    for k in order:
        item = layout.items[k]
        panes = tuple((pane.title, told(pane.layout, (*path, (item.id, n)))) for n, pane in enumerate(item.panes))
        yield OutlineEntry(path, item, layout.cells[k], panes)


def moved_beside(page: PageIndex, item_id: str, target: str, *, below: bool, compact: Compact = "vertical") -> Layout:
    """The page with an item right above or below another one, in the grid that one lies in. The page's own layout
    where it cannot go there: into itself, or a row into a row."""
    path, cell = page.path(target), page.cell(target)
    left, top = page.origin(path)
    return _carried(page, item_id, path, left + cell.x, top + (cell.bottom if below else cell.y), compact)


def moved_into(page: PageIndex, item_id: str, path: Path, compact: Compact = "vertical") -> Layout:
    """The page with an item in the first free place of the grid at `path`; likewise."""
    pane, size = page.pane(path), page.cell(item_id)
    place = grid.first_free(pane, size.w, size.h)
    left, top = page.origin(path)
    return _carried(page, item_id, path, left + place.x, top + place.y, compact)


def _carried(page: PageIndex, item_id: str, path: Path, x: int, y: int, compact: Compact) -> Layout:
    row = page.item(item_id).type == grid.ROW
    if any(outer == item_id or (row and page.item(outer).type == grid.ROW) for outer, _k in path):
        return page.layout
    return grid.ContainerDrag(page, [item_id], compact=compact).drop(path, x, y)

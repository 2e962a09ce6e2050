"""Where a block of pasted items lands so that it keeps its shape: each of them would move up for itself."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from benchboard.dashboards.layout import ROW, Cell, Compact, ContainerDrag, Item, Layout, PageIndex, Path
from benchboard.dashboards.layout.placement import Occupancy

_MOST_TRIED: Final = 48
"""Positions that are tried at most: each lays out the page once."""

Block = tuple[tuple[Item, Cell], ...]
"""Items under unused ids, and their cells relative to each other, from (0, 0) on."""


def page_with_block(
    page: PageIndex, block: Block, path: Path, at: tuple[int, int] | None, compact: Compact
) -> Layout | None:
    """The page with the block in the grid at `path`, in one piece: as near as possible to a cell of the page, where
    other items make room, or else in the first free position. None if it stays in one piece nowhere, or is wider than
    the grid."""
    pane = page.pane(path)
    wide, high = max(cell.right for _item, cell in block), max(cell.bottom for _item, cell in block)
    if wide > pane.columns or any(item.type == ROW for item, _cell in block):
        return None
    (left, top), first = page.origin(path), block[0][1]
    near = (min(max(at[0] - left, 0), pane.columns - wide), max(at[1] - top, 0)) if at is not None else None
    drag = ContainerDrag(page, guests=block, compact=compact)
    for x, y in _positions(pane, wide, high, near):
        layout = drag.drop(path, left + x + first.x, top + y + first.y)
        if _is_whole(PageIndex(layout), block):
            return layout
    return None


def _is_whole(page: PageIndex, block: Block) -> bool:
    """Whether all cells of the block are as far apart as they were, and of the same size."""
    if any(item.id not in page.shown for item, _cell in block):
        return False
    cells = [(page.cell(item.id), was) for item, was in block]
    return len({(now.x - was.x, now.y - was.y, now.w - was.w) for now, was in cells}) == 1


def _positions(pane: Layout, wide: int, high: int, near: tuple[int, int] | None) -> Iterator[tuple[int, int]]:
    """Columns and rows to try for the upper left corner of a block: those near a cell, or else free ones from the top
    and then those below other items, from the bottom; at last the top of the grid, where the block pushes down all."""
    bottoms = sorted({0, *(cell.bottom for cell in pane.cells)}, reverse=True)
    if near is not None:
        rows, columns = {near[1], *bottoms}, range(pane.columns - wide + 1)
        spots = ((x, y) for y in rows for x in columns)
        yield from sorted(spots, key=lambda spot: (abs(spot[0] - near[0]) + abs(spot[1] - near[1]), spot))[:_MOST_TRIED]
    else:
        yield from islice(_free_positions(pane, wide, high), _MOST_TRIED)
        yield from ((0, row) for row in bottoms[:_MOST_TRIED])
    yield from ((x, 0) for x in range(pane.columns - wide + 1))


def _free_positions(pane: Layout, wide: int, high: int) -> Iterator[tuple[int, int]]:
    """Positions in which a block overlaps nothing, from the top and then from the left, down to the end of the grid."""
    taken = Occupancy(pane.cells)
    spot = taken.first(wide, high, 0, pane.columns)
    while spot.y <= pane.bottom:
        yield spot.x, spot.y
        spot = taken.first(wide, high, spot.y, pane.columns, spot.x + 1)

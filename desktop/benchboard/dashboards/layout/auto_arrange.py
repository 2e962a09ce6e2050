"""Auto-arrange a page: put its items into lines in reading order, as words are set in justified text."""

from collections.abc import Iterator, Sequence

from benchboard.dashboards.layout.model import Cell, Item, Layout
from benchboard.dashboards.layout.normalize import normalized
from benchboard.dashboards.layout.placement import Occupancy


def arranged(layout: Layout) -> Layout:
    """Arrange the items in lines in reading order, and widen them into the free space to the right of each line.
    Remaining gaps are filled with the first items that fit.

    Heights stay; widths only grow, in proportion and up to `max_w`. As in a justified paragraph, a last line that is
    less than half full stays as it is. Static items stay. The result is normalised, and arranging it again changes
    nothing.
    """
    now = _filled(_fitted(normalized(layout, "vertical"), in_turn=True))
    while (after := _filled(_fitted(now))) != now:
        # This ends: widths only grow, and while no width grows, items only move to earlier positions.
        now = after
    return now


def _order(layout: Layout) -> list[int]:
    """The indexes of the movable items in reading order."""
    movable = (place for place, item in enumerate(layout.items) if not item.static)
    return sorted(movable, key=lambda place: (layout.cells[place].y, layout.cells[place].x, place))


def _fitted(layout: Layout, *, in_turn: bool = False) -> Layout:
    """Each item, in reading order, at the topmost, then leftmost free position; with `in_turn`, at the first one that
    also comes after that of the item before it."""
    cells = list(layout.cells)
    taken = Occupancy(cells[place] for place, item in enumerate(layout.items) if item.static)
    columns, x, y = layout.columns, 0, 0
    for place in _order(layout):
        w, h = cells[place].w, cells[place].h
        cells[place] = taken.first(w, h, y, columns, x) if in_turn else taken.topmost(w, h, columns)
        x, y = cells[place].right, cells[place].y
        taken.put(cells[place])
    return layout.moved_to(cells)


def _filled(layout: Layout) -> Layout:
    """Widen the lines (items that begin in the same row and touch) into the free space to their right."""
    cells, columns = list(layout.cells), layout.columns
    taken = Occupancy(cells)
    order = _order(layout)
    last = max((cells[place].y for place in order), default=0)
    for line in _lines(cells, order):
        end = cells[line[-1]].right
        if cells[line[0]].y == last and 2 * sum(cells[place].w for place in order if cells[place].y == last) < columns:
            continue
        room = taken.room(cells[line[-1]], columns)
        if not room:
            continue
        for part in (line, line[-1:]):
            old = [cells[place] for place in part]
            new = _widened([layout.items[place] for place in part], old, end + room)
            for cell in old:
                taken.take_away(cell)
            if any(taken.covers(cell) for cell in new):
                new = old
            for place, cell in zip(part, new, strict=True):
                cells[place] = cell
                taken.put(cell)
            if new != old:
                break
    return layout.moved_to(cells)


def _lines(cells: Sequence[Cell], order: Sequence[int]) -> Iterator[list[int]]:
    line: list[int] = []
    for place in order:
        if line and (cells[place].y != cells[line[-1]].y or cells[place].x != cells[line[-1]].right):
            yield line
            line = []
        line.append(place)
    if line:
        yield line


def _widened(items: Sequence[Item], cells: Sequence[Cell], end: int) -> list[Cell]:
    """Widen the cells of one line up to column `end`, one column at a time: always the item that has grown least in
    proportion to its width."""
    widths = [cell.w for cell in cells]
    for _field in range(end - cells[-1].right):
        able = [n for n, item in enumerate(items) if item.max_w is None or widths[n] < item.max_w]
        if not able:
            break
        widths[min(able, key=lambda n: ((widths[n] + 1) / cells[n].w, n))] += 1
    x, grown = cells[0].x, []
    for cell, w in zip(cells, widths, strict=True):
        grown.append(Cell(x, cell.y, w, cell.h))
        x += w
    return grown

"""Normalise a layout: every item inside the grid, without overlaps, and under vertical compaction as far up as it can
be. Every gesture begins and ends with this."""

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from operator import or_

from benchboard.dashboards.layout.grid_arrays import ColumnOccupancy, GridArrays
from benchboard.dashboards.layout.model import Compact, Layout


def normalized(layout: Layout, compact: Compact, *, without: frozenset[int] = frozenset()) -> Layout:
    """The layout with every item inside the grid and without overlaps (static items may still overlap each other).
    Items keep their order, which is that of their vertical middles; under `vertical` they are compacted upwards, the
    clones of one line (`Item.line`) together. Items with an index in `without` are not moved and do not get in the way
    of others. A normalised layout comes back equal."""
    board = GridArrays(layout)
    if board.sticks_out:
        board.bring_in()
    fixed = ColumnOccupancy(board.columns)
    for i in board.statics:
        if i not in without:
            fixed.put(board.xs[i], board.ys[i], board.ws[i], board.hs[i])
    order = [(2 * y + h, i) for i, (y, h) in enumerate(zip(board.ys, board.hs, strict=True))]
    turns, sky = [i for _rank, i in sorted(order)], [0] * layout.columns
    lines = _lines(layout, board, without)
    for i in _side_by_side(turns, lines) if lines else turns:
        if board.static[i] or i in without:
            continue
        x, y, w, h = board.xs[i], board.ys[i], board.ws[i], board.hs[i]
        row = max(sky[x : x + w])
        if compact == "vertical" and row < y:
            # An item never moves up past a static item: one that overlaps a static item doesn't move up, any
            # other moves up at most to the lowest static item above it.
            if board.statics:
                row = max(row, fixed.ceiling(x, w, y)) if fixed.free_row(x, y, w, h) == y else y
        else:
            row = max(row, y)
        if board.statics:
            row = fixed.free_row(x, row, w, h)
        board.ys[i] = row
        sky[x : x + w] = [row + h] * w
        if lines and i in lines and lines[i][-1] == i:
            _level(lines[i], board, fixed, sky)
    return layout.moved_to(board.cells(layout.cells))


def _lines(layout: Layout, board: GridArrays, without: frozenset[int]) -> dict[int, list[int]]:
    """For the index of each item in a line, the indexes of all items in that line. Lines whose items have columns in
    common are left out."""
    found: dict[tuple[str, int], list[int]] = {}
    for i in [i for i, item in enumerate(layout.items) if item.line]:
        if not board.static[i] and i not in without:
            found.setdefault((layout.items[i].line, board.ys[i]), []).append(i)
    lines: dict[int, list[int]] = {}
    for line in found.values():
        masks = [board.masks[i] for i in line]
        if sum(masks) == reduce(or_, masks):
            lines.update(dict.fromkeys(line, line))
    return lines


def _side_by_side(turns: Sequence[int], lines: Mapping[int, Sequence[int]]) -> Iterator[int]:
    """These indexes in order, but all of a line at the turn of its first item."""
    done = set[int]()
    for i in turns:
        if i not in done:
            line = lines.get(i, (i,))
            done.update(line)
            yield from line


def _level(line: Sequence[int], board: GridArrays, fixed: ColumnOccupancy, sky: list[int]) -> None:
    """Put the items of a line, which were compacted separately, into one row again: the lowest of their rows, or the
    first below it where none of them overlaps a static item."""
    row = max(board.ys[i] for i in line)
    while board.statics:
        lower = max(fixed.free_row(board.xs[i], row, board.ws[i], board.hs[i]) for i in line)
        if lower == row:
            break
        row = lower
    for i in line:
        board.ys[i] = row
        sky[board.xs[i] : board.xs[i] + board.ws[i]] = [row + board.hs[i]] * board.ws[i]

"""Bring a layout inside its grid, without overlaps: what every gesture begins and ends with."""

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from operator import or_

from benchboard.dashboards.layout.grid_arrays import ColumnOccupancy, GridArrays
from benchboard.dashboards.layout.model import Compact, Layout


def normalized(layout: Layout, compact: Compact, *, without: frozenset[int] = frozenset()) -> Layout:
    """The layout inside the grid without overlaps, in order; under `vertical` with everything risen, a line as one.
    The indexes in `without` are left alone and leave room. A normalised layout comes back equal."""
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
            # Never past a static above it: only what has room where it lies rises, to the lowest static above.
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
    """For the indexes of each line all of them, if they lie beside each other."""
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
    """These indexes, with all of a line in the turn of its first one."""
    come = set[int]()
    for i in turns:
        if i not in come:
            line = lines.get(i, (i,))
            come.update(line)
            yield from line


def _level(line: Sequence[int], board: GridArrays, fixed: ColumnOccupancy, sky: list[int]) -> None:
    """Bring a line whose parts have risen separately to the lowest row among them, or to the first where all have
    room."""
    row = max(board.ys[i] for i in line)
    while board.statics:
        lower = max(fixed.free_row(board.xs[i], row, board.ws[i], board.hs[i]) for i in line)
        if lower == row:
            break
        row = lower
    for i in line:
        board.ys[i] = row
        sky[board.xs[i] : board.xs[i] + board.ws[i]] = [row + board.hs[i]] * board.ws[i]

"""A layout brought inside its grid and free of overlaps: what every gesture begins and ends with."""

from .board import Board, Taken
from .document import Compact, Layout


def settled(layout: Layout, compact: Compact, *, without: frozenset[int] = frozenset()) -> Layout:
    """The layout inside the grid and free of overlaps, in order; under `vertical` with everything risen. The
    places `without` are left alone and leave room. A layout that is so already comes back equal."""
    board = Board(layout)
    if board.sticks_out:
        board.bring_in()
    fixed = Taken(board.columns)
    for i in board.statics:
        if i not in without:
            fixed.put(board.xs[i], board.ys[i], board.ws[i], board.hs[i])
    order = [(2 * y + h, i) for i, (y, h) in enumerate(zip(board.ys, board.hs, strict=True))]
    sky = [0] * layout.columns
    for _rank, i in sorted(order):
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
    return layout.moved_to(board.cells(layout.cells))

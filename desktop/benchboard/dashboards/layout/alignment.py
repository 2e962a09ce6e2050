"""Align, distribute, equalise, grow and swap several selected items at once.

The selected items move to the positions asked for, and the others are pushed down. Under `vertical` everything is
compacted upwards afterwards: what was aligned to a row (top, middle, bottom) keeps only the order that this gave it.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from benchboard.dashboards.layout.drag_preview import placed
from benchboard.dashboards.layout.model import MAX_HEIGHT, Cell, Compact, Item, Layout
from benchboard.dashboards.layout.normalize import normalized
from benchboard.dashboards.layout.resize_limits import limited_size

Edge = Literal["left", "centre", "right", "top", "middle", "bottom"]
Axis = Literal["across", "down"]
"""Along the columns, along the rows."""


def align(layout: Layout, ids: Sequence[str], edge: Edge, *, compact: Compact = "vertical") -> Layout:
    """Align the selected items to an edge, or the middle, of their bounding box.

    If some of them are static, it is the bounding box of the static items alone. Of two items that would overlap, the
    later in reading order is moved below the other. Aligning twice to a column (left, centre, right) is the same as
    once; fewer than two items change nothing. Raises `Invalid` if there is no such item.
    """
    layout = normalized(layout, compact)
    selected = _selected(layout, ids)
    if len(selected) < 2:
        return layout
    anchors = [place for place in selected if layout.items[place].static] or selected
    along = {place: _span(layout.cells[place], _axis(edge)) for place in selected}
    low = min(along[place][0] for place in anchors)
    high = max(sum(along[place]) for place in anchors)
    # The half grid unit is rounded once, for the longest item: otherwise aligning again would move all by one.
    longest = max(along[place][1] for place in anchors)
    middle = 2 * ((low + high - longest) // 2) + longest
    starts = {}
    for place, (_start, size) in along.items():
        near, far = edge in ("left", "top"), edge in ("right", "bottom")
        starts[place] = low if near else high - size if far else (middle - size) // 2
    return _started(layout, starts, _axis(edge), compact)


def distribute(layout: Layout, ids: Sequence[str], axis: Axis, *, compact: Compact = "vertical") -> Layout:
    """Distribute the selected items at equal distances. The outermost items and static ones stay, and the others are
    spread between them.

    Distances are whole grid units; the remainder is spread evenly. If the items are too large to fit side by side,
    their middles are spread. Fewer than three items change nothing. Raises `Invalid` if there is no such item.
    """
    layout = normalized(layout, compact)
    spans = {place: _span(layout.cells[place], axis) for place in _selected(layout, ids)}
    order = sorted(spans, key=lambda place: (2 * spans[place][0] + spans[place][1], place))
    held = [n for n, place in enumerate(order) if n in (0, len(order) - 1) or layout.items[place].static]
    starts = {place: start for place, (start, _size) in spans.items()}
    for first, last in pairwise(held):
        inner = order[first + 1 : last]
        between = _between(spans[order[first]], [spans[place][1] for place in inner], spans[order[last]])
        starts |= dict(zip(inner, between, strict=True))
    return _started(layout, starts, axis, compact)


def equalise(
    layout: Layout,
    ids: Sequence[str],
    what: Literal["width", "height", "both"],
    *,
    compact: Compact = "vertical",
) -> Layout:
    """Give the selected items the width, the height or both of the first one, within their limits and the grid. Static
    items keep their size. Raises `Invalid` if there is no such item."""
    layout = normalized(layout, compact)
    if not ids:
        return layout
    model = layout.cell(ids[0])
    cells = {ids[0]: model}
    for place in _selected(layout, ids)[1:]:
        item, old = layout.items[place], layout.cells[place]
        w = old.w if what == "height" else model.w
        h = old.h if what == "width" else model.h
        cells[item.id] = _sized(item, Cell(old.x, old.y, w, h), old, layout.columns)
    return placed(layout, cells, compact=compact)


def grow(layout: Layout, ids: Sequence[str], dw: int, dh: int, *, compact: Compact = "vertical") -> Layout:
    """Make the selected items `dw` columns wider and `dh` rows higher, each within its limits and the grid. Static
    items keep their size, and so does an item that would newly overlap one. The cost grows with the number of items in
    the layout, not with the selection. Raises `Invalid` if there is no such item."""
    layout = normalized(layout, compact)
    statics = [cell for item, cell in layout if item.static]
    cells = {}
    for place in _selected(layout, ids):
        item, old = layout.items[place], layout.cells[place]
        if not item.static:
            w, h = limited_size(item, old, old.w + dw, old.h + dh, "se", layout.columns)
            new = old._replace(w=min(w, layout.columns - old.x), h=h)
            covers = any(new.overlaps(static) and not old.overlaps(static) for static in statics)
            cells[item.id] = old if covers else new
    return placed(layout, cells, compact=compact)


def swap(layout: Layout, a: str, b: str, *, compact: Compact = "vertical") -> Layout:
    """Swap the positions of two items. Each keeps its own size if that overlaps nothing; else it takes the other's
    size, within its limits, and pushes down what it still overlaps.

    Two items above one another in the same columns, or beside one another in the same rows, change their order between
    their outer edges, with their own sizes. Swapping with a static item changes nothing. Raises `Invalid` if there is
    no such item.
    """
    layout = normalized(layout, compact)
    one, two = layout.index(a), layout.index(b)
    if one == two or layout.items[one].static or layout.items[two].static:
        return layout
    ours, theirs = layout.cells[one], layout.cells[two]
    fitted_a = _sized(layout.items[one], theirs, ours, layout.columns)
    fitted_b = _sized(layout.items[two], ours, theirs, layout.columns)
    own_a, own_b = ours._replace(x=theirs.x, y=theirs.y), theirs._replace(x=ours.x, y=ours.y)
    tries = [*_sharing(ours, theirs), (own_a, own_b), (own_a, fitted_b), (fitted_a, own_b)]
    rest = [cell for place, cell in enumerate(layout.cells) if place not in (one, two)]
    fits = (pair for pair in tries if _free(pair, rest, layout.columns))
    first, second = next(fits, (fitted_a, fitted_b))
    return placed(layout, {a: first, b: second}, compact=compact)


def _sharing(a: Cell, b: Cell) -> list[tuple[Cell, Cell]]:
    """The cells of two items in the same columns (or rows) in the other order, between their outer edges; none for
    other items."""
    if (a.x, a.w) == (b.x, b.w):
        top, bottom = min(a.y, b.y), max(a.bottom, b.bottom)
        down = a.y < b.y
        return [(a._replace(y=bottom - a.h if down else top), b._replace(y=top if down else bottom - b.h))]
    if (a.y, a.h) == (b.y, b.h):
        left, right = min(a.x, b.x), max(a.right, b.right)
        over = a.x < b.x
        return [(a._replace(x=right - a.w if over else left), b._replace(x=left if over else right - b.w))]
    return []


def _free(pair: tuple[Cell, Cell], rest: Sequence[Cell], columns: int) -> bool:
    first, second = pair
    inside = max(first.right, second.right) <= columns
    return inside and not first.overlaps(second) and not any(first.overlaps(c) or second.overlaps(c) for c in rest)


def _sized(item: Item, wanted: Cell, old: Cell, columns: int) -> Cell:
    """The wanted cell with its size within the item's limits; a size that the item already has is always allowed."""
    w = wanted.w if wanted.w == old.w else max(item.min_w or 1, min(item.max_w or columns, wanted.w))
    h = wanted.h if wanted.h == old.h else max(item.min_h or 1, min(item.max_h or MAX_HEIGHT, wanted.h))
    w = min(w, columns)
    return Cell(min(wanted.x, columns - w), wanted.y, w, h)


def _between(first: tuple[int, int], sizes: Sequence[int], last: tuple[int, int]) -> list[int]:
    """The starts of items of these sizes, spread evenly between two spans (start, size)."""
    end, steps = sum(first), len(sizes) + 1
    spare = last[0] - end - sum(sizes)
    if spare < 0:
        low, high = 2 * first[0] + first[1], 2 * last[0] + last[1]
        middles = [low + (high - low) * n // steps for n in range(1, steps)]
        return [(middle - size) // 2 for middle, size in zip(middles, sizes, strict=True)]
    return [end + sum(sizes[:n]) + spare * (n + 1) // steps for n in range(len(sizes))]


def _axis(edge: Edge) -> Axis:
    return "across" if edge in ("left", "centre", "right") else "down"


def _span(cell: Cell, axis: Axis) -> tuple[int, int]:
    """Start and size along an axis."""
    return (cell.x, cell.w) if axis == "across" else (cell.y, cell.h)


def _selected(layout: Layout, ids: Sequence[str]) -> list[int]:
    return list(dict.fromkeys(layout.index(item_id) for item_id in ids))


def _started(layout: Layout, starts: dict[int, int], axis: Axis, compact: Compact) -> Layout:
    field = "x" if axis == "across" else "y"
    cells = {layout.items[p].id: layout.cells[p]._replace(**{field: start}) for p, start in starts.items()}
    return placed(layout, cells, compact=compact)

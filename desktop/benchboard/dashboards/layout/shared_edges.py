"""Resize all items along an edge that neighbours share: one side grows by what the other shrinks."""

from collections.abc import Collection
from dataclasses import dataclass

from benchboard.dashboards.layout.alignment import Axis
from benchboard.dashboards.layout.model import MAX_HEIGHT, MAX_ROW, Cell, Compact, Item, Layout
from benchboard.dashboards.layout.normalize import normalized


@dataclass(frozen=True, slots=True)
class SharedEdge:
    """A straight edge between items. `across`: a vertical edge at column `at`, from row `begin` to `end`; `before` are
    the ids of the items left of it and `after` of those right of it. `down`: a horizontal edge at row `at`, from column
    to column, with the items above and below. The items of each side are in the layout's order."""

    axis: Axis
    at: int
    begin: int
    end: int
    before: tuple[str, ...]
    after: tuple[str, ...]


def edge_at(
    layout: Layout,
    column: float,
    row: float,
    *,
    reach: tuple[float, float] = (0.2, 0.2),
    fixed: Collection[str] = (),
) -> SharedEdge | None:
    """The shared edge at this point of the grid (in grid units), not further away than `reach` (columns, rows); where
    two cross, the one that is nearer in proportion to its reach.

    It is long enough that moving it leaves no step: it begins with the two items that touch at the point and extends
    over all items whose edges continue it. None if no items touch there, or if a static item or one of `fixed` (whose
    size is locked) would have to change.
    """
    ways: list[tuple[float, Axis, float, float]] = [
        (abs(column - round(column)) / reach[0], "across", column, row),
        (abs(row - round(row)) / reach[1], "down", row, column),
    ]
    found = (_shared(layout, axis, round(along), beside) for far, axis, along, beside in sorted(ways) if far <= 1)
    edge = next((edge for edge in found if edge is not None), None)
    if edge is None or any(name in fixed or _static(layout, name) for name in (*edge.before, *edge.after)):
        return None
    return edge


class SharedEdgeResize:
    """A shared edge dragged to other columns or rows. Results depend on where the edge is, not on the pointer's path;
    no items ever overlap in them.

    `edge` belongs to `layout`, which must be normalised, as a displayed page is. The edge stops where the first of its
    items reaches a size limit, or would overlap an item that is not along the edge. Static items along it hold it in
    place.
    """

    def __init__(self, layout: Layout, edge: SharedEdge, *, compact: Compact = "vertical") -> None:
        self.layout = normalized(layout, compact)
        self.lifted = self.layout
        """The layout that results of `at` are compared with; no items are taken out of it."""
        self.edge = edge
        self.compact = compact
        self.before = [layout.index(name) for name in edge.before]
        self.after = [layout.index(name) for name in edge.after]
        self.least, self.most = self._reach()
        """The range within which the edge can be pulled."""
        self._shown: dict[int, Layout] = {edge.at: self.layout}

    def at(self, position: int) -> dict[int, Cell]:
        """The cells that differ from the start (index in the layout → cell) with the edge at this column or row, or as
        near to it as it can be dragged."""
        pairs = zip(self.layout.cells, self.drop(position).cells, strict=True)
        return {place: new for place, (old, new) in enumerate(pairs) if new != old}

    def drop(self, position: int) -> Layout:
        """The layout after the edge is dropped there."""
        position = max(self.least, min(position, self.most))
        if position not in self._shown:  # bounded: one entry for each position of the edge
            self._shown[position] = self._pulled(position)
        return self._shown[position]

    def _pulled(self, position: int) -> Layout:
        cells, axis = list(self.layout.cells), self.edge.axis
        for place in self.before:
            cell = _turned(cells[place], axis)
            cells[place] = _turned(cell._replace(w=position - cell.x), axis)
        for place in self.after:
            cell = _turned(cells[place], axis)
            cells[place] = _turned(cell._replace(x=position, w=cell.right - position), axis)
        moved = self.layout.moved_to(cells)
        return normalized(moved, self.compact) if self.compact == "vertical" else moved

    def _reach(self) -> tuple[int, int]:
        at, axis = self.edge.at, self.edge.axis
        before = [(self.layout.items[p], _turned(self.layout.cells[p], axis)) for p in self.before]
        after = [(self.layout.items[p], _turned(self.layout.cells[p], axis)) for p in self.after]
        if any(item.static for item, _cell in (*before, *after)):
            return at, at
        least, most = 0, MAX_ROW + MAX_HEIGHT
        for item, cell in before:
            low, high = _limits(item, cell, axis)
            least, most = max(least, cell.x + low), min(most, cell.x + high)
        for item, cell in after:
            low, high = _limits(item, cell, axis)
            least, most = max(least, cell.right - high), min(most, cell.right - low)
        along = {*self.before, *self.after}
        others = [_turned(cell, axis) for place, cell in enumerate(self.layout.cells) if place not in along]
        begin, end = self.edge.begin, self.edge.end
        for other in (other for other in others if other.y < end and begin < other.bottom):
            if other.x >= at and any(_beside(cell, other) for _item, cell in before):
                most = min(most, other.x)
            if other.right <= at and any(_beside(cell, other) for _item, cell in after):
                least = max(least, other.right)
        return least, most


def _shared(layout: Layout, axis: Axis, at: int, point: float) -> SharedEdge | None:
    """The shared edge at this column (or row) that contains the point `point` of the other axis."""
    turned = layout.cells if axis == "across" else [Cell(y, x, h, w) for x, y, w, h in layout.cells]
    before = [(place, y, y + h) for place, (x, y, w, h) in enumerate(turned) if x + w == at]
    after = [(place, y, y + h) for place, (x, y, w, h) in enumerate(turned) if x == at]
    touching = [next((s for s in side if s[1] <= point < s[2]), None) for side in (before, after)]
    if touching[0] is None or touching[1] is None:
        return None
    begin, end = touching[0][1:]
    while True:
        reached = [span for span in (*before, *after) if span[1] < end and begin < span[2]]
        low, high = min(span[1] for span in reached), max(span[2] for span in reached)
        if (low, high) == (begin, end):
            break
        begin, end = low, high
    sides = (tuple(layout.items[p].id for p, y, to in side if y < end and begin < to) for side in (before, after))
    return SharedEdge(axis, at, begin, end, *sides)


def _turned(cell: Cell, axis: Axis) -> Cell:
    """The cell with its axes swapped if the edge is horizontal; swapped twice it is itself."""
    return cell if axis == "across" else Cell(cell.y, cell.x, cell.h, cell.w)


def _beside(cell: Cell, other: Cell) -> bool:
    return cell.y < other.bottom and other.y < cell.bottom


def _limits(item: Item, cell: Cell, axis: Axis) -> tuple[int, int]:
    """The minimum and the maximum size of the item along the axis; its present size is always allowed."""
    low, high = (item.min_w, item.max_w) if axis == "across" else (item.min_h, item.max_h)
    return min(cell.w, low or 1), max(cell.w, high or MAX_HEIGHT)


def _static(layout: Layout, name: str) -> bool:
    return layout.items[layout.index(name)].static

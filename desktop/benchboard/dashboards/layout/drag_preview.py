"""Preview of a drag, resize or placement: a function of the layout at its start and of where the pointer is now.

The result does not depend on the pointer's path, so neighbours return when it moves back. Nothing overlaps, statics
included (statics that overlap each other stay so). The lifted items are taken out of the layout once, at the start
(`lifted`); every result is what changes against that. Around the body, later items are displaced downwards and keep
their order.

- `vertical`: the gap that the body leaves closes; the body and everything else rise as far as they can. The body
  goes before the items whose middle (without it) is not above its top edge, and behind the others. Where the parts
  of several items would not rise equally far, they go as one to the nearest rows where something holds them, and
  displace what they overlap; without such rows near, each part rises by itself. Either is shown before it is dropped.
- `none`, `horizontal`: the gap stays, the body stays where the pointer is, and what it overlaps goes below it.

An edge that is pulled towards where items rise stops at what lies there (`resize_limits`).
"""

from collections.abc import Mapping, Sequence

from benchboard.dashboards.layout.displacement import BodyShape, Displacement
from benchboard.dashboards.layout.drop_position import DropBody
from benchboard.dashboards.layout.grid_arrays import GridArrays, RowBlocks
from benchboard.dashboards.layout.model import MAX_ROW, Cell, Compact, Layout
from benchboard.dashboards.layout.normalize import normalized
from benchboard.dashboards.layout.ordering import Ranks
from benchboard.dashboards.layout.resize_limits import Handle, Stops, limited_size, resized_cell


class _LayoutGesture:
    """The layout at the start of a gesture without the lifted items, indexed for many previews."""

    def __init__(self, layout: Layout, lifted: Sequence[int], compact: Compact, *, by_middle: bool) -> None:
        self.layout = normalized(layout, compact)
        self.compact = compact
        self.body = [self.layout.cells[place] for place in lifted]
        self.places = list(lifted)
        without = frozenset(lifted)
        self.lifted = normalized(self.layout, compact, without=without)
        """The cells of everything without the lifted items, which are here as they were at the start."""
        slack = min((cell.h for cell in self.body), default=0)
        middle = by_middle and compact == "vertical"
        self.ranks = Ranks(self.layout, self.lifted, without, slack, by_middle=middle)

    def _around(self, shape: BodyShape, dx: int, dy: int, until: int | None) -> dict[int, Cell]:
        """The cells that change against `lifted` with the rigid body that far from its start; rows from `until` on may
        be missing."""
        if not shape.parts:
            return {}
        ranks, lower = self.ranks, 0
        dy = ranks.sunk(shape.parts, dx, dy)
        if self.compact == "vertical":
            lower = max(
                ranks.floor(x + dx, x + dx + w, ranks.key(y + dy)) - y - dy for (x, y, w, _h), _place in shape.parts
            )
            lower = ranks.sunk(shape.parts, dx, dy + lower) - dy
        giving = Displacement(ranks, shape, dx, dy, until=until, falls=False, lower=lower)
        giving.run()
        return giving.changed

    def _dropped(self, changed: dict[int, Cell]) -> Layout:
        cells = list(self.lifted.cells)
        for place, cell in changed.items():
            cells[place] = cell
        return normalized(self.layout.moved_to(cells), self.compact)


class Drag(_LayoutGesture):
    """Items dragged as one rigid body. `ids` names them, the one under the pointer first; statics stay behind. Their
    relative positions are those of the normalised layout, or with `shaped` those of now."""

    def __init__(
        self, layout: Layout, ids: Sequence[str], *, compact: Compact = "vertical", shaped: bool = False
    ) -> None:
        places = dict.fromkeys(layout.index(item_id) for item_id in ids)
        super().__init__(layout, [p for p in places if not layout.items[p].static], compact, by_middle=True)
        if shaped:
            self.body = [layout.cells[place] for place in self.places]
        self._shape = BodyShape(list(zip(self.body, self.places, strict=True)))
        self._resting = DropBody(self.ranks, self._shape) if compact == "vertical" else None

    def at(self, x: int, y: int, *, until: int | None = None) -> dict[int, Cell]:
        """What changes against `lifted` (index in the layout → cell) with the first item at column `x`, row `y`, or as
        near as the grid and the statics let the whole body. Rows from `until` on, out of sight, may be unchanged."""
        if not self.body:
            return {}
        box, grabbed = self._shape.box, self.body[0]
        dx = max(-box.x, min(x - grabbed.x, self.layout.columns - box.right))
        dy = max(-box.y, min(y - grabbed.y, MAX_ROW - box.y))
        if self._resting is not None:
            return self._resting.resting_position(dx, dy, until)
        return self._around(self._shape, dx, dy, until)

    def drop(self, x: int, y: int) -> Layout:
        """The layout if it is dropped there, as `at` showed it. Dropped at the start, it is unchanged."""
        return self._dropped(self.at(x, y))


class Resize(_LayoutGesture):
    """One item resized at a handle. A static keeps its size."""

    def __init__(self, layout: Layout, item_id: str, handle: Handle, *, compact: Compact = "vertical") -> None:
        place = layout.index(item_id)
        fixed = layout.items[place].static
        super().__init__(layout, [] if fixed else [place], compact, by_middle=False)
        self.handle = handle
        self._old, others = self.layout.cells[place], (cell for k, cell in enumerate(self.layout.cells) if k != place)
        self._stops = Stops(others, handle, compact)

    def at(self, w: int, h: int, *, until: int | None = None) -> dict[int, Cell]:
        """What changes against `lifted` with the item `w` by `h`, as near as its limits and its surroundings allow."""
        if not self.body:
            return {}
        return self._around(BodyShape([(self.within(w, h), self.places[0])]), 0, 0, until)

    def within(self, w: int, h: int) -> Cell:
        """The item's cell as near to this size as its limits and its surroundings allow, before it rises."""
        return self._stops.held(self._old, self._free_of_statics(w, h)) if self.body else self._old

    def drop(self, w: int, h: int) -> Layout:
        """The layout if it is dropped there."""
        return self._dropped(self.at(w, h))

    def _free_of_statics(self, w: int, h: int) -> Cell:
        old, item = self._old, self.layout.items[self.places[0]]
        w, h = limited_size(item, old, w, h, self.handle, self.layout.columns)
        # The grid has the last word over the item's own least size.
        w = min(w, old.right if "w" in self.handle else self.layout.columns - old.x)
        h = min(h, old.bottom) if "n" in self.handle else h
        while w > old.w and self.ranks.fixed.first(*resized_cell(old, w, old.h, self.handle)) is not None:
            w -= 1
        while h > old.h and self.ranks.fixed.first(*resized_cell(old, w, h, self.handle)) is not None:
            h -= 1
        return resized_cell(old, w, h, self.handle)


class Placing(_LayoutGesture):
    """Items put into cells of their own in one go."""

    def __init__(self, layout: Layout, places: Sequence[int], compact: Compact) -> None:
        super().__init__(layout, places, compact, by_middle=False)

    def drop(self, cells: Sequence[Cell]) -> Layout:
        return self._dropped(self._around(BodyShape(list(zip(cells, self.places, strict=True))), 0, 0, None))


def placed(layout: Layout, cells: Mapping[str, Cell], *, compact: Compact = "vertical") -> Layout:
    """The layout with these items in these cells, the others displaced downwards; statics stay where they are.

    Cells are held to the grid. Of two that overlap, the later in reading order goes below, and so does one that
    overlaps a static. Under `vertical` everything rises then. Items that lie as asked already change nothing. Raises
    `Invalid` if there is no such item.
    """
    layout = normalized(layout, compact)
    asked = {layout.index(item_id): _inside(cell, layout.columns) for item_id, cell in cells.items()}
    wanted = {place: cell for place, cell in asked.items() if not layout.items[place].static}
    if all(layout.cells[place] == cell for place, cell in wanted.items()):
        return layout
    wanted = separated(layout, wanted)
    return Placing(layout, list(wanted), compact).drop(list(wanted.values()))


def _inside(cell: Cell, columns: int) -> Cell:
    w = max(1, min(cell.w, columns))
    return Cell(max(0, min(cell.x, columns - w)), max(0, min(cell.y, MAX_ROW)), w, max(1, cell.h))


def separated(layout: Layout, wanted: Mapping[int, Cell]) -> dict[int, Cell]:
    """These cells, lowered as needed below each other and below the statics; the upper ones first."""
    board = GridArrays(layout)
    taken = RowBlocks(board, board.statics)
    sky = [0] * layout.columns
    for place in sorted(wanted, key=lambda place: (wanted[place].y, wanted[place].x, place)):
        x, y, w, h = wanted[place]
        board.xs[place], board.ys[place], board.ws[place], board.hs[place] = x, y, w, h
        board.remask(place)
        hit = taken.first(x, y, w, h)
        if hit is not None and not board.static[hit]:
            y = max(sky[x : x + w])
        while (hit := taken.first(x, y, w, h)) is not None:
            y = board.ys[hit] + board.hs[hit]
        board.ys[place] = y
        taken.put(place)
        sky[x : x + w] = [max(old, y + h) for old in sky[x : x + w]]
    return {place: Cell(board.xs[place], board.ys[place], board.ws[place], board.hs[place]) for place in wanted}

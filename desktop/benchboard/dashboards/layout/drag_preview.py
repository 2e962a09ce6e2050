"""What a gesture would lead to, while it lasts: a function of the layout at its start and of where the
pointer is now.

Nothing depends on the way there, so neighbours return when one moves back; nothing overlaps, statics included
(statics that overlap each other stay so). The lifted items are taken out of the layout once, at the start
(`lifted`); every answer is what differs from that. Around the body, later items give way downwards and keep
their order.

- `vertical`: the gap the body leaves closes; the body and everything else rise as far as they can. The body
  goes before the items whose middle (as they lie without it) is not above its top edge, and behind the
  others. Where the parts of several would not rise equally far so, they go as one to the nearest rows where
  something holds them, and what they cover goes below them; where there are none near, each part rises for
  itself, as nothing can hang there. Either is shown before it is dropped.
- `none`, `horizontal`: the gap stays, the body stays where the pointer is; what it covers goes below it.

An edge pulled towards where things rise stops at what lies there (`stopping`).
"""

from collections.abc import Mapping, Sequence

from benchboard.dashboards.layout.displacement import BodyShape, Displacement
from benchboard.dashboards.layout.drop_position import DropBody
from benchboard.dashboards.layout.grid_arrays import GridArrays, RowBlocks
from benchboard.dashboards.layout.model import MAX_ROW, Cell, Compact, Layout
from benchboard.dashboards.layout.normalize import normalized
from benchboard.dashboards.layout.ordering import Ranks
from benchboard.dashboards.layout.resize_limits import Stops
from benchboard.dashboards.layout.rgl_compat import Handle, bounded, pulled


class _LayoutGesture:
    """The layout at the start of a gesture, without what is lifted, made ready to be asked many times."""

    def __init__(self, layout: Layout, lifted: Sequence[int], compact: Compact, *, by_middle: bool) -> None:
        self.layout = normalized(layout, compact)
        self.compact = compact
        self.body = [self.layout.cells[place] for place in lifted]
        self.places = list(lifted)
        without = frozenset(lifted)
        self.lifted = normalized(self.layout, compact, without=without)
        """Where everything else lies without what is lifted; the lifted items stand here as they did at the
        start."""
        slack = min((cell.h for cell in self.body), default=0)
        middle = by_middle and compact == "vertical"
        self.ranks = Ranks(self.layout, self.lifted, without, slack, by_middle=middle)

    def _around(self, shape: BodyShape, dx: int, dy: int, until: int | None) -> dict[int, Cell]:
        """The cells that differ from `lifted` when the body is so far from where it lies, rigid; rows from `until` on
        may be left unanswered."""
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
    """Items moved as one rigid body. `ids` names them, the one under the pointer first; statics stay
    behind. They lie to each other as in the layout once it is settled; `shaped`: as they do now."""

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
        """What differs from `lifted` (place in the layout → cell) with the first item at column `x`, row `y`,
        or as near as the grid and the statics let the whole body. Rows from `until` on, out of sight, may be
        left as they were."""
        if not self.body:
            return {}
        box, grabbed = self._shape.box, self.body[0]
        dx = max(-box.x, min(x - grabbed.x, self.layout.columns - box.right))
        dy = max(-box.y, min(y - grabbed.y, MAX_ROW - box.y))
        if self._resting is not None:
            return self._resting.resting_position(dx, dy, until)
        return self._around(self._shape, dx, dy, until)

    def drop(self, x: int, y: int) -> Layout:
        """The layout if the pointer let go there: all of it, as `at` showed it. Let go at the start, it is
        the start."""
        return self._dropped(self.at(x, y))


class Resize(_LayoutGesture):
    """One item pulled at a handle. A static keeps its size."""

    def __init__(self, layout: Layout, item_id: str, handle: Handle, *, compact: Compact = "vertical") -> None:
        place = layout.index(item_id)
        fixed = layout.items[place].static
        super().__init__(layout, [] if fixed else [place], compact, by_middle=False)
        self.handle = handle
        self._old, others = self.layout.cells[place], (cell for k, cell in enumerate(self.layout.cells) if k != place)
        self._stops = Stops(others, handle, compact)

    def at(self, w: int, h: int, *, until: int | None = None) -> dict[int, Cell]:
        """What differs from `lifted` with the item `w` by `h`, as near as its limits and what is around it let
        it."""
        if not self.body:
            return {}
        return self._around(BodyShape([(self.within(w, h), self.places[0])]), 0, 0, until)

    def within(self, w: int, h: int) -> Cell:
        """The item's cell so large, or as near as its limits and what is around it let it be, before it rises."""
        return self._stops.held(self._old, self._free_of_statics(w, h)) if self.body else self._old

    def drop(self, w: int, h: int) -> Layout:
        """The layout if the pointer let go there."""
        return self._dropped(self.at(w, h))

    def _free_of_statics(self, w: int, h: int) -> Cell:
        old, item = self._old, self.layout.items[self.places[0]]
        w, h = bounded(item, old, w, h, self.handle, self.layout.columns)
        # The grid has the last word over the item's own least size.
        w = min(w, old.right if "w" in self.handle else self.layout.columns - old.x)
        h = min(h, old.bottom) if "n" in self.handle else h
        while w > old.w and self.ranks.fixed.first(*pulled(old, w, old.h, self.handle)) is not None:
            w -= 1
        while h > old.h and self.ranks.fixed.first(*pulled(old, w, h, self.handle)) is not None:
            h -= 1
        return pulled(old, w, h, self.handle)


class Placing(_LayoutGesture):
    """Items put into cells of their own, each for itself, in one go."""

    def __init__(self, layout: Layout, places: Sequence[int], compact: Compact) -> None:
        super().__init__(layout, places, compact, by_middle=False)

    def drop(self, cells: Sequence[Cell]) -> Layout:
        return self._dropped(self._around(BodyShape(list(zip(cells, self.places, strict=True))), 0, 0, None))


def placed(layout: Layout, cells: Mapping[str, Cell], *, compact: Compact = "vertical") -> Layout:
    """The layout with these items in these cells, the others giving way downwards; statics stay where they are.

    Cells are held to the grid. Of two that cover each other the later in reading order goes below, and so does one
    that covers a static. Under `vertical` everything rises then, so none lies lower than asked for these reasons
    alone. Items that lie as asked already change nothing. Invalid if there is no such item.
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
    """These cells lowered, where need be, below each other and below the statics; first the upper ones."""
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

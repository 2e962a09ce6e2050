"""What a gesture would lead to, while it lasts: a function of the layout at its start and of where the
pointer is now.

Nothing depends on the way there, so neighbours return when one moves back; nothing overlaps, statics included
(statics that overlap each other stay so). The lifted items are taken out of the layout once, at the start
(`lifted`); every answer is what differs from that. Around the body, later items give way downwards and keep
their order.

- `vertical`: the gap the body leaves closes; the body and everything else rise as far as they can. The body
  goes before the items whose middle (as they lie without it) is not above its top edge, and behind the
  others. A body of several rests in the nearest place where all its parts rise equally far; where there is
  none near, each part rises for itself, as nothing can hang there. Either is shown before it is dropped.
- `none`, `horizontal`: the gap stays, the body stays where the pointer is; what it covers goes below it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from .board import Blocks, Board, Taken
from .document import MAX_ROW, Cell, Compact, Layout
from .exact import Handle, bounded, pulled

_FARTHEST = 12
"""So many rows from the pointer, at most, a body of several is put where it stays in one piece."""


class _Rest(NamedTuple):
    """One item that is not lifted."""

    key: int
    place: int
    cell: Cell
    mask: int


_Part = tuple[int, Cell, int]
"""A part of the body: its rank, where it is, its place in the layout."""


class _Gesture:
    """The layout at the start of a gesture, without what is lifted, made ready to be asked many times."""

    def __init__(self, layout: Layout, lifted: Sequence[int], compact: Compact, *, by_middle: bool) -> None:
        self.layout = settled(layout, compact)
        self.compact = compact
        self.body = [self.layout.cells[place] for place in lifted]
        self.places = list(lifted)
        without = frozenset(lifted)
        self.lifted = settled(self.layout, compact, without=without)
        """Where everything else lies without what is lifted; the lifted items stand here as they did at the
        start."""
        self.board = Board(self.lifted)
        self.fixed = Blocks(self.board, (i for i in self.board.statics if i not in without))
        self.by_middle = by_middle and compact == "vertical"
        slack = min((cell.h for cell in self.body), default=0)
        rest = sorted(self._rest(without, slack))
        self.keys = [item.key for item in rest]
        self.rest = rest
        self.lows = [item.cell.y for item in rest]
        for k in range(len(rest) - 2, -1, -1):
            self.lows[k] = min(self.lows[k], self.lows[k + 1])
        self._index_columns()

    def _rest(self, without: frozenset[int], slack: int) -> Iterator[_Rest]:
        """The movable rest with its rank. What rose when the body was lifted ranks as if it had risen by no
        more than the body's height: so the body fits in again exactly where it came from."""
        for place, (before, cell) in enumerate(zip(self.layout.cells, self.lifted.cells, strict=True)):
            if place not in without and not self.board.static[place]:
                row = max(cell.y, before.y - slack)
                key = 2 * row + cell.h if self.by_middle else 2 * (row + cell.h)
                yield _Rest(key, place, cell, self.board.masks[place])

    def _index_columns(self) -> None:
        columns = range(self.layout.columns)
        self.column_keys: list[list[int]] = [[] for _ in columns]
        self.column_ends: list[list[int]] = [[] for _ in columns]
        self.column_fixed: list[list[int]] = [[] for _ in columns]
        for key, _place, cell, _mask in self.rest:
            for column in range(cell.x, cell.right):
                self.column_keys[column].append(key)
                self.column_ends[column].append(cell.bottom)
        for i in self.fixed.ranks:
            cell = self.lifted.cells[i]
            for column in range(cell.x, min(cell.right, self.layout.columns)):
                self.column_fixed[column].append(cell.bottom)
        for ends in self.column_fixed:
            ends.sort()

    def _around(self, body: list[Cell], until: int | None) -> dict[int, Cell]:
        """The cells that differ from `lifted` when the body is there; rows from `until` on may be left
        unanswered."""
        body = self._sunk(body)
        keys = [self._key(cell) for cell in body]
        if self.compact == "vertical":
            shift = max((self._floor(cell, key) - cell.y for cell, key in zip(body, keys, strict=True)), default=0)
            body = self._sunk([cell._replace(y=cell.y + shift) for cell in body])
        changed = dict(zip(self.places, body, strict=True))
        if body:
            self._give_way(sorted(zip(keys, body, self.places, strict=True)), until, changed)
        return changed

    def _key(self, cell: Cell) -> int:
        return 2 * cell.y if self.by_middle else 2 * cell.y + 1

    def _sunk(self, body: list[Cell]) -> list[Cell]:
        """The body, as one, lowered until it lies on no static."""
        while self.fixed.ranks:
            hits = [(cell, hit) for cell in body if (hit := self.fixed.first(*cell)) is not None]
            if not hits:
                break
            drop = max(self.lifted.cells[hit].bottom - cell.y for cell, hit in hits)
            body = [cell._replace(y=cell.y + drop) for cell in body]
        return body

    def _floor(self, cell: Cell, key: int) -> int:
        """How far up this part of the body can rise: to what ranks before it, and to the statics above."""
        floor = 0
        for column in range(cell.x, cell.right):
            before = bisect_left(self.column_keys[column], key)
            if before and self.column_ends[column][before - 1] > floor:
                floor = self.column_ends[column][before - 1]
            if self.column_fixed[column]:
                above = bisect_right(self.column_fixed[column], cell.y)
                if above and self.column_fixed[column][above - 1] > floor:
                    floor = self.column_fixed[column][above - 1]
        return floor

    def _give_way(self, body: list[_Part], until: int | None, changed: dict[int, Cell]) -> None:
        """Put into `changed` what must go below the body or below what went. In rank order, so that once
        nothing that is left begins above the lowest edge so far, all is done."""
        rest, lows = self.rest, self.lows
        pushed = [0] * self.layout.columns
        active, reach, waiting = 0, max(cell.bottom for _key, cell, _place in body), body[::-1]
        end = len(rest) if until is None else bisect_left(lows, until)
        obstructed = bool(self.fixed.ranks) or len(body) > 1
        for k in range(bisect_left(self.keys, body[0][0]), end):
            if lows[k] >= reach:
                break
            key, place, cell, mask = rest[k]
            while waiting and waiting[-1][0] <= key:
                part = waiting.pop()[1]
                pushed[part.x : part.right] = [max(old, part.bottom) for old in pushed[part.x : part.right]]
                active |= ((1 << part.w) - 1) << part.x
            if not mask & active:
                continue
            x, y, w, h = cell
            row = max(pushed[x : x + w])
            if row <= y:
                continue
            if obstructed:
                row = self._free_row(x, row, w, h, waiting)
            changed[place] = Cell(x, row, w, h)
            bottom = row + h
            pushed[x : x + w] = [bottom] * w
            active |= mask
            if bottom > reach:
                reach = bottom

    def _free_row(self, x: int, row: int, w: int, h: int, waiting: list[_Part]) -> int:
        """The first row from `row` on where there is neither a static nor a part of the body still to
        come."""
        while True:
            cell = Cell(x, row, w, h)
            hit = self.fixed.first(x, row, w, h) if self.fixed.ranks else None
            if hit is not None:
                row = self.lifted.cells[hit].bottom
                continue
            part = next((part for _key, part, _place in waiting if part.overlaps(cell)), None)
            if part is None:
                return row
            row = part.bottom

    def _dropped(self, changed: dict[int, Cell]) -> Layout:
        cells = list(self.lifted.cells)
        for place, cell in changed.items():
            cells[place] = cell
        return settled(self.layout.moved_to(cells), self.compact)


class Drag(_Gesture):
    """Items moved as one rigid body. `ids` names them, the one under the pointer first; statics stay
    behind. They lie to each other as in the layout once it is settled; `shaped`: as they do now."""

    def __init__(
        self, layout: Layout, ids: Sequence[str], *, compact: Compact = "vertical", shaped: bool = False
    ) -> None:
        places = dict.fromkeys(layout.index(item_id) for item_id in ids)
        super().__init__(layout, [p for p in places if not layout.items[p].static], compact, by_middle=True)
        if shaped:
            self.body = [layout.cells[place] for place in self.places]

    def at(self, x: int, y: int, *, until: int | None = None) -> dict[int, Cell]:
        """What differs from `lifted` (place in the layout → cell) with the first item at column `x`, row `y`,
        or as near as the grid and the statics let the whole body. Rows from `until` on, out of sight, may be
        left as they were."""
        if not self.body:
            return {}
        left, right = min(cell.x for cell in self.body), max(cell.right for cell in self.body)
        top, grabbed = min(cell.y for cell in self.body), self.body[0]
        dx = max(-left, min(x - grabbed.x, self.layout.columns - right))
        dy = max(-top, min(y - grabbed.y, MAX_ROW - top))
        body = [Cell(c.x + dx, c.y + dy, c.w, c.h) for c in self.body]
        if len(body) > 1 and self.compact == "vertical":
            return self._together(body, until)
        return self._around(body, until)

    def drop(self, x: int, y: int) -> Layout:
        """The layout if the pointer let go there: all of it, as `at` showed it. Let go at the start, it is
        the start."""
        return self._dropped(self.at(x, y))

    def _together(self, body: list[Cell], until: int | None) -> dict[int, Cell]:
        """What differs with a body of several there, all risen; in the nearest place that keeps it in one piece."""
        loose = self._risen(body, until)
        if self._whole(loose):
            return loose
        top = min(cell.y for cell in body)
        near = min(max(cell.bottom for cell in body) - top, _FARTHEST)
        for by in sorted(range(-min(top, near), near + 1), key=abs):
            other = self._sunk([cell._replace(y=cell.y + by) for cell in body])
            if by and self._rests(other):
                whole = self._risen(other, until)
                if self._whole(whole):
                    return whole
        return loose

    def _whole(self, changed: dict[int, Cell]) -> bool:
        return len({changed[place].y - cell.y for place, cell in zip(self.places, self.body, strict=True)}) == 1

    def _rests(self, body: list[Cell]) -> bool:
        """Whether all parts would rise equally far, as far as that can be told without the others' giving way."""
        rise, placed = set[int](), list[tuple[Cell, int]]()
        for cell in sorted(body, key=lambda cell: cell.y):
            under = [row + part.h for part, row in placed if part.x < cell.right and cell.x < part.right]
            row = max(self._floor(cell, self._key(cell)), *under, 0)
            placed.append((cell, row))
            rise.add(row - cell.y)
            if len(rise) > 1:
                return False
        return True

    def _risen(self, body: list[Cell], until: int | None) -> dict[int, Cell]:
        """What differs with the parts ranked as they are here, and each as far up as it gets."""
        if self.fixed.ranks:
            after = self._dropped(self._around(body, None)).cells
            before = enumerate(zip(after, self.lifted.cells, strict=True))
            held = frozenset(self.places)
            return {place: cell for place, (cell, old) in before if cell != old or place in held}
        changed: dict[int, Cell] = {}
        self._in_turn(
            sorted((self._key(cell), cell, k) for cell, k in zip(body, self.places, strict=True)), until, changed
        )
        return changed

    def _in_turn(self, body: list[_Part], until: int | None, changed: dict[int, Cell]) -> None:
        """Without statics: each part, when its turn in the order of ranks comes, lies on what went before it, and so
        does what comes after. The body is answered whole, whatever is out of sight."""
        rest, lows = self.rest, self.lows
        pushed = [0] * self.layout.columns
        active, reach, waiting = 0, 0, body[::-1]
        end = len(rest) if until is None else max(bisect_left(lows, until), bisect_left(self.keys, body[-1][0]))

        def rise(until_key: float) -> None:
            nonlocal active, reach
            while waiting and waiting[-1][0] <= until_key:
                key, cell, place = waiting.pop()
                x, _y, w, h = cell
                row = max(self._floor(cell, key), *pushed[x : x + w])
                changed[place] = Cell(x, row, w, h)
                pushed[x : x + w] = [row + h] * w
                active |= ((1 << w) - 1) << x
                reach = max(reach, row + h)

        for k in range(bisect_left(self.keys, body[0][0]), end):
            if lows[k] >= reach and not waiting:
                break
            key, place, cell, mask = rest[k]
            rise(key)
            if not mask & active:
                continue
            x, y, w, h = cell
            row = max(pushed[x : x + w])
            if row > y:
                changed[place] = Cell(x, row, w, h)
                pushed[x : x + w] = [row + h] * w
                active |= mask
                reach = max(reach, row + h)
        rise(float("inf"))


class Resize(_Gesture):
    """One item pulled at a handle. A static keeps its size."""

    def __init__(self, layout: Layout, item_id: str, handle: Handle, *, compact: Compact = "vertical") -> None:
        place = layout.index(item_id)
        fixed = layout.items[place].static
        super().__init__(layout, [] if fixed else [place], compact, by_middle=False)
        self.handle = handle

    def at(self, w: int, h: int, *, until: int | None = None) -> dict[int, Cell]:
        """What differs from `lifted` with the item `w` by `h`, as near as its limits, the grid and the
        statics let it."""
        return self._around([self._free_of_statics(w, h)], until) if self.body else {}

    def drop(self, w: int, h: int) -> Layout:
        """The layout if the pointer let go there."""
        return self._dropped(self.at(w, h))

    def _free_of_statics(self, w: int, h: int) -> Cell:
        old, item = self.body[0], self.layout.items[self.places[0]]
        w, h = bounded(item, old, w, h, self.handle, self.layout.columns)
        # The grid has the last word over the item's own least size.
        w = min(w, old.right if "w" in self.handle else self.layout.columns - old.x)
        h = min(h, old.bottom) if "n" in self.handle else h
        while w > old.w and self.fixed.first(*pulled(old, w, old.h, self.handle)) is not None:
            w -= 1
        while h > old.h and self.fixed.first(*pulled(old, w, h, self.handle)) is not None:
            h -= 1
        return pulled(old, w, h, self.handle)


class _Placing(_Gesture):
    """Items put into cells of their own, each for itself, in one go."""

    def __init__(self, layout: Layout, places: Sequence[int], compact: Compact) -> None:
        super().__init__(layout, places, compact, by_middle=False)

    def drop(self, cells: Sequence[Cell]) -> Layout:
        return self._dropped(self._around(list(cells), None))


def placed(layout: Layout, cells: Mapping[str, Cell], *, compact: Compact = "vertical") -> Layout:
    """The layout with these items in these cells, the others giving way downwards; statics stay where they are.

    Cells are held to the grid. Of two that cover each other the later in reading order goes below, and so does one
    that covers a static. Under `vertical` everything rises then, so none lies lower than asked for these reasons
    alone. Items that lie as asked already change nothing. Invalid if there is no such item.
    """
    layout = settled(layout, compact)
    asked = {layout.index(item_id): _inside(cell, layout.columns) for item_id, cell in cells.items()}
    wanted = {place: cell for place, cell in asked.items() if not layout.items[place].static}
    if all(layout.cells[place] == cell for place, cell in wanted.items()):
        return layout
    wanted = _parted(layout, wanted)
    return _Placing(layout, list(wanted), compact).drop(list(wanted.values()))


def _inside(cell: Cell, columns: int) -> Cell:
    w = max(1, min(cell.w, columns))
    return Cell(max(0, min(cell.x, columns - w)), max(0, min(cell.y, MAX_ROW)), w, max(1, cell.h))


def _parted(layout: Layout, wanted: Mapping[int, Cell]) -> dict[int, Cell]:
    """These cells lowered, where need be, below each other and below the statics; first the upper ones."""
    board = Board(layout)
    taken = Blocks(board, board.statics)
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


def settled(layout: Layout, compact: Compact, *, without: frozenset[int] = frozenset()) -> Layout:
    """The layout inside the grid and free of overlaps, in order; under `vertical` with everything risen. The
    places `without` are left alone and leave room. A layout that is so already comes back equal."""
    board = Board(layout)
    if any(x + w > board.columns for x, w in zip(board.xs, board.ws, strict=True)):
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

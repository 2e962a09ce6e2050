"""Move the selected items past their next neighbour to the left, right, top or bottom, as an arrow key does."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Literal

from benchboard.dashboards.layout.drag_preview import Drag, placed
from benchboard.dashboards.layout.model import Cell, Compact, Layout, bounding_box
from benchboard.dashboards.layout.normalize import normalized

Direction = Literal["left", "right", "up", "down"]

_TRIES = 64
"""How many rows are tried to find one beyond a neighbour; the first is nearly always right."""


def nudged(layout: Layout, ids: Sequence[str], way: Direction, *, compact: Compact = "vertical") -> Layout:
    """Move the selected items, as one body, past the next neighbour in that direction.

    The body goes right beyond the neighbour if that overlaps nothing. If not, the two change their order in the space
    that both have. If the neighbour can't be moved either (it is static, or would overlap something), the body goes
    beyond it all the same, or to the edge of the page, and pushes other items down. Without a neighbour it goes to the
    edge; a body at the edge stays. Static items stay. Raises `Invalid` if there is no such item.
    """
    layout = normalized(layout, compact)
    drag = Drag(layout, ids, compact=compact)
    if not drag.body:
        return layout
    if compact == "vertical" and way in ("up", "down"):
        return _reordered(layout, drag, way)
    turn = _Turn(way, layout.columns, layout.bottom)
    cells = [turn.there(cell) for cell in layout.cells]
    targets = _past(layout, cells, drag.places, turn)
    asked = {layout.items[place].id: turn.back(cell) for place, cell in targets.items()}
    return placed(layout, asked, compact=compact)


class _Turn:
    """Rotates the grid so that the direction is to the right. Downwards the page has no edge, except for a body without
    neighbours."""

    def __init__(self, way: Direction, columns: int, rows: int) -> None:
        self.way = way
        self.edge = columns if way in ("left", "right") else rows
        self.open = way == "down"

    def there(self, cell: Cell) -> Cell:
        x, y, w, h = cell if self.way in ("left", "right") else (cell.y, cell.x, cell.h, cell.w)
        return Cell(self.edge - x - w, y, w, h) if self.way in ("left", "up") else Cell(x, y, w, h)

    def back(self, cell: Cell) -> Cell:
        x, y, w, h = cell
        x = self.edge - x - w if self.way in ("left", "up") else x
        return Cell(x, y, w, h) if self.way in ("left", "right") else Cell(y, x, h, w)


def _past(layout: Layout, cells: Sequence[Cell], body: Sequence[int], turn: _Turn) -> Mapping[int, Cell]:
    """The new cells of the body, and of its neighbours if they move, on a grid rotated to the right."""
    box = bounding_box([cells[place] for place in body])
    own = frozenset(body)
    band = [
        place
        for place, cell in enumerate(cells)
        if place not in own and cell.y < box.bottom and box.y < cell.bottom and cell.right > box.right
    ]
    if not band:
        return _shifted(cells, body, turn.edge - box.right)
    near = min(cells[place].x for place in band)
    group = [place for place in band if cells[place].x == near]
    far = max(cells[place].right for place in group)
    room = turn.open or far + box.w <= turn.edge
    beyond = _shifted(cells, body, far - box.x)
    if room and _free(beyond, cells):
        return beyond
    fixed = any(layout.items[place].static for place in group)
    if near >= box.right and not fixed:
        changed = {**_shifted(cells, body, far - box.right), **_shifted(cells, group, box.x - near)}
        if _free(changed, cells):
            return changed
    if fixed and not room:
        return _shifted(cells, body, max(0, near - box.right))
    return beyond if room else _shifted(cells, body, turn.edge - box.right)


def _shifted(cells: Sequence[Cell], places: Sequence[int], by: int) -> dict[int, Cell]:
    return {place: cells[place]._replace(x=cells[place].x + by) for place in places}


def _free(moved: Mapping[int, Cell], cells: Sequence[Cell]) -> bool:
    """Whether the moved items overlap none of the others."""
    return not any(
        cell.overlaps(new) for place, cell in enumerate(cells) if place not in moved for new in moved.values()
    )


def _reordered(layout: Layout, drag: Drag, way: Literal["up", "down"]) -> Layout:
    """Under vertical compaction, a body moves up or down by changing its order among the items in its columns."""
    body, grabbed, down = bounding_box(drag.body), drag.body[0], way == "down"
    own = frozenset(drag.places)
    rows: set[int] = set()
    for place, (item, before) in enumerate(layout):
        if place in own or not (before.x < body.right and body.x < before.right):
            continue
        cell = drag.lifted.cells[place]
        if item.static:
            rows.add(cell.bottom if down else cell.y - body.h)
        else:
            # Just past the middle of the item that it changes places with, or before it, by which a drag orders items.
            row = max(cell.y, before.y - min(part.h for part in drag.body))
            rows.add((2 * row + cell.h) // 2 + 1 if down else row)
    ahead = sorted((row for row in rows if row > body.y) if down else (max(0, row) for row in rows if row < body.y))
    for row in islice(ahead if down else reversed(ahead), _TRIES):
        after = drag.drop(grabbed.x, row + grabbed.y - body.y)
        moved = after.cell(layout.items[drag.places[0]].id).y - grabbed.y
        if moved > 0 if down else moved < 0:
            return after
    return layout

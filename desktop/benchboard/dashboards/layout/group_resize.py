"""Several items resized as one body, at a handle of the frame around them."""

from bisect import bisect_left
from collections.abc import Callable, Collection, Sequence
from functools import cached_property

from benchboard.dashboards.layout.containers import PageIndex, visible_cells
from benchboard.dashboards.layout.drag_preview import Placing, separated
from benchboard.dashboards.layout.model import MAX_HEIGHT, Cell, Compact, Item, Layout, bounding_box
from benchboard.dashboards.layout.resize_limits import Handle, Stops, resized_cell


class GroupResize:
    """Items of one grid resized together in proportion; static ones are left out. Items that touched still touch,
    except that items keep within their size limits, those in `fixed` keep their size, and containers the height of
    their children. An edge stops where that of a single item does (`resize_limits`), and the body with it. Every result
    depends only on the page at the start and the requested size."""

    def __init__(
        self,
        page: PageIndex,
        ids: Sequence[str],
        handle: Handle,
        *,
        compact: Compact = "vertical",
        fixed: Collection[str] = (),
    ) -> None:
        self.page, self.handle, self.compact = page, handle, compact
        self.path = page.path(ids[0])
        self._pane = page.pane(self.path)
        self._fixed = frozenset(fixed)
        self._body = [
            (item, self._pane.cell(item.id))
            for item in map(page.item, dict.fromkeys(ids))
            if not item.static and page.path(item.id) == self.path
        ]
        self.ids = tuple(item.id for item, _cell in self._body)
        self.box = bounding_box([cell for _item, cell in self._body])
        """The bounding box of all resized items, in their grid."""
        self._statics = [cell for item, cell in self._pane if item.static]
        others = (cell for item, cell in self._pane if item.id not in self.ids)
        self._stops = Stops(others, handle, compact)
        self._dropped: dict[Cell, Layout] = {self.box: self._pane}

    def at(self, w: int, h: int) -> dict[str, Cell]:
        """The cells on the page, by id, that change with the body `w` columns wide and `h` rows high."""
        moved, before = self._moved(self._within(w, h)), self.page.shown
        if self.path or any(item.panes for item, _cell in self._body):
            after = PageIndex(self.page.with_pane(self.path, moved, self.compact)).shown
            return {name: cell for name, cell in after.items() if before.get(name) != cell}
        pairs = zip(moved, self._pane.cells, strict=True)
        return dict(there for (item, cell), old in pairs if cell != old for there in visible_cells(item, cell))

    def drop(self, w: int, h: int) -> Layout:
        """The page after the resize ends at this size."""
        moved = self._moved(self._within(w, h))
        return self.page.layout if moved is self._pane else self.page.with_pane(self.path, moved, self.compact)

    def _moved(self, box: Cell) -> Layout:
        """The body's grid with the body in that box, before the containers around it grow or shrink."""
        if box not in self._dropped:
            cells = {self._pane.index(name): cell for name, cell in self._cells(box).items()}
            self._dropped[box] = self._placing.drop([*separated(self._pane, cells).values()])
        return self._dropped[box]

    @cached_property
    def _placing(self) -> Placing:
        return Placing(self._pane, [self._pane.index(name) for name in self.ids], self.compact)

    def within(self, w: int, h: int) -> Cell:
        """The body's bounding box on the page with this size, or as near to it as the items around it allow, before it
        is compacted upwards."""
        (left, top), box = self.page.origin(self.path), self._within(w, h)
        return box._replace(x=box.x + left, y=box.y + top)

    def _within(self, w: int, h: int) -> Cell:
        """The body's bounding box with this size, or as near to it as the grid, the minimum sizes, the static items and
        `resize_limits` allow."""
        old, stops = self.box, self._stops
        w = max(1, min(w, old.right if "w" in self.handle else self._pane.columns - old.x))
        h = max(1, min(h, old.bottom if "n" in self.handle else max(old.h, MAX_HEIGHT)))
        wide = next((k for k in _between(w, old.w) if self._allows(k, old.h)), old.w)
        if stops.up:
            h = _most(old.h, h, lambda k: self._stopped(wide, k))
        high = next((k for k in _between(h, old.h) if self._allows(wide, k)), old.h)
        if stops.left:
            wide = _most(old.w, wide, lambda k: self._stopped(k, high))
        return resized_cell(old, wide, high, self.handle)

    def _stopped(self, w: int, h: int) -> bool:
        """Whether an edge would be pulled past the items that stop it."""
        cells = self._cells(resized_cell(self.box, w, h, self.handle))
        return any(self._stops.held(cell, cells[item.id]) != cells[item.id] for item, cell in self._body)

    def _allows(self, w: int, h: int) -> bool:
        box = resized_cell(self.box, w, h, self.handle)
        for item, cell in self._body:
            new = _scaled(cell, self.box, box)
            narrow, low = new.w < min(cell.w, item.min_w or 1), new.h < min(cell.h, item.min_h or 1)
            if item.id not in self._fixed and (narrow or (low and not item.panes)):
                return False
            if any(new.overlaps(static) and not cell.overlaps(static) for static in self._statics):
                return False
        return True

    def _cells(self, box: Cell) -> dict[str, Cell]:
        return {item.id: self._limited(item, cell, _scaled(cell, self.box, box)) for item, cell in self._body}

    def _limited(self, item: Item, old: Cell, new: Cell) -> Cell:
        if item.id in self._fixed:
            return Cell(min(new.x, self._pane.columns - old.w), new.y, old.w, old.h)
        w = min(new.w, max(old.w, item.max_w or new.w))
        h = old.h if item.panes else min(new.h, max(old.h, item.max_h or new.h))
        return Cell(new.x, new.y, w, h)


def _between(wanted: int, old: int) -> range:
    """The values from `wanted` towards `old`, without `old`."""
    return range(wanted, old, 1 if wanted < old else -1)


def _most(old: int, wanted: int, stopped: Callable[[int], bool]) -> int:
    """The largest size up to `wanted` that is not stopped. The present size never is; smaller ones are not checked."""
    return min(wanted, old) if wanted <= old else old + bisect_left(range(old + 1, wanted + 1), True, key=stopped)


def _scaled(cell: Cell, old: Cell, new: Cell) -> Cell:
    """A cell of the box `old` scaled to the box `new`: edges at the same position stay at the same position."""
    left, right = _edge(cell.x - old.x, old.w, new.w), _edge(cell.right - old.x, old.w, new.w)
    top, bottom = _edge(cell.y - old.y, old.h, new.h), _edge(cell.bottom - old.y, old.h, new.h)
    return Cell(new.x + left, new.y + top, right - left, bottom - top)


def _edge(at: int, old: int, new: int) -> int:
    return (2 * at * new + old) // (2 * old)

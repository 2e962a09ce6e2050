"""Drags and resizes across the containers of a page: the results of `drag_preview` in cells of the page.

Every result depends only on the page at the start and on the present pointer position. The grid under the pointer is
looked up on the page as it was at the start, so that containers that are pushed down do not move away from the pointer.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property

from benchboard.dashboards.layout.containers import (
    HEADING,
    ROW,
    PageIndex,
    Path,
    fitted,
    fitted_item,
    height,
    visible_cells,
    with_container_height,
)
from benchboard.dashboards.layout.drag_preview import Drag, Resize
from benchboard.dashboards.layout.model import Cell, Compact, Item, Layout
from benchboard.dashboards.layout.resize_limits import Handle

Places = Mapping[str, Cell]
"""Ids and their cells on the page."""


class _TargetGrid:
    """One grid of a page during a drag or resize, and the page around it."""

    def __init__(self, page: PageIndex, path: Path, preview: Drag | Resize, compact: Compact) -> None:
        self.page, self.path, self.preview, self.compact = page, path, preview, compact
        self._known: dict[tuple[int, int | None], tuple[tuple[int, int], Places]] = {}

    @cached_property
    def plain(self) -> bool:
        """Whether results change this grid alone: it is the page's own, and the body has no container in it."""
        lifted = self.preview.layout
        return not self.path and not any(lifted.items[place].panes for place in self.preview.places)

    @cached_property
    def still(self) -> Places:
        """The cells of everything outside the body, while the body is taken out; empty unless `plain`."""
        if not self.plain:
            return {}
        held = frozenset(self.preview.places)
        staying = (pair for place, pair in enumerate(self.preview.lifted) if place not in held)
        return dict(there for item, cell in staying for there in visible_cells(item, cell))

    def changes(self, changed: Mapping[int, Cell]) -> dict[str, Cell]:
        """The cells, by id, of all items of the page that a result of this grid changes; only if `plain`."""
        items = self.preview.layout.items
        return dict(there for place, cell in changed.items() for there in visible_cells(items[place], cell))

    def seen(self, changed: Mapping[int, Cell], still: Places, until: int | None) -> dict[str, Cell]:
        """The cells, by id, that differ from `still`, the page without the body: in this grid and, up to row `until`,
        of items pushed down around its containers."""
        (x, y), around = self._around(changed, still, until)
        answer = dict(around)
        items, cells = self.preview.layout.items, self.preview.lifted.cells
        # If the container has not moved, all items that are pushed down in it are in `changed`.
        places = changed if (x, y) == self._origin(still) else range(len(items))
        for place in places:
            cell = changed.get(place, cells[place])
            there = Cell(cell.x + x, cell.y + y, cell.w, cell.h)
            if still.get(items[place].id) != there:
                answer.update(visible_cells(items[place], there))
        return answer

    def _origin(self, still: Places) -> tuple[int, int]:
        if not self.path:
            return 0, 0
        container = still[self.path[-1][0]]
        return container.x, container.y + HEADING

    def _around(
        self, changed: Mapping[int, Cell], still: Places, until: int | None
    ) -> tuple[tuple[int, int], Mapping[str, Cell]]:
        """The position of this grid on the page with that result in it, and the changes around it. The grid is as high
        as its lowest item, and its height alone decides what is pushed down around it."""
        if not self.path:
            return (0, 0), {}
        bottom = max(self._lowest, *(cell.bottom for cell in changed.values()))
        known = self._known.get((bottom, until))
        if known is None:
            known = self._known[bottom, until] = self._stretched(bottom, still, until)
        return known

    @cached_property
    def _lowest(self) -> int:
        """The first free row of this grid without the body; a result only pushes items down."""
        held = frozenset(self.preview.places)
        cells = self.preview.lifted.cells
        return max((cell.bottom for place, cell in enumerate(cells) if place not in held), default=0)

    def _stretched(self, bottom: int, still: Places, until: int | None) -> tuple[tuple[int, int], Mapping[str, Cell]]:
        outer: list[tuple[Layout, int]] = []
        for depth in reversed(range(len(self.path))):
            name, pane = self.path[depth]
            before = self.page.pane(self.path[:depth])
            place = before.index(name)
            after = with_container_height(before, place, height(before.items[place], {pane: bottom}), self.compact)
            outer.append((after, place))
            bottom = after.bottom
        x, y, answer = 0, 0, dict[str, Cell]()
        for layout, way in reversed(outer):
            for place, (item, cell) in enumerate(layout):
                there, was = Cell(cell.x + x, cell.y + y, cell.w, cell.h), still.get(item.id)
                if there != was and (until is None or there.y < until or (was is not None and was.y < until)):
                    answer.update(visible_cells(item, there) if place != way else [(item.id, there)])
            x, y = x + layout.cells[way].x, y + layout.cells[way].y + HEADING
        return (x, y), answer

    def whole(self, dropped: Layout) -> Layout:
        """The page with this result."""
        return self.page.with_pane(self.path, dropped, self.compact)


class _PageGesture:
    """A page at the start of a gesture."""

    def __init__(self, page: PageIndex, compact: Compact) -> None:
        self.page, self.compact = page, compact


class ContainerDrag(_PageGesture):
    """Items dragged as one rigid body over a page, into the grid that is under the pointer.

    `ids` names them, the item under the pointer first; static items are left out, and a container is moved with its
    children. `guests` are items that are not on the page yet, with their positions relative to each other.
    """

    def __init__(
        self,
        page: PageIndex,
        ids: Sequence[str] = (),
        *,
        guests: Sequence[tuple[Item, Cell]] = (),
        compact: Compact = "vertical",
    ) -> None:
        super().__init__(page, compact)
        selected = frozenset(ids)
        self.ids = tuple(
            item_id
            for item_id in dict.fromkeys(ids)
            if not page.item(item_id).static and not selected & {outer for outer, _k in page.path(item_id)}
        )
        self.body = [(page.item(item_id), page.shown[item_id]) for item_id in self.ids if item_id in page.shown]
        self.body += guests
        self.home = page.path(self.ids[0]) if self.ids else ()
        """The grid of the item under the pointer."""
        self._together = bool(self.ids) and not guests and all(page.path(one) == self.home for one in self.ids)
        self._grids: dict[Path, _TargetGrid] = {}

    @cached_property
    def rest(self) -> PageIndex:
        """The page without the body."""
        return PageIndex(self.page.without(self.ids, self.compact)) if self.ids else self.page

    @property
    def original(self) -> Places:
        """The cells of all visible items but the dragged ones, before any is displaced; `at` gives changes to them."""
        return self._grid(self.home).still or self.rest.shown

    def target(self, x: int, y: int) -> Path:
        """The grid that a drop with the pointer at this cell of the page puts the body into: never one inside the body,
        and for a row never one inside another row."""
        path = self.page.pane_at(x, y)
        has_row = any(item.type == ROW for item, _cell in self.body)
        for k, (outer, _pane) in enumerate(path):
            if outer in self.ids or (has_row and self.page.item(outer).type == ROW):
                return path[:k]
        return path

    def at(self, target: Path, x: int, y: int, *, until: int | None = None) -> dict[str, Cell]:
        """The cells on the page, by id, that differ from `original`, the body included, with the item under the pointer
        at column `x` and row `y` of the page, over the grid `target`. Changes in rows from `until` on may be
        missing."""
        if not self.body:
            return {}
        if not self._together and self._is_start(target, x, y):
            return {name: cell for name, cell in self.page.shown.items() if self.original.get(name) != cell}
        grid, drag, at = self._drop_target(target, x, y)
        if grid.plain and target == self.home:
            return grid.changes(drag.at(*at, until=until))
        # The height of a container depends on all items that are pushed down in it.
        changed = drag.at(*at, until=None if target else until)
        return grid.seen(changed, self.original, until)

    def drop(self, target: Path, x: int, y: int) -> Layout:
        """The page after a drop there. A drop at the original position changes nothing."""
        if not self.body:
            return self.page.layout
        if self._is_start(target, x, y):
            return self.page.layout
        grid, drag, at = self._drop_target(target, x, y)
        return grid.whole(drag.drop(*at))

    def _is_start(self, target: Path, x: int, y: int) -> bool:
        return bool(self.ids) and target == self.home and (x, y) == self.page.shown[self.ids[0]][:2]

    def _drop_target(self, target: Path, x: int, y: int) -> tuple[_TargetGrid, Drag, tuple[int, int]]:
        grid = self._grid(target)
        assert isinstance(grid.preview, Drag)
        left, top = grid.page.origin(target)
        return grid, grid.preview, (x - left, y - top)

    def _grid(self, path: Path) -> _TargetGrid:
        known = self._grids.get(path)
        if known is None:
            known = self._grids[path] = self._own(path) if self._together and path == self.home else self._other(path)
        return known

    def _own(self, path: Path) -> _TargetGrid:
        return _TargetGrid(self.page, path, Drag(self.page.pane(path), self.ids, compact=self.compact), self.compact)

    def _other(self, path: Path) -> _TargetGrid:
        pane = self.rest.pane(path)
        left = min((cell.x for _item, cell in self.body), default=0)
        top = min((cell.y for _item, cell in self.body), default=0)
        placed, known = [], dict(self.rest.known)
        for item, cell in self.body:
            w = pane.columns if item.type == ROW else min(cell.w, pane.columns)
            x = 0 if item.type == ROW else min(cell.x - left, pane.columns - w)
            there = Cell(x, pane.bottom + cell.y - top, w, cell.h)
            inside, fit = fitted_item(item, there, pane.columns, self.compact)
            placed.append((inside, there))
            if inside.panes:
                known[id(inside)] = fit.h
        grown = fitted(Layout.of(pane.columns, [*pane, *placed]), "none", known=known)
        drag = Drag(grown, [item.id for item, _cell in placed], compact=self.compact, shaped=True)
        return _TargetGrid(self.rest, path, drag, self.compact)


class ContainerResize(_PageGesture):
    """One item resized at one of its handles. A static item keeps its size, and a container the height of its
    children."""

    def __init__(self, page: PageIndex, item_id: str, handle: Handle, *, compact: Compact = "vertical") -> None:
        super().__init__(page, compact)
        path = page.path(item_id)
        self.id = item_id
        self._resize = Resize(page.pane(path), item_id, handle, compact=compact)
        self._grid = _TargetGrid(page, path, self._resize, compact)

    @property
    def still(self) -> Places:
        """The cells of everything visible that results are compared with."""
        return self._grid.still or self.page.shown

    def at(self, w: int, h: int, *, until: int | None = None) -> dict[str, Cell]:
        """The cells on the page, by id, that change with the item `w` columns wide and `h` rows high."""
        resize = self._resize
        if self._grid.plain:
            return self._grid.changes(resize.at(w, h, until=until))
        before, after = self.page.shown, PageIndex(self._grid.whole(resize.drop(w, h))).shown
        return {name: cell for name, cell in after.items() if before.get(name) != cell}

    def within(self, w: int, h: int) -> Cell:
        """The item's cell on the page with this size, or as near to it as its limits and the items around it allow,
        before it is compacted upwards."""
        (left, top), cell = self.page.origin(self._grid.path), self._resize.within(w, h)
        return cell._replace(x=cell.x + left, y=cell.y + top)

    def drop(self, w: int, h: int) -> Layout:
        """The page after the resize ends at this size."""
        return self._grid.whole(self._resize.drop(w, h))

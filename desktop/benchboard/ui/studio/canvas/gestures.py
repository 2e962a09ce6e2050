"""What the pointer is doing: moving widgets, pulling one at a handle or two at the edge they share, or bringing a new
one onto the page.

Each is a function of the page at its start and of where the pointer is now (`dashboards.layout`'s previews), so that
going back leads back, and letting go of it without dropping leaves nothing behind. What one shows is `still` with
`changed` over it, ids and cells of the page; what is `held` floats.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF

from benchboard.dashboards.layout import (
    TABS,
    Carry,
    Cell,
    Compact,
    EdgePull,
    Handle,
    Item,
    Layout,
    Page,
    Path,
    SharedEdge,
    Stretch,
)
from benchboard.ui.studio.canvas.edges import shared_edge
from benchboard.ui.studio.tiles.insets import frames_around
from benchboard.ui.studio.tiles.pagegrid import PageGrid

Changed = dict[str, Cell]


class Moving:
    """Widgets moved as one rigid body, the first of `ids` under the pointer, with what lies in them. Where they `stay`,
    it is in the grid of the first one, wherever the pointer is; what is new stays on the page itself."""

    def __init__(
        self, grid: PageGrid, page: Page, ids: Sequence[str], start: QPointF, compact: Compact, *, stay: bool = False
    ) -> None:
        self.grid, self.page, self.start, self.at, self.compact = grid, page, start, start, compact
        self.stay = stay
        self.carry = Carry(page, ids, compact=compact)
        self.body = [item.id for item, _cell in self.carry.body]
        lifted = frozenset(self.body)
        self.held: Mapping[str, Cell] = {
            item_id: cell
            for item_id, cell in page.shown.items()
            if item_id in lifted or lifted & {outer for outer, _k in page.path(item_id)}
        }
        self._corner = grid.rect(self.held[self.body[0]]).topLeft() if self.body else QPointF()
        self._rects = rects_of(grid, page, self.held)
        self._tabs = self._strips()
        self.target: Path = self.carry.home
        self.kept_out = False
        """Whether the pointer is over another grid than the one they stay in."""
        self.changed: Changed = {}
        self._asked: object = None
        self._spot = (0, 0)

    @property
    def still(self) -> Mapping[str, Cell]:
        """Where all that stays is while the body is in the air."""
        return self.carry.still

    @property
    def landing(self) -> list[Cell]:
        """Where the body would lie, in the page's fields."""
        return [self.changed[item_id] for item_id in self.body if item_id in self.changed]

    def to(self, pointer: QPointF, until: int) -> Changed:
        """What differs from `still` with the pointer here; rows from `until` on are out of sight."""
        self.at = pointer
        self._spot = self.grid.nearest(self._corner + pointer - self.start)
        strip = self._strip(pointer)
        # Over a strip of tabs it goes into the tab that is shown: else the tabs would give way from under the pointer.
        under = strip if strip is not None else self.carry.target(*self.grid.field(pointer))
        self.target = self.carry.home if self.stay else under
        self.kept_out = self.target != under
        if (asked := (self._spot, self.target, until)) != self._asked:
            self._asked = asked
            answer = self.carry.at(self.target, *self._spot, until=until)
            self.changed = in_sight(answer, self.still, until)
        return self.changed

    def _strip(self, pointer: QPointF) -> Path | None:
        x, y = self.grid.field(pointer)
        for item_id in self._tabs:
            cell = self.page.shown[item_id]
            if cell.y == y and cell.x <= x < cell.right:
                return (*self.page.path(item_id), (item_id, self.page.item(item_id).active))
        return None

    def floating(self, item_id: str) -> QRectF:
        """Where something held is shown: under the pointer, not in the grid."""
        return self._rects[item_id].translated(self.at - self.start)

    def drop(self) -> Layout:
        return self.carry.drop(self.target, *self._spot)

    def turned(self, tabs_id: str, tab: int) -> None:
        """Go on over another tab of some tabs: what is held is taken off the page, and the page shows that tab."""
        rest = self.carry.rest
        item = rest.item(tabs_id)
        if item.active == tab:
            return
        self.page = Page(rest.with_item(replace(item, active=tab), self.compact))
        self.carry = Carry(self.page, guests=self.carry.body, compact=self.compact)
        self._tabs = self._strips()
        self._asked = None

    def _strips(self) -> list[str]:
        """The tabs that are shown and not held."""
        return [one for one in self.page.shown if one not in self.held and self.page.item(one).type == TABS]


class Bringing(Moving):
    """New widgets held over the page by the middle of the first one's header; `guests` say where they lie to each
    other."""

    def __init__(
        self,
        grid: PageGrid,
        page: Page,
        guests: Sequence[tuple[Item, Cell]],
        compact: Compact,
        *,
        stay: bool = False,
    ) -> None:
        super().__init__(grid, page, (), QPointF(), compact, stay=stay)
        self.carry = Carry(page, guests=guests, compact=compact)
        self.body = [item.id for item, _cell in guests]
        self.brought = Page(Layout.of(page.layout.columns, guests))
        """What is brought, as a page of its own."""
        self.held = self.brought.shown
        self._rects = rects_of(grid, self.brought, self.held)
        first = grid.rect(guests[0][1])
        self._corner = first.topLeft()
        self.start = QPointF(first.center().x(), first.top() + 16 * grid.zoom)


class Pulling:
    """One widget pulled at a handle; the opposite edge stays."""

    def __init__(
        self, grid: PageGrid, page: Page, item_id: str, handle: Handle, start: QPointF, compact: Compact
    ) -> None:
        self.grid, self.page, self.start, self.at, self.handle = grid, page, start, start, handle
        self.stretch = Stretch(page, item_id, handle, compact=compact)
        self.id, self.body = item_id, [item_id]
        self.held: Mapping[str, Cell] = {item_id: page.shown[item_id]}
        self._box = self.pulled = grid.rect(page.shown[item_id])
        """Where it was, and the rectangle as it is pulled."""
        self._rects = rects_of(grid, page, self.held)
        self.target: Path = page.path(item_id)
        self.changed: Changed = {}
        self._asked: object = None
        self._size = grid.span(self._box.size())

    @property
    def still(self) -> Mapping[str, Cell]:
        """Where all that stays is while the widget is held."""
        return self.stretch.still

    @property
    def landing(self) -> list[Cell]:
        """The cell it would get, in the page's fields."""
        return [self.changed.get(self.id, self.held[self.id])]

    def to(self, pointer: QPointF, until: int) -> Changed:
        """What differs from `still` with the pointer here; rows from `until` on are out of sight."""
        self.at = pointer
        free = self._free()
        self._size = self.grid.span(free.size())
        self.pulled = self._stopped(free)
        if (asked := (self._size, until)) != self._asked:
            self._asked = asked
            self.changed = self.answer(until)
        return self.changed

    def answer(self, until: int) -> Changed:
        """What differs from `still` at the size it has now."""
        return in_sight(self.stretch.at(*self._size, until=until), self.still, until)

    def floating(self, _item_id: str) -> QRectF:
        """Where something held is shown: as it is pulled, inside the frames it lies in."""
        start, cell, pulled = self._rects[self.id], self._box, self.pulled
        return pulled.adjusted(
            start.left() - cell.left(), 0, start.right() - cell.right(), start.bottom() - cell.bottom()
        )

    def within(self, w: int, h: int) -> Cell:
        """How near to that size it can come."""
        return self.stretch.within(w, h)

    def _stopped(self, free: QRectF) -> QRectF:
        """The rectangle, no larger than what is pulled can become."""
        w, h = self._size
        wide, high = self.grid.rect(self.within(w + 1, h)), self.grid.rect(self.within(w, h + 1))
        most = QRectF(wide.left(), high.top(), wide.width(), high.height())
        return free.intersected(most)

    def _free(self) -> QRectF:
        """The rectangle as the pointer pulls it, at least one column and row."""
        box, by = QRectF(self._box), self.at - self.start
        if "e" in self.handle:
            box.setRight(max(box.right() + by.x(), box.left() + self.grid.column))
        if "w" in self.handle:
            box.setLeft(min(box.left() + by.x(), box.right() - self.grid.column))
        if "s" in self.handle:
            box.setBottom(max(box.bottom() + by.y(), box.top() + self.grid.row))
        if "n" in self.handle:
            box.setTop(min(box.top() + by.y(), box.bottom() - self.grid.row))
        return box

    def drop(self) -> Layout:
        return self.stretch.drop(*self._size)


class Splitting:
    """The edge that neighbours share pulled with all that lie along it: what one side wins, the other gives. Nothing
    floats."""

    def __init__(self, grid: PageGrid, page: Page, path: Path, edge: SharedEdge, compact: Compact) -> None:
        self.grid, self.page, self.target, self.edge, self.compact = grid, page, path, edge, compact
        self.pull = EdgePull(page.pane(path), edge, compact=compact)
        self.at = QPointF()
        self.body: list[str] = []
        self.held: Mapping[str, Cell] = {}
        self.still = page.shown
        self.landing: list[Cell] = []
        self.changed: Changed = {}
        self._position = edge.at

    def to(self, pointer: QPointF, until: int) -> Changed:
        """What differs from the start with the pointer here; rows from `until` on are out of sight."""
        self.at = pointer
        left, top = self.page.origin(self.target)
        column, row = self.grid.exact(pointer)
        position = round(column) - left if self.edge.axis == "across" else round(row) - top
        position = max(self.pull.least, min(position, self.pull.most))
        if position != self._position:
            self._position = position
            after = Page(self.drop()).shown
            changed = {item_id: cell for item_id, cell in after.items() if self.still.get(item_id) != cell}
            self.changed = in_sight(changed, self.still, until)
        return self.changed

    def floating(self, item_id: str) -> QRectF:
        """Nothing floats: where it is."""
        return self.grid.rect(self.changed.get(item_id, self.still[item_id]))

    def line(self) -> QRectF:
        """The gutter as it is pulled, on the page."""
        left, top = self.page.origin(self.target)
        edge, at = self.edge, self._position
        if edge.axis == "across":
            box = self.grid.rect(Cell(left + at, top + edge.begin, 1, edge.end - edge.begin))
            return QRectF(box.left() - self.grid.gap, box.top(), self.grid.gap, box.height())
        box = self.grid.rect(Cell(left + edge.begin, top + at, edge.end - edge.begin, 1))
        return QRectF(box.left(), box.top() - self.grid.gap, box.width(), self.grid.gap)

    def drop(self) -> Layout:
        return self.page.with_pane(self.target, self.pull.drop(self._position), self.compact)


def split_at(grid: PageGrid, page: Page, spot: QPointF) -> tuple[Path, SharedEdge] | None:
    """The edge that neighbours share at a point in the gutter between them, and the grid they lie in."""
    path = page.pane_at(*grid.field(spot))
    pane, (left, top) = page.pane(path), page.origin(path)
    column, row = grid.exact(spot)
    reach = ((grid.gap / 2 + 1) / (grid.column + grid.gap), (grid.gap / 2 + 1) / (grid.row + grid.gap))
    edge = shared_edge(pane, column - left, row - top, reach)
    return None if edge is None else (path, edge)


def rects_of(grid: PageGrid, page: Page, held: Mapping[str, Cell]) -> dict[str, QRectF]:
    """Where what is held is at the start."""
    shown = page.shown
    return {one: grid.rect(cell, frames_around(page, page.path(one), shown)) for one, cell in held.items()}


Gesture = Moving | Pulling | Splitting


def in_sight(changed: Changed, still: Mapping[str, Cell], until: int) -> Changed:
    """What of an answer is, or was, above a row."""
    return {
        item_id: cell
        for item_id, cell in changed.items()
        if cell.y < until or (item_id in still and still[item_id].y < until)
    }

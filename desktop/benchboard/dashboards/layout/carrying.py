"""Gestures across a page's containers: `preview`'s drags and resizes, answered in the page's own fields.

Like them, every answer is a function of the page at the start and of where the pointer is now. The grid a body would
land in is looked up on the page as it was at the start, so that containers that give way do not run from the pointer.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from .containers import ROW, Page, Path, fitted
from .document import Cell, Compact, Item, Layout
from .exact import Handle
from .preview import Drag, Resize

Places = Mapping[str, Cell]
"""Ids and where they are on the page."""


class _Ground:
    """One grid of a page under a preview, and the page around it."""

    def __init__(self, page: Page, path: Path, preview: Drag | Resize, compact: Compact) -> None:
        self.page, self.path, self.preview, self.compact = page, path, preview, compact

    @cached_property
    def plain(self) -> bool:
        """Whether an answer concerns this grid alone: it is the page's own, and what is pulled holds nothing."""
        lifted = self.preview.layout
        return not self.path and not any(lifted.items[place].panes for place in self.preview.places)

    @cached_property
    def still(self) -> Places:
        """Where all that stays is while the body is in the air; nothing where `plain` is not so."""
        if not self.plain:
            return {}
        held = frozenset(self.preview.places)
        lifted = self.preview.lifted
        own = {item.id: cell for k, (item, cell) in enumerate(lifted) if k not in held}
        moved = {item_id: cell for name, cell in own.items() for item_id, cell in self._with_contents(name, cell)}
        return {**own, **moved}

    def changes(self, changed: Mapping[int, Cell]) -> dict[str, Cell]:
        """What a preview's answer for the page's own grid means for all that is on the page."""
        items, answer = self.preview.layout.items, {}
        for place, cell in changed.items():
            answer[items[place].id] = cell
            if items[place].panes:
                answer.update(self._with_contents(items[place].id, cell))
        return answer

    def whole(self, dropped: Layout) -> Layout:
        """The page with that outcome of the gesture."""
        return self.page.with_pane(self.path, dropped, self.compact)

    @cached_property
    def _contents(self) -> Mapping[str, list[tuple[str, Cell]]]:
        """For each container of this grid what can be seen in it, in the container's fields."""
        inside: dict[str, list[tuple[str, Cell]]] = {}
        shown, paths = self.page.shown, self.page.paths
        for item_id, cell in shown.items():
            path = paths[item_id]
            if len(path) > len(self.path):
                outer = path[len(self.path)][0]
                at = shown[outer]
                inside.setdefault(outer, []).append((item_id, Cell(cell.x - at.x, cell.y - at.y, cell.w, cell.h)))
        return inside

    def _with_contents(self, name: str, at: Cell) -> Iterator[tuple[str, Cell]]:
        for item_id, cell in self._contents.get(name, ()):
            yield item_id, Cell(cell.x + at.x, cell.y + at.y, cell.w, cell.h)


class _Gesture:
    """A page at the start of a gesture."""

    def __init__(self, page: Page, compact: Compact) -> None:
        self.page, self.compact = page, compact

    def _seen(self, ground: _Ground, dropped: Layout) -> dict[str, Cell]:
        """What differs from the start, when all of the page has to be looked at."""
        before = self.page.shown
        return {name: cell for name, cell in Page(ground.whole(dropped)).shown.items() if before.get(name) != cell}


class Carry(_Gesture):
    """Items carried as one rigid body over a page, into whichever grid is under the pointer.

    `ids` names them, the one under the pointer first; statics stay behind, and what lies in a carried container goes
    with it. `guests` are items that are not on the page yet, with where they lie to each other.
    """

    def __init__(
        self,
        page: Page,
        ids: Sequence[str] = (),
        *,
        guests: Sequence[tuple[Item, Cell]] = (),
        compact: Compact = "vertical",
    ) -> None:
        super().__init__(page, compact)
        chosen = frozenset(ids)
        self.ids = tuple(
            item_id
            for item_id in dict.fromkeys(ids)
            if not page.item(item_id).static and not chosen & {outer for outer, _k in page.path(item_id)}
        )
        self.body = [(page.item(item_id), page.shown[item_id]) for item_id in self.ids if item_id in page.shown]
        self.body += guests
        self.home = page.path(self.ids[0]) if self.ids else ()
        """The grid the grabbed item lies in."""
        self._together = bool(self.ids) and not guests and all(page.path(one) == self.home for one in self.ids)
        self._grounds: dict[Path, _Ground] = {}

    @cached_property
    def rest(self) -> Page:
        """The page without the body."""
        return Page(self.page.without(self.ids, self.compact)) if self.ids else self.page

    @property
    def still(self) -> Places:
        """Where everything that can be seen is while the body is held over its own grid."""
        return self._ground(self.home).still or self.rest.shown

    def target(self, x: int, y: int) -> Path:
        """The grid the body would land in with the pointer at a field of the page: never one of its own containers, and
        for a row never one inside another row."""
        path = self.page.pane_at(x, y)
        has_row = any(item.type == ROW for item, _cell in self.body)
        for k, (outer, _pane) in enumerate(path):
            if outer in self.ids or (has_row and self.page.item(outer).type == ROW):
                return path[:k]
        return path

    def at(self, target: Path, x: int, y: int, *, until: int | None = None) -> dict[str, Cell]:
        """Ids and cells, in the page's fields, of what differs from `still`, the body included, with the grabbed item
        at column `x` and row `y` of the page over the grid `target`."""
        if not self.body:
            return {}
        ground, drag, at = self._landing(target, x, y)
        if ground.plain and target == self.home:
            return ground.changes(drag.at(*at, until=until))
        still = self.still
        whole = Page(ground.whole(drag.drop(*at)))
        return {name: cell for name, cell in whole.shown.items() if still.get(name) != cell}

    def drop(self, target: Path, x: int, y: int) -> Layout:
        """The page if the pointer let go there. Let go at the start, it is the start."""
        if not self.body:
            return self.page.layout
        if self.ids and target == self.home and (x, y) == self.page.shown[self.ids[0]][:2]:
            return self.page.layout
        ground, drag, at = self._landing(target, x, y)
        return ground.whole(drag.drop(*at))

    def _landing(self, target: Path, x: int, y: int) -> tuple[_Ground, Drag, tuple[int, int]]:
        ground = self._ground(target)
        assert isinstance(ground.preview, Drag)
        left, top = ground.page.origin(target)
        return ground, ground.preview, (x - left, y - top)

    def _ground(self, path: Path) -> _Ground:
        known = self._grounds.get(path)
        if known is None:
            known = self._grounds[path] = self._own(path) if self._together and path == self.home else self._other(path)
        return known

    def _own(self, path: Path) -> _Ground:
        return _Ground(self.page, path, Drag(self.page.pane(path), self.ids, compact=self.compact), self.compact)

    def _other(self, path: Path) -> _Ground:
        pane = self.rest.pane(path)
        left = min((cell.x for _item, cell in self.body), default=0)
        top = min((cell.y for _item, cell in self.body), default=0)
        placed = []
        for item, cell in self.body:
            w = pane.columns if item.type == ROW else min(cell.w, pane.columns)
            x = 0 if item.type == ROW else min(cell.x - left, pane.columns - w)
            placed.append((item, Cell(x, pane.bottom + cell.y - top, w, cell.h)))
        grown = fitted(Layout.of(pane.columns, [*pane, *placed]), "none", known=self.rest.known)
        drag = Drag(grown, [item.id for item, _cell in placed], compact=self.compact, shaped=True)
        return _Ground(self.rest, path, drag, self.compact)


class Stretch(_Gesture):
    """One item pulled at a handle. A static keeps its size, a container the height of what it holds."""

    def __init__(self, page: Page, item_id: str, handle: Handle, *, compact: Compact = "vertical") -> None:
        super().__init__(page, compact)
        path = page.path(item_id)
        self.id = item_id
        self._ground = _Ground(page, path, Resize(page.pane(path), item_id, handle, compact=compact), compact)

    @property
    def still(self) -> Places:
        """Where everything that can be seen is while the item is held."""
        return self._ground.still or self.page.shown

    def at(self, w: int, h: int, *, until: int | None = None) -> dict[str, Cell]:
        """Ids and cells, in the page's fields, of what differs from `still` with the item `w` by `h`."""
        resize = self._ground.preview
        if self._ground.plain:
            return self._ground.changes(resize.at(w, h, until=until))
        return self._seen(self._ground, resize.drop(w, h))

    def drop(self, w: int, h: int) -> Layout:
        """The page if the pointer let go there."""
        return self._ground.whole(self._ground.preview.drop(w, h))

"""Several chosen widgets as one body: the frame around them, its handles, and what pulling one does."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF

from benchboard.dashboards.editing import locks, outermost
from benchboard.dashboards.layout import HANDLES, ROW, BodyStretch, Cell, Compact, Handle, Layout, Page
from benchboard.ui.studio.canvas.gestures import Changed, Pulling, in_sight, rects_of
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.tiles.pagegrid import PageGrid


def body_of(page: Page, chosen: Sequence[str]) -> tuple[str, ...]:
    """What of the chosen can be resized as one: those of one grid that are not kept in place. Nothing where they lie in
    several, or fewer than two are left."""
    ids = tuple(one for one in outermost(page, chosen) if one in page.shown and not page.item(one).static)
    return ids if len(ids) > 1 and len({page.path(one) for one in ids}) == 1 else ()


def handles_of(editor: Editor, ids: Sequence[str]) -> Sequence[Handle]:
    """The handles of what is chosen: a container is as high as what it holds, a row as wide as its grid too, and what
    keeps its size has none unless something beside it does."""
    items = [editor.page.item(one) for one in ids]
    if not items or all(locks(item) & {"place", "size"} for item in items) or any(item.type == ROW for item in items):
        return ()
    return ("e", "w") if any(item.panes for item in items) else HANDLES


class BodyPulling(Pulling):
    """Several widgets pulled at a handle of the frame around them."""

    def __init__(
        self, grid: PageGrid, page: Page, ids: Sequence[str], handle: Handle, start: QPointF, compact: Compact
    ) -> None:
        super().__init__(grid, page, ids[0], handle, start, compact)
        fixed = [one for one in ids if "size" in locks(page.item(one))]
        self.together = BodyStretch(page, ids, handle, compact=compact, fixed=fixed)
        self.body = list(self.together.ids)
        within = frozenset(self.body)
        self.held: Mapping[str, Cell] = {
            one: cell
            for one, cell in page.shown.items()
            if one in within or within & {outer for outer, _k in page.path(one)}
        }
        self._rects = rects_of(grid, page, self.held)
        (left, top), box = page.origin(self.target), self.together.box
        self._box = self.pulled = grid.rect(Cell(box.x + left, box.y + top, box.w, box.h))
        self._size = box.w, box.h

    @property
    def still(self) -> Mapping[str, Cell]:
        return self.page.shown

    @property
    def landing(self) -> list[Cell]:
        return [self.changed.get(one, self.held[one]) for one in self.body]

    def answer(self, until: int) -> Changed:
        return in_sight(self.together.at(*self._size), self.still, until)

    def within(self, w: int, h: int) -> Cell:
        return self.together.within(w, h)

    def floating(self, item_id: str) -> QRectF:
        """Where one of them is shown: in the pulled frame as it was in the frame at the start."""
        box, pulled = self._box, self.pulled
        wide, high = pulled.width() / box.width(), pulled.height() / box.height()
        rect = self._rects[item_id]
        corner = QPointF((rect.left() - box.left()) * wide, (rect.top() - box.top()) * high)
        return QRectF(pulled.topLeft() + corner, rect.size()).adjusted(
            0, 0, rect.width() * (wide - 1), rect.height() * (high - 1)
        )

    def drop(self) -> Layout:
        return self.together.drop(*self._size)

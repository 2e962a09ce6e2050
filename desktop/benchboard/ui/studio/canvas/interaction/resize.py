"""Resizing by a handle: one widget, or several as one."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF

from benchboard.dashboards.editing.page_edits import locks
from benchboard.dashboards.layout import Cell, ContainerResize, GroupResize, Handle, Layout
from benchboard.i18n import _
from benchboard.ui.studio.canvas.interaction.canvas_protocol import CanvasProtocol
from benchboard.ui.studio.canvas.interaction.item_interaction import (
    Cells,
    ItemInteraction,
    scene_rects,
    visible_changes,
)


class ResizeInteraction(ItemInteraction):
    """Resizes one widget by a handle; the opposite edge doesn't move."""

    resizes = True

    def __init__(self, canvas: CanvasProtocol, item_id: str, handle: Handle, start: QPointF) -> None:
        super().__init__(canvas, start)
        self.title, self.handle = _("Resize"), handle
        self.container_resize = ContainerResize(self.page, item_id, handle, compact=self.compact)
        self.id, self.body = item_id, [item_id]
        self.dragged = {item_id: self.page.shown[item_id]}
        self._start_rect = self.rect = self.grid.rect(self.page.shown[item_id])
        """Its rectangle at the start, and as the pointer has resized it, in scene coordinates."""
        self._rects = scene_rects(self.grid, self.dragged)
        self.target = self.page.path(item_id)
        self._request: object = None
        self._size = self.grid.span(self._start_rect.size())

    @property
    def resting(self) -> Mapping[str, Cell]:
        return self.container_resize.still

    @property
    def drop_cells(self) -> list[Cell]:
        return [self.displaced.get(self.id, self.dragged[self.id])]

    def move_to(self, pointer: QPointF, until: int) -> Cells:
        self.pointer = pointer
        free = self._unlimited_rect()
        self._size = self.grid.span(free.size())
        self.rect = self._limited(free)
        if (request := (self._size, until)) != self._request:
            self._request = request
            self.displaced = self.preview(until)
        return self.displaced

    def preview(self, until: int) -> Cells:
        """The displaced cells at the present size."""
        return visible_changes(self.container_resize.at(*self._size, until=until), self.resting, until)

    def floating_rect(self, item_id: str) -> QRectF:
        """The rectangle as the pointer has resized it, inside the frames around it."""
        start, whole, resized = self._rects[self.id], self._start_rect, self.rect
        return resized.adjusted(
            start.left() - whole.left(), 0, start.right() - whole.right(), start.bottom() - whole.bottom()
        )

    def nearest_cell(self, w: int, h: int) -> Cell:
        """The allowed cell nearest to a size."""
        return self.container_resize.within(w, h)

    def layout(self) -> Layout:
        return self.container_resize.drop(*self._size)

    def _limited(self, free: QRectF) -> QRectF:
        """The rectangle limited to the largest allowed size."""
        w, h = self._size
        wide, high = self.grid.rect(self.nearest_cell(w + 1, h)), self.grid.rect(self.nearest_cell(w, h + 1))
        most = QRectF(wide.left(), high.top(), wide.width(), high.height())
        return free.intersected(most)

    def _unlimited_rect(self) -> QRectF:
        """The rectangle as the pointer resizes it, at least one column and one row."""
        rect, by = QRectF(self._start_rect), self.pointer - self.start_point
        if "e" in self.handle:
            rect.setRight(max(rect.right() + by.x(), rect.left() + self.grid.column))
        if "w" in self.handle:
            rect.setLeft(min(rect.left() + by.x(), rect.right() - self.grid.column))
        if "s" in self.handle:
            rect.setBottom(max(rect.bottom() + by.y(), rect.top() + self.grid.row))
        if "n" in self.handle:
            rect.setTop(min(rect.top() + by.y(), rect.bottom() - self.grid.row))
        return rect


class GroupResizeInteraction(ResizeInteraction):
    """Resizes several widgets by a handle of the frame around them."""

    def __init__(self, canvas: CanvasProtocol, ids: Sequence[str], handle: Handle, start: QPointF) -> None:
        super().__init__(canvas, ids[0], handle, start)
        page = self.page
        fixed = [one for one in ids if "size" in locks(page.item(one))]
        self.group = GroupResize(page, ids, handle, compact=self.compact, fixed=fixed)
        self.body = list(self.group.ids)
        within = frozenset(self.body)
        self.dragged = {
            one: cell
            for one, cell in page.shown.items()
            if one in within or within & {outer for outer, _k in page.path(one)}
        }
        self._rects = scene_rects(self.grid, self.dragged)
        (left, top), box = page.origin(self.target), self.group.box
        self._start_rect = self.rect = self.grid.rect(Cell(box.x + left, box.y + top, box.w, box.h))
        self._size = box.w, box.h

    @property
    def resting(self) -> Mapping[str, Cell]:
        return self.page.shown

    @property
    def drop_cells(self) -> list[Cell]:
        return [self.displaced.get(one, self.dragged[one]) for one in self.body]

    def preview(self, until: int) -> Cells:
        return visible_changes(self.group.at(*self._size), self.resting, until)

    def nearest_cell(self, w: int, h: int) -> Cell:
        return self.group.within(w, h)

    def floating_rect(self, item_id: str) -> QRectF:
        """The item's rectangle, scaled with the frame from its position at the start."""
        whole, resized = self._start_rect, self.rect
        wide, high = resized.width() / whole.width(), resized.height() / whole.height()
        rect = self._rects[item_id]
        corner = QPointF((rect.left() - whole.left()) * wide, (rect.top() - whole.top()) * high)
        return QRectF(resized.topLeft() + corner, rect.size()).adjusted(
            0, 0, rect.width() * (wide - 1), rect.height() * (high - 1)
        )

    def layout(self) -> Layout:
        return self.group.drop(*self._size)

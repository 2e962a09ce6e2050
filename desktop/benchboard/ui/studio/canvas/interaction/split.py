"""Drags the edge that neighbours share: one side grows as the other shrinks."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from benchboard.dashboards.layout import Cell, Layout, PageIndex, Path, SharedEdge, SharedEdgeResize
from benchboard.i18n import _
from benchboard.ui.studio.canvas.interaction.canvas_protocol import CanvasProtocol
from benchboard.ui.studio.canvas.interaction.item_interaction import Cells, ItemInteraction, visible_changes
from benchboard.ui.studio.canvas.interaction.shared_edge import shared_edge
from benchboard.ui.studio.canvas.scene import overlay
from benchboard.ui.studio.tiles.page_grid import PageGrid


class SplitInteraction(ItemInteraction):
    """A shared edge dragged with all items along it. Nothing floats."""

    resizes = True

    def __init__(self, canvas: CanvasProtocol, path: Path, edge: SharedEdge) -> None:
        super().__init__(canvas, QPointF())
        self.title, self.target, self.edge = _("Resize"), path, edge
        self.edge_resize = SharedEdgeResize(self.page.pane(path), edge, compact=self.compact)
        self._position = edge.at

    @property
    def resting(self) -> Mapping[str, Cell]:
        return self.page.shown

    @property
    def drop_cells(self) -> list[Cell]:
        return []

    @property
    def moved_ids(self) -> Sequence[str]:
        return [*self.edge.before, *self.edge.after]

    def move_to(self, pointer: QPointF, until: int) -> Cells:
        self.pointer = pointer
        left, top = self.page.origin(self.target)
        column, row = self.grid.exact(pointer)
        position = round(column) - left if self.edge.axis == "across" else round(row) - top
        position = max(self.edge_resize.least, min(position, self.edge_resize.most))
        if position != self._position:
            self._position = position
            after = PageIndex(self.layout()).shown
            changed = {item_id: cell for item_id, cell in after.items() if self.resting.get(item_id) != cell}
            self.displaced = visible_changes(changed, self.resting, until)
        return self.displaced

    def floating_rect(self, item_id: str) -> QRectF:
        return self.grid.rect(self.displaced.get(item_id, self.resting[item_id]))

    def layout(self) -> Layout:
        return self.page.with_pane(self.target, self.edge_resize.drop(self._position), self.compact)

    def gutter(self) -> QRectF:
        """The gap around the edge, at its present position."""
        left, top = self.page.origin(self.target)
        edge, at = self.edge, self._position
        if edge.axis == "across":
            box = self.grid.rect(Cell(left + at, top + edge.begin, 1, edge.end - edge.begin))
            return QRectF(box.left() - self.grid.gap, box.top(), self.grid.gap, box.height())
        box = self.grid.rect(Cell(left + edge.begin, top + at, edge.end - edge.begin, 1))
        return QRectF(box.left(), box.top() - self.grid.gap, box.width(), self.grid.gap)

    def paint(self, painter: QPainter) -> None:
        overlay.paint_shared_edge(painter, self.gutter(), self.edge.axis)

    def overlay_areas(self) -> list[QRectF]:
        return [self.gutter()]


def edge_at(grid: PageGrid, page: PageIndex, at: QPointF) -> tuple[Path, SharedEdge] | None:
    """The edge that neighbours share at a point of the scene, in the gap between them, and its grid."""
    path = page.pane_at(*grid.field(at))
    pane, (left, top) = page.pane(path), page.origin(path)
    column, row = grid.exact(at)
    reach = ((grid.gap / 2 + 1) / (grid.column + grid.gap), (grid.gap / 2 + 1) / (grid.row + grid.gap))
    edge = shared_edge(pane, column - left, row - top, reach)
    return None if edge is None else (path, edge)

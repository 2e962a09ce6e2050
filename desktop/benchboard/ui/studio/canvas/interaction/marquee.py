"""Selection by drawing a rectangle on the page."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from benchboard.ui.studio.canvas.interaction.canvas_protocol import CanvasProtocol
from benchboard.ui.studio.canvas.scene import overlay
from benchboard.ui.studio.canvas.scene.container_frame import ContainerFrame


class Marquee:
    """A rectangle being drawn; the items in `found` are selected when it is finished, in addition to those before."""

    def __init__(self, canvas: CanvasProtocol, start: QPointF, before: Sequence[str] = ()) -> None:
        self._canvas, self._start, self._before = canvas, start, before
        self.rect = QRectF(start, start)
        self.found: Sequence[str] = before

    def update(self, pointer: QPointF) -> None:
        """Extend the rectangle from its start to the pointer."""
        self.rect = QRectF(self._start, pointer).normalized()
        self.found = tuple(dict.fromkeys((*self._before, *self._inside())))

    def commit(self) -> None:
        """Select the items found."""
        self._canvas.editor.select(self.found)

    def paint(self, painter: QPainter) -> None:
        """Paint the rectangle."""
        overlay.paint_marquee(painter, self.rect)

    def _inside(self) -> list[str]:
        """The widgets it touches and the containers it encloses, without the items in those."""
        page, tiles, found = self._canvas.editor.page, self._canvas.tiles, list[str]()
        enclosed: set[str] = set()
        for item_id in page.shown:
            if enclosed & {outer for outer, _k in page.path(item_id)}:
                continue
            tile = tiles[item_id]
            if isinstance(tile, ContainerFrame):
                if self.rect.contains(tile.outline) and self.rect.contains(tile.rect):
                    enclosed.add(item_id)
                    found.append(item_id)
            elif self.rect.intersects(tile.rect):
                found.append(item_id)
        return found

"""The shadow of what is being dragged: one around several items side by side, behind them all."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QRegion
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from benchboard.ui.studio.canvas.scene.container_frame import ContainerFrame
from benchboard.ui.studio.canvas.scene.overlay import bounding_rect
from benchboard.ui.studio.canvas.scene.tile import LIFTED, Tile
from benchboard.ui.theme import theme
from benchboard.ui.widgets.surfaces import SHADOW, paint_shadow

_BELOW: Final = LIFTED - 0.5
"""The z value of shadows: above what isn't dragged, below all that is."""
_FILLED: Final = 0.8
"""Of how much of the rectangle around them the items must cover to have one shadow: else it would lie around a hole."""


class LiftedShadow(QGraphicsItem):
    """The shadow around one or several items; `follow` puts it where they are now."""

    def __init__(self, items: Sequence[Tile | ContainerFrame]) -> None:
        super().__init__()
        self._items, self._frame = items, QRectF()
        self.setZValue(_BELOW)
        self.follow()

    def follow(self) -> None:
        """Move and resize it with the items."""
        around = bounding_rect([item.outline for item in self._items])
        if around.size() != self._frame.size():
            self.prepareGeometryChange()
            self._frame = QRectF(QPointF(0, 0), around.size())
        self.setPos(around.topLeft())

    def boundingRect(self) -> QRectF:
        return self._frame.adjusted(-SHADOW, -SHADOW, SHADOW, SHADOW + 8)

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        frame, round_ = self._frame.toAlignedRect(), theme().px("radius.tile")
        painter.save()
        if len(self._items) > 1:  # what is seen between them isn't in their shadow
            inside = QRegion(frame.adjusted(round_, 0, -round_, 0)) + QRegion(frame.adjusted(0, round_, 0, -round_))
            painter.setClipRegion(QRegion(self.boundingRect().toAlignedRect()) - inside)
        paint_shadow(painter, frame)
        painter.restore()


def shadows_of(items: Sequence[Tile | ContainerFrame]) -> list[LiftedShadow]:
    """One shadow for items that stand side by side, else one for each."""
    if not items:
        return []
    boxes = [item.outline for item in items]
    around = bounding_rect(boxes)
    covered = sum(box.width() * box.height() for box in boxes)
    if covered >= _FILLED * around.width() * around.height():
        return [LiftedShadow(items)]
    return [LiftedShadow([item]) for item in items]

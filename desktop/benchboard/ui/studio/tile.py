"""A tile on the canvas: a light item that shows a picture of itself, drawn anew only when what it shows has changed."""

import math
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from benchboard.dashboards.catalogue import Widget
from benchboard.ui.studio.faces import Links, paint_face
from benchboard.ui.studio.feeds import Answer
from benchboard.ui.theme import theme
from benchboard.ui.widgets.surfaces import SHADOW, paint_shadow

if TYPE_CHECKING:
    from benchboard.ui.studio.canvas import Canvas


class Tile(QGraphicsItem):
    """One widget's tile. `lifted`: it is in somebody's hand, above the others, with a shadow."""

    def __init__(self, canvas: "Canvas", widget: Widget) -> None:
        super().__init__()
        self._canvas = canvas
        self.widget = widget
        self.answer: Answer | None = None
        self.lifted = False
        self.links = Links()
        self._size = QSizeF(10, 10)
        self._face: QPixmap | None = None
        self._drawn: tuple[object, ...] = ()

    @property
    def rect(self) -> QRectF:
        """Where it is on the page."""
        return QRectF(self.pos(), self._size)

    def place(self, rect: QRectF) -> None:
        """Move and size it."""
        if rect.size() != self._size:
            self.prepareGeometryChange()
            self._size = rect.size()
        self.setPos(rect.topLeft())

    def lift(self, lifted: bool) -> None:
        """Take it in hand, or put it down."""
        if lifted != self.lifted:
            self.prepareGeometryChange()
            self.lifted = lifted
            self.setZValue(10 if lifted else 0)

    def say(self, widget: Widget, answer: Answer | None) -> None:
        """What it shows from now on."""
        self.widget, self.answer = widget, answer
        # What does not fit on the tile is read whole here; data in it is never markup.
        wrong = answer.error if answer is not None else None
        self.setToolTip(f"<p>{escape(str(wrong))}</p>" if wrong is not None else "")
        self.update()

    def boundingRect(self) -> QRectF:
        edge = SHADOW if self.lifted else 1
        return QRectF(QPointF(0, 0), self._size).adjusted(-edge, -edge, edge, edge + (8 if self.lifted else 0))

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        box = QRectF(QPointF(0, 0), self._size)
        if self.lifted:
            paint_shadow(painter, box.toAlignedRect())
        wanted = self._wanted()
        if wanted != self._drawn and (self._face is None or not self._canvas.busy):
            self.render()
        if self._face is None:
            return
        if wanted == self._drawn:
            painter.drawPixmap(QPointF(0, 0), self._face)
            return
        # In the middle of a gesture: the picture as it was, in the frame as it is; the new one follows at once.
        _paint_frame(painter, box)
        shown = box.adjusted(1, 1, -9, -9)
        painter.setClipRect(shown)
        painter.drawPixmap(QPointF(0, 0), self._face)
        self._canvas.redraw_soon(self)

    def render(self) -> None:
        """Draw its picture for the size and sharpness it has now."""
        sharp = self._canvas.sharp
        pixels = QSize(max(1, math.ceil(self._size.width() * sharp)), max(1, math.ceil(self._size.height() * sharp)))
        face = QPixmap(pixels)
        face.setDevicePixelRatio(sharp)
        face.fill(Qt.GlobalColor.transparent)
        painter = QPainter(face)
        _paint_frame(painter, QRectF(QPointF(0, 0), self._size))
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        self.links = paint_face(painter, self._size, self.widget, self.answer)
        painter.end()
        self._face, self._drawn = face, self._wanted()

    def picture(self) -> QPixmap:
        """Its picture, up to date."""
        if self._face is None or self._wanted() != self._drawn:
            self.render()
        assert self._face is not None
        return self._face

    def _wanted(self) -> tuple[object, ...]:
        widget = self.widget
        said = (widget.type, widget.title, widget.config, self.answer)
        return (*said, self._size.toTuple(), self._canvas.sharp, self._canvas.look)


def _paint_frame(painter: QPainter, box: QRectF) -> None:
    radius = theme().px("radius.tile")
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme().color("border"), 1))
    painter.setBrush(theme().color("surface"))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    painter.restore()

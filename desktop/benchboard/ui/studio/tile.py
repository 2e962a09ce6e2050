"""A tile on the canvas: a picture of a widget, drawn anew only when what it shows has changed.

The picture is Qt's own pixmap item, so that moving a thousand tiles asks nothing of Python while they are painted.
"""

import math
from html import escape
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPixmapItem, QStyleOptionGraphicsItem, QWidget

from benchboard.dashboards.catalogue import widget_of
from benchboard.dashboards.layout import Item
from benchboard.ui.studio.faces import Links, paint_face, paint_frame
from benchboard.ui.studio.feeds import Answer
from benchboard.ui.studio.repeats import badge, told
from benchboard.ui.widgets.surfaces import SHADOW, paint_shadow

if TYPE_CHECKING:
    from benchboard.ui.studio.canvas import Canvas

LIFTED: Final = 100
"""How far above the others is what somebody holds."""


class Tile(QGraphicsPixmapItem):
    """One widget's tile. `lifted`: it is in somebody's hand, above the others, with a shadow."""

    def __init__(self, canvas: "Canvas", item: Item) -> None:
        super().__init__()
        self.setShapeMode(QGraphicsPixmapItem.ShapeMode.BoundingRectShape)
        self._canvas = canvas
        self.item = item
        self.widget = widget_of(item)
        self.answer: Answer | None = None
        self.lifted = False
        self.locked = False
        """Something about it is kept: a small lock stands in its header."""
        self.links = Links()
        self.depth = 0
        self._size = QSizeF(10, 10)
        self._face: QPixmap | None = None
        self._drawn: tuple[object, ...] = ()
        self._shadow: _Shadow | None = None

    @property
    def rect(self) -> QRectF:
        """Where it is on the page."""
        return QRectF(self.pos(), self._size)

    @property
    def outline(self) -> QRectF:
        """What a ring is drawn around."""
        return self.rect

    def place(self, rect: QRectF) -> None:
        """Move and size it."""
        if rect.size() != self._size:
            self._size = rect.size()
            if self._face is not None:
                self._provisional(self._face)
        self.setPos(rect.topLeft())

    def lift(self, lifted: bool) -> None:
        """Take it in hand, or put it down."""
        if lifted == self.lifted:
            return
        self.lifted = lifted
        self.setZValue(self.depth + (LIFTED if lifted else 0))
        if lifted:
            self._shadow = _Shadow(self)
        elif self._shadow is not None:
            self._canvas.scene().removeItem(self._shadow)
            self._shadow = None

    def say(self, item: Item, answer: Answer | None, *, depth: int, locked: bool) -> None:
        """What it shows from now on, and how many containers it lies in."""
        if item is not self.item:
            self.item, self.widget = item, widget_of(item)
        self.answer, self.locked, self.depth = answer, locked, depth
        self.setZValue(depth + (LIFTED if self.lifted else 0))
        self._say_tip()

    @property
    def drawn(self) -> bool:
        """Whether it has any picture, be it an old one."""
        return self._face is not None

    @property
    def fresh(self) -> bool:
        """Whether its picture shows what it should."""
        return self._face is not None and self._wanted() == self._drawn

    def render(self) -> None:
        """Draw its picture for the size and sharpness it has now."""
        face, zoom = self._blank(), self._canvas.zoom
        with QPainter(face) as painter:
            painter.scale(zoom, zoom)
            size = self._size / zoom
            paint_frame(painter, QRectF(QPointF(0, 0), size))
            painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
            mark = badge(self._canvas.editor, self.item)
            self.links = paint_face(painter, size, self.widget, self.answer, locked=self.locked, badge=mark)
        self._face, self._drawn = face, self._wanted()
        self._say_tip()
        self.setPixmap(face)

    def sketch(self) -> None:
        """Show an empty frame until there is time to draw it."""
        face, zoom = self._blank(), self._canvas.zoom
        with QPainter(face) as painter:
            painter.scale(zoom, zoom)
            paint_frame(painter, QRectF(QPointF(0, 0), self._size / zoom))
        self.setPixmap(face)

    def forget(self) -> None:
        """Drop the picture of what is far out of sight."""
        if self._face is not None:
            self._face, self._drawn = None, ()
            self.setPixmap(QPixmap())

    def picture(self) -> QPixmap:
        """Its picture, up to date."""
        if not self.fresh:
            self.render()
        assert self._face is not None
        return self._face

    def _say_tip(self) -> None:
        # What does not fit on the tile is read whole here; data in it is never markup.
        wrong = self.answer.error if self.answer is not None else None
        said = str(wrong) if wrong is not None else told(self._canvas.editor, self.item)
        self.setToolTip(f"<p>{escape(said)}</p>" if said else "")

    def _provisional(self, face: QPixmap) -> None:
        """The picture as it was, in the frame as it is; the new one follows at once."""
        shown, zoom = self._blank(), self._canvas.zoom
        box = QRectF(QPointF(0, 0), self._size)
        with QPainter(shown) as painter:
            painter.save()
            painter.scale(zoom, zoom)
            paint_frame(painter, QRectF(QPointF(0, 0), self._size / zoom))
            painter.restore()
            painter.setClipRect(box.adjusted(1, 1, -9 * zoom, -9 * zoom))
            painter.drawPixmap(QPointF(0, 0), face)
        self.setPixmap(shown)

    def _blank(self) -> QPixmap:
        sharp = self._canvas.sharp
        pixels = QSize(max(1, math.ceil(self._size.width() * sharp)), max(1, math.ceil(self._size.height() * sharp)))
        face = QPixmap(pixels)
        face.setDevicePixelRatio(sharp)
        face.fill(Qt.GlobalColor.transparent)
        return face

    def _wanted(self) -> tuple[object, ...]:
        widget = self.widget
        said = (
            widget.type,
            widget.title,
            widget.config,
            self.answer,
            self.locked,
            told(self._canvas.editor, self.item),
        )
        canvas = self._canvas
        return (*said, self._size.width(), self._size.height(), canvas.zoom, canvas.sharp, canvas.look)


class _Shadow(QGraphicsItem):
    """The shadow of a tile in somebody's hand."""

    def __init__(self, tile: Tile) -> None:
        super().__init__(tile)
        self._tile = tile
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemStacksBehindParent)

    def boundingRect(self) -> QRectF:
        size = self._tile.rect.size()
        return QRectF(QPointF(0, 0), size).adjusted(-SHADOW, -SHADOW, SHADOW, SHADOW + 8)

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        paint_shadow(painter, QRectF(QPointF(0, 0), self._tile.rect.size()).toAlignedRect())

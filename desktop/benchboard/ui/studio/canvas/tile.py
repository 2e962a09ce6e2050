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
from benchboard.ui.studio.tiles.faces import HEADER, header_badge, paint_face, paint_frame
from benchboard.ui.studio.tiles.feeds import Answer
from benchboard.ui.studio.tiles.links import Links
from benchboard.ui.studio.tiles.readings import Reading, tip_of
from benchboard.ui.studio.tiles.repeatmarks import badge, told
from benchboard.ui.widgets.surfaces import SHADOW, paint_shadow

if TYPE_CHECKING:
    from benchboard.ui.studio.canvas.canvas import Canvas

LIFTED: Final = 100
"""How far above the others is what somebody holds."""
_WHOLE: Final = 2.0
"""A tile up to so many views long and wide is drawn whole; of a larger one there is only the part near the view."""
_LONGEST_TIP: Final = 2_000
_COARSE: Final = 16.0
"""So many pixels of the view are one of a coarse picture."""


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
        self._reading: Reading | None = None
        self.depth = 0
        self._size = QSizeF(10, 10)
        self._face: QPixmap | None = None
        self._part = QRectF()
        """What of it the picture shows."""
        self._drawn: tuple[object, ...] = ()
        self._corner = QPointF()
        """Where on it that picture begins; `_part` may be a provisional one's."""
        self._shadow: _Shadow | None = None

    @property
    def rect(self) -> QRectF:
        """Where it is on the page."""
        return QRectF(self.pos(), self._size)

    @property
    def outline(self) -> QRectF:
        """What a ring is drawn around."""
        return self.rect

    def in_body(self, at: QPointF) -> bool:
        """Whether a point of the page is on what it shows, and not on its header or a link."""
        inside = (at - self.pos()) / self._canvas.zoom
        links = (self.links.retry, self.links.edit, self.links.stop)
        return inside.y() > HEADER and not any(box is not None and box.contains(inside) for box in links)

    def marked_at(self, at: QPointF) -> bool:
        """Whether the badge that says it is repeated is at a point of the page."""
        mark, zoom = badge(self._canvas.editor, self.item), self._canvas.zoom
        inside = (at - self.pos()) / zoom
        return bool(mark) and header_badge(self._size / zoom, mark, self.links, locked=self.locked).contains(inside)

    def place(self, rect: QRectF) -> None:
        """Move and size it."""
        self.setPos(rect.topLeft())
        if rect.size() != self._size:
            self._size = rect.size()
            if self._face is not None:
                self._provisional(self._face)

    def lift(self, lifted: bool) -> None:
        """Take it in hand, or put it down."""
        if lifted == self.lifted:
            return
        self.lifted = lifted
        self.setZValue(self.depth + (LIFTED if lifted else 0))
        self._canvas.pictures.share_anew()
        if lifted:
            self._shadow = _Shadow(self)
        elif self._shadow is not None:
            self._canvas.scene().removeItem(self._shadow)
            self._shadow = None

    def say(self, item: Item, answer: Answer | None, *, depth: int, locked: bool) -> None:
        """What it shows from now on, and how many containers it lies in."""
        if item is not self.item:
            self.item, self.widget = item, widget_of(item)
        if answer is not self.answer:
            self._reading = None
        self.answer, self.locked, self.depth = answer, locked, depth
        self.setZValue(depth + (LIFTED if self.lifted else 0))
        self._say_tip()

    @property
    def drawn(self) -> bool:
        """Whether it has any picture, be it an old one."""
        return self._face is not None

    @property
    def fresh(self) -> bool:
        """Whether its picture shows what it should, where it is in sight."""
        if self._face is None or self._wanted() != self._drawn:
            return False
        if self._part.size() == self._size:
            return True
        seen = self.rect.intersected(self._canvas.seen()).translated(-self.pos()).adjusted(1, 1, -1, -1)
        return seen.isEmpty() or self._part.contains(seen)

    @property
    def pixels(self) -> float:
        """How many device pixels its picture has."""
        part = self._near()
        return part.width() * part.height() * self._canvas.sharp**2

    def render(self) -> None:
        """Draw its picture for the size and sharpness it has now."""
        face, zoom = self._blank(), self._canvas.zoom
        with QPainter(face) as painter:
            painter.translate(-self._part.topLeft())
            painter.scale(zoom, zoom)
            size = self._size / zoom
            paint_frame(painter, QRectF(QPointF(0, 0), size))
            painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
            mark = badge(self._canvas.editor, self.item)
            self.links = paint_face(
                painter, size, self.widget, self.answer, locked=self.locked, badge=mark, audience=self._canvas.audience
            )
        self._face, self._drawn, self._corner = face, self._wanted(), self._part.topLeft()
        self._say_tip()
        self._show(face)

    def sketch(self, *, coarse: bool = False) -> None:
        """Show an empty frame until there is time to draw it; a coarse one where there is no room for a picture."""
        self._face, self._drawn = None, ()
        sharp, zoom = 1 / _COARSE if coarse else self._canvas.sharp, self._canvas.zoom
        face = self._blank(sharp)
        with QPainter(face) as painter:
            painter.translate(-self._part.topLeft())
            painter.scale(zoom, zoom)
            paint_frame(painter, QRectF(QPointF(0, 0), self._size / zoom))
        self._show(face)

    def forget(self) -> None:
        """Drop the picture of what is far out of sight, or behind others."""
        self._face, self._drawn = None, ()
        if not self.pixmap().isNull():
            self.setPixmap(QPixmap())

    def picture(self) -> QPixmap:
        """Its picture, up to date."""
        if not self.fresh:
            self.render()
        assert self._face is not None
        return self._face

    def tell(self, reading: Reading | None) -> None:
        """What its tooltip says: what is read under the pointer, or else what is always said."""
        if reading != self._reading:
            self._reading = reading
            self._say_tip()

    def _say_tip(self) -> None:
        if self._reading is not None:
            self.setToolTip(tip_of(self._reading))
            return
        # What does not fit on the tile is read whole here; data in it is never markup.
        wrong = self.answer.error if self.answer is not None else None
        said = str(wrong) if wrong is not None else told(self._canvas.editor, self.item)
        self.setToolTip(f"<p>{escape(said[:_LONGEST_TIP])}</p>" if said else "")

    def _provisional(self, face: QPixmap) -> None:
        """The picture as it was, in the frame as it is; the new one follows at once."""
        corner = self._corner
        shown, zoom = self._blank(), self._canvas.zoom
        box = QRectF(QPointF(0, 0), self._size)
        with QPainter(shown) as painter:
            painter.translate(-self._part.topLeft())
            painter.save()
            painter.scale(zoom, zoom)
            paint_frame(painter, QRectF(QPointF(0, 0), self._size / zoom))
            painter.restore()
            painter.setClipRect(box.adjusted(1, 1, -9 * zoom, -9 * zoom))
            painter.drawPixmap(corner, face)
        self._show(shown)

    def _show(self, face: QPixmap) -> None:
        self.setOffset(self._part.topLeft())
        self.setPixmap(face)

    def _near(self) -> QRectF:
        """What of it a picture would show: all, or of a tile far larger than the view what is near that."""
        whole, seen = QRectF(QPointF(0, 0), self._size), self._canvas.seen()
        wide, high = self._size.width() > _WHOLE * seen.width(), self._size.height() > _WHOLE * seen.height()
        if not wide and not high:
            return whole
        near = seen.translated(-self.pos()).adjusted(
            -seen.width() / 2, -seen.height() / 2, seen.width() / 2, seen.height() / 2
        )
        part = whole.intersected(near)
        if part.isEmpty():
            part = whole.intersected(QRectF(QPointF(0, 0), seen.size()))
        return QRectF(part.toAlignedRect()).intersected(whole)

    def _blank(self, sharp: float = 0.0) -> QPixmap:
        self._part = self._near()
        sharp = sharp or self._canvas.sharp
        pixels = QSize(max(1, math.ceil(self._part.width() * sharp)), max(1, math.ceil(self._part.height() * sharp)))
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
            self._canvas.audience,
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

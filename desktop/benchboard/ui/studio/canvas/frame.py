"""A container on the canvas: what of it is under a point, and what it shows while something is held over it."""

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from benchboard.dashboards.catalogue import tab_name, widget_of
from benchboard.dashboards.layout import ROW, TABS, Item
from benchboard.i18n import _
from benchboard.ui.studio.canvas.tile import LIFTED
from benchboard.ui.studio.tiles.containerface import (
    CARET,
    box_of,
    heading_badge,
    heading_height,
    holds,
    paint_box,
    paint_heading,
    tab_boxes,
)
from benchboard.ui.studio.tiles.repeatmarks import badge
from benchboard.ui.theme import theme

if TYPE_CHECKING:
    from benchboard.ui.studio.canvas.canvas import Canvas


class Part(NamedTuple):
    """What of a container is under a point: its `caret`, a `tab` (which), its `badge`, its `heading` or its `body`."""

    what: str
    tab: int = 0


class Frame(QGraphicsItem):
    """One container's frame. What it holds are tiles of their own, above it."""

    def __init__(self, canvas: "Canvas", item: Item) -> None:
        super().__init__()
        self._canvas, self.item = canvas, item
        self.widget = widget_of(item)
        self.lifted, self.hot, self.locked = False, False, False
        self.depth, self.hot_tab = 0, -1
        self._size = QSizeF(10, 10)
        self._tabs: list[QRectF] = []

    @property
    def rect(self) -> QRectF:
        """Where it is on the page."""
        return QRectF(self.pos(), self._size)

    @property
    def outline(self) -> QRectF:
        """What a ring is drawn around: a row has no frame, so that it is its heading."""
        return self._box().translated(self.pos())

    @property
    def told(self) -> str:
        """How it stands, in words: closed or open, which tab, how much it holds."""
        item = self.item
        if item.type == TABS:
            name = tab_name(item, item.active)
            at = _("tab {name}, {place} of {count}").format(name=name, place=item.active + 1, count=len(item.panes))
            return f"{at}, {holds(item)}"
        if item.type == ROW:
            return f"{_('closed') if item.collapsed else _('open')}, {holds(item)}"
        return holds(item)

    def place(self, rect: QRectF) -> None:
        """Move and size it."""
        if rect.size() != self._size:
            self.prepareGeometryChange()
            self._size = rect.size()
            self._measure()
        self.setPos(rect.topLeft())

    def lift(self, lifted: bool) -> None:
        """Take it in hand, or put it down."""
        if lifted != self.lifted:
            self.lifted = lifted
            self.setZValue(self.depth + (LIFTED if lifted else 0))
            self.update()

    def heat(self, hot: bool, tab: int = -1) -> None:
        """Show that what is held would land in it, or no longer; `tab` is the one that is about to be shown."""
        if (hot, tab) != (self.hot, self.hot_tab):
            self.hot, self.hot_tab = hot, tab
            self.update()

    def say(self, item: Item, *, depth: int, locked: bool) -> None:
        """What it shows from now on, and how many containers it lies in."""
        self.prepareGeometryChange()
        if item is not self.item:
            self.item, self.widget = item, widget_of(item)
        self.depth, self.locked = depth, locked
        self.setZValue(depth + (LIFTED if self.lifted else 0))
        self._measure()
        self.update()

    def part_at(self, spot: QPointF, corner: QPointF | None = None) -> Part:
        """What of it is at a point of the page; `corner` is its top left where it is not taken as it stands."""
        at = (spot - (self.pos() if corner is None else corner)) / self._canvas.zoom
        if not 0 <= at.y() < heading_height() or not 0 <= at.x() <= self._width:
            return Part("body")
        if self.item.type == ROW and at.x() <= CARET:
            return Part("caret")
        mark = badge(self._canvas.editor, self.item)
        if mark and heading_badge(self.item, self._width, mark, locked=self.locked).contains(at):
            return Part("badge")
        for place, box in enumerate(self._tabs):
            if box.contains(at):
                return Part("tab", place)
        return Part("heading")

    def tab_box(self, place: int) -> QRectF:
        """Where a tab's name stands on the page."""
        box, zoom = self._tabs[place], self._canvas.zoom
        return QRectF(box.topLeft() * zoom + self.pos(), box.size() * zoom)

    def boundingRect(self) -> QRectF:
        return self._box().united(self._hint_box() or QRectF()).adjusted(-2, -2, 2, 2)

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        zoom = self._canvas.zoom
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_box(painter, self.item, self._box(), zoom=zoom, hot=self.hot)
        hint = self._hint_box()
        if hint is not None:
            _paint_hint(painter, hint, zoom)
        painter.scale(zoom, zoom)
        mark = badge(self._canvas.editor, self.item)
        paint_heading(
            painter, self.item, self._width, self._tabs,
            locked=self.locked, hot=self.hot, hot_tab=self.hot_tab, badge=mark,
        )  # fmt: skip
        painter.restore()

    # Parts

    @property
    def _width(self) -> float:
        return self._size.width() / self._canvas.zoom

    def _box(self) -> QRectF:
        return box_of(self.item, self._size, self._canvas.zoom)

    def _hint_box(self) -> QRectF | None:
        """Where an empty pane says that it can be filled."""
        item = self.item
        if item.collapsed or len(item.panes[item.active if item.type == TABS else 0].layout):
            return None
        zoom = self._canvas.zoom
        top = (heading_height() + theme().px("tile.gap")) * zoom
        if self._size.height() < top + 20 * zoom:
            return None
        return QRectF(0, top, self._size.width(), self._size.height() - top).adjusted(
            *(4 * k * zoom for k in (1, 0, -1, -1))
        )

    def _measure(self) -> None:
        self._tabs = tab_boxes(self.item, self._width, locked=self.locked)


def _paint_hint(painter: QPainter, box: QRectF, zoom: float) -> None:
    radius = theme().px("radius.tile") * zoom
    painter.save()
    painter.setPen(QPen(theme().color("border.control"), 1, Qt.PenStyle.DashLine))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    painter.setPen(theme().color("text.muted"))
    font = theme().font("body")
    font.setPointSizeF(font.pointSizeF() * zoom)
    painter.setFont(font)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, _("Drag widgets here"))
    painter.restore()

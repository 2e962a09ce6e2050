"""The frame of a container on the page: a row, a group or tabs. The items in it are separate, above the frame."""

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from benchboard.dashboards.document.widget_kinds import tab_name, widget_of
from benchboard.dashboards.layout import ROW, TABS, Item, PageIndex, Path
from benchboard.i18n import _
from benchboard.ui.studio.canvas.scene.tile import LIFTED
from benchboard.ui.studio.canvas.scene.view_protocol import ViewProtocol
from benchboard.ui.studio.tiles.container_painting import (
    CARET,
    box_of,
    content_count,
    heading_badge,
    heading_height,
    paint_box,
    paint_heading,
    tab_boxes,
)
from benchboard.ui.studio.tiles.repeat_badges import badge
from benchboard.ui.theme import theme


class ContainerPart(NamedTuple):
    """A part of a container: its `caret`, a `tab` (by its position), its `badge`, its `heading` or its `body`."""

    what: str
    tab: int = 0


class ContainerFrame(QGraphicsItem):
    """The frame and the heading of one container."""

    def __init__(self, view: ViewProtocol, item: Item) -> None:
        super().__init__()
        self._view, self.item = view, item
        self.widget = widget_of(item)
        self.lifted, self.locked = False, False
        self.depth = 0
        self.is_drop_target = False
        """Whether it is highlighted as the container that dragged items would land in."""
        self.tab_to_show = -1
        """The index of the tab that is highlighted because it is about to be shown; -1 for none."""
        self._size = QSizeF(10, 10)
        self._tabs: list[QRectF] = []

    @property
    def rect(self) -> QRectF:
        """Its rectangle in the scene."""
        return QRectF(self.pos(), self._size)

    @property
    def outline(self) -> QRectF:
        """The rectangle that selection rings are drawn around. A row has no frame: its rectangle is the heading."""
        return self._box().translated(self.pos())

    @property
    def state_text(self) -> str:
        """Its state as text: expanded or collapsed, which tab, how many items."""
        item = self.item
        if item.type == TABS:
            name = tab_name(item, item.active)
            at = _("tab {name}, {place} of {count}").format(name=name, place=item.active + 1, count=len(item.panes))
            return f"{at}, {content_count(item)}"
        if item.type == ROW:
            state = _("closed") if item.collapsed else _("open")
            return f"{state}, {content_count(item)}"
        return content_count(item)

    def place(self, rect: QRectF) -> None:
        """Move and resize it."""
        if rect.size() != self._size:
            self.prepareGeometryChange()
            self._size = rect.size()
            self._measure()
        self.setPos(rect.topLeft())

    def set_lifted(self, lifted: bool) -> None:
        """Raise it above the other items while it is dragged, or lower it again."""
        if lifted != self.lifted:
            self.lifted = lifted
            self.setZValue(self.depth + (LIFTED if lifted else 0))
            self.update()

    def highlight(self, is_drop_target: bool, tab_to_show: int = -1) -> None:
        """Show whether dragged items would land in it, and which tab is about to be shown (-1: none)."""
        if (is_drop_target, tab_to_show) != (self.is_drop_target, self.tab_to_show):
            self.is_drop_target, self.tab_to_show = is_drop_target, tab_to_show
            self.update()

    def set_content(self, item: Item, *, depth: int, locked: bool) -> None:
        """Show this container; `depth` is the number of containers around it."""
        self.prepareGeometryChange()
        if item is not self.item:
            self.item, self.widget = item, widget_of(item)
        self.depth, self.locked = depth, locked
        self.setZValue(depth + (LIFTED if self.lifted else 0))
        self._measure()
        self.update()

    def part_at(self, spot: QPointF, corner: QPointF | None = None) -> ContainerPart:
        """The part of it at a point of the scene, with its top left corner at `corner` (default: where it is)."""
        at = (spot - (self.pos() if corner is None else corner)) / self._view.zoom
        if not 0 <= at.y() < heading_height() or not 0 <= at.x() <= self._width:
            return ContainerPart("body")
        if self.item.type == ROW and at.x() <= CARET:
            return ContainerPart("caret")
        text = badge(self._view.editor, self.item)
        if text and heading_badge(self.item, self._width, text, locked=self.locked).contains(at):
            return ContainerPart("badge")
        for place, box in enumerate(self._tabs):
            if box.contains(at):
                return ContainerPart("tab", place)
        return ContainerPart("heading")

    def boundingRect(self) -> QRectF:
        return self._box().united(self._hint_box() or QRectF()).adjusted(-2, -2, 2, 2)

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        zoom = self._view.zoom
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_box(painter, self.item, self._box(), zoom=zoom, highlighted=self.is_drop_target)
        hint = self._hint_box()
        if hint is not None:
            _paint_hint(painter, hint, zoom)
        painter.scale(zoom, zoom)
        text = badge(self._view.editor, self.item)
        paint_heading(
            painter, self.item, self._width, self._tabs,
            locked=self.locked, highlighted=self.is_drop_target, highlighted_tab=self.tab_to_show, badge=text,
        )  # fmt: skip
        painter.restore()

    @property
    def _width(self) -> float:
        return self._size.width() / self._view.zoom

    def _box(self) -> QRectF:
        return box_of(self.item, self._size, self._view.zoom)

    def _hint_box(self) -> QRectF | None:
        """The rectangle of an empty pane's hint to drag widgets into it; None if it isn't empty, or too low."""
        item = self.item
        if item.collapsed or len(item.panes[item.active if item.type == TABS else 0].layout):
            return None
        zoom = self._view.zoom
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


def pane_name(page: PageIndex, path: Path, shown: Callable[[Item], Item]) -> str:
    """The name of a grid of the page: the title of its container or tab; empty for the page itself.

    `shown` replaces variables in an item's texts by their values.
    """
    if not path:
        return ""
    item = shown(page.item(path[-1][0]))
    widget = widget_of(item)
    return tab_name(item, path[-1][1]) if item.type == TABS else widget.title or widget.kind_name

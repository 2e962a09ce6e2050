"""A container on the canvas: a row's heading with its caret, a group's frame, tabs with their strip."""

from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from benchboard.dashboards.catalogue import widget_of
from benchboard.dashboards.layout import ROW, TABS, Item, everything
from benchboard.i18n import _, ngettext
from benchboard.ui.studio.faces import LOCK, paint_badge
from benchboard.ui.studio.repeats import badge
from benchboard.ui.studio.tile import LIFTED
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon

if TYPE_CHECKING:
    from benchboard.ui.studio.canvas import Canvas

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_OUTSETS: Final = (3.0, 1.5)
"""How far a frame reaches into the gap around it, so that what it holds lies inside; less, the deeper it lies."""
_CARET: Final = 24.0
_MOST: Final = 180.0
"""A tab's name is no wider than this."""


class Part(NamedTuple):
    """What of a container is under a point: its `caret`, a `tab` (which), its `heading` or its `body`."""

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
        if not 0 <= at.y() < self._heading or not 0 <= at.x() <= self._width:
            return Part("body")
        if self.item.type == ROW and at.x() <= _CARET:
            return Part("caret")
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
        if self.item.type != ROW:
            self._paint_frame(painter)
        hint = self._hint_box()
        if hint is not None:
            _paint_hint(painter, hint, zoom)
        painter.scale(zoom, zoom)
        if self.item.type == TABS:
            self._paint_tabs(painter)
        else:
            self._paint_heading(painter)
        painter.restore()

    # Parts

    @property
    def _heading(self) -> float:
        return float(theme().px("tile.row_unit"))

    @property
    def _width(self) -> float:
        return self._size.width() / self._canvas.zoom

    def _box(self) -> QRectF:
        if self.item.type == ROW:
            return QRectF(0, 0, self._size.width(), self._heading * self._canvas.zoom)
        out = (_OUTSETS[self.depth] if self.depth < len(_OUTSETS) else 0.0) * self._canvas.zoom
        return QRectF(QPointF(0, 0), self._size).adjusted(-out, -out, out, out)

    def _hint_box(self) -> QRectF | None:
        """Where an empty pane says that it can be filled."""
        item = self.item
        if item.collapsed or len(item.panes[item.active if item.type == TABS else 0].layout):
            return None
        zoom = self._canvas.zoom
        top = (self._heading + theme().px("tile.gap")) * zoom
        if self._size.height() < top + 20 * zoom:
            return None
        return QRectF(0, top, self._size.width(), self._size.height() - top).adjusted(
            *(4 * k * zoom for k in (1, 0, -1, -1))
        )

    def _measure(self) -> None:
        self._tabs = []
        if self.item.type != TABS:
            return
        metrics, left = QFontMetricsF(_strong()), 10.0
        room = self._width - 20 - (20 if self.locked else 0) - (40 if badge(self._canvas.editor, self.item) else 0)
        names = [tab_name(self.item, k) for k in range(len(self.item.panes))]
        widths = [min(metrics.horizontalAdvance(name) + 24, _MOST) for name in names]
        squeeze = min(1.0, room / max(sum(widths), 1.0))
        for width in widths:
            self._tabs.append(QRectF(left, 2, width * squeeze, self._heading - 2))
            left += width * squeeze

    def _paint_frame(self, painter: QPainter) -> None:
        zoom = self._canvas.zoom
        radius = (theme().px("radius.tile") + 2) * zoom
        fill = theme().color("window")
        painter.setPen(QPen(theme().color("accent" if self.hot else "border.strong"), 2 if self.hot else 1))
        painter.setBrush(fill)
        painter.drawRoundedRect(self._box().adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        if self.item.type == TABS:
            y = round((self._heading) * zoom) + 0.5
            painter.setPen(QPen(theme().color("border"), 1))
            painter.drawLine(QPointF(self._box().left() + 1, y), QPointF(self._box().right() - 1, y))

    def _paint_heading(self, painter: QPainter) -> None:
        row = self.item.type == ROW
        left, middle, end = (_CARET if row else 12.0), self._heading / 2, self._width - (4 if row else 12)
        if row:
            caret = "ph.caret-right" if self.item.collapsed else "ph.caret-down"
            ink = "accent.text" if self.hot else "text.secondary"
            paint_icon(painter, caret, QRectF(4, middle - 7, 14, 14), theme().color(ink))
        if self.locked:
            paint_icon(painter, LOCK, QRectF(end - 14, middle - 7, 14, 14), theme().color("text.muted"))
            end -= 22
        if mark := badge(self._canvas.editor, self.item):
            end = paint_badge(painter, mark, end, middle) - 8
        font, name = _strong(), self.widget.title or self.widget.kind_name
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(theme().color("text" if self.widget.title else "text.muted"))
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, max(0.0, end - left))
        painter.drawText(QRectF(left, 0, end - left, self._heading), _LEFT, shown)
        left += metrics.horizontalAdvance(shown) + 8
        if self.item.collapsed:
            font = theme().font("body")
            count = holds(self.item)
            painter.setFont(font)
            painter.setPen(theme().color("text.muted"))
            painter.drawText(QRectF(left, 0, max(0.0, end - left), self._heading), _LEFT, count)
            left += QFontMetricsF(font).horizontalAdvance(count) + 8
        if row and end > left:
            painter.setPen(QPen(theme().color("accent" if self.hot else "border.strong"), 1))
            painter.drawLine(QPointF(left + 4, middle + 0.5), QPointF(end, middle + 0.5))

    def _paint_tabs(self, painter: QPainter) -> None:
        metrics = QFontMetricsF(_strong())
        for place, box in enumerate(self._tabs):
            active = place == self.item.active
            if place == self.hot_tab:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme().color("selection"))
                painter.drawRoundedRect(box.adjusted(4, 4, -4, -5), 6, 6)
            painter.setFont(_strong() if active else theme().font("body"))
            painter.setPen(theme().color("text" if active else "text.secondary"))
            name = metrics.elidedText(tab_name(self.item, place), Qt.TextElideMode.ElideRight, box.width() - 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)
            if active:
                painter.fillRect(
                    QRectF(box.left() + 6, self._heading - 1.5, box.width() - 12, 2), theme().color("accent")
                )
        if self.locked:
            spot = QRectF(self._width - 26, self._heading / 2 - 7, 14, 14)
            paint_icon(painter, LOCK, spot, theme().color("text.muted"))
        if mark := badge(self._canvas.editor, self.item):
            paint_badge(painter, mark, self._width - (32 if self.locked else 12), self._heading / 2)


def tab_name(item: Item, place: int) -> str:
    """What a tab is called; its number where it has no title."""
    return item.panes[place].title or _("Tab {number}").format(number=place + 1)


def holds(item: Item) -> str:
    """How many widgets a container holds, in words."""
    count = sum(1 for pane in item.panes for found in everything(pane.layout) if not found.item.panes)
    return ngettext("{count} widget", "{count} widgets", count).format(count=count)


def _strong() -> QFont:
    return theme().font("body_strong")


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

"""A page as a picture: the same tiles as on the canvas, drawn to anything that can be drawn to, part by part."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from benchboard.dashboards.catalogue import widget_of
from benchboard.dashboards.layout import ROW, TABS, Cell, Item, Page
from benchboard.i18n import _
from benchboard.ui.studio.faces import paint_face
from benchboard.ui.studio.feeds import Answer
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon

MARGIN: Final = 20.0
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Sheet:
    """What of a page is drawn: its items (containers first), in a picture whose page is `width` pixels wide at 100 %,
    margins included. Only what can be seen on the page is on it."""

    page: Page
    ids: tuple[str, ...]
    width: float

    @classmethod
    def of(cls, page: Page, width: float, chosen: Sequence[str] = ()) -> "Sheet":
        """The whole page, or the chosen items with what they hold."""
        wanted = frozenset(chosen)
        ids = tuple(
            name
            for name in page.shown
            if not wanted or name in wanted or wanted & {outer for outer, _k in page.paths[name]}
        )
        return cls(page, ids, width)

    def rect(self, item_id: str) -> QRectF:
        """Where an item lies, in pixels from the picture's top left corner."""
        return self._rect(self.page.shown[item_id]).translated(MARGIN - self._corner.x(), MARGIN - self._corner.y())

    @property
    def size(self) -> QSizeF:
        """How large the picture is."""
        return self._bounds.size() + QSizeF(2 * MARGIN, 2 * MARGIN)

    def cuts(self) -> list[float]:
        """Heights at which the picture can be cut without cutting a tile, from top to bottom."""
        boxes = [self.rect(name) for name in self.ids if not self.page.item(name).panes]
        edges = sorted({box.bottom() for box in boxes})
        return [edge for edge in edges if not any(box.top() < edge - 0.5 < box.bottom() - 1 for box in boxes)]

    @cached_property
    def _bounds(self) -> QRectF:
        whole = QRectF()
        for name in self.ids:
            whole = whole.united(self._rect(self.page.shown[name]))
        return whole

    @property
    def _corner(self) -> QPointF:
        return self._bounds.topLeft()

    def _rect(self, cell: Cell) -> QRectF:
        gap, row = theme().px("tile.gap"), theme().px("tile.row_unit")
        columns = self.page.layout.columns
        column = (self.width - 2 * MARGIN - gap * (columns - 1)) / columns
        left, top = round(cell.x * (column + gap)), cell.y * (row + gap)
        right, bottom = round(cell.right * (column + gap)) - gap, cell.bottom * (row + gap) - gap
        return QRectF(left, top, right - left, bottom - top)


def paint(
    painter: QPainter, sheet: Sheet, answer: Callable[[str], Answer | None], ids: Sequence[str] | None = None
) -> Iterator[None]:
    """Draw the picture, or these items of it, one step an item: between two of them the window can go on."""
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    # A device of whole pixels may be a little larger than the sheet.
    painter.fillRect(QRectF(QPointF(0, 0), sheet.size).adjusted(0, 0, 2, 2), theme().color("canvas"))
    for name in sheet.ids if ids is None else ids:
        box = sheet.rect(name)
        item = sheet.page.item(name)
        painter.save()
        painter.translate(box.topLeft())
        if item.panes:
            _paint_container(painter, item, box.size())
        else:
            _paint_frame(painter, QRectF(QPointF(0, 0), box.size()), "surface", theme().px("radius.tile"))
            paint_face(painter, box.size(), widget_of(item), answer(name))
        painter.restore()
        yield


def _paint_frame(painter: QPainter, box: QRectF, fill: str, radius: float) -> None:
    painter.setPen(QPen(theme().color("border"), 1))
    painter.setBrush(theme().color(fill))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_container(painter: QPainter, item: Item, size: QSizeF) -> None:
    """A heading, and below it the frame in which what it holds is drawn."""
    heading = float(theme().px("tile.row_unit"))
    if item.type != ROW:
        out = 3.0
        box = QRectF(QPointF(0, 0), size).adjusted(-out, -out, out, out)
        _paint_frame(painter, box, "surface.alt", theme().px("radius.tile") + 2)
    title = item.source.get("title")
    names = [(str(title or ""), True)]
    if item.type == TABS:
        names = [
            (pane.title or _("Tab {place}").format(place=k + 1), k == item.active) for k, pane in enumerate(item.panes)
        ]
    left = 12.0
    if item.type == ROW:
        caret = "ph.caret-right" if item.collapsed else "ph.caret-down"
        paint_icon(painter, caret, QRectF(4, heading / 2 - 7, 14, 14), theme().color("text.secondary"))
        left = 24.0
    for name, active in names:
        font = theme().font("body_strong" if active else "body")
        width = QFontMetricsF(font).horizontalAdvance(name)
        painter.setFont(font)
        painter.setPen(theme().color("text" if active else "text.secondary"))
        painter.drawText(QRectF(left, 0, max(0.0, size.width() - left), heading), _LEFT, name)
        if active and item.type == TABS:
            painter.fillRect(QRectF(left, heading - 2, width, 2), theme().color("accent"))
        left += width + 24
    if item.type == ROW:
        painter.setPen(QPen(theme().color("border.strong"), 1))
        painter.drawLine(QPointF(left - 12, heading / 2), QPointF(size.width() - 4, heading / 2))

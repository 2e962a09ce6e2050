"""The small pictures in the list of dashboards: a dashboard's widgets where they are, drawn by their kind."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from benchboard.dashboards import thumbnails
from benchboard.dashboards.layout import Cell
from benchboard.dashboards.library import DashboardSummary
from benchboard.dashboards.thumbnails import Thumbnail
from benchboard.ui.theme import theme

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_MARGIN: Final = 2.0
_GAP: Final = 1.0
_SCALE: Final = 2.0
"""How much larger lines and gaps are in a large picture."""
_PADDING: Final = 10.0
"""Around the widgets of a large picture, in pixels."""
_ROW: Final = 0.04
"""The height of a row by the width of its page, as on a page of the usual width."""
_LINE: Final = (0.7, 0.45, 0.6, 0.25, 0.45, 0.2)
_POINTS: Final = ((0.05, 0.9), (0.2, 0.6), (0.3, 0.75), (0.45, 0.4), (0.55, 0.6), (0.7, 0.2), (0.8, 0.45), (0.95, 0.1))
_CELLS: Final = (0.1, 0.4, 0.8, 0.5, 0.2, 0.3, 0.9, 0.6, 0.2, 0.0, 0.6, 0.3, 0.1, 0.7, 1.0)
_BARS: Final = (0.5, 0.75, 0.6, 1.0, 0.8)
_BINS: Final = (0.15, 0.4, 0.8, 1.0, 0.7, 0.35, 0.1)

_Painted = Callable[[QPainter, QRectF], None]


class ThumbnailColumn(QObject):
    """Loads the thumbnails of listed dashboards in the background, and draws them. `loaded`: there are new ones."""

    loaded = Signal()

    def __init__(self, context: "Context", parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._known: dict[tuple[str, int], Thumbnail | None] = {}
        """By id and version; None: it is being loaded, or there is none."""

    def load(self, cards: Sequence[DashboardSummary]) -> None:
        """Load the thumbnails that aren't known in these versions; those of other dashboards are forgotten."""
        listed = {(card.id, card.version) for card in cards}
        missing = listed - self._known.keys()
        self._known = {key: self._known.get(key) for key in listed}
        if missing:
            ids = [dashboard_id for dashboard_id, _version in missing]
            self._context.tasks.read(
                self,
                lambda session: thumbnails.read_thumbnails(session, self._context.actor, ids),
                partial(self._show, missing),
            )

    def _show(self, asked: set[tuple[str, int]], found: dict[str, Thumbnail]) -> None:
        self._known |= {key: found.get(key[0]) for key in asked if key in self._known}
        self.loaded.emit()

    def paint(self, painter: QPainter, box: QRectF, card: DashboardSummary) -> None:
        """Draw the thumbnail of a dashboard; an empty page while it isn't known."""
        paint_thumbnail(painter, box, self._known.get((card.id, card.version)))

    def paint_large(self, painter: QPainter, box: QRectF, card: DashboardSummary) -> None:
        """Draw the thumbnail of a dashboard as the picture of its card."""
        paint_large_thumbnail(painter, box, self._known.get((card.id, card.version)))


def paint_thumbnail(painter: QPainter, box: QRectF, thumbnail: Thumbnail | None) -> None:
    """Draw the top of a page in `box`, as much of it as there is room for."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    frame = QPainterPath()
    frame.addRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), theme().px("radius.badge"), theme().px("radius.badge"))
    painter.fillPath(frame, theme().color("canvas"))
    if thumbnail is not None:
        painter.setClipPath(frame)
        _paint_page(painter, box.adjusted(_MARGIN, _MARGIN, -_MARGIN, 0), thumbnail)
        painter.setClipping(False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme().color("border"), 1))
    painter.drawPath(frame)
    painter.restore()


def paint_large_thumbnail(painter: QPainter, box: QRectF, thumbnail: Thumbnail | None) -> None:
    """Draw the top of a page in `box` without a frame, such as on a card; lines and gaps are larger too."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(box, theme().color("canvas"))
    if thumbnail is not None:
        painter.setClipRect(box, Qt.ClipOperation.IntersectClip)
        inside = box.adjusted(_PADDING, _PADDING, -_PADDING, 0)
        painter.scale(_SCALE, _SCALE)
        _paint_page(painter, QRectF(inside.topLeft() / _SCALE, inside.size() / _SCALE), thumbnail, bordered=True)
    painter.restore()


def _paint_page(painter: QPainter, page: QRectF, thumbnail: Thumbnail, *, bordered: bool = False) -> None:
    """Draw the tiles that are at least partly on this part of a page."""
    for kind, cell in thumbnail.widgets:
        tile = _tile(page, cell, thumbnail.columns)
        if tile.top() < page.bottom():
            _paint_tile(painter, tile, kind, bordered=bordered)


def _tile(page: QRectF, cell: Cell, columns: int) -> QRectF:
    column, row = page.width() / columns, page.width() * _ROW
    size = max(1.0, cell.w * column - _GAP), max(1.0, cell.h * row - _GAP)
    return QRectF(page.left() + cell.x * column, page.top() + cell.y * row, *size)


def _paint_tile(painter: QPainter, tile: QRectF, kind: str, *, bordered: bool) -> None:
    painter.setPen(QPen(theme().color("tile.border"), 0.5) if bordered else Qt.PenStyle.NoPen)
    painter.setBrush(theme().color("surface"))
    painter.drawRoundedRect(tile, 1, 1)
    painter.setPen(Qt.PenStyle.NoPen)
    inner = tile.adjusted(1.5, 1.5, -1.5, -1.5)
    if inner.width() > 2 and inner.height() > 2:
        _PAINTED.get(kind, _paint_text)(painter, inner)


def _paint_figure(painter: QPainter, box: QRectF) -> None:
    """A metric card: its number as a short thick line."""
    high = min(2.5, box.height() / 2)
    painter.fillRect(QRectF(box.left(), box.bottom() - high, box.width() * 0.55, high), theme().color("text.secondary"))


def _paint_line(painter: QPainter, box: QRectF, *, filled: bool = False) -> None:
    step = box.width() / (len(_LINE) - 1)
    points = [QPointF(box.left() + step * k, box.top() + box.height() * at) for k, at in enumerate(_LINE)]
    if filled:
        area = QPainterPath(box.bottomLeft())
        for point in (*points, box.bottomRight()):
            area.lineTo(point)
        soft = QColor(theme().chart(0))
        soft.setAlphaF(0.3)
        painter.fillPath(area, soft)
    painter.setPen(QPen(theme().chart(0), 1))
    for start, end in pairwise(points):
        painter.drawLine(start, end)


def _paint_bars(painter: QPainter, box: QRectF) -> None:
    step = box.width() / len(_BARS)
    for k, share in enumerate(_BARS):
        high = box.height() * share
        bar = QRectF(box.left() + step * k, box.bottom() - high, max(1.0, step * 0.6), high)
        painter.fillRect(bar, theme().chart(0))


def _paint_pie(painter: QPainter, box: QRectF) -> None:
    side = min(box.width(), box.height())
    circle = QRectF(box.center().x() - side / 2, box.center().y() - side / 2, side, side)
    for k, (start, span) in enumerate(((90, -200), (-110, -100), (150, -60))):
        painter.setBrush(theme().chart(k))
        painter.drawPie(circle, start * 16, span * 16)


def _paint_scatter(painter: QPainter, box: QRectF) -> None:
    side = max(1.0, min(box.width(), box.height()) / 10)
    for left, top in _POINTS:
        at = QRectF(box.left() + left * (box.width() - side), box.top() + top * (box.height() - side), side, side)
        painter.fillRect(at, theme().chart(0))


def _paint_cells(painter: QPainter, box: QRectF) -> None:
    wide, high = box.width() / 5, box.height() / 3
    for k, share in enumerate(_CELLS):
        at = QRectF(box.left() + k % 5 * wide, box.top() + k // 5 * high, max(1.0, wide - 0.5), max(1.0, high - 0.5))
        painter.fillRect(at, theme().ramp(share))


def _paint_bins(painter: QPainter, box: QRectF) -> None:
    step = box.width() / len(_BINS)
    for k, share in enumerate(_BINS):
        high = box.height() * share
        painter.fillRect(QRectF(box.left() + step * k, box.bottom() - high, step, high), theme().chart(0))


def _paint_gauge(painter: QPainter, box: QRectF) -> None:
    side = min(box.width(), 2 * box.height()) - 2
    circle = QRectF(box.center().x() - side / 2, box.bottom() - side / 2, side, side)
    for colour, span in ((theme().color("border.strong"), -180), (theme().chart(0), -120)):
        painter.setPen(QPen(colour, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawArc(circle, 180 * 16, span * 16)


def _paint_text(painter: QPainter, box: QRectF, *, width: float = 0.7) -> None:
    for k in range(math.ceil(box.height() / 3)):
        wide = box.width() * (1 if k % 2 else width)
        painter.fillRect(QRectF(box.left(), box.top() + 3 * k, wide, 1), theme().color("border.strong"))


def _paint_image(painter: QPainter, box: QRectF) -> None:
    painter.fillRect(box, theme().color("border"))


_PAINTED: Final[dict[str, _Painted]] = {
    "metric_card": _paint_figure,
    "gauge": _paint_gauge,
    "line_chart": _paint_line,
    "area_chart": partial(_paint_line, filled=True),
    "bar_chart": _paint_bars,
    "pie_chart": _paint_pie,
    "scatter_chart": _paint_scatter,
    "heatmap": _paint_cells,
    "histogram": _paint_bins,
    "table": partial(_paint_text, width=1.0),
    "pivot_table": partial(_paint_text, width=1.0),
    "image": _paint_image,
}

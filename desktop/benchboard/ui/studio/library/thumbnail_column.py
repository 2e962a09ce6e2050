"""The small pictures in the list of dashboards: a dashboard's widgets where they are, with the data that they showed
last. A widget whose data aren't known has the icon of its kind: an invented chart would be taken for its data.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from benchboard.dashboards import thumbnails
from benchboard.dashboards.document.widget_kinds import kind_icon
from benchboard.dashboards.layout import Cell
from benchboard.dashboards.library import DashboardSummary
from benchboard.dashboards.thumbnail_data import FULL, NO_COLOUR, PageData, ShownData
from benchboard.dashboards.thumbnails import Thumbnail
from benchboard.ui.studio.library.shown_data import ShownDataStore
from benchboard.ui.studio.library.unopened_pages import UnopenedPages
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon

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
_ICON: Final = 13.0
"""The largest icon of a widget whose data aren't known, in pixels."""
_HOLE: Final = 0.58
"""The inner diameter of a ring, as a part of its outer one."""
_TITLE: Final = 0.45
"""The width of the bar that stands for a number's title, as a part of its tile's."""
_LARGEST: Final = 11
"""The size of the largest numbers, in pixels."""
_LETTER: Final = 0.62
"""The width of a digit, as a part of the size of its font."""

_Painted = Callable[[QPainter, QRectF, ShownData], None]
_NOTHING: Final = ShownData()


class ThumbnailColumn(QObject):
    """Loads the thumbnails of listed dashboards in the background, and draws them. `loaded`: there are new ones."""

    loaded = Signal()

    def __init__(self, context: "Context", parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._data = ShownDataStore.of(context)
        self._data.changed.connect(self.loaded)
        self._unopened = UnopenedPages(context, self._data, self)
        self._is_shown = True
        context.tasks.running_changed.connect(self._pause_or_resume)
        self._known: dict[tuple[str, int], Thumbnail | None] = {}
        """By id and version; None: it is being loaded, or there is none."""

    def load(self, cards: Sequence[DashboardSummary]) -> None:
        """Load the thumbnails that aren't known in these versions; those of other dashboards are forgotten."""
        listed = {(card.id, card.version) for card in cards}
        self._unopened.read([card.id for card in cards])
        missing = listed - self._known.keys()
        self._known = {key: self._known.get(key) for key in listed}
        if missing:
            ids = [dashboard_id for dashboard_id, _version in missing]
            self._context.tasks.read(
                self,
                lambda session: thumbnails.read_thumbnails(session, self._context.actor, ids),
                partial(self._show, missing),
            )

    def set_shown(self, shown: bool) -> None:
        """Read dashboards that nobody opened only while their list is `shown`, and no long task runs: one that imports
        a dashboard opens it.
        """
        self._is_shown = shown
        self._pause_or_resume()

    def _pause_or_resume(self) -> None:
        if self._is_shown and not self._context.tasks.running:
            self._unopened.resume()
        else:
            self._unopened.pause()

    def _show(self, asked: set[tuple[str, int]], found: dict[str, Thumbnail]) -> None:
        self._known |= {key: found.get(key[0]) for key in asked if key in self._known}
        self.loaded.emit()

    def paint(self, painter: QPainter, box: QRectF, card: DashboardSummary) -> None:
        """Draw the thumbnail of a dashboard; an empty page while it isn't known."""
        paint_thumbnail(painter, box, self._known.get((card.id, card.version)), self._data.page(card.id))

    def paint_large(self, painter: QPainter, box: QRectF, card: DashboardSummary) -> None:
        """Draw the thumbnail of a dashboard as the picture of its card."""
        paint_large_thumbnail(painter, box, self._known.get((card.id, card.version)), self._data.page(card.id))


def paint_thumbnail(painter: QPainter, box: QRectF, thumbnail: Thumbnail | None, data: PageData) -> None:
    """Draw the top of a page in `box`, as much of it as there is room for."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    frame = QPainterPath()
    frame.addRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), theme().px("radius.badge"), theme().px("radius.badge"))
    painter.fillPath(frame, theme().color("canvas"))
    if thumbnail is not None:
        painter.setClipPath(frame)
        _paint_page(painter, box.adjusted(_MARGIN, _MARGIN, -_MARGIN, 0), thumbnail, data)
        painter.setClipping(False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme().color("border"), 1))
    painter.drawPath(frame)
    painter.restore()


def paint_large_thumbnail(painter: QPainter, box: QRectF, thumbnail: Thumbnail | None, data: PageData) -> None:
    """Draw the top of a page in `box` without a frame, such as on a card; lines and gaps are larger too."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(box, theme().color("canvas"))
    if thumbnail is not None:
        painter.setClipRect(box, Qt.ClipOperation.IntersectClip)
        inside = box.adjusted(_PADDING, _PADDING, -_PADDING, 0)
        painter.scale(_SCALE, _SCALE)
        page = QRectF(inside.topLeft() / _SCALE, inside.size() / _SCALE)
        _paint_page(painter, page, thumbnail, data, bordered=True)
    painter.restore()


def _paint_page(
    painter: QPainter, page: QRectF, thumbnail: Thumbnail, data: PageData, *, bordered: bool = False
) -> None:
    """Draw the tiles that are at least partly on this part of a page; of an empty page, where some could be."""
    if not thumbnail.widgets:
        _paint_places(painter, page)
    for widget in thumbnail.widgets:
        tile = _tile(page, widget.cell, thumbnail.columns)
        if tile.top() < page.bottom():
            shown = data.get(widget.id) or data.get(f"{widget.id}@1") or _NOTHING  # of a repeated one, its first copy
            _paint_tile(painter, tile, widget.kind, shown, bordered=bordered)


def _paint_places(painter: QPainter, page: QRectF) -> None:
    """Draw the outlines of tiles that could be on an empty page."""
    painter.setPen(QPen(theme().color("border.strong"), 0.75, Qt.PenStyle.DashLine))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    gap, half = 3.0, page.height() / 2
    left, top, wide = page.left() + gap, page.top() + gap, (page.width() - 3 * gap) / 2
    for x, y, w in ((0.0, 0.0, wide), (wide + gap, 0.0, wide), (0.0, half - gap / 2, 2 * wide + gap)):
        painter.drawRoundedRect(QRectF(left + x, top + y, w, half - 2.5 * gap), 1.5, 1.5)
    painter.setPen(Qt.PenStyle.NoPen)


def _tile(page: QRectF, cell: Cell, columns: int) -> QRectF:
    column, row = page.width() / columns, page.width() * _ROW
    size = max(1.0, cell.w * column - _GAP), max(1.0, cell.h * row - _GAP)
    return QRectF(page.left() + cell.x * column, page.top() + cell.y * row, *size)


def _paint_tile(painter: QPainter, tile: QRectF, kind: str, data: ShownData, *, bordered: bool) -> None:
    painter.setPen(QPen(theme().color("tile.border"), 0.5) if bordered else Qt.PenStyle.NoPen)
    painter.setBrush(theme().color("surface"))
    painter.drawRoundedRect(tile, 1, 1)
    painter.setPen(Qt.PenStyle.NoPen)
    inner = tile.adjusted(1.5, 1.5, -1.5, -1.5)
    if inner.width() > 2 and inner.height() > 2:
        painted = _PAINTED.get(kind)
        if painted is not None and data != _NOTHING:
            painted(painter, inner, data)
        else:
            _WITHOUT_DATA.get(kind, partial(_paint_icon, kind))(painter, inner)


def _paint_icon(kind: str, painter: QPainter, box: QRectF) -> None:
    """The icon of a widget whose data aren't known, in grey."""
    if painter.hasClipping():
        box = box.intersected(painter.clipBoundingRect())  # of a tile that the picture's end cuts, what is seen
    side = min(box.width(), box.height(), _ICON)
    spot = QRectF(box.center().x() - side / 2, box.center().y() - side / 2, side, side)
    paint_icon(painter, kind_icon(kind), spot, theme().color("text.muted"))
    painter.setPen(Qt.PenStyle.NoPen)


def _paint_number(painter: QPainter, box: QRectF, data: ShownData) -> None:
    """A metric card: a line for its title, and its number."""
    painter.fillRect(QRectF(box.left(), box.top(), box.width() * _TITLE, 1), theme().color("border.strong"))
    _paint_letters(painter, box.adjusted(0, 3, 0, 0), data.text, Qt.AlignmentFlag.AlignLeft)


def _paint_letters(painter: QPainter, box: QRectF, text: str, side: Qt.AlignmentFlag) -> None:
    """Draw a number as large as it has room."""
    font = theme().font("body_strong")
    font.setPixelSize(max(2, int(min(box.height() * 0.85, box.width() / (_LETTER * len(text)), _LARGEST))))
    painter.setFont(font)
    painter.setPen(theme().color("text"))
    painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip, text)
    painter.setPen(Qt.PenStyle.NoPen)


def _paint_line(painter: QPainter, box: QRectF, data: ShownData, *, filled: bool = False) -> None:
    for place, values in enumerate(data.series):
        step = box.width() / max(1, len(values) - 1)
        for run in _runs(values):
            points = [QPointF(box.left() + step * at, box.bottom() - box.height() * run[at] / FULL) for at in run]
            if filled:
                _paint_area(painter, points, box.bottom(), _colour(data, place))
            painter.setPen(QPen(_colour(data, place), 1))
            for start, end in pairwise(points):
                painter.drawLine(start, end)
            painter.setPen(Qt.PenStyle.NoPen)


def _colour(data: ShownData, place: int) -> QColor:
    """The colour that a series or a share has on its dashboard."""
    number = data.colour(place)
    return theme().chart(number) if number != NO_COLOUR else theme().color("border.control")


def _runs(values: Sequence[int | None]) -> list[dict[int, int]]:
    """The values between gaps, by their places."""
    runs: list[dict[int, int]] = [{}]
    for place, value in enumerate(values):
        if value is not None:
            runs[-1][place] = value
        elif runs[-1]:
            runs.append({})
    return runs


def _paint_area(painter: QPainter, points: Sequence[QPointF], bottom: float, colour: QColor) -> None:
    if not points:
        return
    area = QPainterPath(QPointF(points[0].x(), bottom))
    for point in (*points, QPointF(points[-1].x(), bottom)):
        area.lineTo(point)
    soft = QColor(colour)
    soft.setAlphaF(0.3)
    painter.fillPath(area, soft)


def _paint_bars(painter: QPainter, box: QRectF, data: ShownData) -> None:
    """The bars, those of several series on each other."""
    places = max(map(len, data.series), default=0)
    step = box.width() / max(1, places)
    wide = max(0.5, min(step * 0.65, box.height() / 2))
    bottoms = [box.bottom()] * places
    for series, values in enumerate(data.series):
        for k, value in enumerate(values):
            high = box.height() * (value or 0) / FULL
            bottoms[k] -= high
            painter.fillRect(QRectF(box.left() + step * k, bottoms[k], wide, high), _colour(data, series))


def _paint_pie(painter: QPainter, box: QRectF, data: ShownData) -> None:
    side = min(box.width(), box.height())
    circle = QRectF(box.center().x() - side / 2, box.center().y() - side / 2, side, side)
    shares = data.series[0] if data.series else ()
    start = 90.0 * 16
    for k, share in enumerate(shares):
        span = -360.0 * 16 * (share or 0) / max(1, sum(one or 0 for one in shares))
        painter.setBrush(_colour(data, k))
        painter.drawPie(circle, round(start), round(span))
        start += span
    hole = side * _HOLE
    painter.setBrush(theme().color("surface"))
    painter.drawEllipse(circle.center(), hole / 2, hole / 2)


def _paint_gauge(painter: QPainter, box: QRectF, data: ShownData) -> None:
    side = min(box.width(), 2 * box.height()) - 2
    circle = QRectF(box.center().x() - side / 2, box.bottom() - side / 2, side, side)
    share = next((one for values in data.series for one in values if one is not None), 0)
    for colour, span in ((theme().color("border.strong"), -180.0), (theme().chart(0), -180.0 * share / FULL)):
        painter.setPen(QPen(colour, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawArc(circle, 180 * 16, round(span * 16))
    painter.setPen(Qt.PenStyle.NoPen)
    if data.text:
        _paint_letters(painter, circle.adjusted(4, side / 4, -4, -side / 2), data.text, Qt.AlignmentFlag.AlignHCenter)


def _paint_text(painter: QPainter, box: QRectF, *, width: float = 0.7) -> None:
    for k in range(math.ceil(box.height() / 3)):
        wide = box.width() * (1 if k % 2 else width)
        painter.fillRect(QRectF(box.left(), box.top() + 3 * k, wide, 1), theme().color("border.strong"))


def _paint_image(painter: QPainter, box: QRectF) -> None:
    painter.fillRect(box, theme().color("border"))


_PAINTED: Final[dict[str, _Painted]] = {
    "metric_card": _paint_number,
    "gauge": _paint_gauge,
    "line_chart": _paint_line,
    "area_chart": partial(_paint_line, filled=True),
    "bar_chart": _paint_bars,
    "pie_chart": _paint_pie,
}
_WITHOUT_DATA: Final[dict[str, Callable[[QPainter, QRectF], None]]] = {
    "text": _paint_text,
    "table": partial(_paint_text, width=1.0),
    "pivot_table": partial(_paint_text, width=1.0),
    "image": _paint_image,
}
"""The kinds whose drawing says nothing about data."""

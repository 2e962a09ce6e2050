"""A pie: the largest shares as a ring, the total inside, their names beside it or below."""

import math
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from benchboard.analytics.queries import ResultTable
from benchboard.i18n import _, ngettext
from benchboard.ui.studio.tiles import number_format
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon

_SLICES: Final = 6
_LINE: Final = 22.0
_NOTE: Final = 20.0
_WIDE: Final = 216.0
"""So wide, the names stand beside the ring."""
_LARGEST: Final = 168.0
_HOLE: Final = 0.56
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Slice:
    """A share; `several` rows put together, where it is more than one."""

    name: str
    value: float
    several: int = 1


def slices(table: ResultTable) -> tuple[list[Slice], int]:
    """The shares in the order of the rows, the smallest put together where there are many; and how many rows are below
    zero, which no share can be."""
    index = next((k for k, column in enumerate(table.columns) if number_format.numeric(column) and k > 0), None)
    if index is None:
        return [], 0
    values = number_format.series(table, index)
    below = sum(value is not None and value < 0 for value in values)
    parts = [Slice(number_format.text(row[0]), value) for row, value in zip(table.rows, values, strict=True)
             if value and value > 0]  # fmt: skip
    if len(parts) <= _SLICES:
        return parts, below
    largest = sorted(range(len(parts)), key=lambda k: parts[k].value, reverse=True)
    kept, rest = sorted(largest[: _SLICES - 1]), largest[_SLICES - 1 :]
    others = Slice(_("Other"), math.fsum(parts[k].value for k in rest), len(rest))
    return [*(parts[k] for k in kept), others], below


class Pie:
    """What of a pie stands where in a tile's body."""

    def __init__(self, body: QRectF, table: ResultTable) -> None:
        self.slices, self.below = slices(table)
        self.total = math.fsum(one.value for one in self.slices)
        box = body.adjusted(0, 0, 0, -_NOTE if self.below else 0)
        self.note = QRectF(body.left(), box.bottom(), body.width(), body.bottom() - box.bottom())
        wide = box.width() > _WIDE
        side = min(box.height(), box.width() * 0.42) - 4 if wide else min(box.width(), box.height() * 0.55) - 4
        side = max(0.0, min(side, _LARGEST))
        if wide:
            self.ring = QRectF(box.left() + 2, box.center().y() - side / 2, side, side)
            names = QRectF(self.ring.right() + 16, box.top(), box.right() - self.ring.right() - 16, box.height())
        else:
            self.ring = QRectF(box.center().x() - side / 2, box.top() + 2, side, side)
            names = QRectF(box.left(), self.ring.bottom() + 10, box.width(), box.bottom() - self.ring.bottom() - 10)
        self.lines = _lines(names, len(self.slices), middle=wide)

    @property
    def warning(self) -> str:
        """What cannot be shown, in words; nothing where all is."""
        said = ngettext("{count} negative value isn't shown.", "{count} negative values aren't shown.", self.below)
        return said.format(count=self.below) if self.below else ""

    def share(self, one: Slice) -> float:
        """A slice's share of the total, in percent."""
        return one.value * 100 / self.total if self.total else 0.0

    def at(self, spot: QPointF) -> Slice | None:
        """The slice under a point, on the ring or among the names."""
        for line, one in zip(self.lines, self.slices, strict=False):
            if line.contains(spot):
                return one
        way, radius = spot - self.ring.center(), self.ring.width() / 2
        if not radius * _HOLE <= math.hypot(way.x(), way.y()) <= radius or not self.total:
            return None
        turn = (math.atan2(way.x(), -way.y()) / math.tau) % 1.0 * self.total
        for one in self.slices:
            turn -= one.value
            if turn <= 0:
                return one
        return None

    def paint(self, painter: QPainter, unit: str) -> None:
        """Draw it."""
        side = self.ring.width()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().color("surface"), 1.5))
        angle = 90 * 16
        for place, one in enumerate(self.slices):
            span = -round(360 * 16 * one.value / self.total) if self.total else 0
            painter.setBrush(theme().chart(place))
            painter.drawPie(self.ring, angle, span)
            angle += span
        inset = side * (1 - _HOLE) / 2
        hole = self.ring.adjusted(inset, inset, -inset, -inset)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("surface"))
        painter.drawEllipse(hole)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(theme().color("text"))
        total, font = number_format.short(self.total), theme().font("section")
        while QFontMetricsF(font).horizontalAdvance(total) > hole.width() - 8 and font.pointSizeF() > 6:
            font.setPointSizeF(font.pointSizeF() - 0.5)
        painter.setFont(font)
        painter.drawText(hole, Qt.AlignmentFlag.AlignCenter, total)
        for place, (line, one) in enumerate(zip(self.lines, self.slices, strict=False)):
            _paint_name(painter, line, place, one, unit)
        self._paint_note(painter)

    def _paint_note(self, painter: QPainter) -> None:
        if self.below:
            mark = QRectF(self.note.left(), self.note.center().y() - 6, 14, 14)
            paint_icon(painter, "ph.warning", mark, theme().color("warn"))
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().color("text.secondary"))
            room = self.note.adjusted(19, 0, 0, 0)
            metrics = QFontMetricsF(painter.font())
            painter.drawText(room, _LEFT, metrics.elidedText(self.warning, Qt.TextElideMode.ElideRight, room.width()))


def paint_pie(painter: QPainter, box: QRectF, table: ResultTable, unit: str) -> None:
    """The second column's shares as a ring."""
    Pie(box, table).paint(painter, unit)


def _lines(box: QRectF, count: int, *, middle: bool) -> list[QRectF]:
    """Where the names stand, as many as there is room for."""
    shown = min(count, max(0, int(box.height() // _LINE))) if box.width() >= 40 else 0
    top = box.center().y() - _LINE * shown / 2 if middle else box.top()
    return [QRectF(box.left(), top + place * _LINE, box.width(), _LINE) for place in range(shown)]


def _paint_name(painter: QPainter, row: QRectF, place: int, one: Slice, unit: str) -> None:
    metrics = QFontMetricsF(theme().font("body"))
    painter.setFont(theme().font("body"))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().chart(place))
    painter.drawRoundedRect(QRectF(row.left(), row.center().y() - 4, 8, 8), 2, 2)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    figure = figure_of(one, unit)
    if metrics.horizontalAdvance(figure) > row.width() - 16:
        figure = number_format.short(one.value, 1)
    painter.setPen(theme().color("text"))
    painter.drawText(row, _RIGHT, figure)
    room = row.width() - 16 - metrics.horizontalAdvance(figure) - 8
    label = metrics.elidedText(one.name, Qt.TextElideMode.ElideRight, max(0.0, room))
    painter.setPen(theme().color("text.secondary"))
    painter.drawText(row.adjusted(16, 0, 0, 0), _LEFT, label)


def figure_of(one: Slice, unit: str) -> str:
    """A slice's number as the legend writes it."""
    value = one.value
    return number_format.number(int(value) if value == int(value) else value, None, unit)

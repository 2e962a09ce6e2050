"""Crosshair: lines through a point of a chart, and a box with the values there."""

import math
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QWidget

from benchboard.ui.theme import theme

_PAD, _LINE = 10.0, 18.0
_DOT: Final = 3.5
"""The radius of a point, in pixels."""
_RING: Final = 1.5
"""The width of the ring around a point that sets it off from its line."""


class Crosshair(QWidget):
    """A line down a chart, a dot on each of its lines there and an outline around each of its bars, over a widget that
    it doesn't repaint but for these."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.line = QLineF()
        """Where the line is, in the coordinates of the parent; null if there is none."""
        self.points: tuple[tuple[QPointF, QColor], ...] = ()
        self.bars: tuple[QRect, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def show_at(self, line: QLineF, points: Sequence[tuple[QPointF, QColor]] = (), bars: Sequence[QRectF] = ()) -> None:
        """Show a vertical line, points in their colours and outlines, all in the coordinates of the parent."""
        outlines = tuple(_outline(box) for box in bars)
        if self.isVisible() and (line, tuple(points), outlines) == (self.line, self.points, self.bars):
            return
        self.line, self.points, self.bars = line, tuple(points), outlines
        region, around = QRegion(), math.ceil(_DOT + _RING)
        if not line.isNull():
            region += QRect(math.floor(line.x1()), math.floor(line.y1()), 1, math.ceil(line.dy()))
        for at, _colour in self.points:
            middle = QPointF(math.floor(at.x()), math.floor(at.y())).toPoint()
            region += QRect(middle.x() - around, middle.y() - around, 2 * around + 1, 2 * around + 1)
        for box in outlines:
            region += QRegion(box).subtracted(QRegion(box.adjusted(1, 1, -1, -1)))
        if region.isEmpty():
            self.hide()
            return
        box = region.boundingRect()
        self.setGeometry(box)
        self.setMask(region.translated(-box.topLeft()))
        self.show()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.translate(-self.pos())
            for box in self.bars:
                painter.setPen(QPen(theme().color("text"), 1))
                painter.drawRect(box.adjusted(0, 0, -1, -1))
            if not self.line.isNull():
                x = math.floor(self.line.x1()) + 0.5
                painter.setPen(QPen(theme().color("border.control"), 1))
                painter.drawLine(QPointF(x, self.line.y1()), QPointF(x, self.line.y2()))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for at, colour in self.points:
                painter.setPen(QPen(theme().color("surface"), _RING))
                painter.setBrush(colour)
                painter.drawEllipse(QPointF(math.floor(at.x()) + 0.5, at.y()), _DOT + _RING / 2, _DOT + _RING / 2)


def _outline(box: QRectF) -> QRect:
    """The pixels around a bar."""
    left, top = math.floor(box.left() + 0.5), math.floor(box.top() + 0.5)
    right, bottom = math.floor(box.right() + 0.5), math.floor(box.bottom() + 0.5)
    return QRect(left - 1, top - 1, right - left + 2, bottom - top + 2)


def paint_crosshair(painter: QPainter, plot: QRectF, at: QPointF) -> None:
    """Draw a dashed line across and one down the plot through `at`."""
    painter.save()
    painter.setPen(QPen(theme().color("border.control"), 1, Qt.PenStyle.DashLine))
    x, y = round(at.x()) + 0.5, round(at.y()) + 0.5
    painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
    painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
    painter.restore()


def paint_values(
    painter: QPainter, within: QRectF, at: QPointF, lines: Sequence[str], avoid: Sequence[QPointF] = ()
) -> None:
    """Draw a box with `lines` above the point and to its right, moved so that it stays inside `within`, and so that it
    covers few of the points to `avoid`."""
    fonts = [theme().font("body_strong" if place == 0 else "caption") for place in range(len(lines))]
    widths = [QFontMetricsF(font).horizontalAdvance(line) for font, line in zip(fonts, lines, strict=True)]
    width, height = max(widths) + 2 * _PAD, _LINE * len(lines) + 8
    box = _free_box(within, at, QSizeF(width, height), avoid)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme().color("border.strong"), 1))
    painter.setBrush(theme().color("raised"))
    painter.drawRoundedRect(box, 4, 4)
    for place, (font, line) in enumerate(zip(fonts, lines, strict=True)):
        painter.setFont(font)
        painter.setPen(theme().color("text" if place == 0 else "text.secondary"))
        row = QRectF(box.x() + _PAD, box.y() + 4 + _LINE * place, box.width(), _LINE)
        painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, line)
    painter.restore()


def _free_box(within: QRectF, at: QPointF, size: QSizeF, avoid: Sequence[QPointF]) -> QRectF:
    """The place of a box of this size: above the point, else below, at the right, else at the left, ever farther away,
    until it covers none of the points to `avoid`; the one that covers the fewest."""
    reach = QRectF(at, QSizeF()).adjusted(-2 * size.width(), -160, 2 * size.width(), 160)
    avoid = [spot for spot in avoid if reach.contains(spot)]  # of thousands, few are near
    found: list[QRectF] = []
    for gap in (12.0, 40.0, 68.0) if avoid else (12.0,):
        for y in (at.y() - size.height() - gap, at.y() + gap) if avoid else (at.y() - size.height() - gap,):
            for x in (at.x() + 12, at.x() - 12 - size.width()) if avoid else (at.x() + 12,):
                left = max(within.left() + 4, min(x, within.right() - size.width() - 4))
                top = max(within.top() + 4, min(y, within.bottom() - size.height() - 4) if avoid else y)
                found.append(QRectF(QPointF(left, top), size))
    near = [(box, box.adjusted(-4, -4, 4, 4)) for box in found]
    return min(near, key=lambda one: sum(one[1].contains(spot) for spot in (*avoid, at)))[0]

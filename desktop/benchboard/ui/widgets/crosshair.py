"""Crosshair: lines through a point of a chart, and a box with the values there."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from benchboard.ui.theme import theme

_PAD, _LINE = 10.0, 18.0


def paint_crosshair(painter: QPainter, plot: QRectF, at: QPointF) -> None:
    """Draw a dashed line across and one down the plot through `at`."""
    painter.save()
    painter.setPen(QPen(theme().color("border.control"), 1, Qt.PenStyle.DashLine))
    x, y = round(at.x()) + 0.5, round(at.y()) + 0.5
    painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
    painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
    painter.restore()


def paint_values(painter: QPainter, within: QRectF, at: QPointF, lines: Sequence[str]) -> None:
    """Draw a box with `lines` above the point and to its right, moved so that it stays inside `within`."""
    fonts = [theme().font("body_strong" if place == 0 else "caption") for place in range(len(lines))]
    widths = [QFontMetricsF(font).horizontalAdvance(line) for font, line in zip(fonts, lines, strict=True)]
    width, height = max(widths) + 2 * _PAD, _LINE * len(lines) + 8
    box = QRectF(
        min(at.x() + 12, within.right() - width - 4), max(within.top() + 4, at.y() - height - 12), width, height
    )
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

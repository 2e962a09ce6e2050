"""Draws the placeholder of a chart that is loading: a pale line, area or ring."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from benchboard.ui.theme import theme

_CURVE: Final = (0.35, 0.6, 0.45, 0.75, 0.55, 0.85, 0.7)
"""The heights of the line at even distances, as shares of the body's height."""


def paint(painter: QPainter, body: QRectF, kind: str) -> None:
    """Draw the placeholder of a line, area or pie chart."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour = theme().color("grid")
    if kind == "pie_chart":
        side = min(body.width(), body.height()) * 0.8
        stroke = side * 0.22
        ring = QRectF(0, 0, side - stroke, side - stroke)
        ring.moveCenter(body.center())
        painter.setPen(QPen(colour, stroke))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(ring)
    else:
        step = body.width() / (len(_CURVE) - 1)
        curve = [QPointF(body.left() + k * step, body.bottom() - body.height() * high) for k, high in enumerate(_CURVE)]
        if kind == "area_chart":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawPolygon(QPolygonF([body.bottomLeft(), *curve, body.bottomRight()]))
        else:
            painter.setPen(QPen(colour, 4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
            painter.drawPolyline(QPolygonF(curve))
    painter.restore()

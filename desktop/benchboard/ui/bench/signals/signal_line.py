"""The line of a signal below the row of its frame: it goes across the columns, so that no width of one cuts it off."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from benchboard.canbus.dbc import SignalValue
from benchboard.ui.bench.frame_row_model import FrameRowModel
from benchboard.ui.bench.frame_rows import SIGNALS, raw_text
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon

SQUARE: Final = 18.0
"""The room of a signal's square, before its name."""
LEAST_NAMED: Final = 300.0
"""The room of a name and its value, where there is as much."""
TRACE_POINTS: Final = 100
"""Values that the trace of a signal has room for."""
_GAP: Final = 16.0
_LEAST_NAME: Final = 40.0
_MARK: Final = 20.0
_RAW: Final = 88.0
_TRACE: Final = 104.0
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def square_box(line: QRectF) -> QRectF:
    """Where the square of the signal is that has this line."""
    return QRectF(line.left() + 0.5, line.center().y() - 4, 8, 8)


def paint_signal_line(painter: QPainter, line: QRectF, middle: float, model: FrameRowModel, row: int) -> None:
    """Draw the signal of a row in `line`: its name, its value up to `middle`, then the raw value, its bits, and its
    last values as a trace. What has no room is left out from the end; a number is never cut off.
    """
    found = model.signal_at(row)
    if found is None:
        return
    signal, value = found[0].signals[found[1]], model.value_at(row)
    colour = None
    left = line.left()
    if model.plotted is not None:
        colour = model.plotted.get(model.signal_keys(row)[0])
        _paint_square(painter, square_box(line), colour)
        left += SQUARE
    named = QRectF(left, line.top(), min(middle, line.right()) - left, line.height())
    past = model.is_past(row)
    _paint_named(painter, named, signal.name, value, model.cell(row, SIGNALS), past=past)
    rest = QRectF(middle + _GAP, line.top(), line.right() - middle - _GAP, line.height())
    painter.setPen(theme().color("text.muted"))
    painter.setFont(theme().font("mono"))
    metrics, raw = QFontMetricsF(painter.font()), raw_text(value)
    if metrics.horizontalAdvance(raw) <= rest.width():
        painter.drawText(rest, _LEFT, raw)
    rest.setLeft(rest.left() + max(_RAW, metrics.horizontalAdvance(raw) + _GAP))
    if metrics.horizontalAdvance(signal.bits) <= rest.width():
        painter.drawText(rest, _LEFT, signal.bits)
        rest.setLeft(rest.left() + metrics.horizontalAdvance(signal.bits) + _GAP)
    values = model.trace_of(row)
    if len(values) > 1 and rest.width() >= _TRACE:
        box = QRectF(rest.right() - _TRACE, rest.top() + 7, _TRACE, rest.height() - 15)
        _paint_trace(
            painter, box, values, theme().color("text.muted") if colour is None or past else theme().chart(colour)
        )


def _paint_named(
    painter: QPainter, box: QRectF, name: str, value: SignalValue | None, text: str, *, past: bool
) -> None:
    """The name from the left and the value from the right of `box`."""
    strong = theme().font("body")
    strong.setWeight(QFont.Weight.DemiBold)
    metrics = QFontMetricsF(strong)
    has_mark = value is not None and not value.in_range
    room = box.width() - (_MARK if has_mark else 0)
    with_name = room - min(_LEAST_NAME, QFontMetricsF(theme().font("body")).horizontalAdvance(name)) - _GAP
    texts = [text] if value is None else [text, value.text]
    shown = next((one for least in (with_name, room) for one in texts if metrics.horizontalAdvance(one) <= least), "…")
    muted = past or value is None
    painter.setFont(strong if value is not None else theme().font("body"))
    painter.setPen(theme().color("text.muted" if muted else "warn" if has_mark else "text"))
    painter.drawText(box, _RIGHT, shown)
    left = box.right() - metrics.horizontalAdvance(shown)
    if has_mark:
        left -= _MARK
        paint_icon(painter, "ph.warning-fill", QRectF(left, box.center().y() - 7, 14, 14), painter.pen().color())
    painter.setFont(theme().font("body"))
    painter.setPen(theme().color("text.muted" if past else "text"))
    width = left - _GAP - box.left()
    if width >= min(_LEAST_NAME, painter.fontMetrics().horizontalAdvance(name)):
        elided = QFontMetricsF(painter.font()).elidedText(name, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRectF(box.left(), box.top(), width, box.height()), _LEFT, elided)


def _paint_square(painter: QPainter, spot: QRectF, colour: int | None) -> None:
    """The square of a signal: filled with its colour if it is plotted."""
    painter.setPen(QPen(theme().color("border.control") if colour is None else theme().chart(colour), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush if colour is None else theme().chart(colour))
    painter.drawRect(spot)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_trace(painter: QPainter, box: QRectF, values: Sequence[float], colour: QColor) -> None:
    """The values until now as a line that ends at the right; one that stays the same is in the middle."""
    low, high = min(values), max(values)
    step = box.width() / (TRACE_POINTS - 1)
    first = box.right() - step * (len(values) - 1)
    share = [(value - low) / (high - low) if high > low else 0.5 for value in values]
    line = [QPointF(first + place * step, box.bottom() - box.height() * one) for place, one in enumerate(share)]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1.25))
    painter.drawPolyline(QPolygonF(line))
    painter.restore()

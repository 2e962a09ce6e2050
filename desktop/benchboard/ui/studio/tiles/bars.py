"""Draws bar charts: upright bars, or lying ones where the names are too long to stand below upright ones."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen

from benchboard.analytics.queries import ResultTable
from benchboard.ui.studio.tiles import charts, number_format, periods, x_axis
from benchboard.ui.studio.tiles.chart_table import ChartTable
from benchboard.ui.studio.tiles.short_names import short_names
from benchboard.ui.theme import theme

_SHARE: Final = 0.6
"""The part of its slot that a bar fills, or all bars of a slot together."""
_MAX_BAR: Final = 64.0
_MIN_BAR: Final = 1.0
"""The least length of a bar, in pixels, unless its value is zero."""
_MIN_SLOT: Final = 3.0
"""Bars with less than these pixels each stand side by side: gaps between them would differ."""
_RADIUS: Final = 2.0
_UNFINISHED_OPACITY: Final = 0.3
"""The opacity of the inside of a bar whose period wasn't over when its data were read."""
_MAX_NAME: Final = 96.0
_NAME_SHARE: Final = 0.28
"""The part of a chart's width that the names of lying bars may take, where that is more than `_MAX_NAME` pixels."""
_MAX_VALUE: Final = 80.0
_GAP: Final = 8.0
_MIN_ROW: Final = 16.0
_MIN_LENGTH: Final = 48.0
"""Least pixels that names and values must leave for lying bars."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. `place`: the index of its set."""

    row: int
    place: int
    box: QRectF
    negative: bool
    text: str = ""
    """Its value, beside the end of a lying bar."""


@dataclass(frozen=True, slots=True)
class LyingBars:
    """The parts of a chart of lying bars: the area of its rows, the width of the names, where zero is."""

    box: QRectF
    name_width: float
    zero: float
    has_negative: bool
    bars: tuple[Bar, ...]


def paint(painter: QPainter, box: QRectF, table: ChartTable, unit: str) -> None:
    """Draw a bar chart: the numeric columns as bars for each name in the first one."""
    table = x_axis.bars_in_order(table)
    sets = charts.series_of(table, unit)
    lying = lying_bars(box, table, sets, unit)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if lying is not None:
        _paint_lying(painter, box, table, sets, lying)
    else:
        _paint_upright(painter, box, table, sets)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def upright_bars(plot: charts.Plot, sets: Sequence[charts.Series], axis: x_axis.XAxis) -> list[Bar]:
    """The bars above and below the zero line of a plot."""
    slot = plot.box.width() / max(axis.slots, 1)
    width = min(slot * _SHARE / max(len(sets), 1), _MAX_BAR)
    if slot / max(len(sets), 1) < _MIN_SLOT:
        width = slot / max(len(sets), 1)
    base, bars = plot.y(0.0), []
    for place, series in enumerate(sets):
        for row, value in enumerate(series.values):
            if value is not None:
                left = axis.x(plot.box, row) + (place - len(sets) / 2) * width
                right = left + width if slot < _MIN_SLOT * len(sets) else _pixel(left) + round(width)
                thick = max(1.0, _pixel(right) - _pixel(left) - (1 if width > 4 and len(sets) > 1 else 0))
                long = max(abs(base - plot.y(value)), _MIN_BAR if value else 0.0)
                spot = QRectF(_pixel(left), base if value < 0 else base - long, thick, long)
                bars.append(Bar(row, place, spot, value < 0))
    return bars


def _pixel(x: float) -> int:
    """The whole pixel next to a coordinate: the same one for the end of a bar and the beginning of the next."""
    return math.floor(x + 0.5 + 1e-6)


def lying_bars(box: QRectF, table: ResultTable, sets: Sequence[charts.Series], unit: str) -> LyingBars | None:
    """The lying bars of a chart; None where all names fit below upright bars, or lying bars have too little room."""
    count = len(table.rows)
    if not count or not sets or any(isinstance(row[0], date) for row in table.rows):
        return None
    metrics = QFontMetricsF(theme().font("caption"))
    upright = charts.plot_of(box, sets, "bar_chart")
    slot = upright.box.width() / count
    name_width = max(metrics.horizontalAdvance(name) for name in number_format.category_labels(table))
    rows = box.adjusted(0, 0, 0, -charts.legend_height(box, sets, "bar_chart"))
    row_height = rows.height() / count
    if name_width <= slot - _GAP or row_height < _MIN_ROW * len(sets):
        return None
    name_width = min(name_width + 1, max(_MAX_NAME, rows.width() * _NAME_SHARE))
    values = [(row, place, one.values[row]) for place, one in enumerate(sets) for row in range(count)]
    texts = [_value_text(table, row, sets[place], value, metrics, unit) for row, place, value in values]
    known = [value for _row, _place, value in values if value is not None]
    low, high = min([*known, 0.0]), max([*known, 0.0])
    sides = {True: 0.0, False: 0.0}  # the room for the values of negative bars, and for the others
    for (_row, _place, value), text in zip(values, texts, strict=True):
        negative = value is not None and value < 0
        sides[negative] = max(sides[negative], metrics.horizontalAdvance(text) + _GAP)
    left = rows.left() + name_width + _GAP + sides[True]
    length = rows.right() - sides[False] - left
    if length < _MIN_LENGTH:
        return None
    zero = left + length * _part(-low, low, high)
    thick = max(1.0, min(row_height * _SHARE / len(sets), _MAX_BAR) // 1)
    found = []
    for (row, place, value), text in zip(values, texts, strict=True):
        end = left + length * _part((value or 0.0) - low, low, high)
        top = round(rows.top() + row_height * (row + 0.5) - len(sets) / 2 * thick) + place * thick
        high_enough = max(1.0, thick - (1 if len(sets) > 1 else 0))
        long = max(abs(end - zero), _MIN_BAR if value else 0.0)
        spot = QRectF(zero - long if (value or 0.0) < 0 else zero, top, long, high_enough)
        found.append(Bar(row, place, spot, value is not None and value < 0, text))
    return LyingBars(rows, name_width, zero, low < 0, tuple(found))


def _part(value: float, low: float, high: float) -> float:
    """A part of the way from `low` to `high`. Divided first: the whole way may be more than a float holds."""
    scale = max(-low, high) or 1.0
    return (value / scale) / ((high / scale - low / scale) or 1.0)


def _value_text(
    table: ResultTable, row: int, one: charts.Series, value: float | None, metrics: QFontMetricsF, unit: str
) -> str:
    text = number_format.format_value(table, table.rows[row], one.column, unit=unit)
    if value is not None and metrics.horizontalAdvance(text) > _MAX_VALUE:
        text = number_format.unit_of(table, table.rows[row], one.column, unit).after(number_format.abbreviate(value))
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, _MAX_VALUE)


def _paint_upright(painter: QPainter, box: QRectF, table: ChartTable, sets: Sequence[charts.Series]) -> None:
    plot = charts.paint_frame(painter, box, table, sets, "bar_chart")
    axis = x_axis.bar_axis(table)
    x_axis.paint_labels(painter, axis, plot.box, box)
    unfinished = periods.is_unfinished([row[0] for row in table.rows], table.read_at)
    last_row = len(table.rows) - 1
    _paint_bars(painter, upright_bars(plot, sets, axis), sets, unfinished_row=last_row if unfinished else None)
    if plot.ticks[0] < 0:
        y = round(plot.y(0.0)) + 0.5
        painter.setPen(QPen(theme().color("border.control"), 1))
        painter.drawLine(QPointF(plot.box.left(), y), QPointF(plot.box.right(), y))


def _paint_lying(
    painter: QPainter, box: QRectF, table: ChartTable, sets: Sequence[charts.Series], lying: LyingBars
) -> None:
    painter.setFont(theme().font("caption"))
    metrics = QFontMetricsF(painter.font())
    row_height = lying.box.height() / len(table.rows)
    painter.setPen(theme().color("text.secondary"))
    for row, name in enumerate(short_names(number_format.category_labels(table), metrics, lying.name_width)):
        spot = QRectF(lying.box.left(), lying.box.top() + row * row_height, lying.name_width, row_height)
        painter.drawText(spot, _LEFT, name)
    _paint_bars(painter, lying.bars, sets, lying=True)
    painter.setPen(theme().color("text"))
    for bar in lying.bars:
        middle = bar.box.center().y()
        if bar.negative:
            spot = QRectF(bar.box.left() - _GAP / 2 - _MAX_VALUE - 2, middle - 8, _MAX_VALUE + 2, 16)
            painter.drawText(spot, _RIGHT, bar.text)
        else:
            painter.drawText(QRectF(bar.box.right() + _GAP / 2, middle - 8, _MAX_VALUE + 2, 16), _LEFT, bar.text)
    if lying.has_negative:
        x = round(lying.zero) + 0.5
        painter.setPen(QPen(theme().color("border.control"), 1))
        painter.drawLine(QPointF(x, lying.box.top()), QPointF(x, lying.box.bottom()))
    charts.paint_chart_legend(painter, box, table, sets, "bar_chart")


def _paint_bars(
    painter: QPainter,
    bars: Sequence[Bar],
    sets: Sequence[charts.Series],
    *,
    lying: bool = False,
    unfinished_row: int | None = None,
) -> None:
    """Draw bars. Those of the row whose value still changes are pale, with an outline."""
    for bar in bars:
        colour = sets[bar.place].colour
        path = _bar_path(bar, lying=lying)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_pale(colour) if bar.row == unfinished_row else colour)
        painter.drawPath(path)
        if bar.row == unfinished_row:
            painter.strokePath(_bar_path(bar, lying=lying, inset=0.5).simplified(), QPen(colour, 1))


def _pale(colour: QColor) -> QColor:
    pale = QColor(colour)
    pale.setAlphaF(_UNFINISHED_OPACITY)
    return pale


def _bar_path(bar: Bar, *, lying: bool, inset: float = 0.0) -> QPainterPath:
    """The outline of a bar, rounded at its end, so many pixels inside its box."""
    box = bar.box.adjusted(inset, inset, -inset, -inset)
    path = QPainterPath()
    if min(box.width(), box.height()) < 2 * _RADIUS:
        path.addRect(bar.box)
        return path
    path.setFillRule(Qt.FillRule.WindingFill)
    path.addRoundedRect(box, _RADIUS, _RADIUS)
    path.addRect(_square_half(box, lying=lying, negative=bar.negative))
    return path.simplified()  # where they overlap, edges between two pixels would be drawn twice


def _square_half(box: QRectF, *, lying: bool, negative: bool) -> QRectF:
    """The half of a bar at the zero line, whose corners aren't rounded."""
    if lying:
        return box.adjusted(box.width() / 2, 0, 0, 0) if negative else box.adjusted(0, 0, -box.width() / 2, 0)
    return box.adjusted(0, 0, 0, -box.height() / 2) if negative else box.adjusted(0, box.height() / 2, 0, 0)

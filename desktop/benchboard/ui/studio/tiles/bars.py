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
from benchboard.ui.studio.tiles.short_names import are_legible, short_names
from benchboard.ui.theme import theme

_SHARE: Final = 0.6
"""The part of its slot that a bar fills, or all bars of a slot together."""
_LYING_SHARE: Final = 0.85
"""The part of a row that several lying bars fill together: each has a value beside it."""
_PLAIN_WIDTH: Final = 430.0
"""The width of a plot in half a page, in pixels, by which names are found too long to stand below upright bars. It
isn't that of the tile: a chart has the same direction in the editor and on a wall."""
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
_VALUE_GAP: Final = 6.0
"""Pixels between the end of a lying bar and its value."""
_MIN_ROW: Final = 16.0
_MIN_PITCH: Final = 13.0
"""Least pixels of a row for each of several lying bars."""
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
    """The lying bars of a chart; None where its names can stand below upright bars, or lying bars have too little room.

    The names' lengths and the number of rows decide, and the width of `box` only where it leaves too little of a name.
    """
    count = len(table.rows)
    if not count or not sets or any(isinstance(row[0], date) for row in table.rows):
        return None
    metrics = QFontMetricsF(theme().font("caption"))
    slot = charts.plot_of(box, sets, "bar_chart").box.width() / count
    labels = number_format.category_labels(table)
    name_width = max(metrics.horizontalAdvance(name) for name in labels)
    rows = box.adjusted(0, 0, 0, -charts.legend_height(box, sets, "bar_chart"))
    row_height = rows.height() / count
    fits_upright = name_width <= _PLAIN_WIDTH / count - _GAP and are_legible(labels, metrics, slot - _GAP)
    if fits_upright or row_height < (_MIN_ROW if len(sets) == 1 else _MIN_PITCH * len(sets)):
        return None
    most = min(name_width + 1, max(_MAX_NAME, rows.width() * _NAME_SHARE))
    name_width = min(most, max(map(metrics.horizontalAdvance, short_names(labels, metrics, most))) + 1)
    values = [(row, place, one.values[row]) for place, one in enumerate(sets) for row in range(count)]
    texts = _value_texts(table, sets, values, metrics, unit)
    widths = [metrics.horizontalAdvance(text) + _VALUE_GAP + 2 for text in texts]
    known = [value for _row, _place, value in values if value is not None]
    low, high = min([*known, 0.0]), max([*known, 0.0])
    parts = [_part(value or 0.0, low, high) for _row, _place, value in values]
    left = rows.left() + name_width + _GAP
    length = _longest(parts, widths, rows.right() - left)
    if length < _MIN_LENGTH:
        return None
    zero = left + max([0.0, *(width - part * length for part, width in zip(parts, widths, strict=True) if part < 0)])
    share = _SHARE if len(sets) == 1 else _LYING_SHARE
    thick = max(1.0, min(row_height * share / len(sets), _MAX_BAR) // 1)
    found = []
    for (row, place, value), part, text in zip(values, parts, texts, strict=True):
        top = round(rows.top() + row_height * (row + 0.5) - len(sets) / 2 * thick) + place * thick
        high_enough = max(1.0, thick - (1 if len(sets) > 1 else 0))
        long = max(abs(part) * length, _MIN_BAR if value else 0.0)
        spot = QRectF(zero - long if part < 0 else zero, top, long, high_enough)
        found.append(Bar(row, place, spot, value is not None and value < 0, text))
    return LyingBars(rows, name_width, zero, low < 0, tuple(found))


def _part(value: float, low: float, high: float) -> float:
    """A part of the way from `low` to `high`. Divided first: the whole way may be more than a float holds."""
    scale = max(-low, high) or 1.0
    return (value / scale) / ((high / scale - low / scale) or 1.0)


def _longest(parts: Sequence[float], widths: Sequence[float], room: float) -> float:
    """Pixels from the lowest to the highest value, so that all bars, as parts of that, and the texts at their ends fit
    into `room`."""
    ends = list(zip(parts, widths, strict=True))
    left = [(-part, width) for part, width in ends if part < 0] or [(0.0, 0.0)]
    right = [(part, width) for part, width in ends if part >= 0] or [(0.0, 0.0)]
    lengths = [
        (room - before - after) / (long + other) if long + other else room - before - after
        for long, before in left
        for other, after in right
    ]
    return min(lengths, default=room)


def _value_texts(
    table: ResultTable,
    sets: Sequence[charts.Series],
    values: Sequence[tuple[int, int, float | None]],
    metrics: QFontMetricsF,
    unit: str,
) -> list[str]:
    """The values beside lying bars: with equal decimals, and all in short form if one is too long otherwise."""
    decimals = _decimals(table, sets)
    texts = []
    for row, place, _value in values:
        one = sets[place]
        texts.append(
            number_format.format_value(table, table.rows[row], one.column, decimals=decimals[place], unit=unit)
        )
    if any(metrics.horizontalAdvance(text) > _MAX_VALUE for text in texts):
        for at, (row, place, value) in enumerate(values):
            if value is not None:
                known = number_format.unit_of(table, table.rows[row], sets[place].column, unit)
                texts[at] = known.after(number_format.abbreviate(value))
    return [metrics.elidedText(text, Qt.TextElideMode.ElideRight, _MAX_VALUE) for text in texts]


def _decimals(table: ResultTable, sets: Sequence[charts.Series]) -> list[int | None]:
    """The decimals of each set; where all have the same unit, those of all sets."""
    found = [number_format.column_decimals(table, one.column, table.rows) for one in sets]
    most = max((decimals for decimals in found if decimals is not None), default=None)
    return [most] * len(sets) if len({one.unit for one in sets}) == 1 else found


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
            spot = QRectF(bar.box.left() - _VALUE_GAP - _MAX_VALUE - 2, middle - 8, _MAX_VALUE + 2, 16)
            painter.drawText(spot, _RIGHT, bar.text)
        else:
            painter.drawText(QRectF(bar.box.right() + _VALUE_GAP, middle - 8, _MAX_VALUE + 2, 16), _LEFT, bar.text)
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

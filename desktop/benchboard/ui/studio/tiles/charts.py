"""Draws line, area and bar charts, and sparklines, by the visual rules of the mockups' README ("Chart")."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.ui.studio.tiles import number_format
from benchboard.ui.theme import theme
from benchboard.ui.widgets.legend import LegendEntry, paint_legend

_MAX_SERIES: Final = 8
_LEGEND_HEIGHT: Final = 22
_FILL_OPACITY: Final = 0.14
"""The opacity of the area under a line."""
_SPARK_DOT: Final = 2.5
"""The radius of the dot at the end of a sparkline, in pixels."""
_LABEL_GAP: Final = 8.0
"""Pixels between two labels of an axis."""
_MIN_NAME_WIDTH: Final = 40.0
"""A bar whose slot is narrower than this, in pixels, has no name; in wider ones it is shortened."""
_DASHES: Final[tuple[tuple[float, ...], ...]] = ((), (4, 2), (1.4, 2), (5.4, 2, 1.4, 2))


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one set of bars of a chart, with its style and its last value as text."""

    name: str
    values: list[float | None]
    colour: QColor
    dash: tuple[float, ...]
    last: str
    column: int


def series_of(table: ResultTable, unit: str) -> list[Series]:
    """The series of a chart: up to eight numeric columns after the first one."""
    found = [index for index, column in enumerate(table.columns) if number_format.is_numeric(column) and index > 0][
        :_MAX_SERIES
    ]
    found_series = []
    for place, index in enumerate(found):
        last = next((row for row in reversed(table.rows) if row[index] is not None), None)
        found_series.append(
            Series(
                table.columns[index].title,
                number_format.column_numbers(table, index),
                theme().chart(place),
                _DASHES[place % 4],
                _last_text(table, last, index, unit),
                index,
            )
        )
    return found_series


def _last_text(table: ResultTable, row: Sequence[Cell] | None, column: int, unit: str) -> str:
    """The last value of a series, without decimals."""
    if row is None:
        return number_format.format_cell(None)
    decimals = None if isinstance(row[column], int) else 0
    return number_format.format_value(table, row, column, decimals=decimals, unit=unit)


def paint_lines(painter: QPainter, box: QRectF, table: ResultTable, unit: str) -> None:
    """Draw a line chart: the numeric columns over the first one."""
    lines = series_of(table, unit)
    _paint_lines(painter, _paint_frame(painter, box, lines, "line_chart"), table, lines)


def paint_areas(painter: QPainter, box: QRectF, table: ResultTable, unit: str) -> None:
    """Draw an area chart: the numeric columns over the first one, filled down to zero."""
    lines = series_of(table, unit)
    plot = _paint_frame(painter, box, lines, "area_chart")
    _paint_lines(painter, plot, table, lines, filled=True)


def _paint_lines(
    painter: QPainter, plot: "Plot", table: ResultTable, lines: Sequence[Series], *, filled: bool = False
) -> None:
    count = len(table.rows)
    xs = [plot.box.left() + plot.box.width() * (k / (count - 1) if count > 1 else 0.5) for k in range(count)]
    _paint_axis_labels(painter, plot.box, number_format.category_labels(table), xs)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for line in lines if filled else ():
        fill = QColor(line.colour)
        fill.setAlphaF(_FILL_OPACITY)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        base = plot.y(0.0)
        for segment in _segments(line.values, xs, plot):
            painter.drawPolygon(QPolygonF([QPointF(segment[0].x(), base), *segment, QPointF(segment[-1].x(), base)]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for line in lines:
        pen = QPen(line.colour, 1.5)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if line.dash:
            pen.setDashPattern(list(line.dash))
        painter.setPen(pen)
        for segment in _segments(line.values, xs, plot):
            if len(segment) == 1:
                painter.setBrush(line.colour)
                painter.drawEllipse(segment[0], 2, 2)
            else:
                painter.drawPolyline(QPolygonF(segment))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def paint_bars(painter: QPainter, box: QRectF, table: ResultTable, unit: str) -> None:
    """Draw a bar chart: the numeric columns as bars for each name in the first one."""
    sets = series_of(table, unit)
    plot = _paint_frame(painter, box, sets, "bar_chart")
    count = len(table.rows)
    slot = plot.box.width() / max(count, 1)
    width = max(1.0, min(slot * 0.66, 56.0 * len(sets)) / max(len(sets), 1))
    centres = [plot.box.left() + slot * (k + 0.5) for k in range(count)]
    categories = [row[0] for row in table.rows]
    # A shortened name is still useful, a shortened date is not.
    category_width = slot if slot > _MIN_NAME_WIDTH and not any(isinstance(one, date) for one in categories) else None
    _paint_axis_labels(painter, plot.box, number_format.category_labels(table), centres, category_width)
    painter.setPen(Qt.PenStyle.NoPen)
    base = plot.y(0.0)
    for place, bars in enumerate(sets):
        painter.setBrush(bars.colour)
        for centre, value in zip(centres, bars.values, strict=True):
            if value is not None:
                left = centre + (place - len(sets) / 2) * width
                top = plot.y(value)
                bar = QRectF(
                    round(left), min(top, base), max(1.0, round(width) - (1 if width > 4 else 0)), abs(base - top)
                )
                painter.drawRect(bar)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def paint_spark(painter: QPainter, box: QRectF, values: Sequence[float | None], colour: QColor) -> None:
    """Draw a sparkline: a small line without axes, with a dot at its end."""
    known = [value for value in values if value is not None]
    if len(known) < 2 or box.width() < 24:
        return
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    box = box.adjusted(0, _SPARK_DOT, -_SPARK_DOT, -_SPARK_DOT)
    points = [
        QPointF(box.left() + box.width() * k / (len(known) - 1), box.bottom() - box.height() * (value - low) / span)
        for k, value in enumerate(known)
    ]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.drawPolyline(QPolygonF(points))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(points[-1], _SPARK_DOT, _SPARK_DOT)
    painter.setBrush(Qt.BrushStyle.NoBrush)


@dataclass(frozen=True, slots=True)
class Plot:
    """The plot area of a chart and its y axis: the ticks from bottom to top, and their labels."""

    box: QRectF
    ticks: list[float]
    names: list[str]

    def y(self, value: float) -> float:
        """The y coordinate of a value."""
        low, high = self.ticks[0], self.ticks[-1]
        return self.box.bottom() - self.box.height() * (value - low) / ((high - low) or 1.0)


def plot_of(box: QRectF, series: Sequence[Series], kind: str) -> Plot:
    """The plot area of a chart of this kind in the body of a tile."""
    known = [value for one_series in series for value in one_series.values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if kind != "line_chart" or _starts_at_zero(series):
        low, high = min(low, 0.0), max(high, 0.0)
    room = box.height() - 20 - (_LEGEND_HEIGHT if _has_legend(series, kind) else 0)
    ticks = number_format.axis_ticks(low, high, 5 if room > 130 else 4 if room > 80 else 3)
    metrics = QFontMetricsF(theme().font("caption"))
    names = [number_format.abbreviate(tick) for tick in ticks]
    margin = max(metrics.horizontalAdvance(name) for name in names) + 8
    plot = QRectF(box.left() + margin, box.top() + 6, box.width() - margin - 4, max(room - 6, 10.0))
    return Plot(plot, ticks, names)


def _has_legend(series: Sequence[Series], kind: str) -> bool:
    return len(series) > (1 if kind == "bar_chart" else 0)


def _starts_at_zero(lines: Sequence[Series]) -> bool:
    """Whether the y axis of a line chart starts at zero: unless the values vary by less than half of their minimum."""
    known = [value for line in lines for value in line.values if value is not None]
    return not known or not 0 < max(known) - min(known) < min(known) / 2


def _paint_frame(painter: QPainter, box: QRectF, series: Sequence[Series], kind: str) -> Plot:
    """Draw ticks, grid and legend. Returns the plot."""
    plot = plot_of(box, series, kind)
    painter.setFont(theme().font("caption"))
    for tick, name in zip(plot.ticks, plot.names, strict=True):
        y = round(plot.y(tick)) + 0.5
        painter.setPen(QPen(theme().color("grid"), 1))
        painter.drawLine(QPointF(plot.box.left(), y), QPointF(plot.box.right(), y))
        painter.setPen(theme().color("text.muted"))
        spot = QRectF(box.left(), y - 8, plot.box.left() - 8 - box.left(), 16)
        painter.drawText(spot, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
    if _has_legend(series, kind):
        line = QRectF(box.left(), box.bottom() - _LEGEND_HEIGHT + 4, box.width(), _LEGEND_HEIGHT - 4)
        paint_legend(painter, line, [LegendEntry(one.colour, one.name, one.last, one.dash) for one in series])
    return plot


def _paint_axis_labels(
    painter: QPainter, box: QRectF, names: Sequence[str], centres: Sequence[float], room: float | None = None
) -> None:
    """Draw as many whole labels below the plot as fit beside each other, among them the first and, if it fits, the
    last. If each has `room` pixels of its own, names are shortened to that rather than left out."""
    font = theme().font("caption")
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(theme().color("text.muted"))
    if room is not None:
        names = [metrics.elidedText(name, Qt.TextElideMode.ElideRight, room - _LABEL_GAP) for name in names]
    spans = []
    for name, centre in zip(names, centres, strict=True):
        width = math.ceil(metrics.horizontalAdvance(name)) + 1.0
        left = max(box.left(), min(centre - width / 2, box.right() + 4 - width))
        spans.append((left, left + width))
    for k in visible_labels(spans, _LABEL_GAP):
        left, right = spans[k]
        painter.drawText(QRectF(left, box.bottom() + 4, right - left, 16), Qt.AlignmentFlag.AlignCenter, names[k])


def visible_labels(spans: Sequence[tuple[float, float]], gap: float) -> list[int]:
    """The indexes of the labels to show, given their left and right ends, so that they are at least `gap` apart: all of
    them, or every second, and so on, and the last one if it fits."""
    last = len(spans) - 1
    if last < 1:
        return list(range(len(spans)))

    def are_apart(places: Sequence[int]) -> bool:
        return all(spans[b][0] - spans[a][1] >= gap for a, b in pairwise(places))

    fits = next((step for step in range(1, last + 1) if are_apart(range(0, last + 1, step))), last + 1)
    even = next((step for step in range(fits, min(2 * fits, last + 1)) if last % step == 0), None)
    if even is not None and are_apart(range(0, last + 1, even)):
        return list(range(0, last + 1, even))
    visible = list(range(0, last + 1, fits))
    if visible[-1] != last:
        while len(visible) > 1 and not are_apart([visible[-1], last]):
            visible.pop()
        visible += [last] if are_apart([visible[-1], last]) else []
    return visible


def _segments(values: Sequence[float | None], xs: Sequence[float], plot: Plot) -> list[list[QPointF]]:
    """The points of a line, in segments between missing values."""
    segments: list[list[QPointF]] = [[]]
    for x, value in zip(xs, values, strict=True):
        if value is not None:
            segments[-1].append(QPointF(x, plot.y(value)))
        elif segments[-1]:
            segments.append([])
    return [segment for segment in segments if segment]

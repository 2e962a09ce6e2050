"""Line, area and bar charts, drawn with QPainter by the visual rules (mockups README, "Chart")."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from benchboard.analytics.queries import ResultTable
from benchboard.ui.studio.tiles import number_format
from benchboard.ui.theme import theme

_SERIES: Final = 8
_LEGEND: Final = 22
_FILL: Final = 0.14
"""How much of its colour an area has."""
_APART: Final = 8.0
"""Pixels between two labels of an axis."""
_LEAST_NAME: Final = 40.0
"""Pixels a bar has at least for a shortened name."""
_DASHES: Final[tuple[tuple[float, ...], ...]] = ((), (4, 2), (1.4, 2), (5.4, 2, 1.4, 2))


@dataclass(frozen=True, slots=True)
class Series:
    """One line or set of bars."""

    name: str
    values: list[float | None]
    colour: QColor
    dash: tuple[float, ...]
    last: str
    column: int


def series_of(table: ResultTable, unit: str) -> list[Series]:
    """The numbers after the first column, each with its colour for life, at most eight."""
    found = [index for index, column in enumerate(table.columns) if number_format.numeric(column) and index > 0][
        :_SERIES
    ]
    made = []
    for place, index in enumerate(found):
        last = next((row[index] for row in reversed(table.rows) if row[index] is not None), None)
        made.append(
            Series(
                number_format.name(table.columns[index]),
                number_format.series(table, index),
                theme().chart(place),
                _DASHES[place % 4],
                number_format.number(last, None if isinstance(last, int) else 0, unit),
                index,
            )
        )
    return made


def paint_lines(painter: QPainter, box: QRectF, table: ResultTable, unit: str) -> None:
    """Every further number of the table as a line over its first column."""
    lines = series_of(table, unit)
    _paint_lines(painter, _frame(painter, box, lines, "line_chart"), table, lines)


def paint_areas(painter: QPainter, box: QRectF, table: ResultTable, unit: str) -> None:
    """Every further number of the table as a line over its first column, filled down to zero."""
    lines = series_of(table, unit)
    plot = _frame(painter, box, lines, "area_chart")
    _paint_lines(painter, plot, table, lines, filled=True)


def _paint_lines(
    painter: QPainter, plot: "Plot", table: ResultTable, lines: Sequence[Series], *, filled: bool = False
) -> None:
    count = len(table.rows)
    xs = [plot.box.left() + plot.box.width() * (k / (count - 1) if count > 1 else 0.5) for k in range(count)]
    _label_along(painter, plot.box, number_format.along([row[0] for row in table.rows]), xs)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for line in lines if filled else ():
        fill = QColor(line.colour)
        fill.setAlphaF(_FILL)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        base = plot.y(0.0)
        for run in _runs(line.values, xs, plot):
            painter.drawPolygon(QPolygonF([QPointF(run[0].x(), base), *run, QPointF(run[-1].x(), base)]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for line in lines:
        pen = QPen(line.colour, 1.5)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if line.dash:
            pen.setDashPattern(list(line.dash))
        painter.setPen(pen)
        for run in _runs(line.values, xs, plot):
            if len(run) == 1:
                painter.setBrush(line.colour)
                painter.drawEllipse(run[0], 2, 2)
            else:
                painter.drawPolyline(QPolygonF(run))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def paint_bars(painter: QPainter, box: QRectF, table: ResultTable, unit: str) -> None:
    """Every further number of the table as a bar at the name in its first column."""
    sets = series_of(table, unit)
    plot = _frame(painter, box, sets, "bar_chart")
    count = len(table.rows)
    slot = plot.box.width() / max(count, 1)
    width = max(1.0, min(slot * 0.66, 56.0 * len(sets)) / max(len(sets), 1))
    centres = [plot.box.left() + slot * (k + 0.5) for k in range(count)]
    firsts = [row[0] for row in table.rows]
    # Half a date says nothing; half a name does.
    own = slot if slot > _LEAST_NAME and not any(isinstance(one, date) for one in firsts) else None
    _label_along(painter, plot.box, number_format.along(firsts), centres, own)
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
    """A small line without axes."""
    known = [value for value in values if value is not None]
    if len(known) < 2 or box.width() < 24:
        return
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    points = [
        QPointF(box.left() + box.width() * k / (len(known) - 1), box.bottom() - box.height() * (value - low) / span)
        for k, value in enumerate(known)
    ]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.drawPolyline(QPolygonF(points))


@dataclass(frozen=True, slots=True)
class Plot:
    """Where a chart's points stand: its box, what the box's bottom and top are, the ticks with their names."""

    box: QRectF
    ticks: list[float]
    names: list[str]

    def y(self, value: float) -> float:
        """How high a value stands."""
        low, high = self.ticks[0], self.ticks[-1]
        return self.box.bottom() - self.box.height() * (value - low) / ((high - low) or 1.0)


def plot_of(box: QRectF, parts: Sequence[Series], kind: str) -> Plot:
    """The plot of a chart of this kind in a tile's body."""
    known = [value for part in parts for value in part.values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if kind != "line_chart" or _from_zero(parts):
        low, high = min(low, 0.0), max(high, 0.0)
    room = box.height() - 20 - (_LEGEND if _has_legend(parts, kind) else 0)
    ticks = number_format.scale(low, high, 5 if room > 130 else 4 if room > 80 else 3)
    metrics = QFontMetricsF(theme().font("caption"))
    names = [number_format.short(tick) for tick in ticks]
    margin = max(metrics.horizontalAdvance(name) for name in names) + 8
    plot = QRectF(box.left() + margin, box.top() + 6, box.width() - margin - 4, max(room - 6, 10.0))
    return Plot(plot, ticks, names)


def _has_legend(parts: Sequence[Series], kind: str) -> bool:
    return len(parts) > (1 if kind == "bar_chart" else 0)


def _from_zero(lines: Sequence[Series]) -> bool:
    """Whether the axis of lines begins at zero: unless they vary by less than a third of their height."""
    known = [value for line in lines for value in line.values if value is not None]
    return not known or not 0 < max(known) - min(known) < min(known) / 2


def _frame(painter: QPainter, box: QRectF, parts: Sequence[Series], kind: str) -> Plot:
    """Ticks, grid and legend; answers where the plot is."""
    plot = plot_of(box, parts, kind)
    painter.setFont(theme().font("caption"))
    for tick, name in zip(plot.ticks, plot.names, strict=True):
        y = round(plot.y(tick)) + 0.5
        painter.setPen(QPen(theme().color("grid"), 1))
        painter.drawLine(QPointF(plot.box.left(), y), QPointF(plot.box.right(), y))
        painter.setPen(theme().color("text.muted"))
        spot = QRectF(box.left(), y - 8, plot.box.left() - 8 - box.left(), 16)
        painter.drawText(spot, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
    if _has_legend(parts, kind):
        _paint_legend(painter, QRectF(box.left(), box.bottom() - _LEGEND + 4, box.width(), _LEGEND - 4), parts)
    return plot


def _paint_legend(painter: QPainter, box: QRectF, parts: Sequence[Series]) -> None:
    font = theme().font("caption")
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    x = box.left()
    for part in parts:
        name, last = part.name, f"  {part.last}"
        width = metrics.horizontalAdvance(name + last) + 24
        if x + width > box.right() and x > box.left():
            break
        pen = QPen(part.colour, 2)
        if part.dash:
            pen.setDashPattern([value * 0.75 for value in part.dash])
        painter.setPen(pen)
        y = round(box.center().y()) + 0.5
        painter.drawLine(QPointF(x, y), QPointF(x + 12, y))
        painter.setPen(theme().color("text.secondary"))
        room = QRectF(x + 17, box.top(), min(width, box.right() - x) - 17, box.height())
        rest = max(0.0, room.width() - metrics.horizontalAdvance(last))
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, rest)  # a number that is cut is another one
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown + last if rest else shown)
        x += width + 6


def _label_along(
    painter: QPainter, box: QRectF, names: Sequence[str], centres: Sequence[float], room: float | None = None
) -> None:
    """As many whole labels below the plot as fit beside each other, the first and, where it fits, the last among them.
    Where each has a `room` of its own, names too long for it are shortened rather than left out."""
    font = theme().font("caption")
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(theme().color("text.muted"))
    if room is not None:
        names = [metrics.elidedText(name, Qt.TextElideMode.ElideRight, room - _APART) for name in names]
    spans = []
    for name, centre in zip(names, centres, strict=True):
        width = math.ceil(metrics.horizontalAdvance(name)) + 1.0
        left = max(box.left(), min(centre - width / 2, box.right() + 4 - width))
        spans.append((left, left + width))
    for k in apart_along(spans, _APART):
        left, right = spans[k]
        painter.drawText(QRectF(left, box.bottom() + 4, right - left, 16), Qt.AlignmentFlag.AlignCenter, names[k])


def apart_along(spans: Sequence[tuple[float, float]], gap: float) -> list[int]:
    """Which of these stretches (left and right end, by their middle) stand at least `gap` apart: every one, or every
    second, and so on, from the first; the last too, where it does not stand alone for that."""
    last = len(spans) - 1
    if last < 1:
        return list(range(len(spans)))

    def apart(places: Sequence[int]) -> bool:
        return all(spans[b][0] - spans[a][1] >= gap for a, b in pairwise(places))

    fits = next((step for step in range(1, last + 1) if apart(range(0, last + 1, step))), last + 1)
    even = next((step for step in range(fits, min(2 * fits, last + 1)) if last % step == 0), None)
    if even is not None and apart(range(0, last + 1, even)):
        return list(range(0, last + 1, even))
    kept = list(range(0, last + 1, fits))
    if kept[-1] != last:
        while len(kept) > 1 and not apart([kept[-1], last]):
            kept.pop()
        kept += [last] if apart([kept[-1], last]) else []
    return kept


def _runs(values: Sequence[float | None], xs: Sequence[float], plot: Plot) -> list[list[QPointF]]:
    """The points of a line, apart where a value is missing."""
    runs: list[list[QPointF]] = [[]]
    for x, value in zip(xs, values, strict=True):
        if value is not None:
            runs[-1].append(QPointF(x, plot.y(value)))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]

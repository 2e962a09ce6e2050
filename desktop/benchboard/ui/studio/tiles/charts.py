"""Draws line and area charts, the axes of all charts, and sparklines, by the mockups' visual rules ("Chart")."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.i18n import ngettext
from benchboard.ui.studio.tiles import number_format
from benchboard.ui.theme import theme
from benchboard.ui.widgets.legend import LegendEntry, paint_legend

_MAX_SERIES: Final = 8
LEGEND_HEIGHT: Final = 22
"""Pixels that a legend takes at the bottom of a chart."""
_MIN_LEGEND: Final = 40.0
"""Pixels that a legend's entries need at least."""
_FILL_OPACITY: Final = 0.12
"""The opacity of the area under the only line of a chart."""
_SHARED_FILL_OPACITY: Final = 0.06
"""The opacity of the area under each of several lines: where areas overlap, their fills add up."""
_UNFINISHED_DOTS: Final = (1.4, 2.4)
_END_DOT: Final = 3.0
"""The radius of the hollow dot at the end of an unfinished line, in pixels."""
_MAX_END_VALUE: Final = 72.0
_MIN_LINE_WIDTH: Final = 180.0
"""A plot that would be narrower than this, in pixels, has no values at the ends of its lines."""
_END_LINE_HEIGHT: Final = 14.0
_MIN_END_HEIGHT: Final = 60.0
_SPARK_DOT: Final = 2.5
"""The radius of the dot at the end of a sparkline, in pixels."""
_LABEL_GAP: Final = 8.0
"""Pixels between two labels of an axis."""
_MAX_MARGIN: Final = 0.25
"""The part of a chart's width that the labels of its y axis may take for the sake of their unit."""
_DASHES: Final[tuple[tuple[float, ...], ...]] = ((), (4, 2), (1.4, 2), (5.4, 2, 1.4, 2))


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one set of bars of a chart, with its style and its last value as text. `unit`: that of all its
    values; None where they have several."""

    name: str
    values: list[float | None]
    colour: QColor
    dash: tuple[float, ...]
    last: str
    short_last: str
    column: int
    unit: number_format.Unit | None


def series_of(table: ResultTable, unit: str) -> list[Series]:
    """The series of a chart: up to eight numeric columns after the first one."""
    found_series = []
    for place, index in enumerate(_series_columns(table)[:_MAX_SERIES]):
        last = next((row for row in reversed(table.rows) if row[index] is not None), None)
        found_series.append(
            Series(
                table.columns[index].title,
                number_format.column_numbers(table, index),
                theme().chart(place),
                _DASHES[place % 4],
                _last_text(table, last, index, unit),
                _short_text(table, last, index, unit),
                index,
                number_format.column_unit(table, index, unit),
            )
        )
    return found_series


def _series_columns(table: ResultTable) -> list[int]:
    return [index for index, column in enumerate(table.columns) if number_format.is_numeric(column) and index > 0]


def undrawn_text(table: ResultTable) -> str:
    """How many series a chart leaves out, as text; empty if it draws all."""
    count = len(_series_columns(table)) - _MAX_SERIES
    if count <= 0:
        return ""
    return ngettext("{count} series not drawn", "{count} series not drawn", count).format(count=count)


def _last_text(table: ResultTable, row: Sequence[Cell] | None, column: int, unit: str) -> str:
    """The last value of a series: without decimals, unless it is so small that they matter."""
    value = row[column] if row is not None else None
    if row is None or value is None:
        return number_format.format_cell(None)
    if isinstance(value, Decimal) and value.is_finite() and abs(value) < 10 and value != value.to_integral_value():
        return _short_text(table, row, column, unit)
    decimals = None if isinstance(value, int) else 0
    return number_format.format_value(table, row, column, decimals=decimals, unit=unit)


def _short_text(table: ResultTable, row: Sequence[Cell] | None, column: int, unit: str) -> str:
    """The last value of a series, in short form."""
    value = number_format.to_float(row[column]) if row is not None else None
    if row is None or value is None:
        return number_format.format_cell(row[column] if row is not None else None)
    return number_format.unit_of(table, row, column, unit).after(number_format.abbreviate(value))


def is_unfinished(values: Sequence[Cell], read_at: datetime) -> bool:
    """Whether the last of these times begins a period that wasn't over when the data were read: a minute, hour, day,
    week or month.

    The length of a period is the shortest step between the times, which must be in order and on whole periods.
    """
    times = [moment for value in values if (moment := _moment(value)) is not None]
    steps = [after - before for before, after in pairwise(times)]
    if len(times) != len(values) or not steps or min(steps) < timedelta(minutes=1):
        return False
    units = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1))
    unit = next(unit for unit in units if min(steps) >= unit)
    midnight = datetime.combine(times[0].date(), time(), UTC)
    if any((moment - midnight) % unit for moment in times):
        return False
    return times[-1] <= read_at < _period_end(times, min(steps))


def _period_end(times: Sequence[datetime], step: timedelta) -> datetime:
    last = times[-1]
    if step >= timedelta(days=28) and all(moment.day == 1 for moment in times):
        months = min((b.year - a.year) * 12 + b.month - a.month for a, b in pairwise(times))
        place = last.year * 12 + last.month - 1 + months
        return last.replace(year=place // 12, month=place % 12 + 1)
    return last + step


def _moment(value: Cell) -> datetime | None:
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    return datetime.combine(value, time(), UTC) if isinstance(value, date) else None


def paint_lines(painter: QPainter, box: QRectF, table: ResultTable, unit: str) -> None:
    """Draw a line chart: the numeric columns over the first one."""
    lines = series_of(table, unit)
    _paint_lines(painter, paint_frame(painter, box, table, lines, "line_chart"), table, lines)


def paint_areas(painter: QPainter, box: QRectF, table: ResultTable, unit: str) -> None:
    """Draw an area chart: the numeric columns over the first one, filled down to zero."""
    lines = series_of(table, unit)
    plot = paint_frame(painter, box, table, lines, "area_chart")
    _paint_lines(painter, plot, table, lines, filled=True)


def _paint_lines(
    painter: QPainter, plot: "Plot", table: ResultTable, lines: Sequence[Series], *, filled: bool = False
) -> None:
    count = len(table.rows)
    xs = [plot.box.left() + plot.box.width() * (k / (count - 1) if count > 1 else 0.5) for k in range(count)]
    paint_axis_labels(painter, plot.box, number_format.category_labels(table), xs)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    unfinished = is_unfinished([row[0] for row in table.rows], table.read_at)
    whole = count - unfinished
    finished = [_segments(line.values[:whole], xs[:whole], plot) for line in lines]
    for line, segments in zip(lines, finished, strict=True) if filled else ():
        fill = QColor(line.colour)
        fill.setAlphaF(_FILL_OPACITY if len(lines) == 1 else _SHARED_FILL_OPACITY)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        base = plot.y(0.0)
        for segment in segments:
            painter.drawPolygon(QPolygonF([QPointF(segment[0].x(), base), *segment, QPointF(segment[-1].x(), base)]))
    for line, segments in zip(lines, finished, strict=True):
        pen = QPen(line.colour, 1.5)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if line.dash:
            pen.setDashPattern(list(line.dash))
        painter.setPen(pen)
        for segment in segments:
            if len(segment) == 1:
                painter.setBrush(line.colour)
                painter.drawEllipse(segment[0], 2, 2)
            else:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawPolyline(QPolygonF(segment))
        if unfinished:
            _paint_unfinished_end(painter, plot, line, xs)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    _paint_end_values(painter, plot)


def _paint_unfinished_end(painter: QPainter, plot: "Plot", line: Series, xs: Sequence[float]) -> None:
    """Draw the way to a value that still changes as dots, and the value as a hollow point."""
    before, last = line.values[-2:]
    if last is None:
        return
    end = QPointF(xs[-1], plot.y(last))
    if before is not None:
        pen = QPen(line.colour, 1.5)
        pen.setDashPattern(list(_UNFINISHED_DOTS))
        painter.setPen(pen)
        painter.drawLine(QPointF(xs[-2], plot.y(before)), end)
    painter.setPen(QPen(line.colour, 1.5))
    painter.setBrush(theme().color("surface"))
    painter.drawEllipse(end, _END_DOT, _END_DOT)


def _paint_end_values(painter: QPainter, plot: "Plot") -> None:
    painter.setFont(theme().font("caption"))
    painter.setPen(theme().color("text.secondary"))
    for value in plot.end_values:
        spot = QRectF(plot.box.right() + _LABEL_GAP, value.y - 8, _MAX_END_VALUE + 2, 16)
        painter.drawText(spot, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, value.text)


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
class EndValue:
    """The last value of a line as text beside its end, at this height."""

    series: int
    text: str
    y: float


@dataclass(frozen=True, slots=True)
class Plot:
    """The plot area of a chart and its y axis: the ticks from bottom to top, and their labels."""

    box: QRectF
    ticks: list[float]
    names: list[str]
    end_values: tuple[EndValue, ...] = ()

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
    room = box.height() - 20 - (LEGEND_HEIGHT if _has_legend(series, kind) else 0)
    ticks = number_format.axis_ticks(low, high, 5 if room > 130 else 4 if room > 80 else 3)
    metrics = QFontMetricsF(theme().font("caption"))
    names, margin = _tick_names(ticks, series, metrics, box.width() * _MAX_MARGIN)
    plot = Plot(QRectF(box.left() + margin, box.top() + 6, box.width() - margin - 4, max(room - 6, 10.0)), ticks, names)
    return plot if kind == "bar_chart" else _with_end_values(plot, series, metrics)


def _tick_names(
    ticks: Sequence[float], series: Sequence[Series], metrics: QFontMetricsF, room: float
) -> tuple[list[str], float]:
    """The labels of the y axis and their width with the gap beside it. They have a unit if it is that of all series,
    and if there is room for it."""
    units = {one.unit for one in series}
    for unit in (units.pop() if len(units) == 1 else None, number_format.NO_UNIT):
        names = number_format.tick_labels(ticks, unit or number_format.NO_UNIT)
        width = max(metrics.horizontalAdvance(name) for name in names) + _LABEL_GAP
        if width <= room:
            break
    return names, width


def _with_end_values(plot: Plot, series: Sequence[Series], metrics: QFontMetricsF) -> Plot:
    """The plot with the last values beside the ends of its lines, without those that would overlap an earlier one."""
    values: list[EndValue] = []
    width = 0.0
    for place, line in enumerate(series):
        last = line.values[-1] if len(line.values) > 1 else None
        if last is None:
            continue
        texts = (line.last, line.short_last)
        text = next((text for text in texts if metrics.horizontalAdvance(text) <= _MAX_END_VALUE), None)
        y = plot.y(last)
        if text is not None and all(abs(y - other.y) >= _END_LINE_HEIGHT for other in values):
            values.append(EndValue(place, text, y))
            width = max(width, metrics.horizontalAdvance(text))
    box = plot.box.adjusted(0, 0, -width - _LABEL_GAP, 0)
    if not values or box.width() < _MIN_LINE_WIDTH or box.height() < _MIN_END_HEIGHT:
        return plot
    return replace(plot, box=box, end_values=tuple(values))


def _has_legend(series: Sequence[Series], kind: str) -> bool:
    return len(series) > (1 if kind == "bar_chart" else 0)


def _starts_at_zero(lines: Sequence[Series]) -> bool:
    """Whether the y axis of a line chart starts at zero: unless the values vary by less than half of their minimum."""
    known = [value for line in lines for value in line.values if value is not None]
    return not known or not 0 < max(known) - min(known) < min(known) / 2


def paint_frame(painter: QPainter, box: QRectF, table: ResultTable, series: Sequence[Series], kind: str) -> Plot:
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
    paint_chart_legend(painter, box, table, series, kind, [value.series for value in plot.end_values])
    return plot


def paint_chart_legend(
    painter: QPainter,
    box: QRectF,
    table: ResultTable,
    series: Sequence[Series],
    kind: str,
    at_end: Sequence[int] = (),
) -> None:
    """Draw the legend of a chart that has one, without the values of the series `at_end` of their lines, and how many
    series the chart leaves out."""
    if not _has_legend(series, kind):
        return
    line = QRectF(box.left(), box.bottom() - LEGEND_HEIGHT + 4, box.width(), LEGEND_HEIGHT - 4)
    if undrawn := undrawn_text(table):
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().color("text.muted"))
        metrics = QFontMetricsF(painter.font())
        text = metrics.elidedText(undrawn, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        line.setRight(line.right() - metrics.horizontalAdvance(text) - _LABEL_GAP)
    entries = [
        LegendEntry(one.colour, one.name, "" if place in at_end else one.last, one.dash)
        for place, one in enumerate(series)
    ]
    if line.width() >= _MIN_LEGEND:
        paint_legend(painter, line, entries)


def paint_axis_labels(
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

"""A chart of lines that is drawn again and again in other parts of its x axis: what doesn't change is made once.

While somebody zooms or moves, each frame draws the frame of the chart as a picture, the lines by a transformation, and
the labels below them. The y axis is that of all values, so that nothing jumps.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF, QTransform

from benchboard.analytics.queries import ResultTable
from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.ui.studio.tiles.axes.axis_range import AxisRange
from benchboard.ui.studio.tiles.axes.thresholds import paint_labels
from benchboard.ui.studio.tiles.kinds import charts, x_axis
from benchboard.ui.studio.tiles.kinds.missing_periods import drawn_table
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.renderers import mismatch_reason
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.series import chart_note
from benchboard.ui.studio.tiles.series.chart_table import ChartTable
from benchboard.ui.theme import theme
from benchboard.ui.time_format import full_date

_FILL: Final = 0.12
_POINT: Final = 4.0
"""The diameter of a value between two missing ones, in pixels."""
_LEAST_SECONDS: Final = 4.0
"""A shorter time has no ticks."""
_LEAST_PART: Final = 1e-6


@dataclass(frozen=True, slots=True)
class _Line:
    """A series: the lines from value to value, and where each begins and ends on the axis, ascending; its values
    without neighbours. In pixels, as wide as the plot for the whole axis."""

    colour: QColor
    lines: list[QLineF]
    starts: list[float]
    ends: list[float]
    alone: QPolygonF
    zero: float


class LinePicture:
    """A line or area chart in the body of a tile."""

    def __init__(
        self, size: QSize, ratio: float, body: QRectF, widget: WidgetContent, result: QueryResult, whole: AxisRange
    ) -> None:
        """`size`: of the widget that it is drawn on, in logical pixels; `ratio`: device pixels in one; `whole`: that of
        the result (`whole_range`)."""
        kind = widget.kind.type if widget.kind is not None else ""
        self.whole, self._ratio = whole, ratio
        drawn = drawn_table(widget, replace(result, window=(whole.low, whole.high)))
        unit = number_format.unit(widget)
        box = chart_note.box_below(body, drawn, unit)
        self.table = x_axis.in_order(drawn)
        series = charts.series_of(self.table, unit)
        self._picture = QPixmap(size * ratio)
        self._picture.setDevicePixelRatio(ratio)
        self._picture.fill(theme().color("surface"))
        with QPainter(self._picture) as painter:
            chart_note.paint(painter, body, drawn, unit)
            self.plot = charts.paint_frame(painter, box, self.table, series, kind, unit)
        self.legend = self.plot.legend
        self._is_filled = kind == "area_chart"
        values = x_axis.axis_values(self.table) or []
        xs = [self.plot.box.left() + self.plot.box.width() * (value - whole.low) / whole.size for value in values]
        self._lines = [self._line(one, xs) for one in series]
        self._ticks = x_axis.line_ticks(self.table)

    def names(self, shown: AxisRange) -> tuple[str, str]:
        """What the ends of a range are called."""
        column = self.table.columns[0]
        if column.kind not in ("timestamp", "date"):
            unit = number_format.column_unit(self.table, 0) or number_format.NO_UNIT
            return unit.after(number_format.abbreviate(shown.low)), unit.after(number_format.abbreviate(shown.high))
        low, high = (datetime.fromtimestamp(end, UTC) for end in (shown.low, shown.high))
        return f"{full_date(low)} {low:%H:%M:%S}", f"{full_date(high)} {high:%H:%M:%S}"

    def _line(self, one: charts.Series, xs: Sequence[float]) -> _Line:
        lines, alone = list[QLineF](), list[QPointF]()
        for segment in charts.joined_points(one.values, xs, self.plot.of(one), connects=self.table.connects):
            if len(segment) == 1:
                alone += segment
            lines += [QLineF(before, after) for before, after in pairwise(segment)]
        starts, ends = [line.x1() for line in lines], [line.x2() for line in lines]
        return _Line(one.colour, lines, starts, ends, QPolygonF(alone), self.plot.of(one).y(0.0))

    def paint(self, painter: QPainter, shown: AxisRange) -> None:
        """Draw it with a range of its axis. Takes a few milliseconds."""
        box = self.plot.box
        painter.drawPixmap(0, 0, self._picture)
        axis = x_axis.XAxis((), list, self._ticks(shown.low, shown.high))
        x_axis.paint_labels(painter, axis, box, self.plot.within)
        painter.save()
        painter.setClipRect(box.adjusted(0, -2, 0, 2), Qt.ClipOperation.IntersectClip)
        scale = self.whole.size / shown.size
        left = box.left() + box.width() * (shown.low - self.whole.low) / self.whole.size
        moved = QTransform(scale, 0, 0, 1, box.left() - left * scale, 0)
        painter.setTransform(moved, combine=True)
        margin = box.width() / scale
        for line in self._lines:
            self._paint_line(painter, line, left - margin, left + 2 * margin)
        painter.restore()
        paint_labels(painter, box, self.plot.scale, self.table.thresholds)

    def _paint_line(self, painter: QPainter, line: _Line, low: float, high: float) -> None:
        first, last = bisect_left(line.ends, low), bisect_right(line.starts, high)
        shown = line.lines[first:last]
        # Ends far outside would be beyond the numbers that Qt draws with.
        for place in {0, len(shown) - 1} if shown else ():
            shown[place] = _cut(shown[place], low, high)
        if self._is_filled and shown:
            fill = QColor(line.colour)
            fill.setAlphaF(_FILL)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)  # its edge is below the line
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            ends = [QPointF(shown[-1].x2(), line.zero), QPointF(shown[0].x1(), line.zero)]
            painter.drawPolygon(QPolygonF([shown[0].p1(), *(one.p2() for one in shown), *ends]))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._pen(line.colour, charts.line_width(len(shown), self.plot.box.width())))
        painter.drawLines(shown)
        if not line.alone.isEmpty():
            painter.setPen(self._pen(line.colour, _POINT))
            painter.drawPoints(line.alone)

    def _pen(self, colour: QColor, width: float) -> QPen:
        """A pen that stays as wide when the axis is stretched: its width is in device pixels then."""
        pen = QPen(colour, width * self._ratio)
        pen.setCosmetic(True)
        if width == _POINT:
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        return pen


def whole_range(widget: WidgetContent, result: QueryResult | None) -> AxisRange | None:
    """The whole x axis of a line or area chart; None for any other, for one that is stacked, and for names."""
    kind, table = widget.kind.type if widget.kind is not None else "", result.table if result is not None else None
    if kind not in ("line_chart", "area_chart") or result is None or table is None or len(table.rows) < 2:
        return None
    if result.error is not None or mismatch_reason(widget, table) is not None:
        return None
    drawn = x_axis.in_order(drawn_table(widget, replace(result, window=None)))
    values = x_axis.axis_values(drawn)
    if values is None or any(one.spans for one in charts.series_of(drawn, "")):
        return None
    found = AxisRange(values[0], values[-1])
    if table.reduced is not None:
        found = AxisRange(min(found.low, table.reduced.low), max(found.high, table.reduced.high))
    return found if found.size > 0 else None


def least_range(whole: AxisRange, *, is_time: bool) -> float:
    """The shortest part of an axis that can be shown."""
    return min(max(_LEAST_SECONDS if is_time else 0.0, whole.size * _LEAST_PART), whole.size)


def with_detail(table: ResultTable, part: ResultTable) -> ResultTable:
    """A reduced result with a finer one in the place of a part of it."""
    if part.reduced is None or not part.rows:
        return table
    low, high = part.reduced.low, part.reduced.high
    places = x_axis.axis_values(ChartTable(table.columns[:1], table.rows, truncated=False, reduced=table.reduced)) or []
    rows = (row for row, place in zip(table.rows, places, strict=True) if not low <= place <= high)
    return replace(table, rows=(*rows, *part.rows))


def _cut(line: QLineF, low: float, high: float) -> QLineF:
    """The part of a line between two x coordinates."""
    if line.dx() <= 0:
        return line
    parts = [min(max((end - line.x1()) / line.dx(), 0.0), 1.0) for end in (low, high)]
    return QLineF(line.pointAt(parts[0]), line.pointAt(parts[1]))

"""Draws line and area charts, the axes of all charts, and sparklines, by the mockups' visual rules ("Chart")."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from statistics import fmean
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.i18n import _, ngettext
from benchboard.ui.studio.tiles import number_format, periods, x_axis
from benchboard.ui.studio.tiles.axis_scale import AxisScale, axis_scale
from benchboard.ui.studio.tiles.chart_table import MAX_SERIES, ChartTable
from benchboard.ui.studio.tiles.thresholds import Threshold, extended, paint_bands
from benchboard.ui.studio.tiles.thresholds import paint_labels as paint_threshold_labels
from benchboard.ui.theme import contrast, theme
from benchboard.ui.widgets import legend
from benchboard.ui.widgets.legend import LegendEntry

_LEGEND_TOP: Final = 4.0
"""Pixels above a legend."""
_LEGEND_SHARE: Final = 0.25
"""The part of a chart's height that a legend of several lines may take."""
_LEAD_GAP: Final = 14.0
"""Pixels between what names the series and the first name."""
_MIN_LEGEND: Final = 40.0
"""Pixels that a legend's entries need at least."""
_FILL_OPACITY: Final = 0.12
"""The opacity of the area under the only line of a chart."""
_SHARED_FILL_OPACITY: Final = 0.06
"""The opacity of the area under each of two lines: where areas overlap, their fills add up."""
_MOST_FILLED: Final = 2
"""More areas than these are drawn as lines alone: their fills would add up to colours that no legend has."""
_UNFINISHED_DOTS: Final = (1.4, 2.4)
_UNFINISHED_OPACITY: Final = 0.5
"""The opacity of those dots, which the dash of a whole series might be taken for otherwise."""
_END_DOT: Final = 3.0
"""The radius of the hollow dot at the end of an unfinished line, in pixels."""
_MAX_END_VALUE: Final = 72.0
_MAX_NAMED_END: Final = 168.0
_MOST_NAMED: Final = 6
"""More lines than these are named in a legend alone."""
_MIN_NAMED_WIDTH: Final = 330.0
"""A plot that would be narrower than this, in pixels, has no names at the ends of its lines."""
_MIN_LINE_WIDTH: Final = 180.0
"""A plot that would be narrower than this, in pixels, has no values at the ends of its lines."""
_END_LINE_HEIGHT: Final = 14.0
_MIN_END_HEIGHT: Final = 60.0
_TEXT_CONTRAST: Final = 4.5
"""Least contrast of a text in the colour of a line (WCAG 2.2, 1.4.3)."""
_MOST_STEPS: Final = 30
"""Steps of lightness that are tried for such a text."""
_SPARK_DOT: Final = 2.5
"""The radius of the dot at the end of a sparkline, in pixels."""
_LABEL_GAP: Final = 8.0
"""Pixels between two labels of an axis."""
_TICK_HEIGHT: Final = 20.0
"""Least pixels of a plot's height for each step of its y axis."""
_MAX_MARGIN: Final = 0.25
"""The part of a chart's width that the labels of its y axis may take for the sake of their unit."""
_FREE_SHARE: Final = 0.2
"""A line chart has no zero on its axis if its values vary by less than this part of the largest."""
_BREAK: Final = ((0.0, 0.0), (0.0, 3.0), (-2.5, 5.0), (2.5, 8.0), (-2.5, 11.0), (2.5, 14.0), (0.0, 16.0), (0.0, 20.0))
"""The zigzag at the end of an axis without zero: pixels to the right and away from that end."""
_BREAK_GAP: Final = 3.5
"""Pixels from there to the plot."""
_BEFORE_DASH: Final = (2.0, 2.5)
"""The dash of the period before, whatever the colour of its series."""
_BEFORE_STRENGTH: Final = 0.6
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
    is_whole: bool
    """Whether its values are whole numbers."""
    is_before: bool = False
    """Whether its values are those of the period before."""


def series_of(table: ResultTable, unit: str) -> list[Series]:
    """The series of a chart: up to `MAX_SERIES` numeric columns after the first one."""
    found_series, colours = [], table.colours if isinstance(table, ChartTable) else ()
    numeric = [index for index, column in enumerate(table.columns) if number_format.is_numeric(column) and index > 0]
    for place, index in enumerate(numeric[:MAX_SERIES]):
        base = table.series_before(index) if isinstance(table, ChartTable) else None
        own = place if base is None else numeric.index(base)
        colour = colours[own] if colours else own
        last = next((row for row in reversed(table.rows) if row[index] is not None), None)
        found_series.append(
            Series(
                table.columns[index].title,
                number_format.column_numbers(table, index),
                theme().chart(colour) if base is None else _lighter(theme().chart(colour)),
                _DASHES[colour % 4] if base is None else _BEFORE_DASH,
                _last_text(table, last, index, unit),
                _short_text(table, last, index, unit),
                index,
                number_format.column_unit(table, index, unit),
                table.columns[index].kind == "integer",
                base is not None,
            )
        )
    return found_series


def _lighter(colour: QColor) -> QColor:
    """A colour nearer to that of the tile, for what is less important."""
    ground = theme().color("surface")
    parts = [
        a * _BEFORE_STRENGTH + b * (1 - _BEFORE_STRENGTH)
        for a, b in zip(colour.getRgbF()[:3], ground.getRgbF()[:3], strict=True)  # type: ignore[index]  # four numbers
    ]
    return QColor.fromRgbF(*parts)


def series_by_text(table: ChartTable) -> str:
    """Which column names the series, as text; empty where each series is a column."""
    return _("Series: {column}").format(column=table.series_by) if table.series_by else ""


def undrawn_text(table: ChartTable) -> str:
    """How many series a chart leaves out, as text; empty if it draws all."""
    if not table.undrawn:
        return ""
    return ngettext("{count} series not drawn", "{count} series not drawn", table.undrawn).format(count=table.undrawn)


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


def paint_lines(painter: QPainter, box: QRectF, table: ChartTable, unit: str) -> None:
    """Draw a line chart: the numeric columns over the first one."""
    table = x_axis.in_order(table)
    lines = series_of(table, unit)
    _paint_lines(painter, box, paint_frame(painter, box, table, lines, "line_chart"), table, lines)


def paint_areas(painter: QPainter, box: QRectF, table: ChartTable, unit: str) -> None:
    """Draw an area chart: the numeric columns over the first one, filled down to zero."""
    table = x_axis.in_order(table)
    lines = series_of(table, unit)
    plot = paint_frame(painter, box, table, lines, "area_chart")
    _paint_lines(painter, box, plot, table, lines, filled=True)


def _paint_lines(
    painter: QPainter,
    box: QRectF,
    plot: "Plot",
    table: ChartTable,
    lines: Sequence[Series],
    *,
    filled: bool = False,
) -> None:
    count, axis = len(table.rows), x_axis.line_axis(table)
    xs = [axis.x(plot.box, row) for row in range(count)]
    gaps = frozenset() if table.connects else periods.rows_before_gaps([row[0] for row in table.rows])
    x_axis.paint_labels(painter, axis, plot.box, box)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    partial = table.partial_rows
    unfinished, begun = count - 1 in partial, int(0 in partial)
    whole = count - unfinished
    finished = [
        _segments(line.values[begun:whole], xs[begun:whole], plot, _moved(gaps, begun), connects=table.connects)
        for line in lines
    ]
    for line, segments in zip(lines, finished, strict=True) if filled and len(lines) <= _MOST_FILLED else ():
        if line.is_before:
            continue
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
        _paint_broken_ends(painter, line, segments)
        for row in gaps - {whole - 1}:
            _paint_pale(painter, plot, line, xs, row)
        if unfinished:
            _paint_unfinished(painter, plot, line, xs, count - 1, count - 2)
        if begun:
            _paint_unfinished(painter, plot, line, xs, 0, 0)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    paint_threshold_labels(painter, plot.box, plot.scale, table.thresholds)
    _paint_end_values(painter, plot, lines)


def _paint_broken_ends(painter: QPainter, line: Series, segments: Sequence[Sequence[QPointF]]) -> None:
    """Draw the values on both sides of a gap as dots: the line ends there, and doesn't only leave the plot."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(line.colour)
    for before, after in pairwise(segments):
        for point in (before[-1], after[0]):
            painter.drawEllipse(point, 2, 2)


def _moved(rows: Collection[int], by: int) -> frozenset[int]:
    return frozenset(row - by for row in rows)


def _paint_unfinished(painter: QPainter, plot: "Plot", line: Series, xs: Sequence[float], row: int, way: int) -> None:
    """Draw the value of a part of a period as a hollow point, and the way between it and the others, from the row
    `way` to the next, as pale dots."""
    value = line.values[row]
    if value is None:
        return
    _paint_pale(painter, plot, line, xs, way)
    painter.setPen(QPen(line.colour, 1.5))
    painter.setBrush(theme().color("surface"))
    painter.drawEllipse(QPointF(xs[row], plot.y(value)), _END_DOT, _END_DOT)


def _paint_pale(painter: QPainter, plot: "Plot", line: Series, xs: Sequence[float], row: int) -> None:
    """Draw the way from a row to the next as pale dots: no values are known in between."""
    before, after = line.values[row : row + 2]
    if before is None or after is None:
        return
    pale = QColor(line.colour)
    pale.setAlphaF(_UNFINISHED_OPACITY)
    pen = QPen(pale, 1.5)
    pen.setDashPattern(list(_UNFINISHED_DOTS))
    painter.setPen(pen)
    painter.drawLine(QPointF(xs[row], plot.y(before)), QPointF(xs[row + 1], plot.y(after)))


def _paint_end_values(painter: QPainter, plot: "Plot", lines: Sequence[Series]) -> None:
    """Draw the last values in the hues of their lines, strong enough to be read as text."""
    painter.setFont(theme().font("caption"))
    for value in plot.end_values:
        painter.setPen(readable(lines[value.series].colour))
        width = (_MAX_NAMED_END if plot.names_lines else _MAX_END_VALUE) + 2
        spot = QRectF(plot.box.right() + _LABEL_GAP, value.y - 8, width, 16)
        painter.drawText(spot, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, value.text)


def readable(colour: QColor) -> QColor:
    """A colour of the same hue that stands out from a tile as text does."""
    surface, text = theme().color("surface"), theme().color("text")
    towards_black = text.lightnessF() < surface.lightnessF()
    found = colour
    for _step in range(_MOST_STEPS):
        if contrast(found, surface) >= _TEXT_CONTRAST:
            return found
        lightness = found.hslHueF(), found.hslSaturationF(), found.lightnessF() + (-0.03 if towards_black else 0.03)
        found = QColor.fromHslF(max(lightness[0], 0.0), lightness[1], min(max(lightness[2], 0.0), 1.0))
    return text


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
    fill = QColor(colour)
    fill.setAlphaF(_FILL_OPACITY)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    floor = box.bottom() + _SPARK_DOT
    painter.drawPolygon(QPolygonF([QPointF(box.left(), floor), *points, QPointF(points[-1].x(), floor)]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
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
    """The plot area of a chart and its y axis, with the labels of its ticks."""

    box: QRectF
    scale: AxisScale
    names: list[str]
    end_values: tuple[EndValue, ...] = ()
    names_lines: bool = False
    """Whether the texts at the ends of the lines have their names too: then there is no legend."""

    def y(self, value: float) -> float:
        """The y coordinate of a value."""
        return self.box.bottom() - self.box.height() * self.scale.part(value)


def plot_of(
    box: QRectF,
    series: Sequence[Series],
    kind: str,
    *,
    may_name_lines: bool = False,
    thresholds: Sequence[Threshold] = (),
) -> Plot:
    """The plot area of a chart of this kind in the body of a tile. With `may_name_lines`, lines have their names at
    their ends rather than in a legend, if all of them have room there. Its axis includes `thresholds` near its values.
    """
    limits = [one.value for one in thresholds]
    if may_name_lines and kind != "bar_chart" and len(series) <= _MOST_NAMED:
        named = _with_names(_bare_plot(box, series, kind, 0.0, limits), series)
        if named is not None:
            return named
    plot = _bare_plot(box, series, kind, legend_height(box, series, kind), limits)
    return plot if kind == "bar_chart" else _with_end_values(plot, series)


def may_name_lines(table: ChartTable) -> bool:
    """Whether a chart's legend would have nothing but names and values, so that the ends of lines can have them."""
    return not table.series_by and not table.undrawn


def _bare_plot(box: QRectF, series: Sequence[Series], kind: str, legend: float, limits: Sequence[float]) -> Plot:
    """The plot area above a legend of this height, without values at the ends of lines."""
    known = [value for one_series in series for value in one_series.values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    low, high = _line_ends(low, high) if kind == "line_chart" else (min(low, 0.0), max(high, 0.0))
    low, high = extended(low, high, limits)
    room = box.height() - x_axis.AXIS_HEIGHT - legend
    most = min(6 if room > 130 else 4 if room > 80 else 3, 1 + int(room / _TICK_HEIGHT))
    whole = all(one.is_whole for one in series)
    scale = axis_scale(low, high, max(most, 2), whole=whole)
    names, margin = _tick_names(scale.ticks, series, QFontMetricsF(theme().font("caption")), box.width() * _MAX_MARGIN)
    return Plot(QRectF(box.left() + margin, box.top() + 6, box.width() - margin - 4, max(room - 6, 10.0)), scale, names)


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


def _with_end_values(plot: Plot, series: Sequence[Series]) -> Plot:
    """The plot with the last values beside the ends of its lines: moved apart where they would overlap, in the order of
    their heights. Those of the last series are left out where not all have room."""
    values = _end_values(plot, series)[: int(plot.box.height() / _END_LINE_HEIGHT) + 1]
    return _beside_ends(plot, values, _MIN_LINE_WIDTH) or plot


def _with_names(plot: Plot, series: Sequence[Series]) -> Plot | None:
    """The plot with names and last values beside the ends of all lines; None where one has no room near its end."""
    metrics = QFontMetricsF(theme().font("caption"))
    values = [replace(one, text=_named_end(series[one.series], one.text)) for one in _end_values(plot, series)]
    least = _MIN_NAMED_WIDTH if len(series) > 1 else _MIN_LINE_WIDTH
    if len(values) < len(series) or any(metrics.horizontalAdvance(one.text) > _MAX_NAMED_END for one in values):
        return None
    named, ends = _beside_ends(plot, values, least), {one.series: one.y for one in values}
    if named is None or any(abs(one.y - ends[one.series]) > _END_LINE_HEIGHT / 2 for one in named.end_values):
        return None
    return replace(named, names_lines=True)


def _named_end(line: Series, value: str) -> str:
    """Name and last value of a line; of one with the name of its currency, the value alone, which has its sign."""
    is_repeated = line.unit is not None and line.unit.currency == line.name
    return value if is_repeated else f"{line.name}  {value}"


def _end_values(plot: Plot, series: Sequence[Series]) -> list[EndValue]:
    """The last value of each line that ends with one, at its own height, if its text isn't too long."""
    metrics, values = QFontMetricsF(theme().font("caption")), list[EndValue]()
    for place, line in enumerate(series):
        last = line.values[-1] if len(line.values) > 1 else None
        if last is None:
            continue
        texts = _precise_texts(line, last, plot.scale.ticks) or _plain_texts(line, plot.scale.ticks)
        text = next((text for text in texts if metrics.horizontalAdvance(text) <= _MAX_END_VALUE), None)
        if text is not None:
            values.append(EndValue(place, text, plot.y(last)))
    return values


def _beside_ends(plot: Plot, values: Sequence[EndValue], least: float) -> Plot | None:
    """The plot, narrower by the texts beside the ends of its lines; None where it would be narrower than `least`."""
    metrics = QFontMetricsF(theme().font("caption"))
    width = max((metrics.horizontalAdvance(one.text) for one in values), default=0.0)
    box = plot.box.adjusted(0, 0, -width - _LABEL_GAP, 0)
    if not values or box.width() < least or box.height() < _MIN_END_HEIGHT:
        return None
    placed = sorted(values, key=lambda value: value.y)
    heights = _apart([value.y for value in placed], box.top(), box.bottom())
    return replace(plot, box=box, end_values=tuple(map(_at_height, placed, heights)))


def _at_height(value: EndValue, y: float) -> EndValue:
    return replace(value, y=y)


def _apart(heights: Sequence[float], top: float, bottom: float) -> list[float]:
    """Ascending heights moved as little as possible, so that they are a line of text apart, between `top` and `bottom`.

    Those that would overlap keep their mean: the isotonic regression of what remains without the distances.
    """
    groups: list[list[float]] = []
    for place, height in enumerate(heights):
        groups.append([height - place * _END_LINE_HEIGHT])
        while len(groups) > 1 and fmean(groups[-2]) > fmean(groups[-1]):
            last = groups.pop()
            groups[-1] += last
    lowest = bottom - (len(heights) - 1) * _END_LINE_HEIGHT
    places = [max(top, min(fmean(group), lowest)) for group in groups for _height in group]
    return [height + place * _END_LINE_HEIGHT for place, height in enumerate(places)]


def _plain_texts(line: Series, ticks: Sequence[float]) -> tuple[str, ...]:
    """The last value of a line, whole and in short form: only short where the ticks are so too."""
    are_short = max(map(abs, ticks)) >= number_format.LEAST_SHORT
    return (line.short_last,) if are_short else (line.last, line.short_last)


def _precise_texts(line: Series, last: float, ticks: Sequence[float]) -> tuple[str, ...]:
    """The last value of a line with the decimals of the ticks, with and without its unit, where it would be at another
    height with less; else nothing."""
    places = number_format.decimal_places(Decimal(f"{ticks[1] - ticks[0]:.3g}"))
    if not places or not 10 <= abs(last) < 1e9 or line.unit is None:
        return ()
    written = number_format.format_number(last, places)
    return line.unit.after(written), written


def _line_ends(low: float, high: float) -> tuple[float, float]:
    """The ends of the y axis of a line chart with values from `low` to `high`: with zero, unless the values vary by
    less than `_FREE_SHARE` of the largest of them, and would be a flat line.

    Without zero, there is half of their range free on either side: a small change doesn't look like a large one. The
    foot of such an axis has a mark (`_paint_axis_break`).
    """
    size = max(abs(low), abs(high))
    if low * high <= 0 or not 0 < high - low < size * _FREE_SHARE:
        return min(low, 0.0), max(high, 0.0)
    return low - (high - low) / 2, high + (high - low) / 2


def zero_text(table: ChartTable) -> str:
    """That the axis of a line chart doesn't start at zero, as text; empty if it does."""
    known = [value for line in series_of(table, "") for value in line.values if value is not None]
    low, high = _line_ends(min(known), max(known)) if known else (0.0, 0.0)
    return "" if low <= 0 <= high else _("The axis doesn't start at 0.")


def _paint_axis_break(painter: QPainter, plot: Plot) -> None:
    """Draw a zigzag beside the end of a y axis that would go on to zero."""
    if plot.scale.low <= 0 <= plot.scale.high or plot.box.height() < 2 * _BREAK[-1][1]:
        return
    x, way = plot.box.left() - _BREAK_GAP, -1 if plot.scale.low > 0 else 1
    y = plot.box.bottom() if plot.scale.low > 0 else plot.box.top()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme().color("text.muted"), 1.2))
    painter.drawPolyline(QPolygonF([QPointF(x + right, y + way * up) for right, up in _BREAK]))
    painter.restore()


def paint_frame(painter: QPainter, box: QRectF, table: ChartTable, series: Sequence[Series], kind: str) -> Plot:
    """Draw ticks, grid and legend. Returns the plot."""
    plot = plot_of(box, series, kind, may_name_lines=may_name_lines(table), thresholds=table.thresholds)
    paint_bands(painter, plot.box, plot.scale, table.thresholds)
    painter.setFont(theme().font("caption"))
    for tick, name in zip(plot.scale.ticks, plot.names, strict=True):
        y = round(plot.y(tick)) + 0.5
        is_zero = tick == 0 and plot.scale.low < 0
        _paint_gridline(painter, plot.box, y, theme().color("border.control" if is_zero else "grid"))
        painter.setPen(theme().color("text.muted"))
        spot = QRectF(box.left(), y - 8, plot.box.left() - 8 - box.left(), 16)
        painter.drawText(spot, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
    if kind == "line_chart":
        _paint_axis_break(painter, plot)
    if not plot.names_lines:
        paint_chart_legend(painter, box, table, series, kind, [value.series for value in plot.end_values])
    return plot


def _paint_gridline(painter: QPainter, plot: QRectF, y: float, colour: QColor) -> None:
    """Draw a line over the width of a plot in whole pixels of the screen: otherwise some of the lines would cover two
    rows of them and look stronger."""
    spot = painter.deviceTransform().mapRect(QRectF(plot.left(), y - 0.5, plot.width(), 1.0))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    spot = QRectF(round(spot.left()), round(spot.top()), round(spot.width()), max(1, round(spot.height())))
    painter.fillRect(painter.deviceTransform().inverted()[0].mapRect(spot), colour)
    painter.restore()


def paint_chart_legend(
    painter: QPainter,
    box: QRectF,
    table: ChartTable,
    series: Sequence[Series],
    kind: str,
    at_end: Sequence[int] = (),
) -> None:
    """Draw the legend of a chart that has one, and how many series the chart leaves out. It has the values of all
    series, or of none if all are `at_end` of their lines."""
    height = legend_height(box, series, kind)
    if not height:
        return
    lines = QRectF(box.left(), box.bottom() - height + _LEGEND_TOP, box.width(), height - _LEGEND_TOP)
    if undrawn := undrawn_text(table):
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().color("text.muted"))
        metrics = QFontMetricsF(painter.font())
        text = metrics.elidedText(undrawn, Qt.TextElideMode.ElideRight, lines.width())
        spot = lines.adjusted(0, lines.height() - legend.LINE_HEIGHT, 0, 0)
        painter.drawText(spot, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        lines.setRight(lines.right() - metrics.horizontalAdvance(text) - _LABEL_GAP)
    if lead := series_by_text(table):
        lines.setLeft(_paint_legend_lead(painter, lines, lead, series))
    # The last of many names is no more current than the others. Values that all stand at their lines aren't repeated;
    # a legend with some of them would look as if the others had none.
    is_current = kind != "bar_chart" or periods.moments([row[0] for row in table.rows]) is not None
    has_values = is_current and not set(range(len(series))) <= set(at_end)
    entries = [
        LegendEntry(
            one.colour,
            one.name,
            (one.last or "–") if has_values else "",
            "area" if kind == "bar_chart" else one.dash,
        )
        for one in series
    ]
    if lines.width() >= _MIN_LEGEND:
        legend.paint_legend(painter, lines, entries)


def _paint_legend_lead(painter: QPainter, lines: QRectF, lead: str, series: Sequence[Series]) -> float:
    """Draw which column names the series before their names, if all have room. Returns where the names begin."""
    font = theme().font("caption")
    width = QFontMetricsF(font).horizontalAdvance(lead) + _LEAD_GAP
    count = max(1, int(lines.height() // legend.LINE_HEIGHT))
    names = [LegendEntry(one.colour, one.name) for one in series]
    if legend.lines_needed(names, lines.width() - width, count + 1) > count:
        return lines.left()
    painter.setFont(font)
    painter.setPen(theme().color("text.muted"))
    first = QRectF(lines.left(), lines.top(), width, lines.height() / count)
    painter.drawText(first, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, lead)
    return lines.left() + width


def legend_height(box: QRectF, series: Sequence[Series], kind: str) -> float:
    """Pixels that the legend takes at the bottom of a chart; 0 for one without."""
    if len(series) <= (1 if kind == "bar_chart" else 0):
        return 0.0
    most = max(1, int(box.height() * _LEGEND_SHARE // legend.LINE_HEIGHT))
    names = [LegendEntry(one.colour, one.name) for one in series]
    return legend.lines_needed(names, box.width(), most) * legend.LINE_HEIGHT + _LEGEND_TOP


def _segments(
    values: Sequence[float | None], xs: Sequence[float], plot: Plot, gaps: Collection[int], *, connects: bool = False
) -> list[list[QPointF]]:
    """The points of a line, in segments between missing values and between rows with a gap after them; one segment if
    it `connects` all values.
    """
    segments: list[list[QPointF]] = [[]]
    for row, (x, value) in enumerate(zip(xs, values, strict=True)):
        if value is not None:
            segments[-1].append(QPointF(x, plot.y(value)))
        if segments[-1] and (row in gaps or (value is None and not connects)):
            segments.append([])
    return [segment for segment in segments if segment]

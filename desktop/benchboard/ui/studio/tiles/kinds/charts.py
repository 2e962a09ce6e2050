"""Draws line and area charts, the axes of all charts, and sparklines, by the mockups' visual rules ("Chart")."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise
from statistics import fmean
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from benchboard.analytics import periods
from benchboard.analytics.queries import Cell, ResultTable
from benchboard.i18n import _, currency_decimals, ngettext, percent
from benchboard.ui.studio.tiles.axes.axis_scale import AxisChoice, AxisScale
from benchboard.ui.studio.tiles.axes.axis_sides import (
    AxisChoices,
    RightAxis,
    label_width,
    paint_right,
    with_common_zero,
)
from benchboard.ui.studio.tiles.axes.thresholds import Threshold, extended, paint_bands
from benchboard.ui.studio.tiles.axes.thresholds import paint_labels as paint_threshold_labels
from benchboard.ui.studio.tiles.kinds import x_axis
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.numbers.partial_periods import data_end_text
from benchboard.ui.studio.tiles.series.chart_legend import LegendRoom, LegendTarget, legend_room
from benchboard.ui.studio.tiles.series.chart_table import MAX_SERIES, ChartTable
from benchboard.ui.studio.tiles.series.stacking import Span, Stack, spans_of, total
from benchboard.ui.studio.tiles.series.value_colours import colour_of_place, with_own
from benchboard.ui.theme import contrast, theme
from benchboard.ui.widgets import legend
from benchboard.ui.widgets.legend import LegendEntry

_LEAD_GAP: Final = 14.0
"""Pixels between what names the series and the first name."""
_MIN_LEGEND: Final = 40.0
"""Pixels that a legend's entries need at least."""
_FILL_OPACITY: Final = 0.12
"""The opacity of the area under the only line of a chart."""
_SHARED_FILL_OPACITY: Final = 0.08
"""The opacity of the area under each of several lines: where areas overlap, their fills add up."""
_STACKED_FILL_OPACITY: Final = 0.4
"""The opacity of an area that lies on others: no other one is behind it."""
MOST_JOINED: Final = 400
"""A line through more points is drawn as single lines: Qt takes the square of the time for one that crosses itself,
4,000 points of noise took 370 ms, and take 9. At such a density no corner can be seen."""
_LINE: Final = 1.5
_DENSE_LINE: Final = 1.0
"""The width of a line that crosses a column of pixels several times, and of any other, in pixels. Qt draws one of a
pixel four times as fast."""
_DENSITY: Final = 2.0
_UNFINISHED_DOTS: Final = (1.4, 2.4)
_UNFINISHED_OPACITY: Final = 0.5
"""The opacity of those dots, which the dash of a whole series might be taken for otherwise."""
_END_DOT: Final = 3.0
"""The radius of the dot at the end of a line, in pixels: hollow at that of an unfinished one."""
_POINT_DOT: Final = 4.0
"""The radius of the dot of a line that has no other, in pixels."""
_POINT_GAP: Final = 10.0
"""Pixels between such a dot and its label."""
_MAX_END_VALUE: Final = 72.0
_MAX_NAMED_END: Final = 168.0
_LEAST_WHOLE: Final = 1000.0
"""From here on the last values of lines have no decimals."""
_MOST_NAMED: Final = 6
"""More lines than these are named in a legend alone."""
_MIN_NAMED_WIDTH: Final = 330.0
"""A plot that would be narrower than this, in pixels, has no names at the ends of its lines."""
_MIN_LINE_WIDTH: Final = 180.0
"""A plot that would be narrower than this, in pixels, has no values at the ends of its lines."""
_END_LINE_HEIGHT: Final = 14.0
_MIN_END_HEIGHT: Final = 60.0
_TEXT_CONTRAST: Final = 4.55
"""Least contrast of a text in the colour of a line: 4.5 (WCAG 2.2, 1.4.3) after rounding to whole reds, greens and
blues too."""
_MOST_STEPS: Final = 30
"""Steps of lightness that are tried for such a text."""
_SPARK_DOT: Final = 2.5
"""The radius of the dot at the end of a sparkline, in pixels."""
_OUTSIDE: Final = 1e-6
"""How far a value may be beyond the ends of an axis and still be on it: what rounding does."""
_LABEL_GAP: Final = 8.0
"""Pixels between two labels of an axis."""
_TICK_HEIGHT: Final = 20.0
"""Least pixels of a plot's height for each step of its y axis."""
_LEAST_TICK_DISTANCE: Final = 12.0
"""Least pixels between the labels of two ticks of a y axis."""
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
    spans: tuple[Span | None, ...] = ()
    """Of a stacked series, where each value begins and ends; empty where all begin at zero."""
    key: str = ""
    """What a reader's choice in the legend names it by."""
    setting_name: str = ""
    """What the settings of its widget call it."""
    is_hidden: bool = False
    """Whether a reader hides it: it is in the legend alone."""
    is_right: bool = False
    """Whether it is on the right axis."""
    own_unit: str = ""
    """The unit that the widget sets for it."""
    decimals: int | None = None
    """The decimals that the widget sets for its values."""
    last_decimals: int = 0
    """The decimals of its last value, unless the widget sets some."""
    is_target: bool = False
    """Whether it is what the others are to reach in each row."""
    is_share: bool = False
    """Whether its spans are shares of the sum of their row, in percent."""

    @property
    def legend_name(self) -> str:
        """What it is called in the legend."""
        return _("{series} (right axis)").format(series=self.name) if self.is_right else self.name

    @property
    def heights(self) -> list[float | None]:
        """Where each value ends on the axis."""
        return [span.top if span is not None else None for span in self.spans] if self.spans else self.values

    def span(self, row: int) -> Span | None:
        """Where a value begins and ends on the axis; None where it has none."""
        if self.spans:
            return self.spans[row]
        value = self.values[row]
        return Span(0.0, value) if value is not None else None


def series_of(table: ResultTable, unit: str) -> list[Series]:
    """The series that a chart draws: those of `named_series` that nobody hides."""
    found = [one for one in named_series(table, unit) if not one.is_hidden]
    return _stacked(found, table.stack) if isinstance(table, ChartTable) else found


def named_series(table: ResultTable, unit: str) -> list[Series]:
    """The series in the legend of a chart: up to `MAX_SERIES` numeric columns after the first one, each followed by its
    values of the period before."""
    found_series, colours = [], table.colours if isinstance(table, ChartTable) else ()
    numeric = _named_columns(table)
    bases = [index for index in numeric if not isinstance(table, ChartTable) or table.series_before(index) is None]
    by_value = isinstance(table, ChartTable) and bool(table.keys)
    hidden = table.hidden if isinstance(table, ChartTable) else frozenset()
    if hidden.issuperset(table.columns[index].name for index in numeric):
        hidden = frozenset()  # they are others now
    shown = shown_colours(table, bases, colours)
    shared = _shared_decimals(table, numeric)
    for index in numeric:
        base = table.series_before(index) if isinstance(table, ChartTable) else None
        own = bases.index(index if base is None else base)
        is_right = isinstance(table, ChartTable) and table.is_right(index)
        own_unit, decimals = _own_format(table, unit, is_right=is_right)
        colour = colours[own] if colours else own
        target = table.target_name if isinstance(table, ChartTable) and base is None and len(bases) > 1 else ""
        # A series of rows without a value has no name either.
        is_target = bool(target) and isinstance(table, ChartTable) and table.setting_name(index) == target
        dash = _DASHES[(colour - colour_of_place(0) if by_value else own) % 4]
        drawn_in = theme().color("text") if is_target else theme().chart(shown[own])
        last = next((row for row in reversed(table.rows) if row[index] is not None), None)
        found_series.append(
            Series(
                table.columns[index].title,
                number_format.column_numbers(table, index) if is_right else _drawn_numbers(table, index),
                drawn_in if base is None else _lighter(drawn_in),
                _BEFORE_DASH if base is not None else () if is_target else dash,
                _last_text(table, last, index, own_unit, shared[index] if decimals is None else decimals),
                _short_text(table, last, index, own_unit, shared[index] if decimals is None else decimals),
                index,
                number_format.column_unit(table, index, own_unit),
                table.columns[index].kind == "integer",
                base is not None,
                key=table.columns[index].name,
                setting_name=table.setting_name(index) if isinstance(table, ChartTable) else table.columns[index].name,
                is_hidden=table.columns[index].name in hidden,
                is_right=is_right,
                is_target=is_target,
                own_unit=own_unit,
                decimals=decimals,
                last_decimals=shared[index],
            )
        )
    return found_series


def legend_series(table: ResultTable, unit: str) -> list[Series]:
    """The series in the legend that a chart draws itself: none where a table beside it has them."""
    return [] if isinstance(table, ChartTable) and table.legend_beside else named_series(table, unit)


def _named_columns(table: ResultTable) -> list[int]:
    numeric = [index for index, column in enumerate(table.columns) if number_format.is_numeric(column) and index > 0]
    if not isinstance(table, ChartTable) or not table.before_of:
        return numeric[:MAX_SERIES]
    before = {base: index for index in numeric if (base := table.series_before(index)) is not None}
    own = [index for index in numeric if index not in before.values()][:MAX_SERIES]
    return [column for index in own for column in (index, before.get(index)) if column is not None]


def shown_colours(table: ResultTable, series: Sequence[int], colours: Sequence[int]) -> Sequence[int]:
    """The number of the colour of each series, with those that somebody chose."""
    numbers = [colours[place] if place < len(colours) else place for place in range(len(series))]
    if not isinstance(table, ChartTable) or not table.own_colours:
        return numbers
    return with_own(numbers, [table.own_colours.get(table.setting_name(index)) for index in series])


def _own_format(table: ResultTable, unit: str, *, is_right: bool) -> tuple[str, int | None]:
    """The unit and the decimals that a widget sets for the series on one of its axes."""
    if not isinstance(table, ChartTable):
        return unit, None
    return (table.right_unit, table.right_decimals) if is_right else (unit, table.decimals)


def _drawn_numbers(table: ResultTable, index: int) -> list[float | None]:
    """The numbers of a column on the left axis; on a logarithmic one those above zero."""
    numbers = number_format.column_numbers(table, index)
    if isinstance(table, ChartTable) and table.axis.is_log:
        return [one if one is not None and one > 0 else None for one in numbers]
    return numbers


def _stacked(series: list[Series], stack: Stack) -> list[Series]:
    """The series with their places in the stack, those of the period before in one of their own."""
    left = [place for place, one in enumerate(series) if not one.is_right and not one.is_target]
    if stack == "off" or sum(not series[place].is_before for place in left) < (1 if stack == "percent" else 2):
        return series
    found = list(series)
    for is_before in (False, True):
        places = [place for place in left if series[place].is_before == is_before]
        spans = spans_of([series[place].values for place in places], stack)
        for place, own in zip(places, spans, strict=True):
            dash = _BEFORE_DASH if is_before else ()
            found[place] = replace(series[place], spans=own, dash=dash, is_share=stack == "percent")
    return found


def total_row(table: ResultTable, row: int, series: Sequence[Series], place: int) -> tuple[Cell, ...]:
    """A row with the sum of the stack in the place of a series that is part of it."""
    own, cells = series[place], table.rows[row]
    stacked = [one for one in series if one.is_before == own.is_before and not one.is_right and not one.is_target]
    parts = [cells[one.column] for one in stacked]
    return (*cells[: own.column], total(parts), *cells[own.column + 1 :])


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


def _shared_decimals(table: ResultTable, columns: Sequence[int]) -> dict[int, int]:
    """The decimals of the last value of each series: as many for all on an axis that are in one format, as in a column
    of a table; none where a value, unless it is an amount of money, is so large that they don't matter."""
    groups: dict[tuple[bool, str], list[int]] = {}
    for column in columns:
        is_right = isinstance(table, ChartTable) and table.is_right(column)
        groups.setdefault((is_right, table.columns[column].format), []).append(column)
    return {
        column: decimals for group in groups.values() for decimals in [_decimals_of(table, group)] for column in group
    }


def _decimals_of(table: ResultTable, columns: Sequence[int]) -> int:
    most = max(number_format.column_decimals(table, column, table.rows) or 0 for column in columns)
    sizes = [abs(one) for column in columns for one in number_format.column_numbers(table, column) if one]
    if most == 0 or all(table.columns[column].format == "money" for column in columns):
        return most
    if max(sizes, default=0.0) >= _LEAST_WHOLE:
        return 0
    smallest = min((one for one in sizes if math.isfinite(one)), default=1.0)
    return min(most, max(2, 1 - math.floor(math.log10(smallest))))  # 2 digits of the smallest


def _last_text(table: ResultTable, row: Sequence[Cell] | None, column: int, unit: str, decimals: int) -> str:
    """The last value of a series, with `decimals` unless it is an integer."""
    value = row[column] if row is not None else None
    if row is None or value is None:
        return number_format.format_cell(None)
    if isinstance(value, Decimal) and value.is_finite() and value and abs(value) < Decimal(10) ** -decimals:
        return _short_text(table, row, column, unit)  # it would be written as zero
    places = None if isinstance(value, int) and table.columns[column].kind == "integer" else decimals
    return number_format.format_value(table, row, column, decimals=places, unit=unit)


def _short_text(table: ResultTable, row: Sequence[Cell] | None, column: int, unit: str, decimals: int = 0) -> str:
    """The last value of a series, in short form. An amount of money that is as short in full has its `decimals`, so
    that those beside it have as many."""
    value = number_format.to_float(row[column]) if row is not None else None
    if row is None or value is None:
        return number_format.format_cell(row[column] if row is not None else None)
    is_money = table.columns[column].format == "money"
    if is_money and decimals and 10**-decimals <= abs(value) < number_format.LEAST_SHORT - 0.5:
        return number_format.format_value(table, row, column, decimals=decimals, unit=unit)
    return number_format.unit_of(table, row, column, unit).after(number_format.abbreviate(value))


def paint_lines(painter: QPainter, box: QRectF, table: ChartTable, unit: str) -> tuple[LegendTarget, ...]:
    """Draw a line chart: the numeric columns over the first one. Returns the names that can be clicked."""
    table = x_axis.in_order(table)
    lines = series_of(table, unit)
    plot = paint_frame(painter, box, table, lines, "line_chart", unit)
    return _paint_lines(painter, plot, table, lines)


def paint_areas(painter: QPainter, box: QRectF, table: ChartTable, unit: str) -> tuple[LegendTarget, ...]:
    """Draw an area chart: the numeric columns over the first one, filled down to zero. Returns the names that can be
    clicked."""
    table = x_axis.in_order(table)
    lines = series_of(table, unit)
    plot = paint_frame(painter, box, table, lines, "area_chart", unit)
    return _paint_lines(painter, plot, table, lines, filled=True)


def _paint_lines(
    painter: QPainter, plot: "Plot", table: ChartTable, lines: Sequence[Series], *, filled: bool = False
) -> tuple[LegendTarget, ...]:
    count, axis = len(table.rows), x_axis.line_axis(table)
    xs = [axis.x(plot.box, row) for row in range(count)]
    gaps = (
        frozenset()
        if table.connects or table.reduced is not None
        else periods.rows_before_gaps([row[0] for row in table.rows])
    )
    x_axis.paint_labels(painter, axis, plot.box, plot.within)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.save()
    if not (table.axis.is_automatic and table.right_axis.is_automatic):  # values may be beyond their ends
        painter.setClipRect(plot.box.adjusted(-4, -2, 4, 2), Qt.ClipOperation.IntersectClip)
    partial = table.partial_rows
    begun, end = int(0 in partial), max(partial, default=0)
    unfinished = end in partial and (end > 0 or count == 1)

    def whole(line: Series) -> int:
        is_part = unfinished and (end == count - 1 or not line.is_before)  # the period before may go on
        return end if is_part else count

    def points(line: Series, values: Sequence[float | None]) -> list[list[QPointF]]:
        own, moved, last = plot.of(line), _moved(gaps, begun), whole(line)
        return _segments(values[begun:last], xs[begun:last], own, moved, connects=table.connects)

    finished, has_left = [points(line, line.heights) for line in lines], not all(line.is_right for line in lines)
    for line, segments in zip(lines, finished, strict=True) if filled else ():
        is_over = (line.is_right and has_left) or line.is_target  # it would lie over the others
        if not line.is_before and not is_over:
            begun_at = [span.base if span is not None else None for span in line.spans]
            bases = points(line, begun_at) if line.spans else None
            _paint_fill(painter, plot.of(line), line, segments, bases, alone=len(lines) == 1)
            for row in (*([0] if begun else []), *([end - 1] if unfinished else [])):
                _paint_pale_band(painter, plot, line, xs, row)
    for line, segments in zip(lines, finished, strict=True):
        pen = QPen(line.colour, _LINE)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if line.dash and table.reduced is None:
            pen.setDashPattern(list(line.dash))
        painter.setPen(pen)
        for segment in segments:
            if len(segment) == 1:
                painter.setBrush(line.colour)
                painter.drawEllipse(segment[0], 2, 2)
            else:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                if len(segment) > MOST_JOINED and pen.style() == Qt.PenStyle.SolidLine:
                    painter.setPen(QPen(line.colour, line_width(len(segment), plot.box.width())))
                    painter.drawLines([QLineF(before, after) for before, after in pairwise(segment)])
                else:
                    painter.drawPolyline(QPolygonF(segment))
        _paint_broken_ends(painter, line, segments)
        for row in gaps - {whole(line) - 1}:
            _paint_pale(painter, plot.of(line), line, xs, row)
        if whole(line) < count:
            _paint_unfinished(painter, plot.of(line), line, xs, end, end - 1)
        if begun:
            _paint_unfinished(painter, plot.of(line), line, xs, 0, 0)
    painter.restore()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    paint_threshold_labels(painter, plot.box, plot.scale, table.thresholds)
    return (*plot.legend, *_paint_end_values(painter, plot, lines, unfinished=unfinished))


def _paint_fill(
    painter: QPainter,
    plot: "Plot",
    line: Series,
    segments: Sequence[Sequence[QPointF]],
    bases: Sequence[Sequence[QPointF]] | None,
    *,
    alone: bool,
) -> None:
    """Fill the area below a line, down to `bases` or else to zero."""
    fill = QColor(line.colour)
    fill.setAlphaF(_STACKED_FILL_OPACITY if bases is not None else _FILL_OPACITY if alone else _SHARED_FILL_OPACITY)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    zero = plot.y(0.0)
    for place, segment in enumerate(segments):
        below = bases[place] if bases is not None else (QPointF(segment[0].x(), zero), QPointF(segment[-1].x(), zero))
        painter.drawPolygon(QPolygonF([*segment, *reversed(below)]))


def _paint_pale_band(painter: QPainter, plot: "Plot", line: Series, xs: Sequence[float], row: int) -> None:
    """Fill a stacked area, paler, between a row and the next, one of which has only a part of its period."""
    spans = [(xs[at], span) for at in (row, row + 1) if 0 <= at < len(line.spans) and (span := line.spans[at])]
    if len(spans) < 2:
        return
    fill = QColor(line.colour)
    fill.setAlphaF(_STACKED_FILL_OPACITY * _UNFINISHED_OPACITY)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    tops = [QPointF(x, plot.y(span.top)) for x, span in spans]
    painter.drawPolygon(QPolygonF([*tops, *(QPointF(x, plot.y(span.base)) for x, span in reversed(spans))]))


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
    value = line.heights[row]
    if value is None or line.values[row] is None:
        return
    _paint_pale(painter, plot, line, xs, way)
    painter.setPen(QPen(line.colour, 1.5))
    painter.setBrush(theme().color("surface"))
    painter.drawEllipse(QPointF(xs[row], plot.y(value)), _END_DOT, _END_DOT)


def _paint_pale(painter: QPainter, plot: "Plot", line: Series, xs: Sequence[float], row: int) -> None:
    """Draw the way from a row to the next, if it is one of two, as pale dots: no values are known in between."""
    if not 0 <= row < len(xs) - 1:
        return
    before, after = line.heights[row : row + 2]
    if before is None or after is None:
        return
    pale = QColor(line.colour)
    pale.setAlphaF(_UNFINISHED_OPACITY)
    pen = QPen(pale, 1.5)
    pen.setDashPattern(list(_UNFINISHED_DOTS))
    painter.setPen(pen)
    painter.drawLine(QPointF(xs[row], plot.y(before)), QPointF(xs[row + 1], plot.y(after)))


def _paint_end_dots(painter: QPainter, plot: "Plot", lines: Sequence[Series], *, unfinished: bool) -> None:
    """Draw a dot at the end of each line that has its value beside it, with a rim so that it stands out from others;
    those of unfinished lines are hollow, and there already."""
    if unfinished:
        return
    painter.setPen(QPen(theme().color("surface"), 1))
    for value in plot.end_values:
        line = lines[value.series]
        is_point = value.x is not None
        if not line.spans and (is_point or not line.is_before) and (last := line.values[-1]) is not None:
            painter.setBrush(line.colour)
            x = plot.box.center().x() if is_point else plot.box.right()
            radius = _POINT_DOT if is_point else _END_DOT
            painter.drawEllipse(QPointF(x, plot.of(line).y(last)), radius, radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_end_values(
    painter: QPainter, plot: "Plot", lines: Sequence[Series], *, unfinished: bool
) -> list[LegendTarget]:
    """Draw the last values in the hues of their lines, strong enough to be read as text. Returns those with names."""
    found = []
    painter.setFont(theme().font("caption"))
    _paint_end_dots(painter, plot, lines, unfinished=unfinished)
    for value in plot.end_values:
        spot, side = _end_box(plot, value)
        if value.x is not None:
            _paint_backing(painter, spot, value)
        painter.setPen(readable(lines[value.series].colour))
        painter.drawText(spot, side | Qt.AlignmentFlag.AlignVCenter, value.text)
        if plot.names_lines and len(lines) > 1 and value.text:
            found.append(LegendTarget(lines[value.series].key, lines[value.series].name, spot))
    _paint_end_note(painter, plot)
    return found


def _paint_backing(painter: QPainter, spot: QRectF, value: "EndValue") -> None:
    """Cover the grid behind a text in the middle of a plot."""
    width = QFontMetricsF(painter.font()).horizontalAdvance(value.text) + 2
    left = spot.right() - width if value.is_before else spot.left() - 1
    painter.fillRect(QRectF(left, spot.top() + 1, width if value.text else 0.0, 14), theme().color("surface"))


def _paint_end_note(painter: QPainter, plot: "Plot") -> None:
    """Draw what holds of the last values above them, else below them; nothing where there is no room."""
    values = [one for one in plot.end_values if not one.is_before]
    if not plot.end_note or not values:
        return
    above, below = min(one.y for one in values), max(one.y for one in values)
    y = above - _END_LINE_HEIGHT
    if y < plot.box.top() - _END_LINE_HEIGHT / 2:
        y = below + _END_LINE_HEIGHT
    if y > plot.box.bottom():
        return
    painter.setPen(theme().color("text.muted"))
    spot, side = _end_box(plot, replace(values[0], y=y))
    spot.setWidth(max(spot.width(), QFontMetricsF(painter.font()).horizontalAdvance(plot.end_note) + 2))
    painter.drawText(spot, side | Qt.AlignmentFlag.AlignVCenter, plot.end_note)


def _end_box(plot: "Plot", value: "EndValue") -> tuple[QRectF, Qt.AlignmentFlag]:
    """Where the text of a last value is, and the side that it begins at."""
    width = _MAX_NAMED_END + 2
    left, side = plot.box.right() + _LABEL_GAP if value.x is None else value.x, Qt.AlignmentFlag.AlignLeft
    if value.x is not None:
        width = plot.box.width() / 2
    if value.x is not None and value.is_before:
        left, side = value.x - width, Qt.AlignmentFlag.AlignRight
    return QRectF(left, value.y - 8, width, 16), side


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


def spark_points(box: QRectF, known: Sequence[float]) -> list[QPointF]:
    """Where a sparkline has its values; empty where there is none: of less than two, or in a box that is too narrow."""
    if len(known) < 2 or box.width() < 24:
        return []
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    box = box.adjusted(0, _SPARK_DOT, -_SPARK_DOT, -_SPARK_DOT)
    return [
        QPointF(box.left() + box.width() * k / (len(known) - 1), box.bottom() - box.height() * (value - low) / span)
        for k, value in enumerate(known)
    ]


def paint_spark(painter: QPainter, box: QRectF, values: Sequence[float | None], colour: QColor) -> None:
    """Draw a sparkline: a small line without axes, with a dot at its end."""
    known = [value for value in values if value is not None]
    points = spark_points(box, known)
    if not points:
        return
    box = box.adjusted(0, _SPARK_DOT, -_SPARK_DOT, -_SPARK_DOT)
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
    x: float | None = None
    """Where the text begins, or ends if it `is_before`; None: beside the end of the plot."""
    is_before: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """The plot area of a chart and its y axis, with the labels of its ticks."""

    box: QRectF
    scale: AxisScale
    names: list[str]
    end_values: tuple[EndValue, ...] = ()
    names_lines: bool = False
    """Whether the texts at the ends of the lines have their names too: then there is no legend."""
    within: QRectF = field(default_factory=QRectF)
    """What the legend leaves to the plot and its labels."""
    legend: tuple[LegendTarget, ...] = ()
    """The names in the legend that was drawn."""
    right: RightAxis | None = None
    end_note: str = ""
    """What holds of all last values, such as that their period isn't over."""

    def of(self, series: Series) -> "Plot":
        """The plot with the axis that a series is on."""
        return replace(self, scale=self.right.scale) if series.is_right and self.right is not None else self

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
    named: Sequence[Series] | None = None,
    title: str = "",
    axis: AxisChoices | None = None,
    has_ends: bool = True,
    end_note: str = "",
) -> Plot:
    """The plot area of a chart of this kind in the body of a tile. With `may_name_lines`, lines have their names at
    their ends rather than in a legend, if all of them have room there. Its axis includes `thresholds` near its values.
    `named`: those in the legend, if some are hidden; `title`: that of the tile, which may name the only one; `axis`:
    what is set of its axes; `has_ends`: whether its lines end with the last values; `end_note`: what holds of all
    of those.
    """
    axis = axis or AxisChoices()

    def bare(body: QRectF) -> Plot:
        return replace(_bare_plot(body, series, kind, limits, axis), end_note=end_note)

    may_name_lines = may_name_lines and has_ends and not any(one.is_right for one in named or series)
    limits = list(thresholds)
    if has_ends and kind != "bar_chart" and _is_of_points(series):
        labelled = _with_point_labels(bare(box), series)
        if may_name_lines and _names_all(labelled, series):
            return replace(labelled, names_lines=True)
        room = room_of(box, series if named is None else named, kind, title).chart
        return _with_point_labels(bare(room), series)
    if may_name_lines and kind != "bar_chart" and len(series) <= _MOST_NAMED and not _is_titled(series, title):
        with_names = _with_names(bare(box), series)
        if with_names is not None:
            return with_names
    plot = bare(room_of(box, series if named is None else named, kind, title).chart)
    is_bare = kind == "bar_chart" or plot.right is not None or not has_ends
    return plot if is_bare else _with_end_values(plot, series)


def _with_point_labels(plot: Plot, series: Sequence[Series]) -> Plot:
    """The plot of lines of one point each with their names and values beside the points, where those have room: those
    of the period before at the left, all others at the right."""
    metrics, middle = QFontMetricsF(theme().font("caption")), plot.box.center().x()
    room, found = plot.box.width() / 2 - _POINT_GAP, list[EndValue]()
    for is_before in (True, False):
        labels = []
        for place, line in enumerate(series):
            value = line.values[0]
            if line.is_before != is_before or value is None or not 0 <= plot.of(line).scale.part(value) <= 1:
                continue
            texts = _named_end(line, line.last), line.last, line.short_last
            text = next((one for one in texts if metrics.horizontalAdvance(one) <= room), "")
            x = middle - _POINT_GAP if is_before else middle + _POINT_GAP
            span = line.spans[0] if line.spans else None
            height = plot.of(line).y(value if span is None else (span.base + span.top) / 2)
            labels.append(EndValue(place, text, height, x, is_before))
        labels.sort(key=lambda one: one.y)
        labels = labels[: int(plot.box.height() / _END_LINE_HEIGHT) + 1]
        heights = _apart([one.y for one in labels], plot.box.top(), plot.box.bottom())
        found += map(_at_height, labels, heights)
    return replace(plot, end_values=tuple(found))


def _is_of_points(series: Sequence[Series]) -> bool:
    """Whether each line is a single point."""
    return bool(series) and all(len(one.values) == 1 for one in series)


def _names_all(plot: Plot, series: Sequence[Series]) -> bool:
    """Whether each line of one point has its name beside it."""
    named = {
        one.series for one in plot.end_values if one.text == _named_end(series[one.series], series[one.series].last)
    }
    return len(named) == sum(line.values[0] is not None for line in series) == len(series)


def may_name_lines(table: ChartTable) -> bool:
    """Whether a chart's legend would have nothing but names and values, so that the ends of lines can have them."""
    return not table.series_by and not table.undrawn and not table.hidden


def chart_plot(box: QRectF, table: ChartTable, series: Sequence[Series], kind: str) -> Plot:
    """The plot area of a chart in the body of a tile."""
    below = x_axis.title_height(table, box) if kind == "bar_chart" else 0.0
    return plot_of(
        box.adjusted(0, 0, 0, -below),
        series,
        kind,
        may_name_lines=may_name_lines(table),
        thresholds=table.thresholds,
        named=legend_series(table, ""),
        title=table.title if not table.series_by else "",
        axis=AxisChoices(table.axis, table.right_axis),
        # The series of a reduced result have their last values in several rows.
        has_ends=table.window is None and not (table.reduced is not None and table.series_by),
        end_note=_end_note(table),
    )


def _end_note(table: ChartTable) -> str:
    """What holds of all last values: that their period isn't over, or where the data or the time range end in it."""
    if len(table.rows) - 1 not in table.partial_rows:
        return ""
    return data_end_text(table.known_until, goes_on=table.goes_on)


def _bare_plot(
    box: QRectF, series: Sequence[Series], kind: str, limits: Sequence[Threshold], axis: AxisChoices
) -> Plot:
    """The plot area in what the legend leaves, without values at the ends of lines."""
    room = box.height() - x_axis.AXIS_HEIGHT
    most = max(min(6 if room > 130 else 4 if room > 80 else 3, 1 + int(room / _TICK_HEIGHT)), 2)
    metrics, part = QFontMetricsF(theme().font("caption")), box.width() * _MAX_MARGIN
    left, right = ([one for one in series if one.is_right == side] for side in (False, True))
    scale = _value_scale(left, kind, limits, axis.left, most)
    other = _value_scale(right, kind, (), axis.right, most) if right else None
    if other is not None:
        scale, other = with_common_zero(scale, other, most) if left else (other, other)
    names, margin = _tick_names(scale, left, metrics, part)
    shown = None
    if other is not None:
        shown = RightAxis(other, right_names := _tick_names(other, right, metrics, part)[0], label_width(right_names))
        if not left:
            names, margin = [""] * len(names), 0.0
    beside = 4 if shown is None else shown.width
    inside = QRectF(box.left() + margin, box.top() + 6, box.width() - margin - beside, max(room - 6, 10.0))
    return Plot(inside, scale, names, within=box, right=shown)


def _value_scale(
    series: Sequence[Series], kind: str, limits: Sequence[Threshold], axis: AxisChoice, most: int
) -> AxisScale:
    """The scale of an axis with these series and, near their values, these limits."""
    known = [value for one_series in series for value in one_series.heights if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if not axis.is_log:
        has_lines = kind == "line_chart" and not _is_of_points(series)  # points are compared by their heights
        low, high = _line_ends(low, high) if has_lines else (min(low, 0.0), max(high, 0.0))
    limits = [limit for limit in limits if limit.value > 0 or not axis.is_log]
    low, high = extended(low, high, limits) if not is_share(series) else (0.0, 100.0)
    whole = all(one.is_whole for one in series) or is_share(series)
    choice = axis if not is_share(series) else AxisChoice()
    return choice.scale(low, high, most, whole=whole)


def is_share(series: Sequence[Series]) -> bool:
    """Whether an axis has shares, from 0 to 100 %."""
    return any(one.is_share for one in series)


def axis_unit(series: Sequence[Series]) -> number_format.Unit | None:
    """The unit of the axis that all of these series have; None where they have several."""
    if is_share(series):
        return number_format.Unit.of("%")
    units = {one.unit for one in series}
    return units.pop() if len(units) == 1 else None


def _tick_names(
    scale: AxisScale, series: Sequence[Series], metrics: QFontMetricsF, room: float
) -> tuple[list[str], float]:
    """The labels of the y axis and their width with the gap beside it. They have a unit if it is that of all series,
    and if there is room for it."""
    for unit in (axis_unit(series), number_format.NO_UNIT):
        names = scale_names(scale, unit or number_format.NO_UNIT)
        width = max(metrics.horizontalAdvance(name) for name in names) + _LABEL_GAP
        if width <= room:
            break
    return names, width


def scale_names(scale: AxisScale, unit: number_format.Unit) -> list[str]:
    """The labels of the ticks of an axis."""
    if scale.is_log:
        return [unit.after(number_format.abbreviate(tick)) for tick in scale.ticks]
    return number_format.tick_labels(scale.ticks, unit)


def _with_end_values(plot: Plot, series: Sequence[Series]) -> Plot:
    """The plot with the last values beside the ends of its lines; without any where they would overlap, and would have
    to be moved so far that nobody sees which line each is of. The legend has them then."""
    values = _end_values(plot, series)
    if len(values) < len(series):  # of a line that ends before, a value without a name would be taken for any
        values = [replace(one, text=_short_named_end(series[one.series], one.text)) for one in values]
    found = _beside_ends(plot, values, _MIN_LINE_WIDTH)
    return found if found is not None and _are_at_ends(found, values) else plot


def _short_named_end(line: Series, value: str) -> str:
    """Name and last value of a line, if they have room; else the value."""
    named = _named_end(line, value)
    is_narrow = QFontMetricsF(theme().font("caption")).horizontalAdvance(named) <= _MAX_NAMED_END
    return named if is_narrow else value


def _are_at_ends(plot: Plot, values: Sequence[EndValue]) -> bool:
    """Whether each text of a plot is at the height of its line's end, which is that in `values`."""
    ends = {one.series: one.y for one in values}
    return all(abs(one.y - ends[one.series]) <= _END_LINE_HEIGHT / 2 for one in plot.end_values)


def _with_names(plot: Plot, series: Sequence[Series]) -> Plot | None:
    """The plot with names and last values beside the ends of all lines; None where one has no room near its end."""
    metrics = QFontMetricsF(theme().font("caption"))
    values = [replace(one, text=_named_end(series[one.series], one.text)) for one in _end_values(plot, series)]
    least = _MIN_NAMED_WIDTH if len(series) > 1 else _MIN_LINE_WIDTH
    if len(values) < len(series) or any(metrics.horizontalAdvance(one.text) > _MAX_NAMED_END for one in values):
        return None
    named = _beside_ends(plot, values, least)
    if named is None or not _are_at_ends(named, values):
        return None
    return replace(named, names_lines=True)


def _named_end(line: Series, value: str) -> str:
    """Name and last value of a line; of one with the name of its currency, the value alone, which has its sign."""
    is_repeated = line.unit is not None and line.unit.currency == line.name
    return value if is_repeated else f"{line.name}  {value}"


def _end_values(plot: Plot, series: Sequence[Series]) -> list[EndValue]:
    """The last value of each line that ends with one, at its own height, if its text isn't too long."""
    metrics, values = QFontMetricsF(theme().font("caption")), list[EndValue]()
    alike = _alike_texts(series, plot.scale.ticks)
    for place, line in enumerate(series):
        last = line.values[-1] if len(line.values) > 1 else None
        if last is None:
            continue
        span = line.spans[-1] if line.spans else None
        if span is not None and line.is_share:
            texts: tuple[str, ...] = (percent(span.top - span.base, 0),)
        elif place in alike:
            texts = (alike[place],)
        else:
            texts = _precise_texts(line, last, plot.scale.ticks) or _plain_texts(line, plot.scale.ticks)
        text = next((text for text in texts if metrics.horizontalAdvance(text) <= _MAX_END_VALUE), None)
        if text is not None and -_OUTSIDE <= plot.scale.part(span.top if span is not None else last) <= 1 + _OUTSIDE:
            middle = (span.base + span.top) / 2 if span is not None else last  # of a band
            values.append(EndValue(place, text, plot.y(middle)))
    return values


def _beside_ends(plot: Plot, values: Sequence[EndValue], least: float) -> Plot | None:
    """The plot, narrower by the texts beside the ends of its lines; None where it would be narrower than `least`."""
    metrics = QFontMetricsF(theme().font("caption"))
    width = max((metrics.horizontalAdvance(one) for one in (plot.end_note, *(one.text for one in values))), default=0.0)
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


def _alike_texts(series: Sequence[Series], ticks: Sequence[float]) -> dict[int, str]:
    """The last values of lines, by their places, in one size where short forms would have several: of the axis, else in
    full. Empty where they have one by themselves."""
    lasts = {place: last for place, line in enumerate(series) if (last := line.values[-1] if line.values else None)}
    if number_format.are_alike(list(lasts.values())) or any(
        _precise_texts(series[at], lasts[at], ticks) for at in lasts
    ):
        return {}
    short = number_format.abbreviate_alike(list(lasts.values()), max(map(abs, ticks)))
    if short is None:
        return {place: series[place].last for place in lasts}
    units = [series[place].unit or number_format.NO_UNIT for place in lasts]
    return {place: unit.after(text) for place, unit, text in zip(lasts, units, short, strict=True)}


def _plain_texts(line: Series, ticks: Sequence[float]) -> tuple[str, ...]:
    """The last value of a line, whole and in short form: only short where the ticks are so too."""
    are_short = max(map(abs, ticks)) >= number_format.LEAST_SHORT
    return (line.short_last,) if are_short else (line.last, line.short_last)


def _precise_texts(line: Series, last: float, ticks: Sequence[float]) -> tuple[str, ...]:
    """The last value of a line, with and without its unit, where rounded it would be at a height that can be told from
    its own, a tenth of a tick away; else nothing."""
    if line.unit is None or line.decimals is not None or not 10 <= abs(last) < 1e9:
        return ()
    seen = math.ceil(-math.log10((ticks[1] - ticks[0]) / 10) - 1e-9)
    places = min(seen, number_format.decimal_places(Decimal(repr(last))))
    if places <= line.last_decimals:
        return ()  # written as in the legend it is as precise
    if line.unit.currency:
        places = max(places, currency_decimals(line.unit.currency))
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
    if table.axis.is_log:
        return _("The axis is logarithmic.")
    lines = series_of(table, "")
    for side, axis in ((False, table.axis), (True, table.right_axis)):
        known = [value for line in lines if line.is_right == side for value in line.values if value is not None]
        low, high = _line_ends(min(known), max(known)) if known and len(table.rows) > 1 else (0.0, 0.0)
        low = axis.low if axis.low is not None else low
        high = axis.high if axis.high is not None else high
        if known and not low <= 0 <= high:
            return _("The axis doesn't start at 0.")
    return ""


def _paint_axis_break(painter: QPainter, box: QRectF, scale: AxisScale, x: float) -> None:
    """Draw a zigzag beside the end of a y axis that would go on to zero."""
    if scale.is_log or scale.low <= 0 <= scale.high or box.height() < 2 * _BREAK[-1][1]:
        return
    way = -1 if scale.low > 0 else 1
    y = box.bottom() if scale.low > 0 else box.top()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme().color("text.muted"), 1.2))
    painter.drawPolyline(QPolygonF([QPointF(x + right, y + way * up) for right, up in _BREAK]))
    painter.restore()


def paint_frame(
    painter: QPainter, box: QRectF, table: ChartTable, series: Sequence[Series], kind: str, unit: str = ""
) -> Plot:
    """Draw ticks, grid and legend. Returns the plot."""
    plot = chart_plot(box, table, series, kind)
    paint_bands(painter, plot.box, plot.scale, table.thresholds)
    painter.setFont(theme().font("caption"))
    named = _named_ticks([plot.y(tick) for tick in plot.scale.ticks])
    for place, (tick, name) in enumerate(zip(plot.scale.ticks, plot.names, strict=True)):
        y = round(plot.y(tick)) + 0.5
        _paint_gridline(painter, plot.box, y, theme().color(_line_of(tick, plot.scale, kind)))
        painter.setPen(theme().color("text.muted"))
        spot = QRectF(box.left(), y - 8, plot.box.left() - 8 - box.left(), 16)
        if place in named:
            painter.drawText(spot, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
    if any(plot.names):
        _paint_axis_break(painter, plot.box, plot.scale, plot.box.left() - _BREAK_GAP)
    if plot.right is not None:
        ticks = plot.right.scale.ticks
        heights = [plot.box.bottom() - plot.box.height() * plot.right.scale.part(tick) for tick in ticks]
        paint_right(painter, plot.box, plot.right, _named_ticks(heights))
        _paint_axis_break(painter, plot.box, plot.right.scale, plot.box.right() + _BREAK_GAP)
    if plot.names_lines:
        return plot
    at_end = {series[value.series].key for value in plot.end_values}
    return replace(plot, legend=paint_chart_legend(painter, box, table, unit, kind, at_end))


def _line_of(tick: float, scale: AxisScale, kind: str) -> str:
    """The colour of the line at a tick: that at zero, which bars and areas stand on, is stronger than the grid."""
    if tick != 0 or scale.is_log:
        return "grid"
    if scale.low < 0:
        return "border.control"
    return "grid" if kind == "line_chart" else "border.strong"


def _named_ticks(heights: Sequence[float]) -> set[int]:
    """Which ticks have a label, from the lowest tick up: the first and the last have one, and those between where no
    label would touch another."""
    last, found = len(heights) - 1, {0, len(heights) - 1}
    below = heights[0]
    for place in range(1, last):
        if min(below - heights[place], heights[place] - heights[last]) >= _LEAST_TICK_DISTANCE:
            found.add(place)
            below = heights[place]
    return found


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
    painter: QPainter, box: QRectF, table: ChartTable, unit: str, kind: str, at_end: Collection[str] = ()
) -> tuple[LegendTarget, ...]:
    """Draw the legend of a chart that has one, and how many series the chart leaves out. It has the values of all
    series, or of none if all are `at_end` of their lines. Returns the names that can be clicked."""
    series = legend_series(table, unit)
    room = room_of(box, series, kind, table.title if not table.series_by else "")
    if not room.side:
        return ()
    lines, missing = _paint_legend_notes(painter, room, table, series)
    # The last of many names is no more current than the others. Values that all stand at their lines aren't repeated;
    # a legend with some of them would look as if the others had none.
    is_current = kind != "bar_chart" or periods.moments([row[0] for row in table.rows]) is not None
    has_values = is_current and not {one.key for one in series if not one.is_hidden} <= set(at_end)
    entries = _legend_entries(series, kind, has_values=has_values, stacked=table.stack != "off")
    undrawn = [LegendTarget("", "", missing)] if missing is not None else []
    if lines.width() < _MIN_LEGEND or lines.height() < 1:
        return tuple(undrawn)
    paint = legend.paint_legend_column if room.side == "right" else legend.paint_legend
    placed = paint(painter, lines, entries)
    found = [LegendTarget(series[at].key, series[at].name, spot, series[at].is_hidden) for at, spot in placed.entries]
    more = [LegendTarget("", "", placed.more)] if placed.more is not None else []
    return (*found, *more, *undrawn) if len(series) > 1 else ()


def _legend_entries(
    series: Sequence[Series], kind: str, *, has_values: bool = False, stacked: bool = False
) -> list[LegendEntry]:
    return [
        LegendEntry(
            one.colour,
            one.legend_name,
            (one.last or "–") if has_values else "",
            "area" if (kind == "bar_chart" or stacked) and not one.is_target else () if one.is_target else one.dash,
            one.is_hidden,
        )
        for one in series
    ]


def _paint_legend_notes(
    painter: QPainter, room: LegendRoom, table: ChartTable, series: Sequence[Series]
) -> tuple[QRectF, QRectF | None]:
    """Draw how many series aren't drawn, and which column names the others. Returns what is left for the names, and
    where that text is."""
    lines, is_column, missing = QRectF(room.box), room.side == "right", None
    painter.setFont(theme().font("caption"))
    painter.setPen(theme().color("text.muted"))
    metrics, left = QFontMetricsF(painter.font()), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    if undrawn := undrawn_text(table):
        text = metrics.elidedText(undrawn, Qt.TextElideMode.ElideRight, lines.width())
        spot = lines.adjusted(0, lines.height() - legend.LINE_HEIGHT, 0, 0)
        side = left if is_column else Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(spot, side, text)
        missing = QRectF(spot)
        if is_column:
            lines.setBottom(spot.top())
        else:
            missing.setLeft(spot.right() - metrics.horizontalAdvance(text))
            lines.setRight(missing.left() - _LABEL_GAP)
    if lead := series_by_text(table):
        if not is_column:
            lines.setLeft(_paint_legend_lead(painter, lines, lead, series))
        elif lines.height() >= (len(series) + 1) * legend.LINE_HEIGHT:
            text = metrics.elidedText(table.series_by, Qt.TextElideMode.ElideRight, lines.width())
            painter.drawText(QRectF(lines.left(), lines.top(), lines.width(), legend.LINE_HEIGHT), left, text)
            lines.setTop(lines.top() + legend.LINE_HEIGHT)
    return lines, missing


def _paint_legend_lead(painter: QPainter, lines: QRectF, lead: str, series: Sequence[Series]) -> float:
    """Draw which column names the series before their names, if all have room. Returns where the names begin."""
    font = theme().font("caption")
    width = QFontMetricsF(font).horizontalAdvance(lead) + _LEAD_GAP
    count = max(1, int(lines.height() // legend.LINE_HEIGHT))
    names = [LegendEntry(one.colour, one.legend_name) for one in series]
    if legend.lines_needed(names, lines.width() - width, count + 1) > count:
        return lines.left()
    painter.setFont(font)
    painter.setPen(theme().color("text.muted"))
    first = QRectF(lines.left(), lines.top(), width, lines.height() / count)
    painter.drawText(first, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, lead)
    return lines.left() + width


def _is_titled(named: Sequence[Series], title: str) -> bool:
    """Whether the title of a tile names its only series."""
    return len(named) == 1 and named[0].name.casefold() in title.casefold()


def room_of(box: QRectF, named: Sequence[Series], kind: str, title: str = "") -> LegendRoom:
    """Where the legend of these series is: none for the only one, if the axis of bars or the title names it."""
    if not named:
        return legend_room(box, [])
    is_named = (_is_titled(named, title) or (kind == "bar_chart" and len(named) == 1)) and not named[0].is_right
    # The last value of each line, which has no other place where not all have room at their ends.
    return legend_room(box, [] if is_named else _legend_entries(named, kind, has_values=kind != "bar_chart"))


def line_width(points: int, pixels: float) -> float:
    """How wide a line through so many points over so many pixels is."""
    return _DENSE_LINE if points > max(_DENSITY * pixels, MOST_JOINED) else _LINE


def joined_points(
    values: Sequence[float | None], xs: Sequence[float], plot: Plot, *, connects: bool
) -> list[list[QPointF]]:
    """The points of a line, in segments between missing values; one segment if it `connects` all values."""
    return _segments(values, xs, plot, (), connects=connects)


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

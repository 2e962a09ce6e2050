"""Draws bar charts: upright bars, or lying ones where the names are too long to stand below upright ones."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen

from benchboard.analytics.queries import ResultTable
from benchboard.ui.studio.tiles.axes.axis_scale import AxisChoice
from benchboard.ui.studio.tiles.axes.short_names import names_in_lines, own_words, short_names
from benchboard.ui.studio.tiles.axes.thresholds import Threshold, extended
from benchboard.ui.studio.tiles.axes.thresholds import paint_labels as paint_threshold_labels
from benchboard.ui.studio.tiles.kinds import charts, x_axis
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.numbers.ordinal_names import short_ordinals
from benchboard.ui.studio.tiles.series.chart_legend import LegendTarget
from benchboard.ui.studio.tiles.series.chart_table import ChartTable
from benchboard.ui.studio.tiles.series.stacking import Span
from benchboard.ui.theme import theme

_SHARE: Final = 0.6
"""The part of its slot that a bar fills, or all bars of a slot together."""
_LYING_SHARE: Final = 0.85
"""The part of a row that several lying bars fill together: each has a value beside it."""
_PLAIN_WIDTH: Final = 430.0
"""The width of a plot in half a page, in pixels, by which names are found too long to stand below upright bars."""
_AXIS_WIDTH: Final = 36.0
"""What the labels of the y axis take of a narrower chart, in pixels."""
_MOST_LYING: Final = 60
"""More bars than these are upright: of so many, few names have room in any direction."""
_MAX_BAR: Final = 64.0
_MIN_BAR: Final = 1.0
"""The least length of a bar, in pixels, unless its value is zero."""
_MIN_SLOT: Final = 3.0
"""Bars with less than these pixels each stand side by side: gaps between them would differ."""
_RADIUS: Final = 2.0
_LEAST_PARTED: Final = 3.0
"""A bar of a stack with fewer pixels has no line between it and the next."""
_UNFINISHED_OPACITY: Final = 0.16
"""The opacity of the inside of a bar whose period wasn't over when its data were read."""
_HATCH: Final = 6.0
_HATCH_OPACITY: Final = 0.55
"""How far the lines through such a bar are apart in pixels, and their opacity."""
_MAX_NAME: Final = 96.0
_NAME_SHARE: Final = 0.28
"""The part of a chart's width that the names of lying bars may take, where that is more than `_MAX_NAME` pixels."""
_ONE_LINE_SHARE: Final = 0.4
"""The same where the rows are too low for names of two lines, and where names would be cut otherwise."""
_MOST_NAME_SHARE: Final = 0.45
"""The part of a chart's width that the names of lying bars may take in a narrow tile."""
_MAX_VALUE: Final = 80.0
_GAP: Final = 8.0
_MARK: Final = 3.0
"""The width of the mark of a target, in pixels."""
_MARK_OVER: Final = 3.0
"""Pixels that it is longer than the bars on either side."""
_REFERENCE_HEIGHT: Final = 15.0
"""Pixels above lying bars for the labels of reference lines."""
_VALUE_GAP: Final = 6.0
"""Pixels between the end of a lying bar and its value."""
_MIN_ROW: Final = 16.0
"""Least pixels of a row of one lying bar with its value."""
_MIN_PITCH: Final = 13.0
"""Least pixels between two texts below each other."""
_NAME_LINE: Final = 14.0
"""The height of a line of a name."""
_MOST_NAME_LINES: Final = 4
_TITLE_HEIGHT: Final = 18.0
"""The height of the line above lying bars with the words that all of their names have."""
_MIN_LENGTH: Final = 48.0
_LEAST_LENGTH: Final = 16.0
"""Least pixels that names and values must leave for lying bars; and where an axis would cost some of their names."""
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
    is_end: bool = True
    """Whether nothing stands on it: only then its end is rounded."""


@dataclass(frozen=True, slots=True)
class LyingBars:
    """The parts of a chart of lying bars: the area of its rows, the width of the names, where zero is."""

    box: QRectF
    name_width: float
    zero: float
    has_negative: bool
    bars: tuple[Bar, ...]
    named_every: int = 1
    """1: each row has its name; 2: every second one has, and so on."""
    ticks: tuple[tuple[float, str], ...] = ()
    """The x coordinates and labels of an axis below, where the values have no room beside their bars."""
    names: tuple[tuple[str, ...], ...] = ()
    """The name of each row, on one line or more."""
    references: tuple[tuple[float, Threshold], ...] = ()
    """The x coordinates and labels of the reference lines."""
    title: str = ""
    """The words that all names have, on the line above the rows; empty where each name is whole."""


def paint(painter: QPainter, box: QRectF, table: ChartTable, unit: str) -> tuple[LegendTarget, ...]:
    """Draw a bar chart: the numeric columns as bars for each name in the first one. Returns the names that can be
    clicked."""
    table = x_axis.bars_in_order(table)
    sets = charts.series_of(table, unit)
    lying = lying_bars(box, table, sets, unit)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if lying is not None:
        _paint_lying(painter, table, sets, lying)
        found = charts.paint_chart_legend(painter, box, table, unit, "bar_chart")
    else:
        found = _paint_upright(painter, box, table, sets, unit)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    return found


def upright_bars(plot: charts.Plot, sets: Sequence[charts.Series], axis: x_axis.XAxis) -> list[Bar]:
    """The bars above and below the zero line of a plot."""
    slot, (columns, count) = plot.box.width() / max(axis.slots, 1), stack_columns(sets)
    width = min(slot * _SHARE / max(count, 1), _MAX_BAR)
    if slot / max(count, 1) < _MIN_SLOT:
        width = slot / max(count, 1)
    ends, bars = _ends(sets), []
    for place, series in enumerate(sets):
        own = plot.of(series)
        for row, value in enumerate(series.values):
            span = series.span(row)
            if value is None or span is None:
                continue
            left = axis.x(plot.box, row) + (columns[place] - count / 2) * width
            right = left + width if slot < _MIN_SLOT * count else _pixel(left) + round(width)
            thick = max(1.0, _pixel(right) - _pixel(left) - (1 if width > 4 and count > 1 else 0))
            base, top = _within(own.y(span.base), plot.box), _within(own.y(span.top), plot.box)
            if series.is_target:
                wide = max(count, 1) * width
                mark = QRectF(
                    axis.x(plot.box, row) - wide / 2 - _MARK_OVER, top - _MARK / 2, wide + 2 * _MARK_OVER, _MARK
                )
                bars.append(Bar(row, place, mark, negative=False))
                continue
            long = max(abs(base - top), _MIN_BAR if value and not series.spans else 0.0)
            spot = QRectF(_pixel(left), base if value < 0 else base - long, thick, long)
            bars.append(Bar(row, place, spot, value < 0, is_end=(row, place) in ends or not series.spans))
    return bars


def _within(y: float, box: QRectF) -> float:
    """A height in a plot: bars end where their axis does."""
    return min(max(y, box.top()), box.bottom())


def stack_columns(sets: Sequence[charts.Series]) -> tuple[list[int], int]:
    """The bar of a slot that each set is in, and how many bars a slot has: stacked sets are in one, with one beside it
    for the period before, and then those on the right axis."""
    if not any(one.spans for one in sets):
        places = [sum(not one.is_target for one in sets[:place]) for place in range(len(sets))]
        return places, sum(not one.is_target for one in sets)
    count, found = 1 + any(one.is_before for one in sets if one.spans), []
    for one in sets:
        found.append(int(one.is_before) if one.spans else count)
        count += not one.spans and not one.is_target
    return found, count


def _ends(sets: Sequence[charts.Series]) -> set[tuple[int, int]]:
    """The rows and places of the values at the ends of stacks: the last above zero, and the last below it."""
    found: dict[tuple[int, bool, bool], tuple[int, int]] = {}
    for place, one in enumerate(sets):
        for row, value in enumerate(one.values) if one.spans else ():
            key = row, one.is_before, (value or 0) < 0
            if value or (value is not None and key not in found):
                found[key] = row, place
    return set(found.values())


def _pixel(x: float) -> int:
    """The whole pixel next to a coordinate: the same one for the end of a bar and the beginning of the next."""
    return math.floor(x + 0.5 + 1e-6)


def lie(table: ResultTable, sets: Sequence[charts.Series], room: QRectF | None = None) -> bool:
    """Whether bars lie in this part of a tile: those whose names are too long to stand below upright ones, unless
    they are weekdays or months. With two axes, they stand. In more than half a page the width doesn't decide: a chart
    has the same direction in the editor and on a wall.
    """
    count = len(table.rows)
    bars = count * stack_columns(sets)[1]
    if isinstance(table, ChartTable) and table.right:
        return False
    if not bars or bars > _MOST_LYING or any(isinstance(row[0], date) for row in table.rows):
        return False
    metrics, names = QFontMetricsF(theme().font("caption")), x_axis.row_names(table)
    if short_ordinals(names) is not None:
        return False
    if max(map(metrics.horizontalAdvance, names)) > _PLAIN_WIDTH / count - _GAP:
        return True
    if room is None or room.width() >= _PLAIN_WIDTH + _AXIS_WIDTH:
        return False
    own = x_axis.own_names(table, room)
    shown = own.names if own is not None else names
    return max(map(metrics.horizontalAdvance, shown)) > (room.width() - _AXIS_WIDTH) / count - _GAP


def lying_bars(box: QRectF, table: ResultTable, sets: Sequence[charts.Series], unit: str) -> LyingBars | None:
    """The lying bars of a chart; None where its bars are upright.

    Each has its value beside it. Where those have no room, the bars have an axis below them instead; where names have
    none, every second row or fewer have one. Words that all names have are above them once, if there is room.
    """
    if not lie(table, sets, box):
        return None
    count, metrics = len(table.rows), QFontMetricsF(theme().font("caption"))
    labels = x_axis.row_names(table)
    rows = QRectF(charts.room_of(box, charts.legend_series(table, unit), "bar_chart").chart)
    own, title = own_words(labels), ""
    if own is not None and rows.height() - _TITLE_HEIGHT >= count * _MIN_PITCH:
        labels, title = own
        rows.setTop(rows.top() + _TITLE_HEIGHT)
    most_lines = min(int(rows.height() / count / _NAME_LINE), _MOST_NAME_LINES)
    names, most = [], 0.0
    for share in (_NAME_SHARE, _ONE_LINE_SHARE) if most_lines > 1 else (_ONE_LINE_SHARE,):
        most = min(max(map(metrics.horizontalAdvance, labels)) + 1, max(_MAX_NAME, rows.width() * share))
        most = min(most, rows.width() * _MOST_NAME_SHARE)
        names = (
            names_in_lines(labels, metrics, most, most_lines) if most_lines > 1 else _on_one_line(labels, metrics, most)
        )
        if not any("…" in line for lines in names for line in lines):
            break
    name_width = min(most, max(metrics.horizontalAdvance(line) for lines in names for line in lines) + 1)
    rows.setLeft(rows.left() + name_width + _GAP)
    with_values = None
    bars = stack_columns(sets)[1]
    is_set = isinstance(table, ChartTable) and (not table.axis.is_automatic or bool(table.thresholds))
    is_set = is_set or any(one.is_target for one in sets)  # a mark would lie over the values beside the bars
    needs_axis = is_set or charts.is_share(sets)
    costs_names = (rows.height() - x_axis.AXIS_HEIGHT) / count < _MIN_PITCH
    least = _MIN_ROW if bars == 1 and not costs_names else _MIN_PITCH * bars
    if rows.height() / count >= least and not needs_axis:
        shortest = _LEAST_LENGTH if costs_names else _MIN_LENGTH
        with_values = _beside_values(rows, table, sets, unit, metrics, shortest)
    found = with_values or _over_axis(rows, table, sets, metrics)
    every = math.ceil(_MIN_PITCH / max(found.box.height() / count, 0.1))
    whole = found.box.adjusted(-name_width - _GAP, 0, 0, 0)
    return replace(found, box=whole, name_width=name_width, named_every=every, names=tuple(names), title=title)


def _on_one_line(labels: Sequence[str], metrics: QFontMetricsF, room: float) -> list[tuple[str, ...]]:
    return [(name,) for name in short_names(labels, metrics, room)]


def _beside_values(
    room: QRectF,
    table: ResultTable,
    sets: Sequence[charts.Series],
    unit: str,
    metrics: QFontMetricsF,
    shortest: float,
) -> LyingBars | None:
    """Bars with their values at their ends, stacked ones with their sums; None where the longest would have less than
    `shortest` pixels."""
    values = _values(table, sets)
    low, high = _limits(values)
    if any(one.spans for one in sets) and low < 0:
        return None  # at which end would the sum be?
    texts = _value_texts(table, sets, values, metrics, unit)
    widths = [metrics.horizontalAdvance(text) + _VALUE_GAP + 2 if text else 0.0 for text in texts]
    parts = [_part(span.top if span is not None else 0.0, low, high) for _row, _place, span in values]
    length = _longest(parts, widths, room.width())
    if length < shortest:
        return None
    ends = [width - part * length for part, width in zip(parts, widths, strict=True) if part < 0]
    zero = room.left() + max([0.0, *ends])
    begun = [_part(span.base if span is not None else 0.0, low, high) * length for _row, _place, span in values]
    lengths = [part * length for part in parts]
    placed = _placed_bars(room, len(table.rows), sets, zero, values, list(zip(begun, lengths, strict=True)), texts)
    return LyingBars(room, 0.0, zero, low < 0, placed)


def _over_axis(room: QRectF, table: ResultTable, sets: Sequence[charts.Series], metrics: QFontMetricsF) -> LyingBars:
    """Bars over an axis with as many ticks as have room."""
    values = _values(table, sets)
    choice, references = AxisChoice(), list[Threshold]()
    if isinstance(table, ChartTable):
        references = list(table.thresholds)
        choice = table.axis if not charts.is_share(sets) else choice
    low, high = _limits(values) if not charts.is_share(sets) else (0.0, 100.0)
    if choice.is_log:
        low = min((span.top for _row, _place, span in values if span is not None), default=1.0)
    elif not charts.is_share(sets):
        low, high = extended(low, high, references)
    unit = charts.axis_unit(sets) or number_format.NO_UNIT
    for most, shown in ((5, unit), (4, unit), (3, unit), (3, number_format.NO_UNIT), (2, number_format.NO_UNIT)):
        whole = all(one.is_whole for one in sets) or charts.is_share(sets)
        scale = choice.scale(low, high, most, whole=whole)
        labels = charts.scale_names(scale, shown)
        last = metrics.horizontalAdvance(labels[-1]) / 2 + 1
        above = _REFERENCE_HEIGHT if references else 0.0
        rows = room.adjusted(0, above, -last, -x_axis.AXIS_HEIGHT)
        xs = [rows.left() + rows.width() * scale.part(tick) for tick in scale.ticks]
        taken = max(map(metrics.horizontalAdvance, labels)) + _GAP
        if xs[1] - xs[0] >= taken:
            break

    def part(value: float) -> float:
        return min(max(scale.part(value), 0.0), 1.0)

    def length(value: float) -> float:
        return rows.width() * (part(value) - part(0.0))

    zero = rows.left() + rows.width() * part(0.0)

    ends = [(length(span.base), length(span.top)) if span is not None else (0.0, 0.0) for _row, _place, span in values]
    placed = _placed_bars(rows, len(table.rows), sets, zero, values, ends, [""] * len(values))
    inside = [one for one in references if 0 <= scale.part(one.value) <= 1]
    marked = [(rows.left() + rows.width() * part(one.value), one) for one in inside]
    has_zero = low < 0 and scale.part(0.0) > 0
    return LyingBars(
        rows, 0.0, zero, has_zero, placed, ticks=tuple(zip(xs, labels, strict=True)), references=tuple(marked)
    )


_Value = tuple[int, int, Span | None]
"""Where a value of a chart begins and ends, after its row and the index of its set."""


def _values(table: ResultTable, sets: Sequence[charts.Series]) -> list[_Value]:
    return [(row, place, one.span(row)) for place, one in enumerate(sets) for row in range(len(table.rows))]


def _limits(values: Sequence[_Value]) -> tuple[float, float]:
    """The least and the largest value, or zero."""
    known = [span.top for _row, _place, span in values if span is not None]
    return min([*known, 0.0]), max([*known, 0.0])


def _placed_bars(
    rows: QRectF,
    row_count: int,
    sets: Sequence[charts.Series],
    zero: float,
    values: Sequence[_Value],
    ends: Sequence[tuple[float, float]],
    texts: Sequence[str],
) -> tuple[Bar, ...]:
    """Lying bars. `ends`: the pixels from zero to where each begins and ends."""
    columns, count = stack_columns(sets)
    row_height = rows.height() / row_count
    share = _SHARE if count == 1 else _LYING_SHARE
    thick = max(1.0, min(row_height * share / max(count, 1), _MAX_BAR) // 1)
    found, last = [], _ends(sets)
    for (row, place, span), (begin, end), text in zip(values, ends, texts, strict=True):
        top = round(rows.top() + row_height * (row + 0.5) - count / 2 * thick) + columns[place] * thick
        high_enough = max(1.0, thick - (1 if count > 1 and thick > _MIN_SLOT else 0))
        is_stacked, value = bool(sets[place].spans), span is not None and span.top != span.base
        long = max(abs(end - begin), _MIN_BAR if value and not is_stacked else 0.0)
        if sets[place].is_target:
            if span is not None:
                group = round(rows.top() + row_height * (row + 0.5) - max(count, 1) / 2 * thick)
                mark = QRectF(zero + end - _MARK / 2, group - _MARK_OVER, _MARK, max(count, 1) * thick + 2 * _MARK_OVER)
                found.append(Bar(row, place, mark, negative=False))
            continue
        negative = span is not None and span.top < span.base
        spot = QRectF(zero + begin - long if negative else zero + begin, top, long, high_enough)
        found.append(Bar(row, place, spot, negative, text, (row, place) in last or not is_stacked))
    return tuple(found)


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
    values: Sequence[_Value],
    metrics: QFontMetricsF,
    unit: str,
) -> list[str]:
    """The values beside lying bars: with equal decimals, and all in short form if one is too long otherwise."""
    decimals, last = _decimals(table, sets), _ends(sets)
    texts = []
    for row, place, _span in values:
        one = sets[place]
        cells = table.rows[row] if not one.spans else charts.total_row(table, row, sets, place)
        text = number_format.format_value(table, cells, one.column, decimals=decimals[place], unit=unit)
        texts.append(text if not one.spans or (row, place) in last else "")
    if any(metrics.horizontalAdvance(text) > _MAX_VALUE for text in texts):
        for at, (row, place, span) in enumerate(values):
            if span is not None and texts[at]:
                known = number_format.unit_of(table, table.rows[row], sets[place].column, unit)
                texts[at] = known.after(number_format.abbreviate(span.top))
    return [metrics.elidedText(text, Qt.TextElideMode.ElideRight, _MAX_VALUE) for text in texts]


def _decimals(table: ResultTable, sets: Sequence[charts.Series]) -> list[int | None]:
    """The decimals of each set; where all have the same unit, as many for all sets, but none for whole numbers. The
    totals of stacked sets have those of all."""
    if isinstance(table, ChartTable) and table.decimals is not None:
        return [table.decimals] * len(sets)
    found = [
        0 if _is_whole(table, one) else number_format.column_decimals(table, one.column, table.rows) for one in sets
    ]
    if len({one.unit for one in sets}) > 1:
        return found
    most = max((decimals for decimals in found if decimals is not None), default=None)
    return [most if decimals or one.spans else decimals for one, decimals in zip(sets, found, strict=True)]


def _is_whole(table: ResultTable, one: charts.Series) -> bool:
    """Whether all values of a set are whole numbers. Money has the decimals of its currency."""
    is_money = table.columns[one.column].format == "money"
    return one.is_whole or (not is_money and all(value is None or value.is_integer() for value in one.values))


def _paint_upright(
    painter: QPainter, box: QRectF, table: ChartTable, sets: Sequence[charts.Series], unit: str
) -> tuple[LegendTarget, ...]:
    plot = charts.paint_frame(painter, box, table, sets, "bar_chart", unit)
    axis, own = x_axis.bar_axis(table), x_axis.own_names(table, box)
    if own is not None:
        axis = replace(axis, names=lambda: own.names)
        x_axis.paint_title(painter, own.shared, plot.box, plot.within)
    x_axis.paint_labels(painter, axis, plot.box, plot.within)
    _paint_bars(painter, upright_bars(plot, sets, axis), sets, partial_rows=table.partial_rows)
    if plot.scale.low < 0:
        y = round(plot.y(0.0)) + 0.5
        painter.setPen(QPen(theme().color("border.control"), 1))
        painter.drawLine(QPointF(plot.box.left(), y), QPointF(plot.box.right(), y))
    paint_threshold_labels(painter, plot.box, plot.scale, table.thresholds)
    return plot.legend


def _paint_lying(painter: QPainter, table: ChartTable, sets: Sequence[charts.Series], lying: LyingBars) -> None:
    painter.setFont(theme().font("caption"))
    row_height = lying.box.height() / len(table.rows)
    painter.setPen(theme().color("text.secondary"))
    for row in range(0, len(lying.names), lying.named_every):
        lines = lying.names[row]
        top = lying.box.top() + (row + 0.5) * row_height - len(lines) * _NAME_LINE / 2
        for place, line in enumerate(lines):
            spot = QRectF(lying.box.left(), top + place * _NAME_LINE, lying.name_width, _NAME_LINE)
            painter.drawText(spot, _LEFT, line)
    if lying.title:
        spot = QRectF(lying.box.left(), lying.box.top() - _TITLE_HEIGHT, lying.box.width(), _NAME_LINE)
        painter.setPen(theme().color("text.muted"))
        metrics = QFontMetricsF(painter.font())
        painter.drawText(spot, _LEFT, metrics.elidedText(lying.title, Qt.TextElideMode.ElideMiddle, spot.width()))
    _paint_axis(painter, lying)
    _paint_bars(painter, lying.bars, sets, lying=True)
    _paint_references(painter, lying)
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


def _paint_references(painter: QPainter, lying: LyingBars) -> None:
    """Draw reference lines down through lying bars, with their labels above the bars."""
    metrics = QFontMetricsF(painter.font())
    for x, reference in lying.references:
        label = reference.label
        pen = QPen(theme().color(reference.tone), 1.5 if reference.is_target else 1.0)
        if not reference.is_target:
            pen.setDashPattern([4.0, 3.0])
        painter.setPen(pen)
        painter.drawLine(QPointF(x, lying.box.top()), QPointF(x, lying.box.bottom()))
        width = metrics.horizontalAdvance(label) + 4
        left = x + 2 if x + 2 + width <= lying.box.right() else x - 2 - width
        if left >= lying.box.left() + lying.name_width:
            spot = QRectF(left, lying.box.top() - _REFERENCE_HEIGHT, width, 14)
            painter.fillRect(spot, theme().color("surface"))
            painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, label)


def _paint_axis(painter: QPainter, lying: LyingBars) -> None:
    """Draw the grid lines of lying bars without values, and the labels below them."""
    for x, label in lying.ticks:
        middle = round(x) + 0.5
        painter.setPen(QPen(theme().color("grid"), 1))
        painter.drawLine(QPointF(middle, lying.box.top()), QPointF(middle, lying.box.bottom()))
        painter.setPen(theme().color("text.muted"))
        width = QFontMetricsF(painter.font()).horizontalAdvance(label) + 2
        painter.drawText(QRectF(x - width / 2, lying.box.bottom() + 6, width, 16), Qt.AlignmentFlag.AlignCenter, label)


def _paint_bars(
    painter: QPainter,
    bars: Sequence[Bar],
    sets: Sequence[charts.Series],
    *,
    lying: bool = False,
    partial_rows: frozenset[int] = frozenset(),
) -> None:
    """Draw bars. Those of rows with only a part of their period are hatched, with an outline."""
    for bar in bars:
        colour = sets[bar.place].colour
        if sets[bar.place].is_target:
            continue
        if sets[bar.place].spans and not (bar.box.width() and bar.box.height()):
            continue
        path = _bar_path(bar, lying=lying)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_pale(colour) if bar.row in partial_rows else colour)
        painter.drawPath(path)
        if bar.row in partial_rows:
            _hatch(painter, path, colour)
            painter.strokePath(_bar_path(bar, lying=lying, inset=0.5).simplified(), QPen(colour, 1))
    for bar in bars:
        if not bar.is_end and min(bar.box.width(), bar.box.height()) >= _LEAST_PARTED:
            painter.fillRect(_joint(bar, lying=lying), theme().color("surface"))
    for bar in [one for one in bars if sets[one.place].is_target]:
        painter.fillRect(bar.box.adjusted(-1, -1, 1, 1), theme().color("surface"))
        painter.fillRect(bar.box, sets[bar.place].colour)


def _joint(bar: Bar, *, lying: bool) -> QRectF:
    """The line between a bar of a stack and the one that stands on it."""
    box = bar.box
    if lying:
        return QRectF(box.left() if bar.negative else box.right() - 1, box.top(), 1, box.height())
    return QRectF(box.left(), box.bottom() - 1 if bar.negative else box.top(), box.width(), 1)


def _pale(colour: QColor, opacity: float = _UNFINISHED_OPACITY) -> QColor:
    pale = QColor(colour)
    pale.setAlphaF(opacity)
    return pale


def _hatch(painter: QPainter, path: QPainterPath, colour: QColor) -> None:
    """Draw lines upwards to the right through a bar, so many pixels apart along its width."""
    box = path.boundingRect()
    painter.save()
    painter.setClipPath(path, Qt.ClipOperation.IntersectClip)
    painter.setPen(QPen(_pale(colour, _HATCH_OPACITY), 1))
    first, last = math.floor((box.left() - box.height()) / _HATCH), math.ceil(box.right() / _HATCH)
    for x in range(first, last + 1):
        painter.drawLine(QPointF(x * _HATCH, box.bottom()), QPointF(x * _HATCH + box.height(), box.top()))
    painter.restore()


def _bar_path(bar: Bar, *, lying: bool, inset: float = 0.0) -> QPainterPath:
    """The outline of a bar, rounded at its end, so many pixels inside its box."""
    box = bar.box.adjusted(inset, inset, -inset, -inset)
    path = QPainterPath()
    if min(box.width(), box.height()) < 2 * _RADIUS or not bar.is_end:
        path.addRect(bar.box if inset == 0 or bar.is_end else box)
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

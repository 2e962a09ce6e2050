"""Draws plots of signals, one below the other over one axis of time, into any painter."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import shiboken6
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from benchboard.canbus.dbc import Signal
from benchboard.canbus.frame import TimeSource, Timestamp
from benchboard.canbus.plot_set import PlotSet, PlottedSignal
from benchboard.canbus.signal_decoder import SignalKey
from benchboard.canbus.signal_history import SignalHistory, SignalRows
from benchboard.i18n import _
from benchboard.ui.bench.frame_format import clock
from benchboard.ui.bench.plots.axis_ticks import axis_range, time_ticks, value_ticks
from benchboard.ui.bench.plots.signal_source import SignalSource
from benchboard.ui.bench.plots.signal_texts import figure
from benchboard.ui.theme import theme

TITLE: Final = 24.0
"""Height of the line that names a signal."""
AXIS: Final = 28.0
"""Height of the axis of time."""
LEAST_CHART: Final = 62.0
"""So that a plot of one signal has 104 pixels."""
_MOST_CHART: Final = 320.0
_LEFT, _RIGHT, _ABOVE, _BELOW = 60.0, 16.0, 9.0, 18.0
_EDGE: Final = 8.0
"""Between a time and the right end of the window."""
_LEFT_NAMED: Final = 92.0
"""The room for the labels of values with names."""
_SWATCH: Final = QSizeF(12, 3)
_LINE: Final = 1.5
_LONG: Final = 2.0
"""How often a line goes through the width and the height of its chart before it is drawn thin."""
_LEAST_LONG: Final = 8
"""Points of a line from which on that is looked at."""
_DOT: Final = 3.5
_TICK_GAP: Final = 26.0
_TIME_GAP: Final = 76.0
_LEAST_TIMES: Final = 2
"""Times that an axis has also where few are round, or cursors are over others."""
_MOST_TICKS: Final = 5
_MOST_NAMES: Final = 8
_SILENT_NS: Final = 2_000_000_000
_SILENT_SHARE: Final = 0.1
"""For how long, and for what share of the time that is shown, a live signal has no value before that is shown."""
_HATCH: Final = 8.0
_DASHES: Final[tuple[tuple[float, ...], ...]] = ((), (4, 2), (1.4, 2), (5.4, 2, 1.4, 2))
"""Of the lines in one plot, in their order, so that they differ without colour."""
Scales = dict[tuple[SignalKey, ...], tuple[float, float]]
"""The ends of the axis of each plot, by its signals, as they were drawn last."""


@dataclass(frozen=True, slots=True)
class PlotBox:
    """Where a plot is: with its titles, and the part that lines are drawn in."""

    whole: QRectF
    chart: QRectF


@dataclass(frozen=True, slots=True)
class CursorLines:
    """The times (Unix, ns) of cursors A and B, and which is selected: 0 or 1."""

    times: tuple[int, int]
    selected: int = 0


def least_height(plots: PlotSet) -> float:
    """The height that plots need at least."""
    return AXIS + sum(TITLE * len(plot) + LEAST_CHART + _BELOW for plot in plots.plots)


def boxes(size: QSizeF, plots: PlotSet, source: SignalSource) -> list[PlotBox]:
    """Where each plot is in an area of this size: their charts are equally high."""
    if not plots.plots:
        return []
    titles = sum(TITLE * len(plot) for plot in plots.plots)
    each = max((size.height() - AXIS - titles) / len(plots.plots), LEAST_CHART + _BELOW)
    each = min(each, _MOST_CHART + _BELOW)  # one plot of a whole pane would be a tower
    has_names = any(_choices(plot, source) for plot in plots.plots)
    left = min(_LEFT_NAMED if has_names else _LEFT, size.width() / 3)
    found, top = [], 0.0
    for plot in plots.plots:
        height = TITLE * len(plot) + each
        chart = QRectF(left, top + TITLE * len(plot), size.width() - left - _RIGHT, each - _BELOW + 4)
        chart.setTop(chart.top() + _ABOVE)  # the highest value's label is half above it
        found.append(PlotBox(QRectF(0, top, size.width(), height), chart))
        top += height
    return found


def x_at(chart: QRectF, span: tuple[int, int], time: int) -> float:
    """Where a time is."""
    begin, end = span
    return chart.left() + chart.width() * (time - begin) / (end - begin)


def paint_plots(
    painter: QPainter,
    size: QSizeF,
    plots: PlotSet,
    source: SignalSource,
    span: tuple[int, int],
    scales: Scales,
    cursors: CursorLines | None = None,
    axis_bottom: float | None = None,
) -> None:
    """Draw all plots from one time to another (`span`: Unix, ns). `scales` is read and written. The axis of time is
    below the last plot, or over the plots with its bottom at `axis_bottom`, where that is higher.
    """
    places = boxes(size, plots, source)
    for plot, box in zip(plots.plots, places, strict=True):
        _paint_plot(painter, plot, box, source, span, scales, cursors)
    if places:
        axis = QRectF(places[0].chart.left(), places[-1].whole.bottom(), places[0].chart.width(), AXIS)
        if axis_bottom is not None and axis_bottom < axis.bottom():
            axis.moveBottom(axis_bottom)
            ground = QRectF(0, axis.top(), size.width(), AXIS)
            painter.fillRect(ground, theme().color("surface"))
            painter.fillRect(QRectF(0, axis.top(), size.width(), 1), theme().color("border"))
        tags = _cursor_tags(axis, span, cursors)
        _paint_times(painter, axis, span, [tag for tag in tags if tag is not None])
        if cursors is not None:
            _paint_tags(painter, tags, cursors.selected)


def _choices(plot: Sequence[PlottedSignal], source: SignalSource) -> dict[float, str]:
    """The names of the values of a plot whose signals all have the same."""
    signals = [source.signal(one.key) for one in plot]
    first = signals[0] if signals else None
    if first is None or not first.choices or len(first.choices) > _MOST_NAMES:
        return {}
    if any(one is None or one.choices != first.choices for one in signals):
        return {}
    return {raw * first.scale + first.offset: name for raw, name in first.choices.items()}


def _paint_plot(
    painter: QPainter,
    plot: Sequence[PlottedSignal],
    box: PlotBox,
    source: SignalSource,
    span: tuple[int, int],
    scales: Scales,
    cursors: CursorLines | None,
) -> None:
    read: list[tuple[PlottedSignal, Signal | None, SignalRows | None]] = []
    for one in plot:
        history = source.history(one.key)
        rows = history.read(*span, max(int(box.chart.width()), 2)) if history is not None else None
        read.append((one, source.signal(one.key), rows if rows is not None and rows.size else None))
    for place, (one, signal, _rows) in enumerate(read):
        row = QRectF(12, box.whole.top() + 4 + TITLE * place, box.whole.width() - 12 - _RIGHT, TITLE)
        history = source.history(one.key)
        now = history.value_at(span[1]) if history is not None else None
        is_past = source.is_live and history is not None and _silent_from(history, span) is not None
        _paint_title(painter, row, one, signal, now.value if now is not None else None, place, is_past=is_past)
    names = _choices(plot, source)
    keys = tuple(one.key for one in plot)
    found = _range([rows for _one, _signal, rows in read if rows is not None], names, scales.get(keys))
    if found is None:
        _paint_empty(painter, box.chart, plot, source)
        return
    low, high = scales[keys] = found
    _paint_axis(painter, box.chart, low, high, names)
    if source.is_live:
        _paint_silence(painter, box.chart, plot, source, span)
    painter.save()
    painter.setClipRect(box.chart.adjusted(0, -2, 0, 2))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for place, (one, signal, rows) in enumerate(read):
        if rows is not None:
            is_stepped = signal is not None and bool(signal.choices)
            lines = _points(rows, span, box.chart, (low, high), stepped=is_stepped)
            _paint_line(painter, lines, one, place, box.chart.size())
    painter.restore()
    if cursors is not None:
        _paint_cursors(painter, box.chart, span, cursors)
        _paint_dots(painter, box.chart, read, source, span, (low, high), cursors)


def _range(
    read: Sequence[SignalRows], names: dict[float, str], before: tuple[float, float] | None
) -> tuple[float, float] | None:
    """The ends of the axis; None where no value was ever known."""
    if names:
        return min(names) - 0.5, max(names) + 0.5
    lows = [float(np.fmin.reduce(rows.low)) for rows in read]
    highs = [float(np.fmax.reduce(rows.high)) for rows in read]
    known = [(low, high) for low, high in zip(lows, highs, strict=True) if low <= high]  # NaN isn't
    if not known:
        return before
    return axis_range(min(low for low, _high in known), max(high for _low, high in known), before)


def _paint_empty(painter: QPainter, chart: QRectF, plot: Sequence[PlottedSignal], source: SignalSource) -> None:
    """A chart without any value: hatched, with the axis of the values that its signals may have, if that is known."""
    signals = [signal for one in plot if (signal := source.signal(one.key)) is not None]
    limits = [(one.minimum, one.maximum) for one in signals if one.minimum is not None and one.maximum is not None]
    low, high = min((low for low, _high in limits), default=0.0), max((high for _low, high in limits), default=0.0)
    if low < high:
        _paint_axis(painter, chart, low, high, {})
    painter.setPen(QPen(theme().color("grid"), 1))
    for y in (chart.top(), chart.bottom()):
        painter.drawLine(QPointF(chart.left(), round(y) + 0.5), QPointF(chart.right(), round(y) + 0.5))
    histories = [history for one in plot if (history := source.history(one.key)) is not None]
    text = _("No values yet") if source.is_live else _("No values")
    if any(history.span is not None for history in histories):
        text = _("No values at this time")
    _paint_hatched(painter, chart, text)


def _silent_from(history: SignalHistory, span: tuple[int, int]) -> int | None:
    """Since when a live signal has had no value, if that is long within `span`; None if it goes on."""
    times = history.span
    if times is None:
        return None
    quiet = span[1] - times[1]
    return times[1] if quiet > max(_SILENT_NS, _SILENT_SHARE * (span[1] - span[0])) else None


def _paint_silence(
    painter: QPainter, chart: QRectF, plot: Sequence[PlottedSignal], source: SignalSource, span: tuple[int, int]
) -> None:
    """Hatch the time since which no signal of a plot has had a value, and say since when."""
    histories = [history for one in plot if (history := source.history(one.key)) is not None]
    since = [_silent_from(history, span) for history in histories]
    known = [one for one in since if one is not None]
    if not known or len(known) < len(since):
        return
    last = max(known)
    left = max(x_at(chart, span, last), chart.left())
    area = QRectF(left, chart.top(), chart.right() - left, chart.height())
    since_text = _("No values since {time}").format(time=clock(Timestamp(last / 1e9, TimeSource.HOST, 1.0)))
    _paint_hatched(painter, area, since_text)


def _paint_hatched(painter: QPainter, area: QRectF, text: str) -> None:
    """Hatch the part of a chart that has no values, and say so in its middle."""
    painter.save()
    painter.setClipRect(area)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme().color("border"), 1))
    x = area.left() - area.height()
    while x < area.right():
        painter.drawLine(QPointF(x, area.bottom()), QPointF(x + area.height(), area.top()))
        x += _HATCH
    painter.setFont(theme().font("caption"))
    metrics = QFontMetricsF(painter.font())
    label = QRectF(0, 0, metrics.horizontalAdvance(text) + 16, metrics.height() + 8)
    label.moveCenter(area.center())
    if label.width() <= area.width():
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("surface"))
        painter.drawRoundedRect(label, 4, 4)
        painter.setPen(theme().color("text.muted"))
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


def _paint_title(
    painter: QPainter,
    row: QRectF,
    one: PlottedSignal,
    signal: Signal | None,
    value: float | None,
    place: int,
    *,
    is_past: bool = False,
) -> None:
    pen = QPen(theme().chart(one.colour), 2.5)
    if dash := _DASHES[place % len(_DASHES)]:
        pen.setDashPattern(dash)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    middle = row.center().y()
    painter.drawLine(QPointF(row.left(), middle), QPointF(row.left() + (18 if dash else _SWATCH.width()), middle))
    strong, body = theme().font("body_strong"), theme().font("body")
    flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    left = row.left() + (26 if dash else 20)
    shown, metrics = figure(signal, value), QFontMetricsF(strong)
    room = row.right() - left - metrics.horizontalAdvance(shown) - 12
    name = metrics.elidedText(one.key.signal, Qt.TextElideMode.ElideRight, max(room, 0))
    painter.setFont(strong)
    painter.setPen(theme().color("text"))
    painter.drawText(QRectF(left, row.top(), room, row.height()), flags, name)
    painter.setPen(theme().color("text.muted" if is_past else "text"))
    painter.drawText(row, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, shown)
    unit = signal.unit if signal is not None else ""
    after = left + metrics.horizontalAdvance(name) + 8
    if unit and after < left + room:
        painter.setFont(body)
        painter.setPen(theme().color("text.muted"))
        painter.drawText(QRectF(after, row.top(), left + room - after, row.height()), flags, unit)


def _paint_axis(painter: QPainter, chart: QRectF, low: float, high: float, names: dict[float, str]) -> None:
    ticks = (
        sorted(names.items())
        if names
        else value_ticks(low, high, max(2, min(_MOST_TICKS, int(chart.height() / _TICK_GAP))))
    )
    font = theme().font("caption")
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    last: float | None = None
    for value, label in ticks:
        y = round(chart.bottom() - chart.height() * (value - low) / (high - low)) + 0.5
        painter.setPen(QPen(theme().color("grid"), 1))
        painter.drawLine(QPointF(chart.left(), y), QPointF(chart.right(), y))
        if last is not None and last - y < metrics.height():
            continue
        last = y
        painter.setPen(theme().color("text.muted"))
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        room = chart.left() - 16
        shown = metrics.elidedText(label, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(8, y - 9, room, 18), flags, shown)


def _points(
    rows: SignalRows, span: tuple[int, int], chart: QRectF, scale: tuple[float, float], *, stepped: bool
) -> list[NDArray[np.float64]]:
    """The line through these rows, cut at gaps: through the extremes of each row that sums up several values."""
    begin, end = span
    width = chart.width() / (end - begin)
    first, last = (chart.left() + (times - begin) * width for times in (rows.begin, rows.end))
    if np.array_equal(rows.begin, rows.end):
        x, values, per_row = first, rows.first, 1
    else:  # a row is as wide as a pixel: in it, only the direction of the line can be seen
        rises = rows.last >= rows.first
        ends = np.where(rises, rows.low, rows.high), np.where(rises, rows.high, rows.low)
        x, values, per_row = np.stack((first, last), 1).ravel(), np.stack(ends, 1).ravel(), 2
    y = _heights(values, chart, scale)
    is_known = np.isfinite(y)
    breaks = np.zeros(len(x), np.bool_)
    breaks[::per_row] = rows.gap
    breaks[1:] |= ~is_known[:-1]
    x, y, breaks = x[is_known], y[is_known], breaks[is_known]
    cuts = [0, *np.flatnonzero(breaks).tolist(), len(x)]
    lines = [(x[a:b], y[a:b]) for a, b in pairwise(cuts) if a < b]
    if stepped:
        lines = [(np.repeat(xs, 2)[1:], np.repeat(heights, 2)[:-1]) for xs, heights in lines]
    return [np.stack((xs, heights), 1) for xs, heights in lines]


def _polygon(points: NDArray[np.float64]) -> QPolygonF:
    """A polygon of these points, filled at once: point by point takes thirty times as long."""
    polygon = QPolygonF()
    polygon.resize(len(points))
    memory: Any = shiboken6.VoidPtr(polygon.data(), len(points) * 16, True)  # type: ignore[call-arg,arg-type]  # its stub
    np.frombuffer(memory, np.float64).reshape(-1, 2)[:] = points
    return polygon


def _heights(values: NDArray[np.float64], chart: QRectF, scale: tuple[float, float]) -> NDArray[np.float64]:
    low, high = scale
    heights: NDArray[np.float64] = chart.bottom() - chart.height() * (values - low) / (high - low)
    return heights


def _is_long(points: NDArray[np.float64], chart: QSizeF) -> bool:
    """Whether a line through these points (x, y) goes to and fro so much that it is drawn thin.

    Qt makes an outline of a line wider than a pixel, in a time that grows with how often it crosses itself: of a signal
    that jumps its whole range 500 times a second, seconds for each picture. A line of one pixel is drawn point by
    point, so that its time is bounded by the pixels of the chart.
    """
    steps = np.diff(points, axis=0)
    return float(np.hypot(steps[:, 0], steps[:, 1]).sum()) > _LONG * (chart.width() + chart.height())


def _line_pen(colour: QColor, place: int, *, long: bool) -> QPen:
    """The pen of the line of the signal at a place in its plot: one pixel of the screen wide if it is `long`."""
    pen = QPen(colour, 1 if long else _LINE)
    pen.setCosmetic(long)  # a pixel of the screen also where the window's are larger
    if dash := _DASHES[place % len(_DASHES)]:
        pen.setDashPattern(dash)
    return pen


def _paint_line(
    painter: QPainter, lines: Sequence[NDArray[np.float64]], one: PlottedSignal, place: int, chart: QSizeF
) -> None:
    colour = theme().chart(one.colour)
    long = sum(map(len, lines)) > _LEAST_LONG and any(_is_long(line, chart) for line in lines)
    pen = _line_pen(colour, place, long=long)
    for line in map(_polygon, lines):
        if line.size() == 1:  # a value alone
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(line.first(), _LINE, _LINE)
        else:
            painter.setPen(pen)
            painter.drawPolyline(line)


def _paint_dots(
    painter: QPainter,
    chart: QRectF,
    read: Sequence[tuple[PlottedSignal, Signal | None, SignalRows | None]],
    source: SignalSource,
    span: tuple[int, int],
    scale: tuple[float, float],
    cursors: CursorLines,
) -> None:
    """Where each cursor crosses a line."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    low, high = scale
    for one, _signal, _rows in read:
        history = source.history(one.key)
        for time in cursors.times:
            at = history.value_at(time) if history is not None else None
            if at is None or not span[0] <= time <= span[1]:
                continue
            y = chart.bottom() - chart.height() * (at.value - low) / (high - low)
            if chart.top() - 1 <= y <= chart.bottom() + 1:
                painter.setPen(QPen(theme().chart(one.colour), _LINE))
                painter.setBrush(theme().color("surface"))
                painter.drawEllipse(QPointF(x_at(chart, span, time), y), _DOT, _DOT)
    painter.restore()


def _paint_times(painter: QPainter, row: QRectF, span: tuple[int, int], taken: Sequence[QRectF]) -> None:
    """The times below the charts, where nothing else is."""
    font = theme().font("caption")
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    painter.setPen(theme().color("text.muted"))
    most = max(2, int(row.width() / _TIME_GAP))
    ticks = time_ticks(*span, most)
    widest = max((metrics.horizontalAdvance(label) for _at, label in ticks), default=0.0)
    if widest + 12 > _TIME_GAP:  # labels of microseconds are wide
        most = max(1, int(row.width() / (widest + 12)))
    labels = _time_labels(row, span, most, metrics, taken)
    for finer in (2, 4, 8, 16):  # few are round, or cursors are over them: others beside them
        if len(labels) < _LEAST_TIMES:
            labels = max(labels, _time_labels(row, span, most * finer, metrics, taken), key=len)
    for place, label in labels:
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, label)


def _time_labels(
    row: QRectF, span: tuple[int, int], most: int, metrics: QFontMetricsF, taken: Sequence[QRectF]
) -> list[tuple[QRectF, str]]:
    """Of at most `most` round times those whose labels have room, and where."""
    found: list[tuple[QRectF, str]] = []
    for at, label in time_ticks(*span, most):
        x, width = x_at(row, span, at), metrics.horizontalAdvance(label) + 2
        place = QRectF(x - width / 2, row.top(), width, row.height())
        is_inside = row.left() - 20 <= place.left() and place.right() <= row.right() + _RIGHT - _EDGE
        others = (*taken, *(other for other, _label in found))
        if is_inside and not any(place.adjusted(-4, 0, 4, 0).intersects(one) for one in others):
            found.append((place, label))
    return found


def _paint_cursors(painter: QPainter, chart: QRectF, span: tuple[int, int], cursors: CursorLines) -> None:
    """Both cursors in a chart, and the ground between them."""
    xs = [x_at(chart, span, time) for time in cursors.times]
    ground = QColor(theme().color("accent"))
    ground.setAlphaF(0.10)
    between = QRectF(min(xs), chart.top(), abs(xs[1] - xs[0]), chart.height())
    painter.fillRect(between.intersected(chart), ground)
    for place, x in enumerate(xs):
        if not chart.left() - 0.5 <= x <= chart.right() + 0.5:
            continue
        pen = QPen(theme().color("accent"), 1)
        if place:
            pen.setDashPattern((4, 3))
        painter.setPen(pen)
        middle = round(x) + 0.5
        painter.drawLine(QPointF(middle, chart.top()), QPointF(middle, chart.bottom()))


def _cursor_tags(axis: QRectF, span: tuple[int, int], cursors: CursorLines | None) -> list[QRectF | None]:
    """Where the letters of the cursors are on the axis of time; None for one out of sight."""
    xs = [x_at(axis, span, time) for time in cursors.times] if cursors is not None else []
    return [
        QRectF(round(x) - 8.5, axis.top() + 5, 18, 18) if axis.left() - 0.5 <= x <= axis.right() + 0.5 else None
        for x in xs
    ]


def _paint_tags(painter: QPainter, tags: Sequence[QRectF | None], selected: int) -> None:
    font = theme().font("caption")
    font.setWeight(QFont.Weight.DemiBold)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    for place, (letter, tag) in enumerate(zip("AB", tags, strict=True)):
        if tag is not None:
            painter.setPen(QPen(theme().color("focus"), 1.5) if place == selected else Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("accent"))
            painter.drawRoundedRect(tag, 4, 4)
            painter.setPen(theme().color("on.accent"))
            painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, letter)
    painter.restore()

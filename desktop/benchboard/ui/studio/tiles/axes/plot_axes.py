"""The axes of a chart that has numbers on both of them, with a title each and no zero that is forced on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from benchboard.ui.studio.tiles.axes.axis_scale import AxisScale, axis_scale
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.theme import theme

LABEL_HEIGHT: Final = 22.0
"""Pixels that the labels take below a plot."""
_TITLE_HEIGHT: Final = 16.0
_MIN_TITLED: Final = 104.0
"""Pixels of height below which an axis has no title."""
_LABEL_GAP: Final = 8.0
_TICK_GAP: Final = 14.0
"""Least pixels between two labels below a plot."""
_ENOUGH_TICKS: Final = 4
"""So many ticks with their unit are better than more of them without it."""
_TICK_HEIGHT: Final = 20.0
"""Least pixels of a plot's height for each step of its y axis."""
_MAX_MARGIN: Final = 0.3
"""The part of a chart's width that the labels of its y axis may take for the sake of their unit."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis shows: the ends of its values, their unit, whether they are whole numbers, and its title. With
    `choices` of ticks, from many to few, it ends at `low` and `high`."""

    low: float
    high: float
    unit: number_format.Unit
    whole: bool
    title: str
    choices: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class PlotAxes:
    """The plot of a chart and its axes. `inset`: pixels between the ends of the axes and the edges of the plot."""

    box: QRectF
    x: AxisScale
    y: AxisScale
    x_labels: Sequence[str]
    y_labels: Sequence[str]
    titles: tuple[str, str]
    """Those of the x and the y axis; empty where they have no room."""
    inset: float = 0.0

    def point(self, x: float, y: float) -> QPointF:
        """Where a value of each axis is."""
        return QPointF(self.x_at(x), self.y_at(y))

    def x_at(self, value: float) -> float:
        """The x coordinate of a value."""
        return self.box.left() + self.inset + (self.box.width() - 2 * self.inset) * self.x.part(value)

    def y_at(self, value: float) -> float:
        """The y coordinate of a value."""
        return self.box.bottom() - self.inset - (self.box.height() - 2 * self.inset) * self.y.part(value)

    @property
    def title_line(self) -> QRectF:
        """Where the title of the x axis is, at the right end; empty without one."""
        if not self.titles[0]:
            return QRectF()
        return QRectF(self.box.left(), self.box.bottom() + LABEL_HEIGHT - 2, self.box.width(), _TITLE_HEIGHT)


def plot_axes(room: QRectF, x: Axis, y: Axis, inset: float = 0.0) -> PlotAxes:
    """The axes of a chart in a part of a tile, with as many round ticks as have room."""
    is_titled = room.height() >= _MIN_TITLED
    above, below = (_TITLE_HEIGHT + 4, _TITLE_HEIGHT) if is_titled else (6.0, 0.0)
    height = max(room.height() - above - below - LABEL_HEIGHT, 10.0)
    metrics = QFontMetricsF(theme().font("caption"))
    most = max(2, min(6 if height > 130 else 4 if height > 80 else 3, 1 + int(height / _TICK_HEIGHT)))
    y_scale = axis_scale(y.low, y.high, most, whole=y.whole)
    y_labels = _y_labels(y_scale, y.unit, metrics, room.width() * _MAX_MARGIN)
    margin = max(map(metrics.horizontalAdvance, y_labels)) + _LABEL_GAP
    box = QRectF(room.left() + margin, room.top() + above, max(room.width() - margin - 4, 10.0), height)
    inset = min(inset, box.width() / 4, box.height() / 4)
    x_scale, x_labels = _x_ticks(x, box, inset, room, metrics)
    titles = (x.title, y.title) if is_titled else ("", "")
    return PlotAxes(box, x_scale, y_scale, x_labels, y_labels, titles, inset)


def _y_labels(scale: AxisScale, unit: number_format.Unit, metrics: QFontMetricsF, room: float) -> list[str]:
    labels = number_format.tick_labels(scale.ticks, unit)
    if max(map(metrics.horizontalAdvance, labels)) + _LABEL_GAP > room:
        return number_format.tick_labels(scale.ticks)
    return labels


def _x_ticks(x: Axis, box: QRectF, inset: float, room: QRectF, metrics: QFontMetricsF) -> tuple[AxisScale, list[str]]:
    """The scale of an x axis with as many ticks as have room, up to nine; two without their unit at last."""
    scales = _x_scales(x)
    with_unit = [(scale, x.unit) for scale in scales if x.choices and len(scale.ticks) >= _ENOUGH_TICKS]
    for scale, unit in (*with_unit, *((scale, unit) for scale in scales for unit in (x.unit, number_format.NO_UNIT))):
        labels = number_format.tick_labels(scale.ticks, unit)
        spans = label_spans(_places(scale, box, inset), labels, metrics, room)
        if all(after[0] - before[1] >= _TICK_GAP for before, after in pairwise(spans)):
            return scale, labels
    return scale, labels


def _x_scales(x: Axis) -> list[AxisScale]:
    """The scales of an x axis that are tried, from many ticks to few."""
    if x.choices:
        return [AxisScale(x.low, x.high, ticks) for ticks in x.choices]
    return [axis_scale(x.low, x.high, most, whole=x.whole) for most in (9, 7, 6, 5, 4, 3, 2)]


def _places(scale: AxisScale, box: QRectF, inset: float) -> list[float]:
    return [box.left() + inset + (box.width() - 2 * inset) * scale.part(tick) for tick in scale.ticks]


def label_spans(
    places: Sequence[float], labels: Sequence[str], metrics: QFontMetricsF, room: QRectF
) -> list[tuple[float, float]]:
    """The left and right ends of labels centred at these x coordinates, none outside `room`."""
    spans = []
    for place, label in zip(places, labels, strict=True):
        width = metrics.horizontalAdvance(label) + 1.0
        left = max(room.left(), min(place - width / 2, room.right() - width))
        spans.append((left, left + width))
    return spans


def paint_axes(painter: QPainter, axes: PlotAxes, room: QRectF, *, x_lines: bool = True) -> None:
    """Draw ticks, grid and titles; with `x_lines`, also the grid's lines of the x axis."""
    painter.setFont(theme().font("caption"))
    metrics, box = QFontMetricsF(painter.font()), axes.box
    for tick, label in zip(axes.y.ticks, axes.y_labels, strict=True):
        y = axes.y_at(tick)
        painter.fillRect(QRectF(box.left(), round(y), box.width(), 1), theme().color("grid"))
        painter.setPen(theme().color("text.muted"))
        painter.drawText(QRectF(room.left(), y - 8, box.left() - 8 - room.left(), 16), _RIGHT, label)
    places = [axes.x_at(tick) for tick in axes.x.ticks]
    spans = label_spans(places, axes.x_labels, metrics, room)
    last_end = room.left() - _TICK_GAP
    for place, label, (left, right) in zip(places, axes.x_labels, spans, strict=True):
        if x_lines:
            painter.fillRect(QRectF(round(place), box.top(), 1, box.height()), theme().color("grid"))
        if left - last_end >= 2 or place == places[0]:  # two labels of a very narrow tile would lie over each other
            painter.setPen(theme().color("text.muted"))
            spot = QRectF(left, box.bottom() + 5, right - left, LABEL_HEIGHT - 6)
            painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, label)
            last_end = right
    if axes.titles[1]:
        painter.setPen(theme().color("text.secondary"))
        above = QRectF(room.left(), room.top() - 2, room.width(), _TITLE_HEIGHT)
        title = metrics.elidedText(axes.titles[1], Qt.TextElideMode.ElideRight, above.width())
        painter.drawText(above, _LEFT, title)


def paint_x_title(painter: QPainter, axes: PlotAxes, note: str = "") -> None:
    """Draw the title of the x axis at the right below the plot, and a note at the left, which is cut first."""
    line = axes.title_line
    if line.isNull():
        return
    painter.setFont(theme().font("caption"))
    metrics = QFontMetricsF(painter.font())
    title = metrics.elidedText(axes.titles[0], Qt.TextElideMode.ElideRight, line.width())
    painter.setPen(theme().color("text.secondary"))
    painter.drawText(line, _RIGHT, title)
    room = line.width() - metrics.horizontalAdvance(title) - _LABEL_GAP * 2
    if note and room > metrics.horizontalAdvance(note[:6]):
        painter.setPen(theme().color("text.muted"))
        painter.drawText(line, _LEFT, metrics.elidedText(note, Qt.TextElideMode.ElideRight, room))

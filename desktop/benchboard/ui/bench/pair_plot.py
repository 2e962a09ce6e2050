"""A plot of all pairs of an arbitration and a data phase: one sample point by the other, coloured by the oscillator
tolerance that each pair allows.
"""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from benchboard.canbus.timing import PairPoint, limit_percent
from benchboard.i18n import _, number
from benchboard.ui.bench.point_plot import PointPlot
from benchboard.ui.bench.timing_inputs import Triples
from benchboard.ui.theme import theme

_LOW: Final = 50.0
_HIGH: Final = 100.0
_CELL: Final = (1.0, 2.5)
"""Percent of each axis that one dot stands for: that of the pair which allows most there."""


class PairPlot(PointPlot[PairPoint]):
    """`selected` emits `Triples`. The arrow keys go to the nearest pair at a side. Pairs below the clock's tolerance
    are hollow.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("timing_pairs", parent)
        self._selected: PairPoint | None = None
        self._ranges = _ranges(())
        self._cells: dict[Triples, tuple[float, float]] = {}
        """Where the pairs that are plotted stand: in the middle of their cells."""
        self._most: PairPoint | None = None
        """The pair that allows most."""
        self.setAccessibleName(self.title)

    def sizeHint(self) -> QSize:
        return QSize(560, 200)  # the room that two bits leave in a window of 900 px

    @property
    def title(self) -> str:
        """What is plotted."""
        return _("Best pairs: data over arbitration sample point, by oscillator tolerance")

    def show_points(self, points: Sequence[PairPoint], *, clock_tolerance: float) -> None:
        """Draw the best of `points` in each cell; those that tolerate less than `clock_tolerance` (%) are hollow."""
        best: dict[tuple[float, float], PairPoint] = {}
        for point in points:
            cell = _cell(point)
            if cell not in best or point.tolerance > best[cell].tolerance:
                best[cell] = point
        self._points, self._clock_tolerance = tuple(best.values()), clock_tolerance
        self._cells = {self._key(point): cell for cell, point in best.items()}
        self._most = max(self._points, key=lambda one: one.tolerance, default=None)
        self._hover = None
        self._forget_ring()
        self._show_all()

    def show_selected(self, point: PairPoint) -> None:
        """Mark this pair, which needn't be one of those plotted."""
        self._selected = point
        self._forget_ring()
        self._show_all()

    def _show_all(self) -> None:
        self._ranges = _ranges([*self._points, *([self._selected] if self._selected is not None else [])])
        self._describe()

    # ---- painting

    def spot(self, point: PairPoint) -> QPointF:
        plot, (left, right, bottom, top) = self._plot(), self._ranges
        across, up = self._cells.get(self._key(point), (point.nominal_point, point.data_point))
        x = plot.x() + plot.width() * (across - left) / (right - left)
        return QPointF(x, plot.bottom() - plot.height() * (up - bottom) / (top - bottom))

    def _paint_plot(self, painter: QPainter) -> None:
        self._paint_axes(painter)
        radius = self._radius()
        for point in self._points:
            self._paint_dot(painter, point, radius)
        if self._most is not None:
            painter.setPen(QPen(theme().color("text"), 1.5, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(self.spot(self._most), radius + 2.5, radius + 2.5)
        self._paint_marks(painter)

    @property
    def most(self) -> float:
        """The most oscillator tolerance that any pair allows, in percent; 0 without one."""
        return self._most.tolerance if self._most is not None else 0.0

    def _radius(self) -> float:
        """As large as leaves a gap between neighbours, from 1.5 to 3.5 pixels."""
        plot, (left, right, bottom, top) = self._plot(), self._ranges
        pitch = min(plot.width() * _CELL[0] / (right - left), plot.height() * _CELL[1] / (top - bottom))
        return min(3.5, max(1.5, 0.36 * pitch))

    def _paint_axes(self, painter: QPainter) -> None:
        plot, (left, right, bottom, top) = self._plot(), self._ranges
        painter.setFont(theme().font("caption"))
        for mark in range(int(bottom), int(top) + 1, 5 if top - bottom <= 25 else 10):
            self._paint_row(painter, plot.bottom() - plot.height() * (mark - bottom) / (top - bottom), str(mark))
        for mark in range(int(left), int(right) + 1, 5):
            self._paint_column(painter, plot.x() + plot.width() * (mark - left) / (right - left), str(mark))
        self._paint_titles(painter, _("Arbitration sample point (%)"), _("Data sample point (%)"))

    # ---- points

    def _key(self, point: PairPoint) -> Triples:
        return point.nominal, point.data

    def _selected_point(self) -> PairPoint | None:
        return self._selected

    def _values(self, point: PairPoint) -> tuple[str, str]:
        points = _("{first} % and {second} %").format(
            first=number(point.nominal_point, 1), second=number(point.data_point, 1)
        )
        quanta = [1 + tseg1 + tseg2 for _prescaler, tseg1, tseg2 in (point.nominal, point.data)]
        values = _("{first} and {second} tq, tolerance {tolerance}").format(
            first=quanta[0], second=quanta[1], tolerance=limit_percent(point.tolerance)
        )
        return points, values

    def _next(self, start: PairPoint, across: int, up: int) -> PairPoint | None:
        """Of the points at this side the one least beside `start`, and of those the nearest."""

        def along(one: PairPoint) -> float:
            step = across * (one.nominal_point - start.nominal_point) + up * (one.data_point - start.data_point)
            return round(step, 9)

        def beside(one: PairPoint) -> float:
            return abs(up * (one.nominal_point - start.nominal_point) + across * (one.data_point - start.data_point))

        ahead = [one for one in self._points if along(one) > 0]
        return min(ahead, key=lambda one: (round(beside(one), 1), along(one)), default=None)


def _cell(point: PairPoint) -> tuple[float, float]:
    """The middle of the cell that the pair lies in."""
    across, up = _CELL
    return round(point.nominal_point / across) * across, round(point.data_point / up) * up


def _ranges(shown: Sequence[PairPoint]) -> tuple[float, float, float, float]:
    """The least and the greatest sample point of each axis, on whole fives around the points."""
    if not shown:
        return _LOW, _HIGH, _LOW, _HIGH
    across, up = [one.nominal_point for one in shown], [one.data_point for one in shown]
    (left, right), (bottom, top) = ((min(values) // 5 * 5, -(-max(values) // 5) * 5) for values in (across, up))
    return left, max(right, left + 5), bottom, max(top, bottom + 5)

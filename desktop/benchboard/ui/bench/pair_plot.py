"""A plot of all pairs of an arbitration and a data phase: one sample point by the other, coloured by the oscillator
tolerance that each pair allows.
"""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from benchboard.canbus.timing import PairPoint, limit_percent
from benchboard.i18n import _, number
from benchboard.ui.bench.point_plot import PointPlot
from benchboard.ui.bench.timing_inputs import Triples
from benchboard.ui.theme import theme

_LOW: Final = 50.0
_HIGH: Final = 100.0


class PairPlot(PointPlot[PairPoint]):
    """`selected` emits `Triples`. The arrow keys go to the nearest pair at a side. Pairs below the clock's tolerance
    are hollow.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("timing_pairs", parent)
        self._selected: PairPoint | None = None
        self._ranges = _ranges(())
        self.setAccessibleName(self.title)

    def sizeHint(self) -> QSize:
        return QSize(560, 200)  # the room that two bits leave in a window of 900 px

    @property
    def title(self) -> str:
        """What is plotted."""
        return _("All pairs: data over arbitration sample point, by oscillator tolerance")

    def show_points(self, points: Sequence[PairPoint], *, clock_tolerance: float) -> None:
        """Draw `points`, of which those that tolerate less than `clock_tolerance` (%) are hollow."""
        self._points, self._clock_tolerance = tuple(points), clock_tolerance
        self._hover = self._ringed = None
        self._show_all()

    def show_selected(self, point: PairPoint) -> None:
        """Mark this pair, which needn't be one of those plotted."""
        self._selected, self._ringed = point, None
        self._show_all()

    def _show_all(self) -> None:
        self._ranges = _ranges([*self._points, *([self._selected] if self._selected is not None else [])])
        self._describe()

    # ---- painting

    def spot(self, point: PairPoint) -> QPointF:
        plot, (left, right, bottom, top) = self._plot(), self._ranges
        x = plot.x() + plot.width() * (point.nominal_point - left) / (right - left)
        return QPointF(x, plot.bottom() - plot.height() * (point.data_point - bottom) / (top - bottom))

    def _paint_plot(self, painter: QPainter) -> None:
        self._paint_axes(painter)
        radius = self._radius()
        for point in self._points:
            self._paint_dot(painter, point, radius)
        self._paint_marks(painter)

    def _radius(self) -> float:
        """As large as leaves a gap between neighbours, from 1.5 to 4 pixels."""
        columns = len({point.nominal_point for point in self._points}) or 1
        rows = len({point.data_point for point in self._points}) or 1
        plot = self._plot()
        return min(4.0, max(1.5, 0.38 * min(plot.width() / columns, plot.height() / rows)))

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


def _ranges(shown: Sequence[PairPoint]) -> tuple[float, float, float, float]:
    """The least and the greatest sample point of each axis, on whole fives around the points."""
    if not shown:
        return _LOW, _HIGH, _LOW, _HIGH
    across, up = [one.nominal_point for one in shown], [one.data_point for one in shown]
    (left, right), (bottom, top) = ((min(values) // 5 * 5, -(-max(values) // 5) * 5) for values in (across, up))
    return left, max(right, left + 5), bottom, max(top, bottom + 5)

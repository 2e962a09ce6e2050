"""A plot of all solutions: bit-rate error by sample point, coloured by the oscillator tolerance that each allows.

If none has an error, which is usual, the tolerance is plotted instead.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from benchboard.canbus.timing import Timing, limit_percent
from benchboard.i18n import _, number
from benchboard.ui.bench.point_plot import PointPlot
from benchboard.ui.theme import theme

DOT_ALPHA: Final = 0.8
"""Dots are this opaque, so that many in one place are seen to be many, and one of each colour by itself (3:1)."""
_RADIUS: Final = 3.0
_MOST_HEIGHT: Final = 300
TARGET_BAND: Final = 2.0
_EXACT: Final = 1e-9
"""A difference below this (%) is that of the calculation."""


@dataclass(frozen=True, slots=True)
class SolutionPoint:
    """A solution as it is drawn: sample point, bit-rate error and allowed oscillator tolerance, in percent."""

    sample_point: float
    error: float
    tolerance: float
    triple: tuple[int, int, int]


def error_ticks(most: float) -> list[tuple[float, str]]:
    """Where the axis of errors from 0 to `most` (%) has its lines, and how each reads: multiples of 1, 2 or 5 times a
    power of ten, with the decimals of that power."""
    power = math.floor(math.log10(most / 5))
    decimals = max(0, -power)
    factor = next(factor for factor in (1, 2, 5, 10) if most / factor <= 5 * 10.0**power * (1 + 1e-9))
    if factor == 10:
        decimals = max(0, decimals - 1)
    step = round(factor * 10.0**power, max(0, -power))
    count = math.floor(most / step + 1e-9)
    ticks = [round(k * step, decimals) for k in range(count + 1)]
    return [(tick, number(tick, decimals)) for tick in ticks]


class SolutionPlot(PointPlot[SolutionPoint]):
    """`selected` emits (prescaler, tseg1, tseg2). Left and Right go to the next sample point, Up and Down along the
    other axis.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("timing_cloud", parent)
        self._target = 80.0
        self._max_error = 1.0
        self._timing: Timing | None = None
        self._error, self._tolerance = 0.0, 0.0
        self._most_tolerance: float | None = None
        """The top of the axis if tolerances are plotted."""
        self._kept_value = 0.0
        """The value along which Left and Right move: that of the point last reached by Up and Down, or selected."""
        self._why_blank = ""
        self.setAccessibleName(self.title)
        self.setMaximumHeight(_MOST_HEIGHT)

    def sizeHint(self) -> QSize:
        return QSize(560, 210)

    @property
    def title(self) -> str:
        """What is plotted."""
        if self.is_blank:
            return _("All bit timings")
        if self._most_tolerance is None:
            return _("All bit timings: bit rate error by sample point")
        return _("All bit timings: oscillator tolerance by sample point")

    @property
    def is_blank(self) -> bool:
        """Whether a sentence is shown in place of the axes."""
        return bool(self._why_blank)

    def show_points(
        self, points: Sequence[SolutionPoint], *, target: float, max_error: float, clock_tolerance: float
    ) -> None:
        """Draw `points`; `target` is the requested sample point, `max_error` the accepted error."""
        self._target, self._max_error, self._clock_tolerance = target, max(max_error, 0.1), clock_tolerance
        low, high = self._range()
        self._points = tuple(point for point in points if low <= point.sample_point <= high)
        tolerances = [max(point.tolerance, clock_tolerance) for point in self._points]
        is_exact = bool(tolerances) and all(point.error < _EXACT for point in self._points)
        self._most_tolerance = max(*tolerances, _EXACT) if is_exact else None
        self.setAccessibleName(self.title)
        self._hover = None
        self._forget_ring()
        self._why_blank = ""
        self.update()

    def clear(self, why: str = "") -> None:
        """Draw no points and no selection, and `why` in place of the axes."""
        self._points, self._timing, self._hover = (), None, None
        self._forget_ring()
        self.setAccessibleDescription("")
        self._most_tolerance, self._why_blank = None, why
        self.setAccessibleName(" ".join(part for part in (self.title, why) if part))
        self.update()

    def show_selected(self, timing: Timing, error: float, tolerance: float) -> None:
        """Mark this solution; its `error` and the `tolerance` that it allows are in percent."""
        self._timing, self._error, self._tolerance = timing, error, tolerance
        self._take_ring_away()

    def _range(self) -> tuple[float, float]:
        return max(0.0, min(60.0, 5 * (self._target // 5) - 10)), 95.0 if self._target <= 94 else 100.0

    def spot(self, point: SolutionPoint) -> QPointF:
        return self._position(point.sample_point, self._value(point))

    def _value(self, point: SolutionPoint) -> float:
        """What is plotted of a point beside its sample point, in percent."""
        return point.error if self._most_tolerance is None else point.tolerance

    def _key(self, point: SolutionPoint) -> tuple[int, int, int]:
        return point.triple

    def _selected_point(self) -> SolutionPoint | None:
        timing = self._timing
        if timing is None:
            return None
        triple = (timing.prescaler, timing.tseg1, timing.phase_seg2)
        own = SolutionPoint(timing.sample_point, self._error, self._tolerance, triple)
        return next((point for point in self._points if point.triple == triple), own)

    @property
    def _top(self) -> float:
        """The value at the top of the axis, in percent."""
        return self._max_error if self._most_tolerance is None else self._most_tolerance

    def _position(self, sample_point: float, height: float) -> QPointF:
        plot, (low, high) = self._plot(), self._range()
        x = plot.x() + plot.width() * (sample_point - low) / (high - low)
        return QPointF(x, plot.bottom() - plot.height() * height / (self._top * 1.06))

    def _paint_plot(self, painter: QPainter) -> None:
        if self.is_blank:
            painter.setFont(theme().font("body"))
            painter.setPen(theme().color("text.muted"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._why_blank)
            return
        plot = self._plot()
        left, right = (self._position(self._target + by, 0).x() for by in (-TARGET_BAND, TARGET_BAND))
        band = QColor(theme().color("accent.soft"))
        painter.fillRect(
            QRectF(max(left, plot.x()), plot.y(), min(right, plot.right()) - max(left, plot.x()), plot.height()),
            band,
        )
        self._paint_axes(painter)
        self._paint_limit(painter)
        for point in self._points:
            self._paint_dot(painter, point, _RADIUS, DOT_ALPHA)
        self._paint_marks(painter)

    def _paint_limit(self, painter: QPainter) -> None:
        """Where tolerances are plotted, the clock's own: what lies below it doesn't suit."""
        if self._most_tolerance is None or not self._clock_tolerance:
            return
        plot, y = self._plot(), self._position(self._target, self._clock_tolerance).y()
        ink = theme().color("error")
        shade = QColor(ink)
        shade.setAlphaF(0.06)
        painter.fillRect(QRectF(plot.x(), y, plot.width(), plot.bottom() - y), shade)
        painter.setPen(QPen(ink, 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(plot.x(), y), QPointF(plot.right(), y))
        painter.setPen(ink)
        text = _("yours, {percent} %").format(percent=number(self._clock_tolerance, 2))
        painter.drawText(QRectF(plot.x() + 6, y + 1, plot.width() - 12, 18), Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_axes(self, painter: QPainter) -> None:
        painter.setFont(theme().font("caption"))
        low, high = self._range()
        for tick, label in error_ticks(self._top):
            self._paint_row(painter, self._position(low, tick).y(), label)
        for mark in range(int(low), int(high) + 1, 5 if high - low <= 50 else 10):
            self._paint_column(painter, self._position(mark, 0).x(), str(mark))
        title = _("Error (%)") if self._most_tolerance is None else _("Tolerance (%)")
        self._paint_titles(painter, _("Sample point (%)"), title)

    # ---- points

    def _values(self, point: SolutionPoint) -> tuple[str, str]:
        prescaler, tseg1, tseg2 = point.triple
        what = _("{quanta} tq, prescaler {prescaler}").format(quanta=1 + tseg1 + tseg2, prescaler=prescaler)
        values = _("{point} %, error {error} %, tolerance {tolerance}").format(
            point=number(point.sample_point, 1),
            error=number(point.error, 2),
            tolerance=limit_percent(point.tolerance),
        )
        return what, values

    def _take_ring_away(self) -> None:
        super()._take_ring_away()
        selected = self._selected_point()
        if selected is not None:
            self._kept_value = self._value(selected)

    def _move_ring(self, across: int, up: int) -> None:
        before = self.ringed
        super()._move_ring(across, up)
        if up and self.ringed is not None and self.ringed is not before:
            self._kept_value = self._value(self.ringed)

    def _next(self, start: SolutionPoint, across: int, up: int) -> SolutionPoint | None:
        """At the left and right, of those with the next sample point the one nearest to the value that is kept. Above
        and below, the next one with the same sample point; after the last one, the one beside it that is next in value.
        """
        if across:
            beyond = [one for one in self._points if (one.sample_point - start.sample_point) * across > _EXACT]
            if not beyond:
                return None
            column = min(abs(one.sample_point - start.sample_point) for one in beyond)
            nearest = [one for one in beyond if abs(one.sample_point - start.sample_point) <= column + _EXACT]
            return min(nearest, key=lambda one: (abs(self._value(one) - self._kept_value), one.triple))
        own = (self._value(start), start.triple)
        column_points = [one for one in self._points if abs(one.sample_point - start.sample_point) <= _EXACT]
        ahead = [one for one in column_points if ((self._value(one), one.triple) > own) == (up > 0) and one != start]
        if ahead:
            return (
                min(ahead, key=lambda one: (self._value(one), one.triple))
                if up > 0
                else max(ahead, key=lambda one: (self._value(one), one.triple))
            )
        beyond = [one for one in self._points if (self._value(one) - own[0]) * up > _EXACT]
        return min(
            beyond,
            key=lambda one: (abs(one.sample_point - start.sample_point), abs(self._value(one) - own[0]), one.triple),
            default=None,
        )

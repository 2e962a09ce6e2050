"""A plot of all solutions: bit-rate error by sample point, coloured by the oscillator tolerance that each allows.

If none has an error, which is usual, the tolerance is plotted instead.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from benchboard.canbus.timing import Timing, limit_percent
from benchboard.i18n import _, number
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role
from benchboard.ui.widgets.crosshair import paint_crosshair, paint_values

_HIT_RADIUS: Final = 14.0
OUT_OF_TOLERANCE: Final = "text.muted"
"""The colour of dots whose tolerance is less than the clock needs."""
DOT_ALPHA: Final = 0.8
"""Dots are this opaque, so that many in one place are seen to be many, and one of each colour by itself (3:1)."""
TARGET_BAND: Final = 2.0
_EXACT: Final = 1e-9
"""An error below this (%) is that of the calculation."""


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


class SolutionPlot(QWidget):
    """`selected` emits the (prescaler, tseg1, tseg2) of the point that was clicked or reached by the arrow keys."""

    accessible_role = Role.Chart
    selected = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: tuple[SolutionPoint, ...] = ()
        self._target = 80.0
        self._max_error = 1.0
        self._clock_tolerance = 0.0
        self._timing: Timing | None = None
        self._error, self._tolerance = 0.0, 0.0
        self._most_tolerance: float | None = None
        """The top of the axis if tolerances are plotted."""
        self._hover: SolutionPoint | None = None
        self._why_blank = ""
        self.setObjectName("timing_cloud")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(150)
        self.setAccessibleName(self.title)

    def sizeHint(self) -> QSize:
        return QSize(560, 260)

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
        self._hover, self._why_blank = None, ""
        self.update()

    def clear(self, why: str = "") -> None:
        """Draw no points and no selection, and `why` in place of the axes."""
        self._points, self._timing, self._hover = (), None, None
        self._most_tolerance, self._why_blank = None, why
        self.setAccessibleName(" ".join(part for part in (self.title, why) if part))
        self.update()

    def show_selected(self, timing: Timing, error: float, tolerance: float) -> None:
        """Mark this solution; its `error` and the `tolerance` that it allows are in percent."""
        self._timing, self._error, self._tolerance = timing, error, tolerance
        self.update()

    def _plot(self) -> QRectF:
        return QRectF(58, 10, self.width() - 74, self.height() - 54)

    def _range(self) -> tuple[float, float]:
        return max(0.0, min(60.0, 5 * (self._target // 5) - 10)), 95.0 if self._target <= 94 else 100.0

    def spot(self, point: SolutionPoint) -> QPointF:
        """The position of a solution in the plot."""
        return self._position(point.sample_point, point.error if self._most_tolerance is None else point.tolerance)

    @property
    def _top(self) -> float:
        """The value at the top of the axis, in percent."""
        return self._max_error if self._most_tolerance is None else self._most_tolerance

    def _position(self, sample_point: float, height: float) -> QPointF:
        plot, (low, high) = self._plot(), self._range()
        x = plot.x() + plot.width() * (sample_point - low) / (high - low)
        return QPointF(x, plot.bottom() - plot.height() * height / (self._top * 1.06))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.is_blank:
                painter.setFont(theme().font("body"))
                painter.setPen(theme().color("text.muted"))
                painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._why_blank)
            else:
                self._paint_plot(painter)
            if self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(theme().color("focus"), 2))
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def _paint_plot(self, painter: QPainter) -> None:
        plot = self._plot()
        left, right = (self._position(self._target + by, 0).x() for by in (-TARGET_BAND, TARGET_BAND))
        band = QColor(theme().color("accent.soft"))
        painter.fillRect(
            QRectF(max(left, plot.x()), plot.y(), min(right, plot.right()) - max(left, plot.x()), plot.height()),
            band,
        )
        self._paint_axes(painter, plot)
        painter.setPen(Qt.PenStyle.NoPen)
        for point in self._points:
            dot = self._colour(point.tolerance)
            dot.setAlphaF(DOT_ALPHA)
            painter.setBrush(dot)
            painter.drawEllipse(self.spot(point), 2, 2)
        self._paint_selected(painter)
        if self._hover is not None:
            self._paint_label(painter, self._hover)

    def _colour(self, tolerance: float) -> QColor:
        band = tolerance_band(tolerance, self._clock_tolerance)
        return QColor(theme().color(OUT_OF_TOLERANCE)) if band == 0 else theme().chart(2 if band == 1 else 0)

    def _paint_axes(self, painter: QPainter, plot: QRectF) -> None:
        painter.setFont(theme().font("caption"))
        low, high = self._range()
        for tick, label in error_ticks(self._top):
            y = self._position(low, tick).y()
            painter.setPen(QPen(theme().color("grid"), 1))
            painter.drawLine(QPointF(plot.x(), y), QPointF(plot.right(), y))
            painter.setPen(theme().color("text.muted"))
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, y - 9, plot.x() - 8, 18), flags, label)
        span = 5 if high - low <= 50 else 10
        for mark in range(int(low), int(high) + 1, span):
            x = self._position(mark, 0).x()
            painter.drawText(QRectF(x - 20, plot.bottom() + 6, 40, 16), Qt.AlignmentFlag.AlignHCenter, str(mark))
        painter.drawText(
            QRectF(plot.x(), plot.bottom() + 24, plot.width(), 16), Qt.AlignmentFlag.AlignHCenter, _("Sample point (%)")
        )
        title = _("Error (%)") if self._most_tolerance is None else _("Tolerance (%)")
        painter.save()
        painter.translate(9, plot.center().y())
        painter.rotate(-90)
        painter.drawText(QRectF(-60, -8, 120, 16), Qt.AlignmentFlag.AlignCenter, title)
        painter.restore()

    def _paint_selected(self, painter: QPainter) -> None:
        timing = self._timing
        if timing is None:
            return
        if self._most_tolerance is None:
            spot = self._position(timing.sample_point, self._error)
        else:
            triple = (timing.prescaler, timing.tseg1, timing.phase_seg2)
            same = next((point.tolerance for point in self._points if point.triple == triple), self._tolerance)
            spot = self._position(timing.sample_point, same)
        if not self._plot().adjusted(-2, -2, 2, 2).contains(spot):
            return
        painter.setPen(QPen(theme().color("text"), 2))
        painter.setBrush(theme().color("surface"))
        painter.drawEllipse(spot, 6, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("text"))
        painter.drawEllipse(spot, 2.4, 2.4)

    def _paint_label(self, painter: QPainter, point: SolutionPoint) -> None:
        prescaler, tseg1, tseg2 = point.triple
        lines = (
            _("{quanta} tq, prescaler {prescaler}").format(quanta=1 + tseg1 + tseg2, prescaler=prescaler),
            _("{point} %, error {error} %, tolerance {tolerance}").format(
                point=number(point.sample_point, 1),
                error=number(point.error, 2),
                tolerance=limit_percent(point.tolerance),
            ),
        )
        at = self.spot(point)
        paint_crosshair(painter, self._plot(), at)
        paint_values(painter, QRectF(self.rect()), at, lines)

    # ---- by hand

    def _nearest(self, at: QPointF) -> SolutionPoint | None:
        best, nearest = _HIT_RADIUS**2, None
        for point in self._points:
            spot = self.spot(point)
            distance = (spot.x() - at.x()) ** 2 + (spot.y() - at.y()) ** 2
            if distance < best:
                best, nearest = distance, point
        return nearest

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = self._nearest(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if point else Qt.CursorShape.ArrowCursor)
        if point is not self._hover:
            self._hover = point
            self.update()

    def leaveEvent(self, event: object) -> None:
        self._hover = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()
        point = self._nearest(event.position())
        if point is not None:
            self.selected.emit(point.triple)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right select the next solution with an equally small error."""
        side = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if side is None or self._timing is None:
            super().keyPressEvent(event)
            return
        current = self._timing.sample_point
        beyond = [
            point
            for point in self._points
            if (point.sample_point - current) * side > 1e-9 and point.error <= self._error + 1e-9
        ]
        if beyond:
            found = min(beyond, key=lambda point: (abs(point.sample_point - current), point.error, point.triple))
            self.selected.emit(found.triple)


def tolerance_band(tolerance: float, clock_tolerance: float) -> int:
    """0: less than the clock needs; 1: enough; 2: at least twice as much (any, if the clock's tolerance is 0)."""
    if tolerance < clock_tolerance:
        return 0
    return 2 if tolerance >= 2 * clock_tolerance else 1

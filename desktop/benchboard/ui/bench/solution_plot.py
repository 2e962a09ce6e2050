"""A plot of all solutions: bit-rate error by sample point, coloured by the oscillator tolerance that each allows.

If none has an error, which is usual, the tolerance is plotted instead.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from benchboard.canbus.timing import Timing, limit_percent
from benchboard.i18n import _, number
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role, announce
from benchboard.ui.widgets.crosshair import paint_crosshair, paint_values

_HIT_RADIUS: Final = 14.0
OUT_OF_TOLERANCE: Final = "text.muted"
"""The colour of dots whose tolerance is less than the clock needs."""
DOT_ALPHA: Final = 0.8
"""Dots are this opaque, so that many in one place are seen to be many, and one of each colour by itself (3:1)."""
TARGET_BAND: Final = 2.0
_EXACT: Final = 1e-9
"""A difference below this (%) is that of the calculation."""
_MOVES: Final = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Down: (0, -1),
    Qt.Key.Key_Up: (0, 1),
}
"""To which side of a point each key moves: right, up."""


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
    """`selected` emits the (prescaler, tseg1, tseg2) of the point that was clicked, or taken by Enter or Space.

    The arrow keys move a ring from the selected point to others, and select nothing: Left and Right to the next sample
    point, Up and Down along the other axis. Esc returns to the selected one.
    """

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
        self._ringed: SolutionPoint | None = None
        """The point that the arrow keys have reached."""
        self._kept_value = 0.0
        """The value along which Left and Right move: that of the point last reached by Up and Down, or selected."""
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
        self._hover = self._ringed = None
        self._why_blank = ""
        self.update()

    def clear(self, why: str = "") -> None:
        """Draw no points and no selection, and `why` in place of the axes."""
        self._points, self._timing, self._hover, self._ringed = (), None, None, None
        self.setAccessibleDescription("")
        self._most_tolerance, self._why_blank = None, why
        self.setAccessibleName(" ".join(part for part in (self.title, why) if part))
        self.update()

    def show_selected(self, timing: Timing, error: float, tolerance: float) -> None:
        """Mark this solution; its `error` and the `tolerance` that it allows are in percent."""
        self._timing, self._error, self._tolerance = timing, error, tolerance
        self._ringed = None
        self._kept_value = self._value(self._selected_point(timing))
        self.setAccessibleDescription(self._text(self._selected_point(timing)))
        self.update()

    def _plot(self) -> QRectF:
        return QRectF(58, 10, self.width() - 74, self.height() - 54)

    def _range(self) -> tuple[float, float]:
        return max(0.0, min(60.0, 5 * (self._target // 5) - 10)), 95.0 if self._target <= 94 else 100.0

    def spot(self, point: SolutionPoint) -> QPointF:
        """The position of a solution in the plot."""
        return self._position(point.sample_point, self._value(point))

    def _value(self, point: SolutionPoint) -> float:
        """What is plotted of a point beside its sample point, in percent."""
        return point.error if self._most_tolerance is None else point.tolerance

    def _selected_point(self, timing: Timing) -> SolutionPoint:
        """The selected timing as a point; set by hand, it needn't be one of those plotted."""
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
        if self._ringed is not None:
            painter.setPen(QPen(theme().color("focus"), 2))
            painter.setBrush(self._colour(self._ringed.tolerance))
            painter.drawEllipse(self.spot(self._ringed), 5, 5)
        shown = self._hover or self._ringed
        if shown is None and self.hasFocus() and self._timing is not None:
            shown = self._selected_point(self._timing)
        if shown is not None and self._contains(self.spot(shown)):
            self._paint_label(painter, shown)

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
        spot = self.spot(self._selected_point(timing))
        if not self._contains(spot):
            return
        painter.setPen(QPen(theme().color("text"), 2))
        painter.setBrush(theme().color("surface"))
        painter.drawEllipse(spot, 6, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("text"))
        painter.drawEllipse(spot, 2.4, 2.4)

    def _contains(self, spot: QPointF) -> bool:
        return self._plot().adjusted(-2, -2, 2, 2).contains(spot)

    def _paint_label(self, painter: QPainter, point: SolutionPoint) -> None:
        at = self.spot(point)
        paint_crosshair(painter, self._plot(), at)
        paint_values(painter, QRectF(self.rect()), at, self._lines(point))

    def _lines(self, point: SolutionPoint) -> tuple[str, str]:
        """The values of a point, in two lines; whether it is the selected one is in the first."""
        prescaler, tseg1, tseg2 = point.triple
        what = _("{quanta} tq, prescaler {prescaler}").format(quanta=1 + tseg1 + tseg2, prescaler=prescaler)
        if self._timing is not None and point == self._selected_point(self._timing):
            what = _("Selected: {values}").format(values=what)
        values = _("{point} %, error {error} %, tolerance {tolerance}").format(
            point=number(point.sample_point, 1),
            error=number(point.error, 2),
            tolerance=limit_percent(point.tolerance),
        )
        return what, values

    def _text(self, point: SolutionPoint) -> str:
        """The values of a point as a screen reader tells them."""
        return ", ".join(self._lines(point))

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
        """The arrow keys move the ring, Enter and Space select the point in it, Esc takes it back."""
        key = Qt.Key(event.key())
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        ringed = self._ringed
        if plain and key in _MOVES and self._points:
            self._move_ring(*_MOVES[key])
        elif plain and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and ringed is not None:
            self.selected.emit(ringed.triple)
            self._tell_shown()
        elif plain and key == Qt.Key.Key_Escape and ringed is not None:
            self._take_ring_away()
            self._tell_shown()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Without the focus there is no ring, unless only the window or a menu took it."""
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
            self._take_ring_away()

    def _shown_point(self) -> SolutionPoint | None:
        """The point in the ring, or else the selected one."""
        if self._ringed is not None or self._timing is None:
            return self._ringed
        return self._selected_point(self._timing)

    def _take_ring_away(self) -> None:
        self._ringed = None
        shown = self._shown_point()
        if shown is not None:
            self._kept_value = self._value(shown)
            self.setAccessibleDescription(self._text(shown))
        self.update()

    def _move_ring(self, across: int, up: int) -> None:
        """Move the ring to the next point at this side (-1, 0, 1), and tell its values; at the edge tell them again."""
        start = self._shown_point()
        found = self._next(start, across, up) if start is not None else min(self._points, key=_place)
        if found is not None:
            self._ringed, self._hover = found, None
            if up:
                self._kept_value = self._value(found)
            self.setAccessibleDescription(self._text(found))
            self.update()
        self._tell_shown()

    def _next(self, start: SolutionPoint, across: int, up: int) -> SolutionPoint | None:
        """The next point at a side of `start`; None if there is none.

        At the left and right, of those with the next sample point the one nearest to the value that is kept. Above and
        below, the next one with the same sample point; after the last one, the one beside it that is next in value.
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

    def _tell_shown(self) -> None:
        """Have a screen reader read the values of the point in the ring, or of the selected one."""
        shown = self._shown_point()
        if shown is not None:
            announce(self, self._text(shown), again=True)


def _place(point: SolutionPoint) -> tuple[float, float, tuple[int, int, int]]:
    return point.sample_point, point.error, point.triple


def tolerance_band(tolerance: float, clock_tolerance: float) -> int:
    """0: less than the clock needs; 1: enough; 2: at least twice as much (any, if the clock's tolerance is 0)."""
    if tolerance < clock_tolerance:
        return 0
    return 2 if tolerance >= 2 * clock_tolerance else 1

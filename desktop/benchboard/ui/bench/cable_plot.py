"""A plot of the oscillator tolerance that a bit timing allows at each cable length."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from benchboard.canbus.timing import CurvePoint, limit_percent
from benchboard.i18n import _, number
from benchboard.ui.bench.solution_plot import error_ticks
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role
from benchboard.ui.widgets.readable_rows import Readable

_HEIGHT: Final = 132
_LEAST, _MOST = 96, 200
"""Pixels between which its height follows the room that there is."""


class CablePlot(Readable, QWidget):
    """A falling line: up to that length, each oscillator may deviate so far. The cable and the tolerance that were
    asked for are dashed lines across it.
    """

    accessible_role = Role.Chart

    def __init__(self) -> None:
        super().__init__()
        self._points: tuple[CurvePoint, ...] = ()
        self._length, self._tolerance = 0.0, 0.0
        self.setObjectName("timing_cable_curve")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(_("Oscillator tolerance by cable length"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.fill(room=False)

    def fill(self, *, room: bool) -> None:
        """Be as high as there is room for, or as usual."""
        self.setMinimumHeight(_LEAST if room else _HEIGHT)
        self.setMaximumHeight(_MOST if room else _HEIGHT)

    def sizeHint(self) -> QSize:
        return QSize(320, self.minimumHeight())

    def show_curve(self, points: Sequence[CurvePoint], *, length: float, tolerance: float) -> None:
        """Draw `points`, with the cable (m) and the clock tolerance (%) that were asked for; none hides it."""
        self._points, self._length, self._tolerance = tuple(points), length, tolerance
        self.setVisible(bool(points))
        if points:
            text = _("From {most} for the shortest cable to {least} at {metres} m").format(
                most=limit_percent(points[0].tolerance),
                least=limit_percent(points[-1].tolerance),
                metres=number(points[-1].length_m, most=1),
            )
            self.setAccessibleDescription(text)
        self.update()

    def copied_text(self) -> str:
        """What it says of the whole curve."""
        return self.accessibleDescription()

    def _plot(self) -> QRectF:
        return QRectF(38, 8, self.width() - 48, self.height() - 44)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._points:
            return
        plot = self._plot()
        longest = max(self._points[-1].length_m, self._length, 1.0) * 1.05
        most = max(self._points[0].tolerance, self._tolerance, 0.01) * 1.08

        def spot(length: float, tolerance: float) -> QPointF:
            return QPointF(
                plot.x() + plot.width() * length / longest, plot.bottom() - plot.height() * max(0.0, tolerance) / most
            )

        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_axes(painter, plot, longest, most)
            line = QPolygonF([spot(0, self._points[0].tolerance), *(spot(*point) for point in self._points)])
            line.append(spot(self._points[-1].length_m, 0))
            painter.setPen(QPen(theme().chart(0), 2))
            painter.drawPolyline(line)
            dashed = QPen(theme().color("text.secondary"), 1, Qt.PenStyle.DashLine)
            painter.setPen(dashed)
            at = spot(self._length, 0).x()
            painter.drawLine(QPointF(at, plot.y()), QPointF(at, plot.bottom()))
            if self._tolerance:
                painter.setPen(QPen(theme().color("error"), 1, Qt.PenStyle.DashLine))
                y = spot(0, self._tolerance).y()
                painter.drawLine(QPointF(plot.x(), y), QPointF(plot.right(), y))

    def _paint_axes(self, painter: QPainter, plot: QRectF, longest: float, most: float) -> None:
        painter.setFont(theme().font("caption"))
        for tick, label in error_ticks(most)[::2]:
            y = plot.bottom() - plot.height() * tick / most
            painter.setPen(QPen(theme().color("grid"), 1))
            painter.drawLine(QPointF(plot.x(), y), QPointF(plot.right(), y))
            painter.setPen(theme().color("text.muted"))
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, y - 9, plot.x() - 6, 18), flags, label)
        for tick, label in error_ticks(longest):
            x = plot.x() + plot.width() * tick / longest
            painter.drawText(QRectF(x - 24, plot.bottom() + 3, 48, 16), Qt.AlignmentFlag.AlignHCenter, label)
        below = QRectF(plot.x(), plot.bottom() + 19, plot.width(), 16)
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, _("Tolerance (%) by cable length (m)"))

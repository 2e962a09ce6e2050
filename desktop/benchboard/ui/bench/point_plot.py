"""A plot of bit timings as points, coloured by the oscillator tolerance that each allows: what its mouse and keys do,
and how points, axes and values are drawn. What a point is and where it is, a subclass says.
"""

from typing import Final, Generic, Protocol, TypeVar

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role, announce, describe
from benchboard.ui.widgets.crosshair import paint_crosshair, paint_values

OUT_OF_TOLERANCE: Final = "text.muted"
"""The colour of dots whose tolerance is less than the clock needs; they are hollow."""
TOLERANCE_STEPS: Final = (1, 1.5, 2, 2.5, 3)
"""How many times the clock's own tolerance dots of each colour allow at least."""
_HIT_RADIUS: Final = 14.0
_RADIUS: Final = 6.0
"""Of the selected point and of the ring."""
_STEPS: Final = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Down: (0, -1),
    Qt.Key.Key_Up: (0, 1),
}
"""To which side of a point each key moves: right, up."""


class _Tolerant(Protocol):
    @property
    def tolerance(self) -> float:
        """The oscillator tolerance that it allows, in percent."""


_Point = TypeVar("_Point", bound=_Tolerant)


class PointPlot(QWidget, Generic[_Point]):
    """`selected` emits the key of the point that was clicked, or taken by Enter or Space.

    The arrow keys move a ring from the selected point to others, and select nothing; the opposite keys lead back the
    same way. Esc returns to the selected one.
    """

    accessible_role = Role.Chart
    selected = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: tuple[_Point, ...] = ()
        self._clock_tolerance = 0.0
        self._hover: _Point | None = None
        self.ringed: _Point | None = None
        """The point that the arrow keys have reached."""
        self._way: list[tuple[_Point, int, int]] = []
        """The points by which the ring has come there, each with the step that was made from it."""
        self.setObjectName(name)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(170)

    # ---- what a subclass says

    def spot(self, point: _Point) -> QPointF:
        """The position of a point in the plot."""
        raise NotImplementedError

    def _key(self, point: _Point) -> object:
        """What identifies a point; `selected` emits it."""
        raise NotImplementedError

    def _selected_point(self) -> _Point | None:
        """The selected point, which needn't be one of those plotted."""
        raise NotImplementedError

    def _next(self, start: _Point, across: int, up: int) -> _Point | None:
        """The next point at a side of `start`: one of `across` and `up` is -1 or 1, the other 0. None if there is
        none."""
        raise NotImplementedError

    def _values(self, point: _Point) -> tuple[str, str]:
        """The values of a point, in two lines."""
        raise NotImplementedError

    def _paint_plot(self, painter: QPainter) -> None:
        """Draw all but the frame of the focus."""
        raise NotImplementedError

    # ---- painting

    def _plot(self) -> QRectF:
        return QRectF(58, 10, self.width() - 74, self.height() - 54)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_plot(painter)
            if self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(theme().color("focus"), 2))
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def _colour(self, point: _Point) -> QColor:
        band = tolerance_band(point.tolerance, self._clock_tolerance)
        return theme().tolerance(band - 1) if band else theme().color(OUT_OF_TOLERANCE)

    def _paint_dot(self, painter: QPainter, point: _Point, radius: float, alpha: float = 1.0) -> None:
        """A point in its colour; one that allows less than the clock needs is hollow."""
        colour = QColor(self._colour(point))  # the theme's own has no other alpha
        colour.setAlphaF(alpha)
        if tolerance_band(point.tolerance, self._clock_tolerance) == 0:
            painter.setPen(QPen(colour, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        else:
            ring = theme().tolerance_ring(tolerance_band(point.tolerance, self._clock_tolerance) - 1)
            painter.setPen(QPen(ring, 1) if ring is not None else Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            radius -= 0.5 if ring is not None else 0
        painter.drawEllipse(self.spot(point), radius, radius)

    def _paint_row(self, painter: QPainter, y: float, label: str) -> None:
        """A line across the plot, and its label at the left."""
        plot = self._plot()
        painter.setPen(QPen(theme().color("grid"), 1))
        painter.drawLine(QPointF(plot.x(), y), QPointF(plot.right(), y))
        painter.setPen(theme().color("text.muted"))
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, y - 9, plot.x() - 8, 18), flags, label)

    def _paint_column(self, painter: QPainter, x: float, label: str) -> None:
        """A label below the plot."""
        painter.drawText(QRectF(x - 20, self._plot().bottom() + 6, 40, 16), Qt.AlignmentFlag.AlignHCenter, label)

    def _paint_titles(self, painter: QPainter, below: str, beside: str) -> None:
        """The titles of both axes."""
        plot = self._plot()
        painter.drawText(QRectF(plot.x(), plot.bottom() + 24, plot.width(), 16), Qt.AlignmentFlag.AlignHCenter, below)
        # Beside the plot if it fits, else as near to that as the widget is high.
        needed = painter.fontMetrics().horizontalAdvance(beside) + 2
        middle = max(plot.center().y(), min(needed / 2, self.height() - needed / 2))
        painter.save()
        painter.translate(9, middle)
        painter.rotate(-90)
        painter.drawText(QRectF(-needed / 2, -8, needed, 16), Qt.AlignmentFlag.AlignCenter, beside)
        painter.restore()

    def _paint_marks(self, painter: QPainter) -> None:
        """The selected point, the ring, and the values of the point under the mouse, in the ring, or selected."""
        selected = self._selected_point()
        if selected is not None and self._contains(self.spot(selected)):
            self._paint_selected(painter, self.spot(selected))
        if self.ringed is not None:
            painter.setPen(QPen(theme().color("focus"), 2))
            painter.setBrush(self._colour(self.ringed))
            painter.drawEllipse(self.spot(self.ringed), _RADIUS, _RADIUS)
        shown = self._hover or self.ringed or selected
        if shown is not None and self._contains(self.spot(shown)):
            at = self.spot(shown)
            if shown is not selected or self.hasFocus():
                paint_crosshair(painter, self._plot(), at)
            dots = [self.spot(one) for one in self._points]
            plot = self._plot()  # the box covers no label of an axis, neither at the left nor below
            within = QRectF(plot.left() - 4, 0, self.width() - plot.left() + 4, plot.bottom() + 4)
            paint_values(painter, within, at, self._lines(shown), dots)

    @staticmethod
    def _paint_selected(painter: QPainter, spot: QPointF) -> None:
        painter.setPen(QPen(theme().color("text"), 2))
        painter.setBrush(theme().color("surface"))
        painter.drawEllipse(spot, _RADIUS, _RADIUS)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("text"))
        painter.drawEllipse(spot, 2.4, 2.4)

    def _contains(self, spot: QPointF) -> bool:
        return self._plot().adjusted(-2, -2, 2, 2).contains(spot)

    # ---- values

    def _lines(self, point: _Point) -> tuple[str, str]:
        """The values of a point, in two lines; whether it is the selected one is in the first."""
        first, second = self._values(point)
        selected = self._selected_point()
        if selected is not None and self._key(point) == self._key(selected):
            first = _("Selected: {values}").format(values=first)
        return first, second

    def _text(self, point: _Point) -> str:
        """The values of a point as a screen reader tells them."""
        return ", ".join(self._lines(point))

    # ---- by hand

    def _nearest(self, at: QPointF) -> _Point | None:
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
            self.selected.emit(self._key(point))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrow keys move the ring, Enter and Space select the point in it, Esc takes it back."""
        key = Qt.Key(event.key())
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        ringed = self.ringed
        if plain and key in _STEPS and self._points:
            self._move_ring(*_STEPS[key])
        elif plain and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and ringed is not None:
            self.selected.emit(self._key(ringed))
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
        self.update()

    def _shown_point(self) -> _Point | None:
        """The point in the ring, or else the selected one."""
        return self.ringed if self.ringed is not None else self._selected_point()

    def _take_ring_away(self) -> None:
        self._forget_ring()
        self._describe()

    def _forget_ring(self) -> None:
        self.ringed = None
        self._way.clear()

    def _describe(self) -> None:
        """Draw anew, and let the description for screen readers be the point in the ring, or else the selected one."""
        shown = self._shown_point()
        describe(self, self._text(shown) if shown is not None else "")
        self.update()

    def _move_ring(self, across: int, up: int) -> None:
        """Move the ring to the next point at this side (-1, 0, 1), and tell its values; at the edge tell them again."""
        start = self._shown_point()
        if self._way and self._way[-1][1:] == (-across, -up):
            found: _Point | None = self._way.pop()[0]
        else:
            found = self._next(start, across, up) if start is not None else self._first()
            if start is not None and found is not None:
                self._way.append((start, across, up))
        if found is not None:
            self.ringed, self._hover = found, None
            self._describe()
        self._tell_shown()

    def _first(self) -> _Point:
        """The lowest one at the left."""
        return min(self._points, key=lambda one: (self.spot(one).x(), -self.spot(one).y()))

    def _tell_shown(self) -> None:
        """Have a screen reader read the values of the point in the ring, or of the selected one."""
        shown = self._shown_point()
        if shown is not None:
            announce(self, self._text(shown), again=True)


def tolerance_band(tolerance: float, clock_tolerance: float) -> int:
    """0: less than the clock needs; 1: enough; 2 to 5: at least 1.5, 2, 2.5, 3 times as much (5 if it needs 0)."""
    return sum(tolerance >= times * clock_tolerance for times in TOLERANCE_STEPS)

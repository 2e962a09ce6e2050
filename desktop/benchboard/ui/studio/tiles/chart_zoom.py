"""Zooming and moving along the x axis of an enlarged chart, by wheel, drag and keys."""

import math
from typing import Final

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent

from benchboard.ui.studio.tiles.axes.axis_range import AxisRange

REST_MS: Final = 150
"""How long the axis stays as it is before a finer result is asked for."""
_NOTCH: Final = 120.0
"""The angle of one notch of a wheel, in eighths of a degree."""
_STEP: Final = 0.8
"""By what one notch, or a key, makes the range shorter."""
_MOVE: Final = 0.2
"""The part of the range by which a key moves it."""
_DRAG: Final = 4.0
"""Pixels that the pointer moves before a press is a drag, and no click."""


class ChartZoom(QObject):
    """The range of the x axis that is shown; None: all of it."""

    changed = Signal()
    rested = Signal()
    """The range hasn't changed for `REST_MS`."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.whole: AxisRange | None = None
        self.shown: AxisRange | None = None
        self._least = 0.0
        self._pressed: tuple[QPointF, AxisRange] | None = None
        self.is_dragging = False
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self.rested)

    @property
    def is_moving(self) -> bool:
        """Whether the range changed less than `REST_MS` ago, or is dragged."""
        return self._rest.isActive() or self.is_dragging

    def set_whole(self, whole: AxisRange | None, least: float = 0.0) -> None:
        """Say how long the axis is; None: it can't be zoomed. What is shown stays if it is still a part of it."""
        self.whole, self._least = whole, least
        if self.shown is not None and whole is not None and whole.low < self.shown.high and whole.high > self.shown.low:
            self.shown = self.shown.within(whole, least)
        else:
            self.shown = None
            self._pressed, self.is_dragging = None, False

    def show(self, wanted: AxisRange | None) -> None:
        """Show a range, as far as there is one; None: the whole axis."""
        found = wanted.within(self.whole, self._least) if wanted is not None and self.whole is not None else None
        found = None if found == self.whole or (found and self.whole and found.size >= self.whole.size) else found
        if found != self.shown:
            self.shown = found
            self._rest.start()
            self.changed.emit()

    def reset(self) -> None:
        """Show the whole axis."""
        self.show(None)

    def _current(self) -> AxisRange | None:
        return self.shown or self.whole

    def wheel(self, event: QWheelEvent, spot: QPointF, plot: QRectF) -> bool:
        """Zoom at the pointer, or move by a sideways wheel. False if there is nothing to zoom there."""
        current, delta = self._current(), event.angleDelta()
        if current is None or not plot.contains(spot) or delta.isNull():
            return False
        if abs(delta.x()) > abs(delta.y()) or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            way = delta.x() or delta.y()
            self.show(current.moved(-_MOVE * way / _NOTCH))
            return True
        part = (spot.x() - plot.left()) / plot.width()
        self.show(current.zoomed(math.pow(_STEP, delta.y() / _NOTCH), part))
        return True

    def press(self, spot: QPointF, plot: QRectF) -> None:
        """The left button was pressed at a point of the chart."""
        if self.shown is not None and plot.contains(spot):
            self._pressed = spot, self.shown

    def drag(self, spot: QPointF, plot: QRectF) -> bool:
        """Move with the pointer. False if nothing is dragged."""
        if self._pressed is None:
            return False
        start, before = self._pressed
        if not self.is_dragging and abs(spot.x() - start.x()) < _DRAG:
            return False
        self.is_dragging = True
        self.show(before.moved((start.x() - spot.x()) / plot.width()))
        return True

    def release(self) -> bool:
        """End a drag. False if there was none."""
        was_dragging, self._pressed, self.is_dragging = self.is_dragging, None, False
        return was_dragging

    def key(self, event: QKeyEvent) -> bool:
        """Zoom by + and −, move by Shift and an arrow, show all by 0 and Escape. False for any other key."""
        current = self._current()
        if current is None or not takes_key(event, is_zoomed=self.shown is not None):
            return False
        key = event.key()
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.show(current.zoomed(_STEP * _STEP))
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self.show(current.zoomed(1 / _STEP / _STEP))
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.show(current.moved(-_MOVE if key == Qt.Key.Key_Left else _MOVE))
        else:
            self.reset()
        return True


def takes_key(event: QKeyEvent, *, is_zoomed: bool) -> bool:
    """Whether a key zooms or moves the axis of a chart."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    key, plain, shift = event.key(), Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
    if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
        return modifiers in (plain, shift)
    if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
        return is_zoomed and modifiers == shift
    return is_zoomed and modifiers == plain and key in (Qt.Key.Key_0, Qt.Key.Key_Escape)

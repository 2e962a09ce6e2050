"""The motion of what opens: the last few pixels of the way to its place.

Its size is final from the start and it takes mouse and keys at once, so nothing waits for the motion, and nothing
else is laid out because of it.
"""

from typing import Final

from PySide6.QtCore import QEasingCurve, QPoint, Qt, QVariantAnimation
from PySide6.QtWidgets import QWidget

from benchboard.ui.theme import theme

FROM_LEFT: Final = QPoint(-24, 0)
FROM_RIGHT: Final = QPoint(24, 0)
FROM_ABOVE: Final = QPoint(0, -8)
FROM_BELOW: Final = QPoint(0, 12)


def slide_in(widget: QWidget, offset: QPoint, duration: str = "panel") -> None:
    """Move a visible widget from `offset` to where it is now. `duration`: a token of `motion_ms`.

    Does nothing where the platform asks for no motion.
    """
    milliseconds = theme().motion(duration)
    if milliseconds > 0 and widget.isVisible():
        _Slide(widget, offset, milliseconds).start(QVariantAnimation.DeletionPolicy.DeleteWhenStopped)


class _Slide(QVariantAnimation):
    """Moves a widget by a part of `offset` that shrinks to nothing. It belongs to the widget and ends with it."""

    def __init__(self, widget: QWidget, offset: QPoint, milliseconds: int) -> None:
        for earlier in widget.findChildren(_Slide, options=Qt.FindChildOption.FindDirectChildrenOnly):
            earlier.end()
        super().__init__(widget)
        self._widget, self._offset = widget, offset
        self._place = self._last = widget.pos()
        self.setStartValue(1.0)
        self.setEndValue(0.0)
        self.setDuration(milliseconds)
        self.setEasingCurve(QEasingCurve.Type[theme().tokens("motion_ms")["easing"]])
        self.valueChanged.connect(self._move)
        self._move(1.0)

    def end(self) -> None:
        """Put the widget in its place now."""
        self._move(0.0)
        self.stop()

    def _move(self, part: float) -> None:
        if self._widget.pos() != self._last:
            self._place = self._widget.pos()  # a layout or a change of size gave it another place meanwhile
        self._last = self._place + QPoint(round(self._offset.x() * part), round(self._offset.y() * part))
        self._widget.move(self._last)

"""The values under the pointer on a chart, in a box beside it with the corners and the shadow of a popover.

A child of the window, as popovers are: round corners of a tooltip, a window of its own, would need a compositor.
"""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from benchboard.ui.theme import theme
from benchboard.ui.widgets.surfaces import SHADOW, Floating

_AWAY: Final = QPoint(14, 14)
"""From the pointer to the box, in pixels."""
_EDGE: Final = 4
"""Pixels between the box and the edge of the window, at least."""


class ValueTip(Floating):
    """The box of one window. It takes neither mouse nor focus."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.RichText)
        column = QVBoxLayout(self.body)
        column.setContentsMargins(10, 7, 10, 7)
        column.addWidget(self._label)
        self.hide()

    def text(self) -> str:
        """What it shows, as HTML."""
        return self._label.text()

    def show_at(self, at: QPoint, html: str, scale: float = 1.0, clear_of: Sequence[QPoint] = ()) -> None:
        """Show this beside a point of the screen, inside the window, with letters at `scale`; 1 is 100 %. Of the four
        places beside it, it is the one that covers the fewest of the points `clear_of`."""
        letters = QFontInfo(theme().font("body")).pixelSize() * scale
        self._label.setStyleSheet(f"font-size: {round(letters)}px" if scale != 1 else "")
        self._label.setText(html)
        self.body.updateGeometry()  # else the size is that of the text before, until the layouts' events arrive
        self.adjustSize()
        window, size = self.window(), self.sizeHint()
        spot = window.mapFromGlobal(at)
        box = size.width() - 2 * SHADOW, size.height() - 2 * SHADOW
        ends = window.width() - _EDGE, window.height() - _EDGE
        sides = []
        for pointer, away, extent, end in zip(spot.toTuple(), _AWAY.toTuple(), box, ends, strict=True):
            behind, before = pointer + away, pointer - away - extent
            sides.append([one for one in (behind, before) if _EDGE <= one <= end - extent] or [max(_EDGE, before)])
        points = [window.mapFromGlobal(point) for point in clear_of]
        places = [QRect(left, top, *box) for left in sides[0] for top in sides[1]]
        best = min(places, key=lambda place: sum(place.contains(point) for point in points))
        self.setGeometry(best.left() - SHADOW, best.top() - SHADOW, size.width(), size.height())
        self.show()
        self.raise_()


def value_tip(over: QWidget) -> ValueTip:
    """The box of the window that a widget is in."""
    window = over.window()
    found = window.findChild(ValueTip, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return found if isinstance(found, ValueTip) else ValueTip(window)

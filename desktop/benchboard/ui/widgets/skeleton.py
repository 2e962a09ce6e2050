"""Skeleton: pale bars in the shape of what is loading."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role

_ROWS = 12


class Skeleton(QFrame):
    """Bars in the rows of a list, `height` apart from `top` on; `show_columns` says how wide they are."""

    accessible_role = Role.Indicator

    def __init__(self, *, height: int, top: int = 0, left: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._height, self._top, self._left = height, top, left
        self._columns: tuple[tuple[int, int], ...] = ()
        self.setAccessibleName(_("Loading"))

    def show_columns(self, columns: Sequence[tuple[int, int]]) -> None:
        """Show columns, each as its width and the width that its content usually has."""
        if self._columns != tuple(columns):
            self._columns = tuple(columns)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            for row in range(min(_ROWS, max(0, self.height() - self._top) // self._height + 1)):
                left, y = self._left, self._top + row * self._height + self._height / 2 - 6
                for place, (whole, usual) in enumerate(self._columns):
                    share = 0.55 + 0.25 * ((row + place) % 2)
                    paint_bars(painter, [QRectF(left, y, usual * share, 12)])
                    left += whole


def paint_bars(painter: QPainter, bars: Sequence[QRectF]) -> None:
    """Draw bars that stand for what is loading."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().color("border"))
    for bar in bars:
        radius = 4 if bar.height() > 12 else 3
        painter.drawRoundedRect(bar, radius, radius)
    painter.restore()

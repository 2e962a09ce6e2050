"""ShareBar: the parts of a whole side by side in one bar, in the colours of a chart."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role

_HEIGHT: Final = 8
_GAP: Final = 1.0


class ShareBar(QFrame):
    """Shares (0..1) as parts of one bar, in the order of the chart's colours; what they don't make up stays ground.
    Its accessible name says what they are.
    """

    accessible_role = Role.Chart

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shares: tuple[float, ...] = ()
        self.setFixedHeight(_HEIGHT)

    def sizeHint(self) -> QSize:
        return QSize(240, _HEIGHT)

    def show_shares(self, shares: Sequence[float]) -> None:
        """Show these shares."""
        self.shares = tuple(shares)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            outline = QPainterPath()
            outline.addRoundedRect(QRectF(self.rect()), _HEIGHT / 2, _HEIGHT / 2)
            painter.setClipPath(outline)
            painter.fillRect(self.rect(), theme().color("border"))
            left = 0.0
            for place, share in enumerate(self.shares):
                width = self.width() * share
                painter.fillRect(QRectF(left, 0, max(width - _GAP, 1.0), _HEIGHT), theme().chart(place))
                left += width

"""What covers a dashboard while it is read: the shapes of its toolbar and widgets, never half of them."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QWidget

from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role
from benchboard.ui.widgets.skeleton import paint_bars

_PARTS: Final = (1, 1, 1), (2, 1), (1, 1)
"""The widths of the shapes in a row, as parts of the whole: figures, a chart beside another, two tables. Then over."""
_HEIGHTS: Final = (160, 320, 240)
_MARGIN: Final = 20
_TITLE: Final = (12.0, 12.0, 140.0, 12.0)
"""The bar that stands for a widget's title: left, top, width and height, in pixels."""


class LoadingCover(QFrame):
    """Covers `page` until it is hidden. It takes neither the pointer nor the focus."""

    accessible_role = Role.Indicator

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._page = page
        self.setObjectName("loading_cover")
        self.setAccessibleName(_("Loading"))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # what it covers isn't painted
        page.installEventFilter(self)
        self.setGeometry(page.rect())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._page:
            self.setGeometry(self._page.rect())
            self.raise_()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        bar = theme().px("shell.toolbar")
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme().color("canvas"))
            painter.fillRect(QRect(0, 0, self.width(), bar), theme().color("surface"))
            painter.fillRect(QRect(0, bar - 1, self.width(), 1), theme().color("border"))
            middle = bar / 2 - 6
            paint_bars(painter, [QRectF(16, middle, 160, 12), QRectF(self.width() - 216, middle, 200, 12)])
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for tile in self._tiles(bar):
                painter.setPen(QPen(theme().color("tile.border"), 1))
                painter.setBrush(theme().color("surface"))
                radius = theme().px("radius.tile")
                painter.drawRoundedRect(tile.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
                left, top, width, height = _TITLE
                paint_bars(painter, [QRectF(tile.left() + left, tile.top() + top, width, height)])

    def _tiles(self, top: int) -> list[QRectF]:
        """Where the shapes of widgets are, the last ones beyond the lower edge as those of a page are."""
        gap, whole = theme().px("tile.gap"), self.width() - 2 * _MARGIN
        found, y, row = list[QRectF](), float(top + _MARGIN), 0
        while y < self.height():
            parts, height = _PARTS[row % len(_PARTS)], _HEIGHTS[row % len(_HEIGHTS)]
            unit = (whole - (len(parts) - 1) * gap) / sum(parts)
            x = float(_MARGIN)
            for part in parts:
                found.append(QRectF(round(x), y, round(unit * part), height))
                x += unit * part + gap
            y, row = y + height + gap, row + 1
        return found

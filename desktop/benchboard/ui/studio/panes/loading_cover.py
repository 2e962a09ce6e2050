"""What covers a dashboard while it is read: the shapes of its toolbar and widgets, never half of them."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role
from benchboard.ui.widgets.skeleton import paint_bars

_COLUMNS: Final = 3
_MARGIN: Final = 24
_TILE_HEIGHT: Final = 220
_TITLE: Final = (16.0, 18.0, 140.0, 12.0)
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
            for tile in self._tiles(bar):
                painter.fillRect(tile, theme().color("surface"))
                left, top, width, height = _TITLE
                paint_bars(painter, [QRectF(tile.left() + left, tile.top() + top, width, height)])

    def _tiles(self, top: int) -> list[QRect]:
        """Where the shapes of widgets are: as many rows as fit."""
        width = (self.width() - (_COLUMNS + 1) * _MARGIN) // _COLUMNS
        rows = max(0, (self.height() - top) // (_TILE_HEIGHT + _MARGIN))
        return [
            QRect(
                _MARGIN + column * (width + _MARGIN),
                top + _MARGIN + row * (_TILE_HEIGHT + _MARGIN),
                width,
                _TILE_HEIGHT,
            )
            for row in range(rows)
            for column in range(_COLUMNS)
        ]

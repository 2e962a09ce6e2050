"""Drawer: in a narrow window the detail lies over the list, with a shadow towards it."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from benchboard.ui.theme import theme
from benchboard.ui.widgets.surfaces import SHADOW, paint_shadow


def is_narrow(width: int) -> bool:
    """Whether two panes beside a list or a page are too many: in a window below 1200 px, less the rail."""
    return width < theme().px("breakpoint.detail_drawer") - theme().px("shell.rail")


class DrawerShadow(QWidget):
    """The shadow that a pane over something else throws to its left."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def place(self, pane: QWidget, *, shown: bool) -> None:
        """Stand at the left edge of `pane`, below it."""
        self.setGeometry(pane.x() - SHADOW, pane.y(), SHADOW, pane.height())
        self.setVisible(shown)
        if shown:
            self.raise_()
            pane.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            # The pane begins at the right edge; what the shadow has above and below it is cut off.
            paint_shadow(painter, QRect(SHADOW, -2 * SHADOW, 6 * SHADOW, self.height() + 4 * SHADOW))


class Drawer(QWidget):
    """Shows `detail` beside `table`, or over its right edge where both do not fit."""

    def __init__(self, table: QWidget, detail: QWidget, width: int = 0) -> None:
        super().__init__()
        self._detail_width = width or theme().px("shell.drawer")
        self._table, self._detail = table, detail
        for widget in (table, detail):
            widget.setParent(self)
        self._shadow = DrawerShadow(self)
        detail.hide()

    def show_detail(self, on: bool) -> None:
        """Open the detail, or put it away."""
        if on != self._detail.isVisibleTo(self):
            self._detail.setVisible(on)
            self._arrange()

    @property
    def narrow(self) -> bool:
        """Whether the detail lies over the list."""
        return is_narrow(self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        width, height = self.width(), self.height()
        open_now = self._detail.isVisibleTo(self)
        beside = open_now and not self.narrow
        self._table.setGeometry(0, 0, width - self._detail_width if beside else width, height)
        self._detail.setGeometry(max(0, width - self._detail_width), 0, min(self._detail_width, width), height)
        self._shadow.place(self._detail, shown=open_now and not beside)
        self._detail.raise_()

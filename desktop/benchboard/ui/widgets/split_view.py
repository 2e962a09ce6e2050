"""A list on the left and its details on the right; in a narrow window the details are a drawer over the list."""

from typing import Final

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

NARROW: Final = 1136
"""Width in pixels of a window of 1200 px less the rail: in a narrower view, two panes beside a list or page don't
fit.
"""


class ListAndDetail(QWidget):
    """Shows `detail` beside `table`, or over its right edge if both don't fit."""

    def __init__(self, table: QWidget, detail: QWidget, width: int = 440) -> None:
        super().__init__()
        self._detail_width = width
        self._table, self._detail = table, detail
        table.setParent(self)
        detail.setParent(self)
        detail.hide()

    def show_detail(self, on: bool) -> None:
        if on != self._detail.isVisibleTo(self):
            self._detail.setVisible(on)
            self._arrange()

    @property
    def narrow(self) -> bool:
        """Whether the detail pane overlays the list."""
        return self.width() < NARROW

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        width, height = self.width(), self.height()
        open_now = self._detail.isVisibleTo(self)
        beside = open_now and not self.narrow
        self._table.setGeometry(0, 0, width - self._detail_width if beside else width, height)
        self._detail.setGeometry(max(0, width - self._detail_width), 0, min(self._detail_width, width), height)
        self._detail.raise_()

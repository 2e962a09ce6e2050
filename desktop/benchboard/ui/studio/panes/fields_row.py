"""The row of a page's time range and filters, with the zoom at its end: below the toolbar, or in it if it has room."""

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from benchboard.ui.studio.panes.variables_bar import VariablesBar
from benchboard.ui.theme import theme
from benchboard.ui.widgets.tab_order import own_tab_stops

_MARGIN = 12


class FieldsRow(QWidget):
    """The time range, the filters and the switch of the repeats, and where they have a row of their own, the zoom."""

    def __init__(self, variables: VariablesBar, switch: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        own_tab_stops(self)
        self._ruled = True
        self._line = line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(variables, 1)
        line.addWidget(switch)

    def hold_view(self, view: QWidget) -> None:
        """Show the zoom at the end of the row."""
        if self._line.indexOf(view) < 0:
            self._line.addWidget(view)
            self._line.addSpacing(_MARGIN)

    def release_view(self, view: QWidget) -> None:
        """Leave the zoom to the toolbar."""
        if self._line.indexOf(view) >= 0:
            self._line.removeWidget(view)
            self._line.takeAt(self._line.count() - 1)

    def set_ruled(self, ruled: bool) -> None:
        """Draw it as a bar with a line at its lower edge, or without a ground of its own."""
        if ruled != self._ruled:
            self._ruled = ruled
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._ruled:
            with QPainter(self) as painter:
                painter.fillRect(self.rect(), theme().color("surface"))
                painter.fillRect(QRect(0, self.height() - 1, self.width(), 1), theme().color("border"))

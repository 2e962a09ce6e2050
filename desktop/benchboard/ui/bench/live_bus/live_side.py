"""What stands beside the frames of the live bus, or below them in a narrow window: bit rates over plots."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from benchboard.ui.bench.live_bus.bit_rate_pane import BitRatePane
from benchboard.ui.bench.plots.live_plots_pane import LivePlotsPane
from benchboard.ui.widgets import hairline

_LEAST_PLOTS: Final = 200
"""The height of the plots below the bit rates, with their title and their times; a plot has 120 pixels then."""


class LiveSide(QWidget):
    """It is there as long as one of its panes is."""

    def __init__(self, search: BitRatePane, plots: LivePlotsPane) -> None:
        super().__init__()
        self._search, self._plots = search, plots
        self._row = QVBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(search)
        self._below = QWidget()  # hidden, it leaves the plots as they are
        below = QVBoxLayout(self._below)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(0)
        self._line = hairline()
        below.addWidget(self._line)
        below.addWidget(plots, 1)
        self._below.setMinimumHeight(_LEAST_PLOTS)
        self._row.addWidget(self._below, 1)
        for pane in (search, plots):
            pane.installEventFilter(self)

    def place_in(self, splitter: QSplitter) -> None:
        """Be the last part of a splitter."""
        self._plots.place_in(splitter, self)
        self._follow()

    def fit(self) -> None:
        """Be beside the frames, or below them where the window is narrow."""
        self._plots.restore_size()
        splitter = self.parentWidget()
        below = isinstance(splitter, QSplitter) and splitter.orientation() == Qt.Orientation.Vertical
        self._search.show_low(low=below)
        self._show_below()

    def _show_below(self) -> None:
        splitter = self.parentWidget()
        below = isinstance(splitter, QSplitter) and splitter.orientation() == Qt.Orientation.Vertical
        shows_search = not self._search.isHidden()
        self._line.setVisible(shows_search)
        # Below the frames, or in a low window, there is no room for both; the plots come back.
        room = self.height() - self._search.minimumSizeHint().height()
        lacks_room = shows_search and (below or room < _LEAST_PLOTS)
        self._below.setVisible(not self._plots.isHidden() and not lacks_room)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_below()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Come and go with the panes."""
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._follow()
        return False

    def _follow(self) -> None:
        self.setVisible(not self._search.isHidden() or not self._plots.isHidden())
        self.fit()

"""The row above the frames of a recording: what plays it, then what filters it."""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.ui.bench.frame_filter_bar import FrameFilterBar
from benchboard.ui.bench.playback_bar import PlaybackBar
from benchboard.ui.theme import theme
from benchboard.ui.widgets.labels import hairline
from benchboard.ui.widgets.surfaces import set_surface


class PlayRow(QWidget):
    """`playback` and `filter_bar` side by side; below them what `playback` has to say."""

    def __init__(self, playback: PlaybackBar, filter_bar: FrameFilterBar) -> None:
        super().__init__()
        set_surface(self, "surface")
        self._filter_bar = filter_bar
        self._filter = QWidget()
        """What filters, with the line before it."""
        line = QHBoxLayout(self._filter)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(hairline(vertical=True))
        line.addWidget(filter_bar, 1)
        self._line = QHBoxLayout()
        self._line.setSpacing(0)
        self._line.addWidget(playback)
        self._line.addWidget(self._filter, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        bar = QWidget()
        bar.setMinimumHeight(theme().px("shell.toolbar"))
        bar.setLayout(self._line)
        self._line.setContentsMargins(0, 0, 0, 0)
        for part in (bar, playback.notes, hairline()):
            whole.addWidget(part)

    def show_filter(self, shown: bool) -> None:
        """Whether there is what filters too: not on pages without the frames."""
        self._filter.setVisible(shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._shorten_to_width()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._shorten_to_width()
        return super().event(event)

    def _shorten_to_width(self) -> None:
        """Where the width is short, show buttons by their icons alone, from the last on; then leave out how many IDs
        are shown, which the figures say too.
        """
        bar = self._filter_bar
        shown = [button for button in bar.buttons if not button.isHidden()]
        lacking = self._line.minimumSize().width() + bar.wanted_width - self.width()
        lacking += sum(button.label_room() for button in shown if button.is_shortened)
        lacking += bar.count.sizeHint().width() if bar.count.isHidden() else 0
        for button in reversed(shown):
            button.show_label(lacking <= 0)
            lacking -= button.label_room()
        bar.count.setVisible(lacking <= 0)

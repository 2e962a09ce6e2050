"""The tabs below the head of a pane of details."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from benchboard.ui.shell.header import ViewTab


class PaneTabs(QWidget):
    """`tabs` are their object names and titles; `chosen` emits which one was pressed, from 0."""

    chosen = Signal(int)

    def __init__(self, tabs: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._tabs = []
        strip = QHBoxLayout(self)
        strip.setContentsMargins(5, 0, 16, 0)
        strip.setSpacing(0)
        for at, (name, title) in enumerate(tabs):
            tab = ViewTab(title)
            tab.setObjectName(name)
            tab.setFixedHeight(40)
            tab.clicked.connect(lambda _checked=False, at=at: self.chosen.emit(at))
            strip.addWidget(tab)
            self._tabs.append(tab)
        strip.addStretch(1)

    def show_current(self, at: int) -> None:
        """Mark a tab as the one that is shown."""
        self._tabs[at].setChecked(True)

    def rename(self, at: int, title: str) -> None:
        """Give a tab another title, such as with a count."""
        self._tabs[at].setText(title)
        self._tabs[at].updateGeometry()

    def focus(self, at: int) -> None:
        """Focus a tab, as by keyboard."""
        self._tabs[at].setFocus(Qt.FocusReason.TabFocusReason)

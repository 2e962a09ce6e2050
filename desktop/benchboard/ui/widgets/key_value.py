"""KeyValue: names on the left, values on the right, `Server   bench-db.example.com`."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from benchboard.ui.theme import theme
from benchboard.ui.widgets.labels import Text

_LEAST_NAME = 96


class KeyValue(QWidget):
    """Names and values in two columns; `show_rows` replaces them. A screen reader reads a value with its name."""

    def __init__(self, rows: Sequence[tuple[str, QWidget]] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme().px("spacing.3"))
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnMinimumWidth(0, _LEAST_NAME)
        self._grid.setColumnStretch(1, 1)
        self.show_rows(rows)

    def show_rows(self, rows: Sequence[tuple[str, QWidget]]) -> None:
        """Show these names and values instead."""
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for index, (name, value) in enumerate(rows):
            label = Text(name, tone="muted")
            label.setBuddy(value)
            value.setAccessibleDescription(name)
            self._grid.addWidget(label, index, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(value, index, 1)

"""TimelineRow: when something happened, what, and under it who or from where."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.ui.theme import theme
from benchboard.ui.widgets.labels import Elided, Text, plain_tooltip
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.readable_rows import ReadableRow

_WHEN_WIDTH = 84


class TimelineRow(ReadableRow):
    """`14 min ago   Changed tile “Orders per day”`; `exact` is the time in full, for the tooltip.

    `action` stands below the text.
    """

    def __init__(
        self,
        when: str,
        what: str,
        under: str = "",
        *,
        exact: str = "",
        action: QWidget | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._texts = (what, under)
        self._when = Text("", "body", "muted")
        self._when.setFixedWidth(_WHEN_WIDTH)
        self._when.setToolTip(plain_tooltip(exact))
        self.show_when(when)
        column = QVBoxLayout()
        column.setSpacing(1)
        column.addWidget(Paragraph(what))
        if under:
            column.addWidget(Elided(under, "caption", "muted"))
        if action is not None:
            column.addWidget(action, 0, Qt.AlignmentFlag.AlignLeft)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 1, 0, 1)
        line.setSpacing(theme().px("spacing.2"))
        line.addWidget(self._when, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(column, 1)

    def show_when(self, when: str) -> None:
        """Show another text of when it happened: relative times change. What is being read keeps its name."""
        if when != self._when.text():
            self._when.setText(when)
            if not self.hasFocus():
                self._name_row()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._name_row()

    def _name_row(self) -> None:
        self.setAccessibleName(", ".join(part for part in (self._when.text(), *self._texts) if part))

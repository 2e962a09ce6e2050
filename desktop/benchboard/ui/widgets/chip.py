"""Chip: a filter in force, with a button that removes it."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from benchboard.ui.theme import theme
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.labels import Text


class Chip(QWidget):
    """An active filter with a button to remove it: `State: all but deleted ×`."""

    def __init__(self, text: str, remove: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(28)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 2, 0)
        row.setSpacing(0)
        row.addWidget(Text(text, "body", "accent"))
        from benchboard.i18n import _

        row.addWidget(
            Button("", remove, kind="quiet", icon="ph.x", size="sm", tip=_("Remove “{text}”").format(text=text))
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("accent.soft"))
            radius = theme().px("radius.control")
            painter.drawRoundedRect(self.rect(), radius, radius)

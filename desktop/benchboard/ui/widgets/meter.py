"""Meter: a share as a bar with its figure; a dash and why where it isn't known."""

from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role
from benchboard.ui.widgets.badges import paint_meter
from benchboard.ui.widgets.labels import Elided, Text

_BAR: Final = 96
_BUSY: Final = 0.6
"""The share from which it is trouble."""


class Meter(QWidget):
    """`show_share` shows another share (0..1), or None with the reason."""

    accessible_role = Role.StaticText

    def __init__(self) -> None:
        super().__init__()
        self._bar, self._text, self._why = _Bar(), Text("–"), Elided("", "caption", "muted")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme().px("spacing.2"))
        line.addWidget(self._bar)
        line.addWidget(self._text)
        line.addWidget(self._why, 1)
        self.show_share(None, "–")

    def show_share(self, share: float | None, text: str, why: str = "") -> None:
        """Show this share in the words of `text`; without one, `why` there is none."""
        self._bar.setVisible(share is not None)
        if share is not None and share != self._bar.share:
            self._bar.share = share
            self._bar.update()
        for label, said in ((self._text, text), (self._why, why)):
            if label.text() != said:
                label.setText(said)

    def accessible_text(self) -> str:
        """The figure, or why there is none."""
        return ", ".join(filter(None, (self._text.text(), self._why.text())))


class _Bar(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.share = 0.0
        self.setFixedSize(_BAR, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_meter(painter, QRectF(self.rect()), self.share, "warn" if self.share > _BUSY else "info")

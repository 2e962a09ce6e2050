"""A group of settings: what it is about, and beside or below that a card with a row for each setting."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from benchboard.ui.theme import theme
from benchboard.ui.widgets.labels import Text, hairline
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.surfaces import Card

WORDS: Final = 256
"""Width of the words beside a card, in pixels."""
GAP: Final = 32
_PAD: Final = 20
_UNLIMITED: Final = 16_777_215
"""Qt's own greatest width."""


class SettingsSection(QWidget):
    """Its words stand at the left of its card, or above it where the page is narrow (`set_beside`)."""

    def __init__(self, title: str, sentence: str) -> None:
        super().__init__()
        self._words, self._card = QWidget(), Card(padding=1)
        words = QVBoxLayout(self._words)
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(theme().px("spacing.1"))
        words.addWidget(Text(title, "section"))
        words.addWidget(Paragraph(sentence, "body", "secondary"))
        words.addStretch(1)
        self._card.column.setSpacing(0)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.addWidget(self._words)
        self._line.addWidget(self._card, 1, Qt.AlignmentFlag.AlignTop)
        self.set_beside(True)

    def set_beside(self, beside: bool) -> None:
        """Show the words at the left of the card, or above it."""
        self._line.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)
        self._line.setSpacing(GAP if beside else theme().px("spacing.3"))
        self._words.setMinimumWidth(WORDS if beside else 0)
        self._words.setMaximumWidth(WORDS if beside else _UNLIMITED)
        self._words.setContentsMargins(0, _PAD - 2 if beside else 0, 0, 0)

    def add(self, part: QWidget) -> None:
        """Add a row to the card, below a line that parts it from the one above."""
        if self._card.column.count():
            self._card.column.addWidget(hairline())
        self._card.column.addWidget(part)


class SettingRow(QWidget):
    """A setting: its name, a sentence about it, and at the right end what changes it."""

    def __init__(self, title: str, sentence: str, control: QWidget) -> None:
        super().__init__()
        words, line = QVBoxLayout(), QHBoxLayout(self)
        words.setSpacing(theme().px("spacing.1"))
        if title:
            words.addWidget(Text(title, "body_strong"))
        words.addWidget(Paragraph(sentence, "caption", "muted"))
        line.setContentsMargins(_PAD, theme().px("spacing.4"), _PAD, theme().px("spacing.4"))
        line.setSpacing(theme().px("spacing.6"))
        line.addLayout(words, 1)
        line.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)


def padded(part: QWidget) -> QWidget:
    """A part of a card with the room around it that a row has."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(_PAD, theme().px("spacing.4"), _PAD, theme().px("spacing.4"))
    column.addWidget(part)
    return holder

"""A group of settings: a card with a row for each of them."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.ui.theme import theme
from benchboard.ui.widgets.labels import Text, hairline
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.surfaces import Card

_PAD: Final = 20


class SettingsSection(QWidget):
    """A card, which begins with its heading and what there is to say about it; a single setting is its own heading."""

    def __init__(self, title: str = "", sentence: str = "") -> None:
        super().__init__()
        self._card = Card(padding=1)
        self._card.column.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._card)
        if title:
            words = QWidget()
            lines = QVBoxLayout(words)
            lines.setContentsMargins(_PAD, theme().px("spacing.4"), _PAD, theme().px("spacing.3"))
            lines.setSpacing(theme().px("spacing.1"))
            lines.addWidget(Text(title, "section"))
            if sentence:
                lines.addWidget(Paragraph(sentence, "body", "secondary"))
            self.add(words)

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
            words.addWidget(Text(title, "section"))
        words.addWidget(Paragraph(sentence, "body", "secondary"))
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

"""A group of settings: a heading, and below it a row for each of them, parted by lines."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.ui.theme import theme
from benchboard.ui.widgets.labels import Text, hairline
from benchboard.ui.widgets.paragraph import Paragraph


class SettingsSection(QWidget):
    """It begins with its heading and what there is to say about it; a single setting is its own heading. A line below
    each row parts it from what follows."""

    def __init__(self, title: str = "", sentence: str = "") -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        if title:
            self._column.addSpacing(theme().px("spacing.6"))
            self._column.addWidget(Text(title, "section"))
            self._column.addSpacing(theme().px("spacing.1"))
            self._column.addWidget(Paragraph(sentence, "body", "muted"))
            self._column.addSpacing(theme().px("spacing.3"))
            self._column.addWidget(hairline())

    def add(self, row: QWidget) -> None:
        """Add a row, with a line below it."""
        self._column.addWidget(row)
        self._column.addWidget(hairline())


class SettingRow(QWidget):
    """A setting: its name at the left, a hint below it, and at the right end what changes it."""

    def __init__(self, title: str, sentence: str, control: QWidget) -> None:
        super().__init__()
        if sentence and not control.accessibleDescription():
            control.setAccessibleDescription(sentence)
        words, line = QVBoxLayout(), QHBoxLayout(self)
        words.setSpacing(2)
        if title:
            words.addWidget(Text(title, "body_strong"))
        words.addWidget(Paragraph(sentence, "caption" if title else "body", "muted" if title else "secondary"))
        line.setContentsMargins(0, theme().px("spacing.3"), 0, theme().px("spacing.3"))
        line.setSpacing(theme().px("spacing.6"))
        line.addLayout(words, 1)
        line.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)


def padded(part: QWidget) -> QWidget:
    """A part of a section with the room above and below it that a row has."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, theme().px("spacing.3"), 0, theme().px("spacing.3"))
    column.addWidget(part)
    return holder

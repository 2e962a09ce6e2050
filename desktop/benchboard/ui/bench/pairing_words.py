"""What a step of the pairing wizard says, as one stop of Tab that a screen reader reads as a whole."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.ui.widgets import Paragraph
from benchboard.ui.widgets.accessible import sentence
from benchboard.ui.widgets.readable_rows import Readable


class StepWords(Readable, QWidget):
    """A title and sentences below each other."""

    def __init__(self, *paragraphs: Paragraph) -> None:
        super().__init__()
        self._paragraphs = paragraphs
        self.setObjectName("pair_words")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for one in paragraphs:
            column.addWidget(one)

    def accessible_text(self) -> str:
        """All sentences, in one line."""
        lines = (line for one in self._paragraphs for line in one.text().split("\n"))
        return " ".join(sentence(line) for line in lines if line)

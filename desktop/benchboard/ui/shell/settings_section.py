"""A group of settings: a heading, and below or beside it a row for each of them, parted by lines."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role
from benchboard.ui.widgets.labels import Text, hairline
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.readable_rows import ReadableRow
from benchboard.ui.widgets.surfaces import fill_column

HEADING_WIDTH: Final = 248
"""Pixels of a heading at the left of its rows."""
_UNBOUND: Final = 16_777_215
"""Qt's bound of a width that has none."""


class SettingsSection(QWidget):
    """Its heading, with what there is to say about it, stands above its rows, or at their left if it is `set_wide`. A
    line above it parts it from the section before; others part its rows."""

    accessible_role = Role.Grouping

    def __init__(self, title: str, sentence: str, *, first: bool = False) -> None:
        super().__init__()
        self.setAccessibleName(title)
        self.setAccessibleDescription(sentence)
        self._head, self._rows, self._rule = QWidget(), QWidget(), hairline()
        above = theme().px("spacing.6")
        words = QVBoxLayout(self._head)
        words.setContentsMargins(0, theme().px("spacing.3"), 0, theme().px("spacing.1"))
        words.setSpacing(theme().px("spacing.1"))
        words.addWidget(Text(title, "section"))
        words.addWidget(Paragraph(sentence, "body", "muted"))
        words.addStretch(1)
        self._row_column = QVBoxLayout(self._rows)
        self._row_column.setContentsMargins(0, 0, 0, 0)
        self._row_column.setSpacing(0)
        self._row_column.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._both = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._both.addWidget(self._head)
        self._both.addWidget(self._rows, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0 if first else above // 2, 0, above // 2)
        column.setSpacing(above // 2)
        column.addWidget(self._rule)
        column.addLayout(self._both)
        self._rule.setVisible(not first)

    def add(self, row: QWidget) -> None:
        """Add a row, with a line between it and the one before."""
        if self._row_column.count():
            self._row_column.addWidget(hairline())
        self._row_column.addWidget(row)

    def set_wide(self, wide: bool) -> None:
        """Put the heading at the left of the rows, or above them."""
        self._both.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)
        self._both.setSpacing(theme().px("spacing.8") if wide else 0)
        self._head.setMinimumWidth(HEADING_WIDTH if wide else 0)
        self._head.setMaximumWidth(HEADING_WIDTH if wide else _UNBOUND)


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
        self._sentence = Paragraph(sentence, "caption" if title else "body", "muted" if title else "secondary")
        words.addWidget(self._sentence)
        line.setContentsMargins(0, theme().px("spacing.3"), 0, theme().px("spacing.3"))
        line.setSpacing(theme().px("spacing.6"))
        line.addLayout(words, 1)
        line.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
        self._title, self._control = title, control

    def text(self) -> str:
        """What it is called, and its hint."""
        return ": ".join(filter(None, (self._title, self._sentence.text())))

    def set_sentence(self, sentence: str) -> None:
        """Show another hint."""
        self._sentence.setText(sentence)
        self._control.setAccessibleDescription(sentence)


def padded(part: QWidget) -> QWidget:
    """A part of a section with the room above and below it that a row has."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, theme().px("spacing.3"), 0, theme().px("spacing.3"))
    column.addWidget(part)
    return holder


class ReadableSetting(ReadableRow):
    """A part of a section that keys reach while nothing in it can be changed; `text` is what is read of it then."""

    accessible_role = Role.StaticText

    def __init__(self, part: QWidget, text: Callable[[], str]) -> None:
        super().__init__()
        self._text = text
        fill_column(self, part)

    def set_reachable(self, on: bool) -> None:
        """Whether it is a stop itself: not while it has a control that is one."""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if on else Qt.FocusPolicy.NoFocus)

    def accessible_text(self) -> str:
        """What stands there."""
        return self._text()

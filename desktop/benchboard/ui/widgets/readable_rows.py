"""Rows that are read by keys, each as a whole: a list of them is one stop of Tab, arrows go from row to row."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.system_clipboard import copy_text
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role, announce
from benchboard.ui.widgets.focus import FocusRinged, came_by_key
from benchboard.ui.widgets.labels import Tone
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.tab_order import one_tab_stop_list, scroll_into_view, step_by_key, tools_beside

_PAGE: Final = 10
"""The rows of a step by Page Up or Page Down."""
_STEPS: Final = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -_PAGE, Qt.Key.Key_PageDown: _PAGE}
_ENDS: Final = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: -1}


class Readable(FocusRinged):
    """Mixin for what shows text and can't be pressed: a stop of Tab that is read as a whole; Ctrl+C copies it. Its
    class says what is read, if that isn't its name, and what is copied if less.
    """

    accessible_role = Role.StaticText

    def accessible_text(self) -> str:
        """What a screen reader reads: the whole."""
        return self.accessibleName()

    def copied_text(self) -> str:
        """What Ctrl+C copies."""
        return self.accessible_text()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if came_by_key(event):
            scroll_into_view(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            copy_text(self.copied_text())
            announce(self, _("Copied {value}").format(value=self.copied_text()), again=True)
        else:
            super().keyPressEvent(event)


class ReadableText(Readable, Paragraph):
    """A sentence that stands in place of what it tells is missing, such as that a list is empty."""

    def __init__(self, type: str = "body", tone: Tone = "secondary") -> None:
        super().__init__("", type, tone)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def accessible_text(self) -> str:
        return self.text()


class RowOfReadable(Readable):
    """Mixin for a row in a list that `make_readable` made one stop. Up, Down, Home and End go from row to row, Page Up
    and Page Down by ten, Left and Right to the buttons in it; Ctrl+C copies it. A class of rows says what is read of
    it, and what is copied if less.
    """

    accessible_role = Role.ListItem

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and (beside := self.row_beside(event.key())) is not None:
            beside.setFocus(Qt.FocusReason.TabFocusReason)
        elif not (plain and step_by_key(self, event.key())):
            super().keyPressEvent(event)

    def row_beside(self, key: int) -> "RowOfReadable | None":
        """The row that a key leads to; None for one that leads to none."""
        rows = _rows_beside(self)
        if key in _ENDS:
            return rows[_ENDS[Qt.Key(key)]]
        if key in _STEPS:
            return rows[min(max(rows.index(self) + _STEPS[Qt.Key(key)], 0), len(rows) - 1)]
        return None


class ReadableRow(RowOfReadable, QWidget):
    """Such a row that holds widgets."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)


def make_readable(holder: QWidget, label: str = "") -> None:
    """Make `holder`, which holds rows, one stop of Tab; a screen reader calls it by `label`."""
    one_tab_stop_list(holder)
    holder.setAccessibleName(label or _("Details"))


class ReadableList(QWidget):
    """Rows below each other; `show_rows` replaces them, and the focus stays at the row that has the same object name,
    or goes to the one in its place.
    """

    accessible_role = Role.List

    def __init__(self, label: str) -> None:
        super().__init__()
        make_readable(self, label)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.set_spacing(theme().px("spacing.2"))
        self._rows: list[ReadableRow] = []

    @property
    def rows(self) -> tuple[ReadableRow, ...]:
        """The rows from top to bottom."""
        return tuple(self._rows)

    def set_spacing(self, pixels: int) -> None:
        """Have so many pixels between the rows."""
        self._column.setSpacing(pixels)

    def show_rows(self, rows: Sequence[ReadableRow]) -> None:
        """Show these rows instead."""
        focused = QApplication.focusWidget()
        place = (
            next((at for at, row in enumerate(self._rows) if focused is row or row.isAncestorOf(focused)), -1)
            if focused is not None
            else -1
        )
        old, self._rows = self._rows, list(rows)
        for row in old:  # first, or both would have room for a moment: a hole above the rows
            self._column.removeWidget(row)
        for row in rows:
            self._column.addWidget(row)
            row.show()
        if focused is not None and place >= 0 and rows:
            same = next((row for row in rows if row.objectName() and row.objectName() == old[place].objectName()), None)
            target: QWidget = same or rows[min(place, len(rows) - 1)]
            if same is not None and focused is not old[place] and focused.objectName():
                target = same.findChild(QWidget, focused.objectName()) or same
            target.setFocus(Qt.FocusReason.OtherFocusReason)
        for row in old:
            row.hide()
            row.setParent(None)
            row.deleteLater()
        self._column.activate()


def _rows_beside(row: RowOfReadable) -> list[RowOfReadable]:
    """The rows of the list that `row` is in, which may stand in several columns."""
    return [one for one in tools_beside(row) if isinstance(one, RowOfReadable)]

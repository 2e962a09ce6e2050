"""Whole rows under the keys: Up, Down, Home and End lead to a row's first cell, which a screen reader reads as the
whole row; Left and Right go on to each of its cells."""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QFocusEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView

from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import tell_cell_renamed, untold

if TYPE_CHECKING:
    _Table = QTableView
else:
    _Table = object  # the class it is mixed into is the table; Qt allows only one

_Action = QAbstractItemView.CursorAction
Index = QModelIndex | QPersistentModelIndex
_TO_ROWS: Final = (
    _Action.MoveUp, _Action.MoveDown, _Action.MovePageUp, _Action.MovePageDown, _Action.MoveHome, _Action.MoveEnd,
)  # fmt: skip


class RowCursor(_Table):
    """Mixin for a table of whole rows. Its model answers the first column's AccessibleTextRole with the row."""

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        if action in (_Action.MoveHome, _Action.MoveEnd):  # Qt goes to an end of the present row
            modifiers |= Qt.KeyboardModifier.ControlModifier
        found = super().moveCursor(action, modifiers)
        found = found.siblingAtColumn(0) if action in _TO_ROWS and found.isValid() else found
        if found.isValid() and found == self.currentIndex():  # at an end: Qt leaves it where it was scrolled to
            self.scrollTo(found)
        return found


class WholeRowTable(RowCursor, QTableView):
    """A plain table of whole rows: dense, without a grid, of which one row is selected. What a row says may change all
    the time; a screen reader is told it as the row is reached."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        tell_cell_renamed(self, self.currentIndex())
        with untold():  # the row that becomes current is told after the list
            super().focusInEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the current row in sight, if it was, where less room is left: a pane opened below."""
        index = self.currentIndex()
        was_seen = index.isValid() and 0 <= self.visualRect(index).top() < event.oldSize().height()
        super().resizeEvent(event)
        if was_seen and event.size().height() < event.oldSize().height():
            self.scrollTo(index)

    def currentChanged(self, current: Index, previous: Index) -> None:
        if self.hasFocus():
            tell_cell_renamed(self, self.model().index(current.row(), current.column()))
        super().currentChanged(current, previous)

    def __init__(self) -> None:
        super().__init__()
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)  # Tab leaves the table; the arrow keys move in it
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme().px("table.row.compact"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = self.horizontalHeader()
        header.setFixedHeight(theme().px("table.header"))
        header.setHighlightSections(False)

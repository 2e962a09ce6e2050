"""The row of a new model that isn't saved yet, above the table of those that are."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent

from benchboard.ui.widgets.fields import is_plain_key
from benchboard.ui.widgets.list_row import ListRow

if TYPE_CHECKING:
    from benchboard.ui.paged.paged_rows import PagedRows

_KEYS: Final = Qt.Key


class UnsavedRow(ListRow):
    """Up, Down, Home and End go through it and the rows of the `table` below as through one list. `reached` is emitted
    when they lead to it, `left_up` on Up."""

    reached = Signal()
    left_up = Signal()

    def __init__(self, run: Callable[[], object], table: "PagedRows") -> None:
        super().__init__(run, name="models_unsaved")
        self._table = table
        table.installEventFilter(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        rows = self._table.paged.rowCount() if self._table.isVisible() else 0
        if is_plain_key(event, _KEYS.Key_Up):
            if not event.isAutoRepeat():  # a key that is held stays in the list
                self.left_up.emit()
        elif is_plain_key(event, _KEYS.Key_Down) and rows:
            self._enter_table(0)
        elif is_plain_key(event, _KEYS.Key_End) and rows:
            self._enter_table(rows - 1)
        else:
            super().keyPressEvent(event)

    def _enter_table(self, row: int) -> None:
        self._table.setCurrentIndex(self._table.paged.index(row, 0))
        self._table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys of the table that lead up to this row."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent) or self.isHidden():
            return False
        at_top = self._table.currentIndex().row() <= 0  # without a current row, the keys begin at the first
        leads_here = is_plain_key(event, _KEYS.Key_Home) or (at_top and is_plain_key(event, _KEYS.Key_Up))
        if leads_here:
            self.reached.emit()
        return leads_here

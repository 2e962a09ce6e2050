"""The cell of the status bar that says how much the page holds that is shown: 12 widgets, 6 dongles, 1,284 rows."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from benchboard.i18n import _, ngettext, number
from benchboard.ui.paged.paged_rows import PagedRows
from benchboard.ui.sections import CountsContent

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_CELL: Final = "content"
_EVERY_MS: Final = 500


class ContentCell(QObject):
    """Follows what `view` returns, the view that is shown; it asks, as each change of a list would else be told."""

    def __init__(self, context: "Context", view: Callable[[], QWidget | None], parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._view = context, view
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self.refresh)
        self._timer.start()

    def refresh(self) -> None:
        """Say what is shown now."""
        view = self._view()
        text = view.content_text() if isinstance(view, CountsContent) else ""
        if not text and view is not None:
            text = _rows_text(view)
        status = self._context.status
        if not text:
            status.remove(_CELL)
        elif text != status.text(_CELL):
            status.set(_CELL, "", text, tip=_("What this page shows"))


def _rows_text(view: QWidget) -> str:
    """How many rows the list has that is shown; empty if none is, or while its first rows are being read."""
    lists = [one for one in view.findChildren(PagedRows) if one.isVisible()]
    if not lists or (lists[0].paged.loading and not lists[0].paged.rows):
        return ""
    count = len(lists[0].paged.rows)
    words = ngettext("{count} row", "{count} rows", count)
    if not lists[0].paged.at_end:
        words = ngettext("{count} row loaded", "{count} rows loaded", count)
    return words.format(count=number(count))

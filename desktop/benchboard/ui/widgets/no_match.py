"""No match: the sentence that nothing matches a search or filters, and the action that clears them."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from benchboard.i18n import _, ngettext, number
from benchboard.paging import no_match_text
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.empty_state import EmptyState
from benchboard.ui.widgets.paragraph import Paragraph

TELL_MS: Final = 500
"""How long typing pauses before a screen reader is told: it reads the letters meanwhile."""


class NoMatch(EmptyState):
    """In place of a list's rows: that none match, and the action that clears the search and the filters."""

    def __init__(
        self,
        things: str,
        clear: Callable[[], object] | None = None,
        filters: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        super().__init__("ph.funnel", "", _("Clear filters") if clear is not None else "", clear)
        self._things, self._filters = things, filters

    def show_query(self, search: str, *, filtered: bool) -> None:
        """Name what nothing matches: the search, the filters, or both."""
        self.sentence.setText(no_match_text(self._things, search, filtered=filtered, filters=self._filters()))
        if self.action.text():
            title = _("Clear filters") if filtered else _("Clear filter")
            self.action.set_title(title)


class NoMatchLine(QWidget):
    """Below a search field: that nothing matches, and the action that clears the field. Hidden while there are
    matches.
    """

    def __init__(self, things: str, field: QLineEdit) -> None:
        super().__init__()
        self._things, self._field = things, field
        self._tell = QTimer(self, singleShot=True, interval=TELL_MS)
        self._tell.timeout.connect(self._tell_result)
        self._count = 0
        self._sentence = Paragraph("", tone="muted")
        clear = Button(_("Clear search"), self._clear, kind="link", name="clear_search")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._sentence)
        column.addWidget(clear, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def show_search(self, *, found: bool, count: int = 0) -> None:
        """Show it if nothing was `found` for the field's text. A screen reader is told that, or the `count` of what
        was, once nothing is typed."""
        self._count = count
        self._sentence.setText(no_match_text(self._things, self._field.text()))
        self.setVisible(not found)
        if found and not (count and self._field.text().strip()):
            self._tell.stop()
        else:
            self._tell.start()

    def _tell_result(self) -> None:
        if self._count:
            found = ngettext("{count} result", "{count} results", self._count).format(count=number(self._count))
            announce(self._field, found)
        else:
            announce(self, self.text())

    def text(self) -> str:
        """The sentence."""
        return self._sentence.text()

    def _clear(self) -> None:
        self._field.clear()
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

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


class TellsWhenTyped(QTimer):
    """Tells a screen reader what was found for the text of a field, once nothing is typed."""

    def __init__(self, field: QLineEdit) -> None:
        super().__init__(field, singleShot=True, interval=TELL_MS)
        self._field, self._sentence = field, ""
        self._shown_by: QWidget = field
        self.timeout.connect(self._tell_it)

    def tell(self, sentence: str, shown_by: QWidget | None = None) -> None:
        """Tell this, unless the field is empty; `shown_by` shows it, or the list below the field."""
        self._sentence, self._shown_by = sentence, shown_by or self._field
        if sentence and self._field.text().strip():
            self.start()
        else:
            self.stop()

    def _tell_it(self) -> None:
        announce(self._shown_by, self._sentence)


def results_text(count: int) -> str:
    """How many of something a search found."""
    return ngettext("{count} result", "{count} results", count).format(count=number(count))


class NoMatchLine(QWidget):
    """Below a search field: that nothing matches, and the action that clears the field. Hidden while there are
    matches.
    """

    def __init__(self, things: str, field: QLineEdit) -> None:
        super().__init__()
        self._things, self._field = things, field
        self._tell = TellsWhenTyped(field)
        self._sentence = Paragraph("", tone="muted")
        clear = Button(_("Clear search"), self._clear, kind="link", name="clear_search")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._sentence)
        column.addWidget(clear, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def show_search(self, *, found: bool, counted: str = "") -> None:
        """Show it if nothing was `found` for the field's text. A screen reader is told that, or what was `counted`,
        once nothing is typed."""
        self._sentence.setText(no_match_text(self._things, self._field.text()))
        self.setVisible(not found)
        if found:
            self._tell.tell(counted)
        else:
            self._tell.tell(self.text(), self)

    def text(self) -> str:
        """The sentence."""
        return self._sentence.text()

    def _clear(self) -> None:
        self._field.clear()
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

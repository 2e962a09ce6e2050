"""No match: the sentence that nothing matches a search or filters, and the action that clears them."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.empty_state import EmptyState
from benchboard.ui.widgets.paragraph import Paragraph


def no_match_text(things: str, search: str, *, filtered: bool = False) -> str:
    """That none of the `things` (“people”, in the window's language) match a search, filters beside it, or both."""
    text = search.strip()
    if not text:
        return _("No {things} match the filters.").format(things=things)
    if filtered:
        return _("No {things} match “{text}” and the filters.").format(things=things, text=text)
    return _("No {things} match “{text}”.").format(things=things, text=text)


class NoMatch(EmptyState):
    """In place of a list's rows: that none match, and the action that clears the search and the filters."""

    def __init__(self, things: str, clear: Callable[[], object] | None = None) -> None:
        super().__init__("ph.funnel", "", _("Clear filters") if clear is not None else "", clear)
        self._things = things

    def show_query(self, search: str, *, filtered: bool) -> None:
        """Name what nothing matches: the search, the filters, or both."""
        self.sentence.setText(no_match_text(self._things, search, filtered=filtered))
        if self.action.text():
            title = _("Clear filters") if filtered else _("Clear search")
            self.action.setText(title)
            self.action.setAccessibleName(title)


class NoMatchLine(QWidget):
    """Below a search field: that nothing matches, and the action that clears the field. Hidden while there are
    matches.
    """

    def __init__(self, things: str, field: QLineEdit) -> None:
        super().__init__()
        self._things, self._field = things, field
        self._sentence = Paragraph("", tone="muted")
        clear = Button(_("Clear search"), self._clear, kind="link", name="clear_search")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._sentence)
        column.addWidget(clear, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def show_search(self, *, found: bool) -> None:
        """Show it if nothing was `found` for the field's text."""
        self._sentence.setText(no_match_text(self._things, self._field.text()))
        self.setVisible(not found)

    def text(self) -> str:
        """The sentence."""
        return self._sentence.text()

    def _clear(self) -> None:
        self._field.clear()
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

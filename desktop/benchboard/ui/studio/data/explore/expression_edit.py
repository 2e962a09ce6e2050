"""The field for an expression in SQL, in popovers of calculated columns and measures."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from benchboard.analytics.completion.suggestions import SuggestionKind, complete_expression
from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.table_browser import BrowsedColumn
from benchboard.errors import AppError, Invalid
from benchboard.ui.studio.panes.query_editor import QueryEdit
from benchboard.ui.widgets.accessible import untold


class ExpressionEdit(QueryEdit):
    """A field for an expression: what checks it is the popover; Ctrl+Enter applies."""

    def offer(
        self,
        columns: Callable[[], Sequence[BrowsedColumn]],
        dialect: Callable[[], Dialect],
        kinds: Callable[[], Collection[SuggestionKind]] = tuple,
    ) -> None:
        """Suggest these columns and what can be written of them; with `kinds`, only what is of one of them."""
        self.completer.complete = lambda text, at: complete_expression(text, at, columns(), dialect(), kinds())

    def check(self, *, asked: bool = False) -> None:
        """Nothing by itself: the expression alone is no query."""

    def _paused(self) -> None:
        pass

    @property
    def is_used(self) -> bool:
        return self.isVisible()  # what it is calculated from is chosen in other fields

    def describe(self, text: str, *, told: bool = True) -> None:
        """Have screen readers describe the field by what is wrong with the expression, or what it returns; `told`: read
        it out too, once nothing is typed."""
        with untold():
            self.setAccessibleDescription(text)
        if told:
            self.tell_in_pause(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def mark(self, error: AppError, start: int) -> None:
        """Underline where an error is in a query in which the expression begins at `start`, if it is in it."""
        written = self.toPlainText()
        indent = len(written) - len(written.lstrip())
        first, last = error.facts.get("start"), error.facts.get("end")
        self.show_error(None)
        if isinstance(first, int) and isinstance(last, int) and 0 <= first - start <= last - start <= len(written):
            place: dict[str, Any] = {"start": first - start + indent, "end": last - start + indent}
            self.show_error(Invalid(error.code, error.what, field="expression", **place))

    def insert_words(self, text: str) -> None:
        """Insert a name or a function where the cursor is, apart from the word before it."""
        cursor = self.textCursor()
        before = self.toPlainText()[: cursor.position()]
        cursor.insertText(f" {text}" if before and before[-1:].isalnum() else text)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

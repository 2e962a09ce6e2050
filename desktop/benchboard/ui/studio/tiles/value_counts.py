"""Counts the rows with each value of a variable, under the page's other filters, while the list of values is open."""

import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.column_values import CountedValue, read_column_values
from benchboard.analytics.queries import MAX_ROWS
from benchboard.analytics.query_extent import dialect_of, is_readable
from benchboard.analytics.sources.services import get_source
from benchboard.dashboards.editing.counted_values import counted_column
from benchboard.errors import AppError
from benchboard.ui.studio.document.editor import Editor

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.tasks import DatabaseSession


class ValueCounts(QObject):
    """The counts of one variable's values; `changed` when they, or other values of a search, are known."""

    changed = Signal()

    def __init__(self, context: "Context", editor: Editor, name: str, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._editor, self._name = context, editor, name
        self._token: CancelToken | None = None
        self.counts: Mapping[str, int] | None = None
        """The rows with each value; None where they aren't known. A value that isn't among them has no row."""
        self.found: tuple[str, ...] = ()
        """The values that contain the searched text, also those that the list doesn't have."""

    def read(self, search: str = "") -> None:
        """Count the values or, with a `search`, those that contain its text: a list may be too long to have them all.
        Without counts if its source can't tell."""
        self.stop()
        editor, actor = self._editor, self._context.actor
        variables = {one.name: one for one in editor.reader_document.variables}
        variable = variables.get(self._name)
        if variable is None or variable.type == "text":
            return
        view = editor.state.view
        queries = [
            view.filtered_query(one.id).text for one in editor.widgets()
            if one.kind is not None and one.query and one.data_source_id == variable.data_source_id
        ]  # fmt: skip
        time_range = editor.time_range
        token = self._token = CancelToken()

        def op(session: "DatabaseSession") -> tuple[CountedValue, ...]:
            source = get_source(session, actor, variable.data_source_id) if variable.data_source_id else None
            found = counted_column(variable, queries, dialect_of(source), variables)
            if found is None or not is_readable(session, actor, source, found.question.table):
                return ()
            return read_column_values(
                session, actor, found.question, found.column, "text", search=search, limit=MAX_ROWS - 1,
                variables=time_range.period(datetime.now(UTC)).values, cancel_token=token,
            ).values  # fmt: skip

        def done(values: tuple[CountedValue, ...]) -> None:
            if self._token is token:
                self._token = None
                self._take(values, search)

        def failed(_error: AppError) -> None:
            if self._token is token:  # the values are there without them
                self._token = None

        self._context.tasks.read(self, op, done, failed, long=True)

    def _take(self, values: tuple[CountedValue, ...], search: str) -> None:
        counts = {_written(one.value): one.rows for one in values if one.value is not None}
        if search:
            self.found = tuple(counts)
            self.counts = {**(self.counts or {}), **counts}
        else:
            self.counts = counts or None
        self.changed.emit()

    def stop(self) -> None:
        """Cancel the query under way."""
        if self._token is not None:
            # On a server this is a request over the network, which must not block the main thread.
            threading.Thread(target=self._token.cancel, name="benchboard-stop", daemon=True).start()
        self._token = None


def _written(value: object) -> str:
    """A value as variables have it."""
    return str(value).lower() if isinstance(value, bool) else str(value)

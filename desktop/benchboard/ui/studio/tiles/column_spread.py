"""Reads the least and the greatest value of the column of a range, and how its values are spread, for its picker."""

import threading
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Signal

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.column_statistics import ColumnStatistics, describe_table
from benchboard.analytics.queries import run_query
from benchboard.dashboards.document.document import Variable
from benchboard.errors import AppError

if TYPE_CHECKING:
    from benchboard.analytics.query_builder.question import Dialect
    from benchboard.analytics.query_types import ValueKind
    from benchboard.ui.context import Context
    from benchboard.ui.tasks import DatabaseSession


class ColumnSpread(QObject):
    """What is in the column of a range; `changed` when it is known."""

    changed = Signal()

    def __init__(self, context: "Context", variable: Variable, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._variable = context, variable
        self._token: CancelToken | None = None
        self.statistics: ColumnStatistics | None = None
        """None where they aren't known."""

    def read(self) -> None:
        """Read them in the background; without an answer the range can be typed all the same."""
        column, source_id = self._variable.column, self._variable.data_source_id
        if column is None:
            return
        actor, token = self._context.actor, CancelToken()
        self._token = token
        kind: ValueKind = "decimal" if column.kind == "number" else "timestamp"
        dialect = cast("Dialect", column.dialect)

        def op(session: "DatabaseSession") -> ColumnStatistics | None:
            run = partial(run_query, session, actor, source_id=source_id or None, cancel_token=token)
            return describe_table(run, column.table, [(column.name, kind)], dialect).columns.get(column.name)

        def done(found: ColumnStatistics | None) -> None:
            if self._token is token:
                self._token, self.statistics = None, found
                self.changed.emit()

        def failed(_error: AppError) -> None:
            if self._token is token:
                self._token = None

        self._context.tasks.read(self, op, done, failed, long=True)

    def stop(self) -> None:
        """Cancel the query under way."""
        if self._token is not None:
            # On a server this is a request over the network, which must not block the main thread.
            threading.Thread(target=self._token.cancel, name="benchboard-stop", daemon=True).start()
        self._token = None

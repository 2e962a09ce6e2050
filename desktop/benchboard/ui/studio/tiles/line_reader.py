"""Reads the rows that lines need, or a finer result of a part of their axis, in the background: the latest request
alone."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.line_reduction import Reduction
from benchboard.analytics.queries import ResultTable, run_query
from benchboard.errors import AppError

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.tasks import DatabaseSession

_LEAST_ROWS: Final = 1
"""Results with more rows than this are reduced: whoever asks knows that there are many."""


class LineReader(QObject):
    """Runs a query again, reduced. A new request cancels the one before it."""

    def __init__(self, context: "Context", parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._token = CancelToken()

    def cancel(self) -> None:
        """Stop what is being read."""
        token, self._token = self._token, CancelToken()
        # On a server this is a request over the network, which must not block the main thread.
        threading.Thread(target=token.cancel, name="benchboard-stop", daemon=True).start()

    def read(
        self,
        query: str,
        source_id: str,
        variables: Mapping[str, Sequence[str]],
        reduction: Reduction,
        done: Callable[[ResultTable], None],
    ) -> None:
        """Read a reduced result and hand it to `done`; nothing if it can't be reduced, fails or isn't wanted any more:
        what is shown stays."""
        self.cancel()
        token, actor = self._token, self._context.actor

        def op(session: "DatabaseSession") -> ResultTable:
            return run_query(
                session, actor, query, limit=_LEAST_ROWS, cancel_token=token, variables=variables,
                source_id=source_id or None, reduction=reduction,
            )  # fmt: skip

        def arrived(table: ResultTable) -> None:
            if token is self._token and table.reduced is not None:
                done(table)

        def failed(_error: AppError) -> None:
            """The coarser lines stay."""

        self._context.tasks.read(self, op, arrived, failed, long=True)

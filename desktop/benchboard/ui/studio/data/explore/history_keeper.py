"""Keeps the queries that are run by hand-written SQL, and the way back and forth through them."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from benchboard.dashboards import query_history
from benchboard.dashboards.query_history import HistoryEntry
from benchboard.errors import AppError
from benchboard.i18n import _
from benchboard.ui.studio.data.explore.exploration import EndedRun, Exploration
from benchboard.ui.studio.document.recovery import account_of

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_log = logging.getLogger(__name__)


class HistoryKeeper(QObject):
    """The history of this account on this computer."""

    changed = Signal()

    def __init__(self, context: "Context", exploration: Exploration) -> None:
        super().__init__(exploration)
        self._context, self._exploration = context, exploration
        self._home, self._account = context.workspace.home, account_of(context)
        self.entries: tuple[HistoryEntry, ...] = ()
        """The newest first."""
        exploration.ran.connect(self._record)
        self._work(lambda: query_history.load(self._home, self._account))

    def _record(self, run: EndedRun) -> None:
        if self._exploration.state.mode == "sql":
            entry = entry_of(run)
            self._work(lambda: query_history.add(self._home, self._account, entry))

    def clear(self) -> None:
        """Forget all queries; that can be undone for a moment."""
        before = self.entries
        if not before:
            return

        def forget() -> tuple[HistoryEntry, ...]:
            query_history.clear(self._home, self._account)
            return ()

        def restore() -> None:
            self._work(lambda: query_history.restore(self._home, self._account, before))

        def forgotten() -> None:
            self._context.problems.toast(_("Query history cleared"), restore)

        self._work(forget, forgotten, self._context.problems.show)

    def _work(
        self,
        op: Callable[[], tuple[HistoryEntry, ...]],
        then: Callable[[], None] = lambda: None,
        failed: Callable[[AppError], None] | None = None,
    ) -> None:
        def done(entries: tuple[HistoryEntry, ...]) -> None:
            self.entries = entries
            self.changed.emit()
            then()

        def log(error: AppError) -> None:  # the query ran: that it isn't kept is no reason to interrupt
            _log.warning("the query history could not be saved: %s: %s", error.code, error.why)

        self._context.tasks.read(self, lambda _session: op(), done, failed or log)


def entry_of(run: EndedRun) -> HistoryEntry:
    """What is kept of a run."""
    result, table = run.result, run.result.table if run.result is not None else None
    entry = HistoryEntry(run.text, run.source_id, datetime.now(UTC), run.seconds, is_automatic=run.is_automatic)
    if result is None:
        return replace(entry, outcome="cancelled")
    if result.error is not None:
        start = result.error.facts.get("start")
        line = run.text.count("\n", 0, start) + 1 if isinstance(start, int) else 0
        return replace(entry, outcome="failed", error=result.error.what, line=line)
    rows, is_truncated = (len(table.rows), table.truncated) if table is not None else (0, False)
    return replace(entry, rows=rows, is_truncated=is_truncated)


class HistorySteps:
    """Goes through the queries of a source, from what is being written to older ones and back."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        """What was being written, then the queries from the newest on."""
        self._at = 0

    def step(self, written: str, entries: list[HistoryEntry], by: int) -> str | None:
        """The query that is `by` steps older than the one `written` now; None if there is none. After an edit, it
        begins anew."""
        if not self._texts or self._texts[self._at] != written:
            self._texts, self._at = [written, *(one.text for one in entries if one.text != written)], 0
        at = self._at + by
        if not 0 <= at < len(self._texts):
            return None
        self._at = at
        return self._texts[at]

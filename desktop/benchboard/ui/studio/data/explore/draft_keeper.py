"""Keeps what is being explored in a file, a moment after each change, and brings it back."""

import logging
import threading
from typing import TYPE_CHECKING, Final, cast

from PySide6.QtCore import QObject, QTimer

from benchboard.analytics.query_builder.question import Question
from benchboard.dashboards import exploration_draft
from benchboard.dashboards.document.time_range import TimeRange
from benchboard.dashboards.document.widget_kinds import AREA_STACK, EXPLORED, PIVOT_COLUMNS, PIVOT_ORDER, kind_of
from benchboard.dashboards.exploration_draft import ExplorationDraft
from benchboard.errors import AppError
from benchboard.ui.studio.data.explore.exploration import DEFAULT_RANGE, Exploration, ExplorationState, Mode
from benchboard.ui.studio.document.recovery import account_of

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_log = logging.getLogger(__name__)
_DELAY_MS: Final = 400


class DraftKeeper(QObject):
    """Restores the draft once, then writes each change of it."""

    def __init__(self, context: "Context", exploration: Exploration) -> None:
        super().__init__(exploration)
        self._context, self._exploration = context, exploration
        self._home, self._account = context.workspace.home, account_of(context)
        self._lock = threading.Lock()
        self._number = self._last_written = 0
        self._written: ExplorationDraft | None = None
        self._waiting: ExplorationDraft | None = None
        """To be shown once the data sources are known, which say what language its query is in."""
        self._timer = QTimer(self, interval=_DELAY_MS, singleShot=True)
        self._timer.timeout.connect(self._write_later)
        exploration.changed.connect(self._timer.start)
        exploration.sources_changed.connect(self._show_waiting)

    def restore(self) -> None:
        """Read the draft; it is shown unless something was begun meanwhile."""
        home, account = self._home, self._account
        self._context.tasks.read(
            self, lambda _session: exploration_draft.load(home, account), self._show, lambda _error: None
        )

    def _show(self, draft: ExplorationDraft | None) -> None:
        if draft is not None and not self._exploration.state.text:
            self._written = draft
            self.show(draft)

    def show(self, draft: ExplorationDraft) -> None:
        """Go on with a draft as soon as the data sources are known, unless something is begun meanwhile."""
        self._waiting = draft
        self._show_waiting()

    def _show_waiting(self) -> None:
        draft = self._waiting
        if draft is None or not self._exploration.sources_read:
            return
        self._waiting = None
        if not self._exploration.state.text:
            self._exploration.restore(state_of(draft, self._exploration.read_question(draft.text, draft.source_id)))

    def finish(self) -> None:
        """Write what isn't written yet: the window closes."""
        self._timer.stop()
        self._write(*self._next())

    def _next(self) -> tuple[int, ExplorationDraft]:
        self._number += 1
        return self._number, draft_of(self._exploration.state)

    def _write_later(self) -> None:
        number, draft = self._next()
        self._context.tasks.read(
            self, lambda _session: self._write(number, draft), lambda _done: None, lambda _error: None
        )

    def _write(self, number: int, draft: ExplorationDraft) -> None:
        """Write a draft, unless a newer one was written; on any thread."""
        with self._lock:
            if number < self._last_written or draft == self._written or not draft.text:
                return
            try:
                exploration_draft.save(self._home, self._account, draft)
            except AppError as error:
                _log.warning("the explored query could not be saved: %s: %s", error.code, error.why)
            else:
                self._written = draft
            self._last_written = number


def draft_of(state: ExplorationState) -> ExplorationDraft:
    """What is kept of a state."""
    shown, settings = state.time_range, [state.settings.get(key, "") for key in EXPLORED]
    return ExplorationDraft(state.text, state.source_id, state.mode, shown.start, shown.end, state.kind, *settings)


def state_of(draft: ExplorationDraft, question: Question | None) -> ExplorationState:
    """The state that was kept; `question` is that of its query. A query that the builder doesn't have is shown as
    SQL."""
    mode = cast("Mode", draft.mode if draft.mode in ("build", "sql") and question is not None else "sql")
    shown = TimeRange(draft.start, draft.end) if draft.start and draft.end else DEFAULT_RANGE
    kind = draft.kind if kind_of(draft.kind) is not None else ""
    kept = ((AREA_STACK, draft.stack), (PIVOT_COLUMNS, draft.columns), (PIVOT_ORDER, draft.order))
    settings = {one.key: value for one, value in kept if value in dict(one.choices)}
    return ExplorationState(question, draft.text, draft.source_id, mode, shown, kind, settings)

"""Keeps the edits of data models in a file, a moment after each change, and brings them back."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from benchboard.analytics.data_models import kept_drafts
from benchboard.analytics.data_models.kept_drafts import KeptDraft
from benchboard.errors import AppError
from benchboard.ui.studio.data.data_models.model_draft import ModelDraft, ModelState, UnjoinedTable
from benchboard.ui.studio.document.recovery import account_of

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_log = logging.getLogger(__name__)
_DELAY_MS: Final = 400


class ModelDraftKeeper(QObject):
    """Reads what was kept, once, and writes what `drafts` returns after each change: by the ids of their models, of a
    new one by an empty id. `restored` has the drafts that were kept, likewise."""

    restored = Signal(dict)

    def __init__(self, context: "Context", drafts: Callable[[], dict[str, KeptDraft]], parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._drafts = context, drafts
        self._home, self._account = context.workspace.home, account_of(context)
        self._lock = threading.Lock()
        self._number = self._last_written = 0
        self._written: Mapping[str, KeptDraft] | None = None
        self._is_read = False
        self._timer = QTimer(self, interval=_DELAY_MS, singleShot=True)
        self._timer.timeout.connect(self._write_later)

    def read(self) -> None:
        """Read what was kept; nothing is written before."""
        home, account = self._home, self._account

        def done(found: dict[str, KeptDraft]) -> None:
            self._is_read, self._written = True, found
            self.restored.emit(found)
            self.keep()

        self._context.tasks.read(self, lambda _session: kept_drafts.load(home, account), done, lambda _error: None)

    def keep(self) -> None:
        """Keep the drafts as they are now, in a moment."""
        self._timer.start()

    def keep_now(self) -> bool:
        """Keep them at once; returns whether they are kept."""
        self._timer.stop()
        return self._is_read and self._write(*self._next())

    def _next(self) -> tuple[int, dict[str, KeptDraft]]:
        self._number += 1
        return self._number, self._drafts()

    def _write_later(self) -> None:
        if self._is_read:
            number, drafts = self._next()
            self._context.tasks.read(
                self, lambda _session: self._write(number, drafts), lambda _done: None, lambda _error: None
            )

    def _write(self, number: int, drafts: Mapping[str, KeptDraft]) -> bool:
        """Write drafts, unless newer ones were written; on any thread. Returns whether they are in the file."""
        with self._lock:
            if number < self._last_written or drafts == self._written:
                return True
            self._last_written = number
            try:
                kept_drafts.save(self._home, self._account, drafts)
            except AppError as error:
                _log.warning("the edited data models could not be kept: %s: %s", error.code, error.why)
                return False
            self._written = drafts
            return True


def kept_draft(draft: ModelDraft) -> KeptDraft:
    """What is kept of a draft."""
    state = draft.state
    seen = draft.stored.updated_at if draft.stored is not None else None
    unjoined = tuple((one.source_id, one.table, one.place) for one in state.unjoined)
    return KeptDraft(state.name, state.description, state.definition, seen, unjoined)


def kept_state(kept: KeptDraft) -> ModelState:
    """The state that was kept."""
    unjoined = tuple(UnjoinedTable(*one) for one in kept.unjoined)
    return ModelState(kept.name, kept.description, kept.definition, unjoined)

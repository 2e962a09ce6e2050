"""Persists what is selected on pages, variable values and time ranges: it is restored when a tab is opened again."""

import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from benchboard.dashboards.variables import variable_state
from benchboard.dashboards.variables.variable_state import Selections
from benchboard.errors import AppError
from benchboard.ui.studio.document.recovery import account_of
from benchboard.vault import Vault

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_log = logging.getLogger(__name__)
_closing_threads: Final = set[threading.Thread]()
"""Threads that still write for closed pages; the next reader waits for them, and so does the program before it ends."""


class VariablePersistence(QObject):
    """One account's selected variable values and time ranges on all its dashboards.

    New ones are returned at once, and written by a worker.
    """

    def __init__(self, context: "Context") -> None:
        super().__init__(context.changed)
        self._context = context
        self._storage = _Storage(context.workspace.home, context.workspace.vault, account_of(context))
        self._known: dict[str, Selections] = {}

    @staticmethod
    def of(context: "Context") -> "VariablePersistence":
        """The instance of a session, shared by its pages. Call it on the main thread."""
        return context.changed.findChild(VariablePersistence) or VariablePersistence(context)

    def read(self, key: str) -> Selections:
        """What is selected on a dashboard. Waits for the disk: call it on a worker."""
        if key not in self._known:
            # What was selected meanwhile is newer than what is on disk.
            self._known.setdefault(key, self._storage.read(key))
        return self._known[key]

    def save(self, key: str, selected: Selections) -> None:
        """Save what is selected on a dashboard now."""
        if self._known.get(key) != selected:
            self._known[key] = self._storage.unwritten[key] = selected
            desk = self._storage
            self._context.tasks.read(self, lambda _session: desk.write(), lambda _done: None, lambda _error: None)

    def finish(self) -> None:
        """Write what is unwritten on a thread of its own: the page, and perhaps the window with its workers, is
        closing.
        """
        if self._storage.unwritten:
            thread = threading.Thread(target=self._storage.write_and_finish, name="benchboard-choices")
            _closing_threads.add(thread)
            thread.start()


class _Storage:
    """Reads and writes the file on any thread: it holds no Qt objects."""

    def __init__(self, home: Path, vault: Vault, account: Sequence[str]) -> None:
        self._home, self._vault, self._account = home, vault, account
        self._lock = threading.Lock()
        self.unwritten: dict[str, Selections] = {}

    def read(self, key: str) -> Selections:
        for thread in list(_closing_threads):
            thread.join()
        return variable_state.load(self._home, self._vault, self._account, key)

    def write(self) -> None:
        with self._lock:
            while self.unwritten:
                key, selected = self.unwritten.popitem()
                try:
                    variable_state.save(self._home, self._vault, self._account, key, selected)
                except AppError as error:  # losing this is no loss of work
                    _log.warning("the selected variable values could not be saved: %s: %s", error.code, error.why)

    def write_and_finish(self) -> None:
        """Write, then remove this thread from `_closing_threads`."""
        try:
            self.write()
        finally:
            _closing_threads.discard(threading.current_thread())

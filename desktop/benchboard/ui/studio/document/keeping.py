"""What is chosen for a page's variables stays chosen: when its tab is opened again, and after a restart."""

import logging
import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from benchboard.dashboards import choices
from benchboard.dashboards.expanding import Choice
from benchboard.errors import AppError
from benchboard.ui.studio.document.recovering import account_of

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_log = logging.getLogger(__name__)


class Keeping(QObject):
    """One account's choices on all its dashboards. What was said last holds here at once, and is written beside the
    window."""

    def __init__(self, context: "Context") -> None:
        super().__init__(context.changed)
        self._context, self._account = context, account_of(context)
        self._lock = threading.Lock()
        self._known: dict[str, dict[str, Choice]] = {}
        self._unwritten: dict[str, dict[str, Choice]] = {}

    @staticmethod
    def of(context: "Context") -> "Keeping":
        """That of a session, for all its pages. On the window's thread."""
        return context.changed.findChild(Keeping) or Keeping(context)

    def read(self, key: str) -> dict[str, Choice]:
        """What was chosen on a dashboard. On a worker: it waits for the disk."""
        workspace = self._context.workspace
        if key not in self._known:
            # What is chosen meanwhile is newer than what lies on the disk.
            self._known.setdefault(key, choices.load(workspace.home, workspace.vault, self._account, key))
        return dict(self._known[key])

    def keep(self, key: str, chosen: dict[str, Choice]) -> None:
        """This is chosen on a dashboard now."""
        if self._known.get(key) != chosen:
            self._known[key] = self._unwritten[key] = dict(chosen)
            self._context.tasks.read(self, lambda _session: self._write(), lambda _done: None, lambda _error: None)

    def finish(self) -> None:
        """The page goes, and perhaps the window: nobody may work for what is still to be written in a moment."""
        if self._unwritten:
            self._write()

    def _write(self) -> None:
        workspace = self._context.workspace
        with self._lock:
            while self._unwritten:
                key, chosen = self._unwritten.popitem()
                try:
                    choices.keep(workspace.home, workspace.vault, self._account, key, chosen)
                except AppError as error:  # nobody's work is lost
                    _log.warning("choices: %s: %s", error.code, error.why)

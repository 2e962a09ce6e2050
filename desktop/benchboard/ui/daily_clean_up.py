"""On this computer, what has expired is cleared once a day while the window is open; a shared server has a timer for it
(`benchboard worker --once`)."""

from typing import Final

from PySide6.QtCore import QObject, QTimer

from benchboard.errors import AppError
from benchboard.i18n import _
from benchboard.identity import clean_up
from benchboard.identity.clean_up import CleanUpCounts
from benchboard.identity.permissions import Actor, has_permission
from benchboard.storage.engine import Transactions
from benchboard.ui.tasks import Progress, Tasks

_FIRST_MS: Final = 120_000
"""So long after the sign-in it doesn't slow down what the person begins with."""
_AGAIN_MS: Final = 3_600_000
"""How often it is looked whether a day has passed."""


class DailyCleanUp(QObject):
    """Exists as long as the session. Nothing is said about it here: Admin's settings say when it was."""

    def __init__(self, parent: QObject, tasks: Tasks, database: Transactions, actor: Actor) -> None:
        super().__init__(parent)
        self._tasks, self._database, self._actor = tasks, database, actor
        self._timer = QTimer(self, singleShot=True, interval=_FIRST_MS)
        self._timer.timeout.connect(self.run)
        if has_permission(actor, "organisations:upkeep"):
            self._timer.start()

    def run(self) -> None:
        """Do it if it is due, and look again later."""
        actor, database = self._actor, self._database
        self._timer.start(_AGAIN_MS)

        def op(_progress: Progress) -> CleanUpCounts | None:
            with database.read() as session:
                due = clean_up.is_due(session, actor)
            return clean_up.clean_up(database, actor) if due else None

        self._tasks.run(self, op, lambda _counts: None, _leave, title=_("Clearing what has expired"))


def _leave(_error: AppError) -> None:
    """A database that can't be used is said to be so by what the person does."""

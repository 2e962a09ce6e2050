"""Looks, every two seconds, whether the database answers and whether another program changed it.

Each of its reads, like everybody's, is refused once the session or the account has ended: the window learns of it from
whichever transaction comes first.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from benchboard.errors import AppError
from benchboard.ui.tasks import ENDED, DatabaseSession, Tasks

if TYPE_CHECKING:
    from benchboard.ui.sign_in.session_opening import Entered

_POLL_MS = 2000
_TOUCH_MS = 5 * 60_000


class SessionWatch(QObject):
    """Tells why the session `ended`, that another program committed (`others_changed`), and when the database stops and
    begins to answer (`reached`)."""

    ended = Signal(str)
    others_changed = Signal()
    reached = Signal(bool)

    def __init__(self, tasks: Tasks, entered: "Entered", parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._entered = entered
        self._version: int | None = None
        self._asking = False
        self._answers = True
        self._over = False
        self._poll = self._every(_POLL_MS, self.look)
        self._use = self._every(_TOUCH_MS, self._touch)
        # What fails between two looks counts too: the next look that is answered then says that it is over.
        tasks.unreachable.connect(self._away)
        tasks.ended.connect(self._end)
        # At once: what another program commits from here on is a change; two seconds later it would be the start.
        self.look()

    def look(self) -> None:
        """Ask now; one question at a time."""
        if self._asking or self._over:
            return
        self._asking = True
        self._tasks.read(self, self._question, self._answered, self._unanswered)

    def stop(self) -> None:
        self._over = True
        self._poll.stop()
        self._use.stop()

    def _question(self, _session: DatabaseSession) -> int | None:
        return self._entered.workspace.database.data_version()

    def _answered(self, version: int | None) -> None:
        self._asking = False
        if self._over:
            return
        self._reach(True)
        moved = self._version is not None and version != self._version
        self._version = version
        if moved:
            self.others_changed.emit()

    def _end(self, reason: str) -> None:
        if not self._over:
            self.stop()
            self.ended.emit(reason)

    def _unanswered(self, error: AppError) -> None:
        self._asking = False
        if not self._over and error.code != ENDED:
            self._reach(False)

    def _away(self) -> None:
        if not self._over:
            self._reach(False)

    def _reach(self, answers: bool) -> None:
        if answers != self._answers:
            self._answers = answers
            self.reached.emit(answers)

    def _touch(self) -> None:
        """Keep the session's last use true, while somebody works here."""
        if QApplication.activeWindow() is None:
            return
        token = self._entered.signed_in.token

        def touch(session: DatabaseSession) -> None:
            from benchboard.identity import authentication

            authentication.touch(session, token=token)

        self._tasks.change(self, touch, lambda _done: None, lambda _error: None)

    def _every(self, milliseconds: int, call: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(milliseconds)
        timer.timeout.connect(call)
        timer.start()
        return timer

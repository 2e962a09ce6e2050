"""Looks, every two seconds, whether the session still lives and whether another program changed the database."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from benchboard.errors import AppError
from benchboard.ui.tasks import DatabaseSession, Tasks

if TYPE_CHECKING:
    from benchboard.ui.entering import Entered

_POLL_MS = 2000
_TOUCH_MS = 5 * 60_000


class SessionWatch(QObject):
    """`ended` says why the session ended; `others_changed` that another program committed; `reached` whether the
    database answers (it speaks when that changes)."""

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

    def _question(self, session: DatabaseSession) -> tuple[str | None, int | None]:
        from benchboard.identity import accounts

        version = self._entered.workspace.database.data_version()
        return accounts.keep_alive(session, self._entered.signed_in), version

    def _answered(self, answer: tuple[str | None, int | None]) -> None:
        self._asking = False
        if self._over:
            return
        self._reach(True)
        reason, version = answer
        if reason is not None:
            self.stop()
            self.ended.emit(reason)
            return
        moved = self._version is not None and version != self._version
        self._version = version
        if moved:
            self.others_changed.emit()

    def _unanswered(self, _error: AppError) -> None:
        self._asking = False
        if not self._over:
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
            from benchboard.identity import accounts

            accounts.touch(session, token=token)

        self._tasks.change(self, touch, lambda _done: None, lambda _error: None)

    def _every(self, milliseconds: int, call: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(milliseconds)
        timer.timeout.connect(call)
        timer.start()
        return timer

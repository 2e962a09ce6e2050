"""Polls whether the database is reachable, its file usable, and whether another program changed it.

Like any read, its reads are rejected once the session or the account has ended: the window learns of that from
whichever transaction comes first.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from benchboard.errors import ENDED, FILE_GONE, FILE_UNUSABLE, AppError
from benchboard.ui.tasks import DatabaseSession, Tasks

if TYPE_CHECKING:
    from benchboard.ui.sign_in.session_opening import ActiveSession

POLL_MS = 1000
"""A poll, and what is drawn after it, take time too: what other programs commit is on screen within two seconds."""
_TOUCH_MS = 5 * 60_000


class SessionWatch(QObject):
    """Signals that the session `ended` (with the error that says why), that another program committed
    (`changed_elsewhere`), when the database becomes unreachable or reachable (`reachable_changed`), and when its file
    is gone or damaged (with the error) or usable again (None: `file_unusable_changed`)."""

    ended = Signal(object)
    changed_elsewhere = Signal()
    reachable_changed = Signal(bool)
    file_unusable_changed = Signal(object)
    polled = Signal()
    """A poll succeeded: like every transaction, it has read again what the account may do."""

    def __init__(self, tasks: Tasks, session: "ActiveSession", parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._session = session
        self._version: tuple[int, int] | None = None
        self._polling = False
        self._reachable = True
        self._file_unusable = ""
        self._is_damaged = self._requires_sound = self._is_overtaken = False
        self._stopped = False
        self._poll_timer = self._start_timer(POLL_MS, self.poll)
        self._touch_timer = self._start_timer(_TOUCH_MS, self._touch)
        # A failure between two polls counts too; the next successful poll clears it.
        tasks.unreachable.connect(self._on_unreachable)
        tasks.file_unusable.connect(self._on_file_unusable)
        tasks.ended.connect(self._on_ended)
        # Now: it sets the version that later commits of other programs are compared with.
        self.poll()

    def poll(self) -> None:
        """Poll now, unless a poll is under way."""
        if self._polling or self._stopped:
            return
        self._polling = True
        self._requires_sound, self._is_overtaken = self._is_damaged, False
        self._tasks.read(self, self._read_version, self._on_version, self._on_failed)

    def stop(self) -> None:
        self._stopped = True
        self._poll_timer.stop()
        self._touch_timer.stop()

    def _read_version(self, session: DatabaseSession) -> tuple[int, int]:
        # Opening this transaction checks that session and database are available.
        database = self._session.workspace.database
        if self._requires_sound:  # this transaction needs few pages: the damaged ones may be others
            database.require_sound()
        return database.others_commits(session)

    def _on_version(self, version: tuple[int, int]) -> None:
        self._polling = False
        if self._stopped:
            return
        self._set_reachable(True)
        if not self._is_overtaken:
            self._set_file_unusable(None)
        moved = self._version is not None and version != self._version
        self._version = version
        if moved:
            self.changed_elsewhere.emit()
        self.polled.emit()

    def _on_ended(self, error: AppError) -> None:
        if not self._stopped:
            self.stop()
            self.ended.emit(error)

    def _on_failed(self, error: AppError) -> None:
        self._polling = False
        if self._stopped or error.code == ENDED:
            return
        if error.code in FILE_UNUSABLE:
            self._set_file_unusable(error)
        else:
            self._set_reachable(False)

    def _on_file_unusable(self, error: AppError) -> None:
        if not self._stopped:
            self._is_overtaken = True  # a poll that is under way may have read before
            self._set_file_unusable(error)

    def _on_unreachable(self) -> None:
        if not self._stopped:
            self._set_reachable(False)

    def _set_reachable(self, reachable: bool) -> None:
        if reachable != self._reachable:
            self._reachable = reachable
            self.reachable_changed.emit(reachable)

    def _set_file_unusable(self, error: AppError | None) -> None:
        self._is_damaged = error is not None and error.code != FILE_GONE
        why = str(error or "")  # one that was deleted may be replaced later
        if why != self._file_unusable:
            self._file_unusable = why
            self.file_unusable_changed.emit(error)

    def _touch(self) -> None:
        """Update the session's last use while the window is active."""
        if QApplication.activeWindow() is None:
            return
        token = self._session.signed_in.token

        def touch(session: DatabaseSession) -> None:
            from benchboard.identity import authentication

            authentication.touch(session, token=token)

        self._tasks.change(self, touch, lambda _done: None, lambda _error: None)

    def _start_timer(self, milliseconds: int, call: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(milliseconds)
        timer.timeout.connect(call)
        timer.start()
        return timer

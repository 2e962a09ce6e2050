"""Background tasks: blocking work runs on a worker thread, its result arrives on the main thread.

    tasks.read(self, lambda session: users.list_people(session, actor, listing), self._show)
    tasks.change(self, lambda session: sessions.revoke_sessions(session, actor, ids), self._revoked)
    tasks.run(self, lambda progress: pair(port, progress), self._paired, title=_("Pairing {port}").format(port=port))

The database session opens inside the worker. Results travel through one signal that lives as long as the program and
are dropped if their owner was deleted. Changes run one after the other, in the order of their requests. A callback may
hold the last reference to a widget; so it returns with its result, to be released on the main thread (see
`gc_control`).
"""

import threading
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, Protocol, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal

from benchboard.errors import ENDED, FILE_UNUSABLE, UNREACHABLE, AppError, Cancelled, Unavailable
from benchboard.i18n import _
from benchboard.ui.gc_control import GarbageCollector

T = TypeVar("T")
DatabaseSession = Any
"""SQLAlchemy's session: the window passes it to services and never uses it itself."""

Kind = Literal["read", "change", "run"]

_READERS = 4
_LONG_READERS = 2
_RUNNERS = 8


class OpenDatabase(Protocol):
    """What `Tasks` needs of `storage.engine.Transactions`."""

    def read(self) -> AbstractContextManager[DatabaseSession]: ...
    def change(self) -> AbstractContextManager[DatabaseSession]: ...


class ErrorSink(Protocol):
    """Receives failures without a handler: `Problems`."""

    def show(self, error: AppError, retry: Callable[[], None] | None = None) -> None: ...
    def failing(self, task: Hashable) -> AbstractContextManager[None]: ...
    def succeeded(self, task: Hashable) -> None: ...
    def bug(self, error: BaseException) -> None: ...


class Work:
    """A piece of work. `cancel` drops a read's result, and asks a long task to stop; a change is always carried out."""

    def __init__(self, kind: Kind, title: str = "", changed: Callable[[], None] | None = None) -> None:
        self.kind = kind
        self.title = title
        self.done = 0
        self.total: int | None = None
        self.note = ""
        self._cancelled = threading.Event()
        self._finished = threading.Event()
        self._changed = changed or (lambda: None)
        self._on_cancel: tuple[Callable[[], object], ...] = ()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    @property
    def finished(self) -> bool:
        return self._finished.is_set()

    def cancel(self) -> None:
        self._cancelled.set()
        for callback in self._on_cancel:
            threading.Thread(target=callback, name="benchboard-stop", daemon=True).start()  # it may ask a server
        self._changed()

    @contextmanager
    def on_cancel(self, callback: Callable[[], object]) -> Iterator[None]:
        """While the block runs, `cancel` calls `callback`, on another thread."""
        self._on_cancel = (*self._on_cancel, callback)
        try:
            yield
        finally:
            self._on_cancel = tuple(one for one in self._on_cancel if one is not callback)

    def finish(self) -> None:
        self._finished.set()

    def report(self, done: int, total: int | None, note: str) -> None:
        """Report progress; it never goes back while the total stays the same."""
        self.done = max(done, self.done) if total == self.total else done
        self.total = total
        self.note = note or self.note
        self._changed()


class Progress:
    """Passed to work on a thread, to report progress and to check for cancellation."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def report(self, done: int, total: int | None, note: str = "") -> None:
        """Report `done` of `total` steps (None: unknown); `note` describes the current step."""
        self._work.report(done, total, note)

    def check(self) -> None:
        """Raise `Cancelled` if the user asked to stop."""
        if self._work.cancelled:
            raise Cancelled("tasks.cancelled", _("Stopped."))

    def step(self, done: int, total: int) -> None:
        """Report how much is done, and raise `Cancelled` if the user asked to stop."""
        self.report(done, total)
        self.check()

    @property
    def cancelled(self) -> bool:
        return self._work.cancelled

    def on_cancel(self, callback: Callable[[], object]) -> AbstractContextManager[None]:
        """While the block runs, a request to stop calls `callback`, on another thread."""
        return self._work.on_cancel(callback)


@dataclass(slots=True, eq=False)
class _Job:
    """One submitted job and its callbacks."""

    work: Work
    owner: QObject
    run: Callable[[], Any]
    done: Callable[[Any], None]
    failed: Callable[[AppError], None] | None
    retry: Callable[[], None]
    task: Hashable
    """Equal for the same work of the same owner, requested again."""
    number: int
    """Jobs are numbered in the order they are submitted."""


@dataclass(slots=True, eq=False)
class _Delivery:
    """`call` is for an owner that still exists; `without_owner` is what must be shown even if it doesn't."""

    job: _Job
    call: Callable[[], None]
    error: AppError | None = None
    without_owner: Callable[[], None] | None = None
    succeeded: bool = False


class _Handover:
    """Carries a job from the worker to the main thread, the only one that may release its objects."""

    def __init__(self, job: _Job) -> None:
        self.job: _Job | None = job
        self.delivery: _Delivery | None = None

    def take(self) -> _Delivery:
        delivery, self.delivery, self.job = self.delivery, None, None
        assert delivery is not None
        return delivery


class _MainThreadBridge(QObject):
    """Signals from the workers to the main thread."""

    delivered = Signal(object)
    progressed = Signal()


class Tasks(QObject):
    """Runs the window's work. `attach` sets the database once it is open."""

    running_changed = Signal()
    saving_changed = Signal()
    unreachable = Signal()
    """Some work found that the database is unreachable."""
    file_unusable = Signal(object)
    """Some work found that the database's file can't be used, with its error."""
    ended = Signal(object)
    """A transaction was rejected because the session or the account has ended, with its error, which says why."""

    def __init__(self, problems: ErrorSink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._problems = problems
        self._database: OpenDatabase | None = None
        self._readers = ThreadPoolExecutor(_READERS, "benchboard-read")
        self._long_readers = ThreadPoolExecutor(_LONG_READERS, "benchboard-query")
        self._writer = ThreadPoolExecutor(1, "benchboard-change")
        self._runners = ThreadPoolExecutor(_RUNNERS, "benchboard-run")
        self._submitted = self._delivered = 0
        self._collector = GarbageCollector(self, lambda: self._submitted > self._delivered)
        self._running: list[Work] = []
        self._saving = 0
        self._closed = False
        self._undelivered: list[_Handover] = []
        """Results after `close`: undelivered, but still to be released on the main thread."""
        self._failed: dict[Hashable, int] = {}
        """The tasks whose failure may be shown, with the number of the newest job when it failed."""
        self._bridge = _MainThreadBridge(self)
        self._bridge.delivered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._bridge.progressed.connect(self.running_changed, Qt.ConnectionType.QueuedConnection)

    def attach(self, database: OpenDatabase | None) -> None:
        """Read from and change `database` from now on; None while no user is signed in."""
        self._database = database

    @property
    def running(self) -> tuple[Work, ...]:
        """The running long tasks, oldest first."""
        return tuple(self._running)

    @property
    def saving(self) -> bool:
        """Whether a change has not been committed yet."""
        return self._saving > 0

    def read(
        self,
        owner: QObject,
        op: Callable[[DatabaseSession], T],
        done: Callable[[T], None],
        failed: Callable[[AppError], None] | None = None,
        *,
        long: bool = False,
    ) -> Work:
        """Run `op` with a read session; reads run concurrently.

        Those that may take `long` have workers of their own, so that no other read waits for them.
        """
        database = self._database
        work = Work("read")

        def job() -> T:
            with _require_database(database).read() as session:
                return op(session)

        def retry() -> None:
            self.read(owner, op, done, failed, long=long)

        return self._submit(self._long_readers if long else self._readers, owner, work, op, job, done, failed, retry)

    def change(
        self,
        owner: QObject,
        op: Callable[[DatabaseSession], T],
        done: Callable[[T], None],
        failed: Callable[[AppError], None] | None = None,
    ) -> Work:
        """Run `op` in a transaction of its own, committed when it returns.

        It is carried out even if `owner` is deleted.
        """
        database = self._database
        work = Work("change")
        self._saving += 1
        self.saving_changed.emit()

        def job() -> T:
            with _require_database(database).change() as session:
                return op(session)

        def retry() -> None:
            self.change(owner, op, done, failed)

        return self._submit(self._writer, owner, work, op, job, done, failed, retry)

    def run(
        self,
        owner: QObject,
        op: Callable[[Progress], T],
        done: Callable[[T], None],
        failed: Callable[[AppError], None] | None = None,
        *,
        title: str,
    ) -> Work:
        """Run a long task without a session of its own; the status bar shows it and can stop it.

        If it was stopped, `failed` is called with `Cancelled` so that the owner can clean up; no error is shown.
        """
        work = Work("run", title, self._bridge.progressed.emit)
        self._running.append(work)
        self.running_changed.emit()

        def retry() -> None:
            self.run(owner, op, done, failed, title=title)

        return self._submit(self._runners, owner, work, op, lambda: op(Progress(work)), done, failed, retry)

    def close(self) -> None:
        """Stop what can be stopped; requested changes are finished first, so that none is lost."""
        self._closed = True
        for work in self._running:
            work.cancel()
        self._writer.shutdown(wait=True)
        for pool in (self._readers, self._long_readers, self._runners):
            pool.shutdown(wait=True, cancel_futures=True)
        self._undelivered.clear()
        self._collector.stop()

    def _submit(
        self,
        pool: ThreadPoolExecutor,
        owner: QObject,
        work: Work,
        op: Callable[..., T],
        job: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[AppError], None] | None,
        retry: Callable[[], None],
    ) -> Work:
        if not self._closed:  # nothing is started after the end
            self._submitted += 1
            task = (id(owner), _code_of(op))
            pool.submit(self._work, _Handover(_Job(work, owner, job, done, failed, retry, task, self._submitted)))
        return work

    def _work(self, handover: _Handover) -> None:
        """Run a job on the worker. After the handover, no reference to it is held here except the handover itself."""
        work = self._run_job(handover)
        work.finish()
        if self._closed:
            self._undelivered.append(handover)
        else:
            self._bridge.delivered.emit(handover)

    def _run_job(self, handover: _Handover) -> Work:
        assert handover.job is not None
        handover.delivery = self._outcome(handover.job)
        return handover.job.work

    def _outcome(self, job: _Job) -> _Delivery:
        """Run the job; returns what the main thread must do with the result."""
        work, failed = job.work, job.failed
        try:
            if work.cancelled and work.kind != "change":
                raise Cancelled("tasks.cancelled", _("Stopped."))
            return _Delivery(job, partial(job.done, job.run()), succeeded=True)
        except AppError as error:
            show = partial(self._show, error, job.retry)
            # A change that failed after its screen was closed is still lost work: the error is shown.
            return _Delivery(
                job,
                show if failed is None else partial(failed, error),
                error,
                show if work.kind == "change" else None,
            )
        except BaseException as error:  # noqa: BLE001 - a bug, and reported as one
            return _Delivery(job, partial(self._report, error, failed), None, partial(self._problems.bug, error))

    def _report(self, bug: BaseException, failed: Callable[[AppError], None] | None) -> None:
        self._problems.bug(bug)
        if failed is not None:
            # Every caller gets an answer, so that no screen waits for ever.
            failed(AppError("tasks.bug", _("This didn't finish because of a bug in Benchboard.")))

    def _show(self, error: AppError, retry: Callable[[], None]) -> None:
        if not isinstance(error, Cancelled) and error.code != ENDED:  # the sign-in screen shows that error
            self._problems.show(error, retry if isinstance(error, Unavailable) else None)

    def _deliver(self, handover: _Handover) -> None:
        delivery = handover.take()
        self._delivered += 1
        job, error = delivery.job, delivery.error
        self._finish(job.work)
        if error is not None and error.code == UNREACHABLE:
            # Emitted together with the error, so that no listener takes the database for reachable in between.
            self.unreachable.emit()
        if error is not None and error.code in FILE_UNUSABLE:
            self.file_unusable.emit(error)
        if error is not None and error.code == ENDED:
            self.ended.emit(error)
        if not shiboken6.isValid(job.owner):
            if delivery.without_owner is not None:
                delivery.without_owner()
        elif not (job.work.kind == "read" and job.work.cancelled):
            self._answer(job, delivery)

    def _answer(self, job: _Job, delivery: _Delivery) -> None:
        """Call the owner, and update the errors shown for this task: its failure is shown until it succeeds.

        A change requested before another one failed doesn't dismiss that error: it was about another object.
        """
        if not delivery.succeeded:
            self._note_failure(job)
            with self._problems.failing(job.task):
                delivery.call()
            return
        if job.task in self._failed and (job.work.kind == "read" or job.number > self._failed[job.task]):
            del self._failed[job.task]
            self._problems.succeeded(job.task)
        delivery.call()

    def _note_failure(self, job: _Job) -> None:
        if job.task not in self._failed:
            job.owner.destroyed.connect(partial(self._forget, job.task, is_read=job.work.kind == "read"))
        self._failed[job.task] = self._submitted

    def _forget(self, task: Hashable, *, is_read: bool) -> None:
        """Forget a task whose owner was deleted: another may get its id.

        A failed read is dismissed, because its screen is closed; a failed change stays.
        """
        if self._failed.pop(task, None) is not None and is_read and shiboken6.isValid(self._problems):
            self._problems.succeeded(task)

    def _finish(self, work: Work) -> None:
        if work.kind == "run":
            self._running.remove(work)
            self.running_changed.emit()
        elif work.kind == "change":
            self._saving -= 1
            self.saving_changed.emit()


def _require_database(database: OpenDatabase | None) -> OpenDatabase:
    if database is None:
        # A screen of a session that has just ended may still send requests; it is closing, and needs no answer.
        raise Cancelled("tasks.signed-out", _("You're signed out."))
    return database


def _code_of(op: Callable[..., Any]) -> Hashable:
    """What identifies a call's work: its position in the code, whatever its arguments."""
    while isinstance(op, partial):
        op = op.func
    code: Hashable = getattr(op, "__code__", None)
    return code if code is not None else hash(type(op))

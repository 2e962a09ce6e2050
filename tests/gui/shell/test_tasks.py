"""Background tasks: order, deleted owners, cancelling, failures, bugs."""

import gc
import sys
import threading
from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from benchboard.errors import AppError, Cancelled, Conflict, Invalid, Unavailable
from benchboard.storage.engine import Database
from benchboard.storage.models.identity import Permission
from benchboard.ui.problems import Problems
from benchboard.ui.tasks import Progress, Tasks
from support.databases import unbound
from support.window import RecordedProblems


def add(session: Session, name: str) -> str:
    """One more permission; a catalogue row, which needs no audit row."""
    session.add(Permission(name=name, description=""))
    return name


def names(session: Session) -> list[str]:
    """The permissions that `add` made; those of the catalogue have a colon."""
    return list(session.scalars(select(Permission.name).where(~Permission.name.contains(":")).order_by(text("rowid"))))


def test_read_result_arrives_on_the_windows_thread(qtbot: QtBot, tasks: Tasks, owner: QObject) -> None:
    seen: list[tuple[object, bool, bool]] = []
    here = QThread.currentThread()

    def op(session: Session) -> tuple[int, bool]:
        return session.execute(
            text("SELECT 41 + 1")
        ).scalar_one(), threading.current_thread() is threading.main_thread()

    tasks.read(owner, op, lambda got: seen.append((got[0], got[1], QThread.currentThread() is here)))
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [(42, False, True)]


def test_changes_queued_run_in_order(qtbot: QtBot, tasks: Tasks, owner: QObject) -> None:
    gate = threading.Event()
    done: list[str] = []

    def slow(session: Session) -> str:
        gate.wait(60)
        return add(session, "first")

    tasks.change(owner, slow, done.append)
    for name in ("second", "third", "fourth"):
        tasks.change(owner, lambda session, name=name: add(session, name), done.append)
    assert tasks.saving
    gate.set()
    qtbot.waitUntil(lambda: len(done) == 4)
    assert done == ["first", "second", "third", "fourth"]
    assert not tasks.saving
    stored: list[list[str]] = []
    tasks.read(owner, names, stored.append)
    qtbot.waitUntil(lambda: bool(stored))
    assert stored[0] == done


def test_change_result_for_a_deleted_owner_is_dropped(qtbot: QtBot, tasks: Tasks, recorded: RecordedProblems) -> None:
    gate, seen = threading.Event(), []
    gone, other = QObject(), QObject()
    tasks.change(gone, lambda session: (gate.wait(60), add(session, "kept"))[1], seen.append)
    shiboken6.delete(gone)
    gate.set()
    later: list[list[str]] = []
    tasks.change(other, names, later.append)
    qtbot.waitUntil(lambda: bool(later))
    assert seen == []
    assert later == [["kept"]]  # the change itself happened
    assert recorded.bugs == []


def test_change_failed_with_owner_deleted_is_reported(qtbot: QtBot, tasks: Tasks, recorded: RecordedProblems) -> None:
    gate, gone = threading.Event(), QObject()

    def op(_session: Session) -> None:
        gate.wait(60)
        raise Conflict("test.lost", "Somebody else was first.")

    tasks.change(gone, op, lambda _result: None, lambda _error: None)
    shiboken6.delete(gone)
    gate.set()
    qtbot.waitUntil(lambda: bool(recorded.errors))
    assert recorded.errors[0].code == "test.lost"


def test_read_cancelled_delivers_nothing(qtbot: QtBot, tasks: Tasks, owner: QObject) -> None:
    gate = threading.Event()
    seen: list[object] = []
    work = tasks.read(owner, lambda _session: gate.wait(60), seen.append, seen.append)
    work.cancel()
    gate.set()
    after: list[int] = []
    tasks.read(owner, lambda _session: 1, after.append)
    qtbot.waitUntil(lambda: bool(after) and work.finished is True)
    assert seen == []


def test_read_cancelled_before_its_turn_is_not_run(qtbot: QtBot, tasks: Tasks, owner: QObject) -> None:
    gate, ran, after = threading.Event(), [], []
    for _k in range(2):
        tasks.read(owner, lambda _session: gate.wait(60), lambda _result: None, long=True)
    waiting = tasks.read(owner, ran.append, ran.append, ran.append, long=True)
    waiting.cancel()
    gate.set()
    tasks.read(owner, lambda _session: 1, after.append, long=True)
    qtbot.waitUntil(lambda: bool(after) and waiting.finished is True)
    assert ran == []


def test_run_cancelled_before_its_turn_is_not_run_and_says_so(qtbot: QtBot, tasks: Tasks, owner: QObject) -> None:
    gate, ran, ended = threading.Event(), list[object](), list[AppError]()
    for _k in range(8):
        tasks.run(owner, lambda _progress: gate.wait(60), lambda _result: None, title="Copying")
    work = tasks.run(owner, ran.append, ran.append, ended.append, title="Pairing")
    assert [one.title for one in tasks.running] == ["Copying"] * 8 + ["Pairing"]
    work.cancel()
    gate.set()
    qtbot.waitUntil(lambda: bool(ended) and tasks.running == ())
    assert ran == []
    assert isinstance(ended[0], Cancelled)
    assert (ended[0].code, ended[0].what) == ("tasks.cancelled", "Stopped.")


def test_change_cancelled_before_its_turn_is_carried_out(qtbot: QtBot, tasks: Tasks, owner: QObject) -> None:
    gate, done = threading.Event(), list[object]()
    tasks.change(owner, lambda _session: gate.wait(60), lambda _result: None)
    work = tasks.change(owner, lambda session: add(session, "kept"), done.append, done.append)
    work.cancel()
    gate.set()
    qtbot.waitUntil(lambda: bool(done))
    assert done == ["kept"]


def test_saving_lasts_until_the_last_change_and_each_is_announced(qtbot: QtBot, tasks: Tasks, owner: QObject) -> None:
    gates = [threading.Event(), threading.Event()]
    said, done = list[bool](), list[object]()
    tasks.saving_changed.connect(lambda: said.append(tasks.saving))
    assert not tasks.saving
    for gate in gates:
        tasks.change(owner, lambda _session, gate=gate: gate.wait(60), done.append)
    assert said == [True, True]
    gates[0].set()
    qtbot.waitUntil(lambda: len(done) == 1)
    assert said == [True, True, True]
    gates[1].set()
    qtbot.waitUntil(lambda: len(done) == 2)
    assert said == [True, True, True, False]


def test_run_reports_progress_and_cancels(qtbot: QtBot, tasks: Tasks, owner: QObject) -> None:
    started, ended = threading.Event(), []

    def op(progress: Progress) -> None:
        progress.report(2, 8, "about 1 min")
        started.set()
        while True:
            progress.check()

    work = tasks.run(owner, op, ended.append, ended.append, title="Pairing a tray")
    assert [running.title for running in tasks.running] == ["Pairing a tray"]
    qtbot.waitUntil(started.is_set)
    assert (work.done, work.total, work.note) == (2, 8, "about 1 min")
    work.cancel()
    qtbot.waitUntil(lambda: bool(ended))
    assert isinstance(ended[0], Cancelled)
    assert (ended[0].code, ended[0].what) == ("tasks.cancelled", "Stopped.")
    assert tasks.running == ()


def test_stop_reaches_an_engine_that_the_work_waits_for(qtbot: QtBot, tasks: Tasks, owner: QObject) -> None:
    stopped, waits, ended = threading.Event(), threading.Event(), []

    def op(progress: Progress) -> None:
        with progress.on_cancel(stopped.set):
            waits.set()
            stopped.wait(60)
        progress.check()

    work = tasks.run(owner, op, ended.append, ended.append, title="Exporting")
    qtbot.waitUntil(waits.is_set)
    work.cancel()
    qtbot.waitUntil(lambda: bool(ended))
    assert stopped.is_set()
    assert isinstance(ended[0], Cancelled)


def test_stop_of_a_task_calls_only_what_it_waits_for_now(qtbot: QtBot, tasks: Tasks, owner: QObject) -> None:
    """What asks a server to stop may hang; the program must be able to end then."""
    outer, inner, waits, calls, ended = (
        threading.Event(),
        threading.Event(),
        threading.Event(),
        list[str](),
        list[object](),
    )
    background: list[bool] = []

    def stop() -> None:
        background.append(threading.current_thread().daemon)
        outer.set()

    def op(progress: Progress) -> None:
        with progress.on_cancel(stop):
            with progress.on_cancel(inner.set):
                calls.append("nothing to stop yet")
            waits.set()
            outer.wait(60)
        calls.append("stopped" if progress.cancelled else "not stopped")

    work = tasks.run(owner, op, ended.append, title="Exporting")
    qtbot.waitUntil(waits.is_set)
    assert calls == ["nothing to stop yet"]
    work.cancel()
    qtbot.waitUntil(lambda: bool(ended))
    assert calls == ["nothing to stop yet", "stopped"]
    assert background == [True]
    assert not inner.is_set()


def test_running_tasks_are_announced_at_start_progress_stop_and_end(qtbot: QtBot, tasks: Tasks, owner: QObject) -> None:
    reports, goes_on = threading.Event(), threading.Event()

    def op(progress: Progress) -> None:
        reports.wait(60)
        progress.report(1, 2)
        goes_on.wait(60)

    with qtbot.waitSignal(tasks.running_changed):
        work = tasks.run(owner, op, lambda _result: None, title="Copying")
    assert (work.done, work.total, work.note) == (0, None, "")
    with qtbot.waitSignal(tasks.running_changed):
        reports.set()
    assert (work.done, work.total, tasks.running) == (1, 2, (work,))
    with qtbot.waitSignal(tasks.running_changed):
        work.cancel()
    assert (work.cancelled, tasks.running) == (True, (work,))
    with qtbot.waitSignal(tasks.running_changed):
        goes_on.set()
    assert tasks.running == ()


def test_progress_reported_lower_never_goes_back(qtbot: QtBot, tasks: Tasks, owner: QObject) -> None:
    def op(progress: Progress) -> None:
        progress.report(5, 8)
        progress.report(3, 8)

    done: list[object] = []
    work = tasks.run(owner, op, done.append, title="Copying")
    qtbot.waitUntil(lambda: bool(done))
    assert work.done == 5


def test_read_failed_without_handler_shows_a_problem_with_retry(
    qtbot: QtBot, tasks: Tasks, owner: QObject, recorded: RecordedProblems
) -> None:
    tries: list[int] = []

    def op(_session: Session) -> int:
        tries.append(1)
        if len(tries) == 1:
            raise Unavailable("test.away", "The database can't be reached.")
        return len(tries)

    seen: list[int] = []
    tasks.read(owner, op, seen.append)
    qtbot.waitUntil(lambda: bool(recorded.errors))
    assert recorded.errors[0].code == "test.away"
    retry = recorded.retries[0]
    assert retry is not None
    retry()
    qtbot.waitUntil(lambda: seen == [2])


@pytest.mark.parametrize("kind", ["change", "run"])
def test_retry_of_what_found_the_database_away_does_it_again(
    qtbot: QtBot, tasks: Tasks, owner: QObject, recorded: RecordedProblems, kind: str
) -> None:
    tries, seen = list[object](), list[int]()

    def op(given: object) -> int:
        tries.append(given)
        if len(tries) == 1:
            raise Unavailable("test.away", "The database can't be reached.")
        return len(tries)

    if kind == "change":
        tasks.change(owner, op, seen.append)
    else:
        tasks.run(owner, op, seen.append, title="Copying")
    qtbot.waitUntil(lambda: bool(recorded.retries))
    (retry,) = recorded.retries
    assert retry is not None
    retry()
    qtbot.waitUntil(lambda: seen == [2])


def test_failure_that_trying_again_does_not_mend_offers_no_retry(
    qtbot: QtBot, tasks: Tasks, owner: QObject, recorded: RecordedProblems
) -> None:
    def op(_session: Session) -> None:
        raise Invalid("test.wrong", "This isn't a name.")

    tasks.read(owner, op, lambda _result: None)
    qtbot.waitUntil(lambda: bool(recorded.errors))
    assert recorded.retries == [None]


@pytest.mark.parametrize(
    ("code", "signals"),
    [
        ("storage.unreachable", ["unreachable"]),
        ("storage.damaged", ["file_unusable", "storage.damaged"]),
        ("access.ended", ["ended", "access.ended"]),
        ("test.away", []),
    ],
)
def test_error_that_concerns_the_whole_window_is_announced_before_the_owner_gets_it(
    qtbot: QtBot, tasks: Tasks, owner: QObject, code: str, signals: list[str]
) -> None:
    said: list[str] = []
    tasks.unreachable.connect(lambda: said.append("unreachable"))
    tasks.file_unusable.connect(lambda error: said.extend(["file_unusable", error.code]))
    tasks.ended.connect(lambda error: said.extend(["ended", error.code]))

    def op(_session: Session) -> None:
        raise Unavailable(code, "It can't be read.")

    tasks.read(owner, op, lambda _result: None, lambda error: said.append(error.code))
    qtbot.waitUntil(lambda: len(said) > len(signals))
    assert said == [*signals, code]


def test_end_of_the_session_is_no_problem_to_show(
    qtbot: QtBot, tasks: Tasks, owner: QObject, recorded: RecordedProblems
) -> None:
    """The sign-in screen says it."""

    def op(_session: Session) -> None:
        raise Unavailable("access.ended", "You've been signed out.")

    with qtbot.waitSignal(tasks.ended):
        tasks.read(owner, op, lambda _result: None)
    after: list[int] = []
    tasks.read(owner, lambda _session: 1, after.append)
    qtbot.waitUntil(lambda: bool(after))
    assert recorded.errors == []


@pytest.mark.parametrize("kind", ["read", "change"])
def test_request_after_signing_out_is_cancelled(
    qtbot: QtBot, tasks: Tasks, owner: QObject, recorded: RecordedProblems, kind: str
) -> None:
    tasks.attach(None)
    ran, failed = list[object](), list[AppError]()
    {"read": tasks.read, "change": tasks.change}[kind](owner, ran.append, ran.append, failed.append)
    qtbot.waitUntil(lambda: bool(failed))
    assert isinstance(failed[0], Cancelled)
    assert (failed[0].code, failed[0].what) == ("tasks.signed-out", "You're signed out.")
    assert ran == []


@pytest.fixture
def problems(qapp: object) -> Problems:
    return Problems()


@pytest.fixture
def shown_tasks(problems: Problems, sqlite_database: Database) -> Iterator[Tasks]:
    """Tasks whose failures a banner shows."""
    running = Tasks(problems)
    running.attach(unbound(sqlite_database))
    yield running
    running.close()


@pytest.mark.parametrize("handled", [True, False])
def test_read_failed_then_succeeded_takes_its_banner_away(
    qtbot: QtBot, shown_tasks: Tasks, owner: QObject, problems: Problems, handled: bool
) -> None:
    answers: list[int] = []

    def ask(fails: bool) -> None:
        def op(_session: Session) -> int:
            if fails:
                raise Unavailable("test.away", "The list can't be read.")
            return 1

        shown_tasks.read(owner, op, answers.append, problems.show if handled else None)

    ask(fails=True)
    qtbot.waitUntil(lambda: problems.has("test.away"))
    ask(fails=False)
    qtbot.waitUntil(lambda: bool(answers))
    assert problems.current is None


def test_read_succeeded_keeps_the_banner_of_another_read_of_the_same_owner(
    qtbot: QtBot, shown_tasks: Tasks, owner: QObject, problems: Problems
) -> None:
    answers: list[int] = []

    def fail(_session: Session) -> int:
        raise Unavailable("test.away", "The list can't be read.")

    shown_tasks.read(owner, fail, answers.append)
    qtbot.waitUntil(lambda: problems.has("test.away"))
    shown_tasks.read(owner, lambda _session: 1, answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    assert problems.has("test.away")


def test_change_succeeded_that_was_asked_for_before_another_failed_keeps_its_banner(
    qtbot: QtBot, shown_tasks: Tasks, owner: QObject, problems: Problems
) -> None:
    """Two people disabled in one go: that one worked must not hide that the other did not."""
    done: list[str] = []

    def ask(name: str) -> None:
        def op(_session: Session) -> str:
            if name == "last admin":
                raise Conflict("test.last", "The last admin can't be disabled.")
            return name

        shown_tasks.change(owner, op, done.append)

    ask("last admin")
    ask("mert")
    qtbot.waitUntil(lambda: done == ["mert"])
    assert problems.has("test.last")
    ask("ines")
    qtbot.waitUntil(lambda: done == ["mert", "ines"])
    assert not problems.has("test.last")


def test_read_failed_with_owner_deleted_later_takes_its_banner_away(
    qtbot: QtBot, shown_tasks: Tasks, problems: Problems
) -> None:
    def op(_session: Session) -> None:
        raise Unavailable("test.away", "The list can't be read.")

    screen = QObject()
    shown_tasks.read(screen, op, print)
    qtbot.waitUntil(lambda: problems.has("test.away"))
    shiboken6.delete(screen)
    assert problems.current is None


def test_change_failed_with_owner_deleted_later_keeps_its_banner(
    qtbot: QtBot, shown_tasks: Tasks, problems: Problems
) -> None:
    def op(_session: Session) -> None:
        raise Conflict("test.first", "Somebody else was first.")

    screen = QObject()
    shown_tasks.change(screen, op, print)
    qtbot.waitUntil(lambda: problems.has("test.first"))
    shiboken6.delete(screen)
    assert problems.has("test.first")


def test_change_failed_with_handler_is_not_reported_twice(
    qtbot: QtBot, tasks: Tasks, owner: QObject, recorded: RecordedProblems
) -> None:
    def op(_session: Session) -> None:
        raise Conflict("test.first", "Somebody else was first.")

    failed: list[AppError] = []
    tasks.change(owner, op, lambda _result: None, failed.append)
    qtbot.waitUntil(lambda: bool(failed))
    assert failed[0].code == "test.first"
    assert recorded.errors == []


@pytest.mark.parametrize("handled", [True, False])
def test_read_with_a_bug_reports_it_and_calls_the_handler(
    qtbot: QtBot, tasks: Tasks, owner: QObject, recorded: RecordedProblems, handled: bool
) -> None:
    failed: list[AppError] = []

    def op(_session: Session) -> None:
        raise ZeroDivisionError

    tasks.read(owner, op, lambda _result: None, failed.append if handled else None)
    qtbot.waitUntil(lambda: bool(recorded.bugs))
    assert isinstance(recorded.bugs[0], ZeroDivisionError)
    assert [error.code for error in failed] == (["tasks.bug"] if handled else [])


class _FreedRecorder:
    """Records on which thread it is freed."""

    def __init__(self, gone: list[threading.Thread]) -> None:
        self._gone = gone
        self.itself: _FreedRecorder | None = None

    def __del__(self) -> None:
        self._gone.append(threading.current_thread())


@pytest.fixture
def frequent_thread_switches() -> Iterator[None]:
    """Threads switch as often as possible."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("frequent_thread_switches")
@pytest.mark.parametrize("ends", ["well", "refused", "wrong"])
def test_operation_objects_are_freed_on_the_windows_thread(
    qtbot: QtBot, tasks: Tasks, owner: QObject, recorded: RecordedProblems, ends: str
) -> None:
    """It may be the last that holds a widget, and Qt stands still where a worker ends one."""
    gone: list[threading.Thread] = []

    def ask() -> None:
        held = _FreedRecorder(gone)

        def work(_session: object) -> _FreedRecorder:
            if ends == "refused":
                raise Invalid("test", f"Not {held}.")
            if ends == "wrong":
                raise ZeroDivisionError
            return held

        tasks.read(owner, work, lambda result: [held, result], lambda _error: [held])

    for _k in range(200):
        ask()
    qtbot.waitUntil(lambda: gc.collect() >= 0 and len(gone) + len(recorded.bugs) >= 200)
    recorded.bugs.clear()
    gc.collect()
    assert len(gone) == 200
    assert set(gone) == {threading.main_thread()}


@pytest.mark.usefixtures("frequent_thread_switches")
def test_operation_objects_at_close_are_freed_on_the_windows_thread(
    tasks: Tasks, owner: QObject, recorded: RecordedProblems
) -> None:
    gone: list[threading.Thread] = []
    go_on, begun = threading.Event(), threading.Event()

    def ask(kind: str) -> None:
        held = _FreedRecorder(gone)

        def work(_session: object) -> _FreedRecorder:
            begun.set()
            assert go_on.wait(60)
            return held

        {"read": tasks.read, "change": tasks.change}[kind](owner, work, lambda result: None)

    for _k in range(40):
        ask("read")
        ask("change")
    assert begun.wait(60)
    threading.Timer(0.05, go_on.set).start()
    tasks.close()
    gc.collect()
    assert len(gone) == 80
    assert set(gone) == {threading.main_thread()}


def test_garbage_collection_runs_on_the_windows_thread_only(qtbot: QtBot, tasks: Tasks, owner: QObject) -> None:
    gone: list[threading.Thread] = []
    collected: list[threading.Thread] = []

    def watch(phase: str, _info: dict[str, int]) -> None:
        if phase == "start":
            collected.append(threading.current_thread())

    def litter(_session: object) -> None:
        for _k in range(20_000):
            held = _FreedRecorder(gone)
            held.itself = held

    gc.callbacks.append(watch)
    try:
        for _k in range(4):
            tasks.read(owner, litter, lambda _none: None)
        # What was made since the last collection stays while it is less than Python's threshold.
        qtbot.waitUntil(lambda: len(gone) > 80_000 - 2 * gc.get_threshold()[0])
    finally:
        gc.callbacks.remove(watch)
    assert set(collected) == set(gone) == {threading.main_thread()}


def test_garbage_collection_after_the_last_close_is_enabled_again(recorded: RecordedProblems) -> None:
    assert gc.isenabled()
    first, second = Tasks(recorded), Tasks(recorded)
    assert not gc.isenabled()
    first.close()
    assert not gc.isenabled()
    second.close()
    assert gc.isenabled()


def test_close_finishes_queued_changes(qtbot: QtBot, tasks: Tasks, owner: QObject) -> None:
    gate = threading.Event()
    database = tasks._database
    assert database is not None
    tasks.change(owner, lambda session: (gate.wait(60), add(session, "asked"))[1], lambda _result: None)
    threading.Timer(0.05, gate.set).start()
    tasks.close()
    with database.read() as session:
        assert names(session) == ["asked"]


def test_close_stops_running_tasks_and_starts_no_more(tasks: Tasks, owner: QObject) -> None:
    begun, gate, after = threading.Event(), threading.Event(), list[object]()
    found: list[bool] = []

    def op(progress: Progress) -> None:
        with progress.on_cancel(gate.set):
            begun.set()
            gate.wait(60)
        found.append(progress.cancelled)

    tasks.run(owner, op, lambda _result: None, title="Exporting")
    assert begun.wait(60)
    tasks.close()
    assert found == [True]
    assert not tasks.read(owner, after.append, after.append).finished
    assert after == []


def test_close_waits_for_reads_under_way_and_ends_their_threads(tasks: Tasks, owner: QObject) -> None:
    began, gate, ended = threading.Event(), threading.Event(), threading.Event()

    def read(_session: Session) -> None:
        began.set()
        gate.wait(60)
        ended.set()

    tasks.read(owner, read, lambda _result: None)
    assert began.wait(60)
    threading.Timer(0.05, gate.set).start()
    tasks.close()
    assert ended.is_set()
    assert not [
        one.name for one in threading.enumerate() if one.name.startswith(("benchboard-read", "benchboard-query"))
    ]

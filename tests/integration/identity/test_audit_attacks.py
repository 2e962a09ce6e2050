"""The seals of the audit log against writers at once, programs that stop, and people with rights to the database."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from benchboard.errors import AppError
from benchboard.identity import audit, kept_seals
from benchboard.identity.audit_verification import fault_reason, see_last, verify
from benchboard.storage import audit_seals
from benchboard.storage.audit_seals import SeenSeals
from benchboard.storage.engine import Database
from support import people
from support.databases import Copies, unbound
from support.people import CLIENT, Town
from support.tampered_log import without_triggers

_WRITERS, _ENTRIES = 8, 15
_WAIT_S = 60


@pytest.fixture
def shared(copies: Copies, tmp_path: Path) -> Iterator[Town]:
    """A town on PostgreSQL."""
    with copies.of("postgresql", people.settle, tmp_path) as (database, settled):
        yield replace(settled, database=database)


def _append(database: Database, organisation_id: str, name: str) -> None:
    with unbound(database).change() as session:
        audit.append(session, CLIENT, "dongle.rename", name, organisation_id, None)


@contextmanager
def _programs(town: Town, count: int) -> Iterator[list[Database]]:
    """So many other programs that have the same database open."""
    url = town.database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    opened = [Database.open(url) for _ in range(count)]
    yield opened
    for one in opened:
        one.dispose()


def _entries(town: Town) -> int:
    """How many entries north has; all are sealed, in a chain without a gap."""
    with town.database.bind(town.actor).read() as session:
        found = verify(session, town.actor)
        count = session.scalar(text("SELECT count(*) FROM audit_logs WHERE organisation_id = :o"), {"o": town.north})
    assert found.fault is None
    assert found.entries == count
    return found.entries


def _write_all(town: Town, programs: list[Database]) -> None:
    """Each program writes its entries, every third transaction one of both organisations; nobody waits for ever."""

    def write(database: Database) -> None:
        for number in range(_ENTRIES):
            with unbound(database).change() as session:
                for where in (town.south, town.north) if number % 3 == 0 else (town.north,):
                    audit.append(session, CLIENT, "dongle.rename", str(number), where, None)

    with ThreadPoolExecutor(len(programs)) as pool:
        running = [pool.submit(write, one) for one in programs]
        assert not wait(running, timeout=_WAIT_S).not_done
        for one in running:
            one.result()


def test_writers_wait_for_no_idle_transaction_and_leave_no_gap(shared: Town) -> None:
    before = _entries(shared)
    with _programs(shared, _WRITERS + 1) as (idle, *programs), unbound(idle).change() as session:
        audit.append(session, CLIENT, "dongle.rename", "idle", shared.north, None)
        session.flush()
        _write_all(shared, programs)
        assert _entries(shared) == before + _WRITERS * _ENTRIES
    assert _entries(shared) == before + _WRITERS * _ENTRIES + 1
    with shared.database.bind(shared.stranger.actor).read() as session:
        assert verify(session, shared.stranger.actor).fault is None


@pytest.mark.parametrize("stage", ["before its seals", "after its seals"])
def test_program_that_stops_while_it_seals_holds_nobody_up(
    shared: Town, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    """As a computer that goes to sleep does: PostgreSQL ends its transaction, and nothing of it remains."""
    before = _entries(shared)
    monkeypatch.setattr(audit_seals, "LONGEST_PAUSE_MS", 300)
    stopped, awake = threading.Event(), threading.Event()
    written = audit_seals.PendingSeals.write

    def stop(self: audit_seals.PendingSeals, *about: object) -> object:
        if threading.current_thread().name != "sleeper":
            return written(self, *about)  # type: ignore[arg-type]
        done = written(self, *about) if stage == "after its seals" else None  # type: ignore[arg-type]
        stopped.set()
        assert awake.wait(_WAIT_S)
        return done if stage == "after its seals" else written(self, *about)  # type: ignore[arg-type]

    monkeypatch.setattr(audit_seals.PendingSeals, "write", stop)
    refused: list[AppError] = []

    def sleep() -> None:
        try:
            _append(programs[0], shared.north, "sleeper")
        except AppError as error:
            refused.append(error)

    with _programs(shared, 2) as programs:
        sleeper = threading.Thread(target=sleep, name="sleeper")
        sleeper.start()
        assert stopped.wait(_WAIT_S)
        _append(programs[1], shared.north, "other")  # waits until the server has ended the other transaction
        awake.set()
        sleeper.join(_WAIT_S)
        assert [error.code for error in refused] == ["storage.paused"]
        assert _entries(shared) == before + 1


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_writers_at_once_succeed_on_a_server_with_stricter_transactions(shared: Town, level: str) -> None:
    """A server's administrator may choose another level for all transactions: entries still follow each other."""
    name = shared.database.engine.url.database
    with shared.database.writing.begin() as connection:
        _set_level(connection, str(name), level)
    before = _entries(shared)
    with _programs(shared, 4) as programs:
        with programs[0].writing.connect() as connection:
            assert connection.scalar(text("SHOW default_transaction_isolation")) == level
        _write_all(shared, programs)
    assert _entries(shared) == before + 4 * _ENTRIES


def _set_level(connection: Connection, database: str, level: str) -> None:
    connection.exec_driver_sql(f"ALTER DATABASE \"{database}\" SET default_transaction_isolation = '{level}'")


def _cut(database: Database, organisation_id: str, count: int) -> None:
    """Remove the last entries of an organisation with their seals."""
    with without_triggers(database) as connection:
        last = "SELECT audit_id FROM audit_seals WHERE organisation_id = :o ORDER BY seq DESC LIMIT :count"
        ids = list(connection.scalars(text(last), {"o": organisation_id, "count": count}))
        for entry_id in ids:
            connection.execute(text("DELETE FROM audit_logs WHERE id = :id"), {"id": entry_id})
            connection.execute(text("DELETE FROM audit_seals WHERE audit_id = :id"), {"id": entry_id})


def test_cut_end_is_found_by_any_program_that_wrote_before_it_however_many_entries_follow(
    town: Town, tmp_path: Path
) -> None:
    """Nobody has verified the log: what each program saw last is enough."""
    seen = town.database.seen_seals
    for number in range(6):
        _append(town.database, town.north, str(number))
    last = seen.find(town.north)
    assert last is not None
    kept_seals.keep_seen(tmp_path, seen)
    _cut(town.database, town.north, 3)
    for number in range(8):  # more than were cut off
        _append(town.database, town.north, str(number))
    assert seen.find(town.north) == last
    kept_seals.keep_seen(tmp_path, seen)
    with town.database.bind(town.actor).read() as session:
        see_last(session, town.actor, seen)
        assert seen.find(town.north) == last
        assert verify(session, town.actor).fault is None  # the chain itself fits
        known = kept_seals.find_all(tmp_path, seen, town.north)
        fault = verify(session, town.actor, known=known).fault
    assert fault is not None
    assert (fault.kind, fault.number) == ("rewritten", last[0])
    assert "This computer saw its entry" in fault_reason(fault)


def test_seen_seal_of_another_program_on_this_computer_is_taken_over(town: Town, tmp_path: Path) -> None:
    """The one with the older view must not replace the newer one once it has written more than was cut off."""
    ours, others = town.database.seen_seals, SeenSeals()
    _append(town.database, town.north, "1")
    early = ours.find(town.north)
    assert early is not None
    for number in range(4):
        _append(town.database, town.north, str(number))
    late = ours.find(town.north)
    assert late is not None
    kept_seals.keep_seen(tmp_path, ours)
    others.remember(town.north, *early)
    kept_seals.keep_seen(tmp_path, others)
    assert others.find(town.north) == late
    (known,) = kept_seals.find_all(tmp_path, SeenSeals(), town.north)
    assert (known.number, known.seal, known.verified) == (*late, False)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"o": 3}', b'{"o": {"number": "x", "seal": "zz", "at": 5}}'])
def test_file_of_seen_seals_that_cannot_be_read_stops_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "audit-seals-seen.json").write_bytes(content)
    seen = SeenSeals()
    seen.remember("p", 3, b"s")
    assert kept_seals.find_all(tmp_path, seen, "o") == ()
    assert [one.number for one in kept_seals.find_all(tmp_path, SeenSeals(), "p")] == [3]

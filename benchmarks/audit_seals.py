"""What the seals of the audit log cost: verifying up to a million entries, and sealing each at its commit.

    python benchmarks/audit_seals.py [--largest 1000000] [--seconds 4]

Verifying is compared with a bare scan of the same rows in the same order, whose bytes go through hashlib, in the same
run on the same database. Sealing is compared with the same commits without their seals, in turns, by one program and by
eight at once. PostgreSQL is left out where there is none.
"""

import argparse
import hashlib
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

os.environ["BENCHBOARD_KEYRING"] = "off"

from sqlalchemy import text

from benchboard.identity import audit
from benchboard.identity.audit_verification import verify
from benchboard.storage import audit_seals, engine, upgrade
from benchboard.storage.engine import Database
from support import people, postgres
from support.databases import KEY, file_url, unbound
from support.measured import machine, slope
from support.people import CLIENT, Town

_COLUMNS = audit_seals._COLUMNS
_AT_ONCE = 20_000
_SIZES = (10_000, 100_000, 1_000_000)
_WRITERS = 8
_TURNS = 3
_START = datetime(2026, 1, 1, tzinfo=UTC)


def _row(organisation_id: str, number: int) -> tuple[str | None, ...]:
    """An entry as it is sealed, such as the program writes for a shared dashboard."""
    at = (_START + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    details = f'{{"name":"Line {number % 97}","permission":"view","user_id":"{UUID(int=number % 40)}"}}'
    return (
        str(UUID(int=number)), organisation_id, "1", str(UUID(int=number % 40)), str(UUID(int=number % 41)), "share",
        "dashboard.share", "dashboard", str(UUID(int=number % 97)), "10.20.7.112", "Benchboard/1.0 (Linux) on bench-12",
        at, details,
    )  # fmt: skip


def fill(town: Town, count: int) -> None:
    """Add sealed entries until north has `count`."""
    marks = ", ".join(f":{name}" for name in _COLUMNS)
    if town.database.dialect == "postgresql":
        marks = marks.replace(":details", "CAST(:details AS jsonb)")
    insert = text(f"INSERT INTO audit_logs ({', '.join(_COLUMNS)}) VALUES ({marks})")  # our own names
    with town.database.writing.begin() as connection:
        found = audit_seals.last_seal(connection, town.north, None)
        assert found is not None
        seq, seal = found
        while seq < count:
            rows = [_row(town.north, number) for number in range(seq + 1, min(count, seq + _AT_ONCE) + 1)]
            connection.execute(insert, [dict(zip(_COLUMNS, row, strict=True)) for row in rows])
            sealed = []
            for row in rows:
                entry = audit_seals.entry_bytes([None if value is None else value.encode() for value in row])
                seq, seal = seq + 1, audit_seals.next_seal(seal, seq + 1, entry)
                sealed.append((town.north, seq, str(row[0]), seal))
            audit_seals.insert_seals(connection, sealed)
    if town.database.dialect == "postgresql":
        with town.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE audit_logs, audit_seals"))


def bare(town: Town) -> int:
    """Scan the rows by the driver itself, and hash what they hold, chained."""
    names = ", ".join(f"a.{name}" for name in _COLUMNS)
    query = (
        f"SELECT s.hash, {names} FROM audit_seals s LEFT JOIN audit_logs a ON a.id = s.audit_id"
        f" WHERE s.organisation_id = '{town.north}' ORDER BY s.seq"
    )
    count, chained = 0, b""
    pooled = town.database.engine.raw_connection()
    driver: Any = pooled.driver_connection
    # A named cursor brings the rows in parts, as SQLite does by itself.
    cursor = driver.cursor("bare") if town.database.dialect == "postgresql" else driver.cursor()
    if town.database.dialect == "postgresql":
        cursor.itersize = 2000
    cursor.execute(query)
    for row in cursor:
        chained = hashlib.sha256(chained + "".join(map(str, row)).encode()).digest()
        count += 1
    cursor.close()
    driver.rollback()
    pooled.close()
    return count


def whole(town: Town) -> int:
    """Verify north's log."""
    with town.database.bind(town.actor).read() as session:
        found = verify(session, town.actor)
    assert found.fault is None
    return found.entries


def seconds(run: Callable[[Town], int], town: Town, count: int) -> float:
    """Seconds on the wall."""
    start = time.perf_counter()
    assert run(town) == count
    return time.perf_counter() - start


def commits(programs: list[Database], organisation_id: str, lasting: float) -> float:
    """Commits a second of so many programs at once, each of one entry."""
    end = time.perf_counter() + lasting
    made, lock = 0, threading.Lock()

    def write(database: Database) -> None:
        nonlocal made
        own = 0
        while time.perf_counter() < end:
            with unbound(database).change() as session:
                audit.append(
                    session, CLIENT, "dongle.rename", "d", organisation_id, None, before="Rig 1", after="Rig 2"
                )
            own += 1
        with lock:
            made += own

    start = time.perf_counter()
    with ThreadPoolExecutor(len(programs)) as pool:
        list(pool.map(write, programs))
    return made / (time.perf_counter() - start)


@contextmanager
def _without_seals() -> Iterator[None]:
    """Commits as they are, but for what is done about seals."""
    sealed = engine.audit_seals.prepare
    nothing = audit_seals.PendingSeals(None, {}, {})  # type: ignore[arg-type]  # nothing is written by it
    engine.audit_seals.prepare = lambda _session: nothing
    try:
        yield
    finally:
        engine.audit_seals.prepare = sealed


def tell_sealing(town: Town, url: str, count: int, lasting: float) -> None:
    """Compare commits with and without seals, in turns."""
    key = KEY if town.database.dialect == "sqlite" else None
    programs = [Database.open(url, key=key) for _ in range(count)]
    with_seals, without = [], []
    commits(programs, town.south, lasting / 4)
    for _turn in range(_TURNS):
        with_seals.append(commits(programs, town.south, lasting / _TURNS))
        with _without_seals():
            without.append(commits(programs, town.south, lasting / _TURNS))
    for one in programs:
        one.dispose()
    ours, theirs = statistics.median(with_seals), statistics.median(without)
    print(f"{town.database.dialect:11} {count} at once: {ours:7.0f} commits/s sealed, {theirs:7.0f} without;"
          f" a commit takes {theirs / ours:.2f} times as long")  # fmt: skip


def tell(town: Town, url: str, largest: int, lasting: float) -> None:
    """Measure one database."""
    dialect = town.database.dialect
    for writers in (1, _WRITERS) if dialect == "postgresql" else (1,):
        tell_sealing(town, url, writers, lasting)
    points = []
    for size in (one for one in _SIZES if one <= largest):
        fill(town, size)
        theirs, ours = seconds(bare, town, size), seconds(whole, town, size)
        points.append((size, ours))
        print(f"{dialect:11} {size:9,} entries: verified in {ours:7.2f} s, bare scan and hashlib {theirs:7.2f} s;"
              f" ratio {ours / theirs:.2f}; {ours / size * 1e6:.1f} µs an entry", flush=True)  # fmt: skip
    if len(points) > 1:
        print(f"{dialect:11} grows with the exponent {slope(points):.2f}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--largest", type=int, default=_SIZES[-1])
    parser.add_argument("--seconds", type=float, default=4)
    options = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        url = file_url(Path(folder) / "bench.db")
        lite = Database.open(url, key=KEY)
        upgrade.upgrade(lite)
        tell(people.settle(lite, Path(folder)), url, options.largest, options.seconds)
        lite.dispose()
        try:
            with postgres.running() as server:
                url = server.url(server.create())
                post = Database.open(url)
                upgrade.upgrade(post)
                tell(people.settle(post, Path(folder)), url, options.largest, options.seconds)
                post.dispose()
        except postgres.NoServer as reason:
            print(f"PostgreSQL left out: {reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`Database`: transactions, listeners, audit rows, and its errors."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from benchboard.errors import AppError, Conflict, Invalid, Unavailable
from benchboard.storage import change_tracking, engine, guard
from benchboard.storage.change_tracking import UnrecordedChange
from benchboard.storage.disk_state import disk_obstacle
from benchboard.storage.driver_errors import error_for
from benchboard.storage.engine import Database, refuse_password
from benchboard.storage.models.base import new_id, now
from benchboard.storage.models.identity import Organisation
from support import databases
from support.databases import unbound
from support.disks import fake_disk
from support.postgres import Server


def create_organisation(database: Database, slug: str) -> str:
    """An organisation, recorded."""
    with unbound(database).change() as session:
        row = Organisation(name=slug, slug=slug)
        session.add(row)
        session.flush()
        record(session, row.id)
        return row.id


def record(session: object, organisation_id: str) -> None:
    guard.append_audit(
        session,  # type: ignore[arg-type]  # a session, passed through
        id=new_id(),
        organisation_id=organisation_id,
        action="create",
        event_type="organisation.create",
        resource_type="organisation",
        resource_id=organisation_id,
        details={},
        created_at=now(),
    )


def slugs(database: Database) -> list[str]:
    with unbound(database).read() as session:
        return sorted(session.scalars(select(Organisation.slug)))


def test_new_file_keeps_a_write_ahead_log_and_syncs_every_commit(tmp_path: Path) -> None:
    database = Database.open(databases.file_url(tmp_path / "new.db"), key=databases.KEY)
    with database.engine.connect() as connection:
        pragmas = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
    database.dispose()
    assert pragmas == ["wal", 2]


def test_change_that_raises_is_rolled_back(database: Database) -> None:
    create_organisation(database, "kept")
    with pytest.raises(ZeroDivisionError), unbound(database).change() as session:
        session.add(Organisation(name="lost", slug="lost"))
        session.flush()
        raise ZeroDivisionError
    assert slugs(database) == ["kept"]


def test_change_without_an_audit_row_raises_unrecorded_change(database: Database) -> None:
    with pytest.raises(UnrecordedChange, match="organisations"), unbound(database).change() as session:
        session.add(Organisation(name="secret", slug="secret"))
    assert slugs(database) == []


def test_bulk_change_without_an_audit_row_raises_unrecorded_change(database: Database) -> None:
    create_organisation(database, "north")
    with pytest.raises(UnrecordedChange, match="organisations"), unbound(database).change() as session:
        session.execute(update(Organisation).values(name="renamed"))
    with unbound(database).read() as session:
        assert session.scalars(select(Organisation.name)).all() == ["north"]


def test_unaudited_tables_named_need_no_audit_row(database: Database) -> None:
    create_organisation(database, "north")
    with unbound(database).change() as session:
        change_tracking.unaudited(session, "organisations")
        session.execute(update(Organisation).values(name="renamed"))
    with pytest.raises(UnrecordedChange), unbound(database).change() as session:
        change_tracking.unaudited(session, "users")
        session.execute(update(Organisation).values(name="again"))


def test_on_change_listeners_get_committed_changes_once(database: Database) -> None:
    heard: list[Mapping[str, frozenset[str]]] = []
    stop = database.on_change(heard.append)
    first = create_organisation(database, "north")
    assert heard == [{"organisations": frozenset({first}), "audit_logs": heard[0]["audit_logs"]}]
    with pytest.raises(UnrecordedChange), unbound(database).change() as session:
        session.add(Organisation(name="lost", slug="lost"))
    with unbound(database).change() as session:
        session.scalars(select(Organisation)).all()
    stop()
    create_organisation(database, "south")
    assert len(heard) == 1


def test_on_change_listener_that_raises_does_not_stop_the_others(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_changes: Mapping[str, frozenset[str]]) -> None:
        raise ZeroDivisionError

    heard: list[Mapping[str, frozenset[str]]] = []
    database.on_change(broken)
    database.on_change(heard.append)
    create_organisation(database, "north")
    assert slugs(database) == ["north"]
    assert len(heard) == 1
    assert "ZeroDivisionError" in caplog.text


def test_read_that_writes_leaves_nothing(database: Database) -> None:
    try:
        with unbound(database).read() as session:
            session.execute(text("INSERT INTO permissions (name) VALUES ('sneaked:in')"))
    except AppError as refused:
        assert database.dialect == "postgresql", refused  # SQLite forgets it, PostgreSQL refuses it
    with unbound(database).read() as session:
        assert session.scalar(text("SELECT count(*) FROM permissions")) == 0


def test_read_during_another_commit_sees_one_snapshot(database: Database) -> None:
    create_organisation(database, "north")
    with unbound(database).read() as session:
        before = session.scalars(select(Organisation.slug)).all()
        create_organisation(database, "south")
        assert session.scalars(select(Organisation.slug)).all() == before


def test_change_with_a_taken_unique_name_raises_conflict(database: Database) -> None:
    create_organisation(database, "north")
    with pytest.raises(Conflict, match="Someone else") as refused:
        create_organisation(database, "north")
    assert "slug" in str(refused.value.facts["constraint"])


def test_change_from_many_threads_loses_no_update(database: Database) -> None:
    """Twenty writers at once read a number and write it one higher; none is lost."""
    organisation = create_organisation(database, "0")

    def one_higher() -> None:
        with unbound(database).change() as session:
            row = session.scalars(select(Organisation).where(Organisation.id == organisation).with_for_update()).one()
            row.name = str(int(row.name) + 1)
            record(session, organisation)

    threads = [threading.Thread(target=one_higher) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with unbound(database).read() as session:
        assert session.scalars(select(Organisation.name)).one() == "20"


def test_open_with_another_key_raises_and_leaves_the_file(sqlite_database: Database, tmp_path: Path) -> None:
    create_organisation(sqlite_database, "north")
    sqlite_database.dispose()
    file = tmp_path / "bench.db"
    before = file.read_bytes()
    other = Database.open(databases.file_url(file), key=bytes(32))
    with pytest.raises(Unavailable) as refused:
        slugs(other)
    other.dispose()
    assert refused.value.code == "storage.key"
    assert file.read_bytes() == before


def test_database_file_is_encrypted(sqlite_database: Database, tmp_path: Path) -> None:
    create_organisation(sqlite_database, "northwind-test-lab")
    sqlite_database.dispose()
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert b"northwind-test-lab" not in raw
    assert b"SQLite format 3" not in raw


def test_open_database_whose_file_was_damaged_says_one_sentence_and_works_once_it_is_restored(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """SQLCipher's connections that met the damage fail for ever; SQLite has three codes for it."""
    create_organisation(sqlite_database, "north")
    assert slugs(sqlite_database) == ["north"]
    file = tmp_path / "bench.db"
    files = [path for path in (file, tmp_path / "bench.db-wal") if path.exists()]
    before = {path: path.read_bytes() for path in files}
    for path in files:
        with path.open("r+b") as damaged:
            damaged.write(os.urandom(len(before[path])) if path == file else b"")
            damaged.truncate()
    said = set()
    for _ in range(3):
        for act in (slugs, Database.require_sound):
            try:
                act(sqlite_database)
            except Unavailable as error:
                said.add(error.what)
    assert said == {f"{file} can't be read: the file is damaged or its key doesn't match."}
    for path in files:
        with path.open("r+b") as restored:
            restored.write(before[path])
    sqlite_database.require_sound()
    assert slugs(sqlite_database) == ["north"]
    create_organisation(sqlite_database, "south")


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        (
            "sslmode=bogus",
            "The database URL's setting sslmode is invalid."
            " Use one of: disable, allow, prefer, require, verify-ca, verify-full.",
        ),
        ("keepalives=soon", "The database URL's setting keepalives is invalid. Correct or remove it."),
        ("sslmodes=require", "The database URL has an unknown setting: sslmodes. Check its spelling, or remove it."),
    ],
)
def test_open_url_with_an_invalid_setting_names_it(setting: str, sentence: str) -> None:
    """It blamed the server, which nobody had called."""
    database = Database.open(f"postgresql://ada@127.0.0.1:1/bench?{setting}")
    with pytest.raises(Unavailable) as refused:
        slugs(database)
    database.dispose()
    assert str(refused.value) == sentence


def test_open_with_another_key_prints_nothing(
    sqlite_database: Database, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    other = Database.open(databases.file_url(tmp_path / "bench.db"), key=bytes(32))
    with pytest.raises(Unavailable):
        slugs(other)
    other.dispose()
    assert capfd.readouterr().err == ""


def test_open_file_that_is_no_database_raises_unavailable(tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_text("Dear Benchboard, " * 500, encoding="utf-8")
    letter = Database.open(f"sqlite:///{tmp_path}/letter.db")
    with pytest.raises(Unavailable) as refused:
        slugs(letter)
    letter.dispose()
    assert refused.value.code == "storage.key"


def test_change_while_another_program_writes_raises_busy(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_MS", 1)
    second = Database.open(databases.file_url(tmp_path / "bench.db"), key=databases.KEY)
    with unbound(sqlite_database).change() as held:
        held.execute(text("SELECT 1"))
        with pytest.raises(Unavailable) as refused:
            create_organisation(second, "second")
    second.dispose()
    assert refused.value.code == "storage.busy"


def test_change_while_this_program_writes_raises_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_MS", 1)
    database = Database.open(databases.file_url(databases.migrated_file(tmp_path / "bench.db")), key=databases.KEY)
    with unbound(database).change() as held:
        held.execute(text("SELECT 1"))
        with pytest.raises(Unavailable) as refused:
            create_organisation(database, "second")
    database.dispose()
    assert refused.value.code == "storage.busy"


def test_statement_refused_by_a_server_is_not_unreachable(database: Database) -> None:
    """Else whoever asks again once it answers would be refused again, and ask again."""
    statement = "SELECT 1::int / 0" if database.dialect == "postgresql" else "SELECT no_such_function()"
    with pytest.raises(Unavailable) as refused, unbound(database).read() as session:
        session.execute(text(statement))
    assert refused.value.code == "storage.refused"


def test_server_that_ends_the_connection_is_unreachable(pg_server: Server, pg_template: str) -> None:
    with databases.on_postgres(pg_server, template=pg_template) as database:
        with pytest.raises(Unavailable) as refused, unbound(database).read() as session:
            session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        assert refused.value.code == "storage.unreachable"


@pytest.mark.skipif(not hasattr(socket, "TCP_KEEPIDLE"), reason="the system does not say it")
def test_server_connection_keepalive_detects_silence_within_a_minute(pg_server: Server, pg_template: str) -> None:
    with databases.on_postgres(pg_server, template=pg_template) as database, unbound(database).read() as session:
        driver = session.connection().connection.driver_connection
        assert driver is not None
        with socket.socket(fileno=os.dup(driver.fileno())) as line:
            said = {name: line.getsockopt(socket.IPPROTO_TCP, getattr(socket, name))
                    for name in ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_USER_TIMEOUT")}  # fmt: skip
            assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert said["TCP_KEEPIDLE"] + said["TCP_KEEPINTVL"] * said["TCP_KEEPCNT"] <= 60
    assert 0 < said["TCP_USER_TIMEOUT"] <= 60_000


def test_server_that_does_not_answer_is_unreachable() -> None:
    nowhere = Database.open("postgresql://somebody@127.0.0.1:9/nothing")
    with pytest.raises(Unavailable) as refused:
        slugs(nowhere)
    assert refused.value.code == "storage.unreachable"
    assert str(refused.value) == (
        "Can't reach 127.0.0.1:9. Nothing accepts connections there. Check the port, and that the server is running."
    )


def test_server_that_answers_too_late_is_told_from_one_that_refuses() -> None:
    class DriverError(Exception):
        sqlstate = None

    error = DBAPIError("", None, DriverError("connection timeout expired"))
    assert str(error_for(error, server="192.0.2.7")) == (
        "Can't reach 192.0.2.7. It didn't answer in time. Check the address, the network and any firewall."
    )


def test_server_with_an_unknown_name_says_so() -> None:
    nowhere = Database.open("postgresql://somebody@db.invalid/nothing")
    with pytest.raises(Unavailable) as refused:
        slugs(nowhere)
    assert str(refused.value) == "There is no server named “db.invalid”. Check the address."


def test_server_without_the_database_or_role_raises(pg_server: Server) -> None:
    for url in (pg_server.url("nothing"), f"postgresql://nobody@127.0.0.1:{pg_server.port}/postgres"):
        nowhere = Database.open(url)
        with pytest.raises(Unavailable) as refused:
            slugs(nowhere)
        nowhere.dispose()
        # Whether a server tells that a role is missing, or only refuses it, is the server's to decide.
        assert refused.value.code in ("storage.nowhere", "storage.password")


def test_database_without_tables_is_outdated(empty_database: Database) -> None:
    with pytest.raises(Unavailable) as refused:
        slugs(empty_database)
    assert refused.value.code == "storage.outdated"


@pytest.mark.parametrize("column", ["locked_until", "full_name", "readonly", "malformed"])
def test_missing_column_of_any_name_is_an_outdated_database(database: Database, column: str) -> None:
    with pytest.raises(Unavailable) as refused, unbound(database).read() as session:
        session.execute(text(f"SELECT {column} FROM users"))
    assert refused.value.code == "storage.outdated"


@pytest.mark.parametrize("name", ["locked", "disk_full", "no_such_table", "not_a_database", "unable_to_open"])
def test_driver_error_is_classified_by_code_not_by_its_text(database: Database, name: str) -> None:
    with pytest.raises(Unavailable) as refused, unbound(database).read() as session:
        session.execute(text(f"SELECT {name}()"))
    assert refused.value.code == "storage.refused"


def test_write_to_a_read_only_file_raises_read_only(sqlite_database: Database) -> None:
    with pytest.raises(Unavailable) as refused, unbound(sqlite_database).change() as session:
        session.execute(text("PRAGMA query_only = ON"))
        session.execute(text("DELETE FROM scopes"))
    assert refused.value.code == "storage.read-only"


def test_write_to_a_file_that_may_not_grow_raises_full(sqlite_database: Database) -> None:
    with pytest.raises(Unavailable) as refused, unbound(sqlite_database).change() as session:
        session.execute(text("PRAGMA max_page_count = 1"))
        session.execute(text("CREATE TABLE large AS SELECT zeroblob(1000000) AS x"))
    assert refused.value.code == "storage.full"


LIMITED = """
import resource, signal, sys
from sqlalchemy import text
from benchboard.errors import Unavailable
from benchboard.storage.engine import Database
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
database = Database.open(sys.argv[1], key=bytes.fromhex(sys.argv[2]))
with database.system('seed').read() as session:
    session.execute(text("SELECT count(*) FROM users"))
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
try:
    with database.system('seed').change() as session:
        session.execute(text("CREATE TABLE large AS SELECT zeroblob(1000000) AS x"))
except Unavailable as error:
    print(error.code)
"""


def test_write_at_the_systems_file_size_limit_raises_unwritable(sqlite_database: Database) -> None:
    """No server and no network is concerned; and SQLCipher prints nothing of its own."""
    url = databases.file_url(Path(str(sqlite_database.engine.url.database)))
    sqlite_database.dispose()
    ended = subprocess.run(
        [sys.executable, "-c", LIMITED, url, databases.KEY.hex()], capture_output=True, text=True, check=False
    )
    assert (ended.stdout.strip(), ended.stderr) == ("storage.unwritable", "")


@pytest.mark.parametrize(
    ("blocks", "files", "total", "full"),
    [(8, 1, 9, False), (7, 1, 9, True), (8, 0, 9, True), (8, 0, 0, False)],
)
def test_disk_is_full_below_32_kib_or_without_a_file_entry_where_it_counts_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blocks: int, files: int, total: int, full: bool
) -> None:
    answer = os.statvfs_result((4096, 4096, 10_000, blocks, blocks, total, files, files, 0, 255))
    monkeypatch.setattr(os, "statvfs", lambda _path: answer)
    found = disk_obstacle(tmp_path / "bench.db")
    assert (found.code if found is not None else "") == ("storage.full" if full else "")


class _DriverError(Exception):
    """What SQLite's driver raises."""

    def __init__(self, code: int) -> None:
        self.sqlite_errorcode = code


@pytest.mark.parametrize("code", [10, 14])  # SQLITE_IOERR, SQLITE_CANTOPEN
@pytest.mark.parametrize(
    ("blocks", "files", "flags", "expected", "sentence"),
    [
        (0, 9, 0, "storage.full", "The disk is full. Free up disk space for {folder}, then"),
        (7, 0, 0, "storage.full", "The disk is full. Free up disk space for {folder}, then"),
        (9999, 9, os.ST_RDONLY, "storage.read-only", "Benchboard can't save files in {folder}. Read-only file system."),
        (9999, 9, 0, "", ""),
    ],
)
def test_driver_error_on_a_disk_without_space_or_write_access_names_the_disk(  # a table
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    blocks: int,
    files: int,
    flags: int,
    expected: str,
    sentence: str,
) -> None:
    fake_disk(monkeypatch, blocks=blocks, files=files, flags=flags)
    refused = error_for(DBAPIError(None, None, _DriverError(code)), tmp_path / "bench.db")
    assert refused.code == (expected or {10: "storage.unwritable", 14: "storage.missing"}[code])
    assert str(refused).startswith(sentence.format(folder=tmp_path))


@pytest.mark.parametrize("url", ["", "mysql://x/y", "sqlite://", "sqlite:///:memory:", "not a url", "postgresql"])
def test_open_unsupported_url_raises_invalid(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        Database.open(url)
    assert refused.value.facts["field"] == "url"


@pytest.mark.parametrize("name", ["password", "sslpassword", "PASSWORD"])
def test_refuse_password_in_a_url_parameter_raises_invalid(name: str) -> None:
    with pytest.raises(Invalid, match="contains a password") as refused:
        refuse_password(f"postgresql://dana@server/work?{name}=hunter2")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("query", ["uri=true", "uri=true/work.db", "isolation_level=x"])
def test_open_sqlite_url_with_options_raises_invalid(tmp_path: Path, query: str) -> None:
    with pytest.raises(Invalid, match="can't have options"):
        Database.open(f"sqlite:///{tmp_path}/work.db?{query}")


def test_statement_parameters_stay_out_of_errors(database: Database) -> None:
    with pytest.raises(AppError) as failed, unbound(database).change() as session:
        session.execute(text("INSERT INTO nowhere VALUES (:secret)"), {"secret": "hunter2"})
    cause: BaseException | None = failed.value
    while cause is not None:
        assert "hunter2" not in str(cause)
        cause = cause.__cause__


def test_refuse_password_in_a_url_raises_without_repeating_it() -> None:
    with pytest.raises(Invalid) as refused:
        refuse_password("postgresql://dana:hunter2@server/work")
    assert "hunter2" not in repr(refused.value) + str(refused.value)
    refuse_password("postgresql://dana@server/work")


def test_optimize_counts_the_rows_that_sqlite_plans_by(sqlite_database: Database) -> None:
    for number in range(20):
        create_organisation(sqlite_database, f"org-{number}")
    sqlite_database.optimize()
    with sqlite_database.engine.connect() as connection:
        assert connection.scalar(text("SELECT stat FROM sqlite_stat1 WHERE tbl = 'audit_logs'"))


def test_optimize_does_not_wait_for_another_writer(sqlite_database: Database, tmp_path: Path) -> None:
    create_organisation(sqlite_database, "north")
    other = Database.open(databases.file_url(tmp_path / "bench.db"), key=databases.KEY)
    with unbound(other).change() as session:
        session.execute(text("SELECT 1"))
        started = time.monotonic()
        sqlite_database.optimize()
        assert time.monotonic() - started < 2
    other.dispose()
    create_organisation(sqlite_database, "south")
    assert slugs(sqlite_database) == ["north", "south"]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@hunter2@127.0.0.1:1/db", "postgresql://u:p@hunter2/x@h/db", "postgresql://u:p@hunter2?x@h/db",
        "sqlite://u:hunter2@/x.db", "sqlite+pysqlcipher://:hunter2@//x.db", "sqlite://hunter2/x.db",
    ],
)  # fmt: skip
def test_open_url_that_would_be_misread_is_refused_without_naming_its_parts(url: str) -> None:
    for use in (Database.open, refuse_password):
        with pytest.raises(Invalid) as refused:
            use(url)
        assert refused.value.code == "storage.url"
        assert "hunter2" not in str(refused.value)

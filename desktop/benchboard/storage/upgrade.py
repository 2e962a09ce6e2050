"""Brings a database to the revision this program needs, or back, whole or not at all.

Everything happens in one transaction that holds the write lock from before the first look, so two programs that start
at once take turns, and a kill or a failure at any moment leaves the database as it was. On SQLite a copy is made first.
Alembic and the models are imported only when there is something to do: asking costs one query.
"""

import contextlib
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from benchboard import package_data
from benchboard.errors import UNREACHABLE, AppError, Invalid, Unavailable
from benchboard.i18n import _, ngettext, system_reason
from benchboard.paging import Unreadable
from benchboard.storage import disk_state
from benchboard.storage.backups import backup_folder, backups
from benchboard.storage.driver_errors import error_for
from benchboard.storage.engine import Database

Progress = Callable[[int, int], None]
"""Called with how many revisions are done and how many there are to do."""
Starting = Callable[[], None]
"""Called when a database that isn't empty is about to be changed, all checks passed."""

BASE = "base"
_KEPT_COPIES = 3
# How long a second program waits for the first one's migration before it says that the database is busy.
_MIGRATION_WAIT_MS = 60_000
# A half-made copy older than this belongs to a program that was killed.
_ABANDONED_S = 86_400
_MOST_NAMED = 20
_REPORTED_LINES = 5


@dataclass(frozen=True, slots=True)
class Moved:
    """The result of a migration: the revision before and after (None: an empty database), and the backup made first."""

    before: str | None
    after: str | None
    backup: Path | None


@dataclass(frozen=True, slots=True)
class Finding:
    """A defect of the database. `kind` is for machines, `what` for people; `details` is SQLite's own report of it."""

    kind: str
    what: str
    details: str = ""


def revisions() -> tuple[str, ...]:
    """The revisions this program knows, oldest first: the numbers that the migrations' file names begin with."""
    files = (package_data.migrations_folder() / "versions").glob("[0-9][0-9][0-9][0-9]_*.py")
    return tuple(sorted(file.name[:4] for file in files))


def head() -> str:
    """The revision this program needs."""
    return revisions()[-1]


def current(database: Database) -> str | None:
    """The database's revision, None if it is empty. Creates no file. Raises `Unavailable` if it can't be read."""
    file = database.file
    with _spoken(database):
        if file is not None and (not file.exists() or file.stat().st_size == 0):
            return None
        with database.engine.connect() as connection:
            return _revision(connection)


def upgrade(database: Database, *, progress: Progress | None = None, starting: Starting | None = None) -> Moved:
    """Bring the database to `head()`, from nothing if need be; does nothing if it is there already.

    Raises `Unavailable`, with the database untouched: `storage.newer` (made by a newer program), `storage.read-only`,
    `storage.foreign` (another program's tables are in it), `storage.backup` (no copy could be made), `storage.busy`,
    `storage.migration` (a migration failed).
    """
    before = current(database)
    require_known(before)
    _require_writable(database)
    if before == head():
        return Moved(before, before, None)
    if starting is not None and before is not None:
        starting()
    return _move(database, head(), progress)


def downgrade(
    database: Database, revision: str, *, progress: Progress | None = None, starting: Starting | None = None
) -> Moved:
    """Take the database back to `revision`, or to nothing with `base`: what later revisions added is dropped.

    Raises `Invalid` (`storage.revision`) for a revision that is unknown or lies ahead, and what `upgrade` raises.
    """
    before = current(database)
    require_known(before)
    place = {None: 0, BASE: 0} | {name: number for number, name in enumerate(revisions(), 1)}
    if revision not in place or place[revision] > place[before]:
        earlier = (BASE, *revisions())[: place[before]]
        raise Invalid(
            "storage.revision",
            _("There's no earlier revision {revision} to go back to.").format(revision=revision),
            why=_("The database is at revision {current}.").format(current=before or BASE),
            do=_("Choose one of: {known}.").format(known=", ".join(earlier))
            if earlier
            else _("It's empty; create it with “benchboard db upgrade”."),
            field="revision",
        )
    _require_writable(database)
    if place[revision] == place[before]:
        return Moved(before, before, None)
    if starting is not None:
        starting()
    return _move(database, revision, progress)


def check(database: Database) -> tuple[Finding, ...]:
    """Find defects of the database without changing it. Raises `Unavailable` if it can't be read."""
    before = current(database)
    require_known(before)
    if before != head():
        return (
            Finding(
                "revision",
                _("The database is at revision {current}; this version of Benchboard needs {head}.").format(
                    current=before or BASE, head=head()
                ),
            ),
        )
    with _spoken(database), database.engine.connect() as connection:
        # Of a damaged file, nothing else can be said: reading it may fail at any row.
        return tuple(
            _damages(connection, database.file)
            or (*_differences(connection), *_lapses(connection), *_disk_findings(database))
        )


def _disk_findings(database: Database) -> list[Finding]:
    """That the disk takes nothing now, although everything on it can be read."""
    obstacle = None if database.file is None else disk_state.disk_obstacle(database.file)
    if obstacle is None:
        return []
    words = (obstacle.what, obstacle.why, _("Nothing can be saved now."))
    return [Finding("disk", " ".join(word for word in words if word))]


@contextmanager
def _spoken(database: Database) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise error_for(error, database.file, database.server) from error
    except OSError as error:
        raise Unavailable(
            "storage.missing",
            _("The database file can't be opened."),
            why=system_reason(error),
            do=_("Check that its folder exists and belongs to you."),
        ) from error


def _revision(connection: Connection) -> str | None:
    if connection.dialect.name == "sqlite":
        there = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"
    else:
        there = "SELECT to_regclass('alembic_version')::text"
    if connection.scalar(text(there)) is None:
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def require_known(revision: str | None) -> None:
    """Raise `Unavailable` (`storage.newer`) for a revision that only a newer program knows."""
    if revision is not None and revision not in revisions():
        raise Unavailable(
            "storage.newer",
            _("This database was created by a newer version of Benchboard."),
            why=_("It's at revision {revision}; this version supports up to {head}.").format(
                revision=revision, head=head()
            ),
            do=_("Install the newer version to use it. Nothing was changed."),
        )


def _require_writable(database: Database) -> None:
    file = database.file
    if file is None:
        with _spoken(database), database.engine.connect() as connection:
            refused = connection.scalar(text("SELECT current_setting('transaction_read_only')")) == "on"
    else:
        # Mode bits as well: nobody takes them off to have the file written all the same, and root passes access().
        places = [place for place in (file, file.parent) if place.exists()]
        refused = any(not os.access(place, os.W_OK) or not place.stat().st_mode & 0o222 for place in places)
    if refused:
        raise Unavailable(
            "storage.read-only",
            _("The database is read-only."),
            why=_("Benchboard stores sessions and the audit log in it, so it needs write access."),
            do=_("Make its file and folder writable, then try again. Nothing was changed.")
            if file is not None
            else _("Use the primary server and an account with write access. Nothing was changed."),
        )


def _move(database: Database, target: str, progress: Progress | None) -> Moved:
    """From wherever the database is, once the write lock is ours, to `target`."""
    if database.file is not None and not database.file.exists():
        with _spoken(database):
            # Encrypted or not, it is accessible to its owner alone from its first byte; SQLite gives its other files
            # the same mode.
            database.file.touch(mode=0o600)
    with _failing(database, target), _alone(database, target) as (connection, backup):
        before = _revision(connection)
        require_known(before)
        if before is None:
            _require_empty(connection)
        if before != target:
            with _triggers_kept(connection):
                _run(connection, before, target, progress)
            _require_sound(connection)
        return Moved(before, _revision(connection), backup)


@contextmanager
def _failing(database: Database, target: str) -> Iterator[None]:
    try:
        yield
    except AppError:
        raise
    except DBAPIError as error:
        known = error_for(error, database.file, database.server)
        # Here a table that is missing is the migration's fault, not the database's age.
        if known.code not in ("storage.refused", UNREACHABLE, "storage.outdated"):
            raise known from error
        raise Unavailable(
            "storage.migration",
            _("The database couldn't be migrated to revision {revision}.").format(revision=target),
            why=_("A migration statement failed."),
            do=_("Nothing was changed. Save the log and report this."),
        ) from error


@contextmanager
def _alone(database: Database, target: str) -> Iterator[tuple[Connection, Path | None]]:
    """A connection in a transaction that no other writer can be beside, and the copy made before it."""
    if database.dialect == "postgresql":
        with database.engine.connect() as connection, _locked(connection):
            yield connection, None
        return
    connection = database.engine.connect().execution_options(bb_writing=True)
    driver: Any = connection.connection.driver_connection
    try:
        # Outside the transaction, where alone they work. With foreign keys on, rebuilding a table deletes its children;
        # without the legacy rename, every trigger that names a rebuilt table stops the rename.
        driver.execute(f"PRAGMA busy_timeout = {_MIGRATION_WAIT_MS}")
        driver.execute("PRAGMA foreign_keys = OFF")
        driver.execute("PRAGMA legacy_alter_table = ON")
        with _copied(connection, driver, target) as backup:
            yield connection, backup
    except driver.Error as error:
        raise error_for(DBAPIError(None, None, error), database.file) from error
    finally:
        # Its settings are not for others: the pool gets no such connection back.
        connection.detach()
        connection.close()


@contextmanager
def _locked(connection: Connection) -> Iterator[None]:
    """Lock the version table: a second program waits for it, then finds the migration done."""
    for last in (False, True):
        transaction = connection.begin()
        try:
            connection.execute(
                text(
                    "CREATE TABLE IF NOT EXISTS alembic_version"
                    " (version_num VARCHAR(32) NOT NULL CONSTRAINT alembic_version_pkc PRIMARY KEY)"
                )
            )
            connection.execute(text("LOCK TABLE alembic_version IN SHARE ROW EXCLUSIVE MODE"))
            break
        except (IntegrityError, ProgrammingError):
            # IF NOT EXISTS does not see a table that another transaction made meanwhile; the second look does.
            transaction.rollback()
            if last:
                raise
    with transaction:
        yield


@contextmanager
def _copied(connection: Connection, driver: Any, target: str) -> Iterator[Path | None]:
    """A transaction with the write lock, and before it a backup after which no other program has written."""
    file = Path(connection.engine.url.database or "")
    while True:
        seen = _data_version(driver)
        revision = _revision(connection)
        connection.rollback()
        backup = None if revision in (None, target) else _copy(driver, file, str(revision))
        with connection.begin() as transaction:
            if _data_version(driver) == seen:
                _thin_out(file)
                yield backup
                return
            transaction.rollback()
        if backup is not None:
            backup.unlink()


def _data_version(driver: Any) -> int:
    """Changes whenever another connection commits."""
    version: int = driver.execute("PRAGMA data_version").fetchone()[0]
    return version


def _copy(driver: Any, file: Path, revision: str) -> Path:
    """A copy of the database, under the same key, in `backups` beside it.

    VACUUM INTO, because opening the file itself and closing it would drop SQLite's own locks on it (POSIX).
    """
    folder = backup_folder(file)
    target = folder / f"{file.stem}-{revision}-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.db"
    draft = target.with_suffix(f".{os.getpid()}.partial")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        for left in folder.glob(f"{file.stem}-*.partial"):
            if left.stat().st_mtime < time.time() - _ABANDONED_S:  # a newer one may be in use by another program
                left.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        driver.execute("VACUUM INTO ?", (str(draft),))
        with draft.open("rb+") as written:
            os.fsync(written.fileno())
        draft.replace(target)
    except (OSError, driver.Error) as error:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise Unavailable(
            "storage.backup",
            _("Can't back up the database to {folder}.").format(folder=folder),
            why=(system_reason(error) if isinstance(error, OSError) else "") or str(error),
            do=_("Free up disk space or make the folder writable, then try again. Nothing was changed."),
        ) from error
    return target


def _thin_out(file: Path) -> None:
    """Keep the newest copies of `file` only."""
    for old in backups(file)[:-_KEPT_COPIES]:
        old.unlink(missing_ok=True)


def _require_empty(connection: Connection) -> None:
    """An empty database is ours to fill; one with another program's tables is not."""
    from sqlalchemy import inspect

    from benchboard.storage.models import Base

    found = set(inspect(connection).get_table_names()) - {"alembic_version"}
    if connection.dialect.name == "postgresql":
        found &= Base.metadata.tables.keys()
    if found:
        raise Unavailable(
            "storage.foreign",
            _("This isn't a Benchboard database."),
            why=_("It contains another program's tables: {tables}.").format(tables=", ".join(sorted(found)[:3])),
            do=_("Choose an empty database, or a file that doesn't exist yet. Nothing was changed."),
        )


def _run(connection: Connection, before: str | None, target: str, progress: Progress | None) -> None:
    from alembic import command  # late: 175 ms that a database at its revision never pays
    from alembic.config import Config

    order = (None, *revisions())
    place = {BASE: 0} | {name: number for number, name in enumerate(order)}
    total, done = abs(place[target] - place[before]), 0

    def applied(**_facts: object) -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, total)

    config = Config()
    config.set_main_option("script_location", str(package_data.migrations_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["applied"] = applied
    move = command.upgrade if place[target] > place[before] else command.downgrade
    move(config, target)


_CREATE_TRIGGER = re.compile(r"\s*CREATE\s+TRIGGER\s+\"?(\w+).*?\bON\s+\"?(\w+)", re.IGNORECASE | re.DOTALL)
_DROP_TRIGGER = re.compile(r"\s*DROP\s+TRIGGER\s+(?:IF\s+EXISTS\s+)?\"?(\w+)", re.IGNORECASE)


@contextmanager
def _triggers_kept(connection: Connection) -> Iterator[None]:
    """Make again, on SQLite, the triggers that went with a rebuilt table: those there were before, and those that the
    migrations made; not those that they dropped by name."""
    if connection.dialect.name != "sqlite":
        yield
        return
    query = text("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
    wanted = {row.name: (row.tbl_name, row.sql) for row in connection.execute(query)}

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if made := _CREATE_TRIGGER.match(statement):
            wanted[made[1]] = (made[2], statement)
        elif dropped := _DROP_TRIGGER.match(statement):
            wanted.pop(dropped[1], None)

    event.listen(connection, "before_cursor_execute", note)
    yield
    event.remove(connection, "before_cursor_execute", note)
    present = {row.name for row in connection.execute(query)}
    tables = set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")))
    for name, (table, statement) in wanted.items():
        if name not in present and table in tables:
            connection.exec_driver_sql(statement)


def _require_sound(connection: Connection) -> None:
    if connection.dialect.name == "sqlite" and (lost := _orphans(connection)):
        raise Unavailable(
            "storage.migration",
            _("The migration would have left orphaned rows in {tables}.").format(
                tables=", ".join(sorted({table for table, _count in lost}))
            ),
            do=_("Nothing was changed. Save the log and report this."),
        )


def _orphans(connection: Connection) -> list[tuple[str, int]]:
    rows = connection.execute(text('SELECT "table", count(*) FROM pragma_foreign_key_check GROUP BY 1')).all()
    return [(str(table), int(count)) for table, count in rows]


def _differences(connection: Connection) -> list[Finding]:
    """What autogenerate would write to bring the database to the models."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from benchboard.storage.models import Base

    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return [
        Finding(
            "schema",
            _("The database schema isn't what Benchboard expects: {difference}.").format(
                difference=_difference_text(one)
            ),
        )
        for one in compare_metadata(context, Base.metadata)
    ]


def _difference_text(difference: Any) -> str:
    if isinstance(difference, list):
        return "; ".join(_difference_text(one) for one in difference)
    return " ".join(
        str(getattr(part, "name", None) or part)
        for part in difference
        if part is not None and not isinstance(part, dict)
    )


def _damages(connection: Connection, file: Path | None) -> list[Finding]:
    """The results of SQLite's own checks of the file, as one finding."""
    if file is None:
        return []
    # The second has no answer at all for a file without a key.
    texts = [one for name in ("", "cipher_") for one in _integrity(connection, f"PRAGMA {name}integrity_check")]
    lines = [line for one in texts for line in one.splitlines() if not line.startswith("***")]
    if not texts:
        return []
    if tables := _damaged_tables(connection):
        what = _("The database file {file} is damaged. Tables affected: {tables}.")
    else:
        what = _("The database file {file} is damaged.")
    return [Finding("damage", what.format(file=file, tables=", ".join(tables)), _details(lines))]


def _integrity(connection: Connection, check: str) -> list[str]:
    """What one of SQLite's checks found; empty if the file is sound."""
    texts: list[str] = []
    try:
        answer = connection.exec_driver_sql(check)
        for one in answer.scalars() if answer.returns_rows else ():
            texts.append(one)  # one by one: it may report some damage and then fail at more
    except DBAPIError as error:
        if error_for(error).code != "storage.damaged":
            raise
        texts.append(str(error.orig))
    return [one for one in texts if one != "ok"]


def _damaged_tables(connection: Connection) -> list[str]:
    """The tables whose own check, or that of one of their indexes, finds damage. The report on the whole file names
    pages at best, and at worst ends at the first."""
    try:
        tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1").scalars()
        return [name for name in tables.all() if _integrity(connection, f"PRAGMA integrity_check({_quoted(name)})")]
    except DBAPIError:  # the list of tables is damaged too
        return []


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _details(lines: list[str]) -> str:
    """The first lines of SQLite's report, in one."""
    rest = len(lines) - _REPORTED_LINES
    more = ngettext("{count} more line", "{count} more lines", rest).format(count=rest)
    return "; ".join((*lines[:_REPORTED_LINES], *([more] if rest > 0 else [])))


def _lapses(connection: Connection) -> list[Finding]:
    """Rows and constraints that violate the schema."""
    if connection.dialect.name == "postgresql":
        unchecked = connection.scalars(text("SELECT conname FROM pg_constraint WHERE NOT convalidated")).all()
        return [
            Finding("constraint", _("Constraint {name} was never validated against existing rows.").format(name=name))
            for name in unchecked
        ]
    return [
        Finding("foreign-key", _("{table}: {count} orphaned rows.").format(table=table, count=count))
        for table, count in _orphans(connection)
    ] + _no_moments(connection)


def _no_moments(connection: Connection) -> list[Finding]:
    """The rows that hold something else where a moment belongs, the first ones of each column."""
    from benchboard.storage.models import Base
    from benchboard.storage.models.base import Moment, read_moment

    what = _("{table}, row {row}: {column} must be a time, not {value}.")
    findings: list[Finding] = []
    for table in Base.metadata.tables.values():
        key = " || ' ' || ".join(f"quote({one.name})" for one in table.primary_key.columns)
        for column in (one.name for one in table.columns if isinstance(one.type, Moment)):
            # SQLite's calendar is more patient than ours: what it would write otherwise is looked at, no more.
            doubtful = (
                f"SELECT {key}, {column} FROM {table.name} WHERE {column} IS NOT NULL"  # noqa: S608  # our own names
                f" AND strftime('%Y-%m-%dT%H:%M:%S', {column}) IS NOT substr({column}, 1, 19)"
            )
            answer = connection.exec_driver_sql(doubtful)
            broken = ((row, value) for row, value in answer if isinstance(read_moment(value), Unreadable))
            findings += [
                Finding("moment", what.format(table=table.name, row=row, column=column, value=ascii(value)[:60]))
                for row, value in islice(broken, _MOST_NAMED)
            ]
            answer.close()
    return findings

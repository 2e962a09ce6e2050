"""One database, open: SQLite on this computer (through SQLCipher) or PostgreSQL, used alike.

`Database.read` and `Database.change` are the only two ways to a session. Whoever opens one owns the transaction;
services that are handed the session never commit. Driver errors leave here as `Unavailable` or `Conflict`, in words.
"""

import contextlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, StatementError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.pool import QueuePool

from benchboard.errors import AppError, Conflict, Invalid, Unavailable
from benchboard.i18n import N_, _
from benchboard.storage import changes, folding
from benchboard.storage.changes import Changes

Dialect = Literal["sqlite", "postgresql"]

# libpq takes these behind the question mark of a URL as well.
_PASSWORDS = ("password", "sslpassword")
# After 40 s in which a server's computer says nothing, whoever waits for its answer is told; else that takes two hours.
_SILENCE = {"keepalives_idle": 20, "keepalives_interval": 5, "keepalives_count": 4, "tcp_user_timeout": 40_000}
# How long a writer waits for another program's transaction before it says so.
_BUSY_MS = 5000
# A connection counts from its own beginning: another one's number is another number.
_OPENED = count(1)


class Database:
    """An open database. Safe to use from several threads; each transaction has its own connection."""

    def __init__(self, engine: Engine, label: str, writing: Engine | None = None) -> None:
        self.engine = engine
        self.label = label
        self.dialect: Dialect = "postgresql" if engine.dialect.name == "postgresql" else "sqlite"
        self.engines = (engine,) if writing is None else (engine, writing)
        """All there are: on SQLite another one writes."""
        self._writing = self.engines[-1].execution_options(bb_writing=True)
        self._listeners: list[Callable[[Changes], None]] = []
        self._lock = threading.Lock()
        self._seen: int | None = None

    @classmethod
    def open(cls, url: str, *, key: bytes | None = None) -> "Database":
        """Open `url`: `sqlite:///path` (with `key`, 32 bytes, encrypted by SQLCipher) or `postgresql://…`.

        Nothing is read yet, save for what the first connection needs. Raises `Invalid` for a URL that is neither, or
        that carries a password where it came from a command line (the caller checks that with `refuse_password`).
        """
        parsed = _parse(url)
        if parsed.get_backend_name() == "sqlite":
            # One connection writes: what it notices of others' commits is theirs alone (`data_version`).
            alone = {"pool_size": 1, "max_overflow": 0, "pool_timeout": _BUSY_MS / 1000}
            return cls(_sqlite(parsed, key), parsed.database or "", _sqlite(parsed, key, **alone))
        engine = create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            pool_size=4,
            max_overflow=12,  # as much as the window's threads can ask for at once
            hide_parameters=True,
            json_deserializer=_decoded,
            connect_args={"connect_timeout": 10, "application_name": "benchboard", **_SILENCE},
        )
        return cls(engine, parsed.host or "localhost")

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session on one consistent view of the data. Nothing it does is kept."""
        with _spoken(), Session(self.engine, autoflush=False, expire_on_commit=False) as session:
            if self.dialect == "postgresql":
                session.connection(
                    execution_options={"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
                )
            yield session

    @contextmanager
    def change(self) -> Iterator[Session]:
        """A session whose work is committed whole when the block ends, and undone whole if it raises.

        On SQLite it takes the write lock at its beginning (BEGIN IMMEDIATE), so it never fails half-way for want of it.
        """
        with _spoken(), Session(self._writing, expire_on_commit=False) as session:
            changes.watch(session)
            with session.begin():
                yield session
                session.flush()
                changes.require_recorded(session)
            done = changes.touched(session)
        if done:
            for listener in tuple(self._listeners):
                listener(done)

    def on_change(self, listener: Callable[[Changes], None]) -> Callable[[], None]:
        """Call `listener` after each commit, on the committing thread; answers a function that stops it."""
        with self._lock:
            self._listeners.append(listener)

        def stop() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return stop

    def data_version(self) -> int | None:
        """A number that moves when anybody else, in this program or another, has committed to a SQLite file; else None.

        SQLite answers this to each connection apart, and counts all commits but its own: so the one that writes is
        asked. While it does, the last answer stands.
        """
        if self.dialect != "sqlite":
            return None
        pool = self._writing.pool
        if self._seen is None or not (isinstance(pool, QueuePool) and pool.checkedout()):
            with _spoken(), self._writing.connect() as connection:
                opened = connection.info.setdefault("bb_opened", next(_OPENED))
                cursor = connection.connection.cursor()
                try:
                    self._seen = opened << 32 | int(cursor.execute("PRAGMA data_version").fetchone()[0])
                finally:
                    cursor.close()
        return self._seen

    def dispose(self) -> None:
        """Close every connection. The object can be used again; it then connects anew."""
        self._seen = None
        for engine in self.engines:
            engine.dispose()


def refuse_password(url: str) -> None:
    """Raise `Invalid` (`storage.url-password`) for a URL with a password: everyone on a machine sees command lines."""
    parsed = _parse(url)
    if parsed.password is not None or any(name.lower() in _PASSWORDS for name in parsed.query):
        raise Invalid(
            "storage.url-password",
            _("The database URL carries a password."),
            why=_("Anyone on this machine can read another program's command line."),
            do=_("Leave it out and use BENCHBOARD_DATABASE_URL, PGPASSWORD or ~/.pgpass instead."),
            field="url",
        )


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    if parsed is None or parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise Invalid(
            "storage.url",
            _("This is not the URL of a database Benchboard can use."),
            do=_("Write sqlite:///path/to/file.db or postgresql://person@server/database."),
            field="url",
        )
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise Invalid(
            "storage.url",
            _("A SQLite URL needs the path of a file."),
            do=_("Write sqlite:///path/to/file.db."),
            field="url",
        )
    if parsed.get_backend_name() == "sqlite" and parsed.query:
        raise Invalid(
            "storage.url",
            _("A SQLite URL takes no options."),
            do=_("Write sqlite:///path/to/file.db, with %3F for a question mark in its name."),
            field="url",
        )
    return parsed


def file_url(file: Path) -> str:
    """The URL of a SQLite file, whatever signs its path has."""
    return f"sqlite:///{quote(str(file))}"


def _sqlite(url: URL, key: bytes | None, **pool: Any) -> Engine:
    from sqlcipher3 import dbapi2  # late: a program on PostgreSQL has no use for it

    engine = create_engine(url.set(drivername="sqlite"), module=dbapi2, connect_args={"timeout": _BUSY_MS / 1000},
                           hide_parameters=True, json_deserializer=_decoded, **pool)  # fmt: skip

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # BEGIN is ours, below
        connection.create_function(folding.FUNCTION, 1, _folded, deterministic=True)
        cursor = connection.cursor()
        if key is not None:
            cursor.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA trusted_schema = OFF")
        # Else REPLACE takes rows away without asking the triggers that forbid it.
        cursor.execute("PRAGMA recursive_triggers = ON")
        # FULL: a dongle must never hold a token that a power cut took from the database (DESIGN section 8).
        cursor.execute("PRAGMA synchronous = FULL")
        if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            with contextlib.suppress(dbapi2.OperationalError):  # read-only: it is still good for reading
                cursor.execute("PRAGMA journal_mode = WAL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("bb_writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _decoded(text: str | bytes) -> Any:
    """JSON as stored. A whole number of more digits than Python reads becomes infinite, which no document may say: so
    it is refused where it is used, in words, and takes nothing else of its list away."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except ValueError:
        return json.loads(text, parse_int=_whole)


def _whole(digits: str) -> int | float:
    try:
        return int(digits)
    except ValueError:
        return float(digits)


@contextmanager
def _spoken() -> Iterator[None]:
    """Turn the drivers' errors into ours; known ones by name, the rest by their kind. SQL and parameters stay out."""
    try:
        yield
    except AppError:
        raise
    except IntegrityError as error:
        raise _overtaken(constraint=_constraint(error)) from error
    except StaleDataError as error:
        raise _overtaken() from error
    except DBAPIError as error:
        raise unavailable(error) from error
    except NoneFree as error:  # all connections are at work
        raise _worded("storage.busy") from error
    except UnicodeEncodeError as error:
        raise _no_value() from error
    except StatementError as error:
        # Our column types refuse what is no id, no moment or no amount with a ValueError before a driver sees it.
        if not isinstance(error.orig, ValueError):
            raise
        raise _no_value() from error


def _no_value() -> Invalid:
    return Invalid(
        "storage.value",
        _("A value has the wrong form for where it belongs."),
        do=_("Check ids, times and amounts in what you gave."),
    )


def _folded(text: object) -> str | None:
    return None if text is None else folding.fold(str(text))


def _overtaken(constraint: str = "") -> Conflict:
    return Conflict(
        "storage.conflict",
        _("Somebody else changed this at the same moment, or it is still in use."),
        do=_("Look at it again, then repeat what you did."),
        constraint=constraint,
    )


_KNOWN = (
    ("locked", "storage.busy"),
    ("readonly", "storage.read-only"),
    ("read-only", "storage.read-only"),
    ("not a database", "storage.key"),
    ("hmac check failed", "storage.key"),
    ("malformed", "storage.damaged"),
    ("full", "storage.full"),
    ("unable to open", "storage.missing"),
    ("no such table", "storage.outdated"),
    ("no such column", "storage.outdated"),
    ('relation "', "storage.outdated"),
    ("permission denied", "storage.denied"),
    ('database "', "storage.nowhere"),
    ('role "', "storage.nowhere"),
    ("password authentication failed", "storage.password"),
    ("no password supplied", "storage.password"),
)


_SENTENCES = {
    "storage.busy": (
        N_("The database is busy."),
        N_("Another program is writing to it; try again in a moment."),
    ),
    "storage.read-only": (
        N_("The database is read-only."),
        N_("Make its file and folder writable, then try again."),
    ),
    "storage.key": (
        N_("The database cannot be opened with the key kept for it."),
        N_("Restore its key or a backup. Nothing was changed."),
    ),
    "storage.damaged": (
        N_("The database file is damaged."),
        N_("Restore the newest backup from its folder."),
    ),
    "storage.full": (
        N_("The disk is full."),
        N_("Free some room, then try again. Nothing was half-written."),
    ),
    "storage.missing": (
        N_("The database file cannot be opened."),
        N_("Check that its folder exists and is yours."),
    ),
    "storage.outdated": (
        N_("The database is not at this program's version."),
        N_("Run “benchboard db upgrade” for it, or ask whoever runs the server to."),
    ),
    "storage.denied": (
        N_("The server does not let this role do that."),
        N_("Ask whoever runs the server for the right, or use another role."),
    ),
    "storage.nowhere": (
        N_("The server has no such database or role."),
        N_("Check the names in the URL, then try again."),
    ),
    "storage.password": (
        N_("The server did not accept the name or password."),
        N_("Check both and try again."),
    ),
    "storage.refused": (
        N_("The database could not do that."),
        N_("Try again; if it goes on, keep the log and report this."),
    ),
    "storage.unreachable": (
        N_("The database cannot be reached."),
        N_("Check that the server runs and the network is up, then try again."),
    ),
}


def unavailable(error: DBAPIError) -> Unavailable:
    """The `Unavailable` that says what a driver error means."""
    text = str(error.orig).lower()
    code = next((code for sign, code in _KNOWN if sign in text), "")
    return _worded(code or ("storage.refused" if _answered(error) else "storage.unreachable"))


def _answered(error: DBAPIError) -> bool:
    """Whether the database itself refused, rather than nobody answered: it may be asked something else."""
    said: Any = error.orig
    if hasattr(said, "sqlstate"):  # a server's
        state = str(said.sqlstate or "")
        return bool(state) and not state.startswith(("08", "57P"))
    return "disk i/o error" not in str(said).lower()


def _worded(code: str) -> Unavailable:
    what, do = _SENTENCES[code]
    return Unavailable(code, _(what), do=_(do))


def _constraint(error: IntegrityError) -> str:
    """The name of the violated constraint, or what SQLite names instead (`table.column`)."""
    diagnostic = getattr(error.orig, "diag", None)
    if diagnostic is not None:
        return str(diagnostic.constraint_name or "")
    found = re.search(r"constraint failed: (.+)$", str(error.orig))
    return found[1] if found else ""

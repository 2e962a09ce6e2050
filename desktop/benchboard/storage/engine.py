"""An open database: SQLite on this computer (through SQLCipher) or PostgreSQL, used alike.

`Transactions.read` and `Transactions.change` are the only two ways to a session; `Database.bind` returns those of an
account, `Database.system` those of a named system act of the program. The code that opens a session owns the
transaction; services that get it never commit. Driver errors are translated to `Unavailable` or `Conflict`.
"""

import contextlib
import logging
import threading
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from benchboard.errors import FILE_UNUSABLE, AppError, Invalid
from benchboard.i18n import _
from benchboard.storage import audit_seals, change_tracking, json_text, search_text
from benchboard.storage.change_tracking import Changes
from benchboard.storage.database_url import is_password_parameter, without_password
from benchboard.storage.driver_errors import translate_errors, unreadable_file
from benchboard.storage.open_file import OpenFile

if TYPE_CHECKING:
    from benchboard.storage.guard import Principal

_log = logging.getLogger(__name__)
Dialect = Literal["sqlite", "postgresql"]
Key = bytes | Callable[[], bytes]

# After 40 s of silence from a server's computer, waiting callers get an error; by default that takes two hours.
_SILENCE = {"keepalives_idle": 20, "keepalives_interval": 5, "keepalives_count": 4, "tcp_user_timeout": 40_000}
# How long a writer waits for another program's transaction before it raises an error.
BUSY_MS = 5000
# SQLite and PostgreSQL alike. It locks the row until the commit, so those who count never skip a commit.
_COUNT_COMMIT = (
    "INSERT INTO commit_count (id, commits) VALUES (1, 1)"
    " ON CONFLICT (id) DO UPDATE SET commits = commit_count.commits + 1"
)
# In the statement that takes the lock: a program may stop right after it.
_LIMIT_PAUSE = " RETURNING set_config('idle_in_transaction_session_timeout', :pause, true)"

SystemAct = Literal["sign-in", "sign-out", "seed", "tour", "oauth"]
SYSTEM_ACTS: Final[frozenset[SystemAct]] = frozenset(get_args(SystemAct))
"""Every act that runs without an account: signing in and out (there is no session before and after), making the
catalogue and the first organisation, the tour's look at what its steps have stored, and what OAuth clients ask for,
which prove themselves to the issuer (`identity.oauth.issuer`). Upgrades and backups work on
connections of their own (`storage.upgrade`)."""


class Database:
    """An open database. Thread-safe; each transaction has its own connection.

    There are two ways to a transaction: `bind` for an account, `system` for a named system act of the program.
    """

    def __init__(
        self, engine: Engine, label: str, writing: Engine | None = None, open_file: OpenFile | None = None
    ) -> None:
        self.engine = engine
        self._open_file = open_file
        self.label = label
        self.dialect: Dialect = "postgresql" if engine.dialect.name == "postgresql" else "sqlite"
        self.engines = (engine,) if writing is None else (engine, writing)
        """All there are: on SQLite another one writes."""
        self.file = Path(engine.url.database or "") if self.dialect == "sqlite" else None
        """A SQLite database's file."""
        self.server = "" if self.dialect == "sqlite" else _address(engine.url)
        """A PostgreSQL server's host, and its port if the URL has one."""
        self.writing = self.engines[-1].execution_options(bb_writing=True)
        self.session_info: dict[str, object] = {}
        """What every session finds in its `info`, such as where the organisations' data keys are."""
        self.seen_seals = audit_seals.SeenSeals()
        """The last seals of the audit log that were seen."""
        self._listeners: list[Callable[[Changes], None]] = []
        self._lock = threading.Lock()
        self._own_commits = 0
        self._others_commits = -1
        self._times_reset = 0

    @classmethod
    def open(cls, url: str, *, key: Key | None = None) -> "Database":
        """Open `url`: `sqlite:///path` (with `key`, 32 bytes, encrypted by SQLCipher) or `postgresql://…`.

        A function as `key` is called at each connection; what it raises, the connection raises.
        Nothing is read yet, save for what the first connection needs. Raises `Invalid` for a URL that is neither, or
        that carries a password where it came from a command line (the caller checks that with `refuse_password`).
        """
        parsed = _parse(url)
        if parsed.get_backend_name() == "sqlite":
            # One connection writes: SQLite has one writer at a time.
            alone = {"pool_size": 1, "max_overflow": 0, "pool_timeout": BUSY_MS / 1000}
            file = OpenFile(Path(parsed.database or ""))
            return cls(_sqlite(parsed, key, file), parsed.database or "", _sqlite(parsed, key, file, **alone), file)
        engine = create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            pool_size=4,
            max_overflow=12,  # as much as the window's threads can ask for at once
            hide_parameters=True,
            json_serializer=json_text.encode,
            json_deserializer=json_text.decode,
            connect_args={"connect_timeout": 10, "application_name": "benchboard", **_SILENCE},
        )
        return cls(engine, _address(parsed))

    def bind(self, principal: "Principal") -> "Transactions":
        """Transactions for an account: each first checks that its session and account are still valid.

        A revoked or disabled account's next transaction raises `Denied` (`access.ended`). The account's permissions are
        read again as well: a changed role applies from the next transaction on.
        """
        return Transactions(self, principal)

    def system(self, act: SystemAct) -> "Transactions":
        """Transactions of the program itself, for the few system acts without an account."""
        if act not in SYSTEM_ACTS:
            raise ValueError(act)
        return Transactions(self, None)

    def on_change(self, listener: Callable[[Changes], None]) -> Callable[[], None]:
        """Call `listener` after each commit, on the committing thread; returns a function that stops it."""
        with self._lock:
            self._listeners.append(listener)

        def stop() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return stop

    def announce(self, done: Changes) -> None:
        """Notify the listeners of a committed transaction. An exception in one doesn't undo the commit."""
        for listener in tuple(self._listeners):
            try:
                listener(done)
            except Exception:  # noqa: BLE001  # a bug, and logged as one: the change is committed, and did not fail
                _log.exception("a listener failed after a commit")

    def require_file(self) -> None:
        """Raise `Unavailable` (`storage.file-gone`) if the open SQLite file was deleted, moved or replaced.

        Every change checks this too: SQLite itself would write to the deleted file, and report success.
        """
        if self._open_file is not None:
            self._open_file.require_same()

    def others_commits(self, session: Session) -> tuple[int, int]:
        """What changes once other programs have committed, read in the transaction of `session`: a number that is
        another one after this object has disconnected, and how many commits of others it knows of.

        Commits that only touch `change_tracking.UNNOTICED` don't count. Raises as `require_file` does.
        """
        self.require_file()
        known = session.execute(text("SELECT commits FROM commit_count WHERE id = 1")).scalar() or 0
        with self._lock:  # after the read: an own commit is counted before it can be read, never later
            self._others_commits = max(self._others_commits, known - self._own_commits)
            return self._times_reset, self._others_commits

    @contextmanager
    def counted_commit(self, session: Session) -> Iterator[None]:
        """Count the open transaction as one of this program's; it is about to commit in this block."""
        if self.dialect == "postgresql":
            session.execute(text(_COUNT_COMMIT + _LIMIT_PAUSE), {"pause": str(audit_seals.LONGEST_PAUSE_MS)})
        else:
            session.execute(text(_COUNT_COMMIT))
        with self._lock:
            self._own_commits += 1
        try:
            yield
        except BaseException:
            with self._lock:
                self._own_commits -= 1
            raise

    def _reset_commits(self) -> None:
        with self._lock:
            self._others_commits = -1
            self._times_reset += 1

    def require_sound(self) -> None:
        """Raise `Unavailable` (`storage.damaged`, `storage.key`) if a SQLite file has a page that can't be read.

        Reads the whole file: for the time after such an error, when another page may be all that a read needs.
        """
        if self.file is None:
            return
        with self.translated_errors(), self.engine.connect() as connection:
            if connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() != "ok":
                raise unreadable_file(self.file)

    @contextmanager
    def translated_errors(self) -> Iterator[None]:
        """As `translate_errors` for this database. After an error of the file itself it connects again: SQLCipher's
        connections that met a page they couldn't decrypt fail for ever, also once the file is restored."""
        try:
            with translate_errors(self.file, self.server):
                yield
        except AppError as error:
            # A file that is gone stays open: it can be moved back.
            if self.file is None or error.code not in ("storage.damaged", "storage.key", "storage.unwritable"):
                raise
            self._reset_commits()
            for engine in self.engines:  # `_open_file` stays: another file at the path is still another one
                engine.dispose()
            if error.code == "storage.unwritable" and (damage := self._damage()):
                raise damage from error
            raise

    def _damage(self) -> AppError | None:
        """The error of a new connection to a damaged file: an old one may call the same damage a disk I/O error."""
        try:
            with translate_errors(self.file), self.engine.connect() as connection:
                connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
        except AppError as error:
            return error if error.code in FILE_UNUSABLE else None
        return None

    def optimize(self) -> None:
        """Let SQLite update its statistics if its tables have grown a lot: the query planner uses them.

        For the end of a program; it doesn't wait for another writer. PostgreSQL does this by itself.
        """
        used = next((engine for engine in self.engines if _has_idle_connection(engine)), None)
        if self.dialect != "sqlite" or used is None:
            return
        # Busy, read-only, damaged: then the next program does it.
        with (
            contextlib.suppress(DBAPIError, NoFreeConnection),
            _raw(used) as driver,
            contextlib.suppress(driver.Error),
        ):
            driver.execute("PRAGMA busy_timeout = 0")
            driver.execute("PRAGMA optimize = 0x10002")  # every table, not only those that this connection read
            driver.execute(f"PRAGMA busy_timeout = {BUSY_MS}")

    def dispose(self) -> None:
        """Close every connection. The object can be used again; it then reconnects."""
        self._reset_commits()
        for engine in self.engines:
            engine.dispose()
        if self._open_file is not None:
            self._open_file.forget()


def _end_read(session: Session) -> None:
    """Commit what only read: a rollback makes psycopg forget the statements that the server has prepared."""
    driver: Any = session.connection().connection.driver_connection
    driver.commit()


def _has_idle_connection(engine: Engine) -> bool:
    return isinstance(engine.pool, QueuePool) and engine.pool.checkedin() > 0


@contextmanager
def _raw(engine: Engine) -> Iterator[Any]:
    """The driver's own connection, outside a transaction."""
    pooled = engine.raw_connection()
    try:
        yield pooled.driver_connection
    finally:
        pooled.close()


_ANSWERS: Final = "answers"


class Transactions:
    """Reads and changes of one database, for an account or a named system act. Thread-safe."""

    def __init__(self, database: Database, principal: "Principal | None") -> None:
        self._database, self._principal = database, principal

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session on one consistent view of the data. Nothing it does is kept."""
        database = self._database
        with (
            database.translated_errors(),
            Session(database.engine, autoflush=False, expire_on_commit=False, info=database.session_info) as session,
        ):
            if database.dialect == "postgresql":
                session.connection(
                    execution_options={"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
                )
            self._require_live_session(session)
            session.info[_ANSWERS] = {}
            yield session
            if database.dialect == "postgresql":
                _end_read(session)

    @contextmanager
    def change(self) -> Iterator[Session]:
        """A session whose work is committed whole when the block ends, and undone whole if it raises.

        On SQLite it takes the write lock at its beginning (BEGIN IMMEDIATE), so it never fails half-way for want of it.
        """
        database = self._database
        heads: Mapping[str, tuple[int, bytes]] = {}
        with (
            database.translated_errors(),
            Session(database.writing, expire_on_commit=False, info=database.session_info) as session,
            contextlib.ExitStack() as committing,
        ):
            change_tracking.watch(session)
            with session.begin():
                if database.dialect == "postgresql":
                    # Whatever the server's default: what follows the wait for the lock must see what the others wrote.
                    session.connection(execution_options={"isolation_level": "READ COMMITTED"})
                self._require_live_session(session)
                yield session
                session.flush()
                change_tracking.require_recorded(session)
                done = change_tracking.touched(session)
                if done.keys() - change_tracking.UNNOTICED:
                    seals = audit_seals.prepare(session)
                    committing.enter_context(database.counted_commit(session))
                    heads = seals.write(database.seen_seals)
        for organisation_id, head in heads.items():
            database.seen_seals.remember(organisation_id, *head)
        if done:
            database.announce(done)

    def _require_live_session(self, session: Session) -> None:
        # On a guarded PostgreSQL this is where `bb.session` is set, and the row policies check the same.
        if self._principal is not None:
            from benchboard.storage import guard  # late: an upgrade needs no models

            guard.require_live(session, self._principal)


def read_answers(session: Session) -> dict[Hashable, Any]:
    """What was answered in this read, which sees one view of the data, to be answered again; in a change, which sees
    its own writes, nothing is kept from one call to the next."""
    answers: dict[Hashable, Any] = session.info.get(_ANSWERS, {})
    return answers


def url_without_password(database: Database) -> str:
    """The URL of a database, as a command line may have it."""
    return without_password(database.engine.url.set(drivername=database.dialect).render_as_string(hide_password=False))


def refuse_password(url: str) -> None:
    """Raise `Invalid` (`storage.url-password`) for a URL with a password: everyone on a machine sees command lines."""
    parsed = _parse(url)
    if parsed.password is not None or any(map(is_password_parameter, parsed.query)):
        raise Invalid(
            "storage.url-password",
            _("The database URL contains a password."),
            why=_("Other people on this computer can see command-line arguments."),
            do=_("Remove it, and use BENCHBOARD_DATABASE_URL, PGPASSWORD or ~/.pgpass instead."),
            field="url",
        )


def _address(url: URL) -> str:
    host = url.host or "localhost"
    return host if url.port is None else f"{host}:{url.port}"


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    if parsed is None or parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise Invalid(
            "storage.url",
            _("Benchboard can't use this database URL."),
            do=_("Use sqlite:///path/to/file.db or postgresql://role@server/database."),
            field="url",
        )
    if parsed.get_backend_name() == "postgresql" and url.count("@") > 1:
        # Parsed at the first one, the rest of a password would be the server's name, and be shown as that.
        raise Invalid(
            "storage.url",
            _("The database URL contains more than one @."),
            do=_("Write each @ in a role or password as %40."),
            field="url",
        )
    if parsed.get_backend_name() == "sqlite" and (parsed.username, parsed.password, parsed.host) != (None,) * 3:
        raise Invalid(
            "storage.url",
            _("A SQLite URL can't have a server or a role."),
            do=_("Use sqlite:///path/to/file.db."),
            field="url",
        )
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise Invalid(
            "storage.url",
            _("A SQLite URL needs a file path."),
            do=_("Use sqlite:///path/to/file.db."),
            field="url",
        )
    if parsed.get_backend_name() == "sqlite" and parsed.query:
        raise Invalid(
            "storage.url",
            _("A SQLite URL can't have options."),
            do=_("Use sqlite:///path/to/file.db, with %3F for a question mark in the name."),
            field="url",
        )
    return parsed


def file_url(file: Path) -> str:
    """The URL of a SQLite file, whatever signs its path has."""
    return f"sqlite:///{quote(str(file))}"


def _sqlite(url: URL, key: Key | None, file: OpenFile, **pool: Any) -> Engine:
    from sqlcipher3 import dbapi2  # late: a program on PostgreSQL has no use for it

    engine = create_engine(url.set(drivername="sqlite"), module=dbapi2, connect_args={"timeout": BUSY_MS / 1000},
                           hide_parameters=True, json_serializer=json_text.encode,
                           json_deserializer=json_text.decode, **pool)  # fmt: skip

    @event.listens_for(engine, "do_connect")
    def require_same_file(*_about: object) -> None:
        file.require_same()  # SQLite would create an empty one

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # BEGIN is ours, below
        connection.create_function(search_text.FUNCTION, 1, _folded, deterministic=True)
        cursor = connection.cursor()
        # Otherwise SQLCipher writes to standard error what Benchboard reports as an error.
        cursor.execute("PRAGMA cipher_log_level = NONE")
        if key is not None:
            secret = key if isinstance(key, bytes) else key()
            cursor.execute(f"PRAGMA key = \"x'{secret.hex()}'\"")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA trusted_schema = OFF")
        # Else REPLACE takes rows away without asking the triggers that forbid it.
        cursor.execute("PRAGMA recursive_triggers = ON")
        # FULL: a dongle must never hold a token that a power cut took from the database.
        cursor.execute("PRAGMA synchronous = FULL")
        if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            with contextlib.suppress(dbapi2.OperationalError):  # read-only: it is still good for reading
                cursor.execute("PRAGMA journal_mode = WAL")
        cursor.close()
        file.remember()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("bb_writing", False)
        if writing:
            file.require_same()
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _folded(text: object) -> str | None:
    return None if text is None else search_text.fold(str(text))

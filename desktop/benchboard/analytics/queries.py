"""Runs people's queries: read-only, bounded in time and rows, stoppable, and only over what the person may see.

The language is PostgreSQL's SELECT (`sql`, `expressions`), the same text on both databases. What a query calls
`orders` is a view in front of it that keeps to the actor's organisation and shops, with bound parameters. The engine
is held back a second time: PostgreSQL by a read-only transaction and its own timeout, SQLite by `query_only`, an
authorizer that lets only SELECT and known functions pass, and a progress handler.
"""

import math
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Context, Decimal
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import CursorResult, Row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from benchboard.analytics import sql as language
from benchboard.analytics.values import Kind, Typed, decimal_text, exact_divide
from benchboard.errors import Cancelled, Invalid, Unavailable
from benchboard.i18n import _
from benchboard.identity import access
from benchboard.identity.access import Actor
from benchboard.paging import Unreadable
from benchboard.storage.models.base import read_moment

MAX_ROWS: Final = 10_000
USUAL_ROWS: Final = 1_000
TIMEOUT: Final = 10.0
"""Seconds a query may take."""
_HEAP: Final = 256 * 1024 * 1024
"""Bytes SQLite may hold in this process. A join that is grouped or made distinct would take gigabytes in seconds."""
_ANSWER: Final = 64 * 1024 * 1024
"""Characters of text an answer may have: a short query can name one long text a thousand times in ten thousand rows."""
_BATCH: Final = 250
"""Rows a server hands over at a time."""
_STEPS: Final = 2_000
"""SQLite asks whether to go on after so many of its instructions, well under a millisecond."""

Cell = str | int | Decimal | bool | datetime | date | None

TABLES: Final[dict[str, dict[str, Typed]]] = {
    "orders": {
        "id": Typed("text"),
        "shop_id": Typed("text"),
        "app_id": Typed("text"),
        "platform_order_number": Typed("text"),
        "order_total": Typed("decimal", 4),
        "currency": Typed("text"),
        "status": Typed("text"),
        "created_dt": Typed("moment"),
    }
}
"""The tables a query may read, and their columns."""

_VISIBLE: Final = "organisation_id = {organisation}"
_TEAM: Final = (
    " AND shop_id IN (SELECT merchant_domain FROM merchant_team"
    " WHERE organisation_id = {organisation} AND user_id = {user})"
)


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column of an answer."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class ResultTable:
    """What a query answered. `truncated`: there were more rows than were asked for. `elapsed` in seconds.

    Cells: text, int, Decimal, bool, datetime (UTC), date or None, as the column's kind says.
    """

    columns: tuple[ResultColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    truncated: bool
    elapsed: float


class Stop:
    """A way to end a query from another thread: the engine's own work ends, not only our waiting for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ways: list[Callable[[], None]] = []
        self._asked = False

    @property
    def asked(self) -> bool:
        """Whether somebody asked to stop."""
        return self._asked

    def ask(self) -> None:
        """End the query that runs under this, and let no other begin."""
        with self._lock:
            self._asked = True
            for way in self._ways:
                way()

    @contextmanager
    def by(self, way: Callable[[], None]) -> Iterator[None]:
        """While the block runs, `way` is how to stop it. Raises `Cancelled` if that was asked before."""
        with self._lock:
            if self._asked:
                raise _cancelled()
            self._ways.append(way)
        try:
            yield
        finally:
            with self._lock:
                self._ways.remove(way)


Variables = Mapping[str, Sequence[str]]
"""The values chosen for what a query names `:name`. They are bound, never pasted."""
NO_VARIABLES: Final[Variables] = MappingProxyType({})


def check_query(text: str, variables: Variables = NO_VARIABLES) -> tuple[ResultColumn, ...]:
    """Read a query without running it; answers its columns. Raises `Invalid` with facts `start` and `end`."""
    readable = language.read(text, TABLES, sqlite=True, limit=MAX_ROWS, variables=variables)
    return tuple(ResultColumn(name, typed.kind) for name, typed in readable.columns)


def run_query(
    session: Session,
    actor: Actor,
    text: str,
    *,
    limit: int = USUAL_ROWS,
    timeout: float = TIMEOUT,
    stop: Stop | None = None,
    variables: Variables = NO_VARIABLES,
) -> ResultTable:
    """Run a query for `actor` and answer `limit` rows at most (1 to 10,000). `:name` stands for the values chosen for a
    variable: IN (:name) for all of them, elsewhere for one.

    Raises `Invalid` for a query that cannot be or that the engine refuses, `Unavailable` for one that takes longer
    than `timeout` seconds (`query.timeout`) or too much memory (`query.memory`), `Cancelled` if `stop` was asked. The
    session is as usable as before.
    """
    access.require(actor, "orders:read")
    limit = max(1, min(limit, MAX_ROWS))
    engine = _Sqlite if session.get_bind().dialect.name == "sqlite" else _Postgresql
    began = time.monotonic()
    stop = stop or Stop()
    query = language.read(text, TABLES, sqlite=engine is _Sqlite, limit=limit + 1, variables=variables)
    left = timeout - (time.monotonic() - began)
    if stop.asked:
        raise _cancelled()
    if left <= 0:
        raise _too_slow(timeout, began)
    try:
        rows = engine(session, left, stop).fetch(query, actor)
    except DBAPIError as error:
        raise _spoken(error, stop, timeout, began) from error
    except TimeoutError as error:
        raise _too_slow(timeout, began) from error
    except MemoryError as error:
        raise _too_large_a_query() from error
    made = tuple(_row(row, query.columns) for row in rows[:limit])
    columns = tuple(ResultColumn(name, typed.kind) for name, typed in query.columns)
    return ResultTable(columns, made, len(rows) > limit, time.monotonic() - began)


def _view(actor: Actor, organisation: str, user: str) -> str:
    """The orders `actor` may see, with the driver's own placeholders."""
    condition = _VISIBLE.format(organisation=organisation)
    if not access.may(actor, "orders:read-all-shops"):
        condition += _TEAM.format(organisation=organisation, user=user)
    columns = ", ".join(TABLES["orders"])
    return f'"{language.view("orders")}" AS (SELECT {columns} FROM orders WHERE {condition})'  # noqa: S608  # our names


def _gathered(answer: CursorResult[Any], deadline: float = math.inf) -> list[Row[Any]]:
    """All rows. Raises MemoryError for more than an answer may hold, TimeoutError after `deadline` (monotonic)."""
    rows: list[Row[Any]] = []
    size = 0
    while (row := answer.fetchone()) is not None:
        rows.append(row)
        size += sum(len(cell) for cell in row if isinstance(cell, str))
        if size > _ANSWER:
            raise MemoryError
        if time.monotonic() > deadline:
            raise TimeoutError
    return rows


class _Sqlite:
    """A query on SQLite."""

    def __init__(self, session: Session, timeout: float, stop: Stop) -> None:
        self._connection = session.connection()
        self._driver: Any = self._connection.connection.driver_connection
        self._deadline = time.monotonic() + timeout
        self._stop = stop

    def fetch(self, query: language.Readable, actor: Actor) -> Sequence[Sequence[Any]]:
        """All rows, as the driver gives them."""
        statement = query.behind([_view(actor, ":organisation", ":user")] if query.tables else [])
        bound = {"organisation": actor.organisation_id, "user": actor.user_id, **query.bound}
        # Closed whatever happens: with a statement open, the next query could not set its functions.
        with (
            self._held(),
            self._stop.by(self._driver.interrupt),  # inside: what lets go of the connection must not be interrupted
            self._connection.exec_driver_sql(statement, bound) as answer,
        ):
            return _gathered(answer)

    @contextmanager
    def _held(self) -> Iterator[None]:
        driver = self._driver
        driver.create_function("bb_divide", 3, exact_divide, deterministic=True)
        driver.create_function("bb_text", 2, decimal_text, deterministic=True)
        self._connection.exec_driver_sql(f"PRAGMA hard_heap_limit = {_HEAP}")
        self._connection.exec_driver_sql("PRAGMA query_only = ON")
        driver.set_progress_handler(self._too_long, _STEPS)
        driver.set_authorizer(_authorize)
        try:
            yield
        finally:
            driver.set_authorizer(None)
            driver.set_progress_handler(None, 0)
            self._connection.exec_driver_sql("PRAGMA query_only = OFF")

    def _too_long(self) -> bool:
        return self._stop.asked or time.monotonic() > self._deadline


_SQLITE_FUNCTIONS: Final = frozenset(
    ["count", "sum", "min", "max", "abs", "coalesce", "nullif", "lower", "upper", "trim", "length", "like", "glob",
     "substr", "strftime", "printf", "date", "julianday", "bb_divide", "bb_text"]
)  # fmt: skip
_SQLITE_OK, _SQLITE_DENY, _SQLITE_READ, _SQLITE_SELECT, _SQLITE_FUNCTION = 0, 1, 20, 21, 31


def _authorize(action: int, first: str | None, second: str | None, _database: str | None, _via: str | None) -> int:
    """SQLite's own gate, asked for everything a statement does: the reader above it is not trusted alone."""
    allowed = (
        action == _SQLITE_SELECT
        or (action == _SQLITE_READ and first in ("orders", "merchant_team"))
        or (action == _SQLITE_FUNCTION and (second or "").lower() in _SQLITE_FUNCTIONS)
    )
    return _SQLITE_OK if allowed else _SQLITE_DENY


class _Postgresql:
    """A query on PostgreSQL, inside a savepoint that undoes its settings, and its failure, when it ends."""

    def __init__(self, session: Session, timeout: float, stop: Stop) -> None:
        self._connection = session.connection()
        self._driver: Any = self._connection.connection.driver_connection
        self._timeout = timeout
        self._stop = stop

    def fetch(self, query: language.Readable, actor: Actor) -> Sequence[Sequence[Any]]:
        """All rows, as the driver gives them."""
        views = [_view(actor, "%(organisation)s", "%(user)s")] if query.tables else []
        # A percent sign in the query is itself; only our own placeholders are placeholders.
        plain = replace(query, body=_escaped(query, query.body), ctes=tuple(_escaped(query, cte) for cte in query.ctes))
        bound = {"organisation": actor.organisation_id, "user": actor.user_id, **query.bound}
        savepoint = self._connection.begin_nested()
        deadline = time.monotonic() + self._timeout
        try:
            self._connection.exec_driver_sql(
                f"SET LOCAL statement_timeout = {max(1, round(self._timeout * 1000))};"
                " SET LOCAL timezone = 'UTC'; SET LOCAL transaction_read_only = on"
            )
            with self._stop.by(self._driver.cancel_safe):
                # A cursor on the server: else the driver holds the whole answer before anybody can look at its size.
                streamed = {"stream_results": True, "max_row_buffer": _BATCH}
                with self._connection.exec_driver_sql(plain.behind(views), bound, streamed) as answer:
                    return _gathered(answer, deadline)
        finally:
            savepoint.rollback()


def _escaped(query: language.Readable, text: str) -> str:
    # In one go: a text names thousands of values.
    return re.sub(
        r"%(\((\w+)\)s)?", lambda found: found[0] if found[2] in query.bound else "%" + found[0], text, flags=re.ASCII
    )


_SQLITE_REFUSALS: Final = (
    "overflow", "misuse", "too big", "too many", "parser", "not authorized", "prohibited", "readonly", "user-defined",
)  # fmt: skip


def _spoken(error: DBAPIError, stop: Stop, timeout: float, began: float) -> Exception:
    """What an engine's refusal means. Trouble that is not the query's goes on as it is, to `storage.engine`."""
    said = str(error.orig).splitlines()[0] if str(error.orig) else ""
    state = str(getattr(error.orig, "sqlstate", "") or "")
    if "interrupted" in said or state == "57014":
        if stop.asked:
            return _cancelled()
        return _too_slow(timeout, began)
    if not state and "decode to UTF-8" in said:
        return _not_text()
    if state.startswith("53"):  # memory, or the room that is set aside for what does not fit there
        return _too_large_a_query()
    ours = not state and any(sign in said for sign in _SQLITE_REFUSALS)
    if ours or state[:2] in ("0A", "21", "22", "25", "42", "54"):
        view = language.view("orders")
        return Invalid(
            "query.refused",
            _("The database refused this query."),
            why=said.replace(view, "orders")[:300].rstrip(".") + ".",
            field="query",
        )
    return error


def _too_slow(timeout: float, began: float) -> Unavailable:
    return Unavailable(
        "query.timeout",
        _("The query took longer than {limit} s and was stopped.").format(limit=f"{timeout:g}"),
        do=_("Narrow it down, for example to fewer days, then try again."),
        elapsed=time.monotonic() - began,
    )


def _too_large_a_query() -> Unavailable:
    return Unavailable(
        "query.memory",
        _("The query needs more memory than a query may take, and was stopped."),
        do=_("Narrow it down, for example to fewer columns or days, then try again."),
    )


def _cancelled() -> Cancelled:
    return Cancelled("query.stopped", _("The query was stopped."))


_WIDE: Final = Context(prec=60)


def _row(row: Sequence[Any], columns: Sequence[tuple[str, Typed]]) -> tuple[Cell, ...]:
    return tuple(_cell(value, typed) for value, (_name, typed) in zip(row, columns, strict=True))


def _cell(value: Any, typed: Typed) -> Cell:
    """A driver's value as our own."""
    if value is None:
        return None
    if typed.kind == "decimal":
        if isinstance(value, int):
            return Decimal(value).scaleb(-typed.scale)
        if isinstance(value, Decimal):
            return value.quantize(Decimal(1).scaleb(-typed.scale), context=_WIDE)
        raise _too_large()
    if typed.kind == "integer":
        if isinstance(value, float):  # SQLite goes on in floating point where 64 bits end
            raise _too_large()
        return int(value)
    if typed.kind == "boolean":
        return bool(value)
    if typed.kind == "moment":
        moment = read_moment(value)
        return None if isinstance(moment, Unreadable) else moment
    if typed.kind == "date":
        return value if isinstance(value, date) else _date(value)
    if isinstance(value, bytes):  # SQLite keeps them in any column
        raise _not_text()
    return str(value)


def _date(text: str) -> date | None:
    """A day; None where it was taken of what is no moment."""
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def _not_text() -> Invalid:
    what = _("The answer holds bytes where a text should be.")
    return Invalid("query.not-text", what, do=_("Leave that column out, or the rows that hold them."), field="query")


def _too_large() -> Invalid:
    return Invalid("query.number", _("A number in the answer is too large to be exact."), field="query")

"""Runs translated queries on SQLite and PostgreSQL, held back a second time by the engine itself.

PostgreSQL runs them in a read-only transaction with its own timeout. SQLite runs them with `query_only`, an authorizer
that lets through nothing but SELECT, known functions and the tables of the relations that the query names, and a
progress handler that looks at time and memory.
"""

import math
import re
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from sqlalchemy import CursorResult, Row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from benchboard.analytics import sqlite_functions
from benchboard.analytics.cancellation import CancelToken, query_cancelled
from benchboard.analytics.name_scope import VIEW_PREFIX, view_name
from benchboard.analytics.postgresql_plan import EXPLAIN, outline, postgresql_plan
from benchboard.analytics.query_errors import date_out_of_range, too_much_memory, too_slow
from benchboard.analytics.query_plan import QueryPlan
from benchboard.analytics.query_translator import TranslatedQuery
from benchboard.analytics.relations import RELATIONS, readable_tables
from benchboard.analytics.sqlite_plan import sqlite_plan
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.identity.permissions import Actor
from benchboard.storage import sqlite_memory

MAX_MEMORY: Final = 256 * 1024 * 1024
"""Bytes by which SQLite's memory may grow while a query runs. A join that is sorted, grouped or made distinct would
take gigabytes in seconds."""
MAX_UNCHECKED: Final = 16 * 1024 * 1024
"""Characters that SQLite may set aside before it looks at its memory again."""
_MAX_ROW: Final = 4 * MAX_UNCHECKED
_MAX_RESULT: Final = 64 * 1024 * 1024
"""Characters of text in a result: a short query can name one long text a thousand times in ten thousand rows."""
_BATCH: Final = 250
"""Rows that a server hands over at a time."""
_MAX_STEPS: Final = 2_000
"""SQLite looks at time and memory after so many of its instructions (well under a millisecond), or after fewer."""
_STEPS_PER_ROW: Final = 5
"""The fewest instructions in which SQLite sets a row aside, to sort or to compare it."""


def fetch(
    session: Session,
    actor: Actor,
    query: TranslatedQuery,
    *,
    timeout: float,
    started: float,
    cancel_token: CancelToken,
) -> Sequence[Sequence[Any]]:
    """All rows of a query, as the driver returns them. `timeout` counts from `started` (monotonic). Raises what
    `queries.run_query` raises."""
    return _run(session, actor, query, timeout, started, cancel_token)


def explain(
    session: Session, actor: Actor, query: TranslatedQuery, *, timeout: float, started: float, cancel_token: CancelToken
) -> QueryPlan:
    """How the engine would run a query, which isn't run; within the same limits. Raises what `fetch` raises.

    Without numbers of rows: PostgreSQL guesses them from the rows of all organisations, and so would tell of a shop or
    an address whether another organisation has it.
    """
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    prefix = "EXPLAIN QUERY PLAN " if is_sqlite else EXPLAIN
    rows = _run(session, actor, query, timeout, started, cancel_token, prefix)
    if is_sqlite:
        plan = sqlite_plan(rows)
        return plan.without_estimates(plan.raw)
    text = rows[0][0] if rows else None
    return postgresql_plan(text).without_estimates(outline(text))


def _run(
    session: Session,
    actor: Actor,
    query: TranslatedQuery,
    timeout: float,
    started: float,
    cancel_token: CancelToken,
    prefix: str = "",
) -> Sequence[Sequence[Any]]:
    """The rows of a query, or with an engine's EXPLAIN as `prefix` those of its plan."""
    if query.row_size > _MAX_ROW:
        raise too_much_memory()
    if cancel_token.cancelled:
        raise query_cancelled()
    engine = _Sqlite if session.get_bind().dialect.name == "sqlite" else _Postgresql
    try:
        return engine(session, started + timeout, cancel_token).fetch(query, actor, prefix)
    except DBAPIError as error:
        raise _translated_error(error, cancel_token, timeout, started) from error
    except TimeoutError as error:
        raise too_slow(timeout, started) from error
    except MemoryError as error:
        raise too_much_memory() from error


def _views(query: TranslatedQuery, actor: Actor, *, organisation: str, user: str) -> list[str]:
    """The relations that a query names, as common table expressions, with the driver's own placeholders."""
    return [
        f'"{view_name(name)}" AS ({RELATIONS[name].view_sql(actor, organisation=organisation, user=user)})'
        for name in sorted(query.relations)
    ]


def _all_rows(result: CursorResult[Any], deadline: float = math.inf) -> list[Row[Any]]:
    """Raises MemoryError for more than a result may hold, TimeoutError after `deadline` (monotonic)."""
    rows: list[Row[Any]] = []
    size = 0
    while (row := result.fetchone()) is not None:
        rows.append(row)
        size += sum(len(cell) for cell in row if isinstance(cell, str))
        if size > _MAX_RESULT:
            raise MemoryError
        if time.monotonic() > deadline:
            raise TimeoutError
    return rows


class _Sqlite:
    """A query on SQLite."""

    def __init__(self, session: Session, deadline: float, cancel_token: CancelToken) -> None:
        self._connection = session.connection()
        self._driver: Any = self._connection.connection.driver_connection
        self._deadline = deadline
        self._cancel_token = cancel_token
        self._memory_before = sqlite_memory.bytes_in_use()
        self._too_much_memory = False
        self._date_out_of_range = False

    def fetch(self, query: TranslatedQuery, actor: Actor, prefix: str = "") -> Sequence[Sequence[Any]]:
        """All rows. Raises MemoryError, TimeoutError or the driver's errors."""
        if time.monotonic() > self._deadline:
            raise TimeoutError
        statement = prefix + query.with_views(_views(query, actor, organisation=":organisation", user=":user"))
        bound = {"organisation": actor.organisation_id, "user": actor.user_id, **query.bound}
        steps = max(1, min(_MAX_STEPS, _STEPS_PER_ROW * MAX_UNCHECKED // query.row_size))
        with (
            self._held_back(steps, readable_tables(query.relations)),
            # Inside the block above: the statements that undo it must not be interrupted.
            self._cancel_token.on_cancel(self._driver.interrupt),
            # Closed whatever happens: while a statement is open, no functions can be installed for the next query.
            self._connection.exec_driver_sql(statement, bound) as result,
        ):
            return _all_rows(result)

    @contextmanager
    def _held_back(self, steps: int, tables: Collection[str]) -> Iterator[None]:
        driver = self._driver
        sqlite_functions.install(driver, self._note_date_out_of_range)
        self._connection.exec_driver_sql("PRAGMA query_only = ON")
        driver.set_progress_handler(self._must_end, steps)
        driver.set_authorizer(partial(_authorize, tables))
        try:
            yield
        except DBAPIError as error:
            if self._too_much_memory and _sqlite_code(error) == _INTERRUPTED:
                raise MemoryError from error
            if self._date_out_of_range:
                raise date_out_of_range() from error
            raise
        finally:
            driver.set_authorizer(None)
            driver.set_progress_handler(None, 0)
            self._connection.exec_driver_sql("PRAGMA query_only = OFF")

    def _note_date_out_of_range(self) -> None:
        self._date_out_of_range = True

    def _must_end(self) -> bool:
        # Not by PRAGMA hard_heap_limit: it holds for the whole process and can never be raised again, so that later
        # a large save or an upgrade would fail for want of memory.
        self._too_much_memory = sqlite_memory.bytes_in_use() - self._memory_before > MAX_MEMORY
        return self._too_much_memory or self._cancel_token.cancelled or time.monotonic() > self._deadline


_OK, _DENY = 0, 1
_READ, _SELECT, _FUNCTION = 20, 21, 31
"""Codes of what SQLite asks its authorizer for."""


def _authorize(
    tables: Collection[str], action: int, first: str | None, second: str | None, _database: str | None, _via: str | None
) -> int:
    """Whether SQLite may do what a statement asks of it: the translation is not trusted alone."""
    allowed = (
        action == _SELECT
        or (action == _READ and first in tables)
        or (action == _FUNCTION and (second or "").lower() in sqlite_functions.FUNCTIONS)
    )
    return _OK if allowed else _DENY


class _Postgresql:
    """A query on PostgreSQL, inside a savepoint that undoes its settings, and its failure, when it ends."""

    def __init__(self, session: Session, deadline: float, cancel_token: CancelToken) -> None:
        self._connection = session.connection()
        self._driver: Any = self._connection.connection.driver_connection
        self._deadline = deadline
        self._cancel_token = cancel_token

    def fetch(self, query: TranslatedQuery, actor: Actor, prefix: str = "") -> Sequence[Sequence[Any]]:
        """All rows. Raises MemoryError, TimeoutError or the driver's errors."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        bound = {"organisation": actor.organisation_id, "user": actor.user_id, **query.bound}
        views = _views(query, actor, organisation="%(organisation)s", user="%(user)s")
        statement = prefix + _escape_percent_signs(query.with_views(views), bound)
        savepoint = self._connection.begin_nested()
        try:
            self._connection.exec_driver_sql(
                f"SET LOCAL statement_timeout = {max(1, round(left * 1000))};"
                " SET LOCAL timezone = 'UTC'; SET LOCAL transaction_read_only = on"
            )
            with self._cancel_token.on_cancel(self._driver.cancel_safe):
                # A server-side cursor: otherwise the driver loads the whole result before its size can be checked.
                # EXPLAIN has no cursor, and few rows.
                streamed = {"stream_results": not prefix, "max_row_buffer": _BATCH}
                with self._connection.exec_driver_sql(statement, bound, streamed) as result:
                    return _all_rows(result, self._deadline)
        finally:
            savepoint.rollback()


def _escape_percent_signs(statement: str, bound: Collection[str]) -> str:
    """The statement with every percent sign doubled that does not begin one of its own placeholders."""
    # In one pass: a statement has thousands of placeholders.
    return re.sub(
        r"%(\((\w+)\)s)?", lambda found: found[0] if found[2] in bound else "%" + found[0], statement, flags=re.ASCII
    )


_ERROR, _NO_MEMORY, _READONLY, _INTERRUPTED, _TOO_BIG, _MISUSE, _NOT_AUTHORIZED = 1, 7, 8, 9, 18, 21, 23
"""SQLite's primary result codes."""
_SQLITE_REFUSALS: Final = (_READONLY, _TOO_BIG, _MISUSE, _NOT_AUTHORIZED)
_CANCELLED_STATE: Final = "57014"
_OUT_OF_RANGE_STATE: Final = "22003"
_DATE_OUT_OF_RANGE_STATE: Final = "22008"
_NO_PYTHON_DATE: Final = ("(after year 10K)", "(before year 1)")
"""What PostgreSQL's driver says of dates that the server knows and Python does not; without a code."""
_OVERFLOW: Final = "integer overflow"
"""What SQLite says of a sum or an absolute value beyond 64 bits; + and * continue in floating point."""
_CALLBACK_FAILED: Final = "user-defined function raised exception"
"""What its driver says of our functions; they raise for nothing but a number that isn't exact any more."""
_RESOURCE_STATES: Final = "53"
"""Memory, or the disk space set aside for what does not fit there."""
_REFUSED_STATES: Final = ("0A", "21", "22", "25", "42", "54")
"""Classes of SQLSTATE that speak of the query."""


def _sqlite_code(error: DBAPIError) -> int | None:
    """SQLite's primary result code; None for what its driver or another engine raised."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return None if code is None else int(code) & 0xFF


def _translated_error(error: DBAPIError, cancel_token: CancelToken, timeout: float, started: float) -> Exception:
    """What an engine's error means. One that is not about the query is returned as it is, for `storage.engine`."""
    text = str(error.orig).partition("\n")[0]
    state, code = str(getattr(error.orig, "sqlstate", "") or ""), _sqlite_code(error)
    if code == _INTERRUPTED or state == _CANCELLED_STATE:
        return query_cancelled() if cancel_token.cancelled else too_slow(timeout, started)
    if not state and code is None and "decode to UTF-8" in text:  # the driver's own words, which have no code
        return not_text()
    if state == _DATE_OUT_OF_RANGE_STATE or (
        not state and code is None and any(one in text for one in _NO_PYTHON_DATE)
    ):
        return date_out_of_range()
    if code == _NO_MEMORY or state.startswith(_RESOURCE_STATES):
        return too_much_memory()
    if state == _OUT_OF_RANGE_STATE or (code == _ERROR and text in (_OVERFLOW, _CALLBACK_FAILED)):
        return not_exact()
    # A table or column that is missing is the database's fault: the query names only what a relation has.
    refused = code in _SQLITE_REFUSALS or (code == _ERROR and not text.startswith("no such "))
    if refused or state[:2] in _REFUSED_STATES:
        return Invalid(
            "query.refused",
            _("The database rejected this query."),
            why=text.replace(VIEW_PREFIX, "")[:300].rstrip(".") + ".",
            field="query",
        )
    return error


def not_text() -> Invalid:
    """The error of a result with bytes in a column of text."""
    what = _("The result contains binary data instead of text.")
    return Invalid("query.not-text", what, do=_("Exclude that column, or the rows that contain it."), field="query")


def not_exact() -> Invalid:
    """The error of a number beyond what the engine can count exactly: 64 bits of a whole one."""
    return Invalid("query.number", _("A number that the query calculates is too large to be exact."), field="query")

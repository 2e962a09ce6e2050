"""Tables and queries on MySQL and MariaDB servers. Every call has its own connection, in a read-only transaction."""

import math
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from benchboard.analytics.cancellation import query_cancelled
from benchboard.analytics.duckdb_engine import MAX_NAME, FileColumn, FileResult
from benchboard.analytics.duckdb_values import Cell
from benchboard.analytics.query_engines import not_text
from benchboard.analytics.query_errors import too_much_memory, too_slow
from benchboard.analytics.query_plan import QueryPlan
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.remote.connection_errors import Cause, connection_error
from benchboard.analytics.remote.mysql_plan import EXPLAIN, mysql_plan
from benchboard.analytics.remote.postgresql import query_has_time, sentence
from benchboard.analytics.remote.row_receiver import BatchSize, RowReceiver
from benchboard.analytics.remote.server_limits import (
    CONNECT_TIMEOUT,
    GRACE,
    MAX_TABLE_COLUMNS,
    MAX_TABLES,
    RemoteColumn,
    RemoteTable,
    ResultRows,
    ServerQuery,
    cancelled_by,
    closed_after,
    require_few_columns,
)
from benchboard.analytics.remote.settings import RemoteSettings
from benchboard.errors import AppError, Invalid
from benchboard.i18n import _

if TYPE_CHECKING:
    import pymysql

_FLOAT, _DOUBLE, _TIMESTAMP, _DATE, _DATETIME, _BIT = 4, 5, 7, 10, 12, 16
_WHOLE: Final = (1, 2, 3, 8, 9, 13)
_DECIMALS: Final = (0, 246)
_DIGITS: Final = {_FLOAT: 6, _DOUBLE: 15}
"""The numbers of types in the protocol."""
_KINDS: Final[dict[str, ValueKind]] = {
    "tinyint": "integer", "smallint": "integer", "mediumint": "integer", "int": "integer", "bigint": "integer",
    "year": "integer", "bit": "integer", "decimal": "decimal", "float": "decimal", "double": "decimal", "date": "date",
    "datetime": "timestamp", "timestamp": "timestamp",
}  # fmt: skip
_MODE: Final = "ONLY_FULL_GROUP_BY,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
"""Without ANSI_QUOTES and NO_BACKSLASH_ESCAPES: quotes mean to the server what they meant to the check."""
_CAUSES: Final[dict[int, Cause]] = {
    1044: "permission", 1045: "password", 1049: "database", 1130: "permission", 1698: "password", 1862: "password",
    1251: "password", 2026: "tls", 3159: "tls", 1129: "permission", 1142: "permission", 1143: "permission",
}  # fmt: skip
_TIMEOUTS: Final = (1205, 1969, 3024, 2013, 2006)
_INTERRUPTED: Final = 1317
_TABLES: Final = """
    SELECT table_name, table_rows, table_type FROM information_schema.tables WHERE table_schema = DATABASE()
    ORDER BY table_name LIMIT %(limit)s
"""
_COLUMNS: Final = """
    SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = DATABASE()
    ORDER BY table_name, ordinal_position LIMIT %(limit)s
"""


def read_tables(settings: RemoteSettings, password: str, query: ServerQuery) -> tuple[RemoteTable, ...]:
    """The tables of the database that the user may read. `query` has the limits."""
    with _transaction(settings, password, query) as connection, connection.cursor() as cursor:
        cursor.execute(_TABLES, {"limit": MAX_TABLES})
        found = list(cursor.fetchall())
        cursor.execute(_COLUMNS, {"limit": MAX_TABLE_COLUMNS})
        of: dict[str, list[RemoteColumn]] = {}
        for table, name, type_name in cursor.fetchall():
            of.setdefault(table, []).append(RemoteColumn(name, _KINDS.get(type_name.lower(), "text")))
    return tuple(
        RemoteTable("", name, int(rows) if rows is not None and kind == "BASE TABLE" else None, tuple(of.get(name, ())))
        for name, rows, kind in found
    )


def run(settings: RemoteSettings, password: str, query: ServerQuery) -> FileResult:
    """Run a checked query; with a limit of 0 only its columns are found. Raises what `remote.engine.run` raises."""
    import pymysql.cursors

    with _transaction(settings, password, query) as connection:
        # Not closed: it would read all rows that are left. The connection is.
        cursor = connection.cursor(pymysql.cursors.SSCursor)
        cursor.execute(f"SET SESSION sql_select_limit = {query.limit + 1}")
        columns, reader = _execute(cursor, query)
        result = ResultRows(query)
        while query.limit and result.missing and (row := cursor.fetchone()) is not None:
            result.add(reader.row(row))
        _abandon(cursor)
    return FileResult(columns, tuple(result.rows[: query.limit]), len(result.rows) > query.limit, reader.not_numbers)


def read_rows(settings: RemoteSettings, password: str, query: ServerQuery, receive: RowReceiver) -> int:
    """Hand all rows of a checked query on in batches; see `postgresql.read_rows`. A cell is also empty where its number
    isn't one."""
    import pymysql.cursors

    with _transaction(settings, password, query) as connection:
        cursor = connection.cursor(pymysql.cursors.SSCursor)
        try:
            columns, reader = _execute(cursor, query)
            size = BatchSize()
            receive(columns, [])
            while batch := cursor.fetchmany(size.rows):
                rows = [reader.row(row) for row in batch]
                size.note(rows)
                receive(columns, rows)
                query.seconds_left()
        finally:
            _abandon(cursor)
    return reader.not_numbers


def _execute(cursor: Any, query: ServerQuery) -> tuple[tuple[FileColumn, ...], "_MysqlReader"]:
    """Run a query. Returns its columns and what makes cells of its rows."""
    cursor.execute(query.text, query.values)
    described = cursor.description or ()
    require_few_columns(len(described))
    types = [int(one[1]) for one in described]
    columns = tuple(FileColumn(str(one[0])[:MAX_NAME], _kind(int(one[1]))) for one in described)
    return columns, _MysqlReader(types)


def explain(settings: RemoteSettings, password: str, query: ServerQuery) -> QueryPlan:
    """How the server would run a checked query. Raises what `remote.engine.run` raises."""
    with _transaction(settings, password, query) as connection, connection.cursor() as cursor:
        cursor.execute(EXPLAIN + query.text, query.values)
        found = cursor.fetchone()
    return mysql_plan(found[0] if found else None)


def _abandon(cursor: Any) -> None:
    """Let the driver forget a result that wasn't read to its end; the connection is closed next."""
    if (result := getattr(cursor, "_result", None)) is not None:
        result.unbuffered_active = False
        result.connection = None
    cursor.connection = None


@contextmanager
def _transaction(
    settings: RemoteSettings, password: str, query: ServerQuery
) -> Iterator["pymysql.connections.Connection[Any]"]:
    import pymysql

    connection = _connect(settings, password, query)
    try:
        with closed_after(query.deadline + GRACE, connection._sock.fileno()):  # the driver shows it nowhere else
            _prepare(connection, query)
            with cancelled_by(query.cancel_token, lambda: _kill(settings, password, query, connection.thread_id())):
                yield connection
    except AppError:
        raise
    except TimeoutError as error:
        raise too_slow(query.timeout, query.started) from error
    except MemoryError as error:
        raise too_much_memory() from error
    except (pymysql.Error, OSError) as error:
        raise _query_error(error, settings, query) from error
    finally:
        connection._force_close()  # close() first says goodbye, which waits for a server that is busy


def _prepare(connection: "pymysql.connections.Connection[Any]", query: ServerQuery) -> None:
    seconds = query.seconds_left()
    limit = (
        f"max_statement_time = {max(seconds, 0.01):.3f}"
        if "mariadb" in str(connection.get_server_info()).lower()
        else f"max_execution_time = {max(1, round(seconds * 1000))}"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION time_zone = '+00:00', sql_mode = '{_MODE}', {limit}")
        cursor.execute(f"SET SESSION lock_wait_timeout = {max(1, math.ceil(seconds))}")
        # For the session too: a statement that first commits would leave a transaction that is read-only alone.
        cursor.execute("SET SESSION TRANSACTION READ ONLY")
        cursor.execute("START TRANSACTION READ ONLY")


def _connect(settings: RemoteSettings, password: str, query: ServerQuery) -> "pymysql.connections.Connection[Any]":
    import pymysql
    from pymysql import converters

    seconds = max(2, min(CONNECT_TIMEOUT, round(query.seconds_left())))
    # Values arrive as the server writes them; only what is sent is converted.
    sent = {key: value for key, value in converters.conversions.items() if not isinstance(key, int)}
    try:
        return pymysql.connect(
            host=settings.host,
            port=settings.port,
            user=settings.user,
            password=password,
            database=settings.database,
            charset="utf8mb4",
            conv=sent,
            connect_timeout=seconds,
            read_timeout=max(1, math.ceil(query.timeout + GRACE)),
            write_timeout=max(1, math.ceil(query.timeout + GRACE)),
            local_infile=False,
            autocommit=True,
            ssl=_tls(settings),
            ssl_disabled=settings.tls == "off",
            program_name="Benchboard",
        )
    except (OSError, pymysql.Error) as error:
        raise connection_error(_cause(error), settings) from error


def _tls(settings: RemoteSettings) -> ssl.SSLContext | None:
    if settings.tls == "off":
        return None
    if settings.tls == "verify":
        return ssl.create_default_context(cafile=settings.ca or None)
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # what “require” means: encrypted, to whoever answers
    return context


def _kill(settings: RemoteSettings, password: str, query: ServerQuery, thread: int) -> None:
    """Let the server end what a connection runs."""
    other = _connect(settings, password, query)
    try:
        with other.cursor() as cursor:
            cursor.execute(f"KILL QUERY {int(thread)}")
    finally:
        other._force_close()  # see above


def _kind(type_: int) -> ValueKind:
    if type_ in _WHOLE or type_ == _BIT:
        return "integer"
    if type_ in _DECIMALS or type_ in _DIGITS:
        return "decimal"
    kinds: dict[int, ValueKind] = {_TIMESTAMP: "timestamp", _DATETIME: "timestamp", _DATE: "date", 6: "null"}
    return kinds.get(type_, "text")


class _MysqlReader:
    """Makes cells of rows."""

    def __init__(self, types: list[int]) -> None:
        self._types = types
        self.not_numbers = 0

    def row(self, values: tuple[Any, ...]) -> list[Cell]:
        return [self._cell(value, type_) for value, type_ in zip(values, self._types, strict=True)]

    def _cell(self, value: Any, type_: int) -> Cell:
        if value is None:
            return None
        if type_ == _BIT and isinstance(value, bytes):
            return int.from_bytes(value, "big")
        if isinstance(value, bytes):
            raise not_text()
        text, kind = str(value), _kind(type_)
        if kind == "integer":
            return int(text)
        if type_ in _DIGITS:
            return Decimal(f"{float(text):.{_DIGITS[type_]}g}")
        if kind == "decimal":
            return Decimal(text)
        return _moment(text, kind) if kind in ("timestamp", "date") else text


def _moment(text: str, kind: ValueKind) -> datetime | date | None:
    """A time, which is in UTC, or a date; None for a day that doesn't exist, such as 0000-00-00."""
    try:
        if kind == "date":
            return date.fromisoformat(text)
        return datetime.fromisoformat(re.sub(r"\.(\d+)$", lambda found: "." + found[1].ljust(6, "0"), text)).replace(
            tzinfo=UTC
        )
    except ValueError:
        return None


def _cause(error: Exception) -> Cause:
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    original = getattr(error, "original_exception", None) or error
    if number in _CAUSES:
        return _CAUSES[number]
    if isinstance(original, ssl.SSLError) or "SSL" in str(error):
        return "tls"
    if isinstance(original, socket.gaierror):
        return "host"
    if isinstance(original, ConnectionRefusedError):
        return "refused"
    if isinstance(original, TimeoutError) or "timed out" in str(error):
        return "timeout"
    return "host" if isinstance(original, OSError) and "route" in str(original) else "other"


def _query_error(error: Exception, settings: RemoteSettings, query: ServerQuery) -> AppError:
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    if query.cancel_token.cancelled:
        return query_cancelled()
    if number == _INTERRUPTED or (number in _TIMEOUTS and (number < 2000 or number == 3024)):
        return too_slow(query.timeout, query.started)
    if isinstance(error, OSError) or number in _TIMEOUTS or number == 0:
        late = not query_has_time(query)
        return too_slow(query.timeout, query.started) if late else connection_error("other", settings)
    if number in _CAUSES:
        return connection_error(_CAUSES[number], settings)
    text = str(error.args[1]) if len(error.args) > 1 else str(error)
    return Invalid("query.refused", _("The database rejected this query."), why=sentence(text), field="query")

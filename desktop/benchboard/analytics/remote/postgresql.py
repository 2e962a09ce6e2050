"""Tables and queries on PostgreSQL servers. Every call has a connection of its own, in a read-only transaction."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, LiteralString

from benchboard.analytics.cancellation import query_cancelled
from benchboard.analytics.duckdb_engine import MAX_NAME, FileColumn, FileResult
from benchboard.analytics.duckdb_values import Cell
from benchboard.analytics.postgresql_plan import EXPLAIN, postgresql_plan, tables_read
from benchboard.analytics.query_engines import not_text
from benchboard.analytics.query_errors import date_out_of_range, too_much_memory, too_slow
from benchboard.analytics.query_plan import QueryPlan
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.remote.connection_errors import Cause, connection_error
from benchboard.analytics.remote.row_receiver import BatchSize, RowReceiver
from benchboard.analytics.remote.server_limits import (
    BATCH,
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
    import psycopg

_DIGITS: Final = {"float4": 6, "float8": 15}
_KINDS: Final[dict[str, ValueKind]] = {
    "int2": "integer", "int4": "integer", "int8": "integer", "oid": "integer", "numeric": "decimal",
    "float4": "decimal", "float8": "decimal", "bool": "boolean", "date": "date", "timestamp": "timestamp",
    "timestamptz": "timestamp",
}  # fmt: skip
_TLS: Final = {"verify": "verify-full", "require": "require", "off": "disable"}
_CAUSES: Final[tuple[tuple[Cause, tuple[str, ...]], ...]] = (
    ("host", ("failed to resolve host", "could not translate host name", "No route to host", "unreachable")),
    ("refused", ("Connection refused",)),
    ("timeout", ("timeout expired", "timed out")),
    ("password", ("password authentication failed", "no password supplied", 'role "', "is not permitted to log in")),
    ("tls", ("SSL", "certificate", "authentication method requirement")),
    ("permission", ("no pg_hba.conf entry", "permission denied")),
    ("database", ('database "',)),
)
"""What the driver says of a connection that wasn't made, which has no code."""
_TABLES: Final[LiteralString] = """
    SELECT n.nspname, c.relname, c.reltuples::bigint, c.oid
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname <> 'information_schema'
      AND left(n.nspname, 3) <> 'pg_' AND left(c.relname, 3) <> 'pg_'
      AND (%(schema)s::text = '' OR n.nspname = %(schema)s::text)
      AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT')
    ORDER BY n.nspname <> %(first)s::text, n.nspname, c.relname LIMIT %(limit)s
"""
_COLUMNS: Final[LiteralString] = """
    SELECT a.attrelid, a.attname, t.typname FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = ANY(%(tables)s::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attrelid, a.attnum LIMIT %(limit)s
"""
_TABLE_ROWS: Final[LiteralString] = """
    SELECT n.nspname, c.relname, c.reltuples::bigint FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN unnest(%(schemas)s::text[], %(names)s::text[]) AS named(schema, name)
      ON named.schema = n.nspname AND named.name = c.relname
    WHERE c.reltuples >= 0
"""
"""How many rows the server believes tables to have; its plan says only how many of them it expects to use."""


def read_tables(settings: RemoteSettings, password: str, query: ServerQuery) -> tuple[RemoteTable, ...]:
    """The tables that the user may read, those of the schema that needs no name first. `query` has the limits."""
    first = _schema(settings)
    with _transaction(settings, password, query) as connection:
        about = {"schema": settings.schema, "first": first, "limit": MAX_TABLES}
        found = connection.execute(_TABLES, about).fetchall()
        of: dict[int, list[RemoteColumn]] = {}
        about = {"tables": [row[3] for row in found], "limit": MAX_TABLE_COLUMNS}
        for table, name, type_name in connection.execute(_COLUMNS, about):
            of.setdefault(table, []).append(RemoteColumn(name, _KINDS.get(type_name, "text")))
    return tuple(
        RemoteTable("" if schema == first else schema, name, rows if rows >= 0 else None, tuple(of.get(oid, ())))
        for schema, name, rows, oid in found
    )


def run(settings: RemoteSettings, password: str, query: ServerQuery) -> FileResult:
    """Run a checked query; with a limit of 0 only its columns are found. Raises what `remote.engine.run` raises."""
    with _transaction(settings, password, query) as connection, connection.cursor(name="benchboard") as cursor:
        cursor.itersize = BATCH
        columns, reader = _execute(connection, cursor, query)
        result = ResultRows(query)
        while query.limit and result.missing and (batch := cursor.fetchmany(min(BATCH, result.missing))):
            for row in batch:
                result.add(reader.row(row))
    return FileResult(columns, tuple(result.rows[: query.limit]), len(result.rows) > query.limit, reader.not_numbers)


def read_rows(settings: RemoteSettings, password: str, query: ServerQuery, receive: RowReceiver) -> int:
    """Hand all rows of a checked query on in batches. Returns in how many cells there was no finite number, which are
    empty. Raises what `remote.engine.run` raises."""
    with _transaction(settings, password, query) as connection, connection.cursor(name="benchboard") as cursor:
        columns, reader = _execute(connection, cursor, query)
        size = BatchSize()
        receive(columns, [])
        while batch := cursor.fetchmany(size.rows):
            rows = [reader.row(row) for row in batch]
            size.note(rows)
            receive(columns, rows)
            query.seconds_left()
    return reader.not_numbers


def _execute(
    connection: "psycopg.Connection[tuple[Any, ...]]", cursor: "psycopg.ServerCursor[Any]", query: ServerQuery
) -> tuple[tuple[FileColumn, ...], "_PostgresqlReader"]:
    """Run a query. Returns its columns and what makes cells of its rows."""
    cursor.execute(query.text.encode(), query.values)
    described = cursor.description or []
    require_few_columns(len(described))
    types = [_type_name(connection, one.type_code) for one in described]
    columns = tuple(FileColumn(one.name[:MAX_NAME], _KINDS.get(name, "text"))
                    for one, name in zip(described, types, strict=True))  # fmt: skip
    return columns, _PostgresqlReader(types)


def explain(settings: RemoteSettings, password: str, query: ServerQuery) -> QueryPlan:
    """How the server would run a checked query. Raises what `remote.engine.run` raises."""
    with _transaction(settings, password, query) as connection:
        found = connection.execute((EXPLAIN + query.text).encode(), query.values).fetchone()
        text = found[0] if found is not None else None
        names = tables_read(text)
        about = {"schemas": [schema for schema, _name in names], "names": [name for _schema, name in names]}
        rows = connection.execute(_TABLE_ROWS, about).fetchall()
    return postgresql_plan(text, {(schema, name): int(count) for schema, name, count in rows})


@contextmanager
def _transaction(
    settings: RemoteSettings, password: str, query: ServerQuery
) -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
    import psycopg
    from psycopg import sql

    try:
        connection = _connect(settings, password, query)
    except psycopg.Error as error:
        raise connection_error(_cause(str(error)), settings) from error
    try:
        with closed_after(query.deadline + GRACE, connection.fileno()):
            connection.read_only = True
            path = sql.SQL("SET LOCAL search_path = pg_catalog, {}").format(sql.Identifier(_schema(settings)))
            connection.execute(path)
            milliseconds = max(1, round(query.seconds_left() * 1000))
            connection.execute(
                sql.SQL(
                    "SET LOCAL statement_timeout = {}; SET LOCAL timezone = 'UTC'; SET LOCAL lock_timeout = {};"
                    " SET LOCAL standard_conforming_strings = on; SET LOCAL DateStyle = ISO;"
                    " SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = hex"
                ).format(milliseconds, milliseconds)
            )
            with cancelled_by(query.cancel_token, connection.cancel_safe):
                yield connection
    except AppError:
        raise
    except TimeoutError as error:
        raise too_slow(query.timeout, query.started) from error
    except MemoryError as error:
        raise too_much_memory() from error
    except psycopg.Error as error:
        raise _query_error(error, settings, query) from error
    finally:
        connection.close()


def _connect(settings: RemoteSettings, password: str, query: ServerQuery) -> "psycopg.Connection[tuple[Any, ...]]":
    import psycopg

    # A server that may be another one must not be told the password as it is.
    methods = "scram-sha-256,md5,none" + (",password" if settings.tls == "verify" else "")
    trusted: dict[str, Any] = {"sslrootcert": settings.ca or "system"} if settings.tls == "verify" else {}
    connection = psycopg.connect(
        host=settings.host,
        port=settings.port,
        dbname=settings.database,
        user=settings.user,
        password=password,
        sslmode=_TLS[settings.tls],
        require_auth=methods,
        connect_timeout=max(2, min(CONNECT_TIMEOUT, round(query.seconds_left()))),
        application_name="Benchboard",
        gssencmode="disable",
        options="",
        client_encoding="utf8",
        **trusted,
    )
    _read_as_text(connection)
    return connection


def _read_as_text(connection: "psycopg.Connection[Any]") -> None:
    """Let the driver hand over values of all other types as the server writes them: JSON, arrays, times of day."""
    from psycopg.types.string import TextLoader

    for info in connection.adapters.types:
        if info.name not in _KINDS and info.name != "bytea":
            connection.adapters.register_loader(info.oid, TextLoader)
        if info.array_oid:
            connection.adapters.register_loader(info.array_oid, TextLoader)


def _schema(settings: RemoteSettings) -> str:
    return settings.schema or "public"


def _type_name(connection: "psycopg.Connection[Any]", oid: int) -> str:
    info = connection.adapters.types.get(oid)
    return info.name if info is not None and info.oid == oid else ""


class _PostgresqlReader:
    """Makes cells of rows."""

    def __init__(self, types: list[str]) -> None:
        self._types = types
        self.not_numbers = 0

    def row(self, values: tuple[Any, ...]) -> list[Cell]:
        return [self._cell(value, name) for value, name in zip(values, self._types, strict=True)]

    def _cell(self, value: Any, type_name: str) -> Cell:
        if value is None:
            return None
        if isinstance(value, bytes):
            raise not_text()
        if type_name in _DIGITS or type_name == "numeric":
            if not math.isfinite(value):
                self.not_numbers += 1
                return None
            return value if isinstance(value, Decimal) else Decimal(f"{value:.{_DIGITS[type_name]}g}")
        if type_name in ("timestamp", "timestamptz"):
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)  # type: ignore[no-any-return]  # a datetime
        return value if type_name in _KINDS else str(value)


def _cause(text: str) -> Cause:
    return next((cause for cause, parts in _CAUSES if any(part in text for part in parts)), "other")


def _query_error(error: "psycopg.Error", settings: RemoteSettings, query: ServerQuery) -> AppError:
    state = error.sqlstate or ""
    if query.cancel_token.cancelled:
        return query_cancelled()
    if state in ("57014", "55P03"):
        return too_slow(query.timeout, query.started)
    if state == "22008" or (not state and "year" in str(error)) or (not state and "too large" in str(error)):
        return date_out_of_range()
    if state.startswith("53"):
        return too_much_memory()
    if not state or state.startswith(("08", "57")):
        late = not query_has_time(query)
        return too_slow(query.timeout, query.started) if late else connection_error("other", settings)
    if state == "42501":
        return connection_error("permission", settings)
    return Invalid("query.refused", _("The database rejected this query."), why=sentence(str(error)), field="query")


def query_has_time(query: ServerQuery) -> bool:
    """Whether the time that a query has isn't over."""
    try:
        return query.seconds_left() > 0
    except TimeoutError:
        return False


def sentence(text: str) -> str:
    """The first line of what a server says, as a sentence of a length that can be shown."""
    return text.partition("\n")[0].strip()[:300].rstrip(".") + "."

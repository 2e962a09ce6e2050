"""Inspects the tables of a DuckDB file. Imported late, as DuckDB is."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.column_names import query_names
from benchboard.analytics.files.duckdb_connection import reading_connection
from benchboard.analytics.files.inspection_types import TableInspection
from benchboard.analytics.files.parquet_inspection import inspect_typed, stored_column
from benchboard.analytics.files.scan import FileScan
from benchboard.analytics.files.sql_text import identifier
from benchboard.errors import Invalid
from benchboard.i18n import _

ATTACHED: Final = "attached"
_MAX_TABLES: Final = 200


@contextmanager
def attached_file(
    path: Path, cancel_token: CancelToken, *, scratch: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to which the file is attached as `ATTACHED`, read-only. Its views aren't used: they could read other
    files, if the connection could."""
    with reading_connection((path,), cancel_token, scratch=scratch, attach=ATTACHED) as connection:
        yield connection


def duckdb_relation(table: str) -> str:
    """The table of the attached file that a scan names as `schema.table`. Raises `Invalid`."""
    schema, mark, name = table.partition(".")
    if not mark or not name:
        raise Invalid("files.table", _("“{table}” isn't a table name.").format(table=table))
    return f"{identifier(ATTACHED)}.{identifier(schema)}.{identifier(name)}"


def inspect_duckdb(path: Path, cancel_token: CancelToken) -> tuple[TableInspection, ...]:
    """Inspect the tables of a DuckDB file. Raises `AppError`."""
    with attached_file(path, cancel_token) as connection:
        found = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ? AND NOT internal"
            " ORDER BY schema_name, table_oid LIMIT ?",
            [ATTACHED, _MAX_TABLES],
        ).fetchall()
        if not found:
            raise Invalid("files.empty", _("“{name}” has no tables.").format(name=path.name))
        return tuple(_inspect_table(connection, path, f"{schema}.{name}") for schema, name in found)


def _inspect_table(connection: duckdb.DuckDBPyConnection, path: Path, table: str) -> TableInspection:
    relation = duckdb_relation(table)
    described = connection.execute(f"DESCRIBE FROM {relation}").fetchall()
    names = query_names(str(row[0]) for row in described)
    columns = (stored_column(name, str(row[0]), str(row[1])) for name, row in zip(names, described, strict=True))
    scan = FileScan(path, "duckdb", table, columns=tuple(columns))
    return inspect_typed(connection, scan, relation)

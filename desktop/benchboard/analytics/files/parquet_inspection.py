"""Inspects a Parquet file: its columns have types of their own. Imported late, as DuckDB is."""

from pathlib import Path
from typing import Final

import duckdb

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.column_names import query_names
from benchboard.analytics.files.csv_inspection import EXACT_BYTES, preview_rows
from benchboard.analytics.files.duckdb_connection import reading_connection
from benchboard.analytics.files.inspection_types import ColumnInspection, TableInspection, TypeFit
from benchboard.analytics.files.scan import MAX_COLUMNS, FileScan, ScanColumn
from benchboard.analytics.files.titles import title_and_unit
from benchboard.analytics.files.value_counts import distinct_sql
from benchboard.analytics.files.value_expressions import ColumnKind, StoredAs
from benchboard.errors import Invalid
from benchboard.i18n import _, number

_KINDS: Final[dict[str, tuple[ColumnKind, StoredAs]]] = {
    "VARCHAR": ("text", "same"), "BOOLEAN": ("boolean", "same"), "DATE": ("date", "same"),
    "TINYINT": ("integer", "same"), "SMALLINT": ("integer", "same"), "INTEGER": ("integer", "same"),
    "BIGINT": ("integer", "same"), "UTINYINT": ("integer", "same"), "USMALLINT": ("integer", "same"),
    "UINTEGER": ("integer", "same"), "UBIGINT": ("integer", "same"), "HUGEINT": ("integer", "same"),
    "UHUGEINT": ("integer", "same"), "DOUBLE": ("float", "same"), "FLOAT": ("float", "same"),
    "TIMESTAMP": ("timestamp", "same"), "TIMESTAMP_S": ("timestamp", "other"), "TIMESTAMP_MS": ("timestamp", "other"),
    "TIMESTAMP_NS": ("timestamp", "other"), "TIMESTAMP WITH TIME ZONE": ("timestamp", "zoned"),
}  # fmt: skip
_MAX_TITLE: Final = 200


def stored_column(name: str, source: str, sql_type: str) -> ScanColumn:
    """The column of a typed file, by DuckDB's type for it. Bytes are left out; other types become text."""
    title, unit = title_and_unit(source)
    title = title[:_MAX_TITLE]
    kind, stored = _KINDS.get(sql_type, ("text", "other"))
    scale = 0
    if sql_type.startswith("DECIMAL("):
        kind, stored, scale = "decimal", "same", int(sql_type.rstrip(")").rpartition(",")[2])
        if scale > 18:
            kind, stored, scale = "float", "other", 0
    return ScanColumn(
        name, title, kind, unit, left_out=sql_type == "BLOB", source=source, scale=scale, stored=stored, checked=True
    )


def inspect_parquet(
    path: Path, cancel_token: CancelToken, *, files: tuple[str, ...] = (), nested: bool = False
) -> TableInspection:
    """Inspect a Parquet file, or several in the folder `path` that make up one table. `nested`: the names of subfolders
    are no columns of theirs, as they are of the table. Raises `AppError`."""
    scan = parquet_scan(path, cancel_token, files=files, nested=nested)
    with reading_connection(scan.paths, cancel_token) as connection:
        return inspect_typed(connection, scan, scan.rows_sql())


def parquet_scan(
    path: Path, cancel_token: CancelToken, *, files: tuple[str, ...] = (), nested: bool = False
) -> FileScan:
    """How a Parquet file, or several in the folder `path`, are read: the columns of all, each of the type that holds
    the values of all. Raises `AppError` and `Cancelled`."""
    scan = FileScan(path, "parquet", files=files, nested=nested)
    with reading_connection(scan.paths, cancel_token) as connection:
        described = connection.execute(f"DESCRIBE FROM {scan.rows_sql()}").fetchall()
    if len(described) > MAX_COLUMNS:
        what = _("“{name}” has {count} columns.").format(name=path.name, count=number(len(described)))
        raise Invalid("files.columns", what, why=_("Up to {count} are supported.").format(count=number(MAX_COLUMNS)))
    names = query_names(str(row[0]) for row in described)
    columns = (stored_column(name, str(row[0]), str(row[1])) for name, row in zip(names, described, strict=True))
    return scan.with_columns(tuple(columns))


def parquet_titles(path: Path, cancel_token: CancelToken, *, nested: bool = False) -> tuple[str, ...]:
    """The names of the columns in a Parquet file. Raises `AppError` and `Cancelled`."""
    return tuple(column.source for column in parquet_scan(path, cancel_token, nested=nested).columns)


def inspect_typed(connection: duckdb.DuckDBPyConnection, scan: FileScan, relation: str) -> TableInspection:
    """Count what is in a table whose columns have types of their own."""
    exact = sum(each.stat().st_size for each in scan.paths) <= EXACT_BYTES
    expressions = ["count(*)"]
    for place in range(len(scan.columns)):
        raw = scan.raw_sql(place)
        expressions += [f"count({raw})", distinct_sql(raw, exact=exact)]
    found = connection.execute(f"SELECT {', '.join(expressions)} FROM {relation}").fetchall()[0]  # noqa: S608  # quoted
    rows = int(found[0])
    inspected = []
    for place, column in enumerate(scan.columns):
        present, distinct = int(found[1 + 2 * place]), int(found[2 + 2 * place])
        fits = (
            TypeFit(column.kind, present, present),
            *([TypeFit("text", present, present)] if column.kind != "text" else []),
        )
        inspected.append(ColumnInspection(tuple(fits), rows - present, min(distinct, present), exact))
    raws, values, names = preview_rows(connection, scan, relation)
    return TableInspection(scan, rows, tuple(inspected), preview_raw=raws, preview=values, preview_files=names)

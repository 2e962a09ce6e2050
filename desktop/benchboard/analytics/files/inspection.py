"""Inspects a file that somebody wants to query: its format, its tables, how they are read, and what doesn't fit.

Nothing here runs anything that a file holds, and a file is only ever read. DuckDB is loaded when a file is looked at.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.file_versions import inspected_as, versions_of
from benchboard.analytics.files.folder_inspection import folder_files, inspect_each, is_data_file, subfolder_count
from benchboard.analytics.files.formats import detect_format, file_error
from benchboard.analytics.files.inspection_types import FileInspection, ReportProgress, TableInspection
from benchboard.analytics.files.renamed_columns import Renaming
from benchboard.analytics.files.scan import FileFormat, FileScan, ReadOptions
from benchboard.errors import Invalid
from benchboard.i18n import _

MAX_TABLES: Final = 200
"""Tables of one file that are inspected."""


def inspect_file(
    path: Path,
    options: ReadOptions | None = None,
    *,
    fixed: frozenset[str] = frozenset(),
    only: str = "",
    same_as: Mapping[str, str] = MappingProxyType({}),
    renamings: Sequence[Renaming] = (),
    nested: bool | None = None,
    cancel_token: CancelToken | None = None,
    progress: ReportProgress | None = None,
) -> FileInspection:
    """Inspect the file or folder at `path`. Takes about as long as reading it; run it as background work.

    With `only`, of an Excel or SQLite file that table alone. Of `options`, the fields named in `fixed` (what the user
    chose) are taken as they are, the others are detected. `same_as`: the names of a folder's CSV files that are read
    under the titles of another one, and its name; `renamings`: which columns of these files are those of others.
    `nested`: whether the files in a folder's subfolders are read too; None: only where it has no others.
    Raises `NotFound`, `Unavailable`, `Invalid` or `Cancelled`.
    """
    started = time.monotonic()
    token, report = cancel_token or CancelToken(), progress or (lambda _done, _total: None)
    path = path.absolute()
    found = detect_format(path)
    try:
        if found == "folder":
            count = subfolder_count(path)
            deep = nested if nested is not None else count > 0 and not any(map(is_data_file, path.iterdir()))
            found_in = _inspect_folder(path, started, options, fixed, same_as, renamings, deep, token, report)
            return replace(found_in, nested=deep, subfolders=count)
        size, versions = path.stat().st_size, versions_of(FileScan(path, found))
        tables = _tables(path, found, options, fixed, only, bool(nested), token, report)
        tables = tuple(replace(one, scan=inspected_as(one.scan, versions)) for one in tables)
    except OSError as error:
        raise file_error(path, error) from error
    return FileInspection(path, found, size, time.monotonic() - started, tables)


def _inspect_folder(
    path: Path,
    started: float,
    options: ReadOptions | None,
    fixed: frozenset[str],
    same_as: Mapping[str, str],
    renamings: Sequence[Renaming],
    nested: bool,
    token: CancelToken,
    report: ReportProgress,
) -> FileInspection:
    files = folder_files(path, nested=nested)
    count = len(files)
    done = 0

    def inspect(file: Path) -> FileInspection:
        nonlocal done
        report(done, count)
        done += 1
        return inspect_file(file, options, fixed=fixed, nested=nested, cancel_token=token)

    tables, skipped = inspect_each(path, inspect, token, same_as, renamings, nested)
    size = sum(file.stat().st_size for file in files)
    return FileInspection(path, "folder", size, time.monotonic() - started, tables, skipped)


def inspect_scan(
    scan: FileScan, *, cancel_token: CancelToken | None = None, progress: ReportProgress | None = None
) -> TableInspection:
    """Inspect a table as the scan reads it, after a column's kind or an option was changed: nothing is detected.

    The answer's scan knows which columns fit. Takes about as long as reading the file. Raises `AppError`, `Cancelled`.
    """
    from benchboard.analytics.files.csv_inspection import inspect_as
    from benchboard.analytics.files.opened_tables import opened_table
    from benchboard.analytics.files.parquet_inspection import inspect_typed

    token, report = cancel_token or CancelToken(), progress or (lambda _done, _total: None)
    try:
        versions = versions_of(scan)
        with opened_table(scan, token, report) as (connection, read, relation):
            if read.format != "csv":
                return inspect_typed(connection, scan, relation)
            found = inspect_as(connection, scan, read)
            return replace(found, scan=inspected_as(found.scan, versions))
    except OSError as error:
        raise file_error(scan.path, error) from error


def empty_sheets(tables: Sequence[TableInspection]) -> tuple[TableInspection, ...]:
    """The sheets of a workbook that have no rows, if others have some: they aren't added unless they are wanted."""
    empty = tuple(table for table in tables if table.scan.format == "excel" and not table.rows)
    return empty if len(empty) < len(tables) else ()


def _tables(
    path: Path,
    found: FileFormat,
    options: ReadOptions | None,
    fixed: frozenset[str],
    only: str,
    nested: bool,
    token: CancelToken,
    report: ReportProgress,
) -> tuple[TableInspection, ...]:
    # Imported late: DuckDB takes 57 ms, which the start of the program doesn't pay.
    if found == "csv":
        from benchboard.analytics.files.csv_inspection import inspect_csv

        return (inspect_csv(path, options, fixed, token, report),)
    if found == "parquet":
        from benchboard.analytics.files.parquet_inspection import inspect_parquet

        return (inspect_parquet(path, token, nested=nested),)
    if found == "duckdb":
        from benchboard.analytics.files.duckdb_files import inspect_duckdb

        return inspect_duckdb(path, token)
    return _staged_tables(path, found, options, fixed, only, token, report)


def _staged_tables(
    path: Path,
    found: FileFormat,
    options: ReadOptions | None,
    fixed: frozenset[str],
    only: str,
    token: CancelToken,
    report: ReportProgress,
) -> tuple[TableInspection, ...]:
    """The tables of an Excel or SQLite file that have any rows."""
    from benchboard.analytics.files.csv_inspection import inspect_staged
    from benchboard.analytics.files.staging import staged_table
    from benchboard.analytics.files.table_rows import open_table_file

    with open_table_file(path, found) as file:
        names = [name for name in file.tables() if only in ("", name)]
    inspected = []
    for name in names[:MAX_TABLES]:
        with staged_table(path, found, name, token, report) as staged:
            if staged.text.head.strip():
                fixed_here = fixed | {"header", "skip_lines"} if found in ("sqlite", "can", "rest_api") else fixed
                inspected.append(inspect_staged(FileScan(path, found, name), staged, options, fixed_here, token))
    if not inspected:
        raise Invalid("files.empty", _("“{name}” is empty.").format(name=path.name), do=_("Choose another file."))
    return tuple(inspected)

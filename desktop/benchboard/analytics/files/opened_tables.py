"""Opens a table of a file of any format for DuckDB: as it is, or decoded or staged in a temporary file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.column_matching import current_scan
from benchboard.analytics.files.inspection_types import ReportProgress
from benchboard.analytics.files.readable_files import evened_scan
from benchboard.analytics.files.scan import FileScan
from benchboard.analytics.files.staging import staged_table
from benchboard.analytics.files.text_files import as_utf_8

if TYPE_CHECKING:
    import duckdb


@contextmanager
def opened_table(
    scan: FileScan, token: CancelToken, report: ReportProgress, *, scratch: Path | None = None
) -> Iterator[tuple["duckdb.DuckDBPyConnection", FileScan, str]]:
    """A connection to DuckDB, the scan of what it can read, and the relation with that scan's columns.

    Temporary files go into `scratch`. Raises `AppError` and `OSError`.
    """
    # Imported late: DuckDB takes 57 ms.
    from benchboard.analytics.files.duckdb_connection import reading_connection
    from benchboard.analytics.files.duckdb_files import attached_file, duckdb_relation

    if scan.format == "duckdb":
        with attached_file(scan.path, token, scratch=scratch) as connection:
            yield connection, scan, duckdb_relation(scan.table)
    elif scan.format == "parquet" or scan.files:  # only files in UTF-8 are joined to one table
        scan = evened_scan(scan)
        with reading_connection(scan.paths, token, scratch=scratch) as connection:
            yield connection, (read := current_scan(scan)), read.rows_sql()
    elif scan.format == "csv":
        with (
            as_utf_8(scan.path, scan.options, token, report, scratch=scratch) as text,
            reading_connection((text.path,), token, scratch=scratch, shown=scan.path) as connection,
        ):
            yield connection, (read := text.scan(scan)), read.rows_sql()
    else:
        with (
            staged_table(scan.path, scan.format, scan.table, token, report, scratch=scratch) as staged,
            reading_connection((staged.text.path,), token, scratch=scratch, shown=scan.path) as connection,
        ):
            yield connection, (read := staged.text.scan(scan)), read.rows_sql()

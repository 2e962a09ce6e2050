"""Opens a table of a file of any format for DuckDB: as it is, or decoded or staged in a temporary file."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.column_matching import current_scan
from benchboard.analytics.files.file_versions import as_inspected
from benchboard.analytics.files.inspection_types import ReportProgress
from benchboard.analytics.files.readable_files import evened_scan
from benchboard.analytics.files.scan import FileScan, ReadOptions
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

    scan = as_inspected(scan)
    if scan.format == "duckdb":
        with attached_file(scan.path, token, scratch=scratch) as connection:
            yield connection, scan, duckdb_relation(scan.table)
    elif scan.format == "parquet" or scan.files:
        with (
            _decoded(scan, token, report, scratch) as decoded,
            reading_connection((even := evened_scan(decoded)).paths, token, scratch=scratch) as connection,
        ):
            yield connection, (read := current_scan(even)), read.rows_sql()
    elif scan.format == "csv":
        with (
            as_utf_8(scan.path, scan.options, token, report, scratch=scratch) as text,
            reading_connection((text.path,), token, scratch=scratch, shown=scan.path) as connection,
        ):
            yield connection, (read := text.scan(scan)), read.rows_sql()
    else:
        units = {place: column.value_unit for place, column in enumerate(scan.columns)}
        with (
            staged_table(scan.path, scan.format, scan.table, token, report, scratch=scratch, units=units) as staged,
            reading_connection((staged.text.path,), token, scratch=scratch, shown=scan.path) as connection,
        ):
            yield connection, (read := staged.text.scan(scan)), read.rows_sql()


@contextmanager
def _decoded(scan: FileScan, token: CancelToken, report: ReportProgress, scratch: Path | None) -> Iterator[FileScan]:
    """The scan of files in UTF-8: while the block runs, temporary ones stand in for those in other encodings."""
    if scan.readable_in_place:
        yield scan
        return
    stand_ins: list[tuple[str, Path]] = []
    with ExitStack() as stack:
        for path in scan.paths:
            options = scan.options_of(path)
            if options.encoding != "utf-8":
                text = stack.enter_context(as_utf_8(path, options, token, report, scratch=scratch))
                # What is said of a file, and where its columns are, goes by its name.
                stand_ins.append((scan.name_of(path), text.path.rename(text.path.with_name(path.name))))
        yield replace(
            scan,
            options=_as_decoded(scan.options),
            variants=tuple(replace(one, options=_as_decoded(one.options)) for one in scan.variants),
            stand_ins=(*scan.stand_ins, *stand_ins),
        )


def _as_decoded(options: ReadOptions) -> ReadOptions:
    """The options of a file that was decoded, and unpacked with that; those of any other stay."""
    return options if options.encoding == "utf-8" else replace(options, encoding="utf-8", compressed=False)

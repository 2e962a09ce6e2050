"""Inspects a file that somebody wants to query: its format, its tables, how they are read, and what doesn't fit.

Nothing here runs anything that a file holds, and a file is only ever read. DuckDB is loaded when a file is looked at.
"""

import time
from pathlib import Path

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.formats import detect_format, file_error
from benchboard.analytics.files.inspection_types import FileInspection, ReportProgress, TableInspection
from benchboard.analytics.files.scan import ReadOptions
from benchboard.errors import Invalid
from benchboard.i18n import _


def inspect_file(
    path: Path,
    options: ReadOptions | None = None,
    *,
    fixed: frozenset[str] = frozenset(),
    cancel_token: CancelToken | None = None,
    progress: ReportProgress | None = None,
) -> FileInspection:
    """Inspect the file or folder at `path`. Takes about as long as reading it; run it as background work.

    Of `options`, the fields named in `fixed` (what the user chose) are taken as they are, the others are detected.
    Raises `NotFound`, `Unavailable`, `Invalid` or `Cancelled`.
    """
    started = time.monotonic()
    token, report = cancel_token or CancelToken(), progress or (lambda _done, _total: None)
    path = path.absolute()
    found = detect_format(path)
    try:
        size = path.stat().st_size
        tables = _tables(path, found, options, fixed, token, report)
    except OSError as error:
        raise file_error(path, error) from error
    if found == "folder":
        raise AssertionError
    return FileInspection(path, found, size, time.monotonic() - started, tables)


def _tables(
    path: Path,
    found: str,
    options: ReadOptions | None,
    fixed: frozenset[str],
    token: CancelToken,
    report: ReportProgress,
) -> tuple[TableInspection, ...]:
    # Imported late: DuckDB takes 57 ms, which the start of the program doesn't pay.
    if found == "csv":
        from benchboard.analytics.files.csv_inspection import inspect_csv

        return (inspect_csv(path, options, fixed, token, report),)
    if found == "parquet":
        from benchboard.analytics.files.parquet_inspection import inspect_parquet

        return (inspect_parquet(path, token),)
    raise Invalid("files.format", _("“{name}” can't be read.").format(name=path.name))

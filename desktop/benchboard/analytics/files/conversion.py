"""Copies a table of a file into a Parquet file of the program's own, typed, as queries read it fastest."""

import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.formats import file_error
from benchboard.analytics.files.inspection_types import ReportProgress
from benchboard.analytics.files.opened_tables import opened_table
from benchboard.analytics.files.scan import FileScan, ReadOptions
from benchboard.analytics.files.sql_text import literal
from benchboard.atomic_write import explain_write_error, sync_folder
from benchboard.errors import Unavailable
from benchboard.i18n import _

if TYPE_CHECKING:
    import duckdb

_ROW_GROUP: Final = 122_880
"""Rows that are held in memory for each thread."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """A table that was copied: how the copy is read, and what became of its rows."""

    scan: FileScan
    rows: int
    emptied: int
    """Rows with a value that didn't fit, or with too few values: what is missing is empty in the copy."""
    left_out: int
    """Rows that aren't in the copy because a value didn't fit, or because they can't be divided into columns."""
    size: int
    """Bytes of the copy."""


def copy_to_parquet(
    scan: FileScan,
    target: Path,
    *,
    cancel_token: CancelToken | None = None,
    progress: ReportProgress | None = None,
) -> Conversion:
    """Copy the kept columns of a table to the Parquet file `target`; until that is complete, an older file stays.

    Wrong values are emptied or their rows left out, as the scan's options say. Only this account can read the copy and
    its folder. Raises `AppError` (`Unavailable` if it can't be written) or `Cancelled`, and then leaves nothing behind.
    """
    token, report = cancel_token or CancelToken(), progress or (lambda _done, _total: None)
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        scratch = tempfile.TemporaryDirectory(prefix=".benchboard-", dir=target.parent)
    except OSError as error:
        raise _not_written(target, error) from error
    with scratch as folder:
        written = Path(folder) / "copy.parquet"
        try:
            with opened_table(scan, token, report, scratch=Path(folder)) as (connection, read, relation):
                rows, emptied, left_out = _copy(connection, read, relation, written)
        except OSError as error:
            raise file_error(scan.path, error) from error
        try:
            size = _publish(written, target)
        except OSError as error:
            raise _not_written(target, error) from error
    return Conversion(copied_scan(scan, target), rows, emptied, left_out, size)


def _copy(
    connection: "duckdb.DuckDBPyConnection", scan: FileScan, relation: str, written: Path
) -> tuple[int, int, int]:
    """Write the file. Returns how many rows it has, how many of them have emptied values, how many were left out."""
    if scan.format == "csv":
        from benchboard.analytics.files.wrong_lines import count_wrong_lines

        wrong = count_wrong_lines(connection, scan)
        emptied, left_out = wrong.emptied, wrong.left_out
    else:
        emptied, left_out = _count_wrong_values(connection, scan, relation)
    form = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP}"
    copied = connection.execute(f"COPY ({scan.select_from(relation)}) TO {literal(str(written))} ({form})").fetchall()
    return int(copied[0][0]), emptied, left_out


def _count_wrong_values(connection: "duckdb.DuckDBPyConnection", scan: FileScan, relation: str) -> tuple[int, int]:
    """How many rows of a typed table have values that are emptied, and how many are left out for them."""
    if not (condition := scan.wrong_sql()):
        return 0, 0
    counted = connection.execute(f"SELECT coalesce(count_if({condition}), 0) FROM {relation}").fetchall()  # noqa: S608  # quoted
    wrong = int(counted[0][0])
    return (0, wrong) if scan.options.wrong_values == "leave-out" else (wrong, 0)


def _publish(written: Path, target: Path) -> int:
    """Give the complete file its name. Returns its bytes."""
    written.chmod(0o600)
    with written.open("rb+") as file:
        os.fsync(file.fileno())
        size = os.fstat(file.fileno()).st_size
    written.replace(target)
    sync_folder(target.parent)
    return size


def copied_scan(scan: FileScan, target: Path) -> FileScan:
    """How the copy of a table is read."""
    columns = tuple(
        replace(column, source=column.name, stored="same", formats=(), checked=True) for column in scan.kept_columns
    )
    return FileScan(target, "parquet", options=ReadOptions(), columns=columns)


def _not_written(target: Path, error: OSError) -> Unavailable:
    why, do = explain_write_error(error)
    what = _("“{name}” can't be written.").format(name=target.name)
    return Unavailable("files.not-written", what, why=why, do=do)

"""Copies of files that queries can't read where they are: Parquet files in the home folder, for this account alone."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.conversion import copy_to_parquet
from benchboard.analytics.files.inspection_types import ReportProgress
from benchboard.analytics.sources.configuration import SourceTable
from benchboard.storage.models.base import new_id


def copies_folder(home: Path, organisation_id: str) -> Path:
    """A new folder for the copies of one source of an organisation; it is made when the first one is written."""
    return home / "data" / organisation_id / new_id()


def with_copies(
    tables: Sequence[SourceTable], folder: Path, cancel_token: CancelToken, progress: ReportProgress | None = None
) -> tuple[SourceTable, ...]:
    """The tables, with a copy of each whose file queries can't read in place (Excel, SQLite, older encodings).

    Takes about as long as reading the files. Raises what `copy_to_parquet` raises, and then leaves no copies behind.
    """
    found: list[SourceTable] = []
    try:
        for table in tables:
            if table.scan.readable_in_place:
                found.append(table)
                continue
            target = folder / f"{table.name}.parquet"
            copy_to_parquet(table.scan, target, cancel_token=cancel_token, progress=progress)
            found.append(replace(table, copy=target))
    except BaseException:
        remove_copies(found)
        raise
    return tuple(found)


def remove_copies(tables: Sequence[SourceTable]) -> None:
    """Delete the copies of a source that was removed, or couldn't be added. One that is gone already is no error."""
    for table in tables:
        if table.copy is not None:
            with suppress(OSError):
                table.copy.unlink()
            with suppress(OSError):
                table.copy.parent.rmdir()

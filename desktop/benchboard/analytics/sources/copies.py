"""Copies of files that queries can't read where they are: Parquet files in the home folder, for this account alone; and
the folders of the last good copies of those that they can (`readable_files`).
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.conversion import copy_to_parquet
from benchboard.analytics.files.inspection_types import ReportProgress
from benchboard.analytics.files.readable_files import remove_kept
from benchboard.analytics.sources.configuration import SourceTable, kept_folder
from benchboard.storage.models.base import new_id


def copies_folder(home: Path, organisation_id: str) -> Path:
    """A new folder for the copies of one source of an organisation; it is made when the first one is written."""
    return home / "data" / organisation_id / new_id()


def new_source_id() -> str:
    """The id of a source that is going to be added, after which the folder of its last good copies is named."""
    return new_id()


def with_copies(
    tables: Sequence[SourceTable],
    folder: Path,
    source_id: str,
    cancel_token: CancelToken,
    progress: ReportProgress | None = None,
) -> tuple[SourceTable, ...]:
    """The tables of a source, with a copy of each whose file queries can't read in place (Excel, SQLite, older
    encodings).

    Takes about as long as reading the files. Raises what `copy_to_parquet` raises, and then leaves no copies behind.
    """
    found: list[SourceTable] = []
    try:
        for table in tables:
            if table.scan.readable_in_place:
                found.extend(with_kept_files((table,), source_id))
                continue
            target = folder / f"{table.name}.parquet"
            copy_to_parquet(table.scan, target, cancel_token=cancel_token, progress=progress)
            found.append(replace(table, copy=target))
    except BaseException:
        remove_copies(found)
        raise
    return tuple(found)


def with_kept_files(tables: Sequence[SourceTable], source_id: str) -> tuple[SourceTable, ...]:
    """The tables of a source, those that are read where they are with a folder for the last good copies of their files.
    They are made when the table is read."""
    return tuple(replace(one, kept=kept_folder(source_id, one.name)) if one.copy is None else one for one in tables)


def remove_copies(tables: Sequence[SourceTable]) -> None:
    """Delete the copies of a source that was removed, or couldn't be added. One that is gone already is no error."""
    paths = [path for table in tables for path in (table.copy, table.kept) if path is not None]
    delete_copies(paths)
    for path in paths:
        with suppress(OSError):
            path.parent.rmdir()


def delete_copies(paths: Iterable[Path]) -> None:
    """Delete copies, and the folders of those of linked files. One that is gone already is no error."""
    for path in paths:
        with suppress(OSError):
            if path.is_dir():
                remove_kept(path)
                path.parent.rmdir()  # unless there are those of another table of the source
            else:
                path.unlink()

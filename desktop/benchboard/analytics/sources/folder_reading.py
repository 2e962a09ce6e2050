"""Finds the files of a table that is made of a folder's files: those that came since, and those that are gone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.column_matching import match_columns
from benchboard.analytics.files.folder_inspection import folder_files
from benchboard.analytics.files.formats import file_error
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.files.scan import FileScan
from benchboard.analytics.sources.configuration import SourceTable
from benchboard.analytics.sources.original_files import OriginalFile
from benchboard.analytics.sources.state import READ_OPTIONS
from benchboard.errors import AppError, Cancelled, Conflict
from benchboard.i18n import ngettext

_NAMED = 5


@dataclass(frozen=True, slots=True)
class FolderMatch:
    """A scan of the files that are in its folder now, and the names of those that are gone."""

    scan: FileScan
    gone: tuple[str, ...]


def match_folder(
    scan: FileScan,
    tables: Sequence[SourceTable],
    before: Sequence[OriginalFile],
    now: Sequence[OriginalFile],
    cancel_token: CancelToken,
) -> FolderMatch:
    """The scan with the files that came since and have its columns. Those that were there `before` as they are `now`,
    and aren't read by any of the source's `tables`, were left out then and stay so. Raises `AppError`
    (the folder is gone, or has no files) and `Cancelled`."""
    try:
        there = {path.name: path for path in folder_files(scan.path)}
    except OSError as error:
        raise file_error(scan.path, error) from error
    taken = {path for one in tables for path in one.scan.paths}
    seen = {one.name for one in now if one in before}
    came = [path for name, path in there.items() if path not in taken and name not in seen]
    added = [path.name for path in came if _fits(scan, path, cancel_token)]
    kept = [name for name in scan.files if name in there]
    # What was seen to fit in each file may not fit in those of today.
    columns = tuple(
        replace(column, checked=column.checked and (column.kind == "text" or column.stored != "text"))
        for column in scan.columns
    )
    found = replace(scan, files=tuple(sorted([*kept, *added])) or scan.files, columns=columns)
    return FolderMatch(found, tuple(name for name in scan.files if name not in there))


def gone_files_error(folder: Path, names: Sequence[str], code: str) -> Conflict:
    """The error of a folder that lacks files that were read from it."""
    named = ", ".join(f"“{name}”" for name in names[:_NAMED]) + ("…" if len(names) > _NAMED else "")
    what = ngettext(
        "{files} is no longer in the folder “{folder}”.", "{files} are no longer in the folder “{folder}”.", len(names)
    ).format(files=named, folder=folder.name)
    do = ngettext(
        "Put it back, or refresh the source without it.",
        "Put them back, or refresh the source without them.",
        len(names),
    )
    return Conflict(code, what, do=do, files=tuple(names))


def _fits(scan: FileScan, path: Path, cancel_token: CancelToken) -> bool:
    """Whether a file can be read as the others of the scan are."""
    fixed = READ_OPTIONS - {"encoding", "compressed"}
    try:
        tables = inspect_file(path, scan.options, fixed=fixed, cancel_token=cancel_token).tables
    except Cancelled:
        raise
    except AppError:
        return False
    if len(tables) != 1 or (found := tables[0].scan).format != scan.format or not found.readable_in_place:
        return False
    if found.options.compressed != scan.options.compressed:
        return False
    match = match_columns(scan, found.columns)
    unnamed = scan.format == "csv" and not scan.options.header
    return not match.missing and not (unnamed and match.added)

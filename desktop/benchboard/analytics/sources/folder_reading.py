"""Finds the files of a table that is made of a folder's files, and their columns, as they are now.

Files that came since belong to the table by the rule of the import (`column_matching.belong_together`). No file is left
out in silence: why one isn't read is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.column_matching import (
    ColumnMatch,
    belong_together,
    column_places,
    file_titles,
    has_titles,
    match_columns,
    share_titles,
)
from benchboard.analytics.files.folder_inspection import added_columns, folder_files
from benchboard.analytics.files.formats import detect_format, file_error
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.files.inspection_types import TableInspection, UnreadFile
from benchboard.analytics.files.partial_columns import unread_sentence
from benchboard.analytics.files.scan import FileScan, ScanColumn
from benchboard.analytics.sources.state import READ_OPTIONS
from benchboard.errors import AppError, Cancelled, Conflict, Invalid
from benchboard.i18n import _, ngettext

_NAMED = 5


@dataclass(frozen=True, slots=True)
class FolderMatch:
    """A scan of the files that are in its folder now, with the columns that they have."""

    match: ColumnMatch
    gone: tuple[str, ...]
    """The names of the files that were read and aren't there."""
    broken: tuple[UnreadFile, ...]
    """The files that were read, are there and can't be read."""
    unread: tuple[UnreadFile, ...]
    """The files that came and aren't read with the others."""


def match_folder(
    scan: FileScan,
    others: frozenset[Path],
    same: frozenset[str],
    cancel_token: CancelToken,
    problems: frozenset[str] = frozenset(),
) -> FolderMatch:
    """The scan with the files that came since, and with new columns. `others` are the files of other tables; `same` the
    names of the files that are as they were when it was known whether they are read, and aren't looked at again;
    `problems` those that can't be read and stay as `scan` has them: not at all, or with what stands in for them.

    Raises `AppError` (the folder is gone, or has no files) and `Cancelled`.
    """
    try:
        there = {path.name: path for path in folder_files(scan.path) if path not in others}
    except OSError as error:
        raise file_error(scan.path, error) from error
    kept = [name for name in scan.files if name in there]
    files = _Files(scan, replace(scan, files=tuple(kept)), cancel_token)
    checked = [name for name in kept if name not in problems and (name not in same or files.has_news(name))]
    broken = [one for name in checked if (one := files.add(name)) is not None]
    came = [name for name in there if name not in scan.files and name not in same | problems]
    unread = [one for name in came if (one := files.add(name)) is not None]
    left = {one.name for one in broken} | {one.name for one in unread}
    read = tuple(sorted(name for name in (*kept, *came) if name not in left)) or scan.files
    gone = tuple(name for name in scan.files if name not in there)
    return FolderMatch(files.match(read), gone, tuple(broken), tuple(unread))


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


def broken_files_error(broken: Sequence[UnreadFile], code: str) -> Conflict:
    """The error of a folder with files that were read from it and can't be now."""
    names = tuple(one.name for one in broken)
    named = ", ".join(f"“{name}”" for name in names[:_NAMED]) + ("…" if len(names) > _NAMED else "")
    what = ngettext(
        "{files} was read before and can't be read now.", "{files} were read before and can't be read now.", len(names)
    ).format(files=named)
    do = ngettext(
        "Correct the file, or refresh the source without it.",
        "Correct the files, or refresh the source without them.",
        len(names),
    )
    return Conflict(code, what, why=" ".join(map(unread_sentence, broken[:_NAMED])), do=do, broken=names)


class _Files:
    """The files of one table while they are looked at: which belong to it, and which columns they bring."""

    def __init__(self, scan: FileScan, kept: FileScan, cancel_token: CancelToken) -> None:
        self._scan, self._token = scan, cancel_token
        self._known: Mapping[str, tuple[str, ...]] = {}
        if scan.format == "csv" and has_titles(scan):
            self._known = file_titles(kept)
        self._titles: list[Sequence[str]] = [[column.source for column in scan.columns], *self._known.values()]
        self._found: list[TableInspection] = []

    def has_news(self, name: str) -> bool:
        """Whether a file that is read has columns in its header that the table doesn't have."""
        titles = [ScanColumn("new", "-", "text", source=title) for title in self._known.get(name, ())]
        return bool(match_columns(self._scan, titles).added)

    def add(self, name: str) -> UnreadFile | None:
        """Look at a file. Returns why it can't be read with the others; None if it can."""
        path = self._scan.path / name
        try:
            if self._scan.format == "parquet":
                self._add_parquet(path)
            else:
                self._add_csv(path)
        except Cancelled:
            raise
        except AppError as why:
            return UnreadFile(name, why)
        return None

    def match(self, files: tuple[str, ...]) -> ColumnMatch:
        """The table of these files. Raises `AppError` and `Cancelled`."""
        scan = replace(self._scan, files=files)
        if scan.format == "parquet":
            # Imported late: DuckDB takes 57 ms.
            from benchboard.analytics.files.parquet_inspection import parquet_scan

            return match_columns(scan, parquet_scan(scan.path, self._token, files=files).columns)
        # What was seen to fit in each file may not fit in those of today.
        columns = tuple(
            replace(column, checked=column.checked and (column.kind == "text" or column.stored != "text"))
            for column in scan.columns
        )
        if not has_titles(scan):
            return ColumnMatch(scan.with_columns(columns), (), ())
        added = added_columns(scan, self._found)
        places = [column_places((*columns, *added), titles) for titles in file_titles(scan).values() if titles]
        # A column that no file has any more.
        lost = {at for at in range(len(columns)) if places and all(each[at] is None for each in places)}
        kept = tuple(column for at, column in enumerate(columns) if at not in lost)
        missing = tuple(columns[at] for at in sorted(lost) if not columns[at].left_out)
        return ColumnMatch(scan.with_columns((*kept, *added)), missing, added)

    def _add_parquet(self, path: Path) -> None:
        from benchboard.analytics.files.parquet_inspection import parquet_titles

        if detect_format(path) != "parquet":
            raise _not_read(path, _("It has another format."))
        self._require_related(path, parquet_titles(path, self._token))

    def _add_csv(self, path: Path) -> None:
        fixed = READ_OPTIONS - {"encoding", "compressed"}
        tables = inspect_file(path, self._scan.options, fixed=fixed, cancel_token=self._token).tables
        if len(tables) != 1 or (found := tables[0].scan).format != "csv":
            raise _not_read(path, _("It has another format."))
        if found.options.encoding != "utf-8":
            raise _not_read(path, _("Only files in UTF-8 can be joined."))
        if found.options.compressed != self._scan.options.compressed:
            raise _not_read(path, _("Either all files are compressed or none."))
        if has_titles(self._scan):
            self._require_related(path, [column.source for column in found.columns])
            self._found.append(tables[0])
        elif len(found.columns) != len(self._scan.columns):
            raise _not_read(path, _("It has another number of columns."))

    def _require_related(self, path: Path, titles: Sequence[str]) -> None:
        was_read = path.name in self._scan.files
        belong = share_titles if was_read else belong_together
        if not any(belong(titles, each) for each in self._titles[: 1 if was_read else None]):
            names = ", ".join(f"“{title}”" for title in titles[:_NAMED]) + ("…" if len(titles) > _NAMED else "")
            raise _not_read(path, _("It has other columns: {names}.").format(names=names))
        self._titles.append(titles)


def _not_read(path: Path, why: str) -> Invalid:
    return Invalid("files.not-joined", _("“{name}” isn't read with the others.").format(name=path.name), why=why)

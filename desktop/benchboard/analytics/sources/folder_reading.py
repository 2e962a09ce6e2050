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
    known_titles,
    match_columns,
    share_titles,
    widened,
)
from benchboard.analytics.files.folder_grouping import written_alike
from benchboard.analytics.files.folder_inspection import MAX_FORMATS, added_columns, folder_files, unclear_option
from benchboard.analytics.files.formats import detect_format, file_error
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.files.inspection_types import RenamedColumn, TableInspection, UnreadFile
from benchboard.analytics.files.number_marks import MARKS
from benchboard.analytics.files.partial_columns import unread_sentence
from benchboard.analytics.files.partitions import partitions_now
from benchboard.analytics.files.renamed_columns import is_replaced, renamed_beside, renamed_in_file, unanswered
from benchboard.analytics.files.scan import OF_A_FILE, FileScan, FileVariant, ReadOptions, ScanColumn
from benchboard.analytics.sources.state import READ_OPTIONS
from benchboard.errors import AppError, Cancelled, Conflict, Invalid
from benchboard.i18n import _, ngettext

_NAMED = 5
_OF_THE_FILE = frozenset({"encoding", "compressed"})
"""The options that every file tells."""


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
    renamed: tuple[RenamedColumn, ...] = ()
    """The new columns that may be others which their files lack."""
    replaced: frozenset[str] = frozenset()
    """Of the missing columns, by name, those in whose place their files have another one of the table again."""


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
        listed = folder_files(scan.path, nested=scan.nested)
        there = {scan.name_of(path): path for path in listed if path not in others}
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
    match = files.match(read)
    if scan.nested:
        taken = [*(one.name for one in match.scan.columns), scan.file_column]
        now = partitions_now(scan.partitions, match.scan.files, taken)
        match = replace(match, scan=replace(match.scan, partitions=now))
    return FolderMatch(match, gone, tuple(broken), tuple(unread), files.renamed(), files.replaced(match))


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
        self._titles_now: Mapping[str, tuple[str, ...]] = {}
        self._writings: dict[str, ReadOptions] = {}
        """How the files that came are written."""

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
        scan = self._with_writings(replace(self._scan, files=files))
        if scan.format == "parquet":
            # Imported late: DuckDB takes 57 ms.
            from benchboard.analytics.files.parquet_inspection import parquet_scan

            return match_columns(scan, parquet_scan(scan.path, self._token, files=files, nested=scan.nested).columns)
        columns = self._with_formats(self._widened(scan.columns)) if has_titles(scan) else scan.columns
        # What was seen to fit in each file may not fit in those of today.
        columns = tuple(
            replace(column, checked=column.checked and (column.kind == "text" or column.stored != "text"))
            for column in columns
        )
        if not has_titles(scan):
            return ColumnMatch(scan.with_columns(columns), (), ())
        added = added_columns(scan, self._found)
        self._titles_now = {name: found for name, found in file_titles(scan).items() if found}
        places = [column_places((*columns, *added), titles) for titles in self._titles_now.values()]
        # A column that no file has any more.
        lost = {at for at in range(len(columns)) if places and all(each[at] is None for each in places)}
        kept = tuple(column for at, column in enumerate(columns) if at not in lost)
        missing = tuple(columns[at] for at in sorted(lost) if not columns[at].left_out)
        matched = scan.with_columns((*kept, *added)).with_headers(self._titles_now)
        return ColumnMatch(matched, missing, added)

    def renamed(self) -> tuple[RenamedColumn, ...]:
        """The new columns of the files that were looked at which may be others that these lack."""
        if not self._known:
            return ()
        looked_at = {table.scan.file_name for table in self._found}
        others = {name: titles for name, titles in self._known.items() if titles and name not in looked_at}
        found: list[RenamedColumn] = []
        for table in self._found:
            name, columns = table.scan.file_name, table.scan.columns
            titles = known_titles(self._scan.columns, [column.source for column in columns])
            if self._scan.titles_before(name) is not None:
                found += renamed_in_file(self._scan, name, titles, columns)
            else:
                found += renamed_beside(self._scan.columns, name, titles, columns, others or self._known)
        return unanswered(found, ())

    def replaced(self, match: ColumnMatch) -> frozenset[str]:
        """The names of the missing columns of a match in whose place their files have another one again."""
        missing = {column.name for column in match.missing}
        return frozenset(
            column.name
            for column in self._scan.columns
            if column.name in missing and is_replaced(self._scan, self._titles_now, column)
        )

    def _widened(self, columns: tuple[ScanColumn, ...]) -> tuple[ScanColumn, ...]:
        """The columns so that they hold the numbers of the files that were looked at."""
        for table in self._found:
            found = table.scan.columns
            places = column_places(columns, [column.source for column in found])
            columns = tuple(
                one if at is None else widened(one, found[at]) for one, at in zip(columns, places, strict=True)
            )
        return columns

    def _with_formats(self, columns: tuple[ScanColumn, ...]) -> tuple[ScanColumn, ...]:
        """The columns with the ways to write a date that the files which came have, if these are written otherwise."""
        for table in self._found:
            if table.scan.file_name not in self._writings:
                continue
            places = column_places(columns, [column.source for column in table.scan.columns])
            every = [table.scan.columns[at].formats if at is not None else () for at in places]
            columns = tuple(
                replace(one, formats=tuple(dict.fromkeys((*one.formats, *more)))[:MAX_FORMATS])
                if one.kind in ("date", "timestamp") and one.stored == "text"
                else one
                for one, more in zip(columns, every, strict=True)
            )
        return columns

    def _add_parquet(self, path: Path) -> None:
        from benchboard.analytics.files.parquet_inspection import parquet_titles

        if detect_format(path) != "parquet":
            raise _not_read(path, _("It has another format."))
        self._require_related(path, parquet_titles(path, self._token, nested=self._scan.nested))

    def _add_csv(self, path: Path) -> None:
        name = self._scan.name_of(path)
        is_new = name not in self._scan.files and has_titles(self._scan)
        table = self._inspected_new(path) if is_new else self._inspected(path, self._scan.options_of(path))
        found = table.scan
        if found.options.encoding != "utf-8" and self._scan.readable_in_place:
            raise _not_read(path, _("It isn't in UTF-8, as the others are. Save it as UTF-8."))
        if not is_new and found.options.compressed != self._scan.options_of(path).compressed:
            raise _not_read(path, _("It's compressed in another way than before."))
        if has_titles(self._scan):
            self._require_related(path, [column.source for column in found.columns])
            self._found.append(table)
        elif len(found.columns) != len(self._scan.columns):
            raise _not_read(path, _("It has another number of columns."))
        if is_new:
            self._writings[name] = found.options

    def _inspected(self, path: Path, options: ReadOptions, free: frozenset[str] = _OF_THE_FILE) -> TableInspection:
        """A CSV file, read with these options apart from those in `free`, which are detected."""
        tables = inspect_file(path, options, fixed=READ_OPTIONS - free, cancel_token=self._token).tables
        if len(tables) != 1 or tables[0].scan.format != "csv":
            raise _not_read(path, _("It has another format."))
        if self._scan.nested:
            subfolder = self._scan.name_of(path).rpartition("/")[0]
            return replace(tables[0], scan=replace(tables[0].scan, subfolder=subfolder))
        return tables[0]

    def _inspected_new(self, path: Path) -> TableInspection:
        """A CSV file that came, as it is written: like the others where it doesn't tell."""
        name = self._scan.name_of(path)
        alone = replace(self._scan, files=(name,), variants=())
        for options in self._scan.writings:
            titles = file_titles(replace(alone, options=options))[name]
            if titles and any(belong_together(titles, each) for each in self._titles):
                found = self._inspected(path, options, _OF_THE_FILE | MARKS)
                sure = {guess.option for guess in found.guesses if guess.certainty != "guess"}
                return found if "decimal_mark" in sure else self._inspected(path, options)
        found = self._inspected(path, self._scan.options, frozenset(OF_A_FILE))
        # Written as none of the others are: nothing tells how to read what can be read in two ways.
        if unclear_option(found) == "date_order":
            raise _not_read(path, _("Its dates don't show whether day or month comes first."))
        if unclear_option(found) == "decimal_mark":
            raise _not_read(path, _("Its numbers don't show which mark comes before the decimals."))
        return found

    def _with_writings(self, scan: FileScan) -> FileScan:
        """The scan with how the files that came are written."""
        variants = [
            replace(one, files=tuple(name for name in one.files if name in scan.files)) for one in scan.variants
        ]
        for name in scan.files:
            options = self._writings.get(name)
            if options is None or written_alike(options, scan.options):
                continue
            at = next((at for at, one in enumerate(variants) if written_alike(options, one.options)), len(variants))
            known = variants[at] if at < len(variants) else FileVariant((), options)
            variants[at:] = [replace(known, files=(*known.files, name)), *variants[at + 1 :]]
        return replace(scan, variants=tuple(one for one in variants if one.files))

    def _require_related(self, path: Path, titles: Sequence[str]) -> None:
        titles = known_titles(self._scan.columns, titles)
        was_read = self._scan.name_of(path) in self._scan.files
        belong = share_titles if was_read else belong_together
        if not any(belong(titles, each) for each in self._titles[: 1 if was_read else None]):
            names = ", ".join(f"“{title}”" for title in titles[:_NAMED]) + ("…" if len(titles) > _NAMED else "")
            raise _not_read(path, _("It has other columns: {names}.").format(names=names))
        self._titles.append(titles)


def _not_read(path: Path, why: str) -> Invalid:
    return Invalid("files.not-joined", _("“{name}” isn't read with the others.").format(name=path.name), why=why)

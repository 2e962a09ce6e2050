"""What somebody chose about a file on the import page; what wasn't chosen is as it was detected."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.column_kinds import with_kind
from benchboard.analytics.files.inspection import empty_sheets, inspect_file, inspect_scan
from benchboard.analytics.files.inspection_types import FileInspection, ReportProgress, TableInspection
from benchboard.analytics.files.renamed_columns import Renaming
from benchboard.analytics.files.scan import FileScan, ReadOptions, ScanColumn, WrongValues
from benchboard.analytics.files.value_expressions import ColumnKind
from benchboard.i18n import ngettext, number

Keep = Literal["copy", "follow"]
ColumnKey = tuple[str, int, str]
"""A column of a file: its table or its (first) file, its place and its name in the file. If another delimiter makes
other columns, what was chosen for these waits until they are back."""
Inspect = Callable[["ImportDraft", CancelToken, ReportProgress], FileInspection]
"""Reads the file of a draft with its options, but without what was chosen for columns."""
_NOTHING: Final[Mapping[Any, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """What was chosen for one column; None: nothing."""

    kind: ColumnKind | None = None
    unit: str | None = None
    name: str | None = None
    left_out: bool | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class ImportDraft:
    """The choices for the file at `path`. Immutable, so that a reading in the background has its own."""

    path: Path
    options: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    """The read options that were chosen, by their names in `ReadOptions`."""
    wrong_values: WrongValues = "empty"
    file_names: bool = True
    """Whether the table of a folder has a column with the name of each row's file."""
    file_column: str | None = None
    """The name of that column in queries."""
    file_title: str | None = None
    """Its title."""
    nested: bool | None = None
    """Whether the files in a folder's subfolders are read too; None: nothing was chosen."""
    same_as: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    """The files of a folder that are read under the titles of another one, and its name."""
    renamings: tuple[Renaming, ...] = ()
    """The columns of a folder's files that are those of others."""
    columns: Mapping[ColumnKey, ColumnChoice] = field(default_factory=lambda: _NOTHING)
    skipped_tables: frozenset[str] | None = None
    """The tables that aren't added; None: nothing was chosen."""
    keep: Keep | None = None
    name: str | None = None

    @property
    def is_changed(self) -> bool:
        """Whether anything was chosen or typed."""
        return replace(self, path=Path()) != ImportDraft(Path())

    @property
    def reads_otherwise(self) -> bool:
        """Whether anything was chosen about how the file is read."""
        return replace(self, name=None, keep=None, skipped_tables=None).is_changed

    def skipped(self, tables: Sequence[TableInspection]) -> frozenset[str]:
        """The names of the tables that aren't added: without a choice, the empty sheets of a workbook."""
        if self.skipped_tables is not None:
            return self.skipped_tables
        return frozenset(map(table_name, empty_sheets(tables)))

    def with_option(self, name: str, value: object) -> "ImportDraft":
        """The draft with one more chosen option."""
        return self.with_options({name: value})

    def with_options(self, options: Mapping[str, object]) -> "ImportDraft":
        """The draft with these read options chosen."""
        return replace(self, options={**self.options, **options})

    def stacked(self, files: Sequence[str], like: str) -> "ImportDraft":
        """The draft with these files read under the titles of another one."""
        return replace(self, same_as={**self.same_as, **dict.fromkeys(files, like)})

    def parted(self, table: TableInspection) -> "ImportDraft":
        """The draft with the files of a table read under their own titles again."""
        files, also = table.scan.file_names, {title for column in table.scan.columns for title in column.also}
        return replace(
            self,
            same_as={name: like for name, like in self.same_as.items() if name not in files},
            renamings=tuple(one for one in self.renamings if one[0] not in also),
        )

    def renamed(self, title: str, column: str) -> "ImportDraft":
        """The draft with a column of some files read as one that the others have."""
        return replace(self, renamings=(*self.renamings, (title, column)))

    def with_column(self, key: ColumnKey, choice: ColumnChoice) -> "ImportDraft":
        """The draft with other choices for a column."""
        return replace(self, columns={**self.columns, key: choice})

    def choice(self, key: ColumnKey) -> ColumnChoice:
        """What was chosen for a column."""
        return self.columns.get(key, ColumnChoice())

    def scan_of(self, table: TableInspection) -> FileScan:
        """How the table is read, by what was detected and what was chosen."""
        found = table.scan
        options = replace(found.options, wrong_values=self.wrong_values)
        columns = (self._column(table, place, column) for place, column in enumerate(found.columns))
        file_column = found.file_column if self.file_column is None else self.file_column
        return replace(
            found, options=options, columns=tuple(columns),
            file_column=file_column if self.file_names and found.file_column else "",
            file_title=found.file_title if self.file_title is None else self.file_title,
        )  # fmt: skip

    def _column(self, table: TableInspection, place: int, column: ScanColumn) -> ScanColumn:
        choice = self.choice(column_key(table.scan, place))
        if choice.kind is not None:
            samples = [row[place] for row in table.preview_raw]
            column = with_kind(column, choice.kind, samples, table.scan.options)
        return replace(
            column,
            unit=column.unit if choice.unit is None else choice.unit,
            name=column.name if choice.name is None else choice.name,
            left_out=column.left_out if choice.left_out is None else choice.left_out,
            title=column.title if choice.title is None else choice.title,
        )


def table_name(table: TableInspection) -> str:
    """The name of a table as the page lists it, where no two have the same: a folder can have several of its files."""
    scan = table.scan
    more = len(scan.files) - 1
    if scan.table or more < 1:
        return scan.table or scan.path.name
    text = ngettext("{file} and {count} more file", "{file} and {count} more files", more)
    return text.format(file=scan.files[0], count=number(more))


def column_key(scan: FileScan, place: int) -> ColumnKey:
    """The key of a column in a draft."""
    return scan.table or scan.file_names[0], place, scan.columns[place].source


@dataclass(frozen=True, slots=True)
class ImportReading:
    """A file as it was read: by what was detected, and its tables by the choices of `draft` too."""

    draft: ImportDraft
    detected: FileInspection
    tables: tuple[TableInspection, ...]


def detect(draft: ImportDraft, cancel_token: CancelToken, progress: ReportProgress) -> FileInspection:
    """The file of a draft with its chosen options, and what is detected of the others."""
    options = replace(ReadOptions(), **draft.options)
    fixed = frozenset(draft.options)
    return inspect_file(
        draft.path, options, fixed=fixed, same_as=draft.same_as, renamings=draft.renamings, nested=draft.nested,
        cancel_token=cancel_token, progress=progress,
    )  # fmt: skip


def read_draft(
    draft: ImportDraft,
    before: ImportReading | None,
    cancel_token: CancelToken,
    progress: ReportProgress,
    inspect: Inspect = detect,
) -> ImportReading:
    """Read the file by a draft. What the reading `before` knows isn't read again. Raises `AppError` and `Cancelled`."""
    if before is None or _detected_by(before.draft) != _detected_by(draft):
        detected = inspect(draft, cancel_token, progress)
    else:
        detected = before.detected
    known = {id(old): new for old, new in zip(before.detected.tables, before.tables, strict=True)} if before else {}
    tables = tuple(_read_table(draft, table, known.get(id(table)), cancel_token, progress) for table in detected.tables)
    return ImportReading(draft, detected, tables)


def _detected_by(draft: ImportDraft) -> tuple[object, ...]:
    """What `detect` depends on."""
    return draft.options, draft.same_as, draft.renamings, draft.nested


def _read_table(
    draft: ImportDraft,
    table: TableInspection,
    before: TableInspection | None,
    cancel_token: CancelToken,
    progress: ReportProgress,
) -> TableInspection:
    scan = draft.scan_of(table)
    for known in (table, before):
        if known is not None and _reads_alike(known.scan, scan):
            return replace(known, scan=_named_as(known.scan, scan))
    if not scan.kept_columns:
        return replace(table, scan=scan, wrong_lines=(), wrong_count=0, left_out=0)
    return inspect_scan(scan, cancel_token=cancel_token, progress=progress)


def _reads_alike(known: FileScan, wanted: FileScan) -> bool:
    """Whether two scans of a table answer the same values."""

    def reading(scan: FileScan) -> list[object]:
        return [
            (column.kind, column.left_out, column.formats, column.scale, column.value_unit, column.unit_assumed)
            for column in scan.columns
        ]

    def options(scan: FileScan) -> tuple[object, ...]:
        return scan.options.wrong_values, scan.options.trim_spaces

    return options(known) == options(wanted) and reading(known) == reading(wanted)


def _named_as(known: FileScan, wanted: FileScan) -> FileScan:
    """The known scan, which knows which columns fit, with the names, titles and units of the wanted one."""
    pairs = zip(known.columns, wanted.columns, strict=True)
    known = replace(known, file_column=wanted.file_column, file_title=wanted.file_title)
    return known.with_columns(
        tuple(replace(one, name=other.name, unit=other.unit, title=other.title) for one, other in pairs)
    )

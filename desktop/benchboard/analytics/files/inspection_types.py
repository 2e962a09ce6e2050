"""What an inspection of a file finds."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal

from benchboard.analytics.files.scan import FileFormat, FileScan
from benchboard.analytics.files.value_expressions import ColumnKind
from benchboard.errors import AppError

MAX_WRONG_LINES: Final = 1_000
"""Wrong lines that are named; all are counted."""
PREVIEW_ROWS: Final = 200
Certainty = Literal["sure", "likely", "guess"]
FileValue = str | int | float | Decimal | bool | datetime | date | None
ReportProgress = Callable[[int, int | None], object]
"""Called with the steps done and their total (None: unknown)."""


@dataclass(frozen=True, slots=True)
class OptionGuess:
    """A read option as it was detected: the name of its field in `ReadOptions`, the value, and why."""

    option: str
    value: str | int | bool | tuple[str, ...]
    certainty: Certainty
    reason: str


@dataclass(frozen=True, slots=True)
class TypeFit:
    """How many of the values of a column that aren't empty can be read as a kind."""

    kind: ColumnKind
    fits: int
    of: int
    formats: tuple[str, ...] = ()
    """How the dates are written, for `ScanColumn.read_as`."""


@dataclass(frozen=True, slots=True)
class ColumnInspection:
    """What was found in one column of the scan, at the same place."""

    fits: tuple[TypeFit, ...]
    empty: int
    distinct: int
    distinct_is_exact: bool
    spaced: int = 0
    """How many values of text have spaces around them, whether these are removed or not."""
    unset: int | None = None
    """How many of the rows that are read have no value; None: not counted, as all lines are read and no word stands
    for nothing."""


@dataclass(frozen=True, slots=True)
class WrongLine:
    """A line that doesn't fit: its number from 1, its text, what is wrong, and the value concerned."""

    line: int
    text: str
    sentence: str
    column: int | None = None
    """The place of the column; None if the whole line is wrong."""
    value: str = ""
    left_out: bool = False
    """Whether the line is left out in any case, because it can't be divided into columns."""
    file: str = ""
    """The name of the file, if the table is made of several."""
    total: bool = False
    """Whether it is a total row, whose label is `value`."""


@dataclass(frozen=True, slots=True)
class FirstWrongLine:
    """The first line of a table that doesn't fit: its file and its number from 1."""

    table: str
    file: str
    line: int
    thousands_mark: str = ""
    """The thousands separator of numbers that don't fit because the table is read without one; empty: there is none."""


@dataclass(frozen=True, slots=True)
class MixedColumn:
    """A column that is text although most of its values can be read as a kind, or, of a workbook, all of them."""

    place: int
    kind: ColumnKind
    wrong: int
    """Values that can't be read as `kind`."""
    of: int
    first: WrongLine | None
    """The first line with one of these; None where there is none."""


@dataclass(frozen=True, slots=True)
class MixedUnits:
    """A column that is text because its numbers are in several units: each with how many values have it."""

    place: int
    units: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class AssumedUnit:
    """A column of amounts in a currency, some of which are written without it: `count` in these files of a folder."""

    place: int
    count: int
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TotalColumn:
    """A column that is the sum of others. `left_out`: these are months or other periods, so that it is left out unless
    it is wanted."""

    place: int
    parts: tuple[int, ...]
    """The places of the others."""
    left_out: bool


@dataclass(frozen=True, slots=True)
class PartialColumn:
    """A column that only some files of a table have; in the rows of the others it is empty."""

    title: str
    count: int
    """How many files have it."""
    of: int
    """How many files the table is made of."""
    files: tuple[str, ...] = ()
    """The names of the files that have it, if these are few."""


@dataclass(frozen=True, slots=True)
class DifferingKind:
    """A column that is text because it isn't of one kind, or in one unit, in all files of a table."""

    place: int
    kinds: tuple[tuple[ColumnKind, str, tuple[str, ...]], ...]
    """Each kind with its unit and the names of the files in which the column is that."""


@dataclass(frozen=True, slots=True)
class RenamedColumn:
    """A column of these files whose title the table doesn't have. `columns`: what they lack, by its titles in the
    others or in themselves when they were read."""

    files: tuple[str, ...]
    title: str
    columns: tuple[str, ...]
    suggested: str = ""
    """The one of `columns` at whose place it is, with values of the same kind; empty: there is none."""
    had: bool = True
    """Whether these files had `columns` themselves."""

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self) | {"files": list(self.files), "columns": list(self.columns)}


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """A file of a folder that no table reads, and why."""

    name: str
    why: AppError


@dataclass(frozen=True, slots=True)
class TableInspection:
    """One table of a file: how it is read, and what is in it."""

    scan: FileScan
    rows: int
    """The rows that the scan answers."""
    columns: tuple[ColumnInspection, ...]
    guesses: tuple[OptionGuess, ...] = ()
    preview_raw: tuple[tuple[str | None, ...], ...] = ()
    """The first rows as the file has them, in the order of the scan's columns."""
    preview: tuple[tuple[FileValue, ...], ...] = ()
    """The same rows as they are read; the columns left out too."""
    preview_files: tuple[str, ...] = ()
    """For each of these rows, the value of the column with the name of its file, if there is one."""
    preview_lines: tuple[int, ...] = ()
    """For each of these rows, the line of its file that it begins in; empty where that isn't known."""
    preview_line_files: tuple[str, ...] = ()
    """The names of these files, of a table that is made of several."""
    wrong_lines: tuple[WrongLine, ...] = ()
    wrong_count: int = 0
    left_out: int = 0
    """How many of the wrong lines aren't among the rows."""
    total_lines: tuple[WrongLine, ...] = ()
    """The total rows at the end; they are left out if the scan has their label as its `total_label`."""
    mixed_columns: tuple[MixedColumn, ...] = ()
    mixed_units: tuple[MixedUnits, ...] = ()
    assumed_units: tuple[AssumedUnit, ...] = ()
    total_columns: tuple[TotalColumn, ...] = ()
    first_line: int = 1
    """The number of the line that holds the first row of the preview."""
    partial_columns: tuple[PartialColumn, ...] = ()
    differing_kinds: tuple[DifferingKind, ...] = ()
    renamed: tuple[RenamedColumn, ...] = ()
    """Columns that some of its files may call otherwise than most."""
    apart: str = ""
    """Why a file of a folder is a table of its own although others have its columns, as a sentence."""

    def row_of(self, line: WrongLine) -> int | None:
        """The number of a line's row in the preview; None if it isn't there, or where it is that of the line."""
        for place, number in enumerate(self.preview_lines, 1):
            is_file = not line.file or not self.preview_line_files or self.preview_line_files[place - 1] == line.file
            if number == line.line and is_file:
                return place if place != number else None
        return None

    @property
    def totals(self) -> int:
        """How many total rows are left out."""
        return len(self.total_lines) if self.scan.options.total_label else 0

    @property
    def kept_totals(self) -> int:
        """How many total rows are read as rows."""
        return len(self.total_lines) - self.totals


@dataclass(frozen=True, slots=True)
class FileInspection:
    """What is in a file or a folder of files."""

    path: Path
    format: FileFormat | Literal["folder"]
    size: int
    """Bytes; of a folder, of all its files."""
    seconds: float
    tables: tuple[TableInspection, ...] = field(default=())
    skipped: tuple[UnreadFile, ...] = ()
    """The files of a folder that aren't among the tables."""
    nested: bool = False
    """Whether the files in its subfolders are read too."""
    subfolders: int = 0
    """How many subfolders a folder has."""

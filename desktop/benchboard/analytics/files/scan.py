"""How one table in a file is read: the file, its options and its columns, as a source keeps them.

A `FileScan` is stored as JSON (`to_json`); `scan_document` reads it.
Whatever is in the file or in a name, `relation_sql` quotes it (`sql_text`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import accumulate
from pathlib import Path
from typing import Any, Final, Literal

from benchboard.analytics.files.column_names import query_names
from benchboard.analytics.files.file_column import FILE_PATH, file_label_sql, file_name_sql
from benchboard.analytics.files.partitions import Partition, partition_sql
from benchboard.analytics.files.spaces import trimmed_sql
from benchboard.analytics.files.sql_text import identifier, literal, literal_list, path_literals
from benchboard.analytics.files.value_expressions import (
    ColumnKind,
    StoredAs,
    ValueReading,
    ZonedTimes,
    sql_type,
    value_sql,
)
from benchboard.errors import Invalid
from benchboard.i18n import _

FileFormat = Literal["csv", "parquet", "excel", "sqlite", "duckdb", "can", "rest_api"]
"""can: a recording of a CAN bus (`can_recording`); rest_api: the rows that an API answered (`answer_rows`)."""
Encoding = Literal["utf-8", "utf-16", "windows-1252", "windows-1254", "iso-8859-9"]
DateOrder = Literal["", "year-first", "day-first", "month-first"]
WrongValues = Literal["empty", "leave-out"]
DELIMITERS: Final = (",", ";", "\t", "|")
MAX_COLUMNS: Final = 4_000
MAX_FILES: Final = 1_000
"""Columns and files of one table."""
MAX_LINE_BYTES: Final = 16_000_000
"""Bytes of one line of a CSV file; a longer one is a wrong line."""
MAX_SKIPPED: Final = 10_000
"""Lines above the titles of a table."""
LABEL_COLUMNS: Final = 8
"""How many of the first columns can hold the label of a total row."""
OF_A_FILE: Final = ("delimiter", "quote", "encoding", "decimal_mark", "thousands_mark", "date_order", "skip_lines",
                    "compressed")  # fmt: skip
"""The options that the files of one table can differ in."""
_VARIANT: Final = "file_variant"
"""The column of a relation that says how the file of a row is written, as a place in `FileScan.writings`."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How the text of a CSV file is read. Other formats use the null words and what becomes of wrong values alone."""

    delimiter: str = ","
    quote: str = '"'
    encoding: Encoding = "utf-8"
    decimal_mark: str = "."
    thousands_mark: str = ""
    """Stands before every third digit of a number; empty: none does."""
    date_order: DateOrder = ""
    """The order in dates such as 03.04.2026; empty: no column has any."""
    header: bool = True
    """Whether the first line, after those skipped, holds the titles."""
    skip_lines: int = 0
    null_words: tuple[str, ...] = ()
    """What stands for an empty value in columns that aren't text, besides nothing at all."""
    quoted_breaks: bool = False
    """Whether values with line breaks are read; without, several threads can read lines that are too short."""
    wrong_values: WrongValues = "empty"
    """What becomes of values that don't fit their column, and of lines that are too short: the value is empty, or the
    line is left out. Lines that are too long, or can't be decoded, are always left out."""
    compressed: bool = False
    """Whether the file is compressed by gzip."""
    total_label: str = ""
    """The first value of the total rows, which aren't read; empty: every row is."""
    zoned_times: ZonedTimes = "utc"
    trim_spaces: bool = True
    """Whether text is read without the spaces around it: "Berlin " is "Berlin" then, and spaces alone are nothing."""


@dataclass(frozen=True, slots=True)
class ScanColumn:
    """One column: its name in queries, the title that people see, and how its values are read."""

    name: str
    title: str
    kind: ColumnKind
    unit: str = ""
    left_out: bool = False
    source: str = ""
    """Its name in the file. The columns of a CSV file are read by their place, whatever the header says."""
    scale: int = 0
    """The decimals of a decimal."""
    formats: tuple[str, ...] = ()
    """How its dates are written: `iso`, `iso-week` (the Monday of a week), `iso-zoned` (with an offset from UTC), or
    formats of strptime."""
    stored: StoredAs = "text"
    """What the file holds: text to be read, values of this kind, times with a zone, or values of another kind."""
    checked: bool = False
    """Whether every value in the file was seen to fit: it is then read without a second look, which is faster."""
    value_unit: str = ""
    """What each of its numbers is written with (`value_units`): % or the code of a currency; empty: bare numbers."""
    unit_assumed: bool = False
    """Whether a number without its currency is read as if it had it. That is said where the column is inspected."""
    unspaced: bool = False
    """Whether no value in the inspected files had spaces around it: while these are unchanged, none is trimmed."""
    also: tuple[str, ...] = ()
    """What some of a folder's files call it instead of `source`."""

    def read_as(
        self,
        kind: ColumnKind,
        *,
        formats: tuple[str, ...] = (),
        scale: int = 0,
        value_unit: str = "",
        unit_assumed: bool = False,
    ) -> "ScanColumn":
        """The column read as another kind, which its values may not fit: `inspection.inspect_scan` tells."""
        unit = value_unit or ("" if self.unit == self.value_unit else self.unit)
        return replace(
            self, kind=kind, formats=formats, scale=scale, checked=kind == "text", value_unit=value_unit, unit=unit,
            unit_assumed=unit_assumed,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileVariant:
    """Some of the files of a table that are written otherwise than the others: of the options, `OF_A_FILE` count."""

    files: tuple[str, ...]
    options: ReadOptions


@dataclass(frozen=True, slots=True)
class FileHeader:
    """The titles that some of the files of a table had when they were read."""

    files: tuple[str, ...]
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileLayout:
    """Where the columns of a scan are in some of its CSV files."""

    paths: tuple[Path, ...]
    places: tuple[int | None, ...]
    """For each column of the scan its place in these files; None: they don't have it."""
    width: int
    """The columns that these files have."""


@dataclass(frozen=True, slots=True)
class FileScan:
    """How one table is read. `table` names the sheet or the table of a file that holds several, else it is empty."""

    path: Path
    format: FileFormat
    table: str = ""
    options: ReadOptions = field(default_factory=ReadOptions)
    columns: tuple[ScanColumn, ...] = ()
    files: tuple[str, ...] = ()
    """The names of the files that make up one table, if `path` is a folder."""
    file_column: str = ""
    """The name in queries of the column with the name of each row's file (`file_column`), which comes last and isn't
    among `columns`; empty: there is none."""
    file_title: str = ""
    """The title of that column; empty: it has the usual one."""
    variants: tuple[FileVariant, ...] = ()
    """The files among them that aren't written as `options` says."""
    layouts: tuple[FileLayout, ...] = ()
    """Where the columns are in each CSV file now (`column_matching.current_scan`); empty: in the scan's order in all of
    them. Not kept with the scan, as the files may change."""
    stand_ins: tuple[tuple[str, Path], ...] = ()
    """The names of files that can't be read as they are now, and the files of these names that are read in their place
    (`readable_files`). Not kept with the scan either."""
    inspected: tuple[tuple[str, str], ...] = ()
    """The version of each file when it was inspected (`file_versions`); empty: not known."""
    headers: tuple[FileHeader, ...] = ()
    """The titles of each of a folder's CSV files when it was read; of a file that isn't among them, that isn't
    known."""
    nested: bool = False
    """Whether the files in subfolders belong to it too: their names begin with these, as `2026/01/a.csv`."""
    partitions: tuple[Partition, ...] = ()
    """What the names of the subfolders say of each row, as columns before that of the files."""
    subfolder: str = ""
    """Of a single file of such a folder, while it is inspected: the subfolders that it is in."""
    unchanged: bool = field(default=False, compare=False)
    """Whether its files are seen to be of these versions still. Not kept with the scan."""

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files that are read."""
        stand_ins = dict(self.stand_ins)
        files = tuple(stand_ins.get(name, self.path / name) for name in self.files)
        return files or (stand_ins.get(self.path.name, self.path),)

    @property
    def file_name(self) -> str:
        """The name of a single file among those of its folder."""
        return f"{self.subfolder}/{self.path.name}" if self.subfolder else self.path.name

    def name_of(self, path: Path) -> str:
        """The name of one of the files that are read: what is read in its place has that of the file."""
        if not self.nested or not self.files:
            return path.name
        stood_in = next((name for name, other in self.stand_ins if other == path), None)
        if stood_in is not None:
            return stood_in
        return path.relative_to(self.path).as_posix() if path.is_relative_to(self.path) else path.name

    @property
    def file_names(self) -> tuple[str, ...]:
        """The names of the files that make up the table."""
        return self.files or (self.path.name,)

    @property
    def readable_in_place(self) -> bool:
        """Whether DuckDB reads the file as it is. The other files are first copied (`conversion.copy_to_parquet`)."""
        encodings = {options.encoding for options in self.writings}
        return self.format == "parquet" or (self.format == "csv" and encodings == {"utf-8"})

    @property
    def writings(self) -> tuple[ReadOptions, ...]:
        """The options of all files: first `options`, then those of each variant."""
        return self.options, *(
            replace(self.options, **{name: getattr(one.options, name) for name in OF_A_FILE}) for one in self.variants
        )

    def options_of(self, path: Path) -> ReadOptions:
        """How one of the files is read."""
        return self.writings[self._variant_of(path)]

    def titles_before(self, name: str) -> tuple[str, ...] | None:
        """The titles that one of the files had when it was read; None if that isn't known."""
        return next((one.titles for one in self.headers if name in one.files), None)

    def with_headers(self, titles: Mapping[str, Sequence[str]]) -> "FileScan":
        """The scan, which knows these titles of its files; of the other files those of before."""
        every = {name: known for name in self.files if (known := self.titles_before(name))}
        every |= {name: tuple(found) for name, found in titles.items() if name in self.files and found}
        alike: dict[tuple[str, ...], list[str]] = {}
        for name, found in every.items():
            alike.setdefault(found, []).append(name)
        return replace(self, headers=tuple(FileHeader(tuple(names), found) for found, names in alike.items()))

    def with_options(self, **options: Any) -> "FileScan":
        """The scan with these options, for all of its files."""
        variants = tuple(replace(one, options=replace(one.options, **options)) for one in self.variants)
        return replace(self, options=replace(self.options, **options), variants=variants)

    def _variant_of(self, path: Path) -> int:
        """The place of a file's options in `writings`."""
        return next((at for at, one in enumerate(self.variants, 1) if self.name_of(path) in one.files), 0)

    @property
    def kept_columns(self) -> tuple[ScanColumn, ...]:
        """The columns that a query sees."""
        kept = tuple(column for column in self.columns if not column.left_out)
        kept += tuple(ScanColumn(one.name, one.key, one.kind, source=one.name, checked=True) for one in self.partitions)
        if not self.file_column:
            return kept
        title = self.file_title or _("File")
        return *kept, ScanColumn(self.file_column, title, "text", source=self.file_column, checked=True)

    def with_file_title(self, title: str) -> "FileScan":
        """The scan with another title of the column with the files' names, and a name in queries that is made of it."""
        taken = (*(one.name for one in self.columns), *(one.name for one in self.partitions))
        name = query_names((*taken, title))[-1]
        return replace(self, file_title=title, file_column=name) if self.file_column else self

    def relation_sql(self) -> str:
        """A SELECT that reads the table, for a DuckDB view. Raises `Invalid` if the file must be copied first, or if
        no column is left."""
        if not self.readable_in_place:
            what = _("“{name}” can't be queried where it is.").format(name=self.path.name)
            raise Invalid("files.copy-first", what, do=_("Copy it into Benchboard."))
        typed = self._typed_places()
        return self._select_from(self._reader_sql(0, typed), typed)

    def _typed_places(self) -> frozenset[int]:
        """The columns that DuckDB's CSV reader can read as their kind, which is faster than by way of a text: those of
        numbers and times of which every value in the inspected files is one as DuckDB writes it. A value that isn't
        would cost its whole line, so none are read so from a file that has changed."""
        if self.format != "csv" or not self.unchanged or self.layouts or self.variants or self.options.total_label:
            return frozenset()
        return frozenset(
            place for place, column in enumerate(self.columns)
            if column.checked and column.unspaced and not column.left_out and self.reading(place).is_plain
        )  # fmt: skip

    def rows_sql(self, *, store_rejects: int = 0) -> str:
        """What DuckDB reads: its reader, without the total rows. The columns of a CSV file are `c0`, `c1`, …, all text.

        With `store_rejects`, DuckDB notes that many of the lines that it can't read in its table `reject_errors`, and
        among them those that are too short.
        """
        return self._reader_sql(store_rejects, frozenset())

    def _reader_sql(self, store_rejects: int, typed: frozenset[int]) -> str:
        if self.format == "parquet":
            named = f", filename={literal(FILE_PATH)}" if self.names_files else ""
            options = f", union_by_name=true{named}" if self.files else ""
            options += ", hive_partitioning=false" if self.nested else ""
            return f"read_parquet({path_literals(self.paths)}{options})"
        if not self.layouts and not self.variants:
            return self._text_sql(self.paths, len(self.columns), store_rejects, 0, typed)
        # One read for all files of a width: a read for each of 200 layouts needs more memory than queries may use.
        alike: dict[tuple[int, int], list[FileLayout]] = {}
        every = self.layouts or (FileLayout(self.paths, tuple(range(len(self.columns))), len(self.columns)),)
        for layout in every:
            by_variant: dict[int, list[Path]] = {}
            for path in layout.paths:
                by_variant.setdefault(self._variant_of(path), []).append(path)
            for variant, files in by_variant.items():
                alike.setdefault((variant, layout.width), []).append(replace(layout, paths=tuple(files)))
        parts = (self._layouts_sql(each, store_rejects, variant) for (variant, _width), each in alike.items())
        return f"({' UNION ALL '.join(parts)})"

    def layout_of(self, path: Path) -> FileLayout:
        """Where the columns are in one of the files."""
        alike = FileLayout((path,), tuple(range(len(self.columns))), len(self.columns))
        return next((each for each in self.layouts if path in each.paths), alike)

    def _layouts_sql(self, layouts: Sequence[FileLayout], store_rejects: int, variant: int) -> str:
        """The columns of the scan from files of one width that are written alike: DuckDB counts the files from 0 as
        `file_index`."""
        ends = list(accumulate(len(layout.paths) for layout in layouts))
        columns = []
        for place in range(len(self.columns)):
            found = ["CAST(NULL AS VARCHAR)" if (at := each.places[place]) is None else f"c{at}" for each in layouts]
            cases = "".join(f" WHEN file_index < {end} THEN {one}" for end, one in zip(ends, found, strict=True))
            columns.append(f"{found[0] if len(set(found)) == 1 else f'CASE{cases} END'} AS c{place}")
        if self.variants:
            columns.append(f"{variant} AS {_VARIANT}")
        if self.names_files:
            columns.append(identifier(FILE_PATH))
        paths = tuple(path for layout in layouts for path in layout.paths)
        text = self._text_sql(paths, layouts[0].width, store_rejects, variant)
        return f"SELECT {', '.join(columns)} FROM {text}"  # noqa: S608  # quoted

    def _text_sql(
        self,
        files: tuple[Path, ...],
        width: int,
        store_rejects: int,
        variant: int,
        typed: frozenset[int] = frozenset(),
    ) -> str:
        """The columns `c0`, `c1`, … of CSV files that are alike: those that are `typed` as their kind."""
        options, paths = self.writings[variant], path_literals(files)
        types = {place: sql_type(self.columns[place].kind, self.columns[place].scale) for place in typed}
        columns = ", ".join(f"'c{place}': '{types.get(place, 'VARCHAR')}'" for place in range(width))
        # Without padding, DuckDB leaves out the lines that are too short. It can't pad on several threads if a value
        # may hold a line break.
        padding = not store_rejects and options.wrong_values == "empty"
        arguments = {
            "auto_detect": "false",
            "columns": f"{{{columns}}}",
            "delim": literal(options.delimiter),
            "quote": literal(options.quote),
            "escape": literal(options.quote),
            "header": _boolean(options.header),
            "skip": str(options.skip_lines),
            "nullstr": "''",
            "encoding": literal(options.encoding),
            "compression": "'gzip'" if options.compressed else "'none'",
            "max_line_size": str(MAX_LINE_BYTES),
            "buffer_size": str(2 * MAX_LINE_BYTES),  # else it is 16 times that line: less is then read side by side
            "ignore_errors": "true",
            "null_padding": _boolean(padding),
            "parallel": _boolean(not (padding and options.quoted_breaks)),
        }
        if self.names_files:
            arguments["filename"] = literal(FILE_PATH)
        if self.nested:
            arguments["hive_partitioning"] = "false"
        if store_rejects:
            arguments |= {"store_rejects": "true", "rejects_limit": str(store_rejects)}
        call = f"read_csv({paths}, {', '.join(f'{name}={value}' for name, value in arguments.items())})"
        if not options.total_label:
            return call
        first = ", ".join(f'"c{place}"' for place in range(min(width, LABEL_COLUMNS)))
        total = f"trim(coalesce({first}, '')) = {literal(options.total_label)}"
        return f"(SELECT *, file_index FROM {call} WHERE NOT ({total}))"  # noqa: S608  # quoted

    def select_from(self, relation: str) -> str:
        """A SELECT of the kept columns, typed, from a relation with the columns that `rows_sql` answers. Raises
        `Invalid` if no column is kept."""
        return self._select_from(relation, frozenset())

    def _select_from(self, relation: str, typed: frozenset[int]) -> str:
        if not self.kept_columns:
            raise Invalid("files.no-columns", _("No column of the file is used."), do=_("Choose at least one."))
        selected = [
            f"{self.raw_sql(place) if place in typed else self.value_sql(place)} AS {identifier(column.name)}"
            for place, column in enumerate(self.columns)
            if not column.left_out
        ]
        name = file_name_sql(self.stand_ins, self.path if self.nested else None)
        selected += [f"{partition_sql(one, name)} AS {identifier(one.name)}" for one in self.partitions]
        if self.file_column:
            selected.append(f"{self.file_sql()} AS {identifier(self.file_column)}")
        where = ""
        if self.options.wrong_values == "leave-out" and (wrong := self.wrong_sql()):
            where = f" WHERE NOT ({wrong})"
        return f"SELECT {', '.join(selected)} FROM {relation}{where}"  # noqa: S608  # quoted

    @property
    def names_files(self) -> bool:
        """Whether a row's file has to be known."""
        return bool(self.file_column or self.partitions)

    def file_sql(self) -> str:
        """The value of the column `file_column`, from a relation that `rows_sql` answers; empty if there is none."""
        if not self.file_column:
            return "''"
        return file_label_sql(self.files, self.stand_ins, self.path if self.nested else None)

    def raw_sql(self, place: int) -> str:
        """The column at a place as the file has it."""
        typed = self.format in ("parquet", "duckdb")
        return identifier(self.columns[place].source) if typed else f'"c{place}"'

    def text_sql(self, place: int) -> str:
        """The column at a place as its values are read from it: text may be without the spaces around it."""
        raw = self.raw_sql(place)
        return trimmed_sql(raw) if self._trims(place) and self.columns[place].stored == "text" else raw

    def _trims(self, place: int) -> bool:
        """Whether spaces around the values of a column are removed: where there are none, that takes time alone."""
        return self.options.trim_spaces and not (self.unchanged and self.columns[place].unspaced)

    def value_sql(self, place: int) -> str:
        """The typed value of the column at a place; NULL where what the file has doesn't fit."""
        values = [value_sql(self.raw_sql(place), self.reading(place, options)) for options in self.writings]
        if len(set(values)) == 1:
            return values[0]
        cases = "".join(f" WHEN {at} THEN {value}" for at, value in enumerate(values))
        return f"CASE {_VARIANT}{cases} END"

    def reading(self, place: int, options: ReadOptions | None = None) -> ValueReading:
        """How the values of the column at a place are read in files with these options; None: those of the scan."""
        column, options = self.columns[place], options or self.options
        formats = _in_order(column.formats, options.date_order) if self.variants else column.formats
        return ValueReading(
            column.kind, column.stored, column.scale, formats, column.checked, options.decimal_mark,
            options.thousands_mark, options.zoned_times, self._trims(place), column.value_unit,
            column.unit_assumed,
        )  # fmt: skip

    def wrong_sql(self) -> str:
        """Whether a row has a value that doesn't fit its column, as a condition; empty if that can't be."""
        conditions = [
            self.wrong_value_sql(place)
            for place, column in enumerate(self.columns)
            if not column.left_out and column.stored == "text" and column.kind != "text" and not column.checked
        ]
        return " OR ".join(conditions)

    def wrong_value_sql(self, place: int) -> str:
        """Whether the column at a place has a value that doesn't fit, as a condition."""
        condition = f"{self.text_sql(place)} IS NOT NULL AND ({self.value_sql(place)}) IS NULL"
        if self.options.null_words:
            condition += f" AND NOT {self.null_word_sql(place)}"
        return f"({condition})"

    def null_word_sql(self, place: int) -> str:
        """Whether the column at a place has a word for nothing, as a condition."""
        words = literal_list(word.lower() for word in self.options.null_words)
        return f"list_contains({words}, lower(trim({self.text_sql(place)})))"

    def to_json(self) -> dict[str, Any]:
        """The scan as JSON: texts, numbers, booleans, lists and objects."""
        return {
            "path": str(self.path),
            "format": self.format,
            "table": self.table,
            "files": list(self.files),
            "nested": self.nested,
            "partitions": [asdict(one) for one in self.partitions],
            "file_column": self.file_column,
            "file_title": self.file_title,
            "inspected": [list(one) for one in self.inspected],
            "headers": [_listed(asdict(one)) for one in self.headers],
            "variants": [{"files": list(one.files), "options": _listed(asdict(one.options))} for one in self.variants],
            "options": _listed(asdict(self.options)),
            "columns": [_listed(asdict(column)) for column in self.columns],
        }

    def with_columns(self, columns: tuple[ScanColumn, ...]) -> "FileScan":
        """The same file with other columns."""
        return replace(self, columns=columns)


def _in_order(formats: tuple[str, ...], order: DateOrder) -> tuple[str, ...]:
    """The formats of dates without those that have day and month in the other order; all of them if none is left."""
    first, other = ("%d", "%m") if order == "day-first" else ("%m", "%d")
    if order not in ("day-first", "month-first"):
        return formats
    kept = tuple(one for one in formats if first not in one or other not in one or one.startswith("%Y")
                 or one.index(first) < one.index(other))  # fmt: skip
    return kept or formats


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _listed(values: dict[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

"""How one table in a file is read: the file, its options and its columns, as a source keeps them.

A `FileScan` is stored as JSON (`to_json`). What is stored may have been written by anybody, so `from_json` takes
nothing unchecked; and whatever is in the file or in a name, `relation_sql` quotes it (`sql_text`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from itertools import accumulate
from pathlib import Path
from typing import Any, Final, Literal, get_args

from benchboard.analytics.files.column_names import NAME
from benchboard.analytics.files.spaces import trimmed_sql
from benchboard.analytics.files.sql_text import identifier, literal, literal_list, path_literals
from benchboard.analytics.files.value_expressions import ColumnKind, StoredAs, ValueReading, ZonedTimes, value_sql
from benchboard.analytics.files.value_units import UNITS
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
_MAX_TEXT: Final = 1_000
_LABEL_COLUMNS: Final = 8
"""How many of the first columns can hold the label of a total row."""
_GONE: Final = frozenset({"mixed_endings"})
"""Options that older sources have and that mean nothing any more."""
_FORMAT: Final = re.compile(r"iso|iso-zoned|[-%a-zA-Z0-9./:, T]{2,40}", re.ASCII)


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
    """How its dates are written: `iso`, `iso-zoned` (with an offset from UTC), or formats of strptime."""
    stored: StoredAs = "text"
    """What the file holds: text to be read, values of this kind, times with a zone, or values of another kind."""
    checked: bool = False
    """Whether every value in the file was seen to fit: it is then read without a second look, which is faster."""
    value_unit: str = ""
    """What each of its numbers is written with (`value_units`): % or the code of a currency; empty: bare numbers."""

    def read_as(
        self, kind: ColumnKind, *, formats: tuple[str, ...] = (), scale: int = 0, value_unit: str = ""
    ) -> "ScanColumn":
        """The column read as another kind, which its values may not fit: `inspection.inspect_scan` tells."""
        unit = value_unit or ("" if self.unit == self.value_unit else self.unit)
        return replace(
            self, kind=kind, formats=formats, scale=scale, checked=kind == "text", value_unit=value_unit, unit=unit
        )


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
    layouts: tuple[FileLayout, ...] = ()
    """Where the columns are in each CSV file now (`column_matching.current_scan`); empty: in the scan's order in all of
    them. Not kept with the scan, as the files may change."""
    stand_ins: tuple[tuple[str, Path], ...] = ()
    """The names of files that can't be read as they are now, and the files of these names that are read in their place
    (`readable_files`). Not kept with the scan either."""

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files that are read."""
        stand_ins = dict(self.stand_ins)
        files = tuple(stand_ins.get(name, self.path / name) for name in self.files)
        return files or (stand_ins.get(self.path.name, self.path),)

    @property
    def readable_in_place(self) -> bool:
        """Whether DuckDB reads the file as it is. The other files are first copied (`conversion.copy_to_parquet`)."""
        return self.format == "parquet" or (self.format == "csv" and self.options.encoding == "utf-8")

    @property
    def kept_columns(self) -> tuple[ScanColumn, ...]:
        """The columns that a query sees."""
        return tuple(column for column in self.columns if not column.left_out)

    def relation_sql(self) -> str:
        """A SELECT that reads the table, for a DuckDB view. Raises `Invalid` if the file must be copied first, or if
        no column is left."""
        if not self.readable_in_place:
            what = _("“{name}” can't be queried where it is.").format(name=self.path.name)
            raise Invalid("files.copy-first", what, do=_("Copy it into Benchboard."))
        return self.select_from(self.rows_sql())

    def rows_sql(self, *, store_rejects: int = 0) -> str:
        """What DuckDB reads: its reader, without the total rows. The columns of a CSV file are `c0`, `c1`, …, all text.

        With `store_rejects`, DuckDB notes that many of the lines that it can't read in its table `reject_errors`, and
        among them those that are too short.
        """
        if self.format == "parquet":
            paths = path_literals(self.paths)
            return f"read_parquet({paths}, union_by_name=true)" if self.files else f"read_parquet({paths})"
        if not self.layouts:
            return self._text_sql(self.paths, len(self.columns), store_rejects)
        # One read for all files of a width: a read for each of 200 layouts needs more memory than queries may use.
        widths: dict[int, list[FileLayout]] = {}
        for layout in self.layouts:
            widths.setdefault(layout.width, []).append(layout)
        return f"({' UNION ALL '.join(self._layouts_sql(each, store_rejects) for each in widths.values())})"

    def layout_of(self, path: Path) -> FileLayout:
        """Where the columns are in one of the files."""
        alike = FileLayout((path,), tuple(range(len(self.columns))), len(self.columns))
        return next((each for each in self.layouts if path in each.paths), alike)

    def _layouts_sql(self, layouts: Sequence[FileLayout], store_rejects: int) -> str:
        """The columns of the scan from files of one width: DuckDB counts the files from 0 as `file_index`."""
        ends = list(accumulate(len(layout.paths) for layout in layouts))
        columns = []
        for place in range(len(self.columns)):
            found = ["CAST(NULL AS VARCHAR)" if (at := each.places[place]) is None else f"c{at}" for each in layouts]
            cases = "".join(f" WHEN file_index < {end} THEN {one}" for end, one in zip(ends, found, strict=True))
            columns.append(f"{found[0] if len(set(found)) == 1 else f'CASE{cases} END'} AS c{place}")
        paths = tuple(path for layout in layouts for path in layout.paths)
        return f"SELECT {', '.join(columns)} FROM {self._text_sql(paths, layouts[0].width, store_rejects)}"  # noqa: S608  # quoted

    def _text_sql(self, files: tuple[Path, ...], width: int, store_rejects: int) -> str:
        """The columns `c0`, `c1`, … of CSV files that are alike."""
        options, paths = self.options, path_literals(files)
        columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(width))
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
            "ignore_errors": "true",
            "null_padding": _boolean(padding),
            "parallel": _boolean(not (padding and options.quoted_breaks)),
        }
        if store_rejects:
            arguments |= {"store_rejects": "true", "rejects_limit": str(store_rejects)}
        call = f"read_csv({paths}, {', '.join(f'{name}={value}' for name, value in arguments.items())})"
        if not options.total_label:
            return call
        first = ", ".join(f'"c{place}"' for place in range(min(width, _LABEL_COLUMNS)))
        total = f"trim(coalesce({first}, '')) = {literal(options.total_label)}"
        return f"(SELECT *, file_index FROM {call} WHERE NOT ({total}))"  # noqa: S608  # quoted

    def select_from(self, relation: str) -> str:
        """A SELECT of the kept columns, typed, from a relation with the columns that `rows_sql` answers. Raises
        `Invalid` if no column is kept."""
        if not self.kept_columns:
            raise Invalid("files.no-columns", _("No column of the file is used."), do=_("Choose at least one."))
        selected = (
            f"{self.value_sql(place)} AS {identifier(column.name)}"
            for place, column in enumerate(self.columns)
            if not column.left_out
        )
        where = ""
        if self.options.wrong_values == "leave-out" and (wrong := self.wrong_sql()):
            where = f" WHERE NOT ({wrong})"
        return f"SELECT {', '.join(selected)} FROM {relation}{where}"  # noqa: S608  # quoted

    def raw_sql(self, place: int) -> str:
        """The column at a place as the file has it."""
        typed = self.format in ("parquet", "duckdb")
        return identifier(self.columns[place].source) if typed else f'"c{place}"'

    def text_sql(self, place: int) -> str:
        """The column at a place as its values are read from it: text may be without the spaces around it."""
        raw = self.raw_sql(place)
        is_trimmed = self.options.trim_spaces and self.columns[place].stored == "text"
        return trimmed_sql(raw) if is_trimmed else raw

    def value_sql(self, place: int) -> str:
        """The typed value of the column at a place; NULL where what the file has doesn't fit."""
        return value_sql(self.raw_sql(place), self.reading(place))

    def reading(self, place: int) -> ValueReading:
        """How the values of the column at a place are read."""
        column, options = self.columns[place], self.options
        return ValueReading(
            column.kind, column.stored, column.scale, column.formats, column.checked, options.decimal_mark,
            options.thousands_mark, options.zoned_times, options.trim_spaces, column.value_unit,
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
            "options": _listed(asdict(self.options)),
            "columns": [_listed(asdict(column)) for column in self.columns],
        }

    @classmethod
    def from_json(cls, document: object) -> "FileScan":
        """The scan that `to_json` wrote. Raises `Invalid` (`files.scan`) for anything else."""
        try:
            return _parsed(document)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            what = _("The saved settings of this file can't be read.")
            raise Invalid("files.scan", what, why=str(error)[:200], do=_("Add the file again.")) from error

    def with_columns(self, columns: tuple[ScanColumn, ...]) -> "FileScan":
        """The same file with other columns."""
        return replace(self, columns=columns)


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _listed(values: dict[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _parsed(document: object) -> FileScan:
    found = _object(document, {"path", "format", "table", "files", "options", "columns"})
    path = Path(_text(found["path"], 4_096))
    if not path.is_absolute():
        raise ValueError("path: not absolute")
    files = tuple(_text(name) for name in _list(found["files"], MAX_FILES))
    if any(Path(name).name != name for name in files):
        raise ValueError("files: not a name")
    columns = tuple(_column(column) for column in _list(found["columns"], MAX_COLUMNS))
    if len({column.name for column in columns}) != len(columns):
        raise ValueError("columns: a name twice")
    return FileScan(
        path,
        _one_of(found["format"], get_args(FileFormat)),
        _text(found["table"]),
        _options(found["options"]),
        columns,
        files,
    )


def _options(document: object) -> ReadOptions:
    # Older sources have no label of total rows, their times in UTC and their values with the spaces around them, and
    # say how their lines end.
    known: object = document
    if isinstance(document, dict):
        older = {"total_label": "", "zoned_times": "utc", "trim_spaces": False}
        known = older | {name: document[name] for name in document.keys() - _GONE}
    found = _object(known, {each.name for each in fields(ReadOptions)})
    skipped = found["skip_lines"]
    if type(skipped) is not int or not 0 <= skipped <= MAX_SKIPPED:
        raise ValueError("skip_lines")
    return ReadOptions(
        delimiter=_sign(found["delimiter"], exactly=True),
        quote=_sign(found["quote"]),
        encoding=_one_of(found["encoding"], get_args(Encoding)),
        decimal_mark=_one_of(found["decimal_mark"], (".", ",")),
        thousands_mark=_sign(found["thousands_mark"]),
        date_order=_one_of(found["date_order"], get_args(DateOrder)),
        header=_flag(found["header"]),
        skip_lines=skipped,
        null_words=tuple(_text(word) for word in _list(found["null_words"], 100)),
        quoted_breaks=_flag(found["quoted_breaks"]),
        wrong_values=_one_of(found["wrong_values"], get_args(WrongValues)),
        compressed=_flag(found["compressed"]),
        total_label=_text(found["total_label"]),
        zoned_times=_one_of(found["zoned_times"], get_args(ZonedTimes)),
        trim_spaces=_flag(found["trim_spaces"]),
    )


def _column(document: object) -> ScanColumn:
    known: object = {"value_unit": ""} | document if isinstance(document, dict) else document  # older sources have none
    found = _object(known, {each.name for each in fields(ScanColumn)})
    name, scale = _text(found["name"]), found["scale"]
    if NAME.fullmatch(name) is None:
        raise ValueError("name")
    if type(scale) is not int or not 0 <= scale <= 18:
        raise ValueError("scale")
    formats = tuple(_text(each) for each in _list(found["formats"], 20))
    if any(_FORMAT.fullmatch(each) is None for each in formats):
        raise ValueError("formats")
    return ScanColumn(
        name=name,
        title=_text(found["title"]),
        kind=_one_of(found["kind"], get_args(ColumnKind)),
        unit=_text(found["unit"]),
        left_out=_flag(found["left_out"]),
        source=_text(found["source"]),
        scale=scale,
        formats=formats,
        stored=_one_of(found["stored"], get_args(StoredAs)),
        checked=_flag(found["checked"]),
        value_unit=_one_of(found["value_unit"], ("", *UNITS)),
    )


def _object(value: object, names: set[str]) -> Mapping[str, object]:
    if not isinstance(value, dict) or set(value) != names:
        raise ValueError(f"not an object with {', '.join(sorted(names))}")
    return value


def _list(value: object, most: int) -> list[object]:
    if not isinstance(value, list) or len(value) > most:
        raise ValueError("not a list")
    return value


def _text(value: object, most: int = _MAX_TEXT) -> str:
    if not isinstance(value, str) or len(value) > most or "\0" in value:
        raise ValueError("not a text")
    return value


def _sign(value: object, *, exactly: bool = False) -> str:
    sign = _text(value, 1)
    if sign in ("\r", "\n") or (exactly and not sign):
        raise ValueError("not one character")
    return sign


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("not a boolean")  # noqa: TRY004 - a document's error is a ValueError, whatever is wrong
    return value


def _one_of(value: object, known: tuple[Any, ...]) -> Any:
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"not one of {', '.join(map(repr, known))}")
    return value

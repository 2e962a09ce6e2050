"""Joins the tables of a folder's files: CSV or Parquet files with equal columns, read alike, are one table."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from benchboard.analytics.files.inspection_types import (
    MAX_WRONG_LINES,
    ColumnInspection,
    FileInspection,
    TableInspection,
    TypeFit,
    WrongLine,
)
from benchboard.analytics.files.scan import MAX_FILES, FileScan, ScanColumn
from benchboard.analytics.files.value_expressions import ColumnKind
from benchboard.errors import AppError, Cancelled, Invalid
from benchboard.i18n import _, number

_WIDER: Final[dict[frozenset[ColumnKind], ColumnKind]] = {
    frozenset({"integer", "float"}): "float",
    frozenset({"date", "timestamp"}): "timestamp",
}
"""The kind that both of two kinds fit; else that is text."""


def is_data_file(path: Path) -> bool:
    """Whether a file of a folder is looked at: hidden ones aren't, nor what Excel writes beside a workbook while it is
    open. Raises `OSError`."""
    return not path.name.startswith((".", "~$")) and path.is_file()


def folder_files(folder: Path) -> tuple[Path, ...]:
    """The files directly in a folder, in the order of their names, without hidden ones. Raises `OSError`, and `Invalid`
    if there are none or too many."""
    files = sorted(path for path in folder.iterdir() if is_data_file(path))
    if not files:
        raise Invalid(
            "files.empty", _("“{name}” has no files.").format(name=folder.name), do=_("Choose another folder.")
        )
    if len(files) > MAX_FILES:
        what = _("“{name}” has {count} files.").format(name=folder.name, count=number(len(files)))
        raise Invalid("files.too-many", what, why=_("Up to {count} are supported.").format(count=number(MAX_FILES)))
    return tuple(files)


def inspect_each(
    folder: Path, inspect: Callable[[Path], FileInspection]
) -> tuple[tuple[TableInspection, ...], tuple[AppError, ...]]:
    """The tables of the files in a folder, equal ones joined; and why some files have none. If all have none, raises
    the error of the first."""
    tables: list[TableInspection] = []
    problems: list[AppError] = []
    for path in folder_files(folder):
        try:
            tables.extend(inspect(path).tables)
        except Cancelled:
            raise
        except AppError as problem:
            problems.append(problem)
    if not tables:
        raise problems[0]
    return joined_tables(folder, tables), tuple(problems)


def joined_tables(folder: Path, tables: Sequence[TableInspection]) -> tuple[TableInspection, ...]:
    """The tables with those joined that can be read as one, in the order of their first files."""
    groups: dict[object, list[TableInspection]] = {}
    for table in tables:
        groups.setdefault(_how_read(table.scan), []).append(table)
    if len(tables) == 1 and tables[0].scan.readable_in_place:
        return (_alone(folder, tables[0]),)
    return tuple(_joined(folder, group) if len(group) > 1 else group[0] for group in groups.values())


def _how_read(scan: FileScan) -> object:
    """Equal for the tables that are read alike."""
    if not scan.readable_in_place:
        return scan.path, scan.table
    sources = tuple(column.source for column in scan.columns)
    if scan.format == "parquet":
        return scan.format, tuple((column.source, column.kind, column.stored) for column in scan.columns)
    # Words for nothing and line breaks in values are of the file, not of how it is written. An order of day and month
    # that no date of one file tells is as good as any, but isn't taken over from another file in silence.
    options = replace(scan.options, null_words=(), quoted_breaks=False, total_label="")
    return scan.format, options, sources


def _alone(folder: Path, table: TableInspection) -> TableInspection:
    """The table of the only file, as one of the folder: files that come later belong to it."""
    name = table.scan.path.name

    def named(lines: Sequence[WrongLine]) -> tuple[WrongLine, ...]:
        return tuple(replace(line, file=name) for line in lines)

    scan = replace(table.scan, path=folder, files=(name,))
    wrong, totals = named(table.wrong_lines), named(table.total_lines)
    return replace(table, scan=scan, wrong_lines=wrong, total_lines=totals)


def _joined(folder: Path, tables: Sequence[TableInspection]) -> TableInspection:
    scans = [table.scan for table in tables]
    first = scans[0]
    options = replace(
        first.options,
        null_words=tuple(sorted({word for scan in scans for word in scan.options.null_words})),
        quoted_breaks=any(scan.options.quoted_breaks for scan in scans),
        total_label=next((scan.options.total_label for scan in scans if scan.options.total_label), ""),
    )
    columns = tuple(_common([scan.columns[place] for scan in scans]) for place in range(len(first.columns)))
    scan = FileScan(folder, first.format, "", options, columns, tuple(each.path.name for each in scans))
    lines = [replace(line, file=table.scan.path.name) for table in tables for line in table.wrong_lines]
    return TableInspection(
        scan=scan,
        rows=sum(table.rows for table in tables),
        columns=tuple(
            _sum(column.kind, column.formats, [table.columns[place] for table in tables])
            for place, column in enumerate(columns)
        ),
        guesses=tables[0].guesses,
        preview_raw=tables[0].preview_raw,
        preview=tables[0].preview,
        wrong_lines=tuple(lines[:MAX_WRONG_LINES]),
        wrong_count=sum(table.wrong_count for table in tables),
        total_lines=tuple(replace(line, file=table.scan.path.name) for table in tables for line in table.total_lines),
        total_columns=tables[0].total_columns,
        first_line=tables[0].first_line,
    )


def _common(columns: Sequence[ScanColumn]) -> ScanColumn:
    """The column of the joined table that holds the values of all of them."""
    # A column without any value in one file says nothing against what it is in the others.
    kinds = frozenset(column.kind for column in columns)
    kind: ColumnKind = next(iter(kinds)) if len(kinds) == 1 else _WIDER.get(kinds, "text")
    formats = tuple(dict.fromkeys(form for column in columns for form in column.formats)) if kind != "text" else ()
    checked = kind == "text" or all(column.checked for column in columns)
    return replace(columns[0], kind=kind, formats=formats, checked=checked)


def _sum(kind: ColumnKind, formats: tuple[str, ...], found: Sequence[ColumnInspection]) -> ColumnInspection:
    of = sum(max((fit.of for fit in each.fits), default=0) for each in found)
    fits = (
        of if kind == "text" else sum(max((f.fits for f in each.fits if f.kind != "text"), default=0) for each in found)
    )
    # How many values two files share isn't known.
    distinct = max(each.distinct for each in found)
    return ColumnInspection(
        (TypeFit(kind, fits, of, formats),), sum(each.empty for each in found), distinct, distinct_is_exact=False
    )

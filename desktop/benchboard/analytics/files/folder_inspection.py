"""Joins the tables of a folder's files: CSV or Parquet files whose columns have the same titles are one table.

Which ones those are decides `folder_grouping`. The table has the columns of all of them, in the order in which they are
found; in the rows of a file that lacks a column, this is empty. That isn't done in silence: see
`TableInspection.partial_columns` and `apart`.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.column_matching import column_places, has_titles, match_columns
from benchboard.analytics.files.column_names import query_names
from benchboard.analytics.files.file_column import file_labels
from benchboard.analytics.files.file_versions import joined_versions
from benchboard.analytics.files.file_writing import differing_kinds
from benchboard.analytics.files.folder_grouping import grouped_tables, told_marks
from benchboard.analytics.files.inspection_types import (
    MAX_WRONG_LINES,
    PREVIEW_ROWS,
    AssumedUnit,
    ColumnInspection,
    FileInspection,
    FileValue,
    MixedUnits,
    RenamedColumn,
    TableInspection,
    TypeFit,
    UnreadFile,
    WrongLine,
)
from benchboard.analytics.files.number_marks import open_number
from benchboard.analytics.files.other_titles import with_renamings, with_titles_of
from benchboard.analytics.files.partial_columns import partial_columns
from benchboard.analytics.files.partitions import MAX_DEPTH, partitions_of
from benchboard.analytics.files.renamed_columns import Renaming, renamed_among
from benchboard.analytics.files.scan import (
    MAX_COLUMNS,
    MAX_FILES,
    OF_A_FILE,
    FileScan,
    FileVariant,
    ReadOptions,
    ScanColumn,
)
from benchboard.analytics.files.spaces import trimmed
from benchboard.analytics.files.value_expressions import ColumnKind
from benchboard.analytics.files.value_units import PERCENT
from benchboard.errors import AppError, Cancelled, Invalid
from benchboard.i18n import _, number

_Place = tuple[TableInspection, int | None]
"""A table, and where a column of the joined table is in it; None: it doesn't have it."""
_WIDER: Final[dict[frozenset[ColumnKind], ColumnKind]] = {
    frozenset({"integer", "float"}): "float",
    frozenset({"date", "timestamp"}): "timestamp",
}
"""The kind that both of two kinds fit; else that is text."""
_HIDDEN: Final = (".", "~$", "_")
"""How the names of subfolders, and of files in them, begin that aren't looked at: Spark notes with “_” that it is
done."""
MAX_FORMATS: Final = 20
"""How many ways to write a date a column may have."""


def is_data_file(path: Path) -> bool:
    """Whether a file of a folder is looked at: hidden ones aren't, nor what Excel writes beside a workbook while it is
    open. Raises `OSError`."""
    return not path.name.startswith((".", "~$")) and path.is_file()


def folder_files(folder: Path, *, nested: bool = False) -> tuple[Path, ...]:
    """The files directly in a folder, in the order of their names, without hidden ones; with `nested`, also those in
    its subfolders. Raises `OSError`, and `Invalid` if there are none or too many."""
    files = sorted(nested_files(folder)) if nested else sorted(path for path in folder.iterdir() if is_data_file(path))
    if not files:
        raise Invalid(
            "files.empty", _("“{name}” has no files.").format(name=folder.name), do=_("Choose another folder.")
        )
    if len(files) > MAX_FILES:
        what = _("“{name}” has {count} files.").format(name=folder.name, count=number(len(files)))
        raise Invalid("files.too-many", what, why=_("Up to {count} are supported.").format(count=number(MAX_FILES)))
    return tuple(files)


def nested_files(folder: Path) -> Iterator[Path]:
    """The files in a folder and its subfolders, without what is hidden. Links to folders aren't followed, so that no
    circle of them is, and nothing outside is read. Raises `OSError`, and `Invalid` where subfolders are too deep, or
    files too many."""
    found = 0
    for where, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = [name for name in folders if not name.startswith(_HIDDEN)]
        at = Path(where)
        if len(at.relative_to(folder).parts) >= MAX_DEPTH and folders:
            what = _("“{name}” has subfolders in more than {count} levels.")
            raise Invalid("files.too-deep", what.format(name=folder.name, count=number(MAX_DEPTH)))
        for name in names:
            if name.startswith(_HIDDEN) or "\\" in name or not is_data_file(at / name):
                continue
            found += 1
            if found > MAX_FILES:
                what = _("“{name}” has more than {count} files with those in its subfolders.")
                raise Invalid("files.too-many", what.format(name=folder.name, count=number(MAX_FILES)))
            yield at / name


def _raise(error: OSError) -> None:
    """Fail where a subfolder can't be read: else its rows would be missing in silence."""
    raise error


def subfolder_count(folder: Path) -> int:
    """How many subfolders a folder has, without hidden ones and links. Raises `OSError`."""
    found = (path for path in folder.iterdir() if not path.name.startswith(_HIDDEN))
    return sum(path.is_dir() and not path.is_symlink() for path in found)


def inspect_each(
    folder: Path,
    inspect: Callable[[Path], FileInspection],
    cancel_token: CancelToken,
    same_as: Mapping[str, str] = MappingProxyType({}),
    renamings: Sequence[Renaming] = (),
    nested: bool = False,
) -> tuple[tuple[TableInspection, ...], tuple[UnreadFile, ...]]:
    """The tables of the files in a folder, those that belong together joined; and why some files have none. `same_as`:
    the files that are read under the titles of another one; `renamings`: the columns that are those of others;
    `nested`: whether files in subfolders are read too. If all have none, raises the error of the first; else what
    `with_titles_of` and `with_renamings` raise."""
    tables: list[TableInspection] = []
    problems: list[UnreadFile] = []
    for path in folder_files(folder, nested=nested):
        subfolder = path.parent.relative_to(folder).as_posix() if path.parent != folder else ""
        try:
            found = inspect(path).tables
            if nested:
                _require_stackable(path, found)
            tables.extend(replace(one, scan=replace(one.scan, subfolder=subfolder)) for one in found)
        except Cancelled:
            raise
        except AppError as problem:
            problems.append(UnreadFile(f"{subfolder}/{path.name}" if subfolder else path.name, problem))
    if not tables:
        raise problems[0].why
    titled = with_renamings(with_titles_of(tables, same_as), renamings)
    joined = joined_tables(folder, titled, cancel_token)
    return tuple(_nested(folder, one) for one in joined) if nested else joined, tuple(problems)


def _require_stackable(path: Path, tables: Sequence[TableInspection]) -> None:
    """Raise `Invalid` for what is no table of rows alone: of subfolders, nothing else is read."""
    if any(one.scan.format not in ("csv", "parquet") for one in tables):
        what = _("“{name}” isn't read: with subfolders, only CSV and Parquet files are.").format(name=path.name)
        raise Invalid("files.nested-format", what)


def _nested(folder: Path, table: TableInspection) -> TableInspection:
    """A table of a folder with its subfolders, with the columns that these make."""
    table = table if table.scan.files else _alone(folder, table)
    scan = replace(table.scan, nested=True, subfolder="")
    taken = [one.name for one in scan.columns]
    made = partitions_of(scan.files, taken)
    file_column = query_names((*taken, *(one.name for one in made), "file"))[-1]
    scan = replace(scan, partitions=made, file_column=file_column if scan.file_column else "")
    return replace(table, scan=scan)


def joined_tables(
    folder: Path, tables: Sequence[TableInspection], cancel_token: CancelToken
) -> tuple[TableInspection, ...]:
    """The tables with those joined that belong together, in the order of their first files. Raises `Cancelled`."""
    if len(tables) == 1 and tables[0].scan.readable_in_place:
        return (_alone(folder, tables[0]),)
    found: list[TableInspection] = []
    unclear = {place: why for place, table in enumerate(tables) if (why := _unclear(table))}
    for group in grouped_tables([table.scan for table in tables], unclear):
        members, apart = [tables[place] for place in group.places], group.apart
        try:
            writings = [[tables[place] for place in each] for each in group.writings]
            joined = [_joined(folder, members, writings, cancel_token)] if len(members) > 1 else members
        except Cancelled:
            raise
        except AppError as problem:  # their columns are too many, or can't be of one type
            joined, apart = members, problem.what
        found.extend(replace(one, apart=apart) for one in joined)
    return tuple(found)


def unclear_option(table: TableInspection) -> Literal["", "date_order", "decimal_mark"]:
    """The read option by which a file can be read in two ways; empty if there is none."""
    guessed = {guess.option for guess in table.guesses if guess.certainty == "guess"}
    if "date_order" in guessed and table.scan.options.date_order:
        return "date_order"
    return "decimal_mark" if "decimal_mark" in guessed and open_number(table) is not None else ""


def _unclear(table: TableInspection) -> str:
    """What can be read in two ways in a file, as a sentence with its name to be filled in; empty if nothing can."""
    return {
        "": "",
        "date_order": _("“{name}” is kept as its own table: its dates don't show whether day or month comes first."),
        "decimal_mark": _(
            "“{name}” is kept as its own table: its numbers don't show which mark comes before the decimals."
        ),
    }[unclear_option(table)]


def added_columns(scan: FileScan, tables: Sequence[TableInspection]) -> tuple[ScanColumn, ...]:
    """The columns of these tables that `scan` doesn't have, of the kind that their values in all of them fit."""
    every = _every_column(scan, tables)
    places = [column_places(every, [column.source for column in table.scan.columns]) for table in tables]
    return tuple(
        _common(every[at], [(table, each[at]) for table, each in zip(tables, places, strict=True)])
        for at in range(len(scan.columns), len(every))
    )


def _every_column(scan: FileScan, tables: Sequence[TableInspection]) -> tuple[ScanColumn, ...]:
    """The columns of the scan, then those that only the tables have. Raises `Invalid` if they are too many."""
    every = scan.columns
    for table in tables:
        every += match_columns(scan.with_columns(every), table.scan.columns).added
        if len(every) > MAX_COLUMNS:
            what = _("“{name}” has {count} columns.").format(name=scan.path.name, count=number(len(every)))
            why = _("Up to {count} are supported.").format(count=number(MAX_COLUMNS))
            raise Invalid("files.columns", what, why=why)
    return every


def _alone(folder: Path, table: TableInspection) -> TableInspection:
    """The table of the only file, as one of the folder: files that come later belong to it."""
    name = table.scan.file_name
    inspected = tuple((name if one else "", version) for one, version in table.scan.inspected)

    def named(lines: Sequence[WrongLine]) -> tuple[WrongLine, ...]:
        return tuple(replace(line, file=name) for line in lines)

    scan = _with_file_column(replace(table.scan, path=folder, files=(name,), nested="/" in name, inspected=inspected))
    if scan.format == "csv" and has_titles(scan):
        scan = scan.with_headers({name: [column.source for column in scan.columns]})
    wrong, totals = named(table.wrong_lines), named(table.total_lines)
    files = tuple(file_labels(scan.files)[name] for _row in table.preview)
    return replace(table, scan=scan, wrong_lines=wrong, total_lines=totals, preview_files=files)


def _with_file_column(scan: FileScan) -> FileScan:
    """The scan with a column that names the file of each row."""
    names = (*(column.name for column in scan.columns), "file")
    return replace(scan, file_column=query_names(names)[-1])


def _joined(
    folder: Path,
    tables: Sequence[TableInspection],
    writings: Sequence[Sequence[TableInspection]],
    cancel_token: CancelToken,
) -> TableInspection:
    """The table of several files; `writings` are the same tables by how their files are written."""
    first = tables[0].scan
    names = tuple(table.scan.file_name for table in tables)
    scan = replace(first, path=folder, files=names, nested=any("/" in name for name in names))
    titles = {table.scan.file_name: [column.source for column in table.scan.columns] for table in tables}
    if first.format == "parquet" and any(table.scan.columns != first.columns for table in tables):
        from benchboard.analytics.files.parquet_inspection import inspect_parquet

        found = inspect_parquet(folder, cancel_token, files=scan.files, nested=scan.nested)
        found = replace(found, partial_columns=partial_columns(found.scan.columns, titles))
        return replace(found, scan=_with_file_column(found.scan), preview_files=_preview_files(tables))
    every = _every_column(scan, tables[1:]) if has_titles(first) else first.columns
    places: list[tuple[int | None, ...]] = (
        [column_places(every, each) for each in titles.values()]
        if has_titles(first)
        else [tuple(range(len(every)))] * len(tables)
    )
    where = [[(table, each[at]) for table, each in zip(tables, places, strict=True)] for at in range(len(every))]
    columns = tuple(_common(column, each) for column, each in zip(every, where, strict=True))
    scan, kept_totals = _with_label(_with_writings(scan.with_columns(columns), tables, writings), tables, cancel_token)
    scan = _with_file_column(joined_versions(scan, tuple(table.scan for table in tables)))
    renamed: tuple[RenamedColumn, ...] = ()
    if first.format == "csv" and has_titles(first):
        scan = scan.with_headers(titles)
        renamed = renamed_among(columns, titles, {one.scan.file_name: one.scan.columns for one in tables})
    lines = [_placed(line, each, table) for table, each in zip(tables, places, strict=True)
             for line in table.wrong_lines]  # fmt: skip
    raws, values = _previews(columns, tables, places)
    return TableInspection(
        scan=scan,
        rows=sum(table.rows for table in tables) + kept_totals,
        columns=tuple(_sum(column, each) for column, each in zip(columns, where, strict=True)),
        guesses=tables[0].guesses,
        preview_raw=raws,
        preview=values,
        preview_files=_preview_files(tables),
        preview_lines=_preview_lines(tables),
        preview_line_files=_preview_line_files(tables),
        wrong_lines=tuple(lines[:MAX_WRONG_LINES]),
        wrong_count=sum(table.wrong_count for table in tables),
        left_out=sum(table.left_out for table in tables),
        total_lines=tuple(replace(line, file=table.scan.file_name) for table in tables for line in table.total_lines),
        mixed_units=tuple(_mixed_units(columns, where, places, tables)),
        assumed_units=tuple(_assumed_units(columns, where, places, tables)),
        total_columns=tables[0].total_columns,
        first_line=tables[0].first_line,
        partial_columns=partial_columns(columns, titles) if has_titles(first) else (),
        differing_kinds=differing_kinds(columns, where),
        renamed=renamed,
    )


def _with_writings(
    scan: FileScan, tables: Sequence[TableInspection], writings: Sequence[Sequence[TableInspection]]
) -> FileScan:
    """The scan with the options of its files: those that not each file tells are of all."""
    shared = _joined_options(tables)
    every = [_joined_options(alike) for alike in writings]
    options = replace(shared, **{name: getattr(every[0], name) for name in OF_A_FILE})
    variants = (
        FileVariant(tuple(table.scan.file_name for table in alike), one)
        for alike, one in zip(writings[1:], every[1:], strict=True)
    )
    return replace(scan, options=options, variants=tuple(variants))


def _joined_options(tables: Sequence[TableInspection]) -> ReadOptions:
    """How all files are read: what one of them doesn't tell, another one does."""
    every = [table.scan.options for table in tables]
    marks = next((found for table in tables if (found := told_marks(table.scan))), None)
    return replace(
        every[0],
        null_words=tuple(sorted({word for options in every for word in options.null_words})),
        quoted_breaks=any(options.quoted_breaks for options in every),
        total_label=next((options.total_label for options in every if options.total_label), ""),
        date_order=next((options.date_order for options in every if options.date_order), ""),
        decimal_mark=marks[0] if marks else every[0].decimal_mark,
        thousands_mark=marks[1] if marks else every[0].thousands_mark,
    )


def _with_label(scan: FileScan, tables: Sequence[TableInspection], cancel_token: CancelToken) -> tuple[FileScan, int]:
    """The scan without its label of total rows if that would leave out rows of the files that have no such label, and
    how many total rows are read then."""
    label = scan.options.total_label
    if not label or all(table.scan.options.total_label for table in tables):
        return scan, 0
    from benchboard.analytics.files.csv_inspection import total_row_count
    from benchboard.analytics.files.opened_tables import opened_table

    named = sum(len(table.total_lines) for table in tables if table.scan.options.total_label)
    with opened_table(scan, cancel_token, lambda _done, _total: None) as (connection, read, _relation):
        if total_row_count(connection, read, label) == named:
            return scan, 0
    return replace(scan, options=replace(scan.options, total_label="")), named


def _placed(line: WrongLine, places: Sequence[int | None], table: TableInspection) -> WrongLine:
    """A wrong line of a file as one of the joined table."""
    column = None if line.column is None else places.index(line.column)
    return replace(line, file=table.scan.file_name, column=column)


def _previews(
    columns: Sequence[ScanColumn], tables: Sequence[TableInspection], places: Sequence[Sequence[int | None]]
) -> tuple[tuple[tuple[str | None, ...], ...], tuple[tuple[FileValue, ...], ...]]:
    """The first rows of the joined table, as the files have them and as they are read."""
    raws: list[tuple[str | None, ...]] = []
    values: list[tuple[FileValue, ...]] = []
    for table, at in zip(tables, places, strict=True):
        for raw, value in zip(table.preview_raw, table.preview, strict=True):
            if len(raws) == PREVIEW_ROWS:
                return tuple(raws), tuple(values)
            raws.append(tuple(None if one is None else raw[one] for one in at))
            # What is a number in one file is text where the others have words.
            kept = zip(columns, at, strict=True)
            values.append(tuple(
                None if one is None else _text(table, raw[one]) if column.kind == "text" else value[one]
                for column, one in kept
            ))  # fmt: skip
    return tuple(raws), tuple(values)


def _preview_files(tables: Sequence[TableInspection]) -> tuple[str, ...]:
    """What the column of file names has in the first rows of all tables."""
    labels = file_labels([table.scan.file_name for table in tables])
    return tuple(labels[table.scan.file_name] for table in tables for _row in table.preview)[:PREVIEW_ROWS]


def _preview_lines(tables: Sequence[TableInspection]) -> tuple[int, ...]:
    """The lines of the first rows of all tables; nothing where they aren't known of one whose rows are shown."""
    shown = 0
    for table in tables:
        if shown < PREVIEW_ROWS and len(table.preview_lines) != len(table.preview):
            return ()
        shown += len(table.preview)
    return tuple(line for table in tables for line in table.preview_lines)[:PREVIEW_ROWS]


def _preview_line_files(tables: Sequence[TableInspection]) -> tuple[str, ...]:
    return tuple(table.scan.file_name for table in tables for _row in table.preview)[:PREVIEW_ROWS]


def _text(table: TableInspection, raw: str | None) -> str | None:
    """The text that a value of a table is read as."""
    return trimmed(raw) if raw is not None and table.scan.options.trim_spaces else raw


def _common(column: ScanColumn, places: Sequence[_Place]) -> ScanColumn:
    """The column of the joined table that holds the values of all of them."""
    every = [(table.scan.columns[at], _count(table.columns[at])) for table, at in places if at is not None]
    # A column without any value in one file says nothing against what it is in the others.
    found = [one for one, count in every if count] or [one for one, _count in every]
    kinds = frozenset(one.kind for one in found)
    kind: ColumnKind = next(iter(kinds)) if len(kinds) == 1 else _WIDER.get(kinds, "text")
    formats = tuple(dict.fromkeys(form for one in found for form in one.formats)) if kind != "text" else ()
    value_unit, is_assumed = _common_unit(found)
    if len(formats) > MAX_FORMATS or value_unit is None:
        kind, formats = "text", ()
    checked = kind == "text" or all(one.checked for one in found)
    first = found[0]
    unit = value_unit if value_unit is not None and kind != "text" else ""
    shown = column.read_as(
        kind, formats=formats, scale=first.scale, value_unit=unit, unit_assumed=is_assumed and bool(unit)
    )
    unspaced = all(table.scan.columns[at].unspaced for table, at in places if at is not None)
    also = dict.fromkeys(title for table, at in places if at is not None for title in table.scan.columns[at].also)
    return replace(shown, checked=checked, stored=first.stored, unspaced=unspaced, also=tuple(also))


def _common_unit(columns: Sequence[ScanColumn]) -> tuple[str | None, bool]:
    """The unit of the numbers in all of these columns, None if there are several; and whether it is that of bare
    numbers beside it. These may be amounts in the only currency, but 0.05 beside 5 % may be 5 % or 0.05 %."""
    units = {one.value_unit for one in columns}
    told = units - {""}
    if len(told) == 1 and PERCENT not in told:
        return told.pop(), len(units) > 1 or any(one.unit_assumed for one in columns)
    return (units.pop() if len(units) == 1 else None), False


def _assumed_units(
    columns: Sequence[ScanColumn],
    where: Sequence[Sequence[_Place]],
    places: Sequence[Sequence[int | None]],
    tables: Sequence[TableInspection],
) -> Iterator[AssumedUnit]:
    """The columns of amounts some of which are written without their currency, within a file or in whole files."""
    for at, column in enumerate(columns):
        counts = Counter[str]()
        for table, one in where[at]:
            if column.unit_assumed and one is not None and not table.scan.columns[one].value_unit:
                counts[table.scan.file_name] += _count(table.columns[one])
        for table, each in zip(tables, places, strict=True):
            for assumed in table.assumed_units:
                if column.unit_assumed and each[at] == assumed.place:
                    counts[table.scan.file_name] += assumed.count
        files = tuple(name for name, count in counts.items() if count)
        if files:
            yield AssumedUnit(at, counts.total(), files)


def _mixed_units(
    columns: Sequence[ScanColumn],
    where: Sequence[Sequence[_Place]],
    places: Sequence[Sequence[int | None]],
    tables: Sequence[TableInspection],
) -> Iterator[MixedUnits]:
    """The columns of text whose numbers are in several units, within a file or from one file to another."""
    for at, column in enumerate(columns):
        units = Counter[str]()
        for table, one in where[at]:
            if one is not None and (unit := table.scan.columns[one].value_unit):
                units[unit] += _count(table.columns[one])
        for table, each in zip(tables, places, strict=True):
            for mixed in table.mixed_units:
                if each[at] == mixed.place:
                    units.update(dict(mixed.units))
        if column.kind == "text" and len(units) > 1:
            yield MixedUnits(at, tuple(units.most_common()))


def _count(column: ColumnInspection) -> int:
    """How many values a column has."""
    return max((fit.of for fit in column.fits), default=0)


def _sum(column: ScanColumn, places: Sequence[_Place]) -> ColumnInspection:
    found = [table.columns[at] for table, at in places if at is not None]
    of = sum(map(_count, found))
    fits = (
        of
        if column.kind == "text"
        else sum(max((fit.fits for fit in each.fits if fit.kind != "text"), default=0) for each in found)
    )
    empty = sum(each.empty for each in found) + sum(table.rows for table, at in places if at is None)
    # How many values two files share isn't known.
    distinct = max(each.distinct for each in found)
    fit = TypeFit(column.kind, fits, of, column.formats)
    spaced = sum(each.spaced for each in found)
    return ColumnInspection((fit,), empty, distinct, distinct_is_exact=False, spaced=spaced)

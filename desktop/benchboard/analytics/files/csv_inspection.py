"""Inspects a CSV file: detects how it is written, then reads all of it once and counts what fits.

The first lines decide what is counted; the whole file decides what a column is. Imported late, as DuckDB is.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import duckdb

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.column_candidates import (
    column_candidates,
    has_order,
    is_number_column,
    null_words,
    of_text,
    with_used_words,
)
from benchboard.analytics.files.column_names import query_names
from benchboard.analytics.files.csv_dialect import (
    TextSample,
    detect_date_order,
    detect_encoding,
    has_numbers,
    sniff,
)
from benchboard.analytics.files.date_order import choose_order
from benchboard.analytics.files.duckdb_connection import reading_connection
from benchboard.analytics.files.formats import HEAD_BYTES, is_compressed, read_head
from benchboard.analytics.files.inspection_types import (
    PREVIEW_ROWS,
    AssumedUnit,
    ColumnInspection,
    MixedColumn,
    MixedUnits,
    OptionGuess,
    ReportProgress,
    TableInspection,
    TotalColumn,
    TypeFit,
    WrongLine,
)
from benchboard.analytics.files.number_marks import MARKS, decided_marks
from benchboard.analytics.files.preview_lines import preview_lines
from benchboard.analytics.files.scan import FileFormat, FileScan, ReadOptions, ScanColumn
from benchboard.analytics.files.sql_text import identifier, literal
from benchboard.analytics.files.staging import STAGED_OPTIONS, StagedTable, staged_options
from benchboard.analytics.files.text_files import Utf8File, as_utf_8
from benchboard.analytics.files.titles import title_and_unit
from benchboard.analytics.files.total_columns import total_columns, without_total_columns
from benchboard.analytics.files.total_rows import total_lines
from benchboard.analytics.files.value_counts import FittingValues, candidate_sql, count_values
from benchboard.analytics.files.value_expressions import ColumnKind, any_unit_pattern
from benchboard.analytics.files.value_units import UNITS, split_unit, unit_of, unit_pattern
from benchboard.analytics.files.wrong_lines import count_wrong_lines, first_misfit, locate_wrong_lines
from benchboard.errors import Invalid
from benchboard.i18n import _

EXACT_BYTES: Final = 32_000_000
"""Up to this size, distinct values are counted exactly; beyond it approximately, as counting them all takes memory."""
_OFFERED_KINDS: Final[tuple[ColumnKind, ...]] = ("text", "integer", "float", "boolean", "timestamp", "date")


def inspect_csv(
    path: Path, options: ReadOptions | None, fixed: frozenset[str], cancel_token: CancelToken, progress: ReportProgress
) -> TableInspection:
    """Inspect one CSV file. Of the `options`, those named in `fixed` are taken as they are. Raises `AppError`, or
    `OSError` if the file can't be read."""
    head = read_head(path)
    start = replace(options or ReadOptions(), compressed=is_compressed(path))
    guesses: list[OptionGuess] = []
    if "encoding" not in fixed:
        encoding, certainty, reason = detect_encoding(head)
        start = replace(start, encoding=encoding)
        guesses.append(OptionGuess("encoding", encoding, certainty, reason))
    may_change = "encoding" not in fixed
    with as_utf_8(path, start, cancel_token, progress, is_fixed=not may_change) as text:
        if text.encoding != start.encoding:
            start = replace(start, encoding=text.encoding)
            guesses = [OptionGuess("encoding", text.encoding, "likely", _("A line further down isn't UTF-8."))]
        sample = sniff(text.head, is_whole=len(head) < HEAD_BYTES, options=start, fixed=fixed)
        guesses.extend(sample.guesses)
        return _inspect_all(FileScan(path, "csv"), text, sample, guesses, fixed, cancel_token)


def inspect_staged(
    scan: FileScan,
    staged: StagedTable,
    options: ReadOptions | None,
    fixed: frozenset[str],
    cancel_token: CancelToken,
) -> TableInspection:
    """Inspect the table of `scan`, an Excel or SQLite file, which was staged. Text in the file stays text."""
    fixed |= STAGED_OPTIONS
    sample = sniff(
        staged.text.head, is_whole=staged.is_whole, options=staged_options(options, scan.format), fixed=fixed
    )
    guesses = list(sample.guesses)
    return _inspect_all(scan, staged.text, sample, guesses, fixed, cancel_token, staged.text_columns)


def _inspect_all(
    scan: FileScan,
    text: Utf8File,
    sample: TextSample,
    guesses: list[OptionGuess],
    fixed: frozenset[str],
    cancel_token: CancelToken,
    text_columns: frozenset[int] = frozenset(),
) -> TableInspection:
    """Read the whole of `text`, which has the content of `scan` in UTF-8. Columns at `text_columns` stay text."""
    if not sample.rows and not any(sample.titles):
        raise Invalid(
            "files.empty", _("“{name}” has no lines.").format(name=scan.path.name), do=_("Choose another file.")
        )
    with reading_connection((text.path,), cancel_token, shown=scan.path) as connection:  # which takes 10 ms to open
        return _inspect_rows(connection, scan, text, sample, guesses, fixed, text_columns)


def _inspect_rows(
    connection: duckdb.DuckDBPyConnection,
    scan: FileScan,
    text: Utf8File,
    sample: TextSample,
    guesses: list[OptionGuess],
    fixed: frozenset[str],
    text_columns: frozenset[int],
) -> TableInspection:
    """As `_inspect_all`, of a file that has lines."""
    options, guesses = _with_marks(connection, scan, text, sample, guesses, fixed, text_columns)
    columns = [[row[place] for row in sample.rows if row[place].strip()] for place in range(len(sample.titles))]
    order_is_open = "date_order" not in fixed
    if order_is_open:
        order, certainty, reason = detect_date_order(columns)
        options = replace(options, date_order=order)
    candidates = [column_candidates(*each, options) for each in zip(columns, sample.titles, strict=True)]
    # A workbook holds numbers as text by mistake; a database has a reason to.
    as_text = {place: each for place, each in enumerate(candidates)
               if place in text_columns and scan.format == "excel" and is_number_column(each)}  # fmt: skip
    candidates = [of_text(each) if place in text_columns else each for place, each in enumerate(candidates)]
    if "null_words" not in fixed:
        found = [as_text.get(place, each) for place, each in enumerate(candidates)]
        options = replace(options, null_words=null_words(columns, found))
    scan = replace(scan, options=options, columns=_text_columns(sample))
    read = text.scan(scan)
    totals = _totals(connection, scan, read)
    if "total_label" not in fixed:
        options = replace(options, total_label=totals[0].value if totals else "")
        read = text.scan(replace(scan, options=options))
    counts = count_values(connection, read, candidates, exact=text.path.stat().st_size <= EXACT_BYTES)
    if order_is_open and any(counts.swapped):
        options, guess = choose_order(connection, read, options, candidates, counts)
        guesses.append(guess)
    elif order_is_open and any(has_order(each) for each in candidates):
        guesses.append(OptionGuess("date_order", order, certainty, reason))
    else:
        options = replace(options, date_order=options.date_order if not order_is_open else "")
    options = replace(options, quoted_breaks=counts.breaks > 0)
    scan = _decided(replace(scan, options=options), candidates, counts)
    numbers = _numbers_as_text(connection, text.scan(scan), as_text, counts)
    if "null_words" not in fixed:
        scan = with_used_words(scan, columns, {one.place for one in numbers})
        if words := scan.options.null_words:
            said = _("Found where numbers or dates are expected.")
            guesses.append(OptionGuess("null_words", words, "likely", said))
    sums = () if "total_label" in fixed else _sums(connection, text.scan(scan), scan.format)
    scan = without_total_columns(scan, sums)
    table = _table(connection, scan, text.scan(scan), candidates, counts, guesses, totals)
    units = _mixed_units(connection, text.scan(scan), columns, counts)
    mixed = (*table.mixed_columns, *numbers)
    assumed = _assumed_units(scan, candidates, counts)
    return replace(table, total_columns=sums, mixed_columns=mixed, mixed_units=units, assumed_units=assumed)


def _with_marks(
    connection: duckdb.DuckDBPyConnection,
    scan: FileScan,
    text: Utf8File,
    sample: TextSample,
    guesses: list[OptionGuess],
    fixed: frozenset[str],
    text_columns: frozenset[int],
) -> tuple[ReadOptions, list[OptionGuess]]:
    """The options of the first lines with the marks of numbers that the whole file has, and why."""
    places = {place for place in range(len(sample.titles)) if place not in text_columns and has_numbers(
        [row[place] for row in sample.rows])}  # fmt: skip
    if fixed & MARKS or not places:
        return sample.options, guesses
    read = text.scan(replace(scan, options=sample.options, columns=_text_columns(sample)))
    with_units = {place for place in places if any(split_unit(row[place])[1] for row in sample.rows)}
    return decided_marks(connection, read, sample.options, places, guesses, with_units)


def _totals(connection: duckdb.DuckDBPyConnection, scan: FileScan, read: FileScan) -> tuple[WrongLine, ...]:
    """The total rows at the end of the table of `scan`, whose text `read` reads; none if an earlier row begins alike,
    as it does where the word is a value like others."""
    if scan.format in ("sqlite", "can"):
        return ()
    every = [
        (read.name_of(path) if scan.files else "", total_lines(path, read.options_of(path))) for path in read.paths
    ]
    found = tuple(replace(line, file=name) for name, lines in every for line in lines)
    if len({line.value for line in found}) != 1:
        return ()
    return found if total_row_count(connection, read, found[0].value) == len(found) else ()


def total_row_count(connection: duckdb.DuckDBPyConnection, read: FileScan, label: str) -> int:
    """How many rows begin with this label of a total row."""
    options = replace(read.options, wrong_values="empty")
    every, others = (replace(read, options=replace(options, total_label=each)) for each in ("", label))
    counted = f"SELECT (SELECT count(*) FROM {every.rows_sql()}) - (SELECT count(*) FROM {others.rows_sql()})"  # noqa: S608  # quoted
    return int(connection.execute(counted).fetchall()[0][0])


def _sums(connection: duckdb.DuckDBPyConnection, read: FileScan, format_: FileFormat) -> tuple[TotalColumn, ...]:
    """The columns that are the sum of others; of a database or an API, whose columns are there on purpose, none."""
    return total_columns(connection, read, read.rows_sql()) if format_ in ("csv", "excel") else ()


def _text_columns(sample: TextSample) -> tuple[ScanColumn, ...]:
    names = query_names(sample.titles)
    columns = []
    for place, (name, source) in enumerate(zip(names, sample.titles, strict=True), 1):
        title, unit = title_and_unit(source)
        columns.append(ScanColumn(name, title or _("Column {place}").format(place=place), "text", unit, source=source))
    return tuple(columns)


def _decided(scan: FileScan, candidates: Sequence[Sequence[ScanColumn]], counts: FittingValues) -> FileScan:
    """The scan with the kind of each column that most of its values fit."""
    columns = []
    for place, column in enumerate(scan.columns):
        is_text = counts.zeros[place] > 0 or counts.others[place] > 0
        chosen = None if is_text else _chosen(candidates[place], counts.fits[place], counts.filled(place))
        if chosen is None:
            columns.append(replace(column, checked=True, unspaced=not counts.spaced[place]))
            continue
        each, fits = chosen
        found = column.read_as(
            each.kind, formats=each.formats, value_unit=each.value_unit, unit_assumed=each.unit_assumed
        )
        is_checked, is_unspaced = fits == counts.present[place], not counts.spaced[place]
        columns.append(replace(found, checked=is_checked, unspaced=is_unspaced))
    return scan.with_columns(tuple(columns))


def _chosen(candidates: Sequence[ScanColumn], fits: Sequence[int], present: int) -> tuple[ScanColumn, int] | None:
    """The narrowest candidate that as many values fit as any other, if those are nearly all."""
    if not candidates:
        return None
    most = max(fits)
    # A broken line doesn't turn a column of numbers into text.
    if most * 10 < present * 9:
        return None
    place = next(k for k, count in enumerate(fits) if count == most)
    return candidates[place], most


def _table(
    connection: duckdb.DuckDBPyConnection,
    scan: FileScan,
    read: FileScan,
    candidates: Sequence[Sequence[ScanColumn]],
    counts: FittingValues,
    guesses: list[OptionGuess],
    totals: tuple[WrongLine, ...],
) -> TableInspection:
    """What was found, and the preview. `read` is the scan of the text in UTF-8."""
    inspected = []
    for place in range(len(scan.columns)):
        present = counts.present[place]
        fitting: dict[ColumnKind, TypeFit] = {}
        for each, count in zip(candidates[place], counts.fits[place], strict=True):
            if each.kind not in fitting or count > fitting[each.kind].fits:
                fitting[each.kind] = TypeFit(each.kind, count, present, each.formats)
        fitting["text"] = TypeFit("text", present, present)
        fits = tuple(fitting.get(kind, TypeFit(kind, 0, present)) for kind in _OFFERED_KINDS)
        empty = counts.rows - present
        inspected.append(ColumnInspection(fits, empty, counts.distinct[place], counts.exact, counts.spaced[place]))
    mixed = _mixed_columns(connection, read, candidates, counts)
    found = counted_table(connection, scan, read, tuple(inspected), counts, tuple(guesses), totals)
    return replace(found, mixed_columns=mixed)


def _mixed_columns(
    connection: duckdb.DuckDBPyConnection,
    read: FileScan,
    candidates: Sequence[Sequence[ScanColumn]],
    counts: FittingValues,
) -> tuple[MixedColumn, ...]:
    """The columns that are text because of fewer than half of their values."""
    found = []
    for place, column in enumerate(read.columns):
        present, fits = counts.filled(place), max(counts.fits[place], default=0)
        if column.kind != "text" or counts.zeros[place] or counts.others[place] or fits * 2 <= present:
            continue
        candidate = candidates[place][counts.fits[place].index(fits)]
        if (first := first_misfit(connection, read, place, candidate)) is not None:
            found.append(MixedColumn(place, candidate.kind, present - fits, present, first))
    return tuple(found)


def _mixed_units(
    connection: duckdb.DuckDBPyConnection, read: FileScan, values: Sequence[Sequence[str]], counts: FittingValues
) -> tuple[MixedUnits, ...]:
    """The columns of text whose values are numbers in several units. `values` are the first ones of each column."""
    found = []
    for place, column in enumerate(read.columns):
        several = len({split_unit(value)[1] for value in values[place]} - {""}) > 1
        if column.kind != "text" or not (several or counts.others[place]):
            continue
        pattern = literal(any_unit_pattern(replace(read.reading(place), kind="float")))
        text, units = read.text_sql(place), literal(f"({unit_pattern(UNITS)})")
        rows = connection.execute(
            f"SELECT regexp_extract({text}, {units}), count(*) FROM {read.rows_sql()}"  # noqa: S608  # quoted
            f" WHERE regexp_full_match({text}, {pattern}) GROUP BY 1"
        ).fetchall()
        counted = Counter[str]()
        for spelling, count in rows:
            counted[unit_of(spelling)] += int(count)
        if len(counted) > 1 and counted.total() * 10 >= counts.filled(place) * 9:
            found.append(MixedUnits(place, tuple(counted.most_common())))
    return tuple(found)


def _assumed_units(
    scan: FileScan, candidates: Sequence[Sequence[ScanColumn]], counts: FittingValues
) -> tuple[AssumedUnit, ...]:
    """The columns of amounts with how many of these are written without their currency."""
    found = []
    for place, column in enumerate(scan.columns):
        if column.unit_assumed:
            fits = zip(candidates[place], counts.fits[place], strict=True)
            amounts = {one.unit_assumed: count for one, count in fits if one.value_unit and one.kind == column.kind}
            found.append(AssumedUnit(place, amounts[True] - amounts[False]))
    return tuple(found)


def _numbers_as_text(
    connection: duckdb.DuckDBPyConnection,
    read: FileScan,
    candidates: Mapping[int, Sequence[ScanColumn]],
    counts: FittingValues,
) -> tuple[MixedColumn, ...]:
    """The columns that hold text most of which are numbers."""
    found = []
    for place, each in candidates.items():
        if read.columns[place].kind != "text":
            continue
        numbers = [one for one in each if one.kind in ("integer", "float")]
        text = read.text_sql(place)
        expressions = [
            f"count_if({read.null_word_sql(place)})" if read.options.null_words else "0",
            rf"count_if(regexp_full_match({text}, '\s*[+-]?0\d+\s*'))",
            *(f"count({candidate_sql(read, place, one)})" for one in numbers),
        ]
        query = f"SELECT {', '.join(expressions)} FROM {read.rows_sql()}"  # noqa: S608  # quoted
        nothing, zeros, *fits = map(int, connection.execute(query).fetchall()[0])
        filled, most = counts.present[place] - nothing, max(fits)
        if zeros or most * 2 <= filled:
            continue
        chosen = numbers[fits.index(most)]
        first = first_misfit(connection, read, place, chosen) if most < filled else None
        if most == filled or first is not None:
            found.append(MixedColumn(place, chosen.kind, filled - most, filled, first))
    return tuple(found)


def counted_table(
    connection: duckdb.DuckDBPyConnection,
    scan: FileScan,
    read: FileScan,
    columns: tuple[ColumnInspection, ...],
    counts: FittingValues,
    guesses: tuple[OptionGuess, ...],
    totals: tuple[WrongLine, ...],
) -> TableInspection:
    """The inspection of a table, with its wrong lines and its preview."""
    wrong = count_wrong_lines(connection, read)
    raws, values, files = preview_rows(connection, read, read.rows_sql())
    rows = counts.rows
    if wrong.emptied or wrong.left_out or counts.rejects or any(counts.nothing):
        # DuckDB pads lines that are too short otherwise than it rejects them: what is read is counted.
        rows, columns = _read_rows(connection, read, columns)
    wrong_lines = locate_wrong_lines(connection, read) if wrong.emptied or wrong.left_out else ()
    left_out = {(line.file, line.line) for line in totals} if scan.options.total_label else set()
    named = tuple(line for line in wrong_lines if (line.file, line.line) not in left_out)
    return TableInspection(
        scan=scan,
        rows=rows,
        columns=columns,
        guesses=guesses,
        preview_raw=raws,
        preview=values,
        preview_files=files,
        preview_lines=preview_lines(read, raws),
        wrong_lines=named,
        wrong_count=wrong.emptied + wrong.left_out,
        left_out=wrong.left_out,
        total_lines=totals,
        first_line=scan.options.skip_lines + scan.options.header + 1,
    )


def _read_rows(
    connection: duckdb.DuckDBPyConnection, read: FileScan, columns: tuple[ColumnInspection, ...]
) -> tuple[int, tuple[ColumnInspection, ...]]:
    """How many rows are read, and the columns with how many of these have no value in them."""
    kept = [place for place, column in enumerate(read.columns) if not column.left_out]
    counts = ", ".join(["count(*)", *(f"count({identifier(read.columns[place].name)})" for place in kept)])
    answered = read.select_from(read.rows_sql())
    rows, *filled = map(int, connection.execute(f"SELECT {counts} FROM ({answered})").fetchall()[0])  # noqa: S608  # quoted
    unset = {place: rows - count for place, count in zip(kept, filled, strict=True)}
    return rows, tuple(replace(one, unset=unset.get(place)) for place, one in enumerate(columns))


def inspect_as(connection: duckdb.DuckDBPyConnection, scan: FileScan, read: FileScan) -> TableInspection:
    """Inspect the table of `scan`, whose text `read` reads, by the kinds that its columns have."""
    candidates = [() if column.kind == "text" else (column,) for column in scan.columns]
    exact = sum(path.stat().st_size for path in read.paths) <= EXACT_BYTES
    totals = _totals(connection, scan, read)
    counts = count_values(connection, read, candidates, exact=exact)
    inspected, columns = [], []
    for place, column in enumerate(scan.columns):
        present = counts.present[place]
        fits = counts.fits[place][0] if candidates[place] else present
        inspected.append(
            ColumnInspection(
                (TypeFit(column.kind, fits, present, column.formats),),
                counts.rows - present,
                counts.distinct[place],
                exact,
                counts.spaced[place],
            )
        )
        columns.append(replace(column, checked=fits == present, unspaced=not counts.spaced[place]))
    options = replace(scan.options, quoted_breaks=counts.breaks > 0)
    scan = scan.with_columns(tuple(columns))
    scan = replace(scan, options=options)
    read = replace(read, columns=scan.columns, options=replace(read.options, quoted_breaks=options.quoted_breaks))
    return counted_table(connection, scan, read, tuple(inspected), counts, (), totals)


def preview_rows(
    connection: duckdb.DuckDBPyConnection, scan: FileScan, relation: str
) -> tuple[tuple[tuple[str | None, ...], ...], tuple[tuple[Any, ...], ...], tuple[str, ...]]:
    """The first rows of a relation with the scan's columns, as the file has them and as they are read, and what names
    their files, if the scan has a column of that."""
    places = range(len(scan.columns))
    raws = ", ".join(f"CAST({scan.raw_sql(place)} AS VARCHAR)" for place in places)
    values = ", ".join(scan.value_sql(place) for place in places)
    found = connection.execute(
        f"SELECT {raws}, {values}, {scan.file_sql()} FROM {relation} LIMIT {PREVIEW_ROWS}"  # noqa: S608  # quoted
    ).fetchall()
    width = len(scan.columns)
    files = tuple(row[-1] for row in found) if scan.file_column else ()
    return tuple(row[:width] for row in found), tuple(row[width:-1] for row in found), files

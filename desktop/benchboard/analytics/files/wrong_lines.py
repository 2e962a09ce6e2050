"""Names the lines of a CSV file that don't fit: their number in the file, their text, and what is wrong in words."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

import duckdb

from benchboard.analytics.files.formats import open_text_bytes
from benchboard.analytics.files.inspection_types import MAX_WRONG_LINES, MixedColumn, MixedUnits, WrongLine
from benchboard.analytics.files.scan import LABEL_COLUMNS, FileScan, ReadOptions, ScanColumn
from benchboard.analytics.files.unread_marks import has_thousands_mark
from benchboard.analytics.files.value_units import PERCENT
from benchboard.i18n import _, ngettext, number

MAX_REJECTS: Final = 100_000
"""Lines that can't be divided into columns which are counted; beyond, there are at least so many."""
_REJECTED_TEXT: Final = 10_000
"""Characters of a rejected line that DuckDB keeps."""
_FETCHED: Final = 1_000
"""Rejected lines that are held in memory while they are counted."""
_SHOWN: Final = 60
_SHOWN_LINE: Final = 1_000
_DISTINCT: Final = 1_000
_LIKE_DATE: Final = re.compile(r"\s*\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?:[ T][\d:.]+)?\s*")


@dataclass(frozen=True, slots=True)
class LineCounts:
    """How many lines don't fit: those that are read with something left empty, and those that are left out."""

    emptied: int
    left_out: int


def count_wrong_lines(connection: duckdb.DuckDBPyConnection, scan: FileScan) -> LineCounts:
    """Count the lines of CSV files that don't fit, each of them once, whatever is wrong with it: values, their number,
    or both. Total rows that aren't read fit. The files are read once, with rejects."""
    # Without padding, as here, lines that are too short are among the rejects, and their values are counted nowhere.
    condition = scan.wrong_sql() or "false"
    relation = scan.rows_sql(store_rejects=MAX_REJECTS)
    counted = f"SELECT coalesce(count_if({condition}), 0) FROM {relation}"  # noqa: S608  # quoted
    emptied, left_out = int(connection.execute(counted).fetchall()[0][0]), 0
    label = scan.options.total_label
    rejected = connection.execute(
        "SELECT file_path, arg_min(error_type, byte_position) AS kind,"
        " CASE WHEN ? OR arg_min(error_type, byte_position) = 'UNQUOTED VALUE' THEN any_value(csv_line) END"
        " FROM reject_errors JOIN reject_scans USING (scan_id, file_id) GROUP BY file_path, line_byte_position",
        [bool(label)],
    )
    while found := rejected.fetchmany(_FETCHED):
        for path, kind, text in found:
            options = scan.options_of(Path(path))
            if label and _first_value(str(text or ""), options) == label:
                continue
            if kind == "MISSING COLUMNS" or _takes_the_rest(str(kind), str(text or ""), options.quote):
                emptied += 1
            else:
                left_out += 1
    return LineCounts(emptied, left_out) if scan.options.wrong_values == "empty" else LineCounts(0, emptied + left_out)


def _first_value(text: str, options: ReadOptions) -> str:
    """The first value of a rejected line, where the label of a total row is; empty if there is none."""
    return next((value.strip(" ") for value in _split(text.strip("\r\n"), options)[:LABEL_COLUMNS] if value), "")


def _split(text: str, options: ReadOptions) -> list[str]:
    """The values of a line; none if it can't be split."""
    quoting: Any = csv.QUOTE_MINIMAL if options.quote else csv.QUOTE_NONE
    try:
        return next(
            csv.reader([text], delimiter=options.delimiter, quotechar=options.quote or None, quoting=quoting), []
        )
    except csv.Error:
        return []


def locate_wrong_lines(connection: duckdb.DuckDBPyConnection, scan: FileScan) -> tuple[WrongLine, ...]:
    """The first wrong lines, in the order of the file, at most `MAX_WRONG_LINES`. The scan was read with rejects."""
    rejected = _rejected(connection, scan)
    values = islice(_with_wrong_values(connection, scan), MAX_WRONG_LINES)
    return tuple(sorted([*rejected, *values], key=lambda each: (each.file, each.line))[:MAX_WRONG_LINES])


def first_misfit(
    connection: duckdb.DuckDBPyConnection, scan: FileScan, place: int, column: ScanColumn
) -> WrongLine | None:
    """The first line whose value at `place` can't be read as `column` says."""
    others = [replace(each, kind="text") for each in scan.columns]
    named = replace(column, title=scan.columns[place].title, checked=False)
    scan = scan.with_columns((*others[:place], named, *others[place + 1 :]))
    return next(_with_wrong_values(connection, scan, short_too=scan.options.wrong_values == "empty"), None)


def _rejected(connection: duckdb.DuckDBPyConnection, scan: FileScan) -> list[WrongLine]:
    """The lines that DuckDB couldn't divide into columns."""
    found = connection.execute(
        "SELECT file_path, line_byte_position, arg_min(error_type, byte_position), any_value(csv_line)"
        " FROM reject_errors JOIN reject_scans USING (scan_id, file_id) GROUP BY 1, 2 ORDER BY 1, 2 LIMIT ?",
        [MAX_WRONG_LINES],
    ).fetchall()
    rejected = []
    for path in scan.paths:
        width = scan.layout_of(path).width
        here = [each for each in found if Path(each[0]) == path]
        lines = _line_numbers(path, [int(position) + _breaks_before(text) for _path, position, _kind, text in here])
        for line, (_path, _position, kind, found_text) in zip(lines, here, strict=True):
            text = str(found_text or "")[_breaks_before(found_text) :]
            options = scan.options_of(path)
            sentence = _rejection(str(kind), text, options, width)
            left_out = kind != "MISSING COLUMNS" and not _takes_the_rest(str(kind), text, options.quote)
            rejected.append(WrongLine(line, text[:_SHOWN_LINE], sentence, left_out=left_out, file=_name(scan, path)))
    return rejected


def _breaks_before(text: object) -> int:
    """Where lines end in CR LF, DuckDB can begin a rejected line with the end of the one before."""
    return 1 if str(text or "").startswith("\n") else 0


def _name(scan: FileScan, path: Path) -> str:
    """The name of the file that a wrong line is in, if there are several."""
    return scan.name_of(path) if scan.files else ""


def _rejection(kind: str, text: str, options: ReadOptions, width: int) -> str:
    if kind in ("MISSING COLUMNS", "TOO MANY COLUMNS"):
        values = _split(text, options)
        if kind == "MISSING COLUMNS":
            return _("Only {count} of {width} columns.").format(count=number(len(values)), width=number(width))
        return _("{count} columns instead of {width}.").format(count=number(len(values)), width=number(width))
    if kind == "INVALID ENCODING":
        return _("Contains bytes that aren't text in this encoding.")
    if kind == "UNQUOTED VALUE":
        return _unclosed_quote(text)
    if kind == "LINE SIZE OVER MAXIMUM":
        return _("Too long.")
    return _("Can't be split into columns.")


def _takes_the_rest(kind: str, text: str, quote: str) -> bool:
    """Whether a quote stays open up to the file's end: its line is read, with all that follows as a value."""
    return kind == "UNQUOTED VALUE" and bool(quote) and text.count(quote) % 2 == 1


def _unclosed_quote(text: str) -> str:
    """That a quote is wrong, and how many lines DuckDB took for a part of its value."""
    lost = text.rstrip("\r\n").count("\n")
    if not lost:
        return _("A quote isn't closed, or is in the middle of a value.")
    if len(text) < _REJECTED_TEXT:
        return ngettext(
            "A quote isn't closed: {count} line after it isn't read either.",
            "A quote isn't closed: {count} lines after it aren't read either.",
            lost,
        ).format(count=number(lost))
    return _("A quote isn't closed: more than {count} lines after it aren't read either.").format(count=number(lost))


def _line_numbers(path: Path, positions: list[int]) -> list[int]:
    """The numbers of the lines, from 1, that begin at positions (bytes from 1, ascending)."""
    if not positions:
        return []
    found: list[int] = []
    line, done = 1, 0
    wanted = iter(positions)
    position = next(wanted)
    with open_text_bytes(path) as file:
        while block := file.read(1 << 20):
            start = 0
            while position - 1 <= done + len(block):
                end = max(position - 1 - done, start)
                line += block.count(b"\n", start, end)
                start = end
                found.append(line)
                if (following := next(wanted, None)) is None:
                    return found
                position = following
            line += block.count(b"\n", start)
            done += len(block)
    return found + [line] * (len(positions) - len(found))


def _with_wrong_values(
    connection: duckdb.DuckDBPyConnection, scan: FileScan, *, short_too: bool = False
) -> Iterator[WrongLine]:
    """The lines with values that don't fit their columns, each of them named; those among the lines that are too short
    only if `short_too`. DuckDB says which values; where they are is read here."""
    wrong: dict[int, set[str]] = {}
    for place, column in enumerate(scan.columns):
        if column.left_out or column.checked or column.kind == "text":
            continue
        raw = scan.raw_sql(place)
        relation = f"{scan.rows_sql()} WHERE {scan.wrong_value_sql(place)}"
        found = connection.execute(
            f"SELECT DISTINCT {raw} FROM {relation} LIMIT {_DISTINCT}"  # noqa: S608  # quoted
        ).fetchall()
        if found:
            wrong[place] = {str(value) for (value,) in found}
    for path in scan.paths:
        layout = scan.layout_of(path)
        width, places = layout.width, layout.places
        options = scan.options_of(path)
        here = {at: place for place in wrong if (at := places[place]) is not None}
        for line, text, values in records(scan, path):
            found_at = [k for k, place in here.items() if len(values) > k and values[k] in wrong[place]]
            # DuckDB reads a line with more columns whose values are empty, as if they weren't there.
            if not found_at or (len(values) < width and not short_too) or any(values[width:]):
                continue
            place, value = here[found_at[0]], values[found_at[0]]
            sentence = " ".join(wrong_value_sentence(scan.columns[here[k]], values[k], options) for k in found_at)
            yield WrongLine(line, text[:_SHOWN_LINE], sentence, place, value[:_SHOWN_LINE], file=_name(scan, path))


def records(scan: FileScan, path: Path) -> Iterator[tuple[int, str, list[str]]]:
    """The number of the first line of each record, its text and its values."""
    options = scan.options_of(path)
    held: list[str] = []

    def lines() -> Iterator[str]:
        with open_text_bytes(path) as file:
            for line in file:
                text = line.decode("utf-8-sig" if not held else "utf-8", "replace")
                held.append(text)
                yield text

    quoting: Any = csv.QUOTE_MINIMAL if options.quote else csv.QUOTE_NONE
    reader = csv.reader(lines(), delimiter=options.delimiter, quotechar=options.quote or None, quoting=quoting)
    before = 0
    skipped = options.skip_lines + options.header
    try:
        for values in reader:
            if before >= skipped:
                yield before + 1, "".join(held[-(reader.line_num - before) :]).rstrip("\r\n"), values
            before = reader.line_num
            del held[:-1]
    except csv.Error:  # a field above the limit of the module: the lines found so far are named
        return


def wrong_value_sentence(column: ScanColumn, value: str, options: ReadOptions) -> str:
    """What is wrong with a value, in words. `options`: how its file is read."""
    shown = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
    names = {"title": column.title, "value": shown}
    if column.kind in ("integer", "float", "decimal"):
        if has_thousands_mark(value, options):
            text = _("“{title}” is “{value}”, with a thousands separator; the file is read without one.")
            return text.format(**names)
        joined = re.sub(r"\s", "", value)
        if joined != value.strip() and re.fullmatch(r"[+-]?[\d.,]+", joined):
            return _("“{title}” is “{value}”: the number contains a space.").format(**names)
        if column.value_unit == PERCENT:
            return _("“{title}” is “{value}”, which isn't a percentage.").format(**names)
        if column.value_unit:
            text = _("“{title}” is “{value}”, which isn't an amount in {currency}.")
            return text.format(currency=column.value_unit, **names)
        if column.kind == "integer":
            return _("“{title}” is “{value}”, which isn't a whole number.").format(**names)
        return _("“{title}” is “{value}”, which isn't a number.").format(**names)
    if column.kind == "boolean":
        return _("“{title}” is “{value}”, which is neither yes nor no.").format(**names)
    if column.kind == "timestamp" and _LIKE_DATE.fullmatch(value):
        return _("“{title}” is “{value}”, which isn't a valid date and time in this column's format.").format(**names)
    if _LIKE_DATE.fullmatch(value):
        return _("“{title}” is “{value}”, which isn't a valid date in this column's format.").format(**names)
    return _("“{title}” is “{value}”, which isn't a date.").format(**names)


def null_words_sentence(options: ReadOptions) -> str:
    """Which words are read as nothing; empty if none is."""
    words = ", ".join(f"“{word}”" for word in options.null_words)
    return _("Read as empty in columns of numbers and dates: {words}.").format(words=words) if words else ""


def mixed_units_sentence(title: str, mixed: MixedUnits) -> str:
    """That a column is text because its numbers are in several units."""
    units = ", ".join(f"{unit} ({number(count)})" for unit, count in mixed.units)
    return _("“{column}” is text because its values are in several units: {units}.").format(column=title, units=units)


def mixed_column_sentence(title: str, mixed: MixedColumn) -> str:
    """Why a column is text: which of its values can't be read as what the others are."""
    count = mixed.wrong
    if mixed.first is None:
        return _("“{column}” is text in the file, although its values are numbers.").format(column=title)
    if mixed.kind in ("integer", "float"):
        text = ngettext(
            "“{column}” is text because {count} of {total} values isn't a number: “{value}” in line {line}.",
            "“{column}” is text because {count} of {total} values aren't numbers, such as “{value}” in line {line}.",
            count,
        )
    elif mixed.kind == "boolean":
        text = ngettext(
            "“{column}” is text because {count} of {total} values is neither yes nor no: “{value}” in line {line}.",
            "“{column}” is text because {count} of {total} values are neither yes nor no, such as “{value}” in line"
            " {line}.",
            count,
        )
    else:
        text = ngettext(
            "“{column}” is text because {count} of {total} values isn't a date: “{value}” in line {line}.",
            "“{column}” is text because {count} of {total} values aren't dates, such as “{value}” in line {line}.",
            count,
        )
    return text.format(
        column=title, count=number(count), total=number(mixed.of), value=" ".join(mixed.first.value[:60].split()),
        line=number(mixed.first.line),
    )  # fmt: skip

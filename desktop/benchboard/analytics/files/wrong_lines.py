"""Names the lines of a CSV file that don't fit: their number in the file, their text, and what is wrong in words."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import duckdb

from benchboard.analytics.files.formats import open_text_bytes
from benchboard.analytics.files.inspection_types import MAX_WRONG_LINES, WrongLine
from benchboard.analytics.files.scan import FileScan, ScanColumn
from benchboard.i18n import _, number

MAX_REJECTS: Final = 100_000
"""Lines that can't be divided into columns which are counted; beyond, there are at least so many."""
_SHOWN: Final = 60
_SHOWN_LINE: Final = 1_000
_DISTINCT: Final = 1_000


def locate_wrong_lines(
    connection: duckdb.DuckDBPyConnection, scan: FileScan, *, wrong_values: int
) -> tuple[WrongLine, ...]:
    """The first wrong lines, in the order of the file, at most `MAX_WRONG_LINES`. The scan was read with rejects."""
    rejected = _rejected(connection, scan)
    values = _with_wrong_values(connection, scan) if wrong_values else []
    return tuple(sorted([*rejected, *values], key=lambda each: (each.file, each.line))[:MAX_WRONG_LINES])


def _rejected(connection: duckdb.DuckDBPyConnection, scan: FileScan) -> list[WrongLine]:
    """The lines that DuckDB couldn't divide into columns."""
    found = connection.execute(
        "SELECT file_path, line_byte_position, arg_min(error_type, byte_position), any_value(csv_line)"
        " FROM reject_errors JOIN reject_scans USING (scan_id, file_id) GROUP BY 1, 2 ORDER BY 1, 2 LIMIT ?",
        [MAX_WRONG_LINES],
    ).fetchall()
    width = len(scan.columns)
    rejected = []
    for path in scan.paths:
        here = [each for each in found if Path(each[0]) == path]
        lines = _line_numbers(path, [int(position) for _path, position, *_rest in here])
        for line, (_path, _position, kind, text) in zip(lines, here, strict=True):
            sentence = _rejection(str(kind), str(text or ""), scan, width)
            left_out = kind != "MISSING COLUMNS"
            shown = str(text or "")[:_SHOWN_LINE]
            rejected.append(WrongLine(line, shown, sentence, left_out=left_out, file=_name(scan, path)))
    return rejected


def _name(scan: FileScan, path: Path) -> str:
    """The name of the file that a wrong line is in, if there are several."""
    return path.name if scan.files else ""


def _rejection(kind: str, text: str, scan: FileScan, width: int) -> str:
    if kind in ("MISSING COLUMNS", "TOO MANY COLUMNS"):
        try:
            values = next(
                csv.reader([text], delimiter=scan.options.delimiter, quotechar=scan.options.quote or None), []
            )
        except csv.Error:
            values = []
        if kind == "MISSING COLUMNS":
            return _("The line stops after {count} of {width} columns.").format(
                count=number(len(values)), width=number(width)
            )
        return _("The line has {count} columns instead of {width}.").format(
            count=number(len(values)), width=number(width)
        )
    if kind == "INVALID ENCODING":
        return _("The line has bytes that aren't text in this encoding.")
    if kind == "UNQUOTED VALUE":
        return _("A quote in the line isn't closed, or stands inside a value.")
    if kind == "LINE SIZE OVER MAXIMUM":
        return _("The line is too long.")
    return _("The line can't be divided into columns.")


def _line_numbers(path: Path, positions: list[int]) -> list[int]:
    """The numbers of the lines, from 1, that begin at positions (bytes from 1, ascending)."""
    if not positions:
        return []
    found: list[int] = []
    line, done = 1, 0
    wanted = iter(positions)
    position = next(wanted)
    with open_text_bytes(path) as file:
        # DuckDB doesn't count a byte order mark.
        if file.read(3) != b"\xef\xbb\xbf":
            file.seek(0)
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


def _with_wrong_values(connection: duckdb.DuckDBPyConnection, scan: FileScan) -> list[WrongLine]:
    """The lines with values that don't fit their columns. DuckDB says which values; where they are is read here."""
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
    lines: list[WrongLine] = []
    for path in scan.paths:
        for line, text, values in _records(scan, path):
            at = next((k for k, texts in wrong.items() if len(values) > k and values[k] in texts), None)
            if at is None or len(values) != len(scan.columns):
                continue
            sentence = wrong_value_sentence(scan.columns[at], values[at])
            value = values[at][:_SHOWN_LINE]
            lines.append(WrongLine(line, text[:_SHOWN_LINE], sentence, at, value, file=_name(scan, path)))
            if len(lines) >= MAX_WRONG_LINES:
                return lines
    return lines


def _records(scan: FileScan, path: Path) -> Iterator[tuple[int, str, list[str]]]:
    """The number of the first line of each record, its text and its values."""
    options = scan.options
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


def wrong_value_sentence(column: ScanColumn, value: str) -> str:
    """What is wrong with a value, in words."""
    shown = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
    names = {"title": column.title, "value": shown}
    if column.kind in ("integer", "float", "decimal"):
        joined = re.sub(r"\s", "", value)
        if joined != value.strip() and re.fullmatch(r"[+-]?[\d.,]+", joined):
            return _("{title} is “{value}”: a space stands inside the number.").format(**names)
        if column.kind == "integer":
            return _("{title} is “{value}”, which isn't a whole number.").format(**names)
        return _("{title} is “{value}”, which isn't a number.").format(**names)
    if column.kind == "boolean":
        return _("{title} is “{value}”, which means neither yes nor no.").format(**names)
    if re.fullmatch(r"\s*\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?:[ T][\d:.]+)?\s*", value):
        return _("{title} is “{value}”, a date or time that doesn't exist, or is written otherwise.").format(**names)
    return _("{title} is “{value}”, which isn't a date.").format(**names)

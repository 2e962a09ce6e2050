"""Rows of an Excel or SQLite table as a CSV file of one known kind, so that DuckDB reads them as it reads any other.

Numbers have decimal points, times are ISO 8601, booleans are words: `STAGED` says so. The file is temporary and of this
account alone.
"""

import csv
import math
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Final

from benchboard.analytics.cancellation import CancelToken, query_cancelled
from benchboard.analytics.files.csv_dialect import NULL_WORDS
from benchboard.analytics.files.excel_rows import NumberWithUnit, amount_text
from benchboard.analytics.files.formats import HEAD_BYTES
from benchboard.analytics.files.inspection_types import ReportProgress
from benchboard.analytics.files.scan import MAX_COLUMNS, FileFormat, ReadOptions
from benchboard.analytics.files.table_rows import TableFile, open_table_file
from benchboard.analytics.files.text_files import Utf8File

STAGED: Final = ReadOptions(delimiter=",", quote='"', encoding="utf-8", decimal_mark=".", date_order="year-first")
STAGED_OPTIONS: Final = frozenset(
    {"delimiter", "quote", "encoding", "decimal_mark", "thousands_mark", "date_order", "quoted_breaks", "compressed"}
)
"""The names of the options that every staged file has in common."""
_REPORTED_ROWS: Final = 5_000
_FIRST_ROWS: Final = 200


@dataclass(frozen=True, slots=True)
class StagedTable:
    """A table as a CSV file, and the places of the columns most of whose values are text in the original."""

    text: Utf8File
    text_columns: frozenset[int]
    is_whole: bool
    """Whether the head of the text is all of it."""


@contextmanager
def staged_table(
    path: Path,
    format_: FileFormat,
    table: str,
    cancel_token: CancelToken,
    progress: ReportProgress,
    *,
    scratch: Path | None = None,
    units: Mapping[int, str] | None = None,
) -> Iterator[StagedTable]:
    """A table of the file at `path` as CSV, while the block runs. `units`: with which one the numbers of a column are
    written, by its place, and none in the others; None: with those of their cells, in columns where all have one.
    Raises `Invalid`, `OSError` and `Cancelled`."""
    with tempfile.TemporaryDirectory(prefix="benchboard-", dir=scratch) as folder:
        target = Path(folder) / "staged.csv"
        texts: Counter[int] = Counter()
        values: Counter[int] = Counter()
        found: defaultdict[int, set[str]] = defaultdict(set)
        with open_table_file(path, format_) as file:
            for count, row in enumerate(_written(file, table, target, units, cancel_token, progress)):
                if count or not file.has_titles:
                    _count(row, texts, values, found)
            if units is None and any(len(each) > 1 for each in found.values()):
                shared = {place: next(iter(each)) for place, each in found.items() if len(each) == 1}
                for _row in _written(file, table, target, shared, cancel_token, progress):
                    pass
        with target.open(encoding="utf-8", newline="") as read:
            head = read.read(HEAD_BYTES)
            is_whole = not read.read(1)
        text_columns = frozenset(place for place, present in values.items() if texts[place] * 2 > present)
        yield StagedTable(Utf8File(target, head, "utf-8", compressed=False), text_columns, is_whole)


def _written(
    file: TableFile,
    table: str,
    target: Path,
    units: Mapping[int, str] | None,
    cancel_token: CancelToken,
    progress: ReportProgress,
) -> Iterator[Sequence[object]]:
    """Write a table as CSV; the values of each row once it is written."""
    with target.open("w", encoding="utf-8", newline="") as written:
        writer = csv.writer(written, lineterminator="\n")
        rows = _reported(file.rows(table), cancel_token, progress)
        for gap, cells, row in _padded(_without_empty(rows, units)):
            # Blank lines are read over, and keep the numbers of the lines those of the rows.
            written.write("\n" * gap)
            writer.writerow(cells)
            yield row


def staged_options(options: ReadOptions | None, format_: FileFormat) -> ReadOptions:
    """The options of a staged file: those of every one, with the header, skipped lines and words of `options`. The text
    of a database or a recording is as a program wrote it, with its spaces."""
    given = options or ReadOptions()
    return replace(
        STAGED,
        header=given.header,
        skip_lines=given.skip_lines,
        null_words=given.null_words,
        wrong_values=given.wrong_values,
        quoted_breaks=given.quoted_breaks,
        trim_spaces=given.trim_spaces and format_ in ("excel", "rest_api"),
    )


_Row = tuple[int, list[str], Sequence[object]]
"""How many empty rows come before it, its values as text without the empty ones at its end, and its values."""


def _reported(
    rows: Iterator[Sequence[object]], cancel_token: CancelToken, progress: ReportProgress
) -> Iterator[Sequence[object]]:
    for count, row in enumerate(rows):
        if count % _REPORTED_ROWS == 0:
            if cancel_token.cancelled:
                raise query_cancelled()
            progress(count, None)
        yield row


def _without_empty(rows: Iterator[Sequence[object]], units: Mapping[int, str] | None) -> Iterator[_Row]:
    gap = 0
    for row in rows:
        cells = [_in_unit(value, place, units) for place, value in enumerate(row[:MAX_COLUMNS])]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield gap, cells, row
            gap = 0
        else:
            gap += 1


def _padded(rows: Iterator[_Row]) -> Iterator[_Row]:
    """The rows with as many values each as the widest of the first ones; lines above the table stay narrow."""
    first = list(islice(rows, _FIRST_ROWS))
    width = max((len(cells) for _gap, cells, _row in first), default=0)
    begun = False
    for gap, cells, row in chain(first, rows):
        begun = begun or len(cells) * 2 > width
        yield gap, cells + [""] * (width - len(cells)) if begun else cells, row


def _in_unit(value: object, place: int, units: Mapping[int, str] | None) -> str:
    """The text of a value: a number with its unit, or with that of its column."""
    if units is None:
        return value.text if isinstance(value, NumberWithUnit) else _text(value)
    unit = units.get(place, "")
    if isinstance(value, NumberWithUnit):
        return amount_text(value.value, value.unit) if unit else _text(value.value)
    if unit and isinstance(value, int | float) and not isinstance(value, bool):
        return amount_text(value, unit)
    return _text(value)


def _count(row: Sequence[object], texts: Counter[int], values: Counter[int], units: defaultdict[int, set[str]]) -> None:
    for place, value in enumerate(row):
        if isinstance(value, NumberWithUnit):
            units[place].add(value.unit)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            units[place].add("")
        is_text = isinstance(value, str | bytes)
        if value is None or value == "" or (isinstance(value, str) and value.strip().lower() in NULL_WORDS):
            continue
        values[place] += 1
        texts[place] += is_text


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return ""  # bytes aren't shown, and mean nothing without the program that wrote them
    if isinstance(value, timedelta):
        return str(value)
    return str(value).replace("\0", "\ufffd")

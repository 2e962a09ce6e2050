"""The kinds that a column of a text file may be, by its first values; the whole file decides between them."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from benchboard.analytics.files.csv_dialect import (
    NULL_WORDS,
    date_format,
    has_time,
    is_boolean_column,
    is_number,
)
from benchboard.analytics.files.scan import DateOrder, FileScan, ReadOptions, ScanColumn
from benchboard.analytics.files.value_expressions import ColumnKind
from benchboard.analytics.files.value_units import PERCENT, split_unit

_MAX_FORMATS: Final = 6
_NUMBERS: Final[tuple[ColumnKind, ...]] = ("integer", "float")


def column_candidates(values: Sequence[str], title: str, options: ReadOptions) -> tuple[ScanColumn, ...]:
    """The ways to read a column that its first values suggest, the narrowest first; text, which always fits, isn't
    among them."""
    column = ScanColumn("c", title, "text")
    plain = [value for value in dict.fromkeys(values) if value.strip().lower() not in NULL_WORDS]
    if not plain:
        return ()
    found: list[ScanColumn] = []
    if is_boolean_column(plain[:1_000]):
        found.append(replace(column, kind="boolean"))
    formats = dict.fromkeys(form for value in plain if (form := date_format(value, options.date_order)))
    if formats and len(formats) <= _MAX_FORMATS:
        timed = any(has_time(value) for value in plain)
        found.append(replace(column, kind="timestamp" if timed else "date", formats=tuple(formats)))
    if any(is_number(value, options) for value in plain) and not _keeps_zeros(plain):
        found.append(replace(column, kind="integer"))
        found.append(replace(column, kind="float"))
    split = [split_unit(value) for value in plain]
    units = {unit for _bare, unit in split if unit}
    if len(units) == 1 and any(unit and is_number(bare, options) for bare, unit in split):
        amounts = [replace(column, value_unit=units.pop())]
        if amounts[0].value_unit != PERCENT:
            amounts.append(replace(amounts[0], unit_assumed=True))
        found.extend(replace(amount, kind=kind) for amount in amounts for kind in _NUMBERS)
    return tuple(found)


def of_text(candidates: Sequence[ScanColumn]) -> tuple[ScanColumn, ...]:
    """What text of an Excel or SQLite file may be: a date as ISO 8601 writes it. SQLite has no dates of its own."""
    iso = {"iso", "iso-week", "iso-zoned"}
    return tuple(each for each in candidates if each.formats and set(each.formats) <= iso)


def _keeps_zeros(values: Sequence[str]) -> bool:
    """Whether numbers begin with a zero, or are too long to be counted with: part numbers, telephones."""
    plain = [value.strip().lstrip("+-") for value in values]
    return any(len(text) > 1 and text[0] == "0" and text.isdigit() for text in plain) or any(
        text.isdigit() and len(text) > 18 for text in plain
    )


def is_number_column(candidates: Sequence[ScanColumn]) -> bool:
    """Whether the column may be a number without a unit."""
    return any(each.kind == "integer" for each in candidates)


def in_currency(candidates: Sequence[ScanColumn]) -> ScanColumn | None:
    """The candidate of amounts in a currency; None if there is none."""
    return next((each for each in candidates if each.value_unit not in ("", PERCENT)), None)


def has_order(candidates: Sequence[ScanColumn]) -> bool:
    """Whether the column may be dates that name the day or the month first."""
    return any(form.startswith(("%d", "%m")) for each in candidates for form in each.formats)


def swapped(column: ScanColumn, order: DateOrder) -> ScanColumn:
    """The column with day and month in the other order."""
    first, second = ("%d", "%m") if order == "day-first" else ("%m", "%d")
    return replace(
        column,
        formats=tuple(
            form.replace(first, "\0").replace(second, first).replace("\0", second)
            if form.startswith(("%d", "%m"))
            else form
            for form in column.formats
        ),
    )


def null_words(columns: Sequence[Sequence[str]], candidates: Sequence[Sequence[ScanColumn]]) -> tuple[str, ...]:
    """The words for nothing that the first values of columns other than text have."""
    found = {
        value.strip()
        for values, each in zip(columns, candidates, strict=True)
        if each
        for value in values
        if value.strip().lower() in NULL_WORDS
    }
    return tuple(sorted(found))[:20]


def with_used_words(scan: FileScan, columns: Sequence[Sequence[str]], offered: Collection[int]) -> FileScan:
    """The scan without the words for nothing that only columns have which turned out to be text, and aren't at one of
    the `offered` places, where they may be read as numbers."""
    used = [(column,) if column.kind != "text" or place in offered else () for place, column in enumerate(scan.columns)]
    return replace(scan, options=replace(scan.options, null_words=null_words(columns, used)))

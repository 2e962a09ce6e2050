"""Decides by the whole of a text file which mark its numbers have before the decimals, and which between thousands.

A number such as `1.5` or `1,234.50` tells it; `1.234` doesn't, alone. The first lines suggest the marks
(`csv_dialect`); a file whose later lines tell otherwise is read by those, and one that tells both ways by the most.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from benchboard.analytics.files.inspection_types import Certainty, OptionGuess, TableInspection
from benchboard.analytics.files.scan import FileScan, ReadOptions
from benchboard.analytics.files.sql_text import literal
from benchboard.analytics.files.value_expressions import without_units_sql
from benchboard.i18n import _, number

if TYPE_CHECKING:
    import duckdb

MARKS: Final = frozenset({"decimal_mark", "thousands_mark"})
_FEW: Final = 10
"""So many numbers that tell nothing are more than one that does: it may be a slip."""
_SURE: Final = 0.95
_OTHER: Final = {".": ",", ",": "."}
_TELLING: Final = (
    r"\d{1,3}(?:[{other}]\d{3})+[{mark}]\d+", r"\d{1,3}(?:[{other}]\d{3}){2,}", r"\d*[{mark}](?:\d{1,2}|\d{4,})",
    r"\d{4,}[{mark}]\d{3}", r"0*[{mark}]\d{3}", r"\d{1,3}(?:['\x{a0}\x{202f}\x{2009} ]\d{3})+[{mark}]\d+",
)  # fmt: skip
"""The numbers that have `mark` before the decimals, whatever else is in the file, as DuckDB's regular expressions."""
_OPEN: Final = r"[1-9]\d{0,2}[{mark}]\d{3}"
_OPEN_NUMBER: Final = re.compile(r"\s*[+-]?[1-9]\d{0,2}([.,])\d{3}\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Votes:
    """How many numbers tell that a mark is the decimal one, one of these, how many of these have the other mark too,
    and how many numbers have `mark` before three digits alone."""

    mark: str
    telling: int
    example: str
    grouped: int
    open: int


@dataclass(frozen=True, slots=True)
class OpenNumber:
    """A number of a table that can be read in two ways: as it is written, its value now, and the other one."""

    text: str
    now: float
    other: float
    other_mark: str
    """The decimal mark with which it is the other one."""


def decided_marks(
    connection: "duckdb.DuckDBPyConnection",
    read: FileScan,
    options: ReadOptions,
    places: Collection[int],
    guesses: Sequence[OptionGuess],
    with_units: Collection[int] = (),
) -> tuple[ReadOptions, list[OptionGuess]]:
    """The `options` of a file with the marks that most numbers in its columns at `places` have, and why. They and the
    guesses stay as they are where no number tells. `read` reads the text of the file; the numbers at the places
    `with_units` have units."""
    point, comma = (_votes(connection, read, places, mark, with_units) for mark in ".,")
    most, least = (point, comma) if (point.telling, options.decimal_mark == ".") > (
        comma.telling, options.decimal_mark == ","
    ) else (comma, point)  # fmt: skip
    if not most.telling:
        return options, list(guesses)
    unsure = most.telling == 1 and most.open + least.open >= _FEW
    if unsure:
        reason = _("Only {example} shows which mark comes before the decimals. Check that it's right.")
        certainty: Certainty = "guess"
    elif least.telling:
        reason = _("Numbers written like {example}: {count}. Like {other}: {other_count}.")
        certainty = "likely" if most.telling >= _SURE * (most.telling + least.telling) else "guess"
    else:
        reason, certainty = _("Based on numbers such as {example}."), "sure"
    said = reason.format(
        example=most.example, count=number(most.telling), other_count=number(least.telling), other=least.example
    )
    spaced = options.thousands_mark if options.thousands_mark not in (".", ",") else ""
    grouped = most.grouped or least.open
    options = replace(options, decimal_mark=most.mark, thousands_mark=least.mark if grouped else spaced)
    others = [guess for guess in guesses if guess.option not in MARKS]
    found = [OptionGuess("decimal_mark", options.decimal_mark, certainty, said)]
    if options.thousands_mark:
        found.append(OptionGuess("thousands_mark", options.thousands_mark, certainty, said))
    return options, [*others, *found]


def open_number(table: TableInspection) -> OpenNumber | None:
    """The first number in the preview of a table that the other decimal mark makes another one; None without any."""
    options = table.scan.options
    if table.scan.variants:  # which file a row of the preview is of, and how that is written, isn't known
        return None
    for place, column in enumerate(table.scan.columns):
        if column.kind not in ("integer", "float"):
            continue
        for row in table.preview_raw:
            found = _OPEN_NUMBER.fullmatch(row[place] or "")
            if found is not None:
                text, mark = found[0].strip(), found[1]
                values = float(text.replace(mark, ".")), float(text.replace(mark, ""))
                is_decimal = mark == options.decimal_mark
                return OpenNumber(text, *(values if is_decimal else values[::-1]), _OTHER[options.decimal_mark])
    return None


def marks_with(options: ReadOptions, decimal_mark: str) -> dict[str, str]:
    """The options that read numbers with this decimal mark, and with the other one between thousands if they had no
    other sign there."""
    if decimal_mark == options.decimal_mark:
        return {"decimal_mark": decimal_mark, "thousands_mark": options.thousands_mark}
    spaced = options.thousands_mark if options.thousands_mark not in (".", ",") else ""
    return {"decimal_mark": decimal_mark, "thousands_mark": spaced or _OTHER[decimal_mark]}


def _votes(
    connection: "duckdb.DuckDBPyConnection",
    read: FileScan,
    places: Collection[int],
    mark: str,
    with_units: Collection[int],
) -> _Votes:
    telling = "|".join(one.replace("{mark}", mark).replace("{other}", _OTHER[mark]) for one in _TELLING)
    tells, undecides = (
        literal(rf"\s*[+-]?(?:{pattern})(?:[eE][+-]?\d+)?\s*") for pattern in (telling, _OPEN.replace("{mark}", mark))
    )
    counts = []
    for place in sorted(places):
        raw = read.text_sql(place)
        raw = without_units_sql(raw) if place in with_units else raw
        has, has_other = (f"contains({raw}, {literal(one)})" for one in (mark, _OTHER[mark]))
        told = f"({has} OR {has_other}) AND regexp_full_match({raw}, {tells})"
        counts.append(f"count_if({told})")
        counts.append(f"first(trim({raw})) FILTER (WHERE {told})")
        counts.append(f"count_if({has_other} AND {told})")
        counts.append(f"count_if({has} AND regexp_full_match({raw}, {undecides}))")
    # Whether values have line breaks isn't known yet: with rejects, DuckDB needs not know it.
    relation = read.rows_sql(store_rejects=1)
    row = connection.execute(f"SELECT {', '.join(counts)} FROM {relation}").fetchall()[0]  # noqa: S608  # quoted
    example = next((str(one) for one in row[1::4] if one is not None), "")
    count, grouped, undecided = (sum(int(one or 0) for one in row[at::4]) for at in (0, 2, 3))
    return _Votes(mark, count, example, grouped, undecided)

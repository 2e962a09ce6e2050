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
from benchboard.analytics.files.spaces import trimmed_sql
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
    """How many numbers tell that a mark is the decimal one, how many of these have the other mark too, and how many
    numbers have `mark` before three digits alone; and the first of each of these."""

    mark: str
    telling: int
    example: str
    grouped: int
    grouped_example: str
    open: int
    open_example: str


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
    point, comma = _votes(connection, read, places, with_units)
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
        # A number that shows the decimal mark alone, such as -3,3, says nothing of this one.
        shown = most.grouped_example or least.open_example
        known = next((guess.reason for guess in guesses if guess.option == "thousands_mark"), said)
        said = _("Based on numbers such as {example}.").format(example=shown) if shown else known
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
    connection: "duckdb.DuckDBPyConnection", read: FileScan, places: Collection[int], with_units: Collection[int]
) -> tuple[_Votes, _Votes]:
    """The votes for a point and for a comma, in one pass over the file."""
    if not places:
        return _Votes(".", 0, "", 0, "", 0, ""), _Votes(",", 0, "", 0, "", 0, "")
    counted, flags = [], []
    for at, mark in enumerate(".,"):
        telling = "|".join(one.replace("{mark}", mark).replace("{other}", _OTHER[mark]) for one in _TELLING)
        tells, undecides = (
            literal(rf"\s*[+-]?(?:{pattern})(?:[eE][+-]?\d+)?\s*")
            for pattern in (telling, _OPEN.replace("{mark}", mark))
        )
        flags.append(f"regexp_full_match(v, {tells}) AS told{at}")
        flags.append(f"contains(v, {literal(mark)}) AND regexp_full_match(v, {undecides}) AS open{at}")
        for shows in (f"told{at}", f"told{at} AND contains(v, {literal(_OTHER[mark])})", f"open{at}"):
            counted.append(f"count_if({shows})")
            counted.append(f"first(trim(v)) FILTER (WHERE {shows})")
    found = connection.execute(
        f"SELECT {', '.join(counted)} FROM (SELECT place, v, {', '.join(flags)}"  # noqa: S608  # quoted
        f" FROM ({_marked_sql(read, sorted(places), with_units)})) GROUP BY place ORDER BY place"
    ).fetchall()
    point, comma = (_summed(mark, [row[at : at + 6] for row in found]) for mark, at in ((".", 0), (",", 6)))
    return point, comma


def _marked_sql(read: FileScan, places: Sequence[int], with_units: Collection[int]) -> str:
    """The values with a point or a comma and their places. All columns are made one, so that DuckDB compiles each
    regular expression once, and not once for each column."""
    values, numbers = (", ".join(texts) for texts in (map(read.raw_sql, places), map(str, places)))
    # Whether values have line breaks isn't known yet: with rejects, DuckDB needs not know it.
    listed = f"SELECT unnest([{values}]) AS v, unnest([{numbers}]) AS place FROM {read.rows_sql(store_rejects=1)}"  # noqa: S608  # quoted
    trimmed = [place for place in places if read.text_sql(place) != read.raw_sql(place)]
    text = _where_place(trimmed, trimmed_sql("v"), "v")
    plain = _where_place([place for place in places if place in with_units], without_units_sql("t"), "t")
    marked = f"SELECT place, {text} AS t FROM ({listed}) WHERE contains(v, '.') OR contains(v, ',')"  # noqa: S608  # quoted
    return f"SELECT place, {plain} AS v FROM ({marked})"  # noqa: S608  # quoted


def _where_place(places: Sequence[int], expression: str, otherwise: str) -> str:
    if not places:
        return otherwise
    return f"CASE WHEN place IN ({', '.join(map(str, places))}) THEN {expression} ELSE {otherwise} END"


def _summed(mark: str, rows: Sequence[Sequence[object]]) -> _Votes:
    """The votes for a mark of all places, and the first examples."""
    count, grouped, undecided = (sum(int(str(row[at])) for row in rows) for at in (0, 2, 4))
    told, both, alone = (next((str(row[at]) for row in rows if row[at] is not None), "") for at in (1, 3, 5))
    return _Votes(mark, count, told, grouped, both, undecided, alone)

"""Finds columns that are the sum of others, such as “Total” after the months: in a chart they are one series more."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import duckdb

from benchboard.analytics.files.inspection_types import TotalColumn
from benchboard.analytics.files.scan import FileScan
from benchboard.analytics.files.total_rows import is_total_label
from benchboard.i18n import _, ngettext, number

_NUMBERS: Final = ("integer", "float", "decimal")
_MOST_BEFORE: Final = 3
"""Numbers at the left that may belong to no sum: an id, a year."""
_MONTHS: Final = frozenset((
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    "january", "february", "march", "april", "june", "july", "august", "september", "october", "november", "december",
    "jän", "mär", "mai", "okt", "dez", "januar", "jänner", "februar", "märz", "juni", "juli", "oktober", "dezember",
    "sept", "oca", "şub", "nis", "haz", "tem", "ağu", "eyl", "eki", "kas", "ara", "ocak", "şubat", "mart", "nisan",
    "mayıs", "haziran", "temmuz", "ağustos", "eylül", "ekim", "kasım", "aralık",
    "janvier", "février", "mars", "avril", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
))  # fmt: skip
_YEAR: Final = r"(?:19|20)\d\d"
_PERIOD: Final = re.compile(
    rf"{_YEAR}|{_YEAR}[-/. ]?(?:0?[1-9]|1[0-2]|[QÇTH]\d|K?W\s?\d\d?)|(?:0?[1-9]|1[0-2]|[QÇT]\d)[-/. ]{_YEAR}|[QÇ][1-4]"
    r"|K?W\s?\d\d?"
)
_ROUNDED: Final = 1e-4
"""The share of a sum that is put down to rounding."""


def total_columns(connection: duckdb.DuckDBPyConnection, scan: FileScan, relation: str) -> tuple[TotalColumn, ...]:
    """The columns with the title of a total that are the sum of at least two others in every row of `relation`, which
    has the columns of `scan`."""
    places = [place for place, one in enumerate(scan.columns) if one.kind in _NUMBERS and not one.left_out]
    totals = [place for place in places if is_total_label(scan.columns[place].title)]
    parts = [place for place in places if place not in totals]
    found = []
    for place in totals:
        for skipped in range(max(0, min(_MOST_BEFORE + 1, len(parts) - 1))):
            if _is_sum(connection, scan, relation, place, parts[skipped:]):
                of = tuple(parts[skipped:])
                periods = all(is_period(scan.columns[part].title) for part in of)
                found.append(TotalColumn(place, of, left_out=periods))
                break
    return tuple(found)


def is_period(title: str) -> bool:
    """Whether a title is that of a month, a quarter, a week or a year."""
    plain = unicodedata.normalize("NFC", title).strip()
    word = re.sub(rf"[-/.' ]*(?:{_YEAR}|\d\d)$", "", plain).rstrip(".")
    folded = {word.casefold(), word.replace("İ", "i").replace("I", "ı").casefold()}
    return not folded.isdisjoint(_MONTHS) or _PERIOD.fullmatch(plain) is not None


def without_total_columns(scan: FileScan, totals: Sequence[TotalColumn]) -> FileScan:
    """The scan without those of these columns that are left out."""
    places = {one.place for one in totals if one.left_out}
    columns = (replace(one, left_out=one.left_out or place in places) for place, one in enumerate(scan.columns))
    return scan.with_columns(tuple(columns))


def total_column_sentence(scan: FileScan, total: TotalColumn) -> str:
    """Which column is the sum of which others, and what becomes of it."""
    titles = [scan.columns[place].title for place in total.parts]
    text = ngettext(
        "“{column}” looks like the sum of {count} column, “{first}” to “{last}”.",
        "“{column}” looks like the sum of {count} columns, “{first}” to “{last}”.",
        len(titles),
    )
    what = text.format(
        column=scan.columns[total.place].title, count=number(len(titles)), first=titles[0], last=titles[-1]
    )
    said = (
        _("It's excluded, because charts would show it as one more series.")
        if total.left_out
        else (_("Charts would show it as one more series."))
    )
    return f"{what} {said}"


def _is_sum(
    connection: duckdb.DuckDBPyConnection, scan: FileScan, relation: str, place: int, parts: Sequence[int]
) -> bool:
    total = f"CAST({scan.value_sql(place)} AS DOUBLE)"
    values = [f"coalesce(CAST({scan.value_sql(part)} AS DOUBLE), 0)" for part in parts]
    size = " + ".join(f"abs({value})" for value in values)
    # A row without its total, whose formula wasn't calculated, says nothing.
    apart = f"abs({total} - ({' + '.join(values)})) > {_ROUNDED} * ({size})"
    counted = f"SELECT count_if({apart}), count_if({total} <> 0) FROM {relation}"  # noqa: S608  # quoted
    (row,) = connection.execute(counted).fetchall()
    return bool(row[0] == 0 and row[1] > 1)

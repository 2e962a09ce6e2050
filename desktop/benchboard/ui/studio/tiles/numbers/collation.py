"""Texts in the order of the language: İ beside I, ö beside o, é beside e. Databases sort by the numbers of letters."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, Final

from PySide6.QtCore import QCollator, QLocale, Qt

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.ui.studio.tiles.numbers.ordinal_names import calendar_places

_ORDER_BY: Final = re.compile(
    r"\border\s+by\s+(?:\"((?:[^\"]|\"\")+)\"|`([^`]+)`|(\w+))\s*(asc\b|desc\b)?\s*(?=,|$|\)|;|limit\b|nulls\b|--)",
    re.IGNORECASE,
)

_SORTS: Final = re.compile(r"\border\s+by\b", re.IGNORECASE)


def text_keys() -> Callable[[str], Any]:
    """A function that answers the sort key of a text in the present language, regardless of case."""
    locale = QLocale()
    # The locale “C” has no order but that of the letters' numbers.
    collator = QCollator(QLocale("en") if locale.language() == QLocale.Language.C else locale)
    collator.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    return collator.sortKey


def text_ranks(texts: Collection[str]) -> dict[str, int]:
    """The place of each of some different texts in the order of the language."""
    # Sort keys of texts that differ only in case are equal, and can't be compared within tuples.
    return {text: place for place, text in enumerate(sorted(sorted(texts), key=text_keys()))}


def collated(table: ResultTable, query: str) -> ResultTable:
    """The result in the order of the language, if its query sorts it by a text column first. Rows of equal texts, and
    those without one, stay in the order that the query gives them. Weekdays and months are in the order of the
    calendar, also where the query sorts by nothing.

    Rows that a query sorted by one other column leaves equal are in the order of their texts: a database returns them
    in any order, another one each time."""
    found = list(_ORDER_BY.finditer(query))
    if len(table.rows) < 2 or "collate" in query.casefold():
        return table
    if not found:
        return table if _SORTS.search(query) else _in_calendar_order(table)
    quoted, ticked, plain, direction = found[-1].groups()
    column = _place(table, (quoted or "").replace('""', '"') or ticked or plain)
    if column is None:
        return table
    if query[found[-1].end() :].lstrip().startswith(")"):
        return table  # of a part of the query
    if table.columns[column].kind != "text":
        is_alone = not query[found[-1].end() :].lstrip().startswith(",")
        return replace(table, rows=_ties_sorted(table, column)) if is_alone else table
    is_down = (direction or "").lower() == "desc"
    places = calendar_places([cell for row in table.rows if isinstance(cell := row[column], str)])
    if places is not None and len(places) == len(table.rows):
        order = sorted(range(len(places)), key=places.__getitem__, reverse=is_down)
        return replace(table, rows=tuple(table.rows[at] for at in order))
    key = text_keys()
    filled = [row for row in table.rows if isinstance(row[column], str)]
    empty = [row for row in table.rows if not isinstance(row[column], str)]
    filled.sort(key=lambda row: key(str(row[column])), reverse=is_down)
    first = not isinstance(table.rows[0][column], str)
    return replace(table, rows=tuple([*empty, *filled] if first else [*filled, *empty]))


def _in_calendar_order(table: ResultTable) -> ResultTable:
    """The rows of an unsorted result in the order of its first column, if that has weekdays or months, each once: a
    database returns groups in any order."""
    names = [cell for row in table.rows if isinstance(cell := row[0], str)]
    places = calendar_places(names) if len(names) == len(table.rows) else None
    if places is None or len(set(places)) < len(places):
        return table
    return replace(
        table, rows=tuple(row for _place, row in sorted(zip(places, table.rows, strict=True), key=lambda one: one[0]))
    )


def _ties_sorted(table: ResultTable, column: int) -> tuple[tuple[Cell, ...], ...]:
    texts = [place for place, one in enumerate(table.columns) if one.kind == "text"]
    if not texts:
        return table.rows
    rank = text_ranks({cell for row in table.rows for place in texts if isinstance(cell := row[place], str)})

    def names(row: Sequence[Cell]) -> list[int]:
        return [rank[cell] if isinstance(cell, str) else len(rank) for cell in (row[place] for place in texts)]

    return tuple(row for _same, rows in groupby(table.rows, lambda row: row[column]) for row in sorted(rows, key=names))


def _place(table: ResultTable, name: str) -> int | None:
    """The index of a column by its name, or by its number from 1."""
    if name.isdecimal():
        return int(name) - 1 if 0 < int(name[:4]) <= len(table.columns) else None
    return next((k for k, one in enumerate(table.columns) if one.name.casefold() == name.casefold()), None)

"""What a chart over time says of the rows without a date: they have no place on its axis, so they aren't drawn."""

import re
from collections.abc import Sequence
from typing import Final

from benchboard.analytics.additive_columns import additive_columns
from benchboard.analytics.queries import Cell, ResultTable
from benchboard.i18n import _, ngettext, number
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.series.chart_table import undated_rows
from benchboard.ui.studio.tiles.series.stacking import total

_GROUPED: Final = re.compile(r"\bgroup\s+by\b", re.IGNORECASE)
_ROW_COUNT: Final = re.compile(r"\bcount\s*\(\s*\*?\s*\)\s+(?:as\s+)?(?:\"([^\"]+)\"|([a-z_]\w*))", re.IGNORECASE)
_MOST_NAMED: Final = 3


def undated_text(table: ResultTable, query: str, unit: str) -> str:
    """How many rows without a date a result has, and their values; empty if each has one. Of rows that the query
    groups, their number is known where it counts them."""
    rows = undated_rows(table)
    if not rows:
        return ""
    is_grouped = _GROUPED.search(query) is not None
    counted = {(quoted or plain).casefold() for quoted, plain in _ROW_COUNT.findall(query)} if is_grouped else set()
    measures = [place for place, one in enumerate(table.columns) if place and number_format.is_numeric(one)]
    counts = [place for place in measures if table.columns[place].name.casefold() in counted]
    count = total([row[counts[0]] for row in rows]) if counts else None if is_grouped else len(rows)
    adds = None if not is_grouped else additive_columns(query)
    is_several = len(measures) - len(counts) > 1
    values = [
        # A whole number alone would be read as how many rows there are.
        _value(table, rows, place, unit, named=is_several or (count is None and table.columns[place].kind == "integer"))
        for place in measures
        if place not in counts and (len(rows) == 1 or adds is None or table.columns[place].name in adds)
    ][:_MOST_NAMED]
    said = ", ".join(value for value in values if value)
    if not isinstance(count, int):
        return _("Rows without a date ({value}) aren't drawn").format(value=said) if said else _(
            "Rows without a date aren't drawn"
        )  # fmt: skip
    if not said:
        text = ngettext("{count} row without a date isn't drawn", "{count} rows without a date aren't drawn", count)
        return text.format(count=number(count))
    text = ngettext(
        "{count} row without a date ({value}) isn't drawn", "{count} rows without a date ({value}) aren't drawn", count
    )
    return text.format(count=number(count), value=said)


def _value(table: ResultTable, rows: Sequence[tuple[Cell, ...]], place: int, unit: str, *, named: bool) -> str:
    """The value of these rows, or their sum; empty without one, and where they are in several currencies."""
    found = total([row[place] for row in rows])
    if found is None or len({table.currency(row, place) for row in rows}) > 1:
        return ""
    cells = (*rows[0][:place], found, *rows[0][place + 1 :])
    written = number_format.format_value(table, cells, place, unit=unit)
    return f"{table.columns[place].title} {written}" if named else written

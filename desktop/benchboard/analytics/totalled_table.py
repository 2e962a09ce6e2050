"""A result with a row of totals below its rows: the sums of its counts and sums (`additive_columns`), where it has all
rows and one currency. What can't be added up has no total, and the table says so.
"""

from dataclasses import dataclass

from benchboard.analytics.additive_columns import additive_columns
from benchboard.analytics.pivoted_table import added_up, no_total_text
from benchboard.analytics.queries import Cell, ResultTable
from benchboard.analytics.query_types import NUMBERS
from benchboard.i18n import _


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalledTable(ResultTable):
    """A result with totals in its last row. `caption`: why there are none; empty where there are."""

    source: ResultTable
    has_total_row: bool
    caption: str = ""

    @property
    def data_row_count(self) -> int:
        """The number of rows without that of totals."""
        return len(self.rows) - self.has_total_row

    def is_total(self, row: int, _column: int) -> bool:
        """Whether a cell is in the row of totals."""
        return self.has_total_row and row == len(self.rows) - 1


def totalled(table: ResultTable, query: str) -> TotalledTable:
    """A result with the totals of the columns that add up."""
    additive = additive_columns(query)
    counted = [k for k, one in enumerate(table.columns) if one.name in additive and one.kind in NUMBERS]
    places = [k for k in counted if len(table.added_currencies(k)) < 2]
    why = ""
    if table.truncated:
        why = _("No total: the query returns more rows")
    elif not counted:
        why = _("No total: no column is a count or a sum")
    elif not places:
        why = no_total_text()
    has_total = not why and len(table.rows) > 1
    return TotalledTable(
        columns=table.columns,
        rows=(*table.rows, _total_row(table, places)) if has_total else table.rows,
        truncated=table.truncated,
        read_at=table.read_at,
        empty_relation=table.empty_relation,
        not_numbers=table.not_numbers,
        known_until=table.known_until,
        step=table.step,
        source=table,
        has_total_row=has_total,
        caption=why,
    )


def _total_row(table: ResultTable, places: list[int]) -> tuple[Cell, ...]:
    """The sums in their columns, the currencies that these have, and “Total” in the first column that has no sum; the
    others are blank."""
    row: list[Cell] = [None] * len(table.columns)
    for place in places:
        row[place] = added_up([cells[place] for cells in table.rows])
        if (origin := table.currency_column(place)) is not None:
            row[origin] = next((cells[origin] for cells in table.rows if cells[origin]), None)
    words = iter((_("Total"),))
    for place in table.shown_columns():
        if place not in places and row[place] is None:
            row[place] = next(words, "")
    return tuple(row)

"""The least, the largest and the mean value of each series of a chart, and its last one, as texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from benchboard.analytics import periods
from benchboard.i18n import number
from benchboard.ui.studio.tiles.kinds import x_axis
from benchboard.ui.studio.tiles.kinds.charts import Series, named_series
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.numbers.partial_periods import data_end_text
from benchboard.ui.studio.tiles.series.chart_table import ChartTable

_UNKNOWN: Final = "–"
_MEAN_DECIMALS: Final = 1
"""The decimals of a mean of whole numbers."""


@dataclass(frozen=True, slots=True)
class SeriesStatistics:
    """A series, and its numbers as texts; a dash where one isn't known. `note`: what holds of the last value."""

    series: Series
    least: str
    most: str
    mean: str
    last: str
    note: str = ""


def series_statistics(table: ChartTable, unit: str) -> list[SeriesStatistics]:
    """The numbers of each series in the legend. The first and last periods, if there is only a part of them, count for
    the last value alone. A mean is known of all values only, not of those that a line of millions of rows needs."""
    table = x_axis.in_order(table)
    partial = table.partial_rows
    rows = [row for at, row in enumerate(table.rows) if at not in partial]
    return [_of(table, rows, one) for one in named_series(table, unit)]


def has_last(table: ChartTable, kind: str) -> bool:
    """Whether a last value means anything: not among the names of a bar chart."""
    return kind != "bar_chart" or periods.moments([row[0] for row in table.rows]) is not None


def _of(table: ChartTable, rows: Sequence[Sequence[object]], one: Series) -> SeriesStatistics:
    column = one.column
    known = [row for row in rows if number_format.to_float(row[column]) is not None]  # type: ignore[arg-type]  # cells
    places = one.decimals
    if places is None:
        places = number_format.column_decimals(table, column, table.rows)

    def text(row: Sequence[object]) -> str:
        return number_format.format_value(table, row, column, decimals=places, unit=one.own_unit)  # type: ignore[arg-type]  # cells

    least = most = mean = _UNKNOWN
    if known and one.unit is not None:  # amounts in several currencies aren't more or less
        values = [_exact(row[column]) for row in known]
        least, most = text(known[values.index(min(values))]), text(known[values.index(max(values))])
        if table.reduced is None and not table.truncated:
            written = number(sum(values) / len(values), places if places is not None else _MEAN_DECIMALS)
            mean = one.unit.after(written)
    last = next((at for at in range(len(table.rows) - 1, -1, -1) if table.rows[at][column] is not None), None)
    if last is None:
        return SeriesStatistics(one, least, most, mean, _UNKNOWN)
    is_part = last in table.partial_rows
    note = data_end_text(table.known_until, goes_on=table.goes_on) if is_part and last else ""
    return SeriesStatistics(one, least, most, mean, text(table.rows[last]), note)


def _exact(value: object) -> Decimal:
    """A number of a cell, as exact as it is."""
    assert isinstance(value, int | Decimal)
    return Decimal(value)

"""Which marks, bars and icons the table of a result has, by the chart that draws it."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from benchboard.analytics.pivoted_table import PivotTable
from benchboard.analytics.queries import Cell, ResultTable
from benchboard.analytics.query_types import ValueKind
from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.ui.studio.tiles.kinds.charts import named_series
from benchboard.ui.studio.tiles.kinds.missing_periods import drawn_table
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.renderers import mismatch_reason
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.tables.table_looks import TableLooks
from benchboard.ui.widgets.legend import LegendEntry

_SERIES_KINDS: Final = ("line_chart", "area_chart", "bar_chart")
_UNMEASURED: Final = ("identifier", "week", "month")
Mark = Literal["area"] | tuple[float, ...]


def table_looks(
    table: ResultTable, widget: WidgetContent, drawn: QueryResult | None, icons: Mapping[ValueKind, str]
) -> TableLooks:
    """The looks of a result that a widget draws; `icons`: those of the types of columns. A pivot table has none."""
    if isinstance(table, PivotTable):
        return TableLooks()
    kinds = {place: icons[one.kind] for place, one in enumerate(table.columns) if one.kind in icons}
    columns, values = _marks(table, widget, drawn)
    return TableLooks(kinds, columns, values, _largest(table, columns))


def _marks(
    table: ResultTable, widget: WidgetContent, drawn: QueryResult | None
) -> tuple[dict[int, LegendEntry], dict[int, dict[Cell, LegendEntry]]]:
    kind = widget.kind.type if widget.kind is not None else ""
    columns, values = dict[int, LegendEntry](), dict[int, dict[Cell, LegendEntry]]()
    if drawn is None or drawn.table is None or kind not in _SERIES_KINDS or not table.rows:
        return columns, values
    if mismatch_reason(widget, table) is not None:
        return columns, values
    chart = drawn_table(widget, drawn)
    series = [one for one in named_series(chart, "") if not one.is_before]
    if len(series) < 2 and not chart.keys:
        return columns, values  # it is alone: its colour tells nothing
    for one in series:
        dash: Mark = "area" if kind == "bar_chart" or chart.stack != "off" else one.dash
        entry = LegendEntry(one.colour, "", dash=dash)
        if not chart.keys:
            columns[one.column] = entry
            continue
        origin = chart.origins[one.column - 1]
        if len(origin.cells) == 1 and len({at.column for at in chart.origins}) == 1:
            (column, value) = origin.cells[0]
            values.setdefault(column, {})[value] = entry
    return columns, values


def _largest(table: ResultTable, series: Mapping[int, LegendEntry]) -> dict[int, float]:
    """The largest number of each column whose numbers can be compared by their lengths: amounts in several currencies
    can't, nor can numbers of which some are negative."""
    found = dict[int, float]()
    for place, column in enumerate(table.columns):
        is_measure = number_format.is_numeric(column) and column.format not in _UNMEASURED
        if not is_measure or (place == 0 and place not in series) or len(table.currencies(place)) > 1:
            continue
        numbers = _numbers(table.rows, place)
        if numbers and min(numbers) >= 0 and max(numbers) > 0:
            found[place] = max(numbers)
    return found


def _numbers(rows: Sequence[Sequence[Cell]], place: int) -> list[float]:
    return [number for row in rows if (number := number_format.to_float(row[place])) is not None]

"""The values that a chart draws each in a colour of its own: those that name its series, or its slices."""

from typing import Final

from benchboard.analytics.chart_columns import scatter_columns
from benchboard.analytics.queries import ResultTable
from benchboard.ui.studio.tiles.kinds import pies
from benchboard.ui.studio.tiles.series.chart_table import SeriesNames, chart_table, measure_columns
from benchboard.ui.studio.tiles.series.value_colours import ChartValues, Key, measure_key, value_column

_SERIES: Final = ("line_chart", "area_chart", "bar_chart")


def drawn_values(kind: str, table: ResultTable, names: SeriesNames | None) -> ChartValues | None:
    """The values in a chart of this kind, and those that its table has besides (`names`), or its measures; None if it
    isn't a chart."""
    if kind == "pie_chart" and table.rows:
        drawn = tuple(dict.fromkeys(one.key for one in pies.slices(table)[0] if one.row_count == 1))
        named = [table.columns[place] for place in pies.name_columns(table)]
        return ChartValues(tuple(value_column(one) for one in named), drawn, _known([one.name for one in named], names))
    if kind == "scatter_chart" and table.rows:
        return _scatter_values(table, names)
    if kind not in _SERIES or not table.rows:
        return None
    found = chart_table(table)
    if not found.keys:
        return ChartValues((), tuple(measure_key(column) for column in measure_columns(found)))
    columns = tuple(value_column(one) for one in found.key_columns)
    return ChartValues(columns, found.keys, _known([one.name for one in found.key_columns], names))


def _scatter_values(table: ResultTable, names: SeriesNames | None) -> ChartValues | None:
    found = scatter_columns(table)
    if found is None or found.series is None:
        return None
    column = table.columns[found.series]
    drawn = tuple(dict.fromkeys((row[found.series],) for row in table.rows))
    return ChartValues((value_column(column),), drawn, _known([column.name], names))


def _known(columns: list[str], names: SeriesNames | None) -> tuple[Key, ...]:
    if names is None or not set(columns) <= set(names.columns):
        return ()
    places = [names.columns.index(one) for one in columns]
    return tuple(dict.fromkeys(tuple(values[place] for place in places) for values in names.values))

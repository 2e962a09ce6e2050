"""What a reader hides by the legend of a chart is left out of exports too, which say so."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from benchboard.analytics.queries import ResultTable
from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.i18n import ngettext, number
from benchboard.ui.studio.tiles.kinds import pies
from benchboard.ui.studio.tiles.legend_menu import legend_names
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.series.chart_legend import OTHER, LegendChoice
from benchboard.ui.studio.tiles.series.chart_table import ChartTable, chart_table

_CHARTS = ("line_chart", "area_chart", "bar_chart")


def hidden_names(widget: WidgetContent, result: QueryResult | None) -> list[str]:
    """The names of the series or slices that a widget doesn't draw because its reader hides them."""
    if result is None or not result.legend.hidden:
        return []
    named = legend_names(widget, result)
    found = [name for key, name in named if key in result.legend.hidden]
    return found if len(found) < len(named) else []  # all hidden: they are others now, and all are drawn


def hidden_text(count: int) -> str:
    """That an export leaves out so many series or slices; empty if it has all."""
    if not count:
        return ""
    text = ngettext("Without {count} series hidden in a legend.", "Without {count} series hidden in legends.", count)
    return text.format(count=number(count))


def visible_rows(widget: WidgetContent, table: ResultTable, choice: LegendChoice) -> tuple[ResultTable, int]:
    """A result without what a reader hides of its chart, and how many series or slices that are: the rows of values
    that name series or slices, or the columns that are series."""
    kind = widget.kind.type if widget.kind is not None else ""
    if not choice.hidden or not table.rows:
        return table, 0
    if kind == "pie_chart":
        return _visible_slices(table, choice)
    if kind not in _CHARTS:
        return table, 0
    drawn = chart_table(table)
    series = [place for place, one in enumerate(drawn.columns) if place and number_format.is_numeric(one)]
    hidden = [place for place in series if drawn.columns[place].name in choice.hidden]
    if not hidden or len(hidden) == len(series):
        return table, 0
    return (_without_values if drawn.origins else _without_columns)(table, drawn, hidden), len(hidden)


def _visible_slices(table: ResultTable, choice: LegendChoice) -> tuple[ResultTable, int]:
    parts = pies.slices(table, opened=choice.opens_other)[0]
    hidden = [one for one in parts if one.choice_key in choice.hidden]
    if not hidden or len(hidden) == len(parts):
        return table, 0
    gone = {one.row for one in hidden}
    if OTHER in choice.hidden:  # it has no row of its own
        gone |= set(range(len(table.rows))) - {one.row for one in parts}
    return _without_rows(table, gone), len(hidden)


def _without_columns(table: ResultTable, _drawn: ChartTable, hidden: Collection[int]) -> ResultTable:
    kept = [place for place in range(len(table.columns)) if place not in hidden]
    rows = tuple(tuple(row[place] for place in kept) for row in table.rows)
    return replace(table, columns=tuple(table.columns[place] for place in kept), rows=rows)


def _without_values(table: ResultTable, drawn: ChartTable, hidden: Iterable[int]) -> ResultTable:
    """Without the rows of the values that name hidden series; of several measures, without the numbers of those."""
    origins = drawn.origins
    gone = [origins[place - 1] for place in hidden]
    shown = {one.cells for place, one in enumerate(origins, 1) if place not in set(hidden)}
    left = {one.cells for one in gone} - shown
    named = [at for at, _cell in origins[0].cells]
    blank = {(one.cells, one.column) for one in gone}
    rows = []
    for row in table.rows:
        cells = tuple((at, row[at]) for at in named)
        if cells not in left:
            rows.append(tuple(None if (cells, at) in blank else cell for at, cell in enumerate(row)))
    return replace(table, rows=tuple(rows))


def _without_rows(table: ResultTable, gone: Collection[int]) -> ResultTable:
    return replace(table, rows=tuple(row for place, row in enumerate(table.rows) if place not in gone))

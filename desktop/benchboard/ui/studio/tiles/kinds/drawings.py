"""The kinds of charts that aren't lines, bars or slices: what each takes, draws and answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from benchboard.analytics.additive_columns import additive_columns
from benchboard.analytics.chart_columns import counted_groups, heatmap_columns, histogram_column, scatter_columns
from benchboard.analytics.chart_suggestion import suggest_chart
from benchboard.analytics.queries import ResultTable
from benchboard.dashboards.document.series_settings import series_colours
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of
from benchboard.i18n import _
from benchboard.ui.studio.tiles.kinds import heatmap_values, histogram_values, scatter_values
from benchboard.ui.studio.tiles.kinds.heatmap import Heatmap, too_many_text
from benchboard.ui.studio.tiles.kinds.heatmap_values import HeatmapValues
from benchboard.ui.studio.tiles.kinds.histogram import Histogram
from benchboard.ui.studio.tiles.kinds.histogram_values import HistogramValues
from benchboard.ui.studio.tiles.kinds.scatter import ScatterPlot
from benchboard.ui.studio.tiles.kinds.scatter_values import ScatterValues
from benchboard.ui.studio.tiles.kinds.value_map import ValueMap
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.results.query_result import QueryResult

Mismatch = tuple[str, str]
"""Why a result can't be drawn, and what to do; the second is empty where what the kind takes says it."""


@dataclass(frozen=True, slots=True)
class ChartDrawing:
    """How a kind of chart is drawn. All but `mismatch` are called with results alone that it can draw."""

    mismatch: Callable[[WidgetContent, ResultTable], Mismatch | None]
    paint: Callable[[QPainter, QRectF, WidgetContent, QueryResult, ResultTable], None]
    values: Callable[[QRectF, WidgetContent, QueryResult, ResultTable], ValueMap]
    summary: Callable[[WidgetContent, QueryResult, ResultTable], str]


_ANY_SIZE: Final = QRectF(0, 0, 480, 300)


def _scatter_mismatch(_widget: WidgetContent, table: ResultTable) -> Mismatch | None:
    columns = scatter_columns(table)
    if columns is None:
        return _("Points need two columns of numbers."), ""
    pairs = zip(
        number_format.column_numbers(table, columns.x), number_format.column_numbers(table, columns.y), strict=True
    )
    if all(x is None or y is None for x, y in pairs):
        return _("No row has both numbers."), ""
    return None


def _paint_scatter(
    painter: QPainter, body: QRectF, widget: WidgetContent, result: QueryResult, table: ResultTable
) -> None:
    ScatterPlot(body, table, result.colours, series_colours(widget)).paint(painter)


def _scatter_values(body: QRectF, widget: WidgetContent, result: QueryResult, table: ResultTable) -> ValueMap:
    return ScatterValues(ScatterPlot(body, table, result.colours, series_colours(widget)))


def _scatter_summary(_widget: WidgetContent, _result: QueryResult, table: ResultTable) -> str:
    return scatter_values.summary_text(ScatterPlot(_ANY_SIZE, table))


def _heatmap_mismatch(widget: WidgetContent, table: ResultTable) -> Mismatch | None:
    columns = heatmap_columns(table)
    if columns is None:
        return _("A heatmap needs two columns to group by and a number."), ""
    if all(value is None for value in number_format.column_numbers(table, columns.value)):
        return _("The query returned no numbers."), ""
    x, y = table.columns[columns.x].title, table.columns[columns.y].title
    if len({(row[columns.x], row[columns.y]) for row in table.rows}) < len(table.rows):
        what = _("Several rows have the same “{x}” and “{series}”.").format(x=x, series=y)
        return what, _("Group by both in the query, or use a table.")
    if number_format.column_unit(table, columns.value, number_format.unit(widget)) is None:
        return _("These amounts are in different currencies, so colours can't compare them."), _(
            "Filter by one currency, or use a table."
        )
    if many := too_many_text(table):
        return many, _("Group by a longer period or by a column with fewer values, or use a table.")
    return None


def _paint_heatmap(
    painter: QPainter, body: QRectF, widget: WidgetContent, _result: QueryResult, table: ResultTable
) -> None:
    Heatmap(body, table, number_format.unit(widget)).paint(painter)


def _heatmap_values(body: QRectF, widget: WidgetContent, _result: QueryResult, table: ResultTable) -> ValueMap:
    return HeatmapValues(Heatmap(body, table, number_format.unit(widget)))


def _heatmap_summary(widget: WidgetContent, _result: QueryResult, table: ResultTable) -> str:
    return heatmap_values.summary_text(Heatmap(_ANY_SIZE, table, number_format.unit(widget)))


def _histogram_mismatch(widget: WidgetContent, table: ResultTable) -> Mismatch | None:
    column = histogram_column(table)
    if column is None:
        return _("A histogram needs a column of numbers."), ""
    if all(value is None for value in number_format.column_numbers(table, column)):
        return _("The query returned no numbers."), ""
    if counted_groups(table, additive_columns(widget.query)):
        what = _("“{column}” is already a count or a sum of many rows.").format(column=table.columns[column].title)
        fits = kind_of(suggest_chart(table, widget.query).kind)
        kind = _(fits.title) if fits is not None else ""
        return what, _("Show it as “{kind}”, or select the number of each row without grouping.").format(kind=kind)
    if number_format.column_unit(table, column, number_format.unit(widget)) is None:
        return _("These amounts are in different currencies, so no interval can compare them."), _(
            "Filter by one currency, or use a table."
        )
    return None


def _histogram(body: QRectF, widget: WidgetContent, table: ResultTable) -> Histogram:
    wanted = widget.setting("bins")
    bins = wanted if isinstance(wanted, int) and wanted else None
    return Histogram(body, table, number_format.unit(widget), bins)


def _paint_histogram(
    painter: QPainter, body: QRectF, widget: WidgetContent, _result: QueryResult, table: ResultTable
) -> None:
    _histogram(body, widget, table).paint(painter)


def _histogram_values(body: QRectF, widget: WidgetContent, _result: QueryResult, table: ResultTable) -> ValueMap:
    return HistogramValues(_histogram(body, widget, table))


def _histogram_summary(widget: WidgetContent, _result: QueryResult, table: ResultTable) -> str:
    return histogram_values.summary_text(_histogram(_ANY_SIZE, widget, table))


DRAWINGS: Final[Mapping[str, ChartDrawing]] = MappingProxyType(
    {
        "scatter_chart": ChartDrawing(_scatter_mismatch, _paint_scatter, _scatter_values, _scatter_summary),
        "heatmap": ChartDrawing(_heatmap_mismatch, _paint_heatmap, _heatmap_values, _heatmap_summary),
        "histogram": ChartDrawing(_histogram_mismatch, _paint_histogram, _histogram_values, _histogram_summary),
    }
)
"""By the kind of widget."""

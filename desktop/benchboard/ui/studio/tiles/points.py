"""The values at a point of a widget: a bar, a place on a line, a slice, a cell of a table, a number."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF

from benchboard.analytics.queries import ResultTable
from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.ui.studio.tiles.click_targets import Audience
from benchboard.ui.studio.tiles.kinds.pies import Pie, value_column
from benchboard.ui.studio.tiles.kinds.pivot import shown_table
from benchboard.ui.studio.tiles.kinds.value_map import ValueMap
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.renderers import mismatch_reason
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.results.tile_point import TilePoint, cell_point, table_point
from benchboard.ui.studio.tiles.stats.currency_card import currency_amounts
from benchboard.ui.studio.tiles.stats.stat_rows import stat_rows
from benchboard.ui.studio.tiles.stats.stat_tiles import value_column as stat_value_column
from benchboard.ui.studio.tiles.tables.table_painting import ShownTable
from benchboard.ui.studio.tiles.value_readout import ChartReader, body_reader

PointFinder = Callable[[QPointF], TilePoint | None]
"""Returns what is at a point of a tile, in the tile's own coordinates."""


def point_finder(
    body: QRectF, widget: WidgetContent, result: QueryResult | None, audience: Audience = "show"
) -> PointFinder:
    """What is at the points of a widget's content that is drawn in `body` for this audience."""
    kind, table = widget.kind.type if widget.kind is not None else "", result.table if result is not None else None
    if result is None or table is None or result.error is not None or not table.rows:
        return _nothing
    if mismatch_reason(widget, table) is not None:
        return _nothing
    if (shown := shown_table(widget, result)) is not None:
        layout = ShownTable(body, shown, audience)
        return lambda spot: cell_point(shown, *place) if (place := layout.place_at(spot)) is not None else None
    if kind == "pie_chart":
        return _pie_points(Pie(body, table, choice=result.legend), table)
    if kind in ("metric_card", "gauge"):
        return lambda spot: _number_point(table) if body.contains(spot) else None
    reader = body_reader(body, widget, result)
    if isinstance(reader, ValueMap):
        return reader.point_at
    if not isinstance(reader, ChartReader):
        return _nothing
    return lambda spot: chart_point(reader, table, *place) if (place := reader.place_at(spot)) is not None else None


def chart_point(reader: ChartReader, table: ResultTable, row: int, place: int) -> TilePoint | None:
    """The value of a row and a series of a chart; None where the chart has none, or where several rows of the result
    have the same place."""
    drawn, cells, series = reader.chart_point(row, place)
    if drawn.repeats_x or cells[series.column] is None or series.is_before:
        return None
    text = number_format.format_value(drawn, cells, series.column)
    if drawn.origins:
        origin = drawn.origins[series.column - 1]
        return TilePoint(((0, cells[0]), *origin.cells), origin.column, text)
    cells = cells[: len(table.columns)]
    known = cells in table.rows  # else it was added for a period without rows
    return TilePoint(tuple(enumerate(cells)) if known else ((0, cells[0]),), series.column, text)


def _pie_points(pie: Pie, table: ResultTable) -> PointFinder:
    column = value_column(table)

    def at(spot: QPointF) -> TilePoint | None:
        one = pie.at(spot)
        if one is None or one.row < 0 or column is None:
            return None
        return table_point(table, one.row, column)

    return at


def _number_point(table: ResultTable) -> TilePoint | None:
    """The number of the last row in time, which a card or a gauge shows; None where it has one for each currency."""
    if currency_amounts(table):
        return None
    column = stat_value_column(table)
    return table_point(table, table.rows.index(stat_rows(table).rows[-1]), column) if column is not None else None


def _nothing(_spot: QPointF) -> TilePoint | None:
    return None

"""The values of a metric card's sparkline, for the pointer and for keys; beside it, those of the card's number."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.dashboards.period_before import PeriodBefore
from benchboard.ui.studio.tiles.kinds.charts import spark_points
from benchboard.ui.studio.tiles.kinds.value_map import ValueMap
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.results.readout import CrosshairShape, Readout, ReadoutLine
from benchboard.ui.studio.tiles.results.tile_point import TilePoint, table_point
from benchboard.ui.studio.tiles.stats.metric_card import MetricCard, card_layout, row_style
from benchboard.ui.studio.tiles.stats.stat_rows import stat_rows
from benchboard.ui.studio.tiles.stats.stat_tiles import StatValue, value_column
from benchboard.ui.theme import theme

_NEAR: Final = 4.0
"""Pixels around the sparkline within which its values are shown."""


class SparkValues(ValueMap):
    """The rows are the card's periods, the oldest first; the last one is that of its number, whose readout is given."""

    def __init__(
        self,
        body: QRectF,
        widget: WidgetContent,
        table: ResultTable,
        number_readout: Readout,
        *,
        before: PeriodBefore | None = None,
        row: Sequence[MetricCard] = (),
        wall: bool = False,
    ) -> None:
        """`row`: the cards beside it, as they are drawn, with itself; none for a card alone."""
        card = MetricCard(widget, StatValue.of(table, before), body.size())
        self._own = table
        table = table.history if table.history is not None and card.stat.history else table
        self._has_own = table is self._own
        """Whether the periods are rows of the card's own result, of which the last one is its number."""
        column = value_column(table)
        assert column is not None, "`mismatch_reason` is asked first"
        self._widget, self._table, self._column, self._body = widget, table, column, body
        self._number = number_readout
        self._box = card_layout(body, card, row_style(row or (card,), wall=wall)).spark
        found = stat_rows(table)
        count = len(card.stat.history)
        end = len(found.rows) - found.is_unfinished
        drawn = range(end - count, end)
        self._rows = [at for at, value in zip(drawn, card.stat.history, strict=True) if value is not None]
        self._values = [value for value in card.stat.history if value is not None]
        self._cells: Sequence[tuple[Cell, ...]] = found.rows
        self._periods = found.periods
        self._is_unfinished = found.is_unfinished

    @property
    def row_count(self) -> int:
        drawn = len(self._rows) if self._box is not None else 0
        return drawn + (self._is_unfinished or not self._has_own) if drawn else 1

    def spots(self, row: int) -> list[QPointF]:
        points = self._points()
        return [points[row] if row < len(points) else self._body.center()]

    def point_at(self, spot: QPointF) -> TilePoint | None:
        if not self._has_own:
            column = value_column(self._own)
            return table_point(self._own, 0, column) if column is not None else None
        place = self._place_at(spot)
        cells = self._cells[self._rows[place] if place is not None else -1]
        return table_point(self._table, self._table.rows.index(cells), self._column)

    def __call__(self, spot: QPointF) -> Readout | None:
        place = self._place_at(spot)
        if place is None:
            return self._number
        mark = CrosshairShape(QLineF(), ((self._points()[place], theme().chart(0)),))
        if self._has_own and self._rows[place] == len(self._cells) - 1:
            return Readout(self._number.lines, follows_pointer=True, crosshair=mark)
        cells = self._cells[self._rows[place]]
        unit = number_format.Unit.of(
            number_format.unit(self._widget),
            self._table.currency(cells, self._column),
            is_percent=self._table.columns[self._column].format == "percent",
        )
        written = number_format.format_number(cells[self._column], int(self._widget.setting("decimals")))
        label = self._label(self._rows[place])
        lines = (ReadoutLine(label, muted=True),) if label else ()
        return Readout((*lines, ReadoutLine(unit.after(written), strong=True)), follows_pointer=True, crosshair=mark)

    def _label(self, at: int) -> str:
        """Which row it is: its period, or without one, what the first of the other columns says."""
        if self._periods:
            return self._periods[at]
        other = next((place for place in range(len(self._table.columns)) if place != self._column), None)
        if other is None:
            return ""
        value = number_format.format_value(self._table, self._cells[at], other)
        return f"{self._table.columns[other].title}: {value}"

    def _points(self) -> list[QPointF]:
        return spark_points(self._box, self._values) if self._box is not None else []

    def _place_at(self, spot: QPointF) -> int | None:
        """The value of the sparkline whose place is the nearest; None beside the sparkline."""
        if self._box is None or not self._box.adjusted(-_NEAR, -_NEAR, _NEAR, _NEAR).contains(spot):
            return None
        points = self._points()
        return min(range(len(points)), key=lambda at: abs(points[at].x() - spot.x()), default=None)

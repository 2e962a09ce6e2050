"""How a table shows what the chart above it draws: the marks of its series, bars behind the numbers of its measures,
and the types of its columns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from benchboard.analytics.pivoted_table import PivotTable
from benchboard.analytics.queries import Cell, ResultTable
from benchboard.analytics.query_types import ValueKind
from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.ui.studio.tiles.kinds.charts import named_series
from benchboard.ui.studio.tiles.kinds.missing_periods import drawn_table
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.renderers import mismatch_reason
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.theme import theme
from benchboard.ui.widgets.legend import LegendEntry, paint_legend_mark

MARK_ROOM: Final = 18
"""Pixels of a mark, or of an icon, before a text."""
_MARK: Final = 12.0
_SERIES_KINDS: Final = ("line_chart", "area_chart", "bar_chart")
_BAR_OPACITY: Final = 0.16
_BAR_INSET: Final = 5.0
_LEAST_BAR: Final = 2.0
_BAR_END: Final = 4.0
"""Pixels of a bar behind the last digit."""
_UNMEASURED: Final = ("identifier", "week", "month")
Mark = Literal["area"] | tuple[float, ...]


@dataclass(frozen=True, slots=True)
class TableLooks:
    """The looks of a table's columns, by their places in its result."""

    icons: Mapping[int, str] = field(default_factory=dict)
    columns: Mapping[int, LegendEntry] = field(default_factory=dict)
    """The marks of the columns that are series."""
    values: Mapping[int, Mapping[Cell, LegendEntry]] = field(default_factory=dict)
    """The marks of the values that name series, by the column with these values."""
    largest: Mapping[int, float] = field(default_factory=dict)
    """The largest number of each measure: its bar has the width of the cell."""

    def mark(self, column: int, value: Cell) -> LegendEntry | None:
        """The mark before a cell's text."""
        return self.values.get(column, {}).get(value)

    def paint_bar(self, painter: QPainter, room: QRectF, column: int, value: Cell) -> None:
        """Draw the bar behind the number of a measure."""
        most, size = self.largest.get(column), number_format.to_float(value)
        if most is None or size is None or size <= 0:
            return
        own = self.columns.get(column)
        colour = QColor(own.colour if own is not None else theme().color("text.muted"))
        colour.setAlphaF(_BAR_OPACITY)
        width = max(_LEAST_BAR, room.width() * size / most)
        bar = QRectF(room.right() - width, room.top() + _BAR_INSET, width + _BAR_END, room.height() - 2 * _BAR_INSET)
        painter.fillRect(bar, colour)


def paint_mark_before(painter: QPainter, room: QRectF, mark: LegendEntry) -> None:
    """Draw a mark at the left of a cell or heading."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_legend_mark(painter, mark, QRectF(room.left(), room.top(), _MARK, room.height()))
    painter.restore()


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

"""The values of a heatmap: the names and the number of a cell, and how the keys go from cell to cell."""

from PySide6.QtCore import QLineF, QPointF

from benchboard.i18n import _, ngettext, number
from benchboard.ui.studio.tiles.kinds.heatmap import HeatCell, Heatmap
from benchboard.ui.studio.tiles.kinds.value_map import ValueMap
from benchboard.ui.studio.tiles.results.readout import CrosshairShape, Readout, ReadoutLine
from benchboard.ui.studio.tiles.results.tile_point import TilePoint, table_point


class HeatmapValues(ValueMap):
    """The cells of a heatmap. Keys walk from column to column, and in one from the top down."""

    def __init__(self, chart: Heatmap) -> None:
        self._chart = chart
        self._x_names = chart.x_names

    def __call__(self, spot: QPointF) -> Readout | None:
        place = self._place_at(spot)
        if place is None:
            return None
        chart, (x, y) = self._chart, place
        title = chart.table.columns[chart.columns.value].title
        cell = chart.cells.get(place)
        value = chart.value_text(cell.row) if cell is not None else _("no value")
        colour = chart.colour(cell.value) if cell is not None else None
        names = f"{chart.y_names[y]} · {self._x_names[x]}"
        box = chart.cell_box(x, y)
        shape = CrosshairShape(QLineF(), bars=(box,))
        lines = ReadoutLine(names, muted=True), ReadoutLine(title, colour, value=value)
        return Readout(lines, follows_pointer=True, crosshair=shape)

    @property
    def row_count(self) -> int:
        return len(self._chart.xs)

    def spots(self, row: int) -> list[QPointF]:
        found = [self._chart.cell_box(row, y).center() for y in range(len(self._chart.ys)) if self._cell(row, y)]
        return found or [self._chart.cell_box(row, 0).center()]

    def point_at(self, spot: QPointF) -> TilePoint | None:
        place = self._place_at(spot)
        cell = self._chart.cells.get(place) if place is not None else None
        return table_point(self._chart.table, cell.row, self._chart.columns.value) if cell is not None else None

    def _cell(self, x: int, y: int) -> HeatCell | None:
        return self._chart.cells.get((x, y))

    def _place_at(self, spot: QPointF) -> tuple[int, int] | None:
        chart = self._chart
        if not chart.box.adjusted(0, 0, 1, 1).contains(spot):
            return None
        x = chart.axis.row_at(chart.box, spot.x())
        y = min(int((spot.y() - chart.box.top()) / chart.box.height() * len(chart.ys)), len(chart.ys) - 1)
        return (x, y) if x is not None else None


def summary_text(chart: Heatmap) -> str:
    """What a heatmap shows, for screen readers."""
    count = len(chart.cells)
    columns = chart.table.columns
    rows = [cell.row for cell in sorted(chart.cells.values(), key=lambda cell: cell.value)]
    return ", ".join(
        [
            ngettext("{count} cell", "{count} cells", count).format(count=number(count)),
            _("{value} by {x} and {y}").format(
                value=columns[chart.columns.value].title,
                x=columns[chart.columns.x].title,
                y=columns[chart.columns.y].title,
            ),
            _("from {low} to {high}").format(low=chart.value_text(rows[0]), high=chart.value_text(rows[-1])),
        ]
    )

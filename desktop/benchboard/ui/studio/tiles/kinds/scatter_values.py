"""The values of a scatter chart: what a point is called, its numbers, and how the keys go from point to point."""

import math
from functools import cached_property
from itertools import groupby
from typing import Final

from PySide6.QtCore import QLineF, QPointF

from benchboard.i18n import _, ngettext, number
from benchboard.ui.studio.tiles.kinds.scatter import DrawnPoint, ScatterPlot, cell_name
from benchboard.ui.studio.tiles.kinds.value_map import ValueMap
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.results.readout import CrosshairShape, Readout, ReadoutLine
from benchboard.ui.studio.tiles.results.tile_point import TilePoint, table_point

_REACH: Final = 10.0
"""Pixels from a point within which it responds."""
_MAX_NAMES: Final = 4
_SEPARATOR: Final = " · "


class ScatterValues(ValueMap):
    """The points of a scatter chart. Keys walk from left to right, and among points below each other from the top."""

    def __init__(self, plot: ScatterPlot) -> None:
        self._plot = plot

    def __call__(self, spot: QPointF) -> Readout | None:
        point = self.nearest(spot)
        return self._readout(point) if point is not None else None

    @property
    def row_count(self) -> int:
        return len(self._walk)

    def spots(self, row: int) -> list[QPointF]:
        return [QPointF(point.at) for point in self._walk[row]]

    def point_at(self, spot: QPointF) -> TilePoint | None:
        point = self.nearest(spot)
        return table_point(self._plot.table, point.row, self._plot.columns.y) if point is not None else None

    def nearest(self, spot: QPointF) -> DrawnPoint | None:
        """The point at, or within reach of, a point of the tile; of several the nearest, and of those below each other
        the smallest, which is on top."""
        x, y = int(spot.x() // _REACH), int(spot.y() // _REACH)
        reach = max(1, math.ceil(self._largest / _REACH))
        around = range(-reach, reach + 1)
        near = [point for dx in around for dy in around for point in self._cells.get((x + dx, y + dy), ())]
        found = [(math.dist(point.at.toTuple(), spot.toTuple()), point) for point in near]
        under = [(distance, point.radius, at) for at, (distance, point) in enumerate(found)
                 if distance <= max(point.radius, _REACH)]  # fmt: skip
        return found[min(under)[2]][1] if under else None

    @cached_property
    def _largest(self) -> float:
        return max((point.radius for point in self._plot.points), default=0.0)

    @cached_property
    def _cells(self) -> dict[tuple[int, int], list[DrawnPoint]]:
        cells: dict[tuple[int, int], list[DrawnPoint]] = {}
        for point in self._plot.points:
            cells.setdefault((int(point.at.x() // _REACH), int(point.at.y() // _REACH)), []).append(point)
        return cells

    @cached_property
    def _walk(self) -> list[list[DrawnPoint]]:
        """The points in columns a pixel wide, from left to right, each from the top down."""
        ordered = sorted(self._plot.points, key=lambda point: (round(point.at.x()), point.at.y()))
        return [list(points) for _x, points in groupby(ordered, key=lambda point: round(point.at.x()))]

    def _readout(self, point: DrawnPoint) -> Readout:
        plot, table = self._plot, self._plot.table
        columns, cells = plot.columns, table.rows[point.row]
        series, lines = plot.series[point.series], list[ReadoutLine]()
        names = [cell_name(table, place, cells[place]) for place in columns.names[:_MAX_NAMES]]
        if names:
            lines.append(ReadoutLine(_SEPARATOR.join(names), muted=True))
        if columns.series is not None:
            lines.append(ReadoutLine(series.name, series.colour))
        numbers = [columns.x, columns.y] + ([columns.size] if columns.size is not None else [])
        for place in numbers:
            value = number_format.format_value(table, cells, place)
            lines.append(ReadoutLine(table.columns[place].title, value=value))
        if point.count > 1:
            more = ngettext("{count} more point here", "{count} more points here", point.count - 1)
            lines.append(ReadoutLine(more.format(count=number(point.count - 1)), muted=True))
        shape = CrosshairShape(QLineF(), ((point.at, series.colour),))
        return Readout(tuple(lines), follows_pointer=True, crosshair=shape)


def summary_text(plot: ScatterPlot) -> str:
    """What a scatter chart shows, for screen readers."""
    table, columns = plot.table, plot.columns
    count = len(plot.known)
    parts = [
        ngettext("{count} point", "{count} points", count).format(count=number(count)),
        _("{y} by {x}").format(y=table.columns[columns.y].title, x=table.columns[columns.x].title),
    ]
    if columns.series is not None:
        parts.append(_("Series: {column}").format(column=table.columns[columns.series].title))
    return ", ".join([*parts, plot.note] if plot.note else parts)

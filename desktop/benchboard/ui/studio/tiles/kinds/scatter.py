"""Draws scatter charts: a point for each row, at two of its numbers; its colour is its series, its size a third number.

Points are never joined. Where many are in the same place, one stands for them, and is the stronger the more there are.
Those far from the others have their names beside them.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from benchboard.analytics.chart_columns import ScatterColumns, scatter_columns
from benchboard.analytics.point_thinning import ThinnedPoint, thinned
from benchboard.analytics.queries import Cell, ResultTable
from benchboard.i18n import _, ngettext, number
from benchboard.ui.studio.tiles.axes.plot_axes import Axis, paint_axes, paint_x_title, plot_axes
from benchboard.ui.studio.tiles.axes.short_names import own_words
from benchboard.ui.studio.tiles.kinds.scatter_labels import LabelledPoint, label_boxes
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.series import currency_note
from benchboard.ui.studio.tiles.series.value_colours import (
    MAX_COLOURS,
    Colours,
    Key,
    distinct,
    in_order,
    key_name,
    with_own,
)
from benchboard.ui.theme import theme
from benchboard.ui.widgets import legend
from benchboard.ui.widgets.legend import LegendEntry

MOST_WHOLE: Final = 2_000
"""Up to so many points are all drawn; of more, one in each cell."""
_CELL: Final = 2.0
"""Pixels of such a cell: points that are nearer than this can't be told apart."""
_RADII: Final = ((60, 4.0), (400, 3.5), (2_000, 2.5))
"""The radius of points, by how many there are at most."""
_LEAST_RADIUS: Final = 2.0
_SIZED_RADII: Final = (2.0, 16.0)
_LEAST_SIZED: Final = 5.0
_SIZED_SHARE: Final = 0.06
"""The largest radius of points with a size, as a part of the shorter side of the plot."""
_SPARSE_OPACITY: Final = 0.8
_OPACITY: Final = 0.62
"""The opacity of a point among many, which still stands out from the tile where it is alone."""
_LEVELS: Final = 8
_LEGEND_SHARE: Final = 0.25
_LEGEND_GAP: Final = 6.0
_LEAST_WITH_LEGEND: Final = 84.0
"""A chart with fewer pixels of height has no legend: the readout of a point names its series."""
_SQUARES_FROM: Final = 4
"""The series after this one have square points: so many colours alone are hard to tell apart."""
_SEPARATOR: Final = " · "
_MAX_NAME: Final = 110.0
"""Most pixels of the name of a point."""


@dataclass(frozen=True, slots=True)
class PointSeries:
    """A series: its name and colour; the points of one with `is_square` aren't round."""

    name: str
    colour: QColor
    is_square: bool
    key: Key = ()
    """The value that names it."""


@dataclass(frozen=True, slots=True)
class DrawnPoint:
    """A point as it is drawn: where, its row and series, its radius, and for how many rows it stands."""

    at: QPointF
    row: int
    series: int
    radius: float
    count: int = 1


class ScatterPlot:
    """A scatter chart in the body of a tile."""

    def __init__(
        self,
        body: QRectF,
        table: ResultTable,
        colours: Colours | None = None,
        own: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        """`own`: the numbers of the colours that somebody chose, by the names of series in settings (`key_name`)."""
        columns = scatter_columns(table)
        if columns is None:
            raise ValueError("a result with fewer than two columns of numbers has no points")
        self.table, self.columns = table, columns
        self._body = body
        self.xs = number_format.column_numbers(table, columns.x)
        self.ys = number_format.column_numbers(table, columns.y)
        self.known = [row for row, (x, y) in enumerate(zip(self.xs, self.ys, strict=True)) if x is not None is not y]
        """The rows that have both numbers: those of the points."""
        count = len(self.known)
        self._radius = next((radius for most, radius in _RADII if count <= most), _LEAST_RADIUS)
        self.series, self._series_of = _series(table, columns, colours or {}, own)
        self._sizes = _sizes(table, columns.size)
        self.legend = QRectF()
        room = currency_note.box_below(body, table, "")
        if len(self.series) > 1 and room.height() >= _LEAST_WITH_LEGEND:
            most = max(1, int(body.height() * _LEGEND_SHARE // legend.LINE_HEIGHT))
            height = legend.lines_needed(self.entries, room.width(), most) * legend.LINE_HEIGHT
            self.legend = QRectF(room.left(), room.top(), room.width(), height)
            room.setTop(self.legend.bottom() + _LEGEND_GAP)
        self.room = room
        self._largest = self._radius
        if self._sizes:
            self._largest = max(_LEAST_SIZED, min(_SIZED_RADII[1], _SIZED_SHARE * min(room.width(), room.height())))
        self.axes = plot_axes(room, self._axis(columns.x, self.xs), self._axis(columns.y, self.ys), self._largest)

    @property
    def entries(self) -> list[LegendEntry]:
        """The series in the legend."""
        return [LegendEntry(one.colour, one.name, dash="area" if one.is_square else None) for one in self.series]

    def _axis(self, column: int, values: Sequence[float | None]) -> Axis:
        known = [value for row in self.known if (value := values[row]) is not None]
        low, high = (min(known), max(known)) if known else (0.0, 1.0)
        one = self.table.columns[column]
        unit = number_format.column_unit(self.table, column) or number_format.NO_UNIT
        return Axis(low, high, unit, one.kind == "integer", one.title)

    @cached_property
    def points(self) -> list[DrawnPoint]:
        """The points in the order in which they are drawn: large ones first, so that they hide no small ones."""
        axes, series = self.axes, self._series_of or [0] * len(self.table.rows)
        x_low, y_low = axes.x.low, axes.y.low
        left, bottom = axes.x_at(x_low), axes.y_at(y_low)
        per_x = (axes.x_at(axes.x.high) - left) / ((axes.x.high - x_low) or 1.0)
        per_y = (axes.y_at(axes.y.high) - bottom) / ((axes.y.high - y_low) or 1.0)
        places = (
            (left + ((self.xs[row] or 0.0) - x_low) * per_x, bottom + ((self.ys[row] or 0.0) - y_low) * per_y, row,
             series[row])
            for row in self.known
        )  # fmt: skip
        if self._sizes or len(self.known) <= MOST_WHOLE:
            whole = [ThinnedPoint(*place, 1) for place in places]
        else:
            whole = thinned(places, _CELL)
        found = [DrawnPoint(QPointF(one.x, one.y), one.row, one.series, self._radius_of(one.row), one.stands_for)
                 for one in whole]  # fmt: skip
        return sorted(found, key=lambda one: -one.radius) if self._sizes else found

    def _radius_of(self, row: int) -> float:
        if not self._sizes:
            return self._radius
        size, most = self._sizes[row], max(self._sizes)
        return max(_SIZED_RADII[0], self._largest * math.sqrt(size / most)) if most else _SIZED_RADII[0]

    @property
    def note(self) -> str:
        """What isn't drawn, and what the sizes are, as text; empty where there is nothing to say."""
        drawn, whole = len(self.points), len(self.known)
        parts = []
        if drawn < whole:
            parts.append(_("{shown} of {count} points drawn").format(shown=number(drawn), count=number(whole)))
        if missing := len(self.table.rows) - whole:
            parts.append(
                ngettext("{count} row without a number", "{count} rows without a number", missing).format(
                    count=number(missing)
                )
            )
        if self.columns.size is not None:
            title = self.table.columns[self.columns.size].title
            text = _("Size: {column}") if self._sizes else _("{column} is negative: no sizes")
            parts.append(text.format(column=title))
        return _SEPARATOR.join(parts)

    def paint(self, painter: QPainter) -> None:
        """Draw it."""
        currency_note.paint(painter, self._body, self.table, "")
        if not self.legend.isNull():
            legend.paint_legend(painter, self.legend, self.entries)
        paint_axes(painter, self.axes, self.room)
        paint_x_title(painter, self.axes, self.note)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._sizes:
            self._paint_sized(painter)
        else:
            self._paint_alike(painter)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        self._paint_names(painter)

    def _paint_names(self, painter: QPainter) -> None:
        """Draw the names of the points that have room for them, if a column names points."""
        if not self.columns.names or len(self.points) > MOST_WHOLE:
            return
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().color("text.secondary"))
        metrics, place = QFontMetricsF(painter.font()), self.columns.names[0]

        names = [cell_name(self.table, place, self.table.rows[one.row][place]) for one in self.points]
        own = own_words(names)

        def name(at: int) -> str:
            return metrics.elidedText((own.names if own else names)[at], Qt.TextElideMode.ElideRight, _MAX_NAME)

        def width_of(at: int) -> float:
            return metrics.horizontalAdvance(name(at)) + 1

        points = [LabelledPoint(one.at, one.radius) for one in self.points]
        for at, box in label_boxes(points, self.axes.box, width_of).items():
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name(at))

    def _paint_alike(self, painter: QPainter) -> None:
        """Draw points of one size, those of the same colour and strength at once: thousands take milliseconds."""
        groups: dict[tuple[int, int], list[QPointF]] = {}
        for one in self.points:
            groups.setdefault((one.series, _level(one.count)), []).append(one.at)
        is_sparse = len(self.points) <= _RADII[0][0]
        for (place, level), spots in sorted(groups.items(), key=lambda pair: pair[0][::-1]):
            series = self.series[place]
            colour = QColor(series.colour)
            colour.setAlphaF(_SPARSE_OPACITY if is_sparse else _strength(level))
            cap = Qt.PenCapStyle.SquareCap if series.is_square else Qt.PenCapStyle.RoundCap
            pen = QPen(colour, self._radius * (1.75 if series.is_square else 2))
            pen.setCapStyle(cap)
            painter.setPen(pen)
            painter.drawPoints(QPolygonF(spots))

    def _paint_sized(self, painter: QPainter) -> None:
        for one in self.points:
            series = self.series[one.series]
            fill = QColor(series.colour)
            fill.setAlphaF(0.35)
            painter.setPen(QPen(series.colour, 1.2))
            painter.setBrush(fill)
            if series.is_square:
                side = one.radius * 1.75
                painter.drawRect(QRectF(one.at.x() - side / 2, one.at.y() - side / 2, side, side))
            else:
                painter.drawEllipse(one.at, one.radius, one.radius)


def _level(count: int) -> int:
    return min(_LEVELS, count.bit_length())


def _strength(level: int) -> float:
    """The opacity of a point that stands for up to 2^level others: as if they lay over each other, but never so faint
    that one alone is lost."""
    return 1 - (1 - _OPACITY) / math.pow(level, 1.2)


def _series(
    table: ResultTable, columns: ScatterColumns, colours: Colours, own: Mapping[str, int]
) -> tuple[list[PointSeries], list[int]]:
    """The series in the order of the language, and the index of that of each row; one without a name where no column
    tells them apart."""
    if columns.series is None:
        return [PointSeries("", theme().chart(0), is_square=False)], []
    place = columns.series
    keys = in_order({(row[place],) for row in table.rows})
    numbers = distinct([colours.get(key) for key in keys])
    shown = with_own(numbers, [own.get(key_name(key)) for key in keys])
    index = {key[0]: at for at, key in enumerate(keys)}
    found = [
        PointSeries(cell_name(table, place, key[0]), theme().chart(shown[at]), numbers[at] >= _SQUARES_FROM, key)
        for at, key in enumerate(keys)
    ]
    return found[:MAX_COLOURS], [index[row[place]] for row in table.rows]


def cell_name(table: ResultTable, place: int, value: Cell) -> str:
    """What a value that names a series or a group is called."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if value in (None, ""):
        return _("(empty)")
    row: list[Cell] = [None] * len(table.columns)
    row[place] = value
    return number_format.format_value(table, row, place, decimals=number_format.name_decimals(table, place))


def _sizes(table: ResultTable, column: int | None) -> list[float]:
    """The size of each row, 0 where it has none; nothing where there is no such column, or it has negative numbers."""
    if column is None:
        return []
    found = [value or 0.0 for value in number_format.column_numbers(table, column)]
    return found if min(found, default=0.0) >= 0 and max(found, default=0.0) > 0 else []

"""How a table shows what the chart above it draws: the marks of its series, bars beside the numbers of its measures,
and the types of its columns.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from benchboard.analytics.queries import Cell
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.theme import theme
from benchboard.ui.widgets.legend import LegendEntry, paint_legend_mark

MARK_ROOM: Final = 18
"""Pixels of a mark, or of an icon, before a text."""
_MARK: Final = 12.0
_BAR_OPACITY: Final = 0.5
_BAR_HEIGHT: Final = 8.0
_LEAST_BAR: Final = 2.0
_LANES: Final = (120.0, 64.0)
"""The width of the bars' lane, in pixels: where at most two columns have one, and where more have."""
_LANE_GAP: Final = 12.0
_LEAST_FIGURE: Final = 72.0
"""Pixels that are left for the figure in a column that somebody made narrow."""


@dataclass(frozen=True, slots=True)
class TableLooks:
    """The looks of a table's columns, by their places in its result."""

    icons: Mapping[int, str] = field(default_factory=dict)
    columns: Mapping[int, LegendEntry] = field(default_factory=dict)
    """The marks of the columns that are series."""
    values: Mapping[int, Mapping[Cell, LegendEntry]] = field(default_factory=dict)
    """The marks of the values that name series, by the column with these values."""
    largest: Mapping[int, float] = field(default_factory=dict)
    """The largest number of each measure: its bar has the whole lane."""

    def mark(self, column: int, value: Cell) -> LegendEntry | None:
        """The mark before a cell's text."""
        return self.values.get(column, {}).get(value)

    def lane(self, column: int, room: float) -> float:
        """The width at the right end of a cell of this width that is for the bar, with a gap before it; 0: no bar."""
        if column not in self.largest:
            return 0.0
        most = _LANES[0 if len(self.largest) <= 2 else 1] + _LANE_GAP
        return most if room == 0 else max(0.0, min(most, room - _LEAST_FIGURE))

    def paint_bar(self, painter: QPainter, room: QRectF, column: int, value: Cell) -> None:
        """Draw the bar of a measure in its lane, from left to right, at the right end of a cell's `room`."""
        most, size = self.largest.get(column), number_format.to_float(value)
        lane = self.lane(column, room.width()) - _LANE_GAP
        if most is None or size is None or size <= 0 or lane < _LEAST_BAR:
            return
        own = self.columns.get(column)
        colour = QColor(own.colour if own is not None else theme().color("text.muted"))
        colour.setAlphaF(_BAR_OPACITY)
        width = max(_LEAST_BAR, lane * size / most)
        bar = QRectF(room.right() - lane, room.center().y() - _BAR_HEIGHT / 2, width, _BAR_HEIGHT)
        painter.fillRect(bar, colour)


def paint_mark_before(painter: QPainter, room: QRectF, mark: LegendEntry) -> None:
    """Draw a mark at the left of a cell or heading."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_legend_mark(painter, mark, QRectF(room.left(), room.top(), _MARK, room.height()))
    painter.restore()

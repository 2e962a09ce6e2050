"""How a table shows what the chart above it draws: the marks of its series, bars behind the numbers of its measures,
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
_BAR_OPACITY: Final = 0.16
_BAR_INSET: Final = 5.0
_LEAST_BAR: Final = 2.0
_BAR_END: Final = 4.0
"""Pixels of a bar behind the last digit."""


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

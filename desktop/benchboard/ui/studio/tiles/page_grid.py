"""Between the grid's columns and rows and the page's pixels (scene coordinates: pixels of the view, zoom included)."""

import math
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSizeF

from benchboard.dashboards.layout import Cell
from benchboard.ui.studio.tiles.frame_insets import PAD, inset
from benchboard.ui.theme import theme

MARGIN: Final = 20
NARROWEST: Final = 720
"""So wide the desktop's page is at least, at 100 %."""


class PageGrid:
    """A page in a view `room` pixels wide, with so many columns, shown at `zoom`; `sharp` is how many device pixels a
    pixel of the view has. The scene is never scaled, so that a tile's picture is copied and not resampled. In less room
    than `least` (at 100 %, without margins) it scrolls sideways."""

    def __init__(
        self, columns: int, room: float, zoom: float = 1.0, sharp: float = 1.0, least: float = NARROWEST
    ) -> None:
        self.columns, self.zoom, self.sharp = columns, zoom, sharp
        self.margin = MARGIN * zoom
        self.width = max(room - 2 * self.margin, least * zoom)
        self.gap = theme().px("tile.gap") * zoom
        self.row = theme().px("tile.row_unit") * zoom
        self.column = (self.width - self.gap * (columns - 1)) / columns

    def rect(self, cell: Cell, around: Sequence[Cell] = ()) -> QRectF:
        """Where a cell lies, `around` it the frames it is in, with its edges on device pixels: its picture is then as
        sharp as it was drawn."""
        x, y, w, h = cell
        step, rise, sharp = self.column + self.gap, self.row + self.gap, self.sharp
        left, top = round((self.margin + x * step) * sharp) / sharp, round((self.margin + y * rise) * sharp) / sharp
        right = round((self.margin + (x + w) * step - self.gap) * sharp) / sharp
        bottom = round((self.margin + (y + h) * rise - self.gap) * sharp) / sharp
        if self.gap * sharp < 1:  # so far away that the gaps would vanish: what lies apart is still seen apart
            right -= 1 / sharp if right - left > 2 / sharp else 0
            bottom -= 1 / sharp if bottom - top > 2 / sharp else 0
        return inset(QRectF(left, top, right - left, bottom - top), cell, around, PAD * self.zoom)

    def nearest(self, corner: QPointF) -> tuple[int, int]:
        """The column and row whose top left corner is nearest; may lie outside the grid."""
        x = round((corner.x() - self.margin) / (self.column + self.gap))
        y = round((corner.y() - self.margin) / (self.row + self.gap))
        return x, y

    def exact(self, spot: QPointF) -> tuple[float, float]:
        """A point in columns and rows, where whole numbers are the middles of the gaps."""
        x = (spot.x() - self.margin + self.gap / 2) / (self.column + self.gap)
        return x, (spot.y() - self.margin + self.gap / 2) / (self.row + self.gap)

    def gutter(self, column: float, row: float) -> QPointF:
        """Where the gaps before a column and a row cross; halves lie in the middle of a field."""
        x = self.margin + column * (self.column + self.gap) - self.gap / 2
        return QPointF(x, self.margin + row * (self.row + self.gap) - self.gap / 2)

    def field(self, spot: QPointF) -> tuple[int, int]:
        """The column and row a point lies in, each with half the gaps around it; inside the grid's columns, from row
        0 on."""
        x, y = self.exact(spot)
        return max(0, min(math.floor(x), self.columns - 1)), max(0, math.floor(y))

    def span(self, size: QSizeF) -> tuple[int, int]:
        """How many columns and rows come nearest to a size."""
        w = round((size.width() + self.gap) / (self.column + self.gap))
        h = round((size.height() + self.gap) / (self.row + self.gap))
        return max(1, w), max(1, h)

    def page(self, bottom: int, least: float) -> QRectF:
        """The whole page, with room for one more tile below row `bottom`."""
        height = max(2 * self.margin + (bottom + 4) * (self.row + self.gap), least)
        return QRectF(0, 0, self.width + 2 * self.margin, height)

"""Converts between grid cells and scene coordinates (pixels of the view, zoom included)."""

import math
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSizeF

from benchboard.dashboards.layout import Cell
from benchboard.ui.theme import theme

MARGIN: Final = 20
WALL_MARGIN: Final = 32
"""The margin of a page that is presented, in pixels at 1440×900."""
WALL_FOOT: Final = 26
"""The height of the line with the dots below a page that is presented, in pixels at 1440×900; a part of its margin."""
MIN_PAGE_WIDTH: Final = 720
"""The minimum width of the desktop page in pixels, at 100 %."""


class PageGrid:
    """The grid of a page in a view `available_width` pixels wide. `pixel_ratio` is the number of device pixels a pixel.

    The scene is never scaled, so that the pixmap of a tile is copied and not resampled. A view narrower than
    `min_width` (at 100 %, without margins) scrolls sideways. `row` is the height of a row in pixels, zoom included; 0
    is the usual one.
    """

    def __init__(
        self,
        columns: int,
        available_width: float,
        zoom: float = 1.0,
        pixel_ratio: float = 1.0,
        min_width: float = MIN_PAGE_WIDTH,
        margin: float = MARGIN,
        row: float = 0.0,
    ) -> None:
        self.columns, self.zoom, self.pixel_ratio = columns, zoom, pixel_ratio
        self.margin = margin * zoom
        self.width = max(available_width - 2 * self.margin, min_width * zoom)
        self.gap = theme().px("tile.gap") * zoom
        self.row = row or theme().px("tile.row_unit") * zoom
        self.column = (self.width - self.gap * (columns - 1)) / columns

    def rect(self, cell: Cell) -> QRectF:
        """The rectangle of a cell; its edges are on device pixels, which keeps the pixmap sharp."""
        x, y, w, h = cell
        step, rise, pixel_ratio = self.column + self.gap, self.row + self.gap, self.pixel_ratio
        left, top = (
            round((self.margin + x * step) * pixel_ratio) / pixel_ratio,
            round((self.margin + y * rise) * pixel_ratio) / pixel_ratio,
        )
        right = round((self.margin + (x + w) * step - self.gap) * pixel_ratio) / pixel_ratio
        bottom = round((self.margin + (y + h) * rise - self.gap) * pixel_ratio) / pixel_ratio
        if self.gap * pixel_ratio < 1:  # zoomed out so far that the gaps would vanish: keep a visible gap
            right -= 1 / pixel_ratio if right - left > 2 / pixel_ratio else 0
            bottom -= 1 / pixel_ratio if bottom - top > 2 / pixel_ratio else 0
        return QRectF(left, top, right - left, bottom - top)

    def nearest(self, corner: QPointF) -> tuple[int, int]:
        """The column and row whose top left corner is nearest to a point; it may lie outside the grid."""
        x = round((corner.x() - self.margin) / (self.column + self.gap))
        y = round((corner.y() - self.margin) / (self.row + self.gap))
        return x, y

    def exact(self, spot: QPointF) -> tuple[float, float]:
        """A point in columns and rows, where whole numbers are the middles of the gaps."""
        x = (spot.x() - self.margin + self.gap / 2) / (self.column + self.gap)
        return x, (spot.y() - self.margin + self.gap / 2) / (self.row + self.gap)

    def gutter(self, column: float, row: float) -> QPointF:
        """The point where the gaps before a column and before a row cross; .5 is the middle of a cell."""
        x = self.margin + column * (self.column + self.gap) - self.gap / 2
        return QPointF(x, self.margin + row * (self.row + self.gap) - self.gap / 2)

    def field(self, spot: QPointF) -> tuple[int, int]:
        """The column and row of a point, half of the gaps included; clamped to the grid's columns and to row 0."""
        x, y = self.exact(spot)
        return max(0, min(math.floor(x), self.columns - 1)), max(0, math.floor(y))

    def span(self, size: QSizeF) -> tuple[int, int]:
        """The number of columns and rows nearest to a size in pixels."""
        w = round((size.width() + self.gap) / (self.column + self.gap))
        h = round((size.height() + self.gap) / (self.row + self.gap))
        return max(1, w), max(1, h)

    def page(self, bottom: int, min_width: float) -> QRectF:
        """The whole page, with space for one more tile below row `bottom`."""
        height = max(2 * self.margin + (bottom + 4) * (self.row + self.gap), min_width)
        return QRectF(0, 0, self.width + 2 * self.margin, height)

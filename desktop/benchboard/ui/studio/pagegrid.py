"""Between the grid's columns and rows and the page's pixels (scene coordinates: pixels at 100 %)."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSizeF

from benchboard.dashboards.layout import Cell
from benchboard.ui.theme import theme

MARGIN: Final = 20
NARROWEST: Final = 720
"""A page narrower than this scrolls sideways."""


@dataclass(frozen=True, slots=True)
class PageGrid:
    """A page `width` wide with so many columns; `sharp` is how many device pixels a scene pixel has."""

    columns: int
    width: float
    sharp: float = 1.0

    @property
    def gap(self) -> int:
        return theme().px("tile.gap")

    @property
    def row(self) -> int:
        return theme().px("tile.row_unit")

    @property
    def column(self) -> float:
        return (self.width - self.gap * (self.columns - 1)) / self.columns

    def rect(self, cell: Cell) -> QRectF:
        """Where a cell lies, with its edges on device pixels: its picture is then as sharp as it was drawn."""
        step, rise = self.column + self.gap, self.row + self.gap
        left, top = self._snap(MARGIN + cell.x * step), self._snap(MARGIN + cell.y * rise)
        right = self._snap(MARGIN + cell.right * step - self.gap)
        bottom = self._snap(MARGIN + cell.bottom * rise - self.gap)
        return QRectF(QPointF(left, top), QPointF(right, bottom))

    def nearest(self, corner: QPointF) -> tuple[int, int]:
        """The column and row whose top left corner is nearest; may lie outside the grid."""
        x = round((corner.x() - MARGIN) / (self.column + self.gap))
        y = round((corner.y() - MARGIN) / (self.row + self.gap))
        return x, y

    def span(self, size: QSizeF) -> tuple[int, int]:
        """How many columns and rows come nearest to a size."""
        w = round((size.width() + self.gap) / (self.column + self.gap))
        h = round((size.height() + self.gap) / (self.row + self.gap))
        return max(1, w), max(1, h)

    def page(self, bottom: int, least: float) -> QRectF:
        """The whole page, with room for one more tile below row `bottom`."""
        height = max(2 * MARGIN + (bottom + 4) * (self.row + self.gap), least)
        return QRectF(0, 0, self.width + 2 * MARGIN, height)

    def _snap(self, value: float) -> float:
        return round(value * self.sharp) / self.sharp

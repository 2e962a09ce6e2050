"""Finds the alignment guides for dragged items: edges aligned with those of other items, and equal gaps."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF

from benchboard.dashboards.layout import Cell, Guides, PageIndex, Path, SnapHints
from benchboard.ui.studio.tiles.page_grid import PageGrid


class GuideFinder:
    """Compares the drop position with the `resting` items near the view, in each grid of the page.

    Only items at most a view away are indexed: indexing a page of a thousand would take as long as a frame.
    """

    def __init__(
        self, grid: PageGrid, page: PageIndex, dragged: Mapping[str, Cell], resting: Mapping[str, Cell]
    ) -> None:
        self._grid, self._page, self._dragged, self._resting = grid, page, dragged, resting
        self._indexes: dict[tuple[Path, int], tuple[Guides, Mapping[str, int]]] = {}

    def find(
        self, target: Path, drop_cells: Sequence[Cell], displaced: Mapping[str, Cell], visible: QRectF
    ) -> SnapHints | None:
        """The guides to paint in the visible part; None if nothing would land."""
        if not drop_cells:
            return None
        left, top = self._grid.field(visible.topLeft())
        right, bottom = self._grid.field(visible.bottomRight())
        view = Cell(left, top, right - left + 1, bottom - top + 1)
        key = target, top // view.h
        if key not in self._indexes:
            self._indexes[key] = self._index(target, view.h, key[1])
        guides, numbers = self._indexes[key]
        moved = {numbers[one]: cell for one, cell in displaced.items() if one in numbers}
        return guides.for_body(drop_cells, moved, view=view)

    def _index(self, target: Path, height: int, block: int) -> tuple[Guides, Mapping[str, int]]:
        """The resting items of a grid that are at most a view away from a block of rows."""
        rows = range((block - 1) * height, (block + 3) * height)
        near = [one for one, cell in self._resting.items() if cell.y in rows and one not in self._dragged]
        numbers = {one: number for number, one in enumerate(near) if self._page.path(one) == target}
        return Guides({number: self._resting[one] for one, number in numbers.items()}), numbers

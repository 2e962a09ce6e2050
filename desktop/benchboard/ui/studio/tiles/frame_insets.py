"""Insets items from the frame of the group or tabs around them: the frame itself is on the grid."""

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QRectF

from benchboard.dashboards.layout import ROW, Cell, PageIndex, Path

PAD: Final = 6.0
"""Pixels at 100 % between a frame's edge and the items in it."""
_MAX_INSET: Final = 0.2
"""The maximum inset at each side of an item in nested frames, as a share of its size."""


def frames_around(page: PageIndex, path: Path, cells: Mapping[str, Cell]) -> Sequence[Cell]:
    """The cells of the frames around a grid of the page; a row has no frame."""
    return [cells[outer] for outer, _k in path if outer in cells and page.item(outer).type != ROW] if path else ()


def inset(box: QRectF, cell: Cell, around: Sequence[Cell], pad: float = PAD) -> QRectF:
    """The rectangle of a cell inside these frames: `pad` pixels away from each frame that ends where the cell does."""
    if not around:
        return box
    wide, high = _MAX_INSET * box.width(), _MAX_INSET * box.height()
    left = min(pad * sum(frame.x == cell.x for frame in around), wide)
    right = min(pad * sum(frame.right == cell.right for frame in around), wide)
    bottom = min(pad * sum(frame.bottom == cell.bottom for frame in around), high)
    return box.adjusted(round(left), 0, -round(right), -round(bottom))

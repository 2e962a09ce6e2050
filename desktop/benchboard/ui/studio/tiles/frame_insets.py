"""What lies in a group or in tabs stands a little inside their frame where its fields reach the frame's edge: the
frame itself keeps to the grid."""

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QRectF

from benchboard.dashboards.layout import ROW, Cell, PageIndex, Path

PAD: Final = 6.0
"""Pixels at 100 % from a frame's edge to what it holds."""
_MOST: Final = 0.2
"""So much of itself something deep in frames gives way at each side, at the most."""


def frames_around(page: PageIndex, path: Path, cells: Mapping[str, Cell]) -> Sequence[Cell]:
    """The cells of the frames that what lies in a grid of the page has around it; a row has none."""
    return [cells[outer] for outer, _k in path if outer in cells and page.item(outer).type != ROW] if path else ()


def inset(box: QRectF, cell: Cell, around: Sequence[Cell], pad: float = PAD) -> QRectF:
    """The rectangle of a cell inside these frames, `pad` away from each whose edge is its own."""
    if not around:
        return box
    wide, high = _MOST * box.width(), _MOST * box.height()
    left = min(pad * sum(frame.x == cell.x for frame in around), wide)
    right = min(pad * sum(frame.right == cell.right for frame in around), wide)
    bottom = min(pad * sum(frame.bottom == cell.bottom for frame in around), high)
    return box.adjusted(round(left), 0, -round(right), -round(bottom))

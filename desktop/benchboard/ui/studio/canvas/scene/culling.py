"""Decides which tiles get a pixmap when there is not enough memory for all: the topmost first, covered ones none."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QRectF
from PySide6.QtGui import QRegion

from benchboard.ui.studio.canvas.scene.tile import Tile

MAX_PIXELS: Final = 64_000_000
"""Device pixels of all pixmaps together: a quarter of a gigabyte, five views of a large screen."""


class PixmapAllocation(NamedTuple):
    """The tiles near the view, by what each gets."""

    full: Sequence[Tile]
    coarse: Sequence[Tile]
    """Tiles without memory for a pixmap, which get a placeholder."""
    hidden: Sequence[Tile]
    """Tiles that are completely covered by others."""


def allocate(tiles: Sequence[Tile], near: QRectF) -> PixmapAllocation:
    """Allocate the memory to the tiles near the view, given in stacking order."""
    if sum(tile.pixels for tile in tiles) <= MAX_PIXELS:
        return PixmapAllocation(tiles, (), ())
    full: list[Tile] = []
    coarse: list[Tile] = []
    hidden: list[Tile] = []
    covered, free = QRegion(), float(MAX_PIXELS)
    for tile in sorted(tiles, key=lambda tile: tile.zValue())[::-1]:
        part = QRegion(tile.rect.intersected(near).toAlignedRect())
        if part.subtracted(covered).isEmpty():
            hidden.append(tile)
            continue
        if tile.pixels <= free:
            free -= tile.pixels
            full.append(tile)
        else:
            coarse.append(tile)
        if not tile.lifted:
            covered += part
    return PixmapAllocation(full, coarse, hidden)

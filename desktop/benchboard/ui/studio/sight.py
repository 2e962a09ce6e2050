"""Which tiles get a picture where there is not room for all: those on top first, those behind others none."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QRectF
from PySide6.QtGui import QRegion

if TYPE_CHECKING:
    from benchboard.ui.studio.tile import Tile

MOST: Final = 64_000_000
"""Device pixels of all pictures together, a quarter of a gigabyte: five views of a large screen."""


class Shares(NamedTuple):
    """What becomes of the tiles near the view."""

    whole: "Sequence[Tile]"
    coarse: "Sequence[Tile]"
    """There is no room for a picture of these, only for an empty frame."""
    behind: "Sequence[Tile]"
    """Nothing of these can be seen."""


def share(tiles: "Sequence[Tile]", near: QRectF) -> Shares:
    """Share the room out among the tiles near the view, given in the order in which they were put on the page."""
    if sum(tile.pixels for tile in tiles) <= MOST:
        return Shares(tiles, (), ())
    whole: list[Tile] = []
    coarse: list[Tile] = []
    behind: list[Tile] = []
    covered, room = QRegion(), float(MOST)
    for tile in sorted(tiles, key=lambda tile: tile.zValue())[::-1]:
        part = QRegion(tile.rect.intersected(near).toAlignedRect())
        if part.subtracted(covered).isEmpty():
            behind.append(tile)
            continue
        if tile.pixels <= room:
            room -= tile.pixels
            whole.append(tile)
        else:
            coarse.append(tile)
        if not tile.lifted:
            covered += part
    return Shares(whole, coarse, behind)

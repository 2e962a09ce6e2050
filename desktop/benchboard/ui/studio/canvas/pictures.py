"""The pictures of the tiles: drawn where they are in sight, kept nearby, forgotten far away, and never more than there
is room for."""

import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer

from benchboard.ui.studio.canvas.sight import MOST, share
from benchboard.ui.studio.canvas.tile import Tile

if TYPE_CHECKING:
    from benchboard.ui.studio.canvas.canvas import Canvas

_DRAWING_S: Final = 0.006
"""How long pictures are drawn at a stretch before the next event has its turn."""
_KEPT: Final = 2.0
"""Pictures are kept this many views above and below what is in sight."""
_LEGIBLE: Final = 0.15
"""Below this zoom a tile is an empty frame: nothing in it could be told apart."""


class Pictures(QObject):
    """Draws them, the most wanted first."""

    def __init__(self, canvas: "Canvas") -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._stale: dict[Tile, None] = {}
        self._spared: set[Tile] = set()
        """Those near the view that have no picture, for want of room."""
        self._moved = False
        """Whether that has to be looked at again."""
        self._sketched: dict[Tile, object] = {}
        """The empty frames, and for which size and look each was drawn."""
        self._redraw = QTimer(self, interval=0, singleShot=True)
        self._redraw.timeout.connect(self._draw_stale)

    @property
    def waiting(self) -> bool:
        """Whether some are still to be drawn."""
        return self._redraw.isActive()

    def drop(self, tile: Tile) -> None:
        """Forget a tile that goes."""
        self._stale.pop(tile, None)
        self._spared.discard(tile)
        self._sketched.pop(tile, None)

    def draw_seen(self) -> None:
        """Have a picture of every tile in sight: at once, or while somebody holds something as soon as there is time;
        those nearby are drawn when nothing else is to do, those far away forgotten."""
        seen, busy = self._canvas.seen(), self._canvas.busy
        near = seen.adjusted(0, -seen.height() / 2, 0, seen.height() / 2)
        kept = seen.adjusted(0, -seen.height() * _KEPT, 0, seen.height() * _KEPT)
        self._moved = False
        by, kept_far = list[Tile](), list[Tile]()
        for tile in self._canvas.tiles.values():
            if not isinstance(tile, Tile):
                continue
            if tile.rect.intersects(near):
                by.append(tile)
            elif tile.rect.intersects(kept):
                kept_far.append(tile)
            else:
                self._forget(tile)
        shares = share(by, near)
        self._spared = {*shares.coarse, *shares.behind}
        if sum(tile.pixels for tile in (*shares.whole, *kept_far) if tile.drawn) > MOST:
            for tile in kept_far:
                self._forget(tile)
        for tile in shares.behind:
            self._forget(tile)
        for tile in shares.coarse:
            self._stale.pop(tile, None)
            tile.sketch(coarse=True)
        for tile in shares.whole:
            if not tile.fresh:
                self._want(tile, now=not busy and tile.rect.intersects(seen))
        self._canvas.feeds.prefer([tile.item.id for tile in by if tile.rect.intersects(seen)])
        if self._stale:
            self._redraw.start()

    def _forget(self, tile: Tile) -> None:
        tile.forget()
        self._stale.pop(tile, None)

    def want_soon(self, tile: Tile) -> None:
        """Draw a tile's picture anew as soon as the pointer's own work is done."""
        if tile in self._spared:
            self.share_anew()
            return
        self._want(tile, now=False)
        self._redraw.start()

    def share_anew(self) -> None:
        """Something is in another place: where there is not room for all pictures, others may need one now."""
        if self._spared and not self._moved:
            self._moved = True
            self._redraw.start()

    def _want(self, tile: Tile, *, now: bool) -> None:
        if now or self._canvas.zoom < _LEGIBLE:
            self._draw(tile)
            self._stale.pop(tile, None)
        else:
            if not tile.drawn:
                tile.sketch()
            self._stale[tile] = None

    def _draw_stale(self) -> None:
        end = time.perf_counter() + _DRAWING_S
        if self._moved:
            self.draw_seen()
        while self._stale:
            tile = next(iter(self._stale))
            del self._stale[tile]
            if not tile.fresh:
                self._draw(tile)
            if time.perf_counter() > end:
                self._redraw.start()
                return

    def _draw(self, tile: Tile) -> None:
        canvas = self._canvas
        if canvas.zoom >= _LEGIBLE:
            self._sketched.pop(tile, None)
            tile.render()
            return
        look = (tile.rect.width(), tile.rect.height(), canvas.sharp, canvas.look)
        if self._sketched.get(tile) != look or tile.pixmap().isNull():
            self._sketched[tile] = look
            tile.sketch()

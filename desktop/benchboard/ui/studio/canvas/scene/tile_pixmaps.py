"""Schedules when tile pixmaps are drawn and dropped: visible ones first, nearby ones when idle, distant ones not at
all, and never more than fit in memory.
"""

import time
from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QObject, QTimer

from benchboard.ui.studio.canvas.scene import culling
from benchboard.ui.studio.canvas.scene.container_frame import ContainerFrame
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.canvas.scene.view_protocol import ViewProtocol
from benchboard.ui.studio.tiles.query_results import WidgetQueryRunner

_BATCH_S: Final = 0.006
"""Seconds of drawing before other events are handled."""
_KEEP_VIEWS: Final = 2.0
"""Pixmaps are kept this many views above and below the visible part."""
_LEGIBLE_ZOOM: Final = 0.15
"""Below this zoom a tile is an empty frame: nothing in it would be legible."""


class TilePixmaps(QObject):
    """Draws the pixmaps of the tiles, the most urgent first."""

    def __init__(
        self,
        view: ViewProtocol,
        tiles: Mapping[str, Tile | ContainerFrame],
        query_runner: WidgetQueryRunner,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._view, self._tiles, self._query_runner = view, tiles, query_runner
        self._outdated: dict[Tile, None] = {}
        """Tiles to draw, in this order."""
        self._without: set[Tile] = set()
        """Tiles near the view that have no pixmap because memory is short."""
        self._must_reallocate = False
        """Whether memory may have to be given to other tiles."""
        self._placeholders: dict[Tile, object] = {}
        """The size and theme for which each tile's empty frame was drawn."""
        self._timer = QTimer(self, interval=0, singleShot=True)
        self._timer.timeout.connect(self._draw_outdated)

    @property
    def pending(self) -> bool:
        """Whether tiles are still to be drawn."""
        return self._timer.isActive()

    def forget(self, tile: Tile) -> None:
        """Forget a tile that was removed from the page."""
        self._outdated.pop(tile, None)
        self._without.discard(tile)
        self._placeholders.pop(tile, None)

    def update_visible(self) -> None:
        """Ensure that every visible tile has a pixmap: at once, or during a drag as soon as there is time.

        Nearby tiles are drawn when idle; pixmaps of distant ones are dropped.
        """
        view, busy = self._view.visible_rect(), self._view.busy
        near = view.adjusted(0, -view.height() / 2, 0, view.height() / 2)
        keep_area = view.adjusted(0, -view.height() * _KEEP_VIEWS, 0, view.height() * _KEEP_VIEWS)
        self._must_reallocate = False
        nearby, distant = list[Tile](), list[Tile]()
        for tile in self._tiles.values():
            if not isinstance(tile, Tile):
                continue
            if tile.rect.intersects(near):
                nearby.append(tile)
            elif tile.rect.intersects(keep_area):
                distant.append(tile)
            else:
                self._drop(tile)
        allocation = culling.allocate(nearby, near)
        self._without = {*allocation.coarse, *allocation.hidden}
        if sum(tile.pixels for tile in (*allocation.full, *distant) if tile.is_rendered) > culling.MAX_PIXELS:
            for tile in distant:
                self._drop(tile)
        for tile in allocation.hidden:
            self._drop(tile)
        for tile in allocation.coarse:
            self._outdated.pop(tile, None)
            tile.show_placeholder(coarse=True)
        for tile in allocation.full:
            if not tile.is_current:
                self._request(tile, now=not busy and tile.rect.intersects(view))
        self._query_runner.prioritize([tile.item.id for tile in nearby if tile.rect.intersects(view)])
        if self._outdated:
            self._timer.start()

    def request(self, tile: Tile) -> None:
        """Redraw a tile's pixmap as soon as pending events are handled."""
        if tile in self._without:
            self.reallocate()
            return
        self._request(tile, now=False)
        self._timer.start()

    def reallocate(self) -> None:
        """Reallocate memory after a move: if it is short, other tiles may need a pixmap now."""
        if self._without and not self._must_reallocate:
            self._must_reallocate = True
            self._timer.start()

    def _drop(self, tile: Tile) -> None:
        tile.drop_pixmap()
        self._outdated.pop(tile, None)

    def _request(self, tile: Tile, *, now: bool) -> None:
        if now or self._view.zoom < _LEGIBLE_ZOOM:
            self._draw(tile)
            self._outdated.pop(tile, None)
        else:
            if not tile.is_rendered:
                tile.show_placeholder()
            self._outdated[tile] = None

    def _draw_outdated(self) -> None:
        end = time.perf_counter() + _BATCH_S
        if self._must_reallocate:
            self.update_visible()
        while self._outdated:
            tile = next(iter(self._outdated))
            del self._outdated[tile]
            if not tile.is_current:
                self._draw(tile)
            if time.perf_counter() > end:
                self._timer.start()
                return

    def _draw(self, tile: Tile) -> None:
        view = self._view
        if view.zoom >= _LEGIBLE_ZOOM:
            self._placeholders.pop(tile, None)
            tile.render()
            return
        key = (tile.rect.width(), tile.rect.height(), view.pixel_ratio, view.theme_version)
        if self._placeholders.get(tile) != key or tile.pixmap().isNull():
            self._placeholders[tile] = key
            tile.show_placeholder()

"""The narrow interface through which interactions use the canvas: the page, a hit test and a preview."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from PySide6.QtCore import QPoint, QRectF

from benchboard.dashboards.layout import Item, PageIndex
from benchboard.ui.studio.canvas.scene.container_frame import ContainerFrame
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.tiles.page_grid import PageGrid


class CanvasProtocol(Protocol):
    """What an interaction may use of the canvas. It commits to the editor."""

    @property
    def editor(self) -> Editor: ...
    @property
    def grid(self) -> PageGrid: ...
    @property
    def tiles(self) -> Mapping[str, Tile | ContainerFrame]: ...
    def visible_rect(self) -> QRectF: ...

    def tile_at(self, spot: QPoint) -> Tile | ContainerFrame | None:
        """Hit test: the tile or container at a point of the view."""

    def show_page(self, page: PageIndex, keep: Iterable[str] = ()) -> None:
        """Preview: show another page; the tiles to keep stay although they are not on it."""

    def add_dragged_tile(self, item: Item) -> None:
        """Preview: make a tile for an item that is not on the page yet."""

    def place_tile(self, item_id: str, rect: QRectF) -> None:
        """Preview: move and resize a tile."""

    def lift_tiles(self, ids: Iterable[str]) -> None:
        """Preview: raise tiles above the others."""

"""The narrow interfaces through which this package uses the view of a page, which it never imports."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt

from benchboard.dashboards.layout import Item, PageIndex
from benchboard.ui.studio.canvas.scene.container_frame import ContainerFrame
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.tiles.page_grid import PageGrid


class CanvasProtocol(Protocol):
    """What an interaction may use of the view: the page, a hit test and a preview. It commits to the editor."""

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


class InputViewProtocol(CanvasProtocol, Protocol):
    """What pointer, keyboard and `DragController` may use of the view as well: where it is, and how it looks."""

    @property
    def zoom(self) -> float: ...
    @property
    def busy(self) -> bool:
        """Whether something is being dragged."""

    def start_dragging(self) -> None:
        """Be busy from now on."""

    def stop_dragging(self) -> None:
        """Be busy no longer: put the tiles down, and repaint what was painted over them."""

    def hasFocus(self) -> bool: ...
    def mapToScene(self, spot: QPoint, /) -> QPointF: ...

    def scroll_position(self) -> QPoint: ...
    def scroll_to(self, position: QPoint) -> None: ...
    def scroll_at_pointer(self) -> QPointF | None:
        """Scroll if the pointer is near an edge; returns its new place in the scene, None if the page didn't move."""

    def reveal(self, ids: Sequence[str]) -> None:
        """Scroll until these are in view."""

    def show_cursor(self, shape: Qt.CursorShape) -> None: ...
    def repaint_overlay(self) -> None:
        """Repaint all that is painted over the tiles."""

    def update_overlay(self, areas: Iterable[QRectF]) -> None:
        """Repaint what is painted over the tiles: here now, and where it was before."""

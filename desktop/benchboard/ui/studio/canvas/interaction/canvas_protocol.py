"""The narrow interfaces through which this package uses the page view, which it never imports."""

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
        """Preview: add a tile for an item that is not on the page yet."""

    def place_tile(self, item_id: str, rect: QRectF) -> None:
        """Preview: move and resize a tile."""

    def lift_tiles(self, ids: Iterable[str], body: Sequence[str]) -> None:
        """Preview: raise tiles above the others; those of the `body` cast the shadow."""

    def follow_lifted(self) -> None:
        """Preview: the shadow follows the lifted tiles."""


class InputViewProtocol(CanvasProtocol, Protocol):
    """What pointer, keyboard and `DragController` may also use of the view: position, scrolling and appearance."""

    @property
    def zoom(self) -> float: ...
    @property
    def busy(self) -> bool:
        """Whether something is being dragged."""

    def start_dragging(self) -> None:
        """Set `busy`."""

    def stop_dragging(self) -> None:
        """Clear `busy`: lower the tiles, and repaint the overlay."""

    def hasFocus(self) -> bool: ...
    def mapToScene(self, spot: QPoint, /) -> QPointF: ...

    def scroll_position(self) -> QPoint: ...
    def scroll_to(self, position: QPoint) -> None: ...
    def scroll_at_pointer(self) -> QPointF | None:
        """Scroll if the pointer is near an edge; returns the pointer's new scene position, None if the page didn't
        scroll.
        """

    def reveal(self, ids: Sequence[str]) -> None:
        """Scroll these items into view."""

    def show_cursor(self, shape: Qt.CursorShape) -> None: ...
    def repaint_overlay(self) -> None:
        """Repaint the whole overlay."""

    def update_overlay(self, areas: Iterable[QRectF]) -> None:
        """Repaint the overlay in these areas and in those of the last call."""

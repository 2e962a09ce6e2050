"""The base of all interactions that move or resize items: a preview on the page, and the step that they commit.

An interaction is a function of the page at its start and of the pointer's present position (`dashboards.layout`
computes the preview): moving the pointer back undoes the preview, and cancelling leaves no changes.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from benchboard.dashboards.layout import Cell, Layout, Path, SnapHints
from benchboard.ui.studio.canvas.interaction.canvas_protocol import CanvasProtocol
from benchboard.ui.studio.canvas.interaction.drop_target import DropTarget, find_drop_target
from benchboard.ui.studio.canvas.interaction.group_frame import GroupFrame
from benchboard.ui.studio.canvas.interaction.guide_finder import GuideFinder
from benchboard.ui.studio.canvas.scene import guide_overlay, overlay
from benchboard.ui.studio.tiles.page_grid import PageGrid

Cells = dict[str, Cell]


class ItemInteraction(ABC):
    """Items being moved or resized by the pointer.

    The page shows the `resting` cells, overridden by the `displaced` ones; the `dragged` items float above.
    """

    title: str
    """The title of the undo step that it commits."""
    resizes = False
    """Whether it changes sizes rather than positions."""

    def __init__(self, canvas: CanvasProtocol, start: QPointF) -> None:
        self.canvas = canvas
        self.grid, self.page, self.compact = canvas.grid, canvas.editor.page, canvas.editor.document.compact
        self.start_point = self.pointer = start
        """The pointer in scene coordinates: at the start, and now."""
        self.body: list[str] = []
        """The ids of the items that are moved or resized, without the items in them."""
        self.dragged: Mapping[str, Cell] = {}
        """All items that float, and their cells at the start."""
        self.target: Path = ()
        """The grid of the page that `body` would land in."""
        self.displaced: Cells = {}
        """The cells of items that would not be at their `resting` cell, including `body`."""
        self.drop_target: DropTarget | None = None
        self._guides: SnapHints | None = None
        self._guide_finder: GuideFinder | None = None

    # Computed by each kind of interaction

    @property
    @abstractmethod
    def resting(self) -> Mapping[str, Cell]:
        """The cells of all items that stay while `body` floats."""

    @property
    @abstractmethod
    def drop_cells(self) -> list[Cell]:
        """Where `body` would land, in grid units of the page."""

    @abstractmethod
    def move_to(self, pointer: QPointF, until: int) -> Cells:
        """The displaced cells with the pointer here; those from row `until` on are not visible and may be omitted.

        Returns the same object as before if nothing has changed.
        """

    @abstractmethod
    def floating_rect(self, item_id: str) -> QRectF:
        """The scene rectangle in which a dragged item is shown."""

    @abstractmethod
    def layout(self) -> Layout:
        """The layout of the page if the interaction ended now."""

    @property
    def moved_ids(self) -> Sequence[str]:
        """The ids whose new cells are the drop target."""
        return self.body

    @property
    def drop_label(self) -> str:
        """The position or size that `body` would get, as text; empty if there is no drop target."""
        target = self.drop_target
        return target.label if target is not None and target.cells else ""

    # From start to end

    def start(self) -> None:
        """Lift the dragged items, and place all others at their `resting` cells."""
        self.canvas.lift_tiles(self.dragged, self.body)
        shown, resting = self.page.shown, self.resting
        cells = {**resting, **self.dragged}
        for item_id, cell in resting.items():
            if item_id not in self.dragged and shown.get(item_id) != cell:
                self.canvas.tiles[item_id].place(self._rect(item_id, cells))

    def update(self, pointer: QPointF) -> None:
        """Preview the result of ending here."""
        canvas, dragged = self.canvas, self.dragged
        before = self.displaced
        after = self.move_to(pointer, self._first_hidden_row())
        if after is not before:
            cells = {**self.resting, **dragged, **after}
            self.drop_target = find_drop_target(
                self.page, self.target, self.moved_ids, cells, resizes=self.resizes, shown_as=canvas.editor.rendered
            )
            for item_id in before.keys() - after.keys():
                if item_id not in dragged:
                    canvas.tiles[item_id].place(self._rect(item_id, cells))
            for item_id in self._inside_containers(before.keys() | after.keys()):
                if item_id not in dragged:
                    canvas.place_tile(item_id, self._rect(item_id, cells))
            for item_id, cell in after.items():
                if item_id not in dragged and before.get(item_id) != cell:
                    canvas.place_tile(item_id, self._rect(item_id, cells))
            if self._guide_finder is None:
                self._guide_finder = GuideFinder(self.grid, self.page, dragged, self.resting)
            self._guides = self._guide_finder.find(self.target, self.drop_cells, self.displaced, canvas.visible_rect())
        for item_id in dragged:
            canvas.place_tile(item_id, self.floating_rect(item_id))
        canvas.follow_lifted()

    def end(self) -> None:
        """Remove its guides and highlights; called after it was committed or cancelled."""
        self._guides = None

    def commit(self) -> None:
        """Apply its layout as one undo step of the editor."""
        self.canvas.editor.apply_layout(self.title, self.layout(), self.canvas.editor.selection)

    # The overlay

    def paint(self, painter: QPainter) -> None:
        """Paint the drop position, with guides and a label."""
        boxes, dragged = self._drop_rects(), self._outlines()
        framed = self.resizes and len(dragged) > 1
        if self._guides is not None:
            guide_overlay.paint(painter, self.grid, self._guides, overlay.ringed_areas(dragged, framed=framed))
        overlay.paint_drop_target(painter, boxes, dragged)
        overlay.paint_rings(painter, dragged)
        if framed:
            frame = overlay.group_frame(dragged)
            overlay.paint_group_frame(painter, frame)
            overlay.paint_handles(painter, frame, GroupFrame(self.canvas).handles())
        if boxes and dragged and (label := self.drop_label):
            overlay.paint_drop_label(painter, dragged, label)

    def overlay_areas(self) -> list[QRectF]:
        """The areas that `paint` paints."""
        dragged = self._outlines()
        guides = guide_overlay.areas(self.grid, self._guides) if self._guides is not None else []
        frame = [overlay.handles_area(overlay.group_frame(dragged))] if len(dragged) > 1 else []
        return [*guides, *self._drop_rects(), *dragged, *frame, *overlay.drop_label_area(dragged)]

    def _outlines(self) -> list[QRectF]:
        return [self.canvas.tiles[item_id].outline for item_id in self.body]

    def _drop_rects(self) -> list[QRectF]:
        """The scene rectangles where `body` would land."""
        return [self.grid.rect(cell) for cell in self.drop_cells]

    def _rect(self, item_id: str, cells: Mapping[str, Cell]) -> QRectF:
        return self.grid.rect(cells[item_id])

    def _inside_containers(self, ids: Iterable[str]) -> set[str]:
        """The items in the containers among these: they stay inside the containers' frames, wherever those end now."""
        contents = self.page.contents
        return {name for one in ids if one in contents for name in contents[one]}

    def _first_hidden_row(self) -> int:
        """The first row below the view, plus two for tiles that extend into it."""
        bottom = self.canvas.visible_rect().bottom()
        return self.grid.field(QPointF(0, bottom))[1] + 2


def scene_rects(grid: PageGrid, cells: Mapping[str, Cell]) -> dict[str, QRectF]:
    """The scene rectangles of these items."""
    return {one: grid.rect(cell) for one, cell in cells.items()}


def visible_changes(changed: Cells, resting: Mapping[str, Cell], until: int) -> Cells:
    """Those of the changed cells that are above a row, or were."""
    return {
        item_id: cell
        for item_id, cell in changed.items()
        if cell.y < until or (item_id in resting and resting[item_id].y < until)
    }

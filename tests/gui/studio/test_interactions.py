"""Interactions need no more of a view than `CanvasProtocol`: here there is no view."""

from collections.abc import Callable, Iterable, Sequence

import pytest
from boards import PAGE
from PySide6.QtCore import QPoint, QPointF, QRectF

from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.layout import Cell, Item, PageIndex
from benchboard.ui.studio.canvas.interaction.canvas_protocol import CanvasProtocol
from benchboard.ui.studio.canvas.interaction.item_interaction import ItemInteraction
from benchboard.ui.studio.canvas.interaction.marquee import Marquee
from benchboard.ui.studio.canvas.interaction.move import MoveInteraction
from benchboard.ui.studio.canvas.interaction.resize import GroupResizeInteraction, ResizeInteraction
from benchboard.ui.studio.canvas.interaction.split import SplitInteraction, edge_at
from benchboard.ui.studio.canvas.scene.container_frame import ContainerFrame
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.tiles.click_targets import Audience
from benchboard.ui.studio.tiles.page_grid import PageGrid
from benchboard.ui.theme import Theme


class Host:
    """A page with tiles but without a view."""

    zoom = pixel_ratio = 1.0
    theme_version = 1
    audience: Audience = "edit"
    busy = False

    def __init__(self) -> None:
        self.editor = Editor()
        self.editor.load(parse_document({"format": "benchboard/dashboard", "version": 2, "items": PAGE}))
        self.grid = PageGrid(12, 1000)
        self.tiles: dict[str, Tile | ContainerFrame] = {}
        for item_id, cell in self.editor.page.shown.items():
            item = self.editor.page.item(item_id)
            self.tiles[item_id] = ContainerFrame(self, item) if item.panes else Tile(self, item)
            self.place_tile(item_id, self.grid.rect(cell))

    def visible_rect(self) -> QRectF:
        return QRectF(0, 0, 1000, 2000)

    def tile_at(self, spot: QPoint) -> Tile | ContainerFrame | None:
        return next((tile for tile in self.tiles.values() if tile.rect.contains(QPointF(spot))), None)

    def show_page(self, page: PageIndex, keep: Iterable[str] = ()) -> None: ...

    def add_dragged_tile(self, item: Item) -> None: ...

    def place_tile(self, item_id: str, rect: QRectF) -> None:
        self.tiles[item_id].place(rect)

    def lift_tiles(self, ids: Iterable[str], body: Sequence[str]) -> None: ...

    def follow_lifted(self) -> None: ...


@pytest.fixture
def host(light: Theme) -> Host:
    return Host()


def _cells(host: Host) -> dict[str, Cell]:
    return dict(host.editor.page.shown)


def _centre(host: Host, item_id: str) -> QPointF:
    return host.tiles[item_id].rect.center()


def _split(host: CanvasProtocol) -> SplitInteraction:
    edge = edge_at(host.grid, host.editor.page, host.grid.gutter(3, 1.5))
    assert edge is not None
    return SplitInteraction(host, *edge)


BEGIN: dict[str, Callable[[Host], ItemInteraction]] = {
    "move": lambda host: MoveInteraction(host, ["a"], _centre(host, "a")),
    "resize": lambda host: ResizeInteraction(host, "a", "e", _centre(host, "a")),
    "group resize": lambda host: GroupResizeInteraction(host, ["a", "d"], "e", _centre(host, "a")),
    "split": _split,
}


@pytest.mark.parametrize("begin", BEGIN.values(), ids=BEGIN.keys())
def test_interaction_committed_is_one_step_to_its_preview(host: Host, begin: Callable[[Host], ItemInteraction]) -> None:
    before, interaction = _cells(host), begin(host)
    interaction.start()
    interaction.update(_centre(host, "b"))
    assert interaction.drop_target is not None
    shown = {one: interaction.drop_target.page_cells[one] for one in before}
    interaction.commit()
    assert _cells(host) == shown != before
    assert host.editor.undo_stack.count() == 1


@pytest.mark.parametrize("begin", BEGIN.values(), ids=BEGIN.keys())
def test_interaction_returned_to_its_start_changes_nothing(
    host: Host, begin: Callable[[Host], ItemInteraction]
) -> None:
    before, start, interaction = _cells(host), host.grid.gutter(3, 1.5), begin(host)
    interaction.start()
    interaction.update(_centre(host, "c"))
    interaction.update(start if isinstance(interaction, SplitInteraction) else interaction.start_point)
    interaction.commit()
    assert _cells(host) == before
    assert host.editor.undo_stack.count() == 0


def test_marquee_committed_selects_touched_widgets_and_enclosed_containers(host: Host) -> None:
    marquee = Marquee(host, QPointF(0, 0))
    marquee.update(QPointF(host.tiles["g"].rect.right() + 5, host.tiles["g"].rect.bottom() + 5))
    marquee.commit()
    assert set(host.editor.selection) == {"a", "b", "d", "e", "g"}

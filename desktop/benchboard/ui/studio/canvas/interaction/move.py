"""Moves items by the pointer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF

from benchboard.dashboards.layout import TABS, Cell, ContainerDrag, Layout, PageIndex, Path
from benchboard.i18n import _
from benchboard.ui.studio.canvas.interaction.canvas_protocol import CanvasProtocol
from benchboard.ui.studio.canvas.interaction.item_interaction import (
    Cells,
    ItemInteraction,
    scene_rects,
    visible_changes,
)
from benchboard.ui.studio.canvas.interaction.rejections import why_not_another_grid
from benchboard.ui.studio.canvas.scene.container_frame import ContainerFrame


class MoveInteraction(ItemInteraction):
    """Moves items and their content as one rigid body; the first of `ids` is under the pointer.

    On a narrow page they stay in the first one's grid: containers belong to the desktop page.
    """

    def __init__(self, canvas: CanvasProtocol, ids: Sequence[str], start: QPointF) -> None:
        super().__init__(canvas, start)
        self.title = _("Move")
        self.keeps_grid = bool(canvas.editor.breakpoint)
        self.container_drag = ContainerDrag(self.page, ids, compact=self.compact)
        self.body = [item.id for item, _cell in self.container_drag.body]
        lifted = frozenset(self.body)
        self.dragged = {
            item_id: cell
            for item_id, cell in self.page.shown.items()
            if item_id in lifted or lifted & {outer for outer, _k in self.page.path(item_id)}
        }
        self._corner = self.grid.rect(self.dragged[self.body[0]]).topLeft() if self.body else QPointF()
        self._rects = scene_rects(self.grid, self.dragged)
        self._tabs = self._tab_strips()
        self.target = self.container_drag.home
        self.over_other_grid = False
        """Whether the pointer is over another grid than the one that the items must stay in."""
        self.hidden_tab: tuple[str, int] | None = None
        """The hidden tab under the pointer: the id of its container, and its index."""
        self._highlighted = frozenset[str]()
        """The containers that are highlighted as the target, or for one of their tabs."""
        self._request: object = None
        self._field = (0, 0)

    @property
    def resting(self) -> Mapping[str, Cell]:
        return self.container_drag.original

    @property
    def drop_cells(self) -> list[Cell]:
        return [self.displaced[item_id] for item_id in self.body if item_id in self.displaced]

    @property
    def drop_label(self) -> str:
        label = super().drop_label
        return why_not_another_grid() if label and self.over_other_grid else label

    def move_to(self, pointer: QPointF, until: int) -> Cells:
        self.pointer = pointer
        self._field = self.grid.nearest(self._corner + pointer - self.start_point)
        strip = self._tab_strip_at(pointer)
        # Over a tab strip the target is the tab that is shown: otherwise the tabs would move away from the pointer.
        under = strip if strip is not None else self.container_drag.target(*self.grid.field(pointer))
        self.target = self.container_drag.home if self.keeps_grid else under
        self.over_other_grid = self.target != under
        if (request := (self._field, self.target, until)) != self._request:
            self._request = request
            answer = self.container_drag.at(self.target, *self._field, until=until)
            self.displaced = visible_changes(answer, self.resting, until)
        return self.displaced

    def update(self, pointer: QPointF) -> None:
        before = self.displaced
        super().update(pointer)
        hidden_tab = self._hidden_tab_at(pointer)
        if self.displaced is not before or hidden_tab != self.hidden_tab:
            self.hidden_tab = hidden_tab
            self._highlight(self.target[-1][0] if self.target else "")

    def floating_rect(self, item_id: str) -> QRectF:
        return self._rects[item_id].translated(self.pointer - self.start_point)

    def layout(self) -> Layout:
        return self.container_drag.drop(self.target, *self._field)

    def end(self) -> None:
        super().end()
        self.hidden_tab = None
        self._highlight("")

    def show_hidden_tab(self) -> None:
        """Show the tab under the pointer, and continue over it."""
        if self.hidden_tab is None:
            return
        (tabs_id, tab), self.hidden_tab = self.hidden_tab, None
        # The dragged items are removed from the page, and that tab is shown.
        rest = self.container_drag.rest
        item = rest.item(tabs_id)
        if item.active != tab:
            self.page = PageIndex(rest.with_item(replace(item, active=tab), self.compact))
            self.container_drag = ContainerDrag(self.page, guests=self.container_drag.body, compact=self.compact)
            self._tabs = self._tab_strips()
            self._request = None
        self.canvas.show_page(self.page, self.dragged)
        self.canvas.lift_tiles(self.dragged, self.body)
        self.displaced, self._guide_finder = {}, None

    def _tab_strip_at(self, pointer: QPointF) -> Path | None:
        """The visible tab of the tab strip under the pointer."""
        x, y = self.grid.field(pointer)
        for item_id in self._tabs:
            cell = self.page.shown[item_id]
            if cell.y == y and cell.x <= x < cell.right:
                return (*self.page.path(item_id), (item_id, self.page.item(item_id).active))
        return None

    def _tab_strips(self) -> list[str]:
        """The tabs containers that are shown and not dragged."""
        return [one for one in self.page.shown if one not in self.dragged and self.page.item(one).type == TABS]

    def _hidden_tab_at(self, pointer: QPointF) -> tuple[str, int] | None:
        """The hidden tab under the pointer. Tabs are located where they were at the start, as the target grid is."""
        if not self.target or self.keeps_grid or (item := self.page.item(self.target[-1][0])).type != TABS:
            return None
        frame, shown = self.canvas.tiles[item.id], self.page.shown
        corner = self.grid.rect(shown[item.id]).topLeft()
        part = frame.part_at(pointer, corner) if isinstance(frame, ContainerFrame) else None
        return (item.id, part.tab) if part is not None and part.what == "tab" and part.tab != item.active else None

    def _highlight(self, target: str) -> None:
        """Highlight the container that the items would land in, and the tab that is about to be shown."""
        tab = self.hidden_tab
        tabs = {target: -1} if tab is None else {target: -1, tab[0]: tab[1]}
        for item_id in self._highlighted | tabs.keys():
            frame = self.canvas.tiles.get(item_id)
            if isinstance(frame, ContainerFrame):
                frame.highlight(item_id == target, tabs.get(item_id, -1))
        self._highlighted = frozenset(tabs)

"""Drags new items onto the page: from the palette, from a file, or from another page."""

from typing import NamedTuple

from PySide6.QtCore import QPointF

from benchboard.dashboards.document.document import Variable
from benchboard.dashboards.document.widget_kinds import WidgetKind
from benchboard.dashboards.editing.clipboard import ClipboardContent
from benchboard.dashboards.editing.page_edits import Placed
from benchboard.dashboards.layout import ContainerDrag, Layout, PageIndex
from benchboard.i18n import _
from benchboard.ui.studio.canvas.interaction.canvas_protocol import CanvasProtocol
from benchboard.ui.studio.canvas.interaction.item_interaction import scene_rects
from benchboard.ui.studio.canvas.interaction.move import MoveInteraction


class InsertPayload(NamedTuple):
    """Items from elsewhere, with their cells relative to each other, and the title of the step."""

    title: str
    placed: Placed
    variables: tuple[Variable, ...] = ()
    """The variables that the items use, which are inserted with them."""


class InsertInteraction(MoveInteraction):
    """Drags new items, held at the middle of the first one's header.

    On a narrow page they are dropped on the page itself.
    """

    def __init__(self, canvas: CanvasProtocol, source: WidgetKind | InsertPayload) -> None:
        super().__init__(canvas, (), QPointF())
        self.source = source
        if isinstance(source, InsertPayload):
            placed, self.title = source.placed, source.title
        else:
            placed = (canvas.editor.new_widget(source),)
            self.title = _("Add {title}").format(title=_(source.title).lower())
        self.container_drag = ContainerDrag(self.page, guests=placed, compact=self.compact)
        self.body = [item.id for item, _cell in placed]
        self._inserted = PageIndex(Layout.of(self.page.layout.columns, placed))
        self.dragged = self._inserted.shown
        self._rects = scene_rects(self.grid, self.dragged)
        first = self.grid.rect(placed[0][1])
        self._corner = first.topLeft()
        self.start_point = QPointF(first.center().x(), first.top() + 16 * self.grid.zoom)

    def start(self) -> None:
        for item_id in self.dragged:
            self.canvas.add_dragged_tile(self._inserted.item(item_id))
        super().start()

    def commit(self) -> None:
        source = self.source
        came = ClipboardContent((), source.variables) if isinstance(source, InsertPayload) else None
        self.canvas.editor.apply_layout(self.title, self.layout(), self.body, came)

"""Runs the current interaction: scrolls near the edges of the view, shows a tab that the pointer rests on, and commits
the interaction as one step or cancels it.
"""

from typing import Final

from PySide6.QtCore import QObject, QPoint, QPointF, QTimer, Signal
from PySide6.QtGui import QPainter

from benchboard.dashboards.document.widget_kinds import WidgetKind
from benchboard.ui.studio.canvas.interaction.canvas_protocol import InputViewProtocol
from benchboard.ui.studio.canvas.interaction.drop_target import DropTarget
from benchboard.ui.studio.canvas.interaction.group_frame import GroupFrame
from benchboard.ui.studio.canvas.interaction.insert import InsertInteraction, InsertPayload
from benchboard.ui.studio.canvas.interaction.item_interaction import ItemInteraction
from benchboard.ui.studio.canvas.interaction.move import MoveInteraction
from benchboard.ui.studio.canvas.scene import overlay
from benchboard.ui.studio.canvas.scene.settle import settle

SCROLL_INTERVAL_MS: Final = 16
DWELL_MS: Final = 500
"""How long the pointer rests on a tab before the tab is shown."""


class DragController(QObject):
    """The current interaction, if there is one."""

    drop_target_changed = Signal(object)
    """Where the dragged items would land (a `DropTarget`); None when the drag has ended."""

    def __init__(self, view: InputViewProtocol, parent: QObject) -> None:
        super().__init__(parent)
        self._view = view
        self.interaction: ItemInteraction | None = None
        self._scroll_position = QPoint()
        """The scroll position at the start."""
        self._dwell_tab: tuple[str, int] | None = None
        self._dwell = QTimer(self, interval=DWELL_MS, singleShot=True)
        self._dwell.timeout.connect(self._show_tab)
        self._autoscroll = QTimer(self, interval=SCROLL_INTERVAL_MS)
        self._autoscroll.timeout.connect(self._scroll_at_edge)

    @property
    def insert_source(self) -> WidgetKind | InsertPayload | None:
        """What is being inserted; None if nothing is, or items of the page are dragged."""
        return self.interaction.source if isinstance(self.interaction, InsertInteraction) else None

    @property
    def drop_target(self) -> DropTarget | None:
        """Where the dragged items would land."""
        return self.interaction.drop_target if self.interaction is not None else None

    def start(self, interaction: ItemInteraction, at: QPointF) -> None:
        """Start an interaction with the pointer at a point of the scene."""
        view = self._view
        self.interaction, self._scroll_position = interaction, view.scroll_position()
        view.start_dragging()
        interaction.start()
        # The selection's rings and handles are not painted during an interaction.
        rings = [view.tiles[item_id].outline for item_id in view.editor.selection if item_id in view.tiles]
        rings += [frame] if (frame := GroupFrame(view).rect()) is not None else []
        view.update_overlay([overlay.handles_area(box) for box in rings])
        self._autoscroll.start()
        self.move_to(at)

    def start_insert(self, source: WidgetKind | InsertPayload) -> None:
        """Start to drag items that are not on the page yet."""
        self.start(InsertInteraction(self._view, source), QPointF())

    def move_to(self, pointer: QPointF) -> None:
        """Preview the result of ending at a point of the scene."""
        interaction = self.interaction
        if interaction is None:
            return
        before = interaction.drop_target
        interaction.update(pointer)
        if interaction.drop_target is not before:
            self.drop_target_changed.emit(interaction.drop_target)
        tab = interaction.hidden_tab if isinstance(interaction, MoveInteraction) else None
        if tab != self._dwell_tab:
            self._dwell_tab = tab
            self._dwell.start() if tab is not None else self._dwell.stop()
        self._view.update_overlay(interaction.overlay_areas())

    def finish(self) -> None:
        """End the drag and apply it to the document; does nothing if none is running."""
        interaction = self.interaction
        if interaction is None:
            return
        left_at = {one: self._view.tiles[one].rect.topLeft() for one in interaction.dragged if one in self._view.tiles}
        self._stop(interaction)
        interaction.commit()
        self._view.show_page(self._view.editor.page)
        for item_id, corner in left_at.items():
            if (tile := self._view.tiles.get(item_id)) is not None:
                settle(tile, corner - tile.rect.topLeft(), self)

    def cancel(self) -> None:
        """Cancel the interaction and restore the scroll position."""
        if self.interaction is not None:
            self.withdraw()
            self._view.scroll_to(self._scroll_position)

    def withdraw(self) -> None:
        """Cancel the interaction and keep the scroll position: the dragged items may return into the view."""
        if self.interaction is not None:
            self._stop(self.interaction)
            self._view.show_page(self._view.editor.page)

    def paint(self, painter: QPainter) -> None:
        """Paint the interaction's overlay."""
        if self.interaction is not None:
            self.interaction.paint(painter)

    def _stop(self, interaction: ItemInteraction) -> None:
        self.interaction = self._dwell_tab = None
        self._autoscroll.stop()
        self._dwell.stop()
        interaction.end()
        self._view.stop_dragging()
        self.drop_target_changed.emit(None)

    def _show_tab(self) -> None:
        interaction, self._dwell_tab = self.interaction, None
        if isinstance(interaction, MoveInteraction) and interaction.hidden_tab is not None:
            interaction.show_hidden_tab()
            self.move_to(interaction.pointer)

    def _scroll_at_edge(self) -> None:
        if (at := self._view.scroll_at_pointer()) is not None:
            self.move_to(at)

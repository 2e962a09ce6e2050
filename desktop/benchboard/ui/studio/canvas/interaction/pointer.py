"""Handles the left mouse button on the page: it selects, and starts the interaction for a drag."""

from collections.abc import Callable
from typing import Final, NamedTuple

from PySide6.QtCore import QObject, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from benchboard.dashboards.editing import container_edits, placement_edits
from benchboard.dashboards.layout import Handle, Path, SharedEdge
from benchboard.ui.studio.canvas.interaction.canvas_protocol import InputViewProtocol
from benchboard.ui.studio.canvas.interaction.drag_controller import SCROLL_INTERVAL_MS, DragController
from benchboard.ui.studio.canvas.interaction.group_frame import GroupFrame
from benchboard.ui.studio.canvas.interaction.marquee import Marquee
from benchboard.ui.studio.canvas.interaction.move import MoveInteraction
from benchboard.ui.studio.canvas.interaction.rejections import why_not_movable
from benchboard.ui.studio.canvas.interaction.resize import GroupResizeInteraction, ResizeInteraction
from benchboard.ui.studio.canvas.interaction.split import SplitInteraction, edge_at
from benchboard.ui.studio.canvas.scene.container_frame import ContainerFrame, ContainerPart
from benchboard.ui.studio.canvas.scene.tile import Tile

_CURSORS: Final[dict[Handle, Qt.CursorShape]] = {
    "n": Qt.CursorShape.SizeVerCursor, "s": Qt.CursorShape.SizeVerCursor,
    "e": Qt.CursorShape.SizeHorCursor, "w": Qt.CursorShape.SizeHorCursor,
    "ne": Qt.CursorShape.SizeBDiagCursor, "sw": Qt.CursorShape.SizeBDiagCursor,
    "nw": Qt.CursorShape.SizeFDiagCursor, "se": Qt.CursorShape.SizeFDiagCursor,
}  # fmt: skip
_ADD_MODIFIERS: Final = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class _Press(NamedTuple):
    """Where the button was pressed, on which tile, and whether the press adds to the selection; `again`: the tile was
    selected already, alone."""

    spot: QPoint
    tile: Tile | ContainerFrame | None
    part: ContainerPart
    adding: bool
    again: bool


class Pointer(QObject):
    """Handles the left button between press and release. Once a drag has begun, `DragController` runs it."""

    edit_requested = Signal(str)
    enlarge_requested = Signal(str)
    repeat_requested = Signal(str)
    point_requested = Signal(str, QPoint, bool)
    """The user wants the menu of the value at a point of the screen; with True, to add it to what is filtered by."""
    table_requested = Signal(str)
    """The user wants to scroll in the table of this tile."""
    rejected = Signal(str)
    """Why an action isn't possible, as text for the user."""
    data_requested = Signal(str)
    period_requested = Signal(str)
    """Asks for data for this widget, which has no query."""
    retry_requested = Signal(str)
    stop_requested = Signal(str)
    """Asks to stop the query of this widget, as `retry_requested` asks to run it again."""

    legend_requested = Signal(str, str, bool)
    """The user clicked a name in the legend of this widget: its series (the key; empty: its menu) is to be hidden or
    shown; with True, to be shown alone."""

    def __init__(self, view: InputViewProtocol, drag: DragController, parent: QObject) -> None:
        super().__init__(parent)
        self._view, self._editor, self._drag = view, view.editor, drag
        self._frame = GroupFrame(view)
        self.marquee: Marquee | None = None
        self._pressed: _Press | None = None
        self._shows_forbidden = False
        self.value_click = QTimer(self, singleShot=True)
        """Runs after a click on a value of a selected widget, until it can't become a double click any more."""
        self.value_click.timeout.connect(self._open_point)
        self._clicked: tuple[str, QPoint] = ("", QPoint())
        self._autoscroll = QTimer(self, interval=SCROLL_INTERVAL_MS)
        self._autoscroll.timeout.connect(self._scroll_at_edge)

    def press(self, event: QMouseEvent) -> None:
        """Handle a press of the left button."""
        view, spot = self._view, event.position().toPoint()
        self.value_click.stop()
        if event.button() != Qt.MouseButton.LeftButton or view.busy:
            return
        at = view.mapToScene(spot)
        handle = self._frame.handle_at(at)
        if handle is not None:
            self._drag.start(self._resize(handle, at), at)
            return
        edge = self._edge_at(at)
        if edge is not None:
            self._drag.start(SplitInteraction(view, *edge), at)
            return
        tile, adding = view.tile_at(spot), bool(event.modifiers() & _ADD_MODIFIERS)
        part = tile.part_at(at) if isinstance(tile, ContainerFrame) else ContainerPart("heading")
        again = tile is not None and self._editor.selection == (tile.item.id,)
        self._pressed = _Press(spot, tile, part, adding, again)
        if tile is None or part.what == "body":
            if not adding and tile is None:
                self._editor.select(())
        elif adding and not self._reads_value(tile, event.modifiers(), at):
            self._editor.toggle(tile.item.id)
        elif tile.item.id not in self._editor.selection:
            self._editor.select([tile.item.id])

    def move(self, event: QMouseEvent) -> None:
        """Handle a move of the mouse, with or without the button pressed."""
        view, spot = self._view, event.position().toPoint()
        if view.busy:
            self._drag.move_to(view.mapToScene(spot))
        elif self.marquee is not None:
            self._draw_marquee(self.marquee, view.mapToScene(spot))
        elif self._pressed is not None:
            if (spot - self._pressed.spot).manhattanLength() >= QApplication.startDragDistance():
                self._start_dragging(self._pressed, spot)
        elif not event.buttons() & Qt.MouseButton.LeftButton:
            view.show_cursor(self._cursor(spot))

    def release(self, event: QMouseEvent) -> None:
        """Handle a release of the left button."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        pressed, self._pressed = self._pressed, None
        if self._shows_forbidden:
            self._shows_forbidden = False
            self._view.show_cursor(self._cursor(event.position().toPoint()))
        if self._view.busy:
            if self._drag.insert_source is None:
                self._drag.finish()
        elif (marquee := self.marquee) is not None:
            self._end_marquee()
            marquee.commit()
        elif pressed is not None and pressed.tile is not None:
            spot = event.position().toPoint()
            if not pressed.adding:
                is_link = isinstance(pressed.tile, Tile) and self._link_at(pressed.tile, spot) is not None
                self._click(pressed.tile, pressed.part, spot)
                if not is_link:  # what it did may be elsewhere now
                    self._request_point(pressed.tile, event, adding=False, again=pressed.again)
            elif self._reads_value(pressed.tile, event.modifiers(), self._view.mapToScene(spot)):
                self._request_point(pressed.tile, event, adding=True, again=False)

    def double_click(self, event: QMouseEvent) -> None:
        """Open a table for scrolling, or edit any other widget; with view-only access, enlarge it."""
        self._pressed = None
        self.value_click.stop()
        spot = event.position().toPoint()
        tile, at = self._view.tile_at(spot), self._view.mapToScene(spot)
        if tile is None or (isinstance(tile, ContainerFrame) and tile.part_at(at).what != "heading"):
            return
        item_id = tile.item.id
        self._editor.select([item_id])
        if isinstance(tile, Tile) and (key := self._legend_key(tile, spot)) is not None:
            if key:
                self.legend_requested.emit(item_id, key, True)
            return
        if isinstance(tile, Tile) and tile.body_contains(at) and tile.has_rows:
            self.table_requested.emit(item_id)
        elif self._editor.editable or isinstance(tile, ContainerFrame):
            self.edit_requested.emit(item_id)
        else:
            self.enlarge_requested.emit(item_id)

    def cancel(self) -> None:
        """Cancel the drag or selection that the press began."""
        self.forget_press()
        self._drag.cancel()

    def forget_press(self) -> None:
        """Forget the press: moving the pointer starts nothing."""
        self._pressed = None
        self._end_marquee()

    def _click(self, tile: Tile | ContainerFrame, part: ContainerPart, spot: QPoint) -> None:
        item_id = tile.item.id
        if isinstance(tile, ContainerFrame):
            if part.what == "caret":
                self._editor.apply(container_edits.toggle_rows, [item_id])
            elif part.what == "tab":
                self._editor.apply(container_edits.show_tab, item_id, part.tab)
            self._editor.select([item_id])
            if part.what == "badge":
                self.repeat_requested.emit(item_id)
            return
        action = self._link_at(tile, spot)
        if action is not None:
            action(item_id)
        elif len(self._editor.selection) > 1:
            self._editor.select([item_id])
        elif not self._editor.editable and tile.body_contains(self._view.mapToScene(spot)) and tile.has_rows:
            self.table_requested.emit(item_id)

    def _reads_value(self, tile: Tile | ContainerFrame, modifiers: Qt.KeyboardModifier, at: QPointF) -> bool:
        """Whether Ctrl and a click add a value to what is filtered by, on a page that is read."""
        is_ctrl = modifiers & _ADD_MODIFIERS == Qt.KeyboardModifier.ControlModifier
        return is_ctrl and not self._editor.editable and isinstance(tile, Tile) and tile.point_at(at) is not None

    def _request_point(self, tile: Tile | ContainerFrame, event: QMouseEvent, *, adding: bool, again: bool) -> None:
        """Open the menu of a value that was clicked. On a page that is arranged the first click selects the widget, and
        a double click edits it: the menu opens after a second click that isn't one of these."""
        if not isinstance(tile, Tile):
            return
        if not self._editor.editable:
            self.point_requested.emit(tile.item.id, event.globalPosition().toPoint(), adding)
        elif again and self._link_at(tile, event.position().toPoint()) is None:
            self._clicked = (tile.item.id, event.globalPosition().toPoint())
            self.value_click.start(QApplication.doubleClickInterval())

    def _open_point(self) -> None:
        item_id, at = self._clicked
        if self._editor.selection == (item_id,) and not self._view.busy:
            self.point_requested.emit(item_id, at, False)

    def _start_dragging(self, pressed: _Press, spot: QPoint) -> None:
        view, start = self._view, self._view.mapToScene(pressed.spot)
        self._pressed = None
        if pressed.tile is None or pressed.part.what == "body":
            self.marquee = Marquee(view, start, self._editor.selection if pressed.adding else ())
            self._autoscroll.start()
            self._draw_marquee(self.marquee, view.mapToScene(spot))
            return
        item_id = pressed.tile.item.id
        ids = placement_edits.movable(
            self._editor.state, [item_id, *(other for other in self._editor.selection if other != item_id)]
        )
        if item_id not in self._editor.selection:
            return  # Ctrl removed it from the selection
        if pressed.tile.item.static or not self._editor.editable:
            self._shows_forbidden = True
            view.show_cursor(Qt.CursorShape.ForbiddenCursor)
            if why := why_not_movable(self._editor, [item_id]):
                self.rejected.emit(why)
            return
        move = MoveInteraction(view, ids, start)
        if move.body:
            self._drag.start(move, view.mapToScene(spot))

    def _resize(self, handle: Handle, at: QPointF) -> ResizeInteraction:
        group = self._frame.group()
        if group:
            return GroupResizeInteraction(self._view, group, handle, at)
        return ResizeInteraction(self._view, self._editor.selection[0], handle, at)

    def _draw_marquee(self, marquee: Marquee, at: QPointF) -> None:
        marquee.update(at)
        self._view.repaint_overlay()

    def _end_marquee(self) -> None:
        self._autoscroll.stop()
        if self.marquee is not None:
            self.marquee = None
            self._view.repaint_overlay()

    def _scroll_at_edge(self) -> None:
        if self.marquee is not None and (at := self._view.scroll_at_pointer()) is not None:
            self._draw_marquee(self.marquee, at)

    # Under the pointer

    def _cursor(self, spot: QPoint) -> Qt.CursorShape:
        at = self._view.mapToScene(spot)
        handle = self._frame.handle_at(at)
        if handle is not None:
            return _CURSORS[handle]
        edge = self._edge_at(at)
        if edge is not None:
            return Qt.CursorShape.SplitHCursor if edge[1].axis == "across" else Qt.CursorShape.SplitVCursor
        tile = self._view.tile_at(spot)
        if isinstance(tile, Tile):
            clickable = self._link_at(tile, spot) is not None
        else:
            clickable = tile is not None and tile.part_at(at).what in ("caret", "tab", "badge")
        return Qt.CursorShape.PointingHandCursor if clickable else Qt.CursorShape.ArrowCursor

    def _edge_at(self, at: QPointF) -> tuple[Path, SharedEdge] | None:
        return edge_at(self._view.grid, self._editor.page, at) if self._editor.editable else None

    def _link_at(self, tile: Tile, spot: QPoint) -> Callable[[str], None] | None:
        """The action of a click on a link in a tile, in addition to selecting it; None if there is no link at this
        point.
        """
        at = self._view.mapToScene(spot)
        inside = (at - tile.pos()) / self._view.zoom
        for box, action in (
            (tile.links.retry, self.retry_requested.emit),
            (tile.links.edit, self._edit),
            (tile.links.stop, self.stop_requested.emit),
            (tile.links.data, self.data_requested.emit),
            (tile.links.period, self.period_requested.emit),
        ):
            if box is not None and box.contains(inside):
                return action
        key = self._legend_key(tile, spot)
        if key is not None:
            return lambda item_id: self.legend_requested.emit(item_id, key, False)
        return self.repeat_requested.emit if tile.badge_contains(at) else None

    def _legend_key(self, tile: Tile, spot: QPoint) -> str | None:
        """The key of the name in a legend at a point of the view; None if there is none."""
        inside = (self._view.mapToScene(spot) - tile.pos()) / self._view.zoom
        found = tile.links.legend_at(inside)
        return found.key if found is not None else None

    def _edit(self, item_id: str) -> None:
        self._editor.select([item_id])
        self.edit_requested.emit(item_id)

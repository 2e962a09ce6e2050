"""Presents a page: it fills the window and can't be edited. Its tables can be scrolled, and its widgets enlarged."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QScrollBar

from benchboard.dashboards.editing import container_edits
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.canvas.scene.container_frame import ContainerFrame
from benchboard.ui.studio.canvas.scene.tile import Tile

_HANDLED: Final = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.MouseButtonDblClick,
    QEvent.Type.ContextMenu,
    QEvent.Type.ShortcutOverride,
)
_LINE_PX: Final = 60


class PresentationMode(QObject):
    """Handles keys and clicks on the canvas while presenting: keys scroll, tabs can be switched, Esc ends it.

    It starts at the top of the page; afterwards the scroll position from before is restored.
    """

    changed = Signal(bool)
    """Whether the page is being presented now."""
    key_pressed = Signal()

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.on = False
        self._selected_before: tuple[str, ...] = ()
        self._scrolled_before = QPoint()

    def start(self) -> None:
        """Present the page."""
        if self.on:
            return
        self.on = True
        self._canvas.cancel()
        # First, because Qt moves the focus to the next widget when the focused one is hidden.
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        self._selected_before = self._canvas.editor.selection
        self._canvas.editor.select(())
        self._canvas.presenting = True
        self._canvas.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for watched in (self._canvas, self._canvas.viewport()):
            watched.installEventFilter(self)
        self._canvas.interactive_table.leave()
        self._scrolled_before = QPoint(
            self._canvas.horizontalScrollBar().value(), self._canvas.verticalScrollBar().value()
        )
        self.changed.emit(True)
        self._canvas.sync()
        self._scroll_to(QPoint())
        self._canvas.pixmaps.update_visible()
        self._canvas.viewport().unsetCursor()

    def end(self) -> None:
        """End the presentation and restore the selection."""
        if not self.on:
            return
        self.on = False
        for watched in (self._canvas, self._canvas.viewport()):
            watched.removeEventFilter(self)
        self._canvas.presenting = False
        self._canvas.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._canvas.interactive_table.leave()
        self.changed.emit(False)
        self._canvas.sync()
        self._canvas.pixmaps.update_visible()
        self._canvas.editor.select(self._selected_before)
        # The page has its former height only when the panes are shown again.
        QTimer.singleShot(0, self, lambda: self._scroll_to(self._scrolled_before))
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            self.key_pressed.emit()
            return self._handle_key(event)
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            # Shortcuts of the page would edit it; those of the window stay available.
            if event.key() in (Qt.Key.Key_K, Qt.Key.Key_F6, Qt.Key.Key_F5, Qt.Key.Key_Comma, Qt.Key.Key_Q):
                return False
            event.accept()
        if kind == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            self._handle_click(event)
        if kind == QEvent.Type.MouseButtonDblClick and isinstance(event, QMouseEvent):
            self._handle_double_click(event)
        return kind in _HANDLED

    def _scroll_to(self, at: QPoint) -> None:
        self._canvas.horizontalScrollBar().setValue(at.x())
        self._canvas.verticalScrollBar().setValue(at.y())

    def _handle_double_click(self, event: QMouseEvent) -> None:
        tile = self._canvas.tile_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and isinstance(tile, Tile):
            self._canvas.enlarge_requested.emit(tile.item.id)

    def _handle_click(self, event: QMouseEvent) -> None:
        """Handle a click on the caret of a row, on a tab or on a table as on an editable page."""
        canvas, spot = self._canvas, event.position().toPoint()
        frame = canvas.tile_at(spot)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if isinstance(frame, Tile) and frame.body_contains(canvas.mapToScene(spot)):
            canvas.interactive_table.enter(frame.item.id)
        if not isinstance(frame, ContainerFrame):
            return
        part = frame.part_at(canvas.mapToScene(spot))
        if part.what == "caret":
            canvas.editor.apply(container_edits.toggle_rows, [frame.item.id])
        elif part.what == "tab":
            canvas.editor.apply(container_edits.show_tab, frame.item.id, part.tab)

    def _handle_key(self, event: QKeyEvent) -> bool:
        canvas, key = self._canvas, event.key()
        down, along = canvas.verticalScrollBar(), canvas.horizontalScrollBar()
        page = canvas.viewport().height() - _LINE_PX
        steps: dict[int, tuple[QScrollBar, int]] = {
            Qt.Key.Key_Down: (down, _LINE_PX),
            Qt.Key.Key_Up: (down, -_LINE_PX),
            Qt.Key.Key_PageDown: (down, page),
            Qt.Key.Key_Space: (down, page),
            Qt.Key.Key_PageUp: (down, -page),
            Qt.Key.Key_Right: (along, _LINE_PX),
            Qt.Key.Key_Left: (along, -_LINE_PX),
            Qt.Key.Key_Home: (down, -down.maximum()),
            Qt.Key.Key_End: (down, down.maximum()),
        }
        if key in (Qt.Key.Key_Escape, Qt.Key.Key_F5):
            self.end()
        elif key in steps:
            bar, by = steps[key]
            bar.setValue(bar.value() + by)
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            canvas.focusNextPrevChild(key == Qt.Key.Key_Tab)  # after the last item to the variables
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_V):
            self._open(enlarged=key == Qt.Key.Key_V)
        return True

    def _open(self, *, enlarged: bool) -> None:
        """Open the widget that Tab selected, or the one under the pointer."""
        canvas = self._canvas
        tile = canvas.tile_at(canvas.viewport().mapFromGlobal(canvas.cursor().pos()))
        item_ids = canvas.editor.selection[:1] or ((tile.item.id,) if isinstance(tile, Tile) else ())
        for item_id in item_ids:
            if enlarged:
                canvas.enlarge_requested.emit(item_id)
            else:
                canvas.interactive_table.open(item_id)

"""Presents a page: it fills the screen and can't be edited. Its tables can be scrolled, and its widgets enlarged."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QScrollBar

from benchboard.dashboards.editing import container_edits
from benchboard.dashboards.layout import ROW, TABS, PageIndex
from benchboard.i18n import _
from benchboard.ui.commands import is_window_shortcut
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.canvas.scene.container_frame import ContainerFrame
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.focus import FocusReturn

_HANDLED: Final = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.MouseButtonDblClick,
    QEvent.Type.ContextMenu,
    QEvent.Type.ShortcutOverride,
)
_LINE_PX: Final = 60
_TURNS: Final = {
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageDown: 1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageUp: -1,
}
"""The keys that show the next screen (1), or the one before."""


class PresentationMode(QObject):
    """Handles keys and clicks on the canvas while presenting: keys change the screen, tabs can be switched, Esc ends.

    It starts at the first screen; afterwards zoom and scroll position from before are restored. A tablet's or phone's
    page keeps its width and scrolls.
    """

    changed = Signal(bool)
    """Whether the page is being presented now."""
    passed_end = Signal(int)
    """The user wants to go on after the last screen (1), or back before the first (-1)."""
    pause_requested = Signal()

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.on = False
        self._opened: tuple[str, ...] = ()
        """The collapsed rows that are open while the page is presented: nobody opens one on a wall."""
        self._selected_before: tuple[str, ...] = ()
        self._scrolled_before = QPoint()
        self._zoom_before = 1.0
        self._focus_return = FocusReturn(canvas)
        canvas.screen_changed.connect(self._leave_unshown)

    @property
    def page_zoom(self) -> float:
        """The zoom of the page when it isn't presented; 1 is 100 %."""
        return self._zoom_before if self.on else self._canvas.zoom

    def start(self, *, at_end: bool = False) -> None:
        """Present the page from its first screen, or from its last."""
        if self.on:
            return
        self.on = True
        canvas = self._canvas
        canvas.cancel()
        self._focus_return = FocusReturn(QApplication.focusWidget(), canvas)
        # First, because Qt moves the focus to the next widget when the focused one is hidden.
        canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        self._selected_before, self._zoom_before = canvas.editor.selection, canvas.zoom
        canvas.presenting, canvas.screen_index = True, 0
        canvas.editor.select(())
        self._opened = _collapsed_rows(canvas.editor.page)
        if self._opened:
            canvas.editor.reveal((), [(row, 0) for row in self._opened])
        self._scrolled_before = canvas.scroll_position()
        canvas.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for watched in (canvas, canvas.viewport()):
            watched.installEventFilter(self)
        canvas.interactive_table.leave()
        self.changed.emit(True)
        canvas.sync()
        canvas.scroll_to(QPoint())
        if at_end:
            canvas.show_last_screen()
        canvas.pixmaps.update_visible()
        canvas.viewport().unsetCursor()

    def end(self) -> None:
        """End the presentation, and restore the selection and the focus."""
        if not self.on:
            return
        self.on = False
        canvas = self._canvas
        for watched in (canvas, canvas.viewport()):
            watched.removeEventFilter(self)
        canvas.presenting = False
        canvas.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        canvas.interactive_table.leave()
        self.changed.emit(False)
        canvas.show_all_tiles()
        if self._opened:
            canvas.editor.conceal(self._opened)
        canvas.sync()
        canvas.set_zoom(self._zoom_before)
        canvas.pixmaps.update_visible()
        canvas.editor.select(self._selected_before)
        # The page has its former height only when the panes are shown again.
        QTimer.singleShot(0, self, lambda: canvas.scroll_to(self._scrolled_before))
        (self._focus_return.target() or canvas).setFocus(Qt.FocusReason.OtherFocusReason)

    def restore_zoom(self, zoom: float) -> None:
        """Set the zoom that the page has when it isn't presented; 1 is 100 %."""
        if self.on:
            self._zoom_before = zoom
        else:
            self._canvas.set_zoom(zoom)

    def turn(self, by: int) -> None:
        """Show the next screen (1) or the one before (-1)."""
        wall, index = self._canvas.wall, self._canvas.screen_index + by
        if wall is None or not 0 <= index < len(wall.screens):
            self.passed_end.emit(by)
        else:
            self._canvas.show_screen(index)

    def _leave_unshown(self) -> None:
        """Select nothing where the selected widget is on another screen: Tab goes on at the first one that is shown."""
        tiles = self._canvas.tiles
        if self.on and any(one in tiles and not tiles[one].isVisible() for one in self._canvas.editor.selection):
            self._canvas.editor.select(())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._handle_key(event)
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            # Shortcuts of the page would edit it; those of the window stay available.
            if is_window_shortcut(event) or event.key() == Qt.Key.Key_F5:  # with Ctrl it ends this
                return False
            event.accept()
        if kind == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            self._handle_click(event)
        if kind == QEvent.Type.MouseButtonDblClick and isinstance(event, QMouseEvent):
            self._handle_double_click(event)
        return kind in _HANDLED

    def _handle_double_click(self, event: QMouseEvent) -> None:
        tile = self._canvas.tile_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and isinstance(tile, Tile):
            self._canvas.enlarge_requested.emit(tile.item.id)

    def _handle_click(self, event: QMouseEvent) -> None:
        """Handle a click on the caret of a row, on a tab, on a table or on a value as on a page that is read."""
        canvas, spot = self._canvas, event.position().toPoint()
        frame = canvas.tile_at(spot)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if isinstance(frame, Tile) and frame.body_contains(canvas.mapToScene(spot)):
            canvas.interactive_table.enter(frame.item.id)
        if isinstance(frame, Tile):
            adding = event.modifiers() == Qt.KeyboardModifier.ControlModifier
            canvas.request_point(frame.item.id, event.globalPosition().toPoint(), adding)
        if not isinstance(frame, ContainerFrame):
            return
        part = frame.part_at(canvas.mapToScene(spot))
        if part.what == "caret":
            canvas.editor.apply(container_edits.toggle_rows, [frame.item.id])
        elif part.what == "tab":
            canvas.editor.apply(container_edits.show_tab, frame.item.id, part.tab)

    def _handle_key(self, event: QKeyEvent) -> bool:
        canvas, key = self._canvas, event.key()
        if key == Qt.Key.Key_Escape:
            self.end()
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            canvas.focusNextPrevChild(key == Qt.Key.Key_Tab)  # after the last item to the variables
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_V):
            self._open(enlarged=key == Qt.Key.Key_V)
        elif canvas.wall is None:
            self._scroll(key)
        elif key in _TURNS:
            self.turn(_TURNS[Qt.Key(key)])
        elif key == Qt.Key.Key_Home:
            canvas.show_screen(0)
        elif key == Qt.Key.Key_End:
            canvas.show_last_screen()
        elif key == Qt.Key.Key_Space:
            self.pause_requested.emit()
        return True

    def _scroll(self, key: int) -> None:
        """Scroll a tablet's or phone's page."""
        down, along = self._canvas.verticalScrollBar(), self._canvas.horizontalScrollBar()
        page = self._canvas.viewport().height() - _LINE_PX
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
        if key in steps:
            bar, by = steps[key]
            bar.setValue(bar.value() + by)

    def _open(self, *, enlarged: bool) -> None:
        """Open the widget that Tab selected, or the one under the pointer while that is shown."""
        canvas, pointer = self._canvas, QApplication.overrideCursor()
        is_hidden = pointer is not None and pointer.shape() == Qt.CursorShape.BlankCursor
        tile = None if is_hidden else canvas.tile_at(canvas.viewport().mapFromGlobal(canvas.cursor().pos()))
        item_ids = canvas.editor.selection[:1] or ((tile.item.id,) if isinstance(tile, Tile) else ())
        if not item_ids:
            announce(canvas, _("No widget is selected. Press Tab to select one."), again=True)
        for item_id in item_ids:
            if enlarged:
                canvas.enlarge_requested.emit(item_id)
            else:
                canvas.interactive_table.open(item_id)


def _collapsed_rows(page: PageIndex) -> tuple[str, ...]:
    """The collapsed rows of a page; those in a tab stay, as the tab itself may not be shown."""
    rows = [one for one in page.paths if page.item(one).type == ROW and page.item(one).collapsed]
    return tuple(one for one in rows if all(page.item(outer).type != TABS for outer, _pane in page.path(one)))

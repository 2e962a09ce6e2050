"""Presenting a page: the window is the page's alone, and nothing on it can be changed. One can go into its
tables and see its widgets large."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QScrollBar

from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.canvas.frame import Frame
from benchboard.ui.studio.canvas.tile import Tile
from benchboard.ui.studio.document import containers

_SPEAKS: Final = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.MouseButtonDblClick,
    QEvent.Type.ContextMenu,
    QEvent.Type.ShortcutOverride,
)
_LINE: Final = 60


class Presentation(QObject):
    """Takes what is pressed on the canvas while the page is presented: keys scroll, tabs turn, Esc leaves. It begins at
    the top; afterwards one is where one was."""

    changed = Signal(bool)
    """The page is presented from now on, or no longer."""
    used = Signal()
    """A key was pressed on it."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.on = False
        self._chosen: tuple[str, ...] = ()
        self._stood = QPoint()
        """Where the page was scrolled to."""

    def begin(self) -> None:
        """Present the page."""
        if self.on:
            return
        self.on = True
        self._canvas.cancel()
        # First: what has the keyboard and is hidden would hand it on as Tab does.
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        self._chosen = self._canvas.editor.chosen
        self._canvas.editor.choose(())
        self._canvas.presented = True
        for watched in (self._canvas, self._canvas.viewport()):
            watched.installEventFilter(self)
        self._canvas.living.leave()
        self._stood = QPoint(self._canvas.horizontalScrollBar().value(), self._canvas.verticalScrollBar().value())
        self.changed.emit(True)
        self._scroll_to(QPoint())
        self._canvas.pictures.draw_seen()
        self._canvas.viewport().unsetCursor()

    def end(self) -> None:
        """Go back to work; what was chosen is chosen again."""
        if not self.on:
            return
        self.on = False
        for watched in (self._canvas, self._canvas.viewport()):
            watched.removeEventFilter(self)
        self._canvas.presented = False
        self._canvas.living.leave()
        self.changed.emit(False)
        self._canvas.pictures.draw_seen()
        self._canvas.editor.choose(self._chosen)
        # Only with its panes around it the page is again as long as it was.
        QTimer.singleShot(0, self, lambda: self._scroll_to(self._stood))
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            self.used.emit()
            return self._pressed(event)
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            # The page's keys would edit; those that lead somewhere else stay.
            if event.key() in (Qt.Key.Key_K, Qt.Key.Key_F6, Qt.Key.Key_F5, Qt.Key.Key_Comma, Qt.Key.Key_Q):
                return False
            event.accept()
        if kind == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            self._released(event)
        if kind == QEvent.Type.MouseButtonDblClick and isinstance(event, QMouseEvent):
            self._doubled(event)
        return kind in _SPEAKS

    def _scroll_to(self, at: QPoint) -> None:
        self._canvas.horizontalScrollBar().setValue(at.x())
        self._canvas.verticalScrollBar().setValue(at.y())

    def _doubled(self, event: QMouseEvent) -> None:
        tile = self._canvas.tile_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and isinstance(tile, Tile):
            self._canvas.living.view_wanted.emit(tile.item.id)

    def _released(self, event: QMouseEvent) -> None:
        """A row's caret and a tab do what they do, and one goes into a table: one presents all of the page."""
        canvas, spot = self._canvas, event.position().toPoint()
        frame = canvas.tile_at(spot)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if isinstance(frame, Tile) and frame.in_body(canvas.mapToScene(spot)):
            canvas.living.enter(frame.item.id)
        if not isinstance(frame, Frame):
            return
        part = frame.part_at(canvas.mapToScene(spot))
        if part.what == "caret":
            containers.collapse(canvas.editor, [frame.item.id])
        elif part.what == "tab":
            containers.show_tab(canvas.editor, frame.item.id, part.tab)

    def _pressed(self, event: QKeyEvent) -> bool:
        canvas, key = self._canvas, event.key()
        down, along = canvas.verticalScrollBar(), canvas.horizontalScrollBar()
        page = canvas.viewport().height() - _LINE
        steps: dict[int, tuple[QScrollBar, int]] = {
            Qt.Key.Key_Down: (down, _LINE),
            Qt.Key.Key_Up: (down, -_LINE),
            Qt.Key.Key_PageDown: (down, page),
            Qt.Key.Key_Space: (down, page),
            Qt.Key.Key_PageUp: (down, -page),
            Qt.Key.Key_Right: (along, _LINE),
            Qt.Key.Key_Left: (along, -_LINE),
            Qt.Key.Key_Home: (down, -down.maximum()),
            Qt.Key.Key_End: (down, down.maximum()),
        }
        if key in (Qt.Key.Key_Escape, Qt.Key.Key_F5):
            self.end()
        elif key in steps:
            bar, by = steps[key]
            bar.setValue(bar.value() + by)
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            canvas.roving.step(1 if key == Qt.Key.Key_Tab else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_V):
            self._go_into(large=key == Qt.Key.Key_V)
        return True

    def _go_into(self, *, large: bool) -> None:
        """What Tab led to, or else what the pointer is on."""
        canvas = self._canvas
        tile = canvas.tile_at(canvas.viewport().mapFromGlobal(canvas.cursor().pos()))
        chosen = canvas.editor.chosen[:1] or ((tile.item.id,) if isinstance(tile, Tile) else ())
        for item_id in chosen:
            if large:
                canvas.living.view_wanted.emit(item_id)
            else:
                canvas.living.open(item_id)

"""Presenting a page: the window is the page's alone but for the status bar, and nothing on it can be changed."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QScrollBar

from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.canvas.frame import Frame
from benchboard.ui.studio.document import containers

_SPEAKS: Final = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.MouseButtonDblClick,
    QEvent.Type.MouseMove,
    QEvent.Type.ContextMenu,
    QEvent.Type.ShortcutOverride,
)
_LINE: Final = 60


class Presentation(QObject):
    """Takes what is pressed on the canvas while the page is presented: keys scroll, tabs turn, Esc leaves."""

    changed = Signal(bool)
    """The page is presented from now on, or no longer."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.on = False
        self._chosen: tuple[str, ...] = ()

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
        for watched in (self._canvas, self._canvas.viewport()):
            watched.installEventFilter(self)
        self.changed.emit(True)
        self._canvas.viewport().unsetCursor()

    def end(self) -> None:
        """Go back to work; what was chosen is chosen again."""
        if not self.on:
            return
        self.on = False
        for watched in (self._canvas, self._canvas.viewport()):
            watched.removeEventFilter(self)
        self.changed.emit(False)
        self._canvas.editor.choose(self._chosen)
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._pressed(event)
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            # The page's keys would edit; those that lead somewhere else stay.
            if event.key() in (Qt.Key.Key_K, Qt.Key.Key_F6, Qt.Key.Key_F5, Qt.Key.Key_Comma):
                return False
            event.accept()
        if kind == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            self._released(event)
        return kind in _SPEAKS

    def _released(self, event: QMouseEvent) -> None:
        """A row's caret and a tab do what they do: one presents all of the page."""
        canvas, spot = self._canvas, event.position().toPoint()
        frame = canvas.tile_at(spot)
        if event.button() != Qt.MouseButton.LeftButton or not isinstance(frame, Frame):
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
        return True

"""Makes the marks of some cells of a list buttons: they act when the pointer is released on them, and select no row."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QAbstractItemView


class MarkButtons(QObject):
    """`is_button` answers whether a cell is one, `press` does what it is for."""

    def __init__(
        self,
        view: QAbstractItemView,
        is_button: Callable[[QModelIndex], bool],
        press: Callable[[QModelIndex], object],
    ) -> None:
        super().__init__(view)
        self._view, self._is_button, self._press = view, is_button, press
        self._pressed = QPersistentModelIndex()
        view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QMouseEvent):
            return super().eventFilter(watched, event)
        index = self._view.indexAt(event.position().toPoint())
        over = index.isValid() and self._is_button(index)
        if event.type() == QEvent.Type.MouseMove:
            shape = Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor
            self._view.viewport().setCursor(shape)
        elif event.type() == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton and over:
            self._pressed = QPersistentModelIndex(index)
            return True
        elif event.type() == QEvent.Type.MouseButtonRelease and self._pressed.isValid():
            is_same, self._pressed = index == self._pressed, QPersistentModelIndex()
            if is_same and over:
                self._press(index)
            return True
        return super().eventFilter(watched, event)

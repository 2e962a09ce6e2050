"""One widget large over the page, for reading: with nothing else beside it, and Esc leads back."""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.studio.canvas.tile import Tile
from benchboard.ui.studio.tiles.large import Large
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.labels import Elided
from benchboard.ui.widgets.surfaces import Icon

if TYPE_CHECKING:
    from benchboard.ui.studio.canvas.canvas import Canvas

_ELSEWHERE: Final = (
    Qt.Key.Key_K, Qt.Key.Key_F6, Qt.Key.Key_F5, Qt.Key.Key_Comma, Qt.Key.Key_Q, Qt.Key.Key_F1,
)  # fmt: skip
"""Keys that lead somewhere else, and are not the widget's."""


class View(QWidget):
    """A widget large. `left`: somebody wants the page back."""

    left = Signal()

    def __init__(self, canvas: "Canvas", item_id: str) -> None:
        super().__init__()
        self.setObjectName("studio_view")
        self.setProperty("surface", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._canvas, self.item_id = canvas, item_id
        self._icon = Icon("", "text.muted", 18)
        self.title = Elided("", "section")
        self.title.setObjectName("view_title")
        back = Button(_("Back to the page"), self.left.emit, name="view_back")
        back.add_cap("Esc")
        self.large = Large(canvas.living.habit(item_id))
        self.large.left.connect(self.left)
        self.large.retried.connect(lambda: canvas.feeds.retry(item_id))
        self.large.edited.connect(self._edit)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._icon)
        row.addWidget(self.title, 1)
        row.addWidget(back)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 20)
        column.setSpacing(12)
        column.addLayout(row)
        column.addWidget(self.large, 1)
        self.setFocusProxy(self.large)
        canvas.feeds.answered.connect(self._answered)
        canvas.editor.changed.connect(self.say)
        canvas.editor.permitted.connect(self.say)
        if self._truncated:
            canvas.feeds.ask_whole(item_id)
        self.say()

    def say(self) -> None:
        """Show the widget as it is now; what is gone from the page is gone from here."""
        tile = self._canvas.tiles.get(self.item_id)
        if not isinstance(tile, Tile):
            self.left.emit()
            return
        widget, feeds = tile.widget, self._canvas.feeds
        self._icon.show_icon(widget.icon)
        self.title.setText(widget.title or widget.kind_name)
        asking = self._truncated and feeds.asking(self.item_id)
        self.large.say(widget, feeds.answer(self.item_id), self._canvas.audience, asking=asking)

    @property
    def _truncated(self) -> bool:
        answer = self._canvas.feeds.answer(self.item_id)
        return answer is not None and answer.table is not None and answer.table.truncated

    def event(self, event: QEvent) -> bool:
        # The page's keys would arrange what cannot be seen.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() not in _ELSEWHERE:
                event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_V):
            self.left.emit()
        event.accept()

    def _edit(self) -> None:
        self.left.emit()
        self._canvas.editor.choose([self.item_id])
        self._canvas.edit()

    def _answered(self, item_id: str) -> None:
        if item_id == self.item_id:
            self.say()


class Viewing(QObject):
    """Puts a `View` in the place of what `stack` shows first, and that back."""

    changed = Signal(bool)

    def __init__(self, canvas: "Canvas", stack: QStackedWidget) -> None:
        super().__init__(canvas)
        self._canvas, self._stack = canvas, stack
        self.view: View | None = None
        """What is shown large."""
        canvas.living.view_wanted.connect(self.show)

    def show(self, item_id: str) -> None:
        """Show a widget large."""
        if not isinstance(self._canvas.tiles.get(item_id), Tile):
            return
        self.close()
        self._canvas.cancel()
        self._canvas.living.leave()
        view = self.view = View(self._canvas, item_id)
        view.left.connect(self.close, Qt.ConnectionType.QueuedConnection)
        self._stack.addWidget(view)
        self._stack.setCurrentWidget(view)
        view.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit(True)

    def close(self) -> None:
        """Show the page again."""
        view, self.view = self.view, None
        if view is None:
            return
        self._canvas.feeds.answered.disconnect(view._answered)
        self._canvas.editor.changed.disconnect(view.say)
        self._canvas.editor.permitted.disconnect(view.say)
        self._stack.setCurrentIndex(0)
        self._stack.removeWidget(view)
        view.hide()
        view.deleteLater()
        if self._canvas.isVisible():
            self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit(False)

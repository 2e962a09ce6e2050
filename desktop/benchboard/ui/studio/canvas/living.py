"""The one tile that is alive: a table somebody went into, with a real list in the place of its picture."""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, QTimer, Signal

from benchboard.ui.studio.canvas.tile import Tile
from benchboard.ui.studio.tiles.faces import body_of
from benchboard.ui.studio.tiles.livetable import Habit, LiveTable

if TYPE_CHECKING:
    from benchboard.ui.studio.canvas.canvas import Canvas

_RIM: Final = 4.0
"""So far the list reaches into the tile's padding, so that its words stand where those of the picture stood."""


class Living(QObject):
    """Makes a tile alive and lets it be a picture again."""

    view_wanted = Signal(str)
    """Somebody wants to see this widget large."""
    changed = Signal()

    def __init__(self, canvas: "Canvas") -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.item_id = ""
        """Which tile is alive; none, if empty."""
        self.table: LiveTable | None = None
        self._habits: dict[str, Habit] = {}
        self._soon = QTimer(self, interval=0, singleShot=True)
        self._soon.timeout.connect(self._settle)
        canvas.feeds.answered.connect(self._answered)
        canvas.editor.changed.connect(self._soon.start)
        canvas.zoom_changed.connect(self._soon.start)
        for bar in (canvas.horizontalScrollBar(), canvas.verticalScrollBar()):
            bar.valueChanged.connect(self._settle)
        canvas.viewport().installEventFilter(self)

    def habit(self, item_id: str) -> Habit:
        """How somebody has the table of a widget, on the page and large, for as long as the page is open."""
        return self._habits.setdefault(item_id, Habit())

    def can(self, item_id: str) -> bool:
        """Whether a tile can be alive: a table that has rows."""
        tile = self._canvas.tiles.get(item_id)
        if not isinstance(tile, Tile) or tile.widget.kind is None or tile.widget.kind.type != "table":
            return False
        return tile.answer is not None and tile.answer.table is not None and bool(tile.answer.table.rows)

    def open(self, item_id: str) -> None:
        """Go into it; what cannot be alive is shown large."""
        if not self.enter(item_id):
            self.view_wanted.emit(item_id)

    def enter(self, item_id: str) -> bool:
        """Make a tile alive; answers whether it can be."""
        if not self.can(item_id):
            return False
        if item_id == self.item_id:
            return True
        self.leave()
        tile = self._canvas.tiles[item_id]
        assert isinstance(tile, Tile)
        assert tile.answer is not None
        assert tile.answer.table is not None
        self.item_id = item_id
        table = LiveTable(tile.answer.table, self.habit(item_id), self._canvas.viewport())
        self.table = table
        table.setAccessibleName(tile.widget.title or tile.widget.kind_name)
        table.left.connect(self.leave)
        table.passed.connect(self._pass)
        table.large.connect(lambda: self.view_wanted.emit(item_id))
        self._settle()
        table.show()
        table.setFocus(Qt.FocusReason.OtherFocusReason)
        if tile.answer.table.truncated:
            self._canvas.feeds.ask_whole(item_id)
            self._answered(item_id)
        self.changed.emit()
        return True

    def leave(self) -> None:
        """Let it be a picture again."""
        table, self.table, self.item_id = self.table, None, ""
        if table is not None:
            if table.isAncestorOf(self._canvas.window().focusWidget() or self._canvas):
                self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)
            table.hide()
            table.deleteLater()
            self.changed.emit()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.ContextMenu):
            self.leave()  # what is pressed on the table itself does not come here
        elif event.type() == QEvent.Type.Resize:
            self._soon.start()
        return False

    def _pass(self, forward: bool) -> None:
        self.leave()
        self._canvas.focusNextPrevChild(forward)

    def _settle(self) -> None:
        """Be where the tile is."""
        if self.table is None:
            return
        tile = self._canvas.tiles.get(self.item_id)
        if not isinstance(tile, Tile) or not self.can(self.item_id) or self._canvas.busy:
            self.leave()
            return
        zoom = self._canvas.zoom
        body = body_of(tile.rect.size() / zoom).adjusted(-_RIM, 0, _RIM, 0)
        corner = tile.pos() - self._canvas.seen().topLeft() + body.topLeft() * zoom
        place = QRectF(QPointF(corner), body.size() * zoom).toAlignedRect()
        self.table.setGeometry(place)
        self.table.set_zoom(zoom)

    def _answered(self, item_id: str) -> None:
        if item_id == self.item_id and self.table is not None:
            answer = self._canvas.feeds.answer(item_id)
            if answer is None or answer.error is not None or (answer.table is not None and not answer.table.rows):
                self.leave()
            elif answer.table is not None:
                self.table.show_table(answer.table, asking=self._canvas.feeds.asking(item_id))

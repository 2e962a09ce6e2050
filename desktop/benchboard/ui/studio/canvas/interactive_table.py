"""Replaces a table tile's pixmap by a real table widget, to scroll and sort it on the page."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, Qt, QTimer, Signal

from benchboard.ui.studio.canvas.scene.page_view import PageView
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.tiles.kinds.pivot import shown_table
from benchboard.ui.studio.tiles.renderers import body_of
from benchboard.ui.studio.tiles.tables import table_painting
from benchboard.ui.studio.tiles.tables.table_widget import TableState, TableWidget

_OVERLAP: Final = 4.0
"""How far the table extends into the tile's padding, in pixels, so that its text doesn't move."""


class InteractiveTable(QObject):
    """The table widget over a tile; at most one at a time."""

    enlarge_requested = Signal(str)
    """The user wants to see this widget enlarged."""
    changed = Signal()
    point_requested = Signal(str, object, QPoint, bool)
    """The user wants the menu of a cell (a `TilePoint`) of this widget, as `Canvas.point_requested`."""

    def __init__(self, view: PageView) -> None:
        super().__init__(view)
        self._view = view
        self.item_id = ""
        """The id of its tile; empty if there is no table."""
        self.table: TableWidget | None = None
        self._table_states: dict[str, TableState] = {}
        self._place_soon = QTimer(self, interval=0, singleShot=True)
        self._place_soon.timeout.connect(self._place)
        view.query_runner.result_changed.connect(self._update_table)
        view.editor.changed.connect(self._place_soon.start)
        view.zoom_changed.connect(self._place_soon.start)
        for bar in (view.horizontalScrollBar(), view.verticalScrollBar()):
            bar.valueChanged.connect(self._place)
        view.viewport().installEventFilter(self)

    def table_state(self, item_id: str) -> TableState:
        """The sort order and column widths of a widget's table, shared by page and enlarged view until the page
        closes.
        """
        return self._table_states.setdefault(item_id, TableState())

    def open(self, item_id: str) -> None:
        """Open a table widget over the tile; enlarge any other kind of widget."""
        if not self.enter(item_id):
            self.enlarge_requested.emit(item_id)

    def enter(self, item_id: str) -> bool:
        """Open a table widget over a tile; False if the tile is no table, or has no rows."""
        tile = self._view.tiles.get(item_id)
        if not isinstance(tile, Tile) or not tile.has_rows:
            return False
        if item_id == self.item_id:
            return True
        self.leave()
        shown = shown_table(tile.widget, tile.result)
        assert shown is not None
        self.item_id = item_id
        table = TableWidget(
            shown, self.table_state(item_id), self._view.viewport(), row_height=table_painting.ROW_HEIGHT
        )
        self.table = self._view.embedded_widget = table
        table.setAccessibleName(tile.widget.title or tile.widget.kind_name)
        table.close_requested.connect(self.leave)
        table.focus_passed.connect(self._pass_on_focus)
        table.enlarge_requested.connect(lambda: self.enlarge_requested.emit(item_id))
        table.point_requested.connect(lambda point, at: self.point_requested.emit(item_id, point, at, False))
        self._place()
        table.show()
        table.setFocus(Qt.FocusReason.OtherFocusReason)
        if shown.truncated:
            self._view.query_runner.load_all_rows(item_id)
            self._update_table(item_id)
        self.changed.emit()
        return True

    def leave(self) -> None:
        """Close the table widget and show the pixmap of the tile again."""
        table, self.table, self.item_id = self.table, None, ""
        self._view.embedded_widget = None
        if table is not None:
            if table.isAncestorOf(self._view.window().focusWidget() or self._view):
                self._view.setFocus(Qt.FocusReason.OtherFocusReason)
            table.hide()
            table.deleteLater()
            self.changed.emit()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.ContextMenu):
            self.leave()  # a press on the table itself doesn't arrive here
        elif event.type() == QEvent.Type.Resize:
            self._place_soon.start()
        return False

    def _pass_on_focus(self, forward: bool) -> None:
        self.leave()
        self._view.focusNextPrevChild(forward)

    def _place(self) -> None:
        """Move the table widget to its tile."""
        if self.table is None:
            return
        tile = self._view.tiles.get(self.item_id)
        if not isinstance(tile, Tile) or not tile.has_rows or self._view.busy:
            self.leave()
            return
        if (shown := shown_table(tile.widget, tile.result)) is not None and shown is not self.table.rows.table:
            self._update_table(self.item_id)  # a setting of the widget was changed
        zoom = self._view.zoom
        body = body_of(tile.rect.size() / zoom).adjusted(-_OVERLAP, 0, _OVERLAP, 0)
        corner = tile.pos() - self._view.visible_rect().topLeft() + body.topLeft() * zoom
        place = QRectF(QPointF(corner), body.size() * zoom).toAlignedRect()
        self.table.setGeometry(place)
        self.table.set_zoom(zoom)

    def _update_table(self, item_id: str) -> None:
        if item_id == self.item_id and self.table is not None:
            result, tile = self._view.query_runner.result(item_id), self._view.tiles.get(item_id)
            shown = shown_table(tile.widget, result) if isinstance(tile, Tile) else None
            if shown is not None:
                self.table.show_table(shown, loading=self._view.query_runner.is_loading(item_id))
            elif result is None or result.error is not None or result.table is not None:
                self.leave()

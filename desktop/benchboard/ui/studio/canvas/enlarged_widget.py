"""One widget enlarged in place of the page, for reading. Esc closes it."""

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.commands import is_window_shortcut
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.tiles.enlarged_view import EnlargedContent
from benchboard.ui.studio.tiles.full_size_foot import FullSizeFoot, about_result
from benchboard.ui.studio.tiles.kinds.pivot import shown_table
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.focus import turn_to
from benchboard.ui.widgets.labels import Elided
from benchboard.ui.widgets.surfaces import Icon, set_surface


class EnlargedWidgetView(QWidget):
    """A widget with a title, enlarged."""

    close_requested = Signal()
    """The user wants to return to the page."""

    def __init__(self, canvas: Canvas, item_id: str) -> None:
        super().__init__()
        self.setObjectName("studio_view")
        set_surface(self, "surface")
        self._canvas, self.item_id = canvas, item_id
        self._icon = Icon("ph.chart-line", "text.muted", 18)
        self.title = Elided("", "title")
        self.title.setObjectName("view_title")
        self.about = Elided("", "body", "muted")
        """What of the data is shown."""
        self.about.setObjectName("view_about")
        back = Button(_("Back to dashboard"), self.close_requested.emit, name="view_back")
        back.add_key_cap("Esc")
        self.content = EnlargedContent(canvas.interactive_table.table_state(item_id))
        self.reset = Button(
            _("Reset zoom"), self.content.reset_zoom, icon="ph.arrow-counter-clockwise", name="reset_zoom"
        )
        self.reset.add_key_cap("0")
        self.reset.hide()
        self.explore = Button(
            _("Open in Explore"), partial(canvas.explore_requested.emit, item_id), icon="ph.compass",
            name="view_explore",
        )  # fmt: skip
        self.content.zoomed.connect(self.reset.setVisible)
        self.content.close_requested.connect(self.close_requested)
        self.content.retry_requested.connect(lambda: canvas.query_runner.retry(item_id))
        self.content.period_requested.connect(lambda: canvas.show_data_period(item_id))
        self.content.legend_chosen.connect(partial(canvas.query_runner.choose_in_legend, item_id))
        self.content.edit_requested.connect(self._edit)
        self.content.detail_requested.connect(
            lambda reduction: canvas.query_runner.read_detail(item_id, reduction, self.content.show_detail)
        )
        self.content.point_requested.connect(
            lambda point, at: canvas.point_requested.emit(item_id, point, at, False)  # a signal's
        )
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        named = QVBoxLayout()
        named.setSpacing(2)
        named.addWidget(self.title)
        named.addWidget(self.about)
        row.addLayout(named, 1)
        row.addWidget(self.reset)
        row.addWidget(self.explore)
        row.addWidget(back)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 8)
        column.setSpacing(12)
        column.addLayout(row)
        column.addWidget(self.content, 1)
        self.foot = FullSizeFoot()
        column.addWidget(self.foot)
        self.setFocusProxy(self.content)
        canvas.query_runner.result_changed.connect(self._show_result)
        canvas.editor.changed.connect(self.update_content)
        canvas.editor.permission_changed.connect(self.update_content)
        if self._truncated:
            canvas.query_runner.load_all_rows(item_id)
        self.update_content()

    def update_content(self) -> None:
        """Show the widget as it is now; return to the page if it was deleted."""
        tile = self._canvas.tiles.get(self.item_id)
        if not isinstance(tile, Tile):
            self.close_requested.emit()
            return
        widget, query_runner = tile.widget, self._canvas.query_runner
        self._icon.show_icon(widget.icon)
        self.title.setText(widget.title or widget.kind_name)
        self.explore.setVisible(widget.kind is not None and bool(widget.kind.query))
        loading = self._truncated and query_runner.is_loading(self.item_id)
        result = query_runner.result(self.item_id)
        about = about_result(result, counted=shown_table(widget, result) is not None)
        self.about.setText(about)
        self.about.setVisible(bool(about))
        self.content.show_widget(widget, result, self._canvas.audience, loading=loading)
        self.foot.show_hints(self.content)

    @property
    def _truncated(self) -> bool:
        result = self._canvas.query_runner.result(self.item_id)
        return result is not None and result.table is not None and result.table.truncated

    def event(self, event: QEvent) -> bool:
        # The page's shortcuts would change items that are hidden.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if not is_window_shortcut(event):
                event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_V):
            self.close_requested.emit()
        event.accept()

    def _edit(self) -> None:
        self.close_requested.emit()
        self._canvas.editor.select([self.item_id])
        self._canvas.edit()

    def _show_result(self, item_id: str) -> None:
        if item_id == self.item_id:
            self.update_content()


class EnlargedWidget(QObject):
    """Shows an `EnlargedWidgetView` in place of the first page of a stack."""

    changed = Signal(bool)

    def __init__(self, canvas: Canvas, stack: QStackedWidget) -> None:
        super().__init__(canvas)
        self._canvas, self._stack = canvas, stack
        self.view: EnlargedWidgetView | None = None
        canvas.enlarge_requested.connect(self.show)

    def show(self, item_id: str) -> None:
        """Show a widget enlarged."""
        if not isinstance(self._canvas.tiles.get(item_id), Tile):
            return
        self.close()
        self._canvas.cancel()
        self._canvas.interactive_table.leave()
        view = self.view = EnlargedWidgetView(self._canvas, item_id)
        view.close_requested.connect(self.close, Qt.ConnectionType.QueuedConnection)
        self._stack.addWidget(view)
        turn_to(self._stack, view)
        self.changed.emit(True)

    def close(self) -> None:
        """Show the page again."""
        view, self.view = self.view, None
        if view is None:
            return
        self._canvas.query_runner.result_changed.disconnect(view._show_result)
        self._canvas.editor.changed.disconnect(view.update_content)
        self._canvas.editor.permission_changed.disconnect(view.update_content)
        page = self._stack.widget(0)
        assert page is not None
        turn_to(self._stack, page, partial(self._canvas.setFocus, Qt.FocusReason.OtherFocusReason))
        self._stack.removeWidget(view)
        view.hide()
        view.deleteLater()
        self.changed.emit(False)

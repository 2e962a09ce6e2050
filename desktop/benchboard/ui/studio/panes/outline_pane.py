"""The outline: all items of the page in reading order, including those in collapsed rows and other tabs."""

from collections.abc import Iterable, Iterator

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from benchboard.dashboards.document.widget_kinds import MAX_TITLE, tab_name
from benchboard.dashboards.editing import container_edits, outline
from benchboard.dashboards.editing.outline import OutlineEntry
from benchboard.dashboards.layout import GROUP, ROW, TABS, Path
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.ui.commands import REGISTRY
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.canvas.interaction.rejections import why_not_another_grid
from benchboard.ui.studio.document.undo_line_edit import undo_direction
from benchboard.ui.studio.panes.outline_row import OutlineRow, OutlineRowDelegate, make_row, row_of, show_row
from benchboard.ui.theme import theme
from benchboard.ui.widgets.paragraph import PaintedParagraph


class OutlinePane(QTreeWidget):
    """A tree whose selection is in sync with the page's. A drag moves an item beside or into another."""

    def __init__(self, canvas: Canvas, parent: QWidget) -> None:
        super().__init__(parent)
        self._canvas, self._editor = canvas, canvas.editor
        self._rows: tuple[tuple[int, OutlineRow], ...] = ()
        self._items: dict[tuple[str, int], QTreeWidgetItem] = {}
        self._syncing = False
        self._pressed: tuple[QPoint, str] | None = None
        self._target: tuple[QTreeWidgetItem | None, str] | None = None
        self.setObjectName("studio_outline")
        self.setAccessibleName(_("Outline"))
        self.setHeaderLabel(self.accessibleName())  # hidden, but screen readers come to it
        self.setHeaderHidden(True)
        self.setIndentation(14)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(OutlineRowDelegate(self))
        self._build_timer = QTimer(self, interval=0, singleShot=True)
        self._build_timer.timeout.connect(self.build)
        self._editor.changed.connect(self._schedule_build)
        self._editor.options_changed.connect(self._schedule_build)
        self._editor.selection_changed.connect(self._show_selection)
        self.itemSelectionChanged.connect(self._select_on_page)
        self.itemChanged.connect(self._renamed)
        theme().changed.connect(self.viewport().update)
        self.build()

    def build(self) -> None:
        """Show the page's items.

        The tree is rebuilt only if their order changed, so that a title being edited stays open.
        """
        lines = tuple(self._make_rows(outline.outline_entries(self._editor.layout), 0))
        shape = [(depth, line.id, line.tab) for depth, line in lines]
        if lines != self._rows and shape == [(depth, line.id, line.tab) for depth, line in self._rows]:
            self._rows = lines
            self.blockSignals(True)
            for _depth, line in lines:
                show_row(self._items[line.id, line.tab], line)
            self.blockSignals(False)
        elif lines != self._rows:
            closed = {key for key, item in self._items.items() if not item.isExpanded() and item.childCount()}
            bar = self.verticalScrollBar()
            at = bar.value()
            self._rows = lines
            self._fill(closed)
            bar.setValue(at)
        self._show_selection()

    def _schedule_build(self) -> None:
        """Rebuild the tree after a change of the page: soon if it is visible, otherwise when it is shown."""
        if self.isVisible():
            self._build_timer.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.build()

    def line(self, item_id: str, tab: int = -1) -> QTreeWidgetItem:
        """The row of an item, or of one of its tabs."""
        return self._items[item_id, tab]

    def _make_rows(
        self, entries: Iterable[OutlineEntry], depth: int, hidden: bool = False
    ) -> Iterator[tuple[int, OutlineRow]]:
        for entry in entries:
            item, rendered = entry.item, self._editor.rendered(entry.item)
            yield depth, make_row(item, rendered, hidden=hidden)
            for k, (title, inside) in enumerate(entry.panes):
                inner_hidden = hidden or item.collapsed or (item.type == TABS and k != item.active)
                if item.type == TABS:
                    yield (
                        depth + 1,
                        OutlineRow(item.id, k, "ph.folder-simple", tab_name(rendered, k), title, "", "", inner_hidden),
                    )
                yield from self._make_rows(inside, depth + (2 if item.type == TABS else 1), inner_hidden)

    def _fill(self, closed: set[tuple[str, int]]) -> None:
        self.blockSignals(True)
        self.clear()
        self._items = {}
        above: list[QTreeWidgetItem] = []
        for depth, line in self._rows:
            item = QTreeWidgetItem()
            show_row(item, line)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            del above[depth:]
            if above:
                above[-1].addChild(item)
            else:
                self.addTopLevelItem(item)
            above.append(item)
            self._items[line.id, line.tab] = item
        for key, item in self._items.items():
            item.setExpanded(item.childCount() > 0 and key not in closed)  # a leaf would be told as expanded
        self.blockSignals(False)

    # Selection

    def _select_on_page(self) -> None:
        if self._syncing:
            return
        ids = list(dict.fromkeys(row_of(item).id for item in self.selectedItems()))
        tabs = [row_of(item) for item in self.selectedItems() if row_of(item).tab >= 0]
        self._syncing = True
        try:
            self._editor.reveal(ids, [(line.id, line.tab) for line in tabs])
        finally:
            self._syncing = False

    def _show_selection(self) -> None:
        """Select the rows of the page's selected items."""
        if self._syncing or not self.isVisible():
            return
        self._syncing = True
        try:
            chosen = [item_id for item_id in self._editor.selection if (item_id, -1) in self._items]
            wanted = [self._items[item_id, -1] for item_id in chosen]
            if {row_of(item).id for item in self.selectedItems()} != set(chosen):
                self.clearSelection()
                for item in wanted:
                    item.setSelected(True)
                if wanted:
                    self.scrollToItem(wanted[-1])
                    if not self.hasFocus():
                        self.setCurrentItem(wanted[-1], 0, self.selectionModel().SelectionFlag.NoUpdate)
        finally:
            self._syncing = False

    # Editing

    def _renamed(self, item: QTreeWidgetItem) -> None:
        line, text = row_of(item), " ".join(item.text(0).split())[:MAX_TITLE]
        editor = self._editor
        if (
            text == (line.bare or line.title)
            or not editor.editable
            or editor.apply(container_edits.require_unlocked_content, line.id) is not None
        ):
            self.blockSignals(True)
            show_row(item, line)
            self.blockSignals(False)
        elif line.tab < 0:
            editor.set_property(line.id, "title", text)
        else:
            editor.apply(container_edits.rename_tab, line.id, line.tab, text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if self.state() == QAbstractItemView.State.EditingState:
            super().keyPressEvent(event)  # Enter and Esc of the title field come here too
        elif undo_direction(event):
            event.ignore()
        elif self._canvas.keyboard.handle_from_list(event):
            pass  # commands that arrange several items work from here too
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._editor.remove()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        elif key == Qt.Key.Key_Escape and self._target is not None:
            self._drop(None)
        else:
            super().keyPressEvent(event)
            if key == Qt.Key.Key_F2:
                event.accept()  # also if the title is locked: the error is shown, and nothing else handles the key

    # Dragging within the tree: the row under the pointer determines the target

    def edit(self, index: QModelIndex, trigger: QAbstractItemView.EditTrigger, event: QEvent) -> bool:  # type: ignore[override]  # PySide has only the slot
        """Edit a title, if it can be changed."""
        asked = trigger == QAbstractItemView.EditTrigger.EditKeyPressed
        if not self._editor.editable or (
            asked
            and self._editor.apply(container_edits.require_unlocked_content, row_of(self.itemFromIndex(index)).id)
            is not None
        ):
            return False
        return super().edit(index, trigger, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = event.position().toPoint()
        item = self.itemAt(spot)
        super().mousePressEvent(event)
        draggable = self._editor.editable and item is not None and row_of(item).tab < 0
        if event.button() == Qt.MouseButton.LeftButton and item is not None and draggable:
            self._pressed = (spot, row_of(item).id)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        spot = event.position().toPoint()
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            super().mouseMoveEvent(event)
            return
        if self._target is None and (spot - self._pressed[0]).manhattanLength() < QApplication.startDragDistance():
            return
        self._target = self._target_at(spot)
        self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        target, pressed = self._target, self._pressed
        self._drop(pressed[1] if pressed is not None and target is not None else None)
        if target is None:
            super().mouseReleaseEvent(event)

    def _target_at(self, spot: QPoint) -> tuple[QTreeWidgetItem | None, str]:
        item = self.itemAt(spot)
        if item is None:
            return None, "end"
        box = self.visualItemRect(item)
        line = row_of(item)
        holds = line.tab >= 0 or self._editor.page.item(line.id).type in (ROW, GROUP)
        edge = box.height() // 4 if holds and line.tab < 0 else 0 if line.tab >= 0 else box.height() // 2
        if spot.y() < box.top() + edge:
            return item, "above"
        if holds and spot.y() <= box.bottom() - edge:
            return item, "into"
        return item, "below"

    def _drop(self, item_id: str | None) -> None:
        target, self._target, self._pressed = self._target, None, None
        self.viewport().unsetCursor()
        self.viewport().update()
        if item_id is None or target is None:
            return
        editor, (item, where) = self._editor, target
        page, compact = editor.page, editor.document.compact
        line = row_of(item) if item is not None else None
        if line is not None and line.id == item_id:
            return
        path: Path = () if line is None else page.path(line.id)
        if line is not None and where == "into":
            path = (*path, (line.id, max(line.tab, 0)))
        if editor.breakpoint and path != page.path(item_id):
            editor.rejected.emit(Invalid("studio.other-container", why_not_another_grid()))
            return
        if line is None or where == "into":
            layout = outline.move_into(page, item_id, path, compact)
        else:
            layout = outline.move_beside(page, item_id, line.id, below=where == "below", compact=compact)
        editor.apply_layout(_("Move {title}").format(title=self._items[item_id, -1].text(0)), layout, [item_id])

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._items:
            self._paint_empty()
        if self._target is None:
            return
        item, where = self._target
        with QPainter(self.viewport()) as painter:
            box = QRectF(self.visualItemRect(item)) if item is not None else self._end_box()
            painter.setPen(QPen(theme().color("accent"), 2))
            if where == "into":
                painter.drawRoundedRect(box.adjusted(1, 1, -2, -1), 4, 4)
            else:
                y = box.top() if where == "above" else box.bottom()
                painter.drawLine(round(box.left()), round(y), round(box.right()), round(y))

    def _end_box(self) -> QRectF:
        last = [item for item in self._items.values() if self.visualItemRect(item).isValid()]
        bottom = max((self.visualItemRect(item).bottom() for item in last), default=0)
        return QRectF(0, 0, self.viewport().width(), bottom + 1)

    def _paint_empty(self) -> None:
        with QPainter(self.viewport()) as painter:
            painter.setPen(theme().color("text.muted"))
            add = _("No widgets yet. Press {key} to add one.").format(key=REGISTRY["studio.show_add_pane"].key)
            words = _("No widgets yet.") if self._editor.read_only else add
            PaintedParagraph(words, self.viewport().width() - 24).paint(painter, QPointF(12, 14))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.viewport().update()

    def drawBranches(self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex) -> None:
        """Draw nothing: the rows draw their own branches."""

"""The pane at the left of the list of dashboards: which of them are listed, and the folders, each with its count."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QMimeData, QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from benchboard.dashboards.folders import Folder
from benchboard.i18n import _, ngettext, number
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, hairline
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.focus import asked_by_key, came_by_key, note_input
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.surfaces import set_surface

DASHBOARDS_MIME: Final = "application/x-benchboard-dashboards"
FOLDER_MIME: Final = "application/x-benchboard-folder"
FOLDER: Final = "folder:"
"""What the key of a folder begins with; the key of another row is one of `library.WHICH_FILTERS`, or empty for all."""
_WIDTH: Final = 224
_ROW: Final = 32
_BREAK: Final = 17
"""What a row with a line above it is higher: the line, and the room around it."""
_DATA: Final = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class PaneRow:
    """A row of the pane: `key` says what it lists."""

    key: str
    title: str
    icon: str
    count: int | None = None
    heading: bool = False


def place_titles() -> dict[str, str]:
    """The rows above the folders and below them, by their keys."""
    return {
        "": _("All dashboards"),
        "favourites": _("Favourites"),
        "recent": _("Recent"),
        "mine": _("Mine"),
        "shared": _("Shared with me"),
        "public": _("Shared with everyone"),
        "trash": _("Trash"),
    }


PLACE_ICONS: Final = {
    "": "ph.squares-four",
    "favourites": "ph.star",
    "recent": "ph.clock-counter-clockwise",
    "mine": "ph.user",
    "shared": "ph.users",
    "public": "ph.users-three",
    "trash": "ph.trash",
}


def dragged_dashboards(data: QMimeData) -> list[str]:
    """The ids of dragged dashboards; none if it is something else."""
    return list(json.loads(bytes(data.data(DASHBOARDS_MIME).data()))) if data.hasFormat(DASHBOARDS_MIME) else []


def dashboards_mime(ids: Sequence[str]) -> QMimeData:
    """Dashboards to drag."""
    data = QMimeData()
    data.setData(DASHBOARDS_MIME, json.dumps(list(ids)).encode())
    return data


class FolderPane(QWidget):
    """`selected` emits the key of the row that the user chose; `dropped` dashboards and the folder they were dropped
    on, `folder_dropped` a folder and the one it was dropped on (None: the top); `menu_requested` a folder and a point
    of the screen."""

    selected = Signal(str)
    dropped = Signal(object, object)
    folder_dropped = Signal(str, object)
    menu_requested = Signal(object, QPoint)
    create_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        set_surface(self, "surface")
        self.setFixedWidth(_WIDTH)
        self.tree = _FolderTree(self)
        self.setFocusProxy(self.tree)
        line = QHBoxLayout()
        line.setContentsMargins(8, 8, 8, 8)
        create = Button(
            _("Create folder"), self.create_requested.emit, kind="quiet", icon="ph.folder-plus", size="sm",
            name="library_create_folder",
        )  # fmt: skip
        line.addWidget(create)
        line.addStretch(1)
        column = QVBoxLayout()
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tree, 1)
        column.addLayout(line)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(column, 1)
        whole.addWidget(hairline(vertical=True))
        self._folders: dict[str, Folder] = {}
        self.show_counts({}, ())

    def current(self) -> str:
        """The key of the selected row."""
        return self.tree.current_key

    @property
    def title(self) -> str:
        """The title of the selected row."""
        folder = self.current_folder()
        return folder.name if folder is not None else place_titles().get(self.current(), "")

    def current_folder(self) -> Folder | None:
        """The selected folder, if it is one."""
        return self.folder_of(self.current())

    def folder_of(self, key: str) -> Folder | None:
        """The folder with this key."""
        return self._folders.get(key.removeprefix(FOLDER)) if key.startswith(FOLDER) else None

    @property
    def folders(self) -> tuple[Folder, ...]:
        """All folders, in the order of the tree."""
        return tuple(self._folders.values())

    def set_current(self, key: str) -> None:
        """Select a row without a signal."""
        self.tree.select(key)

    def show_counts(self, counts: Mapping[str, int], folders: Sequence[Folder]) -> bool:
        """Show the folders, and how many dashboards each row lists; False if the selected folder is gone, and all are
        selected instead.
        """
        self._folders = {one.id: one for one in folders}
        titles = place_titles()
        rows = [(0, PaneRow(key, titles[key], PLACE_ICONS[key], counts.get(key))) for key in titles if key != "trash"]
        if folders:
            rows.append((0, PaneRow("", _("Folders"), "", heading=True)))
        rows += [(one.depth, PaneRow(FOLDER + one.id, one.name, "ph.folder", one.count)) for one in folders]
        rows.append((0, PaneRow("trash", titles["trash"], PLACE_ICONS["trash"], counts.get("trash"))))
        return self.tree.show_rows(rows)


class _FolderTree(QTreeWidget):
    """The rows. A row that gets the keyboard cursor is selected."""

    def __init__(self, pane: FolderPane) -> None:
        super().__init__(pane)
        self._pane = pane
        self._items: dict[str, QTreeWidgetItem] = {}
        self._ordered: list[QTreeWidgetItem] = []
        self._rows: list[tuple[int, PaneRow]] = []
        self._showing = False
        self._target: str | None = None
        """The key of the row that a drag is over, if it can be dropped there."""
        self.current_key = ""
        self.ringed = False
        """Whether the current row has the focus ring."""
        self.setObjectName("library_places")
        self.setAccessibleName(_("Lists and folders"))
        self.setHeaderLabel(self.accessibleName())  # hidden, but screen readers come to it
        self.setHeaderHidden(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setIndentation(16)
        self.setMouseTracking(True)
        self.setExpandsOnDoubleClick(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_RowDelegate(self))
        self.setProperty("flush", "true")  # its rows have the ring
        self.setAcceptDrops(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.currentItemChanged.connect(self._current_moved)
        theme().changed.connect(self.viewport().update)

    def show_rows(self, rows: list[tuple[int, PaneRow]]) -> bool:
        """Show these rows, each at its depth; False if the selected one is gone, and the first is selected instead."""
        before = [(depth, row.key) for depth, row in self._rows]
        changed, self._rows = rows != self._rows, rows
        if before != [(depth, row.key) for depth, row in rows]:
            self._build(rows)
        elif changed:
            for item, (_depth, row) in zip(self._ordered, rows, strict=True):
                _show_row(item, row)
        there = self.current_key in self._items
        self.select(self.current_key if there else "")
        self.viewport().update()
        return there

    def _build(self, rows: list[tuple[int, PaneRow]]) -> None:
        closed = {key for key, item in self._items.items() if item.childCount() and not item.isExpanded()}
        bar = self.verticalScrollBar()
        scroll, self._showing = bar.value(), True
        self.clear()
        self._items, self._ordered = {}, []
        above: list[QTreeWidgetItem] = []
        for depth, row in rows:
            item = QTreeWidgetItem()
            _show_row(item, row)
            if row.heading:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            else:
                self._items[row.key] = item
            self._ordered.append(item)
            del above[depth:]
            if above:
                above[-1].addChild(item)
            else:
                self.addTopLevelItem(item)
            above.append(item)
        for key, item in self._items.items():
            # A screen reader would be told that a row without any below it is expanded.
            item.setExpanded(item.childCount() > 0 and key not in closed)
        bar.setValue(scroll)
        self._showing = False

    def item_of(self, key: str) -> QTreeWidgetItem:
        """The row with this key."""
        return self._items[key]

    def select(self, key: str) -> None:
        """Select a row without a signal."""
        self._showing = True
        self.current_key = key
        self.setCurrentItem(self._items[key])
        self._showing = False

    def _current_moved(self, current: QTreeWidgetItem | None, _before: QTreeWidgetItem | None) -> None:
        if self._showing or current is None or (row := row_of(current)).key == self.current_key or row.heading:
            return
        self.current_key = row.key
        self._pane.selected.emit(row.key)

    # Keys and menus

    def keyPressEvent(self, event: QKeyEvent) -> None:
        note_input(key=True)
        self._ring(keys=True)
        if event.key() == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            self._open_menu(self._current_spot())
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._ring(keys=False)
        item = self.itemAt(event.position().toPoint())
        if item is not None and item.childCount() and event.position().x() < self.visualItemRect(item).left() + 6:
            item.setExpanded(not item.isExpanded())
            return
        super().mousePressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._ring(keys=came_by_key(event))

    def _ring(self, *, keys: bool) -> None:
        """Draw the focus ring round the row while keys are used."""
        self.ringed = keys
        self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = asked_by_key(event)
        self._open_menu(self._current_spot() if by_key else event.pos())

    def _current_spot(self) -> QPoint:
        return self.visualItemRect(self._items[self.current_key]).center()

    def _open_menu(self, spot: QPoint) -> None:
        item = self.itemAt(spot)
        folder = self._pane.folder_of(row_of(item).key) if item is not None else None
        if folder is not None:
            self._pane.menu_requested.emit(folder, self.viewport().mapToGlobal(spot))

    # Dragging

    def mimeData(self, items: Sequence[QTreeWidgetItem]) -> QMimeData:
        data = QMimeData()
        folder = self._pane.folder_of(row_of(items[0]).key) if items else None
        if folder is not None:
            data.setData(FOLDER_MIME, folder.id.encode())
        return data

    def startDrag(self, actions: Qt.DropAction) -> None:
        if self._pane.current_folder() is not None:  # nothing else in the pane moves
            super().startDrag(actions)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(DASHBOARDS_MIME) or event.mimeData().hasFormat(FOLDER_MIME):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._set_target(self._drop_key(event.position().toPoint(), event.mimeData()))
        if self._target is None:
            event.ignore()
        else:
            event.acceptProposedAction()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._set_target(None)

    def dropEvent(self, event: QDropEvent) -> None:
        key = self._drop_key(event.position().toPoint(), event.mimeData())
        self._set_target(None)
        if key is None:
            return
        event.setDropAction(Qt.DropAction.CopyAction)  # after a move, Qt would remove the dragged row
        event.accept()
        folder_id = key.removeprefix(FOLDER) or None
        if ids := dragged_dashboards(event.mimeData()):
            self._pane.dropped.emit(ids, folder_id)
        else:
            self._pane.folder_dropped.emit(bytes(event.mimeData().data(FOLDER_MIME).data()).decode(), folder_id)

    def _drop_key(self, spot: QPoint, data: QMimeData) -> str | None:
        """The key of the row at a point that can take what is dragged: a folder, or “All” to take it out of one."""
        item = self.itemAt(spot)
        row = row_of(item) if item is not None else None
        if row is None or row.heading or (row.key and not row.key.startswith(FOLDER)):
            return None
        moved = bytes(data.data(FOLDER_MIME).data()).decode() if data.hasFormat(FOLDER_MIME) else ""
        folder = self._pane.folder_of(row.key)
        while moved and folder is not None:  # no folder goes into itself
            if folder.id == moved:
                return None
            folder = self._pane.folder_of(FOLDER + folder.parent_id) if folder.parent_id else None
        return row.key

    def _set_target(self, key: str | None) -> None:
        if key != self._target:
            self._target = key
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._target is None or self._target not in self._items:
            return
        with QPainter(self.viewport()) as painter:
            painter.setPen(QPen(theme().color("accent"), 2))
            box = QRectF(self.visualItemRect(self._items[self._target]))
            painter.drawRoundedRect(box.adjusted(1, 1, -2, -1), 4, 4)

    def drawBranches(self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex) -> None:
        """Draw nothing: the rows draw their own arrows."""


class _RowDelegate(QStyledItemDelegate):
    """Draws a row: icon, title, and the count at the right."""

    def __init__(self, tree: _FolderTree) -> None:
        super().__init__(tree)
        self._tree = tree

    def sizeHint(self, _option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(80, _ROW + (_BREAK if _has_line(row_of(self._tree.itemFromIndex(index))) else 0))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        item = self._tree.itemFromIndex(index)
        row, rect = row_of(item), QRect(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if _has_line(row):
            self._paint_line(painter, rect)
            rect.setTop(rect.top() + _BREAK)
        if row.heading:
            painter.setFont(theme().font("body_strong"))
            painter.setPen(theme().color("text.secondary"))
            painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, row.title)
            painter.restore()
            return
        self._paint_ground(painter, item, rect, hot=bool(option.state & QStyle.StateFlag.State_MouseOver))
        left, middle = float(rect.left()), rect.center().y()
        if item.childCount():
            caret = "ph.caret-down" if item.isExpanded() else "ph.caret-right"
            paint_icon(painter, caret, QRectF(left - 13, middle - 5, 11, 11), theme().color("text.muted"))
        icon = "ph.folder-open" if row.icon == "ph.folder" and item.isSelected() else row.icon
        tone = "text" if item.isSelected() else "text.secondary"
        paint_icon(painter, icon, QRectF(left, middle - 7, 16, 16), theme().color(tone))
        count = "" if row.count is None else number(row.count)
        font = theme().font("body")
        metrics = QFontMetricsF(font)
        right = rect.right() - 15 - metrics.horizontalAdvance(count)
        painter.setFont(font)
        painter.setPen(theme().color("text.secondary" if item.isSelected() else "text.muted"))
        painter.drawText(QRectF(right, rect.top(), 200, rect.height()), Qt.AlignmentFlag.AlignVCenter, count)
        painter.setPen(theme().color("text"))
        room = QRectF(left + 24, rect.top(), max(0.0, right - left - 32), rect.height())
        shown = metrics.elidedText(row.title, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()

    def _paint_line(self, painter: QPainter, rect: QRect) -> None:
        """Draw a line above a row, across the pane, on the pane's ground: Qt selects a row up to its top."""
        width = self._tree.viewport().width()
        painter.fillRect(QRectF(0, rect.top(), width, _BREAK), theme().color("surface"))
        painter.fillRect(QRectF(0, rect.top() + _BREAK // 2, width, 1), theme().color("border"))

    def _paint_ground(self, painter: QPainter, item: QTreeWidgetItem, rect: QRect, *, hot: bool) -> None:
        whole = QRectF(0, rect.top(), self._tree.viewport().width(), rect.height())
        if item.isSelected() or hot:
            painter.fillRect(whole, theme().color("selection" if item.isSelected() else "row.hover"))
        if item.isSelected():
            painter.fillRect(
                QRectF(0, rect.top(), theme().px("border.selected"), rect.height()), theme().color("accent")
            )
            if self._tree.hasFocus() and self._tree.ringed:
                painter.setPen(QPen(theme().color("focus"), 2))
                painter.drawRect(whole.adjusted(1, 1, -1, -1))


def _has_line(row: PaneRow) -> bool:
    """Whether a line parts it from the rows above: the trash is no folder."""
    return row.heading or row.key == "trash"


def row_of(item: QTreeWidgetItem) -> PaneRow:
    """The row that an item shows."""
    row: PaneRow = item.data(0, _DATA)
    return row


def _show_row(item: QTreeWidgetItem, row: PaneRow) -> None:
    item.setText(0, row.title)
    item.setData(0, _DATA, row)
    if not row.heading:
        item.setToolTip(0, plain_tooltip(row.title))
    if row.count is not None:
        text = ngettext("{count} dashboard", "{count} dashboards", row.count).format(count=number(row.count))
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{row.title}, {text}")

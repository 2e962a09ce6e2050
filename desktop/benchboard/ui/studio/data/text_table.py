"""A table of texts with a head: the fields of a model, and its first rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from benchboard.i18n import _
from benchboard.ui.studio.data.preview_table import paint_line
from benchboard.ui.system_clipboard import copy_text
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import announce, note_reset
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.column_keys import resize_column
from benchboard.ui.widgets.labels import plain_tooltip

Index = QModelIndex | QPersistentModelIndex
_ICON_ROOM: Final = 22
_OPENING_KEYS: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2)


NO_WISHES: Final[Mapping[int, int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class TextRow:
    """A row: its texts, an icon before the first, whether it is shown paler, and whether something is wrong with it."""

    cells: tuple[str, ...]
    icon: str = ""
    muted: bool = False
    problem: str = ""
    icon_text: str = ""
    """What the icon says, for screen readers."""
    hints: frozenset[int] = frozenset()
    """The columns whose text says what may be entered there."""
    defaults: frozenset[int] = frozenset()
    """The columns whose text is what holds unless somebody chooses otherwise: shown paler."""


class _TextModel(QAbstractTableModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.heads: Sequence[str] = ()
        self.rows: Sequence[TextRow] = ()
        self.right: frozenset[int] = frozenset()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - likewise
        return 0 if parent.isValid() else len(self.heads)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.cells[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(row.problem or row.cells[index.column()])
        if role == Qt.ItemDataRole.AccessibleTextRole:
            is_empty = not row.cells[index.column()] or index.column() in row.hints
            about_row = (row.icon_text, row.problem) if index.column() == 0 else ()
            parts = (_("empty") if is_empty else row.cells[index.column()], *about_row)
            return ", ".join(part for part in parts if part)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.side(index.column()) | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.heads[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.side(section) | Qt.AlignmentFlag.AlignVCenter
        return None

    def side(self, column: int) -> Qt.AlignmentFlag:
        return Qt.AlignmentFlag.AlignRight if column in self.right else Qt.AlignmentFlag.AlignLeft


def _edge_pad() -> int:
    """What the first column is set in by, in pixels: it begins where the headings above it do."""
    return theme().px("spacing.4") - theme().px("table.cell_pad_x")


class _TextCells(QStyledItemDelegate):
    """Draws a cell with the margins of its column's title; the current row is marked."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        width = QFontMetrics(theme().font("body")).horizontalAdvance(str(index.data() or ""))
        icon = _ICON_ROOM if index.column() == 0 else 0
        edge = _edge_pad() if index.column() == 0 else 0
        return QSize(width + 2 * theme().px("table.cell_pad_x") + 2 + icon + edge, theme().px("table.row.compact"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self.parent()
        if not isinstance(view, TextTable):
            return
        pad, rect, row = theme().px("table.cell_pad_x"), QRect(option.rect), view.texts.rows[index.row()]
        painter.save()
        current = view.opens and view.currentIndex().row() == index.row()
        if current:
            painter.fillRect(rect, theme().color("selection"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme().color("grid"))
        inner = rect.adjusted(pad + (_edge_pad() if index.column() == 0 else 0), 0, -pad, -1)
        if row.icon and index.column() == 0:
            middle = inner.top() + inner.height() / 2
            icon = "ph.warning" if row.problem else row.icon
            colour = "warn" if row.problem else "text.secondary"
            paint_icon(painter, icon, QRectF(inner.left(), middle - 7, 14, 14), theme().color(colour))
            inner.adjust(_ICON_ROOM, 0, 0, 0)
        tone = "text.muted" if row.muted else "text" if index.column() == 0 else "text.secondary"
        tone = "text.muted" if index.column() in row.hints | row.defaults else tone
        right = index.column() in view.texts.right
        paint_line(painter, inner, str(index.data() or ""), "body", "text" if not view.opens else tone, right=right)
        if view.hasFocus() and view.currentIndex() == index:
            painter.setPen(QPen(theme().color("focus"), 2))
            painter.drawRect(rect.adjusted(1, 1, -1, -2))
        painter.restore()


def is_menu_key(event: QKeyEvent) -> bool:
    """Whether it is Shift+F10; the Menu key arrives as an event of its own."""
    return event.key() == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier


class TextTable(QTableView):
    """Shows rows of texts. With `opens`, Enter, F2 or a double click on a row emits `opened` with its place, Delete
    emits `removed`, and the Menu key or a right click `menu_requested`."""

    opened = Signal(int)
    removed = Signal(int)
    menu_requested = Signal(int)

    def __init__(self, name: str, label: str, *, opens: bool) -> None:
        super().__init__()
        self.opens = opens
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.texts = _TextModel(self)
        self.setModel(self.texts)
        self.setItemDelegate(_TextCells(self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)  # no column is cut off at the left
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme().px("table.row.compact"))
        head = self.horizontalHeader()
        head.setFixedHeight(theme().px("table.header"))
        head.setProperty("edge", "true")
        head.setMinimumSectionSize(64)
        head.setMaximumSectionSize(320)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.setStretchLastSection(opens)
        self._wishes: dict[int, int] = {}

    def show_rows(
        self,
        heads: Sequence[str],
        rows: Sequence[TextRow],
        right: frozenset[int] = frozenset(),
        wishes: Mapping[int, int] = NO_WISHES,
    ) -> None:
        """Show other rows; the current cell stays at its place. `wishes`: the widths that columns get where there is
        room for all, in pixels.
        """
        at = self.currentIndex()
        if (tuple(heads), tuple(rows), right) == (self.texts.heads, self.texts.rows, self.texts.right):
            return
        self.texts.beginResetModel()
        self.texts.heads, self.texts.rows, self.texts.right = tuple(heads), tuple(rows), right
        self.texts.endResetModel()
        note_reset(self)
        self._wishes = dict(wishes)
        self.resizeColumnsToContents()
        self._widen()
        self._fit_last_column()
        if rows:
            column = min(max(at.column(), 0), len(heads) - 1)
            self.setCurrentIndex(self.texts.index(min(max(at.row(), 0), len(rows) - 1), column))
        self.viewport().update()

    def show_column(self, column: int) -> None:
        """Scroll to a column; keys go on there."""
        if self.texts.rows and 0 <= column < len(self.texts.heads):
            row = 0 if self.opens else max(self.currentIndex().row(), 0)
            self.setCurrentIndex(self.texts.index(row, column))
            self.scrollTo(self.currentIndex())

    def row_anchor(self, place: int) -> QWidget:
        """A widget as large as a row, for a popover or menu to stand at."""
        anchor = self.findChild(QWidget, "text_row_anchor")
        if anchor is None:
            anchor = QWidget(self.viewport())
            anchor.setObjectName("text_row_anchor")
            anchor.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        anchor.setGeometry(self.visualRect(self.texts.index(place, 0)))
        anchor.show()
        return anchor

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._widen()
        self._fit_last_column()

    def _widen(self) -> None:
        """Give columns the width they wish, where the last one keeps room for its text."""
        head, last = self.horizontalHeader(), len(self.texts.heads) - 1
        if last < 0 or not self._wishes:
            return
        more = {at: width - head.sectionSize(at) for at, width in self._wishes.items() if width > head.sectionSize(at)}
        ends = head.sectionPosition(last) + max(self.sizeHintForColumn(last), head.sectionSizeHint(last))
        if more and ends + sum(more.values()) <= self.viewport().width():
            for at in more:
                head.resizeSection(at, self._wishes[at])

    def _fit_last_column(self) -> None:
        """Stretch the last column where there is room, else let it be as wide as its text: stretched, it would be as
        narrow as columns may be, and the table wouldn't scroll to the rest."""
        head, last = self.horizontalHeader(), len(self.texts.heads) - 1
        if not self.opens or last < 0:
            return
        wanted = max(self.sizeHintForColumn(last), head.sectionSizeHint(last))
        fits = head.sectionPosition(last) + wanted <= self.viewport().width()
        head.setStretchLastSection(False)
        head.resizeSection(last, wanted)
        head.setStretchLastSection(fits)  # anew: Qt doesn't stretch a column again that was fitted to its text

    def keyPressEvent(self, event: QKeyEvent) -> None:
        place = self.currentIndex().row()
        if self.opens and place >= 0 and event.key() in _OPENING_KEYS:
            self.opened.emit(place)
        elif self.opens and place >= 0 and event.key() == Qt.Key.Key_Delete:
            self.removed.emit(place)
        elif self.opens and place >= 0 and is_menu_key(event):
            self.menu_requested.emit(place)
        elif place >= 0 and event.matches(QKeySequence.StandardKey.Copy):
            value = str(self.currentIndex().data() or "")
            copy_text(value)
            announce(self, _("Copied {value}").format(value=value or _("empty")), again=True)
        elif self.opens or not resize_column(self, event):
            super().keyPressEvent(event)
            self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        place = self.currentIndex().row() if by_key else self.rowAt(event.pos().y())
        if self.opens and place >= 0:
            if place != self.currentIndex().row():
                self.setCurrentIndex(self.texts.index(place, 0))
            self.viewport().update()
            self.menu_requested.emit(place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.viewport().update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.opens and self.indexAt(event.position().toPoint()).isValid():
            self.opened.emit(self.indexAt(event.position().toPoint()).row())

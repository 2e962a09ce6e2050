"""A list of rows of texts: their model, how they are drawn, and their menu."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem

from benchboard.i18n import _
from benchboard.ui.paged.paged_cells import paint_ring
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import place_text
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.buttons import paint_check
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.row_cursor import WholeRowTable

ROW: Final = 32
"""Pixels of a row."""
NARROW: Final = 1020
"""In a list narrower than this the widths are four fifths."""
_CHECK: Final = 14
Index = QModelIndex | QPersistentModelIndex


class RowsModel(QAbstractTableModel):
    """Rows of texts under titles. Its first column's accessible text is the whole row."""

    titles: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    """The columns of numbers, aligned right."""
    mono: tuple[int, ...] = ()

    def cell(self, row: int, column: int) -> str:
        """The text of a cell."""
        raise NotImplementedError

    def is_wrong(self, _row: int, _column: int) -> bool:
        """Whether a cell says what couldn't be done."""
        return False

    def is_muted(self, _row: int) -> bool:
        """Whether a row isn't in use."""
        return False

    def ground(self, _row: int, _column: int) -> str:
        """The colour behind a cell; empty for that of its row."""
        return ""

    def checked(self, _row: int) -> bool | None:
        """Whether the row is ticked; None of what has no tick."""
        return None

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.titles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= self.rowCount():
            return None
        text = self.cell(index.row(), index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(index.row()) if index.column() == 0 else text
        if role == Qt.ItemDataRole.AccessibleDescriptionRole and index.column() == 0:
            return place_text(index.row(), self.rowCount())
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == 0 and self.checked(index.row()) is not None:
            return Qt.CheckState.Checked if self.checked(index.row()) else Qt.CheckState.Unchecked
        return plain_tooltip(text) if role == Qt.ItemDataRole.ToolTipRole else None

    def _spoken(self, row: int) -> str:
        cells = ((self.titles[column], self.cell(row, column)) for column in range(len(self.titles)))
        named = _("{name}: {values}")
        return ", ".join(named.format(name=title, values=text) for title, text in cells if text not in ("", "–"))

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.titles[section]
        return self.alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def alignment(self, column: int) -> Qt.AlignmentFlag:
        """How the texts of a column are aligned."""
        side = Qt.AlignmentFlag.AlignRight if column in self.numbers else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter

    def update_cells(self) -> None:
        """Show anew what the cells say."""
        if self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, len(self.titles) - 1))


class _CellDelegate(QStyledItemDelegate):
    """The cells of the rows, lines between them, the accent edge of the current one."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(60, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        table, model = self.parent(), index.model()
        if not isinstance(model, RowsModel) or not isinstance(table, CellList):
            return
        row, column, box = index.row(), index.column(), QRectF(option.rect)
        current = table.currentIndex().row() == row
        painter.save()
        painter.fillRect(box, theme().color("selection" if current else "surface"))
        if ground := model.ground(row, column):
            painter.fillRect(box.adjusted(4, 4, -4, -5), theme().color(ground))
        painter.fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1), theme().color("grid"))
        if current and column == 0:
            painter.fillRect(QRectF(box.left(), box.top(), 2, box.height()), theme().color("accent"))
        if current and table.hasFocus():
            paint_ring(painter, option.rect, column == 0, column == len(model.titles) - 1)
        self._paint_text(painter, box.adjusted(12, 0, -12, 0), model, index)
        painter.restore()

    def _paint_text(self, painter: QPainter, box: QRectF, model: RowsModel, index: Index) -> None:
        row, column = index.row(), index.column()
        checked = model.checked(row) if column == 0 else None
        if checked is not None:
            spot = QRectF(box.left(), box.center().y() - _CHECK / 2, _CHECK, _CHECK)
            paint_check(painter, spot, Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked)
            box = box.adjusted(_CHECK + 8, 0, 0, 0)
        if model.is_wrong(row, column):
            spot = QRectF(box.left(), box.center().y() - _CHECK / 2, _CHECK, _CHECK)
            paint_icon(painter, "ph.warning-fill", spot, theme().color("warn"))
            box = box.adjusted(_CHECK + 6, 0, 0, 0)
        painter.setFont(theme().font("mono" if column in model.mono else "body"))
        painter.setPen(theme().color("text.muted" if model.is_muted(row) else "text"))
        text = painter.fontMetrics().elidedText(
            model.cell(row, column), Qt.TextElideMode.ElideRight, int(box.width()) + 8
        )
        painter.drawText(box if column in model.numbers else box.adjusted(0, 0, 8, 0), model.alignment(column), text)


class CellList(WholeRowTable):
    """`menu_requested` has a point of the screen."""

    menu_requested = Signal(QPoint)

    def __init__(
        self, model: RowsModel, widths: Mapping[int, int], *, name: str, label: str, narrow: int = NARROW
    ) -> None:
        """`widths` of columns in pixels, four fifths of them in a list narrower than `narrow`; the others share the
        rest.
        """
        super().__init__()
        self.rows, self._widths, self._narrow = model, widths, narrow
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setModel(model)
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.setItemDelegate(_CellDelegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().setSectionsClickable(False)
        self._fit_columns()

    def _fit_columns(self) -> None:
        header, narrow = self.horizontalHeader(), self.width() < self._narrow
        for column in range(len(self.rows.titles)):
            width = self._widths.get(column)
            mode = QHeaderView.ResizeMode.Stretch if width is None else QHeaderView.ResizeMode.Fixed
            header.setSectionResizeMode(column, mode)
            if width is not None:
                self.setColumnWidth(column, width * 4 // 5 if narrow else width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the row under the pointer, or, by key, of the current one."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if not index.isValid():
            return
        self.setCurrentIndex(index.siblingAtColumn(0))
        spot = self.visualRect(index).bottomLeft() if by_key else event.pos()
        self.menu_requested.emit(self.viewport().mapToGlobal(spot))

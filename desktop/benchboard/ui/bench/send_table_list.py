"""The list of the send table: how its rows are drawn, and its keys."""

from typing import Final

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem

from benchboard.i18n import _
from benchboard.ui.bench.bench_commands import SEND_TABLE
from benchboard.ui.bench.send_table_model import (
    DATA,
    FAILED,
    ID,
    LENGTH,
    NAME,
    NUMBERS,
    ON,
    STATE,
    TYPE,
    Index,
    SendTableModel,
    alignment,
)
from benchboard.ui.commands import REGISTRY
from benchboard.ui.paged.paged_cells import paint_ring
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.row_cursor import WholeRowTable

_WIDTHS: Final = (44, 108, 140, 76, 52, 200, 92, 76, 68, 216)
"""Of the columns, by their numbers."""
_NARROW_WIDTHS: Final = (44, 108, 120, 76, 52, 200, 92, 68, 64, 176)
_NARROW: Final = 1100
"""A list narrower than this leaves the length out, which the data shows."""
_ICON: Final = 16
_BODY: Final = (NAME, TYPE, *NUMBERS, STATE)
"""The columns in the font of the window; IDs and bytes are monospaced."""


class _SendDelegate(QStyledItemDelegate):
    """The cells of the rows, lines between them, the accent edge of the current one."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(60, theme().px("table.row.compact"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        table, model = self.parent(), index.model()
        if not isinstance(model, SendTableModel) or not isinstance(table, SendTableList):
            return
        current, column = table.currentIndex().row() == index.row(), index.column()
        box = QRectF(option.rect)
        painter.save()
        painter.fillRect(box, theme().color("selection" if current else "surface"))
        painter.fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1), theme().color("grid"))
        if current and column == ON:
            painter.fillRect(QRectF(box.left(), box.top(), 2, box.height()), theme().color("accent"))
        if current and table.hasFocus():
            paint_ring(painter, option.rect, column == ON, column == STATE)
        if column == ON:
            self._paint_switch(painter, box, model, index.row())
        else:
            self._paint_text(painter, box.adjusted(12, 0, -12, 0), model, index)
        painter.restore()

    def _paint_switch(self, painter: QPainter, box: QRectF, model: SendTableModel, row: int) -> None:
        """What a click would do: stop, start, or send once."""
        running = model.state_at(row).running
        once = model.table.rows[row].period_ms is None
        icon = "ph.stop-fill" if running else "ph.paper-plane-right" if once else "ph.play"
        spot = QRectF(box.center().x() - _ICON / 2, box.center().y() - _ICON / 2, _ICON, _ICON)
        paint_icon(painter, icon, spot, theme().color("accent.text" if running else "text.secondary"))

    def _paint_text(self, painter: QPainter, box: QRectF, model: SendTableModel, index: Index) -> None:
        column, state = index.column(), model.state_at(index.row())
        painter.setFont(theme().font("body" if column in _BODY else "mono"))
        tone = {ID: "accent.text", NAME: "text", DATA: "text", STATE: "text.muted"}.get(column, "text.secondary")
        if column == STATE and (state.running or state.error is not None):
            tone = "ok" if state.running else "warn"
            icon = "ph.arrows-clockwise" if state.running else "ph.warning-fill"
            paint_icon(painter, icon, QRectF(box.left(), box.center().y() - 7, 14, 14), theme().color(tone))
            box = box.adjusted(20, 0, 0, 0)
        elif column == FAILED and state.failed:
            tone = "error"
        painter.setPen(theme().color(tone))
        text = painter.fontMetrics().elidedText(
            model.cell(index.row(), column), Qt.TextElideMode.ElideRight, int(box.width()) + 8
        )
        painter.drawText(box if column in NUMBERS else box.adjusted(0, 0, 8, 0), alignment(column), text)


class SendTableList(WholeRowTable):
    """`asked` has the id of a command for the current row, by its key or a click; `menu_requested` a point of the
    screen.
    """

    asked = Signal(str)
    menu_requested = Signal(QPoint)

    def __init__(self, model: SendTableModel) -> None:
        super().__init__()
        self.rows = model
        self.setObjectName("send_table")
        self.setAccessibleName(_("Send table"))
        self.setModel(model)
        self.setItemDelegate(_SendDelegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(40)
        self._fit_columns()
        self._keys = {
            QKeySequence(keys): command.id for command in REGISTRY.of_scope(SEND_TABLE) for keys in command.shortcuts
        }

    def _fit_columns(self) -> None:
        header, narrow = self.horizontalHeader(), self.width() < _NARROW
        header.setSectionHidden(LENGTH, narrow)
        for column, width in enumerate(_NARROW_WIDTHS if narrow else _WIDTHS):
            stretches = column == DATA or (column == NAME and not narrow)
            mode = QHeaderView.ResizeMode.Stretch if stretches else QHeaderView.ResizeMode.Fixed
            header.setSectionResizeMode(column, mode)
            if not stretches:
                self.setColumnWidth(column, width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

    @property
    def current_key(self) -> int:
        """The key of the current row; 0 without one."""
        row = self.rows.row_at(self.currentIndex().row())
        return row.key if row is not None else 0

    def select(self, key: int) -> None:
        """Make the row with this key the current one, if it is there."""
        place = self.rows.place_of(key)
        if place >= 0:
            self.setCurrentIndex(self.rows.index(place, ON))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Run the command of the key; the arrow keys move."""
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        key = Qt.Key.Key_Return if event.key() == Qt.Key.Key_Enter else Qt.Key(event.key())
        command = self._keys.get(QKeySequence(modifiers.value | key.value))
        if command is None:
            super().keyPressEvent(event)
        elif not event.isAutoRepeat() or "move" in command:
            self.asked.emit(command)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on a row's first cell starts or stops it."""
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid() and index.column() == ON:
            self.asked.emit("bench.toggle_send_row")

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double click on a row edits it; on its first cell it is two clicks."""
        index = self.indexAt(event.position().toPoint())
        if index.isValid():
            self.asked.emit("bench.toggle_send_row" if index.column() == ON else "bench.edit_send_row")

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the row under the pointer, or, by key, of the current one."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if not index.isValid():
            return
        self.setCurrentIndex(index.siblingAtColumn(ON))
        spot = self.visualRect(index).bottomLeft() if by_key else event.pos()
        self.menu_requested.emit(self.viewport().mapToGlobal(spot))

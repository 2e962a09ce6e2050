"""The lists of triggers, and of those that were met: how their rows are drawn, and their keys."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem

from benchboard.ui.bench.bench_commands import TRIGGERS
from benchboard.ui.bench.triggers.trigger_models import (
    ARMED,
    COUNT,
    FRAME,
    LAST,
    NAME,
    TIME,
    TRIGGER,
    FiredModel,
    Index,
    RowsModel,
    TriggerModel,
)
from benchboard.ui.commands import REGISTRY
from benchboard.ui.paged.paged_cells import paint_ring
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.buttons import paint_check
from benchboard.ui.widgets.row_cursor import WholeRowTable

ROW: Final = 32
"""Pixels of a row."""
_TRIGGER_WIDTHS: Final = {ARMED: 96, NAME: 160, LAST: 176, COUNT: 88}
_FIRED_WIDTHS: Final = {TIME: 176, TRIGGER: 180, FRAME: 300}
_NARROW: Final = 1020
"""In a list narrower than this the widths are four fifths."""
_CHECK: Final = 14


class _TriggerRowDelegate(QStyledItemDelegate):
    """The cells of the rows, lines between them, the accent edge of the current one."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(60, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        table, model = self.parent(), index.model()
        if not isinstance(model, RowsModel) or not isinstance(table, TriggerRowList):
            return
        row, column, box = index.row(), index.column(), QRectF(option.rect)
        current = table.currentIndex().row() == row
        painter.save()
        painter.fillRect(box, theme().color("selection" if current else "surface"))
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


class TriggerRowList(WholeRowTable):
    """`asked` has the id of a command for the current row, by its key or a click; `menu_requested` a point of the
    screen.
    """

    asked = Signal(str)
    menu_requested = Signal(QPoint)

    def __init__(self, model: RowsModel, widths: Mapping[int, int], *, name: str, label: str) -> None:
        """`widths` of columns in pixels; the others share the rest."""
        super().__init__()
        self.rows, self._widths = model, widths
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setModel(model)
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.setItemDelegate(_TriggerRowDelegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().setSectionsClickable(False)
        self._fit_columns()
        self._keys = {
            QKeySequence(keys): command.id for command in REGISTRY.of_scope(TRIGGERS) for keys in command.shortcuts
        }

    def _fit_columns(self) -> None:
        header, narrow = self.horizontalHeader(), self.width() < _NARROW
        for column in range(len(self.rows.titles)):
            width = self._widths.get(column)
            mode = QHeaderView.ResizeMode.Stretch if width is None else QHeaderView.ResizeMode.Fixed
            header.setSectionResizeMode(column, mode)
            if width is not None:
                self.setColumnWidth(column, width * 4 // 5 if narrow else width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Run the command of the key; the arrow keys move."""
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        key = Qt.Key.Key_Return if event.key() == Qt.Key.Key_Enter else Qt.Key(event.key())
        command = self._keys.get(QKeySequence(modifiers.value | key.value))
        if command is None:
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():
            self.asked.emit(command)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on the tick of a row arms or disarms it."""
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        is_left = event.button() == Qt.MouseButton.LeftButton
        if is_left and index.isValid() and index.column() == 0 and self.rows.checked(index.row()) is not None:
            self.asked.emit("bench.toggle_trigger")

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double click opens the row; on its tick it is two clicks."""
        index = self.indexAt(event.position().toPoint())
        if index.isValid():
            has_tick = index.column() == 0 and self.rows.checked(index.row()) is not None
            self.asked.emit("bench.toggle_trigger" if has_tick else "bench.open_trigger")

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the row under the pointer, or, by key, of the current one."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if not index.isValid():
            return
        self.setCurrentIndex(index.siblingAtColumn(0))
        spot = self.visualRect(index).bottomLeft() if by_key else event.pos()
        self.menu_requested.emit(self.viewport().mapToGlobal(spot))


def trigger_list(model: TriggerModel, label: str) -> TriggerRowList:
    """The list of triggers."""
    return TriggerRowList(model, _TRIGGER_WIDTHS, name="triggers", label=label)


def fired_list(model: FiredModel, label: str) -> TriggerRowList:
    """The list of triggers that were met."""
    return TriggerRowList(model, _FIRED_WIDTHS, name="fired_triggers", label=label)

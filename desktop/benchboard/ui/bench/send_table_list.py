"""The list of the send table: how its rows are drawn, and its keys."""

from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem

from benchboard.i18n import _, number
from benchboard.ui.bench.bench_commands import SEND_TABLE
from benchboard.ui.bench.send_cells.send_cell_editor import SendCellEditor
from benchboard.ui.bench.send_table_model import (
    ACT,
    DATA,
    DLC,
    FAILED,
    ID,
    NAME,
    NUMBERS,
    PERIOD,
    SENT,
    STATE,
    TYPE,
    Index,
    SendTableModel,
    alignment,
    frame_type,
)
from benchboard.ui.commands import REGISTRY
from benchboard.ui.paged.paged_cells import paint_ring
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.row_cursor import WholeRowTable

_WIDTHS: Final = (108, 140, 76, 52, 200, 92, 76, 68, 232, 120)
"""Of the columns, by their numbers."""
_NARROW_WIDTHS: Final = (100, 128, 76, 52, 200, 92, 64, 60, 224, 104)
_NARROW: Final = 1160
"""A list narrower than this leaves the type out: that of a frame which isn't plain data stands behind its name."""
_NARROWER: Final = 1020
"""One narrower than this leaves out the DLC, too, which the data shows."""
_ICON: Final = 14
ROW: Final = 32
"""Pixels of a row, with room for its button."""
_BODY: Final = (NAME, TYPE, *NUMBERS, STATE)
"""The columns in the font of the window; IDs and bytes are monospaced."""


class _SendDelegate(QStyledItemDelegate):
    """The cells of the rows, lines between them, the accent edge of the current one."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(60, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        table, model = self.parent(), index.model()
        if not isinstance(model, SendTableModel) or not isinstance(table, SendTableList):
            return
        current, column = table.currentIndex().row() == index.row(), index.column()
        box = QRectF(option.rect)
        painter.save()
        painter.fillRect(box, theme().color("selection" if current else "surface"))
        painter.fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1), theme().color("grid"))
        if current and column == ID:
            painter.fillRect(QRectF(box.left(), box.top(), 2, box.height()), theme().color("accent"))
        if current and table.hasFocus():
            paint_ring(painter, option.rect, column == ID, column == ACT)
        if column == ACT:
            self._paint_button(painter, box, model, index.row(), hovered=table.hovered == index.row())
        elif column == STATE and model.state_tone(index.row()) == "ok":
            self._paint_running(painter, box.adjusted(12, 0, -8, 0), model, index.row())
        else:
            self._paint_text(painter, box.adjusted(12, 0, -12, 0), model, index)
        painter.restore()

    def _paint_button(self, painter: QPainter, box: QRectF, model: SendTableModel, row: int, *, hovered: bool) -> None:
        """What a click does: stop, start, or send once."""
        running, once = model.state_at(row).running, model.table.rows[row].period_ms is None
        enabled, height = model.can_act(row), theme().px("control_height.sm")
        frame = QRectF(box.left() + 4, box.center().y() - height / 2, box.width() - 16, height).adjusted(
            0.5, 0.5, 0, -1
        )
        fill = "surface.alt" if not enabled else "row.hover" if hovered else "surface"
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().color("border.strong" if enabled else "border"), 1))
        painter.setBrush(theme().color(fill))
        painter.drawRoundedRect(frame, 6, 6)
        painter.setFont(theme().font("body"))
        ink = theme().color("text" if enabled else "text.disabled")
        text = model.cell(row, ACT)
        left = frame.center().x() - (_ICON + 6 + painter.fontMetrics().horizontalAdvance(text)) / 2
        icon = "ph.stop" if running else "ph.paper-plane-right" if once else "ph.play"
        paint_icon(painter, icon, QRectF(left, frame.center().y() - _ICON / 2, _ICON, _ICON), ink)
        painter.setPen(ink)
        painter.drawText(frame.adjusted(left + _ICON + 6 - frame.left(), 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_running(self, painter: QPainter, box: QRectF, model: SendTableModel, row: int) -> None:
        """For how long the row runs, and how many frames it missed: the first gives way."""
        text, missed = model.running_texts(model.state_at(row))
        paint_icon(
            painter, "ph.arrows-clockwise", QRectF(box.left(), box.center().y() - 7, 14, 14), theme().color("ok")
        )
        box = box.adjusted(20, 0, 0, 0)
        painter.setFont(theme().font("caption"))
        behind = painter.fontMetrics().horizontalAdvance(missed) + 8 if missed else 0
        painter.setFont(theme().font("body"))
        painter.setPen(theme().color("ok"))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()) - behind)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, shown)
        if missed:
            start = painter.fontMetrics().horizontalAdvance(shown) + 8
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().color("warn"))
            painter.drawText(box.adjusted(start, 1, 0, 1), Qt.AlignmentFlag.AlignVCenter, missed)

    def _paint_text(self, painter: QPainter, box: QRectF, model: SendTableModel, index: Index) -> None:
        column, state = index.column(), model.state_at(index.row())
        text = model.cell(index.row(), column)
        painter.setFont(theme().font("body" if column in _BODY else "mono"))
        tone = {ID: "accent.text", NAME: "text", DATA: "text"}.get(column, "text.secondary")
        if column == STATE:
            tone = model.state_tone(index.row())
        if column == STATE and state.error is not None:
            icon = "ph.x-circle-fill" if tone == "error" else "ph.warning-fill"
            paint_icon(painter, icon, QRectF(box.left(), box.center().y() - 7, 14, 14), theme().color(tone))
            box = box.adjusted(20, 0, 0, 0)
        elif column == FAILED and state.failed:
            tone = "error"
        elif column == NAME:
            box = self._paint_type(painter, box, model, index.row())
            text, tone = text or "–", tone if text else "text.muted"
        elif column in (SENT, FAILED) and text == number(0):
            tone = "text.muted"
        painter.setFont(theme().font("body" if column in _BODY else "mono"))
        painter.setPen(theme().color(tone))
        text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()) + 8)
        painter.drawText(box if column in NUMBERS else box.adjusted(0, 0, 8, 0), alignment(column), text)

    def _paint_type(self, painter: QPainter, box: QRectF, model: SendTableModel, row: int) -> QRectF:
        """The type of a frame that isn't plain data, at the end of its name where the column of types is hidden;
        returns the room that is left."""
        table, frame = self.parent(), model.table.rows[row].frame
        if not isinstance(table, SendTableList) or not table.isColumnHidden(TYPE) or not (frame.fd or frame.remote):
            return box
        text = frame_type(frame)
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().color("text.muted"))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
        return box.adjusted(0, 0, -painter.fontMetrics().horizontalAdvance(text) - 16, 0)


class SendTableList(WholeRowTable):
    """`asked` has the id of a command for the current row, by its key or a click; `menu_requested` a point of the
    screen.
    """

    asked = Signal(str)
    menu_requested = Signal(QPoint)

    def __init__(self, model: SendTableModel) -> None:
        super().__init__()
        self.rows = model
        self._edited: tuple[SendCellEditor, int, int] | None = None
        """The open editor, the key of its row, and its column."""
        self.setObjectName("send_table")
        self.setAccessibleName(_("Send table"))
        self.setModel(model)
        self.hovered = -1
        """The row whose button the pointer is on."""
        self.setMouseTracking(True)
        self.verticalHeader().setDefaultSectionSize(ROW)
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
        header.setSectionHidden(TYPE, narrow)
        header.setSectionHidden(DLC, self.width() < _NARROWER)
        for column, width in enumerate(_NARROW_WIDTHS if narrow else _WIDTHS):
            stretches = column == DATA or (column == NAME and not narrow)
            mode = QHeaderView.ResizeMode.Stretch if stretches else QHeaderView.ResizeMode.Fixed
            header.setSectionResizeMode(column, mode)
            if not stretches:  # in some languages a title is wider than its figures
                self.setColumnWidth(column, max(width, header.sectionSizeHint(column)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()
        self._place_editor()

    @property
    def current_key(self) -> int:
        """The key of the current row; 0 without one."""
        row = self.rows.row_at(self.currentIndex().row())
        return row.key if row is not None else 0

    def select(self, key: int) -> None:
        """Make the row with this key the current one, if it is there."""
        place = self.rows.place_of(key)
        if place >= 0:
            self.setCurrentIndex(self.rows.index(place, ID))

    @property
    def edited_column(self) -> int:
        """The column that is edited in the current row: that of the data, unless the current cell is the period."""
        return PERIOD if self.currentIndex().column() == PERIOD else DATA

    def edit_cell(self, key: int, column: int, editor: SendCellEditor) -> None:
        """Show this editor, whose parent is the viewport, over the cell of the row with this key."""
        self._edited = (editor, key, column)
        editor.ended.connect(self._end_edit)
        self._place_editor()
        editor.show()
        editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _place_editor(self) -> None:
        if self._edited is not None:
            editor, key, column = self._edited
            editor.place(self.visualRect(self.rows.index(self.rows.place_of(key), column)))

    def _end_edit(self, goes_on: bool) -> None:
        if self._edited is None:
            return
        editor, key, column = self._edited
        self._edited = None
        if editor.hasFocus() or goes_on:
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        if goes_on and column == DATA and (place := self.rows.place_of(key)) >= 0:
            self.setCurrentIndex(self.rows.index(place, PERIOD))
            self.asked.emit("bench.edit_send_cell")

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self._place_editor()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Run the command of the key; the arrow keys move."""
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        key = Qt.Key.Key_Return if event.key() == Qt.Key.Key_Enter else Qt.Key(event.key())
        command = self._keys.get(QKeySequence(modifiers.value | key.value))
        if command is None:
            super().keyPressEvent(event)
        elif not event.isAutoRepeat() or "move" in command:
            self.asked.emit(command)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        index = self.indexAt(event.position().toPoint())
        self._hover(index.row() if index.isValid() and index.column() == ACT else -1)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, row: int) -> None:
        if row != self.hovered:
            self.hovered = row
            self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on a row's button starts or stops it."""
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid() and index.column() == ACT:
            self.asked.emit("bench.toggle_send_row")

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double click edits the data or the period in its place, elsewhere the row; on its button it is two
        clicks."""
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and index.column() in (DATA, PERIOD):
            self.setCurrentIndex(index)
            self.asked.emit("bench.edit_send_cell")
        elif index.isValid():
            self.asked.emit("bench.toggle_send_row" if index.column() == ACT else "bench.edit_send_row")

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the row under the pointer, or, by key, of the current one."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if not index.isValid():
            return
        self.setCurrentIndex(index.siblingAtColumn(ID))
        spot = self.visualRect(index).bottomLeft() if by_key else event.pos()
        self.menu_requested.emit(self.viewport().mapToGlobal(spot))

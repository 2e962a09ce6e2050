"""What a paged table looks like: header, rows with marks and badges, loading bars, empty and error state, bulk bar."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QStackedLayout,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from benchboard.errors import AppError
from benchboard.i18n import _, ngettext
from benchboard.ui.paged import Column, PagedTableModel, count_text
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_badge, paint_icon, paint_mark, paint_meter
from benchboard.ui.widgets.buttons import Button, CheckBox, paint_check
from benchboard.ui.widgets.labels import Text, hairline, paint_avatar
from benchboard.ui.widgets.surfaces import EmptyState

Row = TypeVar("Row")
_QUIET_MS = 150


class PagedTable(QWidget, Generic[Row]):
    """A list one can sort, tick and open.

    `current_changed` follows the row the detail pane is about (click or arrows; None when there is none), `activated`
    is Enter or a double click, `menu_wanted` a right click or the Menu key with the spot of the screen,
    `selectionChanged` the ticks. `/` is the place's own: it focuses its filter.
    """

    activated = Signal(object)
    current_changed = Signal(object)
    menu_wanted = Signal(object, QPoint)
    selectionChanged = Signal()

    def __init__(
        self,
        model: "PagedTableModel[Row]",
        *,
        label: str,
        name: str,
        empty: EmptyState | None = None,
        no_match: EmptyState | None = None,
        ticks: bool = True,
        bulk: Sequence[QWidget] = (),
        row_height: str = "standard",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.model: PagedTableModel[Row] = model
        self.setProperty("surface", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        tall = any(column.second for column in model.columns)
        height = theme().px(f"table.row.{'two_line' if tall else row_height}") - (4 if tall else 0)
        self.view = _View(model, ticks, height, self)
        self.view.setObjectName(name)
        self.view.setAccessibleName(label)
        self._bulk = _BulkBar(self.view, model, bulk)
        self._empty = empty or EmptyState("ph.tray", _("Nothing here yet"))
        self._no_match = no_match or EmptyState("ph.funnel", _("Nothing matches the filter"))
        self._error = EmptyState("ph.warning-circle", "", _("Try again"), model.retry, role="error")
        self._error.action.setObjectName(f"{name}_retry")
        self._footer = _Footer(model)
        self._stack = QStackedLayout()
        self._bars = _Bars(self.view, model)
        for page in (self.view, self._bars, self._empty, self._no_match, self._error):
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._stack, 1)
        column.addWidget(self._footer)
        self._kept: object = None
        self._listen(model)
        QTimer.singleShot(_QUIET_MS, self, self._show_state)

    def selected(self) -> list[Row]:
        """The ticked rows."""
        return self.model.ticks()

    def _listen(self, model: "PagedTableModel[Row]") -> None:
        model.modelAboutToBeReset.connect(self._remember)
        model.modelReset.connect(self._restore)
        model.loaded.connect(self._show_state)
        model.failed.connect(self._show_state)
        model.ticked.connect(self.selectionChanged)
        self.view.opened.connect(lambda index: self.activated.emit(model.row(index)))
        self.view.asked.connect(lambda index, spot: self.menu_wanted.emit(model.row(index), spot))
        self.view.selectionModel().currentRowChanged.connect(self._current_moved)
        model.setParent(self)  # after the view among the children, so that the view is the first to go

    def current(self) -> Row | None:
        """The row the keyboard is on."""
        index = self.view.currentIndex()
        return self.model.row(index.row()) if index.isValid() else None

    def make_current(self, identity: object) -> bool:
        """Go to the row with `identity`, if it is loaded."""
        at = self.model.find(identity)
        if at >= 0:
            self.view.setCurrentIndex(self.model.index(at, 0))
        return at >= 0

    def clear_current(self) -> None:
        """No row is the detail pane's."""
        self.view.setCurrentIndex(QModelIndex())

    def _current_moved(self, now: QModelIndex, _before: QModelIndex) -> None:
        if self._kept is None:
            self.current_changed.emit(self.model.row(now.row()) if now.isValid() else None)

    def _remember(self) -> None:
        row = self.current()
        self._kept = (self.model.identity(row) if row is not None else None, self.view.verticalScrollBar().value())

    def _restore(self) -> None:
        if not isinstance(self._kept, tuple):
            return
        identity, scroll = self._kept
        at = self.model.find(identity) if identity is not None else -1
        if at >= 0:
            self.view.setCurrentIndex(self.model.index(at, 0))
            self.view.verticalScrollBar().setValue(scroll)
        self._kept = None
        if identity is not None:
            self.current_changed.emit(self.model.row(at) if at >= 0 else None)

    def _show_state(self, _error: object = None) -> None:
        model = self.model
        page: QWidget = self.view
        if not model.rowCount():
            listing = model.listing
            if model.error is not None:
                self._explain(model.error)
                page = self._error
            elif model.loading or not model.asked:
                page = self._bars
            else:
                page = self._no_match if listing.search or listing.filters else self._empty
        if self._stack.currentWidget() is not page:
            focused = self.view.hasFocus()
            self._stack.setCurrentWidget(page)
            if focused and page is self.view:
                self.view.setFocus()
        self._footer.say()

    def _explain(self, error: AppError) -> None:
        self._error.sentence.setText(error.what)
        why = " ".join(part for part in (error.why, error.do) if part)
        self._error.why.setText(why)
        self._error.why.setVisible(bool(why))


class _View(QTableView):
    opened = Signal(int)
    asked = Signal(int, QPoint)

    def __init__(self, model: "PagedTableModel[Any]", ticks: bool, height: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.paged = model
        self.ticks = ticks
        self.hovered = -1
        self._last_tick = -1
        self.setModel(model)
        self.setItemDelegate(_Cells(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(height)
        self.verticalHeader().setMinimumSectionSize(height)
        self.setHorizontalHeader(_Header(self))
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))
        for at, column in enumerate(model.columns):
            self.setColumnWidth(at, column.width + (theme().px("table.checkbox_col") if ticks and at == 0 else 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_out()

    def _share_out(self) -> None:
        """Columns fill the width: what is spare goes to those that stretch; what is missing, all give alike."""
        columns = self.paged.columns
        first = theme().px("table.checkbox_col") if self.ticks else 0
        asked = [column.width + (first if at == 0 else 0) for at, column in enumerate(columns)]
        width = self.viewport().width()
        if sum(asked) > width:
            share = max(width / sum(asked), 0.6)
            asked = [int(one * share) for one in asked]
        spare = max(0, width - sum(asked))
        takers = [at for at, column in enumerate(columns) if column.stretch] or [0]
        for at in range(len(columns)):
            self.setColumnWidth(at, asked[at] + (spare // len(takers) if at in takers else 0))

    def tick_at(self, index: int, *, through: bool = False) -> None:
        """Tick or untick a row; `through` takes along those since the last one."""
        if through and 0 <= self._last_tick < self.paged.rowCount():
            first, last = sorted((self._last_tick, index))
            self.paged.tick(first, last, True)
        else:
            self.paged.tick(index, index, not self.paged.is_ticked(index))
        self._last_tick = index

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() == Qt.Key.Key_Space and index.isValid() and self.ticks:
            self.tick_at(index.row(), through=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            self.opened.emit(index.row())
        elif event.key() == Qt.Key.Key_A and event.modifiers() == Qt.KeyboardModifier.ControlModifier and self.ticks:
            self.paged.tick(0, self.paged.rowCount() - 1, True)
        elif event.key() == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            self._ask_here()  # the Menu key arrives as an event of its own
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            index = self.indexAt(event.pos())
            if index.isValid():
                self.setCurrentIndex(index)
                self.asked.emit(index.row(), event.globalPos())
        else:
            self._ask_here()

    def _ask_here(self) -> None:
        index = self.currentIndex()
        if index.isValid():
            self.asked.emit(index.row(), self.viewport().mapToGlobal(self.visualRect(index).center()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if self.ticks and index.isValid() and event.position().x() < theme().px("table.checkbox_col"):
            self.tick_at(index.row(), through=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.ticks and event.position().x() < theme().px("table.checkbox_col"):
            self.mousePressEvent(event)
            return
        super().mouseDoubleClickEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.indexAt(event.position().toPoint()).row())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, row: int) -> None:
        if row != self.hovered:
            self.hovered = row
            self.viewport().update()


class _Header(QHeaderView):
    """Titles; the sorted one has an arrow. The first section also holds the box that ticks every row shown."""

    def __init__(self, view: _View) -> None:
        super().__init__(Qt.Orientation.Horizontal, view)
        self._view = view
        self.setFixedHeight(theme().px("table.header"))
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(48)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setStretchLastSection(True)
        self.sectionClicked.connect(self._sort)
        view.paged.ticked.connect(self.viewport().update)
        view.paged.loaded.connect(self.viewport().update)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._view.ticks and event.position().x() + self.offset() < theme().px("table.checkbox_col"):
            model = self._view.paged
            if model.rowCount():
                model.tick(0, model.rowCount() - 1, len(model.ticks()) < model.rowCount())
            return
        super().mousePressEvent(event)

    def _sort(self, section: int) -> None:
        model = self._view.paged
        column = model.columns[section]
        if not column.sortable:
            return
        listing = model.listing
        again = listing.sort == column.key
        model.listing = replace(listing, sort=column.key, descending=again and not listing.descending)
        self.viewport().update()

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        model = self._view.paged
        column: Column[Any] = model.columns[section]
        painter.save()
        painter.fillRect(rect, theme().color("surface"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme().color("border"))
        pad = theme().px("table.cell_pad_x")
        box = rect.adjusted(pad, 0, -pad, -1)
        if section == 0 and self._view.ticks:
            ticked, rows = len(model.ticks()), model.rowCount()
            state = Qt.CheckState.PartiallyChecked if 0 < ticked < rows else Qt.CheckState.Unchecked
            state = Qt.CheckState.Checked if rows and ticked >= rows else state
            paint_check(painter, QRectF(rect.left() + 10, rect.center().y() - 6, 14, 14), state)
            box.setLeft(rect.left() + theme().px("table.checkbox_col"))
        font = theme().font("body")
        font.setWeight(font.Weight.Medium)
        painter.setFont(font)
        painter.setPen(theme().color("text.secondary"))
        sorted_here = column.sortable and model.listing.sort == column.key
        if sorted_here:
            box.setRight(box.right() - 16)
        shown = QFontMetrics(font).elidedText(column.title, Qt.TextElideMode.ElideRight, box.width())
        side = Qt.AlignmentFlag.AlignRight if column.align_right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, shown)
        if sorted_here:
            right = (
                box.right() + 4 if column.align_right else box.left() + QFontMetrics(font).horizontalAdvance(shown) + 4
            )
            arrow = "ph.caret-down" if model.listing.descending else "ph.caret-up"
            paint_icon(painter, arrow, QRectF(right, rect.center().y() - 5, 12, 12), theme().color("text.secondary"))
        painter.restore()


class _Cells(QStyledItemDelegate):
    """Draws every cell: neutral backgrounds, the accent edge for what is chosen, hairlines between rows."""

    def __init__(self, view: _View) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(80, self._view.verticalHeader().defaultSectionSize())

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        view, model = self._view, self._view.paged
        rect: QRect = option.rect
        row, column = model.row(index.row()), model.columns[index.column()]
        ticked = view.ticks and model.is_ticked(index.row())
        current = view.currentIndex().row() == index.row()
        painter.save()
        fill = "selection" if ticked or current else "row.hover" if view.hovered == index.row() else "surface"
        painter.fillRect(rect, theme().color(fill))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme().color("grid"))
        pad = theme().px("table.cell_pad_x")
        box = QRectF(rect).adjusted(pad, 0, -pad, -1)
        if index.column() == 0:
            if ticked or current:
                painter.fillRect(QRect(rect.left(), rect.top(), 2, rect.height()), theme().color("accent"))
            if view.ticks:
                state = Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
                spot = QRectF(rect.left() + 10, rect.center().y() - 7, 14, 14)
                paint_check(painter, spot, state, hot=view.hovered == index.row())
                box.setLeft(rect.left() + theme().px("table.checkbox_col"))
        _paint_cell(painter, box, column, row)
        if current and view.hasFocus():
            _paint_ring(painter, rect, index.column() == 0, index.column() == len(model.columns) - 1)
        painter.restore()


def _paint_ring(painter: QPainter, rect: QRect, first: bool, last: bool) -> None:
    """A cell's part of the ring round its row: the next cell paints over what reaches beyond this one."""
    painter.setPen(QPen(theme().color("focus"), 2))
    for y in (rect.top() + 1, rect.bottom()):
        painter.drawLine(rect.left(), y, rect.right() + 1, y)
    for x in ((rect.left() + 1,) if first else ()) + ((rect.right(),) if last else ()):
        painter.drawLine(x, rect.top() + 1, x, rect.bottom())


def _paint_cell(painter: QPainter, box: QRectF, column: Column[Any], row: Any) -> None:
    if column.mark is not None and (mark := column.mark(row)) is not None:
        paint_mark(painter, box, mark.kind, mark.text, mark.icon)
        return
    if column.badge is not None and (badge := column.badge(row)) is not None:
        at = QPointF(box.left(), box.center().y() - 10)
        paint_badge(painter, at, badge.kind, badge.text, badge.icon)
        return
    if column.meter is not None and (share := column.meter(row)) is not None:
        meter = QRectF(box.left(), box.top(), 52, box.height())
        paint_meter(painter, meter, share, "warn" if share > 0.6 else "info")
        box = box.adjusted(60, 0, 0, 0)
    if column.avatar is not None:
        side = min(26.0, box.height() - 6)
        circle = QRectF(box.left(), box.center().y() - side / 2, side, side)
        paint_avatar(painter, circle, column.avatar(row))
        box = box.adjusted(side + 8, 0, 0, 0)
    second = column.second(row) if column.second is not None else ""
    side_flag = Qt.AlignmentFlag.AlignRight if column.align_right else Qt.AlignmentFlag.AlignLeft
    if not second:
        font, tone = ("mono" if column.mono else "body"), ("text.secondary" if column.muted else "text")
        _line(painter, box, column.text(row), font, tone, side_flag | Qt.AlignmentFlag.AlignVCenter)
        return
    middle = box.center().y()
    upper = QRectF(box.left(), middle - 18, box.width(), 19)
    lower = QRectF(box.left(), middle + 1, box.width(), 16)
    _line(painter, upper, column.text(row), "body", "text", side_flag | Qt.AlignmentFlag.AlignVCenter)
    small = "mono" if column.second_mono else "caption"
    _line(painter, lower, second, small, "text.muted", side_flag | Qt.AlignmentFlag.AlignVCenter)


def _line(painter: QPainter, box: QRectF, text: str, font: str, tone: str, flags: Qt.AlignmentFlag) -> None:
    painter.setFont(theme().font(font))
    painter.setPen(theme().color(tone))
    mode = Qt.TextElideMode.ElideRight
    painter.drawText(box, flags, QFontMetrics(painter.font()).elidedText(text, mode, int(box.width())))


class _Bars(QWidget):
    """Bars in the shape of the rows to come."""

    def __init__(self, view: _View, model: "PagedTableModel[Any]") -> None:
        super().__init__()
        self._view, self._model = view, model
        self.setAccessibleName(_("Loading"))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("border"))
            height = self._view.verticalHeader().defaultSectionSize()
            top = theme().px("table.header")
            row = 0
            while self._model.loading and top + row * height < self.height() and row < 12:
                left = theme().px("table.checkbox_col")
                for at, column in enumerate(self._model.columns):
                    width = column.width * (0.55 + 0.25 * ((row + at) % 2))
                    painter.drawRoundedRect(QRectF(left, top + row * height + height / 2 - 6, width, 12), 3, 3)
                    left += max(self._view.columnWidth(at), column.width)
                row += 1


class _Footer(QWidget):
    """How much is shown, or why no more came."""

    def __init__(self, model: "PagedTableModel[Any]") -> None:
        super().__init__()
        self._model = model
        self.setFixedHeight(32)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(hairline())
        line = QHBoxLayout()
        line.setContentsMargins(16, 0, 16, 0)
        self._text = Text("", "caption", "muted")
        self._again = Button(_("Try again"), model.retry, kind="link")
        line.addWidget(self._text)
        line.addWidget(self._again)
        line.addStretch(1)
        column.addLayout(line, 1)
        self.say()

    def say(self) -> None:
        broken = self._model.error is not None and self._model.rowCount() > 0
        self._text.setText(count_text(self._model) if self._model.rowCount() else "")
        self._text.set_tone("error" if broken else "muted")
        self._again.setVisible(broken)


class _BulkBar(QWidget):
    """What can be done with the ticked rows; there only while some are, and in the header's place, so that no row moves
    from under the pointer."""

    def __init__(self, view: _View, model: "PagedTableModel[Any]", actions: Sequence[QWidget]) -> None:
        super().__init__(view)
        self._model, self._header = model, view.horizontalHeader()
        self._has_actions = bool(actions)
        self.setObjectName("bulk_bar")
        self.setProperty("surface", "selection")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._header.installEventFilter(self)
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 0, 10, 0)
        line.setSpacing(theme().px("spacing.2"))
        self._box = CheckBox()
        self._box.setTristate(True)
        self._box.setCheckState(Qt.CheckState.PartiallyChecked)
        self._box.setAccessibleName(_("Untick all"))
        self._box.clicked.connect(model.clear_ticks)
        self._count = Text("", "body_strong")
        line.addWidget(self._box)
        line.addWidget(self._count)
        line.addStretch(1)
        for action in actions:
            line.addWidget(action)
        line.addWidget(Button("", model.clear_ticks, kind="quiet", icon="ph.x", tip=_("Untick all"), name="bulk_clear"))
        self.hide()
        model.ticked.connect(self._say)

    def _say(self) -> None:
        count = len(self._model.ticks())
        self._box.setCheckState(Qt.CheckState.PartiallyChecked)
        self._count.setText(ngettext("{count} selected", "{count} selected", count).format(count=count))
        self.setGeometry(self._header.geometry())
        self.setVisible(count > 0 and self._has_actions)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self.setGeometry(self._header.geometry())
        return False

"""The rows of a paged table and its header: keys, pointer, ticks, sorting, how columns share the width."""

import math
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import accumulate
from typing import Any, Final

from PySide6.QtCore import (
    QElapsedTimer,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QAccessible,
    QAccessibleStateChangeEvent,
    QContextMenuEvent,
    QCursor,
    QDrag,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from benchboard.i18n import _, ngettext, number
from benchboard.ui.paged.day_headings import DayHeadings
from benchboard.ui.paged.paged_cells import (
    PICTURE_ROOM,
    edge_pad,
    fitting_width,
    fold_button,
    paint_cell,
    paint_day,
    paint_ring,
    paint_title,
    tick_column,
    title_width,
)
from benchboard.ui.paged.paged_model import Column, Index, PagedTableModel
from benchboard.ui.theme import theme
from benchboard.ui.widgets import accessible
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.buttons import paint_check
from benchboard.ui.widgets.focus import asked_by_key, came_by_key, note_input
from benchboard.ui.widgets.popover import MenuItem, menu
from benchboard.ui.widgets.row_cursor import RowCursor
from benchboard.ui.widgets.second_click import SecondClickFilter

_MENU_BUTTON = 28
"""Width and height of the button for a row's menu, in pixels."""
_MENU_RIGHT: Final = 8
"""Pixels between that button and the row's end."""
_MENU_LEFT: Final = 6
"""Pixels between it and the text before it."""
_ROW_KEYS: Final = (
    Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageDown,
)  # fmt: skip
"""Keys that act on the row with the ring, or move on from it."""
_MODIFIERS: Final = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr)
_EDGE: Final = 3
"""Width of the mark at the left end of the current row, in pixels."""
_STEPS: Final = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_EXTENDING: Final = (*_STEPS, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
"""Keys that tick rows together with Shift."""
_RETURNING: Final = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
"""How the focus returns from a dialog, a popover or another window."""
_READABLE: Final = 0.8
"""The share of the width that a column wants at which its text can still be read."""


class PagedRows(RowCursor, QTableView):
    """The interactive rows.

    `opened` is emitted on Enter or a double click; `menu_requested` with the row and the position.
    """

    opened = Signal(int)
    menu_requested = Signal(int, QPoint)

    def __init__(
        self,
        model: "PagedTableModel[Any]",
        ticks: bool,
        height: int,
        parent: QWidget,
        *,
        menu: bool = False,
        day: Callable[[Any], datetime] | None = None,
    ) -> None:
        super().__init__(parent)
        self.paged = model
        self.ticks = model.checkable = ticks
        self.menu = menu
        """Whether the row under the pointer, and the current one, have a menu button at their end."""
        self.day_headings = DayHeadings(model, day)
        self._headings_placed = 0
        """How many rows, from the first, have the height that their headings need."""
        self.hovered = -1
        self._focused_by_key = False
        self.awaits_first_rows = True
        """Whether nothing has been loaded yet: without rows, the focus goes on to the button that says what to do."""
        self.awaits_row = False
        """Whether a row that was just made is about to become current (`AwaitsRow`)."""
        self.taking_focus = False
        """Whether the list is getting the focus, when Qt makes its first row current."""
        self._told_row = ""
        """The text of the ringed row that was read out last."""
        self._told_ticks: frozenset[int] = frozenset()
        """The rows in view that were ticked when a screen reader was told last."""
        self._last_tick = -1
        self._extended_from = -1
        """The row from which Shift with the arrows has ticked rows; -1 when any other key was pressed since."""
        self._covered = 0
        self._opening: tuple[int, QPointF] | None = None
        """The row that a press on it may open, and where that was."""
        self._typed = QElapsedTimer()
        """Since the last letter that was typed to find a row."""
        self.last_width = 0
        """The width of the last column's content; its section takes all the width that no column wants."""
        self.setModel(model)
        self.setItemDelegate(_PagedDelegate(self))
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
        self.setHorizontalHeader(_PagedHeader(self))
        model.loaded.connect(self._tell_ringed)
        model.loaded.connect(self._note_ticks)
        self._fitting: dict[int, int] = {}
        """The widths of the columns that fit what is in them, by their places."""
        self._needed: dict[int, int] = {}
        """The widths that columns which stretch have needed so far, by their places: they don't get narrower again."""
        if any(column.sparse or column.fits or (column.stretch and not column.most) for column in model.columns):
            model.loaded.connect(self._fit_rows)
        model.ticked.connect(self._tell_ticks)
        self.doubleClicked.connect(self._open_clicked)
        for at, column in enumerate(model.columns):
            self.setColumnWidth(at, column.width + self._tick_room(at))

    @property
    def tells_focus_later(self) -> bool:
        """Whether it keeps the focus is known once its first rows were asked for (`TellsFocusLater`)."""
        return self.awaits_first_rows

    def _open_clicked(self, index: QModelIndex) -> None:
        if not self.paged.columns[index.column()].acts:
            self.opened.emit(index.row())

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:  # type: ignore[override]  # only the signal is declared
        """Paint both rows whole: Qt repaints their cells, some of which lie beside what it takes for the row's."""
        super().currentChanged(current, previous)
        self.viewport().update()

    def scrollTo(
        self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        self.updateGeometries()  # the scroll bar may not know rows that were just added
        super().scrollTo(index, hint)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width anew; the row that has the keys stays in view when there is less height, as above a strip."""
        box, before = self.visualRect(self.currentIndex()), event.oldSize().height()
        super().resizeEvent(event)
        self.share_width()
        if self.hasFocus() and box.top() >= 0 and self.viewport().height() < box.bottom() < before:
            self.scrollTo(self.currentIndex())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ring the list itself while it has the focus by keyboard and no rows; else one of them has the ring."""
        super().paintEvent(event)
        if self._focused_by_key and self.hasFocus() and not self.paged.rowCount():
            with QPainter(self.viewport()) as painter:
                painter.setPen(QPen(theme().color("focus"), 2))
                painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Make no row current when the focus only returns: Qt would make the first one current, and its details would
        open.
        """
        returns = event.reason() in _RETURNING and not self.currentIndex().isValid()
        blocked = QSignalBlocker(self.selectionModel()) if returns else nullcontext()
        with blocked, accessible.untold():  # the row that becomes current is told after the list
            self.taking_focus = True
            super().focusInEvent(event)
            self.taking_focus = False
            if returns:
                self.selectionModel().clearCurrentIndex()
        self._focused_by_key = came_by_key(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def _rows_in_view(self) -> range:
        first, last = max(self.rowAt(0), 0), self.rowAt(self.viewport().height() - 1)
        return range(first, (last if last >= 0 else self.paged.rowCount() - 1) + 1)

    def _note_ticks(self) -> None:
        """Note which rows in view are ticked: other rows were loaded."""
        self._told_ticks = frozenset(row for row in self._rows_in_view() if self.paged.is_ticked(row))

    def _tell_ticks(self) -> None:
        """Tell a screen reader which rows in view are ticked now and weren't, or the other way: Qt doesn't."""
        before, shown = self._told_ticks, self._rows_in_view()
        self._note_ticks()
        changed = before ^ self._told_ticks
        if not QAccessible.isActive():
            return
        across = self.paged.columnCount() + 1  # the cells of a row, after its header
        for row in sorted(changed.intersection(shown)):
            state = QAccessible.State()
            state.checked = True  # what has changed, not what it is
            event = QAccessibleStateChangeEvent(self, state)
            event.setChild((row + 1) * across + 1)
            accessible.send(event)

    def _tell_ringed(self) -> None:
        """Read out the row with the ring once rows are loaded: Qt tells a screen reader only of a current one."""
        row = -1 if self.currentIndex().isValid() else self.ringed_row()
        text = f"{self.paged.row_text(row)}, {self.paged.place_text(row)}" if row >= 0 else ""
        if text != self._told_row:
            self._told_row = text
            if not (self.awaits_first_rows or self.awaits_row):  # else it is told with the list, or isn't the row
                announce(self, text)

    def ringed_row(self) -> int:
        """The row with the ring, -1 without one, as while the pointer is used: the current row, or on arrival by
        keyboard the first, at which the keys then begin. (If that became current by itself, its details would open
        over the list.)"""
        if not self.hasFocus():
            return -1
        if not self._focused_by_key:
            return -1
        index = self.currentIndex()
        return index.row() if index.isValid() else 0 if self.paged.rowCount() else -1

    def ringed_index(self) -> QModelIndex:
        """The row at which keys begin, for screen readers."""
        index = self.currentIndex()
        return index if index.isValid() or not self.paged.rowCount() else self.paged.index(0, 0)

    def set_covered(self, pixels: int) -> None:
        """Fit the first columns, as many as stay readable, to the left of what covers this width at the right end."""
        if pixels != self._covered:
            self._covered = pixels
            self.share_width()

    def _fit_rows(self) -> None:
        """Fit columns to what was loaded."""
        columns, rows = self.paged.columns, self.paged.rows
        fitted = {at: fitting_width(column, rows) for at, column in enumerate(columns) if column.fits and rows}
        self._fitting = {at: min(width, columns[at].most or columns[at].width) for at, width in fitted.items()}
        for at, column in enumerate(columns):
            if column.stretch and not column.most and not column.fits and rows:
                self._needed[at] = max(self._needed.get(at, column.width), fitting_width(column, rows))
        self.share_width()

    def share_width(self) -> None:
        """Fit the columns to the width: spare width goes to those that stretch, missing width is taken from all, as far
        as their titles allow.
        """
        columns, visible = self.paged.columns, self.viewport().width() - self._covered
        shown = self._shown_columns(visible)
        in_front = len(shown)
        if self._covered:
            least = list(accumulate(self._least_width(at, _READABLE) for at in shown))
            in_front = max(1, sum(end <= visible for end in least))
        widths, spare = self._fitted(shown[:in_front], visible)
        if in_front < len(shown):
            behind, spare = self._fitted(shown[in_front:], self._covered)
            widths += behind
        # Text may use what is left; figures stay beside the column before them.
        self.last_width = widths[-1] + (0 if columns[-1].align_right else spare)
        for at, column_width in zip(shown, widths, strict=True):
            self.setColumnWidth(at, column_width)

    def _shown_columns(self, width: int) -> list[int]:
        """The columns that are shown in this width: all, or without as many optional ones, from the last, as the rest
        needs.
        """
        columns = self.paged.columns
        shown = list(range(len(columns)))
        rows = self.paged.rows if any(column.sparse for column in columns) else ()
        for at in [
            at
            for at in shown
            if columns[at].sparse and rows and all(columns[at].text(row) in ("", "–") for row in rows)
        ]:
            shown.remove(at)
        for at in [at for at in reversed(shown) if columns[at].optional]:
            if sum(map(self._wanted_width, shown)) > width:
                shown.remove(at)
        for at, column in enumerate(columns):
            if column.optional or column.sparse:
                self.setColumnHidden(at, at not in shown)
        return shown

    def _fitted(self, places: Sequence[int], width: int) -> tuple[list[int], int]:
        """The widths of neighbouring columns that share `width` pixels, and what is left of it."""
        widths = {at: self._wanted_width(at) for at in places}
        if sum(widths.values()) > width:
            to_give = {at: max(0, widths[at] - self._least_width(at)) for at in places}
            share = min(1.0, (sum(widths.values()) - width) / max(1, sum(to_give.values())))
            widths = {at: widths[at] - math.ceil(to_give[at] * share) for at in places}
        spare = max(0, width - sum(widths.values()))
        stretching = [at for at in places if self.paged.columns[at].stretch]
        stretching = stretching or [next((at for at in places if not self.paged.columns[at].fits), places[-1])]
        missing = {at: max(0, self._most_width(at) - widths[at]) for at in stretching}
        for place, at in enumerate(sorted(stretching, key=lambda at: missing[at])):  # what one leaves, the next takes
            given = min(spare // (len(stretching) - place), missing[at])
            widths[at] += given
            spare -= given
        return list(widths.values()), spare

    def _most_width(self, at: int) -> int:
        """The width up to which a column that stretches takes spare width, in pixels."""
        ticks = theme().px("table.checkbox_col") if self.ticks and at == 0 else 0
        widest = theme().px("measure.cell_max")
        most = self.paged.columns[at].most or min(widest, self._needed.get(at, widest))
        return self._fitting.get(at, most) + ticks

    def _wanted_width(self, at: int) -> int:
        own = min(self._fitting.get(at, self.paged.columns[at].width), self.paged.columns[at].width)
        return max(own + self._tick_room(at), self._title_width(at)) + self._menu_room(at)

    def _least_width(self, at: int, share: float = 0.6) -> int:
        """The least width of a column: its title, and this share of the width that it wants. A badge can't be elided,
        and keeps all of it; a column that fits what is in it stays readable.
        """
        if self.paged.columns[at].untitled or (self.paged.columns[at].acts and not self.paged.columns[at].title):
            return self._wanted_width(at)  # its words are a button's
        kept = 1.0 if self.paged.columns[at].badge is not None or self.paged.columns[at].whole else share
        if self.paged.columns[at].fits:
            kept = max(kept, _READABLE)
        room = self._menu_room(at) + (PICTURE_ROOM if self.paged.columns[at].picture is not None else 0)
        least = self.horizontalHeader().minimumSectionSize()
        return max(least, self._title_width(at), int(kept * (self._wanted_width(at) - room))) + room

    def _tick_room(self, at: int) -> int:
        """The width before the first column: that of the tick boxes, or what its text is set in by."""
        return tick_column() if self.ticks and at == 0 else edge_pad() if at == 0 else 0

    def _menu_room(self, at: int) -> int:
        """The width that the row's menu takes from the last column, beyond the padding of its cells."""
        if not self.menu or at != len(self.paged.columns) - 1:
            return 0
        return max(0, _MENU_LEFT + _MENU_BUTTON + _MENU_RIGHT - theme().px("table.cell_pad_x"))

    def content_box(self, rect: QRect, section: int) -> QRect:
        """The part of a column's section, `rect`, that its content stands in."""
        pad = theme().px("table.cell_pad_x")
        box = rect.adjusted(pad + (edge_pad() if section == 0 else 0), 0, -pad, -1)
        if section == len(self.paged.columns) - 1:
            box.setWidth(min(box.width(), self.last_width - 2 * pad) - self._menu_room(section))
        return box

    def reset(self) -> None:
        super().reset()
        self._headings_placed = 0

    def rowsInserted(self, parent: Index, start: int, end: int) -> None:
        super().rowsInserted(parent, start, end)
        self._headings_placed = min(self._headings_placed, start)

    def rowsAboutToBeRemoved(self, parent: Index, start: int, end: int) -> None:
        super().rowsAboutToBeRemoved(parent, start, end)
        self._headings_placed = min(self._headings_placed, start)

    def place_day_headings(self) -> None:
        """Make room for a heading above the first row of each day, among the rows loaded since the last call."""
        if not self.day_headings.has_days:
            return
        height = self.verticalHeader().defaultSectionSize()
        for row in range(self._headings_placed, self.paged.rowCount()):
            wanted = height + self.day_headings.height(row)
            if self.rowHeight(row) != wanted:
                self.setRowHeight(row, wanted)
        self._headings_placed = self.paged.rowCount()

    def _title_width(self, at: int) -> int:
        """The width that a column's title needs, in pixels."""
        return title_width(self.paged.columns[at]) + self._tick_room(at)

    def menu_box(self, row: int) -> QRect:
        """The rectangle of a row's menu button."""
        line = self.visualRect(self.paged.index(row, len(self.paged.columns) - 1))
        line.setTop(line.top() + self.day_headings.height(row))
        right = min(line.right(), self.viewport().width() - 1) - _MENU_RIGHT
        return QRect(right - _MENU_BUTTON, line.center().y() - _MENU_BUTTON // 2, _MENU_BUTTON, _MENU_BUTTON)

    def tick_at(self, index: int, *, through: bool = False) -> None:
        """Tick or untick a row; `through` includes the rows since the last one."""
        if through and 0 <= self._last_tick < self.paged.rowCount():
            first, last = sorted((self._last_tick, index))
            self.paged.tick(first, last, True)
        else:
            self.paged.tick(index, index, not self.paged.is_ticked(index))
        self._last_tick = index

    def take_ringed(self) -> None:
        """Make the row with the ring current, if none is: a key acts on it."""
        if not self.currentIndex().isValid() and self.ringed_row() == 0:
            with accessible.untold():  # it was told with the list
                self.setCurrentIndex(self.paged.index(0, 0))

    def sort_by(self, section: int) -> None:
        """Sort by a column; by the one that the list is sorted by, in the other order."""
        column = self.paged.columns[section]
        if not column.sortable:
            return
        listing = self.paged.listing
        sorted_already = listing.sort == column.key
        self.paged.listing = replace(listing, sort=column.key, descending=sorted_already and not listing.descending)
        self.horizontalHeader().viewport().update()
        announce(self, self.paged.heading_text(section))

    def open_sort_menu(self, anchor: QWidget | None = None) -> bool:
        """Open a menu of the columns to sort by, at the titles or at `anchor`; returns whether there are any."""
        listing, items = self.paged.listing, [MenuItem(_("Sort by"), None)]
        for section, column in enumerate(self.paged.columns):
            if column.sortable:
                is_sorted = listing.sort == column.key
                order = (_("Descending") if listing.descending else _("Ascending")) if is_sorted else ""
                run = partial(self.sort_by, section)
                items.append(MenuItem(column.title, run, subtitle=order, checked=is_sorted, name=f"sort_{column.key}"))
        if len(items) > 1:
            menu(anchor or self.horizontalHeader(), items, name="sort_menu")
        return len(items) > 1

    def _extend_ticks(self, target: int) -> None:
        """Tick the rows from where Shift with a key began up to `target`; untick those that it leaves again."""
        row = self.currentIndex().row()
        start = row if self._extended_from < 0 else self._extended_from
        if row != start and (target - start) * (row - start) < (row - start) ** 2:
            left = (max(target, start) + 1, row) if row > start else (row, min(target, start) - 1)
            self.paged.tick(*left, False)
        self.paged.tick(min(start, target), max(start, target), True)
        self.setCurrentIndex(self.paged.index(target, 0))
        self._extended_from = start

    def _extension_target(self, key: int) -> int:
        """The row that Shift with a key ticks up to."""
        last = self.paged.rowCount() - 1
        if key in _STEPS:
            return min(max(self.currentIndex().row() + _STEPS[Qt.Key(key)], 0), last)
        action = QAbstractItemView.CursorAction
        if key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            return last if key == Qt.Key.Key_End else 0
        page = action.MovePageDown if key == Qt.Key.Key_PageDown else action.MovePageUp
        return self.moveCursor(page, Qt.KeyboardModifier.NoModifier).row()

    def keyboardSearch(self, search: str) -> None:
        super().keyboardSearch(search)
        self._typed.start()

    def _is_typing(self) -> bool:
        """Whether the user is typing the beginning of a row, to find it."""
        return self._typed.isValid() and not self._typed.hasExpired(QApplication.keyboardInputInterval())

    def _use_keys(self, *, keys: bool) -> None:
        """Draw the ring from now on, or not: a key was pressed, or the pointer."""
        note_input(key=keys)
        if keys != self._focused_by_key:
            self._focused_by_key = keys
            self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in _MODIFIERS:
            self._use_keys(keys=True)
        if event.key() in _ROW_KEYS:
            self.take_ringed()
        index = self.currentIndex()
        shift = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.ShiftModifier
        if shift and event.key() in _EXTENDING and index.isValid() and self.ticks:
            self._extend_ticks(self._extension_target(event.key()))
            return
        if event.key() != Qt.Key.Key_Shift:
            self._extended_from = -1
        if event.key() == Qt.Key.Key_Escape and not event.modifiers() and self.paged.ticks():
            self.paged.clear_ticks()
        elif event.key() == Qt.Key.Key_Space and index.isValid() and self.ticks:
            self.tick_at(index.row(), through=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif index.isValid() and self._fold_by_key(index.row(), event.key()):
            event.accept()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            if self.paged.columns[index.column()].acts:
                self.clicked.emit(index)  # as the pointer does
            else:
                self.opened.emit(index.row())
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and not event.modifiers() and self.paged.rowCount():
            # Qt's own goes to the first or last column, which means nothing where whole rows are current.
            last = self.paged.rowCount() - 1
            self.setCurrentIndex(self.paged.index(last if event.key() == Qt.Key.Key_End else 0, 0))
        elif event.key() == Qt.Key.Key_A and event.modifiers() == Qt.KeyboardModifier.ControlModifier and self.ticks:
            self.paged.tick(0, self.paged.rowCount() - 1, True)
        elif event.key() == Qt.Key.Key_S and not event.modifiers() and not self._is_typing() and self.open_sort_menu():
            event.accept()
        elif event.key() == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            self._request_menu()  # the Menu key arrives as an event of its own
        else:
            super().keyPressEvent(event)

    def _fold_by_key(self, row: int, key: int) -> bool:
        """Unfold a line by Enter or the right arrow, fold it by the left one; returns whether there was one."""
        line = self.paged.line(row)
        if line.folded and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Right):
            self.paged.unfold(row)
            return True
        if line.repeated and not line.folded and key == Qt.Key.Key_Left:
            self._fold(row)
            return True
        return False

    def _fold(self, row: int) -> None:
        """Fold the rows that repeat each other at this one; the line they become is current."""
        line = self.paged.line(row)
        first = row - next(at for at, one in enumerate(line.run) if one is line.row)
        self.setCurrentIndex(
            self.paged.index(first, 0)
        )  # a current row that is removed would make its neighbour current
        self.paged.fold(first)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not asked_by_key(event):
            index = self.indexAt(event.pos())
            if index.isValid():
                self.setCurrentIndex(index)
                self.menu_requested.emit(index.row(), event.globalPos())
        else:
            self._request_menu()

    def _request_menu(self) -> None:
        self.take_ringed()
        index = self.currentIndex()
        if index.isValid():
            self.menu_requested.emit(index.row(), self.viewport().mapToGlobal(self.visualRect(index).center()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._use_keys(keys=False)
        index = self.indexAt(event.position().toPoint())
        if self.ticks and index.isValid() and event.position().x() < tick_column():
            self.tick_at(index.row(), through=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            return
        folds = index.isValid() and not self.paged.line(index.row()).folded and self._is_on_fold_button(event)
        super().mousePressEvent(event)
        if event.button() != Qt.MouseButton.LeftButton or not index.isValid():
            return
        if self._is_on_menu_button(event):
            box = self.menu_box(index.row())
            self.menu_requested.emit(index.row(), self.viewport().mapToGlobal(box.bottomLeft()))
        elif folds:
            self._fold(index.row())
        else:
            self.paged.unfold(index.row())
            if self._opens_at(event) and not event.modifiers():
                self._opening = (index.row(), event.position())

    def _opens_at(self, event: QMouseEvent) -> bool:
        """Whether a click here opens the row."""
        index = self.indexAt(event.position().toPoint())
        in_ticks = self.ticks and event.position().x() < tick_column()
        opens = self.paged.columns[index.column()].opens if index.isValid() and not in_ticks else None
        return opens is not None and opens(self.paged.row(index.row()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        opening, self._opening = self._opening, None
        if opening is None or event.button() != Qt.MouseButton.LeftButton:
            return
        row, pressed_at = opening
        moved = (event.position() - pressed_at).manhattanLength()
        if moved < QApplication.startDragDistance() and self.indexAt(event.position().toPoint()).row() == row:
            SecondClickFilter(self)
            self.opened.emit(row)

    def _is_on_fold_button(self, event: QMouseEvent) -> bool:
        index = self.indexAt(event.position().toPoint())
        cell = self.visualRect(index)
        cell.setTop(cell.top() + self.day_headings.height(index.row()))
        box = QRectF(self.content_box(cell, index.column()))
        column, line = self.paged.columns[index.column()], self.paged.line(index.row())
        return fold_button(box, column, line).contains(event.position())

    def _is_on_menu_button(self, event: QMouseEvent) -> bool:
        index = self.indexAt(event.position().toPoint())
        return self.menu and index.isValid() and self.menu_box(index.row()).contains(event.position().toPoint())

    def startDrag(self, _actions: Qt.DropAction) -> None:
        index = self.currentIndex()
        if index.isValid():
            drag_rows(self, self.paged, index.row())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if (self.ticks and event.position().x() < tick_column()) or self._is_on_menu_button(event):
            self.mousePressEvent(event)
            return
        super().mouseDoubleClickEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.indexAt(event.position().toPoint()).row())
        if any(column.opens is not None for column in self.paged.columns):
            is_link = self._opens_at(event) and not self._is_on_menu_button(event)
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if is_link else Qt.CursorShape.ArrowCursor)
        if self.menu:
            self.viewport().update()  # for the button under the pointer

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, row: int) -> None:
        if row != self.hovered:
            self.hovered = row
            self.viewport().update()


def drag_rows(source: QWidget, model: "PagedTableModel[Any]", row: int) -> None:
    """Drag a row of a list from `source`, or all ticked rows if it is one of them; nothing if its rows can't be."""
    if model.drag_data is not None:
        rows = model.dragged(row)
        drag = QDrag(source)
        drag.setMimeData(model.drag_data(rows))
        text = ngettext("{count} selected", "{count} selected", len(rows)).format(count=number(len(rows)))
        drag.setPixmap(_drag_picture(text if len(rows) > 1 else model.columns[0].text(rows[0])))
        drag.exec(Qt.DropAction.CopyAction)


def _drag_picture(text: str) -> QPixmap:
    """The text that follows the pointer while rows are dragged."""
    metrics = QFontMetrics(theme().font("body"))
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, 240)
    picture = QPixmap(metrics.horizontalAdvance(shown) + 24, 32)
    picture.fill(theme().color("selection"))
    with QPainter(picture) as painter:
        painter.setFont(theme().font("body"))
        painter.setPen(theme().color("text"))
        painter.drawText(picture.rect(), Qt.AlignmentFlag.AlignCenter, shown)
    return picture


class _PagedHeader(QHeaderView):
    """The column titles; the sorted one has an arrow. The first also holds the check box for all rows shown."""

    def __init__(self, view: PagedRows) -> None:
        super().__init__(Qt.Orientation.Horizontal, view)
        self._view = view
        self.setFixedHeight(theme().px("table.header"))
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(48)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setStretchLastSection(True)
        self.sectionClicked.connect(view.sort_by)
        view.paged.ticked.connect(self.viewport().update)
        view.paged.loaded.connect(self.viewport().update)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._view.ticks and event.position().x() + self.offset() < tick_column():
            model = self._view.paged
            if model.rowCount():
                model.tick(0, model.rowCount() - 1, len(model.ticks()) < model.rowCount())
            return
        super().mousePressEvent(event)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        model = self._view.paged
        column: Column[Any] = model.columns[section]
        painter.save()
        painter.fillRect(rect, theme().color("surface"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme().color("border"))
        box = self._view.content_box(rect, section)
        if section == 0 and self._view.ticks:
            paint_check(
                painter,
                QRectF(rect.left() + theme().px("spacing.4"), rect.center().y() - 6, 14, 14),
                self._tick_state(),
            )
            box.setLeft(rect.left() + tick_column())
        listing = model.listing
        arrow = "ph.caret-down" if listing.descending else "ph.caret-up"
        paint_title(painter, box, column, arrow if column.sortable and listing.sort == column.key else "")
        painter.restore()

    def _tick_state(self) -> Qt.CheckState:
        ticked, rows = len(self._view.paged.ticks()), self._view.paged.rowCount()
        if rows and ticked >= rows:
            return Qt.CheckState.Checked
        return Qt.CheckState.PartiallyChecked if 0 < ticked < rows else Qt.CheckState.Unchecked


class _PagedDelegate(QStyledItemDelegate):
    """Draws the cells: neutral backgrounds, the accent edge of the selected row, lines between rows."""

    def __init__(self, view: PagedRows) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(80, self._view.verticalHeader().defaultSectionSize())

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        view, model = self._view, self._view.paged
        rect: QRect = self._paint_day(painter, option.rect, index)
        column = model.columns[index.column()]
        ticked = view.ticks and model.is_ticked(index.row())
        current = view.currentIndex().row() == index.row()
        # Among ticked rows the current one must not look ticked: commands then act on the ticked ones.
        selected = ticked or (current and not (view.ticks and model.ticks()))
        painter.save()
        fill = "selection" if selected else "row.hover" if view.hovered == index.row() else "surface"
        painter.fillRect(rect, theme().color(fill))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme().color("grid"))
        box = QRectF(view.content_box(rect, index.column()))
        if index.column() == 0:
            if selected or current:
                edge = _EDGE if current else _EDGE - 1
                painter.fillRect(QRect(rect.left(), rect.top(), edge, rect.height()), theme().color("accent"))
            if view.ticks:
                state = Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
                spot = QRectF(rect.left() + theme().px("spacing.4"), rect.center().y() - 7, 14, 14)
                paint_check(painter, spot, state, hot=view.hovered == index.row())
                box.setLeft(rect.left() + tick_column())
        paint_cell(painter, box, column, model.line(index.row()))
        if view.menu and index.column() == len(model.columns) - 1 and (current or view.hovered == index.row()):
            self._paint_menu(painter, index.row(), fill)
        if view.ringed_row() == index.row():
            paint_ring(painter, rect, index.column() == 0, index.column() == len(model.columns) - 1)
        painter.restore()

    def _paint_day(self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex) -> QRect:
        """Draw the heading above a day's first row; returns the rectangle of the cell itself."""
        height = self._view.day_headings.height(index.row())
        if height:
            heading = QRect(rect.left(), rect.top(), rect.width(), height)
            days, row = self._view.day_headings, index.row()
            left = self._view.columnViewportPosition(0) + edge_pad()
            paint_day(painter, heading, days.text(row), days.count_text(row), left)
        return rect.adjusted(0, height, 0, 0)

    def _paint_menu(self, painter: QPainter, row: int, fill: str) -> None:
        """Draw a row's menu button over the end of its last cell."""
        view = self._view
        box = view.menu_box(row)
        hot = box.contains(view.viewport().mapFromGlobal(QCursor.pos()))
        painter.fillRect(box.adjusted(-_MENU_LEFT, 0, _MENU_RIGHT, 0), theme().color(fill))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if hot:
            radius = theme().px("radius.control")
            painter.setPen(QPen(theme().color("border.control"), 1))
            painter.setBrush(theme().color("surface"))
            painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        side = theme().px("icon.control")
        spot = QRectF(box.center().x() - side / 2 + 0.5, box.center().y() - side / 2 + 0.5, side, side)
        paint_icon(painter, "ph.dots-three", spot, theme().color("text" if hot else "text.secondary"))

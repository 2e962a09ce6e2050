"""The list of frames: its columns, which are kept, its keys, and the lines of signals that a row expands into."""

import base64
import binascii
from collections.abc import Callable
from functools import partial
from typing import Final, get_args

from PySide6.QtCore import QByteArray, QModelIndex, QPoint, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QActionGroup,
    QContextMenuEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QHeaderView

from benchboard.i18n import _, ngettext, number
from benchboard.ui.bench.frame_delegate import EXPANDER, FrameDelegate
from benchboard.ui.bench.frame_row_model import FrameRowModel
from benchboard.ui.bench.frame_rows import (
    CHANNEL,
    COUNT,
    CYCLE,
    DATA,
    DLC,
    ID,
    NAME,
    NODE,
    SHARE,
    SIGNALS,
    TIME,
    TYPE,
    TimeMode,
)
from benchboard.ui.bench.signals.signal_drag import drag_signal
from benchboard.ui.bench.signals.signal_line import LEAST_NAMED, paint_signal_line, square_box
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import announce, tell_cell_renamed, tell_expanded
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.menus import Menu
from benchboard.ui.widgets.row_cursor import WholeRowTable

_WIDTHS: Final = (136, 108, 100, 60, 132, 84, 228, 140, 260, 84, 96, 76)
"""Of the columns, by their numbers."""
_ORDER: Final = (TIME, CHANNEL, ID, NAME, NODE, SIGNALS, TYPE, DLC, DATA, CYCLE, SHARE)
"""The columns as they are placed at first; the count comes last."""
_ALWAYS: Final = (TIME, ID, DATA)
_DECODED: Final = (NAME, NODE, SIGNALS)
"""The columns that are there once a database is."""
_KEPT_TIMES: Final[tuple[TimeMode, ...]] = ("clock", "start", "delta")
_TRAFFIC: Final = ((NODE,), (SHARE,))
_LEFT_OUT: Final = (*_TRAFFIC, (TYPE,), (DLC, COUNT), (CYCLE,))
"""The columns that a narrow list leaves out while it shows signals, one group after the other, except the one that the
rows are sorted by."""
_SMALLER: Final = {
    TIME: 124,
    ID: 94,
    NAME: 100,
    TYPE: 72,
    DLC: 50,
    CYCLE: 100,
    DATA: 180,
    COUNT: 72,
    NODE: 76,
}
"""What whole times, extended IDs, eight bytes and titles need: the columns of a list that has no room for the signals.
Only then are columns left out."""
_LEAST_STRETCHED: Final = 190
_LEAST_BESIDE_TRAFFIC: Final = 220
"""What signals get at least before the node and the share are left out: less has no room for a long name."""
_LEAST_ALONE: Final = 140
"""What signals get at least before the cycle is left out."""
_LEAST_SIGNALS: Final = 60
"""What signals get where nothing more can be left out."""
_TITLE_ROOM: Final = 28
"""Pixels at both sides of a title together, in the first column; the others have four less."""
_SAVE_MS: Final = 500
_MARGIN: Final = 12
_MOST_NAMED: Final = 420
"""The most room of a signal's name and value."""
_SIDEWAYS: Final = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
_REACH: Final = 5
"""Pixels beside the square of a signal that belong to it."""


class FrameList(WholeRowTable):
    """The frames of a live bus or a recording. `columns_changed`: the user moved, resized, sorted, showed or hid a
    column.

    `menu_requested` has a row and a point of the screen, `signal_clicked` the row of a signal whose square was clicked.
    Rows of signals can be dragged where they can be plotted.
    """

    columns_changed = Signal()
    menu_requested = Signal(int, QPoint)
    signal_clicked = Signal(int)

    def __init__(self, model: FrameRowModel, *, time_width: int = _WIDTHS[TIME]) -> None:
        super().__init__()
        self._widths = (time_width, *_WIDTHS[1:])
        self.frames = model
        self.setObjectName("live_table")
        self.setAccessibleName(_("Frames"))
        self.setModel(model)
        self.setItemDelegate(FrameDelegate(self))
        self._hidden: set[int] = set()
        self._widened: dict[int, int] = {}
        """What the columns that are wider for their titles were wide, by their numbers."""
        self._drag_from: QPoint | None = None
        """Where the left button was pressed on the row of a signal."""
        self._saving = QTimer(self, interval=_SAVE_MS, singleShot=True)
        self._saving.timeout.connect(self.columns_changed)
        self._set_up_header()
        self.reset_columns()

    def _set_up_header(self) -> None:
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionsClickable(True)
        header.setSectionsMovable(True)
        header.setFirstSectionMovable(False)
        header.setMinimumSectionSize(48)
        header.sectionClicked.connect(self.sort_by)
        header.sectionMoved.connect(self._save_dragged)
        header.sectionResized.connect(self._save_dragged)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(lambda spot: self.open_menu(header.mapToGlobal(spot)))

    # ---- columns

    @property
    def _order(self) -> list[int]:
        return [one for one in _ORDER if one < self.frames.columnCount()]

    def _without_channels(self) -> set[int]:
        """The column that says nothing where all frames are of one channel."""
        return {CHANNEL} & set(range(self.frames.columnCount())) if not self.frames.has_channels else set()

    def reset_columns(self) -> None:
        """Show the columns as they are at first."""
        header = self.horizontalHeader()
        self._hidden.clear()
        for column in range(self.frames.columnCount()):
            header.setSectionHidden(column, False)
            self.setColumnWidth(column, self._widths[column])
        for place, column in enumerate(self._order):
            header.moveSection(header.visualIndex(column), place)
        self.frames.sort(ID)
        self.frames.show_times("clock")
        self.show_decoded()

    def show_decoded(self) -> None:
        """Show names and signals if there is a database to read them from, or names alone by a protocol; else the data
        have their room. A list that
        is too narrow for the signals leaves other columns out.
        """
        self._show_widened(False)
        header, decoded = self.horizontalHeader(), bool(self.frames.database.messages)
        named = self.frames.has_protocol and NAME not in self._hidden
        stretched = SIGNALS if decoded and SIGNALS not in self._hidden else NAME if named else DATA
        missing = self._hidden | self._undecoded() | self._without_channels()
        smaller = stretched != DATA and self._room_beside(stretched, missing) < _LEAST_STRETCHED
        least = _LEAST_STRETCHED
        for group in _LEFT_OUT if smaller else ():
            needed = _LEAST_BESIDE_TRAFFIC if group in _TRAFFIC else least
            if self._room_beside(stretched, missing, smaller=True) < needed:
                missing |= {*group} - {self.frames.sorted_by[0]}
                if group not in _TRAFFIC:
                    shows_traffic = not {NODE, SHARE} <= missing
                    least = _LEAST_STRETCHED if shows_traffic else _LEAST_ALONE
                    least = least if CYCLE not in missing else _LEAST_SIGNALS
        self._make_smaller(smaller)
        fits = self._room_beside(stretched, missing, smaller=smaller) >= max(least, self._title_width(stretched))
        columns = range(self.frames.columnCount())
        for column in columns:
            # Qt leaves a stretched section as wide as it was where there is no room for it.
            is_stretched = column == stretched and fits
            mode = QHeaderView.ResizeMode.Stretch if is_stretched else QHeaderView.ResizeMode.Interactive
            if header.sectionResizeMode(column) != mode:
                header.setSectionResizeMode(column, mode)
                if not is_stretched:
                    self.setColumnWidth(column, _LEAST_STRETCHED if column == stretched else self._widths[column])
        for column in columns:  # at last: Qt would make up for a hidden column in one that is about not to stretch
            if header.isSectionHidden(column) != (column in missing):
                header.setSectionHidden(column, column in missing)
        self._show_widened(True)

    def _undecoded(self) -> set[int]:
        """The columns that say nothing: without a database, a protocol has names alone."""
        if self.frames.database.messages:
            return set()
        return {*_DECODED} - ({NAME} if self.frames.has_protocol else set())

    def _show_widened(self, on: bool) -> None:
        """Give the columns whose titles have no room that room, or take it from them again."""
        header = self.horizontalHeader()
        if not on:
            for column, width in self._widened.items():
                if self.columnWidth(column) == self._title_width(column):
                    self.setColumnWidth(column, width)
            self._widened = {}
            return
        for column in range(self.frames.columnCount()):
            width, least = self.columnWidth(column), self._title_width(column)
            is_stretched = header.sectionResizeMode(column) == QHeaderView.ResizeMode.Stretch
            if not header.isSectionHidden(column) and not is_stretched and width < least:
                self._widened[column] = width
                self.setColumnWidth(column, least)

    def _title_width(self, column: int) -> int:
        """What the title of a column needs, with the arrow of the one that the rows are sorted by."""
        font = QFont(self.horizontalHeader().font())
        font.setWeight(QFont.Weight.Medium)  # the style sheet's
        title = str(self.frames.headerData(column, Qt.Orientation.Horizontal))
        return QFontMetrics(font).horizontalAdvance(title) + _TITLE_ROOM - (4 if column != TIME else 0)

    def _make_smaller(self, smaller: bool) -> None:
        """Narrow the columns that the user left as wide as they were, or widen them again."""
        for column, width in _SMALLER.items():
            if column >= self.frames.columnCount():
                continue
            before, after = (_WIDTHS[column], width) if smaller else (width, _WIDTHS[column])
            if self._widths[column] == _WIDTHS[column] and self.columnWidth(column) == before:
                self.setColumnWidth(column, after)

    def _room_beside(self, stretched: int, missing: set[int], *, smaller: bool = False) -> int:
        """The pixels that are left for a column beside those that are shown."""
        shown = (column for column in range(self.frames.columnCount()) if column != stretched and column not in missing)
        return self.viewport().width() - sum(self._own_width(column, smaller=smaller) for column in shown)

    def _own_width(self, column: int, *, smaller: bool) -> int:
        """The width that a column has while it is neither hidden nor stretched; `smaller`: that the user left as it
        was."""
        header = self.horizontalHeader()
        stretched = header.sectionResizeMode(column) == QHeaderView.ResizeMode.Stretch
        size = header.sectionSize(column)
        is_default = stretched or header.isSectionHidden(column) or size == _SMALLER.get(column)
        own = self._widths[column] if is_default else size
        if smaller and (is_default or size == self._widths[column]) and self._widths[column] == _WIDTHS[column]:
            own = _SMALLER.get(column, self._widths[column])
        return max(own, self._title_width(column))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.show_decoded()

    def columns_text(self) -> str:
        """The state of the columns and the times, to be kept."""
        self._show_widened(False)
        state = base64.b64encode(self.horizontalHeader().saveState().data()).decode()
        self._show_widened(True)
        column, descending = self.frames.sorted_by
        hidden = ",".join(map(str, sorted(self._hidden)))
        return f"{self.frames.times.mode} {column} {int(descending)} {hidden or '-'} {state}"

    def restore_columns(self, text: str) -> None:
        """Bring the columns to a state that was kept; one that can't be read changes nothing."""
        try:
            mode, column, descending, hidden, state = text.split(" ")
            found = {int(one) for one in hidden.split(",") if one != "-"}
            sorted_by, order = int(column), Qt.SortOrder(int(descending))
            content = QByteArray(base64.b64decode(state, validate=True))
        except (ValueError, binascii.Error):
            return
        count = self.frames.columnCount()
        if not found | {sorted_by} <= set(range(count)) or found & {*_ALWAYS} or mode not in get_args(TimeMode):
            return
        before = self.horizontalHeader().saveState()
        restored = self.horizontalHeader().restoreState(content)
        if not restored or self.horizontalHeader().count() != count:
            self.horizontalHeader().restoreState(before)
            return
        self.horizontalHeader().setFixedHeight(theme().px("table.header"))
        self._hidden, self._widened = found, {}
        self.frames.sort(sorted_by, order)
        # No frame of this bus is time zero yet.
        self.frames.show_times(next((one for one in _KEPT_TIMES if one == mode), "clock"))
        self.show_decoded()

    def _save_soon(self, *_section: int) -> None:
        self._saving.start()

    def _save_dragged(self, *_section: int) -> None:
        """Keep a place or width that the user drags: stretched columns change theirs by themselves."""
        if QApplication.mouseButtons():
            self._save_soon()

    def sort_by(self, column: int) -> None:
        """Sort by a column; a second click reverses the order, a third one ends it. The greatest share is first: it is
        what is asked.
        """
        now, descending = self.frames.sorted_by
        ascending, reverse = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
        first, second = (reverse, ascending) if column == SHARE else (ascending, reverse)
        if now != column:
            self.frames.sort(column, first)
        elif descending == (first == reverse):
            self.frames.sort(column, second)
        else:
            self.frames.sort(ID, ascending)
        self.show_decoded()
        self._save_soon()

    def open_menu(self, spot: QPoint) -> None:
        """The menu of the times and the columns, at a point of the screen."""
        menu = Menu(self)
        menu.setObjectName("live_columns_menu")
        menu.setAccessibleName(_("Times and columns"))
        menu.stays_open = True
        times: tuple[tuple[TimeMode, str], ...] = (
            ("clock", _("Time of day")),
            ("start", _("Time since start")),
            ("delta", _("Time since frame before")),
            ("zero", _("Time since time zero")),
        )
        modes = QActionGroup(menu)
        for mode, title in times:
            has_zero = mode != "zero" or self.frames.times.zero is not None
            reason = "" if has_zero else _("First set a frame as time zero, in its menu.")
            self._add(menu, title, self.frames.times.mode == mode, partial(self.show_times, mode), reason, modes)
        menu.addSeparator()
        left_out = {*_ALWAYS} | self._without_channels()
        for column in (one for one in (*self._order, COUNT) if one not in left_out):
            missing = column in self._undecoded()
            reason = _("Add a database first.") if missing else ""
            shown, title = column not in self._hidden, self.frames.titles[column]
            self._add(menu, title, shown, partial(self._toggle_column, column), reason)
        menu.addSeparator()
        self._add(menu, _("Reset columns"), None, self._reset, done=_("Columns reset"))
        menu.setToolTipsVisible(True)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(spot)

    def _add(
        self,
        menu: Menu,
        title: str,
        checked: bool | None,
        run: Callable[[], object],
        why_not: str = "",
        group: QActionGroup | None = None,
        done: str = "",
    ) -> None:
        """Add a row to a menu; `checked`: None if it can't be. Of a `group`, one row is. A screen reader is told what
        is `done` by it, once the focus has returned."""
        action = menu.addAction(title)
        if group is not None:
            group.addAction(action)
        if checked is not None:
            action.setCheckable(True)
            action.setChecked(checked)
        action.setEnabled(not why_not)
        action.setToolTip(plain_tooltip(why_not))
        action.triggered.connect(lambda _on=False: run())
        if done:
            told = partial(announce, self, done, again=True)
            action.triggered.connect(lambda _on=False: QTimer.singleShot(0, self, told))

    def _reset(self) -> None:
        self.reset_columns()
        self._save_soon()

    def show_times(self, mode: TimeMode) -> None:
        """Show times of the day, or since something."""
        self.frames.show_times(mode)
        self._save_soon()

    def _toggle_column(self, column: int) -> None:
        self._hidden ^= {column}
        self.show_decoded()
        self._save_soon()

    # ---- rows

    def current_row(self) -> int:
        """The row of the frame that is current, or whose signal is; -1 if none is."""
        row = self.currentIndex().row()
        return self.frames.frame_row(row) if 0 <= row < self.frames.rowCount() else -1

    def set_expanded(self, row: int, expanded: bool) -> None:
        """Show or hide the signals of a row; hiding leads from them to their frame."""
        if not expanded and row >= 0:
            row = self.frames.frame_row(row)
            self.setCurrentIndex(self.frames.index(row, 0))
        if row >= 0:
            before = self.frames.rowCount()
            self.frames.set_expanded(row, expanded)
            if added := self.frames.rowCount() - before:
                index = self.frames.index(row, 0)
                tell_cell_renamed(self, index)
                tell_expanded(self, index)
                self._tell_expanded(added)

    def _tell_expanded(self, added: int) -> None:
        """Tell a screen reader how many rows of signals came below the current one, or that they went."""
        if added > 0:
            shown = ngettext("{count} signal shown below.", "{count} signals shown below.", added)
            announce(self, shown.format(count=number(added)), again=True)
        elif added < 0:
            announce(self, _("Signals hidden."), again=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter shows or hides the signals of a row; Right and Left do too, and go from cell to cell.
        Shift+F10 opens the row's menu, as the key for menus does."""
        row = self.currentIndex().row()
        if event.key() == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            self._ask_for_menu()
            return
        if event.key() in _SIDEWAYS and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            event.ignore()  # Qt would go to the next cell, whatever it says
            return
        key, plain = event.key(), not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if not plain or row < 0 or row >= self.frames.rowCount():
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.set_expanded(row, not self.frames.is_expanded(self.frames.frame_row(row)))
        elif key in _SIDEWAYS:
            self._go_sideways(row, _SIDEWAYS[Qt.Key(key)])
        else:
            super().keyPressEvent(event)

    def _go_sideways(self, row: int, step: int) -> None:
        """From cell to cell. At the first one, which stands for the row, Right first shows the signals, and Left hides
        them, or leads from a signal to its frame."""
        header, column = self.horizontalHeader(), self.currentIndex().column()
        places = range(header.visualIndex(column) + step, header.count() if step > 0 else -1, step)
        if column == 0:
            frame = self.frames.frame_row(row)
            if step > 0 and self.frames.is_expandable(row) and not self.frames.is_expanded(row):
                self.set_expanded(row, True)
                return
            if step < 0 and frame != row:
                self.setCurrentIndex(self.frames.index(frame, 0))
            elif step < 0 and self.frames.is_expanded(row):
                self.set_expanded(row, False)
        for other in map(header.logicalIndex, places):
            if not header.isSectionHidden(other) and self._says_something(row, other):
                self.setCurrentIndex(self.frames.index(row, other))
                return

    def _says_something(self, row: int, column: int) -> bool:
        """Whether the keys go to a cell: the line of a signal has few, of which its name is told with the row."""
        if self.frames.signal_at(row) is None or column == 0:
            return True
        return column != NAME and self.frames.cell(row, column) != ""

    # ---- the lines of signals

    def signal_line(self, row: int) -> QRectF:
        """Where the line of the signal of this row is: beside the first column, up to the end of the last one."""
        header = self.horizontalHeader()
        first = header.logicalIndex(0)
        left = header.sectionViewportPosition(first) + header.sectionSize(first) + _MARGIN
        right = min(header.length() - header.offset(), self.viewport().width()) - _MARGIN
        return QRectF(left, self.rowViewportPosition(row), right - left, self.rowHeight(row))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines of signals over the ground of their cells."""
        super().paintEvent(event)
        first, last = self.rowAt(event.rect().top()), self.rowAt(event.rect().bottom())
        rows = range(max(first, 0), (last if last >= 0 else self.frames.rowCount() - 1) + 1)
        with QPainter(self.viewport()) as painter:
            for row in rows:
                if self.frames.signal_at(row) is not None:
                    line = self.signal_line(row)
                    paint_signal_line(painter, line, self._value_end(line), self.frames, row)

    def _value_end(self, line: QRectF) -> float:
        """Where values end: before the signals of the frames, if names have room until there."""
        header = self.horizontalHeader()
        signals = header.sectionViewportPosition(SIGNALS) - _MARGIN
        is_shown = header.count() > SIGNALS and not header.isSectionHidden(SIGNALS)
        fits = is_shown and line.left() + LEAST_NAMED <= signals <= line.left() + _MOST_NAMED
        return signals if fits else min(line.left() + LEAST_NAMED, line.right())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on a row's mark shows or hides its signals, one on a signal's square plots it or no longer."""
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        left = event.button() == Qt.MouseButton.LeftButton
        self._drag_from = None
        plots = self.frames.plotted is not None
        if left and plots and index.isValid() and self.frames.signal_at(index.row()) is not None:
            self._drag_from = event.position().toPoint()
            square = square_box(self.signal_line(index.row()))
            if square.adjusted(-_REACH, -_REACH, _REACH, _REACH).contains(event.position()):
                self._drag_from = None
                self.signal_clicked.emit(index.row())
                return
        if left and index.isValid() and index.column() == self.horizontalHeader().logicalIndex(0):
            inside = event.position().x() - self.visualRect(index).left() < EXPANDER
            if inside and self.frames.is_expandable(index.row()):
                self.set_expanded(index.row(), not self.frames.is_expanded(index.row()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the signal of a row."""
        start = self._drag_from
        if start is None or not event.buttons() & Qt.MouseButton.LeftButton:
            super().mouseMoveEvent(event)
        elif (event.position().toPoint() - start).manhattanLength() >= QApplication.startDragDistance():
            self._drag_from = None
            row = self.indexAt(start).row()
            if row >= 0 and self.frames.signal_at(row) is not None:
                drag_signal(self, self.frames.signal_keys(row)[0])

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double click on a row shows or hides its signals."""
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and self.frames.is_expandable(index.row()):
            self.set_expanded(index.row(), not self.frames.is_expanded(index.row()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the row under the pointer, or, by key, of the current one."""
        index = self.indexAt(event.pos())
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self._ask_for_menu()
        elif index.isValid():
            self._ask_for_menu_of(index, event.pos())

    def _ask_for_menu(self) -> None:
        """Ask for the menu of the current row."""
        if (index := self.currentIndex()).isValid():
            self._ask_for_menu_of(index, self.visualRect(index).bottomLeft())

    def _ask_for_menu_of(self, index: QModelIndex, spot: QPoint) -> None:
        self.setCurrentIndex(index.siblingAtColumn(0))
        self.menu_requested.emit(self.frames.frame_row(index.row()), self.viewport().mapToGlobal(spot))

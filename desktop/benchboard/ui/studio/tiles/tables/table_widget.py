"""The table of a query result as a Qt widget: it scrolls and sorts, its columns can be resized and its cells copied."""

from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QMetaMethod,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QScrollBar,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from benchboard.analytics.pivoted_table import PivotTable
from benchboard.analytics.queries import MAX_ROWS, ResultTable
from benchboard.analytics.totalled_table import TotalledTable
from benchboard.i18n import _, ngettext
from benchboard.ui.studio.tiles.kinds import pivot
from benchboard.ui.studio.tiles.kinds.heatmap import text_colour
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.results.tile_point import cell_point
from benchboard.ui.studio.tiles.tables import column_widths, table_painting
from benchboard.ui.studio.tiles.tables.row_headings import RowHeadings
from benchboard.ui.studio.tiles.tables.table_looks import MARK_ROOM, TableLooks, paint_mark_before
from benchboard.ui.studio.tiles.tables.table_rows import LEFT, RIGHT, TableRows
from benchboard.ui.system_clipboard import copy_text
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.column_keys import resize_column
from benchboard.ui.widgets.focus import asked_by_key, note_input
from benchboard.ui.widgets.labels import Elided
from benchboard.ui.widgets.menus import Menu, add_action

Index = QModelIndex | QPersistentModelIndex
_CTRL: Final = Qt.KeyboardModifier.ControlModifier
_PADDING: Final = 8
_ARROW_WIDTH: Final = 14
_ROW_HEIGHT: Final = 28
"""Pixels of a row, where the table isn't that of a tile."""


@dataclass(slots=True)
class TableState:
    """The user's arrangement of a table, for restoring it: widths of resized columns by name, sort column, scroll
    position in rows and pixels, and current cell.
    """

    widths: dict[str, float] = field(default_factory=dict)
    column: str = ""
    descending: bool = False
    scrolled: tuple[float, float] = (0.0, 0.0)
    cell: tuple[int, int] = (0, 0)


class TableWidget(QWidget):
    """A table of a query result. It restores `state`, and saves changes there."""

    close_requested = Signal()
    """Esc: the user wants to leave the table."""
    focus_passed = Signal(bool)
    """Tab moves the focus to the next widget, or with False to the previous one."""
    enlarge_requested = Signal()
    """The user wants to see it enlarged."""
    point_requested = Signal(object, QPoint)
    """The user wants the menu of a cell (a `TilePoint`), at a point of the screen."""
    column_menu_opening = Signal(object, str)
    """The menu of a column is about to open: the `Menu`, to which others may add, and the column's name."""

    def __init__(
        self,
        table: ResultTable,
        state: TableState,
        parent: QWidget | None = None,
        *,
        row_height: int = _ROW_HEIGHT,
        all_columns: bool = False,
    ) -> None:
        """`all_columns`: also those of currencies that stand beside their amounts."""
        super().__init__(parent)
        self._plain_row_height = row_height
        self.setObjectName("table_widget")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "surface")
        self._zoom, self._state = 1.0, state
        self._scroll_target: tuple[float, float] | None = state.scrolled
        """The saved scroll position, to be restored once enough rows have loaded; None after that, or after the user
        has scrolled.
        """
        self._loading = False
        self._width_hints: tuple[ResultTable | None, list[column_widths.ColumnWidthHint]] = (None, [])
        """The width hints of the columns, and the result that they are for."""
        self._looks = TableLooks()
        self.rows = TableRows(table, self, all_columns=all_columns)
        self.view = _TableView(self.rows, self)
        self.footer = Elided("", "caption", "muted")
        self.footer.setObjectName("table_footer")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.view, 1)
        column.addWidget(self.footer)
        self.setFocusProxy(self.view)
        self.view.horizontalHeader().sectionResized.connect(self._save_column_width)
        self._is_resizing_columns = False
        self._restore_sorting()
        self._update_fonts()
        self._update_footer()
        self.view.horizontalHeader().sortIndicatorChanged.connect(self._save_sorting)
        for bar in self._scroll_bars:
            bar.rangeChanged.connect(self._restore_scroll)
            bar.actionTriggered.connect(self.cancel_scroll_restore)

    def show_table(self, table: ResultTable, *, loading: bool = False) -> None:
        """Show another result at the same scroll position. `loading`: the rest of the rows is being loaded."""
        at, here = [bar.value() for bar in self._scroll_bars], self.view.currentIndex()
        self._loading = loading
        same = table.columns == self.rows.table.columns
        if table is not self.rows.table:
            self._looks = TableLooks()  # they are those of the result before
        self.rows.show_table(table)
        if not same:
            self._state.column = ""  # the columns are others: nobody sorted them
            self.view.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self._resize_columns()
        self._update_footer()
        for bar, value in zip(self._scroll_bars, at, strict=True):
            bar.setValue(value)
        where = self.rows.index(min(here.row(), self.rows.rowCount() - 1), here.column()) if here.isValid() else here
        if same and where.isValid():
            self.view.selectionModel().setCurrentIndex(where, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    @property
    def looks(self) -> TableLooks:
        """The marks, icons and bars of the columns."""
        return self._looks

    def show_looks(self, looks: TableLooks) -> None:
        """Show the marks of series, bars beside numbers, and icons of the columns' types."""
        self._looks = looks
        self._width_hints = (None, [])
        self._resize_columns()
        self.view.viewport().update()
        self.view.horizontalHeader().viewport().update()

    def _with_looks(self, hints: list[column_widths.ColumnWidthHint]) -> list[column_widths.ColumnWidthHint]:
        """The widths with the room of icons and marks."""
        found = []
        for at, hint in enumerate(hints):
            place = self.rows.result_column(at)
            lane = self._looks.lane(place, 0)
            head = MARK_ROOM * ((place in self._looks.icons) + (place in self._looks.columns)) + lane
            body = (MARK_ROOM if place in self._looks.values else 0) + lane
            found.append(replace(hint, heading=hint.heading + head, content=hint.content + body))
        return found

    @property
    def passes_focus(self) -> bool:
        """Whether somebody decides where Tab goes from here; else it goes on in the window."""
        return self.isSignalConnected(QMetaMethod.fromSignal(self.focus_passed))

    @property
    def has_point_menu(self) -> bool:
        """Whether there is a menu of its cells."""
        return self.isSignalConnected(QMetaMethod.fromSignal(self.point_requested))

    def set_zoom(self, zoom: float) -> None:
        """Scale it with the page around it."""
        if zoom == self._zoom:
            return
        self._zoom = zoom
        self._update_fonts()

    def _update_fonts(self) -> None:
        zoom = self._zoom
        body, heading, caption = theme().font("body"), table_painting.heading_font(), theme().font("caption")
        header = self.view.horizontalHeader()
        named = theme().font("body")
        for widget, font in (
            (self.view, body),
            (header, heading),
            (self.view.headings, named),
            (self.footer, caption),
        ):
            font.setPointSizeF(font.pointSizeF() * zoom)
            widget.setFont(font)
        self.view.set_row_height(round(self._plain_row_height * zoom))
        self._width_hints = (None, [])
        self._resize_columns()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._resize_columns()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        rows, pixels = (bar.value() for bar in self._scroll_bars)
        self._state.scrolled = self._scroll_target or (rows / self._row_height, pixels / self._zoom)
        here = self.view.currentIndex()
        if here.isValid() and self._scroll_target is None:
            self._state.cell = here.row(), here.column()

    def cancel_scroll_restore(self) -> None:
        """Don't restore the saved scroll position any more: the user has scrolled."""
        self._scroll_target = None

    def _restore_scroll(self) -> None:
        """Restore the saved scroll position and cell, as far as the rows have loaded."""
        if self._scroll_target is None:
            return
        target = [round(self._scroll_target[0] * self._row_height), round(self._scroll_target[1] * self._zoom)]
        row, column = self._state.cell
        if row < self.rows.rowCount() and column < self.rows.columnCount():
            self.view.setCurrentIndex(self.rows.index(row, column))
        for bar, value in zip(self._scroll_bars, target, strict=True):
            bar.setValue(value)
        if [bar.value() for bar in self._scroll_bars] == target:
            self._scroll_target = None

    def _restore_sorting(self) -> None:
        names = [column.name for column in self.rows.columns]
        if self._state.column in names:
            order = Qt.SortOrder.DescendingOrder if self._state.descending else Qt.SortOrder.AscendingOrder
            self.view.sortByColumn(names.index(self._state.column), order)

    def _save_sorting(self, place: int, order: Qt.SortOrder) -> None:
        before = self._state.column, self._state.descending
        self._state.column = self.rows.columns[place].name if place >= 0 else ""
        self._state.descending = order == Qt.SortOrder.DescendingOrder
        if (self._state.column, self._state.descending) != before and (place >= 0 or before[0]):
            announce(self.view, self._sorting_text(place), again=True)

    def _sorting_text(self, place: int) -> str:
        if place < 0:
            return _("In the order of the query")
        words = _("Sorted by {column}, descending") if self._state.descending else _("Sorted by {column}, ascending")
        return words.format(column=self.rows.columns[place].title)

    @property
    def _scroll_bars(self) -> tuple[QScrollBar, QScrollBar]:
        return self.view.verticalScrollBar(), self.view.horizontalScrollBar()

    @property
    def _row_height(self) -> int:
        return self.view.verticalHeader().defaultSectionSize()

    def open_column_menu(self, place: int, at: QPoint) -> None:
        """Open the menu of a column at a point of the screen: how to sort by it, and what others add."""
        if not 0 <= place < self.rows.columnCount():
            return
        shown, view, order = Menu(self.view), self.view, Qt.SortOrder
        shown.setObjectName("table_column_menu")
        shown.setAccessibleName(_("Actions"))
        choices = [
            ("sort_ascending", _("Sort ascending"), "ph.arrow-up", place, order.AscendingOrder),
            ("sort_descending", _("Sort descending"), "ph.arrow-down", place, order.DescendingOrder),
        ]
        if self._sorted_column >= 0:
            choices.append(("unsort", _("Order of the query"), "ph.list-numbers", -1, order.AscendingOrder))
        for name, title, icon, column, direction in choices:
            add_action(shown, name, title, icon, partial(view.sortByColumn, column, direction))
        self.column_menu_opening.emit(shown, self.rows.columns[place].name)
        shown.aboutToHide.connect(shown.deleteLater)
        shown.popup(at)

    def request_point(self, at: QPoint | None = None) -> None:
        """Request the menu of the current cell, at a point of the screen or below the cell."""
        index = self.view.currentIndex()
        if not index.isValid():
            return
        if at is None:
            self.view.scrollTo(index)
            at = self.view.viewport().mapToGlobal(self.view.visualRect(index).bottomLeft())
        row, column = self.rows.place(index.row(), index.column())
        if (point := cell_point(self.rows.table, row, column)) is not None:
            self.point_requested.emit(point, at)

    def copy(self) -> None:
        """Copy the selected cells to the clipboard, or the current one."""
        selected = {
            (row, column)
            for part in self.view.selectionModel().selection().toList()
            for row in range(part.top(), part.bottom() + 1)
            for column in range(part.left(), part.right() + 1)
        }
        here = self.view.currentIndex()
        if not selected and here.isValid():
            selected = {(here.row(), here.column())}
        if selected:
            copy_text(self.rows.tsv(selected))

    def _resize_columns(self) -> None:
        """Fit the columns to their content, except those that the user has resized."""
        headings, header = self.view.headings, self.view.horizontalHeader()
        headings.fit(self.width())
        headings.place_title(header.height())
        table, hints = self._width_hints
        if table is not self.rows.table:
            body, heading = QFontMetricsF(self.view.strong_font()), QFontMetricsF(header.font())
            hints = column_widths.width_hints(self.rows.columns, self.rows.width_samples(), body, heading)
            hints = self._with_looks(hints)
            self._width_hints = self.rows.table, hints
        pad = 2 * _PADDING * self._zoom
        room = self.width() - 12 - pad * len(hints) - (0 if headings.isHidden() else headings.width())
        most = theme().px("measure.cell_max") * self._zoom - pad
        self._is_resizing_columns = True
        for place, width in enumerate(column_widths.natural_widths(hints, room, gap=0.0, most=most)):
            saved = self._state.widths.get(self.rows.columns[place].name)
            total = (
                saved * self._zoom
                if saved is not None
                else width + pad + (_ARROW_WIDTH if place == self._sorted_column else 0)
            )
            self.view.setColumnWidth(place, round(total))
        self._is_resizing_columns = False

    @property
    def _sorted_column(self) -> int:
        return self.view.horizontalHeader().sortIndicatorSection()

    def _save_column_width(self, place: int, _old: int, width: int) -> None:
        if not self._is_resizing_columns:
            self._state.widths[self.rows.columns[place].name] = width / self._zoom

    def _update_footer(self) -> None:
        table, count = self.rows.table, self.rows.rowCount()
        count = table.data_row_count if isinstance(table, PivotTable | TotalledTable) else count
        shown = number_format.format_number(count)
        text = ngettext("{count} row", "{count} rows", count).format(count=shown)
        if self._loading:
            text = _("First {count} rows; loading the rest").format(count=shown)
        elif table.truncated:
            text = _("First {count} rows; the query returned more").format(count=shown)
            if count >= MAX_ROWS:
                text = _("First {count} rows; the rest aren't shown").format(count=shown)
        if isinstance(table, PivotTable | TotalledTable):
            text = " · ".join(part for part in (table.caption, text) if part)
        self.footer.setText(text)


class _TableView(QTableView):
    def __init__(self, rows: TableRows, live: TableWidget) -> None:
        super().__init__(live)
        self._table, self.rows = live, rows
        self.setObjectName("table_rows")
        self.setAccessibleName(_("Rows"))
        self.setModel(rows)
        self.setItemDelegate(_ResultCellDelegate(self))
        self.setHorizontalHeader(_SortHeader(self))
        self.headings = RowHeadings(self, rows)
        self.setVerticalHeader(self.headings)
        self.headings.hide()
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.horizontalHeader().setSortIndicatorClearable(True)
        self.setSortingEnabled(True)
        header = self.horizontalHeader()
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

        def open_at(at: QPoint) -> None:
            note_input(key=False)
            live.open_column_menu(header.logicalIndexAt(at), header.viewport().mapToGlobal(at))

        header.customContextMenuRequested.connect(open_at)
        if rows.rowCount():
            self.setCurrentIndex(rows.index(0, 0))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu of the current column on the Menu key; a right click opens that of a cell's value, if there
        is one, else it is the page's."""
        if not asked_by_key(event):
            index = self.indexAt(event.pos())
            if index.isValid() and self._table.has_point_menu:
                self.setCurrentIndex(index)
                self._table.request_point(event.globalPos())
                event.accept()
            else:
                super().contextMenuEvent(event)
        else:
            self._open_menu()

    def _open_menu(self) -> None:
        here, header = self.currentIndex(), self.horizontalHeader()
        if here.isValid():
            self.scrollTo(here)
            corner = QPoint(header.sectionViewportPosition(here.column()), header.height())
            self._table.open_column_menu(here.column(), header.viewport().mapToGlobal(corner))

    @property
    def looks(self) -> TableLooks:
        """The marks, icons and bars of the columns."""
        return self._table.looks

    def strong_font(self) -> QFont:
        """The font of the widest texts: that of totals, in a table that has them."""
        font = theme().font("body_strong")
        font.setPointSizeF(self.font().pointSizeF())
        return font if isinstance(self.rows.table, PivotTable | TotalledTable) else self.font()

    def set_row_height(self, height: int) -> None:
        """Set the height of the rows and of the headings."""
        lines = self.verticalHeader()
        lines.setMinimumSectionSize(min(height, lines.minimumSectionSize()))
        lines.setDefaultSectionSize(height)
        self.verticalScrollBar().setSingleStep(height)
        self.horizontalHeader().setFixedHeight(height)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines between the rows on to the right edge, where the columns end before it."""
        super().paintEvent(event)
        end, viewport = self.horizontalHeader().length() - self.horizontalHeader().offset(), self.viewport()
        last = self.rowAt(viewport.height() - 1)
        if end < viewport.width() and self.rows.rowCount():
            with QPainter(viewport) as painter:
                for row in range(max(self.rowAt(0), 0), (last if last >= 0 else self.rows.rowCount() - 1) + 1):
                    y = self.rowViewportPosition(row) + self.rowHeight(row) - 1
                    painter.fillRect(QRect(end, y, viewport.width() - end, 1), theme().color("grid"))

    def event(self, event: QEvent) -> bool:
        # The page's shortcuts would select, copy or remove tiles.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_table_key(event):
            event.accept()
            return True
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Wheel, QEvent.Type.MouseButtonPress):
            self._table.cancel_scroll_restore()
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._table.cancel_scroll_restore()
        key, modifiers = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        index = self.currentIndex()
        if key == Qt.Key.Key_Escape:
            self._table.close_requested.emit()
        elif key == Qt.Key.Key_C and modifiers == _CTRL:
            self._table.copy()
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and not modifiers & ~_CTRL:
            row = 0 if key == Qt.Key.Key_Home else self.rows.rowCount() - 1
            self.setCurrentIndex(self.rows.index(row, max(index.column(), 0)))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not modifiers and self._table.has_point_menu:
            self._table.request_point()
        elif key == Qt.Key.Key_S and not modifiers and index.isValid():
            self._sort_next(index.column())
        elif key == Qt.Key.Key_F10 and modifiers == Qt.KeyboardModifier.ShiftModifier:
            note_input(key=True)
            self._open_menu()  # the Menu key arrives as an event of its own
        elif key == Qt.Key.Key_V and not modifiers:
            self._table.enlarge_requested.emit()
        elif not resize_column(self, event):
            super().keyPressEvent(event)
        event.accept()  # other keys must not reach the page either

    def focusNextPrevChild(self, forward: bool) -> bool:
        if not self._table.passes_focus:
            return super().focusNextPrevChild(forward)
        self._table.focus_passed.emit(forward)
        return True

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & _CTRL:
            event.ignore()
            return
        super().wheelEvent(event)
        event.accept()  # do not scroll the page at the end of the table

    def _sort_next(self, column: int) -> None:
        """Sort ascending, then descending, then in the order of the query, as a click on the heading does."""
        header, order = self.horizontalHeader(), Qt.SortOrder
        if header.sortIndicatorSection() != column:
            self.sortByColumn(column, order.AscendingOrder)
        elif header.sortIndicatorOrder() == order.AscendingOrder:
            self.sortByColumn(column, order.DescendingOrder)
        else:
            self.sortByColumn(-1, order.AscendingOrder)


def _is_table_key(event: QKeyEvent) -> bool:
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    plain = (
        (Qt.Key.Key_A, Qt.Key.Key_C) if modifiers == _CTRL else (Qt.Key.Key_S, Qt.Key.Key_V) if not modifiers else ()
    )
    return event.key() in plain


class _ResultCellDelegate(QStyledItemDelegate):
    """Draws cells as tiles do, with the selection's background and a ring around the current cell."""

    def __init__(self, view: _TableView) -> None:
        super().__init__(view)
        self._view = view
        self._pens: tuple[str, QPen, QPen] | None = None
        self._metrics: tuple[QFont, QFontMetricsF] | None = None

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view, rows, rect = self._view, self._view.rows, option.rect
        row, column = index.row(), index.column()
        (ink, rule), place = self._text_and_rule_pens(), rows.place(row, column)
        is_total = pivot.is_total(rows.table, *place)
        font = view.strong_font() if is_total else view.font()
        metrics = QFontMetricsF(font) if is_total else self._font_metrics()
        colour = pivot.cell_colour(rows.table, *place)
        if view.selectionModel().isSelected(_model_index(index)):
            painter.fillRect(rect, theme().color("selection"))
            colour = None
        elif colour is not None:
            painter.fillRect(rect, colour)
        painter.setPen(rule)
        painter.drawLine(rect.left(), rect.bottom(), rect.right(), rect.bottom())
        room, text, looks = _text_rect(rect), rows.text(row, column), view.looks
        if not is_total and place[1] in looks.largest:
            looks.paint_bar(painter, room, place[1], rows.cell(row, column))
        room.setRight(room.right() - looks.lane(place[1], room.width()))
        if (mark := looks.mark(place[1], rows.cell(row, column))) is not None:
            paint_mark_before(painter, room, mark)
            room.setLeft(room.left() + MARK_ROOM)
        painter.setFont(font)
        painter.setPen(ink if colour is None else text_colour(colour))
        if metrics.horizontalAdvance(text) > room.width():
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, RIGHT if number_format.is_numeric(rows.columns[column]) else LEFT, text)
        if view.currentIndex() == index and view.hasFocus():
            painter.setPen(QPen(theme().color("focus"), 2))
            painter.drawRect(rect.adjusted(1, 1, -1, -1))

    def _font_metrics(self) -> QFontMetricsF:
        """The metrics of the font, cached: hundreds of cells are painted at a time."""
        font = self._view.font()
        if self._metrics is None or self._metrics[0] != font:
            self._metrics = font, QFontMetricsF(font)
        return self._metrics[1]

    def _text_and_rule_pens(self) -> tuple[QPen, QPen]:
        if self._pens is None or self._pens[0] != theme().current:
            self._pens = theme().current, QPen(theme().color("text")), QPen(theme().color("grid"))
        return self._pens[1:]

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Show the whole text of a cell that is cut, and why a total is missing."""
        room = _text_rect(QRect(option.rect)).width()
        room -= self._view.looks.lane(self._view.rows.result_column(index.column()), room)
        room -= MARK_ROOM if self._view.rows.result_column(index.column()) in self._view.looks.values else 0
        whole = QFontMetricsF(view.font()).horizontalAdvance(index.data() or "") > room
        whole = whole or self._view.rows.is_unadded(index.row(), index.column())
        QToolTip.showText(event.globalPos(), index.data(Qt.ItemDataRole.ToolTipRole) if whole else "", view)
        return True


class _SortHeader(QHeaderView):
    """The column headings; the sorted column has an arrow."""

    def __init__(self, view: _TableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, view)
        self._view = view
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(24)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line below the headings on to the right edge."""
        super().paintEvent(event)
        end = self.length() - self.offset()
        if end < self.viewport().width():
            with QPainter(self.viewport()) as painter:
                line = QRect(end, self.viewport().height() - 1, self.viewport().width() - end, 1)
                painter.fillRect(line, theme().color("border"))

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        model = self.model()
        text = str(model.headerData(section, Qt.Orientation.Horizontal))
        align = int(model.headerData(section, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole))
        painter.save()
        painter.fillRect(rect, theme().color("surface"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme().color("border"))
        room = _text_rect(rect)
        room.setRight(room.right() - self._view.looks.lane(self._view.rows.result_column(section), room.width()))
        if section == self.sortIndicatorSection():
            ascending = self.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder
            spot = QRectF(room.right() - 11, room.center().y() - 6, 12, 12)
            paint_icon(painter, "ph.arrow-up" if ascending else "ph.arrow-down", spot, theme().color("accent.text"))
            room.setRight(room.right() - _ARROW_WIDTH)
        painter.setFont(self.font())
        metrics = QFontMetricsF(self.font())
        room = self._paint_looks(painter, room, section, metrics.horizontalAdvance(text))
        painter.setPen(theme().color("text.secondary"))
        painter.drawText(room, align, metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width()))
        painter.restore()

    def _paint_looks(self, painter: QPainter, room: QRectF, section: int, width: float) -> QRectF:
        """Draw the icon of a column's type and the mark of its series before its title of this width. Returns what is
        left for the title."""
        view = self._view
        place, looks = view.rows.result_column(section), view.looks
        icon, mark = looks.icons.get(place), looks.columns.get(place)
        taken = MARK_ROOM * ((icon is not None) + (mark is not None))
        if not taken:
            return room
        is_right = number_format.is_numeric(view.rows.columns[section])
        left = max(room.left(), room.right() - width - taken - 1) if is_right else room.left()
        spot = QRectF(left, room.top(), MARK_ROOM, room.height())
        if icon is not None:
            paint_icon(painter, icon, QRectF(spot.left(), spot.center().y() - 7, 14, 14), theme().color("text.muted"))
            spot.translate(MARK_ROOM, 0)
        if mark is not None:
            paint_mark_before(painter, spot, mark)
        return room.adjusted(left + taken - room.left(), 0, 0, 0)


def _model_index(index: Index) -> QModelIndex:
    return QModelIndex(index) if isinstance(index, QModelIndex) else index.model().index(index.row(), index.column())


def _text_rect(rect: QRect) -> QRectF:
    return QRectF(rect).adjusted(_PADDING, 0, -_PADDING, 0)

"""A table that is alive: it scrolls, sorts, has columns to pull and cells to copy."""

from dataclasses import dataclass, field
from typing import Final

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QPainter,
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

from benchboard.analytics.queries import MAX_ROWS, ResultTable
from benchboard.i18n import _, ngettext
from benchboard.ui.studio.tiles import column_widths, number_format, table_painting
from benchboard.ui.studio.tiles.table_rows import LEFT, RIGHT, TableRows
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.labels import Elided

Index = QModelIndex | QPersistentModelIndex
_CTRL: Final = Qt.KeyboardModifier.ControlModifier
_PAD: Final = 8
_ARROW: Final = 14


@dataclass(slots=True)
class Habit:
    """How somebody has a table, for when they come back to it: which columns they pulled how wide, by their names, what
    it is sorted by, how many rows and pixels are scrolled by, and which cell they are at."""

    widths: dict[str, float] = field(default_factory=dict)
    column: str = ""
    falling: bool = False
    scrolled: tuple[float, float] = (0.0, 0.0)
    cell: tuple[int, int] = (0, 0)


class LiveTable(QWidget):
    """An answer's rows with all a table can do, drawn `zoom` times as large. `left`: somebody has had enough of it.

    It stands as the `habit` says, and what is done here is put in there.
    """

    left = Signal()
    passed = Signal(bool)
    """Somebody goes on to the next thing by Tab, or with False to the one before."""
    large = Signal()
    """Somebody wants it larger."""

    def __init__(self, table: ResultTable, habit: Habit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("live_table")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "surface")
        self._zoom, self._habit = 1.0, habit
        self._wished: tuple[float, float] | None = habit.scrolled
        """How far it is to be scrolled as soon as it has so many rows, unless somebody goes elsewhere before."""
        self._loading = False
        self._needs: tuple[ResultTable | None, list[column_widths.Need]] = (None, [])
        """What the columns need, for which answer."""
        self.rows = TableRows(table, self)
        self.view = _View(self.rows, self)
        self.footer = Elided("", "caption", "muted")
        self.footer.setObjectName("live_table_footer")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.view, 1)
        column.addWidget(self.footer)
        self.setFocusProxy(self.view)
        self.view.horizontalHeader().sectionResized.connect(self._pulled)
        self._laying = False
        self._sort_as_before()
        self._dress()
        self._say()
        self.view.horizontalHeader().sortIndicatorChanged.connect(self._note_sorting)
        for bar in self._bars:
            bar.rangeChanged.connect(self._come_back)
            bar.actionTriggered.connect(self.stay)

    def show_table(self, table: ResultTable, *, loading: bool = False) -> None:
        """Show another answer where the old one stood; `loading`: there is more, and it is asked for."""
        at, here = [bar.value() for bar in self._bars], self.view.currentIndex()
        self._loading = loading
        same = table.columns == self.rows.table.columns
        self.rows.show_table(table)
        if not same:
            self.view.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self._lay()
        self._say()
        for bar, value in zip(self._bars, at, strict=True):
            bar.setValue(value)
        where = self.rows.index(min(here.row(), self.rows.rowCount() - 1), here.column()) if here.isValid() else here
        if same and where.isValid():
            self.view.selectionModel().setCurrentIndex(where, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def set_zoom(self, zoom: float) -> None:
        """Draw it larger or smaller, as the page around it is."""
        if zoom == self._zoom:
            return
        self._zoom = zoom
        self._dress()

    def _dress(self) -> None:
        zoom = self._zoom
        body, heading, caption = theme().font("body"), table_painting.heading_font(), theme().font("caption")
        header = self.view.horizontalHeader()
        for widget, font in ((self.view, body), (header, heading), (self.footer, caption)):
            font.setPointSizeF(font.pointSizeF() * zoom)
            widget.setFont(font)
        self.view.set_row(round(table_painting.ROW * zoom))
        self._needs = (None, [])
        self._lay()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._lay()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        rows, pixels = (bar.value() for bar in self._bars)
        self._habit.scrolled = self._wished or (rows / self._row, pixels / self._zoom)
        here = self.view.currentIndex()
        if here.isValid() and self._wished is None:
            self._habit.cell = here.row(), here.column()

    def stay(self) -> None:
        """Somebody goes where they want to be: where they were before is no matter any more."""
        self._wished = None

    def _come_back(self) -> None:
        """Go where somebody was, as far as there are rows."""
        if self._wished is None:
            return
        wished = [round(self._wished[0] * self._row), round(self._wished[1] * self._zoom)]
        row, column = self._habit.cell
        if row < self.rows.rowCount() and column < self.rows.columnCount():
            self.view.setCurrentIndex(self.rows.index(row, column))
        for bar, value in zip(self._bars, wished, strict=True):
            bar.setValue(value)
        if [bar.value() for bar in self._bars] == wished:
            self._wished = None

    def _sort_as_before(self) -> None:
        names = [column.name for column in self.rows.table.columns]
        if self._habit.column in names:
            order = Qt.SortOrder.DescendingOrder if self._habit.falling else Qt.SortOrder.AscendingOrder
            self.view.sortByColumn(names.index(self._habit.column), order)

    def _note_sorting(self, place: int, order: Qt.SortOrder) -> None:
        self._habit.column = self.rows.table.columns[place].name if place >= 0 else ""
        self._habit.falling = order == Qt.SortOrder.DescendingOrder

    @property
    def _bars(self) -> tuple[QScrollBar, QScrollBar]:
        return self.view.verticalScrollBar(), self.view.horizontalScrollBar()

    @property
    def _row(self) -> int:
        return self.view.verticalHeader().defaultSectionSize()

    def copy(self) -> None:
        """Put the chosen cells on the clipboard."""
        chosen = {
            (row, column)
            for part in self.view.selectionModel().selection().toList()
            for row in range(part.top(), part.bottom() + 1)
            for column in range(part.left(), part.right() + 1)
        }
        if chosen:
            QGuiApplication.clipboard().setText(self.rows.tsv(chosen))

    def _lay(self) -> None:
        """As wide as what stands in the columns, unless somebody pulled them."""
        table, needs = self._needs
        if table is not self.rows.table:
            body, heading = QFontMetricsF(self.view.font()), QFontMetricsF(self.view.horizontalHeader().font())
            needs = column_widths.needs(self.rows.table, self.rows.measured(), body, heading)
            self._needs = self.rows.table, needs
        pad = 2 * _PAD * self._zoom
        room = self.width() - 12 - pad * len(needs)
        self._laying = True
        for place, width in enumerate(column_widths.natural(needs, room, gap=0.0)):
            pulled = self._habit.widths.get(self.rows.table.columns[place].name)
            taken = (
                pulled * self._zoom if pulled is not None else width + pad + (_ARROW if place == self._sorted else 0)
            )
            self.view.setColumnWidth(place, round(taken))
        self._laying = False

    @property
    def _sorted(self) -> int:
        return self.view.horizontalHeader().sortIndicatorSection()

    def _pulled(self, place: int, _old: int, width: int) -> None:
        if not self._laying:
            self._habit.widths[self.rows.table.columns[place].name] = width / self._zoom

    def _say(self) -> None:
        table, count = self.rows.table, self.rows.rowCount()
        shown = number_format.number(count)
        said = ngettext("{count} row", "{count} rows", count).format(count=shown)
        if self._loading:
            said = _("First {count} rows; loading the rest").format(count=shown)
        elif table.truncated:
            said = _("First {count} rows; the query returned more").format(count=shown)
            if count >= MAX_ROWS:
                said = _("First {count} rows; the rest aren't shown").format(count=shown)
        self.footer.setText(said)


class _View(QTableView):
    def __init__(self, rows: TableRows, live: LiveTable) -> None:
        super().__init__(live)
        self._live, self.rows = live, rows
        self.setObjectName("live_rows")
        self.setAccessibleName(_("Rows"))
        self.setModel(rows)
        self.setItemDelegate(_Cells(self))
        self.setHorizontalHeader(_Header(self))
        self.verticalHeader().hide()
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
        if rows.rowCount():
            self.setCurrentIndex(rows.index(0, 0))

    def set_row(self, height: int) -> None:
        """How high a row is, and the headings."""
        lines = self.verticalHeader()
        lines.setMinimumSectionSize(min(height, lines.minimumSectionSize()))
        lines.setDefaultSectionSize(height)
        self.verticalScrollBar().setSingleStep(height)
        self.horizontalHeader().setFixedHeight(height)

    def event(self, event: QEvent) -> bool:
        # The page has keys of its own, which would choose, copy or remove tiles.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _ours(event):
            event.accept()
            return True
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Wheel, QEvent.Type.MouseButtonPress):
            self._live.stay()
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._live.stay()
        key, held = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        index = self.currentIndex()
        if key == Qt.Key.Key_Escape:
            self._live.left.emit()
        elif key == Qt.Key.Key_C and held == _CTRL:
            self._live.copy()
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and not held & ~_CTRL:
            row = 0 if key == Qt.Key.Key_Home else self.rows.rowCount() - 1
            self.setCurrentIndex(self.rows.index(row, max(index.column(), 0)))
        elif key == Qt.Key.Key_S and not held and index.isValid():
            self._sort_next(index.column())
        elif key == Qt.Key.Key_V and not held:
            self._live.large.emit()
        else:
            super().keyPressEvent(event)
        event.accept()  # what it does not know is none of the page's either

    def focusNextPrevChild(self, forward: bool) -> bool:
        self._live.passed.emit(forward)
        return True

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & _CTRL:
            event.ignore()
            return
        super().wheelEvent(event)
        event.accept()  # at its end it does not begin to scroll the page

    def _sort_next(self, column: int) -> None:
        """Rising, falling, and as the query has it: what a click on the heading does."""
        header, order = self.horizontalHeader(), Qt.SortOrder
        if header.sortIndicatorSection() != column:
            self.sortByColumn(column, order.AscendingOrder)
        elif header.sortIndicatorOrder() == order.AscendingOrder:
            self.sortByColumn(column, order.DescendingOrder)
        else:
            self.sortByColumn(-1, order.AscendingOrder)


def _ours(event: QKeyEvent) -> bool:
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    plain = (Qt.Key.Key_A, Qt.Key.Key_C) if held == _CTRL else (Qt.Key.Key_S, Qt.Key.Key_V) if not held else ()
    return event.key() in plain


class _Cells(QStyledItemDelegate):
    """Draws cells as tiles do, what is chosen on the selection's colour, a ring around the current one."""

    def __init__(self, view: _View) -> None:
        super().__init__(view)
        self._view = view
        self._pens: tuple[str, QPen, QPen] | None = None
        self._metrics: tuple[QFont, QFontMetricsF] | None = None

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view, rows, rect = self._view, self._view.rows, option.rect
        row, column = index.row(), index.column()
        metrics, (ink, rule) = self._letters(), self._inks()
        if view.selectionModel().isSelected(_plain(index)):
            painter.fillRect(rect, theme().color("selection"))
        painter.setPen(rule)
        painter.drawLine(rect.left(), rect.bottom(), rect.right(), rect.bottom())
        painter.setFont(view.font())
        painter.setPen(ink)
        room, text = _room(rect), rows.text(row, column)
        if metrics.horizontalAdvance(text) > room.width():
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, RIGHT if number_format.numeric(rows.table.columns[column]) else LEFT, text)
        if view.currentIndex() == index and view.hasFocus():
            painter.setPen(QPen(theme().color("focus"), 2))
            painter.drawRect(rect.adjusted(1, 1, -1, -1))

    def _letters(self) -> QFontMetricsF:
        """Made once for a size: a page has hundreds of cells."""
        font = self._view.font()
        if self._metrics is None or self._metrics[0] != font:
            self._metrics = font, QFontMetricsF(font)
        return self._metrics[1]

    def _inks(self) -> tuple[QPen, QPen]:
        if self._pens is None or self._pens[0] != theme().current:
            self._pens = theme().current, QPen(theme().color("text")), QPen(theme().color("grid"))
        return self._pens[1:]

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """The whole of a cell that is cut."""
        room = _room(QRect(option.rect)).width()
        whole = QFontMetricsF(view.font()).horizontalAdvance(index.data() or "") > room
        QToolTip.showText(event.globalPos(), index.data(Qt.ItemDataRole.ToolTipRole) if whole else "", view)
        return True


class _Header(QHeaderView):
    """The headings; the sorted one has an arrow."""

    def __init__(self, view: _View) -> None:
        super().__init__(Qt.Orientation.Horizontal, view)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(24)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        model = self.model()
        text = str(model.headerData(section, Qt.Orientation.Horizontal))
        align = int(model.headerData(section, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole))
        painter.save()
        painter.fillRect(rect, theme().color("surface"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme().color("border"))
        room = _room(rect)
        if section == self.sortIndicatorSection():
            rising = self.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder
            spot = QRectF(room.right() - 11, room.center().y() - 6, 12, 12)
            paint_icon(painter, "ph.arrow-up" if rising else "ph.arrow-down", spot, theme().color("accent.text"))
            room.setRight(room.right() - _ARROW)
        painter.setFont(self.font())
        painter.setPen(theme().color("text.secondary"))
        painter.drawText(room, align, QFontMetricsF(self.font()).elidedText(text, Qt.TextElideMode.ElideRight,
                                                                           room.width()))  # fmt: skip
        painter.restore()


def _plain(index: Index) -> QModelIndex:
    return QModelIndex(index) if isinstance(index, QModelIndex) else index.model().index(index.row(), index.column())


def _room(rect: QRect) -> QRectF:
    return QRectF(rect).adjusted(_PAD, 0, -_PAD, 0)

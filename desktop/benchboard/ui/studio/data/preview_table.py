"""The first rows of a table that is imported, below heads that say what each column is and open what can be changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from benchboard.analytics.files.inspection_types import TableInspection
from benchboard.analytics.files.scan import ScanColumn
from benchboard.analytics.likely_measure import names_something
from benchboard.i18n import _, ngettext, number
from benchboard.ui.studio.data.value_text import (
    KIND_ICONS,
    NUMBERS,
    common_decimals,
    have_seconds,
    kind_title,
    value_text,
)
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import note_reset
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.column_keys import resize_column
from benchboard.ui.widgets.labels import Text, plain_tooltip

Index = QModelIndex | QPersistentModelIndex
_HEAD: Final = 96
"""Pixels of a column's head: title, name, kind, what is empty."""
_PAD: Final = 12
_CHOOSER: Final = 22
_LEAST: Final = 116
_BARS: Final = 36
"""Pixels that the histogram in a head takes."""
_MOST: Final = 300
_MEASURED_ROWS: Final = 40
_MEASURED_CELLS: Final = 8_000
_OPENING_KEYS: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2, Qt.Key.Key_F4)


def empty_text(table: TableInspection, place: int) -> str:
    """How many values of a column are empty, those that don't fit and are left empty among them; or that all differ."""
    if place == len(table.columns):
        return ""  # the name of the file
    column, rows = table.columns[place], table.rows
    kind = table.scan.columns[place].kind
    fit = next((fit for fit in column.fits if fit.kind == kind), None)
    emptied = fit.of - fit.fits if fit is not None and table.scan.options.wrong_values == "empty" else 0
    empty = column.empty + emptied if column.unset is None else column.unset
    if not rows:
        return ""
    present = rows - empty
    if not empty and present > 1 and column.distinct == present and column.distinct_is_exact:
        return _("no duplicates")
    return _count_text(empty)


def _kind_text(column: ScanColumn, *, short: bool = False) -> str:
    """What a column is, as its head says it: weeks are dates, of their Mondays."""
    is_week = column.kind == "date" and set(column.formats) == {"iso-week"}
    return (
        _("Week, as its Monday")
        if is_week and not short
        else _("Week")
        if is_week
        else kind_title(column.kind, short=short)
    )


def _count_text(empty: int) -> str:
    return ngettext("{count} empty", "{count} empty", empty).format(count=number(empty))


class PreviewModel(QAbstractTableModel):
    """The rows of an inspection, as they are read or as the file has them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.table: TableInspection | None = None
        self.as_written = False
        self.columns: tuple[ScanColumn, ...] = ()
        """Those of the scan, and the one with the name of each row's file."""
        self._decimals: list[int | None] = []
        self._is_identifier: list[bool] = []
        self._seconds: list[bool] = []
        """Of each column, whether its times are shown with their seconds."""
        self._histograms: dict[str, tuple[int, ...]] = {}

    def show_table(self, table: TableInspection, *, as_written: bool) -> None:
        """Show another table, or the same one otherwise."""
        self.beginResetModel()
        self.table, self.as_written = table, as_written
        self.columns = table.scan.columns
        if table.scan.file_column:
            self.columns += (table.scan.kept_columns[-1],)
        places = range(len(table.scan.columns))
        self._decimals = [common_decimals(row[place] for row in table.preview) for place in places]
        self._is_identifier = [names_something(one.name) or names_something(one.title) for one in table.scan.columns]
        self._seconds = [have_seconds(row[place] for row in table.preview) for place in places]
        self.endResetModel()

    def show_histograms(self, histograms: dict[str, tuple[int, ...]]) -> None:
        """Show the counts of the columns' values as bars, by the names of the columns; none until they are counted."""
        self._histograms = histograms
        if self.columnCount():
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self.columnCount() - 1)

    def histogram(self, place: int) -> tuple[int, ...]:
        """The counts of a column's values; nothing while they aren't known."""
        column = self.column(place)
        return self._histograms.get(column.name, ()) if column is not None and not column.left_out else ()

    def column(self, place: int) -> ScanColumn | None:
        """The column at a place."""
        return self.columns[place] if place < len(self.columns) else None

    def is_file_name(self, place: int) -> bool:
        """Whether the column at a place has the names of the files, which aren't in them."""
        return self.table is not None and place == len(self.table.scan.columns)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() or self.table is None else len(self.table.preview)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - likewise
        return 0 if parent.isValid() else len(self.columns)

    def cell_text(self, row: int, place: int) -> str:
        """The text of a cell."""
        assert self.table is not None
        if self.is_file_name(place):
            return self.table.preview_files[row]
        if self.as_written:
            return value_text(self.table.preview_raw[row][place])
        value, column = self.table.preview[row][place], self.table.scan.columns[place]
        if column.kind == "integer" and isinstance(value, int) and self._is_identifier[place]:
            return str(value)  # its digits aren't grouped: nothing is counted
        text = value_text(value, self._decimals[place], seconds=self._seconds[place])
        # A file's 00:00+02:00 is 22:00 of the day before: without its zone the preview would seem to be wrong.
        in_utc = column.stored == "zoned" or (
            "iso-zoned" in column.formats and self.table.scan.options.zoned_times == "utc"
        )
        zoned = isinstance(value, datetime) and in_utc
        return _("{time} UTC").format(time=text) if zoned else text

    def is_misfit(self, row: int, place: int) -> bool:
        """Whether the file has a value in a cell that doesn't fit its column."""
        assert self.table is not None
        if self.is_file_name(place):
            return False
        raw = (self.table.preview_raw[row][place] or "").strip()
        is_null = not raw or raw in self.table.scan.options.null_words
        return self.table.preview[row][place] is None and not is_null

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self.table is None or index.row() >= len(self.table.preview):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cell_text(index.row(), index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            if self.is_misfit(index.row(), index.column()):
                return _("doesn't fit")
            return self.cell_text(index.row(), index.column()) or _("empty")
        if role == Qt.ItemDataRole.ToolTipRole and self.is_misfit(index.row(), index.column()):
            raw = self.table.preview_raw[index.row()][index.column()] or ""
            return plain_tooltip(_("“{value}” doesn't match the column's type.").format(value=raw))
        return None

    @property
    def has_lines(self) -> bool:
        """Whether the rows are named by the lines of their file, as those that don't fit are."""
        return self.table is not None and 0 < len(self.table.preview) == len(self.table.preview_lines)

    def line(self, row: int) -> int:
        """The line of the file that a row begins in; the number of the row where that isn't known."""
        return self.table.preview_lines[row] if self.has_lines and self.table is not None else row + 1

    def _row_text(self, row: int) -> str | None:
        line = self.line(row)
        if line == row + 1:
            return None
        return _("Line {line} of the file, row {row}").format(line=number(line), row=number(row + 1))

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        column = self.column(section)
        if orientation == Qt.Orientation.Vertical:
            if role == Qt.ItemDataRole.DisplayRole:
                return number(self.line(section))
            return self._row_text(section) if role == Qt.ItemDataRole.ToolTipRole else None
        if column is None or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        parts = [column.title, _("excluded") if column.left_out else _kind_text(column), column.unit]
        return ", ".join(part for part in parts if part)


class PreviewTable(QTableView):
    """The preview. `column_opened` asks to change a column (a click on its head, Enter in it); never if its columns are
    `fixed`."""

    column_opened = Signal(int)

    def __init__(self, *, fixed: bool = False) -> None:
        super().__init__()
        self.fixed = fixed
        self.setObjectName("import_preview")
        self.setAccessibleName(_("First rows"))
        if not fixed:
            self.setAccessibleDescription(_("Press Enter to change the column."))
        self.preview = PreviewModel(self)
        self.setModel(self.preview)
        self.setVerticalHeader(_RowNumbers(self))
        self.heads = _Heads(self)
        self.setHorizontalHeader(self.heads)
        self.setItemDelegate(_Cells(self))
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        lines = self.verticalHeader()
        lines.setDefaultSectionSize(theme().px("table.row.compact"))
        lines.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        lines.setMinimumWidth(56)
        self.setCornerButtonEnabled(False)
        self._title_row_numbers()
        self._shown_columns: tuple[tuple[str, str], ...] = ()

    def _title_row_numbers(self) -> None:
        """Say above the numbers what they count: lines that don't fit are named by their number in the file."""
        corner = self.findChild(QAbstractButton)
        assert corner is not None
        self._numbers_title = title = Text(_("Row"), "caption", "muted", parent=corner)
        column = QVBoxLayout(corner)
        column.setContentsMargins(0, 0, _PAD, _PAD // 2)
        column.addWidget(title, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)

    def show_table(self, table: TableInspection, *, as_written: bool) -> None:
        """Show a table. Widths and position stay while the columns are the same."""
        place, spot = self.currentIndex(), self.horizontalScrollBar().value()
        self.preview.show_table(table, as_written=as_written)
        note_reset(self)
        self._numbers_title.setText(_("Line") if self.preview.has_lines else _("Row"))
        columns = tuple((column.source, column.title) for column in self.preview.columns)
        if columns != self._shown_columns:
            self._shown_columns = columns
            for section in range(len(columns)):
                self.setColumnWidth(section, self._wanted_width(section))
        elif place.isValid() and place.row() < self.preview.rowCount():
            self.setCurrentIndex(self.preview.index(place.row(), place.column()))
            self.horizontalScrollBar().setValue(spot)

    def _wanted_width(self, section: int) -> int:
        """As wide as the head and the first rows need, within bounds."""
        table = self.preview.table
        column = self.preview.column(section)
        assert table is not None
        assert column is not None
        strong, body = QFontMetrics(theme().font("body_strong")), QFontMetrics(theme().font("body"))
        caption = QFontMetrics(theme().font("caption"))
        widths = [
            strong.horizontalAdvance(column.title),
            QFontMetrics(theme().font("mono")).horizontalAdvance(column.name),
            caption.horizontalAdvance(kind_title(column.kind, short=True)) + 52,
            # Whatever another choice leaves empty, its number isn't cut off.
            max(caption.horizontalAdvance(text) for text in (empty_text(table, section), _count_text(table.rows)))
            + _BARS
            + 6,
        ]
        measured = max(2, min(_MEASURED_ROWS, _MEASURED_CELLS // self.preview.columnCount()))
        for row in range(min(measured, self.preview.rowCount())):
            widths.append(body.horizontalAdvance(self.preview.cell_text(row, section)))
        return max(_LEAST, min(_MOST, max(widths) + 2 * _PAD + 4))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines between the rows to the right edge, also where there are no columns."""
        super().paintEvent(event)
        if self.preview.table is not None and not self.preview.rowCount():
            self._paint_no_rows(self.preview.table)
        right = self.heads.length() - self.heads.offset()
        if right >= self.viewport().width():
            return
        with QPainter(self.viewport()) as painter:
            for row in range(max(0, self.rowAt(0)), self.preview.rowCount()):
                bottom = self.rowViewportPosition(row) + self.rowHeight(row) - 1
                if bottom > self.viewport().height():
                    break
                painter.fillRect(QRect(right, bottom, self.viewport().width() - right, 1), theme().color("grid"))

    def _paint_no_rows(self, table: TableInspection) -> None:
        text = _("No line of the file fits its columns.") if table.wrong_count else _("The file has no rows.")
        with QPainter(self.viewport()) as painter:
            box = self.viewport().rect().adjusted(_PAD, 16, -_PAD, 0)
            paint_line(painter, QRect(box.left(), box.top(), box.width(), 20), text, "body", "text.secondary")

    def head_box(self, section: int) -> QRect:
        """The rectangle of the kind in a column's head, in the coordinates of the heads' viewport."""
        left = self.heads.sectionViewportPosition(section)
        return QRect(left + _PAD, 44, self.heads.sectionSize(section) - 2 * _PAD, _CHOOSER)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        # The Menu key arrives as an event of its own; Shift+F10 as a key where the platform makes no event of it.
        is_menu = event.key() == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        opens = (is_menu or (event.key() in _OPENING_KEYS and not event.modifiers())) and not self.fixed
        if opens and self.preview.columnCount():
            self.column_opened.emit(max(index.column(), 0))
        elif not resize_column(self, event):
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open what can be changed about a column: the current one, or the one that is pointed at."""
        by_pointer = event.reason() == QContextMenuEvent.Reason.Mouse
        at = self.columnAt(event.pos().x()) if by_pointer else max(self.currentIndex().column(), 0)
        if not self.fixed and 0 <= at < self.preview.columnCount():
            self.column_opened.emit(at)


class _RowNumbers(QHeaderView):
    """The numbers of the rows."""

    def __init__(self, view: PreviewTable) -> None:
        super().__init__(Qt.Orientation.Vertical, view)
        self.setHighlightSections(False)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        painter.save()
        painter.fillRect(rect, theme().color("surface"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme().color("grid"))
        paint_line(
            painter,
            rect.adjusted(0, 0, -_PAD, -1),
            str(self.model().headerData(section, Qt.Orientation.Vertical)),
            "mono",
            "text.muted",
            right=True,
        )
        painter.restore()


class _Heads(QHeaderView):
    """The heads of the columns: title, name in queries, kind with an arrow, what is empty."""

    def __init__(self, view: PreviewTable) -> None:
        super().__init__(Qt.Orientation.Horizontal, view)
        self._view = view
        self._hovered = -1
        self.setFixedHeight(_HEAD)
        self.setSectionsClickable(not view.fixed)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(72)
        self.setMouseTracking(True)
        self.sectionClicked.connect(view.column_opened)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        section = self.logicalIndexAt(event.position().toPoint())
        if section != self._hovered:
            self._hovered = section
            self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open what can be changed about the column that is pointed at."""
        section = self.logicalIndexAt(event.pos())
        if section >= 0 and not self._view.fixed:
            self._view.column_opened.emit(section)

    def leaveEvent(self, event: Any) -> None:
        super().leaveEvent(event)
        self._hovered = -1
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line below the heads to the right edge."""
        super().paintEvent(event)
        end, edge = self.length() - self.offset(), self.viewport().width()
        if end < edge:
            with QPainter(self.viewport()) as painter:
                painter.fillRect(QRect(end, 0, edge - end, self.height()), theme().color("surface"))
                painter.fillRect(QRect(end, self.height() - 1, edge - end, 1), theme().color("border"))

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        model = self._view.preview
        column, table = model.column(section), model.table
        if column is None or table is None:
            return
        painter.save()
        current = self._view.currentIndex().column() == section and self._view.hasFocus()
        painter.fillRect(rect, theme().color("selection" if current else "surface"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme().color("border"))
        box = rect.adjusted(_PAD, 8, -_PAD, 0)
        ink = "text.muted" if column.left_out else "text"
        title = f"{column.title} ({column.unit})" if column.unit else column.title
        paint_line(painter, QRect(box.left(), box.top(), box.width(), 18), title, "body_strong", ink)
        paint_line(painter, QRect(box.left(), box.top() + 17, box.width(), 16), column.name, "mono", "text.muted")
        self._paint_kind(painter, self._view.head_box(section).translated(0, rect.top()), column, section)
        below = QRect(box.left(), rect.top() + 72, box.width(), 16)
        if counts := model.histogram(section):
            bars = QRectF(below.left(), below.top(), _BARS, below.height() - 1)
            paint_histogram(painter, bars, counts)
            below.setLeft(below.left() + _BARS + 6)
        paint_line(painter, below, empty_text(table, section), "caption", "text.muted")
        painter.restore()

    def _paint_kind(self, painter: QPainter, box: QRect, column: ScanColumn, section: int) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._view.fixed:
            box = box.adjusted(-6, 0, 20, 0)
        else:
            self._paint_chooser(painter, box, section)
        icon = "ph.eye-slash" if column.left_out else KIND_ICONS[column.kind]
        paint_icon(painter, icon, QRectF(box.left() + 6, box.top() + 5, 12, 12), theme().color("text.secondary"))
        text = _("Excluded") if column.left_out else _kind_text(column, short=True)
        paint_line(painter, box.adjusted(24, 0, -20, 0), text, "caption", "text")

    def _paint_chooser(self, painter: QPainter, box: QRect, section: int) -> None:
        edge = "text.muted" if self._hovered == section else "border.control"
        painter.setPen(QPen(theme().color(edge), 1))
        painter.setBrush(theme().color("surface"))
        radius = theme().px("radius.badge")
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        spot = QRectF(box.right() - 17, box.top() + 6, 11, 11)
        paint_icon(painter, "ph.caret-down", spot, theme().color("text.secondary"))


class _Cells(QStyledItemDelegate):
    """Draws the cells: numbers at the right, columns that are left out in grey, values that don't fit with a mark."""

    def __init__(self, view: PreviewTable) -> None:
        super().__init__(view)
        self._view = view

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = self._view.preview
        column = model.column(index.column())
        if column is None:
            return
        rect: QRect = option.rect
        painter.save()
        current = self._view.currentIndex() == index and self._view.hasFocus()
        painter.fillRect(rect, theme().color("surface"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme().color("grid"))
        box = rect.adjusted(_PAD, 0, -_PAD, -1)
        misfit = not column.left_out and model.is_misfit(index.row(), index.column())
        text = model.cell_text(index.row(), index.column())
        if misfit and not model.as_written:
            paint_icon(
                painter, "ph.warning-fill", QRectF(box.left(), box.center().y() - 6, 12, 12), theme().color("warn")
            )
        ink = "text.muted" if column.left_out else "error" if misfit else "text"
        right = column.kind in NUMBERS and not model.as_written
        paint_line(painter, box, text, "mono" if model.as_written else "body", ink, right=right)
        if current:
            painter.setPen(QPen(theme().color("focus"), 2))
            painter.drawRect(rect.adjusted(1, 1, -1, -2))
        painter.restore()


def paint_line(painter: QPainter, box: QRect, text: str, font: str, ink: str, *, right: bool = False) -> None:
    """One line of text, elided."""
    painter.setFont(theme().font(font))
    painter.setPen(theme().color(ink))
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    shown = QFontMetrics(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, shown)


def paint_histogram(painter: QPainter, box: QRectF, counts: Sequence[int]) -> None:
    """Draw counts as bars; what isn't 0 has at least one pixel."""
    width = box.width() / max(len(counts), 4)
    most = max(*counts, 1)
    for place, count in enumerate(counts):
        height = max(1.0, count / most * box.height()) if count else 0.0
        bar = QRectF(box.left() + place * width, box.bottom() - height, width - 1, height)
        painter.fillRect(bar, theme().color("border.control"))


def anchor_over(view: PreviewTable, section: int) -> QWidget:
    """An invisible widget over a column's kind, for a popover to stand at; it is the view's."""
    anchor = QWidget(view.heads.viewport())
    anchor.setAccessibleName(view.preview.headerData(section, Qt.Orientation.Horizontal))
    anchor.setGeometry(view.head_box(section))
    anchor.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    anchor.show()
    return anchor

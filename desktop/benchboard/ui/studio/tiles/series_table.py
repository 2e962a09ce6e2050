"""The legend of a chart in full size as a table: each series with its least, largest, mean and last value.

A click on a row hides its series or shows it again, a double click shows it alone, as in a legend that is drawn; so do
Space and Enter.
"""

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from benchboard.i18n import _
from benchboard.ui.studio.tiles.series_statistics import SeriesStatistics
from benchboard.ui.theme import theme
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.legend import LegendEntry, paint_legend_mark
from benchboard.ui.widgets.row_cursor import WholeRowTable

Index = QModelIndex | QPersistentModelIndex
_MARK: Final = 12.0
_TO_TEXT: Final = 20
_LEAST_NAME, _MOST_NAME = 140, 360
_LEAST_NUMBER: Final = 72
_NOTE_GAP: Final = 6
_KEYS: Final = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class _SeriesModel(QAbstractTableModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: Sequence[SeriesStatistics] = ()
        self.titles: list[str] = []

    def show(self, rows: Sequence[SeriesStatistics], titles: list[str]) -> None:
        self.beginResetModel()
        self.rows, self.titles = rows, titles
        self.endResetModel()

    def text(self, row: int, column: int) -> str:
        one = self.rows[row]
        return (one.series.legend_name, one.least, one.most, one.mean, one.last)[column]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - likewise
        return 0 if parent.isValid() else len(self.titles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(index.row(), index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(self._whole(index.row(), index.column()))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._row_text(index.row()) if index.column() == 0 else self._whole(index.row(), index.column())
        return None

    def _whole(self, row: int, column: int) -> str:
        note = self.rows[row].note if column == len(self.titles) - 1 else ""
        return ", ".join(part for part in (self.text(row, column), note) if part)

    def _row_text(self, row: int) -> str:
        """A row as a screen reader reads it."""
        one = self.rows[row]
        named = _("{name}: {values}")
        numbers = [
            named.format(name=title, values=self._whole(row, column))
            for column, title in enumerate(self.titles) if column
        ]  # fmt: skip
        state = [_("hidden")] if one.series.is_hidden else []
        return ", ".join([one.series.legend_name, *state, *numbers])

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.titles[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None


class _SeriesCells(QStyledItemDelegate):
    """Draws the mark of a series before its name, and numbers at the right of their columns."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self.parent()
        assert isinstance(view, SeriesTable)
        one, rect, pad = view.model_rows[index.row()], QRect(option.rect), theme().px("table.cell_pad_x")
        is_current = view.hasFocus() and view.currentIndex().row() == index.row()
        painter.save()
        if is_current:
            painter.fillRect(rect, theme().color("selection"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme().color("grid"))
        painter.setFont(theme().font("body"))
        inner = rect.adjusted(pad, 0, -pad, -1)
        hidden = one.series.is_hidden
        tone = "text.muted" if hidden else "text" if index.column() else "text.secondary"
        if index.column() == 0:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            entry = LegendEntry(one.series.colour, "", dash=view.dash(one), hidden=hidden)
            paint_legend_mark(painter, entry, QRectF(inner.left(), inner.top(), _MARK, inner.height()))
            inner.adjust(_TO_TEXT, 0, 0, 0)
        elif index.column() == view.model().columnCount() - 1 and one.note:
            inner.setRight(inner.right() - self._paint_note(painter, inner, one.note))
        painter.setPen(theme().color(tone))
        if hidden and index.column() == 0:
            font = painter.font()
            font.setStrikeOut(True)
            painter.setFont(font)
        side = Qt.AlignmentFlag.AlignRight if index.column() else Qt.AlignmentFlag.AlignLeft
        text = QFontMetrics(painter.font()).elidedText(
            str(index.data()), Qt.TextElideMode.ElideRight, inner.width()
        )  # fmt: skip
        painter.drawText(inner, side | Qt.AlignmentFlag.AlignVCenter, text)
        if is_current and index.column() == 0:
            painter.setPen(QPen(theme().color("focus"), 2))
            painter.drawLine(rect.left() + 1, rect.top(), rect.left() + 1, rect.bottom())
        painter.restore()

    def _paint_note(self, painter: QPainter, room: QRect, note: str) -> int:
        """Draw what holds of a last value behind it. Returns the pixels that it takes."""
        painter.save()
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().color("text.muted"))
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, note)
        width = QFontMetrics(painter.font()).horizontalAdvance(note)
        painter.restore()
        return width + _NOTE_GAP


class SeriesTable(WholeRowTable):
    """Shows the statistics of series."""

    toggled = Signal(str)
    """The series with this key is to be hidden or shown again."""
    isolated = Signal(str)
    """The series with this key is to be shown alone."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("series_table")
        self.setAccessibleName(_("Legend"))
        self.series = _SeriesModel(self)
        self._kind = ""
        self.setModel(self.series)
        self.setItemDelegate(_SeriesCells(self))
        self.setSelectionMode(WholeRowTable.SelectionMode.NoSelection)
        self.setVerticalScrollMode(WholeRowTable.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(WholeRowTable.ScrollMode.ScrollPerPixel)
        head = self.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setSectionsClickable(False)

    @property
    def model_rows(self) -> Sequence[SeriesStatistics]:
        """The series that are shown."""
        return self.series.rows

    def dash(self, one: SeriesStatistics) -> Any:
        """How the mark of a series is drawn, as in a drawn legend."""
        is_area = (self._kind == "bar_chart" or bool(one.series.spans)) and not one.series.is_target
        return "area" if is_area else one.series.dash

    def show_series(self, rows: Sequence[SeriesStatistics], kind: str, *, with_last: bool, names: str = "") -> None:
        """Show these series; the current row stays. `names`: the column whose values name them."""
        titles = [names or _("Series"), _("Min"), _("Max"), _("Mean")] + ([_("Last")] if with_last else [])
        at = self.currentIndex().row()
        self._kind = kind
        self.series.show(rows, titles)
        self._fit_columns()
        if rows:
            self.setCurrentIndex(self.series.index(min(max(at, 0), len(rows) - 1), 0))
        self.viewport().update()

    def _fit_columns(self) -> None:
        """Make each column as wide as what it shows."""
        body, head, pad = QFontMetrics(theme().font("body")), QFontMetrics(theme().font("body")), 2 * theme().px(
            "table.cell_pad_x"
        )  # fmt: skip
        notes = QFontMetrics(theme().font("caption"))
        for column, title in enumerate(self.series.titles):
            texts = [self.series.text(row, column) for row in range(len(self.series.rows))]
            width = max([head.horizontalAdvance(title), *map(body.horizontalAdvance, texts)])
            is_name = column == 0
            width = min(max(width + _TO_TEXT, _LEAST_NAME), _MOST_NAME) if is_name else max(width, _LEAST_NUMBER)
            if column == len(self.series.titles) - 1:
                taken = [notes.horizontalAdvance(one.note) + _NOTE_GAP for one in self.series.rows if one.note]
                width += max(taken, default=0)
            self.setColumnWidth(column, width + pad)

    @property
    def whole_width(self) -> int:
        """The pixels of all columns."""
        return sum(self.columnWidth(column) for column in range(self.series.columnCount())) + 2

    @property
    def whole_height(self) -> int:
        """The pixels of all rows, with the titles."""
        return self.horizontalHeader().height() + len(self.series.rows) * self.verticalHeader().defaultSectionSize()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        place = self.currentIndex().row()
        if place >= 0 and event.key() in _KEYS and len(self.series.rows) > 1:
            self.toggled.emit(self.series.rows[place].series.key)
        else:
            super().keyPressEvent(event)
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self._at(event, self.toggled)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._at(event, self.isolated)

    def _at(self, event: QMouseEvent, signal: Any) -> None:
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid() and len(self.series.rows) > 1:
            signal.emit(self.series.rows[index.row()].series.key)

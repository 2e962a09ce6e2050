"""The headings of a pivot table's rows, which stay in place while its columns scroll."""

from typing import Final

from PySide6.QtCore import QEvent, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHeaderView, QTableView, QToolTip, QWidget

from benchboard.analytics.pivoted_table import PivotTable
from benchboard.ui.studio.tiles.tables.table_rows import LEFT, TableRows
from benchboard.ui.theme import theme
from benchboard.ui.widgets.labels import plain_tooltip

_PADDING: Final = 8
_WIDEST: Final = 0.4
"""The part of a table's width that the headings may take."""
_MEASURED: Final = 40


class _Corner(QWidget):
    """The name of the column of the headings, in the font of the other columns' names."""

    def __init__(self, view: QTableView) -> None:
        super().__init__(view)
        self._view = view
        self.text = ""
        self.setObjectName("pivot_corner")

    def needed_width(self, text: str) -> float:
        """Pixels of a text in its font."""
        return QFontMetricsF(self._view.horizontalHeader().font()).horizontalAdvance(text)

    def show_text(self, text: str) -> None:
        """Show a text; what is cut is in the tooltip."""
        self.text = text
        self.setAccessibleName(text)
        self.setToolTip(plain_tooltip(text) if self.needed_width(text) > self.width() - 2 * _PADDING else "")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        font, room = self._view.horizontalHeader().font(), QRectF(self.rect()).adjusted(_PADDING, 0, -_PADDING, 0)
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme().color("surface"))
            painter.fillRect(QRect(0, self.height() - 1, self.width(), 1), theme().color("border"))
            painter.setFont(font)
            painter.setPen(theme().color("text.secondary"))
            text = QFontMetricsF(font).elidedText(self.text, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, LEFT, text)


class RowHeadings(QHeaderView):
    """The headings of the rows, with the name of their column above them."""

    def __init__(self, view: QTableView, rows: TableRows) -> None:
        super().__init__(Qt.Orientation.Vertical, view)
        self._rows = rows
        self.setHighlightSections(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.title = _Corner(view)
        self.title.hide()
        self.hide()

    def fit(self, room: float) -> None:
        """Show them, as wide as they need in a table of `room` pixels, if the table is a pivot table."""
        table = self._rows.table
        is_pivot = isinstance(table, PivotTable)
        self.setVisible(is_pivot)
        self.title.setVisible(is_pivot)
        if not is_pivot:
            return
        strong = theme().font("body_strong")
        strong.setPointSizeF(self.font().pointSizeF())
        metrics, count = QFontMetricsF(strong), self._rows.rowCount()
        step = max(1, count // _MEASURED)
        texts = [self._rows.row_heading(row) for row in {*range(0, count, step), count - 1} if row >= 0]
        longest = sorted(texts, key=len)[-12:]
        title = self.title.needed_width(table.columns[0].title)
        width = max([title, *map(metrics.horizontalAdvance, longest)]) + 2 * _PADDING + 2
        self.setFixedWidth(round(min(width, max(room * _WIDEST, 64))))
        self.title.show_text(table.columns[0].title)

    def place_title(self, height: int) -> None:
        """Put the name of their column beside the headings of the columns, which are `height` pixels high."""
        self.title.setGeometry(0, 0, self.width(), height)
        self.title.raise_()

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        table = self._rows.table
        is_total = isinstance(table, PivotTable) and section >= table.data_row_count
        font = theme().font("body_strong" if is_total else "body")
        font.setPointSizeF(self.font().pointSizeF())
        painter.save()
        painter.fillRect(rect, theme().color("surface"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme().color("grid"))
        painter.fillRect(QRect(rect.right(), rect.top(), 1, rect.height()), theme().color("border"))
        painter.setFont(font)
        painter.setPen(theme().color("text"))
        room = QRectF(rect).adjusted(_PADDING, 0, -_PADDING, 0)
        text = QFontMetricsF(font).elidedText(
            self._rows.row_heading(section), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, LEFT, text)
        painter.restore()

    def viewportEvent(self, event: QEvent) -> bool:
        """Show the whole of a heading that is cut."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            row = self.logicalIndexAt(event.pos())
            text = self._rows.row_heading(row) if row >= 0 else ""
            is_cut = QFontMetricsF(self.font()).horizontalAdvance(text) > self.width() - 2 * _PADDING
            QToolTip.showText(event.globalPos(), plain_tooltip(text) if is_cut else "", self)
            return True
        return super().viewportEvent(event)

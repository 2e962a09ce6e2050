"""The headings of a pivot table's rows, which stay in place while its columns scroll."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHeaderView, QTableView, QToolTip, QWidget

from benchboard.ui.studio.tiles.tables.table_rows import LEFT, TableRows
from benchboard.ui.theme import theme
from benchboard.ui.widgets.labels import plain_tooltip

_PADDING: Final = 8
_WIDEST: Final = 0.4
"""The part of a table's width that the headings may take, with one column."""
_MORE: Final = 0.1
_MOST: Final = 0.6
"""How much more with each further column, and with all of them."""
_MEASURED: Final = 40


class _Corner(QWidget):
    """The names of the columns of the headings, in the font of the other columns' names."""

    def __init__(self, view: QTableView) -> None:
        super().__init__(view)
        self._view = view
        self.text = ""
        self._texts: list[str] = []
        self._widths: list[int] = []
        self.setObjectName("pivot_corner")

    def needed_width(self, text: str) -> float:
        """Pixels of a text in its font."""
        return QFontMetricsF(self._view.horizontalHeader().font()).horizontalAdvance(text)

    def show_texts(self, texts: Sequence[str], widths: Sequence[int]) -> None:
        """Show texts, each in its width; what is cut is in the tooltip."""
        self._texts, self._widths, self.text = [*texts], [*widths], ", ".join(texts)
        self.setAccessibleName(self.text)
        is_cut = any(
            self.needed_width(text) > width - 2 * _PADDING for text, width in zip(texts, widths, strict=True)
        )  # fmt: skip
        self.setToolTip(plain_tooltip(self.text) if is_cut else "")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        font, left = self._view.horizontalHeader().font(), 0
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme().color("surface"))
            painter.fillRect(QRect(0, self.height() - 1, self.width(), 1), theme().color("border"))
            painter.setFont(font)
            painter.setPen(theme().color("text.secondary"))
            for text, width in zip(self._texts, self._widths, strict=True):
                room = QRectF(left + _PADDING, 0, width - 2 * _PADDING, self.height())
                elided = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
                painter.drawText(room, LEFT, elided)
                left += width


class RowHeadings(QHeaderView):
    """The headings of the rows, with the names of their columns above them."""

    def __init__(self, view: QTableView, rows: TableRows) -> None:
        super().__init__(Qt.Orientation.Vertical, view)
        self._rows = rows
        self._widths: list[int] = []
        """The pixels of each of their columns."""
        self.setHighlightSections(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.title = _Corner(view)
        self.title.hide()
        self.hide()

    def fit(self, room: float) -> None:
        """Show them, as wide as they need in a table of `room` pixels, if the table is a pivot table."""
        titles = self._rows.heading_titles
        self.setVisible(bool(titles))
        self.title.setVisible(bool(titles))
        if not titles:
            return
        strong = theme().font("body_strong")
        strong.setPointSizeF(self.font().pointSizeF())
        metrics, count = QFontMetricsF(strong), self._rows.rowCount()
        step = max(1, count // _MEASURED)
        names = [self._rows.row_names(row) for row in {*range(0, count, step), count - 1} if row >= 0]
        needed = [
            max([self.title.needed_width(title), *(metrics.horizontalAdvance(one[at]) for one in names)])
            + 2 * _PADDING + 2
            for at, title in enumerate(titles)
        ]  # fmt: skip
        most = max(room * min(_WIDEST + _MORE * (len(titles) - 1), _MOST), 64)
        scale = min(1.0, most / sum(needed))
        self._widths = [round(width * scale) for width in needed]
        self.setFixedWidth(sum(self._widths))
        self.title.show_texts(titles, self._widths)

    def place_title(self, height: int) -> None:
        """Put the names of their columns beside the headings of the columns, which are `height` pixels high."""
        self.title.setGeometry(0, 0, self.width(), height)
        self.title.raise_()

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        font = theme().font("body_strong" if self._rows.is_total_row(section) else "body")
        font.setPointSizeF(self.font().pointSizeF())
        painter.save()
        painter.fillRect(rect, theme().color("surface"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme().color("grid"))
        painter.fillRect(QRect(rect.right(), rect.top(), 1, rect.height()), theme().color("border"))
        painter.setFont(font)
        repeated, left, metrics = self._rows.repeated_names(section), rect.left(), QFontMetricsF(font)
        for at, (name, width) in enumerate(zip(self._rows.row_names(section), self._widths, strict=False)):
            painter.setPen(theme().color("text.secondary" if at < repeated else "text"))
            room = QRectF(left + _PADDING, rect.top(), width - 2 * _PADDING, rect.height())
            painter.drawText(room, LEFT, metrics.elidedText(name, Qt.TextElideMode.ElideRight, room.width()))
            left += width
        painter.restore()

    def viewportEvent(self, event: QEvent) -> bool:
        """Show the whole of a heading that is cut."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            row = self.logicalIndexAt(event.pos())
            text, metrics = self._rows.row_heading(row) if row >= 0 else "", QFontMetricsF(self.font())
            names = self._rows.row_names(row) if row >= 0 else []
            is_cut = any(
                metrics.horizontalAdvance(name) > width - 2 * _PADDING
                for name, width in zip(names, self._widths, strict=False)
            )  # fmt: skip
            QToolTip.showText(event.globalPos(), plain_tooltip(text) if is_cut else "", self)
            return True
        return super().viewportEvent(event)

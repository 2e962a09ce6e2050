"""What the lists of the versions screen share: scrolling, and painting the parts of a row."""

from collections.abc import Iterable
from typing import NamedTuple

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from benchboard.ui.theme import theme

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
_LINE = 17


class RowList(QListView):
    """A list in a pane; its delegate paints the rows."""

    def __init__(self, model: QAbstractListModel, *, name: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setModel(model)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ring the list itself while it has the focus and no current row, which would have the ring."""
        super().paintEvent(event)
        if self.hasFocus() and not self.currentIndex().isValid():
            with QPainter(self.viewport()) as painter:
                paint_ring(painter, self.viewport().rect().adjusted(0, 0, 1, 1))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_J, Qt.Key.Key_K):
            event.ignore()  # handled by the screen; the list would search for a row that begins with the letter
        else:
            super().keyPressEvent(event)


class RowLine(NamedTuple):
    """A line of text in a row; `reserved` pixels at its right are left free."""

    text: str
    font: str
    ink: str
    reserved: int = 0


def paint_edge(painter: QPainter, box: QRect, ink: str) -> None:
    """Paint the coloured edge that marks a row."""
    painter.fillRect(QRect(box.left(), box.top(), 2, box.height()), theme().color(ink))


def paint_lines(painter: QPainter, room: QRect, lines: Iterable[RowLine]) -> None:
    """Paint lines of text below each other, each elided to the available width."""
    for place, line in enumerate(lines):
        painter.setFont(theme().font(line.font))
        painter.setPen(theme().color(line.ink))
        box = QRect(room.left(), room.top() + place * _LINE, room.width() - line.reserved, _LINE + 1)
        shown = QFontMetrics(painter.font()).elidedText(line.text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, shown)


def paint_ring(painter: QPainter, box: QRect) -> None:
    """Paint the focus ring around the current row."""
    painter.setPen(QPen(theme().color("focus"), 2))
    painter.drawRect(box.adjusted(1, 1, -2, -2))

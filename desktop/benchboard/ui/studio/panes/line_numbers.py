"""The line numbers at the left of a text editor, with a mark at a line that has an error."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QTextBlock, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from benchboard.ui.icons import draw
from benchboard.ui.theme import theme
from benchboard.ui.widgets.labels import plain_tooltip

_LEFT: Final = 8
_RIGHT: Final = 12
_TOP: Final = 6
_LEAST_DIGITS: Final = 2


class LineNumbers(QWidget):
    """Paints the numbers of the lines that `editor` shows, and makes room for itself beside them. Pressing a number
    selects its line."""

    def __init__(self, editor: QPlainTextEdit) -> None:
        super().__init__(editor)
        self.setObjectName("line_numbers")
        self._editor = editor
        self._error: QTextBlock | None = None
        self._lines: tuple[int, ...] | None = None
        editor.blockCountChanged.connect(self._make_room)
        editor.updateRequest.connect(self._follow)
        editor.cursorPositionChanged.connect(self.update)
        theme().changed.connect(self.update)
        editor.installEventFilter(self)
        self._make_room()

    def mark_error(self, block: QTextBlock | None, sentence: str = "") -> None:
        """Mark the line with an error, which the tooltip says; None: there is none."""
        self._error = block if block is not None and block.isValid() else None
        self.setToolTip(plain_tooltip(sentence) if self._error is not None else "")
        self.update()

    def mark_lines(self, lines: tuple[int, ...] | None) -> None:
        """Draw a bar from the first of two lines to the second, counted from 0; None: there is none."""
        if lines != self._lines:
            self._lines = lines
            self.update()

    @property
    def marked_lines(self) -> tuple[int, ...] | None:
        """The first and the last line beside the bar."""
        return self._lines

    @property
    def error_line(self) -> int | None:
        """The line that is marked, counted from 0."""
        return self._error.blockNumber() if self._error is not None and self._error.isValid() else None

    def sizeHint(self) -> QSize:
        digits = max(_LEAST_DIGITS, len(str(self._editor.blockCount())))
        icon = theme().px("icon.inline")
        return QSize(_LEFT + icon + 4 + self._editor.fontMetrics().horizontalAdvance("9") * digits + _RIGHT, 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._editor and event.type() in (QEvent.Type.Resize, QEvent.Type.FontChange, QEvent.Type.Show):
            self._make_room()
        return False

    def _make_room(self) -> None:
        width = self.sizeHint().width()
        self._editor.setViewportMargins(width, _TOP, 0, 0)
        inside = self._editor.viewport().geometry()
        self.setGeometry(QRect(inside.left() - width, inside.top(), width, inside.height()))

    def _follow(self, box: QRect, dy: int) -> None:
        if dy:
            self.update()
        else:
            self.update(0, box.y(), self.width(), box.height())

    def _shown_lines(self) -> list[tuple[QTextBlock, QRectF]]:
        editor, found = self._editor, []
        block = editor.firstVisibleBlock()
        place = editor.blockBoundingGeometry(block).translated(editor.contentOffset())
        while block.isValid() and place.top() <= self.height():
            found.append((block, place))
            block = block.next()
            place = editor.blockBoundingGeometry(block).translated(editor.contentOffset())
        return found

    def mousePressEvent(self, event: QMouseEvent) -> None:
        y = event.position().y()
        block = next((one for one, place in self._shown_lines() if place.top() <= y < place.bottom()), None)
        if block is not None and event.button() == Qt.MouseButton.LeftButton:
            cursor = QTextCursor(block)
            cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
            self._editor.setTextCursor(cursor)
            self._editor.setFocus(Qt.FocusReason.MouseFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        current, error = self._editor.textCursor().blockNumber(), self.error_line
        icon = theme().px("icon.inline")
        with QPainter(self) as painter:
            painter.setFont(self._editor.font())
            pitch = self._editor.fontMetrics().lineSpacing()
            for block, place in self._shown_lines():
                line, wrong = block.blockNumber(), block.blockNumber() == error
                if wrong:
                    top = place.top() + (pitch - icon) / 2
                    draw(painter, "ph.x-circle-fill", QRectF(_LEFT, top, icon, icon), theme().color("error"))
                if self._lines is not None and self._lines[0] <= line <= self._lines[1]:
                    bar = QRectF(self.width() - _RIGHT / 2 - 1, place.top(), 2, place.height())
                    painter.fillRect(bar, theme().color("accent"))
                painter.setPen(theme().color("error" if wrong else "text" if line == current else "text.muted"))
                room = QRectF(0, place.top(), self.width() - _RIGHT, pitch)
                painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(line + 1))

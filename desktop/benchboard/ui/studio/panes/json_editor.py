"""A JSON text editor with line numbers, syntax highlighting, an error line and highlighted ranges."""

import re
from contextlib import suppress
from typing import Final

from PySide6.QtCore import QMimeData, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTextEdit, QWidget

from benchboard.dashboards.document.json_positions import LineSpan
from benchboard.dashboards.document.truncation import Truncator, has_placeholders
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.ui.studio.document.undo_line_edit import undo_direction
from benchboard.ui.theme import theme

_TOKEN: Final = re.compile(r'("(?:[^"\\]|\\.)*"?)(\s*:)?|(-?\d[\d.eE+-]*)|\b(true|false|null)\b')


class JsonEditor(QPlainTextEdit):
    """A text editor with its own undo history while its text is a draft (`draft`); otherwise Ctrl+Z undoes the page's
    step.
    """

    line_changed = Signal(int)
    """The cursor moved to another line."""

    def __init__(self, name: str, pictures: Truncator | None = None) -> None:
        super().__init__()
        self._truncator = pictures or Truncator()
        self.setObjectName(name)
        self.setAccessibleName(_("Dashboard JSON"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("QPlainTextEdit, QPlainTextEdit:focus { border: 0; border-radius: 0; padding: 0; }")
        self.setFont(theme().font("mono"))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)  # or the keyboard couldn't leave the editor
        self.setTabStopDistance(2 * self.fontMetrics().horizontalAdvance(" "))
        self.draft = False
        self.error_line: int | None = None
        """The line with the error, counted from 0."""
        self.highlighted: tuple[LineSpan, ...] = ()
        self._gutter = _Gutter(self)
        self._highlighter = _JsonHighlighter(self.document())
        self._line = 0
        self.blockCountChanged.connect(self._update_margins)
        self.updateRequest.connect(self._scrolled)
        self.cursorPositionChanged.connect(self._cursor_moved)
        theme().changed.connect(self._theme_changed)
        self._update_margins()

    def show_text(self, text: str) -> None:
        """Replace the text without an undo step; the cursor and scroll position are kept as far as possible.

        Only lines that differ are replaced: setting all 12,000 of a large page would block the window for a quarter of
        a second.
        """
        before = self.toPlainText()
        if text == before:
            return
        cursor, bar = self.textCursor(), self.verticalScrollBar()
        line, column = cursor.blockNumber(), cursor.positionInBlock()
        at = bar.value()
        self.blockSignals(True)
        self._highlighter.paused = True
        self.document().setUndoRedoEnabled(False)
        line = self._replace(before.split("\n"), text.split("\n"), line)
        self.document().setUndoRedoEnabled(True)
        self._highlighter.paused = False
        block = self.document().findBlockByNumber(min(line, self.blockCount() - 1))
        cursor = QTextCursor(block)
        cursor.setPosition(block.position() + min(column, block.length() - 1))
        self.setTextCursor(cursor)
        self.blockSignals(False)
        bar.setValue(at)
        self._update_margins()
        self._highlight_visible()

    def _replace(self, old: list[str], new: list[str], line: int) -> int:
        """Replace the lines `old`, which are shown, by `new`; returns the new number of `line`."""
        least = min(len(old), len(new))
        same = next((k for k in range(least) if old[k] != new[k]), least)
        after = next((k for k in range(least - same) if old[-1 - k] != new[-1 - k]), least - same)
        if same <= line < len(old) - after:
            alike = (at for at in range(same, len(new) - after) if new[at] == old[line])
            line = min(alike, key=lambda at: abs(at - line), default=line)
        elif line >= same:
            line += len(new) - len(old)
        if not same or not after:
            self.setPlainText("\n".join(new))
            return line
        # From the end of the line before to the end of the last line that differs: whole lines are replaced.
        cursor = QTextCursor(self.document())
        cursor.setPosition(_line_end(self.document(), same - 1))
        cursor.setPosition(_line_end(self.document(), len(old) - after - 1), QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText("".join(f"\n{each}" for each in new[same : len(new) - after]))
        return line

    def show_highlights(self) -> None:
        """Show the error line and the highlighted lines."""
        marks = []
        for span in self.highlighted:
            for line in range(span.first, min(span.last, span.first + 500) + 1):
                marks.append(self._line_selection(line, theme().color("selection")))
        if self.error_line is not None:
            marks.append(self._line_selection(self.error_line, theme().color("error.soft")))
        self.setExtraSelections(marks)
        self._gutter.update()

    def go_to(self, line: int) -> None:
        """Scroll a line to the middle of the view."""
        block = self.document().findBlockByNumber(line)
        if block.isValid():
            self.setTextCursor(QTextCursor(block))
            self.centerCursor()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if undo_direction(event) and not self.draft:
            event.ignore()  # the page handles it
        else:
            super().keyPressEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste with long images replaced by placeholders: in a line of that length, each key takes half a second."""
        short = QMimeData()
        short.setText(self._truncator.truncate_text(source.text()))
        super().insertFromMimeData(short)

    def createMimeDataFromSelection(self) -> QMimeData:
        """Copy with placeholders replaced by the images."""
        data = super().createMimeDataFromSelection()
        text = data.text()
        if has_placeholders(text):
            with suppress(Invalid):
                data.setText(self._truncator.restore_json_text(text))
                data.removeFormat("text/html")
        return data

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_gutter()

    @property
    def gutter(self) -> int:
        """Width of the line numbers, in pixels."""
        digits = max(3, len(str(self.blockCount())))
        return 20 + self.fontMetrics().horizontalAdvance("9") * digits

    def lines_in(self, box: QRect) -> list[tuple[int, QRectF]]:
        """The visible lines with their positions."""
        block, found = self.firstVisibleBlock(), []
        top = self.blockBoundingGeometry(block).translated(self.contentOffset())
        while block.isValid() and top.top() <= box.bottom():
            found.append((block.blockNumber(), top))
            block = block.next()
            top = self.blockBoundingGeometry(block).translated(self.contentOffset())
        return found

    def _line_selection(self, line: int, colour: QColor) -> QTextEdit.ExtraSelection:
        mark = QTextEdit.ExtraSelection()
        form = QTextCharFormat()
        form.setBackground(colour)
        form.setProperty(QTextFormat.Property.FullWidthSelection.value, True)
        mark.cursor, mark.format = QTextCursor(self.document().findBlockByNumber(line)), form
        return mark

    def _cursor_moved(self) -> None:
        line = self.textCursor().blockNumber()
        if line != self._line:
            self._line = line
            self.line_changed.emit(line)
        self._gutter.update()

    def _update_margins(self) -> None:
        self.setViewportMargins(self.gutter, 0, 0, 0)
        self._place_gutter()

    def _place_gutter(self) -> None:
        text = self.viewport().geometry()  # without the scroll bars
        self._gutter.setGeometry(QRect(self.contentsRect().left(), text.top(), self.gutter, text.height()))

    def _highlight_visible(self) -> None:
        """Highlight the visible lines that aren't yet.

        Qt reports that as a change of the text, so signals are blocked.
        """
        self.blockSignals(True)
        block, room = self.firstVisibleBlock(), self.viewport().height()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= room:
            if not block.layout().formats() and _TOKEN.search(block.text()):
                self._highlighter.rehighlightBlock(block)
            top += self.blockBoundingRect(block).height()
            block = block.next()
        self.blockSignals(False)

    def _scrolled(self, box: QRect, dy: int) -> None:
        self._highlight_visible()
        if dy:
            self._gutter.scroll(0, dy)
        else:
            self._gutter.update(0, box.y(), self._gutter.width(), box.height())

    def _theme_changed(self) -> None:
        self._highlighter.paused = True
        self._highlighter.rehighlight()
        self._highlighter.paused = False
        self._highlight_visible()
        self.show_highlights()


class _Gutter(QWidget):
    """The line numbers."""

    def __init__(self, text: JsonEditor) -> None:
        super().__init__(text)
        self.setObjectName("json_line_numbers")
        self._text = text

    def sizeHint(self) -> QSize:
        return QSize(self._text.gutter, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(event.rect(), theme().color("surface.alt"))
            painter.setFont(self._text.font())
            current = self._text.textCursor().blockNumber()
            for line, place in self._text.lines_in(event.rect()):
                wrong = line == self._text.error_line
                tone = "error" if wrong else "text" if line == current else "text.muted"
                room = QRectF(0, place.top(), self.width() - 8, place.height())
                if wrong:
                    painter.fillRect(QRectF(0, place.top(), 3, place.height()), theme().color("error"))
                painter.setPen(theme().color(tone))
                painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(line + 1))


class _JsonHighlighter(QSyntaxHighlighter):
    """Highlights names, strings, numbers, and `true`, `false` and `null`."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.paused = False
        """Don't highlight lines now: they are highlighted when they become visible."""

    def highlightBlock(self, text: str) -> None:
        if self.paused:
            return
        for match in _TOKEN.finditer(text) if len(text) <= 20_000 else ():
            words, is_name = match.group(1), match.group(2)
            tone = "accent.text" if is_name else "ok" if words else "guide" if match.group(4) else "warn"
            form = QTextCharFormat()
            form.setForeground(theme().color(tone))
            start, end = (match.start(), match.start() + len(words)) if words else match.span()
            if not text.isascii():  # Qt counts in UTF-16 units
                start, end = (len(text[:place].encode("utf-16-le")) // 2 for place in (start, end))
            self.setFormat(start, end - start, form)


def _line_end(document: QTextDocument, line: int) -> int:
    """The position after the last character of a line."""
    block = document.findBlockByNumber(line)
    return block.position() + block.length() - 1

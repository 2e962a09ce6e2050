"""What is wrong with a query, as a line of its own below the line of SQL that it is about."""

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QTextBlock, QTextCursor, QTextDocument
from PySide6.QtWidgets import QHBoxLayout, QPlainTextDocumentLayout, QPlainTextEdit, QWidget

from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Elided, Icon, KeyCap

_HEIGHT = 26
_BELOW = 4
"""Pixels between it and the next line of SQL."""
GAP = _HEIGHT + _BELOW
_LEAST = 240
"""Pixels that it has at least, also where what is wrong begins far at the right."""
_EDGE = 2


class SpacedLayout(QPlainTextDocumentLayout):
    """A layout with room below one line of text."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._line = -1

    def set_line(self, line: int) -> bool:
        """Have the room below a line, counted from 0; -1: below none. Returns whether that changed."""
        changed, self._line = line != self._line, line
        return changed

    def gap_below(self, block: QTextBlock) -> int:
        """The pixels of room below a line."""
        return GAP if block.blockNumber() == self._line else 0

    def blockBoundingRect(self, block: QTextBlock) -> QRectF:
        return super().blockBoundingRect(block).adjusted(0, 0, 0, self.gap_below(block))


def spaced_document(parent: QObject) -> QTextDocument:
    """A document with room for such a line."""
    document = QTextDocument(parent)
    document.setDocumentLayout(SpacedLayout(document))
    return document


class ErrorLine(QWidget):
    """Stands in the text of `editor`, whose document is a `spaced_document`: the sentence, and the `fix` with its key,
    where there is one."""

    def __init__(self, editor: QPlainTextEdit, fix: Button, key: KeyCap) -> None:
        super().__init__(editor.viewport())
        self.setObjectName("sql_error_line")
        self._editor, self._fix, self._key = editor, fix, key
        self._cursor: QTextCursor | None = None
        """What is wrong."""
        self._sentence = Elided("", "caption", fits_text=True)
        self._sentence.setObjectName("sql_error_sentence")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(8)
        row.addWidget(Icon("ph.warning-circle", "error", theme().px("icon.inline")))
        row.addWidget(self._sentence)
        row.addWidget(fix)
        row.addWidget(key)
        self.setFixedHeight(_HEIGHT)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        editor.updateRequest.connect(lambda _box, _dy: self._place())
        editor.viewport().installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """What it says; empty while nothing is wrong at a place."""
        return self._sentence.text() if self._cursor is not None else ""

    def show_error(self, cursor: QTextCursor | None, sentence: str, fix: str) -> None:
        """Say what is wrong at the selection of `cursor`, and what the button does; without one, nothing is."""
        self._cursor = QTextCursor(cursor) if cursor is not None else None
        self._sentence.setText(sentence)
        self._fix.set_title(fix)
        for widget in (self._fix, self._key):
            widget.setVisible(bool(fix))
        self._lay_out()

    def _lay_out(self) -> None:
        layout = self._editor.document().documentLayout()
        line = self._block.blockNumber() if self._cursor is not None else -1
        if isinstance(layout, SpacedLayout) and layout.set_line(line):
            layout.requestUpdate()
            layout.documentSizeChanged.emit(layout.documentSize())
            self._editor.viewport().update()
        self._place()

    @property
    def _block(self) -> QTextBlock:
        assert self._cursor is not None
        return self._editor.document().findBlock(self._cursor.selectionStart())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        cursor = self._cursor
        if cursor is None:
            self.hide()
            return
        layout, block = self._editor.document().documentLayout(), self._block
        if isinstance(layout, SpacedLayout) and not layout.gap_below(block):
            self._lay_out()  # lines were written above it
            return
        start = QTextCursor(block)
        start.setPosition(cursor.selectionStart())
        left, width = self._editor.cursorRect(start).left(), self._editor.viewport().width()
        ended = QTextCursor(block)
        ended.movePosition(QTextCursor.MoveOperation.EndOfBlock)
        top = self._editor.cursorRect(ended).bottom() + 1
        wanted = self.sizeHint().width()
        left = max(0, min(left, width - max(_LEAST, wanted)))
        self.setGeometry(left, top, min(wanted, width - left), _HEIGHT)
        self.setVisible(-_HEIGHT < top < self._editor.viewport().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme().color("error.soft"))
            painter.fillRect(0, 0, _EDGE, self.height(), theme().color("error"))

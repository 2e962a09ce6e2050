"""The editor of a query that is written by hand: line numbers, the current line, brackets that belong together."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QTextCursor, QTextDocument

from benchboard.analytics.queries import Variables
from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.query_fix import QueryFix, query_fix
from benchboard.analytics.sql_text import (
    INDENT,
    comments_toggled,
    indented,
    lacks_tables,
    matching_brackets,
    outdented,
    statement_at,
)
from benchboard.errors import AppError
from benchboard.i18n import _
from benchboard.ui.commands import REGISTRY
from benchboard.ui.studio.panes.error_line import ErrorLine, SpacedLayout, spaced_document
from benchboard.ui.studio.panes.line_numbers import LineNumbers
from benchboard.ui.studio.panes.query_editor import QueryEdit
from benchboard.ui.studio.panes.text_offsets import python_offset, utf16_offset
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, KeyCap

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_PAIRS: Final = {"(": ")", "[": "]", "'": "'", '"': '"'}
_CLOSING: Final = frozenset(_PAIRS.values())


class SqlEdit(QueryEdit):
    """A query field as large as a pane. Tab indents the selected lines; without a selection it leaves the field, as
    everywhere. All that it changes can be undone by its own undo."""

    fix_changed = Signal()
    """What would correct the query changed."""

    def __init__(
        self,
        context: "Context",
        name: str,
        variables: Callable[[], Variables],
        source_id: Callable[[], str],
        dialect: Callable[[], Dialect],
    ) -> None:
        super().__init__(context, name, variables, source_id)
        self._dialect = dialect
        self._fix: tuple[str, QueryFix] | None = None
        """The text that a correction is of, and the correction."""
        self._brackets: tuple[int, ...] = ()
        self._statement: tuple[int, int] | None = None
        """Where the query at the cursor begins and ends, if there are several."""
        self.setUndoRedoEnabled(True)
        self.setProperty("docked", "code")
        self.setFont(theme().font("code"))
        self.setTabStopDistance(len(INDENT) * self.fontMetrics().horizontalAdvance(" "))
        self.document().setDocumentMargin(0)
        self.numbers = LineNumbers(self)
        self.fix_button = Button("", self.apply_fix, kind="link", size="sm", name="explore_sql_fix")
        self.error_line = ErrorLine(self, self.fix_button, KeyCap(REGISTRY["studio.sql_fix"].key))
        for changed in (self.cursorPositionChanged, self.selectionChanged, self.textChanged):
            changed.connect(self._find_brackets)
        self.textChanged.connect(self._drop_line)

    def make_document(self) -> QTextDocument:
        return spaced_document(self)

    # Errors

    @property
    def fix(self) -> QueryFix | None:
        """What corrects the query as it is now."""
        return self._fix[1] if self._fix is not None and self._fix[0] == self.toPlainText() else None

    def show_error(self, error: AppError | None) -> None:
        super().show_error(error)
        marked = self.extraSelections()
        block = marked[0].cursor if marked else None
        first = self.document().findBlock(block.selectionStart()) if block is not None else None
        self.numbers.mark_error(first, error.what if error is not None else "")
        text = self.toPlainText()
        fix = query_fix(error, text, self._dialect())
        self._fix = (text, fix) if fix is not None else None
        self._show_line(block, error, fix)
        self.fix_changed.emit()

    def _show_line(self, place: QTextCursor | None, error: AppError | None, fix: QueryFix | None) -> None:
        """Say below its line what is wrong."""
        if error is None or place is None:
            self.error_line.show_error(None, "", "")
            return
        advice = _("Closest: {name}.").format(name=fix.meant) if fix is not None else error.do
        sentence = " ".join(part for part in (error.what, error.why, advice) if part)
        self.error_line.show_error(place, sentence, _("Change to {name}").format(name=fix.meant) if fix else "")

    def _drop_line(self) -> None:
        """Nothing is said of another text, which is about to be checked."""
        if self.fix is None and self._fix is not None:
            self._fix = None
            self.error_line.show_error(None, "", "")

    def is_begun(self) -> bool:
        return lacks_tables(self.toPlainText())

    def advice(self, error: AppError) -> str:
        fix = self.fix
        if fix is None:
            return super().advice(error)
        return _("Change to {name}: {keys}").format(name=fix.meant, keys=REGISTRY["studio.sql_fix"].key)

    def apply_fix(self) -> None:
        """Correct the query, if it is plain how."""
        fix = self.fix
        if fix is None:
            return
        text = self.toPlainText()
        cursor = self.textCursor()
        cursor.setPosition(utf16_offset(text, fix.start))
        cursor.setPosition(utf16_offset(text, fix.end), QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(fix.text)
        self.setTextCursor(cursor)
        self.commit()
        self.check()
        self.setFocus(Qt.FocusReason.OtherFocusReason)  # the button goes with the correction

    def go_to_error(self) -> None:
        """Put the cursor where the error begins."""
        if marked := self.extraSelections():
            cursor = self.textCursor()
            cursor.setPosition(marked[0].cursor.selectionStart())
            self.setTextCursor(cursor)
            self.ensureCursorVisible()

    # Edits

    def replace_text(self, text: str) -> None:
        """Replace the whole text, as one step that can be undone; the cursor stays in its line as far as possible."""
        if text == self.toPlainText():
            return
        line, column = self.textCursor().blockNumber(), self.textCursor().positionInBlock()
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        block = self.document().findBlockByNumber(min(line, self.blockCount() - 1))
        cursor.setPosition(block.position() + min(column, block.length() - 1))
        self.setTextCursor(cursor)

    def toggle_comment(self) -> None:
        """Comment the selected lines, or the current one, out or in."""
        self._edit_lines(comments_toggled)

    def _edit_lines(self, edit: Callable[[Sequence[str]], list[str]]) -> None:
        """Edit the lines of the selection as one step that can be undone; they are selected then if several were."""
        cursor, document = self.textCursor(), self.document()
        first = document.findBlock(cursor.selectionStart())
        last = document.findBlock(cursor.selectionEnd())
        if last.blockNumber() > first.blockNumber() and cursor.selectionEnd() == last.position():
            last = last.previous()  # the selection ends before its first letter
        lines = [document.findBlockByNumber(k).text() for k in range(first.blockNumber(), last.blockNumber() + 1)]
        edited = edit(lines)
        if edited == lines:
            return
        had_selection, at_end = cursor.hasSelection(), last.length() - 1 - cursor.positionInBlock()
        start = first.position()
        whole = QTextCursor(document)
        whole.setPosition(start)
        whole.setPosition(last.position() + last.length() - 1, QTextCursor.MoveMode.KeepAnchor)
        whole.insertText("\n".join(edited))
        end = whole.position()
        cursor = self.textCursor()
        cursor.setPosition(start if had_selection else max(start, end - at_end))
        if had_selection:
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)

    def focusNextPrevChild(self, forward: bool) -> bool:
        # Qt asks before it sends the key: with a selection, Tab is one of the editor's.
        return False if self.textCursor().hasSelection() else super().focusNextPrevChild(forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab) and self.textCursor().hasSelection():
            self._edit_lines(indented if key == Qt.Key.Key_Tab else outdented)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._break_line()
        elif not self._pair(event.text()) and not (key == Qt.Key.Key_Backspace and self._remove_pair(event)):
            super().keyPressEvent(event)

    def _pair(self, letter: str) -> bool:
        """Close a bracket or quotation mark that is typed, put a selection between two, and pass a closing one that
        stands there already. False if the letter is to be typed as any other.
        """
        cursor = self.textCursor()
        after = self._letter(cursor.position())
        if letter and letter in _CLOSING and after == letter and not cursor.hasSelection():
            self.moveCursor(QTextCursor.MoveOperation.NextCharacter)
            return True
        closing = _PAIRS.get(letter)
        if closing is None:
            return False
        start, end = cursor.selectionStart(), cursor.selectionEnd()
        before = self._letter(cursor.position() - 1)
        in_word = _is_word(after) or (letter == closing and (_is_word(before) or before == letter))
        if not cursor.hasSelection() and in_word:
            return False  # such as the one that ends a text
        inside = cursor.selectedText()
        cursor.insertText(letter + inside + closing)
        cursor.setPosition(start + 1)
        cursor.setPosition(end + 1, QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        return True

    def _remove_pair(self, event: QKeyEvent) -> bool:
        """Remove a bracket or quotation mark with the closing one directly after it; False if there is none."""
        cursor = self.textCursor()
        before, after = self._letter(cursor.position() - 1), self._letter(cursor.position())
        if event.modifiers() or cursor.hasSelection() or not before or _PAIRS.get(before) != after:
            return False
        cursor.movePosition(QTextCursor.MoveOperation.PreviousCharacter)
        cursor.movePosition(QTextCursor.MoveOperation.NextCharacter, QTextCursor.MoveMode.KeepAnchor, 2)
        cursor.removeSelectedText()
        return True

    def _letter(self, place: int) -> str:
        """The letter after a place of the cursor; empty before the first one, and at the end of a line."""
        letter = self.document().characterAt(place) if place >= 0 else ""
        return letter if letter.isprintable() else ""

    def duplicate_lines(self) -> None:
        """Put a copy of the selected lines, or of the current one, below them, as one step that can be undone."""
        cursor, document = self.textCursor(), self.document()
        first = document.findBlock(cursor.selectionStart())
        last = document.findBlock(cursor.selectionEnd())
        lines = [document.findBlockByNumber(k).text() for k in range(first.blockNumber(), last.blockNumber() + 1)]
        below = QTextCursor(last)
        below.movePosition(QTextCursor.MoveOperation.EndOfBlock)
        length = sum(document.findBlockByNumber(first.blockNumber() + k).length() for k in range(len(lines)))
        anchor, position = cursor.anchor(), cursor.position()
        below.insertText("".join(f"\n{line}" for line in lines))
        cursor = self.textCursor()
        cursor.setPosition(anchor + length)
        cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)

    def _break_line(self) -> None:
        """A new line, indented as the one before it."""
        cursor = self.textCursor()
        line = cursor.block().text()[: cursor.positionInBlock()]
        cursor.insertText("\n" + line[: len(line) - len(line.lstrip())])
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def insert_words(self, text: str) -> None:
        """Insert a name in the place of the selection, or at the cursor, apart from the word before it."""
        cursor = self.textCursor()
        before = self._letter(cursor.selectionStart() - 1)
        cursor.insertText(f" {text}" if _is_word(before) or before in ('"', "`", ")", ",") else text)
        self.setTextCursor(cursor)

    # What runs

    def part_to_run(self) -> tuple[int, int] | None:
        """The part of the text that is run: the selection, or of several queries the one at the cursor; where it begins
        and ends, in characters. None: the whole."""
        text, cursor = self.toPlainText(), self.textCursor()
        start, end = (python_offset(text, at) for at in (cursor.selectionStart(), cursor.selectionEnd()))
        selected = text[start:end]
        if not selected.strip():
            return self._statement
        start += len(selected) - len(selected.lstrip())
        end = start + len(selected.strip())
        return (start, end) if (start, end) != (0, len(text)) else None

    # Marks

    @property
    def brackets(self) -> tuple[int, ...]:
        """The places of the brackets that are marked, in characters."""
        return self._brackets

    def _find_brackets(self) -> None:
        text, cursor = self.toPlainText(), self.textCursor()
        at = python_offset(text, cursor.position())
        self._brackets = matching_brackets(text, at) if not cursor.hasSelection() else ()
        self._statement = statement_at(text, at)
        lines = tuple(text.count("\n", 0, place) for place in self._statement) if self._statement is not None else None
        self.numbers.mark_lines(lines)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self.viewport()) as painter:
            block = self.textCursor().block()
            line = self.blockBoundingGeometry(block).translated(self.contentOffset())
            layout = self.document().documentLayout()
            gap = layout.gap_below(block) if isinstance(layout, SpacedLayout) else 0
            band = QRectF(0, line.top(), self.viewport().width(), line.height() - gap)
            painter.fillRect(band, theme().color("row.hover"))
            for place in self._brackets:
                self._paint_bracket(painter, place)
        super().paintEvent(event)

    def _paint_bracket(self, painter: QPainter, place: int) -> None:
        cursor = QTextCursor(self.document())
        cursor.setPosition(utf16_offset(self.toPlainText(), place))
        box: QRect = self.cursorRect(cursor)
        width = self.fontMetrics().horizontalAdvance("(")
        matched = len(self._brackets) > 1
        painter.setPen(theme().color("border.control" if matched else "error"))
        painter.setBrush(theme().color("selection" if matched else "error.soft"))
        painter.drawRoundedRect(QRectF(box.left(), box.top() + 0.5, width, box.height() - 1), 2, 2)


def _is_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"

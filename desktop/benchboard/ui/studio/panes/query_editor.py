"""Where a query is written: checked while one types, its errors marked at their place and said in words below."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from benchboard.analytics import queries
from benchboard.analytics.queries import ResultColumn, Variables
from benchboard.dashboards.document.widget_kinds import MAX_QUERY
from benchboard.dashboards.variables.variable_queries import names_in
from benchboard.errors import AppError, Unavailable
from benchboard.i18n import _
from benchboard.ui.studio.document.undo_line_edit import undo_direction
from benchboard.ui.theme import theme
from benchboard.ui.widgets.surfaces import disable_viewport_fill

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_PAUSE_MS: Final = 300
_KEEP_MS: Final = 150
"""After a key, so much later what is written is on its way to the journal."""
_KEYWORDS: Final = frozenset(
    ["select", "from", "where", "group", "by", "order", "having", "limit", "offset", "as", "and", "or", "not", "in",
     "is", "null", "case", "when", "then", "else", "end", "join", "left", "on", "union", "all", "with", "distinct",
     "between", "like", "ilike", "exists", "filter", "interval", "desc", "asc", "true", "false", "over"]
)  # fmt: skip


class Prose(QPlainTextEdit):
    """Several lines of text whose steps back are the page's, unless they are made its own. `committed` carries what was
    written."""

    committed = Signal(str)
    drafted = Signal(object)
    """What is written and not handed on yet; None: nothing is any more."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        disable_viewport_fill(self)
        self._pause = QTimer(self, interval=_PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(self._paused)
        self._keep = QTimer(self, interval=_KEEP_MS, singleShot=True)
        self._keep.timeout.connect(self._kept)
        self._known = self._before = ""
        self._refused: str | None = None
        """What was handed on and came back."""
        self._drafting = False
        self.textChanged.connect(self._typed)

    def show_text(self, text: str) -> None:
        """Show what the page says, unless it is what stands here already."""
        self._pause.stop()
        self._known, self._refused = text, None
        self._settle()
        if self.toPlainText() != text:
            self.blockSignals(True)
            self.setPlainText(text)
            self.blockSignals(False)

    def follow(self, text: str) -> None:
        """Show what the page says now, where that is something else than before: what is being written stays."""
        if text != self._known:
            self.show_text(text)

    def commit(self) -> None:
        """Hand on what was written; what came back is not handed on again as it is."""
        self._pause.stop()
        text = self.toPlainText()
        if text not in (self._known, self._refused):
            self._before, self._known = self._known, text
            self.committed.emit(text)
        if text == self._known:
            self._settle()

    def take_back(self) -> None:
        """What was just handed on was refused: it is still being written."""
        self._known, self._refused = self._before, self._known

    def _typed(self) -> None:
        if self.toPlainText() != self._known:
            self._pause.start()
            if not self._keep.isActive():
                self._keep.start()
        else:
            self._settle()

    def _kept(self) -> None:
        self._drafting = True
        self.drafted.emit(self.toPlainText())

    def _settle(self) -> None:
        """What is written is what the page says, or about to be."""
        self._keep.stop()
        if self._drafting:
            self._drafting = False
            self.drafted.emit(None)

    def _paused(self) -> None:
        self.commit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if undo_direction(event) and not self.isUndoRedoEnabled():
            event.ignore()  # it is the page's
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.commit()


class QueryEdit(Prose):
    """A query. While one types, only what can be read is handed on; leaving it, or Ctrl+Enter, hands on anything.

    `chosen` answers the values of the variables it may name.
    """

    checked = Signal(object, object)
    """The columns of what is written, or the error in it."""

    def __init__(self, context: "Context", name: str, chosen: Callable[[], Variables]) -> None:
        super().__init__(name)
        self._context, self._chosen = context, chosen
        self.setFont(theme().font("mono"))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self._colours = _Colours(self.document())
        theme().changed.connect(self._colours.rehighlight)
        self._unheard = False
        self._asked: Variables = {}
        """With which values of the variables it names it was checked last."""
        context.changed.watch(self, (), self._again)

    def mark(self, error: AppError | None) -> None:
        """Underline the place an error names."""
        self.setExtraSelections([])
        start, end = (error.facts.get("start"), error.facts.get("end")) if error else (None, None)
        if not isinstance(start, int) or not isinstance(end, int):
            return
        text = self.toPlainText()
        wrong = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.document())
        cursor.setPosition(_units(text, min(start, len(text))))
        cursor.setPosition(_units(text, min(max(end, start + 1), len(text))), QTextCursor.MoveMode.KeepAnchor)
        form = QTextCharFormat()
        form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        form.setUnderlineColor(theme().color("error"))
        form.setBackground(theme().color("error.soft"))
        wrong.cursor, wrong.format = cursor, form
        self.setExtraSelections([wrong])

    def check(self) -> None:
        """Read what is written, in the background; `checked` answers."""
        text, chosen = self.toPlainText(), self._chosen()
        asked = self._asked = _named(text, chosen)

        def right(columns: tuple[ResultColumn, ...]) -> None:
            if text == self.toPlainText() and asked is self._asked:
                self._unheard = False
                self.mark(None)
                self.checked.emit(columns, None)
                self.commit()

        def wrong(error: AppError) -> None:
            if text == self.toPlainText() and asked is self._asked:
                self._unheard = isinstance(error, Unavailable)
                self.mark(error)
                self.checked.emit(None, error)

        self._context.tasks.read(self, lambda _session: queries.check_query(text, chosen), right, wrong)

    def follow_chosen(self) -> None:
        """Check it again where the variables it names are, or have chosen, something else."""
        if _named(self.toPlainText(), self._chosen()) != self._asked:
            self.check()

    def _again(self) -> None:
        if self._unheard:
            self.check()

    def _paused(self) -> None:
        self.check()

    def show_text(self, text: str) -> None:
        changed = self.toPlainText() != text
        super().show_text(text)
        if changed:
            self.check()

    def insertFromMimeData(self, source: QMimeData) -> None:
        # So much that it is refused as too long, and no more: Qt takes minutes to lay out a line of megabytes.
        self.textCursor().insertText(source.text()[: MAX_QUERY + 1])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.commit()
            self.check()
        else:
            super().keyPressEvent(event)


class _Colours(QSyntaxHighlighter):
    """Words of the language, texts and notes, by weight and tone."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)

    def highlightBlock(self, text: str) -> None:
        place = 0 if len(text) <= MAX_QUERY else len(text)
        while place < len(text):
            sign, end = text[place], place + 1
            if sign == "'":
                end = text.find("'", place + 1) + 1 or len(text)
                self._paint(place, end, theme().color("ok"))
            elif text.startswith("--", place):
                end = len(text)
                self._paint(place, end, theme().color("text.muted"))
            elif sign.isalpha() or sign == "_":
                while end < len(text) and (text[end].isalnum() or text[end] == "_"):
                    end += 1
                if text[place:end].lower() in _KEYWORDS:
                    self._paint(place, end, theme().color("accent.text"))
            place = end

    def _paint(self, start: int, end: int, colour: QColor) -> None:
        form = QTextCharFormat()
        form.setForeground(colour)
        self.setFormat(start, end - start, form)


def _named(text: str, chosen: Variables) -> Variables:
    return {name: chosen[name] for name in names_in(text) if name in chosen}


def _units(text: str, place: int) -> int:
    """A place in a Python text as Qt counts it: in UTF-16 units."""
    return len(text[:place].encode("utf-16-le")) // 2


def hint(columns: tuple[ResultColumn, ...]) -> str:
    """What a query answers, as a line below it."""
    return _("Returns {columns}.").format(columns=", ".join(column.name for column in columns[:8]))

"""A query editor that checks the query while the user types, underlines errors and explains them below."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from benchboard.analytics import queries
from benchboard.analytics.queries import ResultColumn, Variables
from benchboard.analytics.sql_text import TokenKind, tokens
from benchboard.dashboards.document.widget_kinds import MAX_QUERY
from benchboard.dashboards.variables.variable_queries import names_in
from benchboard.errors import AppError, Unavailable
from benchboard.i18n import _, number
from benchboard.ui.studio.document.undo_line_edit import undo_direction
from benchboard.ui.studio.panes.query_completer import QueryCompleter
from benchboard.ui.studio.panes.text_offsets import utf16_offset
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.surfaces import disable_viewport_fill

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_COMMIT_DELAY_MS: Final = 300
_TELL_DELAY_MS: Final = 1500
"""What is wrong with a query is told when nothing was typed for so long."""
_DRAFT_DELAY_MS: Final = 150
"""A draft is written to the journal this long after a key press."""
_TONES: Final[dict[TokenKind, str]] = {
    "keyword": "accent.text",
    "function": "syntax.function",
    "text": "ok",
    "number": "guide",
    "variable": "warn",
    "comment": "text.muted",
}
_OPENINGS: Final = ("", "'", '"', "`", "$$")
"""How what a line begins in began, by the state of the line before; from the number of them on, comments."""


class ProseEdit(QPlainTextEdit):
    """A multi-line text field whose undo is the page's, unless it has its own. `committed` emits the text."""

    committed = Signal(str)
    drafted = Signal(object)
    """Text that is typed and not committed yet; None: there is none any more."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        if (document := self.make_document()) is not None:
            self.setDocument(document)  # before anything follows the one that there is
        self.setObjectName(name)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        disable_viewport_fill(self)
        self._commit_timer = QTimer(self, interval=_COMMIT_DELAY_MS, singleShot=True)
        self._commit_timer.timeout.connect(self._paused)
        self._draft_timer = QTimer(self, interval=_DRAFT_DELAY_MS, singleShot=True)
        self._draft_timer.timeout.connect(self._emit_draft)
        self._committed_text = self._committed_before = ""
        self._rejected_text: str | None = None
        """The text that was last rejected when it was committed."""
        self._drafting = False
        self._least_lines = self._most_lines = 0
        self.textChanged.connect(self._typed)

    def make_document(self) -> QTextDocument | None:
        """The document of its text; None for the one that Qt makes."""
        return None

    def fit_lines(self, least: int, most: int) -> None:
        """Be as high as the text, which is wrapped, from now on: between `least` and `most` lines."""
        self._least_lines, self._most_lines = least, most
        self.document().documentLayout().documentSizeChanged.connect(self._fit_height)
        self._fit_height()

    def _fit_height(self, _size: object = None) -> None:
        lines = min(max(round(self.document().size().height()), self._least_lines), self._most_lines)
        line = math.ceil(QFontMetricsF(self.font()).lineSpacing())
        around = self.height() - self.contentsRect().height() + 2 * self.document().documentMargin()
        self.setFixedHeight(math.ceil(lines * line + around) + 1)  # Qt scrolls if the text fits to the pixel

    def show_text(self, text: str) -> None:
        """Show the document's text and drop what was typed; nothing changes if they are equal."""
        self._commit_timer.stop()
        self._committed_text, self._rejected_text = text, None
        self._end_draft()
        if self.toPlainText() != text:
            self.blockSignals(True)
            self.setPlainText(text)
            self.blockSignals(False)

    def update_text(self, text: str) -> None:
        """Show the document's text if it has changed; otherwise keep what is being typed."""
        if text != self._committed_text:
            self.show_text(text)

    def commit(self) -> None:
        """Commit the text; a rejected text isn't committed again unchanged."""
        self._commit_timer.stop()
        text = self.toPlainText()
        if text not in (self._committed_text, self._rejected_text):
            self._committed_before, self._committed_text = self._committed_text, text
            self.committed.emit(text)
        if text == self._committed_text:
            self._end_draft()

    def reject_commit(self) -> None:
        """Mark the text just committed as rejected: it is still a draft."""
        self._committed_text, self._rejected_text = self._committed_before, self._committed_text

    def _typed(self) -> None:
        if self.toPlainText() != self._committed_text:
            self._commit_timer.start()
            if not self._draft_timer.isActive():
                self._draft_timer.start()
        else:
            self._end_draft()

    def _emit_draft(self) -> None:
        self._drafting = True
        self.drafted.emit(self.toPlainText())

    def _end_draft(self) -> None:
        """End the draft: its text is the document's, or about to be."""
        self._draft_timer.stop()
        if self._drafting:
            self._drafting = False
            self.drafted.emit(None)

    def _paused(self) -> None:
        self.commit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if undo_direction(event) and not self.isUndoRedoEnabled():
            event.ignore()  # the page handles it
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.commit()


class QueryEdit(ProseEdit):
    """A query field. While the user types, only a valid query is committed, or that there is none; leaving the field,
    or Ctrl+Enter, commits any text.

    `variables` returns the values of the variables that the query may use, `source_id` the id of the data source that
    it is over; empty for Benchboard's own data.
    """

    checked = Signal(object, object)
    """The columns of the query, or the error in it."""
    asked = Signal()
    """Ctrl+Enter was pressed: what comes of the query is to be told, also if it is as before."""

    def __init__(
        self,
        context: "Context",
        name: str,
        variables: Callable[[], Variables],
        source_id: Callable[[], str] = lambda: "",
    ) -> None:
        super().__init__(name)
        self._context, self._variables, self._source_id = context, variables, source_id
        self.setFont(theme().font("mono"))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.horizontalScrollBar().rangeChanged.connect(self._keep_still)
        self._highlighter = SqlHighlighter(self.document())
        theme().changed.connect(self._highlighter.rehighlight)
        theme().changed.connect(self._recolour_error)
        self._unavailable = False
        self._checked_variables: Variables = {}
        """The values of the query's variables when it was last checked."""
        self.completer = QueryCompleter(context, self, variables, source_id)
        self._untold: tuple[str, str] | None = None
        """A text and what is wrong with it, which isn't told while it is typed or suggestions are open."""
        self._told = self._seen_text = ""
        """What was told last to be wrong with the text as it is; the text."""
        self._pause_timer = QTimer(self, interval=_TELL_DELAY_MS, singleShot=True)
        self._pause_timer.timeout.connect(self._tell)
        self.textChanged.connect(self._forget_error)
        self._tell_timer = QTimer(self, interval=0, singleShot=True)  # a suggestion that is inserted closes them first
        self._tell_timer.timeout.connect(self._tell)
        self.completer.closed.connect(self._tell_timer.start)
        context.changed.watch(self, (), self._retry)

    def _keep_still(self, _least: int, most: int) -> None:
        """Lines are wrapped. Qt would scroll sideways by the few pixels of a space, or of rounding, that stand out."""
        if most:
            self.horizontalScrollBar().setRange(0, 0)

    def show_error(self, error: AppError | None) -> None:
        """Underline the position of an error."""
        self.setExtraSelections([])
        start, end = (error.facts.get("start"), error.facts.get("end")) if error else (None, None)
        if not isinstance(start, int) or not isinstance(end, int):
            return
        text = self.toPlainText()
        wrong = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.document())
        cursor.setPosition(utf16_offset(text, min(start, len(text))))
        cursor.setPosition(utf16_offset(text, min(max(end, start + 1), len(text))), QTextCursor.MoveMode.KeepAnchor)
        wrong.cursor, wrong.format = cursor, _error_format()
        self.setExtraSelections([wrong])

    def _recolour_error(self) -> None:
        """Underline the position of an error in the colours of the theme."""
        marked = self.extraSelections()
        for one in marked:
            one.format = _error_format()
        self.setExtraSelections(marked)

    def is_begun(self) -> bool:
        """Whether the text is only the beginning of a query, of which nothing can be said before it goes on."""
        return False

    def said_of(self, error: AppError) -> str:
        """What a screen reader is told of an error: where it is, why it is one, what to do."""
        start, text = error.facts.get("start"), self.toPlainText()
        problem = " ".join(part for part in (error.what, error.why, self.advice(error)) if part)
        if not isinstance(start, int):
            return problem
        return _("Line {line}: {problem}").format(line=number(text.count("\n", 0, start) + 1), problem=problem)

    def advice(self, error: AppError) -> str:
        """What can be done about an error."""
        return error.do

    def _forget_error(self) -> None:
        """Tell nothing of a text that has changed before there is a pause."""
        if (text := self.toPlainText()) != self._seen_text:  # Qt signals a change of colours as one of the text
            self._seen_text = text
            self._untold, self._told = None, ""
            self._pause_timer.start()

    @property
    def is_used(self) -> bool:
        """Whether a screen reader is to be told what is found to be wrong."""
        return self.hasFocus()

    def _tell(self) -> None:
        """Tell a screen reader what waited for a pause, unless the text is another one now."""
        known = self._untold
        if known is None or self.completer.is_open or self._pause_timer.isActive():
            return
        self._untold = None
        if known[0] == self.toPlainText() and self.is_used:
            self.tell_now(known[1])

    def tell_now(self, sentence: str) -> None:
        """Tell a screen reader something of the text as it is; what it was just told, not again."""
        if sentence != self._told:
            self._told = sentence
            announce(self, sentence, again=True)

    def tell_in_pause(self, sentence: str) -> None:
        """Tell a screen reader something of the text as it is, as soon as nothing is typed."""
        self._untold = self.toPlainText(), sentence
        self._tell()

    def check(self, *, asked: bool = False) -> None:
        """Check the query in the background; `checked` emits the result. What is wrong is told again if the user
        `asked`."""
        text, variables = self.toPlainText(), self._variables()
        if asked:
            self._told = ""
        used = self._checked_variables = _used_variables(text, variables)

        def right(columns: tuple[ResultColumn, ...]) -> None:
            if text == self.toPlainText() and used is self._checked_variables:
                self._unavailable = False
                self._untold = None
                self.show_error(None)
                self.checked.emit(columns, None)
                self.commit()

        def wrong(error: AppError) -> None:
            if text == self.toPlainText() and used is self._checked_variables:
                self._unavailable = isinstance(error, Unavailable)
                if self.is_begun():
                    self.show_error(None)
                    self.checked.emit(None, None)
                    return
                self.show_error(error)
                self.checked.emit(None, error)
                if asked:
                    self.tell_now(self.said_of(error))
                else:
                    self.tell_in_pause(self.said_of(error))

        source_id, actor = self._source_id(), self._context.actor

        def columns(session: DatabaseSession) -> tuple[ResultColumn, ...]:
            return queries.check_source_query(session, actor, text, source_id, variables)

        self._context.tasks.read(self, columns, right, wrong, long=bool(source_id))

    def variables_changed(self) -> None:
        """Check the query again if the variables it uses, or their values, have changed."""
        if _used_variables(self.toPlainText(), self._variables()) != self._checked_variables:
            self.check()

    def _retry(self) -> None:
        if self._unavailable:
            self.check()

    def _paused(self) -> None:
        if not self.toPlainText().strip():
            self.commit()  # otherwise the widget would show the result of a query that is gone
        self.check()

    def show_text(self, text: str) -> None:
        changed = self.toPlainText() != text
        super().show_text(text)
        if changed:
            self.check()

    def insertFromMimeData(self, source: QMimeData) -> None:
        # One character over the limit, so that it is rejected as too long: Qt takes minutes to lay out a line of
        # megabytes.
        self.textCursor().insertText(source.text()[: MAX_QUERY + 1])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.asked.emit()
            self.commit()
            self.check(asked=True)
        else:
            super().keyPressEvent(event)


class SqlHighlighter(QSyntaxHighlighter):
    """Highlights keywords, texts, numbers, variables and comments by colour, also over several lines."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)

    def highlightBlock(self, text: str) -> None:
        if len(text) > MAX_QUERY:
            return
        before = max(self.previousBlockState(), 0)
        # A text or a comment that began above is read as if it began here.
        opening = _OPENINGS[before] if before < len(_OPENINGS) else "/*" * (before - len(_OPENINGS) + 1)
        whole, state = opening + text, 0
        for one in tokens(whole):
            tone, start = _TONES.get(one.kind), max(one.start - len(opening), 0)
            if tone is not None and one.end > len(opening):
                self._paint(text, start, one.end - len(opening), theme().color(tone))
            if one.is_open:
                state = _open_state(whole[one.start : one.end])
        self.setCurrentBlockState(state)

    def _paint(self, text: str, start: int, end: int, colour: QColor) -> None:
        form = QTextCharFormat()
        form.setForeground(colour)
        first = utf16_offset(text, start)
        self.setFormat(first, utf16_offset(text, end) - first, form)


def _open_state(text: str) -> int:
    """The state of a line that ends in this text, name or comment."""
    if text.startswith("/*"):
        return len(_OPENINGS) - 1 + max(text.count("/*") - text.count("*/"), 1)
    return next((state for state, opening in enumerate(_OPENINGS) if opening and text.startswith(opening)), 0)


def _used_variables(text: str, variables: Variables) -> Variables:
    return {name: variables[name] for name in names_in(text) if name in variables}


def _error_format() -> QTextCharFormat:
    form = QTextCharFormat()
    form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
    form.setUnderlineColor(theme().color("error"))
    form.setBackground(theme().color("error.soft"))
    return form


def columns_hint(columns: tuple[ResultColumn, ...], *, currencies: bool = True) -> str:
    """The columns that a query returns, as text for the line below it; with `currencies`, also that amounts in several
    are added up."""
    hint = _("Returns {columns}.").format(columns=", ".join(column.title for column in columns[:8]))
    if currencies and any(column.presentation.adds_currencies for column in columns):
        hint += " " + _("It adds up amounts in all currencies. Filter or group by currency to keep them apart.")
    return hint

"""The SQL that the builder made, beside it; and the editor for SQL in its place."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from benchboard.analytics.queries import ResultColumn
from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.query_format import formatted_query
from benchboard.dashboards.query_history import HistoryEntry, found_entries
from benchboard.errors import AppError
from benchboard.i18n import _, number, pgettext
from benchboard.ui.commands import REGISTRY, Handler, install_shortcuts
from benchboard.ui.studio.data.explore.exploration import Exploration
from benchboard.ui.studio.data.explore.history_keeper import HistoryKeeper, HistorySteps
from benchboard.ui.studio.panes.query_editor import SqlHighlighter, columns_hint
from benchboard.ui.studio.panes.sql_edit import SqlEdit
from benchboard.ui.studio.studio_commands import SQL
from benchboard.ui.system_clipboard import copy_text
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Elided, Icon, Paragraph, Select, Text, hairline
from benchboard.ui.widgets.labels import KeyCap
from benchboard.ui.widgets.surfaces import disable_viewport_fill, set_surface

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_HINT, _SPACE = 1, 4
"""The places of the sentence and of the empty space in the line below the editor."""


class MadeSql(QWidget):
    """The query of the question, to read and to copy."""

    edit_requested = Signal()

    def __init__(self, exploration: Exploration) -> None:
        super().__init__()
        set_surface(self, "alt")
        self.setAccessibleName(_("Generated SQL"))
        self._exploration = exploration
        self.text = QPlainTextEdit()
        self.text.setObjectName("explore_made_sql")
        self.text.setAccessibleName(_("Generated SQL"))
        self.text.setReadOnly(True)
        self.text.setFont(theme().font("mono"))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.text.setTabChangesFocus(True)
        self.text.setProperty("docked", "alt")
        disable_viewport_fill(self.text)
        self._highlighter = SqlHighlighter(self.text.document())
        theme().changed.connect(self._highlighter.rehighlight)
        head = QHBoxLayout()
        head.setContentsMargins(12, 8, 8, 0)
        head.addWidget(Text(_("Generated SQL"), "body_strong", "secondary"), 1)
        copy = Button(
            "", self._copy, kind="quiet", icon="ph.copy", size="sm", tip=_("Copy SQL"), name="explore_copy_sql"
        )
        head.addWidget(copy)
        self._edit = Button(
            _("Edit as SQL"), self.edit_requested.emit, kind="quiet", icon="ph.pencil-simple", size="sm",
            name="explore_edit_sql",
        )  # fmt: skip
        head.addWidget(self._edit)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        holder = QVBoxLayout()
        holder.setContentsMargins(0, 0, 4, 4)  # its text begins below the title
        holder.addWidget(self.text)
        column.addLayout(holder, 1)
        exploration.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        if self.text.toPlainText() != self._exploration.state.text:
            self.text.setPlainText(self._exploration.state.text)

    def _copy(self) -> None:
        copy_text(self._exploration.state.text)


class SqlEditor(QWidget):
    """The editor of the query, and below it what the query returns or what is wrong with it."""

    error_shown = Signal(object)
    """The error that is shown below the query; None: there is none."""

    history_requested = Signal()

    def __init__(self, context: "Context", exploration: Exploration, history: HistoryKeeper) -> None:
        super().__init__()
        set_surface(self, "surface")
        self.setAccessibleName(_("SQL"))
        self._context, self._history = context, history
        self._exploration = exploration
        self.error: AppError | None = None
        """What is wrong with the query: said alone, because a query with an error isn't shown by the builder either."""
        self._returned = ""
        """What the query returns, as text."""
        self.edit = SqlEdit(
            context, "explore_sql", exploration.variables, lambda: exploration.state.source_id, self._dialect
        )
        self.edit.setAccessibleName(_("SQL"))
        self.edit.committed.connect(self._commit)
        self.edit.textChanged.connect(self._follow_undo)
        self._steps = HistorySteps()
        self._sources: dict[str, str] = {}
        """The sources of the queries before and after one over another source was opened."""
        self.edit.checked.connect(self._checked)
        self.edit.fix_changed.connect(self._show_fix)
        self.edit.textChanged.connect(self._show_fix)
        self.source = Select([], name="explore_sql_source", label=_("Source"))
        self.source.currentIndexChanged.connect(self._choose_source)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.edit, 1)
        column.addWidget(hairline())
        column.addLayout(self._footer())
        self._install_shortcuts(context)
        self._show_place()
        exploration.changed.connect(self._show)
        exploration.sources_changed.connect(self._show)
        exploration.result_changed.connect(self._follow_run)
        self._show()

    def _footer(self) -> QHBoxLayout:
        self._mark = Icon("ph.x-circle-fill", "error", theme().px("icon.inline"))
        self._hint = Paragraph("", "caption", "muted")
        self._hint.setObjectName("explore_sql_hint")
        self._fix = Button(_("Apply correction"), self.edit.apply_fix, kind="link", size="sm", name="explore_sql_fix")
        self._fix_key = KeyCap(REGISTRY["studio.sql_fix"].key)
        self._place = Elided("", "caption", "muted", fits_text=True)
        self._place.setObjectName("explore_sql_place")
        self.edit.cursorPositionChanged.connect(self._show_place)
        self.format = Button(
            pgettext("button", "Format"), self.format_query, kind="quiet", icon="ph.text-align-left", size="sm",
            name="explore_format", tip=REGISTRY["studio.explore_format"].tooltip,
        )  # fmt: skip
        self.history = Button(
            _("History"), self.history_requested.emit, kind="quiet", icon="ph.clock-counter-clockwise", size="sm",
            name="explore_history", tip=REGISTRY["studio.explore_history"].tooltip,
        )  # fmt: skip
        self.history.setCheckable(True)
        line = QHBoxLayout()
        line.setContentsMargins(16, 4, 12, 4)
        line.setSpacing(8)
        for widget in (self._mark, self._hint, self._fix, self._fix_key):
            line.addWidget(widget)
        line.addStretch(0)
        line.addWidget(self._place)
        line.addWidget(self.format)
        line.addWidget(self.history)
        self._line = line
        return line

    def _install_shortcuts(self, context: "Context") -> None:
        edit = self.edit
        handlers = {
            "studio.sql_fix": Handler(edit.apply_fix, lambda: "" if edit.fix else _("There's no correction to apply.")),
            "studio.sql_comment": Handler(edit.toggle_comment),
            "studio.sql_duplicate": Handler(edit.duplicate_lines),
            "studio.sql_older": Handler(partial(self._step, 1)),
            "studio.sql_newer": Handler(partial(self._step, -1)),
        }
        install_shortcuts(edit, SQL, handlers, context.problems.refuse)

    def _dialect(self) -> Dialect:
        return self._exploration.empty_question(self._exploration.state.source_id, "").dialect

    def _show(self) -> None:
        state = self._exploration.state
        choices = [(one.id, one.name) for one in self._exploration.sources]
        if state.source_id not in dict(choices):
            choices.append((state.source_id, _("Missing source") if state.source_id else _("Benchboard")))
        if [(self.source.itemData(k), self.source.itemText(k)) for k in range(self.source.count())] != choices:
            self.source.set_choices(choices)
        self.source.set_current_key(state.source_id)
        if self.isVisible() or state.mode == "sql":
            self.edit.update_text(state.text)
        self._show_hint()

    def format_query(self) -> None:
        """Lay the query out anew, as one step that can be undone; say why if that can't be done."""
        text, dialect = self.edit.toPlainText(), self._dialect()

        def show(found: str) -> None:
            if self.edit.toPlainText() == text and found != text:
                self.edit.replace_text(found)
                self.edit.commit()
                self.edit.check()

        def failed(error: AppError) -> None:
            self._context.problems.refuse(_("Nothing was formatted: {problem}").format(problem=error.what))

        self._context.tasks.read(self, lambda _session: formatted_query(text, dialect), show, failed)

    def rewrite(self, text: str) -> None:
        """Put another query in the place of this one, over the same source; undo brings it back."""
        self._replace(text, self._exploration.state.source_id)

    # History

    def open_entry(self, entry: HistoryEntry) -> None:
        """Put a query of the history in the editor, over its source; undo brings back both."""
        self._replace(entry.text, entry.source_id)
        self.focus_edit()

    def _replace(self, text: str, source_id: str) -> None:
        self.edit.commit()
        self._sources |= {self.edit.toPlainText(): self._exploration.state.source_id, text: source_id}
        self.edit.replace_text(text)
        self.edit.commit()
        self.edit.check()

    def _step(self, by: int) -> None:
        """Put the query that was run before this one in the editor, or the one after it."""
        source_id = self._exploration.state.source_id
        entries = found_entries(self._history.entries, "", source_id)
        text = self._steps.step(self.edit.toPlainText(), entries, by)
        if text is not None:
            self._replace(text, source_id)
            self.edit.moveCursor(QTextCursor.MoveOperation.End)

    def _commit(self, text: str) -> None:
        self._exploration.set_query(text, self._sources.get(text, self._exploration.state.source_id))

    def _follow_undo(self) -> None:
        """Where undo or redo brings back a query over another source, it runs over that."""
        source_id = self._exploration.state.source_id
        if self._sources.get(self.edit.toPlainText(), source_id) != source_id:
            self.edit.commit()
            self.edit.check()

    def _choose_source(self) -> None:
        self._sources.clear()
        self.edit.commit()
        self._exploration.set_source(self.source.current_key())
        self.edit.check()

    def _checked(self, columns: tuple[ResultColumn, ...] | None, error: AppError | None) -> None:
        self._returned = columns_hint(columns or ()) if error is None else ""
        failed = self._run_error()
        if error is None and failed is not None:
            self.edit.show_error(failed)  # only running it showed what is wrong
        self._show_error(error or failed)

    def _follow_run(self) -> None:
        """Say what running the query showed to be wrong with it."""
        result, failed = self._exploration.result, self._run_error()
        is_shown = self.error is not None and failed is not None and self.error.what == failed.what
        if failed is not None and not is_shown:
            self.edit.show_error(failed)
            self._show_error(failed)
        elif failed is None and result is not None and result.text == self.edit.toPlainText() and result.table:
            self.edit.show_error(None)
            self._show_error(None)

    def _run_error(self) -> AppError | None:
        result = self._exploration.result
        if result is None or self._exploration.state.mode != "sql" or result.text != self.edit.toPlainText():
            return None
        return result.error

    def _show_error(self, error: AppError | None) -> None:
        self.error = error
        self._show_hint()
        self._show_fix()
        self.error_shown.emit(error)

    def _show_hint(self) -> None:
        error, state = self.error, self._exploration.state
        self._mark.setVisible(error is not None)
        if error is not None:
            advice = "" if self.edit.fix is not None else error.do
            text, query = " ".join(part for part in (error.what, error.why, advice) if part), self.edit.toPlainText()
            start = error.facts.get("start")
            if isinstance(start, int) and "\n" in query.strip():
                line = query.count("\n", 0, start) + 1
                text = _("Line {line}: {problem}").format(line=number(line), problem=text)
        else:
            only_sql = state.question is None and bool(state.text.strip())
            note = _("The builder can't show this query.") if only_sql else ""
            text = " ".join(part for part in (self._returned, note) if part)
        self._hint.setText(text)
        self._hint.set_tone("error" if error is not None else "muted")

    def _show_fix(self) -> None:
        fix = self.edit.fix if self.error is not None else None
        for widget in (self._fix, self._fix_key):
            widget.setVisible(fix is not None)
        # The correction stands behind its sentence, which is short; any other sentence may have several lines.
        self._hint.setWordWrap(fix is None)
        self._line.setStretch(_HINT, 1 if fix is None else 0)
        self._line.setStretch(_SPACE, 0 if fix is None else 1)
        if fix is not None:
            self._fix.set_title(_("Change to {name}").format(name=fix.meant))

    def _show_place(self) -> None:
        cursor = self.edit.textCursor()
        line, column = number(cursor.blockNumber() + 1), number(cursor.positionInBlock() + 1)
        whole = _("line {line}, column {column}").format(line=line, column=column)
        self._place.set_texts(whole, f"{line}:{column}")

    def focus_edit(self) -> None:
        """Focus the field of the query."""
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

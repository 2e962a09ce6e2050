"""The SQL that the builder made, beside it; and the editor for SQL in its place."""

from copy import copy
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from benchboard.analytics.completion.suggestions import Suggestion
from benchboard.analytics.queries import ResultColumn
from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.query_format import formatted_query
from benchboard.analytics.sql_text import statement_at
from benchboard.dashboards.query_history import HistoryEntry, found_entries
from benchboard.errors import AppError
from benchboard.i18n import _, number, pgettext
from benchboard.ui.commands import REGISTRY, Handler, install_shortcuts
from benchboard.ui.studio.data.explore.exploration import Exploration, ExplorationResult
from benchboard.ui.studio.data.explore.field_tree import column_facts
from benchboard.ui.studio.data.explore.history_keeper import HistoryKeeper, HistorySteps
from benchboard.ui.studio.panes.query_editor import SqlHighlighter, columns_hint
from benchboard.ui.studio.panes.sql_edit import SqlEdit
from benchboard.ui.studio.studio_commands import SQL
from benchboard.ui.system_clipboard import copy_text
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Elided, Icon, Select, Text, hairline
from benchboard.ui.widgets.accessible import untold
from benchboard.ui.widgets.surfaces import disable_viewport_fill, set_surface

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_AROUND_TEXT = 64
"""Pixels of the editor's margins, a line more than there are, and the line below it."""
_HINT = 1
"""The place of the sentence in the line below the editor."""


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
    """The error that is shown below the query, or was of the text before it was changed; None: there is none."""

    history_requested = Signal()

    def __init__(self, context: "Context", exploration: Exploration, history: HistoryKeeper) -> None:
        super().__init__()
        set_surface(self, "surface")
        self.setAccessibleName(_("SQL"))
        self._context, self._history = context, history
        self._exploration = exploration
        self.error: AppError | None = None
        """What is wrong with the query: said alone, because a query with an error isn't shown by the builder either."""
        self._failed: AppError | None = None
        """What the latest run showed to be wrong with the query."""
        self._returned: tuple[ResultColumn, ...] = ()
        """What the query returns."""
        self.edit = SqlEdit(
            context, "explore_sql", exploration.variables, lambda: exploration.state.source_id, self._dialect
        )
        self.edit.setAccessibleName(_("SQL"))
        self.edit.completer.describe = self._described
        self.edit.committed.connect(self._commit)
        self.edit.textChanged.connect(self._follow_undo)
        self._steps = HistorySteps()
        self._sources: dict[str, str] = {}
        """The sources of the queries before and after one over another source was opened."""
        self.edit.checked.connect(self._checked)
        self.edit.textChanged.connect(self._drop_description)
        self.edit.textChanged.connect(self._forget_empty)
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
        exploration.sources_changed.connect(self._show_tables)
        exploration.result_changed.connect(self._follow_run)
        self._show()

    def _footer(self) -> QHBoxLayout:
        self._mark = Icon("ph.x-circle-fill", "error", theme().px("icon.inline"))
        self._hint = Elided("", "caption", "muted")  # in several lines it would move the editor
        self._hint.setObjectName("explore_sql_hint")
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
        for widget in (self._mark, self._hint):
            line.addWidget(widget)
        line.setStretch(_HINT, 1)
        line.addWidget(self._place)
        line.addWidget(self.format)
        line.addWidget(self.history)
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

    def _show_tables(self) -> None:
        """Complete with the tables that the view knows: they needn't be read twice."""
        tables, exploration = self.edit.completer.tables, self._exploration
        if exploration.sources_read and exploration.sources_error is None and tables.sources is not exploration.sources:
            tables.show_sources(exploration.sources)

    def _described(self, one: Suggestion) -> str:
        """What is in a column that is suggested, if it is known."""
        source = self._exploration.source(self._exploration.state.source_id)
        table = source.table(one.table) if source is not None and one.table else None
        column = table.column(one.label) if table is not None else None
        if source is None or table is None or column is None:
            return ""
        return column_facts(column, self._exploration.statistics(source.id, table.name))

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
        self._returned = columns if error is None and columns else ()
        failed = self._run_error()
        if error is not None and error.code == "query.several" and self._ran_part():
            self.edit.show_error(failed)  # one of several queries ran, as was asked
            error = None
        if error is None and failed is not None:
            self.edit.show_error(failed)  # only running it showed what is wrong
        self._show_error(error or failed)

    def _follow_run(self) -> None:
        """Say what running the query showed to be wrong with it."""
        result, failed = self._exploration.result, self._run_error()
        is_shown = self.error is not None and failed is not None and self.error.what == failed.what
        before, self._failed = self._failed, failed
        if failed is not None and not is_shown:
            self.edit.show_error(failed)
            self._show_error(failed)
            self.edit.tell_now(self.edit.said_of(failed))
        elif failed is None and (self._is_overcome(before) or self._has_table(result)):
            self.edit.show_error(None)
            self._show_error(None)

    def _is_overcome(self, before: AppError | None) -> bool:
        """Whether what the run before showed to be wrong is still said."""
        return before is not None and self.error is not None and self.error.what == before.what

    def _has_table(self, result: ExplorationResult | None) -> bool:
        return result is not None and result.text == self.edit.toPlainText() and result.table is not None

    def _ran_part(self) -> bool:
        """Whether one of several queries, or a part of them, ran last, or is running."""
        (start, ran), text = self._exploration.part_run, self.edit.toPlainText()
        return start is not None and text.startswith(ran, start) and statement_at(text, 0) is not None

    def _run_error(self) -> AppError | None:
        """What is wrong with the query by its last run, at its place in the whole text."""
        result, text = self._exploration.result, self.edit.toPlainText()
        if result is None or result.error is None or self._exploration.state.mode != "sql":
            return None
        if self._exploration.running:
            return None  # it is being found out anew
        start = result.part_start or 0
        if not (text == result.text if result.part_start is None else text.startswith(result.text, start)):
            return None
        return _moved(result.error, start) if start else result.error

    def _show_error(self, error: AppError | None) -> None:
        """Show what is wrong; an empty text isn't."""
        if not self.edit.toPlainText().strip():
            error = None
        self.error = error
        self._show_hint()
        self.error_shown.emit(error or self._outdated_error())

    def _outdated_error(self) -> AppError | None:
        """What was wrong with a query that ran before the text was changed: nowhere is it said of the new one."""
        result = self._exploration.result
        if result is None or self._exploration.state.mode != "sql" or self._run_error() is not None:
            return None
        return result.error

    def _show_hint(self) -> None:
        """Say below the editor what the query returns, or that something is wrong: what, the editor says at its place,
        where there is one."""
        error, state = self.error, self._exploration.state
        self._mark.setVisible(error is not None)
        if error is not None:
            advice = "" if self.edit.fix is not None else error.do
            text = " ".join(part for part in (error.what, error.why, advice) if part)
        else:
            only_sql = state.question is None and bool(state.text.strip())
            note = _("The builder can't show this query.") if only_sql else ""
            result = self._exploration.result
            is_said = result is not None and result.mixed is not None and result.text == state.text  # with the result
            returned = columns_hint(self._returned, currencies=not is_said) if self._returned else ""
            text = "" if self.is_empty else " ".join(part for part in (returned, note) if part)
        line = self.edit.numbers.error_line if error is not None else None
        self._hint.setText(text if line is None else _("1 problem, line {line}").format(line=number(line + 1)))
        self._hint.set_tone("error" if error is not None else "muted")
        with untold():  # the editor tells it when it is found
            self.edit.setAccessibleDescription(self.edit.said_of(error) if error is not None else "")

    def _drop_description(self) -> None:
        """The error isn't read of another text, which is about to be checked."""
        if self.error is not None and self.error is not self._run_error():
            with untold():
                self.edit.setAccessibleDescription("")

    def _forget_empty(self) -> None:
        """Of an empty text nothing is said."""
        if self.is_empty:
            self._show_error(None)

    def _show_place(self) -> None:
        cursor = self.edit.textCursor()
        line, column = number(cursor.blockNumber() + 1), number(cursor.positionInBlock() + 1)
        whole = _("line {line}, column {column}").format(line=line, column=column)
        self._place.set_texts(whole, f"{line}:{column}")

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written."""
        return not self.edit.toPlainText().strip()

    def height_of_text(self) -> int:
        """The pixels that its lines need, with the line below them."""
        return self.edit.blockCount() * self.edit.fontMetrics().lineSpacing() + _AROUND_TEXT

    def focus_edit(self) -> None:
        """Focus the field of the query."""
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def insert_name(self, text: str) -> None:
        """Insert a name at the cursor, apart from the word before it, and go on there."""
        self.edit.insert_words(text)
        self.focus_edit()


def _moved(error: AppError, by: int) -> AppError:
    """The error with its place so many characters further on."""
    found = copy(error)
    found.facts = {
        key: value + by if key in ("start", "end") and isinstance(value, int) else value
        for key, value in error.facts.items()
    }
    return found

"""The SQL that the builder made, beside it; and the editor for SQL in its place."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from benchboard.analytics.queries import ResultColumn
from benchboard.errors import AppError
from benchboard.i18n import _, number
from benchboard.ui.studio.data.explore.exploration import Exploration
from benchboard.ui.studio.panes.query_editor import QueryEdit, SqlHighlighter, columns_hint
from benchboard.ui.system_clipboard import copy_text
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Paragraph, Select, Text
from benchboard.ui.widgets.surfaces import disable_viewport_fill, set_surface

if TYPE_CHECKING:
    from benchboard.ui.context import Context


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
    """The editor of the query, its source, and what the query returns or what is wrong with it."""

    def __init__(self, context: "Context", exploration: Exploration) -> None:
        super().__init__()
        set_surface(self, "surface")
        self.setAccessibleName(_("SQL"))
        self._exploration = exploration
        self._error: AppError | None = None
        """What is wrong with the query: said alone, because a query with an error isn't shown by the builder either."""
        self.edit = QueryEdit(context, "explore_sql", exploration.variables, lambda: exploration.state.source_id)
        self.edit.setAccessibleName(_("SQL"))
        self.edit.setUndoRedoEnabled(True)
        self.edit.committed.connect(exploration.set_text)
        self.edit.checked.connect(self._checked)
        self.source = Select([], name="explore_sql_source", label=_("Source"))
        self.source.currentIndexChanged.connect(self._choose_source)
        self._hint = Paragraph("", "caption", "muted")
        self._hint.setObjectName("explore_sql_hint")
        self._place = Text("", "caption", "muted")
        self._place.setObjectName("explore_sql_place")
        self.edit.cursorPositionChanged.connect(self._show_place)
        self._only_sql = Paragraph(_("The builder can't show this query. Edit it as SQL."), "caption", "muted")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Text(_("Source"), tone="secondary"))
        head.addWidget(self.source)
        head.addWidget(self._only_sql, 1)
        head.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.edit, 1)
        below = QHBoxLayout()
        below.setSpacing(16)
        below.addWidget(self._hint, 1)
        below.addWidget(self._place, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(below)
        self._show_place()
        exploration.changed.connect(self._show)
        exploration.sources_changed.connect(self._show)
        self._show()

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
        self._show_only_sql()

    def _show_only_sql(self) -> None:
        state = self._exploration.state
        self._only_sql.setVisible(state.question is None and bool(state.text.strip()) and self._error is None)

    def _choose_source(self) -> None:
        self.edit.commit()
        self._exploration.set_source(self.source.current_key())
        self.edit.check()

    def _checked(self, columns: tuple[ResultColumn, ...] | None, error: AppError | None) -> None:
        self._error = error
        self._show_only_sql()
        if error is not None:
            text, query = " ".join(part for part in (error.what, error.why, error.do) if part), self.edit.toPlainText()
            start = error.facts.get("start")
            if isinstance(start, int) and "\n" in query.strip():
                line = query.count("\n", 0, start) + 1
                text = _("Line {line}: {problem}").format(line=number(line), problem=text)
            self._hint.setText(text)
            self._hint.set_tone("error")
        else:
            self._hint.setText(columns_hint(columns or ()))
            self._hint.set_tone("muted")

    def _show_place(self) -> None:
        cursor = self.edit.textCursor()
        self._place.setText(
            _("line {line}, column {column}").format(
                line=number(cursor.blockNumber() + 1), column=number(cursor.positionInBlock() + 1)
            )
        )

    def focus_edit(self) -> None:
        """Focus the field of the query."""
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

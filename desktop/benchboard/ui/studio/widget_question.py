"""The query of a widget in the builder: what Explore's builder shows and changes is the widget, undone in its page."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.analytics.query_builder.question import Question
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.dashboards.editing.column_filter import inlined
from benchboard.dashboards.editing.marked_query import named_filter, write_marked
from benchboard.dashboards.editing.query_return import OpenedQuery, is_of_another_table, returned_query
from benchboard.dashboards.variables.variable_queries import names_in
from benchboard.errors import AppError
from benchboard.i18n import _
from benchboard.ui.studio.data.explore.builder import Builder
from benchboard.ui.studio.data.explore.exploration import Exploration, ExplorationState, Mode
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.widgets import Paragraph

if TYPE_CHECKING:
    from benchboard.ui.context import Context


class WidgetQuestion(Exploration):
    """Follows the query of a widget, and writes what is changed to it. Nothing is run here: the page does that."""

    def __init__(self, context: "Context", editor: Editor, item_id: str, parent: QWidget) -> None:
        super().__init__(context, parent)
        self._context_of_page, self._editor, self._item_id = context, editor, item_id
        self._opened: OpenedQuery | None = None
        editor.changed.connect(self._show)
        self.sources_changed.connect(self._show)
        self.read_sources()

    def set_question(self, question: Question, *, mode: Mode | None = None, kind: str | None = None) -> None:
        """Write the question to the widget, as one step: with its variables, where their conditions are as they were.
        What a chart is drawn as stays."""
        opened, question = self._opened, self._with_variables(question)
        text = to_sql(question)
        if opened is None or self._item_id not in self._editor.page.paths:
            return
        if question.source_id != opened.source_id:
            self._editor.set_source(self._item_id, question.source_id, text)
            return
        is_another = is_of_another_table(text, opened)
        text = write_marked(question, opened.dialect) if is_another else returned_query(text, opened).text
        error = self._editor.set_explored(self._item_id, text, None, {})  # a step of its own, unlike typing
        if error is not None:
            self._context_of_page.problems.show(error)

    def _with_variables(self, question: Question) -> Question:
        """With the variable where a condition has its name, as in `:shop`, for its one value."""
        names = set(self.page_variables())
        filters = [
            named_filter(one.column, name)
            if one.operator in ("eq", "one_of") and len(one.values) == 1
            and (name := str(one.values[0]).removeprefix(":")) in names and one.values[0] == f":{name}"
            else one
            for one in question.filters
        ]  # fmt: skip
        return replace(question, filters=tuple(filters))

    def page_variables(self) -> Sequence[str]:
        return [one.name for one in self._editor.reader_document.variables]

    def run(self, *, automatic: bool = False) -> None:
        """Do nothing: the widget shows the result."""

    def tell_replaced(self, table: str, before: ExplorationState) -> None:
        """Say nothing: the page's undo takes it back."""

    def variables(self) -> dict[str, Sequence[str]]:
        """The values that the widget's query is run with, and those of the time range: what is read for a part of the
        query names them too."""
        try:
            period = self._editor.time_range.period(datetime.now(UTC)).values
        except AppError:
            period = {}  # the widget itself says that the range is none
        return {**period, **self._own_values()}

    def _own_values(self) -> dict[str, Sequence[str]]:
        """The values of the page's variables that the widget's query is run with."""
        return dict(self._editor.values_of(self._item_id)) if self._item_id in self._editor.page.paths else {}

    def _show(self) -> None:
        """Show the widget's query if it changed, with the values of its variables."""
        if not self.sources_read or self._item_id not in self._editor.page.paths:
            return
        stored, query = self._editor.widget(self._item_id), self._editor.state.view.opened_query(self._item_id)
        named = {name: one for name, one in self._own_values().items() if name in names_in(stored.query)}
        values = {name: tuple(one) for name, one in named.items()}
        source_id = stored.data_source_id
        dialect = self.empty_question(source_id, "").dialect
        text = inlined(query, values, dialect)
        unfiltered = {name for name in values if name not in names_in(query)}
        self._opened = OpenedQuery(stored.query, text, source_id, dialect, values, unfiltered)
        state = ExplorationState(self.read_question(text, source_id), text, source_id)
        if state != self.state:
            self.restore(state)


class WidgetBuilder(QWidget):
    """The builder of a widget's query; a sentence where it can only be edited as SQL."""

    def __init__(self, context: "Context", editor: Editor, item_id: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("inspector_builder")
        self.question = WidgetQuestion(context, editor, item_id, self)
        self.builder = Builder(context, self.question, narrow=True)
        self._why = Paragraph(_("The builder can't show this query. Edit it as SQL."), tone="secondary")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.builder)
        column.addWidget(self._why)
        self.question.changed.connect(self._show)
        self.question.sources_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        """Show the builder, or why there is none; nothing until it is known what can be queried."""
        question = self.question
        self.builder.setVisible(question.state.question is not None)
        self._why.setVisible(question.sources_read and bool(question.state.text) and question.state.question is None)

"""Which columns the query names as it stands, also while it is typed."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from benchboard.analytics.column_references import TableName, query_references
from benchboard.analytics.query_builder.question import Dialect, Question
from benchboard.errors import Invalid
from benchboard.ui.studio.data.explore.exploration import Exploration

if TYPE_CHECKING:
    from benchboard.ui.context import Context

ColumnKey = tuple[str, str, str]
"""Source, table and name of a column."""
_Columns = dict[TableName, dict[str, ColumnKey]]
"""The columns that a query may name, by table and name in lower case."""


class UsedColumns(QObject):
    """The columns that the query names; none while it can't be parsed. `changed` when that was found out."""

    changed = Signal()

    def __init__(self, context: "Context", exploration: Exploration) -> None:
        super().__init__(exploration)
        self._context, self._exploration = context, exploration
        self._committed = ""
        self._typed: str | None = None
        self._asked: object = None
        self._named: frozenset[ColumnKey] = frozenset()
        """What SQL names that the builder can't show."""
        self._question: Question | None = None
        exploration.changed.connect(self._follow)
        exploration.sources_changed.connect(self._find)
        self._follow()

    def show_typed(self, text: str) -> None:
        """Follow what is typed and not committed yet."""
        if text != self._text:
            self._typed = text
            self._find()

    def columns(self) -> set[ColumnKey]:
        """The columns that the query names."""
        return set(self._named) if self._question is None else _of_question(self._exploration, self._question)

    @property
    def _text(self) -> str:
        return self._committed if self._typed is None else self._typed

    def _follow(self) -> None:
        """Follow what was committed: it takes the place of what was typed."""
        state = self._exploration.state
        if state.text != self._committed or state.mode != "sql":
            self._committed, self._typed = state.text, None
        self._find()

    def _find(self) -> None:
        state, text = self._exploration.state, self._text
        is_typed = text != state.text
        self._question = self._exploration.read_question(text, state.source_id) if is_typed else state.question
        asked = (text, state.source_id, self._exploration.sources)
        if asked == self._asked and self._question is None:
            return
        self._asked, self._named = asked, frozenset()
        if self._question is None and text.strip():
            known = self._known_columns(state.source_id)
            dialect = self._exploration.empty_question(state.source_id, "").dialect
            self._context.tasks.read(
                self, lambda _session: _named_columns(text, dialect, known), partial(self._show, asked)
            )
        self.changed.emit()

    def _show(self, asked: object, found: frozenset[ColumnKey]) -> None:
        if asked == self._asked and self._question is None:
            self._named = found
            self.changed.emit()

    def _known_columns(self, source_id: str) -> _Columns:
        """The columns of the source of the query, and of others by the names of these."""
        return {
            TableName("" if source.id == source_id else source.name.casefold(), table.name.casefold()): {
                one.name.casefold(): (source.id, table.name, one.name) for one in table.columns
            }
            for source in self._exploration.sources
            if source_id or not source.id  # Benchboard's own data is queried alone
            for table in source.tables
        }


def _named_columns(text: str, dialect: Dialect, known: _Columns) -> frozenset[ColumnKey]:
    try:
        found = query_references(text, dialect, known)
    except Invalid:
        return frozenset()
    named = ((known[table], name) for table, names in found.columns.items() for name in names)
    return frozenset(columns[name] for columns, name in named if name in columns)


def _of_question(exploration: Exploration, question: Question) -> set[ColumnKey]:
    named = (*question.columns, *question.filters, *question.groups, *question.measures)
    parts = [one.column for one in named if one.column]  # type: ignore[attr-defined]  # each has a column
    places = {(question.source_id, question.table, name) for name in parts}
    for join in question.joins:
        found = exploration.joined_tables.joined(question, join, exploration.sources)
        if found is not None:
            places |= {(found[0].id, found[1].name, column) for column, output in join.columns if output in parts}
    return places

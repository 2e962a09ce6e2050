"""What is known of the tables that the explored question joins, and of the columns that it calculates: as one table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from PySide6.QtCore import QObject, Signal

from benchboard.analytics import table_browser
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.column_statistics import TableStatistics
from benchboard.analytics.join_statistics import best_keys, describe_join
from benchboard.analytics.queries import ResultTable, run_query
from benchboard.analytics.query_builder.combined import (
    JoinFacts,
    RepeatedRows,
    comparable,
    repeated_rows,
    suggested_keys,
    with_join,
)
from benchboard.analytics.query_builder.question import Join, Question
from benchboard.analytics.query_builder.rate_lookup import converting
from benchboard.analytics.query_builder.sql_writer import key_calculations, rows_sql
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.repeated_rows import repeated_text
from benchboard.analytics.table_browser import BrowsedColumn, BrowsedSource, BrowsedTable
from benchboard.i18n import _
from benchboard.ui.tasks import DatabaseSession

if TYPE_CHECKING:
    from benchboard.ui.context import Context

T = TypeVar("T")
SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class JoinableTable:
    """A table that can be joined to a question: `source_name` is that of its source, if it is another one."""

    source: BrowsedSource
    table: BrowsedTable
    source_name: str

    @property
    def title(self) -> str:
        """What a list says of it."""
        return f"{self.source_name} / {self.table.name}" if self.source_name else self.table.name


def joinable_tables(question: Question, sources: Sequence[BrowsedSource]) -> list[JoinableTable]:
    """The tables that can be joined to a question: those of its source, and files on this computer to files."""
    own = next((one for one in sources if one.id == question.source_id), None)
    if own is None:
        return []
    taken = {(question.source_id, question.table)} | {_place(one, own, sources) for one in question.joins}
    found = [JoinableTable(own, one, "") for one in own.tables]
    if own.id and not own.server:
        names = [one.name.casefold() for one in sources]
        found += [
            JoinableTable(source, one, source.name)
            for source in sources
            if source.id and source.id != own.id and not source.server and names.count(source.name.casefold()) == 1
            for one in source.tables
        ]
    return [one for one in found if (one.source.id, one.table.name) not in taken]


def _place(join: Join, own: BrowsedSource, sources: Sequence[BrowsedSource]) -> tuple[str, str]:
    named = (one for one in sources if one.id and one.name.casefold() == join.source.casefold())
    source = next(named, None) if join.source else own
    return (source.id if source is not None else "?", join.table)


def as_join(
    question: Question, known: BrowsedTable, other: JoinableTable, keys: Sequence[tuple[str, str]], kind: str
) -> Question:
    """The question with a table joined by these pairs of columns."""
    return with_join(
        question, other.table.name, [one.name for one in other.table.columns], keys,
        known=[one.name for one in known.columns], kind=kind, source=other.source_name,  # type: ignore[arg-type]  # a kind
    )  # fmt: skip


def key_pairs(
    question: Question, known: BrowsedTable, other: JoinableTable
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Pairs of columns by which a table could be joined: those that their names make likely, the likeliest first, and
    all others whose values can be equal."""
    ours = [(one.name, one.kind) for one in known.columns]
    theirs = [(one.name, one.kind) for one in other.table.columns]
    likely = suggested_keys(ours, other.table.name, theirs, question.table)
    pairs = [(a, b, kind) for a, kind in ours for b, other_kind in theirs if comparable(kind, other_kind)]
    keys = [(a, b) for a, b, kind in pairs if kind not in ("boolean", "decimal")]
    return likely, [one for one in keys or [(a, b) for a, b, _kind in pairs] if one not in likely]


class JoinedTables(QObject):
    """Reads how joined tables match, and the kinds of calculated columns; `changed` when something is known."""

    changed = Signal()

    def __init__(self, context: "Context", parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._facts: dict[object, JoinFacts] = {}
        self._kinds: dict[object, dict[str, ValueKind]] = {}
        self._read: set[object] = set()

    def forget(self) -> None:
        """Read all anew: what is in the tables may have changed."""
        self._read.clear()

    def table(self, question: Question, sources: Sequence[BrowsedSource]) -> BrowsedTable | None:
        """The columns of all tables of a question and those that it calculates, as one table; None if one isn't
        known."""
        own = next((one for one in sources if one.id == question.source_id), None)
        base = own.table(question.table) if own is not None else None
        if own is None or base is None:
            return None
        columns = list(base.columns)
        for join in question.joins:
            found = self.joined(question, join, sources)
            if found is None:
                return None
            _source, table = found
            for name, output in join.columns:
                column = table.column(name)
                if column is not None:
                    title = f"{table.name}: {column.title}" if output != name else column.title
                    columns.append(replace(column, name=output, title=title))
        kinds = self._kinds.get(_kinds_key(question), {})
        titles = _converted_titles(question, columns)
        columns += [
            BrowsedColumn(one.name, titles.get(one.name, one.name), kinds.get(one.name, "text"))
            for one in question.calculations
        ]
        return BrowsedTable(base.name, tuple(columns), base.rows)

    def joined(
        self, question: Question, join: Join, sources: Sequence[BrowsedSource]
    ) -> tuple[BrowsedSource, BrowsedTable] | None:
        """The source and the table of a join; None if it isn't known."""
        own = next((one for one in sources if one.id == question.source_id), None)
        if own is None:
            return None
        source_id, name = _place(join, own, sources)
        source = next((one for one in sources if one.id == source_id), None)
        table = source.table(name) if source is not None else None
        return (source, table) if source is not None and table is not None else None

    def facts(self, question: Question) -> list[JoinFacts | None]:
        """How the joined tables of a question match; None where it isn't known."""
        return [self._facts.get(_facts_key(question, place)) for place in range(len(question.joins))]

    def add_facts(self, question: Question, place: int, facts: JoinFacts) -> None:
        """Keep what was found of a join."""
        self._facts[_facts_key(question, place)] = facts
        self._read.add(_facts_key(question, place))

    def add_kinds(self, question: Question, kinds: dict[str, ValueKind]) -> None:
        """Keep the kinds of a question's calculated columns."""
        self._kinds[_kinds_key(question)] = kinds
        self._read.add(_kinds_key(question))

    def read(self, question: Question, sources: Sequence[BrowsedSource]) -> None:
        """Read in the background what isn't known of a question."""
        for place in range(len(question.joins)):
            key = _facts_key(question, place)
            if key not in self._read and self.is_countable(question, sources):
                self._read.add(key)
                self._start(partial(self._describe, question, place), partial(self._known, self._facts, key))
        key = _kinds_key(question)
        if question.calculations and key not in self._read:
            self._read.add(key)
            self._start(partial(self._read_kinds, question), partial(self._known, self._kinds, key))

    def is_countable(self, question: Question, sources: Sequence[BrowsedSource]) -> bool:
        """Whether the rows of a question's tables may be counted: large tables of a server are left in peace."""
        own = next((one for one in sources if one.id == question.source_id), None)
        if own is None or not own.server:
            return own is not None
        tables = [own.table(question.table), *(own.table(one.table) for one in question.joins)]
        return all(one is not None and table_browser.is_small(one) for one in tables)

    def _start(self, op: Callable[[DatabaseSession], T], done: Callable[[T], None]) -> None:
        self._context.tasks.read(self, op, done, lambda _error: None, long=True)  # the query itself says what is wrong

    def _known(self, known: dict[object, T], key: object, found: T) -> None:
        known[key] = found
        self.changed.emit()

    def _describe(self, question: Question, place: int, session: DatabaseSession) -> JoinFacts:
        return describe_join(self.runner(session, question), question, place)

    def _read_kinds(self, question: Question, session: DatabaseSession) -> dict[str, ValueKind]:
        found = self.runner(session, question)(f"SELECT * FROM {rows_sql(question)} LIMIT 1")  # noqa: S608  # as it will run
        return {one.name: one.kind for one in found.columns}

    def runner(
        self, session: DatabaseSession, question: Question, token: CancelToken | None = None
    ) -> Callable[[str], ResultTable]:
        """Runs a query over the source of a question."""
        return partial(
            run_query, session, self._context.actor, timeout=SECONDS, cancel_token=token or CancelToken(),
            source_id=question.source_id or None,
        )  # fmt: skip

    def best_keys(
        self,
        question: Question,
        likely: Sequence[tuple[str, str]],
        others: Sequence[tuple[str, str]],
        token: CancelToken,
        session: DatabaseSession,
    ) -> tuple[tuple[tuple[str, str], ...], JoinFacts] | None:
        """See `join_statistics.best_keys`."""
        return best_keys(self.runner(session, question, token), question, likely, others)

    def repeated(self, question: Question | None) -> tuple[RepeatedRows, ...]:
        """The measures that count rows several times because of a join, as far as that is known."""
        return repeated_rows(question, self.facts(question)) if question is not None and question.joins else ()

    def repeated_text(self, question: Question | None, sources: Sequence[BrowsedSource]) -> str:
        """What is said of measures that count rows several times because of a join; empty if there are none."""
        if question is None or not question.joins or not question.measures:
            return ""
        facts = self.facts(question)
        found = repeated_rows(question, facts)
        if found:
            return repeated_text(found)
        if None in facts and not self.is_countable(question, sources):
            return _("Sums may count rows more than once: large tables on a server aren't counted beforehand.")
        return ""


def _converted_titles(question: Question, columns: Sequence[BrowsedColumn]) -> dict[str, str]:
    """The titles of the amounts that tables of rates convert, by their names: `amount in EUR`."""
    known, found = {one.name: one.title for one in columns}, dict[str, str]()
    for join in question.joins:
        for one, names in converting(question, join) if join.rates is not None else ():
            if join.rates is not None and len(names) == 1:
                title = known.get(names[0], names[0])
                found[one.name] = _("{amount} in {currency}").format(amount=title, currency=join.rates.target)
    return found


def _facts_key(question: Question, place: int) -> object:
    # The kind of the join doesn't change how many rows match, but that of those before it does.
    keys = key_calculations(replace(question, joins=question.joins[: place + 1]))
    return question.source_id, question.table, question.joins[:place], replace(question.joins[place], kind="left"), keys


def _kinds_key(question: Question) -> tuple[str, str]:
    return question.source_id, rows_sql(question)


def merged_statistics(
    parts: Sequence[tuple[TableStatistics | None, Sequence[tuple[str, str]]]],
) -> TableStatistics | None:
    """What is in the columns of several tables, each with pairs of a column and its name here."""
    columns = {
        output: found.columns[name]
        for found, names in parts
        if found is not None
        for name, output in names
        if name in found.columns
    }
    first = parts[0][0] if parts else None
    return TableStatistics(first.rows if first is not None else 0, columns) if columns else None

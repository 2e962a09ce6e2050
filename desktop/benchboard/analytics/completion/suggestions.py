"""The completion service: what can follow at the cursor of a query, the likeliest first."""

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from benchboard.analytics.completion.cursor_place import CursorPlace, cursor_place
from benchboard.analytics.completion.function_signatures import COMMON, functions
from benchboard.analytics.completion.join_conditions import JoinCondition, join_conditions
from benchboard.analytics.completion.letter_match import SCATTERED, WORD_BEGINS, letter_match
from benchboard.analytics.completion.name_quotes import written_name, written_table
from benchboard.analytics.completion.query_outline import CursorWord, cursor_word, outline
from benchboard.analytics.completion.table_scope import (
    CompletionCatalog,
    ScopeColumn,
    ScopeTable,
    TableScope,
    browsed_columns,
    table_scope,
)
from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.query_builder.sql_words import unquoted_name
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.table_browser import BrowsedColumn, BrowsedSource, BrowsedTable
from benchboard.i18n import _

SuggestionKind = Literal[
    "column", "measure", "table", "model", "query", "alias", "function", "variable", "join", "keyword"
]
"""`query`: a common table expression or a subquery. `alias`: of a table, whose columns follow a dot."""
MAX_LISTED: Final = 200
MAX_TEXT: Final = 20_000
"""Characters of a query that is looked at; it may not be longer anyway."""
_TYPES: Final = {
    "own": ("INTEGER", "DECIMAL", "TEXT", "DATE", "TIMESTAMP", "BOOLEAN"),
    "duckdb": ("INTEGER", "BIGINT", "DOUBLE", "DECIMAL", "VARCHAR", "DATE", "TIMESTAMP", "TIME", "BOOLEAN"),
    "postgresql": ("INTEGER", "BIGINT", "NUMERIC", "TEXT", "DATE", "TIMESTAMP", "TIME", "BOOLEAN"),
    "mysql": ("SIGNED", "UNSIGNED", "DECIMAL", "CHAR", "DATE", "DATETIME", "TIME"),
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What can be inserted. `label` is listed, with `letters` the places in it that match what is typed; `note` says
    more of it beside (a column's title), `origin` where it is from (its table); `value_kind` is that of a column.
    `text` is inserted, and the cursor put after `caret` characters of it."""

    kind: SuggestionKind
    label: str
    text: str
    note: str = ""
    origin: str = ""
    value_kind: ValueKind | None = None
    description: str = ""
    table: str = ""
    """The name of a column's table in its source; empty for one of a subquery."""
    letters: tuple[int, ...] = ()
    caret: int = -1
    """-1: at the end."""


@dataclass(frozen=True, slots=True)
class Completion:
    """Characters `start` to `end` of the query become the text of one of the suggestions. `typed` is what is there, up
    to the cursor; `needs_tables`: some of them are names of tables or columns."""

    start: int
    end: int
    typed: str
    suggestions: tuple[Suggestion, ...]
    needs_tables: bool = False

    @property
    def is_written(self) -> bool:
        """Whether what is typed is the first suggestion already."""
        return bool(self.suggestions) and self.suggestions[0].text.casefold() == self.typed.casefold()


def complete(
    text: str, cursor: int, catalog: CompletionCatalog, variables: Mapping[str, Sequence[str]]
) -> Completion | None:
    """What can follow at the cursor; None in a comment or a text, and where a name of one's own is written. `variables`
    are the values of those that the query may name. Never raises, whatever the text is."""
    if len(text) > MAX_TEXT or not 0 <= cursor <= len(text):
        return None
    word = cursor_word(text, cursor)
    if word is None:
        return None
    query = outline(text, word)
    place = cursor_place(query, catalog.dialect, word.quote + word.prefix)
    if place.expected == "nothing":
        return None
    writer = _Suggestions(place, table_scope(query, catalog), catalog, variables, word, query.is_lower)
    writer.next_letter = text[word.end : word.end + 1]
    found = writer.ranked()
    needs_tables = place.expected in ("table", "operand", "member", "join", "name_list")
    return Completion(word.start, word.end, text[word.start : cursor], found, needs_tables)


def complete_expression(
    text: str, cursor: int, columns: Sequence[BrowsedColumn], dialect: Dialect, kinds: Collection[SuggestionKind] = ()
) -> Completion | None:
    """What can follow at the cursor of an expression over these columns alone; with `kinds`, only what is of one of
    them."""
    known = BrowsedSource("", "", "", (BrowsedTable("", tuple(columns)),))
    query = f"{_BEFORE_EXPRESSION}{text}"
    found = complete(query, cursor + len(_BEFORE_EXPRESSION), CompletionCatalog(dialect, known), {})
    if found is None:
        return None
    start, end = (max(at - len(_BEFORE_EXPRESSION), 0) for at in (found.start, found.end))
    kept = tuple(one for one in found.suggestions if not kinds or one.kind in kinds)
    return replace(found, start=start, end=end, suggestions=kept, needs_tables=False)


_BEFORE_EXPRESSION: Final = "SELECT "


def catalog_of(sources: Sequence[BrowsedSource], source_id: str) -> CompletionCatalog:
    """What a query over a source may name. Files can be joined with the tables of other files."""
    source = next((one for one in sources if one.id == source_id), None)
    dialect = source.question("").dialect if source is not None else "duckdb" if source_id else "own"
    others = tuple(one for one in sources if one.id not in ("", source_id) and not one.server)
    return CompletionCatalog(dialect, source, others if dialect == "duckdb" else ())


def name_of_table(catalog: CompletionCatalog, source_id: str, table: str) -> str | None:
    """What a query calls a table of a source; None if it can't read that source."""
    if catalog.source is not None and catalog.source.id == source_id:
        return written_table(table, catalog.dialect)
    other = next((one for one in catalog.others if one.id == source_id), None)
    if other is None:
        return None
    return f"{written_name(other.name, catalog.dialect)}.{written_name(table, catalog.dialect)}"


class _Suggestions:
    """Makes the suggestions of one place. Each comes with its group: lower ones are listed first, where the letters
    match as well."""

    def __init__(
        self,
        place: CursorPlace,
        scope: TableScope,
        catalog: CompletionCatalog,
        variables: Mapping[str, Sequence[str]],
        word: CursorWord,
        is_lower: bool,
    ) -> None:
        self._place, self._scope, self._catalog = place, scope, catalog
        self._variables, self._word = variables, word
        typed = word.prefix
        self._is_lower = is_lower or (not is_lower and place.is_start and typed.islower())
        self.next_letter = ""
        """What is directly after the word."""

    def ranked(self) -> tuple[Suggestion, ...]:
        """All that match, the best first."""
        typed = self._word.prefix
        found: list[tuple[tuple[int, int, int], Suggestion]] = []
        seen = set()
        for order, (group, one) in enumerate(self._all()):
            name = typed.removeprefix(":") if one.kind == "variable" else typed
            match = letter_match(name, one.label)
            if match is not None and one.kind in ("function", "keyword") and match.rank > WORD_BEGINS:
                match = None  # too many of them have these letters somewhere
            if match is None and one.note and (titled := letter_match(name, one.note)) is not None:
                match = titled._replace(letters=(), rank=titled.rank + 1) if titled.rank < SCATTERED else None
            if match is None or (self._word.quote and one.kind in ("function", "keyword", "variable", "join")):
                continue
            if (one.text, one.origin) not in seen:
                seen.add((one.text, one.origin))
                found.append(((match.rank, group, order), replace(one, letters=match.letters)))
        found.sort(key=lambda pair: pair[0])
        return tuple(one for _rank, one in found[:MAX_LISTED])

    def _all(self) -> Iterator[tuple[int, Suggestion]]:
        expected = self._place.expected
        if expected == "variable":
            yield from self._variable_names(self._place.clause == "in")
        elif expected == "member":
            yield from self._members()
        elif expected == "table":
            yield from self._tables()
            yield from self._words(3)
        elif expected == "type":
            yield from ((0, self._keyword(one)) for one in _TYPES[self._catalog.dialect])
        elif expected == "name_list":
            yield from self._shared_columns()
        elif expected == "words":
            yield from self._ranges()
            yield from self._words(0)
        else:
            if expected == "join":
                yield from self._conditions()
            yield from self._operands()

    # Keywords, functions, variables

    def _keyword(self, word: str) -> Suggestion:
        text = word.lower() if self._is_lower else word
        return Suggestion("keyword", text, text)

    def _words(self, group: int) -> Iterator[tuple[int, Suggestion]]:
        for one in self._place.words:
            yield group, self._keyword(one)

    def _ranges(self) -> Iterator[tuple[int, Suggestion]]:
        """The time range of the dashboard, as the condition that it usually is."""
        is_condition = self._place.clause in ("where", "on", "having") and "BETWEEN" in self._place.words
        if is_condition and {"from", "to"} <= set(self._variables):
            between, joiner = ("between", "and") if self._is_lower else ("BETWEEN", "AND")
            text = f"{between} :from {joiner} :to"
            yield 1, Suggestion("keyword", text, text, origin=_("time range"))

    def _functions(self) -> Iterator[tuple[int, Suggestion]]:
        for name, signature in functions(self._catalog.dialect).items():
            group = 3 if name in COMMON else 5
            if "(" not in signature:
                yield group, Suggestion("function", name, name)
            elif self.next_letter == "(":
                yield group, Suggestion("function", name, name, signature[len(name) :])
            else:
                caret = len(name) + (2 if signature.endswith("()") else 1)
                yield group, Suggestion("function", name, f"{name}()", signature[len(name) :], caret=caret)
        if self.next_letter != "(":
            yield 3, Suggestion("function", "count(*)", "count(*)")

    def _variable_names(self, in_brackets: bool = False) -> Iterator[tuple[int, Suggestion]]:
        for name, values in self._variables.items():
            if name.isidentifier():
                shown = ", ".join(str(value) for value in itertools.islice(values, 3))
                text = f"(:{name})" if in_brackets else f":{name}"
                yield 2, Suggestion("variable", name, text, shown[:60], _("variable"))

    # Columns

    def _operands(self) -> Iterator[tuple[int, Suggestion]]:
        scope, place = self._scope, self._place
        if place.clause in ("order", "group", "having", "qualify"):
            for one in scope.outputs:
                if one.name and not any(table.column(one.name) for table in scope.tables):
                    yield 0, self._column(one, _("of this query"))
        counts = self._names_by_count()
        keys = self._key_columns() if place.clause == "on" or place.expected == "join" else {}
        for table in scope.tables:
            for one in table.columns:
                is_shared = counts.get(one.name.casefold(), 0) > 1
                key = keys.get((table.alias, one.name))
                group = 0 if key is not None else 2 if table.is_outer else 1
                if one.name:
                    yield group, self._column(one, self._origin(table), table, qualified=is_shared, note=key)
        if len(scope.tables) > 1:
            yield from ((3, self._alias(one)) for one in scope.tables if one.alias)
        if not scope.tables and place.clause in ("select", "where", "group", "order", "having"):
            yield from self._columns_without_table()
        yield from self._functions()
        if self._word.prefix or place.clause in ("where", "having", "on"):
            yield from self._variable_names()
        yield from self._words(4)

    def _origin(self, table: ScopeTable) -> str:
        """What a table is called beside its columns; with its alias where it is read twice."""
        is_twice = sum(one.origin == table.origin for one in self._scope.tables) > 1
        return f"{table.origin} {table.alias}" if is_twice and table.alias != table.origin else table.origin

    def _names_by_count(self) -> dict[str, int]:
        """In how many tables of the scope a column of each name is."""
        found: dict[str, int] = {}
        for table in self._scope.tables:
            for name in {one.name.casefold() for one in table.columns}:
                found[name] = found.get(name, 0) + 1
        return found

    def _column(
        self,
        column: ScopeColumn,
        origin: str,
        table: ScopeTable | None = None,
        *,
        qualified: bool = False,
        note: str | None = None,
    ) -> Suggestion:
        dialect = self._catalog.dialect
        text = written_name(column.name, dialect, self._word.quote)
        if qualified and table is not None and table.alias and not self._word.quote:
            text = f"{written_name(table.alias, dialect)}.{text}"
        is_title = column.title.casefold() not in ("", column.name.casefold().replace("_", " "), column.name.casefold())
        title = column.title if is_title else ""
        return Suggestion(
            "measure" if column.is_measure else "column", column.name, text, note or title, origin, column.kind,
            column.description, table.origin if table is not None else "",
        )  # fmt: skip

    def _alias(self, table: ScopeTable) -> Suggestion:
        text = written_name(table.alias, self._catalog.dialect, self._word.quote)
        return Suggestion("alias", table.alias, f"{text}.", "", table.origin if table.origin != table.alias else "")

    def _columns_without_table(self) -> Iterator[tuple[int, Suggestion]]:
        """While there is no FROM yet: the columns of all tables."""
        for table in self._catalog.tables:
            for one in browsed_columns(table):
                yield 1, self._column(one, table.name, ScopeTable("", table.name, ()))

    def _members(self) -> Iterator[tuple[int, Suggestion]]:
        """What can follow a dot: the columns of a table, or the tables of a schema or another source."""
        name = ".".join(unquoted_name(one) for one in self._place.qualifier)
        table = self._scope.named(name)
        if self._place.clause == "from" or table is None:
            yield from self._tables_within(name)
        if table is None and self._place.clause != "from" and (known := self._catalog.find(name)) is not None:
            table = ScopeTable(name, known.name, browsed_columns(known))
        if table is not None and self._place.clause != "from":
            keys = self._key_columns(table) if self._place.clause == "on" else {}
            for one in table.columns:
                if one.name:
                    key = keys.get((table.alias, one.name))
                    yield (0 if key is not None else 1), self._column(one, self._origin(table), table, note=key)

    def _shared_columns(self) -> Iterator[tuple[int, Suggestion]]:
        """Of the last table and one before it the columns that both have."""
        tables = [one for one in self._scope.tables if not one.is_outer]
        for column in tables[-1].columns if len(tables) > 1 else ():
            if column.name and any(one.column(column.name) is not None for one in tables[:-1]):
                yield 0, self._column(column, self._origin(tables[-1]), tables[-1])

    # Tables and joins

    def _tables(self) -> Iterator[tuple[int, Suggestion]]:
        dialect, quote = self._catalog.dialect, self._word.quote
        if self._place.clause == "join" and not quote:
            yield from self._joined_tables()
        for query in self._scope.queries.values():
            yield 0, Suggestion("query", query.alias, written_name(query.alias, dialect, quote), "", _("this query"))
        source = self._catalog.source
        for table in self._catalog.tables:
            kind: SuggestionKind = "model" if table.model_id else "table"
            origin = source.name if source is not None else ""
            yield 1, Suggestion(kind, table.name, written_table(table.name, dialect, quote), "", origin)
        for other in self._catalog.others if not quote else ():
            for table in (one for one in other.tables if not one.model_id):
                text = f"{written_name(other.name, dialect)}.{written_name(table.name, dialect)}"
                yield 2, Suggestion("table", table.name, text, "", other.name)

    def _tables_within(self, name: str) -> Iterator[tuple[int, Suggestion]]:
        """The tables of a schema, or of another source."""
        dialect, wanted = self._catalog.dialect, name.casefold()
        for table in self._catalog.tables:
            schema, dot, own = table.name.partition(".")
            if dialect == "postgresql" and dot and schema.casefold() == wanted:
                yield 0, Suggestion("table", own, written_name(own, dialect, self._word.quote), "", schema)
        for other in self._catalog.others:
            if other.name.casefold() == wanted:
                for table in (one for one in other.tables if not one.model_id):
                    text = written_name(table.name, dialect, self._word.quote)
                    yield 0, Suggestion("table", table.name, text, "", other.name)

    def _joined_tables(self) -> Iterator[tuple[int, Suggestion]]:
        """The tables that the data models join to those that the query reads, with their conditions."""
        joined = (
            {name for one in self._catalog.source.joins for name in (one.table, one.other)}
            if (self._catalog.source is not None)
            else set()
        )
        read = [one for one in self._scope.tables if not one.is_outer]
        for table in self._catalog.tables:
            if table.name not in joined or any(one.origin == table.name for one in read):
                continue
            right = ScopeTable(table.name, table.name, browsed_columns(table))
            for left in read:
                for one in join_conditions(left, right, self._catalog):
                    if one.model:
                        on = "on" if self._is_lower else "ON"
                        name = written_table(table.name, self._catalog.dialect)
                        text = f"{name} {on} {self._condition(one)}"
                        yield 0, Suggestion("join", text, text, "", one.model)

    def _all_conditions(self, only: ScopeTable | None = None) -> Iterator[JoinCondition]:
        """How the last table is joined to those before it; with `only`, the conditions that it is part of."""
        tables = [one for one in self._scope.tables if not one.is_outer]
        pairs: Iterable[tuple[ScopeTable, ScopeTable]] = itertools.combinations(tables, 2)
        if only is None and len(tables) > 1:
            pairs = ((one, tables[-1]) for one in reversed(tables[:-1]))
        for left, right in pairs:
            if only is None or only.alias in (left.alias, right.alias):
                yield from join_conditions(left, right, self._catalog)

    def _condition(self, one: JoinCondition) -> str:
        dialect = self._catalog.dialect
        joiner = " and " if self._is_lower else " AND "
        left, right = (written_table(table.alias, dialect) for table in (one.left, one.right))
        return joiner.join(
            f"{right}.{written_name(second, dialect)} = {left}.{written_name(first, dialect)}"
            for first, second in one.pairs
        )

    def _conditions(self) -> Iterator[tuple[int, Suggestion]]:
        for one in self._all_conditions():
            if one.left.alias and one.right.alias:
                text = self._condition(one)
                yield 0, Suggestion("join", text, text, "", one.model or _("likely by name"))

    def _key_columns(self, only: ScopeTable | None = None) -> dict[tuple[str, str], str]:
        """The columns by which tables of the query are joined, each with what it is the key to."""
        found: dict[tuple[str, str], str] = {}
        for one in self._all_conditions(only):
            for first, second in one.pairs:
                found.setdefault((one.left.alias, first), _("key to {table}").format(table=one.right.origin))
                found.setdefault((one.right.alias, second), _("key to {table}").format(table=one.left.origin))
        return found

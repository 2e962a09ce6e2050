"""Which tables a query names, and where, as its engine's parser reads it; and the query with some of these replaced by
subqueries, as a tree: what a rewritten text must be parsed as.

DuckDB's own parser reads queries over files, sqlglot all others, as when they run.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal, Protocol

from sqlglot import exp

from benchboard.analytics import duckdb_parser
from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.query_builder.sql_words import unquoted_name
from benchboard.analytics.query_parser import Query, parse_query
from benchboard.analytics.query_translator import MAX_TABLES
from benchboard.analytics.remote.query_text import read_text
from benchboard.errors import Invalid

Why = Literal["recursive", "shadow", "form", "long"]
"""Why a query can't be filtered by a table: it has WITH RECURSIVE; a WITH in it has the name of the table; it has a
form that isn't understood, or can't be parsed; or it would be too long, or read too many tables."""
_NAME: Final = re.compile(r'"(?:[^"]|"")*"|[^\W\d][\w$]*')
_ROW_COLUMNS: Final = frozenset(("rowid", "ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"))
"""Columns that a table has in its engine, and a subquery doesn't."""
_PLAIN_TABLE: Final = frozenset(("type", "alias", "table_name", "schema_name", "qualified_name"))
_QUERIES: Final = (exp.From, exp.Join)


@dataclass(frozen=True, slots=True)
class TableReference:
    """A table in a FROM. `start` to `end` is its name as it is written, of which the last part begins at `own`.
    `select` tells the SELECTs of the query apart."""

    source: str
    table: str
    start: int
    own: int
    end: int
    has_alias: bool
    select: int


class ReadTables(Protocol):
    """A parsed query."""

    references: tuple[TableReference, ...]

    def refusal(self, replaced: tuple[TableReference, ...]) -> Why | None:
        """Why these tables can't be replaced by subqueries; None if they can."""

    def with_subqueries(self, subqueries: Mapping[int, str]) -> object:
        """The tree with the references that start at these places replaced. To be compared with `tree`."""

    @property
    def tree(self) -> object:
        """What the query means, to be compared."""


@lru_cache(maxsize=64)
def read_tables(text: str, dialect: Dialect) -> ReadTables:
    """The tables of a query in the language of its source. Raises `Invalid` for one that can't be parsed."""
    try:
        return _DuckdbTables(text) if dialect == "duckdb" else _SqlTables(text, dialect)
    except RecursionError as error:
        raise Invalid("query.too-deep", "", field="query") from error


def same_table(one: str, other: str, dialect: Dialect) -> bool:
    """Whether two names are of one table: DuckDB doesn't tell capital letters from small ones."""
    return one.lower() == other.lower() if dialect == "duckdb" else one == other


class _DuckdbTables:
    def __init__(self, text: str) -> None:
        self._root = duckdb_parser.parse_query(text).select
        self._text, self._bytes = text, text.encode()
        found = [self._reference(node, select) for node, select in self._tables(self._root, 0)]
        self.references = tuple(one for one in found if one is not None)
        self._is_odd = len(self.references) < len(found)

    @property
    def tree(self) -> object:
        return _without_places(self._root, {})

    def refusal(self, replaced: tuple[TableReference, ...]) -> Why | None:
        nodes = list(_nodes(self._root))
        if any(node.get("type") == "RECURSIVE_CTE_NODE" for node in nodes):
            return "recursive"
        names, sources = {one.table.lower() for one in replaced}, {one.source.lower() for one in replaced}
        starts = {self._byte(one.start) for one in replaced}
        for node in nodes:
            own = node.get("type") == "BASE_TABLE" and node.get("query_location") in starts
            if names & {str(one["key"]).lower() for one in node.get("cte_map", {}).get("map", ())}:
                return "shadow"
            if _is_unknown_form(node, sources) or (own and not _places_removed(node).keys() <= _PLAIN_TABLE):
                return "form"
        return "form" if self._is_odd else None

    def with_subqueries(self, subqueries: Mapping[int, str]) -> object:
        parsed = {
            self._byte(start): duckdb_parser.parse_query(f"SELECT * FROM {text} AS t").select["from_table"]  # noqa: S608  # parsed only
            for start, text in subqueries.items()
        }
        return _without_places(self._root, parsed)

    def _tables(self, node: Any, select: int) -> Iterator[tuple[dict[str, Any], int]]:
        if isinstance(node, list):
            for one in node:
                yield from self._tables(one, select)
        elif isinstance(node, dict):
            if node.get("type") == "BASE_TABLE":
                yield node, select
            inner = id(node) if node.get("type") == "SELECT_NODE" else select
            for value in node.values():
                yield from self._tables(value, inner)

    def _reference(self, node: dict[str, Any], select: int) -> TableReference | None:
        """None where the name isn't written at the place that the parser tells."""
        path = [str(part) for part in node.get("qualified_name", {}).get("path", ())]
        start = len(self._bytes[: int(node.get("query_location", 0))].decode(errors="ignore"))
        at, own = start, start
        for place, part in enumerate(path):
            dot = re.compile(r"\s*\.\s*").match(self._text, at) if place else None
            own = dot.end() if dot is not None else at
            found = _NAME.match(self._text, own)
            if found is None or (place and dot is None) or unquoted_name(found[0]) != part:
                return None
            at = found.end()
        return TableReference(path[0] if len(path) > 1 else "", path[-1], start, own, at, "alias" in node, select)

    def _byte(self, place: int) -> int:
        return len(self._text[:place].encode())


def _is_unknown_form(node: Mapping[str, Any], sources: set[str]) -> bool:
    """Whether a part of a query could mean something else over a subquery, or isn't known here."""
    path = [str(one).lower() for one in node.get("column_names", ())]
    return (
        node.get("type") == "PIVOT"
        or bool(node.get("sample"))
        or node.get("ref_type") == "POSITIONAL"
        or (bool(path) and path[-1] in _ROW_COLUMNS)
        or (len(path) > 1 and path[0] in sources - {""})
    )


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for one in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _nodes(one)


def _without_places(node: Any, replaced: Mapping[int, dict[str, Any]]) -> Any:
    """The tree without places in the text; tables that begin at a byte of `replaced` are that, with their alias."""
    if isinstance(node, list):
        return [_without_places(one, replaced) for one in node]
    if not isinstance(node, dict):
        return node
    if node.get("type") == "BASE_TABLE" and (found := replaced.get(int(node.get("query_location", 0)))) is not None:
        alias = node.get("alias") or node.get("table_name")
        return {**_without_places(found, {}), "alias": alias}
    return {key: _without_places(value, replaced) for key, value in _places_removed(node).items()}


def _places_removed(node: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in node.items() if not key.startswith("query_location")}


class _SqlTables:
    def __init__(self, text: str, dialect: Dialect) -> None:
        self._dialect = dialect
        self._root = self._parsed(text)
        found = (one for one in self._root.find_all(exp.Table) if isinstance(one.this, exp.Identifier))
        self.references = tuple(self._reference(one) for one in found)

    @property
    def tree(self) -> object:
        return self._root

    def refusal(self, replaced: tuple[TableReference, ...]) -> Why | None:
        if any(one.args.get("recursive") for one in self._root.find_all(exp.With)):
            return "recursive"
        names, starts = {one.table.rsplit(".", 1)[-1].lower() for one in replaced}, {one.start for one in replaced}
        if any(one.alias.lower() in names for one in self._root.find_all(exp.CTE)):
            return "shadow"
        if self._dialect == "own" and self._sources() + len(replaced) > MAX_TABLES:
            return "long"
        for node in self._root.walk():
            if isinstance(node, exp.Lateral | exp.Pivot | exp.TableSample):
                return "form"
            if isinstance(node, exp.Column) and (node.args.get("db") or node.name.lower() in _ROW_COLUMNS):
                return "form"
            if isinstance(node, exp.Table) and _start(node) in starts and not _is_plain(node):
                return "form"
            if self._dialect == "postgresql" and isinstance(node, exp.Select) and _needs_key(node):
                return "form"
        return None

    def with_subqueries(self, subqueries: Mapping[int, str]) -> object:
        root = self._root.copy()
        for node in list(root.find_all(exp.Table)):
            if isinstance(node.this, exp.Identifier) and (text := subqueries.get(_start(node))) is not None:
                parsed: exp.Expr = self._parsed(f"SELECT * FROM {text} AS t").args["from_"].this  # noqa: S608  # parsed only
                parsed.set("alias", (node.args.get("alias") or exp.TableAlias(this=node.this)).copy())
                node.replace(parsed)
        return root

    def _parsed(self, text: str) -> Query:
        mysql = self._dialect == "mysql"
        return parse_query(text if self._dialect == "own" else read_text(text, mysql=mysql).parsed, mysql=mysql)

    def _reference(self, node: exp.Table) -> TableReference:
        parts = [self._name(one) for one in node.parts if isinstance(one, exp.Identifier)]
        end = int(node.this.meta.get("end", -1)) + 1
        select = id(node.find_ancestor(exp.Select))
        own = int(node.this.meta.get("start", 0))
        return TableReference("", ".".join(parts), _start(node), own, end, bool(node.args.get("alias")), select)

    def _name(self, one: exp.Identifier) -> str:
        return one.name if one.args.get("quoted") or self._dialect == "mysql" else one.name.lower()

    def _sources(self) -> int:
        """How many tables and subqueries it reads, as they are counted when it runs."""
        found = self._root.find_all(exp.Table, exp.Subquery)
        return sum(isinstance(one, exp.Table) or isinstance(one.parent, _QUERIES) for one in found)


def _start(node: exp.Expr) -> int:
    """Where the name of a table begins; -1 where that isn't known."""
    return (
        min((int(one.meta.get("start", -1)) for one in node.parts), default=-1) if isinstance(node, exp.Table) else -1
    )


def _is_plain(node: exp.Table) -> bool:
    """Whether a table is a name, with or without an alias, in FROM or a join."""
    named = {key for key, value in node.args.items() if value} <= {"this", "db", "alias"}
    alias = node.args.get("alias")
    return named and (alias is None or not alias.args.get("columns")) and isinstance(node.parent, _QUERIES)


def _needs_key(select: exp.Select) -> bool:
    """Whether a SELECT has a column that isn't grouped by: PostgreSQL takes it if the primary key of its table is,
    which a subquery doesn't have."""
    group = select.args.get("group")
    if group is None:
        return False
    keys = {one.name.lower() for one in group.find_all(exp.Column)}
    places = {int(one.name) for one in group.expressions if isinstance(one, exp.Literal) and one.name.isdecimal()}
    keys |= {one.alias.lower() for one in select.expressions if one.alias}
    outputs = [one for place, one in enumerate(select.expressions, 1) if place not in places]
    for part in (*outputs, select.args.get("having"), select.args.get("order")):
        for node in part.walk(prune=lambda one: isinstance(one, exp.AggFunc | exp.Query)) if part is not None else ():
            if isinstance(node, exp.Column) and node.name.lower() not in keys:
                return True
    return False

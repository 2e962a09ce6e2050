"""Which tables and columns a query reads, found in its syntax tree: DuckDB's for files, that of sqlglot for others.

A name that could be a column of several tables counts for all of them: of what a query reads, nothing is missing.
What a query in brackets passes on by `*` is read where the query around it reads it, and otherwise not.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sqlglot import exp

from benchboard.analytics import duckdb_parser
from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.query_parser import Query, parse_query
from benchboard.errors import Invalid


class TableName(NamedTuple):
    """A table as a query names it: in lower case, with the name of its source if that is another one."""

    source: str
    table: str


TableColumns = Mapping[TableName, Collection[str]]
"""The tables that a query may name, each with the names of its columns, all in lower case."""
_TableNames = Mapping[str, "_Source"]
"""What the names of the WITH clauses around a query mean, in lower case."""
_QUERY_NODES: Final = ("SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE")


@dataclass(slots=True)
class QueryReferences:
    """What a query reads. `columns` are names in lower case by table; `whole` are the tables read by `*`."""

    columns: dict[TableName, set[str]] = field(default_factory=dict)
    whole: set[TableName] = field(default_factory=set)

    @property
    def tables(self) -> Collection[TableName]:
        """The tables that it reads."""
        return self.columns.keys()

    def reads(self, table: TableName, columns: Iterable[str] = ()) -> bool:
        """Whether it reads a table; with `columns` (in lower case), one of these."""
        wanted = set(columns)
        if table not in self.columns:
            return False
        return not wanted or table in self.whole or bool(self.columns[table] & wanted)


def query_references(text: str, dialect: Dialect, tables: TableColumns) -> QueryReferences:
    """What a query reads of some tables. Raises `Invalid` (`query.…`) for one that can't be parsed."""
    found = QueryReferences()
    try:
        if dialect == "duckdb":
            _DuckdbWalk(tables, found).query(duckdb_parser.parse_query(text).select, {}, None)
        else:
            _SqlWalk(tables, found).query(parse_query(text, mysql=dialect == "mysql"), {}, None)
    except RecursionError as error:
        raise Invalid("query.too-deep", "", field="query") from error
    return found


@dataclass(slots=True)
class _Passed:
    """What a query in brackets or of a WITH clause passes on by `*`, besides the columns that it names."""

    sources: "list[_Source]" = field(default_factory=list)


_Source = TableName | _Passed | None
"""What a SELECT reads: a table, or a query; None for a table that isn't known."""


@dataclass(slots=True)
class _Scope:
    """What a SELECT reads, by alias."""

    outer: "_Scope | None"
    tables: dict[str, _Source] = field(default_factory=dict)


class _ReferenceWalk:
    """Notes tables and columns as they are named."""

    def __init__(self, tables: TableColumns, found: QueryReferences) -> None:
        self._tables, self._found = tables, found

    def table(self, path: tuple[str, ...], alias: str, scope: _Scope, names: _TableNames) -> None:
        lower = tuple(part.casefold() for part in path)
        known = (TableName("", ".".join(lower)), TableName(".".join(lower[:-1]), lower[-1]))
        found: _Source = next((one for one in known if one in self._tables), None)
        if len(lower) == 1 and lower[0] in names:
            found = names[lower[0]]
        scope.tables[(alias or lower[-1]).casefold()] = found
        if isinstance(found, TableName):
            self._found.columns.setdefault(found, set())

    def column(self, path: tuple[str, ...], scope: _Scope | None) -> None:
        """A column, with its table's name or alias before it if there is one; else of any table that has it."""
        *before, name = (part.casefold() for part in path)
        while scope is not None:
            if before and before[-1] in scope.tables:
                self._note(scope.tables[before[-1]], name)
                return
            holders = [one for one in scope.tables.values() if self._has(one, name)]
            if not before and holders:
                for one in holders:
                    self._note(one, name)
                return
            scope = scope.outer

    def star(self, alias: str, scope: _Scope, passed: _Passed | None = None) -> None:
        """All columns of what is read: they are read themselves, or `passed` on to the query around."""
        for name, source in scope.tables.items():
            if alias.casefold() not in ("", name):
                continue
            if passed is not None:
                passed.sources.append(source)
            else:
                self._note_all(source)

    def _has(self, source: _Source, name: str) -> bool:
        if isinstance(source, _Passed):
            return any(self._has(one, name) for one in source.sources)
        return source is not None and name in self._tables[source]

    def _note(self, source: _Source, name: str) -> None:
        if isinstance(source, _Passed):
            for one in source.sources:
                if self._has(one, name):
                    self._note(one, name)
        elif source is not None:
            self._found.columns[source].add(name)

    def _note_all(self, source: _Source) -> None:
        if isinstance(source, _Passed):
            for one in source.sources:
                self._note_all(one)
        elif source is not None:
            self._found.whole.add(source)


class _DuckdbWalk(_ReferenceWalk):
    """Goes through the tree of DuckDB's parser."""

    def query(self, node: Any, names: _TableNames, outer: _Scope | None, passed: _Passed | None = None) -> None:
        """Note what a query reads; what it passes on by `*` is added to `passed`, if there is a query around it."""
        for one in (node.get("cte_map") or {}).get("map", ()):
            own, through = str(one["key"]).casefold(), _Passed()
            self.query(one["value"]["query_node"], {**names, own: None}, outer, through)
            names = {**names, own: through}
        if node.get("type") != "SELECT_NODE":
            for key, value in node.items():
                if key != "cte_map":
                    self._expression(value, _Scope(outer), names)
            return
        scope = _Scope(outer)
        self._from(node.get("from_table"), scope, names)
        if node.get("group_expressions") or node.get("modifiers") or node.get("qualify"):
            passed = None  # such as DISTINCT, for which all columns are compared
        for key, value in node.items():
            if key == "select_list":
                for one in value:
                    if one.get("class") == "STAR" and not one.get("replace_list") and not one.get("columns"):
                        self.star(str(one.get("relation_name", "")), scope, passed)
                    else:
                        self._expression(one, scope, names)
            elif key not in ("cte_map", "from_table"):
                self._expression(value, scope, names)

    def _from(self, node: Any, scope: _Scope, names: _TableNames) -> None:
        if not isinstance(node, dict):
            return
        kind = node.get("type")
        if kind == "BASE_TABLE":
            path = tuple(str(part) for part in node.get("qualified_name", {}).get("path", ())) or (
                str(node.get("table_name", "")),
            )
            self.table(path, str(node.get("alias", "")), scope, names)
        elif kind == "JOIN":
            self._from(node.get("left"), scope, names)
            self._from(node.get("right"), scope, names)
            for name in node.get("using_columns", ()):
                self.column((str(name),), scope)
            self._expression(node.get("condition"), scope, names)
        elif kind == "SUBQUERY":
            passed = _Passed()
            self.query(node["subquery"]["node"], names, scope, passed)
            scope.tables[str(node.get("alias", "")).casefold()] = passed
        else:
            rows = _Scope(scope)
            self._from(node.get("source"), rows, names)
            self.star("", rows)  # PIVOT groups by the columns that it doesn't name
            scope.tables.update(rows.tables)
            self._expression({key: value for key, value in node.items() if key != "source"}, scope, names)

    def _expression(self, node: Any, scope: _Scope, names: _TableNames) -> None:
        if isinstance(node, list):
            for one in node:
                self._expression(one, scope, names)
            return
        if not isinstance(node, dict):
            return
        if node.get("type") in _QUERY_NODES:
            self.query(node, names, scope)
            return
        if node.get("class") == "COLUMN_REF":
            self.column(tuple(str(part) for part in node.get("column_names", ())), scope)
        elif node.get("class") == "STAR":
            self.star(str(node.get("relation_name", "")), scope)
        for value in node.values():
            self._expression(value, scope, names)


class _SqlWalk(_ReferenceWalk):
    """Goes through the tree of sqlglot."""

    def query(self, query: Query, names: _TableNames, outer: _Scope | None, passed: _Passed | None = None) -> None:
        """Note what a query reads; what it passes on by `*` is added to `passed`, if there is a query around it."""
        clause = query.args.get("with_")
        for one in clause.expressions if clause is not None else ():
            own, through = str(one.alias).casefold(), _Passed()
            if isinstance(one.this, exp.Select | exp.SetOperation):
                self.query(one.this, {**names, own: None}, outer, through)
            names = {**names, own: through}
        scope = _Scope(outer)
        if isinstance(query, exp.Select):
            source = query.args.get("from_")
            joins = query.args.get("joins") or ()
            for one in (*((source.this,) if source is not None else ()), *(join.this for join in joins)):
                self._from(one, scope, names)
            for join in joins:
                self._expression(join.args.get("on"), scope, names)
                for name in join.args.get("using") or ():
                    self.column((name.name,), scope)
            if any(query.args.get(key) for key in ("distinct", "group", "order", "qualify")):
                passed = None  # such as DISTINCT, for which all columns are compared
            for one in query.expressions:
                if isinstance(one, exp.Star) or (isinstance(one, exp.Column) and isinstance(one.this, exp.Star)):
                    self.star(one.table if isinstance(one, exp.Column) else "", scope, passed)
                else:
                    self._expression(one, scope, names)
        for key, value in query.args.items():
            if key not in ("with_", "from_", "joins") and (key != "expressions" or not isinstance(query, exp.Select)):
                for part in value if isinstance(value, list) else (value,):
                    self._expression(part, scope, names)

    def _from(self, node: exp.Expr, scope: _Scope, names: _TableNames) -> None:
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            self.table(tuple(part.name for part in node.parts), node.alias, scope, names)
        elif isinstance(node, exp.Subquery | exp.Lateral):
            passed = _Passed()
            if isinstance(node.this, exp.Select | exp.SetOperation):
                self.query(node.this, names, scope, passed)
            else:
                self._expression(node.this, scope, names)
            scope.tables[node.alias.casefold()] = passed
        else:
            self._expression(node, scope, names)
        for join in node.args.get("joins") or ():
            self._from(join.this, scope, names)
            self._expression(join.args.get("on"), scope, names)

    def _expression(self, node: Any, scope: _Scope, names: _TableNames) -> None:
        if not isinstance(node, exp.Expr):
            return
        if isinstance(node, exp.Select | exp.SetOperation):
            self.query(node, names, scope)
            return
        if isinstance(node, exp.Star):
            self.star("", scope)
        elif isinstance(node, exp.Column):
            if isinstance(node.this, exp.Star):
                self.star(node.table, scope)
            else:
                self.column(tuple(part.name for part in node.parts), scope)
            return
        if isinstance(node, exp.Count) and isinstance(node.this, exp.Star):
            return
        for part in node.iter_expressions():
            self._expression(part, scope, names)
